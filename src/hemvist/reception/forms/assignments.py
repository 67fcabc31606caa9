"""The forms of anvisningar and of new households: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemvist.law.target_group import LIVING_LABELS
from hemvist.reception.forms.households import PERMIT_GROUNDS
from hemvist.reception.import_columns import BY_FIELD
from hemvist.reception.models import Assignment, Category, IdentifierKind, Membership
from hemvist.reception.queries import AssignmentRow, HouseholdRow
from hemvist.reception.services import NewAssignment, NewHousehold, NewPerson, faults_in
from hemvist.web.forms import Form, day, menu, one_of, several, text, yes

MOST_PERSONS = 20


def _longest(field: str) -> int:
    return BY_FIELD[field].longest


# --- a household, typed in ------------------------------------------------------------------------------------


class AssignmentPart(Form):
    """What Migrationsverket decided."""

    reference = text(
        _("Beteckning"),
        _longest("reference"),
        required=False,
        help_text=_("Migrationsverkets beteckning på anvisningen."),
    )
    decided_on = day(_("Beslutsdag"), help_text=_("Dagen avgör vilken lag som gäller."))
    latest_reception_on = day(
        _("Senaste mottagningsdag"),
        required=False,
        help_text=_("Den dag som beslutet anger. Utan egen dag räknar Hemvist fram den."),
    )


class HouseholdPart(Form):
    """How the household comes."""

    category = menu(_("Kategori"), Category.choices)
    planned_arrival_on = day(_("Planerad ankomst"), required=False)
    received_on = day(_("Mottagen"), required=False, help_text=_("Bara om hushållet redan har tagits emot i kommunen."))
    address = text(_("Adress i kommunen"), _longest("address"), required=False)
    already_living_here = yes(_("Bor redan i kommunen"))
    needs_dwelling = yes(_("Behöver bostad"))


class PersonPart(Form):
    """A person in the household."""

    given = text(_("Förnamn"), _longest("given"))
    family = text(_("Efternamn"), _longest("family"))
    birth_date = day(_("Födelsedatum"))
    position = menu(_("Ställning i hushållet"), Membership.Position.choices)
    language = text(_("Språk"), _longest("language"), required=False)
    interpreter = yes(_("Behöver tolk"))
    phone = text(_("Telefon"), _longest("phone"), required=False)
    permit_ground = menu(_("Grund för uppehållstillståndet"), PERMIT_GROUNDS, required=False, blank=_("Inte känd"))
    permit_granted_on = day(_("Tillståndet beviljat"), required=False)
    permit_valid_to = day(_("Tillståndet gäller till"), required=False, help_text=_("Tomt för permanent tillstånd."))
    personnummer = text(_("Personnummer"), 20, required=False, help_text=_("ÅÅÅÅMMDD-NNNN"))
    samordningsnummer = text(_("Samordningsnummer"), 20, required=False, help_text=_("ÅÅÅÅMMDD-NNNN"))
    dossier = text(_("Dossiernummer"), 20, required=False)


class IntakeHousehold(Form):
    """What the contact centre asks for."""

    category = menu(_("Hur kommer hushållet?"), Category.choices)
    planned_arrival_on = day(_("Planerad ankomst"), required=False)
    address = text(_("Adress i kommunen"), _longest("address"), required=False)
    already_living_here = yes(_("Bor redan i kommunen"))
    needs_dwelling = yes(_("Behöver bostad"))


class IntakePerson(Form):
    """A person, without numbers and permit: the reception asks for those."""

    given = text(_("Förnamn"), _longest("given"))
    family = text(_("Efternamn"), _longest("family"))
    birth_date = day(_("Födelsedatum"))
    position = menu(_("Ställning i hushållet"), Membership.Position.choices)
    language = text(_("Språk"), _longest("language"), required=False)
    interpreter = yes(_("Behöver tolk"))
    phone = text(_("Telefon"), _longest("phone"), required=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """Which parts a page asks for."""

    household: type[Form]
    person: type[Form]
    assignment: type[Form] | None = None


WITH_ASSIGNMENT = Kind(HouseholdPart, PersonPart, AssignmentPart)
WITHOUT_ASSIGNMENT = Kind(HouseholdPart, PersonPart)
INTAKE = Kind(IntakeHousehold, IntakePerson)

Raw = dict[str, Any]


def _raw(part: type[Form], data: Mapping[str, Any], prefix: str | None = None) -> Raw:
    """What was typed into the fields, as it was typed."""
    blank = part(prefix=prefix)
    return {
        name: field.widget.value_from_datadict(data, {}, blank.add_prefix(name)) for name, field in blank.fields.items()
    }


class HouseholdEntry:
    """A whole household on one page, with as many persons as it has.

    The buttons *add* and *remove* send everything back without judging it. Rows of persons that were left empty do
    not count. After :meth:`household` every fault stands at its field.
    """

    def __init__(self, kind: Kind, post: Mapping[str, Any] | None, today: date) -> None:
        self.today, self.added = today, post is not None and "add" in post
        self.judged = post is not None and not {"add", "remove"} & set(post)
        rows = self._rows(kind, post)
        self.persons = [self._form(kind.person, row, f"person-{index}") for index, row in enumerate(rows)]
        self.assignment = self._head(kind.assignment, post) if kind.assignment else None
        self.head = self._head(kind.household, post)
        if self.added:
            self.persons[-1].fields["given"].widget.attrs["autofocus"] = True

    @property
    def forms(self) -> Iterator[Form]:
        """Every form of the page, in the order of the page."""
        if self.assignment:
            yield self.assignment
        yield self.head
        yield from self.persons

    @property
    def may_add(self) -> bool:
        return len(self.persons) < MOST_PERSONS

    def _rows(self, kind: Kind, post: Mapping[str, Any] | None) -> list[Raw]:
        if post is None:
            return [{"position": Membership.Position.CONTACT}]
        count = str(post.get("persons", ""))
        many = min(max(int(count), 1), MOST_PERSONS) if count.isdecimal() and len(count) < 4 else 1
        rows = [_raw(kind.person, post, f"person-{index}") for index in range(many)]
        removed = str(post.get("remove", ""))
        if removed.isdecimal() and len(removed) < 4 and int(removed) < len(rows) and len(rows) > 1:
            del rows[int(removed)]
        if "add" in post and len(rows) < MOST_PERSONS:
            rows.append({})
        if self.judged:
            rows = [row for index, row in enumerate(rows) if not index or _filled(row)]
        return rows

    def _head(self, part: type[Form], post: Mapping[str, Any] | None) -> Form:
        if post is None:
            return part(initial={"needs_dwelling": True})
        return self._form(part, _raw(part, post), None)

    def _form(self, part: type[Form], row: Raw, prefix: str | None) -> Form:
        if not self.judged:
            return part(initial=row, prefix=prefix)
        return part({f"{prefix}-{name}" if prefix else name: value for name, value in row.items()}, prefix=prefix)

    def household(self) -> NewHousehold | None:
        """The household as typed, or None when something is wrong with it."""
        for form in self.forms:
            form.full_clean()
        new = self._new()
        for fault in faults_in(new, self.today):
            self._place(fault.field, fault.message, fault.person)
        return None if self.errors else new

    def _new(self) -> NewHousehold:
        head = self.head.cleaned_data
        decided = self.assignment.cleaned_data if self.assignment else {}
        assignment = None
        if decided.get("decided_on"):
            assignment = NewAssignment(
                decided["decided_on"], decided.get("latest_reception_on"), decided.get("reference", "")
            )
        return NewHousehold(
            category=head.get("category") or "",
            persons=tuple(_person(form.cleaned_data) for form in self.persons),
            assignment=assignment,
            planned_arrival_on=head.get("planned_arrival_on"),
            already_living_here=head.get("already_living_here", False),
            needs_dwelling=head.get("needs_dwelling", False),
            received_on=head.get("received_on"),
            address=head.get("address", ""),
        )

    def _place(self, field: str, message: str, person: int | None) -> None:
        """Put the fault at its field, unless the field already has one."""
        if field == "position" and person is None:
            if any("position" in form.errors for form in self.persons):
                return
            person = 0
        places = [self.persons[person]] if person is not None else [form for form in self.forms if field in form.fields]
        form = places[0] if places else self.head
        if field not in form.errors:
            form.add_error(field if field in form.fields else None, message)

    def refuse(self, error: ValidationError) -> None:
        """The service said no: its words stand at the top."""
        self.head.add_error(None, error)

    @property
    def errors(self) -> list[dict[str, str]]:
        """The rows of ``web/error_summary.html``, for all forms of the page."""
        rows = []
        for form in self.forms:
            number = self.persons.index(form) + 1 if form in self.persons and len(self.persons) > 1 else 0
            for name, messages in form.errors.items() if form.is_bound else ():
                bound = form[name] if name in form.fields else None
                label = str(bound.label) if bound else ""
                if number and label:
                    label = gettext("Person %(number)d, %(label)s") % {"number": number, "label": label.lower()}
                rows += [
                    {"target": bound.auto_id if bound else "", "label": label, "message": str(message)}
                    for message in messages
                ]
        return rows


def _filled(row: Raw) -> bool:
    """Whether anything was typed about the person; a position alone says nothing."""
    return any(value for name, value in row.items() if name != "position")


def _person(data: Mapping[str, Any]) -> NewPerson:
    return NewPerson(
        given=data.get("given", ""),
        family=data.get("family", ""),
        birth_date=data.get("birth_date"),
        position=data.get("position", ""),
        permit_ground=data.get("permit_ground", ""),
        permit_granted_on=data.get("permit_granted_on"),
        permit_valid_to=data.get("permit_valid_to"),
        language=data.get("language", ""),
        interpreter=data.get("interpreter", False),
        identifiers=tuple((kind, data[kind]) for kind in IdentifierKind.values if data.get(kind)),
        phone=data.get("phone", ""),
    )


# --- the list, the law panel and what is done with an anvisning -----------------------------------------------


class AssignmentFilter(Form):
    """What the list shows."""

    status = menu(
        _("Status"),
        [
            ("waiting", _("väntar på mottagande")),
            ("received", _("mottagen")),
            ("withdrawn", _("återkallad")),
            ("replaced", _("ersatt")),
            ("lapsed", _("förfallen")),
        ],
        required=False,
        blank=_("Alla"),
    )
    kategori = menu(_("Kategori"), Category.choices, required=False, blank=_("Alla"))
    ar = menu(_("Beslutsår"), (), required=False, blank=_("Alla"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = [(str(year), str(year)) for year in range(today.year, 2015, -1)]
        self.fields["ar"].choices = [("", gettext("Alla")), *years]  # type: ignore[attr-defined]


class Assumptions(Form):
    """What the reader assumes where the register is silent (``queries.open_assumptions``). Never saved."""

    folkbokforing = menu(
        _("Kan tillstånden ligga till grund för folkbokföring?"),
        [("ja", _("ja")), ("nej", _("nej"))],
        required=False,
        blank=_("Inte känt"),
    )
    boende = menu(
        _("Var bodde hushållet vid beslutet?"),
        [(code.value, _(label)) for code, label in LIVING_LABELS.items()],
        required=False,
        blank=_("Inte känt"),
    )

    def __init__(self, *args: Any, needed: Container[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, assumption in (("folkbokforing", "can_ground_registration"), ("boende", "living")):
            if assumption not in needed:
                del self.fields[name]


class EndAssignment(Form):
    """Migrationsverket has ended the anvisning, or it has lapsed."""

    status = one_of(
        _("Vad har hänt?"),
        [
            (Assignment.Status.WITHDRAWN.value, _("Migrationsverket har återkallat den")),
            (Assignment.Status.REPLACED.value, _("En ny anvisning har ersatt den")),
            (Assignment.Status.LAPSED.value, _("Den har förfallit")),
        ],
    )
    on = day(_("Från och med"))
    reason = text(_("Skäl"), 300, help_text=_("Så att någon annan kan förstå det i efterhand."))
    replaced_by = menu(
        _("Ny anvisning"), (), required=False, blank=_("Ingen"), help_text=_("Bara när en ny har ersatt den.")
    )

    def __init__(self, *args: Any, others: list[AssignmentRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replaced_by"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Ingen")),
            *((str(other.assignment.id), f"{other.assignment} · {other.row.name}") for other in others),
        ]


class AddAssignment(AssignmentPart):
    """An anvisning for a household that has a case already."""

    category = menu(_("Kategori"), Category.choices)
    persons = several(_("Personer som anvisningen gäller"), ())

    def __init__(self, *args: Any, row: HouseholdRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(member.person.id), member.name) for member in row.current]
        self.fields["persons"].choices = choices  # type: ignore[attr-defined]
        self.fields["persons"].initial = [code for code, _name in choices]
        self.fields["category"].initial = row.household.category


class UploadFile(Form):
    """A file of anvisningar."""

    file = forms.FileField(
        label=_("Fil"),
        help_text=_("CSV eller XLSX, högst 10 MB och 5 000 rader."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={"required": _("Välj en fil."), "empty": _("Filen är tom.")},
    )
