"""The pages of what households need: the list, one need, and what is done with it."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page, pressed
from hemvist.housing import need_queries, needs, policy_data, reach
from hemvist.housing.forms import needs as asked
from hemvist.housing.models import HousingNeed
from hemvist.housing.need_queries import NeedPage
from hemvist.housing.queries import stock_for_planning
from hemvist.reception.queries import get_household
from hemvist.web import clock
from hemvist.web.forms import place, taken
from hemvist.web.paging import SIZE, Page, asked_page


@require_safe
@requires("housing_need.read")
def need_list(request: ActorRequest) -> HttpResponse:
    today, number = clock.today(), asked_page(request)
    form = asked.NeedFilter(request.GET)
    show = (form.cleaned_data["lage"] if form.is_valid() else "") or "open"
    rows, more = need_queries.list_needs(request.actor, today=today, show=show, offset=(number - 1) * SIZE, limit=SIZE)
    context = {
        "page": Page(rows, number, more),
        "counts": need_queries.counts(request.actor, today),
        "form": form,
        "show": show,
        "today": today,
        "may_match": request.actor.can("matching.run"),
        "may_list_households": request.actor.can("case.list"),
    }
    return render(request, "housing/need_list.html", context)


@require_safe
@requires("housing_need.read")
def need(request: ActorRequest, need_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    page = need_queries.need_page(request.actor, need_id, today=today)
    context = {
        "page": page,
        "row": page.row,
        "need": page.row.need,
        "today": today,
        "told": [(told, _disclose(page, told.branch.pk)) for told in page.told],
        "may_match": request.actor.can("matching.run"),
    }
    return render(request, "housing/need.html", context)


def _disclose(page: NeedPage, recipient: int) -> str:
    """The page where the need is disclosed, with the choice made; empty for who may not disclose."""
    if not page.may_disclose or page.household_id is None:
        return ""
    query = [("recipient", str(recipient)), ("codes", reach.NEED), ("andra", "1")]
    query += [("persons", str(person)) for person in page.person_ids]
    return f"{reverse('disclosure-new', args=[page.household_id])}?{urlencode(query)}"


@form_page
@requires("housing_need.work")
def need_new(request: ActorRequest, household_id: uuid.UUID) -> HttpResponse:
    """What the register proposes, put right by a person."""
    today = clock.today()
    household = get_household(request.actor, household_id, today=today)
    policy.require_with_case(request.actor, "housing_need.work", household.case)
    existing = HousingNeed.objects.filter(case=household.case, status=HousingNeed.Status.OPEN).first()
    if existing is not None:
        messages.info(request, _("Hushållet har redan ett öppet behov."))
        return redirect("need", existing.pk)
    suggestion = needs.suggested(household, today)
    form = asked.NeedForm(
        form_data(request),
        areas=policy_data.area_labels(),
        initial=suggestion.initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = needs.record_need(request.actor, case=household.case, asked=form.asked, today=today)
        except ValidationError as error:
            place(form, error)
        else:
            messages.success(request, _("Behovet är sparat. Nästa matchning tar med det."))
            return redirect("need", made.pk)
    context = {
        "form": form,
        "heading": _("Vad hushållet behöver"),
        "about": f"{household.name}, {household.case.number}",
        "suggestion": suggestion,
        "back": reverse("household", args=[household.household.pk]),
    }
    return render(request, "housing/need_form.html", context)


@form_page
@requires("housing_need.work")
def need_edit(request: ActorRequest, need_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    row = need_queries.get_need(request.actor, need_id, today=today, permission="housing_need.work")
    policy.require_with_case(request.actor, "housing_need.work", row.case, see="housing_need.work")
    form = asked.NeedForm(
        form_data(request),
        areas=policy_data.area_labels(),
        initial=asked.initial_of(row.need),
    )
    if taken(form, lambda: needs.change_need(request.actor, need=row.need, asked=form.asked, today=today)):
        messages.success(request, _("Ändringen är sparad. Nästa matchning tar med den."))
        return redirect("need", need_id)
    context = {
        "form": form,
        "heading": _("Ändra behovet"),
        "about": f"{row.name}, {row.case.number}" if row.name else row.case.number,
        "back": reverse("need", args=[need_id]),
    }
    return render(request, "housing/need_form.html", context)


@form_page
@requires("housing_need.work")
def need_withdraw(request: ActorRequest, need_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    row = need_queries.get_need(request.actor, need_id, today=today, permission="housing_need.work")
    policy.require_with_case(request.actor, "housing_need.work", row.case, see="housing_need.work")
    form = asked.WithdrawForm(form_data(request))
    if taken(form, lambda: needs.withdraw_need(request.actor, need=row.need, today=today, **form.cleaned_data)):
        messages.success(request, _("Behovet är avslutat. Det finns kvar bland dem som inte behövs."))
        return redirect("need", need_id)
    return render(request, "housing/need_withdraw.html", {"form": form, "row": row})


@form_page
@requires("housing_need.work")
def need_lock(request: ActorRequest, need_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    row = need_queries.get_need(request.actor, need_id, today=today, permission="housing_need.work")
    initial: dict[str, Any] = {"dwelling": request.GET.get("bostad", "")}
    if row.locked:
        initial = {"dwelling": initial["dwelling"] or str(row.locked.pk), "reason": row.need.locked_reason}
    form = asked.LockForm(
        form_data(request),
        dwellings=[one.dwelling for one in stock_for_planning(request.actor, today)],
        need=row.need,
        initial=initial,
    )
    if taken(
        form,
        lambda: needs.lock(
            request.actor, need=row.need, dwelling=form.chosen, reason=form.cleaned_data["reason"], today=today
        ),
    ):
        messages.success(request, _("Bostaden är vald. Matchningen ändrar inte valet."))
        return redirect("need", need_id)
    return render(request, "housing/need_lock.html", {"form": form, "row": row})


@require_POST
@requires("housing_need.work")
def need_unlock(request: ActorRequest, need_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    row = need_queries.get_need(request.actor, need_id, today=today, permission="housing_need.work")
    pressed(
        request,
        lambda: needs.unlock(request.actor, need=row.need, today=today),
        _("Valet är borttaget. Matchningen kan föreslå vilken bostad som helst."),
    )
    return redirect("need", need_id)
