"""The register of acts: what is in force, what replaces what, and what changed between two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hemvist.law.sources import sfs
from hemvist.law.types import Source, Status, Text, one_sided

DATA = Path(__file__).parent / "parameters"
NO_TEXT = Text()


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

    The official ``title`` is the Swedish one; its English is only a gloss.
    ``selector`` names the date of the case that decides whether the new wording applies.
    ``verified`` is False when the date or the content is inferred.
    """

    sfs: str
    title: Text
    short: Text
    valid_from: date | None = None
    repealed_from: date | None = None
    replaced_by: str = ""
    amends: str = ""
    status: Status = Status.IN_FORCE
    verified_until: date | None = None
    changes: Text = NO_TEXT
    selector: Text = NO_TEXT
    verified: bool = True
    note: Text = NO_TEXT

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


_TEXTS = ("title", "short", "changes", "selector", "note")


def load(text: str) -> Mapping[str, Act]:
    """Acts from the layout of ``acts.yaml``, by SFS number."""

    def act(row: Mapping[str, Any]) -> Act:
        texts = {name: Text.read(row.get(name)) for name in _TEXTS}
        return Act(**{**row, **texts, "status": Status(row.get("status", "in_force"))})

    return {row["sfs"]: act(row) for row in yaml.safe_load(text)}


@cache
def acts() -> Mapping[str, Act]:
    """Every act by SFS number, in the order of the register."""
    return load((DATA / "acts.yaml").read_text("utf-8"))


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


def validate(source: Mapping[str, Act] | None = None) -> list[str]:
    """Problems in the register: an act without title or short title, or a text in only one language."""
    problems: list[str] = []
    for number, item in (acts() if source is None else source).items():
        if not (item.title and item.short):
            problems.append(f"{number}: titel eller kort titel saknas")
        halves = one_sided(**{name: getattr(item, name) for name in _TEXTS})
        problems += [f"{number}: {name} ska finnas på svenska och engelska" for name in halves]
    return problems
