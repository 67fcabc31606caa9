"""Reception after an anvisning: the duty, the last day, the mottagandedatum, and appeal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hemvist.law import parameters
from hemvist.law.acts import starts
from hemvist.law.calendar import add_months
from hemvist.law.regime import Regime, governing
from hemvist.law.rulings import NO_RULINGS, QUESTIONS, given
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Step, gettext_noop


def receiving_duty(regime: Regime) -> Answer[str]:
    """What an anvisning obliges the municipality to do, in one sentence (lag (2016:38) 5 §; lag (2026:1326)
    5, 10 §§).

    What kind of housing is good enough, and under the older act for how long, is left to people.
    """
    if regime is Regime.BOS_2016:
        text = gettext_noop("Kommunen ska efter anvisning ta emot personen för bosättning i kommunen.")
        return Answer(text, (Step(text, source=sfs(regime.act, "5 §")),))
    text = gettext_noop(
        "Kommunen ska efter anvisning ta emot personen för bosättning och ordna ett boende i kommunen i 36 månader."
    )
    return Answer(text, (Step(text, source=sfs(regime.act, "5, 10 och 12 §§")),))


def reception_deadline(
    decided_on: date | None,
    *,
    stated_latest: date | None = None,
    resettled: bool = False,
    temporary_protection: bool = False,
    left_reception_act_on: date | None = None,
) -> Answer[date]:
    """The last day to receive an assigned person (förordning (2016:39) 10 §; förordning (2026:1330) 14 §).

    Two months from the decision, or the earlier day it states; for vidarebosatta also a later stated day.
    Temporary protection assigned before 2027: at once when LMA or mottagandelagen no longer covers the
    person, and no two-month rule. The day is not moved for holidays. Left to people: what reception means in
    practice, and talking to Migrationsverket when the decision and the law disagree.
    """
    regime = governing(decided_on)
    if decided_on is None or regime.value is None:
        return Answer(None, regime.steps, regime.missing)
    if temporary_protection and regime.value is Regime.BOS_2016:
        source = sfs("2016:39", "10 § 2 st")
        text = gettext_noop(
            "Den som har tillfälligt skydd tas emot genast när LMA eller mottagandelagen inte längre gäller."
        )
        steps = (*regime.steps, Step(text, source=source))
        if left_reception_act_on is None:
            return Answer(None, steps, ("left_reception_act_on",))
        last = max(decided_on, left_reception_act_on)
        text = gettext_noop("Mottagandet ska ske genast från den {deadline}. Tvåmånadersgränsen gäller inte.")
        return Answer(last, (*steps, Step(text, {"deadline": last}, source)))
    months = parameters.get("reception.deadline_months", decided_on)
    source, maximum = months.source, add_months(decided_on, months.value)
    text = gettext_noop("Längsta tid är {months} månader från beslutet, alltså till den {maximum}.")
    steps = (*regime.steps, Step(text, {"months": months.value, "maximum": maximum}, source))
    if stated_latest is None:
        if resettled:
            text = gettext_noop("För en vidarebosatt kan Migrationsverket ange en längre tid i beslutet.")
            steps += (Step(text, source=source),)
        text, last = gettext_noop("Beslutet anger ingen egen dag. Sista dag är {deadline}."), maximum
    elif stated_latest < decided_on:
        text, last = (
            gettext_noop(
                "Dagen i beslutet, {stated}, ligger före beslutet. Fråga Migrationsverket. Sista dag är {deadline}."
            ),
            maximum,
        )
    elif stated_latest <= maximum:
        text, last = gettext_noop("Beslutet anger sista dag {deadline}. Den gäller."), stated_latest
    elif resettled:
        text, last = (
            gettext_noop("Personen är vidarebosatt och beslutet anger en längre tid. Sista dag är {deadline}."),
            stated_latest,
        )
    else:
        text, last = (
            gettext_noop(
                "Dagen i beslutet, {stated}, är senare än lagen tillåter. Fråga Migrationsverket. Räkna med {deadline}."
            ),
            maximum,
        )
    return Answer(last, (*steps, Step(text, {"stated": stated_latest, "deadline": last}, source)))


class DecisionKind(StrEnum):
    """What is decided: anvisning, kommuntal, the right to housing, or ending that right early."""

    ASSIGNMENT = "assignment"
    MUNICIPAL_NUMBER = "municipal_number"
    HOUSING_RIGHT = "housing_right"
    HOUSING_END_EARLY = "housing_end_early"


def appeal(kind: DecisionKind, regime: Regime) -> Answer[bool]:
    """Whether a decision can be appealed and where; the step names the court.

    Lag (2016:38) 9 §, förordning (2016:39) 13 §, lag (2026:1326) 16 §, förordning (2026:1330) 24 §. Other
    acts (socialtjänstlagen, kommunallagen) may open other ways; that is left to people.
    """
    housing = kind in (DecisionKind.HOUSING_RIGHT, DecisionKind.HOUSING_END_EARLY)
    if regime is Regime.BOS_2016:
        if housing:
            text = gettext_noop(
                "Lagen (2016:38) ger ingen egen rätt till boende. Det finns inget sådant beslut att överklaga."
            )
        else:
            text = gettext_noop("Beslutet kan inte överklagas.")
        return Answer(False, (Step(text, source=sfs("2016:38", "9 §")), _ordinance_step("2016:39", "13 §")))
    if housing:
        text = gettext_noop("Beslutet överklagas till {instance}. I kammarrätten krävs prövningstillstånd.")
        values = {"instance": gettext_noop("allmän förvaltningsdomstol")}
        return Answer(True, (Step(text, values, sfs("2026:1326", "16 §")),))
    text = gettext_noop("Beslutet kan inte överklagas.")
    return Answer(False, (Step(text, source=sfs("2026:1326", "16 §")), _ordinance_step("2026:1330", "24 §")))


def _ordinance_step(ordinance: str, section: str) -> Step:
    text = gettext_noop("Beslut enligt förordningen ({ordinance}) kan inte heller överklagas.")
    return Step(text, {"ordinance": ordinance}, sfs(ordinance, section))


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstReceptionFacts:
    """The dates that decide the mottagandedatum; none of them is derived from another.

    ``registered_with_agency``: has been registered at Migrationsverket (asylum seeker or temporary
    protection). ``settled_on_own``: found housing (EBO) or already lived here with temporary protection.
    ``reported_on`` is the day in Migrationsverket's own list, which goes before the program's reading.
    """

    registered_with_agency: bool | None = None
    resettled: bool = False
    settled_on_own: bool = False
    may_be_assigned: bool | None = None
    permit_granted_on: date | None = None
    population_register_decided_on: date | None = None
    population_registered_on: date | None = None
    received_on: date | None = None
    declined_on: date | None = None
    reported_on: date | None = None


def coverage_ends(facts: FirstReceptionFacts, rulings: Mapping[str, str] = NO_RULINGS) -> Answer[date]:
    """The day mottagandelagen (2026:999) 1 kap. 3 § no longer covers the person.

    Permit and Skatteverket's decision both exist; who may be assigned stays covered until received or having
    declined. Asks for the ruling U1 when decision and registration have different days. Ends for other
    reasons (leaving Sweden, refusal) are not here.
    """
    source = sfs("2026:999", "1 kap. 3 §")
    names = ("permit_granted_on", "population_register_decided_on", "may_be_assigned")
    if missing := tuple(name for name in names if getattr(facts, name) is None):
        return Answer(None, missing=missing)
    permit, registered = facts.permit_granted_on, facts.population_register_decided_on
    assert permit is not None
    assert registered is not None
    if facts.population_registered_on not in (None, registered):
        ruling = given("U1", rulings)
        if ruling is None:
            text = gettext_noop("Skatteverket beslutade {decided} om folkbokföring från {registered}.")
            values = {"decided": registered, "registered": facts.population_registered_on}
            return Answer(None, (Step(text, values, source),), rulings_needed=(QUESTIONS["U1"],))
        if ruling == "registration":
            registered = facts.population_registered_on or registered
    base = max(permit, registered)
    text = gettext_noop("Personen har både uppehållstillstånd och beslut om folkbokföring den {day}.")
    steps = (Step(text, {"day": base}, source),)
    if not facts.may_be_assigned:
        text = gettext_noop("Personen får inte anvisas. Mottagandelagen slutar gälla den {day}.")
        return Answer(base, (*steps, Step(text, {"day": base}, source)))
    closed = [day for day in (facts.received_on, facts.declined_on) if day]
    if not closed:
        text = gettext_noop("Personen får anvisas och omfattas tills hon eller han tas emot eller tackar nej.")
        return Answer(None, (*steps, Step(text, source=source)), ("received_on",))
    end = max(base, min(closed))
    text = gettext_noop("Personen fick anvisas. Mottagandelagen slutar gälla den {day}.")
    return Answer(end, (*steps, Step(text, {"day": end}, source)))


def first_reception_date(facts: FirstReceptionFacts, rulings: Mapping[str, str] = NO_RULINGS) -> Answer[date]:
    """Mottagandedatum: the day a person counts as first received in a municipality (förordning (2010:1122) 6
    §).

    A date that arose before 2026-10-01 under the older wording stays (inferred: the amendment 2026:1720 has
    no transitional rule). Migrationsverket's own date goes first, and a difference is told. The date is set
    once. Left to people: what "actually received" means for someone who already lived in the municipality.
    """
    own = _own_reading(facts, rulings)
    if facts.reported_on is None:
        return own
    source = sfs("2010:1122", "6 §")
    text = gettext_noop("Migrationsverkets lista anger mottagandedatum {day}. Det används.")
    steps = (*own.steps, Step(text, {"day": facts.reported_on}, source))
    if own.value not in (None, facts.reported_on):
        text = gettext_noop("Programmet räknar fram {own}. Stäm av skillnaden med Migrationsverket.")
        steps += (Step(text, {"own": own.value}, source),)
    return Answer(facts.reported_on, steps)


def _own_reading(facts: FirstReceptionFacts, rulings: Mapping[str, str]) -> Answer[date]:
    source, switch = sfs("2010:1122", "6 §"), starts("2026:1720")
    if facts.resettled:
        text = gettext_noop(
            "Den som är vidarebosatt räknas som mottagen den dag då kommunen tog emot henne eller honom."
        )
        return _day(facts.received_on, "received_on", Step(text, source=source))
    if facts.registered_with_agency is None:
        return Answer(None, missing=("registered_with_agency",))
    if not facts.registered_with_agency:
        text = gettext_noop(
            "Den som inte har varit inskriven hos Migrationsverket räknas som mottagen den dag då "
            "folkbokföringen gäller från."
        )
        return _day(facts.population_registered_on, "population_registered_on", Step(text, source=source))
    registered_later = facts.settled_on_own and (facts.population_register_decided_on or date.min) >= switch
    if facts.received_on and facts.received_on < switch and not registered_later:
        if facts.settled_on_own:
            text = gettext_noop(
                "Före den {switch} räknas den dag då personen faktiskt togs emot. För den som ordnat boende "
                "själv "
                "används dagen i Migrationsverkets lista."
            )
            return Answer(None, (Step(text, {"switch": switch}, source),), ("reported_on",))
        text = gettext_noop("Personen togs emot före den {switch}. Då räknas den dag då personen faktiskt togs emot.")
        return _day(facts.received_on, "received_on", Step(text, {"switch": switch}, source))
    text = gettext_noop(
        "Från den {switch} räknas den dag då mottagandelagen slutar gälla för den som varit inskriven hos "
        "Migrationsverket."
    )
    steps = (Step(text, {"switch": switch}, source),)
    ended = coverage_ends(facts, rulings)
    if ended.value is not None and ended.value < switch:
        text = gettext_noop("Villkoren uppfylldes redan den {day}, före ändringen. Fråga Migrationsverket.")
        return Answer(None, (*steps, *ended.steps, Step(text, {"day": ended.value}, source)), ("reported_on",))
    return Answer(ended.value, steps + ended.steps, ended.missing, ended.rulings_needed)


def _day(day: date | None, name: str, step: Step) -> Answer[date]:
    if day is None:
        return Answer(None, (step,), (name,))
    text = gettext_noop("Mottagandedatum är {day}.")
    return Answer(day, (step, Step(text, {"day": day}, step.source)))
