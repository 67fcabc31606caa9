"""The one place where a view asks what day it is."""

from __future__ import annotations

from datetime import date

from django.utils import timezone


def today() -> date:
    """The calendar day in Sweden."""
    return timezone.localdate()
