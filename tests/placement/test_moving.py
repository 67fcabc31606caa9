"""A move of responsibility from draft to its day: previewed as it will be, taken back without a trace, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import ForeignKey, ManyToManyField
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.conftest import FOLDERS, family
from tests.placement.conftest import DAY, FUNCTIONS

from hemvist.access.actor import Actor, actor_for
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import AuditEntry, Case, CaseTransfer, RoleGrant, User
from hemvist.access.roles import Role
from hemvist.coordination import services as plan
from hemvist.coordination.models import Coordinator, PlanTask, TaskEvent
from hemvist.housing import match_queries, matching, need_queries
from hemvist.housing.models import Dwelling, HousingNeed
from hemvist.organisation.models import Branch, Move, Responsibility, Unit
from hemvist.organisation.queries import distribution_keys, responsible_unit
from hemvist.organisation.services import FolderError, load_municipality
from hemvist.placement import carrying_out, moving, queries
from hemvist.placement.moving import Access, Plan
from hemvist.planning.responsibility import Thing
from hemvist.reception import queries as reception
from hemvist.reception import services
from hemvist.reception.models import Disclosure, Household
from hemvist.reception.services import register_households

pytestmark = pytest.mark.django_db


def counts() -> dict[str, int]:
    """Every table's number of rows, but the journal's."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label
        in {"organisation", "access", "reception", "coordination", "housing", "compensation", "placement"}
    }


def test_the_preview_changes_nothing_and_says_what_will_happen(
    strategist: Actor,
    administrator: Actor,
    household: Callable[..., Household],
    to_social_services: Callable[..., Plan],
    coordinator: Actor,
    today: date,
) -> None:
    home = household(received_on=today - timedelta(days=3))
    gone = household(family="Stängdsson")
    services.close_case(coordinator, household=gone, reason="Flyttade", on=today, today=today)
    move = moving.draft_move(strategist, plan=to_social_services(), today=today)
    before = counts()
    would = moving.preview(strategist, move=move, today=today)
    assert counts() == before
    move.refresh_from_db()
    assert (move.status, move.outcome) == (Move.Status.DRAFT, {})
    assert Case.objects.get(pk=home.case_id).branch.code == "reception"
    assert Unit.objects.get(code="reception_sn").planned
    assert (would.open_cases, would.closed_cases) == (1, 1)
    assert {row["function"] for row in would.functions} == set(FUNCTIONS)
    assert {(row["from"], row["to"]) for row in would.functions} == {("integration", "reception_sn")}
    assert would.plan_tasks > 5
    assert would.coordinators == 2
    assert (would.units_opened, would.units_closed) == (["reception_sn"], ["integration"])
    moving.decide(
        administrator, move_id=move.pk, decided_on=today, decided_by="KF", diary_number="KS2026/1", today=today
    )
    (done,) = carrying_out.carry_out_due(DAY)
    assert {**done.outcome, "clauses": 0} == {**would.__dict__, "clauses": 0}


def test_on_the_day_the_new_staff_see_and_work_what_the_old_did(
    decided: Callable[..., Move],
    household: Callable[..., Household],
    coordinator: Actor,
    newly_appointed: User,
    today: date,
) -> None:
    home = household(received_on=today - timedelta(days=3))
    task = PlanTask.objects.filter(case=home.case, unit__code="integration", status="open").first()
    assert task is not None
    plan.take_task(coordinator, task_id=task.id, today=today)
    plan.comment_task(coordinator, task_id=task.id, text="Ringt hyresvärden", today=today)
    decided()
    new_before = actor_for(newly_appointed, today)
    assert reception.get_household(coordinator, home.id, today=today)
    with pytest.raises(NotVisible):
        reception.get_household(new_before, home.id, today=today)

    carrying_out.carry_out_due(DAY)
    old = actor_for(User.objects.get(id=coordinator.user_id), DAY)
    new = actor_for(newly_appointed, DAY)
    with pytest.raises(NotVisible):
        reception.get_household(old, home.id, today=DAY)
    assert reception.get_household(new, home.id, today=DAY)
    assert not old.grants
    task.refresh_from_db()
    assert (task.unit.code, task.status, task.taken_by_id) == ("reception_sn", "open", None)
    assert TaskEvent.objects.get(task=task, kind="commented").branch.code == "reception_sn"  # type: ignore[union-attr]
    plan.take_task(new, task_id=task.id, today=DAY)
    plan.complete_task(new, task_id=task.id, done_on=DAY, today=DAY)
    with pytest.raises(NotVisible):
        plan.comment_task(old, task_id=task.id, text="Kvar?", today=DAY)
    current = Coordinator.objects.get(case=home.case, valid_to__isnull=True)
    assert (current.unit.code, current.valid_from) == ("reception_sn", DAY)
    assert not PlanTask.objects.filter(unit__code="integration", status__in=["open", "taken"]).exists()
    # History stays: whose it was and since when, and what was done before.
    transfer = CaseTransfer.objects.get(case=home.case)
    assert (transfer.from_branch.code, transfer.to_branch.code, transfer.on) == ("reception", "reception_sn", DAY)
    assert Coordinator.objects.filter(case=home.case, unit__code="integration", valid_to=DAY).exists()
    assert AuditEntry.objects.filter(action="case.passed_on", case_id=home.case_id).count() == 1
    assert register_households(new, [family(DAY, family="Nyssons")], today=DAY)[0].case.branch.code == "reception_sn"


