"""What happens in the reception: one function per thing that happens, one transaction each.

Every change of facts ends in :func:`_changed`, which lets the shared plan follow (see
``docs/adr/0003-the-plan-follows-the-facts.md``).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.access.models import Case, CaseNumber, Installation
from hemvist.law.regime import governing
from hemvist.law.target_group import PermitGround
from hemvist.organisation.models import Branch, Municipality
from hemvist.organisation.queries import responsible_unit
from hemvist.reception import facts as shapes
from hemvist.reception import identity
from hemvist.reception.models import (
    Arrival,
    Assignment,
    Category,
    Fact,
    FactKind,
    FactSource,
    Household,
    Identifier,
    IdentifierKind,
    ImportRun,
    Membership,
    Person,
)


class PlanMove(Protocol):
    """What a change of facts did to one case's plan, in numbers of tasks."""

    added: int
    removed: int
    moved: int


# Set once by the room above (coordination): lets the plan follow a change of facts.
PlanFollows = Callable[[Actor, Sequence[Case], str, date], Sequence[PlanMove]]
_plan_follows: list[PlanFollows] = []
_rehearsed: ContextVar[list[PlanMove] | None] = ContextVar("rehearsed", default=None)


def let_plan_follow(function: PlanFollows) -> None:
    """Name the function that re-derives plans. Called once, when the application starts."""
    _plan_follows[:] = [function]


def _changed(actor: Actor, cases: Sequence[Case], cause: str, today: date) -> None:
    """The facts of these cases have changed. Runs in the caller's transaction; fails if no plan follows.

    The cause is kept as its source string and translated when it is read, so it is marked with ``gettext_noop``.
    """
    moves = _plan_follows[0](actor, cases, cause, today)
    rehearsed = _rehearsed.get()
    if rehearsed is not None:
        rehearsed.extend(moves)


def rehearse(deed: Callable[[], object]) -> list[PlanMove]:
    """What a deed would change in the plans: it is done for real, in a transaction that is taken back.

    Raises what the deed raises. Nothing remains, the row in the journal included.
    """
    moves: list[PlanMove] = []
    token = _rehearsed.set(moves)
    try:
        with transaction.atomic():
            deed()
            transaction.set_rollback(True)
    finally:
        _rehearsed.reset(token)
    return moves


# --- registration -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as registered: by form, file or the contact centre."""

    given: str
    family: str
    birth_date: date | None
    position: str
    permit_ground: str = ""
    permit_granted_on: date | None = None
    permit_valid_to: date | None = None
    language: str = ""
    interpreter: bool = False
    identifiers: tuple[tuple[str, str], ...] = ()
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class NewAssignment:
    """The anvisning as Migrationsverket decided it."""

    decided_on: date
    latest_reception_on: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class NewHousehold:
    """A household to register, with or without an anvisning."""

    category: str
    persons: tuple[NewPerson, ...]
    assignment: NewAssignment | None = None
    planned_arrival_on: date | None = None
    already_living_here: bool = False
    needs_dwelling: bool = True
    received_on: date | None = None
    address: str = ""


@dataclass(slots=True)
class Fault:
    """One thing that is wrong with a new household. ``person`` is an index; ``field`` the name of the value."""

    field: str
    message: str
    person: int | None = None
    code: str = "invalid"


# Anvisningar began, and the program knows the law from, lag (2016:38).
FIRST_DAY = date(2016, 3, 1)
FARTHEST = timedelta(days=5 * 366)


def _implausible(day: date | None, today: date) -> str:
    """What is wrong with a day on which a household is or will be received; empty when nothing is."""
    if day is None or FIRST_DAY <= day <= today + FARTHEST:
        return ""
    if day < FIRST_DAY:
        return _("Dagen ligger före den 1 mars 2016. Kontrollera årtalet.")
    return _("Dagen ligger mer än fem år bort. Kontrollera årtalet.")


