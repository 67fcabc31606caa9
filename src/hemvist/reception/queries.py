"""What an actor may see of the reception. Every answer with personal data leaves a row in the audit journal.

The number of SQL queries is the same for twenty households and for two thousand.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import Case
from hemvist.law.ages import is_adult
from hemvist.law.reception import FirstReceptionFacts, first_reception_date, reception_deadline
from hemvist.law.regime import Regime
from hemvist.law.target_group import (
    RESETTLED,
    Living,
    PermitGround,
    PersonForTargetGroup,
    SponsorTie,
    covered_2016,
    covered_2026,
    may_be_assigned,
)
from hemvist.law.types import Answer, Proposal
from hemvist.organisation.queries import municipality, rulings_on
from hemvist.planning.shared_plan import CaseFacts, PersonFacts
from hemvist.reception import facts as shapes
from hemvist.reception import identity
from hemvist.reception.facts import (
    FirstReceptionValue,
    PermitValue,
    PopulationRegistrationValue,
    Snapshot,
    came_from_elsewhere,
    first_registration,
    is_home,
    snapshot,
)
from hemvist.reception.fields import FIELDS
from hemvist.reception.models import (
    Arrival,
    Assignment,
    Category,
    Consent,
    Disclosure,
    Fact,
    FactKind,
    Household,
    Identifier,
    IdentifierKind,
    Membership,
    NewcomerAccess,
    Person,
)

# --- assembling -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """A person as a member of a household, with what is known on the day."""

    person: Person
    membership: Membership
    known: Snapshot
    identifiers: tuple[Identifier, ...]
    received_on: date | None
    # Whether there has been an anvisning for the household or, before it was formed, for the person.
    assigned: bool
    # Whether the person was received under an anvisning, or is named in one that is in force.
    named: bool

    @property
    def name(self) -> str:
        return self.known.full_name

    @property
    def is_current(self) -> bool:
        return self.membership.valid_to is None and self.known.died_on is None

    @property
    def number(self) -> str:
        """The best number to show: personnummer, else samordningsnummer, else dossier number."""
        order = list(IdentifierKind)
        best = min(self.identifiers, key=lambda i: order.index(IdentifierKind(i.kind)), default=None)
        return identity.show(best.kind, best.value) if best else ""


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """A household as lists and pages show it."""

    household: Household
    members: tuple[Member, ...]
    assignments: tuple[Assignment, ...]

    @property
    def case(self) -> Case:
        return self.household.case

    @property
    def current(self) -> tuple[Member, ...]:
        return tuple(m for m in self.members if m.is_current)

    @property
    def contact(self) -> Member | None:
        living = self.current or self.members
        return next((m for m in living if m.membership.position == Membership.Position.CONTACT), None) or (
            living[0] if living else None
        )

    @property
    def name(self) -> str:
        return self.contact.name if self.contact else self.case.number

    @property
    def received_on(self) -> date | None:
        return min((m.received_on for m in self.members if m.received_on), default=None)

    @property
    def all_received(self) -> bool:
        return bool(self.current) and all(m.received_on for m in self.current)

    @property
    def active_assignment(self) -> Assignment | None:
        return next((a for a in self.assignments if a.status == Assignment.Status.ACTIVE), None)

    @property
    def state(self) -> str:
        """expected, received or closed: derived, never stored."""
        if self.case.closed_on:
            return "closed"
        return "received" if self.received_on else "expected"


def _with_parts(households: QuerySet[Household]) -> QuerySet[Household]:
    """Everything a row needs, in a fixed number of queries."""
    return households.select_related("case__branch__board").prefetch_related(
        Prefetch(
            "memberships",
            Membership.objects.select_related("person").prefetch_related(
                "person__facts",
                Prefetch("person__identifiers", Identifier.objects.filter(valid_to__isnull=True)),
                Prefetch("person__arrivals", Arrival.objects.filter(voided_at__isnull=True).order_by("on")),
                "person__assignments",
            ),
        ),
        "assignments",
    )


def _row(household: Household, today: date) -> HouseholdRow:
    members = []
    for membership in household.memberships.all():
        person = membership.person
        # Who has formed a household of one's own belongs to that case alone, with its own protection.
        if person.case_id != household.case_id:
            continue
        arrivals = list(person.arrivals.all())
        members.append(
            Member(
                person=person,
                membership=membership,
                known=snapshot(person.id, person.facts.all(), today),
                identifiers=tuple(person.identifiers.all()),
                received_on=arrivals[0].on if arrivals else None,
                assigned=bool(household.assignments.all() or person.assignments.all()),
                named=bool(arrivals and arrivals[0].assignment_id)
                or any(a.status == Assignment.Status.ACTIVE for a in person.assignments.all()),
            )
        )
    order = {Membership.Position.CONTACT: 0, Membership.Position.ADULT: 1, Membership.Position.CHILD: 2}
    members.sort(
        key=lambda m: (
            not m.is_current,
            order[Membership.Position(m.membership.position)],
            m.known.birth_date or date.max,
        )
    )
    return HouseholdRow(household, tuple(members), tuple(household.assignments.all()))


def case_facts(case_ids: Iterable[uuid.UUID], today: date) -> dict[uuid.UUID, CaseFacts]:
    """What the plan needs to know of these cases. For services only: asks no permission, shows nobody anything."""
    households = _with_parts(Household.objects.filter(case_id__in=list(case_ids)))
    rulings, own = rulings_on(today), home()
    result = {}
    for household in households:
        row = _row(household, today)
        assignment = row.active_assignment
        persons = tuple(
            _person_facts(row, member, rulings, own) for member in row.current if not member.known.moved_away
        )
        grounds = {member.known.permit.ground for member in row.current if member.known.permit}
        result[household.case_id] = CaseFacts(
            registered_on=household.case.opened_on,
            persons=persons,
            assigned=assignment is not None,
            resettled=household.category == Category.QUOTA or bool(grounds & RESETTLED),
            temporary_protection=household.category == Category.TEMPORARY_PROTECTION or PermitGround.UTLL_21 in grounds,
            already_living_here=household.already_living_here,
            needs_dwelling=household.needs_dwelling,
            assignment_decided_on=assignment.decided_on if assignment else None,
            latest_reception_on=assignment.latest_reception_on if assignment else None,
            planned_arrival_on=household.planned_arrival_on,
            received_on=row.received_on,
            regime=assignment.regime if assignment else "",
        )
    return result


# Whether a person of the category has been registered at Migrationsverket; None where the category does not say.
_REGISTERED_WITH_AGENCY = {
    Category.ASYLUM_HOUSING: True,
    Category.TEMPORARY_PROTECTION: True,
    # Who arranged housing during the asylum time was registered there too.
    Category.SELF_SETTLED: True,
    Category.RELATIVE: False,
}


def home() -> str:
    """The municipality's own name as the population register writes it, by which others are told from it."""
    own = municipality()
    return own.settings.get("short_name", own.name_sv) if own else ""


