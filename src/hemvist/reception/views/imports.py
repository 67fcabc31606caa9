"""The file of anvisningar, from upload to receipt."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from hemvist.access.actor import Actor
from hemvist.access.decorators import requires
from hemvist.access.errors import NotVisible
from hemvist.access.http import ActorRequest, form_page
from hemvist.reception import importing
from hemvist.reception.forms.assignments import UploadFile
from hemvist.reception.import_columns import LAYOUT
from hemvist.reception.layout import MAX_BYTES, Layout
from hemvist.reception.models import StagedFile
from hemvist.reception.staged_files import MAX_PROBLEMS
from hemvist.reception.table_file import Problem
from hemvist.web import clock, files

PROGRESS_SECONDS = 600
STOP_POLLING = 286


@form_page
@requires("import.run")
def import_new(request: ActorRequest) -> HttpResponse:
    """Choose a file. It is read and shown; nothing but the preview is kept."""
    context = {"runs": importing.recent_runs(request.actor), "columns": LAYOUT.guide_rows()}
    return choose_file(request, importing.stage, "reception/import_new.html", context, then="import-preview")


Staging = Callable[[Actor, str, bytes, date], StagedFile]


def choose_file(
    request: ActorRequest, stage: Staging, template: str, context: dict[str, Any], *, then: str
) -> HttpResponse:
    """The page where a file is chosen; one that can be read goes on to its preview, the page ``then``."""
    form = UploadFile(request.POST, request.FILES) if request.method == "POST" else UploadFile()
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            run = stage(request.actor, upload.name, upload.read(MAX_BYTES + 1), clock.today())
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect(then, run.pk)
    return render(request, template, {**context, "form": form})


@require_safe
@requires("import.run")
def import_template(request: ActorRequest, kind: str) -> HttpResponse:
    """The template to fill in, as CSV or XLSX."""
    return template(LAYOUT, "anvisningar", kind)


def template(layout: Layout, name: str, kind: str) -> HttpResponse:
    """The template of a layout to save. Raises NotVisible for a kind that there is none of."""
    made = {"csv": layout.template_csv, "xlsx": layout.template_xlsx}
    if kind not in made:
        raise NotVisible
    return files.download(made[kind](), name, kind)


def fault_list(problems: Iterable[Problem]) -> HttpResponse:
    """The faults of a file as a list to work from beside it."""
    header = (_("rad"), _("kolumn"), _("vad som är fel"), _("vad som får stå"))
    rows = [(p.row, p.column, p.message, p.allowed) for p in problems]
    return files.download(files.csv_bytes(header, rows), "fel-i-filen", "csv")


@require_safe
@requires("import.run")
def import_preview(request: ActorRequest, run_id: uuid.UUID) -> HttpResponse:
    """What the file would do, or what it did."""
    run = importing.preview(request.actor, run_id)
    context = {
        "run": run,
        "problems": importing.problems_of(run),
        "most": MAX_PROBLEMS,
        "effect": _effect(run.summary),
    }
    return render(request, "reception/import_preview.html", context)


def _effect(found: dict[str, int]) -> str:
    """What will happen, in numbers."""

    persons, assignments = found["persons"], found["assignments"]
    numbers = {
        "households": found["households"],
        "persons": ngettext("%(n)d person", "%(n)d personer", persons) % {"n": persons},
        "assignments": ngettext("%(n)d anvisning", "%(n)d anvisningar", assignments) % {"n": assignments},
        "known": found["known_households"],
    }
    will = _(
        "%(households)d hushåll med %(persons)s och %(assignments)s läses in. Varje hushåll får ett ärende och en plan."
    )
    skipped = _("%(known)d hushåll finns redan och hoppas över.") if found["known_households"] else ""
    return f"{will} {skipped}".strip() % numbers


@require_safe
@requires("import.run")
def import_errors(request: ActorRequest, run_id: uuid.UUID) -> HttpResponse:
    """The faults as a list to work from beside the file."""
    run = importing.preview(request.actor, run_id)
    return fault_list(importing.problems_of(run))


def _progress_key(run_id: uuid.UUID) -> str:
    return f"import-{run_id}"


@require_POST
@requires("import.run")
def import_confirm(request: ActorRequest, run_id: uuid.UUID) -> HttpResponse:
    return brought_in(request, importing.confirm, run_id, then="import-preview")


Confirm = Callable[[Actor, uuid.UUID, date, Callable[[int, int], None]], object]


def brought_in(request: ActorRequest, confirm: Confirm, run_id: uuid.UUID, *, then: str) -> HttpResponse:
    """Bring everything in, or nothing, and on to the page ``then``. How far it has come lies in the cache meanwhile."""
    key = _progress_key(run_id)

    def progress(done: int, total: int) -> None:
        cache.set(key, {"done": done, "total": total}, PROGRESS_SECONDS)

    try:
        confirm(request.actor, run_id, clock.today(), progress)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, _("Filen är inläst."))
    finally:
        cache.delete(key)
    to = reverse(then, args=[run_id])
    return HttpResponseClientRedirect(to) if request.htmx else redirect(to)  # type: ignore[attr-defined]


@require_safe
@requires("import.run")
def import_progress(request: ActorRequest, run_id: uuid.UUID) -> HttpResponse:
    return how_far(request, importing.get_run(request.actor, run_id), "reception/import_progress.html")


def how_far(request: ActorRequest, run: StagedFile, template: str) -> HttpResponse:
    """A fragment with how far the import has come; it asks again by itself until the file is done."""
    done = run.state != StagedFile.State.PREVIEWED
    context = {"run": run, "progress": cache.get(_progress_key(run.pk)), "done": done}
    return render(request, template, context, status=STOP_POLLING if done else 200)


@require_POST
@requires("import.run")
def import_discard(request: ActorRequest, run_id: uuid.UUID) -> HttpResponse:
    return thrown_away(request, importing.discard, run_id, then="import-new")


def thrown_away(
    request: ActorRequest, discard: Callable[[Actor, uuid.UUID], object], run_id: uuid.UUID, *, then: str
) -> HttpResponse:
    """Throw a preview away, and on to the page ``then``."""
    try:
        discard(request.actor, run_id)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Förhandsgranskningen är kastad. Inget ur filen är sparat."))
    return redirect(then)
