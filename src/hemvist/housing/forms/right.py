"""The forms of the right to housing: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hemvist.housing.models import SupportGiven
from hemvist.housing.right import ENDED, UNCLEAR
from hemvist.web.forms import Form, day, one_of, yes
from hemvist.web.forms import text as words


class WatchFilterForm(Form):
    """What the watch list shows."""

    visa = forms.ChoiceField(label=_("Visa"), required=False)

    def __init__(self, *args: Any, months: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [("", _("Alla som har tid kvar"))]
        for count in months:
            label = ngettext("Högst %(count)d månad kvar", "Högst %(count)d månader kvar", count)
            choices.append((str(count), label % {"count": count}))
        choices += [(ENDED, _("Har tagit slut")), (UNCLEAR, _("Går inte att räkna än"))]
        self.fields["visa"].choices = choices  # type: ignore[attr-defined]


class CallBackForm(Form):
    """A person tells that an unused right is to be used."""

    notified_on = day(_("Sade till"), help_text=_("Dagen då personen sade till."))
    wanted_from = day(_("Vill börja använda rätten"), help_text=_("Den första dagen då boendet behövs."))
    note = words(_("Anteckning"), 300, required=False, rows=2, help_text=_("Inget om hälsa eller annat känsligt."))


class SupportForm(Form):
    """That a duty of 15 § was fulfilled."""

    duty = one_of(_("Vad gavs?"), SupportGiven.Duty.choices)
    on = day(_("Dag"))
    language = words(_("Språk"), 60, help_text=_("Det språk som det gavs på."))
    interpreter_used = yes(_("Tolk användes"))
    declined = yes(_("Hushållet tackade nej till hjälpen"), _("Bara för hjälp att söka bostad. Erbjudandet räknas."))
    note = words(_("Anteckning"), 300, required=False, rows=2, help_text=_("Inget om hälsa eller annat känsligt."))