def test_withdrawn_before_the_day_nothing_has_moved(
    decided: Callable[..., Move], household: Callable[..., Household], administrator: Actor, today: date
) -> None:
    rows = list(Responsibility.objects.order_by("id").values())
    home = household()
    move = decided()
    assert responsible_unit("reception", DAY).code == "reception_sn"  # type: ignore[union-attr]
    assert responsible_unit("reception", DAY - timedelta(days=1)).code == "integration"  # type: ignore[union-attr]
    with pytest.raises(ValidationError, match="varför"):
        moving.withdraw(administrator, move_id=move.pk, reason=" ", today=today)
    moving.withdraw(administrator, move_id=move.pk, reason="Fullmäktige ändrade sig", today=today)
    assert list(Responsibility.objects.order_by("id").values()) == rows
    assert carrying_out.carry_out_due(DAY) == []
    assert Case.objects.get(pk=home.case_id).branch.code == "reception"
    assert Unit.objects.get(code="integration").closed_on is None


def test_after_the_day_it_cannot_be_withdrawn_and_not_done_twice(
    decided: Callable[..., Move], administrator: Actor, household: Callable[..., Household]
) -> None:
    household()
    move = decided()
    assert not carrying_out.due(DAY - timedelta(days=1))
    assert carrying_out.due(DAY)
    carrying_out.carry_out_due(DAY)
    before = counts()
    assert carrying_out.carry_out_due(DAY + timedelta(days=1)) == []
    assert counts() == before
    with pytest.raises(ValidationError, match="trätt i kraft"):
        moving.withdraw(administrator, move_id=move.pk, reason="För sent", today=DAY)


def test_loading_the_folder_again_keeps_what_was_decided(decided: Callable[..., Move], today: date) -> None:
    decided()
    assert load_municipality(FOLDERS / "enkoping", today=today).nothing_changed
    carrying_out.carry_out_due(DAY)
    assert load_municipality(FOLDERS / "enkoping", today=DAY).nothing_changed
    unit = Unit.objects.get(code="reception_sn")
    assert (unit.planned, unit.branch.planned) == (False, False)
    assert Unit.objects.get(code="integration").closed_on == DAY
    assert responsible_unit("guidance", DAY).code == "reception_sn"  # type: ignore[union-attr]


