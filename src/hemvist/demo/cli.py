"""``hemvist demo``: make the demonstration the first time, then serve it."""

from __future__ import annotations

import argparse
import os
from typing import Any

from hemvist.web.cli import DEFAULT_BIND


def register(subparsers: Any) -> None:
    demo = subparsers.add_parser("demo", help="Gör en demo med påhittade personer första gången, och visa den")
    demo.add_argument("--bind", default=DEFAULT_BIND, metavar="ADRESS:PORT", help=f"förval {DEFAULT_BIND}")
    demo.add_argument("--workers", type=int, default=1, metavar="ANTAL")
    demo.add_argument("--fresh", action="store_true", help="kasta den demo som finns och gör en ny")
    demo.add_argument("--no-serve", action="store_true", help="gör bara databasen")
    demo.set_defaults(run=_demo)


def _throw_away(path: str) -> None:
    """Remove the files of an embedded demo database. The caller has seen that it is a demo."""
    from django.db import connection

    if connection.vendor != "sqlite":
        raise SystemExit("--fresh gäller bara den inbäddade databasen. Töm PostgreSQL-databasen på annat sätt.")
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(f"{path}{suffix}"):
            os.remove(f"{path}{suffix}")


def _demo(options: argparse.Namespace) -> int:
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemvist.config.settings")
    # The demo has a database of its own and never touches one that is in use.
    if "HEMVIST_DATABASE_URL" not in os.environ:
        data_dir = os.path.abspath(os.environ.get("HEMVIST_DATA_DIR", "var"))
        os.environ["HEMVIST_DATABASE_URL"] = f"sqlite:///{data_dir}/demo.sqlite3"
    from hemvist.cli import setup_django

    setup_django()
    from django.core.management import call_command
    from django.utils import timezone

    from hemvist.access.queries import is_demo

    call_command("migrate", interactive=False, verbosity=0)
    if options.fresh and is_demo():
        _throw_away(str(settings.DATABASES["default"]["NAME"]))
        call_command("migrate", interactive=False, verbosity=0)
    if not is_demo():
        from django.core.exceptions import ValidationError

        from hemvist.demo.data import make
        from hemvist.organisation.check import folder
        from hemvist.organisation.services import FolderError, load_municipality

        print("Gör en demo med påhittade personer. Det tar en liten stund.", flush=True)
        try:
            load_municipality(folder("enkoping"))
            make(timezone.localdate(), say=lambda text: print(f"  {text}", flush=True))
        except ValidationError as error:
            print("\n".join(error.messages))
            return 1
        except FolderError as error:
            print(error)
            return 1
    if options.no_serve:
        return 0
    from hemvist.web.cli import serve

    return serve(options.bind, options.workers)
