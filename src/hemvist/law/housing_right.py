"""The right to housing (rätten till boende) for 36 months: whether it exists, from when, until when.

Lag (2026:1326) 10-12 §§ and its transitional provisions. Labels of those: T-2 received before 2027, T-4 older
housing for temporary protection, T-6 the open question whether T-2 reaches those who were assigned under lag
(2016:38). The right is never paused and never begins anew. Ending it early is :mod:`hemvist.law.ending_early`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hemvist.law import parameters, reception
from hemvist.law.acts import starts
from hemvist.law.calendar import ONE_DAY, add_months
from hemvist.law.regime import Regime, governing
from hemvist.law.rulings import NO_RULINGS, QUESTIONS, given
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Proposal, RulingQuestion, Step, Text, gettext_noop

NEW_ACT = Regime.BOS_2026.act
RECEPTION_ACT = "2026:999"
LAST_DAY = gettext_noop("Sista dagen är {end}.")
UNUSED_TIME = Step(gettext_noop("Tid som inte används läggs inte till."), source=sfs(NEW_ACT, "12 §"))


# --- the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class HousingFacts:
    """Facts about the right to housing (rätt till boende, lag (2026:1326) 11-12 §§).

    ``temporary_protection_housing``: lives in housing that a municipality arranged under 2 kap. 4 § 1
    mottagandelagen, or under 3 § LMA before it (T-4). ``without_assignment``: came without an anvisning and none is to
    be expected, or found housing instead of being received after one. ``joined_assigned``: of those, who came or was
    born into a household whose anvisning names others. ``recorded_regime``: the act that was recorded with the
    anvisning; it goes before what the day of the decision says. ``earlier_right_from``: the first day of an earlier
    right, or of the first reception in any municipality, for a person whose coverage has ended and begun again.
    ``coverage_ended_before``: the act has ceased to cover the person once and covers her or him again; without an
    earlier right the time is counted from ``first_received_anywhere_on``. ``coverage_ended_on``: the day the act
    ceased to cover the person, None while it does.
    """

    assignment_decided_on: date | None = None
    received_on: date | None = None
    left_reception_act_on: date | None = None
    temporary_protection_housing: bool = False
    resettled: bool = False
    without_assignment: bool = False
    joined_assigned: bool = False
    recorded_regime: Regime | None = None
    earlier_right_from: date | None = None
    coverage_ended_before: bool = False
    first_received_anywhere_on: date | None = None
    coverage_ended_on: date | None = None


class StartBranch(StrEnum):
    """From which event the 36 months are counted; each is one provision."""

    ASSIGNED = "assigned"
    ASSIGNED_AFTER_RECEPTION_ACT = "assigned_after_reception_act"
    MUNICIPAL_PROTECTION = "municipal_protection"
    RE_ENTRY_EARLIER_RIGHT = "re_entry_earlier_right"
    RE_ENTRY_FIRST_RECEPTION = "re_entry_first_reception"
    RECEIVED_BEFORE_2027 = "received_before_2027"


# Branch -> its sentence, the fact that it counts from, and its provision.
_BRANCHES: Mapping[StartBranch, tuple[str, str, str]] = {
    StartBranch.ASSIGNED: (
        gettext_noop("Tiden räknas från den dag då personen togs emot, {start}."),
        "received_on",
        "12 § 1 st",
    ),
    StartBranch.ASSIGNED_AFTER_RECEPTION_ACT: (
        gettext_noop(
            "Personen omfattades av mottagandelagen vid mottagandet. Tiden räknas från den dag då det "
            "upphörde, {start}."
        ),
        "left_reception_act_on",
        "12 § 1 st",
    ),
    StartBranch.MUNICIPAL_PROTECTION: (
        gettext_noop("Tiden räknas från den dag då mottagandelagen slutade gälla för personen, {start}."),
        "left_reception_act_on",
        "12 § 2 st",
    ),
    StartBranch.RE_ENTRY_EARLIER_RIGHT: (
        gettext_noop("Personen har haft rätten tidigare. Tiden räknas från den första gången, {start}."),
        "earlier_right_from",
        "12 § 3 st",
    ),
    StartBranch.RE_ENTRY_FIRST_RECEPTION: (
        gettext_noop(
            "Lagen har slutat omfatta personen och omfattar henne eller honom på nytt. Tiden räknas från det första "
            "mottagandet i en kommun, {start}."
        ),
        "first_received_anywhere_on",
        "12 § 3 st",
    ),
    StartBranch.RECEIVED_BEFORE_2027: (
        gettext_noop("Personen togs emot före 2027. Tiden räknas från det första mottagandet i kommunen, {start}."),
        "received_on",
        "övergångsbestämmelse 5",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The right in one case: each answer goes on from the steps of the one before it.

    ``regime`` is the act that the case is settled by. ``branch`` is None while the start is not known.
    """

    regime: Answer[Regime]
    exists: Proposal[bool]
    branch: StartBranch | None
    start: Proposal[date]
    end: Proposal[date]

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.end.steps

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that are needed, by their names in :class:`HousingFacts`."""
        return self.end.missing

    @property
    def rulings_needed(self) -> tuple[RulingQuestion, ...]:
        return self.end.rulings_needed


def right_of(facts: HousingFacts, rulings: Mapping[str, str] = NO_RULINGS) -> Clock:
    """Whether the right exists, its first and its last day (lag (2026:1326) 11-12 §§, övergångsbestämmelserna 4-6).

    Asks for the rulings T-4, T-6 and U15. Left to people: whether the facts are right, whether the act covers the
    person (2-4 §§, :mod:`hemvist.law.target_group`), and every decision to end the right early (13 §).
    """
    regime = _regime(facts)
    exists = _exists(facts, regime, rulings)
    branch, start = _start(facts, regime, exists)
    return Clock(regime=regime, exists=exists, branch=branch, start=start, end=_end(start, rulings))


def housing_right_ends(facts: HousingFacts, rulings: Mapping[str, str] = NO_RULINGS) -> Proposal[date]:
    """The last day of the 36 months, see :func:`right_of`."""
    return right_of(facts, rulings).end


def _regime(facts: HousingFacts) -> Answer[Regime]:
    if facts.temporary_protection_housing:
        text = gettext_noop("Personen bor i ett boende som kommunen ordnade för den som har tillfälligt skydd.")
        steps: tuple[Step, ...] = (Step(text, source=sfs(NEW_ACT, "11 § 2 st")),)
        if _assigned_before(facts):
            text = gettext_noop(
                "Personen har också anvisats enligt lagen ({act}). Rätten grundas på boendet (11 § 2 st), inte på "
                "anvisningen."
            )
            steps += (Step(text, {"act": Regime.BOS_2016.act}, sfs(NEW_ACT, "11 § 2 st")),)
        return Answer(Regime.BOS_2026, steps)
    if facts.without_assignment and facts.assignment_decided_on is None:
        text = gettext_noop("Personen har inte tagits emot efter en anvisning.")
        if facts.joined_assigned:
            text = gettext_noop("Hushållet har en anvisning, men den omfattar inte personen.")
        return Answer(None, (Step(text, source=sfs(NEW_ACT, "11 §")),))
    counted = governing(facts.assignment_decided_on)
    recorded = facts.recorded_regime
    if recorded is None or not regime_differs(facts):
        return counted
    text = gettext_noop(
        "Anvisningen är registrerad enligt lagen ({act}). Det stämmer inte med beslutsdagen. Det som är registrerat "
        "används: kontrollera beslutet och rätta det som är fel."
    )
    source = sfs(NEW_ACT, "övergångsbestämmelserna 2 och 4")
    return Answer(recorded, (*counted.steps, Step(text, {"act": recorded.act}, source)))


def _assigned_before(facts: HousingFacts) -> bool:
    """Whether there is an anvisning under lag (2016:38), as recorded or else by its day."""
    decided_on = facts.assignment_decided_on
    return decided_on is not None and (facts.recorded_regime or governing(decided_on).value) is Regime.BOS_2016


def regime_differs(facts: HousingFacts) -> bool:
    """Whether the act recorded with the anvisning is another than the day of the decision says."""
    counted = governing(facts.assignment_decided_on)
    return facts.recorded_regime is not None and not counted.missing and counted.value is not facts.recorded_regime


def _exists(facts: HousingFacts, regime: Answer[Regime], rulings: Mapping[str, str]) -> Proposal[bool]:
    steps = regime.steps
    if facts.coverage_ended_on:
        text = gettext_noop("Lagen omfattar inte längre personen från den {day}. Då finns ingen rätt till boende.")
        return Proposal(False, (*steps, Step(text, {"day": facts.coverage_ended_on}, sfs(NEW_ACT, "2–4 §§"))))
    if facts.temporary_protection_housing:
        return _in_municipal_housing(facts, steps, rulings)
    if facts.without_assignment:
        text = gettext_noop(
            "Rätten till boende har den som har tagits emot efter anvisning, eller bor i ett boende som kommunen "
            "ordnade vid tillfälligt skydd. Personen har inte den rätten."
        )
        steps = (*steps, Step(text, source=sfs(NEW_ACT, "11 §")))
        if facts.joined_assigned:
            text = gettext_noop(
                "Personen har ingen egen rätt. Om hushållets hyresavtal ändå omfattar personen avgör människor."
            )
            steps = (*steps, Step(text, source=sfs(NEW_ACT, "11 §")))
        return Proposal(False, steps)
    if regime.value is None:
        return Proposal(None, steps, regime.missing)
    if regime.value is Regime.BOS_2016:
        question = QUESTIONS["T-6"]
        ruling = given("T-6", rulings)
        text = gettext_noop("Lagen är oklar om rätten för den som anvisades enligt lagen (2016:38).")
        steps = (*steps, Step(text, source=question.source))
        if ruling is None:
            return Proposal(None, steps, rulings_needed=(question,))
        if ruling == "no_right":
            text = gettext_noop("Kommunen har tagit ställning: ingen rätt till boende i 36 månader.")
            return Proposal(False, (*steps, Step(text, source=question.source)))
        text = gettext_noop("Kommunen har tagit ställning: rätt till boende i 36 månader.")
        steps = (*steps, Step(text, source=question.source))
    if facts.received_on is None:
        return Proposal(None, steps, _unknown(facts))
    text = gettext_noop("Personen har tagits emot i kommunen efter anvisning och har rätt till boende.")
    return Proposal(True, (*steps, Step(text, source=sfs(NEW_ACT, "11 § 1 st"))))


def _in_municipal_housing(facts: HousingFacts, steps: tuple[Step, ...], rulings: Mapping[str, str]) -> Proposal[bool]:
    """11 § 2 st, of who lives in housing that the municipality arranged for temporary protection.

    Who left LMA before mottagandelagen was in force has never been covered by it: övergångsbestämmelse 6 speaks of the
    housing only (T-4).
    """
    left = facts.left_reception_act_on
    if left is None:
        return Proposal(None, steps, ("left_reception_act_on",))
    source = sfs(NEW_ACT, "11 § 2 st")
    if left < starts(RECEPTION_ACT):
        question = QUESTIONS["T-4"]
        text = gettext_noop("LMA slutade omfatta personen den {left}, innan mottagandelagen började gälla.")
        steps = (*steps, Step(text, {"left": left}, question.source))
        ruling = given("T-4", rulings)
        if ruling is None:
            return Proposal(None, steps, rulings_needed=(question,))
        if ruling == "no_right":
            text = gettext_noop("Kommunen har tagit ställning: ingen rätt till boende i 36 månader.")
            return Proposal(False, (*steps, Step(text, source=question.source)))
        text = gettext_noop("Kommunen har tagit ställning: rätt till boende i 36 månader.")
        return Proposal(True, (*steps, Step(text, source=question.source)))
    text = gettext_noop(
        "Mottagandelagen slutade omfatta personen den {left}. Om det var genom folkbokföringen har personen rätt till "
        "boende: kontrollera det."
    )
    return Proposal(True, (*steps, Step(text, {"left": left}, source)))


def _unknown(facts: HousingFacts) -> tuple[str, ...]:
    """What an assigned person's start still needs."""
    names = ("received_on",) if facts.resettled else ("received_on", "left_reception_act_on")
    return tuple(name for name in names if getattr(facts, name) is None)


