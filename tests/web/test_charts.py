"""Charts are honest: what is missing is a gap, what is uncertain a range, and nothing divides by zero."""

from __future__ import annotations

import pytest

from hemvist.web import charts
from hemvist.web.charts import Series

YEARS = ["2023", "2024", "2025", "2026"]
ALL = (charts.line, charts.bar, charts.stacked_bar)


def kinds(chart: charts.Chart) -> list[str]:
    return [shape.kind for shape in chart.shapes]


def test_a_line_stops_at_a_missing_figure() -> None:
    chart = charts.line("Mottagna", YEARS, [Series("Anvisade", [4, None, 6, 8])])
    lines = [shape for shape in chart.shapes if shape.kind == "line"]
    assert [(shape.x, shape.x2) for shape in lines] == [(62.5, 87.5)]
    assert kinds(chart).count("gap") == 1
    assert kinds(chart).count("dot") == 3
    assert chart.rows[1] == ("2024", (charts.Cell(None),))


def test_a_gap_of_one_series_is_a_low_strip_and_of_all_the_whole_height() -> None:
    chart = charts.line("Mottagna", YEARS, [Series("A", [1, None, None, 2]), Series("B", [1, 2, None, 2])])
    gaps = [shape for shape in chart.shapes if shape.kind == "gap"]
    assert [shape.height for shape in gaps] == [charts.STRIP_HEIGHT, charts.HEIGHT]


@pytest.mark.parametrize("draw", [charts.line, charts.bar])
def test_an_interval_is_drawn_as_a_range_and_is_not_a_gap(draw: type) -> None:
    chart = draw("Mottagna", ["2025", "2026"], [Series("A", [12, None], [None, (1, 4)])])
    (span,) = (shape for shape in chart.shapes if shape.kind == "range")
    assert span.y < span.y2
    assert "gap" not in kinds(chart)
    assert chart.rows[1][1][0] == charts.Cell(None, (1, 4))


def test_a_step_holds_its_value_until_the_next() -> None:
    chart = charts.line("Belopp", YEARS[:2], [Series("kr", [100, 200])], step=True)
    level, rise = (shape for shape in chart.shapes if shape.kind == "line")
    assert level.y == level.y2
    assert rise.x == rise.x2


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize(
    ("labels", "values"),
    [
        ([], []),
        (["2026"], [5]),
        (["2026"], [0]),
        (YEARS, [0, 0, 0, 0]),
        (YEARS, [None] * 4),
        (["2026"], [-3]),
    ],
)
def test_every_chart_stands_any_numbers(draw: type, labels: list[str], values: list[int | None]) -> None:
    chart = draw("Titel", labels, [Series("A", values)])
    assert chart.empty is all(value is None for value in values)
    assert all(0 <= shape.x <= 100 and -0.01 <= shape.y <= charts.HEIGHT for shape in chart.shapes)
    assert len(chart.rows) == len(labels)


def test_one_point_stands_in_the_middle_without_a_line() -> None:
    chart = charts.line("Titel", ["2026"], [Series("A", [5])])
    assert kinds(chart) == ["dot"]
    assert chart.shapes[0].x == 50


def test_stacked_parts_lie_on_each_other_and_an_unknown_sum_is_a_gap() -> None:
    chart = charts.stacked_bar("Ålder", ["2025", "2026"], [Series("0–17", [2, 1]), Series("18+", [3, None])])
    lower, upper = (shape for shape in chart.shapes if shape.kind == "bar")
    assert upper.y2 == lower.y
    assert kinds(chart).count("gap") == 1


def test_lying_bars_are_shares_of_the_longest() -> None:
    chart = charts.rows("Per nämnd", ["KS", "UN", "SN"], Series("Uppgifter", [10, 5, None]))
    assert [shape.x2 for shape in chart.shapes] == [100, 50, 100]
    assert kinds(chart) == ["bar", "bar", "gap"]


def test_the_axis_starts_at_zero_and_ends_on_a_round_number() -> None:
    chart = charts.bar("Titel", ["a", "b"], [Series("A", [3, 17])])
    assert [tick.label for tick in chart.y_ticks] == ["0", "5", "10", "15", "20"]
    assert (chart.y_ticks[0].at, chart.y_ticks[-1].at) == (charts.HEIGHT, 0)


def test_many_labels_are_thinned_more_on_a_narrow_page() -> None:
    ticks = charts.line("T", [str(year) for year in range(2003, 2027)], [Series("A", [1] * 24)]).x_ticks
    assert sum(tick.rank == 0 for tick in ticks) <= charts.LABELS_NARROW
    assert sum(tick.rank < 2 for tick in ticks) <= charts.LABELS_WIDE


def test_a_sparkline_marks_the_last_known_figure() -> None:
    chart = charts.sparkline("Trend", [1, 4, 2, None])
    assert [shape.label for shape in chart.shapes if shape.kind == "dot"] == ["3"]
    assert charts.sparkline("Trend", []).shapes == ()


def test_a_balance_lays_what_is_for_to_the_right_of_zero_and_what_is_against_to_the_left() -> None:
    chart = charts.balance("Bidrag", ["Skola", "Arbete"], [Series("UN", [10, -5]), Series("SN", [0, None])])
    bars = [(shape.tone, shape.x, shape.x2) for shape in chart.shapes if shape.kind == "bar"]
    assert bars == [(0, 50, 100), (1, 50, 50), (0, 25, 50)]
    assert kinds(chart).count("gap") == 1
    assert chart.rows[1] == ("Arbete", (charts.Cell(-5), charts.Cell(None)))
    tops = [shape.y for shape in chart.shapes]
    assert tops == sorted(tops)
    assert max(shape.y2 for shape in chart.shapes) <= chart.height


def test_a_balance_of_nothing_divides_by_nothing() -> None:
    assert charts.balance("Bidrag", [], []).empty
    assert not charts.balance("Bidrag", ["Skola"], [Series("UN", [0])]).empty
