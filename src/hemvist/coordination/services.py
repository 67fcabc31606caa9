"""What happens to the shared plan: derived from facts, worked by people, never lost."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from hemvist.access import audit, policy
from hemvist.access.actor import Actor, actor_for
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import Case, User
from hemvist.coordination.models import (
    AuthorityReport,
    Coordinator,
    GuidanceEntry,
    PlanChange,
    PlanTask,
    TaskEvent,
)
from hemvist.coordination.plan import given_anchors, to_existing, to_item
from hemvist.coordination.queries import UNFINISHED, may_work, visible_tasks
from hemvist.law.reception import reception_deadline
from hemvist.organisation.models import Unit
from hemvist.organisation.queries import current_plan_template, responsibility_map, rulings_on
from hemvist.organisation.schema import PlanItem
from hemvist.planning.shared_plan import Change, DerivedTask, What, derive, reconcile
from hemvist.reception import queries as reception
from hemvist.reception.models import Assignment, Category, Person

OWN = "own"
REPORT_DAYS = 7


# --- the plan follows the facts ---------------------------------------------------------------------------------------


@transaction.atomic
def rederive(actor: Actor, cases: Sequence[Case], cause: str, today: date) -> list[PlanChange]:
    """Make the plans of these cases say what the facts say, and tell what changed.

    Finished and touched tasks are never removed. Twice in a row changes nothing the second time. The number of
    queries does not grow with the cases beyond the tasks that really change.
    """
    # Held in one order until the transaction ends: nobody works with a task while its plan is derived.
    list(Case.objects.select_for_update().filter(id__in=[case.id for case in cases]).order_by("id").values_list("id"))
    version, items = current_plan_template()
    pure = [to_item(item) for item in items]
    answers = responsibility_map(today)
    owners = {thing.function: unit.id for thing, unit in answers.items() if not thing.task}
    task_owners = {thing: unit.id for thing, unit in answers.items() if thing.task}
    rulings = rulings_on(today)
    facts_of = reception.case_facts([case.id for case in cases], today)
    stored: dict[uuid.UUID, list[PlanTask]] = defaultdict(list)
    comments = TaskEvent.objects.filter(task=OuterRef("pk"), kind=TaskEvent.Kind.COMMENTED)
    for old in (
        PlanTask.objects.filter(case__in=cases)
        .exclude(code=OWN)
        .select_related("unit")
        .annotate(commented=Exists(comments))
    ):
        stored[old.case_id].append(old)
    new_tasks: list[PlanTask] = []
    changed_tasks: list[PlanTask] = []
    events: list[TaskEvent] = []
    plan_changes: list[PlanChange] = []
    for case in cases:
        existing = stored[case.id]
        facts = facts_of[case.id]
        anchors = given_anchors(existing, items)
        facts = replace(facts, persons=tuple(replace(p, anchors=anchors.get(p.key, {})) for p in facts.persons))
        derived = () if case.closed_on else derive(pure, facts, owners, rulings=rulings, task_owners=task_owners)
        changes = reconcile([to_existing(task, task.commented) for task in existing], derived)  # type: ignore[attr-defined]
        by_id = {str(task.id): task for task in existing}
        told: list[dict[str, Any]] = []
        touched: set[str] = set()
        for change in changes:
            task = _apply(change, case, by_id, version, actor)
            if change.what is What.ADDED:
                new_tasks.append(task)
            elif str(task.id) not in touched:
                changed_tasks.append(task)
                touched.add(str(task.id))
            if change.what is not What.REASONS:
                told.append(
                    {
                        "task": str(task.id),
                        "code": task.code,
                        "what": str(change.what),
                        "from": change.before,
                        "to": change.after,
                    }
                )
                events.append(
                    TaskEvent(
                        task=task,
                        kind=_EVENT_OF[change.what],
                        by_id=actor.user_id,
                        text=cause,
                        details={"from": change.before, "to": change.after},
                    )
                )
        if told:
            plan_changes.append(
                PlanChange(
                    case=case,
                    by_id=actor.user_id,
                    cause=cause,
                    template_version=version,
                    added=sum(c["what"] in {"added", "revived"} for c in told),
                    removed=sum(c["what"] == "removed" for c in told),
                    moved=sum(c["what"] in {"moved", "owner"} for c in told),
                    changes=told,
                )
            )
    PlanTask.objects.bulk_create(new_tasks, batch_size=1000)
    PlanTask.objects.bulk_update(
        changed_tasks,
        [
            "due_on",
            "due_preliminary",
            "due_steps",
            "due_missing",
            "waits_for",
            "unit",
            "status",
            "function",
            "template_version",
        ],
        batch_size=500,
    )
    TaskEvent.objects.bulk_create(events, batch_size=2000)
    PlanChange.objects.bulk_create(plan_changes)
    _appoint_missing_coordinators(actor, cases, owners, today)
    _follow_reports(cases, _reporting(items))
    return plan_changes


_EVENT_OF = {
    What.ADDED: TaskEvent.Kind.CREATED,
    What.REVIVED: TaskEvent.Kind.REOPENED,
    What.REMOVED: TaskEvent.Kind.CANCELLED,
    What.MOVED: TaskEvent.Kind.REDERIVED,
    What.OWNER: TaskEvent.Kind.REDERIVED,
}


def _apply(change: Change, case: Case, by_id: dict[str, PlanTask], version: str, actor: Actor) -> PlanTask:
    derived = change.task
    if change.what is What.ADDED:
        assert derived is not None
        task = PlanTask(case=case, code=derived.code, person_id=uuid.UUID(derived.person) if derived.person else None)
        task.unit_id = derived.unit
        task.due_on = derived.due
        _reasons(task, derived, version)
        return task
    task = by_id[change.existing or ""]
    if change.what is What.REMOVED:
        task.status = PlanTask.Status.CANCELLED
        return task
    assert derived is not None
    if change.what is What.REVIVED:
        task.status = PlanTask.Status.OPEN
        task.unit_id = derived.unit
    if change.what is What.OWNER:
        task.unit_id = derived.unit
    if change.what in {What.MOVED, What.REVIVED} and not task.due_set_by_hand:
        task.due_on = derived.due
    _reasons(task, derived, version)
    return task


def _reasons(task: PlanTask, derived: DerivedTask, version: str) -> None:
    task.function = derived.function
    task.due_preliminary = derived.preliminary
    task.due_steps = [step.to_json() for step in derived.steps]
    task.due_missing = list(derived.missing)
    task.waits_for = list(derived.waits_for)
    task.template_version = version


def _appoint_missing_coordinators(actor: Actor, cases: Sequence[Case], owners: dict[str, int], today: date) -> None:
    unit_id = owners.get("coordination") or owners["reception"]
    have = set(Coordinator.objects.filter(case__in=cases, valid_to__isnull=True).values_list("case_id", flat=True))
    Coordinator.objects.bulk_create(
        Coordinator(case=case, unit_id=unit_id, valid_from=today, appointed_by_id=actor.user_id)
        for case in cases
        if case.id not in have
    )


def _reporting(items: Sequence[PlanItem]) -> list[str]:
    """The codes of the items that are the report to Migrationsverket."""
    return [item.code for item in items if item.reports]


def _follow_reports(cases: Sequence[Case], reporting: Sequence[str]) -> None:
    """One open report per case with an active anvisning, due with the plan's own task for it; without such a task a
    week after the reception, or by the last day to receive.

    None is owed once it has been told that the anvisning's household came, or, before anybody has come, that it did
    not. The days are local routine: förordning (2010:1122) 38 § makes the municipality answer when asked.
    """
    active: dict[uuid.UUID, Assignment] = {}
    assignments = Assignment.objects.filter(household__case__in=cases, status=Assignment.Status.ACTIVE).select_related(
        "household"
    )
    for assignment in assignments.prefetch_related("arrivals").order_by("decided_on"):
        active[assignment.household.case_id] = assignment
    open_reports: dict[uuid.UUID, AuthorityReport] = {}
    told: set[tuple[uuid.UUID | None, str]] = set()
    for report in AuthorityReport.objects.filter(case__in=cases):
        if report.sent_on:
            told.add((report.assignment_id, report.kind))
        elif report.kind == AuthorityReport.Kind.RECEIVED:
            open_reports[report.case_id] = report
    task_days = dict(
        PlanTask.objects.filter(case__in=cases, code__in=reporting, status__in=UNFINISHED, due_on__isnull=False)
        .order_by("-due_on")
        .values_list("case_id", "due_on")
    )
    new, changed, settled = [], [], []
    for case in cases:
        assignment_now, open_report = active.get(case.id), open_reports.get(case.id)
        arrived = [a.on for a in assignment_now.arrivals.all() if a.voided_at is None] if assignment_now else []
        if assignment_now is None or case.closed_on or _told_of(assignment_now, told, came=bool(arrived)):
            if open_report:
                settled.append(open_report.id)
            continue
        due = task_days.get(case.id)
        if due is None:
            due = min(arrived) + timedelta(days=REPORT_DAYS) if arrived else _last_day(assignment_now)
        if due is None:
            continue
        if open_report is None:
            kind = AuthorityReport.Kind.RECEIVED
            new.append(AuthorityReport(case=case, assignment=assignment_now, kind=kind, due_on=due))
        elif open_report.due_on != due or open_report.assignment_id != assignment_now.id:
            open_report.due_on, open_report.assignment = due, assignment_now
            changed.append(open_report)
    AuthorityReport.objects.filter(id__in=settled).delete()
    AuthorityReport.objects.bulk_create(new)
    AuthorityReport.objects.bulk_update(changed, ["due_on", "assignment"])


def _told_of(assignment: Assignment, told: set[tuple[uuid.UUID | None, str]], *, came: bool) -> bool:
    kind = AuthorityReport.Kind
    return (assignment.id, kind.RECEIVED) in told or (not came and (assignment.id, kind.NOT_RECEIVED) in told)


def _last_day(assignment: Assignment) -> date | None:
    answer = reception_deadline(
        assignment.decided_on,
        stated_latest=assignment.latest_reception_on,
        resettled=assignment.category == Category.QUOTA,
        temporary_protection=assignment.category == Category.TEMPORARY_PROTECTION,
    )
    return answer.value or assignment.latest_reception_on


# --- what people do with tasks ----------------------------------------------------------------------------------------


def _task(actor: Actor, task_id: uuid.UUID, today: date) -> PlanTask:
    """The task, locked, that the actor may see. Raises NotVisible."""
    found = PlanTask.objects.filter(visible_tasks(actor, today), id=task_id).first()
    if found is None:
        raise NotVisible(action="task.list", object_id=str(task_id))
    # The case first: see policy.hold_with_case.
    Case.objects.select_for_update().get(id=found.case_id)
    return (
        PlanTask.objects.select_for_update(of=("self",))
        .select_related("case__branch", "unit__branch__board")
        .get(id=task_id)
    )


def _work(actor: Actor, task_id: uuid.UUID, today: date) -> PlanTask:
    task = _task(actor, task_id, today)
    verdict = may_work(actor, task)
    if not verdict:
        raise Refused(verdict.reason, action="task.work")
    return task


def _tell(
    actor: Actor,
    task: PlanTask,
    kind: str,
    details: Mapping[str, Any] | None = None,
    *,
    text: str = "",
    branch_id: int | None = None,
) -> None:
    """One row in the task's history and one in the journal, which gets the details but never the words."""
    details = dict(details or {})
    TaskEvent.objects.create(task=task, kind=kind, by_id=actor.user_id, text=text, branch_id=branch_id, details=details)
    audit.record(
        actor,
        f"task.{kind}",
        object_type="task",
        object_ids=[task.id],
        case=task.case_id,
        details={"code": task.code, **details},
    )


