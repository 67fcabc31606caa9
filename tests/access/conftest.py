"""A household with everything on it, whose names and numbers can be looked for where they must not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Model, QuerySet

from hemvist.access.actor import Actor, actor_for
from hemvist.access.models import Case, RoleGrant, User
from hemvist.access.roles import Role
from hemvist.coordination.models import AuthorityReport, PlanTask
from hemvist.organisation.models import Branch, Unit
from hemvist.reception import queries, services, sharing
from hemvist.reception.models import (
    Arrival,
    Assignment,
    Consent,
    Disclosure,
    Fact,
    FactKind,
    Household,
    Membership,
    NewcomerAccess,
    Person,
)
from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson

# Words that occur nowhere else: whatever holds one of them holds personal data. The last digits are of the test series.
GIVEN, FAMILY, CHILD, LODGER = "Zvonimira", "Qvistadottir", "Xanthippe", "Wolodymyr"
ADDRESS, PHONE, EMAIL = "Hemligvägen 77", "070-1740605", "zq@example.org"
NUMBER = "19880402-9802"
DOSSIER = "51-7755331"
BIRTHS = (date(1988, 4, 2), date(2017, 7, 7), date(1961, 1, 31))
SECRETS = (
    *(GIVEN, FAMILY, CHILD, LODGER, ADDRESS, PHONE, EMAIL, NUMBER, NUMBER.replace("-", ""), DOSSIER),
    *(f"{birth:%Y-%m-%d}" for birth in BIRTHS),
)
# What somebody may write by mistake where words are free.
WORDS = f"{GIVEN} {FAMILY} ({NUMBER}) bor på {ADDRESS}"


def new_household(today: date, *, reference: str = "ANV-1", received_on: date | None = None) -> NewHousehold:
    return NewHousehold(
        category="quota",
        persons=(
            NewPerson(
                *(GIVEN, FAMILY, BIRTHS[0], "contact"),
                permit_ground="UTLL_5_1",
                language="ukrainska",
                interpreter=True,
                identifiers=(("personnummer", NUMBER), ("dossier", DOSSIER)) if reference == "ANV-1" else (),
                phone=PHONE,
                email=EMAIL,
            ),
            NewPerson(LODGER, FAMILY, BIRTHS[2], "adult", permit_ground="UTLL_5_1"),
            NewPerson(CHILD, FAMILY, BIRTHS[1], "child"),
        ),
        assignment=NewAssignment(today - timedelta(days=21), reference=reference),
        planned_arrival_on=today + timedelta(days=9),
        received_on=received_on,
        address=ADDRESS,
    )


@dataclass
class World:
    """The household, its owner's staff, and everything that hangs on it."""

    today: date
    coordinator: Actor
    trusted: Actor
    trusted_too: Actor
    household: Household
    newcomer: Actor

    @property
    def case(self) -> Case:
        """Read anew each time: nothing stale."""
        return Case.objects.select_related("branch").get(id=self.household.case_id)

    @property
    def persons(self) -> list[Person]:
        return list(Person.objects.filter(case=self.case).order_by("memberships__id"))

    @property
    def assignment(self) -> Assignment:
        return Assignment.objects.select_related("household__case").get(household=self.household)

    @property
    def row(self) -> queries.HouseholdRow:
        return queries.get_household(self.trusted, self.household.id, today=self.today)

    def membership(self, name: str) -> Membership:
        key = queries.shapes.search_key(name)
        return Membership.objects.select_related("household__case", "person__case").get(
            household=self.household,
            person__in=Fact.objects.filter(kind="name", search_key__contains=key).values("person"),
        )

    def person(self, name: str) -> Person:
        return self.membership(name).person

    def task(self, code: str, **where: Any) -> PlanTask:
        return PlanTask.objects.filter(case=self.case, code=code, **where).order_by("created_at", "id")[0]

    def branch(self, code: str) -> Branch:
        return Branch.objects.get(code=code)

    def unit(self, code: str) -> Unit:
        return Unit.objects.get(code=code)

    def report(self) -> AuthorityReport:
        return AuthorityReport.objects.get(case=self.case, sent_on__isnull=True)

    def arrive(self) -> list[Arrival]:
        return services.record_arrival(
            self.trusted,
            household=self.household,
            persons=self.persons,
            on=self.today,
            source="staff",
            today=self.today,
        )

    def consent(self) -> Consent:
        return sharing.record_consent(
            self.trusted,
            case=self.case,
            persons=self.persons,
            recipient=self.branch("school"),
            fields=["name", "birth_date"],
            purpose=WORDS,
            language="ukrainska",
            interpreter_used=True,
            given_on=self.today,
            expires_on=self.today + timedelta(days=90),
            today=self.today,
        )

    def disclose(self, recipient: str = "school", ground: str = "no_harm", **changes: Any) -> Disclosure:
        values: dict[str, Any] = {
            "case": self.case,
            "persons": self.persons,
            "recipient": self.branch(recipient),
            "fields": ["name", "birth_date", "identifiers", "contact", "address"],
            "ground": ground,
            "reason": WORDS,
            "valid_to": self.today + timedelta(days=60),
            "today": self.today,
        }
        return sharing.make_disclosure(self.trusted, **{**values, **changes})

    def protect(self, by: Actor | None = None, *, active: bool = True, valid_from: date | None = None) -> Fact:
        return services.record_fact(
            by or self.trusted,
            person=self.persons[0],
            kind=FactKind.PROTECTION,
            value={
                "form": "sekretessmarkering",
                "authority": "Skatteverket",
                "paragraph": "22 kap. 1 § OSL",
                "active": active,
            },
            valid_from=valid_from or self.today,
            source="tax_agency",
            today=self.today,
        )


