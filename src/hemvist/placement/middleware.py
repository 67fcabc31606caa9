"""The day of a move begins with the first request of the day, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hemvist.placement import carrying_out
from hemvist.web import clock


class CarryOutMoves:
    """Carries out the moves whose day has come before the request is let in. One query when there are none.

    It fails closed: if a move cannot be carried out, nobody sees what is no longer theirs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        today = clock.today()
        if carrying_out.due(today):
            carrying_out.carry_out_due(today)
        return self.get_response(request)
