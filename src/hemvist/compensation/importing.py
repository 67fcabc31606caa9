"""Migrationsverket's list of payments: staged for a preview, then brought in whole or not at all.

Every row is kept, also one that nobody could be found for; it can be matched by hand, and is tried again with the next
list. The same list twice, or one that overlaps it, brings in nothing twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.models import Installation
from hemvist.compensation.models import Payment, PaymentFile
from hemvist.compensation.payment_file import FilePayment, dossier_mark, number_mark, read, twelve_digits
from hemvist.compensation.queries import visible_payments
from hemvist.organisation.models import Branch
from hemvist.reception.layout import key
from hemvist.reception.models import Identifier, IdentifierKind, Person
from hemvist.reception.staged_files import StagedFiles

# Why nobody was found for a row.
REASONS: Mapping[str, Any] = {
    "no_number": _("Raden har inget nummer."),
    "unreadable": _("Numret går inte att läsa som ett personnummer eller samordningsnummer."),
    "unknown": _("Ingen person i Hemvist har numret."),
    "several": _("Numret, eller numren tillsammans, pekar ut mer än en person."),
}
# Unknown words for a ground, and rows without a person, that a preview shows.
MOST_SHOWN = 200
_STAGED = TypeAdapter(list[FilePayment])

FILES = StagedFiles(PaymentFile, "payments", "compensation.work", _("Bara mottagandet läser in utbetalningslistor."))
preview, recent_files = FILES.preview, FILES.recent
problems_of, discard = FILES.problems, FILES.discard


# --- whose is a number ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Match:
    """The person that a row's numbers point at, with the branch of the case, or why there is none."""

    person_id: UUID | None = None
    branch_id: int | None = None
    reason: str = ""


