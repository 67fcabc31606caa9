"""The pages of what must be applied for: list, calendar, a claim and what is done with it, the secret address."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page, pressed
from hemvist.compensation import calendar, claims
from hemvist.compensation.claims import ClaimFilter, ClaimLine, ClaimPage
from hemvist.compensation.forms import claims as asked
from hemvist.compensation.models import Claim, ClaimEvidence
from hemvist.law.claims import EVIDENCE, GROUNDS, ClaimGround
from hemvist.law.types import Text
from hemvist.reception.models import Person
from hemvist.web import clock, files
from hemvist.web.paging import SIZE, Page, asked_page, query_of
from hemvist.web.templatetags.hemvist import kronor, longdate, shown, text

Status = Claim.Status

# The colour and icon of each status, by the codes of the common tags.
TAGS: Mapping[str, str] = {
    "proposed": "proposed",
    Status.DRAFT: "draft",
    Status.FILED: "waiting",
    Status.GRANTED: "done",
    Status.PARTLY: "decided",
    Status.REFUSED: "not_received",
    Status.APPEALED: "taken",
    Status.WITHDRAWN: "withdrawn",
}
NOT_OPENED = gettext_lazy("Inte påbörjad")
# The facts that an amount lacks, in words.
MISSING = {
    "cost": gettext_lazy("kostnaden"),
    "fee": gettext_lazy("avgiften"),
    "standard": gettext_lazy("den schablonersättning som har betalats"),
    "counts": gettext_lazy("antalet dygn eller perioder"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line as a table shows it."""

    line: ClaimLine

    @property
    def tag(self) -> str:
        return TAGS[self.line.status]

    @property
    def label(self) -> str:
        return str(self.line.claim.get_status_display() if self.line.claim else NOT_OPENED)


# --- the list ---------------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest) -> tuple[asked.ClaimFilterForm, ClaimFilter]:
    form = asked.ClaimFilterForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    wanted = ClaimFilter(
        status=given.get("status", ""),
        ground=given.get("grund", ""),
        lapsing=given.get("forfaller", False),
        search=given.get("arende", ""),
    )
    return form, wanted


@require_safe
@requires("compensation.read")
def claim_list(request: ActorRequest) -> HttpResponse:
    number = asked_page(request)
    form, wanted = _asked(request)
    found = claims.claim_list(request.actor, wanted, today=clock.today(), offset=(number - 1) * SIZE, limit=SIZE)
    rows = [Row(line) for line in found.lines]
    context = {
        "form": form,
        "filtered": wanted != ClaimFilter(),
        "lapsing": [Row(line) for line in found.lapsing],
        "proposals": [Row(line) for line in found.proposals],
        "page": Page(rows, number, found.more),
        "groups": [(label, list(group)) for label, group in groupby(rows, key=lambda row: row.label)],
        "days": claims.SOON_DAYS,
        "export": f"{reverse('claim-export')}?{query_of(request)}",
        "may_work": policy.may(request.actor, "compensation.work"),
    }
    return render(request, "compensation/claim_list.html", context)


COLUMNS = {
    "case_number": gettext_lazy("Ärendenummer"),
    "ground": gettext_lazy("Ersättning"),
    "period_from": gettext_lazy("Från"),
    "period_to": gettext_lazy("Till"),
    "last_day": gettext_lazy("Sista dag"),
    "status": gettext_lazy("Läge"),
    "amount": gettext_lazy("Sökt belopp"),
    "granted_amount": gettext_lazy("Beviljat belopp"),
}


def _cells(line: ClaimLine) -> list[object]:
    ground = line.ground
    return [
        line.case_number,
        f"{text(ground.label)} ({ground.section}, {ground.act})",
        *line.period,
        line.last_day.value,
        Row(line).label,
        line.kronor,
        line.claim.granted_amount if line.claim else None,
    ]