def first_reception(row: HouseholdRow, member: Member, rulings: Mapping[str, str], home: str) -> Answer[date]:
    """The person's mottagandedatum (förordning 2010:1122 6 §) with its steps, from the facts at hand."""
    known = member.known
    facts = reception_facts(
        category=Category(row.household.category),
        already_living_here=row.household.already_living_here,
        assigned=member.assigned,
        named=member.named,
        permit=next(iter(known.permits), None),
        born_in_sweden=known.born_in_sweden,
        registrations=known.registrations,
        reported=known.first_reception,
        received_on=member.received_on,
        home=home,
    )
    return first_reception_date(facts, rulings)


def reception_facts(
    *,
    category: Category,
    already_living_here: bool,
    assigned: bool,
    named: bool,
    permit: PermitValue | None,
    born_in_sweden: bool,
    registrations: Sequence[PopulationRegistrationValue],
    reported: FirstReceptionValue | None,
    received_on: date | None,
    home: str,
) -> FirstReceptionFacts:
    """What decides the mottagandedatum. The first permit and the first registration count, wherever it was: a later
    permit or move changes nothing.

    Who was first received in another municipality, as Migrationsverket's list says or an earlier registration shows,
    was not first received the day the person came here. A relative, or a child born later, in an assigned household is
    not one of the assigned (``named``): who came straight from abroad has not been registered at Migrationsverket.
    Temporary protection is no reception before folkbokföring: the day of moving in belongs to mottagandelagen.
    """
    registered = first_registration(registrations)
    elsewhere = reported is not None and not is_home(reported.municipality, home)
    moved_in = came_from_elsewhere(registrations, named=named, received_on=received_on, home=home)
    ground = permit.ground if permit else None
    direct = not named and (ground is PermitGround.RELATIVE or (born_in_sweden and received_on is None))
    protection = ground is PermitGround.UTLL_21 or (ground is None and category is Category.TEMPORARY_PROTECTION)
    too_early = protection and received_on is not None and (registered is None or received_on < registered.day)
    return FirstReceptionFacts(
        registered_with_agency=False if direct else _REGISTERED_WITH_AGENCY.get(category),
        resettled=(category is Category.QUOTA and not direct) or ground in RESETTLED,
        settled_on_own=category is Category.SELF_SETTLED or already_living_here or too_early,
        may_be_assigned=None if elsewhere else assigned and not moved_in,
        permit_granted_on=permit.granted_on if permit else None,
        population_register_decided_on=registered.decided_on if registered else None,
        population_registered_on=registered.registered_on if registered else None,
        received_on=None if elsewhere or moved_in or (too_early and registered is None) else received_on,
        reported_on=reported.on if reported else None,
    )


