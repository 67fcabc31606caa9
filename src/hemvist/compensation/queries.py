"""What the pages about money show: sums without persons for who may see totals, persons only in the own branch."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Min, Q, Sum
from django.db.models.functions import TruncMonth

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import Case
from hemvist.compensation.ledger import (
    GROUPS,
    Line,
    Month,
    PersonLedger,
    derive,
    ledgers,
    lines,
    months,
    year_of,
)
from hemvist.compensation.models import Clearance, Payment
from hemvist.compensation.payment_file import number_mark
from hemvist.law.acts import acts
from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.claims import GROUND_OF
from hemvist.law.compensation import Entitlement, Route, Terms
from hemvist.law.parameters import Parameter
from hemvist.law.rulings import Choice
from hemvist.organisation.models import Responsibility, Unit
from hemvist.organisation.queries import DistributionKey, distribution_keys, responsible_unit
from hemvist.planning.apportion import apportion
from hemvist.planning.reconciliation import Key, Kind, Owed, reconcile
from hemvist.planning.reconciliation import Line as Compared
from hemvist.reception.compensation_facts import people_for_sums, people_page
from hemvist.reception.models import Household, Identifier

# The ordinances that the figures rest on, and until when their texts were read.
RESTS_ON = ("2010:1122", "2017:193", "2026:999", "2026:1326")
PAGE_SIZE = 25
# More persons than any municipality has.
ALL = 1_000_000


def sees_persons(actor: Actor) -> bool:
    """Whether the actor sees persons' money, and not only sums: holds the role in a branch with cases to see."""
    return Case.objects.filter(policy.visible_cases(actor, "compensation.read")).exists()


def summed(
    actor: Actor,
    *,
    today: date,
    until: date | None = None,
    terms: Terms | None = None,
    persons: bool | None = None,
) -> list[PersonLedger]:
    """The ledgers that sums are made of: the actor's own, or everyone's without names and without protected cases.

    ``persons`` is the answer of :func:`sees_persons` when it is known.
    """
    if sees_persons(actor) if persons is None else persons:
        return ledgers(actor, today=today, until=until, terms=terms)
    policy.require(actor, "compensation.totals")
    return derive(people_for_sums(today), today=today, until=until, terms=terms)


def visible_payments(actor: Actor, permission: str = "compensation.read") -> Q:
    """The payments that the actor may see: of the own branch, and of a protected case only for whoever handles it.

    A row without a person is of a protected case too when its number is that of somebody there.
    """
    loose = Q(person__isnull=True) & (Q(branch_id__in=actor.protected_branches(permission)) | ~_protected_number())
    return Q(branch_id__in=actor.branches(permission)) & (
        loose | policy.visible_cases(actor, permission, "person__case__")
    )


def _protected_number() -> Q:
    """The rows without a person that hold a number of somebody in a protected case, whichever way it is written.

    Two queries.
    """
    numbers = Identifier.objects.filter(person__case__protected_since__isnull=False).values_list("value", flat=True)
    marks = {number_mark(value) for value in numbers}
    loose = Payment.objects.filter(person__isnull=True).values_list("id", "number_text")
    return Q(id__in=[row for row, text in loose if marks.intersection(number_mark(part) for part in text.split(", "))])


def paid_by_month(actor: Actor, since: date, until: date, *, persons: bool | None = None) -> dict[date, Decimal]:
    """What came each month, as the imported lists say. ``persons`` as in :func:`summed`."""
    rows = (
        Payment.objects.filter(_summed_payments(actor, persons), paid_on__gte=since, paid_on__lte=until)
        .annotate(month=TruncMonth("paid_on"))
        .values("month")
        .annotate(sum=Sum("amount"))
        .order_by("month")
    )
    return {row["month"]: row["sum"] for row in rows}


def _summed_payments(actor: Actor, persons: bool | None) -> Q:
    if sees_persons(actor) if persons is None else persons:
        return visible_payments(actor)
    policy.require(actor, "compensation.totals")
    return Q(person__case__protected_since__isnull=True) & ~(Q(person__isnull=True) & _protected_number())


def _came_after_claim(actor: Actor, since: date, until: date, *, persons: bool) -> Decimal:
    """What comes only to whoever has applied: it is in what came, but not in what falls due by itself."""
    rows = Payment.objects.filter(
        _summed_payments(actor, persons), paid_on__gte=since, paid_on__lte=until, ground__in=GROUND_OF
    )
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


