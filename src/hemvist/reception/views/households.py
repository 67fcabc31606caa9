"""The household pages to read: the list, the household with its shared plan, and the person."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from operator import attrgetter
from typing import Any

from django.db.models import Model, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from hemvist.access import policy
from hemvist.access.actor import Actor
from hemvist.access.decorators import View, requires
from hemvist.access.errors import NotVisible
from hemvist.access.http import ActorRequest, form_page
from hemvist.access.models import Case
from hemvist.coordination import queries as coordination
from hemvist.coordination import words
from hemvist.coordination.models import PlanChange
from hemvist.coordination.queries import BoardPlan, Bundle, Plan, PlanSummary, TaskRow
from hemvist.housing.household import lives_at
from hemvist.law.regime import Regime
from hemvist.law.secrecy import GROUNDS
from hemvist.law.target_group import PERMIT_GROUND_LABELS
from hemvist.law.types import Answer
from hemvist.organisation.models import Board, Unit
from hemvist.organisation.queries import plan_items_by_code, rulings_on
from hemvist.reception import identity, queries
from hemvist.reception.facts import effective, standing
from hemvist.reception.fields import FIELDS
from hemvist.reception.forms.households import FACT_FORMS, ListFilter, described
from hemvist.reception.models import Arrival, Category, Consent, Disclosure, Fact, FactKind, Identifier
from hemvist.reception.queries import HouseholdFilter, HouseholdRow, Member
from hemvist.web import clock, files
from hemvist.web.paging import Page, asked_page, query_of
from hemvist.web.templatetags.hemvist import longdate

PAGE_SIZE = 50
# What is due within this time stands open in the plan; the rest is folded.
NEAR = timedelta(days=45)
STATES = {"expected": gettext_lazy("väntas"), "received": gettext_lazy("mottaget"), "closed": gettext_lazy("avslutat")}

# --- what a page is about ---------------------------------------------------------------------------------


def _about(
    permission: str, find: Callable[[Actor, uuid.UUID], tuple[uuid.UUID, Any]], action: str = "household.viewed"
) -> Callable[[View], View]:
    """The view gets the household's row, and what ``find`` found in it, if the actor may do this with its case.

    Every call leaves a row in the audit journal, by the query.
    """

    def decorate(view: View) -> View:
        @requires(permission)
        @wraps(view)
        def loaded(request: ActorRequest, **keys: Any) -> HttpResponse:
            key = next(name for name in keys if name.endswith("_id"))
            household_id, thing = find(request.actor, keys.pop(key))
            row = queries.get_household(request.actor, household_id, today=clock.today(), action=action)
            policy.require_with_case(request.actor, permission, row.case)
            return view(request, row, *([thing] if thing is not None else []), **keys)

        return loaded

    return decorate


def household_view(permission: str, action: str = "household.viewed") -> Callable[[View], View]:
    """A view of a household: ``view(request, row)``. ``action`` says in the journal what was read."""
    return _about(permission, lambda actor, key: (key, None), action)


def person_view(permission: str) -> Callable[[View], View]:
    """A view of a person: ``view(request, row, person)``."""

    def find(actor: Actor, key: uuid.UUID) -> tuple[uuid.UUID, Any]:
        person = queries.get_person(actor, key)
        return person.case.household.id, person

    return _about(permission, find)


def thing_view(permission: str, model: type[Model], path: str) -> Callable[[View], View]:
    """A view of something that hangs on a household by ``path``: ``view(request, row, thing)``."""

    def find(actor: Actor, key: Any) -> tuple[uuid.UUID, Any]:
        related = path.replace(".", "__")
        thing = model._default_manager.select_related(related).filter(pk=key).first()
        if thing is None:
            raise NotVisible(action=permission, object_id=str(key))
        return attrgetter(path)(thing).id, thing

    return _about(permission, find)


_DEEDS = (
    "case.write",
    "plan.coordinate",
    "guidance.log",
    "report.send",
    "consent.record",
    "disclosure.make",
    "protection.mark",
)


def allowed(actor: Actor, case: Case) -> dict[str, bool]:
    """The deeds that the actor may do with the case, as templates ask: ``may.case_write``."""
    return {deed.replace(".", "_"): bool(policy.may_with_case(actor, deed, case)) for deed in _DEEDS}


# --- the list ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListRow:
    row: HouseholdRow
    plan: PlanSummary | None

    @property
    def children(self) -> int:
        return sum(m.membership.position == m.membership.Position.CHILD for m in self.row.current)

    @property
    def state_label(self) -> str:
        return str(STATES[self.row.state])


SEARCH = "household_search"


def _search(request: ActorRequest) -> str:
    """The name or number searched for. It lies in the session: an address ends up in logs and histories."""
    if "sok" not in request.GET:
        request.session.pop(SEARCH, None)
        return ""
    return str(request.session.get(SEARCH, ""))


def _asked(request: ActorRequest, today: date) -> tuple[ListFilter, HouseholdFilter, Q | None]:
    form = ListFilter({**request.GET.dict(), "sok": _search(request)})
    form.is_valid()
    given = form.cleaned_data
    wanted = HouseholdFilter(
        search=given.get("sok", ""),
        category=given.get("kategori", ""),
        state=given.get("lage", ""),
        sort=given.get("ordning") or "newest",
    )
    return form, wanted, coordination.households_with_late_tasks(today) if given.get("forsenade") else None


@form_page
@requires("case.list")
def household_list(request: ActorRequest) -> HttpResponse:
    """The list. The filter is posted, so that a name never stands in an address."""
    if request.method == "POST":
        asked = {name: value for name in ListFilter.base_fields if (value := request.POST.get(name, "").strip())}
        request.session[SEARCH] = asked.get("sok", "")[:100]
        if "sok" in asked:
            asked["sok"] = "1"
        return redirect(f"{reverse('household-list')}?{urlencode(asked)}" if asked else reverse("household-list"))
    today, number = clock.today(), asked_page(request)
    form, wanted, extra = _asked(request, today)
    rows, more = queries.list_households(
        request.actor, wanted, today=today, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE, extra=extra
    )
    plans = coordination.summaries([row.case.id for row in rows], today)
    context = {
        "form": form,
        "filtered": wanted != HouseholdFilter() or extra is not None,
        "page": Page([ListRow(row, plans.get(row.case.id)) for row in rows], number, more),
        "exports": [
            (label, f"{reverse('household-export')}?{query_of(request, format=code)}")
            for code, label in (("csv", "CSV"), ("xlsx", "Excel"))
        ],
    }
    return render(request, "reception/household_list.html", context)


COLUMNS = {
    "case_number": gettext_lazy("Ärendenummer"),
    "category": gettext_lazy("Kategori"),
    "state": gettext_lazy("Läge"),
    "persons": gettext_lazy("Antal personer"),
    "planned_arrival_on": gettext_lazy("Planerad ankomst"),
    "received_on": gettext_lazy("Mottagna"),
    "latest_reception_on": gettext_lazy("Senaste mottagningsdag enligt beslutet"),
}


@require_safe
@requires("case.list")
def household_export(request: ActorRequest) -> HttpResponse:
    """The list in an allow-list of columns, as CSV for a Swedish Excel or as XLSX."""
    today = clock.today()
    _form, wanted, extra = _asked(request, today)
    found = queries.export_households(request.actor, wanted, today=today, extra=extra)
    labels = {"category": dict(Category.choices), "state": STATES}
    table = [[str(labels[name][row[name]]) if name in labels else row[name] for name in COLUMNS] for row in found]
    header = [str(label) for label in COLUMNS.values()]
    name = "-".join((_("hushall"), today.isoformat()))
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    return files.table_file(kind, name, _("Hushåll"), header, table)


# --- the household ----------------------------------------------------------------------------------------

TABS = (
    ("household", gettext_lazy("Plan")),
    ("household-people", gettext_lazy("Personer")),
    ("household-housing", gettext_lazy("Bostad")),
    ("household-sharing", gettext_lazy("Utlämnanden")),
    ("household-guidance", gettext_lazy("Vägledning")),
    ("household-history", gettext_lazy("Historik")),
    ("compensation-household", gettext_lazy("Ersättning")),
)


def household_tabs(household_id: uuid.UUID, here: str) -> list[dict[str, Any]]:
    """The links between a household's pages, with the one at the address ``here`` marked."""
    urls = [(label, reverse(name, args=[household_id])) for name, label in TABS]
    return [{"label": label, "url": url, "current": url == here} for label, url in urls]


