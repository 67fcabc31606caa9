"""The pages of an offer: made, answered, withdrawn."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page, pressed
from hemvist.housing import need_queries, offers, policy_data
from hemvist.housing.forms.offers import AcceptForm, DeclineForm, OfferForm
from hemvist.housing.models import Dwelling, MatchRun, Offer
from hemvist.housing.need_queries import NeedRow
from hemvist.housing.queries import stock_for_planning
from hemvist.web import clock
from hemvist.web.forms import place, taken


@form_page
@requires("housing_need.work")
def offer_new(request: ActorRequest, need_id: uuid.UUID) -> HttpResponse:
    """Offer a dwelling: the proposed one, or another with the reason why."""
    today = clock.today()
    row = need_queries.get_need(request.actor, need_id, today=today, permission="housing_need.work")
    run = offers.run_to_compare(request.actor, row.need, _key(request.GET.get("run", "")), today)
    free = [one.dwelling for one in stock_for_planning(request.actor, today)]
    proposed, day = _proposal(row, run, today)
    chosen = _key(request.GET.get("bostad", "")) or proposed
    form = OfferForm(
        form_data(request),
        dwellings=free,
        need=row.need,
        initial={
            "dwelling": str(chosen) if chosen else "",
            "move_in_on": day,
            "reply_by": offers.usual_reply_day(day, today) if free else None,
        },
    )
    if taken(form, lambda: offers.make_offer(request.actor, need=row.need, run=run, today=today, **form.said)):
        messages.success(request, _("Erbjudandet är registrerat. Registrera svaret när hushållet har svarat."))
        return redirect("need", need_id)
    seen: Dwelling | None = next((one for one in free if one.pk == chosen), None)
    context = {
        "form": form,
        "row": row,
        "run": run,
        "proposed": next((one for one in free if one.pk == proposed), None),
        "choice": offers.choice(request.actor, row.need, seen, day, run, today) if seen else None,
    }
    return render(request, "housing/offer_form.html", context)


def _key(given: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(given)
    except ValueError:
        return None


def _proposal(row: NeedRow, run: MatchRun | None, today: date) -> tuple[uuid.UUID | None, date]:
    """The dwelling that is chosen or proposed, and the day to move in."""
    usual = max(row.need.wanted_from, today)
    placed: dict[str, Any] = next(
        (one for one in (run.result["placements"] if run else ()) if one["need"] == str(row.need.pk)), {}
    )
    day = max(date.fromisoformat(placed["move_in"]), today) if placed else usual
    if row.locked:
        return row.locked.pk, day
    return (uuid.UUID(placed["dwelling"]), day) if placed else (None, usual)


@form_page
@requires("housing_need.work")
def offer_answer(request: ActorRequest, offer_id: uuid.UUID) -> HttpResponse:
    """Yes: the lease is signed. No: why."""
    today = clock.today()
    offer, row = need_queries.get_offer(request.actor, offer_id, today=today)
    if offer.status != Offer.Status.OPEN:
        messages.info(request, _("Erbjudandet är redan besvarat eller återtaget."))
        return redirect("need", row.need.pk)
    answer = request.POST.get("answer") or request.GET.get("svar", "")
    leases = policy_data.housing().leases
    accept = AcceptForm(
        request.POST if answer == "ja" and request.method == "POST" else None,
        leases=leases,
        prefix="ja",
        initial={"starts_on": offer.move_in_on, "form": leases[0].code if len(leases) == 1 else None},
    )
    refuse = DeclineForm(request.POST if answer == "nej" and request.method == "POST" else None, prefix="nej")
    done = None
    if request.method == "POST" and answer == "ja":
        done = _accept(request, offer, accept, today)
    elif request.method == "POST" and answer == "nej":
        done = _decline(request, offer, row, refuse, today)
    if done:
        return done
    context = {"offer": offer, "row": row, "accept": accept, "refuse": refuse, "answer": answer, "today": today}
    return render(request, "housing/offer_answer.html", context)


def _accept(request: ActorRequest, offer: Offer, form: AcceptForm, today: date) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        lease = offers.accept(request.actor, offer=offer, today=today, **form.cleaned_data)
    except ValidationError as error:
        place(form, error)
        return None
    messages.success(
        request, _("Hushållet har tackat ja och hyresavtalet är registrerat. Nu: inredning, nycklar och information.")
    )
    return redirect("tenancy", lease.pk)


def _decline(request: ActorRequest, offer: Offer, row: NeedRow, form: DeclineForm, today: date) -> HttpResponse | None:
    if not taken(form, lambda: offers.decline(request.actor, offer=offer, today=today, **form.cleaned_data)):
        return None
    messages.success(request, _("Svaret är registrerat. Bostaden föreslås inte för hushållet igen."))
    if form.cleaned_data["reason"] == Offer.Reason.OWN and row.own:
        messages.info(request, _("Har hushållet ordnat bostad själv? Avsluta då behovet."))
    return redirect("need", offer.need_id)


@require_POST
@requires("housing_need.work")
def offer_withdraw(request: ActorRequest, offer_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    offer, row = need_queries.get_offer(request.actor, offer_id, today=today)
    pressed(
        request, lambda: offers.withdraw_offer(request.actor, offer=offer, today=today), _("Erbjudandet är återtaget.")
    )
    return redirect("need", row.need.pk)