def faults_in(new: NewHousehold, today: date, *, demo: bool | None = None) -> list[Fault]:
    """Everything that stops the household from being registered, besides duplicates (one query at most)."""
    demo = Installation.objects.filter(id=1, is_demo=True).exists() if demo is None else demo
    faults: list[Fault] = []
    if new.category not in Category.values:
        faults.append(
            Fault(
                "category",
                _("Kategorin ”%(value)s” finns inte. Välj en av: %(allowed)s.")
                % {"value": new.category, "allowed": ", ".join(Category.values)},
            )
        )
    if not new.persons:
        faults.append(Fault("persons", _("Hushållet behöver minst en person.")))
    if new.persons and sum(p.position == Membership.Position.CONTACT for p in new.persons) != 1:
        faults.append(Fault("position", _("Precis en person i hushållet ska vara kontaktperson.")))
    if new.assignment:
        assignment = new.assignment
        if assignment.decided_on > today:
            faults.append(Fault("decided_on", _("Beslutsdagen ligger i framtiden.")))
        if assignment.decided_on < FIRST_DAY:
            faults.append(Fault("decided_on", _("Beslutsdagen ligger före den 1 mars 2016, då anvisningar började.")))
        if assignment.latest_reception_on and assignment.latest_reception_on < assignment.decided_on:
            faults.append(Fault("latest_reception_on", _("Senaste mottagningsdag kan inte ligga före beslutsdagen.")))
        if new.planned_arrival_on and new.planned_arrival_on < assignment.decided_on and not new.already_living_here:
            faults.append(Fault("planned_arrival_on", _("Planerad ankomst kan inte ligga före beslutsdagen.")))
    if new.received_on and new.received_on > today:
        faults.append(Fault("received_on", _("Mottagningsdagen ligger i framtiden. Skriv den som planerad ankomst.")))
    for name in ("planned_arrival_on", "received_on"):
        if fault := _implausible(getattr(new, name), today):
            faults.append(Fault(name, fault))
    seen: set[tuple[str, str]] = set()
    for index, person in enumerate(new.persons):
        faults.extend(_person_faults(person, index, today, seen, demo=demo))
    return faults


def _person_faults(
    person: NewPerson, index: int, today: date, seen: set[tuple[str, str]], *, demo: bool
) -> list[Fault]:
    faults: list[Fault] = []
    if not person.given.strip():
        faults.append(Fault("given", _("Förnamn saknas."), index))
    if not person.family.strip():
        faults.append(Fault("family", _("Efternamn saknas."), index))
    if len(person.given) > 100 or len(person.family) > 100:
        faults.append(Fault("given", _("Namnet är längre än 100 tecken."), index))
    if person.birth_date is None:
        faults.append(Fault("birth_date", _("Födelsedatum saknas. Utan det kan planen inte räknas fram."), index))
    elif person.birth_date > today:
        faults.append(Fault("birth_date", _("Födelsedatumet ligger i framtiden."), index))
    elif person.birth_date.year < 1900:
        faults.append(Fault("birth_date", _("Födelseåret är före 1900. Kontrollera datumet."), index))
    if person.position not in Membership.Position.values:
        faults.append(
            Fault(
                "position",
                _("Ställningen ”%(value)s” finns inte. Välj en av: %(allowed)s.")
                % {"value": person.position, "allowed": ", ".join(Membership.Position.values)},
                index,
            )
        )
    if person.permit_ground and person.permit_ground not in set(PermitGround):
        faults.append(
            Fault(
                "permit_ground",
                _("Tillståndsgrunden ”%(value)s” finns inte. Välj en av: %(allowed)s.")
                % {"value": person.permit_ground, "allowed": ", ".join(PermitGround)},
                index,
            )
        )
    if (person.permit_granted_on or person.permit_valid_to) and not person.permit_ground:
        faults.append(Fault("permit_ground", _("Skriv grunden för tillståndet, inte bara dess dagar."), index))
    if person.permit_granted_on and person.permit_valid_to and person.permit_valid_to < person.permit_granted_on:
        faults.append(Fault("permit_valid_to", _("Tillståndet kan inte ta slut innan det beviljades."), index))
    if person.interpreter and not person.language:
        faults.append(Fault("language", _("Skriv vilket språk tolken behövs i."), index))
    for kind, value in person.identifiers:
        try:
            number = identity.normalise(kind, value, today)
        except ValidationError as error:
            faults.append(Fault(kind, error.messages[0], index))
            continue
        if demo and not identity.is_test_number(kind, number):
            faults.append(
                Fault(
                    kind,
                    _("I demon får bara Skatteverkets testnummer användas, inga riktiga personer."),
                    index,
                )
            )
        if (kind, number) in seen:
            faults.append(Fault(kind, _("Numret står på två personer i samma hushåll."), index))
        seen.add((kind, number))
    return faults


def owner_branch(today: date) -> Branch:
    """The branch that owns the reception's cases today: that of the unit answering for the reception."""
    unit = responsible_unit("reception", today)
    if unit is None:
        raise ValidationError(_("Ingen enhet svarar för mottagandet i dag. Ange det i kommunens uppgifter."))
    return unit.branch


def hold_case_numbers(today: date) -> CaseNumber:
    """The year's last case number, its row locked: whoever registers cases, numbers or references waits in line here,
    so that what was found free is still free when it is written.
    """
    CaseNumber.objects.get_or_create(year=today.year)
    return CaseNumber.objects.select_for_update().get(year=today.year)


