"""Owed against paid: what is matched with what, which reasons are told, and what must hold whatever is in the lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.compensation import (
    CompensationFacts,
    Entitlement,
    Ground,
    InitialRate,
    Registration,
    Route,
    Stay,
    StayForm,
    entitlements,
)
from hemvist.law.rulings import QUESTIONS
from hemvist.planning.reconciliation import (
    ASSUMPTIONS,
    REPAYMENT,
    Alternative,
    Kind,
    Line,
    Owed,
    Paid,
    explained,
    other_cohort,
    other_reading,
    reconcile,
)

TODAY = date(2027, 7, 10)
HOME = "Enköping"
P = "person-1"


def person(**changes: Any) -> CompensationFacts:
    """Received on 12 October 2026: instalments of 16 500 in November, 33 000 in January, then 16 500 a quarter."""
    facts = CompensationFacts(
        birth_date=date(1990, 5, 14),
        received_on=date(2026, 10, 12),
        first_municipality=HOME,
        initial_rate=InitialRate.ASSIGNED_2016,
        registrations=(Registration(date(2026, 10, 12), HOME),),
    )
    return replace(facts, **changes)


def owed(facts: CompensationFacts) -> list[Owed]:
    return [Owed(P, item) for item in entitlements(facts, until=TODAY) if item.municipality == HOME]


def elsewhere(facts: CompensationFacts) -> list[Owed]:
    return [Owed(P, item) for item in entitlements(facts, until=TODAY) if item.municipality != HOME]


def paid(amount: Any, day: str, ground: Ground | None = Ground.STANDARD, **more: Any) -> Paid:
    return Paid(
        id=f"{day}-{amount}-{sorted(more.items())}",
        person=P,
        amount=Decimal(str(amount)),
        paid_on=date.fromisoformat(day),
        ground=ground,
        **more,
    )


def run(facts: CompensationFacts, *payments: Paid, today: date = TODAY, explain: Any = tuple) -> dict[str, Line]:
    lines = explained(reconcile(owed(facts), payments, today=today, elsewhere=elsewhere(facts)), explain, today)
    assert len({line.code for line in lines}) == len(lines)
    return {line.code: line for line in lines}


def codes(line: Line) -> set[str]:
    return {reason.code for reason in line.reasons}


INITIAL = paid(20661, "2026-11-30", Ground.INITIAL)
FIRST = paid(16500, "2026-11-30")
SECOND = paid(33000, "2027-01-31")
THIRD = paid(16500, "2027-04-28")


# --- matching ---------------------------------------------------------------------------------------------------------


def test_what_is_paid_in_its_month_is_matched_without_numbers() -> None:
    lines = run(person(), INITIAL, FIRST, SECOND, THIRD)

    assert {code for code, line in lines.items() if line.kind is Kind.MATCHED} == {
        "initial..",
        "standard.1.",
        "standard.2.",
        "standard.3.",
    }
    assert {line.kind for code, line in lines.items() if code > "standard.4"} == {Kind.NOT_DUE}
    assert not any(line.reasons or line.needs_attention or line.difference for line in lines.values())


def test_what_is_due_and_not_paid_is_missing_with_the_months_that_have_gone() -> None:
    lines = run(person(), INITIAL, FIRST, THIRD)
    line = lines["standard.2."]
    assert (line.kind, line.months_late, line.difference) == (Kind.MISSING, 6, Decimal(-33000))
    assert lines["standard.3."].kind is Kind.MATCHED


def test_on_its_last_day_nothing_is_missing_yet() -> None:
    on = date(2027, 1, 31)
    assert run(person(), INITIAL, FIRST, today=on)["standard.2."].kind is Kind.NOT_DUE
    assert run(person(), INITIAL, FIRST, today=date(2027, 2, 1))["standard.2."].kind is Kind.MISSING


@pytest.mark.parametrize(("day", "months"), [("2027-02-02", 1), ("2027-04-15", 3)])
def test_up_to_three_months_later_it_is_matched_and_told_as_late(day: str, months: int) -> None:
    line = run(person(), INITIAL, FIRST, paid(33000, day))["standard.2."]
    assert (line.kind, line.months_late) == (Kind.MATCHED, months)
    assert "late" in codes(line)


def test_later_than_that_only_a_number_brings_it_to_its_amount() -> None:
    assert run(person(), paid(33000, "2027-06-10"))["standard.2."].kind is Kind.MISSING
    line = run(person(), paid(33000, "2027-06-10", number=2))["standard.2."]
    assert (line.kind, line.months_late) == (Kind.MATCHED, 5)


def test_a_month_before_it_is_early() -> None:
    line = run(person(), paid(33000, "2026-12-20"))["standard.2."]
    assert (line.kind, line.needs_attention) == (Kind.EARLY, False)


def test_several_payments_add_up_and_a_repayment_reduces() -> None:
    whole = run(person(), FIRST, paid(20000, "2027-01-30"), paid(13000, "2027-02-26"))["standard.2."]
    assert (whole.kind, len(whole.payments)) == (Kind.MATCHED, 2)
    less = run(person(), FIRST, SECOND, paid(-1000, "2027-03-30", number=2))["standard.2."]
    assert (less.kind, less.difference) == (Kind.DIFFERING, Decimal(-1000))
    back = run(person(), FIRST, SECOND, paid(-33000, "2027-06-30"))["standard.2."]
    assert (back.kind, back.paid, back.difference) == (Kind.MISSING, Decimal(0), Decimal(-33000))


def test_a_repayment_finds_what_was_paid_too_much() -> None:
    lines = run(person(), INITIAL, FIRST, paid(16500, "2026-11-30", number=1), SECOND, paid(-16500, "2027-05-20"))
    assert lines["standard.1."].kind is Kind.MATCHED
    settled = run(person(registrations=(Registration(date(2026, 10, 12), ""),)), THIRD, paid(-16500, "2027-07-05"))
    assert [line.kind for line in settled.values() if line.payments] == [Kind.MATCHED]


def test_the_same_amount_twice_may_have_to_be_repaid() -> None:
    line = run(person(), INITIAL, FIRST, paid(16500, "2026-11-30", number=1))["standard.1."]
    assert (line.kind, line.at_risk) == (Kind.DIFFERING, Decimal(16500))
    assert "paid_twice" in codes(line)
    assert all(step in line.steps for step in REPAYMENT)


def test_unknown_words_are_guessed_by_amount_and_month_or_stay_unknown() -> None:
    lines = run(person(), INITIAL, FIRST, paid(33000, "2027-01-31", None), paid(33001, "2027-01-31", None))
    guess = lines["standard.2."]
    assert (guess.kind, guess.guessed, guess.needs_attention) == (Kind.MATCHED, True, True)
    assert codes(guess) == {"guessed"}
    unknown = lines["unknown..2027-01-31"]
    assert (unknown.kind, unknown.ground, unknown.at_risk) == (Kind.UNEXPECTED, "", Decimal(33001))
    assert "unknown_ground" in codes(unknown)


def test_stays_are_matched_by_their_period() -> None:
    stay = Stay(StayForm.MUNICIPAL_TEMPORARY_PROTECTION, date(2026, 4, 10), date(2026, 6, 15), HOME)
    facts = person(received_on=None, registrations=(), stays=(stay,))
    lines = run(
        facts,
        paid(6300, "2026-05-30", Ground.ASYLUM_HOUSING, period_from=date(2026, 4, 10)),
        paid(15000, "2026-05-30", Ground.ASYLUM_HOUSING_ONCE),
        paid(9300, "2026-06-30", Ground.ASYLUM_HOUSING),
        paid(300, "2026-08-30", Ground.ASYLUM_HOUSING, period_from=date(2026, 7, 1)),
    )
    kinds = {code: line.kind for code, line in lines.items()}
    assert kinds == {
        "asylum_housing..2026-04-01": Kind.MATCHED,
        "asylum_housing_once..2026-04-01": Kind.MATCHED,
        "asylum_housing..2026-05-01": Kind.MATCHED,
        "asylum_housing..2026-06-01": Kind.MISSING,
        "asylum_housing..2026-07-01": Kind.UNEXPECTED,
    }


def test_what_must_be_applied_for_says_so_and_is_never_early() -> None:
    stay = Stay(StayForm.ASSIGNED_HOUSING, date(2026, 10, 5), date(2026, 12, 20), HOME)
    facts = person(received_on=None, registrations=(), stays=(stay,))
    total = sum(one.item.amount for one in owed(facts) if one.item.ground is Ground.ASSIGNED_HOUSING)  # type: ignore[misc]
    missing = run(facts)["assigned_housing..2026-10-01"]
    assert (missing.kind, codes(missing)) == (Kind.MISSING, {"application"})
    came = run(facts, paid(total, "2027-02-20", Ground.ASSIGNED_HOUSING))["assigned_housing..2026-10-01"]
    assert (came.kind, came.months_late) == (Kind.MATCHED, 0)


def test_an_amount_that_is_not_known_is_compared_with_nothing() -> None:
    item = Entitlement(ground=Ground.INITIAL, amount=None, municipality=HOME, due_on=date(2026, 11, 30))
    [line] = reconcile([Owed(P, item)], [INITIAL], today=TODAY)
    assert (line.kind, line.difference, codes(line)) == (Kind.MATCHED, Decimal(0), {"amount_unknown"})


# --- reasons ----------------------------------------------------------------------------------------------------------


def test_what_goes_to_another_municipality_is_told_with_its_paragraph() -> None:
    moved = (Registration(date(2026, 10, 12), HOME), Registration(date(2027, 2, 3), "Uppsala"))
    lines = run(person(registrations=moved), INITIAL, FIRST, SECOND, paid(16500, "2027-04-28", number=3))
    line = lines["standard.3."]
    assert (line.kind, codes(line), line.at_risk) == (Kind.UNEXPECTED, {"not_registered_here"}, Decimal(16500))
    assert "Beloppet hör till Uppsala" in line.reasons[0].step.render()
    without_number = run(person(registrations=moved), INITIAL, FIRST, SECOND, THIRD)["standard.3."]
    assert codes(without_number) == {"not_registered_here"}


def test_what_goes_to_nobody_or_to_the_first_municipality_is_told() -> None:
    dead = run(person(died_on=date(2027, 1, 5)), paid(16500, "2027-04-28", number=3))["standard.3."]
    assert codes(dead) == {"nobody"}
    facts = person(first_municipality="Uppsala")
    lines = run(facts, INITIAL, paid(16500, "2026-11-30", number=1))
    assert {code: codes(line) for code, line in lines.items() if line.kind is Kind.UNEXPECTED} == {
        "initial..": {"not_first"},
        "standard.1.": {"not_first"},
    }


def alternatives(*found: tuple[Any, CompensationFacts]) -> Any:
    return lambda: [Alternative(reason, tuple(one.item for one in owed(facts))) for reason, facts in found]


def test_an_assumption_is_told_when_it_gives_just_what_came() -> None:
    older = person(birth_date=date(1950, 1, 1))
    explain = alternatives(
        (ASSUMPTIONS["age_from_limit"], older),
        (ASSUMPTIONS["not_registered_here"], person(registrations=(Registration(date(2026, 10, 12), ""),))),
        (ASSUMPTIONS["rate_other"], person(initial_rate=InitialRate.OTHER)),
        (ASSUMPTIONS["received_later"], person(received_on=date(2026, 11, 12))),
    )
    lines = run(person(), paid(4132, "2026-11-30", Ground.INITIAL), paid(9260, "2026-11-30"), SECOND, explain=explain)
    assert codes(lines["initial.."]) == {"rate_other"}
    assert codes(lines["standard.1."]) == {"age_from_limit"}
    assert codes(lines["standard.3."]) == {"not_registered_here"}
    late = run(person(), paid(33000, "2027-02-26"), explain=explain)["standard.2."]
    assert codes(late) == {"late", "received_later"}


def test_an_extra_that_another_reading_gives_explains_a_payment() -> None:
    moved = (Registration(date(2026, 10, 12), "Uppsala"), Registration(date(2027, 5, 3), HOME))
    facts = person(first_municipality="Uppsala", registrations=moved)
    extra = [one for one in owed(facts) if one.item.ground is not Ground.MOVE_PERIOD]
    reading = other_reading(QUESTIONS["U3"], "end_of_month")
    found = reconcile(extra, [paid(16500, "2027-07-05", Ground.MOVE_PERIOD, number=4)], today=TODAY)
    lines = explained(found, alternatives((reading, facts)), TODAY)
    line = next(line for line in lines if line.ground == Ground.MOVE_PERIOD)
    assert (line.kind, codes(line)) == (Kind.UNEXPECTED, {"U3"})


def test_an_extra_in_the_same_row_as_the_instalment_is_told() -> None:
    moved = (Registration(date(2026, 10, 12), "Uppsala"), Registration(date(2027, 2, 3), HOME))
    facts = person(first_municipality="Uppsala", registrations=moved)
    lines = run(facts, paid(33000, "2027-04-28", number=3))
    assert (lines["standard.3."].difference, lines["move_period.3."].difference) == (Decimal(16500), Decimal(-16500))
    assert "paid_together" in codes(lines["standard.3."]) & codes(lines["move_period.3."])


def test_every_sentence_can_be_read_and_cites_a_paragraph() -> None:
    for reason in ASSUMPTIONS.values():
        assert reason.step.render().startswith("Det stämmer om")
        assert reason.step.source
        assert reason.step.source.section
    assert "2026:1697" in str(other_cohort(date(2027, 1, 1), before=True).step.source)
    assert other_cohort(date(2026, 1, 1), before=False).step.render().endswith("2026-01-01 eller senare.")


# --- whatever is in the lists -----------------------------------------------------------------------------------------

GROUNDS = [Ground.STANDARD, Ground.INITIAL, Ground.MOVE_PERIOD, Ground.ASYLUM_HOUSING, Ground.SCHOOL]
AMOUNTS = [Decimal(n) for n in (-16500, -100, 0, 100, 9260, 16500, 33000)]
PAID = ("person", "amount", "paid_on", "ground", "number", "period_from")
MONTHS = st.integers(0, 24).map(lambda n: add_months(date(2025, 7, 1), n))


@st.composite
def any_owed(draw: st.DrawFn) -> Owed:
    ground, first = draw(st.sampled_from(GROUNDS)), draw(MONTHS)
    numbered = ground in (Ground.STANDARD, Ground.MOVE_PERIOD)
    period = None if numbered or ground is Ground.INITIAL else (first, end_of_month(first))
    return Owed(
        draw(st.sampled_from("ab")),
        Entitlement(
            ground=ground,
            amount=draw(st.one_of(st.none(), st.sampled_from([a for a in AMOUNTS if a >= 0]))),
            municipality=HOME,
            due_on=end_of_month(first),
            number=draw(st.integers(1, 9)) if numbered else None,
            period=period,
            route=draw(st.sampled_from(Route)),
        ),
    )


@st.composite
def any_lists(draw: st.DrawFn) -> tuple[list[Owed], list[Paid], list[Owed]]:
    paid_rows = st.builds(
        lambda *values: dict(zip(PAID, values, strict=True)),
        st.sampled_from("abc"),
        st.sampled_from(AMOUNTS),
        MONTHS,
        st.one_of(st.none(), st.sampled_from(GROUNDS)),
        st.one_of(st.none(), st.integers(1, 9)),
        st.one_of(st.none(), MONTHS),
    )
    rows = draw(st.lists(paid_rows, max_size=14))
    own, others = draw(st.lists(any_owed(), max_size=12)), draw(st.lists(any_owed(), max_size=4))
    keys = {(one.person, one.item.key) for one in own}
    return (
        own,
        [Paid(id=str(n), **row) for n, row in enumerate(rows)],
        [one for one in others if (one.person, one.item.key) not in keys],
    )


def payments_of(lines: Sequence[Line]) -> list[Paid]:
    return [payment for line in lines for payment in line.payments]


@settings(deadline=None)
@given(any_lists(), st.randoms())
def test_nothing_is_lost_doubled_or_dependent_on_order(
    lists: tuple[list[Owed], list[Paid], list[Owed]], random: Any
) -> None:
    expected, payments, others = lists
    lines = reconcile(expected, payments, today=date(2026, 9, 15), elsewhere=others)

    assert Counter(payment.id for payment in payments_of(lines)) == Counter(payment.id for payment in payments)
    assert sum(line.paid for line in lines) == sum(payment.amount for payment in payments)
    keys = Counter((line.person, line.key) for line in lines)
    assert set(keys.values()) <= {1}
    assert {(one.person, one.item.key) for one in expected} <= set(keys)
    assert {(line.person, line.key) for line in lines if line.owed} == {(one.person, one.item.key) for one in expected}

    shuffled = [*payments]
    random.shuffle(shuffled)
    assert reconcile(expected, shuffled, today=date(2026, 9, 15), elsewhere=others) == lines
    assert reconcile(expected, payments_of(lines), today=date(2026, 9, 15), elsewhere=others) == lines


@settings(deadline=None)
@given(any_lists())
def test_a_line_is_what_its_numbers_say(lists: tuple[list[Owed], list[Paid], list[Owed]]) -> None:
    today = date(2026, 9, 15)
    for line in reconcile(*lists[:2], today=today, elsewhere=lists[2]):
        match line.kind:
            case Kind.MATCHED | Kind.EARLY:
                assert line.difference == 0
            case Kind.MISSING:
                assert line.owed
                assert (line.paid, line.months_late > 0) == (0, True)
                assert line.owed.due_on < today
            case Kind.NOT_DUE:
                assert line.owed
                assert line.owed.due_on >= today
                assert line.paid == 0
            case Kind.DIFFERING:
                assert line.difference
            case Kind.UNEXPECTED:
                assert line.owed is None
                assert line.paid
        assert line.at_risk == max(line.difference, 0) or line.kind not in {Kind.DIFFERING, Kind.UNEXPECTED}
        assert "." in line.code
