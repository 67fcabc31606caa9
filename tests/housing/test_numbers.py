"""The yearly number: what may be written down, the way of the wish, the criteria, and the summary's small numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.housing import number_queries, numbers
from hemvist.housing.models import CriterionValue, Dwelling, EarlyEnding, SupportGiven, Tenancy, YearlyNumber
from hemvist.housing.number_summary import summary, with_total
from hemvist.law.yearly_number import StageKind
from hemvist.organisation import records
from hemvist.organisation.models import Function, HistoricalFigure, Responsibility, Unit
from hemvist.reception.models import Household, Person

pytestmark = pytest.mark.django_db

GROUNDS = {"housing": "Sju bostäder blir lediga.", "labour": "Brist på undersköterskor.", "labour_source": "AF"}


@pytest.fixture
def strategist(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.STRATEGIST)


@pytest.fixture
def told(strategist: Actor, today: date) -> Callable[..., YearlyNumber]:
    """``told(kind, **changes)``: a number of 2027 as Migrationsverket told it."""

    def make(kind: str = "preliminary", by: Actor | None = None, **changes: Any) -> YearlyNumber:
        values: dict[str, Any] = {
            "year": 2027,
            "persons": 8,
            "on": date(2026, 10, 1),
            "body": "Migrationsverket",
            "counterpart": "Håbo" if kind == "swap" else "",
        }
        return numbers.record_number(by or strategist, kind=kind, today=today, **{**values, **changes})

    return make


@pytest.fixture
def wish(strategist: Actor, today: date) -> YearlyNumber:
    return numbers.draft_wish(strategist, year=2027, persons=10, grounds=GROUNDS, today=today)


def settle(actor: Actor, wish: YearlyNumber, today: date, **changes: Any) -> YearlyNumber:
    values = {"on": date(2026, 11, 10), "body": "Kommunstyrelsen", "reference": "KS § 120"}
    return numbers.settle_wish(actor, wish, today=today, **{**values, **changes})


def deny_day(year: int, latest: date) -> Any:
    found = records.housing()
    assert found is not None
    day = {"year": year, "latest_on": latest, "source": "Länsstyrelsen"}
    return lambda: found.model_copy(update={"wish_days": [type("D", (), day)]})


# --- numbers that others tell -----------------------------------------------------------------------------------------


def test_the_number_that_holds_is_the_latest_decided_or_swapped(
    told: Callable[..., YearlyNumber], strategist: Actor, today: date
) -> None:
    told()
    told("decided", persons=9, on=date(2026, 10, 20))
    told("swap", persons=7, on=date(2026, 11, 20))
    assert number_queries.year_page(strategist, 2027, today=date(2026, 10, 19)).holds is None
    held = number_queries.year_page(strategist, 2027, today=date(2026, 11, 19)).holds
    assert held is not None
    assert held.persons == 9
    page = number_queries.year_page(strategist, 2027, today=today)
    assert page.holds is not None
    assert (page.holds.persons, page.holds.counterpart) == (7, "Håbo")
    assert [row.stage for row in page.versions] == [StageKind.PRELIMINARY, StageKind.DECIDED, StageKind.SWAP]
    assert [row.holds for row in page.versions] == [False, False, True]
    assert page.problems == []


def test_a_second_decision_is_a_revised_number(
    told: Callable[..., YearlyNumber], strategist: Actor, today: date
) -> None:
    told()
    told("decided", on=date(2026, 10, 20))
    told(persons=6, on=date(2026, 10, 25))
    told("decided", persons=6, on=date(2026, 11, 2))
    page = number_queries.year_page(strategist, 2027, today=today)
    assert page.versions[-1].stage is StageKind.REVISED
    assert page.versions[-1].label == "Reviderat kommuntal"
    assert page.problems == []


def test_what_is_out_of_order_is_told_with_its_paragraph(
    told: Callable[..., YearlyNumber], strategist: Actor, today: date
) -> None:
    told("swap", on=date(2026, 11, 1))
    (problem,) = number_queries.year_page(strategist, 2027, today=today).problems
    assert str(problem.source) == "6 § 2026:1330"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"persons": -1}, "persons"),
        ({"persons": 100_001}, "persons"),
        ({"on": date(2026, 11, 24)}, "on"),
        ({"body": "  "}, "body"),
        ({"body": "x" * 201}, "body"),
        ({"reference": "x" * 101}, "reference"),
        ({"kind": "swap", "counterpart": ""}, "counterpart"),
        ({"year": 2015}, "year"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    told: Callable[..., YearlyNumber], changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as error:
        told(**changed)
    assert list(error.value.error_dict) == [field]
    assert not YearlyNumber.objects.exists()


def test_2026_has_no_preliminary_number_and_no_wish_but_a_decision(
    told: Callable[..., YearlyNumber], strategist: Actor, today: date
) -> None:
    with pytest.raises(ValidationError, match="2016:38"):
        told(year=2026)
    with pytest.raises(ValidationError, match="inget önskemål"):
        numbers.draft_wish(strategist, year=2026, persons=25, grounds={}, today=today)
    told("decided", year=2026, persons=25, on=date(2025, 11, 20), body="Länsstyrelsen")
    told("swap", year=2026, persons=20, on=date(2026, 5, 1), body="Länsstyrelsen")
    page = number_queries.year_page(strategist, 2026, today=today)
    assert page.holds is not None
    assert page.holds.persons == 20
    assert page.problems == []
    assert not page.preliminary


def test_a_wish_is_not_recorded_as_a_number(told: Callable[..., YearlyNumber]) -> None:
    with pytest.raises(ValidationError, match="slag av tal"):
        told("wish")


def test_the_same_number_twice_is_refused_until_the_first_is_struck(
    told: Callable[..., YearlyNumber], strategist: Actor, today: date
) -> None:
    first = told()
    with pytest.raises(ValidationError, match="redan antecknat"):
        told()
    with pytest.raises(ValidationError) as error:
        numbers.void_number(strategist, first, reason=" ")
    assert list(error.value.error_dict) == ["reason"]
    numbers.void_number(strategist, first, reason="Gällde en annan kommun")
    told()
    with pytest.raises(ValidationError, match="redan struket"):
        numbers.void_number(strategist, first, reason="Igen")
    page = number_queries.year_page(strategist, 2027, today=today)
    assert [number.pk for number in page.voided] == [first.pk]
    assert len(page.versions) == 1
    # The reason stays with the number: the journal holds nothing that somebody typed.
    assert page.voided[0].void_reason == "Gällde en annan kommun"
    assert AuditEntry.objects.get(action="yearly_number.voided").reason == ""


def test_two_who_write_down_the_same_number_at_once_take_turns(told: Callable[..., YearlyNumber]) -> None:
    with CaptureQueriesContext(connection) as caught:
        told()
    asked = [query["sql"] for query in caught]
    turn = next(place for place, sql in enumerate(asked) if "organisation_municipality" in sql)
    assert turn < next(place for place, sql in enumerate(asked) if "housing_yearlynumber" in sql)
    assert ("FOR UPDATE" in asked[turn]) == connection.features.has_select_for_update


# --- the wish ---------------------------------------------------------------------------------------------------------


def test_a_wish_goes_from_draft_to_settled_to_sent(
    wish: YearlyNumber, strategist: Actor, told: Callable[..., YearlyNumber], today: date
) -> None:
    told()
    assert (wish.status, wish.on, wish.body) == ("draft", None, "")
    settled = settle(strategist, wish, today)
    assert (settled.status, settled.on, settled.body, settled.reference) == (
        "settled",
        date(2026, 11, 10),
        "Kommunstyrelsen",
        "KS § 120",
    )
    sent = numbers.send_wish(strategist, settled, sent_on=date(2026, 11, 12), today=today)
    assert (sent.status, sent.sent_on) == ("sent", date(2026, 11, 12))
    page = number_queries.year_page(strategist, 2027, today=today)
    assert page.holds is None
    assert page.problems == []
    assert [row.stage for row in page.versions] == [StageKind.PRELIMINARY, StageKind.WISH]
    deeds = list(AuditEntry.objects.filter(action__contains="wish_").order_by("id").values_list("action", flat=True))
    assert deeds == [f"yearly_number.wish_{deed}" for deed in ("drafted", "settled", "sent")]


def test_grounds_and_figures_are_kept_as_they_were(wish: YearlyNumber, strategist: Actor, today: date) -> None:
    assert wish.grounds == GROUNDS
    wish.refresh_from_db()
    assert wish.figures["on"] == "2026-11-23"
    assert wish.figures["national"] == 1600
    assert wish.figures["share"] == [5, 8]
    assert wish.figures["capacity"] == [0, 0]
    # Those expected this year would take the home first.
    HistoricalFigure.objects.filter(year=2026).delete()
    Dwelling.objects.create(
        code="EX-9",
        landlord=Unit.objects.get(code="ehb"),
        address="Exempelvägen 9",
        area="centrum",
        rooms=2,
        capacity=3,
        rent=7000,
        available_from=today,
        sort_key="9",
        search_key="9",
    )
    shown = number_queries.year_page(strategist, 2027, today=today).wish
    assert shown is not None
    assert dict(shown.figures)["Personer som får plats under året, utöver dem som redan väntas"] == 0
    assert shown.lacking == ["Platser i skola och förskola"]
    changed = numbers.change_wish(
        strategist, wish, persons=11, grounds={"school": "Fyra platser", "school_as_of": today}, today=today
    )
    assert (changed.figures["capacity"], changed.figures["share"]) == ([2, 3], [6, 8])
    assert changed.grounds == {"school": "Fyra platser", "school_as_of": "2026-11-23"}


def test_nothing_of_a_person_goes_to_the_county(wish: YearlyNumber, strategist: Actor, today: date) -> None:
    personal = "Anna 19850101-1234 bor här"
    for grounds in ({"other": personal}, {"school": "Fyra platser", "school_source": personal}):
        with pytest.raises(ValidationError, match="Skriv inget om en person") as error:
            numbers.change_wish(strategist, wish, persons=9, grounds=grounds, today=today)
        assert list(error.value.error_dict) == [next(name for name, text in grounds.items() if text == personal)]
    with pytest.raises(ValidationError, match="Skriv inget om en person"):
        numbers.record_criterion(
            strategist, year=2027, criterion="labour_market", value=personal, source="SCB", as_of=today, today=today
        )
    wish.refresh_from_db()
    assert wish.grounds == GROUNDS


def test_a_figure_is_not_of_a_day_to_come(wish: YearlyNumber, strategist: Actor, today: date) -> None:
    with pytest.raises(ValidationError) as error:
        numbers.change_wish(
            strategist, wish, persons=9, grounds={"school": "4", "school_as_of": today + timedelta(days=1)}, today=today
        )
    assert list(error.value.error_dict) == ["school_as_of"]


def test_one_draft_a_year(wish: YearlyNumber, strategist: Actor, today: date) -> None:
    with pytest.raises(ValidationError, match="redan ett utkast"):
        numbers.draft_wish(strategist, year=2027, persons=3, grounds={}, today=today)
    settle(strategist, wish, today)
    again = numbers.draft_wish(strategist, year=2027, persons=3, grounds={}, today=today)
    assert number_queries.current_wish(strategist, 2027) == again


def test_the_second_of_two_who_begin_a_wish_at_once_is_told(
    strategist: Actor, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    basis = number_queries.wish_basis

    def meanwhile(*args: Any, **kwargs: Any) -> number_queries.WishBasis:
        YearlyNumber.objects.create(year=2027, kind="wish", status="draft", persons=3)
        return basis(*args, **kwargs)

    monkeypatch.setattr(number_queries, "wish_basis", meanwhile)
    with pytest.raises(ValidationError, match="redan ett utkast"):
        numbers.draft_wish(strategist, year=2027, persons=10, grounds={}, today=today)
    assert not AuditEntry.objects.filter(action="yearly_number.wish_drafted").exists()


def test_a_settled_wish_is_not_changed_nor_sent_twice(wish: YearlyNumber, strategist: Actor, today: date) -> None:
    with pytest.raises(ValidationError, match="Bara ett fastställt"):
        numbers.send_wish(strategist, wish, sent_on=today, today=today)
    settle(strategist, wish, today)
    with pytest.raises(ValidationError, match="redan fastställt"):
        settle(strategist, wish, today)
    with pytest.raises(ValidationError, match="Skriv ett nytt"):
        numbers.change_wish(strategist, wish, persons=1, grounds={}, today=today)
    numbers.send_wish(strategist, wish, sent_on=today, today=today)
    with pytest.raises(ValidationError, match="Bara ett fastställt"):
        numbers.send_wish(strategist, wish, sent_on=today, today=today)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"on": date(2026, 11, 24)}, "on"),
        ({"body": ""}, "body"),
        ({"reference": ""}, "reference"),
    ],
)
def test_a_wish_is_settled_by_a_body_on_a_day_that_can_be_found(
    wish: YearlyNumber, strategist: Actor, today: date, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as error:
        settle(strategist, wish, today, **changed)
    assert list(error.value.error_dict) == [field]


def test_a_wish_is_not_sent_before_it_was_settled(wish: YearlyNumber, strategist: Actor, today: date) -> None:
    settle(strategist, wish, today)
    for day in (date(2026, 11, 9), today + timedelta(days=1)):
        with pytest.raises(ValidationError) as error:
            numbers.send_wish(strategist, wish, sent_on=day, today=today)
        assert list(error.value.error_dict) == ["sent_on"]
    numbers.send_wish(strategist, wish, sent_on=date(2026, 11, 10), today=today)


def test_a_wish_that_is_late_says_so(
    wish: YearlyNumber, strategist: Actor, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = number_queries.year_page(strategist, 2027, today=today)
    assert page.wish_by.value is None
    assert page.wish_by.missing == ("wish_stated_latest_on",)
    monkeypatch.setattr(records, "housing", deny_day(2027, today - timedelta(days=1)))
    page = number_queries.year_page(strategist, 2027, today=today)
    assert page.wish_by.value == today - timedelta(days=1)
    assert page.wish is not None
    assert page.wish.late
    monkeypatch.setattr(records, "housing", deny_day(2027, today))
    page = number_queries.year_page(strategist, 2027, today=today)
    assert page.wish is not None
    assert not page.wish.late


def test_who_answers_for_the_wish(strategist: Actor, today: date) -> None:
    assert number_queries.year_page(strategist, 2027, today=today).responsible is None
    Responsibility.objects.create(
        function=Function.objects.get(code="reception_wish"),
        unit=Unit.objects.get(code="executive_office"),
        valid_from=today,
        decision_reference="KF § 1",
    )
    found = number_queries.year_page(strategist, 2027, today=today).responsible
    assert found is not None
    assert found.code == "executive_office"


def test_the_share_of_the_country_is_an_interval_of_known_years() -> None:
    found = number_queries.forecast(2027, {2018: 80, 2020: 34, 2021: 30, 2025: 21, 2026: 25, 2027: 9})
    assert found is not None
    # 2021 has no known national number; 2027 is the year itself.
    assert found.years == (2018, 2020, 2025, 2026)
    assert (found.low, found.high) == (5, 8)
    assert number_queries.forecast(2027, {2027: 9}) is None
    assert number_queries.forecast(2040, {2026: 25}) is None


# --- who may what -----------------------------------------------------------------------------------------------------

WORKERS = {Role.COORDINATOR, Role.STRATEGIST, Role.ADMINISTRATOR}
DECIDERS = {Role.STRATEGIST, Role.ADMINISTRATOR}
VIEWERS = set(Role) - {Role.ASSOCIATION, Role.NEWCOMER}


@pytest.mark.parametrize("role", list(Role))
def test_who_may_what(
    actor: Callable[..., Actor], told: Callable[..., YearlyNumber], wish: YearlyNumber, today: date, role: Role
) -> None:
    who = actor(role)

    def may(deed: Callable[[], object]) -> bool:
        try:
            deed()
        except Refused:
            return False
        return True

    assert may(lambda: number_queries.year_page(who, 2027, today=today)) == (role in VIEWERS)
    assert may(lambda: number_queries.years_page(who, today=today)) == (role in VIEWERS)
    assert may(lambda: summary(who, 2027, today=today)) == (role in VIEWERS)
    assert may(lambda: told(by=who)) == (role in WORKERS)
    assert may(lambda: number_queries.wish_basis(who, 2027, today=today)) == (role in WORKERS)
    change = {"persons": 4, "grounds": {}, "today": today}
    assert may(lambda: numbers.change_wish(who, wish, **change)) == (role in WORKERS)
    criterion = {"criterion": "areas", "value": "0", "source": "Boverket", "as_of": today, "today": today}
    assert may(lambda: numbers.record_criterion(who, year=2027, **criterion)) == (role in WORKERS)
    assert may(lambda: settle(who, wish, today)) == (role in DECIDERS)
    if role not in DECIDERS:
        YearlyNumber.objects.filter(pk=wish.pk).update(status="settled", on=today, body="Kommunstyrelsen")
    assert may(lambda: numbers.send_wish(who, wish, sent_on=today, today=today)) == (role in DECIDERS)
    assert may(lambda: numbers.void_number(who, wish, reason="Fel")) == (role in DECIDERS)


def test_years_beyond_all_reason_are_not_found(strategist: Actor, wish: YearlyNumber, today: date) -> None:
    for year in (2015, 2101):
        with pytest.raises(NotVisible):
            number_queries.year_page(strategist, year, today=today)
    with pytest.raises(NotVisible):
        number_queries.one_number(strategist, 2028, wish.pk)


@pytest.mark.parametrize("year", [2016, 2026, 2027, 2028, 2100])
def test_every_year_has_a_page(strategist: Actor, today: date, year: int) -> None:
    page = number_queries.year_page(strategist, year, today=today)
    assert page.criteria
    assert page.procedure


# --- the criteria -----------------------------------------------------------------------------------------------------


def test_a_criterion_keeps_its_earlier_values_and_last_years(strategist: Actor, today: date) -> None:
    def write(year: int, code: str, value: str) -> CriterionValue:
        return numbers.record_criterion(
            strategist, year=year, criterion=code, value=value, source="SCB", as_of=date(2026, 11, 1), today=today
        )

    write(2026, "population_2016", "48 000")
    write(2027, "population", "49 000")
    write(2027, "population", "49 100")
    page = number_queries.year_page(strategist, 2027, today=today)
    rows = {row.criterion.code: row for row in page.criteria}
    assert len(rows) == 6
    row = rows["population"]
    assert row.value is not None
    assert (row.value.value, [value.value for value in row.earlier]) == ("49 100", ["49 000"])
    assert row.last_year is not None
    assert row.last_year.value == "48 000"
    assert page.lacking == 5


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": ""}, "value"),
        ({"source": " "}, "source"),
        ({"as_of": date(2026, 11, 24)}, "as_of"),
        ({"criterion": "population_2016"}, None),
        ({"criterion": "nationality"}, None),
    ],
)
def test_a_value_has_a_source_and_belongs_to_the_act(
    strategist: Actor, today: date, changed: dict[str, Any], field: str | None
) -> None:
    values: dict[str, Any] = {"criterion": "areas", "value": "0", "source": "Boverket", "as_of": today}
    with pytest.raises(ValidationError) as error:
        numbers.record_criterion(strategist, year=2027, today=today, **{**values, **changed})
    assert (list(error.value.error_dict) if hasattr(error.value, "error_dict") else [None]) == [field]
    assert not CriterionValue.objects.exists()


# --- the summary ------------------------------------------------------------------------------------------------------


def lines(actor: Actor, year: int, today: date) -> dict[tuple[str, str], Any]:
    return {(line.section, line.label): line.value for line in summary(actor, year, today=today)}


def test_the_summary_tells_versions_wish_and_homes(
    strategist: Actor,
    wish: YearlyNumber,
    told: Callable[..., YearlyNumber],
    dwelling: Callable[..., Dwelling],
    today: date,
) -> None:
    told()
    dwelling(capacity=4)
    dwelling(capacity=3, available_from=date(2028, 1, 1))
    assert ("Kommunens önskemål", "Önskat antal") not in lines(strategist, 2027, today)
    settle(strategist, wish, today)
    found = lines(strategist, 2027, today)
    assert found["Kommuntal", "Antal i landet"] == 1600
    assert found["Kommuntal", "Preliminär fördelning"] == 8
    assert found["Kommunens önskemål", "Önskat antal"] == 10
    assert found["Kommunens önskemål", "Arbetsmarknad"] == "Brist på undersköterskor."
    assert (found["Bostäder", "Bostäder under året"], found["Bostäder", "Platser i dem"]) == (1, 4)
    assert AuditEntry.objects.filter(action="yearly_number.summary_exported").count() == 2


def test_small_numbers_and_protected_cases_are_left_out_of_the_summary(
    strategist: Actor,
    household: Callable[..., Household],
    dwelling: Callable[..., Dwelling],
    tenancy: Callable[..., Tenancy],
    today: date,
) -> None:
    received = "Mottagna hittills under året"
    homes = [
        household(family=f"Provsson{number}", received_on=date(2026, 11, 20), planned_arrival_on=None)
        for number in range(3)
    ]
    protected = homes[-1]
    Case.objects.filter(pk=protected.case_id).update(protected_since="2026-11-01T08:00Z")
    for home in homes:
        tenancy(dwelling(), home, form=Tenancy.Form.RIGHT, ends_on=date(2029, 11, 20), starts_on=date(2026, 11, 20))
        SupportGiven.objects.create(case=home.case, duty="information", on=today, language="ukrainska")
        EarlyEnding.objects.create(
            person=Person.objects.filter(case=home.case).first(),
            ground="not_in_programme",
            opened_on=today,
            status="ends",
            decided_on=today,
            decided_by="Nämnden",
            reasons="Skäl",
            ends_on=today,
        )
    found = lines(strategist, 2026, today)
    # Two families of four, the third is protected.
    assert found[received, "Alla"] == 8
    assert found[received, "Kvotflykting (vidarebosatt)"] == 8
    assert found[received, "Anhörig"] == 0
    leases = "Hushåll med tidsbegränsat boende enligt lag (2026:1326)"
    assert (found[leases, "Avtal som började under året"], found[leases, "Alla"]) == (None, None)
    assert found["Personer vars rätt till boende har upphört i förtid", "Alla"] is None
    assert found["Hushåll som har fått stöd", "Information om villkoren för boendet (15 § 1 st)"] is None
    assert found["Hushåll som har fått stöd", "Hjälp att söka bostad (15 § 2 st)"] == 0


def test_that_protected_cases_are_left_out_is_told_whether_there_are_any_or_not(strategist: Actor, today: date) -> None:
    found = summary(strategist, 2026, today=today)
    counted = [line for line in found if line.section not in ("Kommuntal", "Kommunens önskemål")]
    assert counted
    assert {line.note for line in counted} == {"ärenden med skyddade personuppgifter är inte med"}


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_no_small_number_can_be_worked_out_from_the_sum(values: list[int]) -> None:
    cells, total = with_total(values, 5)
    hidden = [value for value, cell in zip(values, cells, strict=True) if cell is None]
    assert not any(cell is not None and 0 < cell < 5 for cell in (*cells, total))
    if total is not None and hidden:
        assert len(hidden) > 1
        assert sum(hidden) > len(hidden)
