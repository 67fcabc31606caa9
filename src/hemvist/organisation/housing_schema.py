"""``housing.yaml``: areas, leases, checklists, what the matching weighs, and the days of the yearly number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from hemvist.organisation.schema import Code, ContentError, Filled, Model, Text

Weight = Annotated[int, Field(ge=0, le=100)]
Minutes = Annotated[int, Field(ge=0, le=240)]


class HousingArea(Model):
    """A part of the municipality. Minutes are the usual journey, one way, to a school, to SFI and to other areas.

    ``most_households`` is how many households the municipality places there at one time, so that nobody is gathered in
    one place; without it there is no limit.
    """

    code: Code
    label: Text
    minutes_school: Minutes
    minutes_sfi: Minutes
    # Area → minutes, for those who wish to live near relatives or work. An area that is left out counts as far away.
    minutes_to: dict[Code, Minutes] = {}
    most_households: Annotated[int, Field(ge=1)] | None = None
    note: Text | None = None


class LeaseForm(Model):
    """How a dwelling is let. The notice is the municipality's own agreement, in months; 0 when none is agreed."""

    code: Literal["open_ended", "fixed", "right"]
    label: Text
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    second_hand: bool = False
    notice_months_tenant: Annotated[int, Field(ge=0, le=12)]
    notice_months_landlord: Annotated[int, Field(ge=0, le=12)]
    reference: Text

    @model_validator(mode="after")
    def _months_when_fixed(self) -> Self:
        if (self.code == "fixed") != (self.months is not None):
            raise ContentError("months och code säger olika", "Skriv months bara när code är fixed, och då alltid")
        return self


class MatchWeights(Model):
    """How heavy each wish is when homes are proposed, 0 to 100. Size and steps are demands and weigh nothing."""

    school: Weight
    sfi: Weight
    family: Weight
    work: Weight
    rent: Weight
    spread: Weight
    size: Weight
    waiting: Weight


class Matching(Model):
    """The municipality's policy for proposals of homes. Origin and religion are no criteria and cannot be added."""

    weights: MatchWeights
    # Where each scale ends: a journey of so many minutes, a wait of so many days, a rent so many per cent above what
    # the household can pay, and an area with so many households are worth nothing.
    far_minutes: Annotated[int, Field(ge=1, le=240)]
    long_wait_days: Annotated[int, Field(ge=1, le=730)]
    rent_over_percent: Annotated[int, Field(ge=1, le=200)]
    crowded: Annotated[int, Field(ge=1, le=1000)]
    # The most households in one building that a proposal may give; without it there is no limit.
    most_in_building: Annotated[int, Field(ge=1)] | None = None
    decision_reference: Filled
    confirmed: bool = True


class ChecklistPoint(Model):
    code: Code
    label: Text


class Checklist(Model):
    """What is to be done with a dwelling before or at a move-in: furnishing, keys, information."""

    code: Literal["furnishing", "keys", "information"]
    label: Text
    points: Annotated[list[ChecklistPoint], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if code := _repeated(point.code for point in self.points):
            raise ContentError(f"punkten {code} står två gånger", "Ta bort den ena")
        return self


class WishDay(Model):
    """The last day to state a wish for a year. Not in the Act: the county administrative board sets it."""

    year: Annotated[int, Field(ge=2027, le=2100)]
    latest_on: date
    source: Filled


class HousingFile(Model):
    areas: Annotated[list[HousingArea], Field(min_length=1)]
    # False when areas and limits are not the municipality's own.
    confirmed: bool = True
    # Units that let dwellings.
    landlords: Annotated[list[Code], Field(min_length=1)]
    leases: Annotated[list[LeaseForm], Field(min_length=1)]
    # Months before the right ends at which a household is to be talked to.
    watch_months: Annotated[list[Annotated[int, Field(ge=1, le=36)]], Field(min_length=1)]
    # Days that a household usually gets to answer an offer.
    reply_days: Annotated[int, Field(ge=1, le=60)]
    checklists: list[Checklist] = []
    matching: Matching
    wish_days: list[WishDay] = []

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        known = {area.code for area in self.areas}
        for area in self.areas:
            if unknown := sorted(area.minutes_to.keys() - known):
                raise ContentError(f"området {unknown[0]} finns inte", f"Rätta minutes_to för {area.code}")
        lists = (
            ("området", (area.code for area in self.areas)),
            ("avtalsformen", (lease.code for lease in self.leases)),
            ("checklistan", (checklist.code for checklist in self.checklists)),
            ("året", (str(day.year) for day in self.wish_days)),
        )
        for what, codes in lists:
            if code := _repeated(codes):
                raise ContentError(f"{what} {code} står två gånger", "Ta bort den ena")
        return self

    @field_validator("watch_months")
    @classmethod
    def _falling(cls, months: list[int]) -> list[int]:
        if sorted(set(months), reverse=True) != months:
            raise ContentError("månaderna ska falla", "Skriv dem från den längsta tiden till den kortaste, en gång var")
        return months

    def lease(self, code: str) -> LeaseForm | None:
        return next((lease for lease in self.leases if lease.code == code), None)


def _repeated(words: Iterable[str]) -> str | None:
    """The first word that stands more than once."""
    return next((word for word, times in Counter(words).items() if times > 1), None)
