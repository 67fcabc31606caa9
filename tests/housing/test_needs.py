"""Needs: what the register proposes, who may write and read them, and a dwelling chosen beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.housing import need_queries, needs
from hemvist.housing.models import Dwelling, HousingNeed, Offer
from hemvist.housing.needs import Asked
from hemvist.reception.models import Household
from hemvist.reception.queries import get_household

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(today: date) -> Asked:
    return Asked(
        adults=2,
        children=2,
        rooms=3,
        wanted_from=today + timedelta(days=7),
        wanted_by=today + timedelta(days=30),
        wishes={"sfi": "", "family": "centrum"},
    )


def wrong(error: pytest.ExceptionInfo[ValidationError]) -> list[str]:
    return sorted(error.value.error_dict)


# --- what the register proposes ---------------------------------------------------------------------------------------


def test_the_register_proposes_numbers_and_the_days_of_the_law(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    row = get_household(coordinator, household(children=3, category="asylum_housing").pk, today=today)
    found = needs.suggested(row, today)
    assert (found.adults, found.children) == (2, 3)
    assert found.wanted_from == today + timedelta(days=14)
    # Two months from the decision, three weeks ago (förordning (2016:39) 10 §).
    assert found.wanted_by == date(2027, 1, 2)
    assert any(step.source and step.source.act == "2016:39" for step in found.steps)


def test_a_received_household_can_move_in_from_today(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    since = today - timedelta(days=3)
    row = get_household(coordinator, household(received_on=since).pk, today=today)
    found = needs.suggested(row, today)
    assert found.wanted_from == today
    assert any(step.values.get("day") == since for step in found.steps)


def test_without_an_assignment_no_last_day_is_guessed(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    row = get_household(coordinator, household(assigned=False).pk, today=today)
    found = needs.suggested(row, today)
    assert found.wanted_by is None
    assert "ingen anvisning" in found.steps[-1].text


# --- written down -----------------------------------------------------------------------------------------------------


def test_a_need_is_recorded_without_telling_of_health(
    coordinator: Actor, household: Callable[..., Household], asked: Asked, today: date
) -> None:
    case = household().case
    need = needs.record_need(coordinator, case=case, asked=replace(asked, step_free=True), today=today)
    assert need.persons == 4
    assert need.wishes == [{"kind": "sfi", "area": ""}, {"kind": "family", "area": "centrum"}]
    row = AuditEntry.objects.get(action="housing_need.recorded")
    assert row.case_id == case.pk
    assert "step" not in str(row.details) + str(row.fields)


def test_a_household_has_one_open_need(
    coordinator: Actor, household: Callable[..., Household], asked: Asked, today: date
) -> None:
    case = household().case
    first = needs.record_need(coordinator, case=case, asked=asked, today=today)
    with pytest.raises(ValidationError, match="redan ett öppet behov"):
        needs.record_need(coordinator, case=case, asked=asked, today=today)
    needs.withdraw_need(coordinator, need=first, reason="Har ordnat bostad själv", today=today)
    assert needs.record_need(coordinator, case=case, asked=asked, today=today).pk != first.pk


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"adults": 0, "children": 0}, "adults"),
        ({"adults": 31}, "adults"),
        ({"rooms": 16}, "rooms"),
        ({"wanted_by": date(2026, 11, 25)}, "wanted_by"),
        ({"wanted_from": date(2026, 11, 1), "wanted_by": date(2026, 11, 22)}, "wanted_by"),
        ({"rent_max": 0}, "rent_max"),
        ({"wishes": {"family": "finns-inte"}}, "near_family"),
        ({"wishes": {"religion": ""}}, "near_religion"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    coordinator: Actor,
    household: Callable[..., Household],
    asked: Asked,
    changed: dict[str, Any],
    field: str,
    today: date,
) -> None:
    with pytest.raises(ValidationError) as error:
        needs.record_need(coordinator, case=household().case, asked=replace(asked, **changed), today=today)
    assert wrong(error) == [field]
    assert not HousingNeed.objects.exists()


def test_a_late_need_can_be_changed_and_stays_late(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    asked: Asked,
    today: date,
) -> None:
    passed = today - timedelta(days=5)
    late = need(household(), wanted_from=passed, wanted_by=passed)
    changed = replace(asked, wanted_from=passed, wanted_by=passed, children=3)
    assert needs.change_need(coordinator, need=late, asked=changed, today=today).children == 3
    rows, _more = need_queries.list_needs(coordinator, today=today, show="late")
    assert [row.need.pk for row in rows] == [late.pk]
    assert rows[0].late


def test_a_closed_case_takes_no_need(
    coordinator: Actor, household: Callable[..., Household], asked: Asked, today: date
) -> None:
    case = household().case
    Case.objects.filter(pk=case.pk).update(closed_on=today, closed_reason="Flyttat")
    with pytest.raises(ValidationError, match="avslutat"):
        needs.record_need(coordinator, case=case, asked=asked, today=today)


def test_a_need_with_an_offer_is_not_withdrawn(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    today: date,
) -> None:
    found = need(household())
    Offer.objects.create(need=found, dwelling=dwelling(), made_on=today, move_in_on=today, reply_by=today)
    with pytest.raises(ValidationError, match="väntar på svar"):
        needs.withdraw_need(coordinator, need=found, reason="Behövs inte", today=today)


# --- whose it is ------------------------------------------------------------------------------------------------------


def test_another_branch_neither_writes_nor_sees(
    letting: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    asked: Asked,
    today: date,
) -> None:
    found = need(household())
    assert need_queries.list_needs(letting, today=today) == ([], False)
    for deed in (
        lambda: need_queries.get_need(letting, found.pk, today=today),
        lambda: needs.record_need(letting, case=found.case, asked=asked, today=today),
        lambda: needs.change_need(letting, need=found, asked=asked, today=today),
        lambda: needs.withdraw_need(letting, need=found, reason="Behövs inte", today=today),
    ):
        with pytest.raises(NotVisible):
            deed()


def test_a_disclosed_need_is_known_by_its_number_and_not_changed(
    letting: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    disclose: Callable[..., None],
    asked: Asked,
    today: date,
) -> None:
    home = household()
    found = need(home)
    disclose(home, ["housing_need"])
    (row,), _more = need_queries.list_needs(letting, today=today)
    assert (row.need.pk, row.name, row.own) == (found.pk, "", False)
    assert AuditEntry.objects.get(action="housing_needs.listed").fields == ["housing_need"]
    with pytest.raises(NotVisible):
        needs.change_need(letting, need=found, asked=asked, today=today)


def test_a_disclosed_name_is_shown_too(
    letting: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    disclose: Callable[..., None],
    today: date,
) -> None:
    home = household()
    need(home)
    disclose(home, ["housing_need", "name"])
    (row,), _more = need_queries.list_needs(letting, today=today)
    assert row.name == "Olena Testsson"
    assert AuditEntry.objects.get(action="housing_needs.listed").fields == ["housing_need", "name"]


def test_a_protected_case_is_hidden_but_for_those_who_handle_it(
    coordinator: Actor,
    actor: Callable[..., Actor],
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    today: date,
) -> None:
    home = household()
    found = need(home)
    Case.objects.filter(pk=home.case_id).update(protected_since="2026-11-20T08:00:00Z")
    assert need_queries.list_needs(coordinator, today=today) == ([], False)
    assert need_queries.counts(coordinator, today)["open"] == 0
    with pytest.raises(NotVisible):
        need_queries.get_need(coordinator, found.pk, today=today)
    chosen = actor(Role.COORDINATOR, handles_protected=True)
    assert need_queries.get_need(chosen, found.pk, today=today).need.pk == found.pk


def test_a_role_without_the_permission_is_refused(actor: Callable[..., Actor], today: date) -> None:
    with pytest.raises(Refused):
        need_queries.list_needs(actor(Role.SOCIAL_SECRETARY), today=today)


def test_the_own_branch_reads_names_in_one_row_of_the_journal(
    coordinator: Actor, household: Callable[..., Household], need: Callable[..., HousingNeed], today: date
) -> None:
    for _n in range(3):
        need(household())
    rows, _more = need_queries.list_needs(coordinator, today=today)
    assert {row.name for row in rows} == {"Olena Testsson"}
    assert len(AuditEntry.objects.get(action="housing_needs.listed").object_ids) == 3


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    coordinator: Actor,
    letting: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    disclose: Callable[..., None],
    today: date,
) -> None:
    def one() -> None:
        home = household()
        found = need(home)
        disclose(home, ["housing_need", "name"])
        Offer.objects.create(need=found, dwelling=dwelling(), made_on=today, move_in_on=today, reply_by=today)

    def cost(who: Actor) -> int:
        with CaptureQueriesContext(connection) as seen:
            need_queries.list_needs(who, today=today)
        return len(seen)

    one()
    few = cost(coordinator), cost(letting)
    for _n in range(4):
        one()
    assert (cost(coordinator), cost(letting)) == few


# --- who else knows ---------------------------------------------------------------------------------------------------


def test_the_page_tells_whether_the_landlord_knows(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    disclose: Callable[..., None],
    today: date,
) -> None:
    home = household()
    found = need(home)
    (told,) = need_queries.need_page(coordinator, found.pk, today=today).told
    assert (told.branch.code, told.known) == ("landlord", False)
    disclose(home, ["housing_need"])
    (told,) = need_queries.need_page(coordinator, found.pk, today=today).told
    assert told.known


# --- a dwelling chosen beforehand -------------------------------------------------------------------------------------


def test_a_dwelling_is_chosen_with_a_reason_and_let_go(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    today: date,
) -> None:
    found, home = need(household()), dwelling()
    with pytest.raises(ValidationError) as error:
        needs.lock(coordinator, need=found, dwelling=home, reason=" ", today=today)
    assert wrong(error) == ["reason"]
    # The landlord reads it.
    for personal in ("Sonen 20150303-1234 har astma", "Se mejl från olena@example.org", "Som i MOT-2026-0003"):
        with pytest.raises(ValidationError, match="Skriv inget om en person") as error:
            needs.lock(coordinator, need=found, dwelling=home, reason=personal, today=today)
        assert wrong(error) == ["reason"]
    needs.lock(coordinator, need=found, dwelling=home, reason="Nära ett syskon", today=today)
    found.refresh_from_db()
    assert (found.locked_to, found.locked_reason) == (home, "Nära ett syskon")
    needs.unlock(coordinator, need=found, today=today)
    found.refresh_from_db()
    assert (found.locked_to, found.locked_reason) == (None, "")
    assert list(AuditEntry.objects.filter(action__contains="lock").values_list("action", flat=True)) == [
        "housing_need.unlocked",
        "housing_need.locked",
    ]


def test_a_dwelling_is_chosen_for_one_household(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    today: date,
) -> None:
    home = dwelling()
    needs.lock(coordinator, need=need(household()), dwelling=home, reason="Nära ett syskon", today=today)
    with pytest.raises(ValidationError, match="redan vald"):
        needs.lock(coordinator, need=need(household()), dwelling=home, reason="Nära skolan", today=today)


def test_the_landlord_chooses_only_for_a_disclosed_need(
    letting: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    disclose: Callable[..., None],
    today: date,
) -> None:
    family, home = household(), dwelling()
    found = need(family)
    with pytest.raises(NotVisible):
        needs.lock(letting, need=found, dwelling=home, reason="Blir ledig då", today=today)
    disclose(family, ["housing_need"])
    needs.lock(letting, need=found, dwelling=home, reason="Blir ledig då", today=today)
    found.refresh_from_db()
    assert found.locked_to == home
