"""The filters of the pages where people weigh: points, shares of the weight, and sentences."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import template

from hemvist.organisation.texts import said as said_in
from hemvist.web.templatetags.hemvist import HARD_SPACE, MINUS, number

register = template.Library()


@register.filter
def points(value: Fraction | None) -> str:
    """A value from −1 to 1 as points from −100 to 100, always with its sign."""
    if value is None:
        return ""
    whole = round(value * 100)
    return f"+{whole}" if whole > 0 else f"{MINUS}{-whole}" if whole else "0"


@register.filter
def percent(value: Any) -> str:
    """A share from 0 to 1 as *22 %*."""
    return f"{round(float(value) * 100)}{HARD_SPACE}%"


def percents(one: Fraction, other: Fraction) -> tuple[str, str]:
    """Two shares with as few decimals as tell them apart, two at most."""
    for decimals in range(3):
        pair = [round(float(value) * 100, decimals) for value in (one, other)]
        if pair[0] != pair[1]:
            break
    first, second = (f"{number(value)}{HARD_SPACE}%" for value in pair)
    return first, second


@register.filter
def said(text: Any) -> str:
    """A text of the folder in the reader's language."""
    return said_in(text) if text else ""


@register.filter
def only(value: Any) -> list[Any]:
    """One thing as a list of one."""
    return [value]
