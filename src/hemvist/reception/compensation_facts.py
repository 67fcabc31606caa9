"""The facts that the state's compensation rests on (förordning 2010:1122 and 2017:193), for many persons at once.

The number of SQL queries is the same for three households and for three thousand, and only the kinds of facts that the
rules ask for are read.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.law.acts import starts
from hemvist.law.reception import first_reception_date
from hemvist.law.target_group import Living
from hemvist.law.types import Answer
from hemvist.reception.facts import (
    FactRow,
    FirstReceptionValue,
    PermitValue,
    PopulationRegistrationValue,
    RelativeTieValue,
    Snapshot,
    StayValue,
    is_home,
    search_key,
    snapshot,
)
from hemvist.reception.models import Arrival, Assignment, Category, Fact, FactKind, Identifier, Membership, Person
from hemvist.reception.queries import home, number_like, reception_facts

# The kinds that money can hang on, and those that tell who the person is.
KINDS = (
    FactKind.BIRTH_DATE,
    FactKind.PERMIT,
    FactKind.POPULATION_REGISTRATION,
    FactKind.FIRST_RECEPTION,
    FactKind.LIVING,
    FactKind.RELATIVE_TIE,
    FactKind.STAY,
    FactKind.DEATH,
)
WHO = (FactKind.NAME, "identifiers")


@dataclass(frozen=True, slots=True)
class CoveringAssignment:
    """The anvisning under which the person was received, or is to be."""

    id: uuid.UUID
    decided_on: date
    regime: str
    status: str
    reference: str
    ended_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationPerson:
    """What is known of a person that money can hang on. Every municipality is named, our own as ``home`` is.

    ``identifiers`` are all numbers, those that no longer hold too, as (kind, value). ``registrations`` and ``stays``
    are by day, ``permits`` by the day they were granted. ``reported`` is Migrationsverket's mottagandedatum,
    ``received_on`` the arrival here. ``ever_assigned``: there has been an anvisning for the person or the household,
    whatever came of it; ``still_assigned``: one is in force. ``left_on`` is the day the person left the household.
    """

    person_id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    household_id: uuid.UUID
    category: Category
    home: str
    case_closed_on: date | None = None
    protected: bool = False
    already_living_here: bool = False
    planned_arrival_on: date | None = None
    is_current_member: bool = True
    left_on: date | None = None
    name: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    birth_date: date | None = None
    born_in_sweden: bool = False
    permits: tuple[PermitValue, ...] = ()
    registrations: tuple[PopulationRegistrationValue, ...] = ()
    reported: FirstReceptionValue | None = None
    living: Living | None = None
    relative_tie: RelativeTieValue | None = None
    stays: tuple[StayValue, ...] = ()
    died_on: date | None = None
    received_on: date | None = None
    assignment: CoveringAssignment | None = None
    ever_assigned: bool = False
    still_assigned: bool = False

    @property
    def permit(self) -> PermitValue | None:
        """The last permit."""
        return self.permits[-1] if self.permits else None

    def first_received(self, rulings: Mapping[str, str]) -> Answer[date]:
        """The mottagandedatum (förordning 2010:1122 6 §), the same as the person's page shows."""
        facts = reception_facts(
            category=self.category,
            already_living_here=self.already_living_here,
            assigned=self.ever_assigned,
            named=self.assignment is not None,
            permit=next(iter(self.permits), None),
            born_in_sweden=self.born_in_sweden,
            registrations=self.registrations,
            reported=self.reported,
            received_on=self.received_on,
            home=self.home,
        )
        return first_reception_date(facts, rulings)


