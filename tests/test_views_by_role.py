"""Every view x every role x the expected answer. A view that is missing from the table fails the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from hemvist.access.actor import Actor
from hemvist.access.roles import Role
from hemvist.compensation import claims
from hemvist.compensation import importing as payments
from hemvist.coordination.commitments import add_commitment
from hemvist.coordination.models import AuthorityReport, PlanTask
from hemvist.housing import importing as dwellings
from hemvist.housing import matching
from hemvist.housing.models import (
    CallBack,
    Dwelling,
    DwellingBlock,
    DwellingDocument,
    EarlyEnding,
    HousingNeed,
    Offer,
    Tenancy,
    YearlyNumber,
)
from hemvist.organisation.models import Branch, Unit
from hemvist.placement import amending, arguments, friction, moving
from hemvist.placement import queries as placement
from hemvist.reception import importing, services, sharing
from hemvist.reception.models import FactKind, Household, Membership, NewcomerAccess, Person

ANONYMOUS = "anonymous"
# A coordinator of another branch of the same board: the right role in the wrong place.
FOREIGN = "coordinator of another branch"
READERS = (ANONYMOUS, FOREIGN, *Role.values)

COORDINATOR = frozenset({"coordinator"})
# Both hold the role; what belongs to a case is for the one in the owner's branch.
COORDINATORS = frozenset({"coordinator", FOREIGN})
WORKERS = COORDINATORS | {
    "social_secretary",
    "school_administrator",
    "sfi_administrator",
    "housing_coordinator",
    "contact_center",
}
INSIGHT = WORKERS | {"controller", "strategist", "data_protection_officer", "administrator"}
# Who may say where cooperation is slow.
LOGGERS = INSIGHT - {"data_protection_officer"}
DRAFTERS = frozenset({"strategist", "administrator"})
WEIGHERS = COORDINATORS | {"controller", "strategist", "administrator"}
STAFF = INSIGHT | {"association"}
EVERYONE = STAFF | {"newcomer"}

# The state's money: sums everywhere, persons in the branch of the grant; lists elsewhere are empty.
MONEY = COORDINATORS | {"controller"}
TOTALS = MONEY | {"strategist"}

# Homes: the stock for those who let or plan, needs and leases and the right in the branch of the case.
KEEPERS = COORDINATORS | {"housing_coordinator"}
STOCK = KEEPERS | {"controller", "strategist", "administrator"}
RIGHTS = KEEPERS | {"social_secretary"}
NUMBERS = COORDINATORS | {"strategist", "administrator"}

GONE, NO, IN = 404, 403, 302


@dataclass(frozen=True)
class View:
    """Who gets in. ``hidden``: those with the role but not the case get 404; all others 403."""

    allowed: frozenset[str]
    of: str = ""
    hidden: frozenset[str] = frozenset()
    post: bool = False
    answers: tuple[int, ...] = (200,)
    public: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def of_case(thing: str, **more: Any) -> View:
    """A view on something in the reception's open case."""
    return View(COORDINATOR, of=thing, hidden=frozenset({FOREIGN}), **more)


def of_money(thing: str, **more: Any) -> View:
    """A view on somebody's money in the reception's open case."""
    return View(COORDINATOR, of=thing, hidden=MONEY - COORDINATOR, **more)


def of_home(thing: str, **more: Any) -> View:
    """A view on the need, offer or lease of the reception's open case; nothing of it was disclosed."""
    return View(COORDINATOR, of=thing, hidden=KEEPERS - COORDINATOR, **more)


def of_right(thing: str, **more: Any) -> View:
    """A view on somebody's right to housing in the reception's open case."""
    return View(COORDINATOR, of=thing, hidden=RIGHTS - COORDINATOR, **more)


# Posts without content are turned back by the form (200), done (302) or answered in place.
DONE = (200, 302, 400, 422)
_TASK = {"of": "task", "hidden": WORKERS - {"coordinator", "sfi_administrator"}}
_TASK_ALLOWED = frozenset({"coordinator", "sfi_administrator"})

