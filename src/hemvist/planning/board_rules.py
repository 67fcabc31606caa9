"""What the boards' rules of procedure (reglementen) must say: whether a clause is needed, what no longer holds, and
which wording follows when a function moves from one board to another.

A function is *covered* by the boards whose rules have a clause that names the task; where none does, by the boards
whose general words take it in. Everything is drafted in Swedish, since that is the language of the decision. A draft is
a proposal: people read it, change the words and decide.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import Any, Literal

from hemvist.law.acts import Act
from hemvist.law.types import Status, Step, gettext_noop
from hemvist.planning.clause_words import (
    Wording,
    cite,
    day_in_words,
    listed,
    named_act,
    the_act,
    with_act,
    with_act_replaced,
    without_act,
)

ClauseKind = Literal["task", "general", "acts"]
Verdict = Literal["covered", "general", "needed"]
CITATION = re.compile(r"\((\d{4}:\d+)\)")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause (bestämmelse). ``task`` names what the board does, ``general`` takes functions in without naming the
    target group, ``acts`` lists the acts that the board answers for. ``acts`` holds SFS numbers.
    """

    code: str
    kind: ClauseKind
    text: str
    functions: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()

    @property
    def cited(self) -> tuple[str, ...]:
        """The acts that the words cite, as ``(2016:38)``, each once."""
        return tuple(dict.fromkeys(CITATION.findall(self.text)))

    @property
    def names(self) -> tuple[str, ...]:
        """Every act that the clause lists or cites, each once."""
        return tuple(dict.fromkeys((*self.acts, *self.cited)))


@dataclass(frozen=True, slots=True)
class RulesText:
    """A board's rules as they read on a day."""

    board: str
    clauses: tuple[Clause, ...] = ()


# --- is a clause needed? ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Need:
    """Whether a board's rules need a new clause for a function, by which clause not, and why in words."""

    verdict: Verdict
    clause: Clause | None
    why: Step


_NAMED = gettext_noop("En bestämmelse i reglementet nämner redan uppgiften. Ingen ny bestämmelse behövs.")
_TAKEN_IN = gettext_noop(
    "En allmän bestämmelse i reglementet täcker redan uppgiften, även om den inte nämner målgruppen. Ansvaret är "
    "utpekat, och inget tillägg behövs."
)
_MISSING = gettext_noop(
    "Ingen bestämmelse i reglementet täcker uppgiften. Ska nämnden svara för den behövs ett tillägg."
)


def need(function: str, clauses: Iterable[Clause]) -> Need:
    """Whether one board's rules need a new clause to answer for the function (S-38)."""
    found: dict[ClauseKind, Clause] = {}
    for clause in clauses:
        if function in clause.functions:
            found.setdefault(clause.kind, clause)
    if "task" in found:
        return Need("covered", found["task"], Step(_NAMED))
    if "general" in found:
        return Need("general", found["general"], Step(_TAKEN_IN))
    return Need("needed", None, Step(_MISSING))


def covered_by(rules: Iterable[RulesText], function: str) -> frozenset[str]:
    """The boards whose rules answer for the function: those that name it, else those whose general words take it in."""
    boards: dict[str, set[str]] = defaultdict(set)
    for text in rules:
        boards[need(function, text.clauses).verdict].add(text.board)
    return frozenset(boards["covered"] or boards["general"])


