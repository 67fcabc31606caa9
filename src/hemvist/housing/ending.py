"""What is done in a case of ending the right to housing early (lag (2026:1326) 13 §): its parts, and the decision.

A person decides, and may always let the right go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.housing.ending_case import (
    DECIDED,
    Status,
    all_steps,
    facts_of,
    minor_in_household,
    standing_blocks,
    standing_case,
)
from hemvist.housing.models import EarlyEnding
from hemvist.housing.right import DECIDE, READ, WORK, right_of_person, rights_in
from hemvist.housing.right_rows import RightRow
from hemvist.law import ending_early as law
from hemvist.law.ending_early import EndGround, Programme, Reasons
from hemvist.law.types import Step
from hemvist.reception.models import Person

TEXT_LENGTH, REASONS_LENGTH = 4000, 8000
BODY_LENGTH, CHANGE_LENGTH, EFFECT_LENGTH = 200, 300, 2000
# The facts that each ground asks for: what is communicated to the person.
GROUND_FIELDS: Mapping[str, tuple[str, ...]] = {
    EndGround.NOT_IN_PROGRAMME: ("programme", "no_referral_since"),
    EndGround.ASSIGNMENT_WITHDRAWN: (
        "programme",
        "withdrawal_decided_on",
        "withdrawal_final_on",
        "within_own_control",
    ),
    EndGround.TENANCY_FORFEITED: ("lease_forfeited_on", "separated_on"),
}


@transaction.atomic
def open_ending(actor: Actor, *, person: Person, ground: str, today: date) -> EarlyEnding:
    """Begin to examine a ground. Refused while something stands in the way that the case itself cannot change."""
    policy.hold_with_case(actor, WORK, person.case, see=READ)
    if ground not in EarlyEnding.Ground.values:
        raise ValidationError({"ground": _("Välj en av lagens tre grunder.")})
    standing = standing_case(person)
    if standing is not None:
        raise ValidationError(
            _("Ett ärende pågår redan. Fortsätt i det.")
            if standing.status == Status.OPEN
            else _("Kommunen har redan beslutat att rätten upphör i förtid.")
        )
    right = right_of_person(person, today)
    blocks = standing_blocks(EndGround(ground), right, today)
    if blocks:
        raise ValidationError({"ground": [_("Grunden kan inte prövas."), *(said(block) for block in blocks)]})
    ending = EarlyEnding.objects.create(person=person, ground=ground, opened_on=today, recorded_by_id=actor.user_id)
    _journal(actor, "early_ending.opened", ending, ground=ground)
    return ending


def said(step: Step) -> str:
    """A step's sentence in the reader's language, with its days written out."""
    return step.render(_, lambda value: date_format(value) if isinstance(value, date) else str(value))


@transaction.atomic
def record_ground(actor: Actor, *, ending: EarlyEnding, today: date, **given: Any) -> bool:
    """The facts of the ground. Returns whether the person must be heard anew: what was communicated has changed.

    The day of the earlier communication is then kept in the journal only.
    """
    ending = _held(actor, ending)
    names = GROUND_FIELDS[ending.ground]
    if set(given) != set(names):
        raise ValidationError(_("Uppgifterna hör inte till grunden. Ladda om sidan."))
    for name in ("withdrawal_decided_on", "lease_forfeited_on", "separated_on"):
        if given.get(name) and given[name] > today:
            raise ValidationError({name: _("Dagen ligger i framtiden. Skriv dagen då det skedde.")})
    since, right = given.get("no_referral_since"), right_of_person(ending.person, today)
    if since and right and right.received_on and since < right.received_on:
        words = _("Dagen är före den dag då personen togs emot, %(day)s. Skriv den dagen eller en senare.")
        raise ValidationError({"no_referral_since": words % {"day": date_format(right.received_on)}})
    programme = given.get("programme", "")
    if programme and programme not in {one.value for one in Programme}:
        raise ValidationError({"programme": _("Välj ett program i listan.")})
    changed = [name for name in names if getattr(ending, name) != given[name]]
    for name in changed:
        setattr(ending, name, given[name])
    anew = bool(changed) and ending.communicated_on is not None
    before_that = ending.communicated_on
    if anew:
        # What was answered stays to read; it is no answer to what is communicated now.
        ending.communicated_on = ending.reply_by = ending.replied_on = None
        changed += ["communicated_on", "reply_by", "replied_on"]
    ending.save(update_fields=changed or None)
    details = {name: given[name] for name in names}
    _journal(actor, "early_ending.ground_recorded", ending, **details, communicated_before=before_that if anew else "")
    return anew


@transaction.atomic
def record_acceptable_reasons(actor: Actor, *, ending: EarlyEnding, outcome: str, text: str) -> None:
    """A person's judgement of whether there are acceptable reasons (godtagbara skäl), in words."""
    ending = _held(actor, ending)
    if ending.ground != EndGround.NOT_IN_PROGRAMME:
        raise ValidationError(_("Den här grunden frågar inte efter godtagbara skäl."))
    if outcome not in {one.value for one in Reasons}:
        raise ValidationError({"outcome": _("Välj om det finns godtagbara skäl.")})
    ending.acceptable_reasons = outcome
    ending.acceptable_reasons_text = _words(text, "text", TEXT_LENGTH, _("Skriv hur ni kom fram till det."))
    ending.save(update_fields=["acceptable_reasons", "acceptable_reasons_text"])
    _journal(actor, "early_ending.acceptable_reasons_recorded", ending, outcome=outcome)