def deadline_of(assignment: Assignment, row: HouseholdRow) -> Answer[date]:
    """The last day to receive the assigned household, with its steps."""
    left = [m.known.left_reception_act_on for m in row.current if m.known.left_reception_act_on]
    return reception_deadline(
        assignment.decided_on,
        stated_latest=assignment.latest_reception_on,
        resettled=assignment.category == Category.QUOTA,
        temporary_protection=assignment.category == Category.TEMPORARY_PROTECTION,
        left_reception_act_on=min(left) if left else None,
    )


# Where the household lived before the anvisning, for the categories that say so.
_LIVING = {Category.ASYLUM_HOUSING: Living.STATE_HOUSING, Category.SELF_SETTLED: Living.OWN}


def _living(known: Snapshot, assignment: Assignment) -> Living | None:
    """Where the person lived: by the person's own fact, else by the category of the anvisning."""
    return known.living or _LIVING.get(Category(assignment.category))


def _can_ground_registration(known: Snapshot) -> bool | None:
    """Whether the permit can be the ground of folkbokföring: as somebody has said, else as the folkbokföring shows."""
    said = known.permit.can_ground_registration if known.permit else None
    return True if said is None and known.registered_on else said


@dataclass(frozen=True, slots=True)
class TargetGroupCheck:
    """Whether a person was covered and could be assigned the day of the decision; ``now`` when the permit is out."""

    member: Member
    covered: Proposal[bool]
    assignable: Proposal[bool]
    now: Proposal[bool] | None = None


def target_group(
    assignment: Assignment,
    row: HouseholdRow,
    *,
    today: date,
    living: Living | None = None,
    can_ground_registration: bool | None = None,
) -> list[TargetGroupCheck]:
    """The target group under the act that governs the anvisning, person by person.

    ``living`` and ``can_ground_registration`` are the reader's own assumptions; what the register knows goes first,
    and :func:`open_assumptions` says where it is silent. Persons who may be assigned only with the household are
    judged after the others.
    """
    regime, on = Regime(assignment.regime), assignment.decided_on
    covered = covered_2016 if regime is Regime.BOS_2016 else covered_2026
    members = _covered_by(assignment, row)
    births = [member.known.birth_date for member in members]
    alone = bool(births) and all(birth is not None and not is_adult(birth, on) for birth in births)

    def seen(member: Member) -> PersonForTargetGroup:
        known = member.known
        permit, said = known.permit, _can_ground_registration(known)
        return PersonForTargetGroup(
            permit_ground=permit.ground if permit else None,
            permit_from=permit.granted_on if permit else None,
            permit_to=permit.valid_to if permit else None,
            can_ground_registration=can_ground_registration if said is None else said,
            renewal_applied_on=permit.renewal_applied_on if permit else None,
            renewal_refused_final_on=permit.renewal_refused_final_on if permit else None,
            renewal_for_covered_ground=permit.renewal_for_covered_ground if permit else None,
            has_inhibition=permit.inhibition if permit else False,
            sponsor=known.relative_tie.sponsor if known.relative_tie else SponsorTie(),
            unaccompanied=alone,
            birth_date=known.birth_date,
            living=_living(known, assignment) or living,
        )

    people = [(member, seen(member)) for member in members]
    first = [may_be_assigned(person, regime, on) for _member, person in people]
    some = any(answer.value for answer in first)
    checks = []
    for (member, person), answer in zip(people, first, strict=True):
        if some and not answer.value:
            answer = may_be_assigned(replace(person, in_assignable_household=True), regime, on)
        expired = person.permit_to is not None and person.permit_to < today
        now = covered(person, today) if expired else None
        checks.append(TargetGroupCheck(member, covered(person, on), answer, now))
    return checks


