"""``hemvist match``: files of households and homes in, a proposal with reasons and proof out, without a database."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from hemvist.cli import main
from hemvist.planning.matching import CRITERIA, Wish, files

HOUSEHOLDS = """\
nyckel;personer;rum;stegfri;inflytt_från;inflytt_senast;bor_månader;högsta_hyra;önskemål;vald_bostad;tackat_nej
H1;2;1;nej;2027-01-10;2027-03-01;;8000;skola | anhöriga B;;
H2;5;3;ja;2027-01-15;2027-02-15;36;;sfi;;
H3;1;;;2027-02-01;2027-04-01;;5000;;;L1 | L9
H4;6;;;2027-02-01;2027-04-01;;;;;
"""
DWELLINGS = """\
key,capacity,rooms,area,building,step_free,rent,free_from,free_until,blocked
L1,2,2,A,,ja,7000,2027-01-01,,
L2,5,4,B,,ja,11000,2027-01-20,2031-01-01,
L3,3,2,B,,nej,6500,2027-02-01,,2027-02-05..2027-02-10 | 2026-01-01..2026-02-01
"""
AREAS = "kod;skola;sfi;andra_områden;bor_redan;högst\nA;10;20;B 15;3;\nB;30;;;0;5\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "h.csv").write_text(HOUSEHOLDS, encoding="utf-8-sig")
    (tmp_path / "d.csv").write_text(DWELLINGS, encoding="utf-8")
    (tmp_path / "a.csv").write_text(AREAS, encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: str) -> int:
    return main(["match", str(folder / "h.csv"), str(folder / "d.csv"), *more])


def test_the_proposal_comes_with_reasons_proof_and_comparison(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--areas", str(folder / "a.csv"), "--out", str(folder / "out.csv")) == 0
    told = capsys.readouterr().out
    assert "Vikter (programmets förval): nära till skolan 20" in told
    assert "Placerade: 3 av 4 hushåll" in told
    assert "Det är bevisat." in told
    assert "H3 → L3, inflyttning 2027-02-11, tills vidare." in told
    assert "H4: ingen bostad.\n  3 av 3 bostäder har plats för färre än 6 personer." in told
    assert "Jämfört med först till kvarn, första som passar: " in told
    rows = list(csv.DictReader((folder / "out.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [row["bostad"] for row in rows] == ["L1", "L2", "L3", ""]
    assert int(rows[0]["poäng"]) == sum(int(rows[0][name] or 0) for name in CRITERIA)
    assert rows[3]["varför_ingen"].startswith("3 av 3")


def test_a_search_tells_how_far_it_has_come_on_standard_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = "nyckel;personer;inflytt_från;inflytt_senast;bor_månader"
    rows = [f"S{n};2;2027-01-{10 + n};2027-02-{10 + n};1" for n in range(6)]
    (folder / "h.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    assert run(folder) == 0
    told = capsys.readouterr()
    assert told.err.splitlines()[-1].startswith("Söker: 4 av 6 hushåll placerade, poängen högst 0 från")
    assert "Söker" not in told.out


def test_without_areas_no_journey_is_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder) == 0
    assert "nära till skolan 0" in capsys.readouterr().out


def test_the_municipality_says_what_weighs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "p.yaml").write_text("weights: {size: 100}\nfar_minutes: 45\nmost_in_building:\n", encoding="utf-8")
    assert run(folder, "--policy", str(folder / "p.yaml")) == 0
    assert "Vikter: bostadens storlek 100." in capsys.readouterr().out


def test_every_cell_is_read() -> None:
    first, second, third, _last = files.households(HOUSEHOLDS).rows
    assert first.wishes == (Wish(kind="school"), Wish(kind="family", area="B"))
    assert (second.step_free, second.stays_months, second.rooms) == (True, 36, 3)
    assert third.declined == {"L1", "L9"}
    home = files.dwellings(DWELLINGS).rows[2]
    assert home.blocked[1] == (date(2026, 1, 1), date(2026, 2, 1))
    area = files.areas(AREAS).rows[0]
    assert (area.minutes, area.housed, area.most) == ({"school": 10, "sfi": 20, "B": 15}, 3, None)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("X;två;;;2027-01-10;2027-03-01;;;;;", "rad 2, kolumn personer: ”två” är inget helt tal. Skriv ett tal"),
        ("X;2;;;10/1;2027-03-01;;;;;", "rad 2, kolumn inflytt_från: ”10/1” är inget datum. Skriv ÅÅÅÅ-MM-DD"),
        ("X;2;;;0001-01-10;2027-03-01;;;;;", "rad 2, kolumn inflytt_från: ”0001-01-10” ligger för långt bort"),
        (";2;;;2027-01-10;2027-03-01;;;;;", "rad 2, kolumn nyckel: är tom. Fyll i den."),
        ("X;2;;kanske;2027-01-10;2027-03-01;;;;;", "rad 2, kolumn stegfri: ”kanske” går inte att läsa. Skriv ja"),
        ("X;2;;;2027-01-10;2027-03-01;;;anhöriga;;", "rad 2, kolumn önskemål: ”anhöriga” går inte att läsa"),
        ("X;2;;;2027-01-10;2027-03-01;;;skola A;;", "rad 2, kolumn önskemål: ”skola A” går inte att läsa"),
        ("X;2;;;2027-03-10;2027-03-01;;;;;", "rad 2: Hushållet X ska flytta in senast före första dagen"),
        ("X;0;;;2027-01-10;2027-03-01;;;;;", "rad 2: Hushållet X har 0 personer. Ange minst 1."),
        ("X;2;;;2027-01-10;2027-03-01;;;;;;;", "rad 2: raden har 2 celler för mycket"),
    ],
)
def test_a_fault_is_told_with_its_row_and_column(row: str, fault: str) -> None:
    found = files.households(HOUSEHOLDS.splitlines()[0] + "\n" + row + "\n")
    assert len(found.faults) == 1
    assert found.faults[0].startswith(fault)
    assert found.rows == ()


def test_a_key_stands_once() -> None:
    line = HOUSEHOLDS.splitlines()[1]
    found = files.households(f"{HOUSEHOLDS.splitlines()[0]}\n{line}\n\n{line}\n")
    assert found.faults == ("rad 4, kolumn nyckel: ”H1” finns redan på en tidigare rad. Skriv en egen.",)


def test_columns_that_are_missing_unknown_or_double_are_told() -> None:
    found = files.households("nyckel;Personer;religion;key\nX;2;;\n")
    assert found.faults == (
        "rad 1, kolumn religion: används inte. Stryk den, eller rätta namnet.",
        "rad 1: kolumnen inflytt_från saknas. Lägg till den.",
        "rad 1: kolumnen inflytt_senast saknas. Lägg till den.",
        "rad 1: kolumnen key står två gånger. Stryk den ena.",
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("weights: [", "ingen YAML-fil, se rad"),
        ("far_minutes: 60", "weights saknas"),
        ("weights: {religion: 10}", "Kriteriet religion finns inte"),
        ("weights: {size: mycket}", "size: ”mycket” är inget helt tal"),
        ("weights: {size: 10}\nfaraway: 3", "faraway finns inte"),
        ("weights: {size: 10}\ncrowded: 0", "crowded är 0"),
    ],
)
def test_a_policy_that_is_wrong_is_told(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        files.policy(text)


def test_the_default_policy_weighs_everything() -> None:
    assert set(files.default_policy().weights) == set(CRITERIA)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("h.csv", HOUSEHOLDS.replace("H4;6", "H4;x"), "h.csv, rad 5, kolumn personer: ”x”"),
        ("h.csv", None, "h.csv: filen går inte att öppna"),
        ("a.csv", "kod\nA\n", "Bostaden L2 ligger i området B"),
        ("p.yaml", "weights: {size: 1000}", "p.yaml: Vikten för size är 1000"),
    ],
)
def test_a_wrong_file_is_told_and_the_answer_is_1(
    folder: Path, name: str, content: str | None, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "p.yaml").write_text("weights: {size: 10}", encoding="utf-8")
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content, encoding="utf-8")
    assert run(folder, "--areas", str(folder / "a.csv"), "--policy", str(folder / "p.yaml")) == 1
    told = capsys.readouterr()
    assert fault in told.err
    assert told.out == ""
