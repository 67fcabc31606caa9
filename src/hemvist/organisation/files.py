"""The files of a municipality's folder, and the model of each."""

from hemvist.organisation.housing_schema import HousingFile
from hemvist.organisation.schema import (
    CompensationFile,
    DecisionsFile,
    GlossaryFile,
    HistoryFile,
    Model,
    MunicipalityFile,
    OrganisationFile,
    PlacementFile,
    PlanFile,
    ResponsibilitiesFile,
    RulesFile,
)

FILES: dict[str, type[Model]] = {
    "municipality.yaml": MunicipalityFile,
    "organisation.yaml": OrganisationFile,
    "responsibilities.yaml": ResponsibilitiesFile,
    "decisions.yaml": DecisionsFile,
    "plan.yaml": PlanFile,
    "history.yaml": HistoryFile,
    "glossary.yaml": GlossaryFile,
    "compensation.yaml": CompensationFile,
    "rules.yaml": RulesFile,
    "placement.yaml": PlacementFile,
    "housing.yaml": HousingFile,
}
