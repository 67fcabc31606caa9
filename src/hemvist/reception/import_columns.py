"""The columns of the file of anvisningar: the one list behind template, parser and ``docs/import.md``."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from hemvist.law.target_group import PERMIT_GROUND_LABELS, PermitGround
from hemvist.reception.models import Category, Membership

MAX_ROWS = 5_000
MAX_BYTES = 10 * 1024 * 1024

Cell = str | int | float | bool | date | datetime | None


class CellError(ValueError):
    """The cell cannot be read as what the column holds; the text says why."""


def key(text: str) -> str:
    """Letters and digits only, å, ä and ö as a and o: *Födelsedatum* and *fodelse_datum* are the same."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


# --- the words that a cell may hold ----------------------------------------------------------------------

# Code → the words for it, our own first. Compared with :func:`key`; the code itself is always a word too.
Words = Mapping[str, tuple[str, ...]]

CATEGORIES: Words = {
    Category.QUOTA: ("kvotflykting", "kvot", "vidarebosatt", "kategori 1", "1", "resettled"),
    Category.ASYLUM_HOUSING: ("asylboende", "abo", "anläggningsboende", "från asylboende", "kategori 2", "2"),
    Category.TEMPORARY_PROTECTION: ("tillfälligt skydd", "massflykt", "kategori 6", "6"),
    Category.RELATIVE: ("anhörig", "anknytning", "kategori 3", "kategori 8", "kategori 3/8", "3/8", "3", "8"),
    Category.SELF_SETTLED: ("eget boende", "ebo", "självbosatt", "kategori 4", "4"),
    Category.OTHER: ("övrig", "övriga", "annan"),
}
POSITIONS: Words = {
    Membership.Position.CONTACT: ("kontaktperson", "kontakt", "huvudsökande", "main applicant"),
    Membership.Position.ADULT: ("vuxen", "medsökande", "make", "maka", "sambo", "spouse"),
    Membership.Position.CHILD: ("barn",),
}
# The ground is read from Migrationsverket's decision, so only words that name one provision are understood.
_GROUND_WORDS: Words = {
    PermitGround.UTLL_5_1: ("5 kap. 1 §", "5 kap 1 § utlänningslagen", "5:1"),
    PermitGround.UTLL_5_2: ("5 kap. 2 §", "5 kap 2 § utlänningslagen", "5:2", "kvotflykting"),
    PermitGround.UTLL_5_4: ("5 kap. 4 §", "5 kap 4 § utlänningslagen", "5:4"),
    PermitGround.UTLL_5_6: ("5 kap. 6 §", "5 kap 6 § utlänningslagen", "5:6"),
    PermitGround.UTLL_5_11: ("5 kap. 11 §", "5 kap 11 § utlänningslagen", "5:11"),
    PermitGround.UTLL_12_17A: ("12 kap. 17 a §", "12 kap 17 a § utlänningslagen", "12:17a"),
    PermitGround.UTLL_12_18: ("12 kap. 18 §", "12 kap 18 § utlänningslagen", "12:18"),
    PermitGround.UTLL_21: ("21 kap.", "21 kap utlänningslagen", "tillfälligt skydd"),
    PermitGround.UTLL_22: ("22 kap.", "22 kap utlänningslagen"),
    PermitGround.REG_2024_1347_ART_24: ("artikel 24", "art. 24", "artikel 24 i förordning (EU) 2024/1347"),
    PermitGround.RESETTLEMENT: ("vidarebosatt", "vidarebosättning"),
    PermitGround.RELATIVE: ("anhörig", "anknytning", "5 kap. 3 §", "5 kap 3 § utlänningslagen", "5:3"),
    PermitGround.GYMNASIELAGEN_2017_353: ("lag 2017:353", "2017:353", "gymnasielagen"),
    PermitGround.OTHER: ("annan", "annan grund", "övrig"),
}
PERMIT_GROUNDS: Words = {
    ground: (*words, PERMIT_GROUND_LABELS[PermitGround(ground)]) for ground, words in _GROUND_WORDS.items()
}
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


def _word(words: Words) -> Callable[[Cell], str]:
    known = {key(word): str(code) for code, each in words.items() for word in (code, *each)}

    def read(cell: Cell) -> str:
        text = as_text(cell)
        if text and key(text) not in known:
            raise CellError(_("”%(text)s” går inte att tolka.") % {"text": brief(text)})
        return known.get(key(text), "")

    return read


_yes_no = _word(YES_NO)


def as_bool(cell: Cell) -> bool | None:
    word = _yes_no(cell)
    return word == "true" if word else None


