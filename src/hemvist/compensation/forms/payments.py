"""The forms of payments and of the reconciliation: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from hemvist.compensation.models import Clearance
from hemvist.planning.reconciliation import KIND_LABELS
from hemvist.web.forms import Form, one_of, text

# What the list of lines shows when nothing is asked for, what has been cleared up, and everything.
TO_DO, CLEARED, ALL = "", "cleared", "all"
SHOWN: tuple[tuple[str, Any], ...] = (
    (TO_DO, _("Att utreda")),
    *((kind.value, _(label)) for kind, label in KIND_LABELS.items()),
    (CLEARED, _("Utredda")),
    (ALL, _("Alla")),
)


class FindPerson(Form):
    """A search among the persons whose money the actor may see."""

    sok = forms.CharField(
        label=_("Sök namn, ärende eller nummer"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class ReconciliationFilter(FindPerson):
    """Which lines the list shows."""

    visa = forms.ChoiceField(label=_("Visa"), choices=SHOWN, required=False)
    manad = forms.ChoiceField(label=_("Månad"), required=False)

    def __init__(self, *args: Any, months: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("Alla månader")),
            *((f"{month:%Y-%m}", capfirst(date_format(month, "F Y"))) for month in months),
        ]
        self.fields["manad"].choices = choices  # type: ignore[attr-defined]


class ClearDifference(Form):
    """How a difference was cleared up. ``difference`` is the one on the page that was read."""

    cause = one_of(_("Vad har du kommit fram till?"), Clearance.Cause.choices)
    comment = text(_("Kommentar"), 500, rows=3, help_text=_("Kort om vad som är gjort. Skriv inga namn eller nummer."))
    difference = forms.DecimalField(widget=forms.HiddenInput, max_digits=12, decimal_places=2)

    def __init__(self, *args: Any, difference: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["difference"] = difference
        # What never came is not paid back.
        lacking = {Clearance.Cause.REPAYMENT} if difference < 0 else set()
        self.fields["cause"].choices = [  # type: ignore[attr-defined]
            (code, label) for code, label in Clearance.Cause.choices if code not in lacking
        ]
