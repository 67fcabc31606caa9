"""The tags and filters that every template has without ``{% load %}``."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.core.cache import cache
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect
from django.forms.utils import flatatt
from django.template.context import Context
from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.encoding import force_str
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst, slugify
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hemvist.law.types import Answer, Step, Text
from hemvist.web import charts

register = template.Library()

SOON_DAYS = 7
GLOSSARY_SECONDS = 300
HARD_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


# --- Icons -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _svg(name: str, size: int, css: str) -> SafeString:
    svg = lucide._render_icon(
        name, size, **{"class": f"icon {css}".strip(), "aria-hidden": "true", "focusable": "false"}
    )
    return mark_safe(svg.replace("\n", ""))


@register.simple_tag
def icon(name: str, size: int = 20, css: str = "") -> SafeString:
    """``{% icon "house" %}``: an inline drawing that a screen reader passes over; words stand beside it."""
    return _svg(str(name), size, css)


# --- Dates, money, numbers -------------------------------------------------------------------------------


@register.filter
def longdate(value: date | datetime | str | None) -> str:
    """27 november 2026. An ISO string is read as a date; nothing gives an empty string."""
    day = parse_date(value) if isinstance(value, str) else value
    return formats.date_format(day, "DATE_FORMAT").replace(" ", HARD_SPACE, 1) if day else ""


@register.filter
def number(value: Any) -> str:
    """1 250 or 12,5, as the reader's language writes it, with no more decimals than it has."""
    if value is None or value == "":
        return ""
    plain = Decimal(str(value)).normalize()
    decimals = max(-int(plain.as_tuple().exponent), 0)
    return formats.number_format(plain, decimals, use_l10n=True, force_grouping=abs(plain) >= 10_000)


@register.filter
def kronor(value: Any) -> str:
    """165 000 kr. Öre are shown only when there are any."""
    if value is None or value == "":
        return ""
    amount = Decimal(str(value))
    decimals = 0 if amount == amount.to_integral_value() else 2
    words = formats.number_format(amount, decimals, use_l10n=True, force_grouping=True)
    return f"{words.replace('-', MINUS)}{HARD_SPACE}kr"


def shown(value: Any) -> str:
    """A step's value in the reader's own words: dates long, numbers as they are written here."""
    if isinstance(value, date):
        return longdate(value)
    if isinstance(value, bool):
        return gettext("ja") if value else gettext("nej")
    if isinstance(value, int | float | Decimal):
        return number(value)
    return text(value)


# --- Law -------------------------------------------------------------------------------------------------


@register.inclusion_tag("web/why.html")
def why(steps: Sequence[Step] | Answer[Any], label: str = "", opened: bool = False) -> dict[str, Any]:
    """``{% why answer.steps %}``: the steps of a derivation with their paragraphs, folded under *Varför?*"""
    answer = steps.steps if isinstance(steps, Answer) else steps
    return {
        "label": label or gettext("Varför?"),
        "opened": opened,
        "steps": [
            {
                "text": sentence(step),
                "source": step.source,
                "cited": step.source and cited(step.source),
            }
            for step in answer or ()
        ],
    }


@register.filter
def sentence(step: Step) -> str:
    """A step as a sentence in the reader's language, without its paragraph."""
    return step.render(gettext, shown)


@register.filter
def cited(source: Any) -> str:
    """10 § (SFS 2016:39): a provision as it is cited; other sources by their own name."""
    act = f"SFS{HARD_SPACE}{source.act}" if re.fullmatch(r"\d{4}:\d+", source.act) else source.act
    section = source.section.replace(" §", f"{HARD_SPACE}§")
    return f"{section}, {act}" if section else act


def glossary_terms() -> Mapping[str, str]:
    """Terms with a short explanation in the reader's language; empty where no room knows them."""
    key = f"glossary-{get_language()}"
    found: Mapping[str, str] | None = cache.get(key)
    if found is None:
        try:
            from hemvist.organisation.queries import glossary
        except ImportError:
            return {}
        found = {str(word): str(text) for word, text in glossary().items()}
        cache.set(key, found, GLOSSARY_SECONDS)
    return found


@register.simple_tag
def term(word: str, shown_as: str = "") -> str:
    """``{% term "anvisning" %}``: the word as a button that opens its explanation, by tap and by keyboard."""
    key = str(word).casefold()
    words = shown_as or str(word)
    text = next((text for known, text in glossary_terms().items() if known.casefold() == key), "")
    if not text:
        return words
    return format_html(
        '<button class="term" type="button" popovertarget="{id}">{words}</button>'
        '<span class="term-text" id="{id}" popover><strong>{title}</strong> {text}</span>',
        id=f"term-{slugify(key)}-{secrets.token_hex(3)}",
        words=words,
        title=capfirst(words),
        text=text,
    )


