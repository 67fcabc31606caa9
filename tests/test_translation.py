"""The English catalogue: complete, true to its placeholders, and what a reader of English meets on the pages."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse

from hemvist.access.actor import Actor
from hemvist.access.models import User
from hemvist.access.roles import Role
from hemvist.coordination.models import PlanTask
from hemvist.reception.models import Household

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src/hemvist"
CATALOGUE = SOURCE / "locale/en/LC_MESSAGES/django.po"


def load(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


@cache
def catalogue() -> tuple[Message, ...]:
    return tuple(message for message in load(CATALOGUE) if message.id)


def forms(text: Any) -> tuple[str, ...]:
    """A message's text in each number: one, or singular and plural."""
    return tuple(text) if isinstance(text, tuple | list) else (text,)


@cache
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts/messages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- complete ---------------------------------------------------------------------------------------------------------


def key(message: Message) -> tuple[str | None, tuple[str, ...]]:
    return message.context, forms(message.id)


@pytest.mark.slow
def test_the_catalogue_holds_exactly_what_the_sources_mark(tmp_path: Path) -> None:
    """A new sentence, or one that is gone: run ``make messages`` and translate. Needs GNU gettext."""
    collected = tmp_path / "django.po"
    script().collect(collected)
    in_sources = {key(message) for message in load(collected) if message.id}
    in_catalogue = {key(message) for message in catalogue()}
    assert in_sources - in_catalogue == set(), "not collected"
    assert in_catalogue - in_sources == set(), "no longer in the sources"


@pytest.mark.slow
def test_collecting_again_changes_nothing(tmp_path: Path) -> None:
    again = tmp_path / "django.po"
    again.write_bytes(CATALOGUE.read_bytes())
    script().collect(again)
    once = again.read_text(encoding="utf-8")
    script().collect(again)
    assert again.read_text(encoding="utf-8") == once
    assert "POT-Creation-Date" not in once


MARKS = {"_": 1, "_L": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}


def marked() -> Iterator[tuple[Path, ast.expr]]:
    """What Python marks for translation, as the parser sees it: also what xgettext cannot read."""
    for path in SOURCE.rglob("*.py"):
        if "migrations" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield from ((path, text) for text in node.args[: MARKS.get(node.func.id, 0)])


def test_every_sentence_that_python_marks_is_in_the_catalogue() -> None:
    known = {text for message in catalogue() for text in forms(message.id)}
    lost = []
    for path, text in marked():
        assert not isinstance(text, ast.JoinedStr), f"{path}:{text.lineno}: an f-string cannot be translated"
        if isinstance(text, ast.Constant) and text.value not in known:
            lost.append(f"{path.relative_to(ROOT)}:{text.lineno}: {text.value}")
    assert not lost, "run make messages and translate; a mark inside an f-string is not seen"


def test_every_sentence_has_an_english_text() -> None:
    assert len(catalogue()) > 1000
    for message in catalogue():
        assert not message.fuzzy, message.id
        assert len(forms(message.string)) == len(forms(message.id)), message.id
        assert all(text.strip() for text in forms(message.string)), message.id


# --- true -------------------------------------------------------------------------------------------------------------

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\{.*?\}\}|\{\w+\}|</?[a-z]+[^>]*>")


def test_placeholders_and_markup_are_the_same() -> None:
    for message in catalogue():
        for swedish, english in zip(forms(message.id), forms(message.string), strict=True):
            assert set(PLACEHOLDER.findall(swedish)) == set(PLACEHOLDER.findall(english)), swedish


def test_a_question_or_a_sentence_stays_one() -> None:
    """The end sign, and space at the ends, carry meaning where texts are put together."""
    for message in catalogue():
        for swedish, english in zip(forms(message.id), forms(message.string), strict=True):
            assert (swedish[-1] in ".:?!…") == (english[-1] in ".:?!…"), swedish
            assert (swedish[0].isspace(), swedish[-1].isspace()) == (english[0].isspace(), english[-1].isspace())


# Acts as they are cited.
SWEDISH_BY_NATURE = re.compile(r"\d+ kap\.(?: [\d a]+ §)? utlänningslagen")


def test_no_swedish_is_left_in_the_english() -> None:
    for message in catalogue():
        for english in forms(message.string):
            assert not re.search("[åäöÅÄÖ]", SWEDISH_BY_NATURE.sub("", english)), english


