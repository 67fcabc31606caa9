"""Households, homes and areas from CSV files, and policy from YAML: no database, no names needed.

One row a household, a home or an area; semicolon or comma, UTF-8. Swedish headers, or the English ones of the types.
The columns stand in docs/matching.md. Several values in a cell are parted by ``|``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Generic, TypeVar

import yaml

from hemvist.planning.matching.model import CRITERIA, WISHES, Area, Home, MatchPolicy, Seeker, Wish

T = TypeVar("T")
SWEDISH_WISHES = {"skola": "school", "sfi": "sfi", "anhöriga": "family", "arbete": "work"}
YES, NO = {"ja", "yes", "1"}, {"nej", "no", "0", ""}


class CellError(ValueError):
    """What is wrong in a cell, and what to write."""


def _text(cell: str) -> str:
    return cell


def _number(cell: str) -> int:
    if not re.fullmatch(r"\d{1,7}", cell.replace(" ", "")):
        raise CellError(f"”{cell}” är inget helt tal. Skriv ett tal, till exempel 3.")
    return int(cell.replace(" ", ""))


def _day(cell: str) -> date:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        raise CellError(f"”{cell}” är inget datum. Skriv ÅÅÅÅ-MM-DD.") from None
    if not 1900 <= day.year <= 2200:
        raise CellError(f"”{cell}” ligger för långt bort. Skriv ett år från 1900 till 2200.")
    return day


def _yes(cell: str) -> bool:
    if cell.casefold() not in YES | NO:
        raise CellError(f"”{cell}” går inte att läsa. Skriv ja eller nej.")
    return cell.casefold() in YES


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _keys(cell: str) -> frozenset[str]:
    return frozenset(_several(cell))


def _wishes(cell: str) -> tuple[Wish, ...]:
    """``skola | anhöriga A3``."""
    found = []
    for part in _several(cell):
        word, _space, area = part.partition(" ")
        kind = SWEDISH_WISHES.get(word.casefold(), word.casefold())
        if kind not in WISHES or (kind in {"family", "work"}) != bool(area.strip()):
            raise CellError(
                f"”{part}” går inte att läsa. Skriv skola, sfi, anhöriga OMRÅDE eller arbete OMRÅDE, med | emellan."
            )
        found.append(Wish(kind=kind, area=area.strip()))
    return tuple(found)


def _periods(cell: str) -> tuple[tuple[date, date | None], ...]:
    """``2027-01-01..2027-02-28 | 2027-06-01..``."""
    found = []
    for part in _several(cell):
        first, dots, last = part.partition("..")
        if not dots:
            raise CellError(f"”{part}” är ingen period. Skriv 2027-01-01..2027-02-28, eller 2027-06-01.. utan slut.")
        found.append((_day(first.strip()), _day(last.strip()) if last.strip() else None))
    return tuple(found)


def _minutes(cell: str) -> dict[str, int]:
    """``A2 15 | A3 40``: to other areas."""
    found = {}
    for part in _several(cell):
        area, _space, minutes = part.rpartition(" ")
        if not area:
            raise CellError(f"”{part}” går inte att läsa. Skriv områdets kod och minuter, till exempel A2 15.")
        found[area.strip()] = _number(minutes)
    return found


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is the English name and the field; a column that is not ``needed`` may be missing or empty."""

    name: str
    swedish: str
    read: Callable[[str], Any]
    needed: bool = False


