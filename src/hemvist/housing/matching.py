"""Homes proposed for all households together: what goes in, worked out and kept.

The matching gets needs, dwellings, areas and the municipality's weights; never origin, religion, language or any other
trait of a person. It proposes. What becomes of a proposal is an offer, which a person makes (see ``housing.offers``).
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from hemvist.access import audit, policy
from hemvist.access.actor import Actor, system_actor
from hemvist.housing import need_queries, policy_data, queries
from hemvist.housing.models import Dwelling, HousingNeed, MatchRun, Offer, Tenancy
from hemvist.law import parameters
from hemvist.law.acts import starts
from hemvist.law.calendar import add_months
from hemvist.law.regime import Regime
from hemvist.law.types import Step, gettext_noop
from hemvist.organisation.housing_schema import HousingFile
from hemvist.planning.matching import (
    CRITERIA,
    Area,
    Home,
    Matching,
    MatchPolicy,
    Obstacle,
    Placement,
    Seeker,
    Unplaced,
    Wish,
    first_come,
    match,
    summary,
    worth,
)
from hemvist.reception.models import Arrival, Assignment

RUN = "matching.run"
SECONDS = 20.0
# How far ahead a home is looked for when the last day has already passed.
LATE_DAYS = 30
# Said without which dwelling it is: who reads a run may not be the one who chose it.
SET_ASIDE = gettext_noop("En bostad är redan vald åt hushållet. Den är inte med i matchningen.")


# --- what goes in -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a matching is made of. ``outside`` are dwellings in an area that housing.yaml does not know.

    ``aside`` are those of the needs that are no seekers: the dwelling chosen for them may not be shown to all.
    """

    needs: tuple[HousingNeed, ...]
    aside: tuple[HousingNeed, ...]
    dwellings: Mapping[str, Dwelling]
    seekers: tuple[Seeker, ...]
    homes: tuple[Home, ...]
    outside: tuple[str, ...]
    areas: tuple[Area, ...]
    policy: MatchPolicy
    file: HousingFile


def gather(actor: Actor, today: date) -> Inputs:
    """The needs that the actor may know of and no offer waits for, the dwellings that can be let, and the policy.

    The dwellings are, for everybody, those that may be shown to all: a run is read by others than who ran it, and one
    dwelling more, or a home chosen there, would tell where a protected household lives. The need of such a household
    is matched for those who handle it, and that run is theirs alone (``match_queries.runs``).

    A fixed number of queries. Shows nobody anything; the caller logs. Raises ValidationError without housing.yaml.
    """
    nobody = system_actor("matching")
    file = policy_data.housing()
    known = {area.code for area in file.areas}
    needs = need_queries.seeking(actor, today, RUN)
    stays = _stays(needs, today)
    offered = set(Offer.objects.filter(status=Offer.Status.OPEN).values_list("dwelling_id", flat=True))
    stock = [one for one in queries.stock_for_planning(nobody, today) if one.dwelling.pk not in offered]
    inside = [one for one in stock if one.dwelling.area in known]
    shown = need_queries.dwellings_by_id(nobody, {need.locked_to_id for need in needs if need.locked_to_id}, today)
    aside = tuple(need for need in needs if need.locked_to_id and need.locked_to_id not in shown)
    return Inputs(
        needs=tuple(needs),
        aside=aside,
        dwellings={one.dwelling.code: one.dwelling for one in inside},
        seekers=tuple(_seeker(need, stays.get(need.case_id), today) for need in needs if need not in aside),
        homes=tuple(_home(one) for one in inside),
        outside=tuple(sorted(one.dwelling.code for one in stock if one.dwelling.area not in known)),
        areas=policy_data.match_areas(file, housed_by_area(today)),
        policy=policy_data.match_policy(file),
        file=file,
    )


def housed_by_area(today: date) -> Counter[str]:
    """How many households live or are to live in each area: leases that hold or begin, and offers not answered.

    Without protected ones, for everybody: a run is read by others than who ran it, and one more would tell where.
    """
    lived = Tenancy.objects.filter(
        case__protected_since__isnull=True, voided_at__isnull=True, moved_out_on__isnull=True
    )
    lived = lived.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    offered = Offer.objects.filter(status=Offer.Status.OPEN, need__case__protected_since__isnull=True)
    return Counter(lived.values_list("dwelling__area", flat=True)) + Counter(
        offered.values_list("dwelling__area", flat=True)
    )


