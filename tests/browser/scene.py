"""Run in a demo's environment: adds what the demo lacks and prints the keys of the pages as JSON.

Everything is made by the services, as in ``tests/test_views_by_role.py``; this process alone touches the database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hemvist.cli import setup_django

setup_django()

from django.db.models import Count, Q, QuerySet  # noqa: E402

from hemvist.access.actor import Actor, actor_for  # noqa: E402
from hemvist.access.models import User  # noqa: E402
from hemvist.compensation import claims, reconciliation, watch  # noqa: E402
from hemvist.compensation import importing as payments  # noqa: E402
from hemvist.compensation import payment_file as paid  # noqa: E402
from hemvist.compensation.ledger import ledgers, lines  # noqa: E402
from hemvist.compensation.models import Claim, PaymentFile  # noqa: E402
from hemvist.coordination import queries as coordination  # noqa: E402
from hemvist.coordination.commitments import add_commitment  # noqa: E402
from hemvist.coordination.models import AuthorityReport, PlanTask  # noqa: E402
from hemvist.housing import ending, matching, needs, numbers, policy_data, right_services, stock, tenancies  # noqa: E402
from hemvist.housing import importing as dwellings  # noqa: E402
from hemvist.housing.models import Dwelling, DwellingDocument, HousingNeed, MatchRun, StockFile, YearlyNumber  # noqa: E402
from hemvist.housing.needs import Asked  # noqa: E402
from hemvist.law.claims import GROUNDS  # noqa: E402
from hemvist.law.texts import texts  # noqa: E402
from hemvist.organisation.models import Branch, Move, Unit  # noqa: E402
from hemvist.placement import amending, moving  # noqa: E402
from hemvist.placement import queries as placement  # noqa: E402
from hemvist.placement.models import Friction  # noqa: E402
from hemvist.reception import importing, sharing  # noqa: E402
from hemvist.reception.import_columns import COLUMNS, LAYOUT  # noqa: E402
from hemvist.reception.models import Household, Membership, Person  # noqa: E402
from hemvist.web import clock  # noqa: E402
from hemvist.web.files import csv_bytes  # noqa: E402

WORKERS = ("samordnare", "socialsekreterare", "sfi", "skola", "bostad", "kontaktcenter")
FILE_HEADER = [column.name for column in COLUMNS]
# Instalments of the one who was received not long ago that are paid long before they are due.
CLEARED, OPEN = 8, 9


def actor(username: str) -> Actor:
    return actor_for(User.objects.get(username=username), clock.today())


def some_task(who: Actor, *, done: bool) -> str:
    tasks = PlanTask.objects.filter(coordination.visible_tasks(who, clock.today()))
    tasks = tasks.filter(status="done") if done else tasks.filter(status="open", unit__branch_id__in=own(who))
    found = tasks.order_by("due_on", "id").first()
    return str(found.id) if found else ""


def own(who: Actor) -> set[int]:
    return {grant.branch_id for grant in who.grants}


def first(households: QuerySet[Household]) -> Household:
    """The smallest family: what is shown of a person is shown of each."""
    sized = households.annotate(size=Count("memberships", distinct=True)).filter(size__gt=1)
    household = sized.order_by("size", "case__number").first()
    assert household is not None
    return household


def make() -> dict[str, Any]:
    today, coordinator = clock.today(), actor("samordnare")
    households = Household.objects.select_related("case__branch")
    open_ones = households.filter(case__closed_on=None, case__protected_since=None)
    received = first(
        open_ones.filter(
            arrivals__voided_at=None,
            assignments__isnull=False,
            case__consents__isnull=False,
            case__disclosures__isnull=False,
        )
    )
    waiting = first(open_ones.filter(arrivals=None, assignments__isnull=False))
    closed = first(households.filter(~Q(case__closed_on=None)))
    protected = first(households.exclude(case__protected_since=None))
    person = protected.memberships.get(position="contact").person
    person.case = protected.case
    waits = sharing.make_disclosure(
        coordinator,
        case=protected.case,
        persons=[person],
        recipient=Branch.objects.get(code="education"),
        fields=["name"],
        ground="no_harm",
        reason="Sfi behöver namnet för inskrivning",
        valid_to=today + timedelta(days=60),
        today=today,
    )
    examples = LAYOUT.example_rows()
    broken = [("x", *row[1:10], "", *row[11:12], "31 februari", *row[13:]) for row in examples]
    clean = importing.stage(coordinator, "anvisningar.csv", csv_bytes(FILE_HEADER, examples), today)
    faulty = importing.stage(coordinator, "med-fel.csv", csv_bytes(FILE_HEADER, broken), today)
    read = importing.stage(coordinator, "inläst.csv", csv_bytes(FILE_HEADER, examples), today)
    importing.discard(coordinator, read.id)
    member = received.memberships.get(position="contact")
    sent = received.case.reports.exclude(sent_on=None).first()
    unsent = AuthorityReport.objects.filter(sent_on=None, case__in=open_ones.values("case")).order_by("due_on").first()
    add_commitment(
        coordinator,
        year=today.year,
        quarter=(today.month + 2) // 3,
        unit=Unit.objects.get(code="sfi"),
        text="Kallar till start inom två veckor",
        due_on=None,
        today=today,
    )
    workers = {name: actor(name) for name in WORKERS}
    return {
        "move": moves(today),
        "next_year": date(today.year + 1, 1, 1),
        "household": received.id,
        "waiting": waiting.id,
        "closed": closed.id,
        "protected": protected.id,
        "person": member.person_id,
        "protected_person": person.id,
        "membership": received.memberships.filter(valid_to=None).last().id,
        "arrival": received.arrivals.filter(voided_at=None).first().id,
        "assignment": received.assignments.first().id,
        "waiting_assignment": waiting.assignments.first().id,
        "report": sent.id,
        "waiting_report": unsent.id,
        "consent": received.case.consents.first().id,
        "disclosure": received.case.disclosures.first().id,
        "waiting_disclosure": waits.id,
        "recipient": Branch.objects.get(code="education").id,
        "clean_run": clean.id,
        "faulty_run": faulty.id,
        "discarded_run": read.id,
        "law_text": next(iter(texts())),
        "case_number": received.case.number,
        "task": {name: some_task(who, done=False) for name, who in workers.items()},
        "done_task": {name: some_task(who, done=True) for name, who in workers.items()},
        "friction": Friction.objects.filter(status="open").first().pk,
        "waiting_person": waiting.memberships.get(position="contact").person_id,
        **money(actor("controller"), received, member.person, today),
        **homes(coordinator, today),
    }


# --- the state's money ------------------------------------------------------------------------------------------------


def money(controller: Actor, household: Household, person: Person, today: date) -> dict[str, Any]:
    """A month with money, an amendment, lists and claims in each of their states, and a difference."""
    person.case = household.case
    month = lines(ledgers(controller, today=today, person_ids=[person.id]))[0].month
    day, act = max(watch.changed(date.min, date.max))
    return {
        "year": month.year,
        "month": month.month,
        "far_year": today.year + 3,
        "change": f"{day}_{act}",
        **lists(controller, person, today),
        "claim": states(controller, household, person, today),
    }


def lists(controller: Actor, person: Person, today: date) -> dict[str, Any]:
    """Lists under preview and dealt with; a payment without a person; a difference that is looked into, and one not."""
    header = [column.name for column in paid.LAYOUT.columns]

    def stage(filename: str, *rows: Mapping[str, object]) -> PaymentFile:
        table = [[row.get(name, "") for name in header] for row in rows]
        return payments.stage(controller, filename, csv_bytes(header, table), today)

    dossier = person.identifiers.filter(kind="dossier").values_list("value", flat=True).first()
    row = {"dossiernummer": dossier, "ersattning": "Schablonersättning", "utbetalningsdatum": today}
    strange = {**row, "dossiernummer": "OKÄND-1", "ersattning": "Något annat", "belopp": 4711, "kommentar": "Ur mapp"}
    wrong = [{**row, "utbetalning": number, "belopp": 500} for number in (CLEARED, OPEN)]
    read = stage("inläst.csv", strange, {**strange, "belopp": 4712}, *wrong)
    payments.confirm(controller, read.id, today)
    thrown = stage("kastad.csv", {**row, "belopp": 1})
    payments.discard(controller, thrown.id)
    cleared = f"standard.{CLEARED}."
    found = reconciliation.get_difference(controller, person.id, cleared, today=today)
    reconciliation.clear_difference(
        controller,
        person_id=person.id,
        code=cleared,
        difference=found.row.line.difference,
        cause="accepted",
        comment="Betald för tidigt",
        today=today,
    )
    return {
        "payment": read.payments.get(person=None, amount=4711).id,
        "difference": {"open": f"standard.{OPEN}.", "cleared": cleared},
        "paid_list": {
            "read": read.id,
            "clean": stage("utan-fel.csv", {**row, "belopp": -1}, {**strange, "belopp": -1}).id,
            "faulty": stage("med-fel.csv", {**row, "belopp": "mycket", "utbetalning": 10}, {"belopp": 1}).id,
            "known": stage("finns-redan.csv", strange).id,
            "thrown": thrown.id,
        },
    }


def states(controller: Actor, household: Household, person: Person, today: date) -> dict[str, Any]:
    """A claim in each state in which other things can be done with it."""
    last_year = date(today.year - 1, 12, 31)

    def claim(ground: str, until: date, cost: int = 0, *, filed: bool = True, **more: Any) -> Claim:
        who = {"case": household.case, "person": None if GROUNDS[ground].family else person}
        found = claims.open_claim(controller, ground=ground, period_to=until, today=today, **who)
        if cost:
            claims.change_claim(controller, claim=found, cost=Decimal(cost), note="Enligt avtal", today=today, **more)
        if filed:
            claims.file_claim(controller, claim=found, filed_on=today, today=today, reference="DEMO-1")
        return found

    draft = claim("disability_support", today - timedelta(days=350), 92_400, filed=False)
    first = draft.evidence.first()
    claims.tick_evidence(controller, claim=draft, evidence_id=first.pk, ready=True, today=today)
    empty = claim("illness_assistance", date(today.year - 3, 12, 31), filed=False)
    filed = claim("illness_assistance", last_year, 41_800)
    partly = claim("housing_support", last_year, 30_000, fee=Decimal(1200))
    granted = Decimal(900)
    claims.decide_claim(
        controller, claim=partly, status="partly", granted_amount=granted, decided_on=today, today=today
    )
    withdrawn = claim("special_costs", today, 250_000)
    claims.withdraw_claim(controller, claim=withdrawn, on=today, today=today, comment="Fel period")
    found = {"draft": draft, "empty": empty, "filed": filed, "partly": partly, "withdrawn": withdrawn}
    return {name: one.id for name, one in found.items()}


def moves(today: date) -> dict[str, int]:
    """A draft that is complete, one that winds up the unit and lacks owners, and one that is decided for later."""
    strategist, administrator = actor("strateg"), actor("forvaltare")
    draft = Move.objects.get(status="draft")
    far = date(today.year + 3, 1, 1)
    wound_up = moving.draft_move(
        strategist, plan=placement.preset(placement.alternatives()["PHASE_OUT"], "Avveckla", far), today=today
    )
    plan = replace(moving.plan_of(draft), title="Flytten är beslutad", takes_effect_on=far)
    decided = moving.draft_move(strategist, plan=plan, today=today)
    amending.redraft(strategist, move_id=decided.pk, today=today)
    words = {"decided_on": today, "decided_by": "Kommunfullmäktige", "diary_number": "KS2026/1"}
    moving.decide(administrator, move_id=decided.pk, today=today, **words)
    return {"draft": draft.pk, "phase_out": wound_up.pk, "decided": decided.pk}


# --- homes ------------------------------------------------------------------------------------------------------------


def homes(coordinator: Actor, today: date) -> dict[str, Any]:
    """Leases, dwellings and needs in their states, a proposal that is no longer up to date, rights and their ends."""
    protected = Household.objects.filter(category="temporary_protection").exclude(arrivals=None).distinct()
    longest, examined, decided, coming = list(protected.order_by("case__number"))[:4]
    return {
        **let(coordinator, Household.objects.get(category="relative"), coming, today),
        **sought(coordinator, Household.objects.filter(category="self_settled").order_by("case__number")[0], today),
        **rights(coordinator, longest, [contact(examined), contact(decided)], today),
        "seeking_person": contact(coming).pk,
        "stock_file": stock_files(actor("bostad"), today),
        **yearly_numbers(actor("strateg"), today),
    }


def contact(household: Household) -> Person:
    held = Membership.objects.select_related("person__case").get(household=household, position="contact")
    return held.person


def vacant() -> QuerySet[Dwelling]:
    found = Dwelling.objects.filter(tenancies=None, blocks=None)
    return found.exclude(offers__status="open").order_by("code")


def let(coordinator: Actor, stayed: Household, coming: Household, today: date) -> dict[str, Any]:
    """Leases: with notice, ended, expired with nobody noted as gone, and not begun. Dwellings in as many states."""
    letting = actor("bostad")
    noticed = Dwelling.objects.get(code="EX-0002").tenancies.get()
    tenancies.give_notice(coordinator, tenancy=noticed, by="tenant", noticed_on=today, today=today)
    ended = Dwelling.objects.get(code="EX-0006").tenancies.get()
    tenancies.move_out(coordinator, tenancy=ended, last_day=today, keys=Dwelling.Keys.LANDLORD, today=today)
    blocked = Dwelling.objects.exclude(blocks=None).first()
    stock.add_document(
        letting,
        dwelling=blocked,
        kind=DwellingDocument.Kind.PLAN,
        title="Planritning",
        file_name="planritning.pdf",
        data=b"%PDF-1.7\n%%EOF\n",
        today=today,
    )
    first, second, third = vacant()[:3]
    began = today - timedelta(days=100)
    expired = tenancies.sign(
        coordinator,
        dwelling=first,
        case=stayed.case,
        form="open_ended",
        starts_on=began,
        persons=1,
        today=began,
    )
    tenancies.give_notice(
        coordinator,
        tenancy=expired,
        by="tenant",
        noticed_on=began,
        ends_on=today - timedelta(days=1),
        reason="Fick ett eget avtal",
        today=began,
    )
    starts = today + timedelta(days=10)
    future = tenancies.sign(
        coordinator, dwelling=second, case=coming.case, form="open_ended", starts_on=starts, persons=1, today=today
    )
    return {
        "tenant": noticed.case.household.pk,
        "lease": {"noticed": noticed.pk, "ended": ended.pk, "expired": expired.pk, "future": future.pk},
        "dwelling": {
            "noticed": noticed.dwelling_id,
            "blocked": blocked.pk,
            "expired": first.pk,
            "vacant": third.pk,
            "promised": Dwelling.objects.get(offers__status="open").pk,
        },
    }


def sought(coordinator: Actor, household: Household, today: date) -> dict[str, Any]:
    """Needs: one with a proposal, one that waits for an answer, one that is late and has no room, one with a choice
    made after the proposal.
    """
    before = today - timedelta(days=30)
    asked = Asked(adults=9, children=0, wanted_from=before, wanted_by=today - timedelta(days=2), wishes={"sfi": ""})
    late = needs.record_need(coordinator, case=household.case, asked=asked, today=before)
    found = HousingNeed.objects.filter(status="open").exclude(pk=late.pk).order_by("case__number")
    waiting = found.get(offers__status="open")
    declined = found.get(offers__status="declined")
    chosen = found.exclude(pk__in=[waiting.pk, declined.pk]).get(adults=1, children=0)
    matching.run(coordinator, today=today)
    dwelling = vacant().last()
    needs.lock(coordinator, need=chosen, dwelling=dwelling, reason="Nära den nya arbetsplatsen", today=today)
    offer = waiting.offers.get(status="open")
    return {
        "need": {"declined": declined.pk, "waiting": waiting.pk, "late": late.pk, "chosen": chosen.pk},
        "needing": declined.case.household.pk,
        "offer": offer.pk,
        "run": MatchRun.objects.earliest("run_at").pk,
        "small": Dwelling.objects.get(code="EX-0013").pk,
    }


def rights(coordinator: Actor, longest: Household, people: list[Person], today: date) -> dict[str, Any]:
    """Who wants to use the right again, and two who may lose it early: one case is examined, one is decided.

    They lie in the first year of the act: before it no right can end early.
    """
    person = contact(longest)
    for wanted in (40, 70):
        told = right_services.record_call_back(
            coordinator, person=person, notified_on=today, wanted_from=today + timedelta(days=wanted), today=today
        )
        if wanted == 40:
            right_services.withdraw_call_back(coordinator, call_back=told, today=today)
    day = max(today, date(2027, 8, 2))
    examined, decided = people
    made = {}
    for name, one in (("examined", examined), ("decided", decided)):
        case = ending.open_ending(coordinator, person=one, ground="not_in_programme", today=day)
        ending.record_reasons(coordinator, ending=case, text="Personen deltar inte i något program.")
        made[name] = case
    case = made["decided"]
    ending.record_ground(coordinator, ending=case, programme="", no_referral_since=day, today=day)
    ending.record_acceptable_reasons(coordinator, ending=case, outcome="none", text="Inga skäl har kommit fram.")
    ending.record_children(coordinator, ending=case, affected=False, text="Beslutet gäller bara den vuxna.", today=day)
    heard = day + timedelta(days=20)
    ending.record_communication(coordinator, ending=case, communicated_on=day, reply_by=heard, today=day)
    ending.record_reply(coordinator, ending=case, replied_on=heard, text="Jag har fått ett arbete.", today=heard)
    after = heard + timedelta(days=10)
    ending.decide(
        coordinator,
        ending=case,
        outcome="ends",
        decided_on=after,
        decided_by="Socialnämnden",
        diary_number="SN2027/1",
        ends_on=after + timedelta(days=60),
        appeal_instruction=True,
        today=after,
    )
    ending.serve(coordinator, ending=case, served_on=after, today=after)
    return {
        "ending": {name: one.pk for name, one in made.items()},
        "longest": longest.pk,
        "longest_person": person.pk,
        "examined_person": examined.pk,
        "ending_early": decided.case.household.pk,
    }


def stock_files(letting: Actor, today: date) -> dict[str, Any]:
    """Lists of dwellings under preview and dealt with."""
    file = policy_data.housing()
    header = [column.name for column in dwellings.stock_layout(file, stock.landlords(file)).columns]
    known = Dwelling.objects.get(code="EX-0004")
    new = {"objektsnummer": "EX-1", "adress": "Nya gatan 1", "omrade": "centrum", "rum": 2, "flest_boende": 3}
    rows = {**new, "hyra": 7000}, {**new, "objektsnummer": known.code, "adress": known.address, "hyra": 1}

    def stage(filename: str, *rows: Mapping[str, object]) -> StockFile:
        table = [[row.get(name, "") for name in header] for row in rows]
        return dwellings.stage(letting, filename, csv_bytes(header, table), today)

    thrown = stage("kastad.csv", *rows)
    dwellings.discard(letting, thrown.pk)
    faulty = stage("med-fel.csv", {**new, "hyra": "mycket"}, {"adress": "Utan nummer"})
    return {"clean": stage("utan-fel.csv", *rows).pk, "faulty": faulty.pk, "thrown": thrown.pk}


def yearly_numbers(strategist: Actor, today: date) -> dict[str, Any]:
    """A year whose numbers are out of order, with a draft and a struck number; one whose wish is settled."""
    draft = YearlyNumber.objects.get(kind="wish", status="draft")
    year = draft.year
    told = {"persons": 7, "on": today - timedelta(days=60), "body": "Länsstyrelsen i Uppsala län", "today": today}
    numbers.record_number(strategist, year=year, kind="decided", **told)
    wrong = numbers.record_number(strategist, year=year, kind="decided", **{**told, "persons": 70})
    numbers.void_number(strategist, wrong, reason="Fel antal")
    wish = numbers.draft_wish(
        strategist, year=year + 1, persons=9, grounds={"housing": "Fler blir lediga."}, today=today
    )
    numbers.settle_wish(strategist, wish, on=today, body="Kommunstyrelsen", reference="KS2026/2", today=today)
    return {
        "number_year": year,
        "settled_year": year + 1,
        "blank_year": year + 2,
        "number": YearlyNumber.objects.get(year=year, kind="preliminary").pk,
    }


if __name__ == "__main__":
    print(json.dumps(make(), default=str))
