"""The municipality's yearly number (kommuntal): what it rests on, how it comes about, and where a wish fits in.

Until 2026 lag (2016:38) with förordning (2016:39); from the distribution for 2027 lag (2026:1326) with förordning
(2026:1330). The number itself is decided by an authority and never counted here: no act says what a criterion weighs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from hemvist.law.regime import Regime, distribution
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Source, Step, Text, gettext_noop

OLD_ACT, OLD_ORDINANCE = Regime.BOS_2016.act, "2016:39"
NEW_ACT, NEW_ORDINANCE = Regime.BOS_2026.act, "2026:1330"


# --- what the distribution rests on


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that the distribution must (``optional``: may) take into account.

    ``continues`` is the code of the same criterion in the older act.
    """

    code: str
    regime: Regime
    text: Text
    source: Source
    optional: bool = False
    continues: str = ""


def _pair(code: str, sv: str, en: str, new: tuple[str, str] | None = None) -> tuple[Criterion, Criterion]:
    """A criterion of both acts, reworded in the newer one when ``new`` is given."""
    old = Criterion(f"{code}_2016", Regime.BOS_2016, Text(sv, en), sfs(OLD_ACT, "7 § 2 st"))
    words = Text(*new) if new else Text(sv, en)
    return old, Criterion(code, Regime.BOS_2026, words, sfs(NEW_ACT, "7 §"), continues=old.code)


CRITERIA: tuple[Criterion, ...] = (
    *_pair("labour_market", "Kommunens arbetsmarknad", "The municipality's labour market"),
    *_pair("population", "Kommunens befolkning, till antalet", "The size of the municipality's population"),
    *_pair(
        "reception",
        "Hur många nyanlända och ensamkommande barn kommunen sammantaget tar emot",
        "How many new arrivals and unaccompanied children the municipality receives in all",
    ),
    *_pair(
        "reception_act",
        "Hur många asylsökande som vistas i kommunen",
        "How many asylum seekers stay in the municipality",
        (
            "Hur många personer som omfattas av mottagandelagen och vistas i kommunen",
            "How many persons covered by the Reception Act (mottagandelagen) stay in the municipality",
        ),
    ),
    Criterion(
        "temporary_protection_2016",
        Regime.BOS_2016,
        Text(
            "Hur många personer med tillfälligt skydd som vistas i kommunen",
            "How many persons with temporary protection stay in the municipality",
        ),
        sfs(OLD_ORDINANCE, "4 a §"),
    ),
    Criterion(
        "housing_supply_2016",
        Regime.BOS_2016,
        Text("Kommunens möjlighet att ordna bostäder", "The municipality's possibility to provide homes"),
        sfs(OLD_ORDINANCE, "6 §"),
        optional=True,
    ),
    Criterion(
        "housing_market",
        Regime.BOS_2026,
        Text(
            "Förutsättningarna för långsiktig etablering på bostadsmarknaden",
            "The conditions for long-term establishment on the housing market",
        ),
        sfs(NEW_ACT, "7 §"),
    ),
    Criterion(
        "areas",
        Regime.BOS_2026,
        Text("Områden i kommunen där utanförskapet är stort", "Areas in the municipality with large social exclusion"),
        sfs(NEW_ACT, "7 §"),
    ),
)


def criteria(regime: Regime) -> tuple[Criterion, ...]:
    """What the distribution rests on under an act, in the order of the act."""
    return tuple(criterion for criterion in CRITERIA if criterion.regime is regime)


def weights(regime: Regime) -> tuple[Step, ...]:
    """That no act says what a criterion weighs, and where the calculation is published."""
    if regime is Regime.BOS_2016:
        text = gettext_noop("Lagen säger inte hur mycket varje kriterium väger.")
        return (Step(text, source=sfs(OLD_ACT, "7 § 2 st")),)
    return (
        Step(gettext_noop("Lagen säger inte hur mycket varje kriterium väger."), source=sfs(NEW_ACT, "7 §")),
        Step(
            gettext_noop("Migrationsverket ska redogöra för analyser och beräkningar på sin webbplats."),
            source=sfs(NEW_ORDINANCE, "7 § 2 st"),
        ),
    )


