"""A dwelling's days: let, not available, blocked or vacant, and what a vacant day costs. No database, no clock.

Periods are half-open pairs of ordinals, so that they can be cut and counted; outside this module days are dates, and a
last day of None has no end.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

Span = tuple[int, int]
Period = tuple[date, date | None]
ENDLESS = date.max.toordinal() + 1
# 28, 29, 30 and 31 all divide it: a day of any month is a whole number of parts, so that sums of rents stay exact.
MONTH_PARTS = 377_580


class State(TextChoices):
    """What a dwelling is on a day: one of these. Blocked is neither occupied nor vacant."""

    VACANT = "vacant", _("Ledig")
    PROMISED = "promised", _("Lovad")
    ENDING = "ending", _("Uthyrd, blir ledig")
    OCCUPIED = "occupied", _("Uthyrd")
    BLOCKED = "blocked", _("Spärrad")
    NOT_AVAILABLE = "not_available", _("Inte tillgänglig")


@dataclass(frozen=True, slots=True)
class LeaseDays:
    """The days of a lease. One whose last day has passed without anybody noting the moving out is still lived in."""

    starts_on: date
    ends_on: date | None = None
    moved_out: bool = False

    def overdue(self, today: date) -> bool:
        return self.ends_on is not None and self.ends_on < today and not self.moved_out

    def span(self, today: date) -> Span:
        return _span(self.starts_on, None if self.overdue(today) else self.ends_on)


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that decides what a dwelling is on a day. ``promised`` holds the first days of offers that stand."""

    available_from: date
    available_to: date | None = None
    leases: tuple[LeaseDays, ...] = ()
    blocks: tuple[Period, ...] = ()
    promised: tuple[date, ...] = ()

    @property
    def available(self) -> Span:
        return _span(self.available_from, self.available_to)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state on a day. ``until`` is its last day and ``free_from`` the first free day, where they are known.

    ``promised_from`` is the day that somebody else is to move in; ``overdue_since`` the last day of a lease after
    which nobody has noted the moving out.
    """

    state: State
    until: date | None = None
    free_from: date | None = None
    promised_from: date | None = None
    overdue_since: date | None = None


# --- periods ----------------------------------------------------------------------------------------------------------


def _span(first: date, last: date | None) -> Span:
    return first.toordinal(), ENDLESS if last is None else last.toordinal() + 1


def _last(end: int) -> date | None:
    return None if end >= ENDLESS else date.fromordinal(end - 1)


def _period(span: Span) -> Period:
    return date.fromordinal(span[0]), _last(span[1])


def _merged(spans: Iterable[Span]) -> list[Span]:
    """In order, without overlaps and empty ones."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _without(spans: Sequence[Span], cuts: Sequence[Span]) -> list[Span]:
    """What is left of the spans. Both are merged."""
    found = []
    for start, end in spans:
        for cut_start, cut_end in cuts:
            if cut_end <= start or cut_start >= end:
                continue
            if cut_start > start:
                found.append((start, cut_start))
            start = cut_end
            if start >= end:
                break
        if start < end:
            found.append((start, end))
    return found


