"""What holds for every date: working days, months, deadlines, regimes and steps."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemvist.law.calendar import (
    add_months,
    add_working_days,
    age_on,
    is_working_day,
    next_working_day,
    previous_working_day,
)
from hemvist.law.duties import DUTIES, DutyFacts, deadline
from hemvist.law.reception import reception_deadline
from hemvist.law.regime import Regime, governing
from hemvist.law.rulings import QUESTIONS
from hemvist.law.types import Step

# The same examples every time, and no limit per example: the first one reads the data files.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

days = st.dates(date(2016, 3, 1), date(2040, 12, 31))
maybe = st.none() | days
DATES = [item.name for item in fields(DutyFacts) if item.type == "date | None"]
FLAGS = [item.name for item in fields(DutyFacts) if item.type == "bool"]
facts = st.builds(
    DutyFacts,
    **dict.fromkeys(DATES, maybe),
    **dict.fromkeys(FLAGS, st.booleans()),
    regime=st.none() | st.sampled_from(Regime),
)
rulings = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(sorted(question.options)) for key, question in QUESTIONS.items()}
)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 6, 19),  # midsommarafton
        date(2026, 12, 24),  # julafton
        date(2026, 12, 31),  # nyårsafton
        date(2026, 11, 22),  # söndag
        date(2026, 11, 21),  # lördag
        date(2027, 1, 6),  # trettondedag jul
    ],
)
def test_eves_holidays_and_weekends_are_days_off(day: date) -> None:
    assert not is_working_day(day)


def test_a_plain_weekday_and_the_days_around_christmas() -> None:
    assert is_working_day(date(2026, 11, 23))
    assert next_working_day(date(2026, 12, 24)) == date(2026, 12, 28)
    assert previous_working_day(date(2026, 12, 27)) == date(2026, 12, 23)
    assert add_working_days(date(2026, 12, 23), 1) == date(2026, 12, 28)
    assert add_working_days(date(2026, 12, 28), -1) == date(2026, 12, 23)
    assert add_working_days(date(2026, 12, 26), 0) == date(2026, 12, 26)


@given(days)
def test_the_next_working_day_is_one_and_is_not_earlier(day: date) -> None:
    following, before = next_working_day(day), previous_working_day(day)
    assert is_working_day(following)
    assert is_working_day(before)
    assert before <= day <= following
    assert (before == day == following) == is_working_day(day)
    assert not any(is_working_day(day + timedelta(n)) for n in range((following - day).days))


@given(days, st.integers(1, 30))
def test_added_working_days_are_counted(day: date, count: int) -> None:
    reached = add_working_days(day, count)
    between = (day + timedelta(n) for n in range(1, (reached - day).days + 1))
    assert sum(map(is_working_day, between)) == count
    assert is_working_day(reached)


@given(days, days, st.integers(0, 60), st.integers(0, 60))
def test_months_are_added_in_order(one: date, other: date, few: int, more: int) -> None:
    few, more = sorted((few, more))
    assert add_months(one, few) <= add_months(one, more)
    first, last = sorted((one, other))
    assert add_months(first, more) <= add_months(last, more)
    assert add_months(one, 0) == one
    assert add_months(one, more).day <= one.day


def test_a_month_without_the_day_ends_on_its_last() -> None:
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert add_months(date(2027, 3, 31), -1) == date(2027, 2, 28)


def test_a_leap_day_child_is_a_year_older_on_the_first_of_march() -> None:
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


@given(days)
def test_the_day_of_the_decision_alone_decides_the_regime(day: date) -> None:
    wanted = Regime.BOS_2016 if day <= date(2026, 12, 31) else Regime.BOS_2026
    assert governing(day).value is wanted


@given(days, maybe, st.booleans(), st.booleans(), maybe)
def test_the_reception_is_never_due_before_the_decision(
    decided: date, stated: date | None, resettled: bool, protection: bool, left: date | None
) -> None:
    answer = reception_deadline(
        decided,
        stated_latest=stated,
        resettled=resettled,
        temporary_protection=protection,
        left_reception_act_on=left,
    )
    assert answer.steps
    if answer.value is None:
        assert answer.missing == ("left_reception_act_on",)
    else:
        assert answer.value >= decided


@given(st.sampled_from(sorted(DUTIES)), facts, rulings)
def test_every_answer_says_why(key: str, case: DutyFacts, recorded: dict[str, str]) -> None:
    answer = deadline(key, case, rulings=recorded)
    assert answer.steps or answer.missing
    assert not (answer.value and (answer.missing or answer.rulings_needed))
    for step in answer.steps:
        assert Step.from_json(step.to_json()) == step
        assert "{" not in step.render()


@given(st.sampled_from(sorted(DUTIES)), facts, rulings)
def test_a_duty_is_never_due_before_its_anchor(key: str, case: DutyFacts, recorded: dict[str, str]) -> None:
    duty = DUTIES[key]
    if any(rule.before for rule in duty.rules):
        return
    answer = deadline(key, case, rulings=recorded)
    anchors = [day for name in duty.anchors if (day := getattr(case, name))]
    if answer.value and anchors:
        assert answer.value >= min(anchors)


@given(st.sampled_from(sorted(DUTIES)), facts)
def test_an_open_question_is_only_asked_while_it_is_open(key: str, case: DutyFacts) -> None:
    every = {name: sorted(question.options)[0] for name, question in QUESTIONS.items()}
    assert deadline(key, case, rulings=every).rulings_needed == ()
