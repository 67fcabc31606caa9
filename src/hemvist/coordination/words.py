"""What the plan stores as codes, in words: missing facts, what happened to a task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemvist.coordination.models import TaskEvent
from hemvist.law.duties import ANCHORS
from hemvist.law.rulings import QUESTIONS

RULING = "ruling:"
ANCHOR = "anchor:"

# Facts that are no starting point of a duty, and those that only a local routine counts from.
_FACTS: Mapping[str, Promise] = {
    "admitted_school_on": gettext_lazy("dagen då eleven togs emot i skolan"),
    "earlier_right_from": gettext_lazy("dagen då den tidigare rätten till boende började"),
    "first_received_anywhere_on": gettext_lazy("dagen för det första mottagandet i någon kommun"),
    "in_establishment_programme": gettext_lazy("om personen deltar i etableringsprogrammet"),
    "latest_reception_on": gettext_lazy("senaste mottagningsdag enligt anvisningen"),
    "reported_on": gettext_lazy("mottagandedatum enligt Migrationsverkets lista"),
    "left_reception_act_on": gettext_lazy("dagen då mottagandelagen slutade gälla för personen"),
    "may_be_assigned": gettext_lazy("om personen får anvisas"),
    "permit_granted_on": gettext_lazy("dagen för uppehållstillståndet"),
    "planned_arrival_on": gettext_lazy("planerad ankomstdag"),
    "population_register_decided_on": gettext_lazy("Skatteverkets beslut om folkbokföring"),
    "registered_on": gettext_lazy("dagen då ärendet lades upp"),
    "registered_with_agency": gettext_lazy("om personen har varit inskriven hos Migrationsverket"),
    "stated_latest_reception_on": gettext_lazy("senaste mottagningsdag enligt anvisningen"),
    "temporary_protection": gettext_lazy("om personen har tillfälligt skydd"),
}


def fact(code: str) -> str:
    """A fact's code in words: ``received_on`` is *mottagandet i kommunen*."""
    return _(ANCHORS[code]) if code in ANCHORS else str(_FACTS.get(code, code))


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that must be known before the day can be counted; ``ruling`` is the key of a legal question."""

    words: str
    ruling: str = ""


def missing(codes: Iterable[str]) -> list[Missing]:
    """The facts and the local rulings that a day waits for, in words and each once."""
    found: dict[str, Missing] = {}
    for code in codes:
        key = code.removeprefix(RULING)
        if code.startswith(RULING) and key in QUESTIONS:
            found[code] = Missing(_(QUESTIONS[key].question), key)
        else:
            found[code] = Missing(fact(key))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a task's history."""

    at: datetime
    by: str
    words: str
    note: str = ""
    comment: bool = False


_WORDS: Mapping[str, Promise] = {
    TaskEvent.Kind.CREATED: gettext_lazy("Uppgiften lades till"),
    TaskEvent.Kind.TAKEN: gettext_lazy("Tog uppgiften"),
    TaskEvent.Kind.NOT_APPLICABLE: gettext_lazy("Uppgiften är inte aktuell"),
    TaskEvent.Kind.REOPENED: gettext_lazy("Uppgiften öppnades igen"),
    TaskEvent.Kind.COMMENTED: gettext_lazy("Skrev en anteckning"),
    TaskEvent.Kind.CANCELLED: gettext_lazy("Uppgiften utgår"),
}


def _unit_ids(event: TaskEvent) -> list[int]:
    """The units before and after, for an event that moved the task; days have hyphens and units none."""
    sides = [str(event.details.get(side, "")) for side in ("from", "to")]
    return [int(side) for side in sides] if all(side.isdecimal() for side in sides) else []


def units_in(events: Iterable[TaskEvent]) -> set[int]:
    """The units that a history names, to be looked up at once."""
    return {unit for event in events for unit in _unit_ids(event)}


def _day(value: object) -> str:
    day = parse_date(str(value)) if value else None
    return date_format(day, "DATE_FORMAT") if day else ""


def _sentence(event: TaskEvent, units: Mapping[int, str]) -> str:
    if event.kind == TaskEvent.Kind.DONE:
        return _("Uppgiften blev klar den %(day)s") % {"day": _day(event.details.get("done_on"))}
    if moved := _unit_ids(event):
        before, after = (units.get(unit, _("okänd enhet")) for unit in moved)
        return _("Uppgiften gick från %(before)s till %(after)s") % {"before": before, "after": after}
    if event.kind in {TaskEvent.Kind.DUE_MOVED, TaskEvent.Kind.REDERIVED}:
        days = {"before": _day(event.details.get("from")), "after": _day(event.details.get("to"))}
        by_hand = event.kind == TaskEvent.Kind.DUE_MOVED
        if not days["after"]:
            return _("Dagen %(before)s gäller inte längre") % days
        if not days["before"]:
            return (_("Dagen sattes till %(after)s") if by_hand else _("Dagen räknades fram till %(after)s")) % days
        if by_hand:
            return _("Dagen ändrades från %(before)s till %(after)s") % days
        return _("Dagen räknades om från %(before)s till %(after)s") % days
    return str(_WORDS.get(event.kind, TaskEvent.Kind(event.kind).label))


def _note(event: TaskEvent, with_causes: bool) -> str:
    if event.kind == TaskEvent.Kind.COMMENTED:
        return event.text
    if not event.text or (event.kind in _DERIVED and not with_causes):
        return ""
    return _(event.text)


# What the derivation did; its cause tells which fact of the case changed.
_DERIVED = {TaskEvent.Kind.CREATED, TaskEvent.Kind.REDERIVED, TaskEvent.Kind.CANCELLED, TaskEvent.Kind.REOPENED}


def told(events: Iterable[TaskEvent], units: Mapping[int, str], *, with_causes: bool) -> list[Told]:
    """A task's history in words, oldest first. Causes only for who may read the case."""
    return [
        Told(
            at=event.at,
            by=event.by.name if event.by else "",
            words=_sentence(event, units),
            # The cause of a change is kept as its source string; what a person wrote is shown as it is.
            note=_note(event, with_causes),
            comment=event.kind == TaskEvent.Kind.COMMENTED,
        )
        for event in events
    ]
