from django import forms
from django.utils.translation import gettext_lazy as _


class AuditFilterForm(forms.Form):
    action = forms.ChoiceField(
        label=_("Händelse"),
        required=False,
        choices=[
            ("", _("Alla")),
            ("household.", _("Hushåll")),
            ("fact.", _("Uppgifter om personer")),
            ("task", _("Uppgifter i planen")),
            ("disclosure", _("Utlämnanden")),
            ("consent.", _("Samtycken")),
            ("assignment", _("Anvisningar")),
            ("case.", _("Ärenden")),
            ("audit.", _("Granskning av loggen")),
        ],
    )
    actor = forms.CharField(label=_("Vem"), required=False, max_length=100)
    case_number = forms.CharField(label=_("Ärendenummer"), required=False, max_length=20)
    since = forms.DateField(label=_("Från"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Till"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    refused_only = forms.BooleanField(label=_("Bara nekade försök"), required=False)
