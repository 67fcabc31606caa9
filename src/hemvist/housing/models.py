"""Dwellings and their leases, needs and offers, the time-limited right, and the yearly number.

A dwelling is no personal data; who lives there is. So everything about a household hangs on its case, and a dwelling
that a protected household lives in is not shown to those who may not see the case (see ``housing.reach``).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemvist.reception.models import StagedFile

# --- the stock --------------------------------------------------------------------------------------------------------


class Dwelling(models.Model):
    """A dwelling (bostad) that the municipality may let to somebody it receives."""

    class Furnishing(models.TextChoices):
        NONE = "none", _("Omöblerad")
        BASIC = "basic", _("Det nödvändigaste")
        FULL = "full", _("Möblerad")

    class Keys(models.TextChoices):
        LANDLORD = "landlord", _("Hos hyresvärden")
        RECEPTION = "reception", _("Hos mottagandet")
        TENANT = "tenant", _("Hos hyresgästen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The landlord's own number of the dwelling (objektsnummer), by which a file knows it again.
    code = models.CharField(_("objektsnummer"), max_length=30, unique=True)
    landlord = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="+")
    address = models.CharField(_("adress"), max_length=200)
    apartment = models.CharField(_("lägenhetsnummer"), max_length=20, blank=True)
    # What the spread counts by beside the area: a property, a house, a stairwell.
    building = models.CharField(_("fastighet"), max_length=80, blank=True)
    # A code in the municipality's housing.yaml.
    area = models.CharField(_("område"), max_length=40)
    rooms = models.PositiveSmallIntegerField(_("antal rum"))
    # The most persons it can be let to.
    capacity = models.PositiveSmallIntegerField(_("flest boende"))
    square_metres = models.PositiveSmallIntegerField(_("yta"), null=True, blank=True)
    step_free = models.BooleanField(_("stegfri"), default=False)
    # Kronor a month.
    rent = models.PositiveIntegerField(_("hyra"))
    available_from = models.DateField(_("tillgänglig från"))
    # The last day that the municipality may use it; empty while no end is known.
    available_to = models.DateField(_("tillgänglig till"), null=True, blank=True)
    furnishing = models.CharField(max_length=10, choices=Furnishing.choices, default=Furnishing.NONE)
    keys = models.CharField(max_length=10, choices=Keys.choices, default=Keys.LANDLORD)
    note = models.CharField(max_length=500, blank=True)
    # Swedish order and casefolded text to search in, since databases disagree.
    sort_key = models.CharField(max_length=250, db_index=True)
    search_key = models.CharField(max_length=400)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(rooms__gte=1), name="dwelling_has_a_room"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="dwelling_holds_somebody"),
            models.CheckConstraint(
                condition=Q(available_to__isnull=True) | Q(available_to__gte=F("available_from")),
                name="dwelling_available_order",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def place(self) -> str:
        """Address and apartment, so that two flats in one house are told apart."""
        return f"{self.address}, {self.apartment}" if self.apartment else self.address


class DwellingBlock(models.Model):
    """A time when nobody can move in although nobody lives there (spärrad): never the same as occupied."""

    class Reason(models.TextChoices):
        RENOVATION = "renovation", _("Renoveras")
        DAMAGE = "damage", _("Skadad")
        FURNISHING = "furnishing", _("Inreds")
        RESERVED = "reserved", _("Hålls fri för särskilt behov")
        OTHER = "other", _("Annat")

    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="blocks")
    starts_on = models.DateField()
    # The last blocked day; empty while no end is known.
    ends_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="block_order"
            )
        ]


class DwellingDocument(models.Model):
    """A file about a dwelling, as a floor plan or an inspection. Never about who lives there."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("Planritning")
        INSPECTION = "inspection", _("Besiktning")
        HEAD_LEASE = "head_lease", _("Avtal med hyresvärden")
        CONSENT = "consent", _("Tillstånd till andrahandsuthyrning")
        OTHER = "other", _("Annat")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=200)
    file_name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=60)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-added_at"]
        constraints = [models.UniqueConstraint(fields=["dwelling", "sha256"], name="dwelling_document_once")]


class StockFile(StagedFile):
    """One file of dwellings."""


# --- leases -----------------------------------------------------------------------------------------------------------


