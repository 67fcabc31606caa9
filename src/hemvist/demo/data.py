"""Synthetic Enköping: the municipality's real numbers, invented households, days that are alive today.

The numbers are the investigation's: 21 persons assigned in 2025, of whom 7 were received by 30 September and 8 more in
the autumn; 25 assigned for 2026, 8 quota and 17 with temporary protection, most already living here. One family more
came nearly two years ago, whose time to apply for money is nearly out. Everything is made
through the services that staff use, with the day each thing happened as ``today``; nothing is written past them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from django.core.exceptions import ValidationError
from django.db import transaction

from hemvist.access.actor import Actor, actor_for
from hemvist.access.models import AuditEntry, Case, Installation, User
from hemvist.access.roles import Role
from hemvist.access.services import grant_role
from hemvist.coordination import services as plan
from hemvist.coordination.models import AuthorityReport, PlanTask
from hemvist.coordination.queries import EXTERNAL
from hemvist.demo import homes
from hemvist.demo.cooperation import slow_cooperation
from hemvist.demo.money import LAPSES_IN, before_registration, payments_and_claims
from hemvist.demo.moving import drafted_move, weighed_differently
from hemvist.demo.people import Village
from hemvist.law.calendar import add_months, previous_working_day
from hemvist.organisation.models import Branch, Unit
from hemvist.reception import services as reception
from hemvist.reception import sharing
from hemvist.reception.models import Assignment, FactKind, Household, Membership, NewcomerAccess, Person
from hemvist.reception.queries import names_of
from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson

DECIDED_BY = "Demonstration"


@dataclass(frozen=True, slots=True)
class DemoUser:
    username: str
    name: str
    role: Role
    unit: str
    sv: str
    en: str
    handles_protected: bool = False
    # Another unit in which the user has the same role.
    also: str = ""


USERS = (
    DemoUser(
        "samordnare", "Sara Samordnare", Role.COORDINATOR, "integration",
        "Tar emot anvisningar, håller ihop planen och ser vad alla nämnder gör.",
        "Receives assignments, holds the plan together and sees what every board does.",
        handles_protected=True,
    ),
    DemoUser(
        "samordnare2", "Sixten Samordnare", Role.COORDINATOR, "integration",
        "Samordnare utan rätt till skyddade personuppgifter. Pröva vad som då inte syns.",
        "A coordinator without access to protected identities. See what is then hidden.",
    ),
    DemoUser(
        "socialsekreterare", "Sofia Socialsekreterare", Role.SOCIAL_SECRETARY, "financial_support",
        "Ser socialförvaltningens uppgifter och det som har lämnats ut, inget annat.",
        "Sees social services’ tasks and what has been disclosed, nothing else.",
    ),
    DemoUser(
        "sfi", "Sven Sfi", Role.SFI_ADMINISTRATOR, "sfi",
        "Skriver in vuxna på sfi. Samma nämnd som mottagandet, men en annan verksamhet.",
        "Enrols adults in Swedish for Immigrants. Same board as the reception, another branch.",
    ),
    DemoUser(
        "skola", "Stina Skola", Role.SCHOOL_ADMINISTRATOR, "school",
        "Tar emot barn i skolan och följer kartläggning och placering.",
        "Receives children in school and follows assessment and placement.",
    ),
    DemoUser(
        "bostad", "Bo Bostad", Role.HOUSING_COORDINATOR, "ehb",
        "Skriver kontrakt och lämnar nycklar på Enköpings hyresbostäder.",
        "Signs leases and hands over keys at the municipal housing company.",
    ),
    DemoUser(
        "kontaktcenter", "Karin Kontaktcenter", Role.CONTACT_CENTER, "contact_center",
        "En väg in: anmäler hushåll som har ordnat boende själva och informerar på flera språk.",
        "One way in: reports households that found their own housing and informs in several languages.",
    ),
    DemoUser(
        "controller", "Clas Controller", Role.CONTROLLER, "executive_office",
        "Ser den statliga ersättningen person för person, stämmer av den och söker det som måste sökas.",
        "Sees the state's compensation person by person, reconciles it and applies for what must be applied for.",
        also="integration",
    ),
    DemoUser(
        "strateg", "Stella Strateg", Role.STRATEGIST, "executive_office",
        "Väger var ansvaret ska ligga och förbereder en flytt. Ser statistik och lagändringar.",
        "Weighs where the responsibility should lie and drafts a move. Sees statistics and changes of law.",
    ),
    DemoUser(
        "forening", "Folke Förening", Role.ASSOCIATION, "leisure",
        "Ser vem i kommunen som gör vad och vem man kontaktar.",
        "Sees who does what in the municipality and whom to contact.",
    ),
    DemoUser(
        "dataskydd", "Dag Dataskydd", Role.DATA_PROTECTION_OFFICER, "executive_office",
        "Granskar loggen och alla utlämnanden utan att se några personer.",
        "Reviews the audit journal and every disclosure without seeing any person.",
    ),
    DemoUser(
        "forvaltare", "Fia Förvaltare", Role.ADMINISTRATOR, "executive_office",
        "Registrerar beslut: om en flytt av ansvar, och om hur oklar lag ska tolkas.",
        "Registers decisions: on a move of responsibility, and on how unclear law is to be read.",
    ),
    DemoUser(
        "nyanland", "Nyanländ", Role.NEWCOMER, "integration",
        "Ser sin egen plan i klara ord, på svenska eller engelska.",
        "Sees her own plan in plain words, in Swedish or English.",
    ),
)  # fmt: skip


@dataclass(slots=True)
class Demo:
    """One run of making the demonstration."""

    today: date
    say: Callable[[str], None]
    random: Random = field(default_factory=lambda: Random(2026))  # noqa: S311 - a demo, not a secret
    users: dict[str, User] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def coordinator(self) -> Actor:
        return self.actors["samordnare"]

    def ago(self, days: int) -> date:
        """A working day about ``days`` before today."""
        return previous_working_day(self.today - timedelta(days=days))


@transaction.atomic
def make(today: date, say: Callable[[str], None] = lambda text: None) -> None:
    """Fill an empty database. Raises ValidationError when anybody has used it: a demo never mixes with real data."""
    if Household.objects.exists() or User.objects.exists() or AuditEntry.objects.exists():
        raise ValidationError(
            "Databasen är redan i bruk: den har hushåll, användare eller loggrader. En demo görs bara i en tom databas."
        )
    Installation.objects.update_or_create(id=1, defaults={"is_demo": True, "demo_made_on": today})
    demo = Demo(today, say)
    say("Användare, en per roll")
    _users(demo)
    say("Bostäder hos det kommunala bolaget")
    homes.take_in_stock(demo)
    say("2025: 21 personer anvisade, 15 mottagna")
    _cohort_2025(demo)
    say("2026: 25 personer anvisade, de flesta bor redan här")
    _cohort_2026(demo)
    say("Hushåll som har ordnat boende själva")
    _without_assignment(demo)
    say("Utlämnanden, samtycken och vägledning")
    _across_boards(demo)
    say("Statlig ersättning: utbetalningar och ansökningar")
    earlier = _household_of_the_year_before(demo)
    payments_and_claims(demo, earlier)
    say("Hyresavtal, bostadsbehov, erbjudanden och önskemålet om antal")
    _homes(demo, earlier)
    say("Var samarbetet går trögt, och hur ett uppdrag går")
    slow_cooperation(demo)
    cases = list(Case.objects.filter(closed_on__isnull=True))
    plan.rederive(demo.coordinator, cases, "Läget i dag", demo.today)
    say("Var ansvaret ska ligga: tre vägningar och ett utkast till en flytt")
    weighed_differently(demo)
    drafted_move(demo)


def _users(demo: Demo) -> None:
    for order, entry in enumerate(USERS):
        user = User.objects.create_user(entry.username, entry.name)
        user.is_demo, user.demo_order = True, order
        user.demo_description_sv, user.demo_description_en = entry.sv, entry.en
        user.save()
        for unit in filter(None, (entry.unit, entry.also)):
            grant_role(
                Actor(None, DECIDED_BY),
                user=user,
                role=entry.role,
                unit=Unit.objects.get(code=unit),
                valid_from=date(2025, 1, 1),
                handles_protected=entry.handles_protected,
                decided_by=DECIDED_BY,
            )
        demo.users[entry.username] = user
        demo.actors[entry.username] = actor_for(user, demo.today)


def _register(demo: Demo, on: date, new: NewHousehold) -> Household:
    return reception.register_households(demo.coordinator, [new], today=on, source="migration_agency")[0]


def _assigned(
    persons: tuple[NewPerson, ...],
    decided_on: date,
    number: int,
    *,
    category: str,
    planned_on: date | None = None,
    latest_on: date | None = None,
    living_here: bool = False,
) -> NewHousehold:
    return NewHousehold(
        category=category,
        persons=persons,
        assignment=NewAssignment(decided_on, latest_on, f"DEMO-{decided_on.year}-{number:03d}"),
        planned_arrival_on=planned_on,
        already_living_here=living_here,
        needs_dwelling=not living_here,
    )


def _members(household: Household) -> list[Person]:
    memberships = Membership.objects.filter(household=household, valid_to__isnull=True).select_related("person")
    return [m.person for m in memberships]


def _receive(demo: Demo, household: Household, on: date) -> None:
    """Received on a day, and folkbokförd some weeks later where that day has come."""
    reception.record_arrival(
        demo.coordinator, household=household, persons=_members(household), on=on, source="staff", today=on
    )


def _population_register(demo: Demo, household: Household, on: date) -> None:
    for person in _members(household):
        person.case = household.case
        reception.record_fact(
            demo.coordinator,
            person=person,
            kind=FactKind.POPULATION_REGISTRATION,
            value={"decided_on": on, "registered_on": on, "municipality": "Enköping"},
            valid_from=on,
            source="tax_agency",
            today=max(on, household.case.opened_on),
        )
    for task in PlanTask.objects.filter(case=household.case, code="TA02-population-register", status="open"):
        plan.complete_task(demo.coordinator, task_id=task.id, done_on=on, today=max(on, household.case.opened_on))


def _work(demo: Demo, household: Household, until: date, *, leave: int = 0) -> None:
    """The units do what was due before ``until``, a day or two ahead; the ``leave`` last ones stay late."""
    while True:
        # Finishing one task can give another its day; so look again until nothing more was due.
        tasks = PlanTask.objects.filter(case=household.case, due_on__lt=until, status="open")
        due = list(tasks.order_by("due_on", "code").values_list("pk", flat=True))
        if len(due) <= leave:
            return
        for task_id in due[: len(due) - leave]:
            # What was done just before can have given it another unit, or made it needless.
            task = tasks.select_related("unit__branch__board").filter(pk=task_id).first()
            if task is None or task.due_on is None:
                continue
            wished = task.due_on - timedelta(days=demo.random.randint(0, 3))
            done_on = min(max(household.case.opened_on, wished), until - timedelta(days=1))
            today = max(done_on, household.case.opened_on)
            plan.complete_task(_worker(demo, task), task_id=task.id, done_on=done_on, today=today)


def _worker(demo: Demo, task: PlanTask) -> Actor:
    """Somebody of the unit's branch; the coordinator follows what state and region do; else the unit itself."""
    branch = task.unit.branch
    if branch.board.kind in EXTERNAL:
        return demo.coordinator
    for actor in demo.actors.values():
        if branch.id in actor.branches("task.work"):
            return actor
    user, _created = User.objects.get_or_create(
        username=f"enhet-{task.unit.code}", defaults={"name": task.unit.name_sv}
    )
    grant_role(
        Actor(None, DECIDED_BY),
        user=user,
        role=Role.SOCIAL_SECRETARY,
        unit=task.unit,
        valid_from=date(2025, 1, 1),
        decided_by=DECIDED_BY,
    )
    return actor_for(user, demo.today)


