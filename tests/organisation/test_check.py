"""The check finds what is wrong in a folder, on the right line, and says what to write instead."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from hemvist.organisation import cli
from hemvist.organisation.check import check_folder, duty_keys, folder, read_folder
from hemvist.organisation.files import FILES
from hemvist.organisation.reading import Problem
from hemvist.organisation.schema import line_ranges
from hemvist.planning.shared_plan import CONDITIONS

ENKOPING = folder("enkoping")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ENKOPING, tmp_path / "enkoping"))


def errors(path: Path) -> list[Problem]:
    return [problem for problem in check_folder(path, duty_keys()) if problem.severity == "error"]


def edit(path: Path, file: str, old: str, new: str) -> int:
    """Replace the first ``old`` in a file; the line on which it began."""
    text = (path / file).read_text("utf-8")
    assert old in text, old
    (path / file).write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def only(path: Path) -> Problem:
    found = errors(path)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


@pytest.mark.parametrize("name", ["enkoping", "exempelby"])
def test_both_municipalities_are_clean(name: str) -> None:
    assert errors(folder(name)) == []


def test_a_function_that_nobody_answers_for_is_told_but_is_no_error() -> None:
    notes = [p for p in check_folder("enkoping") if p.severity == "note"]
    keys = [p.key for p in notes if p.key.startswith("functions")]
    assert keys == ["functions[housing_right]", "functions[reception_wish]", "functions[economy]"]


@pytest.mark.parametrize(
    "case",
    yaml.safe_load(Path(__file__).with_name("planted.yaml").read_text("utf-8")),
    ids=lambda case: case["message"],
)
def test_a_planted_error_is_found(copy: Path, case: dict[str, Any]) -> None:
    line = edit(copy, case["file"], case["old"], case["new"])
    problems = errors(copy)
    found = next((problem for problem in problems if case["message"] in problem.message), None)
    assert found, "\n".join(map(str, problems))
    assert Path(found.file).name == case["file"]
    assert case["suggest"] in found.suggestion
    assert found.line == line + case["offset"]
    if case["key"]:
        assert found.key == case["key"]


def test_a_journey_goes_to_an_area_that_exists(copy: Path) -> None:
    edit(copy, "housing.yaml", "minutes_to: {vaster: 10,", "minutes_to: {vastra: 10,")
    problem = only(copy)
    assert "området vastra finns inte" in problem.message
    assert "centrum" in problem.suggestion


def test_the_leases_follow_the_housing_policy(copy: Path) -> None:
    edit(copy, "municipality.yaml", "  kind: open_ended", "  kind: limited\n  years: 2")
    problem = only(copy)
    assert (Path(problem.file).name, problem.key) == ("housing.yaml", "leases")
    assert "municipality.yaml säger högst 2 år" in problem.message
    assert "months: 24" in problem.suggestion


@pytest.mark.parametrize(
    ("old", "new", "message", "suggestion"),
    [
        (
            "code: TA18, function: reception",
            "code: TA18, function: receptoin",
            "funktionen receptoin finns inte",
            "reception",
        ),
        ("code: TA18, function: reception", "code: TA18, function: school", "TA18 har funktionen school", "reception"),
        ("code: TA19, function", "code: TA18, function", "koden TA18 står redan på rad", "egen kod"),
        ("code: TA18, function", "code: TA28, function", "uppgiften TA28 finns inte", "TA18"),
        ("[guide, migration]", "[guide, migratoin]", "kompetensen migratoin finns inte", "migration"),
        ("code: receive_2016, ", "code: recieve_2016, ", "skyldigheten recieve_2016 finns inte", "receive_2016"),
        ("code: school, function: school", "code: school, function: scool", "funktionen scool finns inte", "school"),
        ("function: sfi, tasks: [EA01]", "function: sfi, tasks: [EA99]", "uppgiften EA99 finns inte", "EA"),
        ("code: sfi_outreach_plan,", "code: sfi_offer,", "sfi_offer står redan på rad", "Ta bort den ena"),
    ],
)
def test_a_fault_among_tasks_and_obligations_is_found(
    copy: Path, old: str, new: str, message: str, suggestion: str
) -> None:
    line = edit(copy, "responsibilities.yaml", old, new)
    problem = only(copy)
    assert (Path(problem.file).name, problem.line) == ("responsibilities.yaml", line)
    assert message in problem.message
    assert suggestion in problem.suggestion


def test_what_the_law_asks_and_nobody_fulfils_is_told_but_is_no_error(copy: Path) -> None:
    told = [p.message for p in check_folder("enkoping") if p.key == "obligations"]
    assert "ingen funktion fullgör skyldigheten guardian" in told
    assert not any("arrange_housing" in message for message in told)
    edit(copy, "responsibilities.yaml", "  - {code: arrange_housing,", "  - {code: guardian,")
    found = [p for p in check_folder(copy) if "skyldigheten arrange_housing" in p.message]
    assert [p.severity for p in found] == ["note"]
    text = (copy / "responsibilities.yaml").read_text("utf-8")
    (copy / "responsibilities.yaml").write_text(text[: text.index("obligations:\n")], "utf-8")
    assert [p.severity for p in check_folder(copy) if "skyldigheter är inte fördelade" in p.message] == ["note"]


def test_an_obligation_of_two_functions_is_told_but_is_no_error(copy: Path) -> None:
    first = "  - {code: sfi_offer, function: sfi, tasks: [EA01]}\n"
    edit(copy, "responsibilities.yaml", first, first + "  - {code: sfi_offer, function: reception}\n")
    (found,) = [p for p in check_folder(copy) if "flera svarar" in p.message]
    assert (found.severity, found.key) == ("note", "obligations[sfi_offer].code")
    assert errors(copy) == []


def test_a_task_that_belongs_to_no_function_is_told_but_is_no_error(copy: Path) -> None:
    edit(copy, "responsibilities.yaml", "  - {code: TA17, function: housing, competences: [integration_officer]}\n", "")
    (found,) = [p for p in check_folder(copy) if "hör inte till någon funktion" in p.message]
    assert (found.severity, "TA17" in found.message) == ("note", True)


def test_a_ring_is_told_as_a_ring(copy: Path) -> None:
    edit(copy, "plan.yaml", "    waits_for: [TA03-case]\n", "    waits_for: [TA14-followup-3]\n")
    edit(
        copy,
        "plan.yaml",
        "    due: {law: receive_assigned}\n    waits_for: [",
        "    due: {law: receive_assigned}\n    waits_for: [TA14-plan, ",
    )
    problem = only(copy)
    assert "i en ring: " in problem.message
    assert {"TA14-plan", "TA14-followup-3", "TA11-link", "TA01-receive"} <= set(
        problem.message.split(": ")[1].split(" → ")
    )


def test_an_item_that_waits_for_itself(copy: Path) -> None:
    edit(copy, "plan.yaml", "waits_for: [TA09-confirm]", "waits_for: [TA10-dwelling]")
    assert "väntar på sig själv" in only(copy).message


def test_a_task_of_the_catalogue_without_an_item(copy: Path) -> None:
    line = edit(copy, "plan.yaml", "    catalogue: EA05\n", "    catalogue: EA04\n")
    problem = only(copy)
    assert (problem.key, problem.line < line) == ("catalogue[EA05]", True)
    assert "catalogue: EA05" in problem.suggestion


def test_a_plan_item_needs_someone_who_answers(copy: Path) -> None:
    edit(copy, "plan.yaml", "function: sfi\n", "function: economy\n")
    assert "ingen enhet svarar för economy" in only(copy).message


def test_a_hole_between_two_answers_is_a_note(copy: Path) -> None:
    line = edit(copy, "responsibilities.yaml", "    valid_from: 2024-09-24\n", "    valid_from: 2024-10-01\n")
    found = next(p for p in check_folder(copy) if "labour_market" in p.message)
    assert (found.severity, found.line) == ("note", line)
    assert "från 2024-09-24 till 2024-10-01" in found.message


def test_a_last_key_that_ends_is_told_but_is_no_error(copy: Path) -> None:
    line = edit(copy, "compensation.yaml", "valid_from: 2016-03-01", "valid_from: 2016-03-01\n    valid_to: 2027-01-01")
    found = next(p for p in check_folder(copy) if p.message == "ingen nyckel gäller från 2027-01-01")
    assert (found.severity, found.line) == ("note", line)


def test_a_municipality_may_do_without_key_and_accounts_but_not_without_the_file(copy: Path) -> None:
    (copy / "compensation.yaml").write_text("keys: []\n", "utf-8")
    assert errors(copy) == []
    (copy / "compensation.yaml").unlink()
    problem = only(copy)
    assert (Path(problem.file).name, problem.message) == ("compensation.yaml", "filen saknas")


def test_a_lone_side_of_a_conflict(copy: Path) -> None:
    edit(copy, "history.yaml", "conflict: expected-autumn-2025", "conflict: expected-autum-2025")
    assert any("bara en siffra" in problem.message for problem in errors(copy))


def test_seed_lines_need_a_document(copy: Path) -> None:
    text = (copy / "municipality.yaml").read_text("utf-8")
    (copy / "municipality.yaml").write_text(text[: text.index("source_document:")], "utf-8")
    assert {problem.message for problem in errors(copy)} == {"radnummer utan källa"}


def test_missing_folder_and_a_file_in_its_place(tmp_path: Path) -> None:
    (found,) = check_folder("enkopping")
    assert (found.message, found.suggestion) == ("mappen finns inte", "Menade du enkoping?")
    (tmp_path / "fil").write_text("x")
    assert check_folder(tmp_path / "fil")[0].message == "här ligger en fil, inte en mapp"


def test_missing_file_that_has_the_wrong_ending(copy: Path) -> None:
    (copy / "plan.yaml").rename(copy / "plan.yml")
    problem = only(copy)
    assert (problem.message, problem.suggestion) == ("filen saknas", "Byt namn på plan.yml till plan.yaml")


@pytest.mark.parametrize("content", ["", "# bara en kommentar\n", "---\n"])
def test_empty_file(copy: Path, content: str) -> None:
    (copy / "glossary.yaml").write_text(content)
    assert only(copy).line == 1


@pytest.mark.parametrize("content", ["[]", "text", "- a\n- b"])
def test_a_file_that_is_no_group_of_keys(copy: Path, content: str) -> None:
    (copy / "glossary.yaml").write_text(content)
    assert "grupp av nycklar" in only(copy).message


@pytest.mark.parametrize(("encoding", "guess"), [("cp1252", "Windows-1252"), ("utf-16", "UTF-16")])
def test_wrong_encoding(copy: Path, encoding: str, guess: str) -> None:
    text = (copy / "decisions.yaml").read_text("utf-8").split("\n", 1)[1].replace("→", "-")
    (copy / "decisions.yaml").write_text(text, encoding=encoding, newline="\n", errors="replace")
    problem = only(copy)
    assert guess in problem.message
    assert "UTF-8" in problem.suggestion
    if encoding == "cp1252":
        assert problem.line == text[: text.index("å")].count("\n") + 1 or problem.line <= 4


def test_a_byte_order_mark_and_windows_line_ends_are_fine(copy: Path) -> None:
    for name in FILES:
        text = (copy / name).read_text("utf-8")
        (copy / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert errors(copy) == []


def test_a_reference_that_goes_round_does_not_hang(copy: Path) -> None:
    (copy / "glossary.yaml").write_text("terms: &x\n  - *x\n")
    assert "går runt" in errors(copy)[0].message


def test_a_file_that_is_not_read_is_told(copy: Path) -> None:
    (copy / "glosary.yaml").write_text("x: 1")
    found = [p for p in check_folder(copy) if p.message == "filen läses inte"]
    assert [(p.severity, p.suggestion) for p in found] == [("note", "Menade du glossary.yaml?")]


def test_several_files_can_be_wrong_at_once(copy: Path) -> None:
    edit(copy, "plan.yaml", "function: housing", "function: houssing")
    (copy / "glossary.yaml").unlink()
    edit(copy, "municipality.yaml", "case_number_prefix: MOT", "case_number_prefix: mot")
    assert {Path(p.file).name for p in errors(copy)} == {"plan.yaml", "glossary.yaml", "municipality.yaml"}


def test_the_command_prints_place_and_suggestion(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    clean = parser.parse_args(["municipality", "check", "exempelby"])
    assert clean.run(clean) == 0
    assert "inga fel" in capsys.readouterr().out
    line = edit(copy, "plan.yaml", "function: housing", "function: houssing")
    broken = parser.parse_args(["municipality", "check", str(copy)])
    assert broken.run(broken) == 1
    assert (
        f"plan.yaml:{line}: items[TA10-dwelling].function: funktionen houssing finns inte → Menade du housing?"
        in capsys.readouterr().out
    )


def test_line_ranges() -> None:
    assert line_ranges("306–308, 510") == [(306, 308), (510, 510)]


# --- what Enköping's folder must hold -----------------------------------------------------------------------


def test_every_task_and_measure_of_the_investigation_is_in_the_plan() -> None:
    found, _ = read_folder("enkoping")
    assert found
    wanted = {f"TA{n:02}" for n in range(1, 20)} | {f"EA{n:02}" for n in range(1, 14)}
    assert {item.catalogue for item in found.plan.items} == wanted
    assert {code for unit in found.organisation.units for code in unit.contributes} == wanted


def test_every_actor_is_there_and_those_interviewed_are_roles() -> None:
    found, _ = read_folder("enkoping")
    assert found
    actors = {actor.code: actor for actor in found.organisation.actors}
    assert list(actors) == [f"AC{n:02}" for n in range(1, 30)]
    assert actors["AC28"].kind == "role"


@pytest.mark.parametrize("name", ["enkoping", "exempelby"])
def test_every_condition_is_known_to_the_plan(name: str) -> None:
    found, _ = read_folder(name)
    assert found
    assert {condition for item in found.plan.items for condition in item.when} <= set(CONDITIONS)


def test_the_reception_is_a_branch_of_its_own_under_the_secrecy_of_social_services() -> None:
    found, _ = read_folder("enkoping")
    assert found
    branches = {branch.code: branch for branch in found.organisation.branches}
    assert branches["reception"].secrecy == "26 kap. 1 § OSL"
    assert branches["reception"].board == branches["education"].board == "UN"
    assert branches["education"].secrecy == "23 kap. 5 § OSL"


def test_the_contradiction_in_the_source_is_kept_as_two_figures() -> None:
    found, _ = read_folder("enkoping")
    assert found
    sides = [f for f in found.history.figures if f.conflict == "expected-autumn-2025"]
    assert [(f.value, f.low, f.high) for f in sides] == [(8, None, None), (None, 5, 10)]


def test_a_self_settled_household_gets_the_same_service() -> None:
    found, _ = read_folder("enkoping")
    assert found
    only_assigned = {item.code for item in found.plan.items if "assigned" in item.when}
    assert only_assigned == {
        "TA01-receive",
        "TA09-confirm",
        "TA10-contract",
        "TA10-dwelling",
        "TA10-temporary-protection",
        "TA12-housing",
        "TA15-pickup",
        "TA16-dwelling",
        "TA17-furnish",
        "TA18-report",
    }
    assert not any("self_settled" in item.when for item in found.plan.items)


def test_a_planned_unit_that_shares_a_branch_is_told_but_is_no_error(copy: Path) -> None:
    line = edit(copy, "organisation.yaml", "branch: reception_sn", "branch: social_services")
    assert errors(copy) == []
    notes = [p for p in check_folder(copy) if p.severity == "note" and "planerade enheten" in p.message]
    assert [(p.key, p.line) for p in notes] == [("units[reception_sn].branch", line)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"2010:800", ', '"1900:1", ', "lagen 1900:1 finns inte i lagregistret"),
        ("      - valid_from: 2024-09-24\n", "      - valid_from: 2024-10-01\n", "från 2024-09-24 till 2024-10-01"),
        (
            "valid_from: 2024-09-24\n",
            "valid_from: 2024-09-24\n        valid_to: 2027-01-01\n",
            "saknar lydelse från 2027-01-01",
        ),
        (
            "[labour_market, language_practice]",
            "[labour_market, reception]",
            "reglementena för UN och SN nämner båda reception",
        ),
    ],
)
def test_what_is_odd_in_the_rules_is_told_but_is_no_error(copy: Path, old: str, new: str, told: str) -> None:
    edit(copy, "rules.yaml", old, new)
    assert errors(copy) == []
    assert [p.severity for p in check_folder(copy) if told in p.message] == ["note"]


def test_a_municipality_may_do_without_rules_but_not_without_the_file(copy: Path) -> None:
    (copy / "rules.yaml").write_text("rules: []\n", "utf-8")
    assert errors(copy) == []
    (copy / "rules.yaml").unlink()
    problem = only(copy)
    assert (Path(problem.file).name, problem.message) == ("rules.yaml", "filen saknas")


def test_general_words_cover_all_that_other_units_contribute() -> None:
    """The investigation's view: what is done already needs no additions to the rules (RG6)."""
    found = read_folder("enkoping")[0]
    assert found is not None
    boards = {unit.code: unit.board for unit in found.organisation.units}
    covered = {
        (rules.board, function)
        for rules in found.rules.rules
        for version in rules.versions
        if version.valid_to is None
        for clause in version.clauses
        for function in clause.functions
    }
    inside = {board.code for board in found.organisation.boards if board.kind == "board"}
    answers = {
        (boards[row.unit], row.function)
        for row in found.responsibilities.responsibilities
        if row.valid_to is None and boards[row.unit] in inside
    }
    assert answers - covered == set()
