"""Registers that are not the law: one without a coming change, one with a rule that somebody imagines.

Only for a what-if, side by side with the real register; nothing here can reach a real case, since what is imagined has
the status *proposed*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from hemvist.law.calendar import ONE_DAY
from hemvist.law.parameters import Parameter, Register, register
from hemvist.law.types import Source, Status, Text

# The key that a new one came instead of: without the change, what that one says goes on (16 §, ändring 2026:1332).
REPLACED = {
    f"compensation.initial.housing_2026.{band}": f"compensation.initial.assigned_2016.{band}"
    for band in ("under_20", "to_limit", "from_limit")
}
IMAGINED = Source("tänkt fall")


def without(changes: Iterable[Parameter], source: Register | None = None) -> Register:
    """The register as if these values had never been decided: what they replace goes on instead."""
    known = dict(register() if source is None else source)
    for change in changes:
        rows = [row for row in known[change.key] if row != change]
        if change.received_from is not None:
            ended = change.received_from - ONE_DAY
            rows = [replace(row, received_to=change.received_to) if row.received_to == ended else row for row in rows]
        else:
            ended = change.valid_from - ONE_DAY
            rows = [replace(row, valid_to=change.valid_to) if row.valid_to == ended else row for row in rows]
        known[change.key] = tuple(rows) or known.get(REPLACED.get(change.key, ""), ())
    return known


def imagined(key: str, value: Any, from_day: date, source: Register | None = None) -> Register:
    """The register with a proposed value from a day: for those received from then, where the key has cohorts.

    Ask it with ``what_if``. Raises ``KeyError`` for an unknown key.
    """
    known = dict(register() if source is None else source)
    like = known[key][-1]
    proposal = replace(
        like,
        value=value,
        valid_from=from_day,
        valid_to=None,
        received_from=from_day if any(row.by_cohort for row in known[key]) else None,
        received_to=None,
        source=IMAGINED,
        status=Status.PROPOSED,
        verified=True,
        note=Text(),
    )
    return known | {key: (*known[key], proposal)}


def predecessor(change: Parameter, source: Register | None = None) -> Parameter | None:
    """The value that a change replaces: the one that ended the day before, for the cohort before or for all."""
    known = register() if source is None else source
    rows = known[change.key]
    if change.key in REPLACED and rows[0] == change:
        earlier = known[REPLACED[change.key]]
        return next((row for row in reversed(earlier) if row.covers(change.valid_from - ONE_DAY)), None)
    if change.received_from is not None:
        ended = change.received_from - ONE_DAY
        return next((row for row in reversed(rows) if row.received_to == ended and row.covers(change.valid_from)), None)
    ended = change.valid_from - ONE_DAY
    return next((row for row in reversed(rows) if row.valid_to == ended), None)
