"""The forms of a move: what it is, who takes over what, who gets access, how the rules read, and the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemvist.access.models import User
from hemvist.organisation.models import Unit
from hemvist.organisation.schema import Alternative
from hemvist.organisation.texts import said
from hemvist.placement.queries import FunctionRow, Staff, TaskRow, roles_for_cases
from hemvist.planning.responsibility import Thing
from hemvist.web.forms import Form, day, one_of, several, text, yes

Grouped = list[tuple[str, list[tuple[str, str]]]]
Fields = tuple[FunctionRow, forms.BoundField, list[tuple[TaskRow, forms.BoundField]]]
# The choice that leaves a responsibility where it is, and a person without a role.
STAYS = "-"


def owners_by_board(units: Iterable[Unit]) -> Grouped:
    """Units under their boards; one that the move would open says so."""

    def name_of(unit: Unit) -> str:
        return gettext("%(unit)s (ny)") % {"unit": unit.name} if unit.planned else unit.name

    return [
        (board, [(unit.code, name_of(unit)) for unit in group])
        for board, group in groupby(units, key=lambda unit: unit.board.name)
    ]


class NewMove(Form):
    """Which alternative, and from when. The rest begins as the alternative says."""

    alternative = one_of(_("Vilket alternativ gäller det?"), [])
    title = text(_("Rubrik"), 200, help_text=_("Till exempel: Mottagandet av nyanlända till socialnämnden."))
    takes_effect_on = day(_("Första dagen"), help_text=_("Den första dagen med det nya ansvaret."))

    def __init__(self, *args: Any, alternatives: Mapping[str, Alternative], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alternative"].choices = [  # type: ignore[attr-defined]
            (code, said(entry.label)) for code, entry in alternatives.items()
        ]


class MoveBasics(Form):
    """What the move is called, when it takes effect, what closes, and what the unit is called and for."""

    title = text(_("Rubrik"), 200)
    takes_effect_on = day(_("Första dagen"), help_text=_("Den första dagen med det nya ansvaret."))
    closes = several(
        _("Enheter som läggs ned den dagen"),
        [],
        help_text=_("Allt som de svarar för måste få en ny ägare, och alla behörigheter i dem upphör."),
    )
    closed_cases_follow = yes(
        _("Avslutade ärenden följer med"),
        _("Annars stannar de hos den tidigare nämnden som dess arkiv, och läses bara av den som har behörighet där."),
    )
    name_sv = text(_("Enhetens namn"), 200, required=False, help_text=_("Lämna tomt om enheten ska heta som i dag."))
    name_en = text(_("Namnet på engelska"), 200, required=False, help_text=_("Behövs om du skriver på svenska."))
    mission_sv = text(_("Enhetens uppdrag"), 1000, required=False, rows=4, help_text=_("Vad enheten är till för."))
    mission_en = text(
        _("Uppdraget på engelska"), 1000, required=False, rows=4, help_text=_("Behövs om du skriver på svenska.")
    )

    def __init__(self, *args: Any, closable: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closes"].required = False
        self.fields["closes"].choices = [  # type: ignore[attr-defined]
            (unit.code, f"{unit.name}, {unit.board.name}") for unit in closable
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for part in ("name", "mission"):
            if bool(given.get(f"{part}_sv")) != bool(given.get(f"{part}_en")):
                empty = f"{part}_en" if given.get(f"{part}_sv") else f"{part}_sv"
                self.add_error(empty, _("Skriv det på båda språken, eller lämna båda tomma."))
        return given


class MoveParts(Form):
    """Who takes over each function, and each task of it where somebody else should."""

    def __init__(
        self,
        *args: Any,
        rows: Sequence[FunctionRow],
        units: Sequence[Unit],
        closing: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            # A unit that the move closes cannot take anything over, so it is offered only where it was chosen before.
            kept = {unit.code for unit in (row.chosen, *(task.own for task in row.tasks)) if unit}
            choices = owners_by_board(unit for unit in units if unit.code not in closing or unit.code in kept)
            if not row.now:
                stays = gettext("Ingen svarar i dag")
            elif row.now.code in closing:
                stays = gettext("Välj … (%(unit)s läggs ned)") % {"unit": row.now.name}
            else:
                stays = gettext("Ligger kvar: %(unit)s") % {"unit": row.now.name}
            self._add(row.thing, _("Svarar från dagen"), stays, row.chosen, choices)
            for task in row.tasks:
                label = f"{task.title} ({task.thing.task})"
                self._add(task.thing, label, _("Som hela ansvaret"), task.own, choices)

    def _add(self, thing: Thing, label: Any, stays: Any, chosen: Unit | None, choices: Grouped) -> None:
        name = self.name_of(thing)
        self.fields[name] = forms.ChoiceField(label=label, choices=[(STAYS, stays), *choices])
        self.initial.setdefault(name, chosen.code if chosen else STAYS)

    @staticmethod
    def name_of(thing: Thing) -> str:
        return f"{thing.function}.{thing.task}" if thing.task else thing.function

    def parts(self) -> dict[Thing, str]:
        """Thing → the unit that was chosen for it; a unit that has it already is no move."""
        things = {self.name_of(row.thing): (row.thing, row.now) for row in self.rows} | {
            self.name_of(task.thing): (task.thing, None) for row in self.rows for task in row.tasks
        }
        return {
            things[name][0]: unit
            for name, unit in self.cleaned_data.items()
            if unit != STAYS and not ((now := things[name][1]) is not None and now.code == unit)
        }

    def concerned(self) -> list[Fields]:
        """What the move already says something of, or leaves without an owner."""
        return [fields for fields in self._fields() if fields[0].concerned or fields[0].tasks]

    def others(self) -> list[Fields]:
        return [fields for fields in self._fields() if not (fields[0].concerned or fields[0].tasks)]

    def _fields(self) -> list[Fields]:
        return [
            (row, self[self.name_of(row.thing)], [(task, self[self.name_of(task.thing)]) for task in row.tasks])
            for row in self.rows
        ]


class MovePeople(Form):
    """Who follows from a closing unit, and who else gets access in the one that takes over."""

    def __init__(
        self, *args: Any, staff: Sequence[Staff], others: Sequence[User], chosen: Mapping[Any, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.others = staff, others
        for one in staff:
            self.fields[f"stays-{one.grant.pk}"] = yes(
                gettext("%(name)s, %(role)s") % {"name": one.grant.user.name, "role": one.grant.get_role_display()}
            )
            self.initial.setdefault(f"stays-{one.grant.pk}", one.follows)
        for user in others:
            role, protected = chosen.get(user.pk, (STAYS, False))
            self.fields[f"role-{user.pk}"] = forms.ChoiceField(
                label=user.name, choices=[(STAYS, _("Ingen behörighet")), *roles_for_cases()]
            )
            self.fields[f"protected-{user.pk}"] = yes(
                gettext("Får hantera skyddade personuppgifter: %(name)s") % {"name": user.name}
            )
            self.initial.setdefault(f"role-{user.pk}", role)
            self.initial.setdefault(f"protected-{user.pk}", protected)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for user in self.others:
            if given.get(f"protected-{user.pk}") and given.get(f"role-{user.pk}") == STAYS:
                self.add_error(f"role-{user.pk}", _("Välj en roll åt den som ska hantera skyddade personuppgifter."))
        return given

    def roles(self) -> list[tuple[User, str, bool]]:
        """Who was given which role, and whether protected identities come with it."""
        return [
            (user, self.cleaned_data[f"role-{user.pk}"], self.cleaned_data[f"protected-{user.pk}"])
            for user in self.others
            if self.cleaned_data[f"role-{user.pk}"] != STAYS
        ]

    def leaving(self) -> list[tuple[Staff, forms.BoundField]]:
        return [(one, self[f"stays-{one.grant.pk}"]) for one in self.staff]

    def newcomers(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"role-{user.pk}"], self[f"protected-{user.pk}"]) for user in self.others]


class MoveRules(Form):
    """The wording of each drafted amendment of the boards' rules of procedure."""

    drawn = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, rows: Sequence[Mapping[str, Any]], boards: Sequence[str], drawn: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial["drawn"] = drawn
        for number, (row, board) in enumerate(zip(rows, boards, strict=True)):
            self.fields[f"new-{number}"] = text(
                gettext("Ny lydelse %(number)s, %(board)s") % {"number": number + 1, "board": board},
                3000,
                required=False,
                rows=5,
                help_text=_("Lämna tomt om bestämmelsen ska tas bort."),
            )
            self.initial.setdefault(f"new-{number}", row["new"])

    def clean(self) -> dict[str, Any]:
        """An empty wording removes the clause; one that was not sent says nothing."""
        for name in self.fields:
            if name not in self.data:
                self.add_error(None, gettext("Sidan skickades inte hel. Öppna den på nytt och skriv ändringen igen."))
                break
        return super().clean() or {}


class Decision(Form):
    """The decision as it was taken, by somebody who may."""

    decided_by = text(_("Vem har beslutat?"), 200, help_text=_("Till exempel Kommunfullmäktige."))
    decided_on = day(_("Beslutsdag"))
    diary_number = text(_("Diarienummer"), 60)
    section = text(_("Paragraf"), 30, required=False, help_text=_("Till exempel § 12."))


class Withdrawal(Form):
    reason = text(_("Varför återkallas flytten?"), 300, rows=3)
