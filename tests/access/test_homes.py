"""Homes, asked by those whose households they are not, and what the journal remembers of those who may ask.

A dwelling is no personal data until a protected household lives there, or is to: then it is not there for others. A
public function of the room that is missing from the tables here fails a test.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from tests.access.conftest import FAMILY, GIVEN, WORDS, World, new_household, secrets_in, told
from tests.access.test_audit import public, secrets_in_journal
from tests.conftest import family
from tests.housing.rights import DECIDED, END, LATER, RECEIVED, rule, settle

from hemvist import housing
from hemvist.access import audit
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import PERMISSIONS, Role
from hemvist.housing import (
    balance,
    ending,
    ending_case,
    household,
    importing,
    lease_queries,
    match_queries,
    matching,
    models,
    need_queries,
    needs,
    number_queries,
    number_summary,
    numbers,
    offers,
    queries,
    reach,
    right,
    right_rows,
    right_services,
    stock,
    tenancies,
)
from hemvist.housing.balance import Asked as AskedBalance
from hemvist.housing.lease_queries import LeaseFilter
from hemvist.housing.models import (
    CallBack,
    Dwelling,
    EarlyEnding,
    HousingNeed,
    MatchRun,
    Offer,
    Tenancy,
    YearlyNumber,
)
from hemvist.housing.needs import Asked
from hemvist.housing.queries import StockFilter
from hemvist.organisation.models import Unit
from hemvist.reception.models import Disclosure, Person
from hemvist.reception.services import close_case, register_households
from hemvist.reception.sharing import approve_disclosure, revoke_disclosure
from hemvist.web.files import csv_bytes

pytestmark = pytest.mark.django_db

DAY, SECONDS = timedelta(days=1), 2.0
NEED, RIGHT = reach.NEED, reach.RIGHT
# Where the household lives, and what it has been offered; words that occur nowhere else.
LIVED, LIVED_AT = "QX-7701", "Avskilda stigen 41"
OFFERED, OFFERED_AT = "QX-7702", "Undangömda gränd 52"
# What is typed about a need, an offer or a lease, and is shared with those who work with it.
TYPED = "zibelinskap"
NEED_BY = LATER + 40 * DAY
PDF = b"%PDF-1.4 plan"
HEADER = ("objektsnummer", "adress", "område", "rum", "flest_boende", "hyra")


def asked(**changes: Any) -> Asked:
    values: dict[str, Any] = {
        "adults": 2,
        "children": 1,
        "rooms": 3,
        "step_free": True,
        "wanted_from": LATER + 5 * DAY,
        "wanted_by": NEED_BY,
        "rent_max": 9_137,
        "wishes": {"family": "norr"},
    }
    return Asked(**{**values, **changes})


def facts(code: str, address: str, **changes: Any) -> stock.DwellingFacts:
    values: dict[str, Any] = {
        "code": code,
        "landlord": Unit.objects.get(code="ehb"),
        "address": address,
        "area": "norr",
        "rooms": 3,
        "capacity": 5,
        "step_free": True,
        "rent": 8_000,
        "available_from": LATER - 200 * DAY,
    }
    return stock.DwellingFacts(**{**values, **changes})


@dataclass
class Homes:
    """The household of the world with all that the room of homes can hold of it."""

    world: World
    lived: Dwelling
    offered: Dwelling
    lease_id: Any
    need_id: Any
    offer_id: Any
    run: MatchRun
    ending_id: Any
    call_back: CallBack
    document_id: Any
    file_id: Any = None
    spare: Dwelling | None = None
    wish: YearlyNumber | None = None

    @property
    def owner(self) -> Actor:
        return self.world.trusted

    @property
    def case(self) -> Case:
        return self.world.case

    @property
    def contact(self) -> Person:
        return self.world.person(GIVEN)

    @property
    def need(self) -> HousingNeed:
        return HousingNeed.objects.select_related("case__branch").get(pk=self.need_id)

    @property
    def offer(self) -> Offer:
        return Offer.objects.select_related("need__case", "dwelling").get(pk=self.offer_id)

    @property
    def lease(self) -> Tenancy:
        return Tenancy.objects.select_related("case", "dwelling").get(pk=self.lease_id)

    @property
    def ending(self) -> EarlyEnding:
        return EarlyEnding.objects.select_related("person__case").get(pk=self.ending_id)

    # --- what is done first, where a deed needs it ---

    def free_need(self) -> HousingNeed:
        offers.withdraw_offer(self.owner, offer=self.offer, today=LATER)
        return self.need

    def free_spare(self) -> Dwelling:
        """A dwelling to let to the household, which waits for no answer."""
        assert self.spare is not None
        self.free_need()
        return self.spare

    def no_need(self) -> Case:
        needs.withdraw_need(self.owner, need=self.free_need(), reason=TYPED, today=LATER)
        return self.case

    def chosen(self) -> HousingNeed:
        needs.lock(self.owner, need=self.need, dwelling=self.offered, reason=TYPED, today=LATER)
        return self.need

    def noticed(self) -> Tenancy:
        tenancies.give_notice(self.owner, tenancy=self.lease, by="tenant", noticed_on=LATER, reason=TYPED, today=LATER)
        return self.lease

    def moved_out(self) -> Tenancy:
        return tenancies.move_out(
            self.owner, tenancy=self.lease, last_day=LATER, keys="landlord", reason=TYPED, today=LATER
        )

    def coming(self) -> Tenancy:
        return tenancies.sign(
            self.owner,
            dwelling=self.free_spare(),
            case=self.case,
            form="right",
            starts_on=LATER + 9 * DAY,
            ends_on=LATER + 90 * DAY,
            persons=3,
            reason=TYPED,
            today=LATER,
        )

    def blocked(self) -> int:
        made = stock.block(
            self.owner,
            dwelling=self.offered,
            starts_on=LATER + DAY,
            ends_on=LATER + 2 * DAY,
            reason="damage",
            note=TYPED,
            today=LATER,
        )
        return made.pk

    def heard(self) -> EarlyEnding:
        """All that a decision asks for."""
        one = self.ending
        one.opened_on = LATER - 60 * DAY
        one.save(update_fields=["opened_on"])
        given = {"programme": "", "no_referral_since": LATER - 90 * DAY}
        ending.record_ground(self.owner, ending=one, today=LATER, **given)
        ending.record_acceptable_reasons(self.owner, ending=one, outcome="none", text=WORDS)
        ending.record_children(self.owner, ending=one, affected=True, text=WORDS, today=LATER)
        told_on, reply_by = LATER - 30 * DAY, LATER - 9 * DAY
        ending.record_communication(self.owner, ending=one, communicated_on=told_on, reply_by=reply_by, today=LATER)
        ending.record_reply(self.owner, ending=one, replied_on=reply_by, text=WORDS, today=LATER)
        ending.record_reasons(self.owner, ending=one, text=WORDS)
        return self.ending

    def decided(self) -> EarlyEnding:
        return decide(self, self.owner, self.heard())

    def settled(self) -> YearlyNumber:
        assert self.wish is not None
        return numbers.settle_wish(
            self.owner_of_numbers, self.wish, on=LATER, body="Kommunstyrelsen", reference="KS § 1", today=LATER
        )

    @property
    def owner_of_numbers(self) -> Actor:
        """The owner's staff, who may also register what was decided of the yearly number."""
        (grant, *more) = self.owner.grants
        return replace(self.owner, grants=(grant, replace(grant, role=Role.STRATEGIST), *more))


def decide(h: Homes, actor: Actor, one: EarlyEnding) -> EarlyEnding:
    return ending.decide(
        actor,
        ending=one,
        outcome="ends",
        decided_on=LATER,
        decided_by=TYPED,
        diary_number=TYPED,
        ends_on=LATER + 60 * DAY,
        appeal_instruction=True,
        today=LATER,
    )


