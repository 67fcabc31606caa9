"""Homes over time as one integer program: a variable for each household, home and day of moving in.

Solved by HiGHS to a proven optimum. The proof is HiGHS's, in floating point, to within less than one whole point. It
grows with the number of days, so it is for a municipality's sizes; :mod:`.columns` is for larger ones.

Only days that can matter are asked about. A stay that is moved a day earlier never ends later and never scores less, so
there is a best solution in which none can be: each begins on its first possible day, or the day after another stay in
the same home or the same limited group ends.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from hemvist.planning.matching.highs import Program
from hemvist.planning.matching.problem import Problem, Solution, Tenancy


def days_that_matter(problem: Problem, most: int) -> list[tuple[int, int]] | None:
    """(row of the options, day of moving in), sorted; None when they are more than ``most``."""
    options = problem.options
    # Rows that may have to wait for each other: of one home, or of homes in one group.
    rows_of: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for row, home in enumerate(options.home.tolist()):
        rows_of["home", home].append(row)
        for group in problem.groups_of[home]:
            rows_of["group", group].append(row)
    keys_of = [
        [("home", home), *(("group", group) for group in problem.groups_of[home])] for home in options.home.tolist()
    ]
    pending = [(row, day) for row, day in enumerate(options.first.tolist())]
    for at in range(len(problem.groups)):
        # A home that a person has chosen for somebody makes room in its group when that stay ends.
        for day in (np.flatnonzero(np.diff(problem.room[at]) > 0) + 1).tolist():
            pending += [(row, day) for row in rows_of["group", at] if options.first[row] <= day <= options.latest[row]]
    found = set(pending)
    asked: set[tuple[tuple[str, int], int]] = set()
    while pending:
        row, day = pending.pop()
        after = int(problem.ends(int(options.seeker[row]))[day]) + 1
        for key in keys_of[row]:
            if after >= problem.days or (key, after) in asked:
                continue
            asked.add((key, after))
            for other in rows_of[key]:
                if options.first[other] <= after <= options.latest[other] and (other, after) not in found:
                    found.add((other, after))
                    pending.append((other, after))
        if len(found) > most:
            return None
    return sorted(found)


def solve(
    problem: Problem, starts: list[tuple[int, int]], known: Solution, *, time_limit: float
) -> tuple[Solution, int]:
    """The best solution found over :func:`days_that_matter`, no worse than the ``known`` one, and a proven bound.

    The solution is for those who are free to place, the bound for everybody.
    """
    options = problem.options
    tenancies = [Tenancy(int(options.seeker[row]), int(options.home[row]), day) for row, day in starts]
    gains = [problem.worth + int(options.base[row] + problem.waiting[day, options.seeker[row]]) for row, day in starts]
    rows: defaultdict[tuple[str, int, int], list[int]] = defaultdict(list)
    within: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for at, tenancy in enumerate(tenancies):
        rows["seeker", tenancy.seeker, 0].append(at)
        within["home", tenancy.home].append(at)
        for group in problem.groups_of[tenancy.home]:
            within["group", group].append(at)
    for (kind, key), members in within.items():
        begins = np.array([tenancies[at].day for at in members])
        ends = np.array([problem.end(tenancies[at]) for at in members])
        # Stays that are under way at one time are so on the day when the last of them begins.
        days = set(begins.tolist())
        for day in problem.limit_days(key, days) if kind == "group" else sorted(days):
            rows[kind, key, day] = [members[at] for at in np.flatnonzero((begins <= day) & (day <= ends))]
    program = Program(gains)
    for (kind, key, day), members in rows.items():
        program.add_row(members, int(problem.room[key, day]) if kind == "group" else 1)
    where = {tenancy: at for at, tenancy in enumerate(tenancies)}
    begun = [where[tenancy] for tenancy in known if tenancy in where]
    chosen, bound = program.best(begun, time_limit=time_limit)
    found = [tenancies[at] for at in chosen]
    return max(found, known, key=problem.value), problem.value(problem.fixed) + bound
