"""Where a provision is read: the official address of every act in Svensk författningssamling."""

from __future__ import annotations

from hemvist.law.types import Source


def sfs(act: str, section: str = "") -> Source:
    """The provision with the public address of its act: ``sfs("2016:39", "10 §")``."""
    return Source(act, section, f"https://rkrattsbaser.gov.se/sfst?bet={act}")
