"""Persons who may come, as weighted examples: how many of a category, spread over a year and over ages.

A scenario and no forecast of arrivals: the numbers are put in by whoever asks. Each example stands for a part of a
person, so that twelve months and three ages can be counted exactly for any number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from hemvist.law.acts import starts
from hemvist.law.calendar import add_months
from hemvist.law.compensation import CompensationFacts, InitialRate, RateFacts, Terms, initial_rate

# An age in the middle of each band of ages that the amounts know.
BANDS: Mapping[str, int] = {"under_20": 9, "to_limit": 34, "from_limit": 70}


@dataclass(frozen=True, slots=True)
class Ages:
    """Per cent of the persons in each band; the rest are adults below the limit."""

    under_20: Decimal = Decimal(40)
    from_limit: Decimal = Decimal(4)

    @property
    def shares(self) -> Mapping[str, Decimal]:
        adults = Decimal(100) - self.under_20 - self.from_limit
        return {"under_20": self.under_20, "to_limit": adults, "from_limit": self.from_limit}


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Numbers by category for one year. ``lag_days`` from the arrival to the mottagandedatum, by category."""

    year: int
    numbers: Mapping[str, int]
    ages: Ages = field(default_factory=Ages)
    lag_days: Mapping[str, int] = field(default_factory=dict)


def rate_of(category: str, year: int, terms: Terms | None = None) -> InitialRate:
    """The initial costs that the category brings when the anvisning is decided that year.

    From 2027 temporary protection comes from housing that the municipality arranged, without an anvisning (U14).
    """
    if category not in ("quota", "asylum_housing", "temporary_protection"):
        return InitialRate.OTHER
    unassigned = category == "temporary_protection" and year >= starts("2026:1326").year
    middle = date(year, 7, 1)
    facts = RateFacts(
        assignment_decided_on=None if unassigned else middle,
        covered_by_11=True,
        housing_without_assignment=unassigned,
        received_on=middle,
    )
    return initial_rate(facts, terms).value or InitialRate.OTHER


def examples(
    arrivals: Arrivals, municipality: str, terms: Terms | None = None
) -> Iterator[tuple[Decimal, CompensationFacts]]:
    """Weight and facts of every example, in the middle of each month."""
    for category, number in arrivals.numbers.items():
        rate = rate_of(category, arrivals.year, terms)
        for month in range(12):
            arrived = add_months(date(arrivals.year, 1, 15), month)
            received = date.fromordinal(arrived.toordinal() + arrivals.lag_days.get(category, 0))
            for band, share in arrivals.ages.shares.items():
                if not (number and share):
                    continue
                yield (
                    Decimal(number) * share / 1200,
                    CompensationFacts(
                        birth_date=date(received.year - BANDS[band], 1, 1),
                        received_on=received,
                        first_municipality=municipality,
                        initial_rate=rate,
                    ),
                )
