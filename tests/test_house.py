"""The house's rules that an import contract cannot say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "hemvist"
QUIET_ROOMS = [
    path
    for path in SOURCE.rglob("*.py")
    if path.parent.name not in {"views", "forms"}
    and path.name
    in {
        "services.py",
        "sharing.py",
        "commitments.py",
        "importing.py",
        "queries.py",
        "policy.py",
        "plan.py",
        "audit.py",
        "actor.py",
        "facts.py",
        "compensation_facts.py",
        "claims.py",
        "calendar.py",
    }
]
WEB = ("django.http", "django.shortcuts", "django.contrib.messages", "django.forms", "django.views", "django.template")


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_there_are_services_and_queries_to_check() -> None:
    assert {path.parent.name for path in QUIET_ROOMS} >= {"access", "organisation", "reception", "coordination"}


@pytest.mark.parametrize("path", QUIET_ROOMS, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_service_or_query_never_sees_a_request(path: Path) -> None:
    seen = {name for name in _imports(path) if name.startswith(WEB)}
    assert not seen, f"{path} takes values, never a request; it imports {sorted(seen)}"


@pytest.mark.parametrize("room", ["law", "planning"])
def test_the_pure_core_reads_no_clock(room: str) -> None:
    for path in (SOURCE / room).rglob("*.py"):
        calls = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow"}
        }
        assert not calls, f"{path} asks what day it is; the day is an argument"


def test_no_logic_hides_in_save_or_signals() -> None:
    for path in SOURCE.rglob("models.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(
                isinstance(base, ast.Attribute) and base.attr == "Model" for base in node.bases
            ):
                assert not [f.name for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "save"], node.name
    for path in SOURCE.rglob("*.py"):
        assert "django.dispatch" not in _imports(path), path
        assert "django.db.models.signals" not in _imports(path), path


def test_no_template_carries_style_or_script_of_its_own() -> None:
    for path in SOURCE.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        assert " style=" not in text, f"{path}: the content security policy stops inline style"
        assert " onclick=" not in text, path
