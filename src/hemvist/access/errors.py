"""How Hemvist says no. Both are logged; neither tells more than the person may know."""

from __future__ import annotations

from django.http import Http404


class Refused(Exception):
    """The actor may not do this. ``reason`` is a Swedish sentence shown on the page (403)."""

    def __init__(self, reason: str, *, action: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.action = action


class NotVisible(Http404):
    """The thing does not exist, or the actor may not know that it does. The answer is the same (404)."""

    def __init__(self, *, action: str = "", object_id: str = "") -> None:
        super().__init__()
        self.action = action
        self.object_id = object_id
