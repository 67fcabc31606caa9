"""Leases: signed, given notice of, extended, ended by a moving out, or voided; and their checklists.

The periods of notice are the municipality's own agreement (``housing.yaml``), not the Land Code's: that has not been
read here. Whether notice may be given at all is a person's judgement. A lease under lag (2026:1326) has no security of
tenure (14 §: 12 kap. 45-52 §§ jordabalken do not apply); its last day is that of the right (``right_rows``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemvist.access import audit
from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.housing import needs, policy_data, right_rows, stock
from hemvist.housing.models import ChecklistTick, Dwelling, HousingNeed, Offer, Tenancy, TenancyEvent
from hemvist.law.acts import starts
from hemvist.law.calendar import add_months, end_of_month
from hemvist.organisation.housing_schema import LeaseForm
from hemvist.web.templatetags.hemvist import longdate

WORK = "tenancy.work"
Kind = TenancyEvent.Kind
NOTICES = (Kind.NOTICE_TENANT, Kind.NOTICE_LANDLORD)
TENANT, LANDLORD = "tenant", "landlord"
ONE_DAY = timedelta(days=1)
# The first day of lag (2026:1326).
IN_FORCE = starts("2026:1326")
MOST_RENT = 100_000


# --- signed -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def sign(
    actor: Actor,
    *,
    dwelling: Dwelling,
    case: Case,
    form: str,
    starts_on: date,
    ends_on: date | None = None,
    persons: int,
    rent: int | None = None,
    second_hand: bool | None = None,
    signed_on: date | None = None,
    reason: str = "",
    today: date,
) -> Tenancy:
    """Let a dwelling to a household. What is left out follows the form of lease in ``housing.yaml`` and the dwelling.

    A lease on a fixed time ends after the form's months; one under lag (2026:1326) with the last right of those who
    live in the household, when the actor may know it and it can be counted. Beyond that day, or beside another lease of
    the household, only with a reason. An open need of the household is met by it.
    """
    case = needs.hold(actor, WORK, case, today)
    dwelling = stock.hold(actor, dwelling, today, WORK)
    agreed = lease_form(form)
    if case.closed_on:
        raise ValidationError(_("Ärendet är avslutat. Öppna det igen innan du skriver ett avtal."))
    if signed_on and signed_on > today:
        raise ValidationError({"signed_on": _("Dagen är inte här än. Skriv den dag då avtalet skrevs under.")})
    if agreed.code == Tenancy.Form.RIGHT:
        if starts_on < IN_FORCE:
            message = _("Lagen (2026:1326) gäller från %(day)s. Välj en annan avtalsform, eller en senare första dag.")
            raise ValidationError({"form": message % {"day": longdate(IN_FORCE)}})
        rows = right_rows.known_here(actor, case, today)
        if rows and all(row.clock.exists.value is False for row in rows):
            message = _("Ingen i hushållet har rätt till boende enligt lagen (2026:1326). Välj en annan avtalsform.")
            raise ValidationError({"form": message})
        ends_on = _end_by_right(right_rows.last_end(rows), starts_on, ends_on, reason)
    ends_on = _agreed_end(agreed, starts_on, ends_on)
    _check_persons(dwelling, persons)
    rent = dwelling.rent if rent is None else rent
    if not 0 <= rent <= MOST_RENT:
        raise ValidationError({"rent": _("Ange hyran i kronor per månad, högst %(most)d.") % {"most": MOST_RENT}})
    _check_free(dwelling, case, starts_on, ends_on, today)
    if not reason.strip() and stock.let_on_some_day(case, starts_on, ends_on, today).exists():
        message = _("Hushållet har redan ett avtal på någon av dagarna. Notera utflyttningen, eller skriv varför.")
        raise ValidationError({"reason": message})
    tenancy = Tenancy(
        dwelling=dwelling,
        case=case,
        form=form,
        second_hand=agreed.second_hand if second_hand is None else second_hand,
        persons=persons,
        rent=rent,
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        notice_months_tenant=agreed.notice_months_tenant,
        notice_months_landlord=agreed.notice_months_landlord,
        recorded_by_id=actor.user_id,
    )
    _save(tenancy)
    # One that is over when it is written down gives nobody a home.
    if ends_on is None or ends_on >= today:
        needs.meet(actor, case, today)
    _happened(actor, tenancy, Kind.SIGNED, signed_on or today, None, reason)
    return tenancy


def lease_form(code: str) -> LeaseForm:
    """The municipality's form of lease. Raises ValidationError when it has none such."""
    found = policy_data.housing().lease(code)
    if found is None:
        raise ValidationError({"form": _("Kommunen har ingen sådan avtalsform. Välj en av kommunens egna.")})
    return found


