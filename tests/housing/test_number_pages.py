"""The pages of the yearly number: the years, a year, the forms that keep what was typed, the file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from openpyxl import load_workbook

from hemvist.access.actor import Actor
from hemvist.access.roles import Role
from hemvist.housing.models import CriterionValue, YearlyNumber

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def client(actor: Callable[..., Actor], client_for: Callable[..., Client]) -> Client:
    return client_for(actor(Role.STRATEGIST))


def plain(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    text = response.content.decode()
    assert "style=" not in text
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


def address(name: str, *args: Any) -> str:
    return reverse(name, args=args)


YEAR = ("yearly-number-year", 2027)
WISH = {
    "persons": "10",
    "housing": "Sju bostäder blir lediga.",
    "labour": "Brist på undersköterskor.",
    "labour_source": "Arbetsförmedlingens prognos",
    "labour_as_of": "2026-10-01",
}


def test_the_years_begin_with_this_and_the_next(client: Client) -> None:
    text = plain(client.get(address("yearly-number")))
    assert text.index("Öppna 2026") < text.index("Öppna 2027") < text.index("Andra år")
    assert "25, enligt kommunens årsuppgifter" in text
    assert "1600" in text.replace(" ", "")
    assert "Kommuntal och mottagna per år" in text


def test_an_empty_year_says_what_to_do(client: Client) -> None:
    text = plain(client.get(address(*YEAR)))
    assert "Inget tal är antecknat för året. Anteckna talet när kommunen har fått det." in text
    assert "Inget önskemål är skrivet." in text
    assert "Be systemförvaltaren lägga in dagen i kommunens uppgifter när" in text
    assert "I sammanställningen är ärenden med skyddade personuppgifter inte med" in text
    assert "Ingen är utpekad än. Se ansvarskartan" in text
    assert "6 kriterier saknar kommunens värde." in text
    assert "Lagen säger inte hur mycket varje kriterium väger." in text
    assert "barnets bästa" in text


def test_2026_says_that_there_is_no_wish(client: Client) -> None:
    text = plain(client.get(address("yearly-number-year", 2026)))
    assert "För 2026 har lagen inget önskemål om antal. Länsstyrelsen beslutar kommuntalet." in text
    assert "Skriv ett önskemål" not in text
    assert "Kommunens möjlighet att ordna bostäder" in text
    assert "får vägas in" in text
    form = plain(client.get(address("wish-edit", 2026)))
    assert "Anteckna det beslutade kommuntalet i stället" in form
    answer = client.post(address("wish-edit", 2026), WISH)
    assert answer.status_code == 422
    assert not YearlyNumber.objects.exists()


def test_from_preliminary_to_swap(client: Client) -> None:
    form = client.get(address("number-new", 2027, "preliminar"))
    assert 'value="Migrationsverket"' in form.content.decode()
    number = {"persons": "8", "on": "2026-10-01", "body": "Migrationsverket", "reference": "1.2-3"}
    assert client.post(address("number-new", 2027, "preliminar"), number).status_code == 302
    assert client.post(address("wish-edit", 2027), WISH).status_code == 302
    settled = {"body": "Kommunstyrelsen", "on": "2026-11-01", "reference": "KS § 12"}
    assert "Kommunen önskar ta emot 10 personer." in plain(client.get(address("wish-settle", 2027)))
    assert client.post(address("wish-settle", 2027), settled).status_code == 302
    assert client.post(address("wish-send", 2027), {"sent_on": "2026-11-02"}).status_code == 302
    decided = {**number, "persons": "9", "on": "2026-11-10"}
    assert client.post(address("number-new", 2027, "beslutat"), decided).status_code == 302
    swap = {**number, "persons": "7", "on": "2026-11-20", "counterpart": "Håbo"}
    assert client.post(address("number-new", 2027, "byte"), swap).status_code == 302
    text = plain(client.get(address(*YEAR)))
    assert "Kommunen ska ta emot 7 personer, enligt Migrationsverket 20 november 2026." in text
    assert "med Håbo" in text
    assert "Fastställt av Kommunstyrelsen 1 november 2026, KS § 12. Lämnat till länsstyrelsen 2 november 2026." in text
    assert "Arbetsförmedlingens prognos, 1 oktober 2026" in text
    assert "Siffrorna som fanns när det skrevs" in text
    assert "Ordningen stämmer inte" not in text
    assert "Kommuntal7, Migrationsverket" in plain(client.get(address("yearly-number")))


def test_no_wish_is_asked_for_once_the_number_is_decided(client: Client) -> None:
    number = {"persons": "8", "on": "2026-10-01", "body": "Migrationsverket"}
    client.post(address("number-new", 2027, "preliminar"), number)
    assert "Skriv ett önskemål" in plain(client.get(address(*YEAR)))
    client.post(address("number-new", 2027, "beslutat"), {**number, "on": "2026-11-10"})
    text = plain(client.get(address(*YEAR)))
    assert "Skriv ett önskemål" not in text
    assert "Kommuntalet är beslutat." in text
    # A changed national number begins a new round.
    client.post(address("number-new", 2027, "preliminar"), {**number, "on": "2026-11-15"})
    assert "Skriv ett önskemål" in plain(client.get(address(*YEAR)))


def test_an_agreement_before_the_decision_is_refused_at_its_day(client: Client) -> None:
    number = {"persons": "8", "on": "2026-11-10", "body": "Migrationsverket"}
    client.post(address("number-new", 2027, "beslutat"), number)
    swap = {**number, "persons": "7", "on": "2026-11-09", "counterpart": "Håbo"}
    answer = client.post(address("number-new", 2027, "byte"), swap)
    assert "Kommuntalet beslutades 10 november 2026." in plain(answer, 422)
    assert list(answer.context["form"].errors) == ["on"]
    assert not YearlyNumber.objects.filter(kind="swap").exists()
    assert client.post(address("number-new", 2027, "byte"), {**swap, "on": "2026-11-10"}).status_code == 302


def test_that_the_act_may_be_used_in_advance_is_told_for_2027_only(client: Client) -> None:
    words = "får tillämpas redan före"
    assert words in plain(client.get(address(*YEAR)))
    assert words not in plain(client.get(address("yearly-number-year", 2028)))


@pytest.mark.parametrize(("as_of", "old"), [("2024-12-31", True), ("2025-01-01", False)])
def test_a_value_of_long_ago_is_marked(client: Client, as_of: str, old: bool) -> None:
    client.post(address("criterion-new", 2027, "population"), {"value": "49 000", "source": "SCB", "as_of": as_of})
    assert ("äldre uppgift" in plain(client.get(address(*YEAR)))) == old


def test_out_of_order_is_told(client: Client) -> None:
    number = {"persons": "9", "on": "2026-11-10", "body": "Migrationsverket"}
    client.post(address("number-new", 2027, "beslutat"), number)
    text = plain(client.get(address(*YEAR)))
    assert "Ordningen stämmer inte med lagen" in text
    assert "saknar en preliminär fördelning innan" in text


def test_nothing_typed_is_lost_on_an_error(client: Client) -> None:
    answer = client.post(address("wish-edit", 2027), {**WISH, "persons": "många", "labour_as_of": "1 oktober"})
    text = answer.content.decode()
    assert answer.status_code == 422
    for typed in ("många", "Brist på undersköterskor.", "Arbetsförmedlingens prognos", "1 oktober"):
        assert typed in text
    assert "Skriv ett antal med siffror." in text
    answer = client.post(
        address("number-new", 2027, "beslutat"), {"persons": "9", "on": "2026-12-24", "body": "Migrationsverket"}
    )
    assert answer.status_code == 422
    assert "Dagen har inte kommit än." in plain(answer, 422)
    assert 'value="2026-12-24"' in answer.content.decode()


def test_the_wish_form_has_the_basis_beside_each_ground(client: Client) -> None:
    text = plain(client.get(address("wish-edit", 2027)))
    assert "Önskemålet får tillgodoses bara om det är möjligt med hänsyn till antalet i landet" in text
    assert "ska förutsättningarna för integration också vägas in" in text
    assert "Bostäder som blir lediga under 2027" in text
    assert "0 till 0" in text
    assert "5 till 8 personer" in text
    assert "2018: 80" in text
    assert "Hemvist har inga uppgifter om arbetsmarknaden." in text
    assert "Siffrorna är lika för alla som läser: små tal är räknade som det högsta de kan vara" in text
    assert "Ingen är utpekad än." in text


def test_a_draft_is_opened_as_it_was_typed(client: Client) -> None:
    client.post(address("wish-edit", 2027), WISH)
    text = client.get(address("wish-edit", 2027)).content.decode()
    for typed in ('value="10"', "Sju bostäder blir lediga.", 'value="2026-10-01"'):
        assert typed in text
    client.post(address("wish-edit", 2027), {**WISH, "persons": "12"})
    assert YearlyNumber.objects.get().persons == 12
    assert "Ändra utkastet" in plain(client.get(address(*YEAR)))


def test_settling_asks_for_a_draft_and_sending_for_a_settled_wish(client: Client) -> None:
    assert client.get(address("wish-settle", 2027)).status_code == 404
    client.post(address("wish-edit", 2027), WISH)
    assert client.get(address("wish-send", 2027)).status_code == 404
    answer = client.post(address("wish-settle", 2027), {"body": "Kommunstyrelsen", "on": "2026-11-01"})
    assert answer.status_code == 422
    assert 'value="Kommunstyrelsen"' in answer.content.decode()


def test_a_number_is_struck_with_its_reason(client: Client) -> None:
    client.post(
        address("number-new", 2027, "preliminar"), {"persons": "8", "on": "2026-10-01", "body": "Migrationsverket"}
    )
    number = YearlyNumber.objects.get()
    page = address("number-void", 2027, number.pk)
    assert client.post(page, {"reason": ""}).status_code == 422
    assert client.post(page, {"reason": "Fel kommun"}).status_code == 302
    text = plain(client.get(address(*YEAR)))
    assert "1 struket tal" in text
    assert "Fel kommun" in text
    assert client.get(address("number-void", 2028, number.pk)).status_code == 404


def test_a_criterion_gets_a_value_with_its_source(client: Client) -> None:
    page = address("criterion-new", 2027, "population")
    assert client.post(page, {"value": "49 000", "source": "", "as_of": "2026-11-01"}).status_code == 422
    assert client.post(page, {"value": "49 000", "source": "SCB", "as_of": "2026-11-01"}).status_code == 302
    text = plain(client.get(address(*YEAR)))
    assert "SCBgäller 1 november 2026" in text
    assert "5 kriterier saknar kommunens värde." in text
    assert client.get(address("criterion-new", 2027, "population_2016")).status_code == 404
    assert CriterionValue.objects.count() == 1


@pytest.mark.parametrize(
    "page",
    [
        ("yearly-number-year", 2015),
        ("yearly-number-year", 99999999),
        ("number-new", 2027, "annat"),
        ("number-new", 2101, "beslutat"),
        ("wish-edit", 99999999),
        ("yearly-summary", 2027, "pdf"),
        ("yearly-summary", 99999999, "csv"),
    ],
)
def test_what_is_not_there_is_not_found(client: Client, page: tuple[Any, ...]) -> None:
    assert client.get(address(*page)).status_code == 404


def test_the_summary_as_files(client: Client) -> None:
    client.post(address("wish-edit", 2027), {**WISH, "housing": "=1+1"})
    client.post(address("wish-settle", 2027), {"body": "Kommunstyrelsen", "on": "2026-11-01", "reference": "KS § 12"})
    answer = client.get(address("yearly-summary", 2027, "csv"))
    text = answer.content.decode("utf-8-sig")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kommuntal-2027.csv"'
    assert text.startswith("Avsnitt;Uppgift;Värde;Anmärkning")
    assert "Kommunens önskemål;Önskat antal;10;" in text
    assert ";'=1+1;" in text
    sheet = load_workbook(io.BytesIO(client.get(address("yearly-summary", 2027, "xlsx")).content)).active
    assert sheet is not None
    assert [cell.value for cell in next(sheet.iter_rows())] == ["Avsnitt", "Uppgift", "Värde", "Anmärkning"]


@pytest.mark.parametrize(
    ("role", "work", "decide"),
    [(Role.COORDINATOR, True, False), (Role.ADMINISTRATOR, True, True), (Role.SCHOOL_ADMINISTRATOR, False, False)],
)
def test_buttons_follow_what_one_may(
    actor: Callable[..., Actor],
    client_for: Callable[..., Client],
    client: Client,
    role: Role,
    work: bool,
    decide: bool,
) -> None:
    client.post(address("wish-edit", 2027), WISH)
    theirs = client_for(actor(role))
    text = plain(theirs.get(address(*YEAR)))
    assert ("Ändra utkastet" in text) == work
    assert ("Anteckna beslutet" in text) == decide
    assert (theirs.get(address("wish-edit", 2027)).status_code == 200) == work
    assert (theirs.get(address("wish-settle", 2027)).status_code == 200) == decide
    assert theirs.get(address("yearly-summary", 2027, "csv")).status_code == 200
