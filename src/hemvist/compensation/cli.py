"""``hemvist import payments FILE [--dry-run]``: Migrationsverket's list of payments from the command line.

Acts as ``hemvist import assignments`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hemvist.reception.cli import add_import, run_import

if TYPE_CHECKING:
    import argparse

    from hemvist.cli import Subparsers
    from hemvist.compensation.models import PaymentFile


def register(subparsers: Subparsers) -> None:
    command = add_import(subparsers, "payments", "Migrationsverkets utbetalningslista, CSV eller XLSX enligt mallen")
    command.set_defaults(run=_payments)


def _payments(options: argparse.Namespace) -> int:
    from hemvist.cli import setup_django

    setup_django()
    from hemvist.compensation import importing

    return run_import(options, importing, _tell)


def _tell(run: PaymentFile) -> None:
    found = run.summary
    print(f"{found['rows']} rader lästa, {found['errors']} fel")
    print(f"Nya: {found['new']} utbetalningar, varav {found['unmatched']} utan träff på någon person")
    print(f"Finns redan: {found['known']} utbetalningar")
    if found["unused"]:
        print(f"Kolumner som inte används: {', '.join(found['unused'])}")