def _cohort_2025(demo: Demo) -> None:
    """21 assigned: 7 received by 30 September, 8 in the autumn, 6 who never came."""
    village = Village(demo.today)
    received = (
        (date(2025, 2, 10), date(2025, 3, 24), "arabiska", (36, 34, 9, 5), "UTLL_5_1", "asylum_housing"),
        (date(2025, 6, 9), date(2025, 8, 4), "tigrinja", (29, 27, 3), "UTLL_5_2", "quota"),
        (date(2025, 9, 1), date(2025, 10, 27), "swahili", (41, 38, 16, 12, 7), "UTLL_5_2", "quota"),
        (date(2025, 9, 15), date(2025, 11, 3), "dari", (31, 28, 1), "UTLL_5_1", "asylum_housing"),
    )
    for number, (decided, arrived, language, ages, ground, category) in enumerate(received, 1):
        persons = village.family(
            language, ages, ground=ground, granted_on=decided - timedelta(days=40), registered=True
        )
        registered = decided + timedelta(days=3)
        household = _register(
            demo, registered, _assigned(persons, decided, number, category=category, planned_on=arrived)
        )
        _receive(demo, household, arrived)
        homes.move_in(demo, household, ("EX-0005", "EX-0006", "EX-0011", "EX-0009")[number - 1], arrived)
        _send_reports(demo, household, arrived + timedelta(days=4))
        _population_register(demo, household, arrived + timedelta(days=35))
        _work(demo, household, demo.today, leave=1 if number == 3 else 0)
        if arrived < date(2025, 5, 1):
            reception.close_case(
                demo.coordinator,
                household=household,
                on=demo.today - timedelta(days=60),
                reason="Hushållet klarar sig utan samordning",
                today=demo.today - timedelta(days=60),
            )
    never = (
        (date(2025, 4, 7), "ukrainska", (44, 15, 13), Assignment.Status.WITHDRAWN, "Flyttade till en annan kommun"),
        (date(2025, 7, 21), "arabiska", (52, 50, 19), Assignment.Status.LAPSED, "Lämnade Sverige före mottagandet"),
    )
    for number, (decided, language, ages, status, reason) in enumerate(never, 11):
        persons = village.family(language, ages, ground="UTLL_5_1", granted_on=decided - timedelta(days=30))
        household = _register(
            demo, decided + timedelta(days=2), _assigned(persons, decided, number, category="asylum_housing")
        )
        ended = decided + timedelta(days=50)
        reception.end_assignment(
            demo.coordinator,
            assignment=household.assignments.get(),
            status=status,
            on=ended,
            reason=reason,
            today=ended,
        )
        reception.close_case(demo.coordinator, household=household, on=ended, reason=reason, today=ended)