VIEWS: dict[str, View] = {
    "sign-in": View(EVERYONE, public=True, answers=(200, 302)),
    "sign-out": View(EVERYONE, post=True, public=True, answers=(302,)),
    "about": View(EVERYONE, public=True),
    "accessibility": View(EVERYONE, public=True),
    "glossary": View(EVERYONE, public=True),
    "robots": View(EVERYONE, public=True),
    "set-language": View(EVERYONE, post=True, public=True, answers=(302, 204)),
    # Not a demo database: the door does not exist.
    "demo-sign-in": View(EVERYONE, post=True, public=True, answers=(404,)),
    "start": View(EVERYONE, answers=(200, 302)),
    "who-does-what": View(EVERYONE),
    "unit": View(EVERYONE, of="unit"),
    "responsibility-map": View(INSIGHT),
    "responsibility-map-file": View(INSIGHT),
    # A draft of a move is seen by those who draft; here it is one.
    "move-list": View(INSIGHT),
    "move-new": View(DRAFTERS),
    "move": View(DRAFTERS, of="move", hidden=INSIGHT - DRAFTERS),
    "move-preview": View(DRAFTERS, of="move"),
    "move-basics": View(DRAFTERS, of="move"),
    "move-parts": View(DRAFTERS, of="move"),
    "move-people": View(DRAFTERS, of="move"),
    "move-rules": View(DRAFTERS, of="move"),
    "move-decide": View(frozenset({"administrator"}), of="move"),
    "move-withdraw": View(frozenset({"administrator"}), of="move", answers=(302,)),
    "move-copy": View(DRAFTERS, of="move", hidden=frozenset(), post=True, answers=DONE),
    "move-discard": View(DRAFTERS, of="move_to_discard", post=True, answers=DONE),
    "move-letter": View(DRAFTERS, of="move_file"),
    "move-redline": View(DRAFTERS, of="move_rules", hidden=INSIGHT - DRAFTERS),
    "law-changes": View(INSIGHT),
    "ruling-new": View(COORDINATORS | {"administrator"}, of="ruling"),
    "statistics": View(INSIGHT),
    "statistics-csv": View(INSIGHT),
    "audit-log": View(frozenset({"data_protection_officer"})),
    "disclosure-register": View(frozenset({"data_protection_officer"})),
    "my-plan": View(frozenset({"newcomer"})),
    "placement": View(INSIGHT),
    "placement-alternative": View(INSIGHT, of="alternative"),
    "argument-new": View(WEIGHERS),
    # One's own, or anybody's for those who draft: here another coordinator's.
    "argument-withdraw": View(frozenset({"strategist", "administrator"}), of="argument", post=True, answers=DONE),
    "weighing": View(INSIGHT),
    "weighing-edit": View(WEIGHERS),
    "weighing-share": View(WEIGHERS, post=True, answers=DONE),
    "assignment-points": View(INSIGHT),
    "assignment-point-follow": View(frozenset({"strategist", "administrator"}), of="point"),
    "friction-list": View(INSIGHT),
    "friction-new": View(LOGGERS),
    "friction-edit": View(LOGGERS, of="friction"),
    "friction-solve": View(LOGGERS, of="friction"),
    "friction-reopen": View(LOGGERS, of="friction", post=True, answers=DONE),
    "evidence": View(INSIGHT),
    "board-rules": View(INSIGHT),
    "board-rules-need": View(INSIGHT),
    "board-rules-redline": View(INSIGHT, of="rules"),
    "task-list": View(WORKERS),
    "meeting": View(WORKERS),
    "joint-plan": View(WORKERS),
    # Any coordinator, and the unit's own: here the reception's.
    "commitment-follow-up": View(COORDINATORS, of="commitment", post=True, answers=DONE),
    "law-text": View(INSIGHT, of="law_text"),
    "task": View(_TASK_ALLOWED, **_TASK),
    "task-take": View(frozenset({"sfi_administrator"}), **_TASK, post=True, answers=DONE),
    "task-done": View(frozenset({"sfi_administrator"}), **_TASK, post=True, answers=DONE),
    "task-not-applicable": View(frozenset({"sfi_administrator"}), **_TASK, post=True, answers=DONE),
    "task-reopen": View(frozenset({"sfi_administrator"}), **_TASK, post=True, answers=DONE),
    "task-move-due": View(frozenset({"sfi_administrator"}), **_TASK, post=True, answers=DONE),
    "task-hand-over": View(_TASK_ALLOWED, **_TASK, post=True, answers=DONE),
    "task-comment": View(_TASK_ALLOWED, **_TASK, post=True, answers=DONE),
    "assignment-list": View(COORDINATORS),
    "assignment-new": View(COORDINATORS),
    "assignment": of_case("assignment"),
    "assignment-end": of_case("assignment"),
    "assignment-add": of_case("household"),
    "import-new": View(COORDINATORS),
    "import-template": View(COORDINATORS, of="template"),
    "import-preview": of_case("import_run"),
    "import-errors": of_case("import_run"),
    "import-progress": of_case("import_run"),
    "import-confirm": of_case("import_run", post=True, answers=DONE),
    "import-discard": of_case("import_run", post=True, answers=DONE),
    "household-new": View(COORDINATORS),
    "intake-new": View(frozenset({"contact_center"})),
    "intake-receipt": View(frozenset({"contact_center"}), answers=(200, 302)),
    "household-list": View(COORDINATORS),
    "household-export": View(COORDINATORS),
    "household": of_case("household"),
    "household-people": of_case("household"),
    "household-sharing": of_case("household"),
    "household-guidance": of_case("household"),
    "household-history": of_case("household"),
    "person": of_case("person"),
    "fact-new": of_case("fact"),
    "identifier-new": of_case("person"),
    "person-add": of_case("household"),
    "membership-end": of_case("membership"),
    "arrival-new": of_case("household"),
    "arrival-void": of_case("arrival"),
    "arrival-plan": of_case("household"),
    "case-close": of_case("household"),
    "case-reopen": of_case("household", answers=(200, 302)),
    "coordinator-appoint": of_case("household"),
    "guidance-new": of_case("household"),
    "own-task-new": of_case("household"),
    "report-send": of_case("report"),
    "consent-new": of_case("household"),
    "consent-withdraw": of_case("consent"),
    "disclosure-new": of_case("household"),
    "disclosure-approve": of_case("disclosure", answers=(200, 302)),
    "disclosure-revoke": of_case("disclosure"),
    "household-housing": of_case("household"),
    "dwelling-list": View(STOCK),
    "dwelling-file": View(STOCK, of="template"),
    "dwelling-new": View(KEEPERS),
    "dwelling": View(STOCK, of="dwelling"),
    "dwelling-edit": View(KEEPERS, of="dwelling"),
    "dwelling-block": View(KEEPERS, of="dwelling"),
    "dwelling-unblock": View(KEEPERS, of="block", post=True, answers=DONE),
    "dwelling-state": View(KEEPERS, of="dwelling", post=True, answers=DONE),
    "dwelling-document-add": View(KEEPERS, of="dwelling"),
    "dwelling-document": View(STOCK, of="document"),
    "dwelling-document-remove": View(KEEPERS, of="document", post=True, answers=DONE),
    "stock-import-new": View(KEEPERS),
    "stock-import-template": View(KEEPERS, of="template"),
    "stock-import-preview": of_home("stock_file"),
    "stock-import-errors": of_home("stock_file"),
    "stock-import-progress": of_home("stock_file"),
    "stock-import-confirm": of_home("stock_file", post=True, answers=DONE),
    "stock-import-discard": of_home("stock_file", post=True, answers=DONE),
    "tenancy-new": View(KEEPERS, of="vacant"),
    "tenancy-list": View(KEEPERS),
    "tenancy": of_home("tenancy"),
    "tenancy-notice": of_home("tenancy"),
    "tenancy-notice-withdraw": of_home("tenancy", post=True, answers=DONE),
    "tenancy-move-out-undo": of_home("tenancy", post=True, answers=DONE),
    "tenancy-extend": of_home("tenancy"),
    "tenancy-moved-out": of_home("tenancy"),
    "tenancy-void": of_home("tenancy"),
    "tenancy-tick": of_home("tenancy", post=True, answers=DONE),
    "need-list": View(KEEPERS),
    "need-new": of_home("household", answers=(200, 302)),
    "need": of_home("need"),
    "need-edit": of_home("need"),
    "need-withdraw": of_home("need"),
    "need-lock": of_home("need"),
    "need-unlock": of_home("need", post=True, answers=DONE),
    "offer-new": of_home("need"),
    "offer-answer": of_home("offer"),
    "offer-withdraw": of_home("offer", post=True, answers=DONE),
    "matching": View(KEEPERS),
    "matching-run": View(KEEPERS, post=True, answers=DONE),
    "match-run": of_home("match_run"),
    "match-why": of_home("need"),
    "housing-right-list": View(RIGHTS),
    "housing-right-soon": View(RIGHTS),
    "housing-right": of_right("household"),
    "call-back-new": of_right("household_person"),
    "call-back-withdraw": of_right("call_back", post=True, answers=DONE),
    "support-new": of_right("household"),
    "ending-new": of_right("person"),
    "ending-list": View(RIGHTS),
    "ending": of_right("ending"),
    "ending-ground": of_right("ending"),
    "ending-reasons-acceptable": of_right("ending"),
    "ending-children": of_right("ending"),
    "ending-communicate": of_right("ending"),
    "ending-reply": of_right("ending"),
    "ending-reasons": of_right("ending"),
    "ending-decide": View(
        COORDINATOR, of="ending", hidden=frozenset({FOREIGN, "social_secretary"}), answers=(200, 302)
    ),
    "ending-change": View(
        COORDINATOR, of="ending", hidden=frozenset({FOREIGN, "social_secretary"}), answers=(200, 302)
    ),
    "ending-close": of_right("ending"),
    "ending-serve": of_right("ending", answers=(200, 302)),
    "ending-letter": of_right("ending_letter"),
    "housing-balance": View(STOCK),
    "housing-balance-file": View(STOCK, of="template"),
    "yearly-number": View(INSIGHT),
    "yearly-number-year": View(INSIGHT, of="year"),
    "yearly-summary": View(INSIGHT, of="year_file"),
    "number-new": View(NUMBERS, of="new_number"),
    "number-void": View(NUMBERS, of="number"),
    "wish-edit": View(NUMBERS, of="year"),
    "wish-settle": View(DRAFTERS, of="year"),
    "wish-send": View(DRAFTERS, of="settled_year"),
    "criterion-new": View(NUMBERS, of="criterion"),
    "compensation": View(TOTALS),
    "compensation-key": View(TOTALS),
    "compensation-benefits": View(TOTALS),
    "compensation-forecast": View(TOTALS),
    "compensation-forecast-file": View(TOTALS),
    "compensation-watch": View(TOTALS),
    "compensation-sie": View(TOTALS),
    "compensation-export": View(MONEY),
    "compensation-people": View(MONEY),
    "compensation-month": View(MONEY, of="month"),
    "compensation-person": of_money("person"),
    "compensation-household": of_money("household"),
    "claim-list": View(MONEY),
    "claim-export": View(MONEY),
    "claim-calendar": View(MONEY),
    "claim-new": View(MONEY),
    "claim": of_money("claim"),
    "claim-change": of_money("claim"),
    "claim-file": of_money("claim"),
    "claim-decide": of_money("claim", answers=(200, 302)),
    "claim-appeal": of_money("claim", answers=(200, 302)),
    "claim-withdraw": of_money("claim"),
    "claim-reopen": of_money("claim", post=True, answers=DONE),
    "claim-evidence": of_money("claim", post=True, answers=DONE),
    "calendar-feeds": View(MONEY),
    "calendar-feed-revoke": View(MONEY, of="feed", post=True, answers=(302, 404)),
    # The address itself is the key; one that nobody has made does not exist.
    "calendar-feed": View(EVERYONE, of="feed_address", public=True, answers=(404,)),
    "payment-list": View(MONEY),
    "payment-new": View(MONEY),
    "payment-template": View(MONEY, of="template"),
    "payment-preview": of_money("payment_file"),
    "payment-errors": of_money("payment_file"),
    "payment-confirm": of_money("payment_file", post=True, answers=DONE),
    "payment-discard": of_money("payment_file", post=True, answers=DONE),
    "payment-match": of_money("payment"),
    "payment-unmatch": of_money("payment", post=True, answers=DONE),
    "reconciliation": View(MONEY),
    "reconciliation-count": View(MONEY),
    "reconciliation-export": View(MONEY),
    "difference-clear": of_money("difference"),
}


