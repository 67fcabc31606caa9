"""Why this home, and why not another: in sentences, from a matching that is made anew with the other home chosen."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from hemvist.law.types import Step, gettext_noop
from hemvist.planning.matching.assignment import at_one_time
from hemvist.planning.matching.model import FULL, NAMES, Area, Home, Matching, MatchPolicy, Seeker
from hemvist.planning.matching.problem import Problem, forced
from hemvist.planning.matching.reasons import Reasons
from hemvist.planning.matching.solve import match

# Up to so many households a matching over time is made anew for each alternative; all of them in so many seconds.
FEW, SECONDS = 60, 5.0

CHOSEN = gettext_noop("Bostaden ger {score} av {full} poäng för det som gäller hushållet.")
PART = gettext_noop("{name}: {points} av {most} poäng.")
FITS = gettext_noop("Bostaden har plats och är ledig. Inflyttning den {day}.")
MORE = gettext_noop("Den skulle ge hushållet {points} poäng mer.")
LESS = gettext_noop("Den skulle ge hushållet {points} poäng mindre.")
SAME = gettext_noop("Den skulle ge hushållet lika många poäng.")
TRADE = gettext_noop("Bättre: {better}. Sämre: {worse}.")
ONLY_BETTER = gettext_noop("Bättre: {better}.")
ONLY_WORSE = gettext_noop("Sämre: {worse}.")
PART_LESS = gettext_noop("Därav {name}: {points} poäng mindre.")
PART_MORE = gettext_noop("Därav {name}: {points} poäng mer.")
FEWER = gettext_noop("Om hushållet får den, får {count} hushåll färre en bostad.")
MORE_PLACED = gettext_noop("Om hushållet får den, får {count} hushåll fler en bostad.")
WORSE = gettext_noop("Om hushållet får den, går alla hushåll tillsammans miste om {points} poäng.")
BETTER = gettext_noop("Om hushållet får den, får alla hushåll tillsammans {points} poäng mer.")
EQUAL = gettext_noop("Den är lika bra för alla hushåll tillsammans. Välj fritt.")
CANNOT = gettext_noop("Den kan inte ges till hushållet utan att ett val som redan är gjort ändras.")
NOT_COUNTED = gettext_noop(
    "Vad det skulle betyda för de andra är inte uträknat. Med så många hushåll tar det för lång tid."
)
BEST = gettext_noop("Inget annat förslag ger fler hushåll en bostad, eller lika många med högre poäng. Det är bevisat.")
MOST = gettext_noop(
    "Inget annat förslag ger fler hushåll en bostad. Poängen är högst {percent} procent från den bästa."
)
WITHIN = gettext_noop("Högst {count} hushåll fler kan få en bostad i något annat förslag.")


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another home. ``placed_lost`` and ``score_lost`` are what all lose together when this household gets it.

    They are None when the home is not possible, or what it means was not counted. ``score`` is the household's own.
    """

    home: str
    possible: bool
    score: int | None
    placed_lost: int | None
    score_lost: int | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """``home`` is empty when the household has none; then ``steps`` tell what stood in the way."""

    seeker: str
    home: str
    steps: tuple[Step, ...]
    alternatives: tuple[Alternative, ...]