def open_assumptions(assignment: Assignment, row: HouseholdRow) -> set[str]:
    """The assumptions of :func:`target_group` that some person needs, because the register has no fact."""
    known = [member.known for member in _covered_by(assignment, row)]
    silent = {
        "living": any(_living(person, assignment) is None for person in known),
        "can_ground_registration": any(_can_ground_registration(person) is None for person in known),
    }
    return {name for name, needed in silent.items() if needed}


def _covered_by(assignment: Assignment, row: HouseholdRow) -> list[Member]:
    assigned = {person.id for person in assignment.persons.all()}
    return [member for member in row.members if member.person.id in assigned]


def _registered_here(known: Snapshot, home: str) -> PopulationRegistrationValue | None:
    """The first registration here of who is registered here now: a move within the municipality starts nothing anew,
    and who has moved on or been deregistered has no day here.
    """
    now = known.population
    if now is None or not now.registered or not is_home(now.municipality, home):
        return None
    return first_registration(row for row in known.registrations if is_home(row.municipality, home))


def _person_facts(row: HouseholdRow, member: Member, rulings: Mapping[str, str], home: str) -> PersonFacts:
    known = member.known
    registered = _registered_here(known, home)
    return PersonFacts(
        key=str(member.person.id),
        birth_date=known.birth_date,
        is_child=member.membership.position == Membership.Position.CHILD,
        received_on=member.received_on,
        joined_on=member.membership.valid_from,
        population_register_decided_on=registered.decided_on if registered else None,
        population_registered_on=registered.registered_on if registered else None,
        left_reception_act_on=known.left_reception_act_on,
        first_received_on=first_reception(row, member, rulings, home).value,
        needs_interpreter=bool(known.language and known.language.interpreter),
    )


# --- households -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HouseholdFilter:
    """What the list asks for. ``search`` looks in names, case numbers and identity numbers only (SoLPuF 15 §)."""

    search: str = ""
    category: str = ""
    state: str = ""
    sort: str = "newest"


_SORTS: Mapping[str, tuple[str, ...]] = {
    "newest": ("-case__opened_on", "-case__number"),
    "name": ("sort_key", "case__number"),
    "arrival": ("planned_arrival_on", "case__number"),
    "number": ("case__number",),
}


def number_like(search: str) -> Q | None:
    """The filter on identifiers whose number is like what somebody typed; None for what has not four digits."""
    digits = "".join(c for c in search if c.isdigit())
    if len(digits) < 4:
        return None
    return Q(value__contains=digits) | Q(value__icontains="".join(search.split()))


