"""Income ahead: decided, expected and imagined, by month, year and ground.

*Decided* are persons with a mottagandedatum, *expected* those who are registered here and have none yet, *imagined*
those of a scenario. Every layer is counted by the same rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.compensation.ledger import GROUP_OF, PersonLedger, ledger_of
from hemvist.compensation.queries import sees_persons, summed
from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.compensation import Terms, entitlements
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Step, gettext_noop
from hemvist.organisation.queries import rulings_on
from hemvist.planning.imagined_arrivals import Arrivals, examples
from hemvist.reception.compensation_facts import CompensationPerson
from hemvist.reception.models import Category

LAYERS = ("decided", "expected", "imagined")
# From the arrival to the day that Skatteverket has decided, when nobody says otherwise.
REGISTRATION_DAYS = 35
# Whose mottagandedatum is the day of arrival itself.
AT_ARRIVAL = frozenset({Category.QUOTA})
# The municipality that receives those who are imagined: whichever, as long as it is one.
HERE = "–"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the forecast takes for granted, all of it shown and possible to change."""

    registration_days: int = REGISTRATION_DAYS
    arrivals: Arrivals | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Kronor by month, layer and group of grounds, from this month on.

    ``persons`` by layer: for who sees sums only, none but those that are imagined.
    """

    first: date
    last: date
    sums: Mapping[tuple[date, str, str], Decimal]
    persons: Mapping[str, Decimal]
    assumptions: Assumptions

    @property
    def months(self) -> list[date]:
        found, month = [], self.first
        while month <= self.last:
            found.append(month)
            month = add_months(month, 1)
        return found

    @property
    def years(self) -> list[int]:
        return sorted({month.year for month in self.months})

    def total(self, *, layer: str = "", group: str = "", year: int = 0, month: date | None = None) -> Decimal:
        return sum(
            (
                amount
                for (at, of_layer, of_group), amount in self.sums.items()
                if (not layer or of_layer == layer)
                and (not group or of_group == group)
                and (not year or at.year == year)
                and (month is None or at == month)
            ),
            Decimal(0),
        )


def expected_date(ledger: PersonLedger, today: date, registration_days: int) -> Answer[date]:
    """When a person without a mottagandedatum is likely to get one. An assumption, and says so."""
    person = ledger.person
    arrival = person.received_on or max(person.planned_arrival_on or today, today)
    days = 0 if person.category in AT_ARRIVAL else registration_days
    day = max(arrival + timedelta(days=days), today)
    text = gettext_noop("Antagande: mottagandedatum blir {day}, {days} dagar efter ankomsten.")
    return Answer(day, (Step(text, {"day": day, "days": days}, sfs("2010:1122", "6 §")),))


def with_expected(
    found: Iterable[PersonLedger], *, today: date, until: date, terms: Terms, registration_days: int
) -> list[PersonLedger]:
    """The ledgers, where those without a mottagandedatum who may still get one have an assumed one."""
    rows = []
    for ledger in found:
        if ledger.received.value is None and _may_be_received(ledger.person):
            ledger = ledger_of(ledger.person, terms, until, received=expected_date(ledger, today, registration_days))
        rows.append(ledger)
    return rows


def _may_be_received(person: CompensationPerson) -> bool:
    """Whether a mottagandedatum can be expected: not for who has died or left, nor when the case is closed or the
    anvisning has ended before anybody came.
    """
    here = person.received_on is not None or person.already_living_here
    withdrawn = person.ever_assigned and not person.still_assigned and not here
    gone = person.died_on or person.case_closed_on or not person.is_current_member
    return not (gone or withdrawn)


@transaction.atomic
def forecast(
    actor: Actor, *, today: date, assumptions: Assumptions, years: int = 3, exported: bool = False
) -> Forecast:
    """Income from this month to the end of the year ``years - 1`` years ahead. Audited; fixed number of queries.

    ``exported``, for a file, leaves protected cases out for everyone.
    """
    policy.require(actor, "compensation.totals")
    counted = sees_persons(actor)
    if not counted:
        # Asked day by day, the sums would tell the day on which somebody is to arrive.
        assumptions = replace(assumptions, registration_days=REGISTRATION_DAYS)
    first = today.replace(day=1)
    last = date(today.year + years - 1, 12, 1)
    until = end_of_month(last)
    terms = Terms(rulings_on(today))
    sums: dict[tuple[date, str, str], Decimal] = defaultdict(Decimal)
    persons: dict[str, Decimal] = defaultdict(Decimal)
    found = summed(actor, today=today, until=until, terms=terms)
    if exported:
        found = [ledger for ledger in found if not ledger.person.protected]
    decided = {ledger.person.person_id for ledger in found if ledger.received.value is not None}
    for ledger in with_expected(
        found, today=today, until=until, terms=terms, registration_days=assumptions.registration_days
    ):
        layer = "decided" if ledger.person.person_id in decided else "expected"
        if counted and ledger.received.value is not None:
            persons[layer] += 1
        for owed in ledger.own:
            month = owed.due_on.replace(day=1)
            if first <= month <= last:
                sums[month, layer, GROUP_OF[owed.ground]] += owed.amount or Decimal(0)
    if assumptions.arrivals:
        for weight, facts in examples(assumptions.arrivals, HERE, terms):
            persons["imagined"] += weight
            for owed in entitlements(facts, terms):
                month = owed.due_on.replace(day=1)
                if first <= month <= last:
                    sums[month, "imagined", GROUP_OF[owed.ground]] += (owed.amount or Decimal(0)) * weight
    deed = "exported" if exported else "viewed"
    audit.record(actor, f"compensation.forecast_{deed}", details={"years": years})
    rounded = {key: amount.quantize(Decimal(1)) for key, amount in sums.items()}
    return Forecast(first, last, rounded, dict(persons), assumptions)
