"""What the municipality's ``housing.yaml`` says, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from hemvist.access.errors import Refused
from hemvist.organisation import records
from hemvist.organisation.housing_schema import HousingFile
from hemvist.organisation.texts import said
from hemvist.planning.matching import CRITERIA, Area, MatchPolicy


def housing() -> HousingFile:
    """The municipality's housing policy. One query. Raises Refused, which is shown, until the folder is loaded."""
    found = records.housing()
    if found is None:
        raise Refused(_("Kommunens bostadsuppgifter är inte inlästa. Kör hemvist municipality load."))
    return found


def area_labels() -> Mapping[str, str]:
    """The names of the areas by code. One query."""
    found = records.housing()
    return {area.code: said(area.label) for area in found.areas} if found else {}


def match_policy(policy: HousingFile) -> MatchPolicy:
    """The weights as the matching reads them."""
    asked = policy.matching
    weights = asked.weights.model_dump()
    return MatchPolicy(
        weights={name: weights[name] for name in CRITERIA},
        far_minutes=asked.far_minutes,
        long_wait_days=asked.long_wait_days,
        rent_over_percent=asked.rent_over_percent,
        crowded=asked.crowded,
        most_in_building=asked.most_in_building,
    )


def match_areas(policy: HousingFile, housed: Mapping[str, int]) -> tuple[Area, ...]:
    """The areas as the matching reads them, with how many households live in each."""
    return tuple(
        Area(
            code=area.code,
            minutes={"school": area.minutes_school, "sfi": area.minutes_sfi, **area.minutes_to},
            housed=housed.get(area.code, 0),
            most=area.most_households,
        )
        for area in policy.areas
    )
