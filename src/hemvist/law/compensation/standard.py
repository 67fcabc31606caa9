"""Schablonersättning in nine instalments, and what a move adds (förordning 2010:1122 10-14 §§).

Counted from the calendar month of mottagandedatum, M. The first instalment goes to the municipality that first received
the person and looks at no registration; each of the others goes to the municipality where the person is registered on
the last day of the month before it is paid, and to nobody when there is none. Left to people: särskilda skäl for a
later payment (12 § 4 st), and whether a move is a real one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.compensation.facts import NOWHERE, CompensationFacts, Entitlement, Ground, Registration, Terms, unknown
from hemvist.law.parameters import Parameter, ParameterNotFound
from hemvist.law.rulings import Choice
from hemvist.law.sources import sfs
from hemvist.law.types import Source, Step, Text, gettext_noop

ACT = "2010:1122"
# What is assumed, as told in words to whoever reads the amount.
ASSUMED_REGISTERED = gettext_noop("Ingen folkbokföring är känd. Personen antas vara folkbokförd i kommunen.")


def standard(facts: CompensationFacts, terms: Terms | None = None) -> tuple[Entitlement, ...]:
    """The nine instalments and the extra ones after moves, in order; empty without a mottagandedatum."""
    terms = terms or Terms()
    if facts.received_on is None:
        return ()
    try:
        shares = terms.get("compensation.instalment_shares", facts.received_on)
        months = terms.get("compensation.instalment_months", facts.received_on)
    except ParameterNotFound:
        return ()
    owed: list[Entitlement] = []
    history = _History(facts, facts.received_on, terms)
    previous = facts.received_on
    for number, (share, month) in enumerate(zip(shares.value, months.value, strict=True), 1):
        reference, due = reference_and_due(facts.received_on, int(month))
        whole = _whole(facts, terms, reference, due)
        holder = history.holder(number, reference)
        head = Step(
            gettext_noop("Utbetalning {number} av {count}: {share} procent av schablonersättningen."),
            {"number": number, "count": len(shares.value), "share": Decimal(share)},
            shares.source,
        )
        owed.append(
            Entitlement(
                ground=Ground.STANDARD,
                number=number,
                amount=whole.share(Decimal(share)) if holder.municipality else Decimal(0),
                municipality=holder.municipality,
                due_on=due,
                by_day=number <= 2,
                reference_on=reference,
                steps=(head, *holder.steps, *(whole.steps if holder.municipality else ())),
                open_points=holder.open_points + (whole.open_points if holder.municipality else ()),
                provisional=whole.provisional if holder.municipality else (),
                assumed=holder.assumed,
            )
        )
        if number == 1:
            continue  # the first period that a move is looked for in begins with the reception (13 §)
        if holder.municipality:
            extra = history.extra_for_move(number, previous, reference, holder, due, whole)
            if isinstance(extra, _Withheld):
                owed[-1] = extra.told_in(owed[-1])
            elif extra:
                owed.append(extra)
        previous = reference
    return tuple(owed)


def reference_and_due(received_on: date, month: int) -> tuple[date, date]:
    """The reference day (end of the month before) and the last day of the month of payment."""
    first = received_on.replace(day=1)
    return end_of_month(add_months(first, month - 1)), end_of_month(add_months(first, month))


@dataclass(frozen=True, slots=True)
class _Whole:
    """The whole two-year amount at one reference day."""

    amount: Decimal | None
    steps: tuple[Step, ...]
    open_points: tuple[Choice, ...] = ()
    provisional: tuple[Parameter, ...] = ()

    def share(self, percent: Decimal) -> Decimal | None:
        return None if self.amount is None else self.amount * percent / 100


def _whole(facts: CompensationFacts, terms: Terms, reference: date, due: date) -> _Whole:
    received_on = facts.received_on
    assert received_on is not None
    name = "compensation.age_limit"
    try:
        limit = terms.age_limit(due, reference, received_on)
        age, choice = terms.age(facts.birth_date, reference, limit.value)
        name = f"compensation.standard.{'below' if age < limit.value else 'from'}_limit"
        amount = terms.get(name, due, received_on)
    except ParameterNotFound:
        return _Whole(None, (unknown(name, due),))
    below = age < limit.value
    steps = (
        Step(
            gettext_noop("Den {reference} är personen {age} år. Gränsen är {limit} år.")
            if below
            else gettext_noop("Den {reference} är personen {age} år och har nått gränsen, {limit} år."),
            {"reference": reference, "age": age, "limit": limit.value},
            sfs(ACT, "11 § 2 st"),
        ),
        Step(
            gettext_noop("Hela beloppet för den som togs emot {received} är {amount} kronor."),
            {"received": received_on, "amount": amount.value},
            amount.source,
        ),
        *((choice.step,) if choice else ()),
    )
    # A limit that is not verified matters only to somebody who is near it.
    near = abs(age - int(limit.value)) <= 1
    doubtful = tuple(p for p in ((limit, amount) if near else (amount,)) if p.provisional)
    return _Whole(Decimal(amount.value), steps, (choice,) if choice else (), doubtful)


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who gets an instalment, and why."""

    municipality: str
    steps: tuple[Step, ...]
    open_points: tuple[Choice, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Move:
    """A move to another municipality, whether it is one that gives more, and the readings that this hangs on."""

    on: date
    gives_more: bool = True
    points: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class _Withheld:
    """A move that gives nothing more on the reading that was gone by, but would on another."""

    municipality: str
    move: _Move
    by_hand: bool

    def told_in(self, owed: Entitlement) -> Entitlement:
        """The ordinary instalment of the same period, which then tells of it."""
        text = gettext_noop("Flytten till {municipality} den {moved} ger inget extra.")
        values = {"municipality": Text(self.municipality, self.municipality), "moved": self.move.on}
        return replace(
            owed,
            steps=(*owed.steps, Step(text, values, sfs(ACT, "13 och 14 §§")), *(p.step for p in self.move.points)),
            open_points=owed.open_points + self.move.points,
            check_by_hand=self.by_hand,
        )


class _History:
    """Where the person has been registered, read for one instalment after the other."""

    def __init__(self, facts: CompensationFacts, received_on: date, terms: Terms) -> None:
        self.facts, self.received_on, self.terms = facts, received_on, terms
        self.rows = sorted(facts.registrations, key=lambda row: row.on)
        self.late = terms.chosen("U6")

    def at(self, day: date) -> Registration | None:
        """The registration that holds on the day, NOWHERE included; None when there is none yet."""
        found = None
        for row in self.rows:
            if row.on <= day:
                found = row
        if self.facts.died_on and self.facts.died_on <= day:
            return Registration(self.facts.died_on, NOWHERE)
        return found

    def last_known(self, day: date) -> str:
        """The latest municipality up to the day: the first one before any registration."""
        known = [row.municipality for row in self.rows if row.on <= day and row.municipality]
        return known[-1] if known else self.facts.first_municipality

    def holder(self, number: int, reference: date) -> _Holder:
        first = self.facts.first_municipality
        if number == 1:
            text = gettext_noop("Den betalas till den kommun som först tog emot personen: {municipality}.")
            return _Holder(first, (Step(text, {"municipality": Text(first, first)}, sfs(ACT, "12 § 1 st")),))
        source = sfs(ACT, "12 § 2 st" if number == 2 else "12 § 3 st")
        if self.facts.died_on and self.facts.died_on <= reference:
            text = gettext_noop("Personen hade avlidit den {reference}. Ingen kommun får utbetalningen.")
            return _Holder(NOWHERE, (Step(text, {"reference": reference}, source),))
        if self.facts.not_covered_from and self.facts.not_covered_from <= reference:
            text = gettext_noop(
                "Avslaget på ansökan om nytt tillstånd fick laga kraft den {day}. Ingen får utbetalningen."
            )
            return _Holder(NOWHERE, (Step(text, {"day": self.facts.not_covered_from}, sfs(ACT, "5 b §")),))
        if not self.rows:
            step = Step(ASSUMED_REGISTERED, {}, source)
            return _Holder(first, (step,), assumed=(ASSUMED_REGISTERED,))
        row = self.at(reference)
        if row is None or row.municipality == NOWHERE:
            text = gettext_noop(
                "Personen var inte folkbokförd i någon kommun den {reference}. Ingen får utbetalningen."
            )
            return _Holder(NOWHERE, (Step(text, {"reference": reference}, source),))
        return self._registered(row, reference, source)

    def _registered(self, row: Registration, reference: date, source: Source) -> _Holder:
        text = gettext_noop("Personen var folkbokförd i {municipality} den {reference}.")
        values = {"municipality": Text(row.municipality, row.municipality), "reference": reference}
        steps: tuple[Step, ...] = (Step(text, values, source),)
        points: tuple[Choice, ...] = ()
        municipality = row.municipality
        if any(r.municipality == NOWHERE and self.received_on < r.on <= reference for r in self.rows):
            choice = self.terms.chosen("U5")
            points, steps = (*points, choice), (*steps, choice.step)
            municipality = NOWHERE if choice.option == "ends" else municipality
        if row.decided_on and row.decided_on > reference:
            points, steps = (*points, self.late), (*steps, self.late.step)
            municipality = NOWHERE if self.late.option == "not_paid" else municipality
        return _Holder(municipality, steps, points)

    def extra_for_move(
        self, number: int, previous: date, reference: date, holder: _Holder, due: date, whole: _Whole
    ) -> Entitlement | _Withheld | None:
        """Ten per cent more to the municipality that the person moved to (13-14 §§)."""
        municipality = holder.municipality
        before = self.facts.first_municipality if number == 2 else self.last_known(previous)
        move = self._move(before, municipality, previous, reference)
        early = number == 2
        key = "compensation.move_extra_early" if early else "compensation.move_extra_period"
        try:
            share = self.terms.get(key, due)
            window = self.terms.get("compensation.move_extra_months", due)
        except ParameterNotFound:
            return None
        if move is None:
            return None
        last, in_time, by_hand = reference, True, False
        if not early:
            last, latest, choice = self._window(int(window.value), move.on)
            if move.on > latest:
                return None
            in_time, by_hand = move.on <= last, choice is not None
            move = replace(move, points=move.points + ((choice,) if choice else ()))
        if not (move.gives_more and in_time):
            return _Withheld(municipality, move, by_hand)
        text = (
            gettext_noop(
                "Personen flyttade till {municipality} före utgången av den andra månaden: {share} procent extra."
            )
            if early
            else gettext_noop(
                "Personen flyttade till {municipality} den {moved}, inom {months} månader från mottagandet "
                "(senast {last}): {share} procent extra."
            )
        )
        values = {"municipality": Text(municipality, municipality), "share": share.value}
        if not early:
            values |= {"moved": move.on, "months": window.value, "last": last}
        return Entitlement(
            ground=Ground.MOVE_EARLY if early else Ground.MOVE_PERIOD,
            number=number,
            amount=whole.share(Decimal(share.value)),
            municipality=municipality,
            due_on=due,
            by_day=early,
            reference_on=reference,
            steps=(Step(text, values, share.source), *whole.steps, *(p.step for p in holder.open_points + move.points)),
            open_points=holder.open_points + move.points + whole.open_points,
            provisional=whole.provisional,
            check_by_hand=by_hand,
        )

    def _move(self, before: str, now: str, previous: date, reference: date) -> _Move | None:
        """The move to where the person is now; None when it is no move to another municipality."""
        if not self.rows:
            return None
        arrived = _arrival(self.rows, now, reference)
        passed = {r.municipality for r in self.rows if previous < r.on <= reference} - {NOWHERE, now}
        back_and_forth = before == now and bool(passed) and arrived > previous
        if before == now and not back_and_forth:
            return None
        earlier = {self.facts.first_municipality} | {r.municipality for r in self.rows if r.on < arrived}
        if now not in earlier:
            return _Move(arrived)
        choice = self.terms.chosen("U4")
        yes = choice.option == "always" or (choice.option == "later_period" and not back_and_forth)
        return _Move(arrived, yes, (choice,))

    def _window(self, months: int, moved_on: date) -> tuple[date, date, Choice | None]:
        """The last day of the window, the last on any reading, and the reading of U3 when the move lies where the
        readings differ.
        """
        first = self.received_on.replace(day=1)
        readings = {
            "month_before": end_of_month(add_months(first, months - 1)),
            "same_day": add_months(self.received_on, months),
            "end_of_month": end_of_month(add_months(first, months)),
        }
        choice = self.terms.chosen("U3")
        unclear = min(readings.values()) < moved_on <= max(readings.values())
        return readings[choice.option], max(readings.values()), choice if unclear else None


def _arrival(rows: list[Registration], municipality: str, reference: date) -> date:
    """The first day of the unbroken registration in the municipality that holds on the reference day."""
    arrived = reference
    for row in reversed([row for row in rows if row.on <= reference]):
        if row.municipality != municipality:
            break
        arrived = row.on
    return arrived
