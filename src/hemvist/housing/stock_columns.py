"""The columns of a file of dwellings: the one list behind its template, its guide and its parser.

Areas and landlords are the municipality's own, so a layout is made from ``housing.yaml``. Pure: no database, no clock.
"""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemvist.reception.layout import (
    YES_NO,
    Cell,
    CellError,
    Column,
    Layout,
    Words,
    as_bool,
    as_date,
    as_text,
    brief,
    one_of,
)

_WHOLE = re.compile(
    r"(?i)([0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,7})(?:[.,]00)? ?(?:kr|kronor|kvm|m2|m²|rum|rok|st|personer|:-)?\.?"
)


def as_whole(cell: Cell) -> int | None:
    """A whole number as it is written of rooms, square metres and rents: 3, 8 250, 8250 kr, 72 kvm."""
    if isinstance(cell, bool | date):
        raise CellError(_("”%(text)s” är inget heltal.") % {"text": brief(as_text(cell))})
    text = as_text(cell)
    if not text:
        return None
    found = _WHOLE.fullmatch(text)
    if not found:
        raise CellError(_("”%(text)s” är inget heltal.") % {"text": brief(text)})
    return int(found[1].replace(" ", ""))


_L = gettext_lazy
_NUMBER = _L("ett heltal")


def _two(words: Words) -> tuple[str, str]:
    """The first and the last of the words, for the two rows of the example."""
    ours = [each[0] for each in words.values()]
    return ours[0], ours[-1]


def layout(areas: Words, landlords: Words) -> Layout:
    """The layout with the municipality's areas and landlords: code → the words for it, the first one ours."""
    # fmt: off
    return Layout(
        sheet=_L("Bostäder"),
        without_rows=_L("Filen har en rubrikrad men inga bostäder."),
        known_by=("code",),
        unknown=_L("Ange objektsnummer, så att bostäderna känns igen nästa gång filen läses in."),
        columns=(
            Column(
                "objektsnummer", "code", _L("objektsnummer"), "row",
                _L("Hyresvärdens nummer på bostaden. Känns det igen ändras den bostaden."),
                ("1001-0101", "1001-0102"), ("objektsnr", "objekt", "lägenhetsid", "kontraktsobjekt", "code"),
                True, longest=30,
            ),
            Column(
                "adress", "address", _L("adress"), "row", _L("Gata och nummer."),
                ("Exempelgatan 1", "Exempelgatan 1"), ("gatuadress", "gata", "address"), True, longest=200,
            ),
            Column(
                "lagenhetsnummer", "apartment", _L("lägenhetsnummer"), "row", _L("Numret i huset, om det finns ett."),
                ("1101", "1102"), ("lgh", "lghnr", "lägenhetsnr", "apartment"), longest=20,
            ),
            Column(
                "fastighet", "building", _L("fastighet"), "row",
                _L("Hus eller fastighet. Matchningen sprider hushållen mellan dem."),
                ("Exemplet 3", "Exemplet 3"), ("hus", "byggnad", "fastighetsbeteckning", "building"), longest=80,
            ),
            Column(
                "omrade", "area", _L("område"), "row", _L("Ett av kommunens områden."),
                _two(areas), ("stadsdel", "area"), True, one_of(areas), areas,
            ),
            Column(
                "rum", "rooms", _L("antal rum"), "row", _L("Rum utom kök."),
                ("3", "2"), ("antal rum", "rok", "rooms"), True, as_whole, allows=_NUMBER,
            ),
            Column(
                "flest_boende", "capacity", _L("flest boende"), "row", _L("Så många som bostaden får hyras ut till."),
                ("5", "3"), ("kapacitet", "platser", "antal platser", "capacity"), True, as_whole, allows=_NUMBER,
            ),
            Column(
                "yta", "square_metres", _L("yta"), "row", _L("Kvadratmeter."),
                ("72", "54"), ("area m2", "kvm", "boarea", "boa", "square_metres"), read=as_whole, allows=_NUMBER,
            ),
            Column(
                "stegfri", "step_free", _L("stegfri"), "row",
                _L("Ja om man kommer in utan trappsteg. Tomt räknas som nej för en ny bostad."),
                ("ja", "nej"), ("hiss", "tillgänglig", "step_free"), read=as_bool, words=YES_NO,
            ),
            Column(
                "hyra", "rent", _L("hyra"), "row", _L("Kronor i månaden."),
                ("8 250", "6 400"), ("månadshyra", "hyra kr", "rent"), True, as_whole, allows=_NUMBER,
            ),
            Column(
                "hyresvard", "landlord", _L("hyresvärd"), "row",
                _L("Enheten som hyr ut. Behövs bara när kommunen har flera."),
                ("", ""), ("värd", "landlord"), read=one_of(landlords), words=landlords,
            ),
            Column(
                "tillganglig_fran", "available_from", _L("tillgänglig från"), "row",
                _L("Första dagen som kommunen får använda bostaden. Tomt räknas som i dag för en ny bostad."),
                ("2027-01-01", ""), ("available_from",), read=as_date,
            ),
            Column(
                "tillganglig_till", "available_to", _L("tillgänglig till"), "row",
                _L("Sista dagen, om kommunen ska lämna bostaden."),
                ("", ""), ("till", "available_to"), read=as_date,
            ),
            Column(
                "anmarkning", "note", _L("anmärkning"), "row", _L("Något om bostaden, aldrig om den som bor där."),
                ("", ""), ("notering", "kommentar", "note"), longest=500,
            ),
        ),
    )
    # fmt: on
