"""Homes in the demonstration: an invented stock, leases, needs and offers, a right that nears its end, and the numbers.

The kommuntal of 2025 and 2026 are the investigation's; those of the coming year are invented, and say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from hemvist.demo.people import Village
from hemvist.housing import matching, need_queries, needs, numbers, offers, right_services, stock, tenancies
from hemvist.housing.models import Dwelling, DwellingBlock, HousingNeed, Offer, SupportGiven, Tenancy, YearlyNumber
from hemvist.housing.needs import Asked
from hemvist.housing.stock import DwellingFacts
from hemvist.law.calendar import add_months
from hemvist.organisation.models import Branch, Unit
from hemvist.organisation.services import record_ruling
from hemvist.reception import services as reception
from hemvist.reception import sharing
from hemvist.reception.models import FactKind, Household, Membership, Person
from hemvist.reception.queries import get_household
from hemvist.reception.services import NewHousehold

if TYPE_CHECKING:
    from hemvist.demo.data import Demo

INVENTED = "Påhittat i demonstrationen"
# Address, house, area, rooms, most persons, square metres, step-free, kronor a month.
STOCK = (
    ("Exempelgatan 3", "Kvarteret Provet", "centrum", 2, 3, 58, True, 7_450),
    ("Exempelgatan 3", "Kvarteret Provet", "centrum", 3, 5, 76, True, 9_200),
    ("Exempelgatan 5", "Kvarteret Provet", "centrum", 1, 1, 34, True, 5_100),
    ("Torgexemplet 1", "Kvarteret Torgexemplet", "centrum", 4, 6, 94, True, 11_300),
    ("Mallvägen 12", "Kvarteret Mallen", "vaster", 3, 5, 72, False, 8_600),
    ("Mallvägen 12", "Kvarteret Mallen", "vaster", 2, 3, 55, False, 6_900),
    ("Mallvägen 14", "Kvarteret Mallen", "vaster", 4, 7, 98, False, 10_900),
    ("Skissvägen 8", "Kvarteret Skissen", "norr", 3, 4, 70, True, 8_200),
    ("Skissvägen 8", "Kvarteret Skissen", "norr", 2, 3, 52, True, 6_600),
    ("Skissvägen 10", "Kvarteret Skissen", "norr", 5, 8, 112, False, 12_400),
    ("Utkastet 21", "Kvarteret Utkastet", "sydost", 3, 5, 74, True, 8_400),
    ("Utkastet 23", "Kvarteret Utkastet", "sydost", 1, 2, 38, True, 5_300),
    ("Demobyn 4", "Demobyn", "orter", 3, 5, 80, False, 6_800),
    ("Demobyn 6", "Demobyn", "orter", 4, 6, 101, False, 7_700),
)
FIRST = date(2022, 1, 1)


def take_in_stock(demo: Demo) -> None:
    """The flats that the municipal company lets to those who are received. One is being renovated."""
    landlord = Unit.objects.get(code="ehb")
    letting = demo.actors["bostad"]
    for number, (address, building, area, rooms, capacity, metres, step_free, rent) in enumerate(STOCK, 1):
        stock.add_dwelling(
            letting,
            facts=DwellingFacts(
                code=f"EX-{number:04d}",
                landlord=landlord,
                address=address,
                apartment=f"{1000 + number}",
                building=building,
                area=area,
                rooms=rooms,
                capacity=capacity,
                square_metres=metres,
                step_free=step_free,
                rent=rent,
                available_from=FIRST,
            ),
        )
    stock.block(
        letting,
        dwelling=Dwelling.objects.get(code="EX-0007"),
        starts_on=demo.ago(20),
        ends_on=demo.today + timedelta(days=40),
        reason=DwellingBlock.Reason.RENOVATION,
        note="Nytt kök",
        today=demo.today,
    )


def move_in(demo: Demo, household: Household, code: str, on: date) -> Tenancy:
    """A household got a home the day it came, by an open-ended lease as the municipality's line is."""
    members = Membership.objects.filter(household=household, valid_to__isnull=True).count()
    lease = tenancies.sign(
        demo.coordinator,
        dwelling=Dwelling.objects.get(code=code),
        case=household.case,
        form=Tenancy.Form.OPEN_ENDED,
        starts_on=on,
        persons=members,
        signed_on=on,
        today=on,
    )
    for checklist in ("furnishing", "keys", "information"):
        for point in POINTS[checklist]:
            tenancies.tick(demo.coordinator, tenancy=lease, checklist=checklist, code=point, today=on)
    return lease


