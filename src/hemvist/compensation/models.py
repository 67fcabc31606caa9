"""What the state has paid, what has been cleared up, and what is applied for.

What is *owed* is not stored: :mod:`hemvist.compensation.ledger` derives it from the facts each time it is asked for.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemvist.law.compensation import Ground
from hemvist.planning.reconciliation import Paid
from hemvist.reception.models import StagedFile


class PaymentFile(StagedFile):
    """One list of payments (utbetalningslista) from Migrationsverket."""


class Payment(models.Model):
    """One amount that Migrationsverket paid, as its list says it. A repayment (återbetalning) is negative.

    ``person`` is whom the row was matched with. A row that nobody could be found for stays, with its number.
    """

    class MatchedBy(models.TextChoices):
        NUMBER = "number", _("nummer i filen")
        HAND = "hand", _("handläggare")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(PaymentFile, on_delete=models.PROTECT, related_name="payments")
    branch = models.ForeignKey("organisation.Branch", on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField()
    person = models.ForeignKey(
        "reception.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    matched_by = models.CharField(max_length=10, choices=MatchedBy.choices, blank=True)
    matched_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # The numbers as they stood: of the dossier and of the person, or the one there was.
    number_text = models.CharField(max_length=40, blank=True)
    # A code of law.compensation.Ground, empty when the words of the list are not known; and the words.
    ground = models.CharField(max_length=30, blank=True)
    ground_text = models.CharField(max_length=200)
    instalment = models.PositiveSmallIntegerField(null=True, blank=True)
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    paid_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["paid_on", "row"]
        constraints = [models.UniqueConstraint(fields=["file", "row"], name="payment_row_once")]
        indexes = [models.Index(fields=["branch", "paid_on"])]

    @property
    def as_paid(self) -> Paid:
        """The payment as the reconciliation sees it."""
        return Paid(
            id=str(self.id),
            person=str(self.person_id),
            amount=self.amount,
            paid_on=self.paid_on,
            ground=Ground(self.ground) if self.ground else None,
            number=self.instalment,
            period_from=self.period_from,
        )


class Clearance(models.Model):
    """A difference between owed and paid that somebody has cleared up (utrett), with the reason.

    It holds as long as the difference is the one that was cleared: a new payment or a new fact opens it again.
    """

    class Cause(models.TextChoices):
        CLAIMED_BACK = "reported", _("Anmäld till Migrationsverket")
        OWN_FACT = "own_fact", _("Uppgiften hos oss var fel och är rättad")
        ACCEPTED = "accepted", _("Migrationsverkets uppgift godtas")
        REPAYMENT = "repayment", _("Återbetalas till staten")
        OTHER = "other", _("Annat")

    person = models.ForeignKey("reception.Person", on_delete=models.PROTECT, related_name="clearances")
    # What names the amount among the person's: Entitlement.key.
    ground = models.CharField(max_length=30)
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    period_from = models.DateField(null=True, blank=True)
    difference = models.DecimalField(max_digits=12, decimal_places=2)
    cause = models.CharField(max_length=20, choices=Cause.choices)
    comment = models.CharField(max_length=500)
    cleared_at = models.DateTimeField(auto_now_add=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-cleared_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(comment=""), name="clearance_has_comment")]


class Claim(models.Model):
    """A claim by application (återsökning): ground, period, last day derived, what came of it."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Förbereds")
        FILED = "filed", _("Inskickad")
        GRANTED = "granted", _("Beviljad")
        PARTLY = "partly", _("Delvis beviljad")
        REFUSED = "refused", _("Avslagen")
        APPEALED = "appealed", _("Överklagad")
        WITHDRAWN = "withdrawn", _("Återtagen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("access.Case", on_delete=models.PROTECT, related_name="claims")
    person = models.ForeignKey(
        "reception.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="claims"
    )
    # A code of law.claims.GROUNDS.
    ground = models.CharField(max_length=40)
    period_from = models.DateField()
    period_to = models.DateField()
    # What it cost and what the person paid; the amount is what the rule gives unless somebody writes another.
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    fee = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    filed_on = models.DateField(null=True, blank=True)
    reference = models.CharField(_("Migrationsverkets beteckning"), max_length=60, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    granted_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    appealed_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-period_to", "ground"]
        indexes = [models.Index(fields=["status", "period_to"])]
        constraints = [
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="claim_period_order"),
            models.CheckConstraint(condition=Q(status="draft") | Q(filed_on__isnull=False), name="claim_filed_has_day"),
        ]


class ClaimEvidence(models.Model):
    """A line of the checklist (underlag): what has to be enclosed, and whether it is there."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="evidence")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    # A line of the ground's own checklist has its code; one that somebody added has none.
    code = models.CharField(max_length=40, blank=True)
    ready_on = models.DateField(null=True, blank=True)
    ready_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position", "id"]


class ClaimEvent(models.Model):
    """What happened with a claim, in order. Rows are only added."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=12, choices=Claim.Status.choices)
    on = models.DateField()
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]


class CalendarFeed(models.Model):
    """A secret address with the last days of claims for a calendar program. Only the hash of the secret is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
