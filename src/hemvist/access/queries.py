"""What may be seen of users and of the audit journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.models import AuditEntry, Case, Installation, User


def is_demo() -> bool:
    """Whether this database was made by ``hemvist demo``: only then can a role be chosen without a password."""
    return Installation.objects.filter(id=1, is_demo=True).exists()


def demo_users() -> list[dict[str, Any]]:
    """The demo's users, one per role; empty outside a demo database."""
    if not is_demo():
        return []
    english = (get_language() or "sv").startswith("en")
    users = []
    for user in (
        User.objects.filter(is_demo=True, is_active=True)
        .prefetch_related("grants__unit__branch__board")
        .order_by("demo_order", "username")
    ):
        grant = next(iter(user.grants.all()), None)
        users.append(
            {
                "username": user.username,
                "name": user.name,
                "role_label": grant.get_role_display() if grant else "",
                "unit_label": f"{grant.unit.name}" if grant else "",
                "description": user.demo_description_en if english else user.demo_description_sv,
            }
        )
    return users


@dataclass(frozen=True, slots=True)
class AuditFilter:
    action: str = ""
    actor: str = ""
    case_number: str = ""
    refused_only: bool = False
    since: date | None = None
    until: date | None = None


def audit_log(actor: Actor, wanted: AuditFilter, *, offset: int = 0, limit: int = 100) -> tuple[list[AuditEntry], bool]:
    """One page of the audit journal, newest first, and whether there are more. Looking at it is logged too."""
    policy.require(actor, "audit.view")
    entries = AuditEntry.objects.all()
    if wanted.refused_only:
        entries = entries.filter(action="access.refused")
    if wanted.action:
        entries = entries.filter(action__startswith=wanted.action)
    if wanted.actor:
        entries = entries.filter(actor_name__icontains=wanted.actor)
    if wanted.case_number:
        entries = entries.filter(
            case_id__in=Case.objects.filter(number__iexact=wanted.case_number.strip()).values("id")
        )
    if wanted.since:
        entries = entries.filter(at__date__gte=wanted.since)
    if wanted.until:
        entries = entries.filter(at__date__lte=wanted.until)
    page = list(entries[offset : offset + limit + 1])
    audit.record(actor, "audit.viewed", details={"rows": len(page[:limit]), "action": wanted.action})
    return page[:limit], len(page) > limit
