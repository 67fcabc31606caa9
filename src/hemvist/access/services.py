"""What happens with users and visits."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from hemvist.access import audit
from hemvist.access.actor import Actor, actor_for
from hemvist.access.models import RoleGrant, User
from hemvist.access.roles import Role
from hemvist.organisation.models import Unit

# A new visit starts when this long has passed since the last page of the one before.
VISIT_GAP = timedelta(hours=8)


def note_visit(user: User, now: datetime) -> None:
    """Remember the visit before this one, so that the start page can tell what has happened since."""
    if user.current_visit is None or now - user.current_visit > VISIT_GAP:
        user.previous_visit, user.current_visit = user.current_visit, now
        user.save(update_fields=["previous_visit", "current_visit"])


@transaction.atomic
def add_user(actor: Actor, *, username: str, name: str, password: str, email: str = "") -> User:
    """A new user without any role. Raises ValidationError when the name is taken or the password weak."""
    if User.objects.filter(username__iexact=username).exists():
        raise ValidationError(_("Användarnamnet ”%(name)s” är upptaget.") % {"name": username})
    validate_password(password)
    user = User.objects.create_user(username, name, password)
    user.email = email
    user.save(update_fields=["email"])
    audit.record(actor, "user.added", object_type="user", object_ids=[user.id])
    return user


@transaction.atomic
def grant_role(
    actor: Actor,
    *,
    user: User,
    role: str,
    unit: Unit,
    valid_from: date,
    valid_to: date | None = None,
    handles_protected: bool = False,
    decided_by: str,
) -> RoleGrant:
    """Give a user a role in a unit. The one who decided is named; nobody grants in silence."""
    if role not in Role.values:
        raise ValidationError(_("Rollen ”%(role)s” finns inte.") % {"role": role})
    if not decided_by.strip():
        raise ValidationError(_("Skriv vem som har beslutat om behörigheten."))
    if valid_to is not None and valid_to <= valid_from:
        raise ValidationError(_("Behörigheten kan inte upphöra före den dag den började."))
    grant, created = RoleGrant.objects.get_or_create(
        user=user,
        role=role,
        unit=unit,
        valid_from=valid_from,
        defaults={"valid_to": valid_to, "handles_protected": handles_protected, "decided_by": decided_by},
    )
    if created:
        audit.record(
            actor,
            "role.granted",
            object_type="user",
            object_ids=[user.id],
            details={"role": role, "unit": unit.code, "handles_protected": handles_protected},
            reason=decided_by,
        )
    elif (grant.valid_to, grant.handles_protected) != (valid_to, handles_protected):
        raise ValidationError(
            _("Användaren har redan rollen i den enheten från den dagen, på andra villkor. Avsluta den först.")
        )
    return grant


@transaction.atomic
def end_role(actor: Actor, *, grant: RoleGrant, on: date) -> None:
    """The grant holds until the day before ``on``."""
    if on <= grant.valid_from:
        raise ValidationError(_("Behörigheten kan inte upphöra före den dag den började."))
    grant.valid_to = on
    grant.save(update_fields=["valid_to"])
    audit.record(actor, "role.ended", object_type="user", object_ids=[grant.user_id], details={"role": grant.role})


@transaction.atomic
def close_account(actor: Actor, *, user: User, on: date) -> int:
    """The user may no longer sign in; every role ends. Returns how many roles ended."""
    grants = user.grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    # A role that began today never held a whole day; it ends by the account's closing.
    ended = grants.filter(valid_from__lt=on).update(valid_to=on)
    user.is_active = False
    user.save(update_fields=["is_active"])
    audit.record(actor, "user.closed", object_type="user", object_ids=[user.id], details={"roles": ended})
    return ended


# Five wrong passwords for a name close it for a quarter of an hour: guessing becomes pointless, a typo does not.
FAILURES_ALLOWED = 5
FAILURE_SECONDS = 15 * 60


def _failure_key(username: str) -> str:
    """One key for every way to write a name that the sign-in form reads as the same."""
    name = unicodedata.normalize("NFKC", username).strip().casefold()
    return "sign-in-failures:" + hashlib.sha256(name.encode(errors="replace")).hexdigest()


def may_try_to_sign_in(username: str) -> bool:
    """Whether this name may try a password now."""
    return int(cache.get(_failure_key(username), 0)) < FAILURES_ALLOWED


def note_sign_in(user: User, today: date) -> None:
    """A password was right."""
    cache.delete(_failure_key(user.username))
    audit.record(actor_for(user, today), "user.signed_in", object_type="user", object_ids=[user.id])


def note_failed_sign_in(username: str) -> None:
    """A password was wrong, or nobody has the name. The name itself is not kept: people type passwords there."""
    key = _failure_key(username)
    cache.add(key, 0, FAILURE_SECONDS)
    cache.incr(key)
    known = User.objects.filter(username=username.replace("\0", "").strip()).values_list("id", flat=True)
    audit.record(Actor(None, "okänd"), "user.sign_in_failed", object_type="user", object_ids=list(known))
