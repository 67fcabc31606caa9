"""The right to housing (rätten till boende) as it is seen: the watch list, and one household.

The rights themselves are counted in :mod:`hemvist.housing.right_rows`.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import Case
from hemvist.access.policy import Verdict
from hemvist.housing import reach
from hemvist.housing.models import CallBack, Dwelling, EarlyEnding, SupportGiven, Tenancy
from hemvist.housing.right_rows import KINDS, RightRow, months_left, rights
from hemvist.law import housing_right as law
from hemvist.law.calendar import add_months
from hemvist.law.housing_right import Clock, HousingFacts, Mark, Side
from hemvist.law.types import Answer, Proposal, RulingQuestion, Step
from hemvist.organisation import records
from hemvist.organisation.housing_schema import HousingFile, LeaseForm
from hemvist.organisation.queries import rulings_on
from hemvist.organisation.texts import said
from hemvist.reception import queries as reception
from hemvist.reception.models import FactKind, Household, Person

READ, WORK, DECIDE = "housing_right.read", "housing_right.work", "housing_right.decide"
# What the list can be asked for beside a mark's number of months.
ENDED, UNCLEAR = "ended", "unclear"
# How far ahead the first page tells of those who come back, and the list of a permit that ends; in months.
AHEAD = 3


# --- the watch list ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Watched:
    """A line of the watch list: a person's right, or for another branch a case and its first last day.

    ``mark`` is the last day to look at it that has come (:func:`hemvist.law.housing_right.stage`). ``lease_runs``: the
    right has ended and the person lives on under the household's lease. ``permit_near``: the permit ends within
    :data:`AHEAD` months.
    """

    row: RightRow
    own: bool
    mark: Mark | None
    months_left: int
    days_left: int | None
    lease_runs: bool = False
    permit_near: bool = False


@dataclass(frozen=True, slots=True)
class ComingBack:
    """Somebody who has told that an unused right is to be used, and by when the municipality must have a home.

    ``row`` is None for one who has not been received here.
    """

    call_back: CallBack
    row: RightRow | None
    ready_on: date
    may_write_need: bool


@dataclass(frozen=True, slots=True)
class WatchList:
    """``coming``: those of the own branch who are to come back, the first to need a home first. ``undisclosed``: the
    branch has no cases, and nothing of others' was disclosed to it.
    """

    lines: list[Watched]
    more: bool
    coming: list[ComingBack]
    marks: tuple[int, ...]
    # Persons of the own branch whose last day cannot be told, and the questions of law that it waits for.
    unclear: int
    questions: tuple[RulingQuestion, ...]
    undisclosed: bool


def marks() -> tuple[int, ...]:
    """The months before the last day at which the municipality looks at a right. One query."""
    found = records.housing()
    return tuple(found.watch_months) if found else law.MARKS


@transaction.atomic
def watch_list(actor: Actor, *, today: date, wanted: str = "", offset: int = 0, limit: int = 25) -> WatchList:
    """The rights that the actor may know of, the first to end first. One audit row.

    ``wanted`` is the most months that are left, :data:`ENDED`, :data:`UNCLEAR` or nothing: those that have not ended,
    and those that have while the household's lease runs.
    In the case's own branch a line is a person; where the field was disclosed it is a case with a day and no name.
    """
    policy.require(actor, READ)
    months, rulings = marks(), rulings_on(today)
    own = policy.visible_cases(actor, READ)
    seen = reach.cases(actor, READ, reach.RIGHT, today) & Q(closed_on__isnull=True)
    rows = rights(seen, Q(pk__in=()), today, rulings, came_only=True)
    mine = set(Case.objects.filter(own, closed_on__isnull=True).values_list("id", flat=True))
    unclear = [row for row in rows if row.case_id in mine and row.unclear]
    coming = _coming_back(actor, rows, today)
    if wanted == UNCLEAR:
        lines = [Watched(row, True, None, 0, None, permit_near=_permit_near(row, today)) for row in unclear]
    else:
        shown = _with_end(rows, mine)
        shown.sort(key=lambda row: (row.end or date.max, row.case_number))
        leased = _leased(mine, today)
        lines = [_watched(row, row.case_id in mine, leased, months, today) for row in shown]
        lines = [line for line in lines if _fits(line, wanted)]
    page = lines[offset : offset + limit]
    # Of the own branch, and of those who are shown only: the list may be of thousands.
    named = [line.row for line in page if line.own] + [one.row for one in coming if one.row]
    names = reception.names_of([row.person_id for row in named], today)
    page = [replace(line, row=replace(line.row, name=names.get(line.row.person_id, ""))) for line in page]
    coming = [
        replace(one, row=replace(one.row, name=names.get(one.row.person_id, ""))) if one.row else one for one in coming
    ]
    audit.record(
        actor,
        "housing_rights.listed",
        object_type="person",
        object_ids=[*(line.row.person_id for line in page), *(one.call_back.person_id for one in coming)],
        fields=(*((FactKind.NAME,) if mine else ()), *KINDS),
        details={"wanted": wanted},
    )
    asked = {question.key: question for row in unclear for question in row.clock.rulings_needed}
    questions, none_given = tuple(asked.values()), not rows and _undisclosed(actor, seen)
    return WatchList(page, len(lines) > offset + limit, coming, months, len(unclear), questions, none_given)


def _undisclosed(actor: Actor, seen: Q) -> bool:
    """Whether all cases there are belong to other branches, none of them disclosed. Three queries at most."""
    own = Case.objects.filter(branch__in=actor.branches(READ))
    return not own.exists() and not Case.objects.filter(seen).exists() and Case.objects.exists()


def _leased(cases: Collection[uuid.UUID], today: date) -> set[uuid.UUID]:
    """Those of the cases whose lease runs today. One query."""
    runs = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    lived_in = Q(voided_at__isnull=True, moved_out_on__isnull=True, starts_on__lte=today)
    return set(Tenancy.objects.filter(runs, lived_in, case__in=cases).values_list("case_id", flat=True))


def _lives_on(row: RightRow, leased: Container[uuid.UUID], today: date) -> bool:
    """Whether the right has ended and the person still lives under a lease of the case."""
    return row.end is not None and row.end < today and row.here and row.case_id in leased


def _permit_near(row: RightRow, today: date) -> bool:
    return row.permit_ends_on is not None and row.permit_ends_on <= add_months(today, AHEAD)


def _coming_back(actor: Actor, rows: Sequence[RightRow], today: date) -> list[ComingBack]:
    """The standing call-backs of the own branch, the first to need a home first. One query.

    One stands until it is withdrawn, the right has ended, or a lease has begun since. ``rows`` are the rights read.
    """
    known = {row.person_id: row for row in rows}
    leased = Tenancy.objects.filter(
        case=OuterRef("person__case"), voided_at__isnull=True, starts_on__gte=OuterRef("notified_on")
    )
    told = CallBack.objects.filter(
        ~Exists(leased),
        policy.visible_cases(actor, READ, "person__case__"),
        withdrawn_on__isnull=True,
        person__case__closed_on__isnull=True,
    ).select_related("person__case__branch", "person__case__household")
    found = []
    for one in told:
        row, ready_on = known.get(one.person_id), law.call_back(one.notified_on, one.wanted_from).value
        gone = row is not None and (row.clock.exists.value is False or (row.end is not None and row.end < today))
        if ready_on is not None and not gone:
            may_write = bool(policy.may_with_case(actor, "housing_need.work", one.person.case))
            found.append(ComingBack(one, row, ready_on, may_write))
    return sorted(found, key=lambda one: (one.ready_on, one.call_back.person.case.number, one.call_back.pk))


@transaction.atomic
def soon(actor: Actor, *, today: date) -> tuple[int | None, date | None, int]:
    """How many rights to look at, the first last day to come, and how many are to come back within :data:`AHEAD`
    months. Names nobody; one audit row.

    To look at are those that have come to a mark, and those that have ended while the household's lease runs. None
    where nothing was disclosed, see :class:`WatchList`.
    """
    policy.require(actor, READ)
    months = marks()
    seen = reach.cases(actor, READ, reach.RIGHT, today) & Q(closed_on__isnull=True)
    own = set(Case.objects.filter(policy.visible_cases(actor, READ)).values_list("id", flat=True))
    rows = rights(seen, Q(pk__in=()), today, rulings_on(today), came_only=True)
    coming = [one for one in _coming_back(actor, rows, today) if one.ready_on <= add_months(today, AHEAD)]
    shown = _with_end(rows, own)
    near = [row.end for row in shown if row.end and (mark := law.stage(row.end, today, months)) and not mark.ended]
    leased = _leased({row.case_id for row in rows} & own, today)
    count = len(near) + sum(_lives_on(row, leased, today) for row in shown)
    details = {"soon": count, "coming_back": len(coming)}
    audit.record(actor, "housing_rights.counted", object_type="person", fields=KINDS, details=details)
    none_given = not rows and _undisclosed(actor, seen)
    return None if none_given else count, min(near, default=None), len(coming)


def _with_end(rows: Sequence[RightRow], own: Container[uuid.UUID]) -> list[RightRow]:
    """Those with a last day: every person of the own cases, and of each other case the first to end."""
    ends = [row for row in rows if row.end]
    others = _first_of_each([row for row in ends if row.case_id not in own])
    return [*(row for row in ends if row.case_id in own), *others]


def _first_of_each(rows: Sequence[RightRow]) -> list[RightRow]:
    """Of each case the right that ends first, with its last day and nothing of the person or how it was counted."""
    first: dict[uuid.UUID, RightRow] = {}
    for row in rows:
        kept = first.get(row.case_id)
        if kept is None or (row.end or date.max) < (kept.end or date.max):
            first[row.case_id] = row
    return [_day_only(row) for row in first.values()]


def _day_only(row: RightRow) -> RightRow:
    clock = Clock(regime=Answer(None), exists=Proposal(True), branch=None, start=Proposal(None), end=Proposal(row.end))
    return replace(
        row,
        birth_date=None,
        received_on=None,
        facts=HousingFacts(),
        clock=clock,
        ended_early=None,
        permit_expired_on=None,
        permit_ends_on=None,
    )


def _watched(row: RightRow, own: bool, leased: Container[uuid.UUID], months: tuple[int, ...], today: date) -> Watched:
    assert row.end is not None  # only rows with a last day are watched
    mark = law.stage(row.end, today, months)
    left, days = months_left(row.end, today), (row.end - today).days
    return Watched(row, own, mark, left, days, _lives_on(row, leased, today), _permit_near(row, today))


def _fits(line: Watched, wanted: str) -> bool:
    ended = line.mark is not None and line.mark.ended
    if wanted == ENDED:
        return ended
    if not wanted:
        return not ended or line.lease_runs
    return line.mark is not None and not ended and wanted.isdecimal() and line.mark.months <= int(wanted)


# --- one household ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """A day on the strip of a clock. ``kind``: start, mark, today or end; ``months`` is a mark's."""

    day: date
    kind: str
    months: int = 0


