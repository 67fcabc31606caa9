"""Leases: signed, given notice of, extended, ended, voided; their checklists; and who may do it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.housing.rights import END, LATER, RECEIVED, rule, settle

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.housing import lease_queries, need_queries, offers, policy_data, queries, tenancies
from hemvist.housing.days import Standing, State, standing
from hemvist.housing.lease_queries import LeaseFilter
from hemvist.housing.models import ChecklistTick, Dwelling, DwellingBlock, HousingNeed, Offer, Tenancy, TenancyEvent
from hemvist.organisation import records
from hemvist.organisation.housing_schema import HousingFile
from hemvist.reception.models import Household

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Form, Kind = Tenancy.Form, TenancyEvent.Kind


@pytest.fixture(autouse=True)
def _as_if_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases under lag (2026:1326) can be written all through these tests but where the day itself is tried."""
    monkeypatch.setattr(tenancies, "IN_FORCE", date(2016, 3, 1))


@pytest.fixture
def sign(coordinator: Actor, today: date) -> Callable[..., Tenancy]:
    """``sign(dwelling, household, by=…, **changes)``: an open-ended lease from today."""

    def make(dwelling: Dwelling, household: Household, by: Actor | None = None, **changes: Any) -> Tenancy:
        values: dict[str, Any] = {"form": Form.OPEN_ENDED, "starts_on": today, "persons": 4, "today": today}
        return tenancies.sign(by or coordinator, dwelling=dwelling, case=household.case, **{**values, **changes})

    return make


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch, municipality: None) -> None:
    """A municipality that lets for two years at a time."""
    file = records.housing()
    assert file is not None
    lease = {
        "code": "fixed",
        "label": {"sv": "Två år", "en": "Two years"},
        "months": 24,
        "notice_months_tenant": 1,
        "notice_months_landlord": 0,
        "reference": {"sv": "Beslut", "en": "Decision"},
    }
    data = file.model_dump()
    changed = HousingFile.model_validate({**data, "leases": [*data["leases"], lease]})
    monkeypatch.setattr(policy_data, "housing", lambda: changed)


def on_day(dwelling: Dwelling, day: date, today: date) -> Standing:
    return standing(queries.calendars([dwelling])[dwelling.pk], day, today)


def kinds(tenancy: Tenancy) -> list[str]:
    return list(tenancy.events.values_list("kind", flat=True))


# --- signed -----------------------------------------------------------------------------------------------------------


