"""What speaks for and against each alternative: the investigation's arguments and those that users have added, in one
shape; and which of them change with a law or another condition. Nothing here is about a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible, Refused
from hemvist.access.impersonal import IMPERSONAL, names_somebody, speaks_of_a_person
from hemvist.organisation import records
from hemvist.organisation.schema import Alternative, Criterion, Direction, OutsideFact, PlacementFile
from hemvist.organisation.texts import said
from hemvist.placement import conditions
from hemvist.placement.conditions import ConditionStatus
from hemvist.placement.models import Argument
from hemvist.planning.weighing import SIGNS

# In the order that a page shows them.
DIRECTIONS: tuple[Direction, ...] = ("+", "-", "req", "0")
MATTERS = {"text": 500, "voice": 200, "source": 300}
TRIES = 5


# The criterion of what the source concludes as a whole: nobody's argument, so that it is not counted twice.
ASSESSMENT = "assessment"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentLine:
    """An argument, whoever it comes from. ``lines`` are those of the investigation; ``row`` is what a user added."""

    code: str
    alternative: str
    direction: str
    text: str
    voices: tuple[str, ...]
    criterion: str
    status: ConditionStatus | None = None
    lines: str = ""
    source: str = ""
    row: Argument | None = None

    @property
    def sign(self) -> int:
        return SIGNS[self.direction]

    @property
    def weighs(self) -> bool | None:
        """Whether it counts today; None when its condition is not known."""
        return True if self.status is None else self.status.holds

    @property
    def condition(self) -> str:
        return self.status.code if self.status else ""


@dataclass(frozen=True, slots=True)
class Side:
    """An alternative with its arguments."""

    alternative: Alternative
    lines: tuple[ArgumentLine, ...]

    @property
    def code(self) -> str:
        return self.alternative.code

    @property
    def label(self) -> str:
        return said(self.alternative.label)

    def of(self, direction: str) -> tuple[ArgumentLine, ...]:
        return tuple(line for line in self.lines if line.direction == direction)

    @property
    def speaks_for(self) -> tuple[ArgumentLine, ...]:
        return self.of("+")

    @property
    def speaks_against(self) -> tuple[ArgumentLine, ...]:
        return self.of("-")

    @property
    def demands(self) -> tuple[ArgumentLine, ...]:
        return self.of("req")

    @property
    def neutral(self) -> tuple[ArgumentLine, ...]:
        return self.of("0")

    @property
    def waiting(self) -> tuple[ArgumentLine, ...]:
        """Those for or against that do not weigh today, or of which it is not known."""
        return tuple(line for line in self.lines if line.sign and line.weighs is not True)


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact from outside the investigation, with the arguments it touches."""

    fact: OutsideFact
    arguments: tuple[ArgumentLine, ...]

    @property
    def code(self) -> str:
        return self.fact.code

    @property
    def text(self) -> str:
        return said(self.fact.text)


@dataclass(frozen=True, slots=True)
class Placement:
    """Everything that bears on where the responsibility should lie, as it stands on a day."""

    file: PlacementFile
    sides: tuple[Side, ...]
    conditions: Mapping[str, ConditionStatus]
    facts: tuple[FactLine, ...]

    @property
    def rivals(self) -> tuple[Side, ...]:
        """The alternatives that exclude each other."""
        return tuple(side for side in self.sides if not side.alternative.crosswise)

    @property
    def crosswise(self) -> tuple[Side, ...]:
        return tuple(side for side in self.sides if side.alternative.crosswise)

    @property
    def lines(self) -> tuple[ArgumentLine, ...]:
        return tuple(line for side in self.sides for line in side.lines)

    @property
    def criteria(self) -> Sequence[Criterion]:
        return self.file.criteria

    def side(self, code: str) -> Side:
        """The alternative; raises :class:`NotVisible` when there is none of that code."""
        found = next((side for side in self.sides if side.code == code), None)
        if found is None:
            raise NotVisible(action="placement.view", object_id=code)
        return found

    def resting_on(self, condition: str) -> tuple[ArgumentLine, ...]:
        return tuple(line for line in self.lines if line.condition == condition)

    @property
    def assessments(self) -> tuple[ArgumentLine, ...]:
        """What the investigation itself concludes of the alternatives, apart from the arguments it rests on."""
        return tuple(line for line in self.lines if line.criterion == ASSESSMENT)

    def facts_on(self, alternative: str) -> tuple[FactLine, ...]:
        return tuple(fact for fact in self.facts if alternative in fact.fact.bears_on)


