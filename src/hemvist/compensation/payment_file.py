"""The columns of Migrationsverket's list of payments (utbetalningslista), and its rows as values.

Pure: no database, no clock. The list is read as it comes: a ground in words that are not known is kept in those words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemvist.law.compensation import Ground
from hemvist.reception import identity
from hemvist.reception.layout import Cell, CellError, Column, Layout, as_date, as_text, brief, key
from hemvist.reception.table_file import Parsed, Row, parse

# A list can name a day of payment that is near ahead.
AHEAD = timedelta(days=31)
LARGEST = Decimal(10) ** 10


# --- reading a cell ---------------------------------------------------------------------------------------------------

_GROUPED = re.compile(r"[0-9]{1,3}(?:[ .][0-9]{3})+(?:,[0-9]{1,2})?")
_PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]{1,2})?")


def as_amount(cell: Cell) -> Decimal | None:
    """Kronor as Swedes write them: 16 500,00, 16.500,50, 16500, −16 500 kr."""
    if isinstance(cell, bool | date):
        raise CellError(_("”%(text)s” är inget belopp.") % {"text": brief(as_text(cell))})
    if isinstance(cell, float):
        return _in_ore(Decimal(str(cell)), str(cell))
    text = as_text(cell)
    if not text:
        return None
    # An apostrophe is how a spreadsheet keeps a minus sign from being read as a formula.
    plain = re.sub(r"(?i)\s*(?:kronor|kr|sek|:-)\.?$", "", text.lstrip("'")).replace("−", "-").replace("–", "-")
    negative = plain.startswith("-") or plain.endswith("-")
    plain = plain.strip("-+ ")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(" ", "").replace(".", "")
    elif not _PLAIN.fullmatch(plain):
        raise CellError(_("”%(text)s” är inget belopp.") % {"text": brief(text)})
    amount = _in_ore(Decimal(plain.replace(",", ".")), text)
    return -amount if negative else amount


def _in_ore(amount: Decimal, text: str) -> Decimal:
    """The amount with two decimals; what a spreadsheet adds in its last digits is no more than noise."""
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise CellError(_("”%(text)s” är orimligt mycket.") % {"text": brief(text)})
    ore = amount.quantize(Decimal("0.01"))
    if abs(ore - amount) > Decimal("0.000001"):
        raise CellError(_("”%(text)s” har fler än två decimaler.") % {"text": brief(text)})
    return ore


def as_instalment(cell: Cell) -> int | None:
    """The number of the instalment: 3, 3/9 or 3 av 9."""
    text = as_text(cell)
    if not text:
        return None
    found = re.fullmatch(r"(?:nr\.? ?)?([1-9])(?: ?(?:/|av) ?9)?", text.casefold())
    if not found:
        raise CellError(_("”%(text)s” är inget nummer från 1 till 9.") % {"text": brief(text)})
    return int(found[1])


# --- what a row is paid for -------------------------------------------------------------------------------------------

# "10 §", "14 c §", "16–17 §§", "13 och 14 §§": all the numbers that stand before a paragraph sign.
_NUMBER = r"[0-9]+(?: ?[a-z]\b)?"
_PARAGRAPHS = re.compile(rf"({_NUMBER}(?: ?(?:[-–,]|och) ?{_NUMBER})*) ?§")
_INSTALMENT = re.compile(
    r"(?:utbetalning|delbetalning|omgång)(?: nr\.?)? ([1-9])\b|\b([1-9])(?::[ae])? ?(?:utbetalning|/ ?9)"
)
_2010: Mapping[str, Ground] = {
    **dict.fromkeys(("10", "11", "12"), Ground.STANDARD),
    "13": Ground.MOVE_EARLY,
    "14": Ground.MOVE_PERIOD,
    **dict.fromkeys(("15", "16", "17"), Ground.INITIAL),
    "29": Ground.UNACCOMPANIED,
    "29c": Ground.UNACCOMPANIED_ONCE,
    "30": Ground.STUDY_SUPPORT,
}
_2017: Mapping[str, Ground] = {
    "4": Ground.SCHOOL,
    "14a": Ground.ASYLUM_HOUSING,
    "14b": Ground.FORMER_UNACCOMPANIED,
    "14c": Ground.ASSIGNED_HOUSING,
}
# The same paragraph pays by the night, and once.
_ONCE: Mapping[Ground, Ground] = {
    Ground.ASYLUM_HOUSING: Ground.ASYLUM_HOUSING_ONCE,
    Ground.ASSIGNED_HOUSING: Ground.ASSIGNED_HOUSING_ONCE,
    Ground.UNACCOMPANIED: Ground.UNACCOMPANIED_ONCE,
}
# Without a paragraph: the first line of which all words stand in the text, and none of the barred ones.
_WORDS: tuple[tuple[tuple[str, ...], tuple[str, ...], Ground], ...] = (
    (("initial",), (), Ground.INITIAL),
    (("studiehjälp",), (), Ground.STUDY_SUPPORT),
    (("god man",), (), Ground.UNACCOMPANIED_ONCE),
    (("ensamkommande",), ("tidigare", "asyl"), Ground.UNACCOMPANIED),
    *(
        ((who, what), (), Ground.ASYLUM_HOUSING)
        for who in ("tillfälligt skydd", "massflykt")
        for what in ("boende", "dygn", "engång")
    ),
    (("tidig", "flytt"), ("tidigare",), Ground.MOVE_EARLY),
    (("schablon",), ("flytt", "ensam", "asyl", "skola"), Ground.STANDARD),
    (("tvåårs",), ("flytt",), Ground.STANDARD),
    (("skol",), ("schablon",), Ground.SCHOOL),
)


def ground_of(text: str) -> Ground | None:
    """The ground that the list's words mean, by our own code, by paragraph or by the words; None when it is unclear."""
    codes = {key(code): code for code in Ground}
    if key(text) in codes:
        return codes[key(text)]
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    found = _by_paragraph(words) if "§" in words else _by_words(words)
    return _ONCE.get(found, found) if found and "engång" in words else found