@transaction.atomic
def record_children(actor: Actor, *, ending: EarlyEnding, affected: bool | None, text: str, today: date) -> None:
    """Whether the decision concerns children, and then what is best for them.

    With a child in the household a no needs its reason in words.
    """
    ending = _held(actor, ending)
    if affected is None:
        raise ValidationError({"affected": _("Svara om beslutet rör barn.")})
    if affected:
        text = _words(text, "text", TEXT_LENGTH, _("Skriv bedömningen av barnets bästa."))
    elif minor_in_household(rights_in(ending.person.case, today), today):
        asked = _("Det finns barn i hushållet. Skriv varför beslutet inte rör dem.")
        text = _words(text, "text", TEXT_LENGTH, asked)
    elif len(text) > TEXT_LENGTH:
        raise ValidationError({"text": _("Texten är för lång.")})
    ending.children_affected, ending.best_interests_text = affected, text.strip()
    ending.save(update_fields=["children_affected", "best_interests_text"])
    _journal(actor, "early_ending.children_recorded", ending, affected=affected)


@transaction.atomic
def record_communication(
    actor: Actor, *, ending: EarlyEnding, communicated_on: date, reply_by: date, today: date
) -> None:
    """The day that the person got all the material, and until when there is time to answer (förvaltningslagen 25 §)."""
    ending = _held(actor, ending)
    if communicated_on > today:
        raise ValidationError(
            {"communicated_on": _("Dagen ligger i framtiden. Skriv dagen då personen fick underlaget.")}
        )
    if communicated_on < ending.opened_on:
        raise ValidationError({"communicated_on": _("Dagen är före den dag då prövningen började.")})
    if reply_by <= communicated_on:
        raise ValidationError({"reply_by": _("Ge personen tid att svara: en dag efter den då underlaget lämnades.")})
    if ending.communicated_on and communicated_on != ending.communicated_on:
        ending.replied_on = None  # heard anew: an earlier answer is to what was communicated then
    ending.communicated_on, ending.reply_by = communicated_on, reply_by
    ending.save(update_fields=["communicated_on", "reply_by", "replied_on"])
    _journal(actor, "early_ending.communicated", ending, communicated_on=communicated_on, reply_by=reply_by)


@transaction.atomic
def record_reply(actor: Actor, *, ending: EarlyEnding, replied_on: date, text: str, today: date) -> None:
    """What the person answered, in the person's own words or as written down."""
    ending = _held(actor, ending)
    if ending.communicated_on is None:
        raise ValidationError(_("Skriv först vilken dag personen fick del av underlaget."))
    if not ending.communicated_on <= replied_on <= today:
        raise ValidationError({"replied_on": _("Dagen ska ligga efter att underlaget lämnades, och inte i framtiden.")})
    ending.replied_on = replied_on
    ending.reply_text = _words(text, "text", TEXT_LENGTH, _("Skriv vad personen svarade."))
    ending.save(update_fields=["replied_on", "reply_text"])
    _journal(actor, "early_ending.reply_recorded", ending, replied_on=replied_on)


