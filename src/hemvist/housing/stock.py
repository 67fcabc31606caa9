"""The stock of dwellings: what is written down of each, when it is blocked, furnishing, keys and documents.

Nothing here is about who lives there. A dwelling that the actor may not be shown (see ``housing.reach``) does not exist
to the actor; only its number is taken.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.impersonal import impersonal_at
from hemvist.access.models import Case
from hemvist.housing import policy_data, reach
from hemvist.housing.models import Dwelling, DwellingBlock, DwellingDocument, Offer, Tenancy
from hemvist.organisation.housing_schema import HousingFile
from hemvist.organisation.models import Unit
from hemvist.reception.facts import search_key, sort_key
from hemvist.web.templatetags.hemvist import longdate

WRITE = "dwelling.write"
# Field → least and most.
LIMITS: Mapping[str, tuple[int, int]] = {
    "rooms": (1, 20),
    "capacity": (1, 30),
    "square_metres": (5, 1_000),
    "rent": (0, 100_000),
}
MAX_DOCUMENT = 5 * 1024 * 1024
_OOXML = "application/vnd.openxmlformats-officedocument"
# Type → the ending that its file gets.
DOCUMENT_TYPES: Mapping[str, str] = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    f"{_OOXML}.wordprocessingml.document": ".docx",
    f"{_OOXML}.spreadsheetml.sheet": ".xlsx",
}
_SIGNS: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
# An offer that stands: its dwelling is promised. A yes becomes a lease at once.
PROMISED = Q(status=Offer.Status.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellingFacts:
    """What is written down of a dwelling. Kronor a month, square metres."""

    code: str
    landlord: Unit
    address: str
    apartment: str = ""
    building: str = ""
    area: str
    rooms: int
    capacity: int
    square_metres: int | None = None
    step_free: bool = False
    rent: int
    available_from: date
    available_to: date | None = None
    note: str = ""


FIELDS = tuple(field.name for field in fields(DwellingFacts))


def landlords(file: HousingFile) -> list[Unit]:
    """The units that let dwellings, as they stand in ``housing.yaml``. One query."""
    order = {code: number for number, code in enumerate(file.landlords)}
    units = Unit.objects.working().filter(code__in=order).select_related("branch")
    return sorted(units, key=lambda unit: order[unit.code])


# --- the dwelling -----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_dwelling(actor: Actor, *, facts: DwellingFacts) -> Dwelling:
    """Take a dwelling into the stock. Raises ValidationError by field."""
    policy.require(actor, WRITE)
    check_facts(facts, policy_data.housing())
    if Dwelling.objects.filter(code__iexact=facts.code).exists():
        raise _code_taken()
    dwelling = Dwelling(created_by_id=actor.user_id)
    write(dwelling, facts)
    _save(dwelling)
    _journal(actor, "dwelling.added", dwelling)
    return dwelling


@transaction.atomic
def change_dwelling(actor: Actor, *, dwelling: Dwelling, facts: DwellingFacts, today: date) -> Dwelling:
    """Put right what is written down. Raises ValidationError by field."""
    dwelling = hold(actor, dwelling, today)
    check_facts(facts, policy_data.housing())
    if Dwelling.objects.filter(code__iexact=facts.code).exclude(pk=dwelling.pk).exists():
        raise _code_taken()
    check_lets_fit(leases_of([dwelling]), facts)
    check_offers_fit(offers_of([dwelling]), facts)
    changed = differing(dwelling, facts)
    if changed:
        write(dwelling, facts)
        _save(dwelling)
        _journal(actor, "dwelling.changed", dwelling, fields=changed)
    return dwelling


def differing(dwelling: Dwelling, facts: DwellingFacts) -> list[str]:
    """The fields that differ. The landlord is compared by id."""
    return [name for name in FIELDS if _plain(getattr(dwelling, name)) != _plain(getattr(facts, name))]


def _plain(value: object) -> object:
    return value.pk if isinstance(value, Unit) else value


def write(dwelling: Dwelling, facts: DwellingFacts) -> None:
    """Fill in the row, with what it is sorted and searched by. Saves nothing."""
    for name in FIELDS:
        setattr(dwelling, name, getattr(facts, name))
    # Numbers are filled out, so that house 2 comes before house 10.
    words = re.sub(r"\d+", lambda found: found[0].zfill(5), f"{facts.address} {facts.apartment}")
    dwelling.sort_key = sort_key(words)
    dwelling.search_key = search_key(f"{facts.code} {facts.address} {facts.apartment} {facts.building}")


def check_facts(facts: DwellingFacts, file: HousingFile) -> None:
    """Raise ValidationError, by field, for what cannot be so."""
    wrong: dict[str, str] = {}
    if not facts.code.strip():
        wrong["code"] = _("Ange objektsnumret.")
    if not facts.address.strip():
        wrong["address"] = _("Ange adressen.")
    if facts.area not in {area.code for area in file.areas}:
        wrong["area"] = _("Området finns inte bland kommunens områden. Välj ett som finns.")
    if facts.landlord.code not in file.landlords:
        wrong["landlord"] = _("Enheten är ingen hyresvärd enligt kommunens uppgifter. Välj en som är det.")
    for name, (least, most) in LIMITS.items():
        value = getattr(facts, name)
        if value is not None and not least <= value <= most:
            wrong[name] = _("Ange ett tal från %(least)d till %(most)d.") % {"least": least, "most": most}
    if facts.available_to and facts.available_to < facts.available_from:
        wrong["available_to"] = _("Sista dagen är före den första. Rätta en av dagarna.")
    if wrong:
        raise ValidationError(wrong)
    impersonal_at("note", facts.note)  # all who see the stock read it, whoever lives there


def check_lets_fit(leases: Iterable[Tenancy], facts: DwellingFacts) -> None:
    """Raise ValidationError when one of the leases would fall outside the days, or hold more than the dwelling does."""
    first, last = facts.available_from, facts.available_to
    for lease in leases:
        if lease.starts_on < first:
            message = _("Bostaden har varit uthyrd från %(day)s. Ange den dagen eller en tidigare.")
            raise ValidationError({"available_from": message % {"day": longdate(lease.starts_on)}})
        if last is not None and (lease.ends_on is None or lease.ends_on > last):
            until = _("till och med %(day)s") % {"day": longdate(lease.ends_on)} if lease.ends_on else _("tills vidare")
            message = _("Bostaden är uthyrd %(until)s. Avtalet måste sluta innan bostaden kan lämnas.")
            raise ValidationError({"available_to": message % {"until": until}})
        if lease.moved_out_on is None and lease.persons > facts.capacity:
            message = _("Bostaden är uthyrd till %(persons)d boende. Ange minst det antalet.")
            raise ValidationError({"capacity": message % {"persons": lease.persons}})


def check_offers_fit(offers: Iterable[Offer], facts: DwellingFacts) -> None:
    """Raise ValidationError when a household that has been offered the dwelling could no longer move in."""
    first, last = facts.available_from, facts.available_to
    for offer in offers:
        if not first <= offer.move_in_on <= (last or date.max):
            field = "available_from" if offer.move_in_on < first else "available_to"
            message = _("Bostaden är erbjuden ett hushåll från %(day)s. Vänta på svaret, eller återta erbjudandet.")
            raise ValidationError({field: message % {"day": longdate(offer.move_in_on)}})
        if offer.need.persons > facts.capacity:
            # How many they are is for those who know of the need.
            message = _(
                "Bostaden är erbjuden ett hushåll som inte får plats då. Vänta på svaret, eller återta erbjudandet."
            )
            raise ValidationError({"capacity": message})


def offers_of(dwellings: Iterable[Dwelling]) -> QuerySet[Offer]:
    """The offers of the dwellings that wait for an answer."""
    return Offer.objects.filter(PROMISED, dwelling__in=list(dwellings)).select_related("need")


def leases_of(dwellings: Iterable[Dwelling]) -> QuerySet[Tenancy]:
    """The leases of the dwellings, those that have ended too: the days of a dwelling may not leave its history out."""
    return Tenancy.objects.filter(dwelling__in=list(dwellings), voided_at__isnull=True)


def _code_taken() -> ValidationError:
    return ValidationError({"code": _("Objektsnumret finns redan. Kontrollera numret, eller ändra den bostaden.")})


def _save(dwelling: Dwelling) -> None:
    try:
        with transaction.atomic():
            dwelling.save()
    except IntegrityError as error:
        # Somebody came before with the same number.
        if Dwelling.objects.filter(code=dwelling.code).exclude(pk=dwelling.pk).exists():
            raise _code_taken() from error
        raise


def hold(actor: Actor, dwelling: Dwelling, today: date, permission: str = WRITE) -> Dwelling:
    """The dwelling as it is now, its row locked. Raises NotVisible or Refused."""
    reach.require_dwelling(actor, dwelling.pk, today, permission=permission)
    return Dwelling.objects.select_for_update(of=("self",)).select_related("landlord__branch").get(pk=dwelling.pk)


# --- blocked ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def block(
    actor: Actor,
    *,
    dwelling: Dwelling,
    starts_on: date,
    ends_on: date | None = None,
    reason: str,
    note: str = "",
    today: date,
) -> DwellingBlock:
    """Nobody can move in from one day to another, both included; without an end until it is lifted."""
    dwelling = hold(actor, dwelling, today)
    if ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": _("Sista dagen är före den första. Rätta en av dagarna.")})
    if reason not in DwellingBlock.Reason.values:
        raise ValidationError({"reason": _("Välj varför bostaden är spärrad.")})
    impersonal_at("note", note)
    if let_on_some_day(dwelling, starts_on, ends_on, today).exists():
        raise ValidationError(
            {"starts_on": _("Bostaden är uthyrd på någon av dagarna. Spärra den från dagen efter att avtalet slutar.")}
        )
    if blocked_on_some_day(dwelling, starts_on, ends_on).exists():
        raise ValidationError({"starts_on": _("Bostaden är redan spärrad på någon av dagarna. Häv den spärren först.")})
    offers = Offer.objects.filter(PROMISED, dwelling=dwelling)
    if (offers.filter(move_in_on__lte=ends_on) if ends_on else offers).exists():
        raise ValidationError(
            {"starts_on": _("Bostaden är erbjuden till ett hushåll. Ta tillbaka erbjudandet innan den spärras.")}
        )
    made = DwellingBlock.objects.create(
        dwelling=dwelling,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        note=note,
        recorded_by_id=actor.user_id,
    )
    _journal(actor, "dwelling.blocked", dwelling, reason=reason, starts_on=starts_on, ends_on=ends_on)
    return made


@transaction.atomic
def lift_block(actor: Actor, *, dwelling: Dwelling, block_id: int, today: date) -> None:
    """The dwelling can be used from today. A block that had not begun is removed."""
    dwelling = hold(actor, dwelling, today)
    found = DwellingBlock.objects.filter(dwelling=dwelling, pk=block_id).first()
    if found is None or (found.ends_on and found.ends_on < today):
        raise ValidationError(_("Spärren har redan upphört."))
    _journal(actor, "dwelling.unblocked", dwelling, reason=found.reason, starts_on=found.starts_on)
    if found.starts_on >= today:
        found.delete()
    else:
        found.ends_on = today - timedelta(days=1)
        found.save(update_fields=["ends_on"])


def let_on_some_day(of: Dwelling | Case, first: date, last: date | None, today: date) -> QuerySet[Tenancy]:
    """The leases of a dwelling or a household that hold a day of the period.

    One that has run out without a moving out still does.
    """
    overdue = Q(ends_on__lt=today, moved_out_on__isnull=True)
    leases = of.tenancies.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first) | overdue, voided_at__isnull=True)
    return leases.filter(starts_on__lte=last) if last else leases


def blocked_on_some_day(dwelling: Dwelling, first: date, last: date | None) -> QuerySet[DwellingBlock]:
    """The blocks that hold a day of the period."""
    blocks = DwellingBlock.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first), dwelling=dwelling)
    return blocks.filter(starts_on__lte=last) if last else blocks


# --- furnishing and keys ----------------------------------------------------------------------------------------------


@transaction.atomic
def set_state(actor: Actor, *, dwelling: Dwelling, furnishing: str, keys: str, today: date) -> Dwelling:
    """How it is furnished and where the keys are."""
    dwelling = hold(actor, dwelling, today)
    if furnishing not in Dwelling.Furnishing.values:
        raise ValidationError({"furnishing": _("Välj hur bostaden är möblerad.")})
    if keys not in Dwelling.Keys.values:
        raise ValidationError({"keys": _("Välj var nycklarna är.")})
    if (dwelling.furnishing, dwelling.keys) != (furnishing, keys):
        dwelling.furnishing, dwelling.keys = furnishing, keys
        dwelling.save(update_fields=["furnishing", "keys"])
        _journal(actor, "dwelling.state_set", dwelling, furnishing=furnishing, keys=keys)
    return dwelling


# --- documents --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_document(
    actor: Actor, *, dwelling: Dwelling, kind: str, title: str, file_name: str, data: bytes, today: date
) -> DwellingDocument:
    """Keep a file about the dwelling. What it is is read from its content, never from its name."""
    dwelling = hold(actor, dwelling, today)
    if kind not in DwellingDocument.Kind.values:
        raise ValidationError({"kind": _("Välj vad handlingen är.")})
    if not title.strip():
        raise ValidationError({"title": _("Skriv vad handlingen heter.")})
    impersonal_at("title", title)
    if not data:
        raise ValidationError({"file": _("Filen är tom. Välj en annan fil.")})
    if len(data) > MAX_DOCUMENT:
        raise ValidationError({"file": _("Filen är större än 5 MB. Spara den i mindre format och försök igen.")})
    content_type = type_of(data)
    if not content_type:
        raise ValidationError({"file": _("Filen är varken PDF, PNG, JPEG, DOCX eller XLSX. Spara den som PDF.")})
    digest = hashlib.sha256(data).hexdigest()
    if DwellingDocument.objects.filter(dwelling=dwelling, sha256=digest).exists():
        raise ValidationError({"file": _("Samma fil finns redan bland bostadens handlingar.")})
    document = DwellingDocument.objects.create(
        dwelling=dwelling,
        kind=kind,
        title=title.strip(),
        file_name=_safe_name(file_name, content_type),
        content_type=content_type,
        content=data,
        size=len(data),
        sha256=digest,
        added_by_id=actor.user_id,
    )
    _journal(actor, "dwelling.document_added", dwelling, document=document.pk, kind=kind)
    return document


@transaction.atomic
def remove_document(actor: Actor, *, document: DwellingDocument, today: date) -> None:
    """Take a file away for good; the journal keeps that it was there."""
    dwelling = hold(actor, document.dwelling, today)
    if not dwelling.documents.filter(pk=document.pk).exists():
        return  # somebody else has just done it
    details = {"document": document.pk, "kind": document.kind, "sha256": document.sha256}
    document.delete()
    _journal(actor, "dwelling.document_removed", dwelling, **details)


def type_of(data: bytes) -> str:
    """The type of a file by its first bytes and, for a packed one, by its parts; empty for a type that is not kept."""
    for sign, content_type in _SIGNS.items():
        if data.startswith(sign):
            return content_type
    if not data.startswith(b"PK"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    if "[Content_Types].xml" not in parts or any(name.endswith("vbaProject.bin") for name in parts):
        return ""
    if "word/document.xml" in parts:
        return f"{_OOXML}.wordprocessingml.document"
    return f"{_OOXML}.spreadsheetml.sheet" if "xl/workbook.xml" in parts else ""


def _safe_name(name: str, content_type: str) -> str:
    """Letters, digits, spaces, dots and dashes, with the ending of its type."""
    stem = PurePath(name.replace("\\", "/")).stem
    plain = "".join(c if c.isalnum() or c in " .-_" else "-" for c in stem).strip(" .-")[:100]
    return f"{plain or 'handling'}{DOCUMENT_TYPES[content_type]}"


def _journal(actor: Actor, action: str, dwelling: Dwelling, **details: object) -> None:
    audit.record(actor, action, object_type="dwelling", object_ids=[dwelling.pk], details=details)
