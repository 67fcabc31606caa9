"""What matching takes in and gives back: households that need a home, homes, areas, the municipality's policy.

What a household *must* have is apart from what it *wishes*. Nothing here tells who somebody is: no origin, religion,
nationality, ethnicity, language, sex or name, and no field may be added that does (``tests/planning`` holds the list).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hemvist.law.types import Step, gettext_noop

WISHES = ("school", "sfi", "family", "work")
CRITERIA = (*WISHES, "rent", "spread", "size", "waiting")
NAMES: Mapping[str, str] = {
    "school": gettext_noop("nära till skolan"),
    "sfi": gettext_noop("nära till sfi"),
    "family": gettext_noop("nära anhöriga"),
    "work": gettext_noop("nära arbetet"),
    "rent": gettext_noop("hyran"),
    "spread": gettext_noop("spridningen mellan områden"),
    "size": gettext_noop("bostadens storlek"),
    "waiting": gettext_noop("kort väntan"),
}
HEAVIEST = 100
FULL = 1000  # the score of a home that meets all that weighs
LONGEST_STAY = 1200  # months


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """``kind`` is one of :data:`WISHES`. ``area`` is the code of the area to be near, for family and work; school and
    sfi are measured by the minutes of the home's area.
    """

    kind: str
    area: str = ""

    def __post_init__(self) -> None:
        if self.kind not in WISHES:
            raise ValueError(f"Önskemålet {self.kind} finns inte. Välj ett av: {', '.join(WISHES)}.")
        if self.kind in {"family", "work"} and not self.area:
            raise ValueError(f"Önskemålet {self.kind} saknar område. Ange områdets kod.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeker:
    """A household that needs a home, as it is written down for matching; ``key`` is a reference, never a name.

    ``rooms`` is the least number of rooms (0: no demand). The day of moving in lies from ``wanted_from`` to
    ``wanted_by``, both included. ``stays_months`` is None for a stay until further notice. ``rent_max`` is kronor a
    month and a wish. ``locked_to`` is a home that a person has already chosen; ``declined`` the homes that the
    household has said no to.
    """

    key: str
    persons: int
    rooms: int = 0
    step_free: bool = False
    wanted_from: date
    wanted_by: date
    stays_months: int | None = None
    rent_max: int | None = None
    wishes: tuple[Wish, ...] = ()
    locked_to: str = ""
    declined: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.persons < 1:
            raise ValueError(f"Hushållet {self.key} har {self.persons} personer. Ange minst 1.")
        if self.wanted_by < self.wanted_from:
            raise ValueError(f"Hushållet {self.key} ska flytta in senast före första dagen. Rätta en av dagarna.")
        if self.stays_months is not None and not 1 <= self.stays_months <= LONGEST_STAY:
            raise ValueError(
                f"Hushållet {self.key} bor {self.stays_months} månader. Ange 1 till {LONGEST_STAY}, eller inget."
            )
        if self.rent_max is not None and self.rent_max < 1:
            raise ValueError(f"Hushållet {self.key} har högsta hyran {self.rent_max}. Ange minst 1 krona, eller inget.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A dwelling: ``capacity`` is the most persons, ``rent`` kronor a month.

    It can be lived in from ``free_from`` to ``free_until`` (both included, None: no end), but not in ``blocked``:
    periods of first and last day, a last day of None: from then on.
    """

    key: str
    capacity: int
    rooms: int
    area: str
    building: str = ""
    step_free: bool = False
    rent: int
    free_from: date
    free_until: date | None = None
    blocked: tuple[tuple[date, date | None], ...] = ()

    def __post_init__(self) -> None:
        if self.capacity < 1:
            raise ValueError(f"Bostaden {self.key} har plats för {self.capacity}. Ange minst 1.")
        if self.rent < 0:
            raise ValueError(f"Bostaden {self.key} har hyran {self.rent}. Ange 0 eller mer.")
        if self.free_until is not None and self.free_until < self.free_from:
            raise ValueError(f"Bostaden {self.key} slutar vara ledig innan den blir det. Rätta en av dagarna.")
        if any(last is not None and last < first for first, last in self.blocked):
            raise ValueError(f"Bostaden {self.key} är spärrad i en period som slutar innan den börjar.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """``minutes`` is the journey to ``school``, to ``sfi`` and to other areas by their code.

    ``housed`` is how many households the municipality has placed there already, for good; ``most`` how many may live
    there at one time, those included. None: no limit.
    """

    code: str
    minutes: Mapping[str, int]
    housed: int = 0
    most: int | None = None

    def __post_init__(self) -> None:
        if self.housed < 0 or (self.most is not None and self.most < 0) or any(m < 0 for m in self.minutes.values()):
            raise ValueError(f"Området {self.code} har ett tal under 0. Ange 0 eller mer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPolicy:
    """What the municipality lets weigh: criterion → 0 to 100, and where each scale ends. Data, never code.

    A journey of ``far_minutes``, a wait of ``long_wait_days``, a rent ``rent_over_percent`` above the wish and an area
    with ``crowded`` households are worth nothing. ``most_in_building`` limits how many of these households live in one
    building at one time.
    """

    weights: Mapping[str, int]
    far_minutes: int = 60
    long_wait_days: int = 60
    rent_over_percent: int = 25
    crowded: int = 10
    most_in_building: int | None = None

    def __post_init__(self) -> None:
        for criterion, weight in self.weights.items():
            if criterion not in CRITERIA:
                raise ValueError(f"Kriteriet {criterion} finns inte. Välj bland: {', '.join(CRITERIA)}.")
            if not 0 <= weight <= HEAVIEST:
                raise ValueError(f"Vikten för {criterion} är {weight}. Skriv ett tal från 0 till {HEAVIEST}.")
        for name in ("far_minutes", "long_wait_days", "rent_over_percent", "crowded"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} är {getattr(self, name)}. Skriv ett tal från 1.")
        if self.most_in_building is not None and self.most_in_building < 1:
            raise ValueError("most_in_building ska vara minst 1, eller inget.")


# --- what comes out ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A household in a home from ``move_in`` to ``last_day`` (None: until further notice).

    ``score`` is 0 to 1000 and the sum of ``parts``, criterion → what it gives.
    """

    seeker: str
    home: str
    move_in: date
    last_day: date | None
    score: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why homes are not possible for a household, or not left: ``kind``, which homes, and the sentence."""

    kind: str
    homes: tuple[str, ...]
    step: Step


@dataclass(frozen=True, slots=True)
class Unplaced:
    seeker: str
    obstacles: tuple[Obstacle, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(one.step for one in self.obstacles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """A proposal for all households. It proposes; only a person decides.

    The objective is ``value`` = ``worth`` for each household that gets a home, plus the scores. ``worth`` is more than
    all scores together, so that one more home beats any wishes. No possible matching has a value above ``bound``.
    """

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    worth: int
    bound: int
    method: str

    @property
    def placed(self) -> int:
        return len(self.placements)

    @property
    def score(self) -> int:
        return sum(one.score for one in self.placements)

    @property
    def value(self) -> int:
        return self.worth * self.placed + self.score

    @property
    def most_placed(self) -> int:
        """No matching gives more households than this a home."""
        return self.bound // self.worth

    @property
    def gap(self) -> float:
        """How far from the best possible this can be at most, as a share of ``bound``; 0 when it is the best."""
        return (self.bound - self.value) / self.bound if self.bound else 0.0

    @property
    def optimal(self) -> bool:
        """Proven: no matching is better."""
        return self.value == self.bound


def worth(seekers: int) -> int:
    """What one placement is worth when there are so many households."""
    return FULL * seekers + 1


def value(placements: tuple[Placement, ...], seekers: int) -> int:
    """The objective of any set of placements, however they were made, among so many households."""
    return worth(seekers) * len(placements) + sum(one.score for one in placements)
