"""The law's data: parameters, acts, duties and open questions hang together and refuse what is not law."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from hemvist import cli
from hemvist.law import acts, ages, claims, duties, parameters, rulings
from hemvist.law.duties import DUTIES, DutyFacts, DutyNotFound, applies, deadline
from hemvist.law.parameters import ParameterNotFound, ParameterNotInForce, ReceptionDateNeeded
from hemvist.law.rulings import UnknownRuling
from hemvist.law.types import Status, Step, Text, one_sided

DOCS = Path(__file__).parents[2] / "docs" / "law"
GOLDEN = Path(__file__).parent / "golden"


def row(value: object, start: str, end: str | None = None, **more: object) -> dict[str, object]:
    last = date.fromisoformat(end) if end else None
    base = {"value": value, "valid_from": date.fromisoformat(start), "valid_to": last}
    return base | {"act": "2016:39", "section": "10 §"} | more


def register(*rows: dict[str, object], **group: object) -> parameters.Register:
    return parameters.parse({"x": {"label": {"sv": "X", "en": "X"}, "unit": "år", "values": list(rows)} | group})


def test_the_stored_parameters_are_sound() -> None:
    assert parameters.validate() == []


def test_the_stored_duties_are_sound() -> None:
    assert duties.validate() == []


def test_the_stored_acts_are_sound() -> None:
    assert acts.validate() == []


def test_a_text_is_swedish_until_a_language_is_asked_for() -> None:
    both = Text.read({"sv": "år", "en": "years"})
    assert (str(both), f"{both}", both.in_language("sv")) == ("år", "år", "år")
    assert (both.in_language("en"), both.in_language("en-gb")) == ("years", "years")
    assert Text.read("år").in_language("en") == "år"
    assert both
    assert not Text.read(None)
    assert one_sided(a=both, b=Text("år"), c=Text(), d=Text("", "years")) == ["b", "d"]


def test_a_text_in_a_step_is_stored_in_both_languages() -> None:
    values = {"note": Text("ja", "yes"), "day": date(2026, 11, 23), "sum": Decimal("18.50")}
    step = Step("{note}, {day}, {sum}", values)
    assert Step.from_json(json.loads(json.dumps(step.to_json()))) == step
    assert step.render() == "ja, 2026-11-23, 18.50"


def test_a_text_without_english_is_found() -> None:
    known = parameters.parse({"x": {"label": "X", "unit": "år", "values": [row(1, "2020-01-01", note="Y")]}})
    assert [found.split(": ")[1] for found in parameters.validate(known)] == [
        "label ska finnas på svenska och engelska",
        "note ska finnas på svenska och engelska",
    ]
    found = acts.validate(acts.load("[{sfs: '1900:1', title: {sv: X, en: X}, short: {sv: X}, changes: X}]"))
    assert [problem.split()[1] for problem in found] == ["short", "changes"]
    rule = "{due: none, source: ['2016:38', 5 §]}"
    data = f"[{{key: x, number: '1', title: x, responsible: kung, kind: may, note: y, rules: [{rule}]}}]"
    assert [problem.split()[1] for problem in duties.validate(duties.load(data))] == ["title", "responsible", "note"]


def test_an_act_without_a_title_is_found() -> None:
    assert acts.validate(acts.load("[{sfs: '1900:1'}]")) == ["1900:1: titel eller kort titel saknas"]


def test_every_unit_and_responsible_party_is_in_both_languages() -> None:
    words = [*(text for pair in parameters.UNITS.values() for text in pair), *duties.RESPONSIBLE.values()]
    assert one_sided(**{str(place): text for place, text in enumerate(words)}) == []


def test_a_unit_bends_with_its_value() -> None:
    one, two = register(row(1, "2020-01-01", "2020-12-31"), row(2, "2021-01-01"))["x"]
    assert [item.unit_text.en for item in (one, two)] == ["year", "years"]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([row(1, "2020-01-01", "2020-12-31"), row(2, "2021-02-01")], "glapp"),
        ([row(1, "2020-01-01", "2021-12-31"), row(2, "2021-02-01")], "överlappar"),
        ([row(1, "2020-01-01"), row(2, "2021-02-01")], "överlappar"),
        ([row(1, "2020-01-01", section="")], "hänvisning saknas"),
        ([row(1, "2020-01-01", act="1900:1")], "finns inte i acts.yaml"),
        ([row(1, "2020-01-01", "2019-01-01")], "slutar före"),
    ],
)
def test_validate_finds_the_problem(rows: list[dict[str, object]], problem: str) -> None:
    assert any(problem in found for found in parameters.validate(register(*rows)))


def test_a_missing_unit_is_found() -> None:
    known = parameters.parse({"x": {"values": [row(1, "2020-01-01")]}})
    assert any("enhet" in found for found in parameters.validate(known))


def test_an_unknown_unit_is_found() -> None:
    known = parameters.parse({"x": {"label": {"sv": "X", "en": "X"}, "unit": "mil", "values": [row(1, "2020-01-01")]}})
    assert any("enheten mil" in found for found in parameters.validate(known))


EARLIER = {"received_to": date(2025, 12, 31)}
LATER = {"received_from": date(2026, 1, 1)}


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        # Before 2026 everyone was received before 2026, so the second row alone divides the cohorts.
        ([row(1, "2023-01-01", **EARLIER), row(2, "2026-01-01", **LATER)], []),
        ([row(1, "2020-01-01", "2025-12-31"), row(1, "2026-01-01", **EARLIER), row(2, "2026-01-01", **LATER)], []),
        (
            [row(1, "2023-01-01", **EARLIER), row(2, "2026-01-01", received_from=date(2026, 2, 1))],
            ["x 2026-01-01: glapp för den som togs emot från 2026-01-01"],
        ),
        (
            [row(1, "2023-01-01", **EARLIER), row(2, "2026-03-01", **LATER)],
            ["x 2026-01-01: glapp för den som togs emot från 2026-01-01"],
        ),
        (
            [row(1, "2023-01-01", "2026-12-31", **EARLIER), row(2, "2026-01-01", **LATER)],
            ["x 2027-01-01: glapp för den som togs emot före 2026-01-01"],
        ),
        (
            [row(1, "2023-01-01", received_to=date(2026, 1, 31)), row(2, "2026-01-01", **LATER)],
            ["x 2026-01-01: överlappar värdet från 2023-01-01 för den som togs emot från 2026-01-01"],
        ),
        (
            [row(1, "2023-01-01"), row(2, "2026-01-01", **LATER)],
            ["x 2026-01-01: överlappar värdet från 2023-01-01 för den som togs emot från 2026-01-01"],
        ),
        (
            [row(1, "2023-01-01", "2024-12-31", **EARLIER), row(2, "2026-01-01", **LATER)],
            [
                "x 2026-01-01: glapp efter 2024-12-31",
                "x 2026-01-01: glapp för den som togs emot före 2026-01-01",
            ],
        ),
    ],
)
def test_the_cohorts_hang_together(rows: list[dict[str, object]], problems: list[str]) -> None:
    assert parameters.validate(register(*rows)) == problems


def test_an_unknown_year_may_be_absent_but_never_a_cohort() -> None:
    rows = [row(1, "2023-01-01", "2023-12-31"), row(1, "2025-01-01", **EARLIER), row(2, "2027-01-01", **LATER)]
    found = parameters.validate(register(*rows), gaps_allowed={"x"})
    assert found == ["x 2026-01-01: glapp för den som togs emot från 2026-01-01"]


def test_a_value_by_cohort_asks_when_the_person_was_received() -> None:
    known = register(row(1, "2023-01-01", **EARLIER), row(2, "2026-01-01", **LATER))
    for day in (date(2024, 5, 5), date(2026, 5, 5)):
        with pytest.raises(ReceptionDateNeeded, match="mottagandedatum"):
            parameters.get("x", day, source=known)
    paid = date(2026, 1, 31)
    assert parameters.get("x", paid, received_on=date(2025, 12, 31), source=known).value == 1
    assert parameters.get("x", paid, received_on=date(2026, 1, 1), source=known).value == 2


@pytest.mark.parametrize(
    ("rows", "group", "problem"),
    [
        ([row(1, "2020-01-01")], {"basis": "moon"}, "basis moon är okänd, välj bland payment, received"),
        ([row(1, "2020-01-01", **EARLIER)], {"basis": "received"}, "dagen är redan mottagandedatum"),
        ([row(1, "2020-01-01", **LATER | EARLIER)], {}, "slutar före sin början"),
        ([row(25.1, "2020-01-01")], {"unit": "procent"}, "inte exakt"),
        ([row(1, "2020-01-01"), row(0.5, "2021-01-01")], {}, "inte exakt"),
    ],
)
def test_validate_finds_the_problem_in_a_group(
    rows: list[dict[str, object]], group: dict[str, object], problem: str
) -> None:
    assert any(problem in found for found in parameters.validate(register(*rows, **group)))


def test_per_cent_is_exact_and_a_list_is_a_tuple() -> None:
    (item,) = register(row(["25.10", "0"], "2020-01-01"), unit="procent", basis="payment")["x"]
    assert item.value == (Decimal("25.1"), Decimal(0))
    assert [str(part) for part in item.value] == ["25.10", "0"]
    assert item.basis == "payment"


def test_a_value_that_nobody_has_read_is_provisional() -> None:
    assert parameters.get("price_base_amount", date(2027, 5, 5)).provisional
    assert not parameters.get("price_base_amount", date(2026, 5, 5)).provisional


def test_a_change_day_is_where_a_value_or_a_cohort_begins() -> None:
    known = register(row(1, "2023-01-01"), row(2, "2026-02-01", **LATER), row(3, "2030-01-01", status="proposed"))
    days = {date(2023, 1, 1), date(2026, 1, 1), date(2026, 2, 1)}
    assert parameters.change_days(known) == {("x", day) for day in days}
    cases = [
        {"key": "x", "day": date(2023, 1, 1)},
        {"key": "x", "day": date(2026, 2, 2), "received_on": date(2026, 1, 1)},
    ]
    assert parameters.untried(cases, known) == [("x", date(2026, 2, 1))]


def test_the_command_finds_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["law", "check", "--golden", str(GOLDEN)]) == 0
    assert capsys.readouterr().out == "Lagens data: inga fel\n"


def test_the_command_finds_a_fault_in_the_claim_grounds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = replace(claims.ground_of("funeral"), parameters=("okänd",))
    monkeypatch.setattr(claims, "GROUNDS", {"funeral": faulty})
    assert cli.main(["law", "check", "--golden", str(GOLDEN)]) == 1
    assert capsys.readouterr().out == "funeral: parametern okänd finns inte\nLagens data: 1 fel\n"


def test_the_command_tells_which_golden_case_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = yaml.safe_load((GOLDEN / "parameters.yaml").read_text("utf-8"))
    kept = [case for case in cases if case["facts"]["key"] != "asylum.funeral"]
    (tmp_path / "parameters.yaml").write_text(yaml.safe_dump(kept), "utf-8")
    assert cli.main(["law", "check", "--golden", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"asylum.funeral 2026-10-01: provfall saknas, lägg till ett i {tmp_path}",
        "Lagens data: 1 fel",
    ]


def test_the_command_says_when_there_are_no_golden_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["law", "check"]) == 0
    assert "kontrollerades inte" in capsys.readouterr().out
    assert cli.main(["law", "check", "--golden", "borta"]) == 1
    assert "Mappen borta finns inte" in capsys.readouterr().out


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ParameterNotFound, match="finns inte"):
        parameters.get("reception.deadline", date(2026, 11, 23))


def test_an_unknown_year_is_refused() -> None:
    with pytest.raises(ParameterNotFound, match="Kända perioder"):
        parameters.get("assignments.national_number", date(2023, 5, 5))


def test_a_proposal_is_refused_in_a_real_case_and_read_in_a_what_if() -> None:
    with pytest.raises(ParameterNotInForce, match="föreslagen"):
        parameters.get("age.pension_limit", date(2032, 5, 5))
    assert parameters.get("age.pension_limit", date(2032, 5, 5), what_if=True).value == 67


def test_a_what_if_prefers_the_proposal_and_a_real_case_what_is_in_force() -> None:
    known = register(row(1, "2020-01-01"), row(2, "2021-01-01", status="proposed"))
    day = date(2022, 1, 1)
    assert parameters.get("x", day, source=known).value == 1
    assert parameters.get("x", day, what_if=True, source=known).value == 2
    assert parameters.validate(known) == []


@pytest.mark.parametrize(
    ("key", "day", "value", "source"),
    [
        ("reception.deadline_months", date(2026, 12, 31), 2, "10 § 2016:39"),
        ("reception.deadline_months", date(2027, 1, 1), 2, "14 § 2026:1330"),
        ("age.pension_limit", date(2025, 12, 31), 66, "11 § 2010:1122"),
        ("age.pension_limit", date(2026, 1, 1), 67, "riktålder för 2026 2019:780"),
        ("activity.child_school_years", date(2028, 6, 30), 1, "12 kap. 4 b § 3 st 2025:400"),
        (
            "activity.child_school_years",
            date(2028, 7, 1),
            2,
            "12 kap. 4 b § 3 st (ändring 2026:733) 2025:400",
        ),
        ("assignments.national_number", date(2017, 3, 8), 30600, "ändring 2016:874 2016:40"),
        ("assignments.national_number", date(2017, 3, 9), 23600, "ändring 2017:27 2016:40"),
        ("assignments.national_number", date(2026, 12, 31), 8200, "2 § (ändring 2025:894) 2016:40"),
        ("assignments.national_number", date(2027, 1, 1), 1600, "3 § (ändring 2026:1707) 2026:1330"),
    ],
)
def test_a_value_changes_on_its_day(key: str, day: date, value: int, source: str) -> None:
    found = parameters.get(key, day)
    assert (found.value, str(found.source)) == (value, source)
    assert found.source.url.endswith(found.source.act)


def test_a_decided_value_is_in_force_from_its_day_and_repealed_after_its_last() -> None:
    old, new = parameters.register()["reception.deadline_months"]
    assert new.status_on(date(2026, 12, 31)) is Status.DECIDED
    assert new.status_on(date(2027, 1, 1)) is Status.IN_FORCE
    assert old.status_on(date(2026, 12, 31)) is Status.IN_FORCE
    assert old.status_on(date(2027, 1, 1)) is Status.REPEALED


def test_an_act_passes_from_decided_to_repealed() -> None:
    assert acts.act("2026:1326").status_on(date(2026, 12, 31)) is Status.DECIDED
    assert acts.act("2026:1326").status_on(date(2027, 1, 1)) is Status.IN_FORCE
    assert acts.act("2016:38").status_on(date(2026, 12, 31)) is Status.IN_FORCE
    assert acts.act("2016:38").status_on(date(2027, 1, 1)) is Status.REPEALED


def test_an_act_without_a_first_day_says_where_to_fill_it_in() -> None:
    with pytest.raises(ValueError, match=r"acts\.yaml"):
        acts.starts("2010:800")
    assert acts.act("2010:800").source.url.endswith("2010:800")


def test_every_replaced_or_amended_act_points_at_a_known_one() -> None:
    known = acts.acts()
    assert {item.replaced_by for item in known.values() if item.replaced_by} <= set(known)
    assert {item.amends for item in known.values() if item.amends} <= set(known)


def test_the_switch_of_october_2026_is_told() -> None:
    told = acts.changes_between(date(2026, 9, 30), date(2026, 10, 1))
    begins = {change.act.sfs for change in told if change.begins}
    assert begins == {"2026:999", "2026:1715", "2026:1720", "2026:1728"}
    assert {change.act.sfs for change in told if not change.begins} == {"1994:137", "1994:361"}
    assert acts.changes_between(date(2026, 10, 1), date(2026, 12, 31)) == ()


def test_the_switch_of_2027_is_told_with_what_it_changes() -> None:
    told = acts.changes_between(date(2026, 12, 31), date(2027, 1, 1))
    begins = [change.act for change in told if change.begins]
    assert {"2026:1326", "2026:1330", "2026:1332", "2026:1697"} <= {item.sfs for item in begins}
    assert all(item.changes and item.status is Status.DECIDED for item in begins)
    changed = {item.key for item in parameters.changes_between(date(2026, 12, 31), date(2027, 1, 1))}
    assert {"housing.right_months", "reception.deadline_months", "assignments.national_number"} <= changed


def test_an_unknown_duty_is_refused() -> None:
    with pytest.raises(DutyNotFound, match="sfi_strat"):
        deadline("sfi_strat", DutyFacts())


def test_whether_a_duty_applies_is_told_apart_from_no_day() -> None:
    assert applies("arrange_housing", DutyFacts(assignment_decided_on=date(2027, 1, 1))) is True
    assert applies("arrange_housing", DutyFacts(assignment_decided_on=date(2026, 12, 31))) is False
    assert applies("arrange_housing", DutyFacts()) is None
    assert applies("civic_orientation_outreach", DutyFacts()) is True


def test_a_duty_tells_its_paragraphs_and_status() -> None:
    duty = DUTIES["arrange_housing"]
    assert list(map(str, duty.sources)) == ["10 § 2026:1326"]
    assert duty.status_on(date(2026, 12, 31)) is Status.DECIDED
    assert duty.status_on(date(2027, 1, 1)) is Status.IN_FORCE


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("{due: none, source: ['1900:1', 1 §]}", "1900:1 finns inte"),
        ("{due: none, when: {okänt: true}, source: ['2016:38', 5 §]}", "faktum okänt"),
        ("{due: at_once, anchor: okänt, source: ['2016:38', 5 §]}", "ankaret okänt"),
        ("{due: at_once, source: ['2016:38', 5 §]}", "behöver ett ankare"),
        ("{due: imorgon, source: ['2016:38', 5 §]}", "inget känt sätt"),
        ("{anchor: received_on, source: ['2016:38', 5 §]}", "på ett sätt"),
        ("{anchor: received_on, parameter: okänd, source: ['2016:38', 5 §]}", "parametern okänd"),
        ("{anchor: received_on, parameter: civic_orientation.hours, source: ['2016:38', 5 §]}", "timmar"),
        ("{ruling: T-6, options: {ja: {due: none}}, source: ['2016:38', 5 §]}", "frågan T-6"),
    ],
)
def test_validate_finds_the_fault_in_a_duty(rule: str, problem: str) -> None:
    text = f"[{{key: x, number: '1', title: x, responsible: kommun, kind: may, rules: [{rule}]}}]"
    assert any(problem in found for found in duties.validate(duties.load(text)))


def test_an_unknown_option_in_a_ruling_is_refused() -> None:
    with pytest.raises(UnknownRuling, match="T-6"):
        rulings.given("T-6", {"T-6": "kanske"})


def test_a_day_before_the_known_values_gives_no_day() -> None:
    answer = deadline("sfi_start", DutyFacts(sfi_right_from=date(2010, 1, 1)))
    assert answer.value is None
    assert "inget värde" in answer.steps[-1].text


def test_every_duty_and_question_is_in_the_prose() -> None:
    prose = "".join((DOCS / name).read_text("utf-8") for name in ("duties.md", "compensation.md"))
    assert [key for key in (*duties.DUTIES, *rulings.QUESTIONS) if f"`{key}`" not in prose] == []


@pytest.mark.parametrize(
    ("on", "preschool", "school"),
    [
        (date(2021, 3, 2), False, False),
        (date(2021, 3, 3), True, False),
        (date(2026, 6, 30), True, False),
        (date(2026, 7, 1), False, True),
        (date(2036, 6, 30), False, True),
        (date(2036, 7, 1), False, False),
    ],
)
def test_school_begins_in_the_autumn_of_the_year_of_the_sixth_birthday(on: date, preschool: bool, school: bool) -> None:
    birth = date(2020, 3, 3)
    assert (ages.is_preschool_age(birth, on), ages.is_school_age(birth, on)) == (preschool, school)


def test_adult_and_pension_age_change_on_the_birthday() -> None:
    assert not ages.is_adult(date(2008, 11, 24), date(2026, 11, 23))
    assert ages.is_adult(date(2008, 11, 23), date(2026, 11, 23))
    assert ages.under_pension_age(date(1959, 11, 24), date(2026, 11, 23))
    assert not ages.under_pension_age(date(1959, 11, 23), date(2026, 11, 23))
    assert not ages.under_pension_age(date(1959, 11, 23), date(2025, 12, 31))
