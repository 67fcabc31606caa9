"""What must not stand in texts about ways of working, arguments and homes: anything that gives a person away."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hemvist.access.models import User
from hemvist.organisation.queries import municipality

_PERSONAL = (
    re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+ ]?\d{4}(?!\d)"),
    re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
)
_YEAR_AND_NUMBER = r"\d{4}[-/ ]\d"
_WORD = re.compile(r"\w+")
IMPERSONAL = _(
    "Här får inget stå om en person: inga namn, personnummer, ärendenummer eller e-postadresser. Skriv om arbetssättet "
    "i stället."
)
NO_NUMBERS = _("Skriv inget om en person: inga personnummer, ärendenummer eller e-postadresser.")


def speaks_of_a_person(text: str) -> bool:
    """Whether the text holds an identity number, a case number or an e-mail address. At most one query."""
    if any(pattern.search(text) for pattern in _PERSONAL):
        return True
    # With its year and number: the prefix alone may be a word, as "mot 2027".
    if not re.search(_YEAR_AND_NUMBER, text) or (owner := municipality()) is None:
        return False
    return bool(re.search(rf"\b{re.escape(owner.case_number_prefix)}[- ]?{_YEAR_AND_NUMBER}", text, re.IGNORECASE))


def names_somebody(text: str) -> bool:
    """Whether the text holds all parts of the name of somebody who works here, in any order. Other names cannot be
    found by a rule; the forms ask for none. One query.
    """
    said = set(_WORD.findall(text.casefold()))
    names = (set(_WORD.findall(name.casefold())) for name in User.objects.values_list("name", flat=True))
    return any(len(parts) > 1 and parts <= said for parts in names)


def impersonal(words: str) -> str:
    """The words, when no number or address of a person stands in them. Raises ValidationError."""
    if speaks_of_a_person(words):
        raise ValidationError(NO_NUMBERS)
    return words


def impersonal_at(field: str, words: str) -> None:
    """As :func:`impersonal`, with the error at its field."""
    try:
        impersonal(words)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
