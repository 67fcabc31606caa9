"""Ending the right to housing early (i förtid): what stands in the way, and what is still to be done.

Lag (2026:1326) 13 § names three grounds and no others. The municipality may decide (får besluta) and never must. This
module tells whether the ground can be tried and what a decision would lack; it never says what to decide, and nothing
here ends a right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hemvist.law import parameters, reception
from hemvist.law.acts import starts
from hemvist.law.calendar import age_on
from hemvist.law.regime import Regime
from hemvist.law.sources import sfs
from hemvist.law.types import Source, Status, Step, Text, gettext_noop

ACT = Regime.BOS_2026.act


class EndGround(StrEnum):
    """The three grounds: 13 § 1, 2 and 3."""

    NOT_IN_PROGRAMME = "not_in_programme"
    ASSIGNMENT_WITHDRAWN = "assignment_withdrawn"
    TENANCY_FORFEITED = "tenancy_forfeited"


GROUNDS: Mapping[EndGround, tuple[Text, Source]] = {
    EndGround.NOT_IN_PROGRAMME: (
        Text(
            "Har fyllt 20 år, är inte anvisad till ett program och saknar godtagbara skäl",
            "Has turned 20, is not referred to a programme and has no acceptable reasons (godtagbara skäl)",
        ),
        sfs(ACT, "13 § 1"),
    ),
    EndGround.ASSIGNMENT_WITHDRAWN: (
        Text(
            "Har fyllt 20 år, och anvisningen till ett program är återkallad genom ett beslut som har fått laga kraft",
            "Has turned 20, and the referral to a programme has been withdrawn by a final decision",
        ),
        sfs(ACT, "13 § 2"),
    ),
    EndGround.TENANCY_FORFEITED: (
        Text(
            "Har skilts från den bostadslägenhet som kommunen har ordnat, efter att hyresrätten har förverkats",
            "Has been separated from the flat that the municipality arranged, after the tenancy was forfeited",
        ),
        sfs(ACT, "13 § 3"),
    ),
}


class Programme(StrEnum):
    """A labour market programme (arbetsmarknadspolitiskt program); ``OTHER`` is one that 13 § does not count."""

    JOB_GUARANTEE = "job_guarantee"
    YOUTH_GUARANTEE = "youth_guarantee"
    INTRODUCTION = "introduction"
    OTHER = "other"


# The programmes of 13 § (förordning (2026:1330) 17 §), each with the ordinance that it is regulated by.
PROGRAMMES: Mapping[Programme, tuple[Text, Source]] = {
    Programme.JOB_GUARANTEE: (
        Text("Jobb- och utvecklingsgarantin", "Job and development guarantee (jobb- och utvecklingsgarantin)"),
        sfs("2007:414"),
    ),
    Programme.YOUTH_GUARANTEE: (
        Text("Jobbgarantin för ungdomar", "Job guarantee for young people (jobbgarantin för ungdomar)"),
        sfs("2007:813"),
    ),
    Programme.INTRODUCTION: (
        Text("Etableringsprogrammet", "Introduction programme (etableringsprogrammet)"),
        sfs("2017:820"),
    ),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A circumstance to think of when the reasons are assessed. The act lists none: it decides nothing."""

    code: str
    text: Text
    source: Source


# Whom etableringsprogrammet is not for (förordning (2017:820) 5 §, wording from 2027). That these are acceptable
# reasons is not said in lag (2026:1326): shown as suggestions only.
ACCEPTABLE_REASONS_SUGGESTED: tuple[Suggestion, ...] = (
    Suggestion("full_time_work", Text("Arbetar heltid", "Works full time"), sfs("2017:820", "5 §")),
    Suggestion(
        "upper_secondary",
        Text("Går i gymnasieskola eller anpassad gymnasieskola", "Goes to upper secondary school"),
        sfs("2017:820", "5 §"),
    ),
    Suggestion(
        "cares_for_child",
        Text(
            "Vårdar på heltid ett barn under ett år, eller ett äldre barn med föräldrapenning",
            "Cares full time for a child under one, or for an older child with parental benefit",
        ),
        sfs("2017:820", "5 § (ändring 2026:1710)"),
    ),
    Suggestion("sick", Text("Får hel sjukpenning", "Gets full sickness benefit"), sfs("2017:820", "5 §")),
    Suggestion(
        "asylum_housing",
        Text("Bor på ett asylboende hos Migrationsverket", "Lives in the Migration Agency's asylum accommodation"),
        sfs("2017:820", "5 §"),
    ),
)