def _case_numbers(count: int, today: date) -> list[str]:
    """The next numbers of the year, as ``HV-2026-0007``; gaps are allowed, doubles are not."""
    row = hold_case_numbers(today)
    CaseNumber.objects.filter(year=today.year).update(last=row.last + count)
    municipality = Municipality.objects.first()
    prefix = municipality.case_number_prefix if municipality else "HV"
    return [f"{prefix}-{today.year}-{row.last + n:04d}" for n in range(1, count + 1)]


def _require_registration(actor: Actor, branch: Branch) -> None:
    if actor.can("intake.create") or branch.id in actor.branches("assignment.write"):
        return
    raise Refused(policy.may(actor, "assignment.write").reason or _("Du får inte registrera hushåll."))


@transaction.atomic
def register_households(
    actor: Actor,
    new: Sequence[NewHousehold],
    *,
    today: date,
    source: str = FactSource.STAFF,
    import_run: ImportRun | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Household]:
    """Register households with persons, facts, anvisning and arrival; the shared plan is made at once.

    Whole or not at all. The number of queries does not grow with the households. Raises ValidationError with all
    faults; call :func:`faults_in` first to place them.
    """
    branch = owner_branch(today)
    _require_registration(actor, branch)
    if branch.id not in actor.branches("assignment.write") and any(h.assignment for h in new):
        raise Refused(_("Bara mottagandet registrerar anvisningar."))
    demo = Installation.objects.filter(id=1, is_demo=True).exists()
    messages = [fault.message for household in new for fault in faults_in(household, today, demo=demo)]
    if messages:
        raise ValidationError(messages)
    numbers = _case_numbers(len(new), today)
    user_id = actor.user_id
    cases = Case.objects.bulk_create(Case(number=number, branch=branch, opened_on=today) for number in numbers)
    households: list[Household] = []
    persons: list[Person] = []
    memberships: list[Membership] = []
    facts: list[Fact] = []
    identifiers: list[Identifier] = []
    assignments: list[Assignment] = []
    arrivals: list[Arrival] = []
    pairs: list[Any] = []
    for index, (case, item) in enumerate(zip(cases, new, strict=True)):
        contact = next(p for p in item.persons if p.position == Membership.Position.CONTACT)
        household = Household(
            case=case,
            category=item.category,
            already_living_here=item.already_living_here,
            planned_arrival_on=item.planned_arrival_on,
            needs_dwelling=item.needs_dwelling,
            sort_key=shapes.sort_key(f"{contact.family} {contact.given}"),
            created_by_id=user_id,
        )
        households.append(household)
        assignment = None
        if item.assignment:
            assignment = Assignment(
                household=household,
                reference=item.assignment.reference.strip(),
                decided_on=item.assignment.decided_on,
                latest_reception_on=item.assignment.latest_reception_on,
                category=item.category,
                regime=governing(item.assignment.decided_on).value or "",
                import_run=import_run,
                registered_by_id=user_id,
            )
            assignments.append(assignment)
        for entry in item.persons:
            person = Person(case=case)
            persons.append(person)
            memberships.append(
                Membership(household=household, person=person, position=entry.position, valid_from=today)
            )
            facts.extend(_first_facts(person, entry, item, source, today, user_id))
            identifiers.extend(
                Identifier(
                    person=person,
                    kind=kind,
                    value=identity.normalise(kind, value, today),
                    source=source,
                    valid_from=today,
                )
                for kind, value in entry.identifiers
            )
            if assignment:
                pairs.append(Assignment.persons.through(assignment=assignment, person=person))
            if item.received_on:
                arrivals.append(
                    Arrival(
                        person=person,
                        household=household,
                        on=item.received_on,
                        category=item.category,
                        assignment=assignment,
                        source=source,
                        registered_by_id=user_id,
                    )
                )
        if progress and index % 50 == 0:
            progress(index)
    Household.objects.bulk_create(households)
    Person.objects.bulk_create(persons)
    Membership.objects.bulk_create(memberships)
    Fact.objects.bulk_create(facts, batch_size=2000)
    _refuse_taken(identifiers, assignments)
    Identifier.objects.bulk_create(identifiers)
    Assignment.objects.bulk_create(assignments)
    Assignment.persons.through.objects.bulk_create(pairs)
    Arrival.objects.bulk_create(arrivals)
    audit.record(
        actor,
        "assignments.imported" if import_run else "household.registered",
        object_type="household",
        object_ids=[h.id for h in households],
        case=cases[0] if len(cases) == 1 else None,
        details={"households": len(households), "persons": len(persons), "assignments": len(assignments)},
    )
    _changed(actor, cases, gettext_noop("Hushållet registrerades"), today)
    return households


