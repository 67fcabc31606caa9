"""Income ahead, what changes in the law mean here, and what-ifs side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hemvist.access.actor import Actor
from hemvist.compensation import watch
from hemvist.compensation.forecast import AT_ARRIVAL, Assumptions, forecast
from hemvist.compensation.forms.forecast import ArrivalsForm, WhatIfForm
from hemvist.compensation.ledger import ledgers
from hemvist.law import parameters, whatif
from hemvist.planning.imagined_arrivals import Ages, Arrivals
from hemvist.reception.models import Category, Person

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
Make = Callable[..., Person]


def test_the_decided_layer_is_the_ledger(person: Make, controller: Actor) -> None:
    person(date(2026, 9, 1))
    found = forecast(controller, today=TODAY, assumptions=Assumptions())
    (ledger,) = ledgers(controller, today=TODAY)
    assert found.total() == found.total(layer="decided") == ledger.total(since=date(2026, 11, 1))
    assert found.persons == {"decided": 1}


def test_an_expected_person_is_received_some_weeks_after_the_arrival(person: Make, controller: Actor) -> None:
    """The assumption moves the cohort: 165 000 before the New Year, 180 700 after."""
    person(None, category="asylum_housing", ground="UTLL_5_1", planned_on=date(2026, 12, 10), decided_on=TODAY)
    soon = forecast(controller, today=TODAY, assumptions=Assumptions(registration_days=7))
    late = forecast(controller, today=TODAY, assumptions=Assumptions(registration_days=35))
    assert soon.persons == late.persons == {"expected": 1}
    assert soon.total(layer="expected", group="standard") == 165_000
    assert late.total(layer="expected", group="standard", year=2027) == 18_070 + 36_140 + 2 * 18_070
    assert late.total(layer="expected", group="initial") == 20_800


def test_imagined_persons_bring_their_amounts_by_weight(controller: Actor) -> None:
    """Twelve quota adults a month apart, all below the limit: the whole schablon for each within three years."""
    arrivals = Arrivals(2026, {"quota": 12}, Ages(Decimal(0), Decimal(0)))
    found = forecast(controller, today=date(2026, 1, 1), assumptions=Assumptions(arrivals=arrivals), years=3)
    assert found.persons == {"imagined": 12}
    assert found.total(layer="imagined", group="standard") == 12 * 165_000
    assert found.total(layer="imagined", group="initial") == 11 * 20_661 + 20_800


def test_an_imagined_person_is_received_as_late_as_an_expected_one_of_the_category() -> None:
    data = {"year": 2027, "under_20": 0, "from_limit": 0, "registration_days": 30, "temporary_protection": 1}
    form = ArrivalsForm(data)
    assert form.is_valid()
    assert form.assumptions.arrivals is not None
    late = {category for category, days in form.assumptions.arrivals.lag_days.items() if days == 30}
    assert late == set(Category.values) - AT_ARRIVAL


def test_a_form_with_shares_over_a_hundred_is_turned_back() -> None:
    data = {"year": 2027, "under_20": 70, "from_limit": 40, "registration_days": 30}
    form = ArrivalsForm(data)
    assert not form.is_valid()
    assert "mer än 100 procent" in form.errors["from_limit"][0]
    assert ArrivalsForm({**data, "from_limit": 10}).is_valid()
    assert not WhatIfForm({"key": "x", "value": "1", "from_day": "1990-01-01"}, choices=[("x", "X")]).is_valid()


def change(found: watch.Watch, day: date, key: str) -> watch.Change:
    return next(c for c in found.coming if c.on == day and any(new.key == key for new, _old in c.values))


def test_the_watch_tells_what_the_new_year_means_for_those_expected(person: Make, controller: Actor) -> None:
    for day in (5, 20, 25):
        person(None, planned_on=date(2026, 12, day), decided_on=date(2026, 11, 1))
    person(None, planned_on=date(2027, 1, 12), decided_on=date(2026, 11, 1))
    person(date(2026, 3, 2))
    found = change(watch.watch(controller, today=TODAY), date(2027, 1, 1), "compensation.standard.below_limit")
    assert len(found.around) == 4
    assert found.each == (15_700, 15_700)
    assert [effect.difference for effect in found.moved] == [15_700]
    assert found.total == 15_700
    assert found.status == "decided"


def test_the_watch_shows_sums_and_no_person_to_an_outsider(person: Make, outside: Actor) -> None:
    person(None, planned_on=date(2027, 1, 12), decided_on=date(2026, 11, 1))
    found = watch.watch(outside, today=TODAY)
    assert not found.sees_persons
    assert change(found, date(2027, 1, 1), "compensation.standard.below_limit").total == 15_700
    assert all(not effect.ledger.person.name for c in found.coming for effect in c.effects)


def test_a_what_if_changes_nothing_but_itself(person: Make, controller: Actor) -> None:
    person(date(2026, 9, 1))
    key = "compensation.standard.below_limit"
    tried = watch.what_if(controller, today=TODAY, source=whatif.imagined(key, 200_000, date(2026, 8, 1)))
    assert tried.after - tried.before == 35_000
    assert sum(new - old for old, new in tried.by_year.values()) == 35_000
    (ledger,) = ledgers(controller, today=TODAY)
    assert ledger.total() == tried.before
    assert all(row.value != 200_000 for row in parameters.register()[key])


def test_a_dropped_change_is_the_law_before_it(person: Make, controller: Actor) -> None:
    person(None, planned_on=date(2027, 1, 12), decided_on=date(2026, 11, 1))
    tried = watch.what_if(controller, today=TODAY, source=watch.dropped(date(2027, 1, 1), "2010:1122"))
    assert tried.before - tried.after == 15_700


def test_a_stranger_to_the_money_gets_none_of_it(actor: Callable[..., Any]) -> None:
    from hemvist.access.errors import Refused

    for deed in (
        lambda who: forecast(who, today=TODAY, assumptions=Assumptions()),
        lambda who: watch.watch(who, today=TODAY),
        lambda who: watch.what_if(who, today=TODAY, source=parameters.register()),
    ):
        with pytest.raises(Refused):
            deed(actor("social_secretary"))


def test_looking_ahead_asks_as_much_for_one_as_for_many(person: Make, controller: Actor) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            forecast(controller, today=TODAY, assumptions=Assumptions())
            watch.watch(controller, today=TODAY)
        return len(seen)

    person(date(2026, 2, 10))
    few = asked()
    for month in range(1, 8):
        person(date(2026, month, 5))
    assert asked() == few
