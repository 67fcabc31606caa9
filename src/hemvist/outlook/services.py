"""A local ruling, and the plans that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.coordination.models import PlanChange
from hemvist.coordination.services import rederive
from hemvist.organisation import services as organisation
from hemvist.organisation.models import LocalRuling

CASES_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Recorded:
    """A ruling that was kept, how many plans it changed, and how many tasks in them."""

    ruling: LocalRuling
    plans: int
    tasks: int


@transaction.atomic
def record_ruling(
    actor: Actor,
    *,
    key: str,
    answer: str,
    decided_on: date,
    decided_by: str,
    reason: str,
    reference: str = "",
    corrects: LocalRuling | None = None,
    today: date,
) -> Recorded:
    """Keep how the municipality settles an open question of law, and derive the plans of all open cases anew."""
    policy.require(actor, "ruling.record")
    ruling = organisation.record_ruling(
        key=key,
        answer=answer,
        decided_on=decided_on,
        decided_by=decided_by,
        reason=reason,
        reference=reference,
        corrects=corrects,
        registered_by=actor.name,
        today=today,
    )
    cases = list(Case.objects.filter(closed_on__isnull=True).select_related("branch").order_by("number"))
    cause = _("Kommunen har tagit ställning i en lagfråga (%(key)s)") % {"key": key}
    changes: list[PlanChange] = []
    for start in range(0, len(cases), CASES_AT_A_TIME):
        changes += rederive(actor, cases[start : start + CASES_AT_A_TIME], cause, today)
    audit.record(
        actor,
        "ruling.recorded",
        object_type="ruling",
        object_ids=[ruling.id],
        details={"key": key, "answer": answer, "plans": len(cases), "changed": len(changes)},
    )
    return Recorded(ruling, len(changes), sum(len(change.changes) for change in changes))


def rehearse_ruling(actor: Actor, **asked: Any) -> Recorded:
    """What :func:`record_ruling` would do: done for real in a transaction that is taken back, journal and all."""
    with transaction.atomic():
        would = record_ruling(actor, **asked)
        transaction.set_rollback(True)
    return would
