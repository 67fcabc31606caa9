"""Who may what. The same answer decides whether a button is shown and whether the post is accepted.

Everything here fails closed: an unknown permission, branch or role gives no.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import Case


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes or no, and why not."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def may(actor: Actor, permission: str) -> Verdict:
    """Whether the actor has the permission in any branch."""
    if actor.can(permission):
        return Verdict(True)
    return Verdict(False, _("Din roll har inte den behörigheten."))


def may_with_case(actor: Actor, permission: str, case: Case) -> Verdict:
    """Whether the actor may do this with this case: right permission, owner branch, and protection first."""
    if case.protected and case.branch_id not in actor.protected_branches(permission):
        return Verdict(False, _("Ärendet är skyddat. Bara särskilt utsedda handläggare ser det."))
    if case.branch_id not in actor.branches(permission):
        return Verdict(False, _("Ärendet hör till en annan verksamhet. Uppgifter därifrån kräver ett utlämnande."))
    return Verdict(True)


def visible_cases(actor: Actor, permission: str = "case.read", prefix: str = "") -> Q:
    """The filter that keeps the cases the actor may see. ``prefix`` is the path to the case, as ``case__``."""
    open_branches = actor.branches(permission)
    protected_branches = actor.protected_branches(permission)
    return Q(**{f"{prefix}branch_id__in": open_branches, f"{prefix}protected_since__isnull": True}) | Q(
        **{f"{prefix}branch_id__in": protected_branches}
    )


def require(actor: Actor, permission: str) -> None:
    """Raise :class:`Refused` unless the actor has the permission."""
    verdict = may(actor, permission)
    if not verdict:
        raise Refused(verdict.reason, action=permission)


def require_with_case(actor: Actor, permission: str, case: Case, *, see: str = "case.read") -> None:
    """Raise :class:`NotVisible` for a case that the actor may not see, :class:`Refused` for a deed it may not do.

    ``see`` is the permission that lets the actor know of the case; for the money it is ``compensation.read``.
    """
    if not may_with_case(actor, see, case):
        raise NotVisible(action=permission, object_id=str(case.id))
    verdict = may_with_case(actor, permission, case)
    if not verdict:
        raise Refused(verdict.reason, action=permission)


def hold_with_case(actor: Actor, permission: str, case: Case, *, see: str = "case.read") -> None:
    """As :func:`require_with_case`, judged on the case as it is now and with its row locked until the transaction ends.

    Every deed with a case takes this lock first, then case numbers, then tasks and reports, and the journal last: one
    order, so that two deeds wait for each other and never both.
    """
    fresh = Case.objects.select_for_update().filter(pk=case.pk).first()
    if fresh is None:
        raise NotVisible(action=permission, object_id=str(case.pk))
    case.branch_id, case.protected_since = fresh.branch_id, fresh.protected_since
    case.closed_on, case.closed_reason = fresh.closed_on, fresh.closed_reason
    require_with_case(actor, permission, case, see=see)
