"""Which act on settlement (bosättning) governs a case, and when the right to housing ends.

Labels of the transitional rules: T-1 early distribution, T-2 received before 2027, T-3 older anvisningar,
T-4 older housing for temporary protection, T-6 the open question whether T-2 reaches those of T-3.
(T-5 is about money and is not here.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hemvist.law import parameters
from hemvist.law.acts import starts
from hemvist.law.calendar import add_months
from hemvist.law.rulings import NO_RULINGS, QUESTIONS, given
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Proposal, Step, gettext_noop


class Regime(StrEnum):
    """The act that governs: lag (2016:38) or lag (2026:1326)."""

    BOS_2016 = "BOS-2016"
    BOS_2026 = "BOS-2026"

    @property
    def act(self) -> str:
        return "2016:38" if self is Regime.BOS_2016 else "2026:1326"


def governing(decided_on: date | None) -> Answer[Regime]:
    """The regime of an anvisning: the day Migrationsverket decided it, never the day of arrival (T-3).

    Lag (2026:1326) övergångsbestämmelserna 2 and 4. Leaves nothing to judgement.
    """
    if decided_on is None:
        return Answer(None, missing=("assignment_decided_on",))
    if decided_on < starts("2016:38"):
        text = gettext_noop("Anvisningen beslutades {day}, innan lagen (2016:38) började gälla.")
        return Answer(None, (Step(text, {"day": decided_on}, sfs("2016:38")),))
    if decided_on < starts("2026:1326"):
        text = gettext_noop(
            "Anvisningen beslutades {day}, före den {limit}. Då gäller lagen (2016:38), även om personen kommer senare."
        )
        regime, section = Regime.BOS_2016, "övergångsbestämmelse 4"
    else:
        text = gettext_noop("Anvisningen beslutades {day}, tidigast den {limit}. Då gäller lagen (2026:1326).")
        regime, section = Regime.BOS_2026, "övergångsbestämmelse 2"
    values = {"day": decided_on, "limit": starts("2026:1326")}
    return Answer(regime, (Step(text, values, sfs("2026:1326", section)),))


def distribution(year: int) -> Answer[Regime]:
    """The regime for distributing a year's anvisningar; the new act may be used in advance (T-1)."""
    if year < starts("2026:1326").year:
        text = gettext_noop("Anvisningarna för {year} fördelas enligt lagen (2016:38).")
        return Answer(Regime.BOS_2016, (Step(text, {"year": year}, sfs("2016:38", "7 §")),))
    text = gettext_noop(
        "Anvisningarna för {year} fördelas enligt lagen (2026:1326). Den får tillämpas redan före den {limit}."
    )
    source = sfs("2026:1326", "övergångsbestämmelse 3")
    return Answer(Regime.BOS_2026, (Step(text, {"year": year, "limit": starts("2026:1326")}, source),))


@dataclass(frozen=True, slots=True, kw_only=True)
class HousingFacts:
    """Facts about the right to housing (rätt till boende, lag (2026:1326) 11-12 §§).

    ``temporary_protection_housing``: lives in housing that a municipality arranged under 2 kap. 4 § 1
    mottagandelagen, or under 3 § LMA before it (T-4). ``earlier_right_from``: the first day of an earlier
    right, or of the first reception in any municipality, for a person whose coverage has ended and begun
    again.
    """

    assignment_decided_on: date | None = None
    received_on: date | None = None
    left_reception_act_on: date | None = None
    temporary_protection_housing: bool = False
    resettled: bool = False
    earlier_right_from: date | None = None


