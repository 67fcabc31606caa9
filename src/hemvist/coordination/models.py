"""The shared plan: tasks per board, what happened to them, what changed, and the reports that follow."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PlanTask(models.Model):
    """A task of the shared plan (den gemensamma planen). Owned by a unit; towards others it is only
    code, due date, status and case number.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Att göra")
        TAKEN = "taken", _("Pågår")
        DONE = "done", _("Klar")
        NOT_APPLICABLE = "not_applicable", _("Inte aktuell")
        # The facts changed so that the template no longer asks for it, before anybody had touched it.
        CANCELLED = "cancelled", _("Utgår")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("access.Case", on_delete=models.PROTECT, related_name="tasks")
    # The code of the template item, or "own" for a task in free words.
    code = models.CharField(max_length=40)
    person = models.ForeignKey(
        "reception.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    title = models.CharField(_("rubrik"), max_length=200, blank=True)
    function = models.CharField(max_length=40)
    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="tasks")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.OPEN)
    due_on = models.DateField(_("senast"), null=True, blank=True)
    # The day is preliminary as long as it rests on a planned, not an actual, day.
    due_preliminary = models.BooleanField(default=False)
    # Steps of the derivation (hemvist.law.types.Step.to_json) and facts that are missing.
    due_steps = models.JSONField(default=list)
    due_missing = models.JSONField(default=list)
    waits_for = models.JSONField(default=list)
    template_version = models.CharField(max_length=64, blank=True)
    # Somebody moved the day by hand: derivation tells what it would say, and leaves the day alone.
    due_set_by_hand = models.BooleanField(default=False)
    # Somebody handed the task over: derivation leaves the unit alone.
    unit_set_by_hand = models.BooleanField(default=False)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = [F("due_on").asc(nulls_last=True), "code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code", "person"],
                condition=~Q(code="own") & Q(person__isnull=False),
                name="task_once_per_person",
            ),
            models.UniqueConstraint(
                fields=["case", "code"],
                condition=~Q(code="own") & Q(person__isnull=True),
                name="task_once_per_case",
            ),
            models.CheckConstraint(condition=~Q(status="done") | Q(done_on__isnull=False), name="done_task_has_day"),
            models.CheckConstraint(condition=~Q(code="own") | ~Q(title=""), name="own_task_has_title"),
        ]
        indexes = [
            models.Index(fields=["unit", "status", "due_on"]),
            models.Index(fields=["case", "status"]),
        ]

    @property
    def finished(self) -> bool:
        return self.status in {self.Status.DONE, self.Status.NOT_APPLICABLE, self.Status.CANCELLED}


class TaskEvent(models.Model):
    """What happened to a task. Append-only; a comment is seen only in the branch that wrote it."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Skapad")
        REDERIVED = "rederived", _("Omräknad")
        TAKEN = "taken", _("Påbörjad")
        DONE = "done", _("Klar")
        NOT_APPLICABLE = "not_applicable", _("Inte aktuell")
        REOPENED = "reopened", _("Öppnad igen")
        HANDED_OVER = "handed_over", _("Överlämnad")
        DUE_MOVED = "due_moved", _("Dag ändrad")
        COMMENTED = "commented", _("Kommentar")
        CANCELLED = "cancelled", _("Utgår")

    task = models.ForeignKey(PlanTask, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Only for comments: the branch that may read it. Other events are part of the shared task.
    branch = models.ForeignKey("organisation.Branch", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=2000, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="commented") | Q(branch__isnull=False), name="comment_has_branch")
        ]


class PlanChange(models.Model):
    """One derivation of a plan that changed something: why, and what."""

    case = models.ForeignKey("access.Case", on_delete=models.CASCADE, related_name="plan_changes")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=200)
    template_version = models.CharField(max_length=64)
    added = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    # [{"task": id, "code": …, "what": "added|removed|moved|owner|revived", "from": …, "to": …}]
    changes = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]


class Coordinator(models.Model):
    """The one coordinating function of a case (samordnande funktion), with valid-from (S-29)."""

    case = models.ForeignKey("access.Case", on_delete=models.CASCADE, related_name="coordinators")
    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    appointed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(valid_to__isnull=True), name="one_coordinator_per_case"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="coordinator_order",
            ),
        ]


class GuidanceEntry(models.Model):
    """A guidance contact (vägledning): when, about what, in which language. Not a social-services file: the topic
    is a code and the note is short and about the matter, not the person's circumstances.
    """

    class Topic(models.TextChoices):
        HOUSING = "housing", _("Boende")
        INCOME = "income", _("Försörjning")
        SCHOOL = "school", _("Skola och förskola")
        SWEDISH = "swedish", _("Sfi och svenska")
        WORK = "work", _("Arbete")
        HEALTH = "health", _("Vård")
        AUTHORITIES = "authorities", _("Myndigheter och papper")
        LEISURE = "leisure", _("Fritid och föreningar")
        OTHER = "other", _("Annat")

    class Channel(models.TextChoices):
        MEETING = "meeting", _("Möte")
        HOME = "home", _("Hembesök")
        PHONE = "phone", _("Telefon")
        MESSAGE = "message", _("Meddelande")

    case = models.ForeignKey("access.Case", on_delete=models.CASCADE, related_name="guidance")
    on = models.DateField()
    topic = models.CharField(max_length=20, choices=Topic.choices)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    language = models.CharField(max_length=60, blank=True)
    interpreter_used = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-on", "-id"]


class AuthorityReport(models.Model):
    """A report to Migrationsverket that is owed or sent (förordning 2010:1122 38 §, local routine)."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Mottagen i kommunen")
        NOT_RECEIVED = "not_received", _("Inte mottagen inom tiden")
        CHANGED = "changed", _("Ändrade förhållanden")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("access.Case", on_delete=models.CASCADE, related_name="reports")
    assignment = models.ForeignKey(
        "reception.Assignment", on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    due_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    sent_on = models.DateField(null=True, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=100, blank=True)
    # What was reported, kept as it was when sent.
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(sent_on__isnull=True), name="one_open_report_of_a_kind"
            )
        ]


class Commitment(models.Model):
    """What a unit takes on in the boards' common planning for a quarter, and how it went (S-30)."""

    class Outcome(models.TextChoices):
        KEPT = "kept", _("Blev gjort")
        PARTLY = "partly", _("Blev delvis gjort")
        NOT_KEPT = "not_kept", _("Blev inte gjort")

    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="commitments")
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    due_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    outcome_note = models.CharField(max_length=500, blank=True)
    followed_up_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["year", "quarter", "unit__branch__board__code", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quarter__gte=1, quarter__lte=4), name="commitment_quarter"),
            models.CheckConstraint(
                condition=Q(outcome="", followed_up_on__isnull=True)
                | (~Q(outcome="") & Q(followed_up_on__isnull=False)),
                name="commitment_outcome_has_day",
            ),
        ]