# --- the overview -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """A year of the state's money, and what the figures rest on.

    ``months`` hold what is paid without application; ``applied`` what can be applied for, by the month of its last day.
    ``after_claim`` is the part of ``paid`` that came after an application.
    Numbers of persons and of single amounts are None for who sees sums only.
    """

    year: int
    months: list[Month]
    applied: Mapping[date, Decimal]
    paid: Mapping[date, Decimal]
    after_claim: Decimal
    due: Decimal
    coming: Decimal
    without_date: int | None
    provisional: tuple[Parameter, ...]
    open_points: tuple[Choice, ...]
    assumptions: int | None
    verified_until: date | None

    @property
    def owed(self) -> Decimal:
        return sum((month.total for month in self.months), Decimal(0))

    @property
    def received(self) -> Decimal:
        return sum(self.paid.values(), Decimal(0))


@transaction.atomic
def overview(actor: Actor, *, year: int, today: date) -> Overview:
    """What is owed and what came in a year, month by month. Fixed number of queries; audited."""
    policy.require(actor, "compensation.totals")
    since, until = year_of(year)
    persons = sees_persons(actor)
    found = summed(actor, today=today, persons=persons)
    rows = lines(found, since=since, until=until)
    ahead = lines(found, since=today, until=end_of_month(add_months(today, 12)))
    audit.record(actor, "compensation.overview_viewed", details={"year": year})
    return Overview(
        year=year,
        months=months(rows, since, until, applied=False),
        applied=_applied(rows),
        paid=paid_by_month(actor, since, until, persons=persons),
        after_claim=_came_after_claim(actor, since, until, persons=persons),
        due=_sum(row for row in rows if row.owed.due_on < today and row.owed.route is Route.AUTOMATIC),
        coming=_sum(row for row in ahead if row.owed.route is Route.AUTOMATIC),
        without_date=sum(one.expected and one.person.received_on is not None for one in found) if persons else None,
        provisional=_once(p for row in rows for p in row.owed.provisional),
        open_points=_choices(row.owed for row in rows),
        assumptions=sum(bool(row.owed.assumed) for row in rows) if persons else None,
        verified_until=verified_until(),
    )


def verified_until() -> date | None:
    """The oldest day on which one of the ordinances that the figures rest on was read."""
    days = [acts()[number].verified_until for number in RESTS_ON if number in acts()]
    return min((day for day in days if day), default=None)


def _applied(rows: Iterable[Line]) -> dict[date, Decimal]:
    sums: dict[date, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.owed.route is Route.APPLICATION:
            sums[row.month] += row.owed.amount or Decimal(0)
    return dict(sums)


def _sum(rows: Iterable[Line]) -> Decimal:
    return sum((row.owed.amount or Decimal(0) for row in rows), Decimal(0))


def _once(found: Iterable[Parameter]) -> tuple[Parameter, ...]:
    return tuple({(parameter.key, parameter.valid_from): parameter for parameter in found}.values())


def _choices(owed: Iterable[Entitlement]) -> tuple[Choice, ...]:
    found = {choice.key: choice for item in owed for choice in item.open_points}
    return tuple(found[key] for key in sorted(found, key=lambda key: int(key[1:])))


# --- person by person -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the list: owed up to today and after, and what came; ``after_claim`` is in what came too."""

    ledger: PersonLedger
    due: Decimal
    coming: Decimal
    paid: Decimal
    after_claim: Decimal
    upcoming: Entitlement | None


def paid_by_person(actor: Actor, person_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Decimal]:
    rows = (
        Payment.objects.filter(visible_payments(actor), person_id__in=person_ids)
        .values("person_id")
        .annotate(sum=Sum("amount"))
    )
    return {row["person_id"]: row["sum"] for row in rows}


def _person_rows(actor: Actor, found: Sequence[PersonLedger], today: date) -> list[PersonRow]:
    ids = [ledger.person.person_id for ledger in found]
    paid = paid_by_person(actor, ids)
    rows = Payment.objects.filter(visible_payments(actor), person_id__in=ids, ground__in=GROUND_OF)
    claimed = {row["person_id"]: row["sum"] for row in rows.values("person_id").annotate(sum=Sum("amount"))}
    return [_person_row(ledger, paid, claimed, today) for ledger in found]


@transaction.atomic
def list_people(
    actor: Actor, *, today: date, search: str = "", state: str = "", offset: int = 0, limit: int = PAGE_SIZE
) -> tuple[list[PersonRow], bool]:
    """One page of persons with their money, by case number. ``state``: running, expected, ended, or empty for all but
    those who never came and whose case is closed.

    A state is derived: asked for, it takes a reading of all who match the search, and otherwise of the page alone.
    """
    first, most = (0, ALL) if state else (offset, limit)
    ids, more = people_page(actor, permission="compensation.read", search=search, offset=first, limit=most)
    found = ledgers(actor, today=today, person_ids=ids)
    if state:
        found = [ledger for ledger in found if _state(ledger, today) == state]
        found, more = found[offset : offset + limit], len(found) > offset + limit
    return _person_rows(actor, found, today), more