def with_homes(world: World) -> Homes:
    """It lives somewhere, looks for another home and has been offered one; its right goes on and is examined."""
    owner = world.trusted
    settle(world.household)
    lived = stock.add_dwelling(owner, facts=facts(LIVED, LIVED_AT))
    offered = stock.add_dwelling(owner, facts=facts(OFFERED, OFFERED_AT))
    lease = tenancies.sign(
        owner, dwelling=lived, case=world.case, form="open_ended", starts_on=LATER - 60 * DAY, persons=3, today=LATER
    )
    tenancies.tick(owner, tenancy=lease, checklist="keys", code="fetched", today=LATER)
    document = stock.add_document(
        owner, dwelling=lived, kind="plan", title="Plan", file_name="plan.pdf", data=PDF, today=LATER
    )
    need = needs.record_need(owner, case=world.case, asked=asked(), today=LATER)
    run = matching.run(owner, today=LATER, time_limit=SECONDS)
    offer = offers.make_offer(
        owner,
        need=need,
        dwelling=offered,
        move_in_on=LATER + 20 * DAY,
        reply_by=LATER + 10 * DAY,
        run=run,
        choice_reason=TYPED,
        note=TYPED,
        today=LATER,
    )
    right_services.record_support(
        owner, household=world.household, duty="information", on=LATER, language="ukrainska", note=WORDS, today=LATER
    )
    person = world.person(GIVEN)
    call_back = right_services.record_call_back(
        owner, person=person, notified_on=LATER, wanted_from=LATER + 70 * DAY, note=WORDS, today=LATER
    )
    opened = ending.open_ending(owner, person=person, ground="not_in_programme", today=LATER)
    ending.record_acceptable_reasons(owner, ending=opened, outcome="none", text=WORDS)
    return Homes(world, lived, offered, lease.pk, need.pk, offer.pk, run, opened.pk, call_back, document.pk)


@pytest.fixture
def homes(world: World) -> Homes:
    rule("U15", "same_day")
    made = with_homes(replace(world, today=LATER))
    made.spare = stock.add_dwelling(made.owner, facts=facts("EX-1", "Exempelgatan 1"))
    made.wish = numbers.draft_wish(made.owner, year=2028, persons=8, grounds={}, today=LATER)
    rows = csv_bytes(HEADER, [("EX-1", "Exempelgatan 1", "norr", 3, 5, 8_100)])
    made.file_id = importing.stage(made.owner, "bostader.csv", rows, LATER).pk
    return made


# --- who asks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asker:
    """``told``: the fields disclosed to the landlord's branch; ``since``: and whether they are taken back."""

    role: Role
    unit: str | None = None
    told: tuple[str, ...] = ()
    taken_back: bool = False
    # Of the case's own branch: a stranger to it only when it is protected.
    near: bool = False

    def may(self, permission: str) -> bool:
        return not permission or permission in PERMISSIONS[self.role]

    def knows(self, field: str) -> bool:
        return field in self.told and not self.taken_back


ASKERS = {
    "coordinator without protected identities": Asker(Role.COORDINATOR, near=True),
    "coordinator of another branch of the same board": Asker(Role.COORDINATOR, "sfi"),
    "landlord": Asker(Role.HOUSING_COORDINATOR),
    "landlord with the need": Asker(Role.HOUSING_COORDINATOR, told=(NEED,)),
    "landlord with the right": Asker(Role.HOUSING_COORDINATOR, told=(RIGHT,)),
    "landlord after it was taken back": Asker(Role.HOUSING_COORDINATOR, told=(NEED, RIGHT), taken_back=True),
    "social secretary": Asker(Role.SOCIAL_SECRETARY),
    "school administrator": Asker(Role.SCHOOL_ADMINISTRATOR),
    "controller": Asker(Role.CONTROLLER),
    "controller of the branch": Asker(Role.CONTROLLER, "integration"),
    "strategist": Asker(Role.STRATEGIST),
    "data protection officer": Asker(Role.DATA_PROTECTION_OFFICER),
    "association": Asker(Role.ASSOCIATION),
    "administrator": Asker(Role.ADMINISTRATOR),
    "another newcomer": Asker(Role.NEWCOMER),
}


@pytest.fixture(params=ASKERS)
def asker(request: pytest.FixtureRequest) -> Asker:
    return ASKERS[request.param]


@pytest.fixture
def stranger(asker: Asker, homes: Homes, actor: Callable[..., Actor]) -> Actor:
    if asker.told:
        given = homes.world.disclose("landlord", fields=list(asker.told), valid_to=END)
        if asker.taken_back:
            revoke_disclosure(homes.owner, disclosure=given, reason=WORDS)
    return actor(asker.role, unit=asker.unit)


# --- every question ---------------------------------------------------------------------------------------------------

Ask = Callable[[Homes, Actor], Any]


def reaches(asker: Asker, of: str, protected: bool) -> bool:
    """Whether what is asked of, or done with, is there for the asker."""
    if asker.near and (not protected or of in ("run", "file", "stage")):
        return True
    if of == "stage":
        return asker.role == Role.HOUSING_COORDINATOR
    if of == "dwelling":
        return not protected
    return not of or (of == "need" and asker.knows(NEED) and not protected)


@dataclass(frozen=True)
class Question:
    """``permission`` is what an answer asks for; none where the callers ask for it.

    ``of``: what the question is about. Nothing: a list, a sum or a filter, which leaves out what the asker may not
    know of. ``case``, ``need`` and ``dwelling``: one thing, which is not there for those who may not know of it;
    ``run`` and ``file``: what is kept in the reception's branch. ``action`` is the row that the owner's reading leaves;
    ``silent`` says why it leaves none. ``by``: who is the owner of it.
    """

    ask: Ask
    permission: str = ""
    of: str = ""
    action: str = ""
    silent: str = ""
    by: Callable[[Homes], Actor] = lambda h: h.owner

    def refusal(self, asker: Asker, protected: bool) -> type[Exception] | None:
        if not asker.may(self.permission):
            return Refused
        return None if reaches(asker, self.of, protected) else NotVisible


def page_of(found: match_queries.RunPage | None) -> Any:
    """What the page of a matching shows; the run itself is kept by ids."""
    if found is None:
        return None
    numbers_of = (found.needs, found.homes, found.placed, found.left, found.met, found.by_hand, found.withheld)
    return found.proposals, found.without, numbers_of, found.proof, found.outside, found.changes, found.run.policy


def number_given(h: Homes, a: Actor) -> Any:
    try:
        return lease_queries.case_by_number(a, h.case.number, LATER)
    except ValidationError:
        return None


def file_shown(h: Homes, a: Actor) -> Any:
    run = importing.preview(a, h.file_id)
    return run.summary, run.staged["changed"], importing.problems_of(run)


SHOWS = ("open", "late", "waiting", "housed", "withdrawn", "all")
STATES = ("current", "coming", "ending", "overdue", "ended", "all")

