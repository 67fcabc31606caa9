"""What happens to a household, from registration to the last day, and how the plan follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import family

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import Case, Installation
from hemvist.access.roles import Role
from hemvist.coordination.models import PlanChange, PlanTask
from hemvist.coordination.services import complete_task, take_task
from hemvist.organisation.models import Branch
from hemvist.organisation.queries import plan_items_by_code
from hemvist.reception import facts as shapes
from hemvist.reception import queries, services, sharing
from hemvist.reception.models import (
    Arrival,
    Assignment,
    Consent,
    Disclosure,
    Fact,
    FactKind,
    Household,
    Identifier,
    Membership,
    Person,
)
from hemvist.reception.queries import HouseholdFilter
from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson

# Skatteverket's test series.
NUMBER, OTHER_NUMBER = "19880402-9802", "19860912-9807"
DAY = timedelta(days=1)


def persons(household: Household) -> list[Person]:
    return list(Person.objects.filter(case=household.case).order_by("memberships__id"))


def fresh(household: Household) -> Household:
    return Household.objects.select_related("case__branch").get(id=household.id)


def tasks(household: Household, **where: Any) -> dict[tuple[str, str], PlanTask]:
    """The tasks that stand, by code and person."""
    found = PlanTask.objects.filter(case=household.case, **where).exclude(status="cancelled")
    return {(task.code, str(task.person_id or "")): task for task in found}


def codes(household: Household) -> set[str]:
    return {code for code, _person in tasks(household)}


def last_change(household: Household) -> PlanChange:
    return PlanChange.objects.filter(case=household.case).latest("id")


def arrive(by: Actor, household: Household, on: date, today: date, who: list[Person] | None = None) -> list[Arrival]:
    chosen = who if who is not None else persons(household)
    return services.record_arrival(by, household=household, persons=chosen, on=on, source="staff", today=today)


def fact(by: Actor, person: Person, kind: str, today: date, corrects: Fact | None = None, **value: Any) -> Fact:
    return services.record_fact(
        by,
        person=Person.objects.select_related("case__branch").get(id=person.id),
        kind=kind,
        value=value,
        valid_from=today,
        source="person",
        today=today,
        corrects=corrects,
    )


# --- registration -------------------------------------------------------------------------------------------


def test_a_registered_household_has_a_case_facts_and_a_plan(household: Callable[..., Household], today: date) -> None:
    made = household(reference="MIG-1")
    case = made.case
    assert (case.opened_on, case.branch.code, case.protected) == (today, "reception", False)
    assert case.number.endswith("-0001")
    assert Membership.objects.filter(household=made, valid_to__isnull=True).count() == 4
    known = shapes.snapshot(persons(made)[0].id, Fact.objects.filter(person=persons(made)[0]), today)
    assert (known.full_name, known.birth_date) == ("Olena Testsson", date(1988, 4, 2))
    assert Assignment.objects.get(household=made).regime == "BOS-2016"
    assert {"TA01-receive", "EA13-start", "TA06-sfi"} <= codes(made)
    change = last_change(made)
    assert (change.added, change.removed) == (PlanTask.objects.filter(case=case).count(), 0)


def test_case_numbers_run_on_without_doubles(coordinator: Actor, today: date) -> None:
    first = services.register_households(coordinator, [family(today), family(today)], today=today)
    (third,) = services.register_households(coordinator, [family(today)], today=today)
    numbers = [made.case.number for made in (*first, third)]
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003"]
    (next_year,) = services.register_households(
        coordinator, [family(today, planned_arrival_on=None)], today=date(2027, 1, 4)
    )
    assert next_year.case.number.endswith("-2027-0001")


def test_registering_many_asks_the_database_no_more_than_registering_two(coordinator: Actor, today: date) -> None:
    def asked(count: int, start: int) -> list[str]:
        many = [family(today, reference=f"MIG-{start + n}", received_on=today) for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            services.register_households(coordinator, many, today=today)
        # Rows go in by the batch; the database limits how many values one statement takes.
        return [q["sql"] for q in queries_made if not q["sql"].startswith("INSERT")]

    asked(1, 100)
    assert len(asked(20, 200)) == len(asked(2, 300))


def test_many_are_registered_whole_or_not_at_all(coordinator: Actor, today: date) -> None:
    wrong = family(today, category="tourist")
    with pytest.raises(ValidationError, match="tourist"):
        services.register_households(coordinator, [family(today), wrong], today=today)
    assert not Case.objects.exists()


WRONG: dict[str, tuple[dict[str, Any], str, int | None]] = {
    "no such category": ({"category": "tourist"}, "category", None),
    "no persons": ({"persons": ()}, "persons", None),
    "decision in the future": ({"assignment": NewAssignment(date(2026, 11, 24))}, "decided_on", None),
    "decision before there were any": ({"assignment": NewAssignment(date(2016, 2, 29))}, "decided_on", None),
    "received before decided": (
        {"assignment": NewAssignment(date(2026, 11, 2), date(2026, 11, 1))},
        "latest_reception_on",
        None,
    ),
    "planned before decided": ({"planned_arrival_on": date(2026, 10, 1)}, "planned_arrival_on", None),
    "planned in another century": ({"planned_arrival_on": date(2126, 12, 1)}, "planned_arrival_on", None),
    "received in the future": ({"received_on": date(2026, 11, 24)}, "received_on", None),
    "received long ago": ({"received_on": date(1926, 11, 23)}, "received_on", None),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_placed_where_it_is(name: str, today: date, municipality: None) -> None:
    changes, field, person = WRONG[name]
    faults = services.faults_in(family(today, **changes), today)
    assert [(fault.field, fault.person) for fault in faults] == [(field, person)]
    assert faults[0].message


WRONG_PERSON: dict[str, tuple[dict[str, Any], str]] = {
    "no given name": ({"given": " "}, "given"),
    "no family name": ({"family": ""}, "family"),
    "a name without end": ({"given": "O" * 101}, "given"),
    "no birth date": ({"birth_date": None}, "birth_date"),
    "born tomorrow": ({"birth_date": date(2026, 11, 24)}, "birth_date"),
    "born long ago": ({"birth_date": date(1899, 12, 31)}, "birth_date"),
    "no such position": ({"position": "cousin"}, "position"),
    "no such permit": ({"permit_ground": "X"}, "permit_ground"),
    "a wrong number": ({"identifiers": (("personnummer", "19880402-0000"),)}, "personnummer"),
}


@pytest.mark.parametrize("name", WRONG_PERSON)
def test_a_fault_of_a_person_is_placed_at_the_person(name: str, today: date, municipality: None) -> None:
    changes, field = WRONG_PERSON[name]
    right = family(today)
    second = replace(right.persons[1], **changes)
    faults = services.faults_in(replace(right, persons=(right.persons[0], second)), today)
    assert [(fault.field, fault.person) for fault in faults] == [(field, 1)]


def test_all_faults_are_told_at_once(today: date, municipality: None) -> None:
    first = NewPerson("", "", None, "cousin")
    faults = services.faults_in(NewHousehold("tourist", (first,)), today)
    assert {(f.field, f.person) for f in faults} == {
        ("category", None),
        *(("position", n) for n in (None, 0)),
        *((name, 0) for name in ("given", "family", "birth_date")),
    }


@pytest.mark.parametrize("contacts", [0, 2])
def test_a_household_has_exactly_one_contact_person(contacts: int, today: date, municipality: None) -> None:
    right = family(today)
    position = "contact" if contacts else "adult"
    first, second, *others = right.persons
    wrong = replace(right, persons=(replace(first, position=position), replace(second, position=position), *others))
    assert [fault.field for fault in services.faults_in(wrong, today)] == ["position"]


def numbered(today: date, number: str, **changes: Any) -> NewHousehold:
    right = family(today, **changes)
    first = replace(right.persons[0], identifiers=(("personnummer", number),))
    return replace(right, persons=(first, *right.persons[1:]))


def test_a_number_that_is_known_is_refused_however_it_is_written(coordinator: Actor, today: date) -> None:
    services.register_households(coordinator, [numbered(today, NUMBER)], today=today)
    for written in (NUMBER, "8804029802", "880402-9802"):
        with pytest.raises(ValidationError, match="finns redan"):
            services.register_households(coordinator, [numbered(today, written)], today=today)
    two = [numbered(today, OTHER_NUMBER), numbered(today, OTHER_NUMBER)]
    with pytest.raises(ValidationError, match="finns redan"):
        services.register_households(coordinator, two, today=today)
    assert Case.objects.count() == 1


def test_one_number_on_two_persons_of_a_household_is_told_at_the_second(today: date, municipality: None) -> None:
    right = family(today)
    same = tuple(replace(p, identifiers=(("personnummer", NUMBER),)) for p in right.persons[:2])
    faults = services.faults_in(replace(right, persons=same), today)
    assert [(fault.field, fault.person) for fault in faults] == [("personnummer", 1)]


def test_a_decision_is_registered_once(coordinator: Actor, today: date) -> None:
    services.register_households(coordinator, [family(today, reference="MIG-1")], today=today)
    with pytest.raises(ValidationError, match="samma beteckning"):
        services.register_households(coordinator, [family(today, reference="MIG-1")], today=today)
    with pytest.raises(ValidationError, match="samma beteckning"):
        services.register_households(coordinator, [family(today, reference="MIG-2")] * 2, today=today)
    services.register_households(coordinator, [family(today), family(today)], today=today)


def test_a_demo_takes_no_real_persons_number(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    Installation.objects.update_or_create(id=1, defaults={"is_demo": True})
    real = "19640823-3234"
    assert [f.field for f in services.faults_in(numbered(today, real), today)] == ["personnummer"]
    assert services.faults_in(numbered(today, NUMBER), today) == []
    made = household()
    with pytest.raises(ValidationError, match="testnummer"):
        services.add_identifier(
            coordinator,
            person=persons(made)[0],
            kind="personnummer",
            value=real,
            source="tax_agency",
            valid_from=today,
            today=today,
        )
    with pytest.raises(ValidationError, match="testnummer"):
        services.add_person(
            coordinator,
            household=made,
            new=NewPerson("Ny", "Testsson", today, "child", identifiers=(("personnummer", real),)),
            joined_on=today,
            reason="",
            source="person",
            today=today,
        )


def test_the_contact_centre_registers_who_comes_by_itself_but_no_decision(
    actor: Callable[..., Actor], today: date
) -> None:
    desk = actor(Role.CONTACT_CENTER)
    (made,) = services.register_households(desk, [family(today, assigned=False)], today=today)
    assert made.case.branch.code == "reception"
    with pytest.raises(NotVisible):
        queries.get_household(desk, made.id, today=today)
    with pytest.raises(Refused):
        services.register_households(desk, [family(today)], today=today)


@pytest.mark.parametrize("role", [Role.SOCIAL_SECRETARY, Role.CONTROLLER, Role.ASSOCIATION, Role.NEWCOMER])
def test_others_register_nobody(role: Role, actor: Callable[..., Actor], today: date) -> None:
    with pytest.raises(Refused):
        services.register_households(actor(role), [family(today, assigned=False)], today=today)


def test_a_coordinator_elsewhere_registers_no_decision_for_the_reception(
    actor: Callable[..., Actor], today: date
) -> None:
    with pytest.raises(Refused):
        services.register_households(actor(Role.COORDINATOR, unit="sfi"), [family(today)], today=today)


# --- the same service for those who came by themselves ------------------------------------------------------


def test_who_came_by_itself_gets_all_that_the_assigned_get_but_what_belongs_to_the_decision(
    coordinator: Actor, today: date
) -> None:
    settled, assigned = services.register_households(
        coordinator,
        [
            family(today, category="relative", assigned=False, received_on=today),
            family(today, category="relative", received_on=today),
        ],
        today=today,
    )
    items = plan_items_by_code()
    belongs = {code for code, item in items.items() if "assigned" in item.when}
    assert codes(settled) == codes(assigned) - belongs
    assert codes(assigned) & belongs
    days = {code: task.due_on for (code, _p), task in tasks(settled).items()}
    same = {code: task.due_on for (code, _p), task in tasks(assigned).items() if code not in belongs}
    assert days == same
    units = {code: task.unit_id for (code, _p), task in tasks(settled).items()}
    assert units == {code: task.unit_id for (code, _p), task in tasks(assigned).items() if code not in belongs}


# --- facts --------------------------------------------------------------------------------------------------


def test_a_correction_leaves_the_old_row_and_changes_what_holds(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    child = persons(made)[2]
    old = child.facts.get(kind="birth_date")
    before = dict(old.value)
    new = fact(coordinator, child, "birth_date", today, corrects=old, on="2024-06-01")
    old.refresh_from_db()
    assert old.value == before
    assert new.corrects == old
    assert shapes.snapshot(child.id, child.facts.all(), today).birth_date == date(2024, 6, 1)
    own = {code for (code, person) in tasks(made) if person == str(child.id)}
    assert "EA13-preschool" in own
    assert "EA13-start" not in own
    with pytest.raises(ValidationError, match="redan rättad"):
        fact(coordinator, child, "birth_date", today, corrects=old, on="2023-01-01")


def test_a_correction_is_of_the_same_kind_and_person(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    first, second, *_children = persons(made)
    of_second = second.facts.get(kind="name")
    with pytest.raises(ValidationError, match="samma slags uppgift"):
        fact(coordinator, first, "name", today, corrects=of_second, given="A", family="B")
    with pytest.raises(ValidationError, match="samma slags uppgift"):
        fact(coordinator, second, "language", today, corrects=of_second, spoken="dari")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("birth_date", {"on": "2026-11-24"}),
        ("death", {"on": "2026-11-24"}),
        ("left_reception_act", {"on": "9999-12-31"}),
        ("population_registration", {"registered_on": "0202-11-01"}),
        ("permit", {"ground": "UTLL_5_1", "valid_to": "2926-01-01"}),
    ],
)
def test_a_day_that_cannot_be_is_refused(
    kind: str, value: dict[str, str], coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    with pytest.raises(ValidationError):
        fact(coordinator, persons(made)[0], kind, today, **value)


def test_a_new_name_is_found_and_the_old_one_too_until_it_is_corrected(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    contact = persons(made)[0]

    def found(search: str) -> bool:
        return bool(queries.list_households(coordinator, HouseholdFilter(search=search), today=today)[0])

    married = fact(coordinator, contact, "name", today, given="Olena", family="Åkerman")
    assert found("åkerman")
    assert found("Olena Testsson")
    assert fresh(made).sort_key == shapes.sort_key("Åkerman Olena")
    fact(coordinator, contact, "name", today, corrects=married, given="Olena", family="Öhman")
    assert not found("åkerman")
    assert found("öhman olena") is False
    assert found("Olena Öhman")


def test_a_new_number_ends_the_old_of_its_kind(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    person = persons(made)[0]
    given: dict[str, Any] = {"person": person, "source": "tax_agency", "valid_from": today, "today": today}
    services.add_identifier(coordinator, kind="dossier", value="51-100", **given)
    services.add_identifier(coordinator, kind="personnummer", value=NUMBER, **given)
    services.add_identifier(coordinator, kind="dossier", value="51-200", **given)
    now = Identifier.objects.filter(person=person, valid_to__isnull=True)
    assert set(now.values_list("kind", "value")) == {("personnummer", "198804029802"), ("dossier", "51-200")}
    with pytest.raises(ValidationError, match="finns redan"):
        services.add_identifier(
            coordinator, kind="personnummer", value="880402-9802", **{**given, "person": persons(made)[1]}
        )


# --- births, moves, deaths ----------------------------------------------------------------------------------


def test_a_birth_adds_the_childs_tasks_and_says_so(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household(received_on=today - 30 * DAY)
    before = set(tasks(made))
    baby = services.add_person(
        coordinator,
        household=made,
        new=NewPerson("Nyfödd", "Testsson", today - DAY, "child"),
        joined_on=today - DAY,
        reason="birth",
        source="person",
        today=today,
    )
    added = set(tasks(made)) - before
    assert added
    assert {person for _code, person in added} == {str(baby.id)}
    assert before <= set(tasks(made))
    assert last_change(made).added == len(added)


def test_who_joins_is_no_second_contact_person_and_not_from_next_month(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    for position, joined in (("contact", today), ("adult", today + 30 * DAY)):
        with pytest.raises(ValidationError):
            services.add_person(
                coordinator,
                household=made,
                new=NewPerson("Ny", "Testsson", date(1970, 1, 1), position),
                joined_on=joined,
                reason="later",
                source="person",
                today=today,
            )
    assert Membership.objects.filter(household=made).count() == 4


@pytest.mark.parametrize("how", ["death", "moved away", "left the household"])
def test_who_is_gone_leaves_only_what_somebody_has_done(
    how: str, coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household(received_on=today - 30 * DAY)
    adult = persons(made)[1]
    own = {code: task for (code, person), task in tasks(made).items() if person == str(adult.id)}
    complete_task(coordinator, task_id=own["TA06-sfi"].id, done_on=today, today=today)
    take_task(coordinator, task_id=own["TA05-af"].id, today=today)
    others = {key for key in tasks(made) if key[1] != str(adult.id)}
    if how == "death":
        fact(coordinator, adult, "death", today, on=today.isoformat())
    elif how == "moved away":
        fact(coordinator, adult, "residence", today, address="Storgatan 1", municipality="Uppsala", moved_away=True)
    else:
        membership = Membership.objects.get(person=adult)
        services.end_membership(coordinator, membership=membership, on=today, reason="Flyttat", today=today)
    left = {key for key in tasks(made) if key[1] == str(adult.id)}
    assert left == {("TA06-sfi", str(adult.id)), ("TA05-af", str(adult.id))}
    assert {key for key in tasks(made) if key[1] != str(adult.id)} == others
    assert last_change(made).removed == len(own) - 2


def test_when_the_contact_person_leaves_another_adult_takes_over(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    contact, adult, *_children = persons(made)
    membership = Membership.objects.get(person=contact)
    services.end_membership(coordinator, membership=membership, on=today, reason="Flyttat", today=today)
    row = queries.get_household(coordinator, made.id, today=today)
    assert row.contact.person == adult
    assert row.name == "Petro Testsson"
    assert fresh(made).sort_key == shapes.sort_key("Testsson Petro")
    with pytest.raises(ValidationError, match="redan lämnat"):
        services.end_membership(coordinator, membership=membership, on=today, reason="Igen", today=today)


@pytest.mark.parametrize(("days", "reason"), [(-1, "Flyttat"), (1, "Flyttat"), (0, "  ")])
def test_a_leaving_has_a_day_that_can_be_and_a_reason(
    days: int, reason: str, coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    membership = Membership.objects.filter(household=household())[1]
    with pytest.raises(ValidationError):
        services.end_membership(coordinator, membership=membership, on=today + days * DAY, reason=reason, today=today)


def test_who_forms_a_household_of_ones_own_takes_the_history_along(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    old = household(received_on=today - 30 * DAY)
    adult = persons(old)[1]
    facts = set(adult.facts.values_list("id", flat=True))
    done = next(task for (code, person), task in tasks(old).items() if (code, person) == ("TA06-sfi", str(adult.id)))
    complete_task(coordinator, task_id=done.id, done_on=today, today=today)
    own = services.move_to_new_household(
        coordinator, membership=Membership.objects.get(person=adult), on=today, reason="Eget hushåll", today=today
    )
    assert own.case.number != old.case.number
    assert own.case.branch == old.case.branch
    row = queries.get_household(coordinator, own.id, today=today)
    assert [member.name for member in row.members] == ["Petro Testsson"]
    assert row.received_on == today - 30 * DAY
    assert row.state == "received"
    assert set(row.members[0].person.facts.values_list("id", flat=True)) == facts
    assert {person for _code, person in tasks(own)} == {"", str(adult.id)}
    assert ("TA06-sfi", str(adult.id)) in tasks(old)
    left = queries.get_household(coordinator, old.id, today=today)
    assert "Petro Testsson" not in [member.name for member in left.members]

    def listed(state: str) -> set[Any]:
        rows, _more = queries.list_households(coordinator, HouseholdFilter(state=state), today=today)
        return {found.household.id for found in rows}

    assert listed("received") == {own.id, old.id}
    assert listed("expected") == set()
    assert [found.household.id for found in queries.arriving(coordinator, today=today, until=today + 90 * DAY)] == []


def test_the_arrival_of_who_moved_out_is_struck_in_the_persons_own_case(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    old = household()
    arrivals = {arrival.person_id: arrival for arrival in arrive(coordinator, old, today, today)}
    adult = persons(old)[1]
    own = services.move_to_new_household(
        coordinator, membership=Membership.objects.get(person=adult), on=today, reason="Eget hushåll", today=today
    )
    struck = Arrival.objects.get(id=arrivals[adult.id].id)
    services.void_arrival(coordinator, arrival=struck, reason="Fel dag", today=today)
    assert queries.get_household(coordinator, own.id, today=today).received_on is None
    assert tasks(own)[("TA19-first-days", "")].due_on is None
    assert queries.get_household(coordinator, old.id, today=today).received_on == today


# --- arrival ------------------------------------------------------------------------------------------------


def plan_arrival(by: Actor, household: Household, on: date | None, today: date) -> None:
    services.change_plan_of_arrival(
        by,
        household=household,
        planned_arrival_on=on,
        already_living_here=household.already_living_here,
        needs_dwelling=household.needs_dwelling,
        today=today,
    )


def test_a_new_planned_day_moves_what_is_counted_from_it_and_tells_what_moved(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    before = tasks(made)
    plan_arrival(coordinator, made, today + 28 * DAY, today)
    after = tasks(made)
    dwelling = ("TA10-dwelling", "")
    assert after[dwelling].due_on - before[dwelling].due_on == 14 * DAY
    assert after[dwelling].due_preliminary
    moved = {key for key in after if after[key].due_on != before[key].due_on}
    change = last_change(made)
    assert (change.moved, change.added, change.removed) == (len(moved), 0, 0)
    assert {entry["task"] for entry in change.changes} == {str(after[key].id) for key in moved}
    told = next(entry for entry in change.changes if entry["code"] == "TA10-dwelling")
    assert (told["from"], told["to"]) == (str(before[dwelling].due_on), str(after[dwelling].due_on))


def test_the_same_planned_day_again_changes_nothing(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    count = PlanChange.objects.count()
    plan_arrival(coordinator, made, made.planned_arrival_on, today)
    assert PlanChange.objects.count() == count


def test_an_arrival_makes_preliminary_days_firm(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    assert any(task.due_preliminary for task in tasks(made).values())
    arrive(coordinator, made, today, today)
    assert not any(task.due_preliminary for task in tasks(made).values())
    assert tasks(made)[("TA19-first-days", "")].due_on == date(2026, 11, 26)


def test_an_arrival_that_is_struck_makes_them_preliminary_again(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    before = {key: (task.due_on, task.due_preliminary) for key, task in tasks(made).items()}
    for arrival in arrive(coordinator, made, today, today):
        services.void_arrival(coordinator, arrival=arrival, reason="Fel hushåll", today=today)
    assert {key: (task.due_on, task.due_preliminary) for key, task in tasks(made).items()} == before
    struck = Arrival.objects.filter(household=made)
    assert struck.count() == 4
    assert {arrival.void_reason for arrival in struck} == {"Fel hushåll"}
    with pytest.raises(ValidationError, match="redan struken"):
        services.void_arrival(coordinator, arrival=struck[0], reason="Igen", today=today)
    arrive(coordinator, made, today - DAY, today)


def test_a_part_of_the_household_may_come_first(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    first, second, *children = persons(made)
    arrive(coordinator, made, today - 7 * DAY, today, [first, children[0]])
    row = queries.get_household(coordinator, made.id, today=today)
    assert (row.received_on, row.all_received) == (today - 7 * DAY, False)
    arrive(coordinator, made, today, today, [second, *children[1:]])
    row = queries.get_household(coordinator, made.id, today=today)
    assert (row.received_on, row.all_received) == (today - 7 * DAY, True)
    assert Assignment.objects.get(household=made).arrivals.count() == 4


def test_an_arrival_is_of_this_household_once_and_not_tomorrow(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made, other = household(), household(family="Annan")
    for who, on in (
        ([], today),
        (persons(other), today),
        (persons(made), today + DAY),
        (persons(made), date(2006, 11, 23)),
    ):
        with pytest.raises(ValidationError):
            arrive(coordinator, made, on, today, who)
    arrive(coordinator, made, today, today)
    with pytest.raises(ValidationError, match="redan mottagen"):
        arrive(coordinator, made, today, today)


# --- anvisningar --------------------------------------------------------------------------------------------


def end(by: Actor, assignment: Assignment, status: str, today: date, **more: Any) -> None:
    given = {"on": today, "reason": "Beslut från Migrationsverket", "today": today}
    services.end_assignment(by, assignment=assignment, status=status, **{**given, **more})


@pytest.mark.parametrize("status", ["withdrawn", "lapsed"])
def test_an_anvisning_that_ends_takes_its_untouched_tasks_along_and_stays_in_the_register(
    status: str, coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    belongs = {code for code, item in plan_items_by_code().items() if "assigned" in item.when}
    take_task(coordinator, task_id=tasks(made)[("TA10-dwelling", "")].id, today=today)
    assignment = Assignment.objects.select_related("household__case__branch").get(household=made)
    end(coordinator, assignment, status, today)
    assert codes(made) & belongs == {"TA10-dwelling"}
    assert codes(made) - belongs
    assert Assignment.objects.get(household=made).status == status
    with pytest.raises(ValidationError, match="redan avslutad"):
        end(coordinator, assignment, status, today)


def test_an_anvisning_is_replaced_by_another_and_only_then_names_it(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household(reference="MIG-1")
    old = Assignment.objects.select_related("household__case__branch").get(household=made)
    new = services.add_assignment(
        coordinator,
        household=fresh(made),
        persons=persons(made),
        new=NewAssignment(today, today + 30 * DAY, "MIG-2"),
        category="quota",
        today=today,
    )
    for status, more in (
        ("replaced", {}),
        ("withdrawn", {"replaced_by": new}),
        ("replaced", {"replaced_by": old}),
        ("withdrawn", {"on": today + DAY}),
        ("withdrawn", {"on": old.decided_on - DAY}),
        ("withdrawn", {"reason": " "}),
        ("active", {}),
    ):
        with pytest.raises(ValidationError):
            end(coordinator, old, status, today, **more)
        old.refresh_from_db()
        assert old.status == "active"
    end(coordinator, old, "replaced", today, replaced_by=new)
    assert queries.get_household(coordinator, made.id, today=today).active_assignment == new
    assert tasks(made)[("TA01-receive", "")].due_on == today + 30 * DAY


def test_an_anvisning_is_for_persons_of_the_household(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made, other = household(assigned=False), household(family="Annan")
    right = {"household": fresh(made), "persons": persons(made), "category": "quota", "today": today}
    for wrong in (
        {"persons": []},
        {"persons": persons(other)},
        {"category": "tourist"},
        {"new": NewAssignment(today + DAY)},
        {"new": NewAssignment(date(2015, 5, 5))},
        {"new": NewAssignment(today, today - DAY)},
    ):
        with pytest.raises(ValidationError):
            services.add_assignment(coordinator, **{"new": NewAssignment(today), **right, **wrong})
    assert "TA01-receive" not in codes(made)
    services.add_assignment(coordinator, new=NewAssignment(today), **right)
    assert "TA01-receive" in codes(made)


def test_what_was_decided_before_2027_is_governed_by_the_older_act_when_the_household_comes_later(
    coordinator: Actor, household: Callable[..., Household]
) -> None:
    later = date(2027, 2, 1)
    made = household(assignment=NewAssignment(date(2026, 11, 20)))
    new = services.register_households(
        coordinator, [family(later, assignment=NewAssignment(date(2027, 1, 2)))], today=later
    )[0]
    assert Assignment.objects.get(household=made).regime == "BOS-2016"
    assert Assignment.objects.get(household=new).regime == "BOS-2026"


# --- closing ------------------------------------------------------------------------------------------------


def test_a_closed_case_keeps_what_was_done_and_opens_again_as_it_was(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household(received_on=today - 30 * DAY)
    before = set(tasks(made))
    complete_task(coordinator, task_id=tasks(made)[("TA03-case", "")].id, done_on=today, today=today)
    services.close_case(coordinator, household=fresh(made), on=today, reason="Etablerade", today=today)
    assert set(tasks(made)) == {("TA03-case", "")}
    with pytest.raises(ValidationError, match="redan avslutat"):
        services.close_case(coordinator, household=fresh(made), on=today, reason="Igen", today=today)
    rows, _more = queries.list_households(coordinator, HouseholdFilter(), today=today)
    assert rows == []
    services.reopen_case(coordinator, household=fresh(made), today=today)
    assert set(tasks(made)) == before
    assert tasks(made)[("TA03-case", "")].status == "done"
    with pytest.raises(ValidationError, match="redan öppet"):
        services.reopen_case(coordinator, household=fresh(made), today=today)


def test_a_case_is_closed_for_a_reason_and_not_tomorrow(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    for on, reason in ((today + DAY, "Etablerade"), (today, "  ")):
        with pytest.raises(ValidationError):
            services.close_case(coordinator, household=made, on=on, reason=reason, today=today)
    assert Case.objects.get(id=made.case_id).closed_on is None


# --- consent and disclosure ---------------------------------------------------------------------------------

FIELDS = ["name", "birth_date"]


def consent(by: Actor, household: Household, today: date, **changes: Any) -> Consent:
    values: dict[str, Any] = {
        "case": fresh(household).case,
        "persons": persons(household),
        "recipient": Branch.objects.get(code="school"),
        "fields": FIELDS,
        "purpose": "Skolstart",
        "language": "ukrainska",
        "interpreter_used": True,
        "given_on": today,
        "expires_on": today + 90 * DAY,
        "today": today,
    }
    return sharing.record_consent(by, **{**values, **changes})


def disclose(by: Actor, household: Household, today: date, **changes: Any) -> Disclosure:
    values: dict[str, Any] = {
        "case": fresh(household).case,
        "persons": persons(household),
        "recipient": Branch.objects.get(code="school"),
        "fields": FIELDS,
        "ground": "no_harm",
        "reason": "Skolan behöver veta vem som kommer",
        "valid_to": today + 60 * DAY,
        "today": today,
    }
    return sharing.make_disclosure(by, **{**values, **changes})


def seen(school: Actor, household: Household, on: date) -> bool:
    return bool(queries.disclosed(school, fresh(household).case, today=on).persons)


@pytest.fixture
def school(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.SCHOOL_ADMINISTRATOR)


def test_a_consent_that_is_taken_back_ends_what_rests_on_it_at_once_and_nothing_else(
    coordinator: Actor, school: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    given = consent(coordinator, made, today)
    resting = disclose(coordinator, made, today, ground="consent")
    assert resting.consent == given
    assert seen(school, made, today)
    other = disclose(coordinator, made, today, persons=persons(made)[:1])
    assert sharing.withdraw_consent(coordinator, consent=given, today=today) == 1
    left = queries.disclosed(school, fresh(made).case, today=today)
    assert [d.id for d in left.disclosures] == [other.id]
    assert len(left.persons) == 1
    with pytest.raises(ValidationError, match="inget giltigt samtycke"):
        disclose(coordinator, made, today, ground="consent")
    with pytest.raises(ValidationError, match="redan återtaget"):
        sharing.withdraw_consent(coordinator, consent=given, today=today)


@pytest.mark.parametrize(
    "narrower",
    ["another receiver", "fewer fields", "fewer persons", "already over", "none at all"],
)
def test_a_consent_covers_just_what_it_says(
    narrower: str, coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    changes: dict[str, Any] = {
        "another receiver": {"recipient": Branch.objects.get(code="library")},
        "fewer fields": {"fields": ["name"]},
        "fewer persons": {"persons": persons(made)[:-1]},
        "already over": {"given_on": today - 10 * DAY, "expires_on": today},
        "none at all": {},
    }[narrower]
    if narrower != "none at all":
        consent(coordinator, made, today, **changes)
    with pytest.raises(ValidationError, match="inget giltigt samtycke"):
        disclose(coordinator, made, today, ground="consent")


def test_a_disclosure_on_consent_ends_when_the_consent_does(
    coordinator: Actor, school: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    given = consent(coordinator, made, today, expires_on=today + 7 * DAY)
    made_now = disclose(coordinator, made, today, ground="consent", valid_to=today + 300 * DAY)
    assert made_now.valid_to == given.expires_on
    assert seen(school, made, today + 6 * DAY)
    assert not seen(school, made, today + 7 * DAY)


def test_the_general_clause_is_closed_for_social_services_and_crime_prevention_for_planning(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    assert made.case.branch.secrecy_key == "26:1"
    for ground in ("general_clause", "prevent_crime"):
        with pytest.raises(ValidationError):
            disclose(coordinator, made, today, ground=ground)
    for ground in ("no_harm", "necessary", "duty"):
        disclose(coordinator, made, today, ground=ground)


def test_support_for_a_child_is_a_ground_towards_social_services_and_health_care_only(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    for code in ("school", "library"):
        with pytest.raises(ValidationError):
            disclose(coordinator, made, today, ground="child_support", recipient=Branch.objects.get(code=code))
    for code in ("social_services", "health_care"):
        disclose(coordinator, made, today, ground="child_support", recipient=Branch.objects.get(code=code))


@pytest.mark.parametrize(
    "wrong",
    [
        {"ground": "convenience"},
        {"reason": "för att"},
        {"fields": []},
        {"fields": ["name", "religion"]},
        {"valid_to": date(2026, 11, 23)},
        {"valid_to": date(2036, 1, 1)},
        {"persons": []},
    ],
    ids=str,
)
def test_a_disclosure_says_what_why_and_until_when(
    wrong: dict[str, Any], coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    with pytest.raises(ValidationError):
        disclose(coordinator, made, today, **wrong)


def test_a_disclosure_is_about_persons_of_the_case_and_to_somebody_else(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made, other = household(), household(family="Annan")
    for wrong in ({"persons": persons(other)}, {"recipient": fresh(made).case.branch}):
        with pytest.raises(ValidationError):
            disclose(coordinator, made, today, **wrong)


def test_a_disclosure_gives_the_named_fields_and_no_other_until_its_day(
    coordinator: Actor, school: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    disclose(coordinator, made, today, fields=["birth_date"], valid_to=today + DAY)
    (first, *_others) = queries.disclosed(school, fresh(made).case, today=today).persons
    assert [label for label, _value in first.values] == ["Födelsedatum"]
    assert first.name == ""
    assert not seen(school, made, today + DAY)
    revoked = disclose(coordinator, made, today)
    with pytest.raises(ValidationError):
        sharing.revoke_disclosure(coordinator, disclosure=revoked, reason=" ")
    sharing.revoke_disclosure(coordinator, disclosure=revoked, reason="Behövs inte längre")
    assert not any(person.name for person in queries.disclosed(school, fresh(made).case, today=today).persons)


def protect(by: Actor, household: Household, today: date, *, active: bool = True) -> None:
    marked = {"form": "sekretessmarkering", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"}
    fact(by, persons(household)[0], FactKind.PROTECTION, today, **marked, active=active)


def test_protection_stops_what_was_disclosed_until_two_persons_stand_behind_a_new_one(
    actor: Callable[..., Actor], school: Actor, household: Callable[..., Household], today: date
) -> None:
    one, two = (actor(Role.COORDINATOR, handles_protected=True) for _ in range(2))
    made = household()
    earlier = disclose(one, made, today)
    assert seen(school, made, today)
    assert PlanTask.objects.filter(case=made.case, unit__code="school").exists()
    protect(one, made, today)
    assert not seen(school, made, today)
    new = disclose(one, made, today)
    assert new.needs_approval
    assert not seen(school, made, today)
    with pytest.raises(Refused, match="annan person"):
        sharing.approve_disclosure(one, disclosure=new)
    with pytest.raises(ValidationError):
        sharing.approve_disclosure(two, disclosure=earlier)
    assert not seen(school, made, today)
    sharing.approve_disclosure(two, disclosure=new)
    assert [d.id for d in queries.disclosed(school, fresh(made).case, today=today).disclosures] == [new.id]
    with pytest.raises(ValidationError):
        sharing.approve_disclosure(two, disclosure=new)
    protect(one, made, today, active=False)
    shown = queries.disclosed(school, fresh(made).case, today=today).disclosures
    assert {d.id for d in shown} == {earlier.id, new.id}


def test_who_does_not_handle_protected_identities_approves_nothing(
    coordinator: Actor, actor: Callable[..., Actor], household: Callable[..., Household], today: date
) -> None:
    one = actor(Role.COORDINATOR, handles_protected=True)
    made = household()
    protect(one, made, today)
    new = disclose(one, made, today)
    with pytest.raises(NotVisible):
        sharing.approve_disclosure(coordinator, disclosure=Disclosure.objects.select_related("case").get(id=new.id))
    sharing.revoke_disclosure(one, disclosure=new, reason="Ångrat")
    two = actor(Role.COORDINATOR, handles_protected=True)
    with pytest.raises(ValidationError):
        sharing.approve_disclosure(two, disclosure=new)


# --- strangers ----------------------------------------------------------------------------------------------


def test_a_stranger_changes_nothing(
    actor: Callable[..., Actor], household: Callable[..., Household], today: date
) -> None:
    made = household()
    person, membership = persons(made)[0], Membership.objects.filter(household=made)[0]
    assignment = Assignment.objects.select_related("household__case__branch").get(household=made)
    deeds: list[Callable[[Actor], Any]] = [
        lambda a: fact(a, person, "language", today, spoken="dari"),
        lambda a: fact(
            a, person, "protection", today, form="lokal_markering", authority="Kommunen", paragraph="21 kap. 3 § OSL"
        ),
        lambda a: services.add_identifier(
            a, person=person, kind="dossier", value="51-9", source="staff", valid_from=today, today=today
        ),
        lambda a: services.add_person(
            a,
            household=made,
            new=NewPerson("Ny", "Testsson", today, "child"),
            joined_on=today,
            reason="",
            source="staff",
            today=today,
        ),
        lambda a: services.end_membership(a, membership=membership, on=today, reason="x", today=today),
        lambda a: services.move_to_new_household(a, membership=membership, on=today, reason="x", today=today),
        lambda a: plan_arrival(a, made, today, today),
        lambda a: arrive(a, made, today, today),
        lambda a: services.add_assignment(
            a, household=made, persons=[person], new=NewAssignment(today), category="quota", today=today
        ),
        lambda a: end(a, assignment, "withdrawn", today),
        lambda a: services.close_case(a, household=made, on=today, reason="x", today=today),
        lambda a: services.reopen_case(a, household=made, today=today),
        lambda a: consent(a, made, today),
        lambda a: disclose(a, made, today),
    ]
    before = (Fact.objects.count(), PlanChange.objects.count(), Person.objects.count(), Consent.objects.count())
    for stranger in (actor(Role.COORDINATOR, unit="sfi", handles_protected=True), actor(Role.SOCIAL_SECRETARY)):
        for deed in deeds:
            with pytest.raises(NotVisible):
                deed(stranger)
    assert before == (
        Fact.objects.count(),
        PlanChange.objects.count(),
        Person.objects.count(),
        Consent.objects.count(),
    )
