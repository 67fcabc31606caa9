"""Offers: made with a reason when another dwelling is chosen, answered, withdrawn; a yes and its lease are one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import AuditEntry, Case
from hemvist.housing import matching, need_queries, offers
from hemvist.housing.models import Dwelling, DwellingBlock, HousingNeed, MatchRun, Offer, Tenancy
from hemvist.organisation.models import Branch
from hemvist.reception.models import Household

pytestmark = pytest.mark.django_db

OPEN_ENDED = Tenancy.Form.OPEN_ENDED


@pytest.fixture
def offer(coordinator: Actor, today: date) -> Callable[..., Offer]:
    """``offer(need, dwelling, by=…, **changes)``: moving in in ten days, answer within five."""

    def make(need: HousingNeed, dwelling: Dwelling, by: Actor | None = None, **changes: Any) -> Offer:
        values: dict[str, Any] = {
            "move_in_on": today + timedelta(days=10),
            "reply_by": today + timedelta(days=5),
            "today": today,
        }
        return offers.make_offer(by or coordinator, need=need, dwelling=dwelling, **{**values, **changes})

    return make


def proposing(need: HousingNeed, dwelling: Dwelling, today: date) -> MatchRun:
    """A matching that proposed the dwelling for the need."""
    placed = {"need": str(need.pk), "dwelling": str(dwelling.pk), "move_in": today.isoformat(), "score": 500}
    result = {"placements": [placed], "unplaced": [], "needs": {str(need.pk): ""}, "homes": {}, "protected": []}
    return MatchRun.objects.create(branch=Branch.objects.get(pk=need.case.branch_id), run_on=today, result=result)


# --- made -------------------------------------------------------------------------------------------------------------


def test_an_offer_is_made_and_journalled_without_the_reason(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    found = need(household())
    made = offer(found, dwelling(), note="Visning på fredag")
    assert (made.status, made.made_on, made.note) == ("open", today, "Visning på fredag")
    row = AuditEntry.objects.get(action="offer.made")
    assert (row.case_id, row.details["differs"]) == (found.case_id, False)


def test_another_dwelling_than_the_proposal_asks_for_a_reason(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    found, proposed, other = need(household()), dwelling(), dwelling()
    run = proposing(found, proposed, today)
    with pytest.raises(ValidationError) as error:
        offer(found, other, run=run)
    assert list(error.value.error_dict) == ["choice_reason"]
    made = offer(found, other, run=run, choice_reason="Närmare förskolan")
    assert (made.choice_reason, made.run) == ("Närmare förskolan", run)


def test_the_proposed_dwelling_asks_for_none(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    found, proposed = need(household()), dwelling()
    assert offer(found, proposed, run=proposing(found, proposed, today)).choice_reason == ""


def test_a_proposal_that_can_no_longer_be_offered_asks_for_none(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    found, proposed = need(household()), dwelling()
    run = proposing(found, proposed, today)
    _let(proposed, household(), today)
    assert offer(found, dwelling(), run=run).choice_reason == ""


def test_a_chosen_dwelling_is_its_own_proposal(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    proposed, chosen = dwelling(), dwelling()
    found = need(household(), locked_to=chosen, locked_reason="Nära ett syskon")
    assert offer(found, chosen, run=proposing(found, proposed, today)).dwelling == chosen


def test_a_dwelling_that_lacks_something_asks_for_a_reason(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
) -> None:
    found = need(household(), step_free=True)
    with pytest.raises(ValidationError) as error:
        offer(found, dwelling())
    assert list(error.value.error_dict) == ["choice_reason"]
    assert offer(found, dwelling(), choice_reason="Hiss installeras före inflyttningen").status == "open"


@pytest.mark.parametrize("days", [6, 31])
def test_a_day_outside_the_need_asks_for_a_reason(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    days: int,
    today: date,
) -> None:
    found, given = need(household()), {"move_in_on": today + timedelta(days=days)}
    with pytest.raises(ValidationError, match="inflyttningen är en annan dag") as error:
        offer(found, dwelling(), **given)
    assert list(error.value.error_dict) == ["choice_reason"]
    assert offer(found, dwelling(), **given, choice_reason="Familjen bor hos släktingar så länge").status == "open"


def test_a_late_need_takes_the_days_that_a_home_is_looked_for(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    late = need(household(), wanted_from=today - timedelta(days=9), wanted_by=today - timedelta(days=1))
    with pytest.raises(ValidationError, match="inflyttningen är en annan dag"):
        offer(late, dwelling(), move_in_on=today + timedelta(days=31))
    assert offer(late, dwelling(), move_in_on=today + timedelta(days=30)).choice_reason == ""


def _let(dwelling: Dwelling, household: Household, today: date) -> None:
    Tenancy.objects.create(
        dwelling=dwelling, case=household.case, form=OPEN_ENDED, persons=2, rent=1, starts_on=today - timedelta(days=9)
    )


def _blocked(dwelling: Dwelling, household: Household, today: date) -> None:
    DwellingBlock.objects.create(dwelling=dwelling, starts_on=today, reason="damage")


def _offered(dwelling: Dwelling, household: Household, today: date) -> None:
    other = HousingNeed.objects.create(case=household.case, adults=1, wanted_from=today, wanted_by=today)
    Offer.objects.create(need=other, dwelling=dwelling, made_on=today, move_in_on=today, reply_by=today)


def _small(dwelling: Dwelling, household: Household, today: date) -> None:
    Dwelling.objects.filter(pk=dwelling.pk).update(capacity=3)


def _gone(dwelling: Dwelling, household: Household, today: date) -> None:
    Dwelling.objects.filter(pk=dwelling.pk).update(available_to=today)


def _chosen(dwelling: Dwelling, household: Household, today: date) -> None:
    HousingNeed.objects.create(
        case=household.case, adults=1, wanted_from=today, wanted_by=today, locked_to=dwelling, locked_reason="Nära"
    )


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_let, "uthyrd"),
        (_blocked, "spärrad"),
        (_offered, "erbjuden ett annat hushåll"),
        (_chosen, "Ta bort det valet först"),
        (_small, "plats för 3"),
        (_gone, "har inte bostaden den dagen"),
    ],
)
def test_no_reason_outweighs_a_dwelling_that_is_not_there(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    spoil: Callable[[Dwelling, Household, date], None],
    words: str,
    today: date,
) -> None:
    home = dwelling()
    spoil(home, household(), today)
    with pytest.raises(ValidationError, match=words):
        offer(need(household()), home, choice_reason="Passar ändå")


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"move_in_on": -1}, "move_in_on"),
        ({"move_in_on": 1_100}, "move_in_on"),
        ({"reply_by": -1}, "reply_by"),
        ({"reply_by": 11}, "reply_by"),
    ],
)
def test_the_days_have_an_order(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    days: dict[str, int],
    field: str,
    today: date,
) -> None:
    changed = {name: today + timedelta(days=number) for name, number in days.items()}
    with pytest.raises(ValidationError) as error:
        offer(need(household()), dwelling(), **changed)
    assert list(error.value.error_dict) == [field]


def test_a_household_has_one_offer_at_a_time(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
) -> None:
    found = need(household())
    offer(found, dwelling())
    with pytest.raises(ValidationError, match="redan ett erbjudande"):
        offer(found, dwelling())


def test_the_landlord_offers_when_the_need_is_disclosed(
    letting: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    disclose: Callable[..., None],
) -> None:
    family, home = household(), dwelling()
    found = need(family)
    with pytest.raises(NotVisible):
        offer(found, home, by=letting)
    disclose(family, ["housing_need"])
    assert offer(found, home, by=letting).status == "open"


def test_a_protected_case_is_not_offered_anything_by_others(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
) -> None:
    found = need(household())
    Case.objects.filter(pk=found.case_id).update(protected_since="2026-11-20T08:00:00Z")
    with pytest.raises(NotVisible):
        offer(found, dwelling())


# --- answered ---------------------------------------------------------------------------------------------------------


def test_a_yes_is_a_lease_and_a_met_need(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    found, home = need(household()), dwelling()
    made = offer(found, home)
    lease = offers.accept(coordinator, offer=made, form=OPEN_ENDED, starts_on=made.move_in_on, today=today)
    made.refresh_from_db()
    found.refresh_from_db()
    assert (made.status, made.answered_on, made.tenancy) == ("accepted", today, lease)
    assert (found.status, found.status_on) == ("housed", today)
    assert (lease.dwelling, lease.case_id, lease.persons, lease.rent) == (home, found.case_id, 4, 8_000)
    assert AuditEntry.objects.filter(action="offer.accepted", case_id=found.case_id).exists()


def test_a_household_that_moves_says_why_it_has_two_leases(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    family = household()
    _let(dwelling(), family, today)
    made = offer(need(family), dwelling())
    asked = {"offer": made, "form": OPEN_ENDED, "starts_on": made.move_in_on, "today": today}
    with pytest.raises(ValidationError) as error:
        offers.accept(coordinator, **asked)
    assert list(error.value.error_dict) == ["reason"]
    lease = offers.accept(coordinator, **asked, reason="Byter till en större")
    assert lease.events.get().reason == "Byter till en större"


def test_when_the_lease_cannot_be_signed_nothing_has_happened(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    found, home = need(household()), dwelling()
    made = offer(found, home)
    _let(home, household(), today)
    with pytest.raises(ValidationError, match="uthyrd"):
        offers.accept(coordinator, offer=made, form=OPEN_ENDED, starts_on=made.move_in_on, today=today)
    made.refresh_from_db()
    found.refresh_from_db()
    assert (made.status, made.answered_on, made.tenancy, found.status) == ("open", None, None, "open")
    assert not AuditEntry.objects.filter(action="offer.accepted").exists()
    assert Tenancy.objects.count() == 1


def test_a_no_keeps_its_reason_out_of_the_journal_and_lets_the_choice_go(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    home = dwelling()
    found = need(household(), locked_to=home, locked_reason="Nära ett syskon")
    made = offer(found, home)
    offers.decline(coordinator, offer=made, reason="access", note="Trapporna", today=today)
    made.refresh_from_db()
    found.refresh_from_db()
    assert (made.status, made.decline_reason, made.note) == ("declined", "access", "Trapporna")
    assert (found.status, found.locked_to) == ("open", None)
    row = AuditEntry.objects.get(action="offer.declined")
    assert "access" not in str(row.details)
    assert row.reason == ""


@pytest.mark.parametrize(("given", "field"), [({"reason": ""}, "reason"), ({"reason": "other"}, "note")])
def test_a_no_says_why(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    given: dict[str, str],
    field: str,
    today: date,
) -> None:
    made = offer(need(household()), dwelling())
    with pytest.raises(ValidationError) as error:
        offers.decline(coordinator, offer=made, today=today, **given)
    assert list(error.value.error_dict) == [field]


def test_a_declined_dwelling_is_neither_proposed_nor_offered_again(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    found, home = need(household()), dwelling()
    assert matching.run(coordinator, today=today).result["placed"] == 1
    offers.decline(coordinator, offer=offer(found, home), reason="place", today=today)
    run = matching.run(coordinator, today=today)
    assert run.result["placed"] == 0
    assert run.result["unplaced"][0]["obstacles"][0]["kind"] == "declined"
    with pytest.raises(ValidationError, match="tackat nej"):
        offer(found, home, choice_reason="Fråga igen")


def test_an_offer_is_withdrawn_once_and_the_dwelling_is_free(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    found, home = need(household()), dwelling()
    made = offer(found, home)
    offers.withdraw_offer(coordinator, offer=made, today=today)
    with pytest.raises(ValidationError, match="redan besvarat"):
        offers.withdraw_offer(coordinator, offer=made, today=today)
    with pytest.raises(ValidationError, match="redan besvarat"):
        offers.accept(coordinator, offer=made, form=OPEN_ENDED, starts_on=made.move_in_on, today=today)
    assert offer(found, home).status == "open"


def test_the_usual_time_to_answer_never_ends_after_moving_in(municipality: None, today: date) -> None:
    assert offers.usual_reply_day(today + timedelta(days=30), today) == today + timedelta(days=7)
    assert offers.usual_reply_day(today + timedelta(days=2), today) == today + timedelta(days=2)


def test_the_choice_is_compared_with_the_latest_matching_of_the_own_branch(
    coordinator: Actor,
    letting: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    today: date,
) -> None:
    found, home = need(household()), dwelling()
    run = proposing(found, home, today)
    assert offers.run_to_compare(coordinator, found, None, today) == run
    assert offers.run_to_compare(letting, found, run.pk, today) is None
    assert offers.run_to_compare(coordinator, need(household()), None, today) is None


def test_a_matching_that_may_not_be_seen_demands_no_reason(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    today: date,
) -> None:
    found, hidden = need(household()), need(household())
    run = proposing(found, dwelling(), today)
    assert offers.run_to_compare(coordinator, found, run.pk, today) == run
    Case.objects.filter(pk=hidden.case_id).update(protected_since="2026-11-20T08:00:00Z")
    run.result |= {"needs": run.result["needs"] | {str(hidden.pk): ""}, "protected": [str(hidden.pk)]}
    run.save()
    assert offers.run_to_compare(coordinator, found, run.pk, today) is None
    assert offers.run_to_compare(coordinator, found, None, today) is None


def test_a_proposal_of_a_dwelling_that_may_not_be_shown_is_none(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    found, proposed, other = need(household()), dwelling(), household()
    # Their lease ends before the day, so that nothing but who lives there stands in the way.
    _let(proposed, other, today)
    Tenancy.objects.update(ends_on=today + timedelta(days=5))
    run = proposing(found, proposed, today)
    with pytest.raises(ValidationError, match="annan bostad än förslaget"):
        offer(found, dwelling(), run=run)
    Case.objects.filter(pk=other.case_id).update(protected_since="2026-11-20T08:00:00Z")
    assert offer(found, dwelling(), run=run).choice_reason == ""


def test_a_block_that_comes_later_asks_for_a_reason(
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    home = dwelling()
    DwellingBlock.objects.create(dwelling=home, starts_on=today + timedelta(days=60), reason="damage")
    found = need(household())
    with pytest.raises(ValidationError) as error:
        offer(found, home)
    assert list(error.value.error_dict) == ["choice_reason"]
    assert offer(found, home, choice_reason="Ett kort avtal före renoveringen").status == "open"


def test_the_need_of_a_closed_case_seeks_nothing_and_holds_no_home(
    coordinator: Actor,
    household: Callable[..., Household],
    need: Callable[..., HousingNeed],
    dwelling: Callable[..., Dwelling],
    offer: Callable[..., Offer],
    today: date,
) -> None:
    home = dwelling()
    closed = need(household(), locked_to=home, locked_reason="Nära skolan")
    waiting = offer(need(household()), dwelling())
    for one in (closed, waiting.need):
        one.case.closed_on = today
        one.case.save()
    other = need(household())
    rows, _more = need_queries.list_needs(coordinator, today=today)
    assert [row.need for row in rows] == [other]
    assert need_queries.counts(coordinator, today) == {"open": 1, "late": 0, "waiting": 0}
    assert offer(other, home).status == "open"
    page = need_queries.need_page(coordinator, waiting.need_id, today=today)
    assert (page.row.open, page.may_work) == (False, True)  # the offer can still be taken back
    offers.withdraw_offer(coordinator, offer=waiting, today=today)
    assert not need_queries.need_page(coordinator, waiting.need_id, today=today).may_work
