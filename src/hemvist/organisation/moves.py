"""What decided moves (flytt av ansvar) change in the organisation: who answers for what from which day, which units
open, close and change names. Derived from the folder and the moves, so that loading the folder again keeps what was
decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hemvist.organisation.models import Branch, Move, MovePart, Unit
from hemvist.organisation.schema import ResponsibilitiesFile, Responsibility
from hemvist.planning.responsibility import Part, Span, Thing, answer, timeline

IN_FORCE = (Move.Status.DECIDED, Move.Status.CARRIED_OUT)


def base_spans(source: ResponsibilitiesFile) -> list[Span]:
    """What the folder says, without any move."""
    return [Span(Thing(row.function), row.unit, row.valid_from, row.valid_to) for row in source.responsibilities]


def decided_parts(moves: Iterable[Move] | None = None) -> list[Part]:
    """What the decided moves give to whom, in the order of their decisions. One query, two when ``moves`` are given."""
    rows = MovePart.objects.select_related("move", "function", "unit")
    rows = rows.filter(move__status__in=IN_FORCE) if moves is None else rows.filter(move__in=list(moves))
    return [
        Part(
            Thing(row.function.code, row.task),
            row.unit.code,
            row.move.takes_effect_on,
            row.move_id,
            (row.move.decided_on or date.max).toordinal(),
        )
        for row in rows.order_by("move_id", "id")
    ]


def responsibility_rows(
    source: ResponsibilitiesFile, functions: Mapping[str, int], units: Mapping[str, int]
) -> dict[Any, dict[str, Any]]:
    """Every row of who answers for what, by (function id, task, first day): the folder's, as far as no move has ended
    them, and those that the decided moves make.
    """
    folder = {(row.function, row.valid_from): row for row in source.responsibilities}
    moves = {move.pk: move for move in Move.objects.filter(status__in=IN_FORCE)}
    return {
        (functions[span.thing.function], span.thing.task, span.start): {
            **_told(span, folder, moves),
            "function_id": functions[span.thing.function],
            "task": span.thing.task,
            "unit_id": units[span.unit],
            "valid_from": span.start,
            "valid_to": span.end,
            "move_id": span.move,
        }
        for span in timeline(base_spans(source), decided_parts())
    }


def _told(span: Span, folder: Mapping[Any, Responsibility], moves: Mapping[int, Move]) -> dict[str, Any]:
    """Since when and by which decision, as the folder or the move tells it."""
    if span.move is not None:
        return {
            "start_known": True,
            "confirmed": True,
            "decision_reference": moves[span.move].reference[:300],
            "note_sv": "",
            "note_en": "",
            "seed_lines": "",
        }
    row = folder[span.thing.function, span.start]
    return {
        "start_known": row.start_known,
        "confirmed": row.confirmed,
        "decision_reference": row.decision_reference,
        "note_sv": row.note.sv if row.note else "",
        "note_en": row.note.en if row.note else "",
        "seed_lines": row.seed_lines or "",
    }


@dataclass
class Effects:
    """What the moves that have been carried out did to units: by the unit's code."""

    opened: set[str] = field(default_factory=set)
    closed: dict[str, date] = field(default_factory=dict)
    names: dict[str, Mapping[str, str]] = field(default_factory=dict)
    # What a unit is for, in both languages, and the decision that says so.
    missions: dict[str, tuple[Mapping[str, str], str]] = field(default_factory=dict)


def effects() -> Effects:
    """The effects of all moves carried out, in their order. Two queries."""
    found = Effects()
    moves = Move.objects.filter(status=Move.Status.CARRIED_OUT).prefetch_related("parts__unit")
    for move in moves.order_by("takes_effect_on", "decided_on", "id"):
        for part in move.parts.all():
            found.opened.add(part.unit.code)
            found.closed.pop(part.unit.code, None)
        found.closed.update(dict.fromkeys(move.closes, move.takes_effect_on))
        found.names.update(move.names)
        found.missions.update({code: (words, move.reference) for code, words in move.missions.items()})
    return found


def apply_effects() -> None:
    """Make the units and branches say what the moves carried out have made of them; the same as at the next load."""
    found = effects()
    for unit in Unit.objects.filter(code__in={*found.opened, *found.closed, *found.names}):
        unit.planned = unit.planned and unit.code not in found.opened
        if unit.code in found.closed:
            unit.closed_on = found.closed[unit.code]
        elif unit.code in found.opened:
            unit.closed_on = None
        if name := found.names.get(unit.code):
            unit.name_sv, unit.name_en = name["sv"], name["en"]
        unit.save(update_fields=["planned", "closed_on", "name_sv", "name_en"])
    Branch.objects.filter(planned=True, units__code__in=found.opened).update(planned=False)


@dataclass(frozen=True, slots=True)
class Heir:
    """The unit that has what a closed unit had, from a day (arvtagare)."""

    on: date
    closed: str
    unit: str


def heirs(source: ResponsibilitiesFile | None) -> list[Heir]:
    """For each unit that a decided move closes: who has what it had from the day, by day. One query, two when a unit
    closes.
    """
    moves = [move for move in Move.objects.filter(status__in=IN_FORCE).order_by("takes_effect_on", "id") if move.closes]
    if not moves or source is None:
        return []
    spans = timeline(base_spans(source), decided_parts())
    return [heir for move in moves for heir in heirs_of(move, spans)]


def heirs_of(move: Move, spans: Sequence[Span]) -> list[Heir]:
    """Who has what the units that the move closes had. Where it is spread: the one that has the reception, else the one
    that has most of it.
    """
    found = []
    for code in move.closes:
        day = move.takes_effect_on
        ended = [span for span in spans if span.unit == code and span.end is not None and span.end <= day]
        # What it had last: a unit may have been emptied before it closes.
        had = {span.thing for span in ended if span.end == max(one.end for one in ended if one.end)}
        got = [held for thing in sorted(had, key=str) if (held := answer(spans, thing, day)) is not None]
        got = [span for span in got if span.unit != code]
        if got:
            reception = next((span.unit for span in got if span.thing == Thing("reception")), None)
            most = Counter(span.unit for span in got).most_common(1)[0][0]
            found.append(Heir(move.takes_effect_on, code, reception or most))
    return found


def missing_from(units: Iterable[str], functions: Iterable[str]) -> list[tuple[str, Move]]:
    """Codes of units and functions that a decided move needs and a folder lacks, each with the move. Two queries."""
    have = {*units, *functions}
    return sorted(
        {
            (code, part.move)
            for part in MovePart.objects.filter(move__status__in=IN_FORCE).select_related("move", "unit", "function")
            for code in (part.unit.code, part.function.code)
            if code not in have
        },
        key=lambda item: item[0],
    )
