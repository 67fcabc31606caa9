"""The open legal questions that a municipality settles for itself, with a recorded ruling.

A rule that meets one asks for it and never guesses. ``rulings`` is a mapping from question key to option
code. The questions U1-U14 about the state's compensation have a documented default: what is owed can be counted
before the municipality has ruled, and :func:`chosen` tells whether it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hemvist.law.sources import sfs
from hemvist.law.types import RulingQuestion, Step, Text, gettext_noop

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
            "T-4",
            gettext_noop(
                "Har den som slutade omfattas av LMA innan mottagandelagen började gälla, och bor i ett boende som "
                "kommunen ordnade vid tillfälligt skydd, rätt till boende i 36 månader enligt lagen (2026:1326)?"
            ),
            {
                "no_right": gettext_noop("Nej. Mottagandelagen har aldrig omfattat personen."),
                "right": gettext_noop(
                    "Ja. Boendet likställs, och rätten räknas från det första mottagandet i kommunen."
                ),
            },
            sfs("2026:1326", "11 § 2 st och övergångsbestämmelse 6"),
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
            default="decision",
        ),
        RulingQuestion(
            "U2",
            gettext_noop("När fyller den som är född den 29 februari år, ett år som inte är skottår?"),
            {
                "march_1": gettext_noop("Den 1 mars."),
                "february_28": gettext_noop("Den 28 februari."),
            },
            sfs("2010:1122", "11 § 2 st"),
            default="march_1",
        ),
        RulingQuestion(
            "U3",
            gettext_noop("När slutar de 18 kalendermånaderna inom vilka en flytt ger tio procent extra?"),
            {
                "same_day": gettext_noop("Samma dag i månaden som mottagandedatum, 18 månader senare."),
                "end_of_month": gettext_noop("Sista dagen i den artonde månaden efter mottagandemånaden."),
                "month_before": gettext_noop(
                    "Sista dagen i den artonde månaden, om mottagandemånaden räknas som den första."
                ),
            },
            sfs("2010:1122", "14 §"),
            default="same_day",
        ),
        RulingQuestion(
            "U4",
            gettext_noop("Ger det tio procent extra när någon flyttar tillbaka till en tidigare kommun?"),
            {
                "later_period": gettext_noop(
                    "Ja, om flytten tillbaka sker i en senare period. Inte inom samma period."
                ),
                "always": gettext_noop("Ja, också om flytten bort och tillbaka sker inom samma period."),
                "never": gettext_noop("Nej. En tidigare kommun är ingen ny kommun."),
            },
            sfs("2010:1122", "14 §"),
            default="later_period",
        ),
        RulingQuestion(
            "U5",
            gettext_noop(
                "Vad händer med de återstående utbetalningarna när någon avregistreras och sedan folkbokförs igen?"
            ),
            {
                "resumes": gettext_noop(
                    "Perioder betalas när personen är folkbokförd på periodens sista dag. Kalendern flyttas inte."
                ),
                "ends": gettext_noop("Rätten upphör vid avregistreringen och börjar inte om."),
            },
            sfs("2010:1122", "12 §"),
            default="resumes",
        ),
        RulingQuestion(
            "U6",
            gettext_noop(
                "Betalas en period när Skatteverket beslutar om folkbokföringen först efter periodens sista dag?"
            ),
            {
                "paid_later": gettext_noop("Ja, men senare. Folkbokföringen räknas från den dag den gäller."),
                "not_paid": gettext_noop("Nej. Beslutet måste finnas på periodens sista dag."),
            },
            sfs("2010:1122", "12 § 4 st"),
            default="paid_later",
        ),
        RulingQuestion(
            "U7",
            gettext_noop("Ger ett barn som föds i Sverige av nyanlända föräldrar schablonersättning?"),
            {
                "not_covered": gettext_noop("Nej, inte förrän Migrationsverket tar upp barnet i sin lista."),
                "covered": gettext_noop("Ja, från folkbokföringen."),
            },
            sfs("2010:1122", "5 och 5 a §§"),
            default="not_covered",
        ),
        RulingQuestion(
            "U8",
            gettext_noop("Hur avrundas ersättningen för initiala kostnader till hela kronor?"),
            {
                "nearest": gettext_noop("Till närmaste krona, femtio öre uppåt."),
                "up": gettext_noop("Alltid uppåt."),
            },
            sfs("2010:1122", "16 och 17 §§"),
            default="nearest",
        ),
        RulingQuestion(
            "U9",
            gettext_noop("Vilket års prisbasbelopp gäller för den som tas emot i december och ersätts i januari?"),
            {
                "payment": gettext_noop("Prisbasbeloppet för det år då ersättningen ska betalas."),
                "reception": gettext_noop("Prisbasbeloppet för det år då personen togs emot."),
            },
            sfs("2010:1122", "2 och 15 §§"),
            default="payment",
        ),
        RulingQuestion(
            "U10",
            gettext_noop("I vilken ordning dras den enskildes avgift av från kostnaden för boende?"),
            {
                "fee_first": gettext_noop("Avgiften dras av först, sedan räknas 75 procent."),
                "share_first": gettext_noop("Först räknas 75 procent av kostnaden, sedan dras avgiften av."),
            },
            sfs("2010:1122", "22 §"),
            default="fee_first",
        ),
        RulingQuestion(
            "U12",
            gettext_noop("Räknas dagen för utflyttning när ersättning betalas per dygn i boende?"),
            {
                "excluded": gettext_noop("Nej. Varje natt räknas, inte dagen för utflyttning."),
                "included": gettext_noop("Ja. Också den sista dagen räknas."),
            },
            sfs("2017:193", "14 a–14 c §§"),
            default="excluded",
        ),
        RulingQuestion(
            "U13",
            gettext_noop("Hur många dagar i veckan betalas etableringsersättning?"),
            {
                "five": gettext_noop("Fem dagar i veckan."),
                "seven": gettext_noop("Alla dagar."),
            },
            sfs("2017:819", "10 kap. 6 §"),
            default="five",
        ),
        RulingQuestion(
            "U14",
            gettext_noop(
                "Vilken ersättning för initiala kostnader ges för den som har tillfälligt skydd och rätt till boende "
                "utan ny anvisning?"
            ),
            {
                "high": gettext_noop(
                    "Den högre, eftersom kommunen ska ordna boendet. Den betalas när mottagandedatum har uppstått."
                ),
                "low": gettext_noop("Den lägre, eftersom personen inte är anvisad enligt lagen (2026:1326)."),
            },
            sfs("2010:1122", "16 § (ändring 2026:1332)"),
            default="high",
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


@dataclass(frozen=True, slots=True)
class Choice:
    """The reading that a rule went on with: a recorded ruling, or the documented default."""

    key: str
    option: str
    recorded: bool

    @property
    def step(self) -> Step:
        """The reading in words, for whoever reads the result."""
        question = QUESTIONS[self.key]
        text = (
            gettext_noop("Lagen är oklar ({key}). Kommunen har tagit ställning: {answer}")
            if self.recorded
            else gettext_noop(
                "Lagen är oklar ({key}). Kommunen har inte tagit ställning. Programmet räknar så här: {answer}"
            )
        )
        return Step(text, {"key": Text(self.key, self.key), "answer": question.options[self.option]}, question.source)


def chosen(key: str, rulings: Mapping[str, str]) -> Choice:
    """The recorded reading of a question that has a default, or the default."""
    option = given(key, rulings)
    return Choice(key, option or QUESTIONS[key].default, option is not None)


def with_defaults(rulings: Mapping[str, str]) -> Mapping[str, str]:
    """The rulings, filled up with the documented defaults: for rules that ask with :func:`given`."""
    return {key: q.default for key, q in QUESTIONS.items() if q.default} | dict(rulings)
