"""The pages of payments: the lists that were read in, what came, and owed against paid."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_page
from hemvist.compensation import importing, reconciliation
from hemvist.compensation.forms.payments import ALL, CLEARED, TO_DO, ClearDifference, FindPerson, ReconciliationFilter
from hemvist.compensation.importing import REASONS
from hemvist.compensation.payment_file import LAYOUT
from hemvist.compensation.reconciliation import EXPORT_COLUMNS, ReconciledLine, Reconciliation
from hemvist.law.compensation.facts import GROUND_LABELS, Ground
from hemvist.law.rulings import QUESTIONS
from hemvist.law.sources import Source
from hemvist.law.types import Step
from hemvist.planning.reconciliation import ASSUMPTIONS, KIND_LABELS, NUMBERED, REPAYMENT, Kind, Reason
from hemvist.reception.staged_files import MAX_PROBLEMS
from hemvist.reception.views.imports import choose_file, fault_list, template, thrown_away
from hemvist.web import clock, files
from hemvist.web.paging import SIZE, Page, asked_page, query_of
from hemvist.web.templatetags.hemvist import kronor
from hemvist.web.templatetags.hemvist import shown as in_words

UNKNOWN_GROUND = gettext_lazy("Okänd ersättning")
SEARCH = "reconciliation-search"
# The colour and icon of each kind, by the codes of the common tags.
TAGS: Mapping[Kind, str] = {
    Kind.MATCHED: "done",
    Kind.EARLY: "decided",
    Kind.MISSING: "late",
    Kind.DIFFERING: "differing",
    Kind.UNEXPECTED: "lapsed",
    Kind.NOT_DUE: "open",
}


def state_of(kind: Kind, cleared: bool) -> tuple[str, str]:
    """How a line stands: the code of its tag, and its words."""
    return ("done", _("Utredd")) if cleared else (TAGS[kind], _(KIND_LABELS[kind]))


def ground_words(code: str, number: int | None = None) -> str:
    """What an amount is paid for, in the reader's language; an instalment has its number."""
    words = _(GROUND_LABELS[Ground(code)]) if code else str(UNKNOWN_GROUND)
    return f"{words} {number}/9" if number and code in NUMBERED else words


# --- the lists --------------------------------------------------------------------------------------------------------


@require_safe
@requires("compensation.read")
def payment_list(request: ActorRequest) -> HttpResponse:
    """What came, month by month, and the lists that were read in."""
    months = importing.came_by_month(request.actor)
    may_work = policy.may(request.actor, "compensation.work")
    context = {
        "months": [
            (month, [(ground_words(part.ground), part.count, part.sum) for part in month.parts]) for month in months
        ],
        "unmatched": sum(month.unmatched for month in months),
        "runs": importing.recent_files(request.actor) if may_work else [],
        "may_work": may_work,
    }
    return render(request, "compensation/payment_list.html", context)


@form_page
@requires("compensation.work")
def payment_new(request: ActorRequest) -> HttpResponse:
    """Choose a list. It is read and shown; nothing but the preview is kept."""
    context = {"columns": LAYOUT.guide_rows()}
    return choose_file(request, importing.stage, "compensation/payment_new.html", context, then="payment-preview")


@require_safe
@requires("compensation.work")
def payment_template(request: ActorRequest, kind: str) -> HttpResponse:
    """The template to fill in, as CSV or XLSX."""
    return template(LAYOUT, "utbetalningar", kind)


