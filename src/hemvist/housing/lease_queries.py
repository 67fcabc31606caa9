"""What an actor may see of leases: in the case's own branch by name, elsewhere what was disclosed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import Case
from hemvist.housing import policy_data, reach, right_rows, tenancies
from hemvist.housing.models import ChecklistTick, Dwelling, HousingNeed, Tenancy, TenancyEvent
from hemvist.housing.need_queries import case_names
from hemvist.housing.queries import SOON_MONTHS
from hemvist.law.calendar import add_months
from hemvist.organisation.housing_schema import LeaseForm
from hemvist.organisation.texts import said
from hemvist.reception.models import Household

READ, WORK = "tenancy.read", "tenancy.work"


# --- the list ---------------------------------------------------------------------------------------------------------

# What the list can be narrowed to.
CURRENT, COMING, ENDING, OVERDUE, ENDED, ALL = "current", "coming", "ending", "overdue", "ended", "all"


@dataclass(frozen=True, slots=True)
class LeaseFilter:
    """``state`` is one of the six above; ``form`` a form of lease or empty."""

    state: str = CURRENT
    form: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """A lease in the list. ``name`` is empty for those who know the household by its case number only."""

    tenancy: Tenancy
    name: str
    state: str


def state_of(tenancy: Tenancy, today: date) -> str:
    """voided, ended, overdue, coming, ending (within three months) or current."""
    if tenancy.voided_at:
        return "voided"
    if tenancy.moved_out_on:
        return ENDED
    if tenancy.ends_on and tenancy.ends_on < today:
        return OVERDUE
    if tenancy.starts_on > today:
        return COMING
    return ENDING if tenancy.ends_on and tenancy.ends_on <= add_months(today, SOON_MONTHS) else CURRENT


def right_ends(actor: Actor, tenancy: Tenancy, today: date) -> date | None:
    """When the household's right to housing ends, for one who may know both. One audit row if it is told."""
    end = right_rows.last_day(actor, tenancy.case, today)
    if end is not None:
        audit.record(
            actor,
            "housing_right.viewed",
            object_type="tenancy",
            object_ids=[tenancy.pk],
            case=tenancy.case,
            fields=("housing_right",),
        )
    return end


def visible(actor: Actor, today: date, permission: str = READ) -> QuerySet[Tenancy]:
    """The leases of cases that the actor may know of, in dwellings that the actor may be shown."""
    shown = Dwelling.objects.filter(reach.dwellings(actor, today)).values("pk")
    return Tenancy.objects.filter(reach.cases(actor, permission, reach.NEED, today, "case__"), dwelling__in=shown)


def _narrowed(rows: QuerySet[Tenancy], wanted: LeaseFilter, today: date) -> QuerySet[Tenancy]:
    if wanted.form:
        rows = rows.filter(form=wanted.form)
    if words := wanted.text.casefold().split():
        home = Q(*(Q(dwelling__search_key__contains=word) for word in words))
        rows = rows.filter(home | Q(case__number__icontains=" ".join(words)))
    if wanted.state == ALL:
        return rows
    if wanted.state == ENDED:
        return rows.filter(moved_out_on__isnull=False)
    rows = rows.filter(voided_at__isnull=True, moved_out_on__isnull=True)
    if wanted.state == OVERDUE:
        return rows.filter(ends_on__lt=today)
    if wanted.state == COMING:
        return rows.filter(starts_on__gt=today)
    if wanted.state == ENDING:
        return rows.filter(ends_on__gte=today, ends_on__lte=add_months(today, SOON_MONTHS))
    return rows


@transaction.atomic
def list_tenancies(
    actor: Actor, wanted: LeaseFilter, *, today: date, offset: int = 0, limit: int = 25
) -> tuple[list[LeaseRow], bool]:
    """The leases that are asked for, the first to end first, and whether there are more. Audited.

    The number of queries does not grow with the rows.
    """
    policy.require(actor, READ)
    rows = _narrowed(visible(actor, today), wanted, today).select_related("dwelling", "case")
    order = (F("ends_on").desc() if wanted.state == ENDED else F("ends_on").asc(nulls_last=True),)
    page = list(rows.order_by(*order, "dwelling__sort_key", "-starts_on", "pk")[offset : offset + limit + 1])
    names = case_names(actor, [one.case for one in page[:limit]], today) if page else {}
    found = [LeaseRow(one, names.get(one.case_id, ""), state_of(one, today)) for one in page[:limit]]
    audit.record(
        actor,
        "tenancy.listed",
        object_type="tenancy",
        object_ids=[row.tenancy.pk for row in found],
        fields=("tenancy", "name") if any(row.name for row in found) else ("tenancy",),
    )
    return found, len(page) > limit


