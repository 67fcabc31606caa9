"""Tables as files that Swedish spreadsheets open as they are: CSV with semicolons, and XLSX.

A cell that begins as a formula is written as text, so that a name or a comment can never become one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sie": "text/plain; charset=cp437",
    "ics": "text/calendar; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
# The kinds in which a table can be had.
TABLES = ("csv", "xlsx")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(value: Any) -> Any:
    """The value for a cell; text that a spreadsheet would read as a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def csv_bytes(header: Sequence[str], table: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    writer.writerows([safe(value) for value in line] for line in table)
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(sheet_name: str, header: Sequence[str], table: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_name[:31])
    sheet.freeze_panes = "A2"
    top = [WriteOnlyCell(sheet, value=str(label)) for label in header]
    for position, cell in enumerate(top, 1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(position)].width = max(16, len(str(header[position - 1])) + 2)
    sheet.append(top)
    for line in table:
        sheet.append([safe(value) for value in line])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def table_file(
    kind: str, name: str, sheet_name: str, header: Sequence[str], table: Iterable[Sequence[Any]]
) -> HttpResponse:
    """The table as an answer that the browser saves under ``name.kind``, one of :data:`TABLES`."""
    content = xlsx_bytes(sheet_name, header, table) if kind == "xlsx" else csv_bytes(header, table)
    return download(content, name, kind)


def download(content: bytes, name: str, kind: str) -> HttpResponse:
    """The file as an answer that the browser saves under ``name.kind``."""
    return HttpResponse(
        content,
        content_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )
