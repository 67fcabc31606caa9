"""The pages of coordination: start, tasks, meeting, the newcomer's own plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hemvist.access.actor import Actor
from hemvist.access.models import AuditEntry, User
from hemvist.access.roles import Role
from hemvist.coordination import queries, services
from hemvist.coordination.models import PlanTask, TaskEvent
from hemvist.organisation.models import Unit
from hemvist.reception.models import Household, NewcomerAccess, Person
from hemvist.reception.sharing import make_disclosure

pytestmark = pytest.mark.django_db

STAFF_WITH_TASKS = (
    Role.COORDINATOR,
    Role.SOCIAL_SECRETARY,
    Role.SCHOOL_ADMINISTRATOR,
    Role.SFI_ADMINISTRATOR,
    Role.HOUSING_COORDINATOR,
    Role.CONTACT_CENTER,
)


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


def page(client: Client, url: str, status: int = 200, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == status, response.status_code
    text = response.content.decode().replace("\xa0", " ")
    assert "style=" not in text
    assert " onclick" not in text
    return text


def task_of(household: Household, unit_code: str) -> PlanTask:
    return PlanTask.objects.filter(case=household.case, unit__code=unit_code, status="open").first() or pytest.fail(
        f"ingen uppgift hos {unit_code}"
    )


def contact_person(household: Household) -> Person:
    return Person.objects.get(case=household.case, memberships__position="contact")


# --- start ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.NEWCOMER])
def test_every_role_has_a_start_page(
    role: Role, user: Callable[..., User], client_for: Callable[..., Client], household: Callable[..., Household]
) -> None:
    household()
    text = page(client_for(user(role)), reverse("start"))
    if role in STAFF_WITH_TASKS:
        assert "Försenat" in text
        assert "Härnäst" in text
        assert "Kommer snart" in text
    else:
        assert reverse("who-does-what") in text
        assert "Försenat" not in text
    assert ("Testsson" in text) == (role is Role.COORDINATOR)


def test_start_tells_what_is_late_next_and_arriving(
    coordinator: Actor, client_for: Callable[..., Client], household: Callable[..., Household], today: date
) -> None:
    made = household()
    late, soon = PlanTask.objects.filter(case=made.case, unit__code="integration")[:2]
    PlanTask.objects.filter(id=late.id).update(due_on=today - timedelta(days=3))
    PlanTask.objects.filter(id=soon.id).update(due_on=today + timedelta(days=3))
    text = page(client_for(coordinator), reverse("start"))
    assert "försenad 3 dagar" in text
    assert "3 dagar kvar" in text
    assert "Väntas den 7 december 2026" in text
    assert made.case.number in text


def test_news_since_the_visit_before(
    user: Callable[..., User],
    client_for: Callable[..., Client],
    household: Callable[..., Household],
    today: date,
) -> None:
    viewer = user(Role.COORDINATOR)
    client = client_for(viewer)
    assert "Nästa gång du loggar in" in page(client, reverse("start"))
    User.objects.filter(id=viewer.id).update(current_visit=datetime(2026, 9, 20, 8, tzinfo=UTC))
    household()
    text = page(client, reverse("start"))
    assert "Sedan den 20 september 2026" in text
    assert "i 1 ärende" in text
    assert "Mottagandelagen gäller från den 1 oktober 2026" in text
    with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC)):
        User.objects.filter(id=viewer.id).update(current_visit=datetime(2026, 11, 23, 20, tzinfo=UTC))
        assert "Inget nytt sedan den 23 november 2026" in page(client_for(viewer), reverse("start"))


# --- lists ------------------------------------------------------------------------------------------------------------


def test_the_task_list_is_the_own_branch_without_names(
    user: Callable[..., User], client_for: Callable[..., Client], household: Callable[..., Household]
) -> None:
    made = household()
    client = client_for(user(Role.SOCIAL_SECRETARY))
    text = page(client, reverse("task-list"))
    assert made.case.number in text
    assert "Testsson" not in text
    assert reverse("task", args=[task_of(made, "financial_support").id]) in text
    assert reverse("task", args=[task_of(made, "integration").id]) not in text
    assert "Ingen uppgift stämmer med urvalet" in page(client, reverse("task-list"), case="FINNS-INTE")
    assert "Ingen uppgift stämmer med urvalet" in page(client, reverse("task-list"), scope="mine")
    assert made.case.number in page(client, reverse("task-list"), state="all", case=made.case.number.lower())


def test_take_and_done_from_the_row_come_back_to_the_same_filter(
    user: Callable[..., User], client_for: Callable[..., Client], household: Callable[..., Household], today: date
) -> None:
    viewer = user(Role.SOCIAL_SECRETARY)
    client, task = client_for(viewer), task_of(household(), "financial_support")
    back = f"{reverse('task-list')}?state=all"
    response = client.post(reverse("task-take", args=[task.id]), {"next": back})
    assert response.url == back
    task.refresh_from_db()
    assert (task.status, task.taken_by_id) == ("taken", viewer.id)
    response = client.post(reverse("task-done", args=[task.id]), {"next": "https://ond.example/", "done_on": today})
    assert response.url == reverse("task", args=[task.id])
    task.refresh_from_db()
    assert (task.status, task.done_on) == ("done", today)


@pytest.mark.parametrize("name", ["task-list", "start", "meeting"])
def test_the_number_of_queries_does_not_grow(
    name: str, coordinator: Actor, client_for: Callable[..., Client], household: Callable[..., Household]
) -> None:
    client, counts = client_for(coordinator), []
    household()
    page(client, reverse(name))  # fills the caches
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page(client, reverse(name))
        counts.append(len(captured))
        household(family="Andersson")
        household(family="Bengtsson")
    assert counts[0] == counts[1]


# --- the task's page --------------------------------------------------------------------------------------------------


def test_another_board_sees_its_task_and_only_what_was_disclosed(
    user: Callable[..., User],
    client_for: Callable[..., Client],
    household: Callable[..., Household],
    coordinator: Actor,
    today: date,
) -> None:
    made = household()
    task = task_of(made, "financial_support")
    client = client_for(user(Role.SOCIAL_SECRETARY))
    text = page(client, reverse("task", args=[task.id]))
    assert "Inga uppgifter om personerna har lämnats ut till din verksamhet" in text
    assert "Samordnar ärendet" in text
    assert reverse("household", args=[made.id]) not in text
    make_disclosure(
        coordinator,
        case=made.case,
        persons=[contact_person(made)],
        recipient=Unit.objects.get(code="financial_support").branch,
        fields=["name", "language"],
        ground="no_harm",
        reason="Behövs för att kalla till första mötet.",
        valid_to=today + timedelta(days=90),
        today=today,
    )
    text = page(client, reverse("task", args=[task.id]))
    assert "Olena Testsson" in text
    assert "ukrainska" in text
    assert "26 kap. 1 §" in text
    assert "Petro" not in text
    assert "1988" not in text


def test_a_task_of_another_board_is_not_found(
    user: Callable[..., User], client_for: Callable[..., Client], household: Callable[..., Household]
) -> None:
    task = task_of(household(), "integration")
    client = client_for(user(Role.SOCIAL_SECRETARY))
    assert client.get(reverse("task", args=[task.id])).status_code == 404
    assert client.post(reverse("task-take", args=[task.id])).status_code == 404
    assert client.get(reverse("task-take", args=[task.id])).status_code == 405
    assert AuditEntry.objects.filter(action="access.refused").count() == 2


def test_a_comment_stays_in_its_branch(
    user: Callable[..., User],
    client_for: Callable[..., Client],
    household: Callable[..., Household],
    coordinator: Actor,
) -> None:
    task = task_of(household(), "financial_support")
    own, other = client_for(user(Role.SOCIAL_SECRETARY)), client_for(coordinator)
    url = reverse("task", args=[task.id])
    own.post(reverse("task-comment", args=[task.id]), {"text": "Ringde i går."})
    assert "Ringde i går." in page(own, url)
    assert "Ringde i går." not in page(other, url)


def test_the_coordinator_reads_why_but_cannot_finish_another_boards_task(
    client_for: Callable[..., Client], household: Callable[..., Household], coordinator: Actor, today: date
) -> None:
    made = household()
    task = task_of(made, "financial_support")
    client, url = client_for(coordinator), reverse("task", args=[task.id])
    text = page(client, url)
    assert "Uppgiften hör till en annan enhet" in text
    assert reverse("task-done", args=[task.id]) not in text
    assert reverse("task-hand-over", args=[task.id]) in text
    assert reverse("household", args=[made.id]) in text
    assert "Varför just den dagen?" in text
    assert "anchor:" not in text
    assert "item:" not in text
    assert client.post(reverse("task-done", args=[task.id]), {"done_on": today}).status_code == 403


def test_what_was_typed_is_not_lost(
    user: Callable[..., User], client_for: Callable[..., Client], household: Callable[..., Household], today: date
) -> None:
    task = task_of(household(), "financial_support")
    client = client_for(user(Role.SOCIAL_SECRETARY))
    response = client.post(reverse("task-done", args=[task.id]), {"done_on": today + timedelta(days=1)})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Uppgiften kan inte vara klar i framtiden." in text
    assert (today + timedelta(days=1)).isoformat() in text
    response = client.post(reverse("task-move-due", args=[task.id]), {"due_on": "", "reason": "Tolken är sjuk"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Tolken är sjuk" in text
    assert 'href="#move-due-due_on"' in text


def test_the_history_is_told_in_words(
    user: Callable[..., User], client_for: Callable[..., Client], household: Callable[..., Household], today: date
) -> None:
    task = task_of(household(), "financial_support")
    client = client_for(user(Role.SOCIAL_SECRETARY))

    def do(name: str, **data: Any) -> None:
        assert client.post(reverse(name, args=[task.id]), data).status_code == 302, name

    do("task-take")
    do("task-move-due", due_on=date(2026, 12, 24), reason="Tolken kan inte")
    do("task-done", done_on=today)
    do("task-reopen")
    do("task-not-applicable", reason="Hushållet söker inte")
    do("task-reopen")
    text = page(client, reverse("task", args=[task.id]))
    for words in (
        "Tog uppgiften",
        "till 24 december 2026",
        "Uppgiften blev klar den 23 november 2026",
        "Uppgiften öppnades igen",
        "Uppgiften är inte aktuell",
        "Hushållet söker inte",
    ):
        assert words in text, words
    do("task-hand-over", unit=Unit.objects.get(code="school").id, reason="Rör skolan")
    assert client.get(reverse("task", args=[task.id])).status_code == 404
    assert TaskEvent.objects.filter(task=task, kind="handed_over").count() == 1


# --- meeting and own plan ---------------------------------------------------------------------------------------------


def test_the_meeting_shows_names_only_to_those_who_may_read_the_case(
    user: Callable[..., User],
    client_for: Callable[..., Client],
    household: Callable[..., Household],
    coordinator: Actor,
) -> None:
    made = household(received_on=date(2026, 11, 20))
    text = page(client_for(coordinator), reverse("meeting"), days="60")
    assert "Olena Testsson" in text
    other = client_for(user(Role.SOCIAL_SECRETARY))
    text = page(other, reverse("meeting"), days="60")
    assert made.case.number in text
    assert "Testsson" not in text
    paper = page(client_for(coordinator), reverse("meeting"), days="60", print="1")
    assert "Deltagare" in paper
    assert "Beslut och anteckningar" in paper
    assert "Huvudmeny" not in paper


def test_the_meeting_can_show_only_what_is_late(
    client_for: Callable[..., Client], household: Callable[..., Household], coordinator: Actor, today: date
) -> None:
    made = household()
    PlanTask.objects.filter(case=made.case).update(due_on=today + timedelta(days=2))
    client = client_for(coordinator)
    assert "Inget att ta upp." in page(client, reverse("meeting"), late="on")
    assert made.case.number in page(client, reverse("meeting"))


def test_the_newcomer_is_sent_to_the_own_plan(
    user: Callable[..., User], client_for: Callable[..., Client], household: Callable[..., Household]
) -> None:
    made, newcomer = household(), user(Role.NEWCOMER)
    NewcomerAccess.objects.create(user=newcomer, person=contact_person(made))
    client = client_for(newcomer)
    response = client.get(reverse("start"))
    assert response.url == reverse("my-plan")
    text = page(client, reverse("my-plan"))
    assert "Kommunen ordnar en bostad åt dig" in text
    assert "Petro" not in text
    assert "De som hjälper dig" in text
    assert client.get(reverse("task-list")).status_code == 403


def test_missing_facts_and_rulings_are_words(
    household: Callable[..., Household], coordinator: Actor, today: date
) -> None:
    task = task_of(household(), "integration")
    PlanTask.objects.filter(id=task.id).update(due_missing=["received_on", "permit_granted_on", "ruling:U15"])
    row = queries.get_task(coordinator, task.id, today=today).row
    assert [m.words for m in row.missing][:2] == ["mottagandet i kommunen", "dagen för uppehållstillståndet"]
    assert row.missing[2].ruling == "U15"
    services.mark_not_applicable(coordinator, task_id=task.id, reason="Prövas i test", today=today)
    assert queries.get_task(coordinator, task.id, today=today).row.missing == []
