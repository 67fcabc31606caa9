"""The best sequence of stays for each home at given prices: the longest path over the days, in whole numbers.

With f(t) for what a home can still bring in from day t on,

    f(t) = max( f(t + 1),  max over households i who can move in on day t of  gain(i, t) - price(i) + f(end(i, t) + 1) )

All homes are done together, day by day from the last. A path may hold the same household twice when its days of moving
in are farther apart than its stay; the bound is still right, since a path that may do more is never worth less.
"""

from __future__ import annotations

import numpy as np

from hemvist.planning.matching.problem import Problem
from hemvist.planning.matching.scoring import Ints

SCALE = 1024  # prices are whole numbers of 1/1024, so that sums and bounds are exact

Sequence = tuple[tuple[int, int], ...]  # (household, day of moving in), by day


class Pricing:
    """For the households of a problem that are free to place."""

    def __init__(self, problem: Problem) -> None:
        options = problem.options
        order = np.lexsort((options.seeker, options.home))
        self.days, self.homes = problem.days, len(problem.homes)
        seeker, home = options.seeker[order], options.home[order]
        gain = (problem.worth + options.base[order]) * SCALE
        first, latest = options.first[order], options.latest[order]
        stay = problem.stay_of[seeker]
        self._by_day: list[tuple[Ints, Ints, Ints, Ints, Ints, Ints]] = []
        for day in range(self.days):
            at = np.flatnonzero((first <= day) & (day <= latest))
            who, where = seeker[at], home[at]
            after = np.minimum(problem.end_table[stay[at], day] + 1, self.days)
            segments = np.flatnonzero(np.diff(where, prepend=-1))
            self._by_day.append(
                (
                    who,
                    where,
                    gain[at] + problem.waiting[day, who] * SCALE,
                    after * self.homes + where,
                    segments,
                    where[segments],
                )
            )

    def best(self, prices: Ints, limits: Ints | None = None) -> tuple[Ints, list[Sequence]]:
        """For each home the value of its best sequence, and the sequence.

        ``prices`` is per household; ``limits`` (day, home), if any, is the price of living in the home that day. Both
        are in 1/1024.
        """
        days, homes = self.days, self.homes
        future = np.zeros((days + 1) * homes, np.int64)
        spent = None
        if limits is not None:
            spent = np.zeros((days + 1) * homes, np.int64)
            spent[homes:] = np.cumsum(limits, axis=0).ravel()
        totals: list[Ints] = [np.zeros(0, np.int64)] * days
        for day in range(days - 1, -1, -1):
            now = slice(day * homes, (day + 1) * homes)
            future[now] = future[(day + 1) * homes : (day + 2) * homes]
            who, where, gain, after, segments, present = self._by_day[day]
            if not len(who):
                continue
            total = gain - prices[who] + future[after]
            if spent is not None:
                total -= spent[after] - spent[day * homes + where]
            totals[day] = total
            here = day * homes + present
            future[here] = np.maximum(future[here], np.maximum.reduceat(total, segments))
        table = future.reshape(days + 1, homes)
        return table[0].copy(), self._sequences(table, totals)

    def _sequences(self, future: Ints, totals: list[Ints]) -> list[Sequence]:
        found: list[list[tuple[int, int]]] = [[] for _home in range(self.homes)]
        ready = np.zeros(self.homes, np.int64)
        for day in range(self.days):
            begins = np.flatnonzero((ready <= day) & (future[day] > future[day + 1]))
            if not len(begins):
                continue
            who, where, _gain, after, _segments, _present = self._by_day[day]
            total = totals[day]
            lows = np.searchsorted(where, begins, side="left")
            highs = np.searchsorted(where, begins, side="right")
            for home, low, high in zip(begins.tolist(), lows.tolist(), highs.tolist(), strict=True):
                at = low + int(np.argmax(total[low:high]))
                found[home].append((int(who[at]), day))
                ready[home] = after[at] // self.homes
        return [tuple(sequence) for sequence in found]
