"""What the law asks of the municipality in the reception, as data: the obligations (skyldigheter), from when, by which
provision.

The rows are in ``parameters/obligations.yaml``. Which board and unit answer for an obligation is the municipality's own
data; when something is due in a case is :mod:`hemvist.law.duties`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from hemvist.law.acts import DATA, NO_TEXT, Act, acts, status_on
from hemvist.law.duties import RESPONSIBLE
from hemvist.law.sources import sfs
from hemvist.law.types import Source, Status, Text, one_sided


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Something that the law asks of the municipality, or of somebody in it.

    ``valid_from`` is the first day, None when it began before what the register covers; ``repealed_from`` the first day
    it no longer holds. ``continues`` is the code of the obligation that it takes over from. ``introduced_by`` is the
    amendment that brought it in. ``responsible`` is whom the law names, one of :data:`hemvist.law.duties.RESPONSIBLE`.
    ``remains_for`` is whom it still concerns after its last day, by the transitional provisions.
    ``verified`` is False when the content or a day has not been read in the law; ``note`` then says what.
    """

    code: str
    act: str
    section: str
    text: Text
    responsible: Text
    valid_from: date | None = None
    repealed_from: date | None = None
    continues: str = ""
    introduced_by: str = ""
    status: Status = Status.IN_FORCE
    verified: bool = True
    remains_for: Text = NO_TEXT
    note: Text = NO_TEXT

    @property
    def source(self) -> Source:
        """The provision with its public address."""
        return sfs(self.act, self.section)

    def status_on(self, day: date) -> Status:
        last = date.fromordinal(self.repealed_from.toordinal() - 1) if self.repealed_from else None
        return status_on(self.status, self.valid_from, last, day)

    def holds(self, day: date) -> bool:
        return self.status_on(day) is Status.IN_FORCE

    def remains(self, day: date) -> bool:
        """Whether it has been repealed and still concerns somebody (``remains_for``)."""
        return bool(self.remains_for) and self.status_on(day) is Status.REPEALED


def load(text: str, register: Mapping[str, Act] | None = None) -> Mapping[str, Obligation]:
    """Obligations by code from the layout of ``obligations.yaml``; days that are left out are those of the act.

    Raises ``ValueError`` when a code stands twice.
    """
    known = acts() if register is None else register
    rows = yaml.safe_load(text)
    if twice := [code for code, times in Counter(row["code"] for row in rows).items() if times > 1]:
        raise ValueError(f"Skyldigheten {twice[0]} står två gånger i obligations.yaml. Ge den ena en egen kod.")
    return {row["code"]: _obligation(row, known) for row in rows}


def _obligation(row: Mapping[str, Any], known: Mapping[str, Act]) -> Obligation:
    act, amendment = known.get(row["act"]), known.get(row.get("introduced_by", ""))
    begins = amendment or act
    return Obligation(
        code=row["code"],
        act=row["act"],
        section=row.get("section", ""),
        text=Text.read(row["text"]),
        responsible=RESPONSIBLE.get(row["responsible"], Text(row["responsible"])),
        valid_from=row.get("valid_from", begins.valid_from if begins else None),
        repealed_from=row.get("repealed_from", act.repealed_from if act else None),
        continues=row.get("continues", ""),
        introduced_by=row.get("introduced_by", ""),
        status=begins.status if begins else Status.IN_FORCE,
        verified=row.get("verified", True),
        remains_for=Text.read(row.get("remains_for")),
        note=Text.read(row.get("note")),
    )


@cache
def obligations() -> Mapping[str, Obligation]:
    """Every obligation by code, in the order of the data."""
    return load((DATA / "obligations.yaml").read_text("utf-8"))


def validate(source: Mapping[str, Obligation] | None = None, register: Mapping[str, Act] | None = None) -> list[str]:
    """Problems in the data: an unknown act, amendment, responsible party or predecessor; a gap or an overlap between an
    obligation and the one it continues; a day outside the act's; an unverified one without a note; a text in only one
    language.
    """
    found = obligations() if source is None else source
    known = acts() if register is None else register
    problems: list[str] = []
    for code, item in found.items():
        halves = one_sided(text=item.text, responsible=item.responsible, remains_for=item.remains_for, note=item.note)
        problems += [f"{code}: {name} ska finnas på svenska och engelska" for name in halves]
        if not item.text:
            problems.append(f"{code}: text saknas")
        if not item.verified and not item.note:
            problems.append(f"{code}: skriv i note vad som inte är kontrollerat")
        if item.verified and not item.section:
            problems.append(f"{code}: paragraf saknas")
        problems += _against_act(item, known)
        problems += _against_predecessor(item, found)
    followed = Counter(item.continues for item in found.values() if item.continues)
    problems += [f"{code}: två skyldigheter tar vid efter den" for code, times in followed.items() if times > 1]
    return problems


def _against_act(item: Obligation, known: Mapping[str, Act]) -> list[str]:
    act = known.get(item.act)
    if act is None:
        return [f"{item.code}: {item.act} finns inte i acts.yaml"]
    problems: list[str] = []
    if item.introduced_by:
        amendment = known.get(item.introduced_by)
        if amendment is None or amendment.amends != item.act:
            problems.append(f"{item.code}: {item.introduced_by} är ingen ändring av {item.act} i acts.yaml")
    if act.valid_from and (item.valid_from is None or item.valid_from < act.valid_from):
        problems.append(f"{item.code}: börjar före {item.act}")
    if act.repealed_from and (item.repealed_from is None or item.repealed_from > act.repealed_from):
        problems.append(f"{item.code}: slutar efter {item.act}")
    if item.valid_from and item.repealed_from and item.repealed_from <= item.valid_from:
        problems.append(f"{item.code}: slutar innan den börjar")
    return problems


def _against_predecessor(item: Obligation, found: Mapping[str, Obligation]) -> list[str]:
    if not item.continues:
        return []
    before = found.get(item.continues)
    if before is None:
        return [f"{item.code}: skyldigheten {item.continues} finns inte"]
    if before.repealed_from is None or before.repealed_from != item.valid_from:
        return [f"{item.code}: börjar inte den dag då {item.continues} upphör"]
    return []
