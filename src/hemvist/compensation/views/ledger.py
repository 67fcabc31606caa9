"""The pages of what is owed: the overview, persons, months, who gets the money, and files."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from hemvist.access import policy
from hemvist.access.actor import Actor
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_page
from hemvist.compensation import accounting, claims, queries
from hemvist.compensation.benefits import benefits_page
from hemvist.compensation.ledger import GROUP_LABELS, GROUPS, Line, Month, PersonLedger, year_of
from hemvist.compensation.models import Clearance, Payment
from hemvist.compensation.views.payments import state_of
from hemvist.law.calendar import add_months
from hemvist.law.compensation import Ground, Route, StayForm
from hemvist.law.compensation.facts import GROUND_LABELS
from hemvist.law.compensation.ledger import BEFORE_REGISTRATION
from hemvist.law.rulings import QUESTIONS
from hemvist.organisation.queries import accounts
from hemvist.planning.reconciliation import Key, Kind
from hemvist.planning.reconciliation import Line as Compared
from hemvist.reception.facts import STAY_LABELS, StayValue
from hemvist.reception.views.households import household_tabs, lacks
from hemvist.web import charts, clock, files
from hemvist.web.paging import Page, asked_page
from hemvist.web.templatetags.hemvist import longdate

YEARS_BACK, YEARS_AHEAD = 4, 3
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
    open_claims = claims.lapsing(request.actor, today, None) if queries.sees_persons(request.actor) else []
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


@form_page
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
            "own": [
                (owed, split, _state(page.compared.get(owed.key), owed.key in page.cleared))
                for owed, split in page.rows
                if owed in page.ledger.own
            ],
            "unpaid_stays": _unpaid_stays(page.ledger, clock.today()),
            "lapsed": page.ledger.lapsed,
            "lost": sum((owed.amount or Decimal(0) for owed in page.ledger.lapsed), Decimal(0)),
            "may_work": policy.may(request.actor, "compensation.work"),
            "lacks": lacks(page.ledger.received),
            "can_case": request.actor.can("case.read"),
        },
    )


State = tuple[str, str, Compared]


def _state(line: Compared | None, cleared: bool) -> State | None:
    """How an amount stands against what came: tag, words, and the line; nothing for what is not due."""
    if line is None or line.kind is Kind.NOT_DUE:
        return None
    return (*state_of(line.kind, cleared), line)


# What the state pays for a stay of each form, once or by its length.
STAY_GROUNDS: Mapping[StayForm, frozenset[Ground]] = {
    StayForm.MUNICIPAL_TEMPORARY_PROTECTION: frozenset({Ground.ASYLUM_HOUSING, Ground.ASYLUM_HOUSING_ONCE}),
    StayForm.FORMER_UNACCOMPANIED: frozenset({Ground.FORMER_UNACCOMPANIED}),
    StayForm.ASSIGNED_HOUSING: frozenset({Ground.ASSIGNED_HOUSING, Ground.ASSIGNED_HOUSING_ONCE}),
    StayForm.PLACED_UNACCOMPANIED: frozenset({Ground.UNACCOMPANIED, Ground.UNACCOMPANIED_ONCE}),
    StayForm.STUDY_SUPPORT: frozenset({Ground.STUDY_SUPPORT}),
    **dict.fromkeys(
        (form for form in StayForm if form.name.startswith("SCHOOL_")),
        frozenset({Ground.SCHOOL}),
    ),
}


def _unpaid_stays(ledger: PersonLedger, today: date) -> list[tuple[StayValue, Any, str]]:
    """The recorded stays that have begun and bring nothing, each with its form in words and the reason, if known."""

    def pays(stay: StayValue) -> bool:
        grounds, end = STAY_GROUNDS[StayForm(stay.form)], stay.end or date.max
        periods = (owed.period for owed in ledger.owed if owed.ground in grounds and owed.period)
        return any(start <= end and stay.start <= last for start, last in periods)

    return [
        (stay, STAY_LABELS[StayForm(stay.form)], _why_unpaid(ledger, stay))
        for stay in ledger.person.stays
        if stay.start <= today and not stay.struck and not pays(stay)
    ]


def _why_unpaid(ledger: PersonLedger, stay: StayValue) -> str:
    received_on, died_on = ledger.received.value, ledger.facts.died_on
    if ledger.person.birth_date is None:
        return _("Födelsedatum saknas.")
    if died_on and died_on < stay.start:
        return _("Personen avled %(day)s.") % {"day": longdate(died_on)}
    if received_on and received_on <= stay.start and StayForm(stay.form) in BEFORE_REGISTRATION:
        return _("Personen är mottagen sedan %(day)s.") % {"day": longdate(received_on)}
    return ""


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
            "nobody_yet": all(row.ledger.expected and not (row.due or row.paid or row.coming) for row in rows),
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
    states = _month_states(request.actor, [row for row, _split in rows], clock.today())
    context = {
        "first": first,
        "rows": [(row, split, states.get((row.ledger.person.person_id, row.owed.key))) for row, split in rows],
        "compared": bool(states),
        "total": sum((row.owed.amount or Decimal(0) for row, _split in rows), Decimal(0)),
        "earlier": add_months(first, -1),
        "later": add_months(first, 1),
        "may_work": policy.may(request.actor, "compensation.work"),
    }
    return render(request, "compensation/month.html", context)


def _month_states(actor: Actor, rows: Sequence[Line], today: date) -> dict[tuple[uuid.UUID, Key], State]:
    """How the amounts of a month stand against what came, as the page of each person says it. Fixed number of queries.

    Only what is paid to those that the page names is read. Nothing is known to be missing from before the first list.
    """
    found = {row.ledger.person.person_id: row.ledger for row in rows if row.owed.due_on < today or row.owed.period}
    if not found:
        return {}
    seen = Payment.objects.filter(queries.visible_payments(actor))
    first = seen.aggregate(first=Min("paid_on"))["first"]
    if first is None:
        return {}
    payments: defaultdict[uuid.UUID | None, list[Payment]] = defaultdict(list)
    for payment in seen.filter(person_id__in=found):
        payments[payment.person_id].append(payment)
    cleared: defaultdict[uuid.UUID, dict[Key, list[Clearance]]] = defaultdict(lambda: defaultdict(list))
    for one in Clearance.objects.filter(person_id__in=found):
        cleared[one.person_id][one.ground, one.number, one.period_from].append(one)
    states = {}
    for who, ledger in found.items():
        for line in queries.compared(ledger, payments[who], today):
            known = line.kind is not Kind.MISSING or line.month >= first.replace(day=1)
            if known and (state := _state(line, queries.holding(line, cleared[who]) is not None)):
                states[who, line.key] = state
    return states


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
            "keys": [(one, [(words[ground], parts) for ground, parts in one.shares.items()]) for one in found.keys],
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
    since, until = year_of(year)
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
