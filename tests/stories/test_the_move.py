"""The responsibility moves from the education board to the social services board at New Year, and the work goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.stories.conftest import Journey

from hemvist.access.actor import Actor
from hemvist.access.models import User
from hemvist.access.roles import Role
from hemvist.coordination.models import PlanTask
from hemvist.organisation.models import Move
from hemvist.organisation.queries import responsibility_map
from hemvist.placement.queries import alternatives
from hemvist.planning.responsibility import Thing
from hemvist.reception.models import Household

pytestmark = pytest.mark.django_db

NEW_YEAR = date(2027, 1, 1)


def page(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_reception_goes_on_under_another_board(
    on: Journey,
    user: Callable[..., User],
    actor: Callable[..., Actor],
    client_for: Callable[..., Client],
    household: Callable[..., Household],
    coordinator: Actor,
    today: date,
) -> None:
    secretary = user(Role.SOCIAL_SECRETARY)
    strategist, administrator = user(Role.STRATEGIST), user(Role.ADMINISTRATOR)
    home = household(received_on=today - timedelta(days=4))
    own_tasks = PlanTask.objects.filter(case=home.case, unit__code="integration", status="open").count()
    assert own_tasks > 3

    # In November it is drafted, looked at in numbers, and decided.
    with on(today):
        drafting = client_for(strategist)
        drafting.post(
            reverse("move-new"),
            {"alternative": "SN", "title": "Mottagandet till socialnämnden", "takes_effect_on": f"{NEW_YEAR}"},
        )
        move = Move.objects.get()
        assert "Ingen får behörighet som samordnare" in page(drafting, "move", move.pk)
        drafting.post(reverse("move-people", args=[move.pk]), {f"role-{secretary.pk}": "coordinator"})
        assert "Utkastet är komplett" in page(drafting, "move", move.pk)
        preview = page(drafting, "move-preview", move.pk)
        assert "Öppna ärenden som följer med" in preview
        deciding = client_for(administrator)
        answer = deciding.post(
            reverse("move-decide", args=[move.pk]),
            {"decided_by": "Kommunfullmäktige", "decided_on": f"{today}", "diary_number": "KS2026/700"},
        )
        assert answer.status_code == 302, answer.content.decode()
        # Nothing has changed yet but what is known of the future.
        assert home.case.number in page(client_for(coordinator), "household-list")
        assert client_for(secretary).get(reverse("household-list")).status_code == 403
        assert "Från" in page(client_for(coordinator), "who-does-what")

    with on(NEW_YEAR - timedelta(days=1)):
        assert client_for(coordinator).get(reverse("household", args=[home.pk])).status_code == 200

    # On New Year's Day whoever comes first sets it going; here somebody who has nothing to do with it.
    with on(NEW_YEAR):
        client_for(user(Role.ASSOCIATION)).get(reverse("who-does-what"))
        new, old = client_for(secretary), client_for(coordinator)
        assert old.get(reverse("household", args=[home.pk])).status_code == 403
        assert old.get(reverse("task-list")).status_code == 403
        assert client_for(actor(Role.COORDINATOR, "sfi")).get(reverse("household", args=[home.pk])).status_code == 404
        assert home.case.number in page(new, "household", home.pk)
        assert PlanTask.objects.filter(case=home.case, unit__code="reception_sn", status="open").count() >= own_tasks
        task = PlanTask.objects.filter(case=home.case, unit__code="reception_sn", status="open").first()
        assert task is not None
        answer = new.post(reverse("task-done", args=[task.pk]), {"done_on": f"{NEW_YEAR}"})
        assert answer.status_code in {200, 302}
        task.refresh_from_db()
        assert task.status == "done"
        # History stays: whose it was, and by which decision it moved.
        history = page(new, "household-history", home.pk)
        assert "Ansvaret flyttade från Utbildningsnämnden till Socialnämnden" in history
        assert "KS2026/700" in history
        boards = {thing.function: unit.board.code for thing, unit in responsibility_map(NEW_YEAR).items()}
        assert {boards[code] for code in alternatives()["SN"].functions} == {"SN"}
        assert responsibility_map(NEW_YEAR - timedelta(days=1))[Thing("reception")].board.code == "UN"
        # The wording of the rules is the one that was decided.
        rules = page(new, "board-rules")
        assert "2026:1326" in rules
        assert "Det här hände" in page(new, "move", move.pk)
