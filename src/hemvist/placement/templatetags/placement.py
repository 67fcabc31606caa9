"""The tags of the pages about responsibility."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

# url name → words, permission. In the order of the questions.
TABS = (
    ("who-does-what", _("Vem gör vad"), "overview.view"),
    ("responsibility-map", _("Lag till nämnd"), "placement.view"),
    ("board-rules", _("Reglementen"), "placement.view"),
    ("placement", _("Placering"), "placement.view"),
    ("weighing", _("Vägning"), "placement.view"),
    ("move-list", _("Flytt"), "placement.view"),
    ("assignment-points", _("Uppdrag"), "placement.view"),
    ("friction-list", _("Trögheter"), "placement.view"),
    ("evidence", _("Underlag"), "placement.view"),
)


@register.inclusion_tag("web/subnav.html", takes_context=True)
def placement_nav(context: Context) -> dict[str, Any]:
    """``{% placement_nav %}``: the pages of the responsibility that the actor may open."""
    request = context["request"]
    tabs = []
    for name, label, permission in TABS:
        if not request.actor.can(permission):
            continue
        url = reverse(name)
        here = request.path == url or (name != "who-does-what" and request.path.startswith(url))
        tabs.append({"label": label, "url": url, "current": here})
    return {"tabs": tabs, "label": gettext("Ansvarets sidor")}
