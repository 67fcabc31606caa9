"""Lists ask the database as many questions for 2 000 households as for 20."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.housing.rights import rule

from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.coordination.models import PlanTask
from hemvist.coordination.services import rederive
from hemvist.housing.models import Dwelling, HousingNeed, Offer, Tenancy
from hemvist.organisation.models import Unit
from hemvist.reception import services
from hemvist.reception.models import Arrival, Membership
from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson, register_households

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LISTS = (
    "/",
    "/hushall/",
    "/hushall/?forsenade=on&ordning=name",
    "/hushall/export/?format=csv",
    "/anvisningar/",
    "/uppgifter/",
    "/uppgifter/?state=all",
    "/samrad/",
    "/samrad/planering/",
    "/statistik/",
    "/ersattning/personer/",
    "/ersattning/ansokningar/",
    "/ersattning/utbetalningar/",
    "/bostader/",
    "/bostader/behov/",
    "/bostader/behov/?lage=all",
    "/bostader/avtal/",
    "/bostader/ratten/",
    "/bostader/balans/",
)
# Those that show a line for each household, which must then be there.
OF_HOMES = ("/bostader/behov/", "/bostader/behov/?lage=all", "/bostader/avtal/", "/bostader/ratten/")


def _two_tasks_each(actor: Actor, cases: Sequence[Case], cause: str, today: date) -> list[Any]:
    """A plan of two tasks: the count of queries is the same, and 2 000 plans take seconds instead of a minute."""
    unit = Unit.objects.get(code="integration")
    PlanTask.objects.bulk_create(
        PlanTask(case=case, code=code, function="reception", unit=unit, due_on=today + timedelta(days=days))
        for case in cases
        for code, days in (("TA03-case", -2), ("TA14-plan", 9))
    )
    return []


def _households(first: int, last: int, today: date) -> list[NewHousehold]:
    return [
        NewHousehold(
            category="quota",
            persons=(
                NewPerson("Namn", f"Prov{n:04d}", date(1990, 1, 1), "contact", identifiers=(("dossier", f"P-{n}"),)),
                NewPerson("Barn", f"Prov{n:04d}", date(2017, 1, 1), "child"),
            ),
            assignment=NewAssignment(today - timedelta(days=10), reference=f"P-{n}"),
            planned_arrival_on=today + timedelta(days=n % 40),
        )
        for n in range(first, last)
    ]


def _homes(today: date) -> None:
    """Each household of those that have none gets a home, and looks for another: its right is counted too."""
    landlord = Unit.objects.get(code="ehb")
    cases = list(Case.objects.filter(tenancies__isnull=True).order_by("number"))
    dwellings = Dwelling.objects.bulk_create(
        Dwelling(
            code=f"EX-{case.number}-{place}",
            landlord=landlord,
            address=f"Exempelgatan {case.number}",
            area="norr",
            rooms=2,
            capacity=3,
            rent=7_000,
            available_from=today - timedelta(days=400),
            sort_key=f"{case.number} {place}",
            search_key=f"ex-{case.number}",
        )
        for case in cases
        for place in (1, 2)
    )
    Tenancy.objects.bulk_create(
        Tenancy(
            dwelling=dwelling,
            case=case,
            form=Tenancy.Form.OPEN_ENDED,
            persons=2,
            rent=7_000,
            starts_on=today - timedelta(days=30),
        )
        for case, dwelling in zip(cases, dwellings[::2], strict=True)
    )
    found = HousingNeed.objects.bulk_create(
        HousingNeed(case=case, adults=1, children=1, wanted_from=today, wanted_by=today + timedelta(days=40))
        for case in cases
    )
    Offer.objects.bulk_create(
        Offer(need=need, dwelling=dwelling, made_on=today, move_in_on=today + timedelta(days=9), reply_by=today)
        for need, dwelling in zip(found, dwellings[1::2], strict=True)
    )
    members = Membership.objects.filter(household__case__in=cases).values_list("person_id", "household_id")
    day = today - timedelta(days=30)
    Arrival.objects.bulk_create(
        Arrival(person_id=person, household_id=household, on=day, category="quota", source="staff")
        for person, household in members
    )


def _counts(client: Client) -> dict[str, int]:
    counts = {}
    for path in LISTS:
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = client.get(path)
        assert page.status_code == 200, path
        if path in OF_HOMES:
            assert "MOT-" in page.content.decode(), path
        counts[path] = len(asked)
    return counts


def test_every_list_asks_as_much_for_2000_households_as_for_20(
    coordinator: Actor, client_for: Any, today: date
) -> None:
    services.let_plan_follow(_two_tasks_each)
    try:
        client = client_for(coordinator)
        rule("U15", "same_day")
        rule("T-6", "right")
        register_households(coordinator, _households(0, 20, today), today=today)
        _homes(today)
        few = _counts(client)
        register_households(coordinator, _households(20, 2000, today), today=today)
        _homes(today)
        many = _counts(client)
    finally:
        services.let_plan_follow(rederive)
    assert many == few
    assert max(few.values()) < 60
