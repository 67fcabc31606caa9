"""Arguments: those of the investigation and those that users add, in one shape; withdrawn and never removed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry
from hemvist.access.roles import Role
from hemvist.organisation import records
from hemvist.placement import arguments
from hemvist.placement.models import Argument

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("municipality")]

GIVEN: dict[str, Any] = {
    "alternative": "KS",
    "direction": "-",
    "text": "Öppettiderna passar inte den som kommer på kvällen.",
    "voice": "Enhetschef, Kontaktcenter",
    "source": "Minnesanteckning 2026-11-02",
    "criterion": "early_support",
    "condition": "T4",
}


def codes(lines: Any) -> list[str]:
    return [line.code for line in lines]


def test_every_argument_of_the_folder_stands_once_under_its_alternative_with_voice_and_lines(today: date) -> None:
    found = arguments.placement(today)
    assert sorted(codes(found.lines)) == sorted(one.code for one in records.placement().arguments)
    for line in found.lines:
        assert line.text
        assert line.voices
        assert line.lines
    assert codes(found.side("UN").speaks_for) == ["U1", "U2", "U3", "U4", "U5", "U6"]
    assert codes(found.side("PHASE_OUT").demands) == ["P6"]
    assert [side.code for side in found.rivals] == ["UN", "SN", "KS"]
    assert [side.code for side in found.crosswise] == ["PHASE_OUT"]


def test_a_side_counts_each_argument_in_one_direction(today: date) -> None:
    for side in arguments.placement(today).sides:
        parts = [*side.speaks_for, *side.speaks_against, *side.demands, *side.neutral]
        assert sorted(codes(parts)) == sorted(codes(side.lines))


def test_an_argument_tells_whether_it_weighs_today(today: date) -> None:
    lines = {line.code: line for line in arguments.placement(today).lines}
    assert lines["U1"].weighs is True
    assert lines["S3"].weighs is True
    assert lines["K5"].weighs is None
    assert lines["P6"].weighs is False
    earlier = {line.code: line for line in arguments.placement(date(2026, 6, 30)).lines}
    assert earlier["S3"].weighs is False


def test_the_voice_is_in_the_readers_language(today: date) -> None:
    from django.utils import translation

    with translation.override("en"):
        (line,) = [line for line in arguments.placement(today).lines if line.code == "S6"]
    assert line.voices == ("The responsible head of operations",)


def test_an_unknown_alternative_does_not_exist(today: date) -> None:
    with pytest.raises(NotVisible):
        arguments.placement(today).side("BUN")


def test_facts_from_outside_stand_apart_with_the_arguments_they_touch(today: date) -> None:
    found = arguments.placement(today)
    facts = {fact.code: codes(fact.arguments) for fact in found.facts}
    assert facts["X4"] == ["S3", "S12"]
    assert not set(facts) & set(codes(found.lines))
    assert "X4" in codes(found.facts_on("SN"))
    assert "X4" not in codes(found.facts_on("KS"))


def test_a_law_that_is_adopted_shows_which_arguments_change_and_when(today: date) -> None:
    before = arguments.changes(arguments.placement(date(2026, 6, 1)))
    coming = {change.status.code: change for change in before.coming}
    assert coming["T1"].on == date(2026, 7, 1)
    assert codes(coming["T1"].arguments) == ["S3", "S11"]
    after = arguments.changes(arguments.placement(today))
    assert "T1" not in {change.status.code for change in after.coming}
    assert {change.status.code: codes(change.arguments) for change in after.past}["T1"] == ["S3", "S11"]
    assert [change.on for change in after.coming] == [date(2027, 1, 1)]


def test_the_page_of_everything_asks_few_questions_however_many_arguments(
    today: date, coordinator: Actor, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(12):
        arguments.add_argument(coordinator, **{**GIVEN, "text": f"Argument {number}"})
    with django_assert_max_num_queries(8):
        found = arguments.placement(today)
        assert len(found.side("KS").lines) == 21


# --- of one's own -----------------------------------------------------------------------------------------------------


def test_an_added_argument_stands_beside_the_others_with_its_source_and_condition(
    today: date, coordinator: Actor
) -> None:
    row = arguments.add_argument(coordinator, **GIVEN)
    assert row.code == "N1"
    (line,) = [line for line in arguments.placement(today).side("KS").speaks_against if line.code == "N1"]
    assert (line.voices, line.source, line.lines) == (("Enhetschef, Kontaktcenter",), GIVEN["source"], "")
    assert (line.condition, line.criterion, line.weighs) == ("T4", "early_support", True)
    entry = AuditEntry.objects.get(action="argument.added")
    assert entry.object_ids == ["N1"]


def test_numbers_go_on_and_are_never_used_again(coordinator: Actor, actor: Callable[..., Actor]) -> None:
    first = arguments.add_argument(coordinator, **GIVEN)
    arguments.withdraw_argument(coordinator, code=first.code)
    second = arguments.add_argument(actor(Role.STRATEGIST), **GIVEN)
    assert [first.code, second.code] == ["N1", "N2"]


def test_posting_the_same_again_adds_nothing(coordinator: Actor) -> None:
    first = arguments.add_argument(coordinator, **GIVEN)
    assert arguments.add_argument(coordinator, **GIVEN) == first
    assert Argument.objects.count() == AuditEntry.objects.filter(action="argument.added").count() == 1


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"alternative": "BUN"}, "alternative", "Välj ett av alternativen"),
        ({"direction": "!"}, "direction", "Välj om det talar"),
        ({"text": "  "}, "text", "Skriv argumentet"),
        ({"text": "x" * 501}, "text", "501 tecken"),
        ({"voice": ""}, "voice", "en roll eller ett dokument"),
        ({"source": " "}, "source", "var det går att läsa"),
        ({"criterion": "luck"}, "criterion", "Välj ett av kriterierna"),
        ({"condition": "T9"}, "condition", "Välj ett av villkoren"),
    ],
)
def test_what_is_missing_or_unknown_is_said_at_its_field(
    change: dict[str, str], field: str, said: str, coordinator: Actor
) -> None:
    with pytest.raises(ValidationError) as raised:
        arguments.add_argument(coordinator, **{**GIVEN, **change})
    assert said in raised.value.message_dict[field][0]
    assert not Argument.objects.exists()


def test_a_voice_is_a_role_and_never_the_name_of_somebody_who_works_here(coordinator: Actor) -> None:
    with pytest.raises(ValidationError, match="inte ett namn"):
        arguments.add_argument(coordinator, **{**GIVEN, "voice": f"{coordinator.name.upper()}, samordnare"})


def test_only_those_who_weigh_may_add(actor: Callable[..., Actor]) -> None:
    with pytest.raises(Refused):
        arguments.add_argument(actor(Role.SFI_ADMINISTRATOR), **GIVEN)


def test_ones_own_can_be_withdrawn_and_is_kept(coordinator: Actor, today: date) -> None:
    row = arguments.add_argument(coordinator, **GIVEN)
    for _again in range(2):
        arguments.withdraw_argument(coordinator, code=row.code)
    assert "N1" not in codes(arguments.placement(today).lines)
    assert Argument.objects.get().withdrawn_at is not None
    assert AuditEntry.objects.filter(action="argument.withdrawn").count() == 1


@pytest.mark.parametrize(
    ("role", "may"), [(Role.STRATEGIST, True), (Role.ADMINISTRATOR, True), (Role.CONTROLLER, False)]
)
def test_others_are_withdrawn_only_by_those_who_draft(
    role: Role, may: bool, coordinator: Actor, actor: Callable[..., Actor]
) -> None:
    row = arguments.add_argument(coordinator, **GIVEN)
    if may:
        assert arguments.withdraw_argument(actor(role), code=row.code).withdrawn_at
    else:
        with pytest.raises(Refused, match="bara återkalla argument"):
            arguments.withdraw_argument(actor(role), code=row.code)


def test_the_investigations_own_arguments_cannot_be_withdrawn(actor: Callable[..., Actor]) -> None:
    with pytest.raises(NotVisible):
        arguments.withdraw_argument(actor(Role.STRATEGIST), code="U1")
