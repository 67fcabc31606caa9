"""The ``hemvist`` command. Each room registers its own subcommands; parsing only, no rules here."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

# Rooms with a ``cli`` module that has ``register(subparsers)``.
ROOMS = (
    "hemvist.law",
    "hemvist.planning",
    "hemvist.organisation",
    "hemvist.access",
    "hemvist.reception",
    "hemvist.coordination",
    "hemvist.housing",
    "hemvist.compensation",
    "hemvist.placement",
    "hemvist.web",
    "hemvist.demo",
)


def setup_django() -> None:
    """Start Django. Commands that need no database never call it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemvist.config.settings")
    import django

    django.setup()


def shared_command(subparsers: Subparsers, name: str, about: str) -> Subparsers:
    """The subcommands of a command that several rooms add to, as ``import``; the first of them makes it."""
    if name not in subparsers.choices:
        subparsers.add_parser(name, help=about).add_subparsers(dest="what", required=True, metavar="VAD")
    command = subparsers.choices[name]
    return next(action for action in command._actions if isinstance(action, argparse._SubParsersAction))


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hemvist", description="Hemvist – kommunens mottagande av nyanlända")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="KOMMANDO")
    for room in ROOMS:
        import_module(f"{room}.cli").register(subparsers)
    manage = subparsers.add_parser("manage", help="Djangos egna kommandon, till exempel: hemvist manage migrate")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    manage.set_defaults(run=_manage)
    return parser


def _manage(options: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemvist.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["hemvist manage", *options.arguments])
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    return int(options.run(options) or 0)


if __name__ == "__main__":
    sys.exit(main())
