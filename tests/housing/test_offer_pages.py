"""The pages of an offer: made from a proposal, answered with a lease or a reason, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from hemvist.access.actor import Actor
from hemvist.housing import matching
from hemvist.housing.models import Dwelling, HousingNeed, Offer, Tenancy
from hemvist.reception.models import Household

pytestmark = pytest.mark.django_db

Need, Home, House = Callable[..., HousingNeed], Callable[..., Dwelling], Callable[..., Household]


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(coordinator)


@pytest.fixture
def open_offer(household: House, need: Need, dwelling: Home, today: date) -> Offer:
    return Offer.objects.create(
        need=need(household()),
        dwelling=dwelling(),
        made_on=today,
        move_in_on=today + timedelta(days=10),
        reply_by=today + timedelta(days=5),
    )


def plain(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    text = response.content.decode()
    assert "style=" not in text
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


def said(dwelling: Dwelling, today: date, **changes: str) -> dict[str, str]:
    values = {
        "dwelling": str(dwelling.pk),
        "move_in_on": (today + timedelta(days=10)).isoformat(),
        "reply_by": (today + timedelta(days=5)).isoformat(),
        "choice_reason": "",
        "note": "",
    }
    return {**values, **changes}


# --- made -------------------------------------------------------------------------------------------------------------


def test_without_a_dwelling_the_page_says_what_to_do(client: Client, household: House, need: Need) -> None:
    text = plain(client.get(reverse("offer-new", args=[need(household()).pk])))
    assert "ingen bostad att erbjuda" in text


def test_an_offer_begins_with_the_proposal(
    client: Client, coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    found, home = need(household()), dwelling()
    run = matching.run(coordinator, today=today)
    response = client.get(reverse("offer-new", args=[found.pk]), {"bostad": home.pk, "run": run.pk})
    assert f"Matchningen den 23 november 2026 föreslog {home.address}" in plain(response)
    initial = response.context["form"].initial
    assert initial["dwelling"] == str(home.pk)
    assert initial["move_in_on"] == found.wanted_from
    address = reverse("offer-new", args=[found.pk])
    assert client.post(f"{address}?run={run.pk}", said(home, today))["Location"] == reverse("need", args=[found.pk])
    made = Offer.objects.get()
    assert (made.dwelling, made.run, made.status) == (home, run, "open")


def test_another_dwelling_asks_why_and_keeps_what_was_typed(
    client: Client, coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    found, proposed = need(household(), wishes=[{"kind": "sfi", "area": ""}]), dwelling()
    other = dwelling(area="orter")
    matching.run(coordinator, today=today)
    address = reverse("offer-new", args=[found.pk])
    response = client.post(address, said(other, today, note="Visning på fredag"))
    assert "Du väljer en annan bostad än förslaget" in plain(response)
    assert "Visning på fredag" in response.content.decode()
    assert not Offer.objects.exists()
    client.post(address, said(other, today, choice_reason="Närmare förskolan"))
    assert Offer.objects.get().dwelling == other != proposed


def test_what_the_dwelling_lacks_is_told_before(client: Client, household: House, need: Need, dwelling: Home) -> None:
    found, home = need(household(), step_free=True), dwelling(capacity=3)
    text = plain(client.get(reverse("offer-new", args=[found.pk]), {"bostad": home.pk}))
    assert "plats för 3 och hushållet är 4" in text
    assert "inte stegfri" in text


def test_a_strange_address_does_no_harm(client: Client, household: House, need: Need, dwelling: Home) -> None:
    dwelling()
    found = need(household())
    assert plain(client.get(reverse("offer-new", args=[found.pk]), {"bostad": "x", "run": "y"}))


# --- answered ---------------------------------------------------------------------------------------------------------


def test_a_yes_makes_the_lease(client: Client, open_offer: Offer) -> None:
    address = reverse("offer-answer", args=[open_offer.pk])
    page = plain(client.get(address, {"svar": "ja"}))
    assert "Hushållet tackar ja" in page
    assert "Hushållet tackar nej" not in page
    starts = open_offer.move_in_on.isoformat()
    response = client.post(address, {"answer": "ja", "ja-form": "open_ended", "ja-starts_on": starts})
    lease = Tenancy.objects.get()
    assert response["Location"] == reverse("tenancy", args=[lease.pk])
    assert (lease.starts_on, lease.form, lease.offer) == (open_offer.move_in_on, "open_ended", open_offer)
    assert HousingNeed.objects.get().status == "housed"
    assert "Har bostad" in plain(client.get(reverse("need", args=[open_offer.need_id])))


def test_a_lease_that_cannot_be_signed_leaves_the_offer_open(client: Client, open_offer: Offer, today: date) -> None:
    Tenancy.objects.create(
        dwelling=open_offer.dwelling,
        case=open_offer.need.case,
        form="open_ended",
        persons=4,
        rent=1,
        starts_on=today - timedelta(days=90),
    )
    starts = open_offer.move_in_on.isoformat()
    response = client.post(
        reverse("offer-answer", args=[open_offer.pk]), {"answer": "ja", "ja-form": "open_ended", "ja-starts_on": starts}
    )
    assert "Bostaden är uthyrd" in plain(response)
    assert f'value="{starts}"' in response.content.decode()
    open_offer.refresh_from_db()
    assert (open_offer.status, HousingNeed.objects.get().status, Tenancy.objects.count()) == ("open", "open", 1)


def test_a_household_that_moves_is_asked_why_at_the_field(
    client: Client, open_offer: Offer, dwelling: Home, today: date
) -> None:
    lease = {"form": "open_ended", "persons": 4, "rent": 1, "starts_on": today - timedelta(days=90)}
    Tenancy.objects.create(dwelling=dwelling(), case=open_offer.need.case, **lease)
    address = reverse("offer-answer", args=[open_offer.pk])
    said = {"answer": "ja", "ja-form": "open_ended", "ja-starts_on": open_offer.move_in_on.isoformat()}
    response = client.post(address, said)
    assert "Hushållet har redan ett avtal" in plain(response)
    assert list(response.context["accept"].errors) == ["reason"]
    client.post(address, {**said, "ja-reason": "Byter till en större"})
    assert HousingNeed.objects.get().status == "housed"


def test_a_fault_of_a_field_that_the_form_lacks_stands_at_the_top(client: Client, open_offer: Offer) -> None:
    Dwelling.objects.update(capacity=3)
    starts = open_offer.move_in_on.isoformat()
    response = client.post(
        reverse("offer-answer", args=[open_offer.pk]), {"answer": "ja", "ja-form": "open_ended", "ja-starts_on": starts}
    )
    assert "högst 3 boende" in plain(response)
    assert list(response.context["accept"].errors) == ["__all__"]


def test_a_no_says_why_and_the_dwelling_is_not_proposed_again(client: Client, open_offer: Offer) -> None:
    address = reverse("offer-answer", args=[open_offer.pk])
    assert "Varför tackade hushållet nej" in plain(client.post(address, {"answer": "nej", "nej-note": "För långt"}))
    client.post(address, {"answer": "nej", "nej-reason": "place", "nej-note": "För långt"})
    open_offer.refresh_from_db()
    assert (open_offer.status, open_offer.decline_reason, open_offer.note) == ("declined", "place", "För långt")
    text = plain(client.get(reverse("need", args=[open_offer.need_id])))
    assert "tackade nej (läget)" in text
    assert "tackat nej till bostaden" in plain(client.get(reverse("match-why", args=[open_offer.need_id])))


def test_an_answered_offer_is_not_answered_again(client: Client, open_offer: Offer) -> None:
    Offer.objects.update(status="withdrawn")
    response = client.get(reverse("offer-answer", args=[open_offer.pk]))
    assert response["Location"] == reverse("need", args=[open_offer.need_id])


def test_an_offer_is_taken_back(client: Client, open_offer: Offer) -> None:
    address = reverse("offer-withdraw", args=[open_offer.pk])
    assert client.get(address).status_code == 405
    client.post(address)
    open_offer.refresh_from_db()
    assert open_offer.status == "withdrawn"


# --- in another branch ------------------------------------------------------------------------------------------------


def test_the_landlord_answers_only_for_a_disclosed_need(
    letting: Actor,
    client_for: Callable[..., Client],
    open_offer: Offer,
    disclose: Callable[..., None],
) -> None:
    landlord = client_for(letting)
    address = reverse("offer-answer", args=[open_offer.pk])
    assert landlord.get(address).status_code == 404
    assert landlord.post(reverse("offer-withdraw", args=[open_offer.pk])).status_code == 404
    disclose(Household.objects.get(case=open_offer.need.case), ["housing_need"])
    text = plain(landlord.get(address))
    assert open_offer.need.case.number in text
    assert "Testsson" not in text
    starts = open_offer.move_in_on.isoformat()
    landlord.post(address, {"answer": "ja", "ja-form": "open_ended", "ja-starts_on": starts})
    assert Tenancy.objects.get().case_id == open_offer.need.case_id
