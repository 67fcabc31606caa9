"""A move from the education board to the social services board, as it would be drafted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from hemvist.access.actor import Actor
from hemvist.access.models import User
from hemvist.access.roles import Role
from hemvist.organisation.models import Move
from hemvist.placement import moving
from hemvist.placement.moving import Access, Plan
from hemvist.planning.responsibility import Thing

FUNCTIONS = ("reception", "coordination", "guidance", "housing", "information", "civic_orientation")
DAY = date(2027, 1, 1)


@pytest.fixture
def strategist(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.STRATEGIST)


@pytest.fixture
def administrator(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.ADMINISTRATOR)


@pytest.fixture
def newly_appointed(user: Callable[..., User]) -> User:
    """A social secretary who is to coordinate once the reception is the social services board's."""
    return user(Role.SOCIAL_SECRETARY)


@pytest.fixture
def to_social_services(newly_appointed: User) -> Callable[..., Plan]:
    """``to_social_services(**changes)``: everything to ``reception_sn`` on 1 January 2027, ``integration`` closes."""

    def make(**changes: Any) -> Plan:
        values: dict[str, Any] = {
            "alternative": "SN",
            "title": "Mottagandet till socialnämnden",
            "takes_effect_on": DAY,
            "parts": dict.fromkeys((Thing(code) for code in FUNCTIONS), "reception_sn"),
            "closes": ("integration",),
            "access": (Access(newly_appointed.id, Role.COORDINATOR, "reception_sn", handles_protected=True),),
        }
        return Plan(**{**values, **changes})

    return make


@pytest.fixture
def decided(
    strategist: Actor, administrator: Actor, to_social_services: Callable[..., Plan], today: date
) -> Callable[..., Move]:
    """``decided(**changes)``: such a move, decided by the council today."""

    def make(**changes: Any) -> Move:
        move = moving.draft_move(strategist, plan=to_social_services(**changes), today=today)
        return moving.decide(
            administrator,
            move_id=move.pk,
            decided_on=today,
            decided_by="Kommunfullmäktige",
            diary_number="KS2026/700",
            section="§ 12",
            today=today,
        )

    return make