QUESTIONS: dict[str, Question] = {
    # reach
    "reach.cases": Question(
        lambda h, a: [
            list(Case.objects.filter(reach.cases(a, permission, field, LATER)).values_list("number", flat=True))
            for permission, field in (("tenancy.read", NEED), ("housing_need.work", NEED))
        ],
        silent="a filter",
    ),
    "reach.require_case": Question(
        lambda h, a: reach.require_case(a, "tenancy.read", h.case, NEED, LATER),
        "tenancy.read",
        "need",
        silent="says no or nothing",
    ),
    "reach.owns": Question(lambda h, a: reach.owns(a, "tenancy.read", h.case), silent="a verdict"),
    "reach.dwellings": Question(
        lambda h, a: Dwelling.objects.filter(reach.dwellings(a, LATER)), silent="a filter; no personal data"
    ),
    "reach.require_dwelling": Question(
        lambda h, a: [reach.require_dwelling(a, one.pk, LATER) for one in (h.lived, h.offered)],
        "dwelling.view",
        "dwelling",
        silent="no personal data",
    ),
    "reach.seen_cases": Question(lambda h, a: reach.seen_cases(a, [h.case.pk], LATER), silent="a filter"),
    # queries
    "queries.stock_for_planning": Question(
        lambda h, a: queries.stock_for_planning(a, LATER), silent="no personal data; its callers ask"
    ),
    "queries.list_dwellings": Question(
        lambda h, a: [
            queries.list_dwellings(a, wanted, today=LATER)
            for wanted in (StockFilter(), StockFilter(text=LIVED), StockFilter(state="let"), StockFilter("promised"))
        ],
        "dwelling.view",
        silent="no personal data",
    ),
    "queries.get_dwelling": Question(
        lambda h, a: [queries.get_dwelling(a, one.pk, today=LATER) for one in (h.lived, h.offered)],
        "dwelling.view",
        "dwelling",
        action="dwelling.leases_viewed",
    ),
    "queries.get_document": Question(
        lambda h, a: queries.get_document(a, h.lived.pk, h.document_id, today=LATER),
        "dwelling.view",
        "dwelling",
        silent="no personal data",
    ),
    # lease_queries
    "lease_queries.visible": Question(lambda h, a: lease_queries.visible(a, LATER), silent="a filter"),
    "lease_queries.list_tenancies": Question(
        lambda h, a: [
            lease_queries.list_tenancies(a, LeaseFilter(state, text=text), today=LATER)
            for state in STATES
            for text in ("", LIVED, h.case.number)
        ],
        "tenancy.read",
        action="tenancy.listed",
    ),
    "lease_queries.get_tenancy": Question(
        lambda h, a: lease_queries.get_tenancy(a, h.lease_id, today=LATER), "tenancy.read", "need", "tenancy.viewed"
    ),
    "lease_queries.right_ends": Question(
        lambda h, a: lease_queries.right_ends(a, Tenancy.objects.get(pk=h.lease_id), LATER),
        action="housing_right.viewed",
    ),
    "lease_queries.case_by_number": Question(number_given, silent="who asks has the number; the lease leaves its row"),
    "lease_queries.case_numbers_seeking": Question(
        lambda h, a: lease_queries.case_numbers_seeking(a, LATER), silent="numbers of cases, to choose one in a form"
    ),
    # need_queries
    "need_queries.visible_needs": Question(lambda h, a: need_queries.visible_needs(a, LATER), silent="a filter"),
    "need_queries.seeking": Question(lambda h, a: need_queries.seeking(a, LATER), silent="for services"),
    "need_queries.list_needs": Question(
        lambda h, a: [need_queries.list_needs(a, today=LATER, show=show) for show in SHOWS],
        "housing_need.read",
        action="housing_needs.listed",
    ),
    "need_queries.counts": Question(lambda h, a: need_queries.counts(a, LATER), silent="numbers"),
    "need_queries.need_rows": Question(
        lambda h, a: need_queries.need_rows(a, list(need_queries.visible_needs(a, LATER)), LATER),
        silent="the caller logs",
    ),
    "need_queries.case_names": Question(
        lambda h, a: list(need_queries.case_names(a, [h.case], LATER).values()), silent="the caller logs"
    ),
    "need_queries.get_need": Question(
        lambda h, a: need_queries.get_need(a, h.need_id, today=LATER),
        "housing_need.read",
        "need",
        "housing_need.viewed",
    ),
    "need_queries.need_page": Question(
        lambda h, a: need_queries.need_page(a, h.need_id, today=LATER),
        "housing_need.read",
        "need",
        "housing_need.viewed",
    ),
    "need_queries.get_offer": Question(
        lambda h, a: need_queries.get_offer(a, h.offer_id, today=LATER), "housing_need.work", "need", "offer.viewed"
    ),
    "need_queries.dwellings_by_id": Question(
        lambda h, a: need_queries.dwellings_by_id(a, [h.lived.pk, h.offered.pk], LATER), silent="no personal data"
    ),
    "needs.hold": Question(
        lambda h, a: needs.hold(a, "housing_need.work", h.case, LATER),
        "housing_need.work",
        "need",
        silent="the deed leaves its row",
    ),
    "stock.hold": Question(
        lambda h, a: stock.hold(a, h.lived, LATER), "dwelling.write", "dwelling", silent="the deed leaves its row"
    ),
    # the matching
    "matching.gather": Question(lambda h, a: matching.gather(a, LATER), silent="for services"),
    "match_queries.latest": Question(
        lambda h, a: page_of(match_queries.latest(a, LATER)), "matching.run", action="matching.viewed"
    ),
    "match_queries.read": Question(
        lambda h, a: page_of(match_queries.read(a, h.run.pk, LATER)), "matching.run", "run", "matching.viewed"
    ),
    "match_queries.runs": Question(
        lambda h, a: [run.run_on for run in match_queries.runs(a, LATER)], silent="days, and who ran it"
    ),
    "match_queries.latest_run": Question(
        lambda h, a: getattr(match_queries.latest_run(a, LATER), "run_on", None), silent="a day, and who ran it"
    ),
    "match_queries.changed_since": Question(
        lambda h, a: match_queries.changed_since(a, h.run, matching.gather(a, LATER), LATER), silent="numbers"
    ),
    "match_queries.explained": Question(
        lambda h, a: match_queries.explained(a, h.need_id, LATER, time_limit=SECONDS),
        "matching.run",
        "need",
        "matching.explained",
    ),
    "offers.run_to_compare": Question(
        lambda h, a: bool(offers.run_to_compare(a, h.need, h.run.pk, LATER)), silent="for the deed"
    ),
    "offers.choice": Question(
        lambda h, a: offers.choice(a, h.need, h.spare, LATER + 20 * DAY, h.run, LATER), silent="for the deed"
    ),
    # the right
    "right.watch_list": Question(
        lambda h, a: [right.watch_list(a, today=LATER, wanted=wanted) for wanted in ("", "ended", "unclear", "12")],
        "housing_right.read",
        action="housing_rights.listed",
    ),
    "right.soon": Question(
        lambda h, a: right.soon(a, today=END - 50 * DAY), "housing_right.read", action="housing_rights.counted"
    ),
    "right.require_household": Question(
        lambda h, a: right.require_household(a, h.world.household.pk),
        "housing_right.read",
        "case",
        silent="the page leaves its row",
    ),
    "right.require_person": Question(
        lambda h, a: right.require_person(a, h.contact.pk),
        "housing_right.read",
        "case",
        silent="the deed leaves its row",
    ),
    "right.right_of_household": Question(
        lambda h, a: right.right_of_household(a, h.world.household.pk, today=LATER),
        "housing_right.read",
        "case",
        "housing_right.viewed",
    ),
    "right_rows.known_here": Question(
        lambda h, a: [row.end for row in right_rows.known_here(a, h.case, LATER)], silent="the deed leaves its row"
    ),
    "right_rows.last_day": Question(
        lambda h, a: right_rows.last_day(a, h.case, LATER), silent="the deed leaves its row"
    ),
    # Without the permission it is as if the person were not there.
    "ending_case.before": Question(
        lambda h, a: ending_case.before(a, person=h.contact, today=LATER), "", "case", "early_ending.prospects_viewed"
    ),
    "ending_case.examine": Question(
        lambda h, a: ending_case.examine(a, h.ending_id, today=LATER),
        "housing_right.read",
        "case",
        "early_ending.viewed",
    ),
    "ending_case.ending_list": Question(
        lambda h, a: [ending_case.ending_list(a, today=LATER, status=status) for status in ("", "open")],
        "housing_right.read",
        action="early_endings.listed",
    ),
    # a household, sums, numbers
    "household.homes_of": Question(
        lambda h, a: household.homes_of(a, h.case, today=LATER), action="household_home.viewed"
    ),
    "household.own_home": Question(
        lambda h, a: household.own_home(a, today=LATER), "", "case", "own_home.viewed", by=lambda h: h.world.newcomer
    ),
    "balance.known_needs": Question(
        lambda h, a: [balance.known_needs(a, LATER, protected=flag) for flag in (True, False)],
        silent="numbers; the page logs",
    ),
    "balance.expected": Question(lambda h, a: balance.expected(a, [2027, 2028], LATER), silent="numbers"),
    "balance.stock": Question(lambda h, a: balance.stock(a, LATER), silent="no personal data"),
    "balance.balance_page": Question(
        lambda h, a: [
            (page, balance.table(page))
            for page in (
                balance.balance_page(a, AskedBalance(), today=LATER),
                balance.balance_page(a, AskedBalance(months=24, times=2), today=LATER, exported=True),
            )
        ],
        "housing_balance.view",
        action="housing_balance.viewed",
    ),
    "number_queries.years_page": Question(
        lambda h, a: number_queries.years_page(a, today=LATER), "yearly_number.view", silent="of the municipality"
    ),
    "number_queries.year_page": Question(
        lambda h, a: number_queries.year_page(a, 2028, today=LATER), "yearly_number.view", silent="of the municipality"
    ),
    "number_queries.one_number": Question(
        lambda h, a: number_queries.one_number(a, 2028, h.wish and h.wish.pk),
        "yearly_number.view",
        silent="of the municipality",
    ),
    "number_queries.current_wish": Question(
        lambda h, a: number_queries.current_wish(a, 2028), "yearly_number.view", silent="of the municipality"
    ),
    "number_queries.wish_basis": Question(
        lambda h, a: number_queries.wish_basis(a, 2028, today=LATER), "yearly_number.work", silent="alike for everybody"
    ),
    "number_summary.summary": Question(
        lambda h, a: number_summary.summary(a, 2027, today=LATER),
        "yearly_number.view",
        action="yearly_number.summary_exported",
    ),
    # files of dwellings
    "importing.preview": Question(file_shown, "", "file", "stock_file.viewed"),
    "importing.recent_files": Question(
        lambda h, a: [run.summary for run in importing.recent_files(a)], "dwelling.write", silent="numbers"
    ),
    "importing.get_file": Question(lambda h, a: importing.get_file(a, h.file_id).summary, "", "file", silent="numbers"),
}