@require_safe
@requires("compensation.work")
def payment_preview(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    """What the list would bring in, or what it did."""
    run = importing.preview(request.actor, file_id)
    context = {
        "run": run,
        "problems": importing.problems_of(run),
        "most": MAX_PROBLEMS,
        "effect": _effect(run.summary),
        "totals": [
            (parse_date(month), ground_words(ground), count, Decimal(amount))
            for month, ground, count, amount in run.summary["totals"]
        ],
        "unmatched": [(row, REASONS[reason]) for row, reason in run.staged.get("unmatched", [])],
        "words": run.staged.get("words", []),
    }
    return render(request, "compensation/payment_preview.html", context)


def _effect(found: dict[str, int]) -> str:
    """What will happen, in numbers."""
    new, unmatched, known = found["new"], found["unmatched"], found["known"]
    told = [
        ngettext(
            "%(n)d utbetalning på tillsammans %(sum)s läses in.",
            "%(n)d utbetalningar på tillsammans %(sum)s läses in.",
            new,
        )
        % {"n": new, "sum": kronor(found["sum"])}
    ]
    if unmatched:
        told.append(
            ngettext(
                "%(n)d av dem har ingen känd person. Den sparas ändå och kan kopplas för hand.",
                "%(n)d av dem har ingen känd person. De sparas ändå och kan kopplas för hand.",
                unmatched,
            )
            % {"n": unmatched}
        )
    if known:
        told.append(
            ngettext("%(n)d finns redan och hoppas över.", "%(n)d finns redan och hoppas över.", known) % {"n": known}
        )
    return " ".join(told)


@require_safe
@requires("compensation.work")
def payment_errors(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    return fault_list(importing.problems_of(importing.preview(request.actor, file_id)))


@require_POST
@requires("compensation.work")
def payment_confirm(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    """Bring everything in, or nothing."""
    try:
        run = importing.confirm(request.actor, file_id, clock.today())
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Listan är inläst."))
        if later := run.summary["found_later"]:
            told = ngettext(
                "%(n)d tidigare utbetalning utan person har nu kopplats.",
                "%(n)d tidigare utbetalningar utan person har nu kopplats.",
                later,
            )
            messages.success(request, told % {"n": later})
    return redirect("payment-preview", file_id)


@require_POST
@requires("compensation.work")
def payment_discard(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    return thrown_away(request, importing.discard, file_id, then="payment-list")


# --- owed against paid ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the pages show it."""

    row: ReconciledLine

    @property
    def ground(self) -> str:
        return ground_words(self.row.line.ground, self.row.line.key[1])

    @property
    def tag(self) -> str:
        return state_of(self.row.kind, self.row.cleared is not None)[0]

    @property
    def label(self) -> str:
        return state_of(self.row.kind, self.row.cleared is not None)[1]

    @property
    def url(self) -> str:
        return reverse("difference-clear", args=[self.row.person.person_id, self.row.line.code])

    @property
    def reason(self) -> str:
        """The first reason that is known and not guessed, in words; all of them stand in ``steps``."""
        known = (reason for reason in self.row.reasons if not _is_guess(reason))
        return next((reason.step.render(_, in_words) for reason in known), "")

    @property
    def guesses(self) -> list[tuple[str, Source | None]]:
        """What would explain the line if it were so, each with its provision, the likeliest first."""
        found = (reason.step for reason in self.row.reasons if _is_guess(reason))
        return [(step.render(_, in_words), step.source) for step in found]

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is known: no guesses."""
        guessed = [reason.step for reason in self.row.reasons if _is_guess(reason)]
        return tuple(step for step in self.row.told.steps if step not in guessed)


def _is_guess(reason: Reason) -> bool:
    """Whether the reason is another assumption that gives what came, and not what the line itself says."""
    return reason == ASSUMPTIONS.get(reason.code) or reason.code == "cohort" or reason.code in QUESTIONS


def _asked(request: ActorRequest, found: Reconciliation) -> tuple[ReconciliationFilter, list[ReconciledLine]]:
    months = sorted({row.line.month for row in found.lines}, reverse=True)
    search = str(request.session.get(SEARCH, "")) if "sok" in request.GET else ""
    form = ReconciliationFilter({**request.GET.dict(), "sok": search}, months=months)
    form.is_valid()
    wanted = form.cleaned_data
    return form, [
        row
        for row in found.lines
        if _is_shown(row, wanted.get("visa", TO_DO))
        and wanted.get("manad", "") in ("", f"{row.line.month:%Y-%m}")
        and (not search or reconciliation.is_meant(row.person, search))
    ]


def _is_shown(row: ReconciledLine, wanted: str) -> bool:
    if wanted == TO_DO:
        return row.needs_attention
    if wanted == CLEARED:
        return row.cleared is not None
    return wanted in (ALL, row.kind)


@form_page
@requires("compensation.read")
def reconciliation_page(request: ActorRequest) -> HttpResponse:
    """What differs, with reasons. The search is posted, so that a name never stands in an address."""
    if request.method == "POST":
        asked = {name: value for name in ("visa", "manad", "sok") if (value := request.POST.get(name, "").strip())}
        request.session[SEARCH] = asked.get("sok", "")[:100]
        if "sok" in asked:
            asked["sok"] = "1"
        return redirect(f"{reverse('reconciliation')}?{urlencode(asked)}")
    found = reconciliation.reconcile_all(request.actor, today=clock.today())
    form, rows = _asked(request, found)
    number = asked_page(request)
    start = (number - 1) * SIZE
    context = {
        "found": found,
        "cards": _cards(found),
        "form": form,
        "filtered": bool(request.GET.keys() - {"sida"}),
        "page": Page([Shown(row) for row in rows[start : start + SIZE]], number, len(rows) > start + SIZE),
        "repayment": REPAYMENT,
        "unmatched": found.unmatched[: SIZE * 2],
        "export": f"{reverse('reconciliation-export')}?{query_of(request)}",
        "may_work": policy.may(request.actor, "compensation.work"),
    }
    return render(request, "compensation/reconciliation.html", context)


@require_safe
@requires("compensation.read")
def reconciliation_count(request: ActorRequest) -> HttpResponse:
    """The tile that tells how many differences wait; fetched by the page that shows it."""
    found = reconciliation.reconcile_all(request.actor, today=clock.today())
    context = {"count": found.to_do, "risk": found.repayment_risk}
    return render(request, "compensation/_to_clear.html", context)


@dataclass(frozen=True, slots=True)
class Card:
    """A kind of lines in numbers, with the way to them."""

    label: str
    icon: str
    count: int
    sum: Decimal | None
    shown: str
    late: bool = False


def _cards(found: Reconciliation) -> list[Card]:
    cards = [Card(_("Att utreda"), "list-checks", found.to_do, None, TO_DO)]
    for kind, icon in (
        (Kind.MISSING, "circle-alert"),
        (Kind.DIFFERING, "scale"),
        (Kind.UNEXPECTED, "circle-question-mark"),
    ):
        total = found.totals[kind]
        cards.append(Card(_(KIND_LABELS[kind]), icon, total.count, total.difference, kind, bool(total.count)))
    for kind, icon in ((Kind.MATCHED, "circle-check"), (Kind.EARLY, "calendar"), (Kind.NOT_DUE, "hourglass")):
        total = found.totals[kind]
        cards.append(
            Card(_(KIND_LABELS[kind]), icon, total.count, total.owed if kind is Kind.NOT_DUE else total.paid, kind)
        )
    return [*cards, Card(_("Utredda"), "check", found.cleared, None, CLEARED)]


EXPORT_WORDS = {
    "case_number": gettext_lazy("Ärendenummer"),
    "ground": gettext_lazy("Ersättning"),
    "month": gettext_lazy("Månad"),
    "owed": gettext_lazy("Ska betalas"),
    "paid": gettext_lazy("Betalt"),
    "difference": gettext_lazy("Skillnad"),
    "state": gettext_lazy("Läge"),
}


@require_safe
@requires("compensation.read")
def reconciliation_export(request: ActorRequest) -> HttpResponse:
    """The list as XLSX: an allow-list of columns, no names."""
    today = clock.today()
    found = reconciliation.reconcile_all(request.actor, today=today)
    _form, rows = _asked(request, found)
    table = [_cells(Shown(row)) for row in reconciliation.exported(request.actor, rows)]
    content = files.xlsx_bytes(_("Avstämning"), [str(EXPORT_WORDS[name]) for name in EXPORT_COLUMNS], table)
    return files.download(content, f"avstamning-{today.isoformat()}", "xlsx")


def _cells(shown: Shown) -> Sequence[object]:
    line = shown.row.line
    return (
        shown.row.person.case_number,
        shown.ground,
        f"{line.month:%Y-%m}",
        line.owed_amount,
        line.paid,
        line.difference,
        shown.label,
    )


@form_page
@requires("compensation.work")
def difference_clear(request: ActorRequest, person_id: uuid.UUID, line: str) -> HttpResponse:
    """One line with its payments and reasons; a difference can be cleared up."""
    today = clock.today()
    found = reconciliation.get_difference(request.actor, person_id, line, today=today)
    form = ClearDifference(request.POST or None, difference=found.row.line.difference)
    if request.method == "POST" and form.is_valid():
        try:
            reconciliation.clear_difference(
                request.actor, person_id=person_id, code=line, today=today, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Skillnaden är utredd. Den öppnas igen om beloppen ändras."))
            return redirect("reconciliation")
    context = {"shown": Shown(found.row), "earlier": found.earlier, "form": form, "today": today}
    return render(request, "compensation/reconciliation_line.html", context)


# --- payments and persons ---------------------------------------------------------------------------------------------


@form_page
@requires("compensation.work")
def payment_match(request: ActorRequest, payment_id: uuid.UUID) -> HttpResponse:
    """Say whom a payment is for. A search is posted and answered in place: names stand in no address."""
    person_id = request.POST.get("person", "")
    if person_id:
        try:
            reconciliation.match_payment(request.actor, payment_id, uuid.UUID(person_id))
        except ValidationError as error:
            messages.error(request, error.messages[0])
        except ValueError:
            messages.error(request, _("Välj en person i listan."))
        else:
            messages.success(request, _("Utbetalningen är kopplad till personen."))
            return redirect("reconciliation")
    form = FindPerson(request.POST or None)
    search = form.cleaned_data["sok"] if form.is_valid() else ""
    found = reconciliation.candidates(request.actor, payment_id, today=clock.today(), search=search)
    context = {
        "payment": found.payment,
        "ground": ground_words(found.payment.ground, found.payment.instalment),
        "found": found,
        "form": form,
        "search": search,
    }
    return render(request, "compensation/payment_match.html", context)


@require_POST
@requires("compensation.work")
def payment_unmatch(request: ActorRequest, payment_id: uuid.UUID) -> HttpResponse:
    try:
        reconciliation.unmatch_payment(request.actor, payment_id)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Kopplingen är borttagen. Utbetalningen ligger kvar utan person."))
    return redirect("reconciliation")
