"""The yearly number as it is read: the versions of a year, the wish with its grounds, the criteria, the summary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hemvist.access import policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.housing import balance, number_versions
from hemvist.housing.models import CriterionValue, YearlyNumber
from hemvist.law import parameters
from hemvist.law import yearly_number as law
from hemvist.law.parameters import Parameter
from hemvist.law.regime import Regime, distribution
from hemvist.law.types import Answer, Step, gettext_noop
from hemvist.organisation import records
from hemvist.organisation.models import Unit
from hemvist.organisation.queries import Series, history, responsible_unit

Kind, Status = YearlyNumber.Kind, YearlyNumber.Status
VIEW, WORK = "yearly_number.view", "yearly_number.work"
NATIONAL = "assignments.national_number"
FUNCTION = "reception_wish"
# The years that can be written down: from the first under lag (2016:38).
FIRST_YEAR, LAST_YEAR = 2016, 2100
OLD_YEARS = 2


# --- the years --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year with the number that holds, what was told and wished before it, and the municipality's own figure."""

    year: int
    holds: YearlyNumber | None
    preliminary: YearlyNumber | None
    wish: YearlyNumber | None
    told: int | None
    national: Parameter | None


@dataclass(frozen=True, slots=True)
class YearsPage:
    """``near``: this year and the next two. ``earlier``: the rest, newest first. ``years``: all, oldest first."""

    near: tuple[YearRow, ...]
    earlier: tuple[YearRow, ...]
    years: tuple[tuple[int, int | None, int | None], ...]
    may_work: bool


def years_page(actor: Actor, *, today: date) -> YearsPage:
    """The years of which something is known. Five queries."""
    policy.require(actor, VIEW)
    near = (today.year, today.year + 1, today.year + 2)
    figures = _history()
    written = YearlyNumber.objects.filter(voided_at__isnull=True).order_by().values_list("year", flat=True).distinct()
    known = {year for year, (told, _received) in figures.items() if told is not None} | set(written) | set(near)
    versions = number_versions.of_years(known)
    rows = {year: _row(year, versions[year], figures, today) for year in known}
    earlier = sorted(known - set(near), reverse=True)
    return YearsPage(
        tuple(rows[year] for year in near),
        tuple(rows[year] for year in earlier),
        chart_years(versions, figures, today),
        actor.can(WORK),
    )


def chart_years(
    versions: Mapping[int, Sequence[YearlyNumber]], figures: Mapping[int, tuple[int | None, int | None]], today: date
) -> tuple[tuple[int, int | None, int | None], ...]:
    """Year, number, received: what is written down here goes before the municipality's earlier figure."""
    known = {*versions, *figures}
    rows = []
    for year in range(min(known), max(known) + 1) if known else ():
        told, received = figures.get(year, (None, None))
        decided = number_versions.holds_on(versions.get(year, ()), today)
        rows.append((year, decided.persons if decided else told, received))
    return tuple(rows)


def _row(
    year: int, versions: Sequence[YearlyNumber], figures: Mapping[int, tuple[int | None, int | None]], today: date
) -> YearRow:
    return YearRow(
        year,
        number_versions.holds_on(versions, today),
        number_versions.preliminary_on(versions, today),
        _latest_wish(versions),
        figures.get(year, (None, None))[0],
        national(year),
    )


def _latest_wish(versions: Sequence[YearlyNumber]) -> YearlyNumber | None:
    wishes = [row for row in versions if row.kind == Kind.WISH]
    return wishes[-1] if wishes else None


def national(year: int) -> Parameter | None:
    """The national number as it stood at the end of the year; None when the program does not know it."""
    try:
        return parameters.get(NATIONAL, date(year, 12, 31))
    except parameters.ParameterNotFound:
        return None


