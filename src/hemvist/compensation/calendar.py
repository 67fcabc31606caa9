"""The last days of claims in a calendar program (iCalendar, RFC 5545), behind a secret address.

What the address gives names a paragraph, a day and a number of applications: never a person, never a case.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from icalendar import Alarm, Calendar, Event

from hemvist.access import audit, policy
from hemvist.access.actor import Actor, actor_for
from hemvist.access.errors import NotVisible
from hemvist.compensation.claims import due_counts
from hemvist.compensation.models import CalendarFeed
from hemvist.law.claims import ClaimGround

TOKEN_BYTES = 32
ALARM = timedelta(days=-14)
# How often a calendar program should ask again.
REFRESH = timedelta(days=1)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _owner(actor: Actor) -> uuid.UUID:
    """The user whose addresses they are. The program itself has no permission and none."""
    policy.require(actor, "compensation.read")
    assert actor.user_id is not None
    return actor.user_id


def list_feeds(actor: Actor) -> list[CalendarFeed]:
    """The actor's own addresses that still work."""
    return list(CalendarFeed.objects.filter(user_id=_owner(actor), revoked_at__isnull=True))


@transaction.atomic
def make_feed(actor: Actor) -> tuple[CalendarFeed, str]:
    """A new secret address and its token, which is shown once: only the hash is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.create(user_id=_owner(actor), token_hash=_hash(token))
    audit.record(actor, "calendar_feed.made", object_type="calendar_feed", object_ids=[feed.pk])
    return feed, token


@transaction.atomic
def revoke_feed(actor: Actor, feed_id: int, *, now: datetime) -> None:
    """The address stops at once. Raises NotVisible for another user's."""
    found = CalendarFeed.objects.filter(pk=feed_id, user_id=_owner(actor), revoked_at__isnull=True)
    if not found.update(revoked_at=now):
        raise NotVisible(action="compensation.read", object_id=str(feed_id))
    audit.record(actor, "calendar_feed.revoked", object_type="calendar_feed", object_ids=[feed_id])


@transaction.atomic
def read_feed(token: str, *, today: date, now: datetime, link: str) -> bytes:
    """The calendar behind an address, with what its owner may see today. Audited.

    Raises NotVisible, and tells no more, for an address that is wrong or revoked, and when the owner's account is
    closed or no longer holds the permission.
    """
    feed = (
        CalendarFeed.objects.filter(token_hash=_hash(token), revoked_at__isnull=True, user__is_active=True)
        .select_related("user")
        .first()
    )
    actor = actor_for(feed.user, today) if feed else None
    if feed is None or actor is None or not actor.can("compensation.read"):
        raise NotVisible(action="compensation.read")
    feed.last_read_at = now
    feed.save(update_fields=["last_read_at"])
    counts = due_counts(actor, today)
    audit.record(
        actor,
        "calendar_feed.read",
        object_type="calendar_feed",
        object_ids=[feed.pk],
        details={"days": len(counts), "claims": sum(counts.values())},
    )
    # The program that asks has no language of its own.
    with translation.override(settings.LANGUAGE_CODE):
        return calendar_of(counts, now=now, link=link)


def calendar_of(counts: Mapping[tuple[date, ClaimGround], int], *, now: datetime, link: str) -> bytes:
    """The days as a calendar: an event a day and ground, with a reminder two weeks before."""
    calendar = Calendar()
    calendar.add("prodid", "-//Hemvist//Claims//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Hemvist: sista dagar att söka ersättning"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for (day, ground), count in counts.items():
        calendar.add_component(_event(day, ground, count, now, link))
    return calendar.to_ical()


def _event(day: date, ground: ClaimGround, count: int, now: datetime, link: str) -> Event:
    words = ngettext(
        "Sista dag att söka ersättning enligt %(section)s (%(count)d ansökan)",
        "Sista dag att söka ersättning enligt %(section)s (%(count)d ansökningar)",
        count,
    ) % {"section": ground.section, "count": count}
    event = Event()
    # The same day and ground is the same event the next time, whatever the count has become.
    event.add("uid", f"{uuid.uuid5(uuid.NAMESPACE_URL, f'{link}#{ground.code}-{day.isoformat()}')}@hemvist")
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("summary", words)
    event.add(
        "description",
        _("Ansökan ska ha kommit in till Migrationsverket (%(section)s förordningen (%(act)s)).")
        % {"section": ground.section, "act": ground.act},
    )
    event.add("url", link)
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", ALARM)
    alarm.add("description", words)
    event.add_component(alarm)
    return event
