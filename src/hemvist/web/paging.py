"""Paging that never counts: it fetches one row more than it shows and says whether there are more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest

T = TypeVar("T")
# Rows a page.
SIZE = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def previous_number(self) -> int:
        return self.number - 1

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def page_number(value: str | int | None) -> int:
    """A page number from the address; anything else, and what no list reaches, means the first page."""
    text = str(value)
    return max(int(text), 1) if text.isdecimal() and len(text) < 7 else 1


def asked_page(request: HttpRequest) -> int:
    """The page that the address asks for; ``web/pagination.html`` writes the same parameter."""
    return page_number(request.GET.get("sida"))


def query_of(request: HttpRequest, **changed: str) -> str:
    """What the address asks for, on its first page and with what is changed: for a link to the same list as a file."""
    query = request.GET.copy()
    query.pop("sida", None)
    for name, value in changed.items():
        query[name] = value
    return query.urlencode()
