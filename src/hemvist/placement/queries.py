"""What is shown of moves of responsibility: the list, one move, and what can be chosen in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from hemvist.access import policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import RoleGrant
from hemvist.access.roles import PERMISSIONS, Role
from hemvist.compensation.ledger import GROUP_LABELS
from hemvist.law.obligations import obligations as law_obligations
from hemvist.law.types import Source
from hemvist.organisation import records
from hemvist.organisation.models import Function, Move, Unit
from hemvist.organisation.moves import effects, heirs_of
from hemvist.organisation.queries import distribution_keys, municipality, responsibility_map
from hemvist.organisation.schema import Alternative
from hemvist.organisation.texts import language, said
from hemvist.placement import moving
from hemvist.placement.carrying_out import RECEPTION
from hemvist.planning.responsibility import Thing


def list_moves(actor: Actor) -> list[Move]:
    """All moves, the latest day first. A draft is seen by those who draft. One query."""
    policy.require(actor, "placement.view")
    moves = Move.objects.all()
    return list(moves if actor.can("placement.draft") else moves.exclude(status=Move.Status.DRAFT))


def get_move(actor: Actor, move_id: int) -> Move:
    """A move that the actor may see. Raises NotVisible."""
    policy.require(actor, "placement.view")
    move = Move.objects.filter(pk=move_id).first()
    if move is None or (move.status == Move.Status.DRAFT and not actor.can("placement.draft")):
        raise NotVisible(action="placement.view", object_id=str(move_id))
    return move


def alternatives() -> dict[str, Alternative]:
    """Where the responsibility could lie, by code. One query."""
    return {entry.code: entry for entry in records.placement().alternatives}


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task (TA) of a function: who would have it, what one must be able to, which duties it fulfils."""

    thing: Thing
    title: str
    competences: tuple[str, ...]
    now: Unit | None
    then: Unit | None
    # Chosen for this task alone.
    own: Unit | None
    unowned: bool

    @property
    def moves(self) -> bool:
        return self.now is not None and (self.then is None or self.now.pk != self.then.pk)


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """A function in a move: who has it the day before and who from the day."""

    thing: Thing
    name: str
    now: Unit | None
    then: Unit | None
    chosen: Unit | None
    unowned: bool
    # The obligations of law that it fulfils on the day: words and provision.
    duties: tuple[tuple[str, Source], ...]
    tasks: tuple[TaskRow, ...]

    @property
    def obligations(self) -> tuple[str, ...]:
        return tuple(words for words, _source in self.duties)

    @property
    def moves(self) -> bool:
        return self.now is not None and (self.then is None or self.now.pk != self.then.pk)

    @property
    def concerned(self) -> bool:
        """Whether the move says anything of it, or leaves it unowned."""
        return self.moves or self.unowned or self.chosen is not None or any(row.own for row in self.tasks)


def function_rows(move: Move) -> list[FunctionRow]:
    """Every function with its tasks: who answers the day before, and who would from the day. Six queries."""
    day = move.takes_effect_on
    spans = moving.spans_with(move)
    units = {unit.code: unit for unit in Unit.objects.select_related("branch__board", "department")}
    parts = {
        Thing(part.function.code, part.task): part.unit.code for part in move.parts.select_related("function", "unit")
    }
    lacking = set(moving.gaps(move))
    source, catalogue = records.responsibilities(), records.catalogue()
    competences = {entry.code: said(entry.label) for entry in source.competences} if source else {}
    duties = law_obligations()

    def held(thing: Thing, on: date) -> Unit | None:
        span = moving.answer(spans, thing, on)
        return units[span.unit] if span else None

    def tasks(function: str) -> tuple[TaskRow, ...]:
        return tuple(
            TaskRow(
                thing=thing,
                title=said(catalogue[task.code].title) if task.code in catalogue else task.code,
                competences=tuple(competences[code] for code in task.competences if code in competences),
                now=held(thing, day - timedelta(days=1)),
                then=held(thing, day),
                own=units.get(parts.get(thing, "")),
                unowned=thing in lacking,
            )
            for task in (source.tasks if source else ())
            if task.function == function
            for thing in [Thing(function, task.code)]
        )

    return [
        FunctionRow(
            thing=thing,
            name=function.name,
            now=held(thing, day - timedelta(days=1)),
            then=held(thing, day),
            chosen=units.get(parts.get(thing, "")),
            unowned=thing in lacking,
            duties=tuple(
                (duty.text.in_language(language()), duty.source)
                for row in (source.obligations if source else ())
                if row.function == function.code and (duty := duties.get(row.code)) is not None and duty.holds(day)
            ),
            tasks=tasks(function.code),
        )
        for function in Function.objects.filter(closed_on__isnull=True)
        for thing in [Thing(function.code)]
    ]


