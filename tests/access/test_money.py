"""The state's money, asked by those whose persons they are not, and what the journal remembers of those who may ask.

A public function of the room that is missing from the tables here fails a test.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from tests.access.conftest import DOSSIER, FAMILY, NUMBER, SECRETS, WORDS, World, new_household, secrets_in, told
from tests.access.test_audit import public, secrets_in_journal
from tests.access.test_foreign import ASKERS as FOREIGN
from tests.conftest import family

from hemvist.access import audit
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.compensation import (
    accounting,
    calendar,
    claims,
    forecast,
    importing,
    ledger,
    queries,
    reconciliation,
    urls_claims,
    urls_forecast,
    urls_ledger,
    urls_payments,
    watch,
)
from hemvist.compensation.claims import ClaimFilter
from hemvist.compensation.forecast import Assumptions
from hemvist.compensation.models import (
    CalendarFeed,
    Claim,
    ClaimEvent,
    ClaimEvidence,
    Clearance,
    Payment,
    PaymentFile,
)
from hemvist.compensation.reconciliation import ReconciledLine, Reconciliation
from hemvist.law import whatif
from hemvist.planning.imagined_arrivals import Arrivals
from hemvist.reception.models import FactKind, Identifier, Person
from hemvist.reception.services import (
    move_to_new_household,
    record_arrival,
    record_fact,
    register_households,
)
from hemvist.web.templatetags.hemvist import longdate

pytestmark = pytest.mark.django_db

MODULES = (queries, ledger, claims, reconciliation, importing, calendar, forecast, watch, accounting)
# What importing offers of the files that are staged, without being functions of its own.
OF_FILES = {"preview", "recent_files", "problems_of", "discard"}
RECEIVED = date(2026, 6, 8)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LINK = "https://hemvist.example/ersattning/ansokningar/"
HEADER = "dossiernummer;personnummer;ersättning;utbetalning;belopp;utbetalningsdatum;kommentar"
# The number of nobody, one digit from the one that must not be told.
LIKE_DOSSIER = "51-7755332"
BELOW = "compensation.standard.below_limit"


def listed(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def bring_in(actor: Actor, today: date, *rows: str) -> PaymentFile:
    run = importing.stage(actor, "lista.csv", listed(*rows), today)
    assert not importing.problems_of(run), importing.problems_of(run)
    return importing.confirm(actor, run.id, today)


@dataclass
class Money:
    """The household of the world with all that the room of the money can hold of it."""

    world: World
    claim_id: Any
    staged: PaymentFile
    paid: Payment
    loose: Payment
    feed: CalendarFeed

    @property
    def today(self) -> date:
        return self.world.today

    @property
    def trusted(self) -> Actor:
        return self.world.trusted

    @property
    def claim(self) -> Claim:
        return Claim.objects.select_related("case", "person").get(pk=self.claim_id)

    @property
    def contact(self) -> Person:
        return self.world.person("Zvonimira")

    def evidence(self) -> ClaimEvidence:
        return self.claim.evidence.earliest("position")

    def filed(self) -> Claim:
        return claims.file_claim(
            self.trusted, claim=self.claim, filed_on=self.today, today=self.today, comment=WORDS, reference=WORDS
        )

    def refused(self) -> Claim:
        return claims.decide_claim(
            self.trusted, claim=self.filed(), status="refused", decided_on=self.today, today=self.today, comment=WORDS
        )

    def withdrawn(self) -> Claim:
        return claims.withdraw_claim(self.trusted, claim=self.filed(), on=self.today, today=self.today, comment=WORDS)

    def difference(self) -> ReconciledLine:
        row = reconciliation.get_difference(self.trusted, self.contact.id, "standard.1.", today=self.today).row
        assert row.needs_attention
        return row


def with_money(world: World) -> Money:
    """Received in June after weeks of school; paid for and applied for, by those who handle protected identities."""
    trusted, today = world.trusted, world.today
    record_arrival(trusted, household=world.household, persons=world.persons, on=RECEIVED, source="staff", today=today)
    child, contact = world.person("Xanthippe"), world.person("Zvonimira")
    stay = {"form": "school_compulsory", "start": "2026-04-13", "end": "2026-06-07"}
    record_fact(
        trusted, person=child, kind=FactKind.STAY, value=stay, valid_from=date(2026, 4, 13), source="staff", today=today
    )
    bring_in(
        trusted,
        today,
        f"{DOSSIER};;Schablonersättning;1;9 260;2026-07-31;{WORDS}",
        f"{LIKE_DOSSIER};;Schablonersättning;2;33 000;2026-06-30;",
    )
    claim = claims.open_claim(
        trusted,
        case=world.case,
        person=contact,
        ground="illness_assistance",
        period_to=date(2026, 9, 30),
        today=today,
        note=WORDS,
    )
    claims.change_claim(trusted, claim=claim, cost=Decimal(84_300), today=today, note=WORDS)
    claims.add_evidence(trusted, claim=claim, text=WORDS)
    return Money(
        world,
        claim.pk,
        importing.stage(trusted, "ny.csv", listed(f";{NUMBER};Schablonersättning;2;33 000;2026-06-30;"), today),
        Payment.objects.get(person=contact),
        Payment.objects.get(number_text=LIKE_DOSSIER),
        calendar.make_feed(trusted)[0],
    )


@pytest.fixture
def money(world: World) -> Money:
    return with_money(world)


# --- every question ---------------------------------------------------------------------------------------------------

ASKERS = {**FOREIGN, "controller of the branch, protected case": (Role.CONTROLLER, "integration", True)}
# The branch is the right one, and the case is closed to them: they see all else that the branch has.
NEAR = {
    "coordinator without protected identities, protected case",
    "controller of the branch, protected case",
}
READERS = {name for name, (role, *_rest) in ASKERS.items() if role in {Role.COORDINATOR, Role.CONTROLLER}}
TOTALS = READERS | {"strategist"}
NOBODY: set[str] = set()
EVERYBODY = set(ASKERS)


@dataclass(frozen=True)
class Question:
    """Who gets an answer, which holds nothing of the household, and for whom it is as if nothing were there.

    The others are refused. ``action`` is the row that the owner's reading leaves; ``silent`` says why it leaves none.
    """

    ask: Callable[[Money, Actor], Any]
    answered: set[str]
    hidden: frozenset[str] | set[str] = frozenset()
    action: str = ""
    silent: str = ""


def shown(found: Reconciliation) -> Any:
    """What the page can show of a reconciliation: the account behind a line is no plain value."""
    rows = [(row.person, row.line, row.cleared, row.payments) for row in found.lines]
    return rows, found.totals, found.to_do, found.cleared, found.repayment_risk, found.unmatched, found.since


def text(file: bytes) -> str:
    return file.decode("cp437")


def feed_of(m: Money, asker: Actor) -> bytes:
    _feed, token = calendar.make_feed(asker)
    return calendar.read_feed(token, today=m.today, now=NOW, link=LINK)


def preview_of(m: Money, asker: Actor) -> Any:
    """What the page shows of a preview; whoever brings lists in knows what stands in them."""
    run = importing.preview(asker, m.staged.id)
    return run.summary, importing.problems_of(run), run.staged["unmatched"], run.staged["words"]


PERSONS = "compensation.persons_read"
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
LISTS = [ClaimFilter(), ClaimFilter(lapsing=True), ClaimFilter(status="draft", search="2026")]

QUESTIONS: dict[str, Question] = {
    # queries
    "overview": Question(
        lambda m, a: [queries.overview(a, year=year, today=m.today) for year in (2026, 2027)],
        TOTALS,
        action="compensation.overview_viewed",
    ),
    "paid_by_month": Question(lambda m, a: queries.paid_by_month(a, **YEAR), TOTALS, silent="sums; the overview logs"),
    "paid_by_person": Question(
        lambda m, a: queries.paid_by_person(a, [person.id for person in m.world.persons]),
        EVERYBODY,
        silent="the caller has logged",
    ),
    "sees_persons": Question(lambda m, a: queries.sees_persons(a), EVERYBODY, silent="a verdict"),
    "list_people": Question(
        lambda m, a: [
            queries.list_people(a, today=m.today, search=search, state=state)
            for search in ("", FAMILY, NUMBER, m.world.case.number)
            for state in ("", "running", "expected", "ended")
        ],
        READERS,
        action=PERSONS,
    ),
    "person_page": Question(
        lambda m, a: queries.person_page(a, m.contact.id, today=m.today), NOBODY, READERS, action=PERSONS
    ),
    "household_page": Question(
        lambda m, a: queries.household_page(a, m.world.household.id, today=m.today), NOBODY, READERS, action=PERSONS
    ),
    "month_lines": Question(
        lambda m, a: queries.month_lines(a, date(2026, 7, 1), today=m.today), READERS, action=PERSONS
    ),
    "export_lines": Question(
        lambda m, a: queries.export_lines(a, **YEAR, today=m.today), READERS, action="compensation.exported"
    ),
    "distribution": Question(
        lambda m, a: queries.distribution(a, year=2026, today=m.today),
        TOTALS,
        action="compensation.distribution_viewed",
    ),
    "visible_payments": Question(
        lambda m, a: Payment.objects.filter(queries.visible_payments(a), person__isnull=False),
        EVERYBODY,
        silent="a filter",
    ),
    "clearances": Question(
        lambda m, a: list(queries.clearances(a).values()), EVERYBODY, silent="read with the ledgers, which log"
    ),
    # ledger
    "ledgers": Question(
        lambda m, a: [
            ledger.ledgers(a, today=m.today),
            ledger.ledgers(a, today=m.today, person_ids=[person.id for person in m.world.persons]),
            ledger.ledgers(a, today=m.today, case_ids=[m.world.case.id]),
        ],
        READERS,
        action=PERSONS,
    ),
    # claims
    "visible_claims": Question(lambda m, a: claims.visible_claims(a), EVERYBODY, silent="a filter"),
    "claim_list": Question(
        lambda m, a: [claims.claim_list(a, wanted, today=m.today) for wanted in LISTS], READERS, action="claims.listed"
    ),
    "lapsing": Question(lambda m, a: claims.lapsing(a, m.today, None), READERS, action="claims.listed"),
    "due_counts": Question(lambda m, a: claims.due_counts(a, m.today), READERS, action=PERSONS),
    "calendar_months": Question(
        lambda m, a: [month.lines for month in claims.calendar_months(a, today=m.today, months=48)],
        READERS,
        action="claims.listed",
    ),
    "export_claims": Question(
        lambda m, a: [claims.export_claims(a, wanted, today=m.today) for wanted in LISTS],
        READERS,
        action="claims.exported",
    ),
    "claim_page": Question(
        lambda m, a: claims.claim_page(a, m.claim_id, today=m.today), NOBODY, EVERYBODY, action="claim.viewed"
    ),
    "case_to_claim_for": Question(
        lambda m, a: claims.case_to_claim_for(a, m.world.case.number, today=m.today), READERS, action=PERSONS
    ),
    # reconciliation
    "reconcile_all": Question(
        lambda m, a: [
            shown(reconciliation.reconcile_all(a, today=m.today, since=since, until=until))
            for since, until in ((None, None), (date(2026, 7, 1), date(2026, 7, 31)), (date(2020, 1, 1), None))
        ],
        READERS,
        action="reconciliation.viewed",
    ),
    "exported": Question(
        lambda m, a: [
            (row.person, row.line)
            for row in reconciliation.exported(a, reconciliation.reconcile_all(a, today=m.today).lines)
        ],
        READERS,
        action="reconciliation.exported",
    ),
    "get_difference": Question(
        lambda m, a: reconciliation.get_difference(a, m.contact.id, "standard.1.", today=m.today),
        NOBODY,
        READERS,
        action=PERSONS,
    ),
    "candidates": Question(
        lambda m, a: [
            reconciliation.candidates(a, m.loose.id, today=m.today, search=search)
            for search in ("", FAMILY, DOSSIER, m.world.case.number)
        ],
        NEAR,
        READERS - NEAR,
        action="payment.viewed",
    ),
    # importing
    "why_unmatched": Question(
        lambda m, a: importing.why_unmatched(a, m.loose, m.today), EVERYBODY, silent="words; the caller has logged"
    ),
    "came_by_month": Question(lambda m, a: importing.came_by_month(a), READERS, action="payments.totals_viewed"),
    "preview": Question(preview_of, NEAR, EVERYBODY - NEAR, action="payments.viewed"),
    "recent_files": Question(
        lambda m, a: [run.summary for run in importing.recent_files(a)], READERS, silent="numbers, and who read them in"
    ),
    # calendar
    "list_feeds": Question(lambda m, a: calendar.list_feeds(a), READERS, silent="the own addresses"),
    "read_feed": Question(feed_of, READERS, action="calendar_feed.read"),
    # forecast, watch, accounting
    "forecast": Question(
        lambda m, a: [
            forecast.forecast(a, today=m.today, assumptions=Assumptions(days, arrivals), exported=exported)
            for days, arrivals, exported in ((35, None, False), (0, Arrivals(2027, {"quota": 12}), True))
        ],
        TOTALS,
        action="compensation.forecast_viewed",
    ),
    "watch": Question(lambda m, a: watch.watch(a, today=m.today), TOTALS, action="compensation.watch_viewed"),
    "what_if": Question(
        lambda m, a: [
            watch.what_if(a, today=m.today, source=source)
            for source in (
                whatif.imagined(BELOW, 200_000, date(2026, 3, 1)),
                watch.dropped(date(2027, 1, 1), "2010:1122"),
            )
        ],
        TOTALS,
        action="compensation.what_if_viewed",
    ),
    "first_day": Question(lambda m, a: watch.first_day(a, m.today), EVERYBODY, silent="a day"),
    "sie_file": Question(
        lambda m, a: text(accounting.sie_file(a, year=2026, today=m.today)),
        TOTALS,
        action="compensation.sie_exported",
    ),
}

# Functions that ask nobody, and why that gives nobody anything.
WITHOUT_ACTOR = {
    "summed": "what sums are made of; no page may ask for it",
    "verified_until": "law",
    "derive": "computes on persons already read",
    "ledger_of": "computes on a person already read",
    "lines": "arranges ledgers already read",
    "months": "arranges lines already read",
    "year_of": "days",
    "period_words": "words",
    "after_last_day": "compares days",
    "alternatives": "computes on a ledger already read",
    "is_meant": "computes on a person already read",
    "problems_of": "of a file already read",
    "calendar_of": "arranges numbers already read",
    "compared": "computes on a ledger and payments already read",
    "holding": "compares a line already read",
    "expected_date": "computes on a ledger already read",
    "with_expected": "computes on ledgers already read",
    "again": "computes on a ledger already read",
    "amounts": "law",
    "changed": "law",
    "dropped": "law",
}


# --- every deed -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deed:
    """``given`` is done by the owner's staff first; ``do`` is then tried. ``action`` is the row that it leaves."""

    do: Callable[[Money, Actor, Any], Any]
    action: str
    given: Callable[[Money], Any] = lambda m: m.claim
    # Those who are allowed, since nothing of the household is in it.
    allowed: frozenset[str] | set[str] = frozenset()


