"""The story of the money: persons and payments are read in, two differences found, and a claim filed in time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Site, Visit
from tests.browser.moves import (
    Someone,
    assigned_rows,
    fetch_template,
    figure,
    filled_in,
    follow,
    open_household,
    press,
    room,
    upload,
)

from hemvist.law.calendar import add_months
from hemvist.law.compensation import (
    CompensationFacts,
    Entitlement,
    Ground,
    InitialRate,
    RateFacts,
    Registration,
    entitlements,
    initial_rate,
)

LAPSES_IN = timedelta(days=5)
# The instalment that never comes for the younger, and the one that comes wrong for the older.
LOST, WRONG = 3, 4
WHY_WRONG = "Det stämmer om personen räknas som 20 år eller äldre, men under åldersgränsen."
COST = "92 400"


@dataclass(frozen=True)
class Couple:
    """Two who were received so long ago that the time to apply for the first twelve months is nearly out."""

    today: date
    reference: str = "MONEY-1"

    @property
    def people(self) -> list[Someone]:
        year = self.today.year
        return [
            Someone("Yngre", "Penningson", date(year - 38, 4, 2), "kontaktperson"),
            Someone("Äldre", "Penningson", date(year - 72, 9, 12), "vuxen"),
        ]

    @property
    def received_on(self) -> date:
        return add_months(self.today + LAPSES_IN, -24)

    @property
    def registered_on(self) -> date:
        return self.received_on + timedelta(days=20)

    @property
    def first_year_ends(self) -> date:
        return add_months(self.today + LAPSES_IN, -12)

    def rows(self) -> list[dict[str, str]]:
        """The file of anvisningar, with the day they came."""
        rows = assigned_rows(self.people, self.reference, self.received_on)
        return [{**row, "mottagen": f"{self.received_on}", "tillstandsgrund": "5 kap. 2 §"} for row in rows]

    def owed(self, one: Someone) -> list[Entitlement]:
        """What has fallen due, as the law says without anybody's register."""
        decided_on = date.fromisoformat(self.rows()[0]["beslutsdatum"])
        facts = CompensationFacts(
            birth_date=one.born,
            received_on=self.received_on,
            first_municipality="Enköping",
            initial_rate=initial_rate(RateFacts(assignment_decided_on=decided_on)).value or InitialRate.OTHER,
            registrations=(Registration(self.registered_on, "Enköping", self.registered_on),),
        )
        return [item for item in entitlements(facts) if item.due_on < self.today]

    def amount(self, place: int, number: int) -> Decimal:
        (amount,) = (item.amount for item in self.owed(self.people[place]) if item.number == number)
        assert amount is not None
        return amount

    def payments(self) -> list[dict[str, str]]:
        """Migrationsverket's list: everything, but for one instalment that is lost and one with another's amount."""
        rows = []
        for place, one in enumerate(self.people):
            for item in self.owed(one):
                if (place, item.number) == (0, LOST):
                    continue
                wrong = (place, item.number) == (1, WRONG)
                rows.append(
                    {
                        "dossiernummer": f"DEMO-{self.reference}-{place}",
                        "ersattning": "Initiala kostnader" if item.ground is Ground.INITIAL else "Schablonersättning",
                        "utbetalning": f"{item.number or ''}",
                        "belopp": f"{self.amount(0, WRONG) if wrong else item.amount}",
                        "utbetalningsdatum": f"{item.due_on}",
                    }
                )
        return rows


def _kronor(amount: Decimal) -> re.Pattern[str]:
    """The amount as it is written on the pages, whatever space stands in it."""
    return re.compile(r"(?<!\d)(?<!\d\s)" + r"\s".join(f"{int(amount):,}".split(",")) + r"\skr")


def _tab(page: Page, name: str) -> None:
    """Go to one of the pages of the money."""
    if "/ersattning/" not in page.url:
        room(page, "Ersättning")
    tabs = page.get_by_role("navigation", name="Ersättningens sidor")
    follow(page, tabs.get_by_role("link", name=name, exact=True))


def _to_do(page: Page) -> int:
    """Go to the reconciliation. Gives how many lines there are to look into, all persons together."""
    _tab(page, "Avstämning")
    return int(figure(page, "Att utreda"))


def _differences(page: Page, words: str, shown: str = "Att utreda") -> Locator:
    """In the reconciliation: the lines of whom the words lead to."""
    page.get_by_label("Sök namn, ärende eller nummer").fill(words)
    page.get_by_label(re.compile("^Visa")).select_option(label=shown)
    press(page, "Visa")
    return page.get_by_role("region", name="Person för person").locator("tbody tr")