def test_a_folder_without_what_a_decided_move_needs_is_refused(decided: Callable[..., Move], tmp_path: Any) -> None:
    decided()
    for file in (FOLDERS / "enkoping").iterdir():
        text = file.read_text("utf-8")
        if file.name in {"organisation.yaml", "placement.yaml"}:
            text = text.replace("reception_sn", "reception_other")
        (tmp_path / file.name).write_text(text, "utf-8")
    with pytest.raises(FolderError) as refused:
        load_municipality(tmp_path)
    assert "reception_sn saknas" in str(refused.value.problems[0])
    assert "KS2026/700" in str(refused.value.problems[0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parts": {Thing("reception"): "reception_sn"}}, "Ingen skulle svara för"),
        ({"access": ()}, "Ingen får behörighet som samordnare"),
        ({"parts": dict.fromkeys((Thing(code) for code in FUNCTIONS), "contact_center")}, "26 kap. 1 § OSL"),
        ({"parts": dict.fromkeys((Thing(code) for code in FUNCTIONS), "ehb")}, "kommunens nämnder"),
        ({"parts": {}, "closes": ()}, "ändrar ingenting"),
        ({"parts": {Thing("guidance"): "integration"}}, "läggs ned samma dag"),
    ],
)
def test_a_move_that_would_break_something_is_not_decided(
    strategist: Actor,
    administrator: Actor,
    to_social_services: Callable[..., Plan],
    today: date,
    changes: dict[str, Any],
    words: str,
) -> None:
    move = moving.draft_move(strategist, plan=to_social_services(**changes), today=today)
    assert any(words in text for text in moving.obstacles(move, today))
    with pytest.raises(ValidationError, match=words):
        moving.decide(
            administrator, move_id=move.pk, decided_on=today, decided_by="KF", diary_number="KS2026/1", today=today
        )
    move.refresh_from_db()
    assert move.status == Move.Status.DRAFT


def test_somebody_who_handles_protected_cases_must_be_named_where_somebody_did(
    strategist: Actor,
    actor: Callable[..., Actor],
    to_social_services: Callable[..., Plan],
    newly_appointed: User,
    today: date,
) -> None:
    access = (Access(newly_appointed.id, Role.COORDINATOR, "reception_sn"),)
    move = moving.draft_move(strategist, plan=to_social_services(access=access), today=today)
    assert moving.obstacles(move, today) == []
    actor(Role.COORDINATOR, handles_protected=True)
    assert any("skyddade personuppgifter" in text for text in moving.obstacles(move, today))


def test_two_decided_moves_of_the_same_responsibility_on_one_day_clash(
    decided: Callable[..., Move], strategist: Actor, to_social_services: Callable[..., Plan], today: date
) -> None:
    decided()
    other = moving.draft_move(strategist, plan=to_social_services(title="En till"), today=today)
    assert any("samma dag" in text for text in moving.obstacles(other, today))


def test_only_the_one_who_may_decides(
    strategist: Actor, coordinator: Actor, to_social_services: Callable[..., Plan], today: date
) -> None:
    with pytest.raises(Refused):
        moving.draft_move(coordinator, plan=to_social_services(), today=today)
    move = moving.draft_move(strategist, plan=to_social_services(), today=today)
    with pytest.raises(Refused):
        moving.decide(
            strategist, move_id=move.pk, decided_on=today, decided_by="KF", diary_number="KS2026/1", today=today
        )
    with pytest.raises(Refused):
        moving.preview(coordinator, move=move, today=today)


def test_a_decision_is_named_dated_and_found(
    strategist: Actor, administrator: Actor, to_social_services: Callable[..., Plan], today: date
) -> None:
    move = moving.draft_move(strategist, plan=to_social_services(), today=today)
    with pytest.raises(ValidationError) as refused:
        moving.decide(
            administrator,
            move_id=move.pk,
            decided_on=today + timedelta(days=1),
            decided_by=" ",
            diary_number="",
            today=today,
        )
    assert set(refused.value.message_dict) == {"decided_on", "decided_by", "diary_number"}


def test_a_draft_is_changed_and_discarded_but_a_decided_move_is_not(
    decided: Callable[..., Move], strategist: Actor, to_social_services: Callable[..., Plan], today: date
) -> None:
    asked = to_social_services(title="Första utkastet")
    move = moving.draft_move(strategist, plan=asked, today=today)
    assert moving.plan_of(move) == asked
    changed = replace(asked, title="Andra utkastet", parts={Thing("guidance", "TA07"): "sfi"}, closes=())
    moving.change_draft(strategist, move_id=move.pk, plan=changed, today=today)
    move.refresh_from_db()
    assert moving.plan_of(move) == changed
    moving.discard_draft(strategist, move_id=move.pk)
    assert not Move.objects.filter(pk=move.pk).exists()
    done = decided()
    with pytest.raises(ValidationError, match="utkast"):
        moving.change_draft(strategist, move_id=done.pk, plan=asked, today=today)
    with pytest.raises(ValidationError, match="utkast"):
        moving.discard_draft(strategist, move_id=done.pk)


