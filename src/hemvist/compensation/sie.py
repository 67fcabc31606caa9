"""Vouchers as a SIE file of type 4I, which a program beside the ledger writes and the ledger reads.

After *SIE filformat*, utgåva 4B (2008-09-30), SIE-gruppen; numbers in parentheses are its points. Pure: no Django, no
database, no clock. Amounts are whole öre, debit positive and credit negative.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

# Dimension 1 is reserved for the cost centre (8.17).
_COST_CENTRE = 1
# Characters that code page 437 lacks and no decomposition gives, spelt so that they can be read. A backslash is there,
# but means that a quotation mark follows (5.7).
_SPELT = str.maketrans(
    dict.fromkeys("‐‑‒–—―−•", "-")
    | dict.fromkeys("“”„‟", '"')
    | dict.fromkeys("‘’‚‛", "'")
    | {"§": "par.", "€": "EUR", "×": "x", "\\": "/"}
    | {"ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ł": "l", "Ł": "L", "ı": "i"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a voucher. ``centre`` is the cost centre (kostnadsställe, ansvar); balance accounts have none."""

    account: str
    amount: int
    centre: str = ""


@dataclass(frozen=True, slots=True)
class Voucher:
    """A verifikation. It has no series and number: the ledger gives it its own (#VER, 6)."""

    date: date
    text: str
    rows: Sequence[Row]

    def __str__(self) -> str:
        return f"Verifikationen den {self.date} ({self.text})"


@dataclass(frozen=True, slots=True)
class SieFile:
    """What a file holds. Accounts and cost centres are number → name; name all that are used (6)."""

    company: str
    program: str
    program_version: str
    generated: date
    vouchers: Sequence[Voucher]
    accounts: Mapping[str, str] = field(default_factory=dict)
    centres: Mapping[str, str] = field(default_factory=dict)
    dimension: str = "Ansvar"


def write(file: SieFile) -> bytes:
    """The file as bytes in code page 437, one post a line. Raises ValueError for what a ledger would not take."""
    return "".join(f"{line}\r\n" for line in _lines(file)).encode("cp437")


def _lines(file: SieFile) -> Iterator[str]:
    yield "#FLAGGA 0"
    yield f"#PROGRAM {_text(file.program)} {_text(file.program_version)}"
    yield "#FORMAT PC8"
    yield f"#GEN {_day(file.generated)}"
    yield "#SIETYP 4"
    # The type of chart (#KPTYP) is left out: the standard has none for municipalities.
    yield f"#FNAMN {_text(file.company)}"
    for account, name in file.accounts.items():
        yield f"#KONTO {_account(account)} {_text(name)}"
    if file.centres:
        yield f"#DIM {_COST_CENTRE} {_text(file.dimension)}"
    for centre, name in file.centres.items():
        yield f"#OBJEKT {_COST_CENTRE} {_text(centre)} {_text(name)}"
    for voucher in file.vouchers:
        yield from _voucher(voucher)


def _voucher(voucher: Voucher) -> Iterator[str]:
    if not voucher.rows:
        raise ValueError(f"{voucher} har inga rader.")
    if difference := sum(row.amount for row in voucher.rows):
        kronor = _amount(abs(difference)).replace(".", ",")
        raise ValueError(f"{voucher} balanserar inte: debet och kredit skiljer {kronor} kronor.")
    yield f'#VER "" "" {_day(voucher.date)} {_text(voucher.text)}'
    # The braces stand alone on their lines (5.4).
    yield "{"
    for row in voucher.rows:
        centre = f'"{_COST_CENTRE}" {_text(row.centre)}' if row.centre else ""
        yield f"#TRANS {_account(row.account)} {{{centre}}} {_amount(row.amount)}"
    yield "}"


def _text(text: str) -> str:
    """A field in quotation marks, with those inside it escaped and no control characters (5.7, 5.8)."""
    one_line = " ".join(text.replace("§§", "§").split())
    readable = "".join(map(_character, unicodedata.normalize("NFC", one_line)))
    return '"' + readable.replace('"', r"\"") + '"'


def _character(character: str) -> str:
    """The character as code page 437 has it, or the nearest that can be read: without its accent, spelt, or ``?``."""
    for form in (character, unicodedata.normalize("NFKD", character)):
        kept = "".join(c for c in form.translate(_SPELT) if unicodedata.category(c)[0] not in "CM")
        try:
            kept.encode("cp437")
        except UnicodeEncodeError:
            continue
        return kept
    return "?"


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _amount(ore: int) -> str:
    """Kronor with a decimal point and two decimals (5.9)."""
    return f"{'-' if ore < 0 else ''}{abs(ore) // 100}.{abs(ore) % 100:02}"


def _account(account: str) -> str:
    if not re.fullmatch("[0-9]+", account):
        raise ValueError(f"{account} är inget kontonummer. Skriv bara siffror.")
    return account
