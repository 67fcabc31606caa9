"""The values that the rules of compensation speak: a person's facts, the terms that a question is asked on, and what is
owed.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from hemvist.law import parameters
from hemvist.law.calendar import age_on
from hemvist.law.parameters import Parameter, Register
from hemvist.law.rulings import NO_RULINGS, Choice, chosen
from hemvist.law.types import Step, Text, gettext_noop

# The municipality of somebody who is registered in none: emigrated, missing, dead, or not registered yet.
NOWHERE = ""


class InitialRate(StrEnum):
    """Which paragraph and cohort pays the initial costs (förordning 2010:1122 16-17 §§)."""

    HOUSING_2026 = "housing_2026"  # the municipality must arrange housing under 10 § 1 st lag (2026:1326)
    ASSIGNED_2016 = "assigned_2016"  # assigned under lag (2016:38) and covered by 11 § förordning (2016:39)
    OTHER = "other"  # 17 §: all others in 5 and 5 a §§
    NONE = "none"  # only in 5 b §, or not covered


class Ground(StrEnum):
    """What an amount is paid for."""

    INITIAL = "initial"
    STANDARD = "standard"
    MOVE_EARLY = "move_early"
    MOVE_PERIOD = "move_period"
    ASYLUM_HOUSING = "asylum_housing"
    ASYLUM_HOUSING_ONCE = "asylum_housing_once"
    FORMER_UNACCOMPANIED = "former_unaccompanied"
    ASSIGNED_HOUSING = "assigned_housing"
    ASSIGNED_HOUSING_ONCE = "assigned_housing_once"
    SCHOOL = "school"
    UNACCOMPANIED = "unaccompanied"
    UNACCOMPANIED_ONCE = "unaccompanied_once"
    STUDY_SUPPORT = "study_support"


GROUND_LABELS: Mapping[Ground, str] = {
    Ground.INITIAL: gettext_noop("Initiala kostnader (16–17 §§)"),
    Ground.STANDARD: gettext_noop("Schablonersättning (10–12 §§)"),
    Ground.MOVE_EARLY: gettext_noop("Extra vid tidig flytt (13 §)"),
    Ground.MOVE_PERIOD: gettext_noop("Extra vid flytt (14 §)"),
    Ground.ASYLUM_HOUSING: gettext_noop("Dygnsersättning, tillfälligt skydd (14 a §)"),
    Ground.ASYLUM_HOUSING_ONCE: gettext_noop("Engångsbelopp vid inflyttning (14 a §)"),
    Ground.FORMER_UNACCOMPANIED: gettext_noop("Tidigare ensamkommande 18–20 år (14 b §)"),
    Ground.ASSIGNED_HOUSING: gettext_noop("Dygnsersättning före folkbokföring (14 c §)"),
    Ground.ASSIGNED_HOUSING_ONCE: gettext_noop("Engångsbelopp före folkbokföring (14 c §)"),
    Ground.SCHOOL: gettext_noop("Skola under mottagandelagen (4 §)"),
    Ground.UNACCOMPANIED: gettext_noop("Ensamkommande barn, per dygn (29 §)"),
    Ground.UNACCOMPANIED_ONCE: gettext_noop("God man med mera, engångsbelopp (29 c §)"),
    Ground.STUDY_SUPPORT: gettext_noop("Tidigare ensamkommande med studiehjälp (30 §)"),
}


class Route(StrEnum):
    """How the money comes: paid without asking, or only to whoever applies in time."""

    AUTOMATIC = "automatic"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class Registration:
    """Folkbokföring from a day on: in a municipality, or :data:`NOWHERE`.

    ``decided_on`` is Skatteverket's decision when it is known; it can be later than the day it counts from.
    """

    on: date
    municipality: str
    decided_on: date | None = None


class StayForm(StrEnum):
    """A stay that the state pays for by the day, the month or the term."""

    MUNICIPAL_TEMPORARY_PROTECTION = "municipal_temporary_protection"
    FORMER_UNACCOMPANIED = "former_unaccompanied"
    ASSIGNED_HOUSING = "assigned_housing"
    PLACED_UNACCOMPANIED = "placed_unaccompanied"
    STUDY_SUPPORT = "study_support"
    SCHOOL_PRESCHOOL = "school_preschool"
    SCHOOL_PRESCHOOL_CLASS = "school_preschool_class"
    SCHOOL_COMPULSORY = "school_compulsory"
    SCHOOL_UPPER_SECONDARY = "school_upper_secondary"


@dataclass(frozen=True, slots=True)
class Stay:
    """From the day of moving in to the day of moving out; ``end`` None while it lasts.

    For a school, a placement and studiehjälp ``end`` is the last day itself. ``municipality`` is the one that arranged
    it; empty means the one that first received the person. ``steps`` tell why the law ends it sooner than was recorded.
    """

    form: StayForm
    start: date
    end: date | None = None
    municipality: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationFacts:
    """What must be known of a person to say what the state owes.

    ``received_on`` is the mottagandedatum (förordning 2010:1122 6 §), None before there is one.
    ``first_municipality`` is the one that first received the person. Without a single registration the person is taken
    to be registered there, and the result says so. ``not_covered_from`` is the day on which a refusal of a new permit
    got laga kraft (5 b §).
    """

    birth_date: date
    received_on: date | None
    first_municipality: str
    initial_rate: InitialRate = InitialRate.OTHER
    registrations: tuple[Registration, ...] = ()
    died_on: date | None = None
    not_covered_from: date | None = None
    stays: tuple[Stay, ...] = ()
    # Steps that led to the rate, told again where the amount is explained.
    rate_steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a question is asked: the municipality's rulings, which register of parameters, and whether what
    is only proposed counts (a what-if, never a real case).
    """

    rulings: Mapping[str, str] = field(default_factory=lambda: NO_RULINGS)
    register: Register | None = None
    what_if: bool = False
    # What has been looked up already: the same days come again for every person whom the terms are used for.
    _found: dict[tuple[str, date, date | None], Parameter] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def get(self, key: str, on: date, received_on: date | None = None) -> Parameter:
        """The parameter on a day, for those received on a day. Raises ``ParameterNotFound``."""
        asked = key, on, received_on
        if (found := self._found.get(asked)) is None:
            found = parameters.get(key, on, received_on=received_on, what_if=self.what_if, source=self.register)
            self._found[asked] = found
        return found

    def chosen(self, key: str) -> Choice:
        return chosen(key, self.rulings)

    def age(self, birth: date, on: date, *limits: int) -> tuple[int, Choice | None]:
        """Full years on the day, and the reading of U2 when it settles whether one of the limits is reached."""
        age = age_on(birth, on)
        if (birth.month, birth.day, on.month, on.day) != (2, 29, 2, 28) or isleap(on.year):
            return age, None
        choice = self.chosen("U2")
        return age + (choice.option == "february_28"), choice if age + 1 in limits else None

    def age_limit(self, on: date, reference: date, received_on: date) -> Parameter:
        """The age from which the lower amount is paid: by cohort, and riktåldern on the reference day from 2026."""
        limit = self.get("compensation.age_limit", on, received_on)
        return self.get("age.pension_limit", reference) if limit.value == "riktålder" else limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """An amount that is owed to a municipality, or that nobody gets, with its reasons.

    ``amount`` is in kronor; None when a parameter is not known, and ``steps`` say which. ``due_on`` is the last day of
    the month in which it is paid; ``by_day`` tells that the ordinance names that very day. ``reference_on`` is the day
    that age and registration are looked at. ``open_points`` are the unclear questions that this amount hangs on,
    ``provisional`` the parameters in it that are not verified, ``assumed`` what was taken for granted.
    """

    ground: Ground
    amount: Decimal | None
    municipality: str
    due_on: date
    by_day: bool = False
    number: int | None = None
    reference_on: date | None = None
    period: tuple[date, date] | None = None
    route: Route = Route.AUTOMATIC
    apply_by: date | None = None
    steps: tuple[Step, ...] = ()
    open_points: tuple[Choice, ...] = ()
    provisional: tuple[Parameter, ...] = ()
    assumed: tuple[str, ...] = ()
    check_by_hand: bool = False

    @property
    def key(self) -> tuple[str, int | None, date | None]:
        """What names the amount among a person's: ground, number and the first day of its period."""
        return self.ground, self.number, self.period[0] if self.period else None

    @property
    def nobody(self) -> bool:
        """Whether the amount goes to no municipality at all."""
        return self.municipality == NOWHERE


def ore(kronor: Decimal) -> Decimal:
    """Rounded to whole öre, half up."""
    return kronor.quantize(Decimal("0.01"), ROUND_HALF_UP)


def unknown(key: str, on: date) -> Step:
    """The step that says which parameter a figure lacks."""
    text = gettext_noop("Beloppet är inte känt. Lagregistret saknar värde för {parameter} den {day}.")
    return Step(text, {"parameter": Text(key, key), "day": on})