@transaction.atomic
def take_task(actor: Actor, *, task_id: uuid.UUID, today: date) -> PlanTask:
    """The actor starts working on the task."""
    task = _work(actor, task_id, today)
    if task.finished:
        raise ValidationError(_("Uppgiften är redan avslutad. Öppna den igen först."))
    task.status, task.taken_by_id = PlanTask.Status.TAKEN, actor.user_id
    task.save(update_fields=["status", "taken_by", "changed_at"])
    _tell(actor, task, TaskEvent.Kind.TAKEN)
    return task


@transaction.atomic
def complete_task(actor: Actor, *, task_id: uuid.UUID, done_on: date, today: date) -> PlanTask:
    """The task is done, on a day. Later deadlines may count from it; the plan follows."""
    task = _work(actor, task_id, today)
    if task.finished:
        raise ValidationError(_("Uppgiften är redan avslutad."))
    if done_on > today:
        raise ValidationError(_("Uppgiften kan inte vara klar i framtiden."))
    if done_on < task.case.opened_on - timedelta(days=366):
        raise ValidationError(_("Dagen ligger mer än ett år före ärendet. Kontrollera årtalet."))
    _finish(actor, task, done_on)
    report = AuthorityReport.objects.filter(case=task.case, sent_on__isnull=True).select_related("assignment").first()
    if report and task.code in _reporting(current_plan_template()[1]):
        came = report.assignment is not None and report.assignment.arrivals.filter(voided_at__isnull=True).exists()
        kind = AuthorityReport.Kind.RECEIVED if came else AuthorityReport.Kind.NOT_RECEIVED
        _mark_sent(actor, report, kind, done_on, _("genom uppgiften i planen"))
    rederive(actor, [task.case], gettext_noop("En uppgift blev klar"), today)
    return task


