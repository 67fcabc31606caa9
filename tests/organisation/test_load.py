"""Loading a folder into the database, and what the queries then say."""

from __future__ import annotations

import argparse
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from hemvist.compensation.queries import Keys
from hemvist.organisation import cli, queries
from hemvist.organisation.check import folder
from hemvist.organisation.models import (
    Actor,
    Board,
    Branch,
    Department,
    Function,
    GlossaryTerm,
    GoverningDecision,
    HistoricalFigure,
    LocalRuling,
    Municipality,
    PlanTemplate,
    Responsibility,
    Unit,
)
from hemvist.organisation.services import FolderError, load_municipality, record_ruling

TODAY = date(2026, 11, 23)
BEFORE_THE_MOVE = date(2024, 9, 23)
THE_MOVE = date(2024, 9, 24)

pytestmark = pytest.mark.django_db


def edited(tmp_path: Path, file: str, old: str, new: str) -> Path:
    copy = Path(shutil.copytree(folder("enkoping"), tmp_path / "enkoping", dirs_exist_ok=True))
    text = (copy / file).read_text("utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), "utf-8")
    return copy


@pytest.fixture
def enkoping() -> None:
    load_municipality("enkoping", today=TODAY)


@pytest.fixture
def nothing() -> None:
    """A database in which no municipality has been loaded."""
    for model in (
        Responsibility,
        Actor,
        Unit,
        Department,
        Branch,
        Function,
        GoverningDecision,
        HistoricalFigure,
        PlanTemplate,
        GlossaryTerm,
        Municipality,
        Board,
    ):
        model.objects.all().delete()


def test_loading_twice_changes_nothing(enkoping: None) -> None:
    before = Municipality.objects.get().loaded_at
    report = load_municipality("enkoping", today=TODAY)
    assert report.nothing_changed
    assert str(report) == "Enköpings kommun: inget har ändrats."
    assert Municipality.objects.get().loaded_at == before
    assert PlanTemplate.objects.count() == 1


def test_a_changed_name_changes_one_row(enkoping: None, tmp_path: Path) -> None:
    unit = Unit.objects.get(code="integration")
    copy = edited(tmp_path, "organisation.yaml", "      sv: Integrationsenheten\n", "      sv: Mottagningsenheten\n")
    report = load_municipality(copy, today=TODAY)
    assert report.changed == {"unit": 1, "municipality": 1}
    assert not report.created
    unit.refresh_from_db()
    assert unit.name_sv == "Mottagningsenheten"


def test_a_unit_that_vanishes_is_closed_and_comes_back(enkoping: None, tmp_path: Path) -> None:
    copy = edited(tmp_path, "organisation.yaml", "  - code: ame_uan\n", "  - code: ame_old\n")
    text = (copy / "responsibilities.yaml").read_text("utf-8")
    (copy / "responsibilities.yaml").write_text(text.replace("unit: ame_uan", "unit: ame_old"), "utf-8")
    Unit.objects.filter(code="ame_uan").update(closed_on=None)
    report = load_municipality(copy, today=TODAY)
    assert report.closed == {"unit": 1}
    assert Unit.objects.get(code="ame_uan").closed_on == TODAY
    load_municipality("enkoping", today=TODAY)
    assert Unit.objects.get(code="ame_uan").closed_on == THE_MOVE


def test_a_changed_plan_is_a_new_version_and_the_old_stays(enkoping: None, tmp_path: Path) -> None:
    old, items = queries.current_plan_template()
    copy = edited(tmp_path, "plan.yaml", "title: {sv: Inred bostaden,", "title: {sv: Möblera bostaden,")
    assert load_municipality(copy, today=TODAY).new_plan
    new, changed = queries.current_plan_template()
    assert old != new
    assert PlanTemplate.objects.count() == 2
    assert [item.code for item in items] == [item.code for item in changed]
    assert queries.plan_items_by_code()["TA17-furnish"].title.sv == "Möblera bostaden"
    assert not load_municipality(copy, today=TODAY).new_plan


def test_a_folder_with_an_error_is_refused_and_nothing_changes(enkoping: None, tmp_path: Path) -> None:
    copy = edited(tmp_path, "organisation.yaml", "      sv: Integrationsenheten\n", "      sv: Mottagningsenheten\n")
    (copy / "plan.yaml").write_text("", "utf-8")
    with pytest.raises(FolderError) as refused:
        load_municipality(copy, today=TODAY)
    assert [problem.message for problem in refused.value.problems if problem.severity == "error"] == ["filen är tom"]
    assert Unit.objects.get(code="integration").name_sv == "Integrationsenheten"


def test_the_database_belongs_to_one_municipality(enkoping: None) -> None:
    with pytest.raises(FolderError) as refused:
        load_municipality("exempelby", today=TODAY)
    assert "databasen hör till Enköpings kommun (0381)" in refused.value.problems[0].message


def test_the_other_municipality_is_another_organisation(nothing: None) -> None:
    load_municipality("exempelby", today=TODAY)
    unit = queries.responsible_unit("reception", TODAY)
    assert unit
    assert (unit.code, unit.board.code, unit.branch.secrecy_key) == ("welcome", "KS", "26:1")
    before = queries.responsible_unit("reception", date(2025, 2, 28))
    assert before
    assert before.board.code == "VN"
    assert len(queries.current_plan_template()[1]) < 30
    owner = queries.municipality()
    assert owner
    assert owner.housing_policy["years"] == 2
    assert owner.case_number_prefix == "EXB"
    assert queries.who_does_what("", TODAY).gaps == ()


def test_the_command_loads_or_says_why_not(enkoping: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    right = parser.parse_args(["municipality", "load", "enkoping"])
    assert right.run(right) == 0
    assert "Enköpings kommun: inget har ändrats." in capsys.readouterr().out
    copy = edited(tmp_path, "plan.yaml", "function: housing", "function: houssing")
    wrong = parser.parse_args(["municipality", "load", str(copy)])
    assert wrong.run(wrong) == 1
    printed = capsys.readouterr().out
    assert "Menade du housing?" in printed
    assert "Ingenting har ändrats." in printed


# --- who answers for what -----------------------------------------------------------------------------------


def test_the_answer_depends_on_the_day(enkoping: None) -> None:
    before, after = (queries.responsible_unit("labour_market", day) for day in (BEFORE_THE_MOVE, THE_MOVE))
    assert before
    assert after
    assert (before.board.code, after.board.code) == ("UAN", "SN")
    assert queries.responsible_unit("labour_market", date(2000, 1, 1)) is None
    assert queries.responsible_unit("economy", TODAY) is None
    assert queries.responsible_unit("nonsense", TODAY) is None


def test_the_whole_map_in_one_query(enkoping: None, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(1):
        found = queries.responsibility_map(TODAY)
        owners = {thing.function: (unit.branch.code, unit.board.code) for thing, unit in found.items()}
    assert owners["reception"] == owners["coordination"] == ("reception", "UN")
    assert owners["sfi"] == ("education", "UN")
    assert owners["social_assistance"] == ("social_services", "SN")
    assert set(owners) == set(Function.objects.values_list("code", flat=True)) - {
        "economy",
        "housing_right",
        "reception_wish",
    }
    assert {item.function for item in queries.current_plan_template()[1]} <= set(owners)


def test_the_database_refuses_two_current_answers_and_backward_periods(enkoping: None) -> None:
    row = Responsibility.objects.get(function__code="reception")
    with pytest.raises(IntegrityError), transaction.atomic():
        Responsibility.objects.create(function=row.function, unit=row.unit, valid_from=TODAY, decision_reference="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Responsibility.objects.filter(pk=row.pk).update(valid_to=row.valid_from)


def test_branches_name_their_secrecy_as_the_law_module_does(enkoping: None) -> None:
    keys = {branch.code: branch.secrecy_key for branch in Branch.objects.all()}
    assert keys["reception"] == keys["social_services"] == "26:1"
    assert (keys["education"], keys["school"], keys["leisure"], keys["migration"]) == ("23:5", "23:1", "21", "37:1")


def test_the_overview_narrows_to_a_search_in_either_language(enkoping: None) -> None:
    everything = queries.who_does_what("", TODAY)
    assert [row.function.code for row in everything.gaps] == ["housing_right", "reception_wish", "economy"]
    assert {row.function.code for row in everything.unconfirmed} == {
        "civic_orientation",
        "associations",
        "contact_center",
    }
    assert "ame_uan" not in {unit.code for unit in everything.units}
    assert [decision.code for decision in everything.decisions] == ["DE1", "DE2", "DE3", "DE4", "DE5"]
    for search in ("språkkafé", "sprakkafe", "LANGUAGE CAFÉ", "EA03"):
        assert [unit.code for unit in queries.who_does_what(search, TODAY).units] == ["library"]
    assert {row.function.code for row in queries.who_does_what("socialnämnden", TODAY).functions} >= {
        "labour_market",
        "youth_outreach",
    }
    assert [d.code for d in queries.who_does_what("KS2023/781", TODAY).decisions] == ["DE1"]
    assert queries.who_does_what("zzz", TODAY).empty


def test_the_overview_costs_the_same_however_much_there_is(enkoping: None, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(9):
        overview = queries.who_does_what("", TODAY)
        for unit in overview.units:
            str(unit.board), str(unit.department), list(unit.contributions.all())
        for row in overview.functions:
            str(row.now and row.now.unit.board)


def test_a_unit_with_its_share_of_the_plan(enkoping: None) -> None:
    page = queries.unit_page("ame", TODAY)
    assert page
    assert [answer.function.code for answer in page.answers] == ["labour_market"]
    assert {item.code for item in page.items} == {"EA04-handover", "EA04-ame", "EA05-programme"}
    assert queries.unit_page("nonsense", TODAY) is None


# --- the state's money --------------------------------------------------------------------------------------


def test_the_key_of_a_day_divides_every_ground_wholly(enkoping: None, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(3):
        [key] = queries.distribution_keys()
        boards = {share.unit.board.code for shares in key.shares.values() for share in shares}
    assert boards == {"UN", "SN"}
    assert all(sum(share.percent for share in shares) == 100 for shares in key.shares.values())
    largest = max(key.shares["standard"], key=lambda share: share.percent)
    assert (largest.unit.code, largest.percent) == ("school", Decimal(55))
    assert Keys(TODAY).on(TODAY) == key
    assert Keys(TODAY).on(date(2016, 2, 29)) is None


def test_enkoping_says_that_its_key_and_its_accounts_are_examples(enkoping: None) -> None:
    key, accounts = Keys(TODAY).on(TODAY), queries.accounts()
    assert key
    assert accounts
    assert (key.confirmed, accounts.confirmed) == (False, False)
    assert key.note.startswith("Exempel. ")
    assert accounts.note.startswith("Exempel. ")
    with translation.override("en"):
        english = Keys(TODAY).on(TODAY)
        assert english
        assert english.note.startswith("Example. ")


def test_the_key_changes_on_its_day(nothing: None) -> None:
    load_municipality("exempelby", today=TODAY)
    before, after = (Keys(TODAY).on(day) for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert before
    assert after
    assert (before.reference, after.reference) == ("KS 2025-02-10 § 15", "KS 2026-10-12 § 121")
    assert before.confirmed
    assert not before.note
    assert {share.unit.code: share.percent for share in after.shares["initial"]} == {
        "welcome": Decimal("62.5"),
        "livelihood": Decimal("37.5"),
    }
    accounts = queries.accounts()
    assert accounts
    assert (accounts.receivable, accounts.income["standard"]) == ("1681", "3511")


def test_a_changed_key_changes_one_row(enkoping: None, tmp_path: Path) -> None:
    copy = edited(tmp_path, "compensation.yaml", "    confirmed: false\n", "    confirmed: true\n")
    report = load_municipality(copy, today=TODAY)
    assert report.changed == {"municipality": 1}
    key = Keys(TODAY).on(TODAY)
    assert key
    assert key.confirmed
    assert load_municipality(copy, today=TODAY).nothing_changed


def test_without_key_or_accounts_there_is_none(enkoping: None, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder("enkoping"), tmp_path / "enkoping"))
    (copy / "compensation.yaml").write_text("keys: []\n", "utf-8")
    load_municipality(copy, today=TODAY)
    assert (Keys(TODAY).on(TODAY), queries.accounts()) == (None, None)


def test_a_database_loaded_before_the_file_was_there_has_no_key(enkoping: None, nothing: None) -> None:
    assert (Keys(TODAY).on(TODAY), queries.accounts()) == (None, None)
    Municipality.objects.create(id=1, code="0381", data={"settings": {}})
    assert (Keys(TODAY).on(TODAY), queries.accounts()) == (None, None)


# --- history and glossary -----------------------------------------------------------------------------------


def test_history_keeps_gaps_and_contradictions(enkoping: None) -> None:
    series = {s.code: {point.year: point for point in s.points} for s in queries.history()}
    received = series["received_assigned"]
    assert {year: point.value for year, point in received.items() if point.value} == {
        2016: 146,
        2017: 129,
        2018: 90,
        2025: 7,
    }
    assert all(received[year].gap for year in range(2019, 2025))
    expected = series["expected_further"][2025]
    assert expected.conflict
    assert expected.value is None
    assert sorted(map(str, expected.figures)) == ["5–10", "8"]
    total = series["received_total"][2018]
    parts = {figure.category: figure.value for figure in total.parts}
    assert total.value == 179 == sum(v or 0 for k, v in parts.items() if k != "unaccompanied")
    assert parts["quota"] == 25
    assert series["assigned"][2026].value == 25 == sum(f.value or 0 for f in series["assigned"][2026].parts)


def test_texts_follow_the_reader(enkoping: None) -> None:
    with translation.override("en"):
        assert queries.glossary()["anvisning"].startswith("The Migration Agency's decision")
        assert str(Unit.objects.get(code="library")) == "The library"
        assert queries.terms()[0].term < queries.terms()[-1].term
    with translation.override("sv"):
        assert queries.glossary()["assignment"].startswith("Migrationsverkets beslut")
        assert [term.term for term in queries.terms("kvotflykting")] == ["vidarebosatt"]


# --- local rulings ------------------------------------------------------------------------------------------


def rule(**changes: object) -> LocalRuling:
    values: dict[str, object] = {
        "key": "HOUSING-2016",
        "answer": "no_limit",
        "decided_on": date(2026, 5, 1),
        "decided_by": "Utbildningsnämnden",
        "reference": "UN2026/1",
        "reason": "Kommunen ger tillsvidareboende.",
        "registered_by": "systemförvaltare",
        "today": TODAY,
    }
    return record_ruling(**{**values, **changes})  # type: ignore[arg-type]


def test_a_ruling_holds_from_its_day_and_a_later_one_replaces_it(enkoping: None) -> None:
    rule()
    rule(answer="local_limit", decided_on=date(2026, 9, 1))
    assert queries.rulings_on(date(2026, 4, 30)) == {}
    assert queries.rulings_on(date(2026, 5, 1)) == {"HOUSING-2016": "no_limit"}
    assert queries.rulings_on(TODAY) == {"HOUSING-2016": "local_limit"}


def test_a_correction_is_a_new_row_and_the_corrected_is_ignored(enkoping: None) -> None:
    wrong = rule(answer="local_limit", decided_on=date(2026, 9, 1))
    rule(decided_on=date(2026, 8, 1), corrects=wrong)
    assert queries.rulings_on(TODAY) == {"HOUSING-2016": "no_limit"}
    assert LocalRuling.objects.count() == 2
    with pytest.raises(ValidationError):
        rule(corrects=wrong)


@pytest.mark.parametrize(
    ("field", "value"),
    [("key", "T-99"), ("answer", "maybe"), ("decided_on", date(2027, 1, 1)), ("decided_by", " "), ("reason", "")],
)
def test_a_ruling_that_cannot_be_right(enkoping: None, field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        rule(**{field: value})
    assert field in refused.value.message_dict
