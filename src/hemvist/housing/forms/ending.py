"""The forms of ending the right to housing early: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from hemvist.housing.models import EarlyEnding
from hemvist.law.ending_early import GROUNDS, PROGRAMMES, EndGround, Programme
from hemvist.web.forms import Form, day, menu, one_of, yes, yes_or_no
from hemvist.web.forms import text as words
from hemvist.web.templatetags.hemvist import text

LONG = 4000


class EndingFilterForm(Form):
    """What the list shows."""

    lage = menu(_("Läge"), EarlyEnding.Status.choices, required=False, blank=_("Alla"))


class StartEnding(Form):
    """Which of the three grounds is to be examined; only those that nothing stands in the way of."""

    ground = one_of(_("Vilken grund ska prövas?"), ())

    def __init__(self, *args: Any, grounds: Iterable[EndGround], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(ground.value, f"{text(GROUNDS[ground][0])} ({GROUNDS[ground][1].section})") for ground in grounds]
        self.fields["ground"].choices = choices  # type: ignore[attr-defined]


class GroundForm(Form):
    """The facts of a ground; the names are those of the service."""

    blank: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "programme" in self.fields:
            known = [(programme.value, text(label)) for programme, (label, _source) in PROGRAMMES.items()]
            choices = [("", self.blank), *known, (Programme.OTHER.value, _("Ett annat program"))]
            self.fields["programme"].choices = choices  # type: ignore[attr-defined]


class NotInProgramme(GroundForm):
    blank = _("Inget program är känt")
    programme = menu(
        _("Är personen anvisad till ett program?"),
        (),
        required=False,
        help_text=_("Enligt Arbetsförmedlingen. Nämnden kan begära uppgiften (23 § förordningen (2026:1330))."),
    )
    no_referral_since = day(
        _("Inte anvisad sedan"), required=False, help_text=_("Den första dagen utan anvisning. Lämna tomt om okänd.")
    )


class AssignmentWithdrawn(GroundForm):
    blank = _("Inte känt")
    programme = menu(_("Vilket program gällde anvisningen?"), (), required=False)
    withdrawal_decided_on = day(_("Arbetsförmedlingens beslut om återkallelse"), required=False)
    withdrawal_final_on = day(
        _("Beslutet fick laga kraft"),
        required=False,
        help_text=_("Dagen då beslutet inte längre kan överklagas. Innan dess kan grunden inte prövas."),
    )
    within_own_control = yes_or_no(
        _("Beror återkallelsen på något som personen råder över?"), help_text=_("Det är er bedömning.")
    )


class TenancyForfeited(GroundForm):
    lease_forfeited_on = day(
        _("Hyresrätten förverkades"),
        required=False,
        help_text=_("Enligt domstol eller Kronofogdemyndigheten."),
    )
    separated_on = day(_("Personen skildes från bostaden"), required=False)


GROUND_FORMS: Mapping[str, type[GroundForm]] = {
    EndGround.NOT_IN_PROGRAMME: NotInProgramme,
    EndGround.ASSIGNMENT_WITHDRAWN: AssignmentWithdrawn,
    EndGround.TENANCY_FORFEITED: TenancyForfeited,
}


class AcceptableReasonsForm(Form):
    outcome = one_of(
        _("Finns det godtagbara skäl?"),
        [("none", _("Nej, det saknas godtagbara skäl")), ("exist", _("Ja, det finns godtagbara skäl"))],
    )
    text = words(_("Bedömningen i ord"), LONG, rows=6)


class ChildrenForm(Form):
    affected = yes_or_no(_("Rör beslutet barn?"))
    text = words(
        _("Bedömning av barnets bästa"),
        LONG,
        required=False,
        rows=6,
        help_text=_(
            "Behövs när beslutet rör barn: skriv också hur barnen har fått säga vad de tycker. Finns barn i hushållet "
            "men beslutet inte rör dem, skriv varför."
        ),
    )


class CommunicateForm(Form):
    communicated_on = day(_("Personen fick del av underlaget"))
    reply_by = day(_("Kan svara till och med"))


class ReplyForm(Form):
    replied_on = day(_("Svarade"))
    text = words(_("Vad personen svarade"), LONG, rows=6)


class ReasonsForm(Form):
    text = words(
        _("Skäl till beslutet"),
        8000,
        rows=10,
        help_text=_("Vad som har avgjort, vilka bestämmelser som gäller och vad personen har anfört."),
    )


class DecideForm(Form):
    conditional = ("ends_on", "early_effect_reason")

    outcome = one_of(_("Vad är beslutat?"), ())
    decided_on = day(_("Beslutsdag"))
    decided_by = words(
        _("Beslutat av"), 200, help_text=_("Nämnden, eller rollen som beslutar på delegation. Inget namn.")
    )
    diary_number = words(_("Diarienummer"), 60)
    ends_on = day(
        _("Sista dagen med rätt till boende"),
        required=False,
        help_text=_(
            "Bara om rätten upphör. Ett beslut får i regel inte verkställas förrän tiden att överklaga har gått ut, "
            "tre veckor efter att personen fick del av det (35 och 44 §§ förvaltningslagen)."
        ),
    )
    early_effect_reason = words(
        _("Varför rätten måste upphöra innan tiden att överklaga har gått ut"),
        2000,
        rows=3,
        required=False,
        help_text=_("Bara om den sista dagen ligger inom den tiden: vilket väsentligt intresse som kräver det."),
    )
    appeal_instruction = yes(
        _("Beslutsbrevet säger hur man överklagar"), _("Hämta brevet, läs det och fyll i nämndens adress.")
    )

    def __init__(self, *args: Any, outcomes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(EarlyEnding.Status.choices)
        self.fields["outcome"].choices = [(code, labels[code]) for code in outcomes]  # type: ignore[attr-defined]


class CloseForm(Form):
    reason = words(_("Varför avslutas prövningen?"), 1000, rows=3)


class ServeForm(Form):
    served_on = day(_("Personen fick del av beslutet"))


class ChangeForm(Form):
    changed_on = day(_("Beslutet ändrades"))
    changed_by = words(_("Ändrat av"), 200, help_text=_("Domstolen eller nämnden. Inget namn på en person."))
    note = words(_("Vad som ändrades"), 300, rows=3, help_text=_("Också målets eller ärendets nummer."))
