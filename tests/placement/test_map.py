"""From law to board on a day: who answers, what nobody answers for, what several do, and how a move changes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemvist.law.obligations import obligations
from hemvist.law.types import Status
from hemvist.organisation import queries
from hemvist.organisation.models import Function, Move, Municipality, Responsibility, Unit, UnitContribution
from hemvist.organisation.services import load_municipality
from hemvist.placement.map import Gap, ObligationRow, ResponsibilityMap, State, TaskRow, responsibility_map
from hemvist.planning.responsibility import Thing

pytestmark = pytest.mark.django_db

FOLDERS = Path(__file__).parents[2] / "municipalities"
SWITCH = date(2027, 1, 1)


def obligation(found: ResponsibilityMap, code: str) -> ObligationRow:
    return next(row for row in found.obligations if row.obligation.code == code)


def task(found: ResponsibilityMap, code: str) -> TaskRow:
    return next(row for row in found.tasks if row.code == code)


def codes(rows: Any) -> set[str]:
    return {row.obligation.code for row in rows}


def edit_folder(change: Callable[[dict[str, Any]], None]) -> None:
    """What the loaded folder says of responsibility, changed."""
    owner = Municipality.objects.get()
    change(owner.data["responsibilities"])
    owner.save()


# --- from law to board ------------------------------------------------------------------------------------------------


def test_an_obligation_leads_to_tasks_function_unit_board_and_decision(municipality: None, today: date) -> None:
    row = obligation(responsibility_map(today), "receive_2016")
    assert [function.code for function in row.functions] == ["reception"]
    assert [one.code for one in row.tasks] == ["TA01", "TA15", "TA19"]
    [answer] = row.answers
    assert (answer.unit.code, answer.unit.board.code) == ("integration", "UN")
    assert answer.decision_reference == "Utbildningsnämndens reglemente"
    assert (row.state, row.status) == (State.ONE, Status.IN_FORCE)
    assert row.obligation.source.url.endswith("2016:38")


def test_a_law_that_is_decided_is_told_with_who_will_answer_on_its_day(municipality: None, today: date) -> None:
    row = obligation(responsibility_map(today), "arrange_housing")
    assert (row.coming, row.on) == (True, SWITCH)
    assert [answer.unit.code for answer in row.answers] == ["integration"]
    later = obligation(responsibility_map(SWITCH), "arrange_housing")
    assert (later.coming, later.status) == (False, Status.IN_FORCE)


def test_a_repealed_law_leaves_the_map_on_its_day_but_for_those_it_still_concerns(municipality: None) -> None:
    eve = responsibility_map(SWITCH - timedelta(days=1))
    assert "receive_2016" in codes(eve.obligations)
    assert not [row for row in eve.obligations if row.remains]
    after = responsibility_map(SWITCH)
    remaining = {row.obligation.code for row in after.obligations if row.remains}
    assert remaining == {"receive_2016", "receive_in_time_2016", "responsible_authority_2016"}
    assert obligation(after, "receive_2016").boards == obligation(eve, "receive_2016").boards
    last = date(2026, 9, 30)
    assert "support_1994" in codes(responsibility_map(last).obligations)
    assert "support_1994" not in codes(responsibility_map(last + timedelta(days=1)).obligations)
    assert "2016:38" in {act.sfs for act in after.ended}
    assert "2016:38" not in {act.sfs for act in eve.ended}


def test_the_map_names_the_days_ahead_on_which_something_changes(municipality: None, today: date) -> None:
    assert responsibility_map(today, today=today).changes == (SWITCH,)
    assert responsibility_map(SWITCH, today=today).changes == (SWITCH,)
    assert responsibility_map(SWITCH, today=SWITCH).changes == ()


@settings(max_examples=25, deadline=None)
@given(st.dates(date(2016, 3, 1), date(2028, 12, 31)))
def test_the_matrix_counts_every_obligation_of_the_day_once_for_each_board_or_as_nobodys(day: date) -> None:
    found = responsibility_map(day)
    for law in found.laws:
        rows = [row for row in found.obligations if row.act == law.act]
        counted = [row for cell in law.cells for row in cell.rows] + list(law.unanswered.rows)
        assert {id(row) for row in rows} == {id(row) for row in counted}
        assert len(counted) == sum(max(1, len(row.boards)) for row in rows)
    wanted = {code for code, item in obligations().items() if item.status_on(day) in (Status.IN_FORCE, Status.DECIDED)}
    remaining = {code for code, item in obligations().items() if day >= SWITCH and item.remains_for}
    assert codes(found.obligations) == wanted | remaining


# --- gaps and overlaps ------------------------------------------------------------------------------------------------


def test_an_obligation_that_the_folder_gives_to_no_function_is_a_gap(municipality: None, today: date) -> None:
    found = responsibility_map(today)
    assert codes(found.gaps) == {"guardian"}
    assert obligation(found, "guardian").gap is Gap.UNMAPPED
    assert codes(found.coming_gaps) == {"responsible_board_2026", "state_wish", "end_housing_early"}
    assert obligation(found, "state_wish").gap is not Gap.UNMAPPED
    assert codes(responsibility_map(SWITCH).gaps) == codes(found.gaps) | codes(found.coming_gaps)


def test_a_function_without_answer_makes_its_obligations_and_tasks_gaps(municipality: None, today: date) -> None:
    Responsibility.objects.filter(function__code="housing").update(valid_to=today)
    found = responsibility_map(today)
    assert obligation(found, "protection_housing").gap is Gap.UNANSWERED
    assert {row.code for row in found.task_gaps} == {"TA10", "TA16", "TA17"}
    assert {function.code for function in found.functions_without} == {
        "economy",
        "housing",
        "housing_right",
        "reception_wish",
    }
    assert task(responsibility_map(today - timedelta(days=1)), "TA10").state is State.ONE


def test_a_task_of_no_function_is_a_gap(municipality: None, today: date) -> None:
    edit_folder(lambda data: data.update(tasks=[row for row in data["tasks"] if row["code"] != "TA18"]))
    [gap] = responsibility_map(today).task_gaps
    assert (gap.code, gap.function) == ("TA18", None)


def test_an_early_measure_that_nobody_contributes_is_a_gap(municipality: None, today: date) -> None:
    UnitContribution.objects.filter(code="EA06").delete()
    assert [row.code for row in responsibility_map(today).task_gaps] == ["EA06"]


def test_units_of_several_boards_in_one_task_are_an_overlap(municipality: None, today: date) -> None:
    assert [row.code for row in responsibility_map(today).task_overlaps] == ["EA04"]
    contact = Unit.objects.get(code="contact_center")
    UnitContribution.objects.create(unit=contact, code="TA12", title_sv="x", title_en="x")
    found = responsibility_map(today)
    assert {row.code for row in found.task_overlaps} == {"EA04", "TA12"}
    cells = {
        cell.unit.code: (cell.answers, cell.contributes) for cell in dict(found.reception.lines)[task(found, "TA12")]
    }
    assert cells == {"integration": (True, True), "contact_center": (False, True)}


def test_a_planned_or_closed_unit_contributes_nothing(municipality: None, today: date) -> None:
    UnitContribution.objects.create(unit=Unit.objects.get(code="ame_uan"), code="TA12", title_sv="x", title_en="x")
    UnitContribution.objects.create(unit=Unit.objects.get(code="reception_sn"), code="TA12", title_sv="x", title_en="x")
    assert task(responsibility_map(today), "TA12").state is State.ONE
    assert task(responsibility_map(date(2024, 9, 23)), "TA12").state is State.SEVERAL


def test_an_obligation_given_to_two_functions_of_different_units_is_an_overlap(municipality: None, today: date) -> None:
    edit_folder(
        lambda data: data["obligations"].append({"code": "sfi_offer", "function": "social_assistance", "tasks": []})
    )
    [row] = responsibility_map(today).overlaps
    assert (row.obligation.code, {board.code for board in row.boards}) == ("sfi_offer", {"UN", "SN"})
    school = next(law for law in responsibility_map(today).laws if law.act.sfs == "2010:800")
    with_it = {cell.board.code for cell in school.cells if cell.board and "sfi_offer" in codes(cell.rows)}
    assert with_it == {"UN", "SN"}


# --- moves ------------------------------------------------------------------------------------------------------------


def test_a_decided_move_is_seen_on_its_day_and_not_before(decided: Callable[..., Move], today: date) -> None:
    decided()
    before, after = responsibility_map(SWITCH - timedelta(days=1)), responsibility_map(SWITCH)
    assert [b.code for b in obligation(before, "compensation_claims").boards] == ["UN"]
    [answer] = obligation(after, "compensation_claims").answers
    assert (answer.unit.code, answer.unit.board.code) == ("reception_sn", "SN")
    assert "KS2026/700" in answer.decision_reference
    moved = [row for row in after.tasks if not row.early_measure]
    assert {row.units[0].code for row in moved} == {"reception_sn"}
    # What the folder still says of the old unit is no claim against the decision.
    assert {row.state for row in moved} == {State.ONE}
    assert SWITCH in responsibility_map(today, today=today).changes


def test_one_task_moved_on_its_own_is_told_apart(decided: Callable[..., Move]) -> None:
    decided(parts={Thing("guidance", "TA07"): "contact_center"}, closes=(), access=())
    found = responsibility_map(SWITCH)
    assert (task(found, "TA07").exception, task(found, "TA07").units[0].code) == (True, "contact_center")
    assert (task(found, "TA08").exception, task(found, "TA08").units[0].code) == (False, "integration")


def test_an_obligation_whose_tasks_lie_with_two_boards_is_an_overlap(decided: Callable[..., Move]) -> None:
    decided(parts={Thing("reception", "TA15"): "contact_center"}, closes=(), access=())
    row = obligation(responsibility_map(SWITCH), "receive_2026")
    assert row.state is State.SEVERAL
    assert [(answer.unit.code, answer.task) for answer in row.answers] == [
        ("integration", ""),
        ("contact_center", "TA15"),
    ]


def test_a_function_done_task_by_task_is_no_gap(municipality: None, today: date) -> None:
    guidance, library = Function.objects.get(code="guidance"), Unit.objects.get(code="library")
    Responsibility.objects.filter(function=guidance).update(valid_to=today)
    made = {"function": guidance, "unit": library, "valid_from": today, "decision_reference": "KS 1 §"}
    Responsibility.objects.create(task="TA07", **made)
    assert "guidance" in {one.code for one in responsibility_map(today).functions_without}
    Responsibility.objects.create(task="TA08", **made)
    assert "guidance" not in {one.code for one in responsibility_map(today).functions_without}
    overview = queries.who_does_what("", today)
    row = next(row for row in overview.functions if row.function.code == "guidance")
    assert (row.now, row.by_task, [one.code for one in row.tasks]) == (None, True, ["TA07", "TA08"])
    assert row not in overview.gaps


# --- searching, size --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("search", "wanted"),
    [
        ("2010:1122", {"compensation_information", "compensation_claims", "compensation_repayment"}),
        ("38 § 2010:1122", {"compensation_information"}),
        ("GOD MAN", {"guardian"}),
        ("sprakpraktik", set()),
        ("health examination", {"health_examination"}),
    ],
)
def test_the_search_narrows_in_either_language(municipality: None, today: date, search: str, wanted: set[str]) -> None:
    assert codes(responsibility_map(today, search=search).obligations) == wanted


def test_the_search_finds_tasks_units_and_boards(municipality: None, today: date) -> None:
    assert [row.code for row in responsibility_map(today, search="språkkafé").tasks] == ["EA03"]
    board = responsibility_map(today, search="Socialnämnden")
    assert {"SN"} == {one.code for one in board.boards}
    assert "TA01" not in {row.code for row in board.tasks}
    assert responsibility_map(today, search="zzz").empty


def test_the_map_costs_six_queries_however_much_there_is(
    municipality: None, today: date, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(6):
        found = responsibility_map(today)
        [[cell.board and cell.board.name for cell in law.cells] for law in found.laws]
        [unit.board.name for table in (found.reception, found.early_measures) for unit in table.units]
    with django_assert_num_queries(6):
        responsibility_map(SWITCH, search="bostad")


def test_before_anything_is_loaded_there_is_no_map(today: date, municipality: None) -> None:
    Municipality.objects.all().delete()
    assert not responsibility_map(today).loaded


def test_another_municipality_has_a_map_with_the_gap_that_no_law_we_have_read_fills(
    municipality: None, today: date
) -> None:
    Municipality.objects.all().delete()
    load_municipality(FOLDERS / "exempelby", today=today)
    found = responsibility_map(SWITCH)
    assert (codes(found.gaps), found.coming_gaps, found.overlaps) == ({"guardian"}, (), ())
    assert obligation(found, "end_housing_early").boards[0].code == "KS"
