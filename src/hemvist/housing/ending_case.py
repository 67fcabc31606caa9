"""What is known of a case of ending the right to housing early (lag (2026:1326) 13 §), and what the rule says of it.

:mod:`hemvist.law.ending_early` says what stands in the way and what is left to do. The deeds are in
:mod:`hemvist.housing.ending`; only people decide.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.db.models import F

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.policy import Verdict
from hemvist.housing.models import EarlyEnding
from hemvist.housing.right import DECIDE, READ, WORK, right_of_person, rights_in
from hemvist.housing.right_rows import RightRow
from hemvist.law import ending_early as law
from hemvist.law.ending_early import EndGround, Ending, EndingFacts, Programme, Reasons
from hemvist.law.housing_right import LAST_DAY
from hemvist.law.regime import Regime
from hemvist.law.sources import sfs
from hemvist.law.types import Source, Step, Text, gettext_noop
from hemvist.reception.models import FactKind, Person
from hemvist.reception.queries import names_of

Status = EarlyEnding.Status
# What somebody has decided; a decision that was changed later was one.
DECIDED = (Status.ENDS, Status.CONTINUES, Status.CHANGED)
ACT = Regime.BOS_2026.act
FORFEITURE = sfs("1970:994", "12 kap. 42 §")


# --- the rule, asked --------------------------------------------------------------------------------------------------


def facts_of(
    ending: EarlyEnding,
    right: RightRow | None,
    household: Iterable[RightRow],
    on: date,
    *,
    appeal_instruction: bool = True,
) -> EndingFacts:
    """The case as the rule reads it. An answer counts once it has been given, and to the last communication only.

    ``household`` are the rights in the person's case on the day ``on``. The letter always says how to appeal; whoever
    decides says that it has been read (``appeal_instruction``).
    """
    told, replied = ending.communicated_on, ending.replied_on
    return EndingFacts(
        ground=EndGround(ending.ground),
        on=on,
        birth_date=right.birth_date if right else None,
        right_ends_on=right.end if right else None,
        programme=Programme(ending.programme) if ending.programme else None,
        no_referral_since=ending.no_referral_since,
        acceptable_reasons=Reasons(ending.acceptable_reasons) if ending.acceptable_reasons else None,
        withdrawal_decided_on=ending.withdrawal_decided_on,
        withdrawal_final_on=ending.withdrawal_final_on,
        circumstances_within_control=ending.within_own_control,
        lease_forfeited_on=ending.lease_forfeited_on,
        separated_on=ending.separated_on,
        children_affected=ending.children_affected,
        minor_in_household=minor_in_household(household, on),
        best_interests_assessed=bool(ending.best_interests_text),
        communicated_on=told,
        reply_by=ending.reply_by,
        replied=bool(told and replied and told <= replied <= on),
        reasons_written=bool(ending.reasons),
        appeal_instruction=appeal_instruction,
    )


def minor_in_household(household: Iterable[RightRow], on: date) -> bool:
    """Whether somebody of those in the case who live here is a child on the day."""
    return any(row.here and row.birth_date and not row.is_adult(on) for row in household)


def standing_blocks(ground: EndGround, right: RightRow | None, on: date) -> tuple[Step, ...]:
    """What stands in the way whatever is written in the case: age, the day of the act, a right that has ended or
    never was. Tested with all that the ground asks for taken as given.
    """
    if right is None or right.clock.exists.value is False:
        text = gettext_noop("Personen har ingen rätt till boende som kan upphöra.")
        return (*(right.clock.exists.steps if right else ()), Step(text, source=sfs(ACT, "11 §")))
    blank = EndingFacts(ground=ground, on=on, birth_date=right.birth_date, right_ends_on=right.end)
    given = {
        EndGround.NOT_IN_PROGRAMME: {"no_referral_since": on, "acceptable_reasons": Reasons.NONE},
        EndGround.ASSIGNMENT_WITHDRAWN: {
            "programme": Programme.INTRODUCTION,
            "withdrawal_decided_on": on,
            "withdrawal_final_on": on,
            "circumstances_within_control": True,
        },
        EndGround.TENANCY_FORFEITED: {"lease_forfeited_on": on, "separated_on": on},
    }[ground]
    return law.test(replace(blank, **given)).blocks  # type: ignore[arg-type]


def ground_steps(ending: EarlyEnding) -> tuple[Step, ...]:
    """What has been written down of the ground and of how the person was heard, as sentences with paragraphs."""
    label, source = law.GROUNDS[EndGround(ending.ground)]
    reasons, child, hearing = (
        law.GROUNDS[EndGround.NOT_IN_PROGRAMME][1],
        sfs("2018:1197", "artikel 3"),
        sfs("2017:900", "25 §"),
    )
    programme = law.PROGRAMMES[Programme(ending.programme)][0] if ending.programme in law.PROGRAMMES else None
    steps = [Step(gettext_noop("Grunden som prövas: {ground}."), {"ground": label}, source)]
    if programme and ending.withdrawal_decided_on:
        text = gettext_noop("Anvisningen till {programme} återkallades genom ett beslut den {day}.")
        steps.append(Step(text, {"programme": programme, "day": ending.withdrawal_decided_on}, source))
    days = (
        (
            ending.no_referral_since,
            gettext_noop("Personen är inte anvisad till något program sedan den {day}."),
            source,
        ),
        (ending.withdrawal_final_on, gettext_noop("Beslutet om återkallelse fick laga kraft den {day}."), source),
        (ending.lease_forfeited_on, gettext_noop("Hyresrätten förverkades den {day}."), FORFEITURE),
        (ending.separated_on, gettext_noop("Personen skildes från bostaden den {day}."), source),
        (ending.communicated_on, gettext_noop("Personen fick del av underlaget den {day}."), hearing),
        (ending.reply_by, gettext_noop("Personen fick tid att svara till den {day}."), hearing),
        (ending.replied_on, gettext_noop("Personen svarade den {day}."), hearing),
    )
    judged = (
        (
            ending.within_own_control is True,
            gettext_noop("Kommunen bedömer att återkallelsen beror på något som personen råder över."),
            source,
        ),
        (
            ending.acceptable_reasons == Reasons.NONE,
            gettext_noop("Kommunen bedömer att personen saknar godtagbara skäl."),
            reasons,
        ),
        (
            ending.acceptable_reasons == Reasons.EXIST,
            gettext_noop("Kommunen bedömer att personen har godtagbara skäl."),
            reasons,
        ),
        (
            ending.children_affected is True,
            gettext_noop("Beslutet rör barn. Barnets bästa är bedömt."),
            child,
        ),
        (ending.children_affected is False, gettext_noop("Beslutet rör inte barn."), child),
    )
    steps += [Step(text, {"day": day}, cited) for day, text, cited in days if day]
    steps += [Step(text, source=cited) for holds, text, cited in judged if holds]
    return tuple(steps)


# --- what is shown ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EndingPage:
    """A case of ending early with what the rule says of it today. ``steps`` are those of the decision once made;
    ``left`` are the parts in which something remains, ``ground_left`` what the facts of the ground still lack.
    """

    ending: EarlyEnding
    name: str
    right: RightRow | None
    state: Ending
    left: frozenset[law.Part]
    ground_left: tuple[Step, ...]
    steps: tuple[Step, ...]
    may_work: Verdict
    may_decide: Verdict

    @property
    def person(self) -> Person:
        return self.ending.person

    @property
    def ground(self) -> tuple[Text, Source]:
        """The ground in words, and its provision."""
        return law.GROUNDS[EndGround(self.ending.ground)]

    @property
    def open(self) -> bool:
        return self.ending.status == Status.OPEN

    @property
    def decided(self) -> bool:
        return self.ending.status in DECIDED

    @property
    def may_be_changed(self) -> bool:
        """Whether it can be written down that the decision has been changed."""
        return self.ending.status == Status.ENDS

    @property
    def deciding_steps(self) -> tuple[Step, ...]:
        """The steps of a decision, without the last day that it replaces."""
        if self.ending.status not in (Status.ENDS, Status.CHANGED):
            return self.steps
        return tuple(step for step in self.steps if step.text != LAST_DAY)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What may be decided now, once the reasons are written: that the right goes on at any time, that it ends only
        when nothing stands in the way or is left to do.
        """
        if not self.open or not self.ending.reasons:
            return ()
        return (Status.ENDS, Status.CONTINUES) if self.state.may_decide else (Status.CONTINUES,)


