"""The file of anvisningar: staged for a preview, then brought in whole or not at all.

Nothing but the :class:`ImportRun` is saved before someone confirms. What the file held of persons is emptied when
the run is confirmed or discarded.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import TypeAdapter

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.models import Installation
from hemvist.reception import identity, services
from hemvist.reception.import_columns import BY_FIELD
from hemvist.reception.import_file import FileHousehold, Parsed, Problem, households, parse, told
from hemvist.reception.models import Assignment, FactSource, Identifier, ImportRun

# Households that are brought in at a time: progress is told and memory bounded in between.
BATCH = 100
# Faults that are kept and shown; a file with more has one cause.
MAX_PROBLEMS = 500
# A preview that nobody took further is emptied after this many days.
FORGOTTEN_DAYS = 7

Progress = Callable[[int, int], None]
_STAGED = TypeAdapter(list[FileHousehold])


# --- stage --------------------------------------------------------------------------------------------------


@transaction.atomic
def stage(actor: Actor, filename: str, data: bytes, today: date) -> ImportRun:
    """Read the file and keep it for a preview, with all faults and what is already known.

    Raises ValidationError for what is no table at all; then nothing is kept.
    """
    policy.require(actor, "import.run")
    branch = services.owner_branch(today)
    if branch.id not in actor.branches("import.run"):
        raise Refused(_("Bara mottagandet läser in anvisningar."), action="import.run")
    _discard_forgotten(actor)
    parsed = parse(filename, data)
    if parsed.unreadable:
        raise ValidationError([problem.message for problem in parsed.problems])
    found = households(parsed)
    _check(found, parsed, today)
    known = _known(found, today)
    new = [household for household in found if household.key not in known]
    problems = sorted(parsed.problems, key=lambda problem: (problem.row or 0, problem.column))
    run = ImportRun.objects.create(
        branch=branch,
        file_name=filename[-255:],
        sha256=hashlib.sha256(data).hexdigest(),
        staged={
            "households": [asdict(household) for household in found] if not problems else [],
            "problems": [asdict(problem) for problem in problems[:MAX_PROBLEMS]],
            "known": [{"key": h.key, "rows": list(h.rows)} for h in found if h.key in known],
        },
        summary={
            "rows": len(parsed.rows),
            "households": len(new),
            "persons": sum(len(household.rows) for household in new),
            "assignments": sum(household.new.assignment is not None for household in new),
            "known_households": len(known),
            "known_persons": sum(len(h.rows) for h in found if h.key in known),
            "errors": len(problems),
            "unused": parsed.unused,
        },
        created_by_id=actor.user_id,
    )
    audit.record(
        actor,
        "import.staged",
        object_type="import",
        object_ids=[run.id],
        details={"sha256": run.sha256, **_counts(run)},
    )
    return run


def _counts(run: ImportRun) -> dict[str, Any]:
    return {name: value for name, value in run.summary.items() if name != "unused"}


# The column where a fault of services.faults_in belongs; the names are the same but for these.
_PLACE = {"persons": "key"}


def _check(found: Sequence[FileHousehold], parsed: Parsed, today: date) -> None:
    """What the law of the register says of each household, placed on its row and column, and doubles in the file."""
    demo = Installation.objects.filter(id=1, is_demo=True).exists()
    seen: dict[tuple[str, str], int] = {}

    def tell(row: int, field: str, message: str) -> None:
        column = BY_FIELD[_PLACE.get(field, field)]
        if not told(parsed, row, column):
            parsed.problems.append(Problem(message, row, str(column.label), column.allowed))

    for household in found:
        for fault in services.faults_in(household.new, today, demo=demo):
            rows = household.rows if fault.person is None else (household.rows[fault.person],)
            if not any(told(parsed, row, BY_FIELD[_PLACE.get(fault.field, fault.field)]) for row in rows):
                tell(rows[0], fault.field, fault.message)
        for row, kind, value in _marks(household, today):
            first = seen.setdefault((kind, value), row)
            if first != row:
                tell(row, kind, _("Samma uppgift står på rad %(row)d, i ett annat hushåll.") % {"row": first})


def _marks(household: FileHousehold, today: date) -> Iterator[tuple[int, str, str]]:
    """What a household can be known again by: row, kind and value. Numbers that cannot be read are left out."""
    if household.new.assignment and household.new.assignment.reference:
        yield household.rows[0], "reference", household.new.assignment.reference
    for row, person in zip(household.rows, household.new.persons, strict=True):
        for kind, value in person.identifiers:
            try:
                yield row, kind, identity.normalise(kind, value, today)
            except ValidationError:
                continue


def _known(found: Sequence[FileHousehold], today: date) -> set[str]:
    """The keys of the households that are in Hemvist already, by reference or by any number, old ones too.

    Looks behind every boundary, protected cases too, and tells no more than yes.
    """
    marks = {(kind, value): household.key for household in found for _row, kind, value in _marks(household, today)}
    references = [value for kind, value in marks if kind == "reference"]
    numbers = [value for kind, value in marks if kind != "reference"]
    hits = {
        ("reference", value)
        for value in Assignment.objects.filter(reference__in=references).values_list("reference", flat=True)
    }
    hits.update(Identifier.objects.filter(value__in=numbers).values_list("kind", "value"))
    return {marks[hit] for hit in hits if hit in marks}


# --- look ---------------------------------------------------------------------------------------------------


def get_run(actor: Actor, run_id: uuid.UUID, *, lock: bool = False) -> ImportRun:
    """A run of the actor's own branch. Raises NotVisible."""
    runs = ImportRun.objects.select_for_update() if lock else ImportRun.objects.select_related("created_by")
    run = runs.filter(id=run_id, branch_id__in=actor.branches("import.run")).first()
    if run is None:
        raise NotVisible(action="import.run", object_id=str(run_id))
    return run


