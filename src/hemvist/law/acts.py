"""The register of acts: what is in force, what replaces what, and what changed between two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from hemvist.law.sources import sfs
from hemvist.law.types import Source, Status

DATA = Path(__file__).parent / "parameters"


def status_on(status: Status, valid_from: date | None, valid_to: date | None, day: date) -> Status:
    """How far a provision has come on a day: what is decided is in force from its day, and repealed after its
    last.

    A proposal stays a proposal: only a person who has seen the decision changes that, in the data.
    """
    if status is Status.PROPOSED:
        return status
    if valid_to is not None and day > valid_to:
        return Status.REPEALED
    return Status.DECIDED if valid_from is not None and day < valid_from else Status.IN_FORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act or an amendment. ``valid_from`` is None when it began before what this register covers.

    ``selector`` names the date of the case that decides whether the new wording applies.
    ``verified`` is False when the date or the content is inferred.
    """

    sfs: str
    title: str
    short: str
    valid_from: date | None = None
    repealed_from: date | None = None
    replaced_by: str = ""
    amends: str = ""
    status: Status = Status.IN_FORCE
    verified_until: date | None = None
    changes: str = ""
    selector: str = ""
    verified: bool = True
    note: str = ""

    @property
    def source(self) -> Source:
        return sfs(self.sfs)

    def status_on(self, day: date) -> Status:
        last = date.fromordinal(self.repealed_from.toordinal() - 1) if self.repealed_from else None
        return status_on(self.status, self.valid_from, last, day)


@dataclass(frozen=True, slots=True)
class Change:
    """An act that begins (``begins``) or stops applying on a day."""

    on: date
    act: Act
    begins: bool


@cache
def acts() -> Mapping[str, Act]:
    """Every act by SFS number, in the order of the register."""
    rows = yaml.safe_load((DATA / "acts.yaml").read_text("utf-8"))
    return {row["sfs"]: Act(**{**row, "status": Status(row.get("status", "in_force"))}) for row in rows}


def act(number: str) -> Act:
    return acts()[number]


def starts(number: str) -> date:
    """The day an act begins to apply; raises ``ValueError`` for an act older than the register."""
    day = act(number).valid_from
    if day is None:
        raise ValueError(f"Lagregistret saknar ikraftträdandedag för {number}. Fyll i valid_from i acts.yaml.")
    return day


def changes_between(after: date, until: date) -> tuple[Change, ...]:
    """What began or stopped after one day and up to the other, oldest first, without proposals."""
    found = [
        Change(day, item, begins)
        for item in acts().values()
        if item.status is not Status.PROPOSED
        for day, begins in ((item.valid_from, True), (item.repealed_from, False))
        if day is not None and after < day <= until
    ]
    return tuple(sorted(found, key=lambda change: (change.on, not change.begins, change.act.sfs)))
