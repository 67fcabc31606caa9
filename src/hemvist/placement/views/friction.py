"""The log of where cooperation is slow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page, pressed
from hemvist.placement import friction
from hemvist.placement.forms.friction import FrictionFilterForm, SolveFriction, WriteFriction
from hemvist.placement.friction import FrictionFilter
from hemvist.placement.models import Friction
from hemvist.web import clock
from hemvist.web.paging import SIZE, Page, asked_page

# What the address says → the status to show; nothing said shows what is open.
SHOWN = {"": Friction.Status.OPEN, Friction.Status.SOLVED: Friction.Status.SOLVED, "alla": ""}


@require_safe
@requires("placement.view")
def friction_list(request: ActorRequest) -> HttpResponse:
    number = asked_page(request)
    wanted = FrictionFilter(
        status=SHOWN.get(request.GET.get("lage", ""), Friction.Status.OPEN), unit=request.GET.get("enhet", "")
    )
    page = friction.friction_page(request.actor, wanted, today=clock.today(), offset=(number - 1) * SIZE, limit=SIZE)
    context = {
        "log": page,
        "page": Page(page.rows, number, page.more),
        "form": FrictionFilterForm(request.GET, units=page.units),
        "filtered": wanted != FrictionFilter(),
        "may_log": policy.may(request.actor, "friction.log"),
    }
    return render(request, "placement/friction_list.html", context)


@form_page
@requires("friction.log")
def friction_new(request: ActorRequest) -> HttpResponse:
    today = clock.today()

    def save(form: WriteFriction) -> None:
        friction.log(request.actor, today=today, **form.said)

    return _write(request, save, {"noted_on": today}, None, _("Noterat."))


@form_page
@requires("friction.log")
def friction_edit(request: ActorRequest, friction_id: int) -> HttpResponse:
    entry = friction.one(request.actor, friction_id)
    units = list(entry.units.all())

    def save(form: WriteFriction) -> None:
        friction.change(request.actor, entry, today=clock.today(), **form.said)

    initial = {
        **{name: getattr(entry, name) for name in ("text", "cause", "due_on", "noted_on")},
        "owner": str(entry.owner_id),
        "between": str(units[0].pk) if units else "",
        "other": str(units[1].pk) if len(units) > 1 else "",
    }
    return _write(request, save, initial, entry, _("Ändringen är sparad."))


def _write(
    request: ActorRequest,
    save: Callable[[WriteFriction], None],
    initial: dict[str, Any],
    entry: Friction | None,
    done: str,
) -> HttpResponse:
    form = WriteFriction(
        form_data(request),
        units=friction.working_units(),
        causes=friction.causes(),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            save(form)
        except ValidationError as error:
            _place(form, error)
        else:
            messages.success(request, done)
            return redirect("friction-list")
    return render(request, "placement/friction_form.html", {"form": form, "entry": entry})


def _place(form: WriteFriction, error: ValidationError) -> None:
    """The service speaks of units; the form asks for one and the other."""
    if hasattr(error, "error_dict"):
        for name, found in error.error_dict.items():
            form.add_error({"units": "between"}.get(name, name), found)
    else:
        form.add_error(None, error)


@form_page
@requires("friction.log")
def friction_solve(request: ActorRequest, friction_id: int) -> HttpResponse:
    today = clock.today()
    entry = friction.one(request.actor, friction_id)
    form = SolveFriction(form_data(request), initial={"solved_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            friction.solve(request.actor, entry, today=today, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Bra! Trögheten är noterad som löst."))
            return redirect("friction-list")
    return render(request, "placement/friction_solve.html", {"form": form, "entry": entry})


@require_POST
@requires("friction.log")
def friction_reopen(request: ActorRequest, friction_id: int) -> HttpResponse:
    pressed(
        request,
        lambda: friction.reopen(request.actor, friction.one(request.actor, friction_id)),
        _("Trögheten är öppen igen."),
    )
    return redirect("friction-list")
