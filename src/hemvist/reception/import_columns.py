"""The columns of the file of anvisningar: the one list behind template, parser and ``docs/import.md``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from hemvist.law.target_group import PERMIT_GROUND_LABELS, PermitGround
from hemvist.reception.layout import YES_NO, Column, Layout, Words, as_bool, as_date, one_of
from hemvist.reception.models import Category, Membership

# --- the words that a cell may hold ----------------------------------------------------------------------

# The numbers are those of Migrationsverket's own statistics.
CATEGORIES: Words = {
    Category.QUOTA: ("kvotflykting", "kvot", "vidarebosatt", "kategori 1", "1", "resettled"),
    Category.ASYLUM_HOUSING: ("asylboende", "abo", "anläggningsboende", "från asylboende", "kategori 2", "2"),
    Category.TEMPORARY_PROTECTION: ("tillfälligt skydd", "massflykt"),
    Category.RELATIVE: ("anhörig", "anknytning", "kategori 4", "4"),
    Category.SELF_SETTLED: ("eget boende", "ebo", "självbosatt", "kategori 6", "6"),
    Category.OTHER: ("övrig", "övriga", "annan", "kategori 3", "kategori 8", "kategori 3/8", "3/8", "3", "8"),
}
POSITIONS: Words = {
    Membership.Position.CONTACT: ("kontaktperson", "kontakt", "huvudsökande", "main applicant"),
    Membership.Position.ADULT: ("vuxen", "medsökande", "make", "maka", "sambo", "spouse"),
    Membership.Position.CHILD: ("barn",),
}
# The ground is read from Migrationsverket's decision, so only words that name one provision are understood.
_GROUND_WORDS: Words = {
    PermitGround.UTLL_5_1: ("5 kap. 1 §", "5 kap 1 § utlänningslagen", "5:1"),
    PermitGround.UTLL_5_2: ("5 kap. 2 §", "5 kap 2 § utlänningslagen", "5:2", "kvotflykting"),
    PermitGround.UTLL_5_4: ("5 kap. 4 §", "5 kap 4 § utlänningslagen", "5:4"),
    PermitGround.UTLL_5_6: ("5 kap. 6 §", "5 kap 6 § utlänningslagen", "5:6"),
    PermitGround.UTLL_5_11: ("5 kap. 11 §", "5 kap 11 § utlänningslagen", "5:11"),
    PermitGround.UTLL_12_17A: ("12 kap. 17 a §", "12 kap 17 a § utlänningslagen", "12:17a"),
    PermitGround.UTLL_12_18: ("12 kap. 18 §", "12 kap 18 § utlänningslagen", "12:18"),
    PermitGround.UTLL_21: ("21 kap.", "21 kap utlänningslagen", "tillfälligt skydd"),
    PermitGround.UTLL_22: ("22 kap.", "22 kap utlänningslagen"),
    PermitGround.REG_2024_1347_ART_24: ("artikel 24", "art. 24", "artikel 24 i förordning (EU) 2024/1347"),
    PermitGround.RESETTLEMENT: ("vidarebosatt", "vidarebosättning"),
    PermitGround.RELATIVE: ("anhörig", "anknytning", "5 kap. 3 §", "5 kap 3 § utlänningslagen", "5:3"),
    PermitGround.GYMNASIELAGEN_2017_353: ("lag 2017:353", "2017:353", "gymnasielagen"),
    PermitGround.LAW_2016_752: ("lag 2016:752", "2016:752"),
    PermitGround.OTHER: ("annan", "annan grund", "övrig"),
}
PERMIT_GROUNDS: Words = {
    ground: (*words, PERMIT_GROUND_LABELS[PermitGround(ground)]) for ground, words in _GROUND_WORDS.items()
}


# --- the columns -----------------------------------------------------------------------------------------


_L = gettext_lazy
# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column(
        "hushallsnyckel", "key", _L("hushållsnyckel"), "group",
        _L("Samma ord på alla rader som hör till samma hushåll. Är cellen tom används beteckningen."),
        ("H1", "H1"), ("ärende", "hushåll", "hushållsnr", "household", "household_key", "case"), longest=40,
    ),
    Column(
        "beteckning", "reference", _L("beteckning"), "group",
        _L("Migrationsverkets beteckning på anvisningen. Känns den igen finns hushållet redan."),
        ("ANV-2026-00417", "ANV-2026-00417"), ("anvisningsnummer", "diarienummer", "reference"), longest=40,
    ),
    Column(
        "beslutsdatum", "decided_on", _L("beslutsdatum"), "group",
        _L("Dagen då Migrationsverket beslutade anvisningen. Tomt för hushåll utan anvisning."),
        ("2026-10-05", "2026-10-05"), ("anvisningsdatum", "beslutsdag", "decision_date"), read=as_date,
    ),
    Column(
        "senaste_mottagningsdag", "latest_reception_on", _L("senaste mottagningsdag"), "group",
        _L("Senaste dagen för mottagande, om beslutet anger en."),
        ("2026-12-01", ""), ("senast mottagen", "latest_reception_on", "latest_reception_date"), read=as_date,
    ),
    Column(
        "kategori", "category", _L("kategori"), "group", _L("Hur hushållet kommer till kommunen."),
        ("kvotflykting", "kvotflykting"), ("category",), True, one_of(CATEGORIES), CATEGORIES,
    ),
    Column(
        "planerad_ankomst", "planned_arrival_on", _L("planerad ankomst"), "group",
        _L("Dagen då hushållet väntas komma."),
        ("2026-11-16", ""), ("ankomstdatum", "planned_arrival", "planned_arrival_on"), read=as_date,
    ),
    Column(
        "bor_redan_i_kommunen", "already_living_here", _L("bor redan i kommunen"), "group",
        _L("Ja om hushållet redan bor i kommunen. Tomt räknas som nej."),
        ("nej", ""), ("bor redan här", "already_living_here"), read=as_bool, words=YES_NO,
    ),
    Column(
        "behover_bostad", "needs_dwelling", _L("behöver bostad"), "group",
        _L("Nej om hushållet har ordnat bostad själv. Tomt räknas som ja."),
        ("ja", ""), ("needs_dwelling", "needs_housing"), read=as_bool, words=YES_NO,
    ),
    Column(
        "mottagen", "received_on", _L("mottagen"), "group",
        _L("Dagen då hushållet faktiskt togs emot, om det redan har skett."),
        ("", ""), ("mottagen den", "mottagningsdag", "received_on"), read=as_date,
    ),
    Column(
        "adress", "address", _L("adress"), "group", _L("Adressen, om hushållet redan bor i kommunen."),
        ("", ""), ("address",), longest=200,
    ),
    Column(
        "fornamn", "given", _L("förnamn"), "row", _L("Förnamn som i Migrationsverkets beslut."),
        ("Exempla", "Exemplo"), ("tilltalsnamn", "given", "given_name", "first_name"), True, longest=100,
    ),
    Column(
        "efternamn", "family", _L("efternamn"), "row", _L("Efternamn som i Migrationsverkets beslut."),
        ("Exempelsson", "Exempelsson"), ("family", "family_name", "last_name", "surname"), True, longest=100,
    ),
    Column(
        "fodelsedatum", "birth_date", _L("födelsedatum"), "row",
        _L("Styr vad som hör till planen, till exempel förskola och skola."),
        ("1988-04-12", "2019-09-03"), ("född", "birth_date", "date_of_birth"), True, as_date,
    ),
    Column(
        "stallning", "position", _L("ställning"), "row",
        _L("Ställning i hushållet. Precis en person är kontaktperson."),
        ("kontaktperson", "barn"), ("roll", "position", "role"), True, one_of(POSITIONS), POSITIONS,
    ),
    Column(
        "tillstandsgrund", "permit_ground", _L("tillståndsgrund"), "row",
        _L("Grunden för uppehållstillståndet, så som den står i beslutet."),
        ("vidarebosatt", "vidarebosatt"), ("grund", "permit_ground"), read=one_of(PERMIT_GROUNDS),
        words=PERMIT_GROUNDS,
    ),
    Column(
        "tillstand_beviljat", "permit_granted_on", _L("tillstånd beviljat"), "row",
        _L("Dagen då uppehållstillståndet beviljades."),
        ("2026-09-14", "2026-09-14"), ("permit_granted", "permit_granted_on"), read=as_date,
    ),
    Column(
        "tillstand_giltigt_till", "permit_valid_to", _L("tillstånd giltigt till"), "row",
        _L("Sista giltighetsdagen. Tomt för permanent tillstånd."),
        ("2029-09-13", "2029-09-13"), ("giltigt till", "permit_valid_to"), read=as_date,
    ),
    Column(
        "sprak", "language", _L("språk"), "row", _L("Språket som personen helst talar."),
        ("arabiska", "arabiska"), ("language",), longest=60,
    ),
    Column(
        "tolk", "interpreter", _L("tolk"), "row", _L("Ja om personen behöver tolk. Tomt räknas som nej."),
        ("ja", "nej"), ("behöver tolk", "interpreter", "needs_interpreter"), read=as_bool, words=YES_NO,
    ),
    Column(
        "personnummer", "personnummer", _L("personnummer"), "row",
        _L("ÅÅÅÅMMDD-NNNN. Känns det igen finns hushållet redan."),
        ("", ""), ("personal_identity_number",), longest=20,
    ),
    Column(
        "samordningsnummer", "samordningsnummer", _L("samordningsnummer"), "row",
        _L("ÅÅÅÅMMDD-NNNN, med 60 lagt till dagen. Känns det igen finns hushållet redan."),
        ("", ""), ("coordination_number",), longest=20,
    ),
    Column(
        "dossiernummer", "dossier", _L("dossiernummer"), "row",
        _L("Migrationsverkets nummer. Känns det igen finns hushållet redan."),
        ("10-900001", "10-900002"), ("dossiernr", "dossier_number", "case_file_number"), longest=20,
    ),
    Column(
        "telefon", "phone", _L("telefon"), "row",
        _L("Skriv som text, annars tar Excel bort den första nollan."),
        ("070-000 00 00", ""), ("mobil", "telefonnummer", "phone"), longest=40,
    ),
    Column(
        "epost", "email", _L("e-post"), "row", _L("E-postadress."),
        ("", ""), ("e-postadress", "mejl", "email"), longest=200,
    ),
)
# fmt: on
LAYOUT = Layout(
    sheet=_L("Anvisningar"),
    columns=COLUMNS,
    without_rows=_L("Filen har en rubrikrad men inga personer."),
    known_by=("key", "reference"),
    unknown=_L("Ange hushallsnyckel eller beteckning, så att det syns vilka rader som hör ihop."),
)
BY_FIELD = LAYOUT.by_field
HOUSEHOLD_FIELDS = tuple(column.field for column in COLUMNS if column.of == "group")
