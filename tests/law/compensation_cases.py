"""Persons for the tests of compensation: those of ``golden/compensation/*.yaml``, and generated ones."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from hypothesis import settings
from hypothesis import strategies as st

from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.compensation import (
    NOWHERE,
    CompensationFacts,
    InitialRate,
    RateFacts,
    Registration,
    Stay,
    StayForm,
    Terms,
    initial_rate,
)
from hemvist.law.rulings import QUESTIONS

# The same examples every time, and no limit per example: the first one reads the data files.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

GOLDEN = Path(__file__).parent / "golden" / "compensation"
FILES = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in sorted(GOLDEN.glob("*.yaml"))}
RATES = FILES.pop("initial_rate")
CASES = [case for cases in FILES.values() for case in cases]


def facts_of(case: dict[str, Any]) -> CompensationFacts:
    """The facts of a golden case; the rate follows from ``rate`` when the case has it."""
    facts, terms = dict(case["facts"]), Terms(case.get("rulings", {}))
    stated = facts.pop("initial_rate", "none")
    rate = initial_rate(RateFacts(**facts.pop("rate")), terms) if "rate" in facts else None
    return CompensationFacts(
        **facts
        | {
            "initial_rate": rate.value if rate else InitialRate(stated),
            "rate_steps": rate.steps if rate else (),
            "registrations": tuple(
                Registration(row["from"], row["municipality"] or NOWHERE, row.get("decided_on"))
                for row in facts.get("registrations", ())
            ),
            "stays": tuple(Stay(**row | {"form": StayForm(row["form"])}) for row in facts.get("stays", ())),
        }
    )


# Generated persons: receptions 2015 to 2028, moves there and back, deregistration, late decisions, deaths.
MUNICIPALITIES = ("Enköping", "Uppsala", "Västerås")
READINGS = ("U2", "U3", "U4", "U5", "U6", "U8", "U9")
LEAP_DAYS = [date(year, 2, 29) for year in range(1940, 2025, 4)]

receptions = (
    st.dates(date(2015, 1, 1), date(2028, 12, 31))
    # The days on which a cohort begins, and receptions that are paid for in another year.
    | st.builds(
        lambda day, off: day + timedelta(off),
        st.sampled_from([date(2016, 1, 1), date(2024, 7, 1), date(2026, 1, 1), date(2027, 1, 1), date(2026, 2, 28)]),
        st.integers(-2, 2),
    )
    | st.builds(date, st.integers(2024, 2026), st.just(12), st.integers(1, 31))
)
rulings = st.fixed_dictionaries({}, optional={key: st.sampled_from(sorted(QUESTIONS[key].options)) for key in READINGS})


@st.composite
def births(draw: st.DrawFn, received_on: date) -> date:
    """Any age; often a birthday at a limit about a day that the rules look at."""
    if draw(st.booleans()):
        near = [day for day in LEAP_DAYS if 62 <= received_on.year - day.year <= 67]
        return draw(st.sampled_from(near) | st.sampled_from([day for day in LEAP_DAYS if day < received_on]))
    if draw(st.booleans()):
        return received_on - timedelta(draw(st.integers(0, 80 * 365)))
    reference = end_of_month(add_months(received_on.replace(day=1), draw(st.sampled_from([0, 2, 5, 11, 23]))))
    years = draw(st.sampled_from([20, 65, 66, 67]))
    return add_months(reference, -12 * years) + timedelta(draw(st.integers(-2, 2)))


@st.composite
def moves(draw: st.DrawFn, received_on: date, *, to: tuple[str, ...] = (*MUNICIPALITIES, NOWHERE)) -> Registration:
    """A registration; often on a day about which the readings of the 18 months differ."""
    when = draw(
        st.integers(-40, 800).map(lambda days: received_on + timedelta(days))
        | st.builds(
            lambda months, days: add_months(received_on, months) + timedelta(days),
            st.sampled_from([0, 2, 17, 18, 19]),
            st.integers(-2, 15),
        )
    )
    late = draw(st.none() | st.integers(0, 200))
    return Registration(when, draw(st.sampled_from(to)), None if late is None else when + timedelta(late))


@st.composite
def people(draw: st.DrawFn, *, received: st.SearchStrategy[date] = receptions) -> CompensationFacts:
    received_on = draw(received)
    return CompensationFacts(
        birth_date=draw(births(received_on)),
        received_on=received_on,
        first_municipality=draw(st.sampled_from(MUNICIPALITIES)),
        initial_rate=draw(st.sampled_from(InitialRate)),
        registrations=tuple(draw(st.lists(moves(received_on), max_size=5))),
        died_on=draw(st.none() | st.integers(0, 800).map(lambda days: received_on + timedelta(days))),
        not_covered_from=draw(
            st.none() | st.none() | st.integers(0, 800).map(lambda days: received_on + timedelta(days))
        ),
    )
