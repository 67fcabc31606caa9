"""The stored plan follows the facts, whatever happens and in whatever order, and loses nothing that people did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import FOLDERS, family

from hemvist.access import audit
from hemvist.access.actor import Actor, Grant
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import Case
from hemvist.access.roles import Role
from hemvist.coordination import services
from hemvist.coordination.models import AuthorityReport, Coordinator, PlanChange, PlanTask, TaskEvent
from hemvist.coordination.plan import given_anchors, to_existing, to_item
from hemvist.law.rulings import QUESTIONS
from hemvist.organisation.models import Function, LocalRuling, Municipality, PlanTemplate, Responsibility, Unit
from hemvist.organisation.queries import current_plan_template
from hemvist.organisation.services import load_municipality
from hemvist.reception import services as reception
from hemvist.reception.models import Arrival, Assignment, Household, Membership, Person
from hemvist.reception.services import NewAssignment, NewPerson

DAY = timedelta(days=1)


def case_of(household: Household) -> Case:
    return Case.objects.select_related("branch").get(id=household.case_id)


# --- between the stored and the pure plan -------------------------------------------------------------------


def test_every_item_of_the_template_goes_into_the_pure_plan_with_its_sign(municipality: None) -> None:
    _version, items = current_plan_template()
    for item in items:
        pure = to_item(item)
        assert (pure.code, pure.per_person) == (item.code, item.subject == "person")
        assert (pure.law is None) == (item.due.law is None)
        if local := item.due.local:
            total = pure.local.days + pure.local.weeks + pure.local.months + pure.local.working_days
            assert total == (-1 if local.direction == "before" else 1) * local.length[1]


def test_only_finished_tasks_of_a_person_give_days(household: Callable[..., Household], today: date) -> None:
    made = household()
    _version, items = current_plan_template()
    enrolled = PlanTask.objects.filter(case=made.case, code="TA06-school")[0]
    assert given_anchors([enrolled], items) == {}
    enrolled.status, enrolled.done_on = "done", today
    assert given_anchors([enrolled], items) == {str(enrolled.person_id): {"admitted_school_on": today}}
    enrolled.status = "not_applicable"
    assert given_anchors([enrolled], items) == {}


@pytest.mark.parametrize(
    ("changes", "commented", "touched"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"status": "taken"}, False, True),
        ({"due_set_by_hand": True}, False, True),
        ({"unit_set_by_hand": True}, False, True),
    ],
)
def test_a_task_is_touched_once_anybody_has_been_at_it(changes: dict[str, Any], commented: bool, touched: bool) -> None:
    task = PlanTask(code="x", function="y", unit=Unit(id=1), **changes)
    assert to_existing(task, commented).touched is touched


# --- deriving again -----------------------------------------------------------------------------------------


def test_deriving_again_changes_nothing_and_writes_nothing(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    case = case_of(household())
    before = (TaskEvent.objects.count(), list(PlanTask.objects.order_by("id").values()))
    for _again in range(2):
        assert services.rederive(coordinator, [case], "Omräkning", today) == []
    assert (TaskEvent.objects.count(), list(PlanTask.objects.order_by("id").values())) == before


def test_a_day_that_passes_moves_no_plan(coordinator: Actor, household: Callable[..., Household], today: date) -> None:
    case = case_of(household(received_on=today))
    for days in (1, 40, 400):
        assert services.rederive(coordinator, [case], "Omräkning", today + days * DAY) == []


def test_who_answers_from_a_day_gets_the_tasks_that_nobody_has_handed_over(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    case, new = case_of(made), Unit.objects.get(code="preschool")
    mine, others = PlanTask.objects.filter(case=case, code="EA13-start")
    services.hand_over_task(
        coordinator, task_id=mine.id, unit=Unit.objects.get(code="sfi"), reason="Hör dit", today=today
    )
    old = Responsibility.objects.get(function__code="school", valid_to__isnull=True)
    old.valid_to = today + DAY
    old.save()
    Responsibility.objects.create(
        function=Function.objects.get(code="school"), unit=new, valid_from=today + DAY, decision_reference="test"
    )
    assert services.rederive(coordinator, [case], "Ny ansvarig", today) == []
    (change,) = services.rederive(coordinator, [case], "Ny ansvarig", today + DAY)
    mine.refresh_from_db()
    others.refresh_from_db()
    assert (mine.unit.code, others.unit.code) == ("sfi", "preschool")
    assert {entry["what"] for entry in change.changes} == {"owner"}
    assert services.rederive(coordinator, [case], "Ny ansvarig", today + DAY) == []


def test_a_function_that_nobody_answers_for_gives_its_tasks_to_the_coordination(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    case = case_of(household())
    Responsibility.objects.filter(function__code="school").delete()
    services.rederive(coordinator, [case], "Skolan saknas", today)
    assert set(PlanTask.objects.filter(case=case, function="school").values_list("unit__code", flat=True)) == {
        "integration"
    }


def test_a_new_template_is_followed_and_says_so(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    case = case_of(household())
    version, _items = current_plan_template()
    latest = PlanTemplate.objects.latest("id")
    items = [item for item in latest.content["items"] if item["code"] != "EA10-library"]
    PlanTemplate.objects.create(version="new", valid_from=today, content={**latest.content, "items": items})
    (change,) = services.rederive(coordinator, [case], "Ny mall", today)
    assert [(entry["code"], entry["what"]) for entry in change.changes] == [("EA10-library", "removed")]
    assert (change.template_version, version != "new") == ("new", True)


def test_a_recorded_ruling_settles_the_days_that_waited_for_it(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    case = case_of(household())
    waiting = [
        (task, missing.removeprefix("ruling:"))
        for task in PlanTask.objects.filter(case=case)
        for missing in task.due_missing
        if missing.startswith("ruling:")
    ]
    assert not Case.objects.filter(id=case.id, closed_on__isnull=False).exists()
    for task, key in waiting:
        LocalRuling.objects.create(
            key=key,
            question="?",
            answer=next(iter(QUESTIONS[key].options)),
            decided_on=today,
            decided_by="test",
            reason="test",
            registered_by="test",
        )
        services.rederive(coordinator, [case], "Ställningstagande", today)
        task.refresh_from_db()
        assert f"ruling:{key}" not in task.due_missing


def test_a_small_municipality_gets_a_plan_from_its_own_folder(coordinator: Actor, today: date) -> None:
    """The same code, other boards: who answers, and what is done, is data."""
    with transaction.atomic():
        Municipality.objects.all().delete()
        load_municipality(FOLDERS / "exempelby")
        welcome = Unit.objects.select_related("branch").get(code="welcome")
        there = Actor(
            coordinator.user_id,
            "Test",
            (Grant(Role.COORDINATOR, welcome.id, welcome.branch_id, welcome.branch.board_id),),
        )
        (made,) = reception.register_households(there, [family(today, received_on=today)], today=today)
        tasks = PlanTask.objects.filter(case=made.case)
        assert made.case.branch == welcome.branch
        assert tasks.filter(code="EA03-cafe", unit__code="culture").exists()
        assert services.rederive(there, [made.case], "Omräkning", today) == []
        transaction.set_rollback(True)


def test_deriving_many_asks_no_more_than_deriving_two(coordinator: Actor, today: date) -> None:
    made = reception.register_households(
        coordinator, [family(today, reference=f"MIG-{n}") for n in range(14)], today=today
    )
    cases = [case_of(household) for household in made]

    def asked(some: list[Case]) -> int:
        with CaptureQueriesContext(connection) as found:
            services.rederive(coordinator, some, "Omräkning", today)
        return len(found)

    assert asked(cases[:12]) == asked(cases[12:])


# --- anything, in any order ---------------------------------------------------------------------------------

OPS = (
    *("arrive", "arrive", "void", "add child", "take", "done", "done", "not applicable", "reopen", "own task"),
    *("plan", "plan", "birth date", "moved away", "leave", "split", "hand over", "move due", "comment"),
    *("appoint", "withdraw", "assign", "close", "reopen case", "next day", "report"),
)


class Story:
    """One household and its deeds; each picks what it works with by the numbers it is given."""

    def __init__(self, coordinator: Actor, school: Actor, household: Household, today: date) -> None:
        self.by, self.school, self.household, self.today = coordinator, school, household, today

    @property
    def case(self) -> Case:
        return case_of(self.household)

    def fresh(self) -> Household:
        return Household.objects.select_related("case__branch").get(id=self.household.id)

    def persons(self) -> list[Person]:
        found = Person.objects.select_related("case__branch").filter(
            case=self.household.case, memberships__household=self.household, memberships__valid_to__isnull=True
        )
        return list(found.order_by("created_at", "id"))

    def pick(self, random: Random, **where: Any) -> PlanTask:
        return random.choice(list(PlanTask.objects.filter(case=self.case, **where).order_by("created_at", "id")))

    def do(self, op: str, random: Random) -> None:
        by, today, case = self.by, self.today, self.case
        own = {"unit__code": "integration"}
        if op == "arrive":
            received = set(Arrival.objects.filter(voided_at__isnull=True).values_list("person_id", flat=True))
            some = [person for person in self.persons() if person.id not in received]
            on = today - random.randrange(20) * DAY
            reception.record_arrival(by, household=self.fresh(), persons=some, on=on, source="staff", today=today)
        elif op == "void":
            arrivals = Arrival.objects.filter(person__case=case, voided_at__isnull=True)
            arrival = random.choice(list(arrivals.order_by("id")))
            reception.void_arrival(by, arrival=arrival, reason="Fel dag", today=today)
        elif op == "add child":
            birth = today - random.randrange(6000) * DAY
            child = NewPerson("Barn", "Testsson", birth, "child")
            reception.add_person(
                by, household=self.fresh(), new=child, joined_on=today, reason="later", source="staff", today=today
            )
        elif op == "take":
            services.take_task(by, task_id=self.pick(random, **own).id, today=today)
        elif op == "done":
            services.complete_task(by, task_id=self.pick(random, **own).id, done_on=today, today=today)
        elif op == "not applicable":
            found = self.pick(random, unit__code="school")
            services.mark_not_applicable(self.school, task_id=found.id, reason="Behövs inte", today=today)
        elif op == "reopen":
            services.reopen_task(by, task_id=self.pick(random, **own).id, today=today)
        elif op == "own task":
            person = random.choice([None, *self.persons()])
            unit = Unit.objects.get(code="school")
            services.add_own_task(by, case=case, title="Busskort", unit=unit, due_on=None, person=person, today=today)
        elif op == "plan":
            reception.change_plan_of_arrival(
                by,
                household=self.fresh(),
                planned_arrival_on=random.choice([None, today + random.randrange(60) * DAY]),
                already_living_here=random.random() < 0.3,
                needs_dwelling=random.random() < 0.7,
                today=today,
            )
        elif op == "birth date":
            person = random.choice(self.persons())
            old = person.facts.filter(kind="birth_date", corrected_by__isnull=True).get()
            self.fact(person, "birth_date", {"on": today - random.randrange(1, 25000) * DAY}, old)
        elif op == "moved away":
            away = random.random() < 0.5
            self.fact(random.choice(self.persons()), "residence", {"address": "Gatan 1", "moved_away": away})
        elif op in ("leave", "split"):
            members = Membership.objects.filter(household=self.household, valid_to__isnull=True).order_by("id")
            if len(members) > 1:
                deed = reception.end_membership if op == "leave" else reception.move_to_new_household
                deed(by, membership=random.choice(list(members)), on=today, reason="Flyttat", today=today)
        elif op == "hand over":
            unit = Unit.objects.get(code=random.choice(["school", "sfi", "integration"]))
            services.hand_over_task(by, task_id=self.pick(random).id, unit=unit, reason="Hör dit", today=today)
        elif op == "move due":
            found = self.pick(random, **own)
            services.move_due(by, task_id=found.id, due_on=today + 90 * DAY, reason="Senare", today=today)
        elif op == "comment":
            services.comment_task(by, task_id=self.pick(random).id, text="Ringt", today=today)
        elif op == "appoint":
            unit, day = Unit.objects.get(code="integration"), today - random.randrange(4) * DAY
            services.appoint_coordinator(by, case=case, unit=unit, user=None, valid_from=day, today=today)
        elif op == "withdraw":
            assignment = Assignment.objects.filter(household=self.household, status="active")[0]
            reception.end_assignment(
                by, assignment=assignment, status="lapsed", on=today, reason="Förfallen", today=today
            )
        elif op == "assign":
            reception.add_assignment(
                by,
                household=self.fresh(),
                persons=self.persons(),
                new=NewAssignment(today - random.randrange(30) * DAY),
                category=random.choice(["quota", "temporary_protection", "asylum_housing"]),
                today=today,
            )
        elif op == "close":
            reception.close_case(by, household=self.fresh(), on=today, reason="Klart", today=today)
        elif op == "reopen case":
            reception.reopen_case(by, household=self.fresh(), today=today)
        elif op == "next day":
            self.today += random.randrange(1, 40) * DAY
        elif op == "report":
            report = AuthorityReport.objects.filter(case=case, sent_on__isnull=True)[0]
            kind = random.choice(["received", "not_received", "changed"])
            services.send_report(by, report_id=report.id, kind=kind, sent_on=today, channel="brev", today=today)
        else:
            raise KeyError(op)

    def fact(self, person: Person, kind: str, value: dict[str, Any], corrects: Any = None) -> None:
        reception.record_fact(
            self.by,
            person=person,
            kind=kind,
            value=value,
            valid_from=self.today,
            source="staff",
            today=self.today,
            corrects=corrects,
        )


def check(story: Story, before: dict[Any, PlanTask], op: str) -> None:
    """What holds after every deed."""
    tasks = {task.id: task for task in PlanTask.objects.filter(case=story.case).select_related("unit")}
    assert all(task.unit_id for task in tasks.values())
    assert set(before) <= set(tasks), "no task ever disappears"
    for key, old in before.items():
        new = tasks[key]
        if old.status in ("done", "not_applicable") and op != "reopen":
            assert (new.status, new.done_on, new.unit_id) == (old.status, old.done_on, old.unit_id), new.code
        if old.status == "taken" and op not in ("done", "hand over"):
            assert new.status == "taken", new.code
        if old.due_set_by_hand and op != "move due":
            assert new.due_on == old.due_on
    commented = PlanTask.objects.filter(case=story.case, events__kind="commented", status="cancelled")
    assert not commented.exclude(id__in=[k for k, t in before.items() if t.status == "cancelled"]).exists()
    assert services.rederive(story.by, [story.case], "Omräkning", story.today) == []
    assert Coordinator.objects.filter(case=story.case, valid_to__isnull=True).count() == 1
    assert AuthorityReport.objects.filter(case=story.case, sent_on__isnull=True).count() <= 1
    if story.case.closed_on:
        assert (
            not PlanTask.objects.filter(case=story.case, status="open")
            .exclude(code="own")
            .filter(due_set_by_hand=False, unit_set_by_hand=False)
            .exclude(events__kind="commented")
            .exists()
        )
    told = PlanChange.objects.filter(case=story.case)
    assert all(c.added + c.removed + c.moved == len(c.changes) for c in told)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(st.tuples(st.sampled_from(OPS), st.integers(0, 10**6)), min_size=4, max_size=12))
def test_whatever_happens_the_plan_follows_and_what_people_did_stays(
    coordinator: Actor, actor: Callable[..., Actor], today: date, deeds: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        school = actor(Role.SCHOOL_ADMINISTRATOR)
        (household,) = reception.register_households(coordinator, [family(today)], today=today)
        story = Story(coordinator, school, household, today)
        for op, number in deeds:
            before = {task.id: task for task in PlanTask.objects.filter(case=story.case)}
            try:
                with transaction.atomic():
                    story.do(op, Random(number))
            except (ValidationError, Refused, NotVisible, IndexError):
                # A deed that the rules refuse, or that nothing is there for.
                pass
            check(story, before, op)
        assert audit.verify()[1] is None
        transaction.set_rollback(True)