def own_functions(move: Move) -> list[FunctionRow]:
    """The functions that the municipality's own boards have, or that nobody has: those that it can move."""
    return [row for row in function_rows(move) if row.now is None or row.now.board.inside]


def principal(move: Move, rows: Sequence[FunctionRow]) -> Unit | None:
    """The unit that answers for the reception from the day: whose branch owns the cases."""
    return next((row.then for row in rows if row.thing == RECEPTION), None)


def possible_owners(move: Move) -> list[Unit]:
    """Units that could take something over: those that work, those that an alternative would open, and those that a
    move has closed and this one could open again. Four queries.
    """
    reopened = effects().closed
    wanted = {entry.unit for entry in records.placement().alternatives if entry.unit and not entry.crosswise}
    units = Unit.objects.select_related("branch__board").order_by("branch__board__position", "position")
    return [
        unit
        for unit in units
        if unit.board.inside
        and (unit.closed_on is None or unit.code in reopened)
        and (not unit.planned or unit.code in wanted)
    ]


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A share of the distribution key that goes to somebody else from the day. ``percent`` is of the ground's money."""

    label: str
    percent: Decimal
    old: str
    new: str


def money_rows(move: Move) -> list[MoneyRow]:
    """The shares of the closing units, and to whom they go. Six queries."""
    heirs = {heir.closed: heir.unit for heir in heirs_of(move, moving.spans_with(move))}
    names = dict(Unit.objects.filter(code__in=heirs.values()).values_list("code", f"name_{language()}"))
    day = move.takes_effect_on - timedelta(days=1)
    return [
        MoneyRow(_(GROUP_LABELS[ground]), share.percent, share.unit.name, names[heirs[share.unit.code]])
        for key in distribution_keys()
        if key.holds(day)
        for ground, shares in key.shares.items()
        for share in shares
        if share.unit.code in heirs
    ]


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works in a closing unit, and whether the access goes on in the new one."""

    grant: RoleGrant
    follows: bool
    # The unit closes, and every role in it with it.
    ends: bool


@dataclass(frozen=True, slots=True)
class Confidentiality:
    """What the move entails for secrecy, as facts for sentences: whose cases become whose."""

    old: Unit | None
    new: Unit | None

    @property
    def changes_owner(self) -> bool:
        return self.old is not None and self.new is not None and self.old.branch_id != self.new.branch_id

    @property
    def changes_board(self) -> bool:
        return self.old is not None and self.new is not None and self.old.board.pk != self.new.board.pk


def confidentiality(rows: Sequence[FunctionRow]) -> Confidentiality:
    row = next((row for row in rows if row.thing == RECEPTION), None)
    return Confidentiality(row.now if row else None, row.then if row else None)


def leaving_staff(move: Move, rows: Sequence[FunctionRow], today: date) -> list[Staff]:
    """Who works in the closing units and in the one that loses the reception, with what the move says of each. Two
    queries.
    """
    units = set(move.closes)
    units |= {row.now.code for row in rows if row.thing == RECEPTION and row.now is not None and row.moves}
    going = {(row.user_id, row.role) for row in move.access.all() if row.follows}
    return [
        Staff(grant, (grant.user_id, grant.role) in going, grant.unit.code in move.closes)
        for grant in moving.staff_of(units, today)
    ]


def closable_units(day: date) -> list[Unit]:
    """Units that answer for something the day before, inside the municipality: those that could be wound up. Two
    queries.
    """
    answering = {unit.pk for unit in responsibility_map(day - timedelta(days=1)).values()}
    return [
        unit
        for unit in Unit.objects.working().select_related("branch__board")
        if unit.pk in answering and unit.board.inside
    ]


def roles_for_cases() -> list[tuple[str, str]]:
    """The roles that a move can give in the unit that has the cases."""
    return [(role.value, str(role.label)) for role in Role if "task.work" in PERMISSIONS[role] and role in CASE_ROLES]


CASE_ROLES = (Role.COORDINATOR, Role.HOUSING_COORDINATOR, Role.CONTACT_CENTER)


def preset(alternative: Alternative, title: str, takes_effect_on: date) -> moving.Plan:
    """What a draft of an alternative begins with: what moves where, and which units have nothing left. To an
    alternative that had the responsibility once goes all that the reception's unit has now.
    """
    now = responsibility_map(takes_effect_on - timedelta(days=1))
    functions = set(Function.objects.filter(closed_on__isnull=True).values_list("code", flat=True))
    home = now.get(RECEPTION)
    elsewhere = home is not None and alternative.unit not in {None, home.code}
    back = elsewhere and RECEPTION.function not in alternative.functions and not alternative.crosswise
    wanted = [thing.function for thing, unit in now.items() if back and home and unit.pk == home.pk and not thing.task]
    parts = {
        Thing(code): alternative.unit
        for code in (*alternative.functions, *wanted)
        if alternative.unit
        and code in functions
        and ((unit := now.get(Thing(code))) is None or unit.code != alternative.unit)
    }
    closes: tuple[str, ...] = (home.code,) if home and alternative.crosswise else ()
    if not alternative.crosswise:
        left: dict[str, set[str]] = {}
        for thing, unit in now.items():
            left.setdefault(unit.code, set()).add(thing.function)
        closes = tuple(
            sorted(
                code
                for code, own in left.items()
                if own <= {thing.function for thing in parts} and code != alternative.unit
            )
        )
    names = {
        mission.unit: {"sv": mission.proposed_name.sv, "en": mission.proposed_name.en}
        for mission in records.placement().missions
        if mission.unit == alternative.unit
    }
    return moving.Plan(
        alternative=alternative.code,
        title=title,
        takes_effect_on=takes_effect_on,
        parts=parts,
        closes=closes,
        names=names,
    )


def named_unit(move: Move) -> Unit | None:
    """The unit whose name and mission the move may say: the one that has the reception from the day."""
    return principal(move, function_rows(move))


@dataclass(frozen=True, slots=True)
class Naming:
    """What a unit is called and is for, today and from the day."""

    unit: Unit
    name: str
    mission: str


def names_and_missions(move: Move) -> list[Naming]:
    """The units whose names or missions the move changes. One query."""
    units = Unit.objects.filter(code__in={*move.names, *move.missions})
    return [
        Naming(
            unit,
            move.names.get(unit.code, {}).get(language(), ""),
            move.missions.get(unit.code, {}).get(language(), ""),
        )
        for unit in units
    ]


def with_parts(plan: moving.Plan, parts: Mapping[Thing, str]) -> moving.Plan:
    """The plan with other parts. When the reception comes to another unit than before, who gets access and what the
    unit is called must be said anew: a role in one board is no role in another.
    """
    if parts.get(RECEPTION) == plan.parts.get(RECEPTION):
        return replace(plan, parts=parts)
    return replace(plan, parts=parts, access=(), names={}, missions={})


def outcome_rows(move: Move, previewed: moving.Outcome | None, *, exact: bool) -> list[tuple[str, str]]:
    """What the move comes to or came to, in words and numbers. Empty before it is previewed or carried out.

    Only who drafts moves needs the ``exact`` numbers: numbers of cases that are small are hidden from others, as in the
    statistics.
    """
    found = asdict(previewed) if previewed else move.outcome
    if not found:
        return []
    owner = municipality()
    limit = owner.small_number_threshold if owner and not exact else 0

    def shown(label: str, count: int) -> str:
        return _("färre än %(limit)d") % {"limit": limit} if label in of_cases and 0 < count < limit else str(count)

    of_cases = {
        _("Öppna ärenden som följer med"),
        _("Avslutade ärenden som följer med"),
        _("Ärenden som byter samordnare"),
        _("Nyanländas egna inloggningar som följer med"),
        _("Utlämnanden som inte längre behövs"),
    }
    names = dict(Unit.objects.values_list("code", f"name_{language()}"))
    numbers = {
        _("Ansvar som byter eller får en ägare"): sum(not row["task"] for row in found["functions"]),
        _("Skyldigheter enligt lag"): len(found["obligations"]),
        _("Uppgifter i mottagandet (TA)"): len(found["tasks"]),
        _("Öppna ärenden som följer med"): found["open_cases"],
        _("Avslutade ärenden som följer med"): found["closed_cases"],
        _("Uppgifter i planerna som byter enhet"): found["plan_tasks"],
        _("Ärenden som byter samordnare"): found["coordinators"],
        _("Behörigheter som upphör"): found["grants_ended"],
        _("Nya behörigheter"): found["grants_given"],
        _("Nyanländas egna inloggningar som följer med"): found["newcomers"],
        _("Utlämnanden som inte längre behövs"): found["disclosures_ended"],
        _("Åtaganden i den gemensamma planeringen"): found["commitments"],
        _("Inlästa utbetalningar från Migrationsverket"): found["payments"],
        _("Andelar i fördelningsnyckeln"): found["money_shares"],
        _("Bestämmelser i reglementen"): found["clauses"],
    }
    rows = [(label, shown(label, count)) for label, count in numbers.items()]
    for label, codes in ((_("Enheter som öppnas"), "units_opened"), (_("Enheter som läggs ned"), "units_closed")):
        rows.append((label, ", ".join(names.get(code, code) for code in found[codes]) or _("ingen")))
    return rows
