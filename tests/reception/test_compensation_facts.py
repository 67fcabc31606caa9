"""The facts that the state's compensation rests on: what they change elsewhere, and how they are read for many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import family

from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.access.models import AuditEntry
from hemvist.access.roles import Role
from hemvist.law.target_group import Living
from hemvist.planning.shared_plan import PersonFacts
from hemvist.reception import queries, services
from hemvist.reception.compensation_facts import CompensationPerson, compensation_people, people_for_sums
from hemvist.reception.fields import FIELDS
from hemvist.reception.models import Assignment, Fact, Household, Membership, Person
from hemvist.reception.queries import Member
from hemvist.reception.services import NewAssignment

pytestmark = pytest.mark.django_db
Make = Callable[..., Household]


@pytest.fixture
def tell(coordinator: Actor, today: date) -> Callable[..., Fact]:
    """``tell(person, kind, **value)``: the coordinator registers a fact."""

    def record(person: Person, kind: str, *, corrects: Fact | None = None, **value: Any) -> Fact:
        return services.record_fact(
            coordinator,
            person=Person.objects.select_related("case__branch").get(id=person.id),
            kind=kind,
            value=value,
            valid_from=today,
            source="migration_agency",
            today=today,
            corrects=corrects,
        )

    return record


def people(household: Household) -> list[Person]:
    return list(Person.objects.filter(case=household.case).order_by("memberships__id"))


@pytest.fixture
def member(coordinator: Actor, today: date) -> Callable[[Person], Member]:
    """The person as the pages show one."""

    def find(person: Person) -> Member:
        row = queries.get_household(coordinator, person.case.household.id, today=today)
        return next(found for found in row.members if found.person == person)

    return find


@pytest.fixture
def planned(today: date) -> Callable[[Person], PersonFacts]:
    """The person as the shared plan sees one."""

    def find(person: Person) -> PersonFacts:
        facts = queries.case_facts([person.case_id], today)[person.case_id]
        return next(found for found in facts.persons if found.key == str(person.id))

    return find


@pytest.fixture
def read(coordinator: Actor, today: date) -> Callable[..., CompensationPerson]:
    """The person as money sees one."""

    def find(person: Person) -> CompensationPerson:
        (found,) = compensation_people(coordinator, today=today, person_ids=[person.id])
        return found

    return find


# --- the population register ----------------------------------------------------------------------------------

MOVES: dict[str, dict[str, Any]] = {
    "within the municipality": {"registered_on": "2026-08-01", "municipality": "Enköpings kommun"},
    "to another municipality": {"registered_on": "2026-08-01", "municipality": "Uppsala"},
    "abroad": {"registered_on": "2026-08-01", "state": "emigrated"},
    "nobody knows where": {"registered_on": "2026-08-01", "state": "missing"},
    "not yet": {"registered_on": "2027-02-01", "state": "emigrated"},
}


@pytest.mark.parametrize("where", MOVES)
def test_the_mottagandedatum_stays_with_the_first_registration_whatever_comes_later(
    where: str, household: Make, tell: Any, planned: Any, read: Any, member: Any
) -> None:
    person = people(household(category="relative", assigned=False))[0]
    tell(person, "population_registration", registered_on="2026-03-01", municipality="Enköping")
    tell(person, "population_registration", **MOVES[where])
    assert read(person).first_received({}).value == date(2026, 3, 1)
    here = where in ("within the municipality", "not yet")
    seen = planned(person)
    assert seen.first_received_on == date(2026, 3, 1)
    # A duty of the municipality counts from the first day here, and only while the person is registered here.
    assert seen.population_registered_on == (date(2026, 3, 1) if here else None)
    given = FIELDS["population_registration"].read(member(person).known)
    assert given == {
        "within the municipality": date(2026, 8, 1),
        "to another municipality": date(2026, 8, 1),
        "not yet": date(2026, 3, 1),
    }.get(where)


def test_who_comes_back_has_the_first_day_here_again(household: Make, tell: Any, planned: Any) -> None:
    person = people(household(category="relative", assigned=False))[0]
    tell(person, "population_registration", registered_on="2026-03-01")
    tell(person, "population_registration", registered_on="2026-06-01", state="emigrated")
    tell(person, "population_registration", registered_on="2026-10-01")
    assert planned(person).population_registered_on == date(2026, 3, 1)


def test_who_moves_in_has_a_mottagandedatum_from_elsewhere_and_a_day_of_the_plan_here(
    household: Make, tell: Any, planned: Any
) -> None:
    person = people(household(category="relative", assigned=False))[0]
    tell(person, "population_registration", registered_on="2025-11-01", municipality="Uppsala")
    tell(person, "population_registration", registered_on="2026-09-01", municipality="Enköping")
    seen = planned(person)
    assert (seen.first_received_on, seen.population_registered_on) == (date(2025, 11, 1), date(2026, 9, 1))


def test_a_move_takes_the_day_of_registration_out_of_the_plan(household: Make, tell: Any, today: date) -> None:
    home = household(received_on=today - timedelta(days=30))
    person = people(home)[0]

    def due() -> date | None:
        return home.case.tasks.get(code="EA01-sfi", person=person).due_on

    tell(person, "population_registration", registered_on="2026-11-01")
    assert due() is not None
    tell(person, "population_registration", registered_on="2026-11-20", state="emigrated")
    assert due() is None


# --- Migrationsverket's list ----------------------------------------------------------------------------------


def test_the_day_in_the_list_goes_first_and_a_difference_is_told(
    household: Make, tell: Any, member: Any, coordinator: Actor, today: date
) -> None:
    home = household(received_on=today)
    person = people(home)[0]
    tell(person, "first_reception", on="2026-11-20")
    row = queries.get_household(coordinator, home.id, today=today)
    answer = queries.first_reception(row, member(person), {}, "Enköping")
    assert answer.value == date(2026, 11, 20)
    assert answer.steps[-1].values == {"own": today}


def test_who_was_received_elsewhere_was_not_first_received_on_arriving_here(
    household: Make, tell: Any, read: Any, today: date
) -> None:
    person = people(household(received_on=today))[0]
    tell(person, "first_reception", on="2025-09-01", municipality="Uppsala")
    found = read(person)
    answer = found.first_received({})
    assert answer.value == date(2025, 9, 1)
    assert not any("own" in step.values for step in answer.steps), "no false alarm"
    assert found.reported is not None
    assert found.reported.municipality == "Uppsala"


def test_the_day_in_the_list_has_been(household: Make, tell: Any, today: date) -> None:
    with pytest.raises(ValidationError, match="framtiden"):
        tell(people(household())[0], "first_reception", on=str(today + timedelta(days=1)))


# --- the target group -----------------------------------------------------------------------------------------


def permitted(tell: Any, home: Household, **more: Any) -> Assignment:
    """Everybody has a permit that lets them be judged."""
    for person in people(home):
        old = person.facts.get(kind="permit")
        tell(person, "permit", corrects=old, **{"ground": "UTLL_5_1", "granted_on": "2026-09-01", **more})
    return home.assignments.get()


def judged(coordinator: Actor, assignment: Assignment, today: date, **assumed: Any) -> list[Any]:
    found = queries.get_assignment(coordinator, assignment.id, today=today)
    checks = queries.target_group(found.assignment, found.row, today=today, **assumed)
    return [check.assignable.value for check in checks]


def open_for(coordinator: Actor, assignment: Assignment, today: date) -> set[str]:
    found = queries.get_assignment(coordinator, assignment.id, today=today)
    return queries.open_assumptions(found.assignment, found.row)


def test_where_a_person_lived_goes_before_what_the_reader_assumes(
    household: Make, tell: Any, coordinator: Actor, today: date
) -> None:
    home = household(category="other", children=0)
    assignment = permitted(tell, home, can_ground_registration=True)
    assert judged(coordinator, assignment, today, living=Living.STATE_HOUSING) == [True, True]
    for person in people(home):
        tell(person, "living", living="own")
    assert judged(coordinator, assignment, today, living=Living.STATE_HOUSING) == [False, False]


def test_where_a_person_lived_goes_before_the_category_too(
    household: Make, tell: Any, coordinator: Actor, today: date
) -> None:
    home = household(category="asylum_housing", children=0)
    assignment = permitted(tell, home, can_ground_registration=True)
    assert judged(coordinator, assignment, today) == [True, True]
    for person in people(home):
        tell(person, "living", living="own")
    assert judged(coordinator, assignment, today) == [False, False]


def test_a_permit_says_itself_whether_it_can_ground_registration(
    household: Make, tell: Any, coordinator: Actor, today: date
) -> None:
    assignment = permitted(tell, household(children=0, category="asylum_housing"), can_ground_registration=False)
    assert judged(coordinator, assignment, today, can_ground_registration=True) == [False, False]


def test_an_assumption_is_asked_for_only_where_the_register_is_silent(
    household: Make, tell: Any, coordinator: Actor, today: date, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today)
    home = household(category="other", children=0)
    assignment = home.assignments.get()

    def asked() -> tuple[bool, bool]:
        page = client_for(coordinator).get(f"/anvisningar/{assignment.id}/").content.decode()
        assert ("Pröva med antaganden" in page) is bool(open_for(coordinator, assignment, today))
        return 'name="folkbokforing"' in page, 'name="boende"' in page

    assert asked() == (True, True)
    for person in people(home):
        tell(person, "living", living="state_housing")
    assert asked() == (True, False)
    first, second = people(home)
    tell(first, "population_registration", registered_on="2026-11-01")
    tell(second, "population_registration", registered_on="2026-11-01")
    assert asked() == (False, False)
    tell(second, "population_registration", registered_on="2026-11-20", state="missing")
    assert asked() == (True, False)


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        ({}, True),
        ({"applied_on": "2026-03-02"}, False),  # six years from 2020-03-01 have passed
        ({"sponsor_citizen_at_application": True}, False),
        ({"sponsor_ground": None}, None),
        ({"sponsor_ground": "UTLL_5_11"}, False),
    ],
)
def test_a_relative_is_judged_by_the_tie(
    changes: dict[str, Any], covered: bool | None, household: Make, tell: Any, coordinator: Actor, today: date
) -> None:
    home = household(category="relative", children=0)
    assignment = permitted(tell, home, ground="RELATIVE", can_ground_registration=True)
    tie = {
        "sponsor_first_received_on": "2020-03-01",
        "applied_on": "2026-03-01",
        "sponsor_citizen_at_application": False,
        "sponsor_ground": "UTLL_5_1",
    }
    for person in people(home):
        tell(person, "relative_tie", **{**tie, **changes})
    found = queries.get_assignment(coordinator, assignment.id, today=today)
    checks = queries.target_group(found.assignment, found.row, today=today)
    assert {check.covered.value for check in checks} == {covered}


# --- stays ----------------------------------------------------------------------------------------------------


def test_a_stay_ends_by_a_correction_and_a_second_of_its_form_waits_for_that(
    household: Make, tell: Any, read: Any
) -> None:
    person = people(household())[0]
    first = tell(person, "stay", form="assigned_housing", start="2026-10-05")
    tell(person, "stay", form="school_upper_secondary", start="2026-10-12")
    with pytest.raises(ValidationError, match="redan en sådan vistelse"):
        tell(person, "stay", form="assigned_housing", start="2026-11-10")
    ended = tell(person, "stay", corrects=first, form="assigned_housing", start="2026-10-05", end="2026-11-10")
    again = tell(person, "stay", form="assigned_housing", start="2026-11-10")
    assert [(s.form, s.end) for s in read(person).stays] == [
        ("assigned_housing", date(2026, 11, 10)),
        ("school_upper_secondary", None),
        ("assigned_housing", None),
    ]
    with pytest.raises(ValidationError, match="redan en sådan vistelse"):
        tell(person, "stay", corrects=ended, form="assigned_housing", start="2026-10-05", end="2026-11-12")
    tell(person, "stay", corrects=again, form="assigned_housing", start="2026-11-10", struck=True)
    tell(person, "stay", corrects=ended, form="assigned_housing", start="2026-10-05", end="2026-11-12")
    assert [s.end for s in read(person).stays] == [date(2026, 11, 12), None]


def test_the_year_of_a_stay_can_be(household: Make, tell: Any) -> None:
    with pytest.raises(ValidationError, match="årtalet"):
        tell(people(household())[0], "stay", form="assigned_housing", start="0206-10-05")


# --- read for many --------------------------------------------------------------------------------------------


def test_a_person_is_read_with_all_that_money_hangs_on(
    household: Make, tell: Any, read: Any, coordinator: Actor, today: date
) -> None:
    home = household(category="asylum_housing", reference="MIG-1", received_on=today)
    person = people(home)[0]
    for value in ("51-100", "51-200"):
        services.add_identifier(
            coordinator,
            person=person,
            kind="dossier",
            value=value,
            source="migration_agency",
            valid_from=today,
            today=today,
        )
    birth = person.facts.get(kind="birth_date")
    tell(person, "birth_date", corrects=birth, on="1988-04-03", in_sweden=True)
    tell(person, "population_registration", registered_on="2026-11-02", municipality="enköpings kommun")
    tell(person, "first_reception", on="2026-11-02")
    tell(person, "living", living="state_housing")
    tell(person, "stay", form="assigned_housing", start="2026-10-05")
    tell(person, "relative_tie", applied_on="2025-01-01")
    tell(person, "language", spoken="dari")
    found = read(person)
    assert (found.person_id, found.case_id, found.household_id) == (person.id, home.case_id, home.id)
    assert (found.case_number, found.category, found.name) == (home.case.number, "asylum_housing", "Olena Testsson")
    assert found.identifiers == (("dossier", "51-100"), ("dossier", "51-200"))
    assert (found.birth_date, found.born_in_sweden) == (date(1988, 4, 3), True)
    assert found.permit is not None
    assert found.permit.ground == "UTLL_5_1"
    assert found.home == "Enköping"
    assert [row.municipality for row in found.registrations] == ["Enköping"]
    assert found.reported is not None
    assert (found.reported.on, found.reported.municipality) == (date(2026, 11, 2), "Enköping")
    assert (found.living, found.received_on, found.died_on) == (Living.STATE_HOUSING, today, None)
    assert (len(found.stays), found.relative_tie is not None, found.is_current_member) == (1, True, True)
    assert found.planned_arrival_on == today + timedelta(days=14)
    assert (found.already_living_here, found.protected, found.case_closed_on) == (False, False, None)
    assert found.assignment is not None
    assert (found.assignment.reference, found.assignment.regime, found.assignment.status) == (
        "MIG-1",
        "BOS-2016",
        "active",
    )


def test_the_anvisning_is_the_one_of_the_arrival_else_the_newest_in_force(
    household: Make, read: Any, coordinator: Actor, today: date
) -> None:
    home = household(reference="MIG-1")
    person = people(home)[0]

    def under() -> str | None:
        found = read(person).assignment
        return found and found.reference

    def added(reference: str) -> Assignment:
        return services.add_assignment(
            coordinator,
            household=home,
            persons=people(home),
            new=NewAssignment(today, reference=reference),
            category="quota",
            today=today,
        )

    second = added("MIG-2")
    assert under() == "MIG-2"
    ending = {"status": "withdrawn", "on": today, "reason": "Fel kommun", "today": today}
    services.end_assignment(coordinator, assignment=second, **ending)
    assert under() == "MIG-1"
    services.record_arrival(coordinator, household=home, persons=people(home), on=today, source="staff", today=today)
    added("MIG-3")
    assert under() == "MIG-1"
    late = services.register_households(coordinator, [family(today, reference="MIG-4")], today=today)[0]
    services.end_assignment(coordinator, assignment=late.assignments.get(), **ending)
    gone = read(people(late)[0])
    assert (gone.assignment, gone.ever_assigned) == (None, True)


def test_who_forms_a_household_of_ones_own_keeps_the_mottagandedatum(
    household: Make, tell: Any, read: Any, planned: Any, coordinator: Actor, today: date
) -> None:
    home = household(category="asylum_housing", received_on=date(2026, 11, 10))
    assignment = permitted(tell, home)
    person = people(home)[1]
    tell(person, "population_registration", decided_on="2026-11-02", registered_on="2026-11-02")
    assert read(person).first_received({}).value == planned(person).first_received_on == date(2026, 11, 10)
    own = services.move_to_new_household(
        coordinator, membership=Membership.objects.get(person=person), on=today, reason="Eget hushåll", today=today
    )
    person.refresh_from_db()
    found = read(person)
    assert (found.household_id, found.is_current_member) == (own.id, True)
    assert found.assignment is not None
    assert found.assignment.id == assignment.id
    assert found.first_received({}).value == planned(person).first_received_on == date(2026, 11, 10)


def test_all_are_read_in_one_row_of_the_journal_and_some_can_be_asked_for(
    household: Make, coordinator: Actor, today: date
) -> None:
    one, other = household(), household(family="Annansson")
    found = compensation_people(coordinator, today=today)
    assert [person.case_number for person in found] == [one.case.number] * 4 + [other.case.number] * 4
    row = AuditEntry.objects.latest("id")
    assert (row.action, row.object_type) == ("compensation.persons_read", "person")
    assert set(row.object_ids) == {str(person.person_id) for person in found}
    assert {"stay", "identifiers", "name"} <= set(row.fields)
    some = compensation_people(coordinator, today=today, case_ids=[other.case_id])
    assert {person.name.split()[1] for person in some} == {"Annansson"}
    assert compensation_people(coordinator, today=today, case_ids=[]) == []


def test_reading_many_asks_the_database_no_more_than_reading_few(
    household: Make, tell: Any, coordinator: Actor, today: date
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as made:
            compensation_people(coordinator, today=today)
        return len(made)

    services.register_households(coordinator, [family(today) for _n in range(3)], today=today)
    for person in Person.objects.all():
        tell(person, "stay", form="assigned_housing", start="2026-10-05")
    few = asked()
    services.register_households(coordinator, [family(today, received_on=today) for _n in range(27)], today=today)
    assert len(compensation_people(coordinator, today=today)) == 120
    assert asked() == few


def test_only_the_branch_and_who_handles_protected_identities_see_them(
    household: Make, tell: Any, coordinator: Actor, actor: Callable[..., Actor], today: date
) -> None:
    home = household()
    assert compensation_people(actor(Role.COORDINATOR, unit="sfi"), today=today) == []
    with pytest.raises(Refused):
        compensation_people(actor(Role.SOCIAL_SECRETARY), today=today)
    with pytest.raises(Refused):
        compensation_people(coordinator, today=today, permission="no.such")
    assert len(people_for_sums(today)) == 4
    marking = {"form": "sekretessmarkering", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"}
    tell(people(home)[0], "protection", **marking)
    assert compensation_people(coordinator, today=today, case_ids=[home.case_id]) == []
    assert people_for_sums(today) == []
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    assert {person.protected for person in compensation_people(trusted, today=today)} == {True}


def test_what_sums_are_made_of_has_no_names_and_no_numbers(household: Make, coordinator: Actor, today: date) -> None:
    household(received_on=today)
    assert {(person.name, person.identifiers) for person in people_for_sums(today)} == {("", ())}
    whole = [person.received_on for person in compensation_people(coordinator, today=today)]
    assert [person.received_on for person in people_for_sums(today)] == whole
