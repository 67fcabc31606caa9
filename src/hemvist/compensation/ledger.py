"""What the state owes, person by person and month by month: derived each time, never typed.

:func:`ledgers` is the one way from the register's facts to the rules of :mod:`hemvist.law.compensation`; every page,
export and forecast begins here.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from hemvist.access import policy
from hemvist.access.actor import Actor
from hemvist.law.acts import starts
from hemvist.law.calendar import add_months
from hemvist.law.compensation import (
    NOWHERE,
    CompensationFacts,
    Entitlement,
    Ground,
    InitialRate,
    RateFacts,
    Registration,
    Route,
    Stay,
    StayForm,
    Terms,
    covered,
    entitlements,
    initial_rate,
)
from hemvist.law.compensation.ledger import BEFORE_REGISTRATION, ended_by_law
from hemvist.law.rulings import with_defaults
from hemvist.law.sources import sfs
from hemvist.law.target_group import RESETTLED, Living, PermitGround, PersonForTargetGroup, SponsorTie
from hemvist.law.types import Answer, Proposal, Step, gettext_noop
from hemvist.organisation.queries import rulings_on
from hemvist.reception.compensation_facts import CompensationPerson, compensation_people
from hemvist.reception.facts import PermitValue, came_from_elsewhere, first_registration, permit_on
from hemvist.reception.models import Category

# How the grounds are put together where a table or chart has room for few.
GROUPS: Mapping[str, frozenset[Ground]] = {
    "standard": frozenset({Ground.STANDARD, Ground.MOVE_EARLY, Ground.MOVE_PERIOD}),
    "initial": frozenset({Ground.INITIAL}),
    "asylum_housing": frozenset(
        {
            Ground.ASYLUM_HOUSING,
            Ground.ASYLUM_HOUSING_ONCE,
            Ground.FORMER_UNACCOMPANIED,
            Ground.ASSIGNED_HOUSING,
            Ground.ASSIGNED_HOUSING_ONCE,
        }
    ),
    "school": frozenset({Ground.SCHOOL}),
    "unaccompanied": frozenset({Ground.UNACCOMPANIED, Ground.UNACCOMPANIED_ONCE, Ground.STUDY_SUPPORT}),
}
GROUP_LABELS: Mapping[str, str] = {
    "standard": gettext_noop("Schablonersättning"),
    "initial": gettext_noop("Initiala kostnader"),
    "asylum_housing": gettext_noop("Boende före folkbokföring"),
    "school": gettext_noop("Skola före folkbokföring"),
    "unaccompanied": gettext_noop("Ensamkommande barn och unga"),
}
GROUP_OF: Mapping[Ground, str] = {ground: group for group, grounds in GROUPS.items() for ground in grounds}

ASSUMED_COVERED = gettext_noop("Uppgifter saknas för att pröva om personen omfattas. Personen antas omfattas.")
ASSUMED_DECISION_DAY = gettext_noop(
    "Dagen i Migrationsverkets lista saknas. Dagen då Skatteverket beslutade om folkbokföring används så länge."
)


@dataclass(frozen=True)
class PersonLedger:
    """A person's facts as the rules saw them, and everything that is owed for the person."""

    person: CompensationPerson
    received: Answer[date]
    covered: Proposal[bool]
    facts: CompensationFacts
    owed: tuple[Entitlement, ...]
    home: str
    assumed: tuple[str, ...] = ()

    @cached_property
    def own(self) -> tuple[Entitlement, ...]:
        """What is owed to the own municipality."""
        return tuple(item for item in self.owed if item.municipality == self.home)

    @cached_property
    def lapsed(self) -> tuple[Entitlement, ...]:
        """What goes to another municipality, or to nobody."""
        return tuple(item for item in self.owed if item.municipality != self.home)

    @property
    def expected(self) -> bool:
        """Whether the person has not been received yet."""
        return self.received.value is None

    def total(self, *, until: date | None = None, since: date | None = None) -> Decimal:
        return sum(
            (
                item.amount or Decimal(0)
                for item in self.own
                if (until is None or item.due_on <= until) and (since is None or item.due_on >= since)
            ),
            Decimal(0),
        )


def ledgers(
    actor: Actor,
    *,
    today: date,
    until: date | None = None,
    terms: Terms | None = None,
    person_ids: Collection[uuid.UUID] | QuerySet[Any, Any] | None = None,
    case_ids: Collection[uuid.UUID] | None = None,
) -> list[PersonLedger]:
    """The ledgers of the persons whose money the actor may see. One audit row; fixed number of SQL queries.

    ``until`` is the day that open stays are counted to, by default today.
    """
    policy.require(actor, "compensation.read")
    people = compensation_people(
        actor, today=today, permission="compensation.read", case_ids=case_ids, person_ids=person_ids
    )
    return derive(people, today=today, until=until, terms=terms)


def derive(
    people: Iterable[CompensationPerson], *, today: date, until: date | None = None, terms: Terms | None = None
) -> list[PersonLedger]:
    """The rules applied to persons already read; asks for the rulings of the day unless terms are given."""
    terms = terms or Terms(rulings_on(today))
    return [ledger_of(person, terms, until or today) for person in people]


