"""``hemvist law entitlements``: a file of persons in, kronor and reasons out, without a database."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from hemvist.cli import main
from hemvist.law.compensation import persons_file

HEAD = "id;birth_date;received_on;first_municipality;assignment_decided_on;covered_by_11;registrations;died_on;stays\n"
MOVED = "1;1988-01-01;2025-04-08;Enköping;2025-02-01;ja;2025-04-08 Enköping | 2026-02-01 Uppsala;;\n"
HOUSED = "2;1979-08-21;2026-12-15;Enköping;2026-10-15;;2026-12-15 Enköping;;assigned_housing 2026-11-03..2026-12-15\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "personer.csv"
    path.write_text(HEAD + MOVED + HOUSED, encoding="utf-8-sig")
    return path


def test_a_table_ends_with_the_sum_of_each_municipality(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "entitlements", str(file), "--as-of", "2026-12-31"]) == 0
    told = capsys.readouterr().out
    assert "Enköping: 103 021 kronor" in told  # 82 500 and the initial 20 521 (E8); the other has nothing due yet
    assert "Uppsala: 66 000 kronor" in told
    assert "move_period" in told


def test_json_has_every_step_with_its_paragraph(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "entitlements", str(file), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    housing = [row for row in rows if row["id"] == "2" and row["ground"].startswith("assigned_housing")]
    assert sum(int(row["amount"]) for row in housing) == 27_600  # E29
    assert {row["apply_by"] for row in housing} == {"2027-06-30"}
    assert all(any(step["source"] for step in row["steps"]) for row in rows)


def test_csv_can_be_read_again(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "entitlements", str(file), "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out), delimiter=";"))
    assert sum(int(row["amount"]) for row in rows if row["id"] == "1" and row["municipality"] == "Uppsala") == 99_000


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("3;1979-08-41;;Enköping;;;;;", "rad 2: birth_date: ”1979-08-41” är inget datum"),
        ("3;;;Enköping;;;;;", "rad 2: birth_date: födelsedatum saknas"),
        ("3;1979-08-21;;;;;;;", "rad 2: id och first_municipality"),
        ("3;1979-08-21;;Enköping;;kanske;;;", "rad 2: covered_by_11"),
        ("3;1979-08-21;;Enköping;;;2025-04-02;;", "rad 2: registrations: ”2025-04-02”"),
        ("3;1979-08-21;;Enköping;;;;;hotell 2026-01-01", "rad 2: stays"),
        ("3;1979-08-21;;Enköping;;;;;assigned_housing 2026-11-03..2026-11-01", "slutar innan den börjar"),
        ("3;1979-08-21;;Enköping;;;;;\n3;1979-08-21;;Enköping;;;;;", "rad 3: id: 3 finns redan"),
    ],
)
def test_a_fault_is_told_with_its_row_and_column(row: str, fault: str) -> None:
    _persons, faults = persons_file.read(HEAD + row + "\n")
    assert len(faults) == 1
    assert fault in faults[0]


def test_a_file_with_a_fault_counts_the_rest_and_says_so(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(HEAD + MOVED + "3;igår;;Enköping;;;;;\n", encoding="utf-8")
    assert main(["law", "entitlements", str(file)]) == 1
    told = capsys.readouterr()
    assert "rad 3: birth_date" in told.err
    assert "Uppsala" in told.out


def test_missing_and_unknown_columns_are_told() -> None:
    assert persons_file.read("id;birth_date\n1;1990-01-01\n")[1][0].startswith("rad 1: kolumnen first_municipality")
    unknown = persons_file.read("id,birth_date,first_municipality,namn\n1,1990-01-01,Enköping,X\n")
    assert unknown[1] == ["rad 1: kolumnen namn används inte. Stryk den, eller rätta namnet."]
    assert len(unknown[0]) == 1


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "entitlements", str(tmp_path / "finns-inte.csv")]) == 1
    assert "Filen går inte att öppna" in capsys.readouterr().err