def _state(ledger: PersonLedger, today: date) -> str:
    if ledger.expected:
        return "expected"
    last = max((item.due_on for item in ledger.own), default=None)
    return "running" if last and last >= today else "ended"


def _person_row(
    ledger: PersonLedger, paid: Mapping[uuid.UUID, Decimal], claimed: Mapping[uuid.UUID, Decimal], today: date
) -> PersonRow:
    automatic = [item for item in ledger.own if item.route is Route.AUTOMATIC]
    ahead = [item for item in automatic if item.due_on >= today]
    return PersonRow(
        ledger,
        due=sum((item.amount or Decimal(0) for item in automatic if item.due_on < today), Decimal(0)),
        coming=sum((item.amount or Decimal(0) for item in ahead), Decimal(0)),
        paid=paid.get(ledger.person.person_id, Decimal(0)),
        after_claim=claimed.get(ledger.person.person_id, Decimal(0)),
        upcoming=min((item for item in ahead if item.amount), key=lambda item: item.due_on, default=None),
    )


@dataclass(frozen=True, slots=True)
class Split:
    """A unit's part of an amount under the key; ``percent`` None when the ground is not divided."""

    unit: Unit
    percent: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything about a person's money on one page.

    ``compared`` holds what came for each amount, from the first payment that is known; ``cleared`` the keys of the
    differences that somebody has cleared up.
    """

    row: PersonRow
    rows: list[tuple[Entitlement, list[Split]]]
    payments: list[Payment]
    key_confirmed: bool
    compared: Mapping[Key, Compared] = field(default_factory=dict)
    cleared: frozenset[Key] = frozenset()

    @property
    def ledger(self) -> PersonLedger:
        return self.row.ledger

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), Decimal(0))


@transaction.atomic
def person_page(actor: Actor, person_id: uuid.UUID, *, today: date) -> PersonPage:
    """One person's ledger with the split of each amount and the payments. Raises NotVisible."""
    found = ledgers(actor, today=today, person_ids=[person_id])
    if not found:
        raise NotVisible(action="compensation.read", object_id=str(person_id))
    keys = Keys(today)
    payments = list(
        Payment.objects.filter(visible_payments(actor), person_id=person_id).select_related("file").order_by("paid_on")
    )
    rows = [(owed, keys.split(Line(found[0], owed)) if owed in found[0].own else []) for owed in found[0].owed]
    # Nothing is known to be missing from before the first list.
    first = Payment.objects.filter(visible_payments(actor)).aggregate(first=Min("paid_on"))["first"] or today
    known = {
        line.key: line
        for line in compared(found[0], payments, today)
        if line.kind is not Kind.MISSING or line.month >= first.replace(day=1)
    }
    cleared = clearances(actor, person_id)[person_id]
    return PersonPage(
        _person_rows(actor, found, today)[0],
        rows,
        payments,
        keys.confirmed,
        known,
        frozenset(key for key, line in known.items() if holding(line, cleared)),
    )


def compared(ledger: PersonLedger, payments: Iterable[Payment], today: date) -> tuple[Compared, ...]:
    """What is owed for a person against what came."""
    who = str(ledger.person.person_id)
    return reconcile(
        (Owed(who, item) for item in ledger.own),
        (payment.as_paid for payment in payments),
        today=today,
        elsewhere=(Owed(who, item) for item in ledger.lapsed),
    )


def clearances(actor: Actor, person_id: uuid.UUID | None = None) -> defaultdict[uuid.UUID, dict[Key, list[Clearance]]]:
    """What has been cleared up, by person and key, the latest first. One query."""
    rows = Clearance.objects.filter(policy.visible_cases(actor, "compensation.read", "person__case__"))
    if person_id:
        rows = rows.filter(person_id=person_id)
    found: defaultdict[uuid.UUID, dict[Key, list[Clearance]]] = defaultdict(lambda: defaultdict(list))
    for row in rows.select_related("cleared_by"):
        found[row.person_id][row.ground, row.number, row.period_from].append(row)
    return found


def holding(line: Compared, cleared: Mapping[Key, list[Clearance]]) -> Clearance | None:
    """The latest clearance of the line, if the difference is still the one that was cleared up."""
    latest = next(iter(cleared.get(line.key, ())), None)
    return latest if latest and line.needs_attention and latest.difference == line.difference else None


@transaction.atomic
def household_page(actor: Actor, household_id: uuid.UUID, *, today: date) -> list[PersonRow]:
    """The money of a household's persons. Raises NotVisible."""
    found = [
        ledger
        for ledger in ledgers(actor, today=today, case_ids=_case_ids(household_id))
        if ledger.person.household_id == household_id
    ]
    if not found:
        raise NotVisible(action="compensation.read", object_id=str(household_id))
    return _person_rows(actor, found, today)


