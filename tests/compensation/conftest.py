"""Persons whose money can be counted: received, registered, assigned, in the municipality of the tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from hemvist.access.actor import Actor
from hemvist.access.roles import Role
from hemvist.reception.models import FactKind, Household, Membership, Person
from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson, record_fact, register_households


@pytest.fixture
def controller(actor: Callable[..., Actor]) -> Actor:
    """A controller who has been granted the role in the reception's branch."""
    return actor(Role.CONTROLLER, unit="integration")


@pytest.fixture
def outside(actor: Callable[..., Actor]) -> Actor:
    """A controller under another board: sums only."""
    return actor(Role.CONTROLLER)


@pytest.fixture
def fact(coordinator: Actor) -> Callable[..., Any]:
    """``fact(person, kind, value, on)``: a fact recorded on its own day."""

    def make(person: Person, kind: str, value: dict[str, Any], on: date, today: date | None = None) -> Any:
        return record_fact(
            coordinator,
            person=person,
            kind=kind,
            value=value,
            valid_from=on,
            source="migration_agency",
            today=today or max(on, date(2026, 11, 23)),
        )

    return make


@pytest.fixture
def person(coordinator: Actor, fact: Callable[..., Any]) -> Callable[..., Person]:
    """``person(received_on, …)``: one resettled adult, received and registered five weeks later."""
    made = 0

    def make(
        received_on: date | None,
        *,
        born: date = date(1990, 5, 14),
        category: str = "quota",
        ground: str = "UTLL_5_2",
        registered: bool = True,
        decided_on: date | None = None,
        planned_on: date | None = None,
        given: str = "Zorana",
    ) -> Person:
        nonlocal made
        made += 1
        today = date(2026, 11, 23)
        decided = decided_on or (received_on or today) - timedelta(days=60)
        assigned = category in ("quota", "asylum_housing", "temporary_protection")
        household = register_households(
            coordinator,
            [
                NewHousehold(
                    category=category,
                    persons=(
                        NewPerson(
                            given,
                            f"Testsson{made}",
                            born,
                            "contact",
                            permit_ground=ground,
                            permit_granted_on=decided - timedelta(days=30),
                            identifiers=(("dossier", f"T-{made:05d}"),),
                        ),
                    ),
                    assignment=NewAssignment(decided, reference=f"A-{made}") if assigned else None,
                    received_on=received_on,
                    planned_arrival_on=planned_on,
                )
            ],
            today=today,
        )[0]
        one = Membership.objects.select_related("person__case__branch").get(household=household).person
        if registered and received_on:
            on = min(received_on + timedelta(days=35), today)
            fact(one, FactKind.POPULATION_REGISTRATION, {"decided_on": on, "registered_on": on, "municipality": ""}, on)
        return one

    return make


def household_of(person: Person) -> Household:
    return Household.objects.get(case_id=person.case_id)