def _end_by_right(right: date | None, starts_on: date, ends_on: date | None, reason: str) -> date | None:
    """The day given, else the last day of the right where it is known."""
    if right is None:
        if ends_on and not reason.strip():
            message = _("Rätten till boende är inte klarlagd. Skriv varför avtalet skrivs enligt lagen ändå.")
            raise ValidationError({"reason": message})
        return ends_on
    if ends_on and (ends_on <= right or reason.strip()):
        return ends_on
    if right < starts_on:
        message = _(
            "Rätten till boende upphör %(day)s, innan avtalet börjar. Ska avtalet ändå skrivas, ange sista dagen och "
            "skriv varför."
        )
        raise ValidationError({"starts_on": message % {"day": longdate(right)}})
    if ends_on:
        message = _("Rätten till boende upphör %(day)s. Skriv varför avtalet ska gälla längre.")
        raise ValidationError({"reason": message % {"day": longdate(right)}})
    return right


def _agreed_end(agreed: LeaseForm, starts_on: date, ends_on: date | None) -> date | None:
    if agreed.code == Tenancy.Form.OPEN_ENDED:
        if ends_on:
            raise ValidationError({"ends_on": _("Ett avtal tills vidare har ingen sista dag. Lämna dagen tom.")})
        return None
    if agreed.months is not None:
        longest = add_months(starts_on, agreed.months) - ONE_DAY
        if ends_on and ends_on > longest:
            message = _("Kommunens avtal på bestämd tid slutar senast %(day)s. Det kan förlängas senare, med skäl.")
            raise ValidationError({"ends_on": message % {"day": longdate(longest)}})
        ends_on = ends_on or longest
    if ends_on is None:
        raise ValidationError(
            {
                "ends_on": _(
                    "Sista dagen i rätten till boende kan inte räknas ut här. Ange den dag som avtalet ska sluta."
                )
            }
        )
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("Sista dagen är före den första. Rätta en av dagarna.")})
    return ends_on


def _check_persons(dwelling: Dwelling, persons: int) -> None:
    if persons < 1:
        raise ValidationError({"persons": _("Ange hur många som flyttar in, minst 1.")})
    if persons > dwelling.capacity:
        message = _("Bostaden får ha högst %(most)d boende. Välj en större bostad, eller rätta antalet.")
        raise ValidationError({"persons": message % {"most": dwelling.capacity}})


