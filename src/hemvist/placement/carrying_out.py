"""The day of a move (flytt av ansvar): cases, plans, access, coordination and what else follows the responsibility.

The first request of the day or ``hemvist placement carry-out`` does it, in one transaction; if it cannot be done nobody
gets in, so that nobody sees what is no longer theirs.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hemvist.access import audit
from hemvist.access.actor import Actor, system_actor
from hemvist.access.models import Case, CaseTransfer, RoleGrant
from hemvist.access.roles import Role
from hemvist.compensation.models import Payment, PaymentFile
from hemvist.coordination.models import Commitment, Coordinator, PlanTask, TaskEvent
from hemvist.coordination.queries import UNFINISHED
from hemvist.coordination.services import rederive
from hemvist.organisation import records
from hemvist.organisation.models import Branch, Move, Unit
from hemvist.organisation.queries import distribution_keys, plan_items_by_code, responsibility_map
from hemvist.organisation.services import follow_moves
from hemvist.planning.responsibility import Thing
from hemvist.reception.models import Disclosure, ImportRun

RECEPTION, COORDINATION = Thing("reception"), Thing("coordination")
AT_A_TIME = 500
# What lies in a branch because its owner's cases or files do, besides the cases themselves.
FOLLOWS_BRANCH = (ImportRun, PaymentFile, Payment)


def standing(day: date) -> Q:
    """The filter that keeps the role grants that hold on a day."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


@dataclass
class Outcome:
    """What a move comes to, as numbers and codes: no person."""

    functions: list[dict[str, str]] = field(default_factory=list)
    obligations: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    open_cases: int = 0
    closed_cases: int = 0
    plan_tasks: int = 0
    grants_ended: int = 0
    grants_given: int = 0
    newcomers: int = 0
    coordinators: int = 0
    disclosures_ended: int = 0
    commitments: int = 0
    payments: int = 0
    money_shares: int = 0
    clauses: int = 0
    units_opened: list[str] = field(default_factory=list)
    units_closed: list[str] = field(default_factory=list)


def due(today: date) -> bool:
    """Whether a decided move waits for being carried out. One query."""
    return Move.objects.filter(status=Move.Status.DECIDED, takes_effect_on__lte=today).exists()


@transaction.atomic
def carry_out_due(today: date) -> list[Move]:
    """Carry out every decided move whose day has come, the earliest first. Doing it again does nothing."""
    done = []
    waiting = Move.objects.select_for_update().filter(status=Move.Status.DECIDED, takes_effect_on__lte=today)
    for move in waiting.order_by("takes_effect_on", "decided_on", "id"):
        outcome = carry_out(move, today)
        move.outcome = asdict(outcome)
        move.save(update_fields=["outcome"])
        done.append(move)
    return done


def carry_out(move: Move, today: date, *, rehearsing: bool = False) -> Outcome:
    """The deed. ``rehearsing`` leaves out the row of the journal for each case, since it is taken back anyway."""
    actor = system_actor(_("Flytt av ansvar"))
    day = move.takes_effect_on
    before = responsibility_map(day - timedelta(days=1))
    keys_before = _shares_of(move.closes, day - timedelta(days=1))
    planned = set(Unit.objects.filter(planned=True).values_list("code", flat=True))
    move.status, move.carried_out_at = Move.Status.CARRIED_OUT, timezone.now()
    move.save(update_fields=["status", "carried_out_at"])
    follow_moves()
    after = responsibility_map(day)
    outcome = Outcome(money_shares=keys_before, clauses=len(move.amendments))
    outcome.functions, outcome.obligations, outcome.tasks = _moved(before, after)
    outcome.units_opened = sorted(planned & {part.unit.code for part in move.parts.select_related("unit")})
    outcome.units_closed = sorted(move.closes)
    old, new = before.get(RECEPTION), after.get(RECEPTION)
    if old is not None and new is not None and old.branch_id != new.branch_id:
        _pass_cases(actor, move, old.branch, new.branch, outcome, rehearsing=rehearsing)
    _change_access(actor, move, old, new, outcome)
    _pass_coordination(move, before, after, outcome)
    _pass_tasks(actor, move, after, today, outcome)
    outcome.commitments = Commitment.objects.filter(unit__code__in=move.closes, outcome="").update(
        unit=after.get(COORDINATION, new)
    )
    audit.record(
        actor,
        "move.carried_out",
        object_type="move",
        object_ids=[move.pk],
        details={key: value for key, value in asdict(outcome).items() if isinstance(value, int)},
        reason=move.reference,
    )
    return outcome


