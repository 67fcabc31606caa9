"""Initial costs, the nine instalments and the extra ones after moves for many persons at once: arrays in, öre out.

The twin of :func:`~hemvist.law.compensation.initial.initial` and :func:`~hemvist.law.compensation.standard.standard`
for forecasts and what-ifs. It gives no reasons; a test holds it to the scalar rules, amount by amount.

An amount hangs on the day of reception, the number of the instalment and the side of an age limit. So each is looked up
once for the receptions of a month, cut where a value of the register begins or ends, and with the same
:class:`~hemvist.law.compensation.facts.Terms`; what is left for each person is arithmetic on days and municipalities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemvist.law import parameters
from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.compensation.facts import CompensationFacts, Ground, InitialRate, Terms
from hemvist.law.compensation.initial import initial_amount
from hemvist.law.compensation.standard import reference_and_due
from hemvist.law.parameters import ParameterNotFound, Register

# The code of the municipality of somebody who is registered in none, and of the payee of what nobody gets.
NOWHERE_CODE = -1
# The month of payment of what there is no such amount of.
NO_MONTH = -1
# The code of a rate is its place here.
RATES = tuple(InitialRate)
# What :func:`by_month` tells apart.
GROUNDS = (Ground.INITIAL, Ground.STANDARD, Ground.MOVE_EARLY, Ground.MOVE_PERIOD)

# Persons reckoned at a time: what is in the works then fits the processor's cache.
CHUNK = 1 << 16

Days = NDArray[np.datetime64]
Whole = NDArray[np.int64]

_BANDS = ("under_20", "to_limit", "from_limit")
_UNKNOWN = -1
_FAR = 1 << 30  # a day that never comes; its opposite has always been
_DAY, _MONTH = np.dtype("datetime64[D]"), np.dtype("datetime64[M]")
_NO_DAY = np.datetime64("NaT", "D")
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """The facts of ``n`` persons; those of :class:`~hemvist.law.compensation.facts.CompensationFacts` but the stays.

    Days are ``datetime64[D]``, ``NaT`` where there is none. ``initial_rate`` is the place in :data:`RATES`.
    Municipalities are codes. ``registered_on`` and ``registered_in`` have a row a person and a column a registration,
    in any order, filled up with ``NaT``; :data:`NOWHERE_CODE` in ``registered_in`` is a deregistration.
    """

    birth_date: Days
    received_on: Days
    first_municipality: NDArray[np.int32]
    initial_rate: NDArray[np.int8]
    registered_on: Days
    registered_in: NDArray[np.int32]
    decided_on: Days | None = None
    died_on: Days | None = None
    not_covered_from: Days | None = None

    def __len__(self) -> int:
        return len(self.birth_date)

    def part(self, start: int, stop: int) -> Persons:
        """Some of the persons, without copying them."""
        values: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        cut: dict[str, Any] = {name: None if value is None else value[start:stop] for name, value in values.items()}
        return Persons(**cut)


def pack(people: Sequence[CompensationFacts], codes: Mapping[str, int]) -> Persons:
    """The facts as arrays; ``codes`` has a number, not negative, for each municipality."""
    width = max((len(facts.registrations) for facts in people), default=0)
    on, decided = (np.full((len(people), width), _NO_DAY) for _ in range(2))
    where = np.full((len(people), width), NOWHERE_CODE, np.int32)
    for place, facts in enumerate(people):
        for column, row in enumerate(facts.registrations):
            on[place, column] = row.on
            decided[place, column] = row.decided_on or _NO_DAY
            where[place, column] = codes[row.municipality] if row.municipality else NOWHERE_CODE

    def days(values: Iterator[date | None]) -> Days:
        return np.array([day or _NO_DAY for day in values], "datetime64[D]")

    return Persons(
        birth_date=days(facts.birth_date for facts in people),
        received_on=days(facts.received_on for facts in people),
        first_municipality=np.array([codes[facts.first_municipality] for facts in people], np.int32),
        initial_rate=np.array([RATES.index(facts.initial_rate) for facts in people], np.int8),
        registered_on=on,
        registered_in=where,
        decided_on=decided,
        died_on=days(facts.died_on for facts in people),
        not_covered_from=days(facts.not_covered_from for facts in people),
    )


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is owed: a row a person and a column an amount.

    Column 0 is the initial costs, 1 to 9 the instalments, 10 to 18 what a move adds to each of them (10 is never
    used, since the first looks at no registration). ``amount`` is in öre, and 0 where ``known`` is false because the
    register lacks a value. ``payee`` is the code of a municipality, or :data:`NOWHERE_CODE` when nobody gets it.
    ``month`` is that of payment, counted from January 1970, and :data:`NO_MONTH` when there is no such amount.
    """

    amount: Whole
    payee: NDArray[np.int32]
    month: NDArray[np.int16]
    known: NDArray[np.bool_]

    @property
    def instalments(self) -> int:
        return self.amount.shape[1] // 2

    @property
    def due(self) -> NDArray[np.datetime64]:
        """The months as such, ``NaT`` when there is no such amount."""
        return np.where(self.month == NO_MONTH, np.datetime64("NaT", "M"), self.month.astype(_MONTH))

    def part(self, start: int, stop: int) -> Ledger:
        """The rows of some persons, without copying them."""
        rows = slice(start, stop)
        return Ledger(self.amount[rows], self.payee[rows], self.month[rows], self.known[rows])


