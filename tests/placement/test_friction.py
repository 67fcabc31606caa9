"""The log of where cooperation is slow: what it takes, what it refuses, how it is solved and counted."""

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
from hemvist.organisation.models import Unit
from hemvist.placement import friction
from hemvist.placement.friction import FrictionFilter
from hemvist.placement.models import Friction

pytestmark = pytest.mark.django_db

LIST = "friction-list"
ALL = FrictionFilter(status="")


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def log(coordinator: Actor, today: date) -> Callable[..., Friction]:
    """``log(units=("sfi", "school"), …)``: an entry, noted ten days ago."""
    made = 0

    def make(units: tuple[str, ...] = ("integration", "school"), owner: str = "school", **changed: Any) -> Friction:
        nonlocal made
        made += 1
        given = {
            "noted_on": today - timedelta(days=10),
            "text": f"Besked om skolplats dröjer, gång {made}",
            "cause": "Ingen gemensam lista",
            "due_on": None,
            "units": [unit(code) for code in units],
            "owner": unit(owner),
            "today": today,
        }
        return friction.log(coordinator, **{**given, **changed})

    return make


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(coordinator)


def unit(code: str) -> Unit:
    return Unit.objects.get(code=code)


def plain(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    text = response.content.decode()
    assert "style=" not in text
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


# --- what it takes and refuses --------------------------------------------------------------------------------------


def test_an_entry_keeps_units_owner_and_day(log: Callable[..., Friction], today: date) -> None:
    entry = log(due_on=today + timedelta(days=30))
    assert {u.code for u in entry.units.all()} == {"integration", "school"}
    assert (entry.owner.code, entry.status, entry.solved_on) == ("school", "open", None)
    row = AuditEntry.objects.get(action="friction.logged")
    assert row.details == {"owner": "school", "units": ["integration", "school"]}


def test_the_same_noted_twice_is_one_entry(log: Callable[..., Friction]) -> None:
    assert log(text="Nyckeln dröjer") == log(text=" Nyckeln dröjer ")
    assert Friction.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"cause": ""}, "cause"),
        ({"units": ()}, "units"),
        ({"units": ("sfi", "school", "integration")}, "units"),
        ({"units": ("reception_sn",)}, "owner"),
        ({"owner": "ame_uan"}, "owner"),
        ({"noted_on": date(2026, 11, 24)}, "noted_on"),
        ({"due_on": date(2026, 11, 1)}, "due_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    log: Callable[..., Friction], changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as error:
        log(**changed)
    assert list(error.value.error_dict) == [field]
    assert not Friction.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        "Besked om 19900514-2389 dröjer",
        "Besked om 900514 2389 dröjer",
        "Besked om 199005142389 dröjer",
        "Ärendet MOT-2026-0007 ligger still",
        "Ärendet mot 2026-0007 ligger still",
        "Skriv till anna@enkoping.example i stället",
    ],
)
@pytest.mark.parametrize("field", ["text", "cause"])
def test_nothing_about_a_person_is_taken(log: Callable[..., Friction], words: str, field: str) -> None:
    with pytest.raises(ValidationError) as error:
        log(**{field: words})
    assert "om en person" in error.value.message_dict[field][0]


@pytest.mark.parametrize(
    "words", ["Planen mot 2027 är oklar", "Beslutet KS2023/781 är okänt", "Mötet 2026-11-23 blev inställt", "25 av 146"]
)
def test_years_days_and_decisions_are_no_persons(log: Callable[..., Friction], words: str) -> None:
    assert log(text=f"{words} för oss").pk


def test_only_those_who_may_log_may(actor: Callable[..., Actor], log: Callable[..., Friction], today: date) -> None:
    entry = log()
    reader = actor(Role.DATA_PROTECTION_OFFICER)
    assert friction.friction_page(reader, ALL, today=today).open == 1
    for deed in (
        lambda: friction.solve(reader, entry, solved_on=today, solution="Ny rutin", today=today),
        lambda: friction.reopen(reader, entry),
    ):
        with pytest.raises(Refused):
            deed()
    with pytest.raises(Refused):
        friction.friction_page(actor(Role.ASSOCIATION), ALL, today=today)


# --- solved, opened again, changed ----------------------------------------------------------------------------------