def test_the_money_key_follows_from_the_day(decided: Callable[..., Move]) -> None:
    def receivers(day: date) -> set[str]:
        return {
            share.unit.code
            for key in distribution_keys()
            if key.holds(day)
            for shares in key.shares.values()
            for share in shares
        }

    before = receivers(DAY)
    assert "integration" in before
    decided()
    assert receivers(DAY - timedelta(days=1)) == before
    assert receivers(DAY) == before - {"integration"} | {"reception_sn"}
    for key in distribution_keys():
        for shares in key.shares.values():
            assert sum(share.percent for share in shares) == 100


def test_a_disclosure_to_the_new_owner_ends_and_others_go_on(
    decided: Callable[..., Move], household: Callable[..., Household], coordinator: Actor, today: date
) -> None:
    home = household()
    rows = []
    for code in ("social_services", "education"):
        rows.append(
            Disclosure.objects.create(
                case=home.case,
                recipient=Branch.objects.get(code=code),
                ground="consent",
                paragraph="10 kap. 1 § OSL",
                reason="test",
                valid_from=today,
                valid_to=today + timedelta(days=300),
            )
        )
    # Somebody decides that the reception and the financial support are one branch.
    Unit.objects.filter(code="reception_sn").update(branch=Branch.objects.get(code="social_services"))
    decided()
    carrying_out.carry_out_due(DAY)
    ended, going = (Disclosure.objects.get(pk=row.pk) for row in rows)
    assert ended.revoked_at is not None
    assert going.revoked_at is None


def test_homes_follow_the_case_and_what_a_closing_unit_lets_is_let_by_its_heir(
    decided: Callable[..., Move],
    household: Callable[..., Household],
    newly_appointed: User,
    coordinator: Actor,
    today: date,
) -> None:
    home = household()
    flats = [
        Dwelling.objects.create(
            code=code,
            landlord=Unit.objects.get(code=code),
            address="Exempelvägen 1",
            area="centrum",
            rooms=3,
            capacity=5,
            rent=8_000,
            available_from=today,
            sort_key=code,
        )
        for code in ("integration", "ehb")
    ]
    need = HousingNeed.objects.create(case=home.case, adults=2, children=2, wanted_from=DAY, wanted_by=DAY)
    run = matching.run(coordinator, today=today)
    assert run.branch.code == "reception"
    decided()
    carrying_out.carry_out_due(DAY)
    assert [Dwelling.objects.get(pk=flat.pk).landlord.code for flat in flats] == ["reception_sn", "ehb"]
    new = actor_for(newly_appointed, DAY)
    assert need_queries.get_need(new, need.pk, today=DAY).own
    assert match_queries.latest(new, DAY) is not None
    with pytest.raises(Refused):
        need_queries.get_need(actor_for(User.objects.get(id=coordinator.user_id), DAY), need.pk, today=DAY)


def test_a_newcomer_keeps_the_own_plan(decided: Callable[..., Move], user: Callable[..., User]) -> None:
    newcomer = user(Role.NEWCOMER)
    decided()
    carrying_out.carry_out_due(DAY)
    assert actor_for(newcomer, DAY).can("own_plan.view")
    assert actor_for(newcomer, DAY).units("own_plan.view") == {Unit.objects.get(code="reception_sn").pk}


def test_closed_cases_can_stay_as_the_old_board_s_archive(
    decided: Callable[..., Move], household: Callable[..., Household], coordinator: Actor, today: date
) -> None:
    home = household()
    services.close_case(coordinator, household=home, reason="Flyttade", on=today, today=today)
    with pytest.raises(ValidationError, match="ingen skulle ha behörighet att läsa dem"):
        decided(closed_cases_follow=False)
    decided(closed_cases_follow=False, closes=())
    carrying_out.carry_out_due(DAY)
    assert Case.objects.get(pk=home.case_id).branch.code == "reception"
    assert Coordinator.objects.get(case=home.case, valid_to__isnull=True).unit.code == "integration"
    assert reception.get_household(actor_for(User.objects.get(id=coordinator.user_id), DAY), home.id, today=DAY)


