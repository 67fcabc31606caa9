"""Dividing an amount: every öre is given to somebody, and nobody is off by a whole one."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemvist.planning.apportion import apportion

AMOUNTS = st.integers(-(10**15), 10**15)


@st.composite
def keys(draw: st.DrawFn) -> list[Decimal]:
    """Percentages with two decimals that make 100, some of them 0."""
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), max_size=12)))
    return [Decimal(b - a) / 100 for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True)]


@given(AMOUNTS, keys())
def test_the_parts_make_the_amount_and_each_is_within_an_ore_of_its_due(amount: int, percents: list[Decimal]) -> None:
    parts = apportion(amount, percents)
    assert sum(parts) == amount
    for part, percent in zip(parts, percents, strict=True):
        assert abs(part - amount * Fraction(percent) / 100) < 1


@given(AMOUNTS, keys())
def test_no_percent_gives_nothing_and_more_percent_never_less(amount: int, percents: list[Decimal]) -> None:
    ranked = sorted(zip(percents, map(abs, apportion(amount, percents)), strict=True))
    assert all(part == 0 for percent, part in ranked if percent == 0)
    assert all(low <= high for (less, low), (more, high) in pairwise(ranked) if less < more)


@given(AMOUNTS, keys())
def test_a_repayment_takes_back_what_was_given(amount: int, percents: list[Decimal]) -> None:
    assert apportion(-amount, percents) == [-part for part in apportion(amount, percents)]


@pytest.mark.parametrize(
    ("amount", "percents", "parts"),
    [
        (16_500_00, ["55", "15", "10", "10", "10"], [9_075_00, 2_475_00, 1_650_00, 1_650_00, 1_650_00]),
        (100, ["33.33", "33.33", "33.34"], [33, 33, 34]),
        (1, ["50", "50"], [1, 0]),
        (-3, ["50", "50"], [-2, -1]),
        (0, ["62.5", "37.5"], [0, 0]),
    ],
)
def test_worked_examples(amount: int, percents: list[str], parts: list[int]) -> None:
    assert apportion(amount, [Decimal(percent) for percent in percents]) == parts


@pytest.mark.parametrize("percents", [[], ["99"], ["99.99"], ["110", "-10"]])
def test_percentages_that_do_not_divide_the_whole_are_refused(percents: list[str]) -> None:
    with pytest.raises(ValueError, match="exakt 100 procent"):
        apportion(100, [Decimal(percent) for percent in percents])
