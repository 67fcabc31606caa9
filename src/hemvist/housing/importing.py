"""A file of dwellings: staged for a preview, then brought in whole or not at all.

A dwelling is known by its objektsnummer: one that is known and differs is changed, one that is alike is left. An empty
cell changes nothing. A number that belongs to a dwelling which may not be shown to all is known, and no more: a file is
read by others than who brought it. Such a dwelling is changed on its own page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemvist.access import audit
from hemvist.access.actor import Actor, system_actor
from hemvist.housing import policy_data, reach, stock
from hemvist.housing.models import Dwelling, Offer, StockFile, Tenancy
from hemvist.housing.stock import FIELDS, WRITE, DwellingFacts
from hemvist.housing.stock_columns import layout
from hemvist.organisation.housing_schema import HousingFile
from hemvist.organisation.models import Branch, Unit
from hemvist.reception.layout import Layout
from hemvist.reception.services import owner_branch
from hemvist.reception.staged_files import StagedFiles
from hemvist.reception.table_file import Parsed, Row, parse

# Changed dwellings that a preview shows.
MOST_SHOWN = 200
BATCH = 500
DAYS = ("available_from", "available_to")
Progress = Callable[[int, int], None]


def _branch(actor: Actor, today: date) -> Branch:
    """The actor's own branch when it lets dwellings, else the reception's."""
    own = actor.branches(WRITE)
    letting = (unit.branch for unit in stock.landlords(policy_data.housing()) if unit.branch_id in own)
    return next(letting, None) or owner_branch(today)


FILES = StagedFiles(
    StockFile, "stock_file", WRITE, gettext_lazy("Bara hyresvärden och mottagandet läser in bostäder."), _branch
)
preview, recent_files, get_file = FILES.preview, FILES.recent, FILES.get
problems_of, discard = FILES.problems, FILES.discard


def stock_layout(file: HousingFile, units: Iterable[Unit]) -> Layout:
    """The columns, with the words that the municipality has for its areas and landlords. No query."""
    return layout(
        {area.code: (area.label.sv, area.label.en) for area in file.areas}, {unit.code: (unit.name,) for unit in units}
    )


# --- what the file would do -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Change:
    row: int
    dwelling: Dwelling
    facts: DwellingFacts
    fields: list[str]


@dataclass(slots=True)
class _Plan:
    """What the rows mean: ``new`` by row, ``known`` the rows of those that are left as they are."""

    new: dict[int, DwellingFacts] = field(default_factory=dict)
    changed: list[_Change] = field(default_factory=list)
    known: list[int] = field(default_factory=list)


class _Known:
    """The dwellings by number, and which of them may be shown to all. Four queries."""

    def __init__(self, today: date, *, lock: bool = False) -> None:
        dwellings = Dwelling.objects.select_related("landlord")
        rows = dwellings.select_for_update(of=("self",)) if lock else dwellings
        self.by_code = {one.code.casefold(): one for one in rows}
        shown = Dwelling.objects.filter(reach.dwellings(system_actor(""), today))
        self.shown: set[UUID] = set(shown.values_list("pk", flat=True))


Teller = Callable[[int, str, str], None]


def _plan(
    rows: Sequence[Row], known: _Known, file: HousingFile, units: Sequence[Unit], today: date, tell: Teller
) -> _Plan:
    """What each row means; ``tell(row, field, message)`` hears what is wrong with it."""
    plan = _Plan()
    for row in rows:
        before = known.by_code.get(row.values["code"].casefold())
        if before is not None and before.pk not in known.shown:
            plan.known.append(row.number)
            continue
        facts = _facts(row, before, units, today, tell)
        if facts is None or not _is_sound(row, facts, file, tell):
            continue
        if before is None:
            plan.new[row.number] = facts
        elif changed := stock.differing(before, facts):
            plan.changed.append(_Change(row.number, before, facts, changed))
        else:
            plan.known.append(row.number)
    _check_lets(plan.changed, tell)
    return plan


def _facts(row: Row, before: Dwelling | None, units: Sequence[Unit], today: date, tell: Teller) -> DwellingFacts | None:
    values: dict[str, Any] = dict(row.values)
    if "landlord" in values:
        values["landlord"] = next((unit for unit in units if unit.code == values["landlord"]), None)
        if values["landlord"] is None:
            tell(row.number, "landlord", _("Enheten är inte längre hyresvärd. Ange en som är det."))
            return None
    if before is not None:
        return DwellingFacts(**{name: getattr(before, name) for name in FIELDS} | values | {"code": before.code})
    if "landlord" not in values:
        if len(units) != 1:
            tell(row.number, "landlord", _("Kommunen har flera hyresvärdar. Ange vilken."))
            return None
        values["landlord"] = units[0]
    return DwellingFacts(**{"available_from": today} | values)


@contextmanager
def _telling(row: int, tell: Teller) -> Iterator[None]:
    """What is found wrong, by field, is a fault of the row."""
    try:
        yield
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            tell(row, name, messages[0])


def _is_sound(row: Row, facts: DwellingFacts, file: HousingFile, tell: Teller) -> bool:
    with _telling(row.number, tell):
        stock.check_facts(facts, file)
        return True
    return False


def _check_lets(changed: Iterable[_Change], tell: Teller) -> None:
    """Leases and offers must lie within the days, and hold no more persons than the dwelling does. Two queries."""
    moved = [change for change in changed if {*DAYS, "capacity"} & set(change.fields)]
    leases: dict[UUID, list[Tenancy]] = defaultdict(list)
    offers: dict[UUID, list[Offer]] = defaultdict(list)
    for lease in stock.leases_of(change.dwelling for change in moved):
        leases[lease.dwelling_id].append(lease)
    for offer in stock.offers_of(change.dwelling for change in moved):
        offers[offer.dwelling_id].append(offer)
    for change in moved:
        with _telling(change.row, tell):
            stock.check_lets_fit(leases[change.dwelling.pk], change.facts)
        with _telling(change.row, tell):
            stock.check_offers_fit(offers[change.dwelling.pk], change.facts)


# --- stage ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def stage(actor: Actor, filename: str, data: bytes, today: date) -> StockFile:
    """Read the file and keep it for a preview, with all faults and what would become of it.

    Raises ValidationError for what is no table at all; then nothing is kept.
    """
    branch = FILES.branch(actor, today)
    file = policy_data.housing()
    units = stock.landlords(file)
    columns = stock_layout(file, units)
    parsed = parse(filename, data, columns)
    if parsed.unreadable:
        raise ValidationError([problem.message for problem in parsed.problems])
    rows = _whole_rows(parsed, columns)

    def tell(number: int, name: str, message: str) -> None:
        parsed.tell(number, columns.by_field[name], message)

    plan = _plan(rows, _Known(today), file, units, today, tell)
    faulty = {problem.row for problem in parsed.problems}
    return FILES.create(
        actor,
        branch,
        filename,
        data,
        staged={
            "rows": [[row.number, row.values] for row in rows] if not faulty else [],
            "changed": [_shown(change) for change in plan.changed[:MOST_SHOWN]] if not faulty else [],
        },
        problems=parsed.problems,
        summary={"rows": len(parsed.rows), "faulty": len(faulty), "unused": parsed.unused, **_counts(plan, faulty)},
    )


def _whole_rows(parsed: Parsed, columns: Layout) -> list[Row]:
    """The rows that have all that a dwelling must have. Of every row is told that it has no number, or another's."""
    needed = {column.field for column in columns.columns if column.required} | {"code"}
    column, first_seen = columns.by_field["code"], dict[str, int]()
    for row in parsed.rows:
        if "code" not in row.values:
            parsed.tell(row.number, column, _("Cellen är tom."))
        elif (first := first_seen.setdefault(row.values["code"].casefold(), row.number)) != row.number:
            parsed.tell(row.number, column, _("Samma objektsnummer står på rad %(row)d.") % {"row": first})
    return [row for row in parsed.rows if needed <= row.values.keys()]


