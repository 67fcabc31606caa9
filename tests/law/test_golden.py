"""Runs the golden cases in ``golden/*.yaml``, which an officer can read and add to."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from hemvist.law import (
    claims,
    compensation,
    duties,
    ending_early,
    housing_right,
    parameters,
    reception,
    regime,
    target_group,
    yearly_number,
)
from hemvist.law.compensation import Terms, benefits
from hemvist.law.housing_right import HousingFacts
from hemvist.law.regime import Regime
from hemvist.law.target_group import Living, PermitGround, PersonForTargetGroup, SponsorTie
from hemvist.law.types import Answer, Step, Text

CASES = [
    case
    for file in sorted((Path(__file__).parent / "golden").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text("utf-8"))
]


def tied(tie: dict[str, Any]) -> SponsorTie:
    return SponsorTie(**tie | ({"ground": PermitGround(tie["ground"])} if "ground" in tie else {}))


def person(day: date, **facts: Any) -> tuple[PersonForTargetGroup, date]:
    kinds = {"permit_ground": PermitGround, "living": Living, "sponsor": tied}
    return PersonForTargetGroup(**{k: kinds[k](v) if k in kinds else v for k, v in facts.items()}), day


def assignable(regime: str, **facts: Any) -> Answer[bool]:
    subject, on = person(**facts)
    return target_group.may_be_assigned(subject, Regime(regime), on)


def duty(rulings: dict[str, str], key: str, **facts: Any) -> Answer[date]:
    if "regime" in facts:
        facts["regime"] = Regime(facts["regime"])
    return duties.deadline(key, duties.DutyFacts(**facts), rulings=rulings)


def parameter(key: str, day: date, received_on: date | None = None) -> Answer[Any]:
    try:
        found = parameters.get(key, day, received_on=received_on)
    except parameters.ReceptionDateNeeded:
        return Answer(None, missing=("received_on",))
    except parameters.ParameterNotFound:
        return Answer(None)
    values = {"label": found.label, "value": found.value, "unit": found.unit_text}
    return Answer(written(found.value), (Step("{label}: {value} {unit}", values, found.source),))


def written(value: Any) -> Any:
    """A value as a case writes it: a list, and exact decimals as text."""
    if isinstance(value, tuple):
        return [written(part) for part in value]
    return str(value) if isinstance(value, Decimal) else value


def claim_amount(rulings: dict[str, str], ground: str, day: date, **facts: Any) -> Answer[Decimal]:
    for name in facts.keys() & {"cost", "fee", "other_costs"}:
        facts[name] = Decimal(facts[name])
    return claims.amount(claims.ground_of(ground), claims.ClaimFacts(on=day, **facts), Terms(rulings))


def covered(
    rulings: dict[str, str], *, day: date, born_in_sweden: bool = False, listed: bool = False, **facts: Any
) -> Answer[bool]:
    subject, on = person(day, **facts)
    return compensation.covered(subject, on, Terms(rulings), born_in_sweden=born_in_sweden, listed=listed)


def benefit(rule: Callable[..., Answer[Decimal]]) -> Callable[[dict[str, str], dict[str, Any]], Answer[Any]]:
    kinds: dict[str, Callable[[Any], Any]] = {
        "adults": lambda names: [benefits.Adult(name) for name in names],
        "phase": benefits.Phase,
        "children": lambda rows: [benefits.ChildAtHome(**row) if isinstance(row, dict) else row for row in rows],
    }

    def ask(rulings: dict[str, str], facts: dict[str, Any]) -> Answer[Any]:
        named = {"on" if name == "day" else name: value for name, value in facts.items()}  # YAML reads on as true
        return rule(**{k: kinds[k](v) if k in kinds else v for k, v in named.items()}, terms=Terms(rulings))

    return ask


def of_ground(ground: str, **facts: Any) -> dict[str, Any]:
    return {"ground": claims.ground_of(ground), **facts}


def clock(rulings: dict[str, str], facts: dict[str, Any]) -> Answer[Any]:
    kinds = {"recorded_regime": Regime}
    given = {name: kinds[name](value) if name in kinds else value for name, value in facts.items()}
    found = housing_right.right_of(HousingFacts(**given), rulings)
    value = {"regime": found.regime.value, "exists": found.exists.value, "branch": found.branch}
    days = {"start": found.start.value, "end": found.end.value}
    return Answer(value | days, found.steps, found.missing, found.rulings_needed)


def sides(rulings: dict[str, str], facts: dict[str, Any]) -> Answer[Any]:
    found = housing_right.side_by_side(HousingFacts(**facts), rulings)
    steps = tuple(step for side in found for step in side.rows.values())
    return Answer({str(side.regime): side.governs for side in found}, steps)


def stage(end: date, today: date, **marks: Any) -> Answer[Any]:
    found = housing_right.stage(end, today, **{name: tuple(value) for name, value in marks.items()})
    return Answer([found.months, found.day] if found else None)


def watch(end: date, **marks: Any) -> Answer[Any]:
    found = housing_right.watch_marks(end, **{name: tuple(value) for name, value in marks.items()})
    return Answer([[mark.months, mark.day] for mark in found])


def policy(rulings: dict[str, str], kind: str, case: dict[str, Any], **more: Any) -> Answer[Any]:
    right = housing_right.right_of(HousingFacts(**case), rulings)
    steps = housing_right.policy_adds(housing_right.LocalPolicy(kind), right, **more)
    return Answer(len(steps), steps)


def ending(facts: dict[str, Any]) -> Answer[Any]:
    """What blocks, what is lacking, and whether the way is clear; the case's paragraphs are of those steps."""
    kinds: dict[str, Callable[[Any], Any]] = {
        "ground": ending_early.EndGround,
        "programme": ending_early.Programme,
        "acceptable_reasons": ending_early.Reasons,
    }
    given = {"on" if name == "day" else name: value for name, value in facts.items()}  # YAML reads on as true
    found = ending_early.test(
        ending_early.EndingFacts(**{k: kinds[k](v) if k in kinds and v else v for k, v in given.items()})
    )
    value = {"open": found.open, "blocks": len(found.blocks), "lacks": len(found.lacks), "may": found.may_decide}
    return Answer(value, (*found.blocks, *found.lacks, *found.notes))


