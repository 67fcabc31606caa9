"""``hemvist match``: homes for the households of a file, without a database."""

from __future__ import annotations

import argparse
from pathlib import Path


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("match", help="föreslå bostäder åt hushållen i en CSV-fil, utan databas")
    parser.add_argument("households", metavar="HUSHÅLL.csv", type=Path, help="en rad per hushåll, se docs/matching.md")
    parser.add_argument("dwellings", metavar="BOSTÄDER.csv", type=Path, help="en rad per bostad")
    parser.add_argument(
        "--areas", metavar="OMRÅDEN.csv", type=Path, help="en rad per område; annars är inga resor kända"
    )
    parser.add_argument("--policy", metavar="VIKTER.yaml", type=Path, help="vad som väger; annars programmets förval")
    parser.add_argument("--out", metavar="FIL.csv", type=Path, help="skriv förslaget som CSV också")
    parser.add_argument("--time-limit", metavar="SEKUNDER", type=float, default=20.0, help="förvalt 20")
    parser.set_defaults(run=_match)


def _match(options: argparse.Namespace) -> int:
    # numpy is large; the other commands do not wait for it.
    from hemvist.planning.matching.cli import run

    return run(options)
