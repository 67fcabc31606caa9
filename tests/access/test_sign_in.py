"""Signing in: with a password, as a demo user, and what is written about it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from hemvist.access.actor import system_actor
from hemvist.access.models import AuditEntry, Installation, User
from hemvist.access.services import FAILURES_ALLOWED, add_user, close_account, grant_role
from hemvist.demo.data import make
from hemvist.organisation.models import Unit

pytestmark = pytest.mark.django_db
PASSWORD = "fyra blå hästar galopperar"


@pytest.fixture
def anna(municipality: None) -> User:
    user = add_user(system_actor("test"), username="anna", name="Anna Test", password=PASSWORD)
    grant_role(
        system_actor("test"),
        user=user,
        role="coordinator",
        unit=Unit.objects.get(code="integration"),
        valid_from=date(2026, 1, 1),
        decided_by="enhetschefen",
    )
    return user


def attempt(client: Client, password: str, username: str = "anna") -> int:
    return client.post("/logga-in/", {"username": username, "password": password}).status_code


def test_the_right_password_opens_the_start_page_and_is_logged(anna: User, client: Client) -> None:
    assert attempt(client, PASSWORD) == 302
    assert client.get("/").status_code == 200
    assert AuditEntry.objects.filter(action="user.signed_in", actor_id=anna.id).count() == 1


def test_a_wrong_password_is_logged_without_what_was_typed(anna: User, client: Client) -> None:
    assert attempt(client, "hemligt-fel") == 200
    entry = AuditEntry.objects.get(action="user.sign_in_failed")
    assert entry.object_ids == [str(anna.id)]
    assert "hemligt" not in f"{entry.details}{entry.reason}{entry.fields}"


def test_guessing_closes_the_name_for_a_while_even_for_the_right_password(anna: User, client: Client) -> None:
    for _ in range(FAILURES_ALLOWED):
        attempt(client, "fel")
    assert attempt(client, PASSWORD) == 429
    assert attempt(client, "fel", username="någon annan") == 200


def test_a_closed_account_cannot_sign_in_and_keeps_its_history(anna: User, client: Client, today: date) -> None:
    assert close_account(system_actor("test"), user=anna, on=today) == 1
    assert attempt(client, PASSWORD) == 200
    assert not anna.grants.filter(valid_to__isnull=True).exists()
    assert AuditEntry.objects.filter(action="user.closed").exists()


def test_a_role_cannot_be_chosen_without_a_password_outside_the_demo(anna: User, client: Client) -> None:
    User.objects.filter(id=anna.id).update(is_demo=True)
    assert client.post("/demo/logga-in/", {"username": "anna"}).status_code == 404


def test_an_ordinary_user_cannot_be_chosen_in_the_demo(anna: User, client: Client) -> None:
    Installation.objects.update_or_create(id=1, defaults={"is_demo": True})
    assert client.post("/demo/logga-in/", {"username": "anna"}).status_code == 404


def test_a_database_in_use_never_becomes_a_demo(anna: User, today: date) -> None:
    with pytest.raises(Exception, match="redan i bruk"):
        make(today)
    assert not Installation.objects.filter(is_demo=True).exists()
