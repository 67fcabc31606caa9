"""The right to housing of many people at once: the facts that the clock counts on, read and put to the rule.

Nothing of it is stored but what people did; the days are derived each time (:mod:`hemvist.law.housing_right`).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q

from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.housing import reach
from hemvist.housing.models import EarlyEnding
from hemvist.law import housing_right as law
from hemvist.law.ages import is_adult
from hemvist.law.calendar import add_months
from hemvist.law.housing_right import Clock, HousingFacts
from hemvist.law.regime import Regime
from hemvist.law.sources import sfs
from hemvist.law.target_group import RESETTLED, Living
from hemvist.law.types import Step, Text, gettext_noop
from hemvist.organisation.queries import rulings_on
from hemvist.reception.facts import FactRow, Snapshot, snapshot
from hemvist.reception.models import Assignment, Category, Fact, FactKind, Membership, Person

# The kinds that the clock counts on; of a birth only whether it was in Sweden.
KINDS_OF_CLOCK = (
    FactKind.PERMIT,
    FactKind.LIVING,
    FactKind.LEFT_RECEPTION_ACT,
    FactKind.EARLIER_HOUSING_RIGHT,
    FactKind.RESIDENCE,
    FactKind.DEATH,
)
KINDS = (FactKind.BIRTH_DATE, *KINDS_OF_CLOCK)
# Whom Migrationsverket assigns (lag (2026:1326) 6 §), by how the household comes or where the person lives: while no
# anvisning is registered, one is to be expected.
ASSIGNED = frozenset({Category.QUOTA, Category.ASYLUM_HOUSING, Category.TEMPORARY_PROTECTION})
ASSIGNED_FROM = frozenset({Living.STATE_HOUSING, Living.EXEMPT_FROM_STATE_HOUSING, Living.MUNICIPAL_ASYLUM})


# --- one person -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    """Migrationsverket's decision to assign, with the act that was recorded with it; empty where none was."""

    on: date
    regime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRow:
    """A person's right as lists and pages show it. ``name`` is empty where only the case may be told of.

    ``ended_early`` is the decision by which the right ends before the 36 months have passed. ``permit_expired_on`` and
    ``permit_ends_on``: a permit that has run out, or will, without a renewal being known.
    """

    person_id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    household_id: uuid.UUID
    name: str
    birth_date: date | None
    received_on: date | None
    here: bool
    facts: HousingFacts
    clock: Clock
    ended_early: EarlyEnding | None = None
    permit_expired_on: date | None = None
    permit_ends_on: date | None = None

    @property
    def end(self) -> date | None:
        """The last day of the right: as decided early, else as counted."""
        counted = self.clock.end.value
        if self.ended_early and self.ended_early.ends_on:
            return min(self.ended_early.ends_on, counted or self.ended_early.ends_on)
        return counted

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the last day was come to, an early end included."""
        return (*self.clock.steps, *(early_steps(self.ended_early) if self.ended_early else ()))

    @property
    def unclear(self) -> bool:
        """Whether somebody who has come may have a right whose last day cannot be told yet."""
        came = self.received_on is not None or self.facts.temporary_protection_housing
        return came and self.end is None and self.clock.exists.value is not False

    @property
    def regime_differs(self) -> bool:
        """Whether the act recorded with the anvisning, which is used, is another than its day says."""
        return law.regime_differs(self.facts)

    def is_adult(self, today: date) -> bool:
        return self.birth_date is not None and is_adult(self.birth_date, today)


def early_steps(ending: EarlyEnding) -> tuple[Step, ...]:
    """That the municipality decided an early end, and that the decision can be appealed."""
    values = {"decided": ending.decided_on, "number": Text(ending.diary_number, ending.diary_number)}
    decided = gettext_noop("Kommunen har den {decided} beslutat att rätten upphör i förtid (diarienummer {number}).")
    return (
        Step(decided, values, sfs(Regime.BOS_2026.act, "13 §")),
        Step(gettext_noop("Sista dagen är {end}."), {"end": ending.ends_on}, sfs(Regime.BOS_2026.act, "13 §")),
        Step(
            gettext_noop("Beslutet kan överklagas till förvaltningsrätten. Ändras det, så ändras också sista dagen."),
            source=sfs(Regime.BOS_2026.act, "16 §"),
        ),
    )


def months_left(end: date, today: date) -> int:
    """Whole months from ``today`` to the last day; 0 when less than one is left, or none."""
    months = 0
    while add_months(today, months + 1) <= end:
        months += 1
    return months


# --- reading many -----------------------------------------------------------------------------------------------------


def rights(chosen: Q, whole: Q, today: date, rulings: Mapping[str, str], *, came_only: bool = False) -> list[RightRow]:
    """The rights of the chosen persons, by case number and age, in a fixed number of queries.

    ``chosen`` and ``whole`` filter cases; names and birth dates are read of those told of as a ``whole`` only, the
    clock asks for neither. ``came_only`` leaves out those who have not been received and whose earlier housing nobody
    has told: they have no right yet. The caller asks for permission and writes the journal.
    """
    cases = Case.objects.filter(chosen)
    # A person has one arrival that stands.
    people = Person.objects.filter(case__in=cases).annotate(
        came=FilteredRelation("arrivals", condition=Q(arrivals__voided_at__isnull=True))
    )
    if came_only:
        told = Fact.objects.filter(person=OuterRef("pk"), kind=FactKind.LIVING)
        people = people.filter(Q(came__isnull=False) | Exists(told))
    linked = Q(person__case__in=cases)
    # Of the case once, and not once for each of its persons.
    case_rows = cases.values("id", "number", household_id=F("household__id"), category=F("household__category"))
    assigned_cases = Assignment.objects.filter(household__case=OuterRef("pk"), status=Assignment.Status.ACTIVE)
    of_case = {case["id"]: case for case in case_rows.annotate(assigned=Exists(assigned_cases))}
    membership = Membership.objects.filter(
        person=OuterRef("id"), household__case=F("person__case"), valid_to__isnull=True
    )
    persons = list(
        people.order_by("case__number", "created_at", "id").values_list(
            "id", "case_id", Exists(membership), "came__on", "came__assignment__decided_on", "came__assignment__regime"
        )
    )
    facts: defaultdict[uuid.UUID, list[FactRow]] = defaultdict(list)
    own = Q(person__case__in=Case.objects.filter(whole), kind__in=(FactKind.NAME, FactKind.BIRTH_DATE))
    # All that was ever told of the birth of those once told to be born here: it may have been corrected.
    born_here = Fact.objects.filter(kind=FactKind.BIRTH_DATE, value__in_sweden=True).values("person")
    asked = Q(kind__in=KINDS_OF_CLOCK) | Q(kind=FactKind.BIRTH_DATE, person__in=born_here)
    rows = Fact.objects.filter(linked).filter(asked | own)
    for person_id, *fact in rows.values_list("person_id", "id", "kind", "value", "valid_from", "corrects_id"):
        facts[person_id].append(FactRow(*fact))
    assigned: dict[uuid.UUID, Decision] = {}
    through = Assignment.persons.through.objects.filter(linked, assignment__status=Assignment.Status.ACTIVE)
    for person_id, day, regime in through.order_by("assignment__decided_on", "assignment__registered_at").values_list(
        "person_id", "assignment__decided_on", "assignment__regime"
    ):
        assigned[person_id] = Decision(day, regime)
    endings = {
        ending.person_id: ending
        for ending in EarlyEnding.objects.filter(linked, status=EarlyEnding.Status.ENDS).order_by("decided_on", "pk")
    }
    found = []
    clocks: dict[HousingFacts, Clock] = {}  # a family mostly has one and the same
    for person_id, case_id, is_member, received_on, decided_on, regime in persons:
        case = of_case[case_id]
        known = snapshot(person_id, facts[person_id], today)
        if known.died_on is not None:
            continue
        ends = _permit_end(known)
        received_under = Decision(decided_on, regime) if decided_on else None
        given = housing_facts(
            known,
            Category(case["category"]),
            received_on,
            received_under or assigned.get(person_id),
            today,
            household_assigned=case["assigned"],
        )
        if given not in clocks:
            clocks[given] = law.right_of(given, rulings)
        found.append(
            RightRow(
                person_id=person_id,
                case_id=case_id,
                case_number=case["number"],
                household_id=case["household_id"],
                name=known.full_name if known.name else "",
                birth_date=known.birth_date,
                received_on=received_on,
                here=is_member and not known.moved_away,
                facts=given,
                clock=clocks[given],
                ended_early=endings.get(person_id),
                permit_expired_on=ends if ends and ends < today else None,
                permit_ends_on=ends if ends and ends >= today else None,
            )
        )
    return found


def housing_facts(
    known: Snapshot,
    category: Category,
    received_on: date | None,
    decision: Decision | None,
    today: date,
    *,
    household_assigned: bool = False,
) -> HousingFacts:
    """What the clock counts on, from a person's facts, arrival and anvisning.

    Who came without an anvisning has none of the two grounds of 11 §: who found housing, and who has been received
    although none is to be expected, as a relative, or one who joins a household whose anvisning names others. That lag
    (2026:1326) has ceased to cover the person is said only when a refusal is final and the permit has run out; a permit
    that has only run out is shown to people instead.
    """
    earlier, permit = known.earlier_housing_right, known.permit
    ended = permit.without_permit_from if permit else None
    joined = decision is None and household_assigned and (received_on is not None or known.born_in_sweden)
    expected = category in ASSIGNED or known.living in ASSIGNED_FROM
    came_without = category == Category.SELF_SETTLED or (received_on is not None and not expected)
    return HousingFacts(
        assignment_decided_on=decision.on if decision else None,
        received_on=received_on,
        left_reception_act_on=known.left_reception_act_on,
        temporary_protection_housing=known.living is Living.MUNICIPAL_TEMPORARY_PROTECTION,
        resettled=category == Category.QUOTA or (permit is not None and permit.ground in RESETTLED),
        without_assignment=decision is None and (came_without or joined),
        joined_assigned=joined,
        recorded_regime=Regime(decision.regime) if decision and decision.regime else None,
        earlier_right_from=earlier.first_right_on if earlier else None,
        coverage_ended_before=earlier is not None,
        first_received_anywhere_on=earlier.first_received_on if earlier else None,
        coverage_ended_on=ended if ended and ended <= today else None,
    )


def _permit_end(known: Snapshot) -> date | None:
    """The last day of a permit of which no renewal that may keep the coverage is known (lag (2026:1326) 4 §)."""
    permit = known.permit
    return None if permit is None or permit.renewal_in_time else permit.valid_to


def known_here(actor: Actor, case: Case, today: date) -> list[RightRow]:
    """The rights of those who live in the household, unnamed; none when the actor may not know them.

    The caller writes the journal.
    """
    if not Case.objects.filter(reach.cases(actor, "housing_right.read", reach.RIGHT, today), pk=case.pk).exists():
        return []
    return [row for row in rights(Q(pk=case.pk), Q(pk__in=()), today, rulings_on(today)) if row.here]


def last_day(actor: Actor, case: Case, today: date) -> date | None:
    """The last right to end among those who live in the household; None when the actor may not know it, or nobody can.

    The caller writes the journal.
    """
    return last_end(known_here(actor, case, today))


def last_end(rows: Iterable[RightRow]) -> date | None:
    """The last right to end; None when none has a last day."""
    return max((row.end for row in rows if row.end), default=None)
