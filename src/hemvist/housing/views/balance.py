"""Housing need against supply by month."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest
from hemvist.housing import balance as balances
from hemvist.housing.forms.balance import BalanceForm
from hemvist.planning.housing_balance import Balance
from hemvist.web import charts, clock, files

COLUMNS = (
    gettext_lazy("Månad"),
    gettext_lazy("Läge"),
    gettext_lazy("Storlek"),
    gettext_lazy("Nya behov"),
    gettext_lazy("Bostäder som blir lediga"),
    gettext_lazy("Hushåll som får bostad"),
    gettext_lazy("Hushåll som väntar"),
    gettext_lazy("Lediga bostäder"),
)


@require_safe
@requires("housing_balance.view")
def balance(request: ActorRequest) -> HttpResponse:
    today = clock.today()
    form = BalanceForm(request.GET or None, today=today)
    page = balances.balance_page(request.actor, form.asked, today=today)
    context = {
        "form": form,
        "page": page,
        "base_chart": _chart(page.base, _("Lediga bostäder och hushåll som väntar")),
        "surge_chart": _chart(page.surged, _("Lediga bostäder och hushåll som väntar, med fler")),
        "query": request.GET.urlencode(),
        "may_number": request.actor.can("yearly_number.view"),
    }
    return render(request, "housing/balance.html", context, status=422 if form.errors else 200)


def _chart(found: Balance, title: str) -> charts.Chart:
    return charts.bar(
        title,
        [date_format(month.month, "M Y") for month in found.months],
        [
            charts.Series(_("Lediga bostäder"), [sum(month.vacant) for month in found.months]),
            charts.Series(_("Hushåll som väntar"), [sum(month.waiting) for month in found.months]),
        ],
        description=_("I slutet av varje månad, när de som kan ha fått en bostad."),
        unit=_("antal"),
    )


@require_safe
@requires("housing_balance.view")
def balance_file(request: ActorRequest, kind: str) -> HttpResponse:
    """The months as CSV or XLSX, with the scenario of the address."""
    if kind not in files.TABLES:
        raise Http404
    today = clock.today()
    asked = BalanceForm(request.GET or None, today=today).asked
    table = balances.table(balances.balance_page(request.actor, asked, today=today, exported=True))
    header = [str(label) for label in COLUMNS]
    return files.table_file(kind, f"bostadsbalans-{today.isoformat()}", _("Bostäder"), header, table)
