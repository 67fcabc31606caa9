"""Which cases' homes an actor may know of.

In the branch of the case, by the permission; in another branch, only what was disclosed of it (``housing_need``,
``housing_right``); protection first. A dwelling where a protected household lives, or is to live, is not shown to those
who may not see the case: address and case together would tell where it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from hemvist.access import policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import Case
from hemvist.housing.models import Dwelling, HousingNeed, Offer, Tenancy
from hemvist.reception.queries import disclosed_cases

NEED, RIGHT = "housing_need", "housing_right"


def cases(actor: Actor, permission: str, field: str, today: date, prefix: str = "") -> Q:
    """The filter that keeps the cases whose homes the actor may know of. One query at most, for the disclosures.

    ``prefix`` is the path to the case, as ``case__``.
    """
    given = disclosed_cases(actor, permission, field, today)
    return policy.visible_cases(actor, permission, prefix) | Q(**{f"{prefix}id__in": given})


def require_case(actor: Actor, permission: str, case: Case, field: str, today: date) -> None:
    """Raise :class:`NotVisible` for a case whose homes the actor may not know of."""
    policy.require(actor, permission)
    if not Case.objects.filter(cases(actor, permission, field, today), id=case.id).exists():
        raise NotVisible(action=permission, object_id=str(case.id))


def owns(actor: Actor, permission: str, case: Case) -> bool:
    """Whether the actor works in the case's own branch: then names may be read."""
    return bool(policy.may_with_case(actor, permission, case))


def dwellings(actor: Actor, today: date) -> Q:
    """The filter that keeps the dwellings that the actor may be shown. One query at most, for the disclosures.

    All who may see the stock, but for those that a protected household has, has been offered, or that somebody has
    chosen for it.
    """
    given = disclosed_cases(actor, "tenancy.read", NEED, today)

    def hidden(path: str) -> Q:
        seen = policy.visible_cases(actor, "tenancy.read", path) | Q(**{f"{path}id__in": given})
        return Q(**{f"{path}protected_since__isnull": False}) & ~seen

    lived = Tenancy.objects.filter(hidden("case__"), voided_at__isnull=True, moved_out_on__isnull=True)
    offered = Offer.objects.filter(hidden("need__case__"), status=Offer.Status.OPEN)
    chosen = HousingNeed.objects.filter(hidden("case__"), status=HousingNeed.Status.OPEN, locked_to__isnull=False)
    return (
        ~Q(id__in=lived.values("dwelling"))
        & ~Q(id__in=offered.values("dwelling"))
        & ~Q(id__in=chosen.values("locked_to"))
    )


def require_dwelling(
    actor: Actor, dwelling_id: uuid.UUID, today: date, *, permission: str = "dwelling.view"
) -> Dwelling:
    """The dwelling, if the actor may be shown it. Raises :class:`NotVisible`."""
    policy.require(actor, permission)
    found = Dwelling.objects.filter(dwellings(actor, today), id=dwelling_id).select_related("landlord__branch").first()
    if found is None:
        raise NotVisible(action=permission, object_id=str(dwelling_id))
    return found


def seen_cases(actor: Actor, case_ids: Iterable[uuid.UUID], today: date) -> set[uuid.UUID]:
    """Those of the cases whose leases and needs the actor may know of. Two queries at most."""
    wanted = set(case_ids)
    if not wanted:
        return set()
    return set(
        Case.objects.filter(cases(actor, "tenancy.read", NEED, today), id__in=wanted).values_list("id", flat=True)
    )
