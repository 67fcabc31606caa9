"""A document as DOCX, as Word and LibreOffice open it.

Proposed changes are real tracked changes (OOXML ``w:ins`` and ``w:del``) that the reader accepts or rejects one by one.
"""

from __future__ import annotations

import io
import zipfile
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from hemvist.documents.model import (
    Block,
    Bullets,
    Document,
    Heading,
    Numbered,
    Paragraph,
    Quote,
    Run,
    Runs,
    Table,
    clean,
)

A4 = (Mm(210), Mm(297))
MARGIN = Mm(25)
FONT = "Calibri"
BLACK = RGBColor(0, 0, 0)
# Word asks for a country; a plain language tag leaves it to guess.
LANGUAGES = {"sv": "sv-SE", "en": "en-GB"}
# The earliest day that a ZIP file can hold: the same document gives the same bytes.
ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def to_docx(document: Document, *, author: str, at: datetime) -> bytes:
    """The document as a DOCX file. ``author`` proposes the tracked changes, ``at`` (with a time zone) when.

    The same arguments give the same bytes.
    """
    if at.tzinfo is None:
        raise ValueError("tidpunkten saknar tidszon")
    return _Writer(document, clean(author).strip() or "Hemvist", at.astimezone(UTC)).bytes()


class _Writer:
    def __init__(self, document: Document, author: str, at: datetime) -> None:
        self.document = document
        self.author = author
        self.at = at
        self.language = LANGUAGES.get(document.language, document.language)
        self.word: WordDocument = docx.Document()
        self.changes = count(1)

    def bytes(self) -> bytes:
        self._page()
        self._styles()
        self._properties()
        self.word.add_paragraph(clean(self.document.title), style="Title")
        for label, value in self.document.meta:
            paragraph = self.word.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.add_run(f"{clean(label)}: ").bold = True
            paragraph.add_run(clean(value))
        for block in self.document.blocks:
            self._block(block)
        made = io.BytesIO()
        self.word.save(made)
        return _same_bytes(made.getvalue())

    # --- the whole --------------------------------------------------------------------------------------

    def _page(self) -> None:
        section = self.word.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = A4
        section.left_margin = section.right_margin = MARGIN
        section.top_margin = section.bottom_margin = MARGIN
        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = 1
        for name, text in (("begin", None), (None, "PAGE"), ("end", None)):
            run = paragraph.add_run()._r
            if name:
                field = OxmlElement("w:fldChar")
                field.set(qn("w:fldCharType"), name)
            else:
                field = OxmlElement("w:instrText")
                field.text = text
            run.append(field)

    def _styles(self) -> None:
        styles: Any = self.word.styles
        for language in styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), self.language)
        base = styles["Normal"]
        base.font.size = Pt(11)
        base.paragraph_format.space_after = Pt(8)
        base.paragraph_format.line_spacing = 1.15
        sizes = {"Title": 20, "Heading 1": 16, "Heading 2": 13, "Heading 3": 11, "Caption": 10}
        for name in ("Normal", *sizes):
            style = styles[name]
            style.font.name = FONT
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
                # A theme's font goes before a named one.
                del fonts.attrib[theme]
            fonts.set(qn("w:hAnsi"), FONT)
            fonts.set(qn("w:cs"), FONT)
        for name, size in sizes.items():
            style = styles[name]
            style.font.size = Pt(size)
            style.font.bold = True
            style.font.italic = False
            style.font.color.rgb = BLACK
            style.paragraph_format.keep_with_next = True
            style.paragraph_format.space_before = Pt(0 if name == "Title" else size)
            style.paragraph_format.space_after = Pt(10 if name == "Title" else 4)
        # The template draws a line under the title.
        for line in styles["Title"].element.iter(qn("w:pBdr")):
            line.getparent().remove(line)
        for name in ("List Bullet", "List Number"):
            styles[name].paragraph_format.space_after = Pt(4)

    def _properties(self) -> None:
        properties = self.word.core_properties
        # A property may hold at most 255 characters.
        properties.title = clean(self.document.title).replace("\n", " ")[:255]
        properties.author = properties.last_modified_by = self.author[:255]
        properties.language = self.language
        properties.created = properties.modified = self.at.replace(tzinfo=None)
        properties.comments = ""

    # --- blocks -----------------------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        match block:
            case Heading(text, level):
                self.word.add_heading(clean(text), level)
            case Paragraph(runs):
                self._runs(self.word.add_paragraph(), runs)
            case Bullets(items):
                for item in items:
                    self._runs(self.word.add_paragraph(style="List Bullet"), item)
            case Numbered(items):
                number = self._numbering()
                for item in items:
                    paragraph = self.word.add_paragraph(style="List Number")
                    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
                    properties.get_or_add_ilvl().val = 0
                    properties.get_or_add_numId().val = number
                    self._runs(paragraph, item)
            case Table():
                self._table(block)
            case Quote(text, source):
                self._quote(text, source)

    def _quote(self, text: str, source: str) -> None:
        paragraph = self.word.add_paragraph()
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(10)
        paragraph.add_run(clean(text)).italic = True
        if source:
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.paragraph_format.keep_with_next = True
            whose = self.word.add_paragraph(clean(source))
            whose.paragraph_format.left_indent = Mm(10)

    def _numbering(self) -> int:
        """A numbering of its own for each list, so that it begins at 1."""
        numbering: Any = self.word.part.numbering_part.element
        style: Any = self.word.styles["List Number"].element
        used = style.pPr.numPr.numId.val
        abstract = next(num for num in numbering.num_lst if num.numId == used).abstractNumId.val
        made = numbering.add_num(abstract)
        made.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(made.numId)

    def _table(self, block: Table) -> None:
        if block.caption:
            self.word.add_paragraph(clean(block.caption), style="Caption")
        table = self.word.add_table(rows=1, cols=len(block.header), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        for cell, text in zip(table.rows[0].cells, block.header, strict=True):
            _fill(cell, text, strong=True)
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), "E7E9EC")
            cell._tc.get_or_add_tcPr().append(shade)
        for row in block.rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                _fill(cell, text)
        table.autofit = False
        for column, width in zip(table.columns, _widths(block), strict=True):
            column.width = width
            for cell in column.cells:
                cell.width = width
        for number, row_made in enumerate(table.rows):
            properties = row_made._tr.get_or_add_trPr()
            # A row is not cut by the edge of a page; the header stands on each.
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))
        # Word glues a table to the next one unless something stands between.
        self.word.add_paragraph().paragraph_format.space_after = Pt(4)

    # --- text and tracked changes -----------------------------------------------------------------------

    def _runs(self, paragraph: WordParagraph, runs: Runs) -> None:
        kinds = {run.kind for run in runs if run.text}
        for run in runs:
            if not run.text:
                continue
            made = paragraph.add_run(clean(run.text))
            if run.kind == "strong":
                made.bold = True
            elif run.kind == "emphasis":
                made.italic = True
            elif run.kind in ("inserted", "deleted"):
                self._track(made._r, run)
        if kinds in ({"inserted"}, {"deleted"}):
            # The paragraph comes or goes with its words; otherwise an empty one is left behind.
            mark = paragraph._p.get_or_add_pPr()
            properties = OxmlElement("w:rPr")
            properties.append(self._change("w:ins" if kinds == {"inserted"} else "w:del"))
            mark.append(properties)

    def _track(self, element: Any, run: Run) -> None:
        change = self._change("w:ins" if run.kind == "inserted" else "w:del")
        element.addprevious(change)
        change.append(element)
        if run.kind == "deleted":
            for text in element.findall(qn("w:t")):
                gone = OxmlElement("w:delText")
                gone.text = text.text
                gone.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                text.getparent().replace(text, gone)

    def _change(self, name: str) -> Any:
        change = OxmlElement(name)
        change.set(qn("w:id"), str(next(self.changes)))
        change.set(qn("w:author"), self.author)
        change.set(qn("w:date"), self.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return change


def _widths(block: Table) -> list[Length]:
    """The page's width between the columns, each by its longest text within reason; no word is broken if it can be
    helped.
    """
    columns = [(*column, "") for column in zip(block.header, *block.rows, strict=True)]
    words = [max(len(word) for text in column for word in (*text.split(), "")) + 3 for column in columns]
    shares = [
        max(word, min(max(len(text) for text in column), 45)) for word, column in zip(words, columns, strict=True)
    ]
    whole = A4[0] - 2 * MARGIN
    return [Length(whole * share // sum(shares)) for share in shares]


def _fill(cell: Any, text: str, *, strong: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    paragraph.add_run(clean(text)).bold = strong or None


def _same_bytes(made: bytes) -> bytes:
    """The file packed again without the hour of the day in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            kept = deepcopy(entry)
            kept.date_time = ZIP_DAY
            target.writestr(kept, source.read(entry), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
