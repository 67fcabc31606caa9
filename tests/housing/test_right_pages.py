"""The pages of the right to housing: the watch list, a household's clocks, what is told and given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from tests.housing.rights import LATER, adult, fact, protect, rule, settle

from hemvist.access.actor import Actor
from hemvist.access.roles import Role
from hemvist.housing.models import CallBack, Dwelling, SupportGiven, Tenancy
from hemvist.reception.models import Assignment, Household

pytestmark = pytest.mark.django_db

Make = Callable[..., Household]
LIST = "housing-right-list"


@pytest.fixture(autouse=True)
def _that_day() -> Any:
    with time_machine.travel(datetime(LATER.year, LATER.month, LATER.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def home(household: Make) -> Household:
    rule("U15", "same_day")
    return settle(household())


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(coordinator)


def plain(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    text = response.content.decode()
    assert "style=" not in text
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


def page(client: Client, home: Household) -> str:
    return plain(client.get(reverse("housing-right", args=[home.pk])))


# --- the watch list ---------------------------------------------------------------------------------------------------


def test_the_list_tells_who_until_when_and_how_long_is_left(client: Client, home: Household) -> None:
    text = plain(client.get(reverse(LIST)))
    assert "Olena Testsson" in text
    assert "15 februari 2030" in text
    assert "29 hela månader" in text
    assert text.count("ingen än") == 4


def test_the_list_is_filtered_by_mark(
    coordinator: Actor, client_for: Callable[..., Client], client: Client, home: Household
) -> None:
    assert "Ingen stämmer med urvalet" in plain(client.get(reverse(LIST), {"visa": "6"}))
    with time_machine.travel(datetime(2029, 8, 15, 9, tzinfo=UTC)):
        text = plain(client_for(coordinator).get(reverse(LIST), {"visa": "6"}))
    assert "Olena Testsson" in text
    assert "Högst 6 månader kvar" in text


def test_an_empty_list_says_what_makes_a_right_be_seen(client: Client) -> None:
    assert "Ingen har en rätt till boende vars sista dag är känd" in plain(client.get(reverse(LIST)))


def test_another_branch_sees_the_case_number_and_the_day(
    letting: Actor, client_for: Callable[..., Client], home: Household, disclose: Callable[..., None]
) -> None:
    disclose(home, ["housing_right"])
    with time_machine.travel(datetime(2027, 3, 1, 9, tzinfo=UTC)):
        client = client_for(letting)
        text = plain(client.get(reverse(LIST)))
        assert client.get(reverse("housing-right", args=[home.pk])).status_code == 404
    assert home.case.number in text
    assert "15 februari 2030" in text
    assert "Testsson" not in text


def test_a_branch_that_was_told_nothing_is_told_so(
    letting: Actor, client_for: Callable[..., Client], client: Client, home: Household
) -> None:
    other = client_for(letting)
    assert "Inget är utlämnat till din verksamhet." in plain(other.get(reverse(LIST)))
    assert "– inget utlämnat" in plain(other.get(reverse("housing-right-soon")))
    assert "0 att bevaka" in plain(client.get(reverse("housing-right-soon")))


def test_a_lease_that_outlives_the_right_and_a_permit_that_ends_are_tagged(
    coordinator: Actor,
    client_for: Callable[..., Client],
    client: Client,
    home: Household,
    dwelling: Callable[..., Dwelling],
    tenancy: Callable[..., Tenancy],
) -> None:
    fact(adult(home), "permit", {"ground": "UTLL_5_2", "valid_to": "2027-12-01"})
    assert "tillståndet går ut 1 december 2027" in plain(client.get(reverse(LIST)))
    tenancy(dwelling(), home)
    with time_machine.travel(datetime(2030, 2, 16, 9, tzinfo=UTC)):
        later = client_for(coordinator)
        text = plain(later.get(reverse(LIST)))
        own = page(later, home)
    assert text.count("har slutat, avtalet löper") == 4
    assert "tillståndet gick ut 1 december 2027" in text
    assert "Personen har sagt till" not in own
    assert "Använda rätten igen" not in own


def test_who_comes_back_is_shown_with_the_way_to_a_need(client: Client, home: Household) -> None:
    assert "Ska komma tillbaka" not in plain(client.get(reverse(LIST)))
    assert "komma tillbaka" not in plain(client.get(reverse("housing-right-soon")))
    CallBack.objects.create(person=adult(home), notified_on=LATER, wanted_from=LATER)
    answer = client.get(reverse(LIST))
    assert "Ska komma tillbaka Olena Testsson : boende senast 10 november 2027".replace(" :", ":") in plain(answer)
    assert reverse("need-new", args=[home.pk]) in answer.content.decode()
    assert "1 ska komma tillbaka" in plain(client.get(reverse("housing-right-soon")))


# --- one household ----------------------------------------------------------------------------------------------------


def test_the_page_shows_the_clock_with_its_steps_and_both_acts(client: Client, home: Household) -> None:
    answer = client.get(reverse("housing-right", args=[home.pk]))
    text = plain(answer)
    assert "29 hela månader kvar, till och med 15 februari 2030." in text
    for words in ("Tiden började", "12 månader kvar", "I dag", "Sista dag", "12 §"):
        assert words in text
    assert "Lag (2016:38)" in text
    assert "Jämför de två lagarna" in text
    assert "utom för den som bor i kommunens boende för tillfälligt skydd (11 § 2 st)" in text
    assert '<details class="ds-details">' in answer.content.decode()
    assert "Lag (2026:1326) gäller för alla i hushållet" in text
    assert reverse("ending-new", args=[adult(home).pk]) in answer.content.decode()
    assert "Ingen information är antecknad." in text
    assert "Kommunens egen linje" in text
    assert "Kommunen erbjuder boende tills vidare." in text
    assert "blev inte lag" in text
    assert "Det får inte användas som grund." in text


def test_a_mark_that_has_come_is_told_as_passed(
    coordinator: Actor, client_for: Callable[..., Client], home: Household
) -> None:
    with time_machine.travel(datetime(2029, 11, 15, 9, tzinfo=UTC)):
        assert page(client_for(coordinator), home).count("passerade 3-månadersgränsen") == 4


def test_an_act_that_differs_from_the_day_is_warned_of(client: Client, home: Household) -> None:
    words = "registrerad enligt en annan lag än den som beslutsdagen pekar på"
    assert words not in page(client, home)
    Assignment.objects.filter(household=home).update(regime="BOS-2016")
    assert page(client, home).count(words) == 4


def test_an_open_question_of_law_stands_in_a_box_with_the_way_to_rule(client: Client, household: Make) -> None:
    made = settle(household(), decided_on=date(2026, 11, 2), received_on=date(2026, 12, 1))
    answer = client.get(reverse("housing-right", args=[made.pk]))
    text = plain(answer)
    assert "Lagen är oklar" in text
    assert "Har den som anvisades enligt lagen (2016:38) rätt till boende i 36 månader" in text
    for key in ("T-6", "U15"):
        assert reverse("ruling-new", args=[key]) in answer.content.decode()
        assert f"Väntar på kommunens ställningstagande {key}." in text
    assert "Sista dagen går inte att räkna ut än." in text
    assert "går inte att avgöra än för alla i hushållet" in text
    assert '<details class="ds-details" open>' in answer.content.decode()
    assert "Pröva slut i förtid" not in text


def test_who_may_not_rule_gets_the_question_without_the_way(
    actor: Callable[..., Actor], client_for: Callable[..., Client], household: Make
) -> None:
    made = settle(household(), decided_on=date(2026, 11, 2), received_on=date(2026, 12, 1))
    answer = client_for(actor(Role.SOCIAL_SECRETARY, "integration")).get(reverse("housing-right", args=[made.pk]))
    assert "Lagen är oklar" in plain(answer)
    assert reverse("ruling-new", args=["T-6"]) not in answer.content.decode()


def test_what_is_missing_is_said_in_words(client: Client, household: Make) -> None:
    rule("U15", "same_day")
    made = settle(household(category="asylum_housing"))
    for person in made.case.persons.all():
        fact(person, "permit", {"ground": "UTLL_5_1"})
    assert "Det som saknas: dagen då mottagandelagen slutade gälla för personen." in page(client, made)


def test_strangers_and_the_protected(
    actor: Callable[..., Actor], client_for: Callable[..., Client], home: Household
) -> None:
    address = reverse("housing-right", args=[home.pk])
    assert client_for(actor(Role.SOCIAL_SECRETARY)).get(address).status_code == 404
    assert client_for(actor(Role.COORDINATOR, "school")).get(address).status_code == 404
    assert client_for(actor(Role.CONTROLLER)).get(address).status_code == 403
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    protect(trusted, home)
    plain_one = client_for(actor(Role.COORDINATOR))
    assert plain_one.get(address).status_code == 404
    assert "Testsson" not in plain(plain_one.get(reverse(LIST)))
    assert client_for(trusted).get(address).status_code == 200


# --- what is told and given -------------------------------------------------------------------------------------------


def test_a_person_tells_and_takes_it_back(client: Client, home: Household) -> None:
    address = reverse("call-back-new", args=[home.pk, adult(home).pk])
    assert "minst två månader i förväg" in plain(client.get(address))
    given = {"notified_on": "2027-09-10", "wanted_from": "2027-09-20", "note": "Ringde"}
    text = plain(client.post(address, given, follow=True))
    assert "Kommunen behöver ha ett boende senast 10 november 2027." in text
    told = CallBack.objects.get()
    text = plain(client.post(reverse("call-back-withdraw", args=[told.pk]), follow=True))
    assert "återtaget 10 september 2027" in text
    assert "redan återtaget" in plain(client.post(reverse("call-back-withdraw", args=[told.pk]), follow=True))


def test_what_was_typed_is_kept_when_it_is_refused(client: Client, home: Household) -> None:
    address = reverse("call-back-new", args=[home.pk, adult(home).pk])
    answer = client.post(address, {"notified_on": "2027-09-10", "wanted_from": "2031-01-01", "note": "Behåll mig"})
    assert "Rätten slutar 15 februari 2030" in plain(answer)
    assert "Behåll mig" in answer.content.decode()
    assert not CallBack.objects.exists()


def test_a_person_of_another_household_is_not_found_there(client: Client, household: Make, home: Household) -> None:
    other = settle(household(family="Annansson"))
    assert client.get(reverse("call-back-new", args=[home.pk, adult(other).pk])).status_code == 404


def test_support_is_written_down(client: Client, home: Household) -> None:
    address = reverse("support-new", args=[home.pk])
    assert "15 §" in plain(client.get(address))
    given = {"duty": "information", "on": "2027-09-10", "language": "ukrainska", "interpreter_used": "on"}
    text = plain(client.post(address, given, follow=True))
    assert "Stödet är antecknat." in text
    assert "ukrainska, med tolk" in text
    assert "Ingen information är antecknad." not in text
    assert "Inget stöd att söka bostad är antecknat." in text
    assert "går inte att avböja" in plain(client.post(address, {**given, "declined": "on"}))
    assert SupportGiven.objects.count() == 1


def test_another_branch_writes_nothing(
    letting: Actor, client_for: Callable[..., Client], home: Household, disclose: Callable[..., None]
) -> None:
    disclose(home, ["housing_right"])
    client = client_for(letting)
    told = CallBack.objects.create(person=adult(home), notified_on=LATER, wanted_from=LATER)
    assert client.get(reverse("support-new", args=[home.pk])).status_code == 404
    assert client.get(reverse("call-back-new", args=[home.pk, adult(home).pk])).status_code == 404
    assert client.post(reverse("call-back-withdraw", args=[told.pk])).status_code == 404
