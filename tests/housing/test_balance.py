"""Need against supply: what is counted, for whom small numbers are hidden, and what a year can take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.housing import queries
from hemvist.housing.balance import Asked, Expected, balance_page, known_needs, table, year_supply
from hemvist.housing.models import Dwelling, DwellingBlock, HousingNeed, Offer, Tenancy, YearlyNumber
from hemvist.organisation.models import HistoricalFigure, Municipality
from hemvist.organisation.queries import small_number_threshold
from hemvist.organisation.schema import MunicipalityFile
from hemvist.outlook.queries import statistics
from hemvist.reception.models import Assignment, Household

pytestmark = pytest.mark.django_db

PLAIN = Asked(persons=0)


@pytest.fixture
def strategist(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.STRATEGIST)


@pytest.fixture
def nobody_expected(municipality: None) -> None:
    """No yearly number is known, so that only what is written down here counts."""
    HistoricalFigure.objects.filter(measure="assigned").delete()


@pytest.fixture
def settled(household: Callable[..., Household]) -> Callable[..., Household]:
    """A household that has come: its home is only asked for by a need."""

    def make(**changes: Any) -> Household:
        return household(**{"received_on": date(2026, 11, 20), "planned_arrival_on": None, **changes})

    return make


def protect(household: Household) -> None:
    Case.objects.filter(pk=household.case_id).update(protected_since="2026-11-01T08:00Z")


# --- what is counted --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nobody_expected")
def test_needs_meet_homes_month_by_month(
    coordinator: Actor,
    dwelling: Callable[..., Dwelling],
    settled: Callable[..., Household],
    need: Callable[..., HousingNeed],
    today: date,
) -> None:
    dwelling(capacity=2)
    dwelling(capacity=4, available_from=date(2027, 1, 10))
    need(settled(), wanted_by=date(2026, 12, 15))
    page = balance_page(coordinator, PLAIN, today=today)
    november, december, january = page.base.months[:3]
    assert (page.vacant, page.known.shown) == (1, 1)
    assert (november.waiting, november.vacant) == ((0, 0, 0), (1, 0, 0))
    assert december.waiting == (0, 1, 0)
    assert january.housed == (0, 1, 0)
    assert page.base.first_waiting == date(2026, 12, 1)
    assert page.base.lacking == (0, 1, 0)
    assert page.same


@pytest.mark.usefixtures("nobody_expected")
def test_a_lease_that_ends_gives_a_home_and_a_blocked_home_none(
    coordinator: Actor,
    dwelling: Callable[..., Dwelling],
    tenancy: Callable[..., Tenancy],
    settled: Callable[..., Household],
    today: date,
) -> None:
    tenancy(dwelling(capacity=3), settled(), ends_on=date(2027, 2, 28))
    tenancy(dwelling(capacity=3), settled(family="Provsson"))
    blocked = dwelling(capacity=5)
    DwellingBlock.objects.create(dwelling=blocked, starts_on=today, reason="damage")
    page = balance_page(coordinator, PLAIN, today=today)
    freed = {month.month: month.freed for month in page.base.months if any(month.freed)}
    assert freed == {date(2027, 3, 1): (0, 1, 0)}
    assert page.not_counted == 1


@pytest.mark.usefixtures("nobody_expected")
def test_an_offered_home_is_to_be_given_out_until_the_answer_and_one_let_from_later_is_not(
    coordinator: Actor,
    letting: Actor,
    dwelling: Callable[..., Dwelling],
    tenancy: Callable[..., Tenancy],
    settled: Callable[..., Household],
    need: Callable[..., HousingNeed],
    today: date,
) -> None:
    home = dwelling()
    Offer.objects.create(
        need=need(settled()), dwelling=home, made_on=today, reply_by=today, move_in_on=today + timedelta(days=9)
    )
    page = balance_page(coordinator, PLAIN, today=today)
    assert (page.vacant, page.not_counted, page.known.shown) == (1, 0, 1)
    assert page.base.first_waiting is None
    # The list of homes says promised, and so does the matching.
    totals = queries.list_dwellings(letting, queries.StockFilter(), today=today, offset=0, limit=9).totals
    assert (totals.vacant, totals.promised) == (0, 1)
    tenancy(dwelling(), settled(family="Provsson"), starts_on=today + timedelta(days=9))
    assert balance_page(coordinator, PLAIN, today=today).vacant == 1


@pytest.mark.parametrize("how", ["voided", "moved out"])
def test_a_household_whose_lease_came_to_nothing_needs_a_home_again(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    tenancy: Callable[..., Tenancy],
    today: date,
    how: str,
) -> None:
    one = household()
    need(one, status=HousingNeed.Status.WITHDRAWN)
    need(one, status=HousingNeed.Status.HOUSED)
    lease = tenancy(dwelling(), one)
    assert known_needs(coordinator, today).shown == 0
    if how == "voided":
        Tenancy.objects.filter(pk=lease.pk).update(voided_at="2026-11-20T08:00Z")
    else:
        Tenancy.objects.filter(pk=lease.pk).update(ends_on=today, moved_out_on=today)
    assert [one.persons for one in known_needs(coordinator, today).own] == [4]
    need(one)
    assert known_needs(coordinator, today).shown == 1


@pytest.mark.usefixtures("nobody_expected")
def test_an_assigned_household_counts_until_it_has_a_need_of_its_own(
    coordinator: Actor, household: Callable[..., Household], need: Callable[..., HousingNeed], today: date
) -> None:
    coming = household()
    assert [(one.persons, one.by) for one in known_needs(coordinator, today).own] == [(4, today + timedelta(days=14))]
    need(coming, adults=1, children=0, wanted_by=date(2027, 1, 31))
    assert [(one.persons, one.by) for one in known_needs(coordinator, today).own] == [(1, date(2027, 1, 31))]


@pytest.mark.parametrize("how", ["withdrawn", "housed", "closed", "withdrawn need", "own home", "living here"])
def test_who_needs_no_home_is_not_counted(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    tenancy: Callable[..., Tenancy],
    today: date,
    how: str,
) -> None:
    one = household()
    if how == "withdrawn":
        Assignment.objects.update(status=Assignment.Status.WITHDRAWN)
    elif how == "housed":
        tenancy(dwelling(), one)
    elif how == "closed":
        Case.objects.update(closed_on=today)
    elif how == "withdrawn need":
        need(one, status=HousingNeed.Status.WITHDRAWN)
    elif how == "own home":
        Household.objects.update(needs_dwelling=False)
    else:
        Household.objects.update(already_living_here=True)
    assert known_needs(coordinator, today).shown == 0


@pytest.mark.usefixtures("nobody_expected")
def test_the_number_of_the_year_is_spread_over_what_is_left(coordinator: Actor, today: date) -> None:
    YearlyNumber.objects.create(
        year=2027, kind="decided", persons=24, status="settled", on=date(2026, 11, 2), body="Migrationsverket"
    )
    page = balance_page(coordinator, Asked(months=14, persons=0), today=today)
    assert page.expected == (Expected(2026), Expected(2027, 24, "decided", "Migrationsverket", 0))
    new = {f"{month.month:%Y-%m}": sum(month.new) for month in page.base.months}
    assert (new["2026-11"], new["2026-12"]) == (0, 0)
    assert sum(new.values()) == 7
    assert max(new.values()) == 1


def test_assigned_persons_are_no_longer_expected(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    household()
    # The municipality's own figure for 2026 is 25; four have been assigned.
    (this_year,) = balance_page(coordinator, Asked(months=1, persons=0), today=today).expected
    assert (this_year.number, this_year.basis, this_year.assigned, this_year.left) == (25, "history", 4, 21)


def test_who_knows_how_many_are_left_may_say_so(coordinator: Actor, today: date) -> None:
    this_year, next_year = balance_page(coordinator, Asked(months=3, persons=0, left=3), today=today).expected
    assert (this_year.number, this_year.left, next_year.left) == (25, 3, 0)
    nobody = balance_page(coordinator, Asked(months=3, persons=0, left=0), today=today)
    assert nobody.base.first_waiting is None


def test_a_decision_goes_before_a_preliminary_number_and_a_voided_one_is_no_number(
    coordinator: Actor, today: date
) -> None:
    def write(kind: str, persons: int, on: date, **more: Any) -> None:
        YearlyNumber.objects.create(
            year=2027, kind=kind, persons=persons, on=on, body="Migrationsverket", status="settled", **more
        )

    def number() -> tuple[int | None, str]:
        found = balance_page(coordinator, Asked(months=3, persons=0), today=today).expected[1]
        return found.number, found.basis

    write("preliminary", 9, date(2026, 10, 1))
    assert number() == (9, "preliminary")
    write("decided", 7, date(2026, 11, 1), voided_at="2026-11-02T08:00Z", void_reason="Fel år")
    assert number() == (9, "preliminary")
    write("decided", 8, date(2026, 11, 3))
    assert number() == (8, "decided")
    write("swap", 6, date(2026, 11, 20), counterpart="Håbo")
    assert number() == (6, "decided")


# --- the scenario -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nobody_expected")
def test_a_surge_of_thirty_in_three_months(coordinator: Actor, dwelling: Callable[..., Dwelling], today: date) -> None:
    dwelling(capacity=6)
    page = balance_page(coordinator, Asked(persons=30, start=date(2027, 2, 1)), today=today)
    assert page.base.first_waiting is None
    assert page.surged.first_waiting == date(2027, 2, 1)
    new = {month.month.month: sum(month.new) for month in page.surged.months if any(month.new)}
    assert set(new) == {2, 3, 4}
    assert sum(new.values()) == 8
    assert sum(page.surged.lacking) == 7


def test_eight_times_as_many_from_a_month(coordinator: Actor, today: date) -> None:
    YearlyNumber.objects.create(
        year=2027, kind="decided", persons=12, status="settled", on=date(2026, 11, 2), body="Migrationsverket"
    )
    asked = Asked(months=14, persons=0, times=8, start=date(2027, 1, 1))
    page = balance_page(coordinator, asked, today=today)

    def new(found: Any) -> int:
        return sum(sum(month.new) for month in found.months if month.month.year == 2027)

    assert new(page.surged) == 8 * new(page.base) > 0


def test_the_file_has_each_size_and_the_sum(coordinator: Actor, today: date) -> None:
    rows = table(balance_page(coordinator, Asked(months=3), today=today))
    assert len(rows) == 2 * 3 * 4
    for at in range(0, len(rows), 4):
        parts, whole = rows[at : at + 3], rows[at + 3]
        assert [sum(row[column] for row in parts) for column in range(3, 8)] == whole[3:]  # type: ignore[misc]


# --- who sees what ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.COORDINATOR, True),
        (Role.HOUSING_COORDINATOR, True),
        (Role.CONTROLLER, True),
        (Role.STRATEGIST, True),
        (Role.ADMINISTRATOR, True),
        (Role.SOCIAL_SECRETARY, False),
        (Role.SCHOOL_ADMINISTRATOR, False),
        (Role.ASSOCIATION, False),
        (Role.DATA_PROTECTION_OFFICER, False),
        (Role.NEWCOMER, False),
    ],
)
def test_who_sees_the_balance(actor: Callable[..., Actor], today: date, role: Role, allowed: bool) -> None:
    who = actor(role)
    if allowed:
        balance_page(who, PLAIN, today=today)
        entry = AuditEntry.objects.get(action="housing_balance.viewed")
        assert entry.details == {"months": 12, "persons": 0, "times": 1}
    else:
        with pytest.raises(Refused):
            balance_page(who, PLAIN, today=today)


@pytest.mark.usefixtures("nobody_expected")
def test_without_reach_the_page_is_the_same_for_every_small_number(
    strategist: Actor,
    dwelling: Callable[..., Dwelling],
    settled: Callable[..., Household],
    need: Callable[..., HousingNeed],
    today: date,
) -> None:
    """Whoever may not know of the households gets the same page for 1 as for 4, whatever scenario is asked for."""
    dwelling(capacity=4)
    asked = [Asked(persons=persons, times=2, mix=mix) for persons in (0, 3, 9) for mix in ((4, 4, 2), (1, 0, 0))]

    def seen() -> list[Any]:
        pages = [balance_page(strategist, one, today=today) for one in asked]
        return [(page.base, page.surged, page.known.shown, page.known.counted, page.expected) for page in pages]

    need(settled(family="Ettsson", assigned=False), adults=1, children=0, wanted_by=date(2027, 6, 1))
    first = seen()
    assert first[0][2:4] == (None, 4)
    for number in range(3):
        need(settled(family=f"Flersson{number}", assigned=False), adults=2, children=number)
        assert seen() == first
    need(settled(family="Femsson", assigned=False))
    assert balance_page(strategist, asked[0], today=today).known.shown == 5


@pytest.mark.usefixtures("nobody_expected")
def test_in_the_own_branch_the_small_number_is_shown(
    coordinator: Actor, settled: Callable[..., Household], need: Callable[..., HousingNeed], today: date
) -> None:
    need(settled())
    assert balance_page(coordinator, PLAIN, today=today).known.shown == 1


def test_another_branch_sees_what_was_disclosed_and_that_there_are_a_few_more(
    letting: Actor,
    settled: Callable[..., Household],
    need: Callable[..., HousingNeed],
    disclose: Callable[..., None],
    today: date,
) -> None:
    given = settled()
    need(given)
    need(settled(family="Annansson"))
    disclose(given, ["housing_need"])
    known = known_needs(letting, today)
    assert (len(known.own), known.shown, known.hidden, known.counted) == (1, None, True, 4)


def test_a_protected_household_is_counted_only_for_who_may_see_it(
    coordinator: Actor,
    actor: Callable[..., Actor],
    settled: Callable[..., Household],
    need: Callable[..., HousingNeed],
    today: date,
) -> None:
    closed = settled()
    need(closed)
    protect(closed)
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    assert known_needs(coordinator, today).shown == 0
    assert known_needs(actor(Role.STRATEGIST), today).shown == 0
    assert known_needs(trusted, today).shown == 1
    # The file leaves it out for all: it may be sent on.
    assert balance_page(trusted, PLAIN, today=today).known.shown == 1
    assert balance_page(trusted, PLAIN, today=today, exported=True).known.shown == 0
    assert AuditEntry.objects.filter(action="housing_balance.exported").count() == 1


def test_the_file_is_the_same_with_and_without_reach_of_protected_households(
    coordinator: Actor,
    actor: Callable[..., Actor],
    dwelling: Callable[..., Dwelling],
    tenancy: Callable[..., Tenancy],
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    today: date,
) -> None:
    closed = household()
    tenancy(dwelling(), closed, ends_on=today + timedelta(days=10))
    need(closed)
    dwelling()
    protect(closed)
    trusted = actor(Role.COORDINATOR, handles_protected=True)

    def read(who: Actor, exported: bool) -> tuple[Any, ...]:
        page = balance_page(who, Asked(), today=today, exported=exported)
        return table(page), page.vacant, page.known, page.expected

    assert read(trusted, exported=False) != read(coordinator, exported=False)
    assert read(trusted, exported=True) == read(coordinator, exported=True)


def test_the_threshold_is_the_municipalitys(coordinator: Actor, strategist: Actor, today: date) -> None:
    owner = Municipality.objects.get()
    owner.data["settings"]["small_number_threshold"] = 7
    owner.save()
    assert known_needs(coordinator, today).threshold == small_number_threshold() == 7
    assert statistics(strategist, today=today).threshold == 7


def test_without_a_municipality_the_threshold_is_that_of_the_folder(db: None) -> None:
    assert small_number_threshold() == MunicipalityFile.model_fields["small_number_threshold"].default


def test_few_assigned_are_not_told_without_reach(
    strategist: Actor, household: Callable[..., Household], today: date
) -> None:
    household()
    (this_year,) = balance_page(strategist, Asked(months=1, persons=0), today=today).expected
    assert (this_year.assigned, this_year.left) == (None, 25)
    household(family="Provsson")
    (this_year,) = balance_page(strategist, Asked(months=1, persons=0), today=today).expected
    assert (this_year.assigned, this_year.left) == (8, 17)


def test_queries_do_not_grow_with_rows(
    coordinator: Actor,
    dwelling: Callable[..., Dwelling],
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    today: date,
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            balance_page(coordinator, Asked(), today=today)
        return len(caught)

    dwelling()
    need(household())
    few = asked()
    for number in range(3):
        dwelling()
        need(household(family=f"Provsson{number}"))
    assert asked() == few


# --- what a year can take ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nobody_expected")
def test_what_a_year_can_take(dwelling: Callable[..., Dwelling], today: date) -> None:
    dwelling(capacity=2)
    dwelling(capacity=4, available_from=date(2027, 5, 1))
    dwelling(capacity=6, available_from=date(2028, 2, 1))
    supply = year_supply(2027, today=today)
    assert (supply.vacant, supply.becoming_free, supply.capacity) == (1, 1, (6, 6))
    assert supply.first_waiting is None
    assert year_supply(2026, today=today).capacity == (2, 2)
    assert year_supply(2028, today=today).capacity[1] == 12
    assert year_supply(2020, today=today).capacity == (0, 0)


@pytest.mark.usefixtures("nobody_expected")
def test_few_needs_take_the_same_from_a_years_capacity(
    dwelling: Callable[..., Dwelling],
    settled: Callable[..., Household],
    need: Callable[..., HousingNeed],
    today: date,
) -> None:
    """The figures are kept with the wish and sent on, so one household gives the same as four."""
    for _ in range(6):
        dwelling(capacity=4)
    assert year_supply(2027, today=today).capacity[1] == 24
    kept = set()
    for number in range(4):
        need(settled(family=f"Provsson{number}", assigned=False), adults=1 + number % 2)
        kept.add(year_supply(2027, today=today).capacity)
    assert len(kept) == 1


def test_the_years_own_number_does_not_take_from_its_capacity(dwelling: Callable[..., Dwelling], today: date) -> None:
    dwelling(capacity=4)
    before = year_supply(2027, today=today)
    YearlyNumber.objects.create(
        year=2027, kind="preliminary", persons=40, status="settled", on=date(2026, 11, 2), body="Migrationsverket"
    )
    after = year_supply(2027, today=today)
    assert after.capacity == before.capacity
    assert (before.expected_before, after.expected_before) == (25, 25)
    assert after.first_waiting is not None
