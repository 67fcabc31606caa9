"""The page *Underlag*: roles without names, words as they were said, the mission, and the competence of each task."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.access.roles import Role
from hemvist.organisation.models import Move, Municipality
from hemvist.placement.evidence import evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def strategist(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.STRATEGIST)


@pytest.fixture
def client(strategist: Actor, client_for: Callable[..., Client]) -> Client:
    return client_for(strategist)


def plain(client: Client) -> str:
    response = client.get(reverse("evidence"))
    assert response.status_code == 200
    text = response.content.decode()
    assert "style=" not in text
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


def test_quotations_stand_as_they_were_said_with_role_and_lines(client: Client) -> None:
    text = plain(client)
    assert "Därmed bör kommunens samtliga nämnder/förvaltningar/enheter vara involverade i mottagandet" in text
    assert "Expert, Migrationsverket, Kansli Region Mitt" in text
    assert "Underlaget, rad 517–523" in text
    assert "När tilliten undermineras så krackelerar hela dynamiken i det sociala systemet”" in text


def test_quotations_are_not_translated(client: Client) -> None:
    client.cookies["django_language"] = "en"
    text = plain(client)
    assert "En anvisning går inte heller att överklaga." in text
    assert "Expert, Swedish Migration Agency" in text
    assert "Head of operations, Municipality of Vetlanda" in text


def test_the_interviewed_are_roles(client: Client) -> None:
    text = plain(client)
    assert "Som roller. Namn sparas inte här." in text
    assert "Verksamhetschef, Vetlanda kommun" in text


def test_each_voice_has_its_arguments(strategist: Actor, today: date) -> None:
    voices = {voice.code: voice for voice in evidence(strategist, today=today).voices}
    assert dict(voices["SN"].arguments) == {
        "Socialnämnden (socialförvaltningen)": ("S10",),
        "Avveckla enheten": ("P4",),
    }
    assert voices["MED"].count == 2
    assert voices["MV"].count == 0


def test_the_mission_tells_the_proposed_name_and_why(client: Client) -> None:
    text = plain(client)
    assert "Föreslaget namn: Mottagningsenheten." in text
    assert "Många tolkar dagens namn" in text


def test_a_decided_mission_stands_beside_the_proposal(client: Client) -> None:
    Move.objects.create(
        alternative="SN",
        title="Flytten",
        takes_effect_on=date(2027, 3, 1),
        status=Move.Status.DECIDED,
        drafted_by="Fia",
        decided_on=date(2026, 11, 16),
        decided_by="Kommunfullmäktige",
        diary_number="KS2026/345",
        names={"reception_sn": {"sv": "Mottagningsenheten", "en": "The reception unit"}},
        missions={"reception_sn": {"sv": "Tar emot och samordnar.", "en": "Receives and coordinates."}},
    )
    text = plain(client)
    assert "Beslutat, från 1 mars 2027: Mottagningsenheten Tar emot och samordnar." in text
    client.cookies["django_language"] = "en"
    assert "The reception unit" in plain(client)


def test_each_task_tells_its_competence_and_who_has_it_today(strategist: Actor, today: date) -> None:
    tasks = {task.code: task for task in evidence(strategist, today=today).tasks}
    assert len(tasks) == 19
    assert "integrationshandläggare" in tasks["TA01"].competences
    assert tasks["TA01"].unit is not None
    assert tasks["TA01"].unit.code == "integration"


def test_each_competence_tells_its_tasks(strategist: Actor, today: date) -> None:
    found = evidence(strategist, today=today)
    asked = {(label, task.code) for task in found.tasks for label in task.competences}
    assert {(c.label, code) for c in found.competences for code in c.tasks} == asked
    assert asked


def test_a_municipality_without_evidence_says_what_to_do(client: Client) -> None:
    owner = Municipality.objects.get()
    for name in ("placement", "responsibilities"):
        owner.data.pop(name, None)
    owner.save()
    assert "Inget underlag är inläst." in plain(client)


def test_the_page_is_for_those_who_read_of_the_placement(actor: Callable[..., Actor], today: date) -> None:
    with pytest.raises(Refused):
        evidence(actor(Role.ASSOCIATION), today=today)


def test_the_page_costs_a_fixed_number_of_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    client.get(reverse("evidence"))
    with django_assert_max_num_queries(17):
        client.get(reverse("evidence"))