def _page(request: ActorRequest, row: HouseholdRow, template: str, **context: Any) -> HttpResponse:
    """One of the household's pages, under the same heading and the same links."""
    return render(
        request,
        f"reception/{template}",
        {
            "row": row,
            "state_label": STATES[row.state],
            "may": allowed(request.actor, row.case),
            "tabs": household_tabs(row.household.id, request.path),
            **context,
        },
    )


@dataclass(frozen=True, slots=True)
class Card:
    """A person as the household's page shows one."""

    member: Member
    age: int | None
    permit: str
    first_reception: Answer[date]
    lacks: list[words.Missing]
    arrivals: tuple[Arrival, ...]
    identifiers: tuple[tuple[Identifier, str], ...]


def _card(row: HouseholdRow, member: Member, today: date, rulings: Mapping[str, str], home: str) -> Card:
    permit, reception = member.known.permit, queries.first_reception(row, member, rulings, home)
    return Card(
        member,
        age_on(member.known.birth_date, member.known.died_on or today),
        _(PERMIT_GROUND_LABELS[permit.ground]) if permit else "",
        reception,
        lacks(reception),
        tuple(member.person.arrivals.all()),
        tuple((i, identity.show(i.kind, i.value)) for i in member.identifiers),
    )


def _cards(row: HouseholdRow, members: Iterable[Member], today: date) -> list[Card]:
    rulings, home = rulings_on(today), queries.home()
    return [_card(row, member, today, rulings, home) for member in members]


