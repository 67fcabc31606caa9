"""Small numbers: nobody works a hidden number out from what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemvist.planning.suppression import Cell, suppress, suppress_table

SMALL = st.integers(0, 4)
VALUES = st.one_of(SMALL, st.integers(0, 40))
LINES = st.lists(VALUES, min_size=1, max_size=8)


@st.composite
def tables(draw: st.DrawFn) -> list[list[int]]:
    width = draw(st.integers(1, 6))
    return draw(st.lists(st.lists(VALUES, min_size=width, max_size=width), min_size=1, max_size=6))


@given(LINES, st.integers(2, 8), st.booleans())
def test_a_small_number_is_never_shown_and_no_number_is_changed(values, threshold: int, total_shown: bool) -> None:
    shown = suppress(values, threshold=threshold, total_shown=total_shown)
    assert all(cell is None or cell == value for cell, value in zip(shown, values, strict=True))
    assert not any(cell is not None and 0 < cell < threshold for cell in shown)


@given(LINES, st.integers(2, 8))
def test_a_total_gives_no_hidden_number_of_a_line_back(values, threshold: int) -> None:
    hidden = [v for v, cell in zip(values, suppress(values, threshold=threshold), strict=True) if cell is None]
    if hidden and len(values) > 1:
        assert len(hidden) >= 2
        # Two hidden numbers that make 2 are 1 and 1.
        assert sum(hidden) > len(hidden) or 0 in hidden or hidden == values


@given(LINES)
def test_without_a_total_only_the_small_numbers_are_hidden(values) -> None:
    assert suppress(values, threshold=5, total_shown=False) == [None if 0 < v < 5 else v for v in values]


def test_the_smallest_other_number_is_hidden_too_and_a_zero_last() -> None:
    assert suppress([3, 12, 8, 0]) == [None, 12, None, 0]
    assert suppress([3, 0]) == [None, None]
    assert suppress([1, 1, 10]) == [None, None, None]
    assert suppress([2, 1, 10]) == [None, None, 10]
    assert suppress([0, 0, 9]) == [0, 0, 9]
    assert suppress([]) == []


@pytest.mark.parametrize("threshold", [0, -3])
def test_a_threshold_that_hides_nothing_is_refused(threshold: int) -> None:
    with pytest.raises(ValueError, match="minst 1"):
        suppress([3], threshold=threshold)
    with pytest.raises(ValueError, match="minst 1"):
        suppress_table([[3]], threshold=threshold)


def test_a_table_without_small_numbers_is_shown_whole() -> None:
    assert suppress_table([[5, 0], [9, 12]]) == ([[5, 0], [9, 12]], [5, 21], [14, 12])
    assert suppress_table([]) == ([], [], [])


@given(tables(), st.integers(2, 7))
def test_a_table_shows_true_numbers_none_of_them_small(rows, threshold: int) -> None:
    cells, row_totals, column_totals = suppress_table(rows, threshold=threshold)
    truth = [
        *(
            (cell, value)
            for shown, row in zip(cells, rows, strict=True)
            for cell, value in zip(shown, row, strict=True)
        ),
        *zip(row_totals, map(sum, rows), strict=True),
        *zip(column_totals, map(sum, zip(*rows, strict=True)), strict=True),
    ]
    assert all(cell is None or (cell == value and not 0 < cell < threshold) for cell, value in truth)
    assert all(cell == 0 for cell, value in truth if value == 0)


@given(tables(), st.integers(2, 7))
def test_every_line_with_a_hidden_number_has_another_one_totals_included(rows, threshold: int) -> None:
    cells, row_totals, column_totals = suppress_table(rows, threshold=threshold)
    total = sum(map(sum, rows))
    corner = None if 0 < total < threshold else total
    whole = [[*row, end] for row, end in zip(cells, row_totals, strict=True)] + [[*column_totals, corner]]
    for line in [*whole, *map(list, zip(*whole, strict=True))]:
        assert line.count(None) != 1, whole


def hidden_links(whole: Sequence[Sequence[Cell]]) -> list[tuple[int, int]]:
    return [(i, j) for i, row in enumerate(whole) for j, cell in enumerate(row) if cell is None]


def connected(links: Sequence[tuple[int, int]], start: object, goal: object) -> bool:
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for i, j in links:
            for a, b in ((("r", i), ("c", j)), (("c", j), ("r", i))):
                if a == here and b not in seen:
                    seen.add(b)
                    todo.append(b)
    return goal in seen


@settings(max_examples=80)
@given(tables(), st.integers(2, 7))
def test_no_sum_or_difference_of_totals_gives_a_hidden_number_back(rows, threshold: int) -> None:
    """Every row and column adds up to its total, so a hidden number is determined exactly when no ring of hidden
    numbers passes it: when taking it away leaves its row and its column unconnected.
    """
    cells, row_totals, column_totals = suppress_table(rows, threshold=threshold)
    total = sum(map(sum, rows))
    corner = None if 0 < total < threshold else total
    whole = [[*row, end] for row, end in zip(cells, row_totals, strict=True)] + [[*column_totals, corner]]
    links = hidden_links(whole)
    for i, j in links:
        rest = [link for link in links if link != (i, j)]
        assert connected(rest, ("r", i), ("c", j)), (whole, (i, j))


def test_two_blocks_of_hidden_numbers_do_not_betray_the_number_between_them() -> None:
    # Every line has two hidden numbers, yet the totals of the first two rows and columns would give the 3 away.
    rows = [[2, 2, 9, 9], [2, 2, 3, 9], [9, 9, 2, 2], [9, 9, 2, 2]]
    cells, _rows, _columns = suppress_table(rows)
    links = hidden_links(cells)
    assert (1, 2) in links
    assert connected([link for link in links if link != (1, 2)], ("r", 1), ("c", 2))


def test_a_table_of_one_row_does_not_show_a_hidden_number_as_its_columns_total() -> None:
    assert suppress_table([[7, 2]]) == ([[None, None]], [9], [None, None])
    assert suppress_table([[7], [2]]) == ([[None], [None]], [None, None], [9])


def test_one_hidden_row_total_is_not_given_back_by_the_grand_total() -> None:
    _cells, row_totals, _columns = suppress_table([[1, 2], [20, 30], [9, 15]])
    assert row_totals.count(None) >= 2


def others(shown: tuple, grand: int, least: int) -> Iterator[list[list[int]]]:
    """Every table that says the same in public, whose hidden numbers are at least ``least``."""
    cells, row_totals, column_totals = shown
    hidden = hidden_links(cells)
    for guess in product(range(least, grand + 1), repeat=len(hidden)):
        table = [list(row) for row in cells]
        for (i, j), value in zip(hidden, guess, strict=True):
            table[i][j] = value
        sums = [*map(sum, table)], [*map(sum, zip(*table, strict=True))]
        if sum(sums[0]) == grand and all(
            total == told if told is not None else total >= least
            for line, tolds in zip(sums, (row_totals, column_totals), strict=True)
            for total, told in zip(line, tolds, strict=True)
        ):
            yield table


def test_trying_every_small_table_finds_more_than_one_that_fits() -> None:
    random, weak = Random(2026), 0
    every = [list(row) for row in product(range(6), repeat=2)]
    for rows in [*random.sample([[a, b] for a in every for b in every], 60), [[1, 1], [1, 1]]]:
        grand = sum(map(sum, rows))
        shown = suppress_table(rows, threshold=3)
        hidden = hidden_links(shown[0])
        if grand < 3 or not hidden:
            continue
        for least in (1, 0):
            fits = list(others(shown, grand, least))
            if all(len({table[i][j] for table in fits}) > 1 for i, j in hidden):
                weak += least == 0
                break
        else:
            pytest.fail(f"{rows} is given away by {shown} and {grand}")
    assert weak <= 2
