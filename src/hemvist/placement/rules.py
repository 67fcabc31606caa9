"""The boards' rules of procedure (reglementen) as they read on a day: what each clause answers for, which acts stop
applying, what decided moves will change, and whether a new clause is needed.

The folder holds the rules in versions; a decided move (flytt av ansvar) amends what holds on its day. Nothing here is
about a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import get_language

from hemvist.documents.model import Runs
from hemvist.documents.redline import redline
from hemvist.law.acts import Act, acts
from hemvist.organisation import records
from hemvist.organisation.models import Board, Function, Move, Responsibility, Unit
from hemvist.organisation.moves import IN_FORCE
from hemvist.organisation.schema import Clause as Written
from hemvist.organisation.schema import RulesFile, RulesVersion
from hemvist.organisation.texts import said
from hemvist.planning.board_rules import (
    Amendment,
    Clause,
    Finding,
    Need,
    RulesText,
    apply,
    draft,
    findings,
    fits,
    need,
)

# How far ahead an act's last day is told: long enough for a council to decide on new rules.
HORIZON = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Sources:
    """What the rules are made of: the folder's versions and the decided moves in the order they take effect."""

    file: RulesFile
    moves: tuple[Move, ...]


def sources() -> Sources:
    """Two queries."""
    moves = Move.objects.filter(status__in=IN_FORCE).order_by("takes_effect_on", "decided_on", "id")
    return Sources(records.rules(), tuple(moves))


def _amendments(move: Move) -> list[Amendment]:
    return [Amendment.from_json(row) for row in move.amendments]


def _version(versions: Iterable[RulesVersion], day: date) -> RulesVersion | None:
    return next((v for v in versions if v.valid_from <= day and (v.valid_to is None or day < v.valid_to)), None)


def _plain(board: str, version: RulesVersion | None) -> RulesText:
    written = version.clauses if version else ()
    clauses = (Clause(c.code, c.kind, c.text, tuple(c.functions), tuple(c.acts)) for c in written)
    return RulesText(board, tuple(clauses))


def texts_on(source: Sources, day: date, *, without: Move | None = None) -> tuple[RulesText, ...]:
    """Every board's rules on a day, without what a given move changes.

    A version of the folder that begins after a move counts as written with the move in mind, so the move no longer
    amends it. One of the same day is amended as far as its words are those that the move amends.
    """
    begins = {}
    texts = []
    for entry in source.file.rules:
        version = _version(entry.versions, day)
        begins[entry.board] = version.valid_from if version else date.min
        texts.append(_plain(entry.board, version))
    rules = tuple(texts)
    for move in source.moves:
        if move.takes_effect_on <= day and move != without:
            later = [a for a in _amendments(move) if begins.get(a.board, date.min) <= move.takes_effect_on]
            rules = apply(rules, later)
    return rules


# --- the page -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindingRow:
    """An act that stops applying. ``handled`` when the rules no longer name it on its first day without force, since a
    decided move or a version of the folder has seen to it.
    """

    finding: Finding
    handled: bool
    past: bool


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause as it reads, what it answers for, and where its words come from.

    ``written`` is None when a move has worded it. An act that the register does not know is there by its number.
    """

    clause: Clause
    functions: tuple[Function, ...]
    acts: tuple[tuple[str, Act | None], ...]
    findings: tuple[FindingRow, ...]
    written: Written | None
    move: Move | None

    @property
    def gloss(self) -> str:
        """What the words mean, for a reader of English; the words themselves are Swedish."""
        english = (get_language() or "sv").startswith("en")
        return self.written.gloss if self.written and english else ""


@dataclass(frozen=True, slots=True)
class Change:
    """An amendment to come, with what goes and what comes marked. ``fits``: the rules still read as it presumes."""

    amendment: Amendment
    runs: Runs
    fits: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """What a board's rules will say from a day: by a decided move, or a version that the folder has already."""

    on: date
    move: Move | None
    version: RulesVersion | None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """A wording that holds or has held, newest first, and what made it so."""

    since: date
    until: date | None
    version: RulesVersion | None
    move: Move | None
    clauses: tuple[Clause, ...]
    now: bool

    @property
    def start_known(self) -> bool:
        return self.version is None or self.version.start_known

    @property
    def confirmed(self) -> bool:
        return self.version is None or self.version.confirmed

    @property
    def reference(self) -> str:
        if self.move is not None:
            return self.move.reference
        return self.version.decision_reference if self.version else ""

    @property
    def note(self) -> str:
        return said(self.version.note if self.version else None)


