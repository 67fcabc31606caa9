"""Money that goes to the person, for information: who decides, who pays, how much (S-67).

The municipality's own investigation says that Arbetsförmedlingen pays the daily allowance of those assigned (lines
578-579). It does not: see :data:`CORRECTION`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from hemvist.law import parameters
from hemvist.law.parameters import Parameter, ParameterNotFound
from hemvist.law.types import gettext_noop

CORRECTION = gettext_noop(
    "Utredningen (rad 578–579) skriver att Arbetsförmedlingen betalar ut dagersättningen. Det stämmer inte: "
    "Migrationsverket betalar dagersättning, och etableringsersättningen beslutas och betalas av Försäkringskassan. "
    "Arbetsförmedlingen beslutar om anvisning till programmet."
)


@dataclass(frozen=True, slots=True)
class Benefit:
    """One kind of money: who decides, who pays, and its amounts today."""

    title: str
    decides: str
    pays: str
    text: str
    rows: tuple[Parameter, ...]
    coming: tuple[Parameter, ...]


def benefits_page(today: date) -> dict[str, Any]:
    """What the page shows. Amounts that are not known on the day are left out, and said to be."""
    return {
        "benefits": [
            _benefit(
                _("Dagersättning"),
                _("Migrationsverket"),
                _("Migrationsverket"),
                _("Till den som omfattas av mottagandelagen, tills personen har tillstånd och är folkbokförd."),
                "daily_allowance.",
                today,
            ),
            _benefit(
                _("Etableringsersättning"),
                _("Arbetsförmedlingen anvisar till programmet, Försäkringskassan beslutar om ersättningen"),
                _("Försäkringskassan"),
                _("Till den som deltar i etableringsprogrammet. Betalas inte för tid under mottagandelagen."),
                "introduction_benefit.",
                today,
            ),
        ],
        "correction": _(CORRECTION),
    }


def _benefit(title: str, decides: str, pays: str, text: str, prefix: str, today: date) -> Benefit:
    rows, coming = [], []
    for key, values in parameters.register().items():
        if not key.startswith(prefix):
            continue
        with suppress(ParameterNotFound):
            rows.append(parameters.get(key, today))
        coming += [value for value in values if value.valid_from > today]
    return Benefit(title, decides, pays, text, tuple(rows), tuple(coming))
