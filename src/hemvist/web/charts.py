"""Charts as pure functions: numbers in, a small structure out that ``templates/charts`` draws as SVG.

Horizontal places are per cent of the plot and vertical ones pixels, so that a chart follows the width of its
column and its words keep their size. None means *no figure* and is shown as a hatched gap, never as zero.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Number = int | float
HEIGHT = 240
SPARK_HEIGHT = 36
ROW_HEIGHT = 44
STRIP_HEIGHT = 12
BALANCE_TOP, BALANCE_BAR, BALANCE_GAP = 22, 12, 14  # the words above, a bar, the air below a row
ORDER = ("gap", "bar", "range", "line", "dot")
LABELS_WIDE, LABELS_NARROW = 12, 4  # how many words fit under the axis


@dataclass(frozen=True, slots=True)
class Series:
    """Named values, one a label. ``intervals`` are (low, high) where the value is uncertain or suppressed."""

    name: str
    values: Sequence[Number | None]
    intervals: Sequence[tuple[Number, Number] | None] = ()

    def interval(self, index: int) -> tuple[Number, Number] | None:
        return self.intervals[index] if index < len(self.intervals) else None


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis. ``rank`` 0 always has its word, 1 only on wide pages, 2 never."""

    at: float
    label: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing drawn: ``line``, ``dot``, ``bar``, ``range`` or ``gap``. ``tone`` is the series' number."""

    kind: str
    tone: int
    x: float
    y: float
    x2: float = 0
    y2: float = 0
    label: str = ""

    @property
    def width(self) -> float:
        return round(self.x2 - self.x, 3)

    @property
    def height(self) -> float:
        return round(max(self.y2 - self.y, 0), 2)


