"""The value types that every rule speaks: sources, steps, answers and open legal questions.

A rule returns an :class:`Answer`: a value, the steps that led there with their paragraphs, the facts
that were missing and the legal questions that the municipality itself has to settle. The page, the
letter and the test read the same steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def gettext_noop(text: str) -> str:
    """Mark a Swedish sentence for translation; the rule itself never translates."""
    return text


class Status(StrEnum):
    """How far a provision or parameter has come. Only ``IN_FORCE`` may decide a real case."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    IN_FORCE = "in_force"
    REPEALED = "repealed"


@dataclass(frozen=True, slots=True)
class Source:
    """A provision: ``Source("2016:39", "10 §")``. ``act`` is the SFS number or the name of another source."""

    act: str
    section: str = ""
    url: str = ""

    def __str__(self) -> str:
        return f"{self.section} {self.act}".strip()


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of a derivation.

    ``text`` is a Swedish sentence with ``{named}`` places, the key in the translation catalogue;
    ``values`` fills the places and holds dates, numbers and words, never personal data.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    source: Source | None = None

    def render(self, translate: Callable[[str], str] = str, show: Callable[[Any], str] = str) -> str:
        """The sentence in the reader's language, each value shown by ``show``."""
        return translate(self.text).format(**{name: show(value) for name, value in self.values.items()})

    def to_json(self) -> dict[str, Any]:
        """A form that JSON can keep; :meth:`from_json` gives the same step back."""
        return {
            "text": self.text,
            "values": {
                name: {"date": value.isoformat()} if isinstance(value, date) else value
                for name, value in self.values.items()
            },
            "source": [self.source.act, self.source.section, self.source.url] if self.source else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Step:
        values = {
            name: date.fromisoformat(value["date"]) if isinstance(value, dict) and "date" in value else value
            for name, value in data["values"].items()
        }
        return cls(data["text"], values, Source(*data["source"]) if data["source"] else None)


@dataclass(frozen=True, slots=True)
class RulingQuestion:
    """A point where the law is unclear: the program asks for a recorded local ruling and never guesses.

    ``key`` names the question, ``options`` are the possible answers (code -> Swedish text).
    """

    key: str
    question: str
    options: Mapping[str, str]
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a rule says. ``value`` is None when facts are missing or a local ruling is needed."""

    value: T | None
    steps: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()
    rulings_needed: tuple[RulingQuestion, ...] = ()

    @property
    def settled(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Proposal(Answer[T]):
    """An answer about a person's right or duty. It proposes; only a person decides.

    It has no method that turns it into a decision, on purpose.
    """