def sequence(year: int, versions: list[list[Any]]) -> Answer[int]:
    rows = [yearly_number.Version(yearly_number.StageKind(kind), number, on) for kind, number, on in versions]
    found = yearly_number.check_sequence(year, rows)
    return Answer(len(found), tuple(found))


def procedure(year: int) -> Answer[Any]:
    found = yearly_number.procedure(year)
    return Answer([str(item.kind) for item in found], tuple(item.step for item in found))


def criteria(regime: str) -> Answer[Any]:
    found = yearly_number.criteria(Regime(regime))
    steps = tuple(Step("{label}", {"label": item.text}, item.source) for item in found)
    return Answer([item.code for item in found], steps)


def weights(regime: str) -> Answer[int]:
    found = yearly_number.weights(Regime(regime))
    return Answer(len(found), found)


RULES: dict[str, Callable[[dict[str, str], dict[str, Any]], Answer[Any]]] = {
    "regime.governing": lambda rulings, facts: regime.governing(**facts),
    "regime.distribution": lambda rulings, facts: regime.distribution(**facts),
    "housing_right.ends": lambda rulings, facts: housing_right.housing_right_ends(HousingFacts(**facts), rulings),
    "housing_right.right_of": clock,
    "housing_right.side_by_side": sides,
    "housing_right.call_back": lambda rulings, facts: housing_right.call_back(**facts),
    "housing_right.watch_marks": lambda rulings, facts: watch(**facts),
    "housing_right.stage": lambda rulings, facts: stage(**facts),
    "housing_right.policy_adds": lambda rulings, facts: policy(rulings, **facts),
    "ending_early.test": lambda rulings, facts: ending(facts),
    "yearly_number.criteria": lambda rulings, facts: criteria(**facts),
    "yearly_number.weights": lambda rulings, facts: weights(**facts),
    "yearly_number.procedure": lambda rulings, facts: procedure(**facts),
    "yearly_number.wish_allowed": lambda rulings, facts: yearly_number.wish_allowed(**facts),
    "yearly_number.wish_by": lambda rulings, facts: yearly_number.wish_by(**facts),
    "yearly_number.may_swap": lambda rulings, facts: yearly_number.may_swap(**facts),
    "yearly_number.exceeding": lambda rulings, facts: yearly_number.exceeding(**facts),
    "yearly_number.check_sequence": lambda rulings, facts: sequence(**facts),
    "reception.reception_deadline": lambda rulings, facts: reception.reception_deadline(**facts),
    "reception.receiving_duty": lambda rulings, facts: reception.receiving_duty(Regime(facts["regime"])),
    "reception.appeal": lambda rulings, facts: reception.appeal(
        reception.DecisionKind(facts["kind"]), Regime(facts["regime"])
    ),
    "reception.first_reception_date": lambda rulings, facts: reception.first_reception_date(
        reception.FirstReceptionFacts(**facts), rulings
    ),
    "target_group.covered_2016": lambda rulings, facts: target_group.covered_2016(*person(**facts)),
    "target_group.covered_2026": lambda rulings, facts: target_group.covered_2026(*person(**facts)),
    "target_group.may_be_assigned": lambda rulings, facts: assignable(**facts),
    "duties.deadline": lambda rulings, facts: duty(rulings, **facts),
    "parameters.get": lambda rulings, facts: parameter(**facts),
    "claims.last_day": lambda rulings, facts: claims.last_day(**of_ground(**facts)),
    "claims.amount": lambda rulings, facts: claim_amount(rulings, **facts),
    "compensation.covered": lambda rulings, facts: covered(rulings, **facts),
    "benefits.daily_allowance": benefit(benefits.daily_allowance),
    "benefits.introduction_benefit": benefit(benefits.introduction_benefit),
    "benefits.child_supplement": benefit(benefits.child_supplement),
    "benefits.housing_benefit": benefit(benefits.housing_benefit),
    "claims.appeal_by": lambda rulings, facts: claims.appeal_by(**of_ground(**facts)),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']}: {case['name']}")
def test_golden(case: dict[str, Any]) -> None:
    facts = dict(case["facts"])
    answer = RULES[case["rule"]](case.get("rulings", {}), facts)
    assert answer.value == case["expect"]
    assert answer.missing == tuple(case.get("missing", ()))
    assert [question.key for question in answer.rulings_needed] == case.get("asks", [])
    paragraphs = {str(step.source) for step in answer.steps}
    assert set(case.get("paragraphs", ())) <= paragraphs
    text = " ".join(step.render() for step in answer.steps)
    assert case.get("says", "") in text
    assert "{" not in text
    assert case["why"]


def _marked() -> set[str]:
    """Every sentence and word of the rules that goes into the translation catalogue."""
    calls = (
        node
        for file in Path(duties.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "gettext_noop"
    )
    return {ast.literal_eval(call.args[0]) for call in calls}


MARKED = _marked()
# The words of a parameter are its own texts, in both languages or validate says so; so are those of a criterion.
WORDED = [case for case in CASES if case["rule"] not in {"parameters.get", "yearly_number.criteria"}]


@pytest.mark.parametrize("case", WORDED, ids=lambda case: f"{case['rule']}: {case['name']}")
def test_every_word_of_an_answer_can_be_read_in_english(case: dict[str, Any]) -> None:
    answer = RULES[case["rule"]](case.get("rulings", {}), dict(case["facts"]))
    for step in answer.steps:
        assert step.text in MARKED
        for value in step.values.values():
            assert not isinstance(value, str) or value in MARKED or re.fullmatch(r"\d{4}:\d+", value)
            assert not isinstance(value, Text) or value.en


def test_every_duty_has_a_golden_case() -> None:
    assert {case["facts"]["key"] for case in CASES if case["rule"] == "duties.deadline"} == set(duties.DUTIES)


def test_every_rule_has_a_golden_case() -> None:
    assert {case["rule"] for case in CASES} == set(RULES)