def test_solving_says_when_and_what_helped(coordinator: Actor, log: Callable[..., Friction], today: date) -> None:
    solved = friction.solve(coordinator, log(), solved_on=today, solution="En gemensam lista", today=today)
    assert (solved.status, solved.solved_on) == ("solved", today)
    page = friction.friction_page(coordinator, ALL, today=today)
    assert page.rows[0].days == 10


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"solved_on": date(2026, 11, 24)}, "solved_on"),
        ({"solved_on": date(2026, 11, 12)}, "solved_on"),
        ({"solution": ""}, "solution"),
        ({"solution": "Ring 19900514-2389"}, "solution"),
    ],
)
def test_an_impossible_solution_is_refused(
    coordinator: Actor, log: Callable[..., Friction], today: date, changed: dict[str, Any], field: str
) -> None:
    entry = log()
    with pytest.raises(ValidationError) as error:
        friction.solve(
            coordinator, entry, **{"solved_on": today, "solution": "En gemensam lista", "today": today, **changed}
        )
    assert list(error.value.error_dict) == [field]
    entry.refresh_from_db()
    assert entry.status == "open"


def test_what_is_solved_is_neither_solved_again_nor_changed_but_can_be_opened(
    coordinator: Actor, log: Callable[..., Friction], today: date
) -> None:
    entry = log()
    words = {"noted_on": entry.noted_on, "text": "Annat ord", "cause": "Annan orsak", "due_on": None}
    friction.solve(coordinator, entry, solved_on=today, solution="En gemensam lista", today=today)
    with pytest.raises(ValidationError, match="redan löst"):
        friction.solve(coordinator, entry, solved_on=today, solution="En till lista", today=today)
    with pytest.raises(ValidationError, match="redan löst"):
        friction.change(coordinator, entry, units=[unit("sfi")], owner=unit("sfi"), today=today, **words)
    assert friction.reopen(coordinator, entry).solved_on is None
    with pytest.raises(ValidationError, match="redan öppen"):
        friction.reopen(coordinator, entry)


def test_another_unit_can_take_it_on(coordinator: Actor, log: Callable[..., Friction], today: date) -> None:
    entry = log()
    friction.change(
        coordinator,
        entry,
        noted_on=entry.noted_on,
        text=entry.text,
        cause=entry.cause,
        units=[unit("sfi")],
        owner=unit("sfi"),
        due_on=today,
        today=today,
    )
    entry.refresh_from_db()
    assert [u.code for u in entry.units.all()] == ["sfi"]
    assert (entry.owner.code, entry.due_on) == ("sfi", today)


def test_an_entry_that_is_not_there_does_not_exist(coordinator: Actor) -> None:
    with pytest.raises(NotVisible):
        friction.one(coordinator, 4711)


# --- found and counted ----------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_status_and_unit(coordinator: Actor, log: Callable[..., Friction], today: date) -> None:
    between, owned, solved = log(("sfi",), "sfi"), log(("integration",), "ehb"), log(("school",), "school")
    friction.solve(coordinator, solved, solved_on=today, solution="Ny rutin", today=today)

    def shown(**wanted: str) -> set[int]:
        page = friction.friction_page(coordinator, FrictionFilter(**wanted), today=today)
        return {row.friction.pk for row in page.rows}

    assert shown() == {between.pk, owned.pk}
    assert shown(status="solved") == {solved.pk}
    assert shown(status="") == {between.pk, owned.pk, solved.pk}
    assert shown(unit="ehb") == {owned.pk}
    assert shown(unit="integration") == {owned.pk}
    assert shown(status="", unit="school") == {solved.pk}


def test_causes_are_counted_together_whatever_the_case_and_spaces(
    coordinator: Actor, log: Callable[..., Friction], today: date
) -> None:
    first = log(cause="Ingen gemensam lista")
    log(cause="ingen  gemensam lista.")
    log(cause="Olika system")
    friction.solve(coordinator, first, solved_on=today - timedelta(days=4), solution="Ny rutin", today=today)
    page = friction.friction_page(coordinator, FrictionFilter(), today=today)
    assert [(c.label, c.open, c.solved, c.days) for c in page.by_cause] == [
        ("Ingen gemensam lista", 1, 1, 6),
        ("Olika system", 1, 0, None),
    ]
    # Counted over everything, whatever the list shows; once for each unit that it lies between.
    assert {c.label: c.total for c in page.by_unit} == {"Integrationsenheten": 3, "Grundskolan": 3}


def test_quarters_tell_what_came_what_was_solved_and_what_was_left(
    coordinator: Actor, log: Callable[..., Friction], today: date
) -> None:
    old = log(noted_on=date(2025, 2, 1))
    log(noted_on=date(2026, 7, 1))
    log(noted_on=date(2026, 10, 1))
    friction.solve(coordinator, old, solved_on=date(2026, 9, 30), solution="Ny rutin", today=today)
    page = friction.friction_page(coordinator, FrictionFilter(), today=today)
    assert [(q.year, q.number, q.noted, q.solved, q.open) for q in page.by_quarter] == [
        (2026, 4, 1, 0, 2),
        (2026, 3, 1, 1, 1),
        (2026, 2, 0, 0, 1),
        (2026, 1, 0, 0, 1),
    ]