class Tenancy(models.Model):
    """A lease (hyresavtal) of a dwelling to a household. Kept when it has ended; one that never was is voided.

    Two leases of a dwelling never hold the same day: the open one is a unique constraint, the rest a trigger in the
    database (see the migrations).
    """

    class Form(models.TextChoices):
        OPEN_ENDED = "open_ended", _("Tillsvidare")
        FIXED = "fixed", _("På bestämd tid")
        RIGHT = "right", _("Tidsbegränsat boende enligt lag (2026:1326)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="tenancies")
    case = models.ForeignKey("access.Case", on_delete=models.PROTECT, related_name="tenancies")
    form = models.CharField(max_length=12, choices=Form.choices)
    # The municipality rents the dwelling and lets it on (andrahand).
    second_hand = models.BooleanField(default=False)
    persons = models.PositiveSmallIntegerField()
    # Kronor a month when the lease was signed.
    rent = models.PositiveIntegerField()
    signed_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField()
    # The last day of the lease: agreed, or the day it ends after notice. Empty: until further notice.
    ends_on = models.DateField(null=True, blank=True)
    notice_months_tenant = models.PositiveSmallIntegerField(default=0)
    notice_months_landlord = models.PositiveSmallIntegerField(default=0)
    # Set once it has ended for good and the dwelling is empty; the end alone is only planned.
    moved_out_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-starts_on", "-recorded_at"]
        indexes = [models.Index(fields=["case"]), models.Index(fields=["ends_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["dwelling"],
                condition=Q(ends_on__isnull=True, voided_at__isnull=True),
                name="one_open_tenancy_per_dwelling",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="tenancy_order"
            ),
            models.CheckConstraint(condition=Q(form="open_ended") | Q(ends_on__isnull=False), name="tenancy_has_end"),
            models.CheckConstraint(
                condition=Q(moved_out_on__isnull=True) | Q(ends_on__isnull=False), name="tenancy_out_after_end_known"
            ),
            models.CheckConstraint(condition=Q(persons__gte=1), name="tenancy_has_tenants"),
        ]


class TenancyEvent(models.Model):
    """What happened with a lease: notice, its withdrawal, extension, moving out. Append-only."""

    class Kind(models.TextChoices):
        SIGNED = "signed", _("Avtal")
        NOTICE_TENANT = "notice_tenant", _("Uppsagt av hyresgästen")
        NOTICE_LANDLORD = "notice_landlord", _("Uppsagt av hyresvärden")
        NOTICE_WITHDRAWN = "notice_withdrawn", _("Uppsägningen återtagen")
        EXTENDED = "extended", _("Förlängt")
        MOVED_OUT = "moved_out", _("Utflyttat")
        MOVE_OUT_UNDONE = "move_out_undone", _("Utflyttningen ströks")
        VOIDED = "voided", _("Avtalet blev inte av")

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    on = models.DateField()
    old_end = models.DateField(null=True, blank=True)
    new_end = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]


class ChecklistTick(models.Model):
    """A point of a checklist that is done before or at a move-in: furnishing, keys, information given."""

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="ticks")
    # The list and the point, codes in housing.yaml.
    checklist = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    done_on = models.DateField()
    done_at = models.DateTimeField(auto_now_add=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["tenancy", "checklist", "code"], name="checklist_tick_once")]


# --- needs and offers -------------------------------------------------------------------------------------------------


class HousingNeed(models.Model):
    """What a household needs of a home (bostadsbehov): numbers, days and wishes, no names.

    It is read in the case's branch, and by another branch that the field ``housing_need`` has been disclosed to.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Söker bostad")
        HOUSED = "housed", _("Har bostad")
        WITHDRAWN = "withdrawn", _("Behövs inte")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("access.Case", on_delete=models.PROTECT, related_name="housing_needs")
    adults = models.PositiveSmallIntegerField()
    children = models.PositiveSmallIntegerField(default=0)
    # The least number of rooms; 0 asks for none.
    rooms = models.PositiveSmallIntegerField(default=0)
    step_free = models.BooleanField(default=False)
    wanted_from = models.DateField()
    # The last day to move in.
    wanted_by = models.DateField()
    # Kronor a month that the household can pay: a wish, never a bar.
    rent_max = models.PositiveIntegerField(null=True, blank=True)
    # [{"kind": "school" | "sfi" | "family" | "work", "area": code or ""}]
    wishes = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    status_on = models.DateField(null=True, blank=True)
    status_reason = models.CharField(max_length=300, blank=True)
    # The dwelling that somebody has chosen; the matching leaves the choice alone.
    locked_to = models.ForeignKey(Dwelling, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    locked_reason = models.CharField(max_length=300, blank=True)
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["wanted_by", "recorded_at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(status="open"), name="one_open_housing_need"),
            models.CheckConstraint(condition=Q(wanted_by__gte=F("wanted_from")), name="housing_need_order"),
            models.CheckConstraint(condition=Q(adults__gte=1) | Q(children__gte=1), name="housing_need_has_persons"),
        ]

    @property
    def persons(self) -> int:
        return self.adults + self.children


class MatchRun(models.Model):
    """A matching as it was worked out: policy, households and homes by id, the proposal and how good it is.

    ``result`` holds ids, days and points, and of those left without a home what stood in the way; no names. It
    proposes; what became of it are offers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    branch = models.ForeignKey("organisation.Branch", on_delete=models.PROTECT, related_name="+")
    run_on = models.DateField()
    run_at = models.DateTimeField(auto_now_add=True)
    run_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    policy = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-run_at"]