DEEDS: dict[str, Deed] = {
    "open_claim": Deed(
        lambda m, a, person: claims.open_claim(
            a,
            case=m.world.case,
            person=person,
            ground="student_assistance",
            period_to=m.today,
            today=m.today,
            note=WORDS,
        ),
        "claim.opened",
        given=lambda m: m.contact,
    ),
    "tick_evidence": Deed(
        lambda m, a, claim: claims.tick_evidence(
            a, claim=claim, evidence_id=m.evidence().pk, ready=True, today=m.today
        ),
        "claim.evidence_ready",
    ),
    "add_evidence": Deed(lambda m, a, claim: claims.add_evidence(a, claim=claim, text=WORDS), "claim.evidence_added"),
    "remove_evidence": Deed(
        lambda m, a, claim: claims.remove_evidence(a, claim=claim, evidence_id=m.evidence().pk),
        "claim.evidence_removed",
    ),
    "change_claim": Deed(
        lambda m, a, claim: claims.change_claim(a, claim=claim, cost=Decimal(91_234), today=m.today, note=WORDS),
        "claim.changed",
    ),
    "file_claim": Deed(
        lambda m, a, claim: claims.file_claim(
            a, claim=claim, filed_on=m.today, today=m.today, comment=WORDS, reference=WORDS
        ),
        "claim.filed",
    ),
    "decide_claim": Deed(
        lambda m, a, claim: claims.decide_claim(
            a, claim=claim, status="granted", decided_on=m.today, today=m.today, comment=WORDS
        ),
        "claim.decided",
        given=Money.filed,
    ),
    "appeal_claim": Deed(
        lambda m, a, claim: claims.appeal_claim(a, claim=claim, appealed_on=m.today, today=m.today, comment=WORDS),
        "claim.appealed",
        given=Money.refused,
    ),
    "withdraw_claim": Deed(
        lambda m, a, claim: claims.withdraw_claim(a, claim=claim, on=m.today, today=m.today, comment=WORDS),
        "claim.withdrawn",
        given=Money.filed,
    ),
    "reopen_claim": Deed(
        lambda m, a, claim: claims.reopen_claim(a, claim=claim, today=m.today), "claim.reopened", given=Money.withdrawn
    ),
    "discard_claim": Deed(lambda m, a, claim: claims.discard_claim(a, claim=claim), "claim.discarded"),
    "clear_difference": Deed(
        lambda m, a, row: reconciliation.clear_difference(
            a,
            person_id=row.person.person_id,
            code=row.line.code,
            difference=row.line.difference,
            cause="accepted",
            comment=WORDS,
            today=m.today,
        ),
        "difference.cleared",
        given=Money.difference,
    ),
    "match_payment": Deed(
        lambda m, a, _given: reconciliation.match_payment(a, m.loose.id, m.contact.id), "payment.matched"
    ),
    "unmatch_payment": Deed(lambda m, a, _given: reconciliation.unmatch_payment(a, m.paid.id), "payment.unmatched"),
    # Lists are brought in by those who work with the branch's money, and hold what they hold.
    "stage": Deed(
        lambda m, a, _given: importing.stage(
            a, "tredje.csv", listed(f"{DOSSIER};;Schablonersättning;1;1;2026-04-30;{WORDS}"), m.today
        ),
        "payments.staged",
        allowed=NEAR,
    ),
    "confirm": Deed(
        lambda m, a, _given: importing.confirm(a, m.staged.id, m.today), "payments.confirmed", allowed=NEAR
    ),
    "discard": Deed(lambda m, a, _given: importing.discard(a, m.staged.id), "payments.discarded", allowed=NEAR),
    # An address of one's own, to a calendar without the household (see read_feed).
    "make_feed": Deed(lambda m, a, _given: calendar.make_feed(a), "calendar_feed.made", allowed=READERS),
    "revoke_feed": Deed(
        lambda m, a, _given: calendar.revoke_feed(a, m.feed.pk, now=timezone.now()), "calendar_feed.revoked"
    ),
}

