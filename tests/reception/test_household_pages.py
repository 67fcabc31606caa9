"""The household pages: what they show, what the forms do, and what never leaves them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from tests.conftest import family

from hemvist.access.actor import Actor
from hemvist.access.models import AuditEntry, Case, User
from hemvist.access.roles import Role
from hemvist.coordination.models import AuthorityReport, Coordinator, GuidanceEntry, PlanTask
from hemvist.organisation.models import Branch, Unit
from hemvist.reception import services
from hemvist.reception.models import Arrival, Consent, Disclosure, Fact, Household, Membership, Person
from hemvist.reception.services import register_households

pytestmark = pytest.mark.django_db
Make = Callable[..., Household]
PROTECTION = {
    "form": "sekretessmarkering",
    "authority": "Skatteverket",
    "paragraph": "22 kap. 1 § OSL",
    "source": "tax_agency",
}


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(f"{today}T10:00:00+01:00", tick=True):
        yield


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[[Any], Client]) -> Client:
    return client_for(coordinator)


def url(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def shown(client: Client, name: str, *args: Any, **query: Any) -> str:
    response = client.get(url(name, *args), query)
    assert response.status_code == 200
    return response.content.decode()


def narrowed(client: Client, **asked: str) -> str:
    """The list after the filter was posted."""
    response = client.post(url("household-list"), asked, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def contact(household: Household) -> Person:
    return household.memberships.get(position="contact").person


def posted(client: Client, address: str, /, **data: Any) -> str:
    """Post, follow the redirect, and give the page that came back."""
    response = client.post(address, data, follow=True)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


# --- the list ---------------------------------------------------------------------------------------------


def test_list_is_narrowed_by_name_state_and_category(client: Client, household: Make, today: date) -> None:
    household(family="Åkerprov")
    household(family="Bergprov", category="self_settled", assigned=False, received_on=today)
    everyone = shown(client, "household-list")
    assert "Olena Åkerprov" in everyone
    assert "Olena Bergprov" in everyone
    for query, name in (
        ({"sok": "åkerp"}, "Åkerprov"),
        ({"lage": "expected"}, "Åkerprov"),
        ({"lage": "received"}, "Bergprov"),
        ({"kategori": "self_settled"}, "Bergprov"),
    ):
        page = narrowed(client, **query)
        other = {"Åkerprov": "Bergprov", "Bergprov": "Åkerprov"}[name]
        assert f"Olena {name}" in page, query
        assert f"Olena {other}" not in page, query


def test_a_name_searched_for_never_stands_in_an_address(client: Client, household: Make) -> None:
    household(family="Åkerprov")
    answer = client.post(url("household-list"), {"sok": "åkerp", "lage": "all"})
    assert "kerp" not in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert "Olena Åkerprov" in page
    assert "finns inte" not in page
    # The next visit to the list starts afresh.
    household(family="Bergprov")
    assert "Olena Bergprov" in shown(client, "household-list")


def test_the_second_page_shows_what_the_first_did_not(client: Client, coordinator: Actor, today: date) -> None:
    register_households(coordinator, [family(today, family=f"Prov{n:02d}", children=0) for n in range(53)], today=today)
    first = shown(client, "household-list", ordning="name")
    assert "Olena Prov49" in first
    assert "Olena Prov50" not in first
    address = re.search(r'rel="next"\s+href="([^"]+)"', first)
    assert address is not None
    second = client.get(url("household-list") + address[1].replace("&amp;", "&")).content.decode()
    assert "Olena Prov50" in second
    assert "Olena Prov49" not in second


def test_list_finds_households_with_late_tasks(client: Client, household: Make, today: date) -> None:
    late = household(family="Senprov")
    PlanTask.objects.filter(case=late.case).update(due_on=today - timedelta(days=1))
    calm = household(family="Lugnprov")
    PlanTask.objects.filter(case=calm.case).update(due_on=today + timedelta(days=30))
    page = narrowed(client, forsenade="on")
    assert "Senprov" in page
    assert "Lugnprov" not in page


def test_empty_list_says_what_to_do_next(client: Client) -> None:
    assert "registrerar en anvisning" in shown(client, "household-list")
    assert "Visa alla hushåll" in narrowed(client, sok="finns inte")


def test_list_asks_as_many_questions_for_twelve_as_for_three(client: Client, household: Make) -> None:
    def queries() -> int:
        client.get(url("household-list"))
        with CaptureQueriesContext(connection) as asked:
            client.get(url("household-list"))
        return len(asked)

    for n in range(3):
        household(family=f"Prov{n}")
    three = queries()
    for n in range(3, 12):
        household(family=f"Prov{n}")
    assert queries() == three


def test_a_role_without_cases_is_refused(actor: Callable[..., Actor], client_for: Callable[[Any], Client]) -> None:
    other = client_for(actor(Role.SOCIAL_SECRETARY))
    assert other.get(url("household-list")).status_code == 403
    assert other.get(url("household-export")).status_code == 403


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export_has_headings_but_no_names_and_no_protected_case(
    client: Client, household: Make, actor: Callable[..., Actor], today: date, form: str
) -> None:
    open_case = household(family="Hemligprov")
    protected = household(family="Skyddprov")
    Case.objects.filter(id=protected.case_id).update(protected_since="2026-11-01T00:00:00Z")
    response = client.get(url("household-export"), {"format": form})
    if form == "csv":
        assert response.content.startswith("\ufeff".encode())
        text = response.content.decode("utf-8-sig")
        assert text.splitlines()[0].split(";")[:2] == ["Ärendenummer", "Kategori"]
    else:
        rows = load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
        text = "\n".join(str(row) for row in rows)
    assert open_case.case.number in text
    assert protected.case.number not in text
    assert "Kvotflykting (vidarebosatt)" in text
    assert "Hemligprov" not in text
    assert "Olena" not in text


# --- the household ----------------------------------------------------------------------------------------


def test_the_household_shows_the_plan_by_board_with_reasons(client: Client, household: Make) -> None:
    page = shown(client, "household", household().id)
    for words in ("Utbildningsnämnden", "Socialnämnden", "Varför?", "preliminär", "Sista dag att ta emot", "Barn1"):
        assert words in page
    assert "SFS" in page
    assert "anchor:" not in page
    assert "item:" not in page


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("household-people", "household.viewed"),
        ("household-sharing", "disclosures.viewed"),
        ("household-guidance", "guidance.viewed"),
        ("household-history", "household.viewed"),
    ],
)
def test_every_page_of_a_household_is_logged_as_what_it_shows(
    client: Client, household: Make, name: str, action: str
) -> None:
    home = household()
    before = AuditEntry.objects.filter(action=action, case_id=home.case_id).count()
    assert home.case.number in shown(client, name, home.id)
    assert AuditEntry.objects.filter(action=action, case_id=home.case_id).count() == before + 1


def test_the_history_tells_what_has_changed_in_words(client: Client, household: Make, today: date) -> None:
    home = household()
    posted(client, url("arrival-plan", home.id), planned_arrival_on=str(today + timedelta(days=40)))
    page = shown(client, "household-history", home.id)
    assert "Planerad ankomst ändrades" in page
    assert "flyttades från" in page
    assert "Migrationsverket beslutade om anvisning" in page


def test_a_protected_household_does_not_exist_for_others(
    client: Client, household: Make, actor: Callable[..., Actor], client_for: Callable[[Any], Client]
) -> None:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    home = household(family="Skyddprov")
    person = contact(home)
    page = posted(client, url("fact-new", person.id, "protection"), valid_from="2026-11-20", **PROTECTION)
    assert "Ärendet är nu skyddat" in page
    for name, key in (
        ("household", home.id),
        ("household-history", home.id),
        ("person", person.id),
        ("case-close", home.id),
    ):
        assert client.get(url(name, key)).status_code == 404
    assert "Skyddprov" not in shown(client, "household-list")
    assert "Skyddprov" not in narrowed(client, sok="skyddprov")
    assert "Skyddade personuppgifter" in shown(client_for(trusted), "household", home.id)


def test_protection_says_in_numbers_what_it_does(client: Client, household: Make) -> None:
    home = household()
    others = PlanTask.objects.filter(case=home.case).exclude(unit__branch=home.case.branch).count()
    assert others > 1
    page = shown(client, "fact-new", contact(home).id, "protection")
    assert f"{others} uppgifter hos andra verksamheter döljs" in page
    assert "När du har sparat kan du inte längre öppna ärendet" in page


# --- facts ------------------------------------------------------------------------------------------------


def test_a_correction_keeps_the_old_row(client: Client, household: Make) -> None:
    person = contact(household())
    old = person.facts.get(kind="name")
    address = f"{url('fact-new', person.id, 'name')}?corrects={old.id}"
    assert 'value="Olena"' in client.get(address).content.decode()
    page = posted(client, address, given="Olenka", family="Testsson", valid_from=str(old.valid_from), source="person")
    assert "Den gamla finns kvar" in page
    assert "Olenka Testsson" in page
    assert "rättad" in page
    assert Fact.objects.get(id=old.id).value["given"] == "Olena"
    assert Fact.objects.get(corrects=old).value["given"] == "Olenka"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("birth_date", {"on": "1990-01-02"}),
        ("permit", {"ground": "UTLL_5_1", "granted_on": "2026-10-01", "valid_from": "2026-10-01"}),
        ("language", {"spoken": "arabiska", "interpreter": "on", "valid_from": "2026-11-01"}),
        (
            "population_registration",
            {"state": "registered", "decided_on": "2026-11-20", "registered_on": "2026-11-18"},
        ),
        ("population_registration", {"state": "emigrated", "registered_on": "2026-11-18"}),
        ("first_reception", {"on": "2026-11-18", "municipality": "Uppsala"}),
        ("living", {"living": "state_housing"}),
        ("relative_tie", {"applied_on": "2026-05-01", "sponsor_ground": "UTLL_5_1"}),
        ("stay", {"form": "assigned_housing", "start": "2026-11-01"}),
        ("left_reception_act", {"on": "2026-11-01"}),
        ("earlier_housing_right", {"coverage_ended_on": "2028-05-31", "first_right_on": "2027-01-15"}),
        ("residence", {"address": "Provgatan 1", "valid_from": "2026-11-01"}),
        ("contact", {"phone": "070-174 06 05", "valid_from": "2026-11-01"}),
        ("death", {"on": "2026-11-22"}),
    ],
)
def test_every_kind_of_fact_can_be_registered(client: Client, household: Make, kind: str, data: dict[str, str]) -> None:
    person = contact(household())
    assert "Spara" in shown(client, "fact-new", person.id, kind)
    assert "Uppgiften är sparad" in posted(client, url("fact-new", person.id, kind), source="person", **data)
    assert person.facts.filter(kind=kind).exists()


def plain(page: str) -> str:
    """The words of a page, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\xa0", " ").split())


