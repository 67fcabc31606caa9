"""The list of payments: reading it, whom its rows are for, twice the same, all or nothing, and the command."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from hemvist import cli
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case, Installation
from hemvist.access.roles import Role
from hemvist.compensation import importing, queries
from hemvist.compensation.models import Payment, PaymentFile
from hemvist.compensation.payment_file import LAYOUT, as_amount, dossier_mark, ground_of, instalment_in, read
from hemvist.law.compensation import Ground
from hemvist.law.compensation.facts import GROUND_LABELS
from hemvist.reception.compensation_facts import people_page
from hemvist.reception.layout import CellError
from hemvist.reception.models import Identifier, Person
from hemvist.web.files import csv_bytes

TODAY = date(2026, 11, 23)
HEADER = [column.name for column in LAYOUT.columns]
ROW = {
    "dossiernummer": "10-900001",
    "ersattning": "Schablonersättning",
    "utbetalning": "2",
    "belopp": "33 000,00",
    "utbetalningsdatum": "2026-10-30",
}
Make = Callable[..., Person]


def table(*rows: dict[str, Any], header: Sequence[str] = HEADER) -> bytes:
    return csv_bytes(header, [[row.get(name, "") for name in header] for row in rows])


def as_xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(data: bytes, name: str = "a.csv", *, demo: bool = False) -> Any:
    return read(name, data, TODAY, demo=demo)


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ground", Ground)
def test_our_own_words_and_codes_are_understood(ground: Ground) -> None:
    assert ground_of(GROUND_LABELS[ground]) is ground
    assert ground_of(ground.value) is ground


@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("Schablonersättning", Ground.STANDARD),
        ("SCHABLONERSÄTTNING, utbetalning 3", Ground.STANDARD),
        ("10 § förordning (2010:1122)", Ground.STANDARD),
        ("Ersättning enligt 10–12 §§", Ground.STANDARD),
        ("Initiala kostnader", Ground.INITIAL),
        ("Schablonersättning för initiala kostnader", Ground.INITIAL),
        ("16 §", Ground.INITIAL),
        ("13 §", Ground.MOVE_EARLY),
        ("14 §", Ground.MOVE_PERIOD),
        ("14 c §", Ground.ASSIGNED_HOUSING),
        ("14c § engångsbelopp", Ground.ASSIGNED_HOUSING_ONCE),
        ("14 a § 2017:193", Ground.ASYLUM_HOUSING),
        ("Massflykt, engångsbelopp", Ground.ASYLUM_HOUSING_ONCE),
        ("Ensamkommande barn", Ground.UNACCOMPANIED),
        ("29 c §", Ground.UNACCOMPANIED_ONCE),
        ("Skolersättning", Ground.SCHOOL),
        ("14 § 2017:193", None),
        ("16 a § 2017:193", None),
        ("13 och 14 §§", None),
        ("Extra vid flytt", None),
        ("Ensamkommande asylsökande barn", None),
        ("Tidigare ensamkommande", None),
        ("Hälsoundersökning", None),
    ],
)
def test_the_words_of_a_list_mean_a_ground_or_nothing(words: str, ground: Ground | None) -> None:
    assert ground_of(words) is ground


def test_the_number_of_an_instalment_can_stand_in_the_words() -> None:
    assert [instalment_in(words) for words in ("Schablon, utbetalning 3", "Schablon 4/9", "Schablon 2026")] == [
        3,
        4,
        None,
    ]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("16 500,00", "16500.00"),
        ("16\N{NO-BREAK SPACE}500", "16500.00"),
        ("16\N{NARROW NO-BREAK SPACE}500 kr", "16500.00"),
        ("16.500,50", "16500.50"),
        ("16500.5", "16500.50"),
        ("-16 500", "-16500.00"),
        ("−16 500,00 kr", "-16500.00"),
        ("16 500-", "-16500.00"),
        ("'-16 500", "-16500.00"),
        ("1 234 567 kronor", "1234567.00"),
        (16500, "16500.00"),
        (20661.4, "20661.40"),
        (0.1 + 0.2, "0.30"),
    ],
)
def test_swedish_amounts_are_read(cell: Any, amount: str) -> None:
    assert as_amount(cell) == Decimal(amount)


@pytest.mark.parametrize(
    "cell", ["16,500", "16,500.00", "1 2345", "abc", "kr", "1e5", True, date(2026, 1, 1), 1e15, 0.001]
)
def test_what_is_no_amount_is_told(cell: Any) -> None:
    with pytest.raises(CellError):
        as_amount(cell)


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([" ", "\N{NO-BREAK SPACE}", ""]), st.booleans())
def test_an_amount_as_it_is_written_here_is_read_back(amount: Decimal, space: str, kr: bool) -> None:
    whole, ore = f"{abs(amount):,.2f}".replace(",", space).split(".")
    written = f"{'-' if amount < 0 else ''}{whole},{ore}{' kr' if kr else ''}"
    assert as_amount(written) == amount


def test_headings_are_tolerant_of_case_order_and_synonyms() -> None:
    header = [
        "UTBETALT BELOPP",
        "Ersättningstyp",
        "Utbetalningsdag",
        "Personnr",
        "Dossier-/individnummer",
        "Period fr.o.m.",
    ]
    row = ["16 500", "Schablonersättning 3/9", "2026-10-30", "19880412-9875", "10-1", "2026-07-01"]
    found, parsed = rows_of(csv_bytes(header, [row]))
    assert (parsed.problems, parsed.unused) == ([], [])
    [payment] = found
    assert (payment.ground, payment.instalment, payment.amount) == ("standard", 3, Decimal("16500.00"))
    assert (payment.dossier, payment.personal, payment.period_from) == ("10-1", "19880412-9875", date(2026, 7, 1))
    assert payment.number_text == "10-1, 19880412-9875"


def test_a_workbook_is_read_with_its_own_dates_and_numbers() -> None:
    row = [10900001, 8804129875, "Initiala kostnader", None, None, None, 20661.0, datetime(2026, 10, 30), None]  # noqa: DTZ001
    found, parsed = rows_of(as_xlsx([HEADER, row]), "a.xlsx")
    assert parsed.problems == []
    assert (found[0].dossier, found[0].personal, found[0].amount) == ("10900001", "8804129875", Decimal("20661.00"))
    assert found[0].paid_on == date(2026, 10, 30)


def test_the_templates_can_be_filled_in_and_read() -> None:
    assert "inga utbetalningar" in rows_of(LAYOUT.template_csv())[1].problems[0].message
    found, parsed = rows_of(csv_bytes(HEADER, LAYOUT.example_rows()))
    assert (parsed.problems, [row.ground for row in found]) == ([], ["standard", "initial"])
    book = load_workbook(io.BytesIO(LAYOUT.template_xlsx()))
    assert [cell.value for cell in book.worksheets[0][1]] == HEADER
    assert [row[0].value for row in book.worksheets[1].iter_rows(min_row=2)] == HEADER


@pytest.mark.parametrize(
    ("column", "value", "label"),
    [
        ("belopp", "sexton", "belopp"),
        ("belopp", "", "belopp"),
        ("ersattning", "", "ersättning"),
        ("utbetalningsdatum", "i går", "utbetalningsdatum"),
        ("utbetalningsdatum", "2027-10-30", "utbetalningsdatum"),
        ("utbetalning", "10", "utbetalning"),
        ("period_till", "2026-06-30", "period till"),
    ],
)
def test_a_bad_cell_is_told_by_row_and_column(column: str, value: str, label: str) -> None:
    _found, parsed = rows_of(table(ROW, {**ROW, "period_fran": "2026-07-01", column: value}))
    assert [(p.row, p.column) for p in parsed.problems] == [(3, label)]
    assert parsed.problems[0].allowed


def test_a_list_needs_a_number_an_amount_and_a_day() -> None:
    _found, parsed = rows_of(table(ROW, header=["ersattning", "kommentar"]))
    assert {p.column for p in parsed.problems} == {"belopp", "utbetalningsdatum", "dossiernummer"}


def test_a_demo_takes_test_numbers_only() -> None:
    # Birth number 000 is given to nobody.
    row = {**ROW, "dossiernummer": "", "personnummer": "19880412-0007"}
    assert [p.column for p in rows_of(table(row), demo=True)[1].problems] == ["personnummer"]
    assert rows_of(table(row))[1].problems == []


@given(
    cells=st.lists(st.text(max_size=25), min_size=len(HEADER), max_size=len(HEADER)),
    number=st.floats(),
    demo=st.booleans(),
)
def test_whatever_is_in_a_cell_is_read_or_told(cells: list[str], number: float, demo: bool) -> None:
    found, parsed = rows_of(csv_bytes(HEADER, [cells]), demo=demo)
    assert len(found) <= 1
    assert found or parsed.problems
    with suppress(CellError):
        amount = as_amount(number)
        assert amount is not None
        assert abs(amount) < 10**10


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=20), min_size=4, max_size=4))
@pytest.mark.django_db
def test_what_has_no_faults_can_be_brought_in(controller: Actor, texts: list[str]) -> None:
    names = ("dossiernummer", "personnummer", "ersattning", "kommentar")
    try:
        run = stage(controller, {**ROW, **dict(zip(names, texts, strict=True))})
    except ValidationError:
        return
    if not run.summary["errors"]:
        importing.confirm(controller, run.id, TODAY)


# --- whose is a number ------------------------------------------------------------------------------------------------


@pytest.fixture
def numbered(person: Make) -> Make:
    """``numbered(kind, value)``: somebody with one more number."""

    def make(kind: str = "dossier", value: str = "10-900001", **more: Any) -> Person:
        made = person(date(2026, 3, 18), **more)
        Identifier.objects.create(person=made, kind=kind, value=value, source="file", valid_from=TODAY)
        return made

    return make


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["10-900001", "10 900001", "10900001", "0010-900001", "10/900001", "10-900001 "])
def test_a_dossier_number_is_found_however_it_is_written(numbered: Make, written: str) -> None:
    found = numbered()
    assert importing.Numbers(TODAY).find(written, "").person_id == found.id
    assert dossier_mark(written) == "10900001"


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["198804129875", "19880412-9875", "880412-9875", "8804129875", "19880412 9875"])
def test_a_personnummer_is_found_however_it_is_written(numbered: Make, written: str) -> None:
    found = numbered("personnummer", "198804129875")
    assert importing.Numbers(TODAY).find("", written).person_id == found.id
    assert importing.Numbers(TODAY).find(written, "").person_id == found.id


@pytest.mark.django_db
def test_a_samordningsnummer_and_a_number_that_no_longer_holds_are_found(numbered: Make) -> None:
    changed = numbered("samordningsnummer", "198804729807")
    Identifier.objects.filter(value="198804729807").update(valid_to=TODAY)
    assert importing.Numbers(TODAY).find("", "880472-9807").person_id == changed.id


@pytest.mark.django_db
def test_numbers_that_point_at_nobody_or_at_two_say_why(numbered: Make) -> None:
    numbered("dossier", "10-1")
    numbered("dossier", "101")
    numbered("dossier", "55-5")
    numbers = importing.Numbers(TODAY)
    assert numbers.find("10-1", "").reason == ""
    assert {
        "several": numbers.find("10/1", "").reason,
        "unknown": numbers.find("77", "").reason,
        "no_number": numbers.find("", "").reason,
        "unreadable": numbers.find("", "8804").reason,
    } == {name: name for name in ("several", "unknown", "no_number", "unreadable")}
    assert numbers.find("10-1", "").person_id != numbers.find("55-5", "").person_id
    assert set(importing.REASONS) == {"several", "unknown", "no_number", "unreadable"}


# --- staging and confirming -------------------------------------------------------------------------------------------


def stage(actor: Actor, *rows: dict[str, Any], today: date = TODAY) -> PaymentFile:
    return importing.stage(actor, "lista.csv", table(*rows), today)


def bring_in(actor: Actor, *rows: dict[str, Any], today: date = TODAY) -> PaymentFile:
    return importing.confirm(actor, stage(actor, *rows, today=today).id, today)


FEBRUARY = {**ROW, "belopp": "16 500", "utbetalning": "1", "utbetalningsdatum": "2026-02-27"}
STRANGE = {**ROW, "dossiernummer": "99-1", "ersattning": "Särskild ersättning", "utbetalning": "", "belopp": "100,50"}


@pytest.mark.django_db
def test_a_preview_tells_totals_without_persons_and_saves_nothing(numbered: Make, controller: Actor) -> None:
    numbered()
    run = stage(controller, ROW, FEBRUARY, STRANGE)
    assert not Payment.objects.exists()
    assert {name: run.summary[name] for name in ("rows", "new", "known", "unmatched", "errors", "sum")} == {
        "rows": 3,
        "new": 3,
        "known": 0,
        "unmatched": 1,
        "errors": 0,
        "sum": "49600.50",
    }
    assert run.summary["totals"] == [
        ["2026-02-01", "standard", 1, "16500.00"],
        ["2026-10-01", "", 1, "100.50"],
        ["2026-10-01", "standard", 1, "33000.00"],
    ]
    assert (run.staged["unmatched"], run.staged["words"]) == ([[4, "unknown"]], ["Särskild ersättning"])
    entry = AuditEntry.objects.get(action="payments.staged")
    assert (entry.object_ids, entry.details["new"]) == ([str(run.id)], 3)
    assert "totals" not in entry.details


@pytest.mark.django_db
def test_confirming_keeps_every_row_and_empties_the_file(numbered: Make, controller: Actor) -> None:
    found = numbered()
    run = bring_in(controller, ROW, STRANGE)
    assert (run.state, run.staged) == (PaymentFile.State.IMPORTED, {})
    known, loose = Payment.objects.order_by("row")
    assert (known.person, known.matched_by, known.ground, known.instalment) == (found, "number", "standard", 2)
    assert (known.number_text, known.branch) == ("10-900001", found.case.branch)
    assert (loose.person, loose.ground, loose.ground_text, loose.number_text) == (
        None,
        "",
        "Särskild ersättning",
        "99-1",
    )
    assert AuditEntry.objects.filter(action="payments.confirmed").count() == 1


@pytest.mark.django_db
def test_the_same_list_and_one_that_overlaps_bring_in_nothing_twice(numbered: Make, controller: Actor) -> None:
    numbered()
    twice = {**FEBRUARY, "kommentar": "samma dag"}
    bring_in(controller, ROW, FEBRUARY, twice, STRANGE)
    assert Payment.objects.count() == 4
    again = stage(controller, ROW, FEBRUARY, STRANGE)
    assert (again.summary["new"], again.summary["known"], again.summary["unmatched"]) == (0, 3, 0)
    # One more than is stored is new; numbers and grounds may be written otherwise.
    other = {**FEBRUARY, "dossiernummer": "0010900001", "ersattning": "10 §"}
    run = bring_in(controller, FEBRUARY, other, twice, {**ROW, "belopp": "33 001"})
    assert (run.summary["new"], run.summary["known"]) == (2, 2)
    assert Payment.objects.count() == 6


@pytest.mark.django_db
def test_two_previews_of_the_same_list_bring_it_in_once(numbered: Make, controller: Actor) -> None:
    numbered()
    runs = [stage(controller, ROW, STRANGE) for _ in range(2)]
    for run in runs:
        importing.confirm(controller, run.id, TODAY)
    assert Payment.objects.count() == 2
    with pytest.raises(ValidationError, match="redan"):
        importing.confirm(controller, runs[0].id, TODAY)


@pytest.mark.django_db
def test_a_row_matched_later_or_by_another_number_is_still_the_same(numbered: Make, controller: Actor) -> None:
    bring_in(controller, ROW)
    found = numbered()
    Identifier.objects.create(person=found, kind="personnummer", value="198804129875", source="file", valid_from=TODAY)
    run = bring_in(controller, {**ROW, "dossiernummer": "", "personnummer": "880412-9875"}, FEBRUARY)
    assert (run.summary["found_later"], run.summary["new"], run.summary["known"]) == (1, 1, 1)
    assert set(Payment.objects.values_list("person", "matched_by")) == {(found.id, "number")}


@pytest.mark.django_db
def test_a_list_with_faults_brings_in_nothing(controller: Actor) -> None:
    run = stage(controller, ROW, {**ROW, "belopp": "x"})
    assert (run.summary["errors"], run.staged["rows"]) == (1, [])
    with pytest.raises(ValidationError, match="Filen har fel"):
        importing.confirm(controller, run.id, TODAY)
    with pytest.raises(ValidationError, match="CSV och XLSX"):
        importing.stage(controller, "lista.pdf", b"%PDF", TODAY)


@pytest.mark.django_db
def test_confirming_is_all_or_nothing(numbered: Make, controller: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(controller, ROW)
    numbered()
    run = stage(controller, FEBRUARY)
    monkeypatch.setattr(Payment.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        importing.confirm(controller, run.id, TODAY)
    run.refresh_from_db()
    assert (run.state, len(run.staged["rows"])) == (PaymentFile.State.PREVIEWED, 1)
    assert Payment.objects.get().person is None


@pytest.mark.django_db
def test_a_discarded_and_a_forgotten_preview_are_emptied(controller: Actor) -> None:
    old = stage(controller, ROW)
    PaymentFile.objects.filter(id=old.id).update(created_at=timezone.now() - timedelta(days=8))
    run = importing.discard(controller, stage(controller, ROW).id)
    old.refresh_from_db()
    assert {(one.state, one.staged == {}) for one in (run, old)} == {(PaymentFile.State.DISCARDED, True)}
    assert AuditEntry.objects.filter(action="payments.discarded").count() == 2


@pytest.mark.django_db
def test_a_protected_person_is_told_as_any_other_and_stays_hidden(
    numbered: Make, controller: Actor, actor: Callable[..., Actor]
) -> None:
    found = numbered()
    before = stage(controller, ROW)
    Case.objects.filter(id=found.case_id).update(protected_since=timezone.now())
    after = stage(controller, ROW)
    assert (after.summary, after.staged) == (before.summary, before.staged)
    importing.confirm(controller, after.id, TODAY)
    assert Payment.objects.get().person == found
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    assert [month.count for month in importing.came_by_month(trusted)] == [1]
    assert importing.came_by_month(controller) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "written", ["10900001", "10 900001", "T-9, 198804729807", "880472-9807"], ids=["dossier", "space", "both", "ten"]
)
def test_a_loose_row_with_the_number_of_a_protected_person_is_hidden_however_it_is_written(
    numbered: Make, controller: Actor, actor: Callable[..., Actor], written: str
) -> None:
    found = numbered()
    Identifier.objects.create(
        person=found, kind="samordningsnummer", value="198804729807", source="file", valid_from=TODAY
    )
    importing.confirm(controller, stage(controller, ROW).id, TODAY)
    Payment.objects.update(person=None, number_text=written)
    assert Payment.objects.filter(queries.visible_payments(controller)).count() == 1
    Case.objects.filter(id=found.case_id).update(protected_since=timezone.now())
    assert not Payment.objects.filter(queries.visible_payments(controller)).exists()
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    assert Payment.objects.filter(queries.visible_payments(trusted)).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("search", ["10-900001", "10 -900001", "900001"])
def test_a_search_finds_a_dossier_number(numbered: Make, controller: Actor, search: str) -> None:
    found = numbered()
    numbered(value="77-123456")
    assert people_page(controller, permission="compensation.read", search=search) == ([found.id], False)


@pytest.mark.django_db
def test_only_the_reception_reads_lists_in_and_sees_them(controller: Actor, actor: Callable[..., Actor]) -> None:
    run = stage(controller, ROW)
    outside, coordinator_elsewhere = actor(Role.CONTROLLER), actor(Role.COORDINATOR, "school")
    for other in (outside, coordinator_elsewhere, actor(Role.SOCIAL_SECRETARY)):
        with pytest.raises(Refused):
            stage(other, ROW)
    for deed in (importing.preview, importing.discard):
        with pytest.raises(NotVisible):
            deed(outside, run.id)
    with pytest.raises(NotVisible):
        importing.confirm(coordinator_elsewhere, run.id, TODAY)
    assert importing.came_by_month(outside) == importing.recent_files(outside) == []


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_rows(numbered: Make, controller: Actor) -> None:
    numbered()

    def cost(count: int, day: int) -> int:
        rows = [{**ROW, "belopp": str(100 + n), "utbetalningsdatum": f"2026-09-{day:02d}"} for n in range(count)]
        with CaptureQueriesContext(connection) as staged:
            run = stage(controller, *rows, *[{**row, "dossiernummer": "9"} for row in rows])
        with CaptureQueriesContext(connection) as confirmed:
            importing.confirm(controller, run.id, TODAY)
        return sum(not query["sql"].startswith("INSERT") for query in (*staged, *confirmed))

    cost(1, 1)
    assert cost(2, 2) == cost(40, 3)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def run_command(municipality: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    monkeypatch.setattr("hemvist.web.clock.today", lambda: TODAY)
    monkeypatch.setattr(cli, "setup_django", lambda: None)

    def run(data: bytes, *options: str) -> int:
        path = tmp_path / "lista.csv"
        path.write_bytes(data)
        return cli.main(["import", "payments", str(path), *options])

    return run


def test_the_command_imports(run_command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(table(ROW, FEBRUARY)) == 0
    assert "Nya: 2 utbetalningar, varav 2 utan träff på någon person" in capsys.readouterr().out
    assert Payment.objects.count() == 2
    assert AuditEntry.objects.get(action="payments.confirmed").actor_name.startswith("kommandoraden (")


def test_a_dry_run_saves_nothing(run_command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    journal = AuditEntry.objects.count()
    assert run_command(table(ROW), "--dry-run") == 0
    assert "inget är sparat" in capsys.readouterr().out
    assert (Payment.objects.count(), PaymentFile.objects.count(), AuditEntry.objects.count()) == (0, 0, journal)


def test_the_command_tells_the_faults(run_command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    Installation.objects.filter(id=1).update(is_demo=False)
    assert run_command(table({**ROW, "belopp": "x"})) == 1
    assert "rad 2, kolumn belopp: ”x” är inget belopp." in capsys.readouterr().out
    assert PaymentFile.objects.get().staged == {}