def _refuse_taken(identifiers: Sequence[Identifier], assignments: Sequence[Assignment]) -> None:
    taken = Identifier.objects.filter(valid_to__isnull=True, value__in={i.value for i in identifiers}).values_list(
        "kind", "value"
    )
    own = {(i.kind, i.value) for i in identifiers}
    if own & set(taken) or len(own) < len(identifiers):
        raise ValidationError(
            _("Ett person-, samordnings- eller dossiernummer finns redan i Hemvist. Är det kanske samma person?")
        )
    given = [a.reference for a in assignments if a.reference]
    references = set(given)
    if len(references) < len(given) or Assignment.objects.filter(reference__in=references).exists():
        raise ValidationError(_("En anvisning med samma beteckning från Migrationsverket finns redan."))


def _first_facts(
    person: Person,
    new: NewPerson,
    household: NewHousehold,
    source: str,
    today: date,
    user_id: uuid.UUID | None,
) -> list[Fact]:
    values: list[tuple[str, dict[str, Any], date]] = [
        (FactKind.NAME, {"given": new.given, "family": new.family}, today)
    ]
    if new.birth_date:
        values.append((FactKind.BIRTH_DATE, {"on": new.birth_date}, new.birth_date))
    if new.permit_ground:
        values.append(
            (
                FactKind.PERMIT,
                {
                    "ground": new.permit_ground,
                    "granted_on": new.permit_granted_on,
                    "valid_to": new.permit_valid_to,
                },
                new.permit_granted_on or today,
            )
        )
    if new.language:
        values.append((FactKind.LANGUAGE, {"spoken": new.language, "interpreter": new.interpreter}, today))
    if new.phone or new.email:
        values.append((FactKind.CONTACT, {"phone": new.phone, "email": new.email}, today))
    if household.address:
        values.append((FactKind.RESIDENCE, {"address": household.address}, household.received_on or today))
    return [
        Fact(
            person=person,
            kind=kind,
            value=shapes.checked(kind, value),
            valid_from=valid_from,
            source=source,
            registered_by_id=user_id,
            search_key=shapes.search_key(f"{new.given} {new.family}") if kind == FactKind.NAME else "",
        )
        for kind, value, valid_from in values
    ]


# --- facts ------------------------------------------------------------------------------------------------------------


def _case_of(actor: Actor, person: Person, permission: str = "case.write") -> Case:
    policy.hold_with_case(actor, permission, person.case)
    return person.case


@transaction.atomic
def record_fact(
    actor: Actor,
    *,
    person: Person,
    kind: str,
    value: Mapping[str, Any],
    valid_from: date,
    source: str,
    today: date,
    corrects: Fact | None = None,
) -> Fact:
    """A new fact, or a correction of an old one. The old row stays.

    A marking of protected identity closes the case in the same transaction; lifting the last one opens it only when
    no marking remains on anyone in the case.
    """
    case = _case_of(actor, person, "protection.mark" if kind == FactKind.PROTECTION else "case.write")
    if valid_from > today + timedelta(days=365):
        raise ValidationError(_("Dagen ligger mer än ett år framåt. Kontrollera årtalet."))
    if corrects is not None:
        if corrects.person_id != person.id or corrects.kind != kind:
            raise ValidationError(_("En rättelse måste gälla samma slags uppgift om samma person."))
        if Fact.objects.filter(corrects=corrects).exists():
            raise ValidationError(_("Uppgiften är redan rättad. Rätta den senaste i stället."))
    clean = shapes.checked(kind, value)
    _refuse_strange_days(kind, clean, today)
    if kind == FactKind.STAY:
        _refuse_double_stay(person, clean, corrects)
    if kind == FactKind.POPULATION_REGISTRATION and corrects is None:
        same = shapes.standing(person.facts.filter(kind=kind), kind)
        if any(fact.value == clean for fact in same):
            raise ValidationError(_("Folkbokföringen finns redan, med samma dagar. Rätta den i stället."))
    if kind == FactKind.PROTECTION and not clean["active"]:
        _may_lift_protection(actor, case)
        standing = {marking.form for marking in shapes.markings(person.facts.all())}
        if standing and corrects is None and clean["form"] not in standing:
            raise ValidationError(_("Personen har ingen markering av den formen. Välj den som ska upphöra."))
    fact = Fact.objects.create(
        person=person,
        kind=kind,
        value=clean,
        valid_from=valid_from,
        source=source,
        registered_by_id=actor.user_id,
        corrects=corrects,
        search_key=shapes.search_key(f"{clean['given']} {clean['family']}") if kind == FactKind.NAME else "",
    )
    if kind == FactKind.PROTECTION:
        _close_or_open(actor, case, today)
    if kind == FactKind.NAME:
        _refresh_sort_key(person, today)
    audit.record(
        actor,
        "fact.corrected" if corrects else "fact.recorded",
        object_type="person",
        object_ids=[person.id],
        case=case,
        fields=[kind],
        details={"fact": fact.id, "source": source},
    )
    with override(settings.LANGUAGE_CODE):  # kept in one language; each reader gets it in their own
        cause = str(FactKind(kind).label)
    _changed(actor, [case], cause, today)
    return fact