def _before_2027(facts: HousingFacts, regime: Regime) -> bool:
    """Whether T-2 sets the start: with older housing for temporary protection, or an older anvisning (T-6)."""
    older = facts.temporary_protection_housing or regime is Regime.BOS_2016
    return older and facts.received_on is not None and facts.received_on < starts(NEW_ACT)


def _start(
    facts: HousingFacts, regime: Answer[Regime], exists: Proposal[bool]
) -> tuple[StartBranch | None, Proposal[date]]:
    if not exists.value or regime.value is None:
        return None, Proposal(None, exists.steps, exists.missing, exists.rulings_needed)
    branch = _branch(facts, regime.value)
    if isinstance(branch, tuple):
        return None, Proposal(None, exists.steps, branch)
    text, name, section = _BRANCHES[branch]
    day = getattr(facts, name)
    steps = (*exists.steps, Step(text, {"start": day}, sfs(NEW_ACT, section)))
    if section == "12 § 3 st":
        steps += (Step(gettext_noop("Tiden börjar inte om."), source=sfs(NEW_ACT, section)),)
    return branch, Proposal(day, steps)


def _branch(facts: HousingFacts, regime: Regime) -> StartBranch | tuple[str, ...]:
    """The branch of a right that exists, or the names of the facts that it takes to tell."""
    if facts.earlier_right_from:
        return StartBranch.RE_ENTRY_EARLIER_RIGHT
    if facts.coverage_ended_before:
        if facts.first_received_anywhere_on is None:
            return ("first_received_anywhere_on",)
        return StartBranch.RE_ENTRY_FIRST_RECEPTION
    if _before_2027(facts, regime):
        return StartBranch.RECEIVED_BEFORE_2027
    if facts.temporary_protection_housing:
        return StartBranch.MUNICIPAL_PROTECTION if facts.received_on else ("received_on",)
    if missing := _unknown(facts):
        return missing
    received, left = facts.received_on, facts.left_reception_act_on
    assert received is not None  # else the right does not exist yet
    return StartBranch.ASSIGNED_AFTER_RECEPTION_ACT if left and left > received else StartBranch.ASSIGNED