# Functions that ask nobody, and why that gives nobody anything.
WITHOUT_ACTOR = {
    "balance.table": "arranges a page already read",
    "balance.year_supply": "sums without what may not be told to all",
    "cli.register": "for who has the server",
    "days.free_periods": "computes on days",
    "days.standing": "computes on days",
    "days.usages": "computes on days",
    "days.vacant_since": "computes on days",
    "ending.said": "words",
    "right_rows.last_end": "computes on rows already read",
    "ending_case.facts_of": "computes on a case already read",
    "ending_case.minor_in_household": "computes on a household already read",
    "ending_case.standing_blocks": "law",
    "ending_case.ground_steps": "words on a case already read",
    "ending_case.standing_case": "for services; of a person that the caller was allowed to read",
    "ending_case.all_steps": "arranges steps already read",
    "ending_letter.letter": "a page already read, as a letter",
    "household.lives_at": "of a case that the caller was allowed to read",
    "importing.stock_layout": "columns",
    "importing.problems_of": "of a file already read",
    "lease_queries.state_of": "computes on a lease already read",
    "stock.check_offers_fit": "computes on offers already read",
    "stock.offers_of": "for the deeds, on dwellings that they hold",
    "match_queries.helps": "words on a need already read",
    "matching.housed_by_area": "numbers without protected cases",
    "matching.searched_until": "a day of a need already read",
    "matching.kept_policy": "of the municipality",
    "matching.kept_matching": "reads a run already found",
    "matching.mark_of": "a fingerprint",
    "matching.mark_of_inputs": "a fingerprint",
    "matching.state_of": "a fingerprint",
    "need_queries.with_parts": "joins what is already filtered",
    "need_queries.fields_read": "words for the journal",
    "need_queries.wish_words": "words",
    "need_queries.proposed_dwelling": "reads a run already found",
    "needs.suggested": "computes on a household already read",
    "needs.meet": "for the deeds, on a case that they hold",
    "needs.reopen": "for the deeds, on a case that they hold",
    "needs.release": "for the deeds",
    "needs.checked_reason": "checks words",
    "needs.stored_wishes": "shape",
    "needs.wished": "shape",
    "number_queries.chart_years": "arranges numbers",
    "number_queries.national": "law",
    "number_queries.require_year": "checks a year",
    "number_queries.wish_day": "of the municipality",
    "number_queries.wish_row": "arranges a wish already read",
    "number_queries.shown_figure": "words",
    "number_queries.forecast": "computes on numbers",
    "number_summary.with_total": "hides small numbers",
    "number_versions.of_years": "of the municipality",
    "number_versions.holds_on": "of the municipality",
    "number_versions.preliminary_on": "of the municipality",
    "number_versions.stages": "of the municipality",
    "number_versions.law_versions": "of the municipality",
    "numbers.default_body": "words",
    "offers.usual_reply_day": "a day",
    "policy_data.housing": "of the municipality",
    "policy_data.area_labels": "of the municipality",
    "policy_data.match_policy": "of the municipality",
    "policy_data.match_areas": "of the municipality",
    "queries.calendars": "of dwellings already read",
    "queries.becomes_vacant_soon": "computes on a state already read",
    "right.marks": "of the municipality",
    "right.rights_in": "for services; of a case that the caller was allowed to read",
    "right.right_of_person": "for services; of a person that the caller was allowed to read",
    "right_rows.early_steps": "words on a decision already read",
    "right_rows.months_left": "counts months",
    "right_rows.rights": "the caller says which cases, asks and logs",
    "right_rows.housing_facts": "arranges facts already read",
    "stock.landlords": "of the municipality",
    "stock.differing": "compares",
    "stock.write": "fills in a row",
    "stock.check_facts": "checks",
    "stock.check_lets_fit": "checks",
    "stock.leases_of": "for the deeds",
    "stock.let_on_some_day": "for the deeds",
    "stock.blocked_on_some_day": "for the deeds",
    "stock.type_of": "reads a file's first bytes",
    "stock_columns.as_whole": "reads a cell",
    "stock_columns.layout": "columns",
    "tenancies.lease_form": "of the municipality",
    "tenancies.last_day_after_notice": "computes on a lease already read",
    "tenancies.standing_notice": "computes on events already read",
}


# --- every deed -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deed:
    """``given`` is done by the owner's staff first; ``do`` is then tried. ``action`` is the row that it leaves.

    ``of`` as in :class:`Question`; nothing where the deed is about no household. ``stage``: for a branch that lets
    dwellings, or the reception's.
    """

    do: Callable[[Homes, Actor, Any], Any]
    action: str
    permission: str
    of: str = "case"
    given: Callable[[Homes], Any] = lambda h: None

    def allowed(self, asker: Asker, protected: bool) -> bool:
        return asker.may(self.permission) and reaches(asker, self.of, protected)


W_NEED, W_LEASE, W_STOCK, W_RIGHT = "housing_need.work", "tenancy.work", "dwelling.write", "housing_right.work"
W_NUMBER, DECIDES = "yearly_number.work", "yearly_number.decide"


def lease_deed(kind: str, do: Callable[[Homes, Actor, Any], Any], given: Callable[[Homes], Any] | None = None) -> Deed:
    return Deed(do, f"tenancy.{kind}", W_LEASE, "need", given or (lambda h: h.lease))


def ending_deed(
    action: str, do: Callable[[Homes, Actor, Any], Any], given: Callable[[Homes], Any] | None = None, **more: Any
) -> Deed:
    return Deed(do, f"early_ending.{action}", more.get("permission", W_RIGHT), given=given or (lambda h: h.ending))


