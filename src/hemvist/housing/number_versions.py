"""The versions of a year's number as they stand, and which of them holds on a day. No number is about a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from hemvist.housing.models import YearlyNumber
from hemvist.law.yearly_number import StageKind, Version

Kind, Status = YearlyNumber.Kind, YearlyNumber.Status


def of_years(years: Iterable[int]) -> dict[int, list[YearlyNumber]]:
    """The versions of each year in the order of their days, those voided left out. One query."""
    found: dict[int, list[YearlyNumber]] = {year: [] for year in years}
    rows = YearlyNumber.objects.filter(year__in=found, voided_at__isnull=True).select_related("recorded_by")
    for row in sorted(rows, key=lambda row: (row.on is None, row.on or date.max, row.recorded_at)):
        found[row.year].append(row)
    return found


def holds_on(versions: Sequence[YearlyNumber], day: date) -> YearlyNumber | None:
    """The decided number, or the swap, that holds on the day; None before anything is decided."""
    return _last(versions, day, Kind.DECIDED, Kind.SWAP)


def preliminary_on(versions: Sequence[YearlyNumber], day: date) -> YearlyNumber | None:
    """The latest preliminary number on the day."""
    return _last(versions, day, Kind.PRELIMINARY)


def _last(versions: Sequence[YearlyNumber], day: date, *kinds: str) -> YearlyNumber | None:
    known = [row for row in versions if row.kind in kinds and row.on is not None and row.on <= day]
    return known[-1] if known else None


def stages(versions: Sequence[YearlyNumber]) -> list[tuple[YearlyNumber, StageKind]]:
    """The versions with the law's stage of each; a decision after another is a revised number. Drafts are no stage."""
    found: list[tuple[YearlyNumber, StageKind]] = []
    for row in versions:
        if row.on is None or row.status == Status.DRAFT:
            continue
        again = row.kind == Kind.DECIDED and any(stage is StageKind.DECIDED for _, stage in found)
        found.append((row, StageKind.REVISED if again else StageKind(row.kind)))
    return found


def law_versions(versions: Sequence[YearlyNumber]) -> list[Version]:
    """As the law reads them. A wish is of the day it was given to länsstyrelsen, else the day it was settled."""
    return [Version(stage, row.persons, row.sent_on or row.on) for row, stage in stages(versions) if row.on is not None]
