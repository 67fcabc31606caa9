"""From bytes to rows: reads CSV and XLSX by a layout and says row and column of everything that is wrong.

Pure: no database, no clock. A file is never trusted; whatever is in it, :func:`parse` answers.
"""

from __future__ import annotations

import csv
import difflib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from hemvist.reception.layout import MAX_BYTES, MAX_ROWS, Cell, CellError, Column, Layout, as_text, brief, key

MAX_COLUMNS = 100
MAX_UNPACKED = 40 * 1024 * 1024
MAX_PARTS = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stops the file. Without a row it is about the whole file."""

    message: str
    row: int | None = None
    column: str = ""
    allowed: str = ""

    def __str__(self) -> str:
        place = [_("rad %(row)d") % {"row": self.row}] if self.row else []
        place += [_("kolumn %(column)s") % {"column": self.column}] if self.column else []
        return f"{', '.join(place)}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its number and a value for each field that could be read."""

    number: int
    values: dict[str, Any]


@dataclass(slots=True)
class Parsed:
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # Columns that the file has and Hemvist does not use.
    unused: list[str] = field(default_factory=list)

    @property
    def unreadable(self) -> bool:
        """Whether the file could not even be read as a table."""
        return any(problem.row is None for problem in self.problems)

    def told(self, row: int, column: Column) -> bool:
        """Whether something is already said about that cell."""
        return any(p.row == row and p.column == str(column.label) for p in self.problems)

    def tell(self, row: int, column: Column, message: str) -> None:
        """Say what is wrong with a cell, unless something is already said about it."""
        if not self.told(row, column):
            self.problems.append(Problem(message, row, str(column.label), column.allowed))


class _Unreadable(Exception):
    """The file is no table. The text says what to do."""


# --- bytes → table ----------------------------------------------------------------------------------------

Table = Iterable[tuple[int, Sequence[Cell]]]


def parse(filename: str, data: bytes, layout: Layout) -> Parsed:
    """Read the file. Never raises: what is wrong stands in ``problems``."""
    try:
        return _parse(_table(filename, data), layout)
    except _Unreadable as unreadable:
        return Parsed(problems=[Problem(str(unreadable))])


