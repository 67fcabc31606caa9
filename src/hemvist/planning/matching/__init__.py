"""Homes for households, all matched together: a proposal, its proof and its reasons. See docs/matching.md.

Pure and deterministic. What must be is apart from what is wished; what weighs is the municipality's policy. A household
is its size, its needs and its wishes, never its origin, religion, nationality, ethnicity, language or sex.
"""

from hemvist.planning.matching.by_hand import first_come, hardest_first
from hemvist.planning.matching.explaining import Alternative, Explanation, explain, summary
from hemvist.planning.matching.model import (
    CRITERIA,
    FULL,
    NAMES,
    WISHES,
    Area,
    Home,
    Matching,
    MatchPolicy,
    Obstacle,
    Placement,
    Seeker,
    Unplaced,
    Wish,
    value,
    worth,
)
from hemvist.planning.matching.solve import match
from hemvist.planning.matching.verify import check

__all__ = [
    "CRITERIA",
    "FULL",
    "NAMES",
    "WISHES",
    "Alternative",
    "Area",
    "Explanation",
    "Home",
    "MatchPolicy",
    "Matching",
    "Obstacle",
    "Placement",
    "Seeker",
    "Unplaced",
    "Wish",
    "check",
    "explain",
    "first_come",
    "hardest_first",
    "match",
    "summary",
    "value",
    "worth",
]
