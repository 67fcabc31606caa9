"""What an actor may see of the shared plan. Numbers of SQL queries do not grow with the rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import Case
from hemvist.access.policy import Verdict
from hemvist.coordination import words
from hemvist.coordination.models import (
    AuthorityReport,
    Coordinator,
    GuidanceEntry,
    PlanChange,
    PlanTask,
    TaskEvent,
)
from hemvist.law.types import Step
from hemvist.organisation.models import Board, Unit
from hemvist.organisation.queries import plan_items_by_code
from hemvist.organisation.schema import PlanItem
from hemvist.reception import queries as reception
from hemvist.reception.models import Person
from hemvist.reception.queries import Disclosed, HouseholdRow

UNFINISHED = (PlanTask.Status.OPEN, PlanTask.Status.TAKEN)
SOON = timedelta(days=14)
EXTERNAL = ("state", "region")


# --- who sees which task ----------------------------------------------------------------------------------------------


def _own_tasks(actor: Actor, today: date) -> Q:
    """Tasks of the actor's own branches; those of a protected case only when it was released to the branch."""
    branches = actor.branches("task.list")
    protected = actor.protected_branches("task.list")
    return Q(unit__branch_id__in=branches) & (
        Q(case__protected_since__isnull=True)
        | Q(unit__branch_id__in=protected, case__branch_id=F("unit__branch_id"))
        | (
            Q(Exists(reception.released_cases(actor, today).filter(recipient=OuterRef("unit__branch"))))
            & ~Q(case__branch_id=F("unit__branch_id"))
        )
    )


def visible_tasks(actor: Actor, today: date) -> Q:
    """Own tasks, and for those who may read the case every board's task in it: code, day, status, number."""
    return _own_tasks(actor, today) | policy.visible_cases(actor, "case.read", "case__")


def may_work(actor: Actor, task: PlanTask) -> Verdict:
    """Whether the actor may take, finish or change the task. ``task`` has its unit and case loaded."""
    if task.unit.branch.board.kind in EXTERNAL and policy.may_with_case(actor, "plan.coordinate", task.case):
        # State and region have no users here: the coordinator follows their part.
        return Verdict(not task.case.closed_on, _("Ärendet är avslutat. Öppna ärendet igen först."))
    if task.unit.branch_id not in actor.branches("task.work"):
        return Verdict(False, _("Uppgiften hör till en annan enhet. Bara den kan arbeta med den."))
    if (
        task.case.protected
        and task.case.branch_id == task.unit.branch_id
        and task.unit.branch_id not in actor.protected_branches("task.work")
    ):
        return Verdict(False, _("Ärendet är skyddat. Bara särskilt utsedda handläggare ser det."))
    if task.case.closed_on:
        return Verdict(False, _("Ärendet är avslutat. Öppna ärendet igen först."))
    return Verdict(True)


# --- rows -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as lists and plans show it. ``person`` is a name only if the reader may know it."""

    task: PlanTask
    item: PlanItem | None
    person: str
    waiting_for: tuple[str, ...]
    today: date
    # The reader may read the case. Others see the rule behind the day, but no day of the persons' facts.
    facts_shown: bool = True

    @property
    def title(self) -> str:
        return self.task.title or text_of(self.item and self.item.title, self.task.code)

    @property
    def description(self) -> str:
        return text_of(self.item and self.item.description, "")

    @property
    def board(self) -> Board:
        return self.task.unit.branch.board

    @property
    def finished(self) -> bool:
        return self.task.finished

    @property
    def tag(self) -> str:
        """The status as the page's tags know it."""
        return {"taken": "in_progress", "not_applicable": "not_needed", "cancelled": "not_needed"}.get(
            self.task.status, self.task.status
        )

    @property
    def late(self) -> bool:
        return not self.finished and self.task.due_on is not None and self.task.due_on < self.today

    @property
    def soon(self) -> bool:
        return (
            not self.finished and self.task.due_on is not None and self.today <= self.task.due_on <= self.today + SOON
        )

    @property
    def steps(self) -> list[Step]:
        """Why the day is what it is. A local reason is read from the template, in the reader's language."""
        steps = []
        for data in self.task.due_steps:
            step = Step.from_json(data)
            values = dict(step.values)
            if str(values.get("reason", "")).startswith("item:"):
                local = self.item.due.local if self.item else None
                values["reason"] = text_of(local and local.reason, "")
            if str(anchor := values.get("anchor", "")).startswith(words.ANCHOR):
                values["anchor"] = words.fact(str(anchor).removeprefix(words.ANCHOR))
            if not self.facts_shown:
                values = {
                    name: _("en dag som inte visas") if isinstance(value, date) and value != self.task.due_on else value
                    for name, value in values.items()
                }
            source = None if step.source and step.source.act == "local" else step.source
            steps.append(Step(step.text, values, source))
        return steps

    @property
    def missing(self) -> list[words.Missing]:
        """What must be known or decided before the day can be counted."""
        return words.missing(self.task.due_missing) if not self.finished else []


