"""What has been decided about the responsibility, and how each point goes."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page
from hemvist.placement import followup
from hemvist.placement.forms.assignments import FollowPoint
from hemvist.web import clock


@require_safe
@requires("placement.view")
def assignment_points(request: ActorRequest) -> HttpResponse:
    context = {
        "history": followup.history(request.actor, today=clock.today()),
        "may_follow": policy.may(request.actor, "assignment_point.follow"),
    }
    return render(request, "placement/assignments.html", context)


@form_page
@requires("assignment_point.follow")
def assignment_point_follow(request: ActorRequest, decision: str, number: int) -> HttpResponse:
    today = clock.today()
    owner, point = followup.one_point(request.actor, decision, number, today=today)
    form = FollowPoint(form_data(request), initial={"on": today})
    if request.method == "POST" and form.is_valid():
        try:
            followup.follow_point(request.actor, decision=decision, number=number, today=today, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Läget är sparat. Det som sades tidigare står kvar i historiken."))
            return redirect(f"{reverse('assignment-points')}#{decision}-{number}")
    context = {"form": form, "decision": owner, "line": point}
    return render(request, "placement/assignment_follow.html", context)
