"""What a municipality's folder may hold: one pydantic model for each file.

A municipality is data, not code. The folder ``municipalities/<name>/`` has the files in
:data:`hemvist.organisation.files.FILES`; :mod:`hemvist.organisation.check` reads them and says in Swedish what is wrong
and where.

Words used throughout: *board* is a nämnd (its own authority), *branch* a verksamhetsgren (the boundary of
secrecy, OSL 8 kap. 2 §), *department* a förvaltning, *unit* an enhet that answers for something, *function*
something that must be answered for. ``seed_lines`` are line numbers of the document named in
``municipality.yaml`` under ``source_document``. Periods are half open: ``valid_to`` is the first day on
which the thing no longer holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Phase = Literal["before_arrival", "first_week", "first_months", "establishment", "long_term"]
Subject = Literal["household", "person"]
Condition = Literal[
    "assigned",
    "self_settled",
    "arrives_from_elsewhere",
    "already_living_here",
    "temporary_protection",
    "resettled",
    "has_school_age_child",
    "has_preschool_child",
    "has_child",
    "has_adult",
    "has_working_age_adult",
    "subject_is_adult",
    "subject_is_working_age",
    "subject_is_child",
    "subject_is_school_age",
    "subject_is_preschool_age",
    "subject_is_sfi_age",
    "needs_interpreter",
    "needs_dwelling",
]
Anchor = Literal[
    "registered_on",
    "assignment_decided_on",
    "latest_reception_on",
    "planned_arrival_on",
    "received_on",
    "population_register_decided_on",
    "population_registered_on",
    "sfi_registered_on",
    "admitted_school_on",
]
# Days that are known only because a task was done that day; later deadlines are counted from them.
Given = Literal["sfi_registered_on", "admitted_school_on", "applied_preschool_on", "civic_orientation_started_on"]
# Pairs that never hold together: an item that asks for both could never reach anyone.
OPPOSITES: tuple[frozenset[str], ...] = (
    frozenset({"assigned", "self_settled"}),
    frozenset({"arrives_from_elsewhere", "already_living_here"}),
    frozenset({"subject_is_adult", "subject_is_child"}),
    frozenset({"subject_is_adult", "subject_is_preschool_age"}),
    frozenset({"subject_is_working_age", "subject_is_child"}),
    frozenset({"subject_is_school_age", "subject_is_preschool_age"}),
)


class ContentError(ValueError):
    """What is wrong in a file, and what to write instead. Both in Swedish, for the one who edits it."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.suggestion = suggestion


def line_ranges(text: str) -> list[tuple[int, int]]:
    """``"306–308, 510"`` as ``[(306, 308), (510, 510)]``."""
    ranges = []
    for part in text.split(", "):
        match = re.fullmatch(r"(\d+)(?:–(\d+))?", part)
        if not match:
            raise ContentError(f"{part} är inget radnummer", "Skriv 306–308 eller 306–308, 510 (med tankstreck)")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 0 < first <= last:
            raise ContentError(f"intervallet {part} går baklänges", f"Skriv {last}–{first}")
        ranges.append((first, last))
    return ranges


def _lines(text: str) -> str:
    line_ranges(text)
    return text


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Filled = Annotated[str, Field(min_length=1)]
Lines = Annotated[str, AfterValidator(_lines)]
CatalogueCode = Annotated[str, Field(pattern=r"^(TA|EA)\d{2}$")]
AccountNumber = Annotated[str, Field(pattern=r"^\d{3,10}$")]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Text(Model):
    """A text in both languages. Neither may be left out."""

    sv: Filled
    en: Filled

    def get(self, language: str) -> str:
        return self.en if language.startswith("en") else self.sv


class Period(Model):
    """Something that holds from a day, until another."""

    valid_from: date
    valid_to: date | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ContentError("perioden slutar innan den börjar", "Skriv en valid_to som är senare än valid_from")
        return self


# --- municipality.yaml --------------------------------------------------------------------------------------