POINTS = {
    "furnishing": ("beds", "kitchen", "light"),
    "keys": ("fetched", "counted", "receipt"),
    "information": ("lease", "fire", "daily", "rent"),
}


def protected_since_three_years(demo: Demo) -> Household:
    """A family with temporary protection in the municipality's own housing, whose 36 months are soon over (T-2)."""
    village = Village(demo.today, Random(36), dossiers=90_000)  # noqa: S311 - a demo, not a secret
    received = add_months(demo.today + timedelta(days=78), -36)
    persons = village.family(
        "ukrainska",
        (39, 13),
        ground="UTLL_21",
        granted_on=received - timedelta(days=400),
        registered=True,
        permit_years=6,
    )
    household = reception.register_households(
        demo.coordinator,
        [NewHousehold(category="temporary_protection", persons=persons, needs_dwelling=True)],
        today=received,
        source="migration_agency",
    )[0]
    members = _people(household)
    for person in members:
        for kind, value in (
            (FactKind.LIVING, {"living": "municipal_temporary_protection"}),
            (FactKind.POPULATION_REGISTRATION, {"decided_on": received, "registered_on": received}),
            (FactKind.LEFT_RECEPTION_ACT, {"on": received}),
        ):
            reception.record_fact(
                demo.coordinator,
                person=person,
                kind=kind,
                value=value,
                valid_from=received,
                source="migration_agency",
                today=received,
            )
    reception.record_arrival(
        demo.coordinator, household=household, persons=members, on=received, source="staff", today=received
    )
    return household


def settle_the_last_day(demo: Demo) -> None:
    """How the municipality counts the last day of the 36 months, and that who left LMA before mottagandelagen has the
    right. T-6 is left open: the page shows how it asks.
    """
    for key, answer, reason in (
        ("U15", "day_before", "Exempel: rätten räknas i hela månader från dagen då den började."),
        ("T-4", "right", "Exempel: boendet är detsamma, vilken av de två lagarna som än gällde för personen."),
    ):
        record_ruling(
            key=key,
            answer=answer,
            decided_on=demo.ago(60),
            decided_by=INVENTED,
            reason=reason,
            registered_by=demo.users["forvaltare"].name,
            today=demo.today,
        )


def needs_and_offers(demo: Demo, seeking: Sequence[Household], protected: Household) -> None:
    """What those who wait for a home need, an offer that was declined, a proposal, and an offer that waits for answer.

    The first household's need is known to the landlord; the last one's is not yet.
    """
    for index, household in enumerate(seeking):
        _need(demo, household, index)
    _need(demo, protected, 1)
    first = HousingNeed.objects.get(case=seeking[0].case)
    _tell_landlord(demo, seeking[0])
    _tell_landlord(demo, seeking[1])
    declined = offers.make_offer(
        demo.coordinator,
        need=first,
        dwelling=Dwelling.objects.get(code="EX-0013"),
        move_in_on=first.wanted_from,
        reply_by=demo.today,
        today=demo.ago(6),
    )
    offers.decline(demo.coordinator, offer=declined, reason=Offer.Reason.PLACE, today=demo.ago(3))
    found = matching.run(demo.coordinator, today=demo.today)
    second = HousingNeed.objects.get(case=seeking[1].case)
    proposed = need_queries.proposed_dwelling(second, found.result)
    assert proposed is not None  # the stock has room for them
    offers.make_offer(
        demo.coordinator,
        need=second,
        dwelling=Dwelling.objects.get(pk=proposed),
        move_in_on=second.wanted_from,
        reply_by=demo.today + timedelta(days=5),
        run=found,
        today=demo.today,
    )
    matching.run(demo.coordinator, today=demo.today)


