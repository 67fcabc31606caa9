"""Whether placements are allowed, counted anew from the plain input: shares nothing with what made them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import combinations

from hemvist.planning.matching.model import Area, Home, Placement, Seeker


def check(
    placements: Iterable[Placement],
    seekers: Iterable[Seeker],
    homes: Iterable[Home],
    areas: Iterable[Area],
    *,
    most_in_building: int | None = None,
) -> list[str]:
    """What is wrong, in sentences; empty when the placements can all be carried out."""
    placements = list(placements)
    seeker_of = {one.key: one for one in seekers}
    home_of = {one.key: one for one in homes}
    faults = []
    for one in placements:
        if one.seeker not in seeker_of or one.home not in home_of:
            faults.append(f"{one.seeker} i {one.home}: hushållet eller bostaden finns inte.")
            continue
        faults += [
            f"{one.seeker} i {one.home}: {fault}" for fault in _pair(one, seeker_of[one.seeker], home_of[one.home])
        ]
    if faults:
        return faults
    if len({one.seeker for one in placements}) < len(placements):
        faults.append("Ett hushåll har fått mer än en bostad.")
    for one, other in combinations(placements, 2):
        if one.home == other.home and _at_once(one, other):
            faults.append(f"{one.home}: {one.seeker} och {other.seeker} bor där samma dag.")
    limits = [
        (f"området {area.code}", area.most - area.housed, area.code, "") for area in areas if area.most is not None
    ]
    if most_in_building is not None:
        buildings = {(home.area, home.building) for home in home_of.values() if home.building}
        limits += [(f"huset {name}", most_in_building, area, name) for area, name in sorted(buildings)]
    for what, most, area_code, building in limits:
        there = [
            one
            for one in placements
            if home_of[one.home].area == area_code and building in {"", home_of[one.home].building}
        ]
        for first in there:
            # Whoever lives there on the day when this household moves in.
            count = sum(one.move_in <= first.move_in and _lives(one, first.move_in) for one in there)
            if count > max(0, most):
                faults.append(f"{what}: {count} hushåll den {first.move_in}, högst {max(0, most)} får bo där.")
    return faults


def _pair(one: Placement, seeker: Seeker, home: Home) -> Iterator[str]:
    if seeker.persons > home.capacity:
        yield "bostaden har för få platser."
    if seeker.rooms > home.rooms:
        yield "bostaden har för få rum."
    if seeker.step_free and not home.step_free:
        yield "bostaden har trappsteg."
    if home.key in seeker.declined:
        yield "hushållet har tackat nej."
    if seeker.locked_to and seeker.locked_to != home.key:
        yield "en annan bostad är vald åt hushållet."
    if not seeker.wanted_from <= one.move_in <= seeker.wanted_by:
        yield "inflyttningen ligger utanför de önskade dagarna."
    if one.last_day != _last_day(one.move_in, seeker.stays_months):
        yield "sista dagen stämmer inte med hur länge hushållet ska bo."
    if one.move_in < home.free_from:
        yield "bostaden är inte ledig än."
    if home.free_until is not None and (one.last_day is None or one.last_day > home.free_until):
        yield "bostaden är inte ledig hela tiden."
    for first, last in home.blocked:
        if (one.last_day is None or first <= one.last_day) and (last is None or one.move_in <= last):
            yield "bostaden är spärrad en del av tiden."


def _last_day(move_in: date, months: int | None) -> date | None:
    if months is None:
        return None
    year, month = divmod(move_in.month - 1 + months, 12)
    year += move_in.year
    day = min(move_in.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day) - timedelta(days=1)


def _lives(one: Placement, day: date) -> bool:
    return one.move_in <= day and (one.last_day is None or day <= one.last_day)


def _at_once(one: Placement, other: Placement) -> bool:
    return _lives(one, other.move_in) or _lives(other, one.move_in)
