"""What has been decided about the responsibility, and how the points of each decision go (uppföljning av uppdrag).

The decisions and their points are data (``decisions.yaml``); how a point goes is said here, row after row, and the last
row counts. Moves of responsibility that have been decided are decisions too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.organisation.models import DecisionPoint, GoverningDecision, Move, MovePart
from hemvist.placement.models import PointStatus

Key = tuple[str, int]
DECIDED_MOVES = (Move.Status.DECIDED, Move.Status.CARRIED_OUT, Move.Status.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a decision with how it goes. ``status`` is ``unknown`` when nobody has said."""

    point: DecisionPoint
    said: Sequence[PointStatus]
    today: date

    @property
    def latest(self) -> PointStatus | None:
        return self.said[-1] if self.said else None

    @property
    def status(self) -> str:
        return self.latest.status if self.latest else self.point.status

    @property
    def done(self) -> bool:
        return self.status == PointStatus.Status.DONE

    @property
    def done_on(self) -> date | None:
        """The day it was done, when somebody has said so: the folder knows no day."""
        return self.latest.on if self.latest and self.done else None

    @property
    def days_left(self) -> int | None:
        """Days until the deadline, below 0 when it has passed; None without a deadline or when the point is done."""
        if self.point.deadline is None or self.done:
            return None
        return (self.point.deadline - self.today).days

    @property
    def late(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def days_late(self) -> int:
        """How many days after the deadline it is now, or was when it was done. 0 when in time or not known."""
        if self.point.deadline is None:
            return 0
        until = self.done_on if self.done else self.today
        return max(0, (until - self.point.deadline).days) if until else 0


@dataclass(frozen=True, slots=True)
class DecisionLine:
    decision: GoverningDecision
    points: tuple[Point, ...]

    @property
    def late(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.late)


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A decided move, with what it moves where."""

    move: Move
    parts: tuple[MovePart, ...]


@dataclass(frozen=True, slots=True)
class DecisionHistory:
    """The decisions in the order of the folder, the decided moves and the opinions."""

    decisions: tuple[DecisionLine, ...]
    moves: tuple[MoveLine, ...]
    statements: tuple[GoverningDecision, ...]

    @property
    def late(self) -> tuple[tuple[GoverningDecision, Point], ...]:
        return tuple((line.decision, point) for line in self.decisions for point in line.late)

    @property
    def empty(self) -> bool:
        return not (self.decisions or self.moves or self.statements)


def history(actor: Actor, *, today: date) -> DecisionHistory:
    """Every decision and opinion, with how each point goes, and the moves that were decided. Five queries."""
    policy.require(actor, "placement.view")
    said = _said()
    lines, statements = [], []
    for decision in GoverningDecision.objects.select_related("board").prefetch_related("points"):
        if decision.kind == GoverningDecision.Kind.STATEMENT:
            statements.append(decision)
            continue
        points = (Point(p, said.get((decision.code, p.number), ()), today) for p in decision.points.all())
        lines.append(DecisionLine(decision, tuple(points)))
    moves = (
        Move.objects.filter(status__in=DECIDED_MOVES, decided_on__isnull=False)
        .prefetch_related("parts__function", "parts__unit__branch__board")
        .order_by("decided_on", "id")
    )
    return DecisionHistory(
        tuple(lines), tuple(MoveLine(move, tuple(move.parts.all())) for move in moves), tuple(statements)
    )


def _said(**only: object) -> Mapping[Key, list[PointStatus]]:
    found: dict[Key, list[PointStatus]] = defaultdict(list)
    for row in PointStatus.objects.filter(**only).select_related("said_by").order_by("id"):
        found[row.decision, row.number].append(row)
    return found


def one_point(actor: Actor, decision: str, number: int, *, today: date) -> tuple[GoverningDecision, Point]:
    """A point with everything that has been said of it. Raises :class:`NotVisible` when there is none."""
    policy.require(actor, "placement.view")
    found = DecisionPoint.objects.select_related("decision").filter(decision__code=decision, number=number).first()
    if found is None:
        raise NotVisible(action="assignment_point.follow", object_id=f"{decision}/{number}")
    said = _said(decision=decision, number=number)
    return found.decision, Point(found, said.get((decision, number), ()), today)


@transaction.atomic
def follow_point(
    actor: Actor, *, decision: str, number: int, status: str, on: date, note: str, today: date
) -> PointStatus:
    """Say how a point goes, since a day. Earlier rows stay; the same said twice is one row.

    Raises :class:`ValidationError` for a day ahead of today, or before the decision, and for an unknown status.
    """
    policy.require(actor, "assignment_point.follow")
    owner, point = one_point(actor, decision, number, today=today)
    note = note.strip()
    if status not in PointStatus.Status.values:
        raise ValidationError({"status": _("Välj hur det går med punkten.")})
    if on > today:
        raise ValidationError({"on": _("Dagen är inte här än. Skriv den dag då läget var så, senast i dag.")})
    if owner.decided_on and on < owner.decided_on:
        raise ValidationError({"on": _("Dagen är före beslutet. Skriv en dag från och med beslutets dag.")})
    if len(note) > 500:
        raise ValidationError({"note": _("Skriv högst 500 tecken.")})
    if (last := point.latest) and (last.status, last.on, last.note) == (status, on, note):
        return last
    # The permission is a person's: the system has none.
    assert actor.user_id is not None
    row = PointStatus.objects.create(
        decision=decision, number=number, status=status, on=on, note=note, said_by_id=actor.user_id
    )
    audit.record(
        actor,
        "assignment_point.followed",
        object_type="decision_point",
        object_ids=[f"{decision}/{number}"],
        details={"status": status, "on": on.isoformat()},
    )
    return row
