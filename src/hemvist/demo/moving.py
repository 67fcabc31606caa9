"""Where the responsibility should lie, in the demonstration: three who weigh, and a move that nobody has decided on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hemvist.access.roles import Role
from hemvist.placement import amending, arguments, moving, queries, weighings
from hemvist.placement.moving import Access
from hemvist.placement.weighings import GivenCriterion, GivenStrength

if TYPE_CHECKING:
    from hemvist.demo.data import Demo

AHEAD = timedelta(days=21)


def drafted_move(demo: Demo) -> None:
    """The reception to the social services board from the next New Year that is not too near."""
    alternative = queries.alternatives()["SN"]
    plan = queries.preset(alternative, "Mottagandet av nyanlända till socialnämnden", _new_year(demo.today + AHEAD))
    access = (
        Access(demo.users["socialsekreterare"].pk, Role.COORDINATOR, "reception_sn", handles_protected=True),
        Access(demo.users["samordnare2"].pk, Role.COORDINATOR, "reception_sn", follows=True),
    )
    strategist = demo.actors["strateg"]
    move = moving.draft_move(strategist, plan=replace(plan, access=access), today=demo.today)
    amending.redraft(strategist, move_id=move.pk, today=demo.today)


def _new_year(day: date) -> date:
    return date(day.year + 1, 1, 1)


# Who weighs, and how: the weight of each criterion and the strength of each argument that they count.
WEIGHED = (
    (
        "strateg",
        {"work": 80, "competence": 70, "coordination": 60, "flexibility": 50, "equal_service": 40, "continuity": 20},
        {"S1": 2, "S2": 2, "S3": 3, "S4": 3, "S5": 1, "S6": 2, "S9": 2, "K2": 2, "K3": 3, "K7": 3, "K8": 3, "U4": 2},
    ),
    (
        "samordnare",
        {"language_and_school": 90, "early_support": 80, "continuity": 60, "competence": 50, "coordination": 40},
        {"U1": 3, "U2": 3, "U3": 2, "U4": 2, "U5": 1, "U8": 1, "S1": 2, "S4": 2, "S9": 1, "K1": 1, "K7": 1, "K8": 3},
    ),
    (
        "controller",
        {"flexibility": 90, "coordination": 60, "equal_service": 50, "work": 40, "law": 30},
        {"K2": 2, "K3": 3, "K7": 2, "K8": 1, "S2": 2, "S3": 2, "S7": 1, "U4": 1, "U8": 2, "P1": 3, "P3": 2, "P5": 3},
    ),
)  # fmt: skip


def weighed_differently(demo: Demo) -> None:
    """Three who weigh on their own and show each other: they do not agree, and need not."""
    for username, weights, strengths in WEIGHED:
        actor = demo.actors[username]
        found = arguments.placement(demo.today)
        criteria = [
            GivenCriterion(one.code, one.label.sv, weights[one.code]) for one in found.criteria if one.code in weights
        ]
        places = {line.code: line.criterion for line in found.lines}
        given = {code: GivenStrength(strength, places[code]) for code, strength in strengths.items()}
        weighings.save(actor, found=found, criteria=criteria, strengths=given)
        weighings.share(actor, shared=True)
