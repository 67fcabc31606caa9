"""From the list of payments to what differs, why, and what becomes of it, through the services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.compensation import importing, reconciliation
from hemvist.compensation.models import Clearance, Payment
from hemvist.compensation.reconciliation import ReconciledLine, reconcile_all
from hemvist.planning.reconciliation import Kind
from hemvist.reception.layout import write_csv
from hemvist.reception.models import FactKind, Person
from hemvist.reception.services import add_identifier

pytestmark = pytest.mark.django_db
TODAY = date(2027, 6, 15)
Make = Callable[..., Person]
HEADER = ("dossiernummer", "ersättning", "utbetalning", "belopp", "utbetalningsdatum")


@pytest.fixture
def known(person: Make, fact: Callable[..., Any], coordinator: Actor) -> Make:
    """``known(dossier)``: somebody with that number whose mottagandedatum is 12 January 2027."""

    def make(dossier: str, received_on: date = date(2027, 1, 12), **more: Any) -> Person:
        made = person(date(2026, 11, 20), **more)
        made.refresh_from_db()
        fact(made, FactKind.FIRST_RECEPTION, {"on": received_on}, received_on, max(received_on, date(2026, 11, 23)))
        add_identifier(
            coordinator,
            person=made,
            kind="dossier",
            value=dossier,
            valid_from=received_on,
            source="migration_agency",
            today=max(received_on, date(2026, 11, 23)),
        )
        return made

    return make


def bring_in(actor: Actor, rows: Sequence[Sequence[Any]], today: date = TODAY) -> Any:
    run = importing.stage(actor, "lista.csv", write_csv(HEADER, rows), today)
    assert not importing.problems_of(run), importing.problems_of(run)
    return importing.confirm(actor, run.id, today)


def all_right(dossier: str) -> list[tuple[Any, ...]]:
    """What Migrationsverket should have paid by 15 June 2027 for somebody received on 12 January."""
    return [
        (dossier, "Initiala kostnader", "", "20 800", "2027-02-26"),
        (dossier, "Schablonersättning", 1, "18 070,00", "2027-02-26"),
        (dossier, "Schablonersättning", 2, "36 140", "2027-04-30"),
    ]


def open_lines(actor: Actor, today: date = TODAY) -> dict[tuple[str, str], ReconciledLine]:
    return {
        (str(row.person.person_id), row.line.code): row
        for row in reconcile_all(actor, today=today).lines
        if row.needs_attention
    }


def codes(row: ReconciledLine) -> set[str]:
    return {reason.code for reason in row.reasons}


def test_the_whole_way(known: Make, controller: Actor) -> None:
    """Two planted differences are found with their reasons, cleared, and open again when a payment changes them."""
    one, two, three = known("10-1"), known("10-2"), known("10-3")
    rows = [*all_right("10-1"), *all_right("10-2"), *all_right("10-3")]
    rows[1] = ("10-1", "Schablonersättning", 1, "16 500", "2027-02-26")
    del rows[5]
    bring_in(controller, rows)

    found = reconcile_all(controller, today=TODAY)
    assert (found.totals[Kind.MATCHED].count, found.to_do, found.repayment_risk) == (7, 2, 0)
    lines = open_lines(controller)
    assert set(lines) == {(str(one.id), "standard.1."), (str(two.id), "standard.2.")}
    short, missing = lines[str(one.id), "standard.1."], lines[str(two.id), "standard.2."]
    assert (short.kind, short.line.difference) == (Kind.DIFFERING, Decimal(-1570))
    assert "cohort" in codes(short)
    assert "före 2027-01-01" in short.reasons[-1].step.render() or any(
        "2026:1697" in str(reason.step.source) for reason in short.reasons
    )
    assert (missing.kind, missing.line.difference, missing.line.months_late) == (Kind.MISSING, Decimal(-36140), 2)
    assert "not_registered_here" in codes(missing)
    assert any("36140" in step.render() or "180700" in step.render() for step in missing.told.steps)

    for row in (short, missing):
        reconciliation.clear_difference(
            controller,
            person_id=row.person.person_id,
            code=row.line.code,
            difference=row.line.difference,
            cause=Clearance.Cause.CLAIMED_BACK,
            comment="Anmält till Migrationsverket i dag.",
            today=TODAY,
        )
    assert open_lines(controller) == {}
    assert reconcile_all(controller, today=TODAY).cleared == 2

    bring_in(controller, [("10-1", "Schablonersättning", 1, "1 000", "2027-06-10")])
    again = open_lines(controller)
    assert {key: row.line.difference for key, row in again.items()} == {(str(one.id), "standard.1."): Decimal(-570)}
    bring_in(controller, [("10-1", "Schablonersättning", 1, "570", "2027-06-11")])
    bring_in(controller, [("10-2", "Schablonersättning", 2, "36 140", "2027-06-11")])
    assert open_lines(controller) == {}
    assert str(three.id) not in {key[0] for key in again}
