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

from hemvist.reception.facts import SHAPES, checked, effective, markings, search_key, snapshot, sort_key
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


# --- words to search and to sort by -------------------------------------------------------------------------


def test_names_sort_in_swedish_order_in_any_database() -> None:
    swedish = ["Abdi", "Izzard", "Olsson", "Zebari", "Zwingli", "Åberg", "Åkesson", "Ängman", "Öberg", "Özdemir"]
    keys = [sort_key(family) for family in swedish]
    assert keys == sorted(keys)


def test_a_search_sees_neither_case_nor_extra_blanks() -> None:
    assert search_key("  Olena   TESTSSON ") == "olena testsson"
    assert len(search_key("å" * 500)) <= 200
    assert len(sort_key("å" * 500)) <= 200