def _end(start: Proposal[date], rulings: Mapping[str, str]) -> Proposal[date]:
    last_day = given("U15", rulings)
    unsettled = () if last_day else (QUESTIONS["U15"],)
    if start.value is None:
        return Proposal(
            None, start.steps, start.missing, start.rulings_needed + unsettled if start.rulings_needed else ()
        )
    months = parameters.get("housing.right_months", max(start.value, starts(NEW_ACT)))
    text = gettext_noop("Rätten till boende varar i {months} månader från den {start}.")
    counted = Step(text, {"months": months.value, "start": start.value}, months.source)
    steps = (*start.steps, counted, UNUSED_TIME)
    if unsettled:
        return Proposal(None, steps, rulings_needed=unsettled)
    end = add_months(start.value, months.value) - ONE_DAY * (last_day == "day_before")
    last = Step(LAST_DAY, {"end": end}, months.source)
    return Proposal(end, (*steps, last))


# --- both acts side by side


class Aspect(StrEnum):
    """What a reader compares in the two acts."""

    RECEPTION = "reception"
    DUTY = "duty"
    RIGHT_HOLDER = "right_holder"
    LENGTH = "length"
    START = "start"
    UNUSED_TIME = "unused_time"
    EARLY_ENDING = "early_ending"
    TENANCY = "tenancy"
    APPEAL = "appeal"
    INFORMATION = "information"
    SUPPORT = "support"