def _check_free(
    dwelling: Dwelling, case: Case, first: date, last: date | None, today: date, but: Tenancy | None = None
) -> None:
    """Raise ValidationError when somebody or something else holds a day of the period."""
    field = "ends_on" if but else "starts_on"
    leases = stock.let_on_some_day(dwelling, first, last, today)
    if but:
        leases = leases.exclude(pk=but.pk)
    other = leases.order_by("starts_on").first()
    if other:
        raise ValidationError({field: _let_words(other, today)})
    block = stock.blocked_on_some_day(dwelling, first, last).first()
    if block:
        if block.ends_on:
            message = _("Bostaden är spärrad till och med %(day)s. Välj en senare dag, eller häv spärren först.")
            raise ValidationError({field: message % {"day": longdate(block.ends_on)}})
        raise ValidationError({field: _("Bostaden är spärrad tills vidare. Häv spärren först.")})
    if first < dwelling.available_from:
        message = _("Bostaden är tillgänglig från %(day)s. Välj den dagen eller en senare.")
        raise ValidationError({field: message % {"day": longdate(dwelling.available_from)}})
    if dwelling.available_to and (last is None or last > dwelling.available_to):
        message = _("Kommunen har bostaden till och med %(day)s. Avtalet måste sluta senast då.")
        raise ValidationError({"ends_on": message % {"day": longdate(dwelling.available_to)}})
    offers = Offer.objects.filter(stock.PROMISED, dwelling=dwelling).select_related("need")
    offer = (offers.filter(move_in_on__lte=last) if last else offers).first()
    if offer and offer.need.case_id == case.pk:
        raise ValidationError(
            {field: _("Hushållet är erbjudet bostaden. Registrera att det tackar ja, så skrivs avtalet samtidigt.")}
        )
    if offer:
        raise ValidationError(
            {field: _("Bostaden är erbjuden till ett annat hushåll. Vänta på svaret, eller ta tillbaka erbjudandet.")}
        )
    chosen = HousingNeed.objects.filter(needs.CHOSEN, locked_to=dwelling).exclude(case=case)
    if (chosen.filter(wanted_from__lte=last) if last else chosen).exists():
        raise ValidationError(
            {field: _("Bostaden är vald åt ett annat hushåll. Ta bort det valet först, eller välj en annan.")}
        )


def _let_words(other: Tenancy, today: date) -> str:
    if other.ends_on is None:
        return _("Bostaden är uthyrd tills vidare från %(day)s. Välj en annan bostad.") % {
            "day": longdate(other.starts_on)
        }
    if other.ends_on < today and other.moved_out_on is None:
        message = _("Ett avtal gick ut %(day)s, men utflyttningen är inte noterad. Notera den först.")
        return message % {"day": longdate(other.ends_on)}
    message = _("Bostaden är uthyrd från %(first)s till och med %(last)s. Välj andra dagar, eller en annan bostad.")
    return message % {"first": longdate(other.starts_on), "last": longdate(other.ends_on)}


# --- notice -----------------------------------------------------------------------------------------------------------


def last_day_after_notice(tenancy: Tenancy, by: str, noticed_on: date) -> date | None:
    """The end of the month that lies the agreed months after the month of notice: the municipality's agreement.

    None when no time is agreed.
    """
    months = tenancy.notice_months_tenant if by == TENANT else tenancy.notice_months_landlord
    return end_of_month(add_months(noticed_on.replace(day=1), months)) if months else None


def standing_notice(events: Iterable[TenancyEvent]) -> TenancyEvent | None:
    """The notice that has not been taken back, of a lease's events in their order."""
    last = [event for event in events if event.kind in (*NOTICES, Kind.NOTICE_WITHDRAWN)][-1:]
    return last[0] if last and last[0].kind in NOTICES else None


