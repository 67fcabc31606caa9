"""What the boards' rules must say: the investigation's own case in words, and properties of any case."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemvist.law.acts import Act, acts
from hemvist.law.types import Status, Text
from hemvist.planning.board_rules import (
    Amendment,
    Clause,
    RulesText,
    apply,
    covered_by,
    draft,
    findings,
    fits,
    need,
    successor,
)

NEW_YEAR = date(2027, 1, 1)
TASK = "Nämnden fullgör kommunens uppgifter när det gäller att ta emot och ge introduktion till flyktingar"
ACTS = (
    "Nämnden ansvarar för i detta reglemente angivna uppgifter. Härutöver ansvarar nämnden för de uppgifter som "
    "framgår av skollagen (2010:800), skolförordningen (2011:185), gymnasieförordning (2010:2039), förordning om "
    "vuxenutbildning (2011:1108), lagen om mottagande av vissa nyanlända invandrare för bosättning (2016:38), "
    "förordningen om statlig ersättning för insatser för vissa utlänningar (2010:1122) samt övriga förordningar och "
    "läroplaner som beslutats med stöd av dessa lagar"
)
LISTED = ("2010:800", "2011:185", "2010:2039", "2011:1108", "2016:38", "2010:1122")
UN = RulesText(
    "UN",
    (
        Clause("refugees", "task", TASK, ("reception", "guidance", "housing")),
        Clause("acts", "acts", ACTS, (), LISTED),
        Clause("school", "general", "Nämnden ansvarar för utbildning.", ("school", "sfi")),
    ),
)
SN = RulesText(
    "SN",
    (
        Clause("labour", "task", "Nämnden är arbetslöshetsnämnd.", ("labour_market",)),
        Clause("social", "general", "Nämnden ansvarar för socialtjänsten.", ("social_assistance",), ("2025:400",)),
    ),
)
KS = RulesText("KS", (Clause("lead", "general", "Kommunstyrelsen leder och samordnar.", ("information", "guidance")),))
RULES = (UN, SN, KS)
NAMES = {"UN": "Utbildningsnämnden", "SN": "Socialnämnden", "KS": "Kommunstyrelsen"}
LABELS = {"reception": "Mottagande", "guidance": "Vägledning", "housing": "Bostad åt den som tas emot", "sfi": "SFI"}
NEEDS = {"reception": {"2016:38", "2010:1122"}, "housing": {"2016:38"}, "school": {"2010:800"}}


def drafted(moved: dict[str, tuple[str, str]], rules: tuple[RulesText, ...] = RULES, on: date = NEW_YEAR, **more):
    return draft(
        rules, moved, on=on, register=acts(), **{"needs": NEEDS, "labels": LABELS, "board_names": NAMES} | more
    )


def one(amendments: list[Amendment], board: str, clause: str) -> Amendment:
    (found,) = [row for row in amendments if (row.board, row.clause) == (board, clause)]
    return found


def everything(target: str) -> dict[str, tuple[str, str]]:
    return dict.fromkeys(UN.clauses[0].functions, ("UN", target))


# --- is a clause needed? ------------------------------------------------------------------------------------


def test_a_clause_that_names_the_task_is_enough() -> None:
    found = need("reception", UN.clauses)
    assert (found.verdict, found.clause) == ("covered", UN.clauses[0])


def test_general_words_are_enough_though_they_do_not_name_the_target_group() -> None:
    found = need("sfi", UN.clauses)
    assert (found.verdict, found.clause) == ("general", UN.clauses[2])
    assert "inget tillägg behövs" in found.why.render()


def test_where_no_clause_covers_the_function_one_is_needed() -> None:
    found = need("reception", SN.clauses)
    assert (found.verdict, found.clause) == ("needed", None)


def test_a_list_of_acts_covers_no_function_by_itself() -> None:
    assert need("x", [Clause("acts", "acts", "…", ("x",))]).verdict == "needed"


def test_a_named_task_goes_before_general_words() -> None:
    assert covered_by(RULES, "guidance") == {"UN"}
    assert covered_by(RULES, "information") == {"KS"}
    assert covered_by(RULES, "library") == frozenset()


# --- acts that stop applying --------------------------------------------------------------------------------


def test_the_act_that_is_repealed_at_new_year_is_found_with_what_replaces_it() -> None:
    (found,) = findings(UN.clauses, acts(), date(2026, 11, 23), date(2027, 11, 23))
    assert (found.clause.code, found.act.sfs, found.repealed_from, found.cited) == ("acts", "2016:38", NEW_YEAR, True)
    assert found.replacement is not None
    assert found.replacement.sfs == "2026:1326"


def test_what_is_repealed_beyond_the_horizon_is_not_found() -> None:
    assert findings(UN.clauses, acts(), date(2025, 1, 1), date(2026, 12, 31)) == []


def test_an_act_is_found_though_only_the_list_or_only_the_words_name_it() -> None:
    listed = Clause("a", "acts", "Bosättningslagen.", (), ("2016:38",))
    cited = Clause("b", "task", "Uppgifter enligt lagen (2016:38).")
    found = findings([listed, cited], acts(), NEW_YEAR, NEW_YEAR)
    assert [(one.clause.code, one.cited) for one in found] == [("a", False), ("b", True)]


def test_an_act_that_the_register_does_not_know_is_passed_over() -> None:
    assert findings([Clause("a", "task", "Lagen (1900:1).")], acts(), NEW_YEAR, NEW_YEAR) == []


def test_acts_that_replace_each_other_in_a_ring_have_no_successor() -> None:
    ring = {
        n: Act(sfs=n, title=Text("Lag"), short=Text(n), repealed_from=NEW_YEAR, replaced_by=m) for n, m in ("12", "21")
    }
    assert successor("1", NEW_YEAR, ring) == ""
    assert successor("1", NEW_YEAR - timedelta(days=1), ring) == "1"


# --- drafting -----------------------------------------------------------------------------------------------


def test_the_repealed_act_is_replaced_though_nothing_moves() -> None:
    (change,) = drafted({})
    assert (change.board, change.clause) == ("UN", "acts")
    assert change.new == ACTS.replace(
        "lagen om mottagande av vissa nyanlända invandrare för bosättning (2016:38)",
        "lagen om bosättning för vissa nyanlända invandrare (2026:1326)",
    )
    assert "2026:1326" in change.acts
    assert "2016:38" not in change.acts
    assert change.why == (
        "Lagen (2016:38) upphör den 1 januari 2027 och ersätts av lagen (2026:1326). Den äldre lagen kan gälla vidare "
        "för den som berörs av ett tidigare beslut; ta ställning till om det ska framgå."
    )


def test_before_new_year_nothing_is_replaced() -> None:
    assert drafted({}, on=date(2026, 12, 31)) == []


def test_the_whole_clause_moves_in_its_own_words() -> None:
    found = drafted(everything("SN"))
    assert one(found, "UN", "refugees").new == ""
    entering = one(found, "SN", "refugees")
    assert (entering.old, entering.new) == ("", TASK)
    assert entering.functions == ("reception", "guidance", "housing")
    assert "från utbildningsnämnden den 1 januari 2027" in entering.why


def test_acts_that_only_the_moved_functions_need_follow_in_their_present_form() -> None:
    found = drafted(everything("SN"))
    left = one(found, "UN", "acts").new
    assert "2016:38" not in left
    assert "2026:1326" not in left
    assert left.endswith("förordning om vuxenutbildning (2011:1108) samt övriga förordningar och läroplaner som "
                         "beslutats med stöd av dessa lagar")  # fmt: skip
    gained = one(found, "SN", "acts")
    assert gained.new == (
        "Nämnden ansvarar för de uppgifter som framgår av lagen om bosättning för vissa nyanlända invandrare "
        "(2026:1326) och förordningen om statlig ersättning för insatser för vissa utlänningar (2010:1122)."
    )
    assert gained.acts == ("2026:1326", "2010:1122")


def test_an_act_that_others_still_need_stays_and_is_listed_by_both() -> None:
    found = drafted(everything("SN"), keeps={"UN": {"economy"}}, needs=NEEDS | {"economy": {"2010:1122"}})
    assert "(2010:1122)" in one(found, "UN", "acts").new
    assert "(2010:1122)" in one(found, "SN", "acts").new


def test_a_part_that_moves_is_left_out_where_more_stays_and_named_where_less_does() -> None:
    found = drafted({"housing": ("UN", "SN")})
    assert one(found, "UN", "refugees").new == f"{TASK}, med undantag för bostad åt den som tas emot"
    assert one(found, "UN", "refugees").functions == ("reception", "guidance")
    found = drafted({"reception": ("UN", "SN"), "housing": ("UN", "SN")})
    assert one(found, "UN", "refugees").new == f"{TASK}, i fråga om vägledning"
    assert one(found, "UN", "refugees").functions == ("guidance",)
    assert one(found, "SN", "refugees").new == f"{TASK}, i fråga om mottagande samt bostad åt den som tas emot"


def test_parts_that_move_one_after_the_other_and_back_end_where_they_began() -> None:
    rules = RULES
    for moved in (
        {"reception": ("UN", "SN")},
        {"guidance": ("UN", "SN")},
        {"housing": ("UN", "SN")},
        {"reception": ("SN", "UN"), "guidance": ("SN", "UN"), "housing": ("SN", "UN")},
    ):
        rules = apply(rules, drafted(moved, rules, date(2026, 1, 1), needs={}))
        assert all(covered_by(rules, function) == {to} for function, (_, to) in moved.items())
    un, sn, _ks = rules
    assert [clause.functions for clause in un.clauses if "flyktingar" in clause.text] == [
        ("reception", "guidance", "housing")
    ]
    assert not [clause for clause in sn.clauses if "flyktingar" in clause.text]


def test_a_part_that_comes_back_is_no_longer_excepted() -> None:
    away = apply(RULES, drafted({"reception": ("UN", "SN")}, on=date(2026, 1, 1), needs={}))
    back = apply(away, drafted({"reception": ("SN", "UN")}, away, date(2026, 1, 1), needs={}))
    assert {clause.text for clause in back[0].clauses} == {clause.text for clause in UN.clauses}


def test_the_board_that_is_no_namnd_acts_under_its_own_name() -> None:
    entering = one(drafted(everything("KS")), "KS", "refugees")
    assert entering.new == TASK.replace("Nämnden", "Kommunstyrelsen")


def test_no_clause_enters_where_general_words_are_enough() -> None:
    found = drafted({"guidance": ("UN", "KS")}, on=date(2026, 1, 1))
    assert [(row.board, row.clause) for row in found] == [("UN", "refugees")]
    assert covered_by(apply(RULES, found), "guidance") == {"KS"}


def test_a_function_without_a_clause_anywhere_gets_one() -> None:
    found = drafted({"sfi": ("UN", "SN")}, on=date(2026, 1, 1))
    assert one(found, "SN", "sfi").new == "Nämnden fullgör kommunens uppgifter när det gäller SFI."


def test_a_board_without_rules_gets_them() -> None:
    found = drafted({"reception": ("UN", "NY")}, on=date(2026, 1, 1))
    assert covered_by(apply(RULES, found), "reception") == {"NY"}


def test_moving_within_a_board_changes_no_rules() -> None:
    assert drafted({"reception": ("UN", "UN")}, on=date(2026, 1, 1)) == []


def test_the_clauses_own_exceptions_are_left_alone() -> None:
    own = "Nämnden ansvarar för mottagandet, med undantag för frågor om skolskjuts, köp och annat."
    rules = (RulesText("UN", (Clause("a", "task", own, ("reception", "housing")),)),)
    found = drafted({"housing": ("UN", "SN")}, rules, date(2026, 1, 1))
    assert one(found, "UN", "a").new.startswith(own.removesuffix("."))


@pytest.mark.parametrize(
    ("text", "number", "left"),
    [
        ("av lagen om a (2016:38), lagen om b (2020:2) och lagen om c (2020:3).", "2016:38",
         "av lagen om b (2020:2) och lagen om c (2020:3)."),
        ("av lagen om a (2020:1), lagen om b (2016:38) och lagen om c (2020:3).", "2016:38",
         "av lagen om a (2020:1) och lagen om c (2020:3)."),
        ("av lagen om a (2020:1), lagen om b (2020:2) och lagen om c (2016:38).", "2016:38",
         "av lagen om a (2020:1) och lagen om b (2020:2)."),
        ("av lagen (2016:38) om mottagande av nyanlända och skollagen (2010:800).", "2016:38",
         "av skollagen (2010:800)."),
        ("enligt lag som framgår av lagen om a (2016:38) samt annat.", "2016:38", "enligt lag som framgår av annat."),
    ],
)  # fmt: skip
def test_an_act_leaves_a_list_that_still_reads_well(text: str, number: str, left: str) -> None:
    gone = {number: Act(sfs=number, title=Text("Lag om x"), short=Text("x"), repealed_from=date(2020, 1, 1))}
    rules = (RulesText("A", (Clause("c", "task", text, ("x",)),)),)
    (change,) = draft(rules, {}, on=NEW_YEAR, register=gone)
    assert change.new == left


def test_the_number_in_the_middle_of_a_name_keeps_its_place() -> None:
    rules = (
        RulesText("A", (Clause("c", "task", "Enligt lagen (2016:38) om mottagande av vissa nyanlända.", ("x",)),)),
    )
    (change,) = draft(rules, {}, on=NEW_YEAR, register=acts())
    assert change.new == "Enligt lagen (2026:1326) om bosättning för vissa nyanlända invandrare."


def test_a_list_with_nothing_left_on_it_is_removed() -> None:
    gone = {"2016:38": Act(sfs="2016:38", title=Text("Lag"), short=Text("x"), repealed_from=date(2020, 1, 1))}
    rules = (RulesText("A", (Clause("c", "acts", "Nämnden svarar för lagen om a (2016:38).", (), ("2016:38",)),)),)
    (change,) = draft(rules, {}, on=NEW_YEAR, register=gone)
    assert change.new == ""


def test_an_act_whose_successor_is_listed_already_just_goes() -> None:
    text = "av lagen om mottagande (2016:38) och lagen om bosättning (2026:1326)."
    rules = (RulesText("A", (Clause("c", "acts", text, (), ("2016:38", "2026:1326")),)),)
    (change,) = draft(rules, {}, on=NEW_YEAR, register=acts())
    assert (change.new, change.acts) == ("av lagen om bosättning (2026:1326).", ("2026:1326",))


# --- applying -----------------------------------------------------------------------------------------------


def test_an_amendment_that_no_longer_fits_is_passed_over() -> None:
    found = drafted({})
    rewritten = (RulesText("UN", (Clause("acts", "acts", "Skriven på nytt."),)),)
    assert not fits(rewritten, found[0])
    assert apply(rewritten, found) == rewritten


def test_amendments_live_in_json() -> None:
    for change in drafted(everything("KS")):
        assert Amendment.from_json(json.loads(json.dumps(change.to_json()))) == change


def test_a_row_with_words_only_can_be_read() -> None:
    row = {"board": "SN", "clause": "a", "old": "", "new": "Nämnden …", "why": "…"}
    assert Amendment.from_json(row).kind == "task"


# --- properties ---------------------------------------------------------------------------------------------

BOARDS = ("UN", "SN", "KS", "UPN")
FUNCTIONS = ("reception", "guidance", "housing", "sfi", "library")
REGISTER = {
    "2000:1": Act(sfs="2000:1", title=Text("Lag om ett"), short=Text("1")),
    "2000:2": Act(
        sfs="2000:2", title=Text("Lag om två"), short=Text("2"), repealed_from=NEW_YEAR, replaced_by="2026:2"
    ),
    "2026:2": Act(
        sfs="2026:2", title=Text("Lag om nya två"), short=Text("2"), valid_from=NEW_YEAR, status=Status.DECIDED
    ),
    "2000:3": Act(sfs="2000:3", title=Text("Förordning om tre"), short=Text("3"), repealed_from=date(2026, 1, 1)),
    "2000:4": Act(sfs="2000:4", title=Text("Balk"), short=Text("4"), repealed_from=NEW_YEAR, replaced_by="2099:9"),
}  # fmt: skip
NUMBERS = st.lists(st.sampled_from(list(REGISTER)), unique=True, max_size=4)
NAMED = ("lagen om sak {} ({})", "förordningen ({1}) om sak {0}", "något ({1})", "{0}balken ({1})")


@st.composite
def clauses(draw, code: str) -> Clause:
    kind = draw(st.sampled_from(("task", "general", "acts")))
    numbers = draw(NUMBERS)
    names = [draw(st.sampled_from(NAMED)).format(place, number) for place, number in enumerate(numbers)]
    joined = (
        ", ".join(names[:-1]) + draw(st.sampled_from((", ", " och ", " samt "))) + names[-1]
        if names[1:]
        else "".join(names) or "allt"
    )
    words = draw(
        st.sampled_from(("Nämnden tar emot", "Nämnden svarar för uppgifter enligt", "Styrelsen, i fråga om allt,"))
    )
    tail = draw(st.sampled_from((".", "", " samt övrigt.", " och annat med stöd av dessa lagar.")))
    functions = draw(st.lists(st.sampled_from(FUNCTIONS), unique=True)) if kind != "acts" else []
    listed = draw(st.sampled_from((tuple(numbers), (), tuple(draw(NUMBERS)))))
    return Clause(code, kind, f"{words} {joined}{tail}", tuple(functions), listed)  # type: ignore[arg-type]


@st.composite
def all_rules(draw) -> tuple[RulesText, ...]:
    boards = draw(st.lists(st.sampled_from(BOARDS), unique=True))
    return tuple(
        RulesText(board, tuple(draw(clauses(f"c{n}")) for n in range(draw(st.integers(0, 3))))) for board in boards
    )


MOVES = st.dictionaries(st.sampled_from(FUNCTIONS), st.tuples(st.sampled_from(BOARDS), st.sampled_from(BOARDS)))
ALL_NEEDS = st.dictionaries(st.sampled_from(FUNCTIONS), st.sets(st.sampled_from(list(REGISTER))))


@settings(max_examples=300, deadline=None)
@given(all_rules(), MOVES, ALL_NEEDS, st.sampled_from((NEW_YEAR, date(2026, 6, 1), date(2025, 1, 1))))
def test_drafted_amendments_leave_nothing_to_draft(rules, moved, needs, on) -> None:
    more = {"on": on, "register": REGISTER, "needs": needs, "labels": LABELS, "board_names": NAMES}
    made = draft(rules, moved, **more)
    assert all(row.why for row in made)
    after = apply(rules, made)
    for function, (source, target) in moved.items():
        if source != target:
            assert covered_by(after, function) == {target}
    for text in after:
        assert len({clause.code for clause in text.clauses}) == len(text.clauses)
        for clause in text.clauses:
            assert clause.text
            for number in clause.names:
                act = REGISTER.get(number)
                assert act is None or act.status_on(on) is not Status.REPEALED
    assert draft(after, moved, **more) == []
    assert apply(after, made) == after


@settings(max_examples=150, deadline=None)
@given(all_rules(), MOVES, ALL_NEEDS)
def test_nobody_elses_functions_and_no_other_act_are_lost(rules, moved, needs) -> None:
    on = date(2025, 1, 1)
    after = apply(rules, draft(rules, moved, on=on, register=REGISTER, needs=needs, labels=LABELS))
    crossing = {function for function, (source, target) in moved.items() if source != target}
    for function in set(FUNCTIONS) - crossing:
        assert covered_by(after, function) == covered_by(rules, function)
    before = {number for text in rules for clause in text.clauses if clause.kind == "acts" for number in clause.names}
    listed = {number for text in after for clause in text.clauses if clause.kind == "acts" for number in clause.names}
    assert before == listed


@settings(max_examples=150, deadline=None)
@given(all_rules(), MOVES, ALL_NEEDS)
def test_words_have_no_loose_ends(rules, moved, needs) -> None:
    for row in draft(rules, moved, on=NEW_YEAR, register=REGISTER, needs=needs, labels=LABELS, board_names=NAMES):
        assert not re.search(r" {2}|,,|, \.|,\.|och och|samt samt|, (?:och|samt) ", row.new), row.new
