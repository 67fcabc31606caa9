"""The state's compensation for many persons: our rules one by one, our twin in numpy, and OpenFisca-Core.

``python -m bench.compensation``, and in ``make bench``. Every person has the whole ledger: initial costs, nine
instalments and what moves add. The three must agree, or the run stops.
"""

from __future__ import annotations

import importlib.util
import resource
import statistics
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from typing import TypeVar

import numpy as np

from hemvist.law import parameters
from hemvist.law.compensation import NOWHERE, CompensationFacts, Entitlement, InitialRate, Registration, entitlements
from hemvist.law.compensation.simulation import NOWHERE_CODE, RATES, Ledger, Persons, pack, simulate

SIZES = (100_000, 1_000_000)
SAMPLE = 5_000  # persons that the scalar rules are measured on
MUNICIPALITIES = {str(code): code for code in range(290)}
SEED = 20261123

T = TypeVar("T")


def persons(count: int) -> Persons:
    """Synthetic persons received 2024 to November 2027: a quarter move, a fifth of them again, some away or back."""
    random = np.random.default_rng(SEED)
    day = "datetime64[D]"
    received = np.datetime64("2024-01-01", "D") + random.integers(0, 1430, count)
    on = np.full((count, 3), np.datetime64("NaT"), day)
    into = np.full((count, 3), NOWHERE_CODE, np.int32)
    on[:, 0] = received
    into[:, 0] = random.integers(0, len(MUNICIPALITIES), count)
    moves = random.random(count) < 0.25
    on[moves, 1] = received[moves] + random.integers(1, 800, moves.sum())
    into[moves, 1] = random.integers(0, len(MUNICIPALITIES), moves.sum())
    again = moves & (random.random(count) < 0.2)
    on[again, 2] = on[again, 1] + random.integers(1, 400, again.sum())
    into[again, 2] = np.where(
        random.random(again.sum()) < 0.5, into[again, 0], random.integers(NOWHERE_CODE, 290, again.sum())
    )
    assigned = np.where(received < np.datetime64("2027-01-01"), _code("assigned_2016"), _code("housing_2026"))
    return Persons(
        birth_date=received - random.integers(0, 75 * 365, count),
        received_on=received,
        first_municipality=into[:, 0].copy(),
        initial_rate=np.where(random.random(count) < 0.6, assigned, _code("other")).astype(np.int8),
        registered_on=on,
        registered_in=into,
    )


def _code(rate: str) -> int:
    return RATES.index(InitialRate(rate))


def one_by_one(people: Persons) -> list[CompensationFacts]:
    """The same persons as the scalar rules take them."""
    names = {code: name for name, code in MUNICIPALITIES.items()} | {NOWHERE_CODE: NOWHERE}
    return [
        CompensationFacts(
            birth_date=people.birth_date[n].item(),
            received_on=people.received_on[n].item(),
            first_municipality=names[people.first_municipality[n]],
            initial_rate=RATES[people.initial_rate[n]],
            registrations=tuple(
                Registration(day.item(), names[place])
                for day, place in zip(people.registered_on[n], people.registered_in[n], strict=True)
                if not np.isnat(day)
            ),
        )
        for n in range(len(people))
    ]


def timed(deed: Callable[[], T], times: int = 1) -> tuple[T, float]:
    """What was done, and the median of the seconds it took."""
    laps = []
    for _ in range(times):
        start = time.perf_counter()
        done = deed()
        laps.append(time.perf_counter() - start)
    return done, statistics.median(laps)


def _line(what: str, ours: float, other: str, theirs: float) -> None:
    print(
        f"{what:<46} {ours:>10,.0f} persons/s   {other:<30} {theirs:>10,.0f} persons/s   ratio {ours / theirs:>6.1f}",
        flush=True,
    )


def main() -> None:
    print("\nThe state's compensation: the whole ledger of each person, receptions 2024 to 2027")
    sample = persons(SAMPLE)
    facts = one_by_one(sample)
    entitlements(facts[0])  # reads the register
    owed, took = timed(lambda: [entitlements(person) for person in facts])
    scalar = SAMPLE / took
    twin = simulate(pack(facts, MUNICIPALITIES))
    assert _totals(twin) == _totals_one_by_one(owed), "the twin and the scalar rules differ"
    for size in SIZES:
        people = persons(size)
        found, took = timed(lambda people=people: simulate(people), times=3)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        assert found.known.all()
        what = f"{size:,} persons in numpy, {took:.2f} s, {peak:.1f} GB"
        _line(what, size / took, f"one by one, {SAMPLE:,} persons", scalar)
        _against_openfisca(what, people, found, size / took)


def _totals(owed: Ledger) -> Counter[tuple[int, str]]:
    """Öre by municipality and month of payment."""
    paid = owed.payee != NOWHERE_CODE
    keys = zip(owed.payee[paid].tolist(), owed.due[paid].astype(str).tolist(), strict=True)
    found: Counter[tuple[int, str]] = Counter()
    for key, ore in zip(keys, owed.amount[paid].tolist(), strict=True):
        found[key] += ore
    return found


def _totals_one_by_one(owed: list[tuple[Entitlement, ...]]) -> Counter[tuple[int, str]]:
    found: Counter[tuple[int, str]] = Counter()
    for item in (item for person in owed for item in person if not item.nobody):
        assert item.amount is not None
        found[MUNICIPALITIES[item.municipality], f"{item.due_on:%Y-%m}"] += int(item.amount * 100)
    return found


def _against_openfisca(what: str, people: Persons, ours: Ledger, speed: float) -> None:
    if importlib.util.find_spec("openfisca_core") is None:
        print("  OpenFisca-Core is not installed here and was not measured; make bench installs it.")
        return
    from bench.openfisca_system import System, run

    months = parameters.get("compensation.instalment_months", date(2024, 1, 1)).value
    system = System(parameters.register())
    run(people.part(0, 1000), system, months)  # reads the parameters
    theirs, took = timed(lambda: run(people, system, months))
    _line(what, speed, f"OpenFisca-Core {version('openfisca-core')}, {took:.1f} s", len(people) / took)
    amounts = np.column_stack([theirs.initial, theirs.instalment, theirs.move_extra])
    assert np.array_equal(theirs.holder, ours.payee[:, 1 : 1 + len(months)]), "OpenFisca has another payee"
    off = np.abs(amounts.astype(np.float64) * 100 - ours.amount)
    exact = int(ours.amount.sum()) // 100
    print(f"  Its money is float32: of {off.size:,} amounts {np.count_nonzero(off):,} differ from ours;")
    print(f"  its sum is {abs(int(amounts.sum()) - exact):,} kronor off the exact {exact:,}.", flush=True)


if __name__ == "__main__":
    main()
