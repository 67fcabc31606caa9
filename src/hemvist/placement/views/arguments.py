"""The pages of the alternatives: what speaks for and against each, the conditions, and arguments of one's own."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page
from hemvist.organisation.texts import said
from hemvist.placement import arguments, conditions, outcomes, weighings
from hemvist.placement.forms.arguments import NewArgument
from hemvist.web import clock


@require_safe
@requires("placement.view")
def placement(request: ActorRequest) -> HttpResponse:
    found = arguments.placement(clock.today())
    shared = weighings.all_shared(request.actor, found)
    context = {
        "found": found,
        "shared": len(shared),
        "firsts": outcomes.firsts(shared, found, conditions.held(found.conditions)),
        "conditions": [(status, found.resting_on(code)) for code, status in found.conditions.items()],
        "changes": arguments.changes(found),
        "may_weigh": policy.may(request.actor, "placement.weigh"),
    }
    return render(request, "placement/placement.html", context)


@require_safe
@requires("placement.view")
def alternative(request: ActorRequest, code: str) -> HttpResponse:
    found = arguments.placement(clock.today())
    side = found.side(code)
    criteria = {one.code: said(one.label) for one in found.criteria}
    headings = {
        "+": _("Talar för"),
        "-": _("Talar emot"),
        "req": _("Krav som måste uppfyllas"),
        "0": _("Varken för eller emot"),
    }
    groups = [
        (
            direction,
            headings[direction],
            [
                (
                    line,
                    criteria.get(line.criterion, ""),
                    line.row is not None and line.row.added_by_id == request.actor.user_id,
                    line.row is not None and arguments.may_withdraw(request.actor, line.row),
                )
                for line in side.of(direction)
            ],
        )
        for direction in arguments.DIRECTIONS
    ]
    context = {
        "found": found,
        "side": side,
        "groups": [group for group in groups if group[2]],
        "facts": found.facts_on(code),
        "may_draft": policy.may(request.actor, "placement.draft"),
        "may_weigh": policy.may(request.actor, "placement.weigh"),
    }
    return render(request, "placement/alternative.html", context)


@form_page
@requires("placement.weigh")
def argument_new(request: ActorRequest) -> HttpResponse:
    found = arguments.placement(clock.today())
    form = NewArgument(
        form_data(request),
        found=found,
        initial={"alternative": request.GET.get("alternativ", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            row = arguments.add_argument(request.actor, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Argumentet är tillagt som %(code)s.") % {"code": row.code})
            return redirect("placement-alternative", row.alternative)
    return render(request, "placement/argument_new.html", {"form": form, "found": found})


@require_POST
@requires("placement.view")
def argument_withdraw(request: ActorRequest, code: str) -> HttpResponse:
    row = arguments.withdraw_argument(request.actor, code=code)
    messages.success(request, _("Argumentet %(code)s är återkallat och väger inte längre.") % {"code": row.code})
    return redirect("placement-alternative", row.alternative)