def placement(on: date) -> Placement:
    """The alternatives with their arguments on the day. At most eight queries."""
    file = records.placement()
    states = conditions.statuses(on, file=file)
    voices = {voice.code: said(voice.label) for voice in file.voices}
    lines = [
        ArgumentLine(
            code=one.code,
            alternative=one.alternative,
            direction=one.direction,
            text=said(one.text),
            voices=tuple(voices.get(code, code) for code in one.voices),
            criterion=one.criterion,
            status=states.get(one.condition or ""),
            lines=one.seed_lines or "",
        )
        for one in file.arguments
    ]
    lines += [
        ArgumentLine(
            code=row.code,
            alternative=row.alternative,
            direction=row.direction,
            text=row.text,
            voices=(row.voice,),
            criterion=row.criterion,
            status=states.get(row.condition),
            source=row.source,
            row=row,
        )
        for row in Argument.objects.filter(withdrawn_at__isnull=True)
    ]
    by_code = {line.code: line for line in lines}
    return Placement(
        file,
        tuple(Side(a, tuple(line for line in lines if line.alternative == a.code)) for a in file.alternatives),
        states,
        tuple(FactLine(fact, tuple(by_code[c] for c in fact.arguments if c in by_code)) for fact in file.facts),
    )


# --- what changes, and when (S-35) ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A condition that begins or ceases to hold, and the arguments that then begin or cease to weigh.

    ``on`` is None for an act that is only proposed: the day is not known.
    """

    status: ConditionStatus
    on: date | None
    holds: bool
    arguments: tuple[ArgumentLine, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """``coming`` with the nearest first and what has no day last; ``past`` are acts in force, the newest first."""

    coming: tuple[Change, ...]
    past: tuple[Change, ...]


def changes(found: Placement) -> Changes:
    """Which arguments change with the conditions whose day is known, and with acts that are proposed."""
    coming, past = [], []
    for code, status in found.conditions.items():
        lines = found.resting_on(code)
        if status.coming:
            coming.append(Change(status, status.coming.on, status.coming.holds, lines))
        elif status.proposed:
            coming.append(Change(status, None, True, lines))
        if status.since:
            past.append(Change(status, status.since, True, lines))
    return Changes(
        tuple(sorted(coming, key=lambda change: (change.on or date.max, change.status.code))),
        tuple(sorted(past, key=lambda change: change.on or date.min, reverse=True)),
    )


# --- arguments of one's own -------------------------------------------------------------------------------------------


@transaction.atomic
def add_argument(
    actor: Actor,
    *,
    alternative: str,
    direction: str,
    text: str,
    voice: str,
    source: str,
    criterion: str = "",
    condition: str = "",
) -> Argument:
    """An argument of the user's own, with who says so and where it can be read. Adding the same again adds nothing.

    Raises ``ValidationError`` with every fault by field.
    """
    policy.require(actor, "placement.weigh")
    user_id = actor.user_id
    # The program itself has no roles and so never comes here.
    assert user_id is not None
    file = records.placement()
    given = {"text": text.strip(), "voice": voice.strip(), "source": source.strip()}
    _check(file, given, alternative=alternative, direction=direction, criterion=criterion, condition=condition)
    same = Argument.objects.filter(
        added_by_id=user_id,
        alternative=alternative,
        direction=direction,
        text=given["text"],
        withdrawn_at__isnull=True,
    ).first()
    if same:
        return same
    row = _numbered(
        file,
        Argument(
            alternative=alternative,
            direction=direction,
            criterion=criterion,
            condition=condition,
            added_by_id=user_id,
            **given,
        ),
    )
    audit.record(
        actor,
        "argument.added",
        object_type="argument",
        object_ids=[row.code],
        details={"alternative": alternative, "direction": direction},
    )
    return row


def _check(
    file: PlacementFile,
    given: Mapping[str, str],
    *,
    alternative: str,
    direction: str,
    criterion: str,
    condition: str,
) -> None:
    faults: dict[str, Any] = {}
    if alternative not in {one.code for one in file.alternatives}:
        faults["alternative"] = _("Välj ett av alternativen.")
    if direction not in Argument.Direction.values:
        faults["direction"] = _("Välj om det talar för eller emot, är ett krav eller inget av dem.")
    if criterion and criterion not in {one.code for one in file.criteria}:
        faults["criterion"] = _("Välj ett av kriterierna, eller inget.")
    if condition and condition not in {one.code for one in file.conditions}:
        faults["condition"] = _("Välj ett av villkoren, eller inget.")
    missing = {
        "text": _("Skriv argumentet."),
        "voice": _("Skriv vem som säger det, som en roll eller ett dokument."),
        "source": _("Skriv var det går att läsa eller vem som kan bekräfta det, till exempel ett diarienummer."),
    }
    for name, most in MATTERS.items():
        if not given[name]:
            faults[name] = missing[name]
        elif len(given[name]) > most:
            faults[name] = _("Texten är %(length)d tecken. Korta den till högst %(most)d.") % {
                "length": len(given[name]),
                "most": most,
            }
    for name in given:
        if name not in faults and names_somebody(given[name]):
            faults[name] = _("Skriv en roll eller ett dokument, inte ett namn. Till exempel ”enhetschef, sfi”.")
        elif name not in faults and speaks_of_a_person(given[name]):
            faults[name] = IMPERSONAL
    if faults:
        raise ValidationError(faults)


def _numbered(file: PlacementFile, row: Argument) -> Argument:
    """Saved under the next free number: N1, N2 … Two at once take turns."""
    taken = {one.code for one in file.arguments}
    for _try in range(TRIES):
        used = taken | set(Argument.objects.values_list("code", flat=True))
        numbers = [int(code[1:]) for code in used if code[0] == "N" and code[1:].isdigit()]
        row.code = f"N{max(numbers, default=0) + 1}"
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue
        return row
    raise ValidationError(_("Någon annan la till ett argument samtidigt. Spara igen."))


def may_withdraw(actor: Actor, row: Argument) -> bool:
    """One's own, while one may weigh; anybody's for those who draft a move."""
    own = row.added_by_id == actor.user_id and actor.can("placement.weigh")
    return own or actor.can("placement.draft")


@transaction.atomic
def withdraw_argument(actor: Actor, *, code: str) -> Argument:
    """The argument no longer counts; the row is kept. Withdrawing it again changes nothing."""
    row = Argument.objects.select_for_update().filter(code=code).first()
    if row is None:
        policy.require(actor, "placement.weigh")
        raise NotVisible(action="argument.withdraw", object_id=code)
    if not may_withdraw(actor, row):
        raise Refused(
            _("Du kan bara återkalla argument som du själv har lagt till."),
            action="argument.withdraw",
        )
    if row.withdrawn_at is None:
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        audit.record(actor, "argument.withdrawn", object_type="argument", object_ids=[row.code])
    return row


def by_criterion(lines: Iterable[ArgumentLine]) -> dict[str, list[ArgumentLine]]:
    """Criterion → its arguments, in their order."""
    found: dict[str, list[ArgumentLine]] = {}
    for line in lines:
        found.setdefault(line.criterion, []).append(line)
    return found
