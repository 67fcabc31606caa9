"""Who the settlement acts cover, and who Migrationsverket may assign (anvisa).

Lag (2016:38) 2-4 §§ with förordning (2016:39) 9 and 11 §§; lag (2026:1326) 2-4 and 6 §§. The program only
proposes: Migrationsverket decides, and the classification of a permit is read from its decision, never worked
out here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hemvist.law import parameters
from hemvist.law.acts import starts
from hemvist.law.ages import is_adult
from hemvist.law.calendar import add_months
from hemvist.law.regime import Regime
from hemvist.law.sources import sfs
from hemvist.law.types import Proposal, Source, Step, gettext_noop


class PermitGround(StrEnum):
    """Grund för uppehållstillstånd, as Migrationsverket's decision states it."""

    UTLL_5_1 = "UTLL_5_1"
    UTLL_5_2 = "UTLL_5_2"
    UTLL_5_4 = "UTLL_5_4"
    UTLL_5_6 = "UTLL_5_6"
    UTLL_5_11 = "UTLL_5_11"
    UTLL_12_17A = "UTLL_12_17A"
    UTLL_12_18 = "UTLL_12_18"
    UTLL_21 = "UTLL_21"
    UTLL_22 = "UTLL_22"
    REG_2024_1347_ART_24 = "REG_2024_1347_ART_24"
    RESETTLEMENT = "RESETTLEMENT"
    RELATIVE = "RELATIVE"
    GYMNASIELAGEN_2017_353 = "GYMNASIELAGEN_2017_353"
    LAW_2016_752 = "LAW_2016_752"
    OTHER = "OTHER"


PERMIT_GROUND_LABELS = {
    PermitGround.UTLL_5_1: gettext_noop("Flykting eller alternativt skyddsbehövande (5 kap. 1 § utlänningslagen)"),
    PermitGround.UTLL_5_2: gettext_noop("Kvotflykting (5 kap. 2 § utlänningslagen)"),
    PermitGround.UTLL_5_4: gettext_noop("Beslut av internationellt organ (5 kap. 4 § utlänningslagen)"),
    PermitGround.UTLL_5_6: gettext_noop(
        "Synnerligen eller särskilt ömmande omständigheter (5 kap. 6 § utlänningslagen)"
    ),
    PermitGround.UTLL_5_11: gettext_noop("Tillfälligt verkställighetshinder (5 kap. 11 § utlänningslagen)"),
    PermitGround.UTLL_12_17A: gettext_noop("Tillstånd enligt 12 kap. 17 a § utlänningslagen"),
    PermitGround.UTLL_12_18: gettext_noop("Verkställighetshinder (12 kap. 18 § utlänningslagen)"),
    PermitGround.UTLL_21: gettext_noop("Tillfälligt skydd (21 kap. utlänningslagen)"),
    PermitGround.UTLL_22: gettext_noop("Vittne vid internationell domstol (22 kap. utlänningslagen)"),
    PermitGround.REG_2024_1347_ART_24: gettext_noop(
        "Flykting eller subsidiärt skyddsbehövande (artikel 24 i förordning (EU) 2024/1347)"
    ),
    PermitGround.RESETTLEMENT: gettext_noop("Vidarebosatt"),
    PermitGround.RELATIVE: gettext_noop("Anhörig (5 kap. 3 § utlänningslagen)"),
    PermitGround.GYMNASIELAGEN_2017_353: gettext_noop("Studier på gymnasial nivå (lagen (2017:353))"),
    PermitGround.LAW_2016_752: gettext_noop("Studier på gymnasial nivå (16 c–16 i §§ lagen (2016:752))"),
    PermitGround.OTHER: gettext_noop("Annan grund, till exempel arbete eller studier"),
}
RESETTLED = frozenset({PermitGround.UTLL_5_2, PermitGround.RESETTLEMENT})


class Living(StrEnum):
    """Where the person lives, or lived when leaving LMA or mottagandelagen (lag (2026:1326) 6 §)."""

    STATE_HOUSING = "state_housing"  # Migrationsverkets asylboende
    EXEMPT_FROM_STATE_HOUSING = "exempt_from_state_housing"  # 6 kap. 3 § 2 st 2 mottagandelagen
    MUNICIPAL_ASYLUM = "municipal_asylum"  # 2 kap. 4 § 2 mottagandelagen
    MUNICIPAL_TEMPORARY_PROTECTION = "municipal_temporary_protection"  # 2 kap. 4 § 1 mottagandelagen
    OWN = "own"  # eget boende


