"""The matching as it is run and read: what goes in, what is kept, who sees what, and what has changed since."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case
from hemvist.access.roles import Role
from hemvist.housing import match_queries, matching
from hemvist.housing.models import Dwelling, DwellingBlock, HousingNeed, MatchRun, Offer, Tenancy
from hemvist.organisation.models import Municipality
from hemvist.reception.models import Assignment, Household

pytestmark = pytest.mark.django_db

Need, Home = Callable[..., HousingNeed], Callable[..., Dwelling]
House = Callable[..., Household]


def proposed(run: MatchRun) -> dict[str, str]:
    """Need → dwelling, by id."""
    return {one["need"]: one["dwelling"] for one in run.result["placements"]}


def shown(client: Client, today: date) -> str:
    """The page of the latest matching, as it is read that day."""
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC)):
        text = client.get(reverse("matching")).content.decode()
    return " ".join(strip_tags(text).replace("\xa0", " ").split())


# --- what goes in -----------------------------------------------------------------------------------------------------


def test_need_wishes_and_choice_become_a_seeker(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    home = dwelling()
    need(
        household(),
        wanted_from=today - timedelta(days=9),
        rooms=3,
        step_free=True,
        rent_max=9_000,
        wishes=[{"kind": "sfi", "area": ""}, {"kind": "family", "area": "norr"}],
        locked_to=home,
    )
    (seeker,) = matching.gather(coordinator, today).seekers
    assert (seeker.persons, seeker.rooms, seeker.step_free, seeker.rent_max) == (4, 3, True, 9_000)
    # Nobody can move in yesterday.
    assert (seeker.wanted_from, seeker.wanted_by) == (today, today + timedelta(days=30))
    assert [(wish.kind, wish.area) for wish in seeker.wishes] == [("sfi", ""), ("family", "norr")]
    assert seeker.locked_to == home.code
    assert seeker.stays_months is None


def test_a_late_need_is_still_matched(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    home = dwelling()
    late = need(household(), wanted_from=today - timedelta(days=20), wanted_by=today - timedelta(days=2))
    assert proposed(matching.run(coordinator, today=today)) == {str(late.pk): str(home.pk)}


def test_a_right_of_36_months_is_planned_for_and_never_longer(
    coordinator: Actor, household: House, need: Need, today: date
) -> None:
    coming, here = household(), household(received_on=today - timedelta(days=61))
    for family in (coming, here):
        Assignment.objects.filter(household=family).update(regime="BOS-2026")
        need(family, wanted_from=today)
    months = {seeker.key: seeker.stays_months for seeker in matching.gather(coordinator, today).seekers}
    by_case = {found.case_id: months[found.case.number] for found in HousingNeed.objects.select_related("case")}
    assert by_case == {coming.case_id: 36, here.case_id: 34}


def test_what_is_promised_is_left_out(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    offered, seeking = need(household()), need(household())
    promised, free = dwelling(), dwelling()
    Offer.objects.create(
        need=offered, dwelling=promised, made_on=today, move_in_on=today + timedelta(days=20), reply_by=today
    )
    found = matching.gather(coordinator, today)
    assert [one.key for one in found.seekers] == [seeking.case.number]
    assert [home.key for home in found.homes] == [free.code]
    # An offer may become a lease: it counts among those who live in the area.
    assert next(area.housed for area in found.areas if area.code == "centrum") == 1


def test_the_areas_know_how_many_live_there(
    coordinator: Actor, household: House, dwelling: Home, tenancy: Callable[..., Tenancy], today: date
) -> None:
    tenancy(dwelling(), household())
    ended = today - timedelta(days=1)
    tenancy(dwelling(), household(), ends_on=ended, moved_out_on=ended)
    tenancy(dwelling(area="norr"), household(), starts_on=today + timedelta(days=40))
    housed = {area.code: area.housed for area in matching.gather(coordinator, today).areas}
    assert (housed["centrum"], housed["norr"], housed["vaster"]) == (1, 1, 0)


def test_a_dwelling_in_an_unknown_area_is_told_and_left_out(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    need(household())
    home = dwelling(area="utanfor")
    run = matching.run(coordinator, today=today)
    assert (run.result["placed"], run.result["outside"]) == (0, [home.code])


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_a_run_keeps_ids_days_and_points_but_no_names(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    found, home = need(household(), wishes=[{"kind": "sfi", "area": ""}]), dwelling()
    run = matching.run(coordinator, today=today)
    assert proposed(run) == {str(found.pk): str(home.pk)}
    assert run.result["optimal"] is True
    assert run.policy["weights"]["sfi"] == 50
    assert (run.policy["reference"], run.policy["confirmed"]) == ("Exempel, inte beslutat", False)
    kept = json.dumps([run.result, run.policy])
    assert not [word for word in ("Testsson", "Olena", "ukrainska", "UTLL", found.case.number) if word in kept]
    row = AuditEntry.objects.get(action="matching.ran")
    assert row.object_ids == [str(found.pk)]
    assert row.details == {"run": str(run.pk), "homes": 1, "placed": 1}


def test_a_chosen_dwelling_stays_chosen(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    near, far = dwelling(), dwelling(area="orter")
    wish = [{"kind": "sfi", "area": ""}]
    chosen = need(household(), wishes=wish, locked_to=far, locked_reason="Nära ett syskon")
    other = need(household(), wishes=wish)
    assert proposed(matching.run(coordinator, today=today)) == {
        str(chosen.pk): str(far.pk),
        str(other.pk): str(near.pk),
    }


def test_more_get_a_home_than_in_turn(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    # In turn the small household, who came first, takes the large flat that the large one needs.
    large = dwelling(code="A", capacity=6)
    small = dwelling(code="B", capacity=2)
    two = need(household(), children=0, wanted_from=today)
    six = need(household(), children=4, wanted_from=today + timedelta(days=1))
    run = matching.run(coordinator, today=today)
    assert proposed(run) == {str(two.pk): str(small.pk), str(six.pk): str(large.pk)}
    assert run.result["by_hand"]["placed"] == 1


def test_who_is_left_without_is_told_why_and_what_would_help(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    dwelling(capacity=4)
    need(household(), children=4)
    matching.run(coordinator, today=today)
    page = match_queries.latest(coordinator, today)
    assert page is not None
    (without,) = page.without
    assert "plats för färre" in without.steps[0].text
    assert (
        without.helps[0].render(show=str) == f"En bostad med plats för 6 saknas till den {today + timedelta(days=30)}."
    )


# --- what each may see ------------------------------------------------------------------------------------------------


def test_the_landlord_runs_with_what_was_disclosed(
    letting: Actor, household: House, need: Need, dwelling: Home, disclose: Callable[..., None], today: date
) -> None:
    home = dwelling()
    need(household())
    known = household()
    found = need(known)
    disclose(known, ["housing_need"])
    assert proposed(matching.run(letting, today=today)) == {str(found.pk): str(home.pk)}
    page = match_queries.latest(letting, today)
    assert page is not None
    assert [(one.row.case.number, one.row.name) for one in page.proposals] == [(known.case.number, "")]


def test_each_branch_reads_its_own_runs(
    coordinator: Actor, letting: Actor, need: Need, household: House, today: date
) -> None:
    need(household())
    run = matching.run(coordinator, today=today)
    assert match_queries.read(coordinator, run.pk, today).run == run
    assert match_queries.latest(letting, today) is None
    with pytest.raises(NotVisible):
        match_queries.read(letting, run.pk, today)


def test_a_case_that_became_protected_is_no_longer_shown(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    dwelling()
    found = need(household())
    run = matching.run(coordinator, today=today)
    Case.objects.filter(pk=found.case_id).update(protected_since=timezone.now())
    page = match_queries.read(coordinator, run.pk, today)
    assert (page.proposals, page.without, page.withheld) == ((), (), 1)
    assert AuditEntry.objects.get(action="matching.viewed").object_ids == []


def test_a_matching_with_a_protected_household_is_for_those_who_may_know_of_it(
    coordinator: Actor, actor: Callable[..., Actor], household: House, need: Need, dwelling: Home, today: date
) -> None:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    home = dwelling()
    found, other = need(household()), need(household(), children=4)
    earlier = matching.run(coordinator, today=today)
    Case.objects.filter(pk=found.case_id).update(protected_since=timezone.now())
    run = matching.run(trusted, today=today)
    assert proposed(run) == {str(found.pk): str(home.pk)}
    assert list(match_queries.runs(trusted, today)) == [run, earlier]
    assert list(match_queries.runs(coordinator, today)) == [earlier]
    with pytest.raises(NotVisible):
        match_queries.read(coordinator, run.pk, today)
    mine = matching.run(coordinator, today=today)
    assert list(mine.result["needs"]) == [str(other.pk)]
    assert match_queries.latest_run(coordinator, today) == mine


def test_everybody_gets_the_same_homes_whoever_lives_there(
    coordinator: Actor,
    actor: Callable[..., Actor],
    household: House,
    need: Need,
    dwelling: Home,
    tenancy: Callable[..., Tenancy],
    today: date,
) -> None:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    leaving, home = household(), dwelling()
    hidden, outside = dwelling(), dwelling(area="utanfor")
    for one in (hidden, outside):
        tenancy(one, leaving, ends_on=today + timedelta(days=9))
    need(household())
    Case.objects.filter(pk=leaving.case_id).update(protected_since=timezone.now())
    run = matching.run(trusted, today=today)
    assert (list(run.result["homes"]), run.result["outside"]) == ([str(home.pk)], [])
    page = match_queries.latest(coordinator, today)
    assert page is not None
    assert (page.run, page.homes, bool(page.changes)) == (run, 1, False)


def test_what_an_earlier_matching_says_of_a_home_is_hidden_with_it(
    coordinator: Actor, household: House, need: Need, dwelling: Home, tenancy: Callable[..., Tenancy], today: date
) -> None:
    chosen, outside = dwelling(capacity=2), dwelling(area="utanfor")
    need(household(), locked_to=chosen)
    run = matching.run(coordinator, today=today)

    def read() -> tuple[bool, tuple[str, ...]]:
        page = match_queries.read(coordinator, run.pk, today)
        (without,) = page.without
        assert without.helps
        return any(chosen.code in step.render() for step in without.steps), page.outside

    assert read() == (True, (outside.code,))
    hidden = household()
    for one in (chosen, outside):
        tenancy(one, hidden)
    Case.objects.filter(pk=hidden.case_id).update(protected_since=timezone.now())
    assert read() == (False, ())


def test_who_has_a_home_chosen_that_may_not_be_shown_is_set_aside_without_saying_which(
    coordinator: Actor,
    actor: Callable[..., Actor],
    household: House,
    need: Need,
    dwelling: Home,
    tenancy: Callable[..., Tenancy],
    today: date,
) -> None:
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    hidden, hers = dwelling(), dwelling()
    protected = household()
    tenancy(hidden, protected, ends_on=today + timedelta(days=9))
    chosen, own = need(household(), locked_to=hidden), need(protected, locked_to=hers)
    Case.objects.filter(pk=protected.case_id).update(protected_since=timezone.now())
    for reader, aside in ((coordinator, {chosen}), (trusted, {chosen, own})):
        assert set(matching.gather(reader, today).aside) == aside
        run = matching.run(reader, today=today)
        assert not [word for word in (hidden, hers) if word.code in json.dumps(run.result)]
        page = match_queries.latest(reader, today)
        assert page is not None
        assert {one.row.need for one in page.without} == aside
        assert {step.text for one in page.without for step in one.steps} == {matching.SET_ASIDE}
        why = match_queries.explained(reader, chosen.pk, today)
        assert (why.seeking, why.aside) == (False, True)


def test_matchings_that_are_hidden_do_not_push_out_those_that_are_not(
    coordinator: Actor,
    actor: Callable[..., Actor],
    household: House,
    need: Need,
    dwelling: Home,
    today: date,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(match_queries, "LOOKED_THROUGH", 2)
    trusted = actor(Role.COORDINATOR, handles_protected=True)
    dwelling()
    need(household())
    mine = matching.run(coordinator, today=today)
    hidden = []

    def cost() -> int:
        found = need(household())
        Case.objects.filter(pk=found.case_id).update(protected_since=timezone.now())
        hidden.append(matching.run(trusted, today=today))
        with CaptureQueriesContext(connection) as seen:
            assert list(match_queries.runs(coordinator, today)) == [mine]
        return len(seen)

    assert len({cost() for _n in range(4)}) == 1
    assert list(match_queries.runs(trusted, today)) == [*reversed(hidden[-2:]), mine]
    # One that is asked for is found, however many there are.
    assert match_queries.read(trusted, hidden[0].pk, today).run == hidden[0]
    with pytest.raises(NotVisible):
        match_queries.read(coordinator, hidden[0].pk, today)


def test_a_role_without_the_permission_is_refused(actor: Callable[..., Actor], today: date) -> None:
    with pytest.raises(Refused):
        matching.run(actor(Role.SCHOOL_ADMINISTRATOR), today=today)


def test_running_and_reading_take_as_many_queries_for_many_as_for_few(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    def one() -> None:
        need(household(), wishes=[{"kind": "sfi", "area": ""}])
        dwelling()
        need(household(), children=5)

    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as ran:
            matching.run(coordinator, today=today)
        with CaptureQueriesContext(connection) as read:
            match_queries.latest(coordinator, today)
        return len(ran), len(read)

    one()
    few = cost()
    for _n in range(3):
        one()
    assert cost() == few


# --- what has changed since -------------------------------------------------------------------------------------------


def since(actor: Actor, today: date) -> match_queries.Changes:
    page = match_queries.latest(actor, today)
    assert page is not None
    assert page.changes is not None
    return page.changes


def test_nothing_has_changed_by_waiting(
    coordinator: Actor, household: House, need: Need, dwelling: Home, tenancy: Callable[..., Tenancy], today: date
) -> None:
    dwelling()
    tenancy(dwelling(), household(), ends_on=today + timedelta(days=1))
    need(household())
    matching.run(coordinator, today=today)
    assert not since(coordinator, today)
    # A vacant dwelling is vacant tomorrow too.
    assert not since(coordinator, today + timedelta(days=1))


def test_what_is_not_as_it_was_is_counted(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    changed, gone = need(household()), need(household())
    kept, taken = dwelling(), dwelling()
    matching.run(coordinator, today=today)
    HousingNeed.objects.filter(pk=changed.pk).update(step_free=True)
    HousingNeed.objects.filter(pk=gone.pk).update(status="withdrawn")
    need(household())
    Dwelling.objects.filter(pk=kept.pk).update(rent=9_000)
    Dwelling.objects.filter(pk=taken.pk).update(available_to=today - timedelta(days=1))
    dwelling()
    dwelling()
    assert since(coordinator, today) == match_queries.Changes(
        needs_new=1, needs_changed=1, needs_gone=1, homes_new=2, homes_changed=1, homes_gone=1
    )


def test_a_home_whose_free_day_moves_is_changed_and_one_that_becomes_free_has_not_been_added(
    coordinator: Actor,
    client_for: Callable[..., Client],
    household: House,
    need: Need,
    dwelling: Home,
    tenancy: Callable[..., Tenancy],
    today: date,
) -> None:
    moved = tenancy(dwelling(), household(), ends_on=today + timedelta(days=10))
    let = tenancy(dwelling(), household())
    need(household())
    matching.run(coordinator, today=today)
    Tenancy.objects.filter(pk__in=[moved.pk, let.pk]).update(ends_on=today + timedelta(days=20))
    dwelling()
    assert since(coordinator, today) == match_queries.Changes(homes_new=2, homes_changed=1)
    text = shown(client_for(coordinator), today)
    assert "2 bostäder till är eller blir lediga" in text
    assert "1 bostad är ändrad" in text


def test_a_block_and_new_weights_are_changes(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    home = dwelling()
    need(household())
    matching.run(coordinator, today=today)
    DwellingBlock.objects.create(dwelling=home, starts_on=today, ends_on=today + timedelta(days=3), reason="damage")
    assert since(coordinator, today).homes_changed == 1
    own = Municipality.objects.get()
    own.data["housing"]["matching"]["weights"]["sfi"] = 10
    own.save()
    assert since(coordinator, today).policy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("long_wait_days", 7),
        ("rent_over_percent", 7),
        ("crowded", 7),
        ("most_in_building", 7),
        ("decision_reference", "KS § 7"),
        ("minutes_school", 7),
        ("most_households", 7),
    ],
)
def test_all_that_the_municipality_has_decided_is_kept_and_compared(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date, name: str, value: object
) -> None:
    need(household())
    run = matching.run(coordinator, today=today)
    assert not since(coordinator, today)
    own = Municipality.objects.get()
    asked = own.data["housing"]["matching"]
    (asked if name in asked or name == "most_in_building" else own.data["housing"]["areas"][0])[name] = value
    own.save()
    assert since(coordinator, today) == match_queries.Changes(policy=True)
    kept = {**run.policy, **run.policy["areas"][0]}
    assert {"weights", "far_minutes", "crowded", "most_in_building", "reference", "minutes", "most"} <= kept.keys()


def test_who_lives_in_an_area_is_no_policy(
    coordinator: Actor, household: House, need: Need, dwelling: Home, tenancy: Callable[..., Tenancy], today: date
) -> None:
    home = dwelling(available_to=today - timedelta(days=1))
    need(household())
    matching.run(coordinator, today=today)
    tenancy(home, household())
    assert not since(coordinator, today)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_a_row_tells_the_rent_and_what_is_not_met(
    coordinator: Actor, client_for: Callable[..., Client], household: House, need: Need, dwelling: Home, today: date
) -> None:
    need(household(), rent_max=9_500, wishes=[{"kind": "sfi", "area": ""}, {"kind": "family", "area": "orter"}])
    own = Municipality.objects.get()
    own.data["housing"]["matching"]["far_minutes"] = 40
    own.save()
    dwelling(area="orter", rent=11_300)
    matching.run(coordinator, today=today)
    text = shown(client_for(coordinator), today)
    assert "3 rum, plats för 4, hyra 11 300 kr" in text
    assert "över önskad hyra" in text
    assert "önskemål som inte uppfylls: nära till sfi" in text
    assert "nära till sfi, nära anhöriga" not in text
    # One household, one home: in turn gives the same.
    assert "Ingen skillnad mot turordning den här gången." in text
    assert "i stället för" not in text


# --- why --------------------------------------------------------------------------------------------------------------


def test_a_matching_that_still_holds_is_not_made_again_to_explain_it(
    coordinator: Actor,
    household: House,
    need: Need,
    dwelling: Home,
    today: date,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wish = [{"kind": "sfi", "area": ""}]
    placed, left = need(household(), wishes=wish), need(household(), children=5)
    need(household())
    dwelling()
    dwelling(area="norr")
    dwelling(area="orter", rent=9_000)
    afresh = [match_queries.explained(coordinator, one.pk, today) for one in (placed, left)]
    matching.run(coordinator, today=today)
    made: list[object] = []
    solve = match_queries.match

    def counted(*asked: object, **more: object) -> object:
        made.append(more)
        return solve(*asked, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(match_queries, "match", counted)
    kept = [match_queries.explained(coordinator, one.pk, today) for one in (placed, left)]
    assert made == []
    for one, other in zip(afresh, kept, strict=True):
        assert replace(one, row=other.row, without=None) == replace(other, without=None)
        assert (one.without and one.without.steps) == (other.without and other.without.steps)
    assert afresh[0].chosen
    assert afresh[1].without
    # Another rent is another matching.
    Dwelling.objects.filter(area="orter").update(rent=9_100)
    match_queries.explained(coordinator, placed.pk, today)
    assert made == [{"time_limit": match_queries.WHY_SECONDS}]


def asked_about(client: Client, found: HousingNeed, today: date, bostad: object) -> tuple[str, match_queries.Why]:
    """The page of why, with a dwelling chosen to compare with."""
    with time_machine.travel(datetime(today.year, today.month, today.day, 9, tzinfo=UTC)):
        response = client.get(reverse("match-why", args=[found.pk]), {"bostad": str(bostad)})
    assert response.status_code == 200
    return response.content.decode(), response.context["why"]


def test_a_home_that_is_asked_about_is_told_as_the_nearest_are(
    coordinator: Actor,
    household: House,
    need: Need,
    dwelling: Home,
    today: date,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wish = [{"kind": "sfi", "area": ""}]
    found, other = need(household(), wishes=wish), need(household(), wishes=wish, rent_max=7_000)
    dwelling()
    small, worse, refused = dwelling(capacity=2), dwelling(area="orter", rent=11_000), dwelling()
    late, taken = dwelling(available_from=today + timedelta(days=90)), dwelling(rent=6_000)
    Offer.objects.create(
        need=found,
        dwelling=refused,
        made_on=today,
        move_in_on=today,
        reply_by=today,
        status="declined",
        decline_reason="place",
    )
    matching.run(coordinator, today=today)
    for one in (found, other):
        nearest = {each.dwelling: each for each in match_queries.explained(coordinator, one.pk, today).alternatives}
        assert len(nearest) == 5
        with monkeypatch.context() as none:
            none.setattr(match_queries, "ALTERNATIVES", 0)
            for home, told in nearest.items():
                why = match_queries.explained(coordinator, one.pk, today, compare=str(home.pk))
                assert why.alternatives == (replace(told, asked=True),)
    said = {
        home: " ".join(
            step.render(show=str)
            for step in match_queries.explained(coordinator, found.pk, today, compare=str(home.pk))
            .alternatives[0]
            .steps
        )
        for home in (small, worse, refused, late, taken)
    }
    assert said[small] == "Bostaden rymmer 2 och hushållet är 4."
    assert said[refused] == "Hushållet har tackat nej till bostaden."
    assert "inte ledig för hela tiden" in said[late]
    assert "Sämre: nära till sfi." in said[worse]
    # What it would mean for all is counted, for a home that another household is to have too.
    assert all("Om hushållet får den, går alla" in said[home] for home in (worse, taken))


def test_the_page_answers_for_a_home_that_is_not_among_the_nearest(
    coordinator: Actor, client_for: Callable[..., Client], household: House, need: Need, dwelling: Home, today: date
) -> None:
    found, client = need(household(), rooms=3), client_for(coordinator)
    for _n in range(6):
        dwelling()
    small = dwelling(code="LITEN", rooms=1, capacity=2)
    text, why = asked_about(client, found, today, "")
    assert small not in {one.dwelling for one in why.alternatives}
    assert f'<option value="{small.pk}">' in text
    assert f'<option value="{why.chosen and why.chosen.dwelling.pk}"' not in text
    text, asked = asked_about(client, found, today, small.pk)
    assert [one.asked for one in asked.alternatives] == [True] + [False] * match_queries.ALTERNATIVES
    assert asked.alternatives[1:] == why.alternatives
    assert f'<option value="{small.pk}" selected>' in text
    for words in ("Bostaden rymmer 2 och hushållet är 4.", "Bostaden har 1 rum och hushållet behöver 3."):
        assert words in text
    # One of the nearest is told once.
    again = asked_about(client, found, today, why.alternatives[-1].dwelling.pk)[1]
    assert again.alternatives[0] == replace(why.alternatives[-1], asked=True)
    assert again.alternatives[1:] == why.alternatives[:-1]


def test_a_home_that_may_not_be_shown_is_neither_listed_nor_told_of(
    coordinator: Actor,
    actor: Callable[..., Actor],
    client_for: Callable[..., Client],
    household: House,
    need: Need,
    dwelling: Home,
    tenancy: Callable[..., Tenancy],
    today: date,
) -> None:
    hidden, leaving, found = dwelling(capacity=2), household(), need(household())
    tenancy(hidden, leaving, ends_on=today + timedelta(days=9))
    dwelling()
    client = client_for(coordinator)
    text, why = asked_about(client, found, today, hidden.pk)
    assert why.alternatives[0].asked
    assert hidden.address in text
    Case.objects.filter(pk=leaving.case_id).update(protected_since=timezone.now())
    unknown = asked_about(client, found, today, found.pk)[1]
    for reader in (client, client_for(actor(Role.COORDINATOR, handles_protected=True))):
        # Answered as for an id that is nobody's, and one that cannot be.
        for bostad in (hidden.pk, "x' \x00"):
            text, why = asked_about(reader, found, today, bostad)
            assert (why.alternatives, why.others) == (unknown.alternatives, unknown.others)
            assert not [word for word in (hidden.address, f'<option value="{hidden.pk}"') if word in text]


def test_asking_about_a_home_takes_as_many_queries_for_many_as_for_few(
    coordinator: Actor, household: House, need: Need, dwelling: Home, today: date
) -> None:
    found, home = need(household()), dwelling(capacity=2)

    def cost(compare: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            match_queries.explained(coordinator, found.pk, today, compare=compare)
        return len(seen)

    few = cost("")
    for _n in range(7):
        dwelling()
        need(household())
    assert cost("") == cost(str(home.pk)) == few
