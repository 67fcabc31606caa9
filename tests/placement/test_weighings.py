"""Weighings: begun without any weight, kept as filled in, one's own until shared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.access.models import AuditEntry, User
from hemvist.access.roles import Role
from hemvist.organisation.texts import said
from hemvist.placement import arguments, outcomes, weighings
from hemvist.placement.arguments import Placement
from hemvist.placement.models import Weighing
from hemvist.placement.weighings import GivenCriterion, GivenStrength, Own
from hemvist.planning import weighing as planning

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("municipality")]


@pytest.fixture
def found(today: date, municipality: None) -> Placement:
    return arguments.placement(today)


def label(found: Placement, code: str) -> str:
    return next(said(one.label) for one in found.criteria if one.code == code)


def save(actor: Actor, found: Placement, weights: dict[str, int | None], strengths: dict[str, Any], **more: Any) -> Own:
    """By criterion code; a strength is a number or a number and a criterion."""
    known = {one.code for one in found.criteria}
    criteria = [GivenCriterion(code, label(found, code) if code in known else code, w) for code, w in weights.items()]
    own = {line.code: line.criterion for line in found.lines}
    given = {
        code: GivenStrength(*one) if isinstance(one, tuple) else GivenStrength(one, own[code])
        for code, one in strengths.items()
    }
    return weighings.save(actor, found=found, criteria=criteria, strengths=given, **more)


SIMPLE: dict[str, Any] = {
    "weights": {"language_and_school": 60, "work": 40},
    "strengths": {"U1": 3, "U2": 1, "S2": 2, "S3": 2},
}


def test_a_weighing_begins_with_the_suggested_criteria_and_nothing_weighed(
    found: Placement, coordinator: Actor
) -> None:
    own = weighings.fresh(found)
    assert [one.code for one in own.content.criteria] == [one.code for one in found.criteria]
    assert {one.weight for one in own.content.criteria} == {None}
    assert {one.strength for one in own.arguments} == {None}
    assert not own.ready_for(found)
    assert weighings.mine(coordinator, found) is None
    assert outcomes.outcome(own, found, {}) is None


def test_what_is_saved_is_read_again(found: Placement, coordinator: Actor) -> None:
    save(coordinator, found, **SIMPLE, note=" Utgår från barnen. ")
    own = weighings.mine(coordinator, found)
    assert own is not None
    assert {one.code: one.weight for one in own.content.criteria} == SIMPLE["weights"]
    assert {one.line.code: one.strength for one in own.arguments if one.strength is not None} == SIMPLE["strengths"]
    assert (own.note, own.shared, own.owner) == ("Utgår från barnen.", False, coordinator.name)
    model = own.model(found)
    assert model.shares["work"] == Fraction(2, 5)
    assert model.apart == ("PHASE_OUT",)
    assert AuditEntry.objects.get(action="weighing.saved").details == {"criteria": 2, "arguments": 4}


def test_the_weighing_counts_the_real_arguments(found: Placement, coordinator: Actor) -> None:
    own = save(coordinator, found, **SIMPLE)
    result = outcomes.outcome(own, found, {})
    assert result is not None
    # School: 4 of 4 for UN. Work: S2 and S3 of 4 for SN, since the activity requirement is in force.
    assert result.result.total("UN") == Fraction(3, 5)
    assert result.result.total("SN") == Fraction(2, 5)
    assert result.result.first == ("UN",)
    assert result.first_change is not None
    assert (result.first_change.criterion, result.first_change.at) == ("language_and_school", Fraction(1, 2))
    (standing, *_others) = result.standings
    assert [(part.criterion, [line.code for line in part.arguments]) for part in standing.speaks_for] == [
        ("language_and_school", ["U1", "U2"])
    ]


def test_what_if_the_law_is_not_there(found: Placement, coordinator: Actor) -> None:
    own = save(coordinator, found, {"language_and_school": 45, "work": 55}, SIMPLE["strengths"])
    result = outcomes.outcome(own, found, outcomes.asked_changes(found, {"T1": "nej", "T2": "kanske", "X": "ja"}))
    assert result is not None
    assert dict(result.changes) == {"T1": False}
    assert (result.scenario.before.first, result.scenario.after.first) == (("SN",), ("UN",))
    assert result.scenario.cease == ("S3",)
    (flip,) = result.flips
    assert (flip.status.code, flip.to, flip.scenario.after.first) == ("T1", False, ("UN",))


def test_what_if_twice_as_many_come(found: Placement) -> None:
    assert outcomes.asked_changes(found, {"T4": "dubbelt", "T1": "dubbelt"}) == {"T4": False}
    assert outcomes.choices(found.conditions["T4"]) == ("ja", "nej", "dubbelt")
    assert outcomes.choices(found.conditions["T1"]) == ("ja", "nej")


# --- criteria of one's own --------------------------------------------------------------------------------------------


def test_a_criterion_can_be_renamed_added_and_taken_away(found: Placement, coordinator: Actor) -> None:
    own = weighings.save(
        coordinator,
        found=found,
        criteria=[
            GivenCriterion("c0", "Vägen till jobb", 50),  # was "Arbete och egen försörjning"
            GivenCriterion("c1", "Närhet till bussen", 10),
        ],
        strengths={
            "S2": GivenStrength(3, "c0"),
            "K1": GivenStrength(2, "c1"),
            "U1": GivenStrength(1, "gone"),
        },
    )
    places = {one.line.code: one.criterion for one in own.arguments}
    assert own.labels[places["S2"]] == "Vägen till jobb"
    assert own.labels[places["K1"]] == "Närhet till bussen"
    assert places["U1"] == ""
    assert "U1" in {one.line.code for one in own.homeless}
    assert "U1" not in {one.code for one in own.model(found).arguments}


def test_the_same_words_are_the_same_criterion_for_all_and_different_words_are_not() -> None:
    assert weighings.own_code("Närhet") == weighings.own_code("närhet")
    assert (
        len({weighings.own_code(words) for words in ("Närhet", "Närheter", "القرب", "близость", "x" * 60, "x" * 61)})
        == 6
    )
    assert all(len(weighings.own_code(words)) <= 40 for words in ("Närhet", "x" * 80, "ö"))


def test_a_suggested_criterion_keeps_its_code_in_either_language(found: Placement, coordinator: Actor) -> None:
    with translation.override("en"):
        own = save(coordinator, found, {"work": 5}, {"S2": 1})
        assert own.labels["work"] == "Work and self-support"
    again = weighings.mine(coordinator, found)
    assert again is not None
    assert again.labels == {"work": "Arbete och egen försörjning"}


def test_an_argument_can_be_moved_and_stays_nowhere_when_its_new_criterion_goes(
    found: Placement, coordinator: Actor
) -> None:
    own = save(coordinator, found, {"work": 5, "dignity": 5}, {"S2": (3, "dignity")})
    assert {one.line.code: one.criterion for one in own.arguments}["S2"] == "dignity"
    own = save(coordinator, found, {"work": 5}, {"S2": (3, "dignity")})
    assert {one.line.code: one.criterion for one in own.arguments}["S2"] == ""
    assert "S2" in [one.line.code for one in own.homeless]


def test_an_argument_of_a_user_without_criterion_waits_for_one(
    found: Placement, coordinator: Actor, today: date
) -> None:
    arguments.add_argument(
        coordinator, alternative="SN", direction="+", text="Kort väg.", voice="Enhetschef", source="Möte 2026-11-02"
    )
    later = arguments.placement(today)
    own = save(coordinator, later, {"work": 5}, {"N1": (2, "")})
    assert "N1" in [one.line.code for one in own.homeless]
    own = save(coordinator, later, {"work": 5}, {"N1": (2, "work")})
    assert {a.code: a.criterion for a in own.model(later).arguments}["N1"] == "work"
    result = outcomes.outcome(own, later, {})
    assert result is not None
    assert result.result.total("SN") == 1


@pytest.mark.parametrize(
    ("criteria", "strengths", "said"),
    [
        ([], {}, "minst ett kriterium"),
        ([GivenCriterion(f"c{n}", f"Kriterium {n}") for n in range(13)], {}, "Det är 13 kriterier"),
        ([GivenCriterion("c0", " ", 5)], {}, "Ge varje kriterium ett namn"),
        ([GivenCriterion("c0", "x" * 81, 5)], {}, "högst 80 tecken"),
        ([GivenCriterion("c0", "Läge"), GivenCriterion("c1", " läge ")], {}, "Två kriterier heter läge"),
        ([GivenCriterion("c0", "Läge", 101)], {}, "Vikten för Läge är 101"),
        ([GivenCriterion("c0", "Läge", 1)], {"U1": GivenStrength(4, "c0")}, "Styrkan för U1 är 4"),
    ],
)
def test_nonsense_is_turned_back_and_nothing_is_changed(
    criteria: list[GivenCriterion], strengths: Any, said: str, found: Placement, coordinator: Actor
) -> None:
    save(coordinator, found, **SIMPLE)
    before = Weighing.objects.get().content
    with pytest.raises(ValidationError, match=said):
        weighings.save(coordinator, found=found, criteria=criteria, strengths=strengths)
    assert Weighing.objects.get().content == before


def test_all_weights_zero_is_kept_but_nothing_to_count(found: Placement, coordinator: Actor) -> None:
    own = save(coordinator, found, {"work": 0}, {"S2": 3})
    assert not own.ready_for(found)
    assert outcomes.outcome(own, found, {}) is None


def test_who_may_not_weigh_cannot_save(found: Placement, actor: Callable[..., Actor]) -> None:
    for deed in (lambda who: save(who, found, **SIMPLE), lambda who: weighings.share(who, shared=True)):
        with pytest.raises(Refused):
            deed(actor(Role.SFI_ADMINISTRATOR))


# --- sharing ----------------------------------------------------------------------------------------------------------


def test_others_see_a_weighing_only_while_it_is_shared(
    found: Placement, coordinator: Actor, actor: Callable[..., Actor]
) -> None:
    other = actor(Role.SFI_ADMINISTRATOR)
    save(coordinator, found, **SIMPLE)
    assert weighings.shared_by_others(other, found) == ()
    weighings.share(coordinator, shared=True)
    (seen,) = weighings.shared_by_others(other, found)
    assert (seen.owner, seen.shared) == (coordinator.name, True)
    assert weighings.shared_by_others(coordinator, found) == ()
    save(coordinator, found, **SIMPLE)
    assert len(weighings.shared_by_others(other, found)) == 1
    weighings.share(coordinator, shared=False)
    weighings.share(coordinator, shared=False)
    assert weighings.shared_by_others(other, found) == ()
    kinds = AuditEntry.objects.filter(action__startswith="weighing.").values_list("action", flat=True)
    assert sorted(kinds) == ["weighing.saved", "weighing.saved", "weighing.shared", "weighing.unshared"]


def test_there_is_nothing_to_share_before_it_is_weighed(coordinator: Actor) -> None:
    with pytest.raises(ValidationError, match="Väg och spara först"):
        weighings.share(coordinator, shared=True)


def test_several_are_compared_and_what_cannot_be_counted_is_told(
    found: Placement, coordinator: Actor, actor: Callable[..., Actor]
) -> None:
    first = save(coordinator, found, **SIMPLE)
    strategist = actor(Role.STRATEGIST)
    User.objects.filter(id=strategist.user_id).update(name=coordinator.name)
    second = save(strategist, found, {"work": 10, "Närhet": 10}, {"S2": 3, "S3": 0})
    empty = weighings.fresh(found)
    holds = {"T1": True}
    result = outcomes.together([first, second, empty], found, holds)
    assert result is not None
    assert result.waiting == 1
    assert result.names == (coordinator.name, f"{coordinator.name} (2)")
    school = next(one for one in result.comparison.criteria if one.code == "language_and_school")
    assert (school.low, school.middle, school.high) == (0, Fraction(3, 10), Fraction(3, 5))
    assert result.labels[weighings.own_code("Närhet")] == "Närhet"
    assert outcomes.together([empty], found, holds) is None


# --- what the data changes under a weighing ---------------------------------------------------------------------------


def test_a_withdrawn_argument_no_longer_weighs_in_anybodys_weighing(
    found: Placement, coordinator: Actor, today: date
) -> None:
    row = arguments.add_argument(
        coordinator,
        alternative="KS",
        direction="+",
        text="Kort väg.",
        voice="Enhetschef",
        source="Möte 2026-11-02",
        criterion="work",
    )
    later = arguments.placement(today)
    save(coordinator, later, {"work": 5}, {row.code: 3, "S2": 1})
    arguments.withdraw_argument(coordinator, code=row.code)
    now = arguments.placement(today)
    own = weighings.mine(coordinator, now)
    assert own is not None
    assert planning.value(own.model(now), {}).first == ("SN",)


def test_the_folder_never_says_what_anything_weighs(found: Placement) -> None:
    for one in (*found.file.arguments, *found.file.criteria):
        assert not {"weight", "strength"} & set(type(one).model_fields)