class Offer(models.Model):
    """A dwelling offered to a household, with the answer and, when it was declined, why."""

    class Status(models.TextChoices):
        OPEN = "open", _("Väntar på svar")
        ACCEPTED = "accepted", _("Tackade ja")
        DECLINED = "declined", _("Tackade nej")
        WITHDRAWN = "withdrawn", _("Återtaget")

    class Reason(models.TextChoices):
        SIZE = "size", _("Storleken")
        ACCESS = "access", _("Tillgängligheten")
        RENT = "rent", _("Hyran")
        PLACE = "place", _("Läget")
        SCHOOL = "school", _("Skola eller förskola")
        WORK = "work", _("Arbete eller studier")
        FAMILY = "family", _("Närhet till anhöriga")
        OWN = "own", _("Har ordnat bostad själv")
        OTHER = "other", _("Annat")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    need = models.ForeignKey(HousingNeed, on_delete=models.PROTECT, related_name="offers")
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="offers")
    made_on = models.DateField()
    move_in_on = models.DateField()
    reply_by = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    answered_on = models.DateField(null=True, blank=True)
    decline_reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    # Why a person chose another dwelling than the proposal.
    choice_reason = models.CharField(max_length=300, blank=True)
    run = models.ForeignKey(MatchRun, on_delete=models.PROTECT, null=True, blank=True, related_name="offers")
    # The lease that came of it.
    tenancy = models.OneToOneField(Tenancy, on_delete=models.PROTECT, null=True, blank=True, related_name="offer")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["need"], condition=Q(status="open"), name="one_open_offer_per_need"),
            models.UniqueConstraint(
                fields=["dwelling"], condition=Q(status="open"), name="one_open_offer_per_dwelling"
            ),
            models.CheckConstraint(condition=Q(reply_by__gte=F("made_on")), name="offer_order"),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(decline_reason=""), name="declined_offer_has_reason"
            ),
        ]


# --- the right to housing ---------------------------------------------------------------------------------------------


class CallBack(models.Model):
    """A person tells that an unused right is to be used (lag (2026:1326) 11 § 3 st): told when, wanted when."""

    person = models.ForeignKey("reception.Person", on_delete=models.PROTECT, related_name="call_backs")
    notified_on = models.DateField()
    wanted_from = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-notified_on", "-id"]


class SupportGiven(models.Model):
    """That a duty of förordning (2026:1330) 15 § was fulfilled for a household: information, or help in looking."""

    class Duty(models.TextChoices):
        INFORMATION = "information", _("Information om villkoren för boendet (15 § 1 st)")
        SEARCH = "search", _("Hjälp att söka bostad (15 § 2 st)")

    case = models.ForeignKey("access.Case", on_delete=models.PROTECT, related_name="housing_support")
    duty = models.CharField(max_length=12, choices=Duty.choices)
    on = models.DateField()
    language = models.CharField(max_length=60)
    interpreter_used = models.BooleanField(default=False)
    # Whether help was offered and declined; the offer is the duty.
    declined = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-on", "-id"]


