"""Runs the golden cases in ``golden/compensation/*.yaml``: a person's facts, and all that the state owes for them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.law.compensation_cases import CASES, FILES, RATES, facts_of

import hemvist.law
from hemvist.law import parameters
from hemvist.law.compensation import Entitlement, Ground, InitialRate, RateFacts, Terms, entitlements, initial_rate
from hemvist.law.rulings import QUESTIONS
from hemvist.law.types import Step, Text

STANDARD = {Ground.STANDARD, Ground.MOVE_EARLY, Ground.MOVE_PERIOD}
# The readings that an amount of the ledger can hang on.
READINGS = ("U2", "U3", "U4", "U5", "U6", "U8", "U9", "U12", "U14")
of_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def owed_in(case: dict[str, Any]) -> tuple[Entitlement, ...]:
    return entitlements(facts_of(case), Terms(case.get("rulings", {})), until=case.get("until"))


def as_row(owed: Entitlement) -> dict[str, Any]:
    """An amount as the files write it; what is left out there is left out here."""
    row = {
        "kind": str(owed.ground),
        "number": owed.number,
        "period": list(owed.period) if owed.period else None,
        "due": owed.due_on if owed.by_day else f"{owed.due_on:%Y-%m}",
        "apply_by": owed.apply_by,
        "hangs_on": [choice.key for choice in owed.open_points],
        "by_hand": owed.check_by_hand,
        "provisional": [parameter.key for parameter in owed.provisional],
    }
    return {key: value for key, value in row.items() if value} | {
        "municipality": owed.municipality or None,
        "kronor": owed.amount,
    }


def _name(row: dict[str, Any]) -> str:
    return f"{row['kind']} {row.get('number')} {row.get('period')}"


@of_case
def test_golden(case: dict[str, Any]) -> None:
    owed = owed_in(case)
    found = [as_row(item) for item in owed]
    if "expect" in case:
        assert sorted(found, key=_name) == sorted(case["expect"], key=_name)
    else:
        named = {_name(row) for row in case["includes"]}
        assert [row for row in found if _name(row) in named] == case["includes"]
    sums: Counter[str] = Counter()
    for item in owed:
        if item.ground in STANDARD and not item.nobody:
            sums[item.municipality] += int(item.amount or 0)
    assert sums == case["sums"]
    paragraphs = {str(step.source) for item in owed for step in item.steps}
    assert set(case.get("paragraphs", ())) <= paragraphs
    assert case["why"]


@pytest.mark.parametrize("case", RATES, ids=lambda case: case["name"])
def test_the_rate_of_initial_costs(case: dict[str, Any]) -> None:
    answer = initial_rate(RateFacts(**case["facts"]), Terms(case.get("rulings", {})))
    assert answer.value == InitialRate(case["expect"])
    assert set(case["paragraphs"]) <= {str(step.source) for step in answer.steps}
    assert case.get("says", "") in " ".join(step.render() for step in answer.steps)
    assert case["why"]
    _readable(answer.steps)


def test_every_rate_has_a_case() -> None:
    assert {case["expect"] for case in RATES} == set(InitialRate)


def test_every_example_of_the_new_year_says_that_the_price_base_amount_is_provisional() -> None:
    cases = [case for case in FILES["new_year_2027"] if case["facts"]["received_on"] > date(2026, 11, 30)]
    assert len(cases) == len(FILES["new_year_2027"])
    for case in cases:
        told = {item.ground: item.provisional for item in owed_in(case) if item.provisional}
        assert list(told) == [Ground.INITIAL]
        assert [(p.key, p.valid_from.year) for p in told[Ground.INITIAL]] == [("price_base_amount", 2027)]


def _differs(key: str, option: str) -> bool:
    """Whether some case about the question has another amount, or payee, with this option than with the default."""
    cases = [case for case in FILES["readings"] if case["name"].startswith(f"{key} ")]

    def amounts(case: dict[str, Any], rulings: dict[str, str]) -> list[tuple[object, ...]]:
        owed = owed_in(case | {"rulings": rulings})
        return [(item.key, item.municipality, item.amount) for item in owed]

    return any(amounts(case, {key: option}) != amounts(case, {}) for case in cases)


@pytest.mark.parametrize("key", READINGS)
def test_every_answer_to_an_open_question_has_a_case_of_its_own(key: str) -> None:
    cases = [case for case in FILES["readings"] if case["name"].startswith(f"{key} ")]
    recorded = {case.get("rulings", {}).get(key) for case in cases}
    others = set(QUESTIONS[key].options) - {QUESTIONS[key].default}
    assert recorded == {None} | others
    assert all(_differs(key, option) for option in others)
    told = {row for case in cases for row in _told(case)}
    assert (key, False) in told
    assert (key, True) in told


def _told(case: dict[str, Any]) -> set[tuple[str, bool]]:
    return {(choice.key, choice.recorded) for item in owed_in(case) for choice in item.open_points}


def test_preparedness_is_paid_for_each_in_the_allotted_number() -> None:
    """E19: 17 persons in the fördelningstal (2017:193 14 §)."""
    assert 17 * parameters.get("asylum.capacity", date(2026, 4, 10)).value == 170_000


def _marked() -> set[str]:
    """Every sentence and word of the law that goes into the translation catalogue."""
    calls = (
        node
        for file in Path(hemvist.law.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "gettext_noop"
    )
    return {ast.literal_eval(call.args[0]) for call in calls}


MARKED = _marked()


def _readable(steps: tuple[Step, ...]) -> None:
    for step in steps:
        assert step.text in MARKED
        assert "{" not in step.render()
        for value in step.values.values():
            assert not isinstance(value, str) or value in MARKED or re.fullmatch(r"\d{4}:\d+", value)
            assert not isinstance(value, Text) or value.en


@of_case
def test_every_word_of_an_amount_can_be_read_in_english(case: dict[str, Any]) -> None:
    for item in owed_in(case):
        _readable(item.steps)
        assert set(item.assumed) <= MARKED
