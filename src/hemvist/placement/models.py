"""What people add: arguments of their own, how they weigh, where cooperation is slow, how assignments go, and who gets
access when responsibility moves. The investigation's own arguments are data (``placement.yaml``), not rows.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemvist.access.roles import Role


class Argument(models.Model):
    """An argument that a user has added to those of the investigation. Withdrawn, never removed."""

    class Direction(models.TextChoices):
        FOR = "+", _("För")
        AGAINST = "-", _("Emot")
        NEUTRAL = "0", _("Varken för eller emot")
        REQUIREMENT = "req", _("Krav")

    # N1, N2 …: apart from the investigation's own codes.
    code = models.CharField(max_length=10, unique=True)
    alternative = models.CharField(max_length=40)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    text = models.CharField(max_length=500)
    # Who says so, as a role or a document, never a person's name; and where it can be read.
    voice = models.CharField(max_length=200)
    source = models.CharField(max_length=300)
    criterion = models.CharField(max_length=40, blank=True)
    condition = models.CharField(max_length=10, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="argument_has_source"),
            models.CheckConstraint(condition=~Q(text=""), name="argument_has_text"),
        ]


class Weighing(models.Model):
    """How one user weighs: criteria of their own with weights, and how heavy each argument is (0 to 3).

    ``content``: ``{"criteria": [{"code", "label", "weight": 0-100}], "strengths": {argument code: {"strength": 0-3,
    "criterion": code}}}``; read and written by :mod:`hemvist.placement.weighings` only.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(default=dict)
    note = models.CharField(max_length=500, blank=True)
    # Others see it only once its maker has shown it.
    shared = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]


class Friction(models.Model):
    """A place where cooperation is slow (”trögt”): what, why, and who takes it on. Never about a person."""

    class Status(models.TextChoices):
        OPEN = "open", _("Öppen")
        SOLVED = "solved", _("Löst")

    noted_on = models.DateField()
    text = models.CharField(max_length=500)
    cause = models.CharField(max_length=500)
    # Between whom: the units that it lies between, one or two.
    units = models.ManyToManyField("organisation.Unit", related_name="+")
    owner = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    solved_on = models.DateField(null=True, blank=True)
    solution = models.CharField(max_length=500, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["status", "-noted_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", solved_on__isnull=True) | Q(status="solved", solved_on__isnull=False),
                name="friction_solved_on",
            ),
            models.CheckConstraint(
                condition=Q(solved_on__isnull=True) | Q(solved_on__gte=F("noted_on")), name="friction_order"
            ),
        ]


class PointStatus(models.Model):
    """How a point of a decision (uppdragspunkt) goes, said after the folder. Append-only: the latest counts."""

    class Status(models.TextChoices):
        OPEN = "open", _("Öppet")
        PLANNED = "planned", _("Planerat")
        DONE = "done", _("Klart")

    # The decision's code and the point's number, as in decisions.yaml.
    decision = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices)
    note = models.CharField(max_length=500, blank=True)
    on = models.DateField()
    said_at = models.DateTimeField(auto_now_add=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["decision", "number", "id"]


class MoveAccess(models.Model):
    """Somebody who gets a role in a unit on the day of a move: who follows from the old unit, and who is new."""

    move = models.ForeignKey("organisation.Move", on_delete=models.CASCADE, related_name="access")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30, choices=Role.choices)
    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="+")
    handles_protected = models.BooleanField(default=False)
    # The user has the role in a unit that is left: it goes on only if it stands on the day, no longer and no wider.
    follows = models.BooleanField(default=False)

    class Meta:
        ordering = ["user__name", "role"]
        constraints = [models.UniqueConstraint(fields=["move", "user", "role", "unit"], name="move_access_once")]