def _by_paragraph(words: str) -> Ground | None:
    acts = [act for number, act in (("2010:1122", _2010), ("2017:193", _2017)) if number in words]
    known = acts[0] if len(acts) == 1 else {**_2010, **_2017}
    numbers = (number for group in _PARAGRAPHS.findall(words) for number in re.findall(_NUMBER, group))
    found = {known.get(number.replace(" ", "")) for number in numbers}
    return found.pop() if len(found) == 1 else None


def _by_words(words: str) -> Ground | None:
    for wanted, barred, ground in _WORDS:
        if all(word in words for word in wanted) and not any(word in words for word in barred):
            return ground
    return None


def instalment_in(text: str) -> int | None:
    """The number of the instalment, when the words of the ground name it."""
    found = _INSTALMENT.search(" ".join(text.casefold().split()))
    return int(found[1] or found[2]) if found else None


# --- numbers ----------------------------------------------------------------------------------------------------------


def dossier_mark(text: str) -> str:
    """What is compared of a dossier number: no spaces, separators, case or leading zeros."""
    return "".join(c for c in text.upper() if c.isalnum()).lstrip("0")


def number_mark(text: str) -> str:
    """What is compared of any number: a dossier number, or the last ten digits of a personnummer."""
    mark = dossier_mark(text)
    return mark[-10:].lstrip("0") if mark.isdigit() and len(mark) == 12 else mark


def twelve_digits(text: str, today: date) -> str:
    """A personnummer or samordningsnummer as it is stored; empty when it is none.

    A spreadsheet drops the zeros that a number begins with.
    """
    digits = text.strip()
    if re.fullmatch(r"[0-9]{7,9}", digits):
        digits = digits.zfill(10)
    for kind in ("personnummer", "samordningsnummer"):
        try:
            return identity.normalise(kind, digits, today)
        except ValidationError:
            continue
    return ""


# --- the columns ------------------------------------------------------------------------------------------------------

