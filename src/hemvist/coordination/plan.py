"""From stored rows to the pure plan and back: the only place that knows both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from hemvist.coordination.models import PlanTask
from hemvist.organisation.schema import PlanItem
from hemvist.planning.shared_plan import ExistingTask, Item, LocalDue, fingerprint


def to_item(item: PlanItem) -> Item:
    """A template item from the municipality's folder as the pure plan wants it."""
    due = item.due
    local = None
    if due.local:
        sign = -1 if due.local.direction == "before" else 1
        local = LocalDue(
            anchor=due.local.anchor,
            days=sign * (due.local.days or 0),
            weeks=sign * (due.local.weeks or 0),
            months=sign * (due.local.months or 0),
            working_days=sign * (due.local.working_days or 0),
            reason=f"item:{item.code}",
        )
    return Item(
        code=item.code,
        function=item.function,
        per_person=item.subject == "person",
        when=tuple(item.when),
        law=due.law,
        local=local,
        waits_for=tuple(item.waits_for),
        catalogue=item.catalogue,
    )


def to_existing(task: PlanTask, commented: bool) -> ExistingTask:
    return ExistingTask(
        id=str(task.id),
        code=task.code,
        person=str(task.person_id) if task.person_id else None,
        unit=task.unit_id,
        due=task.due_on,
        touched=commented or task.status == PlanTask.Status.TAKEN or task.due_set_by_hand or task.unit_set_by_hand,
        finished=task.status in {PlanTask.Status.DONE, PlanTask.Status.NOT_APPLICABLE},
        cancelled=task.status == PlanTask.Status.CANCELLED,
        due_by_hand=task.due_set_by_hand,
        # A unit that has closed keeps no task, however it got it.
        unit_by_hand=task.unit_set_by_hand and task.unit.closed_on is None,
        fingerprint=fingerprint(task.due_steps, task.due_missing, task.waits_for, task.due_preliminary, task.function),
    )


def given_anchors(tasks: Iterable[PlanTask], items: Sequence[PlanItem]) -> Mapping[str, Mapping[str, date]]:
    """Days that finished tasks give to later deadlines: person → {anchor: day}."""
    gives = {item.code: item.gives for item in items if item.gives}
    found: dict[str, dict[str, date]] = {}
    for task in tasks:
        if task.status == PlanTask.Status.DONE and task.person_id and task.done_on and task.code in gives:
            found.setdefault(str(task.person_id), {})[gives[task.code]] = task.done_on
    return found
