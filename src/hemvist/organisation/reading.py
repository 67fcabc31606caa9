"""One file of a municipality's folder: read, with the line of every key, and what is wrong with it in plain Swedish."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hemvist.organisation.files import FILES
from hemvist.organisation.schema import ContentError, Model, Text

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a file. A ``note`` is something to know about, not an error."""

    file: str
    line: int
    key: str
    message: str
    suggestion: str = ""
    severity: Literal["error", "note"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.key}: " if self.key else f"{self.file}:{self.line}: "
        return f"{place}{self.message}" + (f" → {self.suggestion}" if self.suggestion else "")


def nearest(word: object, options: Iterable[str]) -> str | None:
    """The option that the word was probably meant to be."""
    return next(iter(difflib.get_close_matches(str(word), sorted(set(options)), n=1, cutoff=0.6)), None)


def closest(word: object, options: Iterable[str]) -> str:
    """``Menade du …?`` for the nearest option, or the options when none is near and they are few."""
    known = sorted(set(options))
    if near := nearest(word, known):
        return f"Menade du {near}?"
    return f"Välj bland: {', '.join(known)}" if 0 < len(known) <= 25 else ""


@dataclass
class Document:
    """A file as read: its plain data, the line of every key, the model if it is right, and what is wrong."""

    file: Path
    data: Any = None
    lines: dict[Key, int] = field(default_factory=dict)
    model: Model | None = None
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Key, message: str, suggestion: str = "", severity: Literal["error", "note"] = "error") -> None:
        self.problems.append(Problem(str(self.file), self.line(path), self.key(path), message, suggestion, severity))

    def invalid(self, errors: list[ErrorDetails], root: type[Model]) -> None:
        """Pydantic's errors as problems. A misspelt key is one mistake, not one unknown and one missing."""
        missing = {error["loc"] for error in errors if error["type"] == "missing"}
        for error in errors:
            if error["type"] == "extra_forbidden":
                *parent, leaf = error["loc"]
                siblings = [str(loc[-1]) for loc in missing if list(loc[:-1]) == parent]
                missing.discard((*parent, nearest(leaf, siblings) or ""))
        for error in errors:
            if error["type"] != "missing" or error["loc"] in missing:
                # Pydantic marks what is wrong with a key itself, rather than with its value, by a last "[key]".
                self.add(tuple(part for part in error["loc"] if part != "[key]"), *_explain(error, root))

    def line(self, path: Key) -> int:
        """The line of the key, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def key(self, path: Key) -> str:
        """``items[TA06-sfi].due``: a list's entry goes by its code when it has one."""
        text, here = "", self.data
        for part in path:
            try:
                here = here[part]
            except (KeyError, IndexError, TypeError):
                here = None
            if isinstance(part, int):
                code = here.get("code") if isinstance(here, dict) else None
                text += f"[{code}]" if isinstance(code, str) else f"[nr {part + 1}]"
            else:
                text += f".{part}" if text else part
        return text


def read_document(root: Path, name: str) -> Document:
    document = Document(root / name)
    text = _text(document)
    if text is None:
        return document
    try:
        node = _compose(text)
    except yaml.YAMLError as error:
        document.problems.append(_yaml_problem(document.file, text, error))
        return document
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        document.add((), "filen är tom", f"Börja med nyckeln {next(iter(FILES[name].model_fields))}")
        return document
    reader = _Reader(document.lines)
    document.data = reader.value(node, ())
    for path, line, message, suggestion in reader.found:
        document.problems.append(Problem(str(document.file), line, document.key(path), message, suggestion))
    if document.problems:
        return document
    try:
        document.model = FILES[name].model_validate(document.data)
    except ValidationError as invalid:
        document.invalid(invalid.errors(include_url=False), FILES[name])
    return document


def _compose(text: str) -> yaml.Node | None:
    """The file as nodes with their lines. libyaml is ten times as fast; what is wrong, the Python parser words."""
    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _text(document: Document) -> str | None:
    try:
        raw = document.file.read_bytes()
    except FileNotFoundError:
        twin = document.file.with_suffix(".yml")
        advice = f"Byt namn på {twin.name} till {document.file.name}" if twin.exists() else "Kopiera den från enkoping"
        document.add((), "filen saknas", advice)
        return None
    except OSError as error:
        document.add((), f"filen kan inte läsas ({error.strerror})", "Se efter vem som får läsa den")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        guess = "UTF-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "Windows-1252"
        line = raw[: error.start].count(b"\n") + 1
        document.problems.append(
            Problem(
                str(document.file),
                line,
                "",
                f"filen är inte sparad som UTF-8 utan troligen som {guess}",
                "Öppna den i en textredigerare och spara om den som UTF-8",
            )
        )
        return None


