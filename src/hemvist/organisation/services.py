"""Load a municipality's folder into the database, and record local rulings.

The folder is the truth of the organisation: loading it again changes nothing, and loading a changed folder
changes what differs. What others may point at (boards, branches, departments, units, functions, actors) is
closed when it vanishes, never deleted.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemvist.law.rulings import QUESTIONS
from hemvist.organisation import moves, records
from hemvist.organisation.check import Folder, duty_keys, read_folder
from hemvist.organisation.models import (
    Actor,
    Board,
    Branch,
    DecisionPoint,
    Department,
    Function,
    GlossaryTerm,
    GoverningDecision,
    HistoricalFigure,
    LocalRuling,
    Move,
    Municipality,
    PlanTemplate,
    Responsibility,
    Unit,
    UnitContribution,
)
from hemvist.organisation.reading import Problem
from hemvist.organisation.schema import Model, Text

Rows = Mapping[Any, dict[str, Any]]


class FolderError(ValueError):
    """The folder cannot be loaded. ``problems`` say why; nothing has been changed."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("Mappen lästes inte in. Ingenting har ändrats.")
        self.problems = problems


@dataclass
class LoadReport:
    """What a load did, as numbers of rows."""

    municipality: str = ""
    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    new_plan: bool = False
    notes: list[Problem] = field(default_factory=list)

    @property
    def nothing_changed(self) -> bool:
        return not (self.created or self.changed or self.closed or self.removed or self.new_plan)

    def __str__(self) -> str:
        if self.nothing_changed:
            return f"{self.municipality}: inget har ändrats."
        words = {
            "nya": self.created,
            "ändrade": self.changed,
            "stängda": self.closed,
            "borttagna": self.removed,
        }
        lines = [f"  {word}: {rows.total()}" for word, rows in words.items() if rows]
        if self.new_plan:
            lines.append("  ny version av planmallen")
        return "\n".join([f"{self.municipality}: inläst.", *lines])


@transaction.atomic
def load_municipality(path: str | Path, *, today: date | None = None) -> LoadReport:
    """Load the folder. One transaction; raises :class:`FolderError` when the folder is not right, or when the
    database belongs to another municipality.
    """
    day = today or timezone.localdate()
    folder, problems = read_folder(path, duty_keys())
    if folder is None:
        raise FolderError(problems)
    _own_database(folder)
    _keeps_what_moved(folder)
    report = LoadReport(folder.municipality.name.sv, notes=problems)
    sync = _Sync(day, report)
    boards, units = _load_organisation(folder, sync)
    _load_responsibilities(folder, sync, units)
    _load_decisions(folder, sync, boards)
    _load_history(folder, sync)
    _load_glossary(folder, sync)
    report.new_plan = _load_plan(folder, day)
    _load_settings(folder, sync)
    if not report.nothing_changed:
        Municipality.objects.update(loaded_at=timezone.now())
    return report


def _own_database(folder: Folder) -> None:
    other = Municipality.objects.exclude(code=folder.municipality.code).first()
    if other is not None:
        raise FolderError(
            [
                Problem(
                    str(folder.path / "municipality.yaml"),
                    1,
                    "code",
                    f"databasen hör till {other.name_sv} ({other.code})",
                    "Läs in den här mappen i en egen databas (HEMVIST_DATABASE_URL)",
                )
            ]
        )


def _keeps_what_moved(folder: Folder) -> None:
    """A decided move needs its units and functions: a folder without one of them is refused."""
    lacking = moves.missing_from(
        (unit.code for unit in folder.organisation.units),
        (function.code for function in folder.responsibilities.functions),
    )
    if lacking:
        raise FolderError(
            [
                Problem(
                    str(folder.path / "organisation.yaml"),
                    1,
                    code,
                    f"{code} saknas, men behövs för flytten ”{move.title}” ({move.reference})",
                    "Lägg tillbaka den"
                    if move.status == Move.Status.CARRIED_OUT
                    else "Lägg tillbaka den, eller återkalla flytten före dess dag",
                )
                for code, move in lacking
            ]
        )