DEEDS: dict[str, Deed] = {
    # The stock is no personal data: who lets dwellings does with them what is to be done, but for the hidden ones.
    "stock.add_dwelling": Deed(
        lambda h, a, _given: stock.add_dwelling(a, facts=facts("EX-9", "Exempelgatan 9")),
        "dwelling.added",
        W_STOCK,
        "",
    ),
    "stock.change_dwelling": Deed(
        lambda h, a, _given: stock.change_dwelling(
            a, dwelling=h.lived, facts=facts(LIVED, LIVED_AT, rent=8_050, note=TYPED), today=LATER
        ),
        "dwelling.changed",
        W_STOCK,
        "dwelling",
    ),
    "stock.block": Deed(
        lambda h, a, _given: stock.block(
            a,
            dwelling=h.offered,
            starts_on=LATER + DAY,
            ends_on=LATER + 2 * DAY,
            reason="damage",
            note=TYPED,
            today=LATER,
        ),
        "dwelling.blocked",
        W_STOCK,
        "dwelling",
    ),
    "stock.lift_block": Deed(
        lambda h, a, block_id: stock.lift_block(a, dwelling=h.offered, block_id=block_id, today=LATER),
        "dwelling.unblocked",
        W_STOCK,
        "dwelling",
        Homes.blocked,
    ),
    "stock.set_state": Deed(
        lambda h, a, _given: stock.set_state(a, dwelling=h.lived, furnishing="full", keys="tenant", today=LATER),
        "dwelling.state_set",
        W_STOCK,
        "dwelling",
    ),
    "stock.add_document": Deed(
        lambda h, a, _given: stock.add_document(
            a, dwelling=h.lived, kind="other", title=TYPED, file_name=TYPED, data=PDF + b"2", today=LATER
        ),
        "dwelling.document_added",
        W_STOCK,
        "dwelling",
    ),
    "stock.remove_document": Deed(
        lambda h, a, document: stock.remove_document(a, document=document, today=LATER),
        "dwelling.document_removed",
        W_STOCK,
        "dwelling",
        lambda h: h.lived.documents.select_related("dwelling").get(),
    ),
    "importing.stage": Deed(
        lambda h, a, _given: importing.stage(
            a, "fler.csv", csv_bytes(HEADER, [("EX-3", "Exempelgatan 3", "norr", 3, 5, 8_000)]), LATER
        ),
        "stock_file.staged",
        W_STOCK,
        "stage",
    ),
    "importing.confirm": Deed(
        lambda h, a, _given: importing.confirm(a, h.file_id, LATER), "stock_file.confirmed", W_STOCK, "file"
    ),
    "importing.discard": Deed(
        lambda h, a, _given: importing.discard(a, h.file_id), "stock_file.discarded", W_STOCK, "file"
    ),
    # leases
    "tenancies.sign": lease_deed(
        "signed",
        lambda h, a, spare: tenancies.sign(
            a,
            dwelling=spare,
            case=h.case,
            form="open_ended",
            starts_on=LATER + DAY,
            persons=3,
            reason=TYPED,
            today=LATER,
        ),
        Homes.free_spare,
    ),
    "tenancies.give_notice": lease_deed(
        "notice_tenant",
        lambda h, a, lease: tenancies.give_notice(
            a, tenancy=lease, by="tenant", noticed_on=LATER, reason=TYPED, today=LATER
        ),
    ),
    "tenancies.withdraw_notice": lease_deed(
        "notice_withdrawn",
        lambda h, a, lease: tenancies.withdraw_notice(a, tenancy=lease, reason=TYPED, today=LATER),
        Homes.noticed,
    ),
    "tenancies.extend": lease_deed(
        "extended",
        lambda h, a, lease: tenancies.extend(a, tenancy=lease, ends_on=LATER + 120 * DAY, reason=TYPED, today=LATER),
        Homes.coming,
    ),
    "tenancies.move_out": lease_deed(
        "moved_out",
        lambda h, a, lease: tenancies.move_out(
            a, tenancy=lease, last_day=LATER, keys="landlord", reason=TYPED, today=LATER
        ),
    ),
    "tenancies.undo_move_out": lease_deed(
        "move_out_undone", lambda h, a, lease: tenancies.undo_move_out(a, tenancy=lease, today=LATER), Homes.moved_out
    ),
    "tenancies.void": lease_deed(
        "voided", lambda h, a, lease: tenancies.void(a, tenancy=lease, reason=TYPED, today=LATER), Homes.coming
    ),
    "tenancies.tick": lease_deed(
        "ticked",
        lambda h, a, lease: tenancies.tick(a, tenancy=lease, checklist="keys", code="counted", today=LATER),
    ),
    "tenancies.untick": lease_deed(
        "unticked",
        lambda h, a, lease: tenancies.untick(a, tenancy=lease, checklist="keys", code="fetched", today=LATER),
    ),
    # needs and offers; what a household needs is written down in its own branch only
    "needs.record_need": Deed(
        lambda h, a, case: needs.record_need(a, case=case, asked=asked(), today=LATER),
        "housing_need.recorded",
        W_NEED,
        given=Homes.no_need,
    ),
    "needs.change_need": Deed(
        lambda h, a, need: needs.change_need(a, need=need, asked=asked(rooms=2), today=LATER),
        "housing_need.changed",
        W_NEED,
        given=lambda h: h.need,
    ),
    "needs.withdraw_need": Deed(
        lambda h, a, need: needs.withdraw_need(a, need=need, reason=TYPED, today=LATER),
        "housing_need.withdrawn",
        W_NEED,
        given=Homes.free_need,
    ),
    "needs.lock": Deed(
        lambda h, a, need: needs.lock(a, need=need, dwelling=h.offered, reason=TYPED, today=LATER),
        "housing_need.locked",
        W_NEED,
        "need",
        lambda h: h.need,
    ),
    "needs.unlock": Deed(
        lambda h, a, need: needs.unlock(a, need=need, today=LATER),
        "housing_need.unlocked",
        W_NEED,
        "need",
        Homes.chosen,
    ),
    "offers.make_offer": Deed(
        lambda h, a, need: offers.make_offer(
            a,
            need=need,
            dwelling=h.offered,
            move_in_on=LATER + 20 * DAY,
            reply_by=LATER + 10 * DAY,
            choice_reason=TYPED,
            note=TYPED,
            today=LATER,
        ),
        "offer.made",
        W_NEED,
        "need",
        Homes.free_need,
    ),
    "offers.accept": Deed(
        lambda h, a, offer: offers.accept(
            a, offer=offer, form="open_ended", starts_on=LATER + 20 * DAY, reason=TYPED, today=LATER
        ),
        "offer.accepted",
        W_NEED,
        "need",
        lambda h: h.offer,
    ),
    "offers.decline": Deed(
        lambda h, a, offer: offers.decline(a, offer=offer, reason="access", note=TYPED, today=LATER),
        "offer.declined",
        W_NEED,
        "need",
        lambda h: h.offer,
    ),
    "offers.withdraw_offer": Deed(
        lambda h, a, offer: offers.withdraw_offer(a, offer=offer, today=LATER),
        "offer.withdrawn",
        W_NEED,
        "need",
        lambda h: h.offer,
    ),
    # Everybody who may runs it, each with what each may know of.
    "matching.run": Deed(
        lambda h, a, _given: matching.run(a, today=LATER, time_limit=SECONDS), "matching.ran", "matching.run", ""
    ),
    # the right
    "right_services.record_call_back": Deed(
        lambda h, a, person: right_services.record_call_back(
            a, person=person, notified_on=LATER, wanted_from=LATER + 80 * DAY, note=WORDS, today=LATER
        ),
        "call_back.recorded",
        W_RIGHT,
        given=lambda h: h.world.person("Wolodymyr"),
    ),
    "right_services.withdraw_call_back": Deed(
        lambda h, a, call_back: right_services.withdraw_call_back(a, call_back=call_back, today=LATER),
        "call_back.withdrawn",
        W_RIGHT,
        given=lambda h: CallBack.objects.select_related("person__case").get(),
    ),
    "right_services.record_support": Deed(
        lambda h, a, _given: right_services.record_support(
            a, household=h.world.household, duty="search", on=LATER, language="ukrainska", note=WORDS, today=LATER
        ),
        "housing_support.recorded",
        W_RIGHT,
    ),
    "ending.open_ending": ending_deed(
        "opened",
        lambda h, a, person: ending.open_ending(a, person=person, ground="not_in_programme", today=LATER),
        lambda h: h.world.person("Wolodymyr"),
    ),
    "ending.record_ground": ending_deed(
        "ground_recorded",
        lambda h, a, one: ending.record_ground(a, ending=one, today=LATER, programme="", no_referral_since=LATER),
    ),
    "ending.record_acceptable_reasons": ending_deed(
        "acceptable_reasons_recorded",
        lambda h, a, one: ending.record_acceptable_reasons(a, ending=one, outcome="exist", text=WORDS),
    ),
    "ending.record_children": ending_deed(
        "children_recorded",
        lambda h, a, one: ending.record_children(a, ending=one, affected=True, text=WORDS, today=LATER),
    ),
    "ending.record_communication": ending_deed(
        "communicated",
        lambda h, a, one: ending.record_communication(
            a, ending=one, communicated_on=LATER, reply_by=LATER + 21 * DAY, today=LATER
        ),
    ),
    "ending.record_reply": ending_deed(
        "reply_recorded",
        lambda h, a, one: ending.record_reply(a, ending=one, replied_on=LATER, text=WORDS, today=LATER),
        Homes.heard,
    ),
    "ending.record_reasons": ending_deed(
        "reasons_recorded", lambda h, a, one: ending.record_reasons(a, ending=one, text=WORDS)
    ),
    "ending.decide": ending_deed("decided", decide, Homes.heard, permission="housing_right.decide"),
    "ending.change_decision": ending_deed(
        "decision_changed",
        lambda h, a, one: ending.change_decision(
            a, ending=one, changed_on=LATER, changed_by=TYPED, note=WORDS, today=LATER
        ),
        Homes.decided,
        permission="housing_right.decide",
    ),
    "ending.close": ending_deed("closed", lambda h, a, one: ending.close(a, ending=one, reason=WORDS, today=LATER)),
    "ending.serve": ending_deed(
        "served", lambda h, a, one: ending.serve(a, ending=one, served_on=LATER, today=LATER), Homes.decided
    ),
    # the yearly number, which is about nobody
    "numbers.record_number": Deed(
        lambda h, a, _given: numbers.record_number(
            a, year=2028, kind="preliminary", persons=9, on=LATER, body=TYPED, today=LATER
        ),
        "yearly_number.recorded",
        W_NUMBER,
        "",
    ),
    "numbers.void_number": Deed(
        lambda h, a, _given: numbers.void_number(a, h.wish, reason=TYPED), "yearly_number.voided", W_NUMBER, ""
    ),
    "numbers.draft_wish": Deed(
        lambda h, a, _given: numbers.draft_wish(a, year=2029, persons=9, grounds={"housing": TYPED}, today=LATER),
        "yearly_number.wish_drafted",
        W_NUMBER,
        "",
    ),
    "numbers.change_wish": Deed(
        lambda h, a, _given: numbers.change_wish(a, h.wish, persons=9, grounds={"housing": TYPED}, today=LATER),
        "yearly_number.wish_changed",
        W_NUMBER,
        "",
    ),
    "numbers.settle_wish": Deed(
        lambda h, a, _given: numbers.settle_wish(a, h.wish, on=LATER, body=TYPED, reference=TYPED, today=LATER),
        "yearly_number.wish_settled",
        DECIDES,
        "",
    ),
    "numbers.send_wish": Deed(
        lambda h, a, wish: numbers.send_wish(a, wish, sent_on=LATER, today=LATER),
        "yearly_number.wish_sent",
        DECIDES,
        "",
        Homes.settled,
    ),
    "numbers.record_criterion": Deed(
        lambda h, a, _given: numbers.record_criterion(
            a, year=2028, criterion="labour_market", value=TYPED, source=TYPED, as_of=LATER, today=LATER
        ),
        "yearly_number.criterion_recorded",
        W_NUMBER,
        "",
    ),
}