def _lapsing(page: Page) -> Locator:
    _tab(page, "Ansökningar")
    return page.get_by_role("region", name="Förfaller inom 30 dagar")


def _register(page: Page, person: str, on: date) -> None:
    """From the household's page: where the person is registered, since when."""
    household = page.url
    follow(page, page.get_by_role("complementary", name="Om hushållet").get_by_role("link", name=person))
    follow(page, page.locator("a[href$='/uppgift/population_registration/']").first)
    page.get_by_role("radio", name="Folkbokförd", exact=True).check()
    page.get_by_label("Skatteverkets beslut").fill(f"{on}")
    page.get_by_label("Från och med").fill(f"{on}")
    press(page, "Spara")
    expect(page.get_by_text("Uppgiften är sparad.")).to_be_visible()
    page.goto(household)


def test_from_persons_and_payments_to_the_two_differences_and_a_claim_filed_before_it_lapses(
    sign_in: Visit, today: date
) -> None:
    couple = Couple(today)
    younger, older = (person.name for person in couple.people)
    sara, clas = sign_in("samordnare"), sign_in("controller")
    before = _to_do(clas)

    # The persons: a file, and where Skatteverket has registered them.
    upload(sara, filled_in(fetch_template(sara), couple.rows()))
    press(sara, "Läs in allt")
    number = open_household(sara, younger)
    for person in (younger, older):
        _register(sara, person, couple.registered_on)

    # Nothing has come for them yet: what has fallen due since the first list is missing.
    rows = _differences(clas, number)
    missing = rows.count()
    expect(rows.filter(has_text=f"{LOST}/9")).to_have_count(2)
    expect(rows.filter(has_text="Saknas")).to_have_count(missing)

    # Migrationsverket's list: preview first, then everything at once.
    _tab(clas, "Utbetalningar")
    follow(clas, clas.get_by_role("link", name="Läs in lista"))
    with clas.expect_download() as template:
        clas.get_by_role("link", name="CSV", exact=True).click()
    upload(clas, filled_in(template.value.path(), couple.payments()), "utbetalningar.csv", clas.url)
    told = [figure(clas, words) for words in ("Nya utbetalningar", "Finns redan", "Utan person", "Fel")]
    assert told == [f"{len(couple.payments())}", "0", "0", "0"]
    preview = clas.url
    assert _to_do(clas) == before + missing
    clas.goto(preview)
    press(clas, "Läs in allt")
    expect(clas.get_by_text("Listan är inläst.")).to_be_visible()

    # Two differences, and no others.
    assert _to_do(clas) == before + 2
    rows = _differences(clas, "Penningson")
    expect(rows).to_have_count(2)
    lost, wrong = rows.filter(has_text=younger), rows.filter(has_text=older)
    expect(lost).to_contain_text(f"{LOST}/9")
    expect(lost).to_contain_text("Saknas")
    expect(lost).to_contain_text(_kronor(couple.amount(0, LOST)))
    expect(wrong).to_contain_text(f"{WRONG}/9")
    expect(wrong).to_contain_text("Annat belopp")
    expect(wrong).to_contain_text(_kronor(couple.amount(0, WRONG)))
    expect(wrong).to_contain_text(_kronor(couple.amount(1, WRONG)))
    reason = wrong.get_by_role("paragraph").filter(has_text=f"Möjlig förklaring: {WHY_WRONG}")
    expect(reason).to_be_visible()
    expect(reason).to_contain_text("11 § 2 st")
    why = wrong.locator("details.why").filter(has_text="Varför?")
    why.get_by_text("Varför?").click()
    expect(why.get_by_role("listitem").first).to_be_visible()
    expect(why).not_to_contain_text("Det stämmer om")

    # One is looked into, and leaves the list.
    follow(clas, wrong.get_by_role("link", name=re.compile("^Utred")))
    expect(clas.locator("h1")).to_contain_text(f"{WRONG}/9")
    clas.get_by_role("group", name="Vad har du kommit fram till?").get_by_role("radio").first.check()
    press(clas, "Markera som utredd")
    expect(clas.locator(".ds-error-summary")).to_contain_text("Kommentar")
    clas.get_by_label("Kommentar").fill("Anmält till Migrationsverket")
    press(clas, "Markera som utredd")
    expect(clas.get_by_text("Skillnaden är utredd.")).to_be_visible()
    assert _to_do(clas) == before + 1
    rows = _differences(clas, "Penningson")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(younger)
    expect(_differences(clas, "Penningson", "Utredda")).to_contain_text(older)

    # What must be applied for: a draft, with its cost.
    _tab(clas, "Ansökningar")
    follow(clas, clas.get_by_role("link", name="Ny ansökan"))
    clas.get_by_label("Ärendenummer").fill(number)
    press(clas, "Fortsätt")
    support = clas.get_by_role("option", name=re.compile("LSS"))
    ground = re.sub(r" \(.*", "", support.inner_text())
    clas.get_by_label("Vad gäller ersättningen?").select_option(label=support.inner_text())
    clas.get_by_label("Vem gäller den?").select_option(label=older)
    clas.get_by_label("Dag i perioden").fill(f"{couple.first_year_ends}")
    press(clas, "Öppna ansökan")
    follow(clas, clas.get_by_role("link", name="Ändra kostnad och belopp"))
    clas.get_by_label("Kommunens kostnad i perioden").fill(COST)
    press(clas, "Spara")
    expect(clas.get_by_role("region", name="Belopp")).to_contain_text(_kronor(Decimal(92_400)))

    # It lapses in days, says the start page. It is opened from there, its checklist ticked, and it is sent in.
    clas.goto("/")
    urgent = clas.get_by_role("region", name="Ersättning som måste sökas nu").get_by_role("listitem")
    urgent = urgent.filter(has_text=number)
    expect(urgent).to_have_count(1)
    expect(urgent).to_contain_text(_kronor(Decimal(92_400)))
    follow(clas, urgent.get_by_role("link", name=ground))
    claim = clas.url
    expect(_lapsing(clas).get_by_role("row").filter(has_text=number)).to_contain_text("Förbereds")
    clas.goto(claim)
    checklist = clas.get_by_role("region", name="Underlag")
    for left in range(checklist.locator(".task-row").count(), 0, -1):
        expect(checklist).to_contain_text(f"{left} rad")
        follow(clas, checklist.get_by_role("button", name=re.compile("^Klart")).first)
    expect(checklist).to_contain_text("allt är klart")
    follow(clas, clas.get_by_role("link", name="Registrera att den är inskickad"))
    press(clas, "Registrera")
    expect(clas.get_by_text("Ansökan är registrerad som inskickad.")).to_be_visible()
    expect(clas.locator(".page-header")).not_to_contain_text("inskickad efter sista dagen")
    expect(_lapsing(clas)).not_to_contain_text(number)
    everything = clas.get_by_role("region", name="Alla ansökningar")
    expect(everything.get_by_role("row").filter(has_text=number)).to_contain_text("Inskickad")
    clas.goto("/")
    expect(clas.locator("main")).not_to_contain_text(number)