# --- how the number comes about


class StageKind(StrEnum):
    """A stage on the way to the number. The order is that of :func:`procedure`."""

    NATIONAL = "national"
    COUNTY = "county"
    PRELIMINARY = "preliminary"
    WISH = "wish"
    COMPILED = "compiled"
    DECIDED = "decided"
    REVISED = "revised"
    SWAP = "swap"


STAGES: Mapping[StageKind, Text] = {
    StageKind.NATIONAL: Text("Antalet i landet", "The national number"),
    StageKind.COUNTY: Text("Länstalet", "The county number (länstal)"),
    StageKind.PRELIMINARY: Text("Preliminär fördelning", "Preliminary distribution"),
    StageKind.WISH: Text("Kommunens önskemål", "The municipality's wish"),
    StageKind.COMPILED: Text("Länsstyrelsens sammanställning", "The county administrative board's compilation"),
    StageKind.DECIDED: Text("Beslutat kommuntal", "Decided municipal number (kommuntal)"),
    StageKind.REVISED: Text("Reviderat kommuntal", "Revised municipal number"),
    StageKind.SWAP: Text("Överenskommelse mellan kommuner", "Agreement between municipalities"),
}

GOVERNMENT = Text("Regeringen", "The Government")
AGENCY = Text("Migrationsverket", "The Migration Agency")
COUNTY_BOARD = Text("Länsstyrelsen", "The county administrative board")
MUNICIPALITY = Text("Kommunen", "The municipality")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: who does it, and what the law says of it."""

    kind: StageKind
    by: Text
    step: Step


def procedure(year: int) -> tuple[Stage, ...]:
    """The stages on the way to the number of a year, in their order, by the act that the year is distributed by."""
    if distribution(year).value is Regime.BOS_2016:
        return _procedure_2016()
    return _procedure_2026()


def _procedure_2016() -> tuple[Stage, ...]:
    return (
        Stage(
            StageKind.NATIONAL,
            GOVERNMENT,
            Step(gettext_noop("Regeringen beslutar antalet i landet."), source=sfs("2016:40", "2 §")),
        ),
        Stage(
            StageKind.COUNTY,
            GOVERNMENT,
            Step(gettext_noop("Regeringen beslutar hur antalet fördelas på länen."), source=sfs(OLD_ORDINANCE, "4 §")),
        ),
        Stage(
            StageKind.DECIDED,
            COUNTY_BOARD,
            Step(
                gettext_noop("Länsstyrelsen beslutar kommuntalen i förväg, för ett kalenderår i taget."),
                source=sfs(OLD_ORDINANCE, "5 §"),
            ),
        ),
        Stage(
            StageKind.REVISED,
            COUNTY_BOARD,
            Step(
                gettext_noop("Om länstalet ändras under året får kommuntalen revideras."),
                source=sfs(OLD_ORDINANCE, "7 §"),
            ),
        ),
        Stage(StageKind.SWAP, MUNICIPALITY, _SWAP_2016),
    )


def _procedure_2026() -> tuple[Stage, ...]:
    return (
        Stage(
            StageKind.NATIONAL,
            GOVERNMENT,
            Step(
                gettext_noop(
                    "Migrationsverket beräknar behovet senast den 10 augusti året innan. Regeringen beslutar antalet i "
                    "landet."
                ),
                source=sfs(NEW_ORDINANCE, "2 och 3 §§"),
            ),
        ),
        Stage(
            StageKind.PRELIMINARY,
            AGENCY,
            Step(
                gettext_noop("Migrationsverket tar fram en preliminär fördelning och informerar länsstyrelsen."),
                source=sfs(NEW_ORDINANCE, "10 §"),
            ),
        ),
        Stage(
            StageKind.WISH,
            MUNICIPALITY,
            Step(
                gettext_noop("Länsstyrelsen låter kommunen säga hur många den önskar ta emot."),
                source=sfs(NEW_ORDINANCE, "11 §"),
            ),
        ),
        Stage(
            StageKind.COMPILED,
            COUNTY_BOARD,
            Step(
                gettext_noop("Länsstyrelsen sammanställer önskemålen och informerar Migrationsverket."),
                source=sfs(NEW_ORDINANCE, "11 §"),
            ),
        ),
        Stage(
            StageKind.DECIDED,
            AGENCY,
            Step(
                gettext_noop("Migrationsverket beslutar kommuntalen i förväg, för ett kalenderår i taget."),
                source=sfs(NEW_ORDINANCE, "4 §"),
            ),
        ),
        Stage(
            StageKind.REVISED,
            AGENCY,
            Step(
                gettext_noop("Om antalet i landet ändras under året beslutar Migrationsverket reviderade kommuntal."),
                source=sfs(NEW_ORDINANCE, "5 §"),
            ),
        ),
        Stage(StageKind.SWAP, MUNICIPALITY, _SWAP_2026),
    )


_SWAP_2016 = Step(
    gettext_noop(
        "Kommuner i länet eller i närheten får komma överens om att ändra fördelningen under året. Tillsammans får de "
        "inte hamna under länstalet."
    ),
    source=sfs(OLD_ORDINANCE, "7 §"),
)
_SWAP_2026 = Step(
    gettext_noop(
        "Kommuner får komma överens om att ändra fördelningen sinsemellan. Migrationsverket får besluta det om det går "
        "att tillgodose med hänsyn till antalet i landet och andra kommuners önskemål. Vill en kommun ta emot "
        "fler ska också förutsättningarna för integration vägas in (8 §). Länsstyrelsen hjälper till."
    ),
    source=sfs(NEW_ORDINANCE, "6 §"),
)


def wish_allowed(year: int) -> Answer[bool]:
    """Whether the municipality can wish a number for a year (lag (2026:1326) 8 §). What to wish is left to people."""
    regime = distribution(year)
    if regime.value is Regime.BOS_2016:
        text = gettext_noop(
            "Lagen (2016:38) har inget önskemål om antal. Kommunen får anmäla lediga bostäder till Migrationsverket."
        )
        return Answer(False, (*regime.steps, Step(text, source=sfs(OLD_ORDINANCE, "12 §"))))
    steps = (
        Step(gettext_noop("Kommunen får önska hur många den ska ta emot."), source=sfs(NEW_ACT, "8 §")),
        Step(
            gettext_noop(
                "Önskemålet får tillgodoses bara om det är möjligt med hänsyn till antalet i landet och andra "
                "kommuners önskemål."
            ),
            source=sfs(NEW_ACT, "8 §"),
        ),
        Step(
            gettext_noop(
                "Önskar kommunen fler än fördelningen ger ska förutsättningarna för integration också vägas in."
            ),
            source=sfs(NEW_ACT, "8 §"),
        ),
    )
    return Answer(True, (*regime.steps, *steps))


def wish_by(year: int, latest: date | None = None) -> Answer[date]:
    """The last day for the wish: ``latest``, as länsstyrelsen has set it; the law has no day.

    ``value`` None with a step when the day is not known, or when the year has no wish.
    """
    allowed = wish_allowed(year)
    if not allowed.value:
        return Answer(None, allowed.steps)
    text = gettext_noop("Lagen säger inte när önskemålet senast ska lämnas. Länsstyrelsen anger dagen.")
    steps = (*allowed.steps, Step(text, source=sfs(NEW_ORDINANCE, "11 §")))
    if latest is None:
        return Answer(None, steps, ("wish_stated_latest_on",))
    text = gettext_noop("Länsstyrelsen har angett den {latest}.")
    return Answer(latest, (*steps, Step(text, {"latest": latest}, sfs(NEW_ORDINANCE, "11 §"))))


def may_swap(year: int) -> Answer[bool]:
    """Whether municipalities may agree on another distribution, and on what terms; the authority decides."""
    regime = distribution(year)
    step = _SWAP_2016 if regime.value is Regime.BOS_2016 else _SWAP_2026
    return Answer(True, (*regime.steps, step))


def exceeding(year: int) -> Answer[bool]:
    """Whether an anvisning may go beyond the decided number; Migrationsverket decides in the single case."""
    regime = distribution(year)
    if regime.value is Regime.BOS_2016:
        text = gettext_noop("Migrationsverket beslutar om anvisningar inom ramen för kommuntalet.")
        return Answer(False, (*regime.steps, Step(text, source=sfs(OLD_ORDINANCE, "8 §"))))
    text = gettext_noop(
        "Kommuntalet får överskridas bara om det är nödvändigt för barnets bästa i det enskilda fallet."
    )
    return Answer(True, (*regime.steps, Step(text, source=sfs(NEW_ORDINANCE, "12 §"))))


# --- the stages as they were recorded


@dataclass(frozen=True, slots=True)
class Version:
    """A number of a year at a stage, and the day it was told, wished or decided."""

    kind: StageKind
    number: int
    on: date


def check_sequence(year: int, versions: Iterable[Version]) -> list[Step]:
    """What is out of order among a year's versions: each step says what, with the provision. Empty when nothing is.

    A year may go round more than once: a changed national number begins with a new preliminary distribution and ends
    in a revised number. Versions of one day are taken in the order of the stages. Left out: länsstyrelsen's compilation
    of the wishes, whose day the municipality does not know.
    """
    regime = distribution(year).value or Regime.BOS_2026
    kinds = {stage.kind for stage in procedure(year)}
    order = list(StageKind)
    problems: list[Step] = []
    seen: set[StageKind] = set()
    round_open = False  # a preliminary distribution has been told, and nothing has been decided since
    for version in sorted(versions, key=lambda version: (version.on, order.index(version.kind))):
        kind = version.kind
        values: dict[str, Any] = {"stage": STAGES[kind], "day": version.on}
        if version.number < 0:
            text = gettext_noop("{stage} den {day} har ett antal under noll.")
            problems.append(Step(text, values))
        if kind not in kinds:
            text = gettext_noop("{stage} den {day} hör inte till lagen som fördelar året {year}.")
            problems.append(Step(text, values | {"year": year}, sfs(regime.act)))
            continue
        if kind is StageKind.PRELIMINARY:
            round_open = True
        elif kind is StageKind.WISH:
            if not round_open:
                text = gettext_noop("{stage} den {day} kommer före en preliminär fördelning eller efter beslutet.")
                problems.append(Step(text, values, sfs(NEW_ORDINANCE, "10 och 11 §§")))
        elif kind is StageKind.DECIDED:
            problems += _decided(year, regime, values, version.on, StageKind.DECIDED in seen, round_open)
            round_open = False
        elif kind in (StageKind.REVISED, StageKind.SWAP):
            if StageKind.DECIDED not in seen:
                text = gettext_noop("{stage} den {day} kommer före det beslutade kommuntalet.")
                section = {StageKind.REVISED: "5 §", StageKind.SWAP: "6 §"}[kind]
                source = sfs(OLD_ORDINANCE, "7 §") if regime is Regime.BOS_2016 else sfs(NEW_ORDINANCE, section)
                problems.append(Step(text, values, source))
            elif kind is StageKind.REVISED and regime is Regime.BOS_2026 and not round_open:
                problems.append(Step(_NO_PRELIMINARY, values, sfs(NEW_ORDINANCE, "10 §")))
            if kind is StageKind.REVISED:
                round_open = False
        seen.add(kind)
    return problems


def _decided(
    year: int, regime: Regime, values: dict[str, Any], on: date, again: bool, round_open: bool
) -> Iterable[Step]:
    ahead = sfs(OLD_ORDINANCE, "5 §") if regime is Regime.BOS_2016 else sfs(NEW_ORDINANCE, "4 §")
    if again:
        text = gettext_noop("{stage} den {day} är det andra för året. Ett ändrat kommuntal är ett reviderat.")
        yield Step(text, values, ahead)
    if on.year >= year:
        text = gettext_noop("{stage} den {day} är inte beslutat i förväg för året {year}.")
        yield Step(text, values | {"year": year}, ahead)
    if regime is Regime.BOS_2026 and not round_open and not again:
        yield Step(_NO_PRELIMINARY, values, sfs(NEW_ORDINANCE, "10 §"))


_NO_PRELIMINARY = gettext_noop("{stage} den {day} saknar en preliminär fördelning innan.")
