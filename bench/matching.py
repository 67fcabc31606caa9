"""Homes for households: ours beside what is done by hand and beside other solvers, on the same problems in one run.

``python -m bench.matching``, and in ``make bench``. *Value* is what all are asked to make as high as can be: homes
first, then wishes. Which pairs are possible is worked out once, before the clock starts, for everybody (over a year,
for all but ours); what ours takes from plain input is a row of its own. A solver that is slow gets
fewer of the seeds; its ratios are to ours on those.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import highspy
import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.matching_cases import Case, one_time, over_a_year
from hemvist.planning.matching import assignment, by_hand, check, match, time_indexed
from hemvist.planning.matching.highs import solver
from hemvist.planning.matching.problem import Problem, Solution

SEEDS = (1, 2, 3)
LIMIT = 20.0  # seconds for ours on a problem over time
THEIRS = 10.0  # seconds for a solver that may not finish


@dataclass(frozen=True, slots=True)
class Answer:
    """``bound`` is None when nothing is proven."""

    placed: int
    value: float
    bound: float | None
    seconds: float


Method = Callable[[Problem], Answer]


def main() -> None:
    print("\nHomes for households: all get a home first, then wishes; the same problems for everybody")
    print(f"HiGHS {version('highspy')}, SciPy {version('scipy')}, {_ortools()}")
    hands = [("first come, first fit", _hand("first")), ("first come, best fit", _hand("best"))]
    hands.append(("hardest to place first", _hand("hardest")))
    exact = [("SciPy linear_sum_assignment, dense", _dense), ("HiGHS linear program", _highs(integer=False))]
    integer = ("HiGHS integer program", _highs(integer=True))
    flow = ("OR-Tools min-cost flow", _process("flow", THEIRS))
    pairs = ("OR-Tools CP-SAT", _process("pairs", THEIRS))
    ours = ("ours: assignment", _assignment)

    cases = [one_time(500, 600, seed, within=180) for seed in SEEDS]
    _table("One point in time, 500 households, 600 homes", cases, ours, [*hands, *exact, flow], [integer, pairs])
    cases = [one_time(500, 600, seed, within=180, most=44) for seed in SEEDS]
    _table("The same with a limit of 44 households in each area", cases, ours, hands, [integer, exact[1], pairs])
    cases = [one_time(5000, 6000, seed, within=730) for seed in SEEDS]
    _table("One point in time, 5 000 households, 6 000 homes, sparse", cases, ours, [flow], [*hands, *exact])
    cases = [over_a_year(50, 20, seed) for seed in SEEDS]
    intervals = ("OR-Tools CP-SAT, intervals", _process("intervals", THEIRS))
    over_days = ("HiGHS, integer program over days", _over_days)
    ours = ("ours", _match)
    _table("Over a year, 50 households, 20 homes", cases, ours, [*hands, over_days], [intervals])
    cases = [over_a_year(500, 200, seed) for seed in SEEDS]
    _table("Over a year, 500 households, 200 homes", cases, ours, hands, [intervals])


def _table(
    title: str,
    cases: list[Case],
    ours: tuple[str, Method],
    others: Iterable[tuple[str, Method]],
    slow: Iterable[tuple[str, Method]],
) -> None:
    """``others`` on all seeds, ``slow`` on the first."""
    problems = [Problem(*case) for case in cases]
    sizes = ", ".join(f"{len(problem.options):,}" for problem in problems)
    print(f"\n{title}; possible pairs {sizes}")
    print(f"  {'':<36} {'seeds':>5} {'placed':>7} {'value / ours':>13} {'proven gap':>11} {'seconds':>9} {'/ ours':>8}")
    best = [ours[1](problem) for problem in problems]
    _line(ours[0], best, best)
    if ours[1] is _assignment:
        whole = [_match(problem) for problem in problems]
        assert [answer.value for answer in whole] == [answer.value for answer in best]
        _line("ours, from plain input", whole, best)
    for name, method in others:
        _measured(name, method, problems, best)
    for name, method in slow:
        _measured(name, method, problems[:1], best)


def _measured(name: str, method: Method, problems: list[Problem], best: list[Answer]) -> None:
    try:
        answers = [method(problem) for problem in problems]
    except NotInstalledError:
        print(f"  {name:<36} not installed here; make bench installs it")
        return
    for answer, mine in zip(answers, best, strict=False):
        assert mine.bound is None or answer.value <= mine.bound + 0.5, f"{name} is above what ours proves"
    _line(name, answers, best)


def _line(name: str, answers: list[Answer], ours: list[Answer]) -> None:
    ours = ours[: len(answers)]
    value = sum(answer.value for answer in answers) / sum(mine.value for mine in ours)
    gaps = [(answer.bound - answer.value) / answer.bound for answer in answers if answer.bound]
    gap = f"{max(0.0, max(gaps)):.5%}" if len(gaps) == len(answers) else "none"
    seconds = sum(answer.seconds for answer in answers) / len(answers)
    ratio = seconds / (sum(mine.seconds for mine in ours) / len(ours))
    placed = sum(answer.placed for answer in answers)
    print(
        f"  {name:<36} {len(answers):>5} {placed:>7,} {value:>13.6f} {gap:>11} {seconds:>9.3f} {ratio:>8.1f}",
        flush=True,
    )


# --- ours, and by hand ------------------------------------------------------------------------------------------------


def _timed(problem: Problem, deed: Callable[[], tuple[Solution, float | None]]) -> Answer:
    start = time.perf_counter()
    solution, bound = deed()
    took = time.perf_counter() - start
    return Answer(len(solution), problem.value(solution), bound, took)


def _assignment(problem: Problem) -> Answer:
    answer = _timed(problem, lambda: (assignment.solve(problem), None))
    return Answer(answer.placed, answer.value, answer.value, answer.seconds)


def _match(problem: Problem) -> Answer:
    given = problem.seekers, problem.homes, problem.areas.values(), problem.policy
    start = time.perf_counter()
    found = match(*given, time_limit=LIMIT)
    took = time.perf_counter() - start
    assert check(found.placements, *given[:3]) == [], "a matching that cannot be carried out"
    return Answer(found.placed, found.value, found.bound, took)


def _hand(how: str) -> Method:
    def deed(problem: Problem) -> Answer:
        order = by_hand.hardest_order if how == "hardest" else by_hand.arrival_order
        return _timed(problem, lambda: (by_hand.in_turn(problem, order(problem), best=how != "first"), None))

    return deed


# --- others -----------------------------------------------------------------------------------------------------------


def _pairs(problem: Problem) -> np.ndarray:
    """(household, home, gain) of each possible pair on its earliest day."""
    options = problem.options
    gain = problem.worth + options.base + problem.waiting[options.first, options.seeker]
    return np.stack([options.seeker, options.home, gain], axis=1)


def _dense(problem: Problem) -> Answer:
    pairs = _pairs(problem)
    start = time.perf_counter()
    table = np.zeros((len(problem.seekers), len(problem.homes)))
    table[pairs[:, 0], pairs[:, 1]] = pairs[:, 2]
    seekers, homes = linear_sum_assignment(table, maximize=True)
    gains = table[seekers, homes]
    took = time.perf_counter() - start
    return Answer(int((gains > 0).sum()), gains.sum(), gains.sum(), took)


def _highs(*, integer: bool) -> Method:
    def deed(problem: Problem) -> Answer:
        pairs = _pairs(problem)
        start = time.perf_counter()
        count, seekers, homes = len(pairs), len(problem.seekers), len(problem.homes)
        groups = problem.groups
        most = np.concatenate([np.ones(seekers + homes), [group.most for group in groups]])
        highs = solver()
        highs.setOptionValue("simplex_strategy", 0)
        highs.setOptionValue("time_limit", THEIRS)
        highs.setOptionValue("mip_rel_gap", 0.0)
        nothing = np.zeros(0, np.int32)
        highs.addRows(len(most), np.full(len(most), -highspy.kHighsInf), most, 0, nothing, nothing, np.zeros(0))
        rows = [
            [s, seekers + h, *(seekers + homes + g for g in problem.groups_of[h])] for s, h, _gain in pairs.tolist()
        ]
        lengths = [len(row) for row in rows]
        highs.addCols(
            count,
            -pairs[:, 2].astype(float),
            np.zeros(count),
            np.ones(count),
            sum(lengths),
            np.cumsum([0, *lengths[:-1]]).astype(np.int32),
            np.concatenate(rows).astype(np.int32),
            np.ones(sum(lengths)),
        )
        if integer:
            highs.changeColsIntegrality(count, np.arange(count, dtype=np.int32), np.ones(count, np.uint8))
        highs.run()
        took = time.perf_counter() - start
        info = highs.getInfo()
        done = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        values = np.array(highs.getSolution().col_value)
        if not done and not (integer and info.primal_solution_status == 2):
            return Answer(0, 0, None, took)
        value = float(pairs[values > 0.5, 2].sum())
        assert not done or integer or abs(value + info.objective_function_value) < 0.5, (
            "the linear program is fractional"
        )
        return Answer(int((values > 0.5).sum()), value, value if done else -info.mip_dual_bound, took)

    return deed


def _over_days(problem: Problem) -> Answer:
    def deed() -> tuple[Solution, float]:
        days = time_indexed.days_that_matter(problem, 10_000_000)
        assert days is not None
        return time_indexed.solve(problem, days, [], time_limit=THEIRS)

    return _timed(problem, deed)


class NotInstalledError(Exception):
    pass


def _ortools() -> str:
    found = importlib.util.find_spec("ortools") is not None
    return f"OR-Tools {version('ortools')}" if found else "OR-Tools not installed"


def _process(how: str, limit: float) -> Method:
    def deed(problem: Problem) -> Answer:
        if importlib.util.find_spec("ortools") is None:
            raise NotInstalledError
        options = problem.options
        given = {
            "seekers": len(problem.seekers),
            "homes": len(problem.homes),
            "days": problem.days,
            "known": by_hand.in_turn(problem, by_hand.hardest_order(problem), best=True),
            "groups": [{"homes": group.homes.tolist(), "most": group.most} for group in problem.groups],
        }
        if how == "intervals":
            gain = problem.worth + options.base
            columns = (options.seeker, options.home, gain, options.first, options.latest)
            given |= {
                "options": np.stack(columns, axis=1).tolist(),
                "ends": problem.end_table.tolist(),
                "stay_of": problem.stay_of.tolist(),
                "waiting": problem.waiting.T.tolist(),
            }
        else:
            given["pairs"] = _pairs(problem).tolist()
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(given, file)
            file.flush()
            command = [sys.executable, "-m", "bench.matching_ortools", how, file.name, str(limit)]
            done = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parent.parent)
        return Answer(**json.loads(done.stdout))

    return deed


if __name__ == "__main__":
    main()
