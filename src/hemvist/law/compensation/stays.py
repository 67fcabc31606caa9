"""Money for stays: by the night, the quarter or the school term (förordning 2017:193; förordning 2010:1122 29-30 §§).

Days are counted one by one, each at the amount in force and the age on that day. Left to people: whether the housing is
of the kind that the ordinance pays for, and whether a child in a school is covered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hemvist.law.calendar import ONE_DAY, Period, add_months, end_of_month, quarter_of
from hemvist.law.compensation.facts import Entitlement, Ground, Route, Stay, StayForm, Terms, unknown
from hemvist.law.parameters import Parameter, ParameterNotFound
from hemvist.law.rulings import Choice
from hemvist.law.types import Step, gettext_noop

# An open stay is counted this long when nobody says until when.
HORIZON = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class _ByDay:
    """How a stay is paid by the night."""

    ground: Ground
    once: Ground | None
    # Parameters: an amount a night for a child and for an adult, an amount once.
    child: str
    adult: str
    once_key: str
    monthly: bool
    route: Route
    # Whether the last day is one of those paid for whatever the municipality has ruled (29 and 30 §§).
    whole: bool = False
    from_age: int = 0
    to_age: int = 200
    # Months after the period in which the money comes.
    pay_months: str = ""


_PROTECTION = ("asylum.housing_day.child", "asylum.housing_day.adult", "asylum.housing_once")
_ASSIGNED = ("asylum.assigned_day.child", "asylum.assigned_day.adult", "asylum.assigned_once")
_FORMER = "asylum.former_unaccompanied_day"
_PLACED = "compensation.unaccompanied_day"
_STUDY = "compensation.young_adult_day"

BY_DAY: Mapping[StayForm, _ByDay] = {
    StayForm.MUNICIPAL_TEMPORARY_PROTECTION: _ByDay(
        Ground.ASYLUM_HOUSING, Ground.ASYLUM_HOUSING_ONCE, *_PROTECTION, monthly=True, route=Route.AUTOMATIC
    ),
    StayForm.FORMER_UNACCOMPANIED: _ByDay(
        Ground.FORMER_UNACCOMPANIED,
        None,
        _FORMER,
        _FORMER,
        "",
        monthly=True,
        route=Route.AUTOMATIC,
        from_age=18,
        to_age=20,
    ),
    StayForm.ASSIGNED_HOUSING: _ByDay(
        Ground.ASSIGNED_HOUSING, Ground.ASSIGNED_HOUSING_ONCE, *_ASSIGNED, monthly=False, route=Route.APPLICATION
    ),
    StayForm.PLACED_UNACCOMPANIED: _ByDay(
        Ground.UNACCOMPANIED,
        Ground.UNACCOMPANIED_ONCE,
        _PLACED,
        _PLACED,
        "compensation.unaccompanied_once",
        monthly=False,
        route=Route.AUTOMATIC,
        whole=True,
        to_age=17,
        pay_months="compensation.unaccompanied_pay_months",
    ),
    StayForm.STUDY_SUPPORT: _ByDay(
        Ground.STUDY_SUPPORT,
        None,
        _STUDY,
        _STUDY,
        "",
        monthly=False,
        route=Route.AUTOMATIC,
        whole=True,
        from_age=18,
        to_age=20,
        pay_months="compensation.young_adult_pay_months",
    ),
}
# Housing for the day of which moving out is an open question (U12): every form that is not paid whole.
HOUSING = frozenset(form for form, how in BY_DAY.items() if not how.whole)
SCHOOLS: Mapping[StayForm, str] = {
    StayForm.SCHOOL_PRESCHOOL: "asylum.school_year.preschool",
    StayForm.SCHOOL_PRESCHOOL_CLASS: "asylum.school_year.preschool_class",
    StayForm.SCHOOL_COMPULSORY: "asylum.school_year.compulsory",
    StayForm.SCHOOL_UPPER_SECONDARY: "asylum.school_year.upper_secondary",
}


def stay_money(
    stay: Stay, *, birth_date: date, municipality: str, until: date, terms: Terms | None = None
) -> tuple[Entitlement, ...]:
    """What a stay brings, a row a month or quarter; an open stay is counted up to and with ``until``."""
    return stays_money((stay,), birth_date=birth_date, municipality=municipality, until=until, terms=terms)


def stays_money(
    stays: Sequence[Stay], *, birth_date: date, municipality: str, until: date | None = None, terms: Terms | None = None
) -> tuple[Entitlement, ...]:
    """What a person's stays in one municipality bring together: no day, quarter or one-off amount twice.

    Open stays are counted up to and with ``until``, by default a year.
    """
    terms = terms or Terms()
    stays = sorted(stays, key=lambda stay: stay.start)
    owed = [*_school([stay for stay in stays if stay.form in SCHOOLS], municipality, until, terms)]
    for form, how in BY_DAY.items():
        owed += _by_day([stay for stay in stays if stay.form is form], how, birth_date, municipality, until, terms)
    return tuple(owed)


def _last(stay: Stay, until: date | None) -> date:
    """The last day counted: a stay that has ended is counted whole, an open one to ``until`` or for a year."""
    return stay.end or until or stay.start + HORIZON


def _by_day(
    stays: Sequence[Stay], how: _ByDay, birth_date: date, municipality: str, until: date | None, terms: Terms
) -> Iterator[Entitlement]:
    choice = None if how.whole else terms.chosen("U12")
    counted: dict[Period, dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    points: dict[Period, dict[Choice, None]] = defaultdict(dict)
    ended: dict[Period, tuple[Step, ...]] = defaultdict(tuple)
    moved_in: list[date] = []
    began, reached = date.min, date.min
    for stay in stays:
        # A stay that takes up where another ended is no new move: it may be the same, told in two parts.
        if stay.start > reached:
            began = stay.start
        reached = max(reached, date.max if stay.end is None else stay.end + ONE_DAY if how.whole else stay.end)
        last = _last(stay, until)
        if stay.end and not (how.whole or (choice and choice.option == "included")):
            last = stay.end - ONE_DAY
        start = stay.start
        if stay.form is StayForm.STUDY_SUPPORT:
            # One month with studiehjälp pays for every day of its quarter (30 §).
            start, last = quarter_of(start)[0], last if stay.steps else quarter_of(last)[1]
        if choice and stay.end:
            points[_period(stay.end, how)][choice] = None
        ended[_period(last, how)] += stay.steps
        day, paid = start, False
        while day <= last:
            period = _period(day, how)
            age, birthday = terms.age(birth_date, day, how.from_age, 18, how.to_age + 1)
            if birthday:
                points[period][birthday] = None
            if how.from_age <= age <= how.to_age:
                counted[period][how.adult if age >= 18 else how.child].add(day)
                paid = True
            day += ONE_DAY
        if paid:
            moved_in.append(began)
    for period, nights in sorted(counted.items()):
        if owed := _nights(how, period, nights, municipality, terms, tuple(points[period]), ended[period]):
            yield owed
    for start in moved_in if how.once else ():
        if once := _once(how, start, municipality, terms):
            yield once
            return


def _nights(
    how: _ByDay,
    period: Period,
    nights: Mapping[str, Collection[date]],
    municipality: str,
    terms: Terms,
    points: tuple[Choice, ...],
    ended: tuple[Step, ...],
) -> Entitlement | None:
    """One period; None when the provision had not begun on any of its days."""
    total, steps, used = Decimal(0), [], []
    for key, days in nights.items():
        by_amount: dict[Parameter, int] = defaultdict(int)
        for day in sorted(days):
            try:
                by_amount[terms.get(key, day)] += 1
            except ParameterNotFound:
                continue
        for parameter, count in by_amount.items():
            total += Decimal(parameter.value) * count
            used.append(parameter)
            text = gettext_noop("{count} dygn à {amount} kronor är {sum} kronor.")
            values = {"count": count, "amount": parameter.value, "sum": Decimal(parameter.value) * count}
            steps.append(Step(text, values, parameter.source))
    if not used:
        return None
    return _entitlement(how.ground, total, period, [*steps, *ended], used, how, municipality, terms, points)


def _once(how: _ByDay, start: date, municipality: str, terms: Terms) -> Entitlement | None:
    """The amount for moving in; None when the provision had not begun."""
    assert how.once is not None
    try:
        parameter = terms.get(how.once_key, start)
    except ParameterNotFound:
        return None
    period = _period(start, how)
    step = Step(
        gettext_noop("En gång, {amount} kronor för den som flyttade in den {day}.")
        if how.once is not Ground.UNACCOMPANIED_ONCE
        else gettext_noop("En gång, {amount} kronor för barnet som placerades den {day}."),
        {"amount": parameter.value, "day": start},
        parameter.source,
    )
    return _entitlement(how.once, Decimal(parameter.value), period, [step], [parameter], how, municipality, terms, ())


def _entitlement(
    ground: Ground,
    amount: Decimal,
    period: Period,
    steps: list[Step],
    used: list[Parameter],
    how: _ByDay,
    municipality: str,
    terms: Terms,
    points: tuple[Choice, ...],
) -> Entitlement:
    due, apply_by, last_step = _when(period, how.route, how.pay_months, how.monthly, terms)
    if ground is Ground.UNACCOMPANIED_ONCE:
        due = end_of_month(add_months(due, 1))  # within a month from the first payment (31 §)
    return Entitlement(
        ground=ground,
        amount=amount,
        municipality=municipality,
        due_on=due,
        period=period,
        route=how.route,
        apply_by=apply_by,
        steps=(*steps, *last_step, *(point.step for point in points)),
        open_points=points,
        provisional=tuple(parameter for parameter in used if parameter.provisional),
    )


def _when(
    period: Period, route: Route, pay_months: str, monthly: bool, terms: Terms
) -> tuple[date, date | None, tuple[Step, ...]]:
    """When the money comes, and for what must be applied for the last day (2017:193 19 §; 2010:1122 31 §)."""
    if route is Route.APPLICATION:
        try:
            months = terms.get("claims.asylum_quarter_months", period[1])
        except ParameterNotFound:
            return end_of_month(add_months(period[1], 1)), None, (unknown("claims.asylum_quarter_months", period[1]),)
        last = end_of_month(add_months(period[1], months.value))
        text = gettext_noop("Söks för kvartalet. Ansökan ska ha kommit in senast {last}.")
        return last, last, (Step(text, {"last": last}, months.source),)
    if pay_months:
        months = terms.get(pay_months, period[1])
        due = end_of_month(add_months(period[1], months.value))
        text = gettext_noop("Betalas utan ansökan inom {months} månader efter kvartalet, senast {due}.")
        return due, None, (Step(text, {"months": months.value, "due": due}, months.source),)
    due = end_of_month(add_months(period[1], 1))
    return due, None, ()


def _school(stays: Sequence[Stay], municipality: str, until: date | None, terms: Terms) -> Iterator[Entitlement]:
    """A tenth of the yearly amount for each started four-week period, at most a whole year's in twelve months.

    Counted for all the pupil's stays together: a period that has begun goes on when the pupil changes school. A period
    belongs to the quarter in which it starts (inferred); 2017:193 4 §.
    """
    started: dict[Period, dict[Parameter | StayForm, list[date]]] = defaultdict(lambda: defaultdict(list))
    ended: dict[Period, tuple[Step, ...]] = defaultdict(tuple)
    count, year_ends, running = 0, date.min, dict.fromkeys(SCHOOLS, date.min)
    share = Decimal(0)
    for stay in stays:
        last = _last(stay, until)
        try:
            weeks = timedelta(weeks=int(terms.get("asylum.school_period_weeks", stay.start).value))
            share = Decimal(terms.get("asylum.school_period_share", stay.start).value)
        except ParameterNotFound:
            continue
        day = max(stay.start, running[stay.form])
        while day <= last:
            if day >= year_ends:
                following = add_months(year_ends, 12) if count else day
                count, year_ends = 0, following if following > day else add_months(day, 12)
            if count < 100 // share:
                try:
                    amount: Parameter | StayForm = terms.get(SCHOOLS[stay.form], day)
                except ParameterNotFound:
                    amount = stay.form
                started[quarter_of(day)][amount].append(day)
                count += 1
            day += weeks
            running[stay.form] = day
        ended[quarter_of(last)] += stay.steps
    for period, amounts in sorted(started.items()):
        total, steps, used = Decimal(0), [], []
        for yearly, days in amounts.items():
            if isinstance(yearly, StayForm):
                steps += [unknown(SCHOOLS[yearly], day) for day in days]
                continue
            total += Decimal(yearly.value) * share / 100 * len(days)
            used.append(yearly)
            text = gettext_noop(
                "Påbörjade fyraveckorsperioder: {count}. För varje lämnas {share} procent av årsbeloppet {amount} "
                "kronor."
            )
            values = {"count": len(days), "share": share, "amount": yearly.value}
            steps.append(Step(text, values, yearly.source))
        due, apply_by, when = _when(period, Route.APPLICATION, "", False, terms)
        yield Entitlement(
            ground=Ground.SCHOOL,
            amount=total if used else None,
            municipality=municipality,
            due_on=due,
            period=period,
            route=Route.APPLICATION,
            apply_by=apply_by,
            steps=(*steps, *ended[period], *when),
            provisional=tuple(parameter for parameter in used if parameter.provisional),
        )


def _period(day: date, how: _ByDay) -> Period:
    return (day.replace(day=1), end_of_month(day)) if how.monthly else quarter_of(day)
