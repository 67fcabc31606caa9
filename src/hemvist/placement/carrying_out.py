"""The day of a move (flytt av ansvar): cases, plans, access, coordination and what else follows the responsibility.

The first request of the day or ``hemvist placement carry-out`` does it, in one transaction; if it cannot be done nobody
gets in, so that nobody sees what is no longer theirs.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from hemvist.access import audit
from hemvist.access.actor import system_actor
from hemvist.access.models import Case, CaseTransfer, RoleGrant
from hemvist.access.roles import Role
from hemvist.compensation.models import Payment, PaymentFile
from hemvist.coordination.models import Commitment, Coordinator, PlanChange, PlanTask, TaskEvent
from hemvist.coordination.queries import UNFINISHED
from hemvist.housing.models import Dwelling, MatchRun, StockFile
from hemvist.law.obligations import obligations
from hemvist.organisation import moves, records
from hemvist.organisation.models import Move, Unit
from hemvist.organisation.queries import (
    current_plan_template,
    distribution_keys,
    plan_items_by_code,
    responsibility_map,
)
from hemvist.organisation.services import follow_moves
from hemvist.planning.responsibility import Thing
from hemvist.planning.shared_plan import What
from hemvist.reception.models import Disclosure, ImportRun

RECEPTION, COORDINATION = Thing("reception"), Thing("coordination")
AT_A_TIME = 500
# Files and proposals that lie in a branch because the reception does.
FOLLOWS_BRANCH = (ImportRun, PaymentFile, StockFile, MatchRun)


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


def waiting(until: date) -> list[Move]:
    """The decided moves that take effect by a day, in the order in which they do. One query."""
    moves = Move.objects.filter(status=Move.Status.DECIDED, takes_effect_on__lte=until)
    return list(moves.order_by("takes_effect_on", "decided_on", "id"))


@transaction.atomic
def carry_out_due(today: date) -> list[Move]:
    """Carry out every decided move whose day has come, the earliest first. Doing it again does nothing."""
    list(Move.objects.select_for_update().filter(status=Move.Status.DECIDED, takes_effect_on__lte=today).order_by("id"))
    done = []
    for move in waiting(today):
        move.outcome = asdict(carry_out(move))
        move.save(update_fields=["outcome"])
        done.append(move)
    return done


def carry_out(move: Move, *, rehearsing: bool = False, work: bool = True) -> Outcome:
    """The deed, in the caller's transaction. What is stored is Swedish, whoever sets it going.

    ``rehearsing`` takes no locks and writes no journal, since it is taken back. Without ``work`` only who answers and
    who has access change, which is enough to see whether the move would leave something broken.
    """
    with translation.override("sv"):
        return _Day(move, rehearsing=rehearsing).carry_out(work=work)


class _Day:
    """One move on its day: who answered the day before and who does from it, and what has been done so far.

    Order of locks as everywhere: the cases first, the journal last (:func:`hemvist.access.policy.hold_with_case`).
    """

    def __init__(self, move: Move, *, rehearsing: bool) -> None:
        self.move = move
        self.day: date = move.takes_effect_on
        self.rehearsing = rehearsing
        self.actor = system_actor("Flytt av ansvar")
        self.cause = f"Ansvaret har flyttat: {move.reference}"[:200]
        self.outcome = Outcome(clauses=len(move.amendments))
        self.parts = {Thing(part.function.code, part.task) for part in move.parts.select_related("function")}
        self.before: Mapping[Thing, Unit] = {}
        self.after: Mapping[Thing, Unit] = {}
        # Whose access in the units that are left ended, and the rows for the journal.
        self.left: set[uuid.UUID] = set()
        self.journal: list[dict[str, Any]] = []

    @property
    def old(self) -> Unit | None:
        """The unit that had the reception the day before."""
        return self.before.get(RECEPTION)

    @property
    def new(self) -> Unit | None:
        return self.after.get(RECEPTION)

    def carry_out(self, *, work: bool) -> Outcome:
        if work and not self.rehearsing:
            list(Case.objects.select_for_update().order_by("id").values_list("id"))
        move, outcome = self.move, self.outcome
        self.before = responsibility_map(self.day - timedelta(days=1))
        outcome.money_shares = _shares_of(move.closes, self.day - timedelta(days=1))
        idle = set(Unit.objects.exclude(pk__in=Unit.objects.working()).values_list("code", flat=True))
        move.status, move.carried_out_at = Move.Status.CARRIED_OUT, timezone.now()
        move.save(update_fields=["status", "carried_out_at"])
        follow_moves()
        self.after = responsibility_map(self.day)
        outcome.functions, outcome.obligations, outcome.tasks = self._moved()
        outcome.units_opened = sorted(idle & {part.unit.code for part in move.parts.select_related("unit")})
        outcome.units_closed = sorted(move.closes)
        self._change_access()
        if work:
            self._pass_cases()
            self._pass_coordination()
            self._pass_tasks()
            outcome.commitments = Commitment.objects.filter(unit__code__in=move.closes, outcome="").update(
                unit=self.after.get(COORDINATION) or self.new
            )
        self._pass_dwellings()
        self._write_journal()
        return outcome

    def _moved(self) -> tuple[list[dict[str, str]], list[str], list[str]]:
        """What changed hands by this move: functions with from and to, codes of obligations and of tasks."""
        functions = []
        for thing in sorted(self.parts, key=lambda thing: (thing.function, thing.task)):
            old, unit = self._owner(self.before, thing), self._owner(self.after, thing)
            if unit is not None and (old is None or old.pk != unit.pk):
                row = {"function": thing.function, "task": thing.task, "from": old.code if old else "", "to": unit.code}
                functions.append(row)
        whole = {row["function"] for row in functions if not row["task"]}
        source = records.responsibilities()
        if source is None:
            return functions, [], []
        law = obligations()
        duties = [
            row.code
            for row in source.obligations
            if row.function in whole and row.code in law and law[row.code].holds(self.day)
        ]
        tasks = []
        for task in source.tasks:
            thing = Thing(task.function, task.code)
            if self.parts & {thing, thing.whole} and self._owner(self.before, thing) != self._owner(self.after, thing):
                tasks.append(task.code)
        return functions, duties, tasks

    @staticmethod
    def _owner(answers: Mapping[Thing, Unit], thing: Thing) -> Unit | None:
        return answers.get(thing) or answers.get(thing.whole)

    # --- access -------------------------------------------------------------------------------------------------------

    def _change_access(self) -> None:
        """Roles in closing units end on the day, the move's own begin, and newcomers follow the reception."""
        day, outcome = self.day, self.outcome
        closing = Q(unit__code__in=self.move.closes)
        goes_on = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        leaving = list(RoleGrant.objects.filter(closing, goes_on).exclude(role=Role.NEWCOMER).order_by("id"))
        sources = Q(closing)
        if self.old is not None:
            sources |= Q(unit=self.old)
        held: dict[tuple[uuid.UUID, str], list[RoleGrant]] = defaultdict(list)
        for grant in RoleGrant.objects.filter(sources, standing(day)):
            held[grant.user_id, grant.role].append(grant)
        given: list[uuid.UUID] = []
        for row in self.move.access.select_related("user").order_by("id"):
            mine = held[row.user_id, row.role]
            # Who follows had the role until the day, and keeps it no longer and no wider than it was given.
            if not row.user.is_active or (row.follows and not mine):
                continue
            until = None if not row.follows or any(g.valid_to is None for g in mine) else max(g.valid_to for g in mine)  # type: ignore[type-var]
            protected = row.handles_protected and (not row.follows or any(g.handles_protected for g in mine))
            if self._give(row.user_id, row.role, row.unit_id, protected=protected, until=until):
                given.append(row.user_id)
        outcome.grants_given = len(given)
        self._newcomers(Q(closing, goes_on))
        # A role that was to begin on the day or later has never held.
        never = [grant.pk for grant in leaving if grant.valid_from >= day]
        RoleGrant.objects.filter(pk__in=never).delete()
        RoleGrant.objects.filter(pk__in=[grant.pk for grant in leaving if grant.valid_from < day]).update(valid_to=day)
        outcome.grants_ended = len(leaving)
        self.left = {grant.user_id for grant in leaving}
        roles = Counter(f"{grant.role} ended" for grant in leaving)
        roles["given"] = len(given)
        self.journal.append(
            {
                "action": "role.moved",
                "object_type": "user",
                "object_ids": sorted({*self.left, *given}, key=str),
                "details": dict(sorted(roles.items())),
            }
        )

    def _give(self, user_id: uuid.UUID, role: str, unit_id: int, *, protected: bool, until: date | None) -> bool:
        """Give a role from the day to somebody who does not hold it already as wide. Whether anything was given."""
        have = list(RoleGrant.objects.filter(standing(self.day), user_id=user_id, role=role, unit_id=unit_id))
        if any((grant.handles_protected or not protected) and grant.valid_to is None for grant in have):
            return False
        same_day = next((grant for grant in have if grant.valid_from == self.day), None)
        if same_day is not None:
            same_day.handles_protected = same_day.handles_protected or protected
            same_day.valid_to = until
            same_day.save(update_fields=["handles_protected", "valid_to"])
            return True
        RoleGrant.objects.create(
            user_id=user_id,
            role=role,
            unit_id=unit_id,
            valid_from=self.day,
            valid_to=until,
            handles_protected=protected,
            decided_by=self.move.reference[:200],
        )
        return True

    def _newcomers(self, closing: Q) -> None:
        """The newcomers' own sign-ins go where the reception goes, for as long as they were given."""
        old, new = self.old, self.new
        if new is None:
            return
        where = closing
        if old is not None and old.pk != new.pk:
            where |= Q(unit=old) & (Q(valid_to__isnull=True) | Q(valid_to__gt=self.day))
        grants = list(RoleGrant.objects.filter(where, role=Role.NEWCOMER).exclude(unit=new).order_by("id"))
        for grant in grants:
            if grant.valid_from < self.day:
                self._give(grant.user_id, grant.role, new.pk, protected=False, until=grant.valid_to)
                grant.valid_to = self.day
            else:
                grant.unit = new
            grant.save(update_fields=["valid_to", "unit"])
        self.outcome.newcomers = len(grants)
        if grants:
            users = [grant.user_id for grant in grants]
            self.journal.append({"action": "role.moved", "object_type": "user", "object_ids": users, "details": {}})

    # --- the work -----------------------------------------------------------------------------------------------------

    def _pass_cases(self) -> None:
        """Where this move takes the reception, the open cases go, and the closed ones unless they stay as an archive;
        with each what was written about it in the old owner's branch.
        """
        move, new, outcome = self.move, self.new, self.outcome
        if RECEPTION not in self.parts or new is None:
            return
        which = Q(closed_on__isnull=True)
        if move.closed_cases_follow and self.old is not None:
            which |= Q(branch=self.old.branch)
        rows = list(
            Case.objects.filter(which)
            .exclude(branch=new.branch)
            .order_by("id")
            .values_list("id", "closed_on", "branch_id", "branch__code")
        )
        outcome.open_cases = sum(closed_on is None for _id, closed_on, _branch, _code in rows)
        outcome.closed_cases = len(rows) - outcome.open_cases
        CaseTransfer.objects.bulk_create(
            (
                CaseTransfer(case_id=case_id, from_branch_id=branch, to_branch=new.branch, on=self.day, move=move)
                for case_id, _closed, branch, _code in rows
            ),
            batch_size=AT_A_TIME,
        )
        moved = CaseTransfer.objects.filter(move=move).values("case")
        Case.objects.filter(id__in=moved).update(branch=new.branch)
        left = {branch for _id, _closed, branch, _code in rows}
        if self.old is not None and self.old.branch_id != new.branch_id:
            left.add(self.old.branch_id)
        # A comment is the owner's note on its case; it goes where the case goes.
        comments = TaskEvent.objects.filter(kind=TaskEvent.Kind.COMMENTED, branch__in=left, task__case__in=moved)
        comments.update(branch=new.branch)
        # Whom the case belongs to needs no disclosure from it.
        ending = Disclosure.objects.filter(
            case__in=moved, recipient=new.branch, revoked_at__isnull=True, valid_to__gt=self.day
        )
        ids = list(ending.values_list("id", flat=True))
        ending.update(revoked_at=timezone.now(), revoke_reason="Ärendet hör till mottagaren efter flytten av ansvaret.")
        outcome.disclosures_ended = len(ids)
        # A payment goes with the person's case; what nobody could be found for goes with the reception.
        payments = Payment.objects.filter(branch__in=left)
        outcome.payments = payments.filter(Q(person__isnull=True) | Q(person__case__in=moved)).update(branch=new.branch)
        for model in FOLLOWS_BRANCH:
            model._default_manager.filter(branch__in=left).update(branch=new.branch)
        if ids:
            row = {"action": "disclosure.ended", "object_type": "disclosure", "object_ids": ids, "details": {}}
            self.journal.append(row)
        self.journal += [
            {
                "action": "case.passed_on",
                "object_type": "case",
                "object_ids": [case_id],
                "case": case_id,
                "details": {"from": code, "to": new.branch.code, "move": move.pk},
            }
            for case_id, _closed, _branch, code in rows
        ]

    def _pass_dwellings(self) -> None:
        """What a closing unit lets is let by its heir."""
        if not self.move.closes or not Dwelling.objects.filter(landlord__code__in=self.move.closes).exists():
            return
        units = {unit.code: unit for unit in Unit.objects.all()}
        for heir in moves.heirs(records.responsibilities()):
            if heir.closed in self.move.closes:
                Dwelling.objects.filter(landlord__code=heir.closed).update(landlord=units[heir.unit])

    def _pass_coordination(self) -> None:
        """The cases of the old coordinating unit get the new one. Its person stays if that person works there."""
        old, new = self.before.get(COORDINATION), self.after.get(COORDINATION)
        if new is None:
            return
        leaving = Q(unit__code__in=self.move.closes)
        if old is not None and old.pk != new.pk and COORDINATION in self.parts:
            leaving |= Q(unit=old)
        concerned = Q(case__closed_on__isnull=True) | Q(case__transfers__move=self.move)
        rows = list(
            Coordinator.objects.filter(leaving, concerned, valid_to__isnull=True)
            .exclude(unit=new)
            .order_by("id")
            .distinct()
        )
        at_work = self._at_work()
        for row in rows:
            row.valid_to = max(self.day, row.valid_from)
        Coordinator.objects.bulk_update(rows, ["valid_to"], batch_size=AT_A_TIME)
        Coordinator.objects.bulk_create(
            (
                Coordinator(
                    case_id=row.case_id,
                    unit=new,
                    user_id=row.user_id if (row.user_id, new.branch_id) in at_work else None,
                    valid_from=max(self.day, row.valid_from),
                )
                for row in rows
            ),
            batch_size=AT_A_TIME,
        )
        self.outcome.coordinators = len(rows)

    def _at_work(self) -> set[tuple[uuid.UUID | None, int]]:
        """Who works in which branch from the day. One query."""
        grants = RoleGrant.objects.filter(standing(self.day), user__is_active=True)
        return set(grants.values_list("user_id", "unit__branch_id"))

    def _pass_tasks(self) -> None:
        """Open tasks go to whoever answers for them now; those set by hand too, where their unit closes. A task that
        somebody has begun and can no longer work is open again. The next derivation finds nothing to change.
        """
        catalogue = {code: item.catalogue for code, item in plan_items_by_code().items()}
        at_work = self._at_work()
        receivers: dict[int, list[uuid.UUID]] = defaultdict(list)
        told: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
        events: list[TaskEvent] = []
        reopened: list[uuid.UUID] = []
        for task in self._open_tasks():
            heir, branch = self._heir(task, catalogue), task.unit__branch_id
            moves = heir is not None and heir.pk != task.unit_id
            if heir is not None and moves:
                branch = heir.branch_id
                units = {"from": task.unit_id, "to": heir.pk}
                receivers[heir.pk].append(task.id)
                events.append(
                    TaskEvent(task_id=task.id, kind=TaskEvent.Kind.HANDED_OVER, text=self.cause, details=units)
                )
                if task.case__closed_on is None:
                    change = {"task": str(task.id), "code": task.code, "what": str(What.OWNER)}
                    told[task.case_id].append(change | {key: str(unit) for key, unit in units.items()})
            left = task.taken_by_id is not None and (moves or task.taken_by_id in self.left)
            if left and (task.taken_by_id, branch) not in at_work:
                reopened.append(task.id)
                events.append(TaskEvent(task_id=task.id, kind=TaskEvent.Kind.REOPENED, text=self.cause))
        now = timezone.now()
        for unit_id, ids in receivers.items():
            for some in _batches(ids):
                PlanTask.objects.filter(id__in=some).update(unit_id=unit_id, unit_set_by_hand=False, changed_at=now)
        for some in _batches(reopened):
            PlanTask.objects.filter(id__in=some).update(taken_by=None, status=PlanTask.Status.OPEN, changed_at=now)
        TaskEvent.objects.bulk_create(events, batch_size=AT_A_TIME)
        version, _items = current_plan_template()
        PlanChange.objects.bulk_create(
            (
                PlanChange(
                    case_id=case_id, cause=self.cause, template_version=version, moved=len(changes), changes=changes
                )
                for case_id, changes in told.items()
            ),
            batch_size=AT_A_TIME,
        )
        self.outcome.plan_tasks = sum(len(ids) for ids in receivers.values())

    def _open_tasks(self) -> Iterator[Any]:
        """The open tasks of the plans as rows; those of cases that stay behind as an archive are left alone."""
        followed = CaseTransfer.objects.filter(move=self.move).values("case")
        archived = Q(case__closed_on__isnull=False) & ~Q(case__in=followed)
        rows = PlanTask.objects.filter(status__in=UNFINISHED).exclude(archived).order_by("case_id", "id")
        fields = ("id", "case_id", "code", "function", "unit_id", "unit__code", "unit__branch_id", "unit_set_by_hand")
        of_case = ("taken_by_id", "case__branch_id", "case__protected_since", "case__closed_on")
        return iter(rows.values_list(*fields, *of_case, named=True))

    def _heir(self, task: Any, catalogue: Mapping[str, str]) -> Unit | None:
        """Who has a task from the day by this move, as the derivation says it (:mod:`hemvist.planning.shared_plan`);
        None where the move does not concern it.
        """
        thing = Thing(task.function, catalogue.get(task.code, ""))
        owner = self._owner(self.after, thing) if task.function else None
        closing = task.unit__code in self.move.closes
        derived = task.code in catalogue and not task.unit_set_by_hand
        # What nobody answers for lies with the coordination.
        moved = bool(self.parts & {thing, thing.whole}) or (COORDINATION in self.parts and owner is None)
        if not (closing or (derived and moved)):
            return None
        heir = owner or self.after.get(COORDINATION) or self.new
        # Nothing of a protected case leaves the branch that owns it by the way.
        if closing and task.case__protected_since and heir is not None and heir.branch_id != task.case__branch_id:
            return self.new
        return heir

    # --- the journal --------------------------------------------------------------------------------------------------

    def _write_journal(self) -> None:
        if self.rehearsing:
            return
        numbers = {key: value for key, value in asdict(self.outcome).items() if isinstance(value, int)}
        own = {"action": "move.carried_out", "object_type": "move", "object_ids": [self.move.pk], "details": numbers}
        for row in (*self.journal, own):
            audit.record(self.actor, reason=self.move.reference, **row)


def _batches(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(ids), AT_A_TIME):
        yield ids[start : start + AT_A_TIME]


def _shares_of(units: Collection[str], day: date) -> int:
    """How many shares of the distribution key go to the units on a day."""
    return sum(
        share.unit.code in units
        for key in distribution_keys()
        if key.holds(day)
        for shares in key.shares.values()
        for share in shares
    )
