"""What a household needs of a home: recorded, changed, withdrawn, and a dwelling chosen beforehand.

The register proposes numbers and days with its steps; a person confirms them. What a home must have and what is only a
wish are apart. Nothing is asked about origin, religion or language, and nothing of the kind can be written down here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.impersonal import impersonal_at
from hemvist.access.models import Case
from hemvist.housing import policy_data, reach, stock
from hemvist.housing.models import Dwelling, HousingNeed, Offer
from hemvist.law.ages import is_adult
from hemvist.law.calendar import add_months
from hemvist.law.types import Answer, Step, gettext_noop
from hemvist.planning.matching import WISHES
from hemvist.reception.models import Membership
from hemvist.reception.queries import HouseholdRow, deadline_of

Status = HousingNeed.Status
WORK = "housing_need.work"
# Kinds of wish that name an area to be near.
WITH_AREA = ("family", "work")
# A choice that stands: nobody else is offered or let the dwelling.
CHOSEN = Q(status=Status.OPEN, locked_to__isnull=False, case__closed_on__isnull=True)
MOST_PERSONS, MOST_ROOMS, HIGHEST_RENT = 30, 15, 100_000
REASON_LENGTH = 300
# The matching looks at every day until the last one that somebody asks for.
MOST_YEARS = 3


# --- what the register proposes ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Numbers and days that the register proposes for a need; None when it is silent. ``steps`` say from what."""

    adults: int
    children: int
    wanted_from: date | None
    wanted_by: date | None
    steps: tuple[Step, ...]

    @property
    def initial(self) -> dict[str, object]:
        """As a form begins."""
        return {name: getattr(self, name) for name in ("adults", "children", "wanted_from", "wanted_by")}


def suggested(row: HouseholdRow, today: date) -> Suggestion:
    """From the members of the household and the last day to receive it. Proposes; a person confirms.

    Who is an adult is told by the birth date on ``today``, else by the place in the household. Left to people: whether
    all are to live together, and whether a child who soon turns 18 needs a room as an adult.
    """
    living = [one for one in row.current if not one.known.moved_away]
    adults = sum(
        is_adult(one.known.birth_date, today)
        if one.known.birth_date
        else one.membership.position != Membership.Position.CHILD
        for one in living
    )
    children = len(living) - adults
    text = gettext_noop("I hushållet bor {adults} vuxna och {children} barn i dag.")
    steps = [Step(text, {"adults": adults, "children": children})]
    start, words = _first_day(row)
    if start is not None:
        steps.append(Step(words, {"day": start}))
        start = max(start, today)  # nobody moves in on a day that has passed
    last = _last_day(row)
    if last is None:
        text = gettext_noop("Det finns ingen anvisning med en sista dag. Skriv den dag då bostaden senast behövs.")
        steps.append(Step(text))
        return Suggestion(adults, children, start, None, tuple(steps))
    steps.extend(last.steps)
    if last.value is not None and last.value < (start or today):
        text = gettext_noop("Sista dagen är före den första. Skriv den dag då bostaden senast behövs.")
        steps.append(Step(text))
        return Suggestion(adults, children, start, None, tuple(steps))
    return Suggestion(adults, children, start, last.value, tuple(steps))


def _first_day(row: HouseholdRow) -> tuple[date | None, str]:
    if row.received_on is not None:
        return row.received_on, gettext_noop("Hushållet togs emot den {day} och kan flytta in från den dagen.")
    return row.household.planned_arrival_on, gettext_noop("Hushållet är planerat att komma den {day}.")


def _last_day(row: HouseholdRow) -> Answer[date] | None:
    assignment = row.active_assignment
    return deadline_of(assignment, row) if assignment else None


# --- what is done -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a need says. ``wishes``: kind → area; the area is empty for school and sfi."""

    adults: int
    children: int
    rooms: int = 0
    step_free: bool = False
    wanted_from: date
    wanted_by: date
    rent_max: int | None = None
    wishes: Mapping[str, str]


@transaction.atomic
def record_need(actor: Actor, *, case: Case, asked: Asked, today: date) -> HousingNeed:
    """Write down what a household needs. Only in the case's own branch; a household has one open need."""
    policy.hold_with_case(actor, WORK, case, see=WORK)
    if case.closed_on:
        raise ValidationError(_("Ärendet är avslutat. Öppna det igen innan du skriver ett behov."))
    if HousingNeed.objects.filter(case=case, status=Status.OPEN).exists():
        raise ValidationError(_("Hushållet har redan ett öppet behov. Ändra det i stället."))
    _check(asked, today)
    need = HousingNeed(case=case, recorded_by_id=actor.user_id)
    _write(need, asked)
    need.save()
    _journal(actor, "housing_need.recorded", need, wanted_by=asked.wanted_by)
    return need