@dataclass(frozen=True, slots=True)
class Cell:
    value: Number | None
    interval: tuple[Number, Number] | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template needs; the same numbers lie in ``rows`` for the table beneath."""

    kind: str
    title: str
    description: str
    unit: str
    height: int
    shapes: tuple[Shape, ...]
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, tuple[Cell, ...]], ...] = field(default=())

    @property
    def id(self) -> str:
        text = f"{self.kind}{self.title}{self.rows}"
        return f"chart-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    @property
    def empty(self) -> bool:
        return not any(cell.value is not None or cell.interval for _, cells in self.rows for cell in cells)

    @property
    def has_gaps(self) -> bool:
        return any(shape.kind == "gap" for shape in self.shapes)

    @property
    def has_ranges(self) -> bool:
        return any(shape.kind == "range" for shape in self.shapes)


def line(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    description: str = "",
    unit: str = "",
    step: bool = False,
    height: int = HEIGHT,
) -> Chart:
    """A line a series; with ``step`` the value holds until the next one, as a rate set by law does."""
    scale = _Scale.over(series, height)
    places = [_place(i, len(labels)) for i in range(len(labels))]
    shapes = _gaps(series, len(labels), height)
    for tone, one in enumerate(series):
        for i, value in enumerate(one.values):
            if (interval := one.interval(i)) is not None:
                low, high = interval
                shapes.append(Shape("range", tone, places[i], scale.y(high), places[i], scale.y(low), labels[i]))
            if value is not None:
                shapes.append(Shape("dot", tone, places[i], scale.y(value), label=labels[i]))
        for (i, value), (j, after) in pairwise(enumerate(one.values)):
            if value is None or after is None:
                continue
            y, y2 = scale.y(value), scale.y(after)
            if step:
                shapes.append(Shape("line", tone, places[i], y, places[j], y))
                shapes.append(Shape("line", tone, places[j], y, places[j], y2))
            else:
                shapes.append(Shape("line", tone, places[i], y, places[j], y2))
    return _finish("line", title, description, unit, scale, shapes, labels, series)


def bar(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    description: str = "",
    unit: str = "",
    height: int = HEIGHT,
) -> Chart:
    """Standing bars, one group a label."""
    scale = _Scale.over(series, height)
    shapes = []
    band = 100 / max(len(labels), 1)
    inner = band * 0.72
    width = inner / max(len(series), 1)
    for tone, one in enumerate(series):
        for i, value in enumerate(one.values):
            x = i * band + (band - inner) / 2 + tone * width
            if _missing(one, i):
                shapes.append(Shape("gap", tone, _r(x), 0, _r(x + width * 0.94), height, labels[i]))
            if value is not None:
                top, bottom = sorted((scale.y(value), scale.y(0)))
                shapes.append(Shape("bar", tone, _r(x), top, _r(x + width * 0.94), bottom, labels[i]))
            if (interval := one.interval(i)) is not None:
                middle, (low, high) = _r(x + width * 0.47), interval
                shapes.append(Shape("range", tone, middle, scale.y(high), middle, scale.y(low), labels[i]))
    return _finish("bar", title, description, unit, scale, shapes, labels, series)


def stacked_bar(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    description: str = "",
    unit: str = "",
    height: int = HEIGHT,
) -> Chart:
    """Bars whose parts lie on each other. A label where a part is missing has a gap: its sum is not known."""
    whole = [
        None if any(one.values[i] is None for one in series) else sum(one.values[i] or 0 for one in series)
        for i in range(len(labels))
    ]
    total = Series("", whole)
    scale = _Scale.over([total], height)
    shapes = _gaps([total], len(labels), height)
    band = 100 / max(len(labels), 1)
    for i, known in enumerate(whole):
        floor: Number = 0
        for tone, one in enumerate(series if known is not None else ()):
            value = one.values[i] or 0
            x = _r(i * band + band * 0.18)
            shapes.append(Shape("bar", tone, x, scale.y(floor + value), _r(x + band * 0.64), scale.y(floor), labels[i]))
            floor += value
    return _finish("bar", title, description, unit, scale, shapes, labels, series)


def rows(title: str, labels: Sequence[str], one: Series, *, description: str = "", unit: str = "") -> Chart:
    """Lying bars, one a row with its words above: for boards, countries and other long names."""
    known = [v for v in one.values if v is not None] + [i[1] for i in one.intervals if i]
    most = max([*known, 0]) or 1
    shapes = []
    for i, value in enumerate(one.values):
        top = i * ROW_HEIGHT + 22
        if (interval := one.interval(i)) is not None:
            low, high = (_r(100 * bound / most) for bound in interval)
            shapes.append(Shape("range", 0, low, top + 6, high, top + 6, labels[i]))
        if value is not None:
            shapes.append(Shape("bar", 0, 0, top, _r(100 * max(value, 0) / most), top + 12, labels[i]))
        elif interval is None:
            shapes.append(Shape("gap", 0, 0, top, 100, top + 12, labels[i]))
    ticks = tuple(Tick(i * ROW_HEIGHT + 14, label) for i, label in enumerate(labels))
    return Chart(
        "rows",
        title,
        description,
        unit,
        len(labels) * ROW_HEIGHT,
        tuple(shapes),
        (),
        ticks,
        *_table(labels, [one]),
    )


def balance(
    title: str, labels: Sequence[str], series: Sequence[Series], *, description: str = "", unit: str = ""
) -> Chart:
    """Lying bars on both sides of zero, one row a label with its words above: what speaks for and against."""
    most = max((abs(value) for one in series for value in one.values if value is not None), default=0) or 1
    row = BALANCE_TOP + BALANCE_BAR * max(len(series), 1) + BALANCE_GAP
    shapes = []
    for i in range(len(labels)):
        for tone, one in enumerate(series):
            top = i * row + BALANCE_TOP + tone * BALANCE_BAR
            value = one.values[i]
            if value is None:
                shapes.append(Shape("gap", tone, 0, top, 100, top + BALANCE_BAR, labels[i]))
            else:
                start, end = sorted((50.0, _r(50 + 50 * value / most)))
                shapes.append(Shape("bar", tone, start, top, end, top + BALANCE_BAR, labels[i]))
    ticks = tuple(Tick(i * row + 14, label) for i, label in enumerate(labels))
    height = len(labels) * row
    return Chart("balance", title, description, unit, height, tuple(shapes), (), ticks, *_table(labels, series))


def sparkline(title: str, values: Sequence[Number | None], labels: Sequence[str] = ()) -> Chart:
    """A small line beside a figure; its words are the figure's own."""
    names = list(labels) or [str(i + 1) for i in range(len(values))]
    one = Series(title, values)
    scale = _Scale.over([one], SPARK_HEIGHT, padding=4)
    shapes = []
    for (i, value), (j, after) in pairwise(enumerate(values)):
        if value is not None and after is not None:
            x, x2 = _place(i, len(values)), _place(j, len(values))
            shapes.append(Shape("line", 0, x, scale.y(value), x2, scale.y(after)))
    last = max((i for i, value in enumerate(values) if value is not None), default=None)
    if last is not None:
        shapes.append(Shape("dot", 0, _place(last, len(values)), scale.y(values[last] or 0), label=names[last]))
    return Chart("sparkline", title, "", "", SPARK_HEIGHT, tuple(shapes), (), (), *_table(names, [one]))