def searched_until(need: HousingNeed, today: date) -> date:
    """The last day to move in that the matching asks for: the need's own, or soon when that has passed."""
    return need.wanted_by if need.wanted_by >= today else today + timedelta(days=LATE_DAYS)


def _seeker(need: HousingNeed, stays: int | None, today: date) -> Seeker:
    return Seeker(
        # Not the row's id, which is random: in turn, the older of two equal cases goes first.
        key=need.case.number,
        persons=need.persons,
        rooms=need.rooms,
        step_free=need.step_free,
        wanted_from=max(need.wanted_from, today),
        wanted_by=searched_until(need, today),
        stays_months=stays,
        rent_max=need.rent_max,
        wishes=tuple(Wish(kind=wish["kind"], area=wish.get("area", "")) for wish in need.wishes),
        locked_to=need.locked_to.code if need.locked_to else "",
        declined=frozenset(o.dwelling.code for o in need.offers.all() if o.status == Offer.Status.DECLINED),
    )


def _stays(needs: Sequence[HousingNeed], today: date) -> dict[uuid.UUID, int]:
    """Months to plan for, by case, where the right to housing is limited in time (lag (2026:1326) 12 §).

    From the reception, or from moving in when the household has not come. Planning only: when a person's right ends is
    told by ``law.housing_right``. Two queries.
    """
    cases = {need.case_id: need for need in needs}
    assigned = set(
        Assignment.objects.filter(
            household__case__in=cases, status=Assignment.Status.ACTIVE, regime=Regime.BOS_2026
        ).values_list("household__case", flat=True)
    )
    received: dict[uuid.UUID, date] = {}
    for case_id, on in Arrival.objects.filter(person__case__in=assigned, voided_at__isnull=True).values_list(
        "person__case", "on"
    ):
        received[case_id] = min(on, received.get(case_id, on))
    found = {}
    for case_id in assigned:
        first = max(cases[case_id].wanted_from, today)
        since = received.get(case_id, first)
        months = parameters.get("housing.right_months", max(since, starts(Regime.BOS_2026.act))).value
        end = add_months(since, months)
        left = (end.year - first.year) * 12 + end.month - first.month + (end.day > first.day)
        found[case_id] = max(1, left)
    return found


def _home(one: queries.StockHome) -> Home:
    dwelling = one.dwelling
    return Home(
        key=dwelling.code,
        capacity=dwelling.capacity,
        rooms=dwelling.rooms,
        area=dwelling.area,
        building=dwelling.building,
        step_free=dwelling.step_free,
        rent=dwelling.rent,
        free_from=one.free_from,
        free_until=one.free_until,
        blocked=one.blocks,
    )


# --- worked out and kept ----------------------------------------------------------------------------------------------


def run(actor: Actor, *, today: date, time_limit: float = SECONDS) -> MatchRun:
    """Propose homes for all that seek one, and keep the proposal. The working out holds no lock in the database."""
    policy.require(actor, RUN)
    found = gather(actor, today)
    matching = match(found.seekers, found.homes, found.areas, found.policy, time_limit=time_limit)
    by_hand = first_come(found.seekers, found.homes, found.areas, found.policy)
    return _keep(actor, found, matching, by_hand, today)


@transaction.atomic
def _keep(actor: Actor, found: Inputs, matching: Matching, by_hand: Matching, today: date) -> MatchRun:
    made = MatchRun.objects.create(
        branch_id=min(actor.branches(RUN)),
        run_on=today,
        run_by_id=actor.user_id,
        policy=kept_policy(found),
        result=_result(found, matching, by_hand),
    )
    audit.record(
        actor,
        "matching.ran",
        object_type="housing_need",
        object_ids=[need.pk for need in found.needs],
        fields=("housing_need",),
        details={"run": made.pk, "homes": len(found.homes), "placed": matching.placed},
    )
    return made


def kept_policy(found: Inputs) -> dict[str, Any]:
    """All of the municipality's that the matching rests on, and the decision behind it."""
    asked = found.file.matching
    return {
        **asdict(found.policy),
        "areas": [asdict(area) for area in found.areas],
        "reference": asked.decision_reference,
        "confirmed": asked.confirmed and found.file.confirmed,
    }


