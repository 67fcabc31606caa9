"""Ending the right early: what blocks, what due process asks for, and that only a person decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.housing.rights import END, LATER, adult, fact, protect, rule, settle

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry
from hemvist.access.roles import Role
from hemvist.housing import ending as deeds
from hemvist.housing import ending_case, right
from hemvist.housing.models import EarlyEnding
from hemvist.reception.models import Household, Person

pytestmark = pytest.mark.django_db

Make = Callable[..., Household]
Open = Callable[..., EarlyEnding]
SECRET = "Hemlig mening som aldrig får stå i journalen"


@pytest.fixture
def home(household: Make) -> Household:
    rule("U15", "same_day")
    return settle(household())


@pytest.fixture
def opened(coordinator: Actor, home: Household) -> Open:
    """``opened(ground)``: a case about Olena, begun in the morning of 1 August 2027."""

    def make(ground: str = "not_in_programme", today: date = date(2027, 8, 1)) -> EarlyEnding:
        return deeds.open_ending(coordinator, person=adult(home), ground=ground, today=today)

    return make


def heard(actor: Actor, ending: EarlyEnding) -> None:
    """All that every ground asks for: children, communication, a reply, the reasons."""
    deeds.record_children(actor, ending=ending, affected=True, text=SECRET, today=date(2027, 8, 10))
    deeds.record_communication(
        actor, ending=ending, communicated_on=date(2027, 8, 10), reply_by=date(2027, 8, 31), today=date(2027, 8, 10)
    )
    deeds.record_reply(actor, ending=ending, replied_on=date(2027, 8, 20), text=SECRET, today=date(2027, 8, 20))
    deeds.record_reasons(actor, ending=ending, text=SECRET)


def complete(actor: Actor, ending: EarlyEnding) -> EarlyEnding:
    """A case of the first ground in which nothing is left."""
    given = {"programme": "", "no_referral_since": date(2027, 5, 1)}
    deeds.record_ground(actor, ending=ending, today=LATER, **given)
    deeds.record_acceptable_reasons(actor, ending=ending, outcome="none", text=SECRET)
    heard(actor, ending)
    return EarlyEnding.objects.get(pk=ending.pk)


DECISION: dict[str, Any] = {
    "outcome": "ends",
    "decided_on": LATER,
    "decided_by": "Utbildningsnämnden",
    "diary_number": "UN2027/77",
    "ends_on": date(2027, 12, 31),
    "appeal_instruction": True,
    "today": LATER,
}


def examined(actor: Actor, ending: EarlyEnding, today: date = LATER) -> ending_case.EndingPage:
    return ending_case.examine(actor, ending.pk, today=today)


# --- before a case ----------------------------------------------------------------------------------------------------


def test_nothing_stands_in_the_way_of_an_adult_with_a_right(coordinator: Actor, home: Household) -> None:
    found = ending_case.before(coordinator, person=adult(home), today=LATER)
    assert [prospect.blocks for prospect in found.prospects] == [(), (), ()]


def test_below_twenty_only_the_third_ground_can_be_tried(coordinator: Actor, home: Household) -> None:
    person = adult(home)
    fact(person, "birth_date", {"on": "2007-09-11"})
    found = ending_case.before(coordinator, person=person, today=LATER)
    assert [bool(prospect.blocks) for prospect in found.prospects] == [True, True, False]
    for ground in ("not_in_programme", "assignment_withdrawn"):
        with pytest.raises(ValidationError, match="fyllt 20 år"):
            deeds.open_ending(coordinator, person=person, ground=ground, today=LATER)
    assert not EarlyEnding.objects.exists()
    assert deeds.open_ending(coordinator, person=person, ground="not_in_programme", today=date(2027, 9, 11)).pk


def test_before_the_act_and_after_the_right_nothing_can_be_opened(coordinator: Actor, home: Household) -> None:
    for day, words in ((date(2026, 12, 31), "Lagen gäller från"), (END + timedelta(days=1), "slutade redan")):
        with pytest.raises(ValidationError, match=words):
            deeds.open_ending(coordinator, person=adult(home), ground="tenancy_forfeited", today=day)


def test_without_a_right_there_is_nothing_to_end(coordinator: Actor, household: Make) -> None:
    made = household(category="self_settled", assigned=False, received_on=date(2026, 11, 1))
    with pytest.raises(ValidationError, match="ingen rätt till boende"):
        deeds.open_ending(coordinator, person=adult(made), ground="tenancy_forfeited", today=LATER)


def test_one_case_at_a_time_and_no_ground_but_the_three(coordinator: Actor, home: Household, opened: Open) -> None:
    opened()
    with pytest.raises(ValidationError, match="pågår redan"):
        opened("tenancy_forfeited")
    with pytest.raises(ValidationError, match="tre grunder"):
        deeds.open_ending(coordinator, person=adult(home), ground="active_contribution", today=LATER)


# --- the parts --------------------------------------------------------------------------------------------------------


def test_a_new_case_tells_all_that_is_left(coordinator: Actor, opened: Open) -> None:
    page = examined(coordinator, opened())
    assert page.state.open
    assert not page.state.may_decide
    assert page.outcomes == ()
    sources = {str(step.source) for step in page.state.lacks}
    assert {"25 § 2017:900", "32 § 2017:900", "artikel 3 2018:1197", "23 § 2026:1330"} <= sources
    assert "måste inte" in page.state.notes[0].text


def test_ground_two_is_blocked_until_the_withdrawal_is_final(coordinator: Actor, opened: Open) -> None:
    ending = opened("assignment_withdrawn")
    given: dict[str, Any] = {
        "programme": "introduction",
        "withdrawal_decided_on": date(2027, 6, 1),
        "withdrawal_final_on": None,
        "within_own_control": True,
    }
    deeds.record_ground(coordinator, ending=ending, today=LATER, **given)
    heard(coordinator, ending)
    page = examined(coordinator, ending)
    assert any("laga kraft" in step.text for step in page.state.blocks)
    with pytest.raises(ValidationError, match="laga kraft"):
        deeds.decide(coordinator, ending=ending, **DECISION)
    given["withdrawal_final_on"] = LATER + timedelta(days=1)
    assert deeds.record_ground(coordinator, ending=ending, today=LATER, **given)
    assert examined(coordinator, ending).state.blocks
    given["withdrawal_final_on"] = date(2027, 6, 25)
    deeds.record_ground(coordinator, ending=ending, today=LATER, **given)
    assert not examined(coordinator, ending).state.blocks


def test_changed_facts_of_the_ground_must_be_communicated_anew(coordinator: Actor, opened: Open) -> None:
    ending = complete(coordinator, opened())
    assert examined(coordinator, ending).state.may_decide
    same = {"programme": "", "no_referral_since": date(2027, 5, 1)}
    assert not deeds.record_ground(coordinator, ending=ending, today=LATER, **same)
    assert examined(coordinator, ending).state.may_decide
    assert deeds.record_ground(
        coordinator, ending=ending, today=LATER, **{**same, "no_referral_since": date(2027, 6, 1)}
    )
    page = examined(coordinator, ending)
    assert page.ending.communicated_on is None
    assert page.ending.reply_text == SECRET
    deeds.record_communication(
        coordinator, ending=ending, communicated_on=LATER, reply_by=LATER + timedelta(days=14), today=LATER
    )
    assert any("Vänta på svar" in step.text for step in examined(coordinator, ending).state.lacks)


def test_an_answer_of_the_same_day_is_none_to_what_is_communicated_after_it(coordinator: Actor, opened: Open) -> None:
    ending = complete(coordinator, opened())
    deeds.record_reply(coordinator, ending=ending, replied_on=LATER, text=SECRET, today=LATER)
    changed = {"programme": "", "no_referral_since": date(2027, 6, 1)}
    deeds.record_ground(coordinator, ending=ending, today=LATER, **changed)
    deeds.record_communication(
        coordinator, ending=ending, communicated_on=LATER, reply_by=LATER + timedelta(days=14), today=LATER
    )
    page = examined(coordinator, ending)
    assert (page.ending.replied_on, page.ending.reply_text) == (None, SECRET)
    assert not page.state.may_decide
    with pytest.raises(ValidationError, match="Vänta på svar"):
        deeds.decide(coordinator, ending=ending, **DECISION)


def test_nobody_has_answered_before_the_answer_came(coordinator: Actor, opened: Open) -> None:
    """Answered on the 20th within the time to answer: a decision dated the 15th has not waited."""
    ending = complete(coordinator, opened())
    early = {**DECISION, "decided_on": date(2027, 8, 15)}
    with pytest.raises(ValidationError, match="Vänta på svar"):
        deeds.decide(coordinator, ending=ending, **early)
    assert deeds.decide(coordinator, ending=ending, **{**DECISION, "decided_on": date(2027, 8, 20)}).decided_on


def test_a_last_day_within_the_time_to_appeal_says_why(coordinator: Actor, opened: Open) -> None:
    ending = complete(coordinator, opened())
    decided = DECISION["decided_on"]
    waits = decided + timedelta(weeks=3)
    for given in ({}, {"early_effect_reason": "  "}):
        with pytest.raises(ValidationError) as error:
            deeds.decide(coordinator, ending=ending, **{**DECISION, "ends_on": waits - timedelta(days=1), **given})
        assert list(error.value.error_dict) == ["early_effect_reason"]
        assert "35 § förvaltningslagen" in str(error.value)
    why = {"ends_on": waits - timedelta(days=1), "early_effect_reason": " Bostaden är utdömd. "}
    assert deeds.decide(coordinator, ending=ending, **{**DECISION, **why}).early_effect_reason == "Bostaden är utdömd."


def test_a_last_day_after_the_time_to_appeal_needs_no_reason(coordinator: Actor, opened: Open) -> None:
    ending = complete(coordinator, opened())
    waits = {"ends_on": DECISION["decided_on"] + timedelta(weeks=3), "early_effect_reason": ""}
    assert deeds.decide(coordinator, ending=ending, **{**DECISION, **waits}).ends_on == waits["ends_on"]


def test_acceptable_reasons_block_the_end_but_not_that_the_right_goes_on(coordinator: Actor, opened: Open) -> None:
    ending = complete(coordinator, opened())
    deeds.record_acceptable_reasons(coordinator, ending=ending, outcome="exist", text="Arbetar heltid.")
    page = examined(coordinator, ending)
    assert page.outcomes == ("continues",)
    with pytest.raises(ValidationError, match="godtagbara skäl"):
        deeds.decide(coordinator, ending=ending, **DECISION)
    deeds.decide(coordinator, ending=ending, **{**DECISION, "outcome": "continues", "ends_on": None})
    assert EarlyEnding.objects.get().status == "continues"


def test_that_the_right_goes_on_may_be_decided_as_soon_as_there_are_reasons(coordinator: Actor, opened: Open) -> None:
    ending = opened()
    assert examined(coordinator, ending).outcomes == ()
    deeds.record_reasons(coordinator, ending=ending, text="Personen är anvisad igen.")
    page = examined(coordinator, ending)
    assert page.state.lacks
    assert not page.state.blocks
    assert page.outcomes == ("continues",)
    deeds.decide(coordinator, ending=ending, **{**DECISION, "outcome": "continues", "ends_on": None})
    assert EarlyEnding.objects.get().status == "continues"


@pytest.mark.parametrize(
    ("deed", "given", "field"),
    [
        ("record_ground", {"programme": "gym", "no_referral_since": None, "today": LATER}, "programme"),
        ("record_acceptable_reasons", {"outcome": "perhaps", "text": "x"}, "outcome"),
        ("record_acceptable_reasons", {"outcome": "none", "text": " "}, "text"),
        ("record_children", {"affected": None, "text": "", "today": LATER}, "affected"),
        ("record_children", {"affected": True, "text": " ", "today": LATER}, "text"),
        ("record_children", {"affected": False, "text": " ", "today": LATER}, "text"),
        (
            "record_ground",
            {"programme": "", "no_referral_since": date(2027, 2, 14), "today": LATER},
            "no_referral_since",
        ),
        (
            "record_communication",
            {"communicated_on": LATER + timedelta(days=1), "reply_by": date(2028, 1, 1), "today": LATER},
            "communicated_on",
        ),
        (
            "record_communication",
            {"communicated_on": date(2027, 7, 31), "reply_by": date(2028, 1, 1), "today": LATER},
            "communicated_on",
        ),
        ("record_communication", {"communicated_on": LATER, "reply_by": LATER, "today": LATER}, "reply_by"),
        ("record_reply", {"replied_on": LATER, "text": "x", "today": LATER}, "__all__"),
        ("record_reasons", {"text": ""}, "text"),
        ("record_reasons", {"text": "x" * 8001}, "text"),
        ("close", {"reason": "", "today": LATER}, "reason"),
        ("serve", {"served_on": LATER, "today": LATER}, "__all__"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    coordinator: Actor, opened: Open, deed: str, given: dict[str, Any], field: str
) -> None:
    ending = opened()
    with pytest.raises(ValidationError) as error:
        getattr(deeds, deed)(coordinator, ending=ending, **given)
    found = list(error.value.error_dict) if hasattr(error.value, "error_dict") else ["__all__"]
    assert found == [field]
    ending.refresh_from_db()
    assert (ending.status, ending.reasons, ending.communicated_on) == ("open", "", None)


def test_a_no_about_children_needs_its_reason_only_with_a_child_in_the_household(
    coordinator: Actor, opened: Open
) -> None:
    ending = complete(coordinator, opened())
    EarlyEnding.objects.filter(pk=ending.pk).update(children_affected=False, best_interests_text="")
    assert any("barn i hushållet" in step.text for step in examined(coordinator, ending).state.lacks)
    deeds.record_children(coordinator, ending=ending, affected=False, text="De bor hos sin far.", today=LATER)
    assert examined(coordinator, ending).state.may_decide
    for person in Person.objects.filter(case=ending.person.case).exclude(pk=ending.person_id):
        # Children when the case was begun, of age a week before it is answered.
        born = LATER.replace(year=LATER.year - 18) - timedelta(days=7)
        assert born.replace(year=born.year + 18) > ending.opened_on
        fact(person, "birth_date", {"on": born.isoformat()}, date(2026, 12, 2))
    deeds.record_children(coordinator, ending=ending, affected=False, text="", today=LATER)
    assert examined(coordinator, ending).state.may_decide


def test_only_the_first_ground_asks_for_acceptable_reasons(coordinator: Actor, opened: Open) -> None:
    with pytest.raises(ValidationError, match="frågar inte"):
        deeds.record_acceptable_reasons(coordinator, ending=opened("tenancy_forfeited"), outcome="none", text="x")


# --- the decision -----------------------------------------------------------------------------------------------------


def without(ending: EarlyEnding, **changed: Any) -> None:
    EarlyEnding.objects.filter(pk=ending.pk).update(**changed)


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ({"no_referral_since": None}, "Arbetsförmedlingen"),
        ({"acceptable_reasons": ""}, "godtagbara skäl"),
        ({"children_affected": None}, "rör barn"),
        ({"best_interests_text": ""}, "barnets bästa"),
        ({"communicated_on": None, "reply_by": None}, "få del av allt underlag"),
        ({"replied_on": None, "reply_by": LATER}, "Vänta på svar"),
        ({"reasons": ""}, "Skriv skälen"),
        ({"programme": "youth_guarantee"}, "Jobbgarantin"),
    ],
)
def test_the_end_is_refused_while_anything_is_lacking(
    coordinator: Actor, opened: Open, lacking: dict[str, Any], words: str
) -> None:
    ending = complete(coordinator, opened())
    without(ending, **lacking)
    with pytest.raises(ValidationError) as error:
        deeds.decide(coordinator, ending=ending, **DECISION)
    assert words in " ".join(error.value.messages)
    assert EarlyEnding.objects.get().status == "open"


def test_the_end_is_refused_without_the_instruction_on_how_to_appeal(coordinator: Actor, opened: Open) -> None:
    ending = complete(coordinator, opened())
    with pytest.raises(ValidationError) as error:
        deeds.decide(coordinator, ending=ending, **{**DECISION, "appeal_instruction": False})
    assert "överklagas" in " ".join(error.value.messages)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"outcome": "perhaps"}, "outcome"),
        ({"decided_on": LATER + timedelta(days=1)}, "decided_on"),
        ({"decided_on": date(2027, 7, 31)}, "decided_on"),
        ({"decided_by": " "}, "decided_by"),
        ({"diary_number": ""}, "diary_number"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": LATER - timedelta(days=1)}, "ends_on"),
        ({"ends_on": END}, "ends_on"),
        ({"outcome": "continues"}, "ends_on"),
    ],
)
def test_a_decision_says_what_it_must(coordinator: Actor, opened: Open, changed: dict[str, Any], field: str) -> None:
    ending = complete(coordinator, opened())
    with pytest.raises(ValidationError) as error:
        deeds.decide(coordinator, ending=ending, **{**DECISION, **changed})
    assert list(error.value.error_dict) == [field]
    assert EarlyEnding.objects.get().status == "open"


def test_the_decision_changes_the_clock_and_keeps_its_steps(coordinator: Actor, home: Household, opened: Open) -> None:
    ending = complete(coordinator, opened())
    deeds.decide(coordinator, ending=ending, **DECISION)
    page = examined(coordinator, ending, LATER + timedelta(days=30))
    assert page.right.end == date(2027, 12, 31)
    assert page.state.blocks == ()
    assert any(step.values.get("day") == date(2027, 5, 1) for step in page.steps)
    first = right.watch_list(coordinator, today=LATER).lines[0]
    assert (first.row.person_id, first.row.end) == (adult(home).pk, date(2027, 12, 31))
    # What becomes known later changes nothing of what was decided.
    fact(adult(home), "birth_date", {"on": "1990-01-01"}, LATER)
    without(ending, no_referral_since=date(2027, 6, 6))
    assert examined(coordinator, ending).steps == page.steps
    with pytest.raises(ValidationError, match="redan beslutat"):
        deeds.open_ending(coordinator, person=adult(home), ground="tenancy_forfeited", today=LATER)
    with pytest.raises(ValidationError, match="redan avgjort"):
        deeds.record_reasons(coordinator, ending=ending, text="Andra skäl")


def test_the_decision_is_served_afterwards(coordinator: Actor, opened: Open) -> None:
    ending = complete(coordinator, opened())
    deeds.decide(coordinator, ending=ending, **DECISION)
    with pytest.raises(ValidationError) as error:
        deeds.serve(coordinator, ending=ending, served_on=LATER - timedelta(days=1), today=LATER)
    assert list(error.value.error_dict) == ["served_on"]
    deeds.serve(coordinator, ending=ending, served_on=LATER, today=LATER)
    assert EarlyEnding.objects.get().served_on == LATER


def change(actor: Actor, ending: EarlyEnding, **changed: Any) -> EarlyEnding:
    given = {"changed_on": LATER + timedelta(days=40), "changed_by": " Förvaltningsrätten i Uppsala ", "note": SECRET}
    return deeds.change_decision(actor, ending=ending, today=LATER + timedelta(days=40), **{**given, **changed})


def test_a_change_of_the_decision_gives_the_right_back(coordinator: Actor, home: Household, opened: Open) -> None:
    ending = complete(coordinator, opened())
    with pytest.raises(ValidationError, match="Bara ett beslut"):
        change(coordinator, ending)
    deeds.decide(coordinator, ending=ending, **DECISION)
    steps = examined(coordinator, ending).steps
    changed = change(coordinator, ending)
    assert (changed.status, changed.changed_by, changed.ends_on) == (
        "changed",
        "Förvaltningsrätten i Uppsala",
        date(2027, 12, 31),
    )
    page = examined(coordinator, ending, LATER + timedelta(days=41))
    assert (page.right.end, page.steps, page.decided, page.outcomes) == (END, steps, True, ())
    with pytest.raises(ValidationError, match="Bara ett beslut"):
        change(coordinator, ending)
    deeds.serve(coordinator, ending=ending, served_on=LATER, today=LATER)
    assert opened("tenancy_forfeited", LATER + timedelta(days=41)).pk


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"changed_on": LATER - timedelta(days=1)}, "changed_on"),
        ({"changed_on": LATER + timedelta(days=41)}, "changed_on"),
        ({"changed_by": " "}, "changed_by"),
        ({"changed_by": "x" * 201}, "changed_by"),
        ({"note": ""}, "note"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_a_change_says_what_it_must(coordinator: Actor, opened: Open, wrong: dict[str, Any], field: str) -> None:
    ending = complete(coordinator, opened())
    deeds.decide(coordinator, ending=ending, **DECISION)
    with pytest.raises(ValidationError) as error:
        change(coordinator, ending, **wrong)
    assert list(error.value.error_dict) == [field]
    assert EarlyEnding.objects.get().status == "ends"


@pytest.mark.parametrize(
    "wrong", [{"changed_by": ""}, {"change_note": ""}, {"changed_on": None}, {"changed_on": LATER - timedelta(days=1)}]
)
def test_the_table_holds_no_change_without_a_day_somebody_and_what(
    coordinator: Actor, opened: Open, wrong: dict[str, Any]
) -> None:
    ending = complete(coordinator, opened())
    deeds.decide(coordinator, ending=ending, **DECISION)
    change(coordinator, ending)
    with pytest.raises(IntegrityError), transaction.atomic():
        without(ending, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        without(ending, ends_on=None)


def test_a_closed_case_leaves_the_right_as_it_was(coordinator: Actor, home: Household, opened: Open) -> None:
    ending = complete(coordinator, opened())
    deeds.close(coordinator, ending=ending, reason="Personen är anvisad igen.", today=LATER)
    ending.refresh_from_db()
    assert ending.status == "closed"
    assert ending.reasons == f"{SECRET}\n\nPersonen är anvisad igen."
    members = right.right_of_household(coordinator, home.pk, today=LATER).members
    assert {member.row.end for member in members} == {END}
    assert opened("tenancy_forfeited", LATER).pk


# --- who, and the journal ---------------------------------------------------------------------------------------------


def test_only_who_may_decide_decides_and_strangers_find_nothing(
    actor: Callable[..., Actor], coordinator: Actor, letting: Actor, opened: Open
) -> None:
    ending = complete(coordinator, opened())
    worker = actor(Role.HOUSING_COORDINATOR, "integration")
    assert not examined(worker, ending).may_decide
    with pytest.raises(Refused):
        deeds.decide(worker, ending=ending, **DECISION)
    for stranger in (letting, actor(Role.SOCIAL_SECRETARY), actor(Role.COORDINATOR, "school")):
        with pytest.raises(NotVisible):
            examined(stranger, ending)
        with pytest.raises(NotVisible):
            deeds.record_reasons(stranger, ending=ending, text="x")
        with pytest.raises(NotVisible):
            deeds.open_ending(stranger, person=ending.person, ground="tenancy_forfeited", today=LATER)
        assert ending_case.ending_list(stranger, today=LATER) == ([], False)
    with pytest.raises(Refused):
        examined(actor(Role.CONTROLLER), ending)
    with pytest.raises(Refused):
        deeds.change_decision(worker, ending=ending, changed_on=LATER, changed_by="x", note="x", today=LATER)
    # The secretary who sits in the case's own branch may.
    inside = actor(Role.SOCIAL_SECRETARY, "integration")
    assert deeds.decide(inside, ending=ending, **DECISION).status == "ends"


def test_a_protected_case_is_hidden(
    actor: Callable[..., Actor], coordinator: Actor, home: Household, opened: Open
) -> None:
    ending = opened()
    protect(actor(Role.COORDINATOR, handles_protected=True), home)
    with pytest.raises(NotVisible):
        examined(coordinator, ending)
    assert ending_case.ending_list(coordinator, today=LATER) == ([], False)


def test_every_entry_is_in_the_journal_without_the_words(coordinator: Actor, opened: Open) -> None:
    ending = complete(coordinator, opened())
    deeds.decide(coordinator, ending=ending, **DECISION)
    deeds.serve(coordinator, ending=ending, served_on=LATER, today=LATER)
    change(coordinator, ending, changed_by=SECRET)
    rows = AuditEntry.objects.filter(action__startswith="early_ending.").order_by("id")
    assert [row.action.split(".")[1] for row in rows] == [
        "opened",
        "ground_recorded",
        "acceptable_reasons_recorded",
        "children_recorded",
        "communicated",
        "reply_recorded",
        "reasons_recorded",
        "decided",
        "served",
        "decision_changed",
    ]
    assert SECRET not in str([(row.details, row.reason) for row in rows])
    assert rows[7].details["outcome"] == "ends"


def test_the_list_has_the_open_first_and_a_fixed_number_of_queries(
    coordinator: Actor, household: Make, opened: Open, home: Household
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            ending_case.ending_list(coordinator, today=LATER)
        return len(caught)

    deeds.close(coordinator, ending=opened(), reason="Fel person", today=LATER)
    before = count()
    other = settle(household(family="Annansson"))
    for person in Person.objects.filter(case=other.case, memberships__position__in=("contact", "adult")):
        deeds.open_ending(coordinator, person=person, ground="tenancy_forfeited", today=LATER)
    assert count() == before
    lines, more = ending_case.ending_list(coordinator, today=LATER, limit=2)
    assert [line.ending.status for line in lines] == ["open", "open"]
    assert more
    (line,), _more = ending_case.ending_list(coordinator, today=LATER, status="closed")
    assert line.name == "Olena Testsson"
