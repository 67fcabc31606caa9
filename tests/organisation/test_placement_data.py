"""Enköping's placement data hold every argument, condition, fact and role of the investigation, and nobody's name."""

from __future__ import annotations

import re

import pytest

from hemvist.organisation.check import folder, read_folder
from hemvist.organisation.schema import PlacementFile

# Each argument with its direction, as the investigation has them.
DIRECTIONS = {
    **dict.fromkeys(["U1", "U2", "U3", "U4", "U5", "U6"], "+"),
    **dict.fromkeys(["U7", "U8"], "-"),
    "U9": "0",
    **dict.fromkeys(["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"], "+"),
    **dict.fromkeys(["S9", "S11"], "-"),
    **dict.fromkeys(["S10", "S12"], "0"),
    **dict.fromkeys(["K1", "K2", "K3", "K4", "K5", "K6", "K7"], "+"),
    **dict.fromkeys(["K8", "K9"], "-"),
    **dict.fromkeys(["P1", "P2", "P3", "P4"], "+"),
    "P5": "-",
    "P6": "req",
}
VOICES = {
    "U1": {"VH"},
    "U3": {"VH", "KLF"},
    "U9": {"UAN"},
    "S1": {"KLF", "TJ"},
    "S6": {"VC"},
    "S9": {"MED"},
    "S10": {"SN"},
    "K2": {"VH"},
    "K5": {"VC"},
    "K6": {"MED"},
    "K7": {"TJ"},
    "P4": {"KLF", "SN"},
}
LINES = {"U1": "388–391", "S3": "408–416, 614–616", "S10": "359–367", "K8": "441–443", "P6": "590–592"}


@pytest.fixture(scope="module")
def data() -> PlacementFile:
    found, problems = read_folder(folder("enkoping"))
    assert found, problems
    return found.placement


def test_every_argument_is_there_with_its_direction(data: PlacementFile) -> None:
    assert {argument.code: argument.direction for argument in data.arguments} == DIRECTIONS


def test_an_argument_belongs_to_the_alternative_of_its_letter(data: PlacementFile) -> None:
    letters = {"U": "UN", "S": "SN", "K": "KS", "P": "PHASE_OUT"}
    assert all(argument.alternative == letters[argument.code[0]] for argument in data.arguments)


def test_who_says_it_and_where_is_kept(data: PlacementFile) -> None:
    arguments = {argument.code: argument for argument in data.arguments}
    assert {code: set(arguments[code].voices) for code in VOICES} == VOICES
    assert {code: arguments[code].seed_lines for code in LINES} == LINES
    assert all(argument.seed_lines for argument in data.arguments)


def test_the_conditions_say_what_they_depend_on(data: PlacementFile) -> None:
    conditions = {c.code: c for c in data.conditions}
    assert sorted(conditions) == ["T1", "T2", "T3", "T4", "T5", "T6"]
    assert [conditions[code].act for code in ("T1", "T2", "T3")] == ["2026:730", "2026:1326", "2025:400"]
    assert (conditions["T4"].kind, conditions["T4"].at_most) == ("arrivals", 25)
    assert (conditions["T5"].kind, conditions["T5"].alternative) == ("move", "PHASE_OUT")
    assert (conditions["T6"].kind, conditions["T6"].decision, conditions["T6"].point) == ("point", "DE5", 1)


def test_the_arguments_that_a_condition_changes(data: PlacementFile) -> None:
    found = {argument.code: argument.condition for argument in data.arguments if argument.condition}
    assert found == {
        "S3": "T1",
        "S11": "T1",
        "S7": "T3",
        "P1": "T4",
        "P3": "T4",
        "P4": "T4",
        "P6": "T5",
        "K5": "T6",
    }


def test_the_facts_from_outside_are_apart_from_the_voices(data: PlacementFile) -> None:
    facts = {fact.code: fact for fact in data.facts}
    assert sorted(facts) == ["X1", "X2", "X3", "X4", "X5"]
    assert "S3" in facts["X4"].arguments
    assert "KS" in facts["X3"].bears_on
    assert not set(facts) & {argument.code for argument in data.arguments}


def test_staying_moves_nothing_and_the_others_move_the_reception(data: PlacementFile) -> None:
    found = {a.code: (a.board, a.unit, len(a.functions), a.crosswise) for a in data.alternatives}
    assert found == {
        # Staying moves nothing, and appoints who answers for the right to housing.
        "UN": ("UN", "integration", 1, False),
        "SN": ("SN", "reception_sn", 7, False),
        "KS": ("KS", "reception_ks", 7, False),
        "PHASE_OUT": (None, None, 0, True),
    }
    assert all("26 kap. 1 §" in a.confidentiality.sv for a in data.alternatives)


def test_the_reception_keeps_its_secrecy_and_a_branch_of_its_own_wherever_it_goes() -> None:
    found, _problems = read_folder(folder("enkoping"))
    assert found
    branches = {branch.code: branch for branch in found.organisation.branches}
    units = {unit.code: unit for unit in found.organisation.units}
    for code, board in (("reception_sn", "SN"), ("reception_ks", "KS")):
        branch = branches[units[code].branch]
        assert units[code].planned
        assert branch.planned
        assert not branch.confirmed
        assert (branch.board, branch.secrecy) == (board, "26 kap. 1 § OSL")
        assert [unit.code for unit in units.values() if unit.branch == branch.code] == [code]


def test_the_interviewed_are_ten_roles_without_names(data: PlacementFile) -> None:
    assert len(data.interviews) == 10
    # A role is written with a small letter after its first word; a name is two capitalised words in a row.
    named = [i.role.sv for i in data.interviews if re.search(r"\b[A-ZÅÄÖ][a-zåäöé]+ [A-ZÅÄÖ][a-zåäöé]+", i.role.sv)]
    assert named == []


def test_quotations_are_whole_and_their_speakers_are_roles_or_works(data: PlacementFile) -> None:
    quotations = {quotation.code: quotation for quotation in data.quotations}
    assert quotations["whole_municipality"].text == (
        "Migrationsverket anvisar de nyanlända, som omfattas av bosättningslagen till en kommun, inte till en specifik "
        "enhet eller till en förvaltning. En anvisning går inte heller att överklaga. Därmed bör kommunens samtliga "
        "nämnder/förvaltningar/enheter vara involverade i mottagandet i de fall där en sådan samverkan krävs."
    )
    assert quotations["whole_municipality"].by.sv.startswith("Expert, Migrationsverket")
    assert quotations["trust"].text.startswith("Tillit är grunden för social hållbarhet. När tilliten undermineras")
    assert "Trollhättans Stad arbetar brett" in quotations["trollhattan"].text


def test_the_mission_proposes_a_name_and_says_why(data: PlacementFile) -> None:
    [mission] = data.missions
    assert mission.unit == "integration"
    assert mission.proposed_name.sv == "Mottagningsenheten"
    assert "hela kommunen" in mission.reason.sv
