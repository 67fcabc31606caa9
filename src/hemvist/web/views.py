"""Pages that belong to no room: sign-in, what Hemvist is, the accessibility statement."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from hemvist.web.context import demo_users, municipality


class SignIn(auth.LoginView):
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            users, url = demo_users(), reverse("demo-sign-in")
        except NoReverseMatch:
            users, url = [], ""
        return super().get_context_data(demo_users=users, demo_url=url, **kwargs)


@login_not_required
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "web/about.html", {"version": version("hemvist")})


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """The statement that 13 § lagen (2018:1937) om tillgänglighet till digital offentlig service asks for."""
    place = municipality()
    settings = place.settings if place else {}
    return render(request, "web/accessibility.html", {"contact": settings.get("contact"), "web": settings.get("web")})


@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
