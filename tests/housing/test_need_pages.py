"""The pages of needs and of the matching: who may open them, what they say, and what they change."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from hemvist.access.actor import Actor
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.housing import matching, need_queries
from hemvist.housing.models import Dwelling, HousingNeed, MatchRun, Offer, Tenancy
from hemvist.organisation.models import Municipality
from hemvist.reception.models import Household, Membership, Person
from hemvist.reception.queries import names_of

pytestmark = pytest.mark.django_db

Need, Home, House = Callable[..., HousingNeed], Callable[..., Dwelling], Callable[..., Household]


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def client(coordinator: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(coordinator)


@pytest.fixture
def landlord(letting: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(letting)


def plain(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    text = response.content.decode()
    assert "style=" not in text
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


def get(client: Client, name: str, *args: Any, status: int = 200) -> str:
    return plain(client.get(reverse(name, args=args)), status)


# --- the list and one need --------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(client: Client, landlord: Client) -> None:
    assert "Öppna ett hushåll" in get(client, "need-list")
    assert "Fråga mottagandet" in get(landlord, "need-list")


def test_the_list_shows_number_name_days_and_what_is_asked(
    client: Client, household: House, need: Need, dwelling: Home, today: date
) -> None:
    wishes = [{"kind": "sfi", "area": ""}, {"kind": "family", "area": "norr"}]
    found = need(household(), rooms=3, step_free=True, wishes=wishes, rent_max=9_000)
    Offer.objects.create(need=found, dwelling=dwelling(), made_on=today, move_in_on=today, reply_by=today)
    text = get(client, "need-list")
    for words in (
        found.case.number,
        "Olena Testsson",
        "2 vuxna, 2 barn",
        "Stegfri",
        "minst 3 rum",
        "nära till sfi, nära anhöriga: Norr, hyra upp till 9 000 kr",
        "Väntar på svar",
        "Exempelvägen 1",
    ):
        assert words in text, words


def test_the_list_is_narrowed(client: Client, household: House, need: Need, today: date) -> None:
    late = need(household(), wanted_from=today - timedelta(days=9), wanted_by=today - timedelta(days=1))
    open_one = need(household())
    text = plain(client.get(reverse("need-list"), {"lage": "late"}))
    assert late.case.number in text
    assert open_one.case.number not in text
    assert "försenad 1 dag" in text
    assert "Inget behov stämmer" in plain(client.get(reverse("need-list"), {"lage": "housed"}))
    withdrawn = need(household(), status=HousingNeed.Status.WITHDRAWN)
    unknown = plain(client.get(reverse("need-list"), {"lage": "nonsens"}))
    assert open_one.case.number in unknown
    assert withdrawn.case.number not in unknown


def test_the_landlord_sees_a_disclosed_need_by_number_only(
    landlord: Client, household: House, need: Need, disclose: Callable[..., None]
) -> None:
    hidden, known = household(), household()
    need(hidden)
    found = need(known)
    disclose(known, ["housing_need"])
    text = get(landlord, "need-list")
    assert known.case.number in text
    assert hidden.case.number not in text
    assert "Testsson" not in text
    page = get(landlord, "need", found.pk)
    assert "Testsson" not in page
    assert "Ändra behovet" not in page
    assert "Vem känner till behovet" not in page
    assert "Erbjud en bostad" in page


@pytest.mark.parametrize("name", ["need", "need-edit", "need-withdraw", "need-lock", "offer-new", "match-why"])
def test_other_branches_find_nothing(landlord: Client, household: House, need: Need, name: str) -> None:
    get(landlord, name, need(household()).pk, status=404)


@pytest.mark.parametrize("name", ["need", "need-edit", "need-lock", "offer-new", "match-why"])
def test_a_protected_case_is_not_found(client: Client, household: House, need: Need, name: str) -> None:
    found = need(household())
    Case.objects.filter(pk=found.case_id).update(protected_since="2026-11-20T08:00:00Z")
    get(client, name, found.pk, status=404)
    assert found.case.number not in get(client, "need-list")


def test_a_role_without_needs_is_refused(actor: Callable[..., Actor], client_for: Callable[..., Client]) -> None:
    outside = client_for(actor(Role.SCHOOL_ADMINISTRATOR))
    for name in ("need-list", "matching"):
        get(outside, name, status=403)


def test_the_page_leads_to_a_disclosure_to_the_landlord(
    client: Client, household: House, need: Need, disclose: Callable[..., None]
) -> None:
    home = household()
    found = need(home)
    response = client.get(reverse("need", args=[found.pk]))
    assert "känner inte till behovet" in plain(response)
    address = next(link for _told, link in response.context["told"])
    query = parse_qs(urlsplit(address).query)
    assert query["codes"] == ["housing_need"]
    assert set(query["persons"]) == {str(one.pk) for one in Person.objects.filter(case=home.case_id)}
    choice = client.get(address)
    assert choice.context["choice"].is_valid()
    disclose(home, ["housing_need"])
    assert "Behovet är utlämnat till" in get(client, "need", found.pk)


# --- written down -----------------------------------------------------------------------------------------------------


def given(today: date, **changes: Any) -> dict[str, Any]:
    values = {
        "adults": "2",
        "children": "2",
        "rooms": "3",
        "wanted_from": (today + timedelta(days=14)).isoformat(),
        "wanted_by": (today + timedelta(days=30)).isoformat(),
        "near_sfi": "on",
        "near_family": "norr",
        "rent_max": "9000",
    }
    return {**values, **changes}


def test_a_need_begins_with_what_the_register_proposes(client: Client, household: House, today: date) -> None:
    home = household()
    response = client.get(reverse("need-new", args=[home.pk]))
    text = plain(response)
    assert "Varifrån kommer förslagen?" in text
    assert "2 vuxna och 2 barn" in text
    assert "religion" in text
    initial = response.context["form"].initial
    assert (initial["adults"], initial["children"]) == (2, 2)
    assert initial["wanted_from"] == today + timedelta(days=14)


def test_a_need_is_written_and_changed(client: Client, household: House, today: date) -> None:
    home = household()
    address = reverse("need-new", args=[home.pk])
    response = client.post(address, given(today))
    found = HousingNeed.objects.get()
    assert response["Location"] == reverse("need", args=[found.pk])
    assert found.wishes == [{"kind": "sfi", "area": ""}, {"kind": "family", "area": "norr"}]
    # A second one leads to the first.
    assert client.get(address)["Location"] == reverse("need", args=[found.pk])
    edit = reverse("need-edit", args=[found.pk])
    assert client.get(edit).context["form"].initial["near_family"] == "norr"
    client.post(edit, given(today, children="3", near_family="", near_school="on"))
    found.refresh_from_db()
    assert (found.children, [wish["kind"] for wish in found.wishes]) == (3, ["school", "sfi"])


def test_what_was_typed_stays_when_something_is_wrong(client: Client, household: House, today: date) -> None:
    response = client.post(
        reverse("need-new", args=[household().pk]), given(today, wanted_by="2026-11-30", rent_max="8500")
    )
    text = plain(response)
    assert "Den sista dagen är före den första" in text
    assert 'value="8500"' in response.content.decode()
    assert not HousingNeed.objects.exists()


def test_the_landlord_writes_no_need(landlord: Client, household: House, today: date) -> None:
    home = household()
    assert landlord.post(reverse("need-new", args=[home.pk]), given(today)).status_code == 404
    assert not HousingNeed.objects.exists()


def test_a_need_is_ended_with_a_reason(client: Client, household: House, need: Need) -> None:
    found = need(household())
    address = reverse("need-withdraw", args=[found.pk])
    assert plain(client.post(address, {"reason": ""}))
    client.post(address, {"reason": "Har ordnat bostad själv"})
    found.refresh_from_db()
    assert (found.status, found.status_reason) == ("withdrawn", "Har ordnat bostad själv")


def test_a_dwelling_is_chosen_and_let_go(client: Client, household: House, need: Need, dwelling: Home) -> None:
    found = need(household())
    assert "ingen bostad att välja" in get(client, "need-lock", found.pk)
    home = dwelling()
    address = reverse("need-lock", args=[found.pk])
    client.post(address, {"dwelling": str(home.pk), "reason": "Nära ett syskon"})
    assert "Matchningen ändrar inte valet" in get(client, "need", found.pk)
    assert client.get(reverse("need-unlock", args=[found.pk])).status_code == 405
    client.post(reverse("need-unlock", args=[found.pk]))
    found.refresh_from_db()
    assert found.locked_to is None


def test_a_chosen_dwelling_that_may_not_be_shown_is_told_without_its_address(
    client: Client, household: House, need: Need, dwelling: Home, tenancy: Callable[..., Tenancy], today: date
) -> None:
    hidden, other = household(), dwelling()
    home = dwelling(code="QX-1", address="Avskilda stigen 41")
    tenancy(home, hidden, ends_on=today + timedelta(days=5))
    found = need(household(), locked_to=home, locked_reason="Närmast stigen")
    offer = Offer.objects.create(need=need(household()), dwelling=home, made_on=today, move_in_on=today, reply_by=today)
    client.post(reverse("matching-run"))

    def pages() -> dict[str, str]:
        names = ("need", "need-lock", "offer-new", "match-why")
        read = {name: get(client, name, found.pk) for name in names}
        return read | {name: get(client, name) for name in ("need-list", "matching")}

    def given_away(text: str) -> list[str]:
        return [word for word in ("QX-1", "Avskilda", "Närmast") if word in text]

    assert all(given_away(text) for name, text in pages().items() if name != "match-why")
    get(client, "offer-answer", offer.pk)
    Case.objects.filter(pk=hidden.case_id).update(protected_since="2026-11-20T08:00:00Z")
    read = pages()
    assert {name: given_away(text) for name, text in read.items() if given_away(text)} == {}
    assert "En bostad är vald, men den visas inte för dig" in read["need"]
    assert "Bostad vald" in read["need-list"]
    assert "En bostad är redan vald åt hushållet" in read["match-why"]
    assert other.address in read["offer-new"]
    get(client, "offer-answer", offer.pk, status=404)
    client.post(reverse("need-unlock", args=[found.pk]))
    found.refresh_from_db()
    assert found.locked_to is None


def test_without_a_contact_the_first_member_is_named(
    coordinator: Actor, household: House, need: Need, today: date
) -> None:
    found = need(household())
    members = list(Membership.objects.filter(household__case=found.case_id).order_by("id"))
    Membership.objects.filter(pk__in=[one.pk for one in members]).delete()
    for one in reversed(members):
        one.pk, one.position = None, Membership.Position.ADULT
        one.save()
    first = members[-1].person_id
    assert need_queries.case_names(coordinator, [found.case], today) == {found.case_id: names_of([first], today)[first]}


# --- the matching -----------------------------------------------------------------------------------------------------


def test_with_nothing_to_match_the_page_says_what_to_do(
    client: Client, household: House, need: Need, dwelling: Home
) -> None:
    assert "Inget hushåll väntar" in get(client, "matching")
    need(household())
    assert "Ingen bostad är ledig" in get(client, "matching")
    dwelling()
    text = get(client, "matching")
    assert "Ingen matchning är gjord än" in text
    assert "1 hushåll söker bostad" in text


def test_before_the_folder_is_loaded_the_pages_say_so(client: Client, household: House, need: Need) -> None:
    found = need(household())
    own = Municipality.objects.get()
    del own.data["housing"]
    own.save()
    assert "inte inlästa" in get(client, "matching")
    assert found.case.number in get(client, "need-list")
    assert found.case.number in get(client, "need", found.pk)
    assert client.get(reverse("match-why", args=[found.pk]))["Location"] == reverse("need", args=[found.pk])
    assert "ingen bostad att erbjuda" in get(client, "offer-new", found.pk)


def test_a_matching_is_run_and_shown(client: Client, household: House, need: Need, dwelling: Home) -> None:
    found, left = need(household()), need(household(), children=5)
    home = dwelling()
    assert client.get(reverse("matching-run")).status_code == 405
    assert client.post(reverse("matching-run"))["Location"] == reverse("matching")
    response = client.get(reverse("matching"))
    text = plain(response)
    for words in (
        found.case.number,
        "Olena Testsson",
        home.address,
        "Bevisat bäst möjliga",
        "En bostad med plats för 7 saknas till den 23 december",
        left.case.number,
        "Ursprung, religion och språk är aldrig med",
        "Reglerna föreslår, människor bestämmer",
        "exempel, inte beslutat",
        "Ingen skillnad mot turordning den här gången.",
        "50 av 100",
    ):
        assert words in text, words
    run = MatchRun.objects.get()
    offer = f"{reverse('offer-new', args=[found.pk])}?bostad={home.pk}&amp;run={run.pk}"
    assert offer in response.content.decode()
    assert "Något har ändrats" not in text


def test_the_page_says_what_has_changed_since(client: Client, household: House, need: Need, dwelling: Home) -> None:
    dwelling()
    need(household())
    client.post(reverse("matching-run"))
    need(household())
    text = get(client, "matching")
    assert "Något har ändrats sedan matchningen" in text
    assert "1 behov är nytt" in text


def test_an_earlier_matching_is_read_but_not_acted_upon(
    client: Client, landlord: Client, household: House, need: Need, dwelling: Home
) -> None:
    dwelling()
    found = need(household())
    client.post(reverse("matching-run"))
    first = MatchRun.objects.get()
    client.post(reverse("matching-run"))
    assert reverse("match-run", args=[first.pk]) in client.get(reverse("matching")).content.decode()
    text = get(client, "match-run", first.pk)
    assert found.case.number in text
    assert "Erbjud " not in text
    get(landlord, "match-run", first.pk, status=404)
    get(client, "match-run", uuid.uuid4(), status=404)


def test_the_landlord_matches_what_it_knows(
    landlord: Client, household: House, need: Need, dwelling: Home, disclose: Callable[..., None]
) -> None:
    dwelling()
    hidden, known = household(), household()
    need(hidden)
    need(known)
    disclose(known, ["housing_need"])
    landlord.post(reverse("matching-run"))
    text = get(landlord, "matching")
    assert known.case.number in text
    assert hidden.case.number not in text
    assert "Testsson" not in text


def test_a_proposal_that_is_offered_or_met_says_so(
    client: Client, household: House, need: Need, dwelling: Home, today: date
) -> None:
    found, home = need(household()), dwelling()
    need(household(), children=5)
    client.post(reverse("matching-run"))
    made = Offer.objects.create(need=found, dwelling=home, made_on=today, move_in_on=today, reply_by=today)
    assert "Väntar på svar" in get(client, "matching")
    made.delete()
    HousingNeed.objects.filter(pk=found.pk).update(status="housed")
    assert "Har bostad" in get(client, "matching")


# --- why --------------------------------------------------------------------------------------------------------------


def test_why_this_home_and_not_the_other(client: Client, household: House, need: Need, dwelling: Home) -> None:
    near = dwelling(code="NARA")
    far = dwelling(code="LANGT", area="orter")
    small = dwelling(code="LITEN", capacity=2)
    found = need(household(), wishes=[{"kind": "sfi", "area": ""}])
    response = client.get(reverse("match-why", args=[found.pk]))
    text = plain(response)
    why = response.context["why"]
    assert why.chosen.dwelling == near
    assert {one.dwelling for one in why.alternatives} == {far, small}
    assert all(one.steps for one in why.alternatives)
    for words in (
        "Nära till sfi",
        near.address,
        far.address,
        "plats för 2",
        "Krav",
        "Önskemål",
        "exempel, inte beslutat",
    ):
        assert words in text, words
    assert AuditEntry.objects.filter(action="matching.explained").count() == 1


def test_why_nobody_could_be_placed(client: Client, household: House, need: Need, dwelling: Home) -> None:
    dwelling(capacity=2)
    text = get(client, "match-why", need(household()).pk)
    assert "Ingen bostad kan föreslås" in text
    assert "plats för färre" in text


def test_why_is_not_asked_of_a_need_that_waits_for_an_answer(
    client: Client, household: House, need: Need, dwelling: Home, today: date
) -> None:
    found = need(household())
    Offer.objects.create(need=found, dwelling=dwelling(), made_on=today, move_in_on=today, reply_by=today)
    assert "är inte med i matchningen" in get(client, "match-why", found.pk)


def test_the_explanation_names_no_other_household(client: Client, household: House, need: Need, dwelling: Home) -> None:
    home = dwelling()
    first, second = need(household()), need(household(), wanted_by=date(2026, 12, 1))
    texts = {found.case.number: get(client, "match-why", found.pk) for found in (first, second)}
    assert all(home.address in text for text in texts.values())
    for number, text in texts.items():
        assert not [other for other in texts if other != number and other in text]


def test_needs_and_matching_never_ask_for_origin() -> None:
    fields = {field.name for field in HousingNeed._meta.get_fields()}
    asked = fields | set(matching.Seeker.__dataclass_fields__)
    assert not asked & {"origin", "religion", "nationality", "ethnicity", "language", "gender", "sex", "citizenship"}


@pytest.mark.parametrize(
    ("last", "words"), [("9999-12-31", "från 1900 till 2200"), ("2031-01-01", "mer än tre år bort")]
)
def test_a_year_typed_wrong_is_told(client: Client, household: House, today: date, last: str, words: str) -> None:
    made = household()
    answer = client.post(reverse("need-new", args=[made.pk]), given(today, wanted_by=last))
    assert words in plain(answer)
    assert not HousingNeed.objects.exists()


@pytest.mark.parametrize("name", ["dwelling-new", "stock-import-new"])
def test_pages_that_need_the_folder_say_that_it_is_not_loaded(landlord: Client, name: str) -> None:
    own = Municipality.objects.get()
    del own.data["housing"]
    own.save()
    assert "hemvist municipality load" in get(landlord, name, status=403)
