"""What changes between two wordings, as somebody with a pencil would mark it.

The result holds both texts: without the deletions it reads as the new one, without the insertions as the old one.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from hemvist.documents.model import Run

# A word holds together with what stands inside it, and a number of an act with its brackets: e-post, (2016:38). Space
# and signs are pieces of their own.
_PIECES = re.compile(r"\(\d{4}:\d+\)|\w+(?:[:.’'/-]\w+)*|\s+|[^\w\s]")
# Fewer whole words than this between two changes are not worth leaving: one change is easier to read than two.
_WORDS_TO_REST_ON = 2
# When less than this share of the longer text is left, the whole is said anew.
_SHARE_TO_KEEP = 0.2

_Change = tuple[list[str], list[str]]


def redline(old: str, new: str) -> tuple[Run, ...]:
    """The runs that turn ``old`` into ``new``: whole words, what goes before what comes.

    Changes that lie close are drawn together, and texts that have next to nothing in common are exchanged whole.
    """
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    changes = _drawn_together(before, after)
    kept = sum(_words(gone) for gone, came in changes if gone is came)
    longer = max(_words(before), _words(after))
    if longer and kept < longer * _SHARE_TO_KEEP:
        changes = [(before, after)]
    runs: list[Run] = []
    for gone, came in changes:
        if gone is came:
            runs.append(Run("".join(gone)))
            continue
        runs += [Run("".join(gone), "deleted")] if gone else []
        runs += [Run("".join(came), "inserted")] if came else []
    return tuple(runs)


def _drawn_together(before: list[str], after: list[str]) -> list[_Change]:
    """Pairs of what was and what is instead; what stays is the same list twice."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    codes = matcher.get_opcodes()
    changes: list[_Change] = []
    for position, (tag, i1, i2, j1, j2) in enumerate(codes):
        gone, came = before[i1:i2], after[j1:j2]
        between = 0 < position < len(codes) - 1
        if tag == "equal" and not (between and _words(gone) < _WORDS_TO_REST_ON):
            changes.append((gone, gone))
        elif changes and changes[-1][0] is not changes[-1][1]:
            changes[-1][0].extend(gone)
            changes[-1][1].extend(came)
        else:
            changes.append((list(gone), list(came)))
    return changes


def _words(pieces: list[str]) -> int:
    return sum(bool(re.search(r"\w", piece)) for piece in pieces)
