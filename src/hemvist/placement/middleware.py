"""The day of a move begins with the first request of the day, whoever makes it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hemvist.placement import carrying_out
from hemvist.web import clock

log = logging.getLogger(__name__)
# Plain, since nothing may be read from the database before the move is done.
CLOSED = (
    "Hemvist är stängt en stund: en beslutad flytt av ansvar kunde inte genomföras, och innan den är det får ingen se "
    "ärenden. Den som sköter systemet ser felet i loggen, och kan återkalla flytten med hemvist placement give-up."
)


class CarryOutMoves:
    """Carries out the moves whose day has come before the request is let in. One query when there are none.

    It fails closed: if a move cannot be carried out, nobody sees what is no longer theirs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        today = clock.today()
        if carrying_out.due(today):
            try:
                carrying_out.carry_out_due(today)
            except Exception:
                log.exception("A move of responsibility could not be carried out")
                return HttpResponse(CLOSED, status=503, content_type="text/plain; charset=utf-8")
        return self.get_response(request)