class _Sync:
    """Make a table say what the folder says, touching only rows that differ."""

    def __init__(self, today: date, report: LoadReport) -> None:
        self.today = today
        self.report = report

    def __call__(
        self,
        model: type[models.Model],
        rows: Rows,
        *,
        key: Callable[[Any], Any] = lambda row: row.code,
        closes: bool = False,
    ) -> dict[Any, int]:
        """Row key → id. ``closes``: a row that is not in the folder is closed rather than removed."""
        name = model._meta.model_name or ""
        existing: dict[Any, Any] = {key(row): row for row in model._default_manager.all()}
        for gone in existing.keys() - rows.keys():
            row = existing.pop(gone)
            if not closes:
                row.delete()
                self.report.removed[name] += 1
            elif row.closed_on is None:
                row.closed_on = self.today
                row.save(update_fields=["closed_on"])
                self.report.closed[name] += 1
        # Ended periods first, so that a function never has two current answers on the way.
        for row_key, values in sorted(rows.items(), key=lambda item: item[1].get("valid_to") is None):
            row = existing.get(row_key)
            if row is None:
                existing[row_key] = model._default_manager.create(**values)
                self.report.created[name] += 1
            elif different := [f for f, value in values.items() if getattr(row, f) != value]:
                for f in different:
                    setattr(row, f, values[f])
                row.save(update_fields=different)
                self.report.changed[name] += 1
        return {row_key: row.pk for row_key, row in existing.items()}


def _fields(entry: Model, *names: str) -> dict[str, Any]:
    """The named fields as columns: a Text becomes two, a missing one empty strings."""
    columns: dict[str, Any] = {}
    for name in names:
        value = getattr(entry, name)
        annotation = type(entry).model_fields[name].annotation
        if annotation is Text or annotation == Text | None:
            columns[f"{name}_sv"], columns[f"{name}_en"] = (value.sv, value.en) if value else ("", "")
        else:
            columns[name] = "" if value is None and name == "seed_lines" else value
    return columns


def _load_organisation(folder: Folder, sync: _Sync) -> tuple[dict[Any, int], dict[Any, int]]:
    source = folder.organisation
    moved = moves.effects()
    opened = {unit.branch for unit in source.units if unit.code in moved.opened}
    boards = sync(
        Board,
        {
            board.code: {
                **_fields(board, "code", "name", "kind", "note"),
                "position": n,
                "closed_on": board.valid_to,
            }
            for n, board in enumerate(source.boards)
        },
        closes=True,
    )
    branches = sync(
        Branch,
        {
            branch.code: {
                **_fields(branch, "code", "name", "secrecy", "self_standing", "reference", "confirmed"),
                "planned": branch.planned and branch.code not in opened,
                "board_id": boards[branch.board],
                "position": n,
                "closed_on": None,
            }
            for n, branch in enumerate(source.branches)
        },
        closes=True,
    )
    departments = sync(
        Department,
        {
            department.code: {
                **_fields(department, "code", "name", "note"),
                "board_id": boards[department.board],
                "position": n,
                "closed_on": None,
            }
            for n, department in enumerate(source.departments)
        },
        closes=True,
    )
    units = sync(
        Unit,
        {
            unit.code: {
                **_fields(unit, "code", "name", "functions", "contact", "contribution", "note", "seed_lines"),
                **{f"name_{language}": words for language, words in moved.names.get(unit.code, {}).items()},
                "planned": unit.planned and unit.code not in moved.opened,
                "branch_id": branches[unit.branch],
                "department_id": departments[unit.department] if unit.department else None,
                "position": n,
                "closed_on": moved.closed.get(unit.code, unit.valid_to),
            }
            for n, unit in enumerate(source.units)
        },
        closes=True,
    )
    catalogue = {entry.code: entry for entry in folder.plan.catalogue}
    sync(
        UnitContribution,
        {
            (units[unit.code], code): {
                **_fields(catalogue[code], "code", "title", "seed_lines"),
                "unit_id": units[unit.code],
            }
            for unit in source.units
            for code in unit.contributes
        },
        key=lambda row: (row.unit_id, row.code),
    )
    sync(
        Actor,
        {
            actor.code: {
                **_fields(actor, "code", "name", "kind", "role", "seed_lines"),
                "board_id": boards[actor.board] if actor.board else None,
                "unit_id": units[actor.unit] if actor.unit else None,
                "position": n,
                "closed_on": None,
            }
            for n, actor in enumerate(source.actors)
        },
        closes=True,
    )
    return boards, units