class TestSign:
    def test_what_is_left_out_follows_the_form_and_the_dwelling(
        self, sign: Any, dwelling: Any, household: Any, today: date
    ) -> None:
        lease = sign(dwelling(rent=9_100), household(), signed_on=today - DAY)
        assert (lease.rent, lease.second_hand, lease.ends_on) == (9_100, False, None)
        assert (lease.notice_months_tenant, lease.notice_months_landlord) == (3, 3)
        assert kinds(lease) == [Kind.SIGNED]
        entry = AuditEntry.objects.get(action="tenancy.signed")
        assert entry.case_id == lease.case_id

    def test_a_right_needs_its_last_day_and_is_second_hand_here(
        self, sign: Any, dwelling: Any, household: Any, today: date
    ) -> None:
        one, home = dwelling(), household()
        with pytest.raises(ValidationError) as error:
            sign(one, home, form=Form.RIGHT)
        assert "kan inte räknas ut här" in error.value.message_dict["ends_on"][0]
        with pytest.raises(ValidationError, match="inte klarlagd") as error:
            sign(one, home, form=Form.RIGHT, ends_on=date(2029, 11, 22))
        assert set(error.value.message_dict) == {"reason"}
        lease = sign(one, home, form=Form.RIGHT, ends_on=date(2029, 11, 22), reason="Kommunen väntar på T-6")
        assert (lease.ends_on, lease.second_hand) == (date(2029, 11, 22), True)

    def test_no_lease_is_written_under_the_act_before_it_is_in_force(
        self, sign: Any, dwelling: Any, household: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.undo()
        one, home = dwelling(), household()
        given = {"form": Form.RIGHT, "ends_on": date(2029, 12, 1), "reason": "Prov"}
        with pytest.raises(ValidationError, match=r"Lagen \(2026:1326\) gäller från") as error:
            sign(one, home, starts_on=date(2026, 12, 31), **given)
        assert set(error.value.message_dict) == {"form"}
        assert sign(one, home, starts_on=date(2027, 1, 1), **given).ends_on == date(2029, 12, 1)

    def test_no_lease_under_the_act_where_nobody_has_the_right(
        self, sign: Any, dwelling: Any, household: Any, letting: Actor, disclose: Any
    ) -> None:
        home = household(category="self_settled", assigned=False, received_on=date(2026, 11, 1))
        given = {"form": Form.RIGHT, "starts_on": RECEIVED, "ends_on": END, "reason": "Prov"}
        with pytest.raises(ValidationError, match="Ingen i hushållet har rätt till boende") as error:
            sign(dwelling(), home, **given)
        assert set(error.value.message_dict) == {"form"}
        # The landlord has not been told of the right, and is not told by being refused.
        disclose(home, ["housing_need"])
        assert sign(dwelling(), home, by=letting, **given).form == Form.RIGHT

    def test_a_right_that_is_known_gives_its_last_day(
        self, sign: Any, dwelling: Any, household: Any, letting: Actor, disclose: Any
    ) -> None:
        rule("U15", "same_day")
        home = settle(household())
        lease = sign(dwelling(), home, form=Form.RIGHT, starts_on=RECEIVED, today=LATER)
        assert lease.ends_on == END
        # The landlord may let, but has not been told when the right ends.
        other = settle(household(reference="MV-2"))
        disclose(other, ["housing_need"])
        with pytest.raises(ValidationError, match="kan inte räknas ut här"):
            sign(dwelling(), other, by=letting, form=Form.RIGHT, starts_on=RECEIVED)

    def test_a_day_beyond_the_right_needs_a_reason(
        self, sign: Any, dwelling: Any, household: Any, letting: Actor, disclose: Any
    ) -> None:
        rule("U15", "same_day")
        home, one = settle(household()), dwelling()
        given = {"form": Form.RIGHT, "starts_on": RECEIVED, "today": LATER}
        with pytest.raises(ValidationError) as error:
            sign(one, home, ends_on=END + DAY, **given)
        assert set(error.value.message_dict) == {"reason"}
        assert "15 februari 2030" in error.value.messages[0].replace("\N{NO-BREAK SPACE}", " ")
        lease = sign(one, home, ends_on=END + DAY, reason="Skolåret ut", **given)
        assert (lease.ends_on, lease.events.get().reason) == (END + DAY, "Skolåret ut")
        # The landlord has not been told when the right ends: a day of its own needs a reason all the same.
        other = settle(household(reference="MV-2"))
        disclose(other, ["housing_need"])
        theirs = sign(
            dwelling(), other, by=letting, form=Form.RIGHT, starts_on=RECEIVED, ends_on=END + DAY, reason="Enligt avtal"
        )
        assert theirs.ends_on == END + DAY
        assert sign(dwelling(), settle(household()), ends_on=END, **given).ends_on == END

    def test_a_right_that_ends_before_the_lease_begins_is_told_so(
        self, sign: Any, dwelling: Any, household: Any
    ) -> None:
        rule("U15", "same_day")
        home, one = settle(household()), dwelling()
        late = {"form": Form.RIGHT, "starts_on": END + DAY, "today": LATER}
        for changes in ({}, {"reason": "Skolåret ut"}, {"ends_on": END + 9 * DAY}):
            with pytest.raises(ValidationError, match="innan avtalet börjar") as error:
                sign(one, home, **late, **changes)
            assert set(error.value.message_dict) == {"starts_on"}
        lease = sign(one, home, **late, ends_on=END + 9 * DAY, reason="Skolåret ut")
        assert lease.ends_on == END + 9 * DAY

    def test_a_lease_meets_the_open_need(
        self, sign: Any, dwelling: Any, household: Any, need: Any, today: date
    ) -> None:
        home = household()
        asked = need(home)
        # One that is over when it is written down gives nobody a home.
        sign(dwelling(), home, form=Form.RIGHT, starts_on=today - 9 * DAY, ends_on=today - DAY, reason="Prov")
        Tenancy.objects.update(moved_out_on=today - DAY)
        asked.refresh_from_db()
        assert asked.status == "open"
        sign(dwelling(), home)
        asked.refresh_from_db()
        assert (asked.status, asked.status_on) == ("housed", today)
        assert AuditEntry.objects.filter(action="housing_need.met", case_id=home.case_id).count() == 1
        waiting = need(household(reference="R-2"))
        offer = {"made_on": today, "move_in_on": today + DAY, "reply_by": today}
        Offer.objects.create(need=waiting, dwelling=dwelling(), **offer)
        with pytest.raises(ValidationError, match="väntar på svar"):
            sign(dwelling(), waiting.case.household)

    def test_a_household_with_two_homes_has_a_reason(
        self, sign: Any, dwelling: Any, household: Any, today: date
    ) -> None:
        home = household()
        first = sign(dwelling(), home, form=Form.RIGHT, ends_on=today + 9 * DAY, reason="Prov")
        with pytest.raises(ValidationError) as error:
            sign(dwelling(), home, starts_on=today + 9 * DAY)
        assert set(error.value.message_dict) == {"reason"}
        moves = sign(dwelling(), home, starts_on=today + 9 * DAY, reason="Byter till en större")
        assert (moves.events.get().kind, moves.events.get().reason) == (Kind.SIGNED, "Byter till en större")
        # Overdue, they live there still; moved out, they do not.
        other = household(reference="R-2")
        late = sign(dwelling(), other, form=Form.RIGHT, starts_on=today - 9 * DAY, ends_on=today - DAY, reason="Prov")
        with pytest.raises(ValidationError, match="redan ett avtal"):
            sign(dwelling(), other)
        Tenancy.objects.filter(pk=late.pk).update(moved_out_on=today - DAY)
        assert sign(dwelling(), other).events.get().reason == ""
        assert first.ends_on == today + 9 * DAY

    def test_a_dwelling_that_is_chosen_for_another_household_is_not_let(
        self, coordinator: Actor, sign: Any, dwelling: Any, household: Any, need: Any, today: date
    ) -> None:
        one, home, other = dwelling(), household(), household(reference="R-2")
        chosen = need(home, locked_to=one, locked_reason="Nära ett syskon")
        with pytest.raises(ValidationError, match="vald åt ett annat hushåll") as error:
            sign(one, other)
        assert home.case.number not in str(error.value)
        # Over before the day that it is wanted from.
        lease = sign(one, other, form=Form.RIGHT, ends_on=chosen.wanted_from - DAY, reason="Prov")
        with pytest.raises(ValidationError, match="Ta bort det valet först"):
            tenancies.extend(coordinator, tenancy=lease, ends_on=chosen.wanted_from, reason="x", today=today)
        tenancies.move_out(coordinator, tenancy=lease, last_day=today, keys="landlord", today=today)
        assert sign(one, home, starts_on=today + DAY).case_id == home.case_id

    def test_a_fixed_lease_ends_after_its_months(
        self, fixed: None, sign: Any, dwelling: Any, household: Any, today: date
    ) -> None:
        one, home = dwelling(), household()
        with pytest.raises(ValidationError, match="slutar senast"):
            sign(one, home, form=Form.FIXED, starts_on=date(2026, 12, 1), ends_on=date(2028, 12, 1))
        lease = sign(one, home, form=Form.FIXED, starts_on=date(2026, 12, 1))
        assert (lease.ends_on, lease.notice_months_tenant) == (date(2028, 11, 30), 1)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"form": Form.FIXED}, "form"),
            ({"persons": 5}, "persons"),
            ({"persons": 0}, "persons"),
            ({"rent": 100_001}, "rent"),
            ({"ends_on": date(2027, 1, 1)}, "ends_on"),
            ({"form": Form.RIGHT, "ends_on": date(2026, 11, 1), "reason": "Prov"}, "ends_on"),
            ({"signed_on": date(2026, 11, 24)}, "signed_on"),
            ({"starts_on": date(2026, 1, 1)}, "starts_on"),
        ],
    )
    def test_what_cannot_be_is_told_by_field(
        self, sign: Any, dwelling: Any, household: Any, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(ValidationError) as error:
            sign(dwelling(), household(), **changes)
        assert set(error.value.message_dict) == {field}
        assert not Tenancy.objects.exists()

    def test_a_day_that_somebody_has_is_refused_with_what_to_do(
        self, sign: Any, dwelling: Any, tenancy: Any, household: Any, need: Any, today: date
    ) -> None:
        home, other = household(), household(reference="R-2")
        let, ending, overdue, blocked, offered, leaving = (dwelling() for _number in range(6))
        tenancy(let, other)
        tenancy(ending, other, ends_on=today + 9 * DAY)
        tenancy(overdue, other, ends_on=today - DAY)
        DwellingBlock.objects.create(dwelling=blocked, starts_on=today, ends_on=today + DAY, reason="damage")
        offer = {"made_on": today, "move_in_on": today + 5 * DAY, "reply_by": today + 2 * DAY}
        Offer.objects.create(need=need(other), dwelling=offered, **offer)
        Dwelling.objects.filter(pk=leaving.pk).update(available_to=today + 90 * DAY)
        for one, words in (
            (let, "uthyrd tills vidare"),
            (ending, "Välj andra dagar"),
            (overdue, "Notera den först"),
            (blocked, "häv spärren"),
            (offered, "ta tillbaka erbjudandet"),
            (leaving, "Avtalet måste sluta senast då"),
        ):
            with pytest.raises(ValidationError, match=words):
                sign(one, home)
        assert sign(ending, home, starts_on=today + 10 * DAY).starts_on == today + 10 * DAY
        assert sign(blocked, household(reference="R-3"), starts_on=today + 2 * DAY).pk
        own = need(home)
        Offer.objects.filter(dwelling=offered).update(status="withdrawn")
        Offer.objects.create(need=own, dwelling=offered, **offer)
        with pytest.raises(ValidationError, match="Registrera att det tackar ja"):
            sign(offered, home)

    def test_a_closed_case_gets_no_lease(self, sign: Any, dwelling: Any, household: Any, today: date) -> None:
        home = household()
        Case.objects.filter(pk=home.case_id).update(closed_on=today, closed_reason="Flyttat")
        with pytest.raises(ValidationError, match="Öppna det igen"):
            sign(dwelling(), home)

    def test_another_branch_lets_by_what_was_disclosed(
        self, letting: Actor, actor: Any, sign: Any, dwelling: Any, household: Any, disclose: Any
    ) -> None:
        one, home = dwelling(), household()
        with pytest.raises(NotVisible):
            sign(one, home, by=letting)
        disclose(home, ["housing_need"])
        assert sign(one, home, by=letting).case_id == home.case_id
        with pytest.raises(Refused):
            sign(dwelling(), home, by=actor(Role.SOCIAL_SECRETARY))

    def test_a_protected_case_is_for_those_who_handle_them(
        self, coordinator: Actor, actor: Any, sign: Any, dwelling: Any, household: Any
    ) -> None:
        one, home = dwelling(), household()
        Case.objects.filter(pk=home.case_id).update(protected_since="2026-11-01T08:00Z")
        with pytest.raises(NotVisible):
            sign(one, home)
        handler = actor(Role.COORDINATOR, handles_protected=True)
        lease = sign(one, home, by=handler)
        with pytest.raises(NotVisible):
            tenancies.tick(coordinator, tenancy=lease, checklist="keys", code="receipt", today=lease.starts_on)
        # Who may not see the case may not let the dwelling either: it is not there.
        with pytest.raises(NotVisible):
            sign(one, household(reference="R-2"))

    def test_the_database_has_the_last_word(
        self, monkeypatch: pytest.MonkeyPatch, sign: Any, dwelling: Any, tenancy: Any, household: Any
    ) -> None:
        one = dwelling()
        tenancy(one, household())
        monkeypatch.setattr(tenancies, "_check_free", lambda *given, **named: None)
        with pytest.raises(ValidationError, match="redan uthyrd"):
            sign(one, household(reference="R-2"))
        assert Tenancy.objects.count() == 1


def test_the_database_refuses_a_day_let_twice(dwelling: Any, tenancy: Any, household: Any, today: date) -> None:
    one, home = dwelling(), household()
    tenancy(one, home, ends_on=today)
    later = tenancy(one, home, starts_on=today + DAY)
    for deed in (
        lambda: tenancy(one, home, starts_on=today, ends_on=today),
        lambda: tenancy(one, home, starts_on=today - 90 * DAY, ends_on=today - 30 * DAY),
        lambda: tenancy(one, home, starts_on=today + 400 * DAY),
        lambda: Tenancy.objects.filter(pk=later.pk).update(starts_on=today),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            deed()
    Tenancy.objects.filter(pk=later.pk).update(voided_at="2026-11-20T08:00Z")
    tenancy(one, home, starts_on=today + DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tenancy.objects.filter(pk=later.pk).update(voided_at=None)


# --- notice -----------------------------------------------------------------------------------------------------------


class TestNotice:
    @pytest.mark.parametrize(
        ("noticed_on", "last"),
        [
            (date(2026, 11, 1), date(2027, 2, 28)),
            (date(2026, 11, 23), date(2027, 2, 28)),
            (date(2026, 10, 31), date(2027, 1, 31)),
        ],
    )
    def test_the_lease_ends_with_a_month(
        self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date, noticed_on: date, last: date
    ) -> None:
        lease = tenancy(dwelling(), household(), notice_months_tenant=3)
        lease = tenancies.give_notice(coordinator, tenancy=lease, by="tenant", noticed_on=noticed_on, today=today)
        assert lease.ends_on == last
        event = lease.events.get()
        assert (event.kind, event.on, event.old_end, event.new_end) == (Kind.NOTICE_TENANT, noticed_on, None, last)

    def test_without_an_agreed_time_the_day_is_asked_for_and_needs_no_reason(
        self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        lease = tenancy(dwelling(), household(), notice_months_tenant=3)
        asked = {"tenancy": lease, "by": "landlord", "noticed_on": today, "today": today}
        with pytest.raises(ValidationError, match="Skriv varför hyresvärden"):
            tenancies.give_notice(coordinator, **asked)
        asked["reason"] = "Huset ska rivas"
        with pytest.raises(ValidationError, match="Ingen uppsägningstid") as error:
            tenancies.give_notice(coordinator, **asked)
        assert set(error.value.message_dict) == {"ends_on"}
        lease = tenancies.give_notice(coordinator, **asked, ends_on=today + 3 * DAY)
        assert lease.ends_on == today + 3 * DAY
        assert kinds(lease) == [Kind.NOTICE_LANDLORD]

    def test_another_day_needs_a_reason(
        self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        lease = tenancy(dwelling(), household(), notice_months_tenant=3)
        asked = {"tenancy": lease, "by": "tenant", "noticed_on": today, "ends_on": date(2026, 12, 15), "today": today}
        with pytest.raises(ValidationError) as error:
            tenancies.give_notice(coordinator, **asked)
        assert set(error.value.message_dict) == {"reason"}
        lease = tenancies.give_notice(coordinator, **asked, reason="Har fått egen bostad")
        assert lease.ends_on == date(2026, 12, 15)

    def test_what_cannot_be_given_notice_of(
        self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        home = household()
        soon = tenancy(dwelling(), home, ends_on=today + 3 * DAY, notice_months_tenant=1)
        lease = tenancy(dwelling(), home, notice_months_tenant=1)

        def give(one: Tenancy, **changes: Any) -> None:
            values = {"by": "tenant", "noticed_on": today, "today": today}
            tenancies.give_notice(coordinator, tenancy=one, **{**values, **changes})

        for one, changes, words in (
            (soon, {}, "slutar redan"),
            (lease, {"noticed_on": today + DAY}, "inte här än"),
            (lease, {"ends_on": today - DAY, "reason": "x"}, "före uppsägningen"),
            (lease, {"by": "nobody"}, "vem som säger upp"),
        ):
            with pytest.raises(ValidationError, match=words):
                give(one, **changes)
        give(lease)
        with pytest.raises(ValidationError, match="redan uppsagt"):
            give(lease)

    def test_withdrawn_it_goes_on_as_before_unless_another_is_to_move_in(
        self, coordinator: Actor, sign: Any, dwelling: Any, household: Any, today: date
    ) -> None:
        one, home = dwelling(), household()
        lease = sign(one, home)
        with pytest.raises(ValidationError, match="inte uppsagt"):
            tenancies.withdraw_notice(coordinator, tenancy=lease, today=today)
        lease = tenancies.give_notice(coordinator, tenancy=lease, by="tenant", noticed_on=today, today=today)
        assert on_day(one, today, today).state == State.ENDING
        next_one = sign(one, household(reference="R-2"), starts_on=lease.ends_on + DAY)
        with pytest.raises(ValidationError, match="uthyrd"):
            tenancies.withdraw_notice(coordinator, tenancy=lease, today=today)
        tenancies.void(coordinator, tenancy=next_one, reason="Tackade nej", today=today)
        lease = tenancies.withdraw_notice(coordinator, tenancy=lease, today=today)
        assert (lease.ends_on, kinds(lease)[-1]) == (None, Kind.NOTICE_WITHDRAWN)
        assert tenancies.standing_notice(lease.events.all()) is None
        assert tenancies.give_notice(coordinator, tenancy=lease, by="tenant", noticed_on=today, today=today).ends_on


# --- longer, ended, never ---------------------------------------------------------------------------------------------


class TestExtend:
    def test_within_the_form_it_needs_no_reason_beyond_it_does(
        self, fixed: None, coordinator: Actor, sign: Any, dwelling: Any, household: Any, today: date
    ) -> None:
        lease = sign(dwelling(), household(), form=Form.FIXED, ends_on=today + 90 * DAY)
        within, beyond = date(2028, 11, 22), date(2028, 11, 23)
        lease = tenancies.extend(coordinator, tenancy=lease, ends_on=within, today=today)
        with pytest.raises(ValidationError) as error:
            tenancies.extend(coordinator, tenancy=lease, ends_on=beyond, today=today)
        assert set(error.value.message_dict) == {"reason"}
        lease = tenancies.extend(coordinator, tenancy=lease, ends_on=beyond, reason="Skolåret", today=today)
        event = lease.events.last()
        assert (event.kind, event.old_end, event.new_end, event.reason) == (Kind.EXTENDED, within, beyond, "Skolåret")

    def test_what_is_not_extended(
        self, coordinator: Actor, sign: Any, dwelling: Any, household: Any, today: date
    ) -> None:
        right = sign(dwelling(), household(), form=Form.RIGHT, ends_on=today + 400 * DAY, reason="Prov")
        open_ended = sign(dwelling(), household())
        for lease, ends_on, words in (
            (right, today + 401 * DAY, "följer rätten"),
            (right, today + 400 * DAY, "Välj en senare dag"),
            (open_ended, today + DAY, "tills vidare"),
        ):
            with pytest.raises(ValidationError, match=words):
                tenancies.extend(coordinator, tenancy=lease, ends_on=ends_on, today=today)
        right = tenancies.give_notice(coordinator, tenancy=right, by="tenant", noticed_on=today, today=today)
        open_ended = tenancies.give_notice(coordinator, tenancy=open_ended, by="tenant", noticed_on=today, today=today)
        for lease in (right, open_ended):
            with pytest.raises(ValidationError, match="Återta uppsägningen"):
                tenancies.extend(coordinator, tenancy=lease, ends_on=today + 900 * DAY, reason="x", today=today)

    def test_a_block_or_another_lease_stands_in_the_way(
        self, coordinator: Actor, sign: Any, dwelling: Any, household: Any, today: date
    ) -> None:
        blocked, let = dwelling(), dwelling()
        end = today + 30 * DAY
        given = {"form": Form.RIGHT, "ends_on": end, "reason": "Prov"}
        first, second = (sign(one, household(), **given) for one in (blocked, let))
        DwellingBlock.objects.create(dwelling=blocked, starts_on=end + 5 * DAY, reason="damage")
        sign(let, household(reference="R-2"), starts_on=end + 5 * DAY)
        for lease in (first, second):
            with pytest.raises(ValidationError):
                tenancies.extend(coordinator, tenancy=lease, ends_on=end + 5 * DAY, reason="x", today=today)
            tenancies.extend(coordinator, tenancy=lease, ends_on=end + 4 * DAY, reason="x", today=today)


class TestMoveOut:
    def test_the_dwelling_is_vacant_from_the_next_day_with_its_keys_back(
        self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        one = dwelling(keys="tenant")
        lease = tenancy(one, household())
        lease = tenancies.move_out(coordinator, tenancy=lease, last_day=today - DAY, keys="reception", today=today)
        one.refresh_from_db()
        assert (lease.ends_on, lease.moved_out_on, one.keys) == (today - DAY, today - DAY, "reception")
        assert on_day(one, today - DAY, today).state == State.ENDING
        assert on_day(one, today, today).state == State.VACANT
        with pytest.raises(ValidationError, match="flyttat ut"):
            tenancies.move_out(coordinator, tenancy=lease, last_day=today, keys="reception", today=today)

    def test_what_cannot_be(self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date) -> None:
        one, home = dwelling(), household()
        lease = tenancy(one, home, ends_on=today - 9 * DAY)
        tenancy(one, household(reference="R-2"), starts_on=today - 5 * DAY)
        for last_day, keys, words in (
            (today + DAY, "landlord", "inte här än"),
            (today - 31 * DAY, "landlord", "innan avtalet började"),
            (today - 6 * DAY, "tenant", "nycklarna"),
            (today - 5 * DAY, "landlord", "Nästa avtal började"),
        ):
            with pytest.raises(ValidationError, match=words):
                tenancies.move_out(coordinator, tenancy=lease, last_day=last_day, keys=keys, today=today)
        lease = tenancies.move_out(coordinator, tenancy=lease, last_day=today - 6 * DAY, keys="landlord", today=today)
        assert lease.ends_on == today - 6 * DAY

    def test_one_that_was_wrong_is_taken_back_and_the_lease_goes_on(
        self, coordinator: Actor, dwelling: Any, sign: Any, household: Any, today: date
    ) -> None:
        one = dwelling()
        lease = sign(one, household(), starts_on=today - 30 * DAY)
        with pytest.raises(ValidationError, match="Ingen utflyttning"):
            tenancies.undo_move_out(coordinator, tenancy=lease, today=today)
        tenancies.move_out(coordinator, tenancy=lease, last_day=today - DAY, keys="reception", today=today)
        lease = tenancies.undo_move_out(coordinator, tenancy=lease, today=today)
        assert (lease.ends_on, lease.moved_out_on, kinds(lease)[-1]) == (None, None, Kind.MOVE_OUT_UNDONE)
        assert on_day(one, today, today).state == State.OCCUPIED
        # Told right, and somebody else comes: then it stays.
        tenancies.move_out(coordinator, tenancy=lease, last_day=today - 9 * DAY, keys="reception", today=today)
        sign(one, household(reference="R-2"), starts_on=today - 8 * DAY)
        with pytest.raises(ValidationError, match="uthyrd"):
            tenancies.undo_move_out(coordinator, tenancy=lease, today=today)
        assert Tenancy.objects.get(pk=lease.pk).moved_out_on == today - 9 * DAY

    def test_one_with_an_end_gets_its_end_back(
        self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        lease = tenancy(dwelling(), household(), ends_on=today - 3 * DAY)
        tenancies.move_out(coordinator, tenancy=lease, last_day=today, keys="landlord", today=today)
        lease = tenancies.undo_move_out(coordinator, tenancy=lease, today=today)
        assert (lease.ends_on, lease.moved_out_on) == (today - 3 * DAY, None)


def test_void_only_before_it_began(coordinator: Actor, sign: Any, dwelling: Any, household: Any, today: date) -> None:
    one = dwelling()
    begun = sign(dwelling(), household())
    coming = sign(one, household(), starts_on=today + DAY)
    assert on_day(one, today, today).state == State.PROMISED
    with pytest.raises(ValidationError, match="Notera utflyttningen"):
        tenancies.void(coordinator, tenancy=begun, reason="x", today=today)
    with pytest.raises(ValidationError, match="Skriv varför"):
        tenancies.void(coordinator, tenancy=coming, reason=" ", today=today)
    coming = tenancies.void(coordinator, tenancy=coming, reason="Tackade nej", today=today)
    assert (coming.void_reason, kinds(coming)[-1]) == ("Tackade nej", Kind.VOIDED)
    assert on_day(one, today, today).state == State.VACANT
    with pytest.raises(ValidationError, match="blev inte av"):
        tenancies.extend(coordinator, tenancy=coming, ends_on=today, today=today)


def test_a_mistake_is_struck_although_it_has_begun(
    coordinator: Actor, sign: Any, dwelling: Any, household: Any, today: date
) -> None:
    one = dwelling(furnishing="full", keys="tenant")
    lease = sign(one, household(), starts_on=today - 9 * DAY)
    asked = {"tenancy": lease, "mistake": True, "today": today}
    with pytest.raises(ValidationError, match="vad som blev fel"):
        tenancies.void(coordinator, **asked, reason=" ")
    lease = tenancies.void(coordinator, **asked, reason="Fel hushåll")
    assert lease.void_reason == "Registrerat av misstag: Fel hushåll"
    assert (kinds(lease), lease.events.last().reason) == ([Kind.SIGNED, Kind.VOIDED], lease.void_reason)
    one.refresh_from_db()
    assert (one.furnishing, one.keys) == ("full", "tenant")
    again = sign(one, household(reference="R-2"), starts_on=today - 9 * DAY)
    tenancies.move_out(coordinator, tenancy=again, last_day=today, keys="landlord", today=today)
    with pytest.raises(ValidationError, match="flyttat ut"):
        tenancies.void(coordinator, tenancy=again, mistake=True, reason="Fel hushåll", today=today)


@pytest.mark.parametrize("mistake", [False, True])
def test_the_need_is_open_again_when_the_lease_that_met_it_is_struck(
    coordinator: Actor, dwelling: Any, household: Any, need: Any, today: date, mistake: bool
) -> None:
    starts_on = today if mistake else today + 9 * DAY

    def given(home: Household, **changes: Any) -> tuple[HousingNeed, Tenancy]:
        one = dwelling()
        asked = need(home, locked_to=one, locked_reason="Nära ett syskon")
        offer = Offer.objects.create(need=asked, dwelling=one, made_on=today, move_in_on=starts_on, reply_by=today)
        lease = offers.accept(coordinator, offer=offer, form=Form.OPEN_ENDED, starts_on=starts_on, today=today)
        asked.refresh_from_db()
        assert asked.status == "housed"
        return asked, lease

    struck = {"reason": "Fel bostad", "mistake": mistake, "today": today}
    first, lease = given(household())
    tenancies.void(coordinator, tenancy=lease, **struck)
    first.refresh_from_db()
    assert (first.status, first.status_on, first.locked_to) == ("open", today, None)
    assert "Hyresavtalet ströks" in first.status_reason
    assert first.status_reason.endswith("Fel bostad")
    assert [one.pk for one in need_queries.seeking(coordinator, today)] == [first.pk]
    assert AuditEntry.objects.filter(action="housing_need.reopened", case_id=first.case_id).count() == 1
    # One open need at a time.
    second, lease = given(household(reference="R-2"))
    later = need(second.case.household)
    tenancies.void(coordinator, tenancy=lease, **struck)
    second.refresh_from_db()
    later.refresh_from_db()
    assert (second.status, later.status) == ("housed", "open")
    # A closed case looks for nothing.
    third, lease = given(household(reference="R-3"))
    Case.objects.filter(pk=third.case_id).update(closed_on=today, closed_reason="Flyttat")
    tenancies.void(coordinator, tenancy=lease, **struck)
    third.refresh_from_db()
    assert third.status == "housed"


def test_points_are_ticked_once_and_taken_back(
    coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
) -> None:
    lease = tenancy(dwelling(), household())
    for _twice in range(2):
        tenancies.tick(coordinator, tenancy=lease, checklist="keys", code="receipt", today=today)
    tick = ChecklistTick.objects.get()
    assert (tick.done_on, tick.done_by_id) == (today, coordinator.user_id)
    keys = next(each for each in _page(coordinator, lease, today).checklists if each.code == "keys")
    assert (keys.done, len(keys.points)) == (1, 3)
    with pytest.raises(ValidationError, match="finns inte"):
        tenancies.tick(coordinator, tenancy=lease, checklist="keys", code="beds", today=today)
    tenancies.untick(coordinator, tenancy=lease, checklist="keys", code="receipt", today=today)
    tenancies.untick(coordinator, tenancy=lease, checklist="keys", code="receipt", today=today)
    assert not ChecklistTick.objects.exists()
    assert AuditEntry.objects.filter(action="tenancy.ticked").count() == 1
    assert AuditEntry.objects.filter(action="tenancy.unticked").count() == 1


def _page(actor: Actor, lease: Tenancy, today: date) -> lease_queries.LeasePage:
    return lease_queries.get_tenancy(actor, lease.pk, today=today)


# --- who is told what -------------------------------------------------------------------------------------------------


class TestReach:
    def test_names_in_the_own_branch_numbers_elsewhere(
        self,
        letting: Actor,
        coordinator: Actor,
        dwelling: Any,
        tenancy: Any,
        household: Any,
        disclose: Any,
        today: date,
    ) -> None:
        home = household()
        lease = tenancy(dwelling(), home)
        own = _page(coordinator, lease, today)
        assert (own.name, own.household, own.may_work) == ("Olena Testsson", home, True)
        with pytest.raises(NotVisible):
            _page(letting, lease, today)
        assert lease_queries.list_tenancies(letting, LeaseFilter(), today=today)[0] == []
        disclose(home, ["housing_need"])
        theirs = _page(letting, lease, today)
        assert (theirs.name, theirs.household, theirs.may_work) == ("", None, True)
        assert AuditEntry.objects.filter(action="tenancy.viewed", case_id=home.case_id).count() == 2

    def test_a_lease_of_a_protected_household_is_not_there(
        self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        home = household()
        lease = tenancy(dwelling(), home)
        Case.objects.filter(pk=home.case_id).update(protected_since="2026-11-01T08:00Z")
        with pytest.raises(NotVisible):
            _page(coordinator, lease, today)
        assert lease_queries.list_tenancies(coordinator, LeaseFilter(), today=today)[0] == []
        with pytest.raises(ValidationError):
            lease_queries.case_by_number(coordinator, home.case.number, today)

    def test_the_list_is_narrowed(
        self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        home = household()
        made = {
            "current": tenancy(dwelling(), home),
            "coming": tenancy(dwelling(), home, starts_on=today + DAY),
            "ending": tenancy(dwelling(), home, ends_on=today + 30 * DAY),
            "overdue": tenancy(dwelling(), home, ends_on=today - DAY),
            "ended": tenancy(dwelling(), home, ends_on=today - DAY, moved_out_on=today - DAY),
            "voided": tenancy(dwelling(), home, voided_at="2026-11-20T08:00Z"),
        }

        def found(**wanted: Any) -> dict[str, str]:
            rows, more = lease_queries.list_tenancies(coordinator, LeaseFilter(**wanted), today=today)
            assert not more
            names = {lease.pk: name for name, lease in made.items()}
            return {names[row.tenancy.pk]: row.state for row in rows}

        assert list(found()) == ["overdue", "ending", "current", "coming"]
        for state in ("coming", "ending", "overdue", "ended"):
            assert found(state=state) == {state: state}
        assert found(state="all") == {name: name for name in made}
        assert found(state="all", form="right") == {}
        assert list(found(text=f"exempelvägen {made['current'].dwelling.code}")) == ["current"]
        assert len(found(text=home.case.number)) == 4

    def test_as_many_queries_for_twenty_as_for_two(
        self, coordinator: Actor, dwelling: Any, tenancy: Any, household: Any, today: date
    ) -> None:
        homes = [household(reference=f"R-{number}") for number in range(4)]

        def count(more: int) -> int:
            for number in range(more):
                tenancy(dwelling(), homes[number % 4])
            with CaptureQueriesContext(connection) as captured:
                assert lease_queries.list_tenancies(coordinator, LeaseFilter(), today=today)[0]
            return len(captured)

        assert count(2) == count(18)

    def test_it_takes_a_permission(self, actor: Any, dwelling: Any, tenancy: Any, household: Any, today: date) -> None:
        lease = tenancy(dwelling(), household())
        viewer = actor(Role.CONTROLLER)
        for deed in (
            lambda: _page(viewer, lease, today),
            lambda: lease_queries.list_tenancies(viewer, LeaseFilter(), today=today),
            lambda: tenancies.tick(viewer, tenancy=lease, checklist="keys", code="receipt", today=today),
            lambda: tenancies.move_out(viewer, tenancy=lease, last_day=today, keys="landlord", today=today),
        ):
            with pytest.raises(Refused):
                deed()
