"""Who answers for what on a day, the plan template, the history, the glossary, how the state's money is divided.
Nothing here is about a person, so no query asks for an actor.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language

from hemvist.organisation import moves, records
from hemvist.organisation.models import (
    Actor,
    Function,
    GlossaryTerm,
    GoverningDecision,
    HistoricalFigure,
    LocalRuling,
    Municipality,
    PlanTemplate,
    Responsibility,
    Unit,
    UnitContribution,
)
from hemvist.organisation.schema import (
    CatalogueEntry,
    CompensationFile,
    Ground,
    Key,
    PlanItem,
    ReceptionTask,
    ResponsibilitiesFile,
    Text,
)
from hemvist.organisation.schema import Share as KeyShare
from hemvist.planning.responsibility import Thing


def municipality() -> Municipality | None:
    """The municipality that the database belongs to; None before anything is loaded."""
    return Municipality.objects.first()


# Until the municipality's folder is loaded; the folder's own default.
SMALL_NUMBER_THRESHOLD = 5


def small_number_threshold() -> int:
    """Numbers of persons below it are not shown to those who may not know of the persons."""
    owner = municipality()
    return owner.small_number_threshold if owner else SMALL_NUMBER_THRESHOLD


# --- responsibility -----------------------------------------------------------------------------------------


def _answers(on: date) -> Any:
    return (
        Responsibility.objects.filter(valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .select_related("function", "unit__branch__board", "unit__department")
    )


def responsible_unit(function_code: str, on: date) -> Unit | None:
    """The one unit that answers for the function on the day, or None when nobody does."""
    answer = _answers(on).filter(function__code=function_code, task="").first()
    return answer.unit if answer else None


def responsibility_map(on: date) -> dict[Thing, Unit]:
    """Function, or one task of it, → the unit that answers for it on the day. What nobody answers for is left out."""
    return {Thing(answer.function.code, answer.task): answer.unit for answer in _answers(on)}


def rulings_on(day: date) -> dict[str, str]:
    """Question key → the option the municipality had settled on by the day. Corrected rulings are ignored."""
    rows = LocalRuling.objects.filter(decided_on__lte=day, corrected_by__isnull=True)
    return dict(rows.order_by("decided_on", "id").values_list("key", "answer"))


# --- the plan template --------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _items(template_id: int, version: str) -> tuple[PlanItem, ...]:
    # Keyed by version too: a template row never changes, but test databases reuse ids.
    content = PlanTemplate.objects.get(pk=template_id).content
    return tuple(PlanItem.model_validate(item) for item in content["items"])


def current_plan_template() -> tuple[str, list[PlanItem]]:
    """The version now in use and its items, in the template's order. Empty before anything is loaded."""
    latest = PlanTemplate.objects.order_by("-id").values_list("id", "version").first()
    if latest is None:
        return "", []
    return latest[1], list(_items(*latest))


def plan_items_by_code() -> dict[str, PlanItem]:
    """The items of every version, the latest wording of each: old tasks keep their titles."""
    found: dict[str, PlanItem] = {}
    for template in PlanTemplate.objects.order_by("id").values_list("id", "version"):
        found.update((item.code, item) for item in _items(*template))
    return found


# --- who does what ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """One task of a function that somebody answers for on its own, rather than with the rest of the function."""

    code: str
    title: str
    now: Responsibility


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """A function with who answers for it today, who did before and who will, and its tasks that have an answer of their
    own. ``past`` and ``future`` tell of single tasks too. ``by_task``: every task of it has an answer of its own, so
    that nothing is left for one who answers for the whole.
    """

    function: Function
    now: Responsibility | None
    past: tuple[Responsibility, ...]
    future: tuple[Responsibility, ...]
    tasks: tuple[TaskAnswer, ...] = ()
    by_task: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """The page *Vem gör vad*. Lists are already narrowed to the search."""

    functions: tuple[FunctionRow, ...]
    units: tuple[Unit, ...]
    outside: tuple[Actor, ...]
    decisions: tuple[GoverningDecision, ...]
    statements: tuple[GoverningDecision, ...]

    @property
    def gaps(self) -> tuple[FunctionRow, ...]:
        return tuple(row for row in self.functions if row.now is None and not row.by_task)

    @property
    def unconfirmed(self) -> tuple[FunctionRow, ...]:
        return tuple(row for row in self.functions if row.now is not None and not row.now.confirmed)

    @property
    def empty(self) -> bool:
        return not (self.functions or self.units or self.outside or self.decisions or self.statements)


OUTSIDE = ("company", "state", "region", "association", "group", "role", "place")


