"""A document as tagged PDF (PDF/UA-1), read aloud and copied as it looks. Made by WeasyPrint; nothing is fetched.

WeasyPrint needs Pango in the system. Where that is missing, :class:`PdfUnavailable` says what to do.
"""

from __future__ import annotations

import hashlib
from html import escape
from pathlib import Path
from typing import Any

import hemvist
from hemvist.documents.model import Block, Bullets, Document, Heading, Numbered, Paragraph, Quote, Runs, Table, clean

FONTS = Path(hemvist.__file__).resolve().parent / "web" / "static" / "vendor" / "fonts"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

# Said before a change, for whoever hears the text, copies it or does not see the lines. In sight, since what is hidden
# in a PDF is copied out of its order.
_SAID = {
    "sv": {"inserted": "tillagt", "deleted": "struket"},
    "en": {"inserted": "added", "deleted": "deleted"},
}
_KEY = {
    "sv": "Tillagd text är understruken och struken text är genomstruken. Båda står inom hakparentes.",
    "en": "Added text is underlined, and deleted text is struck through. Both are in square brackets.",
}
_PAGE = {"sv": ("Sida", "av"), "en": ("Page", "of")}

_STYLE = """
{faces}
@page {{
  size: A4; margin: 24mm 25mm 22mm;
  @bottom-right {{ content: "{page} " counter(page) " {of} " counter(pages); font: 9pt {family}; color: #444; }}
}}
html {{ font: 10.5pt/1.45 {family}; color: #111; }}
h1, h2, h3, h4 {{ line-height: 1.2; margin: 1.4em 0 0.4em; break-after: avoid; hyphens: manual; }}
h1 {{ font-size: 20pt; margin-top: 0; }}
h2 {{ font-size: 14pt; }}
h3 {{ font-size: 12pt; }}
h4 {{ font-size: 10.5pt; }}
p, ul, ol, blockquote {{ margin: 0 0 0.7em; orphans: 2; widows: 2; }}
ul, ol {{ padding-left: 1.5em; }}
li {{ margin-bottom: 0.25em; }}
.line {{ white-space: pre-wrap; }}
.meta {{ margin: 0 0 1.6em; border-bottom: 0.5pt solid #888; padding-bottom: 0.6em; }}
.meta p {{ margin: 0 0 0.15em; }}
.key {{ color: #444; font-size: 9.5pt; }}
table {{ border-collapse: collapse; width: 100%; margin: 0 0 1em; font-size: 9.5pt; }}
caption {{ text-align: left; font-weight: bold; margin-bottom: 0.3em; }}
th, td {{ border: 0.5pt solid #888; padding: 1.5mm 2mm; text-align: left; vertical-align: top; }}
thead th {{ background: #e7e9ec; }}
tbody th {{ font-weight: normal; }}
thead {{ display: table-header-group; }}
tr {{ break-inside: avoid; }}
blockquote {{ margin-left: 8mm; padding-left: 4mm; border-left: 1.5pt solid #888; }}
blockquote footer {{ margin-top: 0.2em; font-size: 9.5pt; color: #444; }}
ins {{ text-decoration: underline; text-decoration-thickness: 0.8pt; color: #00406e; }}
del {{ text-decoration: line-through; text-decoration-thickness: 0.8pt; color: #8a1c1c; }}
.said {{ font-size: 0.75em; color: #555; }}
"""


class PdfUnavailable(Exception):
    """PDF cannot be made on this machine. The message is Swedish and says what to do."""


def to_pdf(document: Document) -> bytes:
    """The document as PDF. The same document gives the same bytes on the same machine, but for the hour that is written
    in the embedded fonts; where ``SOURCE_DATE_EPOCH`` is set, that is the same too.

    Raises :class:`PdfUnavailable` where the system's Pango is missing.
    """
    weasyprint = _weasyprint()
    page = html(document)
    made: bytes = weasyprint.HTML(string=page, base_url=None, url_fetcher=_own_files(weasyprint)).write_pdf(
        pdf_variant="pdf/ua-1",
        # Otherwise it follows the hour.
        pdf_identifier=hashlib.sha256(page.encode()).hexdigest()[:32].encode(),
    )
    return made


