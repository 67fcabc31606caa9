"""A document as its reader meets it: a title, some facts about it, and blocks one after the other.

Nothing here knows of a file format. Text is what a person reads: a line break is a line break, and characters that no
document can hold are left out when the file is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["plain", "strong", "emphasis", "inserted", "deleted"]
KINDS: tuple[Kind, ...] = ("plain", "strong", "emphasis", "inserted", "deleted")

# XML has no place for these, however they are written.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text without characters that neither DOCX nor HTML can hold; every kind of line break as ``\\n``."""
    return _IMPOSSIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one kind. ``inserted`` and ``deleted`` are proposed changes of the text around them."""

    text: str
    kind: Kind = "plain"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"okänt slag av text: {self.kind}; välj bland {', '.join(KINDS)}")


Runs = tuple[Run, ...]


def plain(text: str) -> Runs:
    """The text as the runs of a paragraph or of an item of a list."""
    return (Run(text),)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3, under the document's title."""

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3):
            raise ValueError(f"rubrikens nivå är {self.level}; den ska vara 1, 2 eller 3")


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs

    @classmethod
    def of(cls, text: str) -> Paragraph:
        return cls(plain(text))


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Runs, ...]

    @classmethod
    def of(cls, *texts: str) -> Bullets:
        return cls(tuple(plain(text) for text in texts))


@dataclass(frozen=True, slots=True)
class Numbered:
    """A numbered list. Each begins at 1."""

    items: tuple[Runs, ...]

    @classmethod
    def of(cls, *texts: str) -> Numbered:
        return cls(tuple(plain(text) for text in texts))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header. The first cell of a row is the row's own heading."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not self.header:
            raise ValueError("tabellen saknar rubrikrad")
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.header):
                raise ValueError(f"rad {number} har {len(row)} celler men rubrikraden {len(self.header)}")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that are somebody else's, and whose."""

    text: str
    source: str = ""


Block = Heading | Paragraph | Bullets | Numbered | Table | Quote


@dataclass(frozen=True, slots=True)
class Document:
    """``language`` is a language tag such as ``sv`` or ``en``; ``meta`` stands under the title as label and value."""

    title: str
    language: str
    blocks: tuple[Block, ...]
    meta: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError("dokumentet saknar titel")
        if not self.language.strip():
            raise ValueError("dokumentet saknar språk")

    @property
    def redlined(self) -> bool:
        """Whether it proposes changes of a text."""
        return any(run.kind in ("inserted", "deleted") for block in self.blocks for run in runs_of(block))


def runs_of(block: Block) -> Runs:
    """Every run of a block, in order; none for blocks that have plain text only."""
    if isinstance(block, Paragraph):
        return block.runs
    if isinstance(block, Bullets | Numbered):
        return tuple(run for item in block.items for run in item)
    return ()