def test_the_stays_stand_as_a_list_and_one_is_ended_or_struck_by_a_correction(client: Client, household: Make) -> None:
    person = contact(household())
    address = url("fact-new", person.id, "stay")
    assert 'name="struck"' not in client.get(address).content.decode()
    posted(client, address, form="assigned_housing", start="2026-10-05", source="staff")
    page = posted(client, address, form="school_upper_secondary", start="2026-10-12", source="staff")
    assert page.count("Rätta eller avsluta") == 2
    assert "Från och med: 5 oktober 2026" in plain(page)
    assert "Slag: Gymnasieskola under mottagandelagen" in plain(page)
    housing, school = person.facts.filter(kind="stay").order_by("id")
    values = {"form": "assigned_housing", "start": "2026-10-05", "end": "2026-11-10", "source": "staff"}
    page = posted(client, f"{address}?corrects={housing.id}", **values)
    assert page.count("Rätta eller avsluta") == 2
    assert "Till: 10 november 2026" in plain(page)
    values = {"form": "school_upper_secondary", "start": "2026-10-12", "struck": "on", "source": "staff"}
    page = posted(client, f"{address}?corrects={school.id}", **values)
    assert page.count("Rätta eller avsluta") == 1
    assert "Vistelsen är struken" in plain(page)
    assert [row.value["struck"] for row in person.facts.filter(kind="stay").order_by("id")] == [
        False,
        False,
        False,
        True,
    ]


