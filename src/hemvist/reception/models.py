"""Households, persons and their dated facts; anvisningar and arrivals; what was disclosed and consented to.

Every row with personal data hangs on an :class:`~hemvist.access.models.Case`, which has exactly one owner.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """The way a household comes, in Migrationsverket's categories (kategori 1, 2, 6, 3/8, 4)."""

    QUOTA = "quota", _("Kvotflykting (vidarebosatt)")
    ASYLUM_HOUSING = "asylum_housing", _("Från asylboende (ABO)")
    TEMPORARY_PROTECTION = "temporary_protection", _("Tillfälligt skydd")
    RELATIVE = "relative", _("Anhörig")
    SELF_SETTLED = "self_settled", _("Eget boende (EBO)")
    OTHER = "other", _("Övrig")


class Household(models.Model):
    """A household (hushåll): the persons who are received together. One case each."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField("access.Case", on_delete=models.PROTECT, related_name="household")
    category = models.CharField(_("kategori"), max_length=30, choices=Category.choices)
    already_living_here = models.BooleanField(_("bor redan i kommunen"), default=False)
    planned_arrival_on = models.DateField(_("planerad ankomst"), null=True, blank=True)
    needs_dwelling = models.BooleanField(_("behöver bostad"), default=True)
    # Casefolded name in Swedish order (å, ä, ö last): databases sort them differently.
    sort_key = models.CharField(max_length=200, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["category"])]

    def __str__(self) -> str:
        return self.case.number


class Person(models.Model):
    """A person in a case. All that is known lies in facts; the key is our own, numbers come and go."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("access.Case", on_delete=models.PROTECT, related_name="persons")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)


class Membership(models.Model):
    """Who belongs to which household from when until when."""

    class Position(models.TextChoices):
        CONTACT = "contact", _("Kontaktperson")
        ADULT = "adult", _("Vuxen")
        CHILD = "child", _("Barn")

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    position = models.CharField(max_length=10, choices=Position.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(valid_to__isnull=True), name="person_in_one_household"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="membership_order"
            ),
        ]


class FactKind(models.TextChoices):
    NAME = "name", _("Namn")
    BIRTH_DATE = "birth_date", _("Födelsedatum")
    PERMIT = "permit", _("Uppehållstillstånd")
    LANGUAGE = "language", _("Språk och tolk")
    POPULATION_REGISTRATION = "population_registration", _("Folkbokföring")
    FIRST_RECEPTION = "first_reception", _("Mottagandedatum enligt Migrationsverket")
    LIVING = "living", _("Boende före mottagandet")
    RELATIVE_TIE = "relative_tie", _("Anknytning")
    STAY = "stay", _("Vistelse som ger ersättning")
    LEFT_RECEPTION_ACT = "left_reception_act", _("Lämnat mottagandelagen")
    EARLIER_HOUSING_RIGHT = "earlier_housing_right", _("Tidigare rätt till boende")
    RESIDENCE = "residence", _("Adress")
    CONTACT = "contact", _("Kontaktuppgifter")
    PROTECTION = "protection", _("Skyddade personuppgifter")
    DEATH = "death", _("Dödsfall")


class FactSource(models.TextChoices):
    MIGRATION_AGENCY = "migration_agency", _("Migrationsverket")
    TAX_AGENCY = "tax_agency", _("Skatteverket")
    PERSON = "person", _("Personen själv")
    STAFF = "staff", _("Handläggare")
    FILE = "file", _("Inläst fil")


class Fact(models.Model):
    """One dated fact about a person. A correction is a new row that points at the one it corrects."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=30, choices=FactKind.choices)
    # A JSON object; hemvist.reception.facts knows its shape for each kind.
    value = models.JSONField(encoder=DjangoJSONEncoder)
    valid_from = models.DateField()
    source = models.CharField(max_length=30, choices=FactSource.choices)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    # Only for names: the casefolded name that the search looks in.
    search_key = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["kind", "search_key"])]


class IdentifierKind(models.TextChoices):
    PERSONNUMMER = "personnummer", _("Personnummer")
    SAMORDNINGSNUMMER = "samordningsnummer", _("Samordningsnummer")
    DOSSIER = "dossier", _("Dossiernummer")


class Identifier(models.Model):
    """A number by which an authority knows the person, with source and validity."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=20, choices=IdentifierKind.choices)
    value = models.CharField(max_length=20)
    source = models.CharField(max_length=30, choices=FactSource.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    # Lag (2022:1697) 1 kap. 2 §: how sure the identity behind a samordningsnummer is.
    certainty = models.CharField(
        max_length=10,
        blank=True,
        choices=[("styrkt", _("styrkt")), ("sannolik", _("sannolik")), ("osaker", _("osäker"))],
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=Q(valid_to__isnull=True),
                name="identifier_names_one_person",
            )
        ]


