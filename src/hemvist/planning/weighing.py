"""Weighing alternatives by arguments: an additive value model in exact fractions.

A criterion has a weight of 0 to 100 and an argument a strength of 0 to 3. In a criterion c, an alternative a is worth

    v(a, c) = (strengths for − strengths against, of a's arguments in c that weigh now) / M(c)

where M(c) is the largest sum of strengths that any ranked alternative has in c, whether or not the arguments weigh now.
So v lies between −1 and 1, and a condition that changes never changes the scale. Its value is V(a) = Σ w(c) · v(a, c)
with weights that add up to one. Crosswise alternatives combine with the others instead of competing: they have values
on a scale of their own and are never ranked.

Pure and deterministic; the method and its limits are told in docs/weighing.md. Nonsense raises ``ValueError`` with a
Swedish sentence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from statistics import median

import numpy as np

HEAVIEST, STRONGEST = 100, 3
SIGNS: Mapping[str, int] = {"+": 1, "-": -1, "0": 0, "req": 0}
# With 10 000 draws a share is right to within one percentage point, 19 times of 20.
DRAWS, SEED = 10_000, 1998
NONE = Fraction(0)

# Condition → whether it holds; None when that is not known. What is not known does not weigh.
Holds = Mapping[str, bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument as somebody weighs it. ``direction`` is ``+``, ``-``, ``0`` or ``req``; the last two never weigh.

    With a ``condition`` it weighs only while that holds.
    """

    code: str
    alternative: str
    criterion: str
    direction: str
    strength: int
    condition: str = ""

    @property
    def sign(self) -> int:
        return SIGNS[self.direction]

    def weighs(self, holds: Holds) -> bool:
        """Whether it moves a value: it has a direction and a strength, and its condition holds."""
        return bool(self.sign and self.strength) and (not self.condition or holds.get(self.condition) is True)


@dataclass(frozen=True)
class Weighing:
    """Somebody's weights and strengths. ``alternatives`` are ranked, ``apart`` are crosswise.

    ``weights`` is criterion → 0 to 100, at least one above 0.
    """

    alternatives: tuple[str, ...]
    weights: Mapping[str, int]
    arguments: tuple[Argument, ...] = ()
    apart: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.alternatives:
            raise ValueError("Det finns inget alternativ att väga.")
        known = [*self.alternatives, *self.apart]
        if len(set(known)) != len(known):
            raise ValueError("Samma alternativ står två gånger.")
        for criterion, weight in self.weights.items():
            if not 0 <= weight <= HEAVIEST:
                raise ValueError(f"Vikten för {criterion} är {weight}. Skriv ett tal från 0 till {HEAVIEST}.")
        if not any(self.weights.values()):
            raise ValueError("Alla vikter är noll. Ge minst ett kriterium en vikt över noll.")
        seen = set()
        for one in self.arguments:
            if one.code in seen:
                raise ValueError(f"Argumentet {one.code} står två gånger.")
            seen.add(one.code)
            if one.alternative not in known:
                raise ValueError(f"Argumentet {one.code} hör till {one.alternative}, som inte är ett alternativ.")
            if one.criterion not in self.weights:
                raise ValueError(f"Argumentet {one.code} hör till {one.criterion}, som inte är ett kriterium.")
            if one.direction not in SIGNS:
                raise ValueError(
                    f"Argumentet {one.code} har riktningen {one.direction}. Den ska vara +, -, 0 eller req."
                )
            if not 0 <= one.strength <= STRONGEST:
                raise ValueError(f"Styrkan för {one.code} är {one.strength}. Skriv 0, 1, 2 eller {STRONGEST}.")

    @cached_property
    def shares(self) -> dict[str, Fraction]:
        """Criterion → its share of all weight; they add up to one."""
        whole = sum(self.weights.values())
        return {criterion: Fraction(weight, whole) for criterion, weight in self.weights.items()}

    def local(self, holds: Holds) -> dict[str, dict[str, Fraction]]:
        """Alternative → criterion → v, from −1 to 1."""
        return {**self._local(self.alternatives, holds), **self._local(self.apart, holds)}

    def _local(self, group: Sequence[str], holds: Holds) -> dict[str, dict[str, Fraction]]:
        now: defaultdict[tuple[str, str], int] = defaultdict(int)
        ever: defaultdict[tuple[str, str], int] = defaultdict(int)
        for one in self.arguments:
            key = one.alternative, one.criterion
            if one.sign:
                ever[key] += one.strength
            if one.weighs(holds):
                now[key] += one.sign * one.strength
        scale = {criterion: max((ever[a, criterion] for a in group), default=0) for criterion in self.weights}
        return {a: {c: Fraction(now[a, c], most) if most else NONE for c, most in scale.items()} for a in group}

    def with_strength(self, code: str, strength: int) -> Weighing:
        """The same with another strength for one argument."""
        changed = tuple(replace(one, strength=strength) if one.code == code else one for one in self.arguments)
        return replace(self, arguments=changed)


