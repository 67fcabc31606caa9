"""The pages of leases: from the dwelling's page to the moving out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.access.roles import Role
from hemvist.housing.forms.tenancies import VoidForm
from hemvist.housing.models import ChecklistTick, Dwelling, Tenancy

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LIST = "/bostader/avtal/"


@pytest.fixture
def client(
    coordinator: Actor, client_for: Callable[[Any], Client], today: date, monkeypatch: pytest.MonkeyPatch
) -> Client:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today)
    return client_for(coordinator)


def words(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def page_of(lease: Tenancy) -> str:
    return f"{LIST}{lease.pk}/"


def signed(client: Client, dwelling: Dwelling, number: str, **changes: str) -> Any:
    said = {"case_number": number, "form": "open_ended", "starts_on": "2026-11-23", "persons": "4", "rent": "8000"}
    return client.post(f"/bostader/{dwelling.pk}/hyr-ut/", {**said, **changes}, follow=True)


def test_an_empty_list_says_what_to_do_next(client: Client) -> None:
    assert "Inga pågående hyresavtal som du får se." in words(client.get(LIST))
    assert "Inget hyresavtal stämmer med urvalet." in words(client.get(LIST, {"lage": "ended"}))


def test_a_dwelling_is_let_on_its_page(client: Client, dwelling: Any, household: Any, need: Any) -> None:
    one, home = dwelling(), household()
    need(home)
    new = words(client.get(f"/bostader/{one.pk}/hyr-ut/", {"arende": home.case.number}))
    assert f'<option value="{home.case.number}">' in new
    assert f'value="{home.case.number}"' in new
    assert "12 kap. 1 c § jordabalken är ändrad" in new
    wrong = words(signed(client, one, "MOT-1900-0001"))
    assert "Inget ärende med det numret" in wrong
    assert 'value="MOT-1900-0001"' in wrong
    assert "högst 4 boende" in words(signed(client, one, home.case.number, persons="5"))
    page = words(signed(client, one, home.case.number.lower()))
    assert "Avtalet är registrerat." in page
    assert "Olena Testsson" in page
    assert f"/hushall/{home.pk}/" in page
    assert "uthyrd tills vidare" in words(signed(client, one, home.case.number))


def test_the_list_shows_names_in_the_own_branch_only(
    client: Client, client_for: Any, letting: Actor, dwelling: Any, tenancy: Any, household: Any, disclose: Any
) -> None:
    home = household()
    lease = tenancy(dwelling(), home)
    assert "Olena Testsson" in words(client.get(LIST))
    theirs = client_for(letting)
    assert home.case.number not in words(theirs.get(LIST))
    assert theirs.get(page_of(lease)).status_code == 404
    disclose(home, ["housing_need"])
    for address in (LIST, page_of(lease)):
        page = words(theirs.get(address))
        assert home.case.number in page
        assert "Testsson" not in page
        assert f"/hushall/{home.pk}/" not in page


def test_a_lease_under_the_act_says_what_protects_and_what_has_not_been_read(
    client: Client, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    home = household()
    right = tenancy(dwelling(), home, form="right", ends_on=today + 900 * DAY, second_hand=True)
    for address in (page_of(right), f"{page_of(right)}sag-upp/"):
        page = words(client.get(address))
        assert "12 kap. 45–52 §§ jordabalken gäller inte" in page
        assert "14 §, SFS 2026:1326" in page
        assert "är inte inlagd här" in page
    assert "i andra hand" in words(client.get(page_of(right)))
    assert "gör inte rätten längre" in words(client.get(f"{page_of(right)}forlang/"))
    other = words(client.get(page_of(tenancy(dwelling(), home))))
    assert "45–52" not in other


def test_notice_given_and_taken_back(client: Client, dwelling: Any, household: Any) -> None:
    signed(client, dwelling(), household().case.number)
    lease = Tenancy.objects.get()
    notice = f"{page_of(lease)}sag-upp/"
    page = words(client.get(notice))
    assert "Sägs avtalet upp i dag är sista dagen 28 februari 2027." in page
    assert "inte hyreslagens regler" in page
    # Whether the tenant is protected follows how the home was arranged (14 §), not the form of the lease.
    assert "Är boendet ordnat enligt 10 § första stycket lagen (2026:1326) gäller inte reglerna" in page
    said = {"by": "tenant", "noticed_on": "2026-11-23", "ends_on": "2026-12-24"}
    assert "Skriv varför det blir en annan dag." in words(client.post(notice, said))
    page = words(client.post(notice, {**said, "ends_on": ""}, follow=True))
    assert "Uppsagt av hyresgästen 23 november 2026. Sista dagen är 28 februari 2027." in page
    assert "Återta uppsägningen" in page
    back = f"{page_of(lease)}aterta/"
    assert client.get(back).status_code == 405
    page = words(client.post(back, follow=True))
    assert "Uppsägningen är återtagen." in page
    assert "Uppsägningen återtagen</strong> 23 november 2026" in page
    assert "Det finns inget att återta." in words(client.post(back, follow=True))


def test_extended_and_moved_out(client: Client, dwelling: Any, tenancy: Any, household: Any, today: date) -> None:
    lease = tenancy(dwelling(keys="tenant"), household(), form="right", ends_on=today + 30 * DAY)
    extend = f"{page_of(lease)}forlang/"
    assert "Skriv varför" in words(client.post(extend, {"ends_on": "2027-01-31"}))
    page = words(client.post(extend, {"ends_on": "2027-01-31", "reason": "Skolan"}, follow=True))
    assert "Sista dagen flyttad från 23 december 2026 till 31 januari 2027. Skolan" in page
    out = f"{page_of(lease)}utflyttad/"
    assert "Notera utflyttningen när den har skett." in words(
        client.post(out, {"last_day": "2026-12-01", "keys": "landlord"})
    )
    page = words(client.post(out, {"last_day": "2026-11-22", "keys": "reception"}, follow=True))
    assert "Bostaden är ledig från dagen efter." in page
    assert "/sag-upp/" not in page
    lease.dwelling.refresh_from_db()
    assert lease.dwelling.keys == "reception"
    assert "Ledig" in words(client.get(f"/bostader/{lease.dwelling_id}/"))
    undo = f"{page_of(lease)}inte-flyttat/"
    assert undo in words(client.get(page_of(lease)))
    assert client.get(undo).status_code == 405
    page = words(client.post(undo, follow=True))
    assert "Utflyttningen är struken." in page
    assert "Utflyttningen ströks</strong> 23 november 2026" in page
    assert undo not in page
    assert "Ingen utflyttning är registrerad." in words(client.post(undo, follow=True))


def test_a_lease_that_ran_out_asks_for_the_moving_out(
    client: Client, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    lease = tenancy(dwelling(), household(), ends_on=today - DAY)
    assert "Avtalet gick ut 22 november 2026." in words(client.get(page_of(lease)))
    assert "utflyttning inte noterad" in words(client.get(LIST, {"lage": "overdue"}))
    assert "Bostaden räknas som uthyrd tills det är gjort." in words(client.get(f"/bostader/{lease.dwelling_id}/"))


def test_voided_before_it_began(client: Client, dwelling: Any, tenancy: Any, household: Any, today: date) -> None:
    lease = tenancy(dwelling(), household(), starts_on=today + 9 * DAY)
    assert "/utflyttad/" not in words(client.get(page_of(lease)))
    assert client.post(f"{page_of(lease)}blev-inte-av/", {}).context["form"].errors.keys() == {"reason"}
    page = words(client.post(f"{page_of(lease)}blev-inte-av/", {"reason": "Tackade nej"}, follow=True))
    assert "Avtalet är struket." in page
    assert "blev inte av" in page


def test_what_has_begun_is_struck_as_a_mistake_only(
    client: Client, dwelling: Any, tenancy: Any, household: Any, need: Any
) -> None:
    lease = tenancy(dwelling(), household())
    address = f"{page_of(lease)}blev-inte-av/"
    assert "Registrerat av misstag" in words(client.get(page_of(lease)))
    page = words(client.get(address))
    assert "Stryk det bara om det aldrig skulle ha registrerats" in page
    asked = client.post(address, {"reason": "Fel hushåll"})
    assert asked.context["form"].errors.keys() == {"mistake"}
    page = words(client.post(address, {"reason": "Fel hushåll", "mistake": "on"}, follow=True))
    assert "Avtalet är struket." in page
    assert "Hushållet har inget öppet behov. Skriv ett nytt om det söker bostad." in page
    assert "Registrerat av misstag: Fel hushåll" in page
    other = tenancy(dwelling(), household(reference="R-2"))
    need(other.case.household)
    page = words(client.post(f"{page_of(other)}blev-inte-av/", {"reason": "Fel hushåll", "mistake": "on"}, follow=True))
    assert "Hushållets behov är öppet." in page


def test_a_form_from_before_it_began_is_told_at_the_top(
    client: Client, monkeypatch: pytest.MonkeyPatch, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    lease = tenancy(dwelling(), household(), starts_on=today + DAY)
    monkeypatch.setattr("hemvist.housing.views.tenancies.MistakeForm", VoidForm)
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today + DAY)
    answer = client.post(f"{page_of(lease)}blev-inte-av/", {"reason": "Tackade nej"})
    assert "Notera utflyttningen" in words(answer)
    assert answer.context["form"].errors.keys() == {"__all__"}


def test_without_an_agreed_time_the_last_day_is_asked_for(
    client: Client, dwelling: Any, tenancy: Any, household: Any
) -> None:
    lease = tenancy(dwelling(), household(), notice_months_tenant=3)
    notice = f"{page_of(lease)}sag-upp/"
    page = words(client.get(notice))
    assert "Uppsägningstid: 3 månader." in page
    assert "Ingen uppsägningstid är avtalad. Ange sista dagen." in page
    said = {"by": "landlord", "noticed_on": "2026-11-23", "ends_on": "", "reason": "Huset ska rivas"}
    assert client.post(notice, said).context["form"].errors.keys() == {"ends_on"}
    assert client.post(notice, {**said, "ends_on": "2026-12-05"})["Location"] == page_of(lease)


def test_points_are_ticked_and_taken_back(client: Client, dwelling: Any, tenancy: Any, household: Any) -> None:
    lease = tenancy(dwelling(), household())
    point = {"lista": "keys", "punkt": "receipt"}
    answer = client.post(f"{page_of(lease)}punkt/", point)
    assert answer["Location"] == f"{page_of(lease)}#keys"
    page = words(client.get(page_of(lease)))
    assert "1 av 3 klara" in page
    assert "klart 23 november 2026, Test Coordinator" in page
    client.post(f"{page_of(lease)}punkt/", {**point, "klar": "nej"})
    assert not ChecklistTick.objects.exists()
    assert "Punkten finns inte" in words(client.post(f"{page_of(lease)}punkt/", {"lista": "x"}, follow=True))


def test_a_protected_lease_is_not_found(
    client: Client, client_for: Any, actor: Any, dwelling: Any, tenancy: Any, household: Any
) -> None:
    home = household()
    lease = tenancy(dwelling(), home)
    Case.objects.filter(pk=home.case_id).update(protected_since="2026-11-01T08:00Z")
    for part in ("", "sag-upp/", "forlang/", "utflyttad/", "blev-inte-av/"):
        assert client.get(f"{page_of(lease)}{part}").status_code == 404
    for part in ("aterta/", "punkt/"):
        assert client.post(f"{page_of(lease)}{part}").status_code == 404
    assert home.case.number not in words(client.get(LIST, {"lage": "all"}))
    handler = client_for(actor(Role.COORDINATOR, handles_protected=True))
    assert "Skyddade personuppgifter" in words(handler.get(page_of(lease)))


def test_roles(client: Client, client_for: Any, actor: Any, dwelling: Any, tenancy: Any, household: Any) -> None:
    lease = tenancy(dwelling(), household())
    viewer = client_for(actor(Role.CONTROLLER))
    for address in (LIST, page_of(lease), f"{page_of(lease)}sag-upp/", f"/bostader/{lease.dwelling_id}/hyr-ut/"):
        assert viewer.get(address).status_code == 403
    assert viewer.post(f"{page_of(lease)}punkt/").status_code == 403