_L = gettext_lazy
# fmt: off
LAYOUT = Layout(
    sheet=_L("Utbetalningar"),
    without_rows=_L("Filen har en rubrikrad men inga utbetalningar."),
    known_by=("dossier", "personal"),
    unknown=_L("Ange dossiernummer eller personnummer, så att det syns vem varje utbetalning gäller."),
    columns=(
        Column(
            "dossiernummer", "dossier", _L("dossiernummer"), "row",
            _L("Migrationsverkets nummer på personen. Det räcker med det eller personnumret."),
            ("10-900001", "10-900002"),
            ("dossiernr", "dossier", "dossier_number", "individnummer", "dossier-/individnummer", "dossnr"),
            longest=20,
        ),
        Column(
            "personnummer", "personal", _L("personnummer"), "row",
            _L("Personnummer eller samordningsnummer, med tio eller tolv siffror. Också ett som inte gäller längre."),
            ("", ""), ("personnr", "pnr", "samordningsnummer", "person-/samordningsnummer", "personal_number"),
            longest=18,
        ),
        Column(
            "ersattning", "ground_text", _L("ersättning"), "row",
            _L("Vad pengarna gäller, med listans egna ord eller paragrafen. Okända ord sparas som de står."),
            ("Schablonersättning", "Initiala kostnader"),
            ("ersättningstyp", "ersättningsslag", "ersättningsform", "typ av ersättning", "typ", "ground"),
            True, longest=200,
        ),
        Column(
            "utbetalning", "instalment", _L("utbetalning"), "row",
            _L("Vilken i ordningen av de nio utbetalningarna av schablonersättningen."),
            ("2", ""), ("utbetalning nr", "omgång", "delbetalning", "delutbetalning", "instalment"),
            read=as_instalment, allows=_L("ett tal från 1 till 9"),
        ),
        Column(
            "period_fran", "period_from", _L("period från"), "row", _L("Första dagen i perioden som betalas."),
            ("", ""), ("period fr.o.m.", "period from", "från", "from", "fr.o.m.", "periodstart"), read=as_date,
        ),
        Column(
            "period_till", "period_to", _L("period till"), "row", _L("Sista dagen i perioden som betalas."),
            ("", ""), ("period t.o.m.", "period to", "till", "tom", "t.o.m.", "periodslut"), read=as_date,
        ),
        Column(
            "belopp", "amount", _L("belopp"), "row", _L("Kronor. Det som återbetalas har minustecken."),
            ("33 000,00", "20 661"), ("summa", "utbetalt belopp", "ersättningsbelopp", "kronor", "amount"),
            True, as_amount, allows=_L("kronor, till exempel 16 500,00 eller −16500"),
        ),
        Column(
            "utbetalningsdatum", "paid_on", _L("utbetalningsdatum"), "row", _L("Dagen då Migrationsverket betalade."),
            ("2026-10-30", "2026-10-30"),
            ("utbetalningsdag", "utbetald", "utbetalt", "betaldatum", "datum", "paid_on", "payment_date"),
            True, as_date,
        ),
        Column(
            "kommentar", "note", _L("kommentar"), "row", _L("Listans anmärkning, om den har någon."),
            ("", ""), ("anmärkning", "notering", "meddelande", "comment", "note"), longest=300,
        ),
    ),
)
# fmt: on


# --- the rows ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FilePayment:
    """One row of the list. ``dossier`` and ``personal`` are the numbers as they stood."""

    row: int
    dossier: str
    personal: str
    ground: str
    ground_text: str
    instalment: int | None
    period_from: date | None
    period_to: date | None
    amount: Decimal
    paid_on: date
    note: str

    @property
    def number_text(self) -> str:
        return ", ".join(filter(None, (self.dossier, self.personal)))


def read(filename: str, data: bytes, today: date, *, demo: bool) -> tuple[list[FilePayment], Parsed]:
    """The rows of the file that could be read, and all that was wrong. Never raises."""
    parsed = parse(filename, data, LAYOUT)
    found = []
    for row in parsed.rows:
        _check(row, parsed, today, demo=demo)
        if {"ground_text", "amount", "paid_on"} <= row.values.keys():
            found.append(_payment(row))
    return found, parsed


def _payment(row: Row) -> FilePayment:
    text = row.values["ground_text"]
    values: dict[str, Any] = {name: row.values.get(name) for name in ("period_from", "period_to", "amount", "paid_on")}
    return FilePayment(
        row=row.number,
        dossier=row.values.get("dossier", ""),
        personal=row.values.get("personal", ""),
        ground=ground_of(text) or "",
        ground_text=text,
        instalment=row.values.get("instalment") or instalment_in(text),
        note=row.values.get("note", ""),
        **values,
    )


def _check(row: Row, parsed: Parsed, today: date, *, demo: bool) -> None:
    """What is wrong with a row as a whole."""

    def tell(field: str, message: str) -> None:
        parsed.tell(row.number, LAYOUT.by_field[field], message)

    start, end, paid_on = (row.values.get(name) for name in ("period_from", "period_to", "paid_on"))
    if start and end and end < start:
        tell("period_to", _("Perioden slutar innan den börjar."))
    if paid_on and paid_on > today + AHEAD:
        tell("paid_on", _("Dagen ligger mer än en månad framåt. Kontrollera datumet."))
    number = twelve_digits(row.values.get("personal", ""), today) if demo else ""
    if number and not identity.is_test_number("personnummer", number):
        tell("personal", _("I demon får bara Skatteverkets testnummer användas, inga riktiga personer."))
