"""What a municipality gets only if it applies in time (återsökning): the grounds, their last days and their amounts.

The grounds are rows in ``parameters/claim_grounds.yaml`` and hold those that a municipality applies for by person or
family: förordning (2010:1122) 19-32 §§ and förordning (2017:193) 3-18 §§. Left to people everywhere: whether the
conditions of the ground are met, whether there are särskilda skäl, and what to apply for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import yaml

from hemvist.law import parameters
from hemvist.law.acts import DATA, NO_TEXT
from hemvist.law.calendar import (
    ONE_DAY,
    Period,
    add_months,
    end_of_month,
    is_working_day,
    previous_working_day,
    quarter_of,
)
from hemvist.law.compensation.facts import Ground, Terms, ore, unknown
from hemvist.law.parameters import Parameter, ParameterNotFound
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Source, Step, Text, gettext_noop, one_sided

NO_COUNTS: Mapping[str, int] = MappingProxyType({})


class ClaimGroundNotFound(LookupError):
    """No ground has that code."""


class PeriodKind(StrEnum):
    """What an application is made for."""

    CALENDAR_YEAR = "calendar_year"
    TWELVE_MONTHS = "twelve_months"
    QUARTER = "quarter"
    ONCE = "once"


class AmountRule(StrEnum):
    """How the amount is found; see :func:`amount`."""

    ACTUAL = "actual"
    SHARE = "share"
    THRESHOLD = "threshold"
    ABOVE_STANDARD = "above_standard"
    REASONABLE = "reasonable"
    DISCRETIONARY = "discretionary"
    COUNTED = "counted"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimGround:
    """A ground (ersättningsslag) that money is applied for on.

    ``limit`` and ``first_limit`` are the parameters that give the time; empty where the ordinance names none.
    ``family``: may be applied for without naming a person. ``entitlements`` are the amounts of a ledger that it pays.
    ``evidence`` is what to enclose, code by code of :data:`EVIDENCE`: a proposal, since the attachments have not been
    read (U11).
    """

    code: str
    label: Text
    act: str
    section: str
    period: PeriodKind
    amount: AmountRule
    appeal: str
    limit: str = ""
    first_limit: str = ""
    deadline: str = ""
    parameters: tuple[str, ...] = ()
    share: str = ""
    entitlements: frozenset[Ground] = frozenset()
    evidence: tuple[str, ...] = ()
    note: Text = NO_TEXT
    may_appeal: bool = True
    family: bool = False
    inferred: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def source(self) -> Source:
        return sfs(self.act, self.section)

    @property
    def deducts(self) -> str:
        """What is taken from the cost: the person's own ``fee``, the ``standard`` amount already paid, or nothing."""
        return {AmountRule.SHARE: "fee", AmountRule.ABOVE_STANDARD: "standard"}.get(self.amount, "")

    @property
    def by_cost(self) -> bool:
        """Whether the amount is counted from what it cost."""
        return self.amount not in (AmountRule.COUNTED, AmountRule.FIXED)

    def holds(self, period: Period) -> bool:
        """Whether the provision is in force on any day of the period."""
        return (self.valid_from or date.min) <= period[1] and period[0] <= (self.valid_to or date.max)


def load(text: str) -> tuple[Mapping[str, ClaimGround], Mapping[str, Text]]:
    """Grounds and the words of the evidence from the layout of ``claim_grounds.yaml``."""
    data = yaml.safe_load(text)

    def ground(row: Mapping[str, Any]) -> ClaimGround:
        values = {**data["kinds"][row["kind"]], **row}
        del values["kind"]
        return ClaimGround(
            **{
                **values,
                "label": Text.read(values["label"]),
                "note": Text.read(values.get("note")),
                "period": PeriodKind(values["period"]),
                "amount": AmountRule(values["amount"]),
                "parameters": tuple(values.get("parameters", ())),
                "entitlements": frozenset(Ground(code) for code in values.get("entitlements", ())),
                "evidence": ("identity", *values["evidence"], "account"),
            }
        )

    evidence = {code: Text.read(words) for code, words in data["evidence"].items()}
    return {row["code"]: ground(row) for row in data["grounds"]}, evidence


