"""What the law asks of the municipality: every obligation has an act, and one takes over from another without hole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemvist import cli
from hemvist.law import acts, obligations
from hemvist.law.obligations import Obligation
from hemvist.law.types import Status

FIRST, LAST = date(2016, 3, 1), date(2028, 12, 31)
DAYS = st.dates(FIRST, LAST)
ALL = obligations.obligations()
PAIRS = [(ALL[item.continues], item) for item in ALL.values() if item.continues]


def problems(row: str, more: str = "") -> list[str]:
    return obligations.validate(obligations.load(f"[{row}{more and ', '}{more}]"))


def item(code: str = "x", act: str = "2016:38", **fields: str) -> str:
    given = {"section": "5 §", "responsible": "kommun", "text": "{sv: Å, en: A}"} | fields
    return "{" + ", ".join([f"code: {code}", f"act: '{act}'", *(f"{k}: {v}" for k, v in given.items())]) + "}"


def test_the_stored_obligations_are_sound() -> None:
    assert obligations.validate() == []


def test_every_obligation_names_an_act_in_the_register_and_its_address() -> None:
    for found in ALL.values():
        assert found.act in acts.acts()
        assert found.source.url.endswith(found.act)


@given(DAYS)
def test_on_every_day_exactly_one_of_a_linked_pair_holds(day: date) -> None:
    for before, after in PAIRS:
        assert before.holds(day) != after.holds(day), (before.code, after.code)


def test_the_pairs_change_on_the_day_of_the_new_act() -> None:
    switches = {after.code: after.valid_from for _before, after in PAIRS}
    assert switches["receive_2026"] == date(2027, 1, 1)
    assert switches["support_2026"] == date(2026, 10, 1)
    for before, after in PAIRS:
        assert after.valid_from is not None
        eve = after.valid_from - timedelta(days=1)
        assert (before.status_on(eve), after.status_on(eve)) == (Status.IN_FORCE, Status.DECIDED)
        assert (before.status_on(after.valid_from), after.holds(after.valid_from)) == (Status.REPEALED, True)


@given(DAYS)
def test_an_obligation_never_holds_outside_its_act(day: date) -> None:
    for found in ALL.values():
        if found.holds(day):
            assert acts.act(found.act).status_on(day) is Status.IN_FORCE, found.code


def test_receiving_is_always_somebodys_duty_and_housing_only_from_2027() -> None:
    receiving = [ALL["receive_2016"], ALL["receive_2026"]]
    assert all(any(one.holds(day) for one in receiving) for day in (FIRST, date(2026, 12, 31), date(2027, 1, 1), LAST))
    assert not ALL["arrange_housing"].holds(date(2026, 12, 31))
    assert ALL["arrange_housing"].holds(date(2027, 1, 1))


def test_what_an_amendment_brought_in_begins_with_it() -> None:
    assert ALL["activity_supply"].valid_from == acts.starts("2026:730")
    assert not ALL["sfi_outreach_plan"].holds(date(2025, 12, 31))
    assert ALL["sfi_outreach_plan"].holds(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (item(act="1900:1"), "1900:1 finns inte i acts.yaml"),
        (item(text="Å"), "text ska finnas på svenska och engelska"),
        (item(text="{}"), "text saknas"),
        (item(section="''"), "paragraf saknas"),
        (item(responsible="kung"), "responsible ska finnas"),
        (item(verified="false"), "skriv i note"),
        (item(introduced_by="'2025:1311'"), "2025:1311 är ingen ändring av 2016:38"),
        (item(introduced_by="'1900:2'"), "1900:2 är ingen ändring av 2016:38"),
        (item(valid_from="2015-01-01"), "börjar före 2016:38"),
        (item(repealed_from="2028-01-01"), "slutar efter 2016:38"),
        (item(valid_from="2017-01-01", repealed_from="2017-01-01"), "slutar innan den börjar"),
        (item(continues="y"), "skyldigheten y finns inte"),
    ],
)
def test_validate_finds_the_fault_in_an_obligation(row: str, problem: str) -> None:
    found = problems(row)
    assert any(problem in one for one in found), found


@pytest.mark.parametrize("start", ["2026-12-31", "2027-01-02"])
def test_an_overlap_or_a_hole_between_two_obligations_is_found(start: str) -> None:
    old = item("old", "2016:38", repealed_from="2027-01-01")
    new = item("new", "2025:400", continues="old", valid_from=start)
    assert problems(old, new) == ["new: börjar inte den dag då old upphör"]
    assert problems(old, item("new", "2025:400", continues="old", valid_from="2027-01-01")) == []


def test_two_that_take_over_from_the_same_one_are_found() -> None:
    old = item("old", "2016:38")
    both = ", ".join(item(code, "2026:1326", continues="old") for code in ("a", "b"))
    assert problems(old, both) == ["old: två skyldigheter tar vid efter den"]


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="x står två gånger"):
        obligations.load(f"[{item()}, {item()}]")


def test_the_check_command_tells_a_fault_in_the_obligations(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken: Mapping[str, Obligation] = obligations.load(f"[{item(act='1900:1')}]")
    monkeypatch.setattr(obligations, "obligations", lambda: broken)
    assert cli.main(["law", "check"]) == 1
    assert "x: 1900:1 finns inte i acts.yaml" in capsys.readouterr().out
