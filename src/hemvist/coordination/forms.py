"""What is asked when somebody works with a task."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hemvist.coordination.models import Commitment
from hemvist.organisation.models import Unit

NO_PERSONAL_DATA = _("Skriv inga personuppgifter. Texten följer med uppgiften till andra enheter.")


class DateInput(forms.DateInput):
    """The browser's own calendar; the value is always written the way it reads it."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TaskFilterForm(forms.Form):
    state = forms.ChoiceField(
        label=_("Visa"),
        required=False,
        choices=[
            ("open", _("Att göra")),
            ("late", _("Försenade")),
            ("soon", _("Inom två veckor")),
            ("done", _("Avslutade")),
            ("all", _("Alla")),
        ],
    )
    scope = forms.ChoiceField(
        label=_("Vems"),
        required=False,
        choices=[("branch", _("Hela verksamhetens")), ("mine", _("Mina"))],
    )
    unit = forms.TypedChoiceField(label=_("Enhet"), required=False, coerce=int, empty_value=None)
    case = forms.CharField(
        label=_("Ärendenummer"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, units: Iterable[Unit] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(unit.id, unit.name) for unit in units]
        self.fields["unit"].choices = [("", _("Alla enheter")), *choices]  # type: ignore[attr-defined]
        if len(choices) < 2:
            del self.fields["unit"]


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button says it all."""


class DoneForm(forms.Form):
    done_on = forms.DateField(label=_("Klar den"), widget=DateInput)


class NotApplicableForm(forms.Form):
    reason = forms.CharField(label=_("Varför är uppgiften inte aktuell?"), help_text=NO_PERSONAL_DATA, max_length=300)


class UnitForm(forms.Form):
    """A form that asks for one of ``units``, grouped by board."""

    unit = forms.TypedChoiceField(label=_("Till vilken enhet?"), empty_value=None)

    def __init__(self, *args: Any, units: Iterable[Unit] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_id = {str(unit.id): unit for unit in units}
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, unit in by_id.items():
            groups.setdefault(unit.branch.board.name, []).append((key, unit.name))
        field = self.fields["unit"]
        field.choices = [("", _("Välj enhet")), *groups.items()]  # type: ignore[attr-defined]
        field.coerce = by_id.__getitem__  # type: ignore[attr-defined]


class HandOverForm(UnitForm):
    reason = forms.CharField(label=_("Varför lämnas den över?"), help_text=NO_PERSONAL_DATA, max_length=300)


class CommitmentForm(UnitForm):
    text = forms.CharField(
        label=_("Vad åtar sig enheten?"), help_text=_("Skriv inga personuppgifter. Alla nämnder läser."), max_length=500
    )
    due_on = forms.DateField(label=_("Till när?"), required=False, widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].label = _("Vilken enhet?")


OUTCOMES = Commitment.Outcome.choices


class FollowUpForm(forms.Form):
    outcome = forms.ChoiceField(choices=OUTCOMES)
    note = forms.CharField(required=False, max_length=500)


class MoveDueForm(forms.Form):
    due_on = forms.DateField(label=_("Ny dag"), widget=DateInput)
    reason = forms.CharField(label=_("Varför ändras dagen?"), help_text=NO_PERSONAL_DATA, max_length=300)


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Anteckning"),
        help_text=_("Bara din verksamhet ser den."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MeetingFilterForm(forms.Form):
    days = forms.TypedChoiceField(
        label=_("Hur långt fram?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(14, _("14 dagar")), (30, _("30 dagar")), (60, _("60 dagar"))],
    )
    late = forms.BooleanField(label=_("Bara försenat"), required=False)
