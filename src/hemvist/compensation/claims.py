"""Claims (återsökning): what must be applied for, its last day, what is enclosed, and what came of it.

The last day and the amount are derived each time from the ground and the facts (:mod:`hemvist.law.claims`); the amount
is kept from the day the application is sent in.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q, When
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import Case
from hemvist.compensation.ledger import PersonLedger, ledgers
from hemvist.compensation.models import Claim, ClaimEvent, ClaimEvidence
from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.claims import (
    EVIDENCE,
    GROUND_OF,
    GROUNDS,
    AmountRule,
    ClaimFacts,
    ClaimGround,
    GeneralDay,
    Period,
    PeriodKind,
    amount,
    appeal_by,
    general_days,
    last_day,
    may_appeal,
    period_around,
)
from hemvist.law.compensation import Entitlement, Route, Terms
from hemvist.law.types import Answer, gettext_noop
from hemvist.organisation.queries import rulings_on
from hemvist.reception.compensation_facts import who_may_apply
from hemvist.reception.models import Person

Status = Claim.Status

# From each status to those that may follow. A decision may be followed by another: reconsidered, by a court, reclaimed.
DECIDED = frozenset({Status.GRANTED, Status.PARTLY, Status.REFUSED})
TRANSITIONS: Mapping[str, frozenset[str]] = {
    Status.DRAFT: frozenset({Status.FILED}),
    Status.FILED: DECIDED | {Status.WITHDRAWN},
    Status.GRANTED: DECIDED,
    Status.PARTLY: DECIDED | {Status.APPEALED},
    Status.REFUSED: DECIDED | {Status.APPEALED},
    Status.APPEALED: DECIDED,
    Status.WITHDRAWN: frozenset({Status.DRAFT}),
}
# What is being worked on: the checklist can be changed.
OPEN = (Status.DRAFT, Status.FILED, Status.APPEALED)
# What Migrationsverket does not have.
UNSENT = (Status.DRAFT, Status.WITHDRAWN)
# The order of the list.
ORDER = (*OPEN, Status.PARTLY, Status.REFUSED, Status.GRANTED, Status.WITHDRAWN)
SOON_DAYS = 30
CALENDAR_MONTHS = 13


# --- what the pages show ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """A claim, or what nobody has opened a claim for (``claim`` None), as lists and calendars show it."""

    ground: ClaimGround
    period: Period
    case_id: uuid.UUID
    case_number: str
    protected: bool
    person_id: uuid.UUID | None
    name: str
    last_day: Answer[date]
    amount: Answer[Decimal]
    claim: Claim | None = None

    @property
    def status(self) -> str:
        return self.claim.status if self.claim else "proposed"

    @property
    def who(self) -> str:
        """The person's name, or that it is for the family."""
        return self.name if self.person_id else _("Hela familjen")

    @property
    def open(self) -> bool:
        """Whether an application remains to be sent in."""
        return self.claim is None or self.claim.status == Status.DRAFT

    @property
    def kronor(self) -> Decimal | None:
        """The amount that somebody wrote or that was applied for; else what the rule gives."""
        written = self.claim.amount if self.claim else None
        return self.amount.value if written is None else written

    @property
    def period_words(self) -> str:
        return period_words(self.ground, self.period)

    def lapses_by(self, day: date) -> bool:
        return self.open and self.last_day.value is not None and self.last_day.value <= day


