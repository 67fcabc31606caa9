"""All of the work can be done without JavaScript, and with nothing but the keyboard."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit
from tests.browser.moves import (
    assigned_rows,
    family_of_four,
    fetch_template,
    filled_in,
    follow,
    press,
    upload,
)

LONGEST_WAY = 150


# --- without JavaScript -----------------------------------------------------------------------------------


def test_without_script_a_task_is_found_taken_and_finished(sign_in: Visit) -> None:
    page = sign_in("sfi", java_script_enabled=False)
    page.goto("/uppgifter/")
    number = re.search(r"MOT-\d{4}-\d+", page.locator(".task-meta").first.inner_text())
    assert number
    page.get_by_label("Ärendenummer").fill(number[0])
    press(page, "Visa")
    before = page.locator(".task-row").count()
    assert before
    for meta in page.locator(".task-row .task-main").all_inner_texts():
        assert number[0] in meta

    follow(page, page.locator(".task-title a").first)
    press(page, "Ta uppgiften")
    expect(page.get_by_text("Du har tagit uppgiften.")).to_be_visible()
    press(page, "Klar")
    expect(page.get_by_text("Uppgiften är klar.")).to_be_visible()
    page.goto(f"/uppgifter/?case={number[0]}")
    expect(page.locator(".task-row")).to_have_count(before - 1)


def _fill_person(page: Page, place: int, given: str, born: str, position: str) -> None:
    page.locator(f"[name=person-{place}-given]").fill(given)
    page.locator(f"[name=person-{place}-family]").fill("Utanskript")
    page.locator(f"[name=person-{place}-birth_date]").fill(born)
    page.locator(f"[name=person-{place}-position]").select_option(value=position)


def test_without_script_an_anvisning_is_registered_with_a_person_more(sign_in: Visit) -> None:
    page = sign_in("samordnare", java_script_enabled=False)
    page.goto("/anvisningar/ny/")
    page.get_by_label("Beslutsdag").fill("2026-01-15")
    page.get_by_label("Kategori").select_option(value="quota")
    _fill_person(page, 0, "Ada", "1990-02-03", "contact")
    press(page, "Lägg till en person")
    expect(page.locator("[name=person-0-given]")).to_have_value("Ada")
    _fill_person(page, 1, "Bo", "2015-04-05", "child")
    press(page, "Lägg till en person")
    follow(page, page.get_by_role("button", name="Ta bort person 3"))
    follow(page, page.get_by_role("button", name="Registrera anvisningen").last)
    expect(page.get_by_text("Anvisningen är registrerad.")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Ada Utanskript")
    expect(page.locator("main")).to_contain_text("Bo Utanskript")


def test_without_script_a_form_with_faults_says_where_they_are_and_keeps_what_was_typed(sign_in: Visit) -> None:
    page = sign_in("kontaktcenter", java_script_enabled=False)
    page.goto("/anmal-hushall/")
    _fill_person(page, 0, "Ebbe", "", "contact")
    follow(page, page.get_by_role("button", name="Skicka till mottagandet").last)
    summary = page.locator(".ds-error-summary")
    expect(summary).to_contain_text("Födelsedatum")
    expect(page.locator("[name=person-0-given]")).to_have_value("Ebbe")
    target = summary.get_by_role("link", name=re.compile("^Födelsedatum")).get_attribute("href")
    expect(page.locator(target or "")).to_have_attribute("aria-invalid", "true")


def test_without_script_a_file_is_read_and_confirmed(sign_in: Visit, today: date) -> None:
    page = sign_in("samordnare", java_script_enabled=False)
    upload(page, filled_in(fetch_template(page), assigned_rows(family_of_four("Filsson", today), "NOSCRIPT-1", today)))
    press(page, "Läs in allt")
    expect(page.get_by_text("Filen är inläst.")).to_be_visible()
    page.goto("/hushall/")
    page.get_by_label("Namn, ärendenummer eller personnummer").fill("Filsson")
    press(page, "Visa")
    expect(page.locator("#households tbody tr")).to_have_count(1)


def test_without_script_a_list_of_payments_is_read_confirmed_and_matched_by_hand(sign_in: Visit, today: date) -> None:
    page = sign_in("controller", java_script_enabled=False)
    page.goto("/ersattning/utbetalningar/las-in/")
    with page.expect_download() as template:
        page.get_by_role("link", name="CSV", exact=True).click()
    row = {
        "dossiernummer": "NOSCRIPT-2",
        "ersattning": "Okänt slag",
        "belopp": "4 711",
        "utbetalningsdatum": f"{today}",
    }
    upload(page, filled_in(template.value.path(), [row]), "utbetalningar.csv", page.url)
    expect(page.get_by_text("Granska och bekräfta. Inget är sparat än.")).to_be_visible()
    press(page, "Läs in allt")
    expect(page.get_by_text("Listan är inläst.")).to_be_visible()
    page.goto("/ersattning/avstamning/")
    follow(page, page.locator("#unmatched tr", has_text="NOSCRIPT-2").get_by_role("link", name="Koppla"))
    page.get_by_label("Sök namn, ärende eller nummer").fill("MOT-")
    press(page, "Sök")
    follow(page, page.locator("tbody tr").first.get_by_role("button"))
    expect(page.get_by_text("Utbetalningen är kopplad till personen.")).to_be_visible()
    expect(page.locator("#unmatched")).to_have_count(0)
    expect(page.locator("tbody tr", has_text=re.compile(r"4\s711\skr"))).to_have_count(1)


# --- with the keyboard ------------------------------------------------------------------------------------


def _tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus stands on what begins with the words; it must be seen where it stands."""
    for _press in range(LONGEST_WAY):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if focus.count() and focus.inner_text().strip().startswith(words):
            outline = focus.evaluate(
                "(element) => { const style = getComputedStyle(element);"
                " return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }"
            )
            assert outline, f"{words}: the focus is not seen"
            return
    raise AssertionError(f"{words} cannot be reached by Tab")


def test_by_keyboard_the_first_stop_leads_past_the_menus(sign_in: Visit) -> None:
    page = sign_in("sfi")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Hoppa till innehållet")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_by_keyboard_the_menu_of_a_phone_opens_leads_on_and_closes(sign_in: Visit) -> None:
    page = sign_in("sfi", viewport={"width": 390, "height": 800})
    menu = page.get_by_role("navigation", name="Huvudmeny")
    expect(menu).to_be_hidden()
    _tab_to(page, "Meny")
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator(":focus")).to_contain_text("Meny")
    page.keyboard.press("Enter")
    _tab_to(page, "Uppgifter")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Uppgifter")


def test_by_keyboard_a_task_is_taken_and_finished(sign_in: Visit) -> None:
    page = sign_in("skola")
    page.goto("/uppgifter/")
    page.locator(".task-row").first.locator("a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for words, said in (("Ta uppgiften", "Du har tagit uppgiften."), ("Klar", "Uppgiften är klar.")):
        _tab_to(page, words)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_text(said)).to_be_visible()


def test_by_keyboard_signing_out_is_reached_through_the_account_menu(sign_in: Visit) -> None:
    page = sign_in("strateg")
    _tab_to(page, "Stella Strateg")
    page.keyboard.press("Enter")
    _tab_to(page, "Logga ut")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Ett gemensamt mottagande")


def test_a_faulty_form_puts_the_focus_on_what_is_to_be_put_right(sign_in: Visit) -> None:
    page = sign_in("samordnare")
    page.goto("/anvisningar/ny/")
    follow(page, page.get_by_role("button", name="Registrera anvisningen").last)
    expect(page.locator(".ds-error-summary")).to_be_focused()
