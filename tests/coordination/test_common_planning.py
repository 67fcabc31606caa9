"""The quarter's common planning, and the report to Migrationsverket that is a task as well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.access.roles import Role
from hemvist.coordination import services
from hemvist.coordination.commitments import (
    Quarter,
    add_commitment,
    committing_units,
    follow_up_commitment,
    joint_plan,
)
from hemvist.coordination.models import AuthorityReport, Commitment, PlanTask
from hemvist.organisation.models import Unit
from hemvist.reception.models import Household
from hemvist.reception.services import NewPerson, add_person

pytestmark = pytest.mark.django_db
Make = Callable[..., Household]


@given(st.integers(2000, 2100), st.integers(1, 4))
def test_quarters_follow_each_other_without_gap(year: int, number: int) -> None:
    quarter = Quarter(year, number)
    assert quarter.after.before == quarter
    assert quarter.before.after == quarter
    assert Quarter.of(quarter.first) == quarter
    assert Quarter.of(quarter.after.first - timedelta(days=1)) == quarter


def test_the_quarter_counts_what_is_due_done_in_time_and_late(household: Make, coordinator: Actor, today: date) -> None:
    home = household(received_on=today - timedelta(days=10))
    school = PlanTask.objects.filter(case=home.case, unit__code="school")
    PlanTask.objects.filter(case=home.case).exclude(unit__code="school").delete()
    early, slow, late, later = school.order_by("id")[:4]
    rows = ((early, today, today), (slow, today - timedelta(3), today), (late, today - timedelta(1), None))
    school.update(due_on=None)
    for task, due, done in rows:
        PlanTask.objects.filter(id=task.id).update(due_on=due, done_on=done, status="done" if done else "open")
    PlanTask.objects.filter(id=later.id).update(due_on=Quarter.of(today).after.first)
    (board,) = joint_plan(coordinator, Quarter.of(today), today=today).boards
    assert (board.due, board.done, board.in_time, board.late) == (3, 2, 1, 1)


def test_a_board_sees_only_its_own_part(household: Make, actor: Callable[..., Actor], today: date) -> None:
    household(received_on=today - timedelta(days=3))
    plan = joint_plan(actor(Role.SOCIAL_SECRETARY), Quarter.of(today), today=today)
    assert [row.board for row in plan.boards] == ["Socialnämnden"]
    assert plan.expected_households is None


def test_a_unit_takes_something_on_and_says_how_it_went(actor: Callable[..., Actor], today: date) -> None:
    secretary = actor(Role.SOCIAL_SECRETARY)
    unit = Unit.objects.get(code="financial_support")
    commitment = add_commitment(
        secretary, unit=unit, year=today.year, quarter=4, text="Fast mötestid varje tisdag", due_on=None, today=today
    )
    follow_up_commitment(secretary, commitment=commitment, outcome="partly", note="Två av tre månader", today=today)
    ((kept, verdict),) = joint_plan(secretary, Quarter(today.year, 4), today=today).commitments
    assert (kept.outcome, kept.text, bool(verdict)) == ("partly", "Fast mötestid varje tisdag", True)


def test_another_branch_cannot_promise_or_judge_for_a_unit(actor: Callable[..., Actor], today: date) -> None:
    unit = Unit.objects.get(code="financial_support")
    sfi = actor(Role.SFI_ADMINISTRATOR)
    about = {"unit": unit, "year": today.year, "quarter": 4, "text": "Något annat", "due_on": None, "today": today}
    with pytest.raises(Refused):
        add_commitment(sfi, **about)
    commitment = add_commitment(actor(Role.COORDINATOR), **about)
    with pytest.raises(Refused):
        follow_up_commitment(sfi, commitment=commitment, outcome="kept", note="", today=today)
    assert unit not in committing_units(sfi)


def test_a_commitment_needs_words_and_a_near_quarter(coordinator: Actor, today: date) -> None:
    unit = Unit.objects.get(code="integration")
    for changed in ({"text": " x "}, {"quarter": 5}, {"year": today.year + 9}):
        with pytest.raises(ValidationError):
            add_commitment(
                coordinator,
                **{"unit": unit, "year": today.year, "quarter": 1, "text": "Möte varje vecka", **changed},
                due_on=None,
                today=today,
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.create(unit=unit, year=2026, quarter=1, text="x", outcome="kept")


def _report_task(home: Household) -> PlanTask:
    return PlanTask.objects.get(case=home.case, code="TA18-report")


def test_the_report_is_due_on_the_same_day_as_its_task(household: Make, today: date) -> None:
    home = household(received_on=today - timedelta(days=1))
    assert AuthorityReport.objects.get(case=home.case).due_on == _report_task(home).due_on


def test_sending_the_report_finishes_the_task(household: Make, coordinator: Actor, today: date) -> None:
    home = household(received_on=today - timedelta(days=1))
    report = AuthorityReport.objects.get(case=home.case)
    services.send_report(
        coordinator, report_id=report.id, kind="received", sent_on=today, channel="e-tjänsten", today=today
    )
    assert (_report_task(home).status, _report_task(home).done_on) == ("done", today)
    assert not AuthorityReport.objects.filter(case=home.case, sent_on__isnull=True).exists()


def test_finishing_the_task_records_the_report(household: Make, coordinator: Actor, today: date) -> None:
    home = household(received_on=today - timedelta(days=1))
    services.complete_task(coordinator, task_id=_report_task(home).id, done_on=today, today=today)
    report = AuthorityReport.objects.get(case=home.case)
    assert (report.kind, report.sent_on) == ("received", today)
    assert len(report.content["received"]) == 4


def test_a_child_born_later_has_its_days_counted_from_the_birth(
    household: Make, coordinator: Actor, today: date
) -> None:
    home = household(received_on=today - timedelta(days=200))
    born = today - timedelta(days=4)
    baby = add_person(
        coordinator,
        household=home,
        new=NewPerson("Nyfödd", "Testsson", born, "child"),
        joined_on=born,
        reason="Född",
        source="person",
        today=today,
    )
    days = PlanTask.objects.filter(case=home.case, person=baby, due_on__isnull=False).values_list("due_on", flat=True)
    assert days
    assert min(days) >= born
