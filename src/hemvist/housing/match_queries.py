"""A matching as it is read: the proposals that the actor may see, what has changed since, and why just that home.

A run is kept by id. Who may see a household or a dwelling is asked when it is read, not when it was run.
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.errors import NotVisible
from hemvist.housing import need_queries, reach
from hemvist.housing.matching import (
    RUN,
    SET_ASIDE,
    Inputs,
    gather,
    kept_matching,
    kept_policy,
    mark_of,
    searched_until,
    state_of,
)
from hemvist.housing.models import Dwelling, HousingNeed, MatchRun, Offer
from hemvist.housing.need_queries import NeedRow
from hemvist.law.types import Step, gettext_noop
from hemvist.planning.matching import FULL, NAMES, WISHES, Alternative, Matching, Placement, explain, match

ALTERNATIVES = 5
# Runs with protected households that are looked through, the latest.
LOOKED_THROUGH = 50
# Somebody waits for the page: so long for the proposal when it is worked out anew, so long for all alternatives, and so
# long for one more that is asked about.
WHY_SECONDS = 5.0

# --- a run as it is read ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposed:
    """A dwelling proposed for a need. ``offer`` is the offer that waits for an answer, of this or another dwelling."""

    row: NeedRow
    dwelling: Dwelling
    move_in: date
    score: int
    # Criteria that gave no points.
    unmet: tuple[str, ...] = ()

    @property
    def over_rent(self) -> bool:
        return self.row.need.rent_max is not None and self.dwelling.rent > self.row.need.rent_max

    @property
    def wishes_unmet(self) -> list[str]:
        """The wishes that the dwelling does not meet at all, in the reader's language."""
        return [_(NAMES[name]) for name in WISHES if name in self.unmet]

    @property
    def offer(self) -> Offer | None:
        return self.row.open_offer

    @property
    def locked(self) -> bool:
        return self.row.need.locked_to_id == self.dwelling.pk

    @property
    def percent(self) -> int:
        """How much of what weighs is met."""
        return round(self.score / 10)


