"""Run in a demo's environment: adds what the demo lacks and prints the keys of the pages as JSON.

Everything is made by the services, as in ``tests/test_views_by_role.py``; this process alone touches the database.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hemvist.cli import setup_django

setup_django()

from django.db.models import Count, Q, QuerySet  # noqa: E402

from hemvist.access.actor import Actor, actor_for  # noqa: E402
from hemvist.access.models import User  # noqa: E402
from hemvist.coordination import queries as coordination  # noqa: E402
from hemvist.coordination.commitments import add_commitment  # noqa: E402
from hemvist.coordination.models import AuthorityReport, PlanTask  # noqa: E402
from hemvist.law.texts import texts  # noqa: E402
from hemvist.organisation.models import Branch, Unit  # noqa: E402
from hemvist.reception import importing, sharing  # noqa: E402
from hemvist.reception.import_columns import COLUMNS, LAYOUT  # noqa: E402
from hemvist.reception.layout import write_csv  # noqa: E402
from hemvist.reception.models import Household  # noqa: E402
from hemvist.web import clock  # noqa: E402

WORKERS = ("samordnare", "socialsekreterare", "sfi", "skola", "bostad", "kontaktcenter")
FILE_HEADER = [column.name for column in COLUMNS]


def actor(username: str) -> Actor:
    return actor_for(User.objects.get(username=username), clock.today())


def some_task(who: Actor, *, done: bool) -> str:
    tasks = PlanTask.objects.filter(coordination.visible_tasks(who, clock.today()))
    tasks = tasks.filter(status="done") if done else tasks.filter(status="open", unit__branch_id__in=own(who))
    found = tasks.order_by("due_on", "id").first()
    return str(found.id) if found else ""


def own(who: Actor) -> set[int]:
    return {grant.branch_id for grant in who.grants}


def first(households: QuerySet[Household]) -> Household:
    """The smallest family: what is shown of a person is shown of each."""
    sized = households.annotate(size=Count("memberships", distinct=True)).filter(size__gt=1)
    household = sized.order_by("size", "case__number").first()
    assert household is not None
    return household


def make() -> dict[str, Any]:
    today, coordinator = clock.today(), actor("samordnare")
    households = Household.objects.select_related("case__branch")
    open_ones = households.filter(case__closed_on=None, case__protected_since=None)
    received = first(
        open_ones.filter(
            arrivals__voided_at=None,
            assignments__isnull=False,
            case__consents__isnull=False,
            case__disclosures__isnull=False,
        )
    )
    waiting = first(open_ones.filter(arrivals=None, assignments__isnull=False))
    closed = first(households.filter(~Q(case__closed_on=None)))
    protected = first(households.exclude(case__protected_since=None))
    person = protected.memberships.get(position="contact").person
    person.case = protected.case
    waits = sharing.make_disclosure(
        coordinator,
        case=protected.case,
        persons=[person],
        recipient=Branch.objects.get(code="education"),
        fields=["name"],
        ground="no_harm",
        reason="Sfi behöver namnet för inskrivning",
        valid_to=today + timedelta(days=60),
        today=today,
    )
    examples = LAYOUT.example_rows()
    broken = [("x", *row[1:10], "", *row[11:12], "31 februari", *row[13:]) for row in examples]
    clean = importing.stage(coordinator, "anvisningar.csv", write_csv(FILE_HEADER, examples), today)
    faulty = importing.stage(coordinator, "med-fel.csv", write_csv(FILE_HEADER, broken), today)
    read = importing.stage(coordinator, "inläst.csv", write_csv(FILE_HEADER, examples), today)
    importing.discard(coordinator, read.id)
    member = received.memberships.get(position="contact")
    sent = received.case.reports.exclude(sent_on=None).first()
    unsent = AuthorityReport.objects.filter(sent_on=None, case__in=open_ones.values("case")).order_by("due_on").first()
    add_commitment(
        coordinator,
        year=today.year,
        quarter=(today.month + 2) // 3,
        unit=Unit.objects.get(code="sfi"),
        text="Kallar till start inom två veckor",
        due_on=None,
        today=today,
    )
    workers = {name: actor(name) for name in WORKERS}
    return {
        "household": received.id,
        "waiting": waiting.id,
        "closed": closed.id,
        "protected": protected.id,
        "person": member.person_id,
        "protected_person": person.id,
        "membership": received.memberships.filter(valid_to=None).last().id,
        "arrival": received.arrivals.filter(voided_at=None).first().id,
        "assignment": received.assignments.first().id,
        "waiting_assignment": waiting.assignments.first().id,
        "report": sent.id,
        "waiting_report": unsent.id,
        "consent": received.case.consents.first().id,
        "disclosure": received.case.disclosures.first().id,
        "waiting_disclosure": waits.id,
        "recipient": Branch.objects.get(code="education").id,
        "clean_run": clean.id,
        "faulty_run": faulty.id,
        "discarded_run": read.id,
        "law_text": next(iter(texts())),
        "case_number": received.case.number,
        "task": {name: some_task(who, done=False) for name, who in workers.items()},
        "done_task": {name: some_task(who, done=True) for name, who in workers.items()},
    }


if __name__ == "__main__":
    print(json.dumps(make(), default=str))
