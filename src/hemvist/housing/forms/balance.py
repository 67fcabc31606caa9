"""What the balance is counted with: how far ahead, and a scenario with more households than are known."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from hemvist.housing.balance import MOST_MONTHS, Asked
from hemvist.law.calendar import add_months
from hemvist.planning.housing_balance import CLASSES, months_ahead
from hemvist.web.forms import Form

MOST_PERSONS, MOST_TIMES = 2000, 20
PLAIN = Asked()


def _whole(label: Any, least: int, most: int, initial: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, initial=initial, help_text=help_text)


def _share(place: int, help_text: Any = "") -> forms.IntegerField:
    return _whole(format_lazy(_("Hushåll med {size}"), size=_(CLASSES[place])), 0, 100, PLAIN.mix[place], help_text)


class BalanceForm(Form):
    """The scenario of the page's address. Everything has a value from the start."""

    months = _whole(_("Så många månader framåt"), 3, MOST_MONTHS, PLAIN.months)
    persons = _whole(_("Så många personer till"), 0, MOST_PERSONS, PLAIN.persons, _("Utöver dem som redan väntas."))
    over = _whole(_("Under så många månader"), 1, 12, PLAIN.over)
    start = forms.ChoiceField(label=_("Från och med"))
    times = _whole(
        _("Kommuntalet gånger"),
        1,
        MOST_TIMES,
        PLAIN.times,
        _("8 betyder åtta gånger så många som väntas enligt kommuntalet, från samma månad. 1 betyder som nu."),
    )
    left = forms.IntegerField(
        label=_("Så många väntas ännu i år"),
        min_value=0,
        max_value=MOST_PERSONS,
        required=False,
        help_text=_("Fyll i om du vet. Annars räknas kommuntalet minus dem som redan är anvisade."),
    )
    small = _share(0, _("De tre talen tillsammans är blandningen av hushåll, för dem som inte är kända."))
    middle = _share(1)
    large = _share(2)

    def __init__(self, data: Any = None, *, today: date) -> None:
        first = add_months(today.replace(day=1), 1)
        months = months_ahead(today, MOST_MONTHS)
        initial = {name: field.initial for name, field in self.base_fields.items()} | {"start": f"{first:%Y-%m}"}
        # An address may say only some of it.
        super().__init__({**initial, **data.dict()} if data else None, initial=initial)
        self.fields["start"].choices = [  # type: ignore[attr-defined]
            (f"{month:%Y-%m}", capfirst(date_format(month, "F Y"))) for month in months
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        shares = [data.get(name) for name in ("small", "middle", "large")]
        if all(share == 0 for share in shares):
            self.add_error("small", _("Minst en av storlekarna ska ha fler än noll hushåll."))
        return data

    @property
    def asked(self) -> Asked:
        """As the query takes it; the plain one when nothing, or something that cannot be, is asked."""
        if not (self.is_bound and self.is_valid()):
            return PLAIN
        data = self.cleaned_data
        year, month = data["start"].split("-")
        return Asked(
            data["months"],
            data["persons"],
            data["over"],
            date(int(year), int(month), 1),
            data["times"],
            (data["small"], data["middle"], data["large"]),
            data["left"],
        )
