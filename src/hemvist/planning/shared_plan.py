"""The shared plan as a function: template x facts x who answers for what → tasks with due days and reasons.

Pure: the same facts give the same plan. Ages are those on the day of reception (or birth, when later), so the plan
does not drift with the calendar; it changes when facts change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from hemvist.law import ages
from hemvist.law.calendar import add_months, add_working_days, age_on
from hemvist.law.duties import ANCHORS, DutyFacts, deadline
from hemvist.law.parameters import ParameterNotFound
from hemvist.law.regime import Regime
from hemvist.law.types import Source, Step, Text, gettext_noop
from hemvist.planning.responsibility import Thing

# What a day is counted from, in words; the law's own anchors and the plan's.
ANCHOR_WORDS: Mapping[str, str] = {
    **ANCHORS,
    "registered_on": gettext_noop("registreringen i Hemvist"),
    "latest_reception_on": gettext_noop("senaste mottagningsdag enligt beslutet"),
    "planned_arrival_on": gettext_noop("planerad ankomst"),
    "population_register_decided_on": gettext_noop("Skatteverkets beslut om folkbokföring"),
}


class PlanError(ValueError):
    """The plan cannot be derived at all: nobody answers for coordination."""


@dataclass(frozen=True, slots=True)
class LocalDue:
    """A due day by local routine: ``anchor`` plus an offset (negative = before)."""

    anchor: str
    days: int = 0
    weeks: int = 0
    months: int = 0
    working_days: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the plan template."""

    code: str
    function: str
    per_person: bool = False
    when: tuple[str, ...] = ()
    law: str | None = None
    local: LocalDue | None = None
    waits_for: tuple[str, ...] = ()
    # The task of the catalogue (TA, EA) that it is part of: somebody else may answer for it than for the function.
    catalogue: str = ""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the plan needs to know of a person. ``key`` is the caller's own."""

    key: str
    birth_date: date | None
    is_child: bool
    received_on: date | None = None
    # The day the person came into the household: by birth, or later than the others.
    joined_on: date | None = None
    population_register_decided_on: date | None = None
    population_registered_on: date | None = None
    left_reception_act_on: date | None = None
    # Mottagandedatum, as the law reads the facts.
    first_received_on: date | None = None
    needs_interpreter: bool = False
    # Days that finished tasks have given, as sfi_registered_on.
    anchors: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the plan needs to know of a household: only living persons who are members today."""

    registered_on: date
    persons: tuple[PersonFacts, ...]
    assigned: bool
    resettled: bool = False
    temporary_protection: bool = False
    already_living_here: bool = False
    needs_dwelling: bool = True
    assignment_decided_on: date | None = None
    latest_reception_on: date | None = None
    planned_arrival_on: date | None = None
    received_on: date | None = None
    regime: str = ""

    @property
    def reference_day(self) -> date:
        """The day on which ages are counted."""
        return self.received_on or self.planned_arrival_on or self.registered_on


@dataclass(frozen=True, slots=True)
class DerivedTask:
    """A task the template asks for. ``unit`` is whatever the caller's ``owners`` map holds."""

    code: str
    person: str | None
    function: str
    unit: int
    due: date | None
    preliminary: bool
    steps: tuple[Step, ...]
    missing: tuple[str, ...]
    waits_for: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str | None]:
        return (self.code, self.person)


def _person_is(person: PersonFacts, condition: str, day: date) -> bool:
    if condition == "subject_is_child":
        return _child(person, day)
    if condition == "subject_is_adult":
        return not _child(person, day)
    if person.birth_date is None:
        return False
    day = max(day, person.birth_date)
    if condition == "subject_is_working_age":
        if _child(person, day):
            return False
        return _below_pension_age(person.birth_date, day)
    if condition == "subject_is_school_age":
        return ages.is_school_age(person.birth_date, day)
    if condition == "subject_is_preschool_age":
        return ages.is_preschool_age(person.birth_date, day)
    if condition == "subject_is_sfi_age":
        return ages.sfi_from(person.birth_date) <= day
    raise KeyError(condition)


