"""The statistics, the law and the local rulings."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.access.models import AuditEntry, User
from hemvist.access.roles import Role
from hemvist.coordination.models import PlanTask, TaskEvent
from hemvist.coordination.services import rederive
from hemvist.organisation.models import LocalRuling, PlanTemplate
from hemvist.outlook import queries, services
from hemvist.reception.models import Household

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day(today: date) -> Any:
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def signed_in(user: Callable[..., User], client_for: Callable[..., Client]) -> Client:
    return client_for(user(Role.STRATEGIST))


def page(client: Client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    text = response.content.decode().replace("\xa0", " ")
    assert "style=" not in text
    return text


# --- statistics -------------------------------------------------------------------------------------------------------


def test_the_yearly_series_shows_gaps_sources_and_both_conflicting_values(signed_in: Client) -> None:
    text = page(signed_in, reverse("statistics"))
    assert "Utredningen har inga siffror för de här åren." in text
    assert "uppgift saknas" in text
    assert "Källorna säger olika om 2025" in text
    conflict = text.split("Källorna säger olika om 2025")[1].split("</section>")[0]
    assert ">8<" in conflict
    assert ">5–10<" in conflict
    assert "rad 65" in conflict
    assert "rad 530–531" in conflict
    measured = text.split("Samma år, olika mått")[1].split("</section>")[0]
    assert ">90<" in measured
    assert ">179<" in measured
    assert AuditEntry.objects.filter(action="statistics.viewed").count() == 1


def test_the_chart_leaves_a_gap_where_nothing_is_known(actor: Callable[..., Actor], today: date) -> None:
    from hemvist.outlook.views import _yearly_chart

    chart = _yearly_chart(queries.statistics(actor(Role.CONTROLLER), today=today), today.year)
    assert chart.has_gaps
    rows = dict(chart.rows)
    assert next(iter(rows)) == "2016"
    assert list(rows)[-1] == "2026"
    assert [cell.value for cell in rows["2022"]] == [None, None]
    assert [cell.value for cell in rows["2018"]] == [80, 90]


def test_small_numbers_are_hidden(signed_in: Client, household: Callable[..., Household], today: date) -> None:
    household(received_on=date(2026, 11, 2), children=6, category="quota")
    household(received_on=date(2026, 11, 3), children=0, category="relative", family="Liten")
    household(received_on=date(2025, 11, 3), children=5, category="quota", family="Förra")
    text = page(signed_in, reverse("statistics"))
    own = text.split("Mottagna enligt det egna registret")[1].split("</section>")[0]
    assert "visas inte" in own
    assert "skyddade personuppgifter är inte medräknade" in own
    assert ">2<" not in own
    assert "Liten" not in text


def test_protected_persons_are_left_out(
    household: Callable[..., Household], actor: Callable[..., Actor], today: date
) -> None:
    made = household(received_on=date(2026, 11, 2), children=6)
    controller = actor(Role.CONTROLLER)
    assert queries.statistics(controller, today=today).own.rows[-1][2] == 8
    made.case.protected_since = datetime(2026, 11, 3, tzinfo=UTC)
    made.case.save()
    assert queries.statistics(controller, today=today).own.rows == ()


def test_service_is_compared_only_between_groups_large_enough(
    household: Callable[..., Household], actor: Callable[..., Actor], today: date
) -> None:
    for n in range(5):
        household(received_on=date(2026, 10, 1), family=f"Anvisad{n}")
    household(received_on=date(2026, 10, 1), family="Ebo", assigned=False, category="self_settled")
    with_number, without = queries.statistics(actor(Role.CONTROLLER), today=today).service
    assert (with_number.assigned, with_number.share) == (True, 0)
    assert (without.assigned, without.share) == (False, None)


def test_the_number_of_queries_does_not_grow(signed_in: Client, household: Callable[..., Household]) -> None:
    page(signed_in, reverse("statistics"))
    counts = []
    for n in range(2):
        household(received_on=date(2026, 10, 1), family=f"Fler{n}")
        with CaptureQueriesContext(connection) as captured:
            page(signed_in, reverse("statistics"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_series_as_a_file(signed_in: Client) -> None:
    response = signed_in.get(reverse("statistics-csv"))
    text = response.content.decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    first = next(row for row in rows if row["measure"] == "received_assigned" and row["year"] == "2016")
    assert (first["value"], first["source"], first["seed_lines"]) == ("146", "Utredningen", "64, 527–528")
    assert any(row["year"] == "2021" and row["missing"] == "uppgift saknas" for row in rows)
    assert {(row["value"], row["low"], row["high"]) for row in rows if row["conflict"]} == {
        ("8", "", ""),
        ("", "5", "10"),
    }


def test_statistics_need_the_permission(
    user: Callable[..., User], client_for: Callable[..., Client], actor: Callable[..., Actor], today: date
) -> None:
    client = client_for(user(Role.ASSOCIATION))
    for name in ("statistics", "statistics-csv", "law-changes"):
        assert client.get(reverse(name)).status_code == 403
    with pytest.raises(Refused):
        queries.statistics(actor(Role.NEWCOMER), today=today)


# --- the law ----------------------------------------------------------------------------------------------------------


def test_the_law_page_tells_what_comes_and_what_is_not_decided(signed_in: Client) -> None:
    text = page(signed_in, reverse("law-changes"))
    coming = text.split("Ändras framöver")[1].split("</section>")[0]
    assert "Bosättningslagen (2026:1326)" in coming
    assert "från 1 januari 2027" in coming
    assert "dagen för anvisningsbeslutet" in coming
    assert "upphör 1 januari 2027" in coming
    assert "36 månader" in text
    assert "inte beslutad" in text
    assert reverse("ruling-new", args=["U15"]) not in text


@pytest.fixture
def school_waits_for_a_ruling(municipality: None) -> None:
    """A template in which a task waits for the ruling on children under the Reception Act."""
    content = PlanTemplate.objects.order_by("-id").first().content  # type: ignore[union-attr]
    item = next(i for i in content["items"] if i["due"].get("law") == "school_placement")
    changed = {**item, "due": {"law": "school_reception_act"}}
    items = [changed if i is item else i for i in content["items"]]
    PlanTemplate.objects.create(version="test", valid_from=date(2026, 1, 1), content={**content, "items": items})


def ruling(**changes: Any) -> dict[str, Any]:
    return {
        "answer": "municipality",
        "decided_on": "2026-11-20",
        "decided_by": "Utbildnings- och arbetsmarknadsnämnden",
        "reason": "Skollagen talar om ankomsten dit barnet ska bo.",
        "reference": "UAN2026/12",
        **changes,
    }


def test_a_ruling_gives_the_waiting_tasks_their_day(
    school_waits_for_a_ruling: None,
    coordinator: Actor,
    client_for: Callable[..., Client],
    household: Callable[..., Household],
    today: date,
) -> None:
    made = household(received_on=date(2026, 11, 20))
    rederive(coordinator, [made.case], "Mallen ändrades", today)
    waiting = [t for t in PlanTask.objects.filter(case=made.case) if "ruling:SCHOOL-ARRIVAL" in t.due_missing]
    assert waiting
    assert all(task.due_on is None for task in waiting)
    client = client_for(coordinator)
    text = page(client, reverse("task", args=[waiting[0].id]))
    assert "Kommunen behöver fatta ett lokalt beslut i frågan" in text
    assert f"{reverse('law-changes')}#ruling-SCHOOL-ARRIVAL" in text

    url = reverse("ruling-new", args=["SCHOOL-ARRIVAL"])
    assert "räknas planen om i 1 öppet ärende" in page(client, url)
    before = client.post(url, ruling(rehearse="1")).content.decode()
    assert f"ändras {len(waiting)} uppgifter i 1 planer" in before
    assert not LocalRuling.objects.exists()
    assert PlanTask.objects.get(id=waiting[0].id).due_on is None

    assert client.post(url, ruling()).url == reverse("law-changes")
    for task in waiting:
        task.refresh_from_db()
        assert task.due_on is not None
        assert task.due_missing == []
    assert TaskEvent.objects.filter(task=waiting[0], kind="rederived", text__contains="SCHOOL-ARRIVAL").exists()
    text = page(client, reverse("law-changes"))
    assert "Utbildnings- och arbetsmarknadsnämnden, 20 november 2026, UAN2026/12" in text
    assert AuditEntry.objects.filter(action="ruling.recorded").count() == 1


def test_a_ruling_that_was_wrong_is_corrected_and_kept(coordinator: Actor, client_for: Callable[..., Client]) -> None:
    client, url = client_for(coordinator), reverse("ruling-new", args=["U15"])
    client.post(url, ruling(answer="same_day"))
    client.post(url, ruling(answer="day_before", corrects="on", reason="Fel svar valdes."))
    first, second = LocalRuling.objects.order_by("id")
    assert second.corrects == first
    text = page(client, reverse("law-changes"))
    assert "Dagen före den dagen." in text
    assert "rättat" in text


def test_a_ruling_with_faults_is_not_kept_and_nothing_typed_is_lost(
    coordinator: Actor, client_for: Callable[..., Client]
) -> None:
    client, url = client_for(coordinator), reverse("ruling-new", args=["U15"])
    response = client.post(url, ruling(answer="same_day", decided_on="2026-12-24"))
    text = response.content.decode()
    assert response.status_code == 422
    assert "Dagen ligger i framtiden" in text
    assert "Skollagen talar om ankomsten" in text
    assert not LocalRuling.objects.exists()
    assert client.get(reverse("ruling-new", args=["finns-inte"])).status_code == 404


def test_only_who_may_record_records(
    user: Callable[..., User], client_for: Callable[..., Client], actor: Callable[..., Actor], today: date
) -> None:
    client = client_for(user(Role.STRATEGIST))
    assert client.post(reverse("ruling-new", args=["U15"]), ruling(answer="same_day")).status_code == 403
    asked = {**ruling(answer="same_day"), "decided_on": date(2026, 11, 20)}
    with pytest.raises(Refused):
        services.record_ruling(actor(Role.SOCIAL_SECRETARY), key="U15", today=today, **asked)
    with pytest.raises(ValidationError):
        services.record_ruling(actor(Role.ADMINISTRATOR), key="U15", today=today, **{**asked, "answer": "kanske"})
