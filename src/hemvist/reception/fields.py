"""The fields that can be disclosed, each with its secrecy (C04): code, label, paragraph, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemvist.law.target_group import PERMIT_GROUND_LABELS
from hemvist.reception.facts import Snapshot


@dataclass(frozen=True, slots=True)
class Field:
    code: str
    label: str | Promise
    # The secrecy that the field has besides the branch's own.
    paragraph: str
    read: Callable[[Snapshot], Any]


def _permit(person: Snapshot) -> str:
    return str(PERMIT_GROUND_LABELS[person.permit.ground]) if person.permit else ""


_FIELDS = (
    Field("name", _("Namn"), "26 kap. 1 § OSL", lambda p: p.full_name),
    Field("birth_date", _("Födelsedatum"), "26 kap. 1 § OSL", lambda p: p.birth_date),
    Field("identifiers", _("Person- eller samordningsnummer"), "26 kap. 1 § OSL", lambda p: None),
    Field("language", _("Språk"), "26 kap. 1 § OSL", lambda p: p.language.spoken if p.language else ""),
    Field(
        "interpreter",
        _("Behöver tolk"),
        "26 kap. 1 § OSL",
        lambda p: p.language.interpreter if p.language else None,
    ),
    Field("contact", _("Telefon och e-post"), "21 kap. 3 § OSL", lambda p: _contact(p)),
    Field("address", _("Adress"), "21 kap. 3 § OSL", lambda p: p.residence.address if p.residence else ""),
    Field("permit", _("Uppehållstillstånd"), "37 kap. 1 § OSL", _permit),
    Field(
        "population_registration",
        _("Folkbokförd"),
        "22 kap. 1 § OSL",
        lambda p: p.registered_on,
    ),
    # Of the household, not of a person: hemvist.housing reads them for whom they were disclosed to.
    Field(
        "housing_need",
        _("Bostadsbehov, erbjudanden och hyresavtal"),
        "26 kap. 1 § OSL",
        lambda p: _("visas under Bostäder"),
    ),
    Field("housing_right", _("När rätten till boende slutar"), "26 kap. 1 § OSL", lambda p: _("visas under Bostäder")),
)


def _contact(person: Snapshot) -> str:
    return " · ".join(filter(None, (person.contact.phone, person.contact.email))) if person.contact else ""


FIELDS: Mapping[str, Field] = {field.code: field for field in _FIELDS}
