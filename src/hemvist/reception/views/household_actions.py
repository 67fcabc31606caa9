"""What is done with a household, a page for each deed: the form, the service, and back with what was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hemvist.access import policy
from hemvist.access.errors import NotVisible
from hemvist.access.http import ActorRequest, form_data, form_page
from hemvist.access.models import User
from hemvist.access.roles import PERMISSIONS
from hemvist.coordination import queries as coordination
from hemvist.coordination import services as coordinating
from hemvist.coordination.models import AuthorityReport
from hemvist.law.secrecy import GROUNDS, may_disclose
from hemvist.organisation.models import Unit
from hemvist.reception import services, sharing
from hemvist.reception.forms import households as asked
from hemvist.reception.models import Arrival, Consent, Disclosure, Fact, FactKind, FactSource, Membership, Person
from hemvist.reception.queries import HouseholdRow
from hemvist.reception.views.households import field_words, household_view, member_of, names_in, person_view, thing_view
from hemvist.web import clock
from hemvist.web.templatetags.hemvist import longdate


def answer(
    request: ActorRequest,
    row: HouseholdRow,
    form: forms.Form,
    act: Callable[[dict[str, Any]], HttpResponse],
    *,
    heading: str,
    button: str,
    back: str = "",
    template: str = "reception/household_form.html",
    **context: Any,
) -> HttpResponse:
    """The form or its deed. When the service says no, the reason stands on the form and what was typed stays."""
    if request.method == "POST" and form.is_valid():
        try:
            return act(form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
    back = back or reverse("household", args=[row.household.id])
    return render(
        request,
        template,
        {"row": row, "form": form, "heading": heading, "button": button, "back": back, **context},
    )


def done(request: ActorRequest, said: str, to: str, *args: Any) -> HttpResponse:
    messages.success(request, said)
    return redirect(to, *args)


def _here(members: Any) -> list[str]:
    return [str(member.person.id) for member in members]


# --- facts ----------------------------------------------------------------------------------------------------


@form_page
@person_view("case.write")
def fact_new(request: ActorRequest, row: HouseholdRow, person: Person, kind: str) -> HttpResponse:
    """A new fact, or with ``?corrects=`` a correction of an old one."""
    if kind not in asked.FACT_FORMS:
        raise NotVisible(action="case.write")
    policy.require_with_case(
        request.actor, "protection.mark" if kind == FactKind.PROTECTION else "case.write", row.case
    )
    today, member = clock.today(), member_of(row, person.id)
    old = _corrected(person, kind, request.GET.get("corrects", ""))
    form = asked.FACT_FORMS[kind](form_data(request), today=today, corrects=old)

    def act(data: dict[str, Any]) -> HttpResponse:
        services.record_fact(
            request.actor,
            person=person,
            kind=kind,
            value=form.value,
            valid_from=form.valid_from,
            source=data["source"],
            today=today,
            corrects=old,
        )
        if not policy.may_with_case(request.actor, "case.read", person.case):
            return done(request, _("Ärendet är nu skyddat och syns bara för särskilt utsedda."), "household-list")
        said = _("Uppgiften är rättad. Den gamla finns kvar i historiken.") if old else _("Uppgiften är sparad.")
        return done(request, said, "person", person.id)

    label = FactKind(kind).label
    return answer(
        request,
        row,
        form,
        act,
        heading=_("Rätta: %(kind)s") % {"kind": label} if old else str(label),
        button=_("Spara"),
        back=reverse("person", args=[person.id]),
        lead=member.name,
        warnings=_protection_means(request, row, today) if kind == FactKind.PROTECTION else [],
        notes=[_("Den gamla uppgiften stryks inte. Den ligger kvar som rättad.")] if old else [],
    )


def _corrected(person: Person, kind: str, key: str) -> Fact | None:
    if not key:
        return None
    old = person.facts.filter(id=key, kind=kind).first() if key.isdecimal() else None
    if old is None:
        raise NotVisible(action="case.write")
    return old


def _protection_means(request: ActorRequest, row: HouseholdRow, today: date) -> list[str]:
    """What a marking does, in numbers, before it is made."""
    if row.case.protected:
        return [
            _(
                "Ärendet är redan skyddat. Upphör den sista markeringen i hushållet öppnas ärendet igen: andra nämnder "
                "ser då sina uppgifter i det."
            )
        ]
    tasks, disclosures = coordination.withheld_by_protection(row.case, today)
    means = [
        _("När du sparar stängs hela ärendet, med alla personer i hushållet."),
        ngettext(
            "%(count)d uppgift hos andra verksamheter döljs för dem.",
            "%(count)d uppgifter hos andra verksamheter döljs för dem.",
            tasks,
        )
        % {"count": tasks},
        ngettext(
            "%(count)d utlämnande slutar synas för mottagaren.",
            "%(count)d utlämnanden slutar synas för mottagarna.",
            disclosures,
        )
        % {"count": disclosures},
        _("Nya utlämnanden kräver att en andra person godkänner dem."),
    ]
    if row.case.branch_id not in request.actor.protected_branches("case.read"):
        means.append(
            _("Du hanterar inte skyddade personuppgifter. När du har sparat kan du inte längre öppna ärendet.")
        )
    return means


@form_page
@person_view("case.write")
def identifier_new(request: ActorRequest, row: HouseholdRow, person: Person) -> HttpResponse:
    today = clock.today()
    form = asked.IdentifierForm(form_data(request), initial={"valid_from": today, "source": FactSource.TAX_AGENCY})

    def act(data: dict[str, Any]) -> HttpResponse:
        services.add_identifier(request.actor, person=person, today=today, **data)
        return done(request, _("Numret är sparat."), "person", person.id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("Nytt nummer"),
        button=_("Spara numret"),
        back=reverse("person", args=[person.id]),
        lead=member_of(row, person.id).name,
        notes=[_("Ett tidigare nummer av samma slag slutar gälla den dag det nya börjar.")],
    )


# --- who belongs to the household -------------------------------------------------------------------------------


@form_page
@household_view("case.write")
def person_add(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    today = clock.today()
    form = asked.PersonForm(form_data(request), initial={"joined_on": today, "source": FactSource.PERSON})

    def act(data: dict[str, Any]) -> HttpResponse:
        numbers = ((data["identifier_kind"], data["identifier"]),) if data["identifier"] else ()
        known = ("given", "family", "birth_date", "position", "language", "interpreter", "permit_ground")
        person = services.add_person(
            request.actor,
            household=row.household,
            new=services.NewPerson(identifiers=numbers, **{name: data[name] for name in known}),
            joined_on=data["joined_on"],
            reason=str(dict(form.fields["reason"].choices)[data["reason"]]),  # type: ignore[attr-defined]
            source=data["source"],
            today=today,
        )
        return done(request, _("Personen hör nu till hushållet. Planen har räknats om."), "person", person.id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("Lägg till en person"),
        button=_("Lägg till"),
        back=reverse("household-people", args=[row.household.id]),
    )


@form_page
@thing_view("case.write", Membership, "household")
def membership_end(request: ActorRequest, row: HouseholdRow, membership: Membership) -> HttpResponse:
    """A person moves away, forms a household of one's own, or has died."""
    today, member = clock.today(), member_of(row, membership.person_id)
    form = asked.LeaveForm(form_data(request), initial={"on": today})

    @transaction.atomic
    def act(data: dict[str, Any]) -> HttpResponse:
        leaving = {"membership": membership, "on": data["on"], "reason": data["reason"], "today": today}
        if data["how"] == "own":
            new = services.move_to_new_household(request.actor, **leaving)
            said = _("%(name)s har ett eget ärende: %(number)s.") % {"name": member.name, "number": new.case.number}
            return done(request, said, "household", new.id)
        if data["how"] == "died":
            services.record_fact(
                request.actor,
                person=membership.person,
                kind=FactKind.DEATH,
                value={"on": data["on"]},
                valid_from=data["on"],
                source=FactSource.STAFF,
                today=today,
            )
            leaving["reason"] = data["reason"] or _("Avliden")
        services.end_membership(request.actor, **leaving)
        said = _("%(name)s hör inte längre till hushållet. Planen har räknats om.") % {"name": member.name}
        return done(request, said, "household-people", row.household.id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("%(name)s lämnar hushållet") % {"name": member.name},
        button=_("Spara"),
        back=reverse("person", args=[membership.person_id]),
        notes=[
            _("Uppgifter för personen som ingen har börjat på utgår ur planen. Det som är gjort ligger kvar."),
            _("Är personen kontaktperson blir en annan vuxen i hushållet det."),
        ],
    )