def _filtered(actor: Actor, wanted: HouseholdFilter, today: date, extra: Q | None) -> QuerySet[Household]:
    households = Household.objects.filter(policy.visible_cases(actor, "case.list", "case__"))
    if extra is not None:
        households = households.filter(extra)
    if wanted.category:
        households = households.filter(category=wanted.category)
    # By person: who has formed a household of one's own brings the day there.
    received = Exists(Arrival.objects.filter(person__case=OuterRef("case"), voided_at__isnull=True))
    if wanted.state == "closed":
        households = households.filter(case__closed_on__isnull=False)
    elif wanted.state == "received":
        households = households.filter(received, case__closed_on__isnull=True)
    elif wanted.state == "expected":
        households = households.filter(~received, case__closed_on__isnull=True)
    elif wanted.state != "all":
        households = households.filter(case__closed_on__isnull=True)
    if wanted.search.strip():
        key = shapes.search_key(wanted.search)
        found: Any = Q(case__number__icontains=wanted.search.strip()) | Exists(
            Membership.objects.filter(
                household=OuterRef("pk"),
                person__case=OuterRef("case"),
                person__facts__kind=FactKind.NAME,
                person__facts__search_key__contains=key,
                person__facts__corrected_by__isnull=True,
            )
        )
        if number := number_like(wanted.search):
            numbered = Identifier.objects.filter(number, person=OuterRef("person"))
            found |= Exists(
                Membership.objects.filter(Exists(numbered), household=OuterRef("pk"), person__case=OuterRef("case"))
            )
        households = households.filter(found)
    return households.order_by(
        *(
            F("planned_arrival_on").asc(nulls_last=True) if name == "planned_arrival_on" else name
            for name in _SORTS.get(wanted.sort, _SORTS["newest"])
        )
    )


@transaction.atomic
def list_households(
    actor: Actor,
    wanted: HouseholdFilter,
    *,
    today: date,
    offset: int = 0,
    limit: int = 50,
    extra: Q | None = None,
) -> tuple[list[HouseholdRow], bool]:
    """One page of the households the actor may list, and whether there are more. One audit row."""
    policy.require(actor, "case.list")
    page = list(_with_parts(_filtered(actor, wanted, today, extra))[offset : offset + limit + 1])
    rows = [_row(household, today) for household in page[:limit]]
    audit.record(
        actor,
        "households.listed",
        object_type="household",
        object_ids=[row.household.id for row in rows],
        fields=("name", "category", "state"),
        # A search is told by its kind, never by the name or number that was searched for.
        details={"searched": bool(wanted.search), "category": wanted.category, "state": wanted.state},
    )
    return rows, len(page) > limit


EXPORT_COLUMNS = (
    "case_number",
    "category",
    "state",
    "persons",
    "planned_arrival_on",
    "received_on",
    "latest_reception_on",
)


@transaction.atomic
def export_households(
    actor: Actor, wanted: HouseholdFilter, *, today: date, extra: Q | None = None
) -> list[dict[str, Any]]:
    """All rows of the list in an allow-list of columns: no name, no number, no address, no protected case."""
    policy.require(actor, "case.list")
    rows = [
        _row(household, today)
        for household in _with_parts(_filtered(actor, wanted, today, extra)).filter(case__protected_since__isnull=True)
    ]
    audit.record(
        actor,
        "households.exported",
        object_type="household",
        object_ids=[row.household.id for row in rows],
        fields=EXPORT_COLUMNS,
    )
    return [
        {
            "case_number": row.case.number,
            "category": row.household.category,
            "state": row.state,
            "persons": len(row.current),
            "planned_arrival_on": row.household.planned_arrival_on,
            "received_on": row.received_on,
            "latest_reception_on": row.active_assignment.latest_reception_on if row.active_assignment else None,
        }
        for row in rows
    ]


@transaction.atomic
def get_household(
    actor: Actor, household_id: uuid.UUID, *, today: date, action: str = "household.viewed"
) -> HouseholdRow:
    """A household that the actor may read. One audit row. Raises NotVisible."""
    household = (
        _with_parts(Household.objects.filter(policy.visible_cases(actor, "case.read", "case__"), id=household_id))
    ).first()
    if household is None:
        raise NotVisible(action="case.read", object_id=str(household_id))
    row = _row(household, today)
    audit.record(
        actor,
        action,
        object_type="household",
        object_ids=[household.id, *(m.person.id for m in row.members)],
        case=household.case,
        fields=("name", "birth_date", "identifiers", "facts"),
    )
    return row