def _need(demo: Demo, household: Household, index: int) -> None:
    row = get_household(demo.coordinator, household.pk, today=demo.today)
    said = needs.suggested(row, demo.today)
    start = max(said.wanted_from or demo.today, demo.today)
    wishes = ({"school": "", "family": "centrum"}, {"sfi": ""}, {"sfi": "", "work": "vaster"})[index % 3]
    needs.record_need(
        demo.coordinator,
        case=household.case,
        asked=Asked(
            adults=said.adults,
            children=said.children,
            rooms=2 if said.children else 1,
            step_free=False,
            wanted_from=start,
            wanted_by=max(said.wanted_by or start, start + timedelta(days=14)),
            rent_max=(9_500, 7_500, 6_000)[index % 3],
            wishes=wishes,
        ),
        today=demo.today,
    )


def _tell_landlord(demo: Demo, household: Household) -> None:
    sharing.make_disclosure(
        demo.coordinator,
        case=household.case,
        persons=_people(household),
        recipient=Branch.objects.get(code="landlord"),
        fields=("housing_need",),
        ground="no_harm",
        reason="Hyresvärden behöver antal och dagar för att kunna hålla en bostad. Inga namn lämnas.",
        valid_to=demo.today + timedelta(days=120),
        today=demo.today,
    )


def support_given(demo: Demo, households: Sequence[Household]) -> None:
    """Information on the terms of housing, and help in looking for a home, where it was given."""
    for index, household in enumerate(households):
        for duty in (SupportGiven.Duty.INFORMATION, SupportGiven.Duty.SEARCH)[: 1 + index % 2]:
            right_services.record_support(
                demo.coordinator,
                household=household,
                duty=duty,
                on=demo.ago(12 + index),
                language="ukrainska" if household.category == "temporary_protection" else "arabiska",
                interpreter_used=True,
                today=demo.today,
            )


def yearly_numbers(demo: Demo) -> None:
    """The numbers of this year and the last, and a wish that is being drafted for a coming year."""
    strategist = demo.actors["strateg"]
    for year, persons in ((2025, 21), (2026, 25)):
        numbers.record_number(
            strategist,
            year=year,
            kind=YearlyNumber.Kind.DECIDED,
            persons=persons,
            on=date(year - 1, 11, 20),
            body="Länsstyrelsen i Uppsala län",
            reference="Enligt kommunens utredning, dagen är påhittad",
            today=demo.today,
        )
    ahead = max(demo.today.year + 1, 2027)
    numbers.record_number(
        strategist,
        year=ahead,
        kind=YearlyNumber.Kind.PRELIMINARY,
        persons=6,
        on=demo.ago(25),
        body="Migrationsverket",
        reference=INVENTED,
        today=demo.today,
    )
    numbers.draft_wish(
        strategist,
        year=ahead,
        persons=8,
        grounds={
            "housing": "Lediga och väntade bostäder räcker till fler än det preliminära talet.",
            "labour": "Flera arbetsgivare söker personal utan krav på lång utbildning. (Påhittat)",
        },
        today=demo.today,
    )
    for criterion, value, source, as_of in (
        ("population", "42 988 invånare", "SCB, folkmängd i slutet av 2016", date(2016, 12, 31)),
        (
            "reception",
            "179 kommunmottagna 2018, varav 10 på eget boende",
            "Migrationsverket, 2019-03-25",
            date(2018, 12, 31),
        ),
    ):
        numbers.record_criterion(
            strategist, year=ahead, criterion=criterion, value=value, source=source, as_of=as_of, today=demo.today
        )


def _people(household: Household) -> list[Person]:
    people = [
        membership.person
        for membership in Membership.objects.filter(household=household, valid_to__isnull=True).select_related("person")
    ]
    for person in people:
        person.case = household.case
    return people
