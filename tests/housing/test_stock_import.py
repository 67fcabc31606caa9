"""The file of dwellings: preview, confirm, known and changed, faults by row and column, and its pages and command."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.cli import main
from hemvist.housing import importing, policy_data, stock
from hemvist.housing.models import Dwelling, Offer, StockFile
from hemvist.housing.stock_columns import as_whole, layout
from hemvist.organisation.models import Branch, Municipality
from hemvist.reception.layout import CellError
from hemvist.web.files import csv_bytes

pytestmark = pytest.mark.django_db
HEADER = ("objektsnummer", "adress", "område", "rum", "flest_boende", "hyra", "stegfri", "tillganglig_till")
ROWS = (
    ("1001", "Exempelgatan 1", "Centrum", 3, 5, "8 250 kr", "ja", ""),
    ("1002", "Exempelgatan 2", "norr", "2 rok", 3, "6400", "", "2028-06-30"),
)
URL = "/bostader/las-in/"


def file_of(*rows: Any, header: Any = HEADER) -> bytes:
    return csv_bytes(header, rows or ROWS)


def bring_in(actor: Actor, data: bytes, today: date) -> StockFile:
    return importing.confirm(actor, importing.stage(actor, "bostader.csv", data, today).pk, today)


# --- what it does -----------------------------------------------------------------------------------------------------


def test_nothing_is_there_before_somebody_confirms(letting: Actor, today: date) -> None:
    run = importing.stage(letting, "bostader.csv", file_of(), today)
    assert (run.summary["new"], run.summary["changed"], run.summary["known"], run.summary["errors"]) == (2, 0, 0, 0)
    assert not Dwelling.objects.exists()
    run = importing.confirm(letting, run.pk, today)
    first, second = Dwelling.objects.order_by("code")
    assert (first.area, first.rooms, first.capacity, first.rent, first.step_free) == ("centrum", 3, 5, 8_250, True)
    assert (second.area, second.rooms, second.step_free) == ("norr", 2, False)
    assert (second.available_from, second.available_to) == (today, date(2028, 6, 30))
    assert (first.landlord.code, first.created_by_id) == ("ehb", letting.user_id)
    assert "exempelgatan 1" in first.search_key
    assert (run.state, run.staged) == ("imported", {})
    assert [row.action for row in AuditEntry.objects.filter(object_type="stock_file").order_by("id")] == [
        "stock_file.staged",
        "stock_file.confirmed",
    ]
    with pytest.raises(ValidationError, match="redan inläst"):
        importing.confirm(letting, run.pk, today)


def test_the_same_file_twice_changes_nothing(letting: Actor, today: date) -> None:
    bring_in(letting, file_of(), today)
    run = bring_in(letting, file_of(), today + timedelta(days=9))
    assert (run.summary["new"], run.summary["changed"], run.summary["known"]) == (0, 0, 2)
    assert Dwelling.objects.count() == 2
    assert not AuditEntry.objects.filter(action="dwelling.changed").exists()


def test_a_known_dwelling_that_differs_is_shown_and_changed(letting: Actor, today: date) -> None:
    bring_in(letting, file_of(), today)
    rows = (("1001", "Exempelgatan 1", "centrum", 3, 5, 8_500, "nej", ""), ROWS[1], ("1003", *ROWS[0][1:]))
    run = importing.stage(letting, "bostader.csv", file_of(*rows), today)
    assert run.staged["changed"] == [[2, "1001", [["step_free", True, False], ["rent", 8_250, 8_500]]]]
    run = importing.confirm(letting, run.pk, today)
    assert (run.summary["new"], run.summary["changed"], run.summary["known"]) == (1, 1, 1)
    changed = Dwelling.objects.get(code="1001")
    assert (changed.rent, changed.step_free) == (8_500, False)
    entry = AuditEntry.objects.get(action="dwelling.changed")
    assert (entry.object_ids, entry.details) == ([str(changed.pk)], {"by": "file", "fields": ["rent", "step_free"]})


def test_an_empty_cell_changes_nothing(letting: Actor, today: date) -> None:
    bring_in(letting, file_of(), today)
    bring_in(letting, file_of(("1002", "Exempelgatan 2", "norr", 2, 3, 6_500, "", "")), today)
    one = Dwelling.objects.get(code="1002")
    assert (one.rent, one.available_to) == (6_500, date(2028, 6, 30))


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (("", *ROWS[0][1:]), "objektsnummer", "Cellen är tom"),
        (("1", "", *ROWS[0][2:]), "adress", "Cellen är tom"),
        (("1", "Gatan 1", "Atlantis", *ROWS[0][3:]), "område", "går inte att tolka"),
        (("1", "Gatan 1", "norr", "tre", *ROWS[0][4:]), "antal rum", "inget heltal"),
        (("1", "Gatan 1", "norr", 0, *ROWS[0][4:]), "antal rum", "från 1 till 20"),
        (("1", "Gatan 1", "norr", 3, 99, *ROWS[0][5:]), "flest boende", "från 1 till 30"),
        (("1", "Gatan 1", "norr", 3, 5, "8250,50", "", ""), "hyra", "inget heltal"),
        (("1", "Gatan 1", "norr", 3, 5, 8_250, "", "2020-01-01"), "tillgänglig till", "före den första"),
        (("1002", *ROWS[1][1:]), "objektsnummer", "står på rad 2"),
    ],
)
def test_faults_have_row_and_column_and_stop_the_file(
    letting: Actor, today: date, row: Any, column: str, words: str
) -> None:
    run = importing.stage(letting, "bostader.csv", file_of(ROWS[1], row), today)
    [problem] = importing.problems_of(run)
    assert (problem.row, problem.column) == (3, column)
    assert words in problem.message
    with pytest.raises(ValidationError, match="Filen har fel"):
        importing.confirm(letting, run.pk, today)
    assert not Dwelling.objects.exists()


def test_a_let_dwelling_cannot_be_left_by_a_file(
    letting: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    one = dwelling(code="1002", address="Exempelgatan 2", area="norr")
    run = importing.stage(letting, "bostader.csv", file_of(ROWS[1]), today)
    tenancy(one, household())
    with pytest.raises(ValidationError) as error:
        importing.confirm(letting, run.pk, today)
    assert "Läs in den igen" in error.value.messages[0]
    assert "rad 2" in error.value.messages[1]
    again = importing.stage(letting, "bostader.csv", file_of(ROWS[1]), today)
    assert [problem.column for problem in importing.problems_of(again)] == ["tillgänglig till"]


def test_a_file_leaves_room_for_those_who_live_there(
    letting: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    lease = tenancy(dwelling(code="1002", capacity=4), household(), persons=4)
    rows = (("1002", "Exempelgatan 2", "norr", 2, 3, 6_400, "", ""),)
    run = importing.stage(letting, "bostader.csv", file_of(*rows), today)
    [problem] = importing.problems_of(run)
    assert (problem.row, problem.column) == (2, "flest boende")
    assert "uthyrd till 4 boende" in problem.message
    lease.persons = 3
    lease.save()
    assert not importing.problems_of(importing.stage(letting, "bostader.csv", file_of(*rows), today))


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ((3, "", ""), "flest boende", "hushåll som inte får plats då"),
        ((4, "", "2026-12-01"), "tillgänglig till", "erbjuden ett hushåll från"),
        ((4, "2026-12-24", ""), "tillgänglig från", "erbjuden ett hushåll från"),
    ],
)
def test_a_file_leaves_room_for_those_who_have_been_offered_the_dwelling(
    letting: Actor, dwelling: Any, household: Any, need: Any, today: date, cells: Any, column: str, words: str
) -> None:
    header = (
        "objektsnummer",
        "adress",
        "område",
        "rum",
        "hyra",
        "flest_boende",
        "tillganglig_fran",
        "tillganglig_till",
    )
    data = file_of(("1002", "Exempelgatan 2", "norr", 2, 6_400, *cells), header=header)
    one = dwelling(code="1002", capacity=4)
    before = importing.stage(letting, "bostader.csv", data, today)
    assert not importing.problems_of(before)
    days = {"made_on": today, "move_in_on": date(2026, 12, 15), "reply_by": today}
    offer = Offer.objects.create(need=need(household()), dwelling=one, **days)
    [problem] = importing.problems_of(importing.stage(letting, "bostader.csv", data, today))
    assert (problem.row, problem.column) == (2, column)
    assert words in problem.message
    with pytest.raises(ValidationError) as error:
        importing.confirm(letting, before.pk, today)
    assert "rad 2" in error.value.messages[1]
    Offer.objects.filter(pk=offer.pk).update(status=Offer.Status.WITHDRAWN)
    importing.confirm(letting, before.pk, today)


def test_a_row_with_a_fault_is_neither_new_nor_changed_nor_known(
    letting: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    bring_in(letting, file_of(), today)
    tenancy(dwelling(code="1004"), household(), persons=4)
    run = importing.stage(
        letting,
        "bostader.csv",
        file_of(
            ROWS[0],
            (*ROWS[1][:6], "kanske", ""),  # known, but for a cell that cannot be read
            ("1003", "Gatan 3", "norr", 0, 99, 6_400, "", ""),  # new, with two faults
            ("1004", "Gatan 4", "norr", 3, 3, 6_400, "", ""),  # changed, with less room than its lease has persons
            ("1005", "Gatan 5", "norr", 3, 3, 6_400, "", ""),
            ("1005", "Gatan 5", "norr", 3, 3, "", "kanske", ""),
        ),
        today,
    )
    assert [(problem.row, problem.column) for problem in importing.problems_of(run)] == [
        (3, "stegfri"),
        (4, "antal rum"),
        (4, "flest boende"),
        (5, "flest boende"),
        (7, "hyra"),
        (7, "objektsnummer"),
        (7, "stegfri"),
    ]
    counts = {name: run.summary[name] for name in ("rows", "new", "changed", "known", "faulty", "errors")}
    assert counts == {"rows": 6, "new": 1, "changed": 0, "known": 1, "faulty": 4, "errors": 7}
    assert run.staged["rows"] == run.staged["changed"] == []


def test_a_number_that_stands_twice_is_told_whatever_else_is_wrong_with_the_rows(letting: Actor, today: date) -> None:
    twice = (("I-3", "", *ROWS[0][2:]), ("i-3", "Gatan 1", "norr", 3, 5, "", "", ""))
    run = importing.stage(letting, "bostader.csv", file_of(*ROWS, *twice), today)
    problems = importing.problems_of(run)
    assert [(problem.row, problem.column) for problem in problems] == [(4, "adress"), (5, "hyra"), (5, "objektsnummer")]
    assert "står på rad 4" in problems[-1].message


def test_a_hidden_dwelling_is_known_and_no_more(
    letting: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    one, home = dwelling(code="1001", rent=1), household()
    tenancy(one, home)
    Case.objects.filter(pk=home.case_id).update(protected_since="2026-11-01T08:00Z")
    run = importing.stage(letting, "bostader.csv", file_of(), today)
    assert (run.summary["new"], run.summary["changed"], run.summary["known"]) == (1, 0, 1)
    assert run.staged["changed"] == []
    importing.confirm(letting, run.pk, today)
    one.refresh_from_db()
    assert (one.rent, Dwelling.objects.count()) == (1, 2)


def test_a_file_belongs_to_the_branch_that_lets_or_to_the_reception(
    letting: Actor, coordinator: Actor, actor: Any, today: date
) -> None:
    theirs = importing.stage(letting, "a.csv", file_of(), today)
    ours = importing.stage(coordinator, "b.csv", file_of(), today)
    assert Branch.objects.get(code="landlord").pk == theirs.branch_id
    assert ours.branch_id in coordinator.branches("dwelling.write")
    with pytest.raises(NotVisible):
        importing.preview(coordinator, theirs.pk)
    with pytest.raises(Refused):
        importing.stage(actor(Role.HOUSING_COORDINATOR, "school"), "c.csv", file_of(), today)
    with pytest.raises(Refused):
        importing.stage(actor(Role.CONTROLLER), "d.csv", file_of(), today)


def test_as_many_queries_for_forty_rows_as_for_two(letting: Actor, today: date) -> None:
    def count(rows: list[Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            bring_in(letting, file_of(*rows), today)
        return len(captured)

    few = [(f"A{n}", *ROWS[0][1:]) for n in range(2)]
    many = [(f"B{n}", *ROWS[0][1:]) for n in range(40)]
    assert count(few) == count(many)
    smaller = [[(*row[:4], row[4] - 1, *row[5:]) for row in rows] for rows in (few, many)]
    assert count(smaller[0]) == count(smaller[1])


# --- cells and columns ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "number"),
    [(3, 3), (3.0, 3), ("8 250", 8250), ("8\N{NO-BREAK SPACE}250 kr", 8250), ("72 kvm", 72), ("3 rok", 3), ("", None)],
)
def test_whole_numbers_as_they_are_written(cell: Any, number: int | None) -> None:
    assert as_whole(cell) == number


@pytest.mark.parametrize("cell", [2.5, "2,5", "många", True, date(2026, 1, 1), "12345678", "-3", "=1+1"])
def test_other_cells_are_told(cell: Any) -> None:
    with pytest.raises(CellError):
        as_whole(cell)


def test_no_column_of_the_file_is_about_a_person() -> None:
    names = {column.field for column in layout({"centrum": ("Centrum",)}, {}).columns}
    assert not names & {"name", "case", "case_number", "household", "tenant", "personnummer"}


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(letting: Actor, client_for: Callable[[Any], Client], today: date, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today)
    return client_for(letting)


def words(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def upload(client: Client, data: bytes, name: str = "bostader.csv") -> Any:
    file = io.BytesIO(data)
    file.name = name
    return client.post(URL, {"file": file}, follow=True)


def test_upload_preview_confirm(client: Client) -> None:
    shown = upload(client, file_of())
    run = StockFile.objects.get()
    assert shown.redirect_chain[-1][0] == f"{URL}{run.pk}/"
    assert "2 bostäder läggs till." in words(shown)
    assert client.get(f"{URL}{run.pk}/framsteg/").status_code == 200
    assert "Filen är inläst." in words(client.post(f"{URL}{run.pk}/bekrafta/", follow=True))
    assert client.get(f"{URL}{run.pk}/framsteg/").status_code == 286
    assert Dwelling.objects.count() == 2
    again = upload(client, file_of(("1001", "Exempelgatan 1", "norr", 3, 5, 8_999, "ja", "")))
    page = words(again)
    assert "1 bostad ändras." in page
    assert "Område: <del>Centrum</del> → <ins>Norr</ins>" in page
    assert "Hyra: <del>8250</del> → <ins>8999</ins>" in page
    assert "bostader.csv" in words(client.get(URL))


def test_faults_can_be_fetched_and_the_preview_thrown_away(client: Client) -> None:
    shown = upload(client, file_of(("1", "Gatan 1", "Atlantis", "tre", 5, 8_250, "", "")))
    page = words(shown)
    assert "Filen har fel och kan inte läsas in" in page
    assert 'Rader med fel</dt><dd class="tile-value">1</dd><dd class="tile-note">2 fel</dd>' in page
    assert "räknas bara på rader utan fel" in page
    run = StockFile.objects.get()
    assert "Atlantis" in client.get(f"{URL}{run.pk}/fel.csv").content.decode()
    assert "kastad" in words(client.post(f"{URL}{run.pk}/kasta/", follow=True))
    assert "ingen rubrikrad" in words(upload(client, b"hej;du\n1;2\n"))


def test_the_template_has_the_municipalitys_own_words(client: Client) -> None:
    book = load_workbook(io.BytesIO(client.get(f"{URL}mall.xlsx").content))
    sheet = book.worksheets[0]
    assert sheet["A1"].value == "objektsnummer"
    choices = [str(each.formula1) for each in sheet.data_validations.dataValidation]
    assert any("Centrum" in choice for choice in choices)
    assert client.get(f"{URL}mall.csv").content.decode("utf-8-sig").startswith("objektsnummer;adress;")
    assert client.get(f"{URL}mall.exe").status_code == 404


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_line(municipality: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bostader.csv"
    path.write_bytes(file_of())
    assert main(["import", "dwellings", str(path), "--dry-run"]) == 0
    assert "Provkörning: inget är sparat." in capsys.readouterr().out
    assert not Dwelling.objects.exists()
    assert main(["import", "dwellings", str(path)]) == 0
    assert "Nya: 2 bostäder. Ändrade: 0. Finns redan: 0" in capsys.readouterr().out
    assert Dwelling.objects.count() == 2
    path.write_bytes(file_of(("1", "Gatan 1", "Atlantis", 3, 5, 8_250, "", "")))
    assert main(["import", "dwellings", str(path)]) == 1
    assert "rad 2, kolumn område: ”Atlantis” går inte att tolka." in capsys.readouterr().out


DOCS = Path(__file__).parent.parent.parent / "docs" / "import-dwellings.md"


def test_the_document_tells_the_columns_and_its_example_can_be_read(letting: Actor, today: date) -> None:
    file = policy_data.housing()
    columns = importing.stock_layout(file, stock.landlords(file))
    assert DOCS.read_text("utf-8").endswith(columns.guide_markdown())
    run = importing.stage(
        letting, "mall.csv", csv_bytes([column.name for column in columns.columns], columns.example_rows()), today
    )
    assert (run.summary["errors"], run.summary["new"]) == (0, 2)


def test_a_note_about_a_person_is_a_fault_of_its_row(letting: Actor, today: date) -> None:
    header, about = (*HEADER, "anmarkning"), "Tolvan 19900101-2389 bor här"
    run = importing.stage(letting, "bostader.csv", file_of((*ROWS[0], about), header=header), today)
    [problem] = importing.problems_of(run)
    assert (problem.row, "Skriv inget om en person" in problem.message) == (2, True)
    assert (
        importing.stage(letting, "bostader.csv", file_of((*ROWS[0], "Ny spis"), header=header), today).summary["new"]
        == 1
    )


def test_a_landlord_that_is_none_any_longer_when_the_file_is_confirmed_is_told(letting: Actor, today: date) -> None:
    header = (*HEADER, "hyresvard")
    run = importing.stage(letting, "bostader.csv", file_of((*ROWS[0], "ehb"), header=header), today)
    assert run.summary["errors"] == 0
    own = Municipality.objects.get()
    own.data["housing"]["landlords"] = ["integration"]
    own.save()
    with pytest.raises(ValidationError):
        importing.confirm(letting, run.pk, today)
    assert not Dwelling.objects.exists()