@transaction.atomic
def give_notice(
    actor: Actor,
    *,
    tenancy: Tenancy,
    by: str,
    noticed_on: date,
    ends_on: date | None = None,
    reason: str = "",
    today: date,
) -> Tenancy:
    """The lease ends early. ``ends_on`` is its last day when it is another than the agreement gives; then with reason.

    Where no time of notice is agreed, ``ends_on`` must be given and needs no reason. ``by`` is *tenant* or *landlord*;
    a landlord always says why. Left to people: security of tenure, and whether the notice is valid.
    """
    tenancy = _hold(actor, tenancy, today)
    if by not in (TENANT, LANDLORD):
        raise ValidationError({"by": _("Välj vem som säger upp avtalet.")})
    if by == LANDLORD and not reason.strip():
        raise ValidationError({"reason": _("Skriv varför hyresvärden säger upp avtalet.")})
    if noticed_on > today:
        raise ValidationError({"noticed_on": _("Dagen är inte här än. Skriv den dag då avtalet sades upp.")})
    if standing_notice(tenancy.events.all()):
        raise ValidationError(_("Avtalet är redan uppsagt. Återta uppsägningen först om dagen ska bli en annan."))
    agreed = last_day_after_notice(tenancy, by, noticed_on)
    end = ends_on or agreed
    if end is None:
        raise ValidationError({"ends_on": _("Ingen uppsägningstid är avtalad. Ange sista dagen.")})
    if agreed and end != agreed and not reason.strip():
        message = _("Enligt avtalet är sista dagen %(day)s. Skriv varför det blir en annan dag.")
        raise ValidationError({"reason": message % {"day": longdate(agreed)}})
    if end < max(tenancy.starts_on, noticed_on):
        raise ValidationError({"ends_on": _("Dagen är före uppsägningen, eller innan avtalet börjar. Rätta dagen.")})
    if tenancy.ends_on and end >= tenancy.ends_on:
        message = _("Avtalet slutar redan %(day)s. Det behöver inte sägas upp.")
        raise ValidationError({"ends_on": message % {"day": longdate(tenancy.ends_on)}})
    before, tenancy.ends_on = tenancy.ends_on, end
    _save(tenancy)
    kind = Kind.NOTICE_TENANT if by == TENANT else Kind.NOTICE_LANDLORD
    _happened(actor, tenancy, kind, noticed_on, before, reason)
    return tenancy


@transaction.atomic
def withdraw_notice(actor: Actor, *, tenancy: Tenancy, reason: str = "", today: date) -> Tenancy:
    """The lease goes on as before the notice, unless somebody else is to have the dwelling."""
    tenancy = _hold(actor, tenancy, today)
    notice = standing_notice(tenancy.events.all())
    if notice is None:
        raise ValidationError(_("Avtalet är inte uppsagt. Det finns inget att återta."))
    before, tenancy.ends_on = tenancy.ends_on, notice.old_end
    assert before is not None
    _check_longer(tenancy, before, today)
    _save(tenancy)
    _happened(actor, tenancy, Kind.NOTICE_WITHDRAWN, today, before, reason)
    return tenancy


# --- longer, ended, never ---------------------------------------------------------------------------------------------


@transaction.atomic
def extend(actor: Actor, *, tenancy: Tenancy, ends_on: date, reason: str = "", today: date) -> Tenancy:
    """A lease with an end goes on until a later day.

    Beyond the form's months, and beyond a right under lag (2026:1326), only with a reason.
    """
    tenancy = _hold(actor, tenancy, today)
    before = tenancy.ends_on
    if before is None:
        raise ValidationError(_("Avtalet gäller tills vidare. Det behöver inte förlängas."))
    if standing_notice(tenancy.events.all()):
        raise ValidationError(_("Avtalet är uppsagt. Återta uppsägningen om det ska fortsätta."))
    if tenancy.form == Tenancy.Form.OPEN_ENDED:
        raise ValidationError(_("Avtalet gällde tills vidare och har avslutats. Skriv ett nytt avtal."))
    if ends_on <= before:
        message = _("Avtalet gäller redan till och med %(day)s. Välj en senare dag.")
        raise ValidationError({"ends_on": message % {"day": longdate(before)}})
    if not reason.strip():
        if tenancy.form == Tenancy.Form.RIGHT:
            raise ValidationError({"reason": _("Avtalet följer rätten. Skriv varför det ska gälla längre.")})
        months = lease_form(tenancy.form).months
        if months is not None and ends_on > add_months(tenancy.starts_on, months) - ONE_DAY:
            message = _("Kommunens avtal på bestämd tid är %(months)d månader. Skriv varför det ska gälla längre.")
            raise ValidationError({"reason": message % {"months": months}})
    tenancy.ends_on = ends_on
    _check_longer(tenancy, before, today)
    _save(tenancy)
    _happened(actor, tenancy, Kind.EXTENDED, today, before, reason)
    return tenancy