class Numbers:
    """Every number in the register, those that no longer hold too. One query.

    Looks behind every boundary, protected cases too, and tells no more than whom a number belongs to.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.exact: dict[str, set[UUID]] = defaultdict(set)
        self.by_mark: dict[str, set[UUID]] = defaultdict(set)
        self.branch_of: dict[UUID, int] = {}
        self.protected: set[UUID] = set()
        for kind, value, person_id, branch_id, protected_since in Identifier.objects.values_list(
            "kind", "value", "person_id", "person__case__branch_id", "person__case__protected_since"
        ):
            self.branch_of[person_id] = branch_id
            if protected_since:
                self.protected.add(person_id)
            self.exact[value].add(person_id)
            if kind == IdentifierKind.DOSSIER and (mark := dossier_mark(value)):
                self.by_mark[mark].add(person_id)

    def find(self, dossier: str, personal: str) -> Match:
        digits = twelve_digits(personal, self.today) if personal else ""
        # Either column can hold a number of the other kind.
        written = "".join(dossier.split()).upper()
        persons = (
            self.exact.get(written)
            or self.by_mark.get(dossier_mark(written), set())
            or self.exact.get(twelve_digits(dossier, self.today), set())
        )
        persons = persons | (self.exact.get(digits) or self.by_mark.get(dossier_mark(personal), set()))
        if len(persons) == 1:
            [person_id] = persons
            return Match(person_id, self.branch_of[person_id])
        if persons:
            return Match(reason="several")
        if not dossier and not personal:
            return Match(reason="no_number")
        return Match(reason="unreadable" if not dossier and not digits else "unknown")


def why_unmatched(actor: Actor, payment: Payment, today: date) -> str:
    """Why nobody is found for a payment, in words; empty when somebody whom the actor may see is found by now."""
    match = Numbers(today).find(*_numbers_of(payment))
    seen = Person.objects.filter(policy.visible_cases(actor, "compensation.read", "case__"))
    if match.person_id and seen.filter(id=match.person_id).exists():
        return ""
    return str(REASONS[match.reason or "unknown"])


def _numbers_of(payment: Payment) -> tuple[str, str]:
    """The two numbers of a stored row, as they stood."""
    first, _comma, second = payment.number_text.partition(", ")
    return (first, second) if second else (first, first)


# --- what is known already --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Known:
    marks: frozenset[object]
    ground: str
    ground_text: str


class Stored:
    """The rows that are in Hemvist already, each to be met once: the rows beyond them are new. One query."""

    def __init__(self, rows: Sequence[FilePayment]) -> None:
        days = [row.paid_on for row in rows]
        self.left: dict[tuple[object, ...], list[_Known]] = defaultdict(list)
        if not days:
            return
        for payment in Payment.objects.filter(paid_on__gte=min(days), paid_on__lte=max(days)).only(
            "person_id", "number_text", "ground", "ground_text", "instalment", "period_from", "amount", "paid_on"
        ):
            self.left[_place(payment)].append(
                _Known(_marks(payment.person_id, *_numbers_of(payment)), payment.ground, key(payment.ground_text))
            )

    def meets(self, row: FilePayment, match: Match) -> bool:
        """Whether the row is one of those; it can be met no more then."""
        marks, words = _marks(match.person_id, row.dossier, row.personal), key(row.ground_text)
        alike = self.left[_place(row)]
        for known in alike:
            same_ground = known.ground_text == words or (known.ground and known.ground == row.ground)
            if same_ground and (marks & known.marks or not (marks or known.marks)):
                alike.remove(known)
                return True
        return False


def _place(row: Payment | FilePayment) -> tuple[object, ...]:
    return row.instalment, row.period_from, row.amount, row.paid_on


def _marks(person_id: UUID | None, *numbers: str) -> frozenset[object]:
    """What says whom a row is about: the person, and the numbers without anything that can be written otherwise."""
    return frozenset(filter(None, (person_id, *(number_mark(number) for number in numbers))))


# --- stage ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _New:
    row: FilePayment
    match: Match


def _new(rows: Sequence[FilePayment], numbers: Numbers) -> Iterator[_New]:
    """The rows that are not in Hemvist already, each with its person."""
    stored = Stored(rows)
    for row in rows:
        match = numbers.find(row.dossier, row.personal)
        if not stored.meets(row, match):
            yield _New(row, match)


@transaction.atomic
def stage(actor: Actor, filename: str, data: bytes, today: date) -> PaymentFile:
    """Read the list and keep it for a preview, with all faults, what is known already and what has no person.

    Raises ValidationError for what is no table at all; then nothing is kept.
    """
    branch = FILES.branch(actor, today)
    rows, parsed = read(filename, data, today, demo=Installation.objects.filter(id=1, is_demo=True).exists())
    if parsed.unreadable:
        raise ValidationError([problem.message for problem in parsed.problems])
    new = list(_new(rows, Numbers(today)))
    unmatched = [[found.row.row, found.match.reason] for found in new if not found.match.person_id]
    words = sorted({found.row.ground_text for found in new if not found.row.ground})
    return FILES.create(
        actor,
        branch,
        filename,
        data,
        staged={
            "rows": [asdict(row) for row in rows] if not parsed.problems else [],
            "unmatched": unmatched[:MOST_SHOWN],
            "words": words[:MOST_SHOWN],
        },
        problems=parsed.problems,
        summary={"rows": len(parsed.rows), "unused": parsed.unused, **_summary(rows, new)},
    )


def _summary(rows: Sequence[FilePayment], new: Sequence[_New]) -> dict[str, Any]:
    """What the list holds, in numbers without persons."""
    return {
        "new": len(new),
        "known": len(rows) - len(new),
        "unmatched": sum(found.match.person_id is None for found in new),
        "sum": str(sum((found.row.amount for found in new), Decimal(0))),
        "totals": _totals(found.row for found in new),
    }


def _totals(rows: Iterable[FilePayment]) -> list[list[Any]]:
    """Month, ground, number of rows and kronor, in that order."""
    counts: Counter[tuple[str, str]] = Counter()
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        place = (row.paid_on.replace(day=1).isoformat(), row.ground)
        counts[place] += 1
        sums[place] += row.amount
    return [[month, ground, counts[month, ground], str(sums[month, ground])] for month, ground in sorted(counts)]


# --- confirm ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm(actor: Actor, file_id: UUID, today: date) -> PaymentFile:
    """Bring in all rows of the list that are new, in one transaction, and try again for the rows without a person.

    Raises ValidationError when the file has faults or is already dealt with.
    """
    run = FILES.hold_faultless(actor, file_id)
    # In line before looking: the same list confirmed twice at once comes in once.
    Branch.objects.select_for_update(no_key=True).get(pk=run.branch_id)
    rows = _STAGED.validate_python(run.staged["rows"])
    numbers = Numbers(today)
    found_later = _try_again(run.branch_id, numbers)
    new = list(_new(rows, numbers))
    Payment.objects.bulk_create(_payment(run, found, numbers) for found in new)
    run.summary |= _summary(rows, new) | {"found_later": found_later}
    FILES.close(actor, run, PaymentFile.State.IMPORTED, "confirmed")
    return run


def _payment(run: PaymentFile, found: _New, numbers: Numbers) -> Payment:
    """The row as it is kept. One with a person belongs to the branch that owns the person's case."""
    row, match = found.row, found.match
    return Payment(
        file=run,
        branch_id=match.branch_id or run.branch_id,
        person_id=match.person_id,
        matched_by=Payment.MatchedBy.NUMBER if match.person_id else "",
        number_text=row.number_text,
        row=row.row,
        ground=row.ground,
        ground_text=row.ground_text,
        instalment=row.instalment,
        period_from=row.period_from,
        period_to=row.period_to,
        amount=row.amount,
        paid_on=row.paid_on,
        note=row.note,
    )