@dataclass(frozen=True, slots=True)
class Bundle:
    """The same task for several persons of a case with the same day and unit: one line to read."""

    rows: tuple[TaskRow, ...]

    @property
    def row(self) -> TaskRow:
        return self.rows[0]

    @property
    def persons(self) -> list[str]:
        """The names that the reader may know; empty when there are several persons and no name."""
        return [row.person for row in self.rows if row.person]


def bundled(rows: Iterable[TaskRow]) -> list[Bundle]:
    """The rows in their order, those that differ only in the person put together."""
    groups: dict[tuple[Any, ...], list[TaskRow]] = {}
    for row in rows:
        task = row.task
        own = task.id if task.title else None
        key = (task.case_id, task.code, own, task.unit_id, task.due_on, task.status, task.taken_by_id, row.waiting_for)
        groups.setdefault(key, []).append(row)
    return [Bundle(tuple(group)) for group in groups.values()]


def text_of(text: Any, default: str) -> str:
    """A two-language text of the municipality's folder in the reader's language."""
    if not text:
        return default
    return str(text.en if (get_language() or "sv").startswith("en") else text.sv)


def _rows(actor: Actor, tasks: list[PlanTask], names: Mapping[uuid.UUID, str], today: date) -> list[TaskRow]:
    readable = {task.case_id for task in tasks if policy.may_with_case(actor, "case.read", task.case)}
    branches = actor.branches("task.list")
    items = plan_items_by_code()
    case_ids = {task.case_id for task in tasks}
    wanted = {code for task in tasks for code in task.waits_for}
    # Whether a code is finished: for each person of the case, and (None) for all of them together.
    finished: dict[tuple[uuid.UUID, str, uuid.UUID | None], bool] = {}
    # Codes that another branch works with, in cases the reader may not read: its status is not told by name.
    foreign: set[tuple[uuid.UUID, str]] = set()
    if wanted:
        for case_id, code, person_id, status, branch_id in PlanTask.objects.filter(
            case_id__in=case_ids, code__in=wanted
        ).values_list("case_id", "code", "person_id", "status", "unit__branch_id"):
            done = status not in UNFINISHED
            if case_id not in readable and branch_id not in branches:
                foreign.add((case_id, code))
            for key in {(case_id, code, person_id), (case_id, code, None)}:
                finished[key] = finished.get(key, True) and done
    rows = []
    for task in tasks:
        waiting = dict.fromkeys(
            _("en annan enhet")
            if (task.case_id, code) in foreign
            else text_of(code in items and items[code].title, code)
            for code in task.waits_for
            if finished.get((task.case_id, code, task.person_id), finished.get((task.case_id, code, None))) is False
        )
        name = names.get(task.person_id, "") if task.person_id else ""
        shown = () if task.finished else tuple(waiting)
        rows.append(TaskRow(task, items.get(task.code), name, shown, today, task.case_id in readable))
    return rows


_RELATED = ("case__branch__board", "unit__branch__board", "taken_by", "person")
# The contact person's name: nothing to carry along to those who only see the task.
_NAME_OF_HOUSEHOLD = "case__household__sort_key"


# --- lists ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """``state``: open (default), late, soon, done, all. ``scope``: own branch's tasks, or the actor's own."""

    state: str = "open"
    scope: str = "branch"
    unit: int | None = None
    case_number: str = ""


def _state_filter(state: str, today: date) -> Q:
    if state == "late":
        return Q(status__in=UNFINISHED, due_on__lt=today)
    if state == "soon":
        return Q(status__in=UNFINISHED, due_on__gte=today, due_on__lte=today + SOON)
    if state == "done":
        return Q(status__in=(PlanTask.Status.DONE, PlanTask.Status.NOT_APPLICABLE))
    if state == "all":
        return ~Q(status=PlanTask.Status.CANCELLED)
    return Q(status__in=UNFINISHED)


@transaction.atomic
def list_tasks(
    actor: Actor, wanted: TaskFilter, *, today: date, offset: int = 0, limit: int = 50
) -> tuple[list[TaskRow], bool]:
    """One page of the tasks of the actor's own branches, soonest first, and whether there are more. One audit row."""
    policy.require(actor, "task.list")
    tasks = PlanTask.objects.filter(_own_tasks(actor, today), _state_filter(wanted.state, today))
    if wanted.state != "done":
        tasks = tasks.filter(case__closed_on__isnull=True)
    if wanted.scope == "mine":
        tasks = tasks.filter(taken_by_id=actor.user_id)
    if wanted.unit:
        tasks = tasks.filter(unit_id=wanted.unit)
    if wanted.case_number:
        tasks = tasks.filter(case__number__icontains=wanted.case_number.strip())
    page = list(
        tasks.select_related(*_RELATED).order_by(F("due_on").asc(nulls_last=True), "case__number", "code", "id")[
            offset : offset + limit + 1
        ]
    )
    rows = _rows(actor, page[:limit], _names(actor, page[:limit], today), today)
    audit.record(
        actor,
        "tasks.listed",
        object_type="task",
        object_ids=[row.task.id for row in rows],
        fields=("code", "due_on", "status", "name"),
    )
    return rows, len(page) > limit


def _names(actor: Actor, tasks: list[PlanTask], today: date) -> dict[uuid.UUID, str]:
    """Names of the tasks' persons that the actor may know: in readable cases all, else the disclosed ones."""
    # A person who now has a case of one's own is named only there.
    with_person = [task for task in tasks if task.person and task.person.case_id == task.case_id]
    readable = {t.person_id for t in with_person if policy.may_with_case(actor, "case.read", t.case)}
    names = reception.names_of([pid for pid in readable if pid], today) if readable else {}
    others = {t.case_id for t in with_person if t.person_id not in readable}
    if others:
        names |= reception.names_disclosed(actor, others, today)
    return names


@dataclass(frozen=True, slots=True)
class TaskPage:
    row: TaskRow
    history: list[words.Told]
    coordinator: Coordinator | None
    disclosed: Disclosed
    may_work: Verdict
    may_hand_over: bool
    may_comment: bool
    may_read_case: bool


@transaction.atomic
def get_task(actor: Actor, task_id: uuid.UUID, *, today: date) -> TaskPage:
    """A task with its history, and what was disclosed to the actor's branch. Audited. Raises NotVisible."""
    task = (
        PlanTask.objects.filter(visible_tasks(actor, today), id=task_id)
        .select_related(*_RELATED, "case__household")
        .defer(_NAME_OF_HOUSEHOLD)
        .first()
    )
    if task is None:
        raise NotVisible(action="task.list", object_id=str(task_id))
    row = _rows(actor, [task], _names(actor, [task], today), today)[0]
    branches = actor.branches("task.work")
    events = list(
        task.events.filter(~Q(kind=TaskEvent.Kind.COMMENTED) | Q(branch_id__in=branches)).select_related("by")
    )
    units = Unit.objects.in_bulk(words.units_in(events))
    readable = bool(policy.may_with_case(actor, "case.read", task.case))
    history = words.told(events, {key: unit.name for key, unit in units.items()}, with_causes=readable)
    coordinator = task.case.coordinators.filter(valid_to__isnull=True).select_related("unit", "user").first()
    disclosed = reception.disclosed(actor, task.case, today=today)
    audit.record(
        actor,
        "task.viewed",
        object_type="task",
        object_ids=[task.id],
        case=task.case,
        fields=("code", "due_on"),
    )
    verdict = may_work(actor, task)
    coordinates = bool(policy.may_with_case(actor, "plan.coordinate", task.case))
    return TaskPage(
        row,
        history,
        coordinator,
        disclosed,
        may_work=verdict,
        may_hand_over=bool(verdict) or coordinates,
        may_comment=bool(branches),
        may_read_case=readable,
    )


