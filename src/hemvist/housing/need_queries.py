"""What an actor may see of needs and offers: in the case's own branch by name, elsewhere what was disclosed.

Every answer leaves one row in the audit journal, and the number of SQL queries does not grow with the rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import Case
from hemvist.housing import policy_data, reach
from hemvist.housing.models import Dwelling, HousingNeed, Offer
from hemvist.organisation import records
from hemvist.organisation.models import Branch, Unit
from hemvist.planning.matching import NAMES
from hemvist.reception import queries as reception
from hemvist.reception.models import Membership, Person

READ, WORK = "housing_need.read", "housing_need.work"
Status = HousingNeed.Status


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need as lists show it. ``name`` is empty for those who know the household by its case number only.

    ``locked`` is the dwelling chosen for it; ``locked_unseen``: one is chosen that the actor may not be shown.
    """

    need: HousingNeed
    name: str
    own: bool
    wishes: tuple[str, ...]
    offers: tuple[Offer, ...]
    locked: Dwelling | None
    locked_unseen: bool
    today: date

    @property
    def case(self) -> Case:
        return self.need.case

    @property
    def people(self) -> str:
        """2 vuxna, 3 barn."""
        adults, children = self.need.adults, self.need.children
        words = [ngettext("%(count)d vuxen", "%(count)d vuxna", adults) % {"count": adults}] if adults else []
        if children:
            words.append(ngettext("%(count)d barn", "%(count)d barn", children) % {"count": children})
        return ", ".join(words)

    @property
    def open(self) -> bool:
        """Whether a home is sought: not in a case that has been closed."""
        return self.need.status == Status.OPEN and self.need.case.closed_on is None

    @property
    def late(self) -> bool:
        """The last day to move in has passed and the household has no home yet."""
        return self.open and self.need.wanted_by < self.today

    @property
    def latest_offer(self) -> Offer | None:
        return self.offers[0] if self.offers else None

    @property
    def open_offer(self) -> Offer | None:
        return next((offer for offer in self.offers if offer.status == Offer.Status.OPEN), None)

    @property
    def declined(self) -> tuple[Offer, ...]:
        return tuple(offer for offer in self.offers if offer.status == Offer.Status.DECLINED)


@dataclass(frozen=True, slots=True)
class Told:
    """A branch that lets dwellings, and whether the need has been disclosed to it."""

    branch: Branch
    known: bool


@dataclass(frozen=True, slots=True)
class NeedPage:
    row: NeedRow
    # Only in the case's own branch.
    household_id: uuid.UUID | None
    told: tuple[Told, ...]
    person_ids: tuple[uuid.UUID, ...]
    may_change: bool
    may_work: bool
    may_disclose: bool


# --- lists ------------------------------------------------------------------------------------------------------------


def visible_needs(actor: Actor, today: date, permission: str = READ) -> QuerySet[HousingNeed]:
    """The needs that the actor may know of. One query for the disclosures."""
    return HousingNeed.objects.filter(reach.cases(actor, permission, reach.NEED, today, "case__"))


def seeking(actor: Actor, today: date, permission: str = READ) -> list[HousingNeed]:
    """The open needs in cases that are open and that no offer waits for. For services: shows nobody anything."""
    waiting = Offer.objects.filter(need=OuterRef("pk"), status=Offer.Status.OPEN)
    found = visible_needs(actor, today, permission).filter(
        ~Exists(waiting), status=Status.OPEN, case__closed_on__isnull=True
    )
    return list(with_parts(found).order_by("wanted_by", "recorded_at", "id"))


