"""Fixtures that every room's tests share: a loaded municipality, actors per role, households, signed-in clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from hemvist.access.actor import Actor, actor_for
from hemvist.access.models import RoleGrant, User
from hemvist.access.roles import Role
from hemvist.organisation.models import Unit
from hemvist.organisation.services import load_municipality
from hemvist.reception.models import Household
from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson, register_households

FOLDERS = Path(__file__).parent.parent / "municipalities"

# The unit in which Enköping's roles work.
HOME = {
    Role.COORDINATOR: "integration",
    Role.SOCIAL_SECRETARY: "financial_support",
    Role.SCHOOL_ADMINISTRATOR: "school",
    Role.SFI_ADMINISTRATOR: "sfi",
    Role.HOUSING_COORDINATOR: "ehb",
    Role.CONTACT_CENTER: "contact_center",
    Role.CONTROLLER: "executive_office",
    Role.STRATEGIST: "executive_office",
    Role.ASSOCIATION: "leisure",
    Role.DATA_PROTECTION_OFFICER: "executive_office",
    Role.ADMINISTRATOR: "executive_office",
    Role.NEWCOMER: "integration",
}


@pytest.fixture(scope="session")
def today() -> date:
    """The day that services are told it is."""
    return date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _fast_and_apart(settings: Any, tmp_path: Path) -> None:
    """A quick password hasher, plain static files, a cache of the test's own, and Swedish to begin with."""
    translation.activate("sv")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The municipality is loaded once; each test's transaction rolls back to it."""
    with django_db_blocker.unblock():
        load_municipality(FOLDERS / "enkoping")


@pytest.fixture
def municipality(db: None) -> None:
    """Enköping is loaded (see ``django_db_setup``)."""


@pytest.fixture
def user(municipality: None) -> Callable[..., User]:
    """``user(role, unit=…, handles_protected=…)``: a user with one grant."""
    made = 0

    def make(role: Role | str, unit: str | None = None, *, handles_protected: bool = False) -> User:
        nonlocal made
        made += 1
        person = User.objects.create_user(f"{role}-{made}", f"Test {Role(role).name.title()} {made}")
        RoleGrant.objects.create(
            user=person,
            role=role,
            unit=Unit.objects.get(code=unit or HOME[Role(role)]),
            handles_protected=handles_protected,
            valid_from=date(2020, 1, 1),
            decided_by="test",
        )
        return person

    return make


@pytest.fixture
def actor(user: Callable[..., User], today: date) -> Callable[..., Actor]:
    """``actor(role, unit=…, handles_protected=…)``: the actor of a new user."""

    def make(role: Role | str, unit: str | None = None, *, handles_protected: bool = False) -> Actor:
        return actor_for(user(role, unit, handles_protected=handles_protected), today)

    return make


@pytest.fixture
def client_for() -> Callable[[Any], Client]:
    """A client signed in as a user, or as the user of an actor."""

    def make(who: User | Actor) -> Client:
        client = Client()
        client.force_login(who if isinstance(who, User) else User.objects.get(id=who.user_id))
        return client

    return make


@pytest.fixture
def coordinator(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.COORDINATOR)


def family(
    today: date,
    *,
    given: str = "Olena",
    family: str = "Testsson",
    children: int = 2,
    category: str = "quota",
    assigned: bool = True,
    reference: str = "",
    received_on: date | None = None,
    **changes: Any,
) -> NewHousehold:
    """A household of an adult, a second adult and ``children`` (aged 8, 11, 14 …), assigned three weeks ago."""
    persons = [
        NewPerson(
            given,
            family,
            date(1988, 4, 2),
            "contact",
            permit_ground="UTLL_5_1",
            language="ukrainska",
            interpreter=True,
        ),
        NewPerson("Petro", family, date(1986, 9, 12), "adult", permit_ground="UTLL_5_1", language="ukrainska"),
        *(
            NewPerson(f"Barn{n}", family, date(today.year - 8 - 3 * n, 3, 3), "child", permit_ground="UTLL_5_1")
            for n in range(children)
        ),
    ]
    values: dict[str, Any] = {
        "category": category,
        "persons": tuple(persons),
        "assignment": NewAssignment(today - timedelta(days=21), reference=reference) if assigned else None,
        "planned_arrival_on": today + timedelta(days=14),
        "received_on": received_on,
    }
    return NewHousehold(**{**values, **changes})


@pytest.fixture
def household(coordinator: Actor, today: date) -> Callable[..., Household]:
    """``household(**changes)``: a registered family, see :func:`family`."""

    def make(by: Actor | None = None, **changes: Any) -> Household:
        return register_households(by or coordinator, [family(today, **changes)], today=today)[0]

    return make