STORED = (Payment, PaymentFile, Claim, ClaimEvidence, ClaimEvent, Clearance, CalendarFeed)


def stored() -> list[list[dict[str, Any]]]:
    return [list(model.objects.order_by("pk").values()) for model in STORED]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_function_of_the_money_is_in_a_table(module: ModuleType) -> None:
    assert public(module) <= set(QUESTIONS) | set(DEEDS) | set(WITHOUT_ACTOR)


def test_the_tables_name_nothing_that_is_gone_and_nothing_twice() -> None:
    offered = set().union(OF_FILES, *map(public, MODULES))
    named = [*QUESTIONS, *DEEDS, *WITHOUT_ACTOR]
    assert set(named) == offered
    assert len(named) == len(set(named))
    assert all(bool(question.action) != bool(question.silent) for question in QUESTIONS.values())


# --- asked by strangers -----------------------------------------------------------------------------------------------


@pytest.fixture(params=ASKERS)
def asked(request: pytest.FixtureRequest, money: Money, actor: Callable[..., Actor]) -> tuple[str, Actor, Money]:
    role, unit, protected = ASKERS[request.param]
    asker = actor(role, unit=unit)
    if protected:
        money.world.protect()
    return request.param, asker, money


def given_away(money: Money, answer: Any) -> set[str]:
    """What an answer holds of the household: personal data, the case's number, or an id to ask with."""
    texts = set(told(answer))
    marks = {money.world.case.number, str(money.world.case.id), str(money.world.household.id), str(money.claim_id)}
    marks |= {str(person.id) for person in money.world.persons}
    return secrets_in(answer) | {mark for mark in marks if any(mark in text for text in texts)}


