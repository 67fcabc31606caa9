"""How the boards' rules of procedure (reglementen) read once a move takes effect: drafted from what moves and which
acts are repealed, put into better words by people, and shown as a redline.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.documents.model import Runs
from hemvist.documents.redline import redline
from hemvist.law.acts import acts
from hemvist.law.obligations import obligations
from hemvist.organisation import records
from hemvist.organisation.models import Board, Function, Move
from hemvist.placement import moving, queries
from hemvist.placement.rules import in_our_words, sources, texts_on
from hemvist.planning.board_rules import Amendment, RulesText, apply, draft


def drafted(move: Move) -> list[Amendment]:
    """What the rules of the boards concerned must say from the day of the move."""
    day = move.takes_effect_on
    rows = queries.function_rows(move)
    source, law = records.responsibilities(), obligations()
    needs: dict[str, set[str]] = {}
    for entry in source.obligations if source else ():
        duty = law.get(entry.code)
        if duty is not None and duty.holds(day):
            needs.setdefault(entry.function, set()).add(duty.act)
    keeps: dict[str, set[str]] = {}
    for row in rows:
        if row.then is not None:
            keeps.setdefault(row.then.board.code, set()).add(row.thing.function)
    return draft(
        texts_on(sources(), day, without=move),
        {
            row.thing.function: (row.now.board.code if row.now else "", row.then.board.code)
            for row in rows
            if row.then is not None and (row.now is None or row.now.board.pk != row.then.board.pk)
        },
        on=day,
        register=acts(),
        needs=needs,
        labels=dict(Function.objects.values_list("code", "name_sv")),
        keeps=keeps,
        board_names=dict(Board.objects.values_list("code", "name_sv")),
    )


@transaction.atomic
def redraft(actor: Actor, *, move_id: int, today: date, anew: bool = False) -> Move:
    """Draft the amendments from what the move says now. Words that a person has chosen stay where the clause still
    reads as it did, unless ``anew``.
    """
    policy.require(actor, "placement.draft")
    move = moving.locked_draft(move_id)
    kept = {} if anew else {_key(row): row["new"] for row in move.amendments if row.get("worded")}
    rows = []
    for amendment in drafted(move):
        row: dict[str, Any] = amendment.to_json()
        if _key(row) in kept:
            row |= {"new": kept[_key(row)], "worded": True}
        rows.append(row)
    move.amendments = rows
    move.save(update_fields=["amendments"])
    return move


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["board"], row["clause"], row["old"]


@transaction.atomic
def reword(actor: Actor, *, move_id: int, words: Sequence[str], drawn: str) -> Move:
    """Put the amendments in other words, one for each row in order. An empty wording removes the clause.

    ``drawn`` is the :func:`fingerprint` of the drafts that the words were written for. Raises ValidationError when they
    have changed since.
    """
    policy.require(actor, "placement.draft")
    move = moving.locked_draft(move_id)
    if len(words) != len(move.amendments) or drawn != fingerprint(move):
        raise ValidationError(
            _("Förslagen har skrivits om sedan sidan öppnades. Läs dem på nytt och skriv ändringen igen.")
        )
    rows = []
    for row, text in zip(move.amendments, words, strict=True):
        said = " ".join(text.split())
        rows.append({**row, "new": said, "worded": True} if said != row["new"] else row)
    move.amendments = rows
    move.save(update_fields=["amendments"])
    audit.record(actor, "move.reworded", object_type="move", object_ids=[move.pk])
    return move


def fingerprint(move: Move) -> str:
    """What the drafts are about: a page that was opened for other drafts does not reword these."""
    return sha256(json.dumps([_key(row) for row in move.amendments]).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Shown:
    """An amendment to read: whose rules, why, and the words with what is taken away and added."""

    board: str
    board_name: str
    clause: str
    why: str
    runs: Runs


def shown(move: Move) -> list[Shown]:
    """The move's amendments that change words. One query."""
    names = {board.code: board.name for board in Board.objects.all()}
    return [
        Shown(
            row["board"],
            names.get(row["board"], row["board"]),
            row["clause"],
            row["why"],
            redline(row["old"], row["new"]),
        )
        for row in move.amendments
    ]


def boards_of(move: Move) -> list[tuple[str, str]]:
    """The boards whose rules the move changes: code and name. One query."""
    concerned = {row["board"] for row in move.amendments if row["old"] != row["new"]}
    return [(board.code, board.name) for board in Board.objects.filter(code__in=concerned)]


def redlined(move: Move, board: str) -> tuple[list[Runs], frozenset[int]]:
    """A board's rules from the day of the move, clause by clause, with what is taken away and added marked; and the
    places of those whose text is ours and not the rules' own.
    """
    source = sources()
    before = {text.board: text for text in texts_on(source, move.takes_effect_on, without=move)}
    old = before.get(board, RulesText(board))
    changes = [Amendment.from_json(row) for row in move.amendments if row["board"] == board]
    new = {clause.code: clause.text for text in apply([old], changes) for clause in text.clauses}
    found = [redline(clause.text, new.pop(clause.code, "")) for clause in old.clauses]
    return found + [redline("", text) for text in new.values()], in_our_words(source, old, move.takes_effect_on)
