"""How the boards work together in the demonstration: where it is slow, what has helped, and how an assignment goes.

Invented, as everything in the demonstration is; that cooperation can be slow is what the investigation found.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hemvist.organisation.models import Unit
from hemvist.placement import followup, friction

if TYPE_CHECKING:
    from hemvist.demo.data import Demo

# user, days ago, what, why, between, who takes it on, days until it should be solved
SLOW = (
    (
        "samordnare", 148, "Inflyttningsdagen kommer till mottagandet först när nyckeln lämnas",
        "Ingen säger till när dagen är bestämd", ("integration", "ehb"), "ehb", 30,
    ),
    (
        "skola", 61, "Skolan får veta att barn kommer samma vecka som de kommer",
        "Ingen gemensam lista över vilka som väntas", ("integration", "school"), "integration", 40,
    ),
    (
        "socialsekreterare", 33, "Det första mötet bokas om för att tolken är bokad på två håll",
        "Två enheter bokar tolk var för sig", ("integration", "financial_support"), "financial_support", 75,
    ),
    (
        "sfi", 12, "Plats på sfi bekräftas efter att plan är lagd",
        "Ingen gemensam lista över vilka som väntas", ("integration", "sfi"), "sfi", 60,
    ),
)  # fmt: skip


def slow_cooperation(demo: Demo) -> None:
    """Four places where it has been slow, of which the oldest is solved, and an assignment that is under way."""
    noted = []
    for username, days, text, cause, units, owner, within in SLOW:
        on = demo.ago(days)
        noted.append(
            friction.log(
                demo.actors[username],
                noted_on=on,
                text=text,
                cause=cause,
                units=list(Unit.objects.filter(code__in=units)),
                owner=Unit.objects.get(code=owner),
                due_on=on + timedelta(days=within),
                today=demo.today,
            )
        )
    friction.solve(
        demo.coordinator,
        noted[0],
        solved_on=demo.ago(96),
        solution="Bostaden skriver in dagen i den gemensamma planen när kontraktet är klart",
        today=demo.today,
    )
    followup.follow_point(
        demo.actors["strateg"],
        decision="DE4",
        number=1,
        status="open",
        on=demo.ago(20),
        note="Nulägesanalysen skrivs. Styrdokumentet väntar på den.",
        today=demo.today,
    )
