"""Statistics that cannot point at a person, and the law as it stands and changes. Fixed numbers of SQL queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.models import Case
from hemvist.coordination.models import PlanTask
from hemvist.coordination.queries import UNFINISHED
from hemvist.law import acts, parameters, whatif
from hemvist.law.acts import Act
from hemvist.law.calendar import add_months
from hemvist.law.parameters import Parameter
from hemvist.law.rulings import QUESTIONS
from hemvist.law.target_group import PERMIT_GROUND_LABELS, PermitGround
from hemvist.law.types import RulingQuestion, Status
from hemvist.organisation.models import HistoricalFigure, LocalRuling
from hemvist.organisation.queries import Series, category_labels, history, plan_items_by_code, small_number_threshold
from hemvist.planning.suppression import Cell, suppress_table
from hemvist.reception.models import Arrival, Assignment, Category
from hemvist.reception.queries import arrivals_per_year_and_category

# --- statistics -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conflict:
    """A year for which two sources disagree: every figure, with its source."""

    year: int
    label: str
    figures: tuple[HistoricalFigure, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A year that has been measured in more than one way: measure and figure, and the parts of those that have any."""

    year: int
    figures: tuple[tuple[Series, HistoricalFigure], ...]
    parts: tuple[tuple[str, HistoricalFigure], ...]