@dataclass(frozen=True, slots=True)
class Monthly:
    """Öre a month (row) and ground (column, as in :data:`GROUNDS`), from the first month with a payment to the last."""

    months: NDArray[np.datetime64]
    amount: Whole


def simulate(people: Persons, terms: Terms | None = None) -> Ledger:
    """The whole ledger of every person."""
    terms = terms or Terms()
    known = _register(terms)
    columns = 1 + 2 * max(len(row.value) for row in known["compensation.instalment_shares"])
    shape = (columns, len(people))
    # Column by column in memory: that is how they are written and summed.
    owed = Ledger(
        np.zeros(shape, np.int64).T,
        np.full(shape, NOWHERE_CODE, np.int32).T,
        np.full(shape, NO_MONTH, np.int16).T,
        np.ones(shape, np.bool_).T,
    )
    received = people.received_on[~np.isnat(people.received_on)]
    if received.size:
        amounts = _Amounts(np.unique(received.astype(_MONTH)), terms, owed.instalments)
        readings = {key: terms.chosen(key).option for key in ("U4", "U5", "U6")}
        for start in range(0, len(people), CHUNK):
            stop = min(start + CHUNK, len(people))
            _fill(people.part(start, stop), amounts, readings, owed.part(start, stop))
    return owed


def by_month(owed: Ledger, municipality: int | None = None) -> Monthly:
    """What a municipality gets, or all of them together, a month and ground."""
    paid = owed.payee != NOWHERE_CODE if municipality is None else owed.payee == municipality
    if not paid.any():
        return Monthly(np.array([], _MONTH), np.zeros((0, len(GROUNDS)), np.int64))
    first = int(owed.month.min(where=paid, initial=np.iinfo(np.int16).max))
    last = int(owed.month.max(where=paid, initial=NO_MONTH))
    sums = np.zeros((len(GROUNDS), last - first + 1), np.int64)
    for column in range(owed.amount.shape[1]):
        rows = paid[:, column]
        ground = GROUNDS.index(_ground(column, owed.instalments))
        np.add.at(sums[ground], owed.month[rows, column] - first, owed.amount[rows, column])
    return Monthly(np.arange(first, last + 1).astype(_MONTH), sums.T)


def _register(terms: Terms) -> Register:
    return parameters.register() if terms.register is None else terms.register


def _ground(column: int, instalments: int) -> Ground:
    if column <= instalments:
        return Ground.STANDARD if column else Ground.INITIAL
    return Ground.MOVE_EARLY if column - instalments <= 2 else Ground.MOVE_PERIOD


