"""Every query of households, plans and what money hangs on, asked by those whose household it is not.

A public function of these modules that is missing here fails the last test.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.access.conftest import FAMILY, World, new_household, secrets_in, told
from tests.access.test_audit import public

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.roles import Role
from hemvist.coordination import queries as plan
from hemvist.coordination.models import PlanTask
from hemvist.coordination.queries import TaskFilter
from hemvist.reception import compensation_facts as money
from hemvist.reception import queries as reception
from hemvist.reception.queries import HouseholdFilter
from hemvist.reception.services import end_membership, register_households
from hemvist.reception.sharing import approve_disclosure

Ask = Callable[[World, Actor], Any]

# Who asks: role, unit, and whether the case has been marked as protected.
ASKERS: dict[str, tuple[Role, str | None, bool]] = {
    "social secretary": (Role.SOCIAL_SECRETARY, None, False),
    "school administrator": (Role.SCHOOL_ADMINISTRATOR, None, False),
    "sfi administrator of the same board": (Role.SFI_ADMINISTRATOR, None, False),
    "housing coordinator": (Role.HOUSING_COORDINATOR, None, False),
    "contact centre": (Role.CONTACT_CENTER, None, False),
    "controller": (Role.CONTROLLER, None, False),
    "strategist": (Role.STRATEGIST, None, False),
    "association": (Role.ASSOCIATION, None, False),
    "data protection officer": (Role.DATA_PROTECTION_OFFICER, None, False),
    "administrator": (Role.ADMINISTRATOR, None, False),
    "another newcomer": (Role.NEWCOMER, None, False),
    "coordinator of another branch of the same board": (Role.COORDINATOR, "sfi", False),
    "coordinator without protected identities, protected case": (Role.COORDINATOR, None, True),
    "school administrator, protected case": (Role.SCHOOL_ADMINISTRATOR, None, True),
}

LIST_CASES = {name for name, (role, _unit, _protected) in ASKERS.items() if role == Role.COORDINATOR}
WORK = {
    name
    for name, (role, _unit, _protected) in ASKERS.items()
    if role in {Role.SOCIAL_SECRETARY, Role.SCHOOL_ADMINISTRATOR, Role.SFI_ADMINISTRATOR, Role.COORDINATOR}
    or role in {Role.HOUSING_COORDINATOR, Role.CONTACT_CENTER}
}
NOBODY: set[str] = set()
EVERYBODY = set(ASKERS)

HIDDEN, REFUSED = NotVisible, Refused


class Question:
    """A question; who gets an answer at all (one without personal data) and what the others are told."""

    def __init__(self, ask: Ask, *, answered: set[str], otherwise: type = HIDDEN) -> None:
        self.ask, self.answered, self.otherwise = ask, answered, otherwise


def _none(number: int) -> int:
    assert number == 0, "even a number tells that somebody is there"
    return number


QUESTIONS: dict[str, Question] = {
    "list_households": Question(
        lambda w, a: reception.list_households(a, HouseholdFilter(state="all", search=FAMILY), today=w.today),
        answered=LIST_CASES,
        otherwise=REFUSED,
    ),
    "export_households": Question(
        lambda w, a: reception.export_households(a, HouseholdFilter(state="all"), today=w.today),
        answered=LIST_CASES,
        otherwise=REFUSED,
    ),
    "get_household": Question(lambda w, a: reception.get_household(a, w.household.id, today=w.today), answered=NOBODY),
    "get_person": Question(lambda w, a: reception.get_person(a, w.persons[0].id), answered=NOBODY),
    "person_history": Question(lambda w, a: reception.person_history(a, w.persons[0]), answered=NOBODY),
    "list_assignments": Question(
        lambda w, a: reception.list_assignments(a, today=w.today), answered=LIST_CASES, otherwise=REFUSED
    ),
    "get_assignment": Question(
        lambda w, a: reception.get_assignment(a, w.assignment.id, today=w.today), answered=NOBODY
    ),
    "disclosed": Question(lambda w, a: reception.disclosed(a, w.case, today=w.today), answered=EVERYBODY),
    "names_disclosed": Question(lambda w, a: reception.names_disclosed(a, [w.case.id], w.today), answered=EVERYBODY),
    "case_disclosures": Question(lambda w, a: reception.case_disclosures(a, w.case), answered=NOBODY),
    "disclosure_register": Question(
        lambda w, a: reception.disclosure_register(a), answered={"data protection officer"}, otherwise=REFUSED
    ),
    "own_person": Question(lambda w, a: reception.own_person(a), answered=NOBODY),
    "arriving": Question(
        lambda w, a: reception.arriving(a, today=w.today, until=w.today + timedelta(days=90)), answered=EVERYBODY
    ),
    "planned_households": Question(
        lambda w, a: _none(reception.planned_households(a, w.today, w.today + timedelta(days=90))), answered=EVERYBODY
    ),
    "compensation_people": Question(
        lambda w, a: money.compensation_people(a, today=w.today, person_ids=[p.id for p in w.persons]),
        answered=LIST_CASES,
        otherwise=REFUSED,
    ),
    "people_page": Question(
        lambda w, a: _none(len(money.people_page(a, permission="case.read", search=FAMILY)[0])),
        answered=LIST_CASES,
        otherwise=REFUSED,
    ),
    "list_tasks": Question(
        lambda w, a: plan.list_tasks(a, TaskFilter("all"), today=w.today, limit=500), answered=WORK, otherwise=REFUSED
    ),
    "get_task": Question(lambda w, a: plan.get_task(a, w.task("TA03-case").id, today=w.today), answered=NOBODY),
    "plan_of": Question(lambda w, a: plan.plan_of(a, w.row, today=w.today), answered=NOBODY),
    "start": Question(lambda w, a: plan.start(a, today=w.today, since=None, limit=200), answered=EVERYBODY),
    "open_reports": Question(lambda w, a: plan.open_reports(a, w.today), answered=EVERYBODY),
    "meeting": Question(lambda w, a: plan.meeting(a, today=w.today, days=900), answered=WORK, otherwise=REFUSED),
    "own_plan": Question(lambda w, a: plan.own_plan(a, today=w.today), answered=NOBODY),
    "own_units": Question(lambda w, a: plan.own_units(a), answered=EVERYBODY),
}

# Functions that take no actor, and why that gives nobody anything.
WITHOUT_ACTOR = {
    "case_facts": "for services; the plan is derived from it",
    "first_reception": "computes on a row that the caller was allowed to read",
    "deadline_of": "computes on a row that the caller was allowed to read",
    "target_group": "computes on a row that the caller was allowed to read",
    "open_assumptions": "computes on a row that the caller was allowed to read",
    "reception_facts": "arranges facts already read",
    "home": "about the organisation",
    "people_for_sums": "for sums, without names, numbers and protected cases",
    "names_of": "for callers that have been allowed and have logged",
    "arrivals_per_year_and_category": "numbers without protected cases; the statistics hide small ones",
    "branches_told": "branches, not persons, about a case that the caller was allowed to read",
    "text_of": "words",
    "children_seen_by": "about the household of a person that the caller was allowed to read",
    "bundled": "arranges rows already read",
    "units_for_hand_over": "about the organisation",
    "summaries": "numbers for rows that the caller was allowed to list",
    "withheld_by_protection": "numbers for a row that the caller was allowed to read",
    "households_with_late_tasks": "a filter",
}
FILTERS = {"number_like", "who_may_apply", "visible_tasks", "may_work", "released_cases", "disclosed_cases"}


@pytest.fixture(params=ASKERS)
def asked(request: pytest.FixtureRequest, world: World, actor: Callable[..., Actor]) -> tuple[str, Actor, World]:
    """Somebody who asks, in a world where the household has been received and its school tasks are far along."""
    role, unit, protected = ASKERS[request.param]
    asker = actor(role, unit=unit)
    world.disclose(recipient="library")
    if protected:
        world.protect()
    return request.param, asker, world


def test_no_question_gives_a_foreign_household_away(asked: tuple[str, Actor, World]) -> None:
    who, asker, world = asked
    told_no: dict[str, type] = {}
    for name, question in QUESTIONS.items():
        try:
            answer = question.ask(world, asker)
        except (NotVisible, Refused) as no:
            told_no[name] = type(no)
            continue
        # The officer reads the written reasons, and only there may somebody have written a name by mistake.
        if name == "disclosure_register":
            for disclosure in answer[0]:
                disclosure.reason = ""
        assert secrets_in(answer) == set(), name
        if ASKERS[who][2]:
            assert world.case.number not in set(told(answer)), f"{name}: a protected case is not even a number"
    no = {name: question.otherwise for name, question in QUESTIONS.items() if who not in question.answered}
    assert told_no == no


def test_the_owner_who_may_sees_what_all_others_do_not(world: World) -> None:
    """What the questions above hide is there to be hidden."""
    for name in (
        "list_households",
        "get_household",
        "arriving",
        "compensation_people",
        "list_tasks",
        "meeting",
        "start",
    ):
        assert FAMILY in secrets_in(QUESTIONS[name].ask(world, world.trusted)), name
    assert FAMILY in secrets_in(plan.own_plan(world.newcomer, today=world.today))
    world.protect()
    for name in ("list_households", "get_household", "compensation_people", "list_tasks", "meeting"):
        assert FAMILY in secrets_in(QUESTIONS[name].ask(world, world.trusted)), name


@pytest.mark.parametrize(("role", "unit"), [(role, unit) for role, unit, protected in ASKERS.values() if not protected])
def test_a_foreign_unit_sees_its_own_tasks_and_no_other(
    role: Role, unit: str | None, world: World, actor: Callable[..., Actor]
) -> None:
    asker = actor(role, unit=unit)
    if not asker.can("task.list"):
        return
    rows, _more = plan.list_tasks(asker, TaskFilter("all"), today=world.today, limit=500)
    assert {row.task.unit.branch_id for row in rows} <= set(asker.branches("task.list"))
    assert not any(row.person for row in rows)


def test_a_task_at_a_foreign_unit_tells_it_nothing_of_the_person(world: World, actor: Callable[..., Actor]) -> None:
    for role, code in ((Role.SCHOOL_ADMINISTRATOR, "EA13-start"), (Role.SOCIAL_SECRETARY, "EA12-assistance")):
        page = plan.get_task(actor(role), world.task(code).id, today=world.today)
        assert secrets_in(page) == set()
        assert not page.may_read_case
        assert page.may_work


def test_what_was_disclosed_is_seen_by_its_receiver_and_by_nobody_else(
    world: World, actor: Callable[..., Actor]
) -> None:
    world.disclose(recipient="school", fields=["name", "birth_date"], reason="Barnet börjar skolan i januari")
    school = actor(Role.SCHOOL_ADMINISTRATOR)
    seen = secrets_in(reception.disclosed(school, world.case, today=world.today))
    assert FAMILY in seen
    assert "2017-07-07" in seen
    assert "Hemligvägen 77" not in seen
    rows, _more = plan.list_tasks(school, TaskFilter("all"), today=world.today, limit=500)
    assert any(FAMILY in row.person for row in rows)
    for other in (actor(Role.SFI_ADMINISTRATOR), actor(Role.SOCIAL_SECRETARY), actor(Role.CONTROLLER)):
        assert not reception.disclosed(other, world.case, today=world.today).persons
        assert not reception.names_disclosed(other, [world.case.id], world.today)


def test_a_released_protected_case_is_seen_only_in_the_branch_it_was_released_to(
    world: World, actor: Callable[..., Actor]
) -> None:
    """Somebody who works in two branches sees the tasks of the one that was told, not those of the other."""
    world.protect()
    approve_disclosure(world.trusted_too, disclosure=world.disclose(recipient="school", fields=["name"]))
    school, support = actor(Role.SCHOOL_ADMINISTRATOR), actor(Role.SOCIAL_SECRETARY)
    both = Actor(school.user_id, school.name, (*school.grants, *support.grants))
    units = {row.task.unit.code for row in plan.list_tasks(both, TaskFilter("all"), today=world.today, limit=500)[0]}
    assert "school" in units
    assert "financial_support" not in units


def test_a_newcomer_who_has_left_the_household_follows_nobody(world: World) -> None:
    world.arrive()
    _person, together = plan.own_plan(world.newcomer, today=world.today)
    assert any("Xanthippe" in step.person for step in together)
    assert not any("Wolodymyr" in step.person for step in together), "another adult's steps are that adult's"
    end_membership(
        world.trusted,
        membership=world.membership("Zvonimira"),
        on=world.today,
        reason="Flyttar isär",
        today=world.today,
    )
    _person, alone = plan.own_plan(world.newcomer, today=world.today)
    assert alone == []


def test_a_name_in_a_protected_case_is_found_by_no_search(world: World) -> None:
    world.protect()
    for search in (FAMILY, "1988", "9802", world.case.number):
        wanted = HouseholdFilter(search=search, state="all")
        assert reception.list_households(world.coordinator, wanted, today=world.today) == ([], False)
        assert reception.list_households(world.trusted, wanted, today=world.today)[0]


def test_a_protected_case_is_in_no_export_not_even_of_those_who_may_read_it(world: World) -> None:
    (other,) = register_households(world.trusted, [new_household(world.today, reference="ANV-2")], today=world.today)
    world.protect()
    rows = reception.export_households(world.trusted, HouseholdFilter(), today=world.today)
    assert [row["case_number"] for row in rows] == [other.case.number]
    assert secrets_in(rows) == set()


def test_a_thing_that_does_not_exist_answers_as_one_that_may_not_be_seen(
    world: World, actor: Callable[..., Actor]
) -> None:
    stranger, nothing = actor(Role.COORDINATOR, unit="school"), uuid.uuid4()
    for there, missing in (
        (
            lambda: reception.get_household(stranger, world.household.id, today=world.today),
            lambda: reception.get_household(stranger, nothing, today=world.today),
        ),
        (
            lambda: plan.get_task(stranger, world.task("TA03-case").id, today=world.today),
            lambda: plan.get_task(stranger, nothing, today=world.today),
        ),
    ):
        with pytest.raises(NotVisible) as one:
            there()
        with pytest.raises(NotVisible) as other:
            missing()
        assert str(one.value) == str(other.value)
        assert one.value.action == other.value.action


@pytest.mark.parametrize("module", [reception, money, plan], ids=lambda m: m.__name__)
def test_every_query_is_asked_by_strangers(module: Any) -> None:
    assert public(module) <= set(QUESTIONS) | set(WITHOUT_ACTOR) | FILTERS


def test_a_filter_for_a_stranger_lets_nothing_through(world: World, actor: Callable[..., Actor]) -> None:
    for asker in (actor(Role.CONTROLLER), actor(Role.ASSOCIATION), actor(Role.NEWCOMER)):
        assert not PlanTask.objects.filter(plan.visible_tasks(asker, world.today)).exists()
        assert not plan.may_work(asker, world.task("TA03-case"))
