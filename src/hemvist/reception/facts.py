"""The kinds of facts, the shape of each, and what is known of a person on a day."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic import ValidationError as ShapeError

from hemvist.law.compensation import StayForm
from hemvist.law.compensation.stays import HOUSING
from hemvist.law.target_group import Living, PermitGround, SponsorTie
from hemvist.reception.models import Fact, FactKind


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class NameValue(_Value):
    given: str = Field(min_length=1, max_length=100)
    family: str = Field(min_length=1, max_length=100)


class BirthDateValue(_Value):
    on: date
    in_sweden: bool = False

    @field_validator("on")
    @classmethod
    def _plausible(cls, value: date) -> date:
        if value.year < 1900:
            raise ValueError("år före 1900")
        return value


class PermitValue(_Value):
    """Uppehållstillstånd: ground, validity, and what matters once it has expired.

    ``can_ground_registration``: it can be the ground of folkbokföring; None when nobody has said.
    """

    ground: PermitGround
    granted_on: date | None = None
    valid_to: date | None = None
    can_ground_registration: bool | None = None
    renewal_applied_on: date | None = None
    renewal_refused_final_on: date | None = None
    # Whether what was applied for is a permit of the kinds that the act covers; None when nobody has said.
    renewal_for_covered_ground: bool | None = None
    # A decision on inhibition (12 kap. 16 e § 1 st or 17 a § 1 st utlänningslagen): a pending renewal does not help.
    inhibition: bool = False

    @property
    def without_permit_from(self) -> date | None:
        """The day from which a final refusal leaves the person without a permit; the old one holds until it ends."""
        if self.valid_to is None or self.renewal_refused_final_on is None:
            return None
        return max(self.renewal_refused_final_on, self.valid_to + timedelta(days=1))

    @property
    def renewal_in_time(self) -> bool:
        """Whether a renewal that may keep the coverage was applied for while the permit held (lag (2026:1326) 4 §)."""
        if self.renewal_applied_on is None or self.inhibition or self.renewal_for_covered_ground is False:
            return False
        return (self.granted_on or date.min) <= self.renewal_applied_on <= (self.valid_to or date.max)


class LanguageValue(_Value):
    spoken: str = Field(min_length=1, max_length=60)
    interpreter: bool = False
    dialect: str = Field(default="", max_length=60)


class RegistrationState(TextChoices):
    """What Skatteverket has decided about the folkbokföring."""

    REGISTERED = "registered", gettext_lazy("Folkbokförd")
    EMIGRATED = "emigrated", gettext_lazy("Utflyttad från Sverige")
    MISSING = "missing", gettext_lazy("Avregistrerad som försvunnen")
    UNREGISTERED = "unregistered", gettext_lazy("Avregistrerad av annat skäl")


class PopulationRegistrationValue(_Value):
    """Folkbokföring: the day of Skatteverket's decision and the day it counts from are two different facts.

    For a deregistration (avregistrering) ``registered_on`` is the day on which it stops. A move to another municipality
    is a new registration with its name; no name means our own.
    """

    state: RegistrationState = RegistrationState.REGISTERED
    decided_on: date | None = None
    registered_on: date | None = None
    municipality: str = Field(default="", max_length=60)

    @model_validator(mode="after")
    def _some_day(self) -> PopulationRegistrationValue:
        if self.decided_on is None and self.registered_on is None:
            raise ValueError("minst en dag behövs")
        if self.registered_on is None and not self.registered:
            raise ValueError("dagen då folkbokföringen upphör behövs")
        return self

    @property
    def registered(self) -> bool:
        return self.state is RegistrationState.REGISTERED

    @property
    def day(self) -> date:
        """The day it counts from; the day of the decision until that is known."""
        day = self.registered_on or self.decided_on
        assert day is not None
        return day

    def agrees_with(self, other: PopulationRegistrationValue) -> bool:
        """Whether both can be the same registration, told in two rows."""
        days = ((self.decided_on, other.decided_on), (self.registered_on, other.registered_on))
        return self.municipality == other.municipality and all(a is None or b is None or a == b for a, b in days)


class FirstReceptionValue(_Value):
    """The mottagandedatum in Migrationsverket's list, and the municipality that first received the person; no name
    means our own.
    """

    on: date
    municipality: str = Field(default="", max_length=60)


class LivingValue(_Value):
    """Where the person lived as an asylum seeker, or when leaving LMA or mottagandelagen (lag (2026:1326) 6 §)."""

    living: Living


class RelativeTieValue(_Value):
    """Anknytning to a person in Sweden (förordning (2010:1122) 5 a §, lag (2016:38) 3 §). None means unknown.

    The parts are those of :class:`~hemvist.law.target_group.SponsorTie`.
    """

    sponsor_first_received_on: date | None = None
    applied_on: date | None = None
    sponsor_citizen_at_application: bool | None = None
    sponsor_ground: PermitGround | None = None
    child_of_relative: bool = False

    @model_validator(mode="after")
    def _something(self) -> RelativeTieValue:
        if self == RelativeTieValue.model_construct():
            raise ValueError("minst en uppgift behövs")
        return self

    @property
    def sponsor(self) -> SponsorTie:
        return SponsorTie(
            ground=self.sponsor_ground,
            first_received_on=self.sponsor_first_received_on,
            citizen_at_application=self.sponsor_citizen_at_application,
            applied_on=self.applied_on,
            child_of_relative=self.child_of_relative,
        )


STAY_LABELS: Mapping[StayForm, Promise] = {
    StayForm.MUNICIPAL_TEMPORARY_PROTECTION: gettext_lazy(
        "Boende som kommunen ordnat för tillfälligt skydd (14 a § förordning 2017:193)"
    ),
    StayForm.FORMER_UNACCOMPANIED: gettext_lazy(
        "Tidigare ensamkommande, 18–20 år, i sådant boende (14 b § förordning 2017:193)"
    ),
    StayForm.ASSIGNED_HOUSING: gettext_lazy(
        "Anvisad som flyttat in innan mottagandelagen slutat gälla (14 c § förordning 2017:193)"
    ),
    StayForm.PLACED_UNACCOMPANIED: gettext_lazy(
        "Ensamkommande barn placerat utanför det egna hemmet (29 § förordning 2010:1122)"
    ),
    StayForm.STUDY_SUPPORT: gettext_lazy(
        "Studiehjälp för tidigare ensamkommande, 18–20 år (30 § förordning 2010:1122)"
    ),
    StayForm.SCHOOL_PRESCHOOL: gettext_lazy("Förskola under mottagandelagen (4 § förordning 2017:193)"),
    StayForm.SCHOOL_PRESCHOOL_CLASS: gettext_lazy("Förskoleklass under mottagandelagen (4 § förordning 2017:193)"),
    StayForm.SCHOOL_COMPULSORY: gettext_lazy("Grundskola under mottagandelagen (4 § förordning 2017:193)"),
    StayForm.SCHOOL_UPPER_SECONDARY: gettext_lazy("Gymnasieskola under mottagandelagen (4 § förordning 2017:193)"),
}


class StayValue(_Value):
    """A stay that gives compensation (vistelse som ger ersättning). Stays of different forms can go on at once.

    ``end`` is the day of moving out, for a school, a placement or studiehjälp the last day; None while it goes on. A
    stay that should never have been registered is ``struck`` by a correction.
    """

    form: StayForm
    start: date
    end: date | None = None
    struck: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> StayValue:
        if self.end is not None and self.end < self.start:
            raise ValueError("slutdagen ligger före startdagen")
        return self

    @property
    def last(self) -> date:
        """The last day that is part of the stay."""
        if self.end is None:
            return date.max
        return self.end - timedelta(days=1) if self.form in HOUSING else self.end

    def overlaps(self, other: StayValue) -> bool:
        """Whether a day would be counted twice."""
        if self.struck or other.struck or self.form is not other.form:
            return False
        return self.start <= other.last and other.start <= self.last


class DayValue(_Value):
    on: date


class EarlierRightValue(_Value):
    """That lag (2026:1326) covered the person before, and ceased to: the 36 months count from the first time
    (12 § 3 st). ``first_right_on`` is empty when there was no right to housing then; the months are then counted from
    ``first_received_on``.
    """

    coverage_ended_on: date
    first_right_on: date | None = None
    # The day that the person was first received in any municipality; the mottagandedatum may be another day.
    first_received_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> EarlierRightValue:
        if self.first_right_on is not None and self.coverage_ended_on < self.first_right_on:
            raise ValueError("den tidigare rätten slutar innan den började")
        return self


class ResidenceValue(_Value):
    address: str = Field(min_length=1, max_length=200)
    municipality: str = Field(default="", max_length=60)
    moved_away: bool = False


class ContactValue(_Value):
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _something(self) -> ContactValue:
        if not (self.phone or self.email):
            raise ValueError("telefon eller e-post behövs")
        return self


PROTECTION_FORMS = ("sekretessmarkering", "skyddad_folkbokforing", "fingerade_uppgifter", "lokal_markering")


class ProtectionValue(_Value):
    """A marking of protected identity: form, paragraph, date and authority (OSL 5 kap. 5 §)."""

    form: str
    authority: str = Field(min_length=1, max_length=100)
    paragraph: str = Field(min_length=1, max_length=100)
    review_on: date | None = None
    active: bool = True

    @field_validator("form")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in PROTECTION_FORMS:
            raise ValueError("okänd form")
        return value


SHAPES: Mapping[str, type[_Value]] = {
    FactKind.NAME: NameValue,
    FactKind.BIRTH_DATE: BirthDateValue,
    FactKind.PERMIT: PermitValue,
    FactKind.LANGUAGE: LanguageValue,
    FactKind.POPULATION_REGISTRATION: PopulationRegistrationValue,
    FactKind.FIRST_RECEPTION: FirstReceptionValue,
    FactKind.LIVING: LivingValue,
    FactKind.RELATIVE_TIE: RelativeTieValue,
    FactKind.STAY: StayValue,
    FactKind.LEFT_RECEPTION_ACT: DayValue,
    FactKind.EARLIER_HOUSING_RIGHT: EarlierRightValue,
    FactKind.RESIDENCE: ResidenceValue,
    FactKind.CONTACT: ContactValue,
    FactKind.PROTECTION: ProtectionValue,
    FactKind.DEATH: DayValue,
}


def checked(kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """The value in its stored form. Raises ValidationError that names the part and what is wrong."""
    try:
        return SHAPES[kind].model_validate(dict(value)).model_dump(mode="json")
    except ShapeError as error:
        parts = [
            ": ".join(filter(None, (".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, "))))
            for e in error.errors()
        ]
        raise ValidationError(
            _("%(kind)s kan inte sparas: %(parts)s") % {"kind": FactKind(kind).label, "parts": "; ".join(parts)}
        ) from None


class FactRow(NamedTuple):
    """What the functions below need of a fact, for those who read many and make no models of them."""

    id: int
    kind: str
    value: dict[str, Any]
    valid_from: date
    corrects_id: int | None


AnyFact = TypeVar("AnyFact", Fact, FactRow)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a person on a day."""

    person_id: uuid.UUID
    name: NameValue | None = None
    birth_date: date | None = None
    born_in_sweden: bool = False
    permit: PermitValue | None = None
    # All of them by day, and above the one that holds.
    permits: tuple[PermitValue, ...] = ()
    language: LanguageValue | None = None
    # All of them by day, and the one that holds.
    registrations: tuple[PopulationRegistrationValue, ...] = ()
    population: PopulationRegistrationValue | None = None
    first_reception: FirstReceptionValue | None = None
    living: Living | None = None
    relative_tie: RelativeTieValue | None = None
    stays: tuple[StayValue, ...] = ()
    left_reception_act_on: date | None = None
    earlier_housing_right: EarlierRightValue | None = None
    residence: ResidenceValue | None = None
    contact: ContactValue | None = None
    protection: ProtectionValue | None = None
    died_on: date | None = None

    @property
    def full_name(self) -> str:
        return f"{self.name.given} {self.name.family}" if self.name else "–"

    @property
    def moved_away(self) -> bool:
        return self.residence is not None and self.residence.moved_away

    @property
    def registered_on(self) -> date | None:
        """The day from which the person is folkbokförd; None for who has been deregistered."""
        return self.population.registered_on if self.population and self.population.registered else None


