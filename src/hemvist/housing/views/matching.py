"""The pages of the matching: the latest proposal, an earlier one, and why a household got just that proposal."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hemvist.access.decorators import requires
from hemvist.access.errors import Refused
from hemvist.access.http import ActorRequest
from hemvist.housing import match_queries, policy_data
from hemvist.housing import matching as matchings
from hemvist.housing.forms.needs import CompareForm
from hemvist.housing.match_queries import RunPage
from hemvist.planning.matching import CRITERIA, NAMES
from hemvist.web import clock

EARLIER = 5


@require_safe
@requires("matching.run")
def matching(request: ActorRequest) -> HttpResponse:
    """The latest proposal, or what to do when there is none."""
    today, actor = clock.today(), request.actor
    try:
        now = matchings.gather(actor, today)
    except Refused as error:
        return render(request, "housing/matching.html", {"latest": True, "unloaded": error.reason})
    page = match_queries.latest(actor, today, now)
    context = {
        "latest": True,
        "page": page,
        "today": today,
        "seeking": len(now.seekers),
        "vacant": len(now.homes),
        "earlier": [
            run for run in match_queries.runs(actor, today)[: EARLIER + 1] if page is None or run.pk != page.run.pk
        ],
        "may_offer": actor.can("housing_need.work"),
        **_policy(page),
    }
    return render(request, "housing/matching.html", context)


@require_safe
@requires("matching.run")
def match_run(request: ActorRequest, run_id: uuid.UUID) -> HttpResponse:
    """An earlier proposal, as it was then."""
    today = clock.today()
    page = match_queries.read(request.actor, run_id, today)
    context = {"page": page, "today": today, "may_offer": False, **_policy(page)}
    return render(request, "housing/matching.html", context)


@require_POST
@requires("matching.run")
def matching_run(request: ActorRequest) -> HttpResponse:
    try:
        made = matchings.run(request.actor, today=clock.today())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        placed = made.result["placed"]
        messages.success(
            request, _("Matchningen är klar. %(placed)d hushåll har fått ett förslag.") % {"placed": placed}
        )
    return redirect("matching")


@require_safe
@requires("matching.run")
def match_why(request: ActorRequest, need_id: uuid.UUID) -> HttpResponse:
    """Why this home, and why not another, worked out from what is known today."""
    today, compare = clock.today(), request.GET.get("bostad", "")
    try:
        why = match_queries.explained(request.actor, need_id, today, compare=compare)
    except (ValidationError, Refused) as error:
        messages.error(request, error.reason if isinstance(error, Refused) else " ".join(error.messages))
        return redirect("need", need_id)
    file = policy_data.housing()
    context = {
        "why": why,
        "form": CompareForm(dwellings=why.others, need=why.row.need, initial={"bostad": compare}),
        "today": today,
        "may_offer": request.actor.can("housing_need.work"),
        **_weights(file.matching.weights.model_dump()),
        "reference": file.matching.decision_reference,
        "confirmed": file.matching.confirmed and file.confirmed,
    }
    return render(request, "housing/match_why.html", context)


def _policy(page: RunPage | None) -> dict[str, Any]:
    """The municipality's weights and limits, as they were when the matching was run."""
    if page is None:
        return {}
    labels = policy_data.area_labels()
    used = page.run.policy
    return {
        **_weights(used["weights"]),
        "policy": used,
        "areas": [{**area, "label": labels.get(area["code"], area["code"])} for area in used["areas"]],
    }


def _weights(weights: dict[str, int]) -> dict[str, Any]:
    return {"weights": [(_(NAMES[name]), weights[name]) for name in CRITERIA if name in weights]}
