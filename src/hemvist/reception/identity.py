"""Identity numbers, own small type: ready-made libraries refuse numbers that newcomers really have.

Personnummer (folkbokföringslagen 18 §) and samordningsnummer (lag 2022:1697) are kept as twelve digits. A
samordningsnummer adds 60 to the day; its day or month may be unknown (60 or 00). Gender is never read from a number.
"""

from __future__ import annotations

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_NUMBER = re.compile(r"([0-9]{2})?([0-9]{6})([-+]?)([0-9]{4})")
# Skatteverket's oldest test numbers are of 1890; an earlier year is a misread century.
_FIRST_YEAR = 1890


def luhn(nine_digits: str) -> int:
    """The check digit of nine digits by the modulus-10 method."""
    total = 0
    for index, digit in enumerate(nine_digits):
        product = int(digit) * (2 if index % 2 == 0 else 1)
        total += product // 10 + product % 10
    return (10 - total % 10) % 10


def normalise(kind: str, text: str, today: date) -> str:
    """The number in the form that is stored. Raises ValidationError that says what is wrong and what to write.

    ``today`` settles the century of a ten-digit number. A dossier number has no known format: up to 20 characters.
    """
    text = "".join(text.split())
    if kind == "dossier":
        if not 3 <= len(text) <= 20 or not re.fullmatch(r"[0-9A-Za-z/\-]+", text):
            raise ValidationError(
                _("Dossiernumret ”%(text)s” ska ha 3–20 tecken: siffror, bokstäver, bindestreck eller snedstreck.")
                % {"text": text}
            )
        return text.upper()
    match = _NUMBER.fullmatch(text)
    if not match:
        raise ValidationError(
            _("”%(text)s” är inget person- eller samordningsnummer. Skriv ÅÅÅÅMMDD-NNNN.") % {"text": text}
        )
    century, six, sign, last = match.groups()
    if century is None:
        year = today.year // 100 * 100 + int(six[:2])
        if year > today.year:
            year -= 100
        if sign == "+":
            year -= 100
        century = f"{year // 100:02d}"
    digits = century + six + last
    month, day = int(digits[4:6]), int(digits[6:8])
    if kind == "samordningsnummer":
        if not 60 <= day <= 91:
            raise ValidationError(
                _("I ett samordningsnummer ligger dagen mellan 61 och 91. ”%(text)s” har %(day)s.")
                % {"text": text, "day": day}
            )
        # An unknown month or day counts as the first.
        month, day = month or 1, day - 60 or 1
    _real_day(int(digits[:4]), month, day, text, today)
    if luhn(digits[2:11]) != int(digits[11]):
        raise ValidationError(_("Kontrollsiffran stämmer inte i ”%(text)s”. Kontrollera numret.") % {"text": text})
    return digits


def _real_day(year: int, month: int, day: int, text: str, today: date) -> None:
    try:
        born = date(year, month, day)
    except ValueError:
        raise ValidationError(_("”%(text)s” innehåller ett datum som inte finns.") % {"text": text}) from None
    if year < _FIRST_YEAR or born > today:
        raise ValidationError(
            _("”%(text)s” ger födelseåret %(year)s. Skriv numret med tolv siffror.") % {"text": text, "year": year}
        )


def show(kind: str, value: str) -> str:
    """As people write it: ``19640823-3234``."""
    return value if kind == "dossier" else f"{value[:8]}-{value[8:]}"


def is_test_number(kind: str, value: str) -> bool:
    """Whether the number is of the series that Skatteverket uses for tests (birth numbers 980-999 in the last four).

    Demo databases accept only these.
    """
    return kind == "dossier" or value[8:11] >= "980"
