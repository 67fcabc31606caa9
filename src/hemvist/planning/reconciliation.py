"""What is owed against what was paid, person by person, with the reasons that the rules know for a difference.

Pure: the same amounts and payments give the same lines, in whatever order they come. Every payment lies in exactly one
line, and every amount that is owed is one line. A difference is explained by counting again on other assumptions
(:class:`Alternative`): the ones that give just what was paid are told. Left to people: whether an explanation is the
right one, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hemvist.law.calendar import end_of_month
from hemvist.law.compensation.facts import Entitlement, Ground, Route
from hemvist.law.sources import sfs
from hemvist.law.types import RulingQuestion, Source, Step, Text, gettext_noop

ACT = "2010:1122"
# A payment without number or period is taken to be for an amount that falls due at most so many months from it. It may
# come later than due for särskilda skäl (12 § 4 st); what is paid for a period may come as soon as that has ended.
LATE_MONTHS, EARLY_MONTHS = 3, 1
# What must be applied for is due on the last day to apply, and comes when the application has been decided.
APPLIED_LATE_MONTHS = 12
NUMBERED = frozenset({Ground.STANDARD, Ground.MOVE_EARLY, Ground.MOVE_PERIOD})
NOTHING = Decimal(0)

# Ground (empty when unknown), number, first day of the period: names a line among a person's.
Key = tuple[str, int | None, date | None]


class Kind(StrEnum):
    """How what is owed and what was paid agree."""

    MATCHED = "matched"
    EARLY = "early"
    MISSING = "missing"
    DIFFERING = "differing"
    UNEXPECTED = "unexpected"
    NOT_DUE = "not_due"


KIND_LABELS: Mapping[Kind, str] = {
    Kind.MATCHED: gettext_noop("Stämmer"),
    Kind.EARLY: gettext_noop("Betald i förtid"),
    Kind.MISSING: gettext_noop("Saknas"),
    Kind.DIFFERING: gettext_noop("Annat belopp"),
    Kind.UNEXPECTED: gettext_noop("Betald men inte väntad"),
    Kind.NOT_DUE: gettext_noop("Inte förfallen"),
}
# What somebody has to look at.
OPEN = frozenset({Kind.MISSING, Kind.DIFFERING, Kind.UNEXPECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One row of a list of payments; a repayment is negative. ``ground`` None when its words are not known."""

    id: str
    person: str
    amount: Decimal
    paid_on: date
    ground: Ground | None = None
    number: int | None = None
    period_from: date | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """An amount of a person's: to the own municipality, or (``elsewhere``) to another or to nobody."""

    person: str
    item: Entitlement


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that explains a line, in words with its paragraph."""

    code: str
    step: Step


@dataclass(frozen=True, slots=True)
class Alternative:
    """All that would be owed to the own municipality for the person on another assumption."""

    reason: Reason
    owed: tuple[Entitlement, ...]


# Repayment (återbetalning) is told wherever more was paid than is owed.
REPAYMENT: tuple[Step, ...] = (
    Step(
        gettext_noop(
            "Ersättning som har betalats på fel grund eller med för högt belopp ska betalas tillbaka. Beror felet inte "
            "på kommunen gäller det bara om kommunen insåg eller borde ha insett det."
        ),
        source=sfs(ACT, "39 §"),
    ),
    Step(
        gettext_noop(
            "Migrationsverket ska kräva tillbaka beloppet, men kan avstå helt eller delvis om det finns särskilda skäl."
        ),
        source=sfs(ACT, "41 §"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An amount that is owed with what was paid of it, or payments that nothing is owed for.

    ``months_late`` counts calendar months after the one in which the amount was due: to the payment, or to today while
    it is missing. ``guessed`` when a payment was put here by amount and month only. ``elsewhere`` is what the rules
    give to another municipality or to nobody under the same key.
    """

    person: str
    kind: Kind
    key: Key
    owed: Entitlement | None = None
    payments: tuple[Paid, ...] = ()
    months_late: int = 0
    guessed: bool = False
    elsewhere: Entitlement | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def ground(self) -> str:
        return self.key[0]

    @property
    def code(self) -> str:
        """The key in an address: ``standard.3.``, ``asylum_housing..2026-04-01``, ``unknown..2026-04-30``."""
        ground, number, start = self.key
        return f"{ground or UNKNOWN}.{number or ''}.{start or ''}"

    @property
    def owed_amount(self) -> Decimal | None:
        """Kronor; None when the law's register lacks a figure."""
        return self.owed.amount if self.owed else NOTHING

    @property
    def paid(self) -> Decimal:
        return _sum(self.payments)

    @property
    def difference(self) -> Decimal:
        """What was paid too much, negative for too little; none while the amount is not known, or not due."""
        if self.kind is Kind.NOT_DUE or self.owed_amount is None:
            return NOTHING
        return self.paid - self.owed_amount

    @property
    def month(self) -> date:
        """The month in which it was due, or in which it was first paid."""
        day = self.owed.due_on if self.owed else min(payment.paid_on for payment in self.payments)
        return day.replace(day=1)

    @property
    def needs_attention(self) -> bool:
        return self.kind in OPEN or self.guessed

    @property
    def at_risk(self) -> Decimal:
        """What may have to be repaid."""
        return max(self.difference, NOTHING) if self.kind in OPEN else NOTHING

    @property
    def steps(self) -> tuple[Step, ...]:
        """Why: the reasons, what may have to be repaid, and how the amount was counted."""
        counted = self.owed or self.elsewhere
        return (
            *(reason.step for reason in self.reasons),
            *(REPAYMENT if self.at_risk else ()),
            *(counted.steps if counted else ()),
        )


