"""What changes in the law, when, and what it means in kronor for the municipality's own persons.

A change is read from the parameters' own dates and statuses. Its effect is the difference between two evaluations of
the same persons: the register as it is, and the register without the change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.compensation.forecast import REGISTRATION_DAYS, with_expected
from hemvist.compensation.ledger import PersonLedger, ledger_of
from hemvist.compensation.queries import sees_persons, summed
from hemvist.law import parameters, whatif
from hemvist.law.acts import Act, acts
from hemvist.law.calendar import add_months
from hemvist.law.compensation import Terms
from hemvist.law.parameters import Parameter, Register
from hemvist.law.types import Answer, Status
from hemvist.organisation.queries import rulings_on

# Files of parameters that the money rests on.
FILES = ("compensation", "asylum_compensation")
BACK = timedelta(days=183)
AHEAD_MONTHS = 18
# A change on a day concerns first those who are received around it.
AROUND = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Effect:
    """A person's money with and without a change."""

    ledger: PersonLedger
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Change:
    """Values that begin on the same day by the same amendment, and what they mean here.

    ``around`` are the expected persons whose day of reception may fall on either side of the day. Both they and the
    ``effects`` are empty for who sees sums only.
    """

    on: date
    values: tuple[tuple[Parameter, Parameter | None], ...]
    total: Decimal
    effects: tuple[Effect, ...]
    around: tuple[Effect, ...]
    status: Status

    @property
    def moved(self) -> tuple[Effect, ...]:
        return tuple(effect for effect in self.effects if effect.difference)

    @property
    def loss(self) -> Decimal:
        return -self.total

    @property
    def each(self) -> tuple[Decimal, Decimal] | None:
        """The least and the most that one of the persons around the day brings by being received after it."""
        differences = [effect.difference for effect in self.around if effect.difference]
        return (min(differences), max(differences)) if differences else None


@dataclass(frozen=True, slots=True)
class Watch:
    """The page: changes that have come and that come, with their effect, and the acts behind."""

    past: list[Change]
    coming: list[Change]
    acts: list[Act]
    sees_persons: bool


def amounts() -> list[Parameter]:
    """The parameters that are numbers of money: what a what-if may change."""
    found = [row for name in FILES for rows in parameters.files()[name].values() for row in rows]
    return [row for row in found if row.unit.startswith(("kronor", "procent")) and not isinstance(row.value, tuple)]


def changed(after: date, until: date) -> dict[tuple[date, str], list[Parameter]]:
    """The values that begin between two days, by day and act. The first value of a key is a change too."""
    found: dict[tuple[date, str], list[Parameter]] = defaultdict(list)
    for row in amounts():
        day = row.received_from or row.valid_from
        if after < day <= until and row.status is not Status.PROPOSED:
            found[day, row.source.act].append(row)
    return found


@transaction.atomic
def watch(actor: Actor, *, today: date) -> Watch:
    """Every change of an amount within half a year back and a year and a half ahead. Audited."""
    policy.require(actor, "compensation.totals")
    until = add_months(today, AHEAD_MONTHS)
    terms = Terms(rulings_on(today))
    found, persons = _persons(actor, today, until, terms), sees_persons(actor)
    changes = [
        _change(day, rows, found, today, until, terms, persons=persons)
        for (day, _act), rows in changed(today - BACK, until).items()
        if any(_differs(row, whatif.predecessor(row)) for row in rows)
    ]
    changes.sort(key=lambda change: (change.on, -abs(change.total)))
    audit.record(actor, "compensation.watch_viewed", details={"changes": len(changes)})
    named = {value.source.act for change in changes for value, _old in change.values}
    return Watch(
        past=[change for change in reversed(changes) if change.on <= today],
        coming=[change for change in changes if change.on > today],
        acts=sorted(
            (
                act
                for act in acts().values()
                if act.valid_from and today < act.valid_from and (act.amends in named or act.sfs in named)
            ),
            key=lambda act: act.valid_from or date.max,
        ),
        sees_persons=persons,
    )


def _differs(new: Parameter, old: Parameter | None) -> bool:
    return old is None or old.value != new.value


def _persons(actor: Actor, today: date, until: date, terms: Terms) -> list[PersonLedger]:
    return with_expected(
        summed(actor, today=today, until=until, terms=terms),
        today=today,
        until=until,
        terms=terms,
        registration_days=REGISTRATION_DAYS,
    )


