"""Dividing an amount by percentages, so that nothing is lost or made in the rounding (största resten)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def apportion(amount_ore: int, percents: Sequence[Decimal]) -> list[int]:
    """The amount in whole öre, divided by percentages that make 100.

    Each part is rounded down, and the öre that are left go to those who lost most by it, the earlier first. A negative
    amount is divided as the positive one, so that a repayment takes back just what was given.
    """
    if sum(map(Fraction, percents)) != 100 or any(percent < 0 for percent in percents):
        raise ValueError("Andelarna ska vara 0 eller mer och bli exakt 100 procent.")
    exact = [abs(amount_ore) * Fraction(percent) / 100 for percent in percents]
    parts = [int(share) for share in exact]
    left = abs(amount_ore) - sum(parts)
    for place in sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])[:left]:
        parts[place] += 1
    return parts if amount_ore >= 0 else [-part for part in parts]