ASPECTS: Mapping[Aspect, Text] = {
    Aspect.RECEPTION: Text("Senaste dag för mottagande", "Last day of reception"),
    Aspect.DUTY: Text("Att ordna boende", "Arranging housing"),
    Aspect.RIGHT_HOLDER: Text("Vem som har rätt till boende", "Who has a right to housing"),
    Aspect.LENGTH: Text("Hur länge", "How long"),
    Aspect.START: Text("Från vilken dag", "From which day"),
    Aspect.UNUSED_TIME: Text("Tid som inte används", "Time not used"),
    Aspect.EARLY_ENDING: Text("Slut i förtid", "Ending early"),
    Aspect.TENANCY: Text("Besittningsskydd", "Security of tenure"),
    Aspect.APPEAL: Text("Överklagande", "Appeal"),
    Aspect.INFORMATION: Text("Information", "Information"),
    Aspect.SUPPORT: Text("Stöd att söka bostad", "Support in looking for a home"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the acts: what it says, one step per aspect, in the order of :data:`ASPECTS`.

    ``governs`` is None while a fact or a ruling is lacking. Both sides govern when the municipality has ruled that a
    person assigned under lag (2016:38) has the right to housing (T-6).
    """

    regime: Regime
    governs: bool | None
    rows: Mapping[Aspect, Step]


def side_by_side(facts: HousingFacts, rulings: Mapping[str, str] = NO_RULINGS) -> tuple[Side, Side]:
    """Lag (2016:38) and lag (2026:1326) on housing, and which of them governs the case.

    What a municipality owes a person under socialtjänstlagen is not here.
    """
    regime, exists = _regime(facts), right_of(facts, rulings).exists
    old = None if regime.missing else regime.value is Regime.BOS_2016
    new = None if regime.missing or exists.rulings_needed else regime.value is Regime.BOS_2026
    if old and not exists.rulings_needed:
        new = exists.value is not False  # T-6 is ruled to give the right
    return Side(Regime.BOS_2016, old, _rows_2016(rulings)), Side(Regime.BOS_2026, new, _rows_2026())


def _rows_2016(rulings: Mapping[str, str]) -> Mapping[Aspect, Step]:
    act = Regime.BOS_2016.act
    months = parameters.get("reception.deadline_months", starts(NEW_ACT) - ONE_DAY)
    ruling = given("HOUSING-2016", rulings)
    length = Step(gettext_noop("Lagen säger inte hur länge."), source=sfs(act, "5 §"))
    if ruling:
        text = gettext_noop("Lagen säger inte hur länge. Kommunen har tagit ställning: {answer}")
        length = Step(text, {"answer": QUESTIONS["HOUSING-2016"].options[ruling]}, sfs(act, "5 §"))
    return {
        Aspect.RECEPTION: Step(_RECEPTION_BY_2016, {"months": months.value}, sfs("2016:39", "10 §")),
        Aspect.DUTY: Step(
            gettext_noop(
                "Kommunen ska ta emot personen för bosättning. Lagen säger inte vilket boende som ska ordnas."
            ),
            source=sfs(act, "5 §"),
        ),
        Aspect.RIGHT_HOLDER: Step(gettext_noop("Lagen ger ingen egen rätt till boende."), source=sfs(act, "9 §")),
        Aspect.LENGTH: length,
        Aspect.START: Step(gettext_noop("Lagen har ingen tid att räkna."), source=sfs(act)),
        Aspect.UNUSED_TIME: Step(gettext_noop("Lagen har ingen tid att räkna."), source=sfs(act)),
        Aspect.EARLY_ENDING: Step(gettext_noop("Lagen ger ingen rätt som kan upphöra i förtid."), source=sfs(act)),
        Aspect.TENANCY: Step(
            gettext_noop("De vanliga reglerna om besittningsskydd gäller."), source=sfs("1970:994", "12 kap. 45–52 §§")
        ),
        Aspect.APPEAL: reception.appeal(reception.DecisionKind.HOUSING_RIGHT, Regime.BOS_2016).steps[0],
        Aspect.INFORMATION: Step(gettext_noop("Lagen säger inget om information om boendet."), source=sfs(act)),
        Aspect.SUPPORT: Step(gettext_noop("Lagen säger inget om stöd att söka bostad."), source=sfs(act)),
    }


def _rows_2026() -> Mapping[Aspect, Step]:
    first = starts(NEW_ACT)
    deadline = parameters.get("reception.deadline_months", first)
    length = parameters.get("housing.right_months", first)
    notice = parameters.get("housing.call_back_notice_months", first)
    return {
        Aspect.RECEPTION: Step(_RECEPTION_BY, {"months": deadline.value}, deadline.source),
        Aspect.DUTY: Step(gettext_noop("Kommunen ska ordna boende i kommunen."), source=sfs(NEW_ACT, "10 §")),
        Aspect.RIGHT_HOLDER: Step(
            gettext_noop(
                "Den som har tagits emot efter anvisning, och den som bor i ett boende som kommunen ordnade vid "
                "tillfälligt skydd när mottagandelagen slutar gälla genom folkbokföringen."
            ),
            source=sfs(NEW_ACT, "11 §"),
        ),
        Aspect.LENGTH: Step(gettext_noop("Rätten varar i {months} månader."), {"months": length.value}, length.source),
        Aspect.START: Step(
            gettext_noop(
                "Tiden räknas från mottagandet i kommunen, eller från det att mottagandelagen slutar gälla genom "
                "folkbokföringen om det är senare. För den som togs emot före 2027 och för den som får rätten på nytt "
                "finns egna regler."
            ),
            source=sfs(NEW_ACT, "12 § och övergångsbestämmelse 5"),
        ),
        Aspect.UNUSED_TIME: Step(
            gettext_noop(
                "Tid som inte används läggs inte till. Den som vill börja använda rätten igen säger till minst "
                "{months} månader i förväg."
            ),
            {"months": notice.value},
            notice.source,
        ),
        Aspect.EARLY_ENDING: Step(
            gettext_noop("Kommunen får, men måste inte, besluta att rätten upphör i förtid på tre grunder."),
            source=sfs(NEW_ACT, "13 §"),
        ),
        Aspect.TENANCY: Step(
            gettext_noop(
                "Reglerna om besittningsskydd i 12 kap. 45–52 §§ jordabalken gäller inte för hyresavtalet. Ändringen "
                "av 12 kap. 1 c § är inte kontrollerad."
            ),
            source=sfs(NEW_ACT, "14 §"),
        ),
        Aspect.APPEAL: reception.appeal(reception.DecisionKind.HOUSING_RIGHT, Regime.BOS_2026).steps[0],
        Aspect.INFORMATION: Step(
            gettext_noop("Kommunen ska informera om villkoren för rätten till boende."),
            source=sfs("2026:1330", "15 § 1 st"),
        ),
        Aspect.SUPPORT: Step(
            gettext_noop("Kommunen ska erbjuda stöd att söka bostad."), source=sfs("2026:1330", "15 § 2 st")
        ),
    }


_RECEPTION_BY = gettext_noop(
    "Beslutet anger den dag då personen senast ska tas emot, högst {months} månader efter beslutet. För vidarebosatta "
    "kan tiden vara längre."
)
_RECEPTION_BY_2016 = gettext_noop(
    "Beslutet anger den dag då personen senast ska tas emot, högst {months} månader efter beslutet. För vidarebosatta "
    "kan tiden vara längre. Den som har tillfälligt skydd tas emot genast när LMA eller mottagandelagen inte längre "
    "gäller."
)


# --- coming back, and looking ahead


def call_back(notified_on: date, wanted_from: date) -> Proposal[date]:
    """The day from which the municipality must be ready for a person who begins to use the right again.

    The notice is at least two months (lag (2026:1326) 11 § 3 st, förordning (2026:1330) 16 §). Left to people:
    whether housing can be had sooner, and whether the right still exists that day (:func:`right_of`).
    """
    notice = parameters.get("housing.call_back_notice_months", max(notified_on, starts(NEW_ACT)))
    earliest = add_months(notified_on, notice.value)
    text = gettext_noop("Personen sade till den {notified}. Det ska ske minst {months} månader i förväg.")
    steps = [
        Step(text, {"notified": notified_on, "months": notice.value}, sfs(NEW_ACT, "11 § 3 st")),
        Step(gettext_noop("Kommunen behöver inte ha ett boende före den {day}."), {"day": earliest}, notice.source),
    ]
    day = max(earliest, wanted_from)
    if day > earliest:
        text = gettext_noop("Personen vill komma senare. Kommunen behöver ha ett boende senast den {day}.")
    elif wanted_from < earliest:
        text = gettext_noop("Personen vill komma tidigare. Kommunen får, men måste inte, ha ett boende före den {day}.")
    else:
        text = gettext_noop("Personen vill komma den dagen. Kommunen behöver ha ett boende senast den {day}.")
    return Proposal(day, (*steps, Step(text, {"day": day}, notice.source), UNUSED_TIME))


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on the watch list: so many whole months before the last day of the right; none, when it has passed."""

    months: int
    day: date

    @property
    def ended(self) -> bool:
        return self.months == 0


MARKS = (12, 6, 3, 2)


def watch_marks(end: date, marks: tuple[int, ...] = MARKS) -> tuple[Mark, ...]:
    """The days to look at a right before its last day, the earliest first.

    ``marks`` are whole months, a setting of the municipality and not law. Raises ``ValueError`` below one month.
    """
    if any(months < 1 for months in marks):
        raise ValueError("En bevakning ska vara minst en månad före sista dagen. Skriv hela månader, till exempel 12.")
    return tuple(Mark(months, add_months(end, -months)) for months in sorted(set(marks), reverse=True))


def stage(end: date, today: date, marks: tuple[int, ...] = MARKS) -> Mark | None:
    """The last mark that has been reached, None before the first. After the last day: a mark that has ended."""
    if today > end:
        return Mark(0, end)
    reached = [mark for mark in watch_marks(end, marks) if mark.day <= today]
    return reached[-1] if reached else None


# --- what the municipality itself has decided


class LocalPolicy(StrEnum):
    """How long the municipality's own leases go on: until further notice (tillsvidare), or a number of months."""

    OPEN_ENDED = "open_ended"
    LIMITED = "limited"


def policy_adds(
    kind: LocalPolicy,
    clock: Clock,
    *,
    months: int | None = None,
    lease_end: date | None = None,
    leased: bool = True,
) -> tuple[Step, ...]:
    """What the municipality's own policy adds to the law in one case, and where the law goes before it (10-12 §§).

    ``months`` is the length of a limited policy: a lease of so many months from the first day of the right, whose last
    day is the day before. ``lease_end`` is the last day of the lease itself, which goes before ``months``; ``leased``
    tells whether there is a lease, or only the form in which the municipality lets. A step
    without source is the municipality's own. Left to people: what protection the tenant has once the right has ended.
    Raises ``ValueError`` for a limited policy without months.
    """
    if kind is LocalPolicy.LIMITED and months is None:
        raise ValueError("En tidsbegränsad policy behöver ett antal månader. Skriv hur många kommunen har beslutat.")
    if clock.exists.value is None or (clock.exists.value and clock.start.value is None):
        text = gettext_noop("Det är inte klart vad lagen ger i det här fallet. Kommunens policy kan inte jämföras än.")
        return (Step(text, source=sfs(NEW_ACT, "10–12 §§")),)
    if clock.exists.value is False:
        return _without_right(kind, clock, months, lease_end, leased)
    end, start = clock.end.value, clock.start.value
    if end is None or start is None:
        text = gettext_noop("Rätten enligt lagen har ingen sista dag förrän kommunen har tagit ställning (U15).")
        return (Step(text, source=sfs(NEW_ACT, "12 §")),)
    limit = lease_end
    if limit is None and months is not None and kind is LocalPolicy.LIMITED:
        limit = add_months(start, months) - ONE_DAY
    right = Step(gettext_noop("Rätten enligt lagen varar till och med den {end}."), {"end": end}, sfs(NEW_ACT, "12 §"))
    if limit is None:
        text = gettext_noop("Därefter fortsätter hyresavtalet tills vidare enligt kommunens egen policy, inte lagen.")
        if not leased:
            text = gettext_noop(
                "Kommunens egen policy är avtal tills vidare. Ett sådant avtal fortsätter efter den dagen."
            )
        return right, Step(text), _AFTERWARDS
    if limit < end:
        text = gettext_noop(
            "Avtalet eller kommunens policy slutar redan den {limit}. Lagen går före: kommunen ska ordna boende till "
            "och med den {end}."
        )
        return right, Step(text, {"limit": limit, "end": end}, sfs(NEW_ACT, "10–12 §§"))
    if limit == end:
        return right, Step(
            gettext_noop("Avtalet eller kommunens policy slutar samma dag. Den lägger inget till lagen.")
        )
    text = gettext_noop("Hyresavtalet fortsätter till och med den {limit} enligt kommunens egen policy, inte lagen.")
    return right, Step(text, {"limit": limit}), _AFTERWARDS


_AFTERWARDS = Step(
    gettext_noop(
        "Lagen säger inte vilket besittningsskydd som gäller när avtalet fortsätter efter rätten. Låt en jurist bedöma "
        "det."
    ),
    source=sfs(NEW_ACT, "14 §"),
)


def _without_right(
    kind: LocalPolicy, clock: Clock, months: int | None, lease_end: date | None, leased: bool
) -> tuple[Step, ...]:
    text = gettext_noop("Lagen ger ingen rätt till boende i 36 månader i det här fallet.")
    source = clock.exists.steps[-1].source
    steps = [Step(text, source=source)]
    if lease_end:
        text = gettext_noop("Hyresavtalet gäller till och med den {limit} enligt kommunens egen policy.")
        return (*steps, Step(text, {"limit": lease_end}))
    if kind is LocalPolicy.LIMITED:
        return (*steps, Step(gettext_noop("Kommunens egen policy ger boende i {months} månader."), {"months": months}))
    if not leased:
        return (*steps, Step(gettext_noop("Kommunens egen policy är avtal tills vidare.")))
    return (*steps, Step(gettext_noop("Hyresavtalet gäller tills vidare enligt kommunens egen policy.")))