# The start of PyYAML's own text -> what is wrong, what to do.
_YAML_WORDS = {
    "found character '\\t'": ("en tabb står där det ska vara mellanslag", "Dra in raden med mellanslag"),
    "mapping values are not allowed": (
        "ett kolon står där inget kolon kan stå",
        "Rätta indraget, eller sätt citattecken runt text som innehåller kolon",
    ),
    "could not find expected ':'": ("ett kolon saknas efter nyckeln", "Skriv nyckel: värde"),
    "expected <block end>": (
        "indraget stämmer inte med raderna ovanför",
        "Dra in raden lika långt som sina syskon",
    ),
    "found unexpected end of stream": (
        "ett citattecken stängs aldrig",
        "Sätt ett citattecken till i slutet av texten",
    ),
    "expected ',' or": (
        "en lista eller grupp inom klamrar stängs aldrig",
        "Sätt ut ] eller }, eller ett komma",
    ),
    "found undefined alias": (
        "en hänvisning (*namn) går till något som inte finns",
        "Skriv ut texten i stället",
    ),
    "but found another document": ("filen har flera dokument", "Ta bort raden med ---"),
    "found character": ("ett tecken kan inte stå först i ett värde", "Sätt citattecken runt värdet"),
}


def _yaml_problem(file: Path, text: str, error: yaml.YAMLError) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        return Problem(str(file), line, "", "ett osynligt styrtecken står i texten", "Ta bort det")
    words = getattr(error, "problem", None) or str(error)
    unclosed = words.startswith("found unexpected end of stream")
    mark = getattr(error, "context_mark" if unclosed else "problem_mark", None)
    line = mark.line + 1 if mark else 1
    for start, (message, suggestion) in _YAML_WORDS.items():
        if words.startswith(start):
            return Problem(str(file), line, "", message, suggestion)
    return Problem(str(file), line, "", f"filen kan inte läsas som YAML ({words})", "Jämför med raderna ovanför")


class _Reader:
    """YAML nodes as plain values, with the line of everything, and with double keys caught."""

    def __init__(self, lines: dict[Key, int]) -> None:
        self.lines = lines
        self.found: list[tuple[Key, int, str, str]] = []
        self.scalars = yaml.SafeLoader("")
        self.open: set[int] = set()

    def value(self, node: yaml.Node, path: Key) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        if id(node) in self.open:
            self.found.append((path, line, "hänvisningen (*namn) går runt till sig själv", "Skriv ut innehållet"))
            return None
        self.open.add(id(node))
        if isinstance(node, yaml.MappingNode):
            result: Any = self.mapping(node, path)
        else:
            result = [self.value(child, (*path, number)) for number, child in enumerate(node.value)]
        self.open.discard(id(node))
        return result

    def scalar(self, node: yaml.ScalarNode, path: Key) -> Any:
        try:
            return self.scalars.construct_object(node)
        except ValueError:
            message, advice = f"{node.value} är inget datum eller tal som finns", "Skriv till exempel 2026-11-23"
        except yaml.constructor.ConstructorError:
            message, advice = f"märket {node.tag} används inte här", "Ta bort det som börjar med !"
        self.found.append((path, node.start_mark.line + 1, message, advice))
        return None

    def mapping(self, node: yaml.MappingNode, path: Key) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            key = self.scalar(key_node, path) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                written = str(getattr(key_node, "value", ""))
                advice = f'Sätt citattecken: "{written}"'
                self.found.append(((*path, written), line, "nyckeln är inte en text", advice))
            elif key in result:
                message = f"nyckeln står två gånger (första gången på rad {self.lines[*path, key]})"
                self.found.append(((*path, key), line, message, "Ta bort den ena"))
            else:
                self.lines[*path, key] = line
                result[key] = self.value(child, (*path, key))
        return result


# --- pydantic's errors in plain Swedish ---------------------------------------------------------------------

_PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$": "Skriv bokstäver a–z, siffror, - och _ (högst 40 tecken)",
    r"^(TA|EA)\d{2}$": "Skriv till exempel TA06 eller EA01",
    r"^AC\d{2}$": "Skriv till exempel AC11",
    r"^\d{4}$": 'Skriv kommunkodens fyra siffror inom citattecken: "0381"',
    r"^\d{2}$": 'Skriv länskodens två siffror inom citattecken: "03"',
    r"^https://\S+$": "Skriv en adress som börjar med https://",
    r"^[A-ZÅÄÖ]{2,6}$": "Skriv två till sex versaler, till exempel MOT",
    r"^\d{3,10}$": 'Skriv kontots siffror inom citattecken: "3511"',
}


def _explain(error: ErrorDetails, root: type[Model]) -> tuple[str, str]:
    """What is wrong and what to write instead, for one of pydantic's errors."""
    kind, given, ctx = error["type"], error["input"], error.get("ctx", {})
    leaf = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "missing":
        return f"nyckeln {leaf} saknas", f"Lägg till raden {leaf}: …"
    if kind == "extra_forbidden":
        model = _model_at(root, error["loc"][:-1])
        if model is Text and given is None:
            return f"texten slutade före: {leaf}", "Sätt citattecken runt en text som innehåller komma"
        return f"nyckeln {leaf} finns inte", closest(leaf, model.model_fields if model else ())
    if kind == "value_error":
        wrong = ctx["error"]
        return str(wrong), wrong.suggestion if isinstance(wrong, ContentError) else ""
    if kind == "literal_error":
        return f"{_show(given)} är inget tillåtet värde", closest(given, str(ctx["expected"]).split("'")[1::2])
    if given is None:
        return "värdet är tomt", "Skriv ett värde, eller ta bort raden om den inte behövs"
    if kind == "string_type":
        return "värdet ska vara en text", f'Sätt citattecken: {leaf}: "{_show(given)}"'
    if kind == "string_too_short":
        return "texten är tom", "Skriv texten, eller ta bort raden om den inte behövs"
    if kind == "string_pattern_mismatch":
        return f"{_show(given)} är felskrivet", _PATTERNS.get(ctx["pattern"], f"Mönstret är {ctx['pattern']}")
    if kind == "too_short":
        return "listan är tom", "Skriv minst en rad som börjar med -"
    if kind == "list_type":
        return "värdet ska vara en lista", "Börja varje rad med -"
    if kind in {"model_type", "dict_type"}:
        model = _model_at(root, error["loc"])
        keys = ", ".join(model.model_fields) if model else ""
        if model is Text:
            return "texten saknar språk", "Skriv den på båda språken: {sv: …, en: …}"
        return "värdet ska vara en grupp av nycklar", f"Skriv nycklarna {keys} indragna under" if keys else ""
    if kind.startswith("int"):
        return f"{_show(given)} är inget heltal", "Skriv ett heltal utan citattecken"
    if kind == "decimal_max_places":
        return f"{_show(given)} har för många decimaler", f"Skriv högst {ctx['decimal_places']} decimaler"
    if kind.startswith(("decimal", "finite")):
        return f"{_show(given)} är inget tal", "Skriv talet med decimalpunkt, till exempel 12.5"
    if kind.startswith("bool"):
        return f"{_show(given)} är varken ja eller nej", "Skriv true eller false"
    if kind.startswith("date"):
        return f"{_show(given)} är ingen dag", "Skriv dagen som 2026-11-23"
    limits = {
        "greater_than_equal": ("ge", "minst"),
        "less_than_equal": ("le", "högst"),
        "greater_than": ("gt", "mer än"),
    }
    if kind in limits:
        name, word = limits[kind]
        return f"{_show(given)} är utanför det tillåtna", f"Skriv ett tal som är {word} {ctx[name]}"
    return error["msg"], ""


def _show(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return "en grupp" if isinstance(value, dict) else "en lista"
    return str(value)


def _model_at(root: type[Model], path: Sequence[str | int]) -> type[BaseModel] | None:
    """The model that stands at a path of keys and list numbers."""
    here: Any = root
    for part in path:
        if isinstance(part, str):
            if not (isinstance(here, type) and issubclass(here, BaseModel) and part in here.model_fields):
                return None
            here = here.model_fields[part].annotation
        else:
            here = get_args(here)[0] if get_origin(here) is list else None
        if get_origin(here) in {Union, UnionType}:
            here = next(arg for arg in get_args(here) if arg is not type(None))
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None
