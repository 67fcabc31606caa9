"""Anvisningar, new households and the contact centre's intake: the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hemvist.access.actor import Actor
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.law.target_group import Living
from hemvist.reception import queries, services
from hemvist.reception.models import Arrival, Assignment, Household, Person

Make = Callable[..., Household]

ANNA = {
    "given": "Anna",
    "family": "Exempel",
    "birth_date": "1988-04-12",
    "position": "contact",
    "language": "dari",
    "interpreter": "on",
}
ALI = {"given": "Ali", "family": "Exempel", "birth_date": "2019-09-03", "position": "child"}


def form(*people: dict[str, str], **head: str) -> dict[str, str]:
    data = {"persons": str(len(people)), "category": "asylum_housing", "needs_dwelling": "on", **head}
    for index, person in enumerate(people):
        data |= {f"person-{index}-{name}": value for name, value in person.items()}
    return data


def words(page: Any) -> str:
    return " ".join(page.content.decode().replace("\xa0", " ").split())


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today)


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[[Any], Client]) -> Client:
    return client_for(coordinator)


# --- the list ---------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    page = words(client.get("/anvisningar/"))
    assert "Kommunen ska efter anvisning ta emot personen för bosättning" in page
    assert "Kommunen kan inte överklaga en" in page
    assert "5 §, SFS 2016:38" in page
    assert "Registrera en anvisning när Migrationsverkets beslut kommer" in page


def test_the_list_tells_the_state_in_words_and_filters(client: Client, household: Make, today: date) -> None:
    household(given="Väntande")
    household(given="Mottagen", received_on=today - timedelta(days=2))
    withdrawn = household(given="Återkallad", category="relative").assignments.get()
    Assignment.objects.filter(id=withdrawn.id).update(status="withdrawn", status_on=today, status_reason="x")

    page = words(client.get("/anvisningar/"))
    assert "61 dagar kvar" not in page
    assert re.search(r"2 januari 2027 <span[^>]*>.*?40 dagar kvar", page)
    for status, name in (("waiting", "Väntande"), ("received", "Mottagen"), ("withdrawn", "Återkallad")):
        found = words(client.get("/anvisningar/", {"status": status}))
        assert f">{name} Testsson</a>" in found
        assert found.count('<th scope="row">') == 1
    assert words(client.get("/anvisningar/", {"kategori": "relative"})).count('<th scope="row">') == 1
    assert "Ingen anvisning passar urvalet" in words(client.get("/anvisningar/", {"ar": "2017"}))
    assert client.get("/anvisningar/", {"status": "skräp", "sida": "-1", "ar": "x"}).status_code == 200


def test_the_list_costs_the_same_for_many(client: Client, household: Make) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/anvisningar/")
        return len(captured)

    household()
    cost()  # the glossary is fetched once
    few = cost()
    for _ in range(5):
        household()
    assert cost() == few


def test_a_protected_household_is_not_listed(client: Client, household: Make, today: date) -> None:
    hidden = household(given="Dold")
    Case.objects.filter(id=hidden.case_id).update(protected_since="2026-11-01T00:00:00+00:00")
    assert "Dold" not in words(client.get("/anvisningar/"))
    assignment = hidden.assignments.get()
    for url in (f"/anvisningar/{assignment.id}/", f"/anvisningar/{assignment.id}/avsluta/"):
        assert client.get(url).status_code == 404
    assert client.get(f"/hushall/{hidden.id}/anvisning/").status_code == 404


# --- a household comes in ---------------------------------------------------------------------------------


def test_a_whole_household_is_registered_at_once(client: Client) -> None:
    ground = {"permit_ground": "UTLL_5_1", "permit_granted_on": "2026-09-01", "personnummer": "19880412-9875"}
    data = form({**ANNA, **ground}, ALI, decided_on="2026-11-02", reference="ANV-9")
    page = client.post("/anvisningar/ny/", data, follow=True)

    assignment = Assignment.objects.get()
    assert page.redirect_chain[-1][0] == f"/anvisningar/{assignment.id}/"
    assert assignment.household.case.number in words(page)
    assert (assignment.reference, assignment.regime, assignment.persons.count()) == ("ANV-9", "BOS-2016", 2)
    assert assignment.household.case.tasks.exists()


def test_adding_and_removing_a_person_without_scripts_loses_nothing(client: Client) -> None:
    data = form(ANNA, decided_on="2026-11-02", reference="ANV-9", planned_arrival_on="felskrivet")
    page = words(client.post("/anvisningar/ny/", {**data, "add": "1"}))
    assert 'name="persons" value="2"' in page
    assert re.search(r'name="person-1-given"[^>]*autofocus', page)
    for value in ('value="Anna"', 'value="2026-11-02"', 'value="ANV-9"', 'value="felskrivet"', 'value="1988-04-12"'):
        assert value in page
    assert re.search(r'name="person-0-interpreter"[^>]*checked', page)
    assert "Rätta det här" not in page
    assert not Household.objects.exists()

    three = form(ANNA, ALI, {**ALI, "given": "Bo"}, decided_on="2026-11-02")
    page = words(client.post("/anvisningar/ny/", {**three, "remove": "1"}))
    assert 'name="persons" value="2"' in page
    assert 'value="Ali"' not in page
    assert re.search(r'name="person-1-given"[^>]*value="Bo"|value="Bo"[^>]*name="person-1-given"', page)


def test_rows_left_empty_do_not_count(client: Client) -> None:
    client.post("/anvisningar/ny/", form(ANNA, {"given": "", "position": ""}, ALI, decided_on="2026-11-02"))
    assert Person.objects.count() == 2


def test_each_fault_stands_at_its_field(client: Client) -> None:
    child = {**ALI, "birth_date": "2030-01-01", "position": "", "interpreter": "on"}
    wrong = form(
        {**ANNA, "given": "", "personnummer": "19880412-0000", "permit_valid_to": "2026-13-01"},
        child,
        decided_on="2027-11-02",
        category="",
        received_on="2027-01-01",
    )
    page = words(client.post("/anvisningar/ny/", wrong))

    assert "Rätta det här" in page
    for field in (
        "id_decided_on",
        "id_category",
        "id_received_on",
        "id_person-0-given",
        "id_person-0-personnummer",
        "id_person-0-permit_valid_to",
        "id_person-1-birth_date",
        "id_person-1-position",
        "id_person-1-language",
    ):
        assert f'href="#{field}"' in page, field
        assert f'id="{field}_error"' in page, field
    assert "Person 2, födelsedatum" in page
    assert not Household.objects.exists()


def test_two_contact_persons_are_told_at_the_first(client: Client) -> None:
    page = words(client.post("/anvisningar/ny/", form(ANNA, {**ALI, "position": "contact"}, decided_on="2026-11-02")))
    assert 'id="id_person-0-position_error"' in page
    assert "Precis en person" in page


def test_a_number_that_is_known_is_told_and_nothing_is_saved(client: Client) -> None:
    data = form({**ANNA, "dossier": "10-1"}, decided_on="2026-11-02")
    client.post("/anvisningar/ny/", data)
    page = words(client.post("/anvisningar/ny/", data))
    assert "finns redan i Hemvist" in page
    assert Household.objects.count() == 1


def test_a_household_without_anvisning_is_registered(client: Client, today: date) -> None:
    data = form(ANNA, category="self_settled", received_on=today.isoformat(), address="Exempelgatan 1")
    page = client.post("/hushall/nytt/", data)
    household = Household.objects.get()
    assert page.headers["Location"] == f"/hushall/{household.id}/"
    assert (household.assignments.count(), Arrival.objects.count()) == (0, 1)


def test_the_contact_centre_gets_a_number_and_sees_nothing_more(
    actor: Callable[..., Actor], client_for: Callable[[Any], Client]
) -> None:
    client = client_for(actor(Role.CONTACT_CENTER))
    assert client.get("/anmal-hushall/kvitto/").headers["Location"] == "/anmal-hushall/"
    page = words(client.get("/anmal-hushall/"))
    assert "personnummer" not in page
    assert "permit_ground" not in page

    page = client.post("/anmal-hushall/", form(ANNA, ALI, category="self_settled"), follow=True)
    household = Household.objects.get()
    assert page.redirect_chain[-1][0] == "/anmal-hushall/kvitto/"
    assert household.case.number in words(page)
    for personal in ("Anna", "Ali", "Exempel", "1988"):
        assert personal not in words(page)
    for url in (
        f"/hushall/{household.id}/",
        "/hushall/nytt/",
        "/anvisningar/",
        "/anvisningar/ny/",
        "/anvisningar/las-in/",
    ):
        assert client.get(url).status_code in {403, 404}


# --- one anvisning ----------------------------------------------------------------------------------------


def test_the_page_tells_what_the_law_says(client: Client, household: Make) -> None:
    assignment = household(category="asylum_housing").assignments.get()
    page = words(client.get(f"/anvisningar/{assignment.id}/"))

    assert "Lagen (2016:38)" in page
    assert "2 januari 2027" in page
    assert "En anvisning kan inte överklagas" in page
    assert page.count("går inte att säga än") == 4
    assert "Dagen då tillståndet beviljades, om tillståndet kan ligga till grund" in page
    assert AuditEntry.objects.filter(action="assignment.viewed").count() == 1


def test_the_target_group_is_judged_with_the_reader_s_assumptions(client: Client, today: date) -> None:
    ground = {"permit_ground": "UTLL_5_1", "permit_granted_on": "2026-09-01", "permit_valid_to": "2026-11-20"}
    client.post("/anvisningar/ny/", form({**ANNA, **ground}, decided_on="2026-11-02", category="other"))
    assignment = Assignment.objects.get()
    url = f"/anvisningar/{assignment.id}/"

    page = words(client.get(url, {"folkbokforing": "ja"}))
    assert "Var personen bodde vid beslutet" in page
    page = words(client.get(url, {"folkbokforing": "ja", "boende": "state_housing"}))
    assert "Personen bor i Migrationsverkets asylboende" in page
    assert "11 §, SFS 2016:39" in page
    assert "uppehållstillståndet gick ut 20 november 2026" in page
    assert "omfattas personen inte längre av lagen" in page
    assert client.get(url, {"boende": "skräp"}).status_code == 200


def test_who_comes_with_the_household_is_judged_last(coordinator: Actor, household: Make, today: date) -> None:
    assignment = household(category="other").assignments.get()
    for number, person in enumerate(assignment.persons.order_by("memberships__id")):
        ground = "UTLL_5_1" if number else "RESETTLEMENT"
        services.record_fact(
            coordinator,
            person=person,
            kind="permit",
            value={"ground": ground, "granted_on": "2026-09-01"},
            valid_from=date(2026, 9, 1),
            source="migration_agency",
            today=today,
        )
        for fact in person.facts.filter(kind="permit").order_by("id")[:1]:
            fact.delete()
    found = queries.get_assignment(coordinator, assignment.id, today=today)
    checks = queries.target_group(found.assignment, found.row, today=today, can_ground_registration=True)
    assert [check.assignable.value for check in checks] == [True] * 4
    assert "hör till ett hushåll" in checks[-1].assignable.steps[-1].text
    unknown = queries.target_group(found.assignment, found.row, today=today, living=Living.OWN)
    assert {check.assignable.value for check in unknown} == {None}


def test_ending_tells_the_numbers_first(client: Client, household: Make, today: date) -> None:
    assignment = household().assignments.get()
    tasks = assignment.household.case.tasks.exclude(status="cancelled")
    before = tasks.count()
    url, journal = f"/anvisningar/{assignment.id}/avsluta/", AuditEntry.objects.count()
    data = {"status": "withdrawn", "on": today.isoformat(), "reason": "Personen flyttade"}

    page = words(client.post(url, data))
    assert "Inget är sparat än" in page
    assert "för 4 personer, varav 0 redan är mottagna" in page
    removed = int(re.search(r"(\d+) uppgift(?:er)? tas bort", page).group(1))  # type: ignore[union-attr]
    assert removed > 0
    assert 'name="reason" value="Personen flyttade"' in page
    assignment.refresh_from_db()
    assert (assignment.status, tasks.count()) == ("active", before)
    assert not AuditEntry.objects.filter(id__gt=journal, action="assignment.withdrawn").exists()

    assert 'value="Personen flyttade"' in words(client.post(url, {**data, "change": "1"}))
    client.post(url, {**data, "sure": "1"})
    assignment.refresh_from_db()
    assert (assignment.status, assignment.status_reason) == ("withdrawn", "Personen flyttade")
    assert tasks.count() == before - removed


def test_replacing_needs_the_new_anvisning(client: Client, household: Make, today: date) -> None:
    old, new = household(reference="A-1").assignments.get(), household(reference="A-2").assignments.get()
    url = f"/anvisningar/{old.id}/avsluta/"
    data = {"status": "replaced", "on": today.isoformat(), "reason": "Nytt beslut", "sure": "1"}
    assert "Ange den nya anvisningen" in words(client.post(url, data))
    client.post(url, {**data, "replaced_by": str(new.id)})
    old.refresh_from_db()
    assert (old.status, old.replaced_by) == ("replaced", new)
    assert f'href="/anvisningar/{new.id}/"' in words(client.get(f"/anvisningar/{old.id}/"))


def test_an_anvisning_is_added_to_a_household(client: Client, household: Make, today: date) -> None:
    home = household(assigned=False, category="relative")
    url = f"/hushall/{home.id}/anvisning/"
    persons = [str(person.id) for person in home.case.persons.all()][:2]
    data = {"decided_on": "2026-11-10", "category": "relative", "reference": "A-7", "persons": persons}

    page = words(client.post(url, data))
    assert "Anvisningen gäller 2 personer och följer lagen (2016:38)" in page
    assert not Assignment.objects.exists()
    client.post(url, {**data, "sure": "1"})
    assert Assignment.objects.get().persons.count() == 2
    assert "redan" in words(client.post(url, {**data, "sure": "1"}))
    assert "före den 1 mars 2016" in words(client.post(url, {**data, "reference": "B", "decided_on": "2015-01-01"}))


def test_rehearsing_leaves_no_trace(coordinator: Actor, household: Make, today: date) -> None:
    home = household()
    journal = AuditEntry.objects.count()
    moves = services.rehearse(
        lambda: services.close_case(coordinator, household=home, on=today, reason="Prov", today=today)
    )
    assert sum(move.removed for move in moves) > 0
    assert AuditEntry.objects.count() == journal
    assert Case.objects.get(id=home.case_id).closed_on is None