class County(Model):
    code: Annotated[str, Field(pattern=r"^\d{2}$")]
    name: Filled


class SourceDocument(Model):
    """The document that ``seed_lines`` count lines in."""

    title: Filled
    publisher: Filled
    year: Annotated[int, Field(ge=1990, le=2100)]
    lines: Annotated[int, Field(gt=0)]


class Contact(Model):
    """Where to reach the municipality about the site, shown in the accessibility statement."""

    email: Filled | None = None
    phone: Filled | None = None


class Demo(Model):
    """What a demonstration may show instead of real contact details."""

    address: Filled
    email_domain: Filled


class HousingPolicy(Model):
    """How long the municipality lets a dwelling to someone it has received."""

    kind: Literal["open_ended", "limited"]
    years: Annotated[int, Field(ge=1, le=10)] | None = None
    note: Text
    seed_lines: Lines | None = None

    @model_validator(mode="after")
    def _years_when_limited(self) -> HousingPolicy:
        if (self.kind == "limited") != (self.years is not None):
            raise ContentError("years och kind säger olika", "Skriv years bara när kind är limited, och då alltid")
        return self


class MunicipalityFile(Model):
    """``short_name`` is the municipality as the population register writes it: *Enköping*."""

    code: Annotated[str, Field(pattern=r"^\d{4}$")]
    name: Text
    short_name: Filled
    county: County
    languages: Annotated[list[Literal["sv", "en"]], Field(min_length=1)]
    web: Annotated[str, Field(pattern=r"^https://\S+$")]
    fictitious: bool = False
    contact: Contact | None = None
    demo: Demo
    small_number_threshold: Annotated[int, Field(ge=3, le=50)] = 5
    case_number_prefix: Annotated[str, Field(pattern=r"^[A-ZÅÄÖ]{2,6}$")]
    housing_policy: HousingPolicy
    reception_duty: Text
    source_document: SourceDocument | None = None


# --- organisation.yaml --------------------------------------------------------------------------------------

BoardKind = Literal["board", "company", "state", "region", "association", "other"]
ActorKind = Literal[
    "board", "department", "unit", "company", "state", "region", "association", "place", "group", "role"
]


class Board(Model):
    """A nämnd, or somebody outside that answers for something: a company, an agency, the region."""

    code: Code
    name: Text
    kind: BoardKind
    note: Text | None = None
    seed_lines: Lines | None = None
    valid_to: date | None = None


class Branch(Model):
    """A verksamhetsgren: inside it one shares; across its border secrecy applies (OSL 8 kap. 1–2 §§)."""

    code: Code
    board: Code
    name: Text
    secrecy: Filled
    # Whether the branch is self-standing (självständig verksamhetsgren) is the municipality's own assessment.
    self_standing: bool = True
    reference: Text
    confirmed: bool = True
    # Does not exist unless a move of responsibility opens it.
    planned: bool = False


class Department(Model):
    code: Code
    name: Text
    board: Code
    note: Text | None = None
    seed_lines: Lines | None = None


class Unit(Model):
    code: Code
    name: Text
    board: Code
    branch: Code
    department: Code | None = None
    functions: Text
    contact: Text
    contribution: Text
    contributes: list[CatalogueCode] = []
    note: Text | None = None
    seed_lines: Lines | None = None
    valid_to: date | None = None
    # Does not work unless a move of responsibility opens it.
    planned: bool = False


class Actor(Model):
    """Somebody that the source document names. Interviewed persons are roles, never names."""

    code: Annotated[str, Field(pattern=r"^AC\d{2}$")]
    name: Text
    kind: ActorKind
    role: Text
    seed_lines: Lines | None = None
    board: Code | None = None
    unit: Code | None = None


class OrganisationFile(Model):
    boards: Annotated[list[Board], Field(min_length=1)]
    branches: Annotated[list[Branch], Field(min_length=1)]
    departments: list[Department] = []
    units: Annotated[list[Unit], Field(min_length=1)]
    actors: list[Actor] = []


