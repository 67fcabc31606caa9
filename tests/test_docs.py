"""The documents say what the code says: links, names, settings and commands that are written down exist."""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType

import yaml

from hemvist.cli import build_parser

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@cache
def kept_files() -> tuple[Path, ...]:
    """The files of the repository, those not yet added too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        # A copy without its history: everything but what is built.
        built = {"var", "node_modules", "vendor", "__pycache__", "dist", "build"}
        found = (path for path in sorted(ROOT.rglob("*")) if path.is_file() and path.suffix != ".mo")
        return tuple(
            path
            for path in found
            if not any(part in built or part.startswith(".") for part in path.relative_to(ROOT).parts[:-1])
        )
    names = sorted(set(listed.stdout.decode().split("\0")) - {""})
    return tuple(ROOT / name for name in names if (ROOT / name).is_file())


@cache
def documents() -> tuple[Path, ...]:
    return tuple(path for path in kept_files() if path.suffix == ".md")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# --- the glossary -----------------------------------------------------------------------------------------------------


@cache
def glossary() -> ModuleType:
    spec = importlib.util.spec_from_file_location("glossary", ROOT / "scripts/glossary.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_glossary_is_up_to_date() -> None:
    assert read("docs/glossary.md") == glossary().page(), "run .venv/bin/python scripts/glossary.py"


def test_every_identifier_of_the_glossary_is_in_its_module() -> None:
    for entry in glossary().IDENTIFIERS:
        source = read(f"src/hemvist/{entry.module.replace('.', '/')}.py")
        defined = rf"^(?:class|def) {entry.name}\b|^    {entry.name}(?:: [\w\[\], |]+)? ="
        assert re.search(defined, source, re.MULTILINE), f"{entry.name} is not defined in hemvist.{entry.module}"


def test_a_term_and_an_identifier_stand_once() -> None:
    rows = glossary().IDENTIFIERS
    assert len({row.term for row in rows}) == len({row.name for row in rows}) == len(rows)


# --- settings, commands, paths ----------------------------------------------------------------------------------------


def test_the_settings_and_operations_name_the_same_variables() -> None:
    read_in_code = set(re.findall(r'\b_env\("(\w+)"', read("src/hemvist/config/settings.py")))
    page = read("docs/operations.md")
    assert set(re.findall(r"^\| `HEMVIST_(\w+)` \|", page, re.MULTILINE)) == read_in_code
    assert set(re.findall(r"HEMVIST_([A-Z_]+)", page)) == read_in_code


def test_no_document_names_a_variable_that_is_not_read() -> None:
    read_in_code = set(re.findall(r'\b_env\("(\w+)"', read("src/hemvist/config/settings.py")))
    for path in documents():
        named = set(re.findall(r"HEMVIST_([A-Z_]+)", path.read_text("utf-8")))
        assert named <= read_in_code, path


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([\w./-]+):", read("Makefile"), re.MULTILINE))
    for path in documents():
        text = path.read_text(encoding="utf-8")
        named = re.findall(r"`(?:\w+=\w+ )?make ([\w./-]+)", text) + re.findall(
            r"^(?:.*&& )?make ([\w./-]+)", text, re.MULTILINE
        )
        assert set(named) <= targets, path


def _subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return next((dict(a.choices) for a in parser._actions if isinstance(a, argparse._SubParsersAction)), {})


def test_every_hemvist_command_that_is_named_exists() -> None:
    parsers = _subcommands(build_parser())
    command = re.compile(r"(?:^|&& |bin/)hemvist ([a-z-]+)(?: ([a-z-]+))?", re.MULTILINE)
    code = re.compile(r"^```.*?\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
    for path in documents():
        for block, inline in code.findall(path.read_text(encoding="utf-8")):
            for first, second in command.findall(block or inline):
                assert first in parsers, f"{path}: hemvist {first}"
                deeper = _subcommands(parsers[first])
                assert not (deeper and second) or second in deeper, f"{path}: hemvist {first} {second}"


def test_every_relative_link_leads_somewhere() -> None:
    broken = []
    for path in documents():
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:|#", target):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert not broken


def test_every_picture_has_words() -> None:
    for path in documents():
        assert "![](" not in path.read_text(encoding="utf-8"), path


def test_every_path_that_is_named_exists() -> None:
    absent = []
    for path in documents():
        for name in re.findall(
            r"`((?:src|tests|docs|scripts|municipalities)/[\w./*-]+)[`:]", path.read_text(encoding="utf-8")
        ):
            if not any(ROOT.glob(name.rstrip("/"))):
                absent.append(f"{path.relative_to(ROOT)}: {name}")
    assert not absent


def test_the_code_names_documents_that_exist() -> None:
    for path in kept_files():
        if path.suffix in {".py", ".sh", ".yaml", ".toml", ".html"}:
            for name in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text(encoding="utf-8")):
                assert (ROOT / name).exists(), f"{path}: {name}"


# --- decisions and versions -------------------------------------------------------------------------------------------


def test_decisions_are_numbered_in_a_row_and_have_all_parts() -> None:
    paths = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [path.name[:4] for path in paths] == [f"{n:04d}" for n in range(1, len(paths) + 1)]
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} "), path
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Rejected"], path


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## {PROJECT['version']}" in read("CHANGELOG.md")


def test_publiccode_has_what_the_standard_asks_for() -> None:
    data = yaml.safe_load(read("publiccode.yml"))
    assert set(data) >= {
        "publiccodeYmlVersion",
        "name",
        "url",
        "platforms",
        "categories",
        "developmentStatus",
        "softwareType",
        "description",
        "legal",
        "maintenance",
        "localisation",
    }
    assert data["legal"]["license"] == PROJECT["license"]
    assert data["softwareVersion"] == PROJECT["version"]
    assert data["maintenance"]["contacts"]
    assert data["localisation"]["availableLanguages"] == list(data["description"]) == ["sv", "en"]
    for text in data["description"].values():
        assert len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert all(len(feature) <= 100 for feature in text["features"])


# --- what is never written --------------------------------------------------------------------------------------------

# In pieces, so that this file is not found by itself.
FORBIDDEN = [
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/ho" + "me/",
    "pypi." + "org",
    "python" + "hosted.",
    "npm" + "js.",
    "local" + "host:4873",
    "sub" + "agent",
    "language " + "model",
    "AI-" + "generated",
    "Chat" + "GPT",
    "Clau" + "de",
    "Anthro" + "pic",
    "Open" + "AI",
    "Co" + "pilot",
    "lorem " + "ipsum",
]
MARKS = [r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bX" + r"XX\b"]
BINARY = {".png", ".woff2", ".mo", ".ico", ".xlsx"}


def test_no_machine_registry_or_leftover_is_named() -> None:
    words = "|".join(re.escape(word) for word in FORBIDDEN)
    pattern = re.compile("|".join([f"(?i:{words})", *MARKS]))
    found = []
    for path in kept_files():
        if path.suffix not in BINARY:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if hit := pattern.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {hit[0]}")
    assert not found
