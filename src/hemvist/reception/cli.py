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

if TYPE_CHECKING:
    from datetime import date

    from hemvist.access.actor import Actor
    from hemvist.reception.models import ImportRun


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("import", help="läs in en fil")
    what = parser.add_subparsers(dest="what", required=True, metavar="VAD")
    command = what.add_parser("assignments", help="anvisningar, CSV eller XLSX enligt mallen")
    command.add_argument("file", type=Path, metavar="FIL")
    command.add_argument("--dry-run", action="store_true", help="visa vad som skulle hända, spara inget")
    command.set_defaults(run=_assignments)


def _assignments(options: argparse.Namespace) -> int:
    from hemvist.cli import setup_django

    setup_django()
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from hemvist.reception import importing
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
            run = importing.stage(actor, options.file.name, data, today)
            problems = importing.problems_of(run)
            transaction.set_rollback(options.dry_run)
        if problems:
            for problem in problems:
                print(problem)
            _tell(run)
            if not options.dry_run:
                importing.discard(actor, run.id)
            return 1
        if not options.dry_run:
            run = importing.confirm(actor, run.id, today, _progress)
    except ValidationError as error:
        for message in error.messages:
            print(message)
        return 1
    _tell(run)
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