def _finish(actor: Actor, task: PlanTask, done_on: date) -> None:
    task.status, task.done_on = PlanTask.Status.DONE, done_on
    task.taken_by_id = task.taken_by_id or actor.user_id
    task.save(update_fields=["status", "done_on", "taken_by", "changed_at"])
    _tell(actor, task, TaskEvent.Kind.DONE, {"done_on": done_on.isoformat()})


@transaction.atomic
def mark_not_applicable(actor: Actor, *, task_id: uuid.UUID, reason: str, today: date) -> PlanTask:
    """The task is not needed in this case; the reason is part of the shared task."""
    task = _work(actor, task_id, today)
    if task.finished:
        raise ValidationError(_("Uppgiften är redan avslutad."))
    if len(reason.strip()) < 5:
        raise ValidationError(_("Skriv varför uppgiften inte är aktuell."))
    task.status, task.reason = PlanTask.Status.NOT_APPLICABLE, reason.strip()
    task.save(update_fields=["status", "reason", "changed_at"])
    _tell(actor, task, TaskEvent.Kind.NOT_APPLICABLE, text=reason.strip())
    return task


@transaction.atomic
def reopen_task(actor: Actor, *, task_id: uuid.UUID, today: date) -> PlanTask:
    """Undo done or not applicable. The history keeps both."""
    task = _work(actor, task_id, today)
    if task.status not in {PlanTask.Status.DONE, PlanTask.Status.NOT_APPLICABLE}:
        raise ValidationError(_("Bara en avslutad uppgift kan öppnas igen."))
    task.status = PlanTask.Status.TAKEN if task.taken_by_id else PlanTask.Status.OPEN
    task.done_on, task.reason = None, ""
    task.save(update_fields=["status", "done_on", "reason", "changed_at"])
    _tell(actor, task, TaskEvent.Kind.REOPENED)
    rederive(actor, [task.case], gettext_noop("En uppgift öppnades igen"), today)
    return task


