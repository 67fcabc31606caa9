"""The page *Lag till nämnd*: its views, its search and day, its file; and task-level answers on *Vem gör vad*."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from hemvist.access.roles import Role
from hemvist.organisation.models import Function, Move, Municipality, Responsibility, Unit
from hemvist.planning.responsibility import Thing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day(monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    """The pages are shown on the day that the moves were decided."""
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today)


@pytest.fixture
def signed_in(user: Callable[..., Any], client_for: Callable[..., Client]) -> Client:
    return client_for(user(Role.STRATEGIST))


def page(client: Client, name: str = "responsibility-map", status: int = 200, **query: str) -> str:
    response = client.get(reverse(name), query)
    assert response.status_code == status
    text = response.content.decode()
    assert "style=" not in text
    return text.replace("\xa0", " ")


def test_laws_and_boards_with_the_gaps_in_words(signed_in: Client) -> None:
    text = page(signed_in)
    assert "Bosättningslagen (2016:38)" in text
    assert "Utbildningsnämnden" in text
    assert "Ingen svarar" in text
    assert "Flera svarar" in text
    assert "Ta upp frågan om god man för ett ensamkommande barn" in text
    assert "https://rkrattsbaser.gov.se/sfst?bet=2016:38" in text
    assert 'href="/ansvar/karta/?dag=2027-01-01&amp;vy=lagar"' in text


def test_the_tasks_by_unit_say_who_answers_and_what_it_takes(signed_in: Client) -> None:
    text = page(signed_in, vy="uppgifter")
    assert "TA07 Stöd och vägledning" in text
    assert "beteendevetare" in text
    assert reverse("unit", args=["integration"]) in text


def test_the_list_has_paragraph_address_unit_and_decision(signed_in: Client) -> None:
    text = page(signed_in, vy="lista", sok="38 § 2010:1122")
    assert "38 §, SFS 2010:1122" in text
    assert "https://rkrattsbaser.gov.se/sfst?bet=2010:1122" in text
    assert "Utbildningsnämndens reglemente" in text
    assert "TA18 Rapportering till Migrationsverket" in text
    assert "Samhällsorientering" not in text


def test_another_day_shows_the_new_law_and_the_decided_move(signed_in: Client, decided: Callable[..., Move]) -> None:
    decided()
    text = page(signed_in, vy="lista", dag="2027-01-01")
    assert "Så här är det 1 januari 2027" in text
    assert "Kommunfullmäktige" in text
    assert "KS2026/700" in text
    assert "KS2026/700" not in page(signed_in, vy="lista", sok="ersättning")


def test_a_day_that_cannot_be_read_is_told_at_its_field_and_nothing_typed_is_lost(signed_in: Client) -> None:
    text = page(signed_in, status=422, dag="i morgon", sok="2016:38")
    assert "Skriv dagen som ÅÅÅÅ-MM-DD." in text
    assert 'value="2016:38"' in text
    assert "Bosättningslagen (2016:38)" in text


@pytest.mark.parametrize("view", ["nonsense", "lagar", ""])
def test_an_unknown_view_is_the_first_one(signed_in: Client, view: str) -> None:
    assert "I varje ruta" in page(signed_in, vy=view)


def test_an_empty_answer_says_what_to_do(signed_in: Client) -> None:
    text = page(signed_in, sok="<script>zzz")
    assert "Inget svarar mot ”&lt;script&gt;zzz”." in text
    assert "Visa alla" in text
    Municipality.objects.all().delete()
    assert "hemvist municipality load" in page(signed_in)


def test_the_list_comes_as_a_file_with_one_line_for_each_that_answers(signed_in: Client) -> None:
    response = signed_in.get(reverse("responsibility-map-file"), {"sok": "2005:429"})
    assert response["Content-Disposition"].startswith('attachment; filename="lag-till-namnd-')
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    line = dict(zip(*rows, strict=True))
    assert (line["Lag"], line["Enhet"], line["Att se till"]) == ("2005:429", "", "Ingen svarar")
    assert line["Adress"] == "https://rkrattsbaser.gov.se/sfst?bet=2005:429"
    response = signed_in.get(reverse("responsibility-map-file"), {"format": "xlsx", "dag": "2027-01-01"})
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    laws = {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert {"2026:1326", "2016:38"} <= laws  # the older goes on for those it still concerns
    assert "1994:137" not in laws


def test_the_pages_speak_english(signed_in: Client) -> None:
    signed_in.cookies["django_language"] = "en"
    text = page(signed_in, vy="lista")
    assert "Receive those who are assigned to the municipality" in text
    assert "Education board" in text


def test_the_page_costs_the_same_however_much_there_is(signed_in: Client, django_assert_max_num_queries: Any) -> None:
    for view in ("lagar", "uppgifter", "lista"):
        with django_assert_max_num_queries(14):
            page(signed_in, vy=view)


# --- who does what ----------------------------------------------------------------------------------------------------


@pytest.fixture
def guidance_apart(municipality: None, today: date) -> None:
    """TA07 of the guidance lies with the contact centre since the first of November."""
    Responsibility.objects.create(
        function=Function.objects.get(code="guidance"),
        task="TA07",
        unit=Unit.objects.get(code="contact_center"),
        valid_from=date(2026, 11, 1),
        decision_reference="KS 2026-10-13 § 9",
    )


@pytest.mark.usefixtures("guidance_apart")
def test_who_does_what_tells_of_a_task_with_an_answer_of_its_own(signed_in: Client) -> None:
    text = page(signed_in, "who-does-what")
    assert "Vägledning: Stöd och vägledning (TA07)" in text
    assert "KS 2026-10-13 § 9" in text
    assert 'href="/ansvar/karta/"' in text
    assert "Ingen svarar i dag för Vägledning" not in text
    assert "Vägledning: Stöd och vägledning (TA07)" in page(signed_in, "who-does-what", sok="TA07")


@pytest.mark.usefixtures("guidance_apart")
def test_a_units_page_lists_the_tasks_that_it_answers_for(signed_in: Client) -> None:
    old = signed_in.get(reverse("unit", args=["integration"])).content.decode()
    assert "TA08 Hjälp att hitta i kommunens service" in old
    assert "TA07 Stöd och vägledning" not in old
    new = signed_in.get(reverse("unit", args=["contact_center"])).content.decode()
    assert "TA07 Stöd och vägledning" in new
    assert "Vägledning: Stöd och vägledning (TA07)" in new
    assert "Vägledningssamtal" in new
    assert "Vägledningssamtal" not in old


def test_a_planned_unit_is_not_among_those_that_work(signed_in: Client) -> None:
    planned = Unit.objects.get(code="reception_sn")
    assert planned.planned
    assert planned.name not in page(signed_in, "who-does-what")
    assert "finns inte ännu" in signed_in.get(reverse("unit", args=["reception_sn"])).content.decode()


def test_a_task_that_a_decided_move_gives_away_is_told_ahead(signed_in: Client, decided: Callable[..., Move]) -> None:
    decided(parts={Thing("guidance", "TA07"): "contact_center"}, closes=(), access=())
    text = page(signed_in, "who-does-what")
    assert "Från 1 januari 2027: Kontaktcenter. (TA07)" in text.replace("\n", " ")