UNKNOWN = "unknown"


def reconcile(
    owed: Iterable[Owed],
    payments: Iterable[Paid],
    *,
    today: date,
    elsewhere: Iterable[Owed] = (),
) -> tuple[Line, ...]:
    """The lines by person, month and ground, with the reasons that the lines themselves tell."""
    own, others = _by_person(owed), _by_person(elsewhere)
    paid: dict[str, list[Paid]] = {}
    for payment in payments:
        paid.setdefault(payment.person, []).append(payment)
    lines: list[Line] = []
    for person in sorted({*own, *paid}):
        ledger = _Ledger(person, own.get(person, {}), others.get(person, {}), today)
        ledger.put(paid.get(person, ()))
        lines += explained(ledger.lines(), tuple, today)
    return tuple(lines)


def _by_person(owed: Iterable[Owed]) -> dict[str, dict[Key, Entitlement]]:
    """Each person's amounts by key. Two under one key, as two stays in a month, are put together."""
    found: dict[str, dict[Key, Entitlement]] = {}
    for one in owed:
        items = found.setdefault(one.person, {})
        first = items.get(one.item.key)
        items[one.item.key] = _together(first, one.item) if first else one.item
    return found


def _together(one: Entitlement, other: Entitlement) -> Entitlement:
    known = one.amount is not None and other.amount is not None
    return replace(
        one,
        amount=one.amount + other.amount if known else None,  # type: ignore[operator]
        due_on=max(one.due_on, other.due_on),
        steps=one.steps + other.steps,
    )


def _sum(payments: Iterable[Paid]) -> Decimal:
    return sum((payment.amount for payment in payments), NOTHING)


