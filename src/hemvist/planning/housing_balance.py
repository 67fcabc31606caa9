"""Homes against households, month by month: who is housed, who waits, what stands empty, and what a surge would do.

Sizes are persons: a household fits in a home that holds at least as many. Nothing else is weighed here; which home a
household gets is left to the matching and to people. Counts only, no household is told apart from another of its size.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice

from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.types import gettext_noop

# The most persons of each size class, the last without limit, and their names.
BOUNDS = (2, 4)
CLASSES = (gettext_noop("1–2 personer"), gettext_noop("3–4 personer"), gettext_noop("5 personer eller fler"))
# The household that stands for its class where only persons are known.
EXAMPLE = (2, 4, 6)

BySize = tuple[int, int, int]
Block = tuple[date, date | None]


def size_class(persons: int) -> int:
    """The place in :data:`CLASSES` of a household of so many persons, or of a home for so many."""
    return bisect_left(BOUNDS, persons)


def by_size(sizes: Iterable[int]) -> BySize:
    """How many there are of each size class."""
    counts = [0, 0, 0]
    for size in sizes:
        counts[size_class(size)] += 1
    return (counts[0], counts[1], counts[2])


@dataclass(frozen=True, slots=True)
class Home:
    """A home for ``capacity`` persons, vacant from ``free_from``.

    ``free_until`` is the last day it can be used or the day before somebody else has it; None: no end. ``blocks`` are
    first and last day (None: until further notice) on which nobody can move in.
    """

    capacity: int
    free_from: date
    free_until: date | None = None
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """A household of ``persons`` that needs a home by the month of ``by``."""

    persons: int
    by: date


@dataclass(frozen=True, slots=True)
class Scenario:
    """What if: ``persons`` more, spread over ``over`` months from the month of ``start``."""

    persons: int
    start: date
    over: int = 1

    def __post_init__(self) -> None:
        if self.persons < 0 or self.over < 1:
            raise ValueError("Ett tänkt läge har minst 0 personer och minst 1 månad.")


@dataclass(frozen=True, slots=True)
class Month:
    """Households and homes of a month by size class. ``waiting`` and ``vacant`` are those left at its end."""

    month: date
    new: BySize
    freed: BySize
    housed: BySize
    waiting: BySize
    vacant: BySize


@dataclass(frozen=True, slots=True)
class Balance:
    """Month by month, and the capacities of the homes that stand empty after the last one."""

    months: tuple[Month, ...]
    left: tuple[int, ...]

    @property
    def first_waiting(self) -> date | None:
        """The first month after which some household is without a home."""
        return next((month.month for month in self.months if any(month.waiting)), None)

    @property
    def worst(self) -> Month | None:
        """The month with the most households waiting; the first of several. None when nobody ever waits."""
        found = max(self.months, key=lambda month: sum(month.waiting), default=None)
        return found if found is not None and any(found.waiting) else None

    @property
    def lacking(self) -> BySize:
        """Homes lacking by size, in the month when most wait: with them, nobody would wait that month."""
        return self.worst.waiting if self.worst else (0, 0, 0)


def months_ahead(today: date, number: int) -> tuple[date, ...]:
    """The first day of this month and of those after it, ``number`` in all."""
    return tuple(add_months(today.replace(day=1), later) for later in range(number))


def ready_on(home: Home, last: date) -> date | None:
    """The first day on which somebody can move in and stay; None when there is no such day until ``last``.

    A home with a block ahead counts from the end of the block, and one that is lost before ``last`` not at all: both
    keep the supply from being told too large.
    """
    day = home.free_from
    for _, end in sorted(home.blocks, key=lambda block: block[0]):
        if end is None:
            return None
        day = max(day, end + timedelta(days=1))
    if day > last or (home.free_until is not None and home.free_until <= last):
        return None
    return day


def _typical(mix: BySize) -> Iterator[int]:
    """Sizes without end, those of each class as near their share of ``mix`` as can be."""
    if min(mix) < 0 or not sum(mix):
        raise ValueError("Ange minst ett hushåll i blandningen, och inga tal under noll.")
    made = [0, 0, 0]
    for number in count(1):
        chosen = max(range(3), key=lambda place: mix[place] * number - made[place] * sum(mix))
        made[chosen] += 1
        yield EXAMPLE[chosen]


def typical(households: int, mix: BySize) -> tuple[int, ...]:
    """The sizes of so many households, as :func:`households_of`."""
    return tuple(islice(_typical(mix), households))


def households_of(persons: int, mix: BySize) -> tuple[int, ...]:
    """Households that make up exactly ``persons``, their size classes as near the shares of ``mix`` as can be.

    The last household takes the persons that are left, so it may be a smaller one. Raises ValueError for persons under
    zero and for a mix of nothing.
    """
    if persons < 0:
        raise ValueError("Ange minst 0 personer.")
    sizes, left, next_size = [], persons, _typical(mix)
    while left:
        sizes.append(min(next(next_size), left))
        left -= sizes[-1]
    return tuple(sizes)


def spread(sizes: Sequence[int], months: Sequence[date]) -> tuple[Need, ...]:
    """The households, in their order, evenly over the months. Raises ValueError when there is no month."""
    if not months:
        raise ValueError("Ange minst en månad att sprida hushållen över.")
    halves = 2 * len(sizes)
    return tuple(Need(size, months[(2 * i + 1) * len(months) // halves]) for i, size in enumerate(sizes))


def surge(scenario: Scenario, mix: BySize) -> tuple[Need, ...]:
    """The households of a scenario, month by month."""
    return spread(households_of(scenario.persons, mix), months_ahead(scenario.start, scenario.over))


@dataclass(frozen=True, slots=True)
class Placement:
    """Sizes of the households that got a home and of those that did not, both in their order; the homes left."""

    housed: tuple[int, ...]
    waiting: tuple[int, ...]
    left: tuple[int, ...]


def place(households: Sequence[int], homes: Sequence[int]) -> Placement:
    """As many households as can be housed, and among equally many ways those first that come first.

    The households that can be housed together are the independent sets of a matroid (transversal), so taking them in
    order and skipping the one that would make it impossible gives the largest number. The homes that fit are nested,
    so a set can be housed exactly when its n-th largest household fits in the n-th largest home. Each then takes the
    smallest home that fits, the largest household first, so the homes left are as large as they can be.
    """
    largest = sorted(homes, reverse=True)
    taken: list[int] = []  # negative sizes, so that the largest comes first
    housed, waiting = [], []
    for size in households:
        if _fits(size, taken, largest):
            insort(taken, -size)
            housed.append(size)
        else:
            waiting.append(size)
    free = sorted(homes)
    for negative in taken:
        free.pop(bisect_left(free, -negative))
    return Placement(tuple(housed), tuple(waiting), tuple(free))


def _fits(size: int, taken: Sequence[int], largest: Sequence[int]) -> bool:
    """Whether one more household can be housed with those ``taken`` (negative sizes, sorted), who all are."""
    if len(taken) == len(largest):
        return False
    at = bisect_left(taken, -size)
    return size <= largest[at] and all(-taken[place] <= largest[place + 1] for place in range(at, len(taken)))


def balance(months: Sequence[date], homes: Iterable[Home], needs: Iterable[Need]) -> Balance:
    """The months as they would be. Who has waited longest comes first; nobody moves out but those already known.

    ``months`` are first days of months that follow each other. What was due before the first belongs to the first;
    what comes after the last is left out.
    """
    if not months:
        return Balance((), ())
    last = end_of_month(months[-1])
    freed: dict[date, list[int]] = {month: [] for month in months}
    for home in homes:
        if (day := ready_on(home, last)) is not None:
            freed[max(day.replace(day=1), months[0])].append(home.capacity)
    new: dict[date, list[int]] = {month: [] for month in months}
    for need in sorted(needs, key=lambda need: need.by):
        if need.by <= last:
            new[max(need.by.replace(day=1), months[0])].append(need.persons)
    waiting: tuple[int, ...] = ()
    vacant: tuple[int, ...] = ()
    rows = []
    for month in months:
        placed = place((*waiting, *new[month]), (*vacant, *freed[month]))
        waiting, vacant = placed.waiting, placed.left
        parts = (new[month], freed[month], placed.housed, waiting, vacant)
        rows.append(Month(month, *(by_size(part) for part in parts)))
    return Balance(tuple(rows), vacant)


def capacity(homes: Sequence[int], mix: BySize) -> tuple[int, int]:
    """The most persons that the homes can take, as (least, most): with households of ``mix``, and with every home
    full. What they are housed in first, school and work are left out.
    """
    largest = sorted(homes, reverse=True)
    taken: list[int] = []
    sizes, persons = _typical(mix), 0
    while True:
        size = next(sizes)
        for part in range(1, size + 1):
            if not _fits(part, taken, largest):
                return persons + part - 1, sum(homes)
        insort(taken, -size)
        persons += size


def capacity_for(year: int, today: date, homes: Iterable[Home], needs: Iterable[Need], mix: BySize) -> tuple[int, int]:
    """The most persons besides ``needs`` that can be housed by the end of ``year``, as :func:`capacity`.

    Homes that are or become free by then, less those that the needs take first. (0, 0) for a year that has passed.
    """
    until = max((year - today.year) * 12 + 13 - today.month, 0)
    return capacity(balance(months_ahead(today, until), homes, needs).left, mix)
