"""OR-Tools on a problem from :mod:`bench.matching`, in a process of its own: it cannot share one with HiGHS.

``python -m bench.matching_ortools flow|pairs|intervals PROBLEM.json SECONDS`` prints the answer as JSON: ``value``,
``placed``, ``bound`` (None when nothing is proven) and ``seconds`` for building and solving. CP-SAT is given what is
placed by hand to begin with.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from ortools.graph.python import min_cost_flow
from ortools.sat.python import cp_model


def flow(problem: dict[str, Any], _limit: float) -> dict[str, Any]:
    """Source → household → home → sink, and source → sink for those without a home: min-cost flow."""
    seekers, homes = problem["seekers"], problem["homes"]
    network = min_cost_flow.SimpleMinCostFlow()
    source, sink = seekers + homes, seekers + homes + 1
    for seeker in range(seekers):
        network.add_arc_with_capacity_and_unit_cost(source, seeker, 1, 0)
        network.add_arc_with_capacity_and_unit_cost(seeker, sink, 1, 0)
    for home in range(homes):
        network.add_arc_with_capacity_and_unit_cost(seekers + home, sink, 1, 0)
    arcs = [
        network.add_arc_with_capacity_and_unit_cost(seeker, seekers + home, 1, -gain)
        for seeker, home, gain in problem["pairs"]
    ]
    network.set_node_supply(source, seekers)
    network.set_node_supply(sink, -seekers)
    status = network.solve()
    assert status == network.OPTIMAL
    value = -network.optimal_cost()
    return {"value": value, "bound": value, "placed": sum(network.flow(arc) for arc in arcs)}


def pairs(problem: dict[str, Any], limit: float) -> dict[str, Any]:
    """CP-SAT with a variable for each pair."""
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _pair in problem["pairs"]]
    rows: dict[tuple[str, int], list[cp_model.IntVar]] = {}
    for (seeker, home, _gain), var in zip(problem["pairs"], chosen, strict=True):
        rows.setdefault(("seeker", seeker), []).append(var)
        rows.setdefault(("home", home), []).append(var)
    for members in rows.values():
        model.add_at_most_one(members)
    for group in problem["groups"]:
        members = [var for home in group["homes"] for var in rows.get(("home", home), ())]
        model.add(sum(members) <= group["most"])
    known = {(seeker, home) for seeker, home, _day in problem["known"]}
    for (seeker, home, _gain), var in zip(problem["pairs"], chosen, strict=True):
        model.add_hint(var, (seeker, home) in known)
    model.maximize(sum(gain * var for (_s, _h, gain), var in zip(problem["pairs"], chosen, strict=True)))
    return _solved(model, chosen, limit)


def intervals(problem: dict[str, Any], limit: float) -> dict[str, Any]:
    """CP-SAT with optional intervals: each household has one start, each of its homes an interval that may be there."""
    model = cp_model.CpModel()
    known = {(seeker, home): day for seeker, home, day in problem["known"]}
    of_seeker: dict[int, list[tuple[int, int, int, int]]] = {}
    for seeker, *option in problem["options"]:
        of_seeker.setdefault(seeker, []).append(tuple(option))
    in_home: dict[int, list[cp_model.IntervalVar]] = {}
    chosen, gains = [], []
    for seeker, options in of_seeker.items():
        low, high = min(first for *_rest, first, _latest in options), max(latest for *_rest, latest in options)
        ends = [end + 1 for end in problem["ends"][problem["stay_of"][seeker]][low : high + 1]]
        waits = problem["waiting"][seeker][low : high + 1]
        start = model.new_int_var(low, high, "")
        end = model.new_int_var(min(ends), max(ends), "")
        size = model.new_int_var(0, max(ends), "")
        points = model.new_int_var(0, max(waits), "")
        at_start = model.new_int_var(min(waits), max(waits), "")
        model.add_element(start - low, ends, end)
        model.add_element(start - low, waits, at_start)
        model.add(size == end - start)
        members = []
        for home, gain, first, latest in options:
            there = model.new_bool_var("")
            members.append(there)
            gains.append(gain * there)
            model.add_linear_constraint(start, first, latest).only_enforce_if(there)
            in_home.setdefault(home, []).append(model.new_optional_interval_var(start, size, end, there, ""))
            model.add_hint(there, (seeker, home) in known)
            if (seeker, home) in known:
                model.add_hint(start, known[seeker, home])
        model.add_at_most_one(members)
        model.add(points <= at_start)
        model.add(points <= max(waits) * sum(members))
        gains.append(points)
        chosen += members
    for members_of_home in in_home.values():
        model.add_no_overlap(members_of_home)
    model.maximize(sum(gains))
    return _solved(model, chosen, limit)


def _solved(model: cp_model.CpModel, chosen: list[cp_model.IntVar], limit: float) -> dict[str, Any]:
    found = cp_model.CpSolver()
    found.parameters.max_time_in_seconds = limit
    status = found.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {"value": 0, "bound": None, "placed": 0}
    return {
        "value": round(found.objective_value),
        "bound": round(found.best_objective_bound),
        "placed": sum(map(found.boolean_value, chosen)),
    }


def main() -> None:
    how, path, limit = sys.argv[1:]
    problem = json.loads(Path(path).read_text("utf-8"))
    start = time.perf_counter()
    answer = {"flow": flow, "pairs": pairs, "intervals": intervals}[how](problem, float(limit))
    json.dump(answer | {"seconds": time.perf_counter() - start}, sys.stdout)


if __name__ == "__main__":
    main()
