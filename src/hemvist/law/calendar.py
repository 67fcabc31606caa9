"""Swedish working days, months and ages.

Left out on purpose: lag (1930:173) om beräkning av lagstadgad tid, which may move a last day that falls on a
day off. Its text has not been read for this program, so no rule moves a deadline by itself; whoever
plans may ask :func:`previous_working_day` for a safe day.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

import holidays

Period = tuple[date, date]

ONE_DAY = timedelta(days=1)
# "de_facto" adds the eves of midsummer, Christmas and New Year; Sundays are weekdays 6 and not in the table.
_HOLIDAYS = holidays.country_holidays("SE", categories=("public", "de_facto"))


def is_working_day(day: date) -> bool:
    """True Monday to Friday when the day is neither a public holiday (helgdag) nor one of the three eves."""
    return day.weekday() < 5 and day not in _HOLIDAYS


def next_working_day(day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def previous_working_day(day: date) -> date:
    """The day itself, or the last working day before it."""
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """``count`` working days after ``day`` (before it when negative); ``day`` itself is not counted."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


@lru_cache(maxsize=1 << 16)
def add_months(day: date, months: int) -> date:
    """The same day number ``months`` later, or the month's last day when that day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=1 << 16)
def end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


@lru_cache(maxsize=1 << 14)
def quarter_of(day: date) -> Period:
    """The first and the last day of the calendar quarter."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return first, end_of_month(add_months(first, 2))


def age_on(birth: date, on: date) -> int:
    """Full years on the day. Born 29 February: a year older on 1 March when there is no leap day (not settled
    in law).
    """
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
