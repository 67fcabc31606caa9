"""What an actor may see of dwellings and leases.

A dwelling that a protected household lives in, or has been offered, is not shown or counted for those who may not see
the case (``housing.reach``). Who lives somewhere is told only to those who may see that case; to others it is let.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import Case
from hemvist.access.policy import Verdict
from hemvist.housing import policy_data, reach
from hemvist.housing.days import (
    Calendar,
    LeaseDays,
    Period,
    Standing,
    State,
    Usage,
    free_periods,
    standing,
    usages,
    vacant_since,
)
from hemvist.housing.models import (
    Dwelling,
    DwellingBlock,
    DwellingDocument,
    Offer,
    Tenancy,
)
from hemvist.housing.stock import PROMISED
from hemvist.law.calendar import add_months
from hemvist.reception.facts import search_key

# Months within which the end of a lease is near, and a dwelling is told to become vacant soon.
SOON_MONTHS = 3
YEAR_MONTHS = 12
LET = frozenset({State.OCCUPIED, State.ENDING})


# --- days -------------------------------------------------------------------------------------------------------------


def calendars(
    dwellings: Iterable[Dwelling], within: QuerySet[Dwelling] | None = None, *, since: date | None = None
) -> dict[uuid.UUID, Calendar]:
    """All that decides what the dwellings are on a day. Three queries; ``within`` holds the same dwellings, if many.

    ``since`` leaves out the leases that were over before that day.
    """
    found = list(dwellings)
    wanted: Any = [one.pk for one in found] if within is None else within.order_by().values("pk")
    leases: dict[uuid.UUID, list[LeaseDays]] = defaultdict(list)
    rows = Tenancy.objects.filter(dwelling__in=wanted, voided_at__isnull=True).order_by("starts_on")
    if since is not None:
        rows = rows.exclude(moved_out_on__isnull=False, ends_on__lt=since)
    for dwelling_id, starts_on, ends_on, moved_out_on in rows.values_list(
        "dwelling_id", "starts_on", "ends_on", "moved_out_on"
    ):
        leases[dwelling_id].append(LeaseDays(starts_on, ends_on, moved_out_on is not None))
    blocks: dict[uuid.UUID, list[Period]] = defaultdict(list)
    for dwelling_id, starts_on, ends_on in DwellingBlock.objects.filter(dwelling__in=wanted).values_list(
        "dwelling_id", "starts_on", "ends_on"
    ):
        blocks[dwelling_id].append((starts_on, ends_on))
    promised: dict[uuid.UUID, list[date]] = defaultdict(list)
    for dwelling_id, day in Offer.objects.filter(PROMISED, dwelling__in=wanted).values_list(
        "dwelling_id", "move_in_on"
    ):
        promised[dwelling_id].append(day)
    return {
        one.pk: Calendar(
            one.available_from,
            one.available_to,
            tuple(leases[one.pk]),
            tuple(blocks[one.pk]),
            tuple(promised[one.pk]),
        )
        for one in found
    }


@dataclass(frozen=True, slots=True)
class StockHome:
    """A dwelling as plans are made with it.

    It is neither let nor promised from ``free_from`` to ``free_until`` (None: no end), but cannot be moved into during
    ``blocks``. When it is free, let and free again, these are the last of the free days: nobody has to leave for a
    lease that is signed already.
    """

    dwelling: Dwelling
    free_from: date
    free_until: date | None
    blocks: tuple[Period, ...]

    @property
    def id(self) -> uuid.UUID:
        return self.dwelling.pk

    @property
    def code(self) -> str:
        return self.dwelling.code

    @property
    def area(self) -> str:
        return self.dwelling.area

    @property
    def building(self) -> str:
        return self.dwelling.building

    @property
    def rooms(self) -> int:
        return self.dwelling.rooms

    @property
    def capacity(self) -> int:
        return self.dwelling.capacity

    @property
    def step_free(self) -> bool:
        return self.dwelling.step_free

    @property
    def rent(self) -> int:
        return self.dwelling.rent


def stock_for_planning(actor: Actor, today: date, *, offered: bool = False) -> list[StockHome]:
    """The dwellings that are free or become so, by number. Six queries at most. Asks no permission: its callers do.

    ``offered`` takes an offer without an answer as none, for those who count its household as looking for a home.
    """
    seen = Dwelling.objects.filter(reach.dwellings(actor, today))
    rows = list(seen.order_by("code"))
    days = calendars(rows, seen, since=today)
    found = []
    for dwelling in rows:
        calendar = replace(days[dwelling.pk], promised=()) if offered else days[dwelling.pk]
        free = free_periods(calendar, today, but_blocks=True)
        if free:
            first, last = free[-1]
            blocks = tuple(
                (start, end)
                for start, end in days[dwelling.pk].blocks
                if (end is None or end >= first) and (last is None or start <= last)
            )
            found.append(StockHome(dwelling, first, last, blocks))
    return found


# --- the stock --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StockFilter:
    """What the list shows. ``rooms`` is the least number; ``order`` one of :data:`ORDERS`."""

    state: str = ""
    area: str = ""
    rooms: int = 0
    step_free: bool = False
    text: str = ""
    order: str = "address"


@dataclass(frozen=True, slots=True)
class StockRow:
    """A dwelling in the list, with what it is today and what its vacancy has cost this year."""

    dwelling: Dwelling
    area: str
    now: Standing
    year: Usage

    @property
    def state(self) -> State:
        return self.now.state


def _by_free(row: StockRow) -> tuple[bool, date]:
    return row.now.free_from is None, row.now.free_from or date.max


# Name → what the rows are sorted by; those that are alike stand by address.
ORDERS: Mapping[str, Any] = {
    "address": lambda row: 0,
    "rent": lambda row: row.dwelling.rent,
    "rooms": lambda row: row.dwelling.rooms,
    "free": _by_free,
}


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole stock today, and what vacancy and blocks have cost this year and the last twelve months."""

    dwellings: int
    states: Mapping[State, int]
    soon: int
    overdue: int
    year: Usage
    twelve_months: Usage

    @property
    def let(self) -> int:
        return self.states[State.OCCUPIED] + self.states[State.ENDING]

    @property
    def vacant(self) -> int:
        return self.states[State.VACANT]

    @property
    def promised(self) -> int:
        return self.states[State.PROMISED]

    @property
    def blocked(self) -> int:
        return self.states[State.BLOCKED]

    @property
    def not_available(self) -> int:
        return self.states[State.NOT_AVAILABLE]


