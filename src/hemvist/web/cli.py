"""``hemvist serve``: the web server."""

from __future__ import annotations

import argparse
import os
from typing import Any

DEFAULT_BIND = "127.0.0.1:8000"
THREADS = 8


def register(subparsers: Any) -> None:
    serve = subparsers.add_parser("serve", help="Starta webbservern")
    serve.add_argument("--bind", default=DEFAULT_BIND, metavar="ADRESS:PORT", help=f"förval {DEFAULT_BIND}")
    serve.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4), metavar="ANTAL")
    serve.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    return serve(options.bind, options.workers)


def serve(bind: str, workers: int) -> int:
    """Serve until interrupted: static files collected, gunicorn with threads."""
    from hemvist.cli import setup_django

    setup_django()
    from django.core.management import call_command
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    call_command("collectstatic", interactive=False, verbosity=0)

    class Server(BaseApplication):
        def load_config(self) -> None:
            settings = {
                "bind": bind,
                "workers": workers,
                "worker_class": "gthread",
                "threads": THREADS,
                "max_requests": 10_000,
                "max_requests_jitter": 1_000,
                "control_socket_disable": True,  # nothing listens but the address above
            }
            for name, value in settings.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            from hemvist.config.wsgi import application

            return application

    print(f"\nÖppna http://{bind} i webbläsaren. Avsluta med Ctrl+C.\n", flush=True)
    Server().run()
    return 0
