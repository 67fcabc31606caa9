"""The state's money in the demonstration: stays before registration, a list of payments with two faults, and claims.

The faults are planted for whoever tries the reconciliation: somebody who has reached the age limit was paid the higher
amount, and one instalment never came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hemvist.access.models import Case
from hemvist.compensation import claims, importing
from hemvist.compensation.ledger import Line, PersonLedger, ledgers, lines
from hemvist.compensation.models import Claim
from hemvist.law.calendar import add_months, age_on, end_of_month
from hemvist.law.compensation import Ground, Route, entitlements
from hemvist.law.compensation.facts import GROUND_LABELS
from hemvist.reception import services as reception
from hemvist.reception.facts import snapshot
from hemvist.reception.models import FactKind, Household, Person

if TYPE_CHECKING:
    from hemvist.demo.data import Demo

# What is left of the time to apply for the first twelve months of the family that was received first.
LAPSES_IN = timedelta(days=14)


def born(person: Person) -> date:
    """The person's birth date as registered."""
    known = snapshot(person.id, person.facts.all(), date.max)
    assert known.birth_date is not None
    return known.birth_date


def before_registration(demo: Demo, household: Household, members: list[Person], until: date) -> None:
    """A household with temporary protection: where it lived, since when, and school before registration."""
    moved_in = until - timedelta(days=160)
    for person in members:
        person.case = household.case

        def fact(kind: str, value: Mapping[str, object], on: date, person: Person = person) -> None:
            reception.record_fact(
                demo.coordinator,
                person=person,
                kind=kind,
                value=value,
                valid_from=on,
                source="migration_agency",
                today=max(on, household.case.opened_on),
            )

        fact(FactKind.LIVING, {"living": "municipal_temporary_protection"}, moved_in)
        received = until + timedelta(days=3)
        fact(FactKind.FIRST_RECEPTION, {"on": received, "municipality": "Enköping"}, received)
        fact(FactKind.STAY, {"form": "municipal_temporary_protection", "start": moved_in, "end": until}, until)
        age = age_on(born(person), moved_in)
        if 7 <= age <= 17:
            form = "school_upper_secondary" if age >= 16 else "school_compulsory"
            fact(FactKind.STAY, {"form": form, "start": moved_in + timedelta(days=14), "end": until}, until)


def payments_and_claims(demo: Demo, earlier: Household) -> None:
    """What Migrationsverket has paid up to the last month, and what has been applied for.

    ``earlier`` is the household whose first twelve months must be applied for now.
    """
    controller = demo.actors["controller"]
    found = ledgers(controller, today=demo.today)
    _claim(demo, found, earlier)
    _pay(demo, found)


def _pay(demo: Demo, found: list[PersonLedger]) -> None:
    last = end_of_month(demo.today.replace(day=1) - timedelta(days=1))
    rows = [
        row
        for row in lines(found, since=date(demo.today.year - 1, 1, 1), until=last)
        if row.owed.route is Route.AUTOMATIC and row.owed.amount
    ]
    too_much, high = next(((row, more) for row in rows if (more := _as_if_younger(row))), (None, None))
    lost = next((row for row in rows if row.owed.number == 3 and row is not too_much), None)
    table = ["dossiernummer;ersättning;utbetalning;period från;period till;belopp;utbetalningsdatum"]
    for row in rows:
        if row is lost:
            continue
        owed = row.owed
        dossier = next(value for kind, value in row.ledger.person.identifiers if kind == "dossier")
        period = [day.isoformat() for day in owed.period] if owed.period else ["", ""]
        amount = high if row is too_much else owed.amount
        cells = (
            dossier,
            GROUND_LABELS[owed.ground],
            str(owed.number or ""),
            *period,
            str(amount),
            owed.due_on.isoformat(),
        )
        table.append(";".join(cells))
    table += [_granted(claim) for claim in Claim.objects.filter(ground="school", status="granted")]
    run = importing.stage(
        demo.actors["controller"], "utbetalningar.csv", "\n".join(table).encode("utf-8-sig"), demo.today
    )
    importing.confirm(demo.actors["controller"], run.id, demo.today)