@dataclass(frozen=True, slots=True)
class NotEnacted:
    """What an inquiry proposed and Riksdagen did not enact. Shown as history; never a ground."""

    code: str
    text: Text
    source: Source
    status: Status = Status.PROPOSED


NOT_ENACTED: tuple[NotEnacted, ...] = (
    NotEnacted(
        "active_contribution",
        Text(
            "Utredningen föreslog att rätten skulle upphöra för den som inte aktivt bidrar till sin etablering. Det "
            "blev inte lag.",
            "The inquiry proposed that the right should end for a person who does not actively contribute to the own "
            "establishment. It did not become law.",
        ),
        Source("SOU 2025:35", url="https://data.riksdagen.se/dokument/HDB335"),
    ),
)


class Reasons(StrEnum):
    """What the assessment of acceptable reasons (godtagbara skäl) came to."""

    NONE = "none"
    EXIST = "exist"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingFacts:
    """What is known on the day ``on``; None is unknown.

    ``programme``: with ground 1 the programme that the person is referred to on the day, with ground 2 the one whose
    referral was withdrawn. ``no_referral_since``: the first day without a referral, as Arbetsförmedlingen has told.
    ``withdrawal_final_on``: the day the withdrawal got laga kraft. ``lease_forfeited_on`` and ``separated_on``: as
    settled by a court or Kronofogdemyndigheten. ``reply_by``: the last day to answer what was communicated.
    ``best_interests_assessed``: in writing; with a minor in the household also why a decision does not concern
    children. ``right_ends_on``: the last day of the 36 months (:mod:`hemvist.law.housing_right`).
    """

    ground: EndGround
    on: date
    birth_date: date | None = None
    right_ends_on: date | None = None
    programme: Programme | None = None
    no_referral_since: date | None = None
    acceptable_reasons: Reasons | None = None
    withdrawal_decided_on: date | None = None
    withdrawal_final_on: date | None = None
    circumstances_within_control: bool | None = None
    lease_forfeited_on: date | None = None
    separated_on: date | None = None
    children_affected: bool | None = None
    minor_in_household: bool = False
    best_interests_assessed: bool = False
    communicated_on: date | None = None
    reply_by: date | None = None
    replied: bool = False
    reasons_written: bool = False
    appeal_instruction: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """The state of a case of ending early. It holds no outcome, on purpose: only people decide.

    ``blocks``: why the ground cannot be tried. ``lacks``: what remains before the right may be ended; that it goes on
    may be decided sooner. ``notes``: what holds anyway.
    """

    ground: EndGround
    blocks: tuple[Step, ...]
    lacks: tuple[Step, ...]
    notes: tuple[Step, ...]

    @property
    def open(self) -> bool:
        """Whether the ground can be tried at all."""
        return not self.blocks

    @property
    def may_decide(self) -> bool:
        """Whether the way to a decision is clear; not what it should be, nor that there should be one."""
        return not self.blocks and not self.lacks


class Part(StrEnum):
    """The parts of due process that a case is filled in by; ``RIGHT`` is what is known of the person before it."""

    RIGHT = "right"
    GROUND = "ground"
    ACCEPTABLE_REASONS = "acceptable_reasons"
    CHILDREN = "children"
    COMMUNICATION = "communication"
    REPLY = "reply"
    REASONS = "reasons"
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True)
class Lack:
    """What remains, and the part where it is done."""

    part: Part
    step: Step