def months_between(earlier: date, later: date) -> int:
    """Calendar months from one day's month to another's."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _order(key: Key) -> tuple[str, int, date]:
    return key[0], key[1] or 0, key[2] or date.min


def _place(payment: Paid) -> tuple[object, ...]:
    """An order of payments that hangs on nothing but what they are."""
    start = payment.period_from or date.min
    return payment.paid_on, payment.ground or "", payment.number or 0, start, payment.amount, payment.id


# --- matching ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Ledger:
    """One person's amounts while payments are put on them."""

    person: str
    owed: Mapping[Key, Entitlement]
    elsewhere: Mapping[Key, Entitlement]
    on: date
    put_on: dict[Key, list[Paid]] = field(default_factory=dict)
    guessed: set[Key] = field(default_factory=set)

    def put(self, payments: Iterable[Paid]) -> None:
        """First what names its amount, then by ground, month and amount, then what only amount and month speak for."""
        left = []
        for payment in sorted(payments, key=_place):
            key = self._named(payment)
            if key is None:
                left.append(payment)
            else:
                self._add(key, payment)
        known = [payment for payment in left if payment.ground and payment.amount >= 0]
        for payment in (*self._by_month(known), *self._guess(p for p in left if not p.ground and p.amount >= 0)):
            self._add(_own_key(payment), payment)
        for payment in left:
            if payment.amount < 0:
                self._take_back(payment)

    def _add(self, key: Key, payment: Paid) -> None:
        self.put_on.setdefault(key, []).append(payment)

    def _total(self, key: Key) -> Decimal:
        return _sum(self.put_on.get(key, ()))

    def _lacks(self, key: Key) -> Decimal | None:
        """What is still unpaid of an amount; None when the amount is not known."""
        amount = self.owed[key].amount
        return None if amount is None else amount - self._total(key)

    def _named(self, payment: Paid) -> Key | None:
        """The key that the row itself names, owed or not; None when it names none."""
        ground = payment.ground
        if ground is None:
            return None
        if ground in NUMBERED:
            return (ground, payment.number, None) if payment.number else None
        same = [key for key in self.owed if key[0] == ground]
        if ground is Ground.INITIAL:
            return (ground, None, None) if same or (ground, None, None) in self.elsewhere else None
        if payment.period_from is None:
            return None
        start = payment.period_from
        within = (key for key in same if (period := self.owed[key].period) and period[0] <= start <= period[1])
        return next(within, _own_key(payment))

    def _near(self, payment: Paid, keys: Iterable[Key]) -> list[Key]:
        """The keys within reach of the day of payment, the nearest first; at the same distance our own, the earlier."""
        found = []
        for key in keys:
            item = self.owed.get(key) or self.elsewhere[key]
            months = months_between(item.due_on, payment.paid_on)
            early = months_between(item.period[1], item.due_on) if item.period else EARLY_MONTHS
            late = APPLIED_LATE_MONTHS if item.route is Route.APPLICATION else LATE_MONTHS
            if -early <= months <= late:
                found.append((abs(months), key not in self.owed, months < 0, _order(key), key))
        return [key for *_rank, key in sorted(found, key=lambda row: row[:4])]

    def _by_month(self, payments: Sequence[Paid]) -> list[Paid]:
        """Put payments of a known ground where they fit; what is left has no amount within reach.

        What fits an unpaid remainder exactly goes first, then what is unpaid, last what is paid already.
        """
        left = list(payments)
        while left:
            choice = self._exact(left) or self._any(left, unpaid=True) or self._any(left, unpaid=False)
            if choice is None:
                return left
            payment, key = choice
            self._add(key, payment)
            left.remove(payment)
        return left

    def _exact(self, payments: Iterable[Paid]) -> tuple[Paid, Key] | None:
        for payment in payments:
            fits = (k for k in self.owed if k[0] == payment.ground and self._lacks(k) == payment.amount)
            if near := self._near(payment, fits):
                return payment, near[0]
        return None

    def _any(self, payments: Iterable[Paid], *, unpaid: bool) -> tuple[Paid, Key] | None:
        """The nearest of the ground; one that goes to another municipality is not taken for ours."""
        for payment in payments:
            keys = dict.fromkeys((*self.owed, *self.elsewhere))
            same = (k for k in keys if k[0] == payment.ground and (k not in self.put_on) is unpaid)
            if near := self._near(payment, same):
                return payment, near[0]
        return None

    def _guess(self, payments: Iterable[Paid]) -> list[Paid]:
        """Put payments of an unknown ground where the month and the unpaid amount both fit; give back the others."""
        left = []
        for payment in payments:
            near = self._near(payment, (k for k in self.owed if payment.amount and self._lacks(k) == payment.amount))
            if near:
                self._add(near[0], payment)
                self.guessed.add(near[0])
            else:
                left.append(payment)
        return left

    def _take_back(self, payment: Paid) -> None:
        """Put a repayment where it makes the sums right: what was paid too much, else all, else a part of what came."""
        back = -payment.amount

        def rank(key: Key) -> tuple[object, ...] | None:
            total = self._total(key)
            if total < back or (payment.ground and key[0] != payment.ground):
                return None
            last = max(one.paid_on for one in self.put_on[key])
            if last > payment.paid_on:
                return None
            amount = self.owed[key].amount if key in self.owed else NOTHING
            fit = 0 if amount is not None and total - amount == back else 1 if total == back else 2
            return None if payment.ground is None and fit == 2 else (fit, payment.paid_on - last, _order(key))

        ranked = [(found, key) for key in self.put_on if (found := rank(key)) is not None]
        if not ranked:
            self._add(_own_key(payment), payment)
            return
        key = min(ranked)[1]
        self._add(key, payment)
        if payment.ground is None:
            self.guessed.add(key)

    # --- lines ---

    def lines(self) -> list[Line]:
        found = [self._owed_line(key, item) for key, item in self.owed.items()]
        found += [self._unexpected(key) for key in self.put_on if key not in self.owed]
        return sorted(found, key=lambda line: (line.month, _order(line.key)))

    def _owed_line(self, key: Key, item: Entitlement) -> Line:
        payments = tuple(sorted(self.put_on.get(key, ()), key=_place))
        paid, due = _sum(payments), self.on > item.due_on
        late = 0
        if paid or (payments and item.amount == 0):
            kind = Kind.MATCHED if item.amount is None or paid == item.amount else Kind.DIFFERING
            last = max(payment.paid_on for payment in payments if payment.amount >= 0 or paid < 0)
            if item.route is Route.AUTOMATIC:
                late = max(months_between(item.due_on, last), 0)
                if kind is Kind.MATCHED and _early(item, last):
                    kind = Kind.EARLY
        elif due:
            kind = Kind.MATCHED if item.amount == 0 else Kind.MISSING
            late = months_between(item.due_on, self.on) if kind is Kind.MISSING else 0
        else:
            kind = Kind.NOT_DUE
        return Line(
            person=self.person,
            kind=kind,
            key=key,
            owed=item,
            payments=payments,
            months_late=late,
            guessed=key in self.guessed,
        )

    def _unexpected(self, key: Key) -> Line:
        payments = tuple(sorted(self.put_on[key], key=_place))
        return Line(
            person=self.person,
            # What was paid and taken back again is settled.
            kind=Kind.UNEXPECTED if _sum(payments) else Kind.MATCHED,
            key=key,
            payments=payments,
            elsewhere=self.elsewhere.get(key) or self._elsewhere(payments),
        )

    def _elsewhere(self, payments: Sequence[Paid]) -> Entitlement | None:
        """What another municipality gets, or nobody, of the same ground in the month of the payment."""
        first = payments[0]
        near = [
            (months_between(item.due_on, first.paid_on), _order(key), item)
            for key, item in self.elsewhere.items()
            if key[0] == first.ground and not first.number and _within_reach(item, first)
        ]
        return min(near, key=lambda row: row[:2])[2] if near else None


