"""The statistics, the law and the municipality's own rulings."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page
from hemvist.law.texts import texts
from hemvist.outlook import queries, services
from hemvist.outlook.forms import RulingForm
from hemvist.web import charts, clock, files


@require_safe
@requires("statistics.view")
def statistics(request: ActorRequest) -> HttpResponse:
    today = clock.today()
    found = queries.statistics(request.actor, today=today)
    return render(
        request,
        "outlook/statistics.html",
        {
            "found": found,
            "chart": _yearly_chart(found, today.year),
            "own_rows": [
                (year, list(zip(found.own.columns, cells, strict=True)), total) for year, cells, total in found.own.rows
            ],
            "own_totals": list(zip(found.own.columns, found.own.column_totals, strict=True)),
            "by_year": [
                (year, [(one.label, one.points[place]) for one in found.series])
                for place, year in reversed(list(enumerate(found.years)))
            ],
        },
    )


def _yearly_chart(found: queries.Statistics, until: int) -> charts.Chart:
    """The measures that are known for more than one year; the rest stand in the table."""
    drawn = [one for one in found.series if sum(point.value is not None for point in one.points) > 1]
    places = [place for place, year in enumerate(found.years) if year <= until]
    return charts.line(
        _("Kommuntal och mottagna per år"),
        [str(found.years[place]) for place in places],
        [charts.Series(one.label, [one.points[place].value for place in places]) for one in drawn],
        description=_("Ett streckat fält betyder att uppgift saknas, inte att ingen togs emot."),
        unit=_("personer"),
    )


@require_safe
@requires("statistics.view")
def statistics_csv(request: ActorRequest) -> HttpResponse:
    """The yearly series with sources as a file that Swedish spreadsheets open as it is."""
    rows = queries.yearly_rows(request.actor)
    table = [[row.get(column, "") for column in queries.CSV_COLUMNS] for row in rows]
    return files.download(files.csv_bytes(queries.CSV_COLUMNS, table), "mottagande-per-ar", "csv")


@require_safe
@requires("law.view")
def law_changes(request: ActorRequest) -> HttpResponse:
    context = {
        "page": queries.law_page(request.actor, today=clock.today()),
        "may_record": request.actor.can("ruling.record"),
        "texts": texts(),
    }
    return render(request, "outlook/law_changes.html", context)


@require_safe
@requires("law.view")
def law_text(request: ActorRequest, name: str) -> HttpResponse:
    """A law text word for word, with the wording's date."""
    if name not in texts():
        raise Http404
    return render(request, "outlook/law_text.html", {"text": texts()[name]})


@form_page
@requires("ruling.record")
def ruling_new(request: ActorRequest, key: str) -> HttpResponse:
    """Settle an open question of law. Tells before the deed, when asked, what it changes."""
    today = clock.today()
    row = queries.current_ruling(key, today)
    if row is None:
        raise Http404
    form = RulingForm(
        form_data(request),
        question=row.question,
        correctable=row.current is not None,
        initial={"decided_on": today},
    )
    would: services.Recorded | None = None
    if form.is_valid():
        asked = {**form.cleaned_data, "key": key, "today": today}
        asked["corrects"] = row.current if asked.get("corrects") else None
        try:
            if "rehearse" in request.POST:
                would = services.rehearse_ruling(request.actor, **asked)
            else:
                done = services.record_ruling(request.actor, **asked)
                words = _("Ställningstagandet är sparat. Ändrade planer: %(plans)d. Ändrade uppgifter: %(tasks)d.")
                messages.success(request, words % {"plans": done.plans, "tasks": done.tasks})
                return redirect("law-changes")
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "row": row, "open_cases": queries.open_case_count(), "would": would}
    return render(request, "outlook/ruling_new.html", context, status=422 if form.errors else 200)