def test_no_question_gives_a_foreign_persons_money_away(asked: tuple[str, Actor, Money]) -> None:
    who, asker, money = asked
    wrong: dict[str, Any] = {}
    for name, question in QUESTIONS.items():
        told_no: type | None = None
        try:
            found = given_away(money, question.ask(money, asker))
            if found:
                wrong[name] = found
        except (NotVisible, Refused) as no:
            told_no = type(no)
        expected = None if who in question.answered else NotVisible if who in question.hidden else Refused
        if told_no is not expected:
            wrong[name] = told_no
    assert not wrong


def test_no_deed_is_done_by_a_stranger_and_none_leaves_anything(asked: tuple[str, Actor, Money]) -> None:
    who, asker, money = asked
    for name, deed in DEEDS.items():
        if who in deed.allowed:
            continue
        # Taken back after each, so that all begin with the same.
        with transaction.atomic():
            given = deed.given(money)
            before, rows = stored(), AuditEntry.objects.count()
            with pytest.raises((NotVisible, Refused)):
                deed.do(money, asker, given)
            assert stored() == before, name
            assert AuditEntry.objects.count() == rows, name
            transaction.set_rollback(True)


def test_the_owner_who_may_sees_and_does_what_all_others_do_not(money: Money) -> None:
    """What is hidden above is there to be hidden, protected or not."""
    lists = ("list_people", "ledgers", "person_page", "household_page", "month_lines", "claim_list", "claim_page")
    more = ("lapsing", "calendar_months", "reconcile_all", "candidates", "watch", "what_if")
    for protect in (False, True):
        if protect:
            money.world.protect()
        for name in (*lists, *more):
            assert FAMILY in secrets_in(QUESTIONS[name].ask(money, money.trusted)), name
    assert sum(claims.due_counts(money.trusted, money.today).values()) == 2


def test_a_reader_elsewhere_is_not_told_apart_from_one_where_there_is_nothing(
    money: Money, actor: Callable[..., Actor]
) -> None:
    """A thing that may not be seen answers as one that does not exist."""
    nothing = replace(money, claim_id=uuid.uuid4(), loose=Payment(), staged=PaymentFile())
    stranger = actor(Role.CONTROLLER)
    for name in ("claim_page", "candidates", "preview"):
        refusals = []
        for one in (money, nothing):
            with pytest.raises(NotVisible) as error:
                QUESTIONS[name].ask(one, stranger)
            refusals.append((str(error.value), error.value.action))
        assert refusals[0] == refusals[1], name


# --- the journal ------------------------------------------------------------------------------------------------------

LOGGED = {name: question for name, question in QUESTIONS.items() if question.action}
# What a row may tell of beside ids: codes, counts and days. An amount tells of a person what a name would.
DETAILS = {
    *("year", "years", "months", "since", "until", "changes", "vouchers", "proposals", "searched", "days", "claims"),
    *("ground", "status", "on", "late", "evidence", "period_from", "period_to", "line", "cause"),
    *("rows", "errors", "new", "known", "unmatched", "found_later", "sha256"),
    *("matched", "early", "missing", "differing", "unexpected", "not_due"),
}


def new_rows(since: int) -> list[AuditEntry]:
    rows = list(AuditEntry.objects.order_by("id")[since:])
    assert audit.verify() == (since + len(rows), None)
    assert not secrets_in_journal()
    for row in rows:
        assert set(row.details) <= DETAILS, row.action
        assert not row.reason, row.action
        assert "84300" not in str(row.details)
        assert "91234" not in str(row.details)
    return rows


@pytest.mark.parametrize("name", LOGGED)
def test_every_reading_leaves_its_row(name: str, money: Money) -> None:
    before = AuditEntry.objects.count()
    LOGGED[name].ask(money, money.trusted)
    rows = [row for row in new_rows(before) if row.action == LOGGED[name].action]
    assert rows
    assert {row.actor_id for row in rows} == {money.trusted.user_id}


