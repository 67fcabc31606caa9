"""The conditions (villkor) that arguments rest on: whether each holds on a day, why, and what changes when.

Nothing here is about a person, so nothing asks for an actor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import get_language

from hemvist.law.acts import Act, acts
from hemvist.law.types import Status, Step, Text, gettext_noop
from hemvist.organisation import records
from hemvist.organisation.models import DecisionPoint, HistoricalFigure, Move
from hemvist.organisation.queries import Series, history
from hemvist.organisation.schema import Alternative, PlacementCondition, PlacementFile
from hemvist.placement.models import PointStatus

# How many come in a year, by the measures of history.yaml: what was received goes before what was to be received.
ARRIVALS = ("received_assigned", "received_on_number", "assigned")
# What it means that the reception doubles.
FACTOR = 2


@dataclass(frozen=True, slots=True)
class Coming:
    """A change that is known already: the condition begins (``holds``) or ceases to hold on a day."""

    on: date
    holds: bool


@dataclass(frozen=True, slots=True)
class ConditionStatus:
    """A condition on a day. ``holds`` is None when it is not known; ``reason`` says why.

    ``since`` is the day from which an act is in force; ``proposed`` an act that is not decided. ``doubled`` says, of
    arrivals, whether they would be low if twice as many came; None when that cannot be said.
    """

    condition: PlacementCondition
    holds: bool | None
    reason: Step
    source: str = ""
    coming: Coming | None = None
    since: date | None = None
    doubled: bool | None = None
    proposed: bool = False

    @property
    def code(self) -> str:
        return self.condition.code

    @property
    def label(self) -> str:
        return self.condition.label.get(get_language() or "sv")

    @property
    def effect(self) -> str:
        return self.condition.effect.get(get_language() or "sv")


def statuses(on: date, *, file: PlacementFile | None = None) -> dict[str, ConditionStatus]:
    """Code → each condition's status on the day, in the folder's order. At most seven queries."""
    found = file or records.placement()
    asked = {condition.kind for condition in found.conditions}
    yearly = history() if "arrivals" in asked else ()
    moves = _moves() if "move" in asked else []
    points = _points(found.conditions) if "point" in asked else {}
    crosswise = {one.code for one in found.alternatives if one.crosswise}
    labels = {one.code: one for one in found.alternatives}
    made: dict[str, ConditionStatus] = {}
    for condition in found.conditions:
        if condition.kind == "act":
            made[condition.code] = _act(condition, on)
        elif condition.kind == "arrivals":
            made[condition.code] = _arrivals(condition, yearly, on)
        elif condition.kind == "move":
            made[condition.code] = _move(condition, moves, crosswise, labels)
        else:
            made[condition.code] = _point(condition, points)
    return made


def held(found: Mapping[str, ConditionStatus]) -> dict[str, bool | None]:
    """Code → whether it holds, as the weighing asks for it."""
    return {code: status.holds for code, status in found.items()}


# --- acts -------------------------------------------------------------------------------------------------------------


def _act(condition: PlacementCondition, on: date) -> ConditionStatus:
    code = condition.act or ""
    act = acts().get(code)
    if act is None:
        unknown = Step(gettext_noop("Lagregistret saknar SFS {number}. Läget är därför inte känt."), {"number": code})
        return ConditionStatus(condition, None, unknown)
    status = act.status_on(on)
    return ConditionStatus(
        condition,
        status is Status.IN_FORCE,
        _act_words(act, status),
        f"SFS {act.sfs}",
        _act_coming(act, status),
        since=act.valid_from if status is Status.IN_FORCE else None,
        proposed=status is Status.PROPOSED,
    )


def _act_words(act: Act, status: Status) -> Step:
    begins, ends = {"act": act.short, "day": act.valid_from}, {"act": act.short, "day": act.repealed_from}
    if status is Status.PROPOSED:
        return Step(gettext_noop("{act} är ett förslag och inte beslutad."), {"act": act.short})
    if status is Status.DECIDED:
        return Step(gettext_noop("{act} är beslutad men börjar gälla först {day}."), begins)
    if status is Status.REPEALED:
        return Step(gettext_noop("{act} upphörde att gälla {day}."), ends)
    if act.valid_from is None:
        return Step(gettext_noop("{act} gäller."), {"act": act.short})
    return Step(gettext_noop("{act} gäller sedan {day}."), begins)


def _act_coming(act: Act, status: Status) -> Coming | None:
    if status is Status.DECIDED and act.valid_from:
        return Coming(act.valid_from, True)
    if status is Status.IN_FORCE and act.repealed_from:
        return Coming(act.repealed_from, False)
    return None


# --- arrivals ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Year:
    """The arrivals of a whole year: equal bounds for one number; apart for an interval or sources that disagree."""

    year: int
    low: int
    high: int
    label: str
    source: str

    def low_at(self, most: int, times: int = 1) -> bool | None:
        if self.high * times <= most:
            return True
        return False if self.low * times > most else None


def _whole(figure: HistoricalFigure) -> bool:
    """The figure is about the whole year and not about what had happened by a day in it."""
    return figure.as_of is None or figure.as_of >= date(figure.year, 12, 31)


def _years(yearly: Iterable[Series]) -> dict[int, _Year]:
    """Year → its arrivals by the first measure that knows the whole year."""
    by_code = {series.code: series for series in yearly}
    found: dict[int, _Year] = {}
    for measure in ARRIVALS:
        series = by_code.get(measure)
        for point in series.points if series else ():
            figures = [figure for figure in point.figures if _whole(figure)]
            if not figures or point.year in found or series is None:
                continue
            lows = [figure.low if figure.value is None else figure.value for figure in figures]
            highs = [figure.high if figure.value is None else figure.value for figure in figures]
            sources = ", ".join(dict.fromkeys(figure.source for figure in figures))
            found[point.year] = _Year(
                point.year,
                min(low for low in lows if low is not None),
                max(high for high in highs if high is not None),
                series.label,
                sources,
            )
    return found


# A figure older than this says nothing of today.
STALE_YEARS = 2


def _arrivals(condition: PlacementCondition, yearly: Iterable[Series], on: date) -> ConditionStatus:
    years = _years(yearly)
    most = condition.at_most or 0
    year = max((year for year in years if year <= on.year), default=None)
    if year is None:
        unknown = Step(gettext_noop("Det finns ingen siffra för ett helt år. Läget är därför inte känt."))
        return ConditionStatus(condition, None, unknown)
    known, holds = years[year], years[year].low_at(most)
    coming = None
    if later := years.get(on.year + 1):
        then = later.low_at(most)
        if then is not None and then is not holds:
            coming = Coming(date(later.year, 1, 1), then)
    if holds is None:
        reason = gettext_noop(
            "Källorna ger {count} för {year} ({label}), på båda sidor om gränsen {most}. Läget är inte känt."
        )
    elif on.year - year > STALE_YEARS:
        holds = None
        reason = gettext_noop("Senaste siffran är för {year} ({label}) och för gammal för att säga något om i dag.")
    elif year >= on.year and holds:
        reason = gettext_noop(
            "För {year} är siffran {count} ({label}). Året är inte slut: så många ska tas emot eller väntas, inte så "
            "många som har kommit. Gränsen är högst {most}."
        )
    elif year >= on.year:
        reason = gettext_noop(
            "För {year} är siffran {count} ({label}). Året är inte slut: så många ska tas emot eller väntas, inte så "
            "många som har kommit. Det är fler än gränsen {most}."
        )
    elif holds:
        reason = gettext_noop("Senaste hela år är {year}: {count} personer ({label}). Gränsen är högst {most}.")
    else:
        reason = gettext_noop("Senaste hela år är {year}: {count} personer ({label}). Det är fler än gränsen {most}.")
    words = {
        "label": known.label,
        # As text: a year is not counted in thousands.
        "year": str(year),
        "count": known.low if known.low == known.high else f"{known.low}–{known.high}",
        "most": most,
    }
    doubled = None if holds is None else known.low_at(most, FACTOR)
    return ConditionStatus(condition, holds, Step(reason, words), f"{known.source} ({year})", coming, doubled=doubled)


# --- moves and points -------------------------------------------------------------------------------------------------


def _moves() -> list[Move]:
    """The decided moves, the last to take effect last."""
    settled = Q(status__in=[Move.Status.DECIDED, Move.Status.CARRIED_OUT])
    return list(Move.objects.filter(settled).order_by("takes_effect_on", "id"))


def _move(
    condition: PlacementCondition,
    moves: list[Move],
    crosswise: set[str],
    labels: Mapping[str, Alternative],
) -> ConditionStatus:
    alternative = condition.alternative or ""
    # What is crosswise stands beside the others; of the others only the last decision counts.
    rivals = [m for m in moves if (m.alternative in crosswise) == (alternative in crosswise)]
    own = [move for move in rivals if move.alternative == alternative]
    counts = own if alternative in crosswise else [move for move in rivals[-1:] if move.alternative == alternative]
    if not counts:
        label = labels[alternative].label if alternative in labels else None
        words: dict[str, object] = {"label": Text(label.sv, label.en) if label else alternative}
        reason = gettext_noop("Ingen flytt enligt alternativet {label} är beslutad.")
        return ConditionStatus(condition, False, Step(reason, words))
    move = counts[-1]
    words = {"title": move.title, "day": move.takes_effect_on}
    if move.status == Move.Status.CARRIED_OUT:
        reason = gettext_noop("Flytten ”{title}” är beslutad och genomförd {day}.")
    else:
        reason = gettext_noop("Flytten ”{title}” är beslutad och gäller från {day}.")
    source = " ".join(part for part in (move.diary_number, move.section) if part)
    return ConditionStatus(condition, True, Step(reason, words), source)


Point = tuple[str, int]
POINT_WORDS: Mapping[str, str] = {
    PointStatus.Status.DONE: gettext_noop("Punkt {number} i {decision} är klar."),
    PointStatus.Status.PLANNED: gettext_noop("Punkt {number} i {decision} är planerad men inte klar."),
    PointStatus.Status.OPEN: gettext_noop("Punkt {number} i {decision} är inte klar."),
}
POINT_WORDS_SAID: Mapping[str, str] = {
    PointStatus.Status.DONE: gettext_noop("Punkt {number} i {decision} är klar, antecknat {day}."),
    PointStatus.Status.PLANNED: gettext_noop("Punkt {number} i {decision} är planerad men inte klar, antecknat {day}."),
    PointStatus.Status.OPEN: gettext_noop("Punkt {number} i {decision} är inte klar, antecknat {day}."),
}


def _points(conditions: Iterable[PlacementCondition]) -> dict[Point, tuple[str, str, date | None]]:
    """Decision and number → status, the decision's source, and the day that somebody said so after the folder."""
    asked = {(one.decision or "", one.point or 0) for one in conditions if one.kind == "point"}
    codes = {decision for decision, _number in asked}
    found: dict[Point, tuple[str, str, date | None]] = {}
    for point in DecisionPoint.objects.filter(decision__code__in=codes).select_related("decision"):
        decision = point.decision
        source = " ".join(filter(None, [decision.code, decision.body, decision.diary_number, decision.section]))
        found[decision.code, point.number] = point.status, source, None
    for said in PointStatus.objects.filter(decision__in=codes).order_by("id"):
        key = said.decision, said.number
        if key in found:
            found[key] = said.status, found[key][1], said.on
    return found


def _point(condition: PlacementCondition, points: Mapping[Point, tuple[str, str, date | None]]) -> ConditionStatus:
    key = condition.decision or "", condition.point or 0
    words: dict[str, object] = {"number": key[1], "decision": key[0]}
    if key not in points:
        reason = gettext_noop("Punkt {number} i {decision} finns inte bland besluten. Läget är därför inte känt.")
        return ConditionStatus(condition, None, Step(reason, words))
    status, source, on = points[key]
    holds = status == PointStatus.Status.DONE
    if status not in PointStatus.Status.values:
        reason = gettext_noop(
            "Underlaget säger inte om punkt {number} i {decision} är klar. Anteckna läget under Uppdrag."
        )
        return ConditionStatus(condition, None, Step(reason, words), source)
    if on is None:
        reason = POINT_WORDS[status]
    else:
        reason, words = POINT_WORDS_SAID[status], {**words, "day": on}
    return ConditionStatus(condition, holds, Step(reason, words), source)
