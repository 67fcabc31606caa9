"""What the new percentages of 16 § mean: the difference from the older ones, not the whole amount."""

from __future__ import annotations

from datetime import date

import pytest

from hemvist.access.actor import Actor
from hemvist.compensation import watch
from hemvist.law import parameters, whatif
from hemvist.law.compensation import InitialRate, Terms
from hemvist.planning.imagined_arrivals import rate_of
from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson, register_households

pytestmark = pytest.mark.django_db
TODAY = date(2027, 1, 20)
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
def assigned(coordinator: Actor) -> None:
    """An adult assigned under lag (2026:1326) and expected in February."""
    member = NewPerson(
        "Zorana",
        "Testsson",
        date(1990, 5, 14),
        "contact",
        permit_ground="RESETTLEMENT",
        permit_granted_on=date(2026, 12, 1),
    )
    household = NewHousehold(
        category="quota",
        persons=(member,),
        assignment=NewAssignment(date(2027, 1, 12), reference="A-1"),
        planned_arrival_on=date(2027, 2, 15),
    )
    register_households(coordinator, [household], today=TODAY)


def test_the_watch_compares_the_new_percentage_with_the_older_one(assigned: None, controller: Actor) -> None:
    found = watch.watch(controller, today=TODAY)
    change = next(
        change
        for change in found.past
        if change.on == NEW_YEAR and any(new.key.startswith("compensation.initial.") for new, _old in change.values)
    )
    assert change.total == 15_700 + 29_919 - 20_800
    told = {new.key: (new.value, old and old.value) for new, old in change.values}
    assert [str(value) for value in told["compensation.initial.housing_2026.to_limit"]] == ["50.20", "34.90"]


def test_without_the_change_the_older_percentages_go_on() -> None:
    rows = [row for row in watch.amounts() if row.valid_from == NEW_YEAR and row.source.act == "2010:1122"]
    dropped = whatif.without(rows)
    for band in ("under_20", "to_limit", "from_limit"):
        older = parameters.get(f"compensation.initial.assigned_2016.{band}", NEW_YEAR)
        key = f"compensation.initial.housing_2026.{band}"
        assert parameters.get(key, NEW_YEAR, source=dropped).value == older.value


def test_imagined_temporary_protection_follows_the_ruling_on_u14() -> None:
    """From 2027 it comes without an anvisning (2026:1326 11 § 2 st); before that it was assigned."""
    assert rate_of("temporary_protection", 2026) is InitialRate.ASSIGNED_2016
    assert rate_of("temporary_protection", 2027) is InitialRate.HOUSING_2026
    assert rate_of("temporary_protection", 2027, Terms({"U14": "low"})) is InitialRate.OTHER
    assert rate_of("quota", 2027, Terms({"U14": "low"})) is InitialRate.HOUSING_2026
    assert rate_of("relative", 2027) is InitialRate.OTHER
