"""Facts: their shape, which one holds on a day, and what a person is known as."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from hemvist.law.target_group import Living, PermitGround, SponsorTie
from hemvist.reception.facts import (
    SHAPES,
    STAY_LABELS,
    FactRow,
    PopulationRegistrationValue,
    StayForm,
    StayValue,
    checked,
    effective,
    first_registration,
    is_home,
    markings,
    registration_on,
    registrations,
    search_key,
    snapshot,
    sort_key,
    stays,
)
from hemvist.reception.models import Fact, FactKind

DAY = date(2026, 11, 23)
EARLY, LATE = date(2026, 1, 1), date(2026, 10, 1)


def fact(key: int, kind: str, value: Mapping[str, Any], valid_from: date = EARLY, corrects: int | None = None) -> Fact:
    return Fact(id=key, kind=kind, value=checked(kind, value), valid_from=valid_from, corrects_id=corrects)


def name(key: int, given_name: str, valid_from: date = EARLY, corrects: int | None = None) -> Fact:
    return fact(key, "name", {"given": given_name, "family": "Testsson"}, valid_from, corrects)


def known(*facts: Fact, on: date = DAY):
    return snapshot(uuid.uuid4(), facts, on)


def test_every_kind_of_fact_has_a_shape_and_a_place_in_the_snapshot() -> None:
    assert set(SHAPES) == set(FactKind)


# --- shapes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("name", {"given": "", "family": "Testsson"}),
        ("name", {"given": "   ", "family": "Testsson"}),
        ("name", {"given": "O" * 101, "family": "Testsson"}),
        ("name", {"given": "Olena", "family": "Testsson", "nick": "O"}),
        ("birth_date", {"on": "1899-12-31"}),
        ("birth_date", {"on": "in the spring"}),
        ("permit", {"ground": "UTLL_0_0"}),
        ("population_registration", {"municipality": "Enköping"}),
        ("population_registration", {"state": "abroad", "registered_on": "2026-01-01"}),
        ("population_registration", {"state": "emigrated", "decided_on": "2026-01-01"}),
        ("first_reception", {"municipality": "Enköping"}),
        ("living", {"living": "hotel"}),
        ("relative_tie", {}),
        ("relative_tie", {"child_of_relative": False}),
        ("relative_tie", {"sponsor_ground": "perhaps"}),
        ("stay", {"form": "hotel", "start": "2026-01-01"}),
        ("stay", {"form": "assigned_housing"}),
        ("stay", {"form": "assigned_housing", "start": "2026-01-02", "end": "2026-01-01"}),
        ("earlier_housing_right", {}),
        ("earlier_housing_right", {"first_right_on": "2026-01-01"}),
        ("earlier_housing_right", {"coverage_ended_on": "2026-01-01", "first_right_on": "2026-01-02"}),
        ("contact", {}),
        ("residence", {"address": ""}),
        ("protection", {"form": "hemlig", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"}),
        ("protection", {"form": "sekretessmarkering", "authority": "", "paragraph": "22 kap. 1 § OSL"}),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused_by_the_name_of_its_kind(kind: str, value: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError) as told:
        checked(kind, value)
    assert str(FactKind(kind).label) in told.value.messages[0]


def test_a_value_is_stored_as_plain_json_without_outer_blanks() -> None:
    assert checked("name", {"given": " Olena ", "family": "Testsson"}) == {"given": "Olena", "family": "Testsson"}
    assert checked("death", {"on": DAY}) == {"on": "2026-11-23"}


# --- which fact holds ---------------------------------------------------------------------------------------


def test_the_fact_with_the_latest_day_holds_and_the_last_registered_of_the_same_day() -> None:
    facts = [name(1, "Anna", LATE), name(2, "Bea", EARLY), name(3, "Cia", LATE)]
    assert known(*facts).full_name == "Cia Testsson"
    assert known(*facts, on=LATE - timedelta(days=1)).full_name == "Bea Testsson"


def test_a_corrected_fact_never_holds_again() -> None:
    facts = [name(1, "Anna", LATE), name(2, "Bea", EARLY, corrects=1)]
    assert known(*facts).full_name == "Bea Testsson"
    twice = [*facts, name(3, "Cia", EARLY, corrects=2)]
    assert known(*twice).full_name == "Cia Testsson"


def test_a_fact_of_a_later_day_does_not_hold_yet_but_a_name_and_a_birth_date_always_do() -> None:
    tomorrow = DAY + timedelta(days=1)
    later = known(
        name(1, "Anna", tomorrow),
        fact(2, "birth_date", {"on": "2020-01-01"}, tomorrow),
        fact(3, "contact", {"phone": "070-000 00 00"}, tomorrow),
    )
    assert (later.full_name, later.birth_date, later.contact) == ("Anna Testsson", date(2020, 1, 1), None)


ROWS = st.lists(st.tuples(st.dates(EARLY, LATE), st.booleans()), min_size=1, max_size=8)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random) -> None:
    facts = [name(n, f"N{n}", day, n - 1 if corrects and n else None) for n, (day, corrects) in enumerate(rows, 1)]
    facts[0].corrects_id = None
    shuffled = random.sample(facts, len(facts))
    assert effective(facts, DAY)["name"].id == effective(shuffled, DAY)["name"].id
    corrected = {f.corrects_id for f in facts}
    chosen = effective(facts, DAY)["name"]
    assert chosen.id not in corrected
    assert all(f.id in corrected or (f.valid_from, f.id) <= (chosen.valid_from, chosen.id) for f in facts)


# --- protection ---------------------------------------------------------------------------------------------


def marking(key: int, form: str, *, active: bool = True, valid_from: date = EARLY, corrects: int | None = None) -> Fact:
    value = {"form": form, "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL", "active": active}
    return fact(key, "protection", value, valid_from, corrects)


def forms(*facts: Fact) -> set[str]:
    return {value.form for value in markings(facts)}


def test_a_marking_stands_from_the_moment_it_is_known_whatever_day_it_is_valid_from() -> None:
    assert forms(marking(1, "sekretessmarkering", valid_from=date(2027, 6, 1))) == {"sekretessmarkering"}
    assert known(marking(1, "sekretessmarkering", valid_from=date(2027, 6, 1))).protection is not None


def test_a_new_marking_with_an_older_day_stands_against_an_earlier_lifting() -> None:
    facts = [
        marking(1, "sekretessmarkering"),
        marking(2, "sekretessmarkering", active=False, valid_from=LATE),
        marking(3, "sekretessmarkering", valid_from=LATE - timedelta(days=9)),
    ]
    assert forms(*facts) == {"sekretessmarkering"}


def test_lifting_one_form_leaves_the_others() -> None:
    facts = [
        marking(1, "sekretessmarkering"),
        marking(2, "skyddad_folkbokforing"),
        marking(3, "sekretessmarkering", active=False),
    ]
    assert forms(*facts) == {"skyddad_folkbokforing"}
    assert forms(*facts, marking(4, "skyddad_folkbokforing", active=False)) == set()


def test_a_marking_that_was_a_mistake_is_gone_when_corrected() -> None:
    assert forms(marking(1, "sekretessmarkering"), marking(2, "lokal_markering", corrects=1)) == {"lokal_markering"}
    assert known(marking(1, "sekretessmarkering"), marking(2, "sekretessmarkering", active=False)).protection is None


# --- the population register -------------------------------------------------------------------------------


def registration(key: int, on: str, *, corrects: int | None = None, **more: Any) -> Fact:
    return fact(key, "population_registration", {"registered_on": on, **more}, corrects=corrects)


def test_a_row_from_before_there_were_states_is_a_registration() -> None:
    old = Fact(id=1, kind="population_registration", value={"registered_on": "2026-02-01"}, valid_from=EARLY)
    assert known(old).registered_on == date(2026, 2, 1)


def test_the_history_is_by_day_and_without_what_was_corrected() -> None:
    facts = [
        registration(1, "2026-09-01", municipality="Uppsala"),
        registration(2, "2026-01-05"),
        registration(3, "2026-02-05", corrects=2),
    ]
    assert [row.day for row in registrations(facts)] == [date(2026, 2, 5), date(2026, 9, 1)]
    assert known(*facts, on=date(2026, 8, 31)).population.municipality == ""
    assert known(*facts).population.municipality == "Uppsala"


@pytest.mark.parametrize("state", ["emigrated", "missing", "unregistered"])
def test_who_is_deregistered_is_not_registered_but_was_first_registered_all_the_same(state: str) -> None:
    facts = [
        registration(1, "2026-02-01", decided_on="2026-02-10"),
        registration(2, "2026-10-01", state=state),
    ]
    now = known(*facts)
    assert now.registered_on is None
    assert now.population.state == state
    assert known(*facts, on=date(2026, 9, 30)).registered_on == date(2026, 2, 1)
    first = first_registration(now.registrations)
    assert (first.decided_on, first.registered_on) == (date(2026, 2, 10), date(2026, 2, 1))
    assert registration_on(now.registrations, date(2026, 1, 31)) is None
    assert registration_on(now.registrations, date(2026, 10, 1)).state == state


def test_a_registration_to_come_is_known_when_there_is_none_yet() -> None:
    later = registration(1, "2026-12-01")
    assert known(later).registered_on == date(2026, 12, 1)
    assert known(later, registration(2, "2026-03-01")).registered_on == date(2026, 3, 1)


def test_a_decision_and_its_day_can_be_told_in_two_rows_but_a_move_is_another_registration() -> None:
    value = PopulationRegistrationValue
    decided, day = value(decided_on=date(2026, 3, 9)), value(registered_on=date(2026, 3, 12))
    both = value(decided_on=date(2026, 3, 9), registered_on=date(2026, 3, 12))
    assert first_registration([decided, day]) == first_registration([decided, both]) == both
    moved = value(decided_on=date(2026, 8, 3), registered_on=date(2026, 8, 1))
    assert first_registration([day, moved]) == day
    elsewhere = value(registered_on=date(2026, 8, 1), municipality="Uppsala")
    assert first_registration([decided, elsewhere]) == decided
    assert first_registration([]) is None


@pytest.mark.parametrize(
    ("name", "home", "ours"),
    [
        ("", "Enköping", True),
        ("enköping ", "Enköpings kommun", True),
        ("Enköpings kommun", "Enköping", True),
        ("Västerås", "Västerås stad", True),
        ("Uppsala", "Enköping", False),
    ],
)
def test_our_own_municipality_is_known_by_any_of_its_names(name: str, home: str, ours: bool) -> None:
    assert is_home(name, home) is ours


# --- stays ----------------------------------------------------------------------------------------------------


def stay(key: int, form: str, start: str, end: str | None = None, *, corrects: int | None = None, **more: Any) -> Fact:
    return fact(key, "stay", {"form": form, "start": start, "end": end, **more}, corrects=corrects)


def test_stays_accumulate_and_a_correction_replaces_one_of_them() -> None:
    housing, school = stay(1, "assigned_housing", "2026-10-05"), stay(2, "school_compulsory", "2026-09-01")
    assert [s.form for s in stays([housing, school])] == ["school_compulsory", "assigned_housing"]
    ended = stay(3, "assigned_housing", "2026-10-05", "2026-11-10", corrects=1)
    assert [s.end for s in stays([housing, school, ended])] == [None, date(2026, 11, 10)]
    struck = stay(4, "school_compulsory", "2026-09-01", corrects=2, struck=True)
    assert known(housing, school, ended, struck).stays == stays([ended])


@pytest.mark.parametrize(
    ("form", "end", "again", "twice"),
    [
        ("assigned_housing", None, "2026-10-20", True),
        ("assigned_housing", "2026-10-20", "2026-10-20", False),
        ("placed_unaccompanied", "2026-10-20", "2026-10-20", True),
        ("placed_unaccompanied", "2026-10-20", "2026-10-21", False),
    ],
)
def test_a_day_of_moving_out_is_free_and_the_last_day_of_a_placement_is_not(
    form: str, end: str | None, again: str, twice: bool
) -> None:
    one, other = (
        StayValue.model_validate({"form": form, "start": start, "end": last})
        for start, last in (("2026-10-01", end), (again, None))
    )
    assert one.overlaps(other) is other.overlaps(one) is twice
    assert not one.overlaps(other.model_copy(update={"form": StayForm.SCHOOL_PRESCHOOL}))
    assert not one.overlaps(other.model_copy(update={"struck": True}))


def test_every_form_of_stay_has_words() -> None:
    assert set(STAY_LABELS) == set(StayForm)


# --- what the money rests on ----------------------------------------------------------------------------------


def test_the_snapshot_holds_what_the_compensation_rests_on() -> None:
    now = known(
        fact(1, "birth_date", {"on": "2026-03-01", "in_sweden": True}),
        fact(2, "first_reception", {"on": "2026-02-01", "municipality": "Uppsala"}),
        fact(3, "living", {"living": "own"}),
        fact(4, "relative_tie", {"applied_on": "2025-05-01", "sponsor_ground": "UTLL_5_1"}),
    )
    assert now.born_in_sweden
    assert (now.first_reception.on, now.first_reception.municipality) == (date(2026, 2, 1), "Uppsala")
    assert now.living is Living.OWN
    assert now.relative_tie.sponsor == SponsorTie(ground=PermitGround.UTLL_5_1, applied_on=date(2025, 5, 1))
    assert not known(fact(1, "birth_date", {"on": "2026-03-01"})).born_in_sweden


def test_a_no_is_known_of_a_tie() -> None:
    tie = known(fact(1, "relative_tie", {"sponsor_citizen_at_application": False})).relative_tie
    assert tie.sponsor == SponsorTie(citizen_at_application=False)


def test_the_snapshot_holds_an_earlier_right_to_housing() -> None:
    value = {"coverage_ended_on": "2026-05-31", "first_right_on": "2025-01-15"}
    earlier = known(fact(1, "earlier_housing_right", value)).earlier_housing_right
    assert (earlier.coverage_ended_on, earlier.first_right_on) == (date(2026, 5, 31), date(2025, 1, 15))
    assert known(name(1, "Anna")).earlier_housing_right is None


def test_a_row_of_values_reads_as_the_fact_itself() -> None:
    facts = [name(1, "Anna"), name(2, "Bea", corrects=1), registration(3, "2026-02-01")]
    rows = [FactRow(f.id, f.kind, f.value, f.valid_from, f.corrects_id) for f in facts]
    person = uuid.uuid4()
    assert snapshot(person, rows, DAY) == snapshot(person, facts, DAY)


# --- words to search and to sort by -------------------------------------------------------------------------


def test_names_sort_in_swedish_order_in_any_database() -> None:
    swedish = ["Abdi", "Izzard", "Olsson", "Zebari", "Zwingli", "Åberg", "Åkesson", "Ängman", "Öberg", "Özdemir"]
    keys = [sort_key(family) for family in swedish]
    assert keys == sorted(keys)


def test_a_search_sees_neither_case_nor_extra_blanks() -> None:
    assert search_key("  Olena   TESTSSON ") == "olena testsson"
    assert len(search_key("å" * 500)) <= 200
    assert len(sort_key("å" * 500)) <= 200