def _history() -> dict[int, tuple[int | None, int | None]]:
    """Year → the number and those received, from the municipality's yearly figures. Two queries."""
    found: dict[int, list[int | None]] = defaultdict(lambda: [None, None])
    wanted: dict[str, int] = {"assigned": 0, "received_assigned": 1}
    series: Iterable[Series] = history()
    for one in series:
        if one.code in wanted:
            for point in one.points:
                found[point.year][wanted[one.code]] = point.value
    return {year: (told, received) for year, (told, received) in found.items()}


# --- one year ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A number that was written down, with its stage in the law; ``holds``: it is the one that holds today."""

    number: YearlyNumber
    stage: law.StageKind | None
    holds: bool

    @property
    def label(self) -> str:
        """What it is, in the reader's language."""
        if self.stage is None:
            return str(self.number.get_kind_display())
        return law.STAGES[self.stage].in_language(get_language() or "sv")


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion, the latest value for the year, the ones before it, and the last year's for comparison."""

    criterion: law.Criterion
    value: CriterionValue | None
    earlier: tuple[CriterionValue, ...]
    last_year: CriterionValue | None

    @property
    def old(self) -> bool:
        """Whether the value is of a day more than two years before the year that it is written for."""
        return self.value is not None and self.value.as_of < date(self.value.year - OLD_YEARS, 1, 1)


@dataclass(frozen=True, slots=True)
class WishRow:
    """The wish as it stands: number, grounds as they were written, figures as they were that day."""

    number: YearlyNumber
    grounds: tuple[Ground, ...]
    figures: tuple[tuple[str, Any], ...]
    late: bool

    @property
    def draft(self) -> bool:
        return self.number.status == Status.DRAFT

    @property
    def lacking(self) -> list[str]:
        return [ground.label for ground in self.grounds if not ground.text and ground.asked]


@dataclass(frozen=True, slots=True)
class Ground:
    label: str
    text: str
    source: str
    as_of: str
    # Whether the page says that it is lacking when it is empty.
    asked: bool


@dataclass(frozen=True, slots=True)
class YearPage:
    year: int
    regime: Answer[Regime]
    national: Parameter | None
    procedure: tuple[law.Stage, ...]
    versions: tuple[VersionRow, ...]
    voided: tuple[YearlyNumber, ...]
    holds: YearlyNumber | None
    told: int | None
    problems: list[Step]
    wish_allowed: Answer[bool]
    wish_by: Answer[date]
    # The wish that is being drafted, or else the latest; earlier ones stand among the versions.
    wish: WishRow | None
    responsible: Unit | None
    criteria: tuple[CriterionRow, ...]
    weights: tuple[Step, ...]
    may_swap: Answer[bool]
    exceeding: Answer[bool]
    may_work: bool
    may_decide: bool

    @property
    def lacking(self) -> int:
        """Criteria that the act asks for and nobody has written a value for."""
        return sum(row.value is None and not row.criterion.optional for row in self.criteria)

    @property
    def wish_open(self) -> bool:
        """Whether the number is not decided, or a new round has begun after the decision."""
        if self.holds is None or self.holds.on is None:
            return True
        decided = self.holds.on
        return any(
            row.number.kind == Kind.PRELIMINARY and row.number.on is not None and row.number.on > decided
            for row in self.versions
        )

    @property
    def preliminary(self) -> bool:
        """Whether the act of the year has preliminary numbers and wishes."""
        return any(stage.kind is law.StageKind.PRELIMINARY for stage in self.procedure)