@transaction.atomic
def comment_task(actor: Actor, *, task_id: uuid.UUID, text: str, today: date) -> None:
    """A note that only the writer's own branch reads."""
    task = _task(actor, task_id, today)
    branch_id = task.unit.branch_id if task.unit.branch_id in actor.branches("task.work") else None
    if branch_id is None:
        branch_id = next(iter(sorted(actor.branches("task.work"))), None)
    if branch_id is None:
        raise Refused(_("Du får inte skriva anteckningar om uppgifter."), action="task.work")
    if not text.strip():
        raise ValidationError(_("Anteckningen är tom."))
    _tell(actor, task, TaskEvent.Kind.COMMENTED, text=text.strip()[:2000], branch_id=branch_id)


@transaction.atomic
def hand_over_task(actor: Actor, *, task_id: uuid.UUID, unit: Unit, reason: str, today: date) -> PlanTask:
    """Another unit takes the task. The owner's staff or the case's coordinator may do it.

    The reason is part of the shared task and must not hold personal data; the page says so.
    """
    task = _task(actor, task_id, today)
    coordinates = policy.may_with_case(actor, "plan.coordinate", task.case)
    if not (may_work(actor, task) or coordinates):
        raise Refused(_("Bara den enhet som har uppgiften eller samordnaren kan lämna över den."), action="task.work")
    if task.finished or task.case.closed_on:
        raise ValidationError(_("Uppgiften är redan avslutad."))
    if not unit.open_on(today):
        raise ValidationError(_("Enheten finns inte längre. Välj en annan."))
    if unit.id == task.unit_id:
        raise ValidationError(_("Uppgiften ligger redan hos den enheten."))
    if task.case.protected and unit.branch_id != task.case.branch_id:
        raise ValidationError(_("Ärendet är skyddat. Uppgiften kan bara lämnas inom den egna verksamheten."))
    if not reason.strip():
        raise ValidationError(_("Skriv varför uppgiften lämnas över."))
    before, task.unit, task.unit_set_by_hand = task.unit_id, unit, True
    task.status, task.taken_by = PlanTask.Status.OPEN, None
    task.save(update_fields=["unit", "unit_set_by_hand", "status", "taken_by", "changed_at"])
    _tell(actor, task, TaskEvent.Kind.HANDED_OVER, {"from": before, "to": unit.id}, text=reason.strip())
    return task


