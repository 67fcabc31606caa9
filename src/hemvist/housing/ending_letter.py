"""The decision on ending the right to housing early, as a letter to the person. Always in Swedish, the language of the
decision. Until somebody has decided it is a draft, and says so.
"""

from __future__ import annotations

from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from hemvist.documents.model import Block, Bullets, Document, Heading, Numbered, Paragraph, Quote, Run
from hemvist.housing.ending_case import EndingPage, Status
from hemvist.law import parameters
from hemvist.law.ending_early import EndGround, Reasons
from hemvist.law.types import Step
from hemvist.organisation.queries import municipality
from hemvist.web.templatetags.hemvist import cited, longdate, shown

FILL_IN = "(fylls i)"
REASONS = {
    Reasons.NONE.value: "Kommunen bedömer att det inte finns godtagbara skäl.",
    Reasons.EXIST.value: "Kommunen bedömer att det finns godtagbara skäl.",
}


def letter(page: EndingPage, *, today: date) -> Document:
    """Decision, ground, the judgements, what the person said, reasons, provisions, last day, how to appeal."""
    with translation.override("sv"):
        ending = page.ending
        place = municipality()
        blocks: list[Block] = []
        if ending.status == Status.CHANGED:
            text = f"Beslutet ändrades {longdate(ending.changed_on)} av {ending.changed_by}. Det gäller inte längre."
            blocks.append(Paragraph((Run(text, "strong"),)))
        elif not page.decided:
            text = "Utkast. Det här är inget beslut: en nämnd eller en delegat avgör."
            blocks.append(Paragraph((Run(text, "strong"),)))
            left = (*page.state.blocks, *page.state.lacks)
            if left:
                blocks += [Paragraph.of("Innan rätten kan upphöra återstår:"), Bullets.of(*map(_cited, left))]
        blocks += [Heading("Beslut"), Paragraph.of(_decision(page)), *_ground(page), *_judged(page)]
        blocks += [
            Heading("Vad du har sagt"),
            *_reply(page),
            Heading("Skäl för beslutet"),
            *_text(ending.reasons, "Skälen är inte skrivna än."),
            Heading("Så har kommunen kommit fram till det"),
            Numbered.of(*map(_cited, _deciding(page))),
        ]
        # Only what goes against the person is appealed (förvaltningslagen 42 §); the draft shows how it will read.
        if ending.status in (Status.ENDS, Status.OPEN):
            blocks += [Heading("Så överklagar du"), *_appeal(ending.decided_on or today)]
        return Document(
            _title(page),
            "sv",
            tuple(blocks),
            (
                ("Handling", "Beslut" if page.decided else "Beslut, utkast"),
                ("Kommun", place.name_sv if place else ""),
                ("Gäller", page.name),
                ("Ärende", page.person.case.number),
                ("Beslutat", longdate(ending.decided_on) if page.decided else "inte beslutat"),
                ("Beslutat av", ending.decided_by or FILL_IN),
                ("Diarienummer", ending.diary_number or FILL_IN),
            ),
        )


def _title(page: EndingPage) -> str:
    words = {
        Status.ENDS.value: "Din rätt till boende upphör i förtid",
        Status.CHANGED.value: "Din rätt till boende upphör i förtid",
        Status.CONTINUES.value: "Din rätt till boende består",
    }
    return words.get(page.ending.status, "Fråga om din rätt till boende ska upphöra i förtid")


def _decision(page: EndingPage) -> str:
    ending = page.ending
    if ending.status in (Status.ENDS, Status.CHANGED):
        decided = (
            "Kommunen beslutar att din rätt till boende enligt lagen (2026:1326) upphör i förtid. "
            f"Sista dagen är {longdate(ending.ends_on)}."
        )
        if not ending.early_effect_reason:
            return decided
        return (
            f"{decided} Beslutet gäller innan tiden att överklaga har gått ut (35 § förvaltningslagen): "
            f"{ending.early_effect_reason}"
        )
    end = longdate(page.right.end) if page.right and page.right.end else FILL_IN
    if ending.status == Status.CONTINUES:
        return f"Kommunen beslutar att din rätt till boende består. Sista dagen är {end}."
    if ending.status == Status.CLOSED:
        return f"Prövningen avslutades {longdate(ending.decided_on)} utan beslut. Sista dagen är {end}."
    return f"{FILL_IN} Kommunen får, men måste inte, besluta att rätten upphör i förtid. Sista dagen är annars {end}."


def _ground(page: EndingPage) -> list[Block]:
    label, source = page.ground
    return [Heading("Grund"), Paragraph.of(f"{label} ({cited(source)}).")]


def _judged(page: EndingPage) -> list[Block]:
    ending = page.ending
    blocks: list[Block] = []
    if ending.ground == EndGround.NOT_IN_PROGRAMME:
        blocks += [
            Heading("Godtagbara skäl"),
            Paragraph.of(REASONS.get(ending.acceptable_reasons, "Inte bedömt än.")),
            *_text(ending.acceptable_reasons_text),
        ]
    touched = {None: "Inte bedömt än.", False: "Beslutet rör inte barn.", True: "Beslutet rör barn."}
    return [
        *blocks,
        Heading("Barnets bästa"),
        Paragraph.of(touched[ending.children_affected]),
        *_text(ending.best_interests_text),
    ]


def _reply(page: EndingPage) -> list[Block]:
    ending = page.ending
    if ending.communicated_on is None:
        return [Paragraph.of("Du har inte fått del av underlaget än.")]
    told = f"Du fick del av underlaget {longdate(ending.communicated_on)}"
    by = f" och kunde svara till och med {longdate(ending.reply_by)}." if ending.reply_by else "."
    if ending.replied_on is None:
        earlier: list[Block] = [Quote(ending.reply_text, "Ditt tidigare svar")] if ending.reply_text else []
        return [Paragraph.of(f"{told}{by} Du har inte svarat på det."), *earlier]
    return [Paragraph.of(f"{told}{by}"), Quote(ending.reply_text, f"Ditt svar {longdate(ending.replied_on)}")]


def _text(words: str, empty: str = "") -> list[Block]:
    parts = [part.strip() for part in words.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return [Paragraph.of(part) for part in parts] or ([Paragraph.of(empty)] if empty else [])


def _deciding(page: EndingPage) -> list[Step]:
    """The steps without what the law says anyway."""
    left_out = {note.text for note in page.state.notes}
    return [step for step in page.deciding_steps if step.text not in left_out]


def _appeal(on: date) -> list[Block]:
    """Lag (2026:1326) 16 §; the time is that of förvaltningslagen 44 § as the register of law has it."""
    weeks = parameters.get("claims.appeal_weeks", on)
    return [
        Paragraph.of(
            "Du kan överklaga beslutet till förvaltningsrätten (16 §, lag (2026:1326)). Skriv till förvaltningsrätten, "
            "men lämna eller skicka skrivelsen till den nämnd som har beslutat."
        ),
        Paragraph.of(
            f"Skrivelsen ska ha kommit in till nämnden inom {weeks.value} veckor från den dag då du fick del av "
            f"beslutet ({cited(weeks.source)})."
        ),
        Paragraph.of("Skriv vilket beslut du överklagar, hur det ska ändras och varför. Skriv namn och adress."),
        Paragraph.of(f"Nämndens adress: {FILL_IN}"),
        Paragraph.of("I kammarrätten krävs prövningstillstånd."),
    ]


def _cited(step: Step) -> str:
    text = step.render(_, shown)
    return f"{text} ({cited(step.source)})" if step.source else text