@transaction.atomic
def list_needs(
    actor: Actor, *, today: date, show: str = "open", offset: int = 0, limit: int = 50
) -> tuple[list[NeedRow], bool]:
    """One page of needs, the soonest last day first, and whether there are more. One audit row.

    ``show``: open, late, waiting (an offer waits for an answer), housed, withdrawn, or all.
    """
    policy.require(actor, READ)
    found = visible_needs(actor, today)
    if show == "late":
        found = found.filter(status=Status.OPEN, wanted_by__lt=today)
    elif show == "waiting":
        found = found.filter(Exists(Offer.objects.filter(need=OuterRef("pk"), status=Offer.Status.OPEN)))
    elif show in Status.values:
        found = found.filter(status=show)
    if show in ("open", "late"):
        found = found.filter(case__closed_on__isnull=True)
    page = list(with_parts(found).order_by("wanted_by", "recorded_at", "id")[offset : offset + limit + 1])
    needs = page[:limit]
    rows = need_rows(actor, needs, today)
    audit.record(
        actor,
        "housing_needs.listed",
        object_type="housing_need",
        object_ids=[need.pk for need in needs],
        fields=fields_read(rows),
        details={"show": show},
    )
    return rows, len(page) > limit


def counts(actor: Actor, today: date) -> dict[str, int]:
    """How many needs there are, without persons: open, late, and waiting for an answer. Two queries."""
    waits = Q(Exists(Offer.objects.filter(need=OuterRef("pk"), status=Offer.Status.OPEN)))
    return (
        visible_needs(actor, today)
        .filter(status=Status.OPEN, case__closed_on__isnull=True)
        .aggregate(open=Count("pk"), late=Count("pk", filter=Q(wanted_by__lt=today)), waiting=Count("pk", filter=waits))
    )


def with_parts(needs: QuerySet[HousingNeed]) -> QuerySet[HousingNeed]:
    offers = Offer.objects.select_related("dwelling", "made_by").order_by("-made_at", "-made_on")
    return needs.select_related("case__branch__board", "locked_to").prefetch_related(Prefetch("offers", offers))


def need_rows(actor: Actor, needs: Sequence[HousingNeed], today: date) -> list[NeedRow]:
    """The needs as rows; the caller has asked the permission and logs the reading (see :func:`fields_read`)."""
    labels = policy_data.area_labels()
    names = case_names(actor, [need.case for need in needs], today)
    # A dwelling that may not be shown is not found by who was offered it before, or for whom it is chosen.
    offered = {offer.dwelling_id for need in needs for offer in need.offers.all()}
    shown = dwellings_by_id(actor, offered | {need.locked_to_id for need in needs if need.locked_to_id}, today)
    return [
        NeedRow(
            need,
            names.get(need.case_id, ""),
            reach.owns(actor, READ, need.case),
            wish_words(need.wishes, labels),
            tuple(offer for offer in need.offers.all() if offer.dwelling_id in shown),
            need.locked_to if need.locked_to_id in shown else None,
            need.locked_to_id is not None and need.locked_to_id not in shown,
            today,
        )
        for need in needs
    ]


def fields_read(rows: Iterable[NeedRow]) -> tuple[str, ...]:
    """What the journal says was read."""
    return ("housing_need", "name") if any(row.name for row in rows) else ("housing_need",)


def case_names(actor: Actor, cases: Iterable[Case], today: date) -> dict[uuid.UUID, str]:
    """The contact person's name by case: in the own branch, else where the name was disclosed. The caller logs it.

    Five queries at most.
    """
    wanted = list(cases)
    own = {case.pk for case in wanted if reach.owns(actor, READ, case)}
    others = {case.pk for case in wanted} - own
    first: dict[uuid.UUID, list[uuid.UUID]] = {}
    people = Person.objects.filter(case_id__in=own | others, memberships__valid_to__isnull=True)
    rows = people.order_by("memberships__id").values_list("case_id", "id", "memberships__position")
    for case_id, person_id, position in rows:
        known = first.setdefault(case_id, [])
        if position == Membership.Position.CONTACT:
            known.insert(0, person_id)
        else:
            known.append(person_id)
    contacts = {first[case_id][0] for case_id in own if case_id in first}
    names = reception.names_of(contacts, today) if contacts else {}
    given = reception.names_disclosed(actor, others, today) if others else {}
    found = {}
    for case_id, persons in first.items():
        known_names = names if case_id in own else given
        found[case_id] = next((known_names[person] for person in persons if person in known_names), "")
    return found


