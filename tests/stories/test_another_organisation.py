"""One reception, another organisation: the same flow in a small municipality, where the contact centre receives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import FOLDERS
from tests.stories.conftest import file_of, rows_of

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.roles import Role
from hemvist.coordination import queries as coordination
from hemvist.coordination import services as plan
from hemvist.coordination.models import PlanTask
from hemvist.coordination.queries import TaskFilter
from hemvist.organisation import models as organisation
from hemvist.organisation.services import load_municipality
from hemvist.reception import importing, queries, services
from hemvist.reception.models import Household
from hemvist.reception.services import NewHousehold, NewPerson

pytestmark = pytest.mark.django_db

# In the order in which nothing is left pointing at what is gone.
ORGANISATION = (
    organisation.Responsibility,
    organisation.Actor,
    organisation.Unit,
    organisation.Department,
    organisation.Branch,
    organisation.Function,
    organisation.GoverningDecision,
    organisation.HistoricalFigure,
    organisation.PlanTemplate,
    organisation.GlossaryTerm,
    organisation.Municipality,
    organisation.Board,
)


@pytest.fixture
def exempelby(db: None, today: date) -> None:
    """Exempelby in a database of its own: Enköping is taken out, and back when the test's transaction ends."""
    for model in ORGANISATION:
        model._default_manager.all().delete()
    load_municipality(FOLDERS / "exempelby", today=today)


@pytest.fixture
def at(exempelby: None, actor: Callable[..., Actor]) -> Callable[..., Actor]:
    """``at(unit, role)``: somebody who works there."""

    def make(unit: str, role: Role) -> Actor:
        return actor(role, unit)

    return make


def _brought_in(coordinator: Actor, today: date) -> Household:
    people = [
        ("Vuxen", date(1990, 5, 5), "kontaktperson"),
        ("Elev", date(today.year - 9, 2, 2), "barn"),
        ("Liten", date(today.year - 3, 2, 2), "barn"),
    ]
    rows = rows_of("EX-1", today - timedelta(days=10), people, planerad_ankomst=f"{today}")
    run = importing.stage(coordinator, "anvisningar.csv", file_of(rows), today)
    assert importing.problems_of(run) == []
    importing.confirm(coordinator, run.id, today)
    return Household.objects.select_related("case__branch__board").get()


def test_the_contact_centre_receives_and_every_unit_gets_its_part(at: Callable[..., Actor], today: date) -> None:
    welcome = at("welcome", Role.COORDINATOR)
    home = _brought_in(welcome, today)
    assert (home.case.branch.code, home.case.branch.board.code) == ("reception", "KS")
    assert home.case.number.startswith(f"{organisation.Municipality.objects.get().case_number_prefix}-")

    persons = [membership.person for membership in home.memberships.select_related("person")]
    services.record_arrival(welcome, household=home, persons=persons, on=today, source="staff", today=today)
    owners = set(PlanTask.objects.filter(case=home.case).values_list("unit__code", flat=True))
    assert owners >= {"welcome", "school_sfi", "livelihood", "front_desk", "culture"}

    # School and sfi are one unit here, and hidden from each other's case as everywhere.
    for unit, role in (("school_sfi", Role.SCHOOL_ADMINISTRATOR), ("livelihood", Role.SOCIAL_SECRETARY)):
        worker = at(unit, role)
        rows, _more = coordination.list_tasks(worker, TaskFilter(), today=today)
        assert {row.task.unit.code for row in rows} == {unit}
        assert {row.person for row in rows} == {""}
        with pytest.raises(NotVisible):
            queries.get_household(worker, home.id, today=today)
        for row in rows:
            plan.complete_task(worker, task_id=row.task.id, done_on=today, today=today)
        assert coordination.list_tasks(worker, TaskFilter(), today=today)[0] == []

    row = queries.get_household(welcome, home.id, today=today)
    for board in coordination.plan_of(welcome, row, today=today).boards:
        others = [task for task in board.rows if task.task.unit.code in {"school_sfi", "livelihood"}]
        assert all(task.finished for task in others)


def test_the_front_desk_reports_a_household_to_its_own_colleagues_and_does_not_see_it(
    at: Callable[..., Actor], today: date
) -> None:
    """The same board and the same house, but a branch of its own."""
    desk, welcome = at("front_desk", Role.CONTACT_CENTER), at("welcome", Role.COORDINATOR)
    new = NewHousehold(
        category="self_settled",
        persons=(NewPerson("Ensam", "Prov", date(1990, 5, 5), "contact"),),
        already_living_here=True,
        needs_dwelling=False,
    )
    (home,) = services.register_households(desk, [new], today=today)
    with pytest.raises(NotVisible):
        queries.get_household(desk, home.id, today=today)
    assert queries.get_household(welcome, home.id, today=today).name == "Ensam Prov"


def test_the_pages_speak_of_this_municipality(
    at: Callable[..., Actor], client_for: Callable[..., Client], today: date
) -> None:
    welcome = at("welcome", Role.COORDINATOR)
    home = _brought_in(welcome, today)
    client = client_for(welcome)
    for address in (reverse("start"), reverse("who-does-what"), reverse("household", args=[home.id])):
        html = client.get(address).content.decode()
        assert "Exempelby" in html
        assert "Enköping" not in html
    assert "Välkomsten i kontaktcenter" in client.get(reverse("who-does-what")).content.decode()
