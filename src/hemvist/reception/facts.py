"""The kinds of facts, the shape of each, and what is known of a person on a day."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic import ValidationError as ShapeError

from hemvist.law.target_group import PermitGround
from hemvist.reception.models import Fact, FactKind


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class NameValue(_Value):
    given: str = Field(min_length=1, max_length=100)
    family: str = Field(min_length=1, max_length=100)


class BirthDateValue(_Value):
    on: date

    @field_validator("on")
    @classmethod
    def _plausible(cls, value: date) -> date:
        if value.year < 1900:
            raise ValueError("år före 1900")
        return value


class PermitValue(_Value):
    """Uppehållstillstånd: ground, validity, and what matters once it has expired."""

    ground: PermitGround
    granted_on: date | None = None
    valid_to: date | None = None
    renewal_applied_on: date | None = None
    renewal_refused_final_on: date | None = None


class LanguageValue(_Value):
    spoken: str = Field(min_length=1, max_length=60)
    interpreter: bool = False
    dialect: str = Field(default="", max_length=60)


class PopulationRegistrationValue(_Value):
    """Folkbokföring: the day of Skatteverket's decision and the day it counts from are two different facts."""

    decided_on: date | None = None
    registered_on: date | None = None
    municipality: str = Field(default="", max_length=60)

    @model_validator(mode="after")
    def _some_day(self) -> PopulationRegistrationValue:
        if self.decided_on is None and self.registered_on is None:
            raise ValueError("minst en dag behövs")
        return self


class DayValue(_Value):
    on: date


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
    FactKind.LEFT_RECEPTION_ACT: DayValue,
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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a person on a day."""

    person_id: uuid.UUID
    name: NameValue | None = None
    birth_date: date | None = None
    permit: PermitValue | None = None
    language: LanguageValue | None = None
    population: PopulationRegistrationValue | None = None
    left_reception_act_on: date | None = None
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


_FIELD = {
    FactKind.NAME: "name",
    FactKind.PERMIT: "permit",
    FactKind.LANGUAGE: "language",
    FactKind.POPULATION_REGISTRATION: "population",
    FactKind.RESIDENCE: "residence",
    FactKind.CONTACT: "contact",
    FactKind.PROTECTION: "protection",
}
_DAY_FIELD = {
    FactKind.BIRTH_DATE: "birth_date",
    FactKind.LEFT_RECEPTION_ACT: "left_reception_act_on",
    FactKind.DEATH: "died_on",
}


def effective(facts: Iterable[Fact], on: date) -> dict[str, Fact]:
    """The fact of each kind that holds on the day: not corrected, latest valid-from, then latest registered.

    A name or birth date registered as valid later than the day holds all the same: a person has one.
    """
    facts = list(facts)
    corrected = {fact.corrects_id for fact in facts if fact.corrects_id}
    chosen: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda f: (f.valid_from, f.id)):
        timeless = fact.kind in {FactKind.NAME, FactKind.BIRTH_DATE} and fact.kind not in chosen
        if fact.id not in corrected and (fact.valid_from <= on or timeless):
            chosen[fact.kind] = fact
    return chosen


def markings(facts: Iterable[Fact]) -> list[ProtectionValue]:
    """The markings of protected identity that stand: the last registered of each form, whatever day it is valid from.

    One form that is lifted leaves the others, and a marking holds from the moment it is known: the gate fails closed.
    """
    facts = [fact for fact in facts if fact.kind == FactKind.PROTECTION]
    corrected = {fact.corrects_id for fact in facts if fact.corrects_id}
    last: dict[str, ProtectionValue] = {}
    for fact in sorted(facts, key=lambda f: f.id):
        if fact.id not in corrected:
            value = ProtectionValue.model_validate(fact.value)
            last[value.form] = value
    return [value for value in last.values() if value.active]


def snapshot(person_id: uuid.UUID, facts: Iterable[Fact], on: date) -> Snapshot:
    """Assemble a person from facts already fetched; no query."""
    facts = list(facts)
    values: dict[str, Any] = {}
    for kind, fact in effective(facts, on).items():
        value = SHAPES[kind].model_validate(fact.value)
        key = FactKind(kind)
        if key in _DAY_FIELD:
            values[_DAY_FIELD[key]] = value.on  # type: ignore[attr-defined]
        else:
            values[_FIELD[key]] = value
    values["protection"] = next(iter(markings(facts)), None)
    return Snapshot(person_id, **values)


# Digits sort before letters everywhere, so what shall come after z begins as no name does.
_ORDER = str.maketrans({"å": "zzz1", "ä": "zzz2", "æ": "zzz2", "ö": "zzz3", "ø": "zzz3"})


def search_key(text: str) -> str:
    """Casefolded text to search in."""
    return " ".join(text.casefold().split())[:200]


def sort_key(text: str) -> str:
    """Casefolded text that any database sorts in Swedish order: å, ä, ö last."""
    return search_key(text).translate(_ORDER)[:200]
