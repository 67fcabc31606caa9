"""The page of need against supply: tiles, charts with their tables, the scenario in the address, the file."""

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
from hemvist.housing.models import Dwelling, HousingNeed
from hemvist.organisation.models import HistoricalFigure
from hemvist.reception.models import Household

pytestmark = pytest.mark.django_db

PAGE = "housing-balance"


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(coordinator)


def plain(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    text = response.content.decode()
    assert "style=" not in text
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


def test_an_empty_stock_says_what_lacks_and_what_it_rests_on(client: Client) -> None:
    text = plain(client.get(reverse(PAGE)))
    assert "Bostäder att fördela nu0" in text
    assert "Hushåll som behöver bostad0" in text
    assert "Kommuntalet för 2026 är 25 enligt kommunens årsuppgifter (Utredningen)." in text
    assert "Kommuntalet för 2027 är inte känt här." in text
    assert text.count("Visa siffrorna i en tabell") == 1
    assert "Nov 2026" in text
    assert "2026-11" not in text.split("Pröva ett läge")[0]
    assert "Små tal visas inte exakt" not in text


def test_more_are_counted_first_when_somebody_asks(client: Client) -> None:
    plain_page = client.get(reverse(PAGE)).content.decode()
    assert "Första månaden om fler kommer" not in plain_page
    assert "Med fler" not in plain_page
    link = f"{reverse(PAGE)}?persons=30&amp;over=3"
    assert f'href="{link}"' in plain_page
    text = plain(client.get(link.replace("&amp;", "&")))
    assert "30 personer till under 3 månader, från december 2026." in text
    assert "Första månaden om fler kommer" in text
    assert "Pröva: 30 personer" not in text
    assert text.count("Visa siffrorna i en tabell") == 2


def test_what_lacks_stands_before_the_charts(client: Client, dwelling: Callable[..., Dwelling]) -> None:
    HistoricalFigure.objects.filter(measure="assigned").delete()
    assert "Bostäder som saknas" not in plain(client.get(reverse(PAGE)))
    text = plain(client.get(reverse(PAGE), {"persons": "9"}))
    assert text.index("Bostäder som saknas") < text.index("Lediga bostäder och hushåll som väntar")


def test_the_scenario_is_in_the_address(
    client: Client, dwelling: Callable[..., Dwelling], household: Callable[..., Household]
) -> None:
    dwelling(capacity=6)
    household()
    text = plain(client.get(reverse(PAGE), {"persons": "90", "over": "2", "start": "2027-03", "times": "8"}))
    assert "90 personer till under 2 månader, från mars 2027." in text
    assert "Dessutom 8 gånger så många som väntas enligt kommuntalet." in text
    assert "Bostäder att fördela nu1också erbjudna bostäder, som i listan är lovade" in text
    assert "Första månaden om fler kommerNovember 2026" in text
    assert "Maj 2027" in text
    assert "Hushåll som behöver bostad1" in text


def test_what_one_knows_goes_before_the_number(client: Client) -> None:
    text = plain(client.get(reverse(PAGE), {"left": "2"}))
    assert "Du har skrivit att 2 väntas ännu." in text
    assert "antas komma jämnt över resten av året" not in text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"persons": "-1"}, "större än eller lika med 0"),
        ({"persons": "många"}, "heltal"),
        ({"start": "2020-01"}, "2020-01"),
        ({"small": "0", "middle": "0", "large": "0"}, "Minst en av storlekarna"),
        ({"months": "500"}, "mindre än eller lika med 24"),
    ],
)
def test_what_cannot_be_asked_keeps_what_was_typed(client: Client, asked: dict[str, str], words: str) -> None:
    answer = client.get(reverse(PAGE), asked)
    text = plain(answer, 422)
    assert words in text
    assert "Tills dess visas de vanliga antagandena." in text
    if asked.get("persons") == "många":
        assert 'value="många"' in answer.content.decode()


def test_without_reach_small_numbers_are_words(
    actor: Callable[..., Actor],
    client_for: Callable[..., Client],
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
) -> None:
    need(household())
    text = plain(client_for(actor(Role.CONTROLLER)).get(reverse(PAGE)))
    assert "Hushåll som behöver bostadfärre än 5" in text
    assert "De räknas som 4, det mesta de kan vara." in text
    assert "Färre än 5 är anvisade och dras inte av; 25 antas komma" in text
    assert "så bristen kan vara mindre än den ser ut." in text.split("I slutet av varje månad")[0]
    assert "November 2026tidigast" in text


def test_another_branch_with_a_disclosure(
    letting: Actor,
    client_for: Callable[..., Client],
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    disclose: Callable[..., None],
) -> None:
    given = household()
    need(given)
    need(household(family="Annansson"))
    disclose(given, ["housing_need"])
    text = plain(client_for(letting).get(reverse(PAGE)))
    assert "Hushåll som behöver bostad1 och färre än 5 till" in text


def test_the_file_follows_the_address(client: Client, dwelling: Callable[..., Dwelling]) -> None:
    dwelling(capacity=2)
    answer = client.get(reverse("housing-balance-file", args=["csv"]), {"months": "3", "persons": "4", "over": "1"})
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("Månad;Läge;Storlek;Nya behov")
    assert len(rows) == 1 + 2 * 3 * 4
    assert rows[1] == "2026-11;Som det ser ut;1–2 personer;0;1;0;0;1" or rows[1].startswith(
        "2026-11;Som det ser ut;1–2"
    )
    sheet = load_workbook(io.BytesIO(client.get(reverse("housing-balance-file", args=["xlsx"])).content)).active
    assert sheet is not None
    assert sheet.max_row == 1 + 2 * 12 * 4
    assert client.get(reverse("housing-balance-file", args=["pdf"])).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.HOUSING_COORDINATOR, 200),
        (Role.STRATEGIST, 200),
        (Role.SOCIAL_SECRETARY, 403),
        (Role.DATA_PROTECTION_OFFICER, 403),
    ],
)
def test_who_gets_in(actor: Callable[..., Actor], client_for: Callable[..., Client], role: Role, status: int) -> None:
    theirs = client_for(actor(role))
    assert theirs.get(reverse(PAGE)).status_code == status
    assert theirs.get(reverse("housing-balance-file", args=["xlsx"])).status_code == status