class StagedFile(models.Model):
    """A file that is staged for preview, then brought in whole or not at all (see ``reception.staged_files``)."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("Förhandsgranskad")
        IMPORTED = "imported", _("Inläst")
        DISCARDED = "discarded", _("Kastad")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    branch = models.ForeignKey("organisation.Branch", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State.choices, default=State.PREVIEWED)
    # Parsed rows and their errors; emptied when the run is imported or discarded.
    staged = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    summary = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-created_at"]


class ImportRun(StagedFile):
    """One file of anvisningar."""


class Assignment(models.Model):
    """An anvisning: Migrationsverket's decision that the municipality shall receive these persons.

    An anvisning is not always an arrival: it can be withdrawn (återkallad), replaced (ersatt) or lapse (förfalla).
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Gäller")
        WITHDRAWN = "withdrawn", _("Återkallad")
        REPLACED = "replaced", _("Ersatt")
        LAPSED = "lapsed", _("Förfallen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="assignments")
    persons = models.ManyToManyField(Person, related_name="assignments")
    reference = models.CharField(_("Migrationsverkets beteckning"), max_length=40, blank=True)
    decided_on = models.DateField(_("beslutsdatum"))
    latest_reception_on = models.DateField(_("senaste mottagningsdag enligt beslutet"), null=True, blank=True)
    category = models.CharField(_("kategori"), max_length=30, choices=Category.choices)
    # The act that governed when the anvisning was decided: BOS-2016 or BOS-2026. Kept, never recomputed silently.
    regime = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    status_on = models.DateField(null=True, blank=True)
    status_reason = models.CharField(max_length=300, blank=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")
    import_run = models.ForeignKey(
        ImportRun, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-decided_on", "-registered_at"]
        constraints = [
            models.UniqueConstraint(fields=["reference"], condition=~Q(reference=""), name="assignment_reference_once"),
            models.CheckConstraint(
                condition=Q(latest_reception_on__isnull=True) | Q(latest_reception_on__gte=F("decided_on")),
                name="assignment_reception_after_decision",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or str(self.decided_on)


class Arrival(models.Model):
    """The day a person actually was received in the municipality (faktiskt mottagen), with or without anvisning."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="arrivals")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="arrivals")
    on = models.DateField(_("mottagen"))
    category = models.CharField(_("kategori"), max_length=30, choices=Category.choices)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, blank=True, related_name="arrivals")
    source = models.CharField(max_length=30, choices=FactSource.choices)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # A wrong arrival is voided, with the reason, and a new row written.
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(voided_at__isnull=True), name="person_received_once")
        ]
        indexes = [models.Index(fields=["on"])]


class Consent(models.Model):
    """A person's waiver of secrecy (samtycke, OSL 10 kap. 1 § and 12 kap. 2 §) for named fields and one receiver."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("access.Case", on_delete=models.PROTECT, related_name="consents")
    persons = models.ManyToManyField(Person, related_name="consents")
    recipient = models.ForeignKey("organisation.Branch", on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(default=list)
    purpose = models.CharField(max_length=300)
    language = models.CharField(max_length=60)
    interpreter_used = models.BooleanField(default=False)
    given_on = models.DateField()
    expires_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-recorded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_on__gt=F("given_on")), name="consent_expires_after_given")
        ]


class Disclosure(models.Model):
    """What was given across a secrecy boundary (utlämnande): fields, to whom, on which ground, until when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("access.Case", on_delete=models.PROTECT, related_name="disclosures")
    persons = models.ManyToManyField(Person, related_name="disclosures")
    recipient = models.ForeignKey("organisation.Branch", on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(default=list)
    # A code in hemvist.law.secrecy; the paragraph is kept as it stood.
    ground = models.CharField(max_length=30)
    paragraph = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="disclosures")
    valid_from = models.DateField()
    valid_to = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # From a protected case: nothing leaves before a second person has approved.
    needs_approval = models.BooleanField(default=False)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    revoke_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["recipient", "valid_to"])]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="disclosure_ends_after_start"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
                name="disclosure_two_persons",
            ),
        ]

    @property
    def field_labels(self) -> list[str]:
        """The disclosed fields in words."""
        from hemvist.reception.fields import FIELDS

        return [str(FIELDS[code].label) for code in self.fields if code in FIELDS]


class NewcomerAccess(models.Model):
    """The newcomer's own sign-in: which person the user is."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="newcomer_access")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
