"""Consents and disclosures (samtycken och utlämnanden): what leaves a branch, on which ground, for how long.

One function per thing that happens, one transaction each, as in :mod:`hemvist.reception.services`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.access.models import Case
from hemvist.law.secrecy import GROUNDS, may_disclose
from hemvist.organisation.models import Branch
from hemvist.reception.fields import FIELDS
from hemvist.reception.models import Consent, Disclosure, Person


def _check_fields(fields: Sequence[str]) -> list[str]:
    unknown = [code for code in fields if code not in FIELDS]
    if unknown or not fields:
        raise ValidationError(_("Välj minst en uppgift att lämna ut."))
    return sorted(set(fields))


def _check_persons(case: Case, persons: Sequence[Person]) -> None:
    if not persons or any(person.case_id != case.id for person in persons):
        raise ValidationError(_("Välj minst en person i ärendet."))


@transaction.atomic
def record_consent(
    actor: Actor,
    *,
    case: Case,
    persons: Sequence[Person],
    recipient: Branch,
    fields: Sequence[str],
    purpose: str,
    language: str,
    interpreter_used: bool,
    given_on: date,
    expires_on: date,
    today: date,
) -> Consent:
    """A person's waiver of secrecy for named fields and one receiver. It is no legal basis under the GDPR."""
    policy.hold_with_case(actor, "consent.record", case)
    _check_persons(case, persons)
    if given_on > today:
        raise ValidationError(_("Samtycket kan inte vara lämnat i framtiden."))
    if given_on < today - timedelta(days=3 * 366) or expires_on > today + timedelta(days=3 * 366):
        raise ValidationError(_("Ett samtycke gäller högst tre år. Kontrollera årtalen, eller fråga på nytt."))
    if expires_on <= given_on:
        raise ValidationError(_("Samtycket måste gälla minst en dag."))
    if not purpose.strip() or not language.strip():
        raise ValidationError(_("Skriv vad samtycket gäller och på vilket språk det lämnades."))
    consent = Consent.objects.create(
        case=case,
        recipient=recipient,
        fields=_check_fields(fields),
        purpose=purpose,
        language=language,
        interpreter_used=interpreter_used,
        given_on=given_on,
        expires_on=expires_on,
        recorded_by_id=actor.user_id,
    )
    consent.persons.set(persons)
    audit.record(
        actor,
        "consent.recorded",
        object_type="consent",
        object_ids=[consent.id],
        case=case,
        fields=consent.fields,
        details={"recipient": recipient.code},
    )
    return consent


@transaction.atomic
def withdraw_consent(actor: Actor, *, consent: Consent, today: date) -> int:
    """The person takes the consent back. Every disclosure that rests on it ends at once; returns how many."""
    policy.hold_with_case(actor, "consent.record", consent.case)
    consent.refresh_from_db()
    if consent.withdrawn_on:
        raise ValidationError(_("Samtycket är redan återtaget."))
    consent.withdrawn_on, consent.withdrawn_by_id = today, actor.user_id
    consent.save(update_fields=["withdrawn_on", "withdrawn_by"])
    ended = consent.disclosures.filter(revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_by_id=actor.user_id, revoke_reason=_("Samtycket återtogs")
    )
    audit.record(
        actor,
        "consent.withdrawn",
        object_type="consent",
        object_ids=[consent.id],
        case=consent.case,
        details={"disclosures_ended": ended},
    )
    return ended


def consent_covers(
    case: Case, persons: Sequence[Person], recipient: Branch, fields: Sequence[str], today: date
) -> Consent | None:
    """A valid consent that covers all these persons and fields for this receiver, or None."""
    wanted = {person.id for person in persons}
    for consent in Consent.objects.filter(
        case=case, recipient=recipient, withdrawn_on__isnull=True, given_on__lte=today, expires_on__gt=today
    ).prefetch_related("persons"):
        if set(fields) <= set(consent.fields) and wanted <= {p.id for p in consent.persons.all()}:
            return consent
    return None


