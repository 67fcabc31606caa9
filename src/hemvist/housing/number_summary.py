"""The yearly summary for länsstyrelsen's follow-up (förordning (2026:1330) 20 §): sums only, small numbers hidden.

Protected cases are left out for everyone, so the file is the same whoever makes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from hemvist.access import audit
from hemvist.access.actor import Actor, system_actor
from hemvist.housing import number_queries, reach
from hemvist.housing.models import Dwelling, EarlyEnding, SupportGiven, Tenancy, YearlyNumber
from hemvist.organisation.queries import small_number_threshold
from hemvist.planning.suppression import Cell, suppress
from hemvist.reception.models import Category
from hemvist.reception.queries import arrivals_per_year_and_category

UNPROTECTED = Q(case__protected_since__isnull=True)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the summary. ``value`` None: hidden, since it is smaller than the threshold or would give one away."""

    section: str
    label: str
    value: Any
    note: str = ""


@transaction.atomic
def summary(actor: Actor, year: int, *, today: date) -> list[Line]:
    """How the year's number came about and what became of it. A fixed number of queries. Audited."""
    page = number_queries.year_page(actor, year, today=today)
    least = small_number_threshold()
    # On every line of these, always: if it depended on whether there are any, it would tell.
    apart = _("ärenden med skyddade personuppgifter är inte med")
    lines = [
        *_number(page),
        *_wish(page),
        *_group(_("Mottagna hittills under året"), _received(year), least, apart),
        *_homes(year, today, apart),
        *_group(_("Hushåll med tidsbegränsat boende enligt lag (2026:1326)"), _leases(year), least, apart),
        *_group(_("Personer vars rätt till boende har upphört i förtid"), _ended(year), least, apart),
        *_apart(_("Hushåll som har fått stöd"), _support(year), least, apart),
    ]
    audit.record(actor, "yearly_number.summary_exported", details={"year": year, "rows": len(lines)})
    return lines


def _number(page: number_queries.YearPage) -> list[Line]:
    section = _("Kommuntal")
    lines = []
    if page.national is not None:
        lines.append(Line(section, _("Antal i landet"), page.national.value, str(page.national.source)))
    for row in page.versions:
        if row.number.kind != YearlyNumber.Kind.WISH:
            said = [row.number.body, f"{row.number.on}", row.number.reference, row.number.counterpart]
            lines.append(Line(section, row.label, row.number.persons, ", ".join(filter(None, said))))
    if page.holds is not None:
        lines.append(Line(section, _("Gäller nu"), page.holds.persons, f"{page.holds.on}"))
    return lines


def _wish(page: number_queries.YearPage) -> list[Line]:
    section = _("Kommunens önskemål")
    settled = [
        row.number
        for row in page.versions
        if row.number.kind == YearlyNumber.Kind.WISH and row.number.status != YearlyNumber.Status.DRAFT
    ]
    lines = []
    for wish in settled:
        sent = _("lämnat %(day)s") % {"day": wish.sent_on} if wish.sent_on else _("inte lämnat")
        said = [wish.body, f"{wish.on}", wish.reference, sent]
        lines.append(Line(section, _("Önskat antal"), wish.persons, ", ".join(filter(None, said))))
        for code, label in number_queries.GROUNDS.items():
            if text := wish.grounds.get(code):
                source = [wish.grounds.get(f"{code}_source", ""), wish.grounds.get(f"{code}_as_of", "")]
                lines.append(Line(section, _(label), text, ", ".join(filter(None, source))))
    return lines


def _received(year: int) -> dict[str, int]:
    counts = arrivals_per_year_and_category([year])
    return {str(category.label): counts.get((year, category), 0) for category in Category}


def _homes(year: int, today: date, note: str) -> list[Line]:
    """Homes that the municipality could use some day of the year, and the places in them; nothing about who lives
    there. Those that may not be shown to all are left out: beside the list, one more would tell of them.
    """
    section = _("Bostäder")
    first, last = date(year, 1, 1), date(year, 12, 31)
    used = Dwelling.objects.filter(reach.dwellings(system_actor(""), today), available_from__lte=last).filter(
        Q(available_to__isnull=True) | Q(available_to__gte=first)
    )
    places = list(used.values_list("capacity", flat=True))
    return [
        Line(section, _("Bostäder under året"), len(places), note),
        Line(section, _("Platser i dem"), sum(places), note),
    ]


def _leases(year: int) -> dict[str, int]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    running = (
        Tenancy.objects.filter(UNPROTECTED, form=Tenancy.Form.RIGHT, voided_at__isnull=True, starts_on__lte=last)
        .filter(Q(moved_out_on__isnull=True) | Q(moved_out_on__gte=first))
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first))
    )
    began: dict[Any, bool] = {}
    for case_id, starts_on in running.values_list("case_id", "starts_on"):
        began[case_id] = began.get(case_id, True) and starts_on >= first
    new = sum(began.values())
    return {_("Avtal som började under året"): new, _("Avtal från tidigare år"): len(began) - new}


def _ended(year: int) -> dict[str, int]:
    rows = EarlyEnding.objects.filter(
        status=EarlyEnding.Status.ENDS, decided_on__year=year, person__case__protected_since__isnull=True
    )
    grounds = list(rows.values_list("ground", flat=True))
    return {str(ground.label): grounds.count(ground.value) for ground in EarlyEnding.Ground}


def _support(year: int) -> dict[str, int]:
    given = SupportGiven.objects.filter(UNPROTECTED, on__year=year).order_by().values_list("duty", "case_id").distinct()
    duties = [duty for duty, _case in given]
    return {str(duty.label): duties.count(duty.value) for duty in SupportGiven.Duty}


def _group(section: str, counts: Mapping[str, int], least: int, note: str) -> list[Line]:
    """Parts with their sum: hidden so that no small number can be worked out from the rest."""
    values = list(counts.values())
    cells, total = with_total(values, least)
    return [
        *(Line(section, label, cell, note) for label, cell in zip(counts, cells, strict=True)),
        Line(section, _("Alla"), total, note),
    ]


def with_total(values: Sequence[int], least: int) -> tuple[list[Cell], Cell]:
    """The values and their sum, each None where it is hidden."""
    total = sum(values)
    shown = not 0 < total < least
    cells = suppress(values, threshold=least, total_shown=shown)
    hidden = [value for value, cell in zip(values, cells, strict=True) if cell is None]
    # Nothing but ones, and no more cells to hide them among: then the sum would tell.
    if shown and hidden and (len(hidden) == 1 or sum(hidden) == len(hidden)):
        shown = False
    return cells, total if shown else None


def _apart(section: str, counts: Mapping[str, int], least: int, note: str) -> list[Line]:
    """Numbers that do not add up to anything: a household may be in more than one."""
    return [Line(section, label, None if 0 < count < least else count, note) for label, count in counts.items()]
