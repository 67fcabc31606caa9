"""The organisation as loaded from the municipality's folder: who there is, who answers for what since when,
and what has been decided. Written by :mod:`hemvist.organisation.services` only.

What has been used is never deleted: a unit that vanishes from the folder is closed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import date


class Localised:
    """``name = Localised()`` reads ``name_en`` or ``name_sv`` by the reader's language; Swedish fills in."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.field = name

    def __get__(self, instance: Any, owner: type | None = None) -> str:
        if instance is None:
            return self.field
        swedish: str = getattr(instance, f"{self.field}_sv")
        if (get_language() or "sv").startswith("en"):
            return getattr(instance, f"{self.field}_en") or swedish
        return swedish


class Named(models.Model):
    """Something with a code and a name in both languages. ``closed_on`` is the first day it is gone."""

    code = models.CharField(max_length=40, unique=True)
    name_sv = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=0)
    closed_on = models.DateField(null=True, blank=True)

    name = Localised()

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    def open_on(self, day: date) -> bool:
        return self.closed_on is None or day < self.closed_on


class Municipality(models.Model):
    """The municipality that the database belongs to. One row."""

    code = models.CharField(max_length=4, unique=True)
    name_sv = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    folder_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(null=True)
    # municipality.yaml as it stood, under "settings"; the measures and categories of the history;
    # compensation.yaml, rules.yaml, placement.yaml and responsibilities.yaml under those names.
    data = models.JSONField(default=dict)

    name = Localised()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_municipality")]

    def __str__(self) -> str:
        return self.name

    @property
    def settings(self) -> dict[str, Any]:
        return self.data["settings"]

    @property
    def case_number_prefix(self) -> str:
        return self.settings["case_number_prefix"]

    @property
    def small_number_threshold(self) -> int:
        return self.settings["small_number_threshold"]

    @property
    def housing_policy(self) -> dict[str, Any]:
        return self.settings["housing_policy"]

    @property
    def contact(self) -> dict[str, str] | None:
        return self.settings["contact"]

    @property
    def reception_duty(self) -> str:
        """The receiving duty in one sentence, in the reader's language."""
        language = "en" if (get_language() or "sv").startswith("en") else "sv"
        return self.settings["reception_duty"][language]


class Board(Named):
    """A nämnd (its own authority, OSL 8 kap. 1 §), or a body outside the municipality's boards."""

    kind = models.CharField(max_length=20)
    note_sv = models.TextField(blank=True)
    note_en = models.TextField(blank=True)

    note = Localised()

    @property
    def inside(self) -> bool:
        """Whether it is one of the municipality's own boards."""
        return self.kind == "board"


class Branch(Named):
    """A verksamhetsgren: the boundary of secrecy (OSL 8 kap. 2 §)."""

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="branches")
    # Exists only if a move (flytt av ansvar) opens it.
    planned = models.BooleanField(default=False)
    secrecy = models.CharField(max_length=100)
    self_standing = models.BooleanField(default=True)
    reference_sv = models.TextField(blank=True)
    reference_en = models.TextField(blank=True)
    # False as long as the municipality has not settled the question itself.
    confirmed = models.BooleanField(default=True)

    reference = Localised()

    @property
    def secrecy_key(self) -> str:
        """``26 kap. 1 § OSL`` as ``26:1``, as :mod:`hemvist.law.secrecy` names it; the chapter when no §."""
        match = re.match(r"(\d+) kap\.(?: (\d+(?: [a-z]\b)?))?", self.secrecy)
        return ":".join(part for part in match.groups() if part) if match else ""


class Department(Named):
    """A förvaltning: the staff that work for a board."""

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="departments")
    note_sv = models.TextField(blank=True)
    note_en = models.TextField(blank=True)

    note = Localised()


class UnitQuerySet(models.QuerySet["Unit"]):
    def working(self) -> UnitQuerySet:
        """The units that work now: neither closed nor merely planned."""
        return self.filter(closed_on__isnull=True, planned=False)


class Unit(Named):
    """An enhet that can answer for functions and own tasks. Its board is its branch's."""

    # Works only when a move (flytt av ansvar) has opened it.
    planned = models.BooleanField(default=False)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="units")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="units")
    functions_sv = models.TextField(blank=True)
    functions_en = models.TextField(blank=True)
    contact_sv = models.TextField(blank=True)
    contact_en = models.TextField(blank=True)
    contribution_sv = models.TextField(blank=True)
    contribution_en = models.TextField(blank=True)
    note_sv = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    seed_lines = models.CharField(max_length=200, blank=True)

    functions = Localised()
    contact = Localised()
    contribution = Localised()
    note = Localised()

    objects = UnitQuerySet.as_manager()

    def open_on(self, day: date) -> bool:
        return not self.planned and super().open_on(day)

    @property
    def board(self) -> Board:
        return self.branch.board


