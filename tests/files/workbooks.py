"""Workbooks made by hand, whole and hostile."""

from __future__ import annotations

import io
import zipfile

XLSX = {
    "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
    "xl/workbook.xml": "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' "
    "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'>"
    "<sheets><sheet name='Лист1' sheetId='1' r:id='rId1'/></sheets></workbook>",
    "xl/_rels/workbook.xml.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    "<Relationship Id='rId1' Type='x' Target='worksheets/sheet1.xml'/></Relationships>",
}
SHEET = (
    "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>{}</sheetData></worksheet>"
)
TEXT = "<c r='{}' t='inlineStr'><is><t>{}</t></is></c>"
ODS = (
    "<office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
    "xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' "
    "xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'>"
    "<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"
)


def packed(entries: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def xlsx(rows: str, **parts: str | bytes) -> bytes:
    return packed({**XLSX, "xl/worksheets/sheet1.xml": SHEET.format(rows), **parts})


def header(*names: str) -> str:
    return "<row r='1'>" + "".join(TEXT.format(f"{chr(65 + n)}1", name) for n, name in enumerate(names)) + "</row>"


def ods(*tables: str) -> bytes:
    body = "".join(f'<table:table table:name="Лист{n}">{table}</table:table>' for n, table in enumerate(tables, 1))
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ODS.format(body)})


def ods_row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def ods_text(text: str, extra: str = "") -> str:
    return f"<table:table-cell office:value-type='string' {extra}><text:p>{text}</text:p></table:table-cell>"


def empty_rows(times: int) -> str:
    cell = "<table:table-cell table:number-columns-repeated='16384'/>"
    return f"<table:table-row table:number-rows-repeated='{times}'>{cell}</table:table-row>"
