"""``hemvist municipality check`` and ``hemvist municipality load``."""

from __future__ import annotations

import argparse

from hemvist.organisation import check
from hemvist.organisation.reading import Problem


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("municipality", help="kontrollera eller läsa in en kommuns mapp")
    commands = parser.add_subparsers(dest="deed", required=True, metavar="GÖR")
    for name, run, words in (
        ("check", _check, "kontrollera mappen utan databas"),
        ("load", _load, "läs in mappen i databasen; får köras om"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("path", metavar="MAPP", help="sökväg, eller namn som enkoping")
        command.set_defaults(run=run)


def _check(options: argparse.Namespace) -> int:
    return show(check.check_folder(options.path, check.duty_keys()), options.path)


def _load(options: argparse.Namespace) -> int:
    from hemvist.cli import setup_django

    setup_django()
    from hemvist.organisation.services import FolderError, load_municipality

    try:
        report = load_municipality(options.path)
    except FolderError as refused:
        show(refused.problems, options.path)
        print(refused)
        return 1
    print(report)
    return 0


def show(problems: list[Problem], path: str) -> int:
    for problem in problems:
        print(f"{problem}" if problem.severity == "error" else f"{problem} (upplysning)")
    errors = sum(problem.severity == "error" for problem in problems)
    print(f"{path}: {errors} fel" if errors else f"{path}: inga fel")
    return 1 if errors else 0
