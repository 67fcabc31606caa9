"""The tile that tells how many differences wait, and what may have to be paid back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hemvist.access.actor import Actor
from hemvist.compensation import importing
from hemvist.reception.models import Person
from hemvist.web import clock

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def client(controller: Actor, client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    return client_for(controller)


def test_the_overview_and_the_start_page_fetch_the_tile(person: Callable[..., Person], client: Client) -> None:
    person(date(2026, 2, 10))
    for page in ("compensation", "start"):
        assert f'hx-get="{reverse("reconciliation-count")}"' in client.get(reverse(page)).content.decode()


def test_the_tile_counts_what_differs(person: Callable[..., Person], controller: Actor, client: Client) -> None:
    person(date(2026, 8, 10))
    rows = (
        "dossiernummer;ersättning;utbetalning;belopp;utbetalningsdatum\nT-00001;Schablonersättning;1;18070;2026-09-30\n"
    )
    importing.confirm(controller, importing.stage(controller, "a.csv", rows.encode(), TODAY).id, TODAY)
    told: Any = client.get(reverse("reconciliation-count")).content.decode()
    # The initial costs never came, and the first instalment was 1 570 kronor too much.
    assert '<span class="tile-value">2</span>' in told
    assert "1 570" in told.replace("\xa0", " ")
    assert "hx-get" not in told