def fold(text: str) -> str:
    """For searching: no case, no accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _matches(words: Iterable[str], *texts: str | None) -> bool:
    hay = fold(" ".join(text for text in texts if text))
    return all(word in hay for word in words)


def _both(instance: Any, *names: str) -> list[str]:
    return [getattr(instance, f"{name}_{language}") for name in names for language in ("sv", "en")]


def who_does_what(search: str, on: date) -> Overview:
    """Everything about responsibility on one page, narrowed to a search in either language. Nine queries."""
    words = fold(search).split()
    source, catalogue = records.responsibilities(), records.catalogue()
    answers: dict[int, list[Responsibility]] = defaultdict(list)
    for answer in Responsibility.objects.select_related("unit__branch__board", "unit__department").order_by(
        "valid_from"
    ):
        answers[answer.function_id].append(answer)
    functions = []
    for function in Function.objects.all():
        if not function.open_on(on):
            continue
        row = _function_row(function, answers[function.pk], on, source, catalogue)
        texts = _both(function, "name", "note")
        for held in (row.now, *(task.now for task in row.tasks)):
            if held is not None:
                unit = held.unit
                texts += [unit.code, *_both(unit, "name"), *_both(unit.board, "name"), held.decision_reference]
        texts += [text for task in row.tasks for text in (task.code, task.title)]
        if _matches(words, function.code, *texts):
            functions.append(row)
    units = [
        unit
        for unit in Unit.objects.select_related("branch__board", "department").prefetch_related("contributions")
        if unit.open_on(on)
        and _matches(
            words,
            unit.code,
            *_both(unit, "name", "functions", "contribution", "note"),
            *_both(unit.board, "name"),
            *(text for c in unit.contributions.all() for text in [c.code, *_both(c, "title")]),
        )
    ]
    outside = [
        actor
        for actor in Actor.objects.filter(kind__in=OUTSIDE).select_related("unit")
        if actor.open_on(on) and _matches(words, actor.code, *_both(actor, "name", "role"))
    ]
    decisions: dict[str, list[GoverningDecision]] = defaultdict(list)
    for decision in GoverningDecision.objects.prefetch_related("points"):
        texts = [decision.code, decision.body, decision.diary_number, *_both(decision, "title", "summary")]
        if _matches(words, *texts, *(t for p in decision.points.all() for t in _both(p, "text"))):
            decisions[decision.kind].append(decision)
    return Overview(
        tuple(functions),
        tuple(units),
        tuple(outside),
        tuple(decisions[GoverningDecision.Kind.DECISION]),
        tuple(decisions[GoverningDecision.Kind.STATEMENT]),
    )


def _function_row(
    function: Function,
    answers: list[Responsibility],
    on: date,
    source: ResponsibilitiesFile | None,
    catalogue: Mapping[str, CatalogueEntry],
) -> FunctionRow:
    now, past, future = {}, [], []
    for answer in answers:
        if answer.valid_from > on:
            future.append(answer)
        elif answer.valid_to is not None and answer.valid_to <= on:
            past.append(answer)
        else:
            now[answer.task] = answer
    whole = now.pop("", None)
    tasks = [task.code for task in source.tasks if task.function == function.code] if source else []
    return FunctionRow(
        function,
        whole,
        tuple(past),
        tuple(future),
        tuple(TaskAnswer(code, _title(catalogue, code), now[code]) for code in sorted(now)),
        bool(tasks) and all(task in now for task in tasks),
    )


def _title(catalogue: Mapping[str, CatalogueEntry], code: str) -> str:
    """What the catalogue calls the task, in the reader's language; its code when the folder no longer has it."""
    return _text(catalogue[code].title) if code in catalogue else code