def lacks(answer: Answer[Any]) -> list[words.Missing]:
    """What must be known, or settled by the municipality, before the rule can answer."""
    return words.missing((*answer.missing, *(f"{words.RULING}{asked.key}" for asked in answer.rulings_needed)))


def age_on(birth: date | None, on: date) -> int | None:
    if birth is None or birth > on:
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


@dataclass(frozen=True, slots=True)
class BoardPart:
    """One board's part of the plan: what is near, what comes later, what is finished."""

    board: Board
    late: int
    done: int
    all: int
    now: list[Bundle]
    later: list[Bundle]
    finished: list[Bundle]

    @property
    def later_count(self) -> int:
        return sum(len(bundle.rows) for bundle in self.later)

    @property
    def finished_count(self) -> int:
        return sum(len(bundle.rows) for bundle in self.finished)


def _board(part: BoardPlan, today: date) -> BoardPart:
    def near(row: TaskRow) -> bool:
        due = row.task.due_on
        return row.task.status == row.task.Status.TAKEN or (due is not None and due <= today + NEAR)

    left = [row for row in part.rows if not row.finished]
    return BoardPart(
        part.board,
        part.late,
        part.done,
        len(part.rows),
        coordination.bundled(row for row in left if near(row)),
        coordination.bundled(row for row in left if not near(row)),
        coordination.bundled(row for row in part.rows if row.finished),
    )


