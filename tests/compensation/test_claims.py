"""Claims: what is proposed, opened, sent in, decided and appealed; who sees it; what the journal remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry
from hemvist.access.roles import Role
from hemvist.compensation import claims
from hemvist.compensation.claims import DECIDED, TRANSITIONS, ClaimFilter, ClaimLine
from hemvist.compensation.models import Claim, ClaimEvidence
from hemvist.law.claims import GROUNDS
from hemvist.organisation.models import LocalRuling
from hemvist.reception.models import FactKind, Person

pytestmark = pytest.mark.django_db

RECEIVED = date(2026, 11, 3)
# From asylum housing, assigned and received, but not in the population register yet: still under mottagandelagen.
WAITING: dict[str, Any] = {"category": "asylum_housing", "ground": "UTLL_5_1", "registered": False}
Q4 = (date(2026, 10, 1), date(2026, 12, 31))
Status = Claim.Status


@dataclass
class Work:
    """A coordinator at work with one claim."""

    actor: Actor
    today: date
    claim: Claim

    def file(self, on: date | None = None, **more: Any) -> Claim:
        return claims.file_claim(
            self.actor, claim=self.claim, filed_on=on or self.today, **{"today": self.today, **more}
        )

    def decide(self, status: str, on: date | None = None, **more: Any) -> Claim:
        return claims.decide_claim(
            self.actor, claim=self.claim, status=status, decided_on=on or self.today, today=self.today, **more
        )

    def appeal(self, on: date | None = None) -> Claim:
        return claims.appeal_claim(self.actor, claim=self.claim, appealed_on=on or self.today, today=self.today)

    def withdraw(self, on: date | None = None) -> Claim:
        return claims.withdraw_claim(self.actor, claim=self.claim, on=on or self.today, today=self.today)

    @property
    def page(self) -> claims.ClaimPage:
        return claims.claim_page(self.actor, self.claim.pk, today=self.today)


@pytest.fixture
def open_claim(coordinator: Actor, today: date) -> Callable[..., Claim]:
    def make(of: Person, ground: str, period_to: date, by: Actor | None = None, **more: Any) -> Claim:
        values = {"person": of, "ground": ground, "period_to": period_to, **more}
        return claims.open_claim(by or coordinator, case=of.case, today=today, **values)

    return make


@pytest.fixture
def work(
    coordinator: Actor, today: date, person: Callable[..., Person], open_claim: Callable[..., Claim]
) -> Callable[..., Work]:
    """``work(ground, period_to, cost=…)``: a claim for somebody received in the spring of 2025."""

    def make(
        ground: str = "illness_assistance",
        period_to: date = date(2025, 12, 31),
        *,
        cost: int | None = 84_300,
        received_on: date = date(2025, 3, 18),
        of: Person | None = None,
    ) -> Work:
        claim = open_claim(of or person(received_on), ground, period_to)
        if cost is not None:
            claims.change_claim(coordinator, claim=claim, cost=Decimal(cost), today=today)
        return Work(coordinator, today, claim)

    return make


def only(lines: list[ClaimLine]) -> ClaimLine:
    (line,) = lines
    return line


def journal(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def fault(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return " ".join(error.value.messages)


# --- the transitions --------------------------------------------------------------------------------------------------


def test_every_status_can_be_reached_and_has_a_way_out() -> None:
    assert set(TRANSITIONS) == set(Status)
    reached, ahead = {Status.DRAFT}, [Status.DRAFT]
    while ahead:
        for status in TRANSITIONS[ahead.pop()] - reached:
            reached.add(Status(status))
            ahead.append(Status(status))
    assert reached == set(Status)
    assert all(TRANSITIONS.values())
    assert set(claims.ORDER) == set(Status)


DEEDS: dict[str, Callable[[Work], object]] = {
    Status.FILED: lambda work: work.file(),
    Status.GRANTED: lambda work: work.decide(Status.GRANTED),
    Status.PARTLY: lambda work: work.decide(Status.PARTLY, granted_amount=Decimal(100)),
    Status.REFUSED: lambda work: work.decide(Status.REFUSED),
    Status.APPEALED: lambda work: work.appeal(),
    Status.WITHDRAWN: lambda work: work.withdraw(),
    Status.DRAFT: lambda work: claims.reopen_claim(work.actor, claim=work.claim, today=work.today),
}
WAYS = {
    Status.DRAFT: (),
    Status.FILED: (Status.FILED,),
    Status.GRANTED: (Status.FILED, Status.GRANTED),
    Status.PARTLY: (Status.FILED, Status.PARTLY),
    Status.REFUSED: (Status.FILED, Status.REFUSED),
    Status.APPEALED: (Status.FILED, Status.REFUSED, Status.APPEALED),
    Status.WITHDRAWN: (Status.FILED, Status.WITHDRAWN),
}


@pytest.mark.parametrize("start", list(Status))
@pytest.mark.parametrize("end", list(Status))
def test_only_the_transitions_of_the_table_are_done(work: Callable[..., Work], start: Status, end: Status) -> None:
    one = work()
    for step in WAYS[start]:
        DEEDS[step](one)
    assert one.claim.status == start
    events = one.claim.events.count()
    if end in TRANSITIONS[start]:
        DEEDS[end](one)
        assert Claim.objects.get(pk=one.claim.pk).status == end
        assert one.claim.events.count() == events + 1
    else:
        with pytest.raises(ValidationError, match="så det går inte"):
            DEEDS[end](one)
        assert Claim.objects.get(pk=one.claim.pk).status == start
        assert one.claim.events.count() == events


# --- proposals --------------------------------------------------------------------------------------------------------


def proposed(actor: Actor, today: date) -> list[ClaimLine]:
    return [line for line in claims.lapsing(actor, today, None) if line.claim is None]


def test_a_person_received_before_folkbokforing_gives_a_proposal(
    coordinator: Actor, today: date, person: Callable[..., Person]
) -> None:
    one = person(RECEIVED, **WAITING)
    line = only(proposed(coordinator, today))
    assert (line.ground.section, line.period, line.person_id) == ("14 c §", Q4, one.id)
    assert (line.case_number, line.claim, line.status) == (one.case.number, None, "proposed")
    assert line.last_day.value == date(2027, 6, 30)
    # 21 nights so far and the one-off amount, each with its paragraph.
    assert line.kronor == 21 * 300 + 15_000
    assert {step.source.section.split(" (")[0] for step in line.amount.steps if step.source} == {"14 c §", "19 §"}
    assert journal("claims.listed") == 1


def test_the_whole_quarter_of_e29(coordinator: Actor, person: Callable[..., Person], fact: Callable[..., Any]) -> None:
    one = person(RECEIVED, **WAITING)
    day = date(2026, 12, 15)
    fact(one, FactKind.POPULATION_REGISTRATION, {"decided_on": day, "registered_on": day}, day)
    line = only(proposed(coordinator, date(2027, 1, 4)))
    assert (line.kronor, line.last_day.value) == (27_600, date(2027, 6, 30))


def test_what_is_opened_is_not_proposed_until_it_is_withdrawn(
    coordinator: Actor, today: date, person: Callable[..., Person], open_claim: Callable[..., Claim]
) -> None:
    one = person(RECEIVED, **WAITING)
    claim = open_claim(one, "assigned_housing", Q4[1])
    assert proposed(coordinator, today) == []
    assert only(claims.claim_list(coordinator, ClaimFilter(), today=today).lines).kronor == 21_300
    work = Work(coordinator, today, claim)
    work.file()
    assert claim.amount == 21_300
    work.withdraw()
    assert len(proposed(coordinator, today)) == 1


def test_what_has_lapsed_is_not_proposed(coordinator: Actor, person: Callable[..., Person]) -> None:
    person(RECEIVED, **WAITING)

    def quarters(today: date) -> list[date]:
        return [line.period[1] for line in proposed(coordinator, today)]

    assert Q4[1] in quarters(date(2027, 6, 30))
    assert Q4[1] not in quarters(date(2027, 7, 1))


def test_a_resettled_person_calls_for_no_application(
    coordinator: Actor, today: date, person: Callable[..., Person]
) -> None:
    person(RECEIVED)
    assert proposed(coordinator, today) == []


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_claim_is_opened_with_its_period_and_checklist(work: Callable[..., Work]) -> None:
    one = work("housing_support", date(2025, 5, 5), cost=None)
    assert (one.claim.period_from, one.claim.period_to) == (date(2025, 1, 1), date(2025, 12, 31))
    lines = list(one.claim.evidence.all())
    assert [line.code for line in lines] == list(GROUNDS["housing_support"].evidence)
    assert all(line.text and line.ready_on is None for line in lines)
    assert [event.comment for event in one.page.events] == [claims.OPENED]
    assert journal("claim.opened") == 1


@pytest.mark.parametrize(
    ("ground", "period_to", "says"),
    [
        ("travel", date(2026, 9, 30), "Välj vad"),
        ("unaccompanied_care", date(2027, 1, 4), "inte börjat"),
        ("assigned_housing", date(2026, 9, 30), "gäller inte kvartal 3 2026"),
        ("school_national_programme", date(2026, 10, 1), "gäller inte kvartal 4 2026"),
    ],
)
def test_a_claim_that_the_law_does_not_know_is_refused(
    person: Callable[..., Person], open_claim: Callable[..., Claim], ground: str, period_to: date, says: str
) -> None:
    with pytest.raises(ValidationError) as error:
        open_claim(person(RECEIVED), ground, period_to)
    assert says in fault(error)
    assert not Claim.objects.exists()


def test_only_special_costs_are_for_a_family(person: Callable[..., Person], open_claim: Callable[..., Claim]) -> None:
    one = person(RECEIVED)
    with pytest.raises(ValidationError, match="Välj vem"):
        open_claim(one, "illness_assistance", date(2026, 11, 1), person=None)
    assert open_claim(one, "special_costs", date(2026, 11, 1), person=None).person is None


def test_a_person_of_another_case_is_refused(person: Callable[..., Person], open_claim: Callable[..., Claim]) -> None:
    one, other = person(RECEIVED), person(RECEIVED)
    with pytest.raises(ValidationError, match="annat ärende"):
        open_claim(one, "illness_assistance", date(2026, 11, 1), person=other)


def test_the_same_claim_is_not_opened_twice(person: Callable[..., Person], open_claim: Callable[..., Claim]) -> None:
    one, other = person(RECEIVED), person(RECEIVED)
    open_claim(one, "unaccompanied_care", date(2026, 11, 1))
    with pytest.raises(ValidationError) as error:
        open_claim(one, "unaccompanied_care", date(2026, 12, 24))
    assert "Det finns redan en ansökan enligt 29 a § för kvartal 4 2026" in fault(error)
    open_claim(other, "unaccompanied_care", date(2026, 11, 1))
    open_claim(one, "unaccompanied_care", date(2026, 9, 1))
    open_claim(one, "young_adult_care", date(2026, 11, 1))


def test_overlapping_twelve_months_are_the_same_claim(
    person: Callable[..., Person], open_claim: Callable[..., Claim]
) -> None:
    one = person(date(2025, 3, 18))
    open_claim(one, "health_care", date(2026, 4, 30))
    with pytest.raises(ValidationError, match="Det finns redan"):
        open_claim(one, "health_care", date(2026, 8, 31))


# --- the last day and the amount ------------------------------------------------------------------------------------


def test_the_first_application_has_three_years_from_mottagandedatum(work: Callable[..., Work]) -> None:
    first = work("disability_support", date(2026, 4, 30), cost=61_000, received_on=date(2023, 9, 1))
    assert first.page.received.value == date(2023, 9, 1)
    assert first.page.line.last_day.value == date(2026, 9, 1)
    first.file(comment="Läkarintyget kom sent")
    assert first.page.late
    later = work("disability_support", date(2025, 4, 30), of=first.claim.person)
    assert later.page.line.last_day.value == date(2026, 4, 30)
    # The first one stays the first.
    assert first.page.line.last_day.value == date(2026, 9, 1)


def test_a_withdrawn_application_is_not_the_first(work: Callable[..., Work]) -> None:
    first = work("disability_support", date(2026, 4, 30), cost=61_000, received_on=date(2023, 9, 1))
    first.file()
    first.withdraw()
    later = work("disability_support", date(2026, 4, 30), of=first.claim.person)
    assert later.page.line.last_day.value == date(2026, 9, 1)


def test_the_costs_of_24_to_26_are_put_together_by_person_and_period(work: Callable[..., Work]) -> None:
    one = work("disability_support", date(2026, 4, 30), cost=58_000)
    assert one.page.line.kronor == 0
    work("disability_support", date(2026, 4, 30), cost=30_000)
    assert one.page.line.kronor == 0
    care = work("health_care", date(2026, 4, 30), cost=5_000, of=one.claim.person)
    assert (one.page.line.kronor, care.page.line.kronor) == (58_000, 5_000)
    assert "27 §" in {step.source.section for step in one.page.line.amount.steps if step.source}


def test_the_ruling_on_u10_decides_the_amount(work: Callable[..., Work], today: date) -> None:
    one = work("housing_support", cost=None)
    claims.change_claim(one.actor, claim=one.claim, cost=Decimal(200_000), fee=Decimal(12_000), today=today)
    assert one.page.line.kronor == 141_000
    LocalRuling.objects.create(
        key="U10", answer="share_first", question="U10", decided_on=today, decided_by="Socialnämnden", reason="Prövat"
    )
    assert one.page.line.kronor == 138_000


def test_an_amount_by_hand_goes_before_the_rule(work: Callable[..., Work], today: date) -> None:
    one = work("funeral", date(2026, 11, 20), cost=None, received_on=RECEIVED)
    assert one.page.line.kronor == 65_000
    claims.change_claim(one.actor, claim=one.claim, amount=Decimal("40000.50"), note="Två delar", today=today)
    page = one.page
    assert (page.line.kronor, page.line.amount.value, page.claim.note) == (Decimal("40000.50"), 65_000, "Två delar")


# --- deeds ------------------------------------------------------------------------------------------------------------


def test_the_amount_is_kept_from_the_day_it_is_sent_in(work: Callable[..., Work], today: date) -> None:
    one = work()
    one.file(reference=" MV 123 ", comment="I e-tjänsten")
    assert (one.claim.amount, one.claim.filed_on, one.claim.reference) == (84_300, today, "MV 123")
    with pytest.raises(ValidationError, match="Återta den"):
        claims.change_claim(one.actor, claim=one.claim, cost=Decimal(1), today=today)
    event = one.page.events[-1]
    assert (event.status, event.on, event.comment, event.by_id) == (
        Status.FILED,
        today,
        "I e-tjänsten",
        one.actor.user_id,
    )
    entry = AuditEntry.objects.filter(action="claim.filed").get()
    assert entry.details["late"] is False
    assert entry.case_id == one.claim.case_id
    assert "e-tjänsten" not in str([entry.details, entry.reason])


def test_a_late_application_is_told_and_not_forbidden(work: Callable[..., Work], today: date) -> None:
    one = work(period_to=date(2024, 12, 31), received_on=date(2024, 3, 18))
    assert one.page.line.last_day.value == date(2025, 12, 31)
    assert one.page.line.lapses_by(today)
    one.file(comment="Särskilda skäl: beslutet om programmet kom i november")
    assert one.page.late
    assert AuditEntry.objects.get(action="claim.filed").details["late"] is True
    assert not one.page.line.lapses_by(today)


@pytest.mark.parametrize(
    ("on", "says"), [(timedelta(days=1), "inte varit än"), (timedelta(days=-1000), "inte börjat då")]
)
def test_an_impossible_day_of_application_is_refused(work: Callable[..., Work], on: timedelta, says: str) -> None:
    one = work()
    with pytest.raises(ValidationError) as error:
        one.file(one.today + on)
    assert says in fault(error)
    assert Claim.objects.get(pk=one.claim.pk).status == Status.DRAFT


@pytest.mark.parametrize("cost", [None, 0])
def test_nothing_to_apply_for_is_not_sent_in(work: Callable[..., Work], cost: int | None) -> None:
    with pytest.raises(ValidationError, match="inget belopp"):
        work(cost=cost).file()


@pytest.mark.parametrize(
    ("status", "given", "kept"),
    [
        (Status.GRANTED, None, 84_300),
        (Status.GRANTED, 90_000, 90_000),
        (Status.GRANTED, 80_000, None),
        (Status.PARTLY, 80_000, 80_000),
        (Status.PARTLY, None, None),
        (Status.PARTLY, 84_300, None),
        (Status.REFUSED, None, 0),
        (Status.REFUSED, 1, None),
        (Status.FILED, 1, None),
    ],
)
def test_the_granted_amount_fits_the_decision(
    work: Callable[..., Work], status: Status, given: int | None, kept: int | None
) -> None:
    one = work()
    one.file()
    amount = None if given is None else Decimal(given)
    if kept is None:
        with pytest.raises(ValidationError):
            one.decide(status, granted_amount=amount)
    else:
        assert one.decide(status, granted_amount=amount).granted_amount == kept


def test_a_decision_is_not_before_the_application_or_after_today(work: Callable[..., Work], today: date) -> None:
    one = work()
    one.file()
    with pytest.raises(ValidationError, match="tidigare än"):
        one.decide(Status.GRANTED, today - timedelta(days=1))
    one.claim.refresh_from_db()
    with pytest.raises(ValidationError, match="inte varit än"):
        one.decide(Status.GRANTED, today + timedelta(days=1))


def test_a_refusal_is_appealed_and_decided_anew(work: Callable[..., Work], today: date) -> None:
    one = work()
    one.file(today - timedelta(days=30))
    one.decide(Status.REFUSED, today - timedelta(days=10))
    last = one.page.appeal_by
    assert last is not None
    assert last.value == today + timedelta(days=11)
    with pytest.raises(ValidationError, match="tidigare än beslutet"):
        one.appeal(today - timedelta(days=11))
    one.claim.refresh_from_db()
    one.appeal()
    with pytest.raises(ValidationError, match="tidigare än"):
        one.decide(Status.GRANTED, today - timedelta(days=1))
    one.claim.refresh_from_db()
    one.decide(Status.GRANTED)
    assert [event.status for event in one.page.events][-4:] == [
        Status.FILED,
        Status.REFUSED,
        Status.APPEALED,
        Status.GRANTED,
    ]
    assert one.claim.granted_amount == 84_300


def test_a_decision_on_special_costs_cannot_be_appealed(work: Callable[..., Work]) -> None:
    one = work("special_costs", date(2026, 11, 1))
    assert one.page.line.last_day.value is None
    one.file()
    one.decide(Status.REFUSED)
    page = one.page
    assert (page.next, page.appeal_by and page.appeal_by.value) == (DECIDED, None)
    with pytest.raises(ValidationError) as error:
        one.appeal()
    assert "32 § förordningen (2010:1122) får inte överklagas" in fault(error)


def test_a_withdrawn_application_is_taken_up_again_unless_another_is_open(
    work: Callable[..., Work], today: date
) -> None:
    one = work()
    one.file(reference="MV 1")
    one.withdraw()
    another = work(of=one.claim.person)
    with pytest.raises(ValidationError, match="annan ansökan"):
        claims.reopen_claim(one.actor, claim=one.claim, today=today)
    claims.discard_claim(one.actor, claim=another.claim)
    claims.reopen_claim(one.actor, claim=one.claim, today=today)
    assert (one.claim.status, one.claim.filed_on, one.claim.reference) == (Status.DRAFT, None, "")
    # The amount that the rule gave follows it again; one that was written stays.
    assert one.claim.amount is None
    claims.change_claim(one.actor, claim=one.claim, amount=Decimal(70_000), today=today)
    one.file()
    one.withdraw()
    assert claims.reopen_claim(one.actor, claim=one.claim, today=today).amount == 70_000


def test_a_draft_is_discarded_and_the_journal_remembers(work: Callable[..., Work]) -> None:
    one = work()
    key = one.claim.pk
    claims.discard_claim(one.actor, claim=one.claim)
    assert not Claim.objects.exists()
    assert not ClaimEvidence.objects.exists()
    entry = AuditEntry.objects.get(action="claim.discarded")
    assert (entry.object_ids, entry.details["ground"]) == ([str(key)], "illness_assistance")


def test_what_was_sent_in_is_not_discarded(work: Callable[..., Work]) -> None:
    one = work()
    one.file()
    with pytest.raises(ValidationError, match="återtas"):
        claims.discard_claim(one.actor, claim=one.claim)


def test_the_checklist_is_ticked_and_changed(work: Callable[..., Work], today: date) -> None:
    one = work()
    first, *rest = one.claim.evidence.all()
    claims.tick_evidence(one.actor, claim=one.claim, evidence_id=first.pk, ready=True, today=today)
    own = claims.add_evidence(one.actor, claim=one.claim, text=" Fullmakt ")
    claims.remove_evidence(one.actor, claim=one.claim, evidence_id=rest[-1].pk)
    lines = one.page.evidence
    assert [line.text for line in lines] == [first.text, *(line.text for line in rest[:-1]), "Fullmakt"]
    assert (lines[0].ready_on, lines[0].ready_by_id, own.code) == (today, one.actor.user_id, "")
    assert one.page.to_do == len(lines) - 1
    claims.tick_evidence(one.actor, claim=one.claim, evidence_id=first.pk, ready=False, today=today)
    assert one.page.to_do == len(lines)
    assert [journal(f"claim.evidence_{deed}") for deed in ("ready", "added", "removed", "missing")] == [1, 1, 1, 1]
    with pytest.raises(ValidationError, match="Skriv vad"):
        claims.add_evidence(one.actor, claim=one.claim, text="  ")


def test_the_checklist_of_another_claim_is_not_reached(work: Callable[..., Work], today: date) -> None:
    one, other = work(), work()
    line = other.claim.evidence.first()
    assert line is not None
    with pytest.raises(NotVisible):
        claims.tick_evidence(one.actor, claim=one.claim, evidence_id=line.pk, ready=True, today=today)


def test_the_checklist_of_a_decided_claim_stands(work: Callable[..., Work]) -> None:
    one = work()
    one.file()
    claims.add_evidence(one.actor, claim=one.claim, text="Komplettering")
    one.decide(Status.GRANTED)
    with pytest.raises(ValidationError, match="avgjord"):
        claims.add_evidence(one.actor, claim=one.claim, text="För sent")


def test_a_negative_amount_is_refused(work: Callable[..., Work], today: date) -> None:
    one = work()
    with pytest.raises(ValidationError, match="mindre än noll"):
        claims.change_claim(one.actor, claim=one.claim, cost=Decimal(-1), today=today)


# --- lists ------------------------------------------------------------------------------------------------------------


def test_the_list_is_filtered_and_in_the_order_of_the_work(work: Callable[..., Work], today: date) -> None:
    draft, filed, granted = work(), work("housing_support", cost=None), work("student_assistance")
    claims.change_claim(filed.actor, claim=filed.claim, cost=Decimal(900), fee=Decimal(0), today=today)
    filed.file()
    granted.file()
    granted.decide(Status.GRANTED)

    def shown(**wanted: Any) -> list[str]:
        return [line.status for line in claims.claim_list(draft.actor, ClaimFilter(**wanted), today=today).lines]

    assert shown() == [Status.DRAFT, Status.FILED, Status.GRANTED]
    assert shown(status=Status.FILED) == [Status.FILED]
    assert shown(ground="student_assistance") == [Status.GRANTED]
    assert shown(search=draft.claim.case.number.lower()) == [Status.DRAFT]
    assert shown(search="1999-0001") == []
    assert shown(lapsing=True) == []
    assert [line.status for line in claims.lapsing(draft.actor, today, days=60)] == [Status.DRAFT]


def test_the_list_is_paged(work: Callable[..., Work], person: Callable[..., Person], today: date) -> None:
    one = person(date(2025, 3, 18))
    for year in (2023, 2024, 2025):
        made = work(period_to=date(year, 12, 31), of=one)
    first = claims.claim_list(made.actor, ClaimFilter(), today=today, limit=2)
    last = claims.claim_list(made.actor, ClaimFilter(), today=today, offset=2, limit=2)
    assert (len(first.lines), first.more, len(last.lines), last.more) == (2, True, 1, False)


def test_what_lapses_within_thirty_days_is_drafts_and_proposals_by_day(
    coordinator: Actor, person: Callable[..., Person], work: Callable[..., Work]
) -> None:
    person(RECEIVED, **WAITING)
    draft = work("unaccompanied_care", date(2026, 9, 30), received_on=RECEIVED)
    assert draft.page.line.last_day.value == date(2027, 3, 31)
    found = claims.lapsing(coordinator, date(2027, 6, 10))
    assert [(line.ground.section, line.status) for line in found] == [("29 a §", "draft"), ("14 c §", "proposed")]
    assert claims.lapsing(coordinator, date(2027, 2, 28)) == []
    assert len(claims.lapsing(coordinator, date(2027, 3, 1))) == 1


def test_the_calendar_has_a_year_of_last_days(
    coordinator: Actor, today: date, person: Callable[..., Person], work: Callable[..., Work]
) -> None:
    person(RECEIVED, **WAITING)
    work()
    months = claims.calendar_months(coordinator, today=today)
    assert [months[0].first, months[-1].first] == [date(2026, 11, 1), date(2027, 11, 1)]
    lines = {month.first: [line.ground.section for line in month.lines] for month in months if month.lines}
    assert lines == {date(2026, 12, 1): ["19 §"], date(2027, 6, 1): ["14 c §"]}
    general = {month.first: {day.on for day in month.general} for month in months if month.general}
    assert general == {
        date(2026, 12, 1): {date(2026, 12, 31)},
        date(2027, 3, 1): {date(2027, 3, 31)},
        date(2027, 6, 1): {date(2027, 6, 30)},
        date(2027, 9, 1): {date(2027, 9, 30)},
    }


# --- confidentiality --------------------------------------------------------------------------------------------------


def protect(actor: Actor, person: Person, today: date) -> None:
    from hemvist.reception.services import record_fact

    record_fact(
        actor,
        person=person,
        kind=FactKind.PROTECTION,
        value={"form": "sekretessmarkering", "authority": "Skatteverket", "paragraph": "22 kap. 1 § OSL"},
        valid_from=today,
        source="tax_agency",
        today=today,
    )


def seen(actor: Actor, today: date) -> list[int]:
    """How much of each kind the actor gets to see."""
    whole = claims.claim_list(actor, ClaimFilter(), today=today)
    return [
        len(whole.lines),
        len(whole.proposals),
        len(proposed(actor, today)),
        len(claims.lapsing(actor, today, days=400)),
        sum(len(month.lines) for month in claims.calendar_months(actor, today=today)),
        sum(claims.due_counts(actor, today).values()),
        len(claims.export_claims(actor, ClaimFilter(), today=today)),
    ]


def test_another_branch_sees_nothing_and_does_nothing(
    actor: Callable[..., Actor], today: date, person: Callable[..., Person], work: Callable[..., Work]
) -> None:
    one = work()
    person(RECEIVED, **WAITING)
    foreign, controller = actor(Role.COORDINATOR, "school"), actor(Role.CONTROLLER)
    assert seen(one.actor, today) == [1, 1, 1, 2, 2, 2, 1]
    for reader in (foreign, controller):
        assert seen(reader, today) == [0] * 7
        with pytest.raises(NotVisible):
            claims.claim_page(reader, one.claim.pk, today=today)
        with pytest.raises(NotVisible):
            claims.file_claim(reader, claim=one.claim, filed_on=today, today=today)
        with pytest.raises(NotVisible):
            claims.open_claim(reader, case=one.claim.case, ground="special_costs", period_to=today, today=today)
        assert claims.case_to_claim_for(reader, one.claim.case.number, today=today) is None


@pytest.mark.parametrize("role", [Role.STRATEGIST, Role.SOCIAL_SECRETARY, Role.DATA_PROTECTION_OFFICER])
def test_a_role_without_the_permission_is_refused(
    actor: Callable[..., Actor], today: date, work: Callable[..., Work], role: Role
) -> None:
    one, reader = work(), actor(role, "integration")
    for question in (
        lambda: claims.claim_list(reader, ClaimFilter(), today=today),
        lambda: claims.lapsing(reader, today),
        lambda: claims.calendar_months(reader, today=today),
        lambda: claims.due_counts(reader, today),
        lambda: claims.export_claims(reader, ClaimFilter(), today=today),
    ):
        with pytest.raises(Refused):
            question()
    with pytest.raises(NotVisible):
        claims.claim_page(reader, one.claim.pk, today=today)


def test_a_protected_case_is_seen_only_by_who_handles_it(
    actor: Callable[..., Actor], today: date, person: Callable[..., Person], open_claim: Callable[..., Claim]
) -> None:
    trusted, plain = actor(Role.COORDINATOR, handles_protected=True), actor(Role.COORDINATOR)
    hidden = person(RECEIVED, **WAITING)
    claim = open_claim(hidden, "protected_housing", date(2026, 11, 20), by=trusted)
    protect(trusted, hidden, today)
    assert seen(plain, today) == [0] * 7
    with pytest.raises(NotVisible):
        claims.claim_page(plain, claim.pk, today=today)
    with pytest.raises(NotVisible):
        claims.withdraw_claim(plain, claim=claim, on=today, today=today)
    # The export leaves protected cases out for everyone.
    assert seen(trusted, today) == [1, 1, 1, 2, 2, 2, 0]
    assert claims.claim_page(trusted, claim.pk, today=today).line.protected


def test_a_person_who_has_got_a_protected_case_of_their_own_takes_the_claim_along(
    actor: Callable[..., Actor], today: date, person: Callable[..., Person], work: Callable[..., Work]
) -> None:
    one, other = work(), person(RECEIVED)
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    assert one.claim.person is not None
    Person.objects.filter(pk=one.claim.person.pk).update(case=other.case)
    assert one.page.line.name
    protect(trusted, other, today)
    assert claims.claim_page(trusted, one.claim.pk, today=today).line.name
    with pytest.raises(NotVisible):
        claims.claim_page(one.actor, one.claim.pk, today=today)
    with pytest.raises(NotVisible):
        one.file()
    assert claims.claim_list(one.actor, ClaimFilter(), today=today).lines == []


def test_every_reading_leaves_its_row(work: Callable[..., Work], today: date) -> None:
    one = work()
    before = AuditEntry.objects.count()
    page = one.page
    entry = AuditEntry.objects.get(action="claim.viewed")
    assert (entry.case_id, entry.object_ids) == (one.claim.case_id, [str(one.claim.pk)])
    assert page.line.name not in str([entry.details, entry.fields, entry.reason])
    claims.claim_list(one.actor, ClaimFilter(search="2026"), today=today)
    claims.export_claims(one.actor, ClaimFilter(), today=today)
    assert journal("claims.listed") == journal("claims.exported") == 1
    # And the persons read by the ledgers have theirs.
    assert AuditEntry.objects.count() == before + 6


# --- the number of questions ------------------------------------------------------------------------------------------


def test_more_claims_ask_no_more_of_the_database(
    coordinator: Actor, today: date, person: Callable[..., Person], work: Callable[..., Work]
) -> None:
    def counted() -> list[int]:
        found = []
        for question in (
            lambda: claims.claim_list(coordinator, ClaimFilter(), today=today),
            lambda: claims.lapsing(coordinator, today),
            lambda: claims.calendar_months(coordinator, today=today),
            lambda: claims.export_claims(coordinator, ClaimFilter(), today=today),
            lambda: claims.claim_page(coordinator, first.claim.pk, today=today),
        ):
            with CaptureQueriesContext(connection) as asked:
                question()
            found.append(len(asked))
        return found

    first = work()
    person(RECEIVED, **WAITING)
    few = counted()
    for _n in range(4):
        work("housing_support", cost=None)
        person(RECEIVED, **WAITING)
    work("student_assistance", of=first.claim.person).file()
    assert counted() == few
