"""Anvisningar: the list, the register form, the page of one, and what is done with it. And the one way in for
households that nobody assigned.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page
from hemvist.law.reception import DecisionKind, appeal, receiving_duty
from hemvist.law.regime import Regime, governing
from hemvist.law.target_group import PERMIT_GROUND_LABELS, Living
from hemvist.law.types import Answer, Step
from hemvist.reception import queries, services
from hemvist.reception.forms import assignments as asked
from hemvist.reception.models import Assignment, Household, Person
from hemvist.reception.queries import AssignmentRow, HouseholdRow, TargetGroupCheck
from hemvist.reception.views.households import household_view
from hemvist.web import clock
from hemvist.web.paging import SIZE, Page, asked_page
from hemvist.web.templatetags.hemvist import longdate

# How many anvisningar a form offers to choose among.
MOST_CHOICES = 200

STATES = {
    "waiting": gettext_lazy("väntar"),
    "received": gettext_lazy("mottagen"),
    "withdrawn": gettext_lazy("återkallad"),
    "replaced": gettext_lazy("ersatt"),
    "lapsed": gettext_lazy("förfallen"),
}
# The facts that the target-group rules ask for, in words.
MISSING = {
    "permit_ground": gettext_lazy("grunden för uppehållstillståndet"),
    "permit_from": gettext_lazy("dagen då tillståndet beviljades"),
    "can_ground_registration": gettext_lazy("om tillståndet kan ligga till grund för folkbokföring"),
    "living": gettext_lazy("var personen bodde vid beslutet"),
    "birth_date": gettext_lazy("födelsedatum"),
    "renewal_for_covered_ground": gettext_lazy("om det nya tillståndet är sökt på en grund som omfattas"),
    "ground": gettext_lazy("grunden för anknytningspersonens tillstånd"),
    "first_received_on": gettext_lazy("dagen då anknytningspersonen först togs emot i en kommun"),
    "citizen_at_application": gettext_lazy("om anknytningspersonen var svensk medborgare vid ansökan"),
    "applied_on": gettext_lazy("dagen då den anhöriga ansökte"),
    "left_reception_act_on": gettext_lazy("dagen då mottagandelagen slutade gälla för personen"),
}


def missing_words(answer: Answer[Any]) -> list[str]:
    return [str(MISSING.get(name.split(".")[-1], name)) for name in answer.missing]


# --- the list ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """An anvisning as the list and its page show it."""

    found: AssignmentRow
    deadline: Answer[date]

    @property
    def assignment(self) -> Assignment:
        return self.found.assignment

    @property
    def row(self) -> HouseholdRow:
        return self.found.row

    @property
    def state(self) -> str:
        if self.assignment.status != Assignment.Status.ACTIVE:
            return self.assignment.status
        return "received" if self.found.received else "waiting"

    @property
    def state_label(self) -> str:
        return str(STATES[self.state])

    @property
    def received_on(self) -> date | None:
        return min((arrival.on for arrival in self.assignment.arrivals.all()), default=None)


def _line(found: AssignmentRow) -> Line:
    return Line(found, queries.deadline_of(found.assignment, found.row))


def _duty(today: date) -> tuple[Answer[str], Sequence[Step]]:
    """The duty of the act in force, and its steps with those on appeal."""
    regime = governing(today).value or Regime.BOS_2016
    duty = receiving_duty(regime)
    return duty, (*duty.steps, *appeal(DecisionKind.ASSIGNMENT, regime).steps)


@require_safe
@requires("assignment.list")
def assignment_list(request: ActorRequest) -> HttpResponse:
    today, number = clock.today(), asked_page(request)
    form = asked.AssignmentFilter(request.GET, today=today)
    form.is_valid()
    wanted = form.cleaned_data
    rows, more = queries.list_assignments(
        request.actor,
        today=today,
        status=wanted.get("status", ""),
        category=wanted.get("kategori", ""),
        year=int(wanted["ar"]) if wanted.get("ar") else None,
        offset=(number - 1) * SIZE,
        limit=SIZE,
    )
    duty, steps = _duty(today)
    context = {
        "form": form,
        "filtered": any(wanted.values()),
        "page": Page([_line(row) for row in rows], number, more),
        "duty": duty,
        "duty_steps": steps,
        "may_write": policy.may(request.actor, "assignment.write"),
        "may_import": policy.may(request.actor, "import.run"),
    }
    return render(request, "reception/assignment_list.html", context)


# --- a household comes in ---------------------------------------------------------------------------------


def _entry(
    request: ActorRequest,
    kind: asked.Kind,
    then: Callable[[Household], HttpResponse],
    *,
    heading: str,
    lead: str,
    button: str,
    back: tuple[str, str] = ("", ""),
) -> HttpResponse:
    """The page on which a household is typed in, or its registration."""
    today = clock.today()
    entry = asked.HouseholdEntry(kind, form_data(request), today)
    if entry.judged and (new := entry.household()):
        try:
            household = services.register_households(request.actor, [new], today=today)[0]
        except ValidationError as error:
            entry.refuse(error)
        else:
            return then(household)
    context: dict[str, Any] = {"entry": entry, "heading": heading, "lead": lead, "button": button}
    context["back"], context["back_label"] = back
    return render(request, "reception/intake.html", context)


@form_page
@requires("assignment.write")
def assignment_new(request: ActorRequest) -> HttpResponse:
    """An anvisning with its whole household."""

    def then(household: Household) -> HttpResponse:
        assignment = household.assignments.get()
        said = _("Anvisningen är registrerad. Ärendet har nummer %(number)s och planen är gjord.")
        messages.success(request, said % {"number": household.case.number})
        return redirect("assignment", assignment.id)

    return _entry(
        request,
        asked.WITH_ASSIGNMENT,
        then,
        heading=_("Registrera anvisning"),
        lead=_("Ett hushåll med en anvisning från Migrationsverket. Planen görs när du sparar."),
        button=_("Registrera anvisningen"),
        back=(reverse("assignment-list"), _("Anvisningar")),
    )


@form_page
@requires("case.write")
def household_new(request: ActorRequest) -> HttpResponse:
    """A household without an anvisning: self-settled (EBO) or relatives. The same service as for the assigned."""

    def then(household: Household) -> HttpResponse:
        said = _("Hushållet är registrerat. Ärendet har nummer %(number)s och planen är gjord.")
        messages.success(request, said % {"number": household.case.number})
        return redirect("household", household.id)

    return _entry(
        request,
        asked.WITHOUT_ASSIGNMENT,
        then,
        heading=_("Nytt hushåll utan anvisning"),
        lead=_("För den som har ordnat bostad själv (EBO) och för anhöriga. De får samma plan och samma service."),
        button=_("Registrera hushållet"),
        back=(reverse("household-list"), _("Hushåll")),
    )


RECEIPT = "intake_receipt"


@form_page
@requires("intake.create")
def intake_new(request: ActorRequest) -> HttpResponse:
    """One way in: the contact centre tells the reception of a household, and does not see it afterwards."""

    def then(household: Household) -> HttpResponse:
        request.session[RECEIPT] = household.case.number
        return redirect("intake-receipt")

    return _entry(
        request,
        asked.INTAKE,
        then,
        heading=_("Anmäl hushåll"),
        lead=_("Fyll i det du vet. Mottagandet tar över när du skickar in, och du får ett ärendenummer."),
        button=_("Skicka till mottagandet"),
    )


@require_safe
@requires("intake.create")
def intake_receipt(request: ActorRequest) -> HttpResponse:
    """The case number and nothing else."""
    number = request.session.get(RECEIPT)
    if number is None:
        return redirect("intake-new")
    return render(request, "reception/intake_receipt.html", {"number": number})


# --- one anvisning ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """A person under the rules on the target group."""

    check: TargetGroupCheck

    @property
    def permit(self) -> str:
        permit = self.check.member.known.permit
        return _(PERMIT_GROUND_LABELS[permit.ground]) if permit else ""

    @property
    def missing(self) -> list[str]:
        return missing_words(self.check.assignable)

    @property
    def expired_on(self) -> date | None:
        permit = self.check.member.known.permit
        return permit.valid_to if permit and self.check.now else None

    @property
    def now_missing(self) -> list[str]:
        return missing_words(self.check.now) if self.check.now else []


@require_safe
@requires("assignment.list")
def assignment(request: ActorRequest, assignment_id: uuid.UUID) -> HttpResponse:
    """The anvisning with its persons, and what the law says about it."""
    today = clock.today()
    line = _line(queries.get_assignment(request.actor, assignment_id, today=today))
    found = line.assignment
    form = asked.Assumptions(request.GET, needed=queries.open_assumptions(found, line.row))
    form.is_valid()
    assumed = form.cleaned_data
    regime = Regime(found.regime)
    living = assumed.get("boende")
    checks = queries.target_group(
        found,
        line.row,
        today=today,
        living=Living(living) if living else None,
        can_ground_registration={"ja": True, "nej": False}.get(assumed.get("folkbokforing", "")),
    )
    people = [Judged(check) for check in checks]
    context = {
        "line": line,
        "assignment": found,
        "row": line.row,
        "regime": regime,
        "governing": governing(found.decided_on),
        "duty": receiving_duty(regime),
        "appeal": appeal(DecisionKind.ASSIGNMENT, regime),
        "deadline_missing": missing_words(line.deadline),
        "people": people,
        "expired": [person for person in people if person.expired_on],
        "form": form,
        "assumed": any(assumed.values()),
        "may_write": policy.may_with_case(request.actor, "assignment.write", line.row.case),
    }
    return render(request, "reception/assignment.html", context)


def _effect(moves: Sequence[services.PlanMove]) -> list[str]:
    """What would happen to the shared plan, in numbers."""
    added, removed, moved = (sum(getattr(move, name) for move in moves) for name in ("added", "removed", "moved"))
    told = (
        (added, ngettext("%(n)d uppgift tillkommer i planen.", "%(n)d uppgifter tillkommer i planen.", added)),
        (removed, ngettext("%(n)d uppgift tas bort ur planen.", "%(n)d uppgifter tas bort ur planen.", removed)),
        (moved, ngettext("%(n)d uppgift får ett nytt datum.", "%(n)d uppgifter får nya datum.", moved)),
    )
    return [words % {"n": count} for count, words in told if count] or [_("Planens uppgifter ändras inte.")]


def _reviewed(
    request: ActorRequest,
    form: forms.Form,
    deed: Callable[[dict[str, Any]], object],
    then: Callable[[], HttpResponse],
    *,
    template: str,
    facts: Callable[[dict[str, Any]], list[str]],
    **context: Any,
) -> HttpResponse:
    """The form; then what will happen, in numbers; then the deed. Nothing is saved before the last step."""
    effect: list[str] = []
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        data = form.cleaned_data
        try:
            if "sure" in request.POST:
                deed(data)
                return then()
            effect = [*facts(data), *_effect(services.rehearse(lambda: deed(data)))]
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, template, {"form": form, "effect": effect, **context})


def _persons(count: int) -> str:
    return ngettext("%(n)d person", "%(n)d personer", count) % {"n": count}


@form_page
@requires("assignment.write")
def assignment_end(request: ActorRequest, assignment_id: uuid.UUID) -> HttpResponse:
    """Withdrawn, replaced or lapsed. The anvisning stays in the register."""
    today = clock.today()
    line = _line(queries.get_assignment(request.actor, assignment_id, today=today))
    policy.require_with_case(request.actor, "assignment.write", line.row.case)
    found = line.assignment
    others, _more = queries.list_assignments(request.actor, today=today, limit=MOST_CHOICES)
    others = [o for o in others if o.assignment.id != found.id and o.assignment.status == Assignment.Status.ACTIVE]
    posted = form_data(request)
    form = asked.EndAssignment(posted, others=others, initial={"on": today})

    def deed(data: dict[str, Any]) -> None:
        chosen = next((o.assignment for o in others if str(o.assignment.id) == data["replaced_by"]), None)
        services.end_assignment(
            request.actor,
            assignment=copy(found),
            status=data["status"],
            on=data["on"],
            reason=data["reason"],
            today=today,
            replaced_by=chosen,
        )

    def facts(data: dict[str, Any]) -> list[str]:
        covered = {person.id for person in found.persons.all()}
        received = sum(member.person.id in covered and member.received_on is not None for member in line.row.members)
        sentence = _("Anvisningen upphör %(day)s för %(persons)s, varav %(received)d redan är mottagna.")
        values = {"day": longdate(data["on"]), "persons": _persons(len(covered)), "received": received}
        return [sentence % values]

    def then() -> HttpResponse:
        messages.success(request, _("Anvisningen är avslutad. Den står kvar i registret och planen är uppdaterad."))
        return redirect("assignment", found.id)

    return _reviewed(
        request, form, deed, then, template="reception/assignment_end.html", facts=facts, line=line, row=line.row
    )


@form_page
@household_view("assignment.write")
def assignment_add(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    """An anvisning for a household that already has a case."""
    today = clock.today()
    posted = form_data(request)
    form = asked.AddAssignment(posted, row=row)
    made: list[Assignment] = []

    def chosen(data: dict[str, Any]) -> list[Person]:
        return [member.person for member in row.current if str(member.person.id) in data["persons"]]

    def deed(data: dict[str, Any]) -> None:
        assignment = services.add_assignment(
            request.actor,
            household=copy(row.household),
            persons=chosen(data),
            new=services.NewAssignment(data["decided_on"], data["latest_reception_on"], data["reference"]),
            category=data["category"],
            today=today,
        )
        made.append(assignment)

    def facts(data: dict[str, Any]) -> list[str]:
        regime = governing(data["decided_on"]).value
        sentence = _("Anvisningen gäller %(persons)s och följer lagen (%(act)s).")
        return [sentence % {"persons": _persons(len(chosen(data))), "act": regime.act if regime else "–"}]

    def then() -> HttpResponse:
        messages.success(request, _("Anvisningen är registrerad och planen är uppdaterad."))
        return redirect("assignment", made[-1].id)

    return _reviewed(request, form, deed, then, template="reception/assignment_add.html", facts=facts, row=row)
