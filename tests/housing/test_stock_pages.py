"""The pages of the stock: the list, its file, a dwelling, and what is done on them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.access.roles import Role
from hemvist.housing.models import Dwelling, DwellingBlock, DwellingDocument, Offer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LIST = "/bostader/"
VALUES = {
    "code": "EX-900",
    "address": "Exempelgatan 9",
    "area": "norr",
    "rooms": "2",
    "capacity": "3",
    "rent": "7000",
    "available_from": "2026-12-01",
}


@pytest.fixture
def client(letting: Actor, client_for: Callable[[Any], Client], today: date, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today)
    return client_for(letting)


def words(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def page_of(dwelling: Dwelling) -> str:
    return f"{LIST}{dwelling.pk}/"


# --- the list ---------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do_next(client: Client, client_for: Any, actor: Any) -> None:
    page = words(client.get(LIST))
    assert "Här är inga bostäder än." in page
    assert f"{LIST}las-in/" in page
    viewer = words(client_for(actor(Role.CONTROLLER)).get(LIST))
    assert "Hyresvärden eller mottagandet lägger in dem." in viewer
    assert f"{LIST}las-in/" not in viewer


def test_tiles_states_and_filters(
    client: Client, dwelling: Any, tenancy: Any, household: Any, need: Any, today: date
) -> None:
    vacant, let, ending, blocked, offered, coming = (dwelling() for _number in range(6))
    home = household()
    tenancy(let, home)
    tenancy(ending, home, ends_on=today + 30 * DAY)
    DwellingBlock.objects.create(dwelling=blocked, starts_on=today, reason="renovation")
    Offer.objects.create(need=need(home), dwelling=offered, made_on=today, move_in_on=today + DAY, reply_by=today)
    Dwelling.objects.filter(pk=coming.pk).update(available_from=today + 9 * DAY)
    page = words(client.get(LIST))
    for label, count in (("Bostäder", 6), ("Lediga", 1), ("Uthyrda", 2), ("Spärrade", 1), ("Lovade", 1)):
        assert f'{label}</span> <span class="tile-value">{count}</span>' in page
    assert 'Blir lediga inom tre månader</span> <span class="tile-value">2</span>' in page
    for said in ("inflyttning 24 november 2026", "tills vidare", "24 december 2026", "från 2 december 2026"):
        assert said in page
    assert home.case.number not in page
    narrowed = words(client.get(LIST, {"lage": "vacant"}))
    assert vacant.address in narrowed
    assert f"{let.code}<" not in narrowed
    assert "Ingen bostad stämmer med urvalet." in words(client.get(LIST, {"omrade": "orter"}))
    assert words(client.get(LIST, {"rum": "x", "lage": "y", "omrade": "z"})).count('scope="row"') == 6


def test_paging_and_its_queries(client: Client, dwelling: Any, tenancy: Any, household: Any, today: date) -> None:
    home = household()

    def count(more: int) -> int:
        for _number in range(more):
            tenancy(dwelling(), home, ends_on=today + 9 * DAY)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    assert count(5) == count(45)
    assert "Sida 2" in words(client.get(LIST, {"sida": "2", "ordning": "rent"}))


def test_the_file_tells_nothing_of_who_lives_there(
    client: Client, client_for: Any, actor: Any, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    one, hidden, home, protected = dwelling(), dwelling(), household(), household(reference="R-2")
    dwelling(address="=HYPERLINK()", area="norr")
    tenancy(one, home)
    tenancy(hidden, protected)
    Case.objects.filter(pk=protected.case_id).update(protected_since="2026-11-01T08:00Z")
    text = client.get(f"{LIST}lista.csv").content.decode("utf-8-sig")
    assert text.splitlines()[0] == (
        "Objektsnummer;Adress;Lägenhetsnummer;Fastighet;Område;Antal rum;Flest boende;Yta;Stegfri;Hyra;Läge;Ledig från;"
        "Lediga dagar i år;Vakanskostnad i år"
    )
    assert f"{one.code};{one.address}" in text
    assert hidden.code not in text
    assert home.case.number not in text
    assert "Testsson" not in text
    assert "'=HYPERLINK()" in text
    sheet = load_workbook(io.BytesIO(client.get(f"{LIST}lista.xlsx", {"omrade": "norr"}).content)).worksheets[0]
    assert sheet.max_row == 2
    assert client.get(f"{LIST}lista.pdf").status_code == 404
    assert client_for(actor(Role.ASSOCIATION)).get(f"{LIST}lista.csv").status_code == 403


# --- a dwelling -------------------------------------------------------------------------------------------------------


def test_the_page_shows_a_case_to_those_who_may_know(
    client: Client,
    client_for: Any,
    coordinator: Actor,
    dwelling: Any,
    tenancy: Any,
    household: Any,
    today: date,
) -> None:
    one, home = dwelling(note="Nymålad", square_metres=72), household()
    tenancy(one, home, starts_on=today - 90 * DAY, ends_on=today - 60 * DAY, moved_out_on=today - 60 * DAY)
    tenancy(one, home)
    theirs = words(client.get(page_of(one)))
    assert home.case.number not in theirs
    assert "uthyrd" in theirs
    assert "Nymålad" in theirs
    ours = words(client_for(coordinator).get(page_of(one)))
    assert ours.count(home.case.number) == 2
    assert "Testsson" not in ours


def test_a_hidden_dwelling_is_not_found(
    client: Client, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    one, home = dwelling(), household()
    document = DwellingDocument.objects.create(
        dwelling=one, kind="plan", title="Plan", file_name="a.pdf", content_type="application/pdf", content=b"x", size=1
    )
    block = DwellingBlock.objects.create(dwelling=one, starts_on=today, reason="damage")
    tenancy(one, home)
    assert client.get(page_of(one)).status_code == 200
    Case.objects.filter(pk=home.case_id).update(protected_since="2026-11-01T08:00Z")
    for part in ("", "andra/", "sparra/", "handlingar/", f"handlingar/{document.pk}/", "hyr-ut/"):
        assert client.get(f"{page_of(one)}{part}").status_code == 404, part
    for part in ("lage/", f"sparrar/{block.pk}/hav/", f"handlingar/{document.pk}/ta-bort/", "hyr-ut/"):
        assert client.post(f"{page_of(one)}{part}").status_code == 404, part
    assert one.code not in words(client.get(LIST))


def test_added_and_changed_with_what_was_typed_kept(client: Client, dwelling: Any) -> None:
    [unit] = client.get(f"{LIST}ny/").context["form"].fields["landlord"].choices
    values = {**VALUES, "landlord": unit[0]}
    wrong = words(client.post(f"{LIST}ny/", {**values, "rooms": "0", "note": "Tolvan 19900101-2389"}))
    assert "Exempelgatan 9" in wrong
    assert "Skriv inget om en person" in wrong
    page = client.post(f"{LIST}ny/", values, follow=True)
    assert "Bostaden är tillagd." in words(page)
    made = Dwelling.objects.get(code="EX-900")
    assert (made.area, made.available_from) == ("norr", date(2026, 12, 1))
    assert "Objektsnumret finns redan" in words(client.post(f"{LIST}ny/", values))
    edit = f"{page_of(made)}andra/"
    assert 'value="7000"' in words(client.get(edit))
    assert "Ändringen är sparad." in words(client.post(edit, {**values, "rent": "7100"}, follow=True))
    made.refresh_from_db()
    assert made.rent == 7_100


def test_blocked_and_lifted(client: Client, dwelling: Any, today: date) -> None:
    one = dwelling()
    assert "Varför spärras bostaden?" in words(client.get(f"{page_of(one)}sparra/"))
    said = {"reason": "damage", "starts_on": "2026-11-23", "ends_on": "2026-11-01"}
    assert "Sista dagen är före den första" in words(client.post(f"{page_of(one)}sparra/", said))
    page = words(client.post(f"{page_of(one)}sparra/", {**said, "ends_on": ""}, follow=True))
    assert "Spärrad från 23 november 2026 tills vidare." in page
    block = DwellingBlock.objects.get()
    lift = f"{page_of(one)}sparrar/{block.pk}/hav/"
    assert client.get(lift).status_code == 405
    assert "Spärren är hävd." in words(client.post(lift, follow=True))
    assert "Spärren har redan upphört." in words(client.post(lift, follow=True))


def test_furnishing_and_keys(client: Client, dwelling: Any) -> None:
    one = dwelling()
    said = {"furnishing": "full", "keys": "reception"}
    assert "Möblering och nycklar är sparade." in words(client.post(f"{page_of(one)}lage/", said, follow=True))
    assert "Välj möblering" in words(client.post(f"{page_of(one)}lage/", {"keys": "gone"}, follow=True))
    one.refresh_from_db()
    assert (one.furnishing, one.keys) == ("full", "reception")


def test_a_document_is_saved_as_a_file_and_never_shown_as_a_page(
    client: Client, client_for: Any, actor: Any, dwelling: Any
) -> None:
    one = dwelling()
    add = f"{page_of(one)}handlingar/"
    html = io.BytesIO(b"<script>alert(1)</script>")
    html.name = "plan.pdf"
    said = {"kind": "plan", "title": "Planritning"}
    assert "varken PDF" in words(client.post(add, {**said, "file": html}))
    plan = io.BytesIO(b"%PDF-1.7 exempel")
    plan.name = 'pl"an\u00e5.exe'
    assert "Handlingen är sparad." in words(client.post(add, {**said, "file": plan}, follow=True))
    kept = DwellingDocument.objects.get()
    viewer = client_for(actor(Role.CONTROLLER))
    answer = viewer.get(f"{add}{kept.pk}/")
    assert answer.content == b"%PDF-1.7 exempel"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert viewer.post(f"{add}{kept.pk}/ta-bort/").status_code == 403
    assert "Handlingen är borttagen." in words(client.post(f"{add}{kept.pk}/ta-bort/", follow=True))
    assert not DwellingDocument.objects.exists()


def test_who_only_looks_gets_no_buttons_and_no_forms(
    client_for: Any, actor: Any, dwelling: Any, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today)
    one, viewer = dwelling(), client_for(actor(Role.CONTROLLER))
    page = words(viewer.get(page_of(one)))
    assert "Möblering" in page
    for part in ("andra/", "sparra/", "hyr-ut/", "handlingar/", "lage/"):
        assert f"{page_of(one)}{part}" not in page
    for part in ("andra/", "sparra/", "hyr-ut/", "handlingar/"):
        assert viewer.get(f"{page_of(one)}{part}").status_code == 403