_FIELD = {
    FactKind.NAME: "name",
    FactKind.PERMIT: "permit",
    FactKind.LANGUAGE: "language",
    FactKind.FIRST_RECEPTION: "first_reception",
    FactKind.RELATIVE_TIE: "relative_tie",
    FactKind.EARLIER_HOUSING_RIGHT: "earlier_housing_right",
    FactKind.RESIDENCE: "residence",
    FactKind.CONTACT: "contact",
}
# The kinds of which one part is all that is asked for: the part and its field.
_PART = {
    FactKind.LIVING: ("living", "living"),
    FactKind.LEFT_RECEPTION_ACT: ("on", "left_reception_act_on"),
    FactKind.DEATH: ("on", "died_on"),
}


def effective(facts: Iterable[AnyFact], on: date) -> dict[str, AnyFact]:
    """The fact of each kind that holds on the day: not corrected, latest valid-from, then latest registered.

    A name or birth date registered as valid later than the day holds all the same: a person has one.
    """
    facts = list(facts)
    corrected = {fact.corrects_id for fact in facts if fact.corrects_id}
    chosen: dict[str, AnyFact] = {}
    for fact in sorted(facts, key=lambda f: (f.valid_from, f.id)):
        timeless = fact.kind in {FactKind.NAME, FactKind.BIRTH_DATE} and fact.kind not in chosen
        if fact.id not in corrected and (fact.valid_from <= on or timeless):
            chosen[fact.kind] = fact
    return chosen