def test_an_earlier_right_to_housing_is_told_with_both_days_and_only_in_order(client: Client, household: Make) -> None:
    person = contact(household())
    address = url("fact-new", person.id, "earlier_housing_right")
    values = {"coverage_ended_on": "2028-05-31", "first_right_on": "2028-06-01", "source": "migration_agency"}
    answer = client.post(address, values)
    assert "den tidigare rätten slutar innan den började" in plain(answer.content.decode())
    assert 'value="2028-06-01"' in answer.content.decode()
    page = plain(posted(client, address, **{**values, "first_right_on": "2027-01-15"}))
    assert "Rätten till boende började första gången: 15 januari 2027" in page
    assert "Lagen slutade omfatta personen: 31 maj 2028" in page


def test_no_earlier_right_is_older_than_the_act(client: Client, household: Make) -> None:
    person = contact(household())
    address = url("fact-new", person.id, "earlier_housing_right")
    values = {"coverage_ended_on": "2026-12-31", "first_right_on": "2026-12-31", "source": "migration_agency"}
    answer = plain(client.post(address, values).content.decode())
    assert answer.count("Lagen (2026:1326) gäller från 1 januari 2027") == 4  # twice at its field, twice above the form
    assert not person.facts.filter(kind="earlier_housing_right").exists()


