"""Initial costs: once, to the municipality that first received the person (förordning 2010:1122 15-17 §§).

Which percentage applies hangs on the anvisning, not on the day of reception: who is covered by an anvisning under lag
(2016:38) keeps the older ones whenever the person arrives (övergångsbestämmelse 2 till 2026:1332).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from hemvist.law.acts import starts
from hemvist.law.calendar import add_months, end_of_month
from hemvist.law.compensation.facts import CompensationFacts, Entitlement, Ground, InitialRate, Terms, unknown
from hemvist.law.parameters import Parameter, ParameterNotFound
from hemvist.law.regime import Regime, governing
from hemvist.law.rulings import Choice
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Step, Text, gettext_noop

ACT = "2010:1122"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFacts:
    """What decides the rate. ``assignment_decided_on`` is None for who came without an anvisning.

    ``covered_by_11``: whether 11 § förordning (2016:39) covers the person (None: taken for granted, since only such
    persons and members of their households may be assigned). ``housing_without_assignment``: temporary protection in
    housing that the municipality arranged, which gives a right to housing under 11 § 2 st lag (2026:1326) to those
    received since that law began (``received_on``; None: taken for granted). ``only_renewal``: covered by 5 b § alone.
    ``covered`` False: outside 5-5 b §§.
    """

    assignment_decided_on: date | None = None
    covered_by_11: bool | None = None
    housing_without_assignment: bool = False
    received_on: date | None = None
    only_renewal: bool = False
    covered: bool = True


def initial_rate(facts: RateFacts, terms: Terms | None = None) -> Answer[InitialRate]:
    """Which initial costs are paid for the person. Left to people: whether 11 § covers somebody in the household."""
    terms = terms or Terms()
    if not facts.covered:
        text = gettext_noop("Personen omfattas inte av förordningen.")
        return Answer(InitialRate.NONE, (Step(text, source=sfs(ACT, "5–5 b §§")),))
    regime = governing(facts.assignment_decided_on)
    if regime.value is Regime.BOS_2016:
        if facts.covered_by_11 is False:
            text = gettext_noop("Personen anvisades med hushållet men omfattas inte själv av 11 §. Då gäller 17 §.")
            return _other(facts, *regime.steps, Step(text, source=sfs("2016:39", "9 och 11 §§")))
        text = (
            gettext_noop(
                "Personen är anvisad enligt lagen (2016:38) och omfattas av 11 §. Då gäller 16 § i äldre lydelse."
            )
            if facts.covered_by_11
            else gettext_noop(
                "Personen är anvisad enligt lagen (2016:38) och antas omfattas av 11 §. Då gäller 16 § i äldre lydelse."
            )
        )
        return Answer(InitialRate.ASSIGNED_2016, (*regime.steps, Step(text, source=sfs(ACT, "16 §"))))
    if regime.value is Regime.BOS_2026:
        text = gettext_noop(
            "Kommunen ska ordna boende enligt 10 § 1 st lagen (2026:1326). Då gäller 16 § i ny lydelse."
        )
        return Answer(
            InitialRate.HOUSING_2026, (*regime.steps, Step(text, source=sfs(ACT, "16 § (ändring 2026:1332)")))
        )
    if facts.housing_without_assignment and (facts.received_on or date.max) >= starts("2026:1326"):
        text = gettext_noop(
            "Personen har rätt till boende utan ny anvisning, eftersom kommunen ordnade boendet under mottagandelagen."
        )
        steps = (Step(text, source=sfs("2026:1326", "11 § 2 st")), (choice := terms.chosen("U14")).step)
        return Answer(InitialRate.HOUSING_2026, steps) if choice.option == "high" else _other(facts, *steps)
    text = gettext_noop("Personen är inte anvisad. Då gäller 17 §.")
    return _other(facts, Step(text, source=sfs(ACT, "17 §")))


def _other(facts: RateFacts, *steps: Step) -> Answer[InitialRate]:
    """17 §, which names 5 and 5 a §§ only: nothing for whoever is covered by 5 b § alone."""
    if not facts.only_renewal:
        return Answer(InitialRate.OTHER, steps)
    text = gettext_noop(
        "Personen omfattas bara av 5 b §. Den som inte är anvisad får då ingen ersättning för initiala kostnader."
    )
    return Answer(InitialRate.NONE, (*steps, Step(text, source=sfs(ACT, "17 §"))))


def initial(facts: CompensationFacts, terms: Terms | None = None) -> Entitlement | None:
    """The initial costs, due at the end of the month after reception; None when none are paid.

    The age is that on the last day of the month of reception. Kronor before 2024-07-01, then per cent of the
    prisbasbelopp rounded to whole kronor.
    """
    terms = terms or Terms()
    received_on, rate = facts.received_on, facts.initial_rate
    if received_on is None or rate is InitialRate.NONE:
        return None
    first = received_on.replace(day=1)
    reference, due = end_of_month(first), end_of_month(add_months(first, 1))
    found = _Amount(None, ())
    name, asked_on = "compensation.age_limit", due
    try:
        limit = terms.age_limit(due, reference, received_on)
        name = "compensation.initial_age"
        young = terms.get(name, due)
        age, choice = terms.age(facts.birth_date, reference, young.value, limit.value)
        band = "under_20" if age < young.value else "to_limit" if age < limit.value else "from_limit"
        name, asked_on = f"compensation.initial.{rate}.{band}", received_on
        found = initial_amount(terms, rate, band, received_on, due)
        found = found.told(
            Step(
                gettext_noop("Den {reference} är personen {age} år. Gränserna är {young} och {limit} år."),
                {"reference": reference, "age": age, "young": young.value, "limit": limit.value},
                sfs(ACT, "15 § 2 st"),
            ),
            (choice,) if choice else (),
            (limit,) if abs(age - int(limit.value)) <= 1 else (),
        )
    except ParameterNotFound:
        found = _Amount(None, (unknown(name, asked_on),))
    # The reading that the rate hangs on, when it was one of the steps to it.
    rate_choice = terms.chosen("U14")
    head = Step(
        gettext_noop("Ersättningen för initiala kostnader betalas en gång, senast den {due}."),
        {"due": due},
        sfs(ACT, "15 §"),
    )
    return Entitlement(
        ground=Ground.INITIAL,
        amount=found.amount,
        municipality=facts.first_municipality,
        due_on=due,
        by_day=True,
        reference_on=reference,
        steps=(head, *facts.rate_steps, *found.steps),
        open_points=((rate_choice,) if rate_choice.step in facts.rate_steps else ()) + found.open_points,
        provisional=found.provisional,
    )


@dataclass(frozen=True, slots=True)
class _Amount:
    amount: Decimal | None
    steps: tuple[Step, ...]
    open_points: tuple[Choice, ...] = ()
    used: tuple[Parameter, ...] = ()

    @property
    def provisional(self) -> tuple[Parameter, ...]:
        return tuple(parameter for parameter in self.used if parameter.provisional)

    def told(self, step: Step, points: tuple[Choice, ...], used: tuple[Parameter, ...]) -> _Amount:
        """The same amount with one more reason in front."""
        steps = (step, *self.steps, *(point.step for point in points))
        return _Amount(self.amount, steps, self.open_points + points, self.used + used)


def initial_amount(terms: Terms, rate: InitialRate, band: str, received_on: date, due: date) -> _Amount:
    """The amount for an age band: ``under_20``, ``to_limit`` or ``from_limit``. Raises ``ParameterNotFound``."""
    fixed = f"compensation.initial_fixed.{rate}.{band}"
    try:
        kronor = terms.get(fixed, received_on)
    except ParameterNotFound:
        return _percentage(terms, f"compensation.initial.{rate}.{band}", received_on, due)
    text = gettext_noop("Beloppet är {amount} kronor för den som togs emot före juli 2024.")
    return _Amount(Decimal(kronor.value), (Step(text, {"amount": kronor.value}, kronor.source),), used=(kronor,))


def _percentage(terms: Terms, key: str, received_on: date, due: date) -> _Amount:
    percent = terms.get(key, received_on)
    year = terms.chosen("U9")
    points: tuple[Choice, ...] = (year,) if received_on.year != due.year and percent.value else ()
    name, on = "price_base_amount", due if year.option == "payment" else received_on
    try:
        base = terms.get(name, on)
    except ParameterNotFound:
        return _Amount(None, (unknown(name, on), *(point.step for point in points)), points)
    exact = Decimal(percent.value) * base.value / 100
    rounding = terms.chosen("U8")
    amount = exact.quantize(Decimal(1), ROUND_HALF_UP if rounding.option == "nearest" else ROUND_CEILING)
    if exact.quantize(Decimal(1), ROUND_HALF_UP) != exact.quantize(Decimal(1), ROUND_CEILING):
        points += (rounding,)
    text = gettext_noop("{percent} procent av prisbasbeloppet {base} kronor för {year} är {amount} kronor.")
    values = {
        "percent": Decimal(percent.value),
        "base": base.value,
        "year": Text(str(on.year), str(on.year)),
        "amount": amount,
    }
    steps = (Step(text, values, percent.source), *(point.step for point in points))
    return _Amount(amount, steps, points, (percent, base) if percent.value else (percent,))