@dataclass(frozen=True, slots=True)
class OwnYears:
    """Persons received, from the own register; a hidden number is None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, list[Cell], Cell], ...]
    column_totals: list[Cell]


@dataclass(frozen=True, slots=True)
class Service:
    """How much of the service that everyone shall have has been given to one group; None when the group is small."""

    assigned: bool
    share: int | None


@dataclass(frozen=True, slots=True)
class Statistics:
    series: tuple[Series, ...]
    conflicts: tuple[Conflict, ...]
    measured: tuple[Measured, ...]
    own: OwnYears
    service: tuple[Service, ...]
    threshold: int

    @property
    def years(self) -> list[int]:
        return [point.year for point in self.series[0].points] if self.series else []


@transaction.atomic
def statistics(actor: Actor, *, today: date) -> Statistics:
    """The yearly series with sources, gaps and conflicts, and the own register with small numbers hidden. Audited."""
    policy.require(actor, "statistics.view")
    series, labels, threshold = history(), category_labels(), small_number_threshold()
    found = Statistics(
        series,
        tuple(
            Conflict(point.year, one.label, point.figures) for one in series for point in one.points if point.conflict
        ),
        _measured(series, labels),
        _own_years(threshold, today),
        _service(threshold, today),
        threshold,
    )
    audit.record(actor, "statistics.viewed", details={"threshold": threshold})
    return found


def _measured(series: Sequence[Series], labels: dict[str, str]) -> tuple[Measured, ...]:
    """Years in which what was received has been counted in several ways."""
    counted = [one for one in series if one.code.startswith("received")]
    years = []
    for points in zip(*(one.points for one in counted), strict=True):
        figures = [(one, p.figures[0]) for one, p in zip(counted, points, strict=True) if p.value is not None]
        if len(figures) > 1:
            parts = tuple((labels.get(f.category, f.category), f) for p in points for f in p.parts)
            years.append(Measured(points[0].year, tuple(figures), parts))
    return tuple(years)


def _own_years(threshold: int, today: date) -> OwnYears:
    """Years from the first with a reception."""
    counts = arrivals_per_year_and_category(range(today.year - 20, today.year + 1))
    first = min((year for year, _category in counts), default=today.year + 1)
    years, codes = range(first, today.year + 1), list(Category)
    cells, row_totals, column_totals = suppress_table(
        [[counts.get((year, code), 0) for code in codes] for year in years], threshold=threshold
    )
    labels = tuple(str(code.label) for code in codes)
    return OwnYears(labels, tuple(zip(years, cells, row_totals, strict=True)), column_totals or [0] * len(codes))


def _service(threshold: int, today: date) -> tuple[Service, ...]:
    """Of the tasks that should be done by now, and that everyone's plan has, how many are: for households with an
    anvisning and for those without, who shall have the same service.
    """
    common = [code for code, item in plan_items_by_code().items() if not {"assigned", "self_settled"} & set(item.when)]
    received = Arrival.objects.filter(household__case=OuterRef("case"), voided_at__isnull=True)
    assigned = Assignment.objects.filter(household__case=OuterRef("case"), status=Assignment.Status.ACTIVE)
    groups = (
        PlanTask.objects.filter(
            Exists(received),
            code__in=common,
            due_on__lte=today,
            status__in=(*UNFINISHED, PlanTask.Status.DONE),
            case__protected_since__isnull=True,
        )
        .annotate(assigned=Exists(assigned))
        .values("assigned")
        .order_by("-assigned")
        .annotate(
            tasks=Count("id"),
            done=Count("id", filter=Q(status=PlanTask.Status.DONE)),
            cases=Count("case", distinct=True),
        )
    )
    return tuple(
        Service(
            group["assigned"],
            round(100 * group["done"] / group["tasks"]) if group["cases"] >= threshold else None,
        )
        for group in groups
    )


CSV_COLUMNS = (
    "measure", "label", "year", "category", "value", "low", "high",
    "missing", "as_of", "source", "seed_lines", "note", "conflict",
)  # fmt: skip


@transaction.atomic
def yearly_rows(actor: Actor) -> list[dict[str, object]]:
    """Every figure and every gap of the yearly series with its source, for a file. Audited."""
    policy.require(actor, "statistics.view")
    labels = category_labels()
    rows: list[dict[str, object]] = []
    for one in history():
        for point in one.points:
            for figure in (*point.figures, *point.parts, *((point.gap,) if point.gap else ())):
                known = {name: getattr(figure, name) for name in CSV_COLUMNS if hasattr(figure, name)}
                rows.append(
                    {
                        **{name: "" if value is None else value for name, value in known.items()},
                        "label": one.label,
                        "category": labels.get(figure.category, figure.category),
                        "missing": _("uppgift saknas") if figure.is_gap else "",
                    }
                )
    audit.record(actor, "statistics.exported", details={"rows": len(rows)})
    return rows


# --- the law ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """A value that begins on a day, and the one before it."""

    before: Parameter | None
    after: Parameter

    @property
    def same(self) -> bool:
        return self.before is not None and self.before.value == self.after.value

    @property
    def permits(self) -> list[str]:
        """Codes of permits in their own words."""
        return [_(PERMIT_GROUND_LABELS[PermitGround(code)]) for code in self.after.value]


@dataclass(frozen=True, slots=True)
class RulingRow:
    """An open question of law, how the municipality has settled it, and how it did before."""

    question: RulingQuestion
    current: LocalRuling | None
    earlier: tuple[LocalRuling, ...]

    @property
    def answer(self) -> str:
        return _(self.question.options[self.current.answer]) if self.current else ""

    @property
    def past(self) -> list[tuple[LocalRuling, str]]:
        return [(ruling, _(self.question.options.get(ruling.answer, ruling.answer))) for ruling in self.earlier]


@dataclass(frozen=True, slots=True)
class LawPage:
    coming: list[Act]
    ending: list[Act]
    in_force: list[Act]
    older: list[Act]
    proposed: list[Act]
    repealed: list[Act]
    parameters: list[ParameterChange]
    rulings: list[RulingRow]


def law_page(actor: Actor, *, today: date) -> LawPage:
    """What is in force, what comes, what the municipality has settled. Nothing here is about a person."""
    policy.require(actor, "law.view")
    by_status: dict[Status, list[Act]] = defaultdict(list)
    for act in acts.acts().values():
        by_status[act.status_on(today)].append(act)
    in_force = by_status[Status.IN_FORCE]
    return LawPage(
        coming=_by_day(by_status[Status.DECIDED]),
        ending=sorted((act for act in in_force if act.repealed_from), key=lambda act: act.repealed_from or date.max),
        in_force=_by_day((act for act in in_force if act.valid_from), newest_first=True),
        older=[act for act in in_force if not act.valid_from],
        proposed=_by_day(by_status[Status.PROPOSED]),
        repealed=by_status[Status.REPEALED],
        parameters=_parameter_changes(today),
        rulings=ruling_register(today),
    )


def _by_day(found: Iterable[Act], *, newest_first: bool = False) -> list[Act]:
    return sorted(found, key=lambda act: act.valid_from or date.max, reverse=newest_first)


def _parameter_changes(today: date) -> list[ParameterChange]:
    """The values that begin within twelve months."""
    changes = []
    for parameter in parameters.changes_between(today, add_months(today, 12)):
        changes.append(ParameterChange(whatif.predecessor(parameter), parameter))
    return changes


def ruling_register(today: date) -> list[RulingRow]:
    """Every open question with its ruling on the day. The choice is that of ``organisation.queries.rulings_on``."""
    given: dict[str, list[LocalRuling]] = defaultdict(list)
    for ruling in LocalRuling.objects.select_related("corrected_by").order_by("-decided_on", "-id"):
        given[ruling.key].append(ruling)
    rows = []
    for key, question in QUESTIONS.items():
        current = next(
            (r for r in given[key] if r.decided_on <= today and not hasattr(r, "corrected_by")),
            None,
        )
        rows.append(RulingRow(question, current, tuple(r for r in given[key] if r is not current)))
    return rows


def current_ruling(key: str, today: date) -> RulingRow | None:
    """The question with that key; None when there is none."""
    return next((row for row in ruling_register(today) if row.question.key == key), None)


def open_case_count() -> int:
    """How many plans a new ruling is tried against, as told on the page: protected cases are not counted."""
    return Case.objects.filter(closed_on__isnull=True, protected_since__isnull=True).count()
