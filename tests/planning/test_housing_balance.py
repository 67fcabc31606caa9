"""Homes against households: exact in the count, nothing lost between months, more homes never make more wait."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from hemvist.law.calendar import add_months
from hemvist.planning.housing_balance import (
    Balance,
    Home,
    Need,
    Scenario,
    balance,
    by_size,
    capacity,
    capacity_for,
    households_of,
    months_ahead,
    place,
    ready_on,
    size_class,
    spread,
    surge,
    typical,
)

TODAY = date(2026, 11, 23)
MONTHS = months_ahead(TODAY, 8)
MIX = (4, 4, 2)

size = st.integers(1, 8)
sizes = st.lists(size, max_size=9)
day = st.dates(date(2026, 9, 1), date(2027, 9, 1))


@st.composite
def homes(draw: st.DrawFn) -> Home:
    first = draw(day)
    blocks = draw(st.lists(st.tuples(day, st.none() | day), max_size=2))
    kept = tuple((start, end) for start, end in blocks if end is None or end >= start)
    return Home(draw(size), first, draw(st.none() | st.dates(first, date(2028, 1, 1))), kept)


needs = st.builds(Need, size, day)
stock = st.lists(homes(), max_size=7)
seeking = st.lists(needs, max_size=9)


def most(households: list[int], dwellings: list[int]) -> int:
    """The largest number that can be housed, by scipy's maximum matching."""
    if not households or not dwellings:
        return 0
    fits = np.array([[persons <= capacity for capacity in dwellings] for persons in households], dtype=np.int8)
    return int((maximum_bipartite_matching(csr_matrix(fits), perm_type="column") >= 0).sum())


# --- one month --------------------------------------------------------------------------------------------------------


@given(sizes, sizes)
def test_as_many_are_housed_as_a_maximum_matching_houses(households: list[int], dwellings: list[int]) -> None:
    assert len(place(households, dwellings).housed) == most(households, dwellings)


@settings(max_examples=60)
@given(st.lists(size, max_size=6), st.lists(size, max_size=5))
def test_who_comes_first_is_housed_first_among_the_largest_sets(households: list[int], dwellings: list[int]) -> None:
    """Brute force: of all largest sets of households that can be housed, the first in the order of the queue."""
    count = most(households, dwellings)
    best = next(
        chosen
        for chosen in combinations(range(len(households)), count)
        if most([households[i] for i in chosen], dwellings) == count
    )
    assert place(households, dwellings).housed == tuple(households[i] for i in best)


@given(sizes, sizes)
def test_the_homes_left_hold_those_who_could_still_be_housed(households: list[int], dwellings: list[int]) -> None:
    placed = place(households, dwellings)
    assert len(placed.left) == len(dwellings) - len(placed.housed)
    assert sorted((*placed.housed, *placed.waiting)) == sorted(households)
    assert most(list(placed.waiting), list(placed.left)) == 0


def test_a_small_household_leaves_the_large_home() -> None:
    assert place([2, 4], [6, 4, 3]).left == (6,)


# --- months -----------------------------------------------------------------------------------------------------------


@given(stock, seeking)
def test_nothing_is_lost_between_months(supply: list[Home], wanted: list[Need]) -> None:
    waiting = vacant = 0
    for month in balance(MONTHS, supply, wanted).months:
        housed = sum(month.housed)
        assert sum(month.waiting) == waiting + sum(month.new) - housed
        assert sum(month.vacant) == vacant + sum(month.freed) - housed
        waiting, vacant = sum(month.waiting), sum(month.vacant)
        assert min(*month.new, *month.freed, *month.housed, *month.waiting, *month.vacant) >= 0


@given(stock, seeking)
def test_everything_within_the_months_is_counted_once(supply: list[Home], wanted: list[Need]) -> None:
    found = balance(MONTHS, supply, wanted).months
    last = date(2027, 6, 30)
    assert sum(sum(month.new) for month in found) == sum(need.by <= last for need in wanted)
    assert sum(sum(month.freed) for month in found) == sum(ready_on(home, last) is not None for home in supply)