# --- the value --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """What an alternative is worth, from −1 to 1, and what each criterion contributes to it."""

    alternative: str
    total: Fraction
    parts: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Result:
    """``ranked`` with the highest first, ``apart`` in the weighing's order."""

    ranked: tuple[Value, ...]
    apart: tuple[Value, ...]

    @property
    def order(self) -> tuple[tuple[str, ...], ...]:
        """The alternatives place by place; those that are worth the same share a place."""
        places: list[list[Value]] = []
        for one in self.ranked:
            if places and places[-1][0].total == one.total:
                places[-1].append(one)
            else:
                places.append([one])
        return tuple(tuple(one.alternative for one in place) for place in places)

    @property
    def first(self) -> tuple[str, ...]:
        """Who is first; several when they are worth the same."""
        return self.order[0]

    def total(self, alternative: str) -> Fraction:
        return next(one.total for one in (*self.ranked, *self.apart) if one.alternative == alternative)


def value(weighing: Weighing, holds: Holds) -> Result:
    """Each alternative's value and contributions, in order."""
    return _valued(weighing, weighing.local(holds), weighing.shares)


def _valued(weighing: Weighing, local: Mapping[str, Mapping[str, Fraction]], shares: Mapping[str, Fraction]) -> Result:
    def one(alternative: str) -> Value:
        parts = {criterion: share * local[alternative][criterion] for criterion, share in shares.items()}
        return Value(alternative, sum(parts.values(), NONE), parts)

    # The sort is stable: those that are worth the same stand in the weighing's order.
    ranked = sorted(map(one, weighing.alternatives), key=lambda found: -found.total)
    return Result(tuple(ranked), tuple(map(one, weighing.apart)))


def with_share(weighing: Weighing, criterion: str, share: Fraction) -> dict[str, Fraction]:
    """The shares when one criterion has ``share`` (0 to 1) and the others divide the rest in their proportions.

    Raises ``ValueError`` when the others weigh nothing and so have no proportions.
    """
    shares = weighing.shares
    rest = 1 - shares[criterion]
    if not rest:
        raise ValueError(f"Bara {criterion} har vikt. De andra har inga proportioner att behålla.")
    return {c: share if c == criterion else (1 - share) * own / rest for c, own in shares.items()}


def value_at(weighing: Weighing, holds: Holds, criterion: str, share: Fraction) -> Result:
    """The result with another share for one criterion; see :func:`with_share`."""
    return _valued(weighing, weighing.local(holds), with_share(weighing, criterion, share))


