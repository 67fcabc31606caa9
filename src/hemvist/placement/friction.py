"""Where cooperation is slow (”trögt”): what is slow, why, between whom, who takes it on and how it was solved.

About ways of working, never about a person: what looks like an identity number, a case or an address is refused.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.impersonal import IMPERSONAL, names_somebody, speaks_of_a_person
from hemvist.organisation.models import Unit
from hemvist.placement.models import Friction

Status = Friction.Status
LENGTH = 500
SHORTEST = 5
# So many quarters are shown.
QUARTERS = 4

# --- what the page shows --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrictionFilter:
    """``status``: open, solved, or empty for both; ``unit``: a unit's code, of those between or the owner."""

    status: str = Status.OPEN
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of the log."""

    friction: Friction
    units: tuple[Unit, ...]
    today: date

    @property
    def open(self) -> bool:
        return self.friction.status == Status.OPEN

    @property
    def days(self) -> int:
        """For how long it has been, or was, slow."""
        return ((self.friction.solved_on or self.today) - self.friction.noted_on).days


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of something. ``days`` is how long the solved ones took on average, in whole days."""

    label: str
    open: int
    solved: int
    days: int | None

    @property
    def total(self) -> int:
        return self.open + self.solved


@dataclass(frozen=True, slots=True)
class QuarterCount:
    """What was noted and solved in a quarter, and what was open when it ended (or now)."""

    year: int
    number: int
    noted: int
    solved: int
    open: int


@dataclass(frozen=True, slots=True)
class FrictionPage:
    rows: tuple[Row, ...]
    more: bool
    open: int
    solved: int
    by_unit: tuple[Count, ...]
    by_cause: tuple[Count, ...]
    by_quarter: tuple[QuarterCount, ...]
    # Units that some entry lies between or is owned by: what the list can be narrowed to.
    units: tuple[Unit, ...]


def friction_page(
    actor: Actor, wanted: FrictionFilter, *, today: date, offset: int = 0, limit: int = 25
) -> FrictionPage:
    """The log narrowed to what is asked for, and counts over all of it. Two queries, however long it is."""
    policy.require(actor, "placement.view")
    everything = [
        Row(row, tuple(sorted(row.units.all(), key=lambda unit: (unit.position, unit.code))), today)
        for row in Friction.objects.select_related("owner", "noted_by").prefetch_related("units")
    ]
    concerned = {unit.pk: unit for row in everything for unit in (*row.units, row.friction.owner)}
    rows = [row for row in everything if _wanted(row, wanted)]
    is_open = sum(row.open for row in everything)
    return FrictionPage(
        tuple(rows[offset : offset + limit]),
        len(rows) > offset + limit,
        is_open,
        len(everything) - is_open,
        _counts((unit.name, row) for row in everything for unit in row.units),
        _counts(_causes(everything)),
        _quarters(everything, today),
        tuple(sorted(concerned.values(), key=lambda unit: (unit.position, unit.code))),
    )


def _wanted(row: Row, wanted: FrictionFilter) -> bool:
    if wanted.status and row.friction.status != wanted.status:
        return False
    return not wanted.unit or wanted.unit in {unit.code for unit in (*row.units, row.friction.owner)}


def _causes(rows: Iterable[Row]) -> Iterable[tuple[str, Row]]:
    """Each row under its cause, as it was first worded: case, spaces and a last full stop make no new cause."""
    worded: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row.friction.pk):
        key = " ".join(row.friction.cause.casefold().split()).rstrip(".")
        yield worded.setdefault(key, row.friction.cause), row