def _load_responsibilities(folder: Folder, sync: _Sync, units: dict[Any, int]) -> None:
    source = folder.responsibilities
    functions = sync(
        Function,
        {
            function.code: {
                "code": function.code,
                "name_sv": function.label.sv,
                "name_en": function.label.en,
                **_fields(function, "note"),
                "position": n,
                "closed_on": None,
            }
            for n, function in enumerate(source.functions)
        },
        closes=True,
    )
    sync(
        Responsibility,
        moves.responsibility_rows(source, functions, units),
        key=lambda row: (row.function_id, row.task, row.valid_from),
    )


def follow_moves() -> None:
    """Make who answers for what say what the folder and the decided moves say: after a decision, a withdrawal, and the
    day itself. Called in the transaction of the deed.
    """
    # One at a time: two decisions at once would each write who answers without the other.
    Municipality.objects.select_for_update().first()
    source = records.responsibilities()
    if source is None:
        return
    sync = _Sync(date.max, LoadReport())
    functions = dict(Function.objects.values_list("code", "id"))
    units = dict(Unit.objects.values_list("code", "id"))
    sync(
        Responsibility,
        moves.responsibility_rows(source, functions, units),
        key=lambda row: (row.function_id, row.task, row.valid_from),
    )
    moves.apply_effects()


def _load_decisions(folder: Folder, sync: _Sync, boards: dict[Any, int]) -> None:
    source = folder.decisions
    rows: dict[str, dict[str, Any]] = {
        decision.code: {
            **_fields(
                decision,
                "code",
                "title",
                "body",
                "decided_on",
                "when",
                "diary_number",
                "section",
                "summary",
                "seed_lines",
            ),
            "kind": GoverningDecision.Kind.DECISION.value,
            "board_id": boards[decision.board] if decision.board else None,
            "position": n,
        }
        for n, decision in enumerate(source.decisions)
    }
    for n, statement in enumerate(source.statements):
        rows[statement.code] = {
            **_fields(statement, "code", "body", "diary_number", "summary", "seed_lines"),
            "title_sv": f"Yttrande {statement.diary_number}",
            "title_en": f"Opinion {statement.diary_number}",
            "when_sv": str(statement.year),
            "when_en": str(statement.year),
            "decided_on": None,
            "section": "",
            "kind": GoverningDecision.Kind.STATEMENT.value,
            "board_id": boards[statement.board] if statement.board else None,
            "position": n,
        }
    decisions = sync(GoverningDecision, rows)
    sync(
        DecisionPoint,
        {
            (decisions[decision.code], point.number): {
                **_fields(point, "number", "text", "deadline", "status", "note"),
                "decision_id": decisions[decision.code],
            }
            for decision in source.decisions
            for point in decision.points
        },
        key=lambda row: (row.decision_id, row.number),
    )


def _load_history(folder: Folder, sync: _Sync) -> None:
    source = folder.history
    rows: dict[str, dict[str, Any]] = {}
    seen: Counter[str] = Counter()
    for figure in source.figures:
        group = f"{figure.measure}:{figure.year}:{figure.category or ''}"
        seen[group] += 1
        key = f"{group}:{seen[group]}"
        rows[key] = {
            "key": key,
            **_fields(figure, "measure", "year", "value", "low", "high", "as_of", "source", "note", "seed_lines"),
            "category": figure.category or "",
            "conflict": figure.conflict or "",
            "is_gap": False,
        }
    for gap in source.gaps:
        for year in gap.years:
            key = f"{gap.measure}:{year}::gap"
            rows[key] = {
                "key": key,
                "measure": gap.measure,
                "year": year,
                "category": "",
                **dict.fromkeys(("value", "low", "high", "as_of")),
                **dict.fromkeys(("source", "conflict", "seed_lines"), ""),
                "is_gap": True,
                "note_sv": gap.reason.sv,
                "note_en": gap.reason.en,
            }
    sync(HistoricalFigure, rows, key=lambda row: row.key)


