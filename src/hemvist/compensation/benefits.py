"""Money that goes to the person, for information: who decides, who pays, how much (S-67).

The municipality's own investigation says that Arbetsförmedlingen pays the daily allowance of those assigned (lines
578-579). It does not: see :data:`CORRECTION`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from hemvist.law import parameters
from hemvist.law.calendar import add_months
from hemvist.law.compensation import Terms
from hemvist.law.compensation.benefits import (
    Adult,
    ChildAtHome,
    child_supplement,
    daily_allowance,
    housing_benefit,
    introduction_benefit,
)
from hemvist.law.parameters import Parameter, ParameterNotFound
from hemvist.law.types import Answer, gettext_noop
from hemvist.organisation.queries import rulings_on

CORRECTION = gettext_noop(
    "I kommunens utredning står det att Arbetsförmedlingen betalar ut dagersättningen. Det stämmer inte: "
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


@dataclass(frozen=True, slots=True)
class Example:
    """A household that nobody has, and what it gets: each part in words with its amount and reasons."""

    title: str
    text: str
    parts: tuple[tuple[str, Answer[Decimal]], ...]


def benefits_page(today: date) -> dict[str, Any]:
    """What the page shows. Amounts that are not known on the day are left out, and said to be."""
    return {
        "examples": _examples(today),
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


def _examples(today: date) -> list[Example]:
    """Two worked examples with today's amounts."""
    terms = Terms(rulings_on(today))
    fifteen, fourteen, eight, two = (add_months(today, -12 * years - 6) for years in (15, 14, 8, 2))
    month, couple = today.replace(day=1), [Adult.COHABITING, Adult.COHABITING]
    children = [ChildAtHome(eight), ChildAtHome(fourteen)]
    return [
        Example(
            _("Dagersättning för ett hushåll"),
            _("Två sammanboende vuxna och barn som är 15, 8 och 2 år. De lagar sin egen mat."),
            ((_("Per dag"), daily_allowance(couple, [fifteen, eight, two], today, terms=terms)),),
        ),
        Example(
            _("Etableringsersättning för en person"),
            _("Personen är i programmet på heltid hela månaden."),
            (
                (_("Etableringsersättning den här månaden"), introduction_benefit(month, terms=terms)),
                (_("Tillägg per månad för barn som är 8 och 14 år"), child_supplement(children, month, terms=terms)),
                (
                    _("Bostadsersättning per månad, den som bor ensam utan barn och har hyran 5 200 kronor"),
                    housing_benefit(5200, month, terms=terms),
                ),
            ),
        ),
    ]


def _benefit(title: str, decides: str, pays: str, text: str, prefix: str, today: date) -> Benefit:
    rows, coming = [], []
    for key, values in parameters.register().items():
        if not key.startswith(prefix):
            continue
        with suppress(ParameterNotFound):
            rows.append(parameters.get(key, today))
        coming += [value for value in values if value.valid_from > today]
    return Benefit(title, decides, pays, text, tuple(rows), tuple(coming))