# The days that a ground rests on: while one is not known it blocks, and the ground is not filled in.
_DAYS: Mapping[EndGround, tuple[str, ...]] = {
    EndGround.NOT_IN_PROGRAMME: (),
    EndGround.ASSIGNMENT_WITHDRAWN: ("withdrawal_decided_on", "withdrawal_final_on"),
    EndGround.TENANCY_FORFEITED: ("lease_forfeited_on", "separated_on"),
}


def left(facts: EndingFacts) -> frozenset[Part]:
    """The parts in which something remains to be filled in, or to be waited for.

    A part that is done may still block the ground: acceptable reasons that exist are assessed. The person has not
    been heard before the communication.
    """
    _blocks, lacks = _found(facts)
    parts = {lack.part for lack in lacks}
    if any(getattr(facts, name) is None for name in _DAYS[facts.ground]):
        parts.add(Part.GROUND)
    if Part.COMMUNICATION in parts:
        parts.add(Part.REPLY)
    return frozenset(parts)


def ground_left(facts: EndingFacts) -> tuple[Step, ...]:
    """What the facts of the ground still lack; none when they are filled in."""
    blocks, lacks = _GROUNDS[facts.ground](facts)
    unknown = any(getattr(facts, name) is None for name in _DAYS[facts.ground])
    return (*(blocks if unknown else ()), *(lack.step for lack in lacks if lack.part is Part.GROUND))


def test(facts: EndingFacts) -> Ending:
    """What stands in the way of trying the ground, and what a decision would lack (lag (2026:1326) 13 §).

    Left to people: whether reasons are acceptable, what a person controls, the child's best interests, whether the
    tenancy is forfeited (court, Kronofogdemyndigheten), and the decision. The exceptions from communication in
    förvaltningslagen 25 § are not used: the person is always heard.
    """
    blocks, lacks = _found(facts)
    return Ending(facts.ground, tuple(blocks), tuple(lack.step for lack in lacks), _notes(facts.ground))


def appeal_by(served_on: date) -> date:
    """The last day to appeal a decision that the person got on a day (förvaltningslagen 44 §), not moved for holidays.

    Before it has passed a decision may be enforced only when an essential interest demands it, after weighing whether
    to wait (35 §).
    """
    return served_on + timedelta(weeks=parameters.get("claims.appeal_weeks", served_on).value)


Found = tuple[list[Step], list[Lack]]  # what blocks, what is lacking


def _found(facts: EndingFacts) -> Found:
    blocks, lacks = _right(facts)
    own_blocks, own_lacks = _GROUNDS[facts.ground](facts)
    return [*blocks, *own_blocks], [*lacks, *own_lacks, *_children(facts), *_procedure(facts)]


def _right(facts: EndingFacts) -> Found:
    blocks: list[Step] = []
    lacks: list[Lack] = []
    first = starts(ACT)
    if facts.on < first:
        text = gettext_noop("Lagen gäller från den {first}. Före den dagen kan rätten inte upphöra i förtid.")
        blocks.append(Step(text, {"first": first}, sfs(ACT, "övergångsbestämmelse 1")))
    if facts.right_ends_on is None:
        text = gettext_noop("Räkna först ut om personen har rätt till boende och vilken dag den slutar.")
        lacks.append(Lack(Part.RIGHT, Step(text, source=sfs(ACT, "11 och 12 §§"))))
    elif facts.right_ends_on < facts.on:
        text = gettext_noop("Rätten till boende slutade redan den {day}.")
        blocks.append(Step(text, {"day": facts.right_ends_on}, sfs(ACT, "12 §")))
    return blocks, lacks


def _age(facts: EndingFacts) -> Found:
    source = GROUNDS[facts.ground][1]
    if facts.birth_date is None:
        return [], [Lack(Part.RIGHT, Step(gettext_noop("Personens födelsedag behövs."), source=source))]
    limit = parameters.get("housing.end_early_from_age", max(facts.on, starts(ACT))).value
    if age_on(facts.birth_date, facts.on) < limit:
        text = gettext_noop("Personen har inte fyllt {years} år. Då kan grunden inte prövas.")
        return [Step(text, {"years": limit}, source)], []
    return [], []


