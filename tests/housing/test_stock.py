"""Dwellings: what is written down, blocks, states on a day, vacancy cost, documents, and who is shown what."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.housing import days, queries, stock
from hemvist.housing.days import Calendar, LeaseDays, State, Usage
from hemvist.housing.models import Dwelling, DwellingBlock, DwellingDocument, HousingNeed, Offer
from hemvist.housing.queries import StockFilter
from hemvist.housing.stock import DwellingFacts
from hemvist.organisation.models import Unit
from hemvist.reception.models import Household

DAY = timedelta(days=1)
PDF = b"%PDF-1.7\nexempel"
TODAY = date(2026, 11, 23)


def facts(**changes: Any) -> DwellingFacts:
    values: dict[str, Any] = {
        "code": "EX-900",
        "landlord": Unit.objects.get(code="ehb"),
        "address": "Åvägen 10",
        "area": "centrum",
        "rooms": 2,
        "capacity": 3,
        "rent": 7_000,
        "available_from": TODAY,
    }
    return DwellingFacts(**{**values, **changes})


def on_day(dwelling: Dwelling, day: date, today: date) -> days.Standing:
    return days.standing(queries.calendars([dwelling])[dwelling.pk], day, today)


@pytest.fixture
def protect() -> Callable[[Household], None]:
    def mark(household: Household) -> None:
        Case.objects.filter(pk=household.case_id).update(protected_since=timezone.now())
        household.case.refresh_from_db()

    return mark


# --- what is written down ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestWritingDown:
    def test_a_dwelling_is_added_and_found(self, letting: Actor, today: date) -> None:
        made = stock.add_dwelling(letting, facts=facts())
        assert made.sort_key.startswith("zzz1v")
        assert AuditEntry.objects.filter(action="dwelling.added", object_ids=[str(made.pk)]).exists()
        found = queries.list_dwellings(letting, StockFilter(text="åVÄGEN"), today=today)
        assert [row.dwelling.code for row in found.rows] == ["EX-900"]

    def test_numbers_in_addresses_sort_as_numbers(self, letting: Actor, today: date) -> None:
        for number, code in ((10, "A"), (2, "B")):
            stock.add_dwelling(letting, facts=facts(code=code, address=f"Exempelvägen {number}"))
        found = queries.list_dwellings(letting, StockFilter(), today=today)
        assert [row.dwelling.code for row in found.rows] == ["B", "A"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"code": " "}, "code"),
            ({"address": ""}, "address"),
            ({"area": "nowhere"}, "area"),
            ({"rooms": 0}, "rooms"),
            ({"capacity": 31}, "capacity"),
            ({"rent": 100_001}, "rent"),
            ({"square_metres": 4}, "square_metres"),
            ({"available_to": TODAY - DAY}, "available_to"),
        ],
    )
    def test_what_cannot_be_is_told_by_field(
        self, letting: Actor, today: date, change: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(ValidationError) as error:
            stock.add_dwelling(letting, facts=facts(**change))
        assert set(error.value.message_dict) == {field}

    def test_only_a_landlord_lets(self, letting: Actor, today: date) -> None:
        with pytest.raises(ValidationError) as error:
            stock.add_dwelling(letting, facts=facts(landlord=Unit.objects.get(code="school")))
        assert set(error.value.message_dict) == {"landlord"}

    def test_a_number_is_taken_whatever_its_case(self, letting: Actor, dwelling: Any, today: date) -> None:
        dwelling(code="EX-900")
        with pytest.raises(ValidationError, match="finns redan"):
            stock.add_dwelling(letting, facts=facts(code="ex-900"))

    def test_a_change_is_journalled_with_its_fields(self, letting: Actor, dwelling: Any, today: date) -> None:
        one = dwelling()
        before = {name: getattr(one, name) for name in stock.FIELDS}
        stock.change_dwelling(letting, dwelling=one, facts=DwellingFacts(**before | {"rent": 9_000}), today=today)
        one.refresh_from_db()
        assert one.rent == 9_000
        assert AuditEntry.objects.get(action="dwelling.changed").details == {"fields": ["rent"]}
        stock.change_dwelling(letting, dwelling=one, facts=DwellingFacts(**before | {"rent": 9_000}), today=today)
        assert AuditEntry.objects.filter(action="dwelling.changed").count() == 1

    def test_it_cannot_be_left_while_it_is_let(
        self, letting: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        one = dwelling()
        tenancy(one, household())
        before = {name: getattr(one, name) for name in stock.FIELDS}
        for change, field in (
            ({"available_to": today + DAY}, "available_to"),
            ({"available_from": today}, "available_from"),
            ({"capacity": 3}, "capacity"),
        ):
            with pytest.raises(ValidationError) as error:
                stock.change_dwelling(letting, dwelling=one, facts=DwellingFacts(**before | change), today=today)
            assert set(error.value.message_dict) == {field}

    def test_what_a_household_has_been_offered_still_fits_it(
        self, letting: Actor, dwelling: Any, need: Any, household: Any, today: date
    ) -> None:
        one = dwelling()
        offer = Offer.objects.create(
            need=need(household()), dwelling=one, made_on=today, move_in_on=today + 20 * DAY, reply_by=today
        )
        before = {name: getattr(one, name) for name in stock.FIELDS}
        for change, field in (
            ({"available_to": today + 19 * DAY}, "available_to"),
            ({"available_from": today + 21 * DAY}, "available_from"),
            ({"capacity": 3}, "capacity"),
        ):
            with pytest.raises(ValidationError, match="erbjuden") as error:
                stock.change_dwelling(letting, dwelling=one, facts=DwellingFacts(**before | change), today=today)
            assert set(error.value.message_dict) == {field}
        fits = {"available_from": today + 20 * DAY, "available_to": today + 20 * DAY}
        stock.change_dwelling(letting, dwelling=one, facts=DwellingFacts(**before | fits), today=today)
        Offer.objects.filter(pk=offer.pk).update(status=Offer.Status.WITHDRAWN)
        stock.change_dwelling(letting, dwelling=one, facts=DwellingFacts(**before | {"capacity": 1}), today=today)

    def test_who_only_looks_changes_nothing(self, actor: Any, dwelling: Any, today: date) -> None:
        one, viewer = dwelling(), actor(Role.CONTROLLER)
        with pytest.raises(Refused):
            stock.add_dwelling(viewer, facts=facts())
        for deed in (
            lambda: stock.change_dwelling(viewer, dwelling=one, facts=facts(), today=today),
            lambda: stock.block(viewer, dwelling=one, starts_on=today, reason="damage", today=today),
            lambda: stock.set_state(viewer, dwelling=one, furnishing="full", keys="tenant", today=today),
        ):
            with pytest.raises(Refused):
                deed()


# --- blocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestBlocks:
    def test_a_blocked_dwelling_is_neither_vacant_nor_let(self, letting: Actor, dwelling: Any, today: date) -> None:
        one = dwelling()
        stock.block(letting, dwelling=one, starts_on=today, ends_on=today + 9 * DAY, reason="renovation", today=today)
        now = on_day(one, today, today)
        assert (now.state, now.until, now.free_from) == (State.BLOCKED, today + 9 * DAY, today + 10 * DAY)
        totals = queries.list_dwellings(letting, StockFilter(), today=today).totals
        assert (totals.blocked, totals.vacant, totals.let) == (1, 0, 0)

    def test_a_let_or_offered_or_blocked_day_cannot_be_blocked(
        self, letting: Actor, dwelling: Any, tenancy: Any, household: Any, need: Any, today: date
    ) -> None:
        let, offered, blocked = dwelling(), dwelling(), dwelling()
        tenancy(let, household(), ends_on=today + 30 * DAY)
        Offer.objects.create(
            need=need(household(reference="R-2")),
            dwelling=offered,
            made_on=today,
            move_in_on=today + 20 * DAY,
            reply_by=today + 5 * DAY,
        )
        stock.block(letting, dwelling=blocked, starts_on=today + 5 * DAY, reason="damage", today=today)
        for one, words in ((let, "uthyrd"), (offered, "erbjuden"), (blocked, "redan spärrad")):
            with pytest.raises(ValidationError, match=words):
                stock.block(letting, dwelling=one, starts_on=today + 10 * DAY, reason="damage", today=today)
        stock.block(letting, dwelling=let, starts_on=today + 31 * DAY, reason="damage", today=today)

    def test_a_lifted_block_ends_yesterday_and_one_that_had_not_begun_is_gone(
        self, letting: Actor, dwelling: Any, today: date
    ) -> None:
        one = dwelling()
        begun = stock.block(
            letting, dwelling=one, starts_on=today - 3 * DAY, ends_on=today, reason="damage", today=today
        )
        coming = stock.block(letting, dwelling=one, starts_on=today + 3 * DAY, reason="damage", today=today)
        for block in (begun, coming):
            stock.lift_block(letting, dwelling=one, block_id=block.pk, today=today)
        assert list(DwellingBlock.objects.values_list("ends_on", flat=True)) == [today - DAY]
        assert on_day(one, today, today).state == State.VACANT
        with pytest.raises(ValidationError, match="upphört"):
            stock.lift_block(letting, dwelling=one, block_id=begun.pk, today=today)

    def test_a_block_of_another_dwelling_is_not_lifted(self, letting: Actor, dwelling: Any, today: date) -> None:
        one, other = dwelling(), dwelling()
        block = stock.block(letting, dwelling=one, starts_on=today, reason="damage", today=today)
        with pytest.raises(ValidationError):
            stock.lift_block(letting, dwelling=other, block_id=block.pk, today=today)
        assert on_day(one, today, today).state == State.BLOCKED


# --- what it is on a day ----------------------------------------------------------------------------------------------

FROM = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("found", "state", "until", "free_from", "promised_from"),
    [
        (Calendar(FROM), State.VACANT, None, TODAY, None),
        (Calendar(TODAY + DAY), State.NOT_AVAILABLE, None, TODAY + DAY, None),
        (Calendar(FROM, TODAY - DAY), State.NOT_AVAILABLE, None, None, None),
        (Calendar(FROM, leases=(LeaseDays(FROM),)), State.OCCUPIED, None, None, None),
        (Calendar(FROM, leases=(LeaseDays(FROM, TODAY),)), State.ENDING, TODAY, TODAY + DAY, None),
        (Calendar(FROM, TODAY, leases=(LeaseDays(FROM, TODAY),)), State.ENDING, TODAY, None, None),
        (
            Calendar(FROM, leases=(LeaseDays(FROM, TODAY),), blocks=((TODAY + DAY, TODAY + 3 * DAY),)),
            State.ENDING,
            TODAY,
            TODAY + 4 * DAY,
            None,
        ),
        (
            Calendar(FROM, leases=(LeaseDays(FROM, TODAY), LeaseDays(TODAY + DAY))),
            State.OCCUPIED,
            TODAY,
            None,
            TODAY + DAY,
        ),
        (Calendar(FROM, leases=(LeaseDays(TODAY + DAY),)), State.PROMISED, None, TODAY, TODAY + DAY),
        (Calendar(FROM, promised=(TODAY + 5 * DAY,)), State.PROMISED, None, TODAY, TODAY + 5 * DAY),
        (Calendar(FROM, promised=(TODAY - 5 * DAY,)), State.PROMISED, None, None, TODAY - 5 * DAY),
        (
            Calendar(FROM, blocks=((FROM, TODAY),), promised=(TODAY + 5 * DAY,)),
            State.BLOCKED,
            TODAY,
            TODAY + DAY,
            TODAY + 5 * DAY,
        ),
        (Calendar(FROM, blocks=((FROM, None),)), State.BLOCKED, None, None, None),
    ],
)
def test_the_state_on_a_day(
    found: Calendar, state: State, until: date | None, free_from: date | None, promised_from: date | None
) -> None:
    now = days.standing(found, TODAY, TODAY)
    assert (now.state, now.until, now.free_from, now.promised_from) == (state, until, free_from, promised_from)


def test_a_lease_that_ran_out_is_lived_in_until_the_moving_out_is_noted() -> None:
    lived = Calendar(FROM, leases=(LeaseDays(FROM, TODAY - 9 * DAY),))
    now = days.standing(lived, TODAY, TODAY)
    assert (now.state, now.overdue_since) == (State.OCCUPIED, TODAY - 9 * DAY)
    assert days.free_periods(lived, TODAY) == []
    left = Calendar(FROM, leases=(LeaseDays(FROM, TODAY - 9 * DAY, moved_out=True),))
    assert days.standing(left, TODAY, TODAY).state == State.VACANT
    assert days.vacant_since(left, TODAY) == TODAY - 8 * DAY
    assert days.vacant_since(lived, TODAY) is None


def test_free_periods_lie_between_leases_blocks_and_the_last_day() -> None:
    found = Calendar(
        FROM,
        date(2027, 12, 31),
        leases=(LeaseDays(FROM, date(2026, 12, 31)), LeaseDays(date(2027, 3, 1), date(2027, 6, 30))),
        blocks=((date(2027, 1, 1), date(2027, 1, 31)),),
    )
    free = [(date(2027, 2, 1), date(2027, 2, 28)), (date(2027, 7, 1), date(2027, 12, 31))]
    assert days.free_periods(found, TODAY) == free
    assert days.free_periods(found, TODAY, but_blocks=True)[0] == (date(2027, 1, 1), date(2027, 2, 28))
    promised = Calendar(FROM, promised=(TODAY + 9 * DAY,))
    assert days.free_periods(promised, TODAY) == [(TODAY, TODAY + 8 * DAY)]


# --- days and kronor --------------------------------------------------------------------------------------------------


def usage(found: Calendar, rent: int, first: date, last: date) -> Usage:
    return days.usages(found, rent, [(first, last)], TODAY)[0]


near = st.dates(date(2025, 12, 1), date(2027, 1, 31))
spans = st.tuples(near, st.none() | near).filter(lambda span: span[1] is None or span[1] >= span[0])


@given(
    available=spans,
    leases=st.lists(st.tuples(spans, st.booleans()), max_size=4),
    blocks=st.lists(spans, max_size=3),
    period=st.tuples(near, near).map(sorted),
    rent=st.integers(0, 20_000),
)
@example(available=(FROM, None), leases=[], blocks=[], period=[FROM, date(2026, 12, 31)], rent=8_000)
def test_each_day_is_counted_once(available: Any, leases: Any, blocks: Any, period: list[date], rent: int) -> None:
    first, last = period
    found = Calendar(
        *available, tuple(LeaseDays(*span, out and span[1] is not None) for span, out in leases), tuple(blocks)
    )
    used = usage(found, rent, first, last)
    assert used.vacant + used.occupied + used.blocked + used.unavailable == (last - first).days + 1

    # The same, day by day and with each day's share of its own month.
    counted = {"occupied": 0, "unavailable": 0, "blocked": 0, "vacant": 0}
    cost = Decimal(0)
    for offset in range((last - first).days + 1):
        day = first + offset * DAY
        if any(lease.starts_on <= day and _lives(lease, day) for lease in found.leases):
            what = "occupied"
        elif day < available[0] or (available[1] and day > available[1]):
            what = "unavailable"
        elif any(start <= day and (end is None or day <= end) for start, end in blocks):
            what = "blocked"
        else:
            what = "vacant"
            month = (day.replace(day=28) + 4 * DAY).replace(day=1) - day.replace(day=1)
            cost += Decimal(rent) / month.days
        counted[what] += 1
    assert counted == {name: getattr(used, name) for name in counted}
    assert abs(used.vacancy_cost - cost) <= Decimal("0.5000001")
    assert used.vacant_parts == (used + used).vacant_parts / 2


def _lives(lease: LeaseDays, day: date) -> bool:
    return lease.ends_on is None or day <= lease.ends_on or (lease.ends_on < TODAY and not lease.moved_out)


def test_whole_months_cost_whole_rents() -> None:
    used = usage(Calendar(FROM), 8_111, date(2026, 1, 1), date(2026, 3, 31))
    assert used.vacancy_cost == 3 * 8_111
    assert usage(Calendar(FROM), 6_200, date(2026, 1, 1), date(2026, 1, 10)).vacancy_cost == 2_000


@pytest.mark.django_db
def test_vacancy_cost_of_the_stock_leaves_blocks_apart(letting: Actor, dwelling: Any, today: date) -> None:
    # November has 30 days, 23 of them so far.
    first = today.replace(day=1)
    dwelling(available_from=first, rent=3_000)
    blocked = dwelling(available_from=first, rent=6_000)
    DwellingBlock.objects.create(dwelling=blocked, starts_on=first, ends_on=first + 9 * DAY, reason="damage")
    totals = queries.list_dwellings(letting, StockFilter(), today=today).totals
    assert totals.year.vacancy_cost == 2_300 + 13 * 200
    assert totals.year.blocked_cost == 10 * 200
    assert totals.twelve_months.vacancy_cost == totals.year.vacancy_cost
    assert totals.year.unavailable == 2 * (first - today.replace(month=1, day=1)).days


# --- the list ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestList:
    def test_filters_and_order(self, letting: Actor, dwelling: Any, tenancy: Any, household: Any, today: date) -> None:
        vacant = dwelling(rooms=1, rent=5_000, step_free=True, area="norr")
        ending = dwelling(rooms=4, rent=12_000)
        tenancy(ending, household(), ends_on=today + 40 * DAY)
        overdue = dwelling(rooms=2, rent=6_000)
        tenancy(overdue, household(reference="R-2"), starts_on=today - 90 * DAY, ends_on=today - DAY)

        def codes(**wanted: Any) -> list[str]:
            return [
                row.dwelling.code for row in queries.list_dwellings(letting, StockFilter(**wanted), today=today).rows
            ]

        assert codes() == [vacant.code, ending.code, overdue.code]
        assert codes(state="vacant") == [vacant.code]
        assert codes(state=queries.LET_ALL) == [ending.code, overdue.code]
        assert codes(state=queries.SOON) == [ending.code]
        assert codes(state=queries.OVERDUE) == [overdue.code]
        assert codes(area="norr") == codes(step_free=True) == [vacant.code]
        assert codes(rooms=2) == [ending.code, overdue.code]
        assert codes(text=f"exempelvägen {overdue.code}") == [overdue.code]
        assert codes(order="rent") == [vacant.code, overdue.code, ending.code]
        assert codes(order="rooms") == [vacant.code, overdue.code, ending.code]
        assert codes(order="free") == [vacant.code, ending.code, overdue.code]
        totals = queries.list_dwellings(letting, StockFilter(state="blocked"), today=today).totals
        assert (totals.dwellings, totals.vacant, totals.let, totals.soon, totals.overdue) == (3, 1, 2, 1, 1)

    def test_soon_vacant_are_those_to_come_and_those_unblocked_too(
        self, letting: Actor, dwelling: Any, today: date
    ) -> None:
        coming, unblocked, later, blocked = (
            dwelling(available_from=today + 20 * DAY),
            dwelling(),
            dwelling(available_from=today + 200 * DAY),
            dwelling(),
        )
        stock.block(letting, dwelling=unblocked, starts_on=today, ends_on=today + 9 * DAY, reason="damage", today=today)
        stock.block(letting, dwelling=blocked, starts_on=today, reason="damage", today=today)
        found = queries.list_dwellings(letting, StockFilter(state=queries.SOON), today=today)
        assert [row.dwelling.code for row in found.rows] == [coming.code, unblocked.code]
        assert found.totals.soon == 2
        assert later.code not in {row.dwelling.code for row in found.rows}

    def test_as_many_queries_for_fifty_as_for_five(
        self, letting: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        home = household()

        def count(more: int) -> int:
            for _number in range(more):
                one = dwelling()
                tenancy(one, home, ends_on=today + DAY)
                DwellingBlock.objects.create(dwelling=one, starts_on=today + 9 * DAY, reason="damage")
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert queries.list_dwellings(letting, StockFilter(), today=today, limit=25).rows
                assert queries.stock_for_planning(letting, today)
            return len(captured)

        assert count(5) == count(45)

    def test_it_takes_a_permission(self, actor: Any, today: date) -> None:
        with pytest.raises(Refused):
            queries.list_dwellings(actor(Role.ASSOCIATION), StockFilter(), today=today)


@pytest.mark.django_db
def test_planning_gets_the_last_free_days_with_the_blocks_apart(
    letting: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    home = household()
    vacant, ending, let, gone = dwelling(code="1"), dwelling(code="2"), dwelling(code="3"), dwelling(code="4")
    DwellingBlock.objects.create(dwelling=vacant, starts_on=today, ends_on=today + 5 * DAY, reason="damage")
    DwellingBlock.objects.create(dwelling=vacant, starts_on=today - 9 * DAY, ends_on=today - 5 * DAY, reason="damage")
    tenancy(ending, home, ends_on=today + 9 * DAY)
    tenancy(let, home)
    Dwelling.objects.filter(pk=gone.pk).update(available_to=today - DAY)
    found = queries.stock_for_planning(letting, today)
    assert [(home.code, home.free_from, home.free_until, home.blocks) for home in found] == [
        ("1", today, None, ((today, today + 5 * DAY),)),
        ("2", today + 10 * DAY, None, ()),
    ]
    assert (found[0].id, found[0].area, found[0].rooms, found[0].rent) == (vacant.pk, "centrum", 3, 8_000)
    free = [days.free_periods(one, today) for one in queries.calendars([vacant, let]).values()]
    assert free == [[(today + 6 * DAY, None)], []]


# --- who is shown what ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestReach:
    def test_a_dwelling_of_a_protected_household_is_not_there(
        self, letting: Actor, actor: Any, dwelling: Any, tenancy: Any, household: Any, protect: Any, today: date
    ) -> None:
        hidden, seen, home = dwelling(), dwelling(), household()
        tenancy(hidden, home)
        protect(home)
        found = queries.list_dwellings(letting, StockFilter(), today=today)
        assert [row.dwelling.code for row in found.rows] == [seen.code]
        assert (found.totals.dwellings, found.totals.let, found.totals.year.occupied) == (1, 0, 0)
        assert [one.code for one in queries.stock_for_planning(letting, today)] == [seen.code]
        for deed in (
            lambda: queries.get_dwelling(letting, hidden.pk, today=today),
            lambda: stock.block(letting, dwelling=hidden, starts_on=today, reason="damage", today=today),
            lambda: stock.change_dwelling(letting, dwelling=hidden, facts=facts(), today=today),
            lambda: stock.set_state(letting, dwelling=hidden, furnishing="full", keys="tenant", today=today),
        ):
            with pytest.raises(NotVisible):
                deed()
        handler = actor(Role.COORDINATOR, handles_protected=True)
        assert queries.get_dwelling(handler, hidden.pk, today=today).leases[0].tenancy is not None

    def test_a_case_that_is_not_seen_is_let_and_no_more(
        self,
        letting: Actor,
        coordinator: Actor,
        dwelling: Any,
        tenancy: Any,
        household: Any,
        disclose: Any,
        today: date,
    ) -> None:
        one, home = dwelling(), household()
        lease = tenancy(one, home)
        page = queries.get_dwelling(letting, one.pk, today=today)
        assert [(line.starts_on, line.tenancy) for line in page.leases] == [(lease.starts_on, None)]
        assert not AuditEntry.objects.filter(action="dwelling.leases_viewed").exists()
        assert queries.get_dwelling(coordinator, one.pk, today=today).leases[0].tenancy == lease
        disclose(home, ["housing_need"])
        assert queries.get_dwelling(letting, one.pk, today=today).leases[0].tenancy == lease
        assert AuditEntry.objects.filter(action="dwelling.leases_viewed").count() == 2

    def test_an_offer_to_an_unseen_case_has_no_number(
        self, actor: Any, dwelling: Any, household: Any, need: Any, coordinator: Actor, today: date
    ) -> None:
        one = dwelling()
        Offer.objects.create(
            need=need(household()), dwelling=one, made_on=today, move_in_on=today + 9 * DAY, reply_by=today
        )
        page = queries.get_dwelling(actor(Role.CONTROLLER), one.pk, today=today)
        assert (page.offer is None, page.offer_case) == (False, None)
        assert not AuditEntry.objects.filter(action="dwelling.leases_viewed").exists()
        assert queries.get_dwelling(coordinator, one.pk, today=today).offer_case is not None
        row = AuditEntry.objects.get(action="dwelling.leases_viewed")
        assert (row.object_type, row.object_ids, row.fields) == (
            "housing_need",
            [str(HousingNeed.objects.get().pk)],
            ["housing_need"],
        )


# --- documents --------------------------------------------------------------------------------------------------------


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (PDF, ".pdf"),
        (b"\x89PNG\r\n\x1a\n...", ".png"),
        (b"\xff\xd8\xff\xe0...", ".jpg"),
        (packed("[Content_Types].xml", "word/document.xml"), ".docx"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), ".xlsx"),
        (packed("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), None),
        (packed("word/document.xml"), None),
        (packed("evil.exe"), None),
        (b"PK broken", None),
        (b"<html><script>", None),
        (b"GIF89a", None),
    ],
)
def test_what_a_file_is_stands_in_its_content(data: bytes, ending: str | None) -> None:
    assert stock.DOCUMENT_TYPES.get(stock.type_of(data)) == ending


@pytest.mark.django_db
class TestDocuments:
    def test_kept_shown_and_removed(self, letting: Actor, dwelling: Any, today: date) -> None:
        one = dwelling()
        kept = stock.add_document(
            letting, dwelling=one, kind="plan", title=" Plan ", file_name="..\\a/b<c>.exe", data=PDF, today=today
        )
        assert (kept.title, kept.file_name, kept.content_type) == (
            "Plan",
            "b-c-.pdf".replace("-.", "."),
            kept.content_type,
        )
        assert kept.content_type == "application/pdf"
        found = queries.get_document(letting, one.pk, kept.pk, today=today)
        assert bytes(found.content) == PDF
        with pytest.raises(ValidationError, match="Samma fil"):
            stock.add_document(
                letting, dwelling=one, kind="plan", title="Plan", file_name="b.pdf", data=PDF, today=today
            )
        again = queries.get_document(letting, one.pk, kept.pk, today=today)
        stock.remove_document(letting, document=found, today=today)
        assert not DwellingDocument.objects.exists()
        # Two click at once: the second has nothing left to do, and the journal does not say it was done twice.
        stock.remove_document(letting, document=again, today=today)
        assert [row.action for row in AuditEntry.objects.filter(object_type="dwelling").order_by("id")] == [
            "dwelling.document_added",
            "dwelling.document_removed",
        ]

    @pytest.mark.parametrize(
        ("data", "words"),
        [(b"", "tom"), (b"%PDF-" + b"x" * stock.MAX_DOCUMENT, "större än 5 MB"), (b"text", "varken PDF")],
    )
    def test_other_files_are_refused(self, letting: Actor, dwelling: Any, today: date, data: bytes, words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            stock.add_document(
                letting, dwelling=dwelling(), kind="plan", title="Plan", file_name="a.pdf", data=data, today=today
            )

    def test_a_file_is_not_read_through_another_dwelling(self, letting: Actor, dwelling: Any, today: date) -> None:
        one, other = dwelling(), dwelling()
        kept = stock.add_document(
            letting, dwelling=one, kind="plan", title="Plan", file_name="a.pdf", data=PDF, today=today
        )
        with pytest.raises(NotVisible):
            queries.get_document(letting, other.pk, kept.pk, today=today)


@pytest.mark.django_db
def test_furnishing_and_keys_are_set(letting: Actor, dwelling: Any, today: date) -> None:
    one = dwelling()
    stock.set_state(letting, dwelling=one, furnishing="full", keys="reception", today=today)
    one.refresh_from_db()
    assert (one.furnishing, one.keys) == ("full", "reception")
    with pytest.raises(ValidationError):
        stock.set_state(letting, dwelling=one, furnishing="gold", keys="reception", today=today)