# --- Due dates and statuses ------------------------------------------------------------------------------


def due_words(day: date, today: date, soon: int = SOON_DAYS) -> tuple[str, str, str]:
    """The words, the colour and the icon for a due date; within ``soon`` days it is near."""
    left = (day - today).days
    if left < 0:
        return (
            ngettext("försenad %(days)d dag", "försenad %(days)d dagar", -left) % {"days": -left},
            "danger",
            "circle-alert",
        )
    if left == 0:
        return gettext("i dag"), "warning", "clock"
    words = ngettext("%(days)d dag kvar", "%(days)d dagar kvar", left) % {"days": left}
    return words, *(("warning", "clock") if left <= soon else ("neutral", "calendar"))


@register.inclusion_tag("web/tag.html")
def due(day: date | None, today: date, done_on: date | None = None, soon: int = SOON_DAYS) -> dict[str, Any]:
    """``{% due task.due today %}``: how long is left in words; with ``done_on`` that it is done."""
    if done_on:
        words = gettext("klar %(day)s") % {"day": longdate(done_on)}
        return {"words": words, "color": "success", "icon_name": "circle-check"}
    if day is None:
        return {"words": gettext("inget datum"), "color": "neutral", "icon_name": "calendar"}
    words, color, icon_name = due_words(day, today, soon)
    return {"words": words, "color": color, "icon_name": icon_name, "day": day}


STATUSES: dict[str, tuple[Any, str, str]] = {
    # code -> word, colour, icon; a choice's own label goes before the word
    "open": (_("att göra"), "neutral", "circle"),
    "taken": (_("pågår"), "info", "circle-dot"),
    "waiting": (_("väntar"), "warning", "hourglass"),
    "differing": (_("avviker"), "danger", "scale"),
    "late": (_("försenad"), "danger", "circle-alert"),
    "done": (_("klar"), "success", "circle-check"),
    "received": (_("mottagen"), "success", "circle-check"),
    "not_received": (_("inte mottagen"), "danger", "circle-alert"),
    "active": (_("gäller"), "success", "check"),
    "draft": (_("utkast"), "neutral", "circle-dashed"),
    "not_applicable": (_("inte aktuell"), "neutral", "circle-minus"),
    "cancelled": (_("utgår"), "neutral", "ban"),
    "withdrawn": (_("återkallad"), "neutral", "ban"),
    "replaced": (_("ersatt"), "neutral", "circle-minus"),
    "lapsed": (_("förfallen"), "warning", "circle-minus"),
    "closed": (_("avslutad"), "neutral", "circle-minus"),
    "proposed": (_("förslag"), "warning", "circle-dashed"),
    "decided": (_("beslutad"), "info", "gavel"),
    "in_force": (_("gäller"), "success", "check"),
    "repealed": (_("upphävd"), "neutral", "ban"),
}


@register.inclusion_tag("web/tag.html")
def status_tag(status: Any, label: str = "") -> dict[str, Any]:
    """``{% status_tag task.status %}``: a status in words with colour and icon. A choice's own label wins."""
    words, color, icon_name = STATUSES.get(str(getattr(status, "value", status)), (status, "neutral", "circle"))
    return {"words": label or getattr(status, "label", words), "color": color, "icon_name": icon_name}


# --- Forms -----------------------------------------------------------------------------------------------


@register.inclusion_tag("web/field.html")
def field(bound: BoundField, hint: str = "", autocomplete: str = "") -> dict[str, Any]:
    """``{% field form.name %}``: label, explanation, control and error, tied together."""
    widget, auto_id = bound.field.widget, bound.auto_id
    text = hint or bound.help_text
    described = " ".join(([f"{auto_id}_helptext"] if text else []) + ([f"{auto_id}_error"] if bound.errors else []))
    attrs: dict[str, Any] = {"class": " ".join(filter(None, ("ds-input", widget.attrs.get("class"))))}
    if described:
        attrs["aria-describedby"] = described
    if autocomplete:
        attrs["autocomplete"] = autocomplete
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    if isinstance(widget, FileInput):
        attrs.setdefault("data-file", "")
    return {
        "bound": bound,
        "text": text,
        "group": _options(bound) if group else None,
        "described": described,
        "control": None if group else bound.as_widget(attrs=attrs),
        "check": isinstance(widget, CheckboxInput),
        "optional": not bound.field.required and not isinstance(widget, CheckboxInput) and not is_conditional(bound),
    }