# --- the plan of a household ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class BoardPlan:
    """One board's part of a plan."""

    board: Board
    rows: list[TaskRow] = field(default_factory=list)

    @property
    def late(self) -> int:
        return sum(row.late for row in self.rows)

    @property
    def done(self) -> int:
        return sum(row.finished for row in self.rows)


@dataclass(frozen=True, slots=True)
class Plan:
    boards: list[BoardPlan]
    changes: list[PlanChange]
    coordinator: Coordinator | None
    former_coordinators: list[Coordinator]
    guidance: list[GuidanceEntry]
    reports: list[AuthorityReport]

    @property
    def rows(self) -> list[TaskRow]:
        return [row for board in self.boards for row in board.rows]


def plan_of(actor: Actor, household: HouseholdRow, *, today: date) -> Plan:
    """The whole plan of a household the actor may read, by board. The household's query has logged the reading."""
    case = household.case
    policy.require_with_case(actor, "case.read", case)
    tasks = list(
        PlanTask.objects.filter(case=case)
        .exclude(status=PlanTask.Status.CANCELLED)
        .select_related(*_RELATED)
        .order_by(F("due_on").asc(nulls_last=True), "code", "id")
    )
    names = {member.person.id: member.name for member in household.members}
    boards: dict[int, BoardPlan] = {}
    for row in _rows(actor, tasks, names, today):
        boards.setdefault(row.board.id, BoardPlan(row.board)).rows.append(row)
    coordinators = list(case.coordinators.select_related("unit__branch__board", "user"))
    return Plan(
        boards=sorted(boards.values(), key=lambda b: (b.board.id != case.branch.board_id, b.board.code)),
        changes=list(case.plan_changes.select_related("by")[:20]),
        coordinator=next((c for c in coordinators if c.valid_to is None), None),
        former_coordinators=[c for c in coordinators if c.valid_to is not None],
        guidance=list(case.guidance.select_related("recorded_by")),
        reports=list(case.reports.select_related("sent_by", "assignment")),
    )


def withheld_by_protection(case: Case, today: date) -> tuple[int, int]:
    """What a marking of protected identity would stop: open tasks in other branches, and disclosures that hold."""
    tasks = PlanTask.objects.filter(case=case, status__in=UNFINISHED).exclude(unit__branch_id=case.branch_id)
    disclosures = case.disclosures.filter(revoked_at__isnull=True, valid_to__gt=today, needs_approval=False)
    return tasks.count(), disclosures.count()


@dataclass(frozen=True, slots=True)
class PlanSummary:
    open: int
    late: int
    done: int
    next_due: date | None


def summaries(case_ids: Iterable[uuid.UUID], today: date) -> dict[uuid.UUID, PlanSummary]:
    """Numbers of open, late and done tasks and the next day, per case. One query."""
    rows = (
        PlanTask.objects.filter(case_id__in=list(case_ids))
        .values("case_id")
        .order_by("case_id")
        .annotate(
            open=Count("id", filter=Q(status__in=UNFINISHED)),
            late=Count("id", filter=Q(status__in=UNFINISHED, due_on__lt=today)),
            done=Count("id", filter=Q(status=PlanTask.Status.DONE)),
            next_due=Min("due_on", filter=Q(status__in=UNFINISHED)),
        )
    )
    return {r["case_id"]: PlanSummary(r["open"], r["late"], r["done"], r["next_due"]) for r in rows}


