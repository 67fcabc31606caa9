"""The forms of where cooperation is slow: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hemvist.organisation.models import Unit
from hemvist.placement.models import Friction
from hemvist.reception.forms.households import unit_choices
from hemvist.web.forms import Form, day, menu
from hemvist.web.forms import text as words


class FrictionFilterForm(Form):
    """What the list shows."""

    lage = forms.ChoiceField(
        label=_("Läge"),
        required=False,
        choices=[("", _("Öppna")), (Friction.Status.SOLVED.value, _("Lösta")), ("alla", _("Alla"))],
    )
    enhet = forms.ChoiceField(label=_("Enhet"), required=False)

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Alla")), *((unit.code, unit.name) for unit in units)]
        self.fields["enhet"].choices = choices  # type: ignore[attr-defined]


class WriteFriction(Form):
    """What is slow, why, between whom, and who takes it on."""

    text = words(_("Vad går trögt?"), 500, rows=3, help_text=_("Till exempel att besked dröjer mellan två enheter."))
    cause = words(
        _("Vad beror det på?"),
        500,
        help_text=_("Skriv samma ord som förra gången om orsaken är densamma, så räknas de ihop."),
    )
    between = menu(_("Mellan vilka? Den ena enheten"), ())
    other = menu(_("Den andra enheten"), (), required=False, blank=_("Ingen annan"))
    owner = menu(_("Vem tar sig an det?"), (), help_text=_("Enheten som ser till att det blir löst."))
    due_on = day(_("Senast"), required=False, help_text=_("Den dag då det bör vara löst."))
    noted_on = day(_("Märktes"), help_text=_("Den dag då ni märkte det."))

    def __init__(self, *args: Any, units: Iterable[Unit], causes: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.id): unit for unit in units}
        self.causes = list(causes)
        choices = unit_choices(self.units.values())
        for name, blank in (("between", _("Välj …")), ("other", _("Ingen annan")), ("owner", _("Välj …"))):
            self.fields[name].choices = [("", blank), *choices]  # type: ignore[attr-defined]
        if self.causes:
            self.fields["cause"].widget.attrs["list"] = "causes"

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        chosen = {data["between"], data["other"]} - {""}
        return {
            **{name: data[name] for name in ("text", "cause", "due_on", "noted_on")},
            "units": [self.units[key] for key in sorted(chosen)],
            "owner": self.units[data["owner"]],
        }


class SolveFriction(Form):
    solution = words(
        _("Vad hjälpte?"), 500, rows=3, help_text=_("Skriv så att andra kan göra likadant. Inget om enskilda personer.")
    )
    solved_on = day(_("Löst"), help_text=_("Den dag då det slutade gå trögt."))
