"""Who answers for what on which day, from what the municipality's folder says and the moves decided since.

A *thing* is a function, or one task of a function. A move gives things to units from a day. Whatever the order in
which moves are decided, a thing has at every moment exactly one answer from its first day on (or none after a folder's
row that ends without a successor).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Thing:
    """A function, or one task (TA) of it when ``task`` is filled."""

    function: str
    task: str = ""

    @property
    def whole(self) -> Thing:
        return Thing(self.function)


@dataclass(frozen=True, slots=True)
class Span:
    """A unit answers for a thing from ``start`` until ``end``, the first day it no longer does.

    ``move`` is the key of the move that it comes from; None for what the folder says.
    """

    thing: Thing
    unit: str
    start: date
    end: date | None = None
    move: int | None = None

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Part:
    """What a move gives to a unit from a day. ``decided`` orders the moves of one day: the last one counts."""

    thing: Thing
    unit: str
    on: date
    move: int
    decided: int = 0


def timeline(base: Iterable[Span], parts: Iterable[Part]) -> list[Span]:
    """The spans that follow, by thing and day.

    A part ends what held before on its day, and holds until the next change of the thing. What the folder says of a
    later day counts from that day: somebody has then written down a later decision. A whole function that moves takes
    its tasks with it, unless the same move gives a task to somebody else.
    """
    changes: dict[Thing, list[Span]] = defaultdict(list)
    for span in base:
        changes[span.thing].append(span)
    moved = sorted(parts, key=lambda part: (part.on, part.decided, part.move))
    for part in moved:
        changes[part.thing].append(Span(part.thing, part.unit, part.on, None, part.move))
    spans: list[Span] = []
    for thing, found in changes.items():
        own = _in_a_row(found)
        if thing.task:
            own = [piece for span in own for piece in _cut(span, _whole_moves(moved, thing))]
        spans += own
    return sorted(spans, key=lambda span: (span.thing.function, span.thing.task, span.start))


def _in_a_row(spans: Sequence[Span]) -> list[Span]:
    """One thing's spans, each ended by the next one. On the same day the last one given counts."""
    by_start: dict[date, Span] = {}
    for span in spans:
        by_start[span.start] = span
    ordered = [by_start[start] for start in sorted(by_start)]
    ended = [
        replace(span, end=min(span.end, after.start) if span.end else after.start) for span, after in pairwise(ordered)
    ]
    return [*ended, *ordered[-1:]]


def _whole_moves(moved: Sequence[Part], thing: Thing) -> list[date]:
    """The days on which the whole function moved without giving this task to somebody else."""
    own = {part.move for part in moved if part.thing == thing}
    return [part.on for part in moved if part.thing == thing.whole and part.move not in own]


def _cut(span: Span, days: Iterable[date]) -> list[Span]:
    """The span until the first of the days that falls within it."""
    for day in sorted(days):
        if span.start < day and (span.end is None or day < span.end):
            return [replace(span, end=day)]
    return [span]


def answer(spans: Iterable[Span], thing: Thing, day: date) -> Span | None:
    """Who answers for the thing on the day: for a task, whoever has that task, else whoever has its function."""
    held = {span.thing: span for span in spans if span.holds(day)}
    return held.get(thing) or held.get(thing.whole)


def unowned(wanted: Iterable[Thing], spans: Sequence[Span], day: date, *, closing: Iterable[str] = ()) -> list[Thing]:
    """The things that nobody answers for on the day, or only a unit that closes on it."""
    gone = frozenset(closing)
    found = []
    for thing in wanted:
        span = answer(spans, thing, day)
        if span is None or span.unit in gone:
            found.append(thing)
    return found