# --- responsibilities.yaml ----------------------------------------------------------------------------------


class Function(Model):
    """Something that somebody must answer for."""

    code: Code
    label: Text
    note: Text | None = None


class Responsibility(Period):
    """Which unit answers for a function, from which day, by which decision."""

    function: Code
    unit: Code
    # False when the true first day is not known; ``valid_from`` is then a day on which it certainly held or
    # the earliest day the program needs an answer for.
    start_known: bool = True
    # False when the source does not say who answers and the municipality has yet to confirm it.
    confirmed: bool = True
    decision_reference: Filled
    note: Text | None = None
    seed_lines: Lines | None = None


class Competence(Model):
    """A competence (kompetens) that a task asks for: a profession or an experience, never a person."""

    code: Code
    label: Text
    seed_lines: Lines | None = None


class ReceptionTask(Model):
    """A task (TA) of the reception: the function that it belongs to, and what one must be able to do it (S-86)."""

    code: Annotated[str, Field(pattern=r"^TA\d{2}$")]
    function: Code
    competences: list[Code] = []
    note: Text | None = None


class ObligationOwner(Model):
    """Which function fulfils an obligation of :mod:`hemvist.law.obligations`, by which tasks."""

    code: Code
    function: Code
    tasks: list[CatalogueCode] = []
    note: Text | None = None


class ResponsibilitiesFile(Model):
    functions: Annotated[list[Function], Field(min_length=1)]
    responsibilities: Annotated[list[Responsibility], Field(min_length=1)]
    competences: list[Competence] = []
    tasks: list[ReceptionTask] = []
    obligations: list[ObligationOwner] = []


# --- decisions.yaml -----------------------------------------------------------------------------------------


class DecisionPoint(Model):
    number: Annotated[int, Field(gt=0)]
    text: Text
    deadline: date | None = None
    status: Literal["open", "done", "planned", "unknown"]
    note: Text | None = None


class Decision(Model):
    """A decision or assignment already taken, or planned (then without ``decided_on``)."""

    code: Code
    title: Text
    body: Filled
    board: Code | None = None
    decided_on: date | None = None
    # When there is no exact day: "våren 2026 (planerat)".
    when: Text | None = None
    diary_number: str = ""
    section: str = ""
    summary: Text
    points: list[DecisionPoint] = []
    seed_lines: Lines | None = None

    @model_validator(mode="after")
    def _has_some_time(self) -> Decision:
        if self.decided_on is None and self.when is None:
            raise ContentError("beslutet saknar tid", "Skriv decided_on (en dag) eller when (i ord)")
        return self


class Statement(Model):
    """A remissyttrande."""

    code: Code
    body: Filled
    board: Code | None = None
    diary_number: Filled
    year: int
    summary: Text
    seed_lines: Lines | None = None


class DecisionsFile(Model):
    decisions: list[Decision] = []
    statements: list[Statement] = []


# --- plan.yaml ----------------------------------------------------------------------------------------------


class CatalogueEntry(Model):
    """A task (TA) of the reception or an early measure (EA) of another activity."""

    code: CatalogueCode
    title: Text
    seed_lines: Lines | None = None


class LocalDue(Model):
    """A local deadline: so many days, working days, weeks or months before or after a fact."""

    anchor: Anchor
    days: Annotated[int, Field(ge=0, le=1000)] | None = None
    working_days: Annotated[int, Field(ge=0, le=260)] | None = None
    weeks: Annotated[int, Field(ge=0, le=200)] | None = None
    months: Annotated[int, Field(ge=0, le=60)] | None = None
    direction: Literal["before", "after"] = "after"
    reason: Text

    @model_validator(mode="after")
    def _one_length(self) -> LocalDue:
        if len([n for n in (self.days, self.working_days, self.weeks, self.months) if n is not None]) != 1:
            raise ContentError("tidens längd är oklar", "Skriv exakt en av days, working_days, weeks och months")
        return self

    @property
    def length(self) -> tuple[Literal["days", "working_days", "weeks", "months"], int]:
        """The unit and how many of it."""
        for unit in ("days", "working_days", "weeks", "months"):
            if (number := getattr(self, unit)) is not None:
                return unit, number
        raise AssertionError("a local deadline always has a length")