class _Amounts:
    """All that hangs on the reception alone: a row an instalment, a column a cell of receptions.

    A cell is a month, or a part of it where a value of the register begins or ends within it; the last cell is for who
    has no day of reception. Amounts are in öre, and ``_UNKNOWN`` where the register has none.
    """

    KEYS = ("compensation.", "price_base_amount", "age.pension_limit")

    def __init__(self, months: NDArray[np.datetime64], terms: Terms, instalments: int) -> None:
        self.terms = terms
        self.leap_day_later = terms.chosen("U2").option == "march_1"
        self.first_days = self._cells(months)
        self.cells = len(self.first_days) + 1
        shape = (instalments, self.cells)
        self.initial = np.full((self.cells, len(RATES), len(_BANDS)), _UNKNOWN, np.int64)
        self.initial_month = np.full(self.cells, NO_MONTH, np.int16)
        self.initial_born_by = np.full((2, self.cells), -_FAR, np.int32)
        self.month = np.full(shape, NO_MONTH, np.int16)
        self.reference = np.zeros(shape, np.int32)
        # Who has reached the age limit on the reference day; see :func:`_born`.
        self.born_by = np.full(shape, -_FAR, np.int32)
        # Below the limit, and from it.
        self.whole = np.full((instalments, 2, self.cells), _UNKNOWN, np.int64)
        self.extra = np.full((instalments, 2, self.cells), _UNKNOWN, np.int64)
        # Until when a move gives more: as many days after the first as the reception is into its month, or the second.
        self.window = np.full((instalments, 2, self.cells), -_FAR, np.int32)
        for cell, received_on in enumerate(self.first_days.tolist()):
            self._initial(cell, received_on)
            self._standard(cell, received_on)
        self.initial[:, RATES.index(InitialRate.NONE)] = self.initial[-1] = self.whole[:, :, -1] = 0

    def _cells(self, months: NDArray[np.datetime64]) -> Days:
        """The first days of the cells of these months."""
        known = _register(self.terms)
        rows = [row for key, rows in known.items() if key.startswith(self.KEYS) for row in rows]
        begins = {day for row in rows for day in (row.valid_from, row.received_from) if day}
        ends = {day + timedelta(days=1) for row in rows for day in (row.valid_to, row.received_to) if day}
        cuts = np.array(sorted(begins | ends), "datetime64[D]")
        return np.unique(np.concatenate([months.astype("datetime64[D]"), cuts[np.isin(cuts.astype(_MONTH), months)]]))

    def _get(self, key: str, on: date, received_on: date | None = None) -> Any:
        try:
            return self.terms.get(key, on, received_on).value
        except ParameterNotFound:
            return None

    def _limit(self, due: date, reference: date, received_on: date) -> int | None:
        try:
            return int(self.terms.age_limit(due, reference, received_on).value)
        except ParameterNotFound:
            return None

    def _born_by(self, reference: date, years: int) -> int:
        """The last birth, as :func:`_born` has it, of who is that old on a last day of a month."""
        short_february = (reference.month, reference.day) == (2, 28)
        return 2 * (_month(reference) - 12 * years) + (not (short_february and self.leap_day_later))

    def _initial(self, cell: int, received_on: date) -> None:
        reference, due = reference_and_due(received_on, 1)
        self.initial_month[cell] = _month(due)
        limit, young = self._limit(due, reference, received_on), self._get("compensation.initial_age", due)
        if limit is None or young is None:
            return
        self.initial_born_by[:, cell] = self._born_by(reference, young), self._born_by(reference, limit)
        for code, rate in enumerate(RATES):
            for place, band in enumerate(_BANDS):
                try:
                    kronor = initial_amount(self.terms, rate, band, received_on, due).amount
                except ParameterNotFound:
                    continue
                self.initial[cell, code, place] = _UNKNOWN if kronor is None else _ore(kronor, 100)

    def _standard(self, cell: int, received_on: date) -> None:
        shares = self._get("compensation.instalment_shares", received_on)
        months = self._get("compensation.instalment_months", received_on)
        if shares is None or months is None:
            return
        for place, (share, month) in enumerate(zip(shares, months, strict=True)):
            reference, due = reference_and_due(received_on, int(month))
            self.month[place, cell], self.reference[place, cell] = _month(due), _day(reference)
            extra = self._get(f"compensation.move_extra_{'early' if place == 1 else 'period'}", due)
            window = self._get("compensation.move_extra_months", due)
            if extra is not None and window is not None:
                ends = (_FAR, _FAR) if place == 1 else self._window(received_on, int(window))
                self.window[place, :, cell] = ends
            if (limit := self._limit(due, reference, received_on)) is None:
                continue
            self.born_by[place, cell] = self._born_by(reference, limit)
            for side, key in enumerate(("compensation.standard.below_limit", "compensation.standard.from_limit")):
                if (kronor := self._get(key, due, received_on)) is not None:
                    self.whole[place, side, cell] = _ore(kronor, share)
                    self.extra[place, side, cell] = _ore(kronor, extra or 0)

    def _window(self, received_on: date, months: int) -> tuple[int, int]:
        """The 18 months of 14 §, on the reading of U3."""
        first = add_months(received_on.replace(day=1), months)
        ends = {
            "same_day": (_day(first), _day(end_of_month(first))),
            "end_of_month": (_FAR, _day(end_of_month(first))),
            "month_before": (_FAR, _day(first) - 1),
        }
        return ends[self.terms.chosen("U3").option]


