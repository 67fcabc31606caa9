"""Who may do what, where and when; protected identity first. The table here is its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from tests.access.conftest import World

from hemvist.access import policy
from hemvist.access.actor import Actor, Grant, actor_for, system_actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case, RoleGrant, User
from hemvist.access.roles import PERMISSIONS, Role
from hemvist.access.services import add_user, end_role, grant_role, note_visit
from hemvist.organisation.models import Branch, Unit
from hemvist.reception.services import move_to_new_household, record_fact

WORKERS = {
    Role.COORDINATOR,
    Role.SOCIAL_SECRETARY,
    Role.SCHOOL_ADMINISTRATOR,
    Role.SFI_ADMINISTRATOR,
    Role.HOUSING_COORDINATOR,
    Role.CONTACT_CENTER,
}
INSIGHT = WORKERS | {Role.CONTROLLER, Role.STRATEGIST, Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR}
OWNER = {Role.COORDINATOR}
KEEPERS = OWNER | {Role.HOUSING_COORDINATOR}
MAY: dict[str, set[Role]] = {
    "start.view": INSIGHT | {Role.ASSOCIATION},
    "overview.view": set(Role),
    "statistics.view": INSIGHT,
    "law.view": INSIGHT,
    "task.list": WORKERS,
    "task.work": WORKERS,
    "meeting.view": WORKERS,
    "assignment.list": OWNER,
    "assignment.write": OWNER,
    "case.list": OWNER,
    "case.read": OWNER,
    "case.write": OWNER,
    "consent.record": OWNER,
    "disclosure.make": OWNER,
    "guidance.log": OWNER,
    "import.run": OWNER,
    "plan.coordinate": OWNER,
    "protection.mark": OWNER,
    "report.send": OWNER,
    "intake.create": {Role.CONTACT_CENTER},
    "ruling.record": OWNER | {Role.ADMINISTRATOR},
    "audit.view": {Role.DATA_PROTECTION_OFFICER},
    "disclosure.audit": {Role.DATA_PROTECTION_OFFICER},
    "own_plan.view": {Role.NEWCOMER},
    "compensation.totals": OWNER | {Role.CONTROLLER, Role.STRATEGIST},
    "compensation.read": OWNER | {Role.CONTROLLER},
    "compensation.work": OWNER | {Role.CONTROLLER},
    "placement.view": INSIGHT,
    "placement.weigh": OWNER | {Role.CONTROLLER, Role.STRATEGIST, Role.ADMINISTRATOR},
    "placement.draft": {Role.STRATEGIST, Role.ADMINISTRATOR},
    "placement.decide": {Role.ADMINISTRATOR},
    "assignment_point.follow": {Role.STRATEGIST, Role.ADMINISTRATOR},
    "friction.log": WORKERS | {Role.CONTROLLER, Role.STRATEGIST, Role.ADMINISTRATOR},
    "dwelling.view": KEEPERS | {Role.CONTROLLER, Role.STRATEGIST, Role.ADMINISTRATOR},
    "dwelling.write": KEEPERS,
    "housing_need.read": KEEPERS,
    "housing_need.work": KEEPERS,
    "tenancy.read": KEEPERS,
    "tenancy.work": KEEPERS,
    "matching.run": KEEPERS,
    "housing_right.read": KEEPERS | {Role.SOCIAL_SECRETARY},
    "housing_right.work": KEEPERS | {Role.SOCIAL_SECRETARY},
    "housing_right.decide": OWNER | {Role.SOCIAL_SECRETARY},
    "housing_balance.view": KEEPERS | {Role.CONTROLLER, Role.STRATEGIST, Role.ADMINISTRATOR},
    "yearly_number.view": INSIGHT,
    "yearly_number.work": OWNER | {Role.STRATEGIST, Role.ADMINISTRATOR},
    "yearly_number.decide": {Role.STRATEGIST, Role.ADMINISTRATOR},
}


@pytest.fixture
def case(municipality: None, today: date) -> Case:
    return Case.objects.create(number="T-1", branch=Branch.objects.get(code="reception"), opened_on=today)


@pytest.fixture
def elsewhere(actor: Callable[..., Actor]) -> Actor:
    """The coordinator's role in another branch of the same board."""
    return actor(Role.COORDINATOR, unit="sfi", handles_protected=True)


# --- the table ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_each_role_may_do_just_what_the_table_says(role: str) -> None:
    actor = Actor(None, "Test", (Grant(role, 1, 1, 1),))
    for permission, roles in MAY.items():
        verdict = policy.may(actor, permission)
        assert bool(verdict) is (role in roles), permission
        assert bool(verdict.reason) is (role not in roles), "a no has a reason, a yes needs none"
    assert PERMISSIONS[role] <= set(MAY), "the table here lacks a permission"


