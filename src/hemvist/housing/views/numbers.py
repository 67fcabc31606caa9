"""The yearly number: told, wished, decided, swapped; the criteria of the law; the summary for länsstyrelsen."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page
from hemvist.housing import number_queries, number_summary, numbers
from hemvist.housing.forms.numbers import CriterionForm, NumberForm, SendForm, SettleForm, VoidForm, WishForm
from hemvist.housing.models import YearlyNumber
from hemvist.organisation.queries import municipality
from hemvist.web import charts, clock, files
from hemvist.web.forms import taken

Kind, Status = YearlyNumber.Kind, YearlyNumber.Status
# The word in the address → the kind, and what its page is called.
KINDS = {
    "preliminar": (Kind.PRELIMINARY, gettext_lazy("Anteckna preliminärt kommuntal")),
    "beslutat": (Kind.DECIDED, gettext_lazy("Anteckna beslutat kommuntal")),
    "byte": (Kind.SWAP, gettext_lazy("Anteckna överenskommelse med annan kommun")),
}


@require_safe
@requires("yearly_number.view")
def years(request: ActorRequest) -> HttpResponse:
    page = number_queries.years_page(request.actor, today=clock.today())
    chart = _history_chart(page.years)
    return render(request, "housing/yearly_number.html", {"page": page, "chart": chart})


def _history_chart(known: tuple[tuple[int, int | None, int | None], ...]) -> charts.Chart:
    return charts.line(
        _("Kommuntal och mottagna per år"),
        [str(year) for year, _number, _received in known],
        [
            charts.Series(_("Kommuntal"), [number for _year, number, _received in known]),
            charts.Series(
                _("Mottagna enligt kommunens egna uppgifter"), [received for _year, _number, received in known]
            ),
        ],
        description=_("Ett streckat fält betyder att uppgift saknas, inte att ingen togs emot."),
        unit=_("personer"),
    )


@require_safe
@requires("yearly_number.view")
def year_page(request: ActorRequest, year: int) -> HttpResponse:
    page = number_queries.year_page(request.actor, year, today=clock.today())
    return render(request, "housing/yearly_number_year.html", {"page": page})


@form_page
@requires("yearly_number.work")
def number_new(request: ActorRequest, year: int, kind: str) -> HttpResponse:
    number_queries.require_year(year)
    if kind not in KINDS:
        raise Http404
    code, title = KINDS[kind]
    form = NumberForm(form_data(request), kind=code, initial={"body": numbers.default_body(year, code)})

    def save() -> None:
        numbers.record_number(request.actor, year=year, kind=code, today=clock.today(), **form.cleaned_data)

    if taken(form, save):
        messages.success(request, _("Talet är antecknat."))
        return redirect("yearly-number-year", year)
    return _page(request, "housing/number_form.html", form, year=year, title=title)


@form_page
@requires("yearly_number.work")
def number_void(request: ActorRequest, year: int, number_id: uuid.UUID) -> HttpResponse:
    number = number_queries.one_number(request.actor, year, number_id)
    form = VoidForm(form_data(request))
    if taken(form, lambda: numbers.void_number(request.actor, number, **form.cleaned_data)):
        messages.success(request, _("Talet är struket och finns kvar i historiken."))
        return redirect("yearly-number-year", year)
    return _page(request, "housing/number_form.html", form, year=year, title=_("Stryk ett tal"), number=number)


@form_page
@requires("yearly_number.work")
def wish_edit(request: ActorRequest, year: int) -> HttpResponse:
    """Begin a wish, or go on with the draft. Once settled, a new one is begun."""
    today = clock.today()
    basis = number_queries.wish_basis(request.actor, year, today=today)
    current = number_queries.current_wish(request.actor, year)
    draft = current if current is not None and current.status == Status.DRAFT else None
    form = WishForm(form_data(request), initial=WishForm.initial_of(draft or current) if current else None)

    def save() -> None:
        said = {"persons": form.cleaned_data["persons"], "grounds": form.grounds, "today": today}
        if draft is not None:
            numbers.change_wish(request.actor, draft, **said)
        else:
            numbers.draft_wish(request.actor, year=year, **said)

    if taken(form, save):
        messages.success(request, _("Utkastet är sparat."))
        return redirect("yearly-number-year", year)
    return _page(
        request,
        "housing/wish_form.html",
        form,
        year=year,
        basis=basis,
        draft=draft,
        history=[row for row in basis.years if row[1] is not None or row[2] is not None],
    )


@form_page
@requires("yearly_number.decide")
def wish_settle(request: ActorRequest, year: int) -> HttpResponse:
    return _settling(
        request,
        year,
        Status.DRAFT,
        SettleForm(form_data(request)),
        numbers.settle_wish,
        _("Fastställ önskemålet"),
        _("Önskemålet är fastställt."),
    )


@form_page
@requires("yearly_number.decide")
def wish_send(request: ActorRequest, year: int) -> HttpResponse:
    return _settling(
        request,
        year,
        Status.SETTLED,
        SendForm(form_data(request), initial={"sent_on": clock.today()}),
        numbers.send_wish,
        _("Anteckna att önskemålet är lämnat"),
        _("Önskemålet är antecknat som lämnat till länsstyrelsen."),
    )


def _settling(
    request: ActorRequest,
    year: int,
    status: str,
    form: Form,
    deed: Callable[..., YearlyNumber],
    title: str,
    done: str,
) -> HttpResponse:
    today = clock.today()
    wish = number_queries.current_wish(request.actor, year)
    if wish is None or wish.status != status:
        raise Http404
    if taken(form, lambda: deed(request.actor, wish, today=today, **form.cleaned_data)):
        messages.success(request, done)
        return redirect("yearly-number-year", year)
    row = number_queries.wish_row(wish, number_queries.wish_day(year), today)
    return _page(request, "housing/wish_settle.html", form, year=year, title=title, wish=row)


@form_page
@requires("yearly_number.work")
def criterion_new(request: ActorRequest, year: int, code: str) -> HttpResponse:
    page = number_queries.year_page(request.actor, year, today=clock.today())
    row = next((row for row in page.criteria if row.criterion.code == code), None)
    if row is None:
        raise Http404
    form = CriterionForm(form_data(request))

    def save() -> None:
        numbers.record_criterion(request.actor, year=year, criterion=code, today=clock.today(), **form.cleaned_data)

    if taken(form, save):
        messages.success(request, _("Värdet är antecknat."))
        return redirect("yearly-number-year", year)
    return _page(request, "housing/criterion_form.html", form, year=year, row=row)


@require_safe
@requires("yearly_number.view")
def summary(request: ActorRequest, year: int, kind: str) -> HttpResponse:
    """The year for länsstyrelsen's follow-up, as CSV or XLSX. A hidden number is told as fewer than the threshold."""
    if kind not in files.TABLES:
        raise Http404
    lines = number_summary.summary(request.actor, year, today=clock.today())
    owner = municipality()
    hidden = _("visas inte")
    table = [[line.section, line.label, hidden if line.value is None else line.value, line.note] for line in lines]
    if owner is not None:
        words = _("Tal från 1 till %(most)d visas inte, och ibland inte heller ett större tal.")
        table.append([_("Små tal"), words % {"most": owner.small_number_threshold - 1}, "", ""])
    header = [_("Avsnitt"), _("Uppgift"), _("Värde"), _("Anmärkning")]
    return files.table_file(kind, f"kommuntal-{year}", str(year), header, table)


# --- parts ------------------------------------------------------------------------------------------------------------


def _page(request: ActorRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
