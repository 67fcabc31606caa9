"""The same rules as a tax and benefit system of OpenFisca-Core, written from the law: only to be measured against.

OpenFisca-Core is licensed under AGPL-3.0-or-later. ``make bench`` installs it in an environment of its own; it is no
dependency of the product.

Only the default readings of unclear law, so it is the smaller program. It is used as kindly as can be: persons received
in the same month together, and only the months in which something is paid.
"""

# OpenFisca calls a variable by the name of its class, and its formula with the persons first.
# ruff: noqa: N801, N805
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from openfisca_core import periods
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from hemvist.law.compensation.simulation import NOWHERE_CODE, RATES, Persons
from hemvist.law.parameters import Parameter, Register

REGISTRATIONS = 3
USED = ("compensation.", "price_base_amount", "age.pension_limit")
PENSION_AGE = 0  # OpenFisca's arrays have no place for a word
BANDS = ("under_20", "to_limit", "from_limit")
Person = build_entity("person", "persons", "A person that the state pays for", is_person=True)


def legislation(register: Register) -> ParameterNode:
    """The register as OpenFisca's parameters. It asks at one date only, so a cohort is a child of its own."""
    tree: dict[str, Any] = {}
    for key, rows in register.items():
        if not key.startswith(USED) or not all(isinstance(_number(row), int | float | list) for row in rows):
            continue
        *path, name = key.split(".")
        node = tree
        for step in path:
            node = node.setdefault(step, {})
        if edges := cohorts(rows):
            starts = (date.min, *edges)
            node[name] = {f"cohort_{n}": _dated(rows, start) for n, start in enumerate(starts)}
        else:
            node[name] = _dated(rows, None)
    return ParameterNode("", data=tree)


def cohorts(rows: tuple[Parameter, ...]) -> list[date]:
    """The days of reception on which another cohort begins."""
    after = {row.received_to + timedelta(days=1) for row in rows if row.received_to}
    return sorted({row.received_from for row in rows if row.received_from} | after)


def _dated(rows: tuple[Parameter, ...], received_on: date | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for row in rows:
        if row.is_for(received_on):
            values[row.valid_from.isoformat()] = {"value": _number(row)}
            if row.valid_to:
                values.setdefault((row.valid_to + timedelta(days=1)).isoformat(), {"value": None})
    return {"values": values}


def _number(row: Parameter) -> Any:
    if isinstance(row.value, tuple):
        return [float(part) for part in row.value] if row.unit in ("procent", "månader") else None
    return PENSION_AGE if row.value == "riktålder" else float(row.value) if row.unit == "procent" else row.value


def given(value_type: type, name: str, default: Any = 0) -> type[Variable]:
    about = {"value_type": value_type, "entity": Person, "definition_period": DateUnit.ETERNITY}
    return type(name, (Variable,), about | {"default_value": default})


INPUTS = [
    given(date, "birth_date", date(1970, 1, 1)),
    given(date, "received_on", date(1970, 1, 1)),
    given(int, "first_municipality"),
    given(int, "initial_rate"),
    *(given(date, f"registered_on_{n}", date(9999, 1, 1)) for n in range(1, REGISTRATIONS + 1)),
    *(given(int, f"registered_in_{n}", NOWHERE_CODE) for n in range(1, REGISTRATIONS + 1)),
]


def month_of(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[M]").astype(np.int64)


def last_day(month: Any) -> np.datetime64:
    return np.datetime64(str(month.stop), "D")


def by_cohort(node: Any, edges: list[date], received_on: np.ndarray) -> np.ndarray:
    values = np.array([getattr(node, f"cohort_{n}", np.nan) for n in range(len(edges) + 1)])
    return values[np.searchsorted(np.array(edges, "datetime64[D]"), received_on, side="right")]


class age(Variable):
    """Full years on the last day of the month."""

    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period):
        birth, end = person("birth_date", period), last_day(period)
        since = np.datetime64(str(period.start), "M").astype(np.int64) - month_of(birth)
        day = (birth - birth.astype("datetime64[M]")).astype(np.int64)
        length = (end - np.datetime64(str(period.start), "D")).astype(np.int64)
        return since // 12 - ((since % 12 == 0) & (day > length))


class registered_in(Variable):
    """Where the person is registered on the last day of the month."""

    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH
    default_value = NOWHERE_CODE

    def formula(person, period):
        found, end = np.full(person.count, NOWHERE_CODE), last_day(period)
        for n in range(1, REGISTRATIONS + 1):
            found = np.where(person(f"registered_on_{n}", period) <= end, person(f"registered_in_{n}", period), found)
        return found


class registered_since(Variable):
    """Since when, without a break."""

    value_type = date
    entity = Person
    definition_period = DateUnit.MONTH
    default_value = date(9999, 1, 1)

    def formula(person, period):
        found, since, end = (
            np.full(person.count, -2),
            np.full(person.count, np.datetime64("9999-01-01")),
            last_day(period),
        )
        for n in range(1, REGISTRATIONS + 1):
            day, place = person(f"registered_on_{n}", period), person(f"registered_in_{n}", period)
            since = np.where((day <= end) & (place != found), day, since)
            found = np.where(day <= end, place, found)
        return since


class last_municipality(Variable):
    """The last municipality that the person was registered in."""

    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period):
        found, end = person("first_municipality", period), last_day(period)
        for n in range(1, REGISTRATIONS + 1):
            day, place = person(f"registered_on_{n}", period), person(f"registered_in_{n}", period)
            found = np.where((day <= end) & (place != NOWHERE_CODE), place, found)
        return found