def _shown(change: _Change) -> list[Any]:
    """Row, number, and what differs: field, old and new."""
    return [
        change.row,
        change.dwelling.code,
        [[name, _said(getattr(change.dwelling, name)), _said(getattr(change.facts, name))] for name in change.fields],
    ]


def _said(value: object) -> object:
    return value.name if isinstance(value, Unit) else value


def _counts(plan: _Plan, faulty: AbstractSet[int | None] = frozenset()) -> dict[str, int]:
    """How many rows are new, changed and known. One with a fault is none of them."""
    rows = {"new": {*plan.new}, "changed": {change.row for change in plan.changed}, "known": {*plan.known}}
    return {name: len(numbers - faulty) for name, numbers in rows.items()}


# --- confirm ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm(actor: Actor, file_id: UUID, today: date, progress: Progress | None = None) -> StockFile:
    """Bring in all that is new and change what differs, in one transaction; ``progress(done, total)`` hears of it.

    Raises ValidationError when the file has faults, is dealt with, or no longer fits what has happened since.
    """
    run = FILES.hold_faultless(actor, file_id)
    # In line before looking: the same file confirmed twice at once comes in once.
    Branch.objects.select_for_update(no_key=True).get(pk=run.branch_id)
    file = policy_data.housing()
    wrong: list[str] = []

    def tell(number: int, name: str, message: str) -> None:
        wrong.append(_("rad %(row)d: %(message)s") % {"row": number, "message": message})

    rows = [Row(number, _read_back(values)) for number, values in run.staged["rows"]]
    plan = _plan(rows, _Known(today, lock=True), file, stock.landlords(file), today, tell)
    if wrong:
        raise ValidationError([_("Bostäderna har ändrats sedan filen granskades. Läs in den igen."), *wrong[:5]])
    try:
        with transaction.atomic():
            _bring_in(actor, plan, progress or (lambda done, total: None))
    except IntegrityError as error:
        raise ValidationError(_("Ett objektsnummer har just lagts till av någon annan. Läs in filen igen.")) from error
    run.summary |= _counts(plan)
    FILES.close(actor, run, StockFile.State.IMPORTED, "confirmed")
    return run


def _read_back(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if name in DAYS else value for name, value in values.items()}


def _bring_in(actor: Actor, plan: _Plan, progress: Progress) -> None:
    total = len(plan.new) + len(plan.changed)
    made = [Dwelling(created_by_id=actor.user_id) for _facts_of in plan.new]
    for dwelling, facts in zip(made, plan.new.values(), strict=True):
        stock.write(dwelling, facts)
    for start in range(0, len(made), BATCH):
        Dwelling.objects.bulk_create(made[start : start + BATCH])
        progress(min(start + BATCH, len(made)), total)
    for change in plan.changed:
        stock.write(change.dwelling, change.facts)
    changed = [change.dwelling for change in plan.changed]
    Dwelling.objects.bulk_update(changed, [*FIELDS, "sort_key", "search_key"], batch_size=BATCH)
    progress(total, total)
    if changed:
        audit.record(
            actor,
            "dwelling.changed",
            object_type="dwelling",
            object_ids=[dwelling.pk for dwelling in changed],
            details={"fields": sorted({name for change in plan.changed for name in change.fields}), "by": "file"},
        )
