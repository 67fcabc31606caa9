"""Sign-in as a demo user, and the audit journal."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from hemvist.access import audit, queries
from hemvist.access.actor import actor_for
from hemvist.access.decorators import requires
from hemvist.access.forms import AuditFilterForm
from hemvist.access.http import ActorRequest
from hemvist.access.models import User
from hemvist.access.queries import AuditFilter
from hemvist.reception.queries import disclosure_register
from hemvist.web import clock
from hemvist.web.paging import Page, asked_page


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by choosing a role. Exists only in a database that the demo made."""
    if not queries.is_demo():
        raise Http404
    user = User.objects.filter(
        username=request.POST.get("username", "").replace("\0", ""), is_demo=True, is_active=True
    ).first()
    if user is None:
        raise Http404
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    audit.record(actor_for(user, clock.today()), "user.signed_in", object_type="user", object_ids=[user.id])
    return redirect("start")


@requires("audit.view")
def audit_log(request: ActorRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET or None)
    wanted = AuditFilter()
    if form.is_bound and form.is_valid():
        wanted = AuditFilter(**form.cleaned_data)
    number = asked_page(request)
    entries, more = queries.audit_log(request.actor, wanted, offset=(number - 1) * 100, limit=100)
    return render(request, "access/audit_log.html", {"form": form, "page": Page(entries, number, more)})


@requires("disclosure.audit")
def disclosures(request: ActorRequest) -> HttpResponse:
    number = asked_page(request)
    found, more = disclosure_register(request.actor, offset=(number - 1) * 50, limit=50)
    return render(request, "access/disclosure_register.html", {"page": Page(found, number, more)})
