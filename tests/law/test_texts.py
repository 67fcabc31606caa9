"""Quoted law text is not edited."""

from __future__ import annotations

from hemvist.law.texts import texts

# The words of lag (2016:38) 1-9 §§ as the investigation quotes them, white space folded.
AS_QUOTED = "5b6db92e48f601dbf0ae7c9aefef0b51a8c5f5905f2b22afaae85c6d896407a6"


def test_the_settlement_act_stands_word_for_word_as_quoted() -> None:
    act = texts()["2016-38"]
    assert act.fingerprint == AS_QUOTED, "a quoted law text was edited; a new wording is a new file"
    assert [section.number for section in act.sections] == [f"{n} §" for n in range(1, 10)]
    assert act.as_of == "2025:59"
    assert act.note.en
