"""How people weigh: each user's own criteria and weights, and the strength of each argument. The data never says what
anything weighs. Others see a weighing only once its maker has shared it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.impersonal import IMPERSONAL, names_somebody, speaks_of_a_person
from hemvist.organisation.schema import PlacementFile
from hemvist.organisation.texts import said
from hemvist.placement import models
from hemvist.placement.arguments import ArgumentLine, Placement
from hemvist.planning.weighing import HEAVIEST, STRONGEST, Argument, Weighing

MOST_CRITERIA, LABEL_LENGTH, NOTE_LENGTH = 12, 80, 500
OWN = "own_"
# An argument that the user has put in no criterion: it does not weigh.
NOWHERE = "-"


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class CriterionWeight(_Stored):
    """A criterion with its weight; None until it is weighed. A suggested criterion is shown by the folder's words."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
    label: Annotated[str, Field(max_length=LABEL_LENGTH)] = ""
    weight: Annotated[int, Field(ge=0, le=HEAVIEST)] | None = None


class Strength(_Stored):
    """How strong an argument is; None until it is weighed. ``criterion`` empty: the argument's own."""

    strength: Annotated[int, Field(ge=0, le=STRONGEST)] | None = None
    criterion: str = ""


class Content(_Stored):
    """What a weighing holds."""

    criteria: tuple[CriterionWeight, ...] = ()
    strengths: Mapping[str, Strength] = {}


@dataclass(frozen=True, slots=True)
class Weighed:
    """An argument as it stands in somebody's weighing. ``criterion`` is empty when they have none for it."""

    line: ArgumentLine
    criterion: str
    strength: int | None


@dataclass(frozen=True, slots=True)
class Own:
    """A user's weighing, on what the folder and the users' arguments say now."""

    content: Content
    labels: Mapping[str, str]
    arguments: tuple[Weighed, ...]
    owner: str = ""
    note: str = ""
    shared: bool = False
    changed_at: datetime | None = None

    @property
    def saved(self) -> bool:
        return self.changed_at is not None

    @property
    def unweighed_criteria(self) -> int:
        return sum(1 for one in self.content.criteria if one.weight is None)

    @property
    def unweighed(self) -> tuple[Weighed, ...]:
        """Arguments with a direction that have no strength yet."""
        return tuple(one for one in self.arguments if one.line.sign and one.strength is None)

    @property
    def homeless(self) -> tuple[Weighed, ...]:
        """Arguments whose criterion the user has taken away: they do not weigh until they get another."""
        return tuple(one for one in self.arguments if one.line.sign and not one.criterion)

    def ready_for(self, found: Placement) -> bool:
        """There is something to count: a weight above 0 and, in that criterion, an argument with a strength for one of
        the alternatives that exclude each other.
        """
        heavy = {one.code for one in self.content.criteria if one.weight}
        rivals = {side.code for side in found.rivals}
        return any(
            one.strength and one.line.sign and one.criterion in heavy and one.line.alternative in rivals
            for one in self.arguments
        )

    def model(self, found: Placement) -> Weighing:
        """What the planning weighs. Raises ``ValueError`` when no criterion has a weight."""
        return Weighing(
            tuple(side.code for side in found.rivals),
            {one.code: one.weight or 0 for one in self.content.criteria},
            tuple(
                Argument(
                    code=one.line.code,
                    alternative=one.line.alternative,
                    criterion=one.criterion,
                    direction=one.line.direction,
                    strength=one.strength or 0,
                    condition=one.line.condition,
                )
                for one in self.arguments
                if one.criterion
            ),
            tuple(side.code for side in found.crosswise),
        )


def _user(actor: Actor) -> uuid.UUID:
    """Whose weighing it is. The program itself has no roles and so never comes here."""
    assert actor.user_id is not None
    return actor.user_id


# --- reading ----------------------------------------------------------------------------------------------------------


def fresh(found: Placement) -> Own:
    """A weighing to begin with: the suggested criteria, no weights and no strengths. Nothing is saved."""
    return _own(Content(criteria=tuple(CriterionWeight(code=one.code) for one in found.criteria)), found)


def mine(actor: Actor, found: Placement) -> Own | None:
    """The user's own weighing, or None before it is saved. One query."""
    policy.require(actor, "placement.view")
    row = models.Weighing.objects.filter(user_id=_user(actor)).select_related("user").first()
    return _of(row, found) if row else None


def shared_by_others(actor: Actor, found: Placement) -> tuple[Own, ...]:
    """The weighings that others have shared, by name. One query."""
    policy.require(actor, "placement.view")
    rows = models.Weighing.objects.filter(shared=True).exclude(user_id=_user(actor)).select_related("user")
    return tuple(_of(row, found) for row in sorted(rows, key=lambda row: (row.user.name, row.pk)))


def all_shared(actor: Actor, found: Placement) -> tuple[Own, ...]:
    """Every weighing that somebody has shared, the actor's own too. One query."""
    policy.require(actor, "placement.view")
    rows = models.Weighing.objects.filter(shared=True).select_related("user").order_by("pk")
    return tuple(_of(row, found) for row in rows)


def _of(row: models.Weighing, found: Placement) -> Own:
    return _own(
        Content.model_validate(row.content),
        found,
        owner=row.user.name,
        note=row.note,
        shared=row.shared,
        changed_at=row.changed_at,
    )


def _own(
    content: Content,
    found: Placement,
    *,
    owner: str = "",
    note: str = "",
    shared: bool = False,
    changed_at: datetime | None = None,
) -> Own:
    suggested = {one.code: said(one.label) for one in found.criteria}
    labels = {one.code: suggested.get(one.code) or one.label or one.code for one in content.criteria}
    weighed = []
    for line in found.lines:
        stored = content.strengths.get(line.code, Strength())
        # Where the user has put it, which may be nowhere; else where it belongs, if that criterion is left.
        own = stored.criterion or line.criterion
        place = own if own in labels else ""
        weighed.append(Weighed(line, place, stored.strength))
    return Own(content, labels, tuple(weighed), owner, note, shared, changed_at)