def _change(
    day: date,
    rows: Sequence[Parameter],
    found: Sequence[PersonLedger],
    today: date,
    until: date,
    terms: Terms,
    *,
    persons: bool,
) -> Change:
    dropped_terms = Terms(terms.rulings, whatif.without(rows))
    effects = [
        Effect(ledger, before=again(ledger, dropped_terms, until).total(), after=ledger.total())
        for ledger in found
        if _may_concern(ledger, rows, day)
    ]
    cohort = any(row.received_from for row in rows) or any(row.basis == "received" for row in rows)
    around = []
    if persons and cohort and day > today:
        for ledger in found:
            received = ledger.received.value
            if received is None or received < today or not abs(received - day) <= AROUND:
                continue
            before = _received_on(ledger, day - timedelta(days=1), terms, until)
            after = _received_on(ledger, day, terms, until)
            around.append(Effect(ledger, before, after))
    return Change(
        day,
        tuple((row, whatif.predecessor(row)) for row in rows),
        sum((effect.difference for effect in effects), Decimal(0)),
        tuple(effects) if persons else (),
        tuple(around),
        max(row.status_on(today) for row in rows),
    )


def _may_concern(ledger: PersonLedger, rows: Sequence[Parameter], day: date) -> bool:
    """Whether a change can move the person's money at all: most changes concern few, and counting again takes time."""
    received = ledger.received.value
    for row in rows:
        if row.received_from or row.basis == "received":
            if received is not None and received >= day:
                return True
        elif row.key.startswith("asylum."):
            if ledger.facts.stays:
                return True
        elif any(owed.due_on >= day for owed in ledger.own):
            return True
    return False


def _received_on(ledger: PersonLedger, day: date, terms: Terms, until: date) -> Decimal:
    """All that the person brings when the mottagandedatum is the day, with the same age and rate."""
    return ledger_of(ledger.person, terms, until, received=Answer(day)).total()


def again(ledger: PersonLedger, terms: Terms, until: date) -> PersonLedger:
    """The same person, with the mottagandedatum that the ledger has, under other terms."""
    return ledger_of(ledger.person, terms, until, received=ledger.received if ledger.received.value else None)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The same persons as the law stands and under an imagined or a dropped rule, side by side.

    ``effects`` are empty for who sees sums only.
    """

    effects: tuple[Effect, ...]
    by_year: Mapping[int, tuple[Decimal, Decimal]]

    @property
    def before(self) -> Decimal:
        return sum((before for before, _after in self.by_year.values()), Decimal(0))

    @property
    def after(self) -> Decimal:
        return sum((after for _before, after in self.by_year.values()), Decimal(0))


@transaction.atomic
def what_if(actor: Actor, *, today: date, source: Register) -> WhatIf:
    """The actor's persons under the real register and under another. Nothing is kept. Audited.

    Who sees sums only sees them by month: what is imagined begins with its month then.
    """
    policy.require(actor, "compensation.totals")
    until = add_months(today, AHEAD_MONTHS)
    persons = sees_persons(actor)
    if not persons:
        source = _by_month(source)
    real = Terms(rulings_on(today))
    other = Terms(real.rulings, source, what_if=True)
    years: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    effects = []
    for ledger in _persons(actor, today, until, real):
        imagined_ledger = again(ledger, other, until)
        effects.append(Effect(ledger, ledger.total(), imagined_ledger.total()))
        for place, rows in enumerate((ledger.own, imagined_ledger.own)):
            for owed in rows:
                years[owed.due_on.year][place] += owed.amount or Decimal(0)
    audit.record(actor, "compensation.what_if_viewed")
    return WhatIf(tuple(effects) if persons else (), {year: (old, new) for year, (old, new) in sorted(years.items())})


def _by_month(source: Register) -> Register:
    """The register where each imagined value begins on the first of its month.

    Asked day by day, the sums would tell on which day each person was received.
    """

    def whole(row: Parameter) -> Parameter:
        if row.source != whatif.IMAGINED:
            return row
        received = row.received_from and row.received_from.replace(day=1)
        return replace(row, valid_from=row.valid_from.replace(day=1), received_from=received)

    return {key: tuple(map(whole, rows)) for key, rows in source.items()}


def first_day(actor: Actor, day: date) -> date:
    """The day from which a what-if of the actor's counts what is imagined from a day."""
    return day if sees_persons(actor) else day.replace(day=1)


def dropped(day: date, act: str) -> Register:
    """The register without what begins on a day by an act."""
    return whatif.without(
        [row for row in amounts() if (row.received_from or row.valid_from) == day and row.source.act == act]
    )