@require_safe
@household_view("case.read")
def household(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    """The heart: the shared plan by board, beside who they are and what the days rest on."""
    today = clock.today()
    plan = coordination.plan_of(request.actor, row, today=today)
    assignment = row.active_assignment
    deadline = queries.deadline_of(assignment, row) if assignment else None
    return _page(
        request,
        row,
        "household.html",
        plan=plan,
        boards=[_board(part, today) for part in plan.boards],
        cards=_cards(row, row.current, today),
        assignment=assignment,
        regime=Regime(assignment.regime) if assignment and assignment.regime else None,
        deadline=deadline,
        deadline_lacks=lacks(deadline) if deadline else [],
        lease=lives_at(row.case, today),
        open_reports=[report for report in plan.reports if not report.sent_on],
        changes=told_changes(plan.changes[:1]),
        waiting=[m for m in row.current if not m.received_on],
    )


@require_safe
@household_view("case.read")
def household_people(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    today = clock.today()
    cards = _cards(row, row.members, today)
    return _page(
        request,
        row,
        "household_people.html",
        present=[card for card in cards if card.member.is_current],
        gone=[card for card in cards if not card.member.is_current],
    )


@require_safe
@household_view("case.read", "guidance.viewed")
def household_guidance(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    plan = coordination.plan_of(request.actor, row, today=clock.today())
    return _page(request, row, "household_guidance.html", entries=plan.guidance)


@require_safe
@household_view("case.read")
def household_history(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    today = clock.today()
    plan = coordination.plan_of(request.actor, row, today=today)
    return _page(
        request,
        row,
        "household_history.html",
        plan=plan,
        events=timeline(row, plan, today),
        changes=told_changes(plan.changes),
    )


# --- what has happened, in words ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """One point of the timeline; ``state`` is empty, ``future`` or ``late``."""

    on: date
    words: str
    note: str = ""
    state: str = ""


def timeline(row: HouseholdRow, plan: Plan, today: date) -> list[Event]:
    """From the first decision to what is planned, in order of days."""
    case, events = row.case, [Event(row.case.opened_on, _("Ärendet lades upp"))]

    def ahead(on: date) -> str:
        return "late" if on < today else "future"

    for transfer in case.transfers.select_related("from_branch__board", "to_branch__board", "move"):
        boards = {"old": transfer.from_branch.board.name, "new": transfer.to_branch.board.name}
        events.append(
            Event(transfer.on, _("Ansvaret flyttade från %(old)s till %(new)s") % boards, transfer.move.reference)
        )
    for assignment in row.assignments:
        events.append(Event(assignment.decided_on, _("Migrationsverket beslutade om anvisning"), assignment.reference))
        if assignment.status_on:
            told = _("Anvisningen: %(status)s") % {"status": assignment.get_status_display().lower()}
            events.append(Event(assignment.status_on, told, assignment.status_reason))
    waiting = not case.closed_on and not row.all_received
    if waiting and row.household.planned_arrival_on and not row.received_on:
        planned = row.household.planned_arrival_on
        events.append(Event(planned, _("Planerad ankomst"), state=ahead(planned)))
    if waiting and row.active_assignment and (last := queries.deadline_of(row.active_assignment, row).value):
        events.append(Event(last, _("Sista dag att ta emot hushållet"), state=ahead(last)))
    received: dict[date, list[str]] = defaultdict(list)
    for member in row.members:
        if member.received_on:
            received[member.received_on].append(member.name)
        events.extend(_of_member(member, case))
    for on, names in received.items():
        told = ngettext("%(count)d person togs emot", "%(count)d personer togs emot", len(names))
        events.append(Event(on, told % {"count": len(names)}, ", ".join(names)))
    for report in plan.reports:
        kind = report.get_kind_display()
        if report.sent_on:
            events.append(Event(report.sent_on, _("Rapport till Migrationsverket skickades"), kind))
        else:
            events.append(Event(report.due_on, _("Rapport till Migrationsverket"), kind, ahead(report.due_on)))
    for who in filter(None, (plan.coordinator, *plan.former_coordinators)):
        note = f"{who.user.name} · {who.unit.name}" if who.user else who.unit.name
        events.append(Event(who.valid_from, _("Samordnare utsågs"), note))
    if case.closed_on:
        events.append(Event(case.closed_on, _("Ärendet avslutades"), case.closed_reason))
    return sorted(events, key=lambda event: event.on)


def _of_member(member: Member, case: Case) -> Iterable[Event]:
    membership, known = member.membership, member.known
    if membership.valid_from > case.opened_on:
        yield Event(membership.valid_from, _("%(name)s kom med i hushållet") % {"name": member.name}, membership.reason)
    for registration in known.registrations:
        if not registration.registered:
            told = _("%(name)s är inte längre folkbokförd") % {"name": member.name}
            yield Event(registration.day, told, str(registration.state.label))
        elif registration.registered_on:
            told = _("%(name)s folkbokfördes") % {"name": member.name}
            yield Event(registration.registered_on, told, registration.municipality)
    if known.died_on:
        yield Event(known.died_on, _("%(name)s avled") % {"name": member.name})
    if membership.valid_to:
        yield Event(membership.valid_to, _("%(name)s lämnade hushållet") % {"name": member.name}, membership.reason)


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One derivation that changed the plan: how much, and what, line by line."""

    change: PlanChange
    summary: str
    lines: tuple[str, ...]


def told_changes(changes: Sequence[PlanChange]) -> list[ToldChange]:
    """What has changed in the plan, in words. Two queries however many the changes are."""
    told = [part for change in changes for part in change.changes]
    titles = plan_items_by_code() if told else {}
    sides = {side for part in told if part["what"] == "owner" for side in (part["from"], part["to"])}
    units = {str(unit.id): unit.name for unit in Unit.objects.filter(id__in=sides)} if sides else {}

    def title(code: str) -> str:
        return coordination.text_of(titles[code].title if code in titles else None, code)

    result = []
    for change in changes:
        lines = Counter(_line(part, title(part["code"]), units) for part in change.changes)
        summary = ", ".join(
            told_of % {"count": count}
            for count, told_of in (
                (change.added, ngettext("%(count)d tillkom", "%(count)d tillkom", change.added)),
                (change.moved, ngettext("%(count)d flyttades", "%(count)d flyttades", change.moved)),
                (change.removed, ngettext("%(count)d utgår", "%(count)d utgår", change.removed)),
            )
            if count
        )
        result.append(
            ToldChange(change, summary, tuple(f"{line} ({n})" if n > 1 else line for line, n in lines.items()))
        )
    return result


def _line(part: Mapping[str, str], title: str, units: Mapping[str, str]) -> str:
    if part["what"] == "owner":
        sides = {"from": units.get(part["from"], part["from"]), "to": units.get(part["to"], part["to"])}
        return _("%(title)s: ansvaret gick från %(from)s till %(to)s") % {"title": title, **sides}
    if part["what"] == "removed":
        return _("%(title)s utgår") % {"title": title}
    days = {"title": title, "from": _day(part["from"]), "to": _day(part["to"])}
    if part["what"] == "moved":
        if days["from"] and days["to"]:
            return _("%(title)s flyttades från %(from)s till %(to)s") % days
        if days["to"]:
            return _("%(title)s fick en dag: %(to)s") % days
        return _("%(title)s har ingen dag längre") % days
    if part["what"] == "revived":
        return _("%(title)s togs upp igen") % days
    return _("%(title)s tillkom, senast %(to)s") % days if days["to"] else _("%(title)s tillkom") % days


def _day(text: str) -> str:
    day = parse_date(text or "")
    return longdate(day) if day else ""


# --- across the boundary ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """A disclosure or a consent as the page shows it."""

    thing: Disclosure | Consent
    who: str
    what: str
    ground: str
    state: str
    color: str
    holds: bool
    may_approve: bool = False


def _state_of(disclosure: Disclosure, case: Case, today: date) -> tuple[str, str, bool]:
    """In words and colour where a disclosure stands, and whether it can still be ended."""
    if disclosure.revoked_at:
        day = longdate(timezone.localtime(disclosure.revoked_at).date())
        return _("avslutat %(day)s") % {"day": day}, "neutral", False
    if disclosure.valid_to <= today:
        return _("har gått ut"), "neutral", False
    if disclosure.needs_approval and not disclosure.approved_at:
        return _("väntar på godkännande"), "warning", True
    if case.protected and not disclosure.needs_approval:
        return _("vilar, ärendet är skyddat"), "warning", True
    return _("gäller"), "success", True


def _consent_state(consent: Consent, today: date) -> tuple[str, str, bool]:
    if consent.withdrawn_on:
        return _("återtaget %(day)s") % {"day": longdate(consent.withdrawn_on)}, "neutral", False
    if consent.expires_on <= today:
        return _("har gått ut"), "neutral", False
    return _("gäller"), "success", True


@require_safe
@household_view("case.read", "disclosures.viewed")
def household_sharing(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    """What has been disclosed and consented to, to whom, on which ground, until when."""
    today = clock.today()
    disclosures, consents = queries.case_disclosures(request.actor, row.case)

    def given(thing: Disclosure | Consent, ground: str, state: str, color: str, holds: bool, **more: bool) -> Given:
        who = ", ".join(names_in(row, thing))
        return Given(thing, who, field_words(thing.fields), ground, state, color, holds, **more)

    return _page(
        request,
        row,
        "household_sharing.html",
        disclosures=[
            given(
                disclosure,
                f"{_(GROUNDS[disclosure.ground].label)} ({disclosure.paragraph})",
                *_state_of(disclosure, row.case, today),
                may_approve=disclosure.made_by_id != request.actor.user_id
                and disclosure.needs_approval
                and not (disclosure.approved_at or disclosure.revoked_at)
                and disclosure.valid_to > today,
            )
            for disclosure in disclosures
        ],
        consents=[given(consent, "", *_consent_state(consent, today)) for consent in consents],
    )


def field_words(codes: Iterable[str]) -> str:
    return ", ".join(str(field.label).lower() for field in FIELDS.values() if field.code in codes)


def names_in(row: HouseholdRow, thing: Disclosure | Consent) -> list[str]:
    chosen = {person.id for person in thing.persons.all()}
    return [member.name for member in row.members if member.person.id in chosen]


# --- the person -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """A kind of fact and what holds today: one fact at most, but for stays. ``dated``: it has a day to hold from that
    is not part of the fact itself.
    """

    kind: str
    label: str
    facts: list[tuple[Fact, list[tuple[str, Any]]]]
    dated: bool


@dataclass(frozen=True, slots=True)
class Past:
    """A fact of the history, and where it stands."""

    fact: Fact
    parts: list[tuple[str, Any]]
    state: str
    open: bool


def _holding(history: Sequence[Fact], today: date) -> dict[str, list[Fact]]:
    """The facts of each kind that hold today: the effective one, and of the stays all that stand."""
    stays = sorted(standing(history, FactKind.STAY), key=lambda fact: (fact.value["start"], fact.id))
    return {kind: [fact] for kind, fact in effective(history, today).items()} | {
        FactKind.STAY.value: [fact for fact in stays if not fact.value["struck"]]
    }


def _past(fact: Fact, holding: Mapping[str, Sequence[Fact]], corrected: set[int | None], today: date) -> Past:
    if fact.id in corrected:
        state = _("rättad")
    elif fact in holding.get(fact.kind, ()):
        state = _("gäller")
    elif fact.value.get("struck"):
        state = _("struken")
    else:
        state = _("gäller framåt") if fact.valid_from > today else _("gällde tidigare")
    return Past(fact, described(fact.kind, fact.value), state, fact.id not in corrected)


@require_safe
@person_view("case.read")
def person(request: ActorRequest, row: HouseholdRow, person: Any) -> HttpResponse:
    """All that is known of a person, with source, day and every correction."""
    today = clock.today()
    member = member_of(row, person.id)
    history = queries.person_history(request.actor, person)
    holding = _holding(history, today)
    corrected = {fact.corrects_id for fact in history}
    return render(
        request,
        "reception/household_person.html",
        {
            "row": row,
            "card": _cards(row, [member], today)[0],
            "may": allowed(request.actor, row.case),
            "known": [
                Known(
                    kind,
                    str(FactKind(kind).label),
                    [(fact, described(kind, fact.value)) for fact in holding.get(kind, [])],
                    form.asks_valid_from,
                )
                for kind, form in FACT_FORMS.items()
            ],
            "history": [_past(fact, holding, corrected, today) for fact in history],
            "identifiers": [
                (i, identity.show(i.kind, i.value)) for i in person.identifiers.order_by("-valid_from", "-id")
            ],
            "arrivals": list(person.arrivals.order_by("-on", "-id").select_related("registered_by")),
            "money_url": request.actor.can("compensation.read") and reverse("compensation-person", args=[person.id]),
        },
    )


def member_of(row: HouseholdRow, person_id: uuid.UUID) -> Member:
    """The person as a member of the household. Raises NotVisible."""
    for member in row.members:
        if member.person.id == person_id:
            return member
    raise NotVisible(action="case.read", object_id=str(person_id))
