"""Owed against paid for the persons whose money the actor may see: the lines, what has been cleared up, and the deeds.

The matching is :mod:`hemvist.planning.reconciliation`; here it gets the ledgers, the payments, and other assumptions to
count on when something differs.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.compensation.importing import why_unmatched
from hemvist.compensation.ledger import PersonLedger, ledger_of, ledgers
from hemvist.compensation.models import Clearance, Payment
from hemvist.compensation.payment_file import dossier_mark, twelve_digits
from hemvist.compensation.queries import clearances, compared, holding, visible_payments
from hemvist.law import parameters
from hemvist.law.calendar import add_months
from hemvist.law.compensation import (
    NOWHERE,
    CompensationFacts,
    Entitlement,
    Ground,
    InitialRate,
    Registration,
    Terms,
    entitlements,
)
from hemvist.law.parameters import Parameter
from hemvist.law.rulings import QUESTIONS
from hemvist.organisation.queries import rulings_on
from hemvist.planning.reconciliation import (
    ASSUMPTIONS,
    NUMBERED,
    Alternative,
    Kind,
    Line,
    Reason,
    explained,
    months_between,
    other_cohort,
    other_reading,
)
from hemvist.reception.compensation_facts import CompensationPerson
from hemvist.reception.facts import search_key
from hemvist.reception.models import Person

# --- other assumptions ------------------------------------------------------------------------------------------------

_MOVES = frozenset({Ground.MOVE_EARLY, Ground.MOVE_PERIOD})
_HOUSING = frozenset({Ground.ASYLUM_HOUSING, Ground.ASSIGNED_HOUSING})
# Ages well within each band of amounts.
_AGES: tuple[tuple[str, int, frozenset[Ground]], ...] = (
    ("age_below_20", 10, frozenset({Ground.INITIAL})),
    ("age_below_limit", 40, NUMBERED | {Ground.INITIAL}),
    ("age_from_limit", 80, NUMBERED | {Ground.INITIAL}),
    ("age_child", 10, _HOUSING),
    ("age_adult", 40, _HOUSING),
)
_COHORTS = ("compensation.standard.below_limit", "compensation.standard.from_limit", "compensation.age_limit")


@dataclass(frozen=True, slots=True)
class _AsReceived(Terms):
    """The figures of another cohort, with everything else as it was."""

    cohort: date | None = None

    def get(self, key: str, on: date, received_on: date | None = None) -> Parameter:
        return Terms.get(self, key, on, self.cohort if received_on else None)


@dataclass(frozen=True, slots=True)
class _Assumptions:
    """What would be owed to us for the person on each other assumption that somebody may have made."""

    ledger: PersonLedger
    terms: Terms
    until: date

    def __iter__(self) -> Iterator[Alternative]:
        yield from self._age()
        yield from self._rate()
        if self.ledger.facts.received_on:
            yield from self._registration(self.ledger.facts.received_on)
            yield from self._reception(self.ledger.facts.received_on)
        yield from self._readings()

    def _counted(self, facts: CompensationFacts, terms: Terms | None = None) -> tuple[Entitlement, ...]:
        owed = entitlements(facts, terms or self.terms, until=self.until)
        return tuple(item for item in owed if item.municipality == self.ledger.home)

    def _only(self, grounds: Collection[Ground], facts: CompensationFacts) -> tuple[Entitlement, ...]:
        """What other facts give on some grounds, with our own amounts on the rest."""
        own = (item for item in self.ledger.own if item.ground not in grounds)
        return (*(item for item in self._counted(facts) if item.ground in grounds), *own)

    def _age(self) -> Iterator[Alternative]:
        facts = self.ledger.facts
        day = facts.received_on or min((stay.start for stay in facts.stays), default=self.until)
        for code, age, grounds in _AGES:
            other = replace(facts, birth_date=add_months(day, -12 * age))
            yield Alternative(ASSUMPTIONS[code], self._only(grounds, other))

    def _rate(self) -> Iterator[Alternative]:
        for rate in InitialRate:
            if rate is not self.ledger.facts.initial_rate:
                other = replace(self.ledger.facts, initial_rate=rate, rate_steps=())
                yield Alternative(ASSUMPTIONS[f"rate_{rate}"], self._only({Ground.INITIAL}, other))

    def _registration(self, received_on: date) -> Iterator[Alternative]:
        """Another view of where the person has been registered, and who received the person first."""
        facts, own = self.ledger.facts, self.ledger.own
        nowhere = replace(facts, registrations=(Registration(received_on, NOWHERE),))
        yield Alternative(ASSUMPTIONS["not_registered_here"], self._only(NUMBERED, nowhere))
        later = (item for item in own if item.ground is not Ground.INITIAL and item.number != 1)
        yield Alternative(ASSUMPTIONS["not_first"], tuple(later))
        yield Alternative(ASSUMPTIONS["move_not_counted"], tuple(item for item in own if item.ground not in _MOVES))
        if facts.died_on:
            yield Alternative(ASSUMPTIONS["death_not_counted"], self._counted(replace(facts, died_on=None)))

    def _reception(self, received_on: date) -> Iterator[Alternative]:
        """Only the figures of those who were received before or after the person, or another mottagandedatum."""
        facts, terms = self.ledger.facts, self.terms
        register = parameters.register() if terms.register is None else terms.register
        firsts = {row.received_from for key in _COHORTS for row in register.get(key, ()) if row.received_from}
        own = max((first for first in firsts if first <= received_on), default=None)
        following = min((first for first in firsts if first > received_on), default=None)
        for first, cohort in ((own, own and own - timedelta(days=1)), (following, following)):
            if first and cohort:
                other_terms = _AsReceived(terms.rulings, terms.register, terms.what_if, cohort)
                yield Alternative(other_cohort(first, before=first is own), self._counted(facts, other_terms))
        for code, months in (("received_earlier", -1), ("received_later", 1)):
            other = replace(facts, received_on=add_months(received_on, months))
            yield Alternative(ASSUMPTIONS[code], self._counted(other))

    def _readings(self) -> Iterator[Alternative]:
        """Each other answer to an open legal question, mottagandedatum and who is covered included."""
        for question in QUESTIONS.values():
            if not question.default:
                continue
            chosen = self.terms.chosen(question.key).option
            for option in (option for option in question.options if option != chosen):
                rulings = {**self.terms.rulings, question.key: option}
                owed = ledger_of(self.ledger.person, replace(self.terms, rulings=rulings), self.until).own
                yield Alternative(other_reading(question, option), owed)


def alternatives(ledger: PersonLedger, terms: Terms, until: date) -> Iterable[Alternative]:
    """What would be owed to us on other assumptions: another age, cohort, rate, place, day or reading of the law."""
    return _Assumptions(ledger, terms, until)


# --- the lines --------------------------------------------------------------------------------------------------------


class _Account:
    """One person's ledger and payments. Reasons cost counting many times, so they are looked for when asked for."""

    def __init__(self, ledger: PersonLedger, payments: list[Payment], terms: Terms, today: date) -> None:
        self.ledger, self.terms, self.today = ledger, terms, today
        self.payments = {str(payment.id): payment for payment in payments}
        self.lines = compared(ledger, payments, today)

    @cached_property
    def reasons(self) -> Mapping[str, Line]:
        """The lines with their reasons, by code."""
        told = explained(self.lines, lambda: alternatives(self.ledger, self.terms, self.today), self.today)
        return {line.code: line for line in told}