def _send_reports(demo: Demo, household: Household, on: date) -> None:
    for report in AuthorityReport.objects.filter(case=household.case, sent_on__isnull=True):
        plan.send_report(
            demo.coordinator,
            report_id=report.id,
            kind="received",
            sent_on=on,
            channel="Migrationsverkets e-tjänst",
            today=on,
        )


def _cohort_2026(demo: Demo) -> None:
    """25 assigned: 8 quota in two households and 17 with temporary protection in seven, most living here already."""
    village = Village(demo.today, Random(26), dossiers=60_000)  # noqa: S311 - a demo, not a secret
    # A quota family that arrived six weeks ago, and one that lands in twelve days.
    decided = demo.ago(85)
    persons = village.family("swahili", (39, 35, 14, 9, 4), ground="UTLL_5_2", granted_on=decided - timedelta(days=60))
    first = _register(
        demo,
        demo.ago(82),
        _assigned(
            persons, decided, 1, category="quota", planned_on=demo.ago(42), latest_on=decided + timedelta(days=75)
        ),
    )
    _receive(demo, first, demo.ago(42))
    homes.move_in(demo, first, "EX-0002", demo.ago(42))
    _send_reports(demo, first, demo.ago(38))
    _population_register(demo, first, demo.ago(14))
    _work(demo, first, demo.today, leave=3)
    decided = demo.ago(38)
    persons = village.family("dari", (33, 30, 6), ground="UTLL_5_2", granted_on=decided - timedelta(days=50))
    coming = _register(
        demo,
        demo.ago(35),
        _assigned(
            persons,
            decided,
            2,
            category="quota",
            planned_on=demo.today + timedelta(days=12),
            latest_on=decided + timedelta(days=90),
        ),
    )
    _work(demo, coming, demo.today + timedelta(days=2), leave=2)
    # Temporary protection: assigned to the municipality where they already live.
    living_here = (
        (150, (42, 17, 11), 130),
        (120, (35, 6), 104),
        (95, (68,), 80),
        (60, (29, 31, 2), 44),
        (24, (47, 15, 12), 10),
    )
    for number, (decided_ago, ages, received_ago) in enumerate(living_here, 3):
        decided = demo.ago(decided_ago)
        persons = village.family(
            "ukrainska", ages, ground="UTLL_21", granted_on=decided - timedelta(days=900), registered=True
        )
        household = _register(
            demo,
            demo.ago(decided_ago - 4),
            _assigned(persons, decided, number, category="temporary_protection", living_here=True),
        )
        if number == 3:
            _newcomer(demo, household)
        received = demo.ago(received_ago)
        _population_register(demo, household, received - timedelta(days=3))
        before_registration(demo, household, _members(household), received - timedelta(days=3))
        for person in _members(household):
            reception.record_fact(
                demo.coordinator,
                person=person,
                kind=FactKind.LEFT_RECEPTION_ACT,
                value={"on": received},
                valid_from=received,
                source="migration_agency",
                today=received,
            )
        _receive(demo, household, received)
        if received_ago > 20:
            _send_reports(demo, household, received + timedelta(days=5))
        _work(demo, household, demo.today, leave=1 if number % 2 else 0)
    # Two households that live elsewhere and move in soon; one of them with protected identity.
    for number, (decided_ago, ages, planned_in) in enumerate(((16, (38, 36, 8), 26), (30, (27, 4), 19)), 8):
        decided = demo.ago(decided_ago)
        persons = village.family("ukrainska", ages, ground="UTLL_21", granted_on=decided - timedelta(days=700))
        household = _register(
            demo,
            demo.ago(decided_ago - 2),
            _assigned(
                persons,
                decided,
                number,
                category="temporary_protection",
                planned_on=demo.today + timedelta(days=planned_in),
            ),
        )
        _work(demo, household, demo.today, leave=1)
        if number == 9:
            person = _members(household)[0]
            reception.record_fact(
                demo.coordinator,
                person=person,
                kind=FactKind.PROTECTION,
                value={
                    "form": "sekretessmarkering",
                    "authority": "Skatteverket",
                    "paragraph": "22 kap. 1 § OSL",
                    "review_on": demo.today + timedelta(days=365),
                },
                valid_from=demo.ago(9),
                source="tax_agency",
                today=demo.ago(9),
            )


