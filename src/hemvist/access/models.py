"""Users, what they are granted, the case that confidentiality attaches to, and the audit journal."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemvist.access.roles import Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, name: str, password: str | None = None) -> User:
        user = self.model(username=username, name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. What the person may do lies in :class:`RoleGrant`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("användarnamn"), max_length=100, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    # A demo user has no password and can be chosen on the sign-in page of a demo database.
    is_demo = models.BooleanField(default=False)
    demo_order = models.PositiveSmallIntegerField(default=0)
    demo_description_sv = models.CharField(max_length=300, blank=True)
    demo_description_en = models.CharField(max_length=300, blank=True)
    # The visit before this one: the start page tells what has happened since.
    previous_visit = models.DateTimeField(null=True, blank=True)
    current_visit = models.DateTimeField(null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """A user's role in a unit, from a day until another. A person may hold several."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=30, choices=Role.choices)
    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="+")
    # May see cases with protected identity (skyddade personuppgifter) in the unit's own branch.
    handles_protected = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    decided_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "unit", "valid_from"], name="grant_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="grant_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


class Case(models.Model):
    """The envelope of one household's matter (ärende): one number, one owner.

    The owner is a branch (verksamhetsgren) of a board: towards all others the secrecy of the branch applies
    (OSL 8 kap. 1-2 §§). ``protected_since`` closes the case for everyone but those who handle protected
    identities in the owner's branch.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("ärendenummer"), max_length=20, unique=True)
    branch = models.ForeignKey("organisation.Branch", on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    closed_reason = models.CharField(max_length=300, blank=True)
    protected_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_on", "-number"]
        indexes = [models.Index(fields=["branch", "closed_on"])]

    def __str__(self) -> str:
        return self.number

    @property
    def protected(self) -> bool:
        return self.protected_since is not None


class CaseTransfer(models.Model):
    """That a case passed from one owner to another when the responsibility moved (flytt av ansvar). Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transfers")
    from_branch = models.ForeignKey("organisation.Branch", on_delete=models.PROTECT, related_name="+")
    to_branch = models.ForeignKey("organisation.Branch", on_delete=models.PROTECT, related_name="+")
    # The first day with the new owner.
    on = models.DateField()
    move = models.ForeignKey("organisation.Move", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "move"], name="case_moves_once"),
            models.CheckConstraint(condition=~Q(from_branch=F("to_branch")), name="case_moves_somewhere"),
        ]


class CaseNumber(models.Model):
    """The last case number given out each year; taken under a row lock."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class AuditEntry(models.Model):
    """One row of the audit journal (behandlingshistorik): who did or saw what, when and why.

    Append-only: triggers in the database refuse change and removal. Each row carries the hash of the one before
    it. It holds identifiers and field names, never copies of personal data (SoLPuL 10 §).
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    role = models.CharField(max_length=200, blank=True)
    # Dotted, past tense: household.viewed, assignment.registered, access.refused.
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40, blank=True)
    object_ids = models.JSONField(default=list)
    case_id = models.UUIDField(null=True)
    fields = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["case_id", "-id"]),
            models.Index(fields=["actor_id", "-id"]),
            models.Index(fields=["action", "-id"]),
        ]


class AuditHead(models.Model):
    """The journal's last hash; its row lock puts the writers in line."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_hash = models.CharField(max_length=64, default="0" * 64)
    count = models.PositiveBigIntegerField(default=0)


class Installation(models.Model):
    """What this database is: a demo with synthetic persons, or a municipality's real one. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    is_demo = models.BooleanField(default=False)
    demo_made_on = models.DateField(null=True, blank=True)
