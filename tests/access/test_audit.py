"""The journal: nothing happens without a row, no row holds personal data, and no row can be changed unseen."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from tests.access.conftest import FAMILY, NUMBER, SECRETS, WORDS, World, new_household

from hemvist.access import audit
from hemvist.access import queries as access_queries
from hemvist.access import services as access
from hemvist.access.actor import Actor, Grant
from hemvist.access.errors import Refused
from hemvist.access.models import AuditEntry, AuditHead, User
from hemvist.access.queries import AuditFilter
from hemvist.access.roles import Role
from hemvist.coordination import queries as plan
from hemvist.coordination import services as coordination
from hemvist.coordination.queries import TaskFilter
from hemvist.reception import compensation_facts as money
from hemvist.reception import queries as reception
from hemvist.reception import services, sharing
from hemvist.reception.queries import HouseholdFilter
from hemvist.reception.services import NewAssignment, NewPerson

Deed = Callable[[World], Any]


def public(module: Any) -> set[str]:
    """The functions that a module offers."""
    return {
        name
        for name, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == module.__name__ and not name.startswith("_")
    }


# --- everything that happens, with the row it leaves ---------------------------------------------------------

WRITES: dict[str, tuple[Deed, str]] = {
    "register_households": (
        lambda w: services.register_households(w.trusted, [new_household(w.today, reference="ANV-2")], today=w.today),
        "household.registered",
    ),
    "record_fact": (
        lambda w: services.record_fact(
            w.trusted,
            person=w.persons[0],
            kind="birth_date",
            value={"on": "1988-04-02"},
            valid_from=w.today.replace(1988, 4, 2),
            source="person",
            today=w.today,
        ),
        "fact.recorded",
    ),
    "add_identifier": (
        lambda w: services.add_identifier(
            w.trusted,
            person=w.persons[1],
            kind="dossier",
            value="51-7755332",
            source="migration_agency",
            valid_from=w.today,
            today=w.today,
        ),
        "identifier.recorded",
    ),
    "add_person": (
        lambda w: services.add_person(
            w.trusted,
            household=w.household,
            new=NewPerson("Xanthippe", FAMILY, w.today, "child"),
            joined_on=w.today,
            reason=WORDS[:200],
            source="person",
            today=w.today,
        ),
        "person.added",
    ),
    "end_membership": (
        lambda w: services.end_membership(
            w.trusted, membership=w.membership("Wolodymyr"), on=w.today, reason=WORDS, today=w.today
        ),
        "membership.ended",
    ),
    "move_to_new_household": (
        lambda w: services.move_to_new_household(
            w.trusted, membership=w.membership("Wolodymyr"), on=w.today, reason=WORDS, today=w.today
        ),
        "household.split",
    ),
    "change_plan_of_arrival": (
        lambda w: services.change_plan_of_arrival(
            w.trusted,
            household=w.household,
            planned_arrival_on=w.today + timedelta(days=30),
            already_living_here=False,
            needs_dwelling=True,
            today=w.today,
        ),
        "household.arrival_planned",
    ),
    "record_arrival": (lambda w: w.arrive(), "arrival.recorded"),
    "void_arrival": (
        lambda w: services.void_arrival(w.trusted, arrival=w.arrive()[0], reason=WORDS, today=w.today),
        "arrival.voided",
    ),
    "add_assignment": (
        lambda w: services.add_assignment(
            w.trusted,
            household=w.household,
            persons=w.persons,
            new=NewAssignment(w.today, reference="ANV-3"),
            category="quota",
            today=w.today,
        ),
        "assignment.registered",
    ),
    "end_assignment": (
        lambda w: services.end_assignment(
            w.trusted, assignment=w.assignment, status="withdrawn", on=w.today, reason=WORDS, today=w.today
        ),
        "assignment.withdrawn",
    ),
    "close_case": (
        lambda w: services.close_case(w.trusted, household=w.household, on=w.today, reason=WORDS, today=w.today),
        "case.closed",
    ),
    "reopen_case": (
        lambda w: (
            services.close_case(w.trusted, household=w.household, on=w.today, reason=WORDS, today=w.today),
            services.reopen_case(w.trusted, household=w.household, today=w.today),
        ),
        "case.reopened",
    ),
    "record_consent": (lambda w: w.consent(), "consent.recorded"),
    "withdraw_consent": (
        lambda w: sharing.withdraw_consent(w.trusted, consent=w.consent(), today=w.today),
        "consent.withdrawn",
    ),
    "make_disclosure": (lambda w: w.disclose(), "disclosure.made"),
    "approve_disclosure": (
        lambda w: (w.protect(), sharing.approve_disclosure(w.trusted_too, disclosure=w.disclose())),
        "disclosure.approved",
    ),
    "revoke_disclosure": (
        lambda w: sharing.revoke_disclosure(w.trusted, disclosure=w.disclose(), reason=WORDS),
        "disclosure.revoked",
    ),
    "take_task": (
        lambda w: coordination.take_task(w.trusted, task_id=w.task("TA03-case").id, today=w.today),
        "task.taken",
    ),
    "complete_task": (
        lambda w: coordination.complete_task(w.trusted, task_id=w.task("TA03-case").id, done_on=w.today, today=w.today),
        "task.done",
    ),
    "mark_not_applicable": (
        lambda w: coordination.mark_not_applicable(
            w.trusted, task_id=w.task("TA03-case").id, reason=WORDS, today=w.today
        ),
        "task.not_applicable",
    ),
    "reopen_task": (
        lambda w: coordination.reopen_task(
            w.trusted,
            task_id=coordination.complete_task(
                w.trusted, task_id=w.task("TA03-case").id, done_on=w.today, today=w.today
            ).id,
            today=w.today,
        ),
        "task.reopened",
    ),
    "comment_task": (
        lambda w: coordination.comment_task(w.trusted, task_id=w.task("TA03-case").id, text=WORDS, today=w.today),
        "task.commented",
    ),
    "hand_over_task": (
        lambda w: coordination.hand_over_task(
            w.trusted, task_id=w.task("TA03-case").id, unit=w.unit("school"), reason=WORDS, today=w.today
        ),
        "task.handed_over",
    ),
    "move_due": (
        lambda w: coordination.move_due(
            w.trusted, task_id=w.task("TA03-case").id, due_on=w.today, reason=WORDS, today=w.today
        ),
        "task.due_moved",
    ),
    "add_own_task": (
        lambda w: coordination.add_own_task(
            w.trusted,
            case=w.case,
            title=WORDS,
            unit=w.unit("school"),
            due_on=w.today,
            person=w.persons[2],
            today=w.today,
        ),
        "task.created",
    ),
    "appoint_coordinator": (
        lambda w: coordination.appoint_coordinator(
            w.trusted,
            case=w.case,
            unit=w.unit("integration"),
            user=User.objects.get(id=w.coordinator.user_id),
            valid_from=w.today,
            today=w.today,
        ),
        "coordinator.appointed",
    ),
    "log_guidance": (
        lambda w: coordination.log_guidance(
            w.trusted,
            case=w.case,
            on=w.today,
            topic="school",
            channel="phone",
            language="ukrainska",
            interpreter_used=True,
            note=WORDS,
            today=w.today,
        ),
        "guidance.logged",
    ),
    "send_report": (
        lambda w: coordination.send_report(
            w.trusted, report_id=w.report().id, kind="received", sent_on=w.today, channel="e-tjänst", today=w.today
        ),
        "report.sent",
    ),
    "add_user": (
        lambda w: access.add_user(w.trusted, username="bo", name="Bo", password="lång-och-egen-mening"),
        "user.added",
    ),
    "grant_role": (
        lambda w: access.grant_role(
            w.trusted,
            user=User.objects.get(id=w.newcomer.user_id),
            role="association",
            unit=w.unit("leisure"),
            valid_from=w.today,
            decided_by="chefen",
        ),
        "role.granted",
    ),
    "end_role": (
        lambda w: access.end_role(w.trusted, grant=User.objects.get(id=w.newcomer.user_id).grants.get(), on=w.today),
        "role.ended",
    ),
    "close_account": (
        lambda w: access.close_account(w.trusted, user=User.objects.get(id=w.newcomer.user_id), on=w.today),
        "user.closed",
    ),
    "note_sign_in": (
        lambda w: access.note_sign_in(User.objects.get(id=w.newcomer.user_id), w.today),
        "user.signed_in",
    ),
    "note_failed_sign_in": (lambda w: access.note_failed_sign_in(NUMBER), "user.sign_in_failed"),
}

READS: dict[str, tuple[Deed, str]] = {
    "list_households": (
        lambda w: reception.list_households(w.trusted, HouseholdFilter(search=FAMILY), today=w.today),
        "households.listed",
    ),
    "export_households": (
        lambda w: reception.export_households(w.trusted, HouseholdFilter(search=NUMBER), today=w.today),
        "households.exported",
    ),
    "get_household": (
        lambda w: reception.get_household(w.trusted, w.household.id, today=w.today),
        "household.viewed",
    ),
    "person_history": (lambda w: reception.person_history(w.trusted, w.persons[0]), "person.history_viewed"),
    "list_assignments": (lambda w: reception.list_assignments(w.trusted, today=w.today), "assignments.listed"),
    "get_assignment": (
        lambda w: reception.get_assignment(w.trusted, w.assignment.id, today=w.today),
        "assignment.viewed",
    ),
    "arriving": (
        lambda w: reception.arriving(w.trusted, today=w.today, until=w.today + timedelta(days=60)),
        "arrivals.viewed",
    ),
    "compensation_people": (
        lambda w: money.compensation_people(w.trusted, today=w.today),
        "compensation.persons_read",
    ),
    "disclosure_register": (
        lambda w: reception.disclosure_register(_officer(w)),
        "disclosures.listed",
    ),
    "disclosed": (
        lambda w: (w.disclose(), reception.disclosed(_school(w), w.case, today=w.today)),
        "disclosed.viewed",
    ),
    "list_tasks": (lambda w: plan.list_tasks(w.trusted, TaskFilter(), today=w.today), "tasks.listed"),
    "get_task": (lambda w: plan.get_task(w.trusted, w.task("TA03-case").id, today=w.today), "task.viewed"),
    "start": (lambda w: plan.start(w.trusted, today=w.today, since=timezone.now()), "tasks.listed"),
    "open_reports": (lambda w: plan.open_reports(w.trusted, w.today + timedelta(days=60)), "reports.listed"),
    "meeting": (lambda w: plan.meeting(w.trusted, today=w.today), "meeting.viewed"),
    "own_plan": (lambda w: plan.own_plan(w.newcomer, today=w.today), "own_plan.viewed"),
    "audit_log": (lambda w: access_queries.audit_log(_officer(w), AuditFilter()), "audit.viewed"),
}

# Why a function that is not in the tables above leaves no row of its own.
SILENT = {
    # services
    "let_plan_follow": "wires the rooms together",
    "rehearse": "is taken back whole",
    "hold_case_numbers": "a lock",
    "faults_in": "judges what is not stored yet",
    "owner_branch": "about the organisation",
    "consent_covers": "asked by make_disclosure",
    "rederive": "follows a deed that has its row; tells itself in PlanChange",
    "report_content": "part of send_report",
    "note_visit": "the visitor's own clock",
    "may_try_to_sign_in": "about a name that tries, not about a person",
    # queries
    "case_facts": "for services, shows nobody anything",
    "first_reception": "computes on a row already read",
    "deadline_of": "computes on a row already read",
    "target_group": "computes on a row already read",
    "open_assumptions": "computes on a row already read",
    "reception_facts": "arranges facts already read",
    "home": "about the organisation",
    "people_for_sums": "for sums, without names and numbers",
    "who_may_apply": "a filter",
    "number_like": "a filter",
    "people_page": "ids only; the caller reads and logs what it shows of them",
    "get_person": "the caller's query logs what is shown",
    "disclosed_cases": "ids for a filter; the caller logs what it shows",
    "names_of": "the caller has logged",
    "names_disclosed": "the caller has logged",
    "released_cases": "a filter",
    "case_disclosures": "the household's query has logged",
    "branches_told": "branches only; the page of the need has logged",
    "own_person": "own_plan logs",
    "arrivals_per_year_and_category": "numbers",
    "planned_households": "a number",
    "children_seen_by": "own_plan logs",
    "visible_tasks": "a filter",
    "households_with_late_tasks": "a filter",
    "may_work": "a verdict",
    "text_of": "words",
    "bundled": "arranges rows already read",
    "plan_of": "the household's query has logged",
    "withheld_by_protection": "numbers",
    "summaries": "numbers",
    "own_units": "about the organisation",
    "units_for_hand_over": "about the organisation",
    "is_demo": "about the database",
    "demo_users": "made-up users",
}


def _someone(world: World, role: Role, code: str) -> Actor:
    unit = world.unit(code)
    user, _new = User.objects.get_or_create(username=f"any-{role}", name="Någon")
    return Actor(user.id, user.name, (Grant(role, unit.id, unit.branch_id, unit.branch.board_id),))


def _officer(world: World) -> Actor:
    return _someone(world, Role.DATA_PROTECTION_OFFICER, "executive_office")


def _school(world: World) -> Actor:
    return _someone(world, Role.SCHOOL_ADMINISTRATOR, "school")


@pytest.mark.parametrize("name", WRITES)
def test_every_deed_leaves_its_row(name: str, world: World) -> None:
    deed, action = WRITES[name]
    before = AuditEntry.objects.count()
    deed(world)
    rows = list(AuditEntry.objects.order_by("id")[before:])
    assert action in [row.action for row in rows]
    assert audit.verify() == (before + len(rows), None)
    assert not secrets_in_journal()


@pytest.mark.parametrize("name", READS)
def test_every_reading_leaves_its_row(name: str, world: World) -> None:
    read, action = READS[name]
    before = AuditEntry.objects.count()
    read(world)
    row = AuditEntry.objects.filter(action=action).order_by("id").last()
    assert row is not None
    assert AuditEntry.objects.count() > before
    assert not secrets_in_journal()


@pytest.mark.parametrize("name", READS)
def test_no_row_no_answer(name: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read, _action = READS[name]
    record = audit.record

    def fails(actor: Actor, action: str, **more: Any) -> Any:
        if action == READS[name][1]:
            raise DatabaseError("the journal is full")
        return record(actor, action, **more)

    monkeypatch.setattr(audit, "record", fails)
    with pytest.raises(DatabaseError):
        read(world)


@pytest.mark.parametrize(
    "module",
    [services, sharing, coordination, access, reception, money, plan, access_queries],
    ids=lambda m: m.__name__,
)
def test_every_service_and_query_is_in_a_table_or_says_why_not(module: Any) -> None:
    assert public(module) <= set(WRITES) | set(READS) | set(SILENT)


def test_the_tables_name_nothing_that_is_gone() -> None:
    modules = (services, sharing, coordination, access, reception, money, plan, access_queries)
    offered = set().union(*map(public, modules))
    assert set(WRITES) | set(READS) | set(SILENT) <= offered


# --- no personal data ---------------------------------------------------------------------------------------


def secrets_in_journal() -> set[str]:
    """The household's personal data that any column of any row holds."""
    rows = [str(value) for row in AuditEntry.objects.values_list() for value in row]
    text = "\n".join(rows).casefold()
    return {secret for secret in SECRETS if secret.casefold() in text}