def _case_ids(household_id: uuid.UUID) -> list[uuid.UUID]:
    return list(Household.objects.filter(id=household_id).values_list("case_id", flat=True))


@transaction.atomic
def month_lines(actor: Actor, first: date, *, today: date) -> list[tuple[Line, list[Split]]]:
    """Every amount that falls due in a month, with its split."""
    keys = Keys(today)
    rows = lines(ledgers(actor, today=today), since=first, until=end_of_month(first))
    return [(row, keys.split(row)) for row in rows]


EXPORT_COLUMNS = ("case_number", "ground", "number", "due_on", "amount", "route", "provisional", "open_points")


@transaction.atomic
def export_lines(actor: Actor, *, since: date, until: date, today: date) -> list[Line]:
    """The amounts of a period for a file, without names and numbers and without protected cases. Audited."""
    rows = [
        row for row in lines(ledgers(actor, today=today), since=since, until=until) if not row.ledger.person.protected
    ]
    audit.record(
        actor,
        "compensation.exported",
        object_type="person",
        object_ids={row.ledger.person.person_id for row in rows},
        fields=EXPORT_COLUMNS,
        details={"since": since, "until": until},
    )
    return rows


# --- who gets the money -----------------------------------------------------------------------------------------------


class Keys:
    """The distribution keys, read once: splits amounts by the key of the day on which they fall due."""

    def __init__(self, today: date) -> None:
        self.keys = distribution_keys()
        self.home = responsible_unit("reception", today)

    @property
    def confirmed(self) -> bool:
        return all(key.confirmed for key in self.keys)

    def on(self, day: date) -> DistributionKey | None:
        return next((key for key in self.keys if key.holds(day)), None)

    def split(self, row: Line) -> list[Split]:
        """The parts of one amount. What no key divides stays with the unit that answers for the reception."""
        return self.parts(row.group, row.owed.amount or Decimal(0), row.owed.due_on)

    def parts(self, group: str, amount: Decimal, day: date) -> list[Split]:
        key = self.on(day)
        shares = key.shares.get(group, ()) if key else ()  # type: ignore[call-overload]
        if not shares:
            return [Split(self.home, None, amount)] if self.home else []
        # A whole amount is divided in whole kronor, one with öre in öre.
        unit = 1 if amount == amount.to_integral_value() else 100
        parts = apportion(int(amount * unit), [share.percent for share in shares])
        return [
            Split(share.unit, share.percent, Decimal(part) / unit) for share, part in zip(shares, parts, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class UnitMoney:
    """What a unit gets in a year, and what it answers for."""

    unit: Unit
    by_group: Mapping[str, Decimal]
    functions: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        return sum(self.by_group.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class Distribution:
    """Who gets the year's money under the key, beside who answers for what."""

    year: int
    units: list[UnitMoney]
    keys: tuple[DistributionKey, ...]
    without_money: list[tuple[Unit, tuple[str, ...]]]

    @property
    def total(self) -> Decimal:
        return sum((row.total for row in self.units), Decimal(0))

    @property
    def by_group(self) -> Mapping[str, Decimal]:
        return {group: sum((row.by_group[group] for row in self.units), Decimal(0)) for group in GROUPS}


@transaction.atomic
def distribution(actor: Actor, *, year: int, today: date) -> Distribution:
    """The year's money by unit and ground. A unit that answers for something and gets nothing is told too."""
    policy.require(actor, "compensation.totals")
    since, until = year_of(year)
    keys = Keys(today)
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    units: dict[int, Unit] = {}
    for row in lines(summed(actor, today=today), since=since, until=until):
        for part in keys.split(row):
            units[part.unit.pk] = part.unit
            sums[part.unit.pk][row.group] += part.amount
    answers: dict[int, list[str]] = defaultdict(list)
    own: dict[int, Unit] = {}
    for answer in (
        Responsibility.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)
        .filter(unit__branch__board__kind="board")
        .select_related("function", "unit__branch__board")
        .order_by("function__position")
    ):
        answers[answer.unit_id].append(answer.function.name)
        own[answer.unit_id] = answer.unit
    rows = [
        UnitMoney(unit, {group: sums[pk][group] for group in GROUPS}, tuple(answers[pk])) for pk, unit in units.items()
    ]
    audit.record(actor, "compensation.distribution_viewed", details={"year": year})
    return Distribution(
        year,
        sorted(rows, key=lambda row: -row.total),
        keys.keys,
        [(unit, tuple(answers[pk])) for pk, unit in own.items() if pk not in units],
    )
