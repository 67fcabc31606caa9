"""What is done with the right to housing: somebody tells that it is to be used again, and support is given."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.housing.models import CallBack, SupportGiven
from hemvist.housing.right import READ, WORK, right_of_person
from hemvist.reception.models import Household, Person

NOTE_LENGTH, LANGUAGE_LENGTH = 300, 60


@transaction.atomic
def record_call_back(
    actor: Actor, *, person: Person, notified_on: date, wanted_from: date, note: str = "", today: date
) -> CallBack:
    """A person told that an unused right is to be used (lag (2026:1326) 11 § 3 st). Only in the case's own branch.

    A notice shorter than two months is written down too: the municipality may, but need not, be ready sooner. A right
    that is not settled (T-6) bars nothing; one that does not exist, or has ended by then, does.
    """
    policy.hold_with_case(actor, WORK, person.case, see=READ)
    wrong: dict[str, str] = {}
    if notified_on > today:
        wrong["notified_on"] = _("Dagen ligger i framtiden. Skriv dagen då personen sade till.")
    if wanted_from < notified_on:
        wrong["wanted_from"] = _("Dagen är före den dag då personen sade till. Rätta en av dagarna.")
    if wrong:
        raise ValidationError(wrong)
    right = right_of_person(person, today)
    if right is None or right.clock.exists.value is False:
        raise ValidationError(_("Personen har ingen rätt till boende enligt 11 §, så det finns ingen tid att använda."))
    if right.end is not None and wanted_from > right.end:
        text = _("Rätten slutar %(day)s. Välj en dag till och med då.") % {"day": date_format(right.end)}
        raise ValidationError({"wanted_from": text})
    if CallBack.objects.filter(person=person, withdrawn_on__isnull=True, wanted_from__gte=today).exists():
        raise ValidationError(_("Personen har redan sagt till. Återta det beskedet först om dagen har ändrats."))
    call_back = CallBack.objects.create(
        person=person,
        notified_on=notified_on,
        wanted_from=wanted_from,
        note=_short(note, "note"),
        recorded_by_id=actor.user_id,
    )
    audit.record(
        actor,
        "call_back.recorded",
        object_type="person",
        object_ids=[person.pk],
        case=person.case,
        details={"call_back": call_back.pk, "notified_on": notified_on, "wanted_from": wanted_from},
    )
    return call_back


@transaction.atomic
def withdraw_call_back(actor: Actor, *, call_back: CallBack, today: date) -> None:
    """The person no longer wants to come back, or another day was told. The row stays."""
    case = call_back.person.case
    policy.hold_with_case(actor, WORK, case, see=READ)
    fresh = CallBack.objects.select_for_update(of=("self",)).get(pk=call_back.pk)
    if fresh.withdrawn_on is not None:
        raise ValidationError(_("Beskedet är redan återtaget."))
    fresh.withdrawn_on = today
    fresh.save(update_fields=["withdrawn_on"])
    audit.record(
        actor,
        "call_back.withdrawn",
        object_type="person",
        object_ids=[fresh.person_id],
        case=case,
        details={"call_back": fresh.pk},
    )


@transaction.atomic
def record_support(
    actor: Actor,
    *,
    household: Household,
    duty: str,
    on: date,
    language: str,
    interpreter_used: bool = False,
    declined: bool = False,
    note: str = "",
    today: date,
) -> SupportGiven:
    """Information on the conditions, or help in looking for a home (förordning (2026:1330) 15 §). Declined help was
    offered all the same, and the offer is the duty. Only in the case's own branch.
    """
    policy.hold_with_case(actor, WORK, household.case, see=READ)
    wrong: dict[str, str] = {}
    if duty not in SupportGiven.Duty.values:
        wrong["duty"] = _("Välj vad som gavs.")
    if on > today:
        wrong["on"] = _("Dagen ligger i framtiden. Skriv dagen då det skedde.")
    language = language.strip()
    if not language or len(language) > LANGUAGE_LENGTH:
        wrong["language"] = _("Skriv på vilket språk det gavs, till exempel ukrainska.")
    if declined and duty == SupportGiven.Duty.INFORMATION:
        wrong["declined"] = _("Information går inte att avböja. Ta bort krysset, eller välj hjälp att söka bostad.")
    if wrong:
        raise ValidationError(wrong)
    given = SupportGiven.objects.create(
        case=household.case,
        duty=duty,
        on=on,
        language=language,
        interpreter_used=interpreter_used,
        declined=declined,
        note=_short(note, "note"),
        recorded_by_id=actor.user_id,
    )
    audit.record(
        actor,
        "housing_support.recorded",
        object_type="household",
        object_ids=[household.pk],
        case=household.case,
        details={"support": given.pk, "duty": duty, "on": on, "declined": declined},
    )
    return given


def _short(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > NOTE_LENGTH:
        raise ValidationError({field: _("Skriv högst 300 tecken.")})
    return text