def _not_in_programme(facts: EndingFacts) -> Found:
    blocks, lacks = _age(facts)
    source = GROUNDS[facts.ground][1]
    if facts.programme and facts.programme in PROGRAMMES:
        text = gettext_noop("Personen är anvisad till ett program ({programme}). Då kan grunden inte prövas.")
        blocks.append(Step(text, {"programme": PROGRAMMES[facts.programme][0]}, sfs("2026:1330", "17 §")))
    elif facts.no_referral_since is None:
        text = gettext_noop("Begär av Arbetsförmedlingen uppgift om personen är anvisad till ett program.")
        lacks.append(Lack(Part.GROUND, Step(text, source=sfs("2026:1330", "23 §"))))
    elif facts.no_referral_since > facts.on:
        text = gettext_noop("Personen är anvisad till ett program fram till den {day}.")
        blocks.append(Step(text, {"day": facts.no_referral_since}, source))
    if facts.acceptable_reasons is Reasons.EXIST:
        text = gettext_noop("Personen har godtagbara skäl. Då kan grunden inte prövas.")
        blocks.append(Step(text, source=source))
    elif facts.acceptable_reasons is None:
        text = gettext_noop("Bedöm om personen har godtagbara skäl och skriv ned det.")
        lacks.append(Lack(Part.ACCEPTABLE_REASONS, Step(text, source=source)))
    return blocks, lacks


def _withdrawn(facts: EndingFacts) -> Found:
    blocks, lacks = _age(facts)
    source = GROUNDS[facts.ground][1]
    decided, final = facts.withdrawal_decided_on, facts.withdrawal_final_on
    if facts.programme is None:
        text = gettext_noop("Ange vilket program anvisningen gällde. Begär uppgiften av Arbetsförmedlingen.")
        lacks.append(Lack(Part.GROUND, Step(text, source=sfs("2026:1330", "23 §"))))
    elif facts.programme not in PROGRAMMES:
        text = gettext_noop("Programmet räknas inte. Grunden gäller bara de tre program som förordningen nämner.")
        blocks.append(Step(text, source=sfs("2026:1330", "17 §")))
    if decided is None:
        blocks.append(Step(gettext_noop("Det finns inget beslut om att anvisningen är återkallad."), source=source))
    if final is None or final > facts.on:
        text = gettext_noop("Beslutet om återkallelse har inte fått laga kraft. Då kan grunden inte prövas.")
        blocks.append(Step(text, source=source))
    if decided and final and final < decided:
        text = gettext_noop("Laga kraft den {final} ligger före beslutet den {decided}. Rätta dagarna.")
        blocks.append(Step(text, {"final": final, "decided": decided}, source))
    if facts.circumstances_within_control is False:
        text = gettext_noop("Återkallelsen beror inte på något som personen råder över. Då kan grunden inte prövas.")
        blocks.append(Step(text, source=source))
    elif facts.circumstances_within_control is None:
        text = gettext_noop("Bedöm om återkallelsen beror på något som personen råder över.")
        lacks.append(Lack(Part.GROUND, Step(text, source=source)))
    return blocks, lacks


def _forfeited(facts: EndingFacts) -> Found:
    blocks: list[Step] = []
    source = GROUNDS[facts.ground][1]
    forfeited, separated = facts.lease_forfeited_on, facts.separated_on
    if forfeited is None or forfeited > facts.on:
        text = gettext_noop("Hyresrätten är inte förverkad. Då kan grunden inte prövas.")
        blocks.append(Step(text, source=sfs("1970:994", "12 kap. 42 §")))
    if separated is None or separated > facts.on:
        text = gettext_noop("Personen har inte skilts från bostaden. Då kan grunden inte prövas.")
        blocks.append(Step(text, source=source))
    elif forfeited and separated < forfeited:
        text = gettext_noop("Personen skildes från bostaden den {separated}, innan hyresrätten förverkades.")
        blocks.append(Step(text, {"separated": separated}, source))
    return blocks, []


