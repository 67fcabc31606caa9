"""What holds for every case: the 36 months, the watch list, ending early, the yearly number."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemvist.law import ending_early, yearly_number
from hemvist.law.acts import acts
from hemvist.law.calendar import add_months, age_on
from hemvist.law.duties import DutyFacts, deadline
from hemvist.law.ending_early import EndGround, Ending, EndingFacts, Programme, Reasons
from hemvist.law.housing_right import (
    ASPECTS,
    Aspect,
    Clock,
    HousingFacts,
    LocalPolicy,
    StartBranch,
    call_back,
    housing_right_ends,
    policy_adds,
    right_of,
    side_by_side,
    stage,
    watch_marks,
)
from hemvist.law.regime import Regime
from hemvist.law.types import Status, Step, one_sided
from hemvist.law.yearly_number import StageKind, Version, check_sequence, criteria, procedure

# The same examples every time, and no limit per example: the first one reads the data files.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

days = st.dates(date(2016, 3, 1), date(2045, 12, 31))
maybe = st.none() | days
seldom = st.sampled_from([False, False, False, True])
known = days | days | days | st.none()
around_2027 = st.dates(date(2026, 6, 1), date(2027, 6, 30)) | known
housing_facts = st.builds(
    HousingFacts,
    assignment_decided_on=around_2027,
    received_on=around_2027,
    left_reception_act_on=around_2027,
    temporary_protection_housing=seldom,
    resettled=st.booleans(),
    without_assignment=seldom,
    joined_assigned=seldom,
    recorded_regime=st.none() | st.none() | st.sampled_from(Regime),
    earlier_right_from=st.none() | maybe,
    coverage_ended_before=seldom,
    first_received_anywhere_on=known,
    coverage_ended_on=st.none() | st.none() | maybe,
)
answers = {
    "T-4": st.sampled_from(["no_right", "right", "right"]),
    "T-6": st.sampled_from(["no_right", "right", "right"]),
    "U15": st.sampled_from(["same_day", "day_before"]),
    "HOUSING-2016": st.sampled_from(["no_limit", "local_limit"]),
}
ruled_on_all = st.fixed_dictionaries(answers)
rulings = ruled_on_all | st.fixed_dictionaries({}, optional=answers)


def words(steps: tuple[Step, ...]) -> None:
    for step in steps:
        assert Step.from_json(step.to_json()) == step
        assert "{" not in step.render()


# --- the clock


@given(housing_facts, rulings)
def test_the_end_is_36_months_after_the_start(facts: HousingFacts, ruled: dict[str, str]) -> None:
    clock = right_of(facts, ruled)
    words(clock.steps)
    if clock.end.value is None:
        assert clock.missing or clock.rulings_needed or clock.exists.value is False or clock.regime.value is None
        return
    assert clock.exists.value is True
    assert clock.start.value is not None
    end = add_months(clock.start.value, 36)
    assert clock.end.value == (end if ruled["U15"] == "same_day" else end - timedelta(days=1))
    assert (clock.missing, clock.rulings_needed) == ((), ())


@given(housing_facts, rulings)
def test_a_start_has_a_branch_with_its_own_fact(facts: HousingFacts, ruled: dict[str, str]) -> None:
    clock = right_of(facts, ruled)
    assert (clock.branch is None) == (clock.start.value is None)
    names = {
        StartBranch.ASSIGNED: "received_on",
        StartBranch.ASSIGNED_AFTER_RECEPTION_ACT: "left_reception_act_on",
        StartBranch.MUNICIPAL_PROTECTION: "left_reception_act_on",
        StartBranch.RE_ENTRY_EARLIER_RIGHT: "earlier_right_from",
        StartBranch.RE_ENTRY_FIRST_RECEPTION: "first_received_anywhere_on",
        StartBranch.RECEIVED_BEFORE_2027: "received_on",
    }
    if clock.branch:
        assert clock.start.value == getattr(facts, names[clock.branch])
        assert any("läggs inte till" in step.text for step in clock.steps)
    if clock.branch is StartBranch.RECEIVED_BEFORE_2027:
        assert clock.start.value is not None
        assert clock.start.value <= date(2026, 12, 31)


@given(housing_facts, rulings)
def test_each_answer_goes_on_from_the_one_before(facts: HousingFacts, ruled: dict[str, str]) -> None:
    clock = right_of(facts, ruled)
    for shorter, longer in ((clock.regime, clock.exists), (clock.exists, clock.start), (clock.start, clock.end)):
        assert longer.steps[: len(shorter.steps)] == shorter.steps
    assert housing_right_ends(facts, ruled) == clock.end
    if clock.exists.value is False:
        assert clock.end == replace(clock.end, value=None, missing=(), rulings_needed=())
        assert clock.start.value is None


@given(housing_facts, ruled_on_all)
def test_with_every_ruling_nothing_is_asked(facts: HousingFacts, ruled: dict[str, str]) -> None:
    assert right_of(facts, ruled).rulings_needed == ()


@given(housing_facts, ruled_on_all, days)
def test_an_earlier_right_never_gives_a_later_end(facts: HousingFacts, ruled: dict[str, str], earlier: date) -> None:
    first = right_of(replace(facts, earlier_right_from=None, coverage_ended_before=False), ruled)
    if first.end.value is None or first.start.value is None or earlier > first.start.value:
        return
    again = right_of(replace(facts, earlier_right_from=earlier, coverage_ended_before=True), ruled)
    assert again.branch is StartBranch.RE_ENTRY_EARLIER_RIGHT
    assert again.end.value is not None
    assert again.end.value <= first.end.value


@given(housing_facts, rulings, days, days)
def test_time_that_is_not_used_changes_nothing(
    facts: HousingFacts, ruled: dict[str, str], notified: date, wanted: date
) -> None:
    before = right_of(facts, ruled)
    back = call_back(notified, wanted)
    words(back.steps)
    assert back.value is not None
    assert back.value >= max(wanted, add_months(notified, 2))
    assert back.value in (wanted, add_months(notified, 2))
    # A later reception of a person whose right has already begun does not move it either.
    if before.start.value and facts.received_on:
        later = replace(facts, earlier_right_from=before.start.value, received_on=max(facts.received_on, back.value))
        after = right_of(later, ruled)
        assert (after.start.value, after.end.value) == (before.start.value, before.end.value)


def test_the_clock_has_no_day_of_today() -> None:
    assert not any("today" in item.name for item in (*fields(HousingFacts), *fields(Clock)))


def test_the_duty_and_the_clock_say_the_same_day() -> None:
    facts = {"assignment_decided_on": date(2027, 1, 12), "received_on": date(2027, 2, 15), "resettled": True}
    duty = deadline("housing_right_ends", DutyFacts(**facts), rulings={"U15": "same_day"})
    assert duty.value == right_of(HousingFacts(**facts), {"U15": "same_day"}).end.value == date(2030, 2, 15)


# --- both acts


@given(housing_facts, rulings)
def test_both_acts_answer_the_same_questions(facts: HousingFacts, ruled: dict[str, str]) -> None:
    old, new = side_by_side(facts, ruled)
    assert (old.regime, new.regime) == (Regime.BOS_2016, Regime.BOS_2026)
    assert list(old.rows) == list(new.rows) == list(Aspect) == list(ASPECTS)
    for side in (old, new):
        words(tuple(side.rows.values()))
        assert all(step.source and step.source.act in acts() for step in side.rows.values())
    clock = right_of(facts, ruled)
    if clock.exists.value:
        assert new.governs is True
    if clock.regime.value:
        assert old.governs is (clock.regime.value is Regime.BOS_2016)


# --- the watch list


@given(days, st.lists(st.integers(1, 60), max_size=6))
def test_the_marks_come_in_order_before_the_end(end: date, months: list[int]) -> None:
    marks = watch_marks(end, tuple(months))
    assert [mark.months for mark in marks] == sorted(set(months), reverse=True)
    assert [mark.day for mark in marks] == sorted(mark.day for mark in marks)
    assert all(mark.day < end and not mark.ended for mark in marks)


@given(days, st.integers(-2000, 60), st.lists(st.integers(1, 60), max_size=6))
def test_the_stage_is_the_tightest_mark_that_is_reached(end: date, ahead: int, months: list[int]) -> None:
    today = end + timedelta(days=ahead)
    found = stage(end, today, tuple(months))
    if ahead > 0:
        assert found
        assert found.ended
        return
    reached = [mark for mark in watch_marks(end, tuple(months)) if mark.day <= today]
    assert found == (min(reached, key=lambda mark: mark.months) if reached else None)


@pytest.mark.parametrize("marks", [(0,), (12, -1)])
def test_a_mark_below_a_month_is_refused(marks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="hela månader"):
        watch_marks(date(2030, 2, 15), marks)


# --- the municipality's own policy


@given(housing_facts, rulings, st.sampled_from(LocalPolicy), st.integers(1, 120), maybe)
def test_a_policy_never_shortens_the_right(
    facts: HousingFacts, ruled: dict[str, str], kind: LocalPolicy, months: int, lease_end: date | None
) -> None:
    clock = right_of(facts, ruled)
    steps = policy_adds(kind, clock, months=months, lease_end=lease_end)
    words(steps)
    end = clock.end.value
    goes_before = any("Lagen går före" in step.text for step in steps)
    if end is None:
        assert not goes_before
    elif lease_end is not None:
        assert goes_before == (lease_end < end)
    else:
        assert clock.start.value
        last = add_months(clock.start.value, months) - timedelta(days=1)
        assert goes_before == (kind is LocalPolicy.LIMITED and last < end)


def test_a_limited_policy_needs_its_months() -> None:
    with pytest.raises(ValueError, match="antal månader"):
        policy_adds(LocalPolicy.LIMITED, right_of(HousingFacts()))


# --- ending early

# Around one day, so that a clear way to a decision is not too seldom met.
THE_DAY = date(2028, 5, 10)
near = st.none() | st.dates(THE_DAY - timedelta(days=40), THE_DAY + timedelta(days=10))
ending_facts = st.builds(
    EndingFacts,
    ground=st.sampled_from(EndGround),
    on=st.just(THE_DAY) | days,
    birth_date=st.none() | st.dates(date(1970, 1, 1), date(2012, 12, 31)),
    right_ends_on=st.none() | st.dates(THE_DAY - timedelta(days=2), date(2030, 1, 1)),
    programme=st.none() | st.sampled_from(Programme),
    no_referral_since=near,
    acceptable_reasons=st.none() | st.sampled_from(Reasons),
    withdrawal_decided_on=near,
    withdrawal_final_on=near,
    circumstances_within_control=st.none() | st.booleans(),
    lease_forfeited_on=near,
    separated_on=near,
    children_affected=st.none() | st.booleans(),
    minor_in_household=st.booleans(),
    best_interests_assessed=st.booleans(),
    communicated_on=near,
    reply_by=near,
    replied=st.booleans(),
    reasons_written=st.booleans(),
    appeal_instruction=st.booleans(),
)
BY_AGE = (EndGround.NOT_IN_PROGRAMME, EndGround.ASSIGNMENT_WITHDRAWN)


@given(ending_facts)
def test_nobody_under_20_loses_the_right_by_ground_one_or_two(facts: EndingFacts) -> None:
    if facts.ground in BY_AGE and facts.birth_date and age_on(facts.birth_date, facts.on) < 20:
        assert not ending_early.test(facts).open
    if facts.ground in BY_AGE and facts.birth_date is None:
        assert not ending_early.test(facts).may_decide


@given(ending_facts)
def test_a_clear_way_has_nothing_in_it(facts: EndingFacts) -> None:
    found = ending_early.test(facts)
    assert found.open == (found.blocks == ())
    assert found.may_decide == (found.blocks == () and found.lacks == ())
    words((*found.blocks, *found.lacks, *found.notes))
    for step in (*found.blocks, *found.lacks, *found.notes):
        assert step.source
        assert step.source.act in acts()


CLEAR = EndingFacts(
    ground=EndGround.NOT_IN_PROGRAMME,
    on=THE_DAY,
    birth_date=date(2000, 1, 1),
    right_ends_on=date(2029, 1, 1),
    no_referral_since=date(2028, 1, 1),
    acceptable_reasons=Reasons.NONE,
    withdrawal_decided_on=date(2028, 1, 1),
    withdrawal_final_on=date(2028, 2, 1),
    circumstances_within_control=True,
    lease_forfeited_on=date(2028, 1, 1),
    separated_on=date(2028, 2, 1),
    children_affected=False,
    communicated_on=date(2028, 3, 1),
    reply_by=date(2028, 4, 1),
    reasons_written=True,
    appeal_instruction=True,
)
ON_ITS_OWN = {
    EndGround.NOT_IN_PROGRAMME: CLEAR,
    EndGround.ASSIGNMENT_WITHDRAWN: replace(
        CLEAR, ground=EndGround.ASSIGNMENT_WITHDRAWN, programme=Programme.INTRODUCTION
    ),
    EndGround.TENANCY_FORFEITED: replace(CLEAR, ground=EndGround.TENANCY_FORFEITED),
}


@given(st.sampled_from(EndGround), ending_facts, st.sets(st.sampled_from([item.name for item in fields(EndingFacts)])))
def test_a_decision_never_rests_on_what_is_not_there(ground: EndGround, other: EndingFacts, names: set[str]) -> None:
    """Whatever is changed in a clear case: when the way is still clear, what the law asks for is there."""
    changed = {name: getattr(other, name) for name in names - {"ground"}}
    facts = replace(ON_ITS_OWN[ground], **changed)
    if not ending_early.test(facts).may_decide:
        return
    assert facts.on >= date(2027, 1, 1)
    assert facts.right_ends_on
    assert facts.right_ends_on >= facts.on
    assert facts.communicated_on
    assert facts.communicated_on <= facts.on
    assert facts.replied or (facts.reply_by and facts.communicated_on <= facts.reply_by < facts.on)
    assert facts.reasons_written
    assert facts.appeal_instruction
    assert facts.children_affected is not None
    assert facts.best_interests_assessed or not (facts.children_affected or facts.minor_in_household)
    if ground in BY_AGE:
        assert facts.birth_date
        assert age_on(facts.birth_date, facts.on) >= 20
    if ground is EndGround.NOT_IN_PROGRAMME:
        assert facts.acceptable_reasons is Reasons.NONE
        assert facts.programme in (None, Programme.OTHER)
        assert facts.no_referral_since
        assert facts.no_referral_since <= facts.on
    elif ground is EndGround.ASSIGNMENT_WITHDRAWN:
        assert facts.programme not in (None, Programme.OTHER)
        assert facts.circumstances_within_control is True
        assert facts.withdrawal_decided_on
        assert facts.withdrawal_final_on
        assert facts.withdrawal_decided_on <= facts.withdrawal_final_on <= facts.on
    else:
        assert facts.lease_forfeited_on
        assert facts.separated_on
        assert facts.lease_forfeited_on <= facts.separated_on <= facts.on


@pytest.mark.parametrize("ground", EndGround)
def test_a_clear_case_is_clear_and_still_a_matter_for_people(ground: EndGround) -> None:
    found = ending_early.test(ON_ITS_OWN[ground])
    assert found.may_decide
    assert "får besluta" in found.notes[0].text
    assert "måste inte" in found.notes[0].text


def test_the_test_holds_no_outcome() -> None:
    assert {item.name for item in fields(Ending)} == {"ground", "blocks", "lacks", "notes"}


def test_what_was_only_proposed_is_no_ground() -> None:
    assert len(EndGround) == len(ending_early.GROUNDS) == 3
    assert all(item.status is Status.PROPOSED for item in ending_early.NOT_ENACTED)
    assert not {item.code for item in ending_early.NOT_ENACTED} & {*map(str, EndGround)}


def test_the_suggested_reasons_decide_nothing() -> None:
    codes = {item.code for item in ending_early.ACCEPTABLE_REASONS_SUGGESTED}
    assert len(codes) == len(ending_early.ACCEPTABLE_REASONS_SUGGESTED) == 5
    assert not codes & {*map(str, Reasons)}
    assert all(item.source.act == "2017:820" for item in ending_early.ACCEPTABLE_REASONS_SUGGESTED)


def test_the_programmes_are_the_three_of_the_ordinance() -> None:
    assert {source.act for _, source in ending_early.PROGRAMMES.values()} == {"2007:414", "2007:813", "2017:820"}
    assert set(Programme) - set(ending_early.PROGRAMMES) == {Programme.OTHER}


# --- the yearly number

versions = st.lists(
    st.builds(
        Version,
        kind=st.sampled_from(StageKind),
        number=st.integers(0, 300),
        on=st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    ),
    max_size=8,
)


@given(st.integers(2025, 2029), versions)
def test_the_order_they_are_written_in_does_not_matter(year: int, rows: list[Version]) -> None:
    found = check_sequence(year, rows)
    words(tuple(found))
    assert found == check_sequence(year, sorted(rows, key=lambda row: (row.on, list(StageKind).index(row.kind))))
    if not found:
        first = {}
        for row in rows:
            first[row.kind] = min(row.on, first.get(row.kind, row.on))
        for kind in (StageKind.SWAP, StageKind.REVISED):
            assert kind not in first or first[StageKind.DECIDED] <= first[kind]
        if StageKind.WISH in first:
            assert year >= 2027
            assert first[StageKind.PRELIMINARY] <= first[StageKind.WISH]
        if StageKind.DECIDED in first:
            assert first[StageKind.DECIDED] < date(year, 1, 1)


@given(st.integers(2017, 2040), st.integers(0, 300))
def test_a_year_that_follows_the_procedure_has_no_problem(year: int, number: int) -> None:
    ahead = [stage.kind for stage in procedure(year) if stage.kind not in (StageKind.REVISED, StageKind.SWAP)]
    rows = [Version(kind, number, date(year - 1, 9, 1) + timedelta(days=n)) for n, kind in enumerate(ahead)]
    assert check_sequence(year, [*rows, Version(StageKind.SWAP, number, date(year, 3, 1))]) == []


def test_every_text_of_the_rules_is_in_both_languages() -> None:
    texts = [
        *ASPECTS.values(),
        *(text for text, _ in ending_early.GROUNDS.values()),
        *(text for text, _ in ending_early.PROGRAMMES.values()),
        *(item.text for item in ending_early.ACCEPTABLE_REASONS_SUGGESTED),
        *(item.text for item in ending_early.NOT_ENACTED),
        *(item.text for item in yearly_number.CRITERIA),
        *yearly_number.STAGES.values(),
        *(stage.by for year in (2026, 2027) for stage in procedure(year)),
    ]
    assert one_sided(**{str(place): text for place, text in enumerate(texts)}) == []


def test_the_criteria_hang_together() -> None:
    known = {item.code: item for item in yearly_number.CRITERIA}
    assert len(known) == len(yearly_number.CRITERIA)
    assert set(yearly_number.STAGES) == set(StageKind)
    for item in criteria(Regime.BOS_2026):
        assert not item.continues or known[item.continues].regime is Regime.BOS_2016
    assert [item.code for item in criteria(Regime.BOS_2016) if item.optional] == ["housing_supply_2016"]
    assert all(item.source.act in acts() for item in yearly_number.CRITERIA)
