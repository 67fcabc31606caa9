"""The boards' rules on a day: versions, what moves change, acts that stop applying, and whether a clause is needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from hemvist.access.actor import Actor
from hemvist.organisation.models import Board, Function, Move, Municipality
from hemvist.placement import amending, moving, rules
from hemvist.placement.moving import Plan
from hemvist.placement.rules import BoardRules, NeedRow
from hemvist.planning.board_rules import Amendment, apply, covered_by

NEW_YEAR = date(2027, 1, 1)
TASK = "Nämnden fullgör kommunens uppgifter när det gäller att ta emot och ge introduktion till flyktingar"


def board(code: str, day: date) -> BoardRules:
    (found,) = [one for one in rules.rules_page(day).boards if one.board.code == code]
    return found


def need(function: str, at: str, day: date) -> NeedRow:
    functions, boards = rules.choices(day)
    asked = rules.need_page(day, functions, boards, function=function, board=at).asked
    assert asked is not None
    return asked


def carry(day: date, *amendments: Amendment, status: str = Move.Status.DECIDED) -> Move:
    """A move that has amendments and nothing else."""
    return Move.objects.create(
        alternative="SN",
        title="Mottagandet till socialnämnden",
        takes_effect_on=day,
        status=status,
        amendments=[amendment.to_json() for amendment in amendments],
        drafted_by="test",
        decided_on=date(2026, 11, 20),
        decided_by="Kommunfullmäktige",
        diary_number="KS2026/700",
    )


def moving_the_clause(day: date) -> Move:
    return carry(
        day,
        Amendment("UN", "refugees", TASK, "", "Flyttas."),
        Amendment("SN", "refugees", "", TASK, "Kommer.", "task", ("reception",)),
    )


# --- as they read -------------------------------------------------------------------------------------------


def test_the_quoted_clauses_stand_as_they_were_quoted(municipality: None, today: date) -> None:
    rows = {row.clause.code: row for row in board("UN", today).clauses}
    assert rows["refugees"].clause.text == TASK
    assert rows["refugees"].written is not None
    assert rows["refugees"].written.verbatim
    assert [function.code for function in rows["refugees"].functions][:2] == ["reception", "coordination"]
    assert ("2016:38", "Bosättningslagen (2016:38)") in [(n, act.short.sv) for n, act in rows["acts"].acts if act]
    assert ("2010:2039", "Gymnasieförordningen") in [(n, act.short.sv) for n, act in rows["acts"].acts if act]


def test_what_is_not_known_is_not_confirmed(municipality: None, today: date) -> None:
    assert {one.board.code for one in rules.rules_page(today).unconfirmed} == {"KS", "SN", "UN", "UPN"}


def test_the_version_of_the_day_holds(municipality: None, today: date) -> None:
    before = board("SN", date(2024, 9, 23))
    after = board("SN", date(2024, 9, 24))
    assert [row.clause.code for row in before.clauses] == ["social_services"]
    assert [row.clause.code for row in after.clauses] == ["labour_market", "social_services"]
    assert [(one.since, one.until) for one in after.editions] == [
        (date(2024, 9, 24), None),
        (date(2016, 3, 1), date(2024, 9, 24)),
    ]
    assert [coming.on for coming in before.coming] == [date(2024, 9, 24)]


def test_before_the_first_version_a_board_has_only_what_is_coming(municipality: None) -> None:
    found = board("UN", date(2010, 1, 1))
    assert (found.clauses, [one.on for one in found.coming]) == ((), [date(2016, 3, 1)])


# --- acts that stop applying --------------------------------------------------------------------------------


def test_the_act_that_ends_at_new_year_is_told_wherever_responsibility_lies(municipality: None, today: date) -> None:
    ((found, row),) = rules.rules_page(today).open_findings
    assert (found.board.code, row.finding.act.sfs, row.finding.repealed_from) == ("UN", "2016:38", NEW_YEAR)
    assert row.finding.replacement is not None
    assert row.finding.replacement.sfs == "2026:1326"
    assert not row.past


def test_after_new_year_it_is_told_as_past(municipality: None) -> None:
    ((_, row),) = rules.rules_page(date(2027, 3, 1)).open_findings
    assert row.past


def test_a_decided_move_that_changes_the_words_settles_it(municipality: None, today: date) -> None:
    made = rules.proposal("UN", today)
    assert made is not None
    carry(NEW_YEAR, *made.amendments)
    assert rules.rules_page(today).open_findings == []
    assert [row.handled for row in board("UN", today).findings] == [True]
    assert board("UN", NEW_YEAR).findings == []
    assert rules.proposal("UN", today) is None


def test_a_draft_of_a_move_settles_nothing(municipality: None, today: date) -> None:
    made = rules.proposal("UN", today)
    assert made is not None
    carry(NEW_YEAR, *made.amendments, status=Move.Status.DRAFT)
    assert len(rules.rules_page(today).open_findings) == 1


def test_the_proposal_changes_the_act_and_nothing_else(municipality: None, today: date) -> None:
    made = rules.proposal("UN", today)
    assert made is not None
    assert (made.on, made.title) == (NEW_YEAR, "Reglemente för utbildningsnämnden")
    (change,) = made.amendments
    assert change.clause == "acts"
    assert "lagen om bosättning för vissa nyanlända invandrare (2026:1326)" in change.new
    kinds = [{run.kind for run in runs} for runs in made.runs]
    assert kinds == [{"plain"}, {"plain", "deleted", "inserted"}, {"plain"}]
    assert made.paraphrased == {2}


@pytest.mark.parametrize("code", ["SN", "KS", "EHB", "NIX"])
def test_where_nothing_stops_applying_there_is_no_proposal(municipality: None, today: date, code: str) -> None:
    assert rules.proposal(code, today) is None


# --- moves --------------------------------------------------------------------------------------------------


def test_a_decided_move_is_coming_and_then_holds(municipality: None, today: date) -> None:
    move = moving_the_clause(NEW_YEAR)
    (coming,) = board("SN", today).coming
    assert (coming.on, coming.move) == (NEW_YEAR, move)
    assert [(change.fits, [run.kind for run in change.runs]) for change in coming.changes] == [(True, ["inserted"])]
    later = board("SN", NEW_YEAR)
    assert later.coming == ()
    row = next(row for row in later.clauses if row.clause.code == "refugees")
    assert (row.clause.text, row.move, row.written) == (TASK, move, None)
    assert (later.edition.since, later.edition.move) == (NEW_YEAR, move)
    assert "refugees" not in {row.clause.code for row in board("UN", NEW_YEAR).clauses}
    assert [old.until for old in board("UN", NEW_YEAR).editions] == [None, NEW_YEAR]


def test_words_that_no_longer_fit_are_told_and_not_forced(municipality: None, today: date) -> None:
    move = carry(NEW_YEAR, Amendment("UN", "refugees", "En äldre lydelse.", "En ny lydelse.", "Skäl."))
    (coming,) = board("UN", today).coming
    assert [change.fits for change in coming.changes] == [False]
    later = board("UN", NEW_YEAR)
    assert list(later.unfit) == [move]
    assert TASK in {row.clause.text for row in later.clauses}


def test_a_version_that_the_folder_has_got_since_is_not_amended_again(municipality: None, today: date) -> None:
    moving_the_clause(NEW_YEAR)
    place = Municipality.objects.get()
    (un,) = [entry for entry in place.data["rules"]["rules"] if entry["board"] == "UN"]
    un["versions"][0]["valid_to"] = "2027-02-01"
    un["versions"].append({**un["versions"][0], "valid_from": "2027-02-01", "valid_to": None})
    place.save()
    assert "refugees" not in {row.clause.code for row in board("UN", NEW_YEAR).clauses}
    assert "refugees" in {row.clause.code for row in board("UN", date(2027, 2, 1)).clauses}


@pytest.mark.parametrize(("unit", "board_code"), [("reception_sn", "SN"), ("reception_ks", "KS")])
def test_a_whole_move_leaves_every_function_with_one_board(
    strategist: Actor, to_social_services: Callable[..., Plan], today: date, unit: str, board_code: str
) -> None:
    parts = dict.fromkeys(to_social_services().parts, unit)
    move = moving.draft_move(strategist, plan=to_social_services(parts=parts, access=()), today=today)
    move = amending.redraft(strategist, move_id=move.pk, today=today)
    texts = apply(rules.texts_on(rules.sources(), NEW_YEAR), [Amendment.from_json(row) for row in move.amendments])
    for thing in parts:
        assert covered_by(texts, thing.function) == {board_code}
    assert all("2016:38" not in clause.names for text in texts for clause in text.clauses)
    names = {text.board: {name for clause in text.clauses for name in clause.names} for text in texts}
    assert "2026:1326" in names[board_code]
    assert "2026:1326" not in names["UN"]


# --- is a clause needed? ------------------------------------------------------------------------------------


def test_what_departments_already_do_needs_no_additions(municipality: None, today: date) -> None:
    functions, boards = rules.choices(today)
    page = rules.need_page(today, functions, boards)
    assert page.needed == []
    verdicts = {row.function.code: row.need.verdict for row in page.rows}
    assert verdicts["library"] == verdicts["sfi"] == verdicts["social_assistance"] == "general"
    assert verdicts["reception"] == "covered"
    assert {function.code for function, _ in page.nobody} >= {"economy", "health", "landlord"}


def test_moving_the_reception_needs_a_clause_at_the_new_board(municipality: None, today: date) -> None:
    row = need("reception", "SN", today)
    assert (row.need.verdict, row.answers) == ("needed", False)
    assert row.unit is not None
    assert row.unit.code == "integration"


def test_information_at_the_executive_board_is_covered_in_general_words(municipality: None, today: date) -> None:
    row = need("information", "KS", today)
    assert row.need.verdict == "general"
    assert row.need.clause is not None
    assert row.need.clause.code == "communication"


def test_after_the_move_the_clause_is_there(municipality: None, today: date) -> None:
    moving_the_clause(today)
    assert need("reception", "SN", today).need.verdict == "covered"
    assert need("reception", "SN", today - timedelta(days=1)).need.verdict == "needed"


# --- what it costs ------------------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow(municipality: None, today: date, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for day in (NEW_YEAR, date(2027, 2, 1), date(2027, 3, 1)):
        moving_the_clause(day)
    with django_assert_num_queries(4):
        rules.rules_page(date(2027, 6, 1))
    with django_assert_num_queries(3):
        rules.proposal("UN", today)
    functions, boards = list(Function.objects.all()), list(Board.objects.filter(kind="board"))
    with django_assert_num_queries(3):
        for row in rules.need_page(today, functions, boards).rows:
            str(row.unit.board) if row.unit else ""
