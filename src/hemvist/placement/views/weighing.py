"""The pages where people weigh: what one's own weighing says and how robust it is, and how others who shared weigh.

The page says what speaks for what. It never says what should be decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hemvist.access import policy
from hemvist.access.decorators import requires
from hemvist.access.http import ActorRequest, form_data, form_page, pressed
from hemvist.placement import arguments, conditions, outcomes, weighings
from hemvist.placement.arguments import Placement
from hemvist.placement.forms.weighing import WeighingForm, WhatIf
from hemvist.placement.outcomes import Critical, Outcome, Together
from hemvist.placement.templatetags.weighing import percents, points
from hemvist.planning import weighing as planning
from hemvist.planning.weighing import Crossing, Result
from hemvist.web import charts, clock

CURVE_STEPS = 10


def _and(words: Iterable[str]) -> str:
    """*A, B och C*"""
    *head, last = list(words) or [""]
    return _("%(some)s och %(last)s") % {"some": ", ".join(head), "last": last} if head else last


def _labels(found: Placement) -> dict[str, str]:
    return {side.code: side.label for side in found.sides}


def _first_words(result: Result, labels: Mapping[str, str]) -> str:
    return _and(labels[code] for code in result.first)


# --- the page of a weighing -------------------------------------------------------------------------------------------


@require_safe
@requires("placement.view")
def weighing(request: ActorRequest) -> HttpResponse:
    found = arguments.placement(clock.today())
    own = weighings.mine(request.actor, found)
    others = weighings.shared_by_others(request.actor, found)
    changes = outcomes.asked_changes(found, request.GET.dict())
    result = outcomes.outcome(own, found, changes) if own else None
    holds = {**conditions.held(found.conditions), **changes}
    mine = [own] if own and own.ready_for(found) else []
    together = outcomes.together([*mine, *others], found, holds) if others else None
    labels = _labels(found)
    context: dict[str, Any] = {
        "found": found,
        "own": own,
        "outcome": result,
        "changes": [(found.conditions[code], held) for code, held in changes.items()],
        "what_if": WhatIf({code: request.GET.get(code, "") for code in found.conditions}, found=found),
        "others": others,
        "may_weigh": policy.may(request.actor, "placement.weigh"),
        "labels": labels,
    }
    if result:
        context |= _result_context(result, labels, request.GET.get("kriterium", ""))
    if together:
        context |= _together_context(together, found, mine[0].owner if mine else "")
    return render(request, "placement/weighing.html", context)


def _result_context(outcome: Outcome, labels: dict[str, str], criterion: str) -> dict[str, Any]:
    result = outcome.result
    standings = outcome.standings
    lines = {one.line.code: one.line for one in outcome.own.arguments}
    context: dict[str, Any] = {
        "headline": _headline(result, labels),
        "margin": _margin_words(outcome),
        "scenario_words": _scenario_words(outcome, labels),
        "robust": _robust(outcome, labels),
        "critical": [(row, _critical_words(row, labels)) for row in outcome.critical],
        "rivals_of_first": [labels[one.side.code] for one in standings[1:]],
        "first_words": _first_words(result, labels),
        "decisive": [(row, lines[row.code], _and(labels[code] for code in row.first)) for row in outcome.decisive],
        "flips": [(flip, _first_words(flip.scenario.after, labels)) for flip in outcome.flips],
        "contributions": _contributions(outcome),
        "shares": _shares(outcome, labels),
        "favoured": _favoured(outcome, labels),
    }
    if not outcome.alone:
        chosen = criterion if criterion in outcome.model.weights else _interesting(outcome)
        context["curve"] = _curve(outcome, labels, chosen)
        context["curve_criterion"] = chosen
    return context


def _headline(result: Result, labels: Mapping[str, str]) -> str:
    words = {"first": _first_words(result, labels)}
    if not any(one.total for one in result.ranked):
        return _("Inget av det du har vägt väger i dag.")
    if len(result.first) > 1:
        return _("Med dina vikter ligger %(first)s lika.") % words
    return _("Med dina vikter ligger %(first)s först.") % words


def _margin_words(outcome: Outcome) -> str:
    """How far it is to the next, when one is first."""
    if len(outcome.standings) < 2 or len(outcome.result.first) > 1:
        return ""
    first, second = outcome.standings[:2]
    whole = round((first.value.total - second.value.total) * 100)
    if not whole:
        return _("Skillnaden till nästa är mindre än en poäng, på en skala från −100 till +100.")
    return _("Skillnaden till nästa är %(points)d poäng, på en skala från −100 till +100.") % {"points": whole}


def _scenario_words(outcome: Outcome, labels: Mapping[str, str]) -> str:
    if not outcome.changes:
        return ""
    scenario = outcome.scenario
    before, after = _first_words(scenario.before, labels), _first_words(scenario.after, labels)
    if scenario.changes_first:
        return _("Som det är i dag ligger %(before)s först. Med det du har antagit ligger %(after)s först.") % {
            "before": before,
            "after": after,
        }
    if scenario.before == scenario.after:
        return _("Antagandet ändrar ingenting i din vägning.")
    return _("Antagandet ändrar värdena, men inte vad som ligger först: %(after)s.") % {"after": after}


def _crossing_words(one: Crossing, labels: Mapping[str, str], criterion: str) -> str:
    today, then = percents(one.share, one.at or one.share)
    return _(
        "vikten för %(criterion)s ändras från %(today)s till %(then)s av all vikt. "
        "Där byter %(leader)s och %(other)s plats."
    ) % {
        "criterion": criterion,
        "today": today,
        "then": then,
        "leader": labels[one.leader],
        "other": labels[one.other],
    }


def _robust(outcome: Outcome, labels: Mapping[str, str]) -> list[str]:
    """How much it takes, in sentences."""
    names = outcome.own.labels
    if len(outcome.standings) < 2:
        return []
    if outcome.alone:
        return [_("Ett enda kriterium har all vikt. Ge fler kriterier vikt för att se hur känsligt resultatet är.")]
    found = []
    first, order = outcome.first_change, outcome.order_change
    if len(outcome.result.first) > 1 or (first and not first.change):
        found.append(_("Det ligger lika: minsta ändring av en vikt skiljer dem åt."))
    elif first:
        words = _crossing_words(first, labels, names[first.criterion])
        found.append(_("Minsta ändringen av en enda vikt som byter vad som ligger först: %(words)s") % {"words": words})
    else:
        found.append(_("Ingen ändring av en enda vikt byter vad som ligger först."))
    if order and order.change and (not first or order != first):
        words = _crossing_words(order, labels, names[order.criterion])
        found.append(_("Längre ner i ordningen räcker det att %(words)s") % {"words": words})
    return found


def _critical_words(row: Critical, labels: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """For each of the others: the weight at which it and the first change places, and whether there is one."""
    found = []
    for one in row.crossings:
        if one.at is None:
            found.append((labels[one.other], _("nej"), False))
            continue
        _today, then = percents(one.share, one.at)
        weight = round(one.weight or 0)
        if weight <= planning.HEAVIEST:
            told = _("vid %(then)s (vikt %(weight)d)") % {"then": then, "weight": weight}
        else:
            told = _("vid %(then)s (sänk de andra)") % {"then": then}
        found.append((labels[one.other], told, True))
    return found


def _contributions(outcome: Outcome) -> charts.Chart:
    """What each criterion with weight gives each alternative."""
    shown = [row for row in outcome.critical if row.share and row.used]
    return charts.balance(
        _("Vad varje kriterium ger varje alternativ"),
        [row.label for row in shown],
        [
            charts.Series(one.side.label, [round(one.value.parts[row.criterion] * 100) for row in shown])
            for one in outcome.standings
        ],
        description=_("Åt höger talar för, åt vänster talar emot. Det mest vägande kriteriet står överst."),
        unit=_("poäng"),
    )


def _shares(outcome: Outcome, labels: Mapping[str, str]) -> charts.Chart:
    shares = outcome.acceptability.shares
    codes = [one.side.code for one in outcome.standings]
    return charts.rows(
        _("Hur stor del av alla tänkbara vikter som sätter var och en först"),
        [labels[code] for code in codes],
        charts.Series(_("Del av vikterna"), [round(shares[code] * 100) for code in codes]),
        description=_("Med dina styrkor på argumenten, men utan dina vikter."),
        unit="%",
    )


def _favoured(outcome: Outcome, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """For each alternative that can be first: the criteria that weigh more than evenly where it is."""
    central, even = outcome.acceptability.central, 1 / len(outcome.model.weights)
    found = []
    for one in outcome.standings:
        weights = central.get(one.side.code, {})
        heavy = sorted((c for c, share in weights.items() if share > even * 1.1), key=lambda c: -weights[c])[:3]
        if heavy:
            found.append((labels[one.side.code], _and(outcome.own.labels[c] for c in heavy)))
    return found


def _interesting(outcome: Outcome) -> str:
    """The criterion to begin the curve with: where the least change matters, else the heaviest."""
    return outcome.first_change.criterion if outcome.first_change else outcome.critical[0].criterion


def _curve(outcome: Outcome, labels: Mapping[str, str], criterion: str) -> charts.Chart:
    """Each alternative's value when one criterion has from none to all of the weight."""
    steps = [Fraction(n, CURVE_STEPS) for n in range(CURVE_STEPS + 1)]
    results = [planning.value_at(outcome.model, outcome.holds, criterion, share) for share in steps]
    return charts.line(
        _("Om vikten för %(criterion)s ändras") % {"criterion": outcome.own.labels[criterion]},
        [f"{round(share * 100)} %" for share in steps],
        [
            charts.Series(labels[one.side.code], [round(r.total(one.side.code) * 100) for r in results])
            for one in outcome.standings
        ],
        description=_("Kriteriets del av all vikt. De andra behåller sina proportioner. I dag är den %(share)s.")
        % {"share": percents(outcome.model.shares[criterion], Fraction(-1))[0]},
        unit=_("poäng"),
    )


