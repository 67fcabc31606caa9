"""Lists ask the database as many questions for 2 000 households as for 20."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.coordination.models import PlanTask
from hemvist.coordination.services import rederive
from hemvist.organisation.models import Unit
from hemvist.reception import services
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
)


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


def _counts(client: Client) -> dict[str, int]:
    counts = {}
    for path in LISTS:
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(path).status_code == 200, path
        counts[path] = len(asked)
    return counts


def test_every_list_asks_as_much_for_2000_households_as_for_20(
    coordinator: Actor, client_for: Any, today: date
) -> None:
    services.let_plan_follow(_two_tasks_each)
    try:
        client = client_for(coordinator)
        register_households(coordinator, _households(0, 20, today), today=today)
        few = _counts(client)
        register_households(coordinator, _households(20, 2000, today), today=today)
        many = _counts(client)
    finally:
        services.let_plan_follow(rederive)
    assert many == few
    assert max(few.values()) < 60
