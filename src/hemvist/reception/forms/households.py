"""The forms of the household pages: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemvist.coordination.models import AuthorityReport, GuidanceEntry
from hemvist.law.acts import starts
from hemvist.law.secrecy import GROUNDS
from hemvist.law.target_group import LIVING_LABELS, PERMIT_GROUND_LABELS
from hemvist.organisation.models import Branch, Unit
from hemvist.reception.facts import PROTECTION_FORMS, SHAPES, STAY_LABELS, RegistrationState
from hemvist.reception.fields import FIELDS
from hemvist.reception.models import Category, Fact, FactKind, FactSource, IdentifierKind, Membership
from hemvist.reception.queries import HouseholdRow, Member
from hemvist.web.forms import Choices, Form, day, menu, one_of, several, text, yes, yes_or_no

# --- parts ------------------------------------------------------------------------------------------------


def _offer(form: forms.Form, name: str, choices: Choices) -> None:
    """Give a field its choices once they are known."""
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]


PERMIT_GROUNDS = [(ground.value, _(label)) for ground, label in PERMIT_GROUND_LABELS.items()]
SOURCES = [(s.value, s.label) for s in FactSource if s is not FactSource.FILE]


def source_field(label: Any = "") -> forms.ChoiceField:
    return one_of(label or _("Varifrån kommer uppgiften?"), SOURCES)


def person_choices(members: Iterable[Member]) -> list[tuple[str, str]]:
    return [(str(m.person.id), m.name) for m in members]


def unit_choices(units: Iterable[Unit]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Units under their boards."""
    return [
        (name, [(str(unit.id), unit.name) for unit in group])
        for name, group in groupby(units, key=lambda unit: unit.branch.board.name)
    ]


def branch_choices(own: Branch) -> list[tuple[str, list[tuple[str, str]]]]:
    """The branches that can receive something from another branch, under their boards."""
    branches = Branch.objects.filter(planned=False, closed_on__isnull=True).exclude(id=own.id)
    branches = branches.select_related("board").order_by("board__code", "code")
    return [
        (name, [(str(branch.id), branch.name) for branch in group])
        for name, group in groupby(branches, key=lambda branch: branch.board.name)
    ]


def field_choices() -> list[tuple[str, str]]:
    """The fields that can be disclosed, each with its secrecy."""
    return [(f.code, f"{f.label} – {f.paragraph}") for f in FIELDS.values()]


# --- the list ---------------------------------------------------------------------------------------------