class instalment_number(Variable):
    """Which instalment is paid this month; 0 for none (12 §)."""

    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period, parameters):
        months = parameters(period).compensation.instalment_months
        since = np.datetime64(str(period.start), "M").astype(np.int64) - month_of(person("received_on", period))
        return np.select([since == month for month in months], range(1, len(months) + 1))


class whole_amount(Variable):
    """The two-year amount by the age at the end of the month before (11 §)."""

    value_type = float
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period, parameters):
        law, received_on = parameters(period), person("received_on", period)
        edges = person.simulation.tax_benefit_system.edges
        limit = by_cohort(law.compensation.age_limit, edges["compensation.age_limit"], received_on)
        limit = np.where(limit == PENSION_AGE, parameters(period.last_month).age.pension_limit, limit)
        below, above = (
            by_cohort(getattr(law.compensation.standard, side), edges[f"compensation.standard.{side}"], received_on)
            for side in ("below_limit", "from_limit")
        )
        return np.where(person("age", period.last_month) < limit, below, above)


class holder(Variable):
    """The municipality that gets what is paid this month."""

    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH
    default_value = NOWHERE_CODE

    def formula(person, period):
        number = person("instalment_number", period)
        there = person("registered_in", period.last_month)
        first = person("first_municipality", period)
        return np.select([number == 0, number == 1], [NOWHERE_CODE, first], there)


class instalment(Variable):
    """The ordinary instalment (12 §)."""

    value_type = float
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period, parameters):
        shares = np.array([0, *parameters(period).compensation.instalment_shares])
        share = shares[person("instalment_number", period)]
        return person("whole_amount", period) * share / 100 * (person("holder", period) != NOWHERE_CODE)


class move_extra(Variable):
    """What a move adds (13 and 14 §§)."""

    value_type = float
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period, parameters):
        law = parameters(period).compensation
        number, now = person("instalment_number", period), person("holder", period)
        early = number == 2
        before = np.where(
            early,
            person("first_municipality", period),
            person("last_municipality", period.offset(-4, DateUnit.MONTH)),
        )
        received_on = person("received_on", period)
        month = received_on.astype("datetime64[M]")
        ends = month + int(law.move_extra_months)
        last = np.minimum(ends.astype("datetime64[D]") + (received_on - month), (ends + 1).astype("datetime64[D]") - 1)
        in_time = early | (person("registered_since", period.last_month) <= last)
        moved = (number >= 2) & (now != NOWHERE_CODE) & (now != before) & in_time
        share = np.where(early, law.move_extra_early, law.move_extra_period)
        return person("whole_amount", period) * share / 100 * moved


