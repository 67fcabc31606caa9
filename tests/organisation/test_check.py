"""The check finds what is wrong in a folder, on the right line, and says what to write instead."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hemvist.organisation import cli
from hemvist.organisation.check import FILES, Problem, check_folder, duty_keys, folder, read_folder
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
    assert [p.key for p in notes] == ["functions[economy]"]


@pytest.mark.parametrize(
    ("file", "old", "new", "offset", "key", "message", "suggestion"),
    [
        # A word that is nearly right.
        ("plan.yaml", "function: housing", "function: houssing", 0, "items[TA10-dwelling].function", "houssing finns inte", "Menade du housing?"),
        ("plan.yaml", "law: receive_assigned", "law: recieve_assigned", 0, "items[TA01-receive].due.law", "recieve_assigned", "Menade du receive_assigned?"),
        ("plan.yaml", "anchor: received_on", "anchor: recieved_on", 0, "items[TA16-dwelling].due.local.anchor", "recieved_on är inget tillåtet värde", "Menade du received_on?"),
        ("plan.yaml", "when: [needs_interpreter]", "when: [need_interpreter]", 0, "items[TA14-interpreter].when[nr 1]", "inget tillåtet värde", "Menade du needs_interpreter?"),
        ("plan.yaml", "waits_for: [TA09-confirm]", "waits_for: [TA09-confim]", 0, "items[TA10-dwelling].waits_for[nr 1]", "punkten TA09-confim finns inte", "Menade du TA09-confirm?"),
        ("responsibilities.yaml", "unit: integration", "unit: integraton", 0, "responsibilities[nr 1].unit", "enheten integraton finns inte", "Menade du integration?"),
        ("organisation.yaml", "    kind: company", "    kindd: company", 0, "boards[EHB].kindd", "nyckeln kindd finns inte", "Menade du kind?"),
        ("organisation.yaml", "branch: reception", "branch: recepion", 0, "units[integration].branch", "verksamhetsgrenen recepion finns inte", "Menade du reception?"),
        ("organisation.yaml", "    branch: reception", "    branch: social_services", 0, "units[integration].branch", "hör till SN, men enheten till UN", "education, reception, school"),
        ("organisation.yaml", "TA02, TA03", "TA02, TA33", 0, "units[integration].contributes[nr 3]", "uppgiften TA33 finns inte", "Menade du"),
        ("decisions.yaml", "board: UAN", "board: UAM", 0, "statements[UAN2024-416].board", "nämnden UAM finns inte", "Menade du UAN?"),
        # A wrong kind of value.
        ("municipality.yaml", 'code: "0381"', "code: 381", 0, "code", "värdet ska vara en text", 'code: "381"'),
        ("municipality.yaml", 'code: "0381"', 'code: "381"', 0, "code", "381 är felskrivet", '"0381"'),
        ("municipality.yaml", "small_number_threshold: 5", "small_number_threshold: fem", 0, "small_number_threshold", "fem är inget heltal", "heltal utan citattecken"),
        ("municipality.yaml", "small_number_threshold: 5", "small_number_threshold: 1", 0, "small_number_threshold", "1 är utanför", "minst 3"),
        ("municipality.yaml", "name:\n  sv: Enköpings kommun\n  en: Municipality of Enköping", "name: Enköpings kommun", 0, "name", "texten saknar språk", "{sv: …, en: …}"),
        ("municipality.yaml", "kind: open_ended", "kind: limited", -1, "housing_policy", "years och kind säger olika", "years"),
        ("decisions.yaml", "decided_on: 2024-09-24", "decided_on: i höstas", 0, "decisions[DE1].decided_on", "i höstas är ingen dag", "2026-11-23"),
        ("decisions.yaml", "decided_on: 2024-09-24", "decided_on: 2024-13-24", 0, "decisions[DE1].decided_on", "2024-13-24 är inget datum", "2026-11-23"),
        ("responsibilities.yaml", "    start_known: false", "    start_known: kanske", 0, "responsibilities[nr 1].start_known", "varken ja eller nej", "true eller false"),
        ("glossary.yaml", "aliases: [anvisningar, anvisad]", "aliases: anvisningar", 0, "terms[anvisning].aliases", "ska vara en lista", "-"),
        ("glossary.yaml", "      en: The Migration", "      de: The Migration", -2, "terms[anvisning].explanation.en", "nyckeln en saknas", "Lägg till raden en:"),
        ("plan.yaml", "reason: {sv: Så att alla andra kan börja,", "reason: {sv: Så att alla, även andra, kan börja,", 0, "", "texten slutade före", "citattecken"),
        ("plan.yaml", "    basis: Lokal rutin\n", "", -11, "items[TA03-case].basis", "nyckeln basis saknas", "Lägg till raden basis:"),
        ("plan.yaml", "    basis: Lokal rutin\n", "    basis:\n", 0, "items[TA03-case].basis", "värdet är tomt", "Skriv ett värde"),
        # Things that contradict each other.
        ("plan.yaml", "        working_days: 3\n", "        working_days: 3\n        days: 2\n", -2, "items[TA03-case].due.local", "längd är oklar", "exakt en av days"),
        ("plan.yaml", "due: {law: receive_assigned}", "due: {}", 0, "items[TA01-receive].due", "hur dagen bestäms", "exakt en av law, local och none"),
        ("plan.yaml", "when: [assigned, arrives_from_elsewhere]", "when: [already_living_here, arrives_from_elsewhere]", -6, "items[TA15-pickup]", "kan aldrig gälla samtidigt", "två punkter"),
        ("plan.yaml", "when: [assigned, arrives_from_elsewhere]", "when: [assigned, subject_is_child]", -6, "items[TA15-pickup]", "gäller en person", "subject: person"),
        ("plan.yaml", "- code: TA09-confirm", "- code: TA03-case", 0, "items[TA03-case].code", "koden TA03-case står redan på rad", "egen kod"),
        ("responsibilities.yaml", "    valid_to: 2024-09-24\n", "", 5, "responsibilities[nr 14].valid_from", "två enheter svarar för labour_market samtidigt", "Skriv valid_to: 2024-09-24"),
        ("responsibilities.yaml", "valid_to: 2024-09-24", "valid_to: 2015-01-01", -3, "responsibilities[nr 13]", "slutar innan den börjar", "senare än valid_from"),
        ("responsibilities.yaml", "    valid_to: 2024-09-24", "    valid_to: 2024-09-30", -2, "responsibilities[nr 13].unit", "stängd från 2024-09-24", "Skriv valid_to: 2024-09-24"),
        ("history.yaml", "    conflict: expected-autumn-2025\n", "", 5, "figures[nr 6]", "redan en siffra för samma år på rad", "conflict"),
        ("history.yaml", "    low: 5\n", "", -2, "figures[nr 6]", "siffran är oklar", "both"),
        ("history.yaml", "    low: 5", "    low: 15", -2, "figures[nr 6]", "low är inte mindre än high", "Byt plats"),
        ("history.yaml", "first_year: 2019\n    last_year: 2024", "first_year: 2018\n    last_year: 2024", -1, "gaps[nr 1]", "2018 har en siffra", "Rätta åren"),
        ("history.yaml", "seed_lines: 64–65, 529–530", "seed_lines: 64-65", 0, "figures[nr 4].seed_lines", "64-65 är inget radnummer", "306–308"),
        ("history.yaml", "seed_lines: 64–65, 529–530", "seed_lines: 64–9999", 0, "figures[nr 4].seed_lines", "dokumentet har bara 960 rader", "radnumret"),
        ("glossary.yaml", "aliases: [nyanlända]", "aliases: [anvisad]", -6, "terms[nyanland]", "ordet anvisad förklaras redan på rad", "Slå ihop"),
        # YAML itself.
        ("history.yaml", "  - code: assigned", "\t- code: assigned", 0, "", "en tabb", "mellanslag"),
        ("decisions.yaml", "    section: § 207", "    section: § 207: beslut", 0, "", "ett kolon", "citattecken"),
        ("decisions.yaml", "    section: § 207", '    section: "§ 207', 0, "", "citattecken stängs aldrig", "citattecken"),
        ("decisions.yaml", "    board: KS\n", "    board: KS\n    board: SN\n", 1, "decisions[DE1].board", "nyckeln står två gånger", "Ta bort"),
        ("decisions.yaml", "    section: § 207", "    section: *hej", 0, "", "hänvisning", "Skriv ut"),
        ("decisions.yaml", "    section: § 207", "    section: !hej x", 0, "decisions[DE1].section", "märket !hej", "!"),
        ("decisions.yaml", "    section: § 207", "    1: x\n    section: § 207", 0, "decisions[DE1].1", "nyckeln är inte en text", '"1"'),
        ("decisions.yaml", "    section: § 207", "    section: \x07", 0, "", "styrtecken", "Ta bort"),
        ("decisions.yaml", "decisions:\n", "---\ndecisions: []\n---\ndecisions:\n", 2, "", "flera dokument", "---"),
    ],
)  # fmt: skip
def test_a_planted_error_is_found(
    copy: Path, file: str, old: str, new: str, offset: int, key: str, message: str, suggestion: str
) -> None:
    line = edit(copy, file, old, new)
    problems = errors(copy)
    found = next((problem for problem in problems if message in problem.message), None)
    assert found, "\n".join(map(str, problems))
    assert Path(found.file).name == file
    assert found.suggestion
    if suggestion != "both":
        assert suggestion in found.suggestion
    if key:
        assert found.key == key
    assert found.line == line + offset


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
