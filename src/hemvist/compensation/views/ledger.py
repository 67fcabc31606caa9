"""The pages of what is owed: the overview, persons, months, who gets the money, and files."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest
from hemvist.compensation import accounting, claims, queries
from hemvist.compensation.benefits import benefits_page
from hemvist.compensation.ledger import GROUP_LABELS, GROUPS, Line, Month, year_of
from hemvist.compensation.views.payments import TAGS
from hemvist.law.calendar import add_months
from hemvist.law.compensation import Route
from hemvist.law.compensation.facts import GROUND_LABELS, Entitlement
from hemvist.law.rulings import QUESTIONS
from hemvist.organisation.queries import accounts
from hemvist.planning.reconciliation import KIND_LABELS, Kind
from hemvist.planning.reconciliation import Line as Compared
from hemvist.reception.views.households import household_tabs, lacks
from hemvist.web import charts, clock, files
from hemvist.web.paging import Page, asked_page

YEARS_BACK, YEARS_AHEAD = 4, 3
# Days within which any last day lies.
EVER = 3660
STATES = {
    "": gettext_lazy("Aktuella"),
    "running": gettext_lazy("Ersättning kvar att få"),
    "expected": gettext_lazy("Utan mottagandedatum"),
    "ended": gettext_lazy("Allt har förfallit"),
}


def asked_year(request: HttpRequest, today: date) -> int:
    """The year in the address; anything that no ledger reaches means this year."""
    text = request.GET.get("ar", "")
    year = int(text) if re.fullmatch(r"\d{4}", text) else today.year
    return year if today.year - YEARS_BACK <= year <= today.year + YEARS_AHEAD else today.year


def group_words() -> dict[str, str]:
    """The groups of grounds in the reader's language."""
    return {group: _(words) for group, words in GROUP_LABELS.items()}


def month_chart(found: list[Month], title: str, description: str = "") -> charts.Chart:
    """Kronor by month, the groups that have any stacked on each other."""
    words = group_words()
    used = [group for group in GROUPS if any(month.by_group[group] for month in found)]
    return charts.stacked_bar(
        title,
        [f"{month.first:%Y-%m}" for month in found],
        [charts.Series(words[group], [float(month.by_group[group]) for month in found]) for group in used]
        or [charts.Series(words["standard"], [0.0 for _month in found])],
        description=description,
        unit=_("kronor"),
    )


@require_safe
@requires("compensation.totals")
def overview(request: ActorRequest) -> HttpResponse:
    today = clock.today()
    year = asked_year(request, today)
    found = queries.overview(request.actor, year=year, today=today)
    words = group_words()
    used = [group for group in GROUPS if any(month.by_group[group] for month in found.months)]
    open_claims = claims.lapsing(request.actor, today, EVER) if queries.sees_persons(request.actor) else []
    return render(
        request,
        "compensation/overview.html",
        {
            "found": found,
            "waiting": sum(line.kronor or Decimal(0) for line in open_claims),
            "soon": sum(line.lapses_by(today + timedelta(days=claims.SOON_DAYS)) for line in open_claims),
            "years": range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1),
            "sees_persons": queries.sees_persons(request.actor),
            "may_rule": request.actor.can("ruling.record"),
            "accounts": accounts(),
            "questions": [(choice, QUESTIONS[choice.key]) for choice in found.open_points],
            "chart": month_chart(
                found.months,
                _("Statlig ersättning %(year)s, per månad") % {"year": year},
                _("Det som staten ska betala utan ansökan, i den månad då det förfaller."),
            )
            if found.owed
            else None,
            "groups": [words[group] for group in used],
            "rows": [
                (
                    month,
                    [month.by_group[group] for group in used],
                    found.applied.get(month.first, Decimal(0)),
                    found.paid.get(month.first, Decimal(0)),
                )
                for month in found.months
            ],
            "applied": sum(found.applied.values()),
            "sums": [sum(month.by_group[group] for month in found.months) for group in used],
        },
    )


# The name or number searched for lies in the session: an address ends up in logs and histories.
SEARCH = "compensation_search"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("compensation.read")
def people(request: ActorRequest) -> HttpResponse:
    """Persons and their money. The filter is posted, so that a name never stands in an address."""
    if request.method == "POST":
        request.session[SEARCH] = request.POST.get("sok", "").replace("\0", "").strip()[:100]
        asked = {"lage": request.POST.get("lage", ""), "sok": "1" if request.session[SEARCH] else ""}
        query = urlencode({name: value for name, value in asked.items() if value})
        return redirect(f"{reverse('compensation-people')}{'?' if query else ''}{query}")
    number = asked_page(request)
    state = request.GET.get("lage", "")
    search = str(request.session.get(SEARCH, "")) if "sok" in request.GET else ""
    rows, more = queries.list_people(
        request.actor,
        today=clock.today(),
        search=search,
        state=state if state in STATES else "",
        offset=(number - 1) * queries.PAGE_SIZE,
    )
    context = {"page": Page(rows, number, more), "search": search, "state": state, "states": STATES.items()}
    return render(request, "compensation/people.html", context)


