"""Which act on settlement (bosättning) governs a case, and which one a year's anvisningar are distributed by.

Labels of the transitional rules: T-1 early distribution, T-3 older anvisningar.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from hemvist.law.acts import starts
from hemvist.law.sources import sfs
from hemvist.law.types import Answer, Step, gettext_noop


class Regime(StrEnum):
    """The act that governs: lag (2016:38) or lag (2026:1326)."""

    BOS_2016 = "BOS-2016"
    BOS_2026 = "BOS-2026"

    @property
    def act(self) -> str:
        return "2016:38" if self is Regime.BOS_2016 else "2026:1326"


def governing(decided_on: date | None) -> Answer[Regime]:
    """The regime of an anvisning: the day Migrationsverket decided it, never the day of arrival (T-3).

    Lag (2026:1326) övergångsbestämmelserna 2 and 4. Leaves nothing to judgement.
    """
    if decided_on is None:
        return Answer(None, missing=("assignment_decided_on",))
    if decided_on < starts("2016:38"):
        text = gettext_noop("Anvisningen beslutades {day}, innan lagen (2016:38) började gälla.")
        return Answer(None, (Step(text, {"day": decided_on}, sfs("2016:38")),))
    if decided_on < starts("2026:1326"):
        text = gettext_noop(
            "Anvisningen beslutades {day}, före den {limit}. Då gäller lagen (2016:38), även om personen kommer senare."
        )
        regime, section = Regime.BOS_2016, "övergångsbestämmelse 4"
    else:
        text = gettext_noop("Anvisningen beslutades {day}, tidigast den {limit}. Då gäller lagen (2026:1326).")
        regime, section = Regime.BOS_2026, "övergångsbestämmelse 2"
    values = {"day": decided_on, "limit": starts("2026:1326")}
    return Answer(regime, (Step(text, values, sfs("2026:1326", section)),))


def distribution(year: int) -> Answer[Regime]:
    """The regime for distributing a year's anvisningar; the new act may be used in advance for its first year (T-1)."""
    if year < starts("2026:1326").year:
        text = gettext_noop("Anvisningarna för {year} fördelas enligt lagen (2016:38).")
        return Answer(Regime.BOS_2016, (Step(text, {"year": year}, sfs("2016:38", "7 §")),))
    if year > starts("2026:1326").year:
        text = gettext_noop("Anvisningarna för {year} fördelas enligt lagen (2026:1326).")
        return Answer(Regime.BOS_2026, (Step(text, {"year": year}, sfs("2026:1326", "7 §")),))
    text = gettext_noop(
        "Anvisningarna för {year} fördelas enligt lagen (2026:1326). Den får tillämpas redan före den {limit}."
    )
    source = sfs("2026:1326", "övergångsbestämmelse 3")
    return Answer(Regime.BOS_2026, (Step(text, {"year": year, "limit": starts("2026:1326")}, source),))
