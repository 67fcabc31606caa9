"""Files that are staged for a preview and then brought in whole or not at all: what all of them have in common.

Only the run is saved before someone confirms. What the file held of persons is emptied when the run is confirmed or
discarded, and when it was left lying.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.organisation.models import Branch
from hemvist.reception.models import StagedFile
from hemvist.reception.services import owner_branch
from hemvist.reception.table_file import Problem

# Faults that are kept and shown; a file with more has one cause.
MAX_PROBLEMS = 500
# A preview that nobody took further is emptied after this many days.
FORGOTTEN_DAYS = 7
# What a preview shows of that which is staged.
SHOWN = frozenset({"problems", "known", "unmatched"})

Run = TypeVar("Run", bound=StagedFile)


class StagedFiles(Generic[Run]):
    """The runs of one kind of file: a model that is a ``StagedFile``.

    ``subject`` begins the actions in the journal, ``permission`` is asked for every deed; ``refusal`` is what somebody
    hears who has it in another branch than the file's. ``owner`` finds that branch when it can be another than the
    reception's.
    """

    def __init__(
        self,
        model: type[Run],
        subject: str,
        permission: str,
        refusal: str | Promise,
        owner: Callable[[Actor, date], Branch] | None = None,
    ) -> None:
        self.model: Any = model
        self.subject, self.permission, self.refusal = subject, permission, refusal
        self.owner = owner

    def branch(self, actor: Actor, today: date) -> Branch:
        """The branch that new files belong to: the reception's, unless ``owner`` says another. Raises Refused."""
        policy.require(actor, self.permission)
        branch = self.owner(actor, today) if self.owner else owner_branch(today)
        if branch.pk not in actor.branches(self.permission):
            raise Refused(str(self.refusal), action=self.permission)
        return branch

    def create(
        self,
        actor: Actor,
        branch: Branch,
        filename: str,
        data: bytes,
        *,
        staged: Mapping[str, Any],
        problems: Sequence[Problem],
        summary: Mapping[str, Any],
    ) -> Run:
        """Keep a file that was read, for a preview. What was left lying before is emptied."""
        self._discard_forgotten(actor)
        ordered = sorted(problems, key=lambda problem: (problem.row or 0, problem.column))
        run = self.model.objects.create(
            branch=branch,
            file_name=filename[-255:],
            sha256=hashlib.sha256(data).hexdigest(),
            staged={**staged, "problems": [asdict(problem) for problem in ordered[:MAX_PROBLEMS]]},
            summary={**summary, "errors": len(problems)},
            created_by_id=actor.user_id,
        )
        self._record(actor, run, "staged", sha256=run.sha256)
        return run

    def get(self, actor: Actor, run_id: uuid.UUID, *, lock: bool = False) -> Run:
        """A run of the actor's own branch. Raises NotVisible."""
        runs = self.model.objects.select_for_update() if lock else self.model.objects.select_related("created_by")
        run: Run | None = runs.filter(id=run_id, branch_id__in=actor.branches(self.permission)).first()
        if run is None:
            raise NotVisible(action=self.permission, object_id=str(run_id))
        return run

    @transaction.atomic
    def preview(self, actor: Actor, run_id: uuid.UUID) -> Run:
        """A run to show. Its messages quote the file, so the reading leaves a row."""
        run: Any = self.get(actor, run_id)
        if run.staged:
            fields = SHOWN.intersection(run.staged)
            audit.record(actor, f"{self.subject}.viewed", object_type=self.subject, object_ids=[run.id], fields=fields)
        return run

    def recent(self, actor: Actor, limit: int = 10) -> list[Run]:
        """The latest files of the actor's branch, without what stood in them."""
        policy.require(actor, self.permission)
        return list(
            self.model.objects.filter(branch_id__in=actor.branches(self.permission))
            .select_related("created_by")
            .defer("staged")[:limit]
        )

    @staticmethod
    def problems(run: Run) -> list[Problem]:
        """What was wrong in the file."""
        staged: Any = run
        return [Problem(**problem) for problem in staged.staged.get("problems", [])]

    def hold(self, actor: Actor, run_id: uuid.UUID) -> Run:
        """A run that is still to be decided, its row locked. Raises ValidationError when it is dealt with."""
        policy.require(actor, self.permission)
        run: Any = self.get(actor, run_id, lock=True)
        if run.state != self.model.State.PREVIEWED:
            raise ValidationError(_("Filen är redan inläst eller kastad."))
        return run

    def hold_faultless(self, actor: Actor, run_id: uuid.UUID) -> Run:
        """A run to bring in. Raises ValidationError when its file has faults."""
        run: Any = self.hold(actor, run_id)
        if run.summary["errors"]:
            raise ValidationError(_("Filen har fel. Rätta dem i filen och läs in den igen; inget har sparats."))
        return run

    def close(self, actor: Actor, run: Run, state: str, deed: str, **details: Any) -> None:
        """Empty the run and write in the journal what became of it."""
        done: Any = run
        done.state, done.staged, done.finished_at = state, {}, timezone.now()
        done.save(update_fields=["state", "staged", "summary", "finished_at"])
        self._record(actor, done, deed, **details)

    @transaction.atomic
    def discard(self, actor: Actor, run_id: uuid.UUID) -> Run:
        """Throw the preview away; nothing was saved of what the file held."""
        run = self.hold(actor, run_id)
        self.close(actor, run, self.model.State.DISCARDED, "discarded")
        return run

    def _discard_forgotten(self, actor: Actor) -> None:
        """Empty the branch's previews that were left lying: they hold personal data."""
        limit = timezone.now() - timedelta(days=FORGOTTEN_DAYS)
        for run in self.model.objects.select_for_update().filter(
            branch_id__in=actor.branches(self.permission),
            state=self.model.State.PREVIEWED,
            created_at__lt=limit,
        ):
            self.close(actor, run, self.model.State.DISCARDED, "discarded")

    def _record(self, actor: Actor, run: Any, deed: str, **details: Any) -> None:
        counts = {name: value for name, value in run.summary.items() if isinstance(value, int)}
        audit.record(
            actor,
            f"{self.subject}.{deed}",
            object_type=self.subject,
            object_ids=[run.id],
            details={**counts, **details},
        )
