"""Households with a right to housing, for tests: what they were given on which day."""

from __future__ import annotations

from datetime import date
from typing import Any

from hemvist.access.actor import Actor
from hemvist.housing.models import EarlyEnding
from hemvist.organisation.models import LocalRuling
from hemvist.reception import services
from hemvist.reception.models import Arrival, Assignment, Fact, FactKind, Household, Membership, Person

# A day in the first year of the act, when the right of who was received in it goes on.
LATER = date(2027, 9, 10)
DECIDED, RECEIVED, END = date(2027, 1, 11), date(2027, 2, 15), date(2030, 2, 15)


def settle(household: Household, *, decided_on: date = DECIDED, received_on: date = RECEIVED) -> Household:
    """The household assigned on the one day and received on the other."""
    assignment = Assignment.objects.get(household=household)
    regime = "BOS-2026" if decided_on >= date(2027, 1, 1) else "BOS-2016"
    Assignment.objects.filter(pk=assignment.pk).update(decided_on=decided_on, regime=regime)
    for person in Person.objects.filter(case=household.case):
        Arrival.objects.create(
            person=person, household=household, on=received_on, category="quota", assignment=assignment, source="staff"
        )
    return household


def rule(key: str, answer: str) -> None:
    """The municipality has taken a stand on an open question of law."""
    words = {"question": key, "decided_by": "test", "reason": "test", "registered_by": "test"}
    LocalRuling.objects.create(key=key, answer=answer, decided_on=date(2026, 1, 1), **words)


def fact(person: Person, kind: str, value: dict[str, Any], valid_from: date = date(2026, 12, 1)) -> Fact:
    return Fact.objects.create(person=person, kind=kind, value=value, valid_from=valid_from, source="staff")


def adult(household: Household) -> Person:
    """Olena, the contact person."""
    memberships = Membership.objects.filter(household=household, position="contact").select_related("person__case")
    return memberships.get().person


def protect(actor: Actor, household: Household, today: date = date(2026, 11, 23)) -> None:
    services.record_fact(
        actor,
        person=adult(household),
        kind=FactKind.PROTECTION,
        value={"form": "sekretessmarkering", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"},
        valid_from=today,
        source="tax_agency",
        today=today,
    )


def early_end(person: Person, **changes: Any) -> EarlyEnding:
    """The municipality has decided that the right ends with the year 2027."""
    values: dict[str, Any] = {
        "ground": "tenancy_forfeited",
        "opened_on": date(2027, 8, 1),
        "status": "ends",
        "decided_on": date(2027, 8, 20),
        "decided_by": "Utbildningsnämnden",
        "diary_number": "UN2027/9",
        "reasons": "Skäl.",
        "ends_on": date(2027, 12, 31),
    }
    return EarlyEnding.objects.create(person=person, **{**values, **changes})