# --- how much it takes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where two alternatives change places when the weight of one criterion does, the others keeping proportions.

    ``share`` is the criterion's share today and ``at`` the share at which they are worth the same: on either side of
    it they stand in different order. None: no share makes them change places. ``weight`` is the same as a weight with
    the others' as they are; it can be above 100.
    """

    criterion: str
    leader: str
    other: str
    share: Fraction
    at: Fraction | None
    weight: Fraction | None

    @property
    def change(self) -> Fraction | None:
        """How far it is from the share today; 0 when the two are worth the same already."""
        return None if self.at is None else abs(self.at - self.share)


def crossing(weighing: Weighing, holds: Holds, criterion: str, leader: str, other: str) -> Crossing:
    """Closed form: with share x, the difference is x·d + (1 − x)·e, where d is the difference in the criterion and e
    that in the others together.
    """
    return _crossing(weighing, weighing.local(holds), criterion, leader, other)


def _crossing(
    weighing: Weighing, local: Mapping[str, Mapping[str, Fraction]], criterion: str, leader: str, other: str
) -> Crossing:
    shares, weights = weighing.shares, weighing.weights
    share = shares[criterion]
    rest = 1 - share
    at = weight = None
    if rest:
        inside = local[leader][criterion] - local[other][criterion]
        outside = (
            sum((own * (local[leader][c] - local[other][c]) for c, own in shares.items() if c != criterion), NONE)
            / rest
        )
        # They change places only where the difference passes through zero on its way, not where it ends in it.
        if inside * outside < 0:
            at = outside / (outside - inside)
            others = sum(weights.values()) - weights[criterion]
            weight = at * others / (1 - at)
    return Crossing(criterion, leader, other, share, at, weight)


def crossings(weighing: Weighing, holds: Holds) -> tuple[Crossing, ...]:
    """For each criterion, the first alternative against each of the others."""
    local = weighing.local(holds)
    leader, *others = (one.alternative for one in value(weighing, holds).ranked)
    return tuple(_crossing(weighing, local, c, leader, other) for c in weighing.weights for other in others)


def smallest_change(weighing: Weighing, holds: Holds, *, of_first: bool = False) -> Crossing | None:
    """The smallest change of any single criterion's share that changes the order, or, ``of_first``, who is first.

    None when no single weight can.
    """
    local = weighing.local(holds)
    ranked = [one.alternative for one in value(weighing, holds).ranked]
    # Who passes the first is first: up to there, nobody else was before it.
    pairs = [(ranked[0], other) for other in ranked[1:]] if of_first else list(combinations(ranked, 2))
    found = (_crossing(weighing, local, c, leader, other) for c in weighing.weights for leader, other in pairs)
    return min((one for one in found if one.change is not None), key=lambda one: one.change or NONE, default=None)


@dataclass(frozen=True, slots=True)
class Decisive:
    """An argument whose strength, changed alone from ``strength`` to ``to``, changes who is first to ``first``."""

    code: str
    strength: int
    to: int
    first: tuple[str, ...]


def decisive_arguments(weighing: Weighing, holds: Holds) -> tuple[Decisive, ...]:
    """Each argument of the ranked alternatives that alone can change who is first, by its nearest strength that does.

    A strength is part of its criterion's scale too, so an argument that does not weigh today can be among them.
    """
    first = value(weighing, holds).first
    found = []
    for one in weighing.arguments:
        if not one.sign or one.alternative in weighing.apart or not weighing.weights[one.criterion]:
            continue
        others = sorted({*range(STRONGEST + 1)} - {one.strength}, key=lambda to: (abs(to - one.strength), to))
        for to in others:
            then = value(weighing.with_strength(one.code, to), holds).first
            if set(then) != set(first):
                found.append(Decisive(one.code, one.strength, to, then))
                break
    return tuple(found)


# --- all weights ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acceptability:
    """Of all possible weights, the share with which each alternative is first; and typical weights of those.

    ``central`` is alternative → criterion → the mean share of weight in the draws where the alternative is first;
    alternatives that never are have none.
    """

    shares: Mapping[str, float]
    central: Mapping[str, Mapping[str, float]]
    draws: int


def acceptability(weighing: Weighing, holds: Holds, *, draws: int = DRAWS, seed: int = SEED) -> Acceptability:
    """SMAA: the strengths as they are, the weights drawn evenly among all that add up to one (flat Dirichlet).

    The same seed gives the same answer. Alternatives that are worth the same share the draw.
    """
    if draws < 1:
        raise ValueError("Antalet dragningar måste vara minst ett.")
    # The order of the criteria and alternatives must not matter to the draws.
    criteria, alternatives = sorted(weighing.weights), sorted(weighing.alternatives)
    local = weighing.local(holds)
    worth = np.array([[float(local[a][c]) for c in criteria] for a in alternatives])
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(criteria)), size=draws)
    totals = weights @ worth.T
    first = totals >= totals.max(axis=1, keepdims=True) - 1e-12
    part = first / first.sum(axis=1, keepdims=True)
    shares = part.mean(axis=0)
    central = {
        a: dict(zip(criteria, (part[:, i] @ weights / part[:, i].sum()).tolist(), strict=True))
        for i, a in enumerate(alternatives)
        if shares[i] > 0
    }
    return Acceptability(dict(zip(alternatives, shares.tolist(), strict=True)), central, draws)


# --- what if ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scenario:
    """Before and after, when conditions change; and the arguments that begin or cease to weigh."""

    before: Result
    after: Result
    begin: tuple[str, ...]
    cease: tuple[str, ...]

    @property
    def changes_first(self) -> bool:
        return set(self.before.first) != set(self.after.first)


def scenario(weighing: Weighing, holds: Holds, changes: Mapping[str, bool]) -> Scenario:
    """What it would be if the conditions in ``changes`` were so instead of as today."""
    then = {**holds, **changes}
    begin = tuple(one.code for one in weighing.arguments if one.weighs(then) and not one.weighs(holds))
    cease = tuple(one.code for one in weighing.arguments if one.weighs(holds) and not one.weighs(then))
    return Scenario(value(weighing, holds), value(weighing, then), begin, cease)


# --- several who weigh ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    """One thing as each person has it: a criterion's share of the weight, or an argument's strength."""

    code: str
    by_person: Mapping[str, Fraction]

    @property
    def low(self) -> Fraction:
        return min(self.by_person.values())

    @property
    def high(self) -> Fraction:
        return max(self.by_person.values())

    @property
    def middle(self) -> Fraction:
        return median(self.by_person.values())

    @property
    def width(self) -> Fraction:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several weighings side by side. ``criteria`` and ``arguments`` have the most disputed first.

    A criterion that somebody does not have counts as no weight. An argument counts for those who have it.
    """

    criteria: tuple[Spread, ...]
    arguments: tuple[Spread, ...]
    results: Mapping[str, Result]


def compare(weighings: Mapping[str, Weighing], holds: Holds) -> Comparison:
    """Person → weighing, on the same conditions."""
    if not weighings:
        raise ValueError("Det finns ingen vägning att jämföra.")
    criteria = dict.fromkeys(c for one in weighings.values() for c in one.weights)
    spreads = [Spread(c, {who: one.shares.get(c, NONE) for who, one in weighings.items()}) for c in criteria]
    strengths: defaultdict[str, dict[str, Fraction]] = defaultdict(dict)
    for who, one in weighings.items():
        for argument in one.arguments:
            if argument.sign:
                strengths[argument.code][who] = Fraction(argument.strength)
    return Comparison(
        _disputed(spreads),
        _disputed(Spread(code, by_person) for code, by_person in strengths.items()),
        {who: value(one, holds) for who, one in weighings.items()},
    )


def _disputed(spreads: Iterable[Spread]) -> tuple[Spread, ...]:
    return tuple(sorted(spreads, key=lambda spread: -spread.width))
