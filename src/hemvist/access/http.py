"""The request as our views see it: with an actor, to show a form or with one sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.views.decorators.http import require_http_methods

from hemvist.access.actor import Actor
from hemvist.access.models import User


class ActorRequest(HttpRequest):
    """A request that :class:`~hemvist.access.middleware.ActorMiddleware` has passed and a view requires."""

    actor: Actor
    user: User


# A page that shows a form and takes it.
form_page = require_http_methods(["GET", "HEAD", "POST"])


def form_data(request: ActorRequest) -> Any:
    """What a form is made from: what was sent, or None for an empty one."""
    return request.POST if request.method == "POST" else None
