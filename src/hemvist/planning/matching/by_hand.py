"""What is done by hand, to compare with and to start from: one household at a time, never changed afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hemvist.planning.matching.model import Area, Home, Matching, MatchPolicy, Seeker
from hemvist.planning.matching.problem import Ledger, Problem, Solution, Tenancy
from hemvist.planning.matching.reasons import unplaced


def first_come(
    seekers: Iterable[Seeker], homes: Iterable[Home], areas: Iterable[Area], policy: MatchPolicy, *, best: bool = False
) -> Matching:
    """In order of the first wanted day, then key. The first home that fits, by key; with ``best`` the highest score."""
    problem = Problem(seekers, homes, areas, policy)
    solution = in_turn(problem, arrival_order(problem), best=best)
    return finished(problem, solution, problem.ceiling, "best_fit" if best else "first_fit")


def hardest_first(
    seekers: Iterable[Seeker], homes: Iterable[Home], areas: Iterable[Area], policy: MatchPolicy
) -> Matching:
    """Those with the fewest possible homes first, each in the home with the highest score."""
    problem = Problem(seekers, homes, areas, policy)
    return finished(problem, in_turn(problem, hardest_order(problem), best=True), problem.ceiling, "hardest_first")


def finished(problem: Problem, solution: Solution, bound: int, method: str) -> Matching:
    """The answer, from placements of those who were free to place."""
    whole = [*problem.fixed, *solution]
    return Matching(
        placements=problem.placements(whole),
        unplaced=unplaced(problem, solution),
        worth=problem.worth,
        bound=problem.bounded(bound),
        method=method,
    )


def arrival_order(problem: Problem) -> list[int]:
    return sorted(problem.free, key=lambda at: (problem.seekers[at].wanted_from, problem.seekers[at].key))


def hardest_order(problem: Problem) -> list[int]:
    count = np.bincount(problem.options.seeker, minlength=len(problem.seekers))
    return sorted(problem.free, key=lambda at: (count[at], problem.seekers[at].wanted_from, problem.seekers[at].key))


def in_turn(problem: Problem, order: Sequence[int], *, best: bool, start: Sequence[Tenancy] = ()) -> Solution:
    """Placements added one at a time to those of ``start``, each on its earliest day."""
    ledger = Ledger(problem, start)
    options = problem.options
    highest = options.base + problem.waiting[options.first, options.seeker]
    edges = np.searchsorted(options.seeker, np.arange(len(problem.seekers) + 1))
    for seeker in order:
        rows = np.arange(edges[seeker], edges[seeker + 1])
        if best:
            rows = rows[np.argsort(-highest[rows], kind="stable")]
        chosen: tuple[int, Tenancy] | None = None
        for at in rows.tolist():
            # The score on the first day is the highest there is: those that follow are no better.
            if chosen is not None and (not best or highest[at] <= chosen[0]):
                break
            home = int(options.home[at])
            day = ledger.earliest(seeker, home, int(options.first[at]), int(options.latest[at]))
            if day is None:
                continue
            score = int(options.base[at] + problem.waiting[day, seeker])
            if chosen is None or score > chosen[0]:
                chosen = score, Tenancy(seeker, home, day)
        if chosen is not None:
            ledger.add(chosen[1])
    return ledger.tenancies


def filled(problem: Problem, solution: Solution) -> Solution:
    """The same with everybody added who still finds room."""
    placed = {tenancy.seeker for tenancy in solution}
    return in_turn(problem, [at for at in hardest_order(problem) if at not in placed], best=True, start=solution)
