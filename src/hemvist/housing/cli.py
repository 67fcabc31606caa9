"""``hemvist import dwellings FILE [--dry-run]``: a file of dwellings from the command line.

Acts as ``hemvist import assignments`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hemvist.reception.cli import add_import, run_import

if TYPE_CHECKING:
    import argparse

    from hemvist.cli import Subparsers
    from hemvist.housing.models import StockFile


def register(subparsers: Subparsers) -> None:
    command = add_import(subparsers, "dwellings", "bostäder, CSV eller XLSX enligt mallen")
    command.set_defaults(run=_dwellings)


def _dwellings(options: argparse.Namespace) -> int:
    from hemvist.cli import setup_django

    setup_django()
    from hemvist.housing import importing

    return run_import(options, importing, _tell)


def _tell(run: StockFile) -> None:
    found = run.summary
    print(f"{found['rows']} rader lästa, {found['faulty']} med fel ({found['errors']} fel)")
    print(f"Nya: {found['new']} bostäder. Ändrade: {found['changed']}. Finns redan: {found['known']}")
    if found["unused"]:
        print(f"Kolumner som inte används: {', '.join(found['unused'])}")
