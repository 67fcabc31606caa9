"""Decisions and their points: what is late, what is said of them, who may say it, and what the pages show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry
from hemvist.access.roles import Role
from hemvist.organisation.models import Move
from hemvist.placement import followup
from hemvist.placement.models import PointStatus

pytestmark = pytest.mark.django_db

LIST = "assignment-points"


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def strategist(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.STRATEGIST)


@pytest.fixture
def client(strategist: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(strategist)


def plain(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    text = response.content.decode()
    assert "style=" not in text
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


def say(actor: Actor, today: date, **changed: Any) -> PointStatus:
    given = {"decision": "DE3", "number": 3, "status": "done", "on": today, "note": "", "today": today}
    return followup.follow_point(actor, **{**given, **changed})


def point(actor: Actor, today: date, decision: str = "DE3", number: int = 3) -> followup.Point:
    return followup.one_point(actor, decision, number, today=today)[1]


# --- lateness -------------------------------------------------------------------------------------------------------


def test_a_point_that_nobody_has_said_is_done_is_late_after_its_day(strategist: Actor) -> None:
    deadline = date(2025, 12, 31)
    assert not point(strategist, deadline).late
    assert point(strategist, deadline).days_left == 0
    late = point(strategist, deadline + timedelta(days=1))
    assert late.late
    assert late.days_late == 1


def test_a_point_done_after_its_day_is_no_longer_late_but_tells_by_how_much(strategist: Actor, today: date) -> None:
    say(strategist, today, on=date(2026, 1, 10))
    found = point(strategist, today)
    assert not found.late
    assert (found.done_on, found.days_late) == (date(2026, 1, 10), 10)


def test_a_point_that_the_folder_calls_done_has_no_day_and_is_not_late(strategist: Actor, today: date) -> None:
    found = point(strategist, today, number=1)
    assert found.done
    assert (found.done_on, found.days_late, found.late) == (None, 0, False)


def test_a_point_to_come_counts_the_days_that_are_left(strategist: Actor, today: date) -> None:
    assert point(strategist, today, "DE4", 1).days_left == (date(2026, 12, 31) - today).days
    assert followup.history(strategist, today=today).late[0][0].code == "DE3"


# --- what is said ---------------------------------------------------------------------------------------------------


def test_the_latest_counts_and_the_earlier_stay(strategist: Actor, today: date) -> None:
    say(strategist, today, status="open", note="Väntar på kommunstyrelsen")
    say(strategist, today, status="done", on=today - timedelta(days=2), note="KS § 12")
    found = point(strategist, today)
    assert found.status == "done"
    assert [row.status for row in found.said] == ["open", "done"]
    # Said later about an earlier day still counts: somebody has put it right.
    say(strategist, today, status="planned", on=date(2025, 10, 1))
    assert point(strategist, today).status == "planned"
    assert PointStatus.objects.count() == 3


def test_the_same_said_twice_is_one_row(strategist: Actor, today: date) -> None:
    assert say(strategist, today, note="Klart ") == say(strategist, today, note=" Klart")
    assert PointStatus.objects.count() == 1
    assert AuditEntry.objects.filter(action="assignment_point.followed").count() == 1


def test_the_journal_keeps_which_point_and_status_but_not_the_note(strategist: Actor, today: date) -> None:
    say(strategist, today, note="Läggs fram i mars")
    entry = AuditEntry.objects.get(action="assignment_point.followed")
    assert entry.object_ids == ["DE3/3"]
    assert entry.details == {"status": "done", "on": today.isoformat()}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"status": "unknown"}, "status"),
        ({"on": date(2026, 11, 24)}, "on"),
        ({"on": date(2025, 3, 31)}, "on"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    strategist: Actor, today: date, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as error:
        say(strategist, today, **changed)
    assert list(error.value.error_dict) == [field]
    assert not PointStatus.objects.exists()


def test_a_point_that_is_not_there_does_not_exist(strategist: Actor, today: date) -> None:
    for decision, number in (("DE3", 4), ("DE9", 1)):
        with pytest.raises(NotVisible):
            say(strategist, today, decision=decision, number=number)


def test_only_those_who_follow_assignments_may_say(coordinator: Actor, today: date) -> None:
    with pytest.raises(Refused):
        say(coordinator, today)
    assert not PointStatus.objects.exists()


# --- the pages ------------------------------------------------------------------------------------------------------


def test_the_page_tells_body_day_paragraph_number_and_how_late(client: Client) -> None:
    text = plain(client.get(reverse(LIST)))
    assert "24 september 2024 · § 207 · diarienummer KS2023/781" in text
    assert "Mellan september 2024 och april 2025 (dagen framgår inte)" in text
    assert "Tiden gick ut för 327 dagar sedan, och ingen har sagt om punkten är klar." in text
    assert "1 uppdrag har passerat sin dag" in text
    assert "38 dagar kvar" in text
    assert "UAN2024/416" in text
    assert "SN2024/101" in text
    assert "Ingen flytt av ansvar är beslutad." in text


def test_saying_it_is_done_takes_it_from_the_late_ones(client: Client, strategist: Actor) -> None:
    url = reverse("assignment-point-follow", args=["DE3", 3])
    assert "Lägga fram båda utredningarna" in plain(client.get(url))
    response = client.post(url, {"status": "done", "on": "2025-12-16", "note": "KS 2025-12-16 § 300"})
    assert response.status_code == 302
    text = plain(client.get(reverse(LIST)))
    assert "har passerat sin dag" not in text
    assert "Klart 16 december 2025." in text
    assert f"KS 2025-12-16 § 300 Sagt av {strategist.name}" in text


def test_a_wrong_day_is_told_and_nothing_typed_is_lost(client: Client) -> None:
    url = reverse("assignment-point-follow", args=["DE3", 3])
    text = client.post(url, {"status": "open", "on": "2027-01-01", "note": "Väntar"}).content.decode()
    assert "Dagen är inte här än." in text
    assert ">\nVäntar</textarea>" in text
    assert 'value="2027-01-01"' in text
    assert not PointStatus.objects.exists()


def test_who_only_reads_is_offered_no_deed(actor: Callable[..., Actor], client_for: Callable[..., Client]) -> None:
    text = plain(client_for(actor(Role.COORDINATOR)).get(reverse(LIST)))
    assert "Säg hur det går" not in text


def _move(status: str, **more: Any) -> Move:
    return Move.objects.create(
        alternative="SN",
        title="Mottagandet till socialnämnden",
        takes_effect_on=date(2027, 3, 1),
        status=status,
        drafted_by="Fia",
        **more,
    )


def test_decided_moves_stand_in_the_history_with_their_reference_and_drafts_do_not(client: Client) -> None:
    decided = {"decided_on": date(2026, 11, 16), "decided_by": "Kommunfullmäktige", "diary_number": "KS2026/345"}
    _move(Move.Status.DRAFT)
    assert "Mottagandet till socialnämnden" not in plain(client.get(reverse(LIST)))
    _move(Move.Status.DECIDED, section="§ 12", **decided)
    text = plain(client.get(reverse(LIST)))
    assert "Kommunfullmäktige 2026-11-16 § 12, KS2026/345" in text
    assert "Gäller från 1 mars 2027." in text


def test_the_page_costs_the_same_however_much_has_been_said(
    client: Client, strategist: Actor, today: date, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        say(strategist, today, note=f"Läge {n}")
        say(strategist, today, decision="DE4", number=1, note=f"Läge {n}", status="open")
    client.get(reverse(LIST))
    with django_assert_max_num_queries(14):
        client.get(reverse(LIST))


def test_the_page_speaks_english(client: Client) -> None:
    client.cookies["django_language"] = "en"
    assert "The contact centre moves and becomes a service centre" in plain(client.get(reverse(LIST)))