def get_person(actor: Actor, person_id: uuid.UUID) -> Person:
    """A person the actor may read, to act upon. Raises NotVisible; what is shown is logged by the caller's query."""
    person = (
        Person.objects.filter(policy.visible_cases(actor, "case.read", "case__"), id=person_id)
        .select_related("case__branch", "case__household")
        .first()
    )
    if person is None:
        raise NotVisible(action="case.read", object_id=str(person_id))
    return person


@transaction.atomic
def person_history(actor: Actor, person: Person) -> list[Fact]:
    """Every fact about the person with its source, corrections included, newest first."""
    policy.require_with_case(actor, "case.read", person.case)
    audit.record(
        actor,
        "person.history_viewed",
        object_type="person",
        object_ids=[person.id],
        case=person.case,
        fields=list(FactKind.values),
    )
    return list(person.facts.select_related("registered_by", "corrected_by", "corrects").order_by("-valid_from", "-id"))


# --- anvisningar ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    assignment: Assignment
    row: HouseholdRow

    @property
    def received(self) -> bool:
        return bool(self.assignment.arrivals.all())


@transaction.atomic
def list_assignments(
    actor: Actor,
    *,
    today: date,
    status: str = "",
    category: str = "",
    year: int | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[AssignmentRow], bool]:
    """One page of anvisningar, newest decision first. One audit row."""
    policy.require(actor, "assignment.list")
    found = Assignment.objects.filter(policy.visible_cases(actor, "assignment.list", "household__case__"))
    received = Exists(Arrival.objects.filter(assignment=OuterRef("pk"), voided_at__isnull=True))
    if status == "waiting":
        found = found.filter(~received, status=Assignment.Status.ACTIVE)
    elif status == "received":
        found = found.filter(received)
    elif status:
        found = found.filter(status=status)
    if category:
        found = found.filter(category=category)
    if year:
        found = found.filter(decided_on__year=year)
    page = list(
        found.order_by("-decided_on", "-registered_at", "id").prefetch_related(
            Prefetch("arrivals", Arrival.objects.filter(voided_at__isnull=True))
        )[offset : offset + limit + 1]
    )
    households = {
        h.id: _row(h, today)
        for h in _with_parts(Household.objects.filter(id__in={a.household_id for a in page[:limit]}))
    }
    rows = [AssignmentRow(a, households[a.household_id]) for a in page[:limit]]
    audit.record(
        actor,
        "assignments.listed",
        object_type="assignment",
        object_ids=[r.assignment.id for r in rows],
        fields=("name", "category", "decided_on"),
    )
    return rows, len(page) > limit


@transaction.atomic
def get_assignment(actor: Actor, assignment_id: uuid.UUID, *, today: date) -> AssignmentRow:
    """One anvisning with its household. One audit row. Raises NotVisible."""
    assignment = (
        Assignment.objects.filter(policy.visible_cases(actor, "case.read", "household__case__"), id=assignment_id)
        .select_related("household__case__branch", "replaced_by", "registered_by")
        .prefetch_related("persons", Prefetch("arrivals", Arrival.objects.filter(voided_at__isnull=True)))
        .first()
    )
    if assignment is None:
        raise NotVisible(action="assignment.list", object_id=str(assignment_id))
    row = get_household(actor, assignment.household_id, today=today, action="assignment.viewed")
    return AssignmentRow(assignment, row)


# --- what was disclosed -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DisclosedPerson:
    """What a receiver may see of a person: label → value, with the grounds."""

    person_id: uuid.UUID
    values: tuple[tuple[str, Any], ...]
    name: str = ""


@dataclass(slots=True)
class Disclosed:
    persons: list[DisclosedPerson] = field(default_factory=list)
    disclosures: list[Disclosure] = field(default_factory=list)


def _in_force(today: date) -> Q:
    """Disclosures that hold: not ended, and from a protected case only when two persons stand behind it."""
    return Q(revoked_at__isnull=True, valid_from__lte=today, valid_to__gt=today) & (
        Q(case__protected_since__isnull=True, needs_approval=False) | Q(needs_approval=True, approved_at__isnull=False)
    )


