"""The story of the move: the responsibility is drafted, previewed and decided, and changes hands on its day."""

from __future__ import annotations

import re
import sys
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.browser.conftest import Site, Visit, serving
from tests.browser.moves import answer, follow, press, room

HERE = Path(__file__).parent
TITLE = "Mottagandet till socialnämnden från nyår"


def new_year(today: date) -> date:
    return date((today + timedelta(days=40)).year + 1, 1, 1)


def enter(page: Page, site: Site, username: str) -> Page:
    """Signed in by the demo user's card, on a site of one's own choice."""
    page.goto(f"{site.address}/logga-in/")
    page.locator(f".role-card:has([value={username}]) button").click()
    page.wait_for_url(lambda url: "logga-in" not in url)
    return page


def rooms(page: Page) -> list[str]:
    links = page.get_by_role("navigation", name="Huvudmeny").get_by_role("link")
    return [words.strip() for words in links.all_inner_texts()]


def number(page: Page, label: str) -> int:
    """A number of the preview."""
    row = page.locator("dl.facts > div", has=page.locator("dt", has_text=re.compile(f"^{re.escape(label)}$")))
    return int(row.locator("dd").inner_text())


def test_the_social_services_board_takes_over_on_the_day(site: Site, sign_in: Visit, visit: Visit, today: date) -> None:
    day = new_year(today)
    strategist = sign_in("strateg")
    _drafted(strategist, day)
    cases = _previewed(strategist)
    path = strategist.url.removeprefix(site.address).partition("forhandsvisning/")[0]
    _documents(strategist, path)
    _decided(sign_in("forvaltare"), path)
    before = sign_in("samordnare")
    assert "Hushåll" in rooms(before)
    assert "Hushåll" not in rooms(sign_in("socialsekreterare"))

    command = (sys.executable, HERE / "served_on.py", f"{day}")
    with serving(site.folder, *command) as later:
        new = enter(visit(base_url=later.address), later, "socialsekreterare")
        assert "Hushåll" in rooms(new)
        _works(new, cases)
        old = enter(visit(base_url=later.address), later, "samordnare")
        assert "Hushåll" not in rooms(old)
        assert answer(old, f"{later.address}/hushall/") == 403
        new.goto(f"{later.address}{path}")
        expect(new.get_by_role("heading", name="Det här hände")).to_be_visible()
        assert number(new, "Öppna ärenden som följer med") == cases


def _drafted(page: Page, day: date) -> None:
    """From the alternative to a draft, with somebody who may read the cases and an owner of everything."""
    room(page, "Ansvar")
    follow(page, page.get_by_role("link", name="Flytt", exact=True))
    follow(page, page.get_by_role("link", name="Förbered en flytt"))
    page.get_by_role("radio", name=re.compile("^Socialnämnden")).check()
    page.get_by_label("Rubrik").fill(TITLE)
    page.get_by_label("Första dagen").fill(f"{day}")
    press(page, "Gör ett utkast")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(page.get_by_text("Ingen får behörighet som samordnare")).to_be_visible()
    follow(page, page.get_by_role("link", name=re.compile("^Ändra ?: behörigheter")))
    page.get_by_label("Sofia Socialsekreterare", exact=True).select_option(label="Samordnare i mottagandet")
    page.get_by_label("Får hantera skyddade personuppgifter: Sofia Socialsekreterare").check()
    press(page, "Spara")
    expect(page.get_by_text("Utkastet är komplett")).to_be_visible()


def _previewed(page: Page) -> int:
    """The numbers of the preview, of which the open cases are given."""
    follow(page, page.get_by_role("link", name="Räkna ut vad som händer"))
    expect(page.get_by_role("heading", name="Det här skulle hända på dagen")).to_be_visible()
    assert number(page, "Uppgifter i mottagandet (TA)") == 19
    assert number(page, "Uppgifter i planerna som byter enhet") > 10
    return number(page, "Öppna ärenden som följer med")


def _documents(page: Page, path: str) -> None:
    page.goto(path)
    for kind, what in (("DOCX", "tjänsteskrivelse"), ("PDF", "tjänsteskrivelse"), ("DOCX", "Utbildningsnämnden")):
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile(f"^{kind} ?, {what}")).click()
        assert download.value.path().read_bytes()[:2] in {b"PK", b"%P"}


def _decided(page: Page, path: str) -> None:
    page.goto(path)
    follow(page, page.get_by_role("link", name="Registrera beslutet"))
    press(page, "Registrera beslutet")
    expect(page.locator(".ds-error-summary")).to_be_visible()
    page.get_by_label("Vem har beslutat?").fill("Kommunfullmäktige")
    page.get_by_label("Diarienummer").fill("KS2026/700")
    press(page, "Registrera beslutet")
    expect(page.get_by_text("Beslutet är registrerat.")).to_be_visible()
    expect(page.get_by_role("link", name="Återkalla flytten")).to_be_visible()


def _works(page: Page, cases: int) -> None:
    """The new owner finds the households and finishes a task of theirs."""
    room(page, "Hushåll")
    expect(page.locator("#households tbody tr").first).to_be_visible()
    assert page.locator("#households tbody tr").count() <= cases
    room(page, "Uppgifter")
    tasks = page.locator(".task-row").get_by_role("button", name=re.compile("^Klar"))
    expect(tasks.first).to_be_visible()
    follow(page, tasks.first)
    expect(page.locator("h1")).to_be_visible()