def _table(filename: str, data: bytes) -> Table:
    if not data.strip(b"\0 \t\r\n"):
        raise _Unreadable(_("Filen är tom."))
    if len(data) > MAX_BYTES:
        raise _Unreadable(_("Filen är större än %(limit)d MB. Dela den i flera.") % {"limit": MAX_BYTES // 2**20})
    kind = PurePath(filename).suffix.casefold()
    zipped = data.startswith(b"PK")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _Unreadable(
            _("Filen är låst med lösenord eller i ett äldre Excelformat. Spara den som .xlsx utan lösenord.")
        )
    if kind == ".xlsx":
        if not zipped:
            raise _Unreadable(_("Filen heter .xlsx men är ingen Excelfil. Öppna den i Excel och spara om den."))
        return _xlsx(data)
    if kind not in {".csv", ".txt"}:
        raise _Unreadable(_("Hemvist läser CSV och XLSX. Spara filen i något av dem."))
    if zipped:
        raise _Unreadable(_("Filen heter %(kind)s men är packad. Byt ändelsen till .xlsx.") % {"kind": kind})
    return _csv(data)


def _decode(data: bytes) -> str:
    """UTF-8, with or without a mark, UTF-16 with one, else the code page of Swedish Windows."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Unreadable(_("Filen är ingen textfil. Spara den som CSV (UTF-8)."))


def _csv(data: bytes) -> Table:
    text = _decode(data)
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Sequence[Cell]]] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                rows.append((number, cells))
            if len(rows) > MAX_ROWS + 1:
                break
    except csv.Error:
        raise _Unreadable(
            _("Filen går inte att läsa efter rad %(line)d. Kontrollera citattecknen där.") % {"line": reader.line_num}
        ) from None
    return rows


def _xlsx(data: bytes) -> Table:
    """The first sheet. A formula becomes a cell that no column can read."""
    try:
        _check_package(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        rows = []
        for number, cells in enumerate(book.worksheets[0].iter_rows(max_col=MAX_COLUMNS), start=1):
            values = [_value(cell) for cell in cells]
            if any(value not in (None, "") for value in values):
                rows.append((number, values))
            if len(rows) > MAX_ROWS + 1:
                break
        book.close()
    except _Unreadable:
        raise
    # A mutilated workbook makes openpyxl raise almost anything; to the user it is one and the same fault.
    except Exception:
        raise _Unreadable(
            _("Excelfilen är skadad eller låst. Öppna den i Excel, spara den på nytt utan lösenord och försök igen.")
        ) from None
    return rows


def _check_package(data: bytes) -> None:
    """Refuse what unpacks to far more than a list of persons, and XML that defines entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise _Unreadable(_("Excelfilen är orimligt stor uppackad. Kopiera raderna till en ny arbetsbok."))
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                content = package.read(part)
                if b"<!DOCTYPE" in content.replace(b"\0", b""):
                    raise _Unreadable(_("Excelfilen innehåller kod som inte hör hemma i en lista."))


def _value(cell: Any) -> Cell:
    if cell.data_type == "f":
        return "="
    return cell.value if isinstance(cell.value, Cell) else str(cell.value)


# --- table → rows -----------------------------------------------------------------------------------------


def _parse(table: Table, layout: Layout) -> Parsed:
    lines = list(table)
    if not lines:
        raise _Unreadable(_("Filen är tom."))
    if len(lines) - 1 > MAX_ROWS:
        limit = number_format(MAX_ROWS, use_l10n=True, force_grouping=True)
        raise _Unreadable(_("Filen har fler än %(limit)s rader. Dela den i flera.") % {"limit": limit})
    header_row, header = lines[0][0], _trimmed(lines[0][1])
    if len(header) > MAX_COLUMNS:
        raise _Unreadable(_("Filen har fler än %(limit)d kolumner. Utgå från mallen.") % {"limit": MAX_COLUMNS})
    parsed = Parsed()
    columns = _columns(header_row, header, layout, parsed)
    if len(lines) == 1:
        parsed.problems.append(Problem(str(layout.without_rows), header_row))
    if parsed.problems:
        return parsed
    for number, cells in lines[1:]:
        if len(cells) < len(header) or len(_trimmed(cells)) > len(header):
            parsed.problems.append(
                Problem(
                    _("Raden har %(cells)d celler, rubrikraden %(header)d. Kontrollera att inget har flyttats.")
                    % {"cells": len(cells), "header": len(header)},
                    number,
                )
            )
            continue
        values: dict[str, Any] = {}
        for column, cell in zip(columns, cells, strict=False):
            if column:
                _read(column, cell, number, values, parsed.problems)
        parsed.rows.append(Row(number, values))
    return parsed


def _trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Without the empty cells at the end."""
    last = max((i for i, cell in enumerate(cells) if cell is not None and str(cell).strip()), default=-1)
    return cells[: last + 1]


def _columns(row: int, header: Sequence[Cell], layout: Layout, parsed: Parsed) -> list[Column | None]:
    """Which column stands where. Missing, doubled and misspelt headings are told."""
    found: list[Column | None] = []
    unknown: list[str] = []
    for cell in header:
        try:
            name = as_text(cell)
        except CellError:
            name = "?"
        column = layout.by_header.get(key(name))
        if column and column in found:
            message = _("Kolumnen finns två gånger. Ta bort den ena.")
            parsed.problems.append(Problem(message, row, column.name))
        if column is None and name:
            unknown.append(name)
        found.append(column)
    if not any(found):
        message = _("Den första raden är ingen rubrikrad. Utgå från mallen: den har kolumnernas namn överst.")
        parsed.problems.append(Problem(message, row))
        return found
    absent = [column for column in layout.columns if column not in found]
    for name in unknown:
        near = _meant(name, absent, layout)
        if near:
            absent.remove(near)
            message = _("Kolumnen ”%(name)s” finns inte. Menade du ”%(near)s”?")
            parsed.problems.append(Problem(message % {"name": brief(name), "near": near.name}, row, near.name))
        else:
            parsed.unused.append(brief(name))
    for column in absent:
        if column.required:
            message = _("Kolumnen saknas. Lägg till den, med det namnet på rubrikraden.")
            parsed.problems.append(Problem(message, row, column.name))
    if set(layout.known_by) <= {column.field for column in absent}:
        parsed.problems.append(Problem(str(layout.unknown), row, layout.by_field[layout.known_by[0]].name))
    return found


def _meant(name: str, absent: Sequence[Column], layout: Layout) -> Column | None:
    names = {other: column for other, column in layout.by_header.items() if column in absent}
    near = difflib.get_close_matches(key(name)[:60], names, n=1, cutoff=0.8)
    return names[near[0]] if near else None


def _read(column: Column, cell: Cell, number: int, values: dict[str, Any], problems: list[Problem]) -> None:
    try:
        value = column.read(cell)
        if column.longest and len(value) > column.longest:
            raise CellError(_("Texten är längre än %(count)d tecken.") % {"count": column.longest})
    except CellError as error:
        problems.append(Problem(str(error), number, str(column.label), column.allowed))
        return
    if value not in (None, ""):
        values[column.field] = value
    elif column.required and column.of == "row":
        problems.append(Problem(_("Cellen är tom."), number, str(column.label), column.allowed))
