"""The duties and time limits of the reception, as data, and the day each one leads to.

The rows are in ``parameters/duties.yaml``. A plan refers to a row by its key. Times are counted from a fact
(the anchor); no day is moved for holidays. Left to people everywhere: whether the duty arises in the single
case, särskilda skäl for a longer time, and what "så snart som möjligt" means this time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import yaml

from hemvist.law import ages, parameters
from hemvist.law.acts import DATA, acts, status_on
from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.housing_right import HousingFacts, housing_right_ends
from hemvist.law.reception import reception_deadline
from hemvist.law.regime import Regime, governing
from hemvist.law.rulings import NO_RULINGS, QUESTIONS, given
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Source, Status, Step, Text, gettext_noop, one_sided


class DutyNotFound(LookupError):
    """No duty has that key."""


class Kind(StrEnum):
    """What the day means. ``LIMIT_OF_RIGHT`` is a day on which a right or a duty begins or ends; ``MAY`` is a
    possibility.
    """

    MUST_FINISH_BY = "must_finish_by"
    MUST_START_BY = "must_start_by"
    SHOULD_BY = "should_by"
    LIMIT_OF_RIGHT = "limit_of_right"
    CONTINUOUS = "continuous"
    MAY = "may"


_RESULT = {
    Kind.MUST_FINISH_BY: gettext_noop("Det ska vara gjort senast den {deadline}."),
    Kind.MUST_START_BY: gettext_noop("Det ska ha börjat senast den {deadline}."),
    Kind.SHOULD_BY: gettext_noop("Det bör vara gjort senast den {deadline}."),
    Kind.LIMIT_OF_RIGHT: gettext_noop("Gränsen går den {deadline}."),
    Kind.CONTINUOUS: gettext_noop("Räkna med den {deadline}."),
    Kind.MAY: gettext_noop("Det kan ske från den {deadline}."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFacts:
    """What is known about the case. None means unknown; ``regime`` is derived from the anvisning when it is
    not given.

    ``first_received_on`` is the mottagandedatum; ``received_on`` the actual arrival;
    ``population_registered_on`` the first day of folkbokföring; ``earlier_right_from`` see
    :class:`hemvist.law.housing_right.HousingFacts`.
    """

    assignment_decided_on: date | None = None
    stated_latest_reception_on: date | None = None
    planned_arrival_on: date | None = None
    received_on: date | None = None
    first_received_on: date | None = None
    population_register_decided_on: date | None = None
    population_registered_on: date | None = None
    registration_conditions_met_on: date | None = None
    left_reception_act_on: date | None = None
    arrived_in_sweden_on: date | None = None
    moved_on: date | None = None
    birth_date: date | None = None
    applied_preschool_on: date | None = None
    preschool_starts_on: date | None = None
    admitted_school_on: date | None = None
    schooling_started_on: date | None = None
    preparatory_class_from: date | None = None
    sfi_right_from: date | None = None
    sfi_registered_on: date | None = None
    sfi_first_admitted_on: date | None = None
    civic_orientation_started_on: date | None = None
    civic_orientation_completed_on: date | None = None
    temporary_protection_assigned_on: date | None = None
    unaccompanied_assigned_from: date | None = None
    support_needed_on: date | None = None
    housing_wanted_on: date | None = None
    earlier_right_from: date | None = None
    wish_stated_latest_on: date | None = None
    livelihood_support_from: date | None = None
    period_ended_on: date | None = None
    quarter_ended_on: date | None = None
    in_establishment_programme: bool = False
    temporary_protection: bool = False
    temporary_protection_housing: bool = False
    resettled: bool = False
    regime: Regime | None = None


ANCHORS: Mapping[str, str] = {
    "assignment_decided_on": gettext_noop("anvisningsbeslutet"),
    "received_on": gettext_noop("mottagandet i kommunen"),
    "first_received_on": gettext_noop("mottagandedatum"),
    "population_registered_on": gettext_noop("folkbokföringen"),
    "registration_conditions_met_on": gettext_noop("dagen då villkoren för folkbokföring uppfylldes"),
    "arrived_in_sweden_on": gettext_noop("ankomsten till Sverige"),
    "moved_on": gettext_noop("flytten"),
    "birth_date": gettext_noop("födelsedagen"),
    "applied_preschool_on": gettext_noop("ansökan om förskola"),
    "preschool_starts_on": gettext_noop("starten i förskolan"),
    "admitted_school_on": gettext_noop("dagen då eleven togs emot i skolan"),
    "schooling_started_on": gettext_noop("skolstarten i Sverige"),
    "preparatory_class_from": gettext_noop("starten i förberedelseklass"),
    "sfi_right_from": gettext_noop("dagen då rätten till sfi började"),
    "sfi_registered_on": gettext_noop("anmälan till sfi"),
    "sfi_first_admitted_on": gettext_noop("första antagningen till sfi"),
    "civic_orientation_started_on": gettext_noop("starten i samhällsorienteringen"),
    "civic_orientation_completed_on": gettext_noop("slutet av samhällsorienteringen"),
    "temporary_protection_assigned_on": gettext_noop("anvisningen av den som har tillfälligt skydd"),
    "unaccompanied_assigned_from": gettext_noop("dagen i anvisningen av barnet"),
    "support_needed_on": gettext_noop("dagen då behovet uppstod"),
    "housing_wanted_on": gettext_noop("dagen då boendet ska användas"),
    "wish_stated_latest_on": gettext_noop("dagen som länsstyrelsen har angett"),
    "livelihood_support_from": gettext_noop("första månaden med försörjningsstöd"),
    "period_ended_on": gettext_noop("periodens slut"),
    "quarter_ended_on": gettext_noop("kvartalets slut"),
}


# Who a duty rests on: the word in the data -> both languages.
RESPONSIBLE: Mapping[str, Text] = {
    text.sv: text
    for text in (
        Text("kommun", "municipality"),
        Text("hemkommun", "home municipality"),
        Text("individ", "individual"),
        Text("huvudman", "education provider (huvudman)"),
        Text("rektor", "head teacher (rektor)"),
        Text("socialnämnd", "social services board"),
        Text("överförmyndare", "chief guardian (överförmyndare)"),
        Text("region", "region"),
        Text("länsstyrelsen", "county administrative board"),
        Text("Migrationsverket", "Migration Agency"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRule:
    """How one duty's day is found; the fields are those of a rule in ``duties.yaml``."""

    source: Source
    when: Mapping[str, Any]
    anchor: str = ""
    since: date | None = None
    until: date | None = None
    parameters: tuple[str, ...] = ()
    before: bool = False
    not_before: date | None = None
    end_of_month: bool = False
    due: str = ""
    compute: str = ""
    ruling: str = ""
    options: Mapping[str, DutyRule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty, right or time limit. ``number`` is its row in docs/law/duties.md; ``responsible`` is one of
    :data:`RESPONSIBLE`.
    """

    key: str
    number: str
    title: Text
    responsible: Text
    kind: Kind
    valid_from: date | None
    valid_to: date | None
    status: Status
    verified: bool
    note: Text
    rules: tuple[DutyRule, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(dict.fromkeys(rule.source for rule in self.rules))

    @property
    def anchors(self) -> tuple[str, ...]:
        """The facts that the day may be counted from, in the order they are tried."""
        options = (option.anchor for rule in self.rules for option in (rule, *rule.options.values()))
        return tuple(dict.fromkeys(anchor for anchor in options if anchor))

    def status_on(self, day: date) -> Status:
        return status_on(self.status, self.valid_from, self.valid_to, day)


def _rule(row: Mapping[str, Any], source: Source | None = None) -> DutyRule:
    source = source or sfs(*row["source"])
    keys = row.get("parameter", ())
    return DutyRule(
        source=source,
        when=row.get("when", {}),
        anchor=row.get("anchor", ""),
        since=row.get("from"),
        until=row.get("to"),
        parameters=(keys,) if isinstance(keys, str) else tuple(keys),
        before=row.get("before", False),
        not_before=row.get("not_before"),
        end_of_month=row.get("end_of_month", False),
        due=row.get("due", ""),
        compute=row.get("compute", ""),
        ruling=row.get("ruling", ""),
        options={code: _rule(option, source) for code, option in row.get("options", {}).items()},
    )


def load(text: str) -> Mapping[str, Duty]:
    """Duties from the layout of ``duties.yaml``."""
    return {
        row["key"]: Duty(
            key=row["key"],
            number=row["number"],
            title=Text.read(row["title"]),
            responsible=RESPONSIBLE.get(row["responsible"], Text(row["responsible"])),
            kind=Kind(row["kind"]),
            valid_from=row.get("valid_from"),
            valid_to=row.get("valid_to"),
            status=Status(row.get("status", "in_force")),
            verified=row.get("verified", True),
            note=Text.read(row.get("note")),
            rules=tuple(_rule(rule) for rule in row["rules"]),
        )
        for row in yaml.safe_load(text)
    }


DUTIES: Mapping[str, Duty] = load((DATA / "duties.yaml").read_text("utf-8"))


NOT_APPLICABLE = gettext_noop("Plikten gäller inte i det här fallet.")


def deadline(key: str, facts: DutyFacts, *, rulings: Mapping[str, str] = NO_RULINGS) -> Answer[date]:
    """The day a duty leads to, with its steps.

    ``value`` None with neither ``missing`` nor ``rulings_needed`` means that the law names no day, or that
    the duty does not apply to these facts; the steps say which. "At once" gives the anchor's own day. Raises
    :class:`DutyNotFound`.
    """
    duty = _duty(key)
    rule, missing = _chosen(duty, facts)
    if missing:
        return Answer(None, missing=missing)
    if rule is None:
        return Answer(None, (Step(NOT_APPLICABLE, source=duty.rules[-1].source),))
    answer = _apply(duty, rule, facts, rulings)
    if duty.note:
        note = Step(gettext_noop("Att tänka på: {note}"), {"note": duty.note}, rule.source)
        answer = Answer(answer.value, (*answer.steps, note), answer.missing, answer.rulings_needed)
    return answer


def applies(key: str, facts: DutyFacts) -> bool | None:
    """Whether the row's own conditions (regime, dates) fit the facts; None when a fact is missing.

    Says nothing of what people judge, such as whether there is a child. Raises :class:`DutyNotFound`.
    """
    rule, missing = _chosen(_duty(key), facts)
    return None if missing else rule is not None


def _duty(key: str) -> Duty:
    if key not in DUTIES:
        raise DutyNotFound(f"Plikten {key} finns inte. Kontrollera stavningen mot docs/law/duties.md.")
    return DUTIES[key]


def _chosen(duty: Duty, facts: DutyFacts) -> tuple[DutyRule | None, tuple[str, ...]]:
    """The first rule that fits, and what must be known to say."""
    for rule in duty.rules:
        fits, missing = _fits(rule, facts)
        if fits or missing:
            return rule, missing
    return None, ()


def _regime(facts: DutyFacts) -> Regime | None:
    return facts.regime or governing(facts.assignment_decided_on).value


def _fits(rule: DutyRule, facts: DutyFacts) -> tuple[bool, tuple[str, ...]]:
    """Whether the rule's conditions hold, and what must be known to say."""
    for name, wanted in rule.when.items():
        known = _regime(facts) if name == "regime" else getattr(facts, name)
        if wanted == "known":
            if known is None:
                return False, ()
        elif known is None:
            return False, ("assignment_decided_on" if name == "regime" else name,)
        elif known != wanted:
            return False, ()
    if rule.since or rule.until:
        day = getattr(facts, rule.anchor)
        if day is None:
            return False, (rule.anchor,)
        return (rule.since or date.min) <= day <= (rule.until or date.max), ()
    return True, ()


def _apply(duty: Duty, rule: DutyRule, facts: DutyFacts, rulings: Mapping[str, str]) -> Answer[date]:
    if rule.compute:
        return _COMPUTED[rule.compute](facts, rulings)
    if rule.ruling:
        question, option = QUESTIONS[rule.ruling], given(rule.ruling, rulings)
        if option is None:
            text = gettext_noop("Lagen ger inget säkert svar. Kommunen behöver ta ställning.")
            return Answer(None, (Step(text, source=rule.source),), rulings_needed=(question,))
        text = gettext_noop("Kommunen har tagit ställning: {answer}")
        step = Step(text, {"answer": question.options[option]}, rule.source)
        answer = _count(duty, rule.options[option], facts)
        return Answer(answer.value, (step, *answer.steps), answer.missing)
    return _count(duty, rule, facts)


def _count(duty: Duty, rule: DutyRule, facts: DutyFacts) -> Answer[date]:
    steps: list[Step] = []
    day = getattr(facts, rule.anchor) if rule.anchor else None
    if rule.anchor == "received_on" and day is None and facts.planned_arrival_on:
        day = facts.planned_arrival_on
        steps.append(Step(gettext_noop("Mottagandet är planerat men inte genomfört. Dagen är preliminär.")))
    if rule.anchor and day is None:
        return Answer(None, missing=(rule.anchor,))
    if day is not None:
        values: dict[str, Any] = {"anchor": ANCHORS[rule.anchor], "day": day}
        steps.append(Step(gettext_noop("Utgångspunkten är {anchor}, {day}."), values))
        if rule.not_before and day < rule.not_before:
            day = rule.not_before
            text = gettext_noop("Tiden räknas tidigast från den {day}.")
            steps.append(Step(text, {"day": day}, rule.source))
    if rule.due == "none":
        text = gettext_noop("Lagen anger ingen bestämd dag.")
        return Answer(None, (*steps, Step(text, source=rule.source)))
    if rule.due == "never":
        return Answer(None, (*steps, Step(NOT_APPLICABLE, source=rule.source)))
    if rule.due == "as_soon_as_possible":
        text = gettext_noop("Det ska ske så snart som möjligt. Lagen anger ingen bestämd dag.")
        return Answer(None, (*steps, Step(text, source=rule.source)))
    if rule.due == "at_once" and day is not None:
        steps.append(Step(gettext_noop("Plikten gäller genast från den dagen."), source=rule.source))
    elif rule.due == "that_day":
        steps.append(Step(gettext_noop("Dagen är angiven och gäller som den är."), source=rule.source))
    elif rule.due == "end_of_next_year" and day is not None:
        day = date(day.year + 1, 12, 31)
        steps.append(Step(gettext_noop("Tiden går ut när nästa kalenderår är slut."), source=rule.source))
    for key in rule.parameters:
        try:
            parameter = parameters.get(key, day) if day else parameters.register()[key][-1]
        except parameters.ParameterNotFound:
            text = gettext_noop("Programmet har inget värde som gällde den {day}.")
            return Answer(None, (*steps, Step(text, {"day": day}, rule.source)))
        if day is None:
            day = parameter.value
            continue
        count = -parameter.value if rule.before else parameter.value
        day = _moved(day, count, parameter.unit)
        if rule.before:
            text = gettext_noop("Tiden är {count} {unit} före den dagen.")
        else:
            text = gettext_noop("Tiden är {count} {unit} från den dagen.")
        steps.append(Step(text, {"count": parameter.value, "unit": parameter.unit_text}, parameter.source))
    assert day is not None  # every rule has an anchor, a dated parameter or a due without a day
    if rule.end_of_month:
        day = end_of_month(day)
    return Answer(day, (*steps, Step(_RESULT[duty.kind], {"deadline": day}, rule.source)))


def _moved(day: date, count: int, unit: str) -> date:
    if unit == "veckor":
        return day + timedelta(weeks=count)
    return add_months(day, count * (12 if unit == "år" else 1))


def _reception(facts: DutyFacts, rulings: Mapping[str, str]) -> Answer[date]:
    return reception_deadline(
        facts.assignment_decided_on,
        stated_latest=facts.stated_latest_reception_on,
        resettled=facts.resettled,
        temporary_protection=facts.temporary_protection,
        left_reception_act_on=facts.left_reception_act_on,
    )


def _housing_right(facts: DutyFacts, rulings: Mapping[str, str]) -> Answer[date]:
    names = {item.name for item in fields(HousingFacts)} & {item.name for item in fields(DutyFacts)}
    return housing_right_ends(HousingFacts(**{name: getattr(facts, name) for name in names}), rulings)


def _sfi_age(facts: DutyFacts, rulings: Mapping[str, str]) -> Answer[date]:
    if facts.birth_date is None:
        return Answer(None, missing=("birth_date",))
    age, day = parameters.register()["sfi.from_age"][-1], ages.sfi_from(facts.birth_date)
    text = gettext_noop("Rätten kan börja andra halvåret det år personen fyller {years} år, den {deadline}.")
    return Answer(day, (Step(text, {"years": age.value, "deadline": day}, age.source),))


_COMPUTED: Mapping[str, Callable[[DutyFacts, Mapping[str, str]], Answer[date]]] = {
    "reception": _reception,
    "housing_right": _housing_right,
    "sfi_age": _sfi_age,
}


_UNITS = ("veckor", "månader", "år", "datum")
_DUES = ("", "none", "never", "as_soon_as_possible", "at_once", "that_day", "end_of_next_year")


def validate(duties: Mapping[str, Duty] = DUTIES) -> list[str]:
    """Problems in the data: unknown act, anchor, parameter, question or responsible party, a rule that does not
    say when, or a text in only one language.
    """
    known = {item.name for item in fields(DutyFacts)}
    problems: list[str] = []
    for duty in duties.values():
        halves = one_sided(title=duty.title, responsible=duty.responsible, note=duty.note)
        problems += [f"{duty.key}: {name} ska finnas på svenska och engelska" for name in halves]
        for top in duty.rules:
            if top.source.act not in acts():
                problems.append(f"{duty.key}: {top.source.act} finns inte i acts.yaml")
            if top.ruling and (top.ruling not in QUESTIONS or set(top.options) != set(QUESTIONS[top.ruling].options)):
                problems.append(f"{duty.key}: frågan {top.ruling} finns inte eller har andra svar")
            problems += [f"{duty.key}: faktum {name} finns inte" for name in top.when if name not in known]
            for rule in (top, *top.options.values()):
                if rule.anchor and (rule.anchor not in known or rule.anchor not in ANCHORS):
                    problems.append(f"{duty.key}: ankaret {rule.anchor} finns inte")
                problems += [
                    f"{duty.key}: parametern {key} finns inte"
                    for key in rule.parameters
                    if key not in parameters.register()
                ]
                units = {p.unit for key in rule.parameters for p in parameters.register().get(key, ())}
                if unknown := units - {*_UNITS}:
                    problems.append(f"{duty.key}: enheten {', '.join(sorted(unknown))} går inte att räkna med")
                if sum(map(bool, (rule.parameters, rule.due, rule.compute, rule.ruling))) != 1:
                    problems.append(f"{duty.key}: en regel ska säga när på ett sätt")
                if rule.due not in _DUES:
                    problems.append(f"{duty.key}: {rule.due} är inget känt sätt")
                if rule.due in _DUES[4:] and not rule.anchor:
                    problems.append(f"{duty.key}: {rule.due} behöver ett ankare")
    return problems