def wish_words(stored: Iterable[dict[str, Any]], areas: Any) -> tuple[str, ...]:
    """The wishes in words: nära anhöriga: Centrum."""
    return tuple(
        _("%(wish)s: %(area)s") % {"wish": _(NAMES[wish["kind"]]), "area": areas.get(wish["area"], wish["area"])}
        if wish.get("area")
        else _(NAMES[wish["kind"]])
        for wish in stored
        if wish["kind"] in NAMES
    )


# --- one need, one offer ----------------------------------------------------------------------------------------------


@transaction.atomic
def get_need(
    actor: Actor, need_id: uuid.UUID, *, today: date, permission: str = READ, action: str = "housing_need.viewed"
) -> NeedRow:
    """A need that the actor may know of. One audit row. Raises :class:`NotVisible`."""
    policy.require(actor, permission)
    need = with_parts(visible_needs(actor, today, permission).filter(pk=need_id)).first()
    if need is None:
        raise NotVisible(action=permission, object_id=str(need_id))
    row = need_rows(actor, [need], today)[0]
    audit.record(
        actor,
        action,
        object_type="housing_need",
        object_ids=[need.pk],
        case=need.case,
        fields=fields_read([row]),
    )
    return row


def need_page(actor: Actor, need_id: uuid.UUID, *, today: date) -> NeedPage:
    """A need with what may be done with it, and in the own branch who else knows of it. One audit row."""
    row = get_need(actor, need_id, today=today)
    case = row.case
    readable = row.own and bool(policy.may_with_case(actor, "case.read", case))
    household = getattr(case, "household", None) if readable else None
    members = (
        Person.objects.filter(case=case, memberships__valid_to__isnull=True) if readable else Person.objects.none()
    )
    return NeedPage(
        row=row,
        household_id=household.pk if household else None,
        told=_told(case, today) if row.own else (),
        person_ids=tuple(members.order_by("created_at").values_list("id", flat=True)),
        may_change=row.open and bool(policy.may_with_case(actor, WORK, case)),
        may_work=(row.open or row.open_offer is not None) and actor.can(WORK),
        may_disclose=readable and bool(policy.may_with_case(actor, "disclosure.make", case)),
    )


def _told(case: Case, today: date) -> tuple[Told, ...]:
    """The branches of the landlords, other than the case's own. Three queries."""
    file = records.housing()
    codes = file.landlords if file else ()
    branches: dict[int, Branch] = {}
    for unit in Unit.objects.filter(code__in=codes).select_related("branch"):
        if unit.branch_id != case.branch_id:
            branches[unit.branch_id] = unit.branch
    known = reception.branches_told(case, reach.NEED, today)
    return tuple(Told(branch, branch.pk in known) for branch in sorted(branches.values(), key=lambda one: one.code))


@transaction.atomic
def get_offer(actor: Actor, offer_id: uuid.UUID, *, today: date, permission: str = WORK) -> tuple[Offer, NeedRow]:
    """An offer with its need, to act upon. One audit row.

    Raises :class:`NotVisible`, also for an offer of a dwelling that may not be shown.
    """
    policy.require(actor, permission)
    offer = Offer.objects.filter(pk=offer_id).select_related("dwelling", "need").first()
    if offer is None or not dwellings_by_id(actor, [offer.dwelling_id], today):
        raise NotVisible(action=permission, object_id=str(offer_id))
    row = get_need(actor, offer.need_id, today=today, permission=permission, action="offer.viewed")
    return offer, row


def proposed_dwelling(need: HousingNeed, run_result: dict[str, Any]) -> uuid.UUID | None:
    """The dwelling that a matching proposed for the need; None when it proposed none."""
    for placement in run_result.get("placements", ()):
        if placement["need"] == str(need.pk):
            return uuid.UUID(placement["dwelling"])
    return None


def dwellings_by_id(actor: Actor, ids: Iterable[uuid.UUID], today: date) -> dict[uuid.UUID, Dwelling]:
    """Those of the dwellings that the actor may be shown. Three queries at most."""
    found = Dwelling.objects.filter(reach.dwellings(actor, today), id__in=list(ids)).select_related("landlord")
    return {dwelling.pk: dwelling for dwelling in found}