def _below_pension_age(birth_date: date, day: date) -> bool:
    """Far from the limit no parameter is asked; in a year without a known limit the older person counts as below it:
    a task too many is seen and marked as not applicable, one too few is not.
    """
    if age_on(birth_date, day) < 60:
        return True
    try:
        return ages.under_pension_age(birth_date, day)
    except ParameterNotFound:
        return age_on(birth_date, day) < 70


def _child(person: PersonFacts, day: date) -> bool:
    if person.birth_date is None:
        return person.is_child
    return not ages.is_adult(person.birth_date, max(day, person.birth_date))


_CASE_CONDITIONS = {
    "assigned": lambda facts: facts.assigned,
    "self_settled": lambda facts: not facts.assigned,
    "arrives_from_elsewhere": lambda facts: not facts.already_living_here,
    "already_living_here": lambda facts: facts.already_living_here,
    "temporary_protection": lambda facts: facts.temporary_protection,
    "resettled": lambda facts: facts.resettled,
    "needs_dwelling": lambda facts: facts.needs_dwelling,
}
_ANY_PERSON = {
    "has_child": "subject_is_child",
    "has_adult": "subject_is_adult",
    "has_working_age_adult": "subject_is_working_age",
    "has_school_age_child": "subject_is_school_age",
    "has_preschool_child": "subject_is_preschool_age",
}
_SUBJECT = (
    "subject_is_adult",
    "subject_is_child",
    "subject_is_working_age",
    "subject_is_school_age",
    "subject_is_preschool_age",
    "subject_is_sfi_age",
)
CONDITIONS: tuple[str, ...] = (*_CASE_CONDITIONS, *_ANY_PERSON, *_SUBJECT, "needs_interpreter")


def holds(condition: str, facts: CaseFacts, person: PersonFacts | None = None) -> bool:
    """Whether a named condition holds. Unknown names raise KeyError: a template must never fail in silence."""
    if condition in _CASE_CONDITIONS:
        return bool(_CASE_CONDITIONS[condition](facts))
    if condition == "needs_interpreter":
        return person.needs_interpreter if person else any(p.needs_interpreter for p in facts.persons)
    if condition in _ANY_PERSON:
        return any(_person_is(p, _ANY_PERSON[condition], facts.reference_day) for p in facts.persons)
    if condition in _SUBJECT:
        if person is None:
            return any(_person_is(p, condition, facts.reference_day) for p in facts.persons)
        return _person_is(person, condition, facts.reference_day)
    raise KeyError(condition)


def _anchor(name: str, facts: CaseFacts, person: PersonFacts | None) -> tuple[date | None, bool]:
    """The anchor's day and whether it is preliminary. For a household task: the first of its persons' days."""
    if name == "received_on":
        actual = (person.received_on if person else None) or facts.received_on
        if actual and person and not person.received_on and person.joined_on:
            # Born or come later: days are counted from then, or they would be late at once.
            actual = max(actual, person.joined_on)
        return (actual, False) if actual else (facts.planned_arrival_on, True)
    if name == "stated_latest_reception_on":
        return facts.latest_reception_on, False
    if name == "arrived_in_sweden_on":
        # Only who is resettled comes straight from abroad; for others the day is another and not known here.
        arrived = person.received_on if person else facts.received_on
        return (arrived if facts.resettled else None), False
    if name == "birth_date":
        return (person.birth_date if person else None), False
    if name == "sfi_right_from" and person is not None:
        return person.population_registered_on, False
    if hasattr(facts, name):
        return getattr(facts, name), name == "planned_arrival_on" and facts.received_on is None
    people = (person,) if person else facts.persons
    days = [day for p in people if (day := p.anchors.get(name) or getattr(p, name, None)) is not None]
    return (min(days) if days else None), False


_UNITS = {
    "days": (Text("dag", "day"), Text("dagar", "days")),
    "working_days": (Text("arbetsdag", "working day"), Text("arbetsdagar", "working days")),
    "weeks": (Text("vecka", "week"), Text("veckor", "weeks")),
    "months": (Text("månad", "month"), Text("månader", "months")),
}