def expected(view: View, reader: str) -> tuple[int, ...]:
    if view.public:
        return view.answers
    if reader == ANONYMOUS:
        return (IN,)
    if reader in view.allowed:
        return view.answers
    # Who may see the task but not work it is told why; who may not know of it gets nothing.
    return (GONE,) if reader in view.hidden else (NO,)


@pytest.fixture
def scene(
    household: Callable[..., Household], coordinator: Actor, actor: Callable[..., Actor], today: date
) -> dict[str, dict[str, Any]]:
    """One received household with an anvisning, a disclosure, a consent, a report and a file on its way in."""
    home = household(received_on=today - timedelta(days=3), reference="MV-1")
    members = list(Membership.objects.filter(household=home).select_related("person"))
    contact = members[0].person
    contact.case = home.case
    shared: dict[str, Any] = {
        "case": home.case,
        "persons": [contact],
        "recipient": Branch.objects.get(code="education"),
        "fields": ["name"],
        "today": today,
    }
    consent = sharing.record_consent(
        coordinator,
        **shared,
        purpose="Start på sfi",
        language="ukrainska",
        interpreter_used=True,
        given_on=today,
        expires_on=today + timedelta(days=90),
    )
    disclosure = sharing.make_disclosure(
        coordinator,
        **shared,
        ground="consent",
        reason="Sfi behöver namnet för inskrivning",
        valid_to=today + timedelta(days=60),
    )
    run = importing.stage(coordinator, "anvisningar.csv", b"hushallsnyckel;fornamn\n1;Olena\n", today)
    commitment = add_commitment(
        coordinator,
        unit=Unit.objects.get(code="integration"),
        year=today.year,
        quarter=4,
        text="Ringa alla hushåll före jul",
        due_on=None,
        today=today,
    )
    return {
        "commitment": {"commitment_id": commitment.id},
        **_move(actor(Role.STRATEGIST), today),
        "point": {"decision": "DE3", "number": 3},
        "alternative": {"code": "SN"},
        "argument": {"code": _argument(coordinator)},
        "friction": {"friction_id": _friction(coordinator, today)},
        "law_text": {"name": "2016-38"},
        "rules": {"board": "UN", "kind": "docx"},
        "unit": {"code": "sfi"},
        "ruling": {"key": "T-6"},
        "template": {"kind": "csv"},
        "task": {"task_id": PlanTask.objects.filter(case=home.case, unit__code="sfi").first().id},
        "household": {"household_id": home.id},
        "assignment": {"assignment_id": home.assignments.get().id},
        "person": {"person_id": contact.id},
        "fact": {"person_id": contact.id, "kind": FactKind.LANGUAGE},
        "membership": {"membership_id": members[1].id},
        "arrival": {"arrival_id": home.arrivals.first().id},
        "report": {"report_id": AuthorityReport.objects.get(case=home.case).id},
        "consent": {"consent_id": consent.id},
        "disclosure": {"disclosure_id": disclosure.id},
        "import_run": {"run_id": run.id},
        "month": {"year": today.year, "month": today.month},
        **_money(coordinator, home, contact, today),
        **_homes(coordinator, home, household(), contact, today),
    }