def _household_of_the_year_before(demo: Demo) -> Household:
    """A family received nearly two years ago: the time to apply for its first twelve months is nearly out."""
    village = Village(demo.today, Random(24), dossiers=80_000)  # noqa: S311 - a demo, not a secret
    received_on = add_months(demo.today + LAPSES_IN, -24)
    decided = previous_working_day(received_on - timedelta(days=50))
    persons = village.family("arabiska", (43, 12), ground="UTLL_5_2", granted_on=decided - timedelta(days=60))
    household = _register(
        demo,
        decided + timedelta(days=3),
        _assigned(persons, decided, 1, category="quota", planned_on=received_on),
    )
    _receive(demo, household, received_on)
    homes.move_in(demo, household, "EX-0012", received_on)
    _send_reports(demo, household, received_on + timedelta(days=4))
    _population_register(demo, household, received_on + timedelta(days=35))
    _work(demo, household, demo.today)
    return household


def _homes(demo: Demo, earlier: Household) -> None:
    """Who lives where, who seeks a home, whose right ends soon, and how many the municipality wishes to receive."""
    homes.settle_the_last_day(demo)
    longest = homes.protected_since_three_years(demo)
    homes.move_in(demo, longest, "EX-0001", longest.case.opened_on)
    _work(demo, longest, demo.today)
    assigned = {
        number: Household.objects.get(assignments__reference=f"DEMO-{demo.ago(decided_ago).year}-{number:03d}")
        for number, decided_ago in ((2, 38), (8, 16), (9, 30))
    }
    alone = next(h for h in Household.objects.filter(category="self_settled") if len(_members(h)) == 1)
    homes.needs_and_offers(demo, (assigned[2], assigned[8], alone), assigned[9])
    homes.support_given(demo, (longest, earlier))
    homes.yearly_numbers(demo)


