"""From the rows of the file of anvisningar to households. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from hemvist.reception.import_columns import BY_FIELD, HOUSEHOLD_FIELDS, LAYOUT
from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson
from hemvist.reception.table_file import Parsed, Problem, Row
from hemvist.reception.table_file import parse as parse_table


def parse(filename: str, data: bytes) -> Parsed:
    """Read the file. Never raises: what is wrong stands in ``problems``."""
    return parse_table(filename, data, LAYOUT)


@dataclass(frozen=True, slots=True)
class FileHousehold:
    """A household of the file, with the row of each person."""

    key: str
    rows: tuple[int, ...]
    new: NewHousehold


_IDENTIFIERS = ("personnummer", "samordningsnummer", "dossier")
_PERSON_FIELDS = (
    "given",
    "family",
    "birth_date",
    "position",
    "permit_ground",
    "permit_granted_on",
    "permit_valid_to",
    "language",
    "interpreter",
    "phone",
    "email",
)


def households(parsed: Parsed) -> list[FileHousehold]:
    """The rows put together by household. Rows that disagree about the household are added to the problems."""
    groups: dict[str, list[Row]] = {}
    for row in parsed.rows:
        name = row.values.get("key") or row.values.get("reference")
        if name:
            groups.setdefault(name.casefold(), []).append(row)
        else:
            message = _("Skriv en hushållsnyckel: samma ord på alla rader som hör till samma hushåll.")
            parsed.tell(row.number, BY_FIELD["key"], message)
    return [_household(rows, parsed) for rows in groups.values()]


def _household(rows: Sequence[Row], parsed: Parsed) -> FileHousehold:
    shared: dict[str, Any] = {}
    said_on: dict[str, int] = {}
    for row in rows:
        for name in HOUSEHOLD_FIELDS:
            value = row.values.get(name)
            if value is None or name == "key":
                continue
            if name in shared and shared[name] != value:
                message = _("Rad %(row)d säger något annat om samma hushåll.") % {"row": said_on[name]}
                parsed.problems.append(Problem(message, row.number, str(BY_FIELD[name].label)))
            shared.setdefault(name, value)
            said_on.setdefault(name, row.number)

    def lacking(name: str, message: str) -> None:
        if not any(parsed.told(row.number, BY_FIELD[name]) for row in rows):
            parsed.tell(rows[0].number, BY_FIELD[name], message)

    if "category" not in shared:
        lacking("category", _("Hushållet saknar kategori."))
    if "decided_on" not in shared and ("reference" in shared or "latest_reception_on" in shared):
        lacking("decided_on", _("Anvisningen saknar beslutsdatum."))
    numbered = any(row.values.get(kind) for row in rows for kind in _IDENTIFIERS)
    if "reference" not in shared and not numbered:
        lacking(
            "reference",
            _(
                "Hushållet har varken beteckning eller något nummer. Utan minst ett av dem syns det inte om "
                "hushållet redan finns i Hemvist."
            ),
        )
    assignment = None
    if "decided_on" in shared:
        assignment = NewAssignment(
            decided_on=shared["decided_on"],
            latest_reception_on=shared.get("latest_reception_on"),
            reference=shared.get("reference", ""),
        )
    return FileHousehold(
        key=str(rows[0].values.get("key") or rows[0].values.get("reference")),
        rows=tuple(row.number for row in rows),
        new=NewHousehold(
            category=shared.get("category", ""),
            persons=tuple(_person(row) for row in rows),
            assignment=assignment,
            planned_arrival_on=shared.get("planned_arrival_on"),
            already_living_here=shared.get("already_living_here", False),
            needs_dwelling=shared.get("needs_dwelling", True),
            received_on=shared.get("received_on"),
            address=shared.get("address", ""),
        ),
    )


def _person(row: Row) -> NewPerson:
    values = {name: row.values[name] for name in _PERSON_FIELDS if name in row.values}
    return NewPerson(
        **{"given": "", "family": "", "birth_date": None, "position": "", **values},
        identifiers=tuple((kind, row.values[kind]) for kind in _IDENTIFIERS if kind in row.values),
    )
