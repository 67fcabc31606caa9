"""The stock: the list with its figures, a dwelling with everything, and what is done with it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.errors import NotVisible
from hemvist.access.http import ActorRequest, form_data, form_page, pressed
from hemvist.housing import policy_data, queries, reach
from hemvist.housing import stock as deeds
from hemvist.housing.days import State
from hemvist.housing.forms.stock import (
    BlockForm,
    DocumentForm,
    DwellingForm,
    StateForm,
    StockFilterForm,
    initial_of,
)
from hemvist.housing.models import Dwelling
from hemvist.housing.queries import StockFilter, StockRow, Totals
from hemvist.organisation.texts import said
from hemvist.web import clock, files
from hemvist.web.forms import place, taken
from hemvist.web.paging import SIZE, Page, asked_page, query_of

# --- the list ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the stock, with the list that it counts."""

    label: str
    icon: str
    count: int
    state: str
    note: str = ""
    late: bool = False

    @property
    def url(self) -> str:
        address = reverse("dwelling-list")
        return f"{address}?lage={self.state}" if self.state else address


def _tiles(totals: Totals) -> list[Tile]:
    overdue = _("%(n)d utan noterad utflyttning") % {"n": totals.overdue} if totals.overdue else ""
    away = _("%(n)d inte tillgängliga") % {"n": totals.not_available} if totals.not_available else ""
    return [
        Tile(_("Bostäder"), "building-2", totals.dwellings, "", away),
        Tile(_("Lediga"), "door-open", totals.vacant, State.VACANT),
        Tile(_("Lovade"), "handshake", totals.promised, State.PROMISED),
        Tile(_("Uthyrda"), "key-round", totals.let, queries.LET_ALL, overdue, bool(totals.overdue)),
        Tile(_("Blir lediga inom tre månader"), "calendar-clock", totals.soon, queries.SOON),
        Tile(_("Spärrade"), "construction", totals.blocked, State.BLOCKED),
    ]


def _asked(request: ActorRequest) -> tuple[StockFilterForm, StockFilter]:
    form = StockFilterForm(request.GET, areas=policy_data.area_labels())
    return form, form.wanted


@require_safe
@requires("dwelling.view")
def dwelling_list(request: ActorRequest) -> HttpResponse:
    form, wanted = _asked(request)
    number = asked_page(request)
    found = queries.list_dwellings(request.actor, wanted, today=clock.today(), offset=(number - 1) * SIZE, limit=SIZE)
    query = query_of(request)
    context = {
        "stock": found,
        "page": Page(found.rows, number, found.more),
        "tiles": _tiles(found.totals),
        "form": form,
        "filtered": wanted != StockFilter(order=wanted.order),
        "exports": [
            (label, f"{reverse('dwelling-file', args=[kind])}?{query}")
            for label, kind in (("Excel", "xlsx"), ("CSV", "csv"))
        ],
        "may_write": policy.may(request.actor, "dwelling.write"),
        "today": clock.today(),
    }
    return render(request, "housing/dwelling_list.html", context)


# Column of the file → its heading. No column tells anything of who lives there.
EXPORT_COLUMNS: Mapping[str, Any] = {
    "code": gettext_lazy("Objektsnummer"),
    "address": gettext_lazy("Adress"),
    "apartment": gettext_lazy("Lägenhetsnummer"),
    "building": gettext_lazy("Fastighet"),
    "area": gettext_lazy("Område"),
    "rooms": gettext_lazy("Antal rum"),
    "capacity": gettext_lazy("Flest boende"),
    "square_metres": gettext_lazy("Yta"),
    "step_free": gettext_lazy("Stegfri"),
    "rent": gettext_lazy("Hyra"),
    "state": gettext_lazy("Läge"),
    "free_from": gettext_lazy("Ledig från"),
    "vacant_days": gettext_lazy("Lediga dagar i år"),
    "vacancy_cost": gettext_lazy("Vakanskostnad i år"),
}


@require_safe
@requires("dwelling.view")
def dwelling_file(request: ActorRequest, kind: str) -> HttpResponse:
    """The list as it is narrowed, as CSV or XLSX."""
    if kind not in files.TABLES:
        raise NotVisible(action="dwelling.view")
    today = clock.today()
    found = queries.list_dwellings(request.actor, _asked(request)[1], today=today)
    header = [str(label) for label in EXPORT_COLUMNS.values()]
    table = [_cells(row) for row in found.rows]
    return files.table_file(kind, f"bostader-{today.isoformat()}", _("Bostäder"), header, table)


def _cells(row: StockRow) -> list[object]:
    known = {
        "area": row.area,
        "step_free": _("ja") if row.dwelling.step_free else _("nej"),
        "state": str(row.state.label),
        "free_from": row.now.free_from,
        "vacant_days": row.year.vacant,
        "vacancy_cost": row.year.vacancy_cost,
    }
    return [known[name] if name in known else getattr(row.dwelling, name) for name in EXPORT_COLUMNS]


# --- one dwelling -----------------------------------------------------------------------------------------------------


