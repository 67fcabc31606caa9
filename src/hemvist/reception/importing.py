"""The file of anvisningar: staged for a preview, then brought in whole or not at all.

Nothing but the :class:`ImportRun` is saved before someone confirms. What the file held of persons is emptied when
the run is confirmed or discarded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import TypeAdapter

from hemvist.access.actor import Actor
from hemvist.access.models import Installation
from hemvist.reception import identity, services
from hemvist.reception.import_columns import BY_FIELD
from hemvist.reception.import_file import FileHousehold, households, parse
from hemvist.reception.models import Assignment, FactSource, Identifier, ImportRun
from hemvist.reception.staged_files import StagedFiles
from hemvist.reception.table_file import Parsed

# Households that are brought in at a time: progress is told and memory bounded in between.
BATCH = 100

Progress = Callable[[int, int], None]
_STAGED = TypeAdapter(list[FileHousehold])

RUNS = StagedFiles(ImportRun, "import", "import.run", gettext_lazy("Bara mottagandet läser in anvisningar."))
get_run, preview, recent_runs = RUNS.get, RUNS.preview, RUNS.recent
problems_of, discard = RUNS.problems, RUNS.discard


# --- stage --------------------------------------------------------------------------------------------------


@transaction.atomic
def stage(actor: Actor, filename: str, data: bytes, today: date) -> ImportRun:
    """Read the file and keep it for a preview, with all faults and what is already known.

    Raises ValidationError for what is no table at all; then nothing is kept.
    """
    branch = RUNS.branch(actor, today)
    parsed = parse(filename, data)
    if parsed.unreadable:
        raise ValidationError([problem.message for problem in parsed.problems])
    found = households(parsed)
    _check(found, parsed, today)
    known = _known(found, today)
    new = [household for household in found if household.key not in known]
    return RUNS.create(
        actor,
        branch,
        filename,
        data,
        staged={
            "households": [asdict(household) for household in found] if not parsed.problems else [],
            "known": [{"key": h.key, "rows": list(h.rows)} for h in found if h.key in known],
        },
        problems=parsed.problems,
        summary={
            "rows": len(parsed.rows),
            "households": len(new),
            "persons": sum(len(household.rows) for household in new),
            "assignments": sum(household.new.assignment is not None for household in new),
            "known_households": len(known),
            "known_persons": sum(len(h.rows) for h in found if h.key in known),
            "unused": parsed.unused,
        },
    )


# The column where a fault of services.faults_in belongs; the names are the same but for these.
_PLACE = {"persons": "key"}


def _check(found: Sequence[FileHousehold], parsed: Parsed, today: date) -> None:
    """What the law of the register says of each household, placed on its row and column, and doubles in the file."""
    demo = Installation.objects.filter(id=1, is_demo=True).exists()
    seen: dict[tuple[str, str], int] = {}

    for household in found:
        for fault in services.faults_in(household.new, today, demo=demo):
            rows = household.rows if fault.person is None else (household.rows[fault.person],)
            column = BY_FIELD[_PLACE.get(fault.field, fault.field)]
            if not any(parsed.told(row, column) for row in rows):
                parsed.tell(rows[0], column, fault.message)
        for row, kind, value in _marks(household, today):
            first = seen.setdefault((kind, value), row)
            if first != row:
                parsed.tell(
                    row, BY_FIELD[kind], _("Samma uppgift står på rad %(row)d, i ett annat hushåll.") % {"row": first}
                )


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


# --- confirm ---------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm(actor: Actor, run_id: UUID, today: date, progress: Progress | None = None) -> ImportRun:
    """Bring all households of the run in, in one transaction. What has become known meanwhile is skipped.

    Raises ValidationError when the file has faults or the run is already dealt with.
    """
    run = RUNS.hold_faultless(actor, run_id)
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
    RUNS.close(actor, run, ImportRun.State.IMPORTED, "confirmed")
    return run
