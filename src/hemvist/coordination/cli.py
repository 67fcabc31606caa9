"""``hemvist plan rederive``: let every open plan follow a new template, new responsibilities or a new law."""

from __future__ import annotations

import argparse
from typing import Any

from hemvist.cli import setup_django


def register(subparsers: Any) -> None:
    plan = subparsers.add_parser("plan", help="Den gemensamma planen")
    deeds = plan.add_subparsers(dest="deed", required=True, metavar="ÅTGÄRD")
    rederive = deeds.add_parser(
        "rederive",
        help="Räkna om alla öppna planer, till exempel efter municipality load; inget som gjorts går förlorat",
    )
    rederive.add_argument("--cause", default="Mallen eller ansvaret ändrades", help="skälet som visas i planerna")
    rederive.set_defaults(run=_rederive)


def _rederive(options: argparse.Namespace) -> int:
    setup_django()
    from django.db import transaction
    from django.utils import timezone

    from hemvist.access import audit
    from hemvist.access.actor import system_actor
    from hemvist.access.models import Case
    from hemvist.coordination.services import rederive

    cases = list(Case.objects.filter(closed_on__isnull=True))
    actor = system_actor("kommandoraden")
    with transaction.atomic():
        changes = rederive(actor, cases, options.cause, timezone.localdate())
        audit.record(actor, "plans.rederived", details={"cases": len(cases), "changed": len(changes)})
    added, moved, removed = (sum(getattr(c, name) for c in changes) for name in ("added", "moved", "removed"))
    print(
        f"{len(cases)} planer lästa, {len(changes)} ändrade: {added} nya uppgifter, {moved} ändrade, {removed} utgår."
    )
    return 0
