"""From the register's facts to what the state owes: dates, rates, moves, and who may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry
from hemvist.access.roles import Role
from hemvist.compensation import queries
from hemvist.compensation.ledger import ledgers, lines, months
from hemvist.law.compensation import Ground, InitialRate, Route
from hemvist.organisation.services import record_ruling
from hemvist.reception.models import FactKind, Membership, Person

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
Make = Callable[..., Person]


def one(actor: Actor, person: Person) -> Any:
    (found,) = ledgers(actor, today=TODAY, person_ids=[person.id])
    return found


def test_a_resettled_adult_brings_the_initial_costs_and_nine_instalments(person: Make, controller: Actor) -> None:
    ledger = one(controller, person(date(2025, 3, 18)))
    assert ledger.received.value == date(2025, 3, 18)
    assert ledger.facts.initial_rate is InitialRate.ASSIGNED_2016
    assert [owed.amount for owed in ledger.own] == [20521, 16500, 33000, *[16500] * 7]
    assert ledger.total() == 165_000 + 20_521
    assert ledger.lapsed == ()


def test_who_came_from_asylum_housing_before_registration_is_received_when_registered(
    person: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    """The older anvisning, the newer schablon, and 14 c § for the weeks between (E27, E29)."""
    arrived = person(
        date(2026, 11, 3), category="asylum_housing", ground="UTLL_5_1", registered=False, decided_on=date(2026, 10, 5)
    )
    waiting = one(controller, arrived)
    assert waiting.received.value is None
    housing = [owed for owed in waiting.own if owed.ground is Ground.ASSIGNED_HOUSING]
    assert [(owed.amount, owed.route) for owed in housing] == [(21 * 300, Route.APPLICATION)]
    assert housing[0].apply_by == date(2027, 6, 30)
    fact(
        arrived,
        FactKind.POPULATION_REGISTRATION,
        {"decided_on": date(2027, 1, 4), "registered_on": date(2027, 1, 4)},
        date(2027, 1, 4),
        date(2027, 1, 5),
    )
    (ledger,) = ledgers(controller, today=date(2027, 1, 5), person_ids=[arrived.id])
    assert ledger.received.value == date(2027, 1, 4)
    amounts = {owed.ground: owed.amount for owed in ledger.own if owed.number in (None, 1)}
    assert amounts[Ground.INITIAL] == 20_800
    assert amounts[Ground.STANDARD] == 18_070
    assert sum(owed.amount for owed in ledger.own if owed.ground is Ground.ASSIGNED_HOUSING) == 62 * 300
    assert amounts[Ground.ASSIGNED_HOUSING_ONCE] == 15_000


def test_a_move_gives_the_rest_and_ten_per_cent_more_to_the_other_municipality(
    person: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    mover = person(date(2025, 4, 8))
    fact(
        mover,
        FactKind.POPULATION_REGISTRATION,
        {"decided_on": date(2026, 2, 1), "registered_on": date(2026, 2, 1), "municipality": "Uppsala"},
        date(2026, 2, 1),
    )
    ledger = one(controller, mover)
    assert sum(owed.amount for owed in ledger.own if owed.ground is Ground.STANDARD) == 82_500
    assert {owed.municipality for owed in ledger.lapsed} == {"Uppsala"}
    assert sum(owed.amount for owed in ledger.lapsed) == 99_000


def test_somebody_first_received_elsewhere_brings_the_rest_and_the_extra(
    person: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    """E15: the software must expect income for persons whom the municipality never received."""
    newcomer = person(None, category="other", ground="UTLL_5_1", registered=False, decided_on=date(2024, 12, 1))
    fact(newcomer, FactKind.FIRST_RECEPTION, {"on": date(2025, 1, 15), "municipality": "Norberg"}, date(2025, 1, 15))
    for on, place in ((date(2025, 1, 15), "Norberg"), (date(2025, 8, 30), "")):
        fact(
            newcomer,
            FactKind.POPULATION_REGISTRATION,
            {"decided_on": on, "registered_on": on, "municipality": place},
            on,
        )
    ledger = one(controller, newcomer)
    assert sum(owed.amount for owed in ledger.own) == 115_500
    assert ledger.own[0].due_on == date(2025, 10, 31)
    assert {owed.ground for owed in ledger.own[:2]} == {Ground.STANDARD, Ground.MOVE_PERIOD}


def test_death_and_emigration_end_what_has_not_fallen_due(
    person: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    dead, gone = person(date(2025, 5, 20)), person(date(2025, 5, 20))
    fact(dead, FactKind.DEATH, {"on": date(2026, 1, 9)}, date(2026, 1, 9))
    fact(
        gone,
        FactKind.POPULATION_REGISTRATION,
        {"state": "emigrated", "registered_on": date(2026, 3, 1)},
        date(2026, 3, 1),
    )
    assert one(controller, dead).total() == 66_000 + 20_521
    assert one(controller, gone).total() == 82_500 + 20_521
    assert all(owed.nobody and owed.amount == 0 and owed.steps for owed in one(controller, dead).lapsed)


def test_without_a_registration_the_amounts_say_what_they_assume(person: Make, controller: Actor) -> None:
    ledger = one(controller, person(date(2026, 9, 1), registered=False))
    assert [bool(owed.assumed) for owed in ledger.own if owed.ground is Ground.STANDARD] == [False, *[True] * 8]


def test_a_recorded_ruling_changes_the_ledger_and_is_told(
    person: Make, controller: Actor, actor: Callable[..., Actor]
) -> None:
    december = person(date(2025, 12, 9))
    before = one(controller, december)
    initial = next(owed for owed in before.own if owed.ground is Ground.INITIAL)
    assert (initial.amount, [(c.key, c.recorded) for c in initial.open_points]) == (20_661, [("U9", False)])
    record_ruling(
        registered_by="test",
        key="U9",
        answer="reception",
        decided_on=date(2026, 11, 1),
        decided_by="Nämnden",
        reason="Så räknar Migrationsverket",
        today=TODAY,
    )
    initial = next(owed for owed in one(controller, december).own if owed.ground is Ground.INITIAL)
    assert (initial.amount, [(c.key, c.recorded) for c in initial.open_points]) == (
        20_521,
        [("U9", True), ("U8", False)],
    )


# --- who sees ---------------------------------------------------------------------------------------------------------


def test_a_controller_under_another_board_sees_sums_and_no_person(
    person: Make, outside: Actor, controller: Actor
) -> None:
    received = person(date(2026, 3, 2))
    assert ledgers(outside, today=TODAY) == []
    with pytest.raises(NotVisible):
        queries.person_page(outside, received.id, today=TODAY)
    sums = queries.overview(outside, year=2026, today=TODAY)
    assert sums.owed == queries.overview(controller, year=2026, today=TODAY).owed > 0
    assert (sums.without_date, sums.assumptions) == (None, None)


def test_a_protected_person_is_in_no_ledger_and_no_sum(
    person: Make, controller: Actor, outside: Actor, actor: Callable[..., Actor], fact: Callable[..., Any]
) -> None:
    hidden = person(date(2026, 3, 2))
    trusted = actor(Role.CONTROLLER, unit="integration", handles_protected=True)
    marking = {"form": "sekretessmarkering", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"}
    fact(hidden, FactKind.PROTECTION, marking, TODAY)
    assert ledgers(controller, today=TODAY) == []
    assert queries.overview(controller, year=2026, today=TODAY).owed == 0
    assert queries.overview(outside, year=2026, today=TODAY).owed == 0
    assert one(trusted, hidden).total() > 0
    assert queries.export_lines(trusted, since=date(2026, 1, 1), until=date(2026, 12, 31), today=TODAY) == []


@pytest.mark.parametrize("role", [Role.SOCIAL_SECRETARY, Role.SCHOOL_ADMINISTRATOR, Role.ASSOCIATION, Role.NEWCOMER])
def test_others_see_neither_persons_nor_sums(role: Role, actor: Callable[..., Actor]) -> None:
    with pytest.raises(Refused):
        ledgers(actor(role), today=TODAY)
    with pytest.raises(Refused):
        queries.overview(actor(role), year=2026, today=TODAY)


def test_every_reading_leaves_a_row(person: Make, controller: Actor) -> None:
    received = person(date(2026, 3, 2))
    before = AuditEntry.objects.count()
    queries.person_page(controller, received.id, today=TODAY)
    entry = AuditEntry.objects.first()
    assert AuditEntry.objects.count() == before + 1
    assert entry is not None
    assert entry.action == "compensation.persons_read"
    assert entry.object_ids == [str(received.id)]


# --- put together -----------------------------------------------------------------------------------------------------


def test_months_add_up_to_the_lines(person: Make, controller: Actor) -> None:
    for day in (date(2025, 3, 18), date(2026, 2, 10), date(2026, 9, 1)):
        person(day)
    rows = lines(ledgers(controller, today=TODAY), since=date(2026, 1, 1), until=date(2026, 12, 31))
    table = months(rows, date(2026, 1, 1), date(2026, 12, 31))
    assert len(table) == 12
    assert sum(month.total for month in table) == sum(row.owed.amount or Decimal(0) for row in rows)


def test_the_key_gives_every_krona_to_somebody(person: Make, controller: Actor) -> None:
    person(date(2026, 2, 10))
    found = queries.distribution(controller, year=2026, today=TODAY)
    assert found.total == queries.overview(controller, year=2026, today=TODAY).owed
    school = next(row for row in found.units if row.unit.code == "school")
    assert school.by_group["standard"] == Decimal("0.55") * found.by_group["standard"]
    assert "Skola" in school.functions


def test_the_number_of_queries_does_not_grow_with_the_persons(person: Make, controller: Actor) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            queries.overview(controller, year=2026, today=TODAY)
            queries.list_people(controller, today=TODAY)
            queries.distribution(controller, year=2026, today=TODAY)
        return len(seen)

    person(date(2026, 2, 10))
    few = asked()
    for month in range(1, 11):
        person(date(2026, month, 5))
    assert asked() == few


def test_the_list_of_persons_pages_and_finds_by_name_number_and_case(person: Make, controller: Actor) -> None:
    first = person(date(2026, 2, 10), given="Åsnake")
    for month in range(1, 8):
        person(date(2026, month, 5))
    page, more = queries.list_people(controller, today=TODAY, limit=5)
    rest, last = queries.list_people(controller, today=TODAY, offset=5, limit=5)
    assert (len(page), more, len(rest), last) == (5, True, 3, False)
    (found,), _more = queries.list_people(controller, today=TODAY, search="åsnake")
    assert found.ledger.person.person_id == first.id
    assert [row.ledger.person.person_id for row in queries.list_people(controller, today=TODAY, search="00001")[0]] == [
        first.id
    ]
    number = first.case.number
    assert queries.list_people(controller, today=TODAY, search=number)[0][0].ledger.person.case_number == number


def test_the_list_of_persons_by_state(person: Make, controller: Actor) -> None:
    person(date(2024, 3, 5), given="Klar")
    person(date(2026, 3, 5), given="Pågår")
    person(None, given="Väntar", planned_on=date(2026, 12, 20))
    names = {
        state: [
            row.ledger.person.name.split()[0] for row in queries.list_people(controller, today=TODAY, state=state)[0]
        ]
        for state in ("", "ended", "running", "expected")
    }
    assert names == {
        "": ["Klar", "Pågår", "Väntar"],
        "ended": ["Klar"],
        "running": ["Pågår"],
        "expected": ["Väntar"],
    }


def test_the_households_money_lies_among_the_pages_of_who_opens_it(
    person: Make, controller: Actor, coordinator: Actor, client_for: Callable[..., Client]
) -> None:
    """The coordinator stays in the household, the controller among the money."""
    household = Membership.objects.get(person=person(date(2026, 3, 2))).household_id
    address = reverse("compensation-household", args=[household])
    for actor, stays_at, not_at in (
        (coordinator, reverse("household-people", args=[household]), reverse("reconciliation")),
        (controller, reverse("reconciliation"), reverse("household-people", args=[household])),
    ):
        page = client_for(actor).get(address).content.decode()
        nav = page[page.index('<nav class="subnav"') :]
        nav = nav[: nav.index("</nav>")]
        assert f'href="{stays_at}"' in nav
        assert f'href="{not_at}"' not in nav
        assert nav.count('aria-current="page"') == 1
