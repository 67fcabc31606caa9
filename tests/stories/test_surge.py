"""A surge: 120 households in one file, and the work goes on as with one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.stories.conftest import file_of, rows_of

from hemvist.access import audit
from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.access.roles import Role
from hemvist.coordination import queries as coordination
from hemvist.coordination.models import PlanTask
from hemvist.coordination.queries import TaskFilter
from hemvist.organisation.models import Unit
from hemvist.reception import importing, queries
from hemvist.reception.models import Household, Person
from hemvist.reception.queries import HouseholdFilter

pytestmark = pytest.mark.django_db

HOUSEHOLDS = 120


def _surge(today: date, count: int = HOUSEHOLDS) -> bytes:
    rows = []
    for number in range(count):
        people = [
            (f"Vuxen{number}", date(1990, 1, 1 + number % 28), "kontaktperson"),
            (f"Barn{number}", date(today.year - 3 - number % 10, 2, 2), "barn"),
        ]
        rows += rows_of(f"VÅG-{number:03}", today - timedelta(days=10), people, planerad_ankomst=f"{today}")
    return file_of(rows)


def test_120_households_in_one_file_each_get_a_case_and_a_plan_and_a_second_time_nothing(
    coordinator: Actor, actor: Callable[..., Actor], client_for: Callable[..., Client], today: date
) -> None:
    told: list[tuple[int, int]] = []
    run = importing.stage(coordinator, "våg.csv", _surge(today), today)
    assert (run.summary["households"], run.summary["persons"], run.summary["errors"]) == (120, 240, 0)
    assert not Household.objects.exists()
    importing.confirm(coordinator, run.id, today, lambda done, total: told.append((done, total)))
    assert (told[0], told[-1]) == ((0, 120), (120, 120))

    assert Household.objects.count() == HOUSEHOLDS
    assert Case.objects.filter(household__isnull=False).values("number").distinct().count() == HOUSEHOLDS
    assert Case.objects.exclude(tasks__unit__code="sfi").count() == 0
    assert Case.objects.exclude(tasks__unit__code="integration").count() == 0

    again = importing.stage(coordinator, "våg.csv", _surge(today), today)
    importing.confirm(coordinator, again.id, today)
    assert (again.summary["households"], again.summary["known_households"]) == (0, 120)
    assert (Household.objects.count(), Person.objects.count()) == (120, 240)

    # Page by page, every household once, and the same number of questions to the database.
    seen, asked = set(), set()
    for offset in range(0, 150, 50):
        with CaptureQueriesContext(connection) as found:
            rows, more = queries.list_households(
                coordinator, HouseholdFilter(sort="name"), today=today, offset=offset, limit=50
            )
        asked.add(len(found))
        seen |= {row.household.id for row in rows}
        assert more == (offset < 100)
    assert len(seen) == HOUSEHOLDS
    assert len(asked) == 1
    page = client_for(coordinator).get(reverse("household-list"), {"ordning": "name", "sida": 3}).content.decode()
    assert "Föregående" in page
    assert page.count('<th scope="row">') == 20

    # Another board's officer works off the list, task by task, without any name.
    sfi = actor(Role.SFI_ADMINISTRATOR)
    tasks, more = coordination.list_tasks(sfi, TaskFilter(), today=today, limit=50)
    assert more
    assert {row.person for row in tasks} == {""}
    assert audit.verify()[1] is None


def test_one_bad_row_among_120_households_stops_them_all_and_says_which(coordinator: Actor, today: date) -> None:
    lines = _surge(today).decode().split("\r\n")
    place = next(number for number, line in enumerate(lines, 1) if "Barn77" in line)
    lines[place - 1] = lines[place - 1].replace(";barn;", ";kusin;")
    run = importing.stage(coordinator, "våg.csv", "\r\n".join(lines).encode(), today)
    assert [(problem.row, problem.column) for problem in importing.problems_of(run)] == [(place, "ställning")]
    with pytest.raises(ValidationError, match="Filen har fel"):
        importing.confirm(coordinator, run.id, today)
    assert not Household.objects.exists()
    assert not PlanTask.objects.exists()


def test_who_answers_for_sfi_sees_the_load_and_the_reception_is_not_slowed_by_it(
    coordinator: Actor, actor: Callable[..., Actor], today: date
) -> None:
    run = importing.stage(coordinator, "våg.csv", _surge(today, 30), today)
    importing.confirm(coordinator, run.id, today)
    sfi = Unit.objects.get(code="sfi")
    load = PlanTask.objects.filter(unit=sfi).count()
    assert load >= 30
    found = coordination.start(actor(Role.SFI_ADMINISTRATOR), today=today, since=None)
    assert len(found.late) + len(found.soon) <= 60
    assert found.arriving == []
    assert len(coordination.start(coordinator, today=today, since=None).arriving) == 20
