"""``hemvist import assignments FILE [--dry-run]``: the file of anvisningar from the command line.

Whoever has the server has the right: the command acts as a coordinator of the branch that answers for the reception,
under the name ``kommandoraden (<operating system user>)`` in the journal. It does not handle protected cases.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hemvist.cli import shared_command

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from types import ModuleType
    from typing import Any

    from hemvist.access.actor import Actor
    from hemvist.cli import Subparsers
    from hemvist.reception.models import ImportRun


def register(subparsers: Subparsers) -> None:
    command = add_import(subparsers, "assignments", "anvisningar, CSV eller XLSX enligt mallen")
    command.set_defaults(run=_assignments)


def add_import(subparsers: Subparsers, what: str, about: str) -> argparse.ArgumentParser:
    """``hemvist import WHAT FILE [--dry-run]``: one more kind of file under the command that all rooms share."""
    imports = shared_command(subparsers, "import", "läs in en fil")
    command = imports.add_parser(what, help=about)
    command.add_argument("file", type=Path, metavar="FIL")
    command.add_argument("--dry-run", action="store_true", help="visa vad som skulle hända, spara inget")
    return command


def _assignments(options: argparse.Namespace) -> int:
    from hemvist.cli import setup_django

    setup_django()
    from hemvist.reception import importing

    return run_import(options, importing, _tell, _progress)


def run_import(options: argparse.Namespace, module: ModuleType, tell: Callable[[Any], None], *progress: Any) -> int:
    """Read the file and bring it in by a module with ``stage``, ``problems_of``, ``confirm`` and ``discard``."""
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from hemvist.access.errors import Refused
    from hemvist.web import clock

    today = clock.today()
    try:
        data = options.file.read_bytes()
    except OSError as error:
        print(f"Filen går inte att öppna: {error.strerror}", file=sys.stderr)
        return 1
    try:
        actor = _actor(today)
        with transaction.atomic():
            run = module.stage(actor, options.file.name, data, today)
            problems = module.problems_of(run)
            transaction.set_rollback(options.dry_run)
        if problems:
            for problem in problems:
                print(problem)
            tell(run)
            if not options.dry_run:
                module.discard(actor, run.id)
            return 1
        if not options.dry_run:
            run = module.confirm(actor, run.id, today, *progress)
    except ValidationError as error:
        for message in error.messages:
            print(message)
        return 1
    except Refused as error:
        print(error.reason)
        return 1
    tell(run)
    print("Provkörning: inget är sparat." if options.dry_run else "Filen är inläst.")
    return 0


def _actor(today: date) -> Actor:
    from hemvist.access.actor import Actor, Grant
    from hemvist.access.roles import Role
    from hemvist.organisation.queries import responsible_unit
    from hemvist.reception.services import owner_branch

    branch = owner_branch(today)
    unit = responsible_unit("reception", today)
    assert unit is not None
    grant = Grant(Role.COORDINATOR, unit.id, branch.id, branch.board_id)
    return Actor(None, f"kommandoraden ({getpass.getuser()})", (grant,))


def _progress(done: int, total: int) -> None:
    print(f"{done} av {total} hushåll", file=sys.stderr)


def _tell(run: ImportRun) -> None:
    found = run.summary
    print(f"{found['rows']} rader lästa, {found['errors']} fel")
    print(f"Nya: {found['households']} hushåll, {found['persons']} personer, {found['assignments']} anvisningar")
    print(f"Finns redan: {found['known_households']} hushåll, {found['known_persons']} personer")
    if found["unused"]:
        print(f"Kolumner som inte används: {', '.join(found['unused'])}")
