"""Ages that decide which duties a person brings: school, preschool, adult, pension, sfi.

The start and end of skolplikt (skollagen 7 kap. 10 and 12 §§) are inferred and marked so in the parameters:
the municipality confirms them. Left to people: early or later school start, prolonged skolplikt,
specialskola.
"""

from __future__ import annotations

from datetime import date

from hemvist.law import parameters
from hemvist.law.calendar import age_on


def is_adult(birth: date, on: date) -> bool:
    return age_on(birth, on) >= int(parameters.get("age.adult", on).value)


def is_school_age(birth: date, on: date) -> bool:
    """From 1 July of the year the child turns six, to 30 June of the year the child turns sixteen."""
    first = parameters.get("school.compulsory_from_age", on).value
    last = parameters.get("school.compulsory_to_age", on).value
    return date(birth.year + first, 7, 1) <= on <= date(birth.year + last, 6, 30)


def is_preschool_age(birth: date, on: date) -> bool:
    """From one year of age (skollagen 8 kap. 3 §, inferred) until school age begins."""
    first_day_of_school = date(birth.year + parameters.get("school.compulsory_from_age", on).value, 7, 1)
    return age_on(birth, on) >= parameters.get("preschool.from_age", on).value and on < first_day_of_school


def under_pension_age(birth: date, on: date) -> bool:
    """Below 66 before 2026, below riktåldern from 2026 (socialförsäkringsbalken 2 kap. 10 a-10 d §§).

    The cohort rules of the single benefits (who keeps the limit 66) are left out. Raises
    ``ParameterNotFound`` for a year whose riktålder is not known.
    """
    return age_on(birth, on) < int(parameters.get("age.pension_limit", on).value)


def sfi_from(birth: date) -> date:
    """The first day a person may study sfi: the second half of the year of the sixteenth birthday (skollagen
    20 kap. 31 §).
    """
    return date(birth.year + parameters.register()["sfi.from_age"][-1].value, 7, 1)
