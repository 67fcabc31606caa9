"""The start page, the tasks, the coordination meeting and the newcomer's own plan."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from hemvist.access.decorators import View, requires
from hemvist.access.errors import Refused
from hemvist.access.http import ActorRequest, form_data, form_page
from hemvist.access.services import note_visit
from hemvist.compensation import claims
from hemvist.compensation.queries import sees_persons
from hemvist.coordination import commitments, queries, services
from hemvist.coordination import forms as asked
from hemvist.coordination.commitments import Quarter
from hemvist.coordination.models import Commitment, PlanTask
from hemvist.coordination.queries import OwnStep, TaskFilter, TaskPage
from hemvist.housing.household import own_home
from hemvist.housing.need_queries import counts as need_counts
from hemvist.law import acts
from hemvist.organisation.models import Unit
from hemvist.web import clock
from hemvist.web.context import ROOMS
from hemvist.web.paging import Page, asked_page
from hemvist.web.templatetags.hemvist import shown

TASKS_A_PAGE = 50
STEPS_AT_A_TIME = 6

# --- start ------------------------------------------------------------------------------------------------------------

_ROOM_WORDS: Mapping[str, Promise] = {
    "intake-new": _("Berätta för mottagandet om ett hushåll som behöver en plan."),
    "dwelling-list": _("Se vilka bostäder som är lediga, vad tomma bostäder kostar och om de räcker."),
    "compensation": _("Se vad staten ska betala, vad som har kommit, vad som måste sökas och vad som kommer."),
    "who-does-what": _("Se vilken enhet som svarar för vad, sedan när och enligt vilket beslut."),
    "statistics": _("Se hur många kommunen har tagit emot varje år, med källor och luckor."),
    "law-changes": _("Se vad som gäller i dag, vad som ändras snart och vad kommunen själv har bestämt."),
    "disclosure-register": _("Granska vad som har lämnats ut mellan verksamheter, och på vilken grund."),
    "audit-log": _("Granska vem som har läst eller ändrat vad, och när."),
}


def _newcomers_go_home(view: View) -> View:
    """The newcomer's start page is the own plan."""

    @wraps(view)
    def homeward(request: ActorRequest) -> HttpResponse:
        if request.actor.can("own_plan.view") and not request.actor.can("start.view"):
            return redirect("my-plan")
        return view(request)

    return homeward


@require_safe
@_newcomers_go_home
@requires("start.view")
def start(request: ActorRequest) -> HttpResponse:
    """What is late, what is next, who arrives; or, for a role without tasks, where its rooms are."""
    today, user = clock.today(), request.user
    note_visit(user, timezone.now())
    since = user.previous_visit
    context: dict[str, Any] = {
        "since": timezone.localdate(since) if since else None,
        "law_changes": _law_changes(request),
        "sees_money": (sees_money := sees_persons(request.actor)),
        "claims": claims.lapsing(request.actor, today) if sees_money else (),
    }
    if request.actor.can("task.list"):
        found = queries.start(request.actor, today=today, since=since)
        context |= {
            "start": found,
            "late": queries.bundled(found.late),
            "soon": queries.bundled(found.soon),
            "sees_cases": request.actor.can("case.list"),
            "homes": need_counts(request.actor, today) if request.actor.can("housing_need.read") else None,
            "sees_rights": request.actor.can("housing_right.read"),
            "intake_url": _url("intake-new") if request.actor.can("intake.create") else "",
        }
        return render(request, "coordination/start.html", context)
    rooms = [
        {"room": room, "url": url, "words": _ROOM_WORDS[room.url_name]}
        for room in ROOMS
        if room.url_name in _ROOM_WORDS and request.actor.can(room.permission) and (url := _url(room.url_name))
    ]
    context |= {"rooms": rooms, "sees_law": request.actor.can("law.view")}
    return render(request, "coordination/rooms.html", context)


def _url(name: str) -> str:
    """The address, or nothing for a room that is not built into this installation."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _law_changes(request: ActorRequest) -> tuple[acts.Change, ...]:
    since = request.user.previous_visit
    if since is None or not request.actor.can("law.view"):
        return ()
    return acts.changes_between(timezone.localdate(since), clock.today())


# --- tasks ------------------------------------------------------------------------------------------------------------


@require_safe
@requires("task.list")
def task_list(request: ActorRequest) -> HttpResponse:
    form = asked.TaskFilterForm(request.GET or None, units=queries.own_units(request.actor))
    wanted = TaskFilter()
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        wanted = TaskFilter(chosen["state"] or "open", chosen["scope"] or "branch", chosen.get("unit"), chosen["case"])
    number = asked_page(request)
    rows, more = queries.list_tasks(
        request.actor, wanted, today=clock.today(), offset=(number - 1) * TASKS_A_PAGE, limit=TASKS_A_PAGE
    )
    lines = [{"row": row, "may_work": queries.may_work(request.actor, row.task)} for row in rows]
    return render(
        request,
        "coordination/task_list.html",
        {
            "form": form,
            "wanted": wanted,
            "filtered": wanted != TaskFilter(),
            "page": Page(lines, number, more),
        },
    )


@require_safe
@requires("task.list")
def task(request: ActorRequest, task_id: uuid.UUID) -> HttpResponse:
    return _task_page(request, task_id)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done with a task: what is asked, the service, and what is said afterwards."""

    form: type[forms.Form]
    service: Callable[..., Any]
    said: Promise