# --- writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GivenCriterion:
    """A criterion as it was filled in. ``key`` is what the arguments of the same form call it."""

    key: str
    label: str
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class GivenStrength:
    strength: int | None
    criterion: str = ""


def own_code(label: str) -> str:
    """The code of a criterion with words of its own: the same words give the same code, whoever writes them."""
    words = label.casefold()
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    short = re.sub(r"[^a-z0-9]+", "_", plain)[:20].strip("_")
    return f"{OWN}{short}_{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def _code(file: PlacementFile, label: str) -> tuple[str, str]:
    """The code of a criterion and the words to keep. A suggested criterion is one that still has its suggested name."""
    for one in file.criteria:
        if label.casefold() in {one.label.sv.casefold(), one.label.en.casefold()}:
            return one.code, one.label.sv[:LABEL_LENGTH]
    return own_code(label), label


def _content(found: Placement, criteria: Sequence[GivenCriterion], strengths: Mapping[str, GivenStrength]) -> Content:
    """What was filled in, checked. Raises ``ValidationError`` with all faults."""
    faults: list[str] = []
    if not criteria:
        faults.append(_("Det behövs minst ett kriterium. Skriv ett, eller börja om från de föreslagna."))
    if len(criteria) > MOST_CRITERIA:
        faults.append(
            _("Det är %(count)d kriterier. Högst %(most)d går att väga mot varandra; ta bort eller slå ihop några.")
            % {"count": len(criteria), "most": MOST_CRITERIA}
        )
    codes: dict[str, str] = {}
    kept: dict[str, CriterionWeight] = {}
    for given in criteria:
        label = " ".join(given.label.split())
        if not label or len(label) > LABEL_LENGTH:
            faults.append(_("Ge varje kriterium ett namn på högst %(most)d tecken.") % {"most": LABEL_LENGTH})
            continue
        code, words = _code(found.file, label)
        if code in kept:
            faults.append(_("Två kriterier heter %(label)s. Byt namn på det ena eller ta bort det.") % {"label": label})
            continue
        if given.weight is not None and not 0 <= given.weight <= HEAVIEST:
            faults.append(
                _("Vikten för %(label)s är %(weight)d. Skriv ett heltal från 0 till %(most)d.")
                % {"label": label, "weight": given.weight, "most": HEAVIEST}
            )
            continue
        codes[given.key] = code
        kept[code] = CriterionWeight(code=code, label=words, weight=given.weight)
    stored: dict[str, Strength] = {}
    for line in found.lines:
        given_one = strengths.get(line.code)
        if given_one is None:
            continue
        if given_one.strength is not None and not 0 <= given_one.strength <= STRONGEST:
            faults.append(
                _("Styrkan för %(code)s är %(strength)d. Välj 0, 1, 2 eller %(most)d.")
                % {"code": line.code, "strength": given_one.strength, "most": STRONGEST}
            )
            continue
        place = codes.get(given_one.criterion, "")
        moved = "" if place == line.criterion else place or NOWHERE
        if given_one.strength is not None or moved:
            stored[line.code] = Strength(strength=given_one.strength, criterion=moved)
    if faults:
        raise ValidationError(list(dict.fromkeys(faults)))
    return Content(criteria=tuple(kept.values()), strengths=stored)


@transaction.atomic
def save(
    actor: Actor,
    *,
    found: Placement,
    criteria: Sequence[GivenCriterion],
    strengths: Mapping[str, GivenStrength],
    note: str = "",
) -> Own:
    """Save the user's weighing, all of it. What is shared stays shared. Raises ``ValidationError`` with all faults."""
    policy.require(actor, "placement.weigh")
    note = note.strip()
    if len(note) > NOTE_LENGTH:
        raise ValidationError({"note": _("Korta anteckningen till högst %(most)d tecken.") % {"most": NOTE_LENGTH}})
    if speaks_of_a_person(note) or names_somebody(note):
        raise ValidationError({"note": IMPERSONAL})
    content = _content(found, criteria, strengths)
    row, _made = models.Weighing.objects.update_or_create(
        user_id=_user(actor), defaults={"content": content.model_dump(mode="json"), "note": note}
    )
    audit.record(
        actor,
        "weighing.saved",
        object_type="weighing",
        object_ids=[row.pk],
        details={"criteria": len(content.criteria), "arguments": len(content.strengths)},
    )
    return _of(models.Weighing.objects.select_related("user").get(pk=row.pk), found)


@transaction.atomic
def share(actor: Actor, *, shared: bool) -> None:
    """Show one's weighing to everybody who may see the placement, with one's name, or take it back."""
    policy.require(actor, "placement.weigh")
    row = models.Weighing.objects.select_for_update().filter(user_id=_user(actor)).first()
    if row is None:
        raise ValidationError(_("Det finns ingen vägning att dela. Väg och spara först."))
    if row.shared == shared:
        return
    # Through the query set: sharing is no change of the weighing itself.
    models.Weighing.objects.filter(pk=row.pk).update(shared=shared)
    action = "weighing.shared" if shared else "weighing.unshared"
    audit.record(actor, action, object_type="weighing", object_ids=[row.pk])


def unique_names(weighings: Iterable[Own]) -> dict[str, Own]:
    """Name → weighing; people of the same name get a number."""
    found: dict[str, Own] = {}
    for one in weighings:
        name, number = one.owner, 2
        while name in found:
            name, number = f"{one.owner} ({number})", number + 1
        found[name] = one
    return found
