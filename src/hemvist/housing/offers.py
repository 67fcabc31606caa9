"""A dwelling offered to a household: made, answered, withdrawn. A yes becomes a lease in the same transaction.

The matching proposes; whoever makes the offer decides. Who chooses another dwelling than the proposal, or one that
lacks something that the need asks for, says why.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hemvist.access import audit
from hemvist.access.actor import Actor
from hemvist.housing import match_queries, need_queries, policy_data, stock, tenancies
from hemvist.housing.matching import searched_until
from hemvist.housing.models import Dwelling, HousingNeed, MatchRun, Offer, Tenancy
from hemvist.housing.needs import CHOSEN, MOST_YEARS, WORK, checked_reason, hold, release
from hemvist.law.calendar import add_months
from hemvist.web.templatetags.hemvist import longdate

Status = Offer.Status


@dataclass(frozen=True, slots=True)
class Choice:
    """What an offer of a dwelling to a household means, before it is made.

    ``lacks``: what the need asks for and the offer has not, in words; ``bars``: what makes the offer impossible.
    """

    proposed: Dwelling | None
    differs: bool
    lacks: tuple[str, ...]
    bars: tuple[str, ...]

    @property
    def needs_reason(self) -> bool:
        return self.differs or bool(self.lacks)


def choice(
    actor: Actor, need: HousingNeed, dwelling: Dwelling, move_in_on: date, run: MatchRun | None, today: date
) -> Choice:
    """How the dwelling stands to the need and to what was proposed.

    A dwelling that somebody has chosen goes before the matching's. A proposal that can no longer be offered, or that
    the actor may not be shown, is none.
    """
    wanted = [need.locked_to_id, need_queries.proposed_dwelling(need, run.result) if run else None]
    shown = need_queries.dwellings_by_id(actor, [one for one in wanted if one], today)
    proposed = next((shown[one] for one in wanted if one in shown), None)
    if proposed and proposed != dwelling and _bars(need, proposed, move_in_on, today):
        proposed = None
    return Choice(
        proposed=proposed,
        differs=proposed is not None and proposed != dwelling,
        lacks=_lacks(need, dwelling, move_in_on, today),
        bars=_bars(need, dwelling, move_in_on, today),
    )


def _lacks(need: HousingNeed, dwelling: Dwelling, move_in_on: date, today: date) -> tuple[str, ...]:
    found = []
    if dwelling.rooms < need.rooms:
        found.append(
            _("Bostaden har %(has)d rum och behovet är minst %(rooms)d.") % {"has": dwelling.rooms, "rooms": need.rooms}
        )
    if need.step_free and not dwelling.step_free:
        found.append(_("Bostaden är inte stegfri och behovet är en stegfri bostad."))
    last = searched_until(need, today)
    if not need.wanted_from <= move_in_on <= last:
        message = _("Behovet är en bostad från %(first)s till senast %(last)s, och inflyttningen är en annan dag.")
        found.append(message % {"first": longdate(need.wanted_from), "last": longdate(last)})
    later = stock.blocked_on_some_day(dwelling, move_in_on, None).filter(starts_on__gt=move_in_on)
    if (starts_on := later.values_list("starts_on", flat=True).order_by("starts_on").first()) is not None:
        message = _("Bostaden är spärrad från %(day)s. Ett avtal måste sluta innan dess.")
        found.append(message % {"day": longdate(starts_on)})
    return tuple(found)


def _bars(need: HousingNeed, dwelling: Dwelling, move_in_on: date, today: date) -> tuple[str, ...]:
    """What no reason can outweigh: too small, not there that day, let, offered or chosen already, or said no to."""
    found = []
    if dwelling.capacity < need.persons:
        found.append(
            _("Bostaden har plats för %(capacity)d och hushållet är %(persons)d.")
            % {"capacity": dwelling.capacity, "persons": need.persons}
        )
    if dwelling.available_from > move_in_on or (dwelling.available_to and dwelling.available_to < move_in_on):
        found.append(_("Kommunen har inte bostaden den dagen. Välj en annan dag eller en annan bostad."))
    if stock.let_on_some_day(dwelling, move_in_on, None, today).exists():
        found.append(_("Bostaden är uthyrd den dagen eller senare. Välj en senare dag eller en annan bostad."))
    if stock.blocked_on_some_day(dwelling, move_in_on, move_in_on).exists():
        found.append(_("Bostaden är spärrad den dagen. Välj en annan dag eller en annan bostad."))
    if Offer.objects.filter(dwelling=dwelling, status=Status.OPEN).exclude(need=need).exists():
        found.append(_("Bostaden är redan erbjuden ett annat hushåll. Vänta på svaret eller välj en annan."))
    if HousingNeed.objects.filter(CHOSEN, locked_to=dwelling).exclude(pk=need.pk).exists():
        found.append(_("Bostaden är vald åt ett annat hushåll. Ta bort det valet först, eller välj en annan."))
    if Offer.objects.filter(dwelling=dwelling, need=need, status=Status.DECLINED).exists():
        found.append(_("Hushållet har tackat nej till bostaden. Välj en annan."))
    return tuple(found)


def usual_reply_day(move_in_on: date, today: date) -> date:
    """The municipality's usual time to answer, but never after moving in."""
    return max(today, min(today + timedelta(days=policy_data.housing().reply_days), move_in_on))


