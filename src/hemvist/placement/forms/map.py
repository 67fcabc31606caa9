"""What the map of laws, obligations and boards shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hemvist.web.forms import Form, day

VIEWS = (("lagar", _("Lagar och nämnder")), ("uppgifter", _("Uppgifter och enheter")), ("lista", _("Lista")))


class MapForm(Form):
    """Search, day and kind of view. An unknown view is the first one."""

    sok = forms.CharField(
        label=_("Sök lag, paragraf, skyldighet, uppgift, enhet eller nämnd"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    dag = day(_("Dag"), required=False)
    vy = forms.CharField(required=False, widget=forms.HiddenInput())

    def clean_vy(self) -> str:
        given: Any = self.cleaned_data["vy"]
        return given if given in dict(VIEWS) else VIEWS[0][0]
