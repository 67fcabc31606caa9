"""The request as our views see it: with an actor, to show a form or with one sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
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


def pressed(request: ActorRequest, deed: Callable[[], object], done: str) -> None:
    """Do what a button asks for, and tell the reader that it is ``done``, or why it cannot be."""
    try:
        deed()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