def _early(item: Entitlement, paid_on: date) -> bool:
    """Whether it came before the month in which it is due. What is paid for a period comes once it has ended."""
    if item.period:
        return paid_on <= item.period[1]
    return months_between(item.due_on, paid_on) < 0


def _own_key(payment: Paid) -> Key:
    """The key of a payment that nothing is owed for: its number, its period or its month tells it from others.

    The month is named by its last day, on which no period begins.
    """
    number = payment.number if payment.ground in NUMBERED else None
    start = None if number else payment.period_from or end_of_month(payment.paid_on)
    return payment.ground or "", number, start


# --- reasons ----------------------------------------------------------------------------------------------------------


def explained(lines: Sequence[Line], alternatives: Callable[[], Iterable[Alternative]], today: date) -> list[Line]:
    """One person's lines with what is known of why they are as they are; the alternatives are asked for if needed."""
    strange = [line for line in lines if line.kind in (*OPEN, Kind.EARLY) or line.months_late]
    others = tuple(alternatives()) if strange else ()
    owed = {line.key: line.owed for line in lines if line.owed}
    told = []
    for line in lines:
        reasons = [*_certain(line, lines), *(other.reason for other in others if _fits(other, line, owed, today))]
        unique = {(reason.code, str(reason.step.values)): reason for reason in reasons}
        told.append(replace(line, reasons=tuple(unique.values())))
    return told


