"""The pages of a move of responsibility: drafted in parts, previewed in numbers, decided, withdrawn; its documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_page
from hemvist.organisation.models import Move, Unit
from hemvist.organisation.texts import said
from hemvist.placement import amending, letters, moving, queries
from hemvist.placement.forms import moves as asked
from hemvist.placement.moving import Access, Plan
from hemvist.web import clock


@require_safe
@requires("placement.view")
def move_list(request: ActorRequest) -> HttpResponse:
    today = clock.today()
    context = {
        "moves": queries.list_moves(request.actor),
        "today": today,
        "may_draft": request.actor.can("placement.draft"),
    }
    return render(request, "placement/move_list.html", context)


@form_page
@requires("placement.draft")
def move_new(request: ActorRequest) -> HttpResponse:
    """A draft that begins as the alternative says."""
    today, found = clock.today(), queries.alternatives()
    wanted = request.GET.get("alternativ", "")
    form = asked.NewMove(
        request.POST or None, alternatives=found, initial={"alternative": wanted if wanted in found else None}
    )
    if request.method == "POST" and form.is_valid():
        alternative = found[form.cleaned_data["alternative"]]
        given = form.cleaned_data
        plan = queries.preset(alternative, given["title"], given["takes_effect_on"])
        try:
            move = moving.draft_move(request.actor, plan=plan, today=today)
            amending.redraft(request.actor, move_id=move.pk, today=today)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Utkastet är sparat. Gå igenom delarna nedan."))
            return redirect("move", move.pk)
    context = {"form": form, "heading": _("Förbered en flytt"), "back": reverse("move-list"), "alternatives": found}
    return render(request, "placement/move_new.html", context, status=422 if form.errors else 200)


@require_safe
@requires("placement.view")
def move(request: ActorRequest, move_id: int) -> HttpResponse:
    """A move: what it does, what stands in its way, and what can be done with it."""
    return _show(request, queries.get_move(request.actor, move_id))


@require_safe
@requires("placement.draft")
def move_preview(request: ActorRequest, move_id: int) -> HttpResponse:
    """What would happen, in numbers: the deed is done and taken back."""
    found = queries.get_move(request.actor, move_id)
    if found.status not in {Move.Status.DRAFT, Move.Status.DECIDED}:
        return redirect("move", move_id)
    outcome = moving.preview(request.actor, move=found, today=clock.today())
    return _show(request, found, outcome=outcome)


def _show(request: ActorRequest, found: Move, outcome: moving.Outcome | None = None) -> HttpResponse:
    today, actor = clock.today(), request.actor
    draft = found.status == Move.Status.DRAFT
    ahead = draft or found.status == Move.Status.DECIDED
    rows = queries.function_rows(found)
    alternative = queries.alternatives().get(found.alternative)
    context = {
        "move": found,
        "today": today,
        "alternative": said(alternative.label) if alternative else found.alternative,
        "alternative_secrecy": said(alternative.confidentiality) if alternative else "",
        "rows": [row for row in rows if row.concerned],
        "unowned": sum(row.unowned for row in rows) + sum(task.unowned for row in rows for task in row.tasks),
        "secrecy": queries.confidentiality(rows),
        "names": queries.names_and_missions(found),
        "money": queries.money_rows(found) if found.status in {Move.Status.DRAFT, Move.Status.DECIDED} else [],
        "closing": list(Unit.objects.filter(code__in=found.closes).select_related("branch__board")),
        "obstacles": moving.obstacles(found, today) if ahead and actor.can("placement.draft") else [],
        "staff": queries.leaving_staff(found, rows, today) if draft and actor.can("placement.draft") else [],
        "access": list(found.access.select_related("user", "unit")) if actor.can("placement.draft") else [],
        "amendments": amending.shown(found),
        "outcome": queries.outcome_rows(found, outcome, exact=actor.can("placement.draft")),
        "previewed": outcome is not None,
        "may_draft": draft and actor.can("placement.draft"),
        "may_decide": draft and actor.can("placement.decide"),
        "may_withdraw": found.status == Move.Status.DECIDED
        and found.takes_effect_on > today
        and actor.can("placement.decide"),
        "may_begin_again": found.status == Move.Status.WITHDRAWN and actor.can("placement.draft"),
        "boards": amending.boards_of(found),
    }
    return render(request, "placement/move.html", context)


Deed = Callable[..., HttpResponse]


def _of_draft(view: Deed) -> Deed:
    """The page changes a draft; a move that is no longer one is shown as it is."""

    @wraps(view)
    def guarded(request: ActorRequest, move_id: int) -> HttpResponse:
        found = queries.get_move(request.actor, move_id)
        if found.status != Move.Status.DRAFT:
            messages.info(request, _("Flytten är inte längre ett utkast och kan inte ändras."))
            return redirect("move", move_id)
        return view(request, found)

    return guarded


def _change(request: ActorRequest, move: Move, form: Any, plan: Plan) -> HttpResponse | None:
    """Keep the plan, and word the rules anew. None when it was refused; the form then says why."""
    today = clock.today()
    try:
        moving.change_draft(request.actor, move_id=move.pk, plan=plan, today=today)
        amending.redraft(request.actor, move_id=move.pk, today=today)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    messages.success(request, _("Utkastet är sparat."))
    return redirect("move", move.pk)


def _form(request: ActorRequest, move: Move, form: Any, template: str, heading: str, **more: Any) -> HttpResponse:
    context = {"form": form, "move": move, "heading": heading, "back": reverse("move", args=[move.pk]), **more}
    return render(request, f"placement/{template}.html", context, status=422 if form.errors else 200)


@form_page
@requires("placement.draft")
@_of_draft
def move_basics(request: ActorRequest, move: Move) -> HttpResponse:
    plan, unit = moving.plan_of(move), queries.named_unit(move)
    code = unit.code if unit else ""
    name, mission = plan.names.get(code, {}), plan.missions.get(code, {})
    form = asked.MoveBasics(
        request.POST or None,
        closable=queries.closable_units(move.takes_effect_on),
        initial={
            "title": plan.title,
            "takes_effect_on": plan.takes_effect_on,
            "closes": plan.closes,
            "closed_cases_follow": plan.closed_cases_follow,
            "name_sv": name.get("sv", ""),
            "name_en": name.get("en", ""),
            "mission_sv": mission.get("sv", ""),
            "mission_en": mission.get("en", ""),
        },
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def both(part: str) -> dict[str, dict[str, str]]:
            words = {"sv": given[f"{part}_sv"], "en": given[f"{part}_en"]}
            return {code: words} if code and words["sv"] else {}

        changed = replace(
            plan,
            title=given["title"],
            takes_effect_on=given["takes_effect_on"],
            closes=tuple(given["closes"]),
            closed_cases_follow=given["closed_cases_follow"],
            names=both("name"),
            missions=both("mission"),
        )
        if answer := _change(request, move, form, changed):
            return answer
    return _form(request, move, form, "move_basics", _("Dag, namn och uppdrag"), unit=unit)


@form_page
@requires("placement.draft")
@_of_draft
def move_parts(request: ActorRequest, move: Move) -> HttpResponse:
    form = asked.MoveParts(
        request.POST or None,
        rows=queries.own_functions(move),
        units=queries.possible_owners(move),
        closing=frozenset(move.closes),
    )
    if request.method == "POST" and form.is_valid():
        plan = moving.plan_of(move)
        parts = form.parts()
        changed = queries.with_parts(plan, parts)
        if plan.access and not changed.access:
            messages.info(request, _("En annan enhet tar över mottagandet. Välj på nytt vem som får behörighet."))
        if answer := _change(request, move, form, changed):
            return answer
    return _form(request, move, form, "move_parts", _("Vem tar över vad"))


@form_page
@requires("placement.draft")
@_of_draft
def move_people(request: ActorRequest, move: Move) -> HttpResponse:
    today = clock.today()
    plan, rows = moving.plan_of(move), queries.function_rows(move)
    unit = queries.principal(move, rows)
    staff = queries.leaving_staff(move, rows, today)
    leaving = {one.grant.user_id for one in staff}
    others = [user for user in moving.staff_of_board(unit.board.code, today) if user.pk not in leaving] if unit else []
    form = asked.MovePeople(
        request.POST or None,
        staff=staff,
        others=others,
        chosen={row.user_id: (row.role, row.handles_protected) for row in plan.access if not row.follows},
    )
    if request.method == "POST" and form.is_valid() and unit is not None:
        given = form.cleaned_data
        access = [
            Access(one.grant.user_id, one.grant.role, unit.code, one.grant.handles_protected, follows=True)
            for one in staff
            if given[f"stays-{one.grant.pk}"]
        ] + [Access(user.pk, role, unit.code, protected) for user, role, protected in form.roles()]
        if answer := _change(request, move, form, replace(plan, access=tuple(access))):
            return answer
    return _form(request, move, form, "move_people", _("Vem får behörighet"), unit=unit)


@form_page
@requires("placement.draft")
@_of_draft
def move_rules(request: ActorRequest, move: Move) -> HttpResponse:
    """The wording of the amendments, which a person may put better than the draft does."""
    rows = amending.shown(move)
    form = asked.MoveRules(
        request.POST or None,
        rows=move.amendments,
        boards=[row.board_name for row in rows],
        drawn=amending.fingerprint(move),
    )
    if request.method == "POST":
        if "again" in request.POST:
            amending.redraft(request.actor, move_id=move.pk, today=clock.today(), anew=True)
            messages.success(request, _("Förslaget är skrivet på nytt."))
            return redirect("move-rules", move.pk)
        if form.is_valid():
            words = [form.cleaned_data[f"new-{number}"] for number in range(len(move.amendments))]
            try:
                amending.reword(request.actor, move_id=move.pk, words=words, drawn=form.cleaned_data["drawn"])
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Utkastet är sparat."))
                return redirect("move", move.pk)
    fields = [(row, form[f"new-{number}"]) for number, row in enumerate(rows)]
    return _form(request, move, form, "move_rules", _("Ändringar i reglementena"), fields=fields)


@form_page
@requires("placement.decide")
@_of_draft
def move_decide(request: ActorRequest, move: Move) -> HttpResponse:
    """Register the decision. Shows once more, in numbers, what will happen on the day."""
    today = clock.today()
    form = asked.Decision(request.POST or None, initial={"decided_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            moving.decide(request.actor, move_id=move.pk, today=today, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Beslutet är registrerat. Flytten sker av sig själv på dagen."))
            return redirect("move", move.pk)
    obstacles = moving.obstacles(move, today)
    outcome = None if obstacles else moving.preview(request.actor, move=move, today=today)
    return _form(
        request,
        move,
        form,
        "move_decide",
        _("Registrera beslutet"),
        obstacles=obstacles,
        outcome=queries.outcome_rows(move, outcome, exact=True),
    )


@form_page
@requires("placement.decide")
def move_withdraw(request: ActorRequest, move_id: int) -> HttpResponse:
    move, today = queries.get_move(request.actor, move_id), clock.today()
    if move.status != Move.Status.DECIDED:
        messages.info(request, _("Bara en beslutad flytt kan återkallas, och bara före dess första dag."))
        return redirect("move", move_id)
    form = asked.Withdrawal(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            moving.withdraw(request.actor, move_id=move.pk, today=today, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Flytten är återkallad. Ingenting har ändrats för ärenden och behörigheter."))
            return redirect("move", move.pk)
    return _form(request, move, form, "move_withdraw", _("Återkalla flytten"))


@require_POST
@requires("placement.draft")
def move_copy(request: ActorRequest, move_id: int) -> HttpResponse:
    """A new draft that begins as this move."""
    move = queries.get_move(request.actor, move_id)
    try:
        draft = moving.copy_move(request.actor, move_id=move.pk, today=clock.today())
        amending.redraft(request.actor, move_id=draft.pk, today=clock.today())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("move", move_id)
    messages.success(request, _("Ett nytt utkast är gjort. Kontrollera dagen och gå igenom delarna nedan."))
    return redirect("move", draft.pk)


@require_POST
@requires("placement.draft")
def move_discard(request: ActorRequest, move_id: int) -> HttpResponse:
    try:
        moving.discard_draft(request.actor, move_id=move_id)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("move", move_id)
    messages.success(request, _("Utkastet är borttaget."))
    return redirect("move-list")


@require_safe
@requires("placement.draft")
def move_letter(request: ActorRequest, move_id: int, kind: str) -> HttpResponse:
    """The report to the deciding body (tjänsteskrivelse), as DOCX or PDF."""
    found = queries.get_move(request.actor, move_id)
    return letters.answer(
        letters.report(request.actor, found, today=clock.today()), f"tjansteskrivelse-{found.pk}", kind
    )


@require_safe
@requires("placement.view")
def move_redline(request: ActorRequest, move_id: int, board: str, kind: str) -> HttpResponse:
    """A board's rules of procedure with the amendments marked."""
    found = queries.get_move(request.actor, move_id)
    document = letters.redline_of(found, board)
    return letters.answer(document, f"reglemente-{board.lower()}-{found.pk}", kind)