LIVING_LABELS = {
    Living.STATE_HOUSING: gettext_noop("Migrationsverkets asylboende"),
    Living.EXEMPT_FROM_STATE_HOUSING: gettext_noop("Utanför asylboendet av skäl i 6 kap. 3 § mottagandelagen"),
    Living.MUNICIPAL_ASYLUM: gettext_noop("Boende som en kommun ordnat för asylsökande"),
    Living.MUNICIPAL_TEMPORARY_PROTECTION: gettext_noop("Boende som en kommun ordnat för tillfälligt skydd"),
    Living.OWN: gettext_noop("Eget boende"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorTie:
    """The tie to the person in Sweden (anknytning). ``ground``: of that person's permit; the acts and the ordinance on
    compensation name different ones. ``child_of_relative``: an unmarried child tied to somebody who is a relative too;
    only the money covers it (förordning 2010:1122 5 a § 2 st), and ``ground`` is that of whom the relative is tied to.
    """

    ground: PermitGround | None = None
    first_received_on: date | None = None
    citizen_at_application: bool | None = None
    applied_on: date | None = None
    child_of_relative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonForTargetGroup:
    """What must be known to say whether a person is covered. None means unknown; ``permit_to`` None means
    permanent.
    """

    permit_ground: PermitGround | None = None
    permit_from: date | None = None
    permit_to: date | None = None
    can_ground_registration: bool | None = None
    renewal_applied_on: date | None = None
    renewal_for_covered_ground: bool | None = None
    renewal_refused_final_on: date | None = None
    has_inhibition: bool = False
    sponsor: SponsorTie = SponsorTie()
    unaccompanied: bool = False
    birth_date: date | None = None
    living: Living | None = None
    in_assignable_household: bool = False


def covered_2016(person: PersonForTargetGroup, on: date) -> Proposal[bool]:
    """Whether lag (2016:38) 2-4 §§ covers the person on a day, with the permit list of 2026-07-12
    (2026:1161).

    An expired permit is not enough: the act has no rule for a pending renewal. A child counts as
    unaccompanied while under 18 on the day (inferred). Left to people: reading the ground from the decision.
    """
    return _covered(person, on, Regime.BOS_2016)


def covered_2026(person: PersonForTargetGroup, on: date) -> Proposal[bool]:
    """Whether lag (2026:1326) 2-4 §§ covers the person on a day.

    4 §: a pending renewal keeps the coverage until a refusal has laga kraft, not with inhibition.
    Unaccompanied children are dealt with in 6 §, see :func:`may_be_assigned`.
    """
    return _covered(person, on, Regime.BOS_2026)


def may_be_assigned(person: PersonForTargetGroup, regime: Regime, on: date) -> Proposal[bool]:
    """Whether Migrationsverket may assign the person on the day of its decision.

    Förordning (2016:39) 9 and 11 §§ as worded from 2025-03-01, or lag (2026:1326) 6 §. Left to people: who
    belongs to the household, and Migrationsverket's choice of person and municipality.
    """
    covered = _covered(person, on, regime)
    if not covered.value:
        return covered
    return (_assignable_2016 if regime is Regime.BOS_2016 else _assignable_2026)(person, on, covered.steps)


def _yes(steps: tuple[Step, ...], text: str, source: Source, **values: object) -> Proposal[bool]:
    return Proposal(True, (*steps, Step(text, values, source)))


def _no(steps: tuple[Step, ...], text: str, source: Source, **values: object) -> Proposal[bool]:
    return Proposal(False, (*steps, Step(text, values, source)))


def _unknown(steps: tuple[Step, ...], *names: str) -> Proposal[bool]:
    return Proposal(None, steps, names)


def _covered(person: PersonForTargetGroup, on: date, regime: Regime) -> Proposal[bool]:
    act = regime.act
    if on < starts(act):
        return _no((), gettext_noop("Lagen gäller från den {start}."), sfs(act), start=starts(act))
    names = ("permit_ground", "permit_from", "can_ground_registration")
    if missing := [name for name in names if getattr(person, name) is None]:
        return _unknown((), *missing)
    assert person.permit_ground is not None
    assert person.permit_from is not None
    if on < person.permit_from:
        text = gettext_noop("Uppehållstillståndet börjar gälla först den {day}.")
        return _no((), text, sfs(act, "2 §"), day=person.permit_from)
    if person.permit_to is None or on <= person.permit_to:
        text = gettext_noop("Personen har ett uppehållstillstånd som gäller den {day}.")
        steps: tuple[Step, ...] = (Step(text, {"day": on}, sfs(act, "2 §")),)
    elif regime is Regime.BOS_2016:
        text = gettext_noop(
            "Uppehållstillståndet gick ut den {day}. Lagen (2016:38) har ingen regel om den som väntar på ett nytt."
        )
        return _no((), text, sfs(act, "2 §"), day=person.permit_to)
    else:
        pending = pending_renewal(person, on, sfs("2026:1326", "4 §"))
        if not pending.value:
            return pending
        steps = pending.steps
    if not person.can_ground_registration:
        text = gettext_noop("Uppehållstillståndet kan inte ligga till grund för folkbokföring.")
        return _no(steps, text, sfs(act, "2 §"))
    grounds = parameters.get(f"target_group.permit_grounds.{regime}", on)
    if person.permit_ground is PermitGround.RELATIVE:
        if person.sponsor.child_of_relative:
            text = gettext_noop("Barnets anknytning är till en anhörig. Lagen omfattar bara den närmaste kretsen.")
            return _no(steps, text, sfs(act, "3 §"))
        years = parameters.get("target_group.relative_window_years", on).value
        tie = relative(person.sponsor, sfs(act, "3 §"), years, grounds.value)
        if not tie.value:
            return Proposal(tie.value, steps + tie.steps, tie.missing)
        steps += tie.steps
    else:
        label = PERMIT_GROUND_LABELS[person.permit_ground]
        if person.permit_ground not in grounds.value:
            text = gettext_noop("Grunden för tillståndet finns inte i lagens uppräkning den dagen: {ground}.")
            return _no(steps, text, grounds.source, ground=label)
        text = gettext_noop("Grunden för tillståndet omfattas: {ground}.")
        steps += (Step(text, {"ground": label}, grounds.source),)
    if regime is Regime.BOS_2016 and person.unaccompanied and person.permit_ground not in RESETTLED:
        if person.birth_date is None:
            return _unknown(steps, "birth_date")
        if not is_adult(person.birth_date, on):
            text = gettext_noop("Lagen gäller inte ensamkommande barn, om barnet inte är vidarebosatt.")
            return _no(steps, text, sfs(act, "4 §"))
    return _yes(steps, gettext_noop("Personen omfattas av lagen ({act})."), sfs(act, "2 §"), act=act)


def pending_renewal(
    person: PersonForTargetGroup, on: date, source: Source, *, inhibition_ends: bool = True
) -> Proposal[bool]:
    """Whether an application made while the old permit was valid keeps the coverage (lag 2026:1326 4 §; 5 b §)."""
    applied = person.renewal_applied_on
    expired = (Step(gettext_noop("Uppehållstillståndet gick ut den {day}."), {"day": person.permit_to}, source),)
    assert person.permit_from is not None
    assert person.permit_to is not None
    if applied is None:
        return _no(expired, gettext_noop("Ingen ansökan om nytt eller förlängt tillstånd är känd."), source)
    if not person.permit_from <= applied <= person.permit_to:
        text = gettext_noop("Ansökan om nytt tillstånd gjordes den {day}, när det tidigare inte gällde.")
        return _no(expired, text, source, day=applied)
    if person.renewal_for_covered_ground is None:
        return _unknown(expired, "renewal_for_covered_ground")
    if not person.renewal_for_covered_ground:
        return _no(expired, gettext_noop("Ansökan gäller ett tillstånd på en grund som inte omfattas."), source)
    if person.has_inhibition and inhibition_ends:
        text = gettext_noop("Personen har ett beslut om inhibition. Då gäller inte regeln om pågående ansökan.")
        return _no(expired, text, source)
    refused = person.renewal_refused_final_on
    if refused and on >= refused:
        return _no(expired, gettext_noop("Avslaget på ansökan fick laga kraft den {day}."), source, day=refused)
    text = gettext_noop("Ett nytt tillstånd söktes den {day}, medan det gamla gällde. Personen omfattas så länge.")
    return _yes(expired, text, source, day=applied)


def relative(tie: SponsorTie, source: Source, years: int, grounds: Collection[str]) -> Proposal[bool]:
    """Whether the tie is of the kind and age that the provision asks for (lag 2016:38 3 §; 2010:1122 5 a §).

    ``grounds``: the permits that the provision names for whom the tie is to.
    """
    names = ("ground", "first_received_on", "citizen_at_application", "applied_on")
    if missing := [f"sponsor.{name}" for name in names if getattr(tie, name) is None]:
        return _unknown((), *missing)
    assert tie.ground is not None
    assert tie.first_received_on is not None
    assert tie.applied_on is not None
    if tie.ground not in grounds:
        text = gettext_noop("Anknytningspersonens tillstånd är inte av ett slag som räknas upp den dagen: {ground}.")
        return _no((), text, source, ground=PERMIT_GROUND_LABELS[tie.ground])
    if tie.citizen_at_application:
        return _no((), gettext_noop("Anknytningspersonen var svensk medborgare när ansökan gjordes."), source)
    last = add_months(tie.first_received_on, 12 * years)
    values = {"years": years, "applied": tie.applied_on, "last": last}
    if tie.applied_on > last:
        text = gettext_noop(
            "Ansökan gjordes den {applied}, senare än {years} år efter mottagandet. Sista dag var {last}."
        )
        return _no((), text, source, **values)
    text = gettext_noop("Ansökan gjordes den {applied}, inom {years} år från anknytningspersonens mottagande.")
    return _yes((), text, source, **values)


def _assignable_2016(person: PersonForTargetGroup, on: date, steps: tuple[Step, ...]) -> Proposal[bool]:
    source, since = sfs("2016:39", "11 §"), starts("2025:64")
    if on < since:
        text = gettext_noop("Programmet har inte den lydelse som gällde före den {day}. Fråga Migrationsverket.")
        return Proposal(None, (*steps, Step(text, {"day": since}, source)))
    if person.permit_ground in RESETTLED:
        return _yes(steps, gettext_noop("Personen är vidarebosatt och får anvisas."), source)
    if person.in_assignable_household:
        text = gettext_noop("Personen hör till ett hushåll som anvisas.")
        return _yes(steps, text, sfs("2016:39", "9 §"))
    if person.living is None:
        return _unknown(steps, "living")
    if person.living is Living.STATE_HOUSING:
        return _yes(steps, gettext_noop("Personen bor i Migrationsverkets asylboende."), source)
    if person.permit_ground is PermitGround.UTLL_21 and person.living is Living.MUNICIPAL_TEMPORARY_PROTECTION:
        text = gettext_noop("Personen har tillfälligt skydd och bor i ett boende som en kommun ordnat.")
        return _yes(steps, text, source)
    text = gettext_noop("Personen bor inte så att en anvisning får beslutas.")
    return _no(steps, text, source)


def _assignable_2026(person: PersonForTargetGroup, on: date, steps: tuple[Step, ...]) -> Proposal[bool]:
    if person.permit_ground in RESETTLED:
        return _yes(steps, gettext_noop("Personen är vidarebosatt och får anvisas."), sfs("2026:1326", "6 § 1 st 4"))
    if person.unaccompanied:
        if person.birth_date is None:
            return _unknown(steps, "birth_date")
        if not is_adult(person.birth_date, on):
            text = gettext_noop("Ett ensamkommande barn anvisas bara om det är vidarebosatt.")
            return _no(steps, text, sfs("2026:1326", "6 § 2 st"))
    if person.in_assignable_household:
        text = gettext_noop("Personen hör till ett hushåll som anvisas.")
        return _yes(steps, text, sfs("2026:1326", "6 § 1 st 5"))
    if person.living is None:
        return _unknown(steps, "living")
    if person.living is Living.MUNICIPAL_TEMPORARY_PROTECTION:
        text = gettext_noop(
            "Den som bor i ett boende som kommunen ordnat för tillfälligt skydd anvisas inte på nytt, "
            "men kan ha rätt till boende."
        )
        return _no(steps, text, sfs("2026:1326", "11 § 2 st"))
    point = {Living.STATE_HOUSING: 1, Living.EXEMPT_FROM_STATE_HOUSING: 2, Living.MUNICIPAL_ASYLUM: 3}.get(
        person.living
    )
    if point is None:
        text = gettext_noop("Personen bor inte så att en anvisning får beslutas.")
        return _no(steps, text, sfs("2026:1326", "6 §"))
    text = gettext_noop("Personens boende ger rätt att anvisa: {living}.")
    return _yes(steps, text, sfs("2026:1326", f"6 § 1 st {point}"), living=LIVING_LABELS[person.living])