def standing(facts: Iterable[AnyFact], kind: str) -> list[AnyFact]:
    """The facts of a kind that no other corrects, whatever day they are valid from, in the order of registration."""
    facts = [fact for fact in facts if fact.kind == kind]
    if not facts:
        return facts
    facts.sort(key=lambda f: f.id)
    corrected = {fact.corrects_id for fact in facts if fact.corrects_id}
    return [fact for fact in facts if fact.id not in corrected]


def markings(facts: Iterable[AnyFact]) -> list[ProtectionValue]:
    """The markings of protected identity that stand: the last registered of each form, whatever day it is valid from.

    One form that is lifted leaves the others, and a marking holds from the moment it is known: the gate fails closed.
    """
    values = [ProtectionValue.model_validate(fact.value) for fact in standing(facts, FactKind.PROTECTION)]
    return [value for value in {value.form: value for value in values}.values() if value.active]


def stays(facts: Iterable[AnyFact]) -> tuple[StayValue, ...]:
    """The stays that stand, by first day. One ends by a correction that gives the last day."""
    values = (StayValue.model_validate(fact.value) for fact in standing(facts, FactKind.STAY))
    return tuple(sorted((value for value in values if not value.struck), key=lambda v: (v.start, v.form)))


def permits(facts: Iterable[AnyFact], on: date) -> tuple[PermitValue, ...]:
    """The permits known on a day, by the day they were granted. What is told of one again, as that a new one has been
    applied for, replaces what was told before.
    """
    rows = sorted((row for row in standing(facts, FactKind.PERMIT) if row.valid_from <= on), key=lambda r: r.valid_from)
    values = (PermitValue.model_validate(row.value) for row in rows)
    known = {value.granted_on: value for value in values}
    return tuple(known[day] for day in sorted(known, key=lambda day: day or date.min))


