"""A household's home on its own pages: what it needs, what it was offered, where it lives, and when the right ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from hemvist.access import audit
from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.housing import lease_queries, need_queries, reach, right
from hemvist.housing.models import HousingNeed, Offer, Tenancy
from hemvist.housing.need_queries import NeedRow
from hemvist.housing.right_rows import RightRow
from hemvist.law.acts import starts
from hemvist.law.regime import Regime
from hemvist.reception.queries import own_person


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease of the household with its state, see :func:`hemvist.housing.lease_queries.state_of`."""

    tenancy: Tenancy
    state: str


# Of several leases, the state of the one that the household lives under.
_NEAREST = (lease_queries.CURRENT, lease_queries.ENDING, lease_queries.OVERDUE, lease_queries.COMING)


@dataclass(frozen=True, slots=True)
class Homes:
    """What the actor may know of a household's home. None where a part is not for the actor."""

    needs: tuple[NeedRow, ...] | None
    leases: tuple[Lease, ...] | None
    rights: tuple[RightRow, ...] | None

    @property
    def need(self) -> NeedRow | None:
        return next((row for row in self.needs or () if row.open), None)

    @property
    def offers(self) -> tuple[Offer, ...]:
        return tuple(offer for row in self.needs or () for offer in row.offers)

    @property
    def current(self) -> Lease | None:
        found = [lease for lease in self.leases or () if lease.state in _NEAREST]
        return min(found, key=lambda lease: _NEAREST.index(lease.state), default=None)


@transaction.atomic
def homes_of(actor: Actor, case: Case, *, today: date) -> Homes:
    """Needs with offers, leases and rights of a case in the actor's own branch. One audit row if anything is read."""
    needs = leases = rights = None
    if reach.owns(actor, need_queries.READ, case):
        found = need_queries.with_parts(HousingNeed.objects.filter(case=case)).order_by("-recorded_at")
        needs = tuple(need_queries.need_rows(actor, list(found), today))
    if reach.owns(actor, lease_queries.READ, case):
        rows = lease_queries.visible(actor, today).filter(case=case).select_related("dwelling")
        leases = tuple(Lease(row, lease_queries.state_of(row, today)) for row in rows)
    if reach.owns(actor, right.READ, case):
        rights = tuple(right.rights_in(case, today))
    read = {"housing_need": needs, "tenancy": leases, "housing_right": rights}
    if fields := [name for name, rows in read.items() if rows is not None]:
        audit.record(actor, "household_home.viewed", object_type="case", object_ids=[case.pk], case=case, fields=fields)
    return Homes(needs, leases, rights)


@dataclass(frozen=True, slots=True)
class OwnHome:
    """What a newcomer sees of the own home: the lease, an offer that waits for an answer, and the right.

    ``act_from`` is the first day of lag (2026:1326) while it is to come.
    """

    lease: Tenancy | None
    offer: Offer | None
    right: RightRow | None
    right_ended: bool
    act_from: date | None


@transaction.atomic
def own_home(actor: Actor, *, today: date) -> OwnHome:
    """The newcomer's own. Raises NotVisible for anybody else. One audit row."""
    person = own_person(actor)
    waiting = Offer.objects.filter(need__case=person.case_id, status=Offer.Status.OPEN).select_related("dwelling")
    row = right.right_of_person(person, today)
    ended = row is not None and row.end is not None and row.end < today
    first = starts(Regime.BOS_2026.act)
    act_from = first if today < first else None
    found = OwnHome(lives_at(person.case, today), waiting.first(), row, ended, act_from)
    audit.record(
        actor,
        "own_home.viewed",
        object_type="person",
        object_ids=[person.pk],
        case=person.case_id,
        fields=("tenancy", "housing_need", "housing_right"),
    )
    return found


def lives_at(case: Case, today: date) -> Tenancy | None:
    """The lease that the household lives under, or is to. One query; the caller may read the case and has logged it."""
    leases = Tenancy.objects.filter(case=case, voided_at__isnull=True, moved_out_on__isnull=True)
    found = leases.select_related("dwelling").order_by("starts_on")
    return min(found, key=lambda lease: _NEAREST.index(lease_queries.state_of(lease, today)), default=None)
