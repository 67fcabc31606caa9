"""What people do with the shared plan, and who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import User
from hemvist.access.roles import Role
from hemvist.coordination import queries, services
from hemvist.coordination.models import AuthorityReport, Coordinator, GuidanceEntry, PlanTask, TaskEvent
from hemvist.coordination.queries import TaskFilter
from hemvist.organisation.models import Unit
from hemvist.reception import services as reception
from hemvist.reception import sharing
from hemvist.reception.models import Assignment, Household, Person
from hemvist.reception.services import NewAssignment

DAY = timedelta(days=1)
SCHOOL_TASK, SUPPORT_TASK, OWN_TASK = "EA13-start", "EA12-assistance", "TA03-case"
REGION_TASK, REPORT_TASK = "EA09-health-examination", "TA18-report"


@pytest.fixture
def made(household: Callable[..., Household]) -> Household:
    return household(received_on=date(2026, 11, 20))


@pytest.fixture
def school(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.SCHOOL_ADMINISTRATOR)


def task(household: Household, code: str) -> PlanTask:
    return PlanTask.objects.filter(case=household.case_id, code=code).order_by("id")[0]


def unit(code: str) -> Unit:
    return Unit.objects.get(code=code)


def kinds(found: PlanTask) -> list[str]:
    return list(found.events.values_list("kind", flat=True))


# --- working with a task ------------------------------------------------------------------------------------


def test_a_task_is_taken_done_and_opened_again(school: Actor, made: Household, today: date) -> None:
    own = task(made, SCHOOL_TASK)
    taken = services.take_task(school, task_id=own.id, today=today)
    assert (taken.status, taken.taken_by_id) == ("taken", school.user_id)
    services.complete_task(school, task_id=own.id, done_on=today - DAY, today=today)
    own.refresh_from_db()
    assert (own.status, own.done_on) == ("done", today - DAY)
    for deed in (services.take_task, services.complete_task):
        more = {"done_on": today} if deed is services.complete_task else {}
        with pytest.raises(ValidationError, match="redan avslutad"):
            deed(school, task_id=own.id, today=today, **more)
    services.reopen_task(school, task_id=own.id, today=today)
    own.refresh_from_db()
    assert (own.status, own.done_on) == ("taken", None)
    with pytest.raises(ValidationError, match="avslutad uppgift"):
        services.reopen_task(school, task_id=own.id, today=today)
    assert kinds(own)[-3:] == ["taken", "done", "reopened"]


@pytest.mark.parametrize("days", [1, -400])
def test_a_task_is_done_on_a_day_that_can_be(days: int, school: Actor, made: Household, today: date) -> None:
    with pytest.raises(ValidationError):
        services.complete_task(school, task_id=task(made, SCHOOL_TASK).id, done_on=today + days * DAY, today=today)
    assert task(made, SCHOOL_TASK).status == "open"


def test_a_day_that_a_finished_task_gives_moves_what_is_counted_from_it(
    coordinator: Actor, made: Household, today: date
) -> None:
    enrolled = task(made, "TA06-school")
    placement = PlanTask.objects.get(case=made.case, code="EA13-placement", person=enrolled.person)
    assert placement.due_on is None
    assert placement.due_missing == ["admitted_school_on"]
    services.complete_task(coordinator, task_id=enrolled.id, done_on=today, today=today)
    placement.refresh_from_db()
    assert placement.due_on == date(2027, 1, 23)
    other = PlanTask.objects.filter(case=made.case, code="EA13-placement").exclude(id=placement.id)
    assert [found.due_on for found in other] == [None]
    services.reopen_task(coordinator, task_id=enrolled.id, today=today)
    placement.refresh_from_db()
    assert placement.due_on is None


def test_not_applicable_needs_a_reason_and_can_be_undone(school: Actor, made: Household, today: date) -> None:
    own = task(made, SCHOOL_TASK)
    with pytest.raises(ValidationError):
        services.mark_not_applicable(school, task_id=own.id, reason="nej", today=today)
    services.mark_not_applicable(school, task_id=own.id, reason="Går i skola i Uppsala", today=today)
    own.refresh_from_db()
    assert (own.status, own.reason) == ("not_applicable", "Går i skola i Uppsala")
    services.reopen_task(school, task_id=own.id, today=today)
    own.refresh_from_db()
    assert (own.status, own.reason) == ("open", "")


def test_a_task_is_handed_over_with_a_reason_and_stays_where_it_was_put(
    school: Actor, actor: Callable[..., Actor], coordinator: Actor, made: Household, today: date
) -> None:
    own = task(made, SCHOOL_TASK)
    services.take_task(school, task_id=own.id, today=today)
    for to, reason in ((unit("preschool"), " "), (unit("school"), "Fel enhet")):
        with pytest.raises(ValidationError):
            services.hand_over_task(school, task_id=own.id, unit=to, reason=reason, today=today)
    services.hand_over_task(school, task_id=own.id, unit=unit("sfi"), reason="Hör till vuxna", today=today)
    own.refresh_from_db()
    assert (own.unit.code, own.status, own.taken_by) == ("sfi", "open", None)
    with pytest.raises(NotVisible):
        services.take_task(school, task_id=own.id, today=today)
    services.take_task(actor(Role.SFI_ADMINISTRATOR), task_id=own.id, today=today)
    services.rederive(coordinator, [made.case], "Omräkning", today)
    own.refresh_from_db()
    assert own.unit.code == "sfi"
    event = own.events.get(kind="handed_over")
    assert (event.details, event.text) == ({"from": unit("school").id, "to": unit("sfi").id}, "Hör till vuxna")


def test_the_coordinator_may_hand_over_anyones_task_and_others_only_their_own(
    coordinator: Actor, school: Actor, made: Household, today: date
) -> None:
    services.hand_over_task(
        coordinator, task_id=task(made, SUPPORT_TASK).id, unit=unit("school"), reason="Tas av skolan", today=today
    )
    own = task(made, SUPPORT_TASK)
    assert own.unit.code == "school"
    gone = unit("sfi")
    gone.closed_on = today
    gone.save()
    with pytest.raises(ValidationError, match="finns inte längre"):
        services.hand_over_task(school, task_id=own.id, unit=gone, reason="Dit", today=today)
    with pytest.raises(NotVisible):
        services.hand_over_task(school, task_id=task(made, OWN_TASK).id, unit=unit("school"), reason="Hit", today=today)


def test_a_day_set_by_hand_stands_until_it_is_set_again(
    school: Actor, coordinator: Actor, made: Household, today: date
) -> None:
    own = task(made, SCHOOL_TASK)
    for day, reason in ((today, " "), (today + 3000 * DAY, "Fel sekel")):
        with pytest.raises(ValidationError):
            services.move_due(school, task_id=own.id, due_on=day, reason=reason, today=today)
    services.move_due(school, task_id=own.id, due_on=today + 90 * DAY, reason="Efter lovet", today=today)
    services.rederive(coordinator, [made.case], "Omräkning", today)
    own.refresh_from_db()
    assert own.due_on == today + 90 * DAY
    assert own.due_steps, "what the rules say stays beside it"
    event = own.events.get(kind="due_moved")
    assert event.details["to"] == str(today + 90 * DAY)


def test_a_note_is_read_in_the_writers_branch_only(
    school: Actor, coordinator: Actor, actor: Callable[..., Actor], made: Household, today: date
) -> None:
    own = task(made, SCHOOL_TASK)
    with pytest.raises(ValidationError):
        services.comment_task(school, task_id=own.id, text="  ", today=today)
    services.comment_task(school, task_id=own.id, text="Skolans anteckning", today=today)
    services.comment_task(coordinator, task_id=own.id, text="Mottagningens anteckning", today=today)

    def notes(who: Actor) -> list[str]:
        return [line.note for line in queries.get_task(who, own.id, today=today).history if line.comment]

    assert notes(school) == ["Skolans anteckning"]
    assert notes(actor(Role.SCHOOL_ADMINISTRATOR, unit="preschool")) == ["Skolans anteckning"]
    assert notes(coordinator) == ["Mottagningens anteckning"]
    with pytest.raises(NotVisible):
        services.comment_task(actor(Role.SOCIAL_SECRETARY), task_id=own.id, text="Hej", today=today)
    services.hand_over_task(school, task_id=own.id, unit=unit("sfi"), reason="Hör till vuxna", today=today)
    assert notes(actor(Role.SFI_ADMINISTRATOR)) == []


def test_a_task_with_a_note_is_not_taken_away_by_the_facts(
    school: Actor, coordinator: Actor, made: Household, today: date
) -> None:
    own, silent = PlanTask.objects.filter(case=made.case, code=SCHOOL_TASK)
    services.comment_task(school, task_id=own.id, text="Ringt hem", today=today)
    for child in (own.person, silent.person):
        reception.record_fact(
            coordinator,
            person=Person.objects.select_related("case__branch").get(id=child.id),
            kind="residence",
            value={"address": "Storgatan 1", "municipality": "Uppsala", "moved_away": True},
            valid_from=today,
            source="person",
            today=today,
        )
    own.refresh_from_db()
    silent.refresh_from_db()
    assert (own.status, silent.status) == ("open", "cancelled")


FOREIGN_DEEDS: dict[str, Callable[[Actor, PlanTask, date], Any]] = {
    "take": lambda a, t, d: services.take_task(a, task_id=t.id, today=d),
    "complete": lambda a, t, d: services.complete_task(a, task_id=t.id, done_on=d, today=d),
    "not applicable": lambda a, t, d: services.mark_not_applicable(a, task_id=t.id, reason="Behövs inte", today=d),
    "reopen": lambda a, t, d: services.reopen_task(a, task_id=t.id, today=d),
    "move the day": lambda a, t, d: services.move_due(a, task_id=t.id, due_on=d, reason="Senare", today=d),
    "hand over": lambda a, t, d: services.hand_over_task(
        a, task_id=t.id, unit=Unit.objects.get(code="library"), reason="Till er", today=d
    ),
}


@pytest.mark.parametrize("deed", FOREIGN_DEEDS)
@pytest.mark.parametrize("who", ["another board", "another branch of the board", "a reader", "the coordinator"])
def test_a_foreign_unit_works_with_no_task_of_another(
    deed: str, who: str, actor: Callable[..., Actor], coordinator: Actor, made: Household, today: date
) -> None:
    stranger = {
        "another board": lambda: actor(Role.SOCIAL_SECRETARY),
        "another branch of the board": lambda: actor(Role.SFI_ADMINISTRATOR),
        "a reader": lambda: actor(Role.CONTROLLER, unit="school"),
        "the coordinator": lambda: coordinator,
    }[who]()
    own = task(made, SCHOOL_TASK)
    if (who, deed) == ("the coordinator", "hand over"):
        return
    # Who reads the case sees the task but works with it no more than others.
    with pytest.raises(Refused if who == "the coordinator" else NotVisible):
        FOREIGN_DEEDS[deed](stranger, own, today)
    own.refresh_from_db()
    assert (own.status, own.unit.code) == ("open", "school")


def test_the_coordinator_works_for_the_state_and_the_region_that_have_no_users(
    coordinator: Actor, school: Actor, made: Household, today: date
) -> None:
    theirs = task(made, REGION_TASK)
    assert theirs.unit.branch.board.kind == "region"
    services.complete_task(coordinator, task_id=theirs.id, done_on=today, today=today)
    assert task(made, REGION_TASK).id == theirs.id
    with pytest.raises(NotVisible):
        services.take_task(school, task_id=theirs.id, today=today)


def test_nobody_works_in_a_closed_case(coordinator: Actor, school: Actor, made: Household, today: date) -> None:
    own, mine = task(made, SCHOOL_TASK), task(made, OWN_TASK)
    services.take_task(school, task_id=own.id, today=today)
    services.take_task(coordinator, task_id=mine.id, today=today)
    reception.close_case(coordinator, household=made, on=today, reason="Etablerade", today=today)
    own.refresh_from_db()
    assert own.status == "taken"
    for who, found in ((school, own), (coordinator, mine)):
        for deed in ("take", "complete", "not applicable", "move the day"):
            with pytest.raises(Refused, match="avslutat"):
                FOREIGN_DEEDS[deed](who, found, today)
    with pytest.raises(ValidationError):
        FOREIGN_DEEDS["hand over"](coordinator, mine, today)
    with pytest.raises(ValidationError, match="avslutat"):
        services.add_own_task(
            coordinator, case=made.case, title="Ny uppgift", unit=unit("school"), due_on=None, person=None, today=today
        )


def test_a_protected_case_takes_its_tasks_back_from_other_boards(
    actor: Callable[..., Actor], school: Actor, made: Household, today: date
) -> None:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    own = task(made, SCHOOL_TASK)
    marked = {"form": "sekretessmarkering", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"}
    reception.record_fact(
        trusted,
        person=Person.objects.select_related("case__branch").filter(case=made.case)[0],
        kind="protection",
        value=marked,
        valid_from=today,
        source="tax_agency",
        today=today,
    )
    assert queries.withheld_by_protection(made.case, today)[0] > 0
    for deed in FOREIGN_DEEDS.values():
        with pytest.raises(NotVisible):
            deed(school, own, today)
    made.case.refresh_from_db()
    for to_foreign in (
        lambda: FOREIGN_DEEDS["hand over"](trusted, task(made, OWN_TASK), today),
        lambda: services.add_own_task(
            trusted, case=made.case, title="Hämta nycklar", unit=unit("school"), due_on=None, person=None, today=today
        ),
    ):
        with pytest.raises(ValidationError, match="skyddat"):
            to_foreign()
    disclosure = sharing.make_disclosure(
        trusted,
        case=made.case,
        persons=list(Person.objects.filter(case=made.case)),
        recipient=unit("school").branch,
        fields=["name"],
        ground="necessary",
        reason="Barnen ska börja skolan",
        valid_to=today + 30 * DAY,
        today=today,
    )
    with pytest.raises(NotVisible):
        services.take_task(school, task_id=own.id, today=today)
    sharing.approve_disclosure(actor(Role.COORDINATOR, handles_protected=True), disclosure=disclosure)
    services.take_task(school, task_id=own.id, today=today)
    with pytest.raises(NotVisible):
        services.take_task(school, task_id=own.id, today=today + 30 * DAY)


# --- own tasks ----------------------------------------------------------------------------------------------


def test_a_task_in_free_words_goes_to_a_unit_and_is_left_alone_by_the_template(
    coordinator: Actor, school: Actor, made: Household, today: date
) -> None:
    own = services.add_own_task(
        coordinator,
        case=made.case,
        title="Skaffa busskort",
        unit=unit("school"),
        due_on=today + 7 * DAY,
        person=None,
        today=today,
    )
    services.add_own_task(
        coordinator, case=made.case, title="Skaffa busskort", unit=unit("school"), due_on=None, person=None, today=today
    )
    services.rederive(coordinator, [made.case], "Omräkning", today)
    own.refresh_from_db()
    assert (own.status, own.due_on) == ("open", today + 7 * DAY)
    rows, _more = queries.list_tasks(school, TaskFilter(), today=today)
    assert [row.title for row in rows].count("Skaffa busskort") == 2
    services.complete_task(school, task_id=own.id, done_on=today, today=today)
    own.refresh_from_db()
    assert own.status == "done"


def test_a_task_in_free_words_says_something_and_is_about_this_case(
    coordinator: Actor, school: Actor, made: Household, household: Callable[..., Household], today: date
) -> None:
    other = Person.objects.filter(case=household(family="Annan").case)[0]
    right: dict[str, Any] = {
        "case": made.case,
        "title": "Skaffa busskort",
        "unit": unit("school"),
        "due_on": None,
        "person": None,
        "today": today,
    }
    for wrong in ({"title": " x "}, {"person": other}, {"due_on": today + 4000 * DAY}):
        with pytest.raises(ValidationError):
            services.add_own_task(coordinator, **{**right, **wrong})
    with pytest.raises(NotVisible):
        services.add_own_task(school, **right)


# --- the coordinator ----------------------------------------------------------------------------------------


def appoint(by: Actor, household: Household, valid_from: date, today: date, **more: Any) -> Coordinator:
    values: dict[str, Any] = {"unit": unit("integration"), "user": None}
    return services.appoint_coordinator(
        by, case=household.case, valid_from=valid_from, today=today, **{**values, **more}
    )


def holding(household: Household, day: date) -> list[Coordinator]:
    return [
        c
        for c in Coordinator.objects.filter(case=household.case)
        if c.valid_from <= day and (c.valid_to is None or day < c.valid_to)
    ]


def test_a_case_has_a_coordinating_unit_from_its_first_day(made: Household, today: date) -> None:
    (first,) = holding(made, today)
    assert (first.unit.code, first.user) == ("integration", None)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.integers(-3, 12), st.integers(0, 4)), max_size=6))
def test_there_is_exactly_one_coordinator_on_each_day(
    coordinator: Actor, made: Household, today: date, moves: list[tuple[int, int]]
) -> None:
    Coordinator.objects.filter(case=made.case).delete()
    services.rederive(coordinator, [made.case], "Omräkning", today)
    now = today
    for back, passed in moves:
        now += passed * DAY
        try:
            appoint(coordinator, made, now - back * DAY, now)
        except ValidationError:
            continue
    days = [today + n * DAY for n in range((now - today).days + 3)]
    assert [len(holding(made, day)) for day in days] == [1] * len(days)
    assert Coordinator.objects.filter(case=made.case, valid_to__isnull=True).count() == 1


def test_a_coordinator_is_of_the_owner_branch_and_may_coordinate(
    coordinator: Actor, user: Callable[..., User], made: Household, today: date
) -> None:
    fit = user(Role.COORDINATOR)
    assert appoint(coordinator, made, today, today, user=fit).user == fit
    for wrong in (
        {"unit": unit("school")},
        {"user": user(Role.COORDINATOR, unit="school")},
        {"user": user(Role.SOCIAL_SECRETARY)},
        {"user": user(Role.CONTROLLER)},
    ):
        with pytest.raises(ValidationError):
            appoint(coordinator, made, today, today, **wrong)
    for day in (today + DAY, today - DAY):
        with pytest.raises(ValidationError):
            appoint(coordinator, made, day, today)
    assert [c.user for c in holding(made, today)] == [fit]


def test_who_coordinates_a_protected_case_handles_protected_identities(
    actor: Callable[..., Actor], user: Callable[..., User], made: Household, today: date
) -> None:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    made.case.protected_since = "2026-11-23T08:00Z"
    made.case.save()
    made.case.refresh_from_db()
    with pytest.raises(ValidationError):
        appoint(trusted, made, today, today, user=user(Role.COORDINATOR))
    appoint(trusted, made, today, today, user=user(Role.COORDINATOR, handles_protected=True))


# --- guidance -----------------------------------------------------------------------------------------------


def test_guidance_is_short_coded_and_not_in_the_future(
    coordinator: Actor, school: Actor, made: Household, today: date
) -> None:
    right: dict[str, Any] = {
        "case": made.case,
        "on": today,
        "topic": "school",
        "channel": "phone",
        "language": "ukrainska",
        "interpreter_used": True,
        "note": "Frågade om skolskjuts",
        "today": today,
    }
    for wrong in ({"on": today + DAY}, {"topic": "religion"}, {"channel": "pigeon"}, {"note": "x" * 301}):
        with pytest.raises(ValidationError):
            services.log_guidance(coordinator, **{**right, **wrong})
    with pytest.raises(NotVisible):
        services.log_guidance(school, **right)
    assert not GuidanceEntry.objects.exists()
    entry = services.log_guidance(coordinator, **right)
    assert (entry.topic, entry.recorded_by_id) == ("school", coordinator.user_id)


# --- reports to Migrationsverket ----------------------------------------------------------------------------


def reports(household: Household) -> list[tuple[str, date, bool]]:
    found = AuthorityReport.objects.filter(case=household.case).order_by("created_at")
    return [(report.kind, report.due_on, report.sent_on is not None) for report in found]


def send(by: Actor, household: Household, today: date, kind: str = "received", **more: Any) -> AuthorityReport:
    owed = AuthorityReport.objects.get(case=household.case, sent_on__isnull=True)
    values = {"kind": kind, "sent_on": today, "channel": "e-tjänst", "today": today}
    return services.send_report(by, report_id=owed.id, **{**values, **more})


def receive(by: Actor, household: Household, on: date, today: date) -> None:
    reception.record_arrival(
        by,
        household=household,
        persons=list(Person.objects.filter(case=household.case)),
        on=on,
        source="staff",
        today=today,
    )


def test_a_report_is_owed_when_the_plan_says_so(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    waiting = household()
    assert reports(waiting) == [("received", task(waiting, REPORT_TASK).due_on, False)]
    receive(coordinator, waiting, today - DAY, today)
    assert reports(waiting) == [("received", date(2026, 11, 27), False)]
    assert [r.case for r in queries.open_reports(coordinator, today)] == [waiting.case]


def test_without_a_task_for_it_a_report_is_owed_by_the_last_day_and_a_week_after_an_arrival(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    waiting = household()
    own = task(waiting, REPORT_TASK)
    services.mark_not_applicable(coordinator, task_id=own.id, reason="Görs i e-tjänsten", today=today)
    services.rederive(coordinator, [waiting.case], "Omräkning", today)
    assert reports(waiting) == [("received", date(2027, 1, 2), False)]
    receive(coordinator, waiting, today - DAY, today)
    assert reports(waiting) == [("received", today + 6 * DAY, False)]


def test_the_report_and_the_plans_task_for_it_are_one_thing(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    sent, done = household(), household(family="Annan")
    for made in (sent, done):
        receive(coordinator, made, today, today)
    send(coordinator, sent, today)
    assert task(sent, REPORT_TASK).status == "done"
    services.complete_task(coordinator, task_id=task(done, REPORT_TASK).id, done_on=today, today=today)
    assert [(kind, is_sent) for kind, _day, is_sent in reports(done)] == [("received", True)]


def test_a_report_says_what_was_so_when_it_was_sent(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household(reference="MIG-1")
    receive(coordinator, made, today, today)
    report = send(coordinator, made, today)
    assert report.content["reference"] == "MIG-1"
    assert len(report.content["received"]) == 4
    assert "Testsson" not in str(report.content)
    services.rederive(coordinator, [made.case], "Omräkning", today)
    assert [(kind, is_sent) for kind, _day, is_sent in reports(made)] == [("received", True)]
    with pytest.raises(ValidationError, match="redan skickad"):
        services.send_report(
            coordinator, report_id=report.id, kind="received", sent_on=today, channel="brev", today=today
        )


@pytest.mark.parametrize("wrong", [{"kind": "lost"}, {"sent_on": date(2026, 11, 24)}, {"channel": " "}], ids=str)
def test_a_report_is_sent_in_some_way_on_some_day(
    wrong: dict[str, Any], coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    with pytest.raises(ValidationError):
        send(coordinator, made, today, **wrong)
    assert reports(made)[0][2] is False


def test_a_foreign_unit_sends_no_report(
    school: Actor, household: Callable[..., Household], actor: Callable[..., Actor], today: date
) -> None:
    made = household()
    for stranger in (school, actor(Role.COORDINATOR, unit="sfi")):
        with pytest.raises(NotVisible):
            send(stranger, made, today)


def test_that_nobody_came_is_told_once_and_an_arrival_after_it_again(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    send(coordinator, made, today, kind="not_received")
    services.rederive(coordinator, [made.case], "Omräkning", today)
    assert [sent for _kind, _day, sent in reports(made)] == [True]
    receive(coordinator, made, today, today)
    assert reports(made)[-1] == ("received", today + 7 * DAY, False)


def test_that_something_has_changed_does_not_answer_whether_the_household_came(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household()
    send(coordinator, made, today, kind="changed")
    assert [(kind, sent) for kind, _day, sent in reports(made)] == [("changed", True), ("received", False)]


def test_a_new_anvisning_owes_a_report_of_its_own_and_a_withdrawn_one_none(
    coordinator: Actor, household: Callable[..., Household], today: date
) -> None:
    made = household(reference="MIG-1")
    old = Assignment.objects.select_related("household__case__branch").get(household=made)
    receive(coordinator, made, today, today)
    send(coordinator, made, today)
    new = reception.add_assignment(
        coordinator,
        household=made,
        persons=list(Person.objects.filter(case=made.case)),
        new=NewAssignment(today, today + 30 * DAY, "MIG-2"),
        category="quota",
        today=today,
    )
    assert reports(made)[-1] == ("received", today + 30 * DAY, False)
    for assignment in (new, old):
        reception.end_assignment(
            coordinator, assignment=assignment, status="withdrawn", on=today, reason="Återkallad", today=today
        )
    assert [sent for _kind, _day, sent in reports(made)] == [True]


def test_every_event_of_a_task_has_a_doer_and_a_time(coordinator: Actor, made: Household, today: date) -> None:
    services.complete_task(coordinator, task_id=task(made, OWN_TASK).id, done_on=today, today=today)
    events = TaskEvent.objects.filter(task__case=made.case)
    assert events.count() > PlanTask.objects.filter(case=made.case).count()
    assert set(events.values_list("by", flat=True)) == {coordinator.user_id}