def disclosed_cases(actor: Actor, permission: str, field: str, today: date) -> set[uuid.UUID]:
    """The cases of which a field has been disclosed to a branch in which the actor has the permission. One query."""
    branches = actor.branches(permission)
    if not branches:
        return set()
    rows = Disclosure.objects.filter(_in_force(today), recipient_id__in=branches).values_list("case_id", "fields")
    return {case_id for case_id, fields in rows if field in fields}


def branches_told(case: Case, field: str, today: date) -> set[int]:
    """The branches to which a field of the case has been disclosed. One query."""
    rows = Disclosure.objects.filter(_in_force(today), case=case).values_list("recipient_id", "fields")
    return {branch_id for branch_id, fields in rows if field in fields}


def released_cases(actor: Actor, today: date) -> QuerySet[Disclosure]:
    """The approved disclosures that let this actor's branches know of protected cases."""
    return Disclosure.objects.filter(
        _in_force(today), recipient_id__in=actor.branches("task.list"), case=OuterRef("case")
    )


@transaction.atomic
def disclosed(actor: Actor, case: Case, *, today: date) -> Disclosed:
    """What the actor's own branches have been given about a case, and nothing else. One audit row if anything."""
    disclosures = list(
        Disclosure.objects.filter(_in_force(today), case=case, recipient_id__in=actor.branches("task.list"))
        .select_related("recipient")
        .prefetch_related("persons")
    )
    result = Disclosed(disclosures=disclosures)
    if not disclosures:
        return result
    fields_of: dict[uuid.UUID, set[str]] = defaultdict(set)
    for disclosure in disclosures:
        for person in disclosure.persons.all():
            fields_of[person.id] |= set(disclosure.fields)
    people = Person.objects.filter(id__in=fields_of, case=case).prefetch_related(
        "facts", Prefetch("identifiers", Identifier.objects.filter(valid_to__isnull=True))
    )
    for person in people:
        known = snapshot(person.id, person.facts.all(), today)
        codes = [code for code in FIELDS if code in fields_of[person.id]]
        values = []
        for code in codes:
            value = FIELDS[code].read(known)
            if code == "identifiers":
                value = ", ".join(identity.show(i.kind, i.value) for i in person.identifiers.all())
            values.append((str(FIELDS[code].label), value))
        result.persons.append(DisclosedPerson(person.id, tuple(values), known.full_name if "name" in codes else ""))
    audit.record(
        actor,
        "disclosed.viewed",
        object_type="person",
        object_ids=[person.person_id for person in result.persons],
        case=case,
        fields=set().union(*fields_of.values()),
        details={"disclosures": [str(d.id) for d in disclosures]},
    )
    return result


def names_disclosed(actor: Actor, case_ids: Iterable[uuid.UUID], today: date) -> dict[uuid.UUID, str]:
    """Names that the actor's branches were given, by person, for a list of tasks. The caller logs the reading."""
    through = Disclosure.persons.through
    pairs = through.objects.filter(
        person__case=F("disclosure__case"),
        disclosure__in=Disclosure.objects.filter(
            _in_force(today), case_id__in=list(case_ids), recipient_id__in=actor.branches("task.list")
        ),
    ).select_related("disclosure")
    person_ids = {pair.person_id for pair in pairs if "name" in pair.disclosure.fields}
    facts: dict[uuid.UUID, list[Fact]] = defaultdict(list)
    for fact in Fact.objects.filter(person_id__in=person_ids, kind=FactKind.NAME):
        facts[fact.person_id].append(fact)
    return {pid: snapshot(pid, rows, today).full_name for pid, rows in facts.items()}


def names_of(person_ids: Iterable[uuid.UUID], today: date) -> dict[uuid.UUID, str]:
    """Names by person for persons the caller has already been allowed to read and has logged."""
    facts: dict[uuid.UUID, list[Fact]] = defaultdict(list)
    for fact in Fact.objects.filter(person_id__in=list(person_ids), kind=FactKind.NAME):
        facts[fact.person_id].append(fact)
    return {pid: snapshot(pid, rows, today).full_name for pid, rows in facts.items()}


