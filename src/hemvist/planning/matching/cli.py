"""What ``hemvist match`` does and prints."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from hemvist.law.types import Step
from hemvist.planning.matching import (
    CRITERIA,
    FULL,
    NAMES,
    Area,
    Matching,
    MatchPolicy,
    Placement,
    files,
    first_come,
    match,
    summary,
    worth,
)

T = TypeVar("T")
METHODS = {
    "assignment": "tilldelning, exakt",
    "time_indexed": "heltalsprogram över dagar",
    "columns": "kolumngenerering",
    "by_hand": "i tur och ordning",
}
HAND: dict[str, dict[str, Any]] = {
    "först till kvarn, första som passar": {},
    "först till kvarn, bästa som passar": {"best": True},
}


def run(options: argparse.Namespace) -> int:
    """0, or 1 when a file is wrong."""
    faults: list[str] = []

    def rows(path: Path, read: Callable[[str], files.Read[T]]) -> tuple[T, ...]:
        try:
            found = read(_text(path))
        except ValueError as error:
            faults.append(f"{path}: {error}")
            return ()
        faults.extend(f"{path}, {fault}" for fault in found.faults)
        return found.rows

    households = rows(options.households, files.households)
    dwellings = rows(options.dwellings, files.dwellings)
    areas: tuple[Area, ...] = tuple(Area(code=code, minutes={}) for code in sorted({one.area for one in dwellings}))
    if options.areas:
        areas = rows(options.areas, files.areas)
    try:
        policy = files.policy(_text(options.policy)) if options.policy else files.default_policy()
    except ValueError as error:
        faults.append(f"{options.policy}: {error}")
    if not faults:
        try:
            matching = match(
                households, dwellings, areas, policy, time_limit=options.time_limit, told=_told(len(households))
            )
        except ValueError as error:
            faults.append(str(error))
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        return 1
    _print(matching, summary(matching), policy, default=not options.policy)
    print()
    for name, how in HAND.items():
        hand = first_come(households, dwellings, areas, policy, **how)
        print(f"Jämfört med {name}: {hand.placed} hushåll placerade, {hand.score} poäng.")
    if options.out:
        try:
            _write(options.out, matching)
        except OSError as error:
            print(f"{options.out}: filen går inte att skriva: {error.strerror}", file=sys.stderr)
            return 1
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ValueError(f"filen går inte att öppna: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("filen är inte sparad som UTF-8. Spara den så och försök igen.") from None


def _told(households: int) -> Callable[[int, int, int], None]:
    """Progress on standard error, so that the proposal alone is on standard output."""

    def tell(placed: int, value: int, bound: int) -> None:
        more = bound // worth(households) - placed
        left = f"högst {more} till" if more else f"poängen högst {bound - value} från den bästa"
        print(f"Söker: {placed} av {households} hushåll placerade, {left}.", file=sys.stderr)

    return tell


def _print(matching: Matching, proven: Sequence[Step], policy: MatchPolicy, *, default: bool) -> None:
    weights = ", ".join(f"{NAMES[name]} {weight}" for name, weight in policy.weights.items() if weight)
    print(f"Vikter{' (programmets förval)' if default else ''}: {weights or 'inga'}.")
    print(
        f"Placerade: {matching.placed} av {matching.placed + len(matching.unplaced)} hushåll, {matching.score} poäng."
    )
    for step in proven:
        print(step.render(show=_shown))
    print(f"Metod: {METHODS[matching.method]}. Bevisad övre gräns: {matching.bound}, nått {matching.value}.")
    for one in matching.placements:
        print(f"\n{one.seeker} → {one.home}, inflyttning {one.move_in}, {_until(one)}. {one.score} av {FULL} poäng.")
        print("  " + ", ".join(f"{NAMES[name]} {points}" for name, points in one.parts.items()))
    for left in matching.unplaced:
        print(f"\n{left.seeker}: ingen bostad.")
        for step in left.steps:
            print(f"  {step.render()}")


def _shown(value: object) -> str:
    return str(value).replace(".", ",") if isinstance(value, Decimal) else str(value)


def _until(one: Placement) -> str:
    return f"till {one.last_day}" if one.last_day else "tills vidare"


def _write(path: Path, matching: Matching) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(["hushåll", "bostad", "inflyttning", "sista_dag", "poäng", *CRITERIA, "varför_ingen"])
        for one in matching.placements:
            parts = [one.parts.get(name, "") for name in CRITERIA]
            writer.writerow([one.seeker, one.home, one.move_in, one.last_day or "", one.score, *parts, ""])
        for left in matching.unplaced:
            why = " ".join(step.render() for step in left.steps)
            writer.writerow([left.seeker, *[""] * (len(CRITERIA) + 4), why])