@require_safe
@requires("compensation.read")
def claim_export(request: ActorRequest) -> HttpResponse:
    """The list as XLSX: an allow-list of columns, no names, no protected cases."""
    today = clock.today()
    found = claims.export_claims(request.actor, _asked(request)[1], today=today)
    header = [str(COLUMNS[name]) for name in claims.EXPORT_COLUMNS]
    content = files.xlsx_bytes(_("Ansökningar"), header, [_cells(line) for line in found])
    return files.download(content, f"ansokningar-{today.isoformat()}", "xlsx")


def _sections(grounds: Iterable[ClaimGround]) -> str:
    """*19, 20, 22 §§*"""
    numbers = [ground.section.removesuffix(" §") for ground in grounds]
    return f"{', '.join(numbers)} {'§§' if len(numbers) > 1 else '§'}"


@require_safe
@requires("compensation.read")
def claim_calendar(request: ActorRequest) -> HttpResponse:
    """The last days of the coming year, month by month."""
    months = [
        (
            month.first,
            [Row(line) for line in month.lines],
            [(day, claims.period_words(day.grounds[0], day.period), _sections(day.grounds)) for day in month.general],
        )
        for month in claims.calendar_months(request.actor, today=clock.today())
    ]
    context = {"months": months, "may_work": policy.may(request.actor, "compensation.work")}
    return render(request, "compensation/claim_calendar.html", context)


# --- a new claim ------------------------------------------------------------------------------------------------------


