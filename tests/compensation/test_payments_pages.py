"""The pages of payments and of the reconciliation: from upload to a cleared difference, and who gets in."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from hemvist.access.actor import Actor
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.compensation.models import Clearance, Payment, PaymentFile
from hemvist.compensation.payment_file import LAYOUT
from hemvist.reception.models import FactKind, Identifier, Person
from hemvist.web.files import csv_bytes

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
HEADER = ("dossiernummer", "ersättning", "utbetalning", "belopp", "utbetalningsdatum")
LIST = "/ersattning/utbetalningar/"
LINES = "/ersattning/avstamning/"
ROWS = [
    ("10-1", "Initiala kostnader", "", "20 661", "2026-04-30"),
    ("10-1", "Schablonersättning", 1, "16 500", "2026-04-30"),
    ("10-1", "Schablonersättning", 2, "30 000", "2026-06-30"),
    ("=77", "Särskild <b>ersättning</b>", "", "5", "2026-06-30"),
]


@pytest.fixture
def client(controller: Actor, client_for: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: TODAY)
    return client_for(controller)


@pytest.fixture
def someone(person: Callable[..., Person]) -> Person:
    found = person(date(2026, 3, 18))
    Identifier.objects.create(person=found, kind="dossier", value="10-1", source="file", valid_from=TODAY)
    return found


def words(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def upload(client: Client, data: bytes, name: str = "lista.csv") -> Any:
    file = io.BytesIO(data)
    file.name = name
    return client.post(f"{LIST}las-in/", {"file": file}, follow=True)


def bring_in(client: Client, rows: Any = ROWS) -> str:
    run = upload(client, csv_bytes(HEADER, rows)).redirect_chain[-1][0]
    client.post(f"{run}bekrafta/")
    return run


def test_empty_pages_say_what_to_do_next(client: Client, someone: Person) -> None:
    assert "Ingen utbetalningslista är inläst än." in words(client.get(LIST))
    page = words(client.get(LINES))
    assert "Det finns inget att stämma av än." in page
    assert f"{LIST}las-in/" in page


def test_upload_preview_confirm(client: Client, someone: Person) -> None:
    page = upload(client, csv_bytes(HEADER, [row if row[0] == "10-1" else ("77-1", *row[1:]) for row in ROWS]))
    run = PaymentFile.objects.get()
    assert page.redirect_chain[-1][0] == f"{LIST}listor/{run.id}/"
    shown = words(page)
    assert "4 utbetalningar på tillsammans 67 166 kr läses in. 1 av dem har ingen känd person." in shown
    assert "Särskild &lt;b&gt;ersättning&lt;/b&gt;" in shown
    assert "Ingen person i Hemvist har numret." in shown
    assert "Juni 2026" in shown
    assert "Zorana" not in shown
    assert not Payment.objects.exists()

    page = words(client.post(f"{LIST}listor/{run.id}/bekrafta/", follow=True))
    assert "Listan är inläst." in page
    assert Payment.objects.count() == 4
    assert "redan inläst" in words(client.post(f"{LIST}listor/{run.id}/bekrafta/", follow=True))
    listed = words(client.get(LIST))
    assert "1 utbetalning är inte kopplad till någon person" in listed
    assert "30 005 kr" in listed


def test_faults_are_shown_and_downloaded_and_a_preview_is_discarded(client: Client) -> None:
    page = upload(client, csv_bytes(HEADER, [("10-1", "Schablonersättning", "", "@x", "i går")]))
    run = PaymentFile.objects.get()
    assert "”i går” är inget datum" in words(page)
    assert "Läs in allt" not in words(page)
    listed = client.get(f"{LIST}listor/{run.id}/fel.csv").content.decode("utf-8-sig")
    assert "2;utbetalningsdatum;”i går” är inget datum." in listed
    assert AuditEntry.objects.filter(action="payments.viewed").count() == 2
    assert "kastad" in words(client.post(f"{LIST}listor/{run.id}/kasta/", follow=True))
    assert "skadad" in words(upload(client, b"PK", "a.xlsx"))


def test_templates(client: Client) -> None:
    assert client.get(f"{LIST}mall.csv").content == LAYOUT.template_csv()
    assert client.get(f"{LIST}mall.xlsx").content.startswith(b"PK")
    assert client.get(f"{LIST}mall.pdf").status_code == 404


def test_the_reconciliation_shows_first_what_needs_attention(client: Client, someone: Person) -> None:
    bring_in(client, ROWS[:3])
    page = words(client.get(LINES))
    assert "-3 000 kr" in page or "−3 000 kr" in page
    assert "Schablonersättning (10–12 §§) 2/9" in page
    assert "Schablonersättning (10–12 §§) 1/9" not in page
    assert "inte räknas som folkbokförd här" in page  # the instalment of September is missing
    assert "Schablonersättning (10–12 §§) 1/9" in words(client.get(f"{LINES}?visa=matched"))
    assert "Schablonersättning (10–12 §§) 4/9" in words(client.get(f"{LINES}?visa=not_due"))
    september = words(client.get(f"{LINES}?visa=all&manad=2026-09"))
    assert "3/9" in september
    assert "2/9" not in september
    assert "Ingen rad stämmer med urvalet." in words(client.get(f"{LINES}?visa=unexpected"))


def test_a_name_that_is_searched_for_stands_in_no_address(client: Client, someone: Person) -> None:
    bring_in(client, ROWS[:3])
    answer = client.post(LINES, {"sok": "Zorana", "visa": "all"})
    assert "Zorana" not in answer.headers["Location"]
    assert "Zorana Testsson1" in words(client.get(answer.headers["Location"]))
    nobody = client.post(LINES, {"sok": "ingenalls", "visa": "all"}, follow=True)
    assert "Ingen rad stämmer med urvalet." in words(nobody)
    assert "Zorana Testsson1" in words(client.get(LINES))


def test_more_paid_than_owed_is_a_reminder_with_its_paragraph(client: Client, someone: Person) -> None:
    bring_in(client, [*ROWS[:2], ("10-1", "Schablonersättning", 2, "43 000", "2026-06-30")])
    page = words(client.get(LINES))
    assert "10 000 kr kan behöva betalas tillbaka" in page
    assert "39 §" in page
    assert "41 §" in page


def test_a_month_shows_how_its_amounts_stand_with_the_same_number_of_queries(
    client: Client, someone: Person, person: Callable[..., Person]
) -> None:
    month = "/ersattning/manad/2026-{:02}/".format
    assert "Visa månaden i avstämningen" not in words(client.get(month(9)))  # nothing is known of what came
    bring_in(client, ROWS[:3])
    paid, missing, ahead = (words(client.get(month(number))) for number in (6, 9, 12))
    assert "Annat belopp" in paid
    assert "30 000 kr kom 30 juni 2026" in paid
    assert "Saknas" in missing
    assert f"{LINES}{someone.id}/standard.3./" in missing
    assert f"{LINES}?visa=all&amp;manad=2026-09" in missing
    assert "ska betalas i september" not in missing
    assert "Saknas" not in ahead

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(month(9))
        return len(found)

    few = asked()
    for _n in range(3):
        person(date(2026, 3, 18))
    assert asked() == few


def test_a_stay_that_brings_nothing_is_told_with_its_reason(
    client: Client, someone: Person, fact: Callable[..., Any]
) -> None:
    url = f"/ersattning/personer/{someone.id}/"
    stay = {"form": "school_compulsory", "start": date(2026, 5, 4), "end": date(2026, 6, 12)}
    assert "ger ingen ersättning" not in words(client.get(url))
    fact(someone, FactKind.STAY, stay, TODAY)
    text = words(client.get(url))
    assert "Vistelsen 4 maj 2026–12 juni 2026 (Grundskola under mottagandelagen (4 § förordning 2017:193)) ger" in text
    assert "Personen är mottagen sedan 18 mars 2026." in text
    fact(someone, FactKind.STAY, {**stay, "start": date(2026, 1, 12), "end": date(2026, 2, 20)}, TODAY)
    assert words(client.get(url)).count("ger ingen ersättning") == 1


def test_an_explanation_that_is_guessed_says_so_and_is_no_step(client: Client, someone: Person) -> None:
    bring_in(client, ROWS[:3])
    guess = "Möjlig förklaring: Det stämmer om personen inte räknas som folkbokförd här"
    for url in (LINES, f"{LINES}{someone.id}/standard.3./"):
        page = words(client.get(url))
        assert guess in page
        assert not any("Det stämmer om" in steps for steps in re.findall(r'<ol class="why-steps">(.*?)</ol>', page))


def test_what_never_came_is_not_offered_to_be_paid_back(client: Client, someone: Person) -> None:
    bring_in(client, [*ROWS[:2], ("10-1", "Schablonersättning", 2, "43 000", "2026-06-30")])
    too_little, too_much = (f"{LINES}{someone.id}/standard.{number}./" for number in (3, 2))
    assert "Återbetalas till staten" not in words(client.get(too_little))
    assert "Återbetalas till staten" in words(client.get(too_much))
    answer = client.post(too_little, {"difference": "-16500.00", "cause": "repayment", "comment": "Fel."})
    assert "Rätta det här" in words(answer)
    assert not Clearance.objects.exists()


def test_a_difference_is_cleared_and_opens_again(client: Client, someone: Person) -> None:
    bring_in(client, ROWS[:3])
    url = f"{LINES}{someone.id}/standard.2./"
    page = words(client.get(url))
    assert "33 000 kr" in page
    assert 'value="-3000.00"' in page
    empty = words(client.post(url, {"difference": "-3000.00"}))
    assert "Vad har du kommit fram till" in empty
    stale = words(client.post(url, {"difference": "-1.00", "cause": "reported", "comment": "Anmält."}))
    assert "Skillnaden har ändrats" in stale
    assert "Anmält." in stale
    answer = client.post(url, {"difference": "-3000.00", "cause": "reported", "comment": "Anmält."}, follow=True)
    assert "Skillnaden är utredd." in words(answer)
    assert Clearance.objects.count() == 1
    assert "2/9" in words(client.get(f"{LINES}?visa=cleared"))
    assert "Anmält." in words(client.get(url))
    bring_in(client, [("10-1", "Schablonersättning", 2, "1 000", "2026-07-30")])
    assert "2/9" in words(client.get(LINES))
    assert client.get(f"{LINES}{someone.id}/standard.77./").status_code == 404
    assert client.get(f"{LINES}{someone.id}/x/").status_code == 404


def test_a_payment_is_matched_by_hand_and_loosened(client: Client, someone: Person) -> None:
    bring_in(client, [*ROWS[:2], ("10-77", "Schablonersättning", 2, "33 000", "2026-06-30")])
    loose = Payment.objects.get(person=None)
    assert f"{LIST}{loose.id}/koppla/" in words(client.get(LINES))
    page = words(client.get(f"{LIST}{loose.id}/koppla/"))
    assert "Beloppet väntas i juni 2026." in page
    assert "Ingen person i Hemvist har numret." in page
    assert "Zorana Testsson1" in words(client.post(f"{LIST}{loose.id}/koppla/", {"sok": "zorana"}))
    assert "Ingen person stämmer" in words(client.post(f"{LIST}{loose.id}/koppla/", {"sok": "annan"}))
    assert "Välj en person i listan." in words(client.post(f"{LIST}{loose.id}/koppla/", {"person": "x"}))
    done = client.post(f"{LIST}{loose.id}/koppla/", {"person": str(someone.id)}, follow=True)
    assert "kopplad till personen" in words(done)
    assert client.get(f"{LIST}{loose.id}/koppla/").status_code == 404
    detail = words(client.get(f"{LINES}{someone.id}/standard.2./"))
    assert "handläggare (Test Controller" in detail
    assert "Kopplingen är borttagen" in words(client.post(f"{LIST}{loose.id}/koppla-bort/", follow=True))
    assert "har tagit bort en koppling som var fel" in words(client.get(f"{LIST}{loose.id}/koppla/"))


def test_the_export_holds_an_allow_list_without_names_and_formulas(client: Client, someone: Person) -> None:
    Case.objects.filter(id=someone.case_id).update(number="=HV-1")
    bring_in(client, ROWS)
    answer = client.get(f"{LINES}export.xlsx?visa=all")
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("Ärendenummer", "Ersättning", "Månad", "Ska betalas", "Betalt", "Skillnad", "Läge")
    assert ("'=HV-1", "Schablonersättning (10–12 §§) 2/9", "2026-06", 33000, 30000, -3000, "Annat belopp") in rows
    assert not any("Zorana" in str(cell) or str(cell).startswith("=") for row in rows for cell in row)
    assert AuditEntry.objects.filter(action="reconciliation.exported").count() == 1
    Case.objects.filter(id=someone.case_id).update(protected_since=AuditEntry.objects.all()[0].at)
    assert load_workbook(io.BytesIO(client.get(f"{LINES}export.xlsx?visa=all").content)).worksheets[0].max_row == 1


def test_others_are_kept_out(
    client: Client, someone: Person, actor: Callable[..., Actor], client_for: Callable[[Any], Client]
) -> None:
    run = bring_in(client)
    loose = Payment.objects.get(person=None)
    private = (run, f"{run}fel.csv", f"{LIST}{loose.id}/koppla/", f"{LINES}{someone.id}/standard.2./")
    elsewhere = client_for(actor(Role.COORDINATOR, "school"))
    assert {elsewhere.get(url).status_code for url in private} == {404}
    assert "Zorana" not in words(elsewhere.get(LINES))
    for role in (Role.STRATEGIST, Role.SOCIAL_SECRETARY, Role.NEWCOMER):
        other = client_for(actor(role))
        assert {other.get(url).status_code for url in (LIST, LINES, f"{LINES}export.xlsx", *private)} == {403}
    assert client.get(f"{run}bekrafta/").status_code == 405
    assert Client().get(LIST).status_code == 302
