"""Who the compensation is paid for (förordning 2010:1122 5-5 b §§): a wider circle than who may be assigned.

Two questions with two answers: :func:`covered` here is about money, ``target_group.covered_2016`` and ``covered_2026``
about settlement. Left to people: reading the ground from Migrationsverket's decision.
"""

from __future__ import annotations

from datetime import date

from hemvist.law.compensation.facts import Terms
from hemvist.law.sources import sfs
from hemvist.law.target_group import (
    PERMIT_GROUND_LABELS,
    PermitGround,
    PersonForTargetGroup,
    pending_renewal,
    relative,
)
from hemvist.law.types import Proposal, Step, gettext_noop

ACT = "2010:1122"


def covered(
    person: PersonForTargetGroup,
    on: date,
    terms: Terms | None = None,
    *,
    born_in_sweden: bool = False,
    listed: bool = False,
) -> Proposal[bool]:
    """Whether the ordinance covers the person on a day, unaccompanied children too.

    Asks for what is missing. A child born in Sweden follows the reading of U7, and is covered on either reading when
    ``listed``: Migrationsverket has a mottagandedatum for the child. Inhibition does not end a pending renewal here:
    5 b § has no such exception.
    """
    terms = terms or Terms()
    if born_in_sweden:
        if listed:
            text = gettext_noop("Barnet är fött i Sverige och finns i Migrationsverkets lista. Barnet omfattas.")
            return Proposal(True, (Step(text, source=sfs(ACT, "5 och 5 a §§")),))
        choice = terms.chosen("U7")
        return Proposal(choice.option == "covered", (choice.step,))
    names = ("permit_ground", "permit_from", "can_ground_registration")
    if missing := tuple(name for name in names if getattr(person, name) is None):
        return Proposal(None, (), missing)
    assert person.permit_ground is not None
    assert person.permit_from is not None
    if on < person.permit_from:
        text = gettext_noop("Uppehållstillståndet börjar gälla först den {day}.")
        return Proposal(False, (Step(text, {"day": person.permit_from}, sfs(ACT, "5 §")),))
    steps: tuple[Step, ...] = ()
    if person.permit_to is not None and person.permit_to < on:
        pending = pending_renewal(person, on, sfs(ACT, "5 b §"), inhibition_ends=False)
        if not pending.value:
            return pending
        steps = pending.steps
    if not person.can_ground_registration:
        text = gettext_noop("Uppehållstillståndet kan inte ligga till grund för folkbokföring.")
        return Proposal(False, (*steps, Step(text, source=sfs(ACT, "5 §"))))
    grounds = terms.get("compensation.permit_grounds", on)
    if person.permit_ground is PermitGround.RELATIVE:
        years = terms.get("compensation.relative_window_years", on)
        tie = relative(person.sponsor, years.source, years.value, grounds.value)
        return Proposal(tie.value, steps + tie.steps, tie.missing)
    values = {"ground": PERMIT_GROUND_LABELS[person.permit_ground]}
    if person.permit_ground not in grounds.value:
        text = gettext_noop("Grunden för tillståndet ger ingen ersättning den dagen: {ground}.")
        return Proposal(False, (*steps, Step(text, values, grounds.source)))
    text = gettext_noop("Grunden för tillståndet ger rätt till ersättning: {ground}.")
    return Proposal(True, (*steps, Step(text, values, grounds.source)))