def households_with_late_tasks(today: date) -> Q:
    """A filter for the household list: something in the plan is late."""
    return Exists(PlanTask.objects.filter(case=OuterRef("case"), status__in=UNFINISHED, due_on__lt=today)) & Q()


# --- start page and meeting -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class News:
    """What has happened since the last visit."""

    since: datetime | None
    new_tasks: int = 0
    finished_tasks: int = 0
    moved_tasks: int = 0
    new_cases: int = 0


@dataclass(frozen=True, slots=True)
class Start:
    late: list[TaskRow]
    soon: list[TaskRow]
    more_late: bool
    more_soon: bool
    arriving: list[HouseholdRow]
    reports: list[AuthorityReport]
    news: News


@transaction.atomic
def start(actor: Actor, *, today: date, since: datetime | None, limit: int = 30) -> Start:
    """What is late, what is next, who arrives; and what has happened since the last visit."""
    late: list[TaskRow] = []
    soon: list[TaskRow] = []
    more_late = more_soon = False
    if actor.can("task.list"):
        late, more_late = list_tasks(actor, TaskFilter("late"), today=today, limit=limit)
        soon, more_soon = list_tasks(actor, TaskFilter("soon"), today=today, limit=limit)
    return Start(
        late,
        soon,
        more_late,
        more_soon,
        reception.arriving(actor, today=today, until=today + timedelta(days=60)),
        open_reports(actor, today),
        _news(actor, today, since),
    )


def open_reports(actor: Actor, today: date) -> list[AuthorityReport]:
    """Reports to Migrationsverket that are due within thirty days or late, soonest first."""
    if not actor.can("report.send"):
        return []
    reports = list(
        AuthorityReport.objects.filter(
            policy.visible_cases(actor, "report.send", "case__"),
            sent_on__isnull=True,
            due_on__lte=today + timedelta(days=30),
        ).select_related("case__household", "assignment")[:20]
    )
    if reports:
        audit.record(actor, "reports.listed", object_type="report", object_ids=[report.id for report in reports])
    return reports


def _news(actor: Actor, today: date, since: datetime | None) -> News:
    if since is None or not actor.can("task.list"):
        return News(since)
    own = PlanTask.objects.filter(_own_tasks(actor, today))
    events = TaskEvent.objects.filter(task__in=own, at__gt=since)
    counts = events.aggregate(
        moved=Count("task", filter=Q(kind=TaskEvent.Kind.REDERIVED), distinct=True),
        finished=Count("task", filter=Q(kind=TaskEvent.Kind.DONE), distinct=True),
    )
    return News(
        since,
        new_tasks=own.filter(created_at__gt=since).count(),
        finished_tasks=counts["finished"],
        moved_tasks=counts["moved"],
        new_cases=own.filter(created_at__gt=since).values("case").distinct().count(),
    )


@dataclass(slots=True)
class Matter:
    """One case on the agenda of the coordination meeting."""

    case: Case
    name: str
    household_id: uuid.UUID | None
    rows: list[TaskRow] = field(default_factory=list)

    @property
    def late(self) -> int:
        return sum(row.late for row in self.rows)

    @property
    def bundles(self) -> list[Bundle]:
        return bundled(self.rows)

    @property
    def boards(self) -> list[str]:
        return sorted({row.board.name for row in self.rows})