def _refuse_strange_days(kind: str, value: Mapping[str, Any], today: date) -> None:
    if kind == FactKind.DEATH and date.fromisoformat(value["on"]) > today:
        raise ValidationError(_("Dagen för dödsfallet ligger i framtiden."))
    if kind == FactKind.BIRTH_DATE and date.fromisoformat(value["on"]) > today:
        raise ValidationError(_("Födelsedatumet ligger i framtiden."))
    if kind == FactKind.POPULATION_REGISTRATION and date.fromisoformat(value.get("decided_on") or "0001-01-01") > today:
        raise ValidationError(_("Skatteverkets beslut ligger i framtiden. Skriv dagen då beslutet fattades."))
    if kind == FactKind.FIRST_RECEPTION and date.fromisoformat(value["on"]) > today:
        raise ValidationError(_("Mottagandedatumet ligger i framtiden. Skriv dagen som den står i listan."))
    for name, part in value.items():
        is_day = name in {"on", "start", "end"} or name.endswith(("_on", "_to"))
        day = date.fromisoformat(part) if part and is_day else None
        if day and not 1900 <= day.year <= today.year + 50:
            raise ValidationError(_("Året %(year)s kan inte stämma. Kontrollera årtalet.") % {"year": day.year})


def _refuse_double_stay(person: Person, value: Mapping[str, Any], corrects: Fact | None) -> None:
    """The same day of the same form would be paid twice."""
    new = shapes.StayValue.model_validate(value)
    standing = shapes.standing(person.facts.filter(kind=FactKind.STAY), FactKind.STAY)
    if any(new.overlaps(shapes.StayValue.model_validate(stay.value)) for stay in standing if stay != corrects):
        raise ValidationError(_("Personen har redan en sådan vistelse under den tiden. Rätta den i stället."))


def _may_lift_protection(actor: Actor, case: Case) -> None:
    if case.branch_id not in actor.protected_branches("protection.mark"):
        raise Refused(_("Bara den som hanterar skyddade personuppgifter kan häva en markering."))


def _close_or_open(actor: Actor, case: Case, today: date) -> None:
    facts: dict[uuid.UUID, list[Fact]] = {}
    for fact in Fact.objects.filter(person__case=case, kind=FactKind.PROTECTION):
        facts.setdefault(fact.person_id, []).append(fact)
    protected = any(shapes.markings(rows) for rows in facts.values())
    if protected == case.protected:
        return
    case.protected_since = timezone.now() if protected else None
    case.save(update_fields=["protected_since"])
    audit.record(actor, "case.protected" if protected else "case.protection_lifted", case=case)


def _refresh_sort_key(person: Person, today: date) -> None:
    for membership in Membership.objects.filter(
        person=person, valid_to__isnull=True, position=Membership.Position.CONTACT
    ).select_related("household"):
        known = shapes.snapshot(person.id, Fact.objects.filter(person=person), today)
        if known.name:
            membership.household.sort_key = shapes.sort_key(f"{known.name.family} {known.name.given}")
            membership.household.save(update_fields=["sort_key"])


@transaction.atomic
def add_identifier(
    actor: Actor,
    *,
    person: Person,
    kind: str,
    value: str,
    source: str,
    valid_from: date,
    today: date,
    certainty: str = "",
) -> Identifier:
    """A new number for the person. A number of the same kind stops being valid the day the new one starts."""
    case = _case_of(actor, person)
    if kind not in IdentifierKind.values:
        raise ValidationError(_("Okänt slags nummer."))
    number = identity.normalise(kind, value, today)
    if valid_from > today:
        raise ValidationError(_("Dagen ligger framåt i tiden. Registrera numret när det gäller."))
    hold_case_numbers(today)
    if Identifier.objects.filter(person=person, kind=kind, valid_to__isnull=True, valid_from__gt=valid_from).exists():
        raise ValidationError(_("Dagen ligger före den dag då personens nuvarande nummer började gälla."))
    if Installation.objects.filter(id=1, is_demo=True).exists() and not identity.is_test_number(kind, number):
        raise ValidationError(_("I demon får bara Skatteverkets testnummer användas, inga riktiga personer."))
    if Identifier.objects.filter(kind=kind, value=number, valid_to__isnull=True).exists():
        raise ValidationError(_("Numret finns redan i Hemvist. Kontrollera om det är samma person."))
    Identifier.objects.filter(person=person, kind=kind, valid_to__isnull=True).update(valid_to=valid_from)
    identifier = Identifier.objects.create(
        person=person, kind=kind, value=number, source=source, valid_from=valid_from, certainty=certainty
    )
    audit.record(actor, "identifier.recorded", object_type="person", object_ids=[person.id], case=case, fields=[kind])
    return identifier