def test_a_single_task_goes_to_its_own_unit(
    decided: Callable[..., Move], household: Callable[..., Household], today: date
) -> None:
    home = household(received_on=today - timedelta(days=3))
    parts = {**dict.fromkeys((Thing(code) for code in FUNCTIONS), "reception_sn"), Thing("housing", "TA17"): "sfi"}
    decided(parts=parts)
    carrying_out.carry_out_due(DAY)
    owners = {
        task.code[:4]: task.unit.code
        for task in PlanTask.objects.filter(case=home.case, function="housing", status="open").select_related("unit")
    }
    assert owners["TA17"] == "sfi"
    assert set(owners.values()) == {"sfi", "reception_sn"}


def test_a_grant_that_was_to_begin_later_in_the_closing_unit_never_does(
    decided: Callable[..., Move], user: Callable[..., User]
) -> None:
    late = user(Role.COORDINATOR)
    RoleGrant.objects.filter(user=late).update(valid_from=DAY + timedelta(days=30))
    decided()
    carrying_out.carry_out_due(DAY)
    assert not RoleGrant.objects.filter(user=late).exists()


def test_every_table_that_belongs_to_a_unit_or_branch_is_thought_of() -> None:
    """A new table that points at a unit or a branch fails this until a move knows what becomes of its rows."""
    followed = {model._meta.label for model in carrying_out.FOLLOWS_BRANCH} | {
        "access.Case",
        "access.RoleGrant",
        "coordination.PlanTask",
        "coordination.TaskEvent",
        "coordination.Coordinator",
        "coordination.Commitment",
        "reception.Disclosure",
        "compensation.Payment",
        "housing.Dwelling",
    }
    history = {
        "access.CaseTransfer",
        "organisation.MovePart",
        "organisation.Responsibility",
        "organisation.Unit",
        "organisation.UnitContribution",
        "organisation.Actor",
        "placement.MoveAccess",
        # To whom somebody said yes; a new consent is asked for when the recipient changes.
        "reception.Consent",
        # Noted between units as they were; its owner is changed by hand.
        "placement.Friction",
    }
    pointing = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | ManyToManyField) and field.related_model in {Unit, Branch}
    }
    assert pointing == followed | history


# --- several moves ----------------------------------------------------------------------------------------------------


@pytest.fixture
def decide(strategist: Actor, administrator: Actor, today: date) -> Callable[..., Move]:
    """``decide(plan, on=…)``: a plan drafted and decided."""

    def make(plan: Plan, on: date = today) -> Move:
        move = moving.draft_move(strategist, plan=plan, today=on)
        words = {"decided_on": on, "decided_by": "KF", "diary_number": "KS2026/1"}
        return moving.decide(administrator, move_id=move.pk, today=on, **words)

    return make


def closing(on: date = date(2027, 3, 1)) -> Plan:
    return Plan(alternative="SN", title="Enheten läggs ned", takes_effect_on=on, closes=("integration",))


def library(on: date, unit: str = "leisure") -> Plan:
    return Plan(alternative="UN", title="Biblioteket", takes_effect_on=on, parts={Thing("library"): unit})


def onwards(to: User, unit: str, *, closes: str, protected: bool = True) -> Plan:
    return Plan(
        alternative="KS",
        title="Vidare",
        takes_effect_on=date(2027, 6, 1),
        parts=dict.fromkeys((Thing(code) for code in FUNCTIONS), unit),
        closes=(closes,),
        access=(Access(to.id, Role.COORDINATOR, unit, protected),),
    )


def test_a_move_that_another_rests_on_is_not_withdrawn(
    decide: Callable[..., Move], administrator: Actor, to_social_services: Callable[..., Plan], today: date
) -> None:
    first = decide(to_social_services(closes=()))
    second = decide(closing())
    with pytest.raises(ValidationError, match="Enheten läggs ned"):
        moving.withdraw(administrator, move_id=first.pk, reason="Nej", today=today)
    moving.withdraw(administrator, move_id=second.pk, reason="Nej", today=today)
    moving.withdraw(administrator, move_id=first.pk, reason="Nej", today=today)