@transaction.atomic
def meeting(
    actor: Actor, *, today: date, days: int = 30, late_only: bool = False, limit: int = 20
) -> tuple[list[Matter], bool]:
    """The agenda: per case, all that is late or due within ``days`` and all that is under way, across the boards
    the viewer may see. One audit row. Returns the matters and whether some were left out.
    """
    policy.require(actor, "meeting.view")
    open_tasks = PlanTask.objects.filter(
        visible_tasks(actor, today),
        Q(due_on__lt=today)
        if late_only
        else Q(due_on__lte=today + timedelta(days=days)) | Q(status=PlanTask.Status.TAKEN),
        status__in=UNFINISHED,
        case__closed_on__isnull=True,
    )
    chosen = list(
        open_tasks.values("case_id")
        .annotate(first=Min("due_on"))
        .order_by(F("first").asc(nulls_last=True), "case_id")[: limit + 1]
    )
    ids = [row["case_id"] for row in chosen[:limit]]
    tasks = list(
        open_tasks.filter(case_id__in=ids)
        .select_related(*_RELATED, "case__household")
        .defer(_NAME_OF_HOUSEHOLD)
        .order_by(F("due_on").asc(nulls_last=True), "code", "id")
    )
    names = _names(actor, tasks, today)
    matters = {case_id: Matter(Case(), "", None) for case_id in ids}
    for row in _rows(actor, tasks, names, today):
        matter = matters[row.task.case_id]
        matter.case = row.task.case
        matter.rows.append(row)
    readable = {cid for cid, m in matters.items() if m.rows and policy.may_with_case(actor, "case.read", m.case)}
    for case_id, name in _case_names(readable, today).items():
        matters[case_id].name = name
        matters[case_id].household_id = matters[case_id].case.household.id
    audit.record(
        actor,
        "meeting.viewed",
        object_type="case",
        object_ids=ids,
        fields=("name", "code", "due_on", "status"),
    )
    return [m for m in matters.values() if m.rows], len(chosen) > limit


def _case_names(case_ids: Iterable[uuid.UUID], today: date) -> dict[uuid.UUID, str]:
    """The contact person's name per case, for cases the actor may read."""
    contacts: dict[uuid.UUID, uuid.UUID] = {}
    for person in Person.objects.filter(
        case_id__in=list(case_ids), memberships__position="contact", memberships__valid_to__isnull=True
    ):
        contacts[person.case_id] = person.id
    names = reception.names_of(contacts.values(), today)
    return {case_id: names.get(person_id, "") for case_id, person_id in contacts.items()}


# --- the newcomer's own plan ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnStep:
    title: str
    unit: str
    contact: str
    due_on: date | None
    done: bool
    person: str


@transaction.atomic
def own_plan(actor: Actor, *, today: date) -> tuple[Person, list[OwnStep]]:
    """The newcomer's plan in public words: own steps, the household's, and for an adult those of children under 18.

    Never another adult's, whatever position the household once gave. Audited.

    Who has left the household sees own steps only: nothing of those who remain, and not where they go.
    """
    person = reception.own_person(actor)
    mine = Q(person=person)
    in_household = person.memberships.filter(household__case=person.case_id, valid_to__isnull=True)
    if in_household.exists():
        mine |= Q(person__isnull=True) | Q(person_id__in=reception.children_seen_by(person, today))
    items = plan_items_by_code()
    tasks = (
        PlanTask.objects.filter(case=person.case)
        .exclude(status__in=(PlanTask.Status.CANCELLED, PlanTask.Status.NOT_APPLICABLE))
        .filter(mine)
        .select_related("unit__branch__board")
        .order_by(F("due_on").asc(nulls_last=True), "code", "id")
    )
    names = reception.names_of({t.person_id for t in tasks if t.person_id}, today)
    steps = []
    for task in tasks:
        item = items.get(task.code)
        if item is None or not item.public_title:
            continue
        steps.append(
            OwnStep(
                text_of(item.public_title, task.code),
                task.unit.name,
                task.unit.contact,
                task.due_on,
                task.status == PlanTask.Status.DONE,
                names.get(task.person_id, "") if task.person_id else "",
            )
        )
    audit.record(
        actor,
        "own_plan.viewed",
        object_type="person",
        object_ids=[person.id],
        case=person.case,
        fields=("plan",),
    )
    return person, steps


def own_units(actor: Actor) -> list[Unit]:
    """The units of the actor's own branches, to choose from in the task list."""
    return list(Unit.objects.working().filter(branch_id__in=actor.branches("task.list")).order_by("code"))


def units_for_hand_over() -> list[Unit]:
    """Units that can take a task, by board."""
    return list(Unit.objects.working().select_related("branch__board").order_by("branch__board__code", "code"))