def test_a_refused_renewal_asks_how_long_the_permit_held(client: Client, household: Make) -> None:
    person = contact(household())
    address = url("fact-new", person.id, "permit")
    values = {"ground": "UTLL_5_1", "renewal_refused_final_on": "2026-11-01", "source": "migration_agency"}
    assert "Skriv hur länge tillståndet gällde" in plain(client.post(address, values).content.decode())


def test_the_population_register_is_told_in_words(client: Client, household: Make) -> None:
    home = household()
    person = contact(home)
    address = url("fact-new", person.id, "population_registration")
    Fact.objects.create(
        person=person,
        kind="population_registration",
        value={"decided_on": None, "registered_on": "2026-03-01", "municipality": ""},
        valid_from="2026-03-01",
        source="tax_agency",
    )
    assert "Läge: Folkbokförd · Från och med: 1 mars 2026" in plain(shown(client, "person", person.id))
    posted(client, address, state="registered", registered_on="2026-06-01", municipality="Uppsala", source="tax_agency")
    posted(client, address, state="missing", registered_on="2026-11-01", source="tax_agency")
    assert "Avregistrerad som försvunnen 1 november 2026" in plain(shown(client, "household-people", home.id))
    history = plain(shown(client, "household-history", home.id))
    assert "Olena Testsson folkbokfördes 1 mars 2026" in history
    assert "Olena Testsson folkbokfördes Uppsala 1 juni 2026" in history
    assert "Olena Testsson är inte längre folkbokförd Avregistrerad som försvunnen 1 november 2026" in history
    page = posted(client, address, state="emigrated", decided_on="2026-11-20", source="tax_agency")
    assert "Skriv dagen då folkbokföringen upphör." in page
    assert 'href="#id_registered_on"' in page


def test_a_day_that_lacks_or_cannot_be_is_told_at_its_field(client: Client, household: Make) -> None:
    person = contact(household())
    register, stay = (url("fact-new", person.id, kind) for kind in ("population_registration", "stay"))
    page = posted(client, register, state="registered", municipality="Uppsala", source="tax_agency")
    assert "Skriv dagen då folkbokföringen räknas från, eller beslutets dag." in page
    assert 'href="#id_registered_on"' in page
    assert 'value="Uppsala"' in page
    page = posted(
        client, stay, form="municipal_temporary_protection", start="2026-03-09", end="2026-03-01", source="staff"
    )
    assert "Slutdagen ligger före startdagen. Ändra en av dem." in page
    assert 'href="#id_end"' in page
    assert 'value="2026-03-09"' in page