def test_a_long_story_leaves_no_personal_data_in_the_journal(world: World, client_for: Callable[[Any], Client]) -> None:
    order = (
        *("record_fact", "add_identifier", "add_person", "change_plan_of_arrival", "record_arrival", "record_consent"),
        *("make_disclosure", "take_task", "comment_task", "move_due", "add_own_task", "log_guidance", "send_report"),
        *("move_to_new_household", "end_assignment", "close_case"),
    )
    for name in order:
        WRITES[name][0](world)
    for name in READS:
        if name not in ("disclosed", "get_task"):  # both do or need what a closed case refuses
            READS[name][0](world)
    client_for(world.coordinator).get("/hushall/", {"sok": FAMILY})
    assert AuditEntry.objects.count() > len(order)
    assert not secrets_in_journal()


# --- the chain ----------------------------------------------------------------------------------------------


@pytest.fixture
def chain(coordinator: Actor) -> list[AuditEntry]:
    return [audit.record(coordinator, f"test.{n}", details={"n": n}, reason="å") for n in range(4)]


def without_triggers() -> None:
    """What somebody with the database in hand could do. The test's transaction takes it back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER access_auditentry_no_update")
            cursor.execute("DROP TRIGGER access_auditentry_no_delete")
        else:
            cursor.execute("DROP TRIGGER access_auditentry_append_only ON access_auditentry")


def test_an_untouched_chain_holds(chain: list[AuditEntry]) -> None:
    count, broken = audit.verify()
    assert (count, broken) == (AuditEntry.objects.count(), None)
    assert audit.last_hash() == chain[-1].hash


@pytest.mark.parametrize(
    "sql", ["UPDATE access_auditentry SET action = 'x'", "DELETE FROM access_auditentry"], ids=["update", "delete"]
)
def test_the_database_refuses_to_change_or_remove_a_row(sql: str, chain: list[AuditEntry]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE id = %s", [chain[1].id])
    assert audit.verify()[1] is None


@pytest.mark.parametrize(
    "column",
    ["actor_name", "role", "action", "object_type", "reason", "previous_hash", "hash"],
)
def test_a_changed_word_is_found(column: str, chain: list[AuditEntry]) -> None:
    without_triggers()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE access_auditentry SET {column} = %s WHERE id = %s", ["forged", chain[1].id])
    assert audit.verify()[1] == chain[1].id


@pytest.mark.parametrize("change", [{"details": {"n": 9}}, {"object_ids": ["x"]}, {"fields": ["name"]}, {"case_id": 1}])
def test_a_changed_content_is_found(change: dict[str, Any], chain: list[AuditEntry]) -> None:
    without_triggers()
    values = {k: uuid.UUID(int=v) if k == "case_id" else v for k, v in change.items()}
    AuditEntry.objects.filter(id=chain[2].id).update(**values)
    assert audit.verify()[1] == chain[2].id


def test_a_changed_time_or_doer_is_found(chain: list[AuditEntry], coordinator: Actor) -> None:
    without_triggers()
    entry = chain[1]
    AuditEntry.objects.filter(id=entry.id).update(at=entry.at + timedelta(microseconds=1))
    assert audit.verify()[1] == entry.id
    AuditEntry.objects.filter(id=entry.id).update(at=entry.at, actor_id=None)
    assert audit.verify()[1] == entry.id
    AuditEntry.objects.filter(id=entry.id).update(actor_id=coordinator.user_id)
    assert audit.verify()[1] is None


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_removed_row_is_found_wherever_it_stood(place: int, chain: list[AuditEntry]) -> None:
    without_triggers()
    AuditEntry.objects.filter(id=chain[place].id).delete()
    assert audit.verify()[1] == (chain[place + 1].id if place < 3 else 0)


def test_a_forged_row_is_found_even_with_a_right_hash_of_its_own(chain: list[AuditEntry], coordinator: Actor) -> None:
    forged = AuditEntry(
        at=timezone.now(), actor_id=coordinator.user_id, actor_name="x", action="y", previous_hash=chain[-1].hash
    )
    forged.hash = audit._digest(forged)
    forged.save(force_insert=True)
    assert audit.verify()[1] == 0


def test_a_journal_without_its_head_is_no_whole_journal(chain: list[AuditEntry]) -> None:
    without_triggers()
    AuditHead.objects.all().delete()
    assert audit.verify()[1] == 0
    AuditEntry.objects.all().delete()
    assert audit.verify() == (0, 0)


def test_a_deed_that_is_taken_back_takes_its_row_with_it(world: World) -> None:
    before = audit.verify()
    moves = services.rehearse(lambda: WRITES["change_plan_of_arrival"][0](world))
    assert moves
    assert audit.verify() == before
    world.household.refresh_from_db()
    assert world.household.planned_arrival_on == world.today + timedelta(days=9)


# --- refusals -----------------------------------------------------------------------------------------------


def test_a_closed_door_is_logged_and_says_no_more_than_that_nothing_is_there(
    world: World, user: Callable[..., User], client_for: Callable[[Any], Client]
) -> None:
    stranger = user(Role.COORDINATOR, unit="sfi")
    answer = client_for(stranger).get(f"/hushall/{world.household.id}/")
    assert answer.status_code == 404
    row = AuditEntry.objects.filter(action="access.refused").latest("id")
    assert row.actor_id == stranger.id
    assert row.object_ids == [str(world.household.id)]
    assert not any(secret.casefold() in answer.content.decode().casefold() for secret in SECRETS)
    missing = client_for(stranger).get("/hushall/00000000-0000-4000-8000-000000000000/")
    assert missing.status_code == 404
    assert audit.verify()[1] is None


def test_a_refused_deed_is_logged_with_its_reason_and_changes_nothing(
    world: World, user: Callable[..., User], client_for: Callable[[Any], Client]
) -> None:
    association = user(Role.ASSOCIATION)
    answer = client_for(association).get("/hushall/")
    assert answer.status_code == 403
    row = AuditEntry.objects.filter(action="access.refused").latest("id")
    assert (row.actor_id, row.details["permission"]) == (association.id, "case.list")
    assert row.reason


def test_the_log_can_be_narrowed_and_looking_at_it_is_logged(world: World) -> None:
    officer = _officer(world)
    world.disclose()
    for wanted, expected in (
        (AuditFilter(action="disclosure."), {"disclosure.made"}),
        (AuditFilter(case_number=world.case.number.lower()), {"disclosure.made", "household.registered"}),
        (AuditFilter(actor="coordinator", action="disclosure"), {"disclosure.made"}),
        (AuditFilter(refused_only=True), set()),
        (AuditFilter(since=timezone.localdate() + timedelta(days=1)), set()),
        (AuditFilter(until=timezone.localdate() - timedelta(days=1)), set()),
    ):
        entries, more = access_queries.audit_log(officer, wanted)
        assert {entry.action for entry in entries} == expected, wanted
        assert not more
    assert AuditEntry.objects.filter(action="audit.viewed", actor_id=officer.user_id).count() == 6
    entries, more = access_queries.audit_log(officer, AuditFilter(), limit=2)
    assert (len(entries), more) == (2, True)
    with pytest.raises(Refused):
        access_queries.audit_log(world.trusted, AuditFilter())
