"""What holds for every ground and every date of the money that must be applied for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hemvist.law import claims
from hemvist.law.calendar import add_months, end_of_month, is_working_day, quarter_of
from hemvist.law.claims import (
    GROUNDS,
    AmountRule,
    ClaimFacts,
    ClaimGround,
    ClaimGroundNotFound,
    PeriodKind,
    amount,
    appeal_by,
    general_days,
    ground_of,
    last_day,
    may_appeal,
    period_around,
)
from hemvist.law.compensation import Ground, Terms
from hemvist.law.types import Text

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

# The quarterly time of 2017:193 is known from 2021-07-20.
days = st.dates(date(2021, 9, 1), date(2035, 12, 31))
grounds = st.sampled_from(list(GROUNDS.values()))
limited = grounds.filter(lambda ground: bool(ground.limit))
kronor = st.decimals(0, 2_000_000, places=2)
CASES = yaml.safe_load((Path(__file__).parent / "golden" / "claims.yaml").read_text("utf-8"))


def plain(ground: ClaimGround, period_to: date) -> date:
    """The plain reading: a year from the end of the period, half a year from the end of the quarter."""
    if ground.period is PeriodKind.QUARTER:
        return end_of_month(add_months(quarter_of(period_to)[1], 6))
    return add_months(period_to, 12)


def test_the_stored_grounds_are_sound() -> None:
    assert claims.validate() == []


def test_faults_in_the_data_are_found() -> None:
    row = "{code: x, kind: k, section: 1 §, label: X, amount: share, evidence: [y]}"
    data = "kinds: {k: {act: '2010:1122', period: once, appeal: 42 §, limit: z}}\nevidence: {identity: {sv: I}}\n"
    found = claims.validate(*claims.load(f"{data}grounds: [{row}]"))
    assert [problem.split(": ")[-1].split()[0] for problem in found] == [
        "identity",
        "parametern",
        "underlaget",
        "underlaget",
        "beloppet",
        "label",
    ]


def test_every_ground_has_a_golden_case() -> None:
    assert {case["facts"]["ground"] for case in CASES} == set(GROUNDS)


def test_an_unknown_ground_is_refused() -> None:
    with pytest.raises(ClaimGroundNotFound, match="finns inte"):
        ground_of("travel")


def test_the_two_ordinances_are_there_with_their_paragraphs() -> None:
    sections = {act: [g.section for g in GROUNDS.values() if g.act == act] for act in ("2010:1122", "2017:193")}
    assert ", ".join(sections["2010:1122"]).replace(" §", "") == "19, 20, 22, 24, 25, 26, 29 a, 29 b, 30 a, 30 b, 32"
    assert ", ".join(sections["2017:193"]).replace(" §", "") == (
        "3 a, 4, 5, 9, 10, 11, 13, 14 c, 15, 16, 16 a, 16 b, 16 c, 17, 18"
    )


def test_what_began_with_mottagandelagen_is_not_claimed_for_earlier_quarters() -> None:
    third, fourth = quarter_of(date(2026, 9, 30)), quarter_of(date(2026, 10, 1))
    new = {g.section for g in GROUNDS.values() if g.holds(fourth) and not g.holds(third)}
    gone = {g.section for g in GROUNDS.values() if g.holds(third) and not g.holds(fourth)}
    assert new == {"14 c §", "16 a §", "16 b §", "16 c §"}
    assert gone == {"3 a §"}


def test_only_a_few_decisions_cannot_be_appealed() -> None:
    assert {g.section for g in GROUNDS.values() if not may_appeal(g).value} == {"32 §", "3 a §"}
    assert all(appeal_by(g, date(2026, 11, 3)).settled == g.may_appeal for g in GROUNDS.values())


def test_each_amount_of_a_ledger_that_is_applied_for_has_its_ground() -> None:
    applied = {Ground.SCHOOL, Ground.ASSIGNED_HOUSING, Ground.ASSIGNED_HOUSING_ONCE}
    assert set(claims.GROUND_OF) == applied
    assert claims.GROUND_OF[Ground.ASSIGNED_HOUSING] is claims.GROUND_OF[Ground.ASSIGNED_HOUSING_ONCE]


def test_a_period_before_the_known_times_is_said_to_be_unknown() -> None:
    answer = last_day(ground_of("school"), date(2020, 3, 31))
    assert answer.value is None
    assert "saknar tiden" in answer.steps[0].text
    assert "saknar tiden" in appeal_by(ground_of("school"), date(2017, 1, 2)).steps[-1].text


# --- periods ----------------------------------------------------------------------------------------------------------


@given(grounds, days)
def test_the_period_holds_the_day_and_is_as_long_as_its_kind(ground: ClaimGround, day: date) -> None:
    first, last = period_around(ground, day)
    assert first <= day <= last
    long = {
        PeriodKind.CALENDAR_YEAR: (365, 366),
        PeriodKind.TWELVE_MONTHS: (365, 366),
        PeriodKind.QUARTER: (90, 92),
        PeriodKind.ONCE: (1, 1),
    }[ground.period]
    assert long[0] <= (last - first).days + 1 <= long[1]
    assert period_around(ground, last) == (first, last)


@pytest.mark.parametrize(
    ("last", "first"),
    [
        (date(2026, 4, 30), date(2025, 5, 1)),
        (date(2025, 2, 28), date(2024, 3, 1)),
        (date(2024, 2, 28), date(2023, 3, 1)),
        (date(2024, 2, 29), date(2023, 3, 1)),
        (date(2026, 3, 15), date(2025, 3, 16)),
    ],
)
def test_twelve_months_end_with_the_day(last: date, first: date) -> None:
    assert period_around(ground_of("health_care"), last) == (first, last)


# --- the last day -----------------------------------------------------------------------------------------------------


@given(limited, days, st.none() | days, st.booleans())
def test_the_last_day_is_never_after_the_plain_reading(
    ground: ClaimGround, period_to: date, received_on: date | None, first: bool
) -> None:
    answer = last_day(ground, period_to, received_on=received_on, first_claim=first)
    assert answer.value is not None
    assert answer.value <= plain(ground, period_to)
    if first and received_on and ground.first_limit:
        assert answer.value <= add_months(received_on, 36)
    else:
        assert answer.value == plain(ground, period_to)
    assert answer.missing == (("received_on",) if first and received_on is None and ground.first_limit else ())
    assert all(step.source for step in answer.steps)


@given(limited, days, days, st.none() | days, st.booleans())
def test_a_later_period_never_has_an_earlier_last_day(
    ground: ClaimGround, one: date, other: date, received_on: date | None, first: bool
) -> None:
    earlier, later = sorted((one, other))
    found = [last_day(ground, day, received_on=received_on, first_claim=first).value for day in (earlier, later)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0] <= found[1]


@given(limited, days)
def test_a_safe_day_is_told_when_and_only_when_the_last_day_is_a_day_off(ground: ClaimGround, period_to: date) -> None:
    answer = last_day(ground, period_to, first_claim=False)
    assert answer.value is not None
    told = [step for step in answer.steps if step.source and step.source.act == "1930:173"]
    assert bool(told) != is_working_day(answer.value)
    if told:
        assert is_working_day(told[0].values["safe"])
        assert told[0].values["safe"] < answer.value


# --- the amount -------------------------------------------------------------------------------------------------------


@given(grounds, kronor, kronor, kronor)
def test_an_amount_is_never_negative_and_never_above_the_cost(
    ground: ClaimGround, cost: Decimal, fee: Decimal, others: Decimal
) -> None:
    facts = ClaimFacts(on=date(2026, 12, 31), cost=cost, fee=fee, other_costs=others)
    answer = amount(ground, facts)
    if ground.amount is AmountRule.COUNTED:
        assert answer.missing == ("counts",)
    elif ground.amount is AmountRule.FIXED:
        assert answer.value == 65_000
    else:
        assert answer.value is not None
        assert 0 <= answer.value <= cost
        assert answer.value == answer.value.quantize(Decimal("0.01"))
    assert all(step.source for step in answer.steps)


@given(kronor, kronor)
def test_the_fee_first_never_gives_less(cost: Decimal, fee: Decimal) -> None:
    ground, facts = ground_of("housing_support"), ClaimFacts(on=date(2025, 12, 31), cost=cost, fee=min(cost, fee))
    readings = [amount(ground, facts, Terms({"U10": option})).value for option in ("fee_first", "share_first")]
    assert readings[0] is not None
    assert readings[1] is not None
    assert readings[0] >= readings[1]


def test_what_must_be_known_is_asked_for() -> None:
    on = date(2026, 12, 31)
    asked = {g.code: amount(g, ClaimFacts(on=on)).missing for g in GROUNDS.values()}
    assert asked["funeral"] == ()
    assert asked["school"] == asked["assigned_housing"] == ("counts",)
    assert asked["illness_assistance"] == ("cost",)
    assert amount(ground_of("housing_support"), ClaimFacts(on=on, cost=Decimal(1))).missing == ("fee",)
    assert amount(ground_of("asylum_care"), ClaimFacts(on=on, cost=Decimal(1))).missing == ("standard",)


# --- in general -------------------------------------------------------------------------------------------------------


def test_the_days_of_the_coming_year() -> None:
    found = general_days(date(2026, 11, 23), date(2027, 12, 31))
    assert sorted({day.on for day in found}) == [
        date(2026, 12, 31),
        date(2027, 3, 31),
        date(2027, 6, 30),
        date(2027, 9, 30),
        date(2027, 12, 31),
    ]
    first_of_14_c = next(day for day in found if "14 c §" in {g.section for g in day.grounds})
    assert (first_of_14_c.on, first_of_14_c.period) == (date(2027, 6, 30), (date(2026, 10, 1), date(2026, 12, 31)))
    years = [day for day in found if day.period == (date(2025, 1, 1), date(2025, 12, 31))]
    assert [[g.section for g in day.grounds] for day in years] == [["19 §", "20 §", "22 §"]]
    assert all(day.steps for day in found)


@given(days, st.integers(0, 800))
def test_no_general_day_is_outside_what_was_asked_for_or_told_twice(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    found = general_days(since, until)
    assert all(since <= day.on <= until for day in found)
    keys: list[Any] = [(day.on, day.period, day.act) for day in found]
    assert len(set(keys)) == len(keys)
    assert found == sorted(found, key=lambda day: (day.on, day.period, day.act))


def test_every_label_is_short_enough_for_a_row() -> None:
    for ground in GROUNDS.values():
        assert len(ground.label.sv) <= 80
        assert len(ground.code) <= 40
        assert isinstance(ground.note, Text)
    assert all(len(words.sv) <= 300 for words in claims.EVIDENCE.values())