@require_safe
@requires("compensation.read")
def person(request: ActorRequest, person_id: uuid.UUID) -> HttpResponse:
    page = queries.person_page(request.actor, person_id, today=clock.today())
    return render(
        request,
        "compensation/person.html",
        {
            "page": page,
            "ledger": page.ledger,
            "own": [(owed, split, _state(page, owed)) for owed, split in page.rows if owed in page.ledger.own],
            "lapsed": page.ledger.lapsed,
            "lost": sum((owed.amount or Decimal(0) for owed in page.ledger.lapsed), Decimal(0)),
            "may_work": policy.may(request.actor, "compensation.work"),
            "lacks": lacks(page.ledger.received),
            "can_case": request.actor.can("case.read"),
        },
    )


def _state(page: queries.PersonPage, owed: Entitlement) -> tuple[str, str, Compared] | None:
    """How an amount stands against what came: tag, words, and the line; nothing for what is not due."""
    line = page.compared.get(owed.key)
    if line is None or line.kind is Kind.NOT_DUE:
        return None
    if owed.key in page.cleared:
        return "done", _("Utredd"), line
    return TAGS[line.kind], _(KIND_LABELS[line.kind]), line


@require_safe
@requires("compensation.read")
def household(request: ActorRequest, household_id: uuid.UUID) -> HttpResponse:
    rows = queries.household_page(request.actor, household_id, today=clock.today())
    can_case = request.actor.can("case.read")
    return render(
        request,
        "compensation/household.html",
        {
            "rows": rows,
            "sums": {name: sum(getattr(row, name) for row in rows) for name in ("due", "paid", "coming")},
            "case": rows[0].ledger.person,
            "can_case": can_case,
            # Whoever works in the household stays among its pages; whoever counts stays among the money's.
            "tabs": household_tabs(household_id, request.path) if can_case else [],
        },
    )


@require_safe
@requires("compensation.read")
def month(request: ActorRequest, year: int, month: int) -> HttpResponse:
    if not (1 <= month <= 12 and 2010 <= year <= 2100):
        raise Http404
    first = date(year, month, 1)
    rows = queries.month_lines(request.actor, first, today=clock.today())
    total = sum((row.owed.amount or Decimal(0) for row, _split in rows), Decimal(0))
    near = {"earlier": add_months(first, -1), "later": add_months(first, 1)}
    return render(request, "compensation/month.html", {"first": first, "rows": rows, "total": total, **near})


@require_safe
@requires("compensation.totals")
def key(request: ActorRequest) -> HttpResponse:
    today = clock.today()
    year = asked_year(request, today)
    found = queries.distribution(request.actor, year=year, today=today)
    words = group_words()
    used = [group for group in GROUPS if found.by_group[group]]
    chart = charts.rows(
        _("Kronor per enhet %(year)s") % {"year": year},
        [row.unit.name for row in found.units],
        charts.Series(_("Kronor"), [float(row.total) for row in found.units]),
        unit=_("kr"),
    )
    return render(
        request,
        "compensation/key.html",
        {
            "found": found,
            "chart": chart if found.units else None,
            "years": range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1),
            "groups": [words[group] for group in used],
            "rows": [(row, [row.by_group[group] for group in used]) for row in found.units],
            "sums": [found.by_group[group] for group in used],
            "keys": [
                (one, [(words.get(ground, _("Det som söks särskilt")), parts) for ground, parts in one.shares.items()])
                for one in found.keys
            ],
        },
    )


@require_safe
@requires("compensation.totals")
def benefits(request: ActorRequest) -> HttpResponse:
    """Money that goes to the person and not to the municipality: who decides, who pays, how much (S-67)."""
    return render(request, "compensation/benefits.html", benefits_page(clock.today()))


EXPORT_WORDS = {
    "case_number": gettext_lazy("Ärendenummer"),
    "ground": gettext_lazy("Ersättning"),
    "number": gettext_lazy("Utbetalning nr"),
    "due_on": gettext_lazy("Förfaller"),
    "amount": gettext_lazy("Belopp"),
    "route": gettext_lazy("Söks"),
    "provisional": gettext_lazy("Vilar på osäkert belopp"),
    "open_points": gettext_lazy("Oklara frågor"),
}


@require_safe
@requires("compensation.read")
def export(request: ActorRequest) -> HttpResponse:
    """A year's amounts as XLSX: an allow-list of columns, no names."""
    today = clock.today()
    year = asked_year(request, today)
    since, until = year_of(date(year, 1, 1))
    rows = queries.export_lines(request.actor, since=since, until=until, today=today)
    content = files.xlsx_bytes(
        _("Ersättning %(year)s") % {"year": year},
        [str(EXPORT_WORDS[name]) for name in queries.EXPORT_COLUMNS],
        [_cells(row) for row in rows],
    )
    return files.download(content, f"ersattning-{year}", "xlsx")


def _cells(row: Line) -> list[object]:
    owed = row.owed
    return [
        row.ledger.person.case_number,
        _(GROUND_LABELS[owed.ground]),
        owed.number,
        owed.due_on,
        owed.amount,
        _("ja") if owed.route is Route.APPLICATION else _("nej"),
        _("ja") if owed.provisional else _("nej"),
        ", ".join(choice.key for choice in owed.open_points),
    ]


@require_safe
@requires("compensation.totals")
def sie(request: ActorRequest) -> HttpResponse:
    """A year's expected amounts as SIE 4I: one voucher a month, sums by ground and unit, no persons."""
    today = clock.today()
    year = asked_year(request, today)
    try:
        content = accounting.sie_file(request.actor, year=year, today=today)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("compensation")
    return files.download(content, f"ersattning-{year}", "sie")
