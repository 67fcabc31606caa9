"""What is imagined: arrivals of a year, and rules that are not law."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hemvist.compensation import watch
from hemvist.compensation.forecast import AT_ARRIVAL, REGISTRATION_DAYS, Assumptions
from hemvist.compensation.forms.claims import Kronor
from hemvist.planning.imagined_arrivals import Ages, Arrivals
from hemvist.reception.models import Category

MOST = 10_000
LARGEST = 10_000_000


def _number(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST, required=False, initial=0)


class ArrivalsForm(forms.Form):
    """Next year's kommuntal by category, or any number; ages and lag as assumptions."""

    year = forms.IntegerField(label=_("År"), min_value=2020, max_value=2040)
    quota = _number(_("Vidarebosatta (kvot)"))
    asylum_housing = _number(_("Från asylboende"))
    temporary_protection = _number(_("Tillfälligt skydd"))
    self_settled = _number(_("Eget boende"))
    relative = _number(_("Anhöriga"))
    under_20 = forms.IntegerField(label=_("Under 20 år, procent"), min_value=0, max_value=100, initial=40)
    from_limit = forms.IntegerField(label=_("Från riktåldern, procent"), min_value=0, max_value=100, initial=4)
    registration_days = forms.IntegerField(
        label=_("Dagar från ankomst till beslut om folkbokföring"),
        min_value=0,
        max_value=365,
        initial=REGISTRATION_DAYS,
        help_text=_("Mottagandedatum för den som inte är vidarebosatt antas bli så många dagar efter ankomsten."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("under_20") or 0) + (data.get("from_limit") or 0) > 100:
            self.add_error("from_limit", _("Andelarna blir mer än 100 procent tillsammans."))
        return data

    @property
    def assumptions(self) -> Assumptions:
        data = self.cleaned_data
        numbers = {code: data.get(code) or 0 for code in Category.values if code in self.fields}
        days = data["registration_days"]
        arrivals = Arrivals(
            data["year"],
            numbers,
            Ages(Decimal(data["under_20"]), Decimal(data["from_limit"])),
            {category.value: days for category in Category if category not in AT_ARRIVAL},
        )
        return Assumptions(days, arrivals if any(numbers.values()) else None)


class WhatIfForm(forms.Form):
    """One amount that somebody imagines, from a day."""

    key = forms.ChoiceField(label=_("Belopp"))
    value = Kronor(
        _("Tänkt värde"), required=True, help_text=_("Kronor eller procent, som beloppet är skrivet i författningen.")
    )
    from_day = forms.DateField(
        label=_("Gäller från"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("För belopp som följer mottagandedatum: för dem som tas emot från den dagen."),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = choices  # type: ignore[attr-defined]

    def clean_value(self) -> Decimal:
        value: Decimal = self.cleaned_data["value"]
        if value > LARGEST:
            raise forms.ValidationError(_("Beloppet är orimligt högt."))
        return value

    def clean_from_day(self) -> date:
        day: date = self.cleaned_data["from_day"]
        if not 2020 <= day.year <= 2040:
            raise forms.ValidationError(_("Välj en dag mellan 2020 och 2040."))
        return day


def keys() -> list[str]:
    """The amounts that a what-if may change, each once, in the order of the files."""
    return list(dict.fromkeys(row.key for row in watch.amounts()))