def _day(day: date) -> int:
    return day.toordinal() - _EPOCH


def _month(day: date) -> int:
    return (day.year - 1970) * 12 + day.month - 1


def _ore(kronor: int | Decimal, percent: int | Decimal) -> int:
    """That share of an amount; one per cent of a krona is an öre."""
    exact = Decimal(kronor) * Decimal(percent)
    if exact != (ore := int(exact)):
        raise ValueError(f"{percent} procent av {kronor} kronor är inte hela ören. Ange ett jämnare belopp.")
    return ore


def _born(birth_date: Days) -> NDArray[np.int32]:
    """A number that grows with the month of birth, two a month: who is born 29 February has the odd one."""
    month = birth_date.astype(_MONTH)
    number = month.astype(np.int32)
    return 2 * number + ((number % 12 == 1) & (birth_date - month == np.timedelta64(28, "D")))


def _numbers(days: Days, none: int = _FAR) -> NDArray[np.int32]:
    """Days counted from 1970; none is one that never comes."""
    return np.where(np.isnat(days), none, days.astype(np.int64)).astype(np.int32)


class _Histories:
    """Where the persons have been registered, read for one instalment after the other.

    The arrays have a row for each number of registrations that have begun; the first is before any.
    """

    def __init__(self, people: Persons, received: NDArray[np.int32], readings: Mapping[str, str]) -> None:
        self.readings, self.first = readings, people.first_municipality
        on = _numbers(people.registered_on)
        order = np.argsort(on, axis=1, kind="stable")
        self.on = np.ascontiguousarray(np.take_along_axis(on, order, 1).T)
        self.into = np.ascontiguousarray(np.take_along_axis(people.registered_in, order, 1).T)
        count, size = self.on.shape
        self.where = np.vstack([np.full(size, NOWHERE_CODE, np.int32), self.into])
        # Who has no registration at all is taken to be registered in the first municipality.
        self.where[0] = np.where(self.on[0] == _FAR, self.first, NOWHERE_CODE) if count else self.first
        self.last_known, self.since = np.empty_like(self.where), np.full((count + 1, size), _FAR, np.int32)
        self.last_known[0] = self.first
        for row in range(1, count + 1):
            day, place = self.on[row - 1], self.into[row - 1]
            self.last_known[row] = np.where(place == NOWHERE_CODE, self.last_known[row - 1], place)
            unbroken = (place == self.into[row - 2]) if row > 1 else False
            self.since[row] = np.where(unbroken, self.since[row - 1], day)
        self.died = None if people.died_on is None else _numbers(people.died_on)
        self.refused = None if people.not_covered_from is None else _numbers(people.not_covered_from)
        if readings["U4"] == "never":
            self.returned = self._returned()
        if readings["U5"] == "ends":
            gone = (self.into == NOWHERE_CODE) & (self.on > received)
            self.gone = np.where(gone, self.on, _FAR).min(axis=0, initial=_FAR)
        if readings["U6"] == "not_paid":
            self.decided = np.full((count + 1, size), -_FAR, np.int32)
            if people.decided_on is not None:
                self.decided[1:] = np.take_along_axis(_numbers(people.decided_on, -_FAR), order, 1).T
        self.persons, self.previous = np.arange(size), received
        self.current = self.before = self.persons

    def _returned(self) -> NDArray[np.bool_]:
        """Whether the person has been there before."""
        found = np.zeros(self.where.shape, np.bool_)
        for row in range(1, len(found)):
            found[row] = self.into[row - 1] == self.first
            for earlier in range(row - 1):
                found[row] |= (self.into[earlier] == self.into[row - 1]) & (self.on[earlier] < self.since[row])
        return found

    def holder(self, reference: NDArray[np.int32]) -> NDArray[np.int32]:
        """Where each is registered on the reference day, so that it counts."""
        begun = np.zeros(len(reference), np.int64)
        for on in self.on:
            begun += on <= reference
        self.before, self.current = self.current, begun * len(begun) + self.persons
        found = self.where.take(self.current)
        if self.died is not None:
            found[self.died <= reference] = NOWHERE_CODE
        if self.refused is not None:
            found[self.refused <= reference] = NOWHERE_CODE
        if self.readings["U5"] == "ends":
            found[self.gone <= reference] = NOWHERE_CODE
        if self.readings["U6"] == "not_paid":
            found[self.decided.take(self.current) > reference] = NOWHERE_CODE
        return found

    def moved(
        self, to: NDArray[np.int32], reference: NDArray[np.int32], last: NDArray[np.int32], *, early: bool
    ) -> NDArray[np.intp]:
        """Who has moved to another municipality since the last time, so that it gives more."""
        before, since = self.first if early else self.last_known.take(self.before), self.since.take(self.current)
        moved = to != before
        if self.readings["U4"] == "never":
            moved &= ~self.returned.take(self.current)
        elif self.readings["U4"] == "always":
            away = (self.on > self.previous) & (self.on <= reference) & (self.into != NOWHERE_CODE) & (self.into != to)
            moved |= (since > self.previous) & away.any(axis=0)
        self.previous = reference
        return np.flatnonzero(moved & (to != NOWHERE_CODE) & (since <= last))


