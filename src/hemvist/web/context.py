"""What every page's shell needs: the rooms the role may enter, the municipality's name, the demo flag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from importlib import import_module
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from hemvist.web import clock


class Room(NamedTuple):
    label: Any
    url_name: str
    icon: str
    permission: str


ROOMS = (
    Room(gettext_lazy("I dag"), "start", "sun", "start.view"),
    Room(gettext_lazy("Anmäl hushåll"), "intake-new", "user-plus", "intake.create"),
    Room(gettext_lazy("Min plan"), "my-plan", "map", "own_plan.view"),
    Room(gettext_lazy("Hushåll"), "household-list", "house", "case.list"),
    Room(gettext_lazy("Anvisningar"), "assignment-list", "inbox", "assignment.list"),
    Room(pgettext_lazy("tasks", "Uppgifter"), "task-list", "list-checks", "task.list"),
    Room(gettext_lazy("Samråd"), "meeting", "messages-square", "meeting.view"),
    Room(gettext_lazy("Bostäder"), "dwelling-list", "building-2", "dwelling.view"),
    Room(gettext_lazy("Ersättning"), "compensation", "banknote", "compensation.totals"),
    Room(gettext_lazy("Ansvar"), "who-does-what", "network", "overview.view"),
    Room(gettext_lazy("Statistik"), "statistics", "chart-column", "statistics.view"),
    Room(gettext_lazy("Lagen"), "law-changes", "scale", "law.view"),
    Room(gettext_lazy("Utlämnanden"), "disclosure-register", "share-2", "disclosure.audit"),
    Room(gettext_lazy("Logg"), "audit-log", "scroll-text", "audit.view"),
)


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    icon: str
    current: bool


def nav(request: HttpRequest) -> list[NavItem]:
    """The rooms that the actor may enter, in the order of the work. Nothing for a visitor."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return []
    items = []
    for room in ROOMS:
        if not actor.can(room.permission):
            continue
        try:
            url = reverse(room.url_name)
        except NoReverseMatch:  # a room that is not built into this installation
            continue
        current = request.path == url or (url != "/" and request.path.startswith(url))
        items.append(NavItem(str(room.label), url, room.icon, current))
    return items


def _ask(module: str, function: str) -> Any:
    """The answer of another room's query, or None where that room is absent or not yet loaded."""
    try:
        return getattr(import_module(module), function)()
    except (ImportError, AttributeError):
        return None


def municipality() -> Any:
    """The municipality's own data: name, contact. None before anything is loaded."""
    return _ask("hemvist.organisation.queries", "municipality")


def demo_users() -> list[dict[str, str]]:
    """The demonstration's users, one a role; empty in an ordinary installation."""
    return _ask("hemvist.access.queries", "demo_users") or []


def role_label(request: HttpRequest) -> str:
    """The actor's roles in words, as *Samordnare i mottagandet*."""
    from hemvist.access.roles import Role

    actor = getattr(request, "actor", None)
    grants = actor.grants if actor else ()
    return ", ".join(dict.fromkeys(str(Role(grant.role).label) for grant in grants))


def duty_sentence(place: Any) -> str:
    """The duty that all of this is for: the municipality's own words, or those of the act in force today."""
    own = place.settings.get("reception_duty") if place else None
    if own:
        return str(own.get(get_language()) or own["sv"])
    act = "2026:1326" if clock.today() >= date(2027, 1, 1) else "2016:38"
    text = _("Kommunen ska efter anvisning ta emot nyanlända för bosättning (5 § lagen %(act)s).")
    return text % {"act": act}


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Functions, so that a fragment that shows no shell asks nothing."""
    place = cache(municipality)
    return {
        "csp_nonce": getattr(request, "csp_nonce", None),
        "today": clock.today(),
        "nav": cache(partial(nav, request)),
        "municipality": place,
        "role_label": cache(partial(role_label, request)),
        "duty_sentence": lambda: duty_sentence(place()),
        "demo": cache(lambda: bool(_ask("hemvist.access.queries", "is_demo"))),
    }