def case_disclosures(actor: Actor, case: Case) -> tuple[list[Disclosure], list[Consent]]:
    """What has been disclosed and consented to in a case the actor may read."""
    policy.require_with_case(actor, "case.read", case)
    disclosures = case.disclosures.select_related(
        "recipient__board", "made_by", "approved_by", "consent"
    ).prefetch_related("persons")
    consents = case.consents.select_related("recipient__board", "recorded_by").prefetch_related("persons")
    return list(disclosures), list(consents)


def disclosure_register(actor: Actor, *, offset: int = 0, limit: int = 50) -> tuple[list[Disclosure], bool]:
    """All disclosures for the data protection officer: fields, ground, receiver, case number; never a person."""
    policy.require(actor, "disclosure.audit")
    page = list(
        Disclosure.objects.select_related("case", "recipient__board", "made_by", "approved_by", "consent").order_by(
            "-made_at", "id"
        )[offset : offset + limit + 1]
    )
    audit.record(actor, "disclosures.listed", object_type="disclosure", object_ids=[d.id for d in page[:limit]])
    return page[:limit], len(page) > limit


# --- the newcomer's own ----------------------------------------------------------------------------------------------


def own_person(actor: Actor) -> Person:
    """The person that the signed-in newcomer is. Raises NotVisible."""
    access = (
        NewcomerAccess.objects.filter(user_id=actor.user_id or uuid.UUID(int=0))
        .select_related("person__case__household")
        .first()
    )
    if access is None or not actor.can("own_plan.view"):
        raise NotVisible(action="own_plan.view")
    return access.person


def children_seen_by(person: Person, today: date) -> list[uuid.UUID]:
    """The members of the person's household who are under 18 today, for an adult; nobody for a child."""
    members = Membership.objects.filter(household__case=person.case_id, valid_to__isnull=True).select_related("person")
    born = {
        member.person_id: snapshot(member.person_id, member.person.facts.all(), today).birth_date
        for member in members.prefetch_related("person__facts")
    }
    own = born.get(person.id)
    if own is None or not is_adult(own, today):
        return []
    return [pid for pid, day in born.items() if day is not None and not is_adult(day, today)]


# --- for the start page and statistics --------------------------------------------------------------------------------


@transaction.atomic
def arriving(actor: Actor, *, today: date, until: date, limit: int = 20) -> list[HouseholdRow]:
    """Households that are planned to arrive or must be received by a day, soonest first. One audit row."""
    if not actor.can("case.list"):
        return []
    waiting = (
        Household.objects.filter(policy.visible_cases(actor, "case.list", "case__"), case__closed_on__isnull=True)
        .filter(~Exists(Arrival.objects.filter(person__case=OuterRef("case"), voided_at__isnull=True)))
        .filter(
            Q(planned_arrival_on__lte=until)
            | Q(
                assignments__status=Assignment.Status.ACTIVE,
                assignments__latest_reception_on__lte=until,
            )
        )
        .distinct()
        .order_by(F("planned_arrival_on").asc(nulls_last=True), "id")[:limit]
    )
    rows = [_row(household, today) for household in _with_parts(waiting)]
    if rows:
        audit.record(
            actor,
            "arrivals.viewed",
            object_type="household",
            object_ids=[row.household.id for row in rows],
            fields=("name", "planned_arrival_on"),
        )
    return rows


def planned_households(actor: Actor, start_day: date, end_day: date) -> int:
    """How many of the actor's open households are planned to arrive from ``start_day`` until before ``end_day``."""
    return Household.objects.filter(
        policy.visible_cases(actor, "case.list", "case__"),
        case__closed_on__isnull=True,
        planned_arrival_on__gte=start_day,
        planned_arrival_on__lt=end_day,
    ).count()


def arrivals_per_year_and_category(years: Sequence[int]) -> dict[tuple[int, str], int]:
    """Numbers of persons received, by year and category; persons in protected cases are left out."""
    counts: dict[tuple[int, str], int] = defaultdict(int)
    for on, category in Arrival.objects.filter(
        voided_at__isnull=True, on__year__in=years, person__case__protected_since__isnull=True
    ).values_list("on", "category"):
        counts[on.year, category] += 1
    return dict(counts)