def _check_longer(tenancy: Tenancy, before: date, today: date) -> None:
    """Raise ValidationError unless the days after ``before`` are free until the lease's new end."""
    _check_free(tenancy.dwelling, tenancy.case, before + ONE_DAY, tenancy.ends_on, today, but=tenancy)


@transaction.atomic
def move_out(actor: Actor, *, tenancy: Tenancy, last_day: date, keys: str, reason: str = "", today: date) -> Tenancy:
    """The household has moved out; the dwelling is vacant from the next day. ``keys`` tells where they are now.

    The last day may come before or after the end that was agreed: it is what happened.
    """
    tenancy = _hold(actor, tenancy, today)
    if last_day > today:
        raise ValidationError({"last_day": _("Dagen är inte här än. Notera utflyttningen när den har skett.")})
    if last_day < tenancy.starts_on:
        raise ValidationError({"last_day": _("Dagen är innan avtalet började. Rätta dagen.")})
    if keys not in (Dwelling.Keys.LANDLORD, Dwelling.Keys.RECEPTION):
        raise ValidationError({"keys": _("Ange vem som har fått nycklarna tillbaka.")})
    before = tenancy.ends_on
    if before is not None and last_day > before:
        others = stock.let_on_some_day(tenancy.dwelling, before + ONE_DAY, last_day, today).exclude(pk=tenancy.pk)
        if other := others.order_by("starts_on").first():
            message = _("Nästa avtal började %(day)s. Sista dagen måste vara tidigare.")
            raise ValidationError({"last_day": message % {"day": longdate(other.starts_on)}})
    tenancy.ends_on = tenancy.moved_out_on = last_day
    tenancy.end_reason = reason.strip()
    _save(tenancy)
    Dwelling.objects.filter(pk=tenancy.dwelling_id).update(keys=keys)
    _happened(actor, tenancy, Kind.MOVED_OUT, last_day, before, reason)
    return tenancy


@transaction.atomic
def undo_move_out(actor: Actor, *, tenancy: Tenancy, today: date) -> Tenancy:
    """The moving out was written down by mistake, or on a wrong day: the lease goes on as before it.

    Unless somebody else is to have the dwelling. Where the keys are is for people to put right.
    """
    tenancy = _hold_whichever(actor, tenancy, today)
    moved_out = tenancy.events.filter(kind=Kind.MOVED_OUT).last()
    if tenancy.moved_out_on is None or moved_out is None or tenancy.voided_at:
        raise ValidationError(_("Ingen utflyttning är registrerad. Läs in sidan igen."))
    if tenancy.case.closed_on:
        raise ValidationError(_("Ärendet är avslutat. Öppna det igen innan du ändrar avtalet."))
    last_day = tenancy.moved_out_on
    tenancy.ends_on, tenancy.moved_out_on, tenancy.end_reason = moved_out.old_end, None, ""
    if tenancy.ends_on is None or tenancy.ends_on > last_day:
        _check_longer(tenancy, last_day, today)
    _save(tenancy)
    _happened(actor, tenancy, Kind.MOVE_OUT_UNDONE, today, last_day)
    return tenancy


@transaction.atomic
def void(actor: Actor, *, tenancy: Tenancy, reason: str, mistake: bool = False, today: date) -> Tenancy:
    """The lease came to nothing before its first day, or was written down by ``mistake``. Kept, it holds no days.

    The need that was met by an offer of it is open again, unless the household has another open one.
    """
    tenancy = _hold(actor, tenancy, today)
    if tenancy.starts_on <= today and not mistake:
        message = _("Avtalet har börjat gälla. Notera utflyttningen. Stryk det bara om det är registrerat av misstag.")
        raise ValidationError({"mistake": message})
    if not reason.strip():
        asked = _("Skriv vad som blev fel.") if mistake else _("Skriv varför avtalet inte blev av.")
        raise ValidationError({"reason": asked})
    words = _("Registrerat av misstag: %(reason)s") if mistake else "%(reason)s"
    tenancy.voided_at, tenancy.void_reason = timezone.now(), (words % {"reason": reason.strip()})[:300]
    _save(tenancy)
    offer = Offer.objects.filter(tenancy=tenancy).first()
    if offer and not tenancy.case.closed_on:
        why = _("Hyresavtalet ströks: %(reason)s") % {"reason": tenancy.void_reason}
        needs.reopen(actor, offer.need_id, why, today)
    _happened(actor, tenancy, Kind.VOIDED, today, tenancy.ends_on, tenancy.void_reason)
    return tenancy