@transaction.atomic
def make_offer(
    actor: Actor,
    *,
    need: HousingNeed,
    dwelling: Dwelling,
    move_in_on: date,
    reply_by: date,
    run: MatchRun | None = None,
    choice_reason: str = "",
    note: str = "",
    today: date,
) -> Offer:
    """Offer a dwelling to a household. ``run`` is the matching that the choice is compared with."""
    hold(actor, WORK, need.case, today)
    dwelling = stock.hold(actor, dwelling, today, "dwelling.view")
    need = _seeking(need)
    if move_in_on < today:
        raise ValidationError({"move_in_on": _("Dagen har passerat. Skriv den dag då hushållet kan flytta in.")})
    furthest = add_months(today, 12 * MOST_YEARS)
    if move_in_on > furthest:
        raise ValidationError({"move_in_on": _("Skriv en dag senast %(day)s.") % {"day": longdate(furthest)}})
    if not today <= reply_by <= move_in_on:
        raise ValidationError(
            {"reply_by": _("Svarsdagen ska ligga från i dag till och med den dag då hushållet flyttar in.")}
        )
    found = choice(actor, need, dwelling, move_in_on, run, today)
    if found.bars:
        raise ValidationError(list(found.bars))
    if found.needs_reason:
        asked = (
            _("Du väljer en annan bostad än förslaget. Skriv varför.")
            if found.differs
            else " ".join([*found.lacks, _("Skriv varför erbjudandet ändå passar.")])
        )
        choice_reason = checked_reason(choice_reason, asked, "choice_reason")
    offer = Offer.objects.create(
        need=need,
        dwelling=dwelling,
        made_on=today,
        move_in_on=move_in_on,
        reply_by=reply_by,
        choice_reason=choice_reason.strip()[:300],
        note=note.strip()[:300],
        run=run,
        made_by_id=actor.user_id,
    )
    _journal(actor, "offer.made", offer, differs=found.differs, reply_by=reply_by)
    return offer


