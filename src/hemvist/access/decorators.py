"""What stands in front of a view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from hemvist.access import policy

View = Callable[..., HttpResponse]


def requires(permission: str) -> Callable[[View], View]:
    """The view answers only actors with the permission; others get a page with the reason (403)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            policy.require(request.actor, permission)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
