"""The little of HiGHS that matching needs. Only here and in the modules that ask for it is ``highspy`` imported.

OR-Tools must never be imported in a process that imports this: the two carry different versions of the same symbols.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence

import highspy
import numpy as np

# One value in the whole process: HiGHS gives up without a word when it meets two.
THREADS = 1
_named = False
PRIMAL = 4  # HiGHS's number for the primal simplex method


def solver() -> highspy.Highs:
    """A silent solver with the primal simplex method, since added columns leave a basis that is still feasible."""
    highs = _silent_solver()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", THREADS)
    highs.setOptionValue("simplex_strategy", PRIMAL)
    return highs


def _silent_solver() -> highspy.Highs:
    """HiGHS writes its name on standard output when the first solver is made, before it can be told to be silent."""
    global _named
    if _named:
        return highspy.Highs()
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        _named = True
        return highspy.Highs()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class Program:
    """Choose columns of 0 or 1 with the highest gain; each row allows at most ``most`` of its members."""

    def __init__(self, gains: Sequence[int]) -> None:
        self.gains = np.array(gains, np.int64)
        self._members: list[np.ndarray] = []
        self._most: list[int] = []

    def add_row(self, members: Sequence[int], most: int) -> None:
        if len(members) > most:
            self._members.append(np.array(members, np.int32))
            self._most.append(most)

    def best(self, start: Sequence[int], *, time_limit: float) -> tuple[list[int], int]:
        """The columns chosen, and a bound that no choice goes above. ``start`` is a choice that is allowed."""
        count = len(self.gains)
        highs = solver()
        highs.setOptionValue("time_limit", max(0.1, time_limit))
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", 0.5)  # whole numbers: nearer than 1 is the same
        nothing = np.zeros(0, np.int32)
        ones = np.ones(count)
        highs.addCols(count, -self.gains.astype(np.float64), 0 * ones, ones, 0, nothing, nothing, np.zeros(0))
        every = np.arange(count, dtype=np.int32)
        highs.changeColsIntegrality(count, every, np.full(count, int(highspy.HighsVarType.kInteger), np.uint8))
        if self._members:
            lengths = [len(members) for members in self._members]
            highs.addRows(
                len(lengths),
                np.full(len(lengths), -highspy.kHighsInf),
                np.array(self._most, np.float64),
                sum(lengths),
                np.cumsum([0, *lengths[:-1]]).astype(np.int32),
                np.concatenate(self._members),
                np.ones(sum(lengths)),
            )
        if len(start):
            highs.setSolution(count, every, np.isin(every, start).astype(np.float64))
        highs.run()
        values = np.array(highs.getSolution().col_value)
        chosen = np.flatnonzero(values > 0.5).tolist() if len(values) == count else []
        if not self._allowed(chosen) or self.gains[chosen].sum() < self.gains[list(start)].sum():
            chosen = list(start)
        if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            return chosen, int(self.gains[chosen].sum())
        bound = -highs.getInfo().mip_dual_bound
        trivial = int(self.gains.sum())
        return chosen, min(trivial, math.floor(bound + 0.5)) if math.isfinite(bound) else trivial

    def _allowed(self, chosen: Sequence[int]) -> bool:
        taken = np.zeros(len(self.gains), bool)
        taken[list(chosen)] = True
        return all(taken[members].sum() <= most for members, most in zip(self._members, self._most, strict=True))
