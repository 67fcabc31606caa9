"""Dated parameters: what the law says in numbers, from when, with paragraph and status.

The values are in ``parameters/*.yaml`` and are asked for at a date. A proposed value refuses to be used in a
real case. An unknown year is absent: the program says so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import yaml

from hemvist.law.acts import DATA, acts, status_on
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
    "datum": (Text(), Text()),  # a day needs no unit
}


class ParameterNotFound(LookupError):
    """No such parameter, or no known value on the day."""


class ParameterNotInForce(ParameterNotFound):
    """The only value on the day is a proposal, and the question is about a real case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value with its time, paragraph and status. ``verified_until`` is the day the text was last read.

    ``verified`` is False when the value is inferred or comes from a third party; ``note`` says why.
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

    @property
    def unit_text(self) -> Text:
        """The unit as it is read after the value: *1 månad*, *2 månader*."""
        one, several = UNITS.get(self.unit, (Text(self.unit), Text(self.unit)))
        return one if self.value == 1 else several

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def status_on(self, day: date) -> Status:
        return status_on(self.status, self.valid_from, self.valid_to, day)


def parse(data: Mapping[str, Mapping[str, Any]]) -> Register:
    """Parameters from the layout of the YAML files: key -> label, unit and a list of dated values."""

    def parameter(key: str, group: Mapping[str, Any], row: Mapping[str, Any]) -> Parameter:
        number, value = row.get("act", ""), row["value"]
        return Parameter(
            key=key,
            label=Text.read(group.get("label")),
            unit=group.get("unit", ""),
            value=tuple(value) if isinstance(value, list) else value,
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            source=Source(number, row.get("section", ""), row.get("url") or sfs(number).url),
            status=Status(row.get("status", "in_force")),
            verified_until=row.get("verified_until", acts()[number].verified_until if number in acts() else None),
            verified=row.get("verified", True),
            note=Text.read(row.get("note", group.get("note"))),
        )

    return {
        key: tuple(sorted((parameter(key, group, row) for row in group["values"]), key=lambda p: p.valid_from))
        for key, group in data.items()
    }


@cache
def register() -> Register:
    """All parameters of the program."""
    data: dict[str, Any] = {}
    for file in sorted(DATA.glob("*.yaml")):
        if file.stem not in ("acts", "duties"):
            for key, group in yaml.safe_load(file.read_text("utf-8")).items():
                if key in data:
                    raise ValueError(f"Parametern {key} finns två gånger. Ta bort den ena i {file.name}.")
                data[key] = group
    return parse(data)


def get(key: str, on: date, *, what_if: bool = False, source: Register | None = None) -> Parameter:
    """The parameter on a day; with ``what_if`` a proposal is preferred to what is in force.

    Raises :class:`ParameterNotFound` for an unknown key or a day without a known value, and
    :class:`ParameterNotInForce` when only a proposal covers the day.
    """
    known = register() if source is None else source
    if key not in known:
        raise ParameterNotFound(f"Parametern {key} finns inte. Kontrollera stavningen i law/parameters.")
    found = [item for item in known[key] if item.covers(on)]
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


def validate(source: Register | None = None, *, gaps_allowed: Iterable[str] | None = None) -> list[str]:
    """Problems in the data: gaps, overlaps, missing paragraph, unit or label, an act that is not in the
    register, a text in only one language.

    ``gaps_allowed`` are the keys whose unknown years are absent on purpose.
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
            if item.valid_to is not None and item.valid_to < item.valid_from:
                problems.append(f"{where}: slutar före sin början")
        for earlier, later in pairwise(item for item in rows if item.status is not Status.PROPOSED):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                problems.append(f"{key} {later.valid_from}: överlappar värdet från {earlier.valid_from}")
            elif earlier.valid_to + timedelta(days=1) < later.valid_from and key not in allowed:
                problems.append(f"{key} {later.valid_from}: glapp efter {earlier.valid_to}")
    return problems


GAPS_KNOWN = frozenset({"assignments.national_number"})