@dataclass(frozen=True, slots=True)
class Prospect:
    """A ground before anybody has begun: what stands in the way whatever will be written."""

    ground: EndGround
    blocks: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """What a person sees before opening a case. ``standing`` is a case that bars a new one."""

    person: Person
    name: str
    right: RightRow | None
    prospects: list[Prospect]
    standing: EarlyEnding | None


@transaction.atomic
def before(actor: Actor, *, person: Person, today: date) -> Before:
    """What stands in the way of each ground, before anything is opened. One audit row."""
    policy.require_with_case(actor, WORK, person.case, see=READ)
    right = right_of_person(person, today)
    audit.record(
        actor,
        "early_ending.prospects_viewed",
        object_type="person",
        object_ids=[person.pk],
        case=person.case,
        fields=(FactKind.NAME, FactKind.BIRTH_DATE),
    )
    return Before(
        person=person,
        name=right.name if right else names_of([person.pk], today).get(person.pk, ""),
        right=right,
        prospects=[Prospect(ground, standing_blocks(ground, right, today)) for ground in EndGround],
        standing=standing_case(person),
    )


def standing_case(person: Person) -> EarlyEnding | None:
    """An open case, or one by which the right ends: each bars a new one."""
    return EarlyEnding.objects.filter(person=person, status__in=(Status.OPEN, Status.ENDS)).first()


