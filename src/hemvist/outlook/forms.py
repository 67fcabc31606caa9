"""What is asked when the municipality settles a question of law."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemvist.law.types import RulingQuestion


class RulingForm(forms.Form):
    answer = forms.ChoiceField(label=_("Vad gäller här?"), widget=forms.RadioSelect)
    decided_on = forms.DateField(
        label=_("Beslutat den"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    decided_by = forms.CharField(
        label=_("Beslutat av"), help_text=_("Nämnd eller befattning, till exempel socialchefen."), max_length=200
    )
    reference = forms.CharField(
        label=_("Diarienummer eller protokoll"), required=False, max_length=200, help_text=_("Där beslutet finns.")
    )
    reason = forms.CharField(
        label=_("Skäl"),
        help_text=_("Varför kommunen läser lagen så. Skriv inga personuppgifter."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    corrects = forms.BooleanField(
        label=_("Det tidigare ställningstagandet var fel och rättas av det här"), required=False
    )

    def __init__(self, *args: Any, question: RulingQuestion, correctable: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, gettext(words)) for code, words in question.options.items()]
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]
        if not correctable:
            del self.fields["corrects"]
