"""What the state owes a municipality for persons it receives, as a library: plain values in, krona and reasons out.

Förordning (2010:1122) about persons with a residence permit, and förordning (2017:193) about the time before they are
registered in the population register. Nothing here decides anything, reads a clock or asks a database.

>>> from datetime import date
>>> from hemvist.law.compensation import CompensationFacts, InitialRate, Registration, entitlements
>>> person = CompensationFacts(
...     birth_date=date(1990, 5, 14), received_on=date(2025, 3, 18), first_municipality="Enköping",
...     initial_rate=InitialRate.ASSIGNED_2016, registrations=(Registration(date(2025, 4, 2), "Enköping"),))
>>> for owed in entitlements(person)[:3]:
...     print(owed.ground, owed.number, owed.due_on, owed.amount, owed.steps[0].render())
initial None 2025-04-30 20521 Ersättningen för initiala kostnader betalas en gång, senast den 2025-04-30.
standard 1 2025-04-30 16500 Utbetalning 1 av 9: 10 procent av schablonersättningen.
standard 2 2025-06-30 33000 Utbetalning 2 av 9: 20 procent av schablonersättningen.
"""

from hemvist.law.compensation.covered import covered
from hemvist.law.compensation.facts import (
    NOWHERE,
    CompensationFacts,
    Entitlement,
    Ground,
    InitialRate,
    Registration,
    Route,
    Stay,
    StayForm,
    Terms,
)
from hemvist.law.compensation.initial import RateFacts, initial, initial_rate
from hemvist.law.compensation.ledger import entitlements
from hemvist.law.compensation.standard import standard
from hemvist.law.compensation.stays import stay_money, stays_money

__all__ = [
    "NOWHERE",
    "CompensationFacts",
    "Entitlement",
    "Ground",
    "InitialRate",
    "RateFacts",
    "Registration",
    "Route",
    "Stay",
    "StayForm",
    "Terms",
    "covered",
    "entitlements",
    "initial",
    "initial_rate",
    "standard",
    "stay_money",
    "stays_money",
]
