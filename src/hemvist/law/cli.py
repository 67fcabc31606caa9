"""``hemvist law check`` and ``hemvist law entitlements``: the law without a database."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml

from hemvist.law import acts, claims, duties, obligations, parameters
from hemvist.law.compensation import Entitlement, entitlements, persons_file

GOLDEN = Path("tests/law/golden")
# The files whose every change day has a golden case.
MONEY = ("compensation", "asylum_compensation", "benefits")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("law", help="lagens data och regler, utan databas")
    commands = parser.add_subparsers(dest="deed", required=True, metavar="GÖR")
    command = commands.add_parser("check", help="kontrollera lagens data utan databas")
    command.add_argument(
        "--golden",
        metavar="MAPP",
        type=Path,
        help=f"mapp med provfall; förvalt {GOLDEN} när den finns",
    )
    command.set_defaults(run=_check)
    command = commands.add_parser("entitlements", help="räkna vad staten ska betala för personer i en CSV-fil")
    command.add_argument("file", metavar="PERSONER.csv", type=Path, help="en rad per person, se docs/operations.md")
    command.add_argument(
        "--as-of",
        metavar="DATUM",
        type=_day,
        help="märk vad som har förfallit den dagen och räkna pågående vistelser till den",
    )
    command.add_argument("--format", choices=("table", "json", "csv"), default="table", help="förvalt table")
    command.set_defaults(run=_entitlements)


def _check(options: argparse.Namespace) -> int:
    problems = [
        *parameters.validate(),
        *acts.validate(),
        *duties.validate(),
        *obligations.validate(),
        *claims.validate(),
    ]
    folder = options.golden or GOLDEN
    if folder.is_dir():
        problems += _untried(folder)
    elif options.golden:
        problems.append(f"Mappen {folder} finns inte. Ange en mapp med provfall.")
    else:
        print(f"Provfallen kontrollerades inte: mappen {folder} finns inte här.")
    for problem in problems:
        print(problem)
    print(f"Lagens data: {len(problems)} fel" if problems else "Lagens data: inga fel")
    return 1 if problems else 0


def _untried(folder: Path) -> list[str]:
    files = (yaml.safe_load(file.read_text("utf-8")) or () for file in sorted(folder.glob("*.yaml")))
    tried = [case["facts"] for cases in files for case in cases if case["rule"] == "parameters.get"]
    money = {key: rows for name in MONEY for key, rows in parameters.files()[name].items()}
    return [f"{key} {day}: provfall saknas, lägg till ett i {folder}" for key, day in parameters.untried(tried, money)]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} är inget datum, skriv ÅÅÅÅ-MM-DD") from None


COLUMNS = ("id", "ground", "number", "due_on", "apply_by", "municipality", "amount", "fallen_due", "doubts")


def _entitlements(options: argparse.Namespace) -> int:
    try:
        text = options.file.read_text("utf-8")
    except OSError as error:
        print(f"Filen går inte att öppna: {error.strerror}", file=sys.stderr)
        return 1
    except UnicodeDecodeError:
        print("Filen är inte sparad som UTF-8. Spara den så och försök igen.", file=sys.stderr)
        return 1
    persons, faults = persons_file.read(text)
    rows = [
        _row(person.id, owed, options.as_of)
        for person in persons
        for owed in entitlements(person.facts, until=options.as_of)
    ]
    {"table": _table, "json": _json, "csv": _csv}[options.format](rows)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _row(person: str, owed: Entitlement, as_of: date | None) -> dict[str, object]:
    doubts = [choice.key for choice in owed.open_points]
    doubts += [f"{parameter.key} {parameter.valid_from}" for parameter in owed.provisional]
    return {
        "id": person,
        "ground": str(owed.ground),
        "number": owed.number,
        "due_on": owed.due_on.isoformat(),
        "apply_by": owed.apply_by.isoformat() if owed.apply_by else None,
        "municipality": owed.municipality or None,
        "amount": str(owed.amount) if owed.amount is not None else None,
        "fallen_due": owed.due_on <= as_of if as_of else None,
        "doubts": doubts,
        "steps": [{"text": step.render(), "source": str(step.source or "")} for step in owed.steps],
    }


def _table(rows: list[dict[str, object]]) -> None:
    shown = [[_cell(row[name]) for name in COLUMNS] for row in rows]
    widths = [max(len(line[place]) for line in [list(COLUMNS), *shown]) for place in range(len(COLUMNS))]
    for line in (list(COLUMNS), *shown):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["municipality"] and row["amount"] and row["fallen_due"] is not False:
            totals[str(row["municipality"])] += Decimal(str(row["amount"]))
    for municipality, total in sorted(totals.items()):
        print(f"{municipality}: {total:,} kronor".replace(",", " "))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _json(rows: list[dict[str, object]]) -> None:
    json.dump(rows, sys.stdout, ensure_ascii=False, indent=1)
    print()


def _csv(rows: list[dict[str, object]]) -> None:
    writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