@dataclass(frozen=True, slots=True)
class StockPage:
    rows: Sequence[StockRow]
    more: bool
    count: int
    totals: Totals
    areas: Mapping[str, str]


def list_dwellings(
    actor: Actor, wanted: StockFilter, *, today: date, offset: int = 0, limit: int | None = None
) -> StockPage:
    """The dwellings that are asked for, and totals over all that the actor may be shown. Seven queries at most."""
    policy.require(actor, "dwelling.view")
    seen = Dwelling.objects.filter(reach.dwellings(actor, today))
    dwellings = list(seen.order_by("sort_key", "code").defer("note", "created_by", "created_at"))
    twelve = add_months(today, -YEAR_MONTHS) + timedelta(days=1)
    periods = [(today.replace(month=1, day=1), today), (twelve, today)]
    days = calendars(dwellings, seen, since=twelve)
    areas = policy_data.area_labels()
    in_year, in_twelve = Usage(), Usage()
    rows = []
    for one in dwellings:
        found = days[one.pk]
        this_year, twelve_months = usages(found, one.rent, periods, today)
        in_year += this_year
        in_twelve += twelve_months
        rows.append(StockRow(one, areas.get(one.area, one.area), standing(found, today, today), this_year))
    kept = [row for row in rows if _wanted(row, wanted, search_key(wanted.text), today)]
    kept.sort(key=ORDERS.get(wanted.order, ORDERS["address"]))
    stop = None if limit is None else offset + limit
    return StockPage(
        rows=kept[offset:stop],
        more=stop is not None and len(kept) > stop,
        count=len(kept),
        totals=Totals(
            len(rows),
            Counter(row.state for row in rows),
            sum(becomes_vacant_soon(row.now, today) for row in rows),
            sum(row.now.overdue_since is not None for row in rows),
            in_year,
            in_twelve,
        ),
        areas=areas,
    )


def becomes_vacant_soon(now: Standing, today: date) -> bool:
    """Whether it is let, blocked or not the municipality's yet, and can be moved into within three months."""
    waits = now.state in (State.ENDING, State.BLOCKED, State.NOT_AVAILABLE)
    return waits and now.free_from is not None and now.free_from <= add_months(today, SOON_MONTHS)


# What the list can be narrowed to: a state, all that are let, those soon vacant, those whose lease has run out.
LET_ALL, SOON, OVERDUE = "let", "soon", "overdue"


def _wanted(row: StockRow, wanted: StockFilter, text: str, today: date) -> bool:
    one = row.dwelling
    if wanted.state == SOON:
        state = becomes_vacant_soon(row.now, today)
    elif wanted.state == LET_ALL:
        state = row.state in LET
    elif wanted.state == OVERDUE:
        state = row.now.overdue_since is not None
    else:
        state = wanted.state in ("", row.state)
    return (
        state
        and wanted.area in ("", one.area)
        and one.rooms >= wanted.rooms
        and (one.step_free or not wanted.step_free)
        and all(word in one.search_key for word in text.split())
    )


