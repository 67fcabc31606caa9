"""Generated households, homes and areas to measure on. Plain Python: also for processes without HiGHS."""

from __future__ import annotations

import random
from datetime import date, timedelta

from hemvist.planning.matching.model import WISHES, Area, Home, MatchPolicy, Seeker, Wish

START = date(2027, 1, 1)
AREAS = 12
POLICY = MatchPolicy(
    weights={
        "school": 20,
        "sfi": 20,
        "family": 20,
        "work": 20,
        "rent": 10,
        "spread": 10,
        "size": 20,
        "waiting": 20,
    }
)
Case = tuple[list[Seeker], list[Home], list[Area], MatchPolicy]


def one_time(households: int, homes: int, seed: int, *, most: int | None = None, within: int = 60) -> Case:
    """All stay 36 months or until further notice, so that each home is let once. ``within`` days spread the starts.

    ``most`` is the limit of each area.
    """
    random_ = random.Random(seed)
    areas = _areas(random_, most)
    return (
        [_household(random_, n, within, stays=(None,) if within <= 60 else (36,)) for n in range(households)],
        [_home(random_, n, within, homes) for n in range(homes)],
        areas,
        POLICY,
    )


def over_a_year(households: int, homes: int, seed: int) -> Case:
    """Stays of 3 to 12 months that begin within a year; homes are let again, some end and some are blocked."""
    random_ = random.Random(seed)
    areas = _areas(random_, None)
    made = [_home(random_, n, 60, homes, ends=0.3, blocked=0.1) for n in range(homes)]
    return [_household(random_, n, 300, stays=(3, 4, 6, 9, 12)) for n in range(households)], made, areas, POLICY


def _areas(random_: random.Random, most: int | None) -> list[Area]:
    codes = [f"A{n:02}" for n in range(AREAS)]
    return [
        Area(
            code=code,
            minutes={"school": random_.randint(3, 50), "sfi": random_.randint(3, 70)}
            | {other: random_.randint(5, 60) for other in codes if other != code},
            housed=random_.randint(0, 8),
            most=most,
        )
        for code in codes
    ]


def _household(random_: random.Random, number: int, within: int, stays: tuple[int | None, ...]) -> Seeker:
    persons = random_.choices(range(1, 9), (25, 14, 14, 16, 14, 9, 5, 3))[0]
    first = START + timedelta(days=random_.randint(0, within))
    return Seeker(
        key=f"S{number:05}",
        persons=persons,
        rooms=(persons + 1) // 2,
        step_free=random_.random() < 0.1,
        wanted_from=first,
        wanted_by=first + timedelta(days=random_.randint(20, 60)),
        stays_months=random_.choice(stays),
        rent_max=random_.choice((None, 8000, 11000)),
        wishes=tuple(
            Wish(kind=kind, area=f"A{random_.randrange(AREAS):02}" if kind in {"family", "work"} else "")
            for kind in WISHES
            if random_.random() < 0.4
        ),
    )


def _home(
    random_: random.Random, number: int, within: int, homes: int, ends: float = 0.0, blocked: float = 0.0
) -> Home:
    capacity = random_.choices(range(1, 9), (20, 18, 16, 16, 12, 9, 5, 4))[0]
    free_from = START + timedelta(days=random_.randint(-30, within + 20))
    until = START + timedelta(days=random_.randint(300, 500)) if random_.random() < ends else None
    if within > 60 and not ends:
        # A lease of 36 months that must begin within three weeks: most pairs miss each other.
        until = free_from + timedelta(days=36 * 31 + 21)
    closed = START + timedelta(days=random_.randint(60, 200))
    return Home(
        key=f"H{number:05}",
        capacity=capacity,
        rooms=(capacity + 1) // 2,
        area=f"A{random_.randrange(AREAS):02}",
        building=f"B{number // 8}",
        step_free=random_.random() < 0.4,
        rent=4000 + 1200 * capacity + random_.randint(-800, 800),
        free_from=free_from,
        free_until=until,
        blocked=((closed, closed + timedelta(days=20)),) if random_.random() < blocked else (),
    )
