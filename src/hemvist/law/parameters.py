"""Dated parameters: what the law says in numbers, from when, with paragraph and status.

The values are in ``parameters/*.yaml`` and are asked for at a date; ``basis`` says which date of the case that
is. Some values also depend on the cohort: the day the person counts as first received (mottagandedatum). A
proposed value refuses to be used in a real case. An unknown year is absent: the program says so instead of
guessing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

import yaml

from hemvist.law.acts import DATA, acts, status_on
from hemvist.law.calendar import ONE_DAY
from hemvist.law.sources import sfs
from hemvist.law.types import Source, Status, Text, one_sided

Register = Mapping[str, tuple["Parameter", ...]]


# What values are counted in: the word in the data -> one, several.
UNITS: Mapping[str, tuple[Text, Text]] = {
    "veckor": (Text("vecka", "week"), Text("veckor", "weeks")),
    "månader": (Text("månad", "month"), Text("månader", "months")),
    "år": (Text("år", "year"), Text("år", "years")),
    "skolår": (Text("skolår", "school year"), Text("skolår", "school years")),
    "timmar": (Text("timme", "hour"), Text("timmar", "hours")),
    "timmar per vecka": (Text("timme per vecka", "hour per week"), Text("timmar per vecka", "hours per week")),
    "personer": (Text("person", "person"), Text("personer", "persons")),
    "koder": (Text("kod", "code"), Text("koder", "codes")),
    "kronor": (Text("krona", "SEK"), Text("kronor", "SEK")),
    "kronor per dag": (Text("krona per dag", "SEK per day"), Text("kronor per dag", "SEK per day")),
    "kronor per månad": (Text("krona per månad", "SEK per month"), Text("kronor per månad", "SEK per month")),
    "kronor per år": (Text("krona per år", "SEK per year"), Text("kronor per år", "SEK per year")),
    "prisbasbelopp": (Text("prisbasbelopp", "price base amount"), Text("prisbasbelopp", "price base amounts")),
    "procent": (Text("procent", "per cent"), Text("procent", "per cent")),
    "datum": (Text(), Text()),  # a day needs no unit
}

# Which date of the case a value is asked for at: the payment, the mottagandedatum, the anvisning decision, what
# happens, or the cost.
BASES = ("payment", "received", "assignment", "event", "cost")

# An age limit that is not a number but the pension age of the year: ask ``age.pension_limit`` on the day.
PENSION_AGE = "riktålder"


class ParameterNotFound(LookupError):
    """No such parameter, or no known value on the day."""


class ReceptionDateNeeded(ParameterNotFound):
    """The value depends on when the person was first received, and that day was not given."""


class ParameterNotInForce(ParameterNotFound):
    """The only value on the day is a proposal, and the question is about a real case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value with its time, paragraph and status. ``verified_until`` is the day the text was last read.

    ``verified`` is False when the value is inferred or comes from a third party; ``note`` says why.
    ``received_from`` and ``received_to`` bound the cohort: the mottagandedatum of those whom the value is for.
    """

    key: str
    label: Text
    value: Any
    unit: str
    valid_from: date
    valid_to: date | None
    source: Source
    status: Status
    verified_until: date | None
    verified: bool
    note: Text
    received_from: date | None = None
    received_to: date | None = None
    basis: str = "event"

    @property
    def provisional(self) -> bool:
        """True when the value may turn out to be another: nobody has read it in the law itself."""
        return not self.verified

    @property
    def by_cohort(self) -> bool:
        """True when the value is only for those who were first received within certain days."""
        return bool(self.received_from or self.received_to)

    @property
    def unit_text(self) -> Text:
        """The unit as it is read after the value: *1 månad*, *2 månader*."""
        one, several = UNITS.get(self.unit, (Text(self.unit), Text(self.unit)))
        return one if self.value == 1 else several

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def is_for(self, received_on: date | None) -> bool:
        """Whether a person first received on the day belongs to the value's cohort; without cohort all do."""
        if received_on is None:
            return not self.by_cohort
        return (self.received_from or date.min) <= received_on <= (self.received_to or date.max)

    def status_on(self, day: date) -> Status:
        return status_on(self.status, self.valid_from, self.valid_to, day)


