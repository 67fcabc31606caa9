"""What the municipality's folder says, as it was last loaded: who answers for what and by which tasks, the boards'
rules of procedure, what is known of where responsibility should lie, and the housing policy. Read-only; nothing here is
about a person.
"""

from __future__ import annotations

from typing import Any, TypeVar

from hemvist.organisation.housing_schema import HousingFile
from hemvist.organisation.models import Municipality
from hemvist.organisation.schema import CatalogueEntry, Model, PlacementFile, ResponsibilitiesFile, RulesFile

File = TypeVar("File", bound=Model)


def responsibilities() -> ResponsibilitiesFile | None:
    """``responsibilities.yaml``, without the moves that have been decided since. One query."""
    return _read("responsibilities", ResponsibilitiesFile)


def responsibilities_of(owner: Municipality | None) -> ResponsibilitiesFile | None:
    """As :func:`responsibilities`, for a municipality that is read already. No query."""
    stored = owner.data.get("responsibilities") if owner else None
    return ResponsibilitiesFile.model_validate(stored) if stored else None


def rules() -> RulesFile:
    """``rules.yaml``, without the amendments that moves have made since. One query."""
    return _read("rules", RulesFile) or RulesFile(rules=[])


def placement() -> PlacementFile:
    """``placement.yaml``. One query."""
    return _read("placement", PlacementFile) or PlacementFile()


def housing() -> HousingFile | None:
    """``housing.yaml``. None before anything is loaded, or when it was loaded before the file was there. One query."""
    return _read("housing", HousingFile)


def catalogue() -> dict[str, CatalogueEntry]:
    """The tasks (TA) and early measures (EA) by code. One query."""
    owner = _owner()
    rows = owner[1].get("catalogue", []) if owner else []
    return {row["code"]: CatalogueEntry.model_validate(row) for row in rows}


def _owner() -> tuple[str, dict[str, Any]] | None:
    return Municipality.objects.values_list("folder_hash", "data").first()


def _read(name: str, kind: type[File]) -> File | None:
    """None before anything is loaded, or when it was loaded before the file was there."""
    owner = _owner()
    if owner is None or name not in owner[1]:
        return None
    return kind.model_validate(owner[1][name])