@dataclass(frozen=True)
class ReconciledLine:
    """A line with its person, and how the difference was cleared up if that still holds."""

    account: _Account
    line: Line
    cleared: Clearance | None = None

    @property
    def person(self) -> CompensationPerson:
        return self.account.ledger.person

    @property
    def kind(self) -> Kind:
        return self.line.kind

    @property
    def needs_attention(self) -> bool:
        return self.line.needs_attention and self.cleared is None

    @property
    def at_risk(self) -> Decimal:
        """What may have to be repaid, until somebody has cleared it up."""
        return Decimal(0) if self.cleared else self.line.at_risk

    @property
    def payments(self) -> list[Payment]:
        return [self.account.payments[payment.id] for payment in self.line.payments]

    @property
    def told(self) -> Line:
        """The line with its reasons."""
        return self.account.reasons[self.line.code]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.told.reasons


@dataclass(frozen=True, slots=True)
class Total:
    """The lines of a kind in numbers."""

    count: int
    owed: Decimal
    paid: Decimal
    difference: Decimal


@dataclass(frozen=True)
class Reconciliation:
    """Owed against paid. ``since`` is the month it begins with; ``unmatched`` are payments without a person.

    Before any payment is known it has not ``begun``.
    """

    lines: tuple[ReconciledLine, ...]
    unmatched: tuple[Payment, ...]
    since: date
    begun: bool

    @cached_property
    def totals(self) -> Mapping[Kind, Total]:
        """Each kind, those without lines too."""
        by_kind: dict[Kind, list[Line]] = {kind: [] for kind in Kind}
        for row in self.lines:
            by_kind[row.kind].append(row.line)
        return {
            kind: Total(
                len(found),
                sum((line.owed_amount or Decimal(0) for line in found), Decimal(0)),
                sum((line.paid for line in found), Decimal(0)),
                sum((line.difference for line in found), Decimal(0)),
            )
            for kind, found in by_kind.items()
        }

    @cached_property
    def repayment_risk(self) -> Decimal:
        return sum((row.at_risk for row in self.lines), Decimal(0))

    @property
    def to_do(self) -> int:
        return sum(row.needs_attention for row in self.lines)

    @property
    def cleared(self) -> int:
        return sum(row.cleared is not None for row in self.lines)