def require_year(year: int) -> int:
    """The year, if numbers can be written down for it. Raises :class:`NotVisible`."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotVisible(action=VIEW, object_id=str(year))
    return year


def year_page(actor: Actor, year: int, *, today: date) -> YearPage:
    """Everything about a year's number. Nine queries."""
    policy.require(actor, VIEW)
    require_year(year)
    versions = number_versions.of_years([year])[year]
    holds = number_versions.holds_on(versions, today)
    stages = dict(number_versions.stages(versions))
    by = law.wish_by(year, wish_day(year))
    wish = _latest_wish(versions)
    regime = distribution(year)
    return YearPage(
        year,
        regime,
        national(year),
        law.procedure(year),
        tuple(VersionRow(row, stages.get(row), row == holds) for row in versions),
        tuple(
            YearlyNumber.objects.filter(year=year, voided_at__isnull=False)
            .select_related("recorded_by")
            .order_by("voided_at")
        ),
        holds,
        _history().get(year, (None, None))[0],
        law.check_sequence(year, number_versions.law_versions(versions)),
        law.wish_allowed(year),
        by,
        wish_row(wish, by.value, today) if wish else None,
        responsible_unit(FUNCTION, today),
        _criteria(year, regime.value),
        law.weights(regime.value) if regime.value else (),
        law.may_swap(year),
        law.exceeding(year),
        actor.can(WORK),
        actor.can("yearly_number.decide"),
    )


def one_number(actor: Actor, year: int, number_id: Any) -> YearlyNumber:
    """A number of the year. Raises :class:`NotVisible`."""
    policy.require(actor, VIEW)
    found = YearlyNumber.objects.filter(pk=number_id, year=year).first()
    if found is None:
        raise NotVisible(action=VIEW, object_id=str(number_id))
    return found


def current_wish(actor: Actor, year: int) -> YearlyNumber | None:
    """The draft of the year, or else its latest wish; None when there is none."""
    policy.require(actor, VIEW)
    return _latest_wish(number_versions.of_years([require_year(year)])[year])


def wish_day(year: int) -> date | None:
    """The last day for the year's wish, as the municipality's ``housing.yaml`` has it. One query."""
    policy_file = records.housing()
    return next((day.latest_on for day in policy_file.wish_days if day.year == year), None) if policy_file else None


def wish_row(wish: YearlyNumber, latest: date | None, today: date) -> WishRow:
    given = wish.sent_on or today
    late = latest is not None and given > latest
    grounds = tuple(
        Ground(
            _(label),
            wish.grounds.get(code, ""),
            wish.grounds.get(f"{code}_source", ""),
            wish.grounds.get(f"{code}_as_of", ""),
            code != "other",
        )
        for code, label in GROUNDS.items()
    )
    figures = tuple(
        (_(label), shown_figure(wish.figures[code])) for code, label in FIGURES.items() if code in wish.figures
    )
    return WishRow(wish, grounds, figures, late)


GROUNDS: Mapping[str, str] = {
    "housing": gettext_noop("Bostäder"),
    "labour": gettext_noop("Arbetsmarknad"),
    "school": gettext_noop("Platser i skola och förskola"),
    "other": gettext_noop("Annat"),
}
# The figures that stand beside the grounds, in the order they are shown.
FIGURES: Mapping[str, str] = {
    "on": gettext_noop("Räknat den"),
    "preliminary": gettext_noop("Preliminärt kommuntal"),
    "national": gettext_noop("Antal i landet"),
    "vacant": gettext_noop("Lediga bostäder"),
    "becoming_free": gettext_noop("Bostäder som blir lediga under året"),
    "expected_before": gettext_noop("Personer som väntas dessförinnan enligt tidigare kommuntal"),
    "capacity": gettext_noop("Personer som får plats under året, utöver dem som redan väntas"),
    "first_waiting": gettext_noop("Första månaden då något hushåll väntar"),
    "share": gettext_noop("Kommuntal om kommunens andel av landet blir som förut"),
}


def shown_figure(value: Any) -> Any:
    """A kept figure for the page: an interval as words, a day as it is."""
    if isinstance(value, list):
        return f"{value[0]}–{value[1]}" if value[0] != value[1] else value[0]
    return _("ingen") if value is None else value


