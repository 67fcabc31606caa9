"""What the weighing rests on (underlag): who was asked, as roles; what was said, word for word; whose voice each
argument is; what the unit is for; and what one must be able to do each task. Read-only, and nobody's name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from hemvist.access import policy
from hemvist.access.actor import Actor
from hemvist.organisation import records
from hemvist.organisation.models import Function, Move, Unit
from hemvist.organisation.queries import municipality, responsibility_map
from hemvist.organisation.schema import PlacementFile, Text
from hemvist.planning.responsibility import Thing


@dataclass(frozen=True, slots=True)
class Interview:
    role: str
    about: str
    lines: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """``text`` is Swedish as it was written, whatever the reader's language."""

    code: str
    text: str
    by: str
    lines: str


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says something, and which arguments: alternative → codes."""

    code: str
    label: str
    arguments: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def count(self) -> int:
        return sum(len(codes) for _, codes in self.arguments)


@dataclass(frozen=True, slots=True)
class Fact:
    code: str
    text: str
    reference: str


@dataclass(frozen=True, slots=True)
class NewMission:
    """What a decided move says that a unit is for and is called, from a day."""

    on: date
    reference: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Mission:
    """What a unit is for, and what it might rather be called. ``decided`` is what moves have made of it."""

    unit: Unit
    text: str
    proposed_name: str
    reason: str
    lines: str
    decided: tuple[NewMission, ...]

    @property
    def named(self) -> bool:
        """Whether the unit already has the proposed name."""
        return self.proposed_name.casefold() == self.unit.name.casefold()


@dataclass(frozen=True, slots=True)
class Task:
    """A task (TA) of the reception: who has it today, and what one must be able to do it (kompetensprofil)."""

    code: str
    title: str
    function: str
    unit: Unit | None
    competences: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Competence:
    """A profession or an experience, and the tasks that ask for it."""

    label: str
    tasks: tuple[str, ...]
    lines: str


@dataclass(frozen=True, slots=True)
class Evidence:
    source: Mapping[str, Any] | None
    interviews: tuple[Interview, ...]
    quotations: tuple[Quotation, ...]
    voices: tuple[Voice, ...]
    facts: tuple[Fact, ...]
    missions: tuple[Mission, ...]
    tasks: tuple[Task, ...]
    competences: tuple[Competence, ...]

    @property
    def empty(self) -> bool:
        return not (self.interviews or self.quotations or self.voices or self.missions or self.tasks)


def evidence(actor: Actor, *, today: date) -> Evidence:
    """Everything that the page *Underlag* shows. Eight queries, however much there is."""
    policy.require(actor, "placement.view")
    owner = municipality()
    found = records.placement()
    tasks, competences = _profile(today)
    return Evidence(
        owner.settings.get("source_document") if owner else None,
        tuple(Interview(_t(i.role), _t(i.about), i.seed_lines or "") for i in found.interviews),
        tuple(Quotation(q.code, q.text, _t(q.by), q.seed_lines or "") for q in found.quotations),
        _voices(found),
        tuple(Fact(fact.code, _t(fact.text), fact.reference) for fact in found.facts),
        _missions(found),
        tasks,
        competences,
    )


def _t(text: Text | None) -> str:
    return text.get(get_language() or "sv") if text else ""


def _voices(found: PlacementFile) -> tuple[Voice, ...]:
    labels = {alternative.code: _t(alternative.label) for alternative in found.alternatives}
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for argument in found.arguments:
        for voice in argument.voices:
            said[voice][labels[argument.alternative]].append(argument.code)
    return tuple(
        Voice(
            voice.code,
            _t(voice.label),
            tuple((label, tuple(codes)) for label, codes in said[voice.code].items()),
        )
        for voice in found.voices
    )


def _missions(found: PlacementFile) -> tuple[Mission, ...]:
    moves = list(
        Move.objects.filter(status__in=(Move.Status.DECIDED, Move.Status.CARRIED_OUT)).order_by("takes_effect_on", "id")
    )
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[mission.unit for mission in found.missions])}
    # The proposal is for what the unit does: a move that gives it to another unit words the mission of that one.
    decided = tuple(
        NewMission(move.takes_effect_on, move.reference, _spoken(move.names.get(code)), _spoken(words))
        for move in moves
        for code, words in move.missions.items()
    )
    return tuple(
        Mission(
            units[mission.unit],
            _t(mission.text),
            _t(mission.proposed_name),
            _t(mission.reason),
            mission.seed_lines or "",
            decided,
        )
        for mission in found.missions
        if mission.unit in units
    )


def _spoken(words: Mapping[str, str] | None) -> str:
    """``{"sv": …, "en": …}`` in the reader's language; Swedish fills in."""
    if not words:
        return ""
    english = (get_language() or "sv").startswith("en")
    return (words.get("en") if english else "") or words.get("sv", "")


def _profile(today: date) -> tuple[tuple[Task, ...], tuple[Competence, ...]]:
    source = records.responsibilities()
    if source is None:
        return (), ()
    titles = records.catalogue()
    names = {function.code: function.name for function in Function.objects.all()}
    owners = responsibility_map(today)
    labels = {competence.code: _t(competence.label) for competence in source.competences}
    asked: dict[str, list[str]] = defaultdict(list)
    tasks = []
    for task in source.tasks:
        for code in task.competences:
            asked[code].append(task.code)
        title = titles.get(task.code)
        tasks.append(
            Task(
                task.code,
                _t(title.title) if title else task.code,
                names.get(task.function, task.function),
                owners.get(Thing(task.function, task.code)) or owners.get(Thing(task.function)),
                tuple(labels.get(code, code) for code in task.competences),
                _t(task.note),
            )
        )
    competences = tuple(
        Competence(labels[competence.code], tuple(asked[competence.code]), competence.seed_lines or "")
        for competence in source.competences
    )
    return tuple(tasks), competences