def test_who_has_seen_a_person_is_told_by_the_persons_id(money: Money) -> None:
    for name in ("person_page", "ledgers", "reconcile_all", "claim_page", "get_difference", "month_lines"):
        since = AuditEntry.objects.latest("id").id
        QUESTIONS[name].ask(money, money.trusted)
        rows = AuditEntry.objects.filter(id__gt=since, action=PERSONS)
        assert any(str(money.contact.id) in row.object_ids for row in rows), name


@pytest.mark.parametrize("name", LOGGED)
def test_no_row_no_answer(name: str, money: Money, monkeypatch: pytest.MonkeyPatch) -> None:
    record = audit.record

    def fails(actor: Actor, action: str, **more: Any) -> Any:
        if action == LOGGED[name].action:
            raise DatabaseError("the journal is full")
        return record(actor, action, **more)

    monkeypatch.setattr(audit, "record", fails)
    with pytest.raises(DatabaseError):
        LOGGED[name].ask(money, money.trusted)


@pytest.mark.parametrize("name", DEEDS)
def test_every_deed_leaves_its_row(name: str, money: Money) -> None:
    deed = DEEDS[name]
    given, before = deed.given(money), AuditEntry.objects.count()
    deed.do(money, money.trusted, given)
    assert deed.action in [row.action for row in new_rows(before)]


def test_an_export_of_the_forecast_is_told_apart_from_a_look_at_it(money: Money) -> None:
    forecast.forecast(money.trusted, today=money.today, assumptions=Assumptions(), exported=True)
    assert AuditEntry.objects.filter(action="compensation.forecast_exported").exists()
    assert not AuditEntry.objects.filter(action="compensation.forecast_viewed").exists()


# --- a protected person -----------------------------------------------------------------------------------------------

# What tells anything of more than one person: asked with and without the protected household.
TOGETHER = (
    *("overview", "paid_by_month", "list_people", "month_lines", "export_lines", "distribution", "ledgers"),
    *("claim_list", "lapsing", "due_counts", "calendar_months", "export_claims"),
    *("reconcile_all", "exported", "came_by_month", "forecast", "watch", "what_if", "sie_file", "read_feed"),
)
FILES = ("export_lines", "export_claims", "exported", "sie_file")


def answers(money: Money, asker: Actor, names: Iterable[str]) -> dict[str, list[str] | type]:
    found: dict[str, list[str] | type] = {}
    for name in names:
        try:
            found[name] = list(told(QUESTIONS[name].ask(money, asker)))
        except Refused as no:
            found[name] = type(no)
    return found


@pytest.fixture
def crowd(actor: Callable[..., Actor], today: date) -> World:
    """Somebody else, received and paid for, so that there are numbers to be changed."""
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    new = family(today, children=1, received_on=date(2026, 3, 9))
    (household,) = register_households(trusted, [new], today=today)
    person = Person.objects.filter(case=household.case).earliest("created_at")
    Identifier.objects.create(person=person, kind="dossier", value="10-1", source="file", valid_from=today)
    bring_in(trusted, today, "10-1;;Schablonersättning;1;9 260;2026-04-30;", "66-6;;10 §;1;77;2026-04-30;")
    person.case = household.case
    claims.open_claim(
        trusted, case=household.case, person=person, ground="illness_assistance", period_to=today, today=today
    )
    return World(today, trusted, trusted, trusted, household, trusted)


def hidden_household(crowd: World) -> Money:
    """A household that is protected from its first day, with stays, payments, a claim and a clearance."""
    (household,) = register_households(crowd.trusted, [new_household(crowd.today)], today=crowd.today)
    world = World(crowd.today, crowd.trusted, crowd.trusted, crowd.trusted, household, crowd.trusted)
    world.protect()
    money = with_money(world)
    reconciliation.match_payment(money.trusted, money.loose.id, money.contact.id)
    row = money.difference()
    DEEDS["clear_difference"].do(money, money.trusted, row)
    # One that was loosened from the person goes on with the person's number.
    bring_in(money.trusted, money.today, f"{DOSSIER};;Schablonersättning;3;16 500;2026-09-30;")
    reconciliation.unmatch_payment(money.trusted, Payment.objects.get(instalment=3).id)
    return money


WATCHERS = {
    "coordinator": (Role.COORDINATOR, None),
    "controller of the branch": (Role.CONTROLLER, "integration"),
    "controller elsewhere": (Role.CONTROLLER, None),
    "coordinator elsewhere": (Role.COORDINATOR, "sfi"),
    "strategist": (Role.STRATEGIST, None),
}


@pytest.mark.parametrize("who", WATCHERS)
def test_a_protected_household_changes_no_answer(who: str, crowd: World, actor: Callable[..., Actor]) -> None:
    """Not one number, sum, filter, calendar or file is another than if the household had never come."""
    role, unit = WATCHERS[who]
    asker = actor(role, unit=unit)
    empty = Money(crowd, None, PaymentFile(), Payment(), Payment(), CalendarFeed())
    before = answers(empty, asker, TOGETHER)
    money = hidden_household(crowd)
    after = answers(empty, asker, TOGETHER)
    assert {name for name in TOGETHER if before[name] != after[name]} == set()
    # Nor is it found by asking for it. The crowd has somebody who was born on the same day.
    for name in ("list_people", "ledgers"):
        found = answers(money, asker, [name])[name]
        assert not isinstance(found, list) or given_away(money, found) <= {"1988-04-02"}
    assert any(isinstance(answer, list) and answer for answer in before.values())


def test_a_protected_household_is_in_no_file_not_even_of_those_who_handle_it(crowd: World) -> None:
    empty = Money(crowd, None, PaymentFile(), Payment(), Payment(), CalendarFeed())

    def files() -> Any:
        ahead = forecast.forecast(crowd.trusted, today=crowd.today, assumptions=Assumptions(), exported=True)
        return answers(empty, crowd.trusted, FILES), ahead.sums

    before = files()
    money = hidden_household(crowd)
    assert files() == before
    seen = forecast.forecast(crowd.trusted, today=crowd.today, assumptions=Assumptions())
    assert seen.total() > sum(before[1].values())
    received = [one for one in queries.summed(crowd.trusted, today=crowd.today) if not one.expected]
    assert len(received) == 3 + len(money.world.persons)