class NoDue(Model):
    reason: Text


class Due(Model):
    """When an item is due: by law (a key of :mod:`hemvist.law.duties`), by local routine, or not at all."""

    law: Filled | None = None
    local: LocalDue | None = None
    none: NoDue | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Due:
        if len([kind for kind in (self.law, self.local, self.none) if kind is not None]) != 1:
            raise ContentError("det är oklart hur dagen bestäms", "Skriv exakt en av law, local och none")
        return self


class PlanItem(Model):
    """One item of the plan template. Becomes a task for a household, or for each person it concerns."""

    code: Code
    catalogue: CatalogueCode
    title: Text
    # What the newcomer sees, in plain words.
    public_title: Text
    description: Text | None = None
    function: Code
    subject: Subject
    # All must hold; an empty list means everyone.
    when: list[Condition] = []
    due: Due
    # An item that is not in the household's plan counts as done.
    waits_for: list[Code] = []
    # The fact that is known, for the person, on the day the item is done.
    gives: Given | None = None
    # The item is the report to Migrationsverket: sending the one finishes the other.
    reports: bool = False
    basis: Filled
    seed_lines: Lines | None = None
    phase: Phase
    # An ordinary measure that another activity contributes, rather than a task of the reception itself.
    contribution: bool = False

    @model_validator(mode="after")
    def _reaches_someone(self) -> PlanItem:
        asked = set(self.when)
        if len(asked) != len(self.when):
            raise ContentError("samma villkor står två gånger i when", "Ta bort det ena")
        if self.subject == "household" and (personal := sorted(c for c in asked if c.startswith("subject_"))):
            raise ContentError(
                f"villkoret {personal[0]} gäller en person, men subject är household",
                "Skriv subject: person, eller ett villkor som börjar på has_",
            )
        if self.subject == "household" and self.gives:
            raise ContentError(f"{self.gives} gäller en person, men subject är household", "Skriv subject: person")
        for pair in OPPOSITES:
            if pair <= asked:
                raise ContentError(
                    f"{' och '.join(sorted(pair))} kan aldrig gälla samtidigt",
                    "Ta bort det ena villkoret, eller gör två punkter",
                )
        return self


class PlanFile(Model):
    catalogue: Annotated[list[CatalogueEntry], Field(min_length=1)]
    items: Annotated[list[PlanItem], Field(min_length=1)]


# --- history.yaml -------------------------------------------------------------------------------------------


class Measure(Model):
    code: Code
    label: Text
    explanation: Text


class Category(Model):
    code: Code
    label: Text


class Figure(Model):
    """A number for a year, or an interval. Two sources that disagree are both kept, tied by ``conflict``."""

    measure: Code
    year: Annotated[int, Field(ge=1990, le=2100)]
    category: Code | None = None
    value: Annotated[int, Field(ge=0)] | None = None
    low: Annotated[int, Field(ge=0)] | None = None
    high: Annotated[int, Field(ge=0)] | None = None
    as_of: date | None = None
    source: Filled
    note: Text | None = None
    conflict: Code | None = None
    seed_lines: Lines | None = None

    @model_validator(mode="after")
    def _value_or_interval(self) -> Figure:
        single, interval = self.value is not None, (self.low is not None, self.high is not None)
        if single == any(interval) or (any(interval) and not all(interval)):
            raise ContentError("siffran är oklar", "Skriv antingen value, eller både low och high")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ContentError("low är inte mindre än high", "Byt plats på dem, eller skriv value")
        return self


