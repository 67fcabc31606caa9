"""The pages of placement and weighing: what stands there, that nothing typed is lost, and that nothing is decided."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from hemvist.access.actor import Actor
from hemvist.access.roles import Role
from hemvist.organisation.models import Municipality
from hemvist.placement import arguments
from hemvist.placement.models import Argument, Weighing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(coordinator)


def plain(response: HttpResponse) -> str:
    """What stands on the page itself, without header and footer."""
    text = response.content.decode()
    text = text[text.index("<main") : text.index("</main>")]
    return " ".join(strip_tags(text).replace("\xa0", " ").replace("&nbsp;", " ").split())


def filled(client: Client, **changes: Any) -> dict[str, Any]:
    """The form as a browser would post it, with what has been changed. The address is that of the saved weighing."""
    form = client.get(reverse("weighing-edit")).context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        if value not in (None, False):
            data[bound.html_name] = value
    return {**data, **changes}


# School 60, work 40: U1 against S2 and S3.
SIMPLE = {"c1_weight": 60, "c2_weight": 40, "U1_strength": 3, "U2_strength": 1, "S2_strength": 2, "S3_strength": 2}


def weigh(client: Client, **changes: Any) -> HttpResponse:
    return client.post(reverse("weighing-edit"), filled(client, **{**SIMPLE, **changes}))


# --- the alternatives -------------------------------------------------------------------------------------------------


def test_the_alternatives_stand_side_by_side_with_counts_and_conditions(client: Client) -> None:
    page = plain(client.get(reverse("placement")))
    assert "Socialnämnden (socialförvaltningen)" in page
    assert "8: S1, S2, S3, S4, S5, S6, S7, S8" in page
    assert "Går att förena med alla alternativ" in page
    assert "Aktivitetskrav gäller sedan 1 juli 2026." in page
    assert "beslutad men börjar gälla först 1 januari 2027" in page
    assert page.index("Fakta utanför underlaget") > page.index("Villkor som ändrar vad som väger")


def test_an_alternative_shows_voice_lines_condition_and_secrecy(client: Client) -> None:
    page = plain(client.get(reverse("placement-alternative", args=["SN"])))
    for words in (
        "Talar för (8)",
        "Talar emot (2)",
        "Ansvarig verksamhetschef",
        "rad 408–416",
        "26 kap. 1 § OSL",
        "X4.",
    ):
        assert words in page
    assert client.get(reverse("placement-alternative", args=["BUN"])).status_code == 404


def test_a_municipality_without_alternatives_is_told_what_to_do(client: Client) -> None:
    owner = Municipality.objects.get()
    owner.data = {name: value for name, value in owner.data.items() if name != "placement"}
    owner.save()
    assert "Systemförvaltaren lägger in dem" in plain(client.get(reverse("placement")))
    assert "inga alternativ att väga" in plain(client.get(reverse("weighing")))
    assert client.get(reverse("weighing-edit")).status_code == 200


def test_an_argument_is_added_seen_and_withdrawn(client: Client) -> None:
    given = {
        "alternative": "KS",
        "direction": "-",
        "text": "Öppettiderna <b>passar</b> inte.",
        "voice": "Enhetschef",
        "source": "",
    }
    again = client.post(reverse("argument-new"), given)
    assert again.status_code == 200
    assert "Öppettiderna &lt;b&gt;passar&lt;/b&gt; inte." in again.content.decode()
    assert 'href="#id_source"' in again.content.decode()
    done = client.post(reverse("argument-new"), {**given, "source": "Möte 2026-11-02"}, follow=True)
    page = plain(done)
    assert "N1. Öppettiderna" in page
    assert "tillagt av dig" in page
    done = client.post(reverse("argument-withdraw", args=["N1"]), follow=True)
    assert "Argumentet N1 är återkallat" in plain(done)
    assert "N1. " not in plain(done)
    assert Argument.objects.count() == 1


def test_a_button_to_withdraw_is_shown_only_to_those_who_may(
    coordinator: Actor, actor: Callable[..., Actor], client_for: Callable[..., Client]
) -> None:
    arguments.add_argument(
        coordinator, alternative="KS", direction="+", text="Nära.", voice="Enhetschef", source="Möte 2026-11-02"
    )
    address = reverse("argument-withdraw", args=["N1"])
    seen = {
        role: address in client_for(actor(role)).get(reverse("placement-alternative", args=["KS"])).content.decode()
        for role in (Role.STRATEGIST, Role.CONTROLLER, Role.SFI_ADMINISTRATOR)
    }
    assert seen == {Role.STRATEGIST: True, Role.CONTROLLER: False, Role.SFI_ADMINISTRATOR: False}


# --- weighing ---------------------------------------------------------------------------------------------------------


def test_before_anything_is_weighed_the_page_says_what_to_do(
    client: Client, actor: Callable[..., Actor], client_for: Callable[..., Client]
) -> None:
    page = plain(client.get(reverse("weighing")))
    assert "Du har inte vägt än" in page
    assert "Inget är vägt på förhand" in page
    assert "ligger" not in page.split("Du har inte vägt än")[1]
    assert "inte väga" in plain(client_for(actor(Role.SFI_ADMINISTRATOR)).get(reverse("weighing")))


def test_the_form_begins_without_any_weight_or_strength(client: Client) -> None:
    form = client.get(reverse("weighing-edit")).context["form"]
    values = [bound.value() for bound in form if bound.name.endswith(("_weight", "_strength"))]
    assert len(values) > 30
    assert set(values) <= {None, ""}


def test_a_weighing_is_told_in_words_and_never_as_a_decision(client: Client) -> None:
    assert weigh(client).status_code == 302
    page = plain(client.get(reverse("weighing")))
    assert "Med dina vikter ligger Utbildningsnämnden (Kompetensmagasinet) först." in page
    assert "Skillnaden till nästa är 20 poäng" in page
    assert "Det är ett underlag, inget beslut." in page
    assert "vikten för Språk och skola ändras från 60 % till 50 % av all vikt" in page
    assert "Språk och skola +60: U1, U2" in page
    assert "T1 inte är uppfyllt: Aktivitetskravet" in page
    assert "argument har ingen styrka än" in page
    assert not re.search(r"\b(bör|ska) (placeras|ligga|flyttas)\b|rekommend|bäst|vinner|vinnare", page.lower())


def test_a_tie_is_told_as_a_tie(client: Client) -> None:
    weigh(client, c1_weight=50, c2_weight=50)
    page = plain(client.get(reverse("weighing")))
    assert "(Kompetensmagasinet) och Socialnämnden (socialförvaltningen) lika." in page
    assert "minsta ändring av en vikt skiljer dem åt" in page


def test_all_weight_on_one_criterion_is_explained(client: Client) -> None:
    weigh(client, c2_weight="")
    assert "Ett enda kriterium har all vikt" in plain(client.get(reverse("weighing")))


def test_what_if_is_asked_in_the_address_and_tells_what_changes(client: Client) -> None:
    weigh(client, c1_weight=45, c2_weight=55)
    page = plain(client.get(reverse("weighing"), {"T1": "nej", "T4": "skräp", "kriterium": "luft"}))
    assert "Du ser hur det skulle vara om" in page
    assert "Som det är i dag ligger Socialnämnden (socialförvaltningen) först." in page
    assert "Med det du har antagit ligger Utbildningsnämnden (Kompetensmagasinet) först." in page
    assert "Slutar väga: S3" in page
    assert "Antagandet ändrar ingenting" in plain(client.get(reverse("weighing"), {"T2": "ja"}))
    assert "T4. Få kommer: nej" in plain(client.get(reverse("weighing"), {"T4": "dubbelt"}))


def test_each_criterions_curve_can_be_shown(client: Client) -> None:
    weigh(client)
    for criterion in ("work", "law"):
        response = client.get(reverse("weighing"), {"kriterium": criterion})
        assert response.context["curve_criterion"] == criterion
        assert response.status_code == 200


@pytest.mark.parametrize("wrong", ["101", "-1", "tolv", "1,5"])
def test_a_weight_that_is_no_weight_is_pointed_out_and_nothing_typed_is_lost(wrong: str, client: Client) -> None:
    response = client.post(
        reverse("weighing-edit"),
        filled(
            client,
            **{
                **SIMPLE,
                "c2_weight": wrong,
                "c3_label": "Kunnande",
                "c11_label": "Närhet till bussen",
                "c11_weight": "7",
                "S2_criterion": "c11",
                "note": "Min tanke",
            },
        ),
    )
    assert response.status_code == 200
    text = response.content.decode()
    assert "Vikten för Arbete och egen försörjning: skriv ett heltal från 0 till 100." in text
    assert 'href="#id_c2_weight"' in text
    form = response.context["form"]
    kept = {name: form[name].value() for name in ("c2_weight", "c3_label", "c11_label", "c11_weight", "note")}
    assert kept == {
        "c2_weight": wrong,
        "c3_label": "Kunnande",
        "c11_label": "Närhet till bussen",
        "c11_weight": "7",
        "note": "Min tanke",
    }
    assert (form["U1_strength"].value(), form["S2_criterion"].value()) == ("3", "c11")
    assert not Weighing.objects.exists()


def test_a_new_criterion_can_be_added_and_get_an_argument_in_the_same_save(client: Client) -> None:
    weigh(client, c11_label="Närhet till bussen", c11_weight=20, K1_criterion="c11", K1_strength=3, c0_remove="on")
    page = plain(client.get(reverse("weighing")))
    assert "Närhet till bussen" in page
    assert "Tidigt stöd" not in page
    again = client.get(reverse("weighing-edit")).context["form"]
    assert "Närhet till bussen" in [heading for _key, heading, _words in again.rows]


def test_rows_that_were_filled_in_are_kept_though_the_saved_weighing_has_fewer(client: Client) -> None:
    given = filled(client, **SIMPLE, c11_label="Närhet", c11_weight=5, K1_criterion="c11")
    weigh(client, **{f"c{n}_remove": "on" for n in range(3, 11)})
    assert client.post(reverse("weighing-edit"), given).status_code == 302
    assert len(Weighing.objects.get().content["criteria"]) == 12


def test_to_begin_anew_loses_nothing_until_it_is_saved(client: Client) -> None:
    weigh(client, c11_label="Närhet", c11_weight=20)
    before = Weighing.objects.get().content
    response = client.get(reverse("weighing-edit"), {"nytt": "1"})
    assert {bound.value() for bound in response.context["form"] if bound.name.endswith("_weight")} == {None}
    assert "Din sparade vägning finns kvar" in plain(response)
    assert Weighing.objects.get().content == before


def test_sharing_shows_name_and_differences_to_others_and_nothing_before(
    client: Client, coordinator: Actor, actor: Callable[..., Actor], client_for: Callable[..., Client]
) -> None:
    strategist = actor(Role.STRATEGIST)
    other = client_for(strategist)
    weigh(client)
    weigh(other, c1_weight=10, c2_weight=90, S2_strength=0)
    assert coordinator.name not in plain(other.get(reverse("weighing")))
    assert "Ingen annan har delat" in plain(other.get(reverse("weighing")))
    shared = client.post(reverse("weighing-share"), {"dela": "1"}, follow=True)
    assert "Andra ser nu din vägning" in plain(shared)
    page = plain(other.get(reverse("weighing")))
    assert coordinator.name in page
    assert f"{strategist.name} (du)" in page
    assert "Hur vikten fördelas" in page
    assert "Styrka från 0 till 2." in page
    reader = client_for(actor(Role.SFI_ADMINISTRATOR))
    assert coordinator.name in plain(reader.get(reverse("weighing")))
    assert strategist.name not in plain(reader.get(reverse("weighing")))
    client.post(reverse("weighing-share"), {"dela": "0"})
    assert coordinator.name not in plain(other.get(reverse("weighing")))


def test_sharing_nothing_is_told(client: Client) -> None:
    done = client.post(reverse("weighing-share"), {"dela": "1"}, follow=True)
    assert "Det finns ingen vägning att dela" in plain(done)


@pytest.mark.parametrize("name", ["placement", "weighing", "weighing-edit", "argument-new"])
def test_the_pages_are_there_in_english(name: str, client: Client) -> None:
    weigh(client)
    client.cookies["django_language"] = "en"
    assert client.get(reverse(name)).status_code == 200


def test_more_arguments_and_more_people_ask_no_more_questions(
    client: Client, coordinator: Actor, actor: Callable[..., Actor], client_for: Callable[..., Client]
) -> None:
    def questions() -> list[int]:
        counts = []
        for name in ("placement", "weighing", "weighing-edit"):
            with CaptureQueriesContext(connection) as asked:
                client.get(reverse(name))
            counts.append(len(asked))
        return counts

    weigh(client)
    strategist = client_for(actor(Role.STRATEGIST))
    weigh(strategist)
    strategist.post(reverse("weighing-share"), {"dela": "1"})
    questions()  # the first visit is noted, once
    few = questions()
    for role in (Role.CONTROLLER, Role.ADMINISTRATOR, Role.STRATEGIST):
        more = client_for(actor(role))
        weigh(more)
        more.post(reverse("weighing-share"), {"dela": "1"})
    for number in range(10):
        words = {"text": f"Argument {number}", "voice": "Enhetschef", "source": "Möte 2026-11-02"}
        arguments.add_argument(coordinator, alternative="KS", direction="+", criterion="work", condition="T1", **words)
    assert questions() == few


def test_the_form_unfolds_the_first_alternative_that_is_not_wholly_weighed_and_what_is_to_be_mended(
    client: Client,
) -> None:
    def unfolded() -> list[str]:
        return [shown.side.code for shown in client.get(reverse("weighing-edit")).context["form"].sides if shown.open]

    sides = client.get(reverse("weighing-edit")).context["form"].sides
    assert unfolded() == [sides[0].side.code]
    everything = {f"{row.line.code}_strength": 1 for row in sides[0].rows if row.line.sign}
    weigh(client, **everything)
    assert unfolded() == [sides[1].side.code]
    words = f"({sides[0].asked} av {sides[0].asked} vägda)"
    assert words in plain(client.get(reverse("weighing-edit")))
    last = next(row.line.code for row in reversed(sides[-1].rows) if row.line.sign)
    refused = weigh(client, **{f"{last}_strength": 9})
    assert [shown.side.code for shown in refused.context["form"].sides if shown.open][-1] == sides[-1].side.code
    assert Weighing.objects.count() == 1