@dataclass(frozen=True, slots=True)
class Without:
    """A need that got no proposal: what stood in the way, and what would help."""

    row: NeedRow
    steps: tuple[Step, ...]
    helps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is not as it was when the matching was run, in numbers."""

    needs_new: int = 0
    needs_changed: int = 0
    needs_gone: int = 0
    homes_new: int = 0
    homes_changed: int = 0
    homes_gone: int = 0
    policy: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.policy
            or self.needs_new
            or self.needs_changed
            or self.needs_gone
            or self.homes_new
            or self.homes_changed
            or self.homes_gone
        )


@dataclass(frozen=True, slots=True)
class RunPage:
    run: MatchRun
    proposals: tuple[Proposed, ...]
    without: tuple[Without, ...]
    # Proposals that this actor may not see today.
    withheld: int
    # Codes of dwellings in an area that housing.yaml did not know; those that the actor may be shown today.
    outside: tuple[str, ...]
    changes: Changes | None

    @property
    def result(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.run.result
        return found

    @property
    def needs(self) -> int:
        return len(self.result["needs"])

    @property
    def homes(self) -> int:
        return len(self.result["homes"])

    @property
    def placed(self) -> int:
        return int(self.result["placed"])

    @property
    def left(self) -> int:
        return self.needs - self.placed

    @property
    def proof(self) -> tuple[Step, ...]:
        """What is proven of the whole."""
        return tuple(Step.from_json(one) for one in self.result["summary"])

    @property
    def met(self) -> int:
        """How much of what weighs is met, in percent, on average over those who get a home."""
        return _average(self.result["score"], self.placed)

    @property
    def by_hand(self) -> int:
        return int(self.result["by_hand"]["placed"])

    @property
    def by_hand_met(self) -> int:
        return _average(self.result["by_hand"]["score"], self.by_hand)

    @property
    def as_by_hand(self) -> bool:
        """Whether taking the households in turn gives the same, in the numbers that are shown."""
        return (self.placed, self.met) == (self.by_hand, self.by_hand_met)


def _average(score: int, placed: int) -> int:
    return round(score / placed / 10) if placed else 0


@transaction.atomic
def latest(actor: Actor, today: date, now: Inputs | None = None) -> RunPage | None:
    """The latest matching in the actor's branches, with what has changed since. One audit row when there is one.

    ``now`` is what a matching would be made of today, when the caller has gathered it already.
    """
    policy.require(actor, RUN)
    found = latest_run(actor, today)
    return _page(actor, found, today, now or gather(actor, today)) if found else None


@transaction.atomic
def read(actor: Actor, run_id: uuid.UUID, today: date) -> RunPage:
    """An earlier matching, with what the actor may see of it today. One audit row. Raises :class:`NotVisible`."""
    policy.require(actor, RUN)
    found = runs(actor, today, run_id).first()
    if found is None:
        raise NotVisible(action=RUN, object_id=str(run_id))
    return _page(actor, found, today, None)


def runs(actor: Actor, today: date, wanted: uuid.UUID | None = None) -> QuerySet[MatchRun]:
    """The matchings of the actor's branches, or only the ``wanted``, the latest first. Three queries before it is read.

    One that was run with a household that was protected then, and is, is for those who may know of it: the numbers
    alone would tell that it is there. Of those the latest are looked through; all others are there for everybody.
    """
    own = MatchRun.objects.filter(branch_id__in=actor.branches(RUN)).order_by("-run_at")
    if wanted is not None:
        own = own.filter(pk=wanted)
    closed = own.filter(result__protected__0__isnull=False).values_list("pk", "result__protected")[:LOOKED_THROUGH]
    protected = {run_id: set(needs) for run_id, needs in closed}
    may_know = reach.cases(actor, RUN, reach.NEED, today, "case__") | Q(case__protected_since__isnull=True)
    known = HousingNeed.objects.filter(may_know, pk__in=set().union(*protected.values())).values_list("pk", flat=True)
    told = {str(need_id) for need_id in known}
    shown = [run_id for run_id, needs in protected.items() if needs <= told]
    return own.filter(Q(result__protected=[]) | Q(pk__in=shown)).select_related("run_by")


def latest_run(actor: Actor, today: date) -> MatchRun | None:
    found: MatchRun | None = runs(actor, today).first()
    return found


def _page(actor: Actor, found: MatchRun, today: date, now: Inputs | None) -> RunPage:
    result = found.result
    ids = [*(one["need"] for one in result["placements"]), *(one["need"] for one in result["unplaced"])]
    needs = need_queries.visible_needs(actor, today, RUN).filter(pk__in=ids)
    rows = {str(row.need.pk): row for row in need_queries.need_rows(actor, list(need_queries.with_parts(needs)), today)}
    dwellings = need_queries.dwellings_by_id(actor, [uuid.UUID(one["dwelling"]) for one in result["placements"]], today)
    shown = _codes_shown(actor, result, today)
    proposals = tuple(
        Proposed(
            rows[one["need"]],
            dwellings[uuid.UUID(one["dwelling"])],
            date.fromisoformat(one["move_in"]),
            one["score"],
            tuple(name for name, points in one["parts"].items() if not points),
        )
        for one in result["placements"]
        if one["need"] in rows and uuid.UUID(one["dwelling"]) in dwellings
    )
    without = tuple(
        _without(rows[one["need"]], one["obstacles"], shown, found.run_on)
        for one in result["unplaced"]
        if one["need"] in rows
    )
    seen = [*(one.row for one in proposals), *(one.row for one in without)]
    audit.record(
        actor,
        "matching.viewed",
        object_type="housing_need",
        object_ids=[row.need.pk for row in seen],
        fields=need_queries.fields_read(seen),
        details={"run": found.pk},
    )
    return RunPage(
        run=found,
        proposals=tuple(sorted(proposals, key=lambda one: (one.move_in, one.row.case.number))),
        without=tuple(sorted(without, key=lambda one: (one.row.need.wanted_by, one.row.case.number))),
        withheld=len(ids) - len(seen),
        outside=tuple(code for code in result["outside"] if code in shown),
        changes=changed_since(actor, found, now, today) if now else None,
    )


def _codes_shown(actor: Actor, result: Mapping[str, Any], today: date) -> set[str]:
    """Of the dwellings that a run names by code, those that the actor may be shown today. Two queries at most."""
    steps = [one["step"] for each in result["unplaced"] for one in each["obstacles"]]
    named = {*result["outside"], *(step["values"]["home"] for step in steps if "home" in step["values"])}
    found = Dwelling.objects.filter(reach.dwellings(actor, today), code__in=named)
    return set(found.values_list("code", flat=True))


def _without(row: NeedRow, obstacles: Iterable[Mapping[str, Any]], shown: Container[str], today: date) -> Without:
    kinds = {one["kind"] for one in obstacles}
    steps = [Step.from_json(one["step"]) for one in obstacles]
    # What stood in the way of a dwelling that may no longer be shown tells of it too.
    if any(step.values.get("home", "") not in shown for step in steps if "home" in step.values):
        steps = [Step(SET_ASIDE)]
    return Without(row, tuple(steps), helps(row.need, kinds, today))


def helps(need: HousingNeed, kinds: Iterable[str], today: date) -> tuple[Step, ...]:
    """What would give the household a home, by what stood in the way. Left to people: whether it can be done."""
    stood = set(kinds)
    if stood == {"locked"}:
        text = gettext_noop("Välj en annan bostad åt hushållet, eller ta bort valet så att förslaget blir fritt.")
        return (Step(text),)
    if need.step_free and need.rooms:
        text = gettext_noop("En stegfri bostad med minst {rooms} rum och plats för {persons} saknas till den {day}.")
    elif need.step_free:
        text = gettext_noop("En stegfri bostad med plats för {persons} saknas till den {day}.")
    elif need.rooms:
        text = gettext_noop("En bostad med minst {rooms} rum och plats för {persons} saknas till den {day}.")
    else:
        text = gettext_noop("En bostad med plats för {persons} saknas till den {day}.")
    values = {"persons": need.persons, "day": searched_until(need, today)}
    found = [Step(text, values | ({"rooms": need.rooms} if need.rooms else {}))]
    if "limit" in stood:
        found.append(Step(gettext_noop("Det hjälper också om kommunen låter fler hushåll bo i ett av områdena.")))
    if "dates" in stood:
        found.append(Step(gettext_noop("Det hjälper också om en bostad blir ledig tidigare, eller om dagarna ändras.")))
    if "declined" in stood:
        found.append(Step(gettext_noop("Fråga hushållet igen om en bostad som det har tackat nej till.")))
    return tuple(found)


def changed_since(actor: Actor, found: MatchRun, now: Inputs, today: date) -> Changes:
    """What is not as it was: among the needs that the actor may know of, the dwellings, and the policy."""
    then = found.result
    marks = {str(need.pk): mark_of(need) for need in now.needs}
    seen = {
        str(pk)
        for pk in need_queries.visible_needs(actor, today, RUN)
        .filter(pk__in=then["needs"])
        .values_list("pk", flat=True)
    }
    before = {key: mark for key, mark in then["needs"].items() if key in seen}
    homes = {str(now.dwellings[home.key].pk): state_of(home) for home in now.homes}
    return Changes(
        needs_new=len(marks.keys() - before.keys()),
        needs_changed=sum(before[key] != marks[key] for key in before.keys() & marks.keys()),
        needs_gone=len(before.keys() - marks.keys()),
        homes_new=len(homes.keys() - then["homes"].keys()),
        homes_changed=sum(
            _differs(then["homes"][key], homes[key], today) for key in homes.keys() & then["homes"].keys()
        ),
        homes_gone=len(then["homes"].keys() - homes.keys()),
        policy=_decided(found.policy) != _decided(kept_policy(now)),
    )


def _decided(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The policy without how many live in each area, which nobody decides."""
    areas = {area["code"]: {**area, "housed": 0} for area in kept["areas"]}
    return {**kept, "areas": areas}


