"""The tags of the pages about money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemvist.compensation import queries
from hemvist.law.compensation import Entitlement
from hemvist.law.compensation.facts import GROUND_LABELS
from hemvist.web.templatetags.hemvist import kronor

register = template.Library()

# url name → words, permission. In the order of the work.
TABS = (
    ("compensation", _("Översikt"), "compensation.totals"),
    ("compensation-people", _("Personer"), "compensation.read"),
    ("payment-list", _("Utbetalningar"), "compensation.read"),
    ("reconciliation", _("Avstämning"), "compensation.read"),
    ("claim-list", _("Ansökningar"), "compensation.read"),
    ("compensation-forecast", _("Prognos"), "compensation.totals"),
    ("compensation-watch", _("Lagändringar"), "compensation.totals"),
    ("compensation-key", _("Vem får pengarna"), "compensation.totals"),
    ("compensation-benefits", _("Till den enskilde"), "compensation.totals"),
)


# Pages that lie under another address than the tab they belong to.
BELONGS = {"compensation": ("manad/",), "compensation-people": ("hushall/",)}


@register.inclusion_tag("web/subnav.html", takes_context=True)
def money_nav(context: Context) -> dict[str, Any]:
    """``{% money_nav %}``: the pages of the money that the actor may open."""
    request = context["request"]
    persons = queries.sees_persons(request.actor)
    tabs = []
    for name, label, permission in TABS:
        if not request.actor.can(permission) or (permission == "compensation.read" and not persons):
            continue
        url, home = reverse(name), reverse("compensation")
        here = request.path == url or (name != "compensation" and request.path.startswith(url))
        here = here or any(request.path.startswith(f"{home}{part}") for part in BELONGS.get(name, ()))
        tabs.append({"label": label, "url": url, "current": here})
    return {"tabs": tabs, "label": gettext("Ersättningens sidor")}


@register.filter
def ground(owed: Entitlement) -> str:
    """What an amount is paid for, in the reader's language; an instalment has its number."""
    words = gettext(GROUND_LABELS[owed.ground])
    return f"{words} {owed.number}/9" if owed.number else words


@register.simple_tag
def cycled(values: Any, index: int) -> Any:
    """The value of a list at an index: the heading of a table's column, said again in a card on a phone."""
    return values[index]


@register.simple_tag
def minus(one: Decimal, other: Decimal) -> str:
    """A difference in kronor with its sign."""
    difference = one - other
    return f"{'+' if difference > 0 else ''}{kronor(difference)}"