def test_a_claim_goes_with_its_person_into_a_protected_case_and_out_of_the_file(money: Money) -> None:
    """The claim was opened in the case that the person moved out of, and that is still open to all."""
    moved = money.world.membership("Zvonimira")
    (other,) = register_households(
        money.trusted, [family(money.today, given="Olena", received_on=RECEIVED)], today=money.today
    )
    Person.objects.filter(pk=moved.person_id).update(case=other.case)
    assert len(claims.export_claims(money.trusted, ClaimFilter(), today=money.today)) == 1
    Case.objects.filter(pk=other.case_id).update(protected_since=timezone.now())
    assert claims.claim_list(money.trusted, ClaimFilter(), today=money.today).lines
    assert claims.export_claims(money.trusted, ClaimFilter(), today=money.today) == []


def test_whose_only_cases_are_protected_ones_is_not_told_that_there_are_any(
    money: Money, actor: Callable[..., Actor]
) -> None:
    plain = actor(Role.COORDINATOR)
    assert queries.sees_persons(plain)
    money.world.protect()
    assert not queries.sees_persons(plain)
    assert queries.overview(plain, year=2026, today=money.today).owed == 0


def test_the_number_of_a_protected_person_is_on_no_row_that_others_see(
    money: Money, actor: Callable[..., Actor]
) -> None:
    """A row that came before the number was known, or that was loosened, still has the number."""
    plain = actor(Role.COORDINATOR)
    reconciliation.unmatch_payment(money.trusted, money.paid.id)
    for protected in (False, True):
        if protected:
            money.world.protect()
        found = reconciliation.reconcile_all(plain, today=money.today)
        assert (money.paid.id in {payment.id for payment in found.unmatched}) is not protected
        assert bool(DOSSIER in str([payment.number_text for payment in found.unmatched])) is not protected
        assert sum(month.unmatched for month in importing.came_by_month(plain)) == 2 - protected
    with pytest.raises(NotVisible):
        reconciliation.candidates(plain, money.paid.id, today=money.today)
    assert money.paid.id in {p.id for p in reconciliation.reconcile_all(money.trusted, today=money.today).unmatched}


def test_why_nobody_was_found_does_not_tell_that_a_protected_person_is(
    money: Money, actor: Callable[..., Actor]
) -> None:
    """The number has been recorded on the person since, in another way of writing it."""
    plain = actor(Role.COORDINATOR)
    nobody = importing.why_unmatched(plain, money.loose, money.today)
    Identifier.objects.create(
        person=money.contact,
        kind="dossier",
        value=LIKE_DOSSIER.replace("-", "/"),
        source="file",
        valid_from=money.today,
    )
    assert importing.why_unmatched(plain, money.loose, money.today) == ""
    money.world.protect()
    assert importing.why_unmatched(plain, money.loose, money.today) == nobody
    assert importing.why_unmatched(money.trusted, money.loose, money.today) == ""


def test_how_many_rows_found_their_person_later_leaves_out_the_protected(
    money: Money, actor: Callable[..., Actor]
) -> None:
    for number, protected in ((LIKE_DOSSIER, True), ("77-7", False)):
        Payment.objects.filter(pk=money.loose.pk).update(person=None, matched_by="", number_text=number)
        Identifier.objects.create(
            person=money.contact, kind="dossier", value=number, source="file", valid_from=money.today
        )
        Case.objects.filter(pk=money.world.case.pk).update(protected_since=timezone.now() if protected else None)
        row = f"88-8;;Schablonersättning;1;{16_500 + protected};2026-10-30;"
        run = bring_in(actor(Role.COORDINATOR), money.today, row)
        assert run.summary["found_later"] == int(not protected)
        assert Payment.objects.get(pk=money.loose.pk).person_id == money.contact.id


def test_a_protected_persons_payment_is_not_there_to_be_taken(money: Money, actor: Callable[..., Actor]) -> None:
    plain = actor(Role.COORDINATOR)
    (other,) = register_households(plain, [family(money.today, received_on=RECEIVED)], today=money.today)
    somebody = Person.objects.filter(case=other.case).earliest("created_at")
    with pytest.raises(ValidationError, match="redan kopplad"):
        reconciliation.match_payment(plain, money.paid.id, somebody.id)
    money.world.protect()
    with pytest.raises(NotVisible):
        reconciliation.match_payment(plain, money.paid.id, somebody.id)


# --- sums outside the branch ------------------------------------------------------------------------------------------


@pytest.fixture(params=["strategist", "controller under another board"])
def outside(request: pytest.FixtureRequest, actor: Callable[..., Actor]) -> Actor:
    return actor(Role.STRATEGIST if request.param == "strategist" else Role.CONTROLLER)


@pytest.fixture
def expected(crowd: World) -> World:
    """One more, who is to arrive on a day in December."""
    new = family(crowd.today, children=0, category="other", assigned=False, planned_arrival_on=date(2026, 12, 20))
    register_households(crowd.trusted, [new], today=crowd.today)
    return crowd


def test_outside_there_are_kronor_and_no_number_of_persons_or_single_amounts(expected: World, outside: Actor) -> None:
    today = expected.today
    inside = queries.overview(expected.trusted, year=2026, today=today)
    seen = queries.overview(outside, year=2026, today=today)
    assert inside.owed == seen.owed > 0
    assert (inside.without_date, bool(inside.assumptions)) == (0, True)
    assert (seen.without_date, seen.assumptions) == (None, None)

    assumed = Assumptions(35, Arrivals(2027, {"quota": 12}))
    inside_ahead = forecast.forecast(expected.trusted, today=today, assumptions=assumed)
    ahead = forecast.forecast(outside, today=today, assumptions=assumed)
    assert ahead.sums == inside_ahead.sums
    assert inside_ahead.persons == {"decided": 3, "expected": 2, "imagined": 12}
    assert ahead.persons == {"imagined": 12}

    inside_watch, watched = (watch.watch(who, today=today) for who in (expected.trusted, outside))
    assert any(change.effects for change in inside_watch.coming)
    for one, other in zip(inside_watch.coming, watched.coming, strict=True):
        assert one.total == other.total
        assert (other.effects, other.around, other.moved, other.each) == ((), (), (), None)
    source = whatif.imagined(BELOW, 200_000, date(2026, 3, 1))
    inside_tried, tried = (watch.what_if(who, today=today, source=source) for who in (expected.trusted, outside))
    assert (inside_tried.by_year, inside_tried.before, inside_tried.after) == (
        tried.by_year,
        tried.before,
        tried.after,
    )
    assert sum(effect.difference for effect in inside_tried.effects) == inside_tried.after - inside_tried.before
    assert tried.effects == ()