class EarlyEnding(models.Model):
    """An examination of whether a person's right ends early (lag (2026:1326) 13 §). The rule shows what stands in the
    way and what is left to do; a person decides.
    """

    class Ground(models.TextChoices):
        NOT_IN_PROGRAMME = "not_in_programme", _("Inte anvisad till program (13 § 1)")
        ASSIGNMENT_WITHDRAWN = "assignment_withdrawn", _("Anvisningen till program återkallad (13 § 2)")
        TENANCY_FORFEITED = "tenancy_forfeited", _("Skild från bostaden sedan hyresrätten förverkats (13 § 3)")

    class Status(models.TextChoices):
        OPEN = "open", _("Prövas")
        ENDS = "ends", _("Rätten upphör")
        CONTINUES = "continues", _("Rätten består")
        CLOSED = "closed", _("Avskriven")
        CHANGED = "changed", _("Beslutet ändrat")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("reception.Person", on_delete=models.PROTECT, related_name="early_endings")
    ground = models.CharField(max_length=24, choices=Ground.choices)
    opened_on = models.DateField()
    # What the ground asks for and what due process asks for; the shape is hemvist.law.ending_early.EndingFacts.
    programme = models.CharField(max_length=40, blank=True)
    no_referral_since = models.DateField(null=True, blank=True)
    withdrawal_decided_on = models.DateField(null=True, blank=True)
    withdrawal_final_on = models.DateField(null=True, blank=True)
    within_own_control = models.BooleanField(null=True, blank=True)
    lease_forfeited_on = models.DateField(null=True, blank=True)
    separated_on = models.DateField(null=True, blank=True)
    # none or exist; empty while it has not been judged.
    acceptable_reasons = models.CharField(max_length=6, blank=True)
    acceptable_reasons_text = models.TextField(max_length=4000, blank=True)
    children_affected = models.BooleanField(null=True, blank=True)
    best_interests_text = models.TextField(max_length=4000, blank=True)
    communicated_on = models.DateField(null=True, blank=True)
    reply_by = models.DateField(null=True, blank=True)
    reply_text = models.TextField(max_length=4000, blank=True)
    replied_on = models.DateField(null=True, blank=True)
    reasons = models.TextField(max_length=8000, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    decided_on = models.DateField(null=True, blank=True)
    # Body or delegate, as a role: never a person's name.
    decided_by = models.CharField(max_length=200, blank=True)
    diary_number = models.CharField(max_length=60, blank=True)
    # The last day of the right after the decision, and why it may not wait until the time to appeal has passed.
    ends_on = models.DateField(null=True, blank=True)
    early_effect_reason = models.TextField(max_length=2000, blank=True)
    # The decision as it was made: the steps with their paragraphs, frozen.
    grounds_shown = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    served_on = models.DateField(null=True, blank=True)
    # When a decision that the right ends no longer holds: the day, the court or board, what was changed in which case.
    changed_on = models.DateField(null=True, blank=True)
    changed_by = models.CharField(max_length=200, blank=True)
    change_note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-opened_on", "-recorded_at"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(status="open"), name="one_open_early_ending"),
            models.CheckConstraint(
                condition=Q(status__in=("open", "closed"))
                | (Q(decided_on__isnull=False) & ~Q(decided_by="") & ~Q(reasons="")),
                name="early_ending_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("ends", "changed")) | Q(ends_on__isnull=False),
                name="early_ending_has_last_day",
            ),
            models.CheckConstraint(
                condition=~Q(status="changed") | (Q(changed_on__isnull=False) & ~Q(changed_by="") & ~Q(change_note="")),
                name="early_ending_changed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(changed_on__isnull=True) | Q(changed_on__gte=F("decided_on")),
                name="early_ending_changed_after_decision",
            ),
        ]


# --- the yearly number ------------------------------------------------------------------------------------------------


class YearlyNumber(models.Model):
    """One statement of how many the municipality receives in a year (kommuntal). Append-only; a wrong one is voided."""

    class Kind(models.TextChoices):
        PRELIMINARY = "preliminary", _("Preliminärt kommuntal")
        WISH = "wish", _("Kommunens önskemål")
        DECIDED = "decided", _("Beslutat kommuntal")
        SWAP = "swap", _("Ändrat kommuntal efter överenskommelse")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Utkast")
        SETTLED = "settled", _("Fastställt")
        SENT = "sent", _("Lämnat till länsstyrelsen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    persons = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices)
    # The day it was decided by whoever decides it, and by whom: a body, never a person.
    on = models.DateField(null=True, blank=True)
    body = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    # For a swap: with whom.
    counterpart = models.CharField(max_length=100, blank=True)
    # For a wish: {"housing" | "labour" | "school" | "other": text}, and the figures that stood beside them.
    grounds = models.JSONField(default=dict)
    figures = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["year", "recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft") | (Q(on__isnull=False) & ~Q(body="")), name="yearly_number_has_body"
            ),
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(kind="wish", status="draft", voided_at__isnull=True),
                name="one_drafted_wish_a_year",
            ),
        ]


class CriterionValue(models.Model):
    """The municipality's value for a criterion of the distribution (lag (2026:1326) 7 §), with its source."""

    year = models.PositiveSmallIntegerField()
    # A code in hemvist.law.yearly_number.
    criterion = models.CharField(max_length=40)
    value = models.CharField(max_length=300)
    source = models.CharField(max_length=300)
    as_of = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["year", "criterion", "id"]