@transaction.atomic
def compensation_people(
    actor: Actor,
    *,
    today: date,
    permission: str = "case.read",
    case_ids: Collection[uuid.UUID] | None = None,
    person_ids: Collection[uuid.UUID] | QuerySet[Any, Any] | None = None,
) -> list[CompensationPerson]:
    """The persons of the cases in which the actor has the permission, all or some, by case number. One audit row."""
    policy.require(actor, permission)

    def visible(person: str, case: str) -> Q:
        found = policy.visible_cases(actor, permission, f"{case}__")
        if case_ids is not None:
            found &= Q(**{f"{case}__in": case_ids})
        return found if person_ids is None else found & Q(**{f"{person}__in": person_ids})

    people = _people(visible, today, identified=True)
    audit.record(
        actor,
        "compensation.persons_read",
        object_type="person",
        object_ids=[person.person_id for person in people],
        fields=(*WHO, *KINDS),
    )
    return people


def people_page(
    actor: Actor, *, permission: str, search: str = "", offset: int = 0, limit: int = 25
) -> tuple[list[uuid.UUID], bool]:
    """The ids of one page of persons whose money may be told, by case number, and whether there are more.

    Left out are those who never came and whose case is closed. ``search`` looks in names, case numbers and identity
    numbers. The caller reads, and logs, what it shows of them.
    """
    policy.require(actor, permission)
    came = Exists(Arrival.objects.filter(person=OuterRef("pk"), voided_at__isnull=True)) | Exists(
        Fact.objects.filter(person=OuterRef("pk"), kind=FactKind.FIRST_RECEPTION, corrected_by__isnull=True)
    )
    found = Person.objects.filter(policy.visible_cases(actor, permission, "case__")).filter(
        Q(case__closed_on__isnull=True) | came
    )
    if search.strip():
        names = Fact.objects.filter(
            person=OuterRef("pk"),
            kind=FactKind.NAME,
            search_key__contains=search_key(search),
            corrected_by__isnull=True,
        )
        asked: Any = Q(case__number__icontains=search.strip()) | Exists(names)
        if number := number_like(search):
            asked |= Exists(Identifier.objects.filter(number, person=OuterRef("pk")))
        found = found.filter(asked)
    page = found.order_by("case__number", "created_at", "id").values_list("id", flat=True)[offset : offset + limit + 1]
    ids = list(page)
    return ids[:limit], len(ids) > limit


def who_may_apply() -> Q:
    """The filter on persons for whom money may have to be applied for: with a stay, or who moved in after an anvisning
    since 14 c § förordning (2017:193) began. Few, where there are thousands; whoever reads them says what for.
    """
    stays = Fact.objects.filter(person=OuterRef("pk"), kind=FactKind.STAY)
    arrived = Arrival.objects.filter(person=OuterRef("pk"), voided_at__isnull=True, on__gte=starts("2026:1728"))
    return Q(Exists(stays)) | (Q(Exists(arrived)) & ~Q(case__household__category=Category.QUOTA))


def people_for_sums(today: date) -> list[CompensationPerson]:
    """Everybody outside protected cases, without name and numbers, to make sums of.

    For services and queries only: asks no permission, and no single person may be shown.
    """
    return _people(lambda _person, case: Q(**{f"{case}__protected_since__isnull": True}), today, identified=False)