@transaction.atomic
def reconcile_all(actor: Actor, *, today: date, since: date | None = None, until: date | None = None) -> Reconciliation:
    """What is owed against what was paid, month by month and person by person. Fixed number of SQL queries; audited.

    Lines that are due, or paid, before ``since`` or after ``until`` are left out, not their payments: what a payment
    belongs to does not hang on which months are shown. Without ``since`` it begins with the month of the first payment
    that is known, since nothing is known to be missing from before the first list.
    """
    accounts, payments = _accounts(actor, today)
    unmatched = tuple(payment for payment in payments if payment.person_id is None)
    if since is None:
        since = min((payment.paid_on for payment in payments), default=today).replace(day=1)
    cleared = clearances(actor)
    lines = [
        ReconciledLine(account, line, holding(line, cleared[account.ledger.person.person_id]))
        for account in accounts
        for line in account.lines
        if _within(line, since, until)
    ]
    found = Reconciliation(tuple(lines), unmatched, since, begun=bool(payments))
    audit.record(
        actor,
        "reconciliation.viewed",
        object_type="payment",
        # Those with a person are told by the persons of the ledgers.
        object_ids=[payment.id for payment in unmatched],
        fields=("amount", "ground", "number"),
        details={kind.value: total.count for kind, total in found.totals.items()},
    )
    return found


def _within(line: Line, since: date, until: date | None) -> bool:
    months = (line.month, *(payment.paid_on.replace(day=1) for payment in line.payments))
    return any(since.replace(day=1) <= month <= (until or date.max) for month in months)


def _accounts(
    actor: Actor, today: date, person_ids: Collection[uuid.UUID] | None = None
) -> tuple[list[_Account], list[Payment]]:
    """The accounts of persons that the actor may see, and their payments; with all persons also those without one."""
    terms = Terms(rulings_on(today))
    found = ledgers(actor, today=today, terms=terms, person_ids=person_ids)
    seen = Payment.objects.filter(visible_payments(actor)).select_related("file", "matched_user")
    payments = list(seen if person_ids is None else seen.filter(person_id__in=person_ids))
    by_person: dict[uuid.UUID | None, list[Payment]] = defaultdict(list)
    for payment in payments:
        by_person[payment.person_id].append(payment)
    return [_Account(ledger, by_person[ledger.person.person_id], terms, today) for ledger in found], payments


EXPORT_COLUMNS = ("case_number", "ground", "month", "owed", "paid", "difference", "state")


@transaction.atomic
def exported(actor: Actor, lines: Iterable[ReconciledLine]) -> list[ReconciledLine]:
    """The lines that may stand in a file: without names and numbers, and without protected cases. One audit row."""
    policy.require(actor, "compensation.read")
    rows = [row for row in lines if not row.person.protected]
    audit.record(
        actor,
        "reconciliation.exported",
        object_type="person",
        object_ids=dict.fromkeys(row.person.person_id for row in rows),
        fields=EXPORT_COLUMNS,
    )
    return rows


