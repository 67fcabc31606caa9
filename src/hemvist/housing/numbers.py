"""What happens with the yearly number: told, wished, settled, given to länsstyrelsen, decided, swapped; and the
municipality's values for the criteria of the law. Append-only but for the draft of a wish; a wrong row is voided.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.access.impersonal import NO_NUMBERS, speaks_of_a_person
from hemvist.housing import number_queries
from hemvist.housing.models import CriterionValue, YearlyNumber
from hemvist.law import yearly_number as law
from hemvist.law.regime import distribution
from hemvist.organisation.models import Municipality

Kind, Status = YearlyNumber.Kind, YearlyNumber.Status
WORK, DECIDE = "yearly_number.work", "yearly_number.decide"
MOST = 100_000
LONG, SHORT, REASON = 4000, 300, 300
GROUND_TEXTS = ("housing", "labour", "school", "other")
# Grounds from outside Hemvist: each with where it comes from and of which day.
SOURCED = ("labour", "school")
STAGE_OF = {
    Kind.PRELIMINARY: law.StageKind.PRELIMINARY,
    Kind.DECIDED: law.StageKind.DECIDED,
    Kind.SWAP: law.StageKind.SWAP,
}


# --- what others have said or decided ---------------------------------------------------------------------------------


@transaction.atomic
def record_number(
    actor: Actor,
    *,
    year: int,
    kind: str,
    persons: int,
    on: date,
    body: str,
    today: date,
    reference: str = "",
    counterpart: str = "",
) -> YearlyNumber:
    """Write down a preliminary or decided number, or one changed by agreement, as the authority has told it.

    What is out of order is told by the year's page, and refused here only when the act of the year knows no such number
    or an agreement is dated before the number that it changes was decided.
    """
    policy.require(actor, WORK)
    wrong: dict[str, str] = {}
    _year(wrong, year)
    _persons(wrong, persons)
    _past(wrong, "on", on, today)
    _filled(wrong, "body", body, 200, _("Skriv vem som har beslutat, som en myndighet."))
    _short(wrong, "reference", reference, 100)
    if kind == Kind.SWAP:
        _filled(wrong, "counterpart", counterpart, 100, _("Skriv vilken kommun överenskommelsen är med."))
    if wrong:
        raise ValidationError(wrong)
    if kind not in STAGE_OF or STAGE_OF[Kind(kind)] not in {stage.kind for stage in law.procedure(year)}:
        raise ValidationError(
            _("Ett sådant tal finns inte för %(year)d enligt lag (%(act)s). Välj ett annat slag av tal.")
            % {"year": year, "act": _act(year)}
        )
    values = {"year": year, "kind": kind, "persons": persons, "on": on, "body": body.strip()}
    if kind == Kind.SWAP:
        _after_decision(year, on)
    # One at a time: two who write down the same number at once would each see none.
    Municipality.objects.select_for_update().first()
    if YearlyNumber.objects.filter(**values, voided_at__isnull=True).exists():
        raise ValidationError(_("Det talet är redan antecknat. Stryk det gamla först om det ska ändras."))
    number = YearlyNumber.objects.create(
        **values,
        reference=reference.strip(),
        counterpart=counterpart.strip() if kind == Kind.SWAP else "",
        status=Status.SETTLED,
        recorded_by_id=actor.user_id,
    )
    _note(actor, "recorded", number, persons=persons, on=on)
    return number


def _after_decision(year: int, on: date) -> None:
    decided = YearlyNumber.objects.filter(year=year, kind=Kind.DECIDED, voided_at__isnull=True)
    first = decided.order_by("on").values_list("on", flat=True).first()
    if first is not None and on < first:
        text = _("Kommuntalet beslutades %(day)s. En överenskommelse kan inte ha en tidigare dag. Rätta dagen.")
        raise ValidationError({"on": text % {"day": date_format(first)}})


@transaction.atomic
def void_number(actor: Actor, number: YearlyNumber, *, reason: str) -> None:
    """Strike a number that was wrong; it stays, with the reason. A settled wish is struck by who may settle."""
    policy.require(actor, WORK)
    number = _held(number)
    if number.kind == Kind.WISH and number.status != Status.DRAFT:
        policy.require(actor, DECIDE)
    if number.voided_at is not None:
        raise ValidationError(_("Talet är redan struket."))
    wrong: dict[str, str] = {}
    _filled(wrong, "reason", reason, REASON, _("Skriv varför talet stryks."))
    if wrong:
        raise ValidationError(wrong)
    number.voided_at, number.void_reason = timezone.now(), reason.strip()
    number.save(update_fields=["voided_at", "void_reason"])
    _note(actor, "voided", number)


# --- the wish ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def draft_wish(actor: Actor, *, year: int, persons: int, grounds: Mapping[str, Any], today: date) -> YearlyNumber:
    """Begin a wish for a year (lag (2026:1326) 8 §). The figures beside it are kept as they are that day.

    Grounds may be filled in later. A year has one draft at a time.
    """
    policy.require(actor, WORK)
    _wish_known(year)
    values = _wish_values(persons, grounds, today)
    if YearlyNumber.objects.filter(**_draft(year)).exists():
        raise _drafted()
    wish = YearlyNumber(
        year=year,
        kind=Kind.WISH,
        status=Status.DRAFT,
        figures=number_queries.wish_basis(actor, year, today=today).figures,
        recorded_by_id=actor.user_id,
        **values,
    )
    _save_draft(wish)
    _note(actor, "wish_drafted", wish, persons=persons)
    return wish


@transaction.atomic
def change_wish(
    actor: Actor, wish: YearlyNumber, *, persons: int, grounds: Mapping[str, Any], today: date
) -> YearlyNumber:
    """Change a draft; number, grounds and figures become those of today."""
    policy.require(actor, WORK)
    wish = _wish(wish, Status.DRAFT, _("Önskemålet är fastställt och kan inte ändras. Skriv ett nytt."))
    values = _wish_values(persons, grounds, today)
    wish.persons, wish.grounds = values["persons"], values["grounds"]
    wish.figures = number_queries.wish_basis(actor, wish.year, today=today).figures
    wish.save(update_fields=["persons", "grounds", "figures"])
    _note(actor, "wish_changed", wish, persons=persons)
    return wish


@transaction.atomic
def settle_wish(actor: Actor, wish: YearlyNumber, *, on: date, body: str, reference: str, today: date) -> YearlyNumber:
    """Register that a body of the municipality has settled the wish. The program settles nothing."""
    policy.require(actor, DECIDE)
    wish = _wish(wish, Status.DRAFT, _("Önskemålet är redan fastställt."))
    wrong: dict[str, str] = {}
    _past(wrong, "on", on, today)
    _filled(wrong, "body", body, 200, _("Skriv vilket organ som har fastställt önskemålet."))
    _filled(wrong, "reference", reference, 100, _("Skriv paragraf eller diarienummer, så att beslutet går att hitta."))
    if wrong:
        raise ValidationError(wrong)
    wish.status, wish.on = Status.SETTLED, on
    wish.body, wish.reference = body.strip(), reference.strip()
    wish.save(update_fields=["status", "on", "body", "reference"])
    _note(actor, "wish_settled", wish, persons=wish.persons, on=on)
    return wish


@transaction.atomic
def send_wish(actor: Actor, wish: YearlyNumber, *, sent_on: date, today: date) -> YearlyNumber:
    """Register the day on which the settled wish was given to länsstyrelsen (förordning (2026:1330) 11 §)."""
    policy.require(actor, DECIDE)
    wish = _wish(wish, Status.SETTLED, _("Bara ett fastställt önskemål som inte är lämnat kan lämnas."))
    wrong: dict[str, str] = {}
    _past(wrong, "sent_on", sent_on, today)
    if not wrong and wish.on is not None and sent_on < wish.on:
        wrong["sent_on"] = _("Dagen är före den dag då önskemålet fastställdes. Rätta dagen.")
    if wrong:
        raise ValidationError(wrong)
    wish.status, wish.sent_on = Status.SENT, sent_on
    wish.save(update_fields=["status", "sent_on"])
    _note(actor, "wish_sent", wish, sent_on=sent_on)
    return wish


def _draft(year: int) -> dict[str, Any]:
    return {"year": year, "kind": Kind.WISH, "status": Status.DRAFT, "voided_at__isnull": True}


def _drafted() -> ValidationError:
    return ValidationError(_("Det finns redan ett utkast för året. Ändra det i stället."))


def _save_draft(wish: YearlyNumber) -> None:
    try:
        with transaction.atomic():
            wish.save()
    except IntegrityError as error:
        # Somebody came before with a draft.
        if YearlyNumber.objects.filter(**_draft(wish.year)).exists():
            raise _drafted() from error
        raise


def _wish_known(year: int) -> None:
    wrong: dict[str, str] = {}
    _year(wrong, year)
    if wrong:
        raise ValidationError(wrong["year"])
    if not law.wish_allowed(year).value:
        raise ValidationError(
            _("Lag (%(act)s) har inget önskemål om antal för %(year)d. Anteckna det beslutade kommuntalet i stället.")
            % {"act": _act(year), "year": year}
        )


def _wish(wish: YearlyNumber, status: str, otherwise: str) -> YearlyNumber:
    wish = _held(wish)
    if wish.kind != Kind.WISH or wish.voided_at is not None or wish.status != status:
        raise ValidationError(otherwise)
    return wish


def _wish_values(persons: int, grounds: Mapping[str, Any], today: date) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    _persons(wrong, persons)
    kept: dict[str, str] = {}
    for name in GROUND_TEXTS:
        kept[name] = str(grounds.get(name) or "").strip()
        _short(wrong, name, kept[name], LONG)
    for name in SOURCED:
        source, as_of = f"{name}_source", grounds.get(f"{name}_as_of")
        kept[source] = str(grounds.get(source) or "").strip()
        _short(wrong, source, kept[source], SHORT)
        if isinstance(as_of, date):
            _past(wrong, f"{name}_as_of", as_of, today)
        kept[f"{name}_as_of"] = as_of.isoformat() if isinstance(as_of, date) else ""
    if wrong:
        raise ValidationError(wrong)
    return {"persons": persons, "grounds": {name: value for name, value in kept.items() if value}}


# --- the criteria -----------------------------------------------------------------------------------------------------


@transaction.atomic
def record_criterion(
    actor: Actor, *, year: int, criterion: str, value: str, source: str, as_of: date, today: date
) -> CriterionValue:
    """Write down the municipality's value for a criterion of the year's act; the latest written is the one shown."""
    policy.require(actor, WORK)
    wrong: dict[str, str] = {}
    _year(wrong, year)
    _filled(wrong, "value", value, SHORT, _("Skriv värdet."))
    _filled(wrong, "source", source, SHORT, _("Skriv varifrån värdet kommer, så att andra kan hitta det."))
    _past(wrong, "as_of", as_of, today)
    if wrong:
        raise ValidationError(wrong)
    regime = distribution(year).value
    if regime is None or criterion not in {known.code for known in law.criteria(regime)}:
        raise ValidationError(
            _("Kriteriet finns inte i lagen för %(year)d. Välj ett av dem som visas för året.") % {"year": year}
        )
    row = CriterionValue.objects.create(
        year=year,
        criterion=criterion,
        value=value.strip(),
        source=source.strip(),
        as_of=as_of,
        recorded_by_id=actor.user_id,
    )
    audit.record(
        actor,
        "yearly_number.criterion_recorded",
        object_type="criterion_value",
        object_ids=[row.pk],
        details={"year": year, "criterion": criterion},
    )
    return row


# --- parts ------------------------------------------------------------------------------------------------------------


def _held(number: YearlyNumber) -> YearlyNumber:
    """The row as it is now, locked until the transaction ends."""
    return YearlyNumber.objects.select_for_update().get(pk=number.pk)


def _act(year: int) -> str:
    regime = distribution(year).value
    return regime.act if regime else ""


def _year(wrong: dict[str, str], year: int) -> None:
    if not number_queries.FIRST_YEAR <= year <= number_queries.LAST_YEAR:
        wrong["year"] = _("Välj ett år från %(first)d till %(last)d.") % {
            "first": number_queries.FIRST_YEAR,
            "last": number_queries.LAST_YEAR,
        }


def _persons(wrong: dict[str, str], persons: int) -> None:
    if not 0 <= persons <= MOST:
        wrong["persons"] = _("Skriv ett antal från 0 till 100 000.")


def _past(wrong: dict[str, str], name: str, day: date, today: date) -> None:
    if day > today:
        wrong[name] = _("Dagen har inte kommit än. Skriv dagen då det hände.")


def _filled(wrong: dict[str, str], name: str, text: str, length: int, otherwise: str) -> None:
    if not text.strip():
        wrong[name] = otherwise
    else:
        _short(wrong, name, text, length)


def _short(wrong: dict[str, str], name: str, text: str, length: int) -> None:
    """All of it is read by whoever reads the municipality's numbers, and some of it goes to länsstyrelsen."""
    if speaks_of_a_person(text):
        wrong[name] = str(NO_NUMBERS)
    if len(text.strip()) > length:
        wrong[name] = _("Texten är för lång. Skriv högst %(length)d tecken.") % {"length": length}


def _note(actor: Actor, deed: str, number: YearlyNumber, **details: Any) -> None:
    audit.record(
        actor,
        f"yearly_number.{deed}",
        object_type="yearly_number",
        object_ids=[number.pk],
        details={"year": number.year, "kind": number.kind, **details},
    )


def default_body(year: int, kind: str) -> str:
    """Who decides such a number by the act of the year, as a form begins. Stored as it is known in Swedish."""
    wanted = law.StageKind.PRELIMINARY if kind == Kind.PRELIMINARY else law.StageKind.DECIDED
    return next((stage.by.sv for stage in law.procedure(year) if stage.kind is wanted), "")
