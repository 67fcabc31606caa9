"""What the weighing rests on."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest
from hemvist.placement import evidence as queries
from hemvist.web import clock


@require_safe
@requires("placement.view")
def evidence(request: ActorRequest) -> HttpResponse:
    return render(
        request, "placement/evidence.html", {"evidence": queries.evidence(request.actor, today=clock.today())}
    )