def test_a_decision_ahead_and_the_same_folkbokforing_twice_are_refused(client: Client, household: Make) -> None:
    person = contact(household())
    address = url("fact-new", person.id, "population_registration")
    page = posted(client, address, state="registered", decided_on="2036-05-05", source="tax_agency")
    assert "Skatteverkets beslut ligger i framtiden" in page
    given = {"state": "registered", "registered_on": "2026-03-01", "source": "tax_agency"}
    posted(client, address, **given)
    assert "Folkbokföringen finns redan, med samma dagar" in posted(client, address, **given)
    assert person.facts.filter(kind="population_registration").count() == 1


def test_a_folkbokforing_that_will_stop_holds_until_then(client: Client, household: Make) -> None:
    home = household()
    person = contact(home)
    address = url("fact-new", person.id, "population_registration")
    posted(client, address, state="registered", registered_on="2026-03-01", source="tax_agency")
    posted(client, address, state="emigrated", decided_on="2026-11-20", registered_on="2026-12-15", source="tax_agency")
    assert "Folkbokförd från 1 mars 2026" in plain(shown(client, "household-people", home.id))
    page = plain(shown(client, "person", person.id))
    assert "gäller framåt" in page


def test_what_nobody_knows_is_told_apart_from_a_no(client: Client, household: Make) -> None:
    person = contact(household())
    permit = person.facts.get(kind="permit")
    address = f"{url('fact-new', person.id, 'permit')}?corrects={permit.id}"
    assert re.search(r'value=""[^>]*checked', client.get(address).content.decode())
    page = posted(
        client,
        address,
        ground="UTLL_5_1",
        can_ground_registration="False",
        valid_from="2026-10-01",
        source="migration_agency",
    )
    assert "Kan ligga till grund för folkbokföring: Nej" in plain(page)
    assert Fact.objects.get(corrects=permit).value["can_ground_registration"] is False


def test_a_form_keeps_what_was_typed_when_the_service_says_no(client: Client, household: Make) -> None:
    person = contact(household())
    page = posted(client, url("fact-new", person.id, "contact"), valid_from="2026-11-01", source="person")
    assert "telefon eller e-post behövs" in page
    page = posted(
        client, url("fact-new", person.id, "residence"), address="Provgatan 7", valid_from="2029-01-01", source="person"
    )
    assert "mer än ett år framåt" in page
    assert 'value="Provgatan 7"' in page
    assert 'value="2029-01-01"' in page
    assert not person.facts.filter(kind="residence").exists()


def test_a_number_gets_source_and_validity(client: Client, household: Make) -> None:
    person = contact(household())
    address = url("identifier-new", person.id)
    page = posted(
        client, address, kind="personnummer", value="19640823-3235", valid_from="2026-11-01", source="tax_agency"
    )
    assert "Kontrollsiffran stämmer inte" in page
    page = posted(
        client, address, kind="personnummer", value="19640823-3234", valid_from="2026-11-01", source="tax_agency"
    )
    assert "19640823-3234" in page


# --- who belongs to the household ---------------------------------------------------------------------------


def test_a_child_is_born_and_gets_a_plan(client: Client, household: Make) -> None:
    home = household(children=0)
    page = posted(
        client,
        url("person-add", home.id),
        given="Nyfödd",
        family="Testsson",
        birth_date="2026-11-20",
        position="child",
        reason="birth",
        joined_on="2026-11-20",
        source="person",
    )
    assert "Nyfödd Testsson" in page
    assert Membership.objects.get(household=home, position="child").reason == "Barnet föddes"


def test_a_person_of_one_own_household_is_gone_from_the_old(client: Client, household: Make) -> None:
    home = household()
    leaver = home.memberships.get(position="adult")
    page = posted(client, url("membership-end", leaver.id), how="own", on="2026-11-23", reason="Separation")
    assert "har ett eget ärende" in page
    assert "Petro" not in shown(client, "household-people", home.id)
    Case.objects.filter(id=Person.objects.get(id=leaver.person_id).case_id).update(protected_since="2026-11-21T00:00Z")
    assert "Testsson" not in narrowed(client, sok="petro")