@dataclass(frozen=True, slots=True)
class UnitTask:
    """A task of the reception that a unit answers for, and what one must be able to do it."""

    code: str
    title: str
    competences: tuple[str, ...]
    seed_lines: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit with what it answers for on the day, what it contributes and which plan items fall to it.

    ``tasks`` are those of the reception (TA) that it answers for, through a function or on their own, and
    ``contributions`` what it does besides; ``titles`` names the tasks that an answer is about.
    """

    unit: Unit
    answers: tuple[Responsibility, ...]
    earlier: tuple[Responsibility, ...]
    contributions: tuple[UnitContribution, ...]
    items: tuple[PlanItem, ...]
    actors: tuple[Actor, ...]
    tasks: tuple[UnitTask, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    # What it is for (uppdrag), and the decision that says so where one does.
    mission: str = ""
    mission_reference: str = ""

    @property
    def answer_rows(self) -> tuple[tuple[Responsibility, str], ...]:
        """Each answer with the task that it is about; no words when it is about the whole function."""
        return tuple((answer, self.titles.get(answer.task, "")) for answer in self.answers)

    @property
    def earlier_rows(self) -> tuple[tuple[Responsibility, str], ...]:
        return tuple((answer, self.titles.get(answer.task, "")) for answer in self.earlier)


def unit_page(code: str, on: date) -> UnitPage | None:
    """The unit's page on the day, or None when there is no such unit. Eight queries at most."""
    unit = Unit.objects.select_related("branch__board", "department").filter(code=code).first()
    if unit is None:
        return None
    source, catalogue = records.responsibilities(), records.catalogue()
    answers = list(
        unit.responsibilities.select_related("function").order_by("function__position", "task", "valid_from")
    )
    now = [a for a in answers if a.valid_from <= on and (a.valid_to is None or a.valid_to > on)]
    held = {Thing(answer.function.code, answer.task): answer for answer in _answers(on)}

    def answer_for(function: str, task: str) -> Responsibility | None:
        return held.get(Thing(function, task)) or held.get(Thing(function))

    def own(function: str, task: str) -> bool:
        answer = answer_for(function, task)
        return answer is not None and answer.unit_id == unit.pk

    tasks = [task for task in source.tasks if own(task.function, task.code)] if source else []
    # What a decided move has given to somebody is no longer what the folder says that a unit contributes with.
    elsewhere = {
        task.code
        for task in (source.tasks if source else ())
        if (answer := answer_for(task.function, task.code)) and (answer.unit_id == unit.pk or answer.move_id)
    }
    return UnitPage(
        unit,
        tuple(now),
        tuple(answer for answer in answers if answer not in now),
        tuple(contribution for contribution in unit.contributions.all() if contribution.code not in elsewhere),
        tuple(item for item in current_plan_template()[1] if own(item.function, item.catalogue)),
        tuple(unit.actors.all()),
        tuple(_unit_task(task, source, catalogue) for task in tasks) if source else (),
        {answer.task: _title(catalogue, answer.task) for answer in answers if answer.task},
        *_mission(unit),
    )


def _mission(unit: Unit) -> tuple[str, str]:
    """What the unit is for: as a move has decided it, else as the folder tells it."""
    decided = moves.effects().missions.get(unit.code)
    if decided:
        words, reference = decided
        return words[_language()], reference
    told = next((entry for entry in records.placement().missions if entry.unit == unit.code), None)
    return (_text(told.text), "") if told else ("", "")


def _language() -> str:
    return "en" if (get_language() or "sv").startswith("en") else "sv"


def _unit_task(task: ReceptionTask, source: ResponsibilitiesFile, catalogue: Mapping[str, CatalogueEntry]) -> UnitTask:
    labels = {competence.code: _text(competence.label) for competence in source.competences}
    entry = catalogue.get(task.code)
    return UnitTask(
        task.code,
        _title(catalogue, task.code),
        tuple(labels[code] for code in task.competences if code in labels),
        (entry.seed_lines or "") if entry else "",
    )


# --- history ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class YearPoint:
    """A year of a measure: its figures (several when sources disagree), their parts, or why there is none."""

    year: int
    figures: tuple[HistoricalFigure, ...] = ()
    parts: tuple[HistoricalFigure, ...] = ()
    gap: HistoricalFigure | None = None

    @property
    def conflict(self) -> bool:
        return any(figure.conflict for figure in self.figures)

    @property
    def value(self) -> int | None:
        """The one number, when there is exactly one; never a choice between two that disagree."""
        return self.figures[0].value if len(self.figures) == 1 else None


@dataclass(frozen=True, slots=True)
class Series:
    """A measure year by year, without holes: a year that lacks a figure is a gap."""

    code: str
    label: str
    explanation: str
    points: tuple[YearPoint, ...]


def history() -> tuple[Series, ...]:
    """The municipality's yearly figures, each measure over the same years. Two queries."""
    owner = municipality()
    if owner is None:
        return ()
    rows: dict[tuple[str, int], list[HistoricalFigure]] = defaultdict(list)
    for figure in HistoricalFigure.objects.all():
        rows[figure.measure, figure.year].append(figure)
    years = sorted({year for _, year in rows})
    span = range(years[0], years[-1] + 1) if years else range(0)
    language = "en" if (get_language() or "sv").startswith("en") else "sv"
    return tuple(
        Series(
            measure["code"],
            measure["label"][language],
            measure["explanation"][language],
            tuple(_year(year, rows.get((measure["code"], year), [])) for year in span),
        )
        for measure in owner.data["measures"]
    )


def _year(year: int, rows: list[HistoricalFigure]) -> YearPoint:
    return YearPoint(
        year,
        tuple(row for row in rows if not row.is_gap and not row.category),
        tuple(row for row in rows if not row.is_gap and row.category),
        next((row for row in rows if row.is_gap), None),
    )