@pytest.fixture
def world(actor: Callable[..., Actor], user: Callable[..., User], coordinator: Actor, today: date) -> World:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    (household,) = services.register_households(trusted, [new_household(today)], today=today)
    signed_in = user(Role.NEWCOMER)
    person = Person.objects.filter(case=household.case, memberships__position="contact").get()
    NewcomerAccess.objects.create(user=signed_in, person=person)
    grant = RoleGrant.objects.select_related("unit__branch").get(user=signed_in)
    assert grant.unit.branch == household.case.branch
    return World(
        today,
        coordinator,
        trusted,
        actor(Role.COORDINATOR, handles_protected=True),
        household,
        actor_for(signed_in, today),
    )


# --- what an answer tells -----------------------------------------------------------------------------------


def told(answer: Any, seen: dict[int, Any] | None = None) -> Iterator[str]:
    """Every text, number and day in an answer: what a page could show of it without asking the database again."""
    # The things themselves are kept, so that no address is used again.
    seen = {} if seen is None else seen
    if answer is None or isinstance(answer, bool) or id(answer) in seen:
        return
    if isinstance(answer, (str, int, float)):
        yield str(answer)
    elif isinstance(answer, (date, datetime)):
        yield answer.isoformat()
    elif isinstance(answer, dict):
        seen[id(answer)] = answer
        for key, value in answer.items():
            yield from told(key, seen)
            yield from told(value, seen)
    elif isinstance(answer, (list, tuple, set, frozenset)):
        seen[id(answer)] = answer
        for part in answer:
            yield from told(part, seen)
    elif isinstance(answer, Model):
        seen[id(answer)] = answer
        for key, value in (*answer.__dict__.items(), *answer._state.fields_cache.items()):
            if key != "_state":
                yield from told(value, seen)
    elif is_dataclass(answer):
        seen[id(answer)] = answer
        for part in fields(answer):
            yield from told(getattr(answer, part.name), seen)
    elif isinstance(answer, QuerySet):
        yield from told(list(answer), seen)
    else:
        yield str(answer)


def secrets_in(answer: Any) -> set[str]:
    """The household's personal data that an answer holds."""
    text = "\n".join(told(answer)).casefold()
    return {secret for secret in SECRETS if secret.casefold() in text}