class ListFilter(Form):
    """What the list shows. Only names and numbers are searched (SoLPuF 15 §)."""

    sok = forms.CharField(
        label=_("Namn, ärendenummer eller personnummer"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kategori = menu(_("Kategori"), Category.choices, required=False, blank=_("Alla"))
    lage = forms.ChoiceField(
        label=_("Läge"),
        required=False,
        choices=[
            ("", _("Pågående")),
            ("expected", _("Väntas")),
            ("received", _("Mottagna")),
            ("closed", _("Avslutade")),
            ("all", _("Alla")),
        ],
    )
    ordning = forms.ChoiceField(
        label=_("Ordning"),
        required=False,
        choices=[
            ("", _("Senast inkomna")),
            ("name", _("Namn")),
            ("arrival", _("Planerad ankomst")),
            ("number", _("Ärendenummer")),
        ],
    )
    forsenade = yes(_("Bara med försenade uppgifter"))


# --- facts ------------------------------------------------------------------------------------------------


class FactForm(Form):
    """One kind of fact: the fields that its shape names make the value, the rest say when and from whom."""

    kind: FactKind
    first_source = FactSource.PERSON
    # Whether the day that it holds from is asked for; otherwise it lies in the value.
    asks_valid_from = True

    def __init__(self, *args: Any, today: date, corrects: Fact | None = None, **kwargs: Any) -> None:
        self.today = today
        kwargs["initial"] = {
            "valid_from": corrects.valid_from if corrects else today,
            "source": corrects.source if corrects else self.first_source,
            **(corrects.value if corrects else {}),
        }
        super().__init__(*args, **kwargs)
        if self.asks_valid_from:
            self.fields["valid_from"] = day(_("Gäller från"))
        self.fields["source"] = source_field()
        if corrects and corrects.source not in dict(SOURCES):
            self.initial["source"] = FactSource.STAFF

    @property
    def value(self) -> dict[str, Any]:
        """The value as the shape wants it; what was left empty keeps the shape's default."""
        parts = SHAPES[self.kind].model_fields
        return {name: given for name in parts if (given := self.cleaned_data.get(name)) not in ("", None)}

    @property
    def valid_from(self) -> date:
        return self.cleaned_data["valid_from"] if self.asks_valid_from else self.known_from()

    def known_from(self) -> date:
        """The day in the value itself; what is known today of a later day holds from today."""
        days = [v for v in self.value.values() if isinstance(v, date)]
        return min([*days, self.today])


class NameForm(FactForm):
    kind = FactKind.NAME
    given = text(_("Förnamn"), 100)
    family = text(_("Efternamn"), 100)


class BirthDateForm(FactForm):
    kind = FactKind.BIRTH_DATE
    asks_valid_from = False
    on = day(_("Födelsedatum"))
    in_sweden = yes(_("Född i Sverige"))


class PermitForm(FactForm):
    kind = FactKind.PERMIT
    first_source = FactSource.MIGRATION_AGENCY
    ground = menu(_("Grund enligt Migrationsverkets beslut"), PERMIT_GROUNDS)
    granted_on = day(_("Beviljades"), required=False)
    valid_to = day(_("Gäller till"), required=False, help_text=_("Lämna tomt om tillståndet är permanent."))
    can_ground_registration = yes_or_no(_("Kan ligga till grund för folkbokföring"))
    renewal_applied_on = day(_("Ansökan om förlängning"), required=False)
    renewal_refused_final_on = day(
        _("Slutligt nej till förlängning"),
        required=False,
        help_text=_("Dagen då avslaget fick laga kraft. Har tillståndet gått ut kan personen ändå omfattas."),
    )
    renewal_for_covered_ground = yes_or_no(_("Ansökan om förlängning gäller ett tillstånd som lagen omfattar"))
    inhibition = yes(
        _("Beslut om inhibition"),
        _("Enligt 12 kap. 16 e § eller 17 a § första stycket utlänningslagen. Då räknas inte en pågående ansökan."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("renewal_refused_final_on") and not data.get("valid_to") and "valid_to" not in self.errors:
            self.add_error("valid_to", _("Skriv hur länge tillståndet gällde. Personen omfattas åtminstone till dess."))
        return data


class LanguageForm(FactForm):
    kind = FactKind.LANGUAGE
    spoken = text(_("Språk"), 60)
    dialect = text(_("Dialekt"), 60, required=False)
    interpreter = yes(_("Behöver tolk"))


class PopulationRegistrationForm(FactForm):
    kind = FactKind.POPULATION_REGISTRATION
    first_source = FactSource.TAX_AGENCY
    asks_valid_from = False
    state = one_of(
        _("Läge"),
        RegistrationState.choices,
        initial=RegistrationState.REGISTERED,
        help_text=_("Flyttar personen till en annan kommun är det en ny folkbokföring där."),
    )
    decided_on = day(_("Skatteverkets beslut"), required=False)
    registered_on = day(
        _("Från och med"),
        required=False,
        help_text=_("Dagen som folkbokföringen räknas från, eller upphör. Den kan vara en annan än beslutsdagen."),
    )
    municipality = text(_("Kommun"), 60, required=False, help_text=_("Om det är en annan kommun."))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("state") in {None, RegistrationState.REGISTERED}:
            if not self.errors and not data.get("decided_on") and not data.get("registered_on"):
                self.add_error("registered_on", _("Skriv dagen då folkbokföringen räknas från, eller beslutets dag."))
        elif not self.errors and not data.get("registered_on"):
            self.add_error("registered_on", _("Skriv dagen då folkbokföringen upphör."))
        return data

    def known_from(self) -> date:
        """A folkbokföring that stops later has not stopped yet."""
        stops = self.value["state"] != RegistrationState.REGISTERED
        return self.value.get("registered_on", self.today) if stops else super().known_from()


class AgencyForm(FactForm):
    """What Migrationsverket knows of the time before: what was registered last holds, whatever days it names."""

    first_source = FactSource.MIGRATION_AGENCY
    asks_valid_from = False

    def known_from(self) -> date:
        return self.today


class FirstReceptionForm(AgencyForm):
    kind = FactKind.FIRST_RECEPTION
    on = day(
        _("Mottagandedatum"),
        help_text=_("Dagen i Migrationsverkets lista. Den går före den dag som Hemvist räknar fram."),
    )
    municipality = text(
        _("Första kommunen"),
        60,
        required=False,
        help_text=_("Om det är en annan kommun som tog emot personen först."),
    )


class LivingForm(AgencyForm):
    kind = FactKind.LIVING
    living = one_of(
        _("Boende"),
        [(code.value, _(label)) for code, label in LIVING_LABELS.items()],
        help_text=_("Under asyltiden, eller när LMA eller mottagandelagen slutade gälla."),
    )


class RelativeTieForm(AgencyForm):
    kind = FactKind.RELATIVE_TIE
    sponsor_first_received_on = day(
        _("Anknytningspersonens mottagandedatum"),
        required=False,
        help_text=_("Dagen då personen som redan är i Sverige först togs emot i en kommun."),
    )
    applied_on = day(_("Den anhörigas ansökan"), required=False, help_text=_("Dagen då ansökan gjordes."))
    sponsor_citizen_at_application = yes_or_no(_("Anknytningspersonen var svensk medborgare vid ansökan"))
    sponsor_ground = menu(
        _("Grund för anknytningspersonens tillstånd"),
        PERMIT_GROUNDS,
        required=False,
        blank=_("Inte känd"),
        help_text=_("För ett barn till en anhörig: grunden för den som den anhöriga är anknuten till."),
    )
    child_of_relative = yes(
        _("Barn till en anhörig"),
        _("Ett ogift barn vars anknytning är till någon som själv har tillstånd som anhörig."),
    )


class StayForm(FactForm):
    kind = FactKind.STAY
    first_source = FactSource.STAFF
    asks_valid_from = False
    form = menu(_("Slag"), [(code.value, label) for code, label in STAY_LABELS.items()])
    start = day(
        _("Från och med"),
        help_text=_("Dagen då personen flyttade in eller började. Byte av bostad är samma vistelse."),
    )
    end = day(
        _("Till"),
        required=False,
        help_text=_("Dagen då personen flyttade ut, eller sista dagen. Lämna tomt så länge det pågår."),
    )
    struck = yes(
        _("Vistelsen är struken"),
        _("Kryssa bara om den aldrig skulle ha registrerats. Raden ligger kvar i historiken."),
    )

    def __init__(self, *args: Any, corrects: Fact | None = None, **kwargs: Any) -> None:
        super().__init__(*args, corrects=corrects, **kwargs)
        if corrects is None:
            del self.fields["struck"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("start") and data.get("end") and data["end"] < data["start"]:
            self.add_error("end", _("Slutdagen ligger före startdagen. Ändra en av dem."))
        return data


class LeftReceptionActForm(FactForm):
    kind = FactKind.LEFT_RECEPTION_ACT
    first_source = FactSource.MIGRATION_AGENCY
    asks_valid_from = False
    on = day(
        _("Dagen då LMA eller mottagandelagen slutade omfatta personen"),
        help_text=_("Inte den sista dagen som lagen gällde, utan dagen då den upphörde att gälla för personen."),
    )


class EarlierRightForm(AgencyForm):
    kind = FactKind.EARLIER_HOUSING_RIGHT
    coverage_ended_on = day(
        _("Lagen slutade omfatta personen"),
        help_text=_("Dagen då personen förra gången inte längre omfattades av lagen (2026:1326)."),
    )
    first_right_on = day(
        _("Rätten till boende började första gången"),
        required=False,
        help_text=_("Lämna tomt om personen inte hade rätt till boende då. Tiden räknas från den första gången."),
    )
    first_received_on = day(
        _("Första mottagandet i någon kommun"),
        required=False,
        help_text=_(
            "Behövs om personen inte hade rätt till boende då. Skriv dagen då personen faktiskt togs emot, inte "
            "mottagandedatum."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("coverage_ended_on", "first_right_on"):
            if data.get(name) and data[name] < starts("2026:1326"):
                words = _("Lagen (2026:1326) gäller från %(day)s. Skriv den dagen eller en senare.")
                self.add_error(name, words % {"day": date_format(starts("2026:1326"))})
        return data


class ResidenceForm(FactForm):
    kind = FactKind.RESIDENCE
    address = text(_("Adress"), 200)
    municipality = text(_("Kommun"), 60, required=False, help_text=_("Om det är en annan kommun."))
    moved_away = yes(_("Har flyttat från kommunen"), _("Då tas personens uppgifter bort ur planen."))


class ContactForm(FactForm):
    kind = FactKind.CONTACT
    phone = text(_("Telefon"), 40, required=False)
    email = forms.EmailField(label=_("E-post"), max_length=200, required=False)


PROTECTION_LABELS = {
    "sekretessmarkering": _("Sekretessmarkering"),
    "skyddad_folkbokforing": _("Skyddad folkbokföring"),
    "fingerade_uppgifter": _("Fingerade personuppgifter"),
    "lokal_markering": _("Lokal markering (kommunens egen bedömning)"),
}


class ProtectionForm(FactForm):
    kind = FactKind.PROTECTION
    first_source = FactSource.TAX_AGENCY
    form = one_of(_("Form"), [(code, PROTECTION_LABELS[code]) for code in PROTECTION_FORMS])
    authority = text(_("Myndighet"), 100, help_text=_("Den som har beslutat om markeringen."))
    paragraph = text(_("Paragraf"), 100, help_text=_("Till exempel 22 kap. 1 § OSL. Krävs av 5 kap. 5 § OSL."))
    review_on = day(_("Ska omprövas"), required=False)
    lifted = yes(_("Markeringen upphör"), _("Kryssa bara om skyddet inte längre gäller."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("authority", gettext("Skatteverket"))
        self.initial["lifted"] = not self.initial.get("active", True)

    @property
    def value(self) -> dict[str, Any]:
        data = self.cleaned_data
        parts = {name: data[name] for name in ("form", "authority", "paragraph", "review_on") if data[name]}
        return {**parts, "active": not data["lifted"]}


class DeathForm(FactForm):
    kind = FactKind.DEATH
    first_source = FactSource.TAX_AGENCY
    asks_valid_from = False
    on = day(_("Dag för dödsfallet"))


FACT_FORMS: Mapping[str, type[FactForm]] = {
    form.kind: form
    for form in (
        NameForm,
        BirthDateForm,
        PermitForm,
        LanguageForm,
        PopulationRegistrationForm,
        FirstReceptionForm,
        LivingForm,
        RelativeTieForm,
        StayForm,
        LeftReceptionActForm,
        EarlierRightForm,
        ResidenceForm,
        ContactForm,
        ProtectionForm,
        DeathForm,
    )
}


def described(kind: str, value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A stored value as (label, value) in the words of its form; empty parts are left out."""
    parts: list[tuple[str, Any]] = []
    for name, field in FACT_FORMS[kind].base_fields.items():
        stored: Any = not value.get("active", True) if name == "lifted" else value.get(name, field.initial)
        if stored in ("", None):
            continue
        if isinstance(field, forms.BooleanField):
            if stored:
                parts.append((str(field.label), True))
        elif isinstance(field, forms.ChoiceField):
            words = dict(field.choices)  # type: ignore[arg-type]
            parts.append((str(field.label), str(words[stored])))
        elif isinstance(field, forms.DateField):
            parts.append((str(field.label), date.fromisoformat(stored)))
        else:
            parts.append((str(field.label), stored))
    return parts


class IdentifierForm(Form):
    kind = one_of(_("Slags nummer"), IdentifierKind.choices)
    value = text(_("Nummer"), 20, help_text=_("Skriv ÅÅÅÅMMDD-NNNN. Ett dossiernummer skrivs som det är."))
    certainty = menu(
        _("Identiteten är"),
        [("styrkt", _("styrkt")), ("sannolik", _("sannolik")), ("osaker", _("osäker"))],
        required=False,
        help_text=_("Bara för samordningsnummer."),
        blank=_("Inte angivet"),
    )
    valid_from = day(_("Gäller från"))
    source = source_field(_("Varifrån kommer numret?"))


# --- who belongs to the household ---------------------------------------------------------------------------


class PersonForm(Form):
    given = text(_("Förnamn"), 100)
    family = text(_("Efternamn"), 100)
    birth_date = day(_("Födelsedatum"))
    position = one_of(
        _("Ställning i hushållet"),
        [(p.value, p.label) for p in (Membership.Position.ADULT, Membership.Position.CHILD)],
    )
    reason = one_of(
        _("Varför kommer personen med?"),
        [("birth", _("Barnet föddes")), ("later", _("Familjemedlem kom senare")), ("other", _("Annat skäl"))],
    )
    joined_on = day(_("Hör till hushållet från"))
    language = text(_("Språk"), 60, required=False)
    interpreter = yes(_("Behöver tolk"))
    permit_ground = menu(
        _("Uppehållstillstånd"),
        PERMIT_GROUNDS,
        required=False,
        blank=_("Inte känt än"),
    )
    identifier_kind = menu(_("Slags nummer"), IdentifierKind.choices, required=False, blank=_("Inget nummer än"))
    identifier = text(_("Nummer"), 20, required=False)
    source = source_field()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("identifier")) != bool(data.get("identifier_kind")):
            self.add_error("identifier", _("Ange både slags nummer och numret, eller inget av dem."))
        return data


class LeaveForm(Form):
    how = one_of(
        _("Vad har hänt?"),
        [
            ("moved", _("Flyttar från hushållet eller kommunen")),
            ("own", _("Bildar ett eget hushåll här (får ett eget ärende)")),
            ("died", _("Har avlidit")),
        ],
    )
    on = day(_("Dag"))
    reason = text(
        _("Kort förklaring"),
        200,
        required=False,
        help_text=_("Till exempel: flyttade till Uppsala. Behövs inte vid dödsfall."),
    )


# --- arrival and the case -----------------------------------------------------------------------------------


class ArrivalForm(Form):
    persons = several(_("Vilka togs emot?"), ())
    on = day(_("Dag"), help_text=_("Dagen då de faktiskt togs emot i kommunen."))
    source = source_field()

    def __init__(self, *args: Any, members: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "persons", person_choices(members))


class ReasonForm(Form):
    reason = text(_("Varför?"), 200, rows=3)


class ArrivalPlanForm(Form):
    planned_arrival_on = day(_("Planerad ankomst"), required=False)
    already_living_here = yes(_("Hushållet bor redan i kommunen"))
    needs_dwelling = yes(_("Hushållet behöver en bostad"))


class CloseForm(Form):
    on = day(_("Avslutas"))
    reason = text(_("Varför avslutas ärendet?"), 300, rows=3)


class EmptyForm(Form):
    """Nothing but a yes."""


# --- coordination -------------------------------------------------------------------------------------------


class CoordinatorForm(Form):
    unit = menu(_("Enhet"), ())
    user = menu(_("Person"), (), required=False, blank=_("Enheten gemensamt"))
    valid_from = day(_("Från och med"))

    def __init__(self, *args: Any, units: Iterable[Unit], users: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", [("", _("Välj …")), *((str(u.id), u.name) for u in units)])
        _offer(self, "user", [("", _("Enheten gemensamt")), *users])


class GuidanceForm(Form):
    on = day(_("Dag"))
    topic = menu(_("Om vad?"), GuidanceEntry.Topic.choices)
    channel = one_of(_("Hur?"), GuidanceEntry.Channel.choices)
    language = text(_("Språk"), 60, required=False)
    interpreter_used = yes(_("Tolk användes"))
    note = text(
        _("Anteckning"),
        300,
        required=False,
        rows=3,
        help_text=_("Kort och om saken: vad frågan gällde och vart ni hänvisade. Inget om hälsa eller annat känsligt."),
    )


class OwnTaskForm(Form):
    title = text(
        _("Vad ska göras?"),
        200,
        help_text=_("Rubriken syns hos den enhet som får uppgiften. Skriv inga namn eller andra personuppgifter."),
    )
    unit = menu(_("Vem ska göra det?"), ())
    person = menu(_("Gäller"), (), required=False)
    due_on = day(_("Senast"), required=False)

    def __init__(self, *args: Any, units: Iterable[Unit], members: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", [("", _("Välj …")), *unit_choices(units)])
        _offer(self, "person", [("", _("Hela hushållet")), *person_choices(members)])


class ReportForm(Form):
    kind = one_of(_("Vad rapporterades?"), AuthorityReport.Kind.choices)
    sent_on = day(_("Skickad"))
    channel = text(_("Hur skickades den?"), 100, help_text=_("Till exempel Migrationsverkets e-tjänst eller brev."))


# --- across the boundary ----------------------------------------------------------------------------------


class _Crossing(Form):
    """To whom, about whom, and which fields."""

    recipient = menu(_("Till vem?"), ())
    persons = several(_("Om vem?"), ())
    codes = several(_("Vilka uppgifter?"), (), help_text=_("Välj bara det som mottagaren behöver."))

    def __init__(self, *args: Any, row: HouseholdRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        _offer(self, "recipient", [("", _("Välj …")), *branch_choices(row.case.branch)])
        _offer(self, "persons", person_choices(row.members))
        _offer(self, "codes", field_choices())

    @property
    def chosen(self) -> dict[str, Any]:
        """The choice as the services want it."""
        data = self.cleaned_data
        return {
            "case": self.row.case,
            "recipient": Branch.objects.select_related("board").get(id=data["recipient"]),
            "persons": [m.person for m in self.row.members if str(m.person.id) in data["persons"]],
            "fields": data["codes"],
        }


class ConsentForm(_Crossing):
    """The waiver as it was given (OSL 10 kap. 1 § and 12 kap. 2 §)."""

    purpose = text(_("Vad ska uppgifterna användas till?"), 300, rows=3)
    language = text(_("På vilket språk lämnades samtycket?"), 60)
    interpreter_used = yes(_("Tolk användes"))
    given_on = day(_("Lämnades"))
    expires_on = day(_("Gäller till"))


class DisclosureChoice(_Crossing):
    """The first step: what would be given, to whom."""


class DisclosureForm(Form):
    """The second step: on which ground, why, until when."""

    ground = forms.ChoiceField(
        label=_("Grund"), choices=[(g.code, _(g.label)) for g in GROUNDS.values()], widget=forms.RadioSelect
    )
    reason = text(
        _("Skäl"),
        500,
        rows=4,
        help_text=_("Varför behöver mottagaren uppgifterna, och varför är grunden uppfylld i just det här fallet?"),
    )
    valid_to = day(_("Gäller till"), help_text=_("Mottagaren ser uppgifterna fram till den dagen. Högst tre år."))


class RevokeForm(Form):
    reason = text(_("Varför avslutas utlämnandet?"), 300, rows=3)


def in_a_year(today: date) -> date:
    return today + timedelta(days=365)