def _span(rule: LocalDue) -> tuple[int, Text]:
    """The offset of a local rule: how many (negative = before), and of what."""
    unit = next((name for name in ("months", "weeks", "working_days") if getattr(rule, name)), "days")
    count = int(getattr(rule, unit))
    return count, _UNITS[unit][abs(count) != 1]


def _local_due(rule: LocalDue, facts: CaseFacts, person: PersonFacts | None) -> DerivedTask:
    day, preliminary = _anchor(rule.anchor, facts, person)
    if day is None:
        unknown = Step(gettext_noop("Dagen kan räknas ut när uppgiften finns."), {}, Source("local"))
        return _due(None, False, (unknown,), (rule.anchor,))
    due = add_months(day, rule.months) + timedelta(days=rule.days, weeks=rule.weeks)
    if rule.working_days:
        due = add_working_days(due, rule.working_days)
    count, unit = _span(rule)
    if count == 0:
        span = Step(gettext_noop("Samma dag."))
    elif count < 0:
        span = Step(gettext_noop("Tiden är {count} {unit} före den dagen."), {"count": -count, "unit": unit})
    else:
        span = Step(gettext_noop("Tiden är {count} {unit} från den dagen."), {"count": count, "unit": unit})
    steps = (
        Step(
            gettext_noop("Räknas från {anchor}: {day}."),
            {"anchor": ANCHOR_WORDS.get(rule.anchor, rule.anchor), "day": day},
        ),
        span,
        Step(gettext_noop("Lokal rutin: {reason}"), {"reason": rule.reason}, Source("local")),
    )
    return _due(due, preliminary, steps, ())


_DUTY_DAYS = tuple(f.name for f in fields(DutyFacts) if f.name.endswith(("_on", "_from", "_date")))


def _law_due(key: str, facts: CaseFacts, person: PersonFacts | None, rulings: Mapping[str, str]) -> DerivedTask:
    _received, preliminary = _anchor("received_on", facts, person)
    known: dict[str, Any] = {name: _anchor(name, facts, person)[0] for name in _DUTY_DAYS}
    duty = DutyFacts(
        **known,
        temporary_protection=facts.temporary_protection,
        resettled=facts.resettled,
        regime=Regime(facts.regime) if facts.regime else None,
    )
    answer = deadline(key, duty, rulings=rulings)
    # The day rests on a planned reception when it falls away together with the plan.
    rests_on_reception = (
        preliminary
        and answer.value is not None
        and deadline(key, replace(duty, received_on=None, planned_arrival_on=None), rulings=rulings).value
        != answer.value
    )
    missing = (*answer.missing, *(f"ruling:{question.key}" for question in answer.rulings_needed))
    return _due(answer.value, rests_on_reception, answer.steps, missing)


def _due(due: date | None, preliminary: bool, steps: tuple[Step, ...], missing: tuple[str, ...]) -> DerivedTask:
    return DerivedTask("", None, "", 0, due, preliminary, steps, missing, ())


def derive(
    items: Sequence[Item],
    facts: CaseFacts,
    owners: Mapping[str, int],
    *,
    rulings: Mapping[str, str] | None = None,
    task_owners: Mapping[Thing, int] | None = None,
) -> tuple[DerivedTask, ...]:
    """All tasks that the template asks for in this case, each with exactly one owner.

    ``owners`` answer for whole functions, ``task_owners`` for single tasks of them. A function that nobody answers for
    falls to the coordinating function, and the task says so.
    """
    fallback = owners.get("coordination") or owners.get("reception")
    if fallback is None:
        raise PlanError("Ingen enhet svarar för samordningen. Lägg in den i responsibilities.yaml.")
    tasks = []
    for item in items:
        subjects: Iterable[PersonFacts | None] = facts.persons if item.per_person else (None,)
        for person in subjects:
            if not all(holds(condition, facts, person) for condition in item.when):
                continue
            if item.law:
                due = _law_due(item.law, facts, person, rulings or {})
            elif item.local:
                due = _local_due(item.local, facts, person)
            else:
                due = _due(None, False, (), ())
            unit = (task_owners or {}).get(Thing(item.function, item.catalogue)) or owners.get(item.function)
            steps = due.steps
            if unit is None:
                unit = fallback
                steps = (
                    *steps,
                    Step(gettext_noop("Ingen enhet svarar för uppgiften i dag. Den ligger därför hos samordningen.")),
                )
            tasks.append(
                replace(
                    due,
                    code=item.code,
                    person=person.key if person else None,
                    function=item.function,
                    unit=unit,
                    steps=steps,
                    waits_for=item.waits_for,
                )
            )
    return tuple(tasks)