@transaction.atomic
def accept(
    actor: Actor,
    *,
    offer: Offer,
    form: str,
    starts_on: date,
    ends_on: date | None = None,
    signed_on: date | None = None,
    reason: str = "",
    today: date,
) -> Tenancy:
    """The household says yes: the lease is signed and the need is met, all or nothing.

    ``reason``: as :func:`hemvist.housing.tenancies.sign` asks for it.
    """
    case = hold(actor, WORK, offer.need.case, today)
    offer = _waiting(offer)
    # Before the lease: a dwelling with an open offer is spoken for.
    offer.status, offer.answered_on = Status.ACCEPTED, today
    offer.save(update_fields=["status", "answered_on"])
    tenancy = tenancies.sign(
        actor,
        dwelling=offer.dwelling,
        case=case,
        form=form,
        starts_on=starts_on,
        ends_on=ends_on,
        persons=offer.need.persons,
        signed_on=signed_on,
        reason=reason,
        today=today,
    )
    offer.tenancy = tenancy
    offer.save(update_fields=["tenancy"])
    _journal(actor, "offer.accepted", offer, tenancy=tenancy.pk)
    return tenancy


@transaction.atomic
def decline(actor: Actor, *, offer: Offer, reason: str, note: str = "", today: date) -> None:
    """The household says no, and why. The dwelling is not proposed to it again; a choice of it is taken back."""
    hold(actor, WORK, offer.need.case, today)
    offer = _waiting(offer)
    if reason not in Offer.Reason.values:
        raise ValidationError({"reason": _("Välj varför hushållet tackade nej.")})
    if reason == Offer.Reason.OTHER:
        note = checked_reason(note, _("Skriv kort varför hushållet tackade nej."), "note")
    offer.status, offer.answered_on, offer.decline_reason = Status.DECLINED, today, reason
    offer.note = (note.strip() or offer.note)[:300]
    offer.save(update_fields=["status", "answered_on", "decline_reason", "note"])
    if offer.need.locked_to_id == offer.dwelling_id:
        release(offer.need)
    # The reason can tell of health: it stays with the offer.
    _journal(actor, "offer.declined", offer)


@transaction.atomic
def withdraw_offer(actor: Actor, *, offer: Offer, today: date) -> None:
    """Take an offer back before it is answered."""
    hold(actor, WORK, offer.need.case, today)
    offer = _waiting(offer)
    offer.status, offer.answered_on = Status.WITHDRAWN, today
    offer.save(update_fields=["status", "answered_on"])
    _journal(actor, "offer.withdrawn", offer)


def run_to_compare(actor: Actor, need: HousingNeed, run_id: uuid.UUID | None, today: date) -> MatchRun | None:
    """The matching that a choice for the need is compared with: the one asked for, else the latest of the branch."""
    asked = match_queries.runs(actor, today, run_id).first()
    return asked if asked and str(need.pk) in asked.result.get("needs", {}) else None


def _seeking(need: HousingNeed) -> HousingNeed:
    """The need as it is now, locked, when it can be offered something."""
    fresh = HousingNeed.objects.select_for_update(of=("self",)).select_related("case").get(pk=need.pk)
    if fresh.status != HousingNeed.Status.OPEN or fresh.case.closed_on:
        raise ValidationError(_("Behovet är inte längre öppet. Det går inte att erbjuda en bostad."))
    if fresh.offers.filter(status=Status.OPEN).exists():
        raise ValidationError(_("Hushållet har redan ett erbjudande som väntar på svar. Registrera svaret först."))
    return fresh


def _waiting(offer: Offer) -> Offer:
    """The offer as it is now, with its dwelling and itself locked in the room's order."""
    Dwelling.objects.select_for_update().get(pk=offer.dwelling_id)
    need = HousingNeed.objects.select_for_update(of=("self",)).select_related("case").get(pk=offer.need_id)
    fresh = Offer.objects.select_for_update(of=("self",)).select_related("dwelling").get(pk=offer.pk)
    if fresh.status != Status.OPEN:
        raise ValidationError(_("Erbjudandet är redan besvarat eller återtaget."))
    fresh.need = need
    return fresh


def _journal(actor: Actor, action: str, offer: Offer, **details: object) -> None:
    audit.record(actor, action, object_type="offer", object_ids=[offer.pk], case=offer.need.case_id, details=details)