_GROUNDS: Mapping[EndGround, Callable[[EndingFacts], Found]] = {
    EndGround.NOT_IN_PROGRAMME: _not_in_programme,
    EndGround.ASSIGNMENT_WITHDRAWN: _withdrawn,
    EndGround.TENANCY_FORFEITED: _forfeited,
}


def _children(facts: EndingFacts) -> list[Lack]:
    source = sfs("2018:1197", "artikel 3")
    if facts.children_affected is None:
        return [Lack(Part.CHILDREN, Step(gettext_noop("Ta reda på om beslutet rör barn."), source=source))]
    if facts.children_affected and not facts.best_interests_assessed:
        text = gettext_noop("Beslutet rör barn. Bedöm barnets bästa och skriv ned det.")
        return [Lack(Part.CHILDREN, Step(text, source=source))]
    if not facts.children_affected and facts.minor_in_household and not facts.best_interests_assessed:
        text = gettext_noop("Det finns barn i hushållet. Skriv varför beslutet inte rör dem.")
        return [Lack(Part.CHILDREN, Step(text, source=source))]
    return []


def _procedure(facts: EndingFacts) -> list[Lack]:
    """Communication, reasons and the instruction on how to appeal (förvaltningslagen 25 and 32 §§, 16 § of the act)."""
    lacks: list[Lack] = []
    hearing = sfs("2017:900", "25 §")
    told, reply_by = facts.communicated_on, facts.reply_by
    if told is None or told > facts.on:
        text = gettext_noop("Låt personen få del av allt underlag och svara på det innan ett beslut fattas.")
        lacks.append(Lack(Part.COMMUNICATION, Step(text, source=hearing)))
    elif not facts.replied:
        if reply_by is None:
            text = gettext_noop("Bestäm hur länge personen har på sig att svara.")
            lacks.append(Lack(Part.COMMUNICATION, Step(text, source=hearing)))
        elif reply_by < told:
            text = gettext_noop("Tiden att svara slutade den {reply_by}, före underlaget den {told}. Rätta dagarna.")
            lacks.append(Lack(Part.COMMUNICATION, Step(text, {"reply_by": reply_by, "told": told}, hearing)))
        elif reply_by >= facts.on:
            text = gettext_noop("Vänta på svar. Personen får svara till och med den {reply_by}.")
            lacks.append(Lack(Part.REPLY, Step(text, {"reply_by": reply_by}, hearing)))
    if not facts.reasons_written:
        text = gettext_noop("Skriv ned skälen till beslutet.")
        lacks.append(Lack(Part.REASONS, Step(text, source=sfs("2017:900", "32 §"))))
    if not facts.appeal_instruction:
        text = gettext_noop("Lägg till hur beslutet överklagas till förvaltningsrätten.")
        lacks.append(Lack(Part.APPEAL, Step(text, source=sfs(ACT, "16 §"))))
    return lacks


_OWN_NOTES: Mapping[EndGround, Step] = {
    EndGround.NOT_IN_PROGRAMME: Step(
        gettext_noop("Lagen räknar inte upp vilka skäl som är godtagbara. De som visas är bara förslag."),
        source=sfs(ACT, "13 § 1"),
    ),
    EndGround.ASSIGNMENT_WITHDRAWN: Step(
        gettext_noop("Arbetsförmedlingen beslutar om återkallelsen. Det är ett annat beslut, som överklagas för sig."),
        source=sfs("2026:1330", "17 §"),
    ),
    EndGround.TENANCY_FORFEITED: Step(
        gettext_noop("Om hyresrätten är förverkad avgörs av domstol eller Kronofogdemyndigheten, inte här."),
        source=sfs("1970:994", "12 kap. 42 §"),
    ),
}


def _notes(ground: EndGround) -> tuple[Step, ...]:
    text = gettext_noop("Kommunen får besluta att rätten upphör i förtid, men måste inte.")
    may = Step(text, source=sfs(ACT, "13 §"))
    appeal = reception.appeal(reception.DecisionKind.HOUSING_END_EARLY, Regime.BOS_2026)
    return may, _OWN_NOTES[ground], *appeal.steps
