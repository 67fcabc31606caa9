"""The pages of ending the right to housing early: what stands in the way, the parts of a case, the decision."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page
from hemvist.documents.docx import to_docx
from hemvist.documents.pdf import PdfUnavailable, to_pdf
from hemvist.housing import ending as deeds
from hemvist.housing import ending_case
from hemvist.housing import ending_letter as letters
from hemvist.housing.ending_case import EndingPage
from hemvist.housing.forms import ending as asked
from hemvist.housing.models import EarlyEnding
from hemvist.housing.right import require_person
from hemvist.housing.views.right import sentences
from hemvist.law import ending_early as law
from hemvist.law.ending_early import ACCEPTABLE_REASONS_SUGGESTED, GROUNDS, NOT_ENACTED, EndGround
from hemvist.web import clock, files
from hemvist.web.forms import Form, place
from hemvist.web.paging import SIZE, Page, asked_page

TAGS = {"open": "taken", "ends": "decided", "continues": "done", "closed": "closed", "changed": "repealed"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of due process as the checklist shows it."""

    label: str
    done: bool
    url: str
    said: str = ""


# --- the list, and before a case is opened ----------------------------------------------------------------------------


@require_safe
@requires("housing_right.read")
def ending_list(request: ActorRequest) -> HttpResponse:
    number, status = asked_page(request), request.GET.get("lage", "")
    if status not in EarlyEnding.Status.values:
        status = ""
    lines, more = ending_case.ending_list(
        request.actor, today=clock.today(), status=status, offset=(number - 1) * SIZE, limit=SIZE
    )
    rows = [(line, TAGS[line.ending.status]) for line in lines]
    context = {
        "page": Page(rows, number, more),
        "form": asked.EndingFilterForm(request.GET),
        "filtered": bool(status),
        "proposed": NOT_ENACTED,
    }
    return render(request, "housing/ending_list.html", context)


@form_page
@requires("housing_right.work")
def ending_new(request: ActorRequest, person_id: uuid.UUID) -> HttpResponse:
    today = clock.today()
    person = require_person(request.actor, person_id)
    found = ending_case.before(request.actor, person=person, today=today)
    free = [prospect.ground for prospect in found.prospects if not prospect.blocks]
    sent = form_data(request)
    form = asked.StartEnding(sent, grounds=EndGround if sent else free)
    if request.method == "POST" and form.is_valid():
        try:
            made = deeds.open_ending(request.actor, person=person, ground=form.cleaned_data["ground"], today=today)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Prövningen är påbörjad. Inget är avgjort."))
            return redirect("ending", made.pk)
    context = {
        "found": found,
        "form": form,
        "may_begin": bool(free) and found.standing is None,
        "grounds": [(*GROUNDS[prospect.ground], sentences(prospect.blocks)) for prospect in found.prospects],
        "proposed": NOT_ENACTED,
        "household": person.case.household,
    }
    return render(request, "housing/ending_new.html", context)


# --- one case ---------------------------------------------------------------------------------------------------------


