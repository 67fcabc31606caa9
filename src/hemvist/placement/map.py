"""From law to board: what the law asks of the municipality on a day, who answers for it, by which tasks; what nobody
answers for, and what several do.

The law's part is :mod:`hemvist.law.obligations`; the folder says which function fulfils what; who answers for a
function or one task of it is ``Responsibility``, where decided moves lie ahead with their day. Nothing here is about a
person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from hemvist.law.acts import Act, acts
from hemvist.law.obligations import Obligation, obligations
from hemvist.law.types import Status, Text
from hemvist.organisation import records
from hemvist.organisation.models import Board, Function, Move, Responsibility, Unit, UnitContribution
from hemvist.organisation.queries import fold
from hemvist.organisation.schema import CatalogueEntry, ObligationOwner, ReceptionTask, ResponsibilitiesFile
from hemvist.organisation.schema import Text as Written
from hemvist.planning.responsibility import Thing

Item = TypeVar("Item")
Answers = Mapping[Thing, Responsibility]


class State(StrEnum):
    """How clear it is who answers."""

    ONE = "one"
    NONE = "none"
    SEVERAL = "several"


class Gap(StrEnum):
    """Why nobody answers: the folder gives the obligation to no function, or nobody answers for the function."""

    UNMAPPED = "unmapped"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Task:
    """A task (TA) of the reception or an early measure (EA), by the catalogue's code."""

    code: str
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationRow:
    """An obligation with who answers for it.

    ``on`` is the day that the answers are told for: the day asked about, or the obligation's first day when that lies
    ahead (``coming``). ``answers`` has the unit of the whole function first, then those of single tasks that the
    obligation is fulfilled by and that somebody else answers for.
    """

    obligation: Obligation
    act: Act
    status: Status
    on: date
    functions: tuple[Function, ...] = ()
    tasks: tuple[Task, ...] = ()
    notes: tuple[Text, ...] = ()
    answers: tuple[Responsibility, ...] = ()
    gap: Gap | None = None

    @property
    def coming(self) -> bool:
        return self.status is Status.DECIDED

    @property
    def remains(self) -> bool:
        """It is repealed and still concerns those that the older act goes on for."""
        return self.status is Status.REPEALED

    @property
    def boards(self) -> tuple[Board, ...]:
        return _distinct(answer.unit.board for answer in self.answers)

    @property
    def state(self) -> State:
        if self.gap:
            return State.NONE
        units = {answer.unit_id for answer in self.answers}
        split = len(self.boards) > 1 or (len(self.functions) > 1 and len(units) > 1)
        return State.SEVERAL if split else State.ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A unit's part in a task: it answers for it, or contributes to it."""

    unit: Unit
    answers: bool = False
    contributes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """Who has a part in a task (TA) of the reception or an early measure (EA) of another activity.

    A task of the reception has one that answers for it, through its function or on its own (``exception``). An early
    measure has those who contribute.
    """

    task: Task
    function: Function | None = None
    answer: Responsibility | None = None
    competences: tuple[Text, ...] = ()
    claims: tuple[Unit, ...] = ()

    @property
    def code(self) -> str:
        return self.task.code

    @property
    def early_measure(self) -> bool:
        return self.code.startswith("EA")

    @property
    def exception(self) -> bool:
        return self.answer is not None and bool(self.answer.task)

    @property
    def units(self) -> tuple[Unit, ...]:
        own = (self.answer.unit,) if self.answer else ()
        return _distinct((*own, *self.claims))

    @property
    def state(self) -> State:
        if not self.units or not (self.answer or self.early_measure):
            return State.NONE
        return State.SEVERAL if len({unit.branch.board_id for unit in self.units}) > 1 else State.ONE

    def cell(self, unit: Unit) -> Cell:
        return Cell(
            unit=unit,
            answers=self.answer is not None and self.answer.unit_id == unit.pk,
            contributes=any(claim.pk == unit.pk for claim in self.claims),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTable:
    """Tasks by the units that have a part in any of them."""

    rows: tuple[TaskRow, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        found = _distinct(unit for row in self.rows for unit in row.units)
        return tuple(sorted(found, key=lambda unit: (not unit.board.inside, unit.position)))

    @property
    def lines(self) -> tuple[tuple[TaskRow, tuple[Cell, ...]], ...]:
        units = self.units
        return tuple((row, tuple(row.cell(unit) for unit in units)) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawCell:
    """The obligations of an act that a board answers for; ``board`` is None for those of nobody."""

    board: Board | None
    rows: tuple[ObligationRow, ...]

    @property
    def sections(self) -> tuple[str, ...]:
        written = (row.obligation.section.replace(" §", "\N{NO-BREAK SPACE}§") for row in self.rows)
        return _distinct(section for section in written if section)

    @property
    def state(self) -> State:
        if self.rows and self.board is None:
            return State.NONE
        return State.SEVERAL if any(row.state is State.SEVERAL for row in self.rows) else State.ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class LawRow:
    """An act with its obligations: by board in the order of the map's boards, and those of nobody."""

    act: Act
    status: Status
    cells: tuple[LawCell, ...]
    unanswered: LawCell


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsibilityMap:
    """The whole map on a day, narrowed to a search. ``loaded`` is False before a municipality has been read in.

    ``ended`` are acts with obligations that no longer hold on the day; ``changes`` the days ahead on which something
    becomes otherwise, by law or by a decided move.
    """

    day: date
    loaded: bool
    obligations: tuple[ObligationRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    functions_without: tuple[Function, ...] = ()
    ended: tuple[Act, ...] = ()
    changes: tuple[date, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.obligations or self.tasks or self.functions_without)

    @property
    def laws(self) -> tuple[LawRow, ...]:
        boards = self.boards
        by_act: dict[str, list[ObligationRow]] = defaultdict(list)
        for row in self.obligations:
            by_act[row.act.sfs].append(row)
        return tuple(
            LawRow(
                act=rows[0].act,
                status=rows[0].act.status_on(self.day),
                cells=tuple(
                    LawCell(board=board, rows=tuple(row for row in rows if board in row.boards)) for board in boards
                ),
                unanswered=LawCell(board=None, rows=tuple(row for row in rows if row.state is State.NONE)),
            )
            for rows in by_act.values()
        )

    @property
    def boards(self) -> tuple[Board, ...]:
        """The boards and bodies that answer for some obligation."""
        found = _distinct(board for row in self.obligations for board in row.boards)
        return tuple(sorted(found, key=lambda board: (not board.inside, board.position)))

    @property
    def reception(self) -> TaskTable:
        """The tasks of the reception (TA)."""
        return TaskTable(rows=tuple(row for row in self.tasks if not row.early_measure))

    @property
    def early_measures(self) -> TaskTable:
        """The early measures of other activities (EA)."""
        return TaskTable(rows=tuple(row for row in self.tasks if row.early_measure))

    @property
    def gaps(self) -> tuple[ObligationRow, ...]:
        return self._obligations(State.NONE, coming=False)

    @property
    def coming_gaps(self) -> tuple[ObligationRow, ...]:
        return self._obligations(State.NONE, coming=True)

    @property
    def overlaps(self) -> tuple[ObligationRow, ...]:
        return tuple(row for row in self.obligations if row.state is State.SEVERAL)

    @property
    def task_gaps(self) -> tuple[TaskRow, ...]:
        return tuple(row for row in self.tasks if row.state is State.NONE)

    @property
    def task_overlaps(self) -> tuple[TaskRow, ...]:
        return tuple(row for row in self.tasks if row.state is State.SEVERAL)

    @property
    def nobody(self) -> int:
        """How many things nobody answers for on the day."""
        return len(self.gaps) + len(self.task_gaps) + len(self.functions_without)

    @property
    def several(self) -> int:
        return len(self.overlaps) + len(self.task_overlaps)

    def _obligations(self, state: State, *, coming: bool) -> tuple[ObligationRow, ...]:
        return tuple(row for row in self.obligations if row.state is state and row.coming is coming)


def responsibility_map(day: date, *, search: str = "", today: date | None = None) -> ResponsibilityMap:
    """The map on a day. ``search`` is matched, in either language, against law, paragraph, obligation, task, unit and
    board; all its words must be found. Six queries whatever there is.
    """
    source = records.responsibilities()
    if source is None:
        return ResponsibilityMap(day=day, loaded=False)
    found = _Found.read(source, day)
    words = fold(search).split()
    return ResponsibilityMap(
        day=day,
        loaded=True,
        obligations=tuple(row for row in found.obligation_rows(day) if _says(words, _obligation_texts(row))),
        tasks=tuple(row for row in found.task_rows(day) if _says(words, _task_texts(row))),
        functions_without=tuple(
            function
            for function in found.functions_without(day)
            if _says(words, [function.code, *_both(function, "name", "note")])
        ),
        ended=tuple(
            act
            for act in _distinct(acts()[item.act] for item in obligations().values())
            if act.status_on(day) is Status.REPEALED and _says(words, _act_texts(act))
        ),
        changes=found.changes_after(today or day),
    )


# --- what the folder and the database say -----------------------------------------------------------------------------


@dataclass
class _Found:
    """Everything that the map is made of, read once."""

    source: ResponsibilitiesFile
    catalogue: Mapping[str, CatalogueEntry]
    functions: Mapping[str, Function]
    rows: Sequence[Responsibility]
    contributions: Mapping[str, Sequence[Unit]]
    tasks: Mapping[str, ReceptionTask]
    owners: Mapping[str, Sequence[ObligationOwner]]
    closing: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, source: ResponsibilitiesFile, day: date) -> _Found:
        contributions: dict[str, list[Unit]] = defaultdict(list)
        for row in UnitContribution.objects.select_related("unit__branch__board").order_by("unit__position"):
            contributions[row.code].append(row.unit)
        owners: dict[str, list[ObligationOwner]] = defaultdict(list)
        for owner in source.obligations:
            owners[owner.code].append(owner)
        decided = Move.objects.filter(status=Move.Status.DECIDED, takes_effect_on__lte=day)
        return cls(
            source,
            records.catalogue(),
            {function.code: function for function in Function.objects.all()},
            list(Responsibility.objects.select_related("function", "unit__branch__board", "unit__department")),
            contributions,
            {task.code: task for task in source.tasks},
            owners,
            {code for closes in decided.values_list("closes", flat=True) for code in closes},
        )

    def answers(self, day: date) -> Answers:
        return {
            Thing(row.function.code, row.task): row
            for row in self.rows
            if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
        }

    def obligation_rows(self, day: date) -> Iterable[ObligationRow]:
        """Those that hold on the day, still concern somebody then, or are decided for a later day."""
        answers = {day: self.answers(day)}
        for item in obligations().values():
            status = item.status_on(day)
            if status not in (Status.IN_FORCE, Status.DECIDED) and not item.remains(day):
                continue
            on = max(day, item.valid_from or day)
            if on not in answers:
                answers[on] = self.answers(on)
            yield self._obligation_row(item, status, on, answers[on])

    def _obligation_row(self, item: Obligation, status: Status, on: date, answers: Answers) -> ObligationRow:
        owners = [owner for owner in self.owners.get(item.code, ()) if owner.function in self.functions]
        answering: list[Responsibility] = []
        gap = None if owners else Gap.UNMAPPED
        for owner in owners:
            whole = answers.get(Thing(owner.function))
            single = [answers.get(Thing(owner.function, task)) for task in owner.tasks]
            if whole is None and not (single and all(single)):
                gap = Gap.UNANSWERED
            # Who has only tasks that others do is left out when every task is somebody else's.
            if whole is not None and not (single and all(single)):
                answering.append(whole)
            answering += [answer for answer in single if answer]
        tasks = dict.fromkeys(task for owner in owners for task in owner.tasks if task in self.catalogue)
        return ObligationRow(
            obligation=item,
            act=acts()[item.act],
            status=status,
            on=on,
            functions=tuple(self.functions[code] for code in dict.fromkeys(owner.function for owner in owners)),
            tasks=tuple(_task(self.catalogue[code]) for code in tasks),
            notes=tuple(_text(owner.note) for owner in owners if owner.note),
            answers=_distinct(answering),
            gap=gap,
        )

    def task_rows(self, day: date) -> Iterable[TaskRow]:
        answers = self.answers(day)
        labels = {competence.code: _text(competence.label) for competence in self.source.competences}
        answering = {answer.unit.code for answer in answers.values()}
        codes = sorted(self.catalogue, key=lambda code: (not code.startswith("TA"), code))
        for code in codes:
            task = self.tasks.get(code)
            answer = None
            if task is not None:
                answer = answers.get(Thing(task.function, code)) or answers.get(Thing(task.function))
            claims = [
                unit
                for unit in self.contributions.get(code, ())
                if unit.code not in self.closing and (unit.open_on(day) or unit.code in answering)
            ]
            # A decided move is later than what the folder says that units contribute with.
            if answer is not None and answer.move_id is not None:
                claims = [unit for unit in claims if unit.pk == answer.unit_id]
            yield TaskRow(
                task=_task(self.catalogue[code]),
                function=self.functions.get(task.function) if task else None,
                answer=answer,
                competences=tuple(labels[one] for one in task.competences if one in labels) if task else (),
                claims=tuple(claims),
            )

    def functions_without(self, day: date) -> Iterable[Function]:
        """The functions that nobody answers for, as a whole or task by task."""
        answers = self.answers(day)
        for function in self.functions.values():
            if not function.open_on(day) or Thing(function.code) in answers:
                continue
            tasks = [task.code for task in self.source.tasks if task.function == function.code]
            if not (tasks and all(Thing(function.code, task) in answers for task in tasks)):
                yield function

    def changes_after(self, today: date) -> tuple[date, ...]:
        law = {day for item in obligations().values() for day in (item.valid_from, item.repealed_from) if day}
        moves = {row.valid_from for row in self.rows}
        return tuple(sorted(day for day in law | moves if day > today))


def _text(written: Written) -> Text:
    return Text(written.sv, written.en)


def _task(entry: CatalogueEntry) -> Task:
    return Task(entry.code, _text(entry.title))


# --- searching --------------------------------------------------------------------------------------------------------


def _says(words: Sequence[str], texts: Iterable[str]) -> bool:
    hay = fold(" ".join(texts)) if words else ""
    return all(word in hay for word in words)


def _both(instance: object, *names: str) -> list[str]:
    return [getattr(instance, f"{name}_{language}") or "" for name in names for language in ("sv", "en")]


def _unit_texts(unit: Unit) -> list[str]:
    return [unit.code, *_both(unit, "name"), unit.board.code, *_both(unit.board, "name")]


def _act_texts(act: Act) -> list[str]:
    return [act.sfs, act.title.sv, act.title.en, act.short.sv, act.short.en]


def _named_texts(task: Task) -> list[str]:
    return [task.code, task.title.sv, task.title.en]


def _obligation_texts(row: ObligationRow) -> list[str]:
    return [
        *_act_texts(row.act),
        row.obligation.section,
        row.obligation.text.sv,
        row.obligation.text.en,
        *(text for task in row.tasks for text in _named_texts(task)),
        *(text for function in row.functions for text in _both(function, "name")),
        *(text for answer in row.answers for text in [answer.decision_reference, *_unit_texts(answer.unit)]),
    ]


def _task_texts(row: TaskRow) -> list[str]:
    return [
        *_named_texts(row.task),
        *(_both(row.function, "name") if row.function else ()),
        *(text for competence in row.competences for text in (competence.sv, competence.en)),
        *(text for unit in row.units for text in _unit_texts(unit)),
    ]


def _distinct(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))
