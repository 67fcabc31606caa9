"""What is asked about the boards' rules of procedure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from hemvist.organisation.models import Board, Function
from hemvist.web.forms import Form, menu


class NeedForm(Form):
    """A function and a board: is a new clause needed?"""

    uppgift = menu(_("Uppgift"), (), help_text=_("Det som nämnden skulle svara för."))
    namnd = menu(_("Nämnd"), (), help_text=_("Nämnden som svarar eller skulle svara för uppgiften."))

    def __init__(self, *args: Any, functions: Iterable[Function], boards: Iterable[Board], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, options in (("uppgift", functions), ("namnd", boards)):
            field: Any = self.fields[name]
            field.choices = [*field.choices, *((one.code, one.name) for one in options)]
