"""After any sequence of moves, decided, withdrawn and carried out, an obligation has exactly one board every day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.placement.conftest import FUNCTIONS

from hemvist.access.actor import Actor, actor_for, system_actor
from hemvist.access.models import User
from hemvist.access.roles import Role
from hemvist.coordination.services import rederive
from hemvist.organisation import records
from hemvist.organisation.models import Move, Responsibility
from hemvist.organisation.queries import responsible_unit
from hemvist.placement import carrying_out, moving
from hemvist.placement.moving import Access, Plan
from hemvist.planning.responsibility import Thing
from hemvist.reception.models import Household

pytestmark = pytest.mark.django_db

UNITS = ("reception_sn", "reception_ks", "integration", "sfi", "contact_center", "financial_support")


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, frozenset[str], str, str, int]]:
    """What happens, one after the other: (deed, functions, unit, one task of them or nothing, days on)."""
    return [
        (
            draw(st.sampled_from(["decide", "decide", "withdraw", "wait"])),
            draw(st.frozensets(st.sampled_from(FUNCTIONS), min_size=1)),
            draw(st.sampled_from(UNITS)),
            draw(st.sampled_from(["", "guidance/TA07", "housing/TA17"])),
            draw(st.integers(1, 120)),
        )
        for _ in range(draw(st.integers(1, 6)))
    ]


@given(taken=steps())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_obligation_has_one_board_every_day(
    taken: list[tuple[str, frozenset[str], str, str, int]],
    strategist: Actor,
    administrator: Actor,
    newly_appointed: User,
    household: Callable[..., Household],
    coordinator: Actor,
    today: date,
) -> None:
    with transaction.atomic():
        home = household()
        day = today
        for deed, functions, unit, task, days in taken:
            if deed == "wait":
                day += timedelta(days=days)
                carrying_out.carry_out_due(day)
            elif deed == "withdraw":
                for move in Move.objects.filter(status=Move.Status.DECIDED, takes_effect_on__gt=day)[:1]:
                    moving.withdraw(administrator, move_id=move.pk, reason="Ångrat", today=day)
            else:
                parts = dict.fromkeys((Thing(code) for code in functions), unit)
                if task:
                    parts[Thing(*task.split("/"))] = "sfi"
                draft = moving.draft_move(
                    strategist,
                    plan=Plan(
                        alternative="SN",
                        title="En flytt",
                        takes_effect_on=day + timedelta(days=days),
                        parts=parts,
                        closes=("integration",) if days % 5 == 0 else (),
                        access=(Access(newly_appointed.id, Role.COORDINATOR, unit),),
                    ),
                    today=day,
                )
                try:
                    moving.decide(
                        administrator,
                        move_id=draft.pk,
                        decided_on=day,
                        decided_by="KF",
                        diary_number="KS2026/1",
                        today=day,
                    )
                except ValidationError:
                    moving.discard_draft(strategist, move_id=draft.pk)
        carrying_out.carry_out_due(day)
        _one_board_each()
        _one_owner(home, day)
        transaction.set_rollback(True)


def _one_board_each() -> None:
    source = records.responsibilities()
    assert source is not None
    assert source.obligations
    rows = list(Responsibility.objects.filter(task="").select_related("function", "unit__branch__board"))
    edges = {row.valid_from for row in rows} | {row.valid_to for row in rows if row.valid_to}
    for edge in edges:
        for day in (edge, edge - timedelta(days=1)):
            if day < date(2024, 9, 24):
                continue
            for obligation in source.obligations:
                # What nobody has from the beginning may be given to somebody; what somebody has is never lost.
                least = obligation.function in {entry.function for entry in source.responsibilities}
                boards = [
                    row.unit.board.code
                    for row in rows
                    if row.function.code == obligation.function
                    and row.valid_from <= day
                    and (row.valid_to is None or day < row.valid_to)
                ]
                assert least <= len(boards) <= 1, (obligation.code, day, boards)


def _one_owner(home: Household, day: date) -> None:
    """The open case lies in the branch of the unit that answers for the reception, which works, and with somebody who
    reads it; deriving the plan anew moves no task.
    """
    home.case.refresh_from_db()
    unit = responsible_unit("reception", day)
    assert unit is not None
    assert unit.open_on(day)
    assert home.case.branch_id == unit.branch_id
    able = [actor_for(user, day) for user in User.objects.filter(is_active=True)]
    assert any(home.case.branch_id in actor.branches("case.read") for actor in able)
    changes = rederive(system_actor("test"), [home.case], "test", day)
    assert not [told for change in changes for told in change.changes if told["what"] == "owner"]
