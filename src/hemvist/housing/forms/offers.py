"""The forms of offers: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hemvist.housing.forms.needs import dwelling_choices
from hemvist.housing.forms.tenancies import WHY_SIGN
from hemvist.housing.models import Dwelling, HousingNeed, Offer
from hemvist.organisation.housing_schema import LeaseForm
from hemvist.organisation.texts import said
from hemvist.web.forms import Form, day, menu, one_of, text


class OfferForm(Form):
    """Which dwelling, from when, and until when the household may answer."""

    dwelling = menu(_("Bostad"), ())
    move_in_on = day(_("Inflyttningsdag"))
    reply_by = day(_("Svar senast"))
    choice_reason = text(
        _("Varför den bostaden?"),
        300,
        required=False,
        rows=2,
        help_text=_(
            "Skriv varför om du väljer en annan bostad än förslaget, eller en bostad eller dag som inte följer behovet."
        ),
    )
    note = text(_("Anteckning"), 300, required=False, rows=2, help_text=_("Till exempel när bostaden kan visas."))

    def __init__(self, *args: Any, dwellings: Iterable[Dwelling], need: HousingNeed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dwellings = {str(one.pk): one for one in dwellings}
        choices = dwelling_choices(self.dwellings.values(), need)
        self.fields["dwelling"].choices = choices  # type: ignore[attr-defined]

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes."""
        return {**self.cleaned_data, "dwelling": self.dwellings[self.cleaned_data["dwelling"]]}


class AcceptForm(Form):
    """The household says yes: how the dwelling is let, and from when."""

    form = one_of(_("Avtalsform"), ())
    starts_on = day(_("Avtalet börjar"))
    ends_on = day(
        _("Avtalet slutar"),
        required=False,
        help_text=_(
            "Lämna tomt om avtalet gäller tills vidare, och för tidsbegränsat boende om rättens sista dag är känd."
        ),
    )
    signed_on = day(_("Avtalet skrevs"), required=False)
    reason = text(_("Varför"), 300, required=False, rows=2, help_text=WHY_SIGN)

    def __init__(self, *args: Any, leases: Iterable[LeaseForm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].choices = [(one.code, said(one.label)) for one in leases]  # type: ignore[attr-defined]


class DeclineForm(Form):
    """The household says no, and why."""

    conditional = ("note",)

    reason = forms.ChoiceField(
        label=_("Varför tackade hushållet nej?"), choices=Offer.Reason.choices, widget=forms.RadioSelect
    )
    note = text(
        _("Med hushållets egna ord, om det vill"),
        300,
        required=False,
        rows=2,
        help_text=_("Skriv alltid något om skälet är ett annat än de som står här."),
    )
