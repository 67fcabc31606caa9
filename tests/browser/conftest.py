"""A served demo for each file of tests, and a browser that fails the test at the first fault of a page."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright

HERE = Path(__file__).parent
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 60
# How long a page may take: generous, since a busy machine is no fault of the page.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks this folder. With ``--dist loadgroup`` a file, or the part of it that says so, stays together."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


@pytest.fixture(scope="session")
def today() -> date:
    """The day that the served demo says it is."""
    return datetime.now(ZoneInfo("Europe/Stockholm")).date()


# --- the server -------------------------------------------------------------------------------------------


def environment(folder: Path) -> dict[str, str]:
    """What a command of Hemvist's needs to work in ``folder`` and nowhere else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HEMVIST_", "DJANGO_"))}
    return kept | {
        "HEMVIST_DATA_DIR": str(folder),
        "HEMVIST_DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "HEMVIST_LOG_LEVEL": "ERROR",
    }


def hemvist(folder: Path, *words: str) -> None:
    subprocess.run([Path(sys.executable).with_name("hemvist"), *words], env=environment(folder), check=True)


@dataclass
class Site:
    """A demo that is served: where it answers, and where it lies."""

    address: str
    folder: Path

    def run(self, script: str) -> Any:
        """What a script beside this file prints as JSON, run with the demo as its database."""
        found = subprocess.run(
            [sys.executable, str(HERE / script)], env=environment(self.folder), check=True, stdout=subprocess.PIPE
        )
        return json.loads(found.stdout)

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of a demo that is made once, also when several processes share the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "hemvist-demo"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            hemvist(folder, "demo", "--no-serve")
            (folder / "made").touch()
    return folder


@pytest.fixture(scope="module")
def site(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A copy of the demo, served for this file's tests alone."""
    folder = tmp_path_factory.mktemp("site")
    for path in demo.glob("*"):
        if path.name not in {"lock", "made"}:
            shutil.copy(path, folder)
    with serving(folder, Path(sys.executable).with_name("hemvist")) as found:
        yield found


@contextmanager
def serving(folder: Path, *command: str | Path) -> Iterator[Site]:
    """What lies in the folder, served by ``command`` for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    command = (*command, "serve", "--bind", place, "--workers", "1")
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment(folder), stdout=log, stderr=log)
    try:
        _until_it_answers(server, f"http://{place}/robots.txt", folder / "log")
        yield Site(f"http://{place}", folder)
    finally:
        server.terminate()
        server.wait(20)


def _until_it_answers(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):
            urlopen(address, timeout=START_SECONDS).close()
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.05)
            break
    pytest.fail(f"The server did not start:\n{log.read_text(encoding='utf-8')}")


# --- the browser ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with the file: Playwright's event loop would keep Django's queries out of the tests that follow."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "There is no browser. scripts/packages.sh chromium installs one."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Watch:
    """Everything that a page must not do: log an error, break the content policy, ask elsewhere, get a 5xx."""

    sites: list[str]
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", lambda message: self._console(message.type, message.text))
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("response", self._response)
        context.on("request", lambda request: self._request(request.url))

    def _console(self, kind: str, text: str) -> None:
        # That a page is refused or not there is told by its response, below.
        if kind == "error" and not text.startswith("Failed to load resource: the server responded with a status of 4"):
            self.faults.append(f"console: {text}")

    def _response(self, response: Response) -> None:
        page = response.request.resource_type in {"document", "xhr", "fetch"}
        if response.status >= 500 or (response.status >= 400 and not page):
            self.faults.append(f"{response.status} {response.url}")

    def _request(self, url: str) -> None:
        if not url.startswith((*self.sites, "data:", "blob:")):
            self.faults.append(f"asked elsewhere: {url}")


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """``visit(**options)``: a page in a browser of its own, that nobody is signed in to. ``base_url`` names another
    site that a test serves.
    """
    watch, contexts = Watch([site.address]), []

    def open_page(**options: Any) -> Page:
        usual = {
            "base_url": site.address,
            "locale": "sv-SE",
            "timezone_id": "Europe/Stockholm",
            "reduced_motion": "reduce",
            "viewport": {"width": 1280, "height": 900},
        }
        chosen = {**usual, **options}
        watch.sites.append(chosen["base_url"])
        context = browser.new_context(**chosen)
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.faults, "\n".join([*watch.faults, site.log()])


@pytest.fixture
def sign_in(visit: Visit) -> Visit:
    """``sign_in(username)``: a page signed in by the demo user's card."""

    def enter(username: str, **options: Any) -> Page:
        page = visit(**options)
        page.goto("/logga-in/")
        page.locator(f".role-card:has([value={username}]) button").click()
        page.wait_for_url(lambda url: "logga-in" not in url)
        return page

    return enter
