"""The shared plan as a function: every real template, any facts, any organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemvist.coordination.plan import to_item
from hemvist.law.duties import DUTIES
from hemvist.law.regime import Regime
from hemvist.law.rulings import QUESTIONS
from hemvist.organisation.check import read_folder
from hemvist.organisation.schema import Anchor, Condition, Given
from hemvist.planning.shared_plan import (
    ANCHOR_WORDS,
    CONDITIONS,
    CaseFacts,
    Change,
    DerivedTask,
    ExistingTask,
    Item,
    LocalDue,
    PersonFacts,
    PlanError,
    What,
    derive,
    fingerprint_of,
    holds,
    reconcile,
)

FOLDERS = ("enkoping", "exempelby")


@cache
def template(folder: str) -> tuple[Item, ...]:
    found, problems = read_folder(folder, DUTIES)
    assert found is not None, problems
    return tuple(to_item(item) for item in found.plan.items)


def functions(folder: str) -> list[str]:
    return sorted({item.function for item in template(folder)} | {"coordination", "reception"})


# --- any facts ----------------------------------------------------------------------------------------------

# The program knows the law from lag (2016:38); the services refuse earlier days and days far ahead.
DAYS = st.dates(date(2016, 3, 1), date(2036, 12, 31))
MAYBE = st.none() | DAYS
BIRTHS = st.none() | st.dates(date(1920, 1, 1), date(2036, 12, 31)) | st.just(date(2008, 2, 29))
REGIMES = st.sampled_from(["", *Regime])


@st.composite
def person(draw: st.DrawFn, key: str) -> PersonFacts:
    return PersonFacts(
        key=key,
        birth_date=draw(BIRTHS),
        is_child=draw(st.booleans()),
        received_on=draw(MAYBE),
        population_register_decided_on=draw(MAYBE),
        population_registered_on=draw(MAYBE),
        left_reception_act_on=draw(MAYBE),
        first_received_on=draw(MAYBE),
        needs_interpreter=draw(st.booleans()),
        anchors=draw(st.dictionaries(st.sampled_from(get_args(Given)), DAYS, max_size=4)),
    )


@st.composite
def case(draw: st.DrawFn) -> CaseFacts:
    keys = [f"p{n}" for n in range(draw(st.integers(0, 4)))]
    return CaseFacts(
        registered_on=draw(DAYS),
        persons=tuple(draw(person(key)) for key in keys),
        assigned=draw(st.booleans()),
        resettled=draw(st.booleans()),
        temporary_protection=draw(st.booleans()),
        already_living_here=draw(st.booleans()),
        needs_dwelling=draw(st.booleans()),
        assignment_decided_on=draw(MAYBE),
        latest_reception_on=draw(MAYBE),
        planned_arrival_on=draw(MAYBE),
        received_on=draw(MAYBE),
        regime=draw(REGIMES),
    )


ANSWERS = st.fixed_dictionaries({}, optional={k: st.sampled_from(sorted(q.options)) for k, q in QUESTIONS.items()})


@st.composite
def situation(draw: st.DrawFn) -> tuple[str, CaseFacts, dict[str, int], dict[str, str]]:
    """A municipality, facts, who answers for what (with gaps) and which legal questions are settled."""
    folder = draw(st.sampled_from(FOLDERS))
    owners = draw(st.dictionaries(st.sampled_from(functions(folder)), st.integers(1, 30)))
    owners[draw(st.sampled_from(["coordination", "reception"]))] = draw(st.integers(1, 30))
    return folder, draw(case()), owners, draw(ANSWERS)


# --- deriving -----------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(situation())
def test_every_task_has_an_owner_a_unique_key_and_an_item_that_asks_for_it(given_now) -> None:
    folder, facts, owners, rulings = given_now
    tasks = derive(template(folder), facts, owners, rulings=rulings)
    items = {item.code: item for item in template(folder)}
    fallback = owners.get("coordination") or owners["reception"]
    assert len({task.key for task in tasks}) == len(tasks)
    for task in tasks:
        item = items[task.code]
        assert task.unit == owners.get(item.function, fallback)
        assert item.per_person == (task.person is not None)
        assert task.due is None or not set(task.missing) - {m for m in task.missing if m.startswith("ruling:")}
        assert not (task.preliminary and task.due is None)
        assert all(step.render() for step in task.steps)


@settings(max_examples=40, deadline=None)
@given(situation())
def test_the_same_facts_give_the_same_plan(given_now) -> None:
    folder, facts, owners, rulings = given_now
    first = derive(template(folder), facts, owners, rulings=rulings)
    assert first == derive(template(folder), facts, owners, rulings=rulings)
    assert [fingerprint_of(task) for task in first] == [
        fingerprint_of(task)
        for task in derive(template(folder), facts, dict(reversed(owners.items())), rulings=rulings)
    ]


@settings(max_examples=40, deadline=None)
@given(situation())
def test_the_order_of_the_persons_changes_no_task(given_now) -> None:
    folder, facts, owners, rulings = given_now
    turned = replace(facts, persons=tuple(reversed(facts.persons)))
    assert set(map(repr, derive(template(folder), facts, owners, rulings=rulings))) == set(
        map(repr, derive(template(folder), turned, owners, rulings=rulings))
    )


def test_a_municipality_where_nobody_answers_for_coordination_gets_no_plan() -> None:
    facts = CaseFacts(date(2026, 11, 23), (), assigned=True)
    with pytest.raises(PlanError):
        derive(template("enkoping"), facts, {"school": 3})


def test_a_task_that_nobody_answers_for_lies_with_the_coordination_and_says_so() -> None:
    facts = CaseFacts(date(2026, 11, 23), (PersonFacts("a", date(2015, 1, 1), True),), assigned=True)
    tasks = derive((Item("school", "school"), Item("lead", "coordination")), facts, {"coordination": 7})
    assert [task.unit for task in tasks] == [7, 7]
    assert "Ingen enhet svarar" in tasks[0].steps[-1].text
    assert not tasks[1].steps


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_law_a_template_names_is_a_duty_that_can_be_counted(folder: str) -> None:
    named = {item.law for item in template(folder) if item.law}
    assert named
    assert named <= set(DUTIES)


def test_every_condition_a_template_may_use_can_be_judged() -> None:
    assert set(get_args(Condition)) == set(CONDITIONS)
    facts = CaseFacts(date(2026, 11, 23), (PersonFacts("a", date(1990, 1, 1), False),), assigned=True)
    for condition in CONDITIONS:
        assert holds(condition, facts) in (True, False)
        assert holds(condition, facts, facts.persons[0]) in (True, False)


def test_an_unknown_condition_is_never_passed_over_in_silence() -> None:
    with pytest.raises(KeyError):
        holds("has_children", CaseFacts(date(2026, 11, 23), (), assigned=True))


@pytest.mark.parametrize("anchor", get_args(Anchor))
def test_every_anchor_a_template_may_use_gives_a_day_once_it_is_known(anchor: str) -> None:
    day = date(2026, 12, 1)
    known = dict.fromkeys(("registered_on", "assignment_decided_on", "latest_reception_on"), day)
    one = PersonFacts(
        "a",
        date(1990, 1, 1),
        False,
        population_register_decided_on=day,
        population_registered_on=day,
        anchors=dict.fromkeys(get_args(Given), day),
    )
    facts = CaseFacts(**known, persons=(one,), assigned=True, planned_arrival_on=day, received_on=day)
    for per_person in (True, False):
        item = Item("x", "coordination", per_person=per_person, local=LocalDue(anchor, days=2))
        (task,) = derive((item,), facts, {"coordination": 1})
        assert task.due == day + timedelta(days=2)
    assert anchor in ANCHOR_WORDS


@pytest.mark.parametrize("anchor", [anchor for anchor in get_args(Anchor) if anchor != "registered_on"])
def test_a_day_whose_anchor_is_unknown_is_left_open_and_says_what_is_missing(anchor: str) -> None:
    facts = CaseFacts(date(2026, 11, 23), (PersonFacts("a", None, False),), assigned=True)
    item = Item("x", "coordination", local=LocalDue(anchor, weeks=1))
    (task,) = derive((item,), facts, {"coordination": 1})
    assert (task.due, task.missing, task.preliminary) == (None, (anchor,), False)


# --- preliminary and firm days ------------------------------------------------------------------------------

PLANNED = date(2026, 12, 7)
BASE = CaseFacts(
    date(2026, 11, 23),
    (PersonFacts("a", date(1990, 1, 1), False), PersonFacts("b", date(2016, 5, 5), True)),
    assigned=True,
    resettled=True,
    assignment_decided_on=date(2026, 11, 2),
    planned_arrival_on=PLANNED,
    regime="BOS-2016",
)


def by_code(facts: CaseFacts, folder: str = "enkoping") -> dict[str, DerivedTask]:
    owners = dict.fromkeys(functions(folder), 1)
    return {task.code: task for task in derive(template(folder), facts, owners)}


def test_days_after_a_planned_arrival_are_preliminary_until_it_has_happened() -> None:
    planned = by_code(BASE)["TA19-first-days"]
    came = by_code(replace(BASE, received_on=date(2026, 12, 9)))["TA19-first-days"]
    assert planned.preliminary
    assert not came.preliminary
    assert planned.due != came.due


def test_the_last_day_of_the_anvisning_is_firm_whatever_is_planned() -> None:
    # Also when no day is stated in the decision, and when the stated day happens to be the planned one.
    for stated in (None, PLANNED):
        for planned in (None, PLANNED):
            task = by_code(replace(BASE, latest_reception_on=stated, planned_arrival_on=planned))["TA01-receive"]
            assert task.due == (stated or date(2027, 1, 2))
            assert not task.preliminary, (stated, planned)


def test_a_day_before_the_planned_arrival_follows_it_also_afterwards() -> None:
    before = by_code(BASE)["TA10-dwelling"]
    assert before.due == PLANNED - timedelta(weeks=3)
    assert before.preliminary
    assert not by_code(replace(BASE, received_on=PLANNED))["TA10-dwelling"].preliminary


def test_an_elder_in_a_year_without_a_known_pension_age_stops_nothing() -> None:
    far = date(2036, 5, 1)
    for age, works in ((59, True), (66, True), (80, False)):
        facts = replace(BASE, persons=(PersonFacts("a", date(far.year - age, 1, 1), False),), received_on=far)
        assert holds("subject_is_working_age", facts, facts.persons[0]) is works


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        (date(2026, 6, 1), "none"),
        (date(2025, 12, 7), "preschool"),
        (date(2020, 12, 31), "school"),
        (date(2021, 1, 1), "preschool"),
        (date(2010, 3, 3), "sfi"),
    ],
)
def test_a_childs_age_on_the_day_of_reception_decides_the_childs_tasks(birth: date, expected: str) -> None:
    facts = replace(BASE, persons=(PersonFacts("a", birth, True),), received_on=PLANNED)
    codes = {task.code for task in derive(template("enkoping"), facts, {"coordination": 1}) if task.person}
    assert ("EA13-preschool" in codes) == (expected == "preschool")
    assert ("EA13-placement" in codes) == (expected == "school")
    assert ("EA01-sfi" in codes) == (expected == "sfi")


# --- reconciling --------------------------------------------------------------------------------------------


def stored(existing: Sequence[ExistingTask], changes: Sequence[Change]) -> list[ExistingTask]:
    """What the services store of the changes, without a database."""
    rows = {task.id: task for task in existing}
    for change in changes:
        if change.what is What.REMOVED:
            rows[change.existing] = replace(rows[change.existing], cancelled=True)
            continue
        task, key = change.task, change.existing or f"{change.task.code}/{change.task.person}"
        old = rows.get(key) or ExistingTask(
            key, task.code, task.person, task.unit, task.due, False, False, False, False, False, ""
        )
        rows[key] = replace(
            old,
            due=task.due if change.what in {What.ADDED, What.MOVED, What.REVIVED} else old.due,
            unit=task.unit if change.what in {What.ADDED, What.OWNER, What.REVIVED} else old.unit,
            cancelled=False,
            fingerprint=fingerprint_of(task),
        )
    return list(rows.values())


WORK = st.sampled_from(["nothing", "nothing", "taken", "done", "moved by hand", "handed over"])


def worked_on(tasks: Sequence[ExistingTask], draw_one) -> list[ExistingTask]:
    """The tasks after people have been at some of them."""
    result = []
    for task in tasks:
        deed = draw_one() if not task.cancelled and not task.finished else "nothing"
        if deed == "taken":
            task = replace(task, touched=True)
        elif deed == "done":
            task = replace(task, touched=True, finished=True)
        elif deed == "moved by hand":
            task = replace(task, touched=True, due_by_hand=True, due=date(2031, 1, 1))
        elif deed == "handed over":
            task = replace(task, touched=True, unit_by_hand=True, unit=99)
        result.append(task)
    return result


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(FOLDERS))
def test_a_plan_follows_the_facts_settles_at_once_and_loses_nothing_people_did(data, folder: str) -> None:
    items, tasks = template(folder), []
    for _round in range(data.draw(st.integers(1, 4))):
        facts = data.draw(case())
        owners = {"coordination": data.draw(st.integers(1, 3)), "school": data.draw(st.integers(1, 3))}
        rulings = data.draw(ANSWERS)
        derived = derive(items, facts, owners, rulings=rulings)
        before = {task.id: task for task in tasks}
        tasks = stored(tasks, reconcile(tasks, derived))
        assert reconcile(tasks, derived) == ()
        now = {task.id: task for task in tasks}
        open_keys = {(task.code, task.person) for task in tasks if not task.cancelled}
        assert {task.key for task in derived} <= open_keys
        for key, old in before.items():
            if old.touched or old.finished:
                assert not now[key].cancelled
            if old.finished:
                assert now[key] == old
            if old.due_by_hand:
                assert now[key].due == old.due
            if old.unit_by_hand:
                assert now[key].unit == old.unit
        untouched = [t for t in tasks if not (t.touched or t.finished or t.cancelled)]
        assert {(t.code, t.person) for t in untouched} <= {task.key for task in derived}
        tasks = worked_on(tasks, lambda: data.draw(WORK))


def test_what_is_no_longer_asked_for_comes_back_when_it_is_asked_for_again() -> None:
    items, owners = (Item("a", "coordination", when=("assigned",)),), {"coordination": 1}
    facts = CaseFacts(date(2026, 11, 23), (), assigned=True)
    tasks = stored([], reconcile([], derive(items, facts, owners)))
    gone = reconcile(tasks, derive(items, replace(facts, assigned=False), owners))
    assert [change.what for change in gone] == [What.REMOVED]
    back = reconcile(stored(tasks, gone), derive(items, facts, owners))
    assert [change.what for change in back] == [What.REVIVED]