def _within(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    return [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]


def _held(found: Calendar, today: date) -> list[Span]:
    """When it is let or promised. An offer stands until somebody takes it back, so it has no end."""
    return _merged(
        [*(lease.span(today) for lease in found.leases), *((day.toordinal(), ENDLESS) for day in found.promised)]
    )


def free_periods(found: Calendar, today: date, *, since: date | None = None, but_blocks: bool = False) -> list[Period]:
    """When it can be moved into, from ``since`` (today) on: neither let, promised nor blocked, and available.

    ``but_blocks`` leaves the blocks out of account, for those who are told them apart.
    """
    wanted = _within([found.available], (since or today).toordinal(), ENDLESS)
    free = _without(wanted, _held(found, today))
    if not but_blocks:
        free = _without(free, _merged(_span(*block) for block in found.blocks))
    return [_period(span) for span in free]


# --- the state on a day -----------------------------------------------------------------------------------------------


def standing(found: Calendar, day: date, today: date) -> Standing:
    """What the dwelling is on a day, as things are known today."""
    at = day.toordinal()
    promises = [lease.starts_on for lease in found.leases if lease.starts_on > day]
    promised_from = min([*promises, *found.promised], default=None)
    for lease in found.leases:
        start, end = lease.span(today)
        if start <= at < end:
            return _let(found, lease, end, promised_from, today)
    free_from = _first_free(found, day, today)
    if not found.available[0] <= at < found.available[1]:
        return Standing(State.NOT_AVAILABLE, free_from=free_from, promised_from=promised_from)
    for start, end in _merged(_span(*block) for block in found.blocks):
        if start <= at < end:
            return Standing(State.BLOCKED, _last(end), free_from, promised_from)
    if promised_from is not None:
        return Standing(State.PROMISED, free_from=free_from, promised_from=promised_from)
    return Standing(State.VACANT, free_from=day)


def _let(found: Calendar, lease: LeaseDays, end: int, promised_from: date | None, today: date) -> Standing:
    if end >= ENDLESS:
        since = lease.ends_on if lease.overdue(today) else None
        return Standing(State.OCCUPIED, promised_from=promised_from, overdue_since=since)
    followed = any(start <= end < stop for start, stop in _held(found, today))
    if followed:
        return Standing(State.OCCUPIED, _last(end), promised_from=promised_from)
    after = date.fromordinal(end)
    return Standing(State.ENDING, _last(end), _first_free(found, after, today), promised_from)


def _first_free(found: Calendar, since: date, today: date) -> date | None:
    return next((first for first, _last_day in free_periods(found, today, since=since)), None)


# --- days and kronor --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    """The days of a period, each counted once, and rents in parts of a month (see :data:`MONTH_PARTS`)."""

    occupied: int = 0
    unavailable: int = 0
    blocked: int = 0
    vacant: int = 0
    vacant_parts: int = 0
    blocked_parts: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.occupied + other.occupied,
            self.unavailable + other.unavailable,
            self.blocked + other.blocked,
            self.vacant + other.vacant,
            self.vacant_parts + other.vacant_parts,
            self.blocked_parts + other.blocked_parts,
        )

    @property
    def vacancy_cost(self) -> int:
        """Rent for the vacant days, in whole kronor."""
        return _kronor(self.vacant_parts)

    @property
    def blocked_cost(self) -> int:
        """Rent for the blocked days, in whole kronor: no vacancy, so told apart."""
        return _kronor(self.blocked_parts)


def usages(found: Calendar, rent: int, periods: Iterable[tuple[date, date]], today: date) -> list[Usage]:
    """How the days of each period, first and last included, were used. A day is let before it is anything else."""
    occupied = _merged(lease.span(today) for lease in found.leases)
    available = _without([found.available], occupied)
    blocks = _merged(_span(*block) for block in found.blocks)
    vacant = _without(available, blocks) if blocks else available
    blocked = _without(available, vacant) if blocks else []
    found_in = []
    for first, last in periods:
        start, end = first.toordinal(), last.toordinal() + 1
        cut = [_within(spans, start, end) for spans in (occupied, blocked, vacant)]
        days = [_count(spans) for spans in cut]
        found_in.append(
            Usage(
                occupied=days[0],
                unavailable=end - start - sum(days),
                blocked=days[1],
                vacant=days[2],
                vacant_parts=_rent(cut[2], rent),
                blocked_parts=_rent(cut[1], rent),
            )
        )
    return found_in


def vacant_since(found: Calendar, today: date) -> date | None:
    """The first of the vacant days that today is the last of so far. None when it is not vacant."""
    first = today.toordinal()
    taken = _merged([*(lease.span(today) for lease in found.leases), *(_span(*block) for block in found.blocks)])
    start, end = found.available
    spans = _without(_within([(start, end)], start, max(first + 1, start + 1)), taken)
    return next((date.fromordinal(a) for a, b in spans if a <= first < b), None)


def _count(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)


def _rent(spans: Iterable[Span], rent: int) -> int:
    return rent * sum(_parts(end) - _parts(start) for start, end in spans)


@lru_cache(maxsize=1 << 14)
def _parts(ordinal: int) -> int:
    """The months until that day, in parts: a day is a 28th to a 31st of its own month."""
    day = date.fromordinal(ordinal)
    length = monthrange(day.year, day.month)[1]
    return (day.year * 12 + day.month) * MONTH_PARTS + (day.day - 1) * (MONTH_PARTS // length)


def _kronor(parts: int) -> int:
    """Whole kronor, half a krona up."""
    return (2 * parts + MONTH_PARTS) // (2 * MONTH_PARTS)
