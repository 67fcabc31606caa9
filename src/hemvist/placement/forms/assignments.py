"""The form of how a point of a decision goes: it parses and keeps what was typed; the service holds the rules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemvist.placement.models import PointStatus
from hemvist.web.forms import Form, day, one_of, text


class FollowPoint(Form):
    status = one_of(_("Hur går det med punkten?"), PointStatus.Status.choices)
    on = day(_("Sedan"), help_text=_("Den dag då läget blev så. För en klar punkt den dag då den blev klar."))
    note = text(
        _("Anteckning"),
        500,
        required=False,
        rows=3,
        help_text=_("Vad har hänt, och var kan man läsa om det? Skriv inget om enskilda personer."),
    )