# --- the tables -------------------------------------------------------------------------------------------------------

# What importing offers of the files that are staged, without being functions of its own.
OF_FILES = {f"importing.{name}" for name in ("preview", "recent_files", "get_file", "problems_of", "discard")}
PAGES = {"apps", "models", "forms", "views", "templatetags", "migrations"}


def offered() -> set[str]:
    """All functions of the room but those of its pages, as module and name."""
    found = set(OF_FILES)
    for module in pkgutil.iter_modules(housing.__path__):
        if module.name not in PAGES and not module.name.startswith("urls"):
            functions = public(importlib.import_module(f"{housing.__name__}.{module.name}"))
            found |= {f"{module.name}.{name}" for name in functions}
    return found


def test_every_function_of_the_room_is_in_one_table_and_no_table_names_what_is_gone() -> None:
    named = [*QUESTIONS, *DEEDS, *WITHOUT_ACTOR]
    assert set(named) == offered()
    assert len(named) == len(set(named))
    assert all(bool(question.action) != bool(question.silent) for question in QUESTIONS.values())


# --- asked by strangers -----------------------------------------------------------------------------------------------


def marks_of(h: Homes) -> dict[str, set[str]]:
    """What gives the household away besides names and numbers, by who may be told."""
    persons = {str(person.pk) for person in h.world.persons}
    return {
        "nobody": persons | {str(h.world.household.pk), str(h.ending_id), f"{RECEIVED}", f"{DECIDED}", "quota"},
        "case": {h.case.number, str(h.case.pk)},
        NEED: {str(h.need_id), str(h.offer_id), str(h.lease_id), f"{NEED_BY}", TYPED},
        RIGHT: {f"{END}"},
        "dwelling": {LIVED, LIVED_AT, OFFERED, OFFERED_AT, str(h.lived.pk), str(h.offered.pk)},
    }


def given_away(h: Homes, asker: Asker, answer: Any, protected: bool) -> set[str]:
    """What an answer holds that the asker may not be told."""
    marks = marks_of(h)
    secret = set(marks["nobody"])
    for field in (NEED, RIGHT):
        if protected or not asker.knows(field):
            secret |= marks[field]
    if protected or not (asker.knows(NEED) or asker.knows(RIGHT)):
        secret |= marks["case"]
    if protected:
        secret |= marks["dwelling"]
    if asker.knows(RIGHT) and not protected:
        # A line is kept apart from others by ids, which open nothing.
        secret -= {str(h.world.household.pk), *(str(person.pk) for person in h.world.persons)}
    text = "\n".join(told(answer)).casefold()
    return secrets_in(answer) | {mark for mark in secret if mark.casefold() in text}


def wrongly_told(h: Homes, asker: Asker, actor: Actor, protected: bool) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    for name, question in QUESTIONS.items():
        refused: type[Exception] | None = None
        try:
            # Taken back after each: what a question locks or leaves is not there for the next.
            with undone():
                if found := given_away(h, asker, question.ask(h, actor), protected):
                    wrong[name] = found
        except (NotVisible, Refused) as error:
            refused = type(error)
        if refused is not question.refusal(asker, protected):
            wrong[name] = refused or "answered"
    return wrong


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_no_question_gives_a_foreign_household_away(homes: Homes, asker: Asker, stranger: Actor) -> None:
    if not asker.near:
        assert wrongly_told(homes, asker, stranger, protected=False) == {}
    homes.world.protect()
    assert wrongly_told(homes, asker, stranger, protected=True) == {}


STORED = [
    model for model in vars(models).values() if isinstance(model, type) and issubclass(model, models.models.Model)
]


def stored() -> list[list[dict[str, Any]]]:
    return [list(model.objects.order_by("pk").values()) for model in STORED if not model._meta.abstract]


@contextmanager
def writes() -> Iterator[list[str]]:
    """What is written in the database meanwhile, also what is taken back."""
    found: list[str] = []

    def listen(execute: Any, sql: str, *more: Any) -> Any:
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            found.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(listen):
        yield found


def wrongly_done(h: Homes, asker: Asker, actor: Actor, protected: bool) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    for name, deed in DEEDS.items():
        if deed.allowed(asker, protected):
            continue
        with undone():
            given = deed.given(h)
            with writes() as written:
                try:
                    deed.do(h, actor, given)
                    wrong[name] = "done"
                except (NotVisible, Refused):
                    pass
                except ValidationError as error:
                    wrong[name] = error.messages
            if written:
                wrong[name] = written
    return wrong


def test_no_deed_is_done_by_a_stranger_and_none_leaves_anything(homes: Homes, asker: Asker, stranger: Actor) -> None:
    before, rows = stored(), AuditEntry.objects.count()
    assert wrongly_done(homes, asker, stranger, protected=False) == {}
    assert (stored(), AuditEntry.objects.count()) == (before, rows)
    homes.world.protect()
    assert wrongly_done(homes, asker, stranger, protected=True) == {}


# --- asked by those who may -------------------------------------------------------------------------------------------

BY_NAME = (
    *("lease_queries.list_tenancies", "lease_queries.get_tenancy", "need_queries.list_needs", "need_queries.get_need"),
    *("need_queries.need_page", "need_queries.get_offer", "match_queries.latest", "match_queries.read"),
    *("match_queries.explained", "right.watch_list", "right.right_of_household", "ending_case.before"),
    *("ending_case.examine", "ending_case.ending_list", "household.homes_of"),
)
BY_ADDRESS = ("queries.list_dwellings", "queries.get_dwelling", "reach.dwellings", "need_queries.dwellings_by_id")


def test_the_owner_who_may_sees_and_does_what_all_others_do_not(homes: Homes) -> None:
    """What is hidden above is there to be hidden, protected or not."""
    for protect in (False, True):
        if protect:
            homes.world.protect()
        for name in BY_NAME:
            assert FAMILY in secrets_in(QUESTIONS[name].ask(homes, homes.owner)), name
        for name in BY_ADDRESS:
            seen = "\n".join(told(QUESTIONS[name].ask(homes, homes.owner)))
            assert LIVED_AT in seen, name
            assert OFFERED_AT in seen, name
        for name, deed in DEEDS.items():
            with undone():
                given = deed.given(homes)
                with writes() as written:
                    deed.do(homes, homes.owner_of_numbers, given)
                assert written, name


