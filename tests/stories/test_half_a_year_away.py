"""Half a year away: the household that comes back finds its plan, and the officer who comes back reads what is new."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import family
from tests.stories.conftest import Journey

from hemvist.access.actor import Actor, actor_for
from hemvist.access.models import User
from hemvist.access.roles import Role
from hemvist.coordination import services as plan
from hemvist.coordination.models import PlanTask
from hemvist.reception import services
from hemvist.reception.models import Household

pytestmark = pytest.mark.django_db

HALF_A_YEAR = timedelta(days=182)


def _start_page(client: Client) -> str:
    """The start page's words, on one line."""
    html = client.get(reverse("start")).content.decode().replace("\xa0", " ")
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def _tasks(household: Household, *units: str) -> dict[tuple[str, object], str]:
    tasks = PlanTask.objects.filter(case=household.case)
    if units:
        tasks = tasks.filter(unit__code__in=units)
    return {(task.code, task.person_id): task.status for task in tasks}


def test_a_household_that_returns_after_half_a_year_finds_what_was_done_and_the_rest_taken_up_again(
    coordinator: Actor, actor: Callable[..., Actor], household: Callable[..., Household], today: date, on: Journey
) -> None:
    sfi = actor(Role.SFI_ADMINISTRATOR)
    with on(today):
        home = household(received_on=today)
        first = PlanTask.objects.filter(case=home.case, unit__code="sfi").earliest("code", "id")
        plan.complete_task(sfi, task_id=first.id, done_on=today, today=today)
        before = _tasks(home)
    moved = today + timedelta(days=20)
    with on(moved):
        services.close_case(coordinator, household=home, on=moved, reason="Flyttade till Uppsala", today=moved)
        assert "open" not in _tasks(home).values()
        assert plan.rederive(coordinator, [home.case], "Omräkning", moved) == []
    back = moved + HALF_A_YEAR
    with on(back):
        again = Household.objects.select_related("case__branch").get(id=home.id)
        services.reopen_case(coordinator, household=again, today=back)
        after = _tasks(home)
        assert after[(first.code, first.person_id)] == "done"
        assert {key: after[key] for key in before} == before


def test_an_officer_who_was_away_for_half_a_year_reads_what_has_happened_and_which_law_is_new(
    coordinator: Actor,
    user: Callable[..., User],
    client_for: Callable[..., Client],
    household: Callable[..., Household],
    today: date,
    on: Journey,
) -> None:
    sven = user(Role.SFI_ADMINISTRATOR)
    with on(today):
        home = household(received_on=today)
        assert "Nästa gång du loggar in står här vad som har hänt" in _start_page(client_for(sven))
    while_away = today + timedelta(days=30)
    with on(while_away):
        colleague = actor_for(user(Role.SFI_ADMINISTRATOR), while_away)
        done = PlanTask.objects.filter(case=home.case, unit__code="sfi").earliest("code", "id")
        plan.complete_task(colleague, task_id=done.id, done_on=while_away, today=while_away)
        services.register_households(coordinator, [family(while_away, family="Nyss")], today=while_away)
        new = PlanTask.objects.filter(unit__code="sfi", created_at__date=while_away).count()
    back = today + HALF_A_YEAR
    with on(back):
        told = _start_page(client_for(sven))
        assert "Sedan den 23 november 2026" in told
        assert re.search(rf"\b{new} nya? uppgift(er)? i 1 ärende\b", told), told
        assert "1 uppgift blev klar" in told
        assert "gäller från den 1 januari 2027" in told
        assert "Nyss" not in told
    with on(back + timedelta(days=1)):
        assert "Inget nytt sedan den" in _start_page(client_for(sven))