def html(document: Document) -> str:
    """The page that becomes the PDF; valid HTML by itself."""
    language = "en" if document.language.startswith("en") else "sv"
    page, of = _PAGE[language]
    faces, family = _faces()
    style = _STYLE.format(faces=faces, family=family, page=page, of=of)
    title = escape(clean(document.title))
    meta = "".join(f"<p><strong>{_text(label)}:</strong> {_text(value)}</p>" for label, value in document.meta)
    if meta:
        meta = f'<div class="meta">{meta}</div>'
    key = f'<p class="key">{_KEY[language]}</p>' if document.redlined else ""
    blocks = "\n".join(_block(block, language) for block in document.blocks)
    return (
        f'<!doctype html>\n<html lang="{escape(document.language)}">\n<head><meta charset="utf-8">'
        f"<title>{title}</title>\n<style>{style}</style></head>\n<body>\n<h1>{_text(document.title)}</h1>\n"
        f"{meta}\n{key}\n{blocks}\n</body>\n</html>\n"
    )


def _weasyprint() -> Any:
    try:
        import weasyprint
    except OSError as missing:
        raise PdfUnavailable(
            "PDF kan inte göras på den här servern, eftersom Pango saknas. Den som sköter systemet installerar paketen "
            f"{PACKAGES}. Dokumentet går att hämta som DOCX så länge."
        ) from missing
    return weasyprint


def _own_files(weasyprint: Any) -> Any:
    """A fetcher that gives the fonts of this installation and refuses every other address."""

    class OwnFiles(weasyprint.urls.URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url not in {path.as_uri() for path in FONTS.glob("*.woff2")}:
                raise ValueError(f"dokument hämtar inget: {url}")
            return super().fetch(url, headers)

    return OwnFiles()


def _faces() -> tuple[str, str]:
    """The fonts of the pages when they are built, before those of the system."""
    faces = "".join(
        f"@font-face {{ font-family: 'Source Sans'; font-weight: 200 900; src: url({path.as_uri()}); }}\n"
        for path in sorted(FONTS.glob("source-sans-3-*.woff2"), reverse=True)
    )
    return faces, ("'Source Sans', " if faces else "") + "'Liberation Sans', 'DejaVu Sans', sans-serif"


def _text(text: str) -> str:
    words = escape(clean(text))
    return f'<span class="line">{words}</span>' if "\n" in words else words


def _runs(runs: Runs, language: str) -> str:
    said = _SAID[language]
    tags = {"strong": "strong", "emphasis": "em", "inserted": "ins", "deleted": "del"}
    pieces = []
    for run in runs:
        words = _text(run.text)
        if not words:
            continue
        if tag := tags.get(run.kind):
            words = f"<{tag}>{words}</{tag}>"
        if run.kind in said:
            words = f'<span class="said">[{said[run.kind]}: </span>{words}<span class="said">]</span>'
        pieces.append(words)
    return "".join(pieces)


def _items(tag: str, items: tuple[Runs, ...], language: str) -> str:
    return f"<{tag}>{''.join(f'<li>{_runs(item, language)}</li>' for item in items)}</{tag}>" if items else ""


def _block(block: Block, language: str) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level + 1}>{_text(text)}</h{level + 1}>"
        case Paragraph(runs):
            return f"<p>{_runs(runs, language)}</p>"
        case Bullets(items):
            return _items("ul", items, language)
        case Numbered(items):
            return _items("ol", items, language)
        case Quote(text, source):
            footer = f"<footer>{_text(source)}</footer>" if source else ""
            return f"<blockquote><p>{_text(text)}</p>{footer}</blockquote>"
        case Table():
            return _table(block)


def _table(block: Table) -> str:
    caption = f"<caption>{_text(block.caption)}</caption>" if block.caption else ""
    head = "".join(f'<th scope="col">{_text(text)}</th>' for text in block.header)
    rows = "".join(
        f'<tr><th scope="row">{_text(row[0])}</th>{"".join(f"<td>{_text(text)}</td>" for text in row[1:])}</tr>'
        for row in block.rows
    )
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