def test_the_catalogue_compiles() -> None:
    compiled = load(CATALOGUE)
    faults = [(message.id, str(fault)) for message, found in compiled.check() for fault in found]
    assert not faults
    write_mo(file := io.BytesIO(), compiled)
    assert file.getvalue()


# --- on the pages -----------------------------------------------------------------------------------------------------

READ = {"h1", "h2", "h3", "h4", "button", "label", "legend", "th", "dt", "summary", "nav", "title", "option", "a"}
ATTRIBUTES = ("aria-label", "title", "placeholder", "data-label", "alt")
VOID = {"input", "br", "img", "meta", "link", "path", "circle", "rect", "line", "hr", "wbr", "polyline"}


class Signs(HTMLParser):
    """The words of a page that lead the reader: headings, buttons, labels, navigation, table headers."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in VOID:
            self.open.append((tag, values.get("lang")))
        if not self.swedish:
            self.words += [str(values[name]) for name in ATTRIBUTES if values.get(name)]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    @property
    def swedish(self) -> bool:
        """Within an element that says that it is in Swedish."""
        return any(language == "sv" for _tag, language in self.open)

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.swedish and any(tag in READ for tag, _language in self.open):
            self.words.append(" ".join(data.split()))


def signs(html: str) -> list[str]:
    parser = Signs()
    parser.feed(html)
    return parser.words


NAMES = re.compile(r"Enköpings hyresbostäder|Enköping")
# A section as it is cited: “övergångsbestämmelse 4, SFS 2026:1326”.
CITED = re.compile(r".*\bSFS \d+:\d+")
# The law's own word after the English one: “Target age (riktålder)”.
IN_BRACKETS = re.compile(r"\([^()]*\)")
SWEDISH_LETTERS = re.compile("[åäöÅÄÖ]")


def foreign(words: str) -> str:
    """Without proper names and citations. What then has å, ä or ö was never marked for translation."""
    for known in (NAMES, CITED, IN_BRACKETS, SWEDISH_BY_NATURE):
        words = known.sub("", words)
    return words


@pytest.fixture
def english(client_for: Callable[[Any], Client], coordinator: Actor) -> Client:
    client = client_for(coordinator)
    client.post(reverse("set-language"), {"language": "en", "next": "/om/"})
    return client


PAGES = {
    "start": "",
    "household-list": "",
    "household-new": "",
    "household": "household",
    "household-people": "household",
    "household-history": "household",
    "household-sharing": "household",
    "household-guidance": "household",
    "disclosure-new": "household",
    "consent-new": "household",
    "arrival-new": "household",
    "task-list": "",
    "task": "task",
    "assignment-list": "",
    "assignment-new": "",
    "assignment": "assignment",
    "import-new": "",
    "meeting": "",
    "joint-plan": "",
    "statistics": "",
    "law-changes": "",
    "who-does-what": "",
    "glossary": "",
    "about": "",
    "accessibility": "",
}


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_a_page_in_english_has_english_signs(page: str, english: Client, household: Callable[..., Household]) -> None:
    home = household()
    ids = {
        "": [],
        "household": [home.id],
        "task": [PlanTask.objects.filter(case=home.case).order_by("code")[0].id],
        "assignment": [home.assignments.get().id],
    }
    response = english.get(reverse(page, args=ids[PAGES[page]]))
    html = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="en"' in html
    found = signs(html)
    assert len(found) > 8
    meant = {text for message in catalogue() for text in forms(message.string)}
    swedish = {text for message in catalogue() for text in forms(message.id)} - meant
    assert [words for words in found if words in swedish] == []
    assert [words for words in found if SWEDISH_LETTERS.search(foreign(words))] == []


@pytest.mark.django_db
def test_the_cause_of_a_change_is_told_in_the_readers_language(
    english: Client, client_for: Callable[[Any], Client], coordinator: Actor, household: Callable[..., Household]
) -> None:
    address = reverse("household-history", args=[household().id])
    assert "The household was registered" in english.get(address).content.decode()
    assert "Hushållet registrerades" in client_for(coordinator).get(address).content.decode()


@pytest.mark.django_db
def test_each_role_has_an_english_name(user: Callable[..., User], client_for: Callable[[Any], Client]) -> None:
    client = client_for(user(Role.SCHOOL_ADMINISTRATOR))
    client.post(reverse("set-language"), {"language": "en"})
    assert "Administrator, school" in client.get(reverse("start")).content.decode()