def _newcomer(demo: Demo, household: Household) -> None:
    contact = Membership.objects.get(household=household, position=Membership.Position.CONTACT)
    user = demo.users["nyanland"]
    NewcomerAccess.objects.create(user=user, person=contact.person)
    user.name = names_of([contact.person_id], demo.today)[contact.person_id]
    user.save(update_fields=["name"])


def _without_assignment(demo: Demo) -> None:
    """Self-settled households come by the same door and get the same flow; so does a relative."""
    village = Village(demo.today, Random(7), dossiers=70_000)  # noqa: S311 - a demo, not a secret
    for registered_ago, language, ages, ground, category in (
        (75, "arabiska", (34, 32, 7, 2), "UTLL_5_1", "self_settled"),
        (33, "tigrinja", (24,), "UTLL_5_1", "self_settled"),
        (18, "dari", (45, 16), "RELATIVE", "relative"),
    ):
        on = demo.ago(registered_ago)
        persons = village.family(
            language, ages, ground=ground, granted_on=on - timedelta(days=60), registered=category != "relative"
        )
        actor = demo.coordinator if category == "relative" else demo.actors["kontaktcenter"]
        household = reception.register_households(
            actor,
            [
                NewHousehold(
                    category=category,
                    persons=persons,
                    already_living_here=category == "self_settled",
                    needs_dwelling=False,
                    received_on=on,
                )
            ],
            today=on,
            source="person",
        )[0]
        _population_register(demo, household, demo.ago(max(registered_ago - 10, 1)))
        _work(demo, household, demo.today, leave=2 if registered_ago == 33 else 0)


