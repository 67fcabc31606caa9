"""Who does what, one unit, and the glossary. Nothing here is about a person."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hemvist.access.decorators import requires
from hemvist.access.errors import NotVisible
from hemvist.access.http import ActorRequest
from hemvist.organisation import queries
from hemvist.web import clock

SEARCH_LENGTH = 100


def _search(request: HttpRequest) -> str:
    return request.GET.get("sok", "").strip()[:SEARCH_LENGTH]


@require_safe
@requires("overview.view")
def who_does_what(request: ActorRequest) -> HttpResponse:
    today, search = clock.today(), _search(request)
    context = {
        "overview": queries.who_does_what(search, today),
        "search": search,
        "today": today,
        "municipality": queries.municipality(),
        "may_placement": request.actor.can("placement.view"),
    }
    return render(request, "organisation/who_does_what.html", context)


@require_safe
@requires("overview.view")
def unit(request: HttpRequest, code: str) -> HttpResponse:
    today = clock.today()
    page = queries.unit_page(code, today)
    if page is None:
        raise NotVisible(action="unit", object_id=code)
    return render(request, "organisation/unit.html", {"page": page, "today": today})


@require_safe
@login_not_required
def glossary(request: HttpRequest) -> HttpResponse:
    """The words of the reception. Open to everyone, signed in or not."""
    search = _search(request)
    return render(request, "organisation/glossary.html", {"terms": queries.terms(search), "search": search})
