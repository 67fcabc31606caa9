"""The tags of the pages about homes."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

# url name → words, permission. In the order of the work.
TABS = (
    ("dwelling-list", _("Bostäder"), "dwelling.view"),
    ("need-list", _("Behov"), "housing_need.read"),
    ("matching", _("Matchning"), "matching.run"),
    ("tenancy-list", _("Hyresavtal"), "tenancy.read"),
    ("housing-right-list", _("Rätten till boende"), "housing_right.read"),
    ("housing-balance", _("Behov och tillgång"), "housing_balance.view"),
    ("yearly-number", _("Kommuntal"), "yearly_number.view"),
)


@register.inclusion_tag("web/subnav.html", takes_context=True)
def housing_nav(context: Context) -> dict[str, Any]:
    """``{% housing_nav %}``: the pages about homes that the actor may open."""
    request = context["request"]
    # An offer's answer has an address of its own, beside that of the needs.
    at = reverse("need-list") if request.resolver_match.url_name == "offer-answer" else request.path
    tabs = [(label, reverse(name)) for name, label, permission in TABS if request.actor.can(permission)]
    # The stock's address begins all the others.
    here = max((url for _label, url in tabs if at.startswith(url)), key=len, default="")
    return {
        "tabs": [{"label": label, "url": url, "current": url == here} for label, url in tabs],
        "label": gettext("Bostädernas sidor"),
    }