@dataclass(frozen=True, slots=True)
class CallBackLine:
    call_back: CallBack
    ready: Proposal[date]


@dataclass(frozen=True, slots=True)
class MemberRight:
    """All that is shown of one person's right. ``elapsed`` and ``total`` are days. ``may_call_back``: there is a right
    that the person does not use, as far as leases tell.
    """

    row: RightRow
    months_left: int
    mark: Mark | None
    points: tuple[Point, ...]
    elapsed: int
    total: int
    sides: tuple[Side, Side]
    adds: tuple[Step, ...]
    call_backs: tuple[CallBackLine, ...]
    open_ending: EarlyEnding | None
    is_adult: bool
    may_call_back: bool

    @property
    def ended(self) -> bool:
        return self.mark is not None and self.mark.ended


@dataclass(frozen=True, slots=True)
class HouseholdRight:
    """The page of a household. ``information`` and ``search`` are what was given under each duty, newest first."""

    household: Household
    members: list[MemberRight]
    questions: tuple[RulingQuestion, ...]
    leases: list[Tenancy]
    support: list[SupportGiven]
    # The municipality's own line on leases, in words, and whether it has confirmed it.
    policy_reference: str
    policy_confirmed: bool
    may_work: Verdict
    may_decide: Verdict

    @property
    def case(self) -> Case:
        return self.household.case

    def lacks(self, duty: str) -> bool:
        return not any(given.duty == duty for given in self.support)

    @property
    def somebody_may_have_it(self) -> bool:
        """Whether somebody who lives here has the right, or may have: the duties of 15 § follow it."""
        return any(member.row.here and member.row.clock.exists.value is not False for member in self.members)

    @property
    def lacks_information(self) -> bool:
        return self.somebody_may_have_it and self.lacks(SupportGiven.Duty.INFORMATION)

    @property
    def lacks_search(self) -> bool:
        return self.somebody_may_have_it and self.lacks(SupportGiven.Duty.SEARCH)