# --- the columns -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the file, the value it fills, and how a cell is read.

    ``of`` is *household* for what must be the same on all rows of a household, *person* for the rest.
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

    @property
    def allowed(self) -> str:
        """What may be written, in words."""
        if self.read is as_date:
            return _("datum som ÅÅÅÅ-MM-DD, eller en datumcell i Excel")
        if self.read is as_bool:
            return _("ja eller nej")
        if self.words:
            return ", ".join(words[0] for words in self.words.values())
        return _("text, högst %(count)d tecken") % {"count": self.longest}


_L = gettext_lazy
# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column(
        "hushallsnyckel", "key", _L("hushållsnyckel"), "household",
        _L("Samma ord på alla rader som hör till samma hushåll. Är cellen tom används beteckningen."),
        ("H1", "H1"), ("ärende", "hushåll", "hushållsnr", "household", "household_key", "case"), longest=40,
    ),
    Column(
        "beteckning", "reference", _L("beteckning"), "household",
        _L("Migrationsverkets beteckning på anvisningen. Känns den igen finns hushållet redan."),
        ("ANV-2026-00417", "ANV-2026-00417"), ("anvisningsnummer", "diarienummer", "reference"), longest=40,
    ),
    Column(
        "beslutsdatum", "decided_on", _L("beslutsdatum"), "household",
        _L("Dagen då Migrationsverket beslutade anvisningen. Tomt för hushåll utan anvisning."),
        ("2026-10-05", "2026-10-05"), ("anvisningsdatum", "beslutsdag", "decision_date"), read=as_date,
    ),
    Column(
        "senaste_mottagningsdag", "latest_reception_on", _L("senaste mottagningsdag"), "household",
        _L("Senaste dagen för mottagande, om beslutet anger en."),
        ("2026-12-01", ""), ("senast mottagen", "latest_reception_on", "latest_reception_date"), read=as_date,
    ),
    Column(
        "kategori", "category", _L("kategori"), "household", _L("Hur hushållet kommer till kommunen."),
        ("kvotflykting", "kvotflykting"), ("category",), True, _word(CATEGORIES), CATEGORIES,
    ),
    Column(
        "planerad_ankomst", "planned_arrival_on", _L("planerad ankomst"), "household",
        _L("Dagen då hushållet väntas komma."),
        ("2026-11-16", ""), ("ankomstdatum", "planned_arrival", "planned_arrival_on"), read=as_date,
    ),
    Column(
        "bor_redan_i_kommunen", "already_living_here", _L("bor redan i kommunen"), "household",
        _L("Ja om hushållet redan bor i kommunen. Tomt räknas som nej."),
        ("nej", ""), ("bor redan här", "already_living_here"), read=as_bool, words=YES_NO,
    ),
    Column(
        "behover_bostad", "needs_dwelling", _L("behöver bostad"), "household",
        _L("Nej om hushållet har ordnat bostad själv. Tomt räknas som ja."),
        ("ja", ""), ("needs_dwelling", "needs_housing"), read=as_bool, words=YES_NO,
    ),
    Column(
        "mottagen", "received_on", _L("mottagen"), "household",
        _L("Dagen då hushållet faktiskt togs emot, om det redan har skett."),
        ("", ""), ("mottagen den", "mottagningsdag", "received_on"), read=as_date,
    ),
    Column(
        "adress", "address", _L("adress"), "household", _L("Adressen, om hushållet redan bor i kommunen."),
        ("", ""), ("address",), longest=200,
    ),
    Column(
        "fornamn", "given", _L("förnamn"), "person", _L("Förnamn som i Migrationsverkets beslut."),
        ("Exempla", "Exemplo"), ("tilltalsnamn", "given", "given_name", "first_name"), True, longest=100,
    ),
    Column(
        "efternamn", "family", _L("efternamn"), "person", _L("Efternamn som i Migrationsverkets beslut."),
        ("Exempelsson", "Exempelsson"), ("family", "family_name", "last_name", "surname"), True, longest=100,
    ),
    Column(
        "fodelsedatum", "birth_date", _L("födelsedatum"), "person",
        _L("Styr vad som hör till planen, till exempel förskola och skola."),
        ("1988-04-12", "2019-09-03"), ("född", "birth_date", "date_of_birth"), True, as_date,
    ),
    Column(
        "stallning", "position", _L("ställning"), "person",
        _L("Ställning i hushållet. Precis en person är kontaktperson."),
        ("kontaktperson", "barn"), ("roll", "position", "role"), True, _word(POSITIONS), POSITIONS,
    ),
    Column(
        "tillstandsgrund", "permit_ground", _L("tillståndsgrund"), "person",
        _L("Grunden för uppehållstillståndet, så som den står i beslutet."),
        ("vidarebosatt", "vidarebosatt"), ("grund", "permit_ground"), read=_word(PERMIT_GROUNDS),
        words=PERMIT_GROUNDS,
    ),
    Column(
        "tillstand_beviljat", "permit_granted_on", _L("tillstånd beviljat"), "person",
        _L("Dagen då uppehållstillståndet beviljades."),
        ("2026-09-14", "2026-09-14"), ("permit_granted", "permit_granted_on"), read=as_date,
    ),
    Column(
        "tillstand_giltigt_till", "permit_valid_to", _L("tillstånd giltigt till"), "person",
        _L("Sista giltighetsdagen. Tomt för permanent tillstånd."),
        ("2029-09-13", "2029-09-13"), ("giltigt till", "permit_valid_to"), read=as_date,
    ),
    Column(
        "sprak", "language", _L("språk"), "person", _L("Språket som personen helst talar."),
        ("arabiska", "arabiska"), ("language",), longest=60,
    ),
    Column(
        "tolk", "interpreter", _L("tolk"), "person", _L("Ja om personen behöver tolk. Tomt räknas som nej."),
        ("ja", "nej"), ("behöver tolk", "interpreter", "needs_interpreter"), read=as_bool, words=YES_NO,
    ),
    Column(
        "personnummer", "personnummer", _L("personnummer"), "person",
        _L("ÅÅÅÅMMDD-NNNN. Känns det igen finns hushållet redan."),
        ("", ""), ("personal_identity_number",), longest=20,
    ),
    Column(
        "samordningsnummer", "samordningsnummer", _L("samordningsnummer"), "person",
        _L("ÅÅÅÅMMDD-NNNN, med 60 lagt till dagen. Känns det igen finns hushållet redan."),
        ("", ""), ("coordination_number",), longest=20,
    ),
    Column(
        "dossiernummer", "dossier", _L("dossiernummer"), "person",
        _L("Migrationsverkets nummer. Känns det igen finns hushållet redan."),
        ("10-900001", "10-900002"), ("dossiernr", "dossier_number", "case_file_number"), longest=20,
    ),
    Column(
        "telefon", "phone", _L("telefon"), "person",
        _L("Skriv som text, annars tar Excel bort den första nollan."),
        ("070-000 00 00", ""), ("mobil", "telefonnummer", "phone"), longest=40,
    ),
    Column(
        "epost", "email", _L("e-post"), "person", _L("E-postadress."),
        ("", ""), ("e-postadress", "mejl", "email"), longest=200,
    ),
)
# fmt: on
BY_FIELD: Mapping[str, Column] = {column.field: column for column in COLUMNS}
BY_HEADER: Mapping[str, Column] = {
    key(name): column for column in COLUMNS for name in (column.name, str(column.field), *column.aliases)
}
HOUSEHOLD_FIELDS = tuple(column.field for column in COLUMNS if column.of == "household")