GROUNDS, EVIDENCE = load((DATA / "claim_grounds.yaml").read_text("utf-8"))
# The ground that pays an amount of a person's ledger.
GROUND_OF: Mapping[Ground, ClaimGround] = {owed: ground for ground in GROUNDS.values() for owed in ground.entitlements}


def ground_of(code: str) -> ClaimGround:
    """Raises :class:`ClaimGroundNotFound`."""
    if code not in GROUNDS:
        raise ClaimGroundNotFound(f"Grunden {code} finns inte. Kontrollera stavningen mot claim_grounds.yaml.")
    return GROUNDS[code]


def period_around(ground: ClaimGround, day: date) -> Period:
    """The period of the ground that the day belongs to; twelve months end with the day, a single claim is the day."""
    if ground.period is PeriodKind.CALENDAR_YEAR:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if ground.period is PeriodKind.QUARTER:
        return quarter_of(day)
    if ground.period is PeriodKind.TWELVE_MONTHS:
        return max(add_months(day + ONE_DAY, -12), add_months(day, -12) + ONE_DAY), day
    return day, day


# --- the last day -----------------------------------------------------------------------------------------------------


def last_day(
    ground: ClaimGround,
    period_to: date,
    *,
    received_on: date | None = None,
    first_claim: bool = True,
    terms: Terms | None = None,
) -> Answer[date]:
    """The last day on which the application must have come in (förordning 2010:1122 23, 27 and 31 a §§; 2017:193 19 §).

    The earlier of two: the time from the end of the period, and for the first application of its kind for the person
    (``first_claim``) the time from mottagandedatum (``received_on``). Where 27 § says only "the first application" each
    ground is taken by itself, which is the earlier reading. An unknown ``received_on`` gives the first of the two and
    is told in ``missing``. The day is never moved for weekends; a safe day is told.
    """
    terms = terms or Terms()
    if not ground.limit:
        text = gettext_noop("Förordningen anger ingen sista dag. Ersättningen lämnas så länge det finns medel.")
        return Answer(None, (Step(text, source=ground.source),))
    source = sfs(ground.act, ground.deadline)
    end = quarter_of(period_to)[1] if ground.period is PeriodKind.QUARTER else period_to
    steps: list[Step] = []
    missing: tuple[str, ...] = ()
    try:
        limit = terms.get(ground.limit, end)
        first = terms.get(ground.first_limit, end) if ground.first_limit else None
    except ParameterNotFound:
        text = gettext_noop("Lagregistret saknar tiden för ansökan för en period som slutar den {end}.")
        return Answer(None, (Step(text, {"end": end}, source),))
    last = _after(end, limit)
    text = gettext_noop(
        "Perioden slutar den {end}. Ansökan ska ha kommit in till Migrationsverket inom {count} {unit} från den dagen, "
        "senast den {last}."
    )
    steps.append(Step(text, {"end": end, "count": limit.value, "unit": limit.unit_text, "last": last}, source))
    if first is not None:
        values = {"count": first.value, "unit": first.unit_text}
        if not first_claim:
            text = gettext_noop(
                "Ersättningen har sökts förut för personen. Tiden från mottagandedatum gäller bara den första ansökan."
            )
            steps.append(Step(text, source=source))
        elif received_on is None:
            missing = ("received_on",)
            text = gettext_noop(
                "Den första ansökan ska ha kommit in inom {count} {unit} från mottagandedatum. Den dagen är inte känd. "
                "Sista dagen kan vara tidigare."
            )
            steps.append(Step(text, values, source))
        else:
            latest = _after(received_on, first)
            text = gettext_noop(
                "Den första ansökan ska ha kommit in inom {count} {unit} från mottagandedatum {received}, senast den "
                "{latest}. Om det finns särskilda skäl får en senare ansökan prövas."
            )
            steps.append(Step(text, {**values, "received": received_on, "latest": latest}, source))
            if latest < last:
                last = latest
                text = gettext_noop("Den tidigare av de två dagarna gäller: {last}.")
                steps.append(Step(text, {"last": last}, source))
    return Answer(last, (*steps, *_safe(last)), missing)


