"""The value types that every rule speaks: sources, steps, answers and open legal questions.

A rule returns an :class:`Answer`: a value, the steps that led there with their paragraphs, the facts
that were missing and the legal questions that the municipality itself has to settle. The page, the
letter and the test read the same steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def gettext_noop(text: str) -> str:
    """Mark a Swedish sentence for translation; the rule itself never translates."""
    return text


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the law's data in Swedish and English. As a string it is Swedish; an empty one is false."""

    sv: str = ""
    en: str = ""

    @classmethod
    def read(cls, data: str | Mapping[str, str] | None) -> Text:
        """From ``{sv: …, en: …}``; a bare string is Swedish that still lacks its English."""
        if isinstance(data, Mapping):
            return cls(data.get("sv", ""), data.get("en", ""))
        return cls(data or "")

    def in_language(self, language: str) -> str:
        """English for ``en`` and its variants; otherwise Swedish, which also fills in for missing English."""
        return self.en if language.startswith("en") and self.en else self.sv

    def __str__(self) -> str:
        return self.sv

    def __bool__(self) -> bool:
        return bool(self.sv or self.en)


def one_sided(**texts: Text) -> list[str]:
    """The names of the texts that exist in only one of the languages."""
    return [name for name, text in texts.items() if bool(text.sv) != bool(text.en)]


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
    ``values`` fills the places and holds dates, numbers and words, never personal data. A word is a :class:`Text`
    or a string that is itself a key in the catalogue.
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
            "values": {name: _stored(value) for name, value in self.values.items()},
            "source": [self.source.act, self.source.section, self.source.url] if self.source else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Step:
        values = {name: _restored(value) for name, value in data["values"].items()}
        return cls(data["text"], values, Source(*data["source"]) if data["source"] else None)


def _stored(value: Any) -> Any:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return {"sv": value.sv, "en": value.en} if isinstance(value, Text) else value


def _restored(value: Any) -> Any:
    if isinstance(value, dict) and "date" in value:
        return date.fromisoformat(value["date"])
    if isinstance(value, dict) and "decimal" in value:
        return Decimal(value["decimal"])
    return Text.read(value) if isinstance(value, dict) and "sv" in value else value


@dataclass(frozen=True, slots=True)
class RulingQuestion:
    """A point where the law is unclear: the program asks for a recorded local ruling and never guesses.

    ``key`` names the question, ``options`` are the possible answers (code -> Swedish text). With a ``default`` the
    rules of money go on with that reading until the municipality has ruled, and say so in every result that rests on
    it.
    """

    key: str
    question: str
    options: Mapping[str, str]
    source: Source | None = None
    default: str = ""


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