def require_household(actor: Actor, household_id: uuid.UUID) -> Household:
    """A household whose rights the actor may read, in the case's own branch. Raises :class:`NotVisible`."""
    policy.require(actor, READ)
    found = (
        Household.objects.filter(policy.visible_cases(actor, READ, "case__"), id=household_id)
        .select_related("case__branch")
        .first()
    )
    if found is None:
        raise NotVisible(action=READ, object_id=str(household_id))
    return found


def require_person(actor: Actor, person_id: uuid.UUID) -> Person:
    """A person whose right the actor may read, in the case's own branch. Raises :class:`NotVisible`."""
    policy.require(actor, READ)
    found = (
        Person.objects.filter(policy.visible_cases(actor, READ, "case__"), id=person_id)
        .select_related("case__branch", "case__household")
        .first()
    )
    if found is None:
        raise NotVisible(action=READ, object_id=str(person_id))
    return found


def rights_in(case: Case, today: date) -> list[RightRow]:
    """The rights of all persons of a case, those who live here first, the eldest first.

    For services and queries only: asks no permission and writes no journal.
    """
    rows = rights(Q(id=case.pk), Q(id=case.pk), today, rulings_on(today))
    return sorted(rows, key=lambda row: (not row.here, row.birth_date or date.max))


def right_of_person(person: Person, today: date) -> RightRow | None:
    """As :func:`rights_in`, of one person; None for one who has died."""
    return next((row for row in rights_in(person.case, today) if row.person_id == person.pk), None)