@require_safe
@requires("dwelling.view")
def dwelling(request: ActorRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    page = queries.get_dwelling(request.actor, dwelling_id, today=clock.today())
    one = page.dwelling
    state_form = StateForm(initial={"furnishing": one.furnishing, "keys": one.keys}) if page.may_write else None
    context = {
        "page": page,
        "dwelling": one,
        "state_form": state_form,
        "can_let": page.may_let and page.offer is None and page.now.state not in (State.OCCUPIED, State.PROMISED),
        "today": clock.today(),
    }
    return render(request, "housing/dwelling.html", context)


@form_page
@requires("dwelling.write")
def dwelling_new(request: ActorRequest) -> HttpResponse:
    return _write(request, None)


@form_page
@requires("dwelling.write")
def dwelling_edit(request: ActorRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    return _write(request, _shown(request, dwelling_id))


def _shown(request: ActorRequest, dwelling_id: uuid.UUID) -> Dwelling:
    return reach.require_dwelling(request.actor, dwelling_id, clock.today(), permission="dwelling.write")


def _write(request: ActorRequest, before: Dwelling | None) -> HttpResponse:
    today = clock.today()
    file = policy_data.housing()
    form = DwellingForm(
        form_data(request),
        units=deeds.landlords(file),
        areas={area.code: said(area.label) for area in file.areas},
        initial=initial_of(before) if before else {"available_from": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            if before:
                saved = deeds.change_dwelling(request.actor, dwelling=before, facts=form.facts, today=today)
            else:
                saved = deeds.add_dwelling(request.actor, facts=form.facts)
        except ValidationError as error:
            place(form, error)
        else:
            messages.success(request, _("Ändringen är sparad.") if before else _("Bostaden är tillagd."))
            return redirect("dwelling", saved.pk)
    return render(request, "housing/dwelling_form.html", {"form": form, "dwelling": before})


@form_page
@requires("dwelling.write")
def dwelling_block(request: ActorRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    one = _shown(request, dwelling_id)
    form = BlockForm(form_data(request), initial={"starts_on": today})
    if taken(form, lambda: deeds.block(request.actor, dwelling=one, today=today, **form.cleaned_data)):
        messages.success(request, _("Bostaden är spärrad."))
        return redirect("dwelling", one.pk)
    return render(request, "housing/block_form.html", {"form": form, "dwelling": one})


@require_POST
@requires("dwelling.write")
def dwelling_unblock(request: ActorRequest, dwelling_id: uuid.UUID, block_id: int) -> HttpResponse:
    one = _shown(request, dwelling_id)
    pressed(
        request,
        lambda: deeds.lift_block(request.actor, dwelling=one, block_id=block_id, today=clock.today()),
        _("Spärren är hävd."),
    )
    return redirect("dwelling", one.pk)


@require_POST
@requires("dwelling.write")
def dwelling_state(request: ActorRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    """How it is furnished and where the keys are."""
    one = _shown(request, dwelling_id)
    form = StateForm(request.POST)
    if form.is_valid():
        deeds.set_state(request.actor, dwelling=one, today=clock.today(), **form.cleaned_data)
        messages.success(request, _("Möblering och nycklar är sparade."))
    else:
        messages.error(request, _("Välj möblering och var nycklarna är."))
    return redirect("dwelling", one.pk)


# --- documents --------------------------------------------------------------------------------------------------------


@form_page
@requires("dwelling.write")
def document_add(request: ActorRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    one = _shown(request, dwelling_id)
    form = DocumentForm(request.POST, request.FILES) if request.method == "POST" else DocumentForm()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            deeds.add_document(
                request.actor,
                dwelling=one,
                kind=form.cleaned_data["kind"],
                title=form.cleaned_data["title"],
                file_name=upload.name,
                data=upload.read(deeds.MAX_DOCUMENT + 1),
                today=clock.today(),
            )
        except ValidationError as error:
            place(form, error)
        else:
            messages.success(request, _("Handlingen är sparad."))
            return redirect("dwelling", one.pk)
    return render(request, "housing/document_form.html", {"form": form, "dwelling": one})


@require_safe
@requires("dwelling.view")
def document(request: ActorRequest, dwelling_id: uuid.UUID, document_id: uuid.UUID) -> HttpResponse:
    """The file, to save: never shown as a page of this site."""
    found = queries.get_document(request.actor, dwelling_id, document_id, today=clock.today())
    response = HttpResponse(
        bytes(found.content), content_type=found.content_type, headers={"X-Content-Type-Options": "nosniff"}
    )
    response.headers["Content-Disposition"] = content_disposition_header(True, found.file_name)
    return response


@require_POST
@requires("dwelling.write")
def document_remove(request: ActorRequest, dwelling_id: uuid.UUID, document_id: uuid.UUID) -> HttpResponse:
    found = queries.get_document(request.actor, dwelling_id, document_id, today=clock.today())
    deeds.remove_document(request.actor, document=found, today=clock.today())
    messages.success(request, _("Handlingen är borttagen."))
    return redirect("dwelling", dwelling_id)