def waits(found: Balance) -> list[int]:
    return [sum(month.waiting) for month in found.months]


@given(stock, seeking, homes())
def test_a_home_more_never_makes_more_wait(supply: list[Home], wanted: list[Need], extra: Home) -> None:
    before, after = waits(balance(MONTHS, supply, wanted)), waits(balance(MONTHS, [*supply, extra], wanted))
    assert all(a <= b for a, b in zip(after, before, strict=True))


@given(stock, seeking, needs)
def test_a_household_more_never_makes_fewer_wait(supply: list[Home], wanted: list[Need], extra: Need) -> None:
    before, after = waits(balance(MONTHS, supply, wanted)), waits(balance(MONTHS, supply, [*wanted, extra]))
    assert all(a >= b for a, b in zip(after, before, strict=True))


@given(stock, seeking)
def test_no_surge_is_the_base(supply: list[Home], wanted: list[Need]) -> None:
    none = surge(Scenario(0, TODAY, 3), MIX)
    assert none == ()
    assert balance(MONTHS, supply, [*wanted, *none]) == balance(MONTHS, supply, wanted)


@given(sizes, sizes)
def test_with_the_homes_that_lack_nobody_waits(households: list[int], dwellings: list[int]) -> None:
    supply = [Home(capacity, TODAY) for capacity in dwellings]
    wanted = [Need(persons, TODAY) for persons in households]
    found = balance(MONTHS[:1], supply, wanted)
    # The largest household of the example is eight, so a home for eight holds all of the last class.
    more = [Home((2, 4, 8)[place], TODAY) for place, count in enumerate(found.lacking) for _ in range(count)]
    assert balance(MONTHS[:1], [*supply, *more], wanted).first_waiting is None


def test_months_one_by_one() -> None:
    supply = [Home(2, TODAY), Home(4, date(2026, 12, 10)), Home(6, date(2027, 2, 1))]
    wanted = [Need(4, date(2026, 10, 1)), Need(2, date(2026, 12, 24)), Need(5, date(2027, 1, 3))]
    november, december, january, february = balance(MONTHS[:4], supply, wanted).months
    # What was due in October is due now; the only home is too small.
    assert (november.new, november.waiting, november.vacant) == ((0, 1, 0), (0, 1, 0), (1, 0, 0))
    assert (december.housed, december.waiting, december.vacant) == ((1, 1, 0), (0, 0, 0), (0, 0, 0))
    assert (january.waiting, january.vacant) == ((0, 0, 1), (0, 0, 0))
    assert (february.housed, february.waiting) == ((0, 0, 1), (0, 0, 0))
    found = balance(MONTHS[:4], supply, wanted)
    assert found.first_waiting == date(2026, 11, 1)
    assert found.lacking == (0, 1, 0)


def test_who_has_waited_longest_is_housed_first() -> None:
    wanted = [Need(3, date(2026, 12, 1)), Need(4, date(2026, 11, 25))]
    found = balance(MONTHS[:2], [Home(4, date(2026, 12, 5))], wanted)
    assert found.months[1].waiting == (0, 1, 0)
    assert balance(MONTHS[:2], [Home(3, date(2026, 12, 5))], wanted).months[1].housed == (0, 1, 0)


def test_no_months_is_nothing() -> None:
    assert balance((), [Home(2, TODAY)], [Need(2, TODAY)]) == Balance((), ())


# --- when a home counts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "expected"),
    [
        (Home(2, date(2026, 12, 5)), date(2026, 12, 5)),
        (Home(2, date(2027, 7, 1)), None),
        (Home(2, date(2026, 12, 5), None, ((date(2026, 11, 1), None),)), None),
        (Home(2, date(2026, 12, 5), None, ((date(2026, 11, 1), date(2026, 11, 30)),)), date(2026, 12, 5)),
        (Home(2, date(2026, 12, 5), None, ((date(2026, 11, 1), date(2027, 1, 14)),)), date(2027, 1, 15)),
        # A renovation ahead: nobody moves in before it.
        (Home(2, date(2026, 12, 5), None, ((date(2027, 2, 1), date(2027, 2, 28)),)), date(2027, 3, 1)),
        # Lost on the last day that is looked at, and the day after.
        (Home(2, date(2026, 12, 5), date(2027, 6, 30)), None),
        (Home(2, date(2026, 12, 5), date(2027, 7, 1)), date(2026, 12, 5)),
    ],
)
def test_when_a_home_counts(home: Home, expected: date | None) -> None:
    assert ready_on(home, date(2027, 6, 30)) == expected