@transaction.atomic
def add_person(
    actor: Actor,
    *,
    household: Household,
    new: NewPerson,
    joined_on: date,
    reason: str,
    source: str,
    today: date,
) -> Person:
    """A person joins the household: a birth, or a family member who comes later. The plan follows."""
    case = household.case
    policy.hold_with_case(actor, "case.write", case)
    faults = _person_faults(new, 0, today, set(), demo=Installation.objects.filter(id=1, is_demo=True).exists())
    if joined_on > today:
        faults.append(
            Fault(
                "joined_on",
                _("Dagen ligger framåt i tiden. Lägg till personen när hen har kommit, eller registrera en anvisning."),
            )
        )
    if new.position == Membership.Position.CONTACT:
        faults.append(Fault("position", _("Hushållet har redan en kontaktperson.")))
    if faults:
        raise ValidationError([fault.message for fault in faults])
    person = Person.objects.create(case=case)
    Membership.objects.create(
        household=household, person=person, position=new.position, valid_from=joined_on, reason=reason
    )
    whole = NewHousehold(category=household.category, persons=(new,))
    Fact.objects.bulk_create(_first_facts(person, new, whole, source, today, actor.user_id))
    identifiers = [
        Identifier(
            person=person,
            kind=kind,
            value=identity.normalise(kind, value, today),
            source=source,
            valid_from=today,
        )
        for kind, value in new.identifiers
    ]
    hold_case_numbers(today)
    _refuse_taken(identifiers, [])
    Identifier.objects.bulk_create(identifiers)
    audit.record(actor, "person.added", object_type="person", object_ids=[person.id], case=case)
    _changed(actor, [case], gettext_noop("En person tillkom i hushållet"), today)
    return person


@transaction.atomic
def end_membership(actor: Actor, *, membership: Membership, on: date, reason: str, today: date) -> None:
    """A person leaves the household: moves away, forms a household of one's own, or has died."""
    case = membership.household.case
    policy.hold_with_case(actor, "case.write", case)
    membership.refresh_from_db(fields=["valid_to", "position"])
    if membership.valid_to is not None:
        raise ValidationError(_("Personen har redan lämnat hushållet."))
    if on < membership.valid_from:
        raise ValidationError(_("Personen kan inte lämna hushållet före den dag hen kom med i det."))
    if on > today:
        raise ValidationError(_("Dagen ligger i framtiden. Registrera när personen har lämnat hushållet."))
    if not reason.strip():
        raise ValidationError(_("Skriv varför personen lämnar hushållet."))
    others = Membership.objects.filter(household=membership.household, valid_to__isnull=True).exclude(id=membership.id)
    if membership.position == Membership.Position.CONTACT and others.exists():
        heir = others.filter(position=Membership.Position.ADULT).first() or others.first()
        assert heir is not None
        heir.position = Membership.Position.CONTACT
        heir.save(update_fields=["position"])
    membership.valid_to = on
    membership.reason = reason
    membership.save(update_fields=["valid_to", "reason"])
    heir_now = Membership.objects.filter(
        household=membership.household, valid_to__isnull=True, position=Membership.Position.CONTACT
    ).first()
    if heir_now:
        _refresh_sort_key(heir_now.person, today)
    audit.record(
        actor,
        "membership.ended",
        object_type="person",
        object_ids=[membership.person_id],
        case=case,
    )
    _changed(actor, [case], gettext_noop("En person lämnade hushållet"), today)


@transaction.atomic
def move_to_new_household(actor: Actor, *, membership: Membership, on: date, reason: str, today: date) -> Household:
    """A person forms a household of one's own, with a case of its own under the same owner."""
    person, old = membership.person, membership.household
    policy.hold_with_case(actor, "case.write", old.case)
    number = _case_numbers(1, today)[0]
    end_membership(actor, membership=membership, on=on, reason=reason, today=today)
    case = Case.objects.create(
        number=number, branch=old.case.branch, opened_on=today, protected_since=old.case.protected_since
    )
    known = shapes.snapshot(person.id, Fact.objects.filter(person=person), today)
    household = Household.objects.create(
        case=case,
        category=old.category,
        already_living_here=True,
        sort_key=shapes.sort_key(f"{known.name.family} {known.name.given}") if known.name else "",
        created_by_id=actor.user_id,
    )
    Membership.objects.create(
        household=household, person=person, position=Membership.Position.CONTACT, valid_from=on, reason=reason
    )
    person.case = case
    person.save(update_fields=["case"])
    audit.record(actor, "household.split", object_type="household", object_ids=[old.id, household.id], case=case)
    _changed(actor, [old.case, case], gettext_noop("En person bildade ett eget hushåll"), today)
    return household


