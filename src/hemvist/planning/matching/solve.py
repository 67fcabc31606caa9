"""The best homes for all households together, with a proof of how good the answer is."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from typing import NamedTuple

from hemvist.planning.matching.by_hand import arrival_order, finished, hardest_order, in_turn
from hemvist.planning.matching.model import Area, Home, Matching, MatchPolicy, Seeker
from hemvist.planning.matching.problem import Problem, Solution

TIME_LIMIT = 20.0  # seconds
# Larger problems over time are solved in a process of their own: HiGHS can overrun its limit, a process can be ended.
IN_PROCESS = 3000  # options
GRACE = 5.0  # seconds for that process to start and to hand in, above the time limit
# The program over days: so few variables that it is solved in a second or two; so many that it is no help.
FEW_VARIABLES, MOST_VARIABLES = 4_000, 30_000

Told = Callable[[int, int, int], None]


def match(
    seekers: Iterable[Seeker],
    homes: Iterable[Home],
    areas: Iterable[Area],
    policy: MatchPolicy,
    *,
    time_limit: float = TIME_LIMIT,
    told: Told | None = None,
) -> Matching:
    """As many households as possible in a home; of all ways to do that, the one with the highest score.

    The same input in any order gives the same answer, as long as ``time_limit`` (seconds) is not reached. ``told`` is
    called with (households placed, value, bound) each time a long search comes further. Raises ``ValueError`` with a
    Swedish sentence when the input does not hold together.
    """
    problem = Problem(seekers, homes, areas, policy)
    # SciPy and HiGHS are large; who only asks for the types, or for first come, does not pay for them.
    from hemvist.planning.matching import assignment

    if assignment.at_one_time(problem):
        solution = assignment.solve(problem)
        return finished(problem, solution, problem.value([*problem.fixed, *solution]), "assignment")
    solve = _over_time if len(problem.options) <= IN_PROCESS else _in_own_process
    starts = by_hand(problem)
    best = Found(max(starts, key=problem.value), problem.ceiling, "by_hand")
    for best in solve(problem, starts, time_limit):
        whole = [*problem.fixed, *best.solution]
        if told is not None:
            told(len(whole), problem.value(whole), problem.bounded(best.bound))
    return finished(problem, best.solution, best.bound, best.method)


class Found(NamedTuple):
    """A solution for those who are free to place, and a bound for everybody."""

    solution: Solution
    bound: int
    method: str


def by_hand(problem: Problem) -> list[Solution]:
    arrivals, hardest = arrival_order(problem), hardest_order(problem)
    return [
        in_turn(problem, arrivals, best=False),
        in_turn(problem, arrivals, best=True),
        in_turn(problem, hardest, best=True),
    ]


def _over_time(problem: Problem, starts: list[Solution], time_limit: float) -> Iterator[Found]:
    """Better and better answers; the last is the best."""
    from hemvist.planning.matching import columns, time_indexed

    until = time.monotonic() + time_limit
    best = Found(max(starts, key=problem.value), problem.ceiling, "by_hand")
    yield best
    days = time_indexed.days_that_matter(problem, MOST_VARIABLES)
    small = days is not None and len(days) <= FEW_VARIABLES
    # A small program over days is solved at once; a larger one is a last resort when the columns prove too little.
    for method in ("time_indexed", "columns") if small else ("columns", "time_indexed"):
        left = until - time.monotonic()
        if left <= 0 or problem.value([*problem.fixed, *best.solution]) == problem.bounded(best.bound):
            return
        if method == "columns":
            found = columns.improve(problem, [*starts, best.solution], time_limit=left)
        elif days is not None:
            found = iter([time_indexed.solve(problem, days, best.solution, time_limit=left * (0.5 if small else 1))])
        else:
            return
        for solution, bound in found:
            better = problem.value(solution) > problem.value(best.solution) or bound < best.bound
            best = Found(solution, min(bound, best.bound), method if better else best.method)
            yield best


def _in_own_process(problem: Problem, starts: list[Solution], time_limit: float) -> Iterator[Found]:
    """The same from a child, which is killed when it has had its time; what it had handed in by then is the answer."""
    spawn = multiprocessing.get_context("spawn")
    receiver, sender = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_child, args=(problem, starts, time_limit, sender), daemon=True)
    child.start()
    sender.close()
    until = time.monotonic() + time_limit + GRACE
    try:
        while receiver.poll(max(0.0, until - time.monotonic())):
            yield receiver.recv()
    except EOFError:
        child.join()
        if (child.exitcode or 0) > 0:  # below 0 it was killed, for want of memory perhaps; then what it gave holds
            raise RuntimeError("Beräkningen avbröts av ett fel. Felet står i loggen.") from None
    finally:
        child.kill()
        child.join()
        receiver.close()


def _child(problem: Problem, starts: list[Solution], time_limit: float, sender: Connection) -> None:
    for found in _over_time(problem, starts, time_limit):
        sender.send(found)
