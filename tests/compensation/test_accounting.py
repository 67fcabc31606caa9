"""The year's amounts as SIE 4I: balanced, by ground and unit, without persons."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from hemvist.access.actor import Actor
from hemvist.access.errors import Refused
from hemvist.compensation.accounting import sie_file
from hemvist.compensation.queries import overview
from hemvist.organisation.models import Municipality
from hemvist.reception.models import Person

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def rows(content: bytes) -> list[tuple[str, Decimal]]:
    text = content.decode("cp437")
    return [(account, Decimal(amount)) for account, amount in re.findall(r"#TRANS (\d+) \{[^}]*\} (-?[\d.]+)", text)]


def test_what_has_fallen_due_is_a_claim_on_the_state(person: Callable[..., Person], controller: Actor) -> None:
    person(date(2026, 2, 10))
    content = sie_file(controller, year=2026, today=date(2026, 12, 1))
    claimed = sum(amount for account, amount in rows(content) if account == "1681")
    assert (
        claimed == overview(controller, year=2026, today=date(2026, 12, 1)).due == 20_661 + 16_500 + 33_000 + 2 * 16_500
    )
    assert sum(amount for _account, amount in rows(content)) == 0
    text = content.decode("cp437")
    assert "#SIETYP 4" in text
    assert "Testsson" not in text
    assert "T-00001" not in text


def test_a_month_is_booked_once_when_it_has_ended(person: Callable[..., Person], controller: Actor) -> None:
    """What falls due while November still runs waits for the file of December: no voucher comes in two versions."""
    person(date(2026, 2, 10))
    until_october = sie_file(controller, year=2026, today=date(2026, 10, 31))
    assert sie_file(controller, year=2026, today=date(2026, 11, 1)) != until_october
    in_november = [rows(sie_file(controller, year=2026, today=date(2026, 11, day))) for day in (1, 29, 30)]
    assert in_november[0] == in_november[1] == in_november[2]
    assert rows(sie_file(controller, year=2026, today=date(2026, 12, 1)))[: len(in_november[0])] == in_november[0]


def test_a_year_in_which_nothing_fell_due_has_no_voucher(controller: Actor) -> None:
    assert rows(sie_file(controller, year=2026, today=TODAY)) == []


def test_without_accounts_the_file_says_what_to_fill_in(controller: Actor) -> None:
    owner = Municipality.objects.get()
    owner.data["compensation"].pop("accounts")
    owner.save()
    with pytest.raises(ValidationError, match="accounts"):
        sie_file(controller, year=2026, today=TODAY)


def test_an_account_that_lacks_is_named(person: Callable[..., Person], controller: Actor) -> None:
    person(date(2026, 2, 10))
    owner = Municipality.objects.get()
    del owner.data["compensation"]["accounts"]["income"]["initial"]
    owner.save()
    with pytest.raises(ValidationError, match=r"accounts\.income\.initial"):
        sie_file(controller, year=2026, today=TODAY)


def test_who_may_not_see_sums_gets_no_file(actor: Callable[..., Actor]) -> None:
    with pytest.raises(Refused):
        sie_file(actor("association"), year=2026, today=TODAY)