def _try_again(branch_id: int, numbers: Numbers) -> int:
    """Match the branch's rows without a person that can be matched by now; a row that somebody loosened is left.

    How many were matched, those of protected cases not counted.
    """
    loose = Payment.objects.select_for_update(of=("self",)).filter(
        branch_id=branch_id, person__isnull=True, matched_by=""
    )
    found = []
    for payment in loose:
        match = numbers.find(*_numbers_of(payment))
        if match.person_id and match.branch_id:
            payment.person_id, payment.branch_id = match.person_id, match.branch_id
            payment.matched_by = Payment.MatchedBy.NUMBER
            found.append(payment)
    Payment.objects.bulk_update(found, ["person", "branch", "matched_by"])
    return sum(payment.person_id not in numbers.protected for payment in found)


# --- what came --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """What came in a month on one ground; an empty ground is one whose words are not known."""

    ground: str
    count: int
    sum: Decimal
    unmatched: int


@dataclass(frozen=True, slots=True)
class Month:
    """What came in a month."""

    first: date
    parts: tuple[Part, ...]

    @property
    def sum(self) -> Decimal:
        return sum((part.sum for part in self.parts), Decimal(0))

    @property
    def count(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def unmatched(self) -> int:
        return sum(part.unmatched for part in self.parts)


@transaction.atomic
def came_by_month(actor: Actor) -> list[Month]:
    """The payments that the actor may see, month by month, the latest first. One query; audited."""
    policy.require(actor, "compensation.read")
    rows = (
        Payment.objects.filter(visible_payments(actor))
        .annotate(month=TruncMonth("paid_on"))
        .values("month", "ground")
        .annotate(count=Count("id"), sum=Sum("amount"), unmatched=Count("id", filter=Q(person__isnull=True)))
        .order_by("-month", "ground")
    )
    months: dict[date, list[Part]] = defaultdict(list)
    for row in rows:
        months[row["month"]].append(Part(row["ground"], row["count"], row["sum"], row["unmatched"]))
    audit.record(actor, "payments.totals_viewed", details={"months": len(months)})
    return [Month(first, tuple(parts)) for first, parts in months.items()]