# --- arrival and anvisning --------------------------------------------------------------------------------------------


@transaction.atomic
def change_plan_of_arrival(
    actor: Actor,
    *,
    household: Household,
    planned_arrival_on: date | None,
    already_living_here: bool,
    needs_dwelling: bool,
    today: date,
) -> None:
    """A new planned day of arrival, or other conditions of it. The plan follows."""
    policy.hold_with_case(actor, "case.write", household.case)
    if fault := _implausible(planned_arrival_on, today):
        raise ValidationError(fault)
    household.planned_arrival_on = planned_arrival_on
    household.already_living_here = already_living_here
    household.needs_dwelling = needs_dwelling
    household.save(update_fields=["planned_arrival_on", "already_living_here", "needs_dwelling"])
    audit.record(
        actor,
        "household.arrival_planned",
        object_type="household",
        object_ids=[household.id],
        case=household.case,
        details={"planned_arrival_on": planned_arrival_on and planned_arrival_on.isoformat()},
    )
    _changed(actor, [household.case], gettext_noop("Planerad ankomst ändrades"), today)


@transaction.atomic
def record_arrival(
    actor: Actor, *, household: Household, persons: Sequence[Person], on: date, source: str, today: date
) -> list[Arrival]:
    """The day these persons actually were received. A person can come without an anvisning."""
    case = household.case
    policy.hold_with_case(actor, "case.write", case)
    if not persons:
        raise ValidationError(_("Välj minst en person."))
    if on > today:
        raise ValidationError(_("Mottagningsdagen ligger i framtiden. Skriv den som planerad ankomst i stället."))
    if fault := _implausible(on, today):
        raise ValidationError(fault)
    members = set(
        Membership.objects.filter(household=household, valid_to__isnull=True).values_list("person_id", flat=True)
    )
    if any(person.id not in members for person in persons):
        raise ValidationError(_("En av personerna hör inte till hushållet."))
    if Arrival.objects.filter(person__in=persons, voided_at__isnull=True).exists():
        raise ValidationError(_("En av personerna är redan mottagen. Rätta den dagen i stället."))
    assignment = (
        Assignment.objects.filter(household=household, status=Assignment.Status.ACTIVE).order_by("-decided_on").first()
    )
    covered = set(assignment.persons.values_list("id", flat=True)) if assignment else set()
    arrivals = Arrival.objects.bulk_create(
        Arrival(
            person=person,
            household=household,
            on=on,
            category=household.category,
            assignment=assignment if person.id in covered else None,
            source=source,
            registered_by_id=actor.user_id,
        )
        for person in persons
    )
    audit.record(
        actor,
        "arrival.recorded",
        object_type="person",
        object_ids=[p.id for p in persons],
        case=case,
        details={"on": on.isoformat()},
    )
    _changed(actor, [case], gettext_noop("Hushållet togs emot"), today)
    return arrivals


@transaction.atomic
def void_arrival(actor: Actor, *, arrival: Arrival, reason: str, today: date) -> None:
    """A wrong arrival is struck, with the reason; the row stays."""
    # The person's own case: who has formed a household of one's own belongs to it alone.
    case = arrival.person.case
    policy.hold_with_case(actor, "case.write", case)
    arrival.refresh_from_db()
    if not reason.strip():
        raise ValidationError(_("Skriv varför mottagningsdagen var fel."))
    if arrival.voided_at:
        raise ValidationError(_("Mottagningsdagen är redan struken."))
    arrival.voided_at, arrival.void_reason = timezone.now(), reason
    arrival.save(update_fields=["voided_at", "void_reason"])
    audit.record(
        actor,
        "arrival.voided",
        object_type="person",
        object_ids=[arrival.person_id],
        case=case,
    )
    _changed(actor, [case], gettext_noop("Mottagningsdagen ströks"), today)