def _criteria(year: int, regime: Regime | None) -> tuple[CriterionRow, ...]:
    """The criteria of the year's act with the values written for the year. One query."""
    if regime is None:
        return ()
    values: dict[tuple[int, str], list[CriterionValue]] = defaultdict(list)
    for row in CriterionValue.objects.filter(year__in=(year, year - 1)).select_related("recorded_by").order_by("-pk"):
        values[row.year, row.criterion].append(row)
    rows = []
    for criterion in law.criteria(regime):
        own = values[year, criterion.code]
        before = values[year - 1, criterion.code] or values[year - 1, criterion.continues]
        rows.append(CriterionRow(criterion, own[0] if own else None, tuple(own[1:]), before[0] if before else None))
    return tuple(rows)


# --- what a wish rests on ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the number would be if the municipality's share of the national number were as in earlier ``years``."""

    low: int
    high: int
    years: tuple[int, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class WishBasis:
    """The figures beside each ground. Worked out alike for everybody, so that they can be kept and sent on."""

    year: int
    supply: balance.YearSupply
    preliminary: YearlyNumber | None
    national: Parameter | None
    forecast: Forecast | None
    years: tuple[tuple[int, int | None, int | None], ...]
    allowed: Answer[bool]
    by: Answer[date]
    responsible: Unit | None
    on: date

    @property
    def figures(self) -> dict[str, Any]:
        """As they are kept with the wish; see :data:`FIGURES`."""
        supply = self.supply
        kept: dict[str, Any] = {
            "on": self.on,
            "vacant": supply.vacant,
            "becoming_free": supply.becoming_free,
            "expected_before": supply.expected_before,
            "capacity": list(supply.capacity),
            "first_waiting": f"{supply.first_waiting:%Y-%m}" if supply.first_waiting else None,
        }
        if self.preliminary is not None:
            kept["preliminary"] = self.preliminary.persons
        if self.national is not None:
            kept["national"] = self.national.value
        if self.forecast is not None:
            kept["share"] = [self.forecast.low, self.forecast.high]
        return kept


def wish_basis(actor: Actor, year: int, *, today: date) -> WishBasis:
    """What the wish of a year can rest on. A number of queries that does not grow with homes or households."""
    policy.require(actor, WORK)
    require_year(year)
    versions = number_versions.of_years([year])
    figures = _history()
    return WishBasis(
        year,
        balance.year_supply(year, today=today),
        number_versions.preliminary_on(versions[year], today),
        national(year),
        forecast(year, {known: told for known, (told, _received) in figures.items()}),
        chart_years(versions, figures, today),
        law.wish_allowed(year),
        law.wish_by(year, wish_day(year)),
        responsible_unit(FUNCTION, today),
        today,
    )


def forecast(year: int, told: Mapping[int, int | None]) -> Forecast | None:
    """The municipality's share of the national number in the years before, applied to this year's. None when either
    is unknown. A reckoning, no prognosis: how many are assigned depends on what the law counts that year.
    """
    ahead = national(year)
    shares = {
        known: number / float(whole.value)
        for known, number in told.items()
        if number is not None and known < year and (whole := national(known)) is not None
    }
    if ahead is None or not shares:
        return None
    low, high = (round(pick(shares.values()) * float(ahead.value)) for pick in (min, max))
    first, last = min(shares), max(shares)
    steps = [
        Step(
            gettext_noop(
                "Kommunens andel av landets antal var {low} till {high} procent under de år som är kända, "
                "{first} till {last}."
            ),
            {
                "low": round(100 * min(shares.values()), 2),
                "high": round(100 * max(shares.values()), 2),
                "first": str(first),
                "last": str(last),
            },
        ),
        Step(
            gettext_noop("Antalet i landet för {year} är {count}."),
            {"year": str(year), "count": ahead.value},
            ahead.source,
        ),
    ]
    if ahead.note:
        steps.append(Step(gettext_noop("Att tänka på: {note}"), {"note": ahead.note}))
    return Forecast(low, high, tuple(sorted(shares)), tuple(steps))
