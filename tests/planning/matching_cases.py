"""Small made-up households, homes and areas, and the best matching found by trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

from hypothesis import strategies as st

from hemvist.planning.matching import (
    CRITERIA,
    WISHES,
    Area,
    Home,
    MatchPolicy,
    Placement,
    Seeker,
    Wish,
    check,
    value,
)
from hemvist.planning.matching.problem import Problem, Tenancy

START = date(2027, 1, 30)
AREAS = ("A", "B")
DAYS = st.integers(0, 40).map(lambda days: START + timedelta(days=days))
Case = tuple[list[Seeker], list[Home], list[Area], MatchPolicy]

# Everything weighs, differently, so that a forgotten criterion is seen.
POLICY = MatchPolicy(
    weights={
        "school": 30,
        "sfi": 20,
        "family": 25,
        "work": 15,
        "rent": 10,
        "spread": 12,
        "size": 28,
        "waiting": 18,
    }
)


def seeker(key: str, persons: int = 2, **rest: object) -> Seeker:
    given = {"wanted_from": START, "wanted_by": START + timedelta(days=30)} | rest
    return Seeker(key=key, persons=persons, **given)  # type: ignore[arg-type]


def home(key: str, capacity: int = 4, area: str = "A", **rest: object) -> Home:
    given = {"rooms": 3, "rent": 8000, "free_from": START} | rest
    return Home(key=key, capacity=capacity, area=area, **given)  # type: ignore[arg-type]


def areas(**most: int | None) -> list[Area]:
    return [
        Area(code="A", minutes={"school": 10, "sfi": 30, "B": 20}, housed=0, most=most.get("A")),
        Area(code="B", minutes={"school": 40, "A": 20}, housed=2, most=most.get("B")),
    ]


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    kind = draw(st.sampled_from(WISHES))
    return Wish(kind=kind, area=draw(st.sampled_from(AREAS)) if kind in {"family", "work"} else "")


@st.composite
def seekers(draw: st.DrawFn, key: str, homes: int, *, over_time: bool, locks: bool) -> Seeker:
    first = draw(DAYS)
    keys = [f"h{n}" for n in range(homes)]
    return Seeker(
        key=key,
        persons=draw(st.integers(1, 4)),
        rooms=draw(st.integers(0, 3)),
        step_free=draw(st.booleans()),
        wanted_from=first,
        wanted_by=first + timedelta(days=draw(st.integers(0, 45))),
        stays_months=draw(st.sampled_from([1, 2, None])) if over_time else draw(st.sampled_from([36, None])),
        rent_max=draw(st.sampled_from([None, 5000, 9000])),
        wishes=tuple(draw(st.lists(wishes(), max_size=3))),
        locked_to=draw(st.sampled_from(["", "", *keys])) if locks else "",
        declined=draw(st.frozensets(st.sampled_from(keys), max_size=1)),
    )


@st.composite
def dwellings(draw: st.DrawFn, key: str, *, over_time: bool) -> Home:
    free = draw(DAYS) - timedelta(days=20)
    closed = draw(st.integers(0, 60)) if over_time and draw(st.booleans()) else None
    return Home(
        key=key,
        capacity=draw(st.integers(1, 5)),
        rooms=draw(st.integers(1, 4)),
        area=draw(st.sampled_from(AREAS)),
        building=draw(st.sampled_from(["", "x"])),
        step_free=draw(st.booleans()),
        rent=draw(st.integers(4000, 12000)),
        free_from=free,
        free_until=draw(st.sampled_from([None, START + timedelta(days=75)])) if over_time else None,
        blocked=()
        if closed is None
        else ((START + timedelta(days=closed), START + timedelta(days=closed + draw(st.integers(0, 15)))),),
    )


@st.composite
def cases(draw: st.DrawFn, *, over_time: bool, most: int = 4, limits: bool = True, locks: bool = False) -> Case:
    count = draw(st.integers(1, most if not over_time else 3))
    households = [
        draw(seekers(f"s{n}", count, over_time=over_time, locks=locks)) for n in range(draw(st.integers(1, most)))
    ]
    stock = [draw(dwellings(f"h{n}", over_time=over_time)) for n in range(count)]
    caps = st.sampled_from([None, 2, 3]) if limits else st.none()
    places = areas(A=draw(caps), B=draw(caps))
    weights = {criterion: draw(st.integers(0, 100)) for criterion in CRITERIA}
    building = draw(st.sampled_from([None, 1, 2])) if limits else None
    return households, stock, places, MatchPolicy(weights=weights, most_in_building=building)


def everything(case: Case) -> Iterator[tuple[Placement, ...]]:
    """Every allowed set of placements with a day that can matter, by trial; nobody locked."""
    households, stock, places, policy = case
    problem = Problem(*case)
    days = sorted(_days(problem))
    choices = []
    for at in range(len(problem.seekers)):
        possible = [
            problem.placements([Tenancy(at, where, day)])[0]
            for where in range(len(problem.homes))
            for day in days
            if problem.seekers[at].wanted_from <= problem.date(day) <= problem.seekers[at].wanted_by
        ]
        choices.append(
            [None, *(one for one in possible if not check([one], households, stock, [], most_in_building=None))]
        )
    for picked in product(*choices):
        placed = tuple(one for one in picked if one is not None)
        if not check(placed, households, stock, places, most_in_building=policy.most_in_building):
            yield placed


def _days(problem: Problem) -> set[int]:
    """The first days of everybody, the days when homes become free, and the days after stays that begin on those."""
    found = {problem.day(one.wanted_from) for one in problem.seekers}
    for one in problem.homes:
        found |= {problem.day(one.free_from), *(problem.day(last) + 1 for _first, last in one.blocked if last)}
    found = {day for day in found if 0 <= day < problem.days}
    for _round in range(len(problem.seekers) - 1):
        found |= {
            int(problem.ends(at)[day]) + 1
            for at in range(len(problem.seekers))
            for day in found
            if problem.ends(at)[day] + 1 < problem.days
        }
    return found


def best_by_trial(case: Case) -> int:
    return max(value(placed, len(case[0])) for placed in everything(case))