def _result(found: Inputs, matching: Matching, by_hand: Matching) -> dict[str, Any]:
    ids = {code: str(dwelling.pk) for code, dwelling in found.dwellings.items()}
    needs = {need.case.number: str(need.pk) for need in found.needs}
    return {
        "placements": [
            {
                "need": needs[one.seeker],
                "dwelling": ids[one.home],
                "move_in": one.move_in.isoformat(),
                "last_day": one.last_day.isoformat() if one.last_day else None,
                "score": one.score,
                "parts": dict(one.parts),
            }
            for one in matching.placements
        ],
        "unplaced": [
            {
                "need": needs[one.seeker],
                "obstacles": [{"kind": each.kind, "step": each.step.to_json()} for each in one.obstacles],
            }
            for one in matching.unplaced
        ]
        + [
            {"need": str(need.pk), "obstacles": [{"kind": "locked", "step": Step(SET_ASIDE).to_json()}]}
            for need in found.aside
        ],
        "protected": [str(need.pk) for need in found.needs if need.case.protected],
        "inputs": mark_of_inputs(found),
        "needs": {str(need.pk): mark_of(need) for need in found.needs},
        "homes": {ids[home.key]: state_of(home) for home in found.homes},
        "outside": list(found.outside),
        "optimal": matching.optimal,
        "gap_percent": _gap_percent(matching),
        "summary": [step.to_json() for step in summary(matching)],
        "placed": matching.placed,
        "score": matching.score,
        "bound": matching.bound,
        "method": matching.method,
        "by_hand": {"placed": by_hand.placed, "score": by_hand.score},
    }


def kept_matching(run: MatchRun | None, found: Inputs) -> Matching | None:
    """The matching that was kept, if it was made of just this; None when anything is another. No query.

    Obstacles come without the homes that they count.
    """
    if run is None or run.result.get("inputs") != mark_of_inputs(found):
        return None
    result = run.result
    keys = {str(need.pk): need.case.number for need in found.needs if need not in found.aside}
    codes = {str(dwelling.pk): code for code, dwelling in found.dwellings.items()}
    return Matching(
        placements=tuple(
            Placement(
                seeker=keys[one["need"]],
                home=codes[one["dwelling"]],
                move_in=date.fromisoformat(one["move_in"]),
                last_day=date.fromisoformat(one["last_day"]) if one["last_day"] else None,
                score=one["score"],
                # The database keeps no order of names.
                parts={name: one["parts"][name] for name in CRITERIA if name in one["parts"]},
            )
            for one in result["placements"]
        ),
        unplaced=tuple(
            Unplaced(
                keys[one["need"]],
                tuple(Obstacle(each["kind"], (), Step.from_json(each["step"])) for each in one["obstacles"]),
            )
            for one in result["unplaced"]
            if one["need"] in keys
        ),
        worth=worth(len(found.seekers)),
        bound=result["bound"],
        method=result["method"],
    )


def _gap_percent(matching: Matching) -> float:
    """How far from the best at most: in households when more may get a home, else in points. Never rounded down."""
    if matching.placed < matching.most_placed:
        part, whole = matching.most_placed - matching.placed, matching.most_placed
    else:
        part, whole = matching.bound - matching.value, matching.bound - matching.worth * matching.placed
    return -(-1000 * part // whole) / 10 if part else 0.0


def mark_of(need: HousingNeed) -> str:
    """A fingerprint of what the need said, to see later that it has been changed."""
    said = [
        need.persons,
        need.rooms,
        need.step_free,
        need.wanted_from,
        need.wanted_by,
        need.rent_max,
        need.wishes,
        need.locked_to_id,
        sorted(str(offer.dwelling_id) for offer in need.offers.all() if offer.status == Offer.Status.DECLINED),
    ]
    return _fingerprint(said)


def state_of(home: Home) -> dict[str, Any]:
    """What was known of the home; ``from`` apart, since a home that was to be free and now is has not changed."""
    said = [
        home.capacity,
        home.rooms,
        home.area,
        home.building,
        home.step_free,
        home.rent,
        home.free_until,
        home.blocked,
    ]
    return {
        "from": home.free_from.isoformat(),
        "mark": _fingerprint(said),
    }


def mark_of_inputs(found: Inputs) -> str:
    """A fingerprint of all that a matching is made of, so that what was worked out need not be so again."""
    ids = [one.pk for one in (*found.needs, *found.aside, *found.dwellings.values())]
    parts = (found.seekers, found.homes, found.areas, (found.policy,))
    return _fingerprint([ids, *([asdict(one) for one in part] for part in parts)])


def _fingerprint(said: object) -> str:
    def plain(one: object) -> object:
        return sorted(one) if isinstance(one, frozenset) else str(one)

    return hashlib.sha256(json.dumps(said, default=plain).encode()).hexdigest()[:16]