@transaction.atomic
def preview(actor: Actor, run_id: uuid.UUID) -> ImportRun:
    """A run to show. Its messages quote the file, so the reading leaves a row."""
    run = get_run(actor, run_id)
    if run.staged:
        audit.record(actor, "import.viewed", object_type="import", object_ids=[run.id], fields=("problems", "known"))
    return run


def recent_runs(actor: Actor, limit: int = 10) -> list[ImportRun]:
    """The latest files of the actor's branch, without what stood in them."""
    policy.require(actor, "import.run")
    return list(
        ImportRun.objects.filter(branch_id__in=actor.branches("import.run"))
        .select_related("created_by")
        .defer("staged")[:limit]
    )


def problems_of(run: ImportRun) -> list[Problem]:
    return [Problem(**problem) for problem in run.staged.get("problems", [])]


# --- confirm or discard -------------------------------------------------------------------------------------


@transaction.atomic
def confirm(actor: Actor, run_id: uuid.UUID, today: date, progress: Progress | None = None) -> ImportRun:
    """Bring all households of the run in, in one transaction. What has become known meanwhile is skipped.

    Raises ValidationError when the file has faults or the run is already dealt with.
    """
    policy.require(actor, "import.run")
    run = _open(actor, run_id)
    if run.summary["errors"]:
        raise ValidationError(_("Filen har fel. Rätta dem i filen och läs in den igen; inget har sparats."))
    found = _STAGED.validate_python(run.staged["households"])
    # In line before looking: the same file confirmed twice at once comes in once.
    services.hold_case_numbers(today)
    known = _known(found, today)
    new = [household for household in found if household.key not in known]
    if progress:
        progress(0, len(new))
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        services.register_households(
            actor, [household.new for household in batch], today=today, source=FactSource.FILE, import_run=run
        )
        if progress:
            progress(start + len(batch), len(new))
    run.summary |= {
        "households": len(new),
        "persons": sum(len(household.rows) for household in new),
        "assignments": sum(household.new.assignment is not None for household in new),
        "known_households": len(found) - len(new),
        "known_persons": sum(len(household.rows) for household in found if household.key in known),
    }
    _close(actor, run, ImportRun.State.IMPORTED, "import.confirmed")
    return run


@transaction.atomic
def discard(actor: Actor, run_id: uuid.UUID) -> ImportRun:
    """Throw the preview away; nothing was saved of the households."""
    policy.require(actor, "import.run")
    run = _open(actor, run_id)
    _close(actor, run, ImportRun.State.DISCARDED, "import.discarded")
    return run


def _open(actor: Actor, run_id: uuid.UUID) -> ImportRun:
    run = get_run(actor, run_id, lock=True)
    if run.state != ImportRun.State.PREVIEWED:
        raise ValidationError(_("Filen är redan inläst eller kastad."))
    return run


def _close(actor: Actor, run: ImportRun, state: str, action: str) -> None:
    run.state, run.staged, run.finished_at = state, {}, timezone.now()
    run.save(update_fields=["state", "staged", "summary", "finished_at"])
    audit.record(actor, action, object_type="import", object_ids=[run.id], details=_counts(run))


def _discard_forgotten(actor: Actor) -> None:
    """Empty the branch's previews that were left lying: they hold personal data."""
    limit = timezone.now() - timedelta(days=FORGOTTEN_DAYS)
    for run in ImportRun.objects.select_for_update().filter(
        branch_id__in=actor.branches("import.run"), state=ImportRun.State.PREVIEWED, created_at__lt=limit
    ):
        _close(actor, run, ImportRun.State.DISCARDED, "import.discarded")