@transaction.atomic
def right_of_household(actor: Actor, household_id: uuid.UUID, *, today: date) -> HouseholdRight:
    """Each member's clock, both acts side by side, what was told and given, and the leases. One audit row."""
    household = require_household(actor, household_id)
    case, months, rulings = household.case, marks(), rulings_on(today)
    rows = rights_in(case, today)
    leases = _leases(actor, case, today)
    file = records.housing()
    told: defaultdict[uuid.UUID, list[CallBack]] = defaultdict(list)
    for call_back in CallBack.objects.filter(person__case=case):
        told[call_back.person_id].append(call_back)
    opened = {
        ending.person_id: ending
        for ending in EarlyEnding.objects.filter(person__case=case, status=EarlyEnding.Status.OPEN)
    }
    current = next((lease for lease in leases if lease.moved_out_on is None and lease.starts_on <= today), None)
    leased = _leased([case.pk], today)
    members = [
        _member(row, months, rulings, _adds(row, file, current), told[row.person_id], opened, leased, today)
        for row in rows
    ]
    audit.record(
        actor,
        "housing_right.viewed",
        object_type="household",
        object_ids=[household.pk, *(row.person_id for row in rows)],
        case=case,
        fields=(FactKind.NAME, *KINDS),
    )
    asked = {question.key: question for row in rows for question in row.clock.rulings_needed}
    form = _form(file, current)
    return HouseholdRight(
        household=household,
        members=members,
        questions=tuple(asked.values()),
        leases=leases,
        support=list(SupportGiven.objects.filter(case=case).select_related("recorded_by")),
        policy_reference=said(form.reference) if form else "",
        policy_confirmed=bool(file and file.confirmed),
        may_work=policy.may_with_case(actor, WORK, case),
        may_decide=policy.may_with_case(actor, DECIDE, case),
    )


