"""The texts of a municipality's folder as the reader has them."""

from __future__ import annotations

from django.utils.translation import get_language

from hemvist.organisation.schema import Text


def language() -> str:
    """The reader's language, ``sv`` or ``en``."""
    return "en" if (get_language() or "sv").startswith("en") else "sv"


def said(text: Text | None) -> str:
    """A text in the reader's language; empty when there is none."""
    return text.get(language()) if text else ""
