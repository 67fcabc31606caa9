"""Housing need against supply by month, from the stock, the needs that are written down and the yearly number.

Sums without persons. What lies outside the reader's reach is counted in a way that depends on nothing but how many
households there are, and fewer than the threshold count as the most they can be; so no question put to the page, and
no scenario, tells more than that. Protected households are left out for those who may not see them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor, system_actor
from hemvist.access.models import Case
from hemvist.housing import number_versions, queries, reach
from hemvist.housing.models import HousingNeed, Tenancy
from hemvist.law.calendar import add_months, end_of_month
from hemvist.organisation.models import HistoricalFigure
from hemvist.organisation.queries import small_number_threshold
from hemvist.planning.housing_balance import (
    CLASSES,
    Balance,
    BySize,
    Home,
    Need,
    Scenario,
    balance,
    capacity_for,
    households_of,
    months_ahead,
    ready_on,
    spread,
    surge,
    typical,
)
from hemvist.planning.suppression import Cell
from hemvist.reception.models import Arrival, Assignment, Household

READ = "housing_need.read"
# Of ten households, how many are of each size, when nobody says otherwise. An assumption, shown and possible to change.
MIX: BySize = (4, 4, 2)
# Households whose months are not told are spread over so many.
NEAR = 3
MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked to count with. ``start`` None: from next month. ``times`` multiplies who is expected.

    ``left``: how many are still expected this year, when somebody knows better than the number less those assigned.
    """

    months: int = 12
    persons: int = 0
    over: int = 3
    start: date | None = None
    times: int = 1
    mix: BySize = MIX
    left: int | None = None

    @property
    def more(self) -> bool:
        """Whether a scenario is asked for."""
        return self.persons > 0 or self.times > 1

    def starts(self, today: date) -> date:
        return (self.start or add_months(today.replace(day=1), 1)).replace(day=1)