def _load_glossary(folder: Folder, sync: _Sync) -> None:
    sync(
        GlossaryTerm,
        {
            term.code: {
                **_fields(term, "code", "term", "explanation", "aliases"),
                "source": term.source or "",
            }
            for term in folder.glossary.terms
        },
    )


def _load_plan(folder: Folder, today: date) -> bool:
    """Keep a new version of the template if it says something else than the present one."""
    content = folder.plan.model_dump(mode="json", exclude_none=True)
    version = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    current = PlanTemplate.objects.last()
    if current is not None and current.version == version:
        return False
    PlanTemplate.objects.create(version=version, valid_from=today, content=content)
    return True


def _load_settings(folder: Folder, sync: _Sync) -> None:
    municipality = folder.municipality
    sync(
        Municipality,
        {
            municipality.code: {
                "id": 1,
                **_fields(municipality, "code", "name"),
                "folder_hash": folder.hash,
                "data": {
                    "settings": municipality.model_dump(mode="json"),
                    "measures": [entry.model_dump(mode="json") for entry in folder.history.measures],
                    "categories": [entry.model_dump(mode="json") for entry in folder.history.categories],
                    "compensation": folder.compensation.model_dump(mode="json"),
                    "responsibilities": folder.responsibilities.model_dump(mode="json"),
                    "catalogue": [entry.model_dump(mode="json") for entry in folder.plan.catalogue],
                    "rules": folder.rules.model_dump(mode="json"),
                    "placement": folder.placement.model_dump(mode="json"),
                    "housing": folder.housing.model_dump(mode="json"),
                },
            }
        },
    )


@transaction.atomic
def record_ruling(
    *,
    key: str,
    answer: str,
    decided_on: date,
    decided_by: str,
    reason: str,
    registered_by: str,
    today: date,
    reference: str = "",
    corrects: LocalRuling | None = None,
) -> LocalRuling:
    """Keep how the municipality answers an open legal question (:data:`hemvist.law.rulings.QUESTIONS`).

    The caller asks ``access.policy`` for ``ruling.record`` and writes the audit row; this room lies below
    both.
    Raises ValidationError.
    """
    question = QUESTIONS.get(key)
    errors: dict[str, str] = {}
    if question is None:
        errors["key"] = _("Frågan %(key)s finns inte.") % {"key": key}
    elif answer not in question.options:
        options = ", ".join(question.options)
        errors["answer"] = _("Svaret finns inte. Välj något av: %(options)s.") % {"options": options}
    if decided_on > today:
        errors["decided_on"] = _("Dagen ligger i framtiden. Skriv dagen då ställningstagandet gjordes.")
    for name, value in (("decided_by", decided_by), ("reason", reason)):
        if not value.strip():
            errors[name] = _("Fyll i fältet. Det ska gå att se vem som tog ställning och varför.")
    if corrects is not None and corrects.key != key:
        errors["corrects"] = _("Rättelsen gäller en annan fråga.")
    elif corrects is not None and LocalRuling.objects.filter(corrects=corrects).exists():
        errors["corrects"] = _("Ställningstagandet är redan rättat. Rätta det senaste i stället.")
    if errors:
        raise ValidationError(errors)
    return LocalRuling.objects.create(
        key=key,
        question=question.question if question else "",
        answer=answer,
        decided_on=decided_on,
        decided_by=decided_by.strip(),
        reference=reference.strip(),
        reason=reason.strip(),
        registered_by=registered_by,
        corrects=corrects,
    )
