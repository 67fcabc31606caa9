"""What holds for the state's compensation whatever the facts are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.law.compensation_cases import MUNICIPALITIES, READINGS, births, moves, people, rulings

from hemvist.law import parameters, whatif
from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.compensation import (
    NOWHERE,
    CompensationFacts,
    Entitlement,
    Ground,
    Registration,
    Stay,
    StayForm,
    Terms,
    entitlements,
    stay_money,
)
from hemvist.law.rulings import QUESTIONS
from hemvist.law.types import Status

EXTRAS = (Ground.MOVE_EARLY, Ground.MOVE_PERIOD)
NEW_AMOUNT = date(2027, 1, 1)
MONTHS = parameters.get("compensation.instalment_months", date(2026, 1, 1)).value
receptions_2023 = st.dates(date(2023, 1, 1), date(2028, 12, 31))
municipalities = st.sampled_from(MUNICIPALITIES)


def ordinary(owed: tuple[Entitlement, ...]) -> dict[int, Entitlement]:
    return {item.number: item for item in owed if item.ground is Ground.STANDARD and item.number}


def extra(owed: tuple[Entitlement, ...]) -> dict[int, Entitlement]:
    return {item.number: item for item in owed if item.ground in EXTRAS and item.number}


def gist(owed: tuple[Entitlement, ...]) -> list[tuple[object, ...]]:
    return [(item.key, item.municipality, item.due_on, item.amount) for item in owed]


def period(received_on: date, number: int) -> tuple[date, date]:
    """The first and last day of the time whose end an instalment looks at."""
    first = received_on.replace(day=1)
    begins = received_on if number == 2 else end_of_month(add_months(first, MONTHS[number - 2] - 1)) + timedelta(1)
    return begins, end_of_month(add_months(first, MONTHS[number - 1] - 1))


@given(receptions_2023, municipalities, st.integers(0, 60 * 365))
def test_who_stays_brings_the_whole_amount(received_on: date, municipality: str, days: int) -> None:
    facts = CompensationFacts(
        birth_date=received_on - timedelta(days),
        received_on=received_on,
        first_municipality=municipality,
        registrations=(Registration(received_on, municipality),),
    )
    owed = ordinary(entitlements(facts))
    assert sum(item.steps[0].values["share"] for item in owed.values()) == 100
    assert {item.municipality for item in owed.values()} == {municipality}
    whole = 180_700 if received_on >= NEW_AMOUNT else 165_000
    assert sum(item.amount or 0 for item in owed.values()) == whole
    assert extra(entitlements(facts)) == {}


@given(people(), rulings)
def test_one_ordinary_instalment_a_reference_day(facts: CompensationFacts, recorded: dict[str, str]) -> None:
    owed = [item for item in entitlements(facts, Terms(recorded)) if item.ground is Ground.STANDARD]
    assert Counter(item.number for item in owed) == dict.fromkeys(range(1, 10), 1)
    assert len({item.reference_on for item in owed}) == 9
    assert all(item.amount == 0 for item in owed if item.nobody)


@given(people(), rulings)
def test_a_move_adds_at_most_a_tenth_a_period(facts: CompensationFacts, recorded: dict[str, str]) -> None:
    owed = entitlements(facts, Terms(recorded))
    usual, more = ordinary(owed), extra(owed)
    assert len(more) == sum(item.ground in EXTRAS for item in owed)
    for number, item in more.items():
        assert item.municipality == usual[number].municipality != NOWHERE
        assert item.due_on == usual[number].due_on
        assert item.ground is (Ground.MOVE_EARLY if number == 2 else Ground.MOVE_PERIOD)
        assert item.amount == (usual[number].amount if number > 2 else _half(usual[number].amount))


def _half(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount / 2


@given(people(), rulings)
def test_a_person_brings_the_whole_and_a_tenth_for_each_period_with_a_move(
    facts: CompensationFacts, recorded: dict[str, str]
) -> None:
    owed = entitlements(facts, Terms(recorded))
    assert facts.received_on is not None
    days = [row.on for row in facts.registrations]
    periods = {number: period(facts.received_on, number) for number in range(2, 10)}
    periods[2] = date.min, periods[2][1]  # who was registered elsewhere before the reception has moved too
    begun = {number for number, (first, last) in periods.items() if any(first <= day <= last for day in days)}
    assert extra(owed).keys() <= begun
    paid = sum(item.steps[0].values["share"] for item in ordinary(owed).values() if not item.nobody)
    assert paid + 10 * len(extra(owed)) <= 100 + 10 * len(begun)


@given(people(), rulings)
def test_amounts_are_whole_kronor_in_every_year(facts: CompensationFacts, recorded: dict[str, str]) -> None:
    for item in entitlements(facts, Terms(recorded)):
        assert item.amount is None or (item.amount >= 0 and item.amount == int(item.amount))


@given(receptions_2023, st.integers(2, 9), st.data())
def test_where_a_person_is_in_the_middle_of_a_period_changes_nothing(
    received_on: date, number: int, data: st.DataObject
) -> None:
    begins, ends = period(received_on, number)
    days = data.draw(st.lists(st.dates(begins, ends), min_size=3, max_size=3, unique=True).map(sorted))
    at_home = Registration(received_on - timedelta(1), "Enköping")
    facts = CompensationFacts(
        birth_date=date(1990, 5, 14), received_on=received_on, first_municipality="Enköping", registrations=(at_home,)
    )

    def moving(*rows: Registration) -> list[tuple[object, ...]]:
        return gist(entitlements(replace(facts, registrations=(at_home, *rows))))

    away, back = Registration(days[0], "Uppsala"), Registration(days[1], "Enköping")
    assert moving(away, back) == moving()
    arrives = Registration(days[2], "Västerås")
    assert moving(away, arrives) == moving(away, back, arrives) == moving(arrives)


@given(
    people(), st.lists(moves(date(2026, 1, 1)), max_size=4), st.none() | st.dates(date(2026, 1, 1), date(2029, 1, 1))
)
def test_later_facts_leave_what_the_first_municipality_has_been_paid(
    facts: CompensationFacts, rows: list[Registration], died_on: date
) -> None:
    def paid_first(facts: CompensationFacts) -> list[tuple[object, ...]]:
        owed = entitlements(facts)
        return gist(tuple(item for item in owed if item.ground is Ground.INITIAL or item.number == 1))

    later = replace(facts, registrations=(*facts.registrations, *rows), died_on=died_on)
    assert paid_first(later) == paid_first(facts)
    assert {row[1] for row in paid_first(facts)} == {facts.first_municipality}


@given(people(), st.integers(0, 300_000))
def test_what_is_proposed_stays_in_the_what_if(facts: CompensationFacts, kronor: int) -> None:
    key = "compensation.standard.below_limit"
    before = gist(entitlements(facts))
    rows = parameters.register()[key]
    proposal = replace(rows[-1], value=kronor, received_from=date(2026, 6, 1), status=Status.PROPOSED)
    imagined = {**parameters.register(), key: (*rows, proposal)}
    entitlements(facts, Terms(register=imagined, what_if=True))
    assert gist(entitlements(facts)) == before
    assert gist(entitlements(facts, Terms(register=imagined))) == before


@given(people(), rulings)
def test_the_cohort_keeps_its_amount(facts: CompensationFacts, recorded: dict[str, str]) -> None:
    assert facts.received_on is not None
    amounts = {item.amount for item in entitlements(facts, Terms(recorded)) if item.ground is Ground.STANDARD}
    assert amounts.isdisjoint({18_070, 36_140} if facts.received_on < NEW_AMOUNT else {16_500, 33_000})


@given(people())
def test_a_ruling_that_is_the_default_changes_no_amount(facts: CompensationFacts) -> None:
    recorded = {key: QUESTIONS[key].default for key in READINGS}
    usual, ruled = entitlements(facts), entitlements(facts, Terms(recorded))
    assert gist(usual) == gist(ruled)
    assert not any(choice.recorded for item in usual for choice in item.open_points)
    assert all(choice.recorded for item in ruled for choice in item.open_points)


@pytest.mark.parametrize("key", READINGS)
@given(facts=people(), recorded=rulings, data=st.data())
def test_an_amount_that_hangs_on_a_reading_says_so(
    key: str, facts: CompensationFacts, recorded: dict[str, str], data: st.DataObject
) -> None:
    """What would be another amount, or another payee, on another reading names the question; an extra that there is
    none of on this reading is told of in the ordinary instalment.
    """
    other = data.draw(st.sampled_from(sorted(QUESTIONS[key].options)))
    now = {(item.ground, item.number): item for item in entitlements(facts, Terms(recorded))}
    then = {(item.ground, item.number): item for item in entitlements(facts, Terms(recorded | {key: other}))}
    for place in now.keys() | then.keys():
        one, another = now.get(place), then.get(place)
        if one and another and (one.amount, one.municipality) == (another.amount, another.municipality):
            continue
        told_in = one or now[Ground.STANDARD, place[1]]
        assert key in {choice.key for choice in told_in.open_points}


@given(people(), rulings)
def test_amounts_come_in_order_and_with_their_reasons(facts: CompensationFacts, recorded: dict[str, str]) -> None:
    owed = entitlements(facts, Terms(recorded))
    assert [item.due_on for item in owed] == sorted(item.due_on for item in owed)
    assert len({item.key for item in owed}) == len(owed)
    for item in owed:
        assert any(step.source for step in item.steps)
        assert not any("{" in step.render() for step in item.steps)
        assert item.due_on == end_of_month(item.due_on)
        assert len({choice.key for choice in item.open_points}) == len(item.open_points)


@given(st.sampled_from(StayForm), st.dates(date(2023, 1, 1), date(2027, 6, 30)), st.integers(0, 500), st.data())
def test_a_longer_stay_never_brings_less(form: StayForm, start: date, days: int, data: st.DataObject) -> None:
    born = data.draw(births(start))
    until = start + timedelta(700)

    def brings(end: date | None) -> Decimal:
        owed = stay_money(Stay(form, start, end), birth_date=born, municipality="Enköping", until=until)
        assert all(item.period and item.amount is not None and any(step.source for step in item.steps) for item in owed)
        assert len({item.key for item in owed}) == len(owed)
        return sum((item.amount for item in owed if item.amount is not None), Decimal(0))

    end = start + timedelta(days)
    assume(end <= until)
    assert brings(end) <= brings(end + timedelta(1)) <= brings(None)


def test_terms_on_another_register_look_up_anew() -> None:
    """What terms have found is theirs alone: a what-if never answers from the law in force, or the other way round."""
    key, on, received = "compensation.standard.below_limit", date(2027, 6, 30), NEW_AMOUNT
    known = Terms()
    before = known.get(key, on, received).value
    imagined = replace(known, register=whatif.imagined(key, before + 1, NEW_AMOUNT), what_if=True)
    assert imagined.get(key, on, received).value == before + 1
    assert known.get(key, on, received).value == before