def _fill(people: Persons, amounts: _Amounts, readings: Mapping[str, str], owed: Ledger) -> None:
    """The ledger of some persons, written into ``owed``."""
    cell = np.searchsorted(amounts.first_days, people.received_on, side="right") - 1
    cell[np.isnat(people.received_on)] = amounts.cells - 1
    received = _numbers(people.received_on, 0)
    into_month = received - _numbers(people.received_on.astype(_MONTH).astype(_DAY), 0)
    born = _born(people.birth_date)

    def write(column: int, amount: Whole, month: NDArray[np.int16], payee: NDArray[np.int32]) -> None:
        paid = (month != NO_MONTH) & (payee != NOWHERE_CODE)
        unknown = amount == _UNKNOWN
        owed.amount[:, column] = np.where(paid & ~unknown, amount, 0)
        owed.payee[:, column] = np.where(paid, payee, NOWHERE_CODE)
        owed.month[:, column] = month
        owed.known[:, column] = ~unknown | (~paid & (month != NO_MONTH))

    young, limit = (born <= by.take(cell) for by in amounts.initial_born_by)
    rated = people.initial_rate != RATES.index(InitialRate.NONE)
    month = np.where(rated, amounts.initial_month.take(cell), np.int16(NO_MONTH))
    amount = amounts.initial[cell, people.initial_rate, young.astype(np.int8) + (young & limit)]
    write(0, amount, month, people.first_municipality)

    history = _Histories(people, received, readings)
    for place in range(owed.instalments):
        month, reference = amounts.month[place].take(cell), amounts.reference[place].take(cell)
        at = cell + amounts.cells * (born <= amounts.born_by[place].take(cell))
        holder = history.holder(reference) if place else people.first_municipality
        write(1 + place, amounts.whole[place].take(at), month, holder)
        if place:
            start, end = (days.take(cell) for days in amounts.window[place])
            rows = history.moved(holder, reference, np.minimum(start + into_month, end), early=place == 1)
            more, column = amounts.extra[place].take(at[rows]), 1 + owed.instalments + place
            owed.amount[rows, column] = np.maximum(more, 0)
            owed.payee[rows, column], owed.month[rows, column] = holder[rows], month[rows]
            owed.known[rows, column] = more != _UNKNOWN
