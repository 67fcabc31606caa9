"""The file of dwellings, from upload to receipt."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_page
from hemvist.housing import importing, policy_data, stock
from hemvist.housing.models import StockFile
from hemvist.reception.layout import Layout
from hemvist.reception.staged_files import MAX_PROBLEMS
from hemvist.reception.views.imports import brought_in, choose_file, fault_list, how_far, template, thrown_away


def _layout() -> Layout:
    file = policy_data.housing()
    return importing.stock_layout(file, stock.landlords(file))


@form_page
@requires("dwelling.write")
def stock_import_new(request: ActorRequest) -> HttpResponse:
    """Choose a file. It is read and shown; nothing but the preview is kept."""
    context = {"runs": importing.recent_files(request.actor), "columns": _layout().guide_rows()}
    return choose_file(request, importing.stage, "housing/stock_import_new.html", context, then="stock-import-preview")


@require_safe
@requires("dwelling.write")
def stock_import_template(request: ActorRequest, kind: str) -> HttpResponse:
    """The template to fill in, as CSV or XLSX."""
    return template(_layout(), "bostader", kind)


@require_safe
@requires("dwelling.write")
def stock_import_preview(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    """What the file would do, or what it did."""
    run = importing.preview(request.actor, file_id)
    context = {
        "run": run,
        "problems": importing.problems_of(run),
        "most": MAX_PROBLEMS,
        "effect": _effect(run.summary),
        # A file from before the rows with faults were counted says nothing of them.
        "faulty": run.summary.get("faulty", "–"),
        "news": run.summary["new"] + run.summary["changed"],
        "changed": _changed(run),
    }
    return render(request, "housing/stock_import_preview.html", context)


def _changed(run: StockFile) -> list[tuple[int, str, list[tuple[str, str, str]]]]:
    """Row, number, and each field that differs with its old and its new value, in words."""
    labels, areas = _layout().by_field, policy_data.area_labels()
    return [
        (
            row,
            code,
            [(str(labels[name].label), _said(name, old, areas), _said(name, new, areas)) for name, old, new in fields],
        )
        for row, code, fields in run.staged.get("changed", [])
    ]


def _said(name: str, value: Any, areas: Any) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if value in (None, ""):
        return "–"
    return areas.get(value, value) if name == "area" else str(value)


def _effect(found: dict[str, int]) -> str:
    """What will happen, in numbers."""
    new, changed, known = found["new"], found["changed"], found["known"]
    told = []
    if new:
        told.append(ngettext("%(n)d bostad läggs till.", "%(n)d bostäder läggs till.", new) % {"n": new})
    if changed:
        told.append(ngettext("%(n)d bostad ändras.", "%(n)d bostäder ändras.", changed) % {"n": changed})
    if known:
        told.append(
            ngettext("%(n)d finns redan och hoppas över.", "%(n)d finns redan och hoppas över.", known) % {"n": known}
        )
    return " ".join(told)


@require_safe
@requires("dwelling.write")
def stock_import_errors(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    """The faults as a list to work from beside the file."""
    return fault_list(importing.problems_of(importing.preview(request.actor, file_id)))


@require_POST
@requires("dwelling.write")
def stock_import_confirm(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    return brought_in(request, importing.confirm, file_id, then="stock-import-preview")


@require_safe
@requires("dwelling.write")
def stock_import_progress(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    return how_far(request, importing.get_file(request.actor, file_id), "housing/stock_import_progress.html")


@require_POST
@requires("dwelling.write")
def stock_import_discard(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    return thrown_away(request, importing.discard, file_id, then="stock-import-new")
