"""``hemvist placement carry-out``: carry out the moves of responsibility whose day has come."""

from __future__ import annotations

import argparse
from typing import Any

from hemvist.cli import setup_django


def register(subparsers: Any) -> None:
    placement = subparsers.add_parser("placement", help="Var ansvaret ligger")
    deeds = placement.add_subparsers(dest="deed", required=True, metavar="ÅTGÄRD")
    carry_out = deeds.add_parser(
        "carry-out",
        help="Genomför beslutade flyttar vars dag har kommit; görs annars vid dagens första besök. Får köras om",
    )
    carry_out.set_defaults(run=_carry_out)
    give_up = deeds.add_parser(
        "give-up", help="Återkalla en beslutad flytt som inte gick att genomföra, så att användarna släpps in igen"
    )
    give_up.add_argument("move", type=int, metavar="NUMMER", help="flyttens nummer, som i sidans adress")
    give_up.add_argument("--reason", required=True, help="varför")
    give_up.set_defaults(run=_give_up)


def _carry_out(options: argparse.Namespace) -> int:
    setup_django()
    from hemvist.placement.carrying_out import carry_out_due
    from hemvist.web import clock

    moves = carry_out_due(clock.today())
    for move in moves:
        print(
            f"{move.title} ({move.reference}): {move.outcome['open_cases']} öppna och {move.outcome['closed_cases']} "
            f"avslutade ärenden, {move.outcome['plan_tasks']} uppgifter, {move.outcome['grants_given']} nya och "
            f"{move.outcome['grants_ended']} avslutade behörigheter"
        )
    if not moves:
        print("Ingen flytt väntar på att genomföras.")
    return 0


def _give_up(options: argparse.Namespace) -> int:
    setup_django()
    from django.core.exceptions import ValidationError

    from hemvist.access.actor import system_actor
    from hemvist.access.errors import NotVisible
    from hemvist.placement.moving import give_up

    try:
        move = give_up(system_actor("kommandoraden"), move_id=options.move, reason=options.reason)
    except NotVisible:
        print(f"Det finns ingen flytt med numret {options.move}.")
        return 1
    except ValidationError as error:
        print(" ".join(error.messages))
        return 1
    print(f"{move.title} är återkallad. Ingenting har flyttats.")
    return 0