@pytest.mark.parametrize("permission", ["", "case", "case.delete", "CASE.READ", "case.read ", "*"])
def test_an_unknown_permission_is_nobodys(permission: str, case: Case, coordinator: Actor) -> None:
    everything = Actor(None, "Test", tuple(Grant(role, 1, case.branch_id, 1, True) for role in Role))
    assert not policy.may(everything, permission)
    assert not policy.may_with_case(everything, permission, case)
    assert not Case.objects.filter(policy.visible_cases(everything, permission)).exists()
    with pytest.raises(Refused):
        policy.require(everything, permission)


def test_an_unknown_role_may_nothing(case: Case) -> None:
    actor = Actor(None, "Test", (Grant("superuser", 1, case.branch_id, 1, True),))
    assert not any(policy.may(actor, permission) for permission in MAY)


def test_the_program_itself_may_nothing(case: Case) -> None:
    assert not any(policy.may(system_actor("kommandoraden"), permission) for permission in MAY)


# --- time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [(0, None, True), (-30, 1, True), (-30, None, True), (1, None, False), (-30, 0, False), (-30, -1, False)],
)
def test_a_grant_gives_nothing_before_its_first_day_nor_from_its_last(
    starts: int, ends: int | None, holds: bool, municipality: None, today: date
) -> None:
    user = User.objects.create_user("anna", "Anna")
    RoleGrant.objects.create(
        user=user,
        role=Role.COORDINATOR,
        unit=Unit.objects.get(code="integration"),
        valid_from=today + timedelta(days=starts),
        valid_to=today + timedelta(days=ends) if ends is not None else None,
        decided_by="test",
    )
    assert bool(policy.may(actor_for(user, today), "case.read")) is holds


def test_a_role_that_is_ended_stops_that_day(user: Callable[..., User], coordinator: Actor, today: date) -> None:
    someone = user(Role.SOCIAL_SECRETARY)
    end_role(coordinator, grant=someone.grants.get(), on=today)
    assert not actor_for(someone, today).grants
    assert actor_for(someone, today - timedelta(days=1)).grants
    with pytest.raises(ValidationError, match="före den dag den började"):
        end_role(coordinator, grant=someone.grants.get(), on=someone.grants.get().valid_from)


def test_a_role_is_granted_by_somebody_who_is_named(user: Callable[..., User], coordinator: Actor, today: date) -> None:
    someone, unit = user(Role.STRATEGIST), Unit.objects.get(code="school")
    asked = {"user": someone, "role": Role.SCHOOL_ADMINISTRATOR, "unit": unit, "valid_from": today}
    for wrong in (
        {"decided_by": "  "},
        {"decided_by": "chefen", "role": "boss"},
        {"decided_by": "x", "valid_to": today},
    ):
        with pytest.raises(ValidationError):
            grant_role(coordinator, **{**asked, **wrong})
    grant = grant_role(coordinator, **asked, decided_by="chefen")
    assert grant_role(coordinator, **asked, decided_by="chefen") == grant
    assert AuditEntry.objects.filter(action="role.granted").count() == 1
    with pytest.raises(ValidationError, match="andra villkor"):
        grant_role(coordinator, **asked, decided_by="chefen", handles_protected=True)


def test_a_user_is_added_without_any_role_and_with_a_password_that_holds(coordinator: Actor, today: date) -> None:
    with pytest.raises(ValidationError):
        add_user(coordinator, username="bo", name="Bo", password="kort")
    bo = add_user(coordinator, username="bo", name="Bo", password="lång-och-egen-mening")
    assert actor_for(bo, today).grants == ()
    with pytest.raises(ValidationError, match="upptaget"):
        add_user(coordinator, username="BO", name="Bo", password="lång-och-egen-mening")


def test_a_visit_is_remembered_until_a_new_one_begins(user: Callable[..., User]) -> None:
    someone, start = user(Role.STRATEGIST), datetime(2026, 3, 1, 8, tzinfo=UTC)
    for hours, previous in ((0, None), (2, None), (24 * 180, start)):
        note_visit(someone, start + timedelta(hours=hours))
        someone.refresh_from_db()
        assert someone.previous_visit == previous


# --- place --------------------------------------------------------------------------------------------------


def test_a_case_is_read_in_its_own_branch_and_in_no_other_of_the_same_board(
    case: Case, coordinator: Actor, elsewhere: Actor, actor: Callable[..., Actor]
) -> None:
    assert policy.may_with_case(coordinator, "case.read", case)
    board = {grant.board_id for grant in (*coordinator.grants, *elsewhere.grants)}
    assert len(board) == 1
    for other in (elsewhere, actor(Role.SFI_ADMINISTRATOR), actor(Role.SCHOOL_ADMINISTRATOR)):
        verdict = policy.may_with_case(other, "case.read", case)
        assert not verdict
        assert "annan verksamhet" in verdict.reason
        assert not Case.objects.filter(policy.visible_cases(other), id=case.id).exists()
        with pytest.raises(NotVisible):
            policy.require_with_case(other, "case.read", case)


