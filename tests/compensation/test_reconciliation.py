"""From the list of payments to what differs, why, and what becomes of it, through the services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.compensation import importing, queries, reconciliation
from hemvist.compensation.models import Clearance, Payment
from hemvist.compensation.reconciliation import ReconciledLine, reconcile_all
from hemvist.planning.reconciliation import Kind
from hemvist.reception.models import FactKind, Person
from hemvist.reception.services import add_identifier
from hemvist.web.files import csv_bytes

pytestmark = pytest.mark.django_db
TODAY = date(2027, 6, 15)
Make = Callable[..., Person]
HEADER = ("dossiernummer", "ersättning", "utbetalning", "belopp", "utbetalningsdatum")


@pytest.fixture
def known(person: Make, fact: Callable[..., Any], coordinator: Actor) -> Make:
    """``known(dossier)``: somebody with that number whose mottagandedatum is 12 January 2027."""

    def make(dossier: str, received_on: date = date(2027, 1, 12), **more: Any) -> Person:
        made = person(date(2026, 11, 20), **more)
        made.refresh_from_db()
        fact(made, FactKind.FIRST_RECEPTION, {"on": received_on}, received_on, max(received_on, date(2026, 11, 23)))
        add_identifier(
            coordinator,
            person=made,
            kind="dossier",
            value=dossier,
            valid_from=received_on,
            source="migration_agency",
            today=max(received_on, date(2026, 11, 23)),
        )
        return made

    return make


def bring_in(actor: Actor, rows: Sequence[Sequence[Any]], today: date = TODAY) -> Any:
    run = importing.stage(actor, "lista.csv", csv_bytes(HEADER, rows), today)
    assert not importing.problems_of(run), importing.problems_of(run)
    return importing.confirm(actor, run.id, today)


def all_right(dossier: str) -> list[tuple[Any, ...]]:
    """What Migrationsverket should have paid by 15 June 2027 for somebody received on 12 January."""
    return [
        (dossier, "Initiala kostnader", "", "20 800", "2027-02-26"),
        (dossier, "Schablonersättning", 1, "18 070,00", "2027-02-26"),
        (dossier, "Schablonersättning", 2, "36 140", "2027-04-30"),
    ]


def open_lines(actor: Actor, today: date = TODAY) -> dict[tuple[str, str], ReconciledLine]:
    return {
        (str(row.person.person_id), row.line.code): row
        for row in reconcile_all(actor, today=today).lines
        if row.needs_attention
    }


def codes(row: ReconciledLine) -> set[str]:
    return {reason.code for reason in row.reasons}


def test_the_whole_way(known: Make, controller: Actor) -> None:
    """Two planted differences are found with their reasons, cleared, and open again when a payment changes them."""
    one, two, three = known("10-1"), known("10-2"), known("10-3")
    rows = [*all_right("10-1"), *all_right("10-2"), *all_right("10-3")]
    rows[1] = ("10-1", "Schablonersättning", 1, "16 500", "2027-02-26")
    del rows[5]
    bring_in(controller, rows)

    found = reconcile_all(controller, today=TODAY)
    assert (found.totals[Kind.MATCHED].count, found.to_do, found.repayment_risk) == (7, 2, 0)
    lines = open_lines(controller)
    assert set(lines) == {(str(one.id), "standard.1."), (str(two.id), "standard.2.")}
    short, missing = lines[str(one.id), "standard.1."], lines[str(two.id), "standard.2."]
    assert (short.kind, short.line.difference) == (Kind.DIFFERING, Decimal(-1570))
    assert short.reasons[0].code == "cohort"
    assert "före 2027-01-01" in short.reasons[0].step.render()
    assert str(short.reasons[0].step.source) == "övergångsbestämmelse 2 2026:1697"
    assert (missing.kind, missing.line.difference, missing.line.months_late) == (Kind.MISSING, Decimal(-36140), 2)
    assert "not_registered_here" in codes(missing)
    assert any("36140" in step.render() or "180700" in step.render() for step in missing.told.steps)

    for row in (short, missing):
        reconciliation.clear_difference(
            controller,
            person_id=row.person.person_id,
            code=row.line.code,
            difference=row.line.difference,
            cause=Clearance.Cause.CLAIMED_BACK,
            comment="Anmält till Migrationsverket i dag.",
            today=TODAY,
        )
    assert open_lines(controller) == {}
    assert reconcile_all(controller, today=TODAY).cleared == 2

    bring_in(controller, [("10-1", "Schablonersättning", 1, "1 000", "2027-06-10")])
    again = open_lines(controller)
    assert {key: row.line.difference for key, row in again.items()} == {(str(one.id), "standard.1."): Decimal(-570)}
    bring_in(controller, [("10-1", "Schablonersättning", 1, "570", "2027-06-11")])
    bring_in(controller, [("10-2", "Schablonersättning", 2, "36 140", "2027-06-11")])
    assert open_lines(controller) == {}
    assert str(three.id) not in {key[0] for key in again}


def clear(actor: Actor, row: ReconciledLine, **changes: Any) -> Clearance:
    given = {"cause": Clearance.Cause.ACCEPTED, "comment": "Utrett.", "difference": row.line.difference}
    return reconciliation.clear_difference(
        actor, person_id=row.person.person_id, code=row.line.code, today=TODAY, **{**given, **changes}
    )


# --- why --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "amount", "reason"),
    [
        (0, "4 160", "rate_other"),
        (0, "29 919", "rate_housing_2026"),
        (0, "10 400", "age_below_20"),
        (0, "13 005", "age_from_limit"),
        (1, "9 260", "age_from_limit"),
        (1, "16 500", "cohort"),
        (1, "36 140", "paid_twice"),
    ],
)
def test_a_wrong_amount_is_explained_by_counting_again(
    known: Make, controller: Actor, row: int, amount: str, reason: str
) -> None:
    known("10-1")
    rows = [list(one) for one in all_right("10-1")]
    rows[row][3] = amount
    bring_in(controller, rows)
    [line] = open_lines(controller).values()
    assert (line.kind, reason in codes(line)) == (Kind.DIFFERING, True)


def test_the_year_of_the_price_base_amount_explains_a_december_reception(known: Make, controller: Actor) -> None:
    known("10-1", date(2026, 12, 8))
    bring_in(controller, [("10-1", "Initiala kostnader", "", "20 661", "2027-01-29")])
    line = next(row for row in open_lines(controller).values() if row.line.ground == "initial")
    assert "U9" in codes(line)
    assert "prisbasbelopp" in " ".join(reason.step.render() for reason in line.reasons).casefold()


def test_a_move_here_that_is_not_counted_explains_a_missing_extra(
    known: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    mover = known("10-1")
    fact(mover, FactKind.FIRST_RECEPTION, {"on": date(2027, 1, 12), "municipality": "Uppsala"}, date(2027, 1, 13))
    for place, on in (("Uppsala", date(2027, 1, 12)), ("", date(2027, 2, 20))):
        fact(
            mover,
            FactKind.POPULATION_REGISTRATION,
            {"decided_on": on, "registered_on": on, "municipality": place},
            on,
        )
    bring_in(controller, [("10-1", "Schablonersättning", 2, "36 140", "2027-04-30")])
    missing = open_lines(controller)[str(mover.id), "move_early.2."]
    assert (missing.kind, missing.line.difference) == (Kind.MISSING, Decimal(-18070))
    assert "move_not_counted" in codes(missing)
    bring_in(controller, [("10-1", "13 §", 2, "18 070", "2027-05-31")])
    assert open_lines(controller) == {}


def test_what_is_paid_after_a_move_away_may_have_to_be_repaid(
    known: Make, controller: Actor, fact: Callable[..., Any]
) -> None:
    gone = known("10-1")
    fact(
        gone,
        FactKind.POPULATION_REGISTRATION,
        {"decided_on": date(2027, 3, 2), "registered_on": date(2027, 3, 2), "municipality": "Uppsala"},
        date(2027, 3, 2),
    )
    bring_in(controller, all_right("10-1"))
    [line] = open_lines(controller).values()
    assert (line.kind, line.line.code, line.at_risk) == (Kind.UNEXPECTED, "standard.2.", Decimal(36140))
    assert "not_registered_here" in codes(line)
    assert {"39 §", "41 §"} <= {step.source.section for step in line.told.steps if step.source}
    assert reconcile_all(controller, today=TODAY).repayment_risk == 36140
    clear(controller, line, cause=Clearance.Cause.REPAYMENT)
    assert reconcile_all(controller, today=TODAY).repayment_risk == 0
    bring_in(controller, [("10-1", "Schablonersättning", 2, "-36 140", "2027-06-10")])
    assert reconcile_all(controller, today=TODAY).totals[Kind.UNEXPECTED].count == 0


def test_unknown_words_stay_and_are_guessed_by_amount_and_month(known: Make, controller: Actor) -> None:
    who = known("10-1")
    rows = all_right("10-1")
    rows[2] = ("10-1", "Utbet. kod 77", "", "36 140", "2027-04-30")
    bring_in(controller, rows)
    guess = open_lines(controller)[str(who.id), "standard.2."]
    assert (guess.kind, guess.line.guessed, codes(guess)) == (Kind.MATCHED, True, {"guessed"})
    clear(controller, guess)
    assert open_lines(controller) == {}


def test_the_persons_page_and_the_reconciliation_agree_on_what_is_cleared_up(known: Make, controller: Actor) -> None:
    """Also when the line now matches by itself: then there is nothing that the clearance holds for."""
    who = known("10-1")
    rows = all_right("10-1")
    bring_in(controller, [*rows[:2], ("10-1", "Utbet. kod 77", "", "36 140", "2027-04-30")])

    def told() -> dict[str, tuple[Kind, bool]]:
        """How each line stands and whether it is cleared up, told alike by both."""
        page = queries.person_page(controller, who.id, today=TODAY)
        found = reconcile_all(controller, today=TODAY).lines
        here = {line.code: (line.kind, line.key in page.cleared) for line in page.compared.values()}
        assert {row.line.code: (row.kind, row.cleared is not None) for row in found}.items() <= here.items()
        return here

    guess = open_lines(controller)[str(who.id), "standard.2."]
    assert told()["standard.2."] == (Kind.MATCHED, False)
    clear(controller, guess)
    assert told()["standard.2."] == (Kind.MATCHED, True)

    # The payment was another's, and the right one comes.
    reconciliation.unmatch_payment(controller, guess.payments[0].id)
    bring_in(controller, rows[2:])
    assert told()["standard.2."] == (Kind.MATCHED, False)
    difference = reconciliation.get_difference(controller, who.id, "standard.2.", today=TODAY)
    assert (difference.row.cleared, len(difference.earlier)) == (None, 1)


# --- the months -------------------------------------------------------------------------------------------------------


def test_nothing_is_missing_from_before_the_first_list(known: Make, controller: Actor) -> None:
    known("10-1")
    assert reconcile_all(controller, today=TODAY).to_do == 0
    bring_in(controller, all_right("10-1")[2:])
    found = reconcile_all(controller, today=TODAY)
    assert (found.since, found.to_do) == (date(2027, 4, 1), 0)
    earlier = reconcile_all(controller, today=TODAY, since=date(2027, 1, 1), until=date(2027, 3, 31))
    assert [(row.line.code, row.kind) for row in earlier.lines] == [
        ("initial..", Kind.MISSING),
        ("standard.1.", Kind.MISSING),
    ]


# --- who sees and does what -------------------------------------------------------------------------------------------


def test_a_protected_person_is_seen_only_by_whom_it_is_for(
    known: Make, controller: Actor, actor: Callable[..., Actor]
) -> None:
    hidden = known("10-1")
    bring_in(controller, [("10-1", "Schablonersättning", 1, "1", "2027-02-26")])
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    row = open_lines(controller)[str(hidden.id), "standard.1."]
    Case.objects.filter(id=hidden.case_id).update(protected_since=timezone.now())
    assert reconcile_all(controller, today=TODAY).lines == ()
    assert row.line.code in {one.line.code for one in open_lines(trusted).values()}
    with pytest.raises(NotVisible):
        clear(controller, row)
    with pytest.raises(NotVisible):
        reconciliation.get_difference(controller, hidden.id, "standard.1.", today=TODAY)
    payment = Payment.objects.get()
    with pytest.raises(NotVisible):
        reconciliation.unmatch_payment(controller, payment.id)
    assert clear(trusted, row).person == hidden
    assert reconciliation.exported(trusted, reconcile_all(trusted, today=TODAY).lines) == []


def test_another_branch_sees_and_does_nothing(
    known: Make, controller: Actor, outside: Actor, actor: Callable[..., Actor]
) -> None:
    who = known("10-1")
    bring_in(controller, [("10-1", "Schablonersättning", 1, "1", "2027-02-26"), ("77", "10 §", 1, "5", "2027-02-26")])
    loose = Payment.objects.get(person=None)
    for other in (outside, actor(Role.COORDINATOR, "school")):
        found = reconcile_all(other, today=TODAY)
        assert (found.lines, found.unmatched) == ((), ())
        with pytest.raises(NotVisible):
            reconciliation.match_payment(other, loose.id, who.id)
        with pytest.raises(NotVisible):
            reconciliation.candidates(other, loose.id, today=TODAY)
    with pytest.raises(Refused):
        reconcile_all(actor(Role.STRATEGIST), today=TODAY)


def test_a_difference_is_cleared_as_it_was_seen_and_with_a_reason(known: Make, controller: Actor) -> None:
    known("10-1")
    bring_in(controller, [*all_right("10-1")[1:], ("10-1", "Initiala kostnader", "", "1", "2027-02-26")])
    [row] = open_lines(controller).values()
    with pytest.raises(ValidationError, match="har ändrats"):
        clear(controller, row, difference=Decimal(-1))
    with pytest.raises(ValidationError, match="Skriv kort"):
        clear(controller, row, comment=" ")
    with pytest.raises(ValidationError, match="Välj hur"):
        clear(controller, row, cause="whim")
    with pytest.raises(NotVisible):
        reconciliation.get_difference(controller, row.person.person_id, "standard.77.", today=TODAY)
    clear(controller, row)
    entry = AuditEntry.objects.get(action="difference.cleared")
    assert (str(entry.case_id), entry.details["cause"]) == (str(row.person.case_id), "accepted")
    assert "Utrett" not in str(entry.details) + entry.reason
    with pytest.raises(ValidationError, match="ingen skillnad"):
        reconciliation.clear_difference(
            controller,
            person_id=row.person.person_id,
            code="standard.1.",
            difference=Decimal(0),
            cause="accepted",
            comment="Utrett.",
            today=TODAY,
        )


def test_a_payment_is_matched_by_hand_loosened_and_not_matched_by_its_number_again(
    known: Make, controller: Actor
) -> None:
    right, wrong = known("10-1"), known("10-2")
    bring_in(controller, [("10-3", "Schablonersättning", 1, "18 070", "2027-02-26")])
    payment = Payment.objects.get()
    reconciliation.match_payment(controller, payment.id, wrong.id)
    with pytest.raises(ValidationError, match="redan kopplad"):
        reconciliation.match_payment(controller, payment.id, right.id)
    reconciliation.unmatch_payment(controller, payment.id)
    with pytest.raises(ValidationError, match="inte kopplad"):
        reconciliation.unmatch_payment(controller, payment.id)
    reconciliation.match_payment(controller, payment.id, right.id)
    payment.refresh_from_db()
    assert (payment.person, payment.matched_by, payment.matched_user_id) == (right, "hand", controller.user_id)
    assert [e.action for e in AuditEntry.objects.filter(action__startswith="payment.").order_by("id")] == [
        "payment.matched",
        "payment.unmatched",
        "payment.matched",
    ]
    run = bring_in(controller, [("10-3", "Schablonersättning", 1, "18 070", "2027-02-26")])
    assert (run.summary["new"], run.summary["known"]) == (0, 1)


def test_a_loosened_payment_is_left_when_the_next_list_comes(known: Make, controller: Actor) -> None:
    known("10-1")
    bring_in(controller, all_right("10-1")[:1])
    reconciliation.unmatch_payment(controller, Payment.objects.get().id)
    run = bring_in(controller, all_right("10-1"))
    assert (run.summary["found_later"], run.summary["known"]) == (0, 1)
    assert Payment.objects.filter(person=None).count() == 1


def test_likely_persons_have_like_numbers_or_wait_for_the_amount(known: Make, controller: Actor) -> None:
    alike, waiting, other = known("10-900123"), known("55-1"), known("66-2", given="Annika")
    bring_in(
        controller,
        [
            *all_right("10-900123"),
            *all_right("66-2"),
            *all_right("55-1")[:2],
            ("10-900132", "Schablonersättning", 2, "36 140", "2027-05-31"),
        ],
    )
    loose = Payment.objects.get(person=None)
    found = reconciliation.candidates(controller, loose.id, today=TODAY)
    assert [(one.person.person_id, one.alike, bool(one.awaited)) for one in found.candidates] == [
        (alike.id, True, False),
        (waiting.id, False, True),
    ]
    searched = reconciliation.candidates(controller, loose.id, today=TODAY, search="annik")
    assert [one.person.person_id for one in searched.candidates] == [other.id]
    assert AuditEntry.objects.filter(action="payment.viewed").count() == 2


def test_the_number_of_queries_does_not_grow_with_the_persons(known: Make, controller: Actor) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            found = reconcile_all(controller, today=TODAY)
            for row in found.lines:
                assert row.told.code == row.line.code
                assert all(payment.file.file_name for payment in row.payments)
        return len(queries)

    known("10-1")
    bring_in(controller, all_right("10-1"))
    few = cost()
    for n in range(2, 6):
        known(f"10-{n}")
        bring_in(controller, [*all_right(f"10-{n}")[1:], (f"77-{n}", "10 §", 1, "5", "2027-02-26")])
    assert cost() == few
