"""A move of responsibility that somebody has drafted and nobody has decided: the strategist's next matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hemvist.access.roles import Role
from hemvist.placement import amending, moving, queries
from hemvist.placement.moving import Access

if TYPE_CHECKING:
    from hemvist.demo.data import Demo

AHEAD = timedelta(days=21)


def drafted_move(demo: Demo) -> None:
    """The reception to the social services board from the next New Year that is not too near."""
    alternative = queries.alternatives()["SN"]
    plan = queries.preset(
        alternative, "Mottagandet av nyanlända till socialnämnden", _new_year(demo.today + AHEAD), demo.today
    )
    access = (
        Access(demo.users["socialsekreterare"].pk, Role.COORDINATOR, "reception_sn", handles_protected=True),
        Access(demo.users["samordnare2"].pk, Role.COORDINATOR, "reception_sn"),
    )
    strategist = demo.actors["strateg"]
    move = moving.draft_move(strategist, plan=replace(plan, access=access), today=demo.today)
    amending.redraft(strategist, move_id=move.pk, today=demo.today)


def _new_year(day: date) -> date:
    return date(day.year + 1, 1, 1)