class What(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    OWNER = "owner"
    REVIVED = "revived"
    # Only the reasons changed; not told as a change of the plan.
    REASONS = "reasons"


@dataclass(frozen=True, slots=True)
class ExistingTask:
    """A stored task, as far as the derivation needs it."""

    id: str
    code: str
    person: str | None
    unit: int
    due: date | None
    # Somebody has taken, finished or commented it: it is never removed.
    touched: bool
    finished: bool
    cancelled: bool
    due_by_hand: bool
    unit_by_hand: bool
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the stored plan and the derived one."""

    what: What
    task: DerivedTask | None
    existing: str | None
    before: str = ""
    after: str = ""


def fingerprint(
    steps: Sequence[Mapping[str, object]],
    missing: Sequence[str],
    waits_for: Sequence[str],
    preliminary: bool,
    function: str,
) -> str:
    """All derived content besides day and owner, to see when only the reasons have changed."""
    return json.dumps([list(steps), list(missing), list(waits_for), preliminary, function], sort_keys=True)


def fingerprint_of(task: DerivedTask) -> str:
    return fingerprint(
        [step.to_json() for step in task.steps], task.missing, task.waits_for, task.preliminary, task.function
    )


def reconcile(existing: Sequence[ExistingTask], derived: Sequence[DerivedTask]) -> tuple[Change, ...]:
    """What must change for the stored plan to say what the facts say. Nothing that people have done is lost:

    a touched task stays although the template no longer asks for it; a finished task keeps its day and owner; days
    and owners set by hand stay. Applying the changes and reconciling again gives nothing.
    """
    changes: list[Change] = []
    by_key = {(task.code, task.person): task for task in existing}
    wanted = {task.key: task for task in derived}
    for key, task in wanted.items():
        old = by_key.get(key)
        if old is None:
            changes.append(Change(What.ADDED, task, None, after=task.due.isoformat() if task.due else ""))
            continue
        if old.cancelled:
            changes.append(Change(What.REVIVED, task, old.id, after=task.due.isoformat() if task.due else ""))
            continue
        if old.finished:
            continue
        if not old.due_by_hand and old.due != task.due:
            changes.append(
                Change(
                    What.MOVED,
                    task,
                    old.id,
                    before=old.due.isoformat() if old.due else "",
                    after=task.due.isoformat() if task.due else "",
                )
            )
        if not old.unit_by_hand and old.unit != task.unit:
            changes.append(Change(What.OWNER, task, old.id, before=str(old.unit), after=str(task.unit)))
        if old.fingerprint != fingerprint_of(task):
            changes.append(Change(What.REASONS, task, old.id))
    for key, old in by_key.items():
        if key not in wanted and not old.touched and not old.finished and not old.cancelled:
            changes.append(Change(What.REMOVED, None, old.id, before=old.code))
    return tuple(changes)


__all__ = [
    "ANCHOR_WORDS",
    "CONDITIONS",
    "CaseFacts",
    "Change",
    "DerivedTask",
    "ExistingTask",
    "Item",
    "LocalDue",
    "PersonFacts",
    "PlanError",
    "What",
    "derive",
    "fingerprint",
    "fingerprint_of",
    "holds",
    "reconcile",
]
