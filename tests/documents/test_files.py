"""What stands in the files: opened again, not taken for granted."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree
from pypdf import PdfReader

from hemvist.documents import pdf
from hemvist.documents.docx import to_docx
from hemvist.documents.model import (
    Bullets,
    Document,
    Heading,
    Numbered,
    Paragraph,
    Quote,
    Run,
    Table,
)
from hemvist.documents.pdf import PdfUnavailable, to_pdf

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WHOLE = Document(
    "Ändring i utbildningsnämndens reglemente",
    "sv",
    (
        Heading("Förslag"),
        Paragraph(
            (
                Run("Nämnden ansvarar för lagen "),
                Run("(2016:38)", "deleted"),
                Run("(2026:1326)", "inserted"),
                Run(" och <mer> & annat."),
            )
        ),
        Paragraph((Run("En hel bestämmelse utgår.", "deleted"),)),
        Paragraph((Run("En hel bestämmelse tillkommer.", "inserted"),)),
        Heading("Skäl", 2),
        Bullets.of("ett skäl", "ett skäl till"),
        Numbered.of("först", "sedan"),
        Paragraph.of("Och en lista till:"),
        Numbered.of("börjar om"),
        Table("Nämnder", ("Nämnd", "Från"), tuple((f"Nämnd {n}", "2027-01-01") for n in range(80))),
        Quote("En anvisning går inte att överklaga.", "Expert, Migrationsverket"),
    ),
    (("Nämnd", "Utbildningsnämnden"),),
)


def body(document: Document = WHOLE) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(to_docx(document, author="Kommunstyrelsen", at=AT))) as parts:
        return etree.fromstring(parts.read("word/document.xml"))


def text_pdf(document: Document = WHOLE) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(to_pdf(document))).pages)


# --- DOCX -------------------------------------------------------------------------------------------------


def test_changes_are_tracked_changes_with_who_and_when() -> None:
    root = body()
    inserted = ["".join(t.text for t in change.iter(f"{W}t")) for change in root.iter(f"{W}ins")]
    deleted = ["".join(t.text for t in change.iter(f"{W}delText")) for change in root.iter(f"{W}del")]
    assert [text for text in inserted if text] == ["(2026:1326)", "En hel bestämmelse tillkommer."]
    assert [text for text in deleted if text] == ["(2016:38)", "En hel bestämmelse utgår."]
    changes = [*root.iter(f"{W}ins"), *root.iter(f"{W}del")]
    assert {change.get(f"{W}author") for change in changes} == {"Kommunstyrelsen"}
    assert {change.get(f"{W}date") for change in changes} == {"2026-11-23T09:30:00Z"}
    assert len({change.get(f"{W}id") for change in changes}) == len(changes)


def test_what_is_deleted_has_no_text_outside_the_deletion() -> None:
    assert not [t.text for change in body().iter(f"{W}del") for t in change.iter(f"{W}t")]


def test_a_paragraph_that_comes_or_goes_takes_its_mark_with_it() -> None:
    marks = [
        (mark.tag.removeprefix(W), "".join(node.text for node in paragraph.iter(f"{W}t", f"{W}delText")))
        for paragraph in body().iter(f"{W}p")
        for mark in paragraph.iterfind(f"{W}pPr/{W}rPr/*")
    ]
    assert marks == [("del", "En hel bestämmelse utgår."), ("ins", "En hel bestämmelse tillkommer.")]


def test_the_file_has_title_author_language_headings_and_a4() -> None:
    word = docx.Document(io.BytesIO(to_docx(WHOLE, author="Kommunstyrelsen", at=AT)))
    assert (word.core_properties.title, word.core_properties.author) == (WHOLE.title, "Kommunstyrelsen")
    assert word.core_properties.language == "sv-SE"
    assert {node.get(qn("w:val")) for node in word.styles.element.iter(qn("w:lang"))} == {"sv-SE"}
    styles = [(p.style.name, p.text) for p in word.paragraphs if p.style.name.startswith(("Title", "Heading"))]
    assert styles == [("Title", WHOLE.title), ("Heading 1", "Förslag"), ("Heading 2", "Skäl")]
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_the_header_of_a_table_stands_on_every_page() -> None:
    word = docx.Document(io.BytesIO(to_docx(WHOLE, author="x", at=AT)))
    rows = word.tables[0].rows
    assert [row._tr.find(f".//{W}tblHeader") is not None for row in rows[:3]] == [True, False, False]
    assert [cell.text for cell in rows[1].cells] == ["Nämnd 0", "2027-01-01"]


def test_each_numbered_list_begins_at_one() -> None:
    word = docx.Document(io.BytesIO(to_docx(WHOLE, author="x", at=AT)))
    numbers = [p._p.pPr.numPr.numId.val for p in word.paragraphs if p.style.name == "List Number"]
    assert numbers[0] == numbers[1] != numbers[2]
    numbering = word.part.numbering_part.element
    starts = [num.find(f".//{W}startOverride").get(f"{W}val") for num in numbering.num_lst if num.numId in numbers]
    assert starts == ["1", "1"]


def test_the_same_document_gives_the_same_docx() -> None:
    swedish_time = AT.astimezone(timezone(timedelta(hours=1)))
    assert to_docx(WHOLE, author="x", at=AT) == to_docx(WHOLE, author="x", at=swedish_time)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="tidszon"):
        to_docx(WHOLE, author="x", at=AT.replace(tzinfo=None))


def test_characters_that_no_document_can_hold_are_left_out() -> None:
    odd = Document("Ti\x00tel", "sv", (Paragraph.of("före\x0b\ufffeefter\r\nny rad"),), (("a\x1f", "b"),))
    word = docx.Document(io.BytesIO(to_docx(odd, author="\x07", at=AT)))
    assert [p.text for p in word.paragraphs] == ["Titel", "a: b", "föreefter\nny rad"]
    assert "föreefter" in text_pdf(odd)


# --- PDF --------------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_with_title_and_language() -> None:
    reader = PdfReader(io.BytesIO(to_pdf(WHOLE)))
    root = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == WHOLE.title
    assert root["/Lang"] == "sv"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    kinds = _kinds(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Table", "/TR", "/TH", "/TD"} <= kinds


def _kinds(node: object) -> set[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return {kind for child in node for kind in _kinds(child)}
    if not isinstance(node, dict):
        return set()
    own = {str(node["/S"])} if "/S" in node else set()
    return own | (_kinds(node["/K"]) if "/K" in node else set())


def test_the_pages_are_a4_and_the_header_of_a_table_stands_on_each() -> None:
    pages = PdfReader(io.BytesIO(to_pdf(WHOLE))).pages
    assert len(pages) > 2
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]
    assert all("Nämnd Från" in re.sub(r"\s+", " ", page.extract_text()) for page in pages[1:3])


def test_changes_are_told_in_words_and_in_their_place() -> None:
    text = re.sub(r"\s+", " ", text_pdf())
    assert "lagen [struket: (2016:38)][tillagt: (2026:1326)] och <mer> & annat." in text
    assert "understruken" in text


def test_without_changes_nothing_is_said_of_them() -> None:
    text = text_pdf(Document("Protokoll", "en", (Paragraph.of("Nothing changes."),)))
    assert "struck through" not in text
    assert "Page 1 of 1" in text


def test_the_same_document_gives_the_same_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert to_pdf(WHOLE) == to_pdf(WHOLE)


def test_nothing_in_a_text_is_taken_for_html_or_fetched(caplog: pytest.LogCaptureFixture) -> None:
    page = Document("<script>", "sv", (Paragraph.of('<img src="http://example.com/x.png">'),))
    assert "<img" not in pdf.html(page)
    assert '<img src="http://example.com/x.png">' in text_pdf(page)
    weasyprint = pdf._weasyprint()
    with pytest.raises(ValueError, match="hämtar inget"):
        pdf._own_files(weasyprint).fetch("http://example.com/x.png")


def test_without_the_systems_pango_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *rest: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(PdfUnavailable, match="libpango"):
        to_pdf(WHOLE)


# --- the model --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Heading("x", 4), "nivå"),
        (lambda: Run("x", "bold"), "slag"),
        (lambda: Table("", ("a",), (("b", "c"),)), "celler"),
        (lambda: Table("", (), ()), "rubrikrad"),
        (lambda: Document(" ", "sv", ()), "titel"),
        (lambda: Document("x", "", ()), "språk"),
    ],
)
def test_a_document_that_cannot_be_made_is_told_at_once(make: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()  # type: ignore[operator]
