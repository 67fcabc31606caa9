"""What a weighing comes to: the values, how robust they are, what they would be on other conditions, and how several
people's differ. It says what speaks for what; it never decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hemvist.placement import conditions
from hemvist.placement.arguments import ArgumentLine, Placement, Side
from hemvist.placement.conditions import ConditionStatus
from hemvist.placement.weighings import Own, unique_names
from hemvist.planning import weighing as planning
from hemvist.planning.weighing import Acceptability, Comparison, Crossing, Decisive, Result, Scenario, Value, Weighing

# What may be asked of a condition, besides nothing (as today).
YES, NO, DOUBLE = "ja", "nej", "dubbelt"


def asked_changes(found: Placement, asked: Mapping[str, str]) -> dict[str, bool]:
    """Condition → what it is imagined to be, of what was asked. What cannot be read is as today."""
    changes: dict[str, bool] = {}
    for code, status in found.conditions.items():
        word = asked.get(code, "")
        if word in {YES, NO}:
            changes[code] = word == YES
        elif word == DOUBLE and status.doubled is not None:
            changes[code] = status.doubled
    return changes


@dataclass(frozen=True, slots=True)
class Part:
    """What a criterion contributes to an alternative, and the arguments that pull that way and the other."""

    criterion: str
    label: str
    value: Fraction
    arguments: tuple[ArgumentLine, ...]
    opposing: tuple[ArgumentLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """An alternative with its value and what speaks for and against it, the heaviest first. In ``even`` the arguments
    of a criterion balance.
    """

    side: Side
    value: Value
    speaks_for: tuple[Part, ...]
    speaks_against: tuple[Part, ...]
    even: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Critical:
    """What it takes, of one criterion, for the first to change places with each of the others."""

    criterion: str
    label: str
    share: Fraction
    weight: int
    crossings: tuple[Crossing, ...]
    used: bool

    @property
    def nearest(self) -> Crossing | None:
        found = [one for one in self.crossings if one.change is not None]
        return min(found, key=lambda one: one.change or Fraction(0), default=None)


@dataclass(frozen=True, slots=True)
class Flip:
    """What it would be if one condition alone were otherwise than today; one that is not known is taken to hold."""

    status: ConditionStatus
    to: bool
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Outcome:
    """A weighing counted out on conditions as they are today, or as they are imagined (``changes``)."""

    own: Own
    model: Weighing
    holds: Mapping[str, bool | None]
    changes: Mapping[str, bool]
    scenario: Scenario
    standings: tuple[Standing, ...]
    apart: tuple[Standing, ...]
    first_change: Crossing | None
    order_change: Crossing | None
    critical: tuple[Critical, ...]
    decisive: tuple[Decisive, ...]
    acceptability: Acceptability
    flips: tuple[Flip, ...]

    @property
    def result(self) -> Result:
        return self.scenario.after

    @property
    def alone(self) -> bool:
        """One criterion has all the weight, so that the others have no proportions to keep."""
        return max(self.model.shares.values()) == 1


def outcome(own: Own, found: Placement, changes: Mapping[str, bool]) -> Outcome | None:
    """What the weighing comes to; None while there is nothing to count."""
    if not own.ready_for(found) or not found.rivals:
        return None
    model = own.model(found)
    today = conditions.held(found.conditions)
    scenario = planning.scenario(model, today, changes)
    holds = {**today, **changes}
    sides = {side.code: side for side in found.sides}
    crossings = planning.crossings(model, holds)
    used = {one.criterion for one in model.arguments if one.sign and one.strength}
    critical = tuple(
        Critical(
            code,
            own.labels[code],
            model.shares[code],
            weight,
            tuple(one for one in crossings if one.criterion == code),
            code in used,
        )
        for code, weight in sorted(model.weights.items(), key=lambda pair: -pair[1])
    )
    return Outcome(
        own,
        model,
        holds,
        changes,
        scenario,
        tuple(_standing(one, own, model, sides, holds) for one in scenario.after.ranked),
        tuple(_standing(one, own, model, sides, holds) for one in scenario.after.apart),
        planning.smallest_change(model, holds, of_first=True),
        planning.smallest_change(model, holds),
        critical,
        planning.decisive_arguments(model, holds),
        planning.acceptability(model, holds),
        tuple(_flips(model, found, today)),
    )


def _flips(model: Weighing, found: Placement, today: Mapping[str, bool | None]) -> Iterator[Flip]:
    """The conditions that some argument with a strength rests on, each turned alone."""
    rested = {one.condition for one in model.arguments if one.sign and one.strength and one.condition}
    for code, status in found.conditions.items():
        if code in rested:
            to = status.holds is not True
            yield Flip(status, to, planning.scenario(model, today, {code: to}))


def _standing(
    one: Value, own: Own, model: Weighing, sides: Mapping[str, Side], holds: Mapping[str, bool | None]
) -> Standing:
    weighs = [
        weighed
        for weighed in own.arguments
        if weighed.line.alternative == one.alternative
        and weighed.strength
        and weighed.line.sign
        and (not weighed.line.condition or holds.get(weighed.line.condition) is True)
    ]

    def part(code: str, net: Fraction, sign: int) -> Part:
        lines = [weighed.line for weighed in weighs if weighed.criterion == code]
        with_it = tuple(line for line in lines if line.sign == sign)
        return Part(code, own.labels[code], net, with_it, tuple(line for line in lines if line.sign != sign))

    def parts(sign: int) -> tuple[Part, ...]:
        made = [part(code, net, sign) for code, net in one.parts.items() if net * sign > 0]
        return tuple(sorted(made, key=lambda part: -abs(part.value)))

    # Without weight nothing balances: it does not count.
    level = tuple(
        part(code, net, 1)
        for code, net in one.parts.items()
        if not net and model.weights[code] and any(weighed.criterion == code for weighed in weighs)
    )
    return Standing(sides[one.alternative], one, parts(1), parts(-1), level)


@dataclass(frozen=True, slots=True)
class Together:
    """Several people's weighings. ``labels`` names the criteria, also those that only others have."""

    comparison: Comparison
    labels: Mapping[str, str]
    names: tuple[str, ...]
    waiting: int


def firsts(weighings: Sequence[Own], found: Placement, holds: Mapping[str, bool | None]) -> list[tuple[str, int]]:
    """For each alternative that comes first in some of the weighings: its name and in how many, the most first. One
    that cannot be counted is left out; where several are equally first, each counts.
    """
    ready = [one for one in weighings if one.ready_for(found)]
    results = [planning.value(one.model(found), holds) for one in ready]
    counted = Counter(code for one in results if any(part.total for part in one.ranked) for code in one.first)
    labels = {side.code: side.label for side in found.rivals}
    return [(labels[code], count) for code, count in counted.most_common()]


def together(weighings: Sequence[Own], found: Placement, holds: Mapping[str, bool | None]) -> Together | None:
    """The comparison of those that can be counted; None when there is none. ``waiting``: how many could not."""
    ready = [one for one in weighings if one.ready_for(found)]
    if not ready:
        return None
    named = unique_names(ready)
    labels: dict[str, str] = {}
    for one in ready:
        labels = {**one.labels, **labels}
    models = {name: one.model(found) for name, one in named.items()}
    return Together(planning.compare(models, holds), labels, tuple(named), len(weighings) - len(ready))


def choices(status: ConditionStatus) -> tuple[str, ...]:
    """What may be asked of the condition: that it holds, that it does not, and, of arrivals, twice as many."""
    return (YES, NO) if status.doubled is None else (YES, NO, DOUBLE)
