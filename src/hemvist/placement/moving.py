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
from hemvist.organisation.models import Branch, Function, Move, MovePart, Unit
from hemvist.organisation.services import follow_moves
from hemvist.placement.carrying_out import COORDINATION, RECEPTION, Outcome, carry_out, carry_out_due, standing
from hemvist.placement.models import MoveAccess
from hemvist.planning.responsibility import Part, Span, Thing, answer, timeline, unowned

# What the reception's data must be secret under, wherever it lies (OSL 26 kap. 1 §).
SECRECY = "26:1"


# --- drafting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Access:
    """A role that a user gets in a unit on the day."""

    user_id: uuid.UUID
    role: str
    unit: str
    handles_protected: bool = False


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
    move = _draft(move_id)
    _keep(move, plan, today)
    audit.record(actor, "move.changed", object_type="move", object_ids=[move.pk])
    return move


@transaction.atomic
def discard_draft(actor: Actor, *, move_id: int) -> None:
    """Remove a draft that nobody has decided on."""
    policy.require(actor, "placement.draft")
    move = _draft(move_id)
    audit.record(actor, "move.discarded", object_type="move", object_ids=[move.pk], details={"to": move.alternative})
    move.delete()


def _draft(move_id: int) -> Move:
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
        )
        for row in dict.fromkeys(plan.access)
    )


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
            Access(row.user_id, row.role, row.unit.code, row.handles_protected)
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
    """Why the move cannot be decided as it is drafted, each with what to do. Empty when it can."""
    found = []
    day = move.takes_effect_on
    parts = list(move.parts.select_related("function", "unit__branch__board"))
    if day < today:
        found.append(_("Dagen då flytten ska gälla har passerat. Välj en ny dag."))
    if not (parts or move.names or move.amendments):
        found.append(
            _("Flytten ändrar ingenting. Välj vad som flyttar, ett nytt namn eller en ändring i reglementena.")
        )
    spans = spans_with(move)
    names = _names_of_things()
    for thing in gaps(move):
        found.append(
            _("Ingen skulle svara för %(thing)s. Välj en enhet som tar över.") % {"thing": names.get(thing, str(thing))}
        )
    for part in parts:
        if part.unit.code in move.closes:
            found.append(
                _("%(unit)s läggs ned samma dag och kan inte ta över något.") % {"unit": part.unit.name},
            )
        elif part.unit.closed_on is not None and part.unit.closed_on <= day and not part.unit.planned:
            found.append(_("%(unit)s är stängd och kan inte ta över något.") % {"unit": part.unit.name})
    coordination = answer(spans, COORDINATION, day)
    if coordination is None or coordination.unit in move.closes:
        found.append(_("Ingen är utsedd att samordna (samordning). Välj en enhet."))
    found += _clashes(move)
    found += _unreadable(move, spans)
    return list(dict.fromkeys(found))


def _names_of_things() -> dict[Thing, str]:
    """Functions and the tasks of the reception in words."""
    functions = {function.code: function.name for function in Function.objects.all()}
    names = {Thing(code): name for code, name in functions.items()}
    source, catalogue = records.responsibilities(), records.catalogue()
    for task in source.tasks if source else ():
        title = catalogue[task.code].title.get(get_language() or "sv") if task.code in catalogue else ""
        names[Thing(task.function, task.code)] = f"{title} ({task.code})" if title else task.code
    return names


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


def _unreadable(move: Move, spans: Sequence[Span]) -> list[str]:
    """The cases would come where nobody may read them, or where too many may."""
    day = move.takes_effect_on
    before, after = answer(spans, RECEPTION, day - timedelta(days=1)), answer(spans, RECEPTION, day)
    if before is None or after is None:
        return []
    units = {
        unit.code: unit
        for unit in Unit.objects.select_related("branch__board").filter(code__in={before.unit, after.unit})
    }
    old, new = units[before.unit], units[after.unit]
    found = []
    if not new.board.inside:
        found.append(
            _("Mottagandet kan inte läggas hos %(unit)s: ärendena måste höra till en av kommunens nämnder.")
            % {"unit": new.name}
        )
    elif new.branch.secrecy_key != SECRECY:
        found.append(
            _(
                "%(unit)s hör till verksamhetsgrenen %(branch)s, som inte har socialtjänstens sekretess (26 kap. 1 § "
                "OSL). Mottagandets uppgifter omfattas av den vilken nämnd det än ligger under. Lägg mottagandet i en "
                "verksamhetsgren för sig."
            )
            % {"unit": new.name, "branch": new.branch.name}
        )
    if old.branch_id == new.branch_id and old.code not in move.closes:
        return found
    will = _will_work_in(move, new.branch, day)
    if not any(grant.can for grant in will):
        found.append(
            _("Ingen får behörighet som samordnare i %(unit)s. Då kan ingen läsa ärendena. Välj minst en person.")
            % {"unit": new.name}
        )
    protects = RoleGrant.objects.filter(standing(day), unit__branch=old.branch, handles_protected=True).exists()
    if protects and not any(grant.can and grant.handles_protected for grant in will):
        found.append(
            _("Ingen i %(unit)s får hantera skyddade personuppgifter. Välj minst en samordnare som får det.")
            % {"unit": new.name}
        )
    return found


@dataclass(frozen=True, slots=True)
class _Working:
    can: bool
    handles_protected: bool


def _will_work_in(move: Move, branch: Branch, day: date) -> list[_Working]:
    """Those who would hold a role in the branch on the day; ``can``: who reads and works with its cases."""
    rows = [
        (row.role, row.handles_protected)
        for row in RoleGrant.objects.filter(standing(day), unit__branch=branch, user__is_active=True).exclude(
            unit__code__in=move.closes
        )
    ]
    rows += [(row.role, row.handles_protected) for row in move.access.filter(unit__branch=branch, user__is_active=True)]
    return [_Working({"case.read", "case.write"} <= PERMISSIONS.get(role, frozenset()), own) for role, own in rows]


# --- deciding ---------------------------------------------------------------------------------------------------------


def preview(actor: Actor, *, move: Move, today: date) -> Outcome:
    """What the move would do if its day were now: done in a transaction that is taken back, journal and all."""
    policy.require(actor, "placement.draft")
    with transaction.atomic():
        fresh = _locked(move.pk)
        fresh.status = Move.Status.DECIDED
        fresh.decided_on, fresh.decided_by, fresh.diary_number = today, "-", "-"
        fresh.save()
        follow_moves()
        outcome = carry_out(fresh, max(today, fresh.takes_effect_on), rehearsing=True)
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
    move = _draft(move_id)
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