def _leases(actor: Actor, case: Case, today: date) -> list[Tenancy]:
    """The case's leases in dwellings that may be shown, for those who may read leases in its branch."""
    if not reach.owns(actor, "tenancy.read", case):
        return []
    shown = Dwelling.objects.filter(reach.dwellings(actor, today)).values("pk")
    return list(
        Tenancy.objects.filter(case=case, voided_at__isnull=True, dwelling__in=shown).select_related("dwelling")
    )


def _form(file: HousingFile | None, lease: Tenancy | None) -> LeaseForm | None:
    """How the municipality lets: by the form of the lease there is, else by the first form in its own file."""
    if file is None:
        return None
    return (file.lease(lease.form) if lease else None) or file.leases[0]


def _adds(row: RightRow, file: HousingFile | None, lease: Tenancy | None) -> tuple[Step, ...]:
    """What the lease, or without one the municipality's first form of lease, adds to the right as it now ends."""
    clock = replace(row.clock, end=replace(row.clock.end, value=row.end))
    if lease is not None:
        return law.policy_adds(law.LocalPolicy.OPEN_ENDED, clock, lease_end=lease.ends_on)
    form = _form(file, None)
    if form is None:
        return ()
    if form.code == "open_ended":
        return law.policy_adds(law.LocalPolicy.OPEN_ENDED, clock, leased=False)
    if form.months is None:  # a lease for as long as the right
        return law.policy_adds(law.LocalPolicy.OPEN_ENDED, clock, lease_end=clock.end.value, leased=False)
    return law.policy_adds(law.LocalPolicy.LIMITED, clock, months=form.months)


def _member(
    row: RightRow,
    months: tuple[int, ...],
    rulings: Mapping[str, str],
    adds: tuple[Step, ...],
    told: Sequence[CallBack],
    opened: Mapping[uuid.UUID, EarlyEnding],
    leased: Container[uuid.UUID],
    today: date,
) -> MemberRight:
    start, end = row.clock.start.value, row.end
    points: list[Point] = []
    elapsed = total = 0
    if start and end:
        points = [Point(start, "start"), Point(end, "end"), Point(today, "today")]
        # An end decided early has no marks from before anybody knew of it.
        since = max(start, (row.ended_early and row.ended_early.decided_on) or start)
        points += [Point(mark.day, "mark", mark.months) for mark in law.watch_marks(end, months) if mark.day > since]
        order = ("start", "mark", "today", "end")
        points.sort(key=lambda point: (point.day, order.index(point.kind)))
        total = max((end - start).days, 1)
        elapsed = min(max((today - start).days, 0), total)
    return MemberRight(
        row=row,
        months_left=months_left(end, today) if end else 0,
        mark=law.stage(end, today, months) if end else None,
        points=tuple(points),
        elapsed=elapsed,
        total=total,
        sides=law.side_by_side(row.facts, rulings),
        adds=adds,
        call_backs=tuple(CallBackLine(one, law.call_back(one.notified_on, one.wanted_from)) for one in told),
        open_ending=opened.get(row.person_id),
        is_adult=row.is_adult(today),
        may_call_back=row.clock.exists.value is not False
        and not (row.end and row.end < today)
        and not (row.here and row.case_id in leased),
    )
