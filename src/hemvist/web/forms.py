"""The parts that the rooms' forms are made of, and how a form is taken by a service."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

Choices = Iterable[tuple[Any, Any]]


class Form(forms.Form):
    """A form whose errors stand in the summary at the top, not in the browser's own bubbles."""

    use_required_attribute = False


def place(form: forms.Form, error: ValidationError) -> None:
    """A service's errors at their fields; what belongs to no field of the form stands at the top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, found in error.error_dict.items():
        form.add_error(name if name in form.fields else None, found)


# A year typed wrong is told, and no day that is counted from one falls outside the calendar.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
OUTSIDE = _("Kontrollera årtalet: skriv en dag från 1900 till 2200.")


def taken(form: forms.Form, save: Callable[[], object]) -> bool:
    """Whether the form was sent, is right, and was taken by the service; what was wrong stands at its field."""
    if not form.is_valid():
        return False
    try:
        save()
    except ValidationError as error:
        place(form, error)
        return False
    return True


def day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Skriv dagen som ÅÅÅÅ-MM-DD.")},
        validators=[MinValueValidator(FIRST_DAY, OUTSIDE), MaxValueValidator(LAST_DAY, OUTSIDE)],
    )


def text(label: Any, length: int, *, required: bool = True, help_text: Any = "", rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=length, required=required, help_text=help_text, widget=widget)


def yes(label: Any, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


def one_of(
    label: Any, choices: Choices, *, required: bool = True, help_text: Any = "", initial: Any = None
) -> forms.ChoiceField:
    """Few choices: all of them in sight."""
    return forms.ChoiceField(
        label=label,
        choices=list(choices),
        required=required,
        help_text=help_text,
        initial=initial,
        widget=forms.RadioSelect,
    )


def yes_or_no(label: Any, *, help_text: Any = "") -> forms.TypedChoiceField:
    """Yes, no, or not known: None."""
    return forms.TypedChoiceField(
        label=label,
        choices=[(True, _("Ja")), (False, _("Nej")), ("", _("Inte känt"))],
        coerce=lambda given: given == "True",
        empty_value=None,
        required=False,
        help_text=help_text,
        widget=forms.RadioSelect,
    )


def menu(
    label: Any, choices: Choices, *, required: bool = True, help_text: Any = "", blank: Any = ""
) -> forms.ChoiceField:
    """Many choices: a list that opens."""
    return forms.ChoiceField(
        label=label, choices=[("", blank or _("Välj …")), *choices], required=required, help_text=help_text
    )


def several(label: Any, choices: Choices, *, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), help_text=help_text, widget=forms.CheckboxSelectMultiple
    )
