"""What a home is worth to a household: each criterion from 0 to 1000, weighed by the municipality's policy.

The score is a weighted mean over the criteria that *concern* the household: one without a wish for school is not
worth less, or more, for having none. All numbers are whole, so that the same input gives the same score everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from hemvist.planning.matching.model import CRITERIA, FULL, WISHES, Area, Home, MatchPolicy, Seeker

Ints = NDArray[np.int64]
UNKNOWN = np.iinfo(np.int64).max // (2 * FULL)  # a journey that nobody has measured: farther than far


def _falling(amount: Ints, nothing_at: int) -> Ints:
    """1000 at 0 or less, falling evenly to 0 at ``nothing_at``."""
    return FULL * (nothing_at - np.clip(amount, 0, nothing_at)) // nothing_at


class Scorer:
    """Scores for these homes. ``first_day`` is the first day that any household can move in."""

    def __init__(self, homes: Sequence[Home], areas: Mapping[str, Area], policy: MatchPolicy, first_day: date) -> None:
        self.policy = policy
        self.first_day = first_day
        self._places = [home.area for home in homes]
        self._areas = areas
        self._capacity = np.array([home.capacity for home in homes], np.int64)
        self._rent = np.array([home.rent for home in homes], np.int64)
        housed = np.array([areas[place].housed for place in self._places], np.int64)
        self._spread = _falling(housed, policy.crowded)
        self._near: dict[str, Ints] = {}

    def concerns(self, seeker: Seeker) -> tuple[str, ...]:
        """The criteria with weight that concern the household, in the order of :data:`CRITERIA`."""
        wished = {wish.kind for wish in seeker.wishes} | ({"rent"} if seeker.rent_max is not None else set())
        return tuple(
            one for one in CRITERIA if self.policy.weights.get(one) and (one in wished or one not in (*WISHES, "rent"))
        )

    def parts(self, seeker: Seeker, at: Ints, days: Ints) -> dict[str, Ints]:
        """Criterion → what it gives, for the homes with index ``at`` and moving in so many days after ``first_day``."""
        given = self.parts_of_home(seeker, at)
        if "waiting" in self.concerns(seeker):
            given["waiting"] = self.waiting(seeker, days)
        return given

    def parts_of_home(self, seeker: Seeker, at: Ints) -> dict[str, Ints]:
        """The parts that no day changes: all but waiting."""
        weights = self.policy.weights
        whole = self._whole(seeker)
        return {
            one: weights[one] * self._value(seeker, one, at) // whole
            for one in self.concerns(seeker)
            if one != "waiting"
        }

    def waiting(self, seeker: Seeker, days: Ints) -> Ints:
        """The part of waiting: half for moving in soon, half for a last day that is near. Never rises with the day."""
        if not self.policy.weights.get("waiting"):
            return np.zeros_like(days)
        first = seeker.wanted_from.toordinal() - self.first_day.toordinal()
        left = np.full_like(days, seeker.wanted_by.toordinal() - self.first_day.toordinal())
        long = self.policy.long_wait_days
        value = (_falling(days - first, long) + _falling(left, long)) // 2
        return self.policy.weights["waiting"] * value // self._whole(seeker)

    def _whole(self, seeker: Seeker) -> int:
        return sum(self.policy.weights[one] for one in self.concerns(seeker))

    def _value(self, seeker: Seeker, criterion: str, at: Ints) -> Ints:
        """From 0 to 1000 for each home of ``at``."""
        if criterion == "rent":
            assert seeker.rent_max is not None
            over = (self._rent[at] - seeker.rent_max) * 100
            return _falling(over, self.policy.rent_over_percent * seeker.rent_max)
        if criterion == "spread":
            return self._spread[at]
        if criterion == "size":
            return FULL * seeker.persons // self._capacity[at]
        wishes = [wish for wish in seeker.wishes if wish.kind == criterion]
        values = [self._nearness(wish.area if criterion in {"family", "work"} else criterion)[at] for wish in wishes]
        return np.sum(values, axis=0) // len(wishes)

    def _nearness(self, goal: str) -> Ints:
        """For every home: how near its area is to school, sfi or another area. Its own area is as near as can be."""
        if goal not in self._near:
            minutes = {
                code: 0 if code == goal else area.minutes.get(goal, UNKNOWN) for code, area in self._areas.items()
            }
            far = np.array([minutes[place] for place in self._places], np.int64)
            self._near[goal] = _falling(far, self.policy.far_minutes)
        return self._near[goal]
