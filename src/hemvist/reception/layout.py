"""What a file with a table may hold: its columns, how a cell is read, and the template to fill in."""

from __future__ import annotations

import dataclasses
import io
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from hemvist.web.files import csv_bytes

MAX_ROWS = 5_000
MAX_BYTES = 10 * 1024 * 1024

Cell = str | int | float | bool | date | datetime | None


class CellError(ValueError):
    """The cell cannot be read as what the column holds; the text says why."""


def key(text: str) -> str:
    """Letters and digits only, å, ä and ö as a and o: *Födelsedatum* and *fodelse_datum* are the same."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


# Code → the words for it, our own first. Compared with :func:`key`; the code itself is always a word too.
Words = Mapping[str, tuple[str, ...]]

YES_NO: Words = {
    "true": ("ja", "j", "yes", "y", "sant", "x", "1"),
    "false": ("nej", "n", "no", "falskt", "0"),
}


# --- reading a cell --------------------------------------------------------------------------------------


def as_text(cell: Cell) -> str:
    """The cell in words, on one line. Raises CellError for signs that belong in no text, and for formulas."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    text = " ".join(unicodedata.normalize("NFC", str(cell)).split()) if cell is not None else ""
    if text.startswith("="):
        raise CellError(_("Cellen innehåller en formel. Klistra in värdet i stället."))
    if re.fullmatch(r"#[A-Z0-9/!?_]+[!?]|#N/A", text):
        raise CellError(_("Cellen innehåller ett felvärde från Excel, %(text)s.") % {"text": brief(text)})
    if any(unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"} for c in text):
        raise CellError(_("Cellen innehåller tecken som inte går att läsa. Skriv om den."))
    return text


def as_date(cell: Cell) -> date | None:
    """2026-11-27, 20261127 or a date cell of Excel; between 1900 and 2100."""
    day = _day(cell)
    if day and not 1900 <= day.year <= 2100:
        raise CellError(_("Året %(year)d är orimligt. Kontrollera datumet.") % {"year": day.year})
    return day


def _day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float | int) and not isinstance(cell, bool) and 1 <= cell < 80_000:
        return date(1899, 12, 30) + timedelta(days=int(cell))
    text = as_text(cell)
    if not text:
        return None
    iso = text.replace("T", " ").removesuffix(" 00:00:00").removesuffix(" 00:00")
    if not re.fullmatch(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}", iso):
        raise CellError(_("”%(text)s” är inget datum.") % {"text": brief(text)})
    try:
        return date.fromisoformat(iso)
    except ValueError:
        raise CellError(_("”%(text)s” är inget datum som finns.") % {"text": brief(text)}) from None


def brief(text: str) -> str:
    """What is quoted of a cell in a message."""
    return text if len(text) <= 40 else text[:40] + "…"


def one_of(words: Words) -> Callable[[Cell], str]:
    """A reader of cells that hold one of these words, and gives its code."""
    known = {key(word): str(code) for code, each in words.items() for word in (code, *each)}

    def read(cell: Cell) -> str:
        text = as_text(cell)
        if text and key(text) not in known:
            raise CellError(_("”%(text)s” går inte att tolka.") % {"text": brief(text)})
        return known.get(key(text), "")

    return read


_yes_no = one_of(YES_NO)


def as_bool(cell: Cell) -> bool | None:
    word = _yes_no(cell)
    return word == "true" if word else None


