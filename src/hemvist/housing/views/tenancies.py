"""Leases: the list, one with its events and checklists, and what is done with them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hemvist.access import policy
from hemvist.access.actor import Actor
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page, pressed
from hemvist.housing import lease_queries as queries
from hemvist.housing import policy_data, reach
from hemvist.housing import tenancies as deeds
from hemvist.housing.forms.tenancies import (
    ExtendForm,
    LeaseFilterForm,
    MistakeForm,
    MoveOutForm,
    NoticeForm,
    SignForm,
    VoidForm,
    months_words,
)
from hemvist.housing.lease_queries import LeaseFilter, LeasePage, LeaseRow
from hemvist.housing.models import Dwelling, HousingNeed, Tenancy
from hemvist.law.sources import sfs
from hemvist.law.types import Step, gettext_noop
from hemvist.organisation.texts import said
from hemvist.web import clock
from hemvist.web.forms import Form, place, taken
from hemvist.web.paging import SIZE, Page, asked_page

ACT = "2026:1326"
# What the page says of a lease under the act; the amended provision of the Land Code has not been read.
RIGHT_STEPS = (
    Step(
        gettext_noop("Hyresgästen har inget besittningsskydd: 12 kap. 45–52 §§ jordabalken gäller inte."),
        source=sfs(ACT, "14 §"),
    ),
    Step(gettext_noop("Rätten till boende varar högst 36 månader."), source=sfs(ACT, "12 §")),
    Step(
        gettext_noop(
            "Fråga en jurist innan kommunen skriver eller säger upp ett avtal: 12 kap. 1 c § jordabalken är ändrad "
            "genom lag (2026:1327), och ändringen är inte inlagd här."
        )
    ),
)


# --- the list ---------------------------------------------------------------------------------------------------------

# State → the code of its tag, and its icon by it.
TAGS = {
    queries.CURRENT: "active",
    queries.ENDING: "waiting",
    queries.COMING: "decided",
    queries.OVERDUE: "late",
    queries.ENDED: "closed",
    "voided": "cancelled",
}


def state_words(state: str) -> str:
    return {
        queries.CURRENT: _("pågår"),
        queries.ENDING: _("slutar snart"),
        queries.COMING: _("kommande"),
        queries.OVERDUE: _("utflyttning inte noterad"),
        queries.ENDED: _("avslutat"),
        "voided": _("blev inte av"),
    }[state]


@dataclass(frozen=True, slots=True)
class Line:
    """A lease as the list shows it."""

    row: LeaseRow

    @property
    def tag(self) -> str:
        return TAGS[self.row.state]

    @property
    def label(self) -> str:
        return state_words(self.row.state)


@require_safe
@requires("tenancy.read")
def tenancy_list(request: ActorRequest) -> HttpResponse:
    form = LeaseFilterForm(request.GET)
    wanted = form.wanted
    number = asked_page(request)
    rows, more = queries.list_tenancies(
        request.actor, wanted, today=clock.today(), offset=(number - 1) * SIZE, limit=SIZE
    )
    context = {
        "page": Page([Line(row) for row in rows], number, more),
        "form": form,
        "filtered": wanted != LeaseFilter(),
        "may_work": policy.may(request.actor, "tenancy.work"),
        "today": clock.today(),
    }
    return render(request, "housing/tenancy_list.html", context)


# --- one lease --------------------------------------------------------------------------------------------------------


@require_safe
@requires("tenancy.read")
def tenancy(request: ActorRequest, tenancy_id: uuid.UUID) -> HttpResponse:
    page = queries.get_tenancy(request.actor, tenancy_id, today=clock.today())
    lease = page.tenancy
    context = {
        "page": page,
        "lease": lease,
        "tag": TAGS[page.state],
        "label": state_words(page.state),
        "right_steps": RIGHT_STEPS if lease.form == Tenancy.Form.RIGHT else (),
        "notice_tenant": months_words(lease.notice_months_tenant),
        "notice_landlord": months_words(lease.notice_months_landlord),
        "may_extend": page.may_work
        and page.open
        and lease.ends_on is not None
        and lease.form != Tenancy.Form.OPEN_ENDED
        and page.notice is None,
        "began": lease.starts_on <= clock.today(),
        "today": clock.today(),
    }
    return render(request, "housing/tenancy.html", context)


@form_page
@requires("tenancy.work")
def tenancy_new(request: ActorRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    """Let a dwelling to a household."""
    today = clock.today()
    dwelling = reach.require_dwelling(request.actor, dwelling_id, today, permission="tenancy.work")
    file = policy_data.housing()
    posted = request.method == "POST"
    form = SignForm(
        request.POST if posted else None,
        forms=file.leases,
        cases=queries.case_numbers_seeking(request.actor, today),
        initial={
            "rent": dwelling.rent,
            "form": file.leases[0].code,
            "starts_on": max(today, dwelling.available_from),
            "case_number": request.GET.get("arende", "")[:20],
        },
    )
    if posted and form.is_valid() and (made := _sign(request, form, dwelling)):
        messages.success(request, _("Avtalet är registrerat."))
        return redirect("tenancy", made.pk)
    references = [(said(lease.label), said(lease.reference)) for lease in file.leases]
    context = {"form": form, "dwelling": dwelling, "references": references, "right_steps": RIGHT_STEPS}
    return render(request, "housing/tenancy_form.html", context)


def _sign(request: ActorRequest, form: SignForm, dwelling: Dwelling) -> Tenancy | None:
    """The lease, or None with the faults on the form."""
    said = {**form.cleaned_data}
    today = clock.today()
    try:
        case = queries.case_by_number(request.actor, said.pop("case_number"), today)
    except ValidationError as error:
        form.add_error("case_number", error)
        return None
    try:
        return deeds.sign(request.actor, dwelling=dwelling, case=case, today=today, **said)
    except ValidationError as error:
        place(form, error)
        return None


def _deed(
    request: ActorRequest,
    tenancy_id: uuid.UUID,
    make: Callable[[LeasePage], Form],
    do: Callable[..., Tenancy],
    template: str,
    done: str,
    more: Callable[[LeasePage], dict[str, Any]] = lambda page: {},
) -> HttpResponse:
    """A page with a form that does something with a lease."""
    today = clock.today()
    page = queries.get_tenancy(request.actor, tenancy_id, today=today)
    form = make(page)
    if taken(form, lambda: do(request.actor, tenancy=page.tenancy, today=today, **form.cleaned_data)):
        messages.success(request, done)
        return redirect("tenancy", tenancy_id)
    context = {"form": form, "page": page, "lease": page.tenancy, "today": today, **more(page)}
    return render(request, template, context)


@form_page
@requires("tenancy.work")
def tenancy_notice(request: ActorRequest, tenancy_id: uuid.UUID) -> HttpResponse:
    """Give notice. The page tells what the agreement gives when notice is given today."""
    today = clock.today()

    def make(page: LeasePage) -> Form:
        return NoticeForm(form_data(request), initial={"noticed_on": today})

    def agreed(page: LeasePage) -> dict[str, Any]:
        lease = page.tenancy
        return {
            "by_tenant": deeds.last_day_after_notice(lease, deeds.TENANT, today),
            "by_landlord": deeds.last_day_after_notice(lease, deeds.LANDLORD, today),
            "months_tenant": months_words(lease.notice_months_tenant),
            "months_landlord": months_words(lease.notice_months_landlord),
            "right_steps": RIGHT_STEPS if lease.form == Tenancy.Form.RIGHT else (),
            "right_end": queries.right_ends(request.actor, lease, today),
        }

    return _deed(
        request,
        tenancy_id,
        make,
        deeds.give_notice,
        "housing/tenancy_notice.html",
        _("Uppsägningen är registrerad."),
        agreed,
    )


@require_POST
@requires("tenancy.work")
def tenancy_notice_withdraw(request: ActorRequest, tenancy_id: uuid.UUID) -> HttpResponse:
    page = queries.get_tenancy(request.actor, tenancy_id, today=clock.today())
    pressed(
        request,
        lambda: deeds.withdraw_notice(request.actor, tenancy=page.tenancy, today=clock.today()),
        _("Uppsägningen är återtagen. Avtalet gäller som förut."),
    )
    return redirect("tenancy", tenancy_id)


@require_POST
@requires("tenancy.work")
def tenancy_move_out_undo(request: ActorRequest, tenancy_id: uuid.UUID) -> HttpResponse:
    page = queries.get_tenancy(request.actor, tenancy_id, today=clock.today())
    pressed(
        request,
        lambda: deeds.undo_move_out(request.actor, tenancy=page.tenancy, today=clock.today()),
        _("Utflyttningen är struken. Avtalet gäller som förut. Kontrollera var nycklarna är."),
    )
    return redirect("tenancy", tenancy_id)


@form_page
@requires("tenancy.work")
def tenancy_extend(request: ActorRequest, tenancy_id: uuid.UUID) -> HttpResponse:
    return _deed(
        request,
        tenancy_id,
        lambda page: ExtendForm(form_data(request)),
        deeds.extend,
        "housing/tenancy_extend.html",
        _("Avtalet är förlängt."),
    )


@form_page
@requires("tenancy.work")
def tenancy_moved_out(request: ActorRequest, tenancy_id: uuid.UUID) -> HttpResponse:
    today = clock.today()

    def make(page: LeasePage) -> Form:
        end = page.tenancy.ends_on
        return MoveOutForm(form_data(request), initial={"last_day": min(end, today) if end else today})

    return _deed(
        request,
        tenancy_id,
        make,
        deeds.move_out,
        "housing/tenancy_moved_out.html",
        _("Utflyttningen är noterad. Bostaden är ledig från dagen efter."),
    )


@form_page
@requires("tenancy.work")
def tenancy_void(request: ActorRequest, tenancy_id: uuid.UUID) -> HttpResponse:
    """The lease came to nothing; one that has begun is struck as a mistake. Tells what becomes of the need."""

    def make(page: LeasePage) -> Form:
        return (VoidForm if page.tenancy.starts_on > clock.today() else MistakeForm)(form_data(request))

    def strike(actor: Actor, **given: Any) -> Tenancy:
        struck = deeds.void(actor, **given)
        if HousingNeed.objects.filter(case=struck.case_id, status=HousingNeed.Status.OPEN).exists():
            messages.info(request, _("Hushållets behov är öppet. Nästa matchning tar med det."))
        else:
            messages.info(request, _("Hushållet har inget öppet behov. Skriv ett nytt om det söker bostad."))
        return struck

    return _deed(
        request,
        tenancy_id,
        make,
        strike,
        "housing/tenancy_void.html",
        _("Avtalet är struket. Bostaden är inte längre bunden av det."),
        lambda page: {"began": page.tenancy.starts_on <= clock.today()},
    )


@require_POST
@requires("tenancy.work")
def tenancy_tick(request: ActorRequest, tenancy_id: uuid.UUID) -> HttpResponse:
    """Tick a point of a checklist, or take the tick away."""
    page = queries.get_tenancy(request.actor, tenancy_id, today=clock.today())
    checklist, code = request.POST.get("lista", ""), request.POST.get("punkt", "")
    deed = deeds.untick if request.POST.get("klar") == "nej" else deeds.tick
    try:
        deed(request.actor, tenancy=page.tenancy, checklist=checklist, code=code, today=clock.today())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    response = redirect("tenancy", tenancy_id)
    response["Location"] += f"#{checklist}" if checklist.isidentifier() else ""
    return response
