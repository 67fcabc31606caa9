"""The form for an argument of one's own: it parses and keeps what was typed; the service holds the rules."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from hemvist.organisation.texts import said
from hemvist.placement.arguments import MATTERS, Placement
from hemvist.placement.models import Argument
from hemvist.web.forms import Form, menu, one_of
from hemvist.web.forms import text as written

DIRECTION_LABELS = {
    Argument.Direction.FOR: _("Talar för"),
    Argument.Direction.AGAINST: _("Talar emot"),
    Argument.Direction.REQUIREMENT: _("Ett krav som måste uppfyllas"),
    Argument.Direction.NEUTRAL: _("Varken för eller emot, men bra att veta"),
}


class NewArgument(Form):
    """What somebody says, who says it, and where it can be read."""

    alternative = one_of(_("Vilket alternativ gäller det?"), ())
    direction = one_of(_("Vad säger det?"), DIRECTION_LABELS.items())
    text = written(_("Argumentet"), MATTERS["text"], rows=3, help_text=_("En sak per argument, med egna ord."))
    voice = written(
        _("Vem säger det?"),
        MATTERS["voice"],
        help_text=_("En roll eller ett dokument, aldrig ett namn. Till exempel ”enhetschef, sfi”."),
    )
    source = written(
        _("Var går det att läsa?"),
        MATTERS["source"],
        help_text=_("Diarienummer, sida eller möte. Ett argument utan källa går inte att pröva."),
    )
    criterion = menu(
        _("Vilket kriterium hör det till?"),
        (),
        required=False,
        blank=_("Inget av dem"),
        help_text=_("Går att ändra när du väger."),
    )
    condition = menu(
        _("Gäller det bara under ett villkor?"),
        (),
        required=False,
        blank=_("Nej, alltid"),
        help_text=_("Då väger argumentet bara så länge villkoret är uppfyllt."),
    )

    def __init__(self, *args: Any, found: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {
            "alternative": [(side.code, side.label) for side in found.sides],
            "criterion": [("", _("Inget av dem")), *((one.code, said(one.label)) for one in found.criteria)],
            "condition": [
                ("", _("Nej, alltid")),
                *((code, f"{code}: {status.label}") for code, status in found.conditions.items()),
            ],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
