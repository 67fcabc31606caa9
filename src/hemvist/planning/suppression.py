"""Small numbers in statistics: hide what could point at a person (röjandekontroll).

With 7 to 25 persons a year, suppression is the normal case. A number from 1 to below the threshold is hidden, and so
many more that nobody can work it out from the totals, from the totals of totals, or from knowing that what is hidden is
at least 1. A 0 is shown when it can be: it points at nobody. Left out: somebody who tries this program on all tables
there could be, and asks which of them it would have hidden in just this way.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

Cell = int | None
# A cell of the table with its margins: the last row holds the column totals, the last column the row totals.
_Place = tuple[int, int]


def suppress(values: Sequence[int], *, threshold: int = 5, total_shown: bool = True) -> list[Cell]:
    """The values with hidden cells as None (primary and secondary suppression).

    ``threshold`` is the smallest number shown besides 0. When the total is shown, the smallest remaining cells are
    hidden too (a 0 last) until subtraction leaves more than one possibility: at least two hidden cells, and not all of
    them 1. Nothing helps when every value is 1 and the total is shown: then the total must be hidden too.
    """
    if threshold < 1:
        raise ValueError("Gränsen för små tal ska vara minst 1.")
    hidden = {i for i, value in enumerate(values) if 0 < value < threshold}
    open_cells = sorted(set(range(len(values))) - hidden, key=lambda i: (values[i] == 0, values[i], i))
    while total_shown and hidden and open_cells and (len(hidden) == 1 or sum(values[i] for i in hidden) == len(hidden)):
        hidden.add(open_cells.pop(0))
    return [None if i in hidden else value for i, value in enumerate(values)]


def suppress_table(
    rows: Sequence[Sequence[int]], *, threshold: int = 5
) -> tuple[list[list[Cell]], list[Cell], list[Cell]]:
    """A table with its row totals and column totals, hidden until no hidden number can be worked out.

    Returns ``(cells, row totals, column totals)``. The grand total may be shown beside them when it is 0 or at least
    the threshold. Every hidden number can then be another one, at least 1, with all that is shown unchanged; only when
    the table is nearly all ones is the promise weaker: another one, at least 0.
    """
    if threshold < 1:
        raise ValueError("Gränsen för små tal ska vara minst 1.")
    height, width = len(rows), len(rows[0]) if rows else 0
    whole = [[*row, sum(row)] for row in rows]
    whole.append([sum(column) for column in zip(*whole, strict=True)] if whole else [0])
    hidden = {(i, j) for i, row in enumerate(whole) for j, value in enumerate(row) if 0 < value < threshold}
    table = _Table(whole, hidden)
    pending = sorted(hidden)
    while pending:
        place = pending.pop()
        needed = table.cheapest_doubt(place, least=1)
        if needed is None:
            needed = table.cheapest_doubt(place, least=0) or frozenset()
        if needed:
            hidden |= needed
            pending = sorted(hidden)
    shown: list[list[Cell]] = [
        [None if (i, j) in hidden else value for j, value in enumerate(row)] for i, row in enumerate(whole)
    ]
    return [row[:width] for row in shown[:height]], [row[width] for row in shown[:height]], shown[height][:width]


class _Table:
    """A table with margins as a network: its rows and columns are the nodes, its numbers the links.

    Each row and column adds up to its total, so a number can be another one exactly when the change can run in a ring
    of hidden numbers, up and down by turns (down and up in the margins, which stand on the other side of the sum).
    """

    def __init__(self, whole: Sequence[Sequence[int]], hidden: set[_Place]) -> None:
        self.whole, self.hidden = whole, hidden
        self.last = (len(whole) - 1, len(whole[0]) - 1)

    def _can_move(self, place: _Place, step: int, least: int) -> bool:
        """Whether the number may go up (``step`` 1) or down, as the sums see it."""
        in_margin = (place[0] == self.last[0]) != (place[1] == self.last[1])
        return self.whole[place[0]][place[1]] + (-step if in_margin else step) >= least

    def _cost(self, place: _Place) -> int | None:
        """What it costs to let the number change: nothing if hidden, itself if not; a 0 and the grand total stay."""
        if place in self.hidden:
            return 0
        value = self.whole[place[0]][place[1]]
        return value if value and place != self.last else None

    def cheapest_doubt(self, place: _Place, *, least: int) -> frozenset[_Place] | None:
        """The numbers to hide so that this one can be another; None when none suffice, empty when none are needed."""
        found = [
            ring
            for step in (1, -1)
            if self._can_move(place, step, least) and (ring := self._ring(place, step, least)) is not None
        ]
        return min(found, key=lambda ring: ring[0])[1] if found else None

    def _ring(self, place: _Place, step: int, least: int) -> tuple[int, frozenset[_Place]] | None:
        """The cheapest ring back from the number's column to its row (Dijkstra), and what must be hidden for it."""
        start, goal = ("column", place[1]), ("row", place[0])
        queue: list[tuple[int, tuple[str, int], tuple[_Place, ...]]] = [(0, start, ())]
        done = set()
        while queue:
            cost, node, way = heapq.heappop(queue)
            if node == goal:
                return cost, frozenset(way) - self.hidden
            if node in done:
                continue
            done.add(node)
            for link, onward in self._links(node):
                price = self._cost(link)
                change = -step if node[0] == "column" else step
                if link != place and price is not None and onward not in done and self._can_move(link, change, least):
                    heapq.heappush(queue, (cost + price, onward, (*way, link)))
        return None

    def _links(self, node: tuple[str, int]) -> Iterator[tuple[_Place, tuple[str, int]]]:
        kind, number = node
        if kind == "column":
            return (((i, number), ("row", i)) for i in range(self.last[0] + 1))
        return (((number, j), ("column", j)) for j in range(self.last[1] + 1))
