"""The home on the household's own pages, on the first page, and in the newcomer's own plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.housing.rights import END, LATER, adult, fact, rule, settle

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import AuditEntry, User
from hemvist.access.roles import Role
from hemvist.housing.household import homes_of, lives_at, own_home
from hemvist.housing.models import Dwelling, HousingNeed, Offer, Tenancy
from hemvist.housing.right import soon
from hemvist.reception.models import Household, NewcomerAccess

pytestmark = pytest.mark.django_db
Homes = Callable[..., Dwelling]


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_household_without_anything_is_told_what_to_do(
    household: Callable[..., Household], coordinator: Actor, client_for: Callable[..., Client]
) -> None:
    made = household()
    text = text_of(client_for(coordinator), reverse("household-housing", args=[made.id]))
    assert reverse("need-new", args=[made.id]) in text
    assert "Inget behov är skrivet." in text
    assert "Inget avtal. Det skrivs när hushållet tackar ja till en bostad." in text


def test_need_offer_lease_and_right_stand_together(
    household: Callable[..., Household],
    coordinator: Actor,
    dwelling: Homes,
    need: Callable[..., HousingNeed],
    tenancy: Callable[..., Tenancy],
    client_for: Callable[..., Client],
    today: date,
) -> None:
    made, flat, other = household(), dwelling(), dwelling()
    asked = need(made)
    Offer.objects.create(need=asked, dwelling=other, made_on=today, move_in_on=today, reply_by=today)
    tenancy(flat, made)
    text = text_of(client_for(coordinator), reverse("household-housing", args=[made.id]))
    assert flat.address in text
    assert f"{other.address}, erbjuden" in text
    assert reverse("need", args=[asked.id]) in text
    # T-6 is not settled: no day, and no guess.
    assert text.count("kan inte räknas ut än") == 4
    entry = AuditEntry.objects.filter(action="household_home.viewed").get()
    assert entry.fields == ["housing_need", "housing_right", "tenancy"]
    plan = text_of(client_for(coordinator), reverse("household", args=[made.id]))
    assert flat.address in plan


def test_the_lease_that_comes_next_is_shown_until_the_first_has_ended(
    household: Callable[..., Household],
    coordinator: Actor,
    dwelling: Homes,
    tenancy: Callable[..., Tenancy],
    today: date,
) -> None:
    made = household()
    assert lives_at(made.case, today) is None
    ended = tenancy(dwelling(), made, ends_on=today, moved_out_on=today)
    coming = tenancy(dwelling(), made, starts_on=today + timedelta(days=3))
    found = lives_at(made.case, today)
    assert found == coming
    homes = homes_of(coordinator, made.case, today=today)
    assert homes.current is not None
    assert homes.current.tenancy == coming
    assert {lease.tenancy for lease in homes.leases or ()} == {ended, coming}


def test_the_first_page_counts_needs_and_the_rights_that_near_their_end(
    household: Callable[..., Household],
    coordinator: Actor,
    need: Callable[..., HousingNeed],
    client_for: Callable[..., Client],
    today: date,
) -> None:
    need(household(), wanted_from=today - timedelta(days=20), wanted_by=today - timedelta(days=1))
    need(household(reference="MV-2"))
    text = text_of(client_for(coordinator), reverse("start"))
    assert "Söker bostad" in text
    assert "1 över tiden" in text
    assert reverse("housing-right-soon") in text
    rule("U15", "same_day")
    settle(household(reference="MV-3"))
    assert soon(coordinator, today=LATER) == (0, None, 0)
    assert soon(coordinator, today=date(2029, 2, 14)) == (0, None, 0)
    # Twelve months before the last day, for each of the four.
    assert soon(coordinator, today=date(2029, 2, 15)) == (4, END, 0)
    assert soon(coordinator, today=END) == (4, END, 0)
    assert soon(coordinator, today=END + timedelta(days=1)) == (0, None, 0)


def test_the_newcomer_sees_the_own_home_and_nobody_elses(
    household: Callable[..., Household],
    user: Callable[..., User],
    actor: Callable[..., Actor],
    dwelling: Homes,
    tenancy: Callable[..., Tenancy],
    client_for: Callable[..., Client],
    today: date,
) -> None:
    mine, theirs = household(), household(reference="MV-2")
    flat, other = dwelling(), dwelling()
    tenancy(flat, mine)
    tenancy(other, theirs)
    newcomer = user(Role.NEWCOMER)
    NewcomerAccess.objects.create(user=newcomer, person=adult(mine))
    text = text_of(client_for(newcomer), reverse("my-plan"))
    assert flat.address in text
    assert "tills vidare" in text
    assert other.address not in text
    assert AuditEntry.objects.filter(action="own_home.viewed", case_id=mine.case_id).count() == 1


def test_a_right_that_has_ended_is_told_of_as_ended(
    household: Callable[..., Household], user: Callable[..., User], client_for: Callable[..., Client]
) -> None:
    rule("U15", "same_day")
    mine = settle(household())
    newcomer = user(Role.NEWCOMER)
    NewcomerAccess.objects.create(user=newcomer, person=adult(mine))
    for day, ended in ((END, False), (END + timedelta(days=1), True)):
        with time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=UTC)):
            text = text_of(client_for(newcomer), reverse("my-plan")).replace("\xa0", " ")
        assert ("Din rätt till ett boende från kommunen tog slut den 15 februari 2030." in text) is ended
        assert ("har du rätt till ett boende" in text) is not ended
        assert ("så länge lagen omfattar dig" in text) is not ended
        assert "Från den 1 januari 2027" not in text
        assert ("i god tid" in text) is not ended


def test_the_newcomer_is_promised_no_more_than_the_act(
    household: Callable[..., Household], user: Callable[..., User], client_for: Callable[..., Client]
) -> None:
    """Before the act its first day is told; a permit that has run out is a matter to ask of."""
    rule("U15", "same_day")
    mine = settle(household())
    newcomer = user(Role.NEWCOMER)
    NewcomerAccess.objects.create(user=newcomer, person=adult(mine))

    def text(day: date) -> str:
        with time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=UTC)):
            return text_of(client_for(newcomer), reverse("my-plan")).replace("\xa0", " ")

    assert "Från den 1 januari 2027 har du rätt till ett boende" in text(date(2026, 12, 31))
    assert "Från den 1 januari 2027" not in text(date(2027, 1, 1))
    fact(adult(mine), "permit", {"ground": "UTLL_5_2", "valid_to": "2027-05-31"})
    assert "Fråga kommunen" not in text(date(2027, 5, 31))
    shown = text(date(2027, 6, 1))
    assert "Ditt uppehållstillstånd har gått ut. Fråga kommunen" in shown
    assert "har du rätt till" not in shown
    assert "15 februari 2030" not in shown
    assert "tog slut den 15 februari 2030" in text(END + timedelta(days=1))


def test_the_own_home_is_a_newcomers_only(coordinator: Actor, today: date) -> None:
    with pytest.raises(NotVisible):
        own_home(coordinator, today=today)


def test_the_household_page_of_homes_is_the_coordinators(
    household: Callable[..., Household], letting: Actor, client_for: Callable[..., Client], disclose: Any
) -> None:
    made = household()
    disclose(made, ["housing_need", "housing_right"])
    assert client_for(letting).get(reverse("household-housing", args=[made.id])).status_code == 403


def test_the_running_lease_is_the_home_also_when_an_older_one_is_overdue(
    household: Callable[..., Household],
    coordinator: Actor,
    dwelling: Homes,
    tenancy: Callable[..., Tenancy],
    today: date,
) -> None:
    made = household()
    tenancy(dwelling(), made, starts_on=today - timedelta(days=200), ends_on=today - timedelta(days=40))
    running = tenancy(dwelling(), made, starts_on=today - timedelta(days=30))
    current = homes_of(coordinator, made.case, today=today).current
    assert current is not None
    assert lives_at(made.case, today) == current.tenancy == running