HOUSEHOLDS = (
    Column("key", "nyckel", _text, needed=True),
    Column("persons", "personer", _number, needed=True),
    Column("rooms", "rum", _number),
    Column("step_free", "stegfri", _yes),
    Column("wanted_from", "inflytt_från", _day, needed=True),
    Column("wanted_by", "inflytt_senast", _day, needed=True),
    Column("stays_months", "bor_månader", _number),
    Column("rent_max", "högsta_hyra", _number),
    Column("wishes", "önskemål", _wishes),
    Column("locked_to", "vald_bostad", _text),
    Column("declined", "tackat_nej", _keys),
)
DWELLINGS = (
    Column("key", "nyckel", _text, needed=True),
    Column("capacity", "platser", _number, needed=True),
    Column("rooms", "rum", _number, needed=True),
    Column("area", "område", _text, needed=True),
    Column("building", "hus", _text),
    Column("step_free", "stegfri", _yes),
    Column("rent", "hyra", _number, needed=True),
    Column("free_from", "ledig_från", _day, needed=True),
    Column("free_until", "ledig_till", _day),
    Column("blocked", "spärrad", _periods),
)
AREAS = (
    Column("code", "kod", _text, needed=True),
    Column("school", "skola", _number),
    Column("sfi", "sfi", _number),
    Column("others", "andra_områden", _minutes),
    Column("housed", "bor_redan", _number),
    Column("most", "högst", _number),
)


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What a file holds, and every fault with its row and column. A row with a fault is left out."""

    rows: tuple[T, ...]
    faults: tuple[str, ...]


def households(text: str) -> Read[Seeker]:
    return _read(text, HOUSEHOLDS, lambda cells: Seeker(**cells))


def dwellings(text: str) -> Read[Home]:
    return _read(text, DWELLINGS, lambda cells: Home(**cells))


def areas(text: str) -> Read[Area]:
    def area(cells: dict[str, Any]) -> Area:
        minutes = cells.pop("others", {})
        minutes |= {goal: cells.pop(goal) for goal in ("school", "sfi") if goal in cells}
        return Area(minutes=minutes, **cells)

    return _read(text, AREAS, area)


def _read(text: str, columns: tuple[Column, ...], make: Callable[[dict[str, Any]], T]) -> Read[T]:
    text = text.lstrip("\ufeff")
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") >= head.count(",") else ",")
    names = [_folded(name) for name in next(rows, [])]
    by_name = {_folded(name): column for column in columns for name in (column.name, column.swedish)}
    faults = [
        f"rad 1, kolumn {name}: används inte. Stryk den, eller rätta namnet." for name in names if name not in by_name
    ]
    used = [by_name[name].name for name in names if name in by_name]
    faults += [
        f"rad 1: kolumnen {column.swedish} saknas. Lägg till den."
        for column in columns
        if column.needed and column.name not in used
    ]
    faults += [
        f"rad 1: kolumnen {name} står två gånger. Stryk den ena." for name in sorted({*used}) if used.count(name) > 1
    ]
    if faults:
        return Read((), tuple(sorted(faults)))
    found, seen = [], set()
    for number, row in enumerate(rows, 2):
        cells = {by_name[name]: cell.strip() for name, cell in zip(names, row, strict=False)}
        if not any(cells.values()):
            continue
        wrong = list(_faults(cells, columns, len(row) - len(names)))
        if not wrong:
            try:
                made = make({column.name: column.read(cell) for column, cell in cells.items() if cell})
            except ValueError as error:
                wrong = [f": {error}"]
            else:
                key = cells[columns[0]]
                if key in seen:
                    wrong = [f", kolumn {columns[0].swedish}: ”{key}” finns redan på en tidigare rad. Skriv en egen."]
                else:
                    seen.add(key)
                    found.append(made)
        faults += [f"rad {number}{fault}" for fault in wrong]
    return Read(tuple(found), tuple(faults))


def _faults(cells: Mapping[Column, str], columns: tuple[Column, ...], too_many: int) -> Iterator[str]:
    if too_many > 0:
        yield f": raden har {too_many} celler för mycket. Sätt citattecken om en cell som innehåller skiljetecknet."
    for column in columns:
        cell = cells.get(column, "")
        if column.needed and not cell:
            yield f", kolumn {column.swedish}: är tom. Fyll i den."
        elif cell:
            try:
                column.read(cell)
            except CellError as error:
                yield f", kolumn {column.swedish}: {error}"


def _folded(name: str) -> str:
    """Capitals, spaces, underscores and dots over letters make no difference."""
    return name.strip().casefold().translate(str.maketrans("åäö", "aao", " _-"))


def default_policy() -> MatchPolicy:
    return policy(files("hemvist.planning.matching").joinpath("default_policy.yaml").read_text("utf-8"))


def policy(text: str) -> MatchPolicy:
    """Raises ``ValueError`` with a Swedish sentence. What is not said is as in the types."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"Filen är ingen YAML-fil, se rad {mark.line + 1 if mark else 1}.") from None
    if not isinstance(data, dict) or not isinstance(data.get("weights"), dict):
        raise ValueError(f"weights saknas. Skriv en vikt från 0 till 100 för var och en av: {', '.join(CRITERIA)}.")
    known = set(MatchPolicy.__dataclass_fields__)
    for name in sorted(map(str, data)):
        if name not in known:
            raise ValueError(f"{name} finns inte. Skriv något av: {', '.join(sorted(known))}.")
    numbers = {name: value for name, value in data.items() if name != "weights" and value is not None}
    for name, value in [*numbers.items(), *data["weights"].items()]:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"{name}: ”{value}” är inget helt tal. Skriv ett tal.")
    return MatchPolicy(weights=data["weights"], **numbers)