@transaction.atomic
def move_due(actor: Actor, *, task_id: uuid.UUID, due_on: date, reason: str, today: date) -> PlanTask:
    """Set another day by hand. The derived day and its reasons stay visible beside it."""
    task = _work(actor, task_id, today)
    if task.finished:
        raise ValidationError(_("Uppgiften är redan avslutad."))
    if not reason.strip():
        raise ValidationError(_("Skriv varför dagen ändras."))
    if abs((due_on - today).days) > 5 * 366:
        raise ValidationError(_("Dagen ligger mer än fem år bort. Kontrollera årtalet."))
    before = task.due_on
    task.due_on, task.due_set_by_hand = due_on, True
    task.save(update_fields=["due_on", "due_set_by_hand", "changed_at"])
    _tell(
        actor,
        task,
        TaskEvent.Kind.DUE_MOVED,
        {"from": before.isoformat() if before else "", "to": due_on.isoformat()},
        text=reason.strip(),
    )
    return task


@transaction.atomic
def add_own_task(
    actor: Actor,
    *,
    case: Case,
    title: str,
    unit: Unit,
    due_on: date | None,
    person: Person | None,
    today: date,
) -> PlanTask:
    """A task in free words. The title crosses to the unit that gets it; it must not hold personal data."""
    policy.hold_with_case(actor, "plan.coordinate", case)
    if case.closed_on:
        raise ValidationError(_("Ärendet är avslutat. Öppna ärendet igen först."))
    if len(title.strip()) < 3:
        raise ValidationError(_("Skriv vad som ska göras."))
    if due_on and abs((due_on - today).days) > 5 * 366:
        raise ValidationError(_("Dagen ligger mer än fem år bort. Kontrollera årtalet."))
    if case.protected and unit.branch_id != case.branch_id:
        raise ValidationError(_("Ärendet är skyddat. Uppgiften kan bara ligga i den egna verksamheten."))
    if person is not None and person.case_id != case.id:
        raise ValidationError(_("Personen hör inte till ärendet."))
    task = PlanTask.objects.create(
        case=case,
        code=OWN,
        title=title.strip()[:200],
        function="",
        unit=unit,
        due_on=due_on,
        due_set_by_hand=True,
        person=person,
    )
    _tell(actor, task, TaskEvent.Kind.CREATED)
    return task


# --- coordination -----------------------------------------------------------------------------------------------------


@transaction.atomic
def appoint_coordinator(
    actor: Actor, *, case: Case, unit: Unit, user: User | None, valid_from: date, today: date
) -> Coordinator:
    """Who coordinates the case from a day. Exactly one at a time; the one before ends the same day."""
    policy.hold_with_case(actor, "plan.coordinate", case)
    if valid_from > today:
        raise ValidationError(_("Samordnaren kan utses från i dag eller en tidigare dag."))
    current = Coordinator.objects.select_for_update().filter(case=case, valid_to__isnull=True).first()
    if current and valid_from < current.valid_from:
        raise ValidationError(_("Dagen ligger före den nuvarande samordnarens första dag."))
    if unit.branch_id != case.branch_id:
        raise ValidationError(_("Samordnaren måste höra till den verksamhet som äger ärendet."))
    if user and not policy.may_with_case(actor_for(user, today), "plan.coordinate", case):
        raise ValidationError(_("Personen får inte samordna ärendet. Välj någon som har den behörigheten."))
    if current:
        current.valid_to = valid_from
        current.save(update_fields=["valid_to"])
    coordinator = Coordinator.objects.create(
        case=case, unit=unit, user=user, valid_from=valid_from, appointed_by_id=actor.user_id
    )
    audit.record(
        actor,
        "coordinator.appointed",
        case=case,
        details={"unit": unit.code, "user": str(user.id) if user else "", "from": valid_from.isoformat()},
    )
    return coordinator