def test_a_death_ends_the_membership(client: Client, household: Make) -> None:
    home = household()
    member = home.memberships.get(position="adult")
    posted(client, url("membership-end", member.id), how="died", on="2026-11-23")
    assert member.person.facts.get(kind="death").value == {"on": "2026-11-23"}
    assert Membership.objects.get(id=member.id).valid_to == date(2026, 11, 23)
    assert "Avliden" in shown(client, "household-people", home.id)


def test_nobody_leaves_in_the_future(client: Client, household: Make, today: date) -> None:
    member = household().memberships.get(position="adult")
    page = posted(
        client, url("membership-end", member.id), how="moved", on=str(today + timedelta(days=3)), reason="Flyttar"
    )
    assert "ligger i framtiden" in page
    assert 'value="Flyttar"' in page


# --- arrival and the case -----------------------------------------------------------------------------------


def test_arrival_is_registered_and_struck_again(client: Client, household: Make, today: date) -> None:
    home = household()
    everyone = [str(m.person_id) for m in home.memberships.all()]
    page = posted(client, url("arrival-new", home.id), persons=everyone, on=str(today), source="staff")
    assert "4 personer är mottagna" in page
    arrival = Arrival.objects.filter(household=home).first()
    assert arrival is not None
    page = posted(client, url("arrival-void", arrival.id), reason="Fel dag")
    assert "Fel dag" in page
    arrival.refresh_from_db()
    assert arrival.voided_at is not None


def test_an_arrival_in_the_future_is_no_arrival(client: Client, household: Make, today: date) -> None:
    home = household()
    tomorrow = str(today + timedelta(days=1))
    page = posted(client, url("arrival-new", home.id), persons=[str(contact(home).id)], on=tomorrow, source="staff")
    assert "Mottagningsdagen ligger i framtiden" in page
    assert f'value="{tomorrow}"' in page


def test_a_case_is_closed_and_opened_again(client: Client, household: Make, today: date) -> None:
    home = household()
    assert "uppgifter är inte klara" in shown(client, "case-close", home.id)
    assert "Ärendet avslutades" in posted(client, url("case-close", home.id), on=str(today), reason="Flyttade")
    assert home.case.number not in shown(client, "household-list")
    assert "Ärendet är öppet igen" in posted(client, url("case-reopen", home.id))


# --- coordination -------------------------------------------------------------------------------------------


def test_a_coordinator_is_appointed(client: Client, household: Make, coordinator: Actor, today: date) -> None:
    home = household()
    unit = Unit.objects.get(code="integration")
    page = posted(
        client, url("coordinator-appoint", home.id), unit=unit.id, user=coordinator.user_id, valid_from=str(today)
    )
    assert coordinator.name in page
    assert Coordinator.objects.get(case=home.case, valid_to=None).user_id == coordinator.user_id


def test_guidance_is_logged(client: Client, household: Make, today: date) -> None:
    home = household()
    page = posted(
        client,
        url("guidance-new", home.id),
        on=str(today),
        topic="school",
        channel="phone",
        note="Hänvisade till skolan",
    )
    assert "Hänvisade till skolan" in page
    assert GuidanceEntry.objects.get(case=home.case).topic == "school"


def test_an_own_task_lands_in_the_plan(client: Client, household: Make) -> None:
    home = household()
    unit = Unit.objects.get(code="integration")
    page = posted(client, url("own-task-new", home.id), title="Hämta nycklar", unit=unit.id, person=contact(home).id)
    assert "Hämta nycklar" in page


def test_a_report_has_no_names_and_is_marked_as_sent(client: Client, household: Make, today: date) -> None:
    home = household(reference="MIG-17", received_on=today)
    report = AuthorityReport.objects.get(case=home.case)
    page = shown(client, "report-send", report.id)
    assert "Migrationsverkets beteckning: MIG-17" in page
    assert "4 personer mottagna" in page
    assert "Petro" not in page
    posted(client, url("report-send", report.id), kind="received", sent_on=str(today), channel="E-tjänst")
    assert "Skickad" in shown(client, "report-send", report.id)


# --- across the boundary --------------------------------------------------------------------------------------


@pytest.fixture
def school(municipality: None) -> Branch:
    return Branch.objects.get(code="school")


