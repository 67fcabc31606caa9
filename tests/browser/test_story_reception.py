"""The story of the issue: one household, one plan, every board its part, and nobody sees more than they may."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit
from tests.browser.moves import (
    EMAIL,
    PHONE,
    answer,
    assigned_rows,
    board,
    bring_in,
    disclose,
    family_of_four,
    fetch_template,
    figure,
    filled_in,
    finish_all,
    follow,
    open_household,
    plan_links,
    press,
    room,
    search,
    tasks_of_case,
    upload,
)

GUIDANCE = "Hänvisade till apoteket vid torget"


def _sees_only(page: Page, number: str, secrets: list[str], others: set[str]) -> str:
    """The list and every task of the case: the own part, nothing of the secrets, no other board's tasks.

    Gives what stands there as disclosed.
    """
    own, disclosed = set(tasks_of_case(page, number)), ""
    assert own, f"{number} has no tasks here"
    links = page.locator(".task-title a").evaluate_all("(links) => links.map((link) => link.href)")
    for address in ["", *links]:
        if address:
            page.goto(address)
            disclosed += page.get_by_role("region", name="Utlämnat till din verksamhet").inner_text()
        seen = [secret for secret in secrets if secret in page.content()]
        assert not seen, f"{page.url} shows {seen}"
        # What the own task waits for is named, so that somebody can ask; nothing else of it is seen.
        waits = " ".join(page.locator(".task-meta, dt:has-text('Väntar på') + dd").all_inner_texts())
        told = page.locator("body").inner_text()
        foreign = [title for title in others - own if title in told and title not in waits]
        assert not foreign, f"{page.url} shows {foreign}"
    return disclosed


def test_from_a_file_of_anvisningar_to_a_plan_that_every_board_has_done_its_part_of(
    sign_in: Visit, today: date
) -> None:
    people = family_of_four("Provsson", today)
    contact, other, pupil, toddler = (person.name for person in people)
    sara = sign_in("samordnare")

    # The file: preview first, nothing saved; then everything at once.
    rows = assigned_rows(people, "STORY-1", today)
    upload(sara, filled_in(fetch_template(sara), rows))
    assert (figure(sara, "Nya hushåll"), figure(sara, "Nya personer"), figure(sara, "Fel")) == ("1", "4", "0")
    preview = sara.url
    expect(search(sara, "Provsson")).to_have_count(0)
    sara.goto(preview)
    sara.get_by_role("button", name="Läs in allt").click()
    expect(sara.get_by_text("Filen är inläst.")).to_be_visible()

    # The household is there with a plan for every board.
    number = open_household(sara, contact)
    household = sara.url
    for name in ("Utbildningsnämnden", "Socialnämnden", "Kommunstyrelsen", "Region Uppsala"):
        expect(board(sara, name)).to_be_visible()

    # They arrive; the plan counts from the day.
    follow(sara, sara.get_by_role("link", name="Registrera mottagande"))
    press(sara, "Registrera")
    expect(sara.get_by_text("4 personer är mottagna. Planen räknas nu från den faktiska dagen.")).to_be_visible()

    # Guidance is noted, and each board gets the few fields that it needs.
    sara.goto(household)
    follow(sara, sara.get_by_role("link", name="Anteckna vägledning"))
    sara.get_by_label("Om vad?").select_option(index=1)
    sara.get_by_role("radio").first.check()
    sara.get_by_label("Anteckning").fill(GUIDANCE)
    press(sara, "Spara")
    expect(sara.get_by_text(GUIDANCE)).to_be_visible()
    why = "Behövs för att kunna kalla och skriva in"
    disclose(sara, household, "Vuxenutbildning och SFI", [contact, other], ["Namn", "Språk"], why)
    disclose(sara, household, "Skola och förskola", [pupil, toddler], ["Namn", "Födelsedatum"], why)
    disclose(sara, household, "Socialtjänst", [contact], ["Namn", "Telefon och e-post"], why)
    sara.goto(household)
    titles = set(sara.locator(".plan .task-title").all_text_contents())

    # Each board sees its own tasks and what it was given, and does its part.
    parts: set[str] = set()
    for username, given, withheld in (
        ("sfi", [contact, "arabiska"], [pupil, toddler, PHONE, EMAIL]),
        ("skola", [pupil], [contact, other, PHONE, EMAIL, "arabiska"]),
        ("socialsekreterare", [contact, PHONE], [other, pupil, toddler, "arabiska"]),
    ):
        page = sign_in(username)
        shown = _sees_only(page, number, [*withheld, GUIDANCE, "STORY-1", "DEMO-STORY-1-0"], titles)
        assert [word for word in given if word not in shown] == []
        assert answer(page, household) == 403
        parts |= set(tasks_of_case(page, number))
        assert finish_all(page, number) > 0
        assert tasks_of_case(page, number) == []

    # The coordinator sees that it is done; then she does the reception's part and follows state and region.
    sara.goto(household)
    assert parts <= set(sara.locator(".plan .task-row.done .task-title").all_text_contents())
    assert not parts & set(sara.locator(".plan .task-row:not(.done) .task-title").all_text_contents())
    assert finish_all(sara, number) > 0
    sara.goto(household)
    for address in plan_links(sara, open_only=True):
        sara.goto(address)
        if sara.locator("form[action$='/klar/']").count():
            press(sara, "Klar")
    sara.goto(household)
    for name in ("Region Uppsala", "Arbetsförmedlingen", "Utbildningsnämnden"):
        done, every = re.search(r"(\d+) av (\d+) klara", board(sara, name).inner_text()).groups()  # type: ignore[union-attr]
        assert done == every, f"{name}: {done} of {every}"
    expect(board(sara, "Kommunstyrelsen")).to_contain_text("0 av 1 klara")


def test_the_same_file_a_second_time_creates_nothing(sign_in: Visit, today: date) -> None:
    page = sign_in("samordnare")
    content = bring_in(page, assigned_rows(family_of_four("Tvågånger", today), "STORY-2", today))
    upload(page, content)
    expect(page.get_by_text("Allt i filen finns redan i Hemvist.")).to_be_visible()
    assert figure(page, "Finns redan") == "1"
    expect(page.get_by_role("button", name="Läs in allt")).to_have_count(0)
    expect(search(page, "Tvågånger")).to_have_count(1)


def test_a_mutilated_file_tells_row_and_column_and_creates_nothing(sign_in: Visit, today: date) -> None:
    page = sign_in("samordnare")
    rows = assigned_rows(family_of_four("Stympad", today), "STORY-3", today)
    rows[1]["fodelsedatum"] = "31 februari"
    rows[2]["stallning"] = "granne"
    upload(page, filled_in(fetch_template(page), rows))
    errors = page.get_by_role("region", name="Att rätta i filen").locator("tbody tr")
    expect(errors).to_have_count(2)
    expect(errors.nth(0)).to_contain_text("rad 3")
    expect(errors.nth(0)).to_contain_text("”31 februari” är inget datum.")
    expect(errors.nth(1)).to_contain_text("rad 4")
    expect(errors.nth(1)).to_contain_text("kontaktperson, vuxen, barn")
    expect(page.get_by_role("button", name="Läs in allt")).to_have_count(0)
    expect(search(page, "Stympad")).to_have_count(0)


def test_who_found_a_home_on_their_own_comes_in_by_the_contact_centre_which_keeps_only_the_receipt(
    sign_in: Visit,
) -> None:
    karin = sign_in("kontaktcenter")
    room(karin, "Anmäl hushåll")
    karin.get_by_label("Hur kommer hushållet?").select_option(value="self_settled")
    karin.get_by_label("Bor redan i kommunen").check()
    karin.get_by_label("Förnamn").fill("Ebbe")
    karin.get_by_label("Efternamn").fill("Självbosatt")
    karin.get_by_label("Födelsedatum").fill("1990-05-05")
    karin.get_by_label("Telefon").fill(PHONE)
    press(karin, "Skicka till mottagandet")
    expect(karin.locator("h1")).to_have_text("Anmälan är mottagen")
    number = karin.locator(".lead strong").inner_text()
    for address in (karin.url, "/", f"/uppgifter/?case={number}&state=all"):
        karin.goto(address)
        assert "Självbosatt" not in karin.content()
        assert PHONE not in karin.content()
    assert answer(karin, "/hushall/") == 403
    assert open_household(sign_in("samordnare"), "Ebbe Självbosatt") == number


def test_a_household_that_becomes_protected_vanishes_for_all_who_are_not_appointed(sign_in: Visit, today: date) -> None:
    people = family_of_four("Skyddsson", today)
    sixten, sfi, sara = sign_in("samordnare2"), sign_in("sfi"), sign_in("samordnare")
    bring_in(sixten, assigned_rows(people, "STORY-5", today))
    number = open_household(sixten, people[0].name)
    household = sixten.url
    tasks_of_case(sfi, number)
    task = sfi.locator(".task-title a").first.get_attribute("href") or ""

    sara.goto(household)
    follow(sara, sara.get_by_role("complementary", name="Om hushållet").get_by_role("link", name=people[0].name))
    follow(sara, sara.locator("a[href$='/uppgift/protection/']"))
    sara.get_by_role("radio", name="Sekretessmarkering").check()
    sara.get_by_label("Paragraf").fill("22 kap. 1 § OSL")
    press(sara, "Spara")
    expect(sara.get_by_text("Uppgiften är sparad.")).to_be_visible()

    expect(search(sixten, "Skyddsson")).to_have_count(0)
    assert answer(sixten, household) == 404
    assert "Skyddsson" not in sixten.content()
    for username in ("sfi", "skola", "socialsekreterare"):
        page = sfi if username == "sfi" else sign_in(username)
        assert tasks_of_case(page, number, "all") == []
    assert answer(sfi, task) == 404
    assert open_household(sara, people[0].name) == number


def test_the_newcomer_reads_the_own_plan_in_english(sign_in: Visit) -> None:
    page = sign_in("nyanland")
    expect(page.locator("h1")).to_contain_text("Välkommen")
    press(page, "Read this in English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Welcome")
    steps = page.locator(".timeline .strong").all_inner_texts()
    assert steps
    assert not [step for step in steps if re.search("[åäö]", step)], steps
    assert answer(page, "/hushall/") == 403
