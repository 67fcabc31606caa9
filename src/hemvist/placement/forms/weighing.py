"""The form of a weighing, one for all of it, and the switches of *what if*."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemvist.organisation.texts import said
from hemvist.placement.arguments import ArgumentLine, Placement, Side
from hemvist.placement.outcomes import DOUBLE, NO, YES, choices
from hemvist.placement.weighings import (
    LABEL_LENGTH,
    MOST_CRITERIA,
    NOTE_LENGTH,
    GivenCriterion,
    GivenStrength,
    Own,
    Weighed,
)
from hemvist.planning.weighing import HEAVIEST
from hemvist.web.forms import Form, text

NEW_ROWS = 2
STRENGTHS = [
    ("", _("Inte vägt")),
    ("0", _("0 – inget")),
    ("1", _("1 – lite")),
    ("2", _("2 – en del")),
    ("3", _("3 – mycket")),
]


def _changed(bound: BoundField) -> bool:
    """Whether what stands in the field is something else than it began with."""
    return bound.form.is_bound and bound.field.has_changed(bound.initial, bound.data)


@dataclass(frozen=True, slots=True)
class CriterionRow:
    key: str
    heading: str
    explanation: str
    label: BoundField
    weight: BoundField
    remove: BoundField | None

    @property
    def changed(self) -> bool:
        """Renamed or taken away, and not saved yet."""
        return _changed(self.label) or (self.remove is not None and _changed(self.remove))


@dataclass(frozen=True, slots=True)
class ArgumentRow:
    weighed: Weighed
    strength: BoundField | None
    criterion: BoundField | None
    place: str = ""

    @property
    def changed(self) -> bool:
        """Moved and not saved yet, or moved to where it cannot be."""
        return self.criterion is not None and bool(_changed(self.criterion) or self.criterion.errors)

    @property
    def faulty(self) -> bool:
        """Something in it is to be mended."""
        return any(bound is not None and bound.errors for bound in (self.strength, self.criterion))

    @property
    def counts(self) -> bool:
        """It has a criterion, so a strength makes it weigh."""
        return self.strength is not None and bool(self.place)

    @property
    def has_strength(self) -> bool:
        return self.strength is not None and self.strength.value() not in (None, "")

    @property
    def line(self) -> ArgumentLine:
        return self.weighed.line


@dataclass(frozen=True, slots=True)
class SideRows:
    """An alternative's arguments on the form; ``open`` when the page shows them unfolded."""

    side: Side
    rows: list[ArgumentRow]
    open: bool

    @property
    def asked(self) -> int:
        return sum(row.counts for row in self.rows)

    @property
    def weighed(self) -> int:
        return sum(row.counts and row.has_strength for row in self.rows)