@dataclass(frozen=True, slots=True)
class BoardRules:
    """A board's rules on a day. ``editions`` begins with the one that holds and goes backwards."""

    board: Board
    clauses: tuple[ClauseRow, ...]
    editions: tuple[Edition, ...]
    coming: tuple[Coming, ...]
    # Moves whose words no longer fit, since the rules have been written anew.
    unfit: tuple[Move, ...]

    @property
    def edition(self) -> Edition:
        return self.editions[0]

    @property
    def findings(self) -> list[FindingRow]:
        return [row for clause in self.clauses for row in clause.findings]

    @property
    def open_findings(self) -> list[FindingRow]:
        return [row for row in self.findings if not row.handled]


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The rules of every board that has any on the day, or will have. ``unconfirmed``: those whose text the
    municipality has yet to confirm.
    """

    day: date
    boards: tuple[BoardRules, ...]

    @property
    def open_findings(self) -> list[tuple[BoardRules, FindingRow]]:
        return [(board, row) for board in self.boards for row in board.open_findings]

    @property
    def unconfirmed(self) -> list[BoardRules]:
        return [board for board in self.boards if not board.edition.confirmed]


def rules_page(today: date) -> RulesPage:
    """All that the page about the rules shows. Four queries."""
    source = sources()
    functions = {function.code: function for function in Function.objects.all()}
    now = {text.board: text for text in texts_on(source, today)}
    found = []
    for board in Board.objects.all():
        editions = _editions(source, board.code, today)
        coming = _coming(source, board.code, today)
        text = now.get(board.code, RulesText(board.code))
        if not (text.clauses or coming):
            continue
        found.append(
            BoardRules(
                board,
                tuple(_clause_row(source, text, clause, functions, today) for clause in text.clauses),
                editions,
                coming,
                tuple(_unfit(source, board.code, today)),
            )
        )
    return RulesPage(today, tuple(found))


def _clause_row(
    source: Sources, text: RulesText, clause: Clause, functions: Mapping[str, Function], today: date
) -> ClauseRow:
    entry = next((entry for entry in source.file.rules if entry.board == text.board), None)
    version = _version(entry.versions, today) if entry else None
    written = next((w for w in version.clauses if w.code == clause.code), None) if version else None
    same = written is not None and written.text == clause.text
    by = None if same else _worded_by(source, text.board, clause, today)
    rows = []
    for one in findings([clause], acts(), today, today + HORIZON):
        later = next((t for t in texts_on(source, max(one.repealed_from, today)) if t.board == text.board), text)
        handled = not any(one.act.sfs in c.names for c in later.clauses if c.code == clause.code)
        rows.append(FindingRow(one, handled, one.repealed_from <= today))
    return ClauseRow(
        clause,
        tuple(functions[code] for code in clause.functions if code in functions),
        tuple((number, acts().get(number)) for number in clause.names),
        tuple(rows),
        written if same else None,
        by,
    )


def _worded_by(source: Sources, board: str, clause: Clause, day: date) -> Move | None:
    """The latest move that gave the clause its words."""
    moves = [move for move in source.moves if move.takes_effect_on <= day]
    return next(
        (
            move
            for move in reversed(moves)
            for a in _amendments(move)
            if (a.board, a.clause, a.new) == (board, clause.code, clause.text)
        ),
        None,
    )


def _concerning(source: Sources, board: str) -> list[Move]:
    return [move for move in source.moves if any(row["board"] == board for row in move.amendments)]


def _editions(source: Sources, board: str, today: date) -> tuple[Edition, ...]:
    """The wordings until today, newest first; one that changed nothing is left out."""
    versions = next((entry.versions for entry in source.file.rules if entry.board == board), [])
    moves = _concerning(source, board)
    days = sorted({v.valid_from for v in versions} | {m.takes_effect_on for m in moves})
    found: list[Edition] = []
    for day in (day for day in days if day <= today):
        clauses = next((text.clauses for text in texts_on(source, day) if text.board == board), ())
        version = next((v for v in versions if v.valid_from == day), None)
        move = None
        if version is None:
            if found and found[-1].clauses == clauses:
                continue
            move = next((move for move in reversed(moves) if move.takes_effect_on == day), None)
        if found:
            found[-1] = _until(found[-1], day)
        holding = _version(versions, day)
        ends = holding.valid_to if holding else None
        found.append(Edition(day, ends if ends and ends <= today else None, version, move, clauses, False))
    if not found:
        return (Edition(today, None, None, None, (), True),)
    last = found.pop()
    found.append(Edition(last.since, last.until, last.version, last.move, last.clauses, last.until is None))
    return tuple(reversed(found))


def _until(edition: Edition, day: date) -> Edition:
    return Edition(edition.since, edition.until or day, edition.version, edition.move, edition.clauses, False)


def _coming(source: Sources, board: str, today: date) -> tuple[Coming, ...]:
    """What is decided for later, in the order it comes."""
    found = []
    for move in _concerning(source, board):
        if move.takes_effect_on <= today:
            continue
        before = texts_on(source, move.takes_effect_on, without=move)
        changes = [
            Change(a, redline(a.old, a.new), fits(before, a))
            for a in _amendments(move)
            if a.board == board and a.rewords
        ]
        if changes:
            found.append(Coming(move.takes_effect_on, move, None, tuple(changes)))
    for entry in source.file.rules:
        if entry.board == board:
            found += [Coming(v.valid_from, None, v) for v in entry.versions if v.valid_from > today]
    return tuple(sorted(found, key=lambda one: one.on))


def _unfit(source: Sources, board: str, today: date) -> Iterable[Move]:
    """Moves in effect that the text of today's version shows no trace of."""
    for move in _concerning(source, board):
        if move.takes_effect_on > today:
            continue
        before = texts_on(source, move.takes_effect_on, without=move)
        own = [a for a in _amendments(move) if a.board == board and a.rewords]
        after = {
            c.code: c.text
            for text in texts_on(source, move.takes_effect_on)
            if text.board == board
            for c in text.clauses
        }
        if any(not fits(before, a) and after.get(a.clause, "") != a.new for a in own):
            yield move