@transaction.atomic
def change_need(actor: Actor, *, need: HousingNeed, asked: Asked, today: date) -> HousingNeed:
    """Put right what an open need says. Only in the case's own branch."""
    policy.hold_with_case(actor, WORK, need.case, see=WORK)
    need = _open(need)
    _check(asked, today, before=need.wanted_by)
    _write(need, asked)
    need.save()
    _journal(actor, "housing_need.changed", need, wanted_by=asked.wanted_by)
    return need


@transaction.atomic
def withdraw_need(actor: Actor, *, need: HousingNeed, reason: str, today: date) -> None:
    """The household no longer looks for a home through the municipality. Only in the case's own branch."""
    policy.hold_with_case(actor, WORK, need.case, see=WORK)
    need = _open(need)
    _nothing_waits(need)
    need.status, need.status_on = Status.WITHDRAWN, today
    need.status_reason = checked_reason(reason, _("Skriv varför bostaden inte behövs längre."))
    need.save(update_fields=["status", "status_on", "status_reason"])
    _journal(actor, "housing_need.withdrawn", need)


@transaction.atomic
def lock(actor: Actor, *, need: HousingNeed, dwelling: Dwelling, reason: str, today: date) -> None:
    """A person chooses a dwelling; the matching leaves the choice alone. By all who work with the need."""
    hold(actor, WORK, need.case, today)
    dwelling = stock.hold(actor, dwelling, today, "dwelling.view")
    need = _open(need)
    if need.offers.filter(status=Offer.Status.DECLINED, dwelling=dwelling).exists():
        raise ValidationError({"dwelling": _("Hushållet har tackat nej till bostaden. Välj en annan.")})
    if HousingNeed.objects.filter(CHOSEN, locked_to=dwelling).exclude(pk=need.pk).exists():
        raise ValidationError({"dwelling": _("Bostaden är redan vald åt ett annat hushåll. Välj en annan.")})
    if Offer.objects.filter(dwelling=dwelling, status=Offer.Status.OPEN).exclude(need=need).exists():
        raise ValidationError(
            {"dwelling": _("Bostaden är erbjuden ett annat hushåll. Vänta på svaret eller välj en annan.")}
        )
    need.locked_reason = checked_reason(reason, _("Skriv varför just den bostaden är vald."))
    need.locked_to, need.locked_by_id = dwelling, actor.user_id
    need.save(update_fields=["locked_to", "locked_reason", "locked_by"])
    _journal(actor, "housing_need.locked", need, dwelling=dwelling.pk)


@transaction.atomic
def unlock(actor: Actor, *, need: HousingNeed, today: date) -> None:
    """Let the matching propose freely again."""
    hold(actor, WORK, need.case, today)
    need = _open(need)
    if need.locked_to_id is None:
        raise ValidationError(_("Ingen bostad är vald."))
    before = need.locked_to_id
    release(need)
    _journal(actor, "housing_need.unlocked", need, dwelling=before)


# --- what the room's other deeds share --------------------------------------------------------------------------------


def hold(actor: Actor, permission: str, case: Case, today: date) -> Case:
    """The case with its row locked, for a deed by its own branch or by one that the need was disclosed to."""
    fresh = Case.objects.select_for_update().filter(pk=case.pk).first()
    if fresh is None:
        raise NotVisible(action=permission, object_id=str(case.pk))
    reach.require_case(actor, permission, fresh, reach.NEED, today)
    return fresh


def meet(actor: Actor, case: Case, today: date) -> None:
    """The household gets a home: its open need is met. The caller has locked case and dwelling, and asked who may."""
    need = HousingNeed.objects.select_for_update().filter(case=case, status=Status.OPEN).first()
    if need is None:
        return
    _nothing_waits(need)
    need.status, need.status_on, need.status_reason = Status.HOUSED, today, ""
    need.save(update_fields=["status", "status_on", "status_reason"])
    _journal(actor, "housing_need.met", need)


