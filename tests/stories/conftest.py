"""What the stories share: going to another day, and the file that Migrationsverket's officer would have made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from hemvist.reception.import_columns import COLUMNS
from hemvist.web.files import csv_bytes

Journey = Callable[[date], AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def on() -> Journey:
    """``with on(day):`` it is nine in the morning that day, also for what the database stamps."""

    def travel(day: date) -> AbstractContextManager[Any]:
        return time_machine.travel(datetime(day.year, day.month, day.day, 8, tzinfo=UTC), tick=True)

    return travel


def file_of(rows: Iterable[Mapping[str, str]]) -> bytes:
    """The rows under the template's header."""
    names = [column.name for column in COLUMNS]
    return csv_bytes(names, [[row.get(name, "") for name in names] for row in rows])


def rows_of(key: str, decided: date, people: Iterable[tuple[str, date, str]], **more: str) -> list[dict[str, str]]:
    """The rows of one household: given name, birth date and position of each."""
    return [
        {
            "hushallsnyckel": key,
            "beteckning": key,
            "beslutsdatum": f"{decided}",
            "kategori": "kvotflykting",
            "fornamn": given,
            "efternamn": "Prov",
            "fodelsedatum": f"{born}",
            "stallning": position,
            "tillstandsgrund": "vidarebosatt",
            "sprak": "dari",
            "tolk": "ja",
            **more,
        }
        for given, born, position in people
    ]