# --- the pages ------------------------------------------------------------------------------------------------------


def _typed(**changed: str) -> dict[str, str]:
    return {
        "text": "Nycklar lämnas ut för sent",
        "cause": "Ingen säger till när någon kommer",
        "between": str(unit("integration").pk),
        "other": str(unit("ehb").pk),
        "owner": str(unit("ehb").pk),
        "due_on": "2026-12-15",
        "noted_on": "2026-11-20",
        **changed,
    }


def test_an_empty_log_says_what_to_do(client: Client) -> None:
    text = plain(client.get(reverse(LIST)))
    assert "Inget är noterat än." in text
    assert "Notera en tröghet" in text


def test_the_form_warns_and_saves_once(client: Client) -> None:
    assert "Skriv inget om en person" in plain(client.get(reverse("friction-new")))
    for _ in range(2):
        assert client.post(reverse("friction-new"), _typed()).status_code == 302
    assert Friction.objects.count() == 1
    text = plain(client.get(reverse(LIST)))
    assert "Nycklar lämnas ut för sent" in text
    assert "1 öppen, 0 lösta" in text
    assert "Har gått trögt i 3 dagar." in text


def test_what_is_wrong_is_told_and_nothing_typed_is_lost(client: Client) -> None:
    text = client.post(
        reverse("friction-new"), _typed(cause="Ring 19900514-2389", due_on="2026-01-01")
    ).content.decode()
    assert "Här får inget stå om en person" in text
    assert "Nycklar lämnas ut för sent</textarea>" in text
    assert 'value="2026-01-01"' in text
    assert not Friction.objects.exists()


def test_the_same_unit_twice_is_one_unit(client: Client) -> None:
    client.post(reverse("friction-new"), _typed(other=str(unit("integration").pk)))
    assert [u.code for u in Friction.objects.get().units.all()] == ["integration"]


def test_planned_and_closed_units_are_not_offered(client: Client) -> None:
    text = client.get(reverse("friction-new")).content.decode()
    for code in ("reception_sn", "reception_ks", "ame_uan"):
        assert f'value="{unit(code).pk}"' not in text


def test_an_entry_is_edited_solved_and_opened_again(client: Client, log: Callable[..., Friction]) -> None:
    entry = log()
    assert entry.text in plain(client.get(reverse("friction-edit", args=[entry.pk])))
    assert client.post(reverse("friction-edit", args=[entry.pk]), _typed()).status_code == 302
    done = {"solution": "Bostaden får veta dagen", "solved_on": "2026-11-22"}
    assert client.post(reverse("friction-solve", args=[entry.pk]), done).status_code == 302
    text = plain(client.get(reverse(LIST)))
    assert "Inget går trögt just nu." in text
    text = plain(client.get(reverse(LIST), {"lage": "solved"}))
    assert "Bostaden får veta dagen" in text
    assert "Löst 22 november 2026, efter 2 dagar." in text
    # Posting the solution again changes nothing and says why.
    assert "redan löst" in plain(client.post(reverse("friction-solve", args=[entry.pk]), done))
    assert client.post(reverse("friction-reopen", args=[entry.pk])).status_code == 302
    entry.refresh_from_db()
    assert entry.status == "open"


def test_who_only_reads_is_offered_no_deed(
    actor: Callable[..., Actor], client_for: Callable[..., Client], log: Callable[..., Friction]
) -> None:
    entry = log()
    text = client_for(actor(Role.DATA_PROTECTION_OFFICER)).get(reverse(LIST)).content.decode()
    assert entry.text in text
    assert reverse("friction-new") not in text
    assert reverse("friction-solve", args=[entry.pk]) not in text


def test_a_long_list_is_paged_and_costs_the_same(
    client: Client, log: Callable[..., Friction], django_assert_max_num_queries: Any
) -> None:
    for _ in range(27):
        log()
    client.get(reverse(LIST))
    with django_assert_max_num_queries(12):
        text = plain(client.get(reverse(LIST)))
    assert text.count("Har gått trögt i 10 dagar.") == 25
    assert plain(client.get(reverse(LIST), {"sida": "2"})).count("Har gått trögt i 10 dagar.") == 2
    for wrong in ({"lage": "x"}, {"enhet": "finns-inte"}, {"sida": "-1"}):
        assert client.get(reverse(LIST), wrong).status_code == 200


def test_an_address_with_an_absurd_number_is_not_found(client: Client) -> None:
    assert client.get(reverse("friction-edit", args=[10**30])).status_code == 404