def permit_on(history: Sequence[PermitValue], day: date) -> PermitValue | None:
    """The permit granted last of those granted up to a day, of a history by day; None before the first."""
    return next((row for row in reversed(history) if (row.granted_on or date.min) <= day), None)


def registrations(facts: Iterable[AnyFact]) -> tuple[PopulationRegistrationValue, ...]:
    """The registrations and deregistrations that stand, by the day they count from."""
    rows = standing(facts, FactKind.POPULATION_REGISTRATION)
    return tuple(sorted((PopulationRegistrationValue.model_validate(row.value) for row in rows), key=lambda v: v.day))


def registration_on(history: Sequence[PopulationRegistrationValue], on: date) -> PopulationRegistrationValue | None:
    """The registration or deregistration that holds on a day, of a history by day; None before the first."""
    return next((row for row in reversed(history) if row.day <= on), None)


def first_registration(history: Iterable[PopulationRegistrationValue]) -> PopulationRegistrationValue | None:
    """The first registration of a history by day: no later move or deregistration changes it.

    Its decision and its day may have become known one after the other, as two rows that do not contradict each other.
    """
    rows = [row for row in history if row.registered]
    if not rows:
        return None
    first = rows[0]
    for row in rows[1:]:
        if first.agrees_with(row):
            days = {"decided_on": row.decided_on, "registered_on": row.registered_on}
            first = first.model_copy(update={name: day for name, day in days.items() if day})
    return first


