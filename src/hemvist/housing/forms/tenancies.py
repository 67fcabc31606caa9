"""The forms of leases: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hemvist.housing import lease_queries as leases
from hemvist.housing.lease_queries import LeaseFilter
from hemvist.housing.models import Dwelling, Tenancy
from hemvist.housing.stock import LIMITS
from hemvist.housing.tenancies import LANDLORD, MOST_RENT, TENANT
from hemvist.organisation.housing_schema import LeaseForm
from hemvist.organisation.texts import said
from hemvist.web.forms import Form, day, one_of, text, yes

# When a lease asks for a reason.
WHY_SIGN = _(
    "Behövs när hushållet redan har ett avtal på någon av dagarna, eller när rätten till boende upphör tidigare."
)


class LeaseFilterForm(Form):
    """What the list shows. A case number is posted nowhere else, but is no name."""

    sok = forms.CharField(
        label=_("Sök"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Adress, objektsnummer, ärendenummer")}),
    )
    lage = forms.ChoiceField(
        label=_("Läge"),
        required=False,
        choices=[
            ("", _("Pågående och kommande")),
            (leases.COMING, _("Kommande")),
            (leases.ENDING, _("Slutar inom tre månader")),
            (leases.OVERDUE, _("Utflyttning inte noterad")),
            (leases.ENDED, _("Avslutade")),
            (leases.ALL, _("Alla")),
        ],
    )
    form = forms.ChoiceField(label=_("Avtalsform"), required=False, choices=[("", _("Alla")), *Tenancy.Form.choices])

    @property
    def wanted(self) -> LeaseFilter:
        """What was asked for that can be understood; the rest is left out of account."""
        self.is_valid()
        given = self.cleaned_data
        return LeaseFilter(given.get("lage", "") or leases.CURRENT, given.get("form", ""), given.get("sok", ""))


def form_words(lease: LeaseForm) -> str:
    """A form of lease with its months."""
    if lease.months is None:
        return said(lease.label)
    months = ngettext("%(n)d månad", "%(n)d månader", lease.months) % {"n": lease.months}
    return f"{said(lease.label)}, {months}"


class SignForm(Form):
    """A lease as it is written down."""

    case_number = text(_("Ärendenummer"), 20, help_text=_("Hushållets ärende. Förslagen är de som söker bostad nu."))
    form = one_of(_("Avtalsform"), ())
    starts_on = day(_("Första dagen"))
    ends_on = day(
        _("Sista dagen"),
        required=False,
        help_text=_(
            "Tomt: tills vidare, så länge som kommunens avtal på bestämd tid, eller till rättens sista dag när den är "
            "känd."
        ),
    )
    persons = forms.IntegerField(label=_("Antal boende"), min_value=1, max_value=LIMITS["capacity"][1])
    rent = forms.IntegerField(label=_("Hyra"), min_value=0, max_value=MOST_RENT, help_text=_("Kronor i månaden."))
    second_hand = forms.TypedChoiceField(
        label=_("Hyrs bostaden ut i andra hand?"),
        choices=[("", _("Som avtalsformen säger")), ("True", _("Ja")), ("False", _("Nej"))],
        coerce=lambda given: given == "True",
        empty_value=None,
        required=False,
    )
    signed_on = day(_("Avtalet skrevs under"), required=False)
    reason = text(_("Varför"), 300, required=False, rows=2, help_text=WHY_SIGN)

    def __init__(self, *args: Any, forms: Iterable[LeaseForm], cases: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = list(cases)
        choices = [(lease.code, form_words(lease)) for lease in forms]
        self.fields["form"].choices = choices  # type: ignore[attr-defined]
        if self.cases:
            self.fields["case_number"].widget.attrs["list"] = "cases"


class NoticeForm(Form):
    """Who gives notice, and when."""

    by = one_of(_("Vem säger upp avtalet?"), [(TENANT, _("Hyresgästen")), (LANDLORD, _("Hyresvärden eller kommunen"))])
    noticed_on = day(_("Avtalet sades upp"))
    ends_on = day(
        _("Sista dagen"),
        required=False,
        help_text=_("Tomt: den dag som uppsägningstiden ger. Behövs när ingen uppsägningstid är avtalad."),
    )
    reason = text(
        _("Varför"), 300, required=False, rows=2, help_text=_("Behövs när sista dagen blir en annan än avtalet ger.")
    )


class ExtendForm(Form):
    """Until when, and why."""

    ends_on = day(_("Ny sista dag"))
    reason = text(
        _("Varför"), 300, required=False, rows=2, help_text=_("Behövs när avtalet blir längre än kommunens egna.")
    )


class MoveOutForm(Form):
    """When they left, and where the keys are."""

    last_day = day(_("Sista dagen de bodde där"))
    keys = one_of(
        _("Var är nycklarna nu?"),
        [(key.value, key.label) for key in (Dwelling.Keys.LANDLORD, Dwelling.Keys.RECEPTION)],
    )
    reason = text(_("Anmärkning"), 300, required=False, rows=2)


class VoidForm(Form):
    reason = text(_("Varför blev avtalet inte av?"), 300, rows=2)


class MistakeForm(Form):
    """A lease that has begun is struck only when it never was one."""

    mistake = yes(
        _("Avtalet är registrerat av misstag"),
        _("Det räknas då som om det aldrig har funnits. Har hushållet bott där noterar du utflyttningen i stället."),
    )
    reason = text(_("Vad blev fel?"), 260, rows=2)


def months_words(months: int) -> str:
    """A period of notice in words; 0 is none."""
    if not months:
        return gettext("ingen avtalad")
    return ngettext("%(n)d månad", "%(n)d månader", months) % {"n": months}