# --- acts that stop applying --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause names an act that is repealed, or will be. ``replacement`` is the act that comes instead, if any.

    ``cited`` when the words themselves name it, so that the text must be changed.
    """

    clause: Clause
    act: Act
    repealed_from: date
    replacement: Act | None
    cited: bool


def findings(clauses: Iterable[Clause], register: Mapping[str, Act], day: date, horizon: date) -> list[Finding]:
    """Acts that the clauses name and that are repealed by ``horizon`` at the latest, the earliest first.

    ``register`` is the register of acts by SFS number; an act that it does not know is passed over. ``day`` decides
    which act it is that comes instead: one that is itself replaced by then is not proposed.
    """
    found = []
    for clause in clauses:
        for number in clause.names:
            act = register.get(number)
            if act is None or act.repealed_from is None or act.repealed_from > horizon:
                continue
            instead = register.get(successor(number, max(day, act.repealed_from), register))
            found.append(Finding(clause, act, act.repealed_from, instead, number in clause.cited))
    return sorted(found, key=lambda one: (one.repealed_from, one.act.sfs, one.clause.code))


def successor(number: str, on: date, register: Mapping[str, Act]) -> str:
    """The act that applies on the day in place of this one: itself, a later one, or ``""`` when none came instead."""
    seen = set()
    while (act := register.get(number)) and act.status_on(on) is Status.REPEALED:
        seen.add(number)
        number = act.replaced_by
        if number in seen:
            return ""
    return number


# --- what a move changes ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amendment:
    """A clause of a board's rules reads ``new`` instead of ``old``. Empty ``old`` adds it, empty ``new`` removes it.

    ``kind``, ``functions`` and ``acts`` are the clause's own once it is changed. ``why`` is Swedish, for the decision.
    The words are the same before and after when only what the clause answers for changes.
    """

    board: str
    clause: str
    old: str
    new: str
    why: str
    kind: ClauseKind = "task"
    functions: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()

    @property
    def rewords(self) -> bool:
        return self.old != self.new

    def to_json(self) -> dict[str, Any]:
        """A row for ``Move.amendments``; :meth:`from_json` gives the same amendment back."""
        return {
            "board": self.board,
            "clause": self.clause,
            "old": self.old,
            "new": self.new,
            "why": self.why,
            "kind": self.kind,
            "functions": list(self.functions),
            "acts": list(self.acts),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Amendment:
        """From a row; one that lacks the last three is of a clause about a task that names nothing."""
        return cls(
            row["board"],
            row["clause"],
            row["old"],
            row["new"],
            row["why"],
            row.get("kind", "task"),
            tuple(row.get("functions", ())),
            tuple(row.get("acts", ())),
        )


def fits(rules: Iterable[RulesText], amendment: Amendment) -> bool:
    """Whether the rules still read as they did when the amendment was worded."""
    return _reads(rules, amendment) == amendment.old


def _reads(rules: Iterable[RulesText], amendment: Amendment) -> str:
    clauses = next((text.clauses for text in rules if text.board == amendment.board), ())
    return next((clause.text for clause in clauses if clause.code == amendment.clause), "")


def apply(rules: Iterable[RulesText], amendments: Iterable[Amendment]) -> tuple[RulesText, ...]:
    """The rules with the amendments in them, in order.

    One that no longer fits (see :func:`fits`) is passed over, since the rules have been written anew since. So it does
    no harm to apply the same ones twice, but for those that only change what a clause answers for, which stay as said.
    """
    texts = {text.board: text for text in rules}
    for amendment in amendments:
        text = texts.get(amendment.board, RulesText(amendment.board))
        if not fits([text], amendment):
            continue
        made = Clause(amendment.clause, amendment.kind, amendment.new, amendment.functions, amendment.acts)
        clauses = [made if clause.code == made.code else clause for clause in text.clauses]
        if not amendment.old:
            clauses.append(made)
        texts[text.board] = replace(text, clauses=tuple(clause for clause in clauses if clause.text))
    return tuple(texts.values())


def draft(
    rules: Iterable[RulesText],
    moved: Mapping[str, tuple[str, str]],
    *,
    on: date,
    register: Mapping[str, Act],
    needs: Mapping[str, Collection[str]] | None = None,
    labels: Mapping[str, str] | None = None,
    keeps: Mapping[str, Collection[str]] | None = None,
    board_names: Mapping[str, str] | None = None,
) -> list[Amendment]:
    """How the boards' rules must read from the day ``on``, when functions move between boards then.

    ``moved``: function → (the board it leaves, the board it comes to). A board without rules gets them; one without
    rules may be left. When empty, only acts that are repealed on the day are replaced. ``register``: the acts by SFS
    number. ``needs``: function → the acts whose duties it fulfils. ``labels`` and ``board_names``: what functions and
    boards are called in Swedish, for the words. ``keeps``: board → functions that it goes on answering for besides
    those that its clauses tell, so that it keeps their acts.

    The clause that names a moved function leaves the rules where it stands and comes to the receiving board's in the
    same words. A clause that names more than what moves stays for the rest and says what it no longer is about. The
    receiving board gets no clause where its general words are enough. Acts that only the moved functions need follow
    them from list to list.

    With the amendments applied, each moved function is covered by its receiving board alone and no clause names an act
    that is repealed on the day; then there is nothing more to draft.
    """
    before = {text.board: text for text in rules}
    work = _Draft(before, on, register, labels or {}, board_names or {})
    crossing = {function: (source, target) for function, (source, target) in moved.items() if source != target}
    work.replace_repealed()
    work.move_clauses(crossing)
    work.move_acts(crossing, needs or {}, keeps or {})
    return work.amendments()


class _Draft:
    """The rules as they are being rewritten, with why each clause changes."""

    def __init__(
        self,
        before: Mapping[str, RulesText],
        on: date,
        register: Mapping[str, Act],
        labels: Mapping[str, str],
        board_names: Mapping[str, str],
    ) -> None:
        self.before = before
        self.on = on
        self.register = register
        self.labels = labels
        self.board_names = board_names
        # Board → code → clause; a clause that has gone is left out.
        self.after = {board: {clause.code: clause for clause in text.clauses} for board, text in before.items()}
        self.why: dict[tuple[str, str], list[str]] = defaultdict(list)

    # --- the changes --------------------------------------------------------------------------------------

    def replace_repealed(self) -> None:
        for board in list(self.after):
            for clause in list(self.after[board].values()):
                for number in clause.names:
                    instead = successor(number, self.on, self.register)
                    if instead != number:
                        self._replace_act(board, clause.code, number, instead)

    def _replace_act(self, board: str, code: str, number: str, instead: str) -> None:
        clause = self.after[board].get(code)
        if clause is None:
            return
        act = self.register[number]
        since = f"upphör {day_in_words(act.repealed_from)}" if act.repealed_from else "upphör"
        if not instead:
            self._without_act(
                board, code, number, f"{the_act(act)} {since} utan att ersättas. Läs igenom ordalydelsen."
            )
            return
        new = self.register.get(instead)
        name = the_act(new) if new else f"({instead})"
        why = (
            f"{the_act(act)} {since} och ersätts av {name[:1].lower()}{name[1:]}. Den äldre lagen kan gälla vidare för "
            "den som berörs av ett tidigare beslut; ta ställning till om det ska framgå."
        )
        if instead in clause.names:
            self._without_act(board, code, number, why)
            return
        self._set(
            board,
            replace(
                clause,
                text=with_act_replaced(clause.text, number, instead, new),
                acts=tuple(instead if one == number else one for one in clause.acts),
            ),
            why,
        )

    def _without_act(self, board: str, code: str, number: str, why: str) -> None:
        clause = self.after[board].get(code)
        if clause is None or number not in clause.names:
            return
        text = without_act(clause.text, number)
        acts = tuple(one for one in clause.acts if one != number)
        # A list with nothing on it says nothing.
        empty = clause.kind == "acts" and not acts and bool(clause.cited) and not CITATION.search(text)
        self._set(board, replace(clause, text="" if empty else text, acts=acts), why)

    def move_clauses(self, moved: Mapping[str, tuple[str, str]]) -> None:
        """Clauses that name what moves leave, part by part, and come to where it goes."""
        arriving: dict[tuple[str, str, str], list[str]] = {}
        for function, (_source, target) in moved.items():
            for board, clauses in self.after.items():
                for clause in clauses.values():
                    if board != target and clause.kind == "task" and function in clause.functions:
                        arriving.setdefault((board, clause.code, target), []).append(function)
        wordings = [
            (board, target, self._entering(self.after[board][code], board, target, functions))
            for (board, code, target), functions in arriving.items()
        ]
        for (board, code, target), functions in arriving.items():
            self._leave(board, code, functions, target)
        for board, target, clause in wordings:
            if self._missing(target, clause.functions):
                self._enter(board, target, clause)
        for function, (source, target) in moved.items():
            if self._missing(target, [function]):
                text = f"{self._subject(target)} fullgör kommunens uppgifter när det gäller {self._label(function)}."
                self._enter(source, target, Clause(function, "task", text, (function,)))

    def _missing(self, target: str, functions: Iterable[str]) -> bool:
        """Whether some of them is not covered by the target alone."""
        texts = [RulesText(board, tuple(clauses.values())) for board, clauses in self.after.items()]
        return any(covered_by(texts, function) != {target} for function in functions)

    def _entering(self, clause: Clause, source: str, target: str, functions: Sequence[str]) -> Clause:
        """The leaving board's words, with the receiving board as the one who acts, narrowed to what moves."""
        wording = self._wording(clause)
        if set(functions) != set(clause.functions):
            wording = replace(wording, mode="about", items=self._items(functions))
        subject = self._subject(source)
        if wording.base.startswith(f"{subject} "):
            wording = replace(wording, base=self._subject(target) + wording.base.removeprefix(subject))
        return replace(clause, text=wording.text, functions=tuple(functions))

    def _leave(self, board: str, code: str, functions: Sequence[str], target: str) -> None:
        clause = self.after[board][code]
        left = tuple(function for function in clause.functions if function not in functions)
        why = (
            f"Ansvaret för {listed(self._items(functions))} flyttas till {self._board(target)} {day_in_words(self.on)}."
        )
        if not left:
            self._set(board, replace(clause, text="", functions=()), why)
            return
        wording = self._wording(clause)
        if wording.mode == "about" or len(left) < len(functions):
            # What is left is said, rather than all that is not.
            wording = replace(wording, mode="about", items=self._items(left))
        else:
            wording = replace(wording, mode="but", items=_together(wording.items, self._items(functions)))
        self._set(board, replace(clause, text=wording.text, functions=left), why)

    def _enter(self, source: str, target: str, clause: Clause) -> None:
        clauses = self.after.setdefault(target, {})
        items = self._items(clause.functions)
        origin = f" från {self._board(source)}" if source in self.before else ""
        why = f"Ansvaret för {listed(items)} {'kommer' if origin else 'tillkommer'}{origin} {day_in_words(self.on)}."
        coming = self._wording(clause)
        there = next(
            (one for one in clauses.values() if one.kind == "task" and self._wording(one).base == coming.base), None
        )
        if there is None:
            self._set(target, replace(clause, code=self._free(target, clause.code)), why)
            return
        wording = self._wording(there)
        if wording.mode == "about":
            both = replace(wording, items=_together(wording.items, coming.items))
            wording = both if coming.mode == "about" else coming
        elif wording.mode == "but":
            left = tuple(item for item in wording.items if item not in items)
            wording = replace(wording, mode="but" if left else "all", items=left)
        functions, acts = _together(there.functions, clause.functions), _together(there.acts, clause.acts)
        self._set(target, replace(there, text=wording.text, functions=functions, acts=acts), why)

    def move_acts(
        self,
        moved: Mapping[str, tuple[str, str]],
        needs: Mapping[str, Collection[str]],
        keeps: Mapping[str, Collection[str]],
    ) -> None:
        """Acts on a list follow the functions that need them; one that others still need stays too."""
        needed = {
            function: {successor(number, self.on, self.register) for number in numbers} - {""}
            for function, numbers in needs.items()
        }
        left: dict[str, set[str]] = defaultdict(set)
        for function, (source, _target) in moved.items():
            left[source].add(function)
        # What some board lists is worth listing where the function goes, in the words of whoever has it.
        words: dict[str, str] = {}
        for board in dict.fromkeys((*left, *self.after)):
            for clause in self._lists(board):
                for number in clause.names:
                    words[number] = words.get(number) or named_act(clause.text, number)
        for source, gone in left.items():
            kept = {*keeps.get(source, ()), *self._functions(source)} - gone
            kept |= {function for function, (_source, target) in moved.items() if target == source}
            going = {number for function in gone for number in needed.get(function, ())}
            for number in sorted(going - {number for function in kept for number in needed.get(function, ())}):
                for clause in self._lists(source):
                    names = listed(self._items(f for f in moved if f in gone and number in needed.get(f, ())))
                    why = f"{self._act(number)} följer med ansvaret för {names}."
                    self._without_act(source, clause.code, number, why)
        for function, (_source, target) in moved.items():
            for number in words:
                if number in needed.get(function, ()):
                    self._list_act(target, number, words[number], function)

    def _functions(self, board: str) -> set[str]:
        return {function for clause in self.after.get(board, {}).values() for function in clause.functions}

    def _lists(self, board: str) -> list[Clause]:
        return [clause for clause in self.after.get(board, {}).values() if clause.kind == "acts"]

    def _list_act(self, target: str, number: str, words: str, function: str) -> None:
        lists = self._lists(target)
        if any(number in clause.names for clause in lists):
            return
        words = words or cite(self.register.get(number), number, definite=True)
        why = f"{self._act(number)} följer med ansvaret för {self._label(function)}."
        if lists:
            text = with_act(lists[0].text, words, self._subject(target))
            self._set(target, replace(lists[0], text=text, acts=(*lists[0].acts, number)), why)
            return
        self.after.setdefault(target, {})
        text = f"{self._subject(target)} ansvarar för de uppgifter som framgår av {words}."
        self._set(target, Clause(self._free(target, "acts"), "acts", text, (), (number,)), why)

    def _free(self, board: str, code: str) -> str:
        """The code, or one like it, that no clause of the board has or had."""
        taken = {*self.after[board], *(one.code for one in self.before.get(board, RulesText(board)).clauses)}
        return next(one for one in _codes(code) if one not in taken)

    # --- the result ---------------------------------------------------------------------------------------

    def amendments(self) -> list[Amendment]:
        made = []
        for board, clauses in self.after.items():
            old = {clause.code: clause for clause in self.before.get(board, RulesText(board)).clauses}
            for code in dict.fromkeys((*old, *clauses)):
                before, after = old.get(code), clauses.get(code)
                if before == after:
                    continue
                shown = after or before
                assert shown is not None
                made.append(
                    Amendment(
                        board,
                        code,
                        before.text if before else "",
                        after.text if after else "",
                        " ".join(dict.fromkeys(self.why[board, code])),
                        shown.kind,
                        after.functions if after else (),
                        after.acts if after else (),
                    )
                )
        return made

    def _set(self, board: str, clause: Clause, why: str) -> None:
        self.why[board, clause.code].append(why)
        if clause.text:
            self.after[board][clause.code] = clause
        else:
            self.after[board].pop(clause.code, None)

    def _act(self, number: str) -> str:
        act = self.register.get(number)
        return the_act(act) if act else f"({number})"

    def _label(self, function: str) -> str:
        label = self.labels.get(function, function)
        # A name that is written in capitals keeps them: SFI.
        return label if label[:2].isupper() else label[:1].lower() + label[1:]

    def _items(self, functions: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._label(function) for function in functions)

    def _wording(self, clause: Clause) -> Wording:
        return Wording.read(clause.text, {self._label(function) for function in (*self.labels, *clause.functions)})

    def _subject(self, board: str) -> str:
        """Who acts in the board's own rules: *Nämnden*, or what the board is called when it is no nämnd."""
        name = self.board_names.get(board, "nämnden")
        return "Nämnden" if name.casefold().endswith("nämnden") else name

    def _board(self, board: str) -> str:
        name = self.board_names.get(board, board)
        return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _together(some: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *more)))


def _codes(code: str) -> Iterator[str]:
    """The code, and others like it, within the length that a code may have."""
    yield code
    yield from (f"{code[:36]}-{number}" for number in count(2))