def _certain(line: Line, lines: Sequence[Line]) -> Iterable[Reason]:
    """What the line itself, and the person's other lines, say."""
    item, other = line.owed, line.elsewhere
    if line.kind is Kind.UNEXPECTED and other:
        yield _not_ours(other)
    if line.kind is Kind.UNEXPECTED and not line.ground:
        yield _UNKNOWN_GROUND
    if line.guessed:
        yield _GUESSED
    if item is None:
        return
    if item.amount is None and line.payments:
        yield _AMOUNT_UNKNOWN
    if line.kind is Kind.MISSING and item.route is Route.APPLICATION:
        text = gettext_noop("Betalas bara efter ansökan, som skulle ha kommit in senast {last}.")
        yield Reason("application", Step(text, {"last": item.apply_by or item.due_on}))
    if line.kind is Kind.DIFFERING and item.amount and line.paid > item.amount and line.paid % item.amount == 0:
        text = gettext_noop("Beloppet är betalt {count} gånger.")
        yield Reason("paid_twice", Step(text, {"count": int(line.paid / item.amount)}, sfs(ACT, "39 §")))
    if (pair := _paid_together(line, lines)) is not None:
        text = gettext_noop("Kan vara betalt tillsammans med utbetalning {number}: skillnaderna är lika stora.")
        yield Reason("paid_together", Step(text, {"number": pair}, sfs(ACT, "13–14 §§")))
    if line.payments and line.months_late:
        yield _LATE


def _not_ours(item: Entitlement) -> Reason:
    """Why an amount that came belongs to another municipality, or to nobody."""
    if item.nobody:
        text = gettext_noop("Ingen kommun har rätt till beloppet. Personen var inte folkbokförd i Sverige {reference}.")
        return Reason("nobody", Step(text, {"reference": item.reference_on or item.due_on}, sfs(ACT, "12 §")))
    municipality = Text(item.municipality, item.municipality)
    if item.ground is Ground.INITIAL or item.number == 1:
        text = gettext_noop("Beloppet hör till den kommun som först tog emot personen: {municipality}.")
        return Reason("not_first", Step(text, {"municipality": municipality}, sfs(ACT, "12 § 1 st och 15 §")))
    text = gettext_noop("Personen var inte folkbokförd här {reference}. Beloppet hör till {municipality}.")
    values = {"reference": item.reference_on or item.due_on, "municipality": municipality}
    return Reason("not_registered_here", Step(text, values, sfs(ACT, "12 §")))


def _paid_together(line: Line, lines: Sequence[Line]) -> int | None:
    """The number of the instalment when the extra for a move and the instalment itself may have come as one row."""
    number = line.key[1]
    if line.ground not in NUMBERED or line.kind not in (Kind.DIFFERING, Kind.MISSING):
        return None
    for other in lines:
        pair = {line.kind, other.kind} == {Kind.DIFFERING, Kind.MISSING}
        one_standard = (line.ground == Ground.STANDARD) != (other.ground == Ground.STANDARD)
        if pair and one_standard and other.key[1] == number and line.difference == -other.difference:
            return number
    return None


def _fits(alternative: Alternative, line: Line, owed: Mapping[Key, Entitlement], today: date) -> bool:
    """Whether the other assumption gives just what came."""
    if line.kind is Kind.UNEXPECTED:
        return any(
            item.amount == line.paid
            and item.key not in owed
            and line.ground in ("", item.ground)
            and (line.key == item.key if line.key[1] else _within_reach(item, line.payments[0]))
            for item in alternative.owed
        )
    same = [item for item in alternative.owed if item.key == line.key]
    known = [item.amount for item in same if item.amount is not None]
    amount = sum(known, NOTHING) if len(known) == len(same) else None
    if line.kind is Kind.DIFFERING:
        return amount == line.paid
    if line.kind is Kind.MISSING:
        return amount == 0 or all(item.due_on >= today for item in same)
    # Paid, but in another month.
    moved = line.kind is Kind.EARLY or (line.payments and line.months_late)
    return bool(moved) and any(
        item.amount == line.paid and months_between(item.due_on, line.payments[-1].paid_on) == 0 for item in same
    )


def _within_reach(item: Entitlement, payment: Paid) -> bool:
    return 0 <= months_between(item.due_on, payment.paid_on) <= LATE_MONTHS


_UNKNOWN_GROUND = Reason(
    "unknown_ground",
    Step(gettext_noop("Listans ord för ersättningen är inte kända, och inget väntat belopp passar in den månaden.")),
)
_GUESSED = Reason(
    "guessed",
    Step(gettext_noop("Listans ord för ersättningen är inte kända. Utbetalningen är förd hit efter belopp och månad.")),
)
_AMOUNT_UNKNOWN = Reason(
    "amount_unknown", Step(gettext_noop("Det väntade beloppet är inte känt, så det går inte att jämföra."))
)
_LATE = Reason(
    "late",
    Step(gettext_noop("En utbetalning får komma senare om det finns särskilda skäl."), source=sfs(ACT, "12 § 4 st")),
)