# --- one lease --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a checklist, with its tick when it is done."""

    code: str
    label: str
    tick: ChecklistTick | None


@dataclass(frozen=True, slots=True)
class Checklist:
    code: str
    label: str
    points: tuple[Point, ...]

    @property
    def done(self) -> int:
        return sum(point.tick is not None for point in self.points)


@dataclass(frozen=True, slots=True)
class LeasePage:
    tenancy: Tenancy
    name: str
    state: str
    # The household, for those who may open its page.
    household: Household | None
    form: LeaseForm | None
    reference: str
    events: tuple[TenancyEvent, ...]
    notice: TenancyEvent | None
    checklists: tuple[Checklist, ...]
    may_work: bool

    @property
    def open(self) -> bool:
        return not self.tenancy.moved_out_on and not self.tenancy.voided_at


@transaction.atomic
def get_tenancy(actor: Actor, tenancy_id: uuid.UUID, *, today: date) -> LeasePage:
    """A lease with its events and checklists. One audit row. Raises NotVisible."""
    policy.require(actor, READ)
    tenancy = (
        visible(actor, today).filter(pk=tenancy_id).select_related("dwelling__landlord", "case__branch__board").first()
    )
    if tenancy is None:
        raise NotVisible(action=READ, object_id=str(tenancy_id))
    case = tenancy.case
    name = case_names(actor, [case], today).get(case.pk, "")
    events = tuple(tenancy.events.select_related("recorded_by"))
    ticks = {(tick.checklist, tick.code): tick for tick in tenancy.ticks.select_related("done_by")}
    policy_file = policy_data.housing()
    agreed = policy_file.lease(tenancy.form)
    audit.record(
        actor,
        "tenancy.viewed",
        object_type="tenancy",
        object_ids=[tenancy.pk],
        case=case,
        fields=("tenancy", "name") if name else ("tenancy",),
    )
    return LeasePage(
        tenancy=tenancy,
        name=name,
        state=state_of(tenancy, today),
        household=getattr(case, "household", None) if policy.may_with_case(actor, "case.read", case) else None,
        form=agreed,
        reference=said(agreed.reference) if agreed else "",
        events=events,
        notice=tenancies.standing_notice(events),
        checklists=tuple(
            Checklist(
                each.code,
                said(each.label),
                tuple(
                    Point(point.code, said(point.label), ticks.get((each.code, point.code))) for point in each.points
                ),
            )
            for each in policy_file.checklists
        ),
        may_work=visible(actor, today, WORK).filter(pk=tenancy.pk).exists(),
    )


# --- to sign ----------------------------------------------------------------------------------------------------------


def case_by_number(actor: Actor, number: str, today: date) -> Case:
    """The case to let to. Raises ValidationError for one that the actor may not let to, or that there is none of."""
    wanted = " ".join(number.split())
    found = (
        Case.objects.filter(reach.cases(actor, WORK, reach.NEED, today), number__iexact=wanted)
        .select_related("branch")
        .first()
    )
    if found is None:
        raise ValidationError(
            _("Inget ärende med det numret går att skriva avtal för. Kontrollera det, eller be mottagandet om behovet.")
        )
    return found


def case_numbers_seeking(actor: Actor, today: date, limit: int = 200) -> Sequence[str]:
    """The numbers of the cases that look for a home and that the actor may let to. Two queries."""
    needs = HousingNeed.objects.filter(
        reach.cases(actor, WORK, reach.NEED, today, "case__"), status=HousingNeed.Status.OPEN
    )
    return list(needs.order_by("wanted_by").values_list("case__number", flat=True)[:limit])
