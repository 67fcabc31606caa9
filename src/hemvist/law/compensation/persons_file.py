"""Persons from a CSV file, for ``hemvist law entitlements``: no database, no names needed.

One row a person, semicolon or comma, UTF-8. Registrations and stays are lists in one cell, parted by ``|``::

    id;birth_date;received_on;first_municipality;initial_rate;registrations;died_on;stays
    1;1990-05-14;2025-03-18;Enköping;assigned_2016;2025-04-02 Enköping | 2026-02-01 Uppsala;;
    2;1979-08-21;2026-12-15;Enköping;assigned_2016;2026-12-15 Enköping;;assigned_housing 2026-11-03..2026-12-15
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hemvist.law.compensation.facts import NOWHERE, CompensationFacts, InitialRate, Registration, Stay, StayForm
from hemvist.law.compensation.initial import RateFacts, initial_rate

REQUIRED = ("id", "birth_date", "first_municipality")
OPTIONAL = (
    "received_on",
    "initial_rate",
    "assignment_decided_on",
    "covered_by_11",
    "registrations",
    "died_on",
    "stays",
)
NOBODY = "-"


class RowError(ValueError):
    """What is wrong in the file: where, what, and what to write instead."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: str
    facts: CompensationFacts


def read(text: str) -> tuple[list[PersonRow], list[str]]:
    """The persons, and every fault with its row and column. A row with a fault is left out."""
    sample = text.lstrip("\ufeff")
    head = sample.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(sample), delimiter=";" if head.count(";") >= head.count(",") else ",")
    names = [name.strip() for name in rows.fieldnames or ()]
    rows.fieldnames = names
    if missing := [name for name in REQUIRED if name not in names]:
        return [], [f"rad 1: kolumnen {name} saknas. Kolumner: {', '.join((*REQUIRED, *OPTIONAL))}" for name in missing]
    faults = [
        f"rad 1: kolumnen {name} används inte. Stryk den, eller rätta namnet."
        for name in names
        if name not in (*REQUIRED, *OPTIONAL)
    ]
    persons, seen = [], set()
    for number, row in enumerate(rows, 2):
        cells = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        if not any(cells.values()):
            continue
        try:
            person = PersonRow(cells["id"], _facts(cells))
            if person.id in seen:
                raise RowError(f"id: {person.id} finns redan på en tidigare rad. Ge varje person ett eget.")
        except RowError as error:
            faults.append(f"rad {number}: {error}")
            continue
        seen.add(person.id)
        persons.append(person)
    return persons, faults


def _facts(cells: Mapping[str, str]) -> CompensationFacts:
    if not cells["id"] or not cells["first_municipality"]:
        raise RowError("id och first_municipality får inte vara tomma.")
    born = _day(cells["birth_date"], "birth_date")
    if born is None:
        raise RowError("birth_date: födelsedatum saknas. Skriv ÅÅÅÅ-MM-DD.")
    return CompensationFacts(
        birth_date=born,
        received_on=_day(cells.get("received_on", ""), "received_on"),
        first_municipality=cells["first_municipality"],
        initial_rate=_rate(cells),
        registrations=tuple(_registration(part) for part in _parts(cells.get("registrations", ""))),
        died_on=_day(cells.get("died_on", ""), "died_on"),
        stays=tuple(_stay(part) for part in _parts(cells.get("stays", ""))),
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _day(text: str, column: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RowError(f"{column}: ”{text}” är inget datum. Skriv ÅÅÅÅ-MM-DD.") from None


def _rate(cells: Mapping[str, str]) -> InitialRate:
    """The rate as written, or worked out from the anvisning decision."""
    written = cells.get("initial_rate", "")
    if written:
        try:
            return InitialRate(written)
        except ValueError:
            allowed = ", ".join(InitialRate)
            raise RowError(f"initial_rate: ”{written}” finns inte. Skriv en av: {allowed}.") from None
    covered = {"": None, "ja": True, "nej": False}
    text = cells.get("covered_by_11", "").casefold()
    if text not in covered:
        raise RowError(f"covered_by_11: ”{text}” går inte att läsa. Skriv ja eller nej.")
    decided = _day(cells.get("assignment_decided_on", ""), "assignment_decided_on")
    rate = initial_rate(RateFacts(assignment_decided_on=decided, covered_by_11=covered[text]))
    return rate.value or InitialRate.OTHER


def _registration(text: str) -> Registration:
    day, _space, place = text.partition(" ")
    on = _day(day, "registrations")
    if on is None or not place.strip():
        raise RowError(f"registrations: ”{text}” går inte att läsa. Skriv 2025-04-02 Enköping, eller 2026-05-01 -.")
    return Registration(on, NOWHERE if place.strip() == NOBODY else place.strip())


def _stay(text: str) -> Stay:
    form, _space, days = text.partition(" ")
    first, _dots, last = days.partition("..")
    start = _day(first.strip(), "stays")
    if form not in set(StayForm) or start is None:
        raise RowError(
            f"stays: ”{text}” går inte att läsa. Skriv formen och dagarna, till exempel "
            f"assigned_housing 2026-11-03..2026-12-15. Former: {', '.join(StayForm)}."
        )
    end = _day(last.strip(), "stays")
    if end is not None and end < start:
        raise RowError(f"stays: ”{text}” slutar innan den börjar.")
    return Stay(StayForm(form), start, end)