def test_nothing_is_given_to_a_unit_that_will_close(decided: Callable[..., Move], decide: Callable[..., Move]) -> None:
    decided()
    with pytest.raises(ValidationError, match="Bibliotek"):
        decide(library(date(2026, 12, 15), "integration"))


def test_the_share_of_a_unit_that_was_emptied_first_is_inherited(
    decide: Callable[..., Move], to_social_services: Callable[..., Plan]
) -> None:
    decide(to_social_services(closes=()))
    decide(closing())
    carrying_out.carry_out_due(date(2027, 3, 1))
    units = {
        share.unit.code
        for key in distribution_keys()
        if key.holds(date(2027, 3, 2))
        for shares in key.shares.values()
        for share in shares
    }
    assert "integration" not in units
    assert "reception_sn" in units


def test_two_moves_on_one_day_pass_the_cases_once(
    decided: Callable[..., Move],
    decide: Callable[..., Move],
    household: Callable[..., Household],
    coordinator: Actor,
    today: date,
) -> None:
    home = household()
    services.close_case(coordinator, household=home, reason="Flyttade", on=today, today=today)
    decided(closed_cases_follow=False, closes=())
    other = decide(library(DAY))
    carrying_out.carry_out_due(DAY)
    assert Case.objects.get(pk=home.case_id).branch.code == "reception"
    other.refresh_from_db()
    assert [row["function"] for row in other.outcome["functions"]] == ["library"]


def test_the_preview_counts_on_the_moves_before_it(
    decided: Callable[..., Move],
    decide: Callable[..., Move],
    strategist: Actor,
    household: Callable[..., Household],
    user: Callable[..., User],
    today: date,
) -> None:
    household()
    decided()
    plan = onwards(user(Role.CONTACT_CENTER), "reception_ks", closes="reception_sn")
    draft = moving.draft_move(strategist, plan=plan, today=today)
    would = moving.preview(strategist, move=draft, today=today)
    decide(plan)
    carrying_out.carry_out_due(DAY)
    (done,) = carrying_out.carry_out_due(plan.takes_effect_on)
    assert would.__dict__ == done.outcome
    assert would.open_cases == 1


def test_protected_cases_need_a_handler_after_every_move(
    decided: Callable[..., Move], strategist: Actor, user: Callable[..., User], today: date
) -> None:
    decided()
    plan = onwards(user(Role.CONTACT_CENTER), "reception_ks", closes="reception_sn", protected=False)
    draft = moving.draft_move(strategist, plan=plan, today=today)
    assert any("skyddade" in words for words in moving.obstacles(draft, today))


def test_the_responsibility_can_move_back_to_a_unit_that_was_closed(
    decided: Callable[..., Move],
    decide: Callable[..., Move],
    household: Callable[..., Household],
    user: Callable[..., User],
) -> None:
    home = household()
    decided()
    carrying_out.carry_out_due(DAY)
    preset = queries.preset(queries.alternatives()["UN"], "Tillbaka", date(2027, 6, 1))
    assert preset.parts[Thing("reception")] == "integration"
    assert preset.closes == ("reception_sn",)
    decide(
        replace(onwards(user(Role.SFI_ADMINISTRATOR), "integration", closes="reception_sn"), alternative="UN"), on=DAY
    )
    carrying_out.carry_out_due(date(2027, 6, 1))
    assert Unit.objects.get(code="integration").closed_on is None
    assert Unit.objects.get(code="reception_sn").closed_on == date(2027, 6, 1)
    assert Case.objects.get(pk=home.case_id).branch.code == "reception"
    assert CaseTransfer.objects.filter(case=home.case).count() == 2


# --- access -----------------------------------------------------------------------------------------------------------


def test_who_follows_keeps_the_role_no_longer_than_it_was_given(
    decided: Callable[..., Move], coordinator: Actor, to_social_services: Callable[..., Plan]
) -> None:
    person = User.objects.get(id=coordinator.user_id)
    person.grants.update(valid_to=date(2027, 2, 1))
    follows = Access(person.id, Role.COORDINATOR, "reception_sn", follows=True)
    decided(access=(*to_social_services().access, follows))
    carrying_out.carry_out_due(DAY)
    assert actor_for(person, DAY).can("case.read")
    assert not actor_for(person, date(2027, 2, 1)).can("case.read")