@transaction.atomic
def record_reasons(actor: Actor, *, ending: EarlyEnding, text: str) -> None:
    """The reasons for the decision (förvaltningslagen 32 §), before anybody decides."""
    ending = _held(actor, ending)
    ending.reasons = _words(text, "text", REASONS_LENGTH, _("Skriv skälen till beslutet."))
    ending.save(update_fields=["reasons"])
    _journal(actor, "early_ending.reasons_recorded", ending)


@transaction.atomic
def decide(
    actor: Actor,
    *,
    ending: EarlyEnding,
    outcome: str,
    decided_on: date,
    decided_by: str,
    diary_number: str,
    ends_on: date | None,
    early_effect_reason: str = "",
    appeal_instruction: bool,
    today: date,
) -> EarlyEnding:
    """Write down what the body or delegate decided: that the right ends early, or that it goes on.

    That it ends is refused while anything stands in the way or is left to do on the day of the decision. A last day
    within the time to appeal needs its reason: a decision waits for it unless an essential interest demands otherwise
    (förvaltningslagen 35 §). The steps are kept as they were.
    """
    ending = _held(actor, ending, DECIDE)
    if outcome not in (Status.ENDS, Status.CONTINUES):
        raise ValidationError({"outcome": _("Välj om rätten upphör eller består.")})
    wrong: dict[str, str] = {}
    if not ending.opened_on <= decided_on <= today:
        wrong["decided_on"] = _("Dagen ska ligga efter att prövningen började, och inte i framtiden.")
    decided_by, diary_number = decided_by.strip(), diary_number.strip()
    if not decided_by or len(decided_by) > 200:
        wrong["decided_by"] = _("Skriv vilken nämnd, eller vilken roll på delegation, som beslutade. Inget namn.")
    if not diary_number or len(diary_number) > 60:
        wrong["diary_number"] = _("Skriv beslutets diarienummer.")
    right = right_of_person(ending.person, today)
    if outcome == Status.ENDS:
        wrong |= _wrong_last_day(ends_on, decided_on, right)
        early_effect_reason = early_effect_reason.strip()
        if ends_on and not wrong and ends_on < law.appeal_by(decided_on) and not early_effect_reason:
            words = _(
                "Tiden att överklaga går ut tidigast %(day)s. Skriv den dagen eller en senare som sista dag, eller "
                "skriv här varför rätten måste upphöra innan dess (35 § förvaltningslagen)."
            )
            wrong["early_effect_reason"] = words % {"day": date_format(law.appeal_by(decided_on))}
        if len(early_effect_reason) > EFFECT_LENGTH:
            wrong["early_effect_reason"] = _("Skriv högst %(most)s tecken.") % {"most": EFFECT_LENGTH}
    elif ends_on is not None:
        wrong["ends_on"] = _("Rätten består. Lämna dagen tom.")
    if wrong:
        raise ValidationError(wrong)
    if not ending.reasons:
        raise ValidationError(_("Skriv skälen till beslutet först."))
    household = rights_in(ending.person.case, decided_on)
    facts = facts_of(ending, right, household, decided_on, appeal_instruction=appeal_instruction)
    state = law.test(facts)
    if outcome == Status.ENDS and not state.may_decide:
        left = (*state.blocks, *state.lacks)
        raise ValidationError([_("Rätten kan inte upphöra i förtid än."), *(said(step) for step in left)])
    ending.status, ending.decided_on, ending.ends_on = outcome, decided_on, ends_on
    ending.decided_by, ending.diary_number = decided_by, diary_number
    ending.early_effect_reason = early_effect_reason if outcome == Status.ENDS else ""
    ending.grounds_shown = [step.to_json() for step in all_steps(ending, right, state)]
    ending.save(
        update_fields=[
            "status", "decided_on", "ends_on", "early_effect_reason", "decided_by", "diary_number", "grounds_shown"
        ]
    )  # fmt: skip
    _journal(actor, "early_ending.decided", ending, outcome=outcome, decided_on=decided_on, ends_on=ends_on or "")
    return ending


