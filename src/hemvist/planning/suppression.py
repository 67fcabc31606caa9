"""Small numbers in statistics: hide what could point at a person (röjandekontroll).

With 7 to 25 persons a year, suppression is the normal case. A cell from 1 to below the threshold is hidden; so is one more
cell of the same row or column when a total would otherwise give it away.
"""

from __future__ import annotations

from collections.abc import Sequence

Cell = int | None


def suppress(values: Sequence[int], *, threshold: int = 5, total_shown: bool = True) -> list[Cell]:
    """The values with hidden cells as None (primary and secondary suppression).

    ``threshold`` is the smallest number shown besides 0. When the total is shown and exactly one cell is hidden, the
    smallest remaining cell that is not 0 is hidden too (else a 0), so that no subtraction gives it back.
    """
    if threshold < 1:
        raise ValueError("Gränsen för små tal ska vara minst 1.")
    cells: list[Cell] = [None if 0 < value < threshold else value for value in values]
    if total_shown and cells.count(None) == 1 and len(cells) > 1:
        candidates = [i for i, cell in enumerate(cells) if cell is not None]
        second = min(candidates, key=lambda i: (values[i] == 0, values[i]))
        cells[second] = None
    return cells


def suppress_table(
    rows: Sequence[Sequence[int]], *, threshold: int = 5
) -> tuple[list[list[Cell]], list[Cell], list[Cell]]:
    """A table with its row totals and column totals, hidden until no hidden cell can be worked out.

    Returns ``(cells, row totals, column totals)``. Rows and columns are treated in turn until nothing changes: each row
    and column has either no hidden cell or at least two.
    """
    width = len(rows[0]) if rows else 0
    hidden = [[0 < value < threshold for value in row] for row in rows]

    def complete(lines: Sequence[Sequence[tuple[int, int]]]) -> bool:
        changed = False
        for line in lines:
            count = sum(hidden[i][j] for i, j in line)
            if count == 1 and len(line) > 1:
                open_cells = [(i, j) for i, j in line if not hidden[i][j]]
                i, j = min(open_cells, key=lambda ij: (rows[ij[0]][ij[1]] == 0, rows[ij[0]][ij[1]]))
                hidden[i][j] = changed = True
        return changed

    row_lines = [[(i, j) for j in range(width)] for i in range(len(rows))]
    column_lines = [[(i, j) for i in range(len(rows))] for j in range(width)]
    while complete(row_lines) or complete(column_lines):
        pass
    cells: list[list[Cell]] = [[None if hidden[i][j] else rows[i][j] for j in range(width)] for i in range(len(rows))]

    def totals(lines: Sequence[Sequence[tuple[int, int]]]) -> list[Cell]:
        sums = [sum(rows[i][j] for i, j in line) for line in lines]
        return [None if 0 < value < threshold else value for value in sums]

    return cells, totals(row_lines), totals(column_lines)