# --- the template and its guide --------------------------------------------------------------------------


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV as Swedish Excel opens it: semicolons and a byte order mark. No cell can start a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        texts = ("" if value is None else str(value) for value in row)
        writer.writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in texts])
    return ("\N{BOM}" + out.getvalue()).encode()


def template_csv() -> bytes:
    """The template with nothing but its header."""
    return write_csv([column.name for column in COLUMNS], [])


def example_rows() -> list[tuple[str, ...]]:
    """A made-up household of two, as the guide shows it."""
    return [tuple(column.example[i] for column in COLUMNS) for i in (0, 1)]


def guide_header() -> tuple[str, ...]:
    return _("Kolumn"), _("Måste fyllas i"), _("Vad den betyder"), _("Vad som får stå"), _("Exempel")


def guide_rows() -> list[tuple[str, str, str, str, str]]:
    """Each column in words."""
    return [
        (
            column.name,
            _("ja") if column.required else "",
            str(column.about),
            column.allowed,
            column.example[0] or column.example[1],
        )
        for column in COLUMNS
    ]


def template_xlsx() -> bytes:
    """The template as a workbook: a sheet to fill in, with choices to pick from, and one that explains it."""
    book = Workbook()
    sheet, guide = book.worksheets[0], book.create_sheet(_("Förklaring"))
    sheet.title = _("Anvisningar")
    bold = Font(bold=True)
    for index, column in enumerate(COLUMNS, start=1):
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
    guide.append(guide_header())
    for line in guide_rows():
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


def guide_markdown() -> str:
    """The table in ``docs/import.md``."""
    lines = [f"| {' | '.join(guide_header())} |", "|---|---|---|---|---|"]
    for name, required, about, allowed, example in guide_rows():
        lines.append(f"| `{name}` | {required} | {about} | {allowed} | {f'`{example}`' if example else ''} |")
    example = write_csv([c.name for c in COLUMNS], example_rows()).decode("utf-8-sig").replace("\r\n", "\n")
    return "\n".join([*lines, "", "```csv", example.strip(), "```", ""])