@transaction.atomic
def log_guidance(
    actor: Actor,
    *,
    case: Case,
    on: date,
    topic: str,
    channel: str,
    language: str,
    interpreter_used: bool,
    note: str,
    today: date,
) -> GuidanceEntry:
    """One guidance contact. Short and about the matter: this is no social-services file."""
    policy.hold_with_case(actor, "guidance.log", case)
    if on > today:
        raise ValidationError(_("Kontakten kan inte ligga i framtiden."))
    if topic not in GuidanceEntry.Topic.values or channel not in GuidanceEntry.Channel.values:
        raise ValidationError(_("Välj ämne och sätt."))
    if len(note) > 300:
        raise ValidationError(_("Anteckningen får ha högst 300 tecken. Det här är inte en personakt."))
    entry = GuidanceEntry.objects.create(
        case=case,
        on=on,
        topic=topic,
        channel=channel,
        language=language,
        interpreter_used=interpreter_used,
        note=note.strip(),
        recorded_by_id=actor.user_id,
    )
    audit.record(actor, "guidance.logged", object_type="guidance", object_ids=[entry.id], case=case)
    return entry


@transaction.atomic
def send_report(
    actor: Actor, *, report_id: uuid.UUID, kind: str, sent_on: date, channel: str, today: date
) -> AuthorityReport:
    """Record that a report has been sent to Migrationsverket, with what it said; the plan's task for it is then done.

    Hemvist sends nothing itself.
    """
    found = AuthorityReport.objects.filter(id=report_id).select_related("case").first()
    if found is None:
        raise NotVisible(action="report.send", object_id=str(report_id))
    policy.hold_with_case(actor, "report.send", found.case)
    report = AuthorityReport.objects.select_related("case", "assignment__household").get(id=report_id)
    if report.sent_on:
        raise ValidationError(_("Rapporten är redan skickad."))
    if kind not in AuthorityReport.Kind.values:
        raise ValidationError(_("Välj vad som rapporteras."))
    if sent_on > today:
        raise ValidationError(_("Rapporten kan inte vara skickad i framtiden."))
    if not channel.strip():
        raise ValidationError(_("Skriv hur rapporten skickades."))
    _mark_sent(actor, report, kind, sent_on, channel.strip())
    if kind != AuthorityReport.Kind.CHANGED:
        for task in PlanTask.objects.filter(
            case=report.case, code__in=_reporting(current_plan_template()[1]), status__in=UNFINISHED
        ):
            _finish(actor, task, sent_on)
    rederive(actor, [report.case], gettext_noop("En rapport skickades"), today)
    return report


def _mark_sent(actor: Actor, report: AuthorityReport, kind: str, sent_on: date, channel: str) -> None:
    report.kind, report.sent_on, report.channel = kind, sent_on, channel
    report.sent_by_id = actor.user_id
    report.content = report_content(report)
    report.save()
    audit.record(
        actor,
        "report.sent",
        object_type="report",
        object_ids=[report.id],
        case=report.case_id,
        details={"kind": kind, "on": sent_on.isoformat()},
    )


def report_content(report: AuthorityReport) -> dict[str, Any]:
    """What a report says, without names: reference, decision day, days of reception per person."""
    assignment = report.assignment
    if assignment is None:
        return {"case": report.case.number}
    # Who has a case of her own now is told of there.
    arrivals = assignment.arrivals.filter(voided_at__isnull=True, person__case=report.case)
    return {
        "case": report.case.number,
        "reference": assignment.reference,
        "decided_on": assignment.decided_on.isoformat(),
        "persons": assignment.persons.filter(case=report.case).count(),
        "received": [{"person": str(a.person_id), "on": a.on.isoformat()} for a in arrivals],
    }
