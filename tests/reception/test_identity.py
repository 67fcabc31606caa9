"""Identity numbers: what is taken, in which form it is kept, and what a wrong one is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from hemvist.reception.identity import is_test_number, luhn, normalise, show

TODAY = date(2026, 11, 23)
BIRTHS = st.dates(date(1890, 1, 1), TODAY)
NUMBERS = st.integers(0, 999)


def number(day: str, birth_number: int) -> str:
    """Twelve digits with the right check digit."""
    nine = f"{day[2:]}{birth_number:03d}"
    return f"{day}{birth_number:03d}{luhn(nine)}"


def refused(kind: str, text: str) -> str:
    with pytest.raises(ValidationError) as told:
        normalise(kind, text, TODAY)
    return told.value.messages[0]


# --- personnummer -------------------------------------------------------------------------------------------


def test_a_known_number_is_kept_as_twelve_digits() -> None:
    # The example of Skatteverket's brochure on personnummer.
    assert normalise("personnummer", "19640823-3234", TODAY) == "196408233234"


@given(BIRTHS, NUMBERS)
def test_what_is_kept_is_shown_and_read_again_as_the_same(birth: date, birth_number: int) -> None:
    whole = number(f"{birth:%Y%m%d}", birth_number)
    kept = normalise("personnummer", whole, TODAY)
    assert kept == whole
    assert normalise("personnummer", show("personnummer", kept), TODAY) == kept


@given(st.dates(date(1927, 1, 1), TODAY), NUMBERS)
def test_ten_digits_get_the_century_of_someone_below_a_hundred(birth: date, birth_number: int) -> None:
    whole = number(f"{birth:%Y%m%d}", birth_number)
    for text in (whole[2:], f"{whole[2:8]}-{whole[8:]}"):
        assert normalise("personnummer", text, TODAY) == whole


@given(st.dates(date(1890, 1, 1), date(1926, 12, 31)), NUMBERS)
def test_a_plus_sign_says_a_hundred_or_more(birth: date, birth_number: int) -> None:
    whole = number(f"{birth:%Y%m%d}", birth_number)
    assert normalise("personnummer", f"{whole[2:8]}+{whole[8:]}", TODAY) == whole


def test_a_century_that_nobody_is_of_asks_for_twelve_digits() -> None:
    born_1830 = number("18300101", 238)
    assert "1830" in refused("personnummer", f"{born_1830[2:8]}+{born_1830[8:]}")
    assert "tolv siffror" in refused("personnummer", number("18300101", 238))


def test_a_day_in_the_future_is_refused() -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert "tolv siffror" in refused("personnummer", number(f"{tomorrow:%Y%m%d}", 980))
    assert normalise("personnummer", number(f"{TODAY:%Y%m%d}", 980), TODAY)


@pytest.mark.parametrize("written", ["19640823-3234", " 19640823 3234 ", "1964 0823-3234", "19640823\u00a03234\t"])
def test_blanks_do_not_matter(written: str) -> None:
    assert normalise("personnummer", written, TODAY) == "196408233234"


@given(BIRTHS, NUMBERS, st.integers(2, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(birth: date, birth_number: int, place: int, shift: int) -> None:
    whole = number(f"{birth:%Y%m%d}", birth_number)
    wrong = whole[:place] + str((int(whole[place]) + shift) % 10) + whole[place + 1 :]
    refused("personnummer", wrong)


def test_a_wrong_check_digit_is_told_as_such() -> None:
    assert "Kontrollsiffran" in refused("personnummer", "19640823-3235")


@pytest.mark.parametrize("day", ["19640230", "19641301", "19640832", "19640001", "19640800", "20250229"])
def test_a_day_that_does_not_exist_is_told_as_such(day: str) -> None:
    assert "datum som inte finns" in refused("personnummer", number(day, 323))


@pytest.mark.parametrize(
    "text",
    ["", "-", "640823", "640823-323", "19640823-32345", "19640823/3234", "19640823--3234", "196408x33234", "ingen"],
)
def test_what_is_no_number_is_told_how_to_write_one(text: str) -> None:
    assert "ÅÅÅÅMMDD-NNNN" in refused("personnummer", text)


def test_digits_of_other_scripts_are_not_kept_beside_the_same_number_in_ours() -> None:
    eastern = "19640823-3234".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert "ÅÅÅÅMMDD-NNNN" in refused("personnummer", eastern)


# --- samordningsnummer --------------------------------------------------------------------------------------


@given(BIRTHS, NUMBERS)
def test_a_samordningsnummer_adds_sixty_to_the_day(birth: date, birth_number: int) -> None:
    whole = number(f"{birth:%Y%m}{birth.day + 60}", birth_number)
    assert normalise("samordningsnummer", show("samordningsnummer", whole), TODAY) == whole
    refused("personnummer", whole)


@pytest.mark.parametrize("day", ["19700060", "19700660", "19700061", "19700091", "19700690", "20260060"])
def test_a_samordningsnummer_may_lack_month_or_day(day: str) -> None:
    assert normalise("samordningsnummer", number(day, 980), TODAY) == number(day, 980)


@pytest.mark.parametrize("day", ["19701360", "19701361", "19709960", "19700291"])
def test_a_month_or_day_that_is_known_must_exist(day: str) -> None:
    assert "datum som inte finns" in refused("samordningsnummer", number(day, 980))


@pytest.mark.parametrize("day", ["19700623", "19700692", "19700659"])
def test_a_samordningsnummer_without_the_sixty_is_told_so(day: str) -> None:
    assert "mellan 61 och 91" in refused("samordningsnummer", number(day, 980))


# --- dossier numbers and test numbers -----------------------------------------------------------------------


@pytest.mark.parametrize(("text", "kept"), [("51-123456", "51-123456"), (" ab 12/3 ", "AB12/3")])
def test_a_dossier_number_is_kept_as_written_in_capitals(text: str, kept: str) -> None:
    assert normalise("dossier", text, TODAY) == kept
    assert show("dossier", kept) == kept


@pytest.mark.parametrize("text", ["", "12", "1" * 21, "51_123", "51;123", "5１3"])
def test_a_dossier_number_of_strange_signs_or_length_is_refused(text: str) -> None:
    assert "Dossiernumret" in refused("dossier", text)


@given(BIRTHS, NUMBERS)
def test_only_the_last_birth_numbers_are_test_numbers(birth: date, birth_number: int) -> None:
    whole = number(f"{birth:%Y%m%d}", birth_number)
    assert is_test_number("personnummer", whole) is (birth_number >= 980)
