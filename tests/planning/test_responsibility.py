"""Who answers for what after any sequence of moves: exactly one, every day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hemvist.planning.responsibility import Part, Span, Thing, answer, timeline, unowned

START = date(2016, 3, 1)
FUNCTIONS = ("reception", "guidance", "housing")
TASKS = ("", "TA07", "TA08")
UNITS = ("integration", "reception_sn", "reception_ks", "school")
DAYS = st.integers(1, 6000).map(lambda days: START + timedelta(days=days))


@st.composite
def folder(draw: st.DrawFn) -> list[Span]:
    """Rows as in a folder: each function from the start, handed on a few times, without holes."""
    rows = []
    for function in FUNCTIONS:
        starts = [START, *sorted(draw(st.sets(DAYS, max_size=2)))]
        ends = [*starts[1:], None]
        rows += [
            Span(Thing(function), draw(st.sampled_from(UNITS)), start, end)
            for start, end in zip(starts, ends, strict=True)
        ]
    return rows


@st.composite
def moves(draw: st.DrawFn) -> list[Part]:
    """Moves in the order of their decisions; a move gives each thing once."""
    parts = []
    for number in range(draw(st.integers(0, 6))):
        things = draw(st.sets(st.tuples(st.sampled_from(FUNCTIONS), st.sampled_from(TASKS)), min_size=1, max_size=4))
        on = draw(DAYS)
        parts += [
            Part(Thing(*thing), draw(st.sampled_from(UNITS)), on, number, decided=number) for thing in sorted(things)
        ]
    return parts


@given(folder(), moves(), DAYS)
def test_every_function_has_one_unit_every_day(base: list[Span], parts: list[Part], day: date) -> None:
    spans = timeline(base, parts)
    for moment in (START, day, date(2040, 1, 1)):
        for function in FUNCTIONS:
            held = [span for span in spans if span.thing == Thing(function) and span.holds(moment)]
            assert len(held) == 1
            for task in TASKS[1:]:
                assert sum(span.thing == Thing(function, task) and span.holds(moment) for span in spans) <= 1
                assert answer(spans, Thing(function, task), moment) is not None


@given(folder(), moves())
def test_a_move_holds_from_its_day_unless_something_later_says_otherwise(base: list[Span], parts: list[Part]) -> None:
    spans = timeline(base, parts)
    for part in parts:
        rivals = [
            other
            for other in parts
            if other.move != part.move and other.thing.function == part.thing.function and other.on == part.on
        ]
        if rivals:
            continue
        span = answer(spans, part.thing, part.on)
        assert span is not None
        assert span.unit == part.unit
        before = answer(spans, part.thing, part.on - timedelta(days=1))
        assert before is None or before.start < part.on


@given(folder(), moves(), DAYS)
def test_what_was_before_a_move_stays_history(base: list[Span], parts: list[Part], day: date) -> None:
    earlier = [part for part in parts if part.on <= day]
    for function in FUNCTIONS:
        for task in TASKS:
            thing = Thing(function, task)
            with_all, without = timeline(base, parts), timeline(base, earlier)
            one, other = answer(with_all, thing, day), answer(without, thing, day)
            assert one is not None
            assert other is not None
            assert one.unit == other.unit


@given(folder(), moves())
def test_spans_of_a_thing_never_overlap(base: list[Span], parts: list[Part]) -> None:
    spans = timeline(base, parts)
    for one in spans:
        assert one.end is None or one.start < one.end
        for other in spans:
            if one is not other and one.thing == other.thing:
                assert one.start != other.start
                assert (one.end is not None and one.end <= other.start) or (
                    other.end is not None and other.end <= one.start
                )


def test_a_function_takes_its_tasks_with_it_when_it_moves_on() -> None:
    base = [Span(Thing("guidance"), "integration", START)]
    day = date(2027, 1, 1)
    first = [Part(Thing("guidance"), "reception_sn", day, 1), Part(Thing("guidance", "TA07"), "school", day, 1)]
    spans = timeline(base, first)
    held = answer(spans, Thing("guidance", "TA07"), day)
    assert held is not None
    assert held.unit == "school"
    later = date(2028, 1, 1)
    spans = timeline(base, [*first, Part(Thing("guidance"), "reception_ks", later, 2)])
    held = answer(spans, Thing("guidance", "TA07"), later)
    assert held is not None
    assert held.unit == "reception_ks"
    assert answer(spans, Thing("guidance", "TA07"), later - timedelta(days=1)).unit == "school"  # type: ignore[union-attr]


def test_the_folder_s_later_row_counts_from_its_day() -> None:
    base = [
        Span(Thing("guidance"), "integration", START, date(2028, 1, 1)),
        Span(Thing("guidance"), "school", date(2028, 1, 1)),
    ]
    spans = timeline(base, [Part(Thing("guidance"), "reception_sn", date(2027, 1, 1), 1)])
    assert [(span.unit, span.start, span.end) for span in spans] == [
        ("integration", START, date(2027, 1, 1)),
        ("reception_sn", date(2027, 1, 1), date(2028, 1, 1)),
        ("school", date(2028, 1, 1), None),
    ]


def test_what_a_closing_unit_leaves_behind_is_unowned() -> None:
    spans = [Span(Thing("guidance"), "integration", START), Span(Thing("housing"), "school", START)]
    wanted = [Thing("guidance"), Thing("guidance", "TA07"), Thing("housing"), Thing("economy")]
    assert unowned(wanted, spans, START) == [Thing("economy")]
    assert unowned(wanted, spans, START, closing=["integration"]) == [
        Thing("guidance"),
        Thing("guidance", "TA07"),
        Thing("economy"),
    ]
