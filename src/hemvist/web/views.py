"""Pages that belong to no room: sign-in, what Hemvist is, the accessibility statement."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from hemvist.access.services import may_try_to_sign_in, note_failed_sign_in, note_sign_in
from hemvist.web import clock
from hemvist.web.context import demo_users, municipality


class SignIn(auth.LoginView):
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """After too many wrong passwords a name rests; the answer does not say whether the name exists."""
        if not may_try_to_sign_in(request.POST.get("username", "")):
            form = self.get_form()
            form.add_error(None, gettext("För många försök. Vänta en kvart och försök igen."))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        note_sign_in(form.get_user(), clock.today())
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        note_failed_sign_in(form.data.get("username", ""))
        return super().form_invalid(form)

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
