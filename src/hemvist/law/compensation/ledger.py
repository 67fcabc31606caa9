"""All that the state owes for one person, in the order in which it falls due."""

from __future__ import annotations

from datetime import date, timedelta

from hemvist.law.compensation.facts import CompensationFacts, Entitlement, Ground, Terms
from hemvist.law.compensation.initial import initial
from hemvist.law.compensation.standard import standard
from hemvist.law.compensation.stays import stay_money

# An open stay is counted this long when nobody says until when.
HORIZON = timedelta(days=366)


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
    for stay in facts.stays:
        owed += stay_money(
            stay,
            birth_date=facts.birth_date,
            municipality=stay.municipality or facts.first_municipality,
            until=until or stay.start + HORIZON,
            terms=terms,
        )
    order = {ground: place for place, ground in enumerate(Ground)}
    return tuple(sorted(owed, key=lambda item: (item.due_on, item.number or 0, order[item.ground])))