def seen_by(h: Homes, actor: Actor, *names: str) -> str:
    return "\n".join(part for name in names for part in told(QUESTIONS[name].ask(h, actor)))


LANDLORDS = (
    *("need_queries.list_needs", "lease_queries.list_tenancies", "right.watch_list", "queries.get_dwelling"),
    *("lease_queries.case_numbers_seeking", "need_queries.seeking", "reach.cases"),
)


@pytest.fixture
def letting(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.HOUSING_COORDINATOR)


def test_the_landlord_is_told_of_the_need_in_numbers_and_days(homes: Homes, letting: Actor) -> None:
    homes.world.disclose("landlord", fields=[NEED])
    for name in ("need_queries.list_needs", "need_queries.get_need", "need_queries.get_offer"):
        seen = seen_by(homes, letting, name)
        assert {homes.case.number, f"{NEED_BY}", OFFERED_AT} <= set(seen.split("\n")), name
    for name in ("lease_queries.list_tenancies", "lease_queries.get_tenancy"):
        assert {homes.case.number, LIVED_AT} <= set(seen_by(homes, letting, name).split("\n")), name
    assert f"{END}" not in seen_by(homes, letting, "right.watch_list", "right_rows.last_day")


def test_the_landlord_is_told_of_the_right_a_case_and_a_day(homes: Homes, letting: Actor) -> None:
    homes.world.disclose("landlord", fields=[RIGHT], valid_to=END)
    (line,) = right.watch_list(letting, today=LATER).lines
    assert (line.own, line.row.case_number, line.row.end) == (False, homes.case.number, END)
    # One case, of however many persons.
    assert right.soon(letting, today=END - 50 * DAY) == (1, END, 0)
    assert right.soon(homes.owner, today=END - 50 * DAY) == (3, END, 1)
    assert homes.case.number not in seen_by(homes, letting, "need_queries.list_needs", "lease_queries.list_tenancies")


def test_a_name_is_told_where_it_was_disclosed_and_nothing_else_with_it(homes: Homes, letting: Actor) -> None:
    homes.world.disclose("landlord", fields=[NEED, "name"])
    for name in ("need_queries.get_need", "lease_queries.get_tenancy"):
        found = QUESTIONS[name].ask(homes, letting)
        assert secrets_in(found) == {GIVEN, FAMILY}, name
        assert "name" in AuditEntry.objects.latest("id").fields


# --- gone at once -----------------------------------------------------------------------------------------------------


def test_what_the_landlord_saw_is_gone_at_once(homes: Homes, letting: Actor) -> None:
    given = homes.world.disclose("landlord", fields=[NEED, RIGHT, "name"])

    def ended() -> None:
        Disclosure.objects.filter(pk=given.pk).update(valid_from=LATER - DAY, valid_to=LATER)

    def revoked() -> None:
        revoke_disclosure(homes.owner, disclosure=given, reason=WORDS)

    def protected() -> None:
        homes.world.protect()

    seen = seen_by(homes, letting, *LANDLORDS)
    assert {homes.case.number, f"{END}", f"{NEED_BY}", f"{GIVEN} {FAMILY}"} <= set(seen.split("\n"))
    for happens in (ended, revoked, protected):
        with undone():
            happens()
            names = [name for name in LANDLORDS if happens is not protected or name != "queries.get_dwelling"]
            seen = seen_by(homes, letting, *names)
            marks = marks_of(homes)
            gone = marks["case"] | marks[NEED] | marks[RIGHT] | ({LIVED} if happens is protected else set())
            assert not {mark for mark in gone | {FAMILY} if mark in seen}, happens
            for name, question in QUESTIONS.items():
                if question.of == "need":
                    with pytest.raises(NotVisible):
                        question.ask(homes, letting)
                    assert name


def test_a_disclosure_from_a_protected_case_shows_nothing_before_somebody_else_has_approved(
    homes: Homes, letting: Actor
) -> None:
    homes.world.protect()
    given = homes.world.disclose("landlord", fields=[NEED])
    asker = ASKERS["landlord with the need"]
    assert wrongly_told(homes, asker, letting, protected=True) == {}
    approve_disclosure(homes.world.trusted_too, disclosure=given)
    assert need_queries.get_need(letting, homes.need_id, today=LATER).case.number == homes.case.number
    assert reach.require_dwelling(letting, homes.lived.pk, LATER) == homes.lived


def test_a_closed_case_is_neither_watched_nor_matched_nor_offered_anything(homes: Homes, letting: Actor) -> None:
    homes.world.disclose("landlord", fields=[NEED, RIGHT])
    need = homes.free_need()
    close_case(homes.owner, household=homes.world.household, on=LATER, reason=WORDS, today=LATER)
    names = ("right.watch_list", "need_queries.seeking", "matching.gather")
    assert not {mark for mark in (homes.case.number, f"{END}") if mark in seen_by(homes, letting, *names)}
    for name, given in (("offers.make_offer", need), ("tenancies.sign", homes.spare)):
        with pytest.raises(ValidationError):
            DEEDS[name].do(homes, letting, given)


# --- a protected household changes nothing ----------------------------------------------------------------------------

TOGETHER = (
    *("reach.dwellings", "queries.stock_for_planning", "queries.list_dwellings", "lease_queries.visible"),
    *("lease_queries.list_tenancies", "lease_queries.case_numbers_seeking", "need_queries.visible_needs"),
    *("need_queries.seeking", "need_queries.list_needs", "need_queries.counts", "need_queries.need_rows"),
    *("matching.gather", "match_queries.latest", "match_queries.runs", "match_queries.latest_run"),
    *("right.watch_list", "right.soon", "ending_case.ending_list", "balance.known_needs", "balance.expected"),
    *("balance.stock", "balance.balance_page", "number_queries.wish_basis", "number_summary.summary"),
    "importing.recent_files",
)


class Nobody:
    """Nobody in particular to ask for."""

    case = Case(number="INGET-1")


def answers(asker: Actor, names: Iterable[str] = TOGETHER) -> dict[str, list[str] | type]:
    found: dict[str, list[str] | type] = {}
    for name in names:
        try:
            found[name] = list(told(QUESTIONS[name].ask(Nobody(), asker)))  # type: ignore[arg-type]
        except Refused as no:
            found[name] = type(no)
    return found


@pytest.fixture
def crowd(actor: Callable[..., Actor], today: date) -> World:
    """Somebody else who lives here, somebody who looks for a home, a home that stands empty, and a matching."""
    rule("U15", "same_day")
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    lives, seeks = register_households(
        trusted, [family(today, given=given, children=1) for given in ("Olena", "Iryna")], today=today
    )
    settle(lives)
    settle(seeks)
    for number, address in enumerate(("Exempelgatan 1", "Exempelgatan 2"), 1):
        stock.add_dwelling(trusted, facts=facts(f"EX-{number}", address))
    tenancies.sign(
        trusted,
        dwelling=Dwelling.objects.get(code="EX-1"),
        case=lives.case,
        form="open_ended",
        starts_on=LATER - 9 * DAY,
        persons=3,
        today=LATER,
    )
    needs.record_need(trusted, case=seeks.case, asked=asked(), today=LATER)
    matching.run(trusted, today=LATER, time_limit=SECONDS)
    return World(LATER, trusted, trusted, trusted, seeks, trusted)


def hidden_household(crowd: World, today: date) -> Homes:
    """A household that is protected from its first day, with home, need, offer, right and a case of ending it.

    Its lease is given notice of, so that the home is one to plan with for those who may know of it.
    """
    (made,) = register_households(crowd.trusted, [new_household(today)], today=today)
    world = World(LATER, crowd.trusted, crowd.trusted, crowd.trusted, made, crowd.trusted)
    world.protect(valid_from=today)
    hidden = with_homes(world)
    hidden.noticed()
    return hidden


WATCHERS = {
    "coordinator": Asker(Role.COORDINATOR),
    "landlord": Asker(Role.HOUSING_COORDINATOR),
    "controller": Asker(Role.CONTROLLER),
    "strategist": Asker(Role.STRATEGIST),
}


