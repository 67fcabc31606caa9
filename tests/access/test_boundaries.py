"""What must not seep through the shared task to another board, and other small openings that were once there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from tests.conftest import family

from hemvist.access.actor import Actor, actor_for
from hemvist.access.models import AuditEntry
from hemvist.access.roles import Role
from hemvist.access.services import FAILURES_ALLOWED, may_try_to_sign_in, note_failed_sign_in
from hemvist.coordination import queries
from hemvist.coordination.models import PlanTask
from hemvist.law.secrecy import may_disclose
from hemvist.organisation.models import Branch
from hemvist.reception import services, sharing
from hemvist.reception.models import Household, Membership, NewcomerAccess, Person
from hemvist.reception.queries import arrivals_per_year_and_category
from hemvist.reception.services import NewPerson, register_households

pytestmark = pytest.mark.django_db
Make = Callable[..., Household]


def child_of(home: Household) -> Person:
    person = Person.objects.filter(memberships__household=home, memberships__position="child").earliest("created_at")
    person.case = home.case
    return person


def record(actor: Actor, person: Person, kind: str, today: date, **value: Any) -> None:
    services.record_fact(actor, person=person, kind=kind, value=value, valid_from=today, source="staff", today=today)


def test_another_board_sees_that_a_task_falls_away_but_not_why(
    household: Make, coordinator: Actor, actor: Callable[..., Actor], client_for: Any, today: date
) -> None:
    home = household(received_on=today - timedelta(days=5))
    child = child_of(home)
    task = PlanTask.objects.filter(case=home.case, person=child, unit__code="school").first()
    assert task is not None
    record(coordinator, child, "death", today, on=today.isoformat())
    page = client_for(actor(Role.SCHOOL_ADMINISTRATOR)).get(reverse("task", args=[task.id])).content.decode()
    assert "utgår" in page.casefold()
    assert "Dödsfall" not in page
    own = client_for(coordinator).get(reverse("task", args=[task.id])).content.decode()
    assert "Dödsfall" in own


def test_the_reason_of_a_day_gives_another_board_the_rule_but_not_the_persons_own_days(
    household: Make, coordinator: Actor, actor: Callable[..., Actor], today: date
) -> None:
    home = household(received_on=today - timedelta(days=40))
    person = Membership.objects.get(household=home, position="contact").person
    person.case = home.case
    registered = today - timedelta(days=17)
    record(coordinator, person, "population_registration", today, registered_on=registered.isoformat())
    task = PlanTask.objects.get(case=home.case, code="EA01-sfi", person=person)

    def days(reader: Actor) -> set[date]:
        steps = queries.get_task(reader, task.id, today=today).row.steps
        assert any(step.source and "20 kap. 29" in step.source.section for step in steps)
        return {value for step in steps for value in step.values.values() if isinstance(value, date)}

    assert registered in days(coordinator)
    assert registered not in days(actor(Role.SFI_ADMINISTRATOR))


def test_what_a_task_waits_for_is_named_only_within_the_branch(
    household: Make, coordinator: Actor, actor: Callable[..., Actor], today: date
) -> None:
    home = household(received_on=today - timedelta(days=5))
    task = PlanTask.objects.filter(case=home.case, code="EA04-language-practice").first()
    assert task is not None
    assert "SFI" in " ".join(queries.get_task(coordinator, task.id, today=today).row.waiting_for)
    practice = actor(Role.SOCIAL_SECRETARY, "joar_socia")
    assert queries.get_task(practice, task.id, today=today).row.waiting_for == ("en annan enhet",)


@pytest.mark.parametrize(("receiver", "open_"), [("26:1", True), ("25:1", True), ("23:5", False), ("26:11", False)])
def test_support_to_a_child_reaches_only_social_services_and_health_care(receiver: str, open_: bool) -> None:
    proposal = may_disclose("child_support", "26:1", receiver_secrecy=receiver, has_consent=False)
    assert proposal.value is open_
    assert proposal.steps


def test_support_to_a_child_is_no_ground_towards_the_school(household: Make, coordinator: Actor, today: date) -> None:
    home = household()
    with pytest.raises(ValidationError, match="socialtjänst eller hälso- och sjukvård"):
        sharing.make_disclosure(
            coordinator,
            case=home.case,
            persons=[child_of(home)],
            recipient=Branch.objects.get(code="school"),
            fields=["name"],
            ground="child_support",
            reason="Barnet behöver stöd i skolan",
            valid_to=today + timedelta(days=30),
            today=today,
        )


@pytest.mark.parametrize("written", ["anna", " anna", "anna  ", "ANNA", "\uff41nna"])
def test_a_name_that_rests_rests_however_it_is_written(written: str) -> None:
    for _ in range(FAILURES_ALLOWED):
        note_failed_sign_in("anna")
    assert not may_try_to_sign_in(written)
    assert may_try_to_sign_in("berit")


def test_a_name_with_a_nul_byte_is_only_a_wrong_name(client: Client) -> None:
    assert client.post("/logga-in/", {"username": "an\0na", "password": "x"}).status_code == 200
    assert client.post("/demo/logga-in/", {"username": "an\0na"}).status_code == 404


def test_a_message_that_names_a_person_stays_on_the_server(
    household: Make, coordinator: Actor, client_for: Any, today: date
) -> None:
    home = household(received_on=today)
    member = Membership.objects.get(household=home, position="adult")
    response = client_for(coordinator).post(
        reverse("membership-end", args=[member.id]), {"what": "own", "on": today.isoformat(), "reason": "Egen lägenhet"}
    )
    assert response.status_code in {200, 302, 422}
    assert "messages" not in response.cookies


def test_who_moved_out_and_was_then_protected_is_counted_nowhere(
    household: Make, actor: Callable[..., Actor], today: date
) -> None:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    home = household(received_on=today)
    member = Membership.objects.get(household=home, position="adult")
    services.move_to_new_household(trusted, membership=member, on=today, reason="Egen lägenhet", today=today)
    before = sum(arrivals_per_year_and_category([today.year]).values())
    record(
        trusted,
        Person.objects.select_related("case").get(id=member.person_id),
        "protection",
        today,
        form="sekretessmarkering",
        authority="Skatteverket",
        paragraph="22 kap. 1 § OSL",
    )
    assert sum(arrivals_per_year_and_category([today.year]).values()) == before - 1


def test_a_parent_sees_the_steps_of_children_but_not_of_a_grown_one(
    coordinator: Actor, user: Callable[..., Any], today: date
) -> None:
    new = family(today, children=1, received_on=today)
    grown = NewPerson("Vuxenbarn", "Testsson", date(today.year - 19, 1, 1), "child")
    (home,) = register_households(coordinator, [replace(new, persons=(*new.persons, grown))], today=today)
    contact = Membership.objects.get(household=home, position="contact").person
    newcomer = user(Role.NEWCOMER)
    NewcomerAccess.objects.create(user=newcomer, person=contact)
    _person, steps = queries.own_plan(actor_for(newcomer, today), today=today)
    named = {step.person for step in steps}
    assert any("Barn0" in name for name in named)
    assert not any("Vuxenbarn" in name or "Petro" in name for name in named)


def test_the_reports_on_the_start_page_are_logged(household: Make, coordinator: Actor, today: date) -> None:
    household(received_on=today)
    assert queries.open_reports(coordinator, today)
    assert AuditEntry.objects.filter(action="reports.listed").exists()
