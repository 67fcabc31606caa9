"""How a clause of the rules of procedure (reglementen) is worded in Swedish: what it is said to be about or not, and
the acts that it lists, taken away, added or replaced in the form that the text has.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from hemvist.law.acts import Act

_LIMIT = re.compile(r"(?P<base>.+), (?P<words>med undantag för|i fråga om) (?P<items>.+?)(?P<stop>\.?)", re.DOTALL)
_MODES = {"med undantag för": "but", "i fråga om": "about"}
_WORDS = {mode: words for words, mode in _MODES.items()}


@dataclass(frozen=True, slots=True)
class Wording:
    """A clause's words, apart from what a draft has said that they are about (``about``) or not (``but``)."""

    base: str
    stop: str
    mode: str = "all"
    items: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str, known: Collection[str]) -> Wording:
        """Only names of functions count: other words of the same form are the clause's own."""
        if found := _LIMIT.fullmatch(text):
            items = tuple(re.split(r", | samt ", found["items"]))
            if all(item in known for item in items):
                return cls(found["base"], found["stop"], _MODES[found["words"]], items)
        base = text.removesuffix(".")
        return cls(base, text[len(base) :])

    @property
    def text(self) -> str:
        limit = f", {_WORDS[self.mode]} {listed(self.items)}" if self.mode in _WORDS and self.items else ""
        return f"{self.base}{limit}{self.stop}"


def listed(items: Sequence[str]) -> str:
    """One, two samt three: *samt*, since the names of functions hold *och*."""
    return " samt ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


_MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)


def day_in_words(day: date) -> str:
    return f"den {day.day} {_MONTHS[day.month - 1]} {day.year}"


# An act as a list names it: its name, its number in brackets, and the rest of the name where the number stands in it.
_ACT = r"[\w-]*(?:lag|lagen|balk|balken|förordning|förordningen|föreskrifter|föreskrifterna)\b"
_REST = rf"(?: om [^,().;]*?(?=[,.;]|$| samt | och {_ACT}))?"
_NAMED_ACT = re.compile(rf"\b{_ACT}[^,().;]*?\((?P<number>\d{{4}}:\d+)\){_REST}", re.IGNORECASE)
# Where a name begins, when words before it look like the name of an act.
_BEGINS = re.compile(rf"(?: samt | och |framgår av |följer av |enligt |stöd av )(?={_ACT})", re.IGNORECASE)
_ENDINGS = (" samt ", " och ")


@dataclass(frozen=True, slots=True)
class _Item:
    """An act that a text names: from where to where, its number and the words."""

    start: int
    end: int
    number: str
    words: str


def _acts_in(text: str) -> list[_Item]:
    items = []
    for found in _NAMED_ACT.finditer(text):
        name = text[found.start() : found.start("number")]
        start = found.start() + max((one.end() for one in _BEGINS.finditer(name)), default=0)
        items.append(_Item(start, found.end(), found["number"], text[start : found.end()]))
    return items


def named_act(text: str, number: str) -> str:
    """The act in the text's own words; ``""`` when the text has none for it."""
    return next((item.words for item in _acts_in(text) if item.number == number), "")


@dataclass(slots=True)
class _List:
    """Acts that a text lists one after the other. ``signs`` stand between them, one fewer than the acts."""

    head: str
    items: list[_Item]
    signs: list[str]
    tail: str

    @classmethod
    def holding(cls, text: str, number: str) -> _List | None:
        """The list that names the act; None when the text does not name it in words."""
        rows: list[list[_Item]] = []
        for item in _acts_in(text):
            if rows and text[rows[-1][-1].end : item.start] in (", ", *_ENDINGS):
                rows[-1].append(item)
            else:
                rows.append([item])
        row = next((row for row in rows if any(item.number == number for item in row)), None)
        if row is None:
            return None
        signs = [text[one.end : other.start] for one, other in pairwise(row)]
        return cls(text[: row[0].start], row, signs, text[row[-1].end :])

    def remove(self, number: str) -> None:
        """Take the act and a sign beside it away; the last one left takes over the *och* before the last."""
        at = next(place for place, item in enumerate(self.items) if item.number == number)
        last = at == len(self.items) - 1
        del self.items[at]
        if self.signs:
            sign = self.signs.pop(max(at - 1, 0))
            if last and self.signs and sign in _ENDINGS:
                self.signs[-1] = sign

    def add(self, words: str) -> None:
        ending = self.signs[-1] if self.signs and self.signs[-1] in _ENDINGS else ""
        if ending:
            self.signs[-1] = ", "
        goes_on = self.tail.startswith((*_ENDINGS, ", "))
        self.signs.append(ending or (", " if goes_on or self.signs else " och "))
        self.items.append(_Item(0, 0, "", words))

    @property
    def text(self) -> str:
        pairs = zip(["", *self.signs], self.items, strict=False)
        words = "".join(sign + item.words for sign, item in pairs)
        # With nothing before it, what the list went on with stands alone.
        tail = self.tail if self.items else re.sub(r"^(?: samt | och |, )", "", self.tail)
        return f"{self.head}{words}{tail}"


def without_act(text: str, number: str) -> str:
    """The text without the act. Where its name is not found only the number goes, for somebody to read over."""
    while row := _List.holding(text, number):
        if len(row.items) == 1 and not row.tail.startswith(_ENDINGS):
            break
        row.remove(number)
        text = row.text
    return re.sub(rf" ?\({re.escape(number)}\)", "", text)


def with_act(text: str, words: str, subject: str) -> str:
    """The text with an act after those that it lists."""
    listed = _acts_in(text)
    row = _List.holding(text, listed[-1].number) if listed else None
    if row is None:
        stop = "" if text.endswith(".") else "."
        return f"{text}{stop} {subject} ansvarar även för de uppgifter som framgår av {words}."
    row.add(words)
    return row.text


def with_act_replaced(text: str, number: str, instead: str, act: Act | None) -> str:
    """The text with one act for another, in the form that the text has. A name that is not found is left alone."""
    for item in reversed(_acts_in(text)):
        if item.number == number and act is not None:
            first = item.words.split(" ", 1)[0]
            middle = not item.words.endswith(")")
            named = cite(act, instead, definite=first.casefold().endswith("en"), middle=middle)
            named = named[:1].upper() + named[1:] if first[:1].isupper() else named
            text = text[: item.start] + named + text[item.end :]
    return text.replace(f"({number})", f"({instead})")


def the_act(act: Act) -> str:
    """*Lagen (2016:38)*, *Förordningen (2010:1122)*: short, for a reason."""
    first = act.title.sv.split(" ", 1)[0]
    return f"{_definite(first)} ({act.sfs})"


def _definite(word: str) -> str:
    return f"{word}en" if re.search(r"(lag|balk|ordning|ändring)$", word, re.IGNORECASE) else word


def cite(act: Act | None, number: str, *, definite: bool, middle: bool = False) -> str:
    """The act by its title with its number after it, or after its first word."""
    first, _space, rest = (act.title.sv if act else "lag").partition(" ")
    first = first[:1].lower() + first[1:]
    first = _definite(first) if definite else first
    parts = (first, f"({number})", rest) if middle else (first, rest, f"({number})")
    return " ".join(part for part in parts if part)
