"""The pages of claims: who gets in, what stands there, what a post does, and the whole story of a claim."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from openpyxl import load_workbook

from hemvist.access.actor import Actor
from hemvist.access.models import AuditEntry, User
from hemvist.access.roles import Role
from hemvist.compensation import claims
from hemvist.compensation.models import Claim
from hemvist.reception.models import FactKind, Person

pytestmark = pytest.mark.django_db

RECEIVED = date(2026, 11, 3)
WAITING: dict[str, Any] = {"category": "asylum_housing", "ground": "UTLL_5_1", "registered": False}
Status = Claim.Status
READ = ("claim-list", "claim-calendar", "claim-export", "calendar-feeds")
OF_CLAIM = ("claim", "claim-change", "claim-file", "claim-decide", "claim-appeal", "claim-withdraw")
LATER = ("claim-decide", "claim-appeal")
POSTS = ("claim-reopen", "claim-evidence")


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def claim(coordinator: Actor, today: date, person: Callable[..., Person]) -> Claim:
    """A draft for somebody received in 2025, with nothing written on it yet."""
    one = person(date(2025, 3, 18))
    return claims.open_claim(
        coordinator,
        case=one.case,
        person=one,
        ground="illness_assistance",
        period_to=date(2025, 12, 31),
        today=today,
    )


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(coordinator)


def plain(text: str) -> str:
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


@contextmanager
def on(day: date, client: Client, actor: Actor) -> Iterator[None]:
    """Another day, on which the actor has signed in anew."""
    with time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=UTC), tick=True):
        client.force_login(User.objects.get(id=actor.user_id))
        yield


def page(client: Client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200, response.status_code
    assert "style=" not in response.content.decode()
    return plain(response.content.decode())


def at(name: str, claim: Claim) -> str:
    return reverse(name, args=[claim.pk])


def post(client: Client, url: str, **data: Any) -> str:
    """A post that is done: the page that it leads to."""
    response = client.post(url, data, follow=True)
    assert response.status_code == 200
    assert response.redirect_chain, plain(response.content.decode())
    return plain(response.content.decode())


# --- who gets in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_the_money_is_for_coordinators_and_controllers(
    role: Role, user: Callable[..., User], client_for: Callable[..., Client], claim: Claim
) -> None:
    inside = role in (Role.COORDINATOR, Role.CONTROLLER)
    client = client_for(user(role, "integration"))
    for name in (*READ, "claim-new"):
        assert client.get(reverse(name)).status_code == (200 if inside else 403), name
    for name in OF_CLAIM:
        # What a draft cannot have done to it leads back to its page.
        done = 302 if name in LATER else 200
        assert client.get(at(name, claim)).status_code == (done if inside else 403), name
    for name in POSTS:
        assert client.post(at(name, claim)).status_code in ((200, 302) if inside else (403,)), name


@pytest.mark.parametrize(("role", "unit"), [(Role.COORDINATOR, "school"), (Role.CONTROLLER, None)])
def test_another_branch_finds_nothing(
    role: Role, unit: str | None, user: Callable[..., User], client_for: Callable[..., Client], claim: Claim
) -> None:
    client = client_for(user(role, unit))
    assert claim.case.number not in page(client, reverse("claim-list"))
    assert claim.case.number not in page(client, reverse("claim-calendar"))
    for name in OF_CLAIM:
        assert client.get(at(name, claim)).status_code == 404, name
    for name in POSTS:
        assert client.post(at(name, claim)).status_code == 404, name
    text = plain(client.post(reverse("claim-new"), {"arende": claim.case.number}).content.decode())
    assert "Ärendet finns inte i din verksamhet" in text
    assert AuditEntry.objects.filter(action="access.refused").count() == len(OF_CLAIM) + len(POSTS)


def test_a_visitor_is_asked_to_sign_in(claim: Claim) -> None:
    for url in (*(reverse(name) for name in READ), *(at(name, claim) for name in OF_CLAIM)):
        assert Client().get(url).status_code == 302


# --- the list and the calendar ----------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(client: Client, today: date) -> None:
    text = page(client, reverse("claim-list"))
    assert "Inget förfaller inom 30 dagar." in text
    assert "Här är inga ansökningar än." in text
    assert "Ingen ansökan stämmer med urvalet." in page(client, reverse("claim-list"), status="filed")


def test_the_list_has_what_lapses_first_then_by_status(
    client: Client, coordinator: Actor, today: date, claim: Claim, person: Callable[..., Person]
) -> None:
    waiting = person(RECEIVED, **WAITING)
    text = page(client, reverse("claim-list"))
    assert text.index("Förfaller inom 30 dagar") < text.index("Inte påbörjade") < text.index("Alla ansökningar")
    # 38 days left: not in the first section, but in the list with its words and its paragraph.
    assert "Inget förfaller inom 30 dagar." in text
    assert "38 dagar kvar" in text
    assert "23 §, SFS 2010:1122" in text
    # The proposal, with its own last day, the amount so far and the button.
    for words in ("14 c §, SFS 2017:193", waiting.case.number, "30 juni 2027", "21 300 kr", "Öppna ansökan"):
        assert words in text
    with on(date(2026, 12, 10), client, coordinator):
        soon = page(client, reverse("claim-list"))
    assert "Inget förfaller" not in soon
    assert "21 dagar kvar" in soon


def test_a_proposal_is_opened_from_the_list(client: Client, person: Callable[..., Person]) -> None:
    one = person(RECEIVED, **WAITING)
    data = {
        "arende": one.case.number,
        "person": str(one.id),
        "ground": "assigned_housing",
        "period_to": "2026-12-31",
    }
    text = page(client, reverse("claim-list"))
    assert "Öppna ansökan" in text
    opened = post(client, reverse("claim-new"), **data)
    assert "Ansökan är öppnad" in opened
    assert "kvartal 4 2026" in opened
    again = client.post(reverse("claim-new"), data)
    assert again.status_code == 200
    assert "Det finns redan en ansökan enligt 14 c §" in plain(again.content.decode())
    assert Claim.objects.get().person == one


def test_a_controller_in_the_branch_reads_and_works(
    controller: Actor, client_for: Callable[..., Client], claim: Claim
) -> None:
    client = client_for(controller)
    assert claim.case.number in page(client, reverse("claim-list"))
    text = page(client, at("claim", claim))
    assert "Registrera att den är inskickad" in text
    # Without case.read there is no way to the household.
    assert "Till hushållet" not in text


def test_the_filter_finds_and_leaves_out(client: Client, claim: Claim) -> None:
    assert claim.case.number in page(client, reverse("claim-list"), arende=claim.case.number)
    for query in ({"status": "filed"}, {"grund": "funeral"}, {"forfaller": "on"}, {"arende": "1999-1"}):
        assert "Ingen ansökan stämmer" in page(client, reverse("claim-list"), **query)


def test_the_export_has_an_allow_list_of_columns(client: Client, coordinator: Actor, claim: Claim, today: date) -> None:
    response = client.get(reverse("claim-export"), {"status": "draft"})
    assert 'filename="ansokningar-2026-11-23.xlsx"' in response["Content-Disposition"]
    rows = list(load_workbook(io.BytesIO(response.content)).active.values)  # type: ignore[union-attr]
    assert rows[0] == (
        *("Ärendenummer", "Ersättning", "Från", "Till", "Sista dag", "Läge", "Sökt belopp", "Beviljat belopp"),
    )
    assert rows[1][0] == claim.case.number
    assert str(rows[1][4]).startswith("2026-12-31")
    assert "Testsson" not in str(rows)
    assert len(rows) == 2
    other = client.get(reverse("claim-export"), {"status": "filed"})
    assert len(list(load_workbook(io.BytesIO(other.content)).active.values)) == 1  # type: ignore[union-attr]


def test_the_calendar_shows_thirteen_months(client: Client, claim: Claim, person: Callable[..., Person]) -> None:
    person(RECEIVED, **WAITING)
    text = page(client, reverse("claim-calendar"))
    months = [text.index(name) for name in ("November 2026", "December 2026", "Juni 2027", "November 2027")]
    assert months == sorted(months)
    assert "31 december 2026: kalenderåret 2025" in text
    assert "19, 20, 22 §§ förordningen (2010:1122)" in text
    assert "30 juni 2027: kvartal 4 2026" in text
    assert "Räkna med den 30 december 2026" in text
    assert "Boende för den som är mottagen men inte folkbokförd" in text


def test_the_lists_ask_no_more_for_more(
    client: Client, coordinator: Actor, claim: Claim, person: Callable[..., Person], today: date
) -> None:
    def counted() -> list[int]:
        found = []
        for url in (reverse("claim-list"), reverse("claim-calendar"), at("claim", claim)):
            client.get(url)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    person(RECEIVED, **WAITING)
    few = counted()
    for _n in range(3):
        one = person(RECEIVED, **WAITING)
        claims.open_claim(
            coordinator, case=one.case, person=one, ground="funeral", period_to=date(2026, 11, 20), today=today
        )
    assert counted() == few


# --- a new claim ------------------------------------------------------------------------------------------------------


def test_a_claim_is_opened_by_hand(client: Client, person: Callable[..., Person]) -> None:
    one = person(date(2025, 3, 18))
    assert "Börja med ärendet" in page(client, reverse("claim-new"))
    asked = {number: client.post(reverse("claim-new"), {"arende": number}) for number in ("2020-9999", one.case.number)}
    assert "Ärendet finns inte" in plain(asked["2020-9999"].content.decode())
    form = plain(asked[one.case.number].content.decode())
    assert "Zorana Testsson1" in form
    assert "Insatser i boendet och särskilda boendeformer (22 §, 2010:1122)" in form
    assert '<optgroup label="Förordningen (2017:193)">' in asked[one.case.number].content.decode()
    # Nothing is taken from an address.
    assert "Zorana" not in page(client, reverse("claim-new"), arende=one.case.number, person=str(one.id))
    assert "Rätta det här" in plain(client.post(reverse("claim-new"), {"arende": ""}).content.decode())
    wrong = client.post(reverse("claim-new"), {"arende": one.case.number, "ground": "housing_support"})
    assert wrong.status_code == 200
    assert "Rätta det här" in plain(wrong.content.decode())
    unnamed = client.post(
        reverse("claim-new"), {"arende": one.case.number, "ground": "housing_support", "period_to": "2025-06-01"}
    )
    assert "Välj vem ersättningen gäller" in plain(unnamed.content.decode())
    text = post(
        client,
        reverse("claim-new"),
        arende=one.case.number,
        ground="housing_support",
        person=str(one.id),
        period_to="2025-06-01",
        note="Hemtjänst",
    )
    assert "kalenderåret 2025" in text
    assert "Hemtjänst" in text
    assert "Det saknas: kostnaden" in text


# --- one claim --------------------------------------------------------------------------------------------------------


def test_the_page_has_everything(client: Client, claim: Claim) -> None:
    text = page(client, at("claim", claim))
    for words in (
        "Ekonomiskt bistånd vid sjukdom eller funktionsnedsättning",
        "Zorana Testsson1, kalenderåret 2025. 19 §, SFS 2010:1122",
        "Förbereds",
        "38 dagar kvar",
        "Läkarintyg som visar",
        "6 rader kvar",
        "(U11)",
        "Ansökan öppnades.",
        "Räkna med den 30 december 2026",
        "Mottagandedatum",
        "Ett beslut får överklagas.",
        "Till hushållet",
    ):
        assert words in text, words
    assert AuditEntry.objects.filter(action="claim.viewed", case_id=claim.case_id).exists()


def test_an_amount_is_written_as_it_is_written_here(client: Client, claim: Claim) -> None:
    text = post(client, at("claim-change", claim), cost="84 300,50 kr", amount="", note="")
    assert "84 300,50 kr" in text
    assert "är en slutsats" in text
    again = client.get(at("claim-change", claim)).content.decode()
    assert 'value="84\xa0300,5"' in again
    assert "Avgift" not in plain(again)
    text = post(client, at("claim-change", claim), cost="84300.5", amount="70 000", note="")
    assert "Beloppet är skrivet för hand. Regeln ger 84 300,50 kr." in text
    wrong = plain(client.post(at("claim-change", claim), {"cost": "mycket"}).content.decode())
    assert "Skriv ett belopp i kronor, som 12 500" in wrong


def test_the_checklist_works_without_script(client: Client, claim: Claim) -> None:
    url = at("claim-evidence", claim)
    first = claim.evidence.all()[0]
    assert "Klart 23 november 2026" in post(client, url, ready=str(first.pk))
    assert "Klart 23 november 2026" not in post(client, url, missing=str(first.pk))
    assert "Fullmakt" in post(client, url, text="Fullmakt")
    own = claim.evidence.get(text="Fullmakt")
    assert "Fullmakt" not in post(client, url, remove=str(own.pk))
    empty = client.post(url, {"text": " "})
    assert empty.status_code == 200
    assert "Rätta det här" in plain(empty.content.decode())
    for unknown in ("999999", "9" * 40):
        assert client.post(url, {"ready": unknown}).status_code == 404


def test_a_dangerous_deed_says_what_will_happen(client: Client, claim: Claim) -> None:
    assert "Utkastet för kalenderåret 2025 tas bort" in page(client, at("claim-withdraw", claim))
    text = page(client, at("claim-file", claim))
    assert "Det finns inget belopp än." in text
    assert "rader i underlaget är inte klara" in text
    claims_text = post(client, at("claim-withdraw", claim))
    assert "Utkastet är borttaget" in claims_text
    assert not Claim.objects.exists()


def test_a_late_application_is_warned_of_and_marked(client: Client, coordinator: Actor, claim: Claim) -> None:
    post(client, at("claim-change", claim), cost="84300")
    with on(date(2027, 2, 1), client, coordinator):
        late = page(client, at("claim-file", claim))
        assert "Sista dagen var 31 december 2026. En senare ansökan kan avslås." in late
        text = post(client, at("claim-file", claim), filed_on="2027-02-01", comment="Särskilda skäl")
    assert "inskickad efter sista dagen" in text


def test_from_application_to_a_new_decision(client: Client, claim: Claim) -> None:
    post(client, at("claim-change", claim), cost="84300")
    assert "Ni söker 84 300 kr för kalenderåret 2025." in page(client, at("claim-file", claim))
    text = post(client, at("claim-file", claim), filed_on="2026-11-20", reference="MV 77")
    assert "Inskickad" in text
    assert "MV 77" in text
    assert "Ändra kostnad" not in text
    wrong = client.post(at("claim-decide", claim), {"status": "granted", "decided_on": "2026-11-01"})
    assert "Beslutet kan inte vara tidigare" in plain(wrong.content.decode())
    text = post(client, at("claim-decide", claim), status="refused", decided_on="2026-11-23")
    assert "Avslagen" in text
    assert "Räkna med senast 14 december 2026" in text
    assert "Räkna med att överklagandet ska ha kommit in senast 14 december 2026" in page(
        client, at("claim-appeal", claim)
    )
    assert "Överklagad" in post(client, at("claim-appeal", claim), appealed_on="2026-11-23")
    text = post(client, at("claim-decide", claim), status="partly", decided_on="2026-11-23", granted_amount="40 000")
    assert "40 000 kr beviljat" in text
    assert claim.events.count() == 6


def test_a_deed_that_cannot_be_done_now_says_why_and_asks_nothing(client: Client, claim: Claim) -> None:
    def told(name: str) -> str:
        answer = client.get(at(name, claim), follow=True)
        assert answer.redirect_chain == [(at("claim", claim), 302)], name
        return plain(answer.content.decode())

    assert "Registrera överklagande: det går inte så länge ansökan är ett utkast" in told("claim-appeal")
    assert "Registrera beslutet: det går inte så länge ansökan är ett utkast" in told("claim-decide")
    post(client, at("claim-change", claim), cost="84300")
    post(client, at("claim-file", claim), filed_on="2026-11-20")
    for name in ("claim-file", "claim-change"):
        assert "det går inte när ansökan är inskickad" in told(name)
    assert "Registrera överklagande: det går inte när ansökan är inskickad" in told("claim-appeal")
    post(client, at("claim-decide", claim), status="granted", decided_on="2026-11-23")
    assert "det går inte när ansökan är beviljad" in told("claim-withdraw")
    # A new decision may follow.
    assert "Registrera beslutet" in page(client, at("claim-decide", claim))


def test_the_checklist_of_what_is_sent_in_can_be_ticked_and_not_shortened(client: Client, claim: Claim) -> None:
    text = page(client, at("claim", claim))
    assert "(U11)" in text
    assert "Ta bort:" in text
    post(client, at("claim-change", claim), cost="84300")
    text = post(client, at("claim-file", claim), filed_on="2026-11-20")
    assert "(U11)" not in text
    assert "Ta bort:" not in text
    assert "Klart:" in text
    assert "Lägg till" in text


def test_a_withdrawn_application_is_taken_up_again(client: Client, claim: Claim) -> None:
    post(client, at("claim-change", claim), cost="84300")
    post(client, at("claim-file", claim), filed_on="2026-11-20")
    assert "Ansökan om 84 300 kr står kvar" in page(client, at("claim-withdraw", claim))
    assert "Återtagen" in post(client, at("claim-withdraw", claim), on="2026-11-22")
    assert "Ansökan togs upp igen." in post(client, at("claim-reopen", claim))
    # Once more: the status no longer allows it, and the page says so.
    assert "så det går inte" in post(client, at("claim-reopen", claim))


def test_special_costs_offer_no_appeal(client: Client, coordinator: Actor, claim: Claim, today: date) -> None:
    found = claims.open_claim(
        coordinator, case=claim.case, ground="special_costs", period_to=date(2026, 11, 1), today=today
    )
    post(client, at("claim-change", found), cost="9 000")
    post(client, at("claim-file", found), filed_on="2026-11-20")
    text = post(client, at("claim-decide", found), status="refused", decided_on="2026-11-23")
    assert "Hela familjen" in text
    assert "Ingen bestämd dag." in text
    assert "Beslutet får inte överklagas." in text
    assert "Registrera överklagande" not in text
    assert "får inte överklagas" in plain(client.get(at("claim-appeal", found), follow=True).content.decode())
    assert client.post(at("claim-appeal", found), {"appealed_on": "2026-11-23"}).status_code == 200
    assert Claim.objects.get(pk=found.pk).status == Status.REFUSED


def test_nothing_is_done_by_a_get(client: Client, claim: Claim) -> None:
    for name in POSTS:
        assert client.get(at(name, claim)).status_code == 405


# --- the story --------------------------------------------------------------------------------------------------------


def test_the_story_of_fourteen_c(
    client: Client, coordinator: Actor, person: Callable[..., Person], fact: Callable[..., Any]
) -> None:
    """Received before folkbokföring, proposed, opened, prepared, sent in before the last day, granted (E29)."""
    one = person(RECEIVED, **WAITING)
    with on(date(2026, 12, 16), client, coordinator):
        day = date(2026, 12, 15)
        fact(one, FactKind.POPULATION_REGISTRATION, {"decided_on": day, "registered_on": day}, day)
        assert "27 600 kr" in page(client, reverse("claim-list"))

    with on(date(2027, 6, 7), client, coordinator):
        text = page(client, reverse("claim-list"))
        assert text.index("Förfaller inom 30 dagar") < text.index("23 dagar kvar") < text.index("Alla ansökningar")
        assert "Inget förfaller" not in text
        data = {"arende": one.case.number, "person": str(one.id), "ground": "assigned_housing"}
        opened = post(client, reverse("claim-new"), **data, period_to="2026-12-31")
        assert "42 dygn à 300 kronor är 12 600 kronor." in opened
        assert "27 600 kr" in opened
        claim = Claim.objects.get()
        for line in claim.evidence.all():
            opened = post(client, at("claim-evidence", claim), ready=str(line.pk))
        assert "allt är klart" in opened

    with on(date(2027, 6, 29), client, coordinator):
        filed = post(client, at("claim-file", claim), filed_on="2027-06-29", reference="MV 2027-14c")
        assert "inskickad efter sista dagen" not in filed
        assert "Inget förfaller inom 30 dagar." in page(client, reverse("claim-list"))

    with on(date(2027, 9, 1), client, coordinator):
        granted = post(client, at("claim-decide", claim), status="granted", decided_on="2027-08-30")
        assert "27 600 kr beviljat" in granted
        # A fact that is corrected afterwards leaves what was applied for, and the difference is told.
        Claim.objects.filter(pk=claim.pk).update(amount=27_000)
        assert "Med dagens uppgifter ger regeln 27 600 kr." in page(client, at("claim", claim))
        Claim.objects.filter(pk=claim.pk).update(amount=27_600)
    claim.refresh_from_db()
    assert (claim.status, claim.amount, claim.granted_amount) == (Status.GRANTED, 27_600, 27_600)
    told = list(AuditEntry.objects.filter(action__startswith="claim.", case_id=claim.case_id).order_by("id"))
    deeds = [entry.action for entry in told if entry.action != "claim.viewed"]
    assert deeds == ["claim.opened", *["claim.evidence_ready"] * 4, "claim.filed", "claim.decided"]
