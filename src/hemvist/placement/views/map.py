"""From law to board: the matrices, the list, and the list as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hemvist.access.decorators import requires
from hemvist.law.types import Text
from hemvist.organisation.models import Responsibility
from hemvist.placement import map as whole
from hemvist.placement.forms.map import VIEWS, MapForm
from hemvist.placement.map import ObligationRow, ResponsibilityMap, State
from hemvist.web import clock, files
from hemvist.web.templatetags.hemvist import STATUSES

STATE_WORDS = {State.ONE: "", State.NONE: gettext_lazy("Ingen svarar"), State.SEVERAL: gettext_lazy("Flera svarar")}


def _asked(request: HttpRequest, today: date) -> tuple[MapForm, ResponsibilityMap]:
    """The form as asked, and the map; a day that cannot be read is told at its field and today is shown."""
    form = MapForm(request.GET)
    form.is_valid()
    day = form.cleaned_data.get("dag") or today
    return form, whole.responsibility_map(day, search=form.cleaned_data.get("sok", ""), today=today)


@require_safe
@requires("placement.view")
def responsibility_map(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    form, found = _asked(request, today)
    search, view = form.cleaned_data.get("sok", ""), form.cleaned_data.get("vy") or VIEWS[0][0]

    def address(name: str = "responsibility-map", **changes: str) -> str:
        asked = {"sok": search, "dag": "" if found.day == today else found.day.isoformat(), "vy": view, **changes}
        kept = {key: value for key, value in asked.items() if value}
        return f"{reverse(name)}?{urlencode(kept)}" if kept else reverse(name)

    context: dict[str, Any] = {
        "form": form,
        "map": found,
        "today": today,
        "search": search,
        "view": view,
        "views": [(label, address(vy=code), code == view) for code, label in VIEWS],
        "days": [(day, address(dag="" if day == today else day.isoformat())) for day in (today, *found.changes)],
        "exports": [
            (label, address("responsibility-map-file", vy="", format=code))
            for code, label in (("csv", "CSV"), ("xlsx", "Excel"))
        ],
        "everything": address(sok=""),
        "list": address(vy="lista", sok=""),
    }
    return render(request, "placement/map.html", context, status=422 if form.errors else 200)


COLUMNS = (
    gettext_lazy("Lag"),
    gettext_lazy("Lagens namn"),
    gettext_lazy("Läge"),
    gettext_lazy("Paragraf"),
    gettext_lazy("Skyldighet"),
    gettext_lazy("Gäller från"),
    gettext_lazy("Upphör"),
    gettext_lazy("Kontrollerad mot lagtext"),
    gettext_lazy("Lagen nämner"),
    gettext_lazy("Uppgifter"),
    gettext_lazy("Funktion"),
    gettext_lazy("Enhet"),
    gettext_lazy("Nämnd eller organisation"),
    gettext_lazy("Sedan"),
    gettext_lazy("Beslut eller grund"),
    gettext_lazy("Bekräftat av kommunen"),
    gettext_lazy("Att se till"),
    gettext_lazy("Adress"),
)


@require_safe
@requires("placement.view")
def responsibility_map_file(request: HttpRequest) -> HttpResponse:
    """The list in full: one line for each obligation and unit that answers for it."""
    _form, found = _asked(request, clock.today())
    table = [line for row in found.obligations for line in _lines(row)]
    header = [str(label) for label in COLUMNS]
    name = "-".join((_("lag-till-namnd"), found.day.isoformat()))
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    return files.table_file(kind, name, _("Lag till nämnd"), header, table)


def _lines(row: ObligationRow) -> Iterator[list[Any]]:
    answers: tuple[Responsibility | None, ...] = row.answers or (None,)
    item = row.obligation
    for answer in answers:
        yield [
            item.act,
            _said(row.act.short),
            str(STATUSES[row.status.value][0]),
            item.section,
            _said(item.text),
            item.valid_from,
            item.repealed_from,
            _("ja") if item.verified else _("nej"),
            _said(item.responsible),
            ", ".join(f"{task.code} {_said(task.title)}" for task in row.tasks),
            ", ".join(function.name for function in row.functions),
            *(_answer(answer) if answer else ("", "", "", "", "")),
            str(STATE_WORDS[row.state]),
            item.source.url,
        ]


def _answer(answer: Responsibility) -> tuple[Any, ...]:
    return (
        answer.unit.name,
        answer.unit.board.name,
        answer.valid_from if answer.start_known else _("Framgår inte"),
        answer.decision_reference,
        _("ja") if answer.confirmed else _("nej"),
    )


def _said(text: Text) -> str:
    return text.in_language(get_language() or "sv")