@transaction.atomic
def add_assignment(
    actor: Actor,
    *,
    household: Household,
    persons: Sequence[Person],
    new: NewAssignment,
    category: str,
    today: date,
) -> Assignment:
    """An anvisning for a household that already has a case."""
    policy.hold_with_case(actor, "assignment.write", household.case)
    if new.decided_on > today:
        raise ValidationError(_("Beslutsdagen ligger i framtiden."))
    if not governing(new.decided_on).settled:
        raise ValidationError(_("Beslutsdagen ligger före den 1 mars 2016, då anvisningar började."))
    if category not in Category.values:
        raise ValidationError(_("Kategorin finns inte."))
    if not persons or any(person.case_id != household.case_id for person in persons):
        raise ValidationError(_("Välj minst en person i hushållet som anvisningen gäller."))
    assignment = Assignment(
        household=household,
        reference=new.reference.strip(),
        decided_on=new.decided_on,
        latest_reception_on=new.latest_reception_on,
        category=category,
        regime=governing(new.decided_on).value or "",
        registered_by_id=actor.user_id,
    )
    hold_case_numbers(today)
    _refuse_taken([], [assignment])
    if assignment.latest_reception_on and assignment.latest_reception_on < assignment.decided_on:
        raise ValidationError(_("Senaste mottagningsdag kan inte ligga före beslutsdagen."))
    assignment.save()
    assignment.persons.set(persons)
    household.category = category
    household.save(update_fields=["category"])
    audit.record(
        actor,
        "assignment.registered",
        object_type="assignment",
        object_ids=[assignment.id],
        case=household.case,
    )
    _changed(actor, [household.case], gettext_noop("En anvisning registrerades"), today)
    return assignment


@transaction.atomic
def end_assignment(
    actor: Actor,
    *,
    assignment: Assignment,
    status: str,
    on: date,
    reason: str,
    today: date,
    replaced_by: Assignment | None = None,
) -> None:
    """Migrationsverket has withdrawn or replaced the anvisning, or it has lapsed. It stays in the register."""
    case = assignment.household.case
    policy.hold_with_case(actor, "assignment.write", case)
    assignment.refresh_from_db()
    if status not in {Assignment.Status.WITHDRAWN, Assignment.Status.REPLACED, Assignment.Status.LAPSED}:
        raise ValidationError(_("Välj återkallad, ersatt eller förfallen."))
    if assignment.status != Assignment.Status.ACTIVE:
        raise ValidationError(_("Anvisningen är redan avslutad."))
    if not reason.strip():
        raise ValidationError(_("Skriv varför anvisningen upphör."))
    if on < assignment.decided_on:
        raise ValidationError(_("Anvisningen kan inte upphöra före beslutsdagen."))
    if on > today:
        raise ValidationError(_("Dagen ligger i framtiden. Registrera när anvisningen har upphört."))
    if replaced_by is not None:
        if replaced_by.id == assignment.id:
            raise ValidationError(_("En anvisning kan inte ersätta sig själv."))
        if replaced_by.status != Assignment.Status.ACTIVE:
            raise ValidationError(_("Den nya anvisningen gäller inte. Välj en som gäller."))
        policy.require_with_case(actor, "assignment.write", replaced_by.household.case)
    if (status == Assignment.Status.REPLACED) != (replaced_by is not None):
        raise ValidationError(_("Ange den nya anvisningen när en anvisning ersätts, och bara då."))
    assignment.status, assignment.status_on, assignment.status_reason = status, on, reason
    assignment.replaced_by = replaced_by
    assignment.save(update_fields=["status", "status_on", "status_reason", "replaced_by"])
    audit.record(
        actor,
        f"assignment.{status}",
        object_type="assignment",
        object_ids=[assignment.id],
        case=case,
    )
    _changed(actor, [case], gettext_noop("Anvisningen upphörde"), today)


@transaction.atomic
def close_case(actor: Actor, *, household: Household, on: date, reason: str, today: date) -> None:
    """The reception of the household is finished. Tasks that nobody has touched fall away; the others stay as they
    are, and all come back if the case is opened again.
    """
    case = household.case
    policy.hold_with_case(actor, "case.write", case)
    if case.closed_on:
        raise ValidationError(_("Ärendet är redan avslutat."))
    if on > today:
        raise ValidationError(_("Ett ärende kan inte avslutas i framtiden."))
    if on < case.opened_on:
        raise ValidationError(_("Ett ärende kan inte avslutas före den dag det öppnades."))
    if not reason.strip():
        raise ValidationError(_("Skriv varför ärendet avslutas."))
    case.closed_on, case.closed_reason = on, reason
    case.save(update_fields=["closed_on", "closed_reason"])
    audit.record(actor, "case.closed", case=case)
    _changed(actor, [case], gettext_noop("Ärendet avslutades"), today)


@transaction.atomic
def reopen_case(actor: Actor, *, household: Household, today: date) -> None:
    """The household comes back, or the case was closed too early."""
    case = household.case
    policy.hold_with_case(actor, "case.write", case)
    if not case.closed_on:
        raise ValidationError(_("Ärendet är redan öppet."))
    # The reason stays: it tells why the case was closed the last time.
    case.closed_on = None
    case.save(update_fields=["closed_on"])
    audit.record(actor, "case.reopened", case=case)
    _changed(actor, [case], gettext_noop("Ärendet öppnades igen"), today)