# --- the proposal when an act stops applying ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a board's rules must read from a day, wherever the responsibility lies: each clause with its changes.

    ``paraphrased``: the places of the clauses whose text is not the rules' own.
    """

    board: Board
    # In Swedish, the language of the decision.
    title: str
    on: date
    runs: tuple[Runs, ...]
    amendments: tuple[Amendment, ...]
    paraphrased: frozenset[int] = frozenset()


def in_our_words(source: Sources, text: RulesText, on: date) -> frozenset[int]:
    """The places of the clauses whose text is ours and not the rules' own."""
    entry = next((entry for entry in source.file.rules if entry.board == text.board), None)
    version = _version(entry.versions, on) if entry else None
    ours = {written.text for written in version.clauses if not written.verbatim} if version else set()
    return frozenset(place for place, clause in enumerate(text.clauses) if clause.text in ours)


def proposal(board_code: str, today: date) -> Proposal | None:
    """The amendments that repealed acts alone make needed, or None when there are none (X1). Four queries."""
    source = sources()
    names = {board.code: board for board in Board.objects.all()}
    if board_code not in names:
        return None
    now = next((text for text in texts_on(source, today) if text.board == board_code), RulesText(board_code))
    days = [one.repealed_from for one in findings(now.clauses, acts(), today, today + HORIZON)]
    if not days:
        return None
    on = max(*days, today)
    text = next((text for text in texts_on(source, on) if text.board == board_code), now)
    made = draft([text], {}, on=on, register=acts(), board_names={code: b.name_sv for code, b in names.items()})
    if not any(a.rewords for a in made):
        return None
    new = {clause.code: clause.text for after in apply([text], made) for clause in after.clauses}
    runs = tuple(redline(clause.text, new.get(clause.code, "")) for clause in text.clauses)
    entry = next((entry for entry in source.file.rules if entry.board == board_code), None)
    paraphrased = in_our_words(source, text, on)
    title = entry.title.sv if entry else "Reglemente"
    return Proposal(names[board_code], title, on, runs, tuple(made), paraphrased)


# --- is a clause needed? ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NeedRow:
    """Whether a board's rules need a new clause for a function, and who answers for the function today."""

    function: Function
    board: Board
    need: Need
    unit: Unit | None = None

    @property
    def answers(self) -> bool:
        return self.unit is not None and self.unit.board == self.board


@dataclass(frozen=True, slots=True)
class NeedPage:
    """``rows``: each function at the municipality's own board that answers for it today. ``asked``: one that was asked.

    ``nobody``: functions that no board of the municipality answers for, with who does instead, if anyone.
    """

    rows: tuple[NeedRow, ...]
    nobody: tuple[tuple[Function, Unit | None], ...]
    asked: NeedRow | None = None

    @property
    def needed(self) -> list[NeedRow]:
        return [row for row in self.rows if row.need.verdict == "needed"]


def choices(today: date) -> tuple[list[Function], list[Board]]:
    """What can be asked about: the functions and the municipality's own boards. Two queries."""
    functions = [function for function in Function.objects.all() if function.open_on(today)]
    return functions, [board for board in Board.objects.all() if board.inside and board.open_on(today)]


def need_page(
    today: date, functions: Sequence[Function], boards: Sequence[Board], *, function: str = "", board: str = ""
) -> NeedPage:
    """The test of need for every function at its board, and for one function at any board. Three queries."""
    clauses = {text.board: text.clauses for text in texts_on(sources(), today)}
    held = Responsibility.objects.filter(task="", valid_from__lte=today).exclude(valid_to__lte=today)
    units = {row.function_id: row.unit for row in held.select_related("unit__branch__board")}
    own = {one.code: one for one in boards}

    def row(what: Function, at: Board) -> NeedRow:
        return NeedRow(what, at, need(what.code, clauses.get(at.code, ())), units.get(what.pk))

    rows, nobody = [], []
    for one in functions:
        unit = units.get(one.pk)
        if unit is not None and unit.board.code in own:
            rows.append(row(one, unit.board))
        else:
            nobody.append((one, unit))
    asked_function = next((one for one in functions if one.code == function), None)
    asked = row(asked_function, own[board]) if asked_function and board in own else None
    return NeedPage(tuple(rows), tuple(nobody), asked)
