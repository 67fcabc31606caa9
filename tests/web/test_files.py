"""Tables as files: what a spreadsheet opens, and what it must never run."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from hemvist.web import files


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert files.safe(text) == f"'{text}"
    content = files.xlsx_bytes("Blad", ["a"], [[text]])
    assert load_workbook(io.BytesIO(content)).active["A2"].value == f"'{text}"
    assert f"'{text}" in files.csv_bytes(["a"], [[text]]).decode("utf-8-sig")


def test_other_values_stay_what_they_are() -> None:
    assert files.safe("HV-2026-0001") == "HV-2026-0001"
    assert files.safe(-5) == -5
    sheet = load_workbook(io.BytesIO(files.xlsx_bytes("B" * 40, ["a", "b"], [[1, None]]))).active
    assert (sheet.title, sheet["A1"].font.bold, sheet["A2"].value) == ("B" * 31, True, 1)


def test_a_download_is_saved_under_its_name() -> None:
    answer = files.download(b"x", "lista", "csv")
    assert answer["Content-Disposition"] == 'attachment; filename="lista.csv"'