def parse(data: Mapping[str, Mapping[str, Any]]) -> Register:
    """Parameters from the layout of the YAML files: key -> label, unit and a list of dated values."""

    def parameter(key: str, group: Mapping[str, Any], row: Mapping[str, Any]) -> Parameter:
        number, unit = row.get("act", ""), group.get("unit", "")
        return Parameter(
            key=key,
            label=Text.read(group.get("label")),
            unit=unit,
            value=_value(row["value"], unit),
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            source=Source(number, row.get("section", ""), row.get("url") or sfs(number).url),
            status=Status(row.get("status", "in_force")),
            verified_until=row.get("verified_until", acts()[number].verified_until if number in acts() else None),
            verified=row.get("verified", True),
            note=Text.read(row.get("note", group.get("note"))),
            received_from=row.get("received_from"),
            received_to=row.get("received_to"),
            basis=group.get("basis", "event"),
        )

    return {
        key: tuple(sorted((parameter(key, group, row) for row in group["values"]), key=_place))
        for key, group in data.items()
    }


def _value(written: Any, unit: str) -> Any:
    """The value as it is counted with: a list as a tuple, per cent (written as text) as exact decimals."""
    if isinstance(written, list):
        return tuple(_value(part, unit) for part in written)
    return Decimal(written) if unit == "procent" and isinstance(written, str) else written


def _place(item: Parameter) -> tuple[date, date]:
    return item.valid_from, item.received_from or date.min


@cache
def files() -> Mapping[str, Register]:
    """The parameters of the program, by the name of the file that they stand in."""
    others = {"acts", "claim_grounds", "duties", "obligations"}
    found = (file for file in sorted(DATA.glob("*.yaml")) if file.stem not in others)
    return {file.stem: parse(yaml.safe_load(file.read_text("utf-8"))) for file in found}


@cache
def register() -> Register:
    """All parameters of the program."""
    known: dict[str, tuple[Parameter, ...]] = {}
    for name, rows in files().items():
        if twice := sorted(known.keys() & rows.keys()):
            raise ValueError(f"Parametern {twice[0]} finns två gånger. Ta bort den ena i {name}.yaml.")
        known |= rows
    return known


def get(
    key: str,
    on: date,
    *,
    received_on: date | None = None,
    what_if: bool = False,
    source: Register | None = None,
) -> Parameter:
    """The parameter on a day; with ``what_if`` a proposal is preferred to what is in force.

    ``received_on`` is the person's mottagandedatum. Raises :class:`ParameterNotFound` for an unknown key or a day
    without a known value, :class:`ReceptionDateNeeded` when the key has cohorts and ``received_on`` is left out,
    and :class:`ParameterNotInForce` when only a proposal covers the day.
    """
    known = register() if source is None else source
    if key not in known:
        raise ParameterNotFound(f"Parametern {key} finns inte. Kontrollera stavningen i law/parameters.")
    if received_on is None and any(item.by_cohort for item in known[key]):
        raise ReceptionDateNeeded(f"Parametern {key} beror på när personen togs emot. Ange mottagandedatum.")
    found = [item for item in known[key] if item.covers(on) and item.is_for(received_on)]
    proposed = [item for item in found if item.status is Status.PROPOSED]
    real = [item for item in found if item.status is not Status.PROPOSED]
    if chosen := (proposed or real) if what_if else real:
        return chosen[-1]
    if proposed:
        raise ParameterNotInForce(
            f"Parametern {key} är bara föreslagen för {on}. Den kan användas i ett tänkt fall (what_if), "
            "inte i ett verkligt ärende."
        )
    periods = ", ".join(f"{item.valid_from}–{item.valid_to or ''}" for item in known[key])
    raise ParameterNotFound(f"Parametern {key} saknar känt värde för {on}. Kända perioder: {periods}.")


def changes_between(after: date, until: date) -> tuple[Parameter, ...]:
    """The values that begin after one day and up to the other, oldest first, without proposals."""
    values = (item for rows in register().values() for item in rows)
    changed = (i for i in values if i.status is not Status.PROPOSED and after < i.valid_from <= until)
    return tuple(sorted(changed, key=lambda item: (item.valid_from, item.key)))


def change_days(source: Register | None = None) -> set[tuple[str, date]]:
    """Each key with the days on which a value begins, for all or for a cohort, without proposals."""
    return {
        (key, day)
        for key, rows in (register() if source is None else source).items()
        for item in rows
        if item.status is not Status.PROPOSED
        for day in (item.valid_from, item.received_from)
        if day is not None
    }


