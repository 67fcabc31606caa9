"""The story of a home: from the notice of an arrival to the keys, by the reception and the housing company together."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit
from tests.browser.moves import (
    answer,
    assigned_rows,
    bring_in,
    family_of_four,
    follow,
    open_household,
    press,
    room,
)


def _tab(page: Page, name: str) -> None:
    follow(page, page.get_by_role("navigation", name="Bostädernas sidor").get_by_role("link", name=name, exact=True))


def _proposal(page: Page, number: str) -> str:
    """Work the matching out; gives the address of the dwelling that is proposed for the case."""
    room(page, "Bostäder")
    _tab(page, "Matchning")
    follow(page, page.get_by_role("button", name=re.compile("^Kör matchningen")))
    row = page.get_by_role("row", name=re.compile(number))
    expect(row).to_have_count(1)
    return row.get_by_role("cell").nth(1).inner_text().split("\n")[0]


def test_from_the_notice_of_an_arrival_to_the_keys(sign_in: Visit, today: date) -> None:
    people = family_of_four("Nyckelsson", today)
    names = [person.name for person in people]
    sara = sign_in("samordnare")
    bring_in(sara, assigned_rows(people, "STORY-HOME", today))
    number = open_household(sara, names[0])
    household = sara.url

    # The reception writes what the household needs; the register proposes numbers and days, and says from what.
    follow(sara, sara.get_by_role("link", name="Bostad", exact=True))
    follow(sara, sara.get_by_role("link", name="Skriv vad hushållet behöver"))
    assert sara.get_by_label("Antal vuxna").input_value() == "2"
    assert sara.get_by_label("Antal barn").input_value() == "2"
    expect(sara.get_by_text("I hushållet bor 2 vuxna och 2 barn i dag.")).to_have_count(1)
    sara.get_by_label("Minst antal rum").fill("3")
    sara.get_by_label("Nära till skolan").check()
    press(sara, "Spara")
    need = sara.url

    # The housing company knows nothing of it until it is told; then numbers and days, and no name.
    bo = sign_in("bostad")
    assert answer(bo, need) == 404
    sara.goto(need)
    follow(sara, sara.get_by_role("link", name=re.compile("^Lämna ut behovet till")))
    press(sara, "Vidare till grunden")
    sara.get_by_role("radio", name=re.compile("^Det står klart att ingen lider men")).check()
    sara.get_by_label("Skäl").fill("Bolaget behöver antal och dagar för att hålla en bostad.")
    press(sara, "Lämna ut")
    assert answer(bo, need) == 200
    expect(bo.locator("h1")).to_contain_text(number)
    assert answer(bo, household) == 403
    bo.goto(need)
    assert not [name for name in (*names, "Nyckelsson") if name in bo.content()]

    # A proposal, and why that home and not another.
    first = _proposal(bo, number)
    row = bo.get_by_role("row", name=re.compile(number))
    follow(bo, row.get_by_role("link", name=re.compile("^Varför")))
    expect(bo.get_by_role("heading", name=re.compile(re.escape(first))).first).to_be_visible()
    expect(bo.get_by_role("heading", name="Varför inte en annan?")).to_be_visible()

    # It is offered and declined, with the reason; another is proposed.
    follow(bo, bo.get_by_role("link", name="Erbjud bostaden"))
    press(bo, "Registrera erbjudandet")
    sara.goto(need)
    follow(sara, sara.get_by_role("link", name="Hushållet tackar nej"))
    sara.get_by_label("Läget").check()
    press(sara, "Registrera nej")
    expect(sara.get_by_text(f"{first}: tackade nej (läget)")).to_be_visible()
    second = _proposal(bo, number)
    assert second != first

    # The second is accepted: the lease is there, and the need is met.
    follow(bo, bo.get_by_role("row", name=re.compile(number)).get_by_role("link", name=re.compile("^Erbjud")))
    press(bo, "Registrera erbjudandet")
    sara.goto(need)
    follow(sara, sara.get_by_role("link", name="Hushållet tackar ja"))
    sara.get_by_role("radio", name="Tillsvidare").check()
    press(sara, "Registrera ja och avtal")
    expect(sara.locator("h1")).to_have_text(second)

    # The home is furnished and the keys are handed over, point by point.
    sara.goto(household)
    expect(sara.locator("#about")).to_contain_text(second)
    follow(sara, sara.get_by_role("link", name="Behov, avtal och rätt"))
    follow(sara, sara.get_by_role("link", name=re.compile(re.escape(second))))
    lease = sara.url
    while (point := sara.get_by_role("button", name=re.compile("^Klart")).first).count():
        follow(sara, point)
    expect(sara.get_by_text("3 av 3 klara")).to_be_visible()
    follow(sara, sara.get_by_role("link", name=re.compile("^EX-")))
    sara.get_by_role("combobox", name="Nycklar").select_option(label="Hos hyresgästen")
    press(sara, "Spara")
    expect(sara.get_by_text("Uthyrd").first).to_be_visible()

    # The company sees the lease by its case number; the dwelling cannot be let twice.
    assert answer(bo, lease) == 200
    assert "Nyckelsson" not in bo.content()
    room(bo, "Bostäder")
    follow(bo, bo.get_by_role("link", name=re.compile(re.escape(second))).first)
    expect(bo.get_by_role("link", name=re.compile("^Hyr ut"))).to_have_count(0)
