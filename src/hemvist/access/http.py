"""The request as our views see it: with an actor."""

from __future__ import annotations

from django.http import HttpRequest

from hemvist.access.actor import Actor
from hemvist.access.models import User


class ActorRequest(HttpRequest):
    """A request that :class:`~hemvist.access.middleware.ActorMiddleware` has passed and a view requires."""

    actor: Actor
    user: User