def test_a_protected_household_changes_no_answer(crowd: World, actor: Callable[..., Actor], today: date) -> None:
    """Not one number, sum, filter, proposal or file is another than if the household had never come.

    Nor in a matching that is made by somebody who handles it.
    """
    watchers = {name: actor(who.role, unit=who.unit) for name, who in WATCHERS.items()}
    before = {name: answers(watcher) for name, watcher in watchers.items()}
    MatchRun.objects.all().delete()
    hidden = hidden_household(crowd, today)
    assert LIVED in {one.code for one in queries.stock_for_planning(crowd.trusted, LATER)}
    made = matching.run(crowd.trusted, today=LATER, time_limit=SECONDS)
    assert str(hidden.lived.pk) not in made.result["homes"]
    after = {name: answers(watcher) for name, watcher in watchers.items()}
    changed = {
        (name, question): (before[name][question], after[name][question])
        for name in watchers
        for question in TOGETHER
        if before[name][question] != after[name][question]
    }
    assert changed == {}
    assert all(any(isinstance(answer, list) and answer for answer in found.values()) for found in before.values())


def test_a_dwelling_that_was_somebody_elses_is_hidden_with_that_households_leases_and_offers(
    homes: Homes, actor: Callable[..., Actor], today: date
) -> None:
    """Somebody else has lived in the one and said no to the other; that is not how others find where they are."""
    owner, plain = homes.owner, actor(Role.COORDINATOR)
    (other,) = register_households(owner, [family(today, children=1)], today=today)
    Tenancy.objects.create(
        dwelling=homes.lived,
        case=other.case,
        form="open_ended",
        persons=3,
        rent=1,
        starts_on=LATER - 400 * DAY,
        ends_on=LATER - 300 * DAY,
        moved_out_on=LATER - 300 * DAY,
    )
    need = needs.record_need(owner, case=other.case, asked=asked(), today=LATER)
    Offer.objects.create(
        need=need,
        dwelling=homes.offered,
        made_on=LATER - 30 * DAY,
        move_in_on=LATER,
        reply_by=LATER,
        status="declined",
        decline_reason="rent",
    )
    offer = need.offers.get()
    needs.lock(owner, need=need, dwelling=homes.lived, reason=TYPED, today=LATER)
    kept = matching.run(owner, today=LATER, time_limit=SECONDS)

    def seen() -> list[str]:
        home = household.homes_of(plain, other.case, today=LATER)
        row = need_queries.need_page(plain, need.pk, today=LATER).row
        listed = next(one for one in need_queries.list_needs(plain, today=LATER)[0] if one.need == need)
        parts = (
            *((one.offers, one.locked) for one in (row, listed)),
            (home.offers, home.leases, lease_queries.list_tenancies(plain, LeaseFilter("all"), today=LATER)),
            right.right_of_household(plain, other.pk, today=LATER),
            [one.steps for one in match_queries.read(plain, kept.pk, LATER).without],
        )
        return ["\n".join(told(part)) for part in parts]

    def found(part: str) -> set[str]:
        return {mark for mark in (LIVED, LIVED_AT, OFFERED, OFFERED_AT) if mark in part}

    before = seen()
    assert all(found(part) for part in (*before[:3], before[4])), before
    assert need_queries.get_offer(plain, offer.pk, today=LATER)[0] == offer
    homes.world.protect()
    assert not set().union(*map(found, seen()))
    with pytest.raises(NotVisible):
        need_queries.get_offer(plain, offer.pk, today=LATER)
    assert need_queries.get_need(plain, need.pk, today=LATER).locked_unseen
    # Nor is it told by a matching that is made by somebody who may know of it.
    made = matching.run(owner, today=LATER, time_limit=SECONDS)
    page = match_queries.latest(plain, LATER)
    assert page is not None
    assert page.run == made
    assert not found("\n".join(told([page_of(page)[2:], [one.steps for one in page.without], made.result])))
    assert match_queries.explained(plain, need.pk, LATER, time_limit=SECONDS).aside


def test_a_dwelling_chosen_for_a_protected_household_is_hidden_before_it_is_offered(
    homes: Homes, actor: Callable[..., Actor], today: date
) -> None:
    (other,) = register_households(homes.owner, [family(today, children=1)], today=today)
    need = needs.record_need(homes.owner, case=other.case, asked=asked(), today=LATER)
    plain = actor(Role.COORDINATOR)
    needs.lock(homes.owner, need=homes.free_need(), dwelling=homes.offered, reason=TYPED, today=LATER)
    with pytest.raises(ValidationError, match="redan vald"):
        needs.lock(plain, need=need, dwelling=homes.offered, reason=TYPED, today=LATER)
    homes.world.protect()
    with pytest.raises(NotVisible):
        needs.lock(plain, need=need, dwelling=homes.offered, reason=TYPED, today=LATER)
    assert reach.require_dwelling(homes.owner, homes.offered.pk, LATER) == homes.offered


def test_a_file_of_dwellings_says_nothing_of_the_hidden_ones_to_a_colleague(
    homes: Homes, actor: Callable[..., Actor]
) -> None:
    """A file is the branch's: its preview is the same whoever of them looks."""
    homes.world.protect()
    rows = csv_bytes(HEADER, [(LIVED, LIVED_AT, "norr", 3, 5, 8_100), ("EX-1", "Exempelgatan 1", "norr", 3, 5, 8_200)])
    run = importing.stage(homes.owner, "bostader.csv", rows, LATER)
    shown = file_shown(replace(homes, file_id=run.pk), actor(Role.COORDINATOR))
    assert (run.summary["changed"], run.summary["known"]) == (1, 1)
    assert not {mark for mark in (LIVED, LIVED_AT) if mark in "\n".join(told(shown))}
    importing.confirm(homes.owner, run.pk, LATER)
    assert Dwelling.objects.get(code=LIVED).rent == 8_000


# --- the journal ------------------------------------------------------------------------------------------------------

LOGGED = {name: question for name, question in QUESTIONS.items() if question.action}
# What no row may hold: what somebody typed, where anybody lives, and that a home must be without steps.
UNWRITTEN = (TYPED, LIVED_AT, OFFERED_AT, "step_free")


def new_rows(since: int) -> list[AuditEntry]:
    rows = list(AuditEntry.objects.order_by("id")[since:])
    text = "\n".join(str(value) for row in AuditEntry.objects.values_list() for value in row).casefold()
    assert not secrets_in_journal()
    assert not [word for word in UNWRITTEN if word.casefold() in text]
    assert not [row.action for row in rows if row.reason]
    return rows


def test_every_reading_leaves_its_row_without_what_it_tells(homes: Homes) -> None:
    for name, question in LOGGED.items():
        before, owner = AuditEntry.objects.count(), question.by(homes)
        question.ask(homes, owner)
        rows = new_rows(before)
        assert question.action in {row.action for row in rows}, name
        assert {row.actor_id for row in rows} == {owner.user_id}, name
    assert audit.verify()[1] is None


def test_every_deed_leaves_its_row_without_what_was_typed(homes: Homes) -> None:
    for name, deed in DEEDS.items():
        with undone():
            given, before = deed.given(homes), AuditEntry.objects.count()
            deed.do(homes, homes.owner_of_numbers, given)
            assert deed.action in [row.action for row in new_rows(before)], name


def test_what_a_case_was_read_for_is_found_by_the_case(homes: Homes) -> None:
    for name in ("need_queries.get_need", "lease_queries.get_tenancy", "right.right_of_household"):
        QUESTIONS[name].ask(homes, homes.owner)
        assert AuditEntry.objects.latest("id").case_id == homes.case.pk, name


def test_no_row_no_answer_and_no_deed(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    record = audit.record
    missed = ""

    def fails(actor: Actor, action: str, **more: Any) -> Any:
        if action == missed:
            raise DatabaseError("the journal is full")
        return record(actor, action, **more)

    monkeypatch.setattr(audit, "record", fails)
    for name, question in LOGGED.items():
        missed = question.action
        with pytest.raises(DatabaseError):
            question.ask(homes, question.by(homes))
        assert name
    for name, deed in DEEDS.items():
        with undone():
            missed = ""
            given, before = deed.given(homes), stored()
            missed = deed.action
            with pytest.raises(DatabaseError):
                deed.do(homes, homes.owner_of_numbers, given)
            assert stored() == before, name
