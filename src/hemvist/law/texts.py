"""Law text kept word for word, with the wording's date: quoted, never edited (S-89)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from hemvist.law.types import Text

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Section:
    """A paragraf: its number, the heading above it if any, and its paragraphs as they stand."""

    number: str
    paragraphs: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class LawText:
    """One wording of an act. ``as_of`` is the last amendment that it includes."""

    act: str
    title: str
    as_of: str
    quoted_in: str
    note: Text
    sections: tuple[Section, ...]

    @property
    def words(self) -> str:
        """All words in order, white space folded: what the fingerprint is of."""
        parts = (part for s in self.sections for part in (s.heading, s.number, *s.paragraphs))
        return " ".join(" ".join(parts).split())

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.words.encode()).hexdigest()


@cache
def texts() -> Mapping[str, LawText]:
    """All kept wordings, by file name (``2016-38``)."""
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[path.stem] = LawText(
            act=data["act"],
            title=data["title"],
            as_of=data["as_of"],
            quoted_in=data["quoted_in"],
            note=Text(**data["superseded_note"]),
            sections=tuple(
                Section(s["section"], tuple(s["paragraphs"]), s.get("heading", "")) for s in data["sections"]
            ),
        )
    return MappingProxyType(found)
