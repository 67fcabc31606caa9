"""The redline holds both texts, and is readable."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hemvist.documents.model import Run
from hemvist.documents.redline import redline

WORDS = st.lists(
    st.sampled_from(["nämnden", "lagen", "(2016:38)", "2010:1122", "om", "för", ",", ".", " ", "  ", "\n", "och", "–"])
).map("".join)
TEXTS = st.text() | WORDS


def reads(runs: tuple[Run, ...], without: str) -> str:
    return "".join(run.text for run in runs if run.kind != without)


@given(TEXTS, TEXTS)
def test_without_the_deletions_it_is_the_new_text_and_without_the_insertions_the_old(old: str, new: str) -> None:
    runs = redline(old, new)
    assert reads(runs, "deleted") == new
    assert reads(runs, "inserted") == old


@given(TEXTS)
def test_a_text_that_stays_has_no_changes(text: str) -> None:
    assert redline(text, text) == ((Run(text),) if text else ())


@given(TEXTS, TEXTS)
def test_no_run_is_empty_and_no_two_alike_stand_side_by_side(old: str, new: str) -> None:
    runs = redline(old, new)
    assert all(run.text for run in runs)
    assert all(one.kind != other.kind for one, other in pairwise(runs))


def test_an_act_that_is_replaced_is_marked_in_whole_words() -> None:
    old = "de uppgifter som framgår av lagen om mottagande av nyanlända (2016:38), skollagen (2010:800) och annat"
    runs = redline(old, old.replace("mottagande av nyanlända (2016:38)", "bosättning för nyanlända (2026:1326)"))
    assert [run.text for run in runs if run.kind == "deleted"] == ["mottagande av nyanlända (2016:38)"]
    assert [run.text for run in runs if run.kind == "inserted"] == ["bosättning för nyanlända (2026:1326)"]


def test_a_number_that_changes_leaves_the_words_around_it() -> None:
    assert redline("enligt lagen (2016:38) om bosättning", "enligt lagen (2026:1326) om bosättning") == (
        Run("enligt lagen "),
        Run("(2016:38)", "deleted"),
        Run("(2026:1326)", "inserted"),
        Run(" om bosättning"),
    )


def test_texts_with_nothing_in_common_are_exchanged_whole() -> None:
    old, new = "Nämnden tar emot flyktingar i kommunen.", "Styrelsen leder och samordnar förvaltningen i övrigt."
    assert redline(old, new) == (Run(old, "deleted"), Run(new, "inserted"))


def test_what_is_wholly_new_or_gone_is_one_run() -> None:
    assert redline("", "Ny bestämmelse.") == (Run("Ny bestämmelse.", "inserted"),)
    assert redline("Gammal bestämmelse.", "") == (Run("Gammal bestämmelse.", "deleted"),)