def _assumed(code: str, text: str, section: str, act: str = ACT) -> Reason:
    return Reason(code, Step(text, source=sfs(act, section)))


# The assumptions that do not hang on a value. Each sentence is true of a line whose amount the assumption gives.
ASSUMPTIONS: Mapping[str, Reason] = {
    reason.code: reason
    for reason in (
        _assumed(
            "not_registered_here",
            gettext_noop(
                "Det stämmer om personen inte räknas som folkbokförd här den sista dagen i månaden före utbetalningen."
            ),
            "12 §",
        ),
        _assumed(
            "not_first",
            gettext_noop("Det stämmer om en annan kommun räknas som den som först tog emot personen."),
            "12 § 1 st och 15 §",
        ),
        _assumed(
            "move_not_counted",
            gettext_noop("Det stämmer om flytten hit inte räknas. Den ger annars tio procent extra."),
            "13–14 §§",
        ),
        _assumed("death_not_counted", gettext_noop("Det stämmer om dödsfallet inte räknas."), "12 §"),
        _assumed("age_below_20", gettext_noop("Det stämmer om personen räknas som yngre än 20 år."), "15–17 §§"),
        _assumed("age_child", gettext_noop("Det stämmer om personen räknas som barn."), "14 a, 14 c §§", "2017:193"),
        _assumed("age_adult", gettext_noop("Det stämmer om personen räknas som vuxen."), "14 a, 14 c §§", "2017:193"),
        _assumed(
            "age_below_limit",
            gettext_noop("Det stämmer om personen räknas som 20 år eller äldre, men under åldersgränsen."),
            "11 § 2 st och 15 § 2 st",
        ),
        _assumed(
            "age_from_limit",
            gettext_noop("Det stämmer om personen räknas som över åldersgränsen. Då är beloppet lägre."),
            "11 § 2 st och 15 § 2 st",
        ),
        _assumed(
            "rate_housing_2026",
            gettext_noop(
                "Det stämmer om de nya procentsatserna används, de för den som kommunen ska ordna boende åt enligt "
                "lagen (2026:1326)."
            ),
            "övergångsbestämmelse 2",
            "2026:1332",
        ),
        _assumed(
            "rate_assigned_2016",
            gettext_noop(
                "Det stämmer om de äldre procentsatserna används, de för den som är anvisad enligt lagen (2016:38)."
            ),
            "övergångsbestämmelse 2",
            "2026:1332",
        ),
        _assumed("rate_other", gettext_noop("Det stämmer om personen inte räknas som anvisad."), "17 §"),
        _assumed(
            "rate_none",
            gettext_noop("Det stämmer om personen inte anses ge rätt till ersättning för initiala kostnader."),
            "15–17 §§",
        ),
        _assumed(
            "received_earlier",
            gettext_noop("Det stämmer om mottagandedatum räknas som en månad tidigare."),
            "6 §",
        ),
        _assumed(
            "received_later",
            gettext_noop("Det stämmer om mottagandedatum räknas som en månad senare."),
            "6 §",
        ),
    )
}


# By the first day of a cohort: the provision that says who belongs to it.
_COHORTS: Mapping[date, Source] = {
    date(2026, 1, 1): sfs("2022:1457", "övergångsbestämmelse 3"),
    date(2027, 1, 1): sfs("2026:1697", "övergångsbestämmelse 2"),
}


def other_cohort(first: date, *, before: bool) -> Reason:
    """The figures for those who were received before a day, or from it, used for somebody of the other time."""
    text = (
        gettext_noop("Det stämmer om personen räknas till dem som togs emot före {day}.")
        if before
        else gettext_noop("Det stämmer om personen räknas till dem som togs emot {day} eller senare.")
    )
    return Reason("cohort", Step(text, {"day": first}, _COHORTS.get(first, sfs(ACT, "11 §"))))


def other_reading(question: RulingQuestion, option: str) -> Reason:
    """Another answer to an open legal question than the one that the amount was counted with."""
    text = gettext_noop("Det stämmer om lagen läses så här ({key}): {answer}")
    values = {"key": Text(question.key, question.key), "answer": question.options[option]}
    return Reason(question.key, Step(text, values, question.source))
