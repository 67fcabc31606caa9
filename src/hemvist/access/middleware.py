"""Who is asking, and how a refusal is told and logged."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hemvist.access import audit
from hemvist.access.actor import Actor, actor_for
from hemvist.access.errors import NotVisible, Refused


class ActorMiddleware:
    """Puts ``request.actor`` there (None for an anonymous visitor) and turns refusals into pages.

    Pages with personal data are never stored by the browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        actor: Actor | None = actor_for(user, timezone.localdate()) if user.is_authenticated else None
        request.actor = actor  # type: ignore[attr-defined]
        response = self.get_response(request)
        if actor is not None:
            response.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        actor: Actor | None = getattr(request, "actor", None)
        if isinstance(exception, NotVisible):
            if actor is not None:
                audit.record(
                    actor,
                    "access.refused",
                    object_ids=[exception.object_id] if exception.object_id else [],
                    details={"path": request.path, "permission": exception.action},
                )
            return render(request, "404.html", status=404)
        if isinstance(exception, Refused):
            if actor is not None:
                audit.record(
                    actor,
                    "access.refused",
                    details={"path": request.path, "permission": exception.action},
                    reason=exception.reason,
                )
            return render(request, "403.html", {"reason": exception.reason}, status=403)
        return None