def _wrong_last_day(ends_on: date | None, decided_on: date, right: RightRow | None) -> dict[str, str]:
    if ends_on is None:
        return {"ends_on": _("Skriv vilken som är den sista dagen med rätt till boende.")}
    if ends_on < decided_on:
        return {"ends_on": _("Dagen är före beslutet. Rätten kan inte upphöra bakåt i tiden.")}
    if right is not None and right.end is not None and ends_on >= right.end:
        return {"ends_on": _("Rätten slutar ändå %(day)s. Välj en tidigare dag.") % {"day": date_format(right.end)}}
    return {}


@transaction.atomic
def close(actor: Actor, *, ending: EarlyEnding, reason: str, today: date) -> None:
    """End the examination without a decision (avskriva). The right goes on; why is added to the reasons."""
    ending = _held(actor, ending)
    words = _words(reason, "reason", 1000, _("Skriv varför prövningen avslutas."))
    ending.reasons = "\n\n".join(part for part in (ending.reasons, words) if part)[:REASONS_LENGTH]
    ending.status, ending.decided_on = Status.CLOSED, today
    ending.save(update_fields=["status", "decided_on", "reasons"])
    _journal(actor, "early_ending.closed", ending)


@transaction.atomic
def serve(actor: Actor, *, ending: EarlyEnding, served_on: date, today: date) -> None:
    """The day that the person got the decision (delgivning): from it the time to appeal is counted."""
    policy.hold_with_case(actor, WORK, ending.person.case, see=READ)
    ending = _fresh(ending)
    if ending.status not in DECIDED:
        raise ValidationError(_("Det finns inget beslut att delge än."))
    assert ending.decided_on is not None  # a constraint of the table
    if not ending.decided_on <= served_on <= today:
        raise ValidationError({"served_on": _("Dagen ska ligga efter beslutet, och inte i framtiden.")})
    ending.served_on = served_on
    ending.save(update_fields=["served_on"])
    _journal(actor, "early_ending.served", ending, served_on=served_on)


@transaction.atomic
def change_decision(
    actor: Actor, *, ending: EarlyEnding, changed_on: date, changed_by: str, note: str, today: date
) -> EarlyEnding:
    """A court, or the municipality itself, has changed the decision that the right ends: it no longer holds (16 §).

    The right is then counted as before it, and a new examination may be opened. The decision stays as it was made.
    """
    policy.hold_with_case(actor, DECIDE, ending.person.case, see=READ)
    ending = _fresh(ending)
    if ending.status != Status.ENDS:
        raise ValidationError(_("Bara ett beslut om att rätten upphör kan ändras. Något sådant gäller inte här."))
    assert ending.decided_on is not None  # a constraint of the table
    if not ending.decided_on <= changed_on <= today:
        raise ValidationError({"changed_on": _("Dagen ska ligga efter beslutet, och inte i framtiden.")})
    asked = _("Skriv vilken domstol eller nämnd som ändrade beslutet. Inget namn på en person.")
    ending.changed_by = _words(changed_by, "changed_by", BODY_LENGTH, asked)
    asked = _("Skriv vad som ändrades, och målets eller ärendets nummer.")
    ending.change_note = _words(note, "note", CHANGE_LENGTH, asked)
    ending.status, ending.changed_on = Status.CHANGED, changed_on
    ending.save(update_fields=["status", "changed_on", "changed_by", "change_note"])
    _journal(actor, "early_ending.decision_changed", ending, changed_on=changed_on)
    return ending


def _held(actor: Actor, ending: EarlyEnding, permission: str = WORK) -> EarlyEnding:
    """The open case as it is now; its case's row is locked first, then its own."""
    policy.hold_with_case(actor, permission, ending.person.case, see=READ)
    ending = _fresh(ending)
    if ending.status != Status.OPEN:
        raise ValidationError(_("Ärendet är redan avgjort och kan inte ändras."))
    return ending


def _fresh(ending: EarlyEnding) -> EarlyEnding:
    return EarlyEnding.objects.select_for_update(of=("self",)).select_related("person__case").get(pk=ending.pk)


def _words(text: str, field: str, most: int, asked: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError({field: asked})
    if len(text) > most:
        raise ValidationError({field: _("Skriv högst %(most)s tecken.") % {"most": most}})
    return text


def _journal(actor: Actor, action: str, ending: EarlyEnding, **details: object) -> None:
    """Codes and days, never what somebody wrote."""
    audit.record(
        actor,
        action,
        object_type="early_ending",
        object_ids=[ending.pk],
        case=ending.person.case,
        details=details,
    )