_DEEDS: Mapping[str, Deed] = {
    "take": Deed(asked.ConfirmForm, services.take_task, _("Du har tagit uppgiften.")),
    "done": Deed(asked.DoneForm, services.complete_task, _("Uppgiften är klar.")),
    "not-applicable": Deed(
        asked.NotApplicableForm, services.mark_not_applicable, _("Uppgiften är markerad som inte aktuell.")
    ),
    "reopen": Deed(asked.ConfirmForm, services.reopen_task, _("Uppgiften är öppen igen.")),
    "hand-over": Deed(asked.HandOverForm, services.hand_over_task, _("Uppgiften är överlämnad.")),
    "move-due": Deed(asked.MoveDueForm, services.move_due, _("Dagen är ändrad.")),
    "comment": Deed(asked.CommentForm, services.comment_task, _("Anteckningen är sparad.")),
}


# Deeds that only the task's own unit may do; anyone else is refused before the form is looked at.
_WORK = {"take", "done", "not-applicable", "reopen", "move-due"}


@require_POST
@requires("task.list")
def act(request: ActorRequest, task_id: uuid.UUID, deed: str) -> HttpResponse:
    """Do one thing with a task. What cannot be done is told on the task's page, with what was typed."""
    form = _form(deed, request.POST, units=queries.units_for_hand_over() if deed == "hand-over" else ())
    if form.is_valid():
        try:
            _DEEDS[deed].service(request.actor, task_id=task_id, today=clock.today(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, str(_DEEDS[deed].said))
            return redirect(_way_back(request) or _after(request, task_id))
    return _task_page(request, task_id, failed=(deed, form))


def _form(deed: str, data: Any = None, *, units: Iterable[Unit] = (), **initial: Any) -> forms.Form:
    more: dict[str, Any] = {"units": units} if deed == "hand-over" else {}
    return _DEEDS[deed].form(data, auto_id=f"{deed}-%s", initial=initial, **more)


def _way_back(request: ActorRequest) -> str:
    """The list that the button stood in, if it is one of ours."""
    address = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if own else ""


def _after(request: ActorRequest, task_id: uuid.UUID) -> str:
    """The task's page, or the list when a hand-over took the task out of sight."""
    seen = PlanTask.objects.filter(queries.visible_tasks(request.actor, clock.today()), id=task_id).exists()
    return reverse("task", args=[task_id]) if seen else reverse("task-list")


def _task_page(request: ActorRequest, task_id: uuid.UUID, failed: tuple[str, forms.Form] | None = None) -> HttpResponse:
    today = clock.today()
    page = queries.get_task(request.actor, task_id, today=today)
    if failed and failed[0] in _WORK and not page.may_work:
        raise Refused(page.may_work.reason, action="task.work")
    task = page.row.task
    deeds = {
        name: _form(
            name,
            units=_takers(task) if name == "hand-over" else (),
            done_on=today,
            due_on=task.due_on,
        )
        for name in _open_deeds(page)
    }
    if failed and failed[0] in deeds:
        deeds[failed[0]] = failed[1]
    return render(
        request,
        "coordination/task.html",
        {
            "page": page,
            "row": page.row,
            "task": task,
            "disclosed": [
                (person.name, [(label, shown(value) or gettext("uppgift saknas")) for label, value in person.values])
                for person in page.disclosed.persons
            ],
            "deeds": {name.replace("-", "_"): form for name, form in deeds.items()},
            "failed": failed[0].replace("-", "_") if failed else "",
            "failed_form": failed[1] if failed else None,
        },
        status=422 if failed else 200,
    )


def _takers(task: PlanTask) -> list[Unit]:
    """The other units that the task can go to; a protected case stays in its own branch."""
    return [
        unit
        for unit in queries.units_for_hand_over()
        if unit.id != task.unit_id and not (task.case.protected and unit.branch_id != task.case.branch_id)
    ]


def _open_deeds(page: TaskPage) -> list[str]:
    """What may be done now: the services' own verdicts, and the task's status."""
    state, deeds = page.row.task.status, []
    if page.may_work:
        if state == PlanTask.Status.OPEN:
            deeds.append("take")
        if not page.row.finished:
            deeds += ["done", "move-due", "not-applicable"]
        elif state != PlanTask.Status.CANCELLED:
            deeds.append("reopen")
    if page.may_hand_over and not page.row.finished:
        deeds.append("hand-over")
    if page.may_comment:
        deeds.append("comment")
    return deeds


# --- meeting ----------------------------------------------------------------------------------------------------------


@require_safe
@requires("meeting.view")
def meeting(request: ActorRequest) -> HttpResponse:
    """The agenda of the coordination meeting, on screen or, with ``print``, on paper."""
    form = asked.MeetingFilterForm({"days": request.GET.get("days", "30"), "late": request.GET.get("late")})
    chosen = form.cleaned_data if form.is_valid() else {}
    days, late = chosen.get("days") or 30, bool(chosen.get("late"))
    matters, more = queries.meeting(request.actor, today=clock.today(), days=days, late_only=late)
    context = {
        "form": form,
        "days": days,
        "late_only": late,
        "matters": matters,
        "more": more,
        "boards": sorted({board for matter in matters for board in matter.boards}),
    }
    if "print" in request.GET:
        return render(request, "coordination/meeting_print.html", {**context, "nav": [], "demo": False})
    return render(request, "coordination/meeting.html", context)


# --- common planning ---------------------------------------------------------------------------------------------


def _quarter(request: ActorRequest) -> Quarter:
    year, number = request.GET.get("ar", ""), request.GET.get("kvartal", "")
    now = Quarter.of(clock.today())
    if year.isdecimal() and number in {"1", "2", "3", "4"} and abs(int(year) - now.year) <= 3:
        return Quarter(int(year), int(number))
    return now


@form_page
@requires("meeting.view")
def joint_plan(request: ActorRequest) -> HttpResponse:
    """The quarter's common plan: what each board has before it, how it went, and what units take on."""
    quarter = _quarter(request)
    units = commitments.committing_units(request.actor)
    form = asked.CommitmentForm(form_data(request), units=units)
    if form.is_valid():
        try:
            commitments.add_commitment(
                request.actor, year=quarter.year, quarter=quarter.number, today=clock.today(), **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, gettext("Åtagandet är sparat."))
            return redirect(f"{reverse('joint-plan')}?ar={quarter.year}&kvartal={quarter.number}")
    plan = commitments.joint_plan(request.actor, quarter, today=clock.today())
    context = {"plan": plan, "form": form, "outcomes": asked.OUTCOMES, "now": Quarter.of(clock.today())}
    return render(request, "coordination/joint_plan.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires("meeting.view")
def commitment_follow_up(request: ActorRequest, commitment_id: int) -> HttpResponse:
    """How a commitment went."""
    commitment = get_object_or_404(Commitment.objects.select_related("unit"), id=commitment_id)
    address = f"{reverse('joint-plan')}?ar={commitment.year}&kvartal={commitment.quarter}"
    verdict = commitments.may_follow_up(request.actor, commitment)
    if not verdict:
        raise Refused(verdict.reason, action="task.work")
    form = asked.FollowUpForm(request.POST)
    if form.is_valid():
        commitments.follow_up_commitment(request.actor, commitment=commitment, today=clock.today(), **form.cleaned_data)
        messages.success(request, gettext("Uppföljningen är sparad."))
    else:
        messages.error(request, gettext("Välj hur det gick. Det du lärt dig får ha högst 500 tecken."))
    return redirect(address)


# --- the newcomer's own -----------------------------------------------------------------------------------------------


@require_safe
@requires("own_plan.view")
def my_plan(request: ActorRequest) -> HttpResponse:
    """The newcomer's own plan: what comes, who helps, what is done."""
    _person, steps = queries.own_plan(request.actor, today=clock.today())
    ahead = _for_whom(step for step in steps if not step.done)
    near = ahead[:STEPS_AT_A_TIME]
    return render(
        request,
        "coordination/my_plan.html",
        {
            "near": near,
            "later": ahead[STEPS_AT_A_TIME:],
            "done": _for_whom(step for step in steps if step.done),
            "helpers": {step.unit: step.contact for step, _persons in near},
            "home": own_home(request.actor, today=clock.today()),
        },
    )


def _for_whom(steps: Iterable[OwnStep]) -> list[tuple[OwnStep, list[str]]]:
    """The steps in their order, the same step for several in the family put together with their names."""
    found: dict[OwnStep, list[str]] = {}
    for step in steps:
        found.setdefault(replace(step, person=""), []).append(step.person)
    return [(step, [name for name in names if name]) for step, names in found.items()]
