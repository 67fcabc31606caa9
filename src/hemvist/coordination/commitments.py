"""The boards' common planning (systematisk gemensam planering, S-30): a quarter's tasks per board, what units take on,
and how it went. Numbers and free words about work, never about a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.access.policy import Verdict
from hemvist.coordination.models import Commitment, PlanTask
from hemvist.coordination.queries import UNFINISHED, units_for_hand_over, visible_tasks
from hemvist.organisation.models import Board, Unit
from hemvist.reception import queries as reception


@dataclass(frozen=True, slots=True)
class Quarter:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def after(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> Quarter:
        return Quarter(self.year - (self.number == 1), (self.number + 2) % 4 + 1)


@dataclass(frozen=True, slots=True)
class BoardQuarter:
    """A board's part of a quarter: tasks due in it, how many are done, in time or not, and how many are late."""

    board: str
    due: int
    done: int
    in_time: int
    late: int


@dataclass(frozen=True, slots=True)
class JointPlan:
    quarter: Quarter
    boards: list[BoardQuarter]
    expected_households: int | None
    commitments: list[tuple[Commitment, Verdict]]


def may_follow_up(actor: Actor, commitment: Commitment) -> Verdict:
    """Whether the actor may say how a commitment went: its own branch, or a coordinator. Unit is loaded."""
    if commitment.unit.branch_id in actor.branches("task.work") or actor.can("plan.coordinate"):
        return Verdict(True)
    return Verdict(False, _("Åtagandet hör till en annan verksamhet."))


def joint_plan(actor: Actor, quarter: Quarter, *, today: date) -> JointPlan:
    """The boards' common plan for a quarter and the follow-up of it, as far as the actor sees tasks. Numbers only."""
    policy.require(actor, "meeting.view")
    start_day, end_day = quarter.first, quarter.after.first
    rows = (
        PlanTask.objects.filter(visible_tasks(actor, today), due_on__gte=start_day, due_on__lt=end_day)
        .exclude(status__in=(PlanTask.Status.CANCELLED, PlanTask.Status.NOT_APPLICABLE))
        .values("unit__branch__board_id")
        .order_by("unit__branch__board__position", "unit__branch__board_id")
        .annotate(
            due=Count("id"),
            done=Count("id", filter=Q(status=PlanTask.Status.DONE)),
            in_time=Count("id", filter=Q(status=PlanTask.Status.DONE, done_on__lte=F("due_on"))),
            late=Count("id", filter=Q(status__in=UNFINISHED, due_on__lt=today)),
        )
    )
    names = {board.id: board.name for board in Board.objects.all()}
    commitments = Commitment.objects.filter(year=quarter.year, quarter=quarter.number).select_related(
        "unit__branch__board", "made_by"
    )
    return JointPlan(
        quarter,
        [
            BoardQuarter(names[row["unit__branch__board_id"]], row["due"], row["done"], row["in_time"], row["late"])
            for row in rows
        ],
        reception.planned_households(actor, start_day, end_day) if actor.can("case.list") else None,
        [(commitment, may_follow_up(actor, commitment)) for commitment in commitments],
    )


def committing_units(actor: Actor) -> list[Unit]:
    """The units that the actor may let take something on: all for a coordinator, else the own branches'."""
    units = units_for_hand_over()
    if actor.can("plan.coordinate"):
        return units
    return [unit for unit in units if unit.branch_id in actor.branches("task.work")]


@transaction.atomic
def add_commitment(
    actor: Actor, *, unit: Unit, year: int, quarter: int, text: str, due_on: date | None, today: date
) -> Commitment:
    """What a unit takes on for a quarter, agreed at the coordination meeting. No personal data; the page says so."""
    policy.require(actor, "task.work")
    if not (unit.branch_id in actor.branches("task.work") or actor.can("plan.coordinate")):
        raise Refused(_("Du kan bara lägga in åtaganden för din egen verksamhet."), action="task.work")
    if len(text.strip()) < 5:
        raise ValidationError(_("Skriv vad enheten åtar sig."))
    if not 1 <= quarter <= 4 or abs(year - today.year) > 3:
        raise ValidationError(_("Välj ett kvartal inom tre år."))
    commitment = Commitment.objects.create(
        unit=unit, year=year, quarter=quarter, text=text.strip()[:500], due_on=due_on, made_by_id=actor.user_id
    )
    audit.record(
        actor,
        "commitment.added",
        object_type="commitment",
        object_ids=[commitment.id],
        details={"unit": unit.code, "quarter": f"{year}-{quarter}"},
    )
    return commitment


@transaction.atomic
def follow_up_commitment(actor: Actor, *, commitment: Commitment, outcome: str, note: str, today: date) -> Commitment:
    """How it went: kept, partly or not, and what was learnt. The commitment itself is not changed."""
    verdict = may_follow_up(actor, commitment)
    if not verdict:
        raise Refused(verdict.reason, action="task.work")
    if outcome not in Commitment.Outcome.values:
        raise ValidationError(_("Välj hur det gick."))
    commitment.outcome, commitment.outcome_note, commitment.followed_up_on = outcome, note.strip()[:500], today
    commitment.save(update_fields=["outcome", "outcome_note", "followed_up_on"])
    audit.record(
        actor,
        "commitment.followed_up",
        object_type="commitment",
        object_ids=[commitment.id],
        details={"outcome": outcome},
    )
    return commitment