def _across_boards(demo: Demo) -> None:
    """School and sfi know whom their tasks concern; social services by consent; some guidance was given."""
    open_households = list(
        Household.objects.filter(case__closed_on__isnull=True, case__protected_since__isnull=True)
        .select_related("case__branch")
        .order_by("case__number")
    )
    branches = {b.code: b for b in Branch.objects.all()}
    for index, household in enumerate(open_households):
        people = _members(household)
        adults = list(
            Person.objects.filter(
                memberships__household=household,
                memberships__valid_to__isnull=True,
                memberships__position__in=("contact", "adult"),
            )
        )
        children = [p for p in people if p not in adults]
        _consented(demo, household, adults, branches["social_services"], index)
        if index % 3 != 2:
            _disclose(
                demo, household, adults, branches["education"], ("name", "birth_date", "language", "contact"),
                "no_harm", "Sfi behöver namn och språk för att kunna skriva in och kalla till start.",
            )  # fmt: skip
        if children:
            _disclose(
                demo, household, children, branches["school"], ("name", "birth_date", "language"),
                "no_harm", "Skolan behöver namn och ålder för att placera barnet och ordna modersmålsstöd.",
            )  # fmt: skip
        for days in (21, 7):
            on = demo.ago(days + index)
            if household.case.opened_on < on:
                plan.log_guidance(
                    demo.coordinator, case=household.case, on=on,
                    topic=("authorities", "housing", "swedish", "leisure", "income")[(index + days) % 5],
                    channel=("meeting", "phone", "home")[index % 3],
                    language="ukrainska" if household.category == "temporary_protection" else "arabiska",
                    interpreter_used=index % 2 == 0, note="", today=on,
                )  # fmt: skip
    first = open_households[-1]
    plan.add_own_task(
        demo.coordinator,
        case=first.case,
        title="Boka gemensamt möte med skolan om skolskjuts",
        unit=Unit.objects.get(code="school"),
        due_on=demo.today + timedelta(days=9),
        person=None,
        today=demo.today,
    )


def _consented(demo: Demo, household: Household, adults: Sequence[Person], recipient: Branch, index: int) -> None:
    if index % 4 == 3:
        return
    given = max(demo.ago(20 + index), household.case.opened_on)
    fields = ("name", "birth_date", "identifiers", "language", "interpreter", "contact")
    sharing.record_consent(
        demo.coordinator,
        case=household.case,
        persons=adults,
        recipient=recipient,
        fields=fields,
        purpose="Första mötet med socialsekreterare och ansökan om ekonomiskt stöd",
        language="ukrainska" if household.category == "temporary_protection" else "arabiska",
        interpreter_used=True,
        given_on=given,
        expires_on=demo.today + timedelta(days=300),
        today=demo.today,
    )
    _disclose(
        demo, household, adults, recipient, fields, "consent",
        "Hushållet har bett mottagandet att förbereda mötet hos socialförvaltningen.",
    )  # fmt: skip


def _disclose(
    demo: Demo,
    household: Household,
    persons: Sequence[Person],
    recipient: Branch,
    fields: Sequence[str],
    ground: str,
    reason: str,
) -> None:
    sharing.make_disclosure(
        demo.coordinator,
        case=household.case,
        persons=persons,
        recipient=recipient,
        fields=fields,
        ground=ground,
        reason=reason,
        valid_to=demo.today + timedelta(days=240),
        today=demo.today,
    )
