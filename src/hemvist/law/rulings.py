"""The open legal questions that a municipality settles for itself, with a recorded ruling.

A rule that meets one asks for it and never guesses. ``rulings`` is a mapping from question key to option
code.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hemvist.law.sources import sfs
from hemvist.law.types import RulingQuestion, gettext_noop

NO_RULINGS: Mapping[str, str] = MappingProxyType({})


class UnknownRuling(ValueError):
    """A recorded ruling whose option does not exist."""


QUESTIONS: Mapping[str, RulingQuestion] = {
    question.key: question
    for question in (
        RulingQuestion(
            "T-6",
            gettext_noop(
                "Har den som anvisades enligt lagen (2016:38) rätt till boende i 36 månader enligt lagen (2026:1326)?"
            ),
            {
                "no_right": gettext_noop("Nej. De äldre bestämmelserna gäller och de ger ingen sådan rätt."),
                "right": gettext_noop("Ja. Rätten räknas från det första mottagandet i kommunen."),
            },
            sfs("2026:1326", "övergångsbestämmelserna 4 och 5"),
        ),
        RulingQuestion(
            "U1",
            gettext_noop(
                "Vilken dag räknas när personens skydd i mottagandelagen slutar och Skatteverkets beslut "
                "har en annan dag än folkbokföringen?"
            ),
            {
                "decision": gettext_noop("Dagen då Skatteverket beslutade."),
                "registration": gettext_noop("Dagen som folkbokföringen gäller från."),
            },
            sfs("2026:999", "1 kap. 3 §"),
        ),
        RulingQuestion(
            "U15",
            gettext_noop("Vilken är den sista dagen i de 36 månaderna med rätt till boende?"),
            {
                "same_day": gettext_noop("Samma dag i månaden som tiden började, 36 månader senare."),
                "day_before": gettext_noop("Dagen före den dagen."),
            },
            sfs("2026:1326", "12 §"),
        ),
        RulingQuestion(
            "HOUSING-2016",
            gettext_noop("Hur länge ska kommunen ordna boende för den som anvisades enligt lagen (2016:38)?"),
            {
                "no_limit": gettext_noop("Utan tidsgräns."),
                "local_limit": gettext_noop("Så länge som kommunens eget beslut eller hyresavtal säger."),
            },
            sfs("2016:38", "5 §"),
        ),
        RulingQuestion(
            "SCHOOL-ARRIVAL",
            gettext_noop("Från vilken ankomst räknas månaden för barn som omfattas av mottagandelagen?"),
            {
                "sweden": gettext_noop("Ankomsten till Sverige."),
                "municipality": gettext_noop("Ankomsten till kommunen."),
            },
            sfs("2011:185", "4 kap. 1 a §"),
        ),
        RulingQuestion(
            "GUARDIAN",
            gettext_noop("När ska frågan om god man för ett ensamkommande barn tas upp?"),
            {
                "at_once": gettext_noop("Samma dag som barnet tas emot."),
                "no_day": gettext_noop("Skyndsamt, utan en bestämd dag."),
            },
            sfs("2005:429"),
        ),
    )
}


def given(key: str, rulings: Mapping[str, str]) -> str | None:
    """The option recorded for a question, or None. Raises :class:`UnknownRuling` for an option that does not
    exist.
    """
    option = rulings.get(key)
    if option is not None and option not in QUESTIONS[key].options:
        raise UnknownRuling(
            f"Ställningstagandet {key} har svaret {option}, som inte finns. "
            f"Välj något av: {', '.join(QUESTIONS[key].options)}."
        )
    return option