def ledger_of(
    person: CompensationPerson, terms: Terms, until: date, *, received: Answer[date] | None = None
) -> PersonLedger:
    """One person's ledger; pure. ``received`` is an assumed mottagandedatum, for a forecast."""
    home = person.home
    assumed: tuple[str, ...] = ()
    if received is None:
        received, assumed = _received(person, terms.rulings)
    registrations = tuple(
        Registration(row.day, row.municipality if row.registered else NOWHERE, row.decided_on)
        for row in person.registrations
    )
    permit = _permit(person, received.value, until)
    eligible = _covered(person, permit, received.value or until, terms)
    if eligible.value is None:
        assumed += (ASSUMED_COVERED,)
    rate = initial_rate(_rate_facts(person, permit, received.value, eligible), terms)
    stays = _stays(person, received.value, home)
    facts = CompensationFacts(
        birth_date=person.birth_date or date(1900, 1, 1),
        received_on=received.value if eligible.value is not False and person.birth_date else None,
        first_municipality=_first_municipality(person, registrations),
        initial_rate=rate.value or InitialRate.OTHER,
        rate_steps=rate.steps,
        registrations=registrations,
        died_on=person.died_on,
        not_covered_from=_not_covered_from(person),
        stays=stays,
    )
    if eligible.value is False and received.value:
        # No mottagandedatum that gives money, but mottagandelagen has ended for the person all the same.
        seen = replace(facts, received_on=received.value)
        facts = replace(facts, stays=tuple(part for stay in stays for part in ended_by_law(stay, seen, until)))
    owed = entitlements(facts, terms, until=until) if person.birth_date else ()
    return PersonLedger(person, received, eligible, facts, owed, home, assumed)


def _first_municipality(person: CompensationPerson, registrations: Sequence[Registration]) -> str:
    """Who first received the person: as Migrationsverket's list says, else where registered before coming here without
    an anvisning, else we, else where registered first.
    """
    if person.reported is not None:
        return person.reported.municipality
    moved_in = came_from_elsewhere(
        person.registrations, named=person.assignment is not None, received_on=person.received_on, home=person.home
    )
    if not registrations or (person.received_on is not None and not moved_in):
        return person.home
    return min(registrations, key=lambda row: row.on).municipality or person.home


def _received(person: CompensationPerson, rulings: Mapping[str, str]) -> tuple[Answer[date], tuple[str, ...]]:
    """Mottagandedatum with its steps: Migrationsverket's own day, else the rule's, else Skatteverket's decision."""
    answer = person.first_received(with_defaults(rulings))
    registered = first_registration(person.registrations)
    decided = registered.decided_on if registered else None
    if answer.value is None and "reported_on" in answer.missing and decided:
        step = Step(ASSUMED_DECISION_DAY, {}, sfs("2010:1122", "6 §"))
        return replace(answer, value=decided, steps=(*answer.steps, step)), (ASSUMED_DECISION_DAY,)
    return answer, ()


def _permit(person: CompensationPerson, received_on: date | None, until: date) -> PermitValue | None:
    """The permit that the right rests on: the one that was the last granted when the person was received."""
    found = permit_on(person.permits, received_on or until)
    if found is None and person.permits:
        # Only a later one is known, so when the person was received there was another: its day is not known.
        return person.permits[0].model_copy(update={"granted_on": None})
    return found


def _not_covered_from(person: CompensationPerson) -> date | None:
    """The day from which a final refusal leaves the person without a permit. Who has got a new one since is covered."""
    return person.permit.without_permit_from if person.permit else None


def _renewal_covered(permit: PermitValue) -> bool | None:
    """Whether a renewal that was applied for is of a covered kind; taken to be where nobody has said otherwise."""
    if permit.renewal_for_covered_ground is not None:
        return permit.renewal_for_covered_ground
    return True if permit.renewal_applied_on else None


def _covered(person: CompensationPerson, permit: PermitValue | None, on: date, terms: Terms) -> Proposal[bool]:
    tie = person.relative_tie
    registered = any(row.registered for row in person.registrations)
    seen = PersonForTargetGroup(
        permit_ground=permit.ground if permit else None,
        permit_from=permit.granted_on if permit else None,
        permit_to=permit.valid_to if permit else None,
        can_ground_registration=True if registered else permit.can_ground_registration if permit else None,
        renewal_applied_on=permit.renewal_applied_on if permit else None,
        renewal_for_covered_ground=_renewal_covered(permit) if permit else None,
        renewal_refused_final_on=permit.renewal_refused_final_on if permit else None,
        sponsor=tie.sponsor if tie else SponsorTie(),
        birth_date=person.birth_date,
        living=person.living,
    )
    # Migrationsverket has assigned a child of asylum seekers by its own permit; U7 is about those born later.
    born_later = person.born_in_sweden and person.assignment is None
    return covered(seen, on, terms, born_in_sweden=born_later, listed=person.reported is not None)


