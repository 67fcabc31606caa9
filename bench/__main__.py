"""``make bench``: 5 000 synthetic persons in an embedded database; each figure beside a named alternative.

Prints milliseconds, and the ratio to the alternative, which is the figure that carries over to other machines. Then the
state's compensation for a million persons, see :mod:`bench.compensation`, and homes for households, see
:mod:`bench.matching`.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bench import compensation, matching

PERSONS = int(os.environ.get("BENCH_PERSONS", "5000"))
TODAY = date(2026, 11, 23)


def _prepare(folder: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "hemvist.config.settings"
    os.environ["HEMVIST_DATA_DIR"] = folder
    os.environ["HEMVIST_DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    import hemvist.config.wsgi  # noqa: F401  (pages are measured with the memory settings they are served with)


def _milliseconds(deed: Callable[[], object], times: int = 9) -> float:
    """The median of ``times`` runs, after one that warms up."""
    deed()
    laps = []
    for _ in range(times):
        start = time.perf_counter()
        deed()
        laps.append((time.perf_counter() - start) * 1000)
    return statistics.median(laps)


def _line(what: str, ours: float, other: str, theirs: float) -> None:
    print(f"{what:<44} {ours:>10.1f} ms   {other:<46} {theirs:>10.1f} ms   ratio {theirs / ours:>6.1f}", flush=True)


def _households(count: int, offset: int = 0, *, received: bool = False) -> list:
    from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson

    made = []
    for n in range(offset, offset + count):
        family = f"Provsson{n}"
        ages = (34, 32, 9, 6)
        made.append(
            NewHousehold(
                category=("quota", "asylum_housing", "temporary_protection")[n % 3],
                persons=tuple(
                    NewPerson(
                        f"Namn{i}",
                        family,
                        date(TODAY.year - age, 1 + n % 12, 1 + n % 28),
                        "contact" if i == 0 else "child" if age < 18 else "adult",
                        permit_ground="UTLL_5_1",
                        language="arabiska",
                        identifiers=(("dossier", f"BENCH-{n}-{i}"),),
                    )
                    for i, age in enumerate(ages)
                ),
                assignment=NewAssignment(TODAY - timedelta(days=n % 60), reference=f"BENCH-{n}"),
                planned_arrival_on=TODAY + timedelta(days=n % 45),
                received_on=TODAY - timedelta(days=n % 500) if received else None,
            )
        )
    return made


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _prepare(folder)
        _measure()
    compensation.main()
    matching.main()


def _measure() -> None:
    from django.test import Client

    from hemvist.access.actor import actor_for
    from hemvist.access.models import Case, RoleGrant, User
    from hemvist.compensation.ledger import ledgers
    from hemvist.compensation.queries import list_people
    from hemvist.coordination.services import rederive
    from hemvist.organisation.check import folder
    from hemvist.organisation.models import Unit
    from hemvist.organisation.services import load_municipality
    from hemvist.reception.models import Household
    from hemvist.reception.queries import HouseholdFilter, get_household, list_households
    from hemvist.reception.services import register_households

    load_municipality(folder("enkoping"))
    user = User.objects.create_user("bench", "Bench")
    RoleGrant.objects.create(
        user=user,
        role="coordinator",
        unit=Unit.objects.get(code="integration"),
        valid_from=date(2020, 1, 1),
        decided_by="bench",
    )
    actor = actor_for(user, TODAY)
    households = PERSONS // 4
    sample = 40

    start = time.perf_counter()
    for new in _households(sample, offset=10_000_000):
        register_households(actor, [new], today=TODAY)
    one_by_one = (time.perf_counter() - start) * 1000 / sample
    start = time.perf_counter()
    register_households(actor, _households(households), today=TODAY)
    together = (time.perf_counter() - start) * 1000
    print(f"{PERSONS} persons in {households} households, {together / 1000:.1f} s to register with their plans\n")
    _line("register a household, as an import does", together / households, "one transaction per household", one_by_one)

    def listed() -> list:
        return list_households(actor, HouseholdFilter(sort="name"), today=TODAY)[0]

    def one_at_a_time() -> list:
        first = Household.objects.order_by("sort_key").values_list("id", flat=True)[:50]
        return [get_household(actor, household_id, today=TODAY) for household_id in first]

    _line("household list, 50 rows", _milliseconds(listed), "a query per household", _milliseconds(one_at_a_time, 3))

    client = Client()
    client.force_login(user)

    def page(path: str) -> Callable[[], object]:
        def get() -> object:
            response = client.get(path)
            assert response.status_code == 200, (path, response.status_code)
            return response

        return get

    print(f"\nPages as served, median of nine, {households} households; the goal is under 200 ms")
    for name, path in (
        ("household list page", "/hushall/"),
        ("household list page, sorted by name", "/hushall/?ordning=name"),
        ("household list page, only with late tasks", "/hushall/?forsenade=on"),
        ("anvisning list page", "/anvisningar/"),
        ("task list page", "/uppgifter/"),
        ("coordination meeting page", "/samrad/"),
        ("start page", "/"),
        ("persons and their money", "/ersattning/personer/"),
        ("claims", "/ersattning/ansokningar/"),
        ("payments", "/ersattning/utbetalningar/"),
        ("from law to board", "/ansvar/karta/"),
        ("rules of procedure", "/ansvar/reglementen/"),
        ("alternatives and arguments", "/ansvar/placering/"),
    ):
        took = _milliseconds(page(path))
        print(f"{name:<44} {took:>10.1f} ms   {'reached' if took < 200 else 'MISSED'}", flush=True)

    here = PERSONS // 20
    register_households(actor, _households(here, offset=20_000_000, received=True), today=TODAY)

    def everybody() -> list:
        return ledgers(actor, today=TODAY)

    def first_page() -> list:
        return list_people(actor, today=TODAY)[0]

    print()
    whole = _milliseconds(everybody, 1)
    _line("a page of persons' money, 25 rows", _milliseconds(first_page), "everybody's, then cut", whole)
    print(f"\nSums over {PERSONS} persons, {here * 4} of them received, each derived anew with its reasons")
    for name, path in (
        ("the year's money", "/ersattning/"),
        ("reconciliation", "/ersattning/avstamning/"),
        ("forecast", "/ersattning/prognos/"),
        ("what changes of law mean", "/ersattning/lagandringar/"),
    ):
        print(f"{name:<44} {_milliseconds(page(path), 1):>10.1f} ms", flush=True)
    print()

    cases = list(Case.objects.all()[:200])

    def together_again() -> None:
        rederive(actor, cases, "bench", TODAY)

    def each_again() -> None:
        for case in cases:
            rederive(actor, [case], "bench", TODAY)

    _line(
        "re-derive 200 plans together", _milliseconds(together_again, 3), "one at a time", _milliseconds(each_again, 1)
    )
    _measure_homes(actor, page)
    _measure_move(actor)


DWELLINGS, LET, SEEKING = 2000, 900, 250


def _measure_homes(actor: Any, page: Callable[[str], Callable[[], object]]) -> None:
    """Pages about 2 000 dwellings, 900 of them let, and a matching with its register beside the register alone."""
    from hemvist.access.models import Case
    from hemvist.housing import matching as homes
    from hemvist.housing.models import Dwelling, HousingNeed, Tenancy
    from hemvist.organisation.models import Municipality, Unit
    from hemvist.planning.matching import first_come
    from hemvist.reception.models import Arrival, Person

    # A right is counted for who has been received: here everybody in the last three years, a family of four on a day.
    came = (
        Person.objects.filter(arrivals=None, case__household__isnull=False)
        .order_by("case_id")
        .values_list("pk", "case__household__pk", "case__household__category")
    )
    Arrival.objects.bulk_create(
        Arrival(person_id=person, household_id=household, category=category, on=TODAY - timedelta(days=n // 4 % 1000))
        for n, (person, household, category) in enumerate(came)
    )
    # Enköping's limits are for its own few households.
    place = Municipality.objects.get()
    for area in place.data["housing"]["areas"]:
        area["most_households"] = None
    place.save()
    landlord = Unit.objects.get(code="ehb")
    areas = ("centrum", "vaster", "norr", "sydost", "orter")
    dwellings = Dwelling.objects.bulk_create(
        Dwelling(
            code=f"B-{n:04d}",
            landlord=landlord,
            address=f"Provgatan {n}",
            building=f"Kvarter {n // 20}",
            area=areas[n % 5],
            rooms=1 + n % 5,
            capacity=1 + n % 7,
            step_free=n % 3 == 0,
            rent=5_000 + 37 * (n % 150),
            available_from=date(2020, 1, 1),
            sort_key=f"provgatan {n:05d}",
            search_key=f"b-{n:04d} provgatan {n}",
        )
        for n in range(DWELLINGS)
    )
    cases = list(Case.objects.all()[: LET + SEEKING])
    Tenancy.objects.bulk_create(
        Tenancy(dwelling=dwelling, case=case, form="open_ended", persons=1, rent=6_000, starts_on=date(2025, 1, 1))
        for dwelling, case in zip(dwellings, cases[:LET], strict=False)
    )
    HousingNeed.objects.bulk_create(
        HousingNeed(
            case=case,
            adults=1 + n % 2,
            children=n % 5,
            step_free=n % 6 == 0,
            wanted_from=TODAY + timedelta(days=n % 20),
            wanted_by=TODAY + timedelta(days=30 + n % 30),
            rent_max=6_000 + 10 * n,
            wishes=[{"kind": "school", "area": ""}] if n % 5 else [],
        )
        for n, case in enumerate(cases[LET:])
    )
    persons = Arrival.objects.count()
    print(f"\nHomes: {DWELLINGS} dwellings, {LET} let, {SEEKING} households that seek one, {persons} persons;", end=" ")
    print("the goal is under 200 ms")
    for name, path in (
        ("dwellings", "/bostader/"),
        ("dwellings, vacant, by rent", "/bostader/?lage=vacant&ordning=rent"),
        ("needs", "/bostader/behov/"),
        ("leases", "/bostader/avtal/"),
        ("watch list of rights", "/bostader/ratten/"),
        ("need against supply", "/bostader/balans/"),
    ):
        took = _milliseconds(page(path))
        print(f"{name:<44} {took:>10.1f} ms   {'reached' if took < 200 else 'MISSED'}", flush=True)
    found = homes.gather(actor, TODAY)
    made = homes.run(actor, today=TODAY).result
    print(f"a matching: {len(found.seekers)} households, {len(found.homes)} homes, {made['placed']} placed", flush=True)
    asked = (found.seekers, found.homes, found.areas, found.policy)
    _line(
        "worked out and kept, with its comparison",
        _milliseconds(lambda: homes.run(actor, today=TODAY), 3),
        f"first come first served alone, {made['by_hand']['placed']} placed",
        _milliseconds(lambda: first_come(*asked), 3),
    )


def _measure_move(coordinator: Any) -> None:
    """A move of everything to another board, worked out in numbers, beside handing the tasks over one at a time."""
    from django.db import transaction

    from hemvist.access.actor import actor_for
    from hemvist.access.models import RoleGrant, User
    from hemvist.coordination.models import PlanTask
    from hemvist.coordination.services import hand_over_task
    from hemvist.organisation.models import Unit
    from hemvist.placement import moving, queries
    from hemvist.placement.moving import Access

    strategist = User.objects.create_user("strategist", "Bench")
    unit = Unit.objects.get(code="executive_office")
    RoleGrant.objects.create(
        user=strategist, role="strategist", unit=unit, valid_from=date(2020, 1, 1), decided_by="bench"
    )
    actor = actor_for(strategist, TODAY)
    plan = queries.preset(queries.alternatives()["SN"], "Bench", date(2027, 1, 1))
    access = (Access(strategist.pk, "coordinator", "reception_sn"),)
    move = moving.draft_move(actor, plan=replace(plan, access=access), today=TODAY)
    start = time.perf_counter()
    outcome = moving.preview(actor, move=move, today=TODAY)
    whole = (time.perf_counter() - start) * 1000
    print(
        f"\nA move worked out in numbers: {outcome.open_cases} cases and {outcome.plan_tasks} tasks change hands, "
        f"{whole / 1000:.1f} s"
    )
    sample = list(PlanTask.objects.filter(unit__code="integration", status="open").values_list("id", flat=True)[:40])
    other = Unit.objects.get(code="financial_support")

    def by_hand() -> None:
        with transaction.atomic():
            for task in sample:
                hand_over_task(coordinator, task_id=task, unit=other, reason="bench", today=TODAY)
            transaction.set_rollback(True)

    each = _milliseconds(by_hand, 1) / len(sample)
    _line("a task that changes hands in a move", whole / outcome.plan_tasks, "handed over by hand", each)


if __name__ == "__main__":
    main()