def _people(chosen: Callable[[str, str], Q], today: date, *, identified: bool) -> list[CompensationPerson]:
    """The chosen persons. ``chosen`` gets the paths to the person and to its case."""
    linked, own = chosen("person", "person__case"), home()
    persons = {
        row["id"]: row
        for row in Person.objects.filter(chosen("id", "case"))
        .order_by("case__number", "created_at", "id")
        .values(
            "id",
            "case_id",
            *(f"case__{name}" for name in ("number", "closed_on", "protected_since")),
            *(f"case__household__{name}" for name in ("id", "category", "already_living_here", "planned_arrival_on")),
            is_member=Exists(
                Membership.objects.filter(
                    person=OuterRef("id"), household__case=F("person__case"), valid_to__isnull=True
                )
            ),
            household_assigned=Exists(Assignment.objects.filter(household__case=OuterRef("case"))),
            household_still_assigned=Exists(
                Assignment.objects.filter(household__case=OuterRef("case"), status=Assignment.Status.ACTIVE)
            ),
            left_on=Subquery(
                Membership.objects.filter(person=OuterRef("id"), household__case=OuterRef("case"))
                .order_by(F("valid_to").desc(nulls_first=True))
                .values("valid_to")[:1]
            ),
        )
    }
    numbers = Identifier.objects.filter(linked).order_by("valid_from", "id")
    identifiers = _grouped(numbers if identified else numbers.none(), "kind", "value")
    arrivals = _grouped(Arrival.objects.filter(linked, voided_at__isnull=True), "on", "assignment_id")
    assignments = _grouped(
        Assignment.persons.through.objects.filter(linked).order_by(
            "assignment__decided_on", "assignment__registered_at"
        ),
        *(f"assignment__{name}" for name in ("id", "decided_on", "regime", "status", "reference", "status_on")),
    )

    def person(row: dict[str, Any], known: Snapshot) -> CompensationPerson:
        key = known.person_id
        received_on, received_under = next(iter(arrivals[key]), (None, None))
        candidates = [CoveringAssignment(*found) for found in assignments[key]]
        return CompensationPerson(
            person_id=key,
            case_id=row["case_id"],
            case_number=row["case__number"],
            household_id=row["case__household__id"],
            category=Category(row["case__household__category"]),
            home=own,
            case_closed_on=row["case__closed_on"],
            protected=row["case__protected_since"] is not None,
            already_living_here=row["case__household__already_living_here"],
            planned_arrival_on=row["case__household__planned_arrival_on"],
            is_current_member=row["is_member"],
            left_on=row["left_on"],
            name=known.full_name if identified else "",
            identifiers=tuple(identifiers[key]),
            birth_date=known.birth_date,
            born_in_sweden=known.born_in_sweden,
            permits=known.permits,
            registrations=tuple(_named(registration, own) for registration in known.registrations),
            reported=known.first_reception and _named(known.first_reception, own),
            living=known.living,
            relative_tie=known.relative_tie,
            stays=known.stays,
            died_on=known.died_on,
            received_on=received_on,
            assignment=_covering(candidates, received_under),
            ever_assigned=row["household_assigned"] or bool(candidates),
            still_assigned=row["household_still_assigned"] or any(map(_in_force, candidates)),
        )

    facts = (
        Fact.objects.filter(linked, kind__in=(*KINDS, *WHO) if identified else KINDS)
        .order_by("person_id")
        .values_list("person_id", "id", "kind", "value", "valid_from", "corrects_id")
    )
    # Person by person, so that no more lies in memory than what comes of it.
    known = (
        snapshot(key, [FactRow(*fact) for _person, *fact in rows], today)
        for key, rows in groupby(facts.iterator(), itemgetter(0))
    )
    people = {found.person_id: person(persons[found.person_id], found) for found in known if found.person_id in persons}
    return [people.get(key) or person(row, Snapshot(key)) for key, row in persons.items()]


def _grouped(rows: Any, *names: str) -> defaultdict[uuid.UUID, list[tuple[Any, ...]]]:
    """The named values of each row, by person."""
    groups: defaultdict[uuid.UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for person_id, *values in rows.values_list("person_id", *names):
        groups[person_id].append(tuple(values))
    return groups


Placed = TypeVar("Placed", PopulationRegistrationValue, FirstReceptionValue)


def _named(value: Placed, own: str) -> Placed:
    """The fact with our municipality by its own name, whatever was written."""
    if value.municipality == own or not is_home(value.municipality, own):
        return value
    return value.model_copy(update={"municipality": own})


def _covering(candidates: Sequence[CoveringAssignment], received_under: uuid.UUID | None) -> CoveringAssignment | None:
    """The anvisning that the person was received under, else the newest in force, of candidates by day."""
    in_force = [*filter(_in_force, candidates)]
    return next((found for found in candidates if found.id == received_under), in_force[-1] if in_force else None)


def _in_force(found: CoveringAssignment) -> bool:
    return found.status == Assignment.Status.ACTIVE