def _together_context(together: Together, found: Placement, me: str) -> dict[str, Any]:
    labels, comparison = _labels(found), together.comparison
    sides = [side.code for side in found.rivals]
    lines = {line.code: line for line in found.lines}
    return {
        "together": together,
        "rivals": [labels[code] for code in sides],
        "people": [
            (
                _("%(name)s (du)") % {"name": name} if name == me else name,
                [(labels[code], points(result.total(code))) for code in sides],
                _first_words(result, labels),
            )
            for name, result in comparison.results.items()
        ],
        "disputed": [(lines[one.code], one) for one in comparison.arguments if one.width >= 2 and one.code in lines][
            :5
        ],
        "spread_chart": charts.rows(
            _("Hur vikten fördelas"),
            [together.labels.get(one.code, one.code) for one in comparison.criteria if one.high],
            charts.Series(
                _("Mitten"),
                [round(one.middle * 100) for one in comparison.criteria if one.high],
                [(round(one.low * 100), round(one.high * 100)) for one in comparison.criteria if one.high],
            ),
            description=_("Mitten och spridningen bland dem som har vägt. Det som skiljer mest står överst."),
            unit="%",
        ),
    }


# --- weighing ---------------------------------------------------------------------------------------------------------


@form_page
@requires("placement.weigh")
def weighing_edit(request: ActorRequest) -> HttpResponse:
    """All of the weighing in one form. ``?nytt=1`` begins anew from the suggested criteria; nothing is lost until it
    is saved.
    """
    found = arguments.placement(clock.today())
    saved = weighings.mine(request.actor, found)
    anew = saved is None or "nytt" in request.GET
    own = weighings.fresh(found) if anew or saved is None else saved
    form = WeighingForm(form_data(request), own=own, found=found, initial={"note": own.note})
    if request.method == "POST" and form.is_valid():
        try:
            weighings.save(
                request.actor,
                found=found,
                criteria=form.criteria,
                strengths=form.strengths,
                note=form.cleaned_data["note"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Din vägning är sparad."))
            return redirect("weighing")
    context = {"form": form, "own": own, "found": found, "saved": saved, "anew": anew}
    return render(request, "placement/weighing_edit.html", context)


@require_POST
@requires("placement.weigh")
def weighing_share(request: ActorRequest) -> HttpResponse:
    shared = request.POST.get("dela") == "1"
    words = _("Andra ser nu din vägning, med ditt namn.") if shared else _("Din vägning syns nu bara för dig.")
    pressed(request, lambda: weighings.share(request.actor, shared=shared), words)
    return redirect("weighing")
