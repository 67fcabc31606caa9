"""The pages of ending the right early: blocks before it begins, the parts, the decision, what is not law."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from tests.housing.rights import LATER, adult, fact, protect, rule, settle

from hemvist.access.actor import Actor
from hemvist.access.roles import Role
from hemvist.housing import ending as deeds
from hemvist.housing.models import EarlyEnding
from hemvist.reception.models import Household, Person

pytestmark = pytest.mark.django_db

PARTS = (
    "ending-ground",
    "ending-reasons-acceptable",
    "ending-children",
    "ending-communicate",
    "ending-reply",
    "ending-reasons",
    "ending-decide",
    "ending-change",
    "ending-close",
    "ending-serve",
)
DECIDING = ("ending-decide", "ending-change")


@pytest.fixture(autouse=True)
def _that_day() -> Any:
    with time_machine.travel(datetime(LATER.year, LATER.month, LATER.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def person(household: Callable[..., Household]) -> Person:
    rule("U15", "same_day")
    return adult(settle(household()))


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(coordinator)


@pytest.fixture
def ending(coordinator: Actor, person: Person) -> EarlyEnding:
    return deeds.open_ending(coordinator, person=person, ground="not_in_programme", today=date(2027, 8, 1))


def plain(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    text = response.content.decode()
    assert "style=" not in text
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


def shown(client: Client, ending: EarlyEnding) -> str:
    return plain(client.get(reverse("ending", args=[ending.pk])))


def post(client: Client, name: str, ending: EarlyEnding, **given: Any) -> str:
    return plain(client.post(reverse(name, args=[ending.pk]), given, follow=True))


def test_a_case_from_its_beginning_to_the_letter(client: Client, person: Person) -> None:
    address = reverse("ending-new", args=[person.pk])
    text = plain(client.get(address))
    assert text.count("Inget hindrar att grunden prövas.") == 3
    assert "blev inte lag" in text
    text = plain(client.post(address, {"ground": "not_in_programme"}, follow=True))
    assert "Inget är avgjort." in text
    assert "Det här är kvar" in text
    assert "måste inte" in text
    assert "Registrera beslutet" not in text
    ending = EarlyEnding.objects.get()

    form = client.get(reverse("ending-ground", args=[ending.pk]))
    assert '<option value="" selected>Inget program är känt</option>' in form.content.decode()
    assert ">Inte anvisad<" not in form.content.decode()
    text = post(client, "ending-ground", ending, programme="", no_referral_since="")
    assert "Sparat. Det här är kvar: Begär av Arbetsförmedlingen uppgift" in text
    text = post(client, "ending-ground", ending, programme="", no_referral_since="2027-05-01")
    assert "Sparat." in text
    assert "Sparat. Det här är kvar:" not in text
    text = plain(client.get(reverse("ending-reasons-acceptable", args=[ending.pk])))
    assert "inte lagens lista" in text
    assert "Arbetar heltid" in text
    post(client, "ending-reasons-acceptable", ending, outcome="none", text="Inget skäl.")
    post(client, "ending-children", ending, affected="True", text="Skolan är kvar.")
    EarlyEnding.objects.update(opened_on=date(2027, 8, 1))
    text = post(client, "ending-communicate", ending, communicated_on="2027-08-20", reply_by="2027-10-01")
    assert "Vänta på svar" in text
    text = post(client, "ending-reply", ending, replied_on="2027-09-01", text="Jag svarar.")
    assert "Vänta på svar" not in text
    assert "Jag svarar." in text
    assert "Ett beslut kan registreras när skälen är skrivna." in text
    text = post(client, "ending-reasons", ending, text="Därför.")
    assert "en människa avgör" in text
    assert "Registrera beslutet" in text

    decision = {
        "outcome": "ends",
        "decided_on": "2027-09-10",
        "decided_by": "Utbildningsnämnden",
        "diary_number": "UN2027/1",
        "ends_on": "2027-12-31",
    }
    text = post(client, "ending-decide", ending, **decision)
    assert "överklagas till förvaltningsrätten" in text
    assert EarlyEnding.objects.get().status == "open"
    text = post(client, "ending-decide", ending, **decision, appeal_instruction="on")
    assert "Rätten upphör" in text
    assert "31 december 2027" in text
    assert "inte antecknat" in text
    assert "Skriv när personen fick del av beslutet" in text
    text = post(client, "ending-serve", ending, served_on="2027-09-10")
    assert "inte antecknat" not in text
    assert "Skriv när personen fick del av beslutet" not in text
    assert "Sista dag att överklaga är 1 oktober 2027, tre veckor efter delgivningen (44 § förvaltningslagen)" in text
    assert "Rätta dagen för delgivningen" in text

    text = plain(client.get(reverse("housing-right", args=[person.case.household.pk])))
    assert "Kommunen beslutade 10 september 2027 att rätten upphör i förtid." in text
    assert "till och med 31 december 2027" in text
    assert "UN2027/1" in text
    assert "beslutat slut i förtid" in plain(client.get(reverse("housing-right-list")))

    assert "Beslutet har ändrats" in shown(client, ending)
    given = {"changed_on": "2027-09-10", "changed_by": "Förvaltningsrätten", "note": "Upphävt, mål 1-27"}
    text = post(client, "ending-change", ending, **{**given, "changed_on": "2027-09-01"})
    assert "Dagen ska ligga efter beslutet" in text
    assert "Ändringen är registrerad." in post(client, "ending-change", ending, **given)
    text = shown(client, ending)
    assert "Beslutet gäller inte längre. Rätten räknas som före det. Upphävt, mål 1-27" in text
    assert "Beslutet har ändrats" not in text
    assert "Beslutet ändrat" in plain(client.get(reverse("ending-list"), {"lage": "changed"}))
    text = plain(client.get(reverse("housing-right", args=[person.case.household.pk])))
    assert "upphör i förtid." not in text
    assert "Här finns inget beslut om att rätten upphör." in plain(
        client.get(reverse("ending-change", args=[ending.pk]))
    )
    assert plain(client.get(address)).count("Inget hindrar att grunden prövas.") == 3


TICKED = {"ground": "Grundens uppgifter", "reply": "Personens yttrande", "communication": "Kommunicering"}


def ticks(client: Client, ending: EarlyEnding) -> dict[str, bool]:
    found = client.get(reverse("ending", args=[ending.pk])).context["parts"]
    return {key: next(part.done for part in found if part.label == label) for key, label in TICKED.items()}


def test_the_ticks_are_what_the_law_finds_left(client: Client, coordinator: Actor, ending: EarlyEnding) -> None:
    """A programme is a fact too; a time that ran out without an answer is heard; one that was not given is not."""
    assert ticks(client, ending) == {"ground": False, "reply": False, "communication": False}
    deeds.record_ground(coordinator, ending=ending, today=LATER, programme="introduction", no_referral_since=None)
    assert ticks(client, ending)["ground"]
    deeds.record_communication(
        coordinator,
        ending=ending,
        communicated_on=date(2027, 8, 2),
        reply_by=LATER - timedelta(days=1),
        today=date(2027, 8, 2),
    )
    assert ticks(client, ending) == {"ground": True, "reply": True, "communication": True}
    EarlyEnding.objects.update(reply_by=LATER)
    assert ticks(client, ending) == {"ground": True, "reply": False, "communication": True}
    EarlyEnding.objects.update(reply_by=None)
    assert ticks(client, ending) == {"ground": True, "reply": False, "communication": False}
    EarlyEnding.objects.update(
        ground="assignment_withdrawn",
        programme="",
        withdrawal_decided_on=date(2027, 6, 1),
        withdrawal_final_on=date(2027, 7, 1),
        within_own_control=True,
    )
    assert not ticks(client, ending)["ground"]
    EarlyEnding.objects.update(programme="introduction")
    assert ticks(client, ending)["ground"]
    EarlyEnding.objects.update(withdrawal_final_on=None)
    assert not ticks(client, ending)["ground"]


def test_below_twenty_the_blocks_stand_before_anything_is_begun(client: Client, person: Person) -> None:
    fact(person, "birth_date", {"on": "2008-01-01"})
    address = reverse("ending-new", args=[person.pk])
    text = plain(client.get(address))
    assert text.count("Grunden kan inte prövas") == 2
    assert text.count("Personen har inte fyllt 20 år.") == 2
    text = plain(client.post(address, {"ground": "not_in_programme"}))
    assert "fyllt 20 år" in text
    assert not EarlyEnding.objects.exists()


def test_laga_kraft_blocks_in_red(client: Client, coordinator: Actor, person: Person) -> None:
    ending = deeds.open_ending(coordinator, person=person, ground="assignment_withdrawn", today=LATER)
    answer = client.get(reverse("ending", args=[ending.pk]))
    assert "Beslutet om återkallelse har inte fått laga kraft." in plain(answer)
    assert 'class="ds-alert" data-color="danger"' in answer.content.decode()
    text = plain(client.get(reverse("ending-decide", args=[ending.pk])))
    assert "det här hindrar" in text
    assert "Diarienummer" not in text


def test_what_was_typed_is_kept_when_it_is_refused(client: Client, ending: EarlyEnding) -> None:
    address = reverse("ending-communicate", args=[ending.pk])
    answer = client.post(address, {"communicated_on": "2027-09-01", "reply_by": "2027-08-30"})
    assert "Ge personen tid att svara" in plain(answer)
    assert 'value="2027-08-30"' in answer.content.decode()


def test_a_change_after_the_hearing_is_warned_of(client: Client, ending: EarlyEnding) -> None:
    post(client, "ending-ground", ending, programme="", no_referral_since="2027-05-01")
    post(client, "ending-communicate", ending, communicated_on="2027-09-01", reply_by="2027-09-20")
    assert "fått del av underlaget" in plain(client.get(reverse("ending-ground", args=[ending.pk])))
    text = post(client, "ending-ground", ending, programme="", no_referral_since="2027-06-01")
    assert "behöver få del av det på nytt" in text


def test_nothing_is_left_to_do_once_decided(client: Client, ending: EarlyEnding) -> None:
    assert " kvar " in shown(client, ending)
    EarlyEnding.objects.update(
        status="continues", decided_on=LATER, decided_by="Nämnden", diary_number="1", reasons="Därför."
    )
    text = shown(client, ending)
    assert " kvar " not in text
    assert "inte ifyllt" in text


def test_a_case_is_closed_without_a_decision(client: Client, ending: EarlyEnding) -> None:
    assert "Rätten består." in post(client, "ending-close", ending, reason="Personen är anvisad igen.")
    assert "Avskriven" in plain(client.get(reverse("ending-list")))
    assert "Ingen prövning stämmer med urvalet" in plain(client.get(reverse("ending-list"), {"lage": "open"}))


def test_the_standing_case_is_shown_instead_of_a_new_one(client: Client, ending: EarlyEnding) -> None:
    answer = client.get(reverse("ending-new", args=[ending.person_id]))
    assert "En prövning pågår redan." in plain(answer)
    assert reverse("ending", args=[ending.pk]) in answer.content.decode()
    assert "Börja prövningen" not in plain(answer)


def test_an_empty_list_says_where_a_case_begins(client: Client) -> None:
    assert "En prövning börjar från personens rätt till boende." in plain(client.get(reverse("ending-list")))


def test_who_may_work_but_not_decide_is_told_so(
    actor: Callable[..., Actor], client_for: Callable[..., Client], ending: EarlyEnding
) -> None:
    worker = client_for(actor(Role.HOUSING_COORDINATOR, "integration"))
    assert "Din roll har inte den behörigheten" in shown(worker, ending) or "Ärendet hör till" in shown(worker, ending)
    assert worker.get(reverse("ending-decide", args=[ending.pk])).status_code == 403


def test_strangers_find_nothing(
    actor: Callable[..., Actor], client_for: Callable[..., Client], letting: Actor, ending: EarlyEnding
) -> None:
    for stranger in (letting, actor(Role.SOCIAL_SECRETARY), actor(Role.COORDINATOR, "school")):
        client = client_for(stranger)
        assert "Testsson" not in plain(client.get(reverse("ending-list")))
        assert client.get(reverse("ending-new", args=[ending.person_id])).status_code == 404
        for name in ("ending", *PARTS):
            status = client.get(reverse(name, args=[ending.pk])).status_code
            assert status == (403 if name in DECIDING and stranger == letting else 404), name
    refused = client_for(actor(Role.CONTROLLER))
    assert {refused.get(reverse(name, args=[ending.pk])).status_code for name in ("ending", *PARTS)} == {403}


def test_a_protected_case_does_not_exist_for_who_may_not_handle_it(
    client: Client, actor: Callable[..., Actor], person: Person, ending: EarlyEnding
) -> None:
    protect(actor(Role.COORDINATOR, handles_protected=True), person.case.household)
    assert {client.get(reverse(name, args=[ending.pk])).status_code for name in ("ending", *PARTS)} == {404}
    assert "Testsson" not in plain(client.get(reverse("ending-list")))