@require_safe
@requires("housing_right.read")
def ending_page(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page = ending_case.examine(request.actor, ending_id, today=clock.today())
    context = {
        "page": page,
        "ending": page.ending,
        "parts": _parts(page),
        **_state(page),
        "tag": TAGS[page.ending.status],
        "appeal_by": law.appeal_by(page.ending.served_on) if page.ending.served_on else None,
        "suggested": ACCEPTABLE_REASONS_SUGGESTED if page.ending.ground == EndGround.NOT_IN_PROGRAMME else (),
        "proposed": NOT_ENACTED,
    }
    return render(request, "housing/ending.html", context)


def _state(page: EndingPage) -> dict[str, Any]:
    """What stands in the way, what is left and what holds anyway, as sentences."""
    return {
        "blocks": sentences(page.state.blocks),
        "lacks": sentences(page.state.lacks),
        "notes": sentences(page.state.notes),
    }


def _parts(page: EndingPage) -> list[Part]:
    """What due process asks for, each with whether it is done and where it is done."""
    ending = page.ending

    def part(label: str, asked_in: law.Part, name: str, said: str = "") -> Part:
        return Part(label, asked_in not in page.left, reverse(name, args=[ending.pk]), said)

    parts = [part(_("Grundens uppgifter"), law.Part.GROUND, "ending-ground")]
    if ending.ground == EndGround.NOT_IN_PROGRAMME:
        judged, said = law.Part.ACCEPTABLE_REASONS, ending.acceptable_reasons_text
        parts.append(part(_("Godtagbara skäl"), judged, "ending-reasons-acceptable", said))
    return [
        *parts,
        part(_("Barnets bästa"), law.Part.CHILDREN, "ending-children", ending.best_interests_text),
        part(_("Kommunicering"), law.Part.COMMUNICATION, "ending-communicate"),
        part(_("Personens yttrande"), law.Part.REPLY, "ending-reply", ending.reply_text),
        part(_("Skäl till beslutet"), law.Part.REASONS, "ending-reasons", ending.reasons),
    ]


Save = Callable[[dict[str, Any]], str]


def _deed(
    request: ActorRequest,
    page: EndingPage,
    form: Form,
    save: Save,
    template: str,
    **context: Any,
) -> HttpResponse:
    """A form of the case: what was typed is kept when the service says no; ``save`` returns what to tell."""
    if request.method == "POST" and form.is_valid():
        try:
            told = save(form.cleaned_data)
        except ValidationError as error:
            place(form, error)
        else:
            messages.success(request, told)
            return redirect("ending", page.ending.pk)
    return render(request, template, {"page": page, "ending": page.ending, "form": form, **context})


def _examined(request: ActorRequest, ending_id: uuid.UUID, permission: str = "housing_right.work") -> EndingPage:
    page = ending_case.examine(request.actor, ending_id, today=clock.today())
    policy.require_with_case(request.actor, permission, page.person.case, see="housing_right.read")
    return page


@form_page
@requires("housing_right.work")
def ending_ground(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page = _examined(request, ending_id)
    ending = page.ending
    names = deeds.GROUND_FIELDS[ending.ground]
    form = asked.GROUND_FORMS[ending.ground](
        form_data(request), initial={name: getattr(ending, name) for name in names}
    )

    def save(data: dict[str, Any]) -> str:
        told = _("Sparat.")
        if deeds.record_ground(request.actor, ending=ending, today=clock.today(), **data):
            told = _("Sparat. Underlaget har ändrats, så personen behöver få del av det på nytt.")
        left = ending_case.examine(request.actor, ending_id, today=clock.today()).ground_left
        said = _("Det här är kvar: %(left)s") % {"left": " ".join(map(deeds.said, left))}
        return f"{told} {said}" if left else told

    return _deed(request, page, form, save, "housing/ending_ground_form.html")


@form_page
@requires("housing_right.work")
def ending_reasons_acceptable(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page = _examined(request, ending_id)
    ending = page.ending
    initial = {"outcome": ending.acceptable_reasons, "text": ending.acceptable_reasons_text}
    form = asked.AcceptableReasonsForm(form_data(request), initial=initial)

    def save(data: dict[str, Any]) -> str:
        deeds.record_acceptable_reasons(request.actor, ending=ending, **data)
        return _("Bedömningen är sparad.")

    suggested = ACCEPTABLE_REASONS_SUGGESTED
    return _deed(request, page, form, save, "housing/ending_acceptable_form.html", suggested=suggested)


@form_page
@requires("housing_right.work")
def ending_children(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page = _examined(request, ending_id)
    ending = page.ending
    initial = {"affected": ending.children_affected, "text": ending.best_interests_text}
    form = asked.ChildrenForm(form_data(request), initial=initial)

    def save(data: dict[str, Any]) -> str:
        deeds.record_children(request.actor, ending=ending, today=clock.today(), **data)
        return _("Bedömningen är sparad.")

    return _deed(request, page, form, save, "housing/ending_children_form.html")


@form_page
@requires("housing_right.work")
def ending_communicate(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page, today = _examined(request, ending_id), clock.today()
    ending = page.ending
    initial = {"communicated_on": ending.communicated_on or today, "reply_by": ending.reply_by}
    form = asked.CommunicateForm(form_data(request), initial=initial)

    def save(data: dict[str, Any]) -> str:
        deeds.record_communication(request.actor, ending=ending, today=today, **data)
        return _("Kommuniceringen är antecknad.")

    return _deed(request, page, form, save, "housing/ending_communicate_form.html")


@form_page
@requires("housing_right.work")
def ending_reply(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page, today = _examined(request, ending_id), clock.today()
    ending = page.ending
    form = asked.ReplyForm(
        form_data(request), initial={"replied_on": ending.replied_on or today, "text": ending.reply_text}
    )

    def save(data: dict[str, Any]) -> str:
        deeds.record_reply(request.actor, ending=ending, today=today, **data)
        return _("Yttrandet är sparat.")

    return _deed(request, page, form, save, "housing/ending_reply_form.html")


@form_page
@requires("housing_right.work")
def ending_reasons(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page = _examined(request, ending_id)
    form = asked.ReasonsForm(form_data(request), initial={"text": page.ending.reasons})

    def save(data: dict[str, Any]) -> str:
        deeds.record_reasons(request.actor, ending=page.ending, **data)
        return _("Skälen är sparade.")

    return _deed(request, page, form, save, "housing/ending_reasons_form.html")


@form_page
@requires("housing_right.decide")
def ending_decide(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page, today = _examined(request, ending_id, "housing_right.decide"), clock.today()
    sent = form_data(request)
    outcomes = (EarlyEnding.Status.ENDS, EarlyEnding.Status.CONTINUES) if sent else page.outcomes
    form = asked.DecideForm(sent, outcomes=outcomes, initial={"decided_on": today})

    def save(data: dict[str, Any]) -> str:
        deeds.decide(request.actor, ending=page.ending, today=today, **data)
        return _("Beslutet är registrerat. Skicka brevet och skriv när personen fick del av det.")

    return _deed(request, page, form, save, "housing/ending_decide_form.html", **_state(page))


@form_page
@requires("housing_right.work")
def ending_close(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page = _examined(request, ending_id)
    form = asked.CloseForm(form_data(request))

    def save(data: dict[str, Any]) -> str:
        deeds.close(request.actor, ending=page.ending, today=clock.today(), **data)
        return _("Prövningen är avskriven. Rätten består.")

    return _deed(request, page, form, save, "housing/ending_close_form.html")


@form_page
@requires("housing_right.work")
def ending_serve(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page, today = _examined(request, ending_id), clock.today()
    form = asked.ServeForm(form_data(request), initial={"served_on": page.ending.served_on or today})

    def save(data: dict[str, Any]) -> str:
        deeds.serve(request.actor, ending=page.ending, today=today, **data)
        return _("Delgivningen är antecknad.")

    return _deed(request, page, form, save, "housing/ending_serve_form.html")


@form_page
@requires("housing_right.decide")
def ending_change(request: ActorRequest, ending_id: uuid.UUID) -> HttpResponse:
    page, today = _examined(request, ending_id, "housing_right.decide"), clock.today()
    form = asked.ChangeForm(form_data(request), initial={"changed_on": today})

    def save(data: dict[str, Any]) -> str:
        deeds.change_decision(request.actor, ending=page.ending, today=today, **data)
        return _("Ändringen är registrerad. Rätten räknas som före beslutet.")

    return _deed(request, page, form, save, "housing/ending_change_form.html")


@require_safe
@requires("housing_right.read")
def ending_letter(request: ActorRequest, ending_id: uuid.UUID, kind: str) -> HttpResponse:
    """The decision, or the draft of one, as a file."""
    if kind not in ("docx", "pdf"):
        raise Http404
    today = clock.today()
    page = ending_case.examine(request.actor, ending_id, today=today)
    document = letters.letter(page, today=today)
    name = f"beslut-{page.person.case.number}" if page.decided else f"utkast-{page.person.case.number}"
    if kind == "docx":
        return files.download(to_docx(document, author="Hemvist", at=timezone.now()), name, kind)
    try:
        return files.download(to_pdf(document), name, kind)
    except PdfUnavailable as missing:
        return HttpResponse(str(missing), status=503, content_type="text/plain; charset=utf-8")
