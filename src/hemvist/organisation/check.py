"""Read a municipality's folder and say, in Swedish, what is wrong with it: where, and what to write instead.

Needs neither Django nor a database, so that the one who edits the files can run it anywhere.
"""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

import hemvist
from hemvist.law.acts import acts
from hemvist.organisation.schema import (
    FILES,
    CompensationFile,
    ContentError,
    DecisionsFile,
    GlossaryFile,
    HistoryFile,
    Model,
    MunicipalityFile,
    OrganisationFile,
    PlacementFile,
    PlanFile,
    ResponsibilitiesFile,
    RulesFile,
    RulesVersion,
    Text,
    line_ranges,
)

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


@dataclass(frozen=True, slots=True)
class Folder:
    """A municipality's folder, read and found right."""

    path: Path
    municipality: MunicipalityFile
    organisation: OrganisationFile
    responsibilities: ResponsibilitiesFile
    decisions: DecisionsFile
    plan: PlanFile
    history: HistoryFile
    glossary: GlossaryFile
    compensation: CompensationFile
    rules: RulesFile
    placement: PlacementFile
    hash: str


def shelves() -> list[Path]:
    """Where municipalities lie: beside the source, or inside the installed package."""
    package = Path(hemvist.__file__).resolve().parent
    return [package.parents[1] / "municipalities", package / "municipalities"]


def folder(name_or_path: str | Path) -> Path:
    """The folder for a path or for a name such as ``enkoping``. It need not exist."""
    path = Path(name_or_path)
    if path.is_dir() or len(path.parts) != 1:
        return path
    return next((shelf / path for shelf in shelves() if (shelf / path).is_dir()), path)


def check_folder(path: str | Path, duty_keys: Collection[str] | None = None) -> list[Problem]:
    """All problems in the folder, in the order of the files. Empty when it can be loaded as it is."""
    return read_folder(path, duty_keys)[1]


def read_folder(path: str | Path, duty_keys: Collection[str] | None = None) -> tuple[Folder | None, list[Problem]]:
    """The folder and its problems. No folder when there is an error among them.

    ``duty_keys`` are the keys that ``due: {law: …}`` may name; None leaves them unchecked.
    """
    root = folder(path)
    if not root.is_dir():
        return None, [_missing_folder(root)]
    documents = {name: _read(root, name) for name in FILES}
    references = _References(documents, duty_keys)
    references.check()
    problems = [
        problem
        for document in documents.values()
        for problem in sorted(document.problems, key=lambda p: (p.line, p.key))
    ]
    problems += _strangers(root)
    if any(problem.severity == "error" for problem in problems):
        return None, problems
    models: dict[str, Any] = {name.removesuffix(".yaml"): doc.model for name, doc in documents.items()}
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((root / name).read_bytes().replace(b"\r\n", b"\n"))
    return Folder(path=root, hash=digest.hexdigest(), **models), problems


def _missing_folder(root: Path) -> Problem:
    names = sorted({entry.name for shelf in shelves() if shelf.is_dir() for entry in shelf.iterdir()})
    message = "här ligger en fil, inte en mapp" if root.exists() else "mappen finns inte"
    return Problem(str(root), 1, "", message, closest(root.name, names) or "Skriv sökvägen till kommunens mapp")


def _strangers(root: Path) -> Iterator[Problem]:
    for entry in sorted(root.iterdir()):
        if entry.suffix in {".yaml", ".yml"} and entry.name not in FILES:
            yield Problem(
                str(entry),
                1,
                "",
                "filen läses inte",
                closest(entry.name, FILES) or "Ta bort den",
                severity="note",
            )


def nearest(word: object, options: Iterable[str]) -> str | None:
    """The option that the word was probably meant to be."""
    return next(iter(difflib.get_close_matches(str(word), sorted(set(options)), n=1, cutoff=0.6)), None)


def closest(word: object, options: Iterable[str]) -> str:
    """``Menade du …?`` for the nearest option, or the options when none is near and they are few."""
    known = sorted(set(options))
    if near := nearest(word, known):
        return f"Menade du {near}?"
    return f"Välj bland: {', '.join(known)}" if 0 < len(known) <= 25 else ""


# --- reading one file ---------------------------------------------------------------------------------------


@dataclass
class _Document:
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