def _after(day: date, time: Parameter) -> date:
    """Years to the same day; months from the end of a quarter to the end of a month."""
    if time.unit == "år":
        return add_months(day, 12 * int(time.value))
    return end_of_month(add_months(day, int(time.value)))


def _safe(last: date) -> tuple[Step, ...]:
    """What to plan for when the last day is a day off: lag (1930:173) has not been read, so no day is moved."""
    if is_working_day(last):
        return ()
    text = gettext_noop(
        "Den {last} är ingen arbetsdag. Lagen (1930:173) kan ge tid till nästa arbetsdag, men texten är inte läst för "
        "programmet. Räkna med den {safe}."
    )
    return (Step(text, {"last": last, "safe": previous_working_day(last)}, sfs("1930:173")),)


# --- the amount -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """What the amount hangs on. ``on`` is the last day of the period, on which values are asked for.

    ``fee`` is what is deducted (:attr:`ClaimGround.deducts`), ``other_costs`` what the other grounds in 24-26 §§ cost
    for the person in the same twelve months. ``counts`` says how many days, persons or periods each parameter is paid
    for.
    """

    on: date
    cost: Decimal | None = None
    fee: Decimal | None = None
    other_costs: Decimal = Decimal(0)
    counts: Mapping[str, int] = field(default_factory=lambda: NO_COUNTS)


def amount(ground: ClaimGround, facts: ClaimFacts, terms: Terms | None = None) -> Answer[Decimal]:
    """What the ground gives in kronor, with the reasons. What the authority grants is another matter."""
    terms = terms or Terms()
    if ground.by_cost and facts.cost is None:
        return Answer(None, missing=("cost",))
    if ground.deducts and facts.fee is None:
        return Answer(None, missing=(ground.deducts,))
    try:
        return _RULES[ground.amount](ground, facts, terms)
    except ParameterNotFound:
        return Answer(None, tuple(unknown(key, facts.on) for key in ground.parameters))


def _actual(ground: ClaimGround, facts: ClaimFacts, terms: Terms) -> Answer[Decimal]:
    cost = _cost(facts)
    text = gettext_noop("Kommunens faktiska kostnad ersätts: {cost} kronor.")
    return Answer(cost, (Step(text, {"cost": cost}, ground.source), *_inferred(ground)))


def _share(ground: ClaimGround, facts: ClaimFacts, terms: Terms) -> Answer[Decimal]:
    """75 per cent less the fee (22 §). Both readings of U10 are told."""
    (key,) = ground.parameters
    share, choice = terms.get(key, facts.on), terms.chosen("U10")
    cost, fee = _cost(facts), facts.fee or Decimal(0)
    part = Decimal(share.value) / 100
    readings = {"fee_first": ore((cost - fee) * part), "share_first": ore(cost * part - fee)}
    text = gettext_noop(
        "Kostnaden är {cost} kronor och avgiften {fee} kronor. Om avgiften dras av först ger {share} procent "
        "{fee_first} kronor, annars {share_first} kronor."
    )
    values = {"cost": cost, "fee": fee, "share": Decimal(share.value), **readings}
    return Answer(max(readings[choice.option], Decimal(0)), (Step(text, values, share.source), choice.step))


def _threshold(ground: ClaimGround, facts: ClaimFacts, terms: Terms) -> Answer[Decimal]:
    """The whole cost, if those of 24-26 §§ together reach the limit in the twelve months (27 §)."""
    (key,) = ground.parameters
    limit = terms.get(key, facts.on)
    cost, source = _cost(facts), sfs(ground.act, ground.deadline)
    values = {"total": cost + facts.other_costs, "limit": limit.value}
    if values["total"] < limit.value:
        text = gettext_noop(
            "Kostnaderna enligt 24–26 §§ är tillsammans {total} kronor under tolv månader. De når inte {limit} kronor, "
            "så inget ersätts."
        )
        return Answer(Decimal(0), (Step(text, values, source),))
    text = gettext_noop(
        "Kostnaderna enligt 24–26 §§ är tillsammans {total} kronor under tolv månader, minst {limit} kronor. Då "
        "ersätts {cost} kronor på den här grunden."
    )
    return Answer(cost, (Step(text, {**values, "cost": cost}, source), *_inferred(ground)))


def _above_standard(ground: ClaimGround, facts: ClaimFacts, terms: Terms) -> Answer[Decimal]:
    cost, paid = _cost(facts), facts.fee or Decimal(0)
    text = gettext_noop(
        "Den faktiska kostnaden är {cost} kronor. Det som överstiger schablonersättningen för samma dygn, {paid} "
        "kronor, ersätts."
    )
    return Answer(max(cost - paid, Decimal(0)), (Step(text, {"cost": cost, "paid": paid}, ground.source),))


def _reasonable(ground: ClaimGround, facts: ClaimFacts, terms: Terms) -> Answer[Decimal]:
    text = gettext_noop("Skälig ersättning lämnas för kommunens kostnad, {cost} kronor. Migrationsverket bedömer vad.")
    return Answer(_cost(facts), (Step(text, {"cost": _cost(facts)}, ground.source),))


def _discretionary(ground: ClaimGround, facts: ClaimFacts, terms: Terms) -> Answer[Decimal]:
    text = gettext_noop(
        "Ersättning får lämnas men är ingen rättighet. Kostnaden är {cost} kronor. Migrationsverket bestämmer "
        "hur mycket."
    )
    return Answer(_cost(facts), (Step(text, {"cost": _cost(facts)}, ground.source),))


def _counted(ground: ClaimGround, facts: ClaimFacts, terms: Terms) -> Answer[Decimal]:
    """Days, persons or school periods, each at its amount."""
    counts = {key: facts.counts[key] for key in ground.parameters if facts.counts.get(key)}
    if not counts:
        return Answer(None, missing=("counts",))
    share = Decimal(terms.get(ground.share, facts.on).value) if ground.share else Decimal(100)
    total, steps = Decimal(0), []
    for key, count in counts.items():
        found = terms.get(key, facts.on)
        total += (kronor := ore(Decimal(found.value) * share / 100 * count))
        text = (
            gettext_noop("{label}: {count} påbörjade perioder à {share} procent av {each} kronor är {sum} kronor.")
            if ground.share
            else gettext_noop("{label}: {count} à {each} kronor är {sum} kronor.")
        )
        values = {"label": found.label, "count": count, "share": share, "each": found.value, "sum": kronor}
        shown = {name: value for name, value in values.items() if "{" + name + "}" in text}
        steps.append(Step(text, shown, found.source))
    return Answer(total, tuple(steps))


def _fixed(ground: ClaimGround, facts: ClaimFacts, terms: Terms) -> Answer[Decimal]:
    (key,) = ground.parameters
    found = terms.get(key, facts.on)
    text = gettext_noop("Beloppet är fast, {amount} kronor, vad det än har kostat.")
    return Answer(Decimal(found.value), (Step(text, {"amount": found.value}, found.source),))


_RULES: Mapping[AmountRule, Callable[[ClaimGround, ClaimFacts, Terms], Answer[Decimal]]] = {
    AmountRule.ACTUAL: _actual,
    AmountRule.SHARE: _share,
    AmountRule.THRESHOLD: _threshold,
    AmountRule.ABOVE_STANDARD: _above_standard,
    AmountRule.REASONABLE: _reasonable,
    AmountRule.DISCRETIONARY: _discretionary,
    AmountRule.COUNTED: _counted,
    AmountRule.FIXED: _fixed,
}


def _cost(facts: ClaimFacts) -> Decimal:
    return ore(facts.cost or Decimal(0))


def _inferred(ground: ClaimGround) -> tuple[Step, ...]:
    if not ground.inferred:
        return ()
    text = gettext_noop("Att hela kostnaden ersätts är en slutsats. Texten säger det inte uttryckligen.")
    return (Step(text, source=ground.source),)


# --- appeal -----------------------------------------------------------------------------------------------------------


def may_appeal(ground: ClaimGround) -> Answer[bool]:
    """Whether a decision on the ground can be appealed (förordning 2010:1122 42 §; 2017:193 25 §)."""
    text = (
        gettext_noop("Beslutet får överklagas till förvaltningsrätten.")
        if ground.may_appeal
        else gettext_noop("Beslut enligt {section} får inte överklagas.")
    )
    values = {} if ground.may_appeal else {"section": Text(ground.section, ground.section)}
    return Answer(ground.may_appeal, (Step(text, values, sfs(ground.act, ground.appeal)),))


def appeal_by(ground: ClaimGround, decided_on: date, terms: Terms | None = None) -> Answer[date]:
    """The last day to appeal, counted from the decision: the cautious reading of förvaltningslagen 44 §.

    None when the decision cannot be appealed. Left to people: whether the municipality represents the public here.
    """
    terms = terms or Terms()
    allowed = may_appeal(ground)
    if not allowed.value:
        return Answer(None, allowed.steps)
    try:
        weeks = terms.get("claims.appeal_weeks", decided_on)
    except ParameterNotFound:
        text = gettext_noop("Lagregistret saknar tiden för överklagande för ett beslut den {decided}.")
        return Answer(None, (*allowed.steps, Step(text, {"decided": decided_on}, allowed.steps[0].source)))
    last = decided_on + timedelta(weeks=int(weeks.value))
    text = gettext_noop(
        "Räkna {count} {unit} från beslutets dag {decided}, till den {last}. Så räknas tiden för den som företräder "
        "det allmänna. Om kommunen gör det är inte klarlagt. Annars räknas tiden från den dag då kommunen fick del "
        "av beslutet."
    )
    values = {"count": weeks.value, "unit": weeks.unit_text, "decided": decided_on, "last": last}
    return Answer(last, (*allowed.steps, Step(text, values, weeks.source), *_safe(last)))


# --- the days in general ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GeneralDay:
    """A last day that comes whoever has been received: for a quarter or a year, with the grounds of one ordinance."""

    on: date
    period: Period
    act: str
    grounds: tuple[ClaimGround, ...]
    steps: tuple[Step, ...]


def general_days(since: date, until: date, terms: Terms | None = None) -> list[GeneralDay]:
    """The last days of quarters and calendar years from one day to another, both included, in order."""
    found: dict[tuple[date, Period, str], list[tuple[ClaimGround, Answer[date]]]] = defaultdict(list)
    for ground in GROUNDS.values():
        for end in _period_ends(ground, since, until):
            period = period_around(ground, end)
            answer = last_day(ground, end, first_claim=False, terms=terms)
            if answer.value and since <= answer.value <= until and ground.holds(period):
                found[answer.value, period, ground.act].append((ground, answer))
    return [
        GeneralDay(on, period, act, tuple(ground for ground, _answer in rows), rows[0][1].steps)
        for (on, period, act), rows in sorted(found.items())
    ]


def _period_ends(ground: ClaimGround, since: date, until: date) -> Iterator[date]:
    """The ends of quarters or years whose last day may lie between the two days."""
    if ground.period not in (PeriodKind.CALENDAR_YEAR, PeriodKind.QUARTER):
        return
    end = period_around(ground, add_months(since, -24))[1]
    while end <= until:
        yield end
        end = period_around(ground, end + ONE_DAY)[1]


def validate(grounds: Mapping[str, ClaimGround] | None = None, evidence: Mapping[str, Text] | None = None) -> list[str]:
    """Problems in the data: an unknown parameter or line of evidence, a text in only one language, a missing number."""
    grounds = GROUNDS if grounds is None else grounds
    evidence = EVIDENCE if evidence is None else evidence
    needed = {AmountRule.SHARE, AmountRule.THRESHOLD, AmountRule.FIXED}
    problems = [f"{code} ska finnas på svenska och engelska" for code in one_sided(**evidence)]
    for ground in grounds.values():
        keys = (*ground.parameters, ground.limit, ground.first_limit, ground.share)
        problems += [
            f"{ground.code}: parametern {key} finns inte" for key in keys if key not in ("", *parameters.register())
        ]
        problems += [f"{ground.code}: underlaget {code} finns inte" for code in ground.evidence if code not in evidence]
        if ground.amount in needed and len(ground.parameters) != 1:
            problems.append(f"{ground.code}: beloppet behöver en parameter")
        halves = one_sided(label=ground.label, note=ground.note)
        problems += [f"{ground.code}: {name} ska finnas på svenska och engelska" for name in halves]
    return problems
