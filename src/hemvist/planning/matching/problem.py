"""A matching problem made ready to solve: who can live where and from when, in numbers, in an order of its own.

Households and homes are sorted by key, so that the order in which they were given never matters. Days are counted from
the first day that anybody can move in. What a person has already chosen (``locked_to``) is placed first, on its
earliest day, and is from then on a fact that the rest is matched around.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemvist.law.calendar import add_months
from hemvist.planning.matching.model import Area, Home, MatchPolicy, Placement, Seeker, worth
from hemvist.planning.matching.scoring import Ints, Scorer

FOREVER = 10_000_000  # days: later than any date


class Tenancy(NamedTuple):
    """Household and home by index, and the day of moving in."""

    seeker: int
    home: int
    day: int


Solution = list[Tenancy]


@dataclass(frozen=True, slots=True)
class Options:
    """Every possible household and home with the days of moving in, as columns of equal length.

    Sorted by household, home and ``first``; ``base`` is the score without waiting. A home with a blocked period in its
    time can stand twice for a household: before it and after it.
    """

    seeker: Ints
    home: Ints
    first: Ints
    latest: Ints
    base: Ints

    def __len__(self) -> int:
        return len(self.seeker)


@dataclass(frozen=True, slots=True)
class Group:
    """Homes that at most ``most`` of these households may live in at one time: those of an area, or of a building."""

    homes: Ints
    most: int


class Problem:
    """Raises ``ValueError`` with a Swedish sentence when a key stands twice or an area is not known."""

    def __init__(
        self, seekers: Iterable[Seeker], homes: Iterable[Home], areas: Iterable[Area], policy: MatchPolicy
    ) -> None:
        self.seekers = sorted(seekers, key=lambda one: one.key)
        self.homes = sorted(homes, key=lambda one: one.key)
        by_code = sorted(areas, key=lambda one: one.code)
        for what, keys in (
            ("Hushållet", [one.key for one in self.seekers]),
            ("Bostaden", [one.key for one in self.homes]),
            ("Området", [one.code for one in by_code]),
        ):
            for key, times in Counter(keys).items():
                if times > 1:
                    raise ValueError(f"{what} {key} står {times} gånger. Ge varje rad en egen nyckel.")
        # Plain mappings: a problem can be sent to another process.
        self.areas = {one.code: replace(one, minutes=dict(one.minutes)) for one in by_code}
        for home in self.homes:
            if home.area not in self.areas:
                raise ValueError(f"Bostaden {home.key} ligger i området {home.area}, som inte finns bland områdena.")
        self.policy = replace(policy, weights=dict(policy.weights))
        self.worth = worth(len(self.seekers))
        self.first_day = min((one.wanted_from for one in self.seekers), default=date(2000, 1, 1))
        self.days = max((self.day(one.wanted_by) + 1 for one in self.seekers), default=1)
        self.scorer = Scorer(self.homes, self.areas, self.policy, self.first_day)
        self.seeker_at = {one.key: at for at, one in enumerate(self.seekers)}
        self.home_at = {one.key: at for at, one in enumerate(self.homes)}
        stays = sorted({one.stays_months for one in self.seekers}, key=lambda months: months or 0)
        self.stay_of = np.array([stays.index(one.stays_months) for one in self.seekers], np.int64)
        self.end_table = np.array([self._ends(months) for months in stays], np.int64).reshape(-1, self.days)
        self._capacity = np.array([one.capacity for one in self.homes], np.int64)
        self._rooms = np.array([one.rooms for one in self.homes], np.int64)
        self._step_free = np.array([one.step_free for one in self.homes], bool)
        self._set_gaps([[] for _home in self.homes])
        self.groups = self._groups()
        self.fixed: Solution = []
        self.lock_failed: set[int] = set()
        self._place_locked()
        self.free = [at for at, one in enumerate(self.seekers) if not one.locked_to]

    def day(self, on: date) -> int:
        return on.toordinal() - self.first_day.toordinal()

    def date(self, day: int) -> date:
        return date.fromordinal(day + self.first_day.toordinal())

    # --- time ---------------------------------------------------------------------------------------------------------

    def ends(self, seeker: int) -> Ints:
        """The last day of the household's stay for each day of moving in; never falls from one day to the next."""
        return self.end_table[self.stay_of[seeker]]

    def _ends(self, months: int | None) -> list[int]:
        if months is None:
            return [FOREVER] * self.days
        return [self.day(add_months(self.date(day), months)) - 1 for day in range(self.days)]

    def _set_gaps(self, taken: Sequence[Sequence[tuple[int, int]]]) -> None:
        """The periods when each home can be lived in: not blocked, and not ``taken``."""
        rows: list[tuple[int, int, int]] = []
        for at, home in enumerate(self.homes):
            closed = [(self.day(a), FOREVER if b is None else self.day(b)) for a, b in home.blocked]
            start = self.day(home.free_from)
            end = FOREVER if home.free_until is None else self.day(home.free_until)
            for first, last in sorted([*closed, *taken[at]]):
                if start < first:
                    rows.append((at, start, min(first - 1, end)))
                start = max(start, last + 1)
            if start <= end:
                rows.append((at, start, end))
        table = np.array([row for row in rows if row[1] <= row[2]], np.int64).reshape(-1, 3)
        self._gap_home, self._gap_first, self._gap_last = table.T

    def windows(self, seeker: int) -> tuple[Ints, Ints, Ints]:
        """Home, first and latest day of moving in, where the household's whole stay finds room in time."""
        one = self.seekers[seeker]
        ends = self.ends(seeker)
        first = np.maximum(self._gap_first, self.day(one.wanted_from))
        latest = np.minimum(np.searchsorted(ends, self._gap_last, side="right") - 1, self.day(one.wanted_by))
        fits = first <= latest
        return self._gap_home[fits], first[fits], latest[fits]

    # --- what must be -------------------------------------------------------------------------------------------------

    def demands(self, seeker: int) -> dict[str, NDArray[np.bool_]]:
        """Each demand that does not depend on time, and whether each home meets it."""
        one = self.seekers[seeker]
        said_yes = np.ones(len(self.homes), bool)
        said_yes[[self.home_at[key] for key in one.declined if key in self.home_at]] = False
        return {
            "capacity": self._capacity >= one.persons,
            "rooms": self._rooms >= one.rooms,
            "step_free": self._step_free if one.step_free else np.ones(len(self.homes), bool),
            "declined": said_yes,
        }

    def possible(self, seeker: int) -> tuple[Ints, Ints, Ints]:
        """Home, first and latest day, where the home meets every demand too."""
        home, first, latest = self.windows(seeker)
        meets = np.logical_and.reduce(list(self.demands(seeker).values()))[home]
        return home[meets], first[meets], latest[meets]

    @cached_property
    def options(self) -> Options:
        """For the households that are free to place, by household, home and day."""
        columns: list[list[Ints]] = [[], [], [], [], []]
        for seeker in self.free:
            home, first, latest = self.possible(seeker)
            base = np.zeros(len(home), np.int64)
            for part in self.scorer.parts_of_home(self.seekers[seeker], home).values():
                base += part
            for column, found in zip(
                columns, (np.full(len(home), seeker, np.int64), home, first, latest, base), strict=True
            ):
                column.append(found)
        return Options(*(np.concatenate(column) if column else np.zeros(0, np.int64) for column in columns))

    @cached_property
    def waiting(self) -> Ints:
        """The score of waiting for each day (row) and household (column)."""
        days = np.arange(self.days, dtype=np.int64)
        columns = [self.scorer.waiting(one, days) for one in self.seekers]
        return np.stack(columns, axis=1) if columns else np.zeros((self.days, 0), np.int64)

    # --- limits -------------------------------------------------------------------------------------------------------

    def _groups(self) -> tuple[Group, ...]:
        """Limits that could bind: fewer households than homes."""
        limits: list[tuple[list[int], int]] = []
        for code, area in self.areas.items():
            if area.most is not None:
                members = [at for at, home in enumerate(self.homes) if home.area == code]
                limits.append((members, max(0, area.most - area.housed)))
        if self.policy.most_in_building is not None:
            for building in sorted({(one.area, one.building) for one in self.homes if one.building}):
                members = [at for at, one in enumerate(self.homes) if (one.area, one.building) == building]
                limits.append((members, self.policy.most_in_building))
        return tuple(Group(np.array(homes, np.int64), most) for homes, most in limits if most < len(homes))

    @cached_property
    def groups_of(self) -> list[list[int]]:
        """The groups that each home is in."""
        found: list[list[int]] = [[] for _home in self.homes]
        for at, group in enumerate(self.groups):
            for home in group.homes:
                found[home].append(at)
        return found

    @cached_property
    def room(self) -> Ints:
        """How many more households each group (row) has room for on each day, beside those that are fixed."""
        room = np.repeat(np.array([[group.most] for group in self.groups], np.int64).reshape(-1, 1), self.days, axis=1)
        for tenancy in self.fixed:
            for group in self.groups_of[tenancy.home]:
                room[group, tenancy.day : self.end(tenancy) + 1] -= 1
        return room

    def limit_days(self, group: int, begins: Iterable[int]) -> list[int]:
        """The days on which a limit need be kept: when stays begin, and when there is less room."""
        return sorted({*begins, *(np.flatnonzero(np.diff(self.room[group]) < 0) + 1).tolist()})

    def end(self, tenancy: Tenancy) -> int:
        return int(self.ends(tenancy.seeker)[tenancy.day])

    def _place_locked(self) -> None:
        """Those who have a chosen home, in order of their first day; a choice that cannot be kept is remembered."""
        locked = [at for at, one in enumerate(self.seekers) if one.locked_to]
        ledger = Ledger(self)
        for seeker in sorted(locked, key=lambda at: (self.seekers[at].wanted_from, self.seekers[at].key)):
            goal = self.home_at.get(self.seekers[seeker].locked_to)
            days = [
                day
                for home, first, latest in zip(*self.possible(seeker), strict=True)
                if home == goal and (day := ledger.earliest(seeker, int(home), int(first), int(latest))) is not None
            ]
            if goal is None or not days:
                self.lock_failed.add(seeker)
                continue
            ledger.add(Tenancy(seeker, goal, days[0]))
        self.fixed = ledger.tenancies
        taken: list[list[tuple[int, int]]] = [[] for _home in self.homes]
        for tenancy in self.fixed:
            taken[tenancy.home].append((tenancy.day, self.end(tenancy)))
        self._set_gaps(taken)
        # The ledger asked for the room before anything was fixed.
        self.__dict__.pop("room", None)

    # --- value --------------------------------------------------------------------------------------------------------

    def parts(self, tenancy: Tenancy) -> dict[str, int]:
        found = self.scorer.parts(
            self.seekers[tenancy.seeker], np.array([tenancy.home]), np.array([tenancy.day], np.int64)
        )
        return {criterion: int(part[0]) for criterion, part in found.items()}

    def score(self, tenancy: Tenancy) -> int:
        return sum(self.parts(tenancy).values())

    def value(self, solution: Solution) -> int:
        return self.worth * len(solution) + sum(map(self.score, solution))

    @cached_property
    def _base(self) -> dict[tuple[int, int], int]:
        options = self.options
        return dict(
            zip(zip(options.seeker.tolist(), options.home.tolist(), strict=True), options.base.tolist(), strict=True)
        )

    def gain(self, tenancy: Tenancy) -> int:
        """What a placement of a household that is free to place adds to the objective."""
        return self.worth + self._base[tenancy.seeker, tenancy.home] + int(self.waiting[tenancy.day, tenancy.seeker])

    @cached_property
    def ceiling(self) -> int:
        """A bound that needs no solver: every household that can be placed at all, each in its best home."""
        return self.value(self.fixed) + sum(best + self.worth for best in self.best_scores)

    @cached_property
    def best_scores(self) -> list[int]:
        """The highest score of each household that has an option, the highest first."""
        options = self.options
        scores = options.base + self.waiting[options.first, options.seeker]
        best = np.full(len(self.seekers), -1, np.int64)
        np.maximum.at(best, options.seeker, scores)
        return sorted(best[best >= 0].tolist(), reverse=True)

    def bounded(self, bound: int) -> int:
        """A proven bound made no higher than whole households allow: half a household is no placement."""
        rest = bound - self.value(self.fixed)
        most = min(rest // self.worth, len(self.best_scores))
        return self.value(self.fixed) + min(rest, self.worth * most + sum(self.best_scores[:most]))

    def placements(self, solution: Solution) -> tuple[Placement, ...]:
        found = []
        for tenancy in sorted(solution):
            end = self.end(tenancy)
            parts = self.parts(tenancy)
            found.append(
                Placement(
                    seeker=self.seekers[tenancy.seeker].key,
                    home=self.homes[tenancy.home].key,
                    move_in=self.date(tenancy.day),
                    last_day=None if end == FOREVER else self.date(end),
                    score=sum(parts.values()),
                    parts=parts,
                )
            )
        return tuple(found)


class Ledger:
    """Which homes are taken on which days, and how many live in each group: where one more household finds room."""

    def __init__(self, problem: Problem, solution: Iterable[Tenancy] = ()) -> None:
        self.problem = problem
        self.tenancies: Solution = []
        self._taken = np.zeros((len(problem.homes), problem.days), bool)
        self._room = problem.room.copy()
        for tenancy in solution:
            self.add(tenancy)

    def add(self, tenancy: Tenancy) -> None:
        days = slice(tenancy.day, self.problem.end(tenancy) + 1)
        self.tenancies.append(tenancy)
        self._taken[tenancy.home, days] = True
        for group in self.problem.groups_of[tenancy.home]:
            self._room[group, days] -= 1

    def earliest(self, seeker: int, home: int, first: int, latest: int) -> int | None:
        """The first day of moving in from ``first`` to ``latest``; None when the home or a limit leaves no room."""
        ends = self.problem.ends(seeker)
        full = self._taken[home]
        for group in self.problem.groups_of[home]:
            full = full | (self._room[group] < 1)
        day = first
        while day <= latest:
            stay = full[day : ends[day] + 1]
            if not stay.any():
                return day
            # Every later day of moving in up to the last full day of this stay meets that full day too.
            day += len(stay) - int(stay[::-1].argmax())
        return None

    def home_is_free(self, seeker: int, home: int, first: int, latest: int) -> bool:
        """Whether the home alone has room some day: what then stops is a limit."""
        ends = self.problem.ends(seeker)
        return any(not self._taken[home, day : ends[day] + 1].any() for day in range(first, latest + 1))


def forced(seekers: Iterable[Seeker], seeker: str, home: str) -> list[Seeker]:
    """The same households, one of them with this home chosen."""
    return [replace(one, locked_to=home) if one.key == seeker else one for one in seekers]