# --- checklists -------------------------------------------------------------------------------------------------------


@transaction.atomic
def tick(actor: Actor, *, tenancy: Tenancy, checklist: str, code: str, today: date) -> ChecklistTick:
    """A point of a checklist is done. Ticked twice, it is done once."""
    tenancy = _hold_whichever(actor, tenancy, today)
    known = {(each.code, point.code) for each in policy_data.housing().checklists for point in each.points}
    if (checklist, code) not in known:
        raise ValidationError(_("Punkten finns inte i kommunens checklistor. Läs in sidan igen."))
    found, made = ChecklistTick.objects.get_or_create(
        tenancy=tenancy,
        checklist=checklist,
        code=code,
        defaults={"done_on": today, "done_by_id": actor.user_id},
    )
    if made:
        _journal(actor, "tenancy.ticked", tenancy, checklist=checklist, code=code)
    return found


@transaction.atomic
def untick(actor: Actor, *, tenancy: Tenancy, checklist: str, code: str, today: date) -> None:
    """The point was not done after all; the journal keeps that it was ticked."""
    tenancy = _hold_whichever(actor, tenancy, today)
    gone, _rows = ChecklistTick.objects.filter(tenancy=tenancy, checklist=checklist, code=code).delete()
    if gone:
        _journal(actor, "tenancy.unticked", tenancy, checklist=checklist, code=code)


# --- what all deeds share ---------------------------------------------------------------------------------------------


def _hold_whichever(actor: Actor, tenancy: Tenancy, today: date) -> Tenancy:
    """The lease as it is now: case, dwelling and lease locked, in that order. Raises NotVisible."""
    case = needs.hold(actor, WORK, tenancy.case, today)
    dwelling = stock.hold(actor, Dwelling(pk=tenancy.dwelling_id), today, WORK)
    fresh = Tenancy.objects.select_for_update().get(pk=tenancy.pk)
    fresh.case, fresh.dwelling = case, dwelling
    return fresh


def _hold(actor: Actor, tenancy: Tenancy, today: date) -> Tenancy:
    """A lease that something can still be done with. Raises ValidationError when it is over."""
    fresh = _hold_whichever(actor, tenancy, today)
    if fresh.voided_at:
        raise ValidationError(_("Avtalet blev inte av. Skriv ett nytt avtal."))
    if fresh.moved_out_on:
        raise ValidationError(_("Hushållet har flyttat ut. Skriv ett nytt avtal om det flyttar in igen."))
    return fresh


def _save(tenancy: Tenancy) -> None:
    try:
        with transaction.atomic():
            tenancy.save()
    except IntegrityError as error:
        raise ValidationError(
            _("Bostaden är redan uthyrd på någon av dagarna. Läs in sidan igen och välj andra dagar.")
        ) from error


def _happened(
    actor: Actor, tenancy: Tenancy, kind: TenancyEvent.Kind, on: date, old_end: date | None, reason: str = ""
) -> None:
    TenancyEvent.objects.create(
        tenancy=tenancy,
        kind=kind,
        on=on,
        old_end=old_end,
        new_end=tenancy.ends_on,
        reason=reason.strip(),
        recorded_by_id=actor.user_id,
    )
    _journal(actor, f"tenancy.{kind.value}", tenancy, on=on, old_end=old_end, new_end=tenancy.ends_on)


def _journal(actor: Actor, action: str, tenancy: Tenancy, **details: object) -> None:
    audit.record(actor, action, object_type="tenancy", object_ids=[tenancy.pk], case=tenancy.case_id, details=details)