def _move(strategist: Actor, today: date) -> dict[str, dict[str, Any]]:
    """A draft of a move to the social services board, and another to be discarded."""
    plan = placement.preset(placement.alternatives()["SN"], "En flytt", date(today.year + 2, 1, 1))
    move, other = (moving.draft_move(strategist, plan=plan, today=today) for _ in range(2))
    amending.redraft(strategist, move_id=move.pk, today=today)
    where = {"move_id": move.pk}
    return {
        "move": where,
        "move_to_discard": {"move_id": other.pk},
        "move_file": {**where, "kind": "docx"},
        "move_rules": {**where, "board": "UN", "kind": "docx"},
    }


def _argument(coordinator: Actor) -> str:
    words = {"text": "Prövat ett år utan att det gick sämre", "voice": "Enhetschef, sfi", "source": "Bokslut 2025"}
    return arguments.add_argument(coordinator, alternative="SN", direction="+", **words).code


def _friction(coordinator: Actor, today: date) -> int:
    unit = Unit.objects.get(code="sfi")
    words = {"text": "Besked om plats dröjer", "cause": "Ingen gemensam lista", "due_on": None}
    return friction.log(coordinator, units=[unit], owner=unit, noted_on=today, today=today, **words).pk


def _money(coordinator: Actor, home: Household, contact: Person, today: date) -> dict[str, dict[str, Any]]:
    """A claim to prepare, a list of payments under preview, a payment without a person, and a difference."""
    claim = claims.open_claim(
        coordinator, case=home.case, ground="illness_assistance", period_to=today, person=contact, today=today
    )
    row = "dossiernummer;ersättning;belopp;utbetalningsdatum\nX-1;Schablonersättning;16500;2026-10-30\n"
    paid = payments.confirm(coordinator, payments.stage(coordinator, "a.csv", row.encode(), today).id, today)
    staged = payments.stage(coordinator, "b.csv", row.replace("X-1", "X-2").encode(), today)
    return {
        "claim": {"claim_id": claim.id},
        "feed": {"feed_id": 1},
        "feed_address": {"token": "okänd"},
        "payment_file": {"file_id": staged.id},
        "payment": {"payment_id": paid.payments.get().id},
        "difference": {"person_id": contact.id, "line": "standard.1."},
    }


