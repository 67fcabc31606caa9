"""The status of each condition on a day: acts, arrivals, moves and points, with a reason and a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils.translation import gettext

from hemvist.access.actor import Actor
from hemvist.access.roles import Role
from hemvist.law.acts import acts
from hemvist.law.types import Status
from hemvist.organisation.models import HistoricalFigure, Move
from hemvist.organisation.schema import Alternative, PlacementCondition, PlacementFile
from hemvist.placement import conditions
from hemvist.placement.models import PointStatus
from hemvist.web.templatetags.hemvist import shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("municipality")]

TEXT = {"sv": "villkor", "en": "condition"}
NEW_YEAR = date(2027, 1, 1)


def condition(**asked: Any) -> PlacementCondition:
    return PlacementCondition.model_validate({"code": "T1", "label": TEXT, "effect": TEXT, **asked})


def status(on: date, alternatives: tuple[Alternative, ...] = (), **asked: Any) -> conditions.ConditionStatus:
    file = PlacementFile(conditions=[condition(**asked)], alternatives=list(alternatives))
    return conditions.statuses(on, file=file)["T1"]


def words(found: conditions.ConditionStatus) -> str:
    return found.reason.render(gettext, shown).replace("\xa0", " ")


# --- acts -------------------------------------------------------------------------------------------------------------


def test_an_act_that_is_in_force_holds_and_says_since_when(today: date) -> None:
    found = status(today, kind="act", act="2026:730")
    assert (found.holds, found.since, found.coming) == (True, date(2026, 7, 1), None)
    assert words(found) == "Aktivitetskrav gäller sedan 1 juli 2026."
    assert found.source == "SFS 2026:730"


def test_a_decided_act_does_not_hold_yet_and_says_from_which_day_it_will(today: date) -> None:
    found = status(today, kind="act", act="2026:1326")
    assert found.holds is False
    assert found.coming == conditions.Coming(NEW_YEAR, True)
    assert "börjar gälla först 1 januari 2027" in words(found)
    assert status(NEW_YEAR, kind="act", act="2026:1326").holds is True


def test_an_act_with_a_last_day_says_when_it_will_cease_and_then_does_not_hold(today: date) -> None:
    act = acts()["2016:38"]
    assert act.repealed_from is not None
    before = status(today, kind="act", act="2016:38")
    assert (before.holds, before.coming) == (True, conditions.Coming(act.repealed_from, False))
    after = status(act.repealed_from, kind="act", act="2016:38")
    assert after.holds is False
    assert "upphörde att gälla" in words(after)


def test_a_proposed_act_does_not_hold_and_has_no_day(today: date, monkeypatch: pytest.MonkeyPatch) -> None:
    proposed = replace(acts()["2026:1326"], status=Status.PROPOSED)
    monkeypatch.setattr(conditions, "acts", lambda: {"2026:1326": proposed})
    found = status(today, kind="act", act="2026:1326")
    assert (found.holds, found.coming, found.proposed) == (False, None, True)
    assert "är ett förslag" in words(found)


def test_an_act_outside_the_register_is_not_known(today: date) -> None:
    found = status(today, kind="act", act="1999:1")
    assert found.holds is None
    assert "saknar SFS 1999:1" in words(found)


# --- arrivals ---------------------------------------------------------------------------------------------------------


def test_arrivals_compare_the_latest_whole_year_with_the_limit(today: date) -> None:
    low, high = status(today, kind="arrivals", at_most=25), status(today, kind="arrivals", at_most=24)
    assert (low.holds, high.holds) == (True, False)
    assert words(low) == (
        "För 2026 är siffran 25 (Kommuntal). Året är inte slut: så många ska tas emot eller väntas, inte så många som "
        "har kommit. Gränsen är högst 25."
    )
    assert "fler än gränsen 24" in words(high)
    assert low.source == "Utredningen (2026)"
    after = status(date(2027, 1, 1), kind="arrivals", at_most=25)
    assert words(after) == "Senaste hela år är 2026: 25 personer (Kommuntal). Gränsen är högst 25."


@pytest.mark.parametrize(("on", "holds"), [(date(2028, 12, 31), True), (date(2029, 1, 1), None)])
def test_a_figure_that_is_too_old_says_nothing_of_today(on: date, holds: bool | None) -> None:
    HistoricalFigure.objects.filter(year__gt=2026).delete()
    found = status(on, kind="arrivals", at_most=25)
    assert found.holds is holds
    assert ("för gammal" in words(found)) is (holds is None)


def test_twice_as_many_is_counted_from_the_same_number(today: date) -> None:
    assert status(today, kind="arrivals", at_most=25).doubled is False
    assert status(today, kind="arrivals", at_most=50).doubled is True
    assert status(today, kind="act", act="2026:730").doubled is None


def figure(year: int, **values: Any) -> HistoricalFigure:
    key = f"test-{HistoricalFigure.objects.count()}"
    return HistoricalFigure.objects.create(
        **{"key": key, "measure": "received_assigned", "year": year, "source": "Prov", **values}
    )


def test_a_part_of_a_year_is_not_a_year_and_what_was_received_goes_before_the_number_given(today: date) -> None:
    HistoricalFigure.objects.filter(year=2026, is_gap=True).delete()
    partial = figure(2026, value=3, as_of=date(2026, 9, 30))
    assert "siffran 25 (Kommuntal)" in words(status(today, kind="arrivals", at_most=25))
    partial.as_of = date(2026, 12, 31)
    partial.save()
    assert "siffran 3 (Mottagna enligt utredningen)" in words(status(today, kind="arrivals", at_most=25))


def test_sources_on_both_sides_of_the_limit_make_it_unknown(today: date) -> None:
    HistoricalFigure.objects.filter(year=2026, measure="assigned", category="").delete()
    figure(2026, measure="assigned", value=20, conflict="prov")
    figure(2026, measure="assigned", low=24, high=30, conflict="prov")
    assert status(today, kind="arrivals", at_most=25).holds is None
    assert "20–30" in words(status(today, kind="arrivals", at_most=25))
    assert status(today, kind="arrivals", at_most=30).holds is True
    assert status(today, kind="arrivals", at_most=19).holds is False


def test_next_years_number_is_a_change_that_is_coming(today: date) -> None:
    HistoricalFigure.objects.filter(year=2027, is_gap=True).delete()
    figure(2027, measure="assigned", value=60)
    found = status(today, kind="arrivals", at_most=25)
    assert (found.holds, found.coming) == (True, conditions.Coming(NEW_YEAR, False))
    assert status(NEW_YEAR, kind="arrivals", at_most=25).holds is False


def test_without_any_whole_year_it_is_not_known(today: date) -> None:
    HistoricalFigure.objects.all().delete()
    assert status(today, kind="arrivals", at_most=25).holds is None


# --- moves ------------------------------------------------------------------------------------------------------------


def alternative(code: str, *, crosswise: bool = False) -> Alternative:
    return Alternative.model_validate(
        {"code": code, "label": TEXT, "summary": TEXT, "confidentiality": TEXT, "crosswise": crosswise}
    )


ALTERNATIVES = (alternative("SN"), alternative("KS"), alternative("PHASE_OUT", crosswise=True))


def move(to: str, on: date, state: str = Move.Status.DECIDED) -> Move:
    decided: dict[str, Any] = (
        {} if state == Move.Status.DRAFT else {"decided_on": date(2026, 10, 1), "decided_by": "KS"}
    )
    if state == Move.Status.CARRIED_OUT:
        decided["carried_out_at"] = datetime(2026, 11, 1, tzinfo=UTC)
    return Move.objects.create(
        alternative=to,
        title=f"Till {to}",
        takes_effect_on=on,
        status=state,
        drafted_by="prov",
        diary_number="KS2026/1",
        registered_by="prov",
        **decided,
    )


def held(code: str, today: date) -> bool | None:
    return status(today, ALTERNATIVES, kind="move", alternative=code).holds


@pytest.mark.parametrize(("state", "holds"), [("draft", False), ("decided", True), ("carried_out", True)])
def test_a_move_counts_once_it_is_decided(state: str, holds: bool, today: date) -> None:
    move("SN", NEW_YEAR, state)
    found = status(today, ALTERNATIVES, kind="move", alternative="SN")
    assert found.holds is holds
    assert ("Till SN" in words(found)) is holds
    assert found.source == ("KS2026/1" if holds else "")


def test_without_a_decision_the_alternative_is_named(today: date) -> None:
    assert words(status(today, ALTERNATIVES, kind="move", alternative="SN")) == (
        "Ingen flytt enligt alternativet villkor är beslutad."
    )


def test_a_later_move_elsewhere_takes_over_but_not_from_what_is_crosswise(today: date) -> None:
    move("SN", NEW_YEAR)
    move("PHASE_OUT", date(2027, 2, 1))
    assert (held("SN", today), held("PHASE_OUT", today), held("KS", today)) == (True, True, False)
    move("KS", date(2027, 7, 1))
    assert (held("SN", today), held("PHASE_OUT", today), held("KS", today)) == (False, True, True)


# --- points -----------------------------------------------------------------------------------------------------------


def point(today: date, number: int = 1, decision: str = "DE5") -> conditions.ConditionStatus:
    return status(today, kind="point", decision=decision, point=number)


def test_a_point_is_as_the_folder_says_until_somebody_says_otherwise(today: date, actor: Callable[..., Actor]) -> None:
    assert point(today).holds is None
    assert "Underlaget säger inte" in words(point(today))
    assert point(today, decision="DE1").holds is True
    assert point(today, decision="DE4").holds is False
    who = actor(Role.STRATEGIST).user_id
    for state, day, holds in (("done", date(2026, 5, 4), True), ("open", date(2026, 6, 1), False)):
        PointStatus.objects.create(decision="DE5", number=1, status=state, on=day, said_by_id=who)
        assert point(today).holds is holds
    assert words(point(today)) == "Punkt 1 i DE5 är inte klar, antecknat 1 juni 2026."


def test_a_point_that_is_not_there_is_not_known(today: date) -> None:
    assert point(today, number=9).holds is None
    assert "finns inte bland besluten" in words(point(today, number=9))


# --- all together -----------------------------------------------------------------------------------------------------


def test_the_folders_conditions_are_asked_in_few_queries(
    today: date, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    with django_assert_max_num_queries(7):
        found = conditions.statuses(today)
    assert list(found) == ["T1", "T2", "T3", "T4", "T5", "T6"]
    assert conditions.held(found) == {"T1": True, "T2": False, "T3": True, "T4": True, "T5": False, "T6": None}
    assert all(one.effect and one.label for one in found.values())
