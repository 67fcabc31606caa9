"""A small stock of dwellings, and households that may live there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from hemvist.access.actor import Actor
from hemvist.access.roles import Role
from hemvist.housing.models import Dwelling, HousingNeed, Tenancy
from hemvist.organisation.models import Branch, Unit
from hemvist.reception.models import Household, Person
from hemvist.reception.sharing import make_disclosure


@pytest.fixture
def letting(actor: Callable[..., Actor]) -> Actor:
    """The housing coordinator of the municipal housing company: another branch than the reception's."""
    return actor(Role.HOUSING_COORDINATOR)


@pytest.fixture
def dwelling(municipality: None, today: date) -> Callable[..., Dwelling]:
    """``dwelling(**changes)``: a vacant three-room flat for four persons in the town centre."""
    made = 0

    def make(**changes: Any) -> Dwelling:
        nonlocal made
        made += 1
        values: dict[str, Any] = {
            "code": f"EX-{made:03d}",
            "landlord": Unit.objects.get(code="ehb"),
            "address": f"Exempelvägen {made}",
            "building": f"Kvarteret {made}",
            "area": "centrum",
            "rooms": 3,
            "capacity": 4,
            "rent": 8_000,
            "available_from": today - timedelta(days=100),
            "sort_key": f"exempelvzzz2gen {made:03d}",
            "search_key": f"ex-{made:03d} exempelvägen {made}",
        }
        return Dwelling.objects.create(**{**values, **changes})

    return make


@pytest.fixture
def tenancy(today: date) -> Callable[..., Tenancy]:
    """``tenancy(dwelling, household, **changes)``: an open-ended lease since thirty days."""

    def make(dwelling: Dwelling, household: Household, **changes: Any) -> Tenancy:
        values: dict[str, Any] = {
            "dwelling": dwelling,
            "case": household.case,
            "form": Tenancy.Form.OPEN_ENDED,
            "persons": 4,
            "rent": dwelling.rent,
            "starts_on": today - timedelta(days=30),
        }
        return Tenancy.objects.create(**{**values, **changes})

    return make


@pytest.fixture
def need(today: date) -> Callable[..., HousingNeed]:
    """``need(household, **changes)``: two adults and two children who need a home within a month."""

    def make(household: Household, **changes: Any) -> HousingNeed:
        values: dict[str, Any] = {
            "case": household.case,
            "adults": 2,
            "children": 2,
            "wanted_from": today + timedelta(days=7),
            "wanted_by": today + timedelta(days=30),
        }
        return HousingNeed.objects.create(**{**values, **changes})

    return make


@pytest.fixture
def disclose(coordinator: Actor, today: date) -> Callable[..., None]:
    """``disclose(household, fields, to="landlord")``: fields of all in the household given to another branch."""

    def make(household: Household, fields: list[str], to: str = "landlord", by: Actor | None = None) -> None:
        make_disclosure(
            by or coordinator,
            case=household.case,
            persons=list(Person.objects.filter(case=household.case)),
            recipient=Branch.objects.get(code=to),
            fields=fields,
            ground="no_harm",
            reason="Hyresvärden behöver veta vad hushållet behöver.",
            valid_to=today + timedelta(days=200),
            today=today,
        )

    return make
