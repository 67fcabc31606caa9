"""The twin for many persons gives what the scalar rules give, amount by amount."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from bench import compensation
from hypothesis import given
from hypothesis import strategies as st
from tests.law.compensation_cases import CASES, MUNICIPALITIES, facts_of, people, rulings

from hemvist.law import parameters
from hemvist.law.compensation import CompensationFacts, Ground, InitialRate, Registration, Terms, entitlements
from hemvist.law.compensation import simulation as twin
from hemvist.law.compensation.simulation import GROUNDS, NOWHERE_CODE, Ledger, by_month, pack, simulate
from hemvist.law.types import Status

NAMES = dict(enumerate((*MUNICIPALITIES, "Norberg", "Stockholm"))) | {NOWHERE_CODE: ""}
CODES = {name: code for code, name in NAMES.items() if name}
EXTRAS = {Ground.MOVE_EARLY, Ground.MOVE_PERIOD}

Row = tuple[str, Decimal | None]


def column(ground: Ground, number: int | None) -> int:
    return 0 if ground is Ground.INITIAL else (number or 0) + (9 if ground in EXTRAS else 0)


def scalar(facts: CompensationFacts, terms: Terms) -> dict[tuple[int, str], Row]:
    """Column and month of payment -> payee and kronor."""
    return {
        (column(owed.ground, owed.number), f"{owed.due_on:%Y-%m}"): (owed.municipality, owed.amount)
        for owed in entitlements(replace(facts, stays=()), terms)
    }


def vector(owed: Ledger, person: int) -> dict[tuple[int, str], Row]:
    found = {}
    for place in range(owed.amount.shape[1]):
        payee, kronor = NAMES[int(owed.payee[person, place])], Decimal(int(owed.amount[person, place])) / 100
        if np.isnat(owed.due[person, place]):
            assert (payee, kronor) == ("", 0)
            continue
        assert owed.known[person, place] or kronor == 0
        found[place, str(owed.due[person, place])] = payee, kronor if owed.known[person, place] else None
    return found


def assert_equal(someone: Sequence[CompensationFacts], terms: Terms) -> None:
    owed = simulate(pack(someone, CODES), terms)
    assert owed.amount.shape == (len(someone), 19)
    for place, facts in enumerate(someone):
        assert vector(owed, place) == scalar(facts, terms), facts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_twin_gives_what_the_golden_cases_give(case: dict[str, Any]) -> None:
    assert_equal([facts_of(case)], Terms(case.get("rulings", {})))


@given(st.lists(people(), min_size=1, max_size=20), rulings)
def test_the_twin_gives_what_the_rules_give(someone: list[CompensationFacts], recorded: dict[str, str]) -> None:
    assert_equal(someone, Terms(recorded))


@given(st.lists(people(), min_size=1, max_size=6), rulings, st.sampled_from(["150005", "211000"]))
def test_the_twin_reads_the_register_that_is_given(
    someone: list[CompensationFacts], recorded: dict[str, str], kronor: str
) -> None:
    key = "compensation.standard.below_limit"
    last = parameters.register()[key][-1]
    day = date(2027, 6, 1)
    proposal = replace(last, value=int(kronor), valid_from=day, received_from=day, status=Status.PROPOSED)
    changed = {**parameters.register(), key: (*parameters.register()[key], proposal)}
    assert_equal(someone, Terms(recorded, changed, what_if=True))
    assert_equal(someone, Terms(recorded, changed))


def test_the_persons_of_the_bench_are_told_alike() -> None:
    someone = compensation.persons(200)
    same = pack(compensation.one_by_one(someone), compensation.MUNICIPALITIES)
    for one, other in zip(_arrays(simulate(someone)), _arrays(simulate(same)), strict=True):
        assert np.array_equal(one, other)


@pytest.fixture
def person() -> CompensationFacts:
    return CompensationFacts(
        birth_date=date(1990, 5, 14),
        received_on=date(2026, 3, 18),
        first_municipality="Enköping",
        initial_rate=InitialRate.ASSIGNED_2016,
        registrations=(Registration(date(2026, 3, 18), "Enköping"), Registration(date(2026, 11, 2), "Uppsala")),
    )


def test_many_persons_are_reckoned_in_parts(monkeypatch: pytest.MonkeyPatch, person: CompensationFacts) -> None:
    someone = [replace(person, received_on=date(2026, 1 + n % 12, 5)) for n in range(25)]
    whole = simulate(pack(someone, CODES))
    monkeypatch.setattr(twin, "CHUNK", 7)
    for one, other in zip(_arrays(whole), _arrays(simulate(pack(someone, CODES))), strict=True):
        assert np.array_equal(one, other)


def _arrays(owed: Ledger) -> tuple[np.ndarray, ...]:
    return owed.amount, owed.payee, owed.month, owed.known


def test_a_person_without_a_day_of_reception_is_owed_nothing(person: CompensationFacts) -> None:
    owed = simulate(pack([replace(person, received_on=None), person], CODES))
    assert not owed.amount[0].any()
    assert np.isnat(owed.due[0]).all()
    assert owed.known.all()
    nobody = simulate(pack([replace(person, received_on=None)], CODES))
    assert by_month(nobody).months.size == 0
    assert simulate(pack([], CODES)).amount.shape == (0, 19)


def test_a_year_that_the_register_lacks_is_told(person: CompensationFacts) -> None:
    owed = simulate(pack([replace(person, received_on=date(2028, 5, 2))], CODES))
    assert not owed.known[0, 0]
    assert owed.amount[0, 0] == 0
    assert owed.known[0, 1:].all()


def test_an_amount_that_is_not_whole_ore_is_refused(person: CompensationFacts) -> None:
    key = "compensation.instalment_shares"
    row = parameters.register()[key][0]
    uneven = (Decimal("10.001"), Decimal("19.999"), *row.value[2:])
    with pytest.raises(ValueError, match="inte hela ören"):
        simulate(pack([person], CODES), Terms(register={**parameters.register(), key: (replace(row, value=uneven),)}))


@given(st.lists(people(), min_size=1, max_size=12), st.sampled_from([None, 0, 1]))
def test_the_sums_of_months_are_the_sums_of_the_amounts(
    someone: list[CompensationFacts], municipality: int | None
) -> None:
    wanted: Counter[tuple[str, Ground]] = Counter()
    for facts in someone:
        for owed in entitlements(facts):
            if owed.municipality and municipality in (None, CODES[owed.municipality]):
                wanted[f"{owed.due_on:%Y-%m}", owed.ground] += int((owed.amount or 0) * 100)
    found = by_month(simulate(pack(someone, CODES)), municipality)
    got = {
        (str(month), ground): int(found.amount[row, place])
        for row, month in enumerate(found.months)
        for place, ground in enumerate(GROUNDS)
    }
    assert {key: value for key, value in got.items() if value} == {key: n for key, n in wanted.items() if n}