def _read(root: Path, name: str) -> _Document:
    document = _Document(root / name)
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


def _text(document: _Document) -> str | None:
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


# --- what the files say of each other -----------------------------------------------------------------------


class _References:
    """Everything that one file says of another, as far as the files could be read."""

    def __init__(self, documents: dict[str, _Document], duty_keys: Collection[str] | None) -> None:
        self.documents = documents
        self.duty_keys = duty_keys

    def check(self) -> None:
        for document in self.documents.values():
            if document.model is not None:
                self._seed_lines(document)
        self._organisation()
        self._responsibilities()
        self._decisions()
        self._plan()
        self._tasks()
        self._history()
        self._glossary()
        self._compensation()
        self._rules()
        self._placement()

    def _open(self, name: str, kind: type[Any]) -> tuple[_Document, Any]:
        document = self.documents[name]
        return document, document.model if isinstance(document.model, kind) else None

    def _codes(self, file: str, group: str) -> set[str] | None:
        """The codes of a list in another file; None when that file could not be read."""
        model = self.documents[file].model
        return {entry.code for entry in getattr(model, group)} if model is not None else None

    @staticmethod
    def _known(document: _Document, path: Key, code: str | None, known: set[str] | None, what: str) -> bool:
        if code is None or known is None or code in known:
            return True
        document.add(path, f"{what} {code} finns inte", closest(code, known))
        return False

    @staticmethod
    def _unique(document: _Document, group: str, codes: Iterable[str]) -> None:
        first: dict[str, int] = {}
        for number, code in enumerate(codes):
            if code in first:
                line = document.line((group, first[code]))
                document.add((group, number, "code"), f"koden {code} står redan på rad {line}", "Ge den en egen kod")
            first.setdefault(code, number)

    def _closed(self) -> dict[str, date]:
        """The units that have closed, and when."""
        model = self.documents["organisation.yaml"].model
        units = model.units if isinstance(model, OrganisationFile) else []
        return {unit.code: unit.valid_to for unit in units if unit.valid_to}

    def _seed_lines(self, document: _Document) -> None:
        source = self.documents["municipality.yaml"].model
        if not isinstance(source, MunicipalityFile):
            return
        for path in document.lines:
            if path and path[-1] == "seed_lines":
                value: Any = document.data
                for part in path:
                    value = value[part]
                if source.source_document is None:
                    document.add(path, "radnummer utan källa", "Fyll i source_document i municipality.yaml")
                elif value and line_ranges(value)[-1][1] > source.source_document.lines:
                    document.add(path, f"dokumentet har bara {source.source_document.lines} rader", "Rätta radnumret")

    def _organisation(self) -> None:
        document, model = self._open("organisation.yaml", OrganisationFile)
        if model is None:
            return
        for group in ("boards", "branches", "departments", "units", "actors"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
        boards = {board.code for board in model.boards}
        branches = {branch.code: branch.board for branch in model.branches}
        departments = {department.code: department.board for department in model.departments}
        units = {unit.code for unit in model.units}
        catalogue = self._codes("plan.yaml", "catalogue")
        for group in ("branches", "departments", "units", "actors"):
            for number, entry in enumerate(getattr(model, group)):
                self._known(document, (group, number, "board"), entry.board, boards, "nämnden")
        for number, unit in enumerate(model.units):
            at: Key = ("units", number)
            for key, code, owners in (
                ("branch", unit.branch, branches),
                ("department", unit.department, departments),
            ):
                what = "verksamhetsgrenen" if key == "branch" else "förvaltningen"
                if code and self._known(document, (*at, key), code, set(owners), what) and owners[code] != unit.board:
                    same = sorted(name for name, board in owners.items() if board == unit.board)
                    document.add(
                        (*at, key),
                        f"{what} {code} hör till {owners[code]}, men enheten till {unit.board}",
                        f"Välj bland: {', '.join(same)}" if same else f"Lägg upp en för {unit.board}",
                    )
            for index, code in enumerate(unit.contributes):
                self._known(document, (*at, "contributes", index), code, catalogue, "uppgiften")
        for number, actor in enumerate(model.actors):
            self._known(document, ("actors", number, "unit"), actor.unit, units, "enheten")
        self._planned(document, model)

    def _responsibilities(self) -> None:
        document, model = self._open("responsibilities.yaml", ResponsibilitiesFile)
        if model is None:
            return
        self._unique(document, "functions", [function.code for function in model.functions])
        functions = {function.code for function in model.functions}
        units = self._codes("organisation.yaml", "units")
        closed = self._closed()
        periods: dict[str, list[tuple[date, date, int]]] = defaultdict(list)
        for number, entry in enumerate(model.responsibilities):
            at: Key = ("responsibilities", number)
            self._known(document, (*at, "function"), entry.function, functions, "funktionen")
            self._known(document, (*at, "unit"), entry.unit, units, "enheten")
            end = entry.valid_to or date.max
            if end > closed.get(entry.unit, date.max):
                document.add(
                    (*at, "unit"),
                    f"enheten {entry.unit} är stängd från {closed[entry.unit]}",
                    f"Skriv valid_to: {closed[entry.unit]}, och en ny rad för den som tar över",
                )
            periods[entry.function].append((entry.valid_from, end, number))
        for function, spans in periods.items():
            spans.sort()
            for (_, end, before), (start, _, number) in pairwise(spans):
                if start < end:
                    line = document.line(("responsibilities", before))
                    document.add(
                        ("responsibilities", number, "valid_from"),
                        f"två enheter svarar för {function} samtidigt (den andra raden är {line})",
                        f"Skriv valid_to: {start} på rad {line}, eller flytta valid_from",
                    )
                elif start > end:
                    document.add(
                        ("responsibilities", number, "valid_from"),
                        f"ingen svarar för {function} från {end} till {start}",
                        "",
                        "note",
                    )
        for number, entry in enumerate(model.functions):
            last = max((end for _, end, _ in periods[entry.code]), default=None)
            if last is None:
                document.add(("functions", number), f"ingen enhet svarar för {entry.code}", "", "note")
            elif last < date.max:
                document.add(("functions", number), f"ingen svarar för {entry.code} från {last}", "", "note")

    def _decisions(self) -> None:
        document, model = self._open("decisions.yaml", DecisionsFile)
        if model is None:
            return
        boards = self._codes("organisation.yaml", "boards")
        for group in ("decisions", "statements"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
            for number, entry in enumerate(getattr(model, group)):
                self._known(document, (group, number, "board"), entry.board, boards, "nämnden")

    def _plan(self) -> None:
        document, model = self._open("plan.yaml", PlanFile)
        if model is None:
            return
        for group in ("catalogue", "items"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
        catalogue = {entry.code for entry in model.catalogue}
        items = {item.code: number for number, item in enumerate(model.items)}
        functions = self._codes("responsibilities.yaml", "functions")
        answered = self._answered()
        missing: set[str] = set()
        for number, item in enumerate(model.items):
            at: Key = ("items", number)
            self._known(document, (*at, "catalogue"), item.catalogue, catalogue, "uppgiften")
            known = self._known(document, (*at, "function"), item.function, functions, "funktionen")
            if known and answered is not None and item.function not in answered | missing:
                missing.add(item.function)
                document.add(
                    (*at, "function"),
                    f"ingen enhet svarar för {item.function}, så uppgiften får ingen ägare",
                    "Lägg till en rad utan valid_to i responsibilities.yaml",
                )
            if item.due.law is not None and self.duty_keys is not None:
                self._known(document, (*at, "due", "law"), item.due.law, set(self.duty_keys), "skyldigheten")
            for index, code in enumerate(item.waits_for):
                if code == item.code:
                    document.add((*at, "waits_for", index), f"{code} väntar på sig själv", "Ta bort raden")
                else:
                    self._known(document, (*at, "waits_for", index), code, set(items), "punkten")
        for number, entry in enumerate(model.catalogue):
            if all(item.catalogue != entry.code for item in model.items):
                document.add(
                    ("catalogue", number),
                    f"ingen punkt i planen gäller {entry.code}",
                    f"Lägg till en punkt med catalogue: {entry.code}, eller ta bort raden",
                )
        self._rings(document, {item.code: set(item.waits_for) - {item.code} for item in model.items}, items)

    def _tasks(self) -> None:
        """The tasks, what they ask for, and who fulfils what the law asks of the municipality."""
        document, model = self._open("responsibilities.yaml", ResponsibilitiesFile)
        if model is None:
            return
        for group in ("competences", "tasks"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
        functions = {function.code for function in model.functions}
        competences = {competence.code for competence in model.competences}
        catalogue = self._codes("plan.yaml", "catalogue")
        used = self._functions_of_tasks()
        for number, task in enumerate(model.tasks):
            at: Key = ("tasks", number)
            known = self._known(document, (*at, "code"), task.code, catalogue, "uppgiften")
            for index, code in enumerate(task.competences):
                self._known(document, (*at, "competences", index), code, competences, "kompetensen")
            if not self._known(document, (*at, "function"), task.function, functions, "funktionen"):
                continue
            if known and used is not None and task.function not in used[task.code]:
                document.add(
                    (*at, "function"),
                    f"ingen punkt i planen för {task.code} har funktionen {task.function}",
                    closest(task.function, used[task.code]) or f"Lägg till en punkt för {task.code} i plan.yaml",
                )
        owned = {task.code for task in model.tasks}
        for code in sorted(catalogue or ()):
            if code.startswith("TA") and code not in owned:
                document.add(("tasks",), f"uppgiften {code} hör inte till någon funktion", "", "note")
        self._obligations(document, model, functions, catalogue)

    def _functions_of_tasks(self) -> dict[str, set[str]] | None:
        """The functions that the plan's items of each task have; None when the plan could not be read."""
        model = self.documents["plan.yaml"].model
        if not isinstance(model, PlanFile):
            return None
        used: dict[str, set[str]] = defaultdict(set)
        for item in model.items:
            used[item.catalogue].add(item.function)
        return used

    def _obligations(
        self,
        document: _Document,
        model: ResponsibilitiesFile,
        functions: set[str],
        catalogue: set[str] | None,
    ) -> None:
        law = obligation_codes()
        first: dict[str, tuple[str, int]] = {}
        for number, entry in enumerate(model.obligations):
            at: Key = ("obligations", number)
            self._known(document, (*at, "code"), entry.code, set(law), "skyldigheten")
            self._known(document, (*at, "function"), entry.function, functions, "funktionen")
            for index, code in enumerate(entry.tasks):
                self._known(document, (*at, "tasks", index), code, catalogue, "uppgiften")
            function, before = first.setdefault(entry.code, (entry.function, number))
            if before != number:
                line = document.line(("obligations", before))
                if function == entry.function:
                    document.add((*at, "code"), f"{entry.code} står redan på rad {line}", "Ta bort den ena")
                else:
                    message = f"{entry.code} ligger också på {function} (rad {line}): flera svarar för den"
                    document.add((*at, "code"), message, "", "note")
        if lacking := [code for code in law if code not in first]:
            if first:
                for code in lacking:
                    document.add(("obligations",), f"ingen funktion fullgör skyldigheten {code}", "", "note")
            else:
                document.add((), "lagens skyldigheter är inte fördelade", "Lägg till obligations", "note")

    def _answered(self) -> set[str] | None:
        """The functions that somebody answers for without end."""
        model = self.documents["responsibilities.yaml"].model
        if not isinstance(model, ResponsibilitiesFile):
            return None
        return {entry.function for entry in model.responsibilities if entry.valid_to is None}

    @staticmethod
    def _rings(document: _Document, waits: dict[str, set[str]], items: dict[str, int]) -> None:
        while True:
            try:
                TopologicalSorter(waits).prepare()
            except CycleError as ring:
                # Each waits for the one before; first and last are the same.
                cycle: list[str] = ring.args[1]
                document.add(
                    ("items", items[cycle[1]], "waits_for"),
                    f"punkterna väntar på varandra i en ring: {' → '.join(reversed(cycle))}",
                    "Ta bort ett av leden",
                )
                for waited, waiting in pairwise(cycle):
                    waits[waiting].discard(waited)
            else:
                return

    def _history(self) -> None:
        document, model = self._open("history.yaml", HistoryFile)
        if model is None:
            return
        for group in ("measures", "categories"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
        measures = {measure.code for measure in model.measures}
        categories = {category.code for category in model.categories}
        seen: dict[tuple[Any, ...], tuple[int, str | None]] = {}
        for number, figure in enumerate(model.figures):
            at: Key = ("figures", number)
            self._known(document, (*at, "measure"), figure.measure, measures, "måttet")
            self._known(document, (*at, "category"), figure.category, categories, "kategorin")
            same = (figure.measure, figure.year, figure.category, figure.as_of)
            before, conflict = seen.setdefault(same, (number, figure.conflict))
            if before != number and (conflict is None or conflict != figure.conflict):
                line = document.line(("figures", before))
                document.add(
                    at,
                    f"det finns redan en siffra för samma år på rad {line}",
                    "Ta bort den ena, eller behåll båda med samma conflict: namn",
                )
        conflicts = Counter(figure.conflict for figure in model.figures if figure.conflict)
        for number, figure in enumerate(model.figures):
            if figure.conflict and conflicts[figure.conflict] == 1:
                document.add(
                    ("figures", number, "conflict"),
                    f"bara en siffra har motsägelsen {figure.conflict}",
                    closest(figure.conflict, set(conflicts) - {figure.conflict}) or "Skriv den andra siffran också",
                )
        years: dict[str, set[int]] = defaultdict(set)
        for figure in model.figures:
            years[figure.measure].add(figure.year)
        for number, gap in enumerate(model.gaps):
            self._known(document, ("gaps", number, "measure"), gap.measure, measures, "måttet")
            if both := sorted(years[gap.measure] & set(gap.years)):
                document.add(("gaps", number), f"{both[0]} har en siffra och är alltså ingen lucka", "Rätta åren")
        for gap in model.gaps:
            years[gap.measure].update(gap.years)
        for number, measure in enumerate(model.measures):
            known = years[measure.code]
            if lost := [y for y in range(min(known, default=0), max(known, default=-1)) if y not in known]:
                document.add(
                    ("measures", number),
                    f"{measure.code} saknar {', '.join(map(str, lost))}",
                    "Skriv en siffra under figures eller en lucka under gaps",
                    "note",
                )

    def _glossary(self) -> None:
        document, model = self._open("glossary.yaml", GlossaryFile)
        if model is None:
            return
        self._unique(document, "terms", [term.code for term in model.terms])
        first: dict[str, int] = {}
        for number, term in enumerate(model.terms):
            for word in {term.term.sv.casefold(), *(alias.casefold() for alias in term.aliases)}:
                if word in first:
                    line = document.line(("terms", first[word]))
                    document.add(("terms", number), f"ordet {word} förklaras redan på rad {line}", "Slå ihop dem")
                first.setdefault(word, number)

    def _compensation(self) -> None:
        document, model = self._open("compensation.yaml", CompensationFile)
        if model is None:
            return
        units, own, closed = self._codes("organisation.yaml", "units"), self._own_units(), self._closed()
        for number, key in enumerate(model.keys):
            for index, share in enumerate(key.shares):
                for place, unit in enumerate(part.unit for part in share.parts):
                    at: Key = ("keys", number, "shares", index, "parts", place, "unit")
                    if not self._known(document, at, unit, units, "enheten"):
                        continue
                    if own is not None and unit not in own:
                        document.add(
                            at, f"enheten {unit} hör varken till en nämnd eller ett kommunalt bolag", closest(unit, own)
                        )
                    elif (key.valid_to or date.max) > closed.get(unit, date.max):
                        document.add(
                            at,
                            f"enheten {unit} är stängd från {closed[unit]}",
                            f"Skriv valid_to: {closed[unit]}, och en ny nyckel som gäller därefter",
                        )
        spans = sorted((key.valid_from, key.valid_to or date.max, number) for number, key in enumerate(model.keys))
        for (_, end, before), (start, _, number) in pairwise(spans):
            if start != end:
                line = document.line(("keys", before))
                document.add(
                    ("keys", number, "valid_from"),
                    f"två nycklar gäller samtidigt (den andra börjar på rad {line})"
                    if start < end
                    else f"ingen nyckel gäller från {end} till {start}",
                    f"Skriv valid_to: {start} på nyckeln på rad {line}, eller flytta valid_from",
                )
        if spans and (last := max(end for _, end, _ in spans)) < date.max:
            document.add(("keys", spans[-1][2]), f"ingen nyckel gäller från {last}", "", "note")

    def _rules(self) -> None:
        """A board has one set of rules, which reads one way at a time."""
        document, model = self._open("rules.yaml", RulesFile)
        if model is None:
            return
        boards, functions = (
            self._codes("organisation.yaml", "boards"),
            self._codes("responsibilities.yaml", "functions"),
        )
        first: dict[str, int] = {}
        named: dict[str, dict[str, int]] = defaultdict(dict)
        for number, rules in enumerate(model.rules):
            at: Key = ("rules", number)
            self._known(document, (*at, "board"), rules.board, boards, "nämnden")
            if first.setdefault(rules.board, number) != number:
                line = document.line(("rules", first[rules.board]))
                message = f"{rules.board} har redan ett reglemente på rad {line}"
                document.add((*at, "board"), message, "Skriv lydelserna som versions under det första")
            spans = []
            for index, version in enumerate(rules.versions):
                self._clauses(document, (*at, "versions", index), version, functions)
                spans.append((version.valid_from, version.valid_to or date.max, index))
                if version.valid_to is None:
                    for clause in version.clauses:
                        if clause.kind == "task":
                            for function in clause.functions:
                                named[function].setdefault(rules.board, number)
            self._versions(document, at, rules.board, spans)
        for function, owners in named.items():
            if len(owners) > 1:
                place: Key = ("rules", max(owners.values()))
                document.add(place, f"reglementena för {' och '.join(owners)} nämner båda {function}", "", "note")

    def _clauses(self, document: _Document, at: Key, version: RulesVersion, functions: set[str] | None) -> None:
        first: dict[str, int] = {}
        for number, clause in enumerate(version.clauses):
            here: Key = (*at, "clauses", number)
            if first.setdefault(clause.code, number) != number:
                line = document.line((*at, "clauses", first[clause.code]))
                message = f"koden {clause.code} står redan på rad {line}"
                document.add((*here, "code"), message, "Ge den en egen kod")
            for index, function in enumerate(clause.functions):
                self._known(document, (*here, "functions", index), function, functions, "funktionen")
            for index, act in enumerate(clause.acts):
                if act not in acts():
                    message = f"lagen {act} finns inte i lagregistret, så Hemvist märker inte om den upphör"
                    document.add((*here, "acts", index), message, "", "note")

    @staticmethod
    def _versions(document: _Document, at: Key, board: str, spans: list[tuple[date, date, int]]) -> None:
        spans.sort()
        for (_, end, before), (start, _, number) in pairwise(spans):
            line = document.line((*at, "versions", before))
            key: Key = (*at, "versions", number, "valid_from")
            if start < end:
                document.add(
                    key,
                    f"reglementet för {board} har två lydelser samtidigt (den andra är rad {line})",
                    f"Skriv valid_to: {start} på rad {line}, eller flytta valid_from",
                )
            elif start > end:
                document.add(key, f"reglementet för {board} saknar lydelse från {end} till {start}", "", "note")
        if spans[-1][1] < date.max:
            key = (*at, "versions", spans[-1][2])
            document.add(key, f"reglementet för {board} saknar lydelse från {spans[-1][1]}", "", "note")

    def _placement(self) -> None:
        document, model = self._open("placement.yaml", PlacementFile)
        if model is None:
            return
        known: dict[str, set[str]] = {}
        for group in ("voices", "criteria", "conditions", "alternatives", "arguments", "facts", "quotations"):
            codes = [entry.code for entry in getattr(model, group)]
            self._unique(document, group, codes)
            known[group] = set(codes)
        for number, argument in enumerate(model.arguments):
            at: Key = ("arguments", number)
            self._known(document, (*at, "alternative"), argument.alternative, known["alternatives"], "alternativet")
            self._known(document, (*at, "criterion"), argument.criterion, known["criteria"], "kriteriet")
            self._known(document, (*at, "condition"), argument.condition, known["conditions"], "villkoret")
            for index, voice in enumerate(argument.voices):
                self._known(document, (*at, "voices", index), voice, known["voices"], "rösten")
        for number, fact in enumerate(model.facts):
            for index, code in enumerate(fact.bears_on):
                at = ("facts", number, "bears_on", index)
                self._known(document, at, code, known["alternatives"], "alternativet")
            for index, code in enumerate(fact.arguments):
                at = ("facts", number, "arguments", index)
                self._known(document, at, code, known["arguments"], "argumentet")
        units = self._codes("organisation.yaml", "units")
        for number, mission in enumerate(model.missions):
            self._known(document, ("missions", number, "unit"), mission.unit, units, "enheten")
        self._placement_conditions(document, model, known["alternatives"])
        self._placement_alternatives(document, model)

    def _placement_conditions(self, document: _Document, model: PlacementFile, alternatives: set[str]) -> None:
        decisions = self.documents["decisions.yaml"].model
        points = (
            {decision.code: {point.number for point in decision.points} for decision in decisions.decisions}
            if isinstance(decisions, DecisionsFile)
            else None
        )
        for number, condition in enumerate(model.conditions):
            at: Key = ("conditions", number)
            self._known(document, (*at, "act"), condition.act, set(acts()), "lagen")
            self._known(document, (*at, "alternative"), condition.alternative, alternatives, "alternativet")
            decision, point = condition.decision, condition.point
            if points is None or decision is None:
                continue
            if (
                self._known(document, (*at, "decision"), decision, set(points), "beslutet")
                and point is not None
                and point not in points[decision]
            ):
                there = ", ".join(map(str, sorted(points[decision])))
                document.add(
                    (*at, "point"),
                    f"beslutet {decision} har ingen punkt {point}",
                    f"Välj bland: {there}" if there else f"Skriv punkten under {decision} i decisions.yaml",
                )

    def _placement_alternatives(self, document: _Document, model: PlacementFile) -> None:
        """An alternative's unit must belong to its board, and what moves must have somewhere to go."""
        organisation = self.documents["organisation.yaml"].model
        functions = self._codes("responsibilities.yaml", "functions")
        for number, alternative in enumerate(model.alternatives):
            at: Key = ("alternatives", number)
            for index, code in enumerate(alternative.functions):
                self._known(document, (*at, "functions", index), code, functions, "funktionen")
            if not isinstance(organisation, OrganisationFile):
                continue
            boards = {board.code for board in organisation.boards}
            units = {unit.code: unit for unit in organisation.units}
            self._known(document, (*at, "board"), alternative.board, boards, "nämnden")
            if not self._known(document, (*at, "unit"), alternative.unit, set(units), "enheten"):
                continue
            if alternative.unit is None:
                if alternative.functions:
                    document.add(
                        (*at, "functions"),
                        f"{alternative.code} säger vad som flyttar men inte till vilken enhet",
                        "Skriv unit, eller ta bort functions",
                    )
            elif alternative.board is not None and units[alternative.unit].board != alternative.board:
                same = sorted(unit.code for unit in units.values() if unit.board == alternative.board)
                document.add(
                    (*at, "unit"),
                    f"enheten {alternative.unit} hör till {units[alternative.unit].board}, "
                    f"men alternativet till {alternative.board}",
                    f"Välj bland: {', '.join(same)}" if same else f"Lägg upp en enhet för {alternative.board}",
                )

    @staticmethod
    def _planned(document: _Document, model: OrganisationFile) -> None:
        """A unit cannot work in a branch that does not exist yet. That a new unit shares a branch is worth knowing."""
        planned = {branch.code for branch in model.branches if branch.planned}
        for number, unit in enumerate(model.units):
            if not unit.planned and unit.branch in planned:
                document.add(
                    ("units", number, "branch"),
                    f"verksamhetsgrenen {unit.branch} är bara planerad, men enheten arbetar redan",
                    "Skriv planned: true på enheten, eller ta bort det på verksamhetsgrenen",
                )
            elif unit.planned and unit.branch not in planned:
                document.add(
                    ("units", number, "branch"),
                    f"den planerade enheten {unit.code} får samma verksamhetsgren som andra, {unit.branch}, "
                    "så uppgifter delas fritt mellan dem",
                    "",
                    "note",
                )

    def _own_units(self) -> set[str] | None:
        """The units of the municipality's boards and companies; None when the file could not be read."""
        model = self.documents["organisation.yaml"].model
        if not isinstance(model, OrganisationFile):
            return None
        own = {board.code for board in model.boards if board.kind in {"board", "company"}}
        return {unit.code for unit in model.units if unit.board in own}


def duty_keys() -> set[str]:
    """The keys that ``due: {law: …}`` may name."""
    from hemvist.law.duties import DUTIES

    return set(DUTIES)


def obligation_codes() -> list[str]:
    """What the law asks of a municipality, in the law's order."""
    from hemvist.law.obligations import obligations

    return list(obligations())
