"""Homes over time by column generation: a column is one home's whole sequence of stays.

The master chooses one sequence for each home so that nobody is placed twice. Its linear relaxation gives prices on the
households; :mod:`.pricing` finds the sequences that are worth more than they cost; when there are none, the relaxation
is solved. At any prices, the prices themselves plus what the best sequences are worth above them are a bound on every
matching (Lagrange), counted in whole numbers. Prices are held back half way to those of the best bound (Wentges).
Limits on areas and buildings become rows of the master when they are broken. Last, the sequences found are chosen among
in whole numbers.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import highspy
import numpy as np

from hemvist.planning.matching.by_hand import filled
from hemvist.planning.matching.highs import Program, solver
from hemvist.planning.matching.model import FULL
from hemvist.planning.matching.pricing import SCALE, Pricing, Sequence
from hemvist.planning.matching.problem import Problem, Solution, Tenancy
from hemvist.planning.matching.scoring import Ints

FOR_PRICES = 0.6  # of the time: after that, what is found is chosen among
NEAR = 0.002  # a round that adds less than this share of the value is near the end
Column = tuple[int, Sequence]


class Master:
    """The relaxation: columns grow, and so do the rows of limits, (group, day)."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.columns: list[Column] = []
        self.limits: list[tuple[int, int]] = []
        self._seen: set[Column] = set()
        self._values: list[int] = []
        self._seekers, self._homes = len(problem.seekers), len(problem.homes)
        self._highs = solver()
        rows = self._seekers + self._homes
        nothing = np.zeros(0, np.int32)
        self._highs.addRows(
            rows, np.full(rows, -highspy.kHighsInf), np.ones(rows), 0, np.zeros(rows, np.int32), nothing, np.zeros(0)
        )

    def value(self, column: Column) -> int:
        home, sequence = column
        return sum(self.problem.gain(Tenancy(seeker, home, day)) for seeker, day in sequence)

    def add(self, columns: Iterable[Column]) -> int:
        """Adds those that are new; how many they were."""
        new = []
        for column in columns:
            if column[1] and column not in self._seen:
                self._seen.add(column)
                new.append(column)
        if not new:
            return 0
        starts: list[int] = []
        rows: list[int] = []
        coefficients: list[int] = []
        for home, sequence in new:
            starts.append(len(rows))
            who, times = np.unique([seeker for seeker, _day in sequence], return_counts=True)
            rows += [*who.tolist(), self._seekers + home]
            coefficients += [*times.tolist(), 1]
            for at, limit in enumerate(self.limits):
                if self._lives(home, sequence, limit):
                    rows.append(self._seekers + self._homes + at)
                    coefficients.append(1)
        values = [self.value(column) for column in new]
        self._highs.addCols(
            len(new),
            -np.array(values, np.float64),
            np.zeros(len(new)),
            np.full(len(new), highspy.kHighsInf),
            len(rows),
            np.array(starts, np.int32),
            np.array(rows, np.int32),
            np.array(coefficients, np.float64),
        )
        self.columns += new
        self._values += values
        return len(new)

    def _lives(self, home: int, sequence: Sequence, limit: tuple[int, int]) -> bool:
        group, day = limit
        return group in self.problem.groups_of[home] and any(
            begins <= day <= self.problem.end(Tenancy(seeker, home, begins)) for seeker, begins in sequence
        )

    def above(self, column: Column, prices: Ints, limits: Ints | None) -> int:
        """What the column is worth above the prices of its households and its limits, in 1/1024."""
        home, sequence = column
        left = self.value(column) * SCALE
        for seeker, day in sequence:
            left -= int(prices[seeker])
            if limits is not None:
                left -= int(limits[day : self.problem.end(Tenancy(seeker, home, day)) + 1, home].sum())
        return left

    def loss(self, column: Column, proof: Proof) -> int:
        """How far the column is from its home's best, 0 or less: no matching with it comes nearer to the bound."""
        return self.above(column, proof.prices, proof.limits) - int(proof.worth[column[0]])

    def solve(self) -> tuple[float, Ints, Ints, Ints]:
        """The relaxation's value, and its prices in 1/1024: of households, of homes, of limits."""
        self._highs.run()
        duals = -np.array(self._highs.getSolution().row_dual)
        prices = np.maximum(0, np.rint(duals * SCALE)).astype(np.int64)
        edge = self._seekers + self._homes
        value = -self._highs.getInfo().objective_function_value
        return value, prices[: self._seekers], prices[self._seekers : edge], prices[edge:]

    def broken_limits(self) -> list[tuple[int, int]]:
        """(group, day) where the relaxation's solution breaks a limit."""
        problem = self.problem
        use = np.zeros((len(problem.groups), problem.days))
        values = np.array(self._highs.getSolution().col_value)
        for at in np.flatnonzero(values > 1e-9):
            home, sequence = self.columns[at]
            for group in problem.groups_of[home]:
                for seeker, day in sequence:
                    use[group, day : problem.end(Tenancy(seeker, home, day)) + 1] += values[at]
        over = use - problem.room > 1e-6
        # Days in a row that are broken by the same stays need one row of the master.
        return [
            (group, day)
            for group in range(len(problem.groups))
            for day in np.flatnonzero(over[group]).tolist()
            if not day or not over[group, day - 1] or use[group, day] != use[group, day - 1]
        ]

    def add_limits(self, limits: list[tuple[int, int]]) -> None:
        for limit in limits:
            self.limits.append(limit)
            members = [at for at, (home, sequence) in enumerate(self.columns) if self._lives(home, sequence, limit)]
            self._highs.addRow(
                -highspy.kHighsInf,
                float(self.problem.room[limit]),
                len(members),
                np.array(members, np.int32),
                np.ones(len(members)),
            )

    def choose(self, start: Solution, near: Iterable[int], *, time_limit: float) -> Solution:
        """The best choice in whole numbers among the columns numbered ``near`` and those that make ``start``."""
        number = {column: at for at, column in enumerate(self.columns)}
        begun = [number[column] for column in as_columns(start)]
        usable = [
            at
            for at in sorted({*near, *begun})
            if len({seeker for seeker, _day in self.columns[at][1]}) == len(self.columns[at][1])
        ]
        program = Program([self._values[at] for at in usable])
        rows: defaultdict[tuple[str, int, int], list[int]] = defaultdict(list)
        begins: defaultdict[int, set[int]] = defaultdict(set)
        for place, at in enumerate(usable):
            home, sequence = self.columns[at]
            rows["home", home, 0].append(place)
            for seeker, day in sequence:
                rows["seeker", seeker, 0].append(place)
                for group in self.problem.groups_of[home]:
                    begins[group].add(day)
        for group, days in begins.items():
            for day in self.problem.limit_days(group, days):
                rows["group", group, day] = [
                    place for place, at in enumerate(usable) if self._lives(*self.columns[at], (group, day))
                ]
        for (kind, key, day), members in rows.items():
            program.add_row(members, int(self.problem.room[key, day]) if kind == "group" else 1)
        place_of = {at: place for place, at in enumerate(usable)}
        chosen, _bound = program.best([place_of[at] for at in begun], time_limit=time_limit)
        return [
            Tenancy(seeker, self.columns[usable[place]][0], day)
            for place in chosen
            for seeker, day in self.columns[usable[place]][1]
        ]