class Gap(Model):
    """Years that are known to lack a figure: shown as a gap, never as zero."""

    measure: Code
    first_year: int
    last_year: int
    reason: Text

    @model_validator(mode="after")
    def _forwards(self) -> Gap:
        if self.first_year > self.last_year:
            raise ContentError("first_year är senare än last_year", "Byt plats på åren")
        return self

    @property
    def years(self) -> Iterator[int]:
        return iter(range(self.first_year, self.last_year + 1))


class HistoryFile(Model):
    measures: list[Measure] = []
    categories: list[Category] = []
    figures: list[Figure] = []
    gaps: list[Gap] = []


# --- glossary.yaml ------------------------------------------------------------------------------------------


class Term(Model):
    code: Code
    term: Text
    explanation: Text
    source: Filled | None = None
    aliases: list[Filled] = []


class GlossaryFile(Model):
    terms: Annotated[list[Term], Field(min_length=1)]


# --- compensation.yaml --------------------------------------------------------------------------------------

# What the state pays for: the standard sum per person, initial costs, asylum seekers' housing, asylum seekers'
# schooling and unaccompanied children.
Ground = Literal["standard", "initial", "asylum_housing", "school", "unaccompanied"]


class Part(Model):
    """A unit's part of what is paid on a ground, in percent."""

    unit: Code
    percent: Annotated[Decimal, Field(gt=0, le=100, decimal_places=2)]