def reopen(actor: Actor, need_id: UUID, reason: str, today: date) -> None:
    """The home came to nothing: the need is open again, unless the household has another open one.

    A choice of a dwelling is taken back, since somebody else may have been given it. The caller has locked the case and
    asked who may.
    """
    need = HousingNeed.objects.select_for_update().get(pk=need_id)
    if need.status != Status.HOUSED or HousingNeed.objects.filter(case=need.case_id, status=Status.OPEN).exists():
        return
    need.status, need.status_on, need.status_reason = Status.OPEN, today, reason[:REASON_LENGTH]
    need.save(update_fields=["status", "status_on", "status_reason"])
    release(need)
    _journal(actor, "housing_need.reopened", need)


def release(need: HousingNeed) -> None:
    """Take the choice of a dwelling back."""
    need.locked_to, need.locked_reason, need.locked_by = None, "", None
    need.save(update_fields=["locked_to", "locked_reason", "locked_by"])


def checked_reason(reason: str, asked: str, field: str = "reason") -> str:
    """The reason without spaces around it. Raises ValidationError with ``asked`` when there is none."""
    reason = reason.strip()
    if len(reason) < 3:
        raise ValidationError({field: asked})
    if len(reason) > REASON_LENGTH:
        raise ValidationError({field: _("Skriv högst 300 tecken.")})
    impersonal_at(field, reason)  # the landlord reads it, who may not know whose it is
    return reason


def _nothing_waits(need: HousingNeed) -> None:
    if need.offers.filter(status=Offer.Status.OPEN).exists():
        raise ValidationError(_("Ett erbjudande väntar på svar. Registrera svaret eller återta erbjudandet först."))


def _open(need: HousingNeed) -> HousingNeed:
    """The need as it is now, locked; the case's row is locked before."""
    fresh = HousingNeed.objects.select_for_update(of=("self",)).select_related("case").get(pk=need.pk)
    if fresh.status != Status.OPEN:
        raise ValidationError(_("Behovet är inte längre öppet. Skriv ett nytt behov om hushållet söker bostad igen."))
    return fresh


def _check(asked: Asked, today: date, before: date | None = None) -> None:
    """Raise ValidationError with all that has to be put right, each at its field.

    A last day that has passed may stay (``before``): the need is late and is to be seen as late.
    """
    wrong: dict[str, str] = {}
    if asked.adults < 0 or asked.children < 0 or not 1 <= asked.adults + asked.children <= MOST_PERSONS:
        wrong["adults"] = _("Skriv hur många som ska bo i bostaden, minst 1 och högst 30.")
    if not 0 <= asked.rooms <= MOST_ROOMS:
        wrong["rooms"] = _("Skriv ett antal rum från 0 till 15. 0 betyder inget krav.")
    if asked.wanted_by < asked.wanted_from:
        wrong["wanted_by"] = _("Den sista dagen är före den första. Rätta en av dagarna.")
    elif asked.wanted_by < today and asked.wanted_by != before:
        wrong["wanted_by"] = _("Dagen har passerat. Skriv den dag då bostaden senast behövs, tidigast i dag.")
    elif asked.wanted_by > add_months(today, 12 * MOST_YEARS):
        wrong["wanted_by"] = _("Dagen är mer än tre år bort. Kontrollera årtalet.")
    if asked.rent_max is not None and not 1 <= asked.rent_max <= HIGHEST_RENT:
        wrong["rent_max"] = _("Skriv hyran i kronor i månaden, högst 100 000, eller lämna tomt.")
    known = policy_data.area_labels()
    for kind, area in asked.wishes.items():
        if kind not in WISHES or (kind in WITH_AREA and area not in known):
            wrong[f"near_{kind}"] = _("Välj ett av kommunens områden, eller lämna tomt.")
    if wrong:
        raise ValidationError(wrong)


def _write(need: HousingNeed, asked: Asked) -> None:
    for name in ("adults", "children", "rooms", "step_free", "wanted_from", "wanted_by", "rent_max"):
        setattr(need, name, getattr(asked, name))
    need.wishes = stored_wishes(asked.wishes)


def stored_wishes(wishes: Mapping[str, str]) -> list[dict[str, str]]:
    """As the need keeps them, in the order of the criteria."""
    return [{"kind": kind, "area": wishes[kind] if kind in WITH_AREA else ""} for kind in WISHES if kind in wishes]


def wished(stored: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Kind → area, from what the need keeps."""
    return {wish["kind"]: wish.get("area", "") for wish in stored}


def _journal(actor: Actor, action: str, need: HousingNeed, **details: object) -> None:
    """Never whether a step-free home is needed: it tells of health."""
    audit.record(actor, action, object_type="housing_need", object_ids=[need.pk], case=need.case_id, details=details)