def _differs(then: Mapping[str, str], now: Mapping[str, str], today: date) -> bool:
    first = today.isoformat()
    return then["mark"] != now["mark"] or max(then["from"], first) != max(now["from"], first)


# --- why --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """How many points a criterion gives a home, of at most how many; all together give 1000."""

    criterion: str
    given: int
    most: int

    @property
    def name(self) -> str:
        return NAMES[self.criterion]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The home that the matching proposes, with what each criterion gives."""

    dwelling: Dwelling
    move_in: date
    score: int
    parts: tuple[Part, ...]

    @property
    def percent(self) -> int:
        return round(self.score / 10)


@dataclass(frozen=True, slots=True)
class Other:
    """Another home. ``steps`` say why it was not proposed; ``percent`` is None for one that is not possible."""

    dwelling: Dwelling
    possible: bool
    percent: int | None
    steps: tuple[Step, ...]
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """``seeking`` is false for a need that is not matched: met, withdrawn, or with an offer that waits.

    So it is when it is set ``aside``: a dwelling is chosen that may not be shown to all.
    """

    row: NeedRow
    seeking: bool
    aside: bool = False
    chosen: Chosen | None = None
    # The nearest, after the one that was asked about.
    alternatives: tuple[Other, ...] = ()
    without: Without | None = None
    optimal: bool = True
    # All that can be asked about.
    others: tuple[Dwelling, ...] = ()


def explained(
    actor: Actor, need_id: uuid.UUID, today: date, *, compare: str = "", time_limit: float = WHY_SECONDS
) -> Why:
    """Why the household would get that home and not another, from what is known today. One audit row.

    ``compare`` is the id of a dwelling that is asked about, as typed: one that is not in the matching is none, so none
    is told of that may not be shown (see ``gather``).

    The latest matching is taken as it was kept when nothing at all has changed since, else it is worked out anew in
    ``time_limit`` seconds; so many are given to all alternatives together, too, and to the one that is asked about.
    Nothing is kept of it.

    Raises :class:`NotVisible` for a need that the actor may not know of.
    """
    policy.require(actor, RUN)
    row = need_queries.get_need(actor, need_id, today=today, permission=RUN, action="matching.explained")
    found = gather(actor, today)
    key = row.case.number
    if key not in {one.key for one in found.seekers}:
        return Why(row, seeking=False, aside=row.need in found.aside)
    asked = (found.seekers, found.homes, found.areas, found.policy)
    matching = kept_matching(latest_run(actor, today), found) or match(*asked, time_limit=time_limit)
    told = explain(matching, *asked, key, most=ALTERNATIVES, time_limit=time_limit).alternatives
    mine = next((one for one in matching.placements if one.seeker == key), None)
    left = next((one for one in matching.unplaced if one.seeker == key), None)
    others = {code: one for code, one in found.dwellings.items() if mine is None or code != mine.home}
    wanted = next((code for code, one in others.items() if str(one.pk) == compare), "")
    if wanted and wanted not in {one.home for one in told}:
        told = (_alone(found, matching, key, wanted, time_limit), *told)
    return Why(
        row,
        seeking=True,
        chosen=_chosen(found, mine) if mine else None,
        alternatives=tuple(
            Other(
                found.dwellings[one.home],
                one.possible,
                None if one.score is None else round(one.score / 10),
                one.steps,
                asked=one.home == wanted,
            )
            for one in sorted(told, key=lambda one: one.home != wanted)
        ),
        without=Without(row, left.steps, helps(row.need, (one.kind for one in left.obstacles), today))
        if left
        else None,
        optimal=matching.optimal,
        others=tuple(others.values()),
    )


def _alone(found: Inputs, matching: Matching, key: str, wanted: str, time_limit: float) -> Alternative:
    """The ``wanted`` home, told as the nearest are.

    As if the household had said no to all others: what it would mean for all is counted for this one only.
    """
    rest = frozenset(home.key for home in found.homes if home.key != wanted)
    seekers = [replace(one, declined=one.declined | rest) if one.key == key else one for one in found.seekers]
    asked = (seekers, found.homes, found.areas, found.policy)
    told = explain(matching, *asked, key, most=len(found.homes), time_limit=time_limit)
    return next(one for one in told.alternatives if one.home == wanted)


def _chosen(found: Inputs, mine: Placement) -> Chosen:
    whole = sum(found.policy.weights[name] for name in mine.parts)
    return Chosen(
        found.dwellings[mine.home],
        mine.move_in,
        mine.score,
        tuple(Part(name, points, FULL * found.policy.weights[name] // whole) for name, points in mine.parts.items()),
    )
