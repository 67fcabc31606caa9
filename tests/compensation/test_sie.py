"""The SIE file: a ledger that reads it by the standard finds the same vouchers, whatever is written in the texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemvist.compensation.sie import Row, SieFile, Voucher, write

DAY = date(2026, 11, 23)

# --- a reader, after the standard ---------------------------------------------------------------------------

_FIELD = re.compile(r'[ \t]*(?:"((?:\\"|[^"])*)"|([{}])|([^ \t"{}]+))')

Post = list[str]


def posts(content: bytes) -> Iterator[Post]:
    """The fields of each line. A brace outside quotation marks is a field of its own."""
    assert content.endswith(b"\r\n")
    for line in content.decode("cp437").removesuffix("\r\n").split("\r\n"):
        assert not re.search(r"[\x00-\x1f\x7f]", line)
        fields, at = [], 0
        while at < len(line):
            match = _FIELD.match(line, at)
            assert match, line
            quoted, brace, plain = match.groups()
            fields.append(plain or brace or quoted.replace(r"\"", '"'))
            at = match.end()
        yield fields


def row_of(post: Post) -> Row:
    account, opening, *rest = post[1:]
    centre = ""
    if rest[0] != "}":
        dimension, centre, *rest = rest
        assert dimension == "1"
    closing, amount = rest
    assert (opening, closing) == ("{", "}")
    assert re.fullmatch(r"-?\d+\.\d\d", amount)
    return Row(account, int(amount.replace(".", "")), centre)


def read(content: bytes) -> tuple[list[Post], list[Voucher]]:
    """The posts before the vouchers, and the vouchers."""
    head: list[Post] = []
    vouchers: list[Voucher] = []
    lines = posts(content)
    for post in lines:
        if post[0] != "#VER":
            assert not vouchers
            head.append(post)
            continue
        series, number, day, text = post[1:]
        # The ledger gives them.
        assert (series, number) == ("", "")
        assert next(lines) == ["{"]
        rows = []
        while (line := next(lines)) != ["}"]:
            assert line[0] == "#TRANS"
            rows.append(row_of(line))
        vouchers.append(Voucher(date.fromisoformat(day), text, rows))
    return head, vouchers


def file(*vouchers: Voucher, **changes: object) -> SieFile:
    values: dict[str, object] = {
        "company": "Exempelby kommun",
        "program": "Hemvist",
        "program_version": "0.1.0",
        "generated": DAY,
        "vouchers": vouchers,
    }
    return SieFile(**{**values, **changes})  # type: ignore[arg-type]


def voucher(text: str = "") -> Voucher:
    return Voucher(DAY, text, [Row("1681", 100_00), Row("3511", -100_00)])


def texts_of(text: str) -> str:
    """The text as it is read back."""
    return read(write(file(voucher(text))))[1][0].text


# --- the file as a whole ------------------------------------------------------------------------------------


def test_a_file_in_full() -> None:
    content = write(
        file(
            Voucher(
                date(2026, 10, 31),
                "Schablonersättning, kvartal 3",
                [
                    Row("1681", 16_500_00),
                    Row("3511", -9_075_00, "4100"),
                    Row("3511", -7_425_00, "3200"),
                ],
            ),
            company="Enköpings kommun",
            accounts={"1681": "Fordran på staten", "3511": "Schablonersättning"},
            centres={"4100": "Grundskola", "3200": "Övrigt"},
        )
    )
    assert content.decode("cp437") == (
        "#FLAGGA 0\r\n"
        '#PROGRAM "Hemvist" "0.1.0"\r\n'
        "#FORMAT PC8\r\n"
        "#GEN 20261123\r\n"
        "#SIETYP 4\r\n"
        '#FNAMN "Enköpings kommun"\r\n'
        '#KONTO 1681 "Fordran på staten"\r\n'
        '#KONTO 3511 "Schablonersättning"\r\n'
        '#DIM 1 "Ansvar"\r\n'
        '#OBJEKT 1 "4100" "Grundskola"\r\n'
        '#OBJEKT 1 "3200" "Övrigt"\r\n'
        '#VER "" "" 20261031 "Schablonersättning, kvartal 3"\r\n'
        "{\r\n"
        "#TRANS 1681 {} 16500.00\r\n"
        '#TRANS 3511 {"1" "4100"} -9075.00\r\n'
        '#TRANS 3511 {"1" "3200"} -7425.00\r\n'
        "}\r\n"
    )
    assert b"Enk\x94pings" in content


def test_only_what_is_known_is_written() -> None:
    head, vouchers = read(write(file()))
    assert [post[0] for post in head] == ["#FLAGGA", "#PROGRAM", "#FORMAT", "#GEN", "#SIETYP", "#FNAMN"]
    assert vouchers == []


# --- texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read_back"),
    [
        ("Åsa, Örjan och André", "Åsa, Örjan och André"),
        ("A\u030asa", "Åsa"),
        ('Familjen "Ek"', 'Familjen "Ek"'),
        ("”Ek” – ’kvartal 3’…", "\"Ek\" - 'kvartal 3'..."),
        ("KS § 207, §§ 12–13", "KS par. 207, par. 12-13"),
        ("12 000 €", "12 000 EUR"),
        ("C:\\mapp\\", "C:/mapp/"),
        ("två\r\nrader\toch\u2028en tredje", "två rader och en tredje"),
        ("ljud\x07\x7f\u200b", "ljud"),
        ("Šimić Łódź Søren", "Simic Lódz Soren"),
        ("Олена", "?????"),
        ("#VER { } #TRANS", "#VER { } #TRANS"),
        ("＼＂", '/"'),
        ("  ", ""),
    ],
)
def test_a_text_can_be_read_in_code_page_437(written: str, read_back: str) -> None:
    assert texts_of(written) == read_back


# --- any vouchers -------------------------------------------------------------------------------------------

# What code page 437 has, but a backslash, which is written as a slash.
PC8 = st.text([c for c in bytes(range(32, 255)).decode("cp437") if c not in "\x7f\\"], max_size=30).map(
    lambda text: " ".join(text.split())
)
ANYTHING = st.text(max_size=30)
ACCOUNTS = st.text("0123456789", min_size=3, max_size=10)
AMOUNTS = st.integers(-(10**14), 10**14)


@st.composite
def vouchers(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Voucher:
    rows = draw(st.lists(st.builds(Row, ACCOUNTS, AMOUNTS, texts), max_size=6))
    last = Row(draw(ACCOUNTS), -sum(row.amount for row in rows), draw(texts))
    return Voucher(draw(st.dates(date(1990, 1, 1))), draw(texts), [*rows, last])


@given(st.lists(vouchers(PC8), max_size=5))
def test_what_is_written_is_read_back(written: list[Voucher]) -> None:
    assert read(write(file(*written)))[1] == written


@given(st.lists(vouchers(ANYTHING), max_size=5), ANYTHING, st.dictionaries(ANYTHING, ANYTHING, max_size=3))
def test_no_text_breaks_the_lines_and_every_voucher_balances(
    written: list[Voucher], name: str, centres: dict[str, str]
) -> None:
    content = write(file(*written, company=name, program=name, accounts={"1681": name}, centres=centres))
    head, found = read(content)
    assert [(post[0], len(post)) for post in head] == [
        ("#FLAGGA", 2),
        ("#PROGRAM", 3),
        ("#FORMAT", 2),
        ("#GEN", 2),
        ("#SIETYP", 2),
        ("#FNAMN", 2),
        ("#KONTO", 3),
        *([("#DIM", 3)] if centres else []),
        *[("#OBJEKT", 4)] * len(centres),
    ]
    assert len(found) == len(written)
    assert all(sum(row.amount for row in voucher.rows) == 0 for voucher in found)
    assert sorted(row.amount for v in found for row in v.rows) == sorted(row.amount for v in written for row in v.rows)


# --- what a ledger would not take ---------------------------------------------------------------------------


def test_a_voucher_that_does_not_balance_is_named() -> None:
    wrong = Voucher(DAY, "Kvartal 3", [Row("1681", 100_00), Row("3511", -99_95)])
    with pytest.raises(ValueError, match=r"Verifikationen den 2026-11-23 \(Kvartal 3\) balanserar inte.* 0,05 kronor"):
        write(file(voucher(), wrong))


def test_a_voucher_without_rows_is_named() -> None:
    with pytest.raises(ValueError, match=r"Verifikationen den 2026-11-23 \(Tom\) har inga rader"):
        write(file(Voucher(DAY, "Tom", [])))


@pytest.mark.parametrize("account", ["", "3511 ", "35a", "３５１１", "3511\r\n"])
def test_an_account_is_digits(account: str) -> None:
    with pytest.raises(ValueError, match="kontonummer"):
        write(file(Voucher(DAY, "", [Row(account, 0)])))
    with pytest.raises(ValueError, match="kontonummer"):
        write(file(accounts={account: "x"}))
