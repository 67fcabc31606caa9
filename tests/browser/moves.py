"""What the stories' people do on the pages, in the words that stand on the buttons."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect

from hemvist.web.files import csv_bytes

PHONE, EMAIL = "070-174 06 36", "olena@example.org"
MOST_TASKS = 200


class Someone(NamedTuple):
    given: str
    family: str
    born: date
    position: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


def family_of_four(family: str, today: date) -> list[Someone]:
    """Two adults, a child who goes to school and one who goes to preschool."""
    return [
        Someone("Zelda", family, date(1988, 4, 2), "kontaktperson"),
        Someone("Quentin", family, date(1986, 9, 12), "vuxen"),
        Someone("Ylva", family, date(today.year - 9, 3, 3), "barn"),
        Someone("Wim", family, date(today.year - 3, 3, 3), "barn"),
    ]


def assigned_rows(people: Sequence[Someone], reference: str, today: date) -> list[dict[str, str]]:
    """The file's rows for a quota household that arrives today."""
    return [
        {
            "hushallsnyckel": reference,
            "beteckning": reference,
            "beslutsdatum": f"{today - timedelta(days=20)}",
            "senaste_mottagningsdag": f"{today + timedelta(days=40)}",
            "kategori": "kvotflykting",
            "planerad_ankomst": f"{today}",
            "fornamn": one.given,
            "efternamn": one.family,
            "fodelsedatum": f"{one.born}",
            "stallning": one.position,
            "tillstandsgrund": "vidarebosatt",
            "tillstand_beviljat": f"{today - timedelta(days=60)}",
            "sprak": "arabiska",
            "tolk": "nej" if one.position == "barn" else "ja",
            "dossiernummer": f"DEMO-{reference}-{place}",
            "telefon": PHONE if place == 0 else "",
            "epost": EMAIL if place == 0 else "",
        }
        for place, one in enumerate(people)
    ]


# --- the file ---------------------------------------------------------------------------------------------


def filled_in(template: Path, rows: Iterable[Mapping[str, str]]) -> bytes:
    """The downloaded template with rows under its own header."""
    (header,) = csv.reader(io.StringIO(template.read_text(encoding="utf-8-sig")), delimiter=";")
    return csv_bytes(header, [[row.get(column, "") for column in header] for row in rows])


def fetch_template(page: Page) -> Path:
    room(page, "Anvisningar")
    follow(page, page.get_by_role("link", name="Läs in fil"))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    return download.value.path()


def upload(page: Page, content: bytes, name: str = "anvisningar.csv", to: str = "/anvisningar/las-in/") -> None:
    """Choose the file and come to its preview."""
    page.goto(to)
    page.get_by_label("Fil", exact=True).set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    press(page, "Läs och granska")
    expect(page.locator("h1")).to_have_text(name)


def figure(page: Page, label: str) -> str:
    """A number of the preview."""
    return page.locator(".tile", has_text=label).locator(".tile-value").inner_text()


def bring_in(page: Page, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Template, upload, preview, confirm. Gives the file."""
    content = filled_in(fetch_template(page), rows)
    upload(page, content)
    page.get_by_role("button", name="Läs in allt").click()
    expect(page.get_by_text("Filen är inläst.")).to_be_visible()
    return content


# --- getting about ----------------------------------------------------------------------------------------


def answer(page: Page, address: str) -> int:
    """The status with which the address answers."""
    response = page.goto(address)
    return response.status if response else 0


def follow(page: Page, link: Locator) -> None:
    with page.expect_navigation():
        link.click()


def press(page: Page, name: str) -> None:
    """Press a button that sends a form."""
    follow(page, page.get_by_role("button", name=name, exact=True))


def room(page: Page, name: str) -> None:
    follow(page, page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name=name, exact=True))


def settled(page: Page) -> None:
    """Wait until what was fetched without a new page stands there."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def search(page: Page, words: str) -> Locator:
    """The rows of the household list that the words lead to, also closed ones."""
    page.goto("/hushall/")
    page.get_by_label("Läge").select_option(value="all")
    settled(page)
    page.get_by_label("Namn, ärendenummer eller personnummer").fill(words)
    page.get_by_role("button", name="Visa").click()
    page.wait_for_url("**/hushall/?*sok=1*")
    settled(page)
    return page.locator("#households tbody tr")


def open_household(page: Page, name: str) -> str:
    """The household's page; gives the case number."""
    expect(search(page, name)).to_have_count(1)
    follow(page, page.locator("#households tbody").get_by_role("link"))
    expect(page.locator("h1")).to_contain_text(name)
    number = re.search(r"MOT-\d{4}-\d+", page.locator(".eyebrow").inner_text())
    assert number
    return number[0]


# --- the work ---------------------------------------------------------------------------------------------


def disclose(page: Page, household: str, recipient: str, whom: Iterable[str], what: Iterable[str], why: str) -> None:
    """From the household's page: what, to whom, on which ground, why."""
    page.goto(household)
    follow(page, page.get_by_role("link", name="Lämna ut uppgifter"))
    page.get_by_label("Till vem?").select_option(label=recipient)
    chosen = set(whom)
    people = page.get_by_role("group", name="Om vem?")
    for name in people.locator("label").all_inner_texts():
        people.get_by_label(name).set_checked(name in chosen)
    for name in what:
        page.get_by_role("checkbox", name=re.compile(f"^{name} –")).check()
    press(page, "Vidare till grunden")
    page.get_by_role("radio", name=re.compile("^Det står klart att ingen lider men")).check()
    page.get_by_label("Skäl").fill(why)
    press(page, "Lämna ut")
    expect(page.get_by_text("Uppgifterna är utlämnade.")).to_be_visible()


def tasks_of_case(page: Page, number: str, state: str = "open") -> list[str]:
    """The titles in the own task list, one for each task."""
    page.goto(f"/uppgifter/?state={state}&case={number}")
    return page.locator(".task-title").all_inner_texts()


def finish_all(page: Page, number: str) -> int:
    """Press *Klar* on every task of the case that the own list shows. Gives how many."""
    tasks_of_case(page, number)
    for done in range(MOST_TASKS):
        button = page.locator(".task-row").get_by_role("button", name=re.compile("^Klar")).first
        if not button.count():
            return done
        follow(page, button)
    raise AssertionError("The list of tasks never ended.")


def plan_links(page: Page, *, open_only: bool) -> list[str]:
    """The addresses of the tasks in the shared plan, as the household's page shows it."""
    rows = ".task-row:not(.done)" if open_only else ".task-row"
    links = page.locator(f".plan {rows} a[href^='/uppgifter/']")
    return links.evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")


def board(page: Page, name: str) -> Locator:
    return page.locator(".plan-board", has=page.get_by_role("heading", name=name, exact=True))