def _moved(
    before: Mapping[Thing, Unit], after: Mapping[Thing, Unit]
) -> tuple[list[dict[str, str]], list[str], list[str]]:
    """What changed hands: functions with from and to, codes of obligations and of tasks."""
    functions = [
        {"function": thing.function, "task": thing.task, "from": old.code if old else "", "to": unit.code}
        for thing, unit in after.items()
        if (old := before.get(thing) or (before.get(thing.whole) if thing.task else None)) is None or old.pk != unit.pk
    ]
    whole = {row["function"] for row in functions if not row["task"]}
    source = records.responsibilities()
    if source is None:
        return functions, [], []
    obligations = [row.code for row in source.obligations if row.function in whole]
    tasks = [
        task.code
        for task in source.tasks
        if _owner(before, Thing(task.function, task.code)) != _owner(after, Thing(task.function, task.code))
    ]
    return functions, obligations, tasks


def _owner(answers: Mapping[Thing, Unit], thing: Thing) -> int | None:
    unit = answers.get(thing) or answers.get(thing.whole)
    return unit.pk if unit else None


def _shares_of(units: Collection[str], day: date) -> int:
    """How many shares of the distribution key go to the units on a day."""
    return sum(
        share.unit.code in units
        for key in distribution_keys()
        if key.holds(day)
        for shares in key.shares.values()
        for share in shares
    )


def _pass_cases(
    actor: Actor, move: Move, old: Branch, new: Branch, outcome: Outcome, *, rehearsing: bool = False
) -> None:
    """The cases get a new owner, and with them what was written about them in the old owner's branch."""
    cases = Case.objects.select_for_update().filter(branch=old)
    if not move.closed_cases_follow:
        cases = cases.filter(closed_on__isnull=True)
    rows = list(cases.order_by("id").values_list("id", "closed_on"))
    outcome.open_cases = sum(closed_on is None for _id, closed_on in rows)
    outcome.closed_cases = len(rows) - outcome.open_cases
    CaseTransfer.objects.bulk_create(
        (
            CaseTransfer(case_id=case_id, from_branch=old, to_branch=new, on=move.takes_effect_on, move=move)
            for case_id, _closed in rows
        ),
        batch_size=AT_A_TIME,
    )
    moved = CaseTransfer.objects.filter(move=move).values("case")
    Case.objects.filter(id__in=moved).update(branch=new)
    # A comment is the owner's note on its case; it goes where the case goes.
    TaskEvent.objects.filter(kind=TaskEvent.Kind.COMMENTED, branch=old, task__case__in=moved).update(branch=new)
    # Whom the case belongs to needs no disclosure from it.
    outcome.disclosures_ended = Disclosure.objects.filter(
        case__in=moved, recipient=new, revoked_at__isnull=True, valid_to__gt=move.takes_effect_on
    ).update(revoked_at=timezone.now(), revoke_reason=_("Ärendet hör till mottagaren efter flytten av ansvaret."))
    for model in FOLLOWS_BRANCH:
        count = model._default_manager.filter(branch=old).update(branch=new)
        outcome.payments += count if model is Payment else 0
    if rehearsing:
        return
    for case_id, _closed in rows:
        audit.record(
            actor,
            "case.passed_on",
            object_type="case",
            object_ids=[case_id],
            case=case_id,
            details={"from": old.code, "to": new.code, "move": move.pk},
            reason=move.reference,
        )


def _change_access(actor: Actor, move: Move, old: Unit | None, new: Unit | None, outcome: Outcome) -> None:
    """Roles in closing units end on the day, the move's own begin, and newcomers follow the reception."""
    day = move.takes_effect_on
    leaving = RoleGrant.objects.select_for_update().filter(unit__code__in=move.closes)
    leaving = leaving.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    newcomers = Q(role=Role.NEWCOMER)
    if old is not None and new is not None and old.pk != new.pk:
        following = RoleGrant.objects.filter(newcomers & standing(day), unit=old)
        outcome.newcomers = _grant(
            ((grant.user_id, grant.role, new.pk, False) for grant in list(following)), day, move.reference
        )
        following.filter(valid_from__lt=day).update(valid_to=day)
    # A role that was to begin on the day or later has never held.
    never = list(leaving.filter(valid_from__gte=day))
    ending = list(leaving.exclude(newcomers).filter(valid_from__lt=day))
    RoleGrant.objects.filter(pk__in=[grant.pk for grant in ending]).update(valid_to=day)
    leaving.filter(newcomers, valid_from__lt=day).update(valid_to=day)
    RoleGrant.objects.filter(pk__in=[grant.pk for grant in never]).delete()
    outcome.grants_ended = len(ending) + len(never)
    given = move.access.select_related("user").filter(user__is_active=True)
    outcome.grants_given = _grant(
        ((row.user_id, row.role, row.unit_id, row.handles_protected) for row in given), day, move.reference
    )
    roles = Counter((grant.role, "ended") for grant in (*ending, *never))
    roles.update((row.role, "given") for row in given)
    audit.record(
        actor,
        "role.moved",
        object_type="user",
        object_ids=sorted({*(grant.user_id for grant in (*ending, *never)), *(row.user_id for row in given)}, key=str),
        details={f"{role} {what}": count for (role, what), count in sorted(roles.items())},
        reason=move.reference,
    )


