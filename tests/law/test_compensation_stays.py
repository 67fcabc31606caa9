"""What holds for several stays of one person: nothing is paid twice, and a stay told in two parts is the same stay."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.law.compensation_cases import births

from hemvist.law.compensation import CompensationFacts, Entitlement, Ground, Stay, StayForm, entitlements
from hemvist.law.compensation.ledger import BEFORE_REGISTRATION
from hemvist.law.compensation.stays import HOUSING

ONE_DAY = timedelta(days=1)
starts = st.dates(date(2023, 1, 1), date(2027, 6, 30))


def owed(born: date, *stays: Stay) -> tuple[Entitlement, ...]:
    person = CompensationFacts(birth_date=born, received_on=None, first_municipality="Enköping", stays=stays)
    return entitlements(person, until=date(2029, 12, 31))


def gist(found: tuple[Entitlement, ...]) -> list[tuple[object, ...]]:
    return sorted((item.key, item.amount, item.due_on) for item in found)


@given(st.sampled_from(StayForm), starts, st.integers(0, 300), st.integers(0, 300), st.data())
def test_a_stay_in_two_parts_brings_what_the_whole_brings(
    form: StayForm, start: date, first: int, second: int, data: st.DataObject
) -> None:
    born = data.draw(births(start))
    middle, end = start + timedelta(first), start + timedelta(first + second)
    # Housing ends on the day of moving out, the others with a last day.
    parts = Stay(form, start, middle), Stay(form, middle if form in HOUSING else middle + ONE_DAY, end)
    if parts[1].start > end:
        return
    assert gist(owed(born, *parts)) == gist(owed(born, Stay(form, start, end)))


def test_who_moved_in_before_the_one_off_amount_began_does_not_get_it_because_the_stay_is_told_in_parts() -> None:
    def once(*stays: Stay) -> list[date]:
        ground = Ground.ASSIGNED_HOUSING_ONCE
        return [item.period[0] for item in owed(date(1990, 5, 1), *stays) if item.ground is ground]

    began, end = date(2026, 10, 1), date(2026, 12, 1)
    earlier = Stay(StayForm.ASSIGNED_HOUSING, date(2026, 8, 1), began)
    assert once(earlier, Stay(StayForm.ASSIGNED_HOUSING, began, end)) == []
    later = Stay(StayForm.ASSIGNED_HOUSING, began + ONE_DAY, end)
    assert once(earlier, later) == [began]  # a night between: a new move


@given(st.sampled_from(StayForm), starts, st.integers(1, 300), st.data())
def test_the_same_stay_told_twice_is_paid_once(form: StayForm, start: date, days: int, data: st.DataObject) -> None:
    born, stay = data.draw(births(start)), Stay(form, start, start + timedelta(days))
    assert gist(owed(born, stay, stay)) == gist(owed(born, stay))


@given(st.lists(st.builds(Stay, st.sampled_from(StayForm), starts), max_size=5), st.data())
def test_each_amount_of_a_person_has_a_name_of_its_own(stays: list[Stay], data: st.DataObject) -> None:
    found = owed(data.draw(births(date(2026, 1, 1))), *stays)
    assert len({item.key for item in found}) == len(found)


@given(st.sampled_from(sorted(BEFORE_REGISTRATION)), starts, st.integers(0, 400), st.data())
def test_nothing_is_paid_by_the_day_or_term_from_the_mottagandedatum(
    form: StayForm, start: date, days: int, data: st.DataObject
) -> None:
    born, received_on = data.draw(births(start)), start + timedelta(days)
    person = CompensationFacts(
        birth_date=born,
        received_on=received_on,
        first_municipality="Enköping",
        stays=(Stay(form, start),),
    )
    found = [item for item in entitlements(person, until=date(2029, 12, 31)) if item.period]
    assert all(item.period[0] <= received_on for item in found if item.period)
    without = Stay(form, start, received_on if form in HOUSING else received_on - ONE_DAY)
    if without.end and without.end >= start:
        assert gist(tuple(found)) == gist(owed(born, without))


def test_the_day_of_moving_out_is_open_for_housing_only() -> None:
    assert {
        StayForm.MUNICIPAL_TEMPORARY_PROTECTION,
        StayForm.FORMER_UNACCOMPANIED,
        StayForm.ASSIGNED_HOUSING,
    } == HOUSING
