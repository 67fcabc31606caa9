"""The pages about the boards' rules: what they say, in which language, and the files they give."""

from __future__ import annotations

import html
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import docx
import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from hemvist.access.roles import Role
from hemvist.organisation.models import Move, Municipality
from hemvist.planning.board_rules import Amendment
from hemvist.web import clock

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def client(user: Callable[..., Any], client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, today: date):  # type: ignore[no-untyped-def]
    monkeypatch.setattr(clock, "today", lambda: today)
    return client_for(user(Role.STRATEGIST))


def read(client: Client, name: str, **asked: str) -> str:
    response = client.get(reverse(name), asked)
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).replace("\xa0", " ").split())


def test_the_page_says_what_must_change_and_where_to_get_the_proposal(client: Client) -> None:
    text = read(client, "board-rules")
    assert "Det här behöver ändras var ansvaret än ligger" in text
    assert "Reglementet hänvisar till Bosättningslagen (2016:38), som upphör 1 januari 2027." in text
    assert "I stället gäller Bosättningslagen (2026:1326)." in text
    assert reverse("board-rules-redline", args=["UN", "docx"]) in text
    assert "ta emot och ge introduktion till flyktingar”" in text
    assert "4 reglementen är helt eller delvis beskrivna med Hemvists ord" in text


def test_the_page_shows_a_decided_move(client: Client, today: date) -> None:
    change = Amendment("SN", "refugees", "", "Nämnden tar emot flyktingar.", "Flyttas hit.", "task", ("reception",))
    Move.objects.create(
        alternative="SN",
        title="Mottagandet till SN",
        takes_effect_on=date(2027, 1, 1),
        status=Move.Status.DECIDED,
        amendments=[change.to_json()],
        drafted_by="test",
        decided_on=today,
        decided_by="Kommunfullmäktige",
        diary_number="KS2026/700",
    )
    text = read(client, "board-rules")
    assert "Ändras 1 januari 2027" in text
    assert "Nämnden tar emot flyktingar.</ins>" in text


def test_without_rules_the_page_says_what_to_do(client: Client) -> None:
    place = Municipality.objects.get()
    place.data["rules"] = {"rules": []}
    place.save()
    assert "Systemförvaltaren lägger in dem i kommunens mapp" in read(client, "board-rules")
    assert "saknar stöd i sin nämnds reglemente" in read(client, "board-rules-need")


def test_the_need_is_tested_for_a_function_and_a_board(client: Client) -> None:
    text = read(client, "board-rules-need", uppgift="reception", namnd="SN")
    assert "Ja, ett tillägg behövs" in text
    assert "I dag svarar Integrationsenheten (Utbildningsnämnden) för uppgiften." in text
    text = read(client, "board-rules-need", uppgift="library", namnd="UPN")
    assert "Nej, inget tillägg behövs" in text
    assert "även om den inte nämner målgruppen" in text


def test_without_a_question_all_functions_are_told(client: Client) -> None:
    text = read(client, "board-rules-need")
    assert "Alla uppgifter har stöd i sin nämnds reglemente." in text
    assert "Fördelning av statlig ersättning: ingen svarar" in text
    assert 'id="svar"' not in text


@pytest.mark.parametrize(
    "asked", [{"uppgift": "reception"}, {"uppgift": "x", "namnd": "SN"}, {"uppgift": "", "namnd": ""}]
)
def test_a_question_that_cannot_be_answered_says_what_is_wrong(client: Client, asked: dict[str, str]) -> None:
    text = read(client, "board-rules-need", **asked)
    assert "ds-error-summary" in text
    assert 'id="svar"' not in text


def test_the_proposal_comes_as_a_document_with_tracked_changes(client: Client) -> None:
    response = client.get(reverse("board-rules-redline", args=["UN", "docx"]))
    assert response["Content-Disposition"] == 'attachment; filename="reglemente-un-2027-01-01.docx"'
    word = docx.Document(io.BytesIO(response.content))
    assert word.core_properties.title == "Reglemente för utbildningsnämnden: förslag till ändringar"
    body = word.element.body
    deleted = ["".join(node.text for node in change.iter(f"{W}delText")) for change in body.iter(f"{W}del")]
    inserted = ["".join(node.text for node in change.iter(f"{W}t")) for change in body.iter(f"{W}ins")]
    assert "(2016:38)" in deleted[-1]
    assert "(2026:1326)" in inserted[-1]
    assert next(p.text for p in word.paragraphs if "inte ordagrant" in p.text).startswith(
        "Nämnden ansvarar för förskola"
    )


def test_the_proposal_comes_as_pdf(client: Client) -> None:
    response = client.get(reverse("board-rules-redline", args=["UN", "pdf"]))
    assert response["Content-Type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    assert "[tillagt: (2026:1326)]" in " ".join(text.split())


@pytest.mark.parametrize(("board", "kind"), [("SN", "docx"), ("NIX", "docx"), ("UN", "exe")])
def test_what_there_is_no_proposal_for_is_not_found(client: Client, board: str, kind: str) -> None:
    assert client.get(reverse("board-rules-redline", args=[board, kind])).status_code == 404


def test_the_pages_speak_english_and_gloss_the_swedish_words(client: Client) -> None:
    client.cookies["django_language"] = "en"
    text = read(client, "board-rules")
    assert "The board fulfils the municipality's tasks in receiving refugees" in text
    assert "ta emot och ge introduktion till flyktingar" in text
