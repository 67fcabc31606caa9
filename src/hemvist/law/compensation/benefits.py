"""What the state pays to the person, for information: introduction benefit and daily allowance.

Förordning (2017:819) 2, 3 and 10 kap.; förordning (1994:361) 6 § and from October 2026 förordning (2026:1715) 12 §. The
municipality neither decides nor pays any of it. Left to people: whether the person takes part and on which days, part
of a month, sickness and sanctions, what else is deducted, and who counts as a child at home.

>>> from datetime import date, timedelta
>>> child_supplement([ChildAtHome(date(2018, 1, 5)), ChildAtHome(date(2012, 1, 5))], date(2026, 10, 1)).value
Decimal('1150')
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from hemvist.law.acts import starts
from hemvist.law.calendar import age_on
from hemvist.law.compensation.facts import Terms, ore, unknown
from hemvist.law.parameters import ParameterNotFound
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Step, gettext_noop

ACT = "2017:819"
# A child gives the higher supplement from the one age and none from the other (3 kap. 10 and 11 §§).
_OLDER, _GROWN = 11, 20
_ADULT = 18
# What was granted before follows the older rules as they ended (övergångsbestämmelse 2 till 2026:244).
_LAST_OLDER_DAY = starts("2026:244") - timedelta(days=1)


class Phase(StrEnum):
    """What the participant does; each has its amount a day."""

    PROGRAMME = "programme"
    MAPPING = "mapping"


class Adult(StrEnum):
    """How an adult lives who has daily allowance."""

    SINGLE = "single"
    COHABITING = "cohabiting"
    AT_HOME = "adult_at_home"


@dataclass(frozen=True, slots=True)
class ChildAtHome:
    """A child who lives with the participant. ``only_custodian``: no other custodian lives in Sweden, and the
    participant does not live with the other parent.
    """

    birth_date: date
    only_custodian: bool = False


def paid_days(month: date, terms: Terms | None = None) -> Answer[int]:
    """The days of a month that are paid for: five a week, or all on the other reading of U13."""
    choice = (terms or Terms()).chosen("U13")
    days = [month.replace(day=day) for day in range(1, monthrange(month.year, month.month)[1] + 1)]
    count = sum(choice.option == "seven" or day.weekday() < 5 for day in days)
    text = gettext_noop("Ersättning lämnas för {count} dagar den månaden.")
    return Answer(count, (choice.step, Step(text, {"count": count}, sfs(ACT, "10 kap. 6 §"))))


def introduction_benefit(
    month: date,
    *,
    days: int | None = None,
    phase: Phase = Phase.PROGRAMME,
    percent: int = 100,
    under_reception_act: bool = False,
    terms: Terms | None = None,
) -> Answer[Decimal]:
    """Etableringsersättning for a month: so many days, by default all that are paid for in it.

    ``percent`` is the extent of the programme; mapping is always paid in full. From October 2026 nothing is paid for
    time under mottagandelagen.
    """
    terms = terms or Terms()
    if under_reception_act and month >= starts("2026:999"):
        text = gettext_noop("Etableringsersättning lämnas inte för tid då mottagandelagen gäller för personen.")
        return Answer(Decimal(0), (Step(text, source=sfs(ACT, "5 kap. 2 b §")),))
    counted = Answer(days) if days is not None else paid_days(month, terms)
    key = f"introduction_benefit.day.{phase}"
    try:
        daily = terms.get(key, month)
    except ParameterNotFound:
        return Answer(None, (*counted.steps, unknown(key, month)))
    total = Decimal(daily.value) * (counted.value or 0)
    text = gettext_noop("{count} dagar à {amount} kronor är {sum} kronor.")
    values = {"count": counted.value, "amount": daily.value, "sum": total}
    steps = [*counted.steps, Step(text, values, daily.source)]
    if percent != 100 and phase is Phase.PROGRAMME:
        total = ore(total * percent / 100)
        text = gettext_noop("Programmet är på {percent} procent. Då lämnas {sum} kronor.")
        steps.append(Step(text, {"percent": percent, "sum": total}, sfs(ACT, "10 kap. 6 §")))
    return Answer(total, tuple(steps))


def child_supplement(
    children: Sequence[ChildAtHome],
    on: date,
    *,
    maintenance_for: int = 0,
    granted_before: bool = False,
    terms: Terms | None = None,
) -> Answer[Decimal]:
    """The supplement for a whole month: for the household until August 2026, for one participant from September.

    ``maintenance_for`` is the number of children that underhållsstöd is paid for. ``granted_before``: an
    etableringstillägg granted before September 2026 goes on by the older rules, and no barntillägg is paid beside it.
    """
    terms = terms or Terms()
    older = granted_before or on < starts("2026:244")
    asked_on = min(on, _LAST_OLDER_DAY) if older else on
    prefix = "introduction_benefit.household_child" if older else "introduction_benefit.child"
    name = ""
    try:
        found = []
        for child in sorted(children, key=lambda child: child.birth_date):
            age = age_on(child.birth_date, on)
            if age < _GROWN:
                name = f"{prefix}.{'from' if age >= _OLDER else 'under'}_11"
                found.append((terms.get(name, asked_on), child.only_custodian and not older))
        name = f"introduction_benefit.max_children{_maintenance(maintenance_for)}"
        most = terms.get(name, asked_on)
    except ParameterNotFound:
        return Answer(None, (unknown(name, asked_on),))
    if not older:  # those with the highest supplement, otherwise the eldest
        found.sort(key=lambda row: -row[0].value * (1 + row[1]))
    total, steps = Decimal(0), []
    for each, twice in found[: most.value]:
        amount = Decimal(each.value) * (1 + twice)
        total += amount
        text = (
            gettext_noop("{label}: {amount} kronor, dubbelt eftersom barnet inte har någon annan vårdnadshavare här.")
            if twice
            else gettext_noop("{label}: {amount} kronor.")
        )
        steps.append(Step(text, {"label": each.label, "amount": amount}, each.source))
    if len(found) > most.value:
        text = gettext_noop("Tillägg lämnas för högst {count} barn.")
        steps.append(Step(text, {"count": most.value}, most.source))
    text = (
        gettext_noop("Etableringstillägg lämnas per hushåll: {sum} kronor per månad.")
        if older
        else gettext_noop("Barntillägg lämnas till varje deltagare i programmet: {sum} kronor per månad.")
    )
    steps.append(Step(text, {"sum": total}, sfs(ACT, "3 kap. 11 §")))
    return Answer(total, tuple(steps))


def _maintenance(children: int) -> str:
    """The end of the key of how many children give a supplement when underhållsstöd is paid for so many."""
    if children < 3:
        return ""
    return "_maintenance_3" if children == 3 else "_maintenance_4" if children < 6 else "_maintenance_6"


def housing_benefit(
    rent: int | Decimal, on: date, *, granted_before: bool = False, terms: Terms | None = None
) -> Answer[Decimal]:
    """Bostadsersättning for a month to somebody who lives alone without children, in an own dwelling.

    Abolished from September 2026; what was granted before goes on.
    """
    terms = terms or Terms()
    if on >= starts("2026:244") and not granted_before:
        text = gettext_noop("Bostadsersättningen är avskaffad från den {day}.")
        source = sfs(ACT, "3 kap. 13 § (ändring 2026:244)")
        return Answer(Decimal(0), (Step(text, {"day": starts("2026:244")}, source),))
    name = "introduction_benefit.housing.floor"
    asked_on = min(on, _LAST_OLDER_DAY)
    try:
        floor = terms.get(name, asked_on)
        name = "introduction_benefit.housing.ceiling"
        ceiling = terms.get(name, asked_on)
    except ParameterNotFound:
        return Answer(None, (unknown(name, asked_on),))
    total = max(min(Decimal(rent), Decimal(ceiling.value)) - floor.value, Decimal(0))
    text = gettext_noop(
        "Hyran är {rent} kronor. Den del som överstiger {floor} men inte {ceiling} kronor ersätts: {sum} kronor."
    )
    values = {"rent": Decimal(rent), "floor": floor.value, "ceiling": ceiling.value, "sum": total}
    return Answer(total, (Step(text, values, floor.source),))


def daily_allowance(
    adults: Sequence[Adult],
    children: Sequence[date],
    on: date,
    *,
    food_included: bool = False,
    terms: Terms | None = None,
) -> Answer[Decimal]:
    """Dagersättning a day for a household: so many adults, and the children's birth dates.

    Full amount for the two eldest children and half for each younger one. Who has turned 18 counts as an adult at home.
    """
    terms = terms or Terms()
    kind = "food_included" if food_included else "own_food"
    ages = sorted((age_on(birth, on) for birth in children), reverse=True)
    grown = [Adult.AT_HOME for age in ages if age >= _ADULT]
    bands = ["child_11_17" if age > 10 else "child_4_10" if age > 3 else "child_0_3" for age in ages if age < _ADULT]
    total, steps, name = Decimal(0), [], ""
    try:
        for adult in (*adults, *grown):
            name = f"daily_allowance.{kind}.{adult}"
            each = terms.get(name, on)
            total += each.value
            text = gettext_noop("{label}: {amount} kronor.")
            steps.append(Step(text, {"label": each.label, "amount": Decimal(each.value)}, each.source))
        for place, band in enumerate(bands):
            name = f"daily_allowance.{kind}.{band}"
            each = terms.get(name, on)
            amount = Decimal(each.value)
            text = gettext_noop("{label}: {amount} kronor.")
            if place >= 2:
                name = "daily_allowance.younger_share"
                amount = ore(amount * terms.get(name, on).value / 100)
                text = gettext_noop("{label}: {amount} kronor, hälften för varje barn utöver de två äldsta.")
            total += amount
            steps.append(Step(text, {"label": each.label, "amount": amount}, each.source))
    except ParameterNotFound:
        return Answer(None, (unknown(name, on),))
    text = gettext_noop("Tillsammans {sum} kronor per dag.")
    steps.append(Step(text, {"sum": total}, steps[-1].source if steps else None))
    return Answer(total, tuple(steps))
