"""The audit journal: one function writes it, one checks it.

Services and queries call :func:`record` in the same transaction as the deed: no row, no deed. Reads count as deeds.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from hemvist.access.actor import Actor
from hemvist.access.models import AuditEntry, AuditHead, Case


def _digest(entry: AuditEntry) -> str:
    body = [
        entry.at.isoformat(),
        str(entry.actor_id or ""),
        entry.actor_name,
        entry.role,
        entry.action,
        entry.object_type,
        entry.object_ids,
        str(entry.case_id or ""),
        entry.fields,
        entry.details,
        entry.reason,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def record(
    actor: Actor,
    action: str,
    *,
    object_type: str = "",
    object_ids: Iterable[object] = (),
    case: Case | uuid.UUID | None = None,
    fields: Iterable[str] = (),
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Append one row. ``details`` holds codes, counts and dates, never names or numbers of a person."""
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().get(id=1)
        entry = AuditEntry(
            at=timezone.now(),
            actor_id=actor.user_id,
            actor_name=actor.name,
            role=actor.roles,
            action=action,
            object_type=object_type,
            object_ids=[str(object_id) for object_id in object_ids],
            case_id=case.id if isinstance(case, Case) else case,
            fields=sorted(fields),
            details=json.loads(json.dumps(dict(details or {}), default=str)),
            reason=reason[:500],
            previous_hash=head.last_hash,
        )
        entry.hash = _digest(entry)
        entry.save(force_insert=True)
        AuditHead.objects.filter(id=1).update(last_hash=entry.hash, count=head.count + 1)
    return entry


def verify() -> tuple[int, int | None]:
    """Walk the chain: ``(rows that hold, id of the first row that does not or None)``.

    A row count below the head's means that rows are missing at the end; the id is then 0.
    """
    previous, count = "0" * 64, 0
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2000):
        if entry.previous_hash != previous or entry.hash != _digest(entry):
            return count, entry.id
        previous, count = entry.hash, count + 1
    head = AuditHead.objects.filter(id=1).first()
    if head is None or head.count != count or head.last_hash != previous:
        return count, 0
    return count, None


def last_hash() -> str:
    """The hash of the newest row. Kept outside the database, it shows later whether the journal was rewritten."""
    return AuditHead.objects.values_list("last_hash", flat=True).get(id=1)