class Share(Model):
    """How the money of one ground is divided, all of it."""

    ground: Ground
    parts: Annotated[list[Part], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if unit := _repeated(part.unit for part in self.parts):
            raise ContentError(f"enheten {unit} står två gånger", "Slå ihop dem till en rad")
        if (total := sum(part.percent for part in self.parts)) != 100:
            raise ContentError(f"andelarna blir {total} procent", "Rätta dem så att summan blir exakt 100")
        return self


class Key(Period):
    """A distribution key (fördelningsnyckel). A ground that is left out is not divided: its money stays with the
    unit that answers for the reception.
    """

    decision_reference: Filled
    # False when the percentages are not the municipality's own.
    confirmed: bool = True
    note: Text | None = None
    seed_lines: Lines | None = None
    shares: Annotated[list[Share], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_ground_once(self) -> Self:
        if ground := _repeated(share.ground for share in self.shares):
            raise ContentError(f"{ground} delas två gånger i samma nyckel", "Ta bort den ena")
        return self


class Accounts(Model):
    """The accounts of the municipality's ledger that a file for it (SIE) names."""

    # False when the numbers are not the municipality's own.
    confirmed: bool = True
    receivable: AccountNumber
    income: dict[Ground, AccountNumber]
    note: Text | None = None


class CompensationFile(Model):
    # Empty where nothing is divided by percentages.
    keys: list[Key]
    accounts: Accounts | None = None


# --- rules.yaml ---------------------------------------------------------------------------------------------

ActNumber = Annotated[str, Field(pattern=r"^\d{4}:\d{1,4}$")]


class Clause(Model):
    """A clause (bestämmelse) of a board's rules of procedure.

    ``task``: the board has a task, as specific as its words; ``general``: words that cover the functions without
    naming the target group (RG6); ``acts``: the list of acts that the board answers for.
    """

    code: Code
    kind: Literal["task", "general", "acts"]
    # In Swedish, as it stands when ``verbatim``, else what it says in our words.
    text: Filled
    verbatim: bool = False
    gloss: Filled
    functions: list[Code] = []
    acts: list[ActNumber] = []
    seed_lines: Lines | None = None


class RulesVersion(Period):
    """The rules as they read from a day."""

    start_known: bool = True
    # False when the municipality has not confirmed that the rules read like this.
    confirmed: bool = True
    decision_reference: Filled
    note: Text | None = None
    clauses: Annotated[list[Clause], Field(min_length=1)]


class BoardRules(Model):
    """A board's rules of procedure (reglemente) in its versions."""

    board: Code
    title: Text
    versions: Annotated[list[RulesVersion], Field(min_length=1)]


class RulesFile(Model):
    rules: list[BoardRules]


# --- placement.yaml -----------------------------------------------------------------------------------------

Direction = Literal["+", "-", "0", "req"]


class Voice(Model):
    """Who says something: a role or a body (röst), as the source names it."""

    code: Code
    label: Text


class PlacementCondition(Model):
    """Something that, once it holds, changes what an argument weighs (villkor).

    ``act``: holds while the act is in force; ``arrivals``: holds while arrivals are low; ``move``: holds while a
    decided move follows the alternative; ``point``: holds once the decision's point is done.
    """

    code: Annotated[str, Field(pattern=r"^T\d$")]
    label: Text
    effect: Text
    kind: Literal["act", "arrivals", "move", "point"]
    act: ActNumber | None = None
    # The yearly number at or under which arrivals are low.
    at_most: int | None = None
    alternative: Code | None = None
    decision: Code | None = None
    point: int | None = None
    seed_lines: Lines | None = None

    @model_validator(mode="after")
    def _says_of_what(self) -> Self:
        wanted: dict[str, tuple[object, ...]] = {
            "act": (self.act,),
            "arrivals": (self.at_most,),
            "move": (self.alternative,),
            "point": (self.decision, self.point),
        }
        if None in wanted[self.kind]:
            names = {"act": "act", "arrivals": "at_most", "move": "alternative", "point": "decision och point"}
            raise ContentError("villkoret säger inte vad det beror på", f"Skriv {names[self.kind]}")
        return self


class OutsideFact(Model):
    """A fact from outside the source document, kept apart from its voices (X1, X2 …)."""

    code: Annotated[str, Field(pattern=r"^X\d{1,2}$")]
    text: Text
    reference: Filled
    bears_on: list[Code] = []
    # Arguments that it makes weaker or stronger.
    arguments: list[Code] = []


class Criterion(Model):
    """A criterion to begin with. The users' own criteria are theirs."""

    code: Code
    label: Text
    explanation: Text


class Alternative(Model):
    """Where the responsibility could lie. ``crosswise``: combines with the others instead of competing."""

    code: Code
    label: Text
    summary: Text
    board: Code | None = None
    # The unit that would answer for what moves; for staying, the one that answers now.
    unit: Code | None = None
    # What would move to it. Empty: nothing, or to be said for each task.
    functions: list[Code] = []
    crosswise: bool = False
    confidentiality: Text
    seed_lines: Lines | None = None


class PlacementArgument(Model):
    """An argument of the source. ``condition``: it weighs only while that holds. The weight is never here."""

    code: Annotated[str, Field(pattern=r"^[A-Z]\d{1,2}$")]
    alternative: Code
    direction: Direction
    text: Text
    voices: Annotated[list[Code], Field(min_length=1)]
    criterion: Code
    condition: Annotated[str, Field(pattern=r"^T\d$")] | None = None
    seed_lines: Lines | None = None


class Interview(Model):
    """Somebody interviewed, as a role and never a name (S-80)."""

    role: Text
    about: Text | None = None
    seed_lines: Lines | None = None


class Quotation(Model):
    """Words kept as they were said (S-81): never rewritten, never translated by us. ``by`` is a role or a body,
    never the name of a person.
    """

    code: Code
    text: Filled
    by: Text
    seed_lines: Lines | None = None


class UnitMission(Model):
    """What a unit is for (uppdrag), and what it might rather be called (S-41)."""

    unit: Code
    text: Text
    proposed_name: Text
    reason: Text
    seed_lines: Lines | None = None


class PlacementFile(Model):
    voices: list[Voice] = []
    criteria: list[Criterion] = []
    conditions: list[PlacementCondition] = []
    alternatives: list[Alternative] = []
    arguments: list[PlacementArgument] = []
    facts: list[OutsideFact] = []
    interviews: list[Interview] = []
    quotations: list[Quotation] = []
    missions: list[UnitMission] = []


def _repeated(words: Iterable[str]) -> str | None:
    """The first word that stands more than once."""
    return next((word for word, times in Counter(words).items() if times > 1), None)