def _rate_facts(
    person: CompensationPerson, permit: PermitValue | None, received_on: date | None, eligible: Proposal[bool]
) -> RateFacts:
    protection = permit is not None and permit.ground is PermitGround.UTLL_21
    living = person.living or _lived_in(person, received_on)
    section_11: bool | None = None
    if person.category is Category.QUOTA or (permit and permit.ground in RESETTLED):
        section_11 = True
    elif living is not None:
        section_11 = living is Living.STATE_HOUSING or (protection and living is Living.MUNICIPAL_TEMPORARY_PROTECTION)
    elif person.category is Category.ASYLUM_HOUSING:
        section_11 = True
    return RateFacts(
        assignment_decided_on=person.assignment.decided_on if person.assignment else None,
        covered_by_11=section_11,
        housing_without_assignment=living is Living.MUNICIPAL_TEMPORARY_PROTECTION,
        received_on=received_on,
        only_renewal=bool(
            eligible.value and permit and permit.valid_to and received_on and permit.valid_to < received_on
        ),
        covered=eligible.value is not False,
    )


def _lived_in(person: CompensationPerson, received_on: date | None) -> Living | None:
    """Housing that we arranged for temporary protection, when the person still lived there when received."""
    form = StayForm.MUNICIPAL_TEMPORARY_PROTECTION
    if received_on and any(
        stay.form is form and stay.start <= received_on <= (stay.end or date.max) for stay in person.stays
    ):
        return Living.MUNICIPAL_TEMPORARY_PROTECTION
    return None


def _stays(person: CompensationPerson, received_on: date | None, home: str) -> tuple[Stay, ...]:
    """The recorded stays, and that of an assigned person who moved in before mottagandelagen ended (14 c §).

    A stay before folkbokföring that nobody has ended goes on no longer than the person belongs to the household and
    the case is open. Who is resettled has never been under mottagandelagen; for temporary protection 14 a § pays until
    then.
    """
    stays = [_until_gone(Stay(StayForm(stay.form), stay.start, stay.end, home), person) for stay in person.stays]
    grounds = {permit.ground for permit in person.permits}
    outside = person.category is Category.QUOTA or bool(grounds & {PermitGround.UTLL_21, *RESETTLED})
    arrived = person.received_on
    if (
        person.assignment is not None
        and arrived is not None
        and not outside
        and not any(stay.form is StayForm.ASSIGNED_HOUSING for stay in stays)
        and arrived >= starts("2026:1728")
    ):
        start, ended_on = max(arrived, person.assignment.decided_on), person.assignment.ended_on
        stay = _until_gone(Stay(StayForm.ASSIGNED_HOUSING, start, None, home), person)
        if ended_on and ended_on < (stay.end or date.max):
            text = gettext_noop("Anvisningen upphörde den {day}. Vistelsen räknas till den dagen.")
            step = Step(text, {"day": ended_on}, sfs("2017:193", "14 c §"))
            stay = replace(stay, end=ended_on, steps=(step,))
        if received_on is None or start < received_on:
            stays.append(stay)
    return tuple(stays)


def _until_gone(stay: Stay, person: CompensationPerson) -> Stay:
    gone = min((day for day in (person.left_on, person.case_closed_on) if day), default=None)
    if gone is None or stay.end is not None or stay.form not in BEFORE_REGISTRATION:
        return stay
    text = gettext_noop(
        "Personen lämnade hushållet, eller ärendet avslutades, den {day}. Vistelsen är inte avslutad och räknas till "
        "den dagen."
    )
    return replace(stay, end=max(gone, stay.start), steps=(Step(text, {"day": gone}),))


# --- put together -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One amount in somebody's ledger."""

    ledger: PersonLedger
    owed: Entitlement

    @property
    def group(self) -> str:
        return GROUP_OF[self.owed.ground]

    @property
    def month(self) -> date:
        return self.owed.due_on.replace(day=1)


def lines(found: Iterable[PersonLedger], *, since: date | None = None, until: date | None = None) -> list[Line]:
    """The own municipality's amounts that fall due between two days, in order."""
    rows = [
        Line(ledger, owed)
        for ledger in found
        for owed in ledger.own
        if (since is None or owed.due_on >= since) and (until is None or owed.due_on <= until)
    ]
    return sorted(rows, key=lambda line: (line.owed.due_on, line.ledger.person.case_number, line.owed.number or 0))


@dataclass(frozen=True, slots=True)
class Month:
    """One month's kronor by group of grounds."""

    first: date
    by_group: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.by_group.values(), Decimal(0))


def months(rows: Iterable[Line], since: date, until: date, *, applied: bool = True) -> list[Month]:
    """Every month from one day to another, empty ones too. ``applied`` False leaves out what must be applied for."""
    sums: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        if applied or row.owed.route is Route.AUTOMATIC:
            sums[row.month][row.group] += row.owed.amount or Decimal(0)
    found, first = [], since.replace(day=1)
    while first <= until:
        found.append(Month(first, {group: sums[first][group] for group in GROUPS}))
        first = add_months(first, 1)
    return found


def year_of(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)
