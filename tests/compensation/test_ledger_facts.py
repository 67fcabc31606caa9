"""Facts of single persons that decide whether, when and how much: permits, relatives, children, moves, ended stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.compensation.conftest import household_of

from hemvist.access.actor import Actor
from hemvist.compensation.forecast import Assumptions, forecast
from hemvist.compensation.ledger import PersonLedger, ledgers
from hemvist.law.compensation import Ground, InitialRate
from hemvist.organisation.services import record_ruling
from hemvist.reception.models import Assignment, FactKind, Membership, Person
from hemvist.reception.services import (
    NewPerson,
    add_person,
    close_case,
    end_assignment,
    end_membership,
    record_arrival,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
LATER = date(2027, 6, 1)
Make = Callable[..., Person]


def one(actor: Actor, person: Person, today: date = TODAY) -> PersonLedger:
    (found,) = ledgers(actor, today=today, person_ids=[person.id])
    return found


def amount(ledger: PersonLedger, ground: Ground) -> Decimal:
    return sum((owed.amount or Decimal(0) for owed in ledger.own if owed.ground is ground), Decimal(0))


def permit(ground: str, granted_on: str, **more: Any) -> dict[str, Any]:
    return {"ground": ground, "granted_on": granted_on, **more}


@pytest.fixture
def joins(coordinator: Actor) -> Callable[..., Person]:
    """``joins(person, …)``: somebody who comes to the household of another."""

    def make(to: Person, on: date, *, born: date = date(1992, 3, 4), ground: str = "", granted: date | None = None):
        return add_person(
            coordinator,
            household=household_of(to),
            new=NewPerson("Milena", "Testsson", born, "adult", permit_ground=ground, permit_granted_on=granted),
            joined_on=on,
            reason="Kom senare",
            source="staff",
            today=TODAY,
        )

    return make


@pytest.fixture
def registers(fact: Callable[..., Any]) -> Callable[..., Any]:
    """``registers(person, on, …)``: folkbokföring, decided the same day when nothing else is said."""

    def make(person: Person, on: date, decided_on: date | None = None, municipality: str = "", **more: Any) -> Any:
        value = {"decided_on": decided_on or on, "registered_on": on, "municipality": municipality, **more}
        return fact(person, FactKind.POPULATION_REGISTRATION, value, on, LATER)

    return make


# --- permits ----------------------------------------------------------------------------------------------------------


def test_a_renewed_permit_takes_nothing_away(person: Make, controller: Actor, fact: Callable[..., Any]) -> None:
    """The right rests on the permit of the day of reception (2010:1122 5 and 6 §§): the date is set once."""
    someone = person(date(2025, 3, 18))
    before = one(controller, someone)
    fact(someone, FactKind.PERMIT, permit("UTLL_5_2", "2026-08-01", valid_to="2029-08-01"), date(2026, 8, 1))
    after = one(controller, someone)
    assert after.total() == before.total() == 165_000 + 20_521
    assert after.covered.value is True


def test_a_renewed_permit_moves_no_mottagandedatum(
    person: Make, controller: Actor, fact: Callable[..., Any], registers: Callable[..., Any]
) -> None:
    someone = person(
        date(2026, 11, 3), category="asylum_housing", ground="UTLL_5_1", registered=False, decided_on=date(2026, 10, 5)
    )
    registers(someone, date(2026, 12, 15))
    fact(someone, FactKind.PERMIT, permit("UTLL_5_1", "2027-05-20"), date(2027, 5, 20), LATER)
    ledger = one(controller, someone, LATER)
    assert ledger.received.value == date(2026, 12, 15)
    assert amount(ledger, Ground.STANDARD) == 165_000


def test_when_only_a_later_permit_is_known_the_person_is_taken_to_be_covered(person: Make, controller: Actor) -> None:
    someone = person(date(2025, 3, 18), category="relative", ground="UTLL_5_1", decided_on=date(2026, 8, 31))
    ledger = one(controller, someone)
    assert (ledger.covered.value, ledger.covered.missing) == (None, ("permit_from",))
    assert amount(ledger, Ground.STANDARD) == 165_000
    assert ledger.assumed


def test_a_final_refusal_ends_the_instalments(person: Make, controller: Actor, fact: Callable[..., Any]) -> None:
    """5 b §: until the refusal has got laga kraft, and while the old permit is valid."""
    someone = person(date(2025, 3, 18))
    value = permit(
        "UTLL_5_2",
        "2025-01-01",
        valid_to="2026-01-31",
        renewal_applied_on="2025-12-01",
        renewal_refused_final_on="2026-04-15",
    )
    fact(someone, FactKind.PERMIT, value, date(2026, 4, 15))
    ledger = one(controller, someone)
    assert [owed.number for owed in ledger.own if owed.ground is Ground.STANDARD] == [1, 2, 3, 4, 5]
    assert {owed.steps[-1].source.section for owed in ledger.lapsed if owed.steps[-1].source} == {"5 b §"}
    fact(someone, FactKind.PERMIT, permit("UTLL_5_6", "2026-06-01"), date(2026, 6, 1))
    assert amount(one(controller, someone), Ground.STANDARD) == 165_000


def test_who_is_only_in_5_b_and_not_assigned_brings_no_initial_costs(
    person: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    """17 § names 5 and 5 a §§ only."""
    someone = person(
        date(2026, 3, 2), category="self_settled", ground="UTLL_5_1", registered=False, decided_on=date(2024, 3, 2)
    )
    value = permit("UTLL_5_1", "2024-02-01", valid_to="2026-02-01", renewal_applied_on="2026-01-10")
    fact(someone, FactKind.PERMIT, value, date(2024, 2, 1))
    fact(someone, FactKind.FIRST_RECEPTION, {"on": date(2026, 3, 2), "municipality": ""}, date(2026, 3, 2))
    ledger = one(controller, someone)
    assert ledger.covered.value is None  # nobody has said that the permit can ground registration
    fact(someone, FactKind.POPULATION_REGISTRATION, {"registered_on": date(2026, 3, 20)}, date(2026, 3, 20))
    ledger = one(controller, someone)
    assert ledger.covered.value is True
    assert ledger.facts.initial_rate is InitialRate.NONE
    assert (amount(ledger, Ground.INITIAL), amount(ledger, Ground.STANDARD)) == (0, 165_000)


# --- who in the household ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("category", "ground"), [("asylum_housing", "UTLL_5_1"), ("quota", "UTLL_5_2")])
def test_a_relative_who_joins_an_assigned_household_is_received_when_registered(
    category: str,
    ground: str,
    person: Make,
    joins: Make,
    registers: Callable[..., Any],
    controller: Actor,
    coordinator: Actor,
) -> None:
    """6 §: who came straight from abroad has not been registered at Migrationsverket; 17 § and the older schablon."""
    sponsor = person(date(2026, 5, 4), category=category, ground=ground)
    relative = joins(sponsor, date(2026, 11, 20), ground="RELATIVE", granted=date(2026, 9, 1))
    record_arrival(
        coordinator, household=household_of(sponsor), persons=[relative], on=TODAY, source="staff", today=TODAY
    )
    registers(relative, date(2026, 12, 28), decided_on=date(2027, 1, 10))
    ledger = one(controller, relative, LATER)
    assert ledger.received.value == date(2026, 12, 28)
    assert ledger.facts.initial_rate is InitialRate.OTHER
    assert amount(ledger, Ground.STANDARD) == 165_000
    assert amount(ledger, Ground.ASSIGNED_HOUSING) == 0


def test_own_housing_before_the_reception_goes_before_that_of_the_household(
    person: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    """2016:39 9 §: assigned with the household but not under 11 § gives the rate of 17 §."""
    someone = person(date(2025, 3, 18), category="asylum_housing", ground="UTLL_5_1")
    assert one(controller, someone).facts.initial_rate is InitialRate.ASSIGNED_2016
    fact(someone, FactKind.LIVING, {"living": "own"}, date(2025, 3, 18))
    assert one(controller, someone).facts.initial_rate is InitialRate.OTHER


def test_a_child_born_in_sweden_is_covered_when_migrationsverket_lists_it(
    person: Make, joins: Make, controller: Actor, fact: Callable[..., Any], registers: Callable[..., Any]
) -> None:
    """U7, and the mottagandedatum of a child who has never been registered at Migrationsverket."""
    parent = person(date(2025, 3, 18))
    child = joins(parent, date(2026, 2, 10), born=date(2026, 2, 1))
    fact(child, FactKind.BIRTH_DATE, {"on": date(2026, 2, 1), "in_sweden": True}, date(2026, 2, 1))
    registers(child, date(2026, 2, 1))
    ledger = one(controller, child)
    assert (ledger.covered.value, ledger.total()) == (False, 0)
    fact(child, FactKind.FIRST_RECEPTION, {"on": date(2026, 2, 1), "municipality": ""}, date(2026, 3, 1))
    ledger = one(controller, child)
    assert (ledger.covered.value, amount(ledger, Ground.STANDARD)) == (True, 165_000)


def test_a_child_born_in_sweden_is_received_when_registered_if_the_municipality_rules_so(
    person: Make, joins: Make, controller: Actor, fact: Callable[..., Any], registers: Callable[..., Any]
) -> None:
    child = joins(person(date(2025, 3, 18)), date(2026, 2, 10), born=date(2026, 2, 1))
    fact(child, FactKind.BIRTH_DATE, {"on": date(2026, 2, 1), "in_sweden": True}, date(2026, 2, 1))
    registers(child, date(2026, 2, 1))
    record_ruling(
        registered_by="test",
        key="U7",
        answer="covered",
        decided_on=date(2026, 11, 1),
        decided_by="Nämnden",
        reason="Prövas",
        today=TODAY,
    )
    ledger = one(controller, child)
    assert ledger.received.value == date(2026, 2, 1)
    assert amount(ledger, Ground.STANDARD) == 165_000


def test_an_assigned_child_born_during_the_asylum_time_is_no_question(
    person: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    child = person(date(2026, 3, 2), born=date(2025, 6, 1), category="asylum_housing", ground="UTLL_5_1")
    fact(child, FactKind.BIRTH_DATE, {"on": date(2025, 6, 1), "in_sweden": True}, date(2026, 3, 2))
    ledger = one(controller, child)
    assert ledger.covered.value is True
    assert amount(ledger, Ground.INITIAL) == 10_330


# --- received elsewhere, or not yet -----------------------------------------------------------------------------------


def test_a_relative_registered_elsewhere_first_was_received_there(
    person: Make, controller: Actor, registers: Callable[..., Any]
) -> None:
    """12 § 1 st and 15 §: instalment 1 and the initial costs stay with the municipality of the first registration."""
    someone = person(date(2025, 8, 30), category="relative", ground="RELATIVE", registered=False)
    registers(someone, date(2025, 2, 1), municipality="Norberg")
    registers(someone, date(2025, 8, 30))
    ledger = one(controller, someone)
    assert ledger.received.value == date(2025, 2, 1)
    assert ledger.facts.first_municipality == "Norberg"
    assert amount(ledger, Ground.INITIAL) == 0
    assert [owed.number for owed in ledger.own if owed.ground is Ground.STANDARD] == [4, 5, 6, 7, 8, 9]
    assert amount(ledger, Ground.MOVE_PERIOD) == 16_500


def test_who_moves_in_without_an_anvisning_was_not_first_received_here(
    person: Make, controller: Actor, registers: Callable[..., Any]
) -> None:
    """E15 without Migrationsverket's list: Skatteverket's first decision and the first municipality until it comes."""
    someone = person(date(2025, 8, 30), category="other", ground="UTLL_5_1", registered=False)
    registers(someone, date(2025, 1, 15), municipality="Norberg")
    registers(someone, date(2025, 8, 30))
    ledger = one(controller, someone)
    assert ledger.received.value is None
    someone = person(date(2025, 8, 30), category="self_settled", ground="UTLL_5_1", registered=False)
    registers(someone, date(2025, 1, 15), municipality="Norberg")
    registers(someone, date(2025, 8, 30))
    ledger = one(controller, someone)
    assert (ledger.received.value, ledger.facts.first_municipality) == (date(2025, 1, 15), "Norberg")
    assert ledger.assumed
    assert amount(ledger, Ground.STANDARD) + amount(ledger, Ground.MOVE_PERIOD) == 115_500


def test_moving_in_with_temporary_protection_is_no_reception_before_registration(
    person: Make, controller: Actor, registers: Callable[..., Any]
) -> None:
    """1.4 and U1: LMA pays until folkbokföring. Until Migrationsverket's list comes Skatteverket's decision counts."""
    someone = person(date(2026, 4, 10), category="temporary_protection", ground="UTLL_21", registered=False)
    assert one(controller, someone).received.value is None
    assert one(controller, someone).total() == 0
    registers(someone, date(2026, 8, 3), decided_on=date(2026, 8, 20))
    ledger = one(controller, someone)
    assert (ledger.received.value, bool(ledger.assumed)) == (date(2026, 8, 20), True)


def test_temporary_protection_registered_from_october_is_received_when_the_act_ends(
    person: Make, controller: Actor, registers: Callable[..., Any]
) -> None:
    someone = person(date(2026, 4, 10), category="temporary_protection", ground="UTLL_21", registered=False)
    registers(someone, date(2026, 10, 5), decided_on=date(2026, 10, 20))
    ledger = one(controller, someone)
    assert (ledger.received.value, ledger.assumed) == (date(2026, 10, 20), ())


def test_a_stay_in_our_housing_shows_the_right_to_housing_without_an_anvisning(
    person: Make, controller: Actor, fact: Callable[..., Any], registers: Callable[..., Any]
) -> None:
    """2026:1326 11 § 2 st, also when nobody has written down where the person lived; 14 a § then ends."""
    someone = person(None, category="other", ground="UTLL_21", registered=False)
    fact(someone, FactKind.STAY, {"form": "municipal_temporary_protection", "start": date(2026, 10, 1)}, TODAY)
    registers(someone, date(2027, 3, 10))
    fact(someone, FactKind.FIRST_RECEPTION, {"on": date(2027, 3, 10), "municipality": ""}, date(2027, 3, 10), LATER)
    ledger = one(controller, someone, LATER)
    assert ledger.facts.initial_rate is InitialRate.HOUSING_2026
    assert amount(ledger, Ground.INITIAL) == 29_919
    assert amount(ledger, Ground.ASYLUM_HOUSING) == (31 + 30 + 31 + 31 + 28 + 9) * 300


def test_nights_end_with_registration_also_for_who_is_not_covered(
    person: Make, joins: Make, controller: Actor, fact: Callable[..., Any], registers: Callable[..., Any]
) -> None:
    """14 a §: until the person is no longer under mottagandelagen. U7 decides only about the schablon."""
    child = joins(person(None, category="other", ground="UTLL_21"), date(2026, 9, 1), born=date(2026, 8, 20))
    fact(child, FactKind.BIRTH_DATE, {"on": date(2026, 8, 20), "in_sweden": True}, date(2026, 9, 1))
    fact(child, FactKind.STAY, {"form": "municipal_temporary_protection", "start": date(2026, 9, 1)}, TODAY)
    registers(child, date(2026, 10, 11))
    ledger = one(controller, child, LATER)
    assert (ledger.covered.value, ledger.received.value) == (False, date(2026, 10, 11))
    assert amount(ledger, Ground.ASYLUM_HOUSING) == 40 * 150


def test_an_open_stay_before_registration_ends_when_the_case_is_closed(
    person: Make, controller: Actor, coordinator: Actor, fact: Callable[..., Any]
) -> None:
    someone = person(None, category="temporary_protection", ground="UTLL_21", registered=False)
    fact(someone, FactKind.STAY, {"form": "municipal_temporary_protection", "start": date(2026, 11, 1)}, TODAY)
    close_case(coordinator, household=household_of(someone), on=TODAY, reason="Flyttade", today=TODAY)
    ledger = one(controller, someone, LATER)
    assert amount(ledger, Ground.ASYLUM_HOUSING) == 22 * 300
    told = " ".join(step.render() for owed in ledger.own for step in owed.steps)
    assert "räknas till den dagen" in told


# --- 14 c § that nobody has recorded ----------------------------------------------------------------------------------


@pytest.fixture
def waiting(person: Make) -> Person:
    """Assigned and moved in, but not registered: 14 c § runs."""
    return person(
        date(2026, 11, 3), category="asylum_housing", ground="UTLL_5_1", registered=False, decided_on=date(2026, 10, 5)
    )


def nights(actor: Actor, someone: Person, today: date = TODAY) -> Decimal:
    return amount(one(actor, someone, today), Ground.ASSIGNED_HOUSING) / 300


def test_the_nights_before_registration_end_with_death(
    waiting: Person, controller: Actor, fact: Callable[..., Any]
) -> None:
    assert nights(controller, waiting) == 21
    fact(waiting, FactKind.DEATH, {"on": date(2026, 11, 10)}, date(2026, 11, 10))
    assert nights(controller, waiting) == 7
    assert forecast(controller, today=TODAY, assumptions=Assumptions()).total(layer="expected", group="standard") == 0


def test_the_nights_before_registration_end_when_the_case_is_closed(
    waiting: Person, controller: Actor, coordinator: Actor
) -> None:
    close_case(coordinator, household=household_of(waiting), on=TODAY, reason="Flyttade", today=TODAY)
    assert nights(controller, waiting, LATER) == 20


def test_the_nights_before_registration_end_when_the_person_leaves(
    waiting: Person, controller: Actor, coordinator: Actor
) -> None:
    membership = Membership.objects.get(person=waiting)
    end_membership(coordinator, membership=membership, on=TODAY, reason="Flyttade", today=TODAY)
    assert nights(controller, waiting, LATER) == 20


def test_the_nights_before_registration_end_with_the_anvisning(
    waiting: Person, controller: Actor, coordinator: Actor
) -> None:
    end_assignment(
        coordinator,
        assignment=Assignment.objects.get(),
        status="withdrawn",
        on=date(2026, 11, 8),
        reason="Återkallad",
        today=TODAY,
    )
    assert nights(controller, waiting) == 5


def test_a_resettled_person_has_no_nights_before_registration(
    person: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    """Who is resettled has never been under mottagandelagen, whatever day Migrationsverket's list says."""
    someone = person(date(2026, 11, 3))
    fact(someone, FactKind.FIRST_RECEPTION, {"on": date(2026, 11, 10), "municipality": ""}, date(2026, 11, 10))
    ledger = one(controller, someone)
    assert ledger.received.value == date(2026, 11, 10)
    assert amount(ledger, Ground.ASSIGNED_HOUSING) == 0


def test_who_is_no_longer_assigned_is_not_expected(person: Make, controller: Actor, coordinator: Actor) -> None:
    person(None, category="asylum_housing", ground="UTLL_5_1", planned_on=date(2026, 12, 10), decided_on=TODAY)
    assert forecast(controller, today=TODAY, assumptions=Assumptions()).persons == {"expected": 1}
    end_assignment(
        coordinator,
        assignment=Assignment.objects.get(),
        status="withdrawn",
        on=TODAY,
        reason="Återkallad",
        today=TODAY,
    )
    assert forecast(controller, today=TODAY, assumptions=Assumptions()).persons == {}