# --- one dwelling -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeaseLine:
    """The days of a lease; ``tenancy`` only for those who may know whose it is."""

    starts_on: date
    ends_on: date | None
    overdue: bool
    tenancy: Tenancy | None


@dataclass(frozen=True, slots=True)
class OfferLine:
    """The days of an offer that stands; ``need_id`` only for those who may know whose it is."""

    move_in_on: date
    reply_by: date
    need_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that has been. ``what`` is let, blocked or document; ``thing`` the line, the block or the file."""

    on: date
    what: str
    thing: Any


@dataclass(frozen=True, slots=True)
class DwellingPage:
    dwelling: Dwelling
    area: str
    now: Standing
    vacant_since: date | None
    leases: tuple[LeaseLine, ...]
    blocks: tuple[DwellingBlock, ...]
    # The open offer; its case only for those who may know of it.
    offer: OfferLine | None
    offer_case: Case | None
    documents: tuple[DwellingDocument, ...]
    history: tuple[Happening, ...]
    year: Usage
    twelve_months: Usage
    may_write: Verdict
    may_let: Verdict


@transaction.atomic
def get_dwelling(actor: Actor, dwelling_id: uuid.UUID, *, today: date) -> DwellingPage:
    """A dwelling with everything around it. Ten queries at most, and an audit row when a household's lease is shown, or
    which case an offer is made to.

    Raises NotVisible.
    """
    dwelling = reach.require_dwelling(actor, dwelling_id, today)
    days = calendars([dwelling])[dwelling.pk]
    leases = list(dwelling.tenancies.filter(voided_at__isnull=True).select_related("case__branch"))
    offer = Offer.objects.filter(PROMISED, dwelling=dwelling).select_related("need__case").first()
    asked = {lease.case_id for lease in leases} | ({offer.need.case_id} if offer else set())
    known = reach.seen_cases(actor, asked, today)
    offer_case = offer.need.case if offer and offer.need.case_id in known else None
    lines = [_line(lease, lease.case_id in known, today) for lease in leases]
    blocks = list(dwelling.blocks.all())
    documents = list(dwelling.documents.defer("content"))
    over = [line for line in lines if not line.overdue and line.ends_on and line.ends_on < today]
    gone = [block for block in blocks if block.ends_on and block.ends_on < today]
    history = [
        *(Happening(line.starts_on, "let", line) for line in over),
        *(Happening(block.starts_on, "blocked", block) for block in gone),
        *(Happening(timezone.localdate(file.added_at), "document", file) for file in documents),
    ]
    shown = [line.tenancy.pk for line in lines if line.tenancy]
    read = {"tenancy": shown, "housing_need": [offer.need_id] if offer and offer_case else []}
    if any(read.values()):
        audit.record(
            actor,
            "dwelling.leases_viewed",
            object_type="tenancy" if shown else "housing_need",
            object_ids=[pk for pks in read.values() for pk in pks],
            fields=[name for name, pks in read.items() if pks],
            details={"dwelling": dwelling.pk},
        )
    twelve = add_months(today, -YEAR_MONTHS) + timedelta(days=1)
    periods = [(today.replace(month=1, day=1), today), (twelve, today)]
    this_year, twelve_months = usages(days, dwelling.rent, periods, today)
    return DwellingPage(
        dwelling=dwelling,
        area=policy_data.area_labels().get(dwelling.area, dwelling.area),
        now=standing(days, today, today),
        vacant_since=vacant_since(days, today),
        leases=tuple(line for line in lines if line not in over),
        blocks=tuple(block for block in blocks if block not in gone),
        offer=OfferLine(offer.move_in_on, offer.reply_by, offer.need_id if offer_case else None) if offer else None,
        offer_case=offer_case,
        documents=tuple(documents),
        history=tuple(sorted(history, key=lambda each: each.on, reverse=True)),
        year=this_year,
        twelve_months=twelve_months,
        may_write=policy.may(actor, "dwelling.write"),
        may_let=policy.may(actor, "tenancy.work"),
    )


def _line(lease: Tenancy, known: bool, today: date) -> LeaseLine:
    overdue = LeaseDays(lease.starts_on, lease.ends_on, lease.moved_out_on is not None).overdue(today)
    return LeaseLine(lease.starts_on, lease.ends_on, overdue, lease if known else None)


def get_document(actor: Actor, dwelling_id: uuid.UUID, document_id: uuid.UUID, *, today: date) -> DwellingDocument:
    """A file of a dwelling with its content. Raises NotVisible."""
    dwelling = reach.require_dwelling(actor, dwelling_id, today)
    document = dwelling.documents.filter(pk=document_id).first()
    if document is None:
        raise NotVisible(action="dwelling.view", object_id=str(document_id))
    document.dwelling = dwelling
    return document
