"""What the files of a municipality's folder say of each other, and of the law."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from hemvist.law.acts import acts
from hemvist.organisation.housing_schema import HousingFile
from hemvist.organisation.reading import Document, Key, closest
from hemvist.organisation.schema import (
    CompensationFile,
    DecisionsFile,
    GlossaryFile,
    HistoryFile,
    MunicipalityFile,
    OrganisationFile,
    PlacementFile,
    PlanFile,
    ResponsibilitiesFile,
    RulesFile,
    RulesVersion,
    line_ranges,
)


class References:
    """Everything that one file says of another, as far as the files could be read."""

    def __init__(self, documents: dict[str, Document], duty_keys: Collection[str] | None) -> None:
        self.documents = documents
        self.duty_keys = duty_keys

    def check(self) -> None:
        for document in self.documents.values():
            if document.model is not None:
                self._seed_lines(document)
        self._organisation()
        self._responsibilities()
        self._decisions()
        self._plan()
        self._tasks()
        self._history()
        self._glossary()
        self._compensation()
        self._rules()
        self._placement()
        self._housing()

    def _open(self, name: str, kind: type[Any]) -> tuple[Document, Any]:
        document = self.documents[name]
        return document, document.model if isinstance(document.model, kind) else None

    def _codes(self, file: str, group: str) -> set[str] | None:
        """The codes of a list in another file; None when that file could not be read."""
        model = self.documents[file].model
        return {entry.code for entry in getattr(model, group)} if model is not None else None

    @staticmethod
    def _known(document: Document, path: Key, code: str | None, known: set[str] | None, what: str) -> bool:
        if code is None or known is None or code in known:
            return True
        document.add(path, f"{what} {code} finns inte", closest(code, known))
        return False

    @staticmethod
    def _unique(document: Document, group: str, codes: Iterable[str]) -> None:
        first: dict[str, int] = {}
        for number, code in enumerate(codes):
            if code in first:
                line = document.line((group, first[code]))
                document.add((group, number, "code"), f"koden {code} står redan på rad {line}", "Ge den en egen kod")
            first.setdefault(code, number)

    def _closed(self) -> dict[str, date]:
        """The units that have closed, and when."""
        model = self.documents["organisation.yaml"].model
        units = model.units if isinstance(model, OrganisationFile) else []
        return {unit.code: unit.valid_to for unit in units if unit.valid_to}

    def _seed_lines(self, document: Document) -> None:
        source = self.documents["municipality.yaml"].model
        if not isinstance(source, MunicipalityFile):
            return
        for path in document.lines:
            if path and path[-1] == "seed_lines":
                value: Any = document.data
                for part in path:
                    value = value[part]
                if source.source_document is None:
                    document.add(path, "radnummer utan källa", "Fyll i source_document i municipality.yaml")
                elif value and line_ranges(value)[-1][1] > source.source_document.lines:
                    document.add(path, f"dokumentet har bara {source.source_document.lines} rader", "Rätta radnumret")

    def _organisation(self) -> None:
        document, model = self._open("organisation.yaml", OrganisationFile)
        if model is None:
            return
        for group in ("boards", "branches", "departments", "units", "actors"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
        boards = {board.code for board in model.boards}
        branches = {branch.code: branch.board for branch in model.branches}
        departments = {department.code: department.board for department in model.departments}
        units = {unit.code for unit in model.units}
        catalogue = self._codes("plan.yaml", "catalogue")
        for group in ("branches", "departments", "units", "actors"):
            for number, entry in enumerate(getattr(model, group)):
                self._known(document, (group, number, "board"), entry.board, boards, "nämnden")
        for number, unit in enumerate(model.units):
            at: Key = ("units", number)
            for key, code, owners in (
                ("branch", unit.branch, branches),
                ("department", unit.department, departments),
            ):
                what = "verksamhetsgrenen" if key == "branch" else "förvaltningen"
                if code and self._known(document, (*at, key), code, set(owners), what) and owners[code] != unit.board:
                    same = sorted(name for name, board in owners.items() if board == unit.board)
                    document.add(
                        (*at, key),
                        f"{what} {code} hör till {owners[code]}, men enheten till {unit.board}",
                        f"Välj bland: {', '.join(same)}" if same else f"Lägg upp en för {unit.board}",
                    )
            for index, code in enumerate(unit.contributes):
                self._known(document, (*at, "contributes", index), code, catalogue, "uppgiften")
        for number, actor in enumerate(model.actors):
            self._known(document, ("actors", number, "unit"), actor.unit, units, "enheten")
        self._planned(document, model)

    def _responsibilities(self) -> None:
        document, model = self._open("responsibilities.yaml", ResponsibilitiesFile)
        if model is None:
            return
        self._unique(document, "functions", [function.code for function in model.functions])
        functions = {function.code for function in model.functions}
        units = self._codes("organisation.yaml", "units")
        closed = self._closed()
        periods: dict[str, list[tuple[date, date, int]]] = defaultdict(list)
        for number, entry in enumerate(model.responsibilities):
            at: Key = ("responsibilities", number)
            self._known(document, (*at, "function"), entry.function, functions, "funktionen")
            self._known(document, (*at, "unit"), entry.unit, units, "enheten")
            end = entry.valid_to or date.max
            if end > closed.get(entry.unit, date.max):
                document.add(
                    (*at, "unit"),
                    f"enheten {entry.unit} är stängd från {closed[entry.unit]}",
                    f"Skriv valid_to: {closed[entry.unit]}, och en ny rad för den som tar över",
                )
            periods[entry.function].append((entry.valid_from, end, number))
        for function, spans in periods.items():
            spans.sort()
            for (_, end, before), (start, _, number) in pairwise(spans):
                if start < end:
                    line = document.line(("responsibilities", before))
                    document.add(
                        ("responsibilities", number, "valid_from"),
                        f"två enheter svarar för {function} samtidigt (den andra raden är {line})",
                        f"Skriv valid_to: {start} på rad {line}, eller flytta valid_from",
                    )
                elif start > end:
                    document.add(
                        ("responsibilities", number, "valid_from"),
                        f"ingen svarar för {function} från {end} till {start}",
                        "",
                        "note",
                    )
        for number, entry in enumerate(model.functions):
            last = max((end for _, end, _ in periods[entry.code]), default=None)
            if last is None:
                document.add(("functions", number), f"ingen enhet svarar för {entry.code}", "", "note")
            elif last < date.max:
                document.add(("functions", number), f"ingen svarar för {entry.code} från {last}", "", "note")

    def _decisions(self) -> None:
        document, model = self._open("decisions.yaml", DecisionsFile)
        if model is None:
            return
        boards = self._codes("organisation.yaml", "boards")
        for group in ("decisions", "statements"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
            for number, entry in enumerate(getattr(model, group)):
                self._known(document, (group, number, "board"), entry.board, boards, "nämnden")

    def _plan(self) -> None:
        document, model = self._open("plan.yaml", PlanFile)
        if model is None:
            return
        for group in ("catalogue", "items"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
        catalogue = {entry.code for entry in model.catalogue}
        items = {item.code: number for number, item in enumerate(model.items)}
        functions = self._codes("responsibilities.yaml", "functions")
        answered = self._answered()
        missing: set[str] = set()
        for number, item in enumerate(model.items):
            at: Key = ("items", number)
            self._known(document, (*at, "catalogue"), item.catalogue, catalogue, "uppgiften")
            known = self._known(document, (*at, "function"), item.function, functions, "funktionen")
            if known and answered is not None and item.function not in answered | missing:
                missing.add(item.function)
                document.add(
                    (*at, "function"),
                    f"ingen enhet svarar för {item.function}, så uppgiften får ingen ägare",
                    "Lägg till en rad utan valid_to i responsibilities.yaml",
                )
            if item.due.law is not None and self.duty_keys is not None:
                self._known(document, (*at, "due", "law"), item.due.law, set(self.duty_keys), "skyldigheten")
            for index, code in enumerate(item.waits_for):
                if code == item.code:
                    document.add((*at, "waits_for", index), f"{code} väntar på sig själv", "Ta bort raden")
                else:
                    self._known(document, (*at, "waits_for", index), code, set(items), "punkten")
        for number, entry in enumerate(model.catalogue):
            if all(item.catalogue != entry.code for item in model.items):
                document.add(
                    ("catalogue", number),
                    f"ingen punkt i planen gäller {entry.code}",
                    f"Lägg till en punkt med catalogue: {entry.code}, eller ta bort raden",
                )
        self._rings(document, {item.code: set(item.waits_for) - {item.code} for item in model.items}, items)

    def _tasks(self) -> None:
        """The tasks, what they ask for, and who fulfils what the law asks of the municipality."""
        document, model = self._open("responsibilities.yaml", ResponsibilitiesFile)
        if model is None:
            return
        for group in ("competences", "tasks"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
        functions = {function.code for function in model.functions}
        competences = {competence.code for competence in model.competences}
        catalogue = self._codes("plan.yaml", "catalogue")
        used = self._functions_of_tasks()
        for number, task in enumerate(model.tasks):
            at: Key = ("tasks", number)
            known = self._known(document, (*at, "code"), task.code, catalogue, "uppgiften")
            for index, code in enumerate(task.competences):
                self._known(document, (*at, "competences", index), code, competences, "kompetensen")
            if not self._known(document, (*at, "function"), task.function, functions, "funktionen"):
                continue
            if known and used is not None and task.function not in used[task.code]:
                document.add(
                    (*at, "function"),
                    f"ingen punkt i planen för {task.code} har funktionen {task.function}",
                    closest(task.function, used[task.code]) or f"Lägg till en punkt för {task.code} i plan.yaml",
                )
        owned = {task.code for task in model.tasks}
        for code in sorted(catalogue or ()):
            if code.startswith("TA") and code not in owned:
                document.add(("tasks",), f"uppgiften {code} hör inte till någon funktion", "", "note")
        self._obligations(document, model, functions, catalogue)

    def _functions_of_tasks(self) -> dict[str, set[str]] | None:
        """The functions that the plan's items of each task have; None when the plan could not be read."""
        model = self.documents["plan.yaml"].model
        if not isinstance(model, PlanFile):
            return None
        used: dict[str, set[str]] = defaultdict(set)
        for item in model.items:
            used[item.catalogue].add(item.function)
        return used

    def _obligations(
        self,
        document: Document,
        model: ResponsibilitiesFile,
        functions: set[str],
        catalogue: set[str] | None,
    ) -> None:
        law = obligation_codes()
        first: dict[str, tuple[str, int]] = {}
        for number, entry in enumerate(model.obligations):
            at: Key = ("obligations", number)
            self._known(document, (*at, "code"), entry.code, set(law), "skyldigheten")
            self._known(document, (*at, "function"), entry.function, functions, "funktionen")
            for index, code in enumerate(entry.tasks):
                self._known(document, (*at, "tasks", index), code, catalogue, "uppgiften")
            function, before = first.setdefault(entry.code, (entry.function, number))
            if before != number:
                line = document.line(("obligations", before))
                if function == entry.function:
                    document.add((*at, "code"), f"{entry.code} står redan på rad {line}", "Ta bort den ena")
                else:
                    message = f"{entry.code} ligger också på {function} (rad {line}): flera svarar för den"
                    document.add((*at, "code"), message, "", "note")
        if lacking := [code for code in law if code not in first]:
            if first:
                for code in lacking:
                    document.add(("obligations",), f"ingen funktion fullgör skyldigheten {code}", "", "note")
            else:
                document.add((), "lagens skyldigheter är inte fördelade", "Lägg till obligations", "note")

    def _answered(self) -> set[str] | None:
        """The functions that somebody answers for without end."""
        model = self.documents["responsibilities.yaml"].model
        if not isinstance(model, ResponsibilitiesFile):
            return None
        return {entry.function for entry in model.responsibilities if entry.valid_to is None}

    @staticmethod
    def _rings(document: Document, waits: dict[str, set[str]], items: dict[str, int]) -> None:
        while True:
            try:
                TopologicalSorter(waits).prepare()
            except CycleError as ring:
                # Each waits for the one before; first and last are the same.
                cycle: list[str] = ring.args[1]
                document.add(
                    ("items", items[cycle[1]], "waits_for"),
                    f"punkterna väntar på varandra i en ring: {' → '.join(reversed(cycle))}",
                    "Ta bort ett av leden",
                )
                for waited, waiting in pairwise(cycle):
                    waits[waiting].discard(waited)
            else:
                return

    def _history(self) -> None:
        document, model = self._open("history.yaml", HistoryFile)
        if model is None:
            return
        for group in ("measures", "categories"):
            self._unique(document, group, [entry.code for entry in getattr(model, group)])
        measures = {measure.code for measure in model.measures}
        categories = {category.code for category in model.categories}
        seen: dict[tuple[Any, ...], tuple[int, str | None]] = {}
        for number, figure in enumerate(model.figures):
            at: Key = ("figures", number)
            self._known(document, (*at, "measure"), figure.measure, measures, "måttet")
            self._known(document, (*at, "category"), figure.category, categories, "kategorin")
            same = (figure.measure, figure.year, figure.category, figure.as_of)
            before, conflict = seen.setdefault(same, (number, figure.conflict))
            if before != number and (conflict is None or conflict != figure.conflict):
                line = document.line(("figures", before))
                document.add(
                    at,
                    f"det finns redan en siffra för samma år på rad {line}",
                    "Ta bort den ena, eller behåll båda med samma conflict: namn",
                )
        conflicts = Counter(figure.conflict for figure in model.figures if figure.conflict)
        for number, figure in enumerate(model.figures):
            if figure.conflict and conflicts[figure.conflict] == 1:
                document.add(
                    ("figures", number, "conflict"),
                    f"bara en siffra har motsägelsen {figure.conflict}",
                    closest(figure.conflict, set(conflicts) - {figure.conflict}) or "Skriv den andra siffran också",
                )
        years: dict[str, set[int]] = defaultdict(set)
        for figure in model.figures:
            years[figure.measure].add(figure.year)
        for number, gap in enumerate(model.gaps):
            self._known(document, ("gaps", number, "measure"), gap.measure, measures, "måttet")
            if both := sorted(years[gap.measure] & set(gap.years)):
                document.add(("gaps", number), f"{both[0]} har en siffra och är alltså ingen lucka", "Rätta åren")
        for gap in model.gaps:
            years[gap.measure].update(gap.years)
        for number, measure in enumerate(model.measures):
            known = years[measure.code]
            if lost := [y for y in range(min(known, default=0), max(known, default=-1)) if y not in known]:
                document.add(
                    ("measures", number),
                    f"{measure.code} saknar {', '.join(map(str, lost))}",
                    "Skriv en siffra under figures eller en lucka under gaps",
                    "note",
                )

    def _glossary(self) -> None:
        document, model = self._open("glossary.yaml", GlossaryFile)
        if model is None:
            return
        self._unique(document, "terms", [term.code for term in model.terms])
        first: dict[str, int] = {}
        for number, term in enumerate(model.terms):
            for word in {term.term.sv.casefold(), *(alias.casefold() for alias in term.aliases)}:
                if word in first:
                    line = document.line(("terms", first[word]))
                    document.add(("terms", number), f"ordet {word} förklaras redan på rad {line}", "Slå ihop dem")
                first.setdefault(word, number)

    def _compensation(self) -> None:
        document, model = self._open("compensation.yaml", CompensationFile)
        if model is None:
            return
        units, own, closed = self._codes("organisation.yaml", "units"), self._own_units(), self._closed()
        for number, key in enumerate(model.keys):
            for index, share in enumerate(key.shares):
                for place, unit in enumerate(part.unit for part in share.parts):
                    at: Key = ("keys", number, "shares", index, "parts", place, "unit")
                    if not self._known(document, at, unit, units, "enheten"):
                        continue
                    if own is not None and unit not in own:
                        document.add(
                            at, f"enheten {unit} hör varken till en nämnd eller ett kommunalt bolag", closest(unit, own)
                        )
                    elif (key.valid_to or date.max) > closed.get(unit, date.max):
                        document.add(
                            at,
                            f"enheten {unit} är stängd från {closed[unit]}",
                            f"Skriv valid_to: {closed[unit]}, och en ny nyckel som gäller därefter",
                        )
        spans = sorted((key.valid_from, key.valid_to or date.max, number) for number, key in enumerate(model.keys))
        for (_, end, before), (start, _, number) in pairwise(spans):
            if start != end:
                line = document.line(("keys", before))
                document.add(
                    ("keys", number, "valid_from"),
                    f"två nycklar gäller samtidigt (den andra börjar på rad {line})"
                    if start < end
                    else f"ingen nyckel gäller från {end} till {start}",
                    f"Skriv valid_to: {start} på nyckeln på rad {line}, eller flytta valid_from",
                )
        if spans and (last := max(end for _, end, _ in spans)) < date.max:
            document.add(("keys", spans[-1][2]), f"ingen nyckel gäller från {last}", "", "note")

    def _housing(self) -> None:
        """A landlord is a unit of the municipality or its company; a fixed lease is the policy of municipality.yaml."""
        document, model = self._open("housing.yaml", HousingFile)
        if model is None:
            return
        units, own = self._codes("organisation.yaml", "units"), self._own_units()
        for number, unit in enumerate(model.landlords):
            at: Key = ("landlords", number)
            if self._known(document, at, unit, units, "enheten") and own is not None and unit not in own:
                message = f"enheten {unit} hör varken till en nämnd eller ett kommunalt bolag"
                document.add(at, message, closest(unit, own))
        _document, municipality = self._open("municipality.yaml", MunicipalityFile)
        fixed = model.lease("fixed")
        if municipality is None:
            return
        policy = municipality.housing_policy
        if policy.kind == "limited" and (fixed is None or fixed.months != 12 * (policy.years or 0)):
            document.add(
                ("leases",),
                f"municipality.yaml säger högst {policy.years} år",
                f"Skriv en avtalsform med code: fixed och months: {12 * (policy.years or 0)}",
            )
        elif policy.kind == "open_ended" and model.lease("open_ended") is None:
            document.add(("leases",), "municipality.yaml säger tillsvidare", "Skriv en avtalsform med code: open_ended")

    def _rules(self) -> None:
        """A board has one set of rules, which reads one way at a time."""
        document, model = self._open("rules.yaml", RulesFile)
        if model is None:
            return
        boards, functions = (
            self._codes("organisation.yaml", "boards"),
            self._codes("responsibilities.yaml", "functions"),
        )
        first: dict[str, int] = {}
        named: dict[str, dict[str, int]] = defaultdict(dict)
        for number, rules in enumerate(model.rules):
            at: Key = ("rules", number)
            self._known(document, (*at, "board"), rules.board, boards, "nämnden")
            if first.setdefault(rules.board, number) != number:
                line = document.line(("rules", first[rules.board]))
                message = f"{rules.board} har redan ett reglemente på rad {line}"
                document.add((*at, "board"), message, "Skriv lydelserna som versions under det första")
            spans = []
            for index, version in enumerate(rules.versions):
                self._clauses(document, (*at, "versions", index), version, functions)
                spans.append((version.valid_from, version.valid_to or date.max, index))
                if version.valid_to is None:
                    for clause in version.clauses:
                        if clause.kind == "task":
                            for function in clause.functions:
                                named[function].setdefault(rules.board, number)
            self._versions(document, at, rules.board, spans)
        for function, owners in named.items():
            if len(owners) > 1:
                place: Key = ("rules", max(owners.values()))
                document.add(place, f"reglementena för {' och '.join(owners)} nämner båda {function}", "", "note")

    def _clauses(self, document: Document, at: Key, version: RulesVersion, functions: set[str] | None) -> None:
        first: dict[str, int] = {}
        for number, clause in enumerate(version.clauses):
            here: Key = (*at, "clauses", number)
            if first.setdefault(clause.code, number) != number:
                line = document.line((*at, "clauses", first[clause.code]))
                message = f"koden {clause.code} står redan på rad {line}"
                document.add((*here, "code"), message, "Ge den en egen kod")
            for index, function in enumerate(clause.functions):
                self._known(document, (*here, "functions", index), function, functions, "funktionen")
            for index, act in enumerate(clause.acts):
                if act not in acts():
                    message = f"lagen {act} finns inte i lagregistret, så Hemvist märker inte om den upphör"
                    document.add((*here, "acts", index), message, "", "note")

    @staticmethod
    def _versions(document: Document, at: Key, board: str, spans: list[tuple[date, date, int]]) -> None:
        spans.sort()
        for (_, end, before), (start, _, number) in pairwise(spans):
            line = document.line((*at, "versions", before))
            key: Key = (*at, "versions", number, "valid_from")
            if start < end:
                document.add(
                    key,
                    f"reglementet för {board} har två lydelser samtidigt (den andra är rad {line})",
                    f"Skriv valid_to: {start} på rad {line}, eller flytta valid_from",
                )
            elif start > end:
                document.add(key, f"reglementet för {board} saknar lydelse från {end} till {start}", "", "note")
        if spans[-1][1] < date.max:
            key = (*at, "versions", spans[-1][2])
            document.add(key, f"reglementet för {board} saknar lydelse från {spans[-1][1]}", "", "note")

    def _placement(self) -> None:
        document, model = self._open("placement.yaml", PlacementFile)
        if model is None:
            return
        known: dict[str, set[str]] = {}
        for group in ("voices", "criteria", "conditions", "alternatives", "arguments", "facts", "quotations"):
            codes = [entry.code for entry in getattr(model, group)]
            self._unique(document, group, codes)
            known[group] = set(codes)
        for number, argument in enumerate(model.arguments):
            at: Key = ("arguments", number)
            self._known(document, (*at, "alternative"), argument.alternative, known["alternatives"], "alternativet")
            self._known(document, (*at, "criterion"), argument.criterion, known["criteria"], "kriteriet")
            self._known(document, (*at, "condition"), argument.condition, known["conditions"], "villkoret")
            for index, voice in enumerate(argument.voices):
                self._known(document, (*at, "voices", index), voice, known["voices"], "rösten")
        for number, fact in enumerate(model.facts):
            for index, code in enumerate(fact.bears_on):
                at = ("facts", number, "bears_on", index)
                self._known(document, at, code, known["alternatives"], "alternativet")
            for index, code in enumerate(fact.arguments):
                at = ("facts", number, "arguments", index)
                self._known(document, at, code, known["arguments"], "argumentet")
        units = self._codes("organisation.yaml", "units")
        for number, mission in enumerate(model.missions):
            self._known(document, ("missions", number, "unit"), mission.unit, units, "enheten")
        self._placement_conditions(document, model, known["alternatives"])
        self._placement_alternatives(document, model)

    def _placement_conditions(self, document: Document, model: PlacementFile, alternatives: set[str]) -> None:
        decisions = self.documents["decisions.yaml"].model
        points = (
            {decision.code: {point.number for point in decision.points} for decision in decisions.decisions}
            if isinstance(decisions, DecisionsFile)
            else None
        )
        for number, condition in enumerate(model.conditions):
            at: Key = ("conditions", number)
            self._known(document, (*at, "act"), condition.act, set(acts()), "lagen")
            self._known(document, (*at, "alternative"), condition.alternative, alternatives, "alternativet")
            decision, point = condition.decision, condition.point
            if points is None or decision is None:
                continue
            if (
                self._known(document, (*at, "decision"), decision, set(points), "beslutet")
                and point is not None
                and point not in points[decision]
            ):
                there = ", ".join(map(str, sorted(points[decision])))
                document.add(
                    (*at, "point"),
                    f"beslutet {decision} har ingen punkt {point}",
                    f"Välj bland: {there}" if there else f"Skriv punkten under {decision} i decisions.yaml",
                )

    def _placement_alternatives(self, document: Document, model: PlacementFile) -> None:
        """An alternative's unit must belong to its board, and what moves must have somewhere to go."""
        organisation = self.documents["organisation.yaml"].model
        functions = self._codes("responsibilities.yaml", "functions")
        for number, alternative in enumerate(model.alternatives):
            at: Key = ("alternatives", number)
            for index, code in enumerate(alternative.functions):
                self._known(document, (*at, "functions", index), code, functions, "funktionen")
            if not isinstance(organisation, OrganisationFile):
                continue
            boards = {board.code for board in organisation.boards}
            units = {unit.code: unit for unit in organisation.units}
            self._known(document, (*at, "board"), alternative.board, boards, "nämnden")
            if not self._known(document, (*at, "unit"), alternative.unit, set(units), "enheten"):
                continue
            if alternative.unit is None:
                if alternative.functions:
                    document.add(
                        (*at, "functions"),
                        f"{alternative.code} säger vad som flyttar men inte till vilken enhet",
                        "Skriv unit, eller ta bort functions",
                    )
            elif alternative.board is not None and units[alternative.unit].board != alternative.board:
                same = sorted(unit.code for unit in units.values() if unit.board == alternative.board)
                document.add(
                    (*at, "unit"),
                    f"enheten {alternative.unit} hör till {units[alternative.unit].board}, "
                    f"men alternativet till {alternative.board}",
                    f"Välj bland: {', '.join(same)}" if same else f"Lägg upp en enhet för {alternative.board}",
                )

    @staticmethod
    def _planned(document: Document, model: OrganisationFile) -> None:
        """A unit cannot work in a branch that does not exist yet. That a new unit shares a branch is worth knowing."""
        planned = {branch.code for branch in model.branches if branch.planned}
        for number, unit in enumerate(model.units):
            if not unit.planned and unit.branch in planned:
                document.add(
                    ("units", number, "branch"),
                    f"verksamhetsgrenen {unit.branch} är bara planerad, men enheten arbetar redan",
                    "Skriv planned: true på enheten, eller ta bort det på verksamhetsgrenen",
                )
            elif unit.planned and unit.branch not in planned:
                document.add(
                    ("units", number, "branch"),
                    f"den planerade enheten {unit.code} får samma verksamhetsgren som andra, {unit.branch}, "
                    "så uppgifter delas fritt mellan dem",
                    "",
                    "note",
                )

    def _own_units(self) -> set[str] | None:
        """The units of the municipality's boards and companies; None when the file could not be read."""
        model = self.documents["organisation.yaml"].model
        if not isinstance(model, OrganisationFile):
            return None
        own = {board.code for board in model.boards if board.kind in {"board", "company"}}
        return {unit.code for unit in model.units if unit.board in own}


def obligation_codes() -> list[str]:
    """What the law asks of a municipality, in the law's order."""
    from hemvist.law.obligations import obligations

    return list(obligations())
