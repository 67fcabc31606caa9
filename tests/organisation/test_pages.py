"""The pages: who does what, one unit, the glossary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hemvist.access.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(user: Callable[..., Any], client_for: Callable[..., Client]) -> Client:
    return client_for(user(Role.STRATEGIST))


def page(client: Client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    text = response.content.decode()
    assert "style=" not in text
    assert " onclick" not in text
    return text


def test_who_does_what_tells_owners_gaps_and_decisions(signed_in: Client) -> None:
    text = page(signed_in, reverse("who-does-what"))
    assert "Integrationsenheten" in text
    assert "Ingen svarar i dag för Fördelning av statlig ersättning." in text
    assert "KS 2024-09-24 § 207, KS2023/781" in text
    assert "Före 24 september 2024:" in text.replace("\xa0", " ")
    assert reverse("assignment-points") in text


def test_a_search_finds_decisions_and_opinions(signed_in: Client) -> None:
    text = page(signed_in, reverse("who-does-what"), sok="UAN2024/416")
    assert f"{reverse('assignment-points')}#UAN2024-416" in text
    assert f"{reverse('assignment-points')}#DE1" not in text


def test_who_may_not_read_of_the_placement_gets_no_link_to_it(
    user: Callable[..., Any], client_for: Callable[..., Client]
) -> None:
    text = page(client_for(user(Role.ASSOCIATION)), reverse("who-does-what"))
    assert "beslut om ansvaret är registrerade" in text
    assert reverse("assignment-points") not in text


def test_search_narrows_and_an_empty_answer_says_what_to_do(signed_in: Client) -> None:
    url = reverse("who-does-what")
    text = page(signed_in, url, sok="språkkafé")
    assert "Biblioteket" in text
    assert "Fältarna" not in text
    text = page(signed_in, url, sok="<script>zzz")
    assert "Inget svarar mot ”&lt;script&gt;zzz”." in text
    assert "Visa alla" in text


def test_a_unit_tells_its_board_branch_and_secrecy(signed_in: Client) -> None:
    text = page(signed_in, reverse("unit", args=["integration"]))
    assert "Utbildningsnämnden" in text
    assert "26 kap. 1 § OSL" in text
    assert "Inred bostaden" in text
    assert "finns inte längre" in page(signed_in, reverse("unit", args=["ame_uan"]))
    assert signed_in.get(reverse("unit", args=["finns-inte"])).status_code == 404


def test_the_pages_are_for_those_signed_in_but_the_glossary_for_everyone(client: Client) -> None:
    assert client.get(reverse("who-does-what")).status_code == 302
    assert client.get(reverse("unit", args=["integration"])).status_code == 302
    assert client.get(reverse("glossary")).status_code == 200
    assert client.post(reverse("glossary")).status_code == 405


def test_pages_speak_english(signed_in: Client) -> None:
    signed_in.cookies["django_language"] = "en"
    assert "The library" in page(signed_in, reverse("who-does-what"))
    assert "Furnish the dwelling" in page(signed_in, reverse("unit", args=["integration"]))


def test_the_overview_costs_the_same_however_much_there_is(
    signed_in: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(16):
        signed_in.get(reverse("who-does-what"))
