"""The page about money to the person: two worked examples with the day's amounts and their reasons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from hemvist.access.actor import Actor

pytestmark = pytest.mark.django_db


def words(client: Client, day: tuple[int, int, int]) -> str:
    with time_machine.travel(datetime(*day, 9, tzinfo=UTC), tick=True):
        page = client.get(reverse("compensation-benefits"))
    assert page.status_code == 200
    return " ".join(strip_tags(page.content.decode().replace("<", " <")).split())


def test_the_examples_are_counted_by_the_rules_of_the_day(controller: Actor, client_for: Callable[..., Client]) -> None:
    """E23 and E24."""
    client = client_for(controller)
    before, after = words(client, (2026, 8, 20)), words(client, (2026, 10, 20))
    for text in (before, after):
        assert "Per dag 233,50 kr" in text
    # August 2026 has 21 weekdays, October 22.
    assert "Etableringsersättning den här månaden 6 468 kr" in before
    assert "Etableringsersättning den här månaden 7 370 kr" in after
    assert "8 och 14 år 2 300 kr" in before
    assert "8 och 14 år 1 150 kr" in after
    assert "hyran 5 200 kronor 3 400 kr" in before
    assert "hyran 5 200 kronor 0 kr" in after


def test_each_example_tells_why(controller: Actor, client_for: Callable[..., Client]) -> None:
    text = words(client_for(controller), (2026, 10, 20))
    assert "22 dagar à 335 kronor" in text
    assert "Lagen är oklar (U13)" in text
    assert "hälften för varje barn utöver de två äldsta" in text
    assert "10 kap. 6 §, SFS 2017:819" in text
