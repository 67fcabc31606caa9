"""Why a home is not possible for a household, in sentences: per household over all homes, and for one home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemvist.law.types import Step, gettext_noop
from hemvist.planning.matching.model import Obstacle, Unplaced
from hemvist.planning.matching.problem import Ledger, Problem, Solution

# Kind → the sentence for several homes.
SENTENCES: Mapping[str, str] = {
    "capacity": gettext_noop("{count} av {all} bostäder har plats för färre än {persons} personer."),
    "rooms": gettext_noop("{count} av {all} bostäder har färre än {rooms} rum."),
    "step_free": gettext_noop("{count} av {all} bostäder går inte att nå utan trappsteg."),
    "dates": gettext_noop(
        "{count} av {all} bostäder är inte lediga för hela tiden med inflyttning från {first} till {last}."
    ),
    "declined": gettext_noop("Hushållet har tackat nej till {count} av {all} bostäder."),
    "taken": gettext_noop(
        "{count} av {all} bostäder skulle passa, men går i förslaget till andra hushåll så att fler får en bostad."
    ),
    "limit": gettext_noop(
        "{count} av {all} bostäder skulle passa, men där bor redan så många hushåll som kommunen har bestämt."
    ),
}
NO_HOMES = gettext_noop("Det finns inga bostäder att fördela.")
LOCK_UNKNOWN = gettext_noop("Bostaden {home} är vald åt hushållet, men finns inte bland bostäderna. Välj en annan.")
LOCK_UNFIT = gettext_noop("Bostaden {home} är vald åt hushållet, men passar inte. Ändra valet eller uppgifterna.")
LOCK_TAKEN = gettext_noop(
    "Bostaden {home} är vald åt hushållet, men är upptagen eller full för att den också är vald åt andra. Ändra ett av "
    "valen."
)

# Kind → the sentence for one home.
ONE_HOME: Mapping[str, str] = {
    "capacity": gettext_noop("Bostaden rymmer {capacity} och hushållet är {persons}."),
    "rooms": gettext_noop("Bostaden har {has_rooms} rum och hushållet behöver {rooms}."),
    "step_free": gettext_noop("Bostaden går inte att nå utan trappsteg."),
    "dates": gettext_noop("Bostaden är inte ledig för hela tiden med inflyttning från {first} till {last}."),
    "declined": gettext_noop("Hushållet har tackat nej till bostaden."),
}


@dataclass(frozen=True, slots=True)
class Reasons:
    """The demands that each home fails, by kind, and in time; index is the home's."""

    fails: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, problem: Problem, seeker: int) -> Reasons:
        fails = {kind: ~meets for kind, meets in problem.demands(seeker).items()}
        late = np.ones(len(problem.homes), bool)
        late[problem.windows(seeker)[0]] = False
        return cls({**fails, "dates": late})

    @property
    def possible(self) -> NDArray[np.bool_]:
        return ~np.logical_or.reduce(list(self.fails.values()))

    def steps(self, problem: Problem, seeker: int, home: int) -> tuple[Step, ...]:
        """Why this home is not possible; empty when it is."""
        values = _values(problem, seeker) | {
            "capacity": problem.homes[home].capacity,
            "has_rooms": problem.homes[home].rooms,
        }
        return tuple(_step(ONE_HOME[kind], values) for kind, fails in self.fails.items() if fails[home])


def unplaced(problem: Problem, solution: Solution) -> tuple[Unplaced, ...]:
    """Everybody who has no home in ``solution`` and no fixed one, with what stood in the way, the commonest first."""
    placed = {tenancy.seeker for tenancy in (*solution, *problem.fixed)}
    ledger = Ledger(problem, solution)
    return tuple(
        Unplaced(one.key, _locked(problem, at) if at in problem.lock_failed else _obstacles(problem, ledger, at))
        for at, one in enumerate(problem.seekers)
        if at not in placed
    )


def _obstacles(problem: Problem, ledger: Ledger, seeker: int) -> tuple[Obstacle, ...]:
    if not problem.homes:
        return (Obstacle("none", (), Step(NO_HOMES)),)
    reasons = Reasons.of(problem, seeker)
    found = {kind: np.flatnonzero(fails).tolist() for kind, fails in reasons.fails.items()}
    found |= {"taken": [], "limit": []}
    free = {
        int(home)
        for home, first, latest in zip(*problem.possible(seeker), strict=True)
        if ledger.home_is_free(seeker, int(home), int(first), int(latest))
    }
    for home in np.flatnonzero(reasons.possible).tolist():
        found["limit" if home in free else "taken"].append(home)
    values = _values(problem, seeker) | {"all": len(problem.homes)}
    return tuple(
        Obstacle(
            kind,
            tuple(problem.homes[home].key for home in homes),
            _step(SENTENCES[kind], values | {"count": len(homes)}),
        )
        for kind, homes in sorted(found.items(), key=lambda item: (-len(item[1]), list(SENTENCES).index(item[0])))
        if homes
    )


def _locked(problem: Problem, seeker: int) -> tuple[Obstacle, ...]:
    """Why a home that somebody has chosen cannot be kept."""
    chosen = problem.seekers[seeker].locked_to
    if chosen not in problem.home_at:
        return (Obstacle("locked", (chosen,), Step(LOCK_UNKNOWN, {"home": chosen})),)
    unfit = Reasons.of(problem, seeker).steps(problem, seeker, problem.home_at[chosen])
    # A home that another choice has taken is not free in time either; then that choice is the reason.
    others = any(tenancy.home == problem.home_at[chosen] for tenancy in problem.fixed)
    if unfit and not (others and len(unfit) == 1 and unfit[0].text == ONE_HOME["dates"]):
        first = Obstacle("locked", (chosen,), Step(LOCK_UNFIT, {"home": chosen}))
        return (first, *(Obstacle("locked", (chosen,), step) for step in unfit))
    return (Obstacle("locked", (chosen,), Step(LOCK_TAKEN, {"home": chosen})),)


def _values(problem: Problem, seeker: int) -> dict[str, object]:
    one = problem.seekers[seeker]
    return {"persons": one.persons, "rooms": one.rooms, "first": one.wanted_from, "last": one.wanted_by}


def _step(text: str, values: Mapping[str, object]) -> Step:
    """Only the values that the sentence asks for."""
    return Step(text, {name: value for name, value in values.items() if f"{{{name}}}" in text})