def _as_if_younger(row: Line) -> Decimal | None:
    """The instalment of somebody under the age limit, where that is more than the person's own."""
    received_on = row.ledger.facts.received_on
    if row.owed.ground is not Ground.STANDARD or received_on is None or row.owed.amount is None:
        return None
    younger = replace(row.ledger.facts, birth_date=add_months(received_on, -12 * 40))
    amounts = (item.amount for item in entitlements(younger) if item.key == row.owed.key)
    amount = next(amounts, None)
    return amount if amount and amount > row.owed.amount else None


def _granted(claim: Claim) -> str:
    """The row of a school claim that was granted: paid some weeks after the decision."""
    assert claim.person is not None
    assert claim.decided_on is not None
    dossier = claim.person.identifiers.get(kind="dossier").value
    paid_on = claim.decided_on + timedelta(days=20)
    period = (claim.period_from.isoformat(), claim.period_to.isoformat())
    return ";".join(
        (dossier, GROUND_LABELS[Ground.SCHOOL], "", *period, str(claim.granted_amount), paid_on.isoformat())
    )


def _is_child(ledger: PersonLedger) -> bool:
    born_on, received_on = ledger.person.birth_date, ledger.received.value
    return born_on is not None and received_on is not None and age_on(born_on, received_on) < 18


def _claim(demo: Demo, found: list[PersonLedger], earlier: Household) -> None:
    """School claims filed in time, one claim that lapses within a fortnight, and one that was granted."""
    controller = demo.actors["controller"]
    cases = {case.id: case for case in Case.objects.filter(id__in={ledger.person.case_id for ledger in found})}
    persons = {person.id: person for person in Person.objects.select_related("case")}
    for ledger in found:
        for owed in ledger.own:
            if owed.ground is not Ground.SCHOOL or not owed.period or not owed.apply_by:
                continue
            if owed.apply_by - timedelta(days=100) > demo.today:
                continue
            filed = min(owed.apply_by - timedelta(days=40), demo.today - timedelta(days=2))
            claim = claims.open_claim(
                controller,
                case=cases[ledger.person.case_id],
                ground="school",
                period_to=owed.period[1],
                person=persons[ledger.person.person_id],
                today=filed,
            )
            claims.file_claim(controller, claim=claim, filed_on=filed, today=demo.today, reference="DEMO-SKOLA")
            if filed + timedelta(days=60) < demo.today:
                claims.decide_claim(
                    controller,
                    claim=claim,
                    status="granted",
                    decided_on=filed + timedelta(days=60),
                    today=demo.today,
                )
    child = next(ledger for ledger in found if ledger.person.household_id == earlier.id and _is_child(ledger))
    received_on = child.received.value
    assert received_on is not None
    family = [
        ledger
        for ledger in found
        if ledger.received.value
        and ledger.received.value.year == demo.today.year - 1
        and ledger.person.household_id != earlier.id
    ]
    if len(family) > 8:
        adult = family[7]
        draft = claims.open_claim(
            controller,
            case=cases[child.person.case_id],
            ground="disability_support",
            period_to=add_months(received_on, 12) - timedelta(days=1),
            person=persons[child.person.person_id],
            today=demo.today - timedelta(days=20),
        )
        claims.change_claim(controller, claim=draft, cost=Decimal(92_400), today=demo.today - timedelta(days=20))
        first = draft.evidence.first()
        if first:
            claims.tick_evidence(controller, claim=draft, evidence_id=first.pk, ready=True, today=demo.today)
        granted = claims.open_claim(
            controller,
            case=cases[adult.person.case_id],
            ground="illness_assistance",
            period_to=date(demo.today.year - 1, 12, 31),
            person=persons[adult.person.person_id],
            today=demo.ago(200),
        )
        claims.change_claim(controller, claim=granted, cost=Decimal(41_800), today=demo.ago(200))
        claims.file_claim(controller, claim=granted, filed_on=demo.ago(190), today=demo.today, reference="DEMO-19")
        claims.decide_claim(
            controller,
            claim=granted,
            status="partly",
            granted_amount=Decimal(38_200),
            decided_on=demo.ago(120),
            today=demo.today,
        )