def _finish(
    kind: str,
    title: str,
    description: str,
    unit: str,
    scale: _Scale,
    shapes: Sequence[Shape],
    labels: Sequence[str],
    series: Sequence[Series],
) -> Chart:
    """The chart with axes and table; gaps lie underneath and dots on top."""
    drawn = tuple(sorted(shapes, key=lambda shape: ORDER.index(shape.kind)))
    x_ticks, y_ticks, table = _x_ticks(labels), scale.ticks(), _table(labels, series)
    return Chart(kind, title, description, unit, scale.height, drawn, x_ticks, y_ticks, *table)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Value to pixel, upside down as SVG wants it; the axis ends on round numbers."""

    low: float
    high: float
    step: float
    height: int
    padding: int = 0

    @classmethod
    def over(cls, series: Sequence[Series], height: int, *, padding: int = 0) -> _Scale:
        known = [value for one in series for value in one.values if value is not None]
        known += [bound for one in series for interval in one.intervals if interval for bound in interval]
        if not padding:  # only a sparkline may cut its axis: it shows a direction, not a size
            known.append(0)
        low, high = min(known, default=0), max(known, default=0)
        if low == high:
            high = low + 1
        step = _round_step((high - low) / 4)
        if padding:
            return cls(low, high, step, height, padding)
        return cls(math.floor(low / step) * step, math.ceil(high / step) * step, step, height)

    def y(self, value: Number) -> float:
        room = self.height - 2 * self.padding
        return round(self.padding + room * (self.high - float(value)) / (self.high - self.low), 2)

    def ticks(self) -> tuple[Tick, ...]:
        count = round((self.high - self.low) / self.step)
        values = (self.low + i * self.step for i in range(count + 1))
        return tuple(Tick(self.y(value), f"{round(value, 6):g}") for value in values)


def _round_step(raw: float) -> float:
    """The nearest 1, 2 or 5 times a power of ten, not below ``raw`` and, from one up, whole."""
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)


def _place(index: int, count: int) -> float:
    """The middle of the label's share of the width, in per cent."""
    return _r(100 * (index + 0.5) / count)


def _x_ticks(labels: Sequence[str]) -> tuple[Tick, ...]:
    wide = math.ceil(len(labels) / LABELS_WIDE) or 1
    narrow = wide * math.ceil(len(labels) / wide / LABELS_NARROW)
    return tuple(
        Tick(_place(i, len(labels)), label, 0 if i % narrow == 0 else 1 if i % wide == 0 else 2)
        for i, label in enumerate(labels)
    )


def _missing(one: Series, index: int) -> bool:
    return one.values[index] is None and one.interval(index) is None


def _gaps(series: Sequence[Series], count: int, height: int) -> list[Shape]:
    """A hatched field over a label without figures, a low strip where only some series lack theirs."""
    band = 100 / max(count, 1)
    shapes = []
    for i in range(count):
        lacking = [_missing(one, i) for one in series]
        if any(lacking):
            top = 0 if all(lacking) else height - STRIP_HEIGHT
            shapes.append(Shape("gap", 0, _r(i * band), top, _r((i + 1) * band), height))
    return shapes


def _table(
    labels: Sequence[str], series: Sequence[Series]
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[Cell, ...]], ...]]:
    def cells(index: int) -> tuple[Cell, ...]:
        return tuple(Cell(one.values[index], one.interval(index)) for one in series)

    return tuple(one.name for one in series), tuple((label, cells(i)) for i, label in enumerate(labels))


def _r(value: float) -> float:
    return round(value, 3)
