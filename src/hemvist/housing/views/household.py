"""The household's own page about its home, beside its plan and its persons."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hemvist.access import policy
from hemvist.access.http import ActorRequest
from hemvist.housing import household as homes
from hemvist.reception.queries import HouseholdRow
from hemvist.reception.views.households import STATES, allowed, household_tabs, household_view
from hemvist.web import clock


@require_safe
@household_view("case.read")
def household_housing(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    """Need, offers, leases and the right, with what can be done next."""
    context = {
        "row": row,
        "state_label": STATES[row.state],
        "may": allowed(request.actor, row.case),
        "tabs": household_tabs(row.household.id, request.path),
        "homes": homes.homes_of(request.actor, row.case, today=clock.today()),
        "may_need": policy.may_with_case(request.actor, "housing_need.work", row.case),
    }
    return render(request, "housing/household.html", context)
