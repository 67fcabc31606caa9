"""What happens with users and visits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hemvist.access import audit
from hemvist.access.actor import Actor
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