def _homes(
    coordinator: Actor, home: Household, other: Household, contact: Person, today: date
) -> dict[str, dict[str, Any]]:
    """Three dwellings, a lease, a need, an offer to another household, an examination, and the numbers of two years."""
    landlord = Unit.objects.get(code="ehb")
    let, vacant, offered = (
        Dwelling.objects.create(
            code=f"EX-{number}",
            landlord=landlord,
            address=f"Exempelvägen {number}",
            area="centrum",
            rooms=3,
            capacity=5,
            rent=8_000,
            available_from=today - timedelta(days=400),
            sort_key=f"exempel {number}",
        )
        for number in range(3)
    )
    days = {"wanted_from": today, "wanted_by": today + timedelta(days=30)}
    need, offered_need = (
        HousingNeed.objects.create(case=each.case, adults=2, children=2, **days) for each in (home, other)
    )
    offer = Offer.objects.create(
        need=offered_need, dwelling=offered, made_on=today, move_in_on=today, reply_by=today + timedelta(days=7)
    )
    lease = Tenancy.objects.create(
        dwelling=let,
        case=home.case,
        form="fixed",
        persons=4,
        rent=8_000,
        starts_on=today + timedelta(days=5),
        ends_on=today + timedelta(days=700),
    )
    document = DwellingDocument.objects.create(
        dwelling=vacant, kind="plan", title="Plan", file_name="plan.pdf", content_type="application/pdf",
        content=b"%PDF-1.7", size=8, sha256="0" * 64,
    )  # fmt: skip
    block = DwellingBlock.objects.create(dwelling=vacant, starts_on=today + timedelta(days=300), reason="other")
    staged = dwellings.stage(coordinator, "bostader.csv", b"objektsnummer;adress\nEX-9;Exempelgatan 9\n", today)
    run = matching.run(coordinator, today=today)
    ending = EarlyEnding.objects.create(person=contact, ground="not_in_programme", opened_on=today)
    call_back = CallBack.objects.create(person=contact, notified_on=today, wanted_from=today + timedelta(days=90))
    settled = {"status": "settled", "on": today, "body": "Kommunstyrelsen"}
    number = YearlyNumber.objects.create(
        year=2027, kind="preliminary", persons=6, status="settled", on=today, body="Migrationsverket"
    )
    YearlyNumber.objects.create(year=2027, kind="wish", persons=8, status="draft")
    YearlyNumber.objects.create(year=2028, kind="wish", persons=9, **settled)
    return {
        "dwelling": {"dwelling_id": vacant.id},
        "vacant": {"dwelling_id": vacant.id},
        "block": {"dwelling_id": vacant.id, "block_id": block.id},
        "document": {"dwelling_id": vacant.id, "document_id": document.id},
        "stock_file": {"file_id": staged.id},
        "tenancy": {"tenancy_id": lease.id},
        "need": {"need_id": need.id},
        "offer": {"offer_id": offer.id},
        "match_run": {"run_id": run.id},
        "household_person": {"household_id": home.id, "person_id": contact.id},
        "call_back": {"call_back_id": call_back.id},
        "ending": {"ending_id": ending.id},
        "ending_letter": {"ending_id": ending.id, "kind": "docx"},
        "year": {"year": 2027},
        "year_file": {"year": 2027, "kind": "csv"},
        "settled_year": {"year": 2028},
        "new_number": {"year": 2027, "kind": "beslutat"},
        "number": {"year": 2027, "number_id": number.id},
        "criterion": {"year": 2027, "code": "population"},
    }