def test_a_role_that_ended_before_the_day_does_not_come_back(
    decided: Callable[..., Move], coordinator: Actor, to_social_services: Callable[..., Plan]
) -> None:
    person = User.objects.get(id=coordinator.user_id)
    decided(access=(*to_social_services().access, Access(person.id, Role.COORDINATOR, "reception_sn", follows=True)))
    person.grants.update(valid_to=date(2026, 12, 15))
    carrying_out.carry_out_due(DAY)
    assert not actor_for(person, DAY).grants


def test_a_newcomer_s_own_sign_in_is_neither_longer_nor_lost(
    decided: Callable[..., Move], user: Callable[..., User]
) -> None:
    short, later = user(Role.NEWCOMER), user(Role.NEWCOMER)
    short.grants.update(valid_to=date(2027, 2, 1))
    later.grants.update(valid_from=date(2027, 1, 15))
    decided()
    carrying_out.carry_out_due(DAY)
    assert not actor_for(short, date(2027, 2, 1)).can("own_plan.view")
    assert actor_for(later, date(2027, 1, 15)).can("own_plan.view")


def test_a_narrower_role_in_the_new_unit_does_not_stop_a_wider_one(
    decided: Callable[..., Move], newly_appointed: User
) -> None:
    unit = Unit.objects.get(code="reception_sn")
    RoleGrant.objects.create(user=newly_appointed, role=Role.COORDINATOR, unit=unit, valid_from=DAY, decided_by="test")
    decided()
    carrying_out.carry_out_due(DAY)
    assert newly_appointed.grants.filter(unit=unit, handles_protected=True).exists()


def test_a_decided_move_says_what_has_come_in_its_way(
    decided: Callable[..., Move], newly_appointed: User, today: date
) -> None:
    move = decided()
    assert moving.obstacles(move, today) == []
    User.objects.filter(pk=newly_appointed.pk).update(is_active=False)
    assert any("Ingen får behörighet" in words for words in moving.obstacles(move, today))


def test_a_task_of_somebody_who_has_left_is_open_again(
    decide: Callable[..., Move], user: Callable[..., User], household: Callable[..., Household], today: date
) -> None:
    household(received_on=today - timedelta(days=3))
    leaves = user(Role.SCHOOL_ADMINISTRATOR, "parent_support")
    task = PlanTask.objects.filter(unit__code="school", status="open").first()
    assert task is not None
    plan.take_task(actor_for(leaves, today), task_id=task.id, today=today)
    gone = Plan(
        alternative="UN",
        title="Föräldrastödet",
        takes_effect_on=DAY,
        parts={Thing("parent_support"): "leisure"},
        closes=("parent_support",),
    )
    user(Role.COORDINATOR)
    decide(gone)
    carrying_out.carry_out_due(DAY)
    task.refresh_from_db()
    assert (task.status, task.taken_by_id, task.unit.code) == ("open", None, "school")


def test_what_is_stored_is_swedish_whoever_comes_first(
    decided: Callable[..., Move], household: Callable[..., Household], today: date
) -> None:
    household(received_on=today - timedelta(days=3))
    decided()
    with translation.override("en"):
        carrying_out.carry_out_due(DAY)
    texts = {
        *TaskEvent.objects.values_list("text", flat=True),
        *AuditEntry.objects.values_list("actor_name", flat=True),
    }
    assert any(text.startswith("Ansvaret har flyttat") for text in texts)
    assert not any("esponsib" in text for text in texts)


def test_the_number_of_queries_does_not_grow_with_the_cases(
    strategist: Actor,
    to_social_services: Callable[..., Plan],
    household: Callable[..., Household],
    today: date,
) -> None:
    move = moving.draft_move(strategist, plan=to_social_services(), today=today)
    counts_of_queries = []
    for more in (2, 12):
        for number in range(more):
            household(family=f"Provsson{more}{number}", received_on=today - timedelta(days=3))
        with CaptureQueriesContext(connection) as asked:
            moving.preview(strategist, move=move, today=today)
        counts_of_queries.append(len(asked))
    # A few more for rows that are written in batches, and nothing for each case.
    assert counts_of_queries[1] - counts_of_queries[0] < 12 / 2