def category_labels() -> dict[str, str]:
    """Category code → its name in the reader's language."""
    owner = municipality()
    language = "en" if (get_language() or "sv").startswith("en") else "sv"
    return {entry["code"]: entry["label"][language] for entry in owner.data["categories"]} if owner else {}


# --- the state's money --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """A unit's share of the money of a ground."""

    unit: Unit
    percent: Decimal


@dataclass(frozen=True, slots=True)
class DistributionKey:
    """The key (fördelningsnyckel) from a day until another. A ground that is not in ``shares`` is not divided."""

    valid_from: date
    valid_to: date | None
    confirmed: bool
    reference: str
    note: str
    shares: Mapping[Ground, tuple[Share, ...]]

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts that a file for the ledger names. A ground without an income account is not in ``income``."""

    confirmed: bool
    receivable: str
    income: Mapping[Ground, str]
    note: str


def distribution_keys() -> tuple[DistributionKey, ...]:
    """Every key, the oldest first. What a closed unit had goes to its heir from the day of the move. Three queries."""
    owner = municipality()
    keys = sorted(_compensation(owner).keys, key=lambda key: key.valid_from)
    followers = moves.heirs(records.responsibilities_of(owner)) if keys else []
    codes = {part.unit for key in keys for share in key.shares for part in share.parts}
    codes |= {heir.unit for heir in followers}
    units = {
        unit.code: unit for unit in Unit.objects.filter(code__in=codes).select_related("branch__board", "department")
    }
    return tuple(
        DistributionKey(
            start,
            end,
            key.confirmed,
            key.decision_reference,
            _text(key.note),
            {share.ground: _inherited(share, units, started) for share in key.shares},
        )
        for key in keys
        for start, end, started in _stretches(key, followers)
    )


def _stretches(key: Key, followers: Sequence[moves.Heir]) -> list[tuple[date, date | None, list[moves.Heir]]]:
    """The key's time cut at the days on which a unit of it closed, each with the heirs that have stepped in by then."""
    named = {part.unit for share in key.shares for part in share.parts} | {heir.unit for heir in followers}
    concerned = [
        heir for heir in followers if heir.closed in named and (key.valid_to is None or heir.on < key.valid_to)
    ]
    days = sorted({heir.on for heir in concerned if heir.on > key.valid_from})
    starts = [key.valid_from, *days]
    return [
        (start, end, [heir for heir in concerned if heir.on <= start])
        for start, end in zip(starts, [*days, key.valid_to], strict=True)
    ]


def _inherited(share: KeyShare, units: Mapping[str, Unit], followers: Sequence[moves.Heir]) -> tuple[Share, ...]:
    percents: dict[str, Decimal] = {}
    for part in share.parts:
        code = part.unit
        for heir in followers:
            code = heir.unit if heir.closed == code else code
        percents[code] = percents.get(code, Decimal(0)) + part.percent
    return tuple(Share(units[code], percent) for code, percent in percents.items())


def accounts() -> Accounts | None:
    """The accounts of the municipality's ledger, or None when the folder names none. One query."""
    found = _compensation(municipality()).accounts
    return Accounts(found.confirmed, found.receivable, found.income, _text(found.note)) if found else None


def _compensation(owner: Municipality | None) -> CompensationFile:
    # A database that was last loaded before the file was there has none of it.
    stored = owner.data.get("compensation") if owner else None
    return CompensationFile.model_validate(stored or {"keys": []})


def _text(text: Text | None) -> str:
    return text.get(get_language() or "sv") if text else ""


# --- glossary -----------------------------------------------------------------------------------------------


def glossary() -> dict[str, str]:
    """Every word, its other forms and its English name → the explanation in the reader's language."""
    return {
        word: term.explanation
        for term in GlossaryTerm.objects.all()
        for word in (term.term_sv, term.term_en, *term.aliases)
    }


def terms(search: str = "") -> list[GlossaryTerm]:
    """The glossary's terms in the alphabetical order of the reader's language, narrowed to a search."""
    words = fold(search).split()
    found = [
        term
        for term in GlossaryTerm.objects.all()
        if _matches(words, *_both(term, "term", "explanation"), *term.aliases)
    ]
    return sorted(found, key=lambda term: _alphabet(term.term))


def _alphabet(word: str) -> tuple[int, ...]:
    """Swedish order: å, ä and ö after z, in that order."""
    last = {"å": 0x110000, "ä": 0x110001, "ö": 0x110002}
    return tuple(last.get(letter, ord(letter)) for letter in word.casefold())