def is_conditional(bound: BoundField) -> bool:
    """Whether the field is asked for in some cases only, which its help tells: then it is not called optional."""
    return bound.name in getattr(bound.form, "conditional", ())


def _options(bound: BoundField) -> list[dict[str, Any]]:
    """Each choice of a radio or checkbox group, drawn as its own control with its own label."""
    attrs = bound.build_widget_attrs({"id": bound.auto_id, "class": "ds-input"})
    options = []
    for option in bound.field.widget.subwidgets(bound.html_name, bound.value(), attrs):
        own = {
            **option["attrs"],
            "type": option["type"],
            "name": option["name"],
            "value": str(option["value"]),
        }
        if isinstance(bound.field.widget, CheckboxSelectMultiple):
            own.pop("required", None)
        control = format_html("<input{}>", flatatt(own))
        options.append({"control": control, "id": own.get("id", ""), "label": option["label"]})
    return options


@register.inclusion_tag("web/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """``{% error_summary form %}``: what has to be put right, at the top, with links to the fields."""
    errors = []
    for name, messages in (form.errors if form.is_bound else {}).items():
        target, label = "", ""
        if name in form.fields:
            label = str(form[name].label).rstrip("?:")
            group = isinstance(form.fields[name].widget, RadioSelect | CheckboxSelectMultiple)
            target = f"{form[name].auto_id}_0" if group else form[name].auto_id
        errors += [{"target": target, "label": label, "message": message} for message in messages]
    return {"errors": errors}


# --- Lists -----------------------------------------------------------------------------------------------


@register.inclusion_tag("web/pagination.html", takes_context=True)
def pagination(context: Context, page: Any) -> dict[str, Any]:
    """``{% pagination page %}``: back and on, with the rest of the address kept."""
    return {"page": page, "request": context.get("request")}


# --- Charts ----------------------------------------------------------------------------------------------


@register.inclusion_tag("charts/chart.html")
def chart(chart: charts.Chart) -> dict[str, Any]:
    """``{% chart chart %}``: a figure made by ``hemvist.web.charts``, with its data table."""
    return {"chart": chart}


@register.inclusion_tag("charts/sparkline.html")
def sparkline(values: Sequence[Any], title: str) -> dict[str, Any]:
    """``{% sparkline values "Mottagna per år" %}``: a small line beside a figure."""
    return {"chart": charts.sparkline(title, values)}


@register.simple_tag
def chart_cell(cell: charts.Cell) -> str:
    """A figure in words: the value, the interval, or that it is missing."""
    interval = f"{number(cell.interval[0])}–{number(cell.interval[1])}" if cell.interval else ""
    if cell.value is None:
        return interval or gettext("uppgift saknas")
    return f"{number(cell.value)} ({interval})" if interval else number(cell.value)


@register.simple_tag
def chart_summary(chart: charts.Chart) -> str:
    """The chart in words for those who do not see it: lowest and highest of each series."""
    sentences = [str(chart.description)] if chart.description else []
    for position, name in enumerate(chart.columns):
        known = [(label, cells[position].value) for label, cells in chart.rows if cells[position].value is not None]
        if not known:
            continue
        least, most = min(known, key=lambda pair: pair[1] or 0), max(known, key=lambda pair: pair[1] or 0)
        sentences.append(
            gettext("%(name)s: lägst %(low)s (%(low_at)s), högst %(high)s (%(high_at)s).")
            % {
                "name": name,
                "low": number(least[1]),
                "low_at": least[0],
                "high": number(most[1]),
                "high_at": most[0],
            }
        )
    return " ".join(sentences)


@register.filter
def axis_number(label: str) -> str:
    return number(label)


@register.filter
def row_y(index: int) -> int:
    """Where the figure of a lying bar stands: on the line of its words."""
    return index * charts.ROW_HEIGHT + 14


# --- Small helps -----------------------------------------------------------------------------------------


@register.filter
def text(value: Any) -> str:
    """A ``Text`` of the law, or a stored Swedish sentence that the catalogue has, in the reader's language."""
    if isinstance(value, Text):
        return value.in_language(get_language() or "sv")
    return gettext(value) if isinstance(value, str) and value else force_str(value)