class initial(Variable):
    """Initial costs, by the rate, the age and the prisbasbelopp of the payment (15-17 §§)."""

    value_type = float
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period, parameters):
        reception, law = parameters(period.last_month).compensation, parameters(period)
        edges = person.simulation.tax_benefit_system.edges
        limit = by_cohort(law.compensation.age_limit, edges["compensation.age_limit"], person("received_on", period))
        limit = np.where(limit == PENSION_AGE, parameters(period.last_month).age.pension_limit, limit)
        years, code = person("age", period.last_month), person("initial_rate", period)
        bands = [years < law.compensation.initial_age, years < limit, years >= limit]
        amounts = np.zeros(person.count)
        for place, rate in enumerate(RATES):
            percent = getattr(reception.initial, rate, None)
            fixed = getattr(getattr(reception, "initial_fixed", None), rate, None)
            by_band = [
                getattr(fixed, band, None)
                if getattr(fixed, band, None) is not None
                else np.floor(getattr(percent, band, 0) * law.price_base_amount / 100 + 0.5)
                for band in BANDS
            ]
            amounts = np.where(code == place, np.select(bands, by_band), amounts)
        return amounts * (person("instalment_number", period) == 1)


class System(TaxBenefitSystem):
    """Förordning (2010:1122) 11-17 §§."""

    def __init__(self, register: Register) -> None:
        super().__init__([Person])
        self.parameters = legislation(register)
        self.edges = {key: cohorts(rows) for key, rows in register.items() if key.startswith(USED)}
        formulas = (
            age, registered_in, registered_since, last_municipality, instalment_number, whole_amount, holder,
            instalment, move_extra, initial,
        )  # fmt: skip
        for variable in (*INPUTS, *formulas):
            self.add_variable(variable)


@dataclass(frozen=True)
class Paid:
    """Kronor in OpenFisca's float32, and the payee: a row a person and a column an instalment."""

    initial: np.ndarray
    instalment: np.ndarray
    move_extra: np.ndarray
    holder: np.ndarray


def run(people: Persons, system: System, months: tuple[int, ...]) -> Paid:
    """What is paid to everyone in the months of the instalments, counted from the reception."""
    shape = (len(people), len(months))
    paid = Paid(
        np.zeros(len(people), np.float32),
        np.zeros(shape, np.float32),
        np.zeros(shape, np.float32),
        np.full(shape, NOWHERE_CODE, np.int32),
    )
    for month, rows in _together(people):
        simulation = SimulationBuilder().build_default_simulation(system, count=len(rows))
        for name in ("birth_date", "received_on", "first_municipality", "initial_rate"):
            simulation.set_input(name, periods.ETERNITY, getattr(people, name)[rows])
        for n in range(REGISTRATIONS):
            simulation.set_input(f"registered_on_{n + 1}", periods.ETERNITY, people.registered_on[rows, n])
            simulation.set_input(f"registered_in_{n + 1}", periods.ETERNITY, people.registered_in[rows, n])
        for column, later in enumerate(months):
            when = str(np.datetime64(month, "M") + later)
            paid.instalment[rows, column] = simulation.calculate("instalment", when)
            paid.move_extra[rows, column] = simulation.calculate("move_extra", when)
            paid.holder[rows, column] = simulation.calculate("holder", when)
            if column == 0:
                paid.initial[rows] = simulation.calculate("initial", when)
    return paid


def _together(people: Persons) -> Iterator[tuple[np.datetime64, np.ndarray]]:
    """The persons by the month of reception."""
    month = people.received_on.astype("datetime64[M]")
    order = np.argsort(month, kind="stable")
    found, starts = np.unique(month[order], return_index=True)
    yield from zip(found, np.split(order, starts[1:]), strict=True)