@form_page
@requires("compensation.work")
def claim_new(request: ActorRequest) -> HttpResponse:
    """First the case, then what is applied for. A proposal of the list is posted here as it is.

    Everything is posted, so that a case's number stands in no address.
    """
    today = clock.today()
    number = request.POST.get("arende", "").replace("\0", "")
    found = claims.case_to_claim_for(request.actor, number, today=today) if number else None
    if found is None:
        form: forms.Form = asked.FindCase(form_data(request))
        if number:
            form.add_error("arende", _("Ärendet finns inte i din verksamhet. Kontrollera numret."))
        return render(request, "compensation/claim_find.html", {"form": form})
    case, people = found
    persons = [(str(ledger.person.person_id), ledger.person.name) for ledger in people]
    form = asked.NewClaim(request.POST if "ground" in request.POST else None, persons=persons)
    if form.is_valid():
        data = form.cleaned_data
        try:
            claim = claims.open_claim(
                request.actor,
                case=case,
                person=Person.objects.get(pk=data["person"]) if data["person"] else None,
                ground=data["ground"],
                period_to=data["period_to"],
                note=data["note"],
                today=today,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Ansökan är öppnad. Gå igenom underlaget och skicka in den i tid."))
            return redirect("claim", claim.pk)
    context = {"form": form, "case": case, "grounds": GROUNDS.values()}
    return render(request, "compensation/claim_new.html", context)


# --- one claim --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the checklist: the ground's own words, or what somebody wrote."""

    row: ClaimEvidence

    @property
    def words(self) -> Text | str:
        return EVIDENCE.get(self.row.code, self.row.text)


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done with the claim now, and what will happen."""

    url: str
    label: str
    happens: str
    main: bool = False
    post: bool = False


def _actions(page: ClaimPage) -> list[Action]:
    claim, following = page.claim, page.next
    found = []

    def offer(name: str, label: str, happens: str, *, main: bool = False, post: bool = False) -> None:
        found.append(Action(reverse(name, args=[claim.pk]), label, happens, main, post))

    if Status.FILED in following:
        offer(
            "claim-file",
            _("Registrera att den är inskickad"),
            _("Beloppet låses. Skicka själva ansökan i Migrationsverkets e-tjänst eller på blankett."),
            main=True,
        )
        offer("claim-change", _("Ändra kostnad och belopp"), _("Beloppet räknas om."))
        offer("claim-withdraw", _("Ta bort utkastet"), _("Utkastet och dess underlag försvinner."))
    if Status.APPEALED in following:
        last = page.appeal_by.value if page.appeal_by else None
        offer(
            "claim-appeal",
            _("Registrera överklagande"),
            _("Ansökan väntar sedan på ett nytt beslut."),
            main=last is None or clock.today() <= last,
        )
    if Status.GRANTED in following:
        again = claim.status in claims.DECIDED
        offer(
            "claim-decide",
            _("Registrera ett nytt beslut") if again else _("Registrera beslutet"),
            _("Efter omprövning, en dom eller ett återkrav.")
            if again
            else _("Det beviljade beloppet sparas och tiden att överklaga räknas ut."),
            main=not again,
        )
    if Status.WITHDRAWN in following:
        offer("claim-withdraw", _("Återta ansökan"), _("Ansökan står kvar i registret och kan tas upp igen."))
    if Status.DRAFT in following:
        offer(
            "claim-reopen",
            _("Ta upp igen"),
            _("Ansökan blir ett utkast och kan skickas in på nytt."),
            main=True,
            post=True,
        )
    return found


@require_safe
@requires("compensation.read")
def claim(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    return _shown(request, claims.claim_page(request.actor, claim_id, today=clock.today()))


def _shown(request: ActorRequest, page: ClaimPage, evidence: forms.Form | None = None) -> HttpResponse:
    context = {
        "page": page,
        "line": page.line,
        "claim": page.claim,
        "row": Row(page.line),
        "ground": page.line.ground,
        "evidence": [Line(row) for row in page.evidence],
        "evidence_form": evidence or asked.NewEvidence(),
        "evidence_open": page.may_work and page.claim.status in claims.OPEN,
        "actions": _actions(page) if page.may_work else [],
        "missing": [str(MISSING.get(name, name)) for name in page.line.amount.missing],
        "deduction": asked.DEDUCTIONS.get(page.line.ground.deducts, ""),
        "can_case": request.actor.can("case.read"),
    }
    return render(request, "compensation/claim.html", context)


def _deed(
    request: ActorRequest,
    claim_id: uuid.UUID,
    make: Callable[..., forms.Form],
    deed: Callable[..., object],
    *,
    now: Callable[[ClaimPage], bool],
    initial: Callable[[Claim], dict[str, Any]] = lambda claim: {},
    heading: str,
    lead: str,
    button: str,
    done: str,
    happens: Callable[[ClaimPage, date], list[str]] = lambda page, today: [],
    color: str = "accent",
    then: str = "claim",
) -> HttpResponse:
    """One deed: what it means, what will happen, what is asked, and the way back.

    ``deed`` is the service, called with what the form ``make`` has cleaned; the form begins with ``initial``. Where the
    claim stands so that it cannot be done ``now``, the claim's page says why instead of asking for anything.
    """
    today = clock.today()
    page = claims.claim_page(request.actor, claim_id, today=today)
    policy.require_with_case(request.actor, "compensation.work", page.claim.case, see="compensation.read")
    if request.method != "POST" and not now(page):
        messages.error(request, _why_not(page, heading))
        return redirect("claim", claim_id)
    form = make(form_data(request), initial=initial(page.claim))
    if request.method == "POST" and form.is_valid():
        try:
            deed(request.actor, claim=page.claim, today=today, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, done)
            return redirect(then) if then == "claim-list" else redirect(then, claim_id)
    context = {
        "form": form,
        "page": page,
        "line": page.line,
        "heading": heading,
        "lead": lead,
        "button": button,
        "color": color,
        "happens": happens(page, today),
    }
    return render(request, "compensation/claim_deed.html", context)


def _why_not(page: ClaimPage, heading: str) -> str:
    """Why a deed cannot be done with the claim as it stands."""
    claim = page.claim
    if Status.APPEALED in claims.TRANSITIONS[claim.status] and not page.may_appeal.value:
        return " ".join(step.render(_, shown) for step in page.may_appeal.steps)
    if _is_draft(page):
        return _("%(deed)s: det går inte så länge ansökan är ett utkast. Sidan visar vad som kan göras.") % {
            "deed": heading
        }
    return _("%(deed)s: det går inte när ansökan är %(status)s. Sidan visar vad som kan göras.") % {
        "deed": heading,
        "status": claim.get_status_display().lower(),
    }


def _may_follow(status: str) -> Callable[[ClaimPage], bool]:
    return lambda page: status in page.next


def _is_draft(page: ClaimPage) -> bool:
    return page.claim.status == Status.DRAFT


@form_page
@requires("compensation.work")
def claim_change(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    return _deed(
        request,
        claim_id,
        asked.ChangeClaim,
        claims.change_claim,
        now=_is_draft,
        initial=lambda claim: {name: getattr(claim, name) for name in ("ground", "cost", "fee", "amount", "note")},
        heading=_("Ändra kostnad och belopp"),
        lead=_("Beloppet räknas fram av det du skriver. Skriv ett eget belopp bara när ni ska söka något annat."),
        button=_("Spara"),
        done=_("Ändringen är sparad."),
    )


@form_page
@requires("compensation.work")
def claim_file(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    def happens(page: ClaimPage, today: date) -> list[str]:
        told = []
        if page.line.kronor:
            words = _("Ni söker %(amount)s för %(period)s. Beloppet kan sedan inte ändras utan att ansökan återtas.")
            told.append(words % {"amount": kronor(page.line.kronor), "period": page.line.period_words})
        else:
            told.append(_("Det finns inget belopp än. Skriv kostnaden eller beloppet innan du går vidare."))
        if page.to_do:
            words = ngettext(
                "%(count)d rad i underlaget är inte klar.", "%(count)d rader i underlaget är inte klara.", page.to_do
            )
            told.append(words % {"count": page.to_do})
        if (last := page.line.last_day.value) and today > last:
            words = _("Sista dagen var %(day)s. En senare ansökan kan avslås. Skriv vilka skäl som finns.")
            told.append(words % {"day": longdate(last)})
        return told

    return _deed(
        request,
        claim_id,
        asked.FileClaim,
        claims.file_claim,
        now=_may_follow(Status.FILED),
        initial=lambda claim: {"filed_on": clock.today()},
        heading=_("Registrera att ansökan är inskickad"),
        lead=_("Ansökan skickas i Migrationsverkets e-tjänst eller på blankett. Här registrerar du att det är gjort."),
        button=_("Registrera"),
        done=_("Ansökan är registrerad som inskickad."),
        happens=happens,
    )


@form_page
@requires("compensation.work")
def claim_decide(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    def happens(page: ClaimPage, today: date) -> list[str]:
        told = [_("Ni har sökt %(amount)s.") % {"amount": kronor(page.claim.amount)}]
        if page.claim.decided_on:
            told.append(_("Det tidigare beslutet står kvar i historiken, men beloppet ersätts."))
        return told

    return _deed(
        request,
        claim_id,
        asked.DecideClaim,
        claims.decide_claim,
        now=_may_follow(Status.GRANTED),
        initial=lambda claim: {"decided_on": clock.today()},
        heading=_("Registrera beslutet"),
        lead=_("Skriv vad Migrationsverket eller en domstol har beslutat."),
        button=_("Registrera beslutet"),
        done=_("Beslutet är registrerat."),
        happens=happens,
    )


@form_page
@requires("compensation.work")
def claim_appeal(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    def happens(page: ClaimPage, today: date) -> list[str]:
        last = page.appeal_by.value if page.appeal_by else None
        if last is None:
            return []
        words = (
            _("Räkna med att överklagandet skulle ha kommit in senast %(day)s.")
            if today > last
            else _("Räkna med att överklagandet ska ha kommit in senast %(day)s.")
        )
        return [words % {"day": longdate(last)}]

    return _deed(
        request,
        claim_id,
        asked.AppealClaim,
        claims.appeal_claim,
        now=_may_follow(Status.APPEALED),
        initial=lambda claim: {"appealed_on": clock.today()},
        heading=_("Registrera överklagande"),
        lead=_("Här registrerar du att kommunen har överklagat beslutet till förvaltningsrätten."),
        button=_("Registrera överklagandet"),
        done=_("Överklagandet är registrerat. Ansökan väntar på ett nytt beslut."),
        happens=happens,
    )


@form_page
@requires("compensation.work")
def claim_withdraw(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    """A draft is taken away, an application that was sent in is withdrawn."""
    found = claims.visible_claims(request.actor).filter(pk=claim_id).values_list("status", flat=True).first()
    if found == Status.DRAFT:
        return _deed(
            request,
            claim_id,
            asked.Form,
            lambda actor, claim, today: claims.discard_claim(actor, claim=claim),
            now=_is_draft,
            heading=_("Ta bort utkastet"),
            lead=_("Gör så om ansökan inte ska skickas in. Kan ersättningen fortfarande sökas föreslås den igen."),
            button=_("Ta bort utkastet"),
            done=_("Utkastet är borttaget."),
            happens=lambda page, today: [
                _("Utkastet för %(period)s tas bort med sitt underlag. Det går inte att ångra.")
                % {"period": page.line.period_words}
            ],
            color="danger",
            then="claim-list",
        )
    return _deed(
        request,
        claim_id,
        asked.WithdrawClaim,
        claims.withdraw_claim,
        now=_may_follow(Status.WITHDRAWN),
        initial=lambda claim: {"on": clock.today()},
        heading=_("Återta ansökan"),
        lead=_("När kommunen har tagit tillbaka ansökan innan den avgjordes."),
        button=_("Återta ansökan"),
        done=_("Ansökan är återtagen. Den kan tas upp igen."),
        happens=lambda page, today: [
            _("Ansökan om %(amount)s står kvar i registret som återtagen.") % {"amount": kronor(page.claim.amount)}
        ],
        color="danger",
    )


@require_POST
@requires("compensation.work")
def claim_reopen(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    page = claims.claim_page(request.actor, claim_id, today=clock.today())
    pressed(
        request,
        lambda: claims.reopen_claim(request.actor, claim=page.claim, today=clock.today()),
        _("Ansökan är ett utkast igen."),
    )
    return redirect("claim", claim_id)


@require_POST
@requires("compensation.work")
def claim_evidence(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    """A line of the checklist: ready, missing after all, removed, or a new one."""
    today = clock.today()
    page = claims.claim_page(request.actor, claim_id, today=today)
    form = asked.NewEvidence(request.POST)
    try:
        for name in ("ready", "missing", "remove"):
            if (key := request.POST.get(name, "")).isdecimal():
                if name == "remove":
                    claims.remove_evidence(request.actor, claim=page.claim, evidence_id=int(key))
                else:
                    claims.tick_evidence(
                        request.actor, claim=page.claim, evidence_id=int(key), ready=name == "ready", today=today
                    )
                break
        else:
            if not form.is_valid():
                return _shown(request, page, form)
            claims.add_evidence(request.actor, claim=page.claim, text=form.cleaned_data["text"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(f"{reverse('claim', args=[claim_id])}#evidence-heading")


# --- the secret address -----------------------------------------------------------------------------------------------


@form_page
@requires("compensation.read")
def calendar_feeds(request: ActorRequest) -> HttpResponse:
    """The own addresses. A new one is shown in the answer to the post and never again."""
    address = ""
    if request.method == "POST":
        _feed, token = calendar.make_feed(request.actor)
        address = request.build_absolute_uri(reverse("calendar-feed", args=[token]))
    context = {"address": address, "feeds": calendar.list_feeds(request.actor)}
    return render(request, "compensation/calendar_feeds.html", context)


@require_POST
@requires("compensation.read")
def calendar_feed_revoke(request: ActorRequest, feed_id: int) -> HttpResponse:
    calendar.revoke_feed(request.actor, feed_id, now=timezone.now())
    messages.success(request, _("Adressen är stängd. Kalendern får inget nytt."))
    return redirect("calendar-feeds")


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar for whoever knows the address. A wrong or closed one does not exist."""
    link = request.build_absolute_uri(reverse("claim-list"))
    content = calendar.read_feed(token, today=clock.today(), now=timezone.now(), link=link)
    response = files.download(content, "hemvist", "ics")
    response["Cache-Control"] = "private, no-store"
    return response
