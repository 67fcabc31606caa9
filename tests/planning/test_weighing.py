"""Weighing: values stay within bounds, change places exactly where it is said, and nothing apart moves the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hemvist.planning import weighing as w
from hemvist.planning.weighing import Argument, Weighing

ALTERNATIVES = ("UN", "SN", "KS")
CRITERIA = ("school", "work", "service", "order")
CONDITIONS = ("T1", "T2")
HALF = Fraction(1, 2)


def argument(
    code: str, alternative: str, criterion: str, direction: str = "+", strength: int = 1, **more: str
) -> Argument:
    return Argument(
        code=code, alternative=alternative, criterion=criterion, direction=direction, strength=strength, **more
    )


@st.composite
def weighings(draw: st.DrawFn, *, least: int = 0) -> Weighing:
    weights = draw(
        st.fixed_dictionaries({c: st.integers(least, 100) for c in CRITERIA}).filter(lambda d: any(d.values()))
    )
    made = draw(
        st.lists(
            st.tuples(
                st.sampled_from([*ALTERNATIVES, "OUT"]),
                st.sampled_from(CRITERIA),
                st.sampled_from([*w.SIGNS]),
                st.integers(0, w.STRONGEST),
                st.sampled_from(["", *CONDITIONS]),
            ),
            max_size=14,
        )
    )
    arguments = tuple(
        argument(f"A{n}", a, c, direction, strength, condition=condition)
        for n, (a, c, direction, strength, condition) in enumerate(made)
    )
    return Weighing(ALTERNATIVES, weights, arguments, ("OUT",))


HOLDS = st.fixed_dictionaries({c: st.sampled_from([True, False, None]) for c in CONDITIONS})
SHARES = st.fractions(0, 1, max_denominator=500)


def sign(number: Fraction) -> int:
    return (number > 0) - (number < 0)


def difference(result: w.Result, one: str, other: str) -> Fraction:
    return result.total(one) - result.total(other)


# --- the value --------------------------------------------------------------------------------------------------------


def test_a_small_example_by_hand() -> None:
    made = Weighing(
        ("UN", "SN"),
        {"school": 60, "work": 40},
        (
            argument("U1", "UN", "school", "+", 3),
            argument("U2", "UN", "school", "+", 1),
            argument("U3", "UN", "work", "-", 1),
            argument("S1", "SN", "school", "-", 2),
            argument("S2", "SN", "work", "+", 2, condition="T1"),
        ),
    )
    # In school the scale is 4, in work 2.
    before = w.value(made, {"T1": False})
    assert before.total("UN") == Fraction(6, 10) * 1 + Fraction(4, 10) * Fraction(-1, 2) == Fraction(2, 5)
    assert before.total("SN") == Fraction(6, 10) * Fraction(-2, 4) == Fraction(-3, 10)
    after = w.value(made, {"T1": True})
    assert after.total("UN") == Fraction(2, 5)
    assert after.total("SN") == Fraction(-3, 10) + Fraction(4, 10) == Fraction(1, 10)
    assert after.order == (("UN",), ("SN",))
    # x of work: UN has x·(−1/2) + (1 − x), SN has x + (1 − x)·(−1/2): equal where 3/2·(1 − x) = 3/2·x.
    found = w.crossing(made, {"T1": True}, "work", "UN", "SN")
    assert (found.share, found.at, found.weight, found.change) == (Fraction(2, 5), HALF, 60, Fraction(1, 10))


@given(weighings(), HOLDS)
def test_a_value_lies_between_minus_one_and_one_and_is_the_sum_of_its_parts(made: Weighing, holds: w.Holds) -> None:
    result = w.value(made, holds)
    for one in (*result.ranked, *result.apart):
        assert -1 <= one.total <= 1
        assert one.total == sum(one.parts.values())
        assert set(one.parts) == set(made.weights)


@given(weighings(), HOLDS)
def test_every_ranked_alternative_has_one_place_and_higher_is_before(made: Weighing, holds: w.Holds) -> None:
    result = w.value(made, holds)
    assert sorted(a for place in result.order for a in place) == sorted(ALTERNATIVES)
    totals = [{result.total(a) for a in place} for place in result.order]
    assert all(len(same) == 1 for same in totals)
    flat = [same.pop() for same in totals]
    assert flat == sorted(set(flat), reverse=True)


@given(weighings(), HOLDS, st.integers(2, 9))
def test_only_the_proportions_of_the_weights_matter(made: Weighing, holds: w.Holds, times: int) -> None:
    small = (
        replace(made, weights={c: weight // 10 for c, weight in made.weights.items()})
        if any(weight >= 10 for weight in made.weights.values())
        else made
    )
    assume(max(small.weights.values()) * times <= 100)
    larger = replace(small, weights={c: weight * times for c, weight in small.weights.items()})
    assert w.value(larger, holds) == w.value(small, holds)


@given(weighings(), HOLDS)
def test_what_is_apart_never_moves_the_ranked(made: Weighing, holds: w.Holds) -> None:
    without = replace(made, arguments=tuple(a for a in made.arguments if a.alternative != "OUT"))
    assert w.value(without, holds).ranked == w.value(made, holds).ranked
    assert "OUT" not in {a for place in w.value(made, holds).order for a in place}


@given(weighings(), HOLDS)
def test_what_has_no_direction_never_weighs(made: Weighing, holds: w.Holds) -> None:
    without = replace(made, arguments=tuple(a for a in made.arguments if a.sign))
    assert w.value(without, holds) == w.value(made, holds)


@given(weighings(), HOLDS, st.randoms(use_true_random=False))
def test_the_order_of_arguments_and_criteria_does_not_matter(made: Weighing, holds: w.Holds, chance: object) -> None:
    arguments, weights = list(made.arguments), list(made.weights.items())
    chance.shuffle(arguments)  # type: ignore[attr-defined]
    chance.shuffle(weights)  # type: ignore[attr-defined]
    other = replace(made, arguments=tuple(arguments), weights=dict(weights))
    assert w.value(other, holds) == w.value(made, holds)
    assert w.acceptability(other, holds, draws=50) == w.acceptability(made, holds, draws=50)


@given(weighings(), HOLDS)
def test_a_condition_that_is_not_known_weighs_as_one_that_does_not_hold(made: Weighing, holds: w.Holds) -> None:
    as_false = {condition: held is True for condition, held in holds.items()}
    assert w.value(made, holds) == w.value(made, as_false)
    assert w.value(made, {}) == w.value(made, dict.fromkeys(CONDITIONS, False))


def test_without_strengths_all_are_worth_the_same() -> None:
    made = Weighing(ALTERNATIVES, {"school": 1}, (argument("U1", "UN", "school", "+", 0),))
    assert w.value(made, {}).order == (ALTERNATIVES,)
    assert w.smallest_change(made, {}) is None
    assert w.acceptability(made, {}, draws=20).shares == pytest.approx(dict.fromkeys(ALTERNATIVES, 1 / 3))


# --- changing places --------------------------------------------------------------------------------------------------


@given(weighings(), HOLDS)
def test_two_change_places_exactly_at_the_critical_weight(made: Weighing, holds: w.Holds) -> None:
    for found in w.crossings(made, holds):
        if found.at is None:
            continue
        assert 0 < found.at < 1
        there = w.value_at(made, holds, found.criterion, found.at)
        assert difference(there, found.leader, found.other) == 0
        step = min(found.at, 1 - found.at) / 1000
        below = w.value_at(made, holds, found.criterion, found.at - step)
        above = w.value_at(made, holds, found.criterion, found.at + step)
        sides = [sign(difference(side, found.leader, found.other)) for side in (below, above)]
        assert sorted(sides) == [-1, 1]


@given(weighings(least=1), HOLDS, SHARES, SHARES)
def test_without_a_critical_weight_no_weight_makes_them_change_places(
    made: Weighing, holds: w.Holds, low: Fraction, high: Fraction
) -> None:
    for found in w.crossings(made, holds):
        if found.at is None:
            sides = {
                sign(difference(w.value_at(made, holds, found.criterion, share), found.leader, found.other))
                for share in (low, high)
            }
            assert sides != {-1, 1}


@given(weighings(), HOLDS)
def test_the_critical_weight_is_the_same_in_weights_of_0_to_100(made: Weighing, holds: w.Holds) -> None:
    for found in w.crossings(made, holds):
        if found.at is not None and found.weight is not None:
            weights = {**made.weights, found.criterion: found.weight}
            assert Fraction(weights[found.criterion], sum(weights.values())) == found.at


@given(weighings(least=1), HOLDS, SHARES)
def test_within_the_smallest_change_nobody_changes_places(made: Weighing, holds: w.Holds, part: Fraction) -> None:
    least = w.smallest_change(made, holds)
    reach = Fraction(1) if least is None else least.change or Fraction(0)
    before = w.value(made, holds)
    ranked = [one.alternative for one in before.ranked]
    for criterion, share in made.shares.items():
        for moved in (share + part * reach, share - part * reach):
            if not 0 <= moved <= 1:
                continue
            after = w.value_at(made, holds, criterion, moved)
            for i, one in enumerate(ranked):
                for other in ranked[i + 1 :]:
                    assert difference(before, one, other) == 0 or difference(after, one, other) >= 0


@given(weighings(least=1), HOLDS)
def test_the_smallest_change_of_who_is_first_is_at_least_that_of_the_order(made: Weighing, holds: w.Holds) -> None:
    order, first = w.smallest_change(made, holds), w.smallest_change(made, holds, of_first=True)
    if first is not None:
        assert order is not None
        assert (order.change or 0) <= (first.change or 0)
        step = min(first.at or 0, 1 - (first.at or 0)) / 1000
        sides = [w.value_at(made, holds, first.criterion, (first.at or 0) + d) for d in (-step, step)]
        assert {sign(difference(side, first.leader, first.other)) for side in sides} == {-1, 1}


def test_with_all_weight_on_one_criterion_the_others_have_no_proportions() -> None:
    made = Weighing(("UN", "SN"), {"school": 5, "work": 0}, (argument("U1", "UN", "school"),))
    assert w.crossing(made, {}, "school", "UN", "SN").at is None
    with pytest.raises(ValueError, match="Bara school har vikt"):
        w.value_at(made, {}, "school", HALF)


# --- single arguments -------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(weighings(), HOLDS)
def test_an_argument_is_decisive_when_and_only_when_a_strength_changes_who_is_first(
    made: Weighing, holds: w.Holds
) -> None:
    found = {one.code: one for one in w.decisive_arguments(made, holds)}
    before = set(w.value(made, holds).first)
    for one in made.arguments:
        turning = [
            strength
            for strength in range(w.STRONGEST + 1)
            if set(w.value(made.with_strength(one.code, strength), holds).first) != before
        ]
        assert bool(turning) == (one.code in found)
        if turning:
            assert abs(found[one.code].to - one.strength) == min(abs(strength - one.strength) for strength in turning)
            then = w.value(made.with_strength(one.code, found[one.code].to), holds)
            assert then.first == found[one.code].first


# --- all weights ------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(weighings(), HOLDS)
def test_the_shares_of_all_weights_add_up_to_one_and_the_same_seed_gives_the_same(
    made: Weighing, holds: w.Holds
) -> None:
    found = w.acceptability(made, holds, draws=400)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert set(found.shares) == set(ALTERNATIVES)
    assert w.acceptability(made, holds, draws=400) == found
    for central in found.central.values():
        assert sum(central.values()) == pytest.approx(1)


@settings(max_examples=40)
@given(weighings(), HOLDS)
def test_the_share_does_not_ask_for_the_persons_own_weights(made: Weighing, holds: w.Holds) -> None:
    other = replace(made, weights=dict.fromkeys(CRITERIA, 1))
    assert w.acceptability(other, holds, draws=200).shares == w.acceptability(made, holds, draws=200).shares


def test_the_share_agrees_with_what_can_be_counted_exactly() -> None:
    # UN is best in school and SN in work: UN is first where school weighs more than work.
    made = Weighing(
        ("UN", "SN"),
        {"school": 1, "work": 1},
        (
            argument("U1", "UN", "school", "+", 2),
            argument("S1", "SN", "work", "+", 1),
            argument("U2", "UN", "work", "+", 0),
        ),
    )
    assert w.acceptability(made, {}).shares["UN"] == pytest.approx(1 / 2, abs=0.02)
    tilted = replace(made, arguments=(*made.arguments, argument("S2", "SN", "school", "+", 1)))
    # In school SN now has a half of UN's: UN is first where x/2 > 1 − x, that is x > 2/3.
    assert w.acceptability(tilted, {}).shares["UN"] == pytest.approx(1 / 3, abs=0.02)


def test_an_alternative_that_is_best_in_everything_is_first_with_all_weights() -> None:
    made = Weighing(
        ("UN", "SN"), {"school": 1, "work": 99}, tuple(argument(f"U{c}", "UN", c) for c in ("school", "work"))
    )
    found = w.acceptability(made, {})
    assert found.shares == {"UN": 1, "SN": 0}
    assert set(found.central) == {"UN"}


# --- what if ----------------------------------------------------------------------------------------------------------


@given(weighings(), HOLDS, HOLDS)
def test_a_scenario_is_the_value_on_other_conditions_and_names_the_arguments_that_change(
    made: Weighing, holds: w.Holds, changes: Mapping[str, bool | None]
) -> None:
    known = {condition: held for condition, held in changes.items() if held is not None}
    found = w.scenario(made, holds, known)
    then = {**holds, **known}
    assert found.before == w.value(made, holds)
    assert found.after == w.value(made, then)
    changed = {a.code for a in made.arguments if a.weighs(holds) != a.weighs(then)}
    assert set(found.begin) | set(found.cease) == changed
    assert not set(found.begin) & set(found.cease)


@given(weighings(), HOLDS, HOLDS)
def test_a_scenario_leaves_an_alternative_without_conditions_where_it_was(
    made: Weighing, holds: w.Holds, other: w.Holds
) -> None:
    for alternative in (*ALTERNATIVES, "OUT"):
        if not any(a.condition for a in made.arguments if a.alternative == alternative):
            assert w.value(made, holds).total(alternative) == w.value(made, other).total(alternative)


# --- several who weigh ------------------------------------------------------------------------------------------------


@given(st.lists(weighings(), min_size=1, max_size=4), HOLDS)
def test_several_are_compared_by_share_of_the_weight(made: list[Weighing], holds: w.Holds) -> None:
    people = {f"person {n}": one for n, one in enumerate(made)}
    found = w.compare(people, holds)
    assert found.results == {who: w.value(one, holds) for who, one in people.items()}
    for spread in found.criteria:
        assert spread.low <= spread.middle <= spread.high
        assert spread.by_person == {who: one.shares[spread.code] for who, one in people.items()}
    for spreads in (found.criteria, found.arguments):
        widths = [spread.width for spread in spreads]
        assert widths == sorted(widths, reverse=True)


def test_a_criterion_that_somebody_lacks_is_no_weight_for_them() -> None:
    people = {"a": Weighing(("UN",), {"school": 1, "own": 3}), "b": Weighing(("UN",), {"school": 7})}
    (first, second) = w.compare(people, {}).criteria
    assert {first.code, second.code} == {"school", "own"}
    assert {spread.code: (spread.low, spread.middle, spread.high) for spread in (first, second)} == {
        "school": (Fraction(1, 4), Fraction(5, 8), 1),
        "own": (0, Fraction(3, 8), Fraction(3, 4)),
    }


# --- nonsense ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weights": {"school": 0}}, "Alla vikter är noll"),
        ({"weights": {}}, "Alla vikter är noll"),
        ({"weights": {"school": 101}}, "från 0 till 100"),
        ({"weights": {"school": -1}}, "från 0 till 100"),
        ({"alternatives": ()}, "inget alternativ"),
        ({"apart": ("UN",)}, "Samma alternativ"),
        ({"arguments": (argument("U1", "UN", "school", "+", 4),)}, "Styrkan för U1 är 4"),
        ({"arguments": (argument("U1", "UN", "school", "+", -1),)}, "Styrkan för U1 är -1"),
        ({"arguments": (argument("U1", "UN", "school", "x"),)}, "riktningen x"),
        ({"arguments": (argument("U1", "BUN", "school"),)}, "inte är ett alternativ"),
        ({"arguments": (argument("U1", "UN", "luck"),)}, "inte är ett kriterium"),
        ({"arguments": (argument("U1", "UN", "school"),) * 2}, "står två gånger"),
    ],
)
def test_nonsense_is_turned_back_with_words(changes: dict[str, object], said: str) -> None:
    base: dict[str, object] = {"alternatives": ("UN", "SN"), "weights": {"school": 1}}
    with pytest.raises(ValueError, match=said):
        Weighing(**{**base, **changes})  # type: ignore[arg-type]


def test_to_draw_nothing_and_to_compare_nobody_is_nonsense() -> None:
    with pytest.raises(ValueError, match="minst ett"):
        w.acceptability(Weighing(("UN",), {"school": 1}), {}, draws=0)
    with pytest.raises(ValueError, match="ingen vägning"):
        w.compare({}, {})
