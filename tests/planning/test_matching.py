"""Matching homes: what is never broken, and that nothing is better, against trying everything."""

from __future__ import annotations

import random
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.planning.matching_cases import Case, best_by_trial, cases, home

from hemvist.planning.matching import (
    FULL,
    Area,
    Home,
    Matching,
    MatchPolicy,
    Seeker,
    Wish,
    check,
    first_come,
    hardest_first,
    match,
    value,
)
from hemvist.planning.matching.problem import Problem

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANY = st.one_of(cases(over_time=False, locks=True), cases(over_time=True, locks=True))


def allowed(case: Case, matching: Matching) -> None:
    households, stock, places, policy = case
    assert check(matching.placements, households, stock, places, most_in_building=policy.most_in_building) == []


@QUICK
@given(ANY)
def test_what_must_be_is_never_broken_whoever_matches(case: Case) -> None:
    for matching in (match(*case), first_come(*case), first_come(*case, best=True), hardest_first(*case)):
        allowed(case, matching)
        everybody = [one.seeker for one in (*matching.placements, *matching.unplaced)]
        assert sorted(everybody) == sorted(one.key for one in case[0])


@QUICK
@given(ANY)
def test_it_is_proven_best_and_never_worse_than_by_hand(case: Case) -> None:
    ours = match(*case)
    assert ours.optimal
    assert ours.gap == 0
    for other in (first_come(*case), first_come(*case, best=True), hardest_first(*case)):
        assert other.value <= ours.value <= other.bound


@SLOW
@given(cases(over_time=False))
def test_at_one_time_it_is_the_best_of_all_there_are(case: Case) -> None:
    assert match(*case).value == best_by_trial(case)


@SLOW
@given(cases(over_time=True, most=3))
def test_over_time_it_is_the_best_of_all_there_are(case: Case) -> None:
    assert match(*case).value == best_by_trial(case)


@QUICK
@given(ANY, st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(case: Case, order: random.Random) -> None:
    households, stock, places, policy = case
    mixed = [order.sample(rows, len(rows)) for rows in (households, stock, places)]
    assert match(*mixed, policy) == match(*case)


@QUICK
@given(ANY)
def test_another_home_never_makes_it_worse(case: Case) -> None:
    households, stock, places, policy = case
    more = match(households, [*stock, home("h9", area="B", step_free=True)], places, policy)
    assert more.value >= match(*case).value


@QUICK
@given(ANY)
def test_points_are_whole_and_the_sum_of_their_parts(case: Case) -> None:
    matching = match(*case)
    for one in matching.placements:
        assert one.score == sum(one.parts.values())
        assert all(part >= 0 for part in one.parts.values())
        assert one.score <= FULL
    assert matching.value == value(matching.placements, len(case[0]))
    assert matching.score < matching.worth, "no sum of wishes is worth a home"


@QUICK
@given(ANY)
def test_a_choice_that_is_made_is_kept_or_told(case: Case) -> None:
    matching = match(*case)
    lives = {one.seeker: one.home for one in matching.placements}
    why = {one.seeker: one.obstacles for one in matching.unplaced}
    for one in case[0]:
        if one.locked_to:
            assert lives.get(one.key) == one.locked_to or {o.kind for o in why[one.key]} == {"locked"}


@QUICK
@given(ANY)
def test_whoever_is_without_a_home_is_told_why(case: Case) -> None:
    homes = {one.key for one in case[1]}
    for one in match(*case).unplaced:
        assert one.obstacles
        assert all(step.render() for step in one.steps)
        if one.obstacles[0].kind != "locked":
            assert {key for obstacle in one.obstacles for key in obstacle.homes} == homes, "every home has its reason"


@SLOW
@given(cases(over_time=True, most=4))
def test_columns_and_days_prove_the_same(case: Case) -> None:
    from hemvist.planning.matching import columns, solve, time_indexed

    problem = Problem(*case)
    starts = solve.by_hand(problem)
    days = time_indexed.days_that_matter(problem, 10_000)
    assert days is not None
    exact, bound = time_indexed.solve(problem, days, starts[0], time_limit=20)
    assert problem.value([*problem.fixed, *exact]) == bound
    last = None
    for solution, proven in columns.improve(problem, starts, time_limit=20):
        assert problem.value([*problem.fixed, *solution]) <= bound <= proven
        last = solution
    assert last is not None


# What is known of a household, a home, an area and a policy. A new field is added here only after asking whether it
# tells who somebody is: origin, religion, nationality, ethnicity, language and sex never may.
KNOWN = {
    Wish: {"kind", "area"},
    Seeker: {
        "key",
        "persons",
        "rooms",
        "step_free",
        "wanted_from",
        "wanted_by",
        "stays_months",
        "rent_max",
        "wishes",
        "locked_to",
        "declined",
    },
    Home: {
        "key",
        "capacity",
        "rooms",
        "area",
        "building",
        "step_free",
        "rent",
        "free_from",
        "free_until",
        "blocked",
    },
    Area: {"code", "minutes", "housed", "most"},
    MatchPolicy: {
        "weights",
        "far_minutes",
        "long_wait_days",
        "rent_over_percent",
        "crowded",
        "most_in_building",
    },
}


@pytest.mark.parametrize("kind", KNOWN, ids=lambda kind: kind.__name__)
def test_nothing_that_tells_who_somebody_is_goes_in(kind: type) -> None:
    assert {one.name for one in fields(kind)} == KNOWN[kind]


def test_the_verifier_finds_what_is_wrong() -> None:
    from tests.planning.matching_cases import POLICY, areas, seeker

    households = [seeker("s1"), seeker("s2", 3, step_free=True)]
    stock = [home("h1"), home("h2", step_free=True)]
    good = match(households, stock, areas(), POLICY).placements
    assert check(good, households, stock, areas()) == []
    twice = [replace(one, home="h2") for one in good]
    assert check(twice, households, stock, areas()) == ["h2: s1 och s2 bor där samma dag."]
    stairs = [replace(one, home="h1") for one in good]
    assert any("trappsteg" in fault for fault in check(stairs, households, stock, areas()))
    assert any("högst 1" in fault for fault in check(good, households, stock, areas(A=1)))