def test_a_what_if_asked_day_by_day_tells_no_day_of_reception(crowd: World, outside: Actor) -> None:
    """The household was received on the 9th: who sees sums by month gets one answer for all days of the month."""

    def difference(who: Actor, day: date) -> Decimal:
        tried = watch.what_if(who, today=crowd.today, source=whatif.imagined(BELOW, 200_000, day))
        return tried.after - tried.before

    days = [date(2026, 3, day) for day in (1, 9, 10, 31)]
    assert len({difference(crowd.trusted, day) for day in days}) == 2
    assert len({difference(outside, day) for day in days}) == 1
    assert difference(outside, date(2026, 4, 1)) == 0 != difference(outside, days[3])
    assert watch.first_day(outside, days[2]) == days[0]
    assert watch.first_day(crowd.trusted, days[2]) == days[2]


def test_a_forecast_asked_day_by_day_tells_no_day_of_arrival(expected: World, outside: Actor) -> None:
    def sums(who: Actor) -> set[tuple[Any, ...]]:
        found = [
            forecast.forecast(who, today=expected.today, assumptions=Assumptions(days)) for days in (0, 11, 12, 60)
        ]
        assert {one.assumptions.registration_days for one in found} == ({35} if who is outside else {0, 11, 12, 60})
        return {tuple(sorted(one.sums.items())) for one in found}

    assert len(sums(expected.trusted)) > 1
    assert len(sums(outside)) == 1


COUNTED = re.compile(r"\d+ (person|mottag|väntad|belopp förutsätter)|personer: |: \d+ personer")
PAGES = (
    "compensation",
    "compensation-key",
    "compensation-forecast",
    "compensation-watch",
)


@pytest.fixture
def on_the_day() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.mark.usefixtures("on_the_day")
def test_no_page_of_sums_shows_a_person_or_how_many(
    expected: World, outside: Actor, client_for: Callable[[Any], Client]
) -> None:
    asked = {
        "compensation-forecast": "?year=2027&under_20=40&from_limit=4&registration_days=5",
        "compensation-watch": "?key=compensation.standard.below_limit&value=200000&from_day=2026-03-10",
    }
    case = expected.case
    secret = [case.number, str(case.id), "Testsson", "10-1"]
    secret += [str(value) for value in Person.objects.values_list("id", flat=True)]
    counted = {}
    for who in (expected.trusted, outside):
        client = client_for(who)
        for name in PAGES:
            for query in ("", asked.get(name, "")):
                page = client.get(reverse(name) + query).content.decode()
                words = re.sub(r"<[^>]+>|\s+", " ", page)
                counted[who.name, name] = bool(COUNTED.search(re.sub(r"\s+", " ", words)))
                if who is outside:
                    assert not counted[who.name, name], (name, COUNTED.search(words))
                    assert not [word for word in secret if word in page], name
    assert counted[expected.trusted.name, "compensation"]
    assert counted[expected.trusted.name, "compensation-forecast"]
    assert counted[expected.trusted.name, "compensation-watch"]


@pytest.mark.usefixtures("on_the_day")
def test_the_what_if_of_an_outsider_says_from_which_day_it_counts(
    crowd: World, outside: Actor, client_for: Callable[[Any], Client]
) -> None:
    url = f"{reverse('compensation-watch')}?key={BELOW}&value=200000&from_day=2026-03-10"
    for who, day in ((outside, date(2026, 3, 1)), (crowd.trusted, date(2026, 3, 10))):
        page = client_for(who).get(url).content.decode()
        heading = re.search(r'id="tried-heading">([^<]*)<', page)
        assert heading
        assert longdate(day) in heading[1]


@pytest.mark.usefixtures("on_the_day")
def test_the_file_of_the_forecast_holds_kronor_only(
    expected: World, outside: Actor, client_for: Callable[[Any], Client]
) -> None:
    content = client_for(outside).get(reverse("compensation-forecast-file")).content
    header, *rows = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    assert header == ("Månad", "Underlag", "Ersättning", "Kronor")
    assert rows


def test_no_page_asks_for_what_sums_are_made_of() -> None:
    """Nameless ledgers are for the queries that add them up."""
    views = list((Path(queries.__file__).parent / "views").glob("*.py"))
    assert views
    for path in views:
        assert not re.search("summed|people_for_sums", path.read_text(encoding="utf-8")), path


# --- pages: posts, addresses, files -----------------------------------------------------------------------------------

URLS = [pattern for urls in (urls_ledger, urls_payments, urls_claims, urls_forecast) for pattern in urls.urlpatterns]
POST_ONLY = {
    "payment-confirm",
    "payment-discard",
    "payment-unmatch",
    "claim-reopen",
    "claim-evidence",
    "calendar-feed-revoke",
}
FORMS = {
    *("compensation-people", "reconciliation", "payment-new", "payment-match", "difference-clear", "calendar-feeds"),
    *("claim-new", "claim-change", "claim-file", "claim-decide", "claim-appeal", "claim-withdraw"),
}


def address(pattern: Any, money: Money) -> str:
    known: dict[str, Any] = {
        "person_id": money.contact.id,
        "household_id": money.world.household.id,
        "claim_id": money.claim_id,
        "file_id": money.staged.id,
        "payment_id": money.loose.id,
        "feed_id": money.feed.pk,
        "token": "okänd",
        "line": "standard.1.",
        "kind": "csv",
        "year": 2026,
        "month": 7,
    }
    return reverse(pattern.name, kwargs={name: known[name] for name in pattern.pattern.converters})