def _names() -> set[str]:
    return {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}


def test_the_table_has_every_view_and_no_other() -> None:
    assert set(VIEWS) == _names()


@pytest.mark.parametrize("reader", READERS)
def test_each_view_answers_each_role_as_the_table_says(
    reader: str,
    scene: dict[str, dict[str, Any]],
    user: Callable[..., Any],
    client_for: Callable[..., Client],
    settings: Any,
) -> None:
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    if reader == ANONYMOUS:
        client = Client()
    else:
        who = user("coordinator", "school") if reader == FOREIGN else user(reader)
        if reader == Role.NEWCOMER:
            NewcomerAccess.objects.create(user=who, person_id=scene["person"]["person_id"])
        client = client_for(who)
    wrong = []
    for name, view in VIEWS.items():
        if name in {"sign-out", "sign-in"} and reader != ANONYMOUS:
            continue
        url = reverse(name, kwargs=scene.get(view.of, {}))
        response = client.post(url) if view.post else client.get(url)
        if response.status_code not in expected(view, reader):
            wrong.append(f"{name}: {response.status_code}, expected {expected(view, reader)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if view.of in {"household", "person"}])
def test_a_protected_case_does_not_exist_for_a_coordinator_who_may_not_handle_it(
    name: str,
    scene: dict[str, dict[str, Any]],
    actor: Callable[..., Actor],
    client_for: Callable[..., Client],
    today: date,
) -> None:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    person = Household.objects.get(id=scene["household"]["household_id"]).case.persons.get(
        id=scene["person"]["person_id"]
    )
    services.record_fact(
        trusted,
        person=person,
        kind=FactKind.PROTECTION,
        value={"form": "sekretessmarkering", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"},
        valid_from=today,
        source="tax_agency",
        today=today,
    )
    url = reverse(name, kwargs=scene[VIEWS[name].of])
    assert client_for(actor(Role.COORDINATOR)).get(url).status_code == GONE
    assert client_for(trusted).get(url).status_code in VIEWS[name].answers