# --- what is known of needs -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """Households that need a home: those that the reader may know of, one by one, and how many the others are.

    ``hidden``: the others are fewer than the threshold, and then their number is told nowhere.
    """

    own: tuple[Need, ...]
    others: int
    threshold: int

    @property
    def hidden(self) -> bool:
        return 0 < self.others < self.threshold

    @property
    def shown(self) -> Cell:
        """How many there are in all; None when that would tell a small number."""
        return None if self.hidden else len(self.own) + self.others

    @property
    def counted(self) -> int:
        """The others as they are counted with: the most they can be when their number is hidden."""
        return self.threshold - 1 if self.hidden else self.others

    def needs(self, months: Sequence[date], mix: BySize) -> tuple[Need, ...]:
        return (*self.own, *spread(typical(self.counted, mix), months[:NEAR]))


def known_needs(actor: Actor, today: date, *, protected: bool = True) -> Known:
    """Open needs, and households with an anvisning that have not come and have neither an open need nor a home.

    An actor without grants gets what may be told to all. ``protected`` False leaves protected cases out. Four queries.
    """
    found: dict[uuid.UUID, tuple[Need, bool]] = {}
    open_needs = HousingNeed.objects.filter(status=HousingNeed.Status.OPEN, case__closed_on__isnull=True)
    for case_id, persons, by, closed in open_needs.values_list(
        "case_id", F("adults") + F("children"), "wanted_by", "case__protected_since"
    ):
        found[case_id] = (Need(persons, by), closed is not None)
    for case_id, planned, latest, persons, closed in _coming():
        found.setdefault(case_id, (Need(max(persons, 1), planned or latest or today), closed is not None))
    seen = _seen(actor, found, today)
    if not protected:
        seen -= {case_id for case_id, (_need, closed) in found.items() if closed}
    return Known(
        tuple(need for case_id, (need, _closed) in found.items() if case_id in seen),
        sum(not closed for case_id, (_need, closed) in found.items() if case_id not in seen),
        small_number_threshold(),
    )


def _coming() -> Iterable[tuple[uuid.UUID, date | None, date | None, int, date | None]]:
    """Households that are assigned, are to have a dwelling here, and have neither come nor got one.

    A lease that came to nothing, or that they have moved out of, is no dwelling. Whose latest need is withdrawn needs
    none.
    """
    of_case = {"case": OuterRef("case")}
    latest = HousingNeed.objects.filter(**of_case).order_by("-recorded_at").values("status")[:1]
    return (
        Household.objects.filter(
            needs_dwelling=True,
            already_living_here=False,
            case__closed_on__isnull=True,
            assignments__status=Assignment.Status.ACTIVE,
        )
        .exclude(Exists(HousingNeed.objects.filter(**of_case, status=HousingNeed.Status.OPEN)))
        .exclude(Exists(Tenancy.objects.filter(**of_case, voided_at__isnull=True, moved_out_on__isnull=True)))
        .exclude(Exists(Arrival.objects.filter(household=OuterRef("pk"), voided_at__isnull=True)))
        .annotate(latest_need=Subquery(latest))
        .filter(Q(latest_need__isnull=True) | ~Q(latest_need=HousingNeed.Status.WITHDRAWN))
        .annotate(persons=Count("memberships__person", filter=Q(memberships__valid_to__isnull=True), distinct=True))
        .values_list(
            "case_id", "planned_arrival_on", "assignments__latest_reception_on", "persons", "case__protected_since"
        )
    )


def _seen(actor: Actor, case_ids: Iterable[uuid.UUID], today: date) -> set[uuid.UUID]:
    reached = reach.cases(actor, READ, reach.NEED, today)
    return set(Case.objects.filter(reached, id__in=list(case_ids)).values_list("id", flat=True))


# --- who is expected --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expected:
    """The part of a year's number that nobody has been assigned on yet.

    ``basis``: what the number is, as decided or preliminary; ``history`` is the municipality's own figures, whose
    ``source`` is told. ``assigned`` None when it is too small to show; then it is counted as none. ``said`` is what
    somebody has put in its place.
    """

    year: int
    number: int | None = None
    basis: Literal["decided", "preliminary", "history", ""] = ""
    source: str = ""
    assigned: Cell = 0
    said: int | None = None

    @property
    def left(self) -> int:
        if self.said is not None:
            return self.said
        return max((self.number or 0) - (self.assigned or 0), 0)

    def needs(self, today: date, mix: BySize) -> tuple[Need, ...]:
        """The households, evenly over what is left of the year."""
        first = max(today.replace(day=1), date(self.year, 1, 1))
        months = months_ahead(first, 13 - first.month) if self.year >= today.year else ()
        return spread(households_of(self.left, mix), months) if months else ()


def expected(actor: Actor, years: Sequence[int], today: date) -> tuple[Expected, ...]:
    """Who is still expected of each year's number. Four queries and one for disclosures."""
    versions = number_versions.of_years(years)
    told = {
        figure.year: figure
        for figure in HistoricalFigure.objects.filter(
            measure="assigned", category="", year__in=years, conflict="", value__isnull=False
        )
    }
    assigned = _assigned(actor, years, today)
    rows = []
    for year in years:
        decided = number_versions.holds_on(versions[year], today)
        early = number_versions.preliminary_on(versions[year], today)
        if decided is not None:
            rows.append(Expected(year, decided.persons, "decided", decided.body, assigned[year]))
        elif year in told:
            rows.append(Expected(year, told[year].value, "history", told[year].source, assigned[year]))
        elif early is not None:
            rows.append(Expected(year, early.persons, "preliminary", early.body, assigned[year]))
        else:
            rows.append(Expected(year))
    return tuple(rows)


def _assigned(actor: Actor, years: Sequence[int], today: date) -> dict[int, Cell]:
    """Persons of the anvisningar decided in each year that hold; None when too few to show."""
    rows = list(
        Assignment.objects.filter(status=Assignment.Status.ACTIVE, decided_on__year__in=list(years))
        .annotate(count=Count("persons"))
        .values_list("decided_on", "household__case_id", "household__case__protected_since", "count")
    )
    seen = _seen(actor, {row[1] for row in rows}, today)
    own, others = dict.fromkeys(years, 0), dict.fromkeys(years, 0)
    for decided_on, case_id, closed, count in rows:
        if case_id in seen:
            own[decided_on.year] += count
        elif closed is None:
            others[decided_on.year] += count
    least = small_number_threshold()
    return {year: None if 0 < others[year] < least else own[year] + others[year] for year in years}


# --- the page ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BalancePage:
    asked: Asked
    base: Balance
    surged: Balance
    # Homes that somebody can move into today and stay, with those offered until there is an answer.
    vacant: int
    known: Known
    expected: tuple[Expected, ...]
    # Homes that are not counted: blocked without end, or lost within the months.
    not_counted: int
    today: date

    @property
    def surge_start(self) -> date:
        return self.asked.starts(self.today)

    @property
    def same(self) -> bool:
        """Whether the scenario adds nobody."""
        return self.surged == self.base

    @property
    def months(self) -> list[date]:
        return [month.month for month in self.base.months]

    @property
    def most(self) -> bool:
        """Whether what lacks is the most that can: numbers that are hidden are counted as the most they can be."""
        return self.known.hidden or any(one.assigned is None and one.said is None for one in self.expected)

    @property
    def anything_lacks(self) -> bool:
        return any(self.base.lacking) or any(self.surged.lacking)

    @property
    def lacking(self) -> list[tuple[str, int, int]]:
        """Size, homes lacking as it looks, homes lacking with the scenario."""
        return [(_(label), self.base.lacking[i], self.surged.lacking[i]) for i, label in enumerate(CLASSES)]