# --- columns ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the file, the value it fills, and how a cell is read.

    ``of`` is *group* for what must be the same on all rows of a group and may be left out on some, *row* for the rest.
    ``allows`` says in words what may be written, where ``read``, ``words`` and ``longest`` do not.
    """

    name: str
    field: str
    label: str | Promise
    of: str
    about: str | Promise
    example: tuple[str, str]
    aliases: tuple[str, ...] = ()
    required: bool = False
    read: Callable[[Cell], Any] = as_text
    words: Words = dataclasses.field(default_factory=dict)
    longest: int = 0
    allows: str | Promise = ""

    @property
    def allowed(self) -> str:
        """What may be written, in words."""
        if self.allows:
            return str(self.allows)
        if self.read is as_date:
            return _("datum som ÅÅÅÅ-MM-DD, eller en datumcell i Excel")
        if self.read is as_bool:
            return _("ja eller nej")
        if self.words:
            return ", ".join(words[0] for words in self.words.values())
        return _("text, högst %(count)d tecken") % {"count": self.longest}


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of file: the one list behind its parser, its template and its guide.

    A file must have at least one of the columns ``known_by``; ``unknown`` is what is said otherwise, of the first.
    """

    sheet: str | Promise
    columns: tuple[Column, ...]
    without_rows: str | Promise
    known_by: tuple[str, ...]
    unknown: str | Promise

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        return {column.field: column for column in self.columns}

    @cached_property
    def by_header(self) -> Mapping[str, Column]:
        return {key(name): column for column in self.columns for name in (column.name, column.field, *column.aliases)}

    def template_csv(self) -> bytes:
        """The template with nothing but its header."""
        return csv_bytes([column.name for column in self.columns], [])

    def example_rows(self) -> list[tuple[str, ...]]:
        """Two made-up rows, as the guide shows them."""
        return [tuple(column.example[i] for column in self.columns) for i in (0, 1)]

    def guide_rows(self) -> list[tuple[str, str, str, str, str]]:
        """Each column in words."""
        return [
            (
                column.name,
                _("ja") if column.required else "",
                str(column.about),
                column.allowed,
                column.example[0] or column.example[1],
            )
            for column in self.columns
        ]

    def template_xlsx(self) -> bytes:
        """The template as a workbook: a sheet to fill in, with choices to pick from, and one that explains it."""
        book = Workbook()
        sheet, guide = book.worksheets[0], book.create_sheet(_("Förklaring"))
        sheet.title = str(self.sheet)
        bold = Font(bold=True)
        for index, column in enumerate(self.columns, start=1):
            letter = get_column_letter(index)
            head = sheet.cell(1, index, column.name)
            head.font = bold
            sheet.column_dimensions[letter].width = max(len(column.name) + 3, 14)
            style = "yyyy-mm-dd" if column.read is as_date else "@"
            for row in range(2, 202):
                sheet.cell(row, index).number_format = style
            if column.words:
                choices = ",".join(words[0] for words in column.words.values())
                choice = DataValidation(type="list", formula1=f'"{choices}"', showErrorMessage=False)
                sheet.add_data_validation(choice)
                choice.add(f"{letter}2:{letter}{MAX_ROWS + 1}")
        sheet.freeze_panes = "A2"
        guide.append(_guide_header())
        for line in self.guide_rows():
            guide.append(line)
        for letter, width in zip("ABCDE", (26, 16, 60, 70, 20), strict=True):
            guide.column_dimensions[letter].width = width
        for line in guide.iter_rows():
            for cell in line:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if cell.row == 1:
                    cell.font = bold
        guide.freeze_panes = "A2"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def guide_markdown(self) -> str:
        """The table of columns as it stands in the documents, with the example."""
        lines = [f"| {' | '.join(_guide_header())} |", "|---|---|---|---|---|"]
        for name, required, about, allowed, example in self.guide_rows():
            lines.append(f"| `{name}` | {required} | {about} | {allowed} | {f'`{example}`' if example else ''} |")
        example = csv_bytes([c.name for c in self.columns], self.example_rows()).decode("utf-8-sig")
        return "\n".join([*lines, "", "```csv", example.replace("\r\n", "\n").strip(), "```", ""])


def _guide_header() -> tuple[str, ...]:
    return _("Kolumn"), _("Måste fyllas i"), _("Vad den betyder"), _("Vad som får stå"), _("Exempel")
