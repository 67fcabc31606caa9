"""The calendar behind a secret address: what it tells, to whom, and when it stops."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, RoleGrant, User
from hemvist.access.roles import Role
from hemvist.compensation import calendar, claims
from hemvist.compensation.models import CalendarFeed
from hemvist.reception.models import FactKind, Person
from hemvist.reception.services import record_fact

pytestmark = pytest.mark.django_db

RECEIVED = date(2026, 11, 3)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LINK = "https://hemvist.example/ersattning/ansokningar/"
WAITING: dict[str, Any] = {"category": "asylum_housing", "ground": "UTLL_5_1", "registered": False}


@pytest.fixture(autouse=True)
def _that_day() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


def read(token: str, today: date, now: datetime = NOW) -> Calendar:
    found = calendar.read_feed(token, today=today, now=now, link=LINK)
    assert max(len(line) for line in found.split(b"\r\n")) <= 75
    return Calendar.from_ical(found)  # type: ignore[return-value]


def events(found: Calendar) -> list[Any]:
    return list(found.walk("VEVENT"))


def told(found: Calendar) -> list[tuple[date, str]]:
    return [(event.decoded("dtstart"), str(event["summary"])) for event in events(found)]


# --- what it tells ----------------------------------------------------------------------------------------------------


def test_a_day_and_a_ground_are_one_event_with_a_number(
    coordinator: Actor, today: date, person: Callable[..., Person]
) -> None:
    one, other = person(RECEIVED, **WAITING), person(RECEIVED, **WAITING)
    claims.open_claim(
        coordinator, case=one.case, person=one, ground="funeral", period_to=date(2026, 11, 20), today=today
    )
    _feed, token = calendar.make_feed(coordinator)
    found = read(token, today)
    last = date(2027, 6, 30)
    assert told(found) == [
        (last, "Sista dag att söka ersättning enligt 14 c § (2 ansökningar)"),
        (last, "Sista dag att söka ersättning enligt 16 c § (1 ansökan)"),
    ]
    event = events(found)[0]
    assert (str(event["url"]), str(event["transp"])) == (LINK, "TRANSPARENT")
    assert "förordningen (2017:193)" in str(event["description"])
    (alarm,) = event.walk("VALARM")
    assert (alarm.decoded("trigger"), str(alarm["action"])) == (timedelta(days=-14), "DISPLAY")
    # Neither a person nor a case.
    text = found.to_ical().decode().replace("\r\n ", "")
    for secret in ("Testsson", "Zorana", one.case.number, other.case.number, str(one.id), str(one.case_id), "T-0000"):
        assert secret not in text


def test_an_event_is_the_same_the_next_time(coordinator: Actor, today: date, person: Callable[..., Person]) -> None:
    person(RECEIVED, **WAITING)
    _feed, token = calendar.make_feed(coordinator)
    first = [str(event["uid"]) for event in events(read(token, today))]
    person(RECEIVED, **WAITING)
    again = read(token, today, NOW + timedelta(hours=3))
    assert [str(event["uid"]) for event in events(again)] == first
    assert "(2 ansökningar)" in told(again)[0][1]
    assert len({*first}) == len(first) == 1


def test_what_has_been_sent_in_leaves_the_calendar(
    coordinator: Actor, today: date, person: Callable[..., Person]
) -> None:
    one = person(RECEIVED, **WAITING)
    _feed, token = calendar.make_feed(coordinator)
    claim = claims.open_claim(
        coordinator, case=one.case, person=one, ground="assigned_housing", period_to=RECEIVED, today=today
    )
    assert len(events(read(token, today))) == 1
    claims.file_claim(coordinator, claim=claim, filed_on=today, today=today)
    assert events(read(token, today)) == []


def test_the_calendar_is_swedish_whoever_asks(coordinator: Actor, today: date, person: Callable[..., Person]) -> None:
    person(RECEIVED, **WAITING)
    _feed, token = calendar.make_feed(coordinator)
    url = reverse("calendar-feed", args=[token])
    text = Client().get(url, headers={"accept-language": "en"}).content.decode()
    assert "Sista dag att" in text


# --- to whom ----------------------------------------------------------------------------------------------------------


def protect(actor: Actor, person: Person, today: date) -> None:
    record_fact(
        actor,
        person=person,
        kind=FactKind.PROTECTION,
        value={"form": "sekretessmarkering", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"},
        valid_from=today,
        source="tax_agency",
        today=today,
    )


def test_protected_cases_count_only_for_who_handles_them(
    actor: Callable[..., Actor], today: date, person: Callable[..., Person]
) -> None:
    trusted, plain = actor(Role.COORDINATOR, handles_protected=True), actor(Role.COORDINATOR)
    person(RECEIVED, **WAITING)
    protect(trusted, person(RECEIVED, **WAITING), today)
    summaries = [told(read(calendar.make_feed(who)[1], today))[0][1] for who in (trusted, plain)]
    assert [summary.partition("14 c § ")[2] for summary in summaries] == ["(2 ansökningar)", "(1 ansökan)"]


def test_another_branch_has_an_empty_calendar(
    actor: Callable[..., Actor], today: date, person: Callable[..., Person]
) -> None:
    person(RECEIVED, **WAITING)
    _feed, token = calendar.make_feed(actor(Role.COORDINATOR, "school"))
    assert events(read(token, today)) == []


def test_only_who_reads_claims_makes_an_address(actor: Callable[..., Actor]) -> None:
    with pytest.raises(Refused):
        calendar.make_feed(actor(Role.STRATEGIST))
    with pytest.raises(Refused):
        calendar.list_feeds(actor(Role.STRATEGIST))
    assert not CalendarFeed.objects.exists()


# --- when it stops ----------------------------------------------------------------------------------------------------


def close_account(user: User, feed: CalendarFeed) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def end_grant(user: User, feed: CalendarFeed) -> None:
    RoleGrant.objects.filter(user=user).update(valid_to=date(2026, 11, 23))


def other_role(user: User, feed: CalendarFeed) -> None:
    RoleGrant.objects.filter(user=user).update(role=Role.STRATEGIST)


def revoke(user: User, feed: CalendarFeed) -> None:
    CalendarFeed.objects.filter(pk=feed.pk).update(revoked_at=NOW)


@pytest.mark.parametrize("stop", [close_account, end_grant, other_role, revoke])
def test_an_address_that_has_stopped_answers_as_one_that_never_was(
    coordinator: Actor, stop: Callable[[User, CalendarFeed], None]
) -> None:
    feed, token = calendar.make_feed(coordinator)
    url = reverse("calendar-feed", args=[token])
    assert Client().get(url).status_code == 200
    stop(User.objects.get(id=coordinator.user_id), feed)
    seen = Client().get(url)
    never = Client().get(reverse("calendar-feed", args=["x" * len(token)]))
    assert seen.status_code == never.status_code == 404

    def body(answer: Any) -> str:
        return re.sub(r'nonce="[^"]*"|"X-CSRFToken": "[^"]*"|value="[^"]*"', "", answer.content.decode())

    assert body(seen) == body(never).replace("x" * len(token), token)


def test_an_address_works_only_with_its_own_token(coordinator: Actor, today: date) -> None:
    feed, token = calendar.make_feed(coordinator)
    for wrong in ("", token[:-1], token + "A", feed.token_hash, token.swapcase()):
        with pytest.raises(NotVisible):
            calendar.read_feed(wrong, today=today, now=NOW, link=LINK)


def test_the_secret_is_long_and_only_its_hash_is_kept(coordinator: Actor) -> None:
    feed, token = calendar.make_feed(coordinator)
    assert calendar.TOKEN_BYTES * 8 >= 256
    assert len(token) >= 43
    kept = str(CalendarFeed.objects.filter(pk=feed.pk).values())
    assert token not in kept
    assert token not in str(list(AuditEntry.objects.values()))
    assert calendar.make_feed(coordinator)[1] != token


def test_every_reading_leaves_a_row(coordinator: Actor, today: date, person: Callable[..., Person]) -> None:
    person(RECEIVED, **WAITING)
    feed, token = calendar.make_feed(coordinator)
    read(token, today)
    entry = AuditEntry.objects.get(action="calendar_feed.read")
    assert (entry.actor_id, entry.object_ids, entry.details) == (
        coordinator.user_id,
        [str(feed.pk)],
        {"days": 1, "claims": 1},
    )
    feed.refresh_from_db()
    assert feed.last_read_at == NOW


def test_more_claims_ask_no_more_of_the_database(
    coordinator: Actor, today: date, person: Callable[..., Person]
) -> None:
    _feed, token = calendar.make_feed(coordinator)

    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            read(token, today)
        return len(asked)

    person(RECEIVED, **WAITING)
    few = counted()
    for _n in range(4):
        person(RECEIVED, **WAITING)
    assert counted() == few


# --- the pages --------------------------------------------------------------------------------------------------------


def test_an_address_is_made_shown_once_used_and_closed(
    coordinator: Actor, client_for: Callable[..., Client], person: Callable[..., Person]
) -> None:
    person(RECEIVED, **WAITING)
    client = client_for(coordinator)
    url = reverse("calendar-feeds")
    assert "Du har ingen adress." in client.get(url).content.decode()
    made = client.post(url).content.decode()
    address = re.search(r'value="(http://testserver/[^"]*\.ics)"', made)
    assert address
    assert address[1].startswith("http://testserver/ersattning/kalender/")
    assert address[1] not in client.get(url).content.decode()

    answer = Client().get(address[1])
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert "http://testserver/ersattning/ansokningar/" in answer.content.decode().replace("\r\n ", "")
    assert Client().post(address[1]).status_code == 405
    assert "Senast läst" in client.get(url).content.decode()

    feed = CalendarFeed.objects.get()
    closed = client.post(reverse("calendar-feed-revoke", args=[feed.pk]), follow=True).content.decode()
    assert "Adressen är stängd" in closed
    assert "Du har ingen adress." in closed
    assert Client().get(address[1]).status_code == 404
    assert [entry.action for entry in AuditEntry.objects.filter(action__startswith="calendar_feed").order_by("id")] == [
        "calendar_feed.made",
        "calendar_feed.read",
        "calendar_feed.revoked",
    ]


def test_nobody_closes_or_lists_the_address_of_another(
    coordinator: Actor, actor: Callable[..., Actor], client_for: Callable[..., Client]
) -> None:
    feed, _token = calendar.make_feed(coordinator)
    other = actor(Role.COORDINATOR)
    assert calendar.list_feeds(other) == []
    assert client_for(other).post(reverse("calendar-feed-revoke", args=[feed.pk])).status_code == 404
    assert calendar.list_feeds(coordinator) == [feed]
