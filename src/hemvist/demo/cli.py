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

    database = settings.DATABASES["default"]
    if options.fresh and str(database["ENGINE"]).endswith("sqlite3"):
        for suffix in ("", "-wal", "-shm"):
            path = f"{database['NAME']}{suffix}"
            if os.path.exists(path):
                os.remove(path)
    call_command("migrate", interactive=False, verbosity=0)
    from hemvist.access.queries import is_demo

    if not is_demo():
        from hemvist.demo.data import make
        from hemvist.organisation.check import folder
        from hemvist.organisation.services import load_municipality

        print("Gör en demo med påhittade personer. Det tar en liten stund.", flush=True)
        load_municipality(folder("enkoping"))
        make(timezone.localdate(), say=lambda text: print(f"  {text}", flush=True))
    if options.no_serve:
        return 0
    from hemvist.web.cli import serve

    return serve(options.bind, options.workers)