@transaction.atomic
def make_disclosure(
    actor: Actor,
    *,
    case: Case,
    persons: Sequence[Person],
    recipient: Branch,
    fields: Sequence[str],
    ground: str,
    reason: str,
    valid_to: date,
    today: date,
) -> Disclosure:
    """Let another branch see named fields, on a ground, until a day.

    From a protected case nothing is seen before a second person with the same permission has approved.
    """
    policy.hold_with_case(actor, "disclosure.make", case)
    _check_persons(case, persons)
    if recipient.id == case.branch_id:
        raise ValidationError(_("Mottagaren är den egna verksamheten. Då behövs inget utlämnande."))
    if ground not in GROUNDS:
        raise ValidationError(_("Välj en grund för utlämnandet."))
    if len(reason.strip()) < 10:
        raise ValidationError(_("Skriv skälet så att någon annan kan förstå det i efterhand."))
    if valid_to <= today:
        raise ValidationError(_("Slutdagen ska ligga framåt i tiden."))
    if valid_to > today + timedelta(days=3 * 366):
        raise ValidationError(_("Ett utlämnande gäller högst tre år. Pröva sedan på nytt."))
    codes = _check_fields(fields)
    consent = consent_covers(case, persons, recipient, codes, today) if ground == "consent" else None
    proposal = may_disclose(
        ground,
        case.branch.secrecy_key,
        receiver_secrecy=recipient.secrecy_key,
        has_consent=consent is not None,
    )
    if not proposal.value:
        raise ValidationError([_(step.text) for step in proposal.steps])
    disclosure = Disclosure.objects.create(
        case=case,
        recipient=recipient,
        fields=codes,
        ground=ground,
        paragraph=str(GROUNDS[ground].source),
        reason=reason,
        consent=consent,
        valid_from=today,
        valid_to=min(valid_to, consent.expires_on) if consent else valid_to,
        made_by_id=actor.user_id,
        needs_approval=case.protected,
    )
    disclosure.persons.set(persons)
    audit.record(
        actor,
        "disclosure.proposed" if disclosure.needs_approval else "disclosure.made",
        object_type="disclosure",
        object_ids=[disclosure.id],
        case=case,
        fields=codes,
        details={"recipient": recipient.code, "ground": ground, "until": disclosure.valid_to.isoformat()},
    )
    return disclosure


@transaction.atomic
def approve_disclosure(actor: Actor, *, disclosure: Disclosure) -> None:
    """The second person's yes to a disclosure from a protected case."""
    policy.hold_with_case(actor, "disclosure.make", disclosure.case)
    disclosure.refresh_from_db()
    if not disclosure.needs_approval or disclosure.approved_at or disclosure.revoked_at:
        raise ValidationError(_("Utlämnandet väntar inte på godkännande."))
    if disclosure.made_by_id == actor.user_id:
        raise Refused(_("En annan person än den som gjorde utlämnandet måste godkänna det."))
    disclosure.approved_at, disclosure.approved_by_id = timezone.now(), actor.user_id
    disclosure.save(update_fields=["approved_at", "approved_by"])
    audit.record(
        actor,
        "disclosure.approved",
        object_type="disclosure",
        object_ids=[disclosure.id],
        case=disclosure.case,
    )


@transaction.atomic
def revoke_disclosure(actor: Actor, *, disclosure: Disclosure, reason: str) -> None:
    """End a disclosure before its day. What was seen before stays in the log."""
    policy.hold_with_case(actor, "disclosure.make", disclosure.case)
    disclosure.refresh_from_db()
    if disclosure.revoked_at:
        raise ValidationError(_("Utlämnandet är redan avslutat."))
    if not reason.strip():
        raise ValidationError(_("Skriv varför utlämnandet avslutas."))
    disclosure.revoked_at, disclosure.revoked_by_id, disclosure.revoke_reason = (
        timezone.now(),
        actor.user_id,
        reason,
    )
    disclosure.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    audit.record(
        actor,
        "disclosure.revoked",
        object_type="disclosure",
        object_ids=[disclosure.id],
        case=disclosure.case,
    )
