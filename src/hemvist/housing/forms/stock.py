"""The forms of the stock: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemvist.access.impersonal import impersonal
from hemvist.housing.days import State
from hemvist.housing.models import Dwelling, DwellingBlock, DwellingDocument
from hemvist.housing.queries import LET_ALL, OVERDUE, SOON, StockFilter
from hemvist.housing.stock import FIELDS, LIMITS, DwellingFacts
from hemvist.organisation.models import Unit
from hemvist.web.forms import Form, day, menu, one_of, text, yes


def whole(label: Any, name: str, *, required: bool = True, help_text: Any = "") -> forms.IntegerField:
    """A number within the limits of a field of a dwelling."""
    least, most = LIMITS[name]
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=required, help_text=help_text)


class StockFilterForm(Form):
    """What the list shows. The names are those of the address."""

    sok = forms.CharField(
        label=_("Sök"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Adress, objektsnummer, fastighet")}),
    )
    lage = forms.ChoiceField(
        label=_("Läge"),
        required=False,
        choices=[
            ("", _("Alla")),
            (State.VACANT.value, State.VACANT.label),
            (State.PROMISED.value, State.PROMISED.label),
            (LET_ALL, _("Uthyrda")),
            (State.ENDING.value, State.ENDING.label),
            (SOON, _("Blir lediga inom tre månader")),
            (OVERDUE, _("Utflyttning inte noterad")),
            (State.BLOCKED.value, State.BLOCKED.label),
            (State.NOT_AVAILABLE.value, State.NOT_AVAILABLE.label),
        ],
    )
    omrade = forms.ChoiceField(label=_("Område"), required=False)
    rum = forms.ChoiceField(label=_("Rum"), required=False)
    ordning = forms.ChoiceField(
        label=_("Ordning"),
        required=False,
        choices=[("", _("Adress")), ("free", _("Ledig från")), ("rent", _("Hyra")), ("rooms", _("Antal rum"))],
    )
    stegfri = yes(_("Bara stegfria"))

    def __init__(self, *args: Any, areas: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["omrade"].choices = [("", gettext("Alla")), *areas.items()]  # type: ignore[attr-defined]
        self.fields["rum"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Alla")),
            *((str(n), gettext("Minst %(n)d") % {"n": n}) for n in range(1, 7)),
        ]

    @property
    def wanted(self) -> StockFilter:
        """What was asked for that can be understood; the rest is left out of account."""
        self.is_valid()
        said = self.cleaned_data
        return StockFilter(
            state=said.get("lage", ""),
            area=said.get("omrade", ""),
            rooms=int(said.get("rum") or 0),
            step_free=said.get("stegfri", False),
            text=said.get("sok", ""),
            order=said.get("ordning", "") or "address",
        )


class DwellingForm(Form):
    """What is written down of a dwelling."""

    code = text(_("Objektsnummer"), 30, help_text=_("Hyresvärdens nummer. Filer känner igen bostaden på det."))
    landlord = menu(_("Hyresvärd"), ())
    address = text(_("Adress"), 200)
    apartment = text(_("Lägenhetsnummer"), 20, required=False)
    building = text(_("Fastighet"), 80, required=False, help_text=_("Hus eller fastighet."))
    area = menu(_("Område"), ())
    rooms = whole(_("Antal rum"), "rooms", help_text=_("Rum utom kök."))
    capacity = whole(_("Flest boende"), "capacity", help_text=_("Så många som bostaden får hyras ut till."))
    square_metres = whole(_("Yta i kvadratmeter"), "square_metres", required=False)
    step_free = yes(_("Stegfri: man kommer in utan trappsteg"))
    rent = whole(_("Hyra"), "rent", help_text=_("Kronor i månaden."))
    available_from = day(_("Tillgänglig från"), help_text=_("Första dagen som kommunen får använda bostaden."))
    available_to = day(
        _("Tillgänglig till"), required=False, help_text=_("Sista dagen, om kommunen ska lämna bostaden.")
    )
    note = text(
        _("Anmärkning"), 500, required=False, rows=2, help_text=_("Något om bostaden. Inget om den som bor där.")
    )

    def __init__(self, *args: Any, units: Iterable[Unit], areas: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        choices = [(key, unit.name) for key, unit in self.units.items()]
        if len(choices) > 1:
            choices = [("", gettext("Välj …")), *choices]
        self.fields["landlord"].choices = choices  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", gettext("Välj …")), *areas.items()]  # type: ignore[attr-defined]

    def clean_note(self) -> str:
        return impersonal(self.cleaned_data["note"])

    @property
    def facts(self) -> DwellingFacts:
        """What the service takes."""
        said = self.cleaned_data
        return DwellingFacts(**{name: said[name] for name in FIELDS} | {"landlord": self.units[said["landlord"]]})


def initial_of(dwelling: Dwelling) -> dict[str, Any]:
    """A dwelling as its form begins."""
    return {name: getattr(dwelling, name) for name in FIELDS} | {"landlord": str(dwelling.landlord_id)}


class BlockForm(Form):
    """When nobody can move in, and why."""

    reason = one_of(_("Varför spärras bostaden?"), DwellingBlock.Reason.choices)
    starts_on = day(_("Från och med"))
    ends_on = day(_("Till och med"), required=False, help_text=_("Lämna tomt om ni inte vet när den blir klar."))
    note = text(_("Anmärkning"), 300, required=False, rows=2, help_text=_("Inget om en person."))

    def clean_note(self) -> str:
        return impersonal(self.cleaned_data["note"])


class StateForm(Form):
    """How it is furnished and where the keys are."""

    furnishing = menu(_("Möblering"), ())
    keys = menu(_("Nycklar"), ())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["furnishing"].choices = Dwelling.Furnishing.choices  # type: ignore[attr-defined]
        self.fields["keys"].choices = Dwelling.Keys.choices  # type: ignore[attr-defined]


class DocumentForm(Form):
    """A file about the dwelling."""

    kind = one_of(_("Vad är det för handling?"), DwellingDocument.Kind.choices)
    title = text(_("Vad heter den?"), 200, help_text=_("Till exempel Planritning 3 rum och kök. Inget om en person."))
    file = forms.FileField(
        label=_("Fil"),
        help_text=_("PDF, PNG, JPEG, DOCX eller XLSX, högst 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.docx,.xlsx"}),
        error_messages={"required": _("Välj en fil."), "empty": _("Filen är tom.")},
    )

    def clean_title(self) -> str:
        return impersonal(self.cleaned_data["title"])