def period_words(ground: ClaimGround, period: Period) -> str:
    """The period as it is spoken of: *kalenderåret 2025*, *kvartal 4 2026*, or its days."""
    first, last = period
    if ground.period is PeriodKind.CALENDAR_YEAR:
        return _("kalenderåret %(year)d") % {"year": last.year}
    if ground.period is PeriodKind.QUARTER:
        return _("kvartal %(quarter)d %(year)d") % {"quarter": (last.month + 2) // 3, "year": last.year}
    days = [date_format(day, "DATE_FORMAT") for day in (first, last)]
    return days[0] if first == last else "–".join(days)


class _Register:
    """The claims and the ledgers that the actor may see, read once for an answer. Fixed number of SQL queries.

    Reading the ledgers leaves their row in the audit journal; the caller adds its own.
    """

    def __init__(self, actor: Actor, today: date, *, case_ids: Collection[uuid.UUID] | None = None) -> None:
        policy.require(actor, "compensation.read")
        self.today, self.terms = today, Terms(rulings_on(today))
        self.people: dict[uuid.UUID, PersonLedger] = {}
        self.cases: defaultdict[uuid.UUID, list[PersonLedger]] = defaultdict(list)
        claims = visible_claims(actor)
        concerned = None
        if case_ids is not None:
            claims = claims.filter(Q(case__in=case_ids) | Q(person__case__in=case_ids))
        else:
            # Only those for whom there is or may be something to apply for, not everybody.
            family = claims.filter(person__isnull=True).values("case")
            mine = Q(id__in=claims.filter(person__isnull=False).values("person")) | Q(case__in=family)
            seen = policy.visible_cases(actor, "compensation.read", "case__")
            concerned = Person.objects.filter(seen, who_may_apply() | mine).values("id")
        self.claims = list(_ordered(claims))
        if concerned is None or concerned.exists():
            for ledger in ledgers(actor, today=today, terms=self.terms, case_ids=case_ids, person_ids=concerned):
                self.people[ledger.person.person_id] = ledger
                self.cases[ledger.person.case_id].append(ledger)
        # By whom they are for.
        self.about: defaultdict[uuid.UUID, list[Claim]] = defaultdict(list)
        for claim in self.claims:
            self.about[_about(claim)].append(claim)

    @cached_property
    def lines(self) -> list[ClaimLine]:
        return [self.line(claim) for claim in self.claims]

    def line(self, claim: Claim) -> ClaimLine:
        ledger = self.people.get(claim.person_id) if claim.person_id else None
        ground = GROUNDS[claim.ground]
        return ClaimLine(
            ground=ground,
            period=(claim.period_from, claim.period_to),
            case_id=claim.case_id,
            case_number=claim.case.number,
            protected=claim.case.protected or (ledger is not None and ledger.person.protected),
            person_id=claim.person_id,
            name=ledger.person.name if ledger else "",
            last_day=last_day(
                ground,
                claim.period_to,
                received_on=self.received(claim).value,
                first_claim=self.first(claim),
                terms=self.terms,
            ),
            amount=self.amount(claim),
            claim=claim,
        )

    def received(self, claim: Claim) -> Answer[date]:
        """Mottagandedatum of the person; for a family the earliest one."""
        found = [self.people[claim.person_id]] if claim.person_id in self.people else self.cases[claim.case_id]
        known = [ledger.received for ledger in found if ledger.received.value]
        return min(known, key=lambda answer: answer.value or date.max, default=Answer(None))

    def first(self, claim: Claim) -> bool:
        """Whether no application on the ground was sent in for the person before this one."""
        others = (
            other.filed_on
            for other in self.about[_about(claim)]
            if other.id != claim.id and other.ground == claim.ground and other.status not in UNSENT
        )
        return not any(day and (claim.filed_on is None or day < claim.filed_on) for day in others)

    def amount(self, claim: Claim) -> Answer[Decimal]:
        """What the rule gives: from the ledger where the law counts days, else from the cost."""
        ground = GROUNDS[claim.ground]
        if ground.entitlements and claim.person_id in self.people:
            owed = _owed(self.people[claim.person_id]).get((ground.code, (claim.period_from, claim.period_to)), [])
            if owed:
                return _sum(owed)
        together = (
            other.cost or Decimal(0)
            for other in self.about[_about(claim)]
            if other.id != claim.id
            and other.status != Status.WITHDRAWN
            and other.period_to == claim.period_to
            and GROUNDS[other.ground].amount is AmountRule.THRESHOLD
        )
        facts = ClaimFacts(on=claim.period_to, cost=claim.cost, fee=claim.fee, other_costs=sum(together, Decimal(0)))
        return amount(ground, facts, self.terms)

    @cached_property
    def proposals(self) -> list[ClaimLine]:
        """What the ledgers say must be applied for, in time and by nobody opened."""
        found = []
        for ledger in self.people.values():
            person = ledger.person
            claims = (*self.about[person.person_id], *self.about[person.case_id])
            for (code, period), owed in _owed(ledger).items():
                ground = GROUNDS[code]
                if period[0] > self.today or any(_covers(claim, code, period) for claim in claims):
                    continue
                last = last_day(ground, period[1], received_on=ledger.received.value, terms=self.terms)
                if last.value and last.value >= self.today:
                    found.append(
                        ClaimLine(
                            ground=ground,
                            period=period,
                            case_id=person.case_id,
                            case_number=person.case_number,
                            protected=person.protected,
                            person_id=person.person_id,
                            name=person.name,
                            last_day=last,
                            amount=_sum(owed),
                        )
                    )
        return _by_last_day(found)

    def due(self) -> list[ClaimLine]:
        """All that remains to be sent in, drafts and proposals, by last day."""
        return _by_last_day([*(line for line in self.lines if line.open), *self.proposals])


def visible_claims(actor: Actor) -> models.QuerySet[Claim]:
    """The claims that the actor may see: by the case, and by that of the person, who may have got one of their own."""
    person = Q(person__isnull=True) | policy.visible_cases(actor, "compensation.read", "person__case__")
    return Claim.objects.filter(policy.visible_cases(actor, "compensation.read", "case__") & person).select_related(
        "case__household", "person"
    )


def _ordered(claims: models.QuerySet[Claim]) -> models.QuerySet[Claim]:
    rank = models.Case(*(When(status=status, then=place) for place, status in enumerate(ORDER)), default=len(ORDER))
    return claims.order_by(rank, "-period_to", "ground", "case__number", "id")


def _by_last_day(lines: Iterable[ClaimLine]) -> list[ClaimLine]:
    return sorted(lines, key=lambda line: (line.last_day.value or date.max, line.case_number, line.name, line.period))


def _about(claim: Claim) -> uuid.UUID:
    """Whom the claim is for: the person, or the case when it is for a family."""
    return claim.person_id or claim.case_id


def _covers(claim: Claim, ground: str, period: Period) -> bool:
    """Whether the claim is made on the ground for some day of the period."""
    return (
        claim.ground == ground
        and claim.status != Status.WITHDRAWN
        and claim.period_from <= period[1]
        and period[0] <= claim.period_to
    )


def _owed(ledger: PersonLedger) -> Mapping[tuple[str, Period], list[Entitlement]]:
    """What is owed to the own municipality by application, by ground and period."""
    found: defaultdict[tuple[str, Period], list[Entitlement]] = defaultdict(list)
    for owed in ledger.own:
        if owed.route is Route.APPLICATION and owed.period and owed.ground in GROUND_OF:
            found[GROUND_OF[owed.ground].code, owed.period].append(owed)
    return found


def _sum(owed: Iterable[Entitlement]) -> Answer[Decimal]:
    owed = list(owed)
    known = [item.amount for item in owed if item.amount is not None]
    steps = tuple(step for item in owed for step in item.steps)
    return Answer(sum(known, Decimal(0)) if len(known) == len(owed) else None, steps)


# --- queries ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What the list asks for. ``search`` looks in case numbers only."""

    status: str = ""
    ground: str = ""
    lapsing: bool = False
    search: str = ""

    def keeps(self, line: ClaimLine, today: date) -> bool:
        return (
            self.status in ("", line.status)
            and self.ground in ("", line.ground.code)
            and self.search.strip().casefold() in line.case_number.casefold()
            and not (self.lapsing and not line.lapses_by(today + timedelta(days=SOON_DAYS)))
        )


@dataclass(frozen=True, slots=True)
class ClaimList:
    """The page *Ansökningar*: what lapses soon, what else nobody has opened, and a page of the claims."""

    lapsing: list[ClaimLine]
    proposals: list[ClaimLine]
    lines: list[ClaimLine]
    more: bool


_SHOWN = ("case_number", "name", "ground", "period", "last_day", "amount", "status")


@transaction.atomic
def claim_list(actor: Actor, wanted: ClaimFilter, *, today: date, offset: int = 0, limit: int = 25) -> ClaimList:
    """Everything of the list's page, from one reading of the register. Audited."""
    register = _Register(actor, today)
    until = today + timedelta(days=SOON_DAYS)
    found = [line for line in register.lines if wanted.keeps(line, today)]
    # Within the order of the work what is to be sent in first comes first.
    found.sort(key=lambda line: (ORDER.index(line.status), line.last_day.value or date.max if line.open else date.min))
    answer = ClaimList(
        [line for line in register.due() if line.lapses_by(until)],
        [line for line in register.proposals if not line.lapses_by(until)],
        found[offset : offset + limit],
        len(found) > offset + limit,
    )
    _listed(actor, "claims.listed", (*answer.lapsing, *answer.proposals, *answer.lines))
    return answer


@transaction.atomic
def lapsing(actor: Actor, today: date, days: int | None = SOON_DAYS) -> list[ClaimLine]:
    """What must be sent in within so many days or is late already, drafts and proposals, by last day. Audited.

    ``days`` None takes everything that has a last day.
    """
    until = date.max if days is None else today + timedelta(days=days)
    found = [line for line in _Register(actor, today).due() if line.lapses_by(until)]
    if found:
        _listed(actor, "claims.listed", found)
    return found


@transaction.atomic
def due_counts(actor: Actor, today: date) -> dict[tuple[date, ClaimGround], int]:
    """How many applications remain to be sent in, by last day and ground: no person, no case."""
    counts: defaultdict[tuple[date, str], int] = defaultdict(int)
    for line in _Register(actor, today).due():
        if line.last_day.value:
            counts[line.last_day.value, line.ground.code] += 1
    return {(day, GROUNDS[code]): count for (day, code), count in sorted(counts.items())}


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """The last days of a month: those of single applications, and those that come whoever has been received."""

    first: date
    lines: list[ClaimLine]
    general: list[GeneralDay]


@transaction.atomic
def calendar_months(actor: Actor, *, today: date, months: int = CALENDAR_MONTHS) -> list[CalendarMonth]:
    """Month by month from this one. Audited."""
    first = today.replace(day=1)
    until = end_of_month(add_months(first, months - 1))
    register = _Register(actor, today)
    lines = [line for line in register.due() if line.last_day.value and first <= line.last_day.value <= until]
    _listed(actor, "claims.listed", lines)
    general = general_days(today, until, register.terms)
    return [
        CalendarMonth(
            month,
            [line for line in lines if line.last_day.value and line.last_day.value.replace(day=1) == month],
            [day for day in general if day.on.replace(day=1) == month],
        )
        for month in (add_months(first, count) for count in range(months))
    ]


def _listed(actor: Actor, action: str, lines: Iterable[ClaimLine]) -> None:
    lines = list(lines)
    audit.record(
        actor,
        action,
        object_type="claim",
        object_ids=dict.fromkeys(line.claim.id for line in lines if line.claim),
        fields=_SHOWN,
        details={"proposals": len({(x.person_id, x.ground.code, x.period) for x in lines if x.claim is None})},
    )


EXPORT_COLUMNS = ("case_number", "ground", "period_from", "period_to", "last_day", "status", "amount", "granted_amount")


@transaction.atomic
def export_claims(actor: Actor, wanted: ClaimFilter, *, today: date) -> list[ClaimLine]:
    """All claims of the list for a file, without names and without protected cases. Audited."""
    found = [line for line in _Register(actor, today).lines if wanted.keeps(line, today) and not line.protected]
    audit.record(
        actor,
        "claims.exported",
        object_type="claim",
        object_ids=[line.claim.id for line in found if line.claim],
        fields=EXPORT_COLUMNS,
    )
    return found


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """Everything about a claim on one page."""

    line: ClaimLine
    received: Answer[date]
    evidence: list[ClaimEvidence]
    events: list[ClaimEvent]
    may_appeal: Answer[bool]
    appeal_by: Answer[date] | None
    may_work: policy.Verdict

    @property
    def claim(self) -> Claim:
        assert self.line.claim is not None
        return self.line.claim

    @property
    def late(self) -> bool:
        """Whether the application was sent in after the last day."""
        return after_last_day(self.line.last_day, self.claim.filed_on)

    @property
    def next(self) -> frozenset[str]:
        """The statuses that may follow, as the law lets them."""
        found = TRANSITIONS[self.claim.status]
        return found if self.may_appeal.value else found - {Status.APPEALED}

    @property
    def to_do(self) -> int:
        return sum(row.ready_on is None for row in self.evidence)


def after_last_day(last: Answer[date], day: date | None) -> bool:
    return bool(day and last.value and day > last.value)


@transaction.atomic
def claim_page(actor: Actor, claim_id: uuid.UUID, *, today: date) -> ClaimPage:
    """A claim that the actor may see. Raises NotVisible. Audited."""
    claim = visible_claims(actor).filter(pk=claim_id).first()
    if claim is None:
        raise NotVisible(action="compensation.read", object_id=str(claim_id))
    register = _Register(actor, today, case_ids=_cases(claim))
    line = register.line(claim)
    audit.record(
        actor,
        "claim.viewed",
        object_type="claim",
        object_ids=[claim.id],
        case=claim.case,
        fields=(*_SHOWN, "cost", "fee", "evidence", "events", "note"),
    )
    return ClaimPage(
        line,
        register.received(claim),
        list(claim.evidence.select_related("ready_by")),
        list(claim.events.select_related("by")),
        may_appeal(line.ground),
        appeal_by(line.ground, claim.decided_on, register.terms) if claim.decided_on else None,
        policy.may_with_case(actor, "compensation.work", claim.case),
    )


def _cases(claim: Claim) -> list[uuid.UUID]:
    """The case of the claim, and that of its person."""
    return [claim.case_id, *([claim.person.case_id] if claim.person else [])]


@transaction.atomic
def case_to_claim_for(actor: Actor, number: str, *, today: date) -> tuple[Case, list[PersonLedger]] | None:
    """The case with a number and its persons, to open a claim for; None when the actor sees no such case. Audited."""
    policy.require(actor, "compensation.read")
    case = Case.objects.filter(policy.visible_cases(actor, "compensation.read"), number__iexact=number.strip()).first()
    return None if case is None else (case, ledgers(actor, today=today, case_ids=[case.id]))


# --- services ---------------------------------------------------------------------------------------------------------


# What an event says when its status alone does not tell what happened.
OPENED = gettext_noop("Ansökan öppnades.")
CHANGED = gettext_noop("Kostnad, belopp eller anteckning ändrades.")
REOPENED = gettext_noop("Ansökan togs upp igen.")


def _hold(actor: Actor, claim: Claim) -> None:
    """The claim as it is now, if the actor may work with it; its case is locked until the transaction ends."""
    policy.hold_with_case(actor, "compensation.work", claim.case, see="compensation.read")
    fresh = visible_claims(actor).filter(pk=claim.pk).first()
    if fresh is None:
        raise NotVisible(action="compensation.work", object_id=str(claim.pk))
    for column in Claim._meta.concrete_fields:
        setattr(claim, column.attname, getattr(fresh, column.attname))


def _follows(claim: Claim, status: str) -> None:
    """Raise ValidationError unless the status may follow on the present one."""
    if status not in TRANSITIONS[claim.status]:
        raise ValidationError(
            _("Ansökan är %(status)s, så det går inte. Läs in sidan igen och se vad som kan göras.")
            % {"status": claim.get_status_display().lower()}
        )


def _happened(
    actor: Actor, claim: Claim, deed: str, *, on: date, comment: str = "", details: Mapping[str, Any] | None = None
) -> Claim:
    """Save, and tell what happened: an event for the reader, a row for the journal."""
    claim.save()
    ClaimEvent.objects.create(
        claim=claim, by_id=actor.user_id, status=claim.status, on=on, comment=comment.strip()[:500]
    )
    audit.record(
        actor,
        f"claim.{deed}",
        object_type="claim",
        object_ids=[claim.id],
        case=claim.case,
        details={"ground": claim.ground, "status": claim.status, "on": on, **(details or {})},
    )
    return claim


def _not_after(day: date, today: date, name: str) -> None:
    if day > today:
        raise ValidationError({name: _("Dagen har inte varit än. Skriv en dag till och med i dag.")})


@transaction.atomic
def open_claim(
    actor: Actor, *, case: Case, ground: str, period_to: date, today: date, person: Person | None = None, note: str = ""
) -> Claim:
    """A claim to prepare, with the checklist of its ground. The period is the ground's own around ``period_to``.

    Raises ValidationError for a period that has not begun or that the ground does not hold in, for a person of another
    case, and when the claim is open already.
    """
    policy.hold_with_case(actor, "compensation.work", case, see="compensation.read")
    if ground not in GROUNDS:
        raise ValidationError({"ground": _("Välj vad ersättningen gäller.")})
    found = GROUNDS[ground]
    period = period_around(found, period_to)
    words = {"section": found.section, "act": found.act, "period": period_words(found, period)}
    if person is None and not found.family:
        raise ValidationError({"person": _("Välj vem ersättningen gäller.")})
    # As it is now, with the case held: the person may have moved to another since the page was read.
    if person is not None and not Person.objects.filter(pk=person.pk, case=case).exists():
        raise ValidationError({"person": _("Personen hör till ett annat ärende. Öppna ansökan därifrån.")})
    if period[0] > today:
        raise ValidationError({"period_to": _("Perioden har inte börjat. Ersättning söks i efterskott.")})
    if not found.holds(period):
        raise ValidationError({"period_to": _("%(section)s förordningen (%(act)s) gäller inte %(period)s.") % words})
    claim = Claim(
        case=case,
        person=person,
        ground=ground,
        period_from=period[0],
        period_to=period[1],
        note=note.strip()[:500],
        created_by_id=actor.user_id,
    )
    if _taken(claim, period):
        raise ValidationError(
            _("Det finns redan en ansökan enligt %(section)s för %(period)s. Arbeta vidare med den.") % words
        )
    claim.save(force_insert=True)
    ClaimEvidence.objects.bulk_create(
        ClaimEvidence(claim=claim, position=place, code=code, text=EVIDENCE[code].sv)
        for place, code in enumerate(found.evidence, 1)
    )
    return _happened(actor, claim, "opened", on=today, comment=OPENED)


def _taken(claim: Claim, period: Period) -> bool:
    """Whether another claim is made on the ground for the same and some day of the period. The case is held."""
    same = Q(person=claim.person) if claim.person else Q(person__isnull=True, case=claim.case)
    others = Claim.objects.filter(same, ground=claim.ground).exclude(pk=claim.pk)
    return any(_covers(other, claim.ground, period) for other in others)


def _open_for_evidence(actor: Actor, claim: Claim) -> None:
    _hold(actor, claim)
    if claim.status not in OPEN:
        raise ValidationError(_("Ansökan är avgjord. Underlaget kan inte ändras."))


def _evidence(claim: Claim, evidence_id: int) -> ClaimEvidence:
    row = ClaimEvidence.objects.filter(claim=claim, pk=evidence_id).first()
    if row is None:
        raise NotVisible(action="compensation.work", object_id=str(evidence_id))
    return row


def _evidence_changed(actor: Actor, claim: Claim, deed: str, row: ClaimEvidence) -> None:
    audit.record(
        actor,
        f"claim.evidence_{deed}",
        object_type="claim",
        object_ids=[claim.id],
        case=claim.case,
        details={"evidence": row.code or row.position},
    )


@transaction.atomic
def tick_evidence(actor: Actor, *, claim: Claim, evidence_id: int, ready: bool, today: date) -> ClaimEvidence:
    """A line of the checklist is there, or is not there after all."""
    _open_for_evidence(actor, claim)
    row = _evidence(claim, evidence_id)
    row.ready_on, row.ready_by_id = (today, actor.user_id) if ready else (None, None)
    row.save(update_fields=["ready_on", "ready_by"])
    _evidence_changed(actor, claim, "ready" if ready else "missing", row)
    return row


@transaction.atomic
def add_evidence(actor: Actor, *, claim: Claim, text: str) -> ClaimEvidence:
    """One more line: the attachments that are asked for have not been read for this program (U11)."""
    _open_for_evidence(actor, claim)
    if not text.strip():
        raise ValidationError({"text": _("Skriv vad som ska bifogas.")})
    last = claim.evidence.aggregate(last=models.Max("position"))["last"] or 0
    row = ClaimEvidence.objects.create(claim=claim, position=last + 1, text=text.strip()[:300])
    _evidence_changed(actor, claim, "added", row)
    return row


@transaction.atomic
def remove_evidence(actor: Actor, *, claim: Claim, evidence_id: int) -> None:
    """A line that is not needed."""
    _open_for_evidence(actor, claim)
    row = _evidence(claim, evidence_id)
    _evidence_changed(actor, claim, "removed", row)
    row.delete()


@transaction.atomic
def change_claim(
    actor: Actor,
    *,
    claim: Claim,
    today: date,
    cost: Decimal | None = None,
    fee: Decimal | None = None,
    amount: Decimal | None = None,
    note: str = "",
) -> Claim:
    """What it cost, what is deducted, and the amount when it is to be another than the rule gives. Only in a draft."""
    _hold(actor, claim)
    if claim.status != Status.DRAFT:
        raise ValidationError(_("Ansökan är inskickad. Återta den och ta upp den igen för att ändra."))
    for name, value in (("cost", cost), ("fee", fee), ("amount", amount)):
        if value is not None and value < 0:
            raise ValidationError({name: _("Beloppet kan inte vara mindre än noll.")})
    claim.cost, claim.fee, claim.amount, claim.note = cost, fee, amount, note.strip()[:500]
    return _happened(actor, claim, "changed", on=today, comment=CHANGED)


@transaction.atomic
def file_claim(
    actor: Actor, *, claim: Claim, filed_on: date, today: date, reference: str = "", comment: str = ""
) -> Claim:
    """The application is sent in. The amount is kept as it is that day: written by hand, or as the rule gives.

    A day after the last one is told and never refused: there may be särskilda skäl.
    """
    _hold(actor, claim)
    _follows(claim, Status.FILED)
    _not_after(filed_on, today, "filed_on")
    if filed_on < claim.period_from:
        raise ValidationError({"filed_on": _("Perioden hade inte börjat då. Kontrollera dagen.")})
    line = _Register(actor, today, case_ids=_cases(claim)).line(claim)
    if not line.kronor:
        raise ValidationError(_("Det finns inget belopp att söka. Skriv kostnaden eller beloppet först."))
    claim.status, claim.amount, claim.filed_on = Status.FILED, line.kronor, filed_on
    claim.reference = reference.strip()[:60]
    late = after_last_day(line.last_day, filed_on)
    return _happened(actor, claim, "filed", on=filed_on, comment=comment, details={"late": late})


@transaction.atomic
def decide_claim(
    actor: Actor,
    *,
    claim: Claim,
    status: str,
    decided_on: date,
    today: date,
    granted_amount: Decimal | None = None,
    comment: str = "",
) -> Claim:
    """What Migrationsverket or a court decided. A grant is of the whole amount when none is given."""
    _hold(actor, claim)
    if status not in DECIDED:
        raise ValidationError({"status": _("Välj vad beslutet blev.")})
    latest = max(day for day in (claim.filed_on, claim.appealed_on, date.min) if day)
    _follows(claim, status)
    _not_after(decided_on, today, "decided_on")
    if decided_on < latest:
        raise ValidationError({"decided_on": _("Beslutet kan inte vara tidigare än ansökan eller överklagandet.")})
    applied = claim.amount or Decimal(0)
    if granted_amount is None:
        granted_amount = applied if status == Status.GRANTED else Decimal(0)
    fits = {
        Status.GRANTED: granted_amount >= applied,
        Status.PARTLY: 0 < granted_amount < applied,
        Status.REFUSED: granted_amount == 0,
    }
    if not fits[Status(status)]:
        words = _("Beloppet stämmer inte med beslutet. Kommunen sökte %(amount)s kronor.")
        raise ValidationError({"granted_amount": words % {"amount": localize(applied)}})
    claim.status, claim.decided_on, claim.granted_amount = status, decided_on, granted_amount
    return _happened(actor, claim, "decided", on=decided_on, comment=comment)


@transaction.atomic
def appeal_claim(actor: Actor, *, claim: Claim, appealed_on: date, today: date, comment: str = "") -> Claim:
    """The decision is appealed. Refused when the law lets nobody appeal it; a late day is told and not refused."""
    _hold(actor, claim)
    allowed = may_appeal(GROUNDS[claim.ground])
    if not allowed.value:
        raise ValidationError(
            _("Beslut enligt %(section)s förordningen (%(act)s) får inte överklagas.")
            % {"section": GROUNDS[claim.ground].section, "act": GROUNDS[claim.ground].act}
        )
    _follows(claim, Status.APPEALED)
    _not_after(appealed_on, today, "appealed_on")
    if claim.decided_on and appealed_on < claim.decided_on:
        raise ValidationError({"appealed_on": _("Överklagandet kan inte vara tidigare än beslutet.")})
    claim.status, claim.appealed_on = Status.APPEALED, appealed_on
    return _happened(actor, claim, "appealed", on=appealed_on, comment=comment)


@transaction.atomic
def withdraw_claim(actor: Actor, *, claim: Claim, on: date, today: date, comment: str = "") -> Claim:
    """The application is taken back before it is decided. It stays in the register and can be taken up again."""
    _hold(actor, claim)
    _follows(claim, Status.WITHDRAWN)
    _not_after(on, today, "on")
    claim.status = Status.WITHDRAWN
    return _happened(actor, claim, "withdrawn", on=on, comment=comment)


@transaction.atomic
def reopen_claim(actor: Actor, *, claim: Claim, today: date) -> Claim:
    """A withdrawn application becomes a draft again, unless another has been opened for the same."""
    _hold(actor, claim)
    _follows(claim, Status.DRAFT)
    if _taken(claim, (claim.period_from, claim.period_to)):
        raise ValidationError(_("Det finns redan en annan ansökan för samma period. Arbeta vidare med den."))
    if claim.amount == _Register(actor, today, case_ids=_cases(claim)).amount(claim).value:
        # Nobody wrote it: let it follow the rule again.
        claim.amount = None
    claim.status, claim.filed_on, claim.reference = Status.DRAFT, None, ""
    return _happened(actor, claim, "reopened", on=today, comment=REOPENED)


@transaction.atomic
def discard_claim(actor: Actor, *, claim: Claim) -> None:
    """A draft that shall not become an application: it goes with its checklist, and the journal remembers it."""
    _hold(actor, claim)
    if claim.status != Status.DRAFT:
        raise ValidationError(_("Bara ett utkast kan tas bort. En inskickad ansökan återtas."))
    audit.record(
        actor,
        "claim.discarded",
        object_type="claim",
        object_ids=[claim.id],
        case=claim.case,
        details={"ground": claim.ground, "period_from": claim.period_from, "period_to": claim.period_to},
    )
    claim.delete()