def is_home(municipality: str, home: str) -> bool:
    """Whether a municipality that a fact names is our own: *Enköping* is *Enköpings kommun*, and so is no name."""
    return not municipality or _place(municipality) == _place(home)


def _place(name: str) -> str:
    return name.casefold().strip().removesuffix(" kommun").removesuffix(" stad").removesuffix("s")


def came_from_elsewhere(
    registrations: Sequence[PopulationRegistrationValue], *, named: bool, received_on: date | None, home: str
) -> bool:
    """Whether the person was registered in another municipality before coming here without an anvisning."""
    first = first_registration(registrations)
    if named or received_on is None or first is None:
        return False
    return first.day < received_on and not is_home(first.municipality, home)


def snapshot(person_id: uuid.UUID, facts: Iterable[AnyFact], on: date) -> Snapshot:
    """Assemble a person from facts already fetched; no query."""
    facts = list(facts)
    of: defaultdict[str, list[AnyFact]] = defaultdict(list)
    for fact in facts:
        of[fact.kind].append(fact)
    values: dict[str, Any] = {}
    for kind, fact in effective(facts, on).items():
        if kind in _FIELD:
            values[_FIELD[FactKind(kind)]] = SHAPES[kind].model_validate(fact.value)
        elif kind in _PART:
            part, name = _PART[FactKind(kind)]
            values[name] = getattr(SHAPES[kind].model_validate(fact.value), part)
        elif kind == FactKind.BIRTH_DATE:
            birth = BirthDateValue.model_validate(fact.value)
            values |= {"birth_date": birth.on, "born_in_sweden": birth.in_sweden}
    # Of thousands of persons most have facts of a few kinds: nothing is done for those they have none of.
    if rows := of.get(FactKind.PERMIT):
        values["permits"] = permits(rows, on)
    if rows := of.get(FactKind.POPULATION_REGISTRATION):
        history = values["registrations"] = registrations(rows)
        # One that is to come, when there is none yet.
        values["population"] = registration_on(history, on) or next(iter(history), None)
    if rows := of.get(FactKind.STAY):
        values["stays"] = stays(rows)
    if rows := of.get(FactKind.PROTECTION):
        values["protection"] = next(iter(markings(rows)), None)
    return Snapshot(person_id, **values)


# Digits sort before letters everywhere, so what shall come after z begins as no name does.
_ORDER = str.maketrans({"å": "zzz1", "ä": "zzz2", "æ": "zzz2", "ö": "zzz3", "ø": "zzz3"})


def search_key(text: str) -> str:
    """Casefolded text to search in."""
    return " ".join(text.casefold().split())[:200]


def sort_key(text: str) -> str:
    """Casefolded text that any database sorts in Swedish order: å, ä, ö last."""
    return search_key(text).translate(_ORDER)[:200]
