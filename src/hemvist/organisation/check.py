"""Read a municipality's folder and say, in Swedish, what is wrong with it: where, and what to write instead.

Needs neither Django nor a database, so that the one who edits the files can run it anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hemvist
from hemvist.organisation.files import FILES
from hemvist.organisation.housing_schema import HousingFile
from hemvist.organisation.reading import Problem, closest, read_document
from hemvist.organisation.references import References
from hemvist.organisation.schema import (
    CompensationFile,
    DecisionsFile,
    GlossaryFile,
    HistoryFile,
    MunicipalityFile,
    OrganisationFile,
    PlacementFile,
    PlanFile,
    ResponsibilitiesFile,
    RulesFile,
)


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
    housing: HousingFile
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
    documents = {name: read_document(root, name) for name in FILES}
    references = References(documents, duty_keys)
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


def duty_keys() -> set[str]:
    """The keys that ``due: {law: …}`` may name."""
    from hemvist.law.duties import DUTIES

    return set(DUTIES)
