"""Whatever is done with a dwelling and its leases, in whatever order: no day is let twice, and never to too many."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hemvist.access.actor import Actor
from hemvist.housing import stock, tenancies
from hemvist.housing.models import Dwelling, Tenancy

pytestmark = pytest.mark.django_db
START = date(2026, 11, 23)
near = st.integers(-40, 120).map(lambda days: START + timedelta(days=days))


def deeds_of(*kinds: str) -> st.SearchStrategy[list[Any]]:
    deed = st.tuples(st.sampled_from(kinds), st.integers(0, 5), st.integers(1, 6), near, near)
    return st.lists(deed, min_size=1, max_size=10)


quick = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _do(
    actor: Actor, dwelling: Dwelling, case: Any, deed: str, which: int, persons: int, first: date, second: date
) -> None:
    """One deed; what is refused changes nothing."""
    today = max(first, second) if deed in ("notice", "move_out") else min(first, second)
    leases = list(Tenancy.objects.filter(dwelling=dwelling).order_by("recorded_at"))
    if deed == "sign":
        end = second if which % 2 else None
        form = Tenancy.Form.RIGHT if end else Tenancy.Form.OPEN_ENDED
        tenancies.sign(
            actor,
            dwelling=dwelling,
            case=case,
            form=form,
            starts_on=first,
            ends_on=end,
            persons=persons,
            reason="Prov",
            today=START,
        )
        return
    if deed == "capacity":
        before = {name: getattr(dwelling, name) for name in stock.FIELDS}
        facts = stock.DwellingFacts(**before | {"capacity": persons})
        stock.change_dwelling(actor, dwelling=dwelling, facts=facts, today=today)
        return
    if not leases:
        return
    asked = {"tenancy": leases[which % len(leases)], "reason": "Prov", "today": today}
    if deed == "notice":
        tenancies.give_notice(actor, by="tenant", noticed_on=first, ends_on=second, **asked)
    elif deed == "withdraw":
        tenancies.withdraw_notice(actor, **asked)
    elif deed == "extend":
        tenancies.extend(actor, ends_on=second, **asked)
    elif deed == "move_out":
        tenancies.move_out(actor, last_day=first, keys="landlord", **asked)
    elif deed == "undo":
        tenancies.undo_move_out(actor, tenancy=asked["tenancy"], today=today)
    else:
        tenancies.void(actor, **asked, mistake=deed == "mistake")


def _held(dwelling: Dwelling) -> list[tuple[date, date]]:
    rows = Tenancy.objects.filter(dwelling=dwelling, voided_at__isnull=True)
    return [(lease.starts_on, lease.ends_on or date.max) for lease in rows]


@quick
@given(
    deeds=deeds_of("sign", "notice", "withdraw", "extend", "move_out", "undo", "void", "mistake", "capacity")
    | deeds_of("sign", "capacity")
)
@example(deeds=[("sign", 0, 4, START, START), ("capacity", 0, 3, START, START)])
def test_no_sequence_of_deeds_lets_a_day_twice_or_to_too_many(
    deeds: list[Any], coordinator: Actor, dwelling: Any, household: Any
) -> None:
    with transaction.atomic():
        one, home = dwelling(), household()
        for deed in deeds:
            try:
                with transaction.atomic():
                    _do(coordinator, one, home.case, *deed)
            except ValidationError:
                pass
            held = _held(one)
            assert all(a[1] < b[0] or b[1] < a[0] for a, b in combinations(held, 2))
            assert sum(end == date.max for _start, end in held) <= 1
            one.refresh_from_db()
            assert all(lease.persons <= one.capacity for lease in stock.leases_of([one]))
        transaction.set_rollback(True)


spans = st.tuples(near, st.none() | near).filter(lambda span: span[1] is None or span[1] >= span[0])


@quick
@given(first=spans, second=spans, moved=spans)
def test_the_database_refuses_precisely_what_overlaps(
    first: Any, second: Any, moved: Any, dwelling: Any, tenancy: Any, household: Any
) -> None:
    with transaction.atomic():
        one, home = dwelling(), household()
        tenancy(one, home, starts_on=first[0], ends_on=first[1])
        assert _accepts(lambda: tenancy(one, home, starts_on=second[0], ends_on=second[1])) != _overlap(first, second)
        apart = tenancy(dwelling(), home, starts_on=moved[0], ends_on=moved[1])
        others = _held(one)
        accepted = _accepts(lambda: Tenancy.objects.filter(pk=apart.pk).update(dwelling=one))
        assert accepted != any(_overlap(moved, other) for other in others)
        transaction.set_rollback(True)


def _overlap(a: Any, b: Any) -> bool:
    return bool(a[0] <= (b[1] or date.max) and b[0] <= (a[1] or date.max))


def _accepts(deed: Any) -> bool:
    try:
        with transaction.atomic():
            deed()
    except IntegrityError:
        return False
    return True
