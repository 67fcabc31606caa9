"""Homes at one point in time: an assignment problem, solved exactly.

When no home can be let twice in the time that is asked about, and all who can live in a limited group would live there
at one time, the earliest day is the best for each pair and what is left is *who* and *where*. Limits are taken in by
households that do not exist: an area of n homes with room for m gets n − m of them, which can live nowhere else and
must live somewhere. Buildings lie in areas, so the same count holds for both. That keeps the whole an assignment, and
``min_weight_full_bipartite_matching`` solves it to the optimum (Jonker and Volgenant's method on sparse matrices).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hemvist.planning.matching.problem import Problem, Solution, Tenancy
from hemvist.planning.matching.scoring import Ints


def at_one_time(problem: Problem) -> bool:
    """Whether the problem is an assignment: no letting can follow upon another in a home, or in a limited group."""
    options = problem.options
    if not len(options):
        return True
    earliest_end = problem.end_table[problem.stay_of[options.seeker], options.first]
    if not _together(options.home, options.latest, earliest_end, len(problem.homes)).all():
        return False
    for at, group in enumerate(problem.groups):
        rows = np.isin(options.home, group.homes)
        if not rows.any():
            continue
        # A stay that a person has chosen can begin or end later and change the room there is: then days matter.
        room = problem.room[at, options.first[rows].min() :]
        if options.latest[rows].max() > earliest_end[rows].min() or np.ptp(room):
            return False
    return True


def _together(home: Ints, latest: Ints, earliest_end: Ints, homes: int) -> NDArray[np.bool_]:
    """For each home: whether all who can live there would, on some day, live there at once."""
    last_start = np.full(homes, -1, np.int64)
    np.maximum.at(last_start, home, latest)
    first_end = np.full(homes, np.iinfo(np.int64).max)
    np.minimum.at(first_end, home, earliest_end)
    return last_start <= first_end


def solve(problem: Problem) -> Solution:
    """The best of all matchings. Only for a problem that is :func:`at_one_time`."""
    # SciPy is large; who only asks what kind of problem it is does not pay for it.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    options = problem.options
    if not len(options):
        return []
    gain = problem.worth + options.base + problem.waiting[options.first, options.seeker]
    # A home that stands twice for a household, around a blocked period: the earliest is the best.
    kept = np.ones(len(options), bool)
    kept[1:] = (np.diff(options.seeker) != 0) | (np.diff(options.home) != 0)
    seekers, rows = np.unique(options.seeker[kept], return_inverse=True)
    stand_in_row, stand_in_home = _stand_ins(problem, len(seekers))
    most = int(gain.max()) + 1
    # Each household has a column of its own for having no home; costs are above 0, since a 0 is no edge.
    none = np.arange(len(seekers))
    row = np.concatenate([rows, none, stand_in_row])
    column = np.concatenate([options.home[kept], len(problem.homes) + none, stand_in_home])
    cost = np.concatenate([most - gain[kept], np.full(len(seekers), most), np.full(len(stand_in_row), 1)])
    shape = (int(row.max()) + 1, len(problem.homes) + len(seekers))
    matrix = csr_array((cost.astype(np.float64), (row, column)), shape=shape)
    in_row, in_column = min_weight_full_bipartite_matching(matrix)
    placed = (in_row < len(seekers)) & (in_column < len(problem.homes))
    # The options are sorted by household and home, so each chosen pair is found by its place.
    pair = options.seeker[kept] * len(problem.homes) + options.home[kept]
    chosen = np.searchsorted(pair, seekers[in_row[placed]] * len(problem.homes) + in_column[placed])
    day = options.first[kept][chosen]
    return [
        Tenancy(int(seeker), int(home), int(first))
        for seeker, home, first in zip(seekers[in_row[placed]], in_column[placed], day, strict=True)
    ]


def _stand_ins(problem: Problem, first_row: int) -> tuple[Ints, Ints]:
    """Edges from households that do not exist, numbered from ``first_row``, to the homes that they can keep empty."""
    options = problem.options
    rows: list[Ints] = [np.zeros(0, np.int64)]
    homes: list[Ints] = [np.zeros(0, np.int64)]
    made: list[tuple[int, int]] = []  # a home of each building, and how many stand-ins that building has
    row = first_row
    # Buildings come after areas among the groups; those of an area's buildings count in the area too.
    for at in reversed(range(len(problem.groups))):
        group = problem.groups[at]
        mine = np.isin(options.home, group.homes)
        if not mine.any():
            continue
        room = int(problem.room[at, options.latest[mine].max()])
        inside = sum(count for home, count in made if home in group.homes)
        count = max(0, len(group.homes) - room - inside)
        made.append((int(group.homes[0]), count))
        rows.append(np.repeat(np.arange(row, row + count), len(group.homes)))
        homes.append(np.tile(group.homes, count))
        row += count
    return np.concatenate(rows), np.concatenate(homes)