def _counts(labelled: Iterable[tuple[str, Row]]) -> tuple[Count, ...]:
    """The most frequent first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for label, row in labelled:
        groups[label].append(row)
    found = []
    for label, rows in groups.items():
        solved = [row for row in rows if not row.open]
        days = round(mean(row.days for row in solved)) if solved else None
        found.append(Count(label, len(rows) - len(solved), len(solved), days))
    return tuple(sorted(found, key=lambda count: (-count.total, count.label)))


def _quarter(day: date) -> int:
    """Quarters since year 0, so that they can be counted."""
    return day.year * 4 + (day.month - 1) // 3


def _quarters(rows: Sequence[Row], today: date) -> tuple[QuarterCount, ...]:
    """The latest quarters, the newest first. Empty when nothing has been noted."""
    if not rows:
        return ()
    noted = Counter(_quarter(row.friction.noted_on) for row in rows)
    solved = Counter(_quarter(row.friction.solved_on) for row in rows if row.friction.solved_on)
    now = _quarter(today)
    first = max(min(noted), now - QUARTERS + 1)
    return tuple(
        QuarterCount(
            quarter // 4,
            quarter % 4 + 1,
            noted[quarter],
            solved[quarter],
            sum(n for q, n in noted.items() if q <= quarter) - sum(n for q, n in solved.items() if q <= quarter),
        )
        for quarter in range(now, first - 1, -1)
    )


def one(actor: Actor, friction_id: int) -> Friction:
    """An entry with its units. Raises :class:`NotVisible` when there is none."""
    policy.require(actor, "placement.view")
    found = Friction.objects.select_related("owner").prefetch_related("units").filter(pk=friction_id).first()
    if found is None:
        raise NotVisible(action="friction.log", object_id=str(friction_id))
    return found


def working_units() -> list[Unit]:
    """The units that an entry can lie between or be owned by, by board. One query."""
    return list(
        Unit.objects.working()
        .select_related("branch__board")
        .order_by("branch__board__position", "branch__board__code", "position", "code")
    )


def causes() -> list[str]:
    """The causes that have been written, to write the same again. One query."""
    return list(Friction.objects.order_by("cause").values_list("cause", flat=True).distinct()[:50])


# --- what is done ---------------------------------------------------------------------------------------------------


@transaction.atomic
def log(
    actor: Actor,
    *,
    noted_on: date,
    text: str,
    cause: str,
    units: Collection[Unit],
    owner: Unit,
    due_on: date | None,
    today: date,
) -> Friction:
    """Note where cooperation is slow. The same noted twice on a day by the same user is one entry."""
    policy.require(actor, "friction.log")
    text, cause = _checked(noted_on, text, cause, units, owner, due_on, today)
    same = Friction.objects.filter(
        noted_on=noted_on, text=text, cause=cause, noted_by_id=actor.user_id, status=Status.OPEN
    ).first()
    if same is not None:
        return same
    # The permission is a person's: the system has none.
    assert actor.user_id is not None
    friction = Friction.objects.create(
        noted_on=noted_on, text=text, cause=cause, owner=owner, due_on=due_on, noted_by_id=actor.user_id
    )
    friction.units.set(units)
    _journal(actor, "friction.logged", friction, owner=owner.code, units=sorted(unit.code for unit in units))
    return friction


@transaction.atomic
def change(
    actor: Actor,
    friction: Friction,
    *,
    noted_on: date,
    text: str,
    cause: str,
    units: Collection[Unit],
    owner: Unit,
    due_on: date | None,
    today: date,
) -> Friction:
    """Word it better, or let another unit take it on. Only while it is open."""
    policy.require(actor, "friction.log")
    friction = _held(friction, Status.OPEN)
    text, cause = _checked(noted_on, text, cause, units, owner, due_on, today)
    friction.noted_on, friction.text, friction.cause = noted_on, text, cause
    friction.owner, friction.due_on = owner, due_on
    friction.save(update_fields=["noted_on", "text", "cause", "owner", "due_on"])
    friction.units.set(units)
    _journal(actor, "friction.changed", friction, owner=owner.code, units=sorted(unit.code for unit in units))
    return friction


@transaction.atomic
def solve(actor: Actor, friction: Friction, *, solved_on: date, solution: str, today: date) -> Friction:
    """It is no longer slow: since when, and what helped."""
    policy.require(actor, "friction.log")
    friction = _held(friction, Status.OPEN)
    solution = solution.strip()
    _words("solution", solution, _("Skriv vad som hjälpte, så att andra kan lära av det."))
    if solved_on > today:
        raise ValidationError({"solved_on": _("Dagen är inte här än. Skriv den dag då det löstes, senast i dag.")})
    if solved_on < friction.noted_on:
        raise ValidationError({"solved_on": _("Dagen är före den dag då trögheten noterades. Rätta dagen.")})
    friction.status, friction.solved_on, friction.solution = Status.SOLVED, solved_on, solution
    friction.save(update_fields=["status", "solved_on", "solution"])
    _journal(actor, "friction.solved", friction, solved_on=solved_on.isoformat())
    return friction


@transaction.atomic
def reopen(actor: Actor, friction: Friction) -> Friction:
    """It is slow again, or was never solved. What was written of the solution stays until it is solved anew."""
    policy.require(actor, "friction.log")
    friction = _held(friction, Status.SOLVED)
    before = friction.solved_on
    friction.status, friction.solved_on = Status.OPEN, None
    friction.save(update_fields=["status", "solved_on"])
    _journal(actor, "friction.reopened", friction, solved_on=before)
    return friction


def _held(friction: Friction, status: str) -> Friction:
    """The entry as it is now, locked. Raises :class:`ValidationError` when somebody has come before."""
    fresh = Friction.objects.select_for_update().get(pk=friction.pk)
    if fresh.status == status:
        return fresh
    if fresh.status == Status.SOLVED:
        raise ValidationError(_("Trögheten är redan löst. Öppna den igen om den är tillbaka."))
    raise ValidationError(_("Trögheten är redan öppen."))


def _checked(
    noted_on: date,
    text: str,
    cause: str,
    units: Collection[Unit],
    owner: Unit,
    due_on: date | None,
    today: date,
) -> tuple[str, str]:
    text, cause = text.strip(), cause.strip()
    _words("text", text, _("Skriv vad som går trögt."))
    _words("cause", cause, _("Skriv vad det beror på, eller ”vet inte än”."))
    if noted_on > today:
        raise ValidationError({"noted_on": _("Dagen är inte här än. Skriv den dag då ni märkte det, senast i dag.")})
    if due_on is not None and due_on < noted_on:
        raise ValidationError({"due_on": _("Dagen är före den dag då trögheten noterades. Skriv en senare dag.")})
    if not 1 <= len({unit.pk for unit in units}) <= 2:
        raise ValidationError({"units": _("Välj en eller två enheter som det går trögt mellan.")})
    if any(unit.planned or unit.closed_on for unit in (*units, owner)):
        raise ValidationError({"owner": _("Välj enheter som arbetar i dag.")})
    return text, cause


def _words(name: str, words: str, asked: str) -> None:
    if len(words) < SHORTEST:
        raise ValidationError({name: asked})
    if len(words) > LENGTH:
        raise ValidationError({name: _("Skriv högst 500 tecken.")})
    if speaks_of_a_person(words) or names_somebody(words):
        raise ValidationError({name: IMPERSONAL})


def _journal(actor: Actor, action: str, friction: Friction, **details: object) -> None:
    audit.record(actor, action, object_type="friction", object_ids=[friction.pk], details=details)
