"""The right to housing as it is counted and watched: whose, until when, who may know, what was told and given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from tests.housing.rights import END, LATER, RECEIVED, adult, early_end, fact, protect, rule, settle

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry
from hemvist.access.roles import Role
from hemvist.housing import right, right_rows, right_services
from hemvist.housing.models import CallBack, Dwelling, SupportGiven, Tenancy
from hemvist.housing.right import MemberRight
from hemvist.law.housing_right import StartBranch
from hemvist.law.regime import Regime
from hemvist.organisation import records
from hemvist.organisation.models import LocalRuling
from hemvist.reception.models import Arrival, Assignment, Fact, Household, Membership, Person

pytestmark = pytest.mark.django_db

Make = Callable[..., Household]


@pytest.fixture
def home(household: Make) -> Household:
    """A resettled family assigned and received in 2027; the municipality has ruled on the last day (U15)."""
    rule("U15", "same_day")
    return settle(household())


def seen(actor: Actor, home: Household, today: date = LATER) -> list[MemberRight]:
    return right.right_of_household(actor, home.pk, today=today).members


def listed(actor: Actor, today: date = LATER, wanted: str = "") -> list[str]:
    return [line.row.name for line in right.watch_list(actor, today=today, wanted=wanted).lines]


# --- the clock --------------------------------------------------------------------------------------------------------


def test_each_member_has_a_clock_from_the_day_of_reception(coordinator: Actor, home: Household) -> None:
    members = seen(coordinator, home)
    assert [member.row.name for member in members][:2] == ["Petro Testsson", "Olena Testsson"]
    assert {member.row.end for member in members} == {END}
    first = members[0]
    assert first.row.clock.branch is StartBranch.ASSIGNED
    assert any("12 §" in str(step.source) for step in first.row.steps)
    assert (first.months_left, first.is_adult, members[-1].is_adult) == (29, True, False)
    assert [point.kind for point in first.points] == ["start", "today", "mark", "mark", "mark", "mark", "end"]
    assert first.elapsed == (LATER - RECEIVED).days


def test_housing_for_temporary_protection_before_2027_counts_from_the_reception(
    coordinator: Actor, household: Make
) -> None:
    """T-2: the 36 months began with the reception in the municipality, long before the act did."""
    rule("U15", "same_day")
    made = household(category="temporary_protection", assigned=False)
    person = adult(made)
    Arrival.objects.create(
        person=person, household=made, on=date(2025, 5, 20), category="temporary_protection", source="staff"
    )
    fact(person, "living", {"living": "municipal_temporary_protection"})
    fact(person, "left_reception_act", {"on": "2026-10-02"})
    row = next(one.row for one in seen(coordinator, made) if one.row.person_id == person.pk)
    assert (row.clock.branch, row.end) == (StartBranch.RECEIVED_BEFORE_2027, date(2028, 5, 20))
    assert any("övergångsbestämmelse 5" in str(step.source) for step in row.steps)


def test_an_older_anvisning_waits_for_the_municipality_and_then_follows_its_ruling(
    coordinator: Actor, household: Make
) -> None:
    rule("U15", "same_day")
    made = settle(household(), decided_on=date(2026, 11, 2), received_on=date(2026, 12, 1))
    page = right.right_of_household(coordinator, made.pk, today=LATER)
    assert [question.key for question in page.questions] == ["T-6"]
    assert all(member.row.end is None and member.row.unclear for member in page.members)
    assert listed(coordinator) == []
    assert len(listed(coordinator, wanted=right.UNCLEAR)) == 4
    rule("T-6", "right")
    assert {member.row.end for member in seen(coordinator, made)} == {date(2029, 12, 1)}
    LocalRuling.objects.filter(key="T-6").update(answer="no_right")
    assert {member.row.clock.exists.value for member in seen(coordinator, made)} == {False}
    assert listed(coordinator) == listed(coordinator, wanted=right.UNCLEAR) == []


def test_an_earlier_right_does_not_begin_anew(coordinator: Actor, home: Household) -> None:
    person = adult(home)
    fact(person, "earlier_housing_right", {"coverage_ended_on": "2027-02-01", "first_right_on": "2027-01-10"})
    row = next(one.row for one in seen(coordinator, home) if one.row.person_id == person.pk)
    assert (row.clock.branch, row.end) == (StartBranch.RE_ENTRY_EARLIER_RIGHT, date(2030, 1, 10))


def test_who_was_covered_before_without_a_right_counts_from_the_first_reception_anywhere(
    coordinator: Actor, home: Household
) -> None:
    person = adult(home)
    earlier = fact(person, "earlier_housing_right", {"coverage_ended_on": "2027-02-01"})

    def row() -> Any:
        return next(one.row for one in seen(coordinator, home) if one.row.person_id == person.pk)

    assert row().clock.missing == ("first_received_anywhere_on",)
    # The mottagandedatum may be another day than that of the reception.
    fact(person, "first_reception", {"on": "2025-08-01", "municipality": "Uppsala"})
    assert row().clock.missing == ("first_received_anywhere_on",)
    Fact.objects.create(
        person=person,
        kind="earlier_housing_right",
        value={"coverage_ended_on": "2027-02-01", "first_received_on": "2025-06-01"},
        valid_from=date(2026, 12, 1),
        corrects=earlier,
        source="staff",
    )
    assert (row().clock.branch, row().end) == (StartBranch.RE_ENTRY_FIRST_RECEPTION, date(2028, 6, 1))


def test_a_final_refusal_ends_the_coverage_and_an_expired_permit_is_only_told(
    coordinator: Actor, home: Household
) -> None:
    person = adult(home)
    expired = {"ground": "UTLL_5_2", "valid_to": "2027-05-31"}
    fact(person, "permit", expired)
    row = next(one.row for one in seen(coordinator, home) if one.row.person_id == person.pk)
    assert (row.permit_expired_on, row.end) == (date(2027, 5, 31), END)
    fact(person, "permit", {**expired, "renewal_applied_on": "2027-05-01", "renewal_refused_final_on": "2027-08-01"})
    row = next(one.row for one in seen(coordinator, home) if one.row.person_id == person.pk)
    assert (row.permit_expired_on, row.clock.exists.value, row.end) == (None, False, None)


def test_a_refusal_takes_nothing_while_the_old_permit_holds(coordinator: Actor, home: Household) -> None:
    person = adult(home)
    refused = {"renewal_applied_on": "2027-03-01", "renewal_refused_final_on": "2027-06-01"}

    def row(today: date) -> Any:
        return next(one.row for one in seen(coordinator, home, today) if one.row.person_id == person.pk)

    fact(person, "permit", {"ground": "UTLL_5_2", "valid_to": "2027-08-31", **refused})
    assert (row(date(2027, 8, 31)).clock.exists.value, row(date(2027, 8, 31)).end) == (True, END)
    gone = row(date(2027, 9, 1))
    assert (gone.clock.exists.value, gone.facts.coverage_ended_on) == (False, date(2027, 9, 1))
    # Until when the permit held is not told, so nor is that it has ended.
    fact(person, "permit", {"ground": "UTLL_5_2", **refused}, date(2027, 1, 2))
    assert row(LATER).clock.exists.value is True


@pytest.mark.parametrize(
    ("renewal", "told"),
    [
        ({"renewal_applied_on": "2027-05-31"}, False),
        ({"renewal_applied_on": "2027-06-01"}, True),
        ({"renewal_applied_on": "2027-05-01", "renewal_for_covered_ground": False}, True),
        ({"renewal_applied_on": "2027-05-01", "renewal_for_covered_ground": True}, False),
        ({"renewal_applied_on": "2027-05-01", "inhibition": True}, True),
        ({}, True),
    ],
)
def test_an_expired_permit_is_told_of_unless_a_renewal_counts(
    coordinator: Actor, home: Household, renewal: dict[str, Any], told: bool
) -> None:
    person = adult(home)
    fact(person, "permit", {"ground": "UTLL_5_2", "valid_to": "2027-05-31", **renewal})
    row = next(one.row for one in seen(coordinator, home) if one.row.person_id == person.pk)
    assert (row.permit_expired_on == date(2027, 5, 31)) is told
    assert (row.clock.exists.value, row.end) == (True, END)


def test_who_left_lma_before_the_reception_act_waits_for_the_municipality(coordinator: Actor, home: Household) -> None:
    person = adult(home)
    Arrival.objects.filter(person=person).update(on=date(2025, 5, 20))
    fact(person, "living", {"living": "municipal_temporary_protection"})
    fact(person, "left_reception_act", {"on": "2026-09-30"})

    def row() -> Any:
        return next(one.row for one in seen(coordinator, home) if one.row.person_id == person.pk)

    assert [question.key for question in row().clock.rulings_needed] == ["T-4"]
    rule("T-4", "right")
    assert row().end == date(2028, 5, 20)
    LocalRuling.objects.filter(key="T-4").delete()
    rule("T-4", "no_right")
    assert (row().clock.exists.value, row().end) == (False, None)


def test_who_found_housing_without_an_anvisning_has_no_such_right(coordinator: Actor, household: Make) -> None:
    made = household(category="self_settled", assigned=False, received_on=date(2026, 11, 1))
    assert {member.row.clock.exists.value for member in seen(coordinator, made)} == {False}


def rows_of(actor: Actor, home: Household) -> dict[Any, Any]:
    return {member.row.person_id: member.row for member in seen(actor, home)}


@pytest.mark.parametrize("category", ["relative", "other"])
def test_who_was_received_without_an_anvisning_has_no_such_right_and_does_not_wait(
    coordinator: Actor, household: Make, category: str
) -> None:
    rule("U15", "same_day")
    made = household(category=category, assigned=False, received_on=date(2026, 11, 1))
    rows = rows_of(coordinator, made)
    assert [row.clock.exists.value for row in rows.values()] == [False] * 4
    assert {str(row.steps[-1].source) for row in rows.values()} == {"11 § 2026:1326"}
    assert listed(coordinator, wanted=right.UNCLEAR) == []
    # The two grounds of 11 § go before: the municipality's housing for temporary protection.
    person = adult(made)
    fact(person, "living", {"living": "municipal_temporary_protection"})
    fact(person, "left_reception_act", {"on": "2027-02-02"})
    assert rows_of(coordinator, made)[person.pk].end == date(2029, 11, 1)


def test_where_an_anvisning_is_to_be_expected_its_day_is_still_asked_for(coordinator: Actor, household: Make) -> None:
    made = household(category="asylum_housing", assigned=False, received_on=date(2026, 11, 1))
    other = household(category="other", assigned=False, received_on=date(2026, 11, 1))
    fact(adult(other), "living", {"living": "municipal_asylum"})
    waiting = [*rows_of(coordinator, made).values(), rows_of(coordinator, other)[adult(other).pk]]
    assert [row.clock.missing for row in waiting] == [("assignment_decided_on",)] * 5


def test_who_joins_an_assigned_household_has_no_own_right(coordinator: Actor, home: Household) -> None:
    joined, born = (Person.objects.create(case=home.case) for _ in range(2))
    for person, birth in ((joined, {"on": "1961-05-02"}), (born, {"on": "2027-06-01", "in_sweden": True})):
        Membership.objects.create(household=home, person=person, position="adult", valid_from=date(2027, 6, 1))
        fact(person, "birth_date", birth)
    assert rows_of(coordinator, home)[joined.pk].clock.exists.value is None
    Arrival.objects.create(person=joined, household=home, on=date(2027, 6, 1), category="relative", source="staff")
    rows = rows_of(coordinator, home)
    for person in (joined, born):
        assert rows[person.pk].clock.exists.value is False
        assert "avgör människor" in rows[person.pk].steps[-1].text
    assert rows[adult(home).pk].end == END
    Assignment.objects.get(household=home).persons.add(joined)
    assert rows_of(coordinator, home)[joined.pk].end == date(2030, 6, 1)


def test_the_clock_of_a_list_is_that_of_the_page_though_births_are_read_of_few(
    coordinator: Actor, home: Household
) -> None:
    """A list reads a birth only for whether it was here; one told to be here, and corrected, counts as it stands."""
    born, mistaken, unknown = (Person.objects.create(case=home.case) for _ in range(3))
    for person in (born, mistaken, unknown):
        Membership.objects.create(household=home, person=person, position="child", valid_from=date(2027, 6, 1))
    fact(born, "birth_date", {"on": "2027-06-01", "in_sweden": True})
    wrong = fact(mistaken, "birth_date", {"on": "2027-06-01", "in_sweden": True})
    Fact.objects.create(
        person=mistaken,
        kind="birth_date",
        value={"on": "2026-06-01"},
        valid_from=date(2026, 12, 1),
        corrects=wrong,
        source="staff",
    )

    def clocks(whole: Q) -> dict[Any, Any]:
        rows = right_rows.rights(Q(id=home.case_id), whole, LATER, {"U15": "same_day"})
        return {row.person_id: (row.clock, row.facts, row.case_number, row.household_id, row.here) for row in rows}

    on_the_list, on_the_page = clocks(Q(pk__in=())), clocks(Q(id=home.case_id))
    assert on_the_list == on_the_page
    exists = [on_the_list[person.pk][0].exists.value for person in (born, mistaken, unknown)]
    assert exists == [False, None, None]


def test_the_act_that_was_recorded_is_used_and_a_difference_is_told(coordinator: Actor, home: Household) -> None:
    assert not any(row.regime_differs for row in rows_of(coordinator, home).values())
    Assignment.objects.filter(household=home).update(regime="BOS-2016")
    rows = rows_of(coordinator, home).values()
    assert all(row.regime_differs for row in rows)
    assert {row.clock.regime.value for row in rows} == {Regime.BOS_2016}
    assert {question.key for row in rows for question in row.clock.rulings_needed} == {"T-6"}
    assert all(any("Det som är registrerat används" in step.text for step in row.steps) for row in rows)
    # The anvisning that the person was received under has it too.
    Arrival.objects.filter(household=home).update(assignment=None)
    assert all(row.regime_differs for row in rows_of(coordinator, home).values())


def test_both_acts_stand_side_by_side_and_one_governs(coordinator: Actor, home: Household) -> None:
    old, new = seen(coordinator, home)[0].sides
    assert (old.regime, old.governs, new.governs) == (Regime.BOS_2016, False, True)
    assert old.rows.keys() == new.rows.keys()
    assert all(step.source for step in new.rows.values())


def test_an_open_ended_lease_goes_on_by_the_municipalitys_own_line(
    coordinator: Actor,
    home: Household,
    dwelling: Callable[..., Dwelling],
    tenancy: Callable[..., Tenancy],
) -> None:
    assert "egen policy" in " ".join(step.text for step in seen(coordinator, home)[0].adds)
    tenancy(dwelling(), home, form=Tenancy.Form.FIXED, starts_on=RECEIVED, ends_on=END - timedelta(days=40))
    page = right.right_of_household(coordinator, home.pk, today=LATER)
    assert [lease.ends_on for lease in page.leases] == [END - timedelta(days=40)]
    assert "Lagen går före" in " ".join(step.text for step in page.members[0].adds)


@pytest.mark.parametrize(("months", "limit"), [(18, date(2028, 8, 14)), (48, date(2031, 2, 14))])
def test_a_lease_for_a_time_is_counted_in_months_and_ends_the_day_before(
    coordinator: Actor, home: Household, monkeypatch: pytest.MonkeyPatch, months: int, limit: date
) -> None:
    file = records.housing()
    assert file
    form = file.leases[0].model_copy(update={"code": "fixed", "months": months})
    monkeypatch.setattr(records, "housing", lambda: file.model_copy(update={"leases": (form,)}))
    assert limit in [step.values.get("limit") for step in seen(coordinator, home)[0].adds]
    refused = {"ground": "UTLL_5_2", "valid_to": "2027-07-01", "renewal_refused_final_on": "2027-08-01"}
    fact(adult(home), "permit", refused)
    without = next(member for member in seen(coordinator, home) if member.row.person_id == adult(home).pk)
    assert without.adds[-1].values == {"months": months}


# --- an early end -----------------------------------------------------------------------------------------------------


def test_a_decided_early_end_is_the_end(coordinator: Actor, home: Household) -> None:
    person = adult(home)
    early_end(person, decided_on=date(2027, 9, 1))
    row = next(one.row for one in seen(coordinator, home) if one.row.person_id == person.pk)
    assert (row.end, row.clock.end.value) == (date(2027, 12, 31), END)
    sources = [str(step.source) for step in row.steps[-3:]]
    assert sources == ["13 § 2026:1326", "13 § 2026:1326", "16 § 2026:1326"]
    assert row.steps[-3].values["number"].sv == "UN2027/9"
    first = right.watch_list(coordinator, today=LATER).lines[0]
    assert (first.row.person_id, first.row.end) == (person.pk, date(2027, 12, 31))


def test_the_page_of_an_early_end_says_one_last_day(coordinator: Actor, home: Household) -> None:
    person, end = adult(home), date(2027, 12, 31)
    early_end(person)
    member = next(one for one in seen(coordinator, home) if one.row.person_id == person.pk)
    assert [step.values.get("end") for step in member.adds if "end" in step.values] == [end]
    # The day twelve months before the end had passed when it was decided.
    assert [point.months for point in member.points if point.kind == "mark"] == [3, 2]


def test_without_a_lease_none_is_said_to_go_on(coordinator: Actor, home: Household, dwelling: Any) -> None:
    def adds() -> str:
        return " ".join(step.render() for step in seen(coordinator, home)[0].adds)

    assert "Kommunens egen policy är avtal tills vidare" in adds()
    assert "hyresavtalet" not in adds()
    Tenancy.objects.create(
        case=home.case, dwelling=dwelling(), form="open_ended", persons=4, rent=8_000, starts_on=RECEIVED
    )
    assert "Därefter fortsätter hyresavtalet tills vidare" in adds()


def test_the_duties_to_inform_and_support_follow_the_right(
    coordinator: Actor, household: Make, home: Household
) -> None:
    page = right.right_of_household(coordinator, home.pk, today=LATER)
    assert (page.somebody_may_have_it, page.lacks_information, page.lacks_search) == (True, True, True)
    other = household(category="self_settled", assigned=False, received_on=date(2026, 11, 1))
    page = right.right_of_household(coordinator, other.pk, today=LATER)
    assert (page.somebody_may_have_it, page.lacks_information, page.lacks_search) == (False, False, False)


def test_a_change_of_the_decision_gives_the_counted_day_back(coordinator: Actor, home: Household) -> None:
    early_end(
        adult(home),
        status="changed",
        changed_on=date(2027, 9, 1),
        changed_by="Förvaltningsrätten",
        change_note="Mål 1-27",
    )
    row = rows_of(coordinator, home)[adult(home).pk]
    assert (row.end, row.ended_early) == (END, None)


# --- the watch list ---------------------------------------------------------------------------------------------------


def test_the_marks_come_on_their_day(coordinator: Actor, home: Household) -> None:
    days = (
        (date(2029, 2, 14), None),
        (date(2029, 2, 15), 12),
        (date(2029, 8, 14), 12),
        (date(2029, 8, 15), 6),
        (date(2029, 11, 14), 6),
        (date(2029, 11, 15), 3),
        (date(2029, 12, 14), 3),
        (date(2029, 12, 15), 2),
        (date(2030, 2, 15), 2),
        (date(2030, 2, 16), 0),
    )
    for day, mark in days:
        shown = right.watch_list(coordinator, today=day, wanted=right.ENDED if mark == 0 else "").lines
        assert [line.mark.months if line.mark else None for line in shown] == [mark] * 4, day
        for most in (12, 6, 3, 2):
            assert len(listed(coordinator, day, str(most))) == (4 if mark and mark <= most else 0), (day, most)
        assert len(listed(coordinator, day, right.ENDED)) == (4 if mark == 0 else 0), day


def test_a_right_that_has_ended_is_watched_while_the_lease_runs(
    coordinator: Actor, home: Household, dwelling: Callable[..., Dwelling], tenancy: Callable[..., Tenancy]
) -> None:
    lease, day = tenancy(dwelling(), home), END + timedelta(days=1)

    def run_on() -> list[bool]:
        return [line.lease_runs for line in right.watch_list(coordinator, today=day).lines]

    assert run_on() == [True] * 4
    assert right.soon(coordinator, today=day) == (4, None, 0)
    assert not any(line.lease_runs for line in right.watch_list(coordinator, today=END).lines)
    assert right.soon(coordinator, today=END) == (4, END, 0)
    Membership.objects.filter(household=home, person=adult(home)).update(valid_to=END)
    assert run_on() == [True] * 3
    for changes in (
        {"ends_on": END},
        {"ends_on": day + timedelta(days=30), "moved_out_on": END},
        {"moved_out_on": None, "starts_on": day + timedelta(days=1)},
    ):
        Tenancy.objects.filter(pk=lease.pk).update(**changes)
        assert run_on() == [], changes
        assert right.soon(coordinator, today=day) == (0, None, 0)


def test_a_permit_that_ends_soon_is_told_unless_a_renewal_is_applied_for(coordinator: Actor, home: Household) -> None:
    person = adult(home)

    def told() -> tuple[bool, date | None]:
        lines = right.watch_list(coordinator, today=LATER).lines
        line = next(line for line in lines if line.row.person_id == person.pk)
        return line.permit_near, line.row.permit_expired_on

    ends = {"ground": "UTLL_5_2", "valid_to": "2027-12-11"}
    fact(person, "permit", ends)
    assert told() == (False, None)
    fact(person, "permit", {**ends, "valid_to": "2027-12-10"}, date(2026, 12, 2))
    assert told() == (True, None)
    fact(person, "permit", {**ends, "valid_to": "2027-12-10", "renewal_applied_on": "2027-09-01"}, date(2026, 12, 3))
    assert told() == (False, None)
    fact(person, "permit", {**ends, "valid_to": "2027-09-09"}, date(2026, 12, 4))
    assert told() == (False, date(2027, 9, 9))


def test_who_lives_under_the_lease_or_whose_right_has_ended_is_not_called_back(
    coordinator: Actor, home: Household, dwelling: Callable[..., Dwelling], tenancy: Callable[..., Tenancy]
) -> None:
    assert all(member.may_call_back for member in seen(coordinator, home))
    assert not any(member.may_call_back for member in seen(coordinator, home, END + timedelta(days=1)))
    tenancy(dwelling(), home)
    assert not any(member.may_call_back for member in seen(coordinator, home))
    Membership.objects.filter(household=home, person=adult(home)).update(valid_to=LATER)
    assert [member.row.name for member in seen(coordinator, home) if member.may_call_back] == ["Olena Testsson"]


def test_a_branch_that_was_told_nothing_counts_nothing(
    letting: Actor, coordinator: Actor, home: Household, disclose: Callable[..., None]
) -> None:
    assert right.soon(letting, today=LATER) == (None, None, 0)
    assert right.watch_list(letting, today=LATER).undisclosed
    assert not right.watch_list(coordinator, today=LATER).undisclosed
    disclose(home, ["housing_right"])
    day = date(2027, 3, 1)
    assert right.soon(letting, today=day) == (0, None, 0)
    assert not right.watch_list(letting, today=day).undisclosed


def test_less_than_a_month_is_told_in_days(coordinator: Actor, home: Household) -> None:
    line = right.watch_list(coordinator, today=date(2030, 2, 1)).lines[0]
    assert (line.months_left, line.days_left) == (0, 14)


def test_the_list_is_paged_and_the_first_to_end_stands_first(coordinator: Actor, home: Household) -> None:
    Arrival.objects.filter(person=adult(home)).update(on=date(2027, 1, 20))
    page = right.watch_list(coordinator, today=LATER, limit=2)
    assert (page.lines[0].row.person_id, len(page.lines), page.more) == (adult(home).pk, 2, True)
    assert not right.watch_list(coordinator, today=LATER, offset=2, limit=2).more


def test_closed_cases_and_the_dead_are_not_watched(coordinator: Actor, home: Household) -> None:
    fact(adult(home), "death", {"on": "2027-06-01"})
    assert len(listed(coordinator)) == 3
    home.case.closed_on = date(2027, 7, 1)
    home.case.save()
    assert listed(coordinator) == []


def test_the_number_of_queries_does_not_grow_with_rows(coordinator: Actor, household: Make, home: Household) -> None:
    def count(read: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as caught:
            read()
        return len(caught)

    def the_list() -> Any:
        return right.watch_list(coordinator, today=LATER)

    def the_page() -> Any:
        return right.right_of_household(coordinator, home.pk, today=LATER)

    before, page_before = count(the_list), count(the_page)
    for number in range(3):
        settle(household(family=f"Provsson{number}"))
    person = adult(home)
    for name in ("living", "language"):
        fact(person, name, {"living": "own"} if name == "living" else {"spoken": "dari"})
    CallBack.objects.create(person=person, notified_on=LATER, wanted_from=LATER)
    assert len(listed(coordinator)) == 16
    assert count(the_list) == before
    assert count(the_page) == page_before


def test_one_row_in_the_journal_for_the_list_and_one_for_the_page(coordinator: Actor, home: Household) -> None:
    before = AuditEntry.objects.count()
    right.watch_list(coordinator, today=LATER)
    seen(coordinator, home)
    rows = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[before:]
    assert rows == ["housing_rights.listed", "housing_right.viewed"]


def test_those_who_come_back_stand_first_until_they_have_a_home(
    coordinator: Actor,
    household: Make,
    home: Household,
    dwelling: Callable[..., Dwelling],
    tenancy: Callable[..., Tenancy],
) -> None:
    other = settle(household(family="Annansson"))
    days = ((home, date(2028, 3, 1)), (other, date(2027, 10, 1)))
    for made, wanted in days:
        CallBack.objects.create(person=adult(made), notified_on=LATER, wanted_from=wanted)

    def coming(today: date = LATER) -> list[tuple[str, date]]:
        found = right.watch_list(coordinator, today=today).coming
        assert all(one.may_write_need for one in found)
        return [(one.row.name if one.row else "", one.ready_on) for one in found]

    assert coming() == [("Olena Annansson", date(2027, 11, 10)), ("Olena Testsson", date(2028, 3, 1))]
    entry = AuditEntry.objects.filter(action="housing_rights.listed").latest("id")
    assert {str(adult(made).pk) for made, _day in days} <= set(entry.object_ids)
    assert right.soon(coordinator, today=LATER)[2] == 1
    assert right.soon(coordinator, today=date(2027, 12, 1))[2] == 2
    # A day that has passed is not forgotten, a lease that has begun since ends the wait.
    assert len(coming(date(2027, 12, 1))) == 2
    tenancy(dwelling(), other, starts_on=LATER - timedelta(days=1))
    assert len(coming()) == 2
    tenancy(dwelling(), other, starts_on=date(2027, 11, 1))
    assert [name for name, _day in coming()] == ["Olena Testsson"]
    assert coming(END + timedelta(days=1)) == []
    CallBack.objects.update(withdrawn_on=LATER)
    assert coming() == []


def test_who_comes_back_is_for_the_own_branch(
    actor: Callable[..., Actor], letting: Actor, home: Household, disclose: Callable[..., None]
) -> None:
    CallBack.objects.create(person=adult(home), notified_on=LATER, wanted_from=LATER)
    disclose(home, ["housing_right", "housing_need"])
    day = date(2027, 3, 1)
    assert right.watch_list(letting, today=day).lines
    assert right.watch_list(letting, today=day).coming == []
    assert right.soon(letting, today=day)[2] == 0
    (one,) = right.watch_list(actor(Role.SOCIAL_SECRETARY, "integration"), today=LATER).coming
    assert not one.may_write_need


def test_the_tile_counts_those_whom_the_list_shows(coordinator: Actor, home: Household) -> None:
    """Who has not been received is on neither, also with a decision that ends what never began."""
    early_end(adult(home), opened_on=LATER, decided_on=LATER, ends_on=LATER + timedelta(days=9))
    assert right.soon(coordinator, today=LATER)[0] == 1
    Arrival.objects.filter(person=adult(home)).delete()
    assert len(listed(coordinator)) == 3
    assert right.soon(coordinator, today=LATER) == (0, None, 0)


# --- who may know -----------------------------------------------------------------------------------------------------


def test_another_branch_sees_nothing_until_it_is_disclosed_and_then_the_case_and_its_day(
    actor: Callable[..., Actor], letting: Actor, home: Household, disclose: Callable[..., None]
) -> None:
    secretary = actor(Role.SOCIAL_SECRETARY)
    for stranger in (secretary, letting):
        assert right.watch_list(stranger, today=LATER).lines == []
        with pytest.raises(NotVisible):
            seen(stranger, home)
    disclose(home, ["housing_right"])
    day = date(2027, 3, 1)
    (line,) = right.watch_list(letting, today=day).lines
    assert (line.own, line.row.name, line.row.case_number, line.row.end) == (False, "", home.case.number, END)
    assert AuditEntry.objects.filter(action="housing_rights.listed").first().fields.count("name") == 0
    assert right.watch_list(secretary, today=day).lines == []
    with pytest.raises(NotVisible):
        seen(letting, home, day)


def test_a_need_that_was_disclosed_tells_nothing_of_the_right(
    letting: Actor, home: Household, disclose: Callable[..., None]
) -> None:
    disclose(home, ["housing_need"])
    assert right.watch_list(letting, today=date(2027, 3, 1)).lines == []


def test_a_protected_household_is_hidden_from_who_may_not_handle_it(
    actor: Callable[..., Actor], coordinator: Actor, home: Household
) -> None:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    protect(trusted, home)
    assert listed(coordinator) == []
    with pytest.raises(NotVisible):
        seen(coordinator, home)
    assert len(listed(trusted)) == len(seen(trusted, home)) == 4


@pytest.mark.parametrize("role", [Role.SFI_ADMINISTRATOR, Role.CONTROLLER, Role.ASSOCIATION, Role.ADMINISTRATOR])
def test_other_roles_are_refused(actor: Callable[..., Actor], home: Household, role: Role) -> None:
    stranger = actor(role)
    with pytest.raises(Refused):
        right.watch_list(stranger, today=LATER)
    with pytest.raises(Refused):
        seen(stranger, home)


# --- what is told and given -------------------------------------------------------------------------------------------


def test_a_notice_gives_the_day_to_be_ready_and_is_withdrawn_not_removed(coordinator: Actor, home: Household) -> None:
    person = adult(home)
    told = right_services.record_call_back(
        coordinator, person=person, notified_on=LATER, wanted_from=date(2027, 9, 20), note=" Ringde ", today=LATER
    )
    assert told.note == "Ringde"
    member = next(one for one in seen(coordinator, home) if one.row.person_id == person.pk)
    assert member.call_backs[0].ready.value == date(2027, 11, 10)
    with pytest.raises(ValidationError, match="redan sagt till"):
        right_services.record_call_back(
            coordinator, person=person, notified_on=LATER, wanted_from=date(2028, 1, 1), today=LATER
        )
    right_services.withdraw_call_back(coordinator, call_back=told, today=LATER)
    assert CallBack.objects.get().withdrawn_on == LATER
    with pytest.raises(ValidationError, match="redan återtaget"):
        right_services.withdraw_call_back(coordinator, call_back=told, today=LATER)
    row = AuditEntry.objects.get(action="call_back.recorded")
    assert "Ringde" not in str(row.details)


@pytest.mark.parametrize(
    ("notified_on", "wanted_from", "words"),
    [
        (LATER + timedelta(days=1), date(2028, 1, 1), "framtiden"),
        (LATER, LATER - timedelta(days=1), "före den dag"),
        (LATER, END + timedelta(days=1), "Rätten slutar"),
    ],
)
def test_a_notice_that_cannot_be_is_refused(
    coordinator: Actor, home: Household, notified_on: date, wanted_from: date, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        right_services.record_call_back(
            coordinator, person=adult(home), notified_on=notified_on, wanted_from=wanted_from, today=LATER
        )


def test_who_has_no_right_cannot_call_it_back(coordinator: Actor, household: Make) -> None:
    made = household(category="self_settled", assigned=False, received_on=date(2026, 11, 1))
    with pytest.raises(ValidationError, match="ingen rätt"):
        right_services.record_call_back(
            coordinator, person=adult(made), notified_on=LATER, wanted_from=LATER, today=LATER
        )


def test_support_is_evidenced_by_language_and_interpreter(coordinator: Actor, home: Household) -> None:
    page = right.right_of_household(coordinator, home.pk, today=LATER)
    assert page.lacks_information
    assert page.lacks_search
    given = {"household": home, "on": LATER, "language": "ukrainska", "interpreter_used": True, "today": LATER}
    right_services.record_support(coordinator, duty="information", **given)
    right_services.record_support(coordinator, duty="search", declined=True, **given)
    page = right.right_of_household(coordinator, home.pk, today=LATER)
    assert not page.lacks_information
    assert not page.lacks_search
    assert {(one.duty, one.language, one.interpreter_used) for one in page.support} == {
        ("information", "ukrainska", True),
        ("search", "ukrainska", True),
    }


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"duty": "advice"}, "duty"),
        ({"on": LATER + timedelta(days=1)}, "on"),
        ({"language": " "}, "language"),
        ({"declined": True}, "declined"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_support_that_cannot_be_is_refused_at_its_field(
    coordinator: Actor, home: Household, changed: dict[str, Any], field: str
) -> None:
    given = {"household": home, "duty": "information", "on": LATER, "language": "ukrainska", "today": LATER}
    with pytest.raises(ValidationError) as error:
        right_services.record_support(coordinator, **{**given, **changed})
    assert list(error.value.error_dict) == [field]
    assert not SupportGiven.objects.exists()


def test_another_branch_does_nothing_with_the_right(
    letting: Actor, home: Household, disclose: Callable[..., None]
) -> None:
    disclose(home, ["housing_right"])
    given = {"duty": "information", "on": LATER, "language": "ukrainska", "today": LATER}
    with pytest.raises(NotVisible):
        right_services.record_support(letting, household=home, **given)
    with pytest.raises(NotVisible):
        right_services.record_call_back(letting, person=adult(home), notified_on=LATER, wanted_from=LATER, today=LATER)


def test_persons_of_the_case_only(coordinator: Actor, household: Make, home: Household) -> None:
    other = settle(household(family="Annansson"))
    assert Person.objects.filter(case=other.case).exists()
    assert Fact.objects.filter(person__case=other.case).exists()
    assert {member.row.case_id for member in seen(coordinator, home)} == {home.case_id}