class WeighingForm(Form):
    """Criteria with weights, then every argument with its strength and its criterion.

    A criterion's row is called ``c0``, ``c1`` …; an argument's fields by its code. New criteria have empty rows.
    """

    note = text(
        _("Anteckning"),
        NOTE_LENGTH,
        required=False,
        rows=3,
        help_text=_("Hur du har tänkt. Syns för andra om du delar."),
    )

    def __init__(self, *args: Any, own: Own, found: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own, self.found = own, found
        suggested = {one.code: said(one.explanation) for one in found.criteria}
        self.rows: list[tuple[str, str, str]] = []  # key, heading, explanation
        old = own.content.criteria
        for n in range(self._count(len(old))):
            if n < len(old):
                code = old[n].code
                self._criterion(f"c{n}", own.labels[code], old[n].weight, suggested.get(code, ""))
            else:
                self._criterion(f"c{n}", "", None, "")
        keys = {one.code: f"c{n}" for n, one in enumerate(old)}
        places = [
            (key, heading or gettext("Nytt kriterium %(number)d") % {"number": n - len(old) + 1})
            for n, (key, heading, _words) in enumerate(self.rows)
        ]
        for weighed in own.arguments:
            if weighed.line.sign:
                self._argument(weighed, keys.get(weighed.criterion, ""), places)
        self.order_fields([name for name in self.fields if name != "note"])

    def _count(self, old: int) -> int:
        """How many rows of criteria: those there are and some empty ones, or as many as were filled in."""
        if not self.is_bound:
            return old + max(min(NEW_ROWS, MOST_CRITERIA - old), 1)
        numbers = (name[1:-6] for name in self.data if name.startswith("c") and len(name) < 12)
        given = [int(number) for number in numbers if number.isascii() and number.isdecimal()]
        return min(max(given, default=old - 1) + 1, 2 * MOST_CRITERIA)

    def _criterion(self, key: str, label: str, weight: int | None, explanation: str) -> None:
        self.rows.append((key, label, explanation))
        self.fields[f"{key}_label"] = text(_("Namn"), LABEL_LENGTH, required=False)
        self.fields[f"{key}_label"].initial = label
        words = {"label": label or gettext("det nya kriteriet")}
        wrong = gettext("Vikten för %(label)s: skriv ett heltal från 0 till 100.") % words
        self.fields[f"{key}_weight"] = forms.IntegerField(
            label=_("Vikt, 0–100"),
            required=False,
            min_value=0,
            max_value=HEAVIEST,
            initial=weight,
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "max": HEAVIEST}),
            error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
        )
        if label:
            self.fields[f"{key}_remove"] = forms.BooleanField(label=_("Ta bort"), required=False)

    def _argument(self, weighed: Weighed, key: str, places: list[tuple[str, Any]]) -> None:
        line = weighed.line
        self.fields[f"{line.code}_strength"] = forms.TypedChoiceField(
            label=f"{line.code}. {line.text}",
            choices=STRENGTHS,
            coerce=int,
            empty_value=None,
            required=False,
            initial="" if weighed.strength is None else str(weighed.strength),
            widget=forms.RadioSelect,
        )
        self.fields[f"{line.code}_criterion"] = forms.ChoiceField(
            label=gettext("Kriterium för %(code)s") % {"code": line.code},
            choices=places if key and not self.is_bound else [("", _("Inget, väger inte")), *places],
            required=False,
            initial=key,
        )

    # --- for the page ---

    most_criteria = MOST_CRITERIA

    @property
    def criterion_rows(self) -> Iterator[CriterionRow]:
        for key, heading, explanation in self.rows:
            remove = self[f"{key}_remove"] if f"{key}_remove" in self.fields else None
            yield CriterionRow(key, heading, explanation, self[f"{key}_label"], self[f"{key}_weight"], remove)

    @property
    def sides(self) -> list[SideRows]:
        """Unfolded is what has something to mend, and the first alternative that is not wholly weighed."""
        found, waiting = [], True
        for side in self.found.sides:
            rows = [self._row(one) for one in self.own.arguments if one.line.alternative == side.code]
            shown = SideRows(side, rows, any(row.faulty for row in rows))
            if waiting and shown.weighed < shown.asked:
                shown, waiting = replace(shown, open=True), False
            found.append(shown)
        return found

    def _row(self, weighed: Weighed) -> ArgumentRow:
        strength, criterion = f"{weighed.line.code}_strength", f"{weighed.line.code}_criterion"
        place = self.own.labels.get(weighed.criterion, "")
        if strength not in self.fields:
            return ArgumentRow(weighed, None, None, place)
        return ArgumentRow(weighed, self[strength], self[criterion], place)

    # --- for the service ---

    @property
    def criteria(self) -> list[GivenCriterion]:
        """The rows that are kept: not removed, and with a name or a weight."""
        data = self.cleaned_data
        return [
            GivenCriterion(key, data[f"{key}_label"], data[f"{key}_weight"])
            for key, heading, _words in self.rows
            if not data.get(f"{key}_remove") and (heading or data[f"{key}_label"] or data[f"{key}_weight"] is not None)
        ]

    @property
    def strengths(self) -> dict[str, GivenStrength]:
        data = self.cleaned_data
        return {
            one.line.code: GivenStrength(data[f"{one.line.code}_strength"], data[f"{one.line.code}_criterion"])
            for one in self.own.arguments
            if one.line.sign
        }


class WhatIf(Form):
    """A switch for each condition. Nothing chosen is as it is today; what cannot be read is nothing chosen."""

    def __init__(self, *args: Any, found: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, status in found.conditions.items():
            today = {True: _("Som i dag: ja"), False: _("Som i dag: nej"), None: _("Som i dag: inte känt")}
            words = {YES: _("Ja"), NO: _("Nej"), DOUBLE: _("Mottagandet fördubblas")}
            self.fields[code] = forms.ChoiceField(
                label=f"{code}. {status.label}?",
                choices=[("", today[status.holds]), *((word, words[word]) for word in choices(status))],
                required=False,
            )
