"""The pages that look ahead: income, changes of law and what-ifs."""

from __future__ import annotations

import re
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest
from hemvist.compensation import forecast as ahead
from hemvist.compensation import watch
from hemvist.compensation.forms.forecast import ArrivalsForm, WhatIfForm, keys
from hemvist.compensation.ledger import GROUPS
from hemvist.compensation.views.ledger import group_words
from hemvist.law import parameters, whatif
from hemvist.web import charts, clock, files
from hemvist.web.templatetags.hemvist import longdate, number, text

LAYERS = {
    "decided": gettext_lazy("Mottagna"),
    "expected": gettext_lazy("Väntade"),
    "imagined": gettext_lazy("Tänkta"),
}


def _asked(request: ActorRequest, today: date) -> tuple[ArrivalsForm, ahead.Assumptions]:
    """The form as asked; with nothing asked, or something wrong in it, the plain assumptions."""
    initial = {name: field.initial for name, field in ArrivalsForm.base_fields.items()} | {"year": today.year + 1}
    form = ArrivalsForm({**initial, **request.GET.dict()} if request.GET else None, initial=initial)
    return form, form.assumptions if form.is_bound and form.is_valid() else ahead.Assumptions()


@require_safe
@requires("compensation.totals")
def forecast(request: ActorRequest) -> HttpResponse:
    today = clock.today()
    form, assumptions = _asked(request, today)
    found = ahead.forecast(request.actor, today=today, assumptions=assumptions)
    layers = [layer for layer in ahead.LAYERS if found.persons.get(layer) or found.total(layer=layer)]
    words = group_words()
    groups = [group for group in GROUPS if found.total(group=group)]
    chart = charts.stacked_bar(
        _("Statlig ersättning framåt, per månad"),
        [f"{month:%Y-%m}" for month in found.months],
        [
            charts.Series(str(LAYERS[layer]), [float(found.total(layer=layer, month=month)) for month in found.months])
            for layer in layers or ["decided"]
        ],
        description=_(
            "Mottagna har ett mottagandedatum. Väntade är registrerade. Tänkta kommer från antagandet nedan."
        ),
        unit=_("kronor"),
    )
    return render(
        request,
        "compensation/forecast.html",
        {
            "form": form,
            "found": found,
            "chart": chart,
            "layers": [(LAYERS[layer], round(found.persons[layer])) for layer in layers if found.persons.get(layer)],
            "layer_words": [LAYERS[layer] for layer in layers],
            "group_words": [words[group] for group in groups],
            "years": [
                (
                    year,
                    [found.total(layer=layer, year=year) for layer in layers],
                    [found.total(group=group, year=year) for group in groups],
                    found.total(year=year),
                )
                for year in found.years
            ],
            "query": request.GET.urlencode(),
        },
    )


@require_safe
@requires("compensation.totals")
def forecast_file(request: ActorRequest) -> HttpResponse:
    """The forecast month by month as XLSX."""
    today = clock.today()
    _form, assumptions = _asked(request, today)
    found = ahead.forecast(request.actor, today=today, assumptions=assumptions, exported=True)
    words = group_words()
    table = [
        [month, str(LAYERS[layer]), words[group], found.sums[month, layer, group]]
        for month in found.months
        for layer in ahead.LAYERS
        for group in GROUPS
        if (month, layer, group) in found.sums
    ]
    header = [_("Månad"), _("Underlag"), _("Ersättning"), _("Kronor")]
    content = files.xlsx_bytes(_("Prognos"), header, table)
    return files.download(content, f"prognos-{today.isoformat()}", "xlsx")


def _choices() -> list[tuple[str, str]]:
    language = get_language() or "sv"
    register = parameters.register()
    return [(key, register[key][-1].label.in_language(language)) for key in keys()]


@require_safe
@requires("compensation.totals")
def changes(request: ActorRequest) -> HttpResponse:
    """The law watch, and a what-if when one is asked for."""
    today = clock.today()
    asked = {name: request.GET[name] for name in ("key", "value", "from_day") if name in request.GET}
    initial = {"key": "compensation.standard.below_limit", "from_day": date(today.year + 1, 1, 1)}
    form = WhatIfForm(asked or None, choices=_choices(), initial=initial)
    tried, named = None, ""
    drop = request.GET.get("utan", "")
    if asked and form.is_valid():
        data = form.cleaned_data
        value = data["value"]
        whole = int(value) if value == value.to_integral_value() and not _percent(data["key"]) else value
        from_day = watch.first_day(request.actor, data["from_day"])
        source = whatif.imagined(data["key"], whole, from_day)
        tried = watch.what_if(request.actor, today=today, source=source)
        named = _("%(what)s: %(value)s från %(day)s") % {
            "what": dict(_choices())[data["key"]],
            "value": f"{number(whole)} {text(parameters.register()[data['key']][-1].unit_text)}",
            "day": longdate(from_day),
        }
    elif match := re.fullmatch(r"(\d{4}-\d{2}-\d{2})_(\d{4}:\d+)", drop):
        day = parse_date(match[1])
        if day is not None:
            tried = watch.what_if(request.actor, today=today, source=watch.dropped(day, match[2]))
            named = _("utan ändringen %(day)s") % {"day": longdate(day)}
    return render(
        request,
        "compensation/watch.html",
        {
            "page": watch.watch(request.actor, today=today),
            "form": form,
            "tried": tried,
            "named": named,
            "around": watch.AROUND.days,
        },
    )


def _percent(key: str) -> bool:
    return parameters.register()[key][-1].unit == "procent"