@pytest.mark.usefixtures("on_the_day")
def test_what_changes_something_is_posted_with_a_token_and_nothing_else_is(
    money: Money, client_for: Callable[[Any], Client]
) -> None:
    client = client_for(money.trusted)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    before = stored()
    for pattern in URLS:
        url = address(pattern, money)
        if pattern.name in POST_ONLY:
            assert client.get(url).status_code == 405, pattern.name
        else:
            client.get(url)
        if pattern.name in POST_ONLY | FORMS:
            assert strict.post(url).status_code == 403, pattern.name
        else:
            assert client.post(url).status_code == 405, pattern.name
    assert stored() == before


@pytest.mark.usefixtures("on_the_day")
def test_no_name_no_number_and_no_case_stands_in_an_address(money: Money, client_for: Callable[[Any], Client]) -> None:
    client = client_for(money.trusted)
    number = money.world.case.number
    seen = 0
    for pattern in URLS:
        url = address(pattern, money)
        asked = ["", "?visa=all&sok=1"]
        posted = [client.post(url, {"sok": FAMILY, "visa": "all"})] if pattern.name in FORMS else []
        for answer in (*posted, *(client.get(url + query) for query in asked)):
            addresses = [answer.headers.get("Location", "")]
            if "html" in answer.headers["Content-Type"]:
                addresses += re.findall(r'(?:href|action|src|hx-\w+)="([^"]*)"', answer.content.decode())
            for one in addresses:
                seen += 1
                assert not [word for word in (*SECRETS, number) if word in one], (pattern.name, one)
    assert seen > 500


@pytest.mark.usefixtures("on_the_day")
def test_the_way_from_a_person_to_the_reconciliation_finds_that_person(
    money: Money, client_for: Callable[[Any], Client]
) -> None:
    client = client_for(money.trusted)
    client.post(reverse("reconciliation"), {"sok": "någon annan"})
    page = client.get(reverse("compensation-person", args=[money.contact.id])).content.decode()
    form = re.search(r'<form class="cluster" method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL)
    assert form
    values = dict(re.findall(r'name="(sok|visa)" value="([^"]*)"', form[2]))
    assert FAMILY in client.post(form[1], values, follow=True).content.decode()


@pytest.mark.usefixtures("on_the_day")
def test_a_claim_is_begun_without_the_case_in_an_address(money: Money, client_for: Callable[[Any], Client]) -> None:
    client, url = client_for(money.trusted), reverse("claim-new")
    assert 'method="post"' in client.get(url).content.decode()
    page = client.post(url, {"arende": money.world.case.number})
    assert page.status_code == 200
    assert FAMILY in page.content.decode()
    assert "error" not in page.content.decode().casefold()
    assert Claim.objects.count() == 1
    assert "finns inte i din verksamhet" in client.post(url, {"arende": "MOT-1"}).content.decode()


@pytest.mark.usefixtures("on_the_day")
@pytest.mark.parametrize("name", ["compensation-people", "reconciliation", "claim-new", "claim-list"])
def test_a_search_with_a_nul_byte_finds_nothing(name: str, money: Money, client_for: Callable[[Any], Client]) -> None:
    client, url, words = client_for(money.trusted), reverse(name), {"sok": "\0", "arende": "a\0"}
    assert client.get(url, words).status_code == 200
    if name in FORMS:
        assert client.post(url, words, follow=True).status_code == 200


def test_free_text_is_cut_where_the_column_ends(money: Money) -> None:
    row, long = money.difference(), "å" * 2000
    cleared = reconciliation.clear_difference(
        money.trusted,
        person_id=row.person.person_id,
        code=row.line.code,
        difference=row.line.difference,
        cause="other",
        comment=long,
        today=money.today,
    )
    claims.change_claim(money.trusted, claim=money.claim, cost=Decimal(1_000), today=money.today, note=long)
    claims.add_evidence(money.trusted, claim=money.claim, text=long)
    filed = claims.file_claim(
        money.trusted, claim=money.claim, filed_on=money.today, today=money.today, reference=long, comment=long
    )
    for thing in (cleared, filed, *filed.evidence.all(), *filed.events.all()):
        for column in thing._meta.concrete_fields:
            if isinstance(value := getattr(thing, column.attname), str) and column.max_length:
                assert len(value) <= column.max_length, column


def test_a_claim_is_not_opened_for_somebody_who_has_moved_to_another_case_since(money: Money) -> None:
    """The person was read before the move, and the case is held only after it."""
    read_before = money.contact
    move_to_new_household(
        money.trusted,
        membership=money.world.membership("Zvonimira"),
        on=money.today,
        reason="Flyttar isär",
        today=money.today,
    )
    assert read_before.case_id == money.world.case.id
    with pytest.raises(ValidationError, match="annat ärende"):
        claims.open_claim(
            money.trusted,
            case=money.world.case,
            person=read_before,
            ground="student_assistance",
            period_to=money.today,
            today=money.today,
        )


def test_a_claim_that_became_protected_after_it_was_read_is_not_worked_with(
    money: Money, actor: Callable[..., Actor]
) -> None:
    plain, read_before = actor(Role.COORDINATOR), money.claim
    money.world.protect()
    for name, deed in DEEDS.items():
        if name.endswith(("_claim", "_evidence")) and name != "open_claim":
            with pytest.raises(NotVisible):
                deed.do(money, plain, read_before)


@pytest.mark.usefixtures("on_the_day")
def test_no_cell_of_a_file_begins_as_a_formula(money: Money, client_for: Callable[[Any], Client]) -> None:
    evil = '=HYPERLINK("http://x","y")'
    Payment.objects.update(ground_text=evil, note=evil)
    ClaimEvidence.objects.update(text=evil)
    Claim.objects.update(note=evil, reference=evil)
    client = client_for(money.trusted)
    for name in ("compensation-export", "claim-export", "reconciliation-export", "compensation-forecast-file"):
        content = client.get(reverse(name) + "?visa=all").content
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        assert sheet.max_row > 1, name
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f", name
                assert not (isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@"))), name


def test_an_address_of_the_calendar_tells_days_paragraphs_and_numbers(money: Money) -> None:
    ics = feed_of(money, money.trusted).decode().replace("\r\n ", "")
    assert ics.count("BEGIN:VEVENT") == 2
    assert given_away(money, ics) == set()