def _choice(home: Household, recipient: Branch) -> str:
    query = f"?recipient={recipient.id}&persons={contact(home).id}&codes=name&codes=language"
    return url("disclosure-new", home.id) + query


GROUNDED = {
    "ground": "no_harm",
    "reason": "Skolan behöver veta vem som kommer på inskrivningen.",
    "valid_to": "2027-06-01",
}


def test_a_disclosure_is_made_in_two_steps(client: Client, household: Make, school: Branch) -> None:
    home = household()
    assert "Steg 1 av 2" in shown(client, "disclosure-new", home.id)
    assert "Rätta det här" in client.get(f"{url('disclosure-new', home.id)}?recipient=").content.decode()
    step = client.get(_choice(home, school)).content.decode()
    assert "Steg 2 av 2" in step
    assert "26 kap. 1 § OSL" in step
    assert "Generalklausulen gäller inte uppgifter inom socialtjänsten" in step
    assert 'value="general_clause"' not in step
    assert "Mottagaren ser dem nu" in posted(client, _choice(home, school), **GROUNDED)
    made = Disclosure.objects.get(case=home.case)
    assert made.fields == ["language", "name"]
    page = posted(client, url("disclosure-revoke", made.id), reason="Behövs inte längre")
    assert "avslutat" in page


@pytest.mark.parametrize("ground", ["general_clause", "prevent_crime", "consent"])
def test_a_ground_that_does_not_hold_is_refused(client: Client, household: Make, school: Branch, ground: str) -> None:
    home = household()
    page = posted(client, _choice(home, school), **{**GROUNDED, "ground": ground})
    assert "Rätta det här" in page
    assert GROUNDED["reason"] in page
    assert not Disclosure.objects.exists()


def test_a_withdrawn_consent_ends_its_disclosures(client: Client, household: Make, school: Branch, today: date) -> None:
    home = household()
    posted(
        client,
        url("consent-new", home.id),
        recipient=school.id,
        persons=[str(contact(home).id)],
        codes=["name", "language"],
        purpose="Inskrivning i skolan",
        language="ukrainska",
        given_on=str(today),
        expires_on="2027-11-01",
    )
    consent = Consent.objects.get(case=home.case)
    posted(client, _choice(home, school), **{**GROUNDED, "ground": "consent"})
    assert Disclosure.objects.get(consent=consent).revoked_at is None
    assert "1 utlämnande vilar på samtycket" in shown(client, "consent-withdraw", consent.id)
    assert "1 utlämnande upphörde" in posted(client, url("consent-withdraw", consent.id))
    assert Disclosure.objects.get(consent=consent).revoked_at is not None


def test_a_disclosure_from_a_protected_case_waits_for_a_second_person(
    household: Make,
    actor: Callable[..., Actor],
    client_for: Callable[[Any], Client],
    school: Branch,
    today: date,
) -> None:
    first, second = (actor(Role.COORDINATOR, handles_protected=True) for _ in range(2))
    home = household()
    value = {name: PROTECTION[name] for name in ("form", "authority", "paragraph")}
    services.record_fact(
        first, person=contact(home), kind="protection", value=value, valid_from=today, source="tax_agency", today=today
    )
    page = posted(client_for(first), _choice(home, school), **GROUNDED)
    assert "väntar på att en andra person godkänner" in page
    made = Disclosure.objects.get(case=home.case)
    assert "Granska och godkänn" not in page
    assert client_for(first).post(url("disclosure-approve", made.id)).status_code == 403
    assert "Utlämnandet är godkänt" in posted(client_for(second), url("disclosure-approve", made.id))


def test_things_of_other_households_are_not_found(
    client: Client, household: Make, user: Callable[..., User], school: Branch
) -> None:
    missing = "00000000-0000-0000-0000-000000000000"
    for name in ("household", "person", "report-send", "consent-withdraw", "disclosure-revoke", "case-close"):
        assert client.get(url(name, missing)).status_code == 404
    home = household()
    assert client.get(url("fact-new", contact(home).id, "shoe_size")).status_code == 404
    assert client.get(f"{url('fact-new', contact(home).id, 'name')}?corrects=x").status_code == 404