def test_a_role_without_the_permission_sees_no_case_though_it_sits_in_the_branch(
    case: Case, actor: Callable[..., Actor]
) -> None:
    for role in set(Role) - OWNER:
        sitting = actor(role, unit="integration", handles_protected=True)
        assert not policy.may_with_case(sitting, "case.read", case), role
        assert not Case.objects.filter(policy.visible_cases(sitting)).exists(), role


def test_two_grants_do_not_add_up_to_more_than_each(case: Case, today: date) -> None:
    """A coordinator elsewhere who works with tasks here reads no case here, protected or not."""
    other = Branch.objects.get(code="school").id
    both = Actor(
        None,
        "Test",
        (Grant(Role.COORDINATOR, 1, other, 1, True), Grant(Role.SOCIAL_SECRETARY, 2, case.branch_id, 1, True)),
    )
    assert not policy.may_with_case(both, "case.read", case)
    case.protected_since = "2026-01-01T00:00Z"
    mixed = Actor(
        None,
        "Test",
        (Grant(Role.COORDINATOR, 1, case.branch_id, 1), Grant(Role.SOCIAL_SECRETARY, 2, case.branch_id, 1, True)),
    )
    assert not policy.may_with_case(mixed, "case.read", case)


def test_who_may_read_but_not_do_is_refused_and_who_may_not_read_finds_nothing(
    case: Case, coordinator: Actor, elsewhere: Actor
) -> None:
    with pytest.raises(Refused) as refused:
        policy.require_with_case(coordinator, "audit.view", case)
    assert refused.value.action == "audit.view"
    with pytest.raises(NotVisible) as missing:
        policy.require_with_case(elsewhere, "audit.view", case)
    assert missing.value.object_id == str(case.id)


# --- protected identity -------------------------------------------------------------------------------------


def test_a_protected_case_is_there_only_for_those_who_handle_such(world: World, elsewhere: Actor) -> None:
    world.protect()
    case = world.case
    for actor, sees in ((world.trusted, True), (world.coordinator, False), (elsewhere, False)):
        assert bool(policy.may_with_case(actor, "case.read", case)) is sees
        assert Case.objects.filter(policy.visible_cases(actor), id=case.id).exists() is sees
    assert "skyddat" in policy.may_with_case(world.coordinator, "case.read", case).reason


@pytest.mark.parametrize("days", [-400, 0, 300])
def test_a_marking_closes_the_case_at_once_whatever_day_it_is_valid_from(world: World, days: int) -> None:
    world.protect(world.coordinator, valid_from=world.today + timedelta(days=days))
    assert world.case.protected
    assert not policy.may_with_case(world.coordinator, "case.read", world.case)


def test_only_who_handles_protected_identities_lifts_a_marking(world: World) -> None:
    world.protect(world.coordinator)
    with pytest.raises(NotVisible):
        world.protect(world.coordinator, active=False)
    assert world.case.protected
    world.protect(world.trusted, active=False)
    assert not world.case.protected


def test_a_marking_on_anyone_left_keeps_the_case_closed(world: World) -> None:
    value = {"form": "sekretessmarkering", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"}
    one, two, _child = world.persons
    marked = {"kind": "protection", "valid_from": world.today, "source": "tax_agency", "today": world.today}
    for person in (one, two):
        record_fact(world.trusted, person=person, value=value, **marked)
        person.refresh_from_db()
    lifted = {**value, "active": False}
    record_fact(world.trusted, person=world.persons[0], value=lifted, **marked)
    assert world.case.protected
    with pytest.raises(ValidationError, match="markering av den formen"):
        record_fact(world.trusted, person=world.persons[1], value={**lifted, "form": "lokal_markering"}, **marked)
    record_fact(world.trusted, person=world.persons[1], value=lifted, **marked)
    assert not world.case.protected


def test_who_leaves_a_protected_household_for_one_of_ones_own_stays_protected(world: World) -> None:
    world.protect()
    own = move_to_new_household(
        world.trusted,
        membership=world.membership("Wolodymyr"),
        on=world.today,
        reason="Flyttar isär",
        today=world.today,
    )
    assert own.case.protected
    assert not policy.may_with_case(world.coordinator, "case.read", own.case)


def test_the_database_keeps_a_disclosure_from_being_approved_by_the_one_who_made_it(world: World) -> None:
    disclosure = world.disclose()
    disclosure.approved_by_id = disclosure.made_by_id
    with pytest.raises(IntegrityError), transaction.atomic():
        disclosure.save()