@dataclass(frozen=True, slots=True)
class Proof:
    """Prices, and what the best sequence of each home is worth above them: together a ``bound``. All in 1/1024."""

    bound: int
    prices: Ints
    worth: Ints
    limits: Ints | None


def as_columns(solution: Solution) -> list[Column]:
    """The same placements as one sequence for each home."""
    by_home: dict[int, list[tuple[int, int]]] = {}
    for tenancy in sorted(solution, key=lambda one: (one.home, one.day)):
        by_home.setdefault(tenancy.home, []).append((tenancy.seeker, tenancy.day))
    return [(home, tuple(sequence)) for home, sequence in by_home.items()]


def improve(problem: Problem, starts: list[Solution], *, time_limit: float) -> Iterator[tuple[Solution, int]]:
    """Solutions for those who are free to place, each no worse than the one before, with a proven bound for everybody.

    Ends after ``time_limit`` seconds, or when nothing among the columns is better.
    """
    until = time.monotonic() + time_limit
    best = max(starts, key=problem.value)
    fixed = problem.value(problem.fixed)
    master, proof = relax(problem, starts, until=until - (1 - FOR_PRICES) * time_limit)
    bound = problem.bounded(fixed + proof.bound // SCALE)
    yield best, bound
    # Most of what is chosen costs next to nothing; then everything that could still be part of something better.
    for margin in (FULL, None):
        value = problem.value(best)
        if fixed + value >= bound or time.monotonic() > until:
            return
        least = value * SCALE - proof.bound if margin is None else -margin * SCALE
        near = [at for at, column in enumerate(master.columns) if master.loss(column, proof) >= least]
        found = filled(problem, master.choose(best, near, time_limit=until - time.monotonic()))
        best = max(found, best, key=problem.value)
        master.add(as_columns(best))
        yield best, bound


def relax(problem: Problem, known: list[Solution], *, until: float) -> tuple[Master, Proof]:
    """Column generation from what is known: the master with its columns, and the proof of the best bound."""
    pricing = Pricing(problem)
    master = Master(problem)
    for solution in known:
        master.add(as_columns(solution))
    proof: Proof | None = None
    previous = 0.0
    while True:
        value, prices, home_prices, limit_prices = master.solve()
        limits = _per_day(problem, master.limits, limit_prices)
        added = 0
        for tried in (prices,) if proof is None else ((prices + proof.prices) // 2, prices):
            worth, sequences = pricing.best(tried, limits)
            bound = int(tried.sum() + worth.sum()) + sum(
                int(price) * int(problem.room[limit]) for limit, price in zip(master.limits, limit_prices, strict=True)
            )
            if proof is None or bound < proof.bound:
                proof = Proof(bound, tried, worth, limits)
            added = master.add(
                column
                for column in enumerate(sequences)
                if master.above(column, prices, limits) > home_prices[column[0]]
            )
            if added:
                break
        assert proof is not None
        if time.monotonic() > until:
            return master, proof
        # Limits wait until the prices have come near: rows that are broken only on the way make the master slow.
        near = not added or value <= (1 + NEAR) * previous or proof.bound // SCALE <= int(value + 1e-6)
        previous = value
        broken = [limit for limit in master.broken_limits() if limit not in master.limits] if near else []
        if broken:
            master.add_limits(broken)
            previous = math.inf
        elif not added or proof.bound // SCALE <= int(value + 1e-6):
            return master, proof


def _per_day(problem: Problem, limits: list[tuple[int, int]], prices: Ints) -> Ints | None:
    """The price of living in each home (column) each day (row)."""
    if not limits:
        return None
    table = np.zeros((problem.days, len(problem.homes)), np.int64)
    for (group, day), price in zip(limits, prices, strict=True):
        table[day, problem.groups[group].homes] += price
    return table
