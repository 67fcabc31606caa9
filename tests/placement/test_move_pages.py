"""The pages of a move, as the strategist who drafts it and the administrator who registers the decision meet them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from hemvist.access.actor import Actor
from hemvist.access.models import RoleGrant, User
from hemvist.access.roles import Role
from hemvist.organisation.models import Move, Unit
from hemvist.organisation.queries import unit_page
from hemvist.placement import amending, carrying_out, moving, queries
from hemvist.placement.forms.moves import STAYS, MoveParts
from hemvist.placement.moving import Plan
from hemvist.placement.queries import alternatives
from hemvist.planning.responsibility import Thing
from hemvist.reception.models import Household

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day(today: date) -> Any:
    with time_machine.travel(f"{today}T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def strategist_page(client_for: Callable[..., Client], strategist: Actor) -> Client:
    return client_for(strategist)


@pytest.fixture
def administrator_page(client_for: Callable[..., Client], administrator: Actor) -> Client:
    return client_for(administrator)


def drafted(client: Client, alternative: str = "SN") -> Move:
    answer = client.post(
        reverse("move-new"),
        {"alternative": alternative, "title": "Mottagandet flyttar", "takes_effect_on": "2027-01-01"},
    )
    assert answer.status_code == 302, answer.content.decode()
    return Move.objects.latest("id")


def whole(move: Move, **chosen: str) -> dict[str, str]:
    """The form of who takes over what, as a browser sends it."""
    form = MoveParts(rows=queries.own_functions(move), units=queries.possible_owners(move))
    return {name: chosen.get(name, STAYS) for name in form.fields}


def test_a_draft_begins_as_the_alternative_says(strategist_page: Client) -> None:
    move = drafted(strategist_page)
    plan = moving.plan_of(move)
    assert set(plan.parts.values()) == {"reception_sn"}
    assert Thing("reception") in plan.parts
    assert plan.closes == ("integration",)
    page = strategist_page.get(reverse("move", args=[move.pk])).content.decode()
    assert "Ingen får behörighet som samordnare" in page
    assert "26 kap. 1 § OSL" in page
    assert "Ta bort utkastet" in page


def test_from_draft_to_decision_in_the_pages(
    strategist_page: Client,
    administrator_page: Client,
    newly_appointed: User,
    household: Callable[..., Household],
) -> None:
    household()
    move = drafted(strategist_page)
    people = strategist_page.get(reverse("move-people", args=[move.pk])).content.decode()
    assert newly_appointed.name in people
    answer = strategist_page.post(
        reverse("move-people", args=[move.pk]),
        {f"role-{newly_appointed.pk}": "coordinator", f"protected-{newly_appointed.pk}": "on"},
    )
    assert answer.status_code == 302, answer.content.decode()
    page = strategist_page.get(reverse("move-preview", args=[move.pk])).content.decode()
    assert "Utkastet är komplett" in page
    assert "Det här skulle hända på dagen" in page
    assert strategist_page.get(reverse("move-decide", args=[move.pk])).status_code == 403
    wrong = administrator_page.post(reverse("move-decide", args=[move.pk]), {"decided_by": "KF"})
    assert wrong.status_code == 422
    assert 'value="KF"' in wrong.content.decode()
    answer = administrator_page.post(
        reverse("move-decide", args=[move.pk]),
        {"decided_by": "Kommunfullmäktige", "decided_on": "2026-11-20", "diary_number": "KS2026/700", "section": "§ 9"},
    )
    assert answer.status_code == 302, answer.content.decode()
    move.refresh_from_db()
    assert move.status == Move.Status.DECIDED
    page = administrator_page.get(reverse("move", args=[move.pk])).content.decode()
    assert "Återkalla flytten" in page
    assert "Kommunfullmäktige 2026-11-20 § 9, KS2026/700" in page
    answer = administrator_page.post(reverse("move-withdraw", args=[move.pk]), {"reason": "Budgeten"})
    assert answer.status_code == 302
    move.refresh_from_db()
    assert move.status == Move.Status.WITHDRAWN


def test_the_first_request_of_the_day_carries_it_out(
    decided: Callable[..., Move], client_for: Callable[..., Client], coordinator: Actor, newly_appointed: User
) -> None:
    move = decided()
    old = client_for(coordinator)
    assert old.get(reverse("household-list")).status_code == 200
    with time_machine.travel("2027-01-01T00:00:01+01:00", tick=False):
        assert client_for(coordinator).get(reverse("household-list")).status_code == 403
        move.refresh_from_db()
        assert move.status == Move.Status.CARRIED_OUT
        assert client_for(newly_appointed).get(reverse("household-list")).status_code == 200
        page = client_for(newly_appointed).get(reverse("move", args=[move.pk])).content.decode()
        assert "Det här hände" in page
        assert newly_appointed.name not in page.split('id="parts"')[1]


def test_phase_out_is_not_ready_until_every_task_has_an_owner(strategist_page: Client) -> None:
    move = drafted(strategist_page, "PHASE_OUT")
    page = strategist_page.get(reverse("move-parts", args=[move.pk])).content.decode()
    assert "Ingen tar över" in page
    assert "(TA17)" in page
    owned = {"reception": "reception_sn", "coordination": "reception_sn", "guidance": "contact_center"}
    answer = strategist_page.post(
        reverse("move-parts", args=[move.pk]), whole(move, **owned, **{"guidance.TA07": "sfi"})
    )
    assert answer.status_code == 302, answer.content.decode()
    assert moving.plan_of(move).parts[Thing("guidance", "TA07")] == "sfi"
    left = {thing.function for thing in moving.gaps(move)}
    assert left == {"housing", "information", "civic_orientation"}
    rest = dict.fromkeys(left, "contact_center")
    strategist_page.post(
        reverse("move-parts", args=[move.pk]), whole(move, **owned, **rest, **{"guidance.TA07": "sfi"})
    )
    assert moving.gaps(move) == []
    page = strategist_page.get(reverse("move", args=[move.pk])).content.decode()
    assert "Stöd och vägledning" in page


def test_name_and_mission_are_said_in_both_languages(strategist_page: Client) -> None:
    move = drafted(strategist_page, "UN")
    assert moving.plan_of(move).names["integration"]["sv"] == "Mottagningsenheten"
    basics = {"title": "Nytt namn", "takes_effect_on": "2027-01-01", "name_sv": "Mottagningsenheten"}
    wrong = strategist_page.post(reverse("move-basics", args=[move.pk]), basics)
    assert wrong.status_code == 422
    assert "båda språken" in wrong.content.decode()
    answer = strategist_page.post(
        reverse("move-basics", args=[move.pk]), {**basics, "name_en": "The reception unit", "closed_cases_follow": "on"}
    )
    assert answer.status_code == 302
    assert moving.obstacles(Move.objects.get(pk=move.pk), date(2026, 11, 23)) == []


def test_a_unit_is_renamed_on_the_day(
    strategist: Actor, administrator: Actor, to_social_services: Callable[..., Plan], today: date
) -> None:
    names = {"integration": {"sv": "Mottagningsenheten", "en": "The reception unit"}}
    missions = {"integration": {"sv": "Tar emot.", "en": "Receives."}}
    plan = to_social_services(alternative="UN", parts={}, closes=(), access=(), names=names, missions=missions)
    move = moving.draft_move(strategist, plan=plan, today=today)
    moving.decide(
        administrator, move_id=move.pk, decided_on=today, decided_by="KF", diary_number="KS2026/2", today=today
    )
    assert Unit.objects.get(code="integration").name_sv == "Integrationsenheten"
    moving.carry_out_due(date(2027, 1, 1))
    assert Unit.objects.get(code="integration").name_sv == "Mottagningsenheten"
    page = unit_page("integration", date(2027, 1, 1))
    assert page is not None
    assert (page.mission, page.mission_reference[:2]) == ("Tar emot.", "KF")


def test_the_report_and_the_redline_are_files(strategist_page: Client, newly_appointed: User) -> None:
    move = drafted(strategist_page)
    strategist_page.post(reverse("move-people", args=[move.pk]), {f"role-{newly_appointed.pk}": "coordinator"})
    answer = strategist_page.get(reverse("move-letter", args=[move.pk, "docx"]))
    assert answer.status_code == 200
    words = zipfile.ZipFile(io.BytesIO(answer.content)).read("word/document.xml").decode()
    for part in ("Förslag till beslut", "Sammanfattning", "socialnämnden", "KS2023/781", "Sekretess", "Kompetens"):
        assert part in words
    assert newly_appointed.name not in words
    answer = strategist_page.get(reverse("move-redline", args=[move.pk, "UN", "docx"]))
    assert answer.status_code == 200
    words = zipfile.ZipFile(io.BytesIO(answer.content)).read("word/document.xml").decode()
    assert "<w:del " in words
    assert strategist_page.get(reverse("move-redline", args=[move.pk, "EHB", "docx"])).status_code == 404
    assert strategist_page.get(reverse("move-letter", args=[move.pk, "rtf"])).status_code == 404
    pdf = strategist_page.get(reverse("move-letter", args=[move.pk, "pdf"]))
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")


def test_words_that_a_person_has_chosen_stay(strategist_page: Client) -> None:
    move = drafted(strategist_page)
    move.refresh_from_db()
    assert {row["board"] for row in move.amendments} >= {"UN", "SN"}
    words = {f"new-{number}": row["new"] for number, row in enumerate(move.amendments)}
    words["drawn"] = amending.fingerprint(move)
    number = next(n for n, row in enumerate(move.amendments) if row["board"] == "SN" and row["new"])
    words[f"new-{number}"] = "Nämnden tar emot den som är nyanländ."
    strategist_page.post(reverse("move-rules", args=[move.pk]), words)
    strategist_page.post(
        reverse("move-basics", args=[move.pk]),
        {"title": "Nytt", "takes_effect_on": "2027-01-01", "closes": ["integration"], "closed_cases_follow": "on"},
    )
    move.refresh_from_db()
    assert move.title == "Nytt"
    assert move.amendments[number]["new"] == "Nämnden tar emot den som är nyanländ."
    strategist_page.post(reverse("move-rules", args=[move.pk]), {"again": "1"})
    move.refresh_from_db()
    assert move.amendments[number]["new"] != "Nämnden tar emot den som är nyanländ."


def test_a_page_opened_for_other_drafts_removes_no_clause(strategist_page: Client) -> None:
    move = drafted(strategist_page)
    move.refresh_from_db()
    before = move.amendments
    words = {f"new-{number}": row["new"] for number, row in enumerate(before)}
    address = reverse("move-rules", args=[move.pk])
    half = strategist_page.post(address, {"new-0": "Ny text", "drawn": amending.fingerprint(move)})
    assert half.status_code == 422
    assert "Ny text" in half.content.decode()
    stale = strategist_page.post(address, {**words, "new-0": "Ny text", "drawn": "annat"})
    assert stale.status_code == 422
    assert "Ny text" in stale.content.decode()
    move.refresh_from_db()
    assert move.amendments == before


def test_access_is_said_anew_when_another_unit_takes_over(strategist_page: Client, newly_appointed: User) -> None:
    move = drafted(strategist_page)
    strategist_page.post(reverse("move-people", args=[move.pk]), {f"role-{newly_appointed.pk}": "coordinator"})
    assert moving.plan_of(move).access
    chosen = dict.fromkeys(alternatives()["SN"].functions, "reception_ks")
    strategist_page.post(reverse("move-parts", args=[move.pk]), whole(move, **chosen))
    assert moving.plan_of(move).access == ()
    assert newly_appointed.name not in strategist_page.get(reverse("move-people", args=[move.pk])).content.decode()


def test_a_person_with_two_roles_follows_once(strategist_page: Client, coordinator: Actor) -> None:
    move = drafted(strategist_page)
    person = User.objects.get(pk=coordinator.user_id)
    RoleGrant.objects.create(
        user=person,
        role=Role.COORDINATOR,
        unit=Unit.objects.get(code="integration"),
        handles_protected=True,
        valid_from=date(2024, 1, 1),
        decided_by="test",
    )
    stays = {f"stays-{grant.pk}": "on" for grant in person.grants.all()}
    assert strategist_page.post(reverse("move-people", args=[move.pk]), stays).status_code == 302
    (access,) = moving.plan_of(move).access
    assert (access.handles_protected, access.follows) == (True, True)


def test_a_withdrawn_move_can_be_drafted_again(
    decided: Callable[..., Move], administrator: Actor, strategist_page: Client, today: date
) -> None:
    move = decided()
    moving.withdraw(administrator, move_id=move.pk, reason="Nej", today=today)
    strategist_page.post(reverse("move-copy", args=[move.pk]))
    copy = Move.objects.latest("id")
    assert (copy.pk, copy.status) != (move.pk, move.status)
    assert moving.plan_of(copy).parts == moving.plan_of(move).parts


def test_small_numbers_of_cases_are_for_those_who_draft(
    decided: Callable[..., Move],
    household: Callable[..., Household],
    client_for: Callable[..., Client],
    actor: Callable[..., Actor],
    strategist_page: Client,
) -> None:
    household()
    move = decided()
    moving.carry_out_due(date(2027, 1, 1))
    page = client_for(actor(Role.CONTACT_CENTER)).get(reverse("move", args=[move.pk])).content.decode()
    assert "färre än 5" in page
    assert "färre än 5" not in strategist_page.get(reverse("move", args=[move.pk])).content.decode()


def test_a_move_that_cannot_be_carried_out_closes_the_doors(
    decided: Callable[..., Move], client: Client, monkeypatch: pytest.MonkeyPatch, administrator: Actor
) -> None:
    move = decided()

    def broken(today: date) -> None:
        raise RuntimeError("disk full")

    with time_machine.travel("2027-01-01T08:00:00+01:00", tick=False):
        with monkeypatch.context() as patched:
            patched.setattr(carrying_out, "carry_out_due", broken)
            answer = client.get(reverse("sign-in"))
        assert (answer.status_code, "hemvist placement give-up" in answer.content.decode()) == (503, True)
        moving.give_up(administrator, move_id=move.pk, reason="Går inte")
        assert client.get(reverse("sign-in")).status_code == 200


def test_a_decided_move_is_not_changed_in_the_pages(
    decided: Callable[..., Move], strategist_page: Client, administrator_page: Client
) -> None:
    move = decided()
    for name in ("move-basics", "move-parts", "move-people", "move-rules"):
        assert strategist_page.get(reverse(name, args=[move.pk])).status_code == 302
    assert strategist_page.post(reverse("move-discard", args=[move.pk])).status_code == 302
    assert administrator_page.get(reverse("move-decide", args=[move.pk])).status_code == 302
    assert Move.objects.filter(pk=move.pk).exists()


def test_a_draft_is_not_shown_to_those_who_only_read(
    strategist_page: Client, client_for: Callable[..., Client], actor: Callable[..., Actor]
) -> None:
    move = drafted(strategist_page)
    reader = client_for(actor(Role.CONTROLLER))
    assert move.title not in reader.get(reverse("move-list")).content.decode()
    assert reader.get(reverse("move", args=[move.pk])).status_code == 404