def validate(source: Register | None = None, *, gaps_allowed: Iterable[str] | None = None) -> list[str]:
    """Problems in the data: gaps, overlaps, missing paragraph, unit or label, an act that is not in the
    register, a text in only one language.

    ``gaps_allowed`` are the keys whose unknown years are absent on purpose. A year that is known for some cohort
    only is always a gap.
    """
    allowed = set(GAPS_KNOWN if gaps_allowed is None else gaps_allowed)
    problems: list[str] = []
    for key, rows in (register() if source is None else source).items():
        for item in rows:
            where = f"{key} {item.valid_from}"
            if not (item.source.act and item.source.section):
                problems.append(f"{where}: hänvisning saknas")
            elif item.source.act not in acts():
                problems.append(f"{where}: {item.source.act} finns inte i acts.yaml")
            if not (item.unit and item.label):
                problems.append(f"{where}: enhet eller namn saknas")
            elif item.unit not in UNITS:
                problems.append(f"{where}: enheten {item.unit} är okänd")
            halves = one_sided(label=item.label, note=item.note)
            problems += [f"{where}: {name} ska finnas på svenska och engelska" for name in halves]
            if item.basis not in BASES:
                problems.append(f"{where}: basis {item.basis} är okänd, välj bland {', '.join(BASES)}")
            elif item.basis == "received" and item.by_cohort:
                problems.append(f"{where}: dagen är redan mottagandedatum, ta bort received_from och received_to")
            if not _exact(item.value, item.unit):
                problems.append(f"{where}: värdet är inte exakt, skriv procent inom citattecken och annat som heltal")
            for first, last in ((item.valid_from, item.valid_to), (item.received_from, item.received_to)):
                if first is not None and last is not None and last < first:
                    problems.append(f"{where}: slutar före sin början")
        dated = [item for item in rows if item.status is not Status.PROPOSED]
        problems += dict.fromkeys(_faults_in_time(key, dated, key in allowed))
    return problems


def _exact(value: Any, unit: str) -> bool:
    if isinstance(value, tuple):
        return all(_exact(part, unit) for part in value)
    return isinstance(value, Decimal) if unit == "procent" else not isinstance(value, float)


def _faults_in_time(key: str, rows: list[Parameter], gaps_allowed: bool) -> Iterator[str]:
    """Gaps and overlaps in two directions: the day that is asked for and the mottagandedatum.

    The same rows apply from one edge to the next, so each rectangle between edges is looked at once.
    """
    edges = _edges((item.received_from, item.received_to) for item in rows)
    cohorts = [(edge, f" för den som togs emot från {edge}") for edge in edges]
    cohorts.insert(0, (date.min, f" för den som togs emot före {edges[0]}" if edges else ""))
    for day, next_day in pairwise([*_edges((item.valid_from, item.valid_to) for item in rows), date.max]):
        known = [item for item in rows if item.covers(day)]
        if not known:
            if next_day < date.max and not gaps_allowed:
                yield f"{key} {next_day}: glapp efter {day - ONE_DAY}"
            continue
        for received_on, whom in cohorts:
            if received_on >= next_day:
                break  # nobody is received after the day that is asked for
            found = [item for item in known if item.is_for(received_on)]
            if not found:
                yield f"{key} {max(day, received_on)}: glapp{whom}"
            for earlier, later in pairwise(found):
                yield f"{key} {later.valid_from}: överlappar värdet från {earlier.valid_from}{whom}"


def _edges(spans: Iterable[tuple[date | None, date | None]]) -> list[date]:
    """The days on which something begins, or has ended the day before."""
    return sorted({edge for first, last in spans for edge in (first, last and last + ONE_DAY) if edge})


def untried(cases: Iterable[Mapping[str, Any]], source: Register) -> list[tuple[str, date]]:
    """The change days that no golden case asks about, by its day or its mottagandedatum."""
    tried = {(case["key"], case.get(name)) for case in cases for name in ("day", "received_on")}
    return sorted(change_days(source) - tried)


# Keys whose unknown years are absent on purpose.
GAPS_KNOWN = frozenset(
    {
        "assignments.national_number",
        "compensation.health_examination",
        "compensation.standard.below_limit",
        "compensation.standard.from_limit",
    }
)
