"""The actor: who acts, with which grants. Every service and query takes one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from hemvist.access.models import RoleGrant, User
from hemvist.access.roles import PERMISSIONS


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one unit, with the unit's branch and board resolved."""

    role: str
    unit_id: int
    branch_id: int
    board_id: int
    handles_protected: bool = False

    def can(self, permission: str) -> bool:
        return permission in PERMISSIONS.get(self.role, frozenset())


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person. Holds no password, no session; safe to hand to services."""

    user_id: uuid.UUID | None
    name: str
    grants: tuple[Grant, ...] = ()

    def can(self, permission: str) -> bool:
        """Whether any grant has the permission, somewhere."""
        return any(grant.can(permission) for grant in self.grants)

    def branches(self, permission: str) -> frozenset[int]:
        """The branches in which the permission holds."""
        return frozenset(grant.branch_id for grant in self.grants if grant.can(permission))

    def units(self, permission: str) -> frozenset[int]:
        return frozenset(grant.unit_id for grant in self.grants if grant.can(permission))

    def protected_branches(self, permission: str) -> frozenset[int]:
        """The branches in which the permission holds for protected identities too."""
        return frozenset(g.branch_id for g in self.grants if g.handles_protected and g.can(permission))

    @property
    def roles(self) -> str:
        return ", ".join(sorted({grant.role for grant in self.grants}))


def actor_for(user: User, today: date) -> Actor:
    """The user with the grants that hold today. One query."""
    grants = (
        RoleGrant.objects.filter(user=user, valid_from__lte=today)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today))
        .select_related("unit__branch")
        .order_by("id")
    )
    return Actor(
        user.id,
        user.name,
        tuple(Grant(g.role, g.unit_id, g.unit.branch_id, g.unit.branch.board_id, g.handles_protected) for g in grants),
    )


def system_actor(name: str) -> Actor:
    """The program itself, for commands run by someone with access to the server: no grants of its own."""
    return Actor(None, name)
