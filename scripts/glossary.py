"""Write ``docs/glossary.md``: the municipality's glossary, and which English identifier stands for which Swedish term.

Run it after a change of either: ``.venv/bin/python scripts/glossary.py``. ``tests/test_docs.py`` holds the page to it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "municipalities/enkoping/glossary.yaml"
PAGE = ROOT / "docs/glossary.md"


class Identifier(NamedTuple):
    """A Swedish term, its one English name in the code, and the module of ``hemvist`` that defines it."""

    term: str
    name: str
    module: str


IDENTIFIERS = tuple(
    Identifier(*row)
    for row in (
        ("nämnd", "Board", "organisation.models"),
        ("verksamhetsgren", "Branch", "organisation.models"),
        ("förvaltning", "Department", "organisation.models"),
        ("enhet", "Unit", "organisation.models"),
        ("funktion som någon ska svara för", "Function", "organisation.models"),
        ("ansvar för en funktion, från en dag", "Responsibility", "organisation.models"),
        ("flytt av ansvar", "Move", "organisation.models"),
        ("vad som byter ägare i en flytt", "MovePart", "organisation.models"),
        ("ärendets byte av ägare", "CaseTransfer", "access.models"),
        ("arvtagare till en nedlagd enhet", "Heir", "organisation.moves"),
        ("skyldighet enligt lag", "Obligation", "law.obligations"),
        ("reglemente", "BoardRules", "organisation.schema"),
        ("bestämmelse i ett reglemente", "Clause", "planning.board_rules"),
        ("ändring av en bestämmelse", "Amendment", "planning.board_rules"),
        ("alternativ för placering", "Alternative", "organisation.schema"),
        ("argument som någon har lagt till", "Argument", "placement.models"),
        ("villkor som ändrar vad som väger", "PlacementCondition", "organisation.schema"),
        ("vägning", "Weighing", "placement.models"),
        ("tröghet i samarbetet", "Friction", "placement.models"),
        ("uppdragspunktens läge", "PointStatus", "placement.models"),
        ("dokument", "Document", "documents.model"),
        ("planmall", "PlanTemplate", "organisation.models"),
        ("punkt i planmallen", "PlanItem", "organisation.schema"),
        ("kommunens ställningstagande i oklar lag", "LocalRuling", "organisation.models"),
        ("behörighet", "RoleGrant", "access.models"),
        ("ärende", "Case", "access.models"),
        ("behandlingshistorik (logg)", "AuditEntry", "access.models"),
        ("ärendet är skyddat sedan", "protected_since", "access.models"),
        ("hanterar skyddade personuppgifter", "handles_protected", "access.models"),
        ("hushåll", "Household", "reception.models"),
        ("den som hör till ett hushåll", "Membership", "reception.models"),
        ("uppgift om en person", "Fact", "reception.models"),
        ("person-, samordnings- eller dossiernummer", "Identifier", "reception.models"),
        ("anvisning", "Assignment", "reception.models"),
        ("mottagande", "Arrival", "reception.models"),
        ("beslutsdatum för anvisningen", "decided_on", "reception.models"),
        ("senaste mottagningsdag enligt beslutet", "latest_reception_on", "reception.models"),
        ("planerad ankomst", "planned_arrival_on", "reception.models"),
        ("mottagen (den faktiska dagen)", "received_on", "planning.shared_plan"),
        ("mottagandedatum", "first_received_on", "planning.shared_plan"),
        ("Skatteverkets beslut om folkbokföring", "population_register_decided_on", "planning.shared_plan"),
        ("folkbokföring (dagen den räknas från)", "population_registered_on", "planning.shared_plan"),
        ("lämnat mottagandelagen", "left_reception_act_on", "planning.shared_plan"),
        ("samtycke", "Consent", "reception.models"),
        ("utlämnande", "Disclosure", "reception.models"),
        ("sekretessbrytande grund", "DisclosureGround", "law.secrecy"),
        ("skyddade personuppgifter (markering)", "ProtectionValue", "reception.facts"),
        ("bostad", "Dwelling", "housing.models"),
        ("spärrad bostad", "DwellingBlock", "housing.models"),
        ("hyresavtal", "Tenancy", "housing.models"),
        ("bostadsbehov", "HousingNeed", "housing.models"),
        ("erbjudande om bostad", "Offer", "housing.models"),
        ("återkomst till en oanvänd rätt till boende", "CallBack", "housing.models"),
        ("prövning av om rätten till boende upphör i förtid", "EarlyEnding", "housing.models"),
        ("antal som tas emot under ett år (kommuntal, önskemål)", "YearlyNumber", "housing.models"),
        ("värde för ett kriterium vid fördelningen", "CriterionValue", "housing.models"),
        ("tidigare rätt till boende", "EarlierRightValue", "reception.facts"),
        ("kvotflykting", "QUOTA", "reception.models"),
        ("eget boende (EBO)", "SELF_SETTLED", "reception.models"),
        ("tillfälligt skydd", "TEMPORARY_PROTECTION", "reception.models"),
        ("uppgift i den gemensamma planen", "PlanTask", "coordination.models"),
        ("händelse i en uppgift", "TaskEvent", "coordination.models"),
        ("ändring av planen", "PlanChange", "coordination.models"),
        ("samordnande funktion", "Coordinator", "coordination.models"),
        ("vägledning", "GuidanceEntry", "coordination.models"),
        ("rapport till Migrationsverket", "AuthorityReport", "coordination.models"),
        ("lag som styr anvisningen", "Regime", "law.regime"),
        ("skyldighet med tidsgräns", "Duty", "law.duties"),
        ("värde i lagen, med tid och lagrum", "Parameter", "law.parameters"),
        ("lagrum", "Source", "law.types"),
        ("steg i en härledning", "Step", "law.types"),
        ("förslag (aldrig ett beslut)", "Proposal", "law.types"),
        ("oklar rättsfråga", "RulingQuestion", "law.types"),
        ("röjandekontroll (små tal)", "suppress", "planning.suppression"),
        ("vad ett belopp betalas för", "Ground", "law.compensation.facts"),
        ("belopp som staten är skyldig, med skäl", "Entitlement", "law.compensation.facts"),
        ("nivå för initiala kostnader", "InitialRate", "law.compensation.facts"),
        ("folkbokföring från en dag", "Registration", "law.compensation.facts"),
        ("vistelse som ger ersättning", "Stay", "law.compensation.facts"),
        ("läsning av en oklar rättsfråga", "Choice", "law.rulings"),
        ("fördelningsnyckel", "DistributionKey", "organisation.queries"),
        ("utbetalningslista", "PaymentFile", "compensation.models"),
        ("utbetalning från Migrationsverket", "Payment", "compensation.models"),
        ("utredd skillnad", "Clearance", "compensation.models"),
        ("ansökan om ersättning (återsökning)", "Claim", "compensation.models"),
        ("underlag till en ansökan", "ClaimEvidence", "compensation.models"),
        ("ersättningsslag, grund att söka på", "ClaimGround", "law.claims"),
    )
)

INTRODUCTION = """\
<!-- Made by scripts/glossary.py; change municipalities/enkoping/glossary.yaml or the script, not this page. -->
# Glossary

The terms are those that Hemvist explains on its pages, as loaded for Enköping. A legal term has one English
identifier in the code; both are never used side by side there.

## Swedish term and identifier in the code

| term | identifier | module |
|---|---|---|
"""
TERMS = """
## Terms

| svenska | English | what it means | source |
|---|---|---|---|
"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def page() -> str:
    """The whole page."""
    identifiers = [f"| {row.term} | `{row.name}` | `hemvist.{row.module}` |" for row in IDENTIFIERS]
    terms = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["terms"]
    lines = []
    for entry in sorted(terms, key=lambda entry: entry["term"]["en"].casefold()):
        term, also = entry["term"], ", ".join(entry.get("aliases", ()))
        swedish = f"**{term['sv']}**" + (f" ({also})" if also else "")
        cells = (swedish, term["en"], entry["explanation"]["en"], entry.get("source", ""))
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return INTRODUCTION + "\n".join(identifiers) + "\n" + TERMS + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
