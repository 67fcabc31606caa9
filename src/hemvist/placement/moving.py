"""A move of responsibility (flytt av ansvar): drafted, previewed, decided, withdrawn.

The preview is the deed itself (:mod:`hemvist.placement.carrying_out`), done in a transaction that is taken back: its
numbers are what will happen. Until the day nothing but the future rows of who answers for what has changed, so a
decided move can be withdrawn without a trace in cases, tasks or access.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.access.models import RoleGrant, User
from hemvist.access.roles import PERMISSIONS, Role
from hemvist.organisation import moves as organisation
from hemvist.organisation import records
from hemvist.organisation.models import Function, Move, MovePart, Unit
from hemvist.organisation.queries import responsibility_map, responsible_unit
from hemvist.organisation.services import follow_moves
from hemvist.placement.carrying_out import (
    COORDINATION,
    RECEPTION,
    Outcome,
    carry_out,
    carry_out_due,
    standing,
    waiting,
)
from hemvist.placement.models import MoveAccess
from hemvist.placement.rules import sources, texts_on
from hemvist.planning.board_rules import Amendment, fits
from hemvist.planning.responsibility import Part, Span, Thing, answer, timeline, unowned

# What the reception's data must be secret under, wherever it lies (OSL 26 kap. 1 §).
SECRECY = "26:1"
A_MONTH = timedelta(days=30)


# --- drafting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Access:
    """A role that a user gets in a unit on the day."""

    user_id: uuid.UUID
    role: str
    unit: str
    handles_protected: bool = False
    # The user has the role in a unit that is left: see :class:`MoveAccess`.
    follows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a move is to do. ``parts``: thing → code of the unit that answers for it from the day."""

    alternative: str
    title: str
    takes_effect_on: date
    parts: Mapping[Thing, str] = field(default_factory=dict)
    closes: tuple[str, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    access: tuple[Access, ...] = ()
    closed_cases_follow: bool = True
    amendments: tuple[Mapping[str, Any], ...] = ()


@transaction.atomic
def draft_move(actor: Actor, *, plan: Plan, today: date) -> Move:
    """A new draft. It may have gaps, which :func:`obstacles` tells. Raises ValidationError on what cannot be kept."""
    policy.require(actor, "placement.draft")
    move = Move(drafted_by=actor.name)
    _keep(move, plan, today)
    audit.record(actor, "move.drafted", object_type="move", object_ids=[move.pk], details={"to": plan.alternative})
    return move


@transaction.atomic
def change_draft(actor: Actor, *, move_id: int, plan: Plan, today: date) -> Move:
    """Say something else in a draft. A decided move is not changed: withdraw it and draft another."""
    policy.require(actor, "placement.draft")
    move = locked_draft(move_id)
    _keep(move, plan, today)
    audit.record(actor, "move.changed", object_type="move", object_ids=[move.pk])
    return move


@transaction.atomic
def copy_move(actor: Actor, *, move_id: int, today: date) -> Move:
    """A new draft that says what another move says: after a withdrawal, or to try something else."""
    policy.require(actor, "placement.draft")
    plan = plan_of(_locked(move_id))
    day = plan.takes_effect_on if plan.takes_effect_on > today else today + A_MONTH
    return draft_move(actor, plan=replace(plan, takes_effect_on=day), today=today)


@transaction.atomic
def discard_draft(actor: Actor, *, move_id: int) -> None:
    """Remove a draft that nobody has decided on."""
    policy.require(actor, "placement.draft")
    move = locked_draft(move_id)
    audit.record(actor, "move.discarded", object_type="move", object_ids=[move.pk], details={"to": move.alternative})
    move.delete()


def locked_draft(move_id: int) -> Move:
    """The draft, locked. Raises NotVisible, and ValidationError when it is no longer a draft."""
    move = _locked(move_id)
    if move.status != Move.Status.DRAFT:
        raise ValidationError(_("Flytten är inte längre ett utkast. Återkalla den och gör ett nytt utkast."))
    return move


def _locked(move_id: int) -> Move:
    move = Move.objects.select_for_update().filter(pk=move_id).first()
    if move is None:
        raise NotVisible(action="placement.view", object_id=str(move_id))
    return move


def _keep(move: Move, plan: Plan, today: date) -> None:
    if len(plan.title.strip()) < 3:
        raise ValidationError({"title": _("Skriv vad flytten gäller.")})
    if plan.takes_effect_on <= today:
        raise ValidationError({"takes_effect_on": _("Dagen måste ligga i framtiden, så att flytten hinner beslutas.")})
    if plan.takes_effect_on > today + timedelta(days=5 * 366):
        raise ValidationError({"takes_effect_on": _("Dagen ligger mer än fem år bort. Kontrollera årtalet.")})
    functions = dict(Function.objects.values_list("code", "id"))
    units = dict(Unit.objects.values_list("code", "id"))
    strangers = [code for code in (*plan.parts.values(), *plan.closes, *plan.names) if code not in units]
    strangers += [thing.function for thing in plan.parts if thing.function not in functions]
    if strangers:
        raise ValidationError(_("%(code)s finns inte i kommunens mapp.") % {"code": strangers[0]})
    move.alternative, move.title, move.takes_effect_on = plan.alternative, plan.title.strip(), plan.takes_effect_on
    move.closes = sorted(set(plan.closes))
    move.names = {code: dict(words) for code, words in plan.names.items()}
    move.missions = {code: dict(words) for code, words in plan.missions.items()}
    move.closed_cases_follow = plan.closed_cases_follow
    move.amendments = [dict(row) for row in plan.amendments]
    move.save()
    move.parts.all().delete()
    MovePart.objects.bulk_create(
        MovePart(move=move, function_id=functions[thing.function], task=thing.task, unit_id=units[unit])
        for thing, unit in plan.parts.items()
    )
    move.access.all().delete()
    MoveAccess.objects.bulk_create(
        MoveAccess(
            move=move,
            user_id=row.user_id,
            role=row.role,
            unit_id=units[row.unit],
            handles_protected=row.handles_protected,
            follows=row.follows,
        )
        for row in _once_each(plan.access)
    )


def _once_each(rows: Iterable[Access]) -> list[Access]:
    """One row for a user, role and unit: somebody may hold the same role twice, with and without the protected."""
    found: dict[tuple[uuid.UUID, str, str], Access] = {}
    for row in rows:
        key = row.user_id, row.role, row.unit
        other = found.get(key, row)
        found[key] = replace(row, handles_protected=row.handles_protected or other.handles_protected)
    return list(found.values())


def plan_of(move: Move) -> Plan:
    """The move as it was drafted. Two queries."""
    return Plan(
        alternative=move.alternative,
        title=move.title,
        takes_effect_on=move.takes_effect_on,
        parts={
            Thing(part.function.code, part.task): part.unit.code
            for part in move.parts.select_related("function", "unit")
        },
        closes=tuple(move.closes),
        names=move.names,
        missions=move.missions,
        access=tuple(
            Access(row.user_id, row.role, row.unit.code, row.handles_protected, row.follows)
            for row in move.access.select_related("unit")
        ),
        closed_cases_follow=move.closed_cases_follow,
        amendments=tuple(move.amendments),
    )


# --- what stands in the way -------------------------------------------------------------------------------------------


def spans_with(move: Move) -> list[Span]:
    """Who answers for what if the move is decided as it is drafted, besides all that is decided already."""
    source = records.responsibilities()
    base = organisation.base_spans(source) if source else []
    own = [
        replace(part, on=move.takes_effect_on, decided=date.max.toordinal())
        for part in organisation.decided_parts([move])
    ]
    others: list[Part] = [part for part in organisation.decided_parts() if part.move != move.pk]
    return timeline(base, [*others, *own])


def things_of(units: Collection[str], spans: Iterable[Span], day: date) -> list[Thing]:
    """What the units answer for on a day: functions, single tasks, and the tasks of their functions."""
    held = [span for span in spans if span.holds(day)]
    owned = {span.thing for span in held if span.unit in units}
    source = records.responsibilities()
    for task in source.tasks if source else ():
        span = answer(held, Thing(task.function, task.code), day)
        if span is not None and span.unit in units:
            owned.add(Thing(task.function, task.code))
    return sorted(owned, key=lambda thing: (thing.function, thing.task))


def gaps(move: Move) -> list[Thing]:
    """What the closing units answer for the day before and nobody would answer for on the day (S-27)."""
    spans = spans_with(move)
    wanted = things_of(frozenset(move.closes), spans, move.takes_effect_on - timedelta(days=1))
    return unowned(wanted, spans, move.takes_effect_on, closing=move.closes)


def obstacles(move: Move, today: date) -> list[str]:
    """Why the move cannot be decided as it is drafted, or what has come in its way since, each with what to do.

    What it would leave broken is seen by trying: the moves that are decided before it, itself and those after it change
    who answers and who has access in a transaction that is taken back, and after each of them somebody must answer for
    everything, and be able to read the cases.
    """
    found = []
    day = move.takes_effect_on
    parts = list(move.parts.select_related("function", "unit__branch__board"))
    if day < today:
        found.append(_("Dagen då flytten ska gälla har passerat. Välj en ny dag."))
    if not (parts or move.closes or move.names or move.amendments):
        found.append(
            _("Flytten ändrar ingenting. Välj vad som flyttar, ett nytt namn eller en ändring i reglementena.")
        )
    closed_by_moves = organisation.effects().closed
    for part in parts:
        if part.unit.code in move.closes:
            found.append(
                _("%(unit)s läggs ned samma dag och kan inte ta över något.") % {"unit": part.unit.name},
            )
        elif part.unit.closed_on is not None and part.unit.code not in closed_by_moves:
            found.append(_("%(unit)s är stängd och kan inte ta över något.") % {"unit": part.unit.name})
    if move.status == Move.Status.DRAFT and not _worded_for_the_day(move):
        found.append(
            _(
                "Reglementena lyder inte längre som när ändringarna skrevs. Öppna ändringarna och välj Skriv "
                "förslagen på nytt."
            )
        )
    found += _clashes(move)
    found += _broken(move, today)
    return list(dict.fromkeys(found))


def _worded_for_the_day(move: Move) -> bool:
    """Whether the amendments change the text that the rules will have on the day, after the moves decided before."""
    texts = texts_on(sources(), move.takes_effect_on, without=move)
    return all(fits(texts, Amendment.from_json(row)) for row in move.amendments)


def _clashes(move: Move) -> list[str]:
    """Other decided moves that give the same function away on the same day."""
    functions = move.parts.values("function")
    others = Move.objects.filter(
        status=Move.Status.DECIDED, takes_effect_on=move.takes_effect_on, parts__function__in=functions
    ).exclude(pk=move.pk)
    return [
        _("Flytten ”%(title)s” gäller samma ansvar samma dag. Återkalla den först, eller välj en annan dag.")
        % {"title": other.title}
        for other in others.distinct()
    ]


def _broken(move: Move, today: date) -> list[str]:
    """What this move would leave broken, and which decided moves would be broken by it."""
    with_it = _rehearsed(today, besides=move)
    without = _rehearsed(today, without=move)
    found = with_it.pop(move.pk, [])
    for other, faults in with_it.items():
        if new := [words for words in faults if words not in without.get(other, [])]:
            found.append(_would_break(other, new))
    return found


def _would_break(other: int, faults: Sequence[str]) -> str:
    title = Move.objects.values_list("title", flat=True).get(pk=other)
    words = {"title": title, "why": " ".join(faults)}
    return _("Den beslutade flytten ”%(title)s” skulle inte längre gå. %(why)s") % words


def _rehearsed(today: date, *, besides: Move | None = None, without: Move | None = None) -> dict[int, list[str]]:
    """What each decided move would leave broken, in their order; one that is not decided may be put among them and one
    left out. Done in a transaction that is taken back; only who answers and who has access is changed.
    """
    found: dict[int, list[str]] = {}
    with transaction.atomic():
        if without is not None:
            Move.objects.filter(pk=without.pk, status=Move.Status.DECIDED).update(status=Move.Status.DRAFT)
        if besides is not None:
            _as_if_decided(besides, today)
        follow_moves()
        for move in waiting(date.max):
            eve = move.takes_effect_on - timedelta(days=1)
            gone = [unit for unit in Unit.objects.filter(code__in=move.closes) if not unit.open_on(eve)]
            before = _readers(responsible_unit("reception", eve), move)
            carry_out(move, rehearsing=True, work=False)
            found[move.pk] = [
                *(_("%(unit)s är redan nedlagd den dagen.") % {"unit": unit.name} for unit in gone),
                *_faults(move, before),
            ]
        transaction.set_rollback(True)
    return found


def _as_if_decided(move: Move, today: date) -> Move:
    """The move as decided, in a transaction that will be taken back."""
    fresh = _locked(move.pk)
    if fresh.status == Move.Status.DRAFT:
        fresh.status = Move.Status.DECIDED
        fresh.decided_on, fresh.decided_by, fresh.diary_number = today, "-", "-"
        fresh.save()
    return fresh


@dataclass(frozen=True, slots=True)
class _Readers:
    """How many read and work with the cases of a branch on a day, and how many of them with the protected ones."""

    any: int = 0
    protected: int = 0


def _readers(unit: Unit | None, move: Move, *, after: bool = False) -> _Readers:
    if unit is None:
        return _Readers()
    day = move.takes_effect_on if after else move.takes_effect_on - timedelta(days=1)
    able = [role for role, permissions in PERMISSIONS.items() if {"case.read", "case.write"} <= permissions]
    grants = RoleGrant.objects.filter(
        standing(day), unit__branch_id=unit.branch_id, user__is_active=True, role__in=able
    )
    return _Readers(grants.count(), grants.filter(handles_protected=True).count())


def _faults(move: Move, before: _Readers) -> list[str]:
    """What is broken once the move has been carried out, as the database then stands."""
    day = move.takes_effect_on
    found = []
    answers = responsibility_map(day)
    names = _names_of_things()
    was = responsibility_map(day - timedelta(days=1))
    for thing in sorted(was, key=lambda thing: (thing.function, thing.task)):
        unit = answers.get(thing) or answers.get(thing.whole)
        if unit is None or not unit.open_on(day):
            words = {"thing": names.get(thing, thing.task or thing.function)}
            found.append(_("Ingen skulle svara för %(thing)s. Välj en enhet som tar över.") % words)
    coordination, home = answers.get(COORDINATION), answers.get(RECEPTION)
    if coordination is None or not coordination.open_on(day):
        found.append(_("Ingen är utsedd att samordna (samordning). Välj en enhet."))
    if home is None or not home.open_on(day):
        return found
    if not home.board.inside:
        found.append(
            _("Mottagandet kan inte läggas hos %(unit)s: ärendena måste höra till en av kommunens nämnder.")
            % {"unit": home.name}
        )
    elif home.branch.secrecy_key != SECRECY:
        found.append(
            _(
                "%(unit)s hör till verksamhetsgrenen %(branch)s, som inte har socialtjänstens sekretess (26 kap. 1 § "
                "OSL). Mottagandets uppgifter omfattas av den vilken nämnd det än ligger under. Lägg mottagandet i en "
                "verksamhetsgren för sig."
            )
            % {"unit": home.name, "branch": home.branch.name}
        )
    now = _readers(home, move, after=True)
    if not now.any and (before.any or move.parts.filter(function__code=RECEPTION.function, task="").exists()):
        found.append(
            _("Ingen får behörighet som samordnare i %(unit)s. Då kan ingen läsa ärendena. Välj minst en person.")
            % {"unit": home.name}
        )
    if before.protected and not now.protected:
        found.append(
            _("Ingen i %(unit)s får hantera skyddade personuppgifter. Välj minst en samordnare som får det.")
            % {"unit": home.name}
        )
    old = was.get(RECEPTION)
    stays = not move.closed_cases_follow and old is not None and old.branch_id != home.branch_id
    if stays and not _readers(old, move, after=True).any:
        found.append(
            _(
                "Avslutade ärenden stannar som arkiv, men ingen skulle ha behörighet att läsa dem. Låt dem följa med, "
                "eller låt en enhet i verksamhetsgrenen vara kvar med en samordnare."
            )
        )
    return found


def _names_of_things() -> dict[Thing, str]:
    """Functions and the tasks of the reception in words."""
    functions = {function.code: function.name for function in Function.objects.all()}
    names = {Thing(code): name for code, name in functions.items()}
    source, catalogue = records.responsibilities(), records.catalogue()
    for task in source.tasks if source else ():
        title = catalogue[task.code].title.get(get_language() or "sv") if task.code in catalogue else ""
        names[Thing(task.function, task.code)] = f"{title} ({task.code})" if title else task.code
    return names


# --- deciding ---------------------------------------------------------------------------------------------------------


def preview(actor: Actor, *, move: Move, today: date) -> Outcome:
    """What the move would do on its day: the moves that are decided before it and itself are carried out in a
    transaction that is taken back.
    """
    policy.require(actor, "placement.draft")
    outcome = Outcome()
    with transaction.atomic():
        _as_if_decided(move, today)
        follow_moves()
        for one in waiting(move.takes_effect_on):
            done = carry_out(one, rehearsing=True)
            if one.pk == move.pk:
                outcome = done
                break
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def decide(
    actor: Actor,
    *,
    move_id: int,
    decided_on: date,
    decided_by: str,
    diary_number: str,
    section: str = "",
    today: date,
) -> Move:
    """Register the decision of the council or the executive board. The move takes effect on its day.

    Raises ValidationError with every obstacle.
    """
    policy.require(actor, "placement.decide")
    move = locked_draft(move_id)
    errors: dict[str, Any] = {}
    if decided_on > today:
        errors["decided_on"] = _("Dagen ligger i framtiden. Registrera beslutet när det är fattat.")
    elif decided_on > move.takes_effect_on:
        errors["decided_on"] = _("Beslutet är fattat efter dagen då flytten ska gälla.")
    if not decided_by.strip():
        errors["decided_by"] = _("Skriv vem som har beslutat, till exempel Kommunfullmäktige.")
    if not diary_number.strip():
        errors["diary_number"] = _("Skriv diarienumret, så att beslutet går att hitta.")
    if errors:
        raise ValidationError(errors)
    if found := obstacles(move, today):
        raise ValidationError(found)
    move.status = Move.Status.DECIDED
    move.decided_on, move.decided_by = decided_on, decided_by.strip()
    move.diary_number, move.section = diary_number.strip(), section.strip()
    move.registered_at, move.registered_by = timezone.now(), actor.name
    move.save()
    follow_moves()
    audit.record(
        actor,
        "move.decided",
        object_type="move",
        object_ids=[move.pk],
        details={"to": move.alternative, "on": move.takes_effect_on, "diary_number": move.diary_number},
    )
    if move.takes_effect_on <= today:
        carry_out_due(today)
        move.refresh_from_db()
    return move


@transaction.atomic
def withdraw(actor: Actor, *, move_id: int, reason: str, today: date) -> Move:
    """Take a decided move back before its day. Nothing has moved yet, so nothing must be moved back."""
    policy.require(actor, "placement.decide")
    move = _locked(move_id)
    if move.status == Move.Status.CARRIED_OUT or (move.status == Move.Status.DECIDED and move.takes_effect_on <= today):
        raise ValidationError(_("Flytten har trätt i kraft. Besluta i stället om en ny flytt."))
    if move.status != Move.Status.DECIDED:
        raise ValidationError(_("Flytten är inte beslutad."))
    if not reason.strip():
        raise ValidationError({"reason": _("Skriv varför flytten återkallas.")})
    with_it, without = _rehearsed(today), _rehearsed(today, without=move)
    for other, faults in without.items():
        if new := [words for words in faults if words not in with_it.get(other, [])]:
            raise ValidationError(_would_break(other, new))
    return _withdrawn(actor, move, reason)


@transaction.atomic
def give_up(actor: Actor, *, move_id: int, reason: str) -> Move:
    """Take back a decided move that could not be carried out on its day: the way out for whoever runs the server."""
    move = _locked(move_id)
    if move.status != Move.Status.DECIDED:
        raise ValidationError(_("Flytten är inte beslutad."))
    return _withdrawn(actor, move, reason)


def _withdrawn(actor: Actor, move: Move, reason: str) -> Move:
    move.status = Move.Status.WITHDRAWN
    move.withdrawn_at, move.withdrawn_by, move.withdrawn_reason = timezone.now(), actor.name, reason.strip()[:300]
    move.save()
    follow_moves()
    audit.record(actor, "move.withdrawn", object_type="move", object_ids=[move.pk], reason=reason.strip())
    return move


# --- whom it concerns -------------------------------------------------------------------------------------------------


def staff_of(units: Collection[str], today: date) -> list[RoleGrant]:
    """Who works in the units today, newcomers left out: those whose access a move must say something of. One query."""
    return list(
        RoleGrant.objects.filter(standing(today), unit__code__in=units, user__is_active=True)
        .exclude(role=Role.NEWCOMER)
        .select_related("user", "unit")
        .order_by("user__name", "role")
    )


def staff_of_board(board: str, today: date) -> list[User]:
    """Who works under a board today. One query."""
    return list(
        User.objects.filter(
            is_active=True,
            pk__in=RoleGrant.objects.filter(standing(today), unit__branch__board__code=board)
            .exclude(role=Role.NEWCOMER)
            .values("user"),
        ).order_by("name")
    )
