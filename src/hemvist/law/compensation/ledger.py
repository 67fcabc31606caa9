"""All that the state owes for one person, in the order in which it falls due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from hemvist.law.calendar import ONE_DAY, quarter_of
from hemvist.law.compensation.facts import CompensationFacts, Entitlement, Ground, Stay, StayForm, Terms
from hemvist.law.compensation.initial import initial
from hemvist.law.compensation.standard import standard
from hemvist.law.compensation.stays import SCHOOLS, stays_money
from hemvist.law.sources import sfs
from hemvist.law.types import Step, gettext_noop

# Paid under förordning (2017:193) for time before the mottagandedatum; the others under förordning (2010:1122).
BEFORE_REGISTRATION = frozenset(StayForm) - {StayForm.PLACED_UNACCOMPANIED, StayForm.STUDY_SUPPORT}


def entitlements(
    facts: CompensationFacts, terms: Terms | None = None, *, until: date | None = None
) -> tuple[Entitlement, ...]:
    """Every amount with its reasons, also those that no municipality gets; the municipality is in each.

    ``until`` is the last day that an open stay is counted to, by default a year from its beginning. Proposes: whether a
    person is covered at all is :func:`hemvist.law.compensation.covered.covered`.
    """
    terms = terms or Terms()
    first = initial(facts, terms)
    owed = [*([first] if first else []), *standard(facts, terms)]
    by_municipality: defaultdict[str, list[Stay]] = defaultdict(list)
    for stay in facts.stays:
        by_municipality[stay.municipality or facts.first_municipality] += ended_by_law(stay, facts, until)
    for municipality, stays in by_municipality.items():
        owed += stays_money(stays, birth_date=facts.birth_date, municipality=municipality, until=until, terms=terms)
    order = {ground: place for place, ground in enumerate(Ground)}
    owed.sort(key=lambda item: (item.due_on, item.number or 0, order[item.ground]))
    # 29 c § is paid once for a child, to the first municipality that gets money for the placement (31 §).
    later = [item for item in owed if item.ground is Ground.UNACCOMPANIED_ONCE][1:]
    return tuple(item for item in owed if item not in later)


def ended_by_law(stay: Stay, facts: CompensationFacts, until: date | None) -> Iterator[Stay]:
    """The stay, ended on the day the law ends it when that comes first: death, the mottagandedatum, a refusal.

    Nothing when that day comes before the stay begins.
    """
    ends: list[tuple[date, Step]] = []
    if facts.died_on:
        text = gettext_noop("Personen avled den {day}. Tid därefter räknas inte.")
        ends.append((facts.died_on, Step(text, {"day": facts.died_on})))
    if facts.received_on and stay.form in BEFORE_REGISTRATION:
        text = gettext_noop(
            "Mottagandedatum är {day}. Från den dagen lämnas ingen ersättning enligt förordningen (2017:193)."
        )
        step = Step(text, {"day": facts.received_on}, sfs("2017:193", "4 och 14 a–14 c §§"))
        ends.append((facts.received_on - ONE_DAY if stay.form in SCHOOLS else facts.received_on, step))
    if facts.not_covered_from and stay.form not in BEFORE_REGISTRATION:
        text = gettext_noop(
            "Avslaget på ansökan om nytt tillstånd fick laga kraft den {day}. Tid därefter räknas inte."
        )
        step = Step(text, {"day": facts.not_covered_from}, sfs("2010:1122", "5 b och 28 §§"))
        ends.append((facts.not_covered_from - ONE_DAY, step))
    if ends:
        end, step = min(ends, key=lambda found: found[0])
        if end < stay.start:
            return
        last = stay.end or until or date.max
        # Studiehjälp pays for the whole of its last quarter (30 §).
        if end < (quarter_of(last)[1] if stay.form is StayForm.STUDY_SUPPORT else last):
            stay = replace(stay, end=end, steps=(step,))
    yield stay