def _sums(page: Page) -> list[str]:
    """The year's sums on the first page of the money: owed, come, coming."""
    room(page, "Ersättning")
    tiles = page.locator("div.tile .tile-value").all_inner_texts()
    assert len(tiles) == 3
    return tiles


def test_sums_are_for_more_than_those_who_see_a_person(site: Site, sign_in: Visit) -> None:
    clas = sign_in("controller")
    sums = _sums(clas)
    assert all(re.search(r"[1-9]", kronor) for kronor in sums)
    _tab(clas, "Personer")
    links = clas.get_by_role("table", name="Personer och deras ersättning").get_by_role("link")
    persons = links.evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    secrets = {*links.all_inner_texts(), *re.findall(r"MOT-\d{4}-\d+", clas.locator("main").inner_text())}
    assert len(secrets) > len(persons) > 0
    _tab(clas, "Ansökningar")
    claim = clas.get_by_role("region", name="Alla ansökningar").locator("tbody a").first.get_attribute("href")

    def told(page: Page, address: str) -> int:
        """The status. Whatever it is nobody is named, and no link leads to a person."""
        answer = page.request.get(address)
        text = answer.text().replace(address, "")
        assert [secret for secret in secrets if secret in text] == [], address
        assert not re.search(r"/ersattning/(personer|hushall)/\w", text), address
        return answer.status

    strategist, elsewhere = sign_in("strateg"), sign_in(site.run("elsewhere.py"))
    for page in (strategist, elsewhere):
        assert _sums(page) == sums
        tabs = page.get_by_role("navigation", name="Ersättningens sidor").get_by_role("link")
        expect(tabs.filter(has_text="Prognos")).to_have_count(1)
        for tab in tabs.evaluate_all("(links) => links.map((link) => link.getAttribute('href'))"):
            assert told(page, tab) == 200
        assert told(page, "/") == 200
    lists = ("personer", "utbetalningar", "avstamning", "ansokningar", "ansokningar/kalender")
    for address in (f"/ersattning/{name}/" for name in lists):
        # The second has the right role, but nobody's money is of that branch.
        assert (told(strategist, address), told(elsewhere, address)) == (403, 200)
    for address in (persons[0], claim):
        assert (told(strategist, address), told(elsewhere, address)) == (403, 404)