# --- persons as households --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("persons", "place_"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (11, 2)])
def test_size_classes(persons: int, place_: int) -> None:
    assert size_class(persons) == place_


@given(st.integers(0, 300), st.tuples(*[st.integers(0, 10)] * 3).filter(any))
def test_households_make_up_the_persons(persons: int, mix: tuple[int, int, int]) -> None:
    made = households_of(persons, mix)
    assert sum(made) == persons
    counts = by_size(made[:-1])
    whole = sum(counts)
    assert all(abs(count - whole * share / sum(mix)) < 2 for count, share in zip(counts, mix, strict=True))


def test_thirty_persons() -> None:
    assert households_of(30, MIX) == (2, 4, 6, 2, 4, 2, 4, 6)
    assert typical(5, MIX) == (2, 4, 6, 2, 4)
    assert typical(0, MIX) == ()


def test_a_mix_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="minst ett hushåll"):
        households_of(3, (0, 0, 0))
    with pytest.raises(ValueError, match="minst en månad"):
        spread((1,), ())
    with pytest.raises(ValueError, match="minst 1 månad"):
        Scenario(3, TODAY, 0)


@given(sizes, st.integers(1, 12))
def test_spread_is_even_and_keeps_all(made: list[int], count: int) -> None:
    months = months_ahead(TODAY, count)
    found = spread(made, months)
    assert [need.persons for need in found] == made
    per_month = [sum(need.by == month for need in found) for month in months]
    assert max(per_month) - min(per_month) <= 1


def test_a_surge_begins_in_its_month() -> None:
    found = surge(Scenario(30, date(2027, 2, 14), 3), MIX)
    assert {need.by for need in found} == {date(2027, 2, 1), date(2027, 3, 1), date(2027, 4, 1)}
    assert sum(need.persons for need in found) == 30


# --- how many a year can take -----------------------------------------------------------------------------------------


@given(sizes)
def test_capacity_is_an_interval_that_can_be_reached(dwellings: list[int]) -> None:
    least, highest = capacity(dwellings, MIX)
    assert 0 <= least <= highest == sum(dwellings)
    assert not place(households_of(least, MIX), dwellings).waiting
    assert not place(dwellings, dwellings).waiting
    if least < highest:
        assert place(households_of(least + 1, MIX), dwellings).waiting


@given(sizes, size)
def test_a_home_more_never_lowers_the_capacity(dwellings: list[int], extra: int) -> None:
    before, after = capacity(dwellings, MIX), capacity([*dwellings, extra], MIX)
    assert after[0] >= before[0]
    assert after[1] > before[1]


def test_a_years_capacity_is_what_the_needs_leave() -> None:
    supply = [Home(4, TODAY), Home(4, date(2027, 5, 1)), Home(6, date(2028, 1, 1)), Home(2, date(2027, 3, 1))]
    assert capacity_for(2027, TODAY, supply, [], MIX)[1] == 10
    assert capacity_for(2027, TODAY, supply, [Need(3, date(2027, 1, 1))], MIX)[1] == 6
    # Someone whose need comes after the year takes nothing of it.
    assert capacity_for(2027, TODAY, supply, [Need(3, date(2028, 1, 1))], MIX)[1] == 10
    assert capacity_for(2026, TODAY, supply, [], MIX)[1] == 4
    assert capacity_for(2025, TODAY, supply, [], MIX) == (0, 0)


def test_months_follow_each_other() -> None:
    assert months_ahead(date(2026, 11, 30), 3) == (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))
    assert add_months(MONTHS[-1], 1) == date(2027, 7, 1)