class UnitContribution(models.Model):
    """What a unit contributes, as a task (TA) of the reception or an early measure (EA)."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="contributions")
    code = models.CharField(max_length=10)
    title_sv = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    seed_lines = models.CharField(max_length=200, blank=True)

    title = Localised()

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["unit", "code"], name="contribution_once")]


class Actor(Named):
    """Somebody that the source document names: a body, a group or a role, never a person's name."""

    kind = models.CharField(max_length=20)
    role_sv = models.TextField()
    role_en = models.TextField()
    board = models.ForeignKey(Board, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="actors")
    seed_lines = models.CharField(max_length=200, blank=True)

    role = Localised()


class Function(Named):
    """Something that somebody must answer for."""

    note_sv = models.TextField(blank=True)
    note_en = models.TextField(blank=True)

    note = Localised()


class Move(models.Model):
    """A decision on where responsibility lies from a day (flytt av ansvar): drafted, decided, carried out on the day.

    Until the day it can be withdrawn. What it changes in who answers for what follows from its parts
    (:mod:`hemvist.planning.responsibility`); cases, tasks and access follow on the day
    (:mod:`hemvist.placement.moving`).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Utkast")
        DECIDED = "decided", _("Beslutad")
        WITHDRAWN = "withdrawn", _("Återkallad")
        CARRIED_OUT = "carried_out", _("Genomförd")

    # The alternative of placement.yaml that it carries out.
    alternative = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    takes_effect_on = models.DateField()
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    # Codes of units that have nothing left to answer for and close on the day.
    closes = models.JSONField(default=list)
    # Unit code → {"sv": …, "en": …}: what it is called from the day.
    names = models.JSONField(default=dict)
    # What the unit is for, from the day, in the words of the decision: unit code → {"sv": …, "en": …}.
    missions = models.JSONField(default=dict)
    # Closed cases follow to the new owner, or stay with the old one as its archive.
    closed_cases_follow = models.BooleanField(default=True)
    # What each board's rules of procedure say instead, once somebody has worded them: see planning.board_rules.
    amendments = models.JSONField(default=list)
    drafted_at = models.DateTimeField(auto_now_add=True)
    drafted_by = models.CharField(max_length=200)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    diary_number = models.CharField(max_length=60, blank=True)
    section = models.CharField(max_length=30, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    registered_by = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    carried_out_at = models.DateTimeField(null=True, blank=True)
    # What it came to, as numbers: see hemvist.placement.moving.Outcome.
    outcome = models.JSONField(default=dict)

    class Meta:
        ordering = ["-takes_effect_on", "-id"]
        indexes = [models.Index(fields=["status", "takes_effect_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft")
                | (Q(decided_on__isnull=False) & ~Q(decided_by="") & ~Q(diary_number=""))
                | Q(status="withdrawn"),
                name="move_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status="carried_out", carried_out_at__isnull=False)
                | (~Q(status="carried_out") & Q(carried_out_at__isnull=True)),
                name="move_carried_out_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def reference(self) -> str:
        """The decision as others cite it: *Kommunfullmäktige 2026-12-14 § 12, KS2026/345*."""
        words = [self.decided_by, self.decided_on.isoformat() if self.decided_on else "", self.section]
        return ", ".join(part for part in (" ".join(word for word in words if word), self.diary_number) if part)


class MovePart(models.Model):
    """A function, or one task (TA) of it, that a unit answers for from the day of the move."""

    move = models.ForeignKey(Move, on_delete=models.CASCADE, related_name="parts")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="+")
    # The catalogue's code of one task of the function; empty for the whole function.
    task = models.CharField(max_length=10, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["function__position", "task"]
        constraints = [models.UniqueConstraint(fields=["move", "function", "task"], name="move_part_once")]

    def __str__(self) -> str:
        return f"{self.function_id} {self.task} → {self.unit_id}"


class Responsibility(models.Model):
    """Which unit answers for a function, or for one task of it, from a day. ``valid_to`` is the first day it no
    longer does. Made from the folder's rows and the decided moves, by :mod:`hemvist.organisation.moves`.
    """

    function = models.ForeignKey(Function, on_delete=models.CASCADE, related_name="responsibilities")
    # The catalogue's code of the one task that it is about; empty for the whole function.
    task = models.CharField(max_length=10, blank=True)
    # The move that it comes from; None for what the folder says.
    move = models.ForeignKey(Move, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="responsibilities")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    start_known = models.BooleanField(default=True)
    confirmed = models.BooleanField(default=True)
    decision_reference = models.CharField(max_length=300)
    note_sv = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    seed_lines = models.CharField(max_length=200, blank=True)

    note = Localised()

    class Meta:
        ordering = ["function", "task", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["function", "task", "valid_from"], name="responsibility_once_a_day"),
            models.UniqueConstraint(
                fields=["function", "task"], condition=Q(valid_to__isnull=True), name="responsibility_one_now"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="responsibility_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.function_id} {self.unit_id} {self.valid_from}"


class GoverningDecision(models.Model):
    """A decision (beslut, uppdrag) or an opinion (remissyttrande) on where reception belongs."""

    class Kind(models.TextChoices):
        DECISION = "decision"
        STATEMENT = "statement"

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    position = models.PositiveIntegerField(default=0)
    title_sv = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    body = models.CharField(max_length=200)
    board = models.ForeignKey(Board, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    when_sv = models.CharField(max_length=200, blank=True)
    when_en = models.CharField(max_length=200, blank=True)
    diary_number = models.CharField(max_length=60, blank=True)
    section = models.CharField(max_length=30, blank=True)
    summary_sv = models.TextField()
    summary_en = models.TextField()
    seed_lines = models.CharField(max_length=200, blank=True)

    title = Localised()
    when = Localised()
    summary = Localised()

    class Meta:
        ordering = ["kind", "position"]

    def __str__(self) -> str:
        return self.code


class DecisionPoint(models.Model):
    decision = models.ForeignKey(GoverningDecision, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveIntegerField()
    text_sv = models.TextField()
    text_en = models.TextField()
    deadline = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=20)
    note_sv = models.TextField(blank=True)
    note_en = models.TextField(blank=True)

    text = Localised()
    note = Localised()

    class Meta:
        ordering = ["decision", "number"]
        constraints = [models.UniqueConstraint(fields=["decision", "number"], name="point_once")]


class HistoricalFigure(models.Model):
    """A number or an interval for a year, or a known gap (then with a reason and no number)."""

    key = models.CharField(max_length=120, unique=True)
    measure = models.CharField(max_length=40)
    year = models.PositiveIntegerField()
    category = models.CharField(max_length=40, blank=True)
    value = models.PositiveIntegerField(null=True, blank=True)
    low = models.PositiveIntegerField(null=True, blank=True)
    high = models.PositiveIntegerField(null=True, blank=True)
    as_of = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)
    # Figures that contradict each other share a name here; both are kept and shown.
    conflict = models.CharField(max_length=40, blank=True)
    is_gap = models.BooleanField(default=False)
    note_sv = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    seed_lines = models.CharField(max_length=200, blank=True)

    note = Localised()

    class Meta:
        ordering = ["measure", "year", "category", "key"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(is_gap=True, value__isnull=True, low__isnull=True, high__isnull=True)
                    | Q(is_gap=False, value__isnull=False, low__isnull=True, high__isnull=True)
                    | Q(is_gap=False, value__isnull=True, low__isnull=False, high__gt=F("low"))
                ),
                name="figure_is_value_interval_or_gap",
            )
        ]

    def __str__(self) -> str:
        return "–" if self.is_gap else str(self.value) if self.value is not None else f"{self.low}–{self.high}"


class PlanTemplate(models.Model):
    """The plan template as it stood from a day. A new row whenever ``plan.yaml`` says something else."""

    version = models.CharField(max_length=64, db_index=True)
    valid_from = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    content = models.JSONField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.version[:12]


class GlossaryTerm(models.Model):
    code = models.CharField(max_length=40, unique=True)
    term_sv = models.CharField(max_length=100)
    term_en = models.CharField(max_length=100)
    explanation_sv = models.TextField()
    explanation_en = models.TextField()
    source = models.CharField(max_length=300, blank=True)
    aliases = models.JSONField(default=list)

    term = Localised()
    explanation = Localised()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.term


class LocalRuling(models.Model):
    """How the municipality has settled a point where the law is unclear. Never changed; a correction is a
    new row that points at the one it corrects.
    """

    key = models.CharField(max_length=40, db_index=True)
    question = models.TextField()
    answer = models.CharField(max_length=40)
    decided_on = models.DateField()
    decided_by = models.CharField(max_length=200)
    reference = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.CharField(max_length=200)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )

    class Meta:
        ordering = ["key", "decided_on", "id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="ruling_has_reason")]

    def __str__(self) -> str:
        return f"{self.key}: {self.answer}"
