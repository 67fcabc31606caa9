"""The pages of the right to housing: the watch list, a household's clocks, what was told and given."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.errors import NotVisible
from hemvist.access.http import ActorRequest, form_data, form_page, pressed
from hemvist.coordination import words
from hemvist.housing import right, right_services
from hemvist.housing.forms import right as asked
from hemvist.housing.models import CallBack
from hemvist.housing.right import HouseholdRight, MemberRight
from hemvist.law.ending_early import NOT_ENACTED
from hemvist.law.housing_right import ASPECTS
from hemvist.law.types import Step
from hemvist.web import clock
from hemvist.web.paging import SIZE, Page, asked_page
from hemvist.web.templatetags.hemvist import cited, shown

# Facts of the clock that no duty of the plan counts from, in words.
FACTS: dict[str, Promise] = {
    "assignment_decided_on": gettext_lazy("dagen då Migrationsverket beslutade anvisningen"),
    "first_received_anywhere_on": gettext_lazy("dagen då personen först togs emot i en kommun"),
}


def missing(names: Iterable[str]) -> list[str]:
    """The facts that a clock waits for, in words."""
    return [str(FACTS[name]) if name in FACTS else words.fact(name) for name in names]


def sentences(steps: Iterable[Step]) -> list[tuple[str, str]]:
    """Steps as (sentence, provision), for pages that show them unfolded."""
    return [(step.render(_, shown), cited(step.source) if step.source else "") for step in steps]


@require_safe
@requires("housing_right.read")
def right_list(request: ActorRequest) -> HttpResponse:
    today, number, wanted = clock.today(), asked_page(request), request.GET.get("visa", "")
    found = right.watch_list(request.actor, today=today, wanted=wanted, offset=(number - 1) * SIZE, limit=SIZE)
    context = {
        "found": found,
        "page": Page([(line, missing(line.row.clock.missing)) for line in found.lines], number, found.more),
        "form": asked.WatchFilterForm(request.GET, months=found.marks),
        "filtered": bool(wanted),
        "may_rule": policy.may(request.actor, "ruling.record"),
        "today": today,
    }
    return render(request, "housing/right_list.html", context)


@require_safe
@requires("housing_right.read")
def right_soon(request: ActorRequest) -> HttpResponse:
    """The tile that tells how many rights near their end; fetched by the page that shows it."""
    count, first, coming = right.soon(request.actor, today=clock.today())
    context = {"count": count or 0, "undisclosed": count is None, "first": first, "coming": coming}
    return render(request, "housing/_right_soon.html", context)


@require_safe
@requires("housing_right.read")
def household_right(request: ActorRequest, household_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    page = right.right_of_household(request.actor, household_id, today=today)
    context = {
        "page": page,
        "members": [(member, missing(member.row.clock.missing), sentences(member.adds)) for member in page.members],
        "shared_adds": _shared([member.adds for member in page.members]),
        "regimes": _regimes(page.members),
        "proposed": NOT_ENACTED,
        "may_rule": policy.may(request.actor, "ruling.record"),
        "can_case": policy.may_with_case(request.actor, "case.read", page.case),
        "today": today,
    }
    return render(request, "housing/right.html", context)


def _shared(adds: list[tuple[Step, ...]]) -> list[tuple[str, str]]:
    """What the municipality's own line adds, when it is the same for all: then it is said once."""
    return sentences(adds[0]) if adds and all(one == adds[0] for one in adds) else []


def _regimes(members: list[MemberRight]) -> dict[str, Any]:
    """Both acts as columns: their heads with whom each governs, and a row of two steps for each aspect.

    ``unfolded``: it is not clear which governs, or not the same for all.
    """
    if not members:
        return {}
    sides = members[0].sides
    heads = []
    for place, side in enumerate(sides):
        governed = [member.row.name for member in members if member.sides[place].governs]
        unknown = [member.row.name for member in members if member.sides[place].governs is None]
        everybody = len(members) in (len(governed), len(unknown))
        heads.append({"act": side.regime.act, "names": governed, "unknown": unknown, "all": everybody})
    rows = [
        (
            label,
            [(head, *said) for head, said in zip(heads, sentences(side.rows[aspect] for side in sides), strict=True)],
        )
        for aspect, label in ASPECTS.items()
    ]
    unfolded = any(head["unknown"] or (head["names"] and not head["all"]) for head in heads)
    return {"heads": heads, "rows": rows, "unfolded": unfolded}


def _member(page: HouseholdRight, person_id: uuid.UUID) -> MemberRight:
    found = next((member for member in page.members if member.row.person_id == person_id), None)
    if found is None:
        raise NotVisible(action="housing_right.work", object_id=str(person_id))
    return found


@form_page
@requires("housing_right.work")
def call_back_new(request: ActorRequest, household_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    page = right.right_of_household(request.actor, household_id, today=today)
    policy.require_with_case(request.actor, "housing_right.work", page.case, see="housing_right.read")
    member = _member(page, person_id)
    form = asked.CallBackForm(form_data(request), initial={"notified_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            right_services.record_call_back(
                request.actor,
                person=right.require_person(request.actor, person_id),
                today=today,
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Beskedet är sparat. Se när kommunen behöver ha ett boende."))
            return redirect("housing-right", household_id)
    return render(request, "housing/call_back_form.html", {"page": page, "member": member, "form": form})


@require_POST
@requires("housing_right.work")
def call_back_withdraw(request: ActorRequest, call_back_id: int) -> HttpResponse:
    found = (
        CallBack.objects.filter(policy.visible_cases(request.actor, "housing_right.read", "person__case__"))
        .select_related("person__case__branch", "person__case__household")
        .filter(pk=call_back_id)
        .first()
    )
    if found is None:
        raise NotVisible(action="housing_right.work", object_id=str(call_back_id))
    pressed(
        request,
        lambda: right_services.withdraw_call_back(request.actor, call_back=found, today=clock.today()),
        _("Beskedet är återtaget."),
    )
    return redirect("housing-right", found.person.case.household.pk)


@form_page
@requires("housing_right.work")
def support_new(request: ActorRequest, household_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    household = right.require_household(request.actor, household_id)
    policy.require_with_case(request.actor, "housing_right.work", household.case, see="housing_right.read")
    initial = {"on": today, "duty": request.GET.get("slag", "")}
    form = asked.SupportForm(form_data(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            right_services.record_support(request.actor, household=household, today=today, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Stödet är antecknat."))
            return redirect("housing-right", household_id)
    return render(request, "housing/support_form.html", {"household": household, "form": form})