# --- a difference -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One line to look into, with what was cleared up before."""

    row: ReconciledLine
    earlier: tuple[Clearance, ...]


@transaction.atomic
def get_difference(actor: Actor, person_id: uuid.UUID, code: str, *, today: date) -> Difference:
    """A line of a person that the actor may see. Audited by the reading of the person. Raises NotVisible."""
    accounts, _payments = _accounts(actor, today, [person_id])
    for account in accounts:
        for line in account.lines:
            if line.code == code:
                cleared = clearances(actor, person_id)[person_id]
                return Difference(
                    ReconciledLine(account, line, holding(line, cleared)), tuple(cleared.get(line.key, ()))
                )
    raise NotVisible(action="compensation.read", object_id=str(person_id))


@transaction.atomic
def clear_difference(
    actor: Actor,
    *,
    person_id: uuid.UUID,
    code: str,
    difference: Decimal,
    cause: str,
    comment: str,
    today: date,
) -> Clearance:
    """Say how a difference was cleared up. It holds until the difference is another.

    ``difference`` is the one that the actor saw. Raises NotVisible, Refused and ValidationError.
    """
    _hold_person(actor, person_id)
    row = get_difference(actor, person_id, code, today=today).row
    line = row.line
    if not line.needs_attention:
        raise ValidationError(_("Det finns ingen skillnad att klara upp här längre."))
    if line.difference != difference:
        raise ValidationError(_("Skillnaden har ändrats sedan du öppnade sidan. Läs om den och ta ställning igen."))
    if cause not in Clearance.Cause.values:
        raise ValidationError({"cause": _("Välj hur skillnaden är utredd.")})
    if not comment.strip():
        raise ValidationError({"comment": _("Skriv kort vad du har kommit fram till.")})
    ground, number, period_from = line.key
    clearance = Clearance.objects.create(
        person_id=person_id,
        ground=ground,
        number=number,
        period_from=period_from,
        difference=difference,
        cause=cause,
        comment=comment.strip()[:500],
        cleared_by_id=actor.user_id,
    )
    audit.record(
        actor,
        "difference.cleared",
        object_type="person",
        object_ids=[person_id],
        case=row.person.case_id,
        details={"line": code, "cause": cause},
    )
    return clearance


# --- payments and persons ---------------------------------------------------------------------------------------------


@transaction.atomic
def match_payment(actor: Actor, payment_id: uuid.UUID, person_id: uuid.UUID) -> Payment:
    """Say whom a payment without a person is for. It then belongs to the branch that owns the person's case."""
    person = _hold_person(actor, person_id)
    payment = _hold_payment(actor, payment_id)
    if payment.person_id:
        raise ValidationError(_("Utbetalningen är redan kopplad till en person. Ta bort den kopplingen först."))
    return _tie(actor, payment, person, "payment.matched")


@transaction.atomic
def unmatch_payment(actor: Actor, payment_id: uuid.UUID) -> Payment:
    """Take back a match that was wrong. The payment is then matched only by hand, not by its number again."""
    policy.require(actor, "compensation.work")
    person_id = Payment.objects.filter(id=payment_id).values_list("person_id", flat=True).first()
    if person_id is None:
        _hold_payment(actor, payment_id)
        raise ValidationError(_("Utbetalningen är inte kopplad till någon person."))
    person = _hold_person(actor, person_id)
    payment = _hold_payment(actor, payment_id)
    if payment.person_id != person.id:
        raise ValidationError(_("Kopplingen har ändrats av någon annan. Läs om sidan."))
    return _tie(actor, payment, person, "payment.unmatched")


def _hold_person(actor: Actor, person_id: uuid.UUID) -> Person:
    """A person whose money the actor works with, the case locked: before anything else. Raises NotVisible, Refused."""
    person = Person.objects.select_related("case").filter(id=person_id).first()
    if person is None:
        raise NotVisible(action="compensation.work", object_id=str(person_id))
    policy.hold_with_case(actor, "compensation.work", person.case, see="compensation.read")
    return person


def _hold_payment(actor: Actor, payment_id: uuid.UUID) -> Payment:
    """A payment that the actor may see, of the own branch, its row locked. Raises NotVisible."""
    payment = (
        Payment.objects.select_for_update(of=("self",))
        .select_related("file")
        .filter(visible_payments(actor, "compensation.work"), id=payment_id)
        .first()
    )
    if payment is None:
        raise NotVisible(action="compensation.work", object_id=str(payment_id))
    return payment


