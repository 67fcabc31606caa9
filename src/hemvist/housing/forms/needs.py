"""The forms of needs: they parse and keep what was typed; the services hold the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hemvist.housing.models import Dwelling, HousingNeed
from hemvist.housing.needs import Asked, wished
from hemvist.web.forms import Form, day, menu, text, yes
from hemvist.web.templatetags.hemvist import kronor


def count(label: Any, *, required: bool = True, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=0,
        help_text=help_text,
        error_messages={"invalid": _("Skriv ett tal.")},
    )


class NeedFilter(Form):
    """What the list shows."""

    lage = forms.ChoiceField(
        label=_("Läge"),
        required=False,
        choices=[
            ("", _("Söker bostad")),
            ("late", _("Sista dagen har passerat")),
            ("waiting", _("Erbjudande väntar på svar")),
            ("housed", _("Har bostad")),
            ("withdrawn", _("Behövs inte")),
            ("all", _("Alla")),
        ],
    )


class NeedForm(Form):
    """What the home must have, when, and what is wished."""

    adults = count(_("Antal vuxna som ska bo i bostaden"))
    children = count(_("Antal barn som ska bo i bostaden"))
    rooms = count(_("Minst antal rum"), required=False, help_text=_("Lämna tomt om det inte finns ett krav."))
    step_free = yes(
        _("Bostaden måste vara stegfri"),
        help_text=_("Uppgiften säger något om hälsa. Den visas bara för dem som arbetar med behovet."),
    )
    wanted_from = day(_("Första dag att flytta in"))
    wanted_by = day(_("Sista dag att flytta in"))
    rent_max = count(_("Hyra som hushållet kan betala, kronor i månaden"), required=False)
    near_school = yes(_("Nära till skolan"))
    near_sfi = yes(_("Nära till sfi"))
    near_family = menu(_("Nära anhöriga i"), (), required=False, blank=_("Inget önskemål"))
    near_work = menu(_("Nära arbetet i"), (), required=False, blank=_("Inget önskemål"))

    MUST = ("adults", "children", "rooms", "step_free", "wanted_from", "wanted_by")
    WISHED = ("near_school", "near_sfi", "near_family", "near_work", "rent_max")

    def __init__(self, *args: Any, areas: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("near_family", "near_work"):
            self.fields[name].choices = [("", _("Inget önskemål")), *areas.items()]  # type: ignore[attr-defined]

    @property
    def demands(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MUST]

    @property
    def wishes(self) -> list[forms.BoundField]:
        return [self[name] for name in self.WISHED]

    @property
    def asked(self) -> Asked:
        """What the service takes."""
        data = self.cleaned_data
        chosen = {kind: data[f"near_{kind}"] for kind in ("school", "sfi", "family", "work") if data[f"near_{kind}"]}
        return Asked(
            adults=data["adults"],
            children=data["children"],
            rooms=data["rooms"] or 0,
            step_free=data["step_free"],
            wanted_from=data["wanted_from"],
            wanted_by=data["wanted_by"],
            rent_max=data["rent_max"],
            wishes={kind: "" if area is True else area for kind, area in chosen.items()},
        )


def initial_of(need: HousingNeed) -> dict[str, Any]:
    """What a form about an existing need begins with."""
    wishes = wished(need.wishes)
    return {
        **{name: getattr(need, name) for name in ("adults", "children", "step_free", "wanted_from", "wanted_by")},
        "rooms": need.rooms or None,
        "rent_max": need.rent_max,
        "near_school": "school" in wishes,
        "near_sfi": "sfi" in wishes,
        "near_family": wishes.get("family", ""),
        "near_work": wishes.get("work", ""),
    }


class WithdrawForm(Form):
    reason = text(_("Varför behövs bostaden inte längre?"), 300, rows=3)


class LockForm(Form):
    """A dwelling chosen beforehand, and why."""

    dwelling = menu(_("Bostad"), ())
    reason = text(_("Varför just den bostaden?"), 300, rows=3, help_text=_("Skriv inget om hälsa eller ursprung."))

    def __init__(self, *args: Any, dwellings: Iterable[Dwelling], need: HousingNeed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dwellings = {str(one.pk): one for one in dwellings}
        choices = dwelling_choices(self.dwellings.values(), need)
        self.fields["dwelling"].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Dwelling:
        return self.dwellings[self.cleaned_data["dwelling"]]


class CompareForm(Form):
    """A dwelling to compare the proposal with. The name is that of the address."""

    bostad = menu(_("Jämför med en annan bostad"), ())

    def __init__(self, *args: Any, dwellings: Iterable[Dwelling], need: HousingNeed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bostad"].choices = dwelling_choices(dwellings, need)  # type: ignore[attr-defined]


def dwelling_choices(dwellings: Iterable[Dwelling], need: HousingNeed) -> list[tuple[Any, Any]]:
    """Each dwelling in words; those that meet the need's demands first, and apart from the others."""
    groups: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    for one in dwellings:
        fits = one.capacity >= need.persons and one.rooms >= need.rooms and (one.step_free or not need.step_free)
        groups[fits].append((str(one.pk), dwelling_words(one)))
    named = ((_("Uppfyller kraven"), groups[True]), (_("Uppfyller inte alla krav"), groups[False]))
    return [("", _("Välj …")), *((name, choices) for name, choices in named if choices)]


def dwelling_words(dwelling: Dwelling) -> str:
    words = _("%(address)s: %(rooms)d rum, plats för %(capacity)d, %(rent)s") % {
        "address": dwelling.place,
        "rooms": dwelling.rooms,
        "capacity": dwelling.capacity,
        "rent": kronor(dwelling.rent),
    }
    return f"{words}, {_('stegfri')}" if dwelling.step_free else words