def summary(matching: Matching) -> tuple[Step, ...]:
    """What is proven of the whole."""
    if matching.optimal:
        return (Step(BEST),)
    if matching.placed < matching.most_placed:
        return (Step(WITHIN, {"count": matching.most_placed - matching.placed}),)
    best = matching.bound - matching.worth * matching.placed
    # In tenths and rounded up: what is told is never less than what is proven.
    tenths = -(-1000 * (matching.bound - matching.value) // best)
    return (Step(MOST, {"percent": Decimal(tenths) / 10}),)


def explain(
    matching: Matching,
    seekers: Iterable[Seeker],
    homes: Iterable[Home],
    areas: Iterable[Area],
    policy: MatchPolicy,
    seeker_key: str,
    most: int = 5,
    time_limit: float = SECONDS,
) -> Explanation:
    """The household's home, and at most ``most`` others: the possible with the highest score, then the nearly possible.

    What the others would mean for all is counted in turn, together in ``time_limit`` seconds; then it is left out.
    Raises ``KeyError`` when the household is not among ``seekers``.
    """
    seekers, homes, areas = list(seekers), list(homes), list(areas)
    # As if nothing were chosen for this household: then every home is an alternative.
    problem = Problem(forced(seekers, seeker_key, ""), homes, areas, policy)
    seeker = problem.seeker_at[seeker_key]
    mine = next((one for one in matching.placements if one.seeker == seeker_key), None)
    if mine is not None:
        steps = (
            Step(CHOSEN, {"score": mine.score, "full": FULL}),
            *_parts(problem, mine.parts),
        )
    else:
        steps = next((one.steps for one in matching.unplaced if one.seeker == seeker_key), ())
    reasons = Reasons.of(problem, seeker)
    earliest: dict[int, int] = {}
    for home, first in zip(*(side.tolist() for side in problem.possible(seeker)[:2]), strict=True):
        earliest.setdefault(home, first)
    parts = {
        home: {
            name: int(part[0])
            for name, part in problem.scorer.parts(problem.seekers[seeker], np.array([home]), np.array([day])).items()
        }
        for home, day in earliest.items()
    }
    others = [at for at, home in enumerate(problem.homes) if mine is None or home.key != mine.home]
    failed = np.sum(list(reasons.fails.values()), axis=0)
    others.sort(key=lambda at: (at not in parts, -sum(parts.get(at, {}).values()), failed[at], problem.homes[at].key))
    counted = len(problem.seekers) <= FEW or at_one_time(problem)
    until = time.monotonic() + time_limit
    alternatives = []
    for home in others[:most]:
        key = problem.homes[home].key
        if home not in parts:
            steps_not = reasons.steps(problem, seeker, home)
            alternatives.append(Alternative(key, False, None, None, None, steps_not))
            continue
        told = [Step(FITS, {"day": problem.date(earliest[home])})]
        if mine is not None:
            told = [*_in_short(parts[home], mine.parts), *told]
            told += _compared(parts[home], mine.parts)
        placed_lost = score_lost = None
        left = until - time.monotonic()
        then = None
        if counted and left > 0:
            then = match(forced(seekers, seeker_key, key), homes, areas, policy, time_limit=left)
        if then is None or not then.optimal:
            told.append(Step(NOT_COUNTED))
        elif any(one.seeker == seeker_key for one in then.placements):
            placed_lost, score_lost = matching.placed - then.placed, matching.score - then.score
            told.append(_together(placed_lost, score_lost))
        else:
            told.append(Step(CANNOT))
        alternatives.append(Alternative(key, True, sum(parts[home].values()), placed_lost, score_lost, tuple(told)))
    return Explanation(seeker_key, mine.home if mine else "", steps, tuple(alternatives))


def _parts(problem: Problem, parts: Mapping[str, int]) -> list[Step]:
    """Each criterion's points of the most it could give."""
    weights = problem.policy.weights
    whole = sum(weights[name] for name in parts)
    return [
        Step(PART, {"name": NAMES[name], "points": points, "most": FULL * weights[name] // whole})
        for name, points in parts.items()
    ]


def _in_short(parts: Mapping[str, int], mine: Mapping[str, int]) -> list[Step]:
    """The criterion that gains the most against the household's own home, and the one that loses the most."""
    changes = {name: points - mine.get(name, 0) for name, points in parts.items()}
    best = min(changes, key=lambda name: (-changes[name], name), default="")
    worst = min(changes, key=lambda name: (changes[name], name), default="")
    values = {}
    if best and changes[best] > 0:
        values["better"] = NAMES[best]
    if worst and changes[worst] < 0:
        values["worse"] = NAMES[worst]
    if not values:
        return []
    return [Step(TRADE if len(values) == 2 else ONLY_BETTER if "better" in values else ONLY_WORSE, values)]


def _compared(parts: Mapping[str, int], mine: Mapping[str, int]) -> list[Step]:
    """The home's score against the household's own home, and the criteria that differ, the largest first."""
    difference = sum(parts.values()) - sum(mine.values())
    text = MORE if difference > 0 else LESS if difference < 0 else SAME
    told = [Step(text, {"points": abs(difference)} if difference else {})]
    changed = {name: parts[name] - mine.get(name, 0) for name in parts if parts[name] != mine.get(name, 0)}
    for name, change in sorted(changed.items(), key=lambda item: (-abs(item[1]), item[0])):
        told.append(Step(PART_MORE if change > 0 else PART_LESS, {"name": NAMES[name], "points": abs(change)}))
    return told


def _together(placed_lost: int, score_lost: int) -> Step:
    if placed_lost:
        return Step(FEWER if placed_lost > 0 else MORE_PLACED, {"count": abs(placed_lost)})
    if score_lost:
        return Step(WORSE if score_lost > 0 else BETTER, {"points": abs(score_lost)})
    return Step(EQUAL)
