"""The decision letter: what it says as a draft, when decided, and as files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.housing.rights import LATER, adult, rule, settle

from hemvist.access.actor import Actor
from hemvist.access.roles import Role
from hemvist.housing import ending as deeds
from hemvist.housing import ending_case, ending_letter
from hemvist.housing.models import EarlyEnding
from hemvist.law.ending_early import GROUNDS, EndGround
from hemvist.reception.models import Household
from hemvist.web.templatetags.hemvist import cited

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day() -> Any:
    with time_machine.travel(datetime(LATER.year, LATER.month, LATER.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def ending(coordinator: Actor, household: Callable[..., Household]) -> EarlyEnding:
    """A case of the first ground, heard and reasoned."""
    rule("U15", "same_day")
    begun = date(2027, 8, 1)
    made = deeds.open_ending(coordinator, person=adult(settle(household())), ground="not_in_programme", today=begun)
    deeds.record_ground(coordinator, ending=made, today=begun, programme="", no_referral_since=date(2027, 5, 1))
    deeds.record_acceptable_reasons(coordinator, ending=made, outcome="none", text="Inget skäl har kommit fram.")
    deeds.record_children(coordinator, ending=made, affected=True, text="Barnen går kvar i sin skola.", today=begun)
    deeds.record_communication(coordinator, ending=made, communicated_on=begun, reply_by=date(2027, 8, 20), today=begun)
    deeds.record_reply(coordinator, ending=made, replied_on=date(2027, 8, 9), text="Jag väntar på besked.", today=LATER)
    deeds.record_reasons(coordinator, ending=made, text="Först det.\n\nSedan detta.")
    return made


def decide(actor: Actor, ending: EarlyEnding, outcome: str = "ends", **changes: Any) -> None:
    given = {
        "decided_on": LATER,
        "decided_by": "Utbildningsnämnden",
        "diary_number": "UN2027/77",
        "ends_on": date(2027, 12, 31) if outcome == "ends" else None,
        "appeal_instruction": True,
        "today": LATER,
    }
    deeds.decide(actor, ending=ending, outcome=outcome, **{**given, **changes})


def docx_words(client: Client, ending: EarlyEnding) -> str:
    answer = client.get(reverse("ending-letter", args=[ending.pk, "docx"]))
    assert answer.status_code == 200
    xml = zipfile.ZipFile(io.BytesIO(answer.content)).read("word/document.xml").decode()
    return xml.replace("\xa0", " ")


def test_the_decision_says_all_that_it_must(
    coordinator: Actor, client_for: Callable[..., Client], ending: EarlyEnding
) -> None:
    decide(coordinator, ending)
    words = docx_words(client_for(coordinator), ending)
    for part in (
        "Din rätt till boende upphör i förtid",
        "Sista dagen är 31 december 2027",
        "Olena Testsson",
        "UN2027/77",
        "Utbildningsnämnden",
        "Godtagbara skäl",
        "Inget skäl har kommit fram.",
        "Barnen går kvar i sin skola.",
        "Jag väntar på besked.",
        "Först det.",
        "Sedan detta.",
        cited(GROUNDS[EndGround.NOT_IN_PROGRAMME][1]).replace("\xa0", " "),
        "12 §, SFS 2026:1326",
        "sedan den 1 maj 2027",
        "förvaltningsrätten",
        "inom 3 veckor",
        "44 §",
        "prövningstillstånd",
    ):
        assert part in words, part
    assert "Utkast" not in words
    assert coordinator.name not in words
    for part in ("De som visas är bara förslag", "måste inte", "15 februari 2030"):
        assert part not in words, part


def test_until_decided_it_is_a_draft_with_what_is_left(
    coordinator: Actor, client_for: Callable[..., Client], ending: EarlyEnding
) -> None:
    EarlyEnding.objects.filter(pk=ending.pk).update(reasons="")
    words = docx_words(client_for(coordinator), ending)
    assert "Utkast. Det här är inget beslut" in words
    assert "Skriv ned skälen till beslutet." in words
    assert "får, men måste inte" in words
    assert "Kommunen beslutar" not in words


def test_why_the_right_ends_before_the_time_to_appeal_stands_in_the_letter(
    coordinator: Actor, client_for: Callable[..., Client], ending: EarlyEnding
) -> None:
    decide(coordinator, ending, ends_on=LATER + timedelta(days=7), early_effect_reason="Huset ska rivas.")
    words = docx_words(client_for(coordinator), ending)
    assert "innan tiden att överklaga har gått ut (35 § förvaltningslagen): Huset ska rivas." in words
    text = client_for(coordinator).get(reverse("ending", args=[ending.pk])).content.decode()
    assert "Huset ska rivas." in text
    assert "15 februari 2030" not in text.replace("\xa0", " ")


def test_only_a_decision_against_the_person_tells_how_to_appeal(
    coordinator: Actor, client_for: Callable[..., Client], ending: EarlyEnding
) -> None:
    client = client_for(coordinator)
    assert "Så överklagar du" in docx_words(client, ending)
    decide(coordinator, ending, "continues")
    assert "Så överklagar du" not in docx_words(client, ending)
    EarlyEnding.objects.filter(pk=ending.pk).update(status="closed")
    assert "Så överklagar du" not in docx_words(client, ending)


def test_an_answer_to_what_was_communicated_before_is_told_as_earlier(
    coordinator: Actor, client_for: Callable[..., Client], ending: EarlyEnding
) -> None:
    EarlyEnding.objects.filter(pk=ending.pk).update(replied_on=None)
    words = docx_words(client_for(coordinator), ending)
    for part in ("Du har inte svarat på det.", "Ditt tidigare svar", "Jag väntar på besked."):
        assert part in words


def test_that_the_right_goes_on_is_a_letter_too(coordinator: Actor, ending: EarlyEnding) -> None:
    decide(coordinator, ending, "continues")
    document = ending_letter.letter(ending_case.examine(coordinator, ending.pk, today=LATER), today=LATER)
    assert document.title == "Din rätt till boende består"


def test_a_decision_that_was_changed_says_that_it_no_longer_holds(
    coordinator: Actor, client_for: Callable[..., Client], ending: EarlyEnding
) -> None:
    decide(coordinator, ending)
    given = {"changed_on": LATER, "changed_by": "Förvaltningsrätten", "note": "Upphävt, mål 1-27", "today": LATER}
    deeds.change_decision(coordinator, ending=ending, **given)
    words = docx_words(client_for(coordinator), ending)
    assert "Beslutet ändrades 10 september 2027 av Förvaltningsrätten. Det gäller inte längre." in words
    assert "Sista dagen är 31 december 2027" in words
    assert "Utkast" not in words


def test_the_letter_is_swedish_for_an_english_reader(coordinator: Actor, ending: EarlyEnding) -> None:
    with translation.override("en"):
        page = ending_case.examine(coordinator, ending.pk, today=LATER)
        document = ending_letter.letter(page, today=LATER)
    assert document.language == "sv"
    assert document.title == "Fråga om din rätt till boende ska upphöra i förtid"


def test_the_files(
    coordinator: Actor, actor: Callable[..., Actor], client_for: Callable[..., Client], ending: EarlyEnding
) -> None:
    client = client_for(coordinator)
    pdf = client.get(reverse("ending-letter", args=[ending.pk, "pdf"]))
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    assert pdf["Content-Disposition"] == f'attachment; filename="utkast-{ending.person.case.number}.pdf"'
    assert client.get(reverse("ending-letter", args=[ending.pk, "rtf"])).status_code == 404
    stranger = client_for(actor(Role.SOCIAL_SECRETARY))
    assert stranger.get(reverse("ending-letter", args=[ending.pk, "docx"])).status_code == 404
