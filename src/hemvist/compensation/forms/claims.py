"""The forms of claims: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from hemvist.compensation.models import Claim
from hemvist.law.claims import GROUNDS, ClaimGround
from hemvist.web.forms import Form, day, menu, one_of, text
from hemvist.web.templatetags.hemvist import number

Choices = Iterable[tuple[Any, Any]]
COMMENT = _("Skriv inga namn eller nummer. Texten följer med i ansökans historik.")
DEDUCTIONS = {
    "fee": _("Avgift som personen har betalat"),
    "standard": _("Schablonersättning som har betalats för samma dygn"),
}


class Kronor(forms.DecimalField):
    """An amount as it is written here: *12 500*, *12 500,50* or *12 500 kr*."""

    def __init__(self, label: Any, *, required: bool = False, help_text: Any = "") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            min_value=0,
            max_digits=12,
            decimal_places=2,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-width": "short"}),
            error_messages={"invalid": _("Skriv ett belopp i kronor, som 12 500 eller 12 500,50.")},
        )

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "".join(value.lower().removesuffix("kr").split()).replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return number(value) if isinstance(value, Decimal) else value


def ground_choices(grounds: Iterable[ClaimGround] = GROUNDS.values()) -> list[tuple[str, list[tuple[str, str]]]]:
    """The grounds under their ordinances, each with its paragraph and its ordinance: some menus show no headings."""
    language = get_language() or "sv"
    found: dict[str, list[tuple[str, str]]] = {}
    for ground in grounds:
        words = f"{ground.label.in_language(language)} ({ground.section}, {ground.act})"
        found.setdefault(ground.act, []).append((ground.code, words))
    return [(gettext("Förordningen (%(act)s)") % {"act": act}, rows) for act, rows in found.items()]


class ClaimFilterForm(Form):
    """What the list shows."""

    status = forms.ChoiceField(label=_("Läge"), required=False, choices=[("", _("Alla")), *Claim.Status.choices])
    grund = forms.ChoiceField(label=_("Ersättning"), required=False)
    arende = forms.CharField(
        label=_("Ärendenummer"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    forfaller = forms.BooleanField(label=_("Bara det som förfaller inom 30 dagar"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grund"].choices = [("", _("Alla")), *ground_choices()]  # type: ignore[attr-defined]


class FindCase(Form):
    """Whose money it is."""

    arende = text(_("Ärendenummer"), 20, help_text=_("Ärendet som kostnaden hör till. Numret står vid personens namn."))


class NewClaim(Form):
    """A claim by hand."""

    ground = menu(_("Vad gäller ersättningen?"), ())
    person = menu(
        _("Vem gäller den?"), (), required=False, help_text=_("Välj hela familjen bara när ersättningen gäller alla.")
    )
    period_to = day(
        _("Dag i perioden"),
        help_text=_(
            "Vilken dag som helst i kvartalet eller året som ansökan gäller. För 24–26 §§ förordningen (2010:1122) den "
            "sista dagen i de tolv månaderna."
        ),
    )
    note = text(_("Anteckning"), 500, required=False, rows=3)

    def __init__(self, *args: Any, persons: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [("", _("Välj …")), *ground_choices()]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", _("Hela familjen")), *persons]  # type: ignore[attr-defined]


class ChangeClaim(Form):
    """What it cost, and what is applied for. Only what the ground counts with is asked for: ``initial`` names it."""

    cost = Kronor(_("Kommunens kostnad i perioden"))
    fee = Kronor("", help_text=_("Skriv 0 om inget ska dras av."))
    amount = Kronor(_("Belopp att söka"), help_text=_("Lämna tomt för det belopp som räknas fram."))
    note = text(_("Anteckning"), 500, required=False, rows=3, help_text=COMMENT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ground = GROUNDS[self.initial["ground"]]
        if ground.deducts:
            self.fields["fee"].label = DEDUCTIONS[ground.deducts]
        else:
            del self.fields["fee"]
        if not ground.by_cost:
            del self.fields["cost"]


class FileClaim(Form):
    filed_on = day(_("Inskickad"), help_text=_("Dagen då ansökan kom in till Migrationsverket."))
    reference = text(_("Migrationsverkets beteckning"), 60, required=False)
    comment = text(_("Kommentar"), 500, required=False, rows=3, help_text=COMMENT)


class DecideClaim(Form):
    status = one_of(
        _("Vad blev beslutet?"),
        [(s.value, s.label) for s in (Claim.Status.GRANTED, Claim.Status.PARTLY, Claim.Status.REFUSED)],
    )
    decided_on = day(_("Beslutets dag"), help_text=_("Tiden att överklaga räknas från den dagen."))
    granted_amount = Kronor(_("Beviljat belopp"), help_text=_("Lämna tomt om allt eller inget beviljades."))
    comment = text(_("Kommentar"), 500, required=False, rows=3, help_text=COMMENT)


class AppealClaim(Form):
    appealed_on = day(_("Överklagat den"))
    comment = text(_("Kommentar"), 500, required=False, rows=3, help_text=COMMENT)


class WithdrawClaim(Form):
    on = day(_("Återtagen den"))
    comment = text(_("Kommentar"), 500, required=False, rows=3, help_text=COMMENT)


class NewEvidence(Form):
    text = text(_("Lägg till underlag"), 300)
