"""The file of anvisningar: reading, faults with row and column, all or nothing, and the command."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from hemvist import cli
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case, Installation
from hemvist.access.roles import Role
from hemvist.law.target_group import PermitGround
from hemvist.reception import importing, services
from hemvist.reception.import_columns import COLUMNS, LAYOUT, PERMIT_GROUNDS
from hemvist.reception.import_file import households, parse
from hemvist.reception.layout import MAX_BYTES, MAX_ROWS
from hemvist.reception.models import Arrival, Assignment, Fact, Household, Identifier, ImportRun, Person
from hemvist.web.files import csv_bytes

HEADER = [column.name for column in COLUMNS]
DOCS = Path(__file__).parents[2] / "docs" / "import.md"

FAMILY = {
    "hushallsnyckel": "H1",
    "beteckning": "ANV-1",
    "beslutsdatum": "2026-10-05",
    "kategori": "asylboende",
    "fornamn": "Åsa",
    "efternamn": "Östlund",
    "fodelsedatum": "1988-04-12",
    "stallning": "kontaktperson",
    "sprak": "dari",
    "tolk": "ja",
    "dossiernummer": "10-1",
}
CHILD = {**FAMILY, "fornamn": "Ali", "fodelsedatum": "2019-09-03", "stallning": "barn", "dossiernummer": "10-2"}


def table(*people: dict[str, Any], header: Sequence[str] = HEADER) -> list[list[Any]]:
    return [list(header), *([person.get(name, "") for name in header] for person in people)]


def as_csv(rows: Sequence[Sequence[Any]], delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(delimiter.join(str(cell) for cell in row) for row in rows).encode(encoding)


def as_xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def families(count: int) -> list[list[Any]]:
    people = []
    for n in range(count):
        own = {"hushallsnyckel": f"H{n}", "beteckning": f"ANV-{n}"}
        people += [{**FAMILY, **own, "dossiernummer": f"{n}-1"}, {**CHILD, **own, "dossiernummer": f"{n}-2"}]
    return table(*people)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Household, Person, Fact, Identifier, Assignment, Arrival, Case))


# --- reading ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_is_read_in_every_usual_form(delimiter: str, encoding: str) -> None:
    parsed = parse("a.csv", as_csv(table(FAMILY, CHILD), delimiter, encoding))

    assert parsed.problems == []
    assert [row.number for row in parsed.rows] == [2, 3]
    [household] = households(parsed)
    assert parsed.problems == []
    assert household.rows == (2, 3)
    assert household.new.category == "asylum_housing"
    assert household.new.assignment == services.NewAssignment(date(2026, 10, 5), None, "ANV-1")
    assert (household.new.already_living_here, household.new.needs_dwelling) == (False, True)
    first, second = household.new.persons
    assert (first.given, first.family, first.birth_date) == ("Åsa", "Östlund", date(1988, 4, 12))
    assert (first.position, first.language, first.interpreter) == ("contact", "dari", True)
    assert first.identifiers == (("dossier", "10-1"),)
    assert second.position == "child"


def test_xlsx_is_read_with_dates_numbers_and_booleans() -> None:
    person = {
        **FAMILY,
        "beslutsdatum": datetime(2026, 10, 5),  # noqa: DTZ001
        "fodelsedatum": date(1988, 4, 12),
        "tillstand_beviljat": 46000,
        "tillstandsgrund": "5 kap. 1 §",
        "tolk": True,
        "personnummer": 198804129875,
        "kategori": 2,
    }
    parsed = parse("a.xlsx", as_xlsx([[], *table(person)]))

    assert parsed.problems == []
    values = parsed.rows[0].values
    assert parsed.rows[0].number == 3
    assert values["decided_on"] == date(2026, 10, 5)
    assert values["permit_granted_on"] == date(2025, 12, 9)
    assert values["personnummer"] == "198804129875"
    assert (values["interpreter"], values["category"]) == (True, "asylum_housing")


def test_english_headings_and_the_program_s_own_codes_are_understood() -> None:
    header = ["household_key", "reference", "decision_date", "category", "given_name", "Family name", "date_of_birth"]
    row = ["H1", "A-1", "20261005", "quota", "Anna", "Test", "1990-01-01"]
    parsed = parse("a.csv", as_csv([[*header, "position", "permit_ground"], [*row, "contact", "UTLL_5_1"]]))

    assert parsed.problems == []
    assert parsed.rows[0].values["permit_ground"] == "UTLL_5_1"


def test_every_permit_ground_has_words() -> None:
    assert set(PERMIT_GROUNDS) == set(PermitGround)


@pytest.mark.parametrize(("code", "word"), [(code, word) for code, words in PERMIT_GROUNDS.items() for word in words])
def test_each_word_for_a_permit_ground_is_that_ground(code: str, word: str) -> None:
    parsed = parse("a.xlsx", as_xlsx(table({**FAMILY, "tillstandsgrund": word})))
    assert parsed.rows[0].values["permit_ground"] == code


def test_unused_columns_are_told_and_left_out() -> None:
    parsed = parse("a.csv", as_csv(table({**FAMILY, "skonummer": "41"}, header=[*HEADER, "skonummer"])))
    assert (parsed.problems, parsed.unused) == ([], ["skonummer"])


def test_the_templates_can_be_filled_in_and_read() -> None:
    assert parse("mall.csv", LAYOUT.template_csv()).problems[0].message.startswith("Filen har en rubrikrad")
    assert len(parse("a.csv", csv_bytes(HEADER, LAYOUT.example_rows())).rows) == 2

    book = load_workbook(io.BytesIO(LAYOUT.template_xlsx()))
    assert [cell.value for cell in book.worksheets[0][1]] == HEADER
    assert [row[0].value for row in book.worksheets[1].iter_rows(min_row=2)] == HEADER
    for row, person in enumerate(LAYOUT.example_rows(), start=2):
        for index, value in enumerate(person, start=1):
            book.worksheets[0].cell(row, index).value = value or None
    out = io.BytesIO()
    book.save(out)
    parsed = parse("mall.xlsx", out.getvalue())
    assert (parsed.problems, len(parsed.rows)) == ([], 2)


def test_the_guide_is_up_to_date() -> None:
    assert DOCS.read_text("utf-8").endswith(LAYOUT.guide_markdown())


# --- faults -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "label"),
    [
        ("fodelsedatum", "12/4 1988", "födelsedatum"),
        ("fodelsedatum", "1988-02-30", "födelsedatum"),
        ("fodelsedatum", "1788-02-20", "födelsedatum"),
        ("fodelsedatum", "", "födelsedatum"),
        ("fornamn", "", "förnamn"),
        ("fornamn", "x" * 101, "förnamn"),
        ("fornamn", "x" * 100_000, "förnamn"),
        ("fornamn", "=1+1", "förnamn"),
        ("fornamn", "#REF!", "förnamn"),
        ("fornamn", "An\x00na", "förnamn"),
        ("kategori", "semester", "kategori"),
        ("stallning", "granne", "ställning"),
        ("tillstandsgrund", "flykting", "tillståndsgrund"),
        ("tolk", "kanske", "tolk"),
        ("beslutsdatum", "i går", "beslutsdatum"),
    ],
)
def test_a_bad_cell_is_told_by_row_and_column(column: str, value: str, label: str) -> None:
    parsed = parse("a.csv", as_csv(table(FAMILY, {**CHILD, column: value})))

    [problem] = parsed.problems
    assert (problem.row, problem.column) == (3, label)
    assert problem.allowed
    assert len(problem.message) < 120
    assert str(problem).startswith(f"rad 3, kolumn {label}: ")


def test_formulas_and_error_values_of_excel_are_refused() -> None:
    parsed = parse("a.xlsx", as_xlsx(table({**FAMILY, "fornamn": "=B2", "efternamn": "#N/A"})))
    assert [(p.row, p.column) for p in parsed.problems] == [(2, "förnamn"), (2, "efternamn")]


def test_missing_doubled_and_misspelt_columns_are_told() -> None:
    header = [name for name in HEADER if name not in {"kategori", "fodelsedatum", "personnummer"}]
    parsed = parse("a.csv", as_csv(table(FAMILY, header=[*header, "födelsdatum", "personumer", "fornamn"])))

    told = {(p.column, p.message.split(".")[0]) for p in parsed.problems}
    assert ("kategori", "Kolumnen saknas") in told
    assert ("fornamn", "Kolumnen finns två gånger") in told
    assert ("fodelsedatum", "Kolumnen ”födelsdatum” finns inte") in told
    assert ("personnummer", "Kolumnen ”personumer” finns inte") in told


def test_ragged_rows_are_told() -> None:
    rows = table(FAMILY, CHILD)
    rows[1] = rows[1][:-3]
    rows[2] = [*rows[2], "", "för mycket"]
    assert [p.row for p in parse("a.csv", as_csv(rows)).problems] == [2, 3]


def test_rows_that_disagree_about_the_household_are_told() -> None:
    parsed = parse("a.csv", as_csv(table(FAMILY, {**CHILD, "kategori": "anhörig"})))
    households(parsed)
    assert [(p.row, p.column) for p in parsed.problems] == [(3, "kategori")]


@pytest.mark.parametrize("lacking", ["kategori", "beslutsdatum"])
def test_what_the_household_lacks_is_told_once_on_its_first_row(lacking: str) -> None:
    parsed = parse("a.csv", as_csv(table({**FAMILY, lacking: ""}, {**CHILD, lacking: ""})))
    households(parsed)
    assert [(p.row, p.column) for p in parsed.problems] == [(2, lacking)]


def test_a_household_must_be_recognisable_the_next_time() -> None:
    bare = {**FAMILY, "beteckning": "", "beslutsdatum": "", "dossiernummer": ""}
    parsed = parse("a.csv", as_csv(table(bare)))
    households(parsed)
    assert [(p.row, p.column) for p in parsed.problems] == [(2, "beteckning")]


def test_rows_without_a_household_key_are_told() -> None:
    parsed = parse("a.csv", as_csv(table({**FAMILY, "hushallsnyckel": "", "beteckning": ""})))
    households(parsed)
    assert [(p.row, p.column) for p in parsed.problems] == [(2, "hushållsnyckel")]


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"\0" * (45 * 2**20))
    return out.getvalue()


def _entities() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(table(FAMILY)))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
            new.writestr(part.filename, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"", "tom"),
        ("a.csv", b"\xef\xbb\xbf\r\n;;;\r\n", "tom"),
        ("a.csv", b"x" * (MAX_BYTES + 1), "större än 10 MB"),
        ("a.csv", as_csv(families(MAX_ROWS // 2 + 1)), "fler än 5"),
        ("a.csv", b";".join(b"c%d" % n for n in range(150)), "fler än 100 kolumner"),
        ("a.csv", as_csv([HEADER, ['"oavslutad']]), "citattecknen"),
        ("a.csv", as_xlsx(table(FAMILY)), "Byt ändelsen"),
        ("a.xlsx", as_csv(table(FAMILY)), "ingen Excelfil"),
        ("a.xlsx", as_xlsx(table(FAMILY))[:-200], "skadad"),
        ("a.xlsx", b"PK\x03\x04 skrap", "skadad"),
        ("a.xlsx", _bomb(), "orimligt stor"),
        ("a.xlsx", _entities(), "inte hör hemma"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100, "äldre Excelformat"),
        ("a.pdf", b"%PDF-1.7", "CSV och XLSX"),
        ("a.csv", b"\xff\xfe\x00", "ingen textfil"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_with_words(name: str, data: bytes, words: str) -> None:
    parsed = parse(name, data)
    assert parsed.unreadable
    assert words in parsed.problems[0].message


def test_a_workbook_with_too_many_rows_is_refused() -> None:
    rows = [["hushallsnyckel"], *([f"H{n}"] for n in range(MAX_ROWS + 1))]
    assert "fler än 5" in parse("a.xlsx", as_xlsx(rows)).problems[0].message


def test_binary_junk_has_no_headings() -> None:
    [problem] = parse("a.csv", bytes(range(1, 128)) * 20).problems
    assert "rubrikrad" in problem.message


# --- staging and confirming -------------------------------------------------------------------------------


def test_staging_saves_nothing_but_the_run(coordinator: Actor, today: date) -> None:
    before = counts()
    run = importing.stage(coordinator, "a.csv", as_csv(families(3)), today)

    assert counts() == before
    assert (run.summary["households"], run.summary["persons"], run.summary["errors"]) == (3, 6, 0)
    assert AuditEntry.objects.filter(action="import.staged").count() == 1


def test_confirming_brings_all_in_and_empties_the_run(coordinator: Actor, today: date) -> None:
    told: list[tuple[int, int]] = []
    run = importing.stage(coordinator, "a.csv", as_csv(families(3)), today)
    run = importing.confirm(coordinator, run.id, today, lambda done, total: told.append((done, total)))

    assert (run.state, run.staged) == (ImportRun.State.IMPORTED, {})
    assert Household.objects.count() == 3
    assert set(Assignment.objects.values_list("reference", "import_run")) == {(f"ANV-{n}", run.id) for n in range(3)}
    assert set(Fact.objects.values_list("source", flat=True)) == {"file"}
    assert all(case.tasks.exists() for case in Case.objects.all())
    assert told == [(0, 3), (3, 3)]
    assert AuditEntry.objects.filter(action="import.confirmed").get().details["persons"] == 6


def test_the_same_file_again_creates_nothing(coordinator: Actor, today: date) -> None:
    data = as_xlsx(families(2))
    importing.confirm(coordinator, importing.stage(coordinator, "a.xlsx", data, today).id, today)
    before = counts()

    run = importing.stage(coordinator, "a.xlsx", data, today)
    assert (run.summary["households"], run.summary["known_households"], run.summary["known_persons"]) == (0, 2, 4)
    assert [known["rows"] for known in run.staged["known"]] == [[2, 3], [4, 5]]
    importing.confirm(coordinator, run.id, today)
    assert counts() == before


def test_two_previews_of_the_same_file_create_it_once(coordinator: Actor, today: date) -> None:
    runs = [importing.stage(coordinator, "a.csv", as_csv(families(2)), today) for _ in range(2)]
    for run in runs:
        importing.confirm(coordinator, run.id, today)
    assert Household.objects.count() == 2


def test_an_old_number_is_enough_to_be_known(coordinator: Actor, today: date) -> None:
    data = as_csv(table({**FAMILY, "beteckning": "", "beslutsdatum": ""}))
    importing.confirm(coordinator, importing.stage(coordinator, "a.csv", data, today).id, today)
    Identifier.objects.update(valid_to=today)

    assert importing.stage(coordinator, "a.csv", data, today).summary["known_households"] == 1


def test_a_protected_case_is_told_as_any_other_that_is_known(coordinator: Actor, today: date) -> None:
    data = as_csv(families(2))
    importing.confirm(coordinator, importing.stage(coordinator, "a.csv", data, today).id, today)
    open_run = importing.stage(coordinator, "a.csv", data, today)
    Case.objects.filter(household__assignments__reference="ANV-0").update(protected_since=datetime.now().astimezone())

    closed_run = importing.stage(coordinator, "a.csv", data, today)
    assert (closed_run.summary, closed_run.staged) == (open_run.summary, open_run.staged)


def test_faults_of_the_register_stand_on_their_row(coordinator: Actor, today: date) -> None:
    first = {**FAMILY, "beslutsdatum": "2027-05-01", "personnummer": "19880412-0000"}
    second = {**CHILD, "stallning": "kontaktperson", "fodelsedatum": "2030-01-01", "dossiernummer": "10-1"}
    second["beslutsdatum"] = ""
    other = {**FAMILY, "hushallsnyckel": "H2", "sprak": "", "tillstand_beviljat": "2026-01-01"}
    run = importing.stage(coordinator, "a.csv", as_csv(table(first, second, other)), today)

    assert {(p.row, p.column) for p in importing.problems_of(run)} == {
        (2, "beslutsdatum"),
        (2, "personnummer"),
        (2, "ställning"),
        (3, "födelsedatum"),
        (3, "dossiernummer"),
        (4, "språk"),
        (4, "tillståndsgrund"),
        (4, "beteckning"),
        (4, "dossiernummer"),
    }
    with pytest.raises(ValidationError, match="Filen har fel"):
        importing.confirm(coordinator, run.id, today)
    assert Household.objects.count() == 0


def test_a_demo_takes_test_numbers_only(coordinator: Actor, today: date) -> None:
    Installation.objects.update_or_create(id=1, defaults={"is_demo": True})
    person = {**FAMILY, "personnummer": "19880412-0009"}
    run = importing.stage(coordinator, "a.csv", as_csv(table(person)), today)
    assert {p.column for p in importing.problems_of(run)} == {"personnummer"}


def test_confirming_is_all_or_nothing(coordinator: Actor, today: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    run = importing.stage(coordinator, "a.csv", as_csv(families(5)), today)
    before, follow, calls = counts(), services._plan_follows[0], []

    def breaks(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 3:
            raise RuntimeError("the third batch fails")
        return follow(*args)

    monkeypatch.setattr(services, "_plan_follows", [breaks])
    with pytest.raises(RuntimeError):
        importing.confirm(coordinator, run.id, today)

    run.refresh_from_db()
    assert counts() == before
    assert run.state == ImportRun.State.PREVIEWED
    assert len(run.staged["households"]) == 5


def test_discarding_empties_the_run(coordinator: Actor, today: date) -> None:
    run = importing.discard(coordinator, importing.stage(coordinator, "a.csv", as_csv(families(1)), today).id)
    assert (run.state, run.staged) == (ImportRun.State.DISCARDED, {})
    assert AuditEntry.objects.filter(action="import.discarded").exists()
    with pytest.raises(ValidationError, match="redan"):
        importing.confirm(coordinator, run.id, today)


def test_a_forgotten_preview_is_emptied(coordinator: Actor, today: date) -> None:
    old = importing.stage(coordinator, "a.csv", as_csv(families(1)), today)
    ImportRun.objects.filter(id=old.id).update(created_at=datetime(2026, 1, 1).astimezone())
    importing.stage(coordinator, "b.csv", as_csv(families(1)), today)
    old.refresh_from_db()
    assert (old.state, old.staged) == (ImportRun.State.DISCARDED, {})


def test_only_the_reception_imports_and_sees_runs(actor: Callable[..., Actor], coordinator: Actor, today: date) -> None:
    run = importing.stage(coordinator, "a.csv", as_csv(families(1)), today)
    for other in (actor(Role.CONTACT_CENTER), actor(Role.COORDINATOR, "contact_center")):
        with pytest.raises(Refused):
            importing.stage(other, "a.csv", as_csv(families(1)), today)
    with pytest.raises(NotVisible):
        importing.preview(actor(Role.COORDINATOR, "contact_center"), run.id)


def test_the_number_of_queries_does_not_grow_with_the_households(coordinator: Actor, today: date) -> None:
    """Bulk inserts come in batches, as many as the database's limit on parameters asks for; all else is constant."""

    def cost(first: int, count: int) -> int:
        rows = families(first + count)
        run = importing.stage(coordinator, "a.csv", as_csv([rows[0], *rows[1 + 2 * first :]]), today)
        with CaptureQueriesContext(connection) as queries:
            importing.confirm(coordinator, run.id, today)
        return sum(not query["sql"].startswith("INSERT") for query in queries)

    assert cost(0, 1)  # the year's first case number costs one query more
    assert cost(1, 3) == cost(4, 60)