# --- arrival and the case -----------------------------------------------------------------------------------------


@form_page
@household_view("case.write")
def arrival_new(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    today = clock.today()
    waiting = [member for member in row.current if not member.received_on]
    planned = row.household.planned_arrival_on
    initial = {
        "persons": _here(waiting),
        "on": planned if planned and planned <= today else today,
        "source": FactSource.STAFF,
    }
    form = asked.ArrivalForm(form_data(request), initial=initial, members=waiting)

    def act(data: dict[str, Any]) -> HttpResponse:
        persons = [m.person for m in waiting if str(m.person.id) in data["persons"]]
        services.record_arrival(
            request.actor, household=row.household, persons=persons, on=data["on"], source=data["source"], today=today
        )
        said = ngettext("%(count)d person är mottagen.", "%(count)d personer är mottagna.", len(persons))
        said = " ".join((said % {"count": len(persons)}, _("Planen räknas nu från den faktiska dagen.")))
        return done(request, said, "household", row.household.id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("Registrera mottagande"),
        button=_("Registrera"),
        notes=[] if waiting else [_("Alla i hushållet är redan mottagna.")],
    )


@form_page
@thing_view("case.write", Arrival, "person.case.household")
def arrival_void(request: ActorRequest, row: HouseholdRow, arrival: Arrival) -> HttpResponse:
    today, member = clock.today(), member_of(row, arrival.person_id)
    form = asked.ReasonForm(form_data(request))

    def act(data: dict[str, Any]) -> HttpResponse:
        services.void_arrival(request.actor, arrival=arrival, reason=data["reason"], today=today)
        said = _("Mottagningsdagen är struken. Registrera den rätta dagen om personen har tagits emot.")
        return done(request, said, "person", arrival.person_id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("Stryk mottagningsdagen"),
        button=_("Stryk dagen"),
        color="danger",
        back=reverse("person", args=[arrival.person_id]),
        lead=f"{member.name}, {longdate(arrival.on)}",
        warnings=[
            _("Dagar i planen som räknas från mottagandet blir preliminära igen. Raden ligger kvar som struken.")
        ],
    )


@form_page
@household_view("case.write")
def arrival_plan(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    names = ("planned_arrival_on", "already_living_here", "needs_dwelling")
    form = asked.ArrivalPlanForm(form_data(request), initial={name: getattr(row.household, name) for name in names})

    def act(data: dict[str, Any]) -> HttpResponse:
        services.change_plan_of_arrival(request.actor, household=row.household, today=clock.today(), **data)
        return done(request, _("Ankomsten är ändrad och planen omräknad."), "household", row.household.id)

    return answer(request, row, form, act, heading=_("Ändra planerad ankomst"), button=_("Spara"))


@form_page
@household_view("case.write")
def case_close(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    today = clock.today()
    form = asked.CloseForm(form_data(request), initial={"on": today})
    plan = coordination.summaries([row.case.id], today).get(row.case.id)
    left = plan.open if plan else 0

    def act(data: dict[str, Any]) -> HttpResponse:
        services.close_case(request.actor, household=row.household, today=today, **data)
        return done(request, _("Ärendet är avslutat. Det kan öppnas igen."), "household", row.household.id)

    warning = ngettext(
        "%(count)d uppgift är inte klar. Är den inte påbörjad utgår den ur planen.",
        "%(count)d uppgifter är inte klara. De som ingen har börjat på utgår ur planen.",
        left,
    )
    return answer(
        request,
        row,
        form,
        act,
        heading=_("Avsluta ärendet"),
        button=_("Avsluta"),
        color="danger",
        warnings=[warning % {"count": left}] if left else [],
        notes=[_("Ärendet kan öppnas igen. Då räknas planen fram på nytt.")],
    )


@form_page
@household_view("case.write")
def case_reopen(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    def act(data: dict[str, Any]) -> HttpResponse:
        services.reopen_case(request.actor, household=row.household, today=clock.today())
        return done(request, _("Ärendet är öppet igen."), "household", row.household.id)

    return answer(
        request,
        row,
        asked.EmptyForm(form_data(request)),
        act,
        heading=_("Öppna ärendet igen"),
        button=_("Öppna igen"),
        notes=[_("Planen räknas fram på nytt, och uppgifter som utgick tas upp igen.")],
    )


# --- coordination -------------------------------------------------------------------------------------------------


@form_page
@household_view("plan.coordinate")
def coordinator_appoint(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    today = clock.today()
    units = Unit.objects.working().filter(branch=row.case.branch)
    roles = [role for role, deeds in PERMISSIONS.items() if "plan.coordinate" in deeds]
    able = {"grants__unit__branch": row.case.branch, "grants__role__in": roles, "grants__valid_to__isnull": True}
    if row.case.protected:
        able["grants__handles_protected"] = True
    users = User.objects.filter(is_active=True, **able).order_by("name").distinct()
    form = asked.CoordinatorForm(
        form_data(request),
        initial={"valid_from": today, "unit": units[0].id if len(units) == 1 else None},
        units=units,
        users=[(str(user.id), user.name) for user in users],
    )

    def act(data: dict[str, Any]) -> HttpResponse:
        coordinating.appoint_coordinator(
            request.actor,
            case=row.case,
            unit=next(unit for unit in units if str(unit.id) == data["unit"]),
            user=next((user for user in users if str(user.id) == data["user"]), None),
            valid_from=data["valid_from"],
            today=today,
        )
        return done(request, _("Samordnaren är utsedd."), "household", row.household.id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("Utse samordnare"),
        button=_("Utse"),
        lead=_("Ett ärende har alltid precis en samordnande funktion."),
    )


@form_page
@household_view("guidance.log")
def guidance_new(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    today = clock.today()
    contact = row.contact.known.language if row.contact else None
    form = asked.GuidanceForm(form_data(request), initial={"on": today, "language": contact.spoken if contact else ""})

    def act(data: dict[str, Any]) -> HttpResponse:
        coordinating.log_guidance(request.actor, case=row.case, today=today, **data)
        return done(request, _("Samtalet är antecknat."), "household-guidance", row.household.id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("Ny vägledning"),
        button=_("Spara"),
        back=reverse("household-guidance", args=[row.household.id]),
        lead=_("En rad om att ni har talats vid. Det här är ingen personakt."),
    )


@form_page
@household_view("plan.coordinate")
def own_task_new(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    units = coordination.units_for_hand_over()
    if row.case.protected:
        units = [unit for unit in units if unit.branch_id == row.case.branch_id]
    form = asked.OwnTaskForm(form_data(request), units=units, members=row.current)

    def act(data: dict[str, Any]) -> HttpResponse:
        coordinating.add_own_task(
            request.actor,
            case=row.case,
            title=data["title"],
            unit=next(unit for unit in units if str(unit.id) == data["unit"]),
            due_on=data["due_on"],
            person=next((m.person for m in row.current if str(m.person.id) == data["person"]), None),
            today=clock.today(),
        )
        return done(request, _("Uppgiften ligger i planen."), "household", row.household.id)

    return answer(request, row, form, act, heading=_("Ny uppgift i planen"), button=_("Lägg till"))


def report_text(content: dict[str, Any]) -> str:
    """What a report says, to copy into Migrationsverket's own form: no names."""
    lines = [_("Kommunens ärende: %(number)s") % {"number": content["case"]}]
    if content.get("reference"):
        lines.append(_("Migrationsverkets beteckning: %(reference)s") % content)
    if content.get("decided_on"):
        lines.append(_("Beslut om anvisning: %(day)s") % {"day": longdate(content["decided_on"])})
        lines.append(_("Personer i beslutet: %(count)d") % {"count": content["persons"]})
        days = sorted(arrival["on"] for arrival in content["received"])
        lines += [
            ngettext("%(count)d person mottagen %(day)s", "%(count)d personer mottagna %(day)s", count)
            % {"count": count, "day": longdate(on)}
            for on, count in ((on, len(list(group))) for on, group in groupby(days))
        ] or [_("Ingen är mottagen än")]
    return "\n".join(lines)


@form_page
@thing_view("report.send", AuthorityReport, "case.household")
def report_send(request: ActorRequest, row: HouseholdRow, report: AuthorityReport) -> HttpResponse:
    """The report's text to copy, and that it has been sent. Hemvist sends nothing itself."""
    today = clock.today()
    kind = report.kind if row.received_on else AuthorityReport.Kind.NOT_RECEIVED
    form = asked.ReportForm(form_data(request), initial={"kind": kind, "sent_on": today})

    def act(data: dict[str, Any]) -> HttpResponse:
        coordinating.send_report(request.actor, report_id=report.id, today=today, **data)
        return done(request, _("Rapporten är markerad som skickad."), "household", row.household.id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("Rapport till Migrationsverket"),
        button=_("Markera som skickad"),
        template="reception/household_report.html",
        report=report,
        text=report_text(report.content if report.sent_on else coordinating.report_content(report)),
    )


# --- across the boundary ------------------------------------------------------------------------------------------


@form_page
@household_view("consent.record")
def consent_new(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    today = clock.today()
    contact = row.contact.known.language if row.contact else None
    initial = {
        "given_on": today,
        "expires_on": asked.in_a_year(today),
        "language": contact.spoken if contact else "",
    }
    form = asked.ConsentForm(form_data(request), row=row, initial=initial)

    def act(data: dict[str, Any]) -> HttpResponse:
        names = ("purpose", "language", "interpreter_used", "given_on", "expires_on")
        sharing.record_consent(request.actor, today=today, **form.chosen, **{name: data[name] for name in names})
        said = _("Samtycket är antecknat. Det lämnar inte ut något av sig självt.")
        return done(request, said, "household-sharing", row.household.id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("Anteckna ett samtycke"),
        button=_("Spara samtycket"),
        back=reverse("household-sharing", args=[row.household.id]),
        notes=[
            _(
                "Ett samtycke häver sekretess för just de här uppgifterna och den här mottagaren. Det är inte den "
                "rättsliga grunden för att behandla personuppgifter."
            ),
            _(
                "Vårdnadshavare samtycker för barn. Ju äldre barnet är, desto mer väger dess egen vilja "
                "(12 kap. 3 § OSL)."
            ),
        ],
    )


@form_page
@thing_view("consent.record", Consent, "case.household")
def consent_withdraw(request: ActorRequest, row: HouseholdRow, consent: Consent) -> HttpResponse:
    ends = consent.disclosures.filter(revoked_at__isnull=True).count()

    def act(data: dict[str, Any]) -> HttpResponse:
        ended = sharing.withdraw_consent(request.actor, consent=consent, today=clock.today())
        said = ngettext(
            "Samtycket är återtaget. %(count)d utlämnande upphörde.",
            "Samtycket är återtaget. %(count)d utlämnanden upphörde.",
            ended,
        )
        return done(request, said % {"count": ended}, "household-sharing", row.household.id)

    warning = ngettext(
        "%(count)d utlämnande vilar på samtycket och upphör genast.",
        "%(count)d utlämnanden vilar på samtycket och upphör genast.",
        ends,
    )
    return answer(
        request,
        row,
        asked.EmptyForm(form_data(request)),
        act,
        heading=_("Samtycket återtas"),
        button=_("Registrera att det är återtaget"),
        color="danger",
        back=reverse("household-sharing", args=[row.household.id]),
        facts=_given_facts(row, consent),
        warnings=[warning % {"count": ends}, _("Det går inte att ångra. Vill personen samtycka igen skrivs ett nytt.")],
    )


def _given_facts(row: HouseholdRow, thing: Consent | Disclosure) -> list[tuple[str, str]]:
    """To whom, about whom and what: what a yes on the page is about."""
    return [
        (_("Mottagare"), f"{thing.recipient.name}, {thing.recipient.board.name}"),
        (_("Om"), ", ".join(names_in(row, thing))),
        (_("Uppgifter"), field_words(thing.fields)),
    ]


@form_page
@household_view("disclosure.make")
def disclosure_new(request: ActorRequest, row: HouseholdRow) -> HttpResponse:
    """In two steps: what to whom (in the address), then on which ground, why and until when."""
    today = clock.today()
    begun = bool(request.GET)
    choice = asked.DisclosureChoice(request.GET if begun else None, row=row, initial={"persons": _here(row.current)})
    back = reverse("household-sharing", args=[row.household.id])
    page = {"row": row, "back": back, "heading": _("Lämna ut uppgifter"), "choice": choice}
    if not begun or not choice.is_valid() or "andra" in request.GET:
        return render(request, "reception/household_disclosure.html", page)
    chosen = choice.chosen
    consent = sharing.consent_covers(row.case, chosen["persons"], chosen["recipient"], chosen["fields"], today)
    secrecy = row.case.branch.secrecy_key
    receiver = chosen["recipient"].secrecy_key
    proposals = {
        code: may_disclose(code, secrecy, receiver_secrecy=receiver, has_consent=consent is not None)
        for code in GROUNDS
    }
    initial = {"valid_to": asked.in_a_year(today), "ground": "consent" if consent else None}
    form = asked.DisclosureForm(form_data(request), initial=initial)

    def act(data: dict[str, Any]) -> HttpResponse:
        made = sharing.make_disclosure(request.actor, today=today, **chosen, **data)
        said = (
            _("Utlämnandet väntar på att en andra person godkänner det.")
            if made.needs_approval
            else _("Uppgifterna är utlämnade. Mottagaren ser dem nu.")
        )
        return done(request, said, "household-sharing", row.household.id)

    return answer(
        request,
        row,
        form,
        act,
        heading=_("Lämna ut uppgifter"),
        button=_("Lämna ut"),
        back=back,
        template="reception/household_disclosure.html",
        chosen=chosen,
        fields=[asked.FIELDS[code] for code in chosen["fields"]],
        names=[member_of(row, person.id).name for person in chosen["persons"]],
        consent=consent,
        open_grounds=[(GROUNDS[code], proposals[code]) for code in GROUNDS if proposals[code].value],
        closed_grounds=[(GROUNDS[code], proposals[code]) for code in GROUNDS if not proposals[code].value],
        change=f"{request.path}?{request.GET.urlencode()}&andra=1",
    )


@form_page
@thing_view("disclosure.make", Disclosure, "case.household")
def disclosure_approve(request: ActorRequest, row: HouseholdRow, disclosure: Disclosure) -> HttpResponse:
    def act(data: dict[str, Any]) -> HttpResponse:
        sharing.approve_disclosure(request.actor, disclosure=disclosure)
        return done(request, _("Utlämnandet är godkänt."), "household-sharing", row.household.id)

    return answer(
        request,
        row,
        asked.EmptyForm(form_data(request)),
        act,
        heading=_("Godkänn utlämnandet"),
        button=_("Godkänn"),
        back=reverse("household-sharing", args=[row.household.id]),
        facts=[
            *_given_facts(row, disclosure),
            (_("Grund"), f"{_(GROUNDS[disclosure.ground].label)} ({disclosure.paragraph})"),
            (_("Skäl"), disclosure.reason),
            (_("Gjort av"), disclosure.made_by.name if disclosure.made_by else ""),
            (_("Gäller till"), longdate(disclosure.valid_to)),
        ],
        warnings=[_("Ärendet är skyddat. Mottagaren ser uppgifterna så snart du har godkänt.")],
    )


@form_page
@thing_view("disclosure.make", Disclosure, "case.household")
def disclosure_revoke(request: ActorRequest, row: HouseholdRow, disclosure: Disclosure) -> HttpResponse:
    def act(data: dict[str, Any]) -> HttpResponse:
        sharing.revoke_disclosure(request.actor, disclosure=disclosure, reason=data["reason"])
        return done(request, _("Utlämnandet är avslutat."), "household-sharing", row.household.id)

    return answer(
        request,
        row,
        asked.RevokeForm(form_data(request)),
        act,
        heading=_("Avsluta utlämnandet"),
        button=_("Avsluta"),
        color="danger",
        back=reverse("household-sharing", args=[row.household.id]),
        facts=_given_facts(row, disclosure),
        warnings=[_("Mottagaren ser inte uppgifterna längre. Det som redan har setts står kvar i loggen.")],
    )