def housing_right_ends(facts: HousingFacts, rulings: Mapping[str, str] = NO_RULINGS) -> Proposal[date]:
    """The last day of the 36 months (lag (2026:1326) 11-12 §§, övergångsbestämmelserna 4-6).

    Unused time is not added. Left to people: whether the right exists in the single case, and every decision
    to end it early (13 §). Asks for the rulings T-6 and U15.
    """
    start = _housing_right_starts(facts, rulings)
    last_day = given("U15", rulings)
    unsettled = () if last_day else (QUESTIONS["U15"],)
    if start.value is None:
        asked = start.rulings_needed + unsettled if start.rulings_needed else ()
        return Proposal(None, start.steps, start.missing, asked)
    months = parameters.get("housing.right_months", max(start.value, starts("2026:1326")))
    counted = Step(
        gettext_noop("Rätten till boende varar i {months} månader från den {start}."),
        {"months": months.value, "start": start.value},
        months.source,
    )
    if unsettled:
        return Proposal(None, (*start.steps, counted), rulings_needed=unsettled)
    end = add_months(start.value, months.value) - timedelta(days=last_day == "day_before")
    last = Step(gettext_noop("Sista dagen är {end}."), {"end": end}, months.source)
    return Proposal(end, (*start.steps, counted, last))


def _housing_right_starts(facts: HousingFacts, rulings: Mapping[str, str]) -> Proposal[date]:
    if facts.earlier_right_from:
        text = gettext_noop("Personen har haft rätten tidigare. Tiden räknas från den första gången, {start}.")
        source = sfs("2026:1326", "12 § 3 st")
        return Proposal(facts.earlier_right_from, (Step(text, {"start": facts.earlier_right_from}, source),))
    if facts.temporary_protection_housing:
        text = gettext_noop("Personen bor i ett boende som kommunen ordnade för den som har tillfälligt skydd.")
        steps = [Step(text, source=sfs("2026:1326", "11 § 2 st"))]
        if facts.received_on and facts.received_on < starts("2026:1326"):
            return _from_reception(facts.received_on, steps)
        text = gettext_noop("Tiden räknas från den dag då mottagandelagen slutade gälla för personen, {start}.")
        return _from(facts.left_reception_act_on, "left_reception_act_on", steps, text, "12 § 2 st")
    regime = governing(facts.assignment_decided_on)
    steps = list(regime.steps)
    if regime.value is None:
        return Proposal(None, regime.steps, regime.missing)
    if regime.value is Regime.BOS_2016:
        ruling = given("T-6", rulings)
        text = gettext_noop("Lagen är oklar om rätten för den som anvisades enligt lagen (2016:38).")
        steps.append(Step(text, source=QUESTIONS["T-6"].source))
        if ruling is None:
            return Proposal(None, tuple(steps), rulings_needed=(QUESTIONS["T-6"],))
        if ruling == "no_right":
            text = gettext_noop("Kommunen har tagit ställning: ingen rätt till boende i 36 månader.")
            return Proposal(None, (*steps, Step(text, source=QUESTIONS["T-6"].source)))
        if facts.received_on and facts.received_on < starts("2026:1326"):
            return _from_reception(facts.received_on, steps)
    names = ("received_on",) if facts.resettled else ("received_on", "left_reception_act_on")
    if missing := tuple(name for name in names if getattr(facts, name) is None):
        return Proposal(None, tuple(steps), missing)
    start = max(day for day in (facts.received_on, facts.left_reception_act_on) if day)
    if start == facts.received_on:
        text = gettext_noop("Tiden räknas från den dag då personen togs emot, {start}.")
    else:
        text = gettext_noop(
            "Personen omfattades av mottagandelagen vid mottagandet. Tiden räknas från den dag då det "
            "upphörde, {start}."
        )
    return _from(start, "received_on", steps, text, "12 § 1 st")


def _from_reception(received_on: date, steps: list[Step]) -> Proposal[date]:
    text = gettext_noop("Personen togs emot före 2027. Tiden räknas från det första mottagandet i kommunen, {start}.")
    return _from(received_on, "received_on", steps, text, "övergångsbestämmelse 5")


def _from(day: date | None, name: str, steps: list[Step], text: str, section: str) -> Proposal[date]:
    if day is None:
        return Proposal(None, tuple(steps), (name,))
    return Proposal(day, (*steps, Step(text, {"start": day}, sfs("2026:1326", section))))