@transaction.atomic
def balance_page(actor: Actor, asked: Asked, *, today: date, exported: bool = False) -> BalancePage:
    """Need and supply for the months asked for, as it looks and with a scenario. One audit row.

    ``exported``, for a file, leaves protected cases out for everyone: of the needs, of the homes and of those who are
    expected. The two latter are then counted as for somebody without grants.
    """
    policy.require(actor, "housing_balance.view")
    months = months_ahead(today, asked.months)
    reader = system_actor("") if exported else actor
    homes = stock(reader, today)
    known = known_needs(actor, today, protected=not exported)
    years = list(range(today.year, months[-1].year + 1))
    this_year, *later = expected(reader, years, today)
    coming = (replace(this_year, said=asked.left), *later)
    ahead = tuple(need for one in coming for need in one.needs(today, asked.mix))
    base = (*known.needs(months, asked.mix), *ahead)
    start = asked.starts(today)
    more = surge(Scenario(asked.persons, start, asked.over), asked.mix)
    again = tuple(need for need in ahead if need.by >= start) * (asked.times - 1)
    last = end_of_month(months[-1])
    page = BalancePage(
        asked,
        balance(months, homes, base),
        balance(months, homes, (*base, *more, *again)),
        sum((day := ready_on(home, last)) is not None and day <= today for home in homes),
        known,
        coming,
        sum(home.free_from <= last and ready_on(home, last) is None for home in homes),
        today,
    )
    audit.record(
        actor,
        "housing_balance.exported" if exported else "housing_balance.viewed",
        details={"months": asked.months, "persons": asked.persons, "times": asked.times},
    )
    return page


def stock(actor: Actor, today: date) -> list[Home]:
    """The homes as the balance reads them: those that are or become free, and those offered, whose household still has
    an open need.
    """
    return [
        Home(home.capacity, home.free_from, home.free_until, home.blocks)
        for home in queries.stock_for_planning(actor, today, offered=True)
    ]


def table(page: BalancePage) -> list[list[object]]:
    """Month, case, size, new needs, homes that become free, housed, waiting, vacant: a line each, for a file."""
    rows: list[list[object]] = []
    for name, found in ((_("Som det ser ut"), page.base), (_("Med fler"), page.surged)):
        for month in found.months:
            parts = (month.new, month.freed, month.housed, month.waiting, month.vacant)
            rows += [
                [f"{month.month:%Y-%m}", name, _(label), *(part[place] for part in parts)]
                for place, label in enumerate(CLASSES)
            ]
            rows.append([f"{month.month:%Y-%m}", name, _("Alla"), *(sum(part) for part in parts)])
    return rows


# --- for the wish -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class YearSupply:
    """Homes against needs until the end of a year, counted the same for every reader so that it can be kept.

    ``capacity``: the most persons besides those known already, from least to most. ``expected_before``: persons still
    expected of earlier years' numbers, who are housed first.
    """

    vacant: int
    becoming_free: int
    capacity: tuple[int, int]
    first_waiting: date | None
    expected_before: int


def year_supply(year: int, *, today: date) -> YearSupply:
    """What the stock can take in a year. Who is expected of earlier years' numbers is housed first."""
    nobody = system_actor("")
    homes = stock(nobody, today)
    first, last = date(year, 1, 1), date(year, 12, 31)
    known = known_needs(nobody, today)
    months = months_ahead(today, max((year - today.year) * 12 + 13 - today.month, 1))
    coming = expected(nobody, list(range(today.year, year + 1)), today)
    earlier = [need for one in coming if one.year < year for need in one.needs(today, MIX)]
    own = [need for one in coming if one.year == year for need in one.needs(today, MIX)]
    before = [*known.needs(months, MIX), *earlier]
    ready = [day for home in homes if (day := ready_on(home, last)) is not None]
    return YearSupply(
        sum(day <= today for day in ready),
        sum(max(first, today) <= day <= last and day > today for day in ready),
        capacity_for(year, today, homes, before, MIX),
        balance(months, homes, [*before, *own]).first_waiting,
        sum(need.persons for need in earlier),
    )