@transaction.atomic
def examine(actor: Actor, ending_id: uuid.UUID, *, today: date) -> EndingPage:
    """A case in the actor's own branch. One audit row. Raises :class:`NotVisible`."""
    policy.require(actor, READ)
    ending = (
        EarlyEnding.objects.filter(policy.visible_cases(actor, READ, "person__case__"), pk=ending_id)
        .select_related("person__case__branch", "person__case__household")
        .first()
    )
    if ending is None:
        raise NotVisible(action=READ, object_id=str(ending_id))
    case = ending.person.case
    household, on = rights_in(case, today), ending.decided_on or today
    right = next((row for row in household if row.person_id == ending.person_id), None)
    then = household if on == today else rights_in(case, on)
    facts = facts_of(ending, _before_decision(right, ending), then, on)
    state = law.test(facts)
    audit.record(
        actor,
        "early_ending.viewed",
        object_type="early_ending",
        object_ids=[ending.pk],
        case=case,
        fields=(FactKind.NAME, FactKind.BIRTH_DATE, "grounds", "reply", "reasons"),
    )
    return EndingPage(
        ending=ending,
        name=right.name if right else names_of([ending.person_id], today).get(ending.person_id, ""),
        right=right,
        state=state,
        left=law.left(facts),
        ground_left=law.ground_left(facts),
        steps=tuple(map(Step.from_json, ending.grounds_shown)) or all_steps(ending, right, state),
        may_work=policy.may_with_case(actor, WORK, case),
        may_decide=policy.may_with_case(actor, DECIDE, case),
    )


def _before_decision(right: RightRow | None, ending: EarlyEnding) -> RightRow | None:
    """The right as it was when the case was decided: without the end that the case itself gave it."""
    if right is not None and right.ended_early is not None and right.ended_early.pk == ending.pk:
        return replace(right, ended_early=None)
    return right


def all_steps(ending: EarlyEnding, right: RightRow | None, state: Ending) -> tuple[Step, ...]:
    return (*(right.clock.steps if right else ()), *ground_steps(ending), *state.notes)


@dataclass(frozen=True, slots=True)
class EndingLine:
    ending: EarlyEnding
    name: str


@transaction.atomic
def ending_list(
    actor: Actor, *, today: date, status: str = "", offset: int = 0, limit: int = 25
) -> tuple[list[EndingLine], bool]:
    """Cases in the actor's own branch, the open ones first, and whether there are more. One audit row."""
    policy.require(actor, READ)
    found = EarlyEnding.objects.filter(policy.visible_cases(actor, READ, "person__case__"))
    if status:
        found = found.filter(status=status)
    page = list(
        found.select_related("person__case__household").order_by(
            F("decided_on").desc(nulls_first=True), "-opened_on", "pk"
        )[offset : offset + limit + 1]
    )
    shown = page[:limit]
    names = names_of([ending.person_id for ending in shown], today)
    audit.record(
        actor,
        "early_endings.listed",
        object_type="early_ending",
        object_ids=[ending.pk for ending in shown],
        fields=(FactKind.NAME,),
        details={"status": status},
    )
    return [EndingLine(ending, names.get(ending.person_id, "")) for ending in shown], len(page) > limit