# --- whatever is in the file ------------------------------------------------------------------------------

_CSV, _XLSX = as_csv(families(2)), as_xlsx(families(2))


@st.composite
def mutilated(draw: st.DrawFn, whole: bytes) -> bytes:
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.sampled_from(["flip", "cut", "insert", "drop"])):
            case "flip" if data:
                data[at] ^= draw(st.integers(1, 255))
            case "cut":
                del data[at:]
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=20))
            case "drop":
                del data[at : at + draw(st.integers(1, 40))]
    return bytes(data)


@st.composite
def repacked(draw: st.DrawFn) -> bytes:
    """A workbook whose zip is whole but whose parts are not."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_XLSX)) as old, zipfile.ZipFile(out, "w") as new:
        names = [part.filename for part in old.infolist()]
        broken = draw(st.sampled_from(names))
        for name in names:
            content = old.read(name)
            if name == broken:
                if draw(st.booleans()):
                    continue
                content = draw(mutilated(content))
            new.writestr(name, content)
    return out.getvalue()


@given(
    file=st.one_of(
        st.tuples(st.just("a.csv"), mutilated(_CSV)),
        st.tuples(st.just("a.xlsx"), mutilated(_XLSX)),
        st.tuples(st.just("a.xlsx"), repacked()),
    )
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mutilated_file_changes_the_register(coordinator: Actor, today: date, file: tuple[str, bytes]) -> None:
    before = counts()
    with suppress(ValidationError):
        importing.stage(coordinator, *file, today)
    assert counts() == before


@given(names=st.lists(st.text(max_size=30), min_size=4, max_size=4), number=st.text(max_size=25))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_has_no_faults_can_be_confirmed(coordinator: Actor, today: date, names: list[str], number: str) -> None:
    given_name, family, language, phone = names
    person = {**FAMILY, "fornamn": given_name, "efternamn": family, "sprak": language, "telefon": phone}
    data = csv_bytes(HEADER, table({**person, "dossiernummer": number, "beteckning": f"R-{given_name[:5]}"})[1:])
    try:
        run = importing.stage(coordinator, "a.csv", data, today)
    except ValidationError:
        return
    if not run.summary["errors"]:
        importing.confirm(coordinator, run.id, today)


# --- the pages --------------------------------------------------------------------------------------------


@pytest.fixture
def client(
    coordinator: Actor, client_for: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch, today: date
) -> Client:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today)
    return client_for(coordinator)


def upload(client: Client, data: bytes, name: str = "a.csv") -> Any:
    file = io.BytesIO(data)
    file.name = name
    return client.post("/anvisningar/las-in/", {"file": file}, follow=True)


def test_upload_preview_confirm(client: Client) -> None:
    page = upload(client, as_csv(families(2)))
    run = ImportRun.objects.get()
    assert page.redirect_chain[-1][0] == f"/anvisningar/las-in/{run.id}/"
    assert "2 hushåll med 4 personer och 2 anvisningar läses in" in " ".join(page.content.decode().split())
    assert "Åsa" not in page.content.decode()

    page = client.post(f"/anvisningar/las-in/{run.id}/bekrafta/", follow=True)
    assert "Filen är inläst" in page.content.decode()
    assert Household.objects.count() == 2
    again = client.post(f"/anvisningar/las-in/{run.id}/bekrafta/", follow=True)
    assert "redan inläst" in again.content.decode()


def test_confirm_by_htmx_sends_the_browser_on(client: Client) -> None:
    upload(client, as_csv(families(1)))
    run = ImportRun.objects.get()
    answer = client.post(f"/anvisningar/las-in/{run.id}/bekrafta/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == f"/anvisningar/las-in/{run.id}/"


def test_progress_is_polled_until_it_is_done(client: Client) -> None:
    from django.core.cache import cache

    upload(client, as_csv(families(1)))
    run = ImportRun.objects.get()
    url = f"/anvisningar/las-in/{run.id}/forlopp/"
    assert "every 1s" in client.get(url).content.decode()
    cache.set(f"import-{run.id}", {"done": 100, "total": 250})
    assert "100 av 250 hushåll" in client.get(url).content.decode()
    client.post(f"/anvisningar/las-in/{run.id}/bekrafta/")
    answer = client.get(url)
    assert (answer.status_code, "every 1s" in answer.content.decode()) == (286, False)


def test_faults_are_shown_and_downloaded(client: Client) -> None:
    page = upload(client, as_csv(table({**FAMILY, "fodelsedatum": "i går", "kategori": "@x"}))).content.decode()
    run = ImportRun.objects.get()
    assert "”i går” är inget datum" in page
    assert "Läs in allt" not in page
    listed = client.get(f"/anvisningar/las-in/{run.id}/fel.csv").content.decode("utf-8-sig")
    assert "2;födelsedatum;”i går” är inget datum." in listed
    assert AuditEntry.objects.filter(action="import.viewed").count() == 2


def test_an_unreadable_file_stands_at_the_field(client: Client) -> None:
    page = upload(client, b"PK", "a.xlsx")
    assert page.status_code == 200
    assert "skadad" in page.content.decode()
    assert not ImportRun.objects.exists()


def test_discard_and_templates(client: Client) -> None:
    upload(client, as_csv(families(1)))
    run = ImportRun.objects.get()
    assert "kastad" in client.post(f"/anvisningar/las-in/{run.id}/kasta/", follow=True).content.decode()
    assert client.get("/anvisningar/las-in/mall.csv").content == LAYOUT.template_csv()
    assert client.get("/anvisningar/las-in/mall.xlsx").content.startswith(b"PK")
    assert client.get("/anvisningar/las-in/mall.pdf").status_code == 404


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def run_command(municipality: None, today: date, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: today)
    monkeypatch.setattr(cli, "setup_django", lambda: None)

    def run(data: bytes, *options: str) -> int:
        path = tmp_path / "anvisningar.csv"
        path.write_bytes(data)
        return cli.main(["import", "assignments", str(path), *options])

    return run


def test_the_command_imports(run_command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(as_csv(families(2))) == 0
    out, err = capsys.readouterr()
    assert "Nya: 2 hushåll, 4 personer, 2 anvisningar" in out
    assert "2 av 2 hushåll" in err
    assert Household.objects.count() == 2
    assert AuditEntry.objects.filter(action="import.confirmed").get().actor_name.startswith("kommandoraden (")


def test_a_dry_run_saves_nothing(run_command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    before, journal = counts(), AuditEntry.objects.count()
    assert run_command(as_csv(families(2)), "--dry-run") == 0
    assert "inget är sparat" in capsys.readouterr().out
    assert (counts(), ImportRun.objects.count(), AuditEntry.objects.count()) == (before, 0, journal)


def test_the_command_tells_the_faults(run_command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(as_csv(table({**FAMILY, "fodelsedatum": "1988-13-01"}))) == 1
    assert "rad 2, kolumn födelsedatum: ”1988-13-01” är inget datum som finns." in capsys.readouterr().out
    assert ImportRun.objects.get().staged == {}
    assert run_command(b"") == 1
    assert "Filen är tom." in capsys.readouterr().out
