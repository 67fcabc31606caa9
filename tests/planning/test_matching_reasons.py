"""Matching homes, example by example: who goes where and why, why not, and what a chosen home does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from string import Formatter

import pytest
from tests.planning.matching_cases import POLICY, START, areas, home, seeker

from hemvist.planning.matching import (
    Area,
    Home,
    Matching,
    MatchPolicy,
    Seeker,
    Wish,
    check,
    explain,
    explaining,
    first_come,
    match,
    reasons,
    solve,
    summary,
)

ONLY_SIZE = MatchPolicy(weights={"size": 100})


def lives(matching: Matching) -> dict[str, str]:
    return {one.seeker: one.home for one in matching.placements}


def kinds(matching: Matching, key: str) -> dict[str, tuple[str, ...]]:
    left = next(one for one in matching.unplaced if one.seeker == key)
    return {one.kind: one.homes for one in left.obstacles}


def test_one_more_home_beats_any_wish() -> None:
    # The single person wishes for the home that the family alone could use.
    households = [seeker("family", 4), seeker("single", 1, wishes=(Wish(kind="family", area="A"),))]
    stock = [home("large", 4, "A"), home("small", 1, "B")]
    policy = MatchPolicy(weights={"family": 100})
    assert lives(match(households, stock, areas(), policy)) == {"family": "large", "single": "small"}
    assert first_come(households[1:] + households[:1], stock, areas(), policy, best=True).placed == 2


def test_large_homes_are_kept_for_large_households() -> None:
    households = [seeker("a", 1), seeker("b", 2)]
    stock = [home("five", 5), home("one", 1), home("two", 2)]
    assert lives(match(households, stock, areas(), ONLY_SIZE)) == {"a": "one", "b": "two"}


def test_a_household_without_wishes_is_not_worth_less_for_it() -> None:
    policy = MatchPolicy(weights={"school": 50, "size": 50})
    with_wish = seeker("a", 4, wishes=(Wish(kind="school"),))
    found = {
        one.seeker: one.score
        for one in match([with_wish, seeker("b", 4)], [home("h1"), home("h2")], areas(), policy).placements
    }
    assert found["b"] == 1000
    assert found["a"] == 500 + 50 * (1000 * 50 // 60) // 100  # ten minutes of sixty


@pytest.mark.parametrize(
    ("area", "score"), [("A", 1000), ("B", 666), ("C", 0)], ids=["there", "twenty minutes", "not measured"]
)
def test_nearness_to_family(area: str, score: int) -> None:
    policy = MatchPolicy(weights={"family": 10})
    household = seeker("a", wishes=(Wish(kind="family", area="A"),))
    places = [*areas(), Area(code="C", minutes={})]
    assert match([household], [home("h", area=area)], places, policy).score == score


@pytest.mark.parametrize(("rent", "score"), [(7000, 1000), (8000, 1000), (9000, 500), (10_000, 0), (12_000, 0)])
def test_rent_is_a_wish(rent: int, score: int) -> None:
    policy = MatchPolicy(weights={"rent": 10})
    assert match([seeker("a", rent_max=8000)], [home("h", rent=rent)], areas(), policy).score == score


def test_the_one_whose_last_day_is_near_goes_first() -> None:
    policy = MatchPolicy(weights={"waiting": 10})
    households = [seeker("calm", wanted_by=START + timedelta(days=59)), seeker("urgent", wanted_by=START)]
    assert lives(match(households, [home("h")], areas(), policy)) == {"urgent": "h"}


def test_a_stay_begins_when_the_home_is_open_and_ends_by_the_month() -> None:
    stock = [home("h", blocked=((START, date(2027, 2, 9)),))]
    (one,) = match([seeker("a", stays_months=12)], stock, areas(), POLICY).placements
    assert (one.move_in, one.last_day) == (date(2027, 2, 10), date(2028, 2, 9))


def test_a_home_is_let_again_when_a_stay_is_over() -> None:
    first = seeker("a", stays_months=1, wanted_by=START)
    then = seeker("b", stays_months=None, wanted_from=START + timedelta(days=20), wanted_by=START + timedelta(days=60))
    matching = match([first, then], [home("h")], areas(), POLICY)
    assert [one.move_in for one in matching.placements] == [START, date(2027, 2, 28)]
    assert matching.optimal
    assert matching.method != "assignment"


def test_who_has_no_home_is_told_what_stands_in_the_way() -> None:
    household = seeker("s", 5, rooms=4, step_free=True, declined=frozenset({"no"}))
    ready = {"capacity": 5, "step_free": True}
    stock = [
        home("few", 2, rooms=4, step_free=True),
        home("narrow", **ready, rooms=3),
        home("stairs", 5, rooms=4),
        home("late", **ready, rooms=4, free_from=START + timedelta(days=31)),
        home("no", **ready, rooms=4),
        home("taken", **ready, rooms=4),
    ]
    other = seeker("locked", 5, locked_to="taken")
    found = kinds(match([household, other], stock, areas(), POLICY), "s")
    assert found == {
        "capacity": ("few",),
        "rooms": ("narrow",),
        "step_free": ("stairs",),
        "dates": ("late", "taken"),
        "declined": ("no",),
    }


def test_a_home_that_others_need_more_and_an_area_that_is_full_are_told_apart() -> None:
    households = [seeker("a", 4), seeker("b", 4, wanted_by=START), seeker("c", 4, wanted_by=START)]
    matching = match(households, [home("h1"), home("h2"), home("h3")], areas(A=2), POLICY)
    assert lives(matching).keys() == {"b", "c"}
    found = kinds(matching, "a")
    assert len(found["taken"]) == 2
    assert len(found["limit"]) == 1


def test_those_who_live_there_already_count_in_the_limit() -> None:
    assert match([seeker("a")], [home("h", area="B")], areas(B=2), POLICY).placed == 0
    assert match([seeker("a")], [home("h", area="B")], areas(B=3), POLICY).placed == 1


def test_a_building_has_its_own_limit_in_its_area() -> None:
    households = [seeker(key) for key in "abcd"]
    stock = [home(f"h{n}", building="x" if n < 2 else "y") for n in range(4)]
    policy = replace(POLICY, most_in_building=1)
    for most, placed in ((None, 2), (3, 2), (1, 1)):
        matching = match(households, stock, areas(A=most), policy)
        assert matching.placed == placed
        assert matching.optimal
        assert check(matching.placements, households, stock, areas(A=most), most_in_building=1) == []


def test_no_homes_and_no_households() -> None:
    assert kinds(match([seeker("a")], [], areas(), POLICY), "a") == {"none": ()}
    empty = match([], [home("h")], areas(), POLICY)
    assert (empty.placed, empty.value, empty.gap, empty.optimal) == (0, 0, 0.0, True)


# --- choices that are made --------------------------------------------------------------------------------------------


def test_a_chosen_home_is_kept_though_another_is_better() -> None:
    households = [seeker("a", 1, locked_to="five"), seeker("b", 5)]
    matching = match(households, [home("five", 5), home("one", 1)], areas(), ONLY_SIZE)
    assert lives(matching) == {"a": "five"}


@pytest.mark.parametrize(
    ("households", "text"),
    [
        ([seeker("a", locked_to="gone")], reasons.LOCK_UNKNOWN),
        ([seeker("a", 5, locked_to="h")], reasons.LOCK_UNFIT),
        ([seeker("a", locked_to="h"), seeker("b", locked_to="h")], reasons.LOCK_TAKEN),
    ],
    ids=["unknown", "unfit", "taken"],
)
def test_a_choice_that_cannot_be_kept_is_told(households: list[Seeker], text: str) -> None:
    left = match(households, [home("h"), home("i")], areas(), POLICY).unplaced
    assert len(left) == 1
    assert left[0].steps[0].text == text
    assert {one.kind for one in left[0].obstacles} == {"locked"}


# --- bad input --------------------------------------------------------------------------------------------------------


def test_what_does_not_hold_together_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="Hushållet a står 2 gånger"):
        match([seeker("a"), seeker("a")], [], areas(), POLICY)
    with pytest.raises(ValueError, match="ligger i området Z"):
        match([], [home("h", area="Z")], areas(), POLICY)
    with pytest.raises(ValueError, match="Vikten för size är 101"):
        MatchPolicy(weights={"size": 101})
    with pytest.raises(ValueError, match="Kriteriet origin finns inte"):
        MatchPolicy(weights={"origin": 1})
    with pytest.raises(ValueError, match="saknar område"):
        Wish(kind="work")
    with pytest.raises(ValueError, match="innan den börjar"):
        home("h", blocked=((START, START - timedelta(days=1)),))


# --- why, and why not -------------------------------------------------------------------------------------------------


def case() -> tuple[list[Seeker], list[Home], list[Area], MatchPolicy]:
    near = (Wish(kind="family", area="A"),)
    households = [seeker("a", 2, wishes=near), seeker("b", 4)]
    stock = [home("big", 4, "A"), home("far", 3, "B"), home("near", 2, "A"), home("tiny", 1, "A")]
    return households, stock, areas(), MatchPolicy(weights={"family": 50, "size": 50})


def test_why_this_home_and_why_not_another() -> None:
    matching = match(*case())
    told = explain(matching, *case(), "a")
    assert told.home == "near"
    assert told.steps[0].render() == "Bostaden ger 1000 av 1000 poäng för det som gäller hushållet."
    assert [step.render() for step in told.steps[1:]] == [
        "nära anhöriga: 500 av 500 poäng.",
        "bostadens storlek: 500 av 500 poäng.",
    ]
    big, far, tiny = told.alternatives
    assert (big.home, big.possible, big.score) == ("big", True, 750)
    assert big.placed_lost == 1, "nobody else fits the family of four"
    assert explaining.FEWER in [step.text for step in big.steps]
    assert (far.home, far.score, far.placed_lost) == ("far", 666, 0)
    assert far.steps[0].text == explaining.ONLY_WORSE
    assert far.score_lost == 334
    assert "Om hushållet får den, går alla hushåll tillsammans miste om 334 poäng." in [
        step.render() for step in far.steps
    ]
    assert (tiny.home, tiny.possible, tiny.score) == ("tiny", False, None)
    assert [step.render() for step in tiny.steps] == ["Bostaden rymmer 1 och hushållet är 2."]


def test_an_alternative_begins_with_what_is_better_and_what_is_worse() -> None:
    wishes = (Wish(kind="family", area="A"),)
    stock = [home("near", 2, "A", rent=11_000), home("cheap", 2, "B", rent=7_000)]
    asked = ([seeker("a", 2, wishes=wishes, rent_max=7_000)], stock, areas())
    policy = MatchPolicy(weights={"family": 80, "rent": 20})
    (cheap,) = explain(match(*asked, policy), *asked, policy, "a").alternatives
    assert cheap.steps[0].render() == "Bättre: hyran. Sämre: nära anhöriga."


def test_what_is_lost_is_what_the_matching_with_that_home_chosen_loses() -> None:
    households, stock, places, policy = case()
    matching = match(*case())
    for one in explain(matching, *case(), "b").alternatives:
        if one.possible:
            chosen = [replace(h, locked_to=one.home) if h.key == "b" else h for h in households]
            other = match(chosen, stock, places, policy)
            assert one.placed_lost == matching.placed - other.placed
            assert one.score_lost == matching.score - other.score


def test_a_household_without_a_home_is_explained_too() -> None:
    households, stock, places, policy = case()
    matching = match([*households, seeker("c", 4)], stock, places, policy)
    left = matching.unplaced[0].seeker
    told = explain(matching, [*households, seeker("c", 4)], stock, places, policy, left)
    assert told.home == ""
    assert told.steps == matching.unplaced[0].steps
    assert told.alternatives[0].home == "big"
    assert told.alternatives[0].placed_lost == 0


def test_the_number_of_alternatives_is_kept_and_an_unknown_household_is_an_error() -> None:
    assert len(explain(match(*case()), *case(), "a", most=2).alternatives) == 2
    with pytest.raises(KeyError):
        explain(match(*case()), *case(), "z")


def test_what_is_proven_is_said() -> None:
    matching = match(*case())
    assert [step.text for step in summary(matching)] == [explaining.BEST]
    worse = replace(matching, placements=matching.placements[:1])
    assert summary(worse)[0].render() == "Högst 1 hushåll fler kan få en bostad i något annat förslag."
    first, second = matching.placements
    off = replace(matching, placements=(replace(first, score=first.score - 9), second))
    step = summary(off)[0]
    assert step.text == explaining.MOST
    assert step.values == {"percent": Decimal("0.5")}, "9 of 2000, rounded up"


def test_a_sentence_asks_only_for_values_that_it_gets() -> None:
    for texts in (reasons.SENTENCES, reasons.ONE_HOME):
        for text in texts.values():
            names = {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}
            assert names <= {"count", "all", "persons", "rooms", "first", "last", "capacity", "has_rooms"}


# --- large problems ---------------------------------------------------------------------------------------------------


def year() -> tuple[list[Seeker], list[Home], list[Area], MatchPolicy]:
    """Twelve households that follow each other in four homes."""
    households = [
        seeker(
            f"s{n:02}",
            1 + n % 4,
            stays_months=2 + n % 3,
            wanted_from=START + timedelta(days=17 * n),
            wanted_by=START + timedelta(days=17 * n + 25),
        )
        for n in range(12)
    ]
    return households, [home(f"h{n}", n + 1, "AB"[n % 2]) for n in range(4)], areas(), POLICY


def test_a_process_of_its_own_gives_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    here = match(*year())
    told: list[tuple[int, int, int]] = []
    monkeypatch.setattr(solve, "IN_PROCESS", 0)
    there = match(*year(), told=lambda *news: told.append(news))
    assert there == here
    assert told[-1] == (there.placed, there.value, there.bound)


def test_a_process_that_does_not_come_back_is_ended_and_what_is_known_is_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solve, "IN_PROCESS", 0)
    monkeypatch.setattr(solve, "GRACE", 0.0)
    matching = match(*year(), time_limit=0.0)
    households, stock, places, _policy = year()
    assert check(matching.placements, households, stock, places) == []
    assert matching.method == "by_hand"
    assert first_come(*year()).value <= matching.value <= matching.bound


def test_all_alternatives_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    matching, now, limits = match(*year()), [100.0], []

    def slow(*asked: object, time_limit: float) -> Matching:
        limits.append(time_limit)
        now[0] += 2.0
        return matching

    monkeypatch.setattr(explaining, "match", slow)
    monkeypatch.setattr(explaining.time, "monotonic", lambda: now[0])
    told = explain(matching, *year(), "s00", time_limit=3.0)
    assert limits == [3.0, 1.0]
    counted = [explaining.NOT_COUNTED not in [step.text for step in one.steps] for one in told.alternatives]
    assert counted == [True, True, False]


def test_what_is_not_worked_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "FEW", 3)
    told = explain(match(*year()), *year(), "s00")
    possible = [one for one in told.alternatives if one.possible]
    assert possible
    for one in possible:
        assert one.placed_lost is None
        assert one.steps[-1].text == explaining.NOT_COUNTED
