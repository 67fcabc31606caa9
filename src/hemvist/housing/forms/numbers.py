"""The forms of the yearly number: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from hemvist.housing.models import YearlyNumber
from hemvist.housing.numbers import LONG, MOST, REASON, SHORT, SOURCED
from hemvist.web.forms import Form, day, text

PERSONS_ERRORS = {"invalid": _("Skriv ett antal med siffror.")}


def _persons(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=MOST, help_text=help_text, error_messages=PERSONS_ERRORS
    )


class NumberForm(Form):
    """A number that an authority has told or decided."""

    persons = _persons(_("Antal personer"))
    on = day(_("Dag"), help_text=_("Den dag då talet beslutades eller lämnades till kommunen."))
    body = text(_("Vem har beslutat?"), 200, help_text=_("En myndighet, aldrig en person."))
    reference = text(_("Beteckning"), 100, required=False, help_text=_("Till exempel beslutets diarienummer."))
    counterpart = text(_("Överenskommelse med"), 100, help_text=_("Den andra kommunen."))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == YearlyNumber.Kind.SWAP:
            self.fields["persons"].label = _("Kommuntal efter ändringen")
            self.fields["persons"].help_text = _("Hela talet, inte skillnaden.")
        else:
            del self.fields["counterpart"]


class WishForm(Form):
    """How many the municipality wishes to receive, and why. The grounds may be filled in later."""

    persons = _persons(_("Så många önskar kommunen ta emot"))
    housing = text(
        _("Bostäder"), LONG, required=False, rows=4, help_text=_("Vad tillgången på bostäder betyder för antalet.")
    )
    labour = text(
        _("Arbetsmarknad"), LONG, required=False, rows=4, help_text=_("Vilka jobb och utbildningar det finns plats i.")
    )
    labour_source = text(_("Källa för arbetsmarknaden"), SHORT, required=False)
    labour_as_of = day(_("Uppgiften om arbetsmarknaden gäller den"), required=False)
    school = text(
        _("Platser i skola och förskola"), LONG, required=False, rows=4, help_text=_("Lediga platser, per skolform.")
    )
    school_source = text(_("Källa för platserna"), SHORT, required=False)
    school_as_of = day(_("Uppgiften om platserna gäller den"), required=False)
    other = text(_("Annat"), LONG, required=False, rows=3, help_text=_("Inget om enskilda personer."))

    @property
    def grounds(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "persons"}

    @staticmethod
    def initial_of(wish: YearlyNumber) -> dict[str, Any]:
        """A draft as it was typed."""
        days: dict[str, date | None] = {
            f"{name}_as_of": parse_date(wish.grounds.get(f"{name}_as_of", "")) for name in SOURCED
        }
        return {**wish.grounds, **days, "persons": wish.persons}


class SettleForm(Form):
    """Who in the municipality has settled the wish."""

    body = text(
        _("Vem har fastställt?"), 200, help_text=_("Ett organ, till exempel kommunstyrelsen. Aldrig en person.")
    )
    on = day(_("Fastställt den"))
    reference = text(_("Paragraf eller diarienummer"), 100)


class SendForm(Form):
    sent_on = day(_("Lämnat till länsstyrelsen den"))


class VoidForm(Form):
    reason = text(_("Varför stryks talet?"), REASON, rows=2, help_text=_("Talet och orsaken finns kvar i historiken."))


class CriterionForm(Form):
    """The municipality's value for a criterion of the law."""

    value = text(_("Värde"), SHORT, rows=2, help_text=_("Ett tal eller en kort beskrivning, som källan har det."))
    source = text(
        _("Källa"), SHORT, help_text=_("Till exempel tabellen, rapporten eller vem som har lämnat uppgiften.")
    )
    as_of = day(_("Uppgiften gäller den"))