def _grant(rows: Iterable[tuple[uuid.UUID, str, int, bool]], day: date, reference: str) -> int:
    """Give roles from a day to those who do not hold them already. Returns how many."""
    made = 0
    for user_id, role, unit_id, handles_protected in rows:
        _row, created = RoleGrant.objects.get_or_create(
            user_id=user_id,
            role=role,
            unit_id=unit_id,
            valid_from=day,
            defaults={"handles_protected": handles_protected, "decided_by": reference[:200]},
        )
        made += created
    return made


def _pass_coordination(move: Move, before: Mapping[Thing, Unit], after: Mapping[Thing, Unit], outcome: Outcome) -> None:
    """Every case of the old coordinating unit gets the new one. Its person stays if that person works there."""
    old, new = before.get(COORDINATION), after.get(COORDINATION)
    if new is None:
        return
    day = move.takes_effect_on
    leaving = Q(unit__code__in=move.closes)
    if old is not None and old.pk != new.pk:
        leaving |= Q(unit=old)
    rows = list(Coordinator.objects.select_for_update().filter(leaving, valid_to__isnull=True).exclude(unit=new))
    at_work = set(RoleGrant.objects.filter(standing(day), unit__branch=new.branch).values_list("user_id", flat=True))
    for row in rows:
        row.valid_to = max(day, row.valid_from)
    Coordinator.objects.bulk_update(rows, ["valid_to"], batch_size=AT_A_TIME)
    Coordinator.objects.bulk_create(
        (
            Coordinator(
                case_id=row.case_id,
                unit=new,
                user_id=row.user_id if row.user_id in at_work else None,
                valid_from=max(day, row.valid_from),
            )
            for row in rows
        ),
        batch_size=AT_A_TIME,
    )
    outcome.coordinators = len(rows)


def _pass_tasks(actor: Actor, move: Move, after: Mapping[Thing, Unit], today: date, outcome: Outcome) -> None:
    """The plans follow who answers for what; what a closing unit has besides goes with its function, or to the
    coordination. Nothing that people have done is lost; a task somebody had begun and can no longer see is open again.
    """
    unfinished = PlanTask.objects.filter(status__in=UNFINISHED)
    units_before = dict(unfinished.values_list("id", "unit_id"))
    cases = list(Case.objects.filter(closed_on__isnull=True).order_by("number"))
    cause = _("Ansvaret har flyttat: %(reference)s") % {"reference": move.reference}
    for start in range(0, len(cases), AT_A_TIME):
        rederive(actor, cases[start : start + AT_A_TIME], cause[:200], today)
    items = plan_items_by_code()
    left = list(unfinished.filter(unit__code__in=move.closes).order_by("case_id", "id").select_related("unit", "case"))
    events = []
    for task in left:
        item = items.get(task.code)
        heir = after.get(Thing(task.function, item.catalogue if item else "")) or after.get(Thing(task.function))
        heir = heir or after.get(COORDINATION) or after.get(RECEPTION)
        # Nothing of a protected case leaves the branch that owns it.
        if task.case.protected and heir is not None and heir.branch_id != task.case.branch_id:
            heir = after.get(RECEPTION)
        if heir is None:
            continue
        events.append(
            TaskEvent(
                task=task,
                kind=TaskEvent.Kind.HANDED_OVER,
                text=cause,
                details={"from": task.unit_id, "to": heir.pk},
            )
        )
        task.unit = heir
        task.unit_set_by_hand = False
    PlanTask.objects.bulk_update(left, ["unit", "unit_set_by_hand"], batch_size=AT_A_TIME)
    moved = [
        task
        for task in unfinished.select_related("unit").filter(id__in=units_before)
        if task.unit_id != units_before[task.id]
    ]
    outcome.plan_tasks = len(moved)
    at_work: dict[int, set[Any]] = {}
    reopened = []
    for task in moved:
        branch = task.unit.branch_id
        if branch not in at_work:
            grants = RoleGrant.objects.filter(standing(move.takes_effect_on), unit__branch_id=branch)
            at_work[branch] = set(grants.values_list("user_id", flat=True))
        if task.taken_by_id is not None and task.taken_by_id not in at_work[branch]:
            task.taken_by, task.status = None, PlanTask.Status.OPEN
            reopened.append(task)
            events.append(TaskEvent(task=task, kind=TaskEvent.Kind.REOPENED, text=cause))
    PlanTask.objects.bulk_update(reopened, ["taken_by", "status"], batch_size=AT_A_TIME)
    TaskEvent.objects.bulk_create(events, batch_size=AT_A_TIME)
