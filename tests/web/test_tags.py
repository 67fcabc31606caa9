"""The tags speak plainly and tie words to controls."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.template import Context, RequestContext, engines
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override

from hemvist.law.types import Answer, Source, Step, Text
from hemvist.web import charts
from hemvist.web.paging import Page
from hemvist.web.templatetags import hemvist as tags

TODAY = date(2026, 11, 23)


def render(source: str, **context: Any) -> str:
    template = engines["django"].engine.from_string(source)  # type: ignore[attr-defined]
    return " ".join(template.render(Context(context)).split())


@pytest.fixture(autouse=True)
def _swedish() -> Any:
    with override("sv"):
        yield


class Form(forms.Form):
    name = forms.CharField(label="Namn", help_text="Som i beslutet")
    note = forms.CharField(label="Anteckning", required=False, widget=forms.Textarea)
    day = forms.DateField(label="Dag", widget=forms.DateInput(attrs={"type": "date"}))
    ground = forms.ChoiceField(label="Grund", choices=[("a", "A"), ("b", "B")])
    way = forms.ChoiceField(label="Väg", choices=[("x", "X"), ("y", "Y")], widget=forms.RadioSelect)
    needs = forms.MultipleChoiceField(
        label="Behov",
        choices=[("t", "Tolk"), ("s", "Skjuts")],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sure = forms.BooleanField(label="Kontrollerat")
    file = forms.FileField(label="Bilaga", required=False)
    secret = forms.CharField(required=False, widget=forms.HiddenInput)


def test_an_icon_is_hidden_from_screen_readers() -> None:
    svg = render('{% icon "house" 16 %}')
    assert 'aria-hidden="true"' in svg
    assert 'width="16"' in svg
    assert "style=" not in svg


@pytest.mark.parametrize(
    ("left", "words", "color"),
    [
        (-5, "försenad 5 dagar", "danger"),
        (-1, "försenad 1 dag", "danger"),
        (0, "i dag", "warning"),
        (1, "1 dag kvar", "warning"),
        (3, "3 dagar kvar", "warning"),
        (30, "30 dagar kvar", "neutral"),
    ],
)
def test_a_due_date_says_in_words_how_long_is_left(left: int, words: str, color: str) -> None:
    html = render("{% due day today %}", day=TODAY + timedelta(left), today=TODAY)
    assert words in html
    assert f'data-color="{color}"' in html


def test_a_due_date_in_english() -> None:
    with override("en"):
        assert tags.due_words(TODAY, TODAY)[0] == "today"
        assert tags.due_words(TODAY + timedelta(3), TODAY)[0].startswith("3 days")
        assert "5 days" in tags.due_words(TODAY - timedelta(5), TODAY)[0]


def test_a_task_that_is_done_says_when() -> None:
    html = render("{% due day today done %}", day=TODAY, today=TODAY, done=date(2026, 11, 3))
    assert "klar 3 november 2026" in html
    assert "inget datum" in render("{% due none today %}", none=None, today=TODAY)


def test_a_status_has_words_colour_and_icon() -> None:
    html = render('{% status_tag "done" %}')
    assert "klar" in html
    assert 'data-color="success"' in html
    assert "<svg" in html
    assert "okänd kod" in render("{% status_tag code %}", code="okänd kod")


def test_every_status_has_an_icon_that_exists() -> None:
    for _words, _color, name in tags.STATUSES.values():
        assert tags.icon(name)


def test_why_shows_the_steps_with_paragraphs_and_the_readers_dates() -> None:
    steps = (
        Step("Beslutad {day}.", {"day": date(2026, 10, 2)}),
        Step("Senast {due}.", {"due": date(2026, 12, 2)}, Source("2016:39", "10 §", "https://example.se/sfs")),
    )
    html = render("{% why steps %}", steps=steps).replace("\xa0", " ")
    assert "Beslutad 2 oktober 2026." in html
    assert '<a class="ds-link" href="https://example.se/sfs" rel="noreferrer">10 §, SFS 2016:39</a>' in html
    assert render("{% why answer %}", answer=Answer(1, steps)).count("<li>") == 2
    assert render("{% why steps %}", steps=()) == ""


def test_a_text_of_the_law_is_in_the_readers_language() -> None:
    both = Text("månader", "months")
    steps = (Step("{n} {unit}", {"n": 2, "unit": both}),)
    assert render("{{ both|text }} {{ both }}", both=both) == "månader månader"
    assert "2 månader" in render("{% why steps %}", steps=steps)
    with override("en"):
        assert render("{{ both|text }} {{ both }}", both=both) == "months månader"
        assert "2 months" in render("{% why steps %}", steps=steps)


def test_a_term_is_a_button_with_its_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "glossary_terms", lambda: {"Anvisning": "Ett beslut."})
    html = render('{% term "anvisning" %}')
    assert "popovertarget" in html
    assert "Ett beslut." in html
    assert render('{% term "okänt" %}').strip() == "okänt"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (165000, "165 000 kr"),
        (Decimal("1234.50"), "1 234,50 kr"),
        (Decimal("15000.00"), "15 000 kr"),
        (None, ""),
    ],
)
def test_kronor(value: Any, words: str) -> None:
    assert tags.kronor(value).replace("\xa0", " ") == words


def test_dates_and_numbers_follow_the_readers_language() -> None:
    day = date(2026, 11, 27)
    assert tags.longdate(day).replace("\xa0", " ") == "27 november 2026"
    assert tags.longdate("2026-11-27") == tags.longdate(day)
    assert tags.longdate(None) == ""
    assert (tags.number(Decimal("12.50")), tags.number(2026)) == ("12,5", "2026")
    with override("en"):
        assert tags.longdate(day).replace("\xa0", " ") == "27 November 2026"
        assert tags.kronor(165000) == "165,000\xa0kr"


def test_a_field_ties_label_explanation_and_error_to_its_control() -> None:
    html = render("{% field form.name %}", form=Form({}))
    assert '<label class="ds-label" data-weight="medium" for="id_name">Namn</label>' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


@pytest.mark.parametrize("name", [name for name in Form.base_fields if name != "secret"])
def test_every_kind_of_field_has_a_control_with_a_label(name: str) -> None:
    form = Form(
        {"name": "Å<b>", "way": "y", "needs": ["t"]},
        MultiValueDict({"file": [SimpleUploadedFile("a.txt", b"a")]}),
    )
    html = render("{% field bound %}", bound=form[name])
    assert "ds-input" in html
    assert "<label" in html
    assert "<b>" not in html
    assert "style=" not in html


def test_groups_are_fieldsets_and_keep_what_was_chosen() -> None:
    form = Form({"way": "y", "needs": ["t"]})
    radios = render("{% field form.way %}", form=form)
    assert "<fieldset" in radios
    assert "<legend" in radios
    assert radios.count(" checked") == 1
    boxes = render("{% field form.needs %}", form=form)
    assert boxes.count('type="checkbox"') == 2
    assert "(frivilligt)" in boxes
    assert " required" not in boxes


def test_what_is_asked_for_in_some_cases_is_not_called_optional() -> None:
    class Conditional(Form):
        conditional = ("needs",)

    assert "(frivilligt)" not in render("{% field form.needs %}", form=Conditional())


def test_a_hidden_field_has_no_label() -> None:
    assert "<label" not in render("{% field form.secret %}", form=Form())


def test_the_error_summary_links_to_the_fields() -> None:
    html = render("{% error_summary form %}", form=Form({}))
    assert 'href="#id_name">Namn: ' in html
    assert 'href="#id_way_0"' in html
    assert render("{% error_summary form %}", form=Form()) == ""


def paging(request: HttpRequest, page: Page[int]) -> str:
    template = engines["django"].engine.from_string("{% pagination page %}")  # type: ignore[attr-defined]
    return str(template.render(RequestContext(request, {"page": page}))).strip()


def test_paging_says_that_there_is_more_but_not_how_much() -> None:
    request = RequestFactory().get("/hushall/?q=a&sida=2")
    page = Page(list(range(25, 50)), 2, True)
    html = paging(request, page)
    assert list(page) == list(range(25, 50))
    assert 'href="?q=a&amp;sida=1"' in html
    assert 'href="?q=a&amp;sida=3"' in html
    assert "fler finns" in html
    assert paging(request, Page([1], 1, False)) == ""


def test_a_chart_has_title_description_and_the_numbers_in_a_table() -> None:
    chart = charts.line("Mottagna per år", ["2025", "2026"], [charts.Series("Personer", [1200, None])], unit="st")
    html = render("{% chart chart %}", chart=chart)
    assert f'<title id="{chart.id}-title">Mottagna per år</title>' in html
    assert f'<desc id="{chart.id}-desc">' in html
    assert "<details" in html
    assert "uppgift saknas" in html
    assert 'x1="25' not in html  # one point, no line
    assert "style=" not in html


def test_places_in_a_drawing_are_never_in_the_readers_format() -> None:
    chart = charts.bar("T", ["a", "b", "c"], [charts.Series("A", [1.5, 2, 3])])
    html = render("{% chart chart %}", chart=chart)
    assert 'x="4.667%"' in html
    assert "1,5" in html  # but the table is


def test_a_chart_without_figures_says_so() -> None:
    html = render("{% chart chart %}", chart=charts.line("T", ["a"], [charts.Series("A", [None])]))
    assert "Uppgift saknas för hela perioden." in html
    assert '<svg class="chart-svg"' not in html


def test_a_sparkline_is_described() -> None:
    assert "högst 4" in render('{% sparkline values "Trend" %}', values=[1, 4, 2])