def _tie(actor: Actor, payment: Payment, person: Person, action: str) -> Payment:
    matched = action == "payment.matched"
    payment.person = person if matched else None
    payment.branch_id = person.case.branch_id if matched else payment.file.branch_id
    payment.matched_by, payment.matched_user_id = Payment.MatchedBy.HAND, actor.user_id
    payment.save(update_fields=["person", "branch", "matched_by", "matched_user"])
    audit.record(actor, action, object_type="payment", object_ids=[payment.id, person.id], case=person.case_id)
    return payment


# --- who a payment may be for -----------------------------------------------------------------------------------------

LIKENESS = 0.75
MOST_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody that a payment may be for: how like the numbers are (0 to 1), and whether the amount is waited for."""

    person: CompensationPerson
    likeness: float
    number: str
    awaited: Line | None

    @property
    def alike(self) -> bool:
        return self.likeness >= LIKENESS


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A payment without a person, with those that it may be for, the likeliest first."""

    payment: Payment
    reason: str
    candidates: tuple[Candidate, ...]
    more: bool


@transaction.atomic
def candidates(actor: Actor, payment_id: uuid.UUID, *, today: date, search: str = "") -> Unmatched:
    """A payment without a person and whom it may be for: by number and amount, or by a search among those that the
    actor may see. Audited. Raises NotVisible.
    """
    policy.require(actor, "compensation.work")
    payment = (
        Payment.objects.filter(visible_payments(actor, "compensation.work"), id=payment_id, person__isnull=True)
        .select_related("file", "matched_user")
        .first()
    )
    if payment is None:
        raise NotVisible(action="compensation.work", object_id=str(payment_id))
    accounts, _payments = _accounts(actor, today)
    found = [_candidate(account, payment, today) for account in accounts]
    if search.strip():
        found = [one for one in found if is_meant(one.person, search)]
    else:
        found = [one for one in found if one.alike or one.awaited]
    found.sort(
        key=lambda one: (not one.alike, one.awaited is None, -one.likeness, one.person.case_number, one.person.name)
    )
    audit.record(
        actor,
        "payment.viewed",
        object_type="payment",
        object_ids=[payment.id],
        fields=("amount", "ground", "number"),
        details={"searched": bool(search.strip())},
    )
    reason = why_unmatched(actor, payment, today)
    return Unmatched(payment, reason, tuple(found[:MOST_CANDIDATES]), len(found) > MOST_CANDIDATES)


def _candidate(account: _Account, payment: Payment, today: date) -> Candidate:
    likeness, number = max(
        ((_likeness(payment, kind, value, today), value) for kind, value in account.ledger.person.identifiers),
        default=(0.0, ""),
    )
    awaited = (
        line
        for line in account.lines
        if line.owed
        and not line.payments
        and payment.ground in ("", line.ground)
        and payment.instalment in (None, line.key[1])
        and line.owed_amount == payment.amount
        and 0 <= months_between(line.owed.due_on, payment.paid_on) <= 3
    )
    return Candidate(account.ledger.person, likeness, number, next(awaited, None))


def _likeness(payment: Payment, kind: str, value: str, today: date) -> float:
    """How like the payment's number is to one of the person's: two digits that changed places are still quite like."""
    written = [part for part in payment.number_text.split(", ") if part]
    if kind == "dossier":
        marks = [(dossier_mark(part), dossier_mark(value)) for part in written]
    else:
        marks = [(twelve_digits(part, today) or dossier_mark(part), value) for part in written]
        # Without its century it is as like as with it.
        marks = [(one, other[-len(one) :] if len(one) == 10 else other) for one, other in marks]
    return max((SequenceMatcher(None, one, other).ratio() for one, other in marks if one and other), default=0.0)


def is_meant(person: CompensationPerson, search: str) -> bool:
    """Whether the words are part of the name, the case number or a number."""
    words, mark = search_key(search), dossier_mark(search)
    return (
        words in search_key(person.name)
        or search.strip().casefold() in person.case_number.casefold()
        or (len(mark) >= 4 and any(mark in dossier_mark(value) for _kind, value in person.identifiers))
    )
