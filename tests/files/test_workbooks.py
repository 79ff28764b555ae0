"""XLSX, XLS, ODS, HTML and Excel 2003 XML, whole and hostile."""

from __future__ import annotations

import io
import resource
import struct
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from files.workbooks import ODS, SHEET, XLSX, empty_rows, header, ods, ods_row, ods_text, packed, xlsx

from otdel.interfaces.files.problems import Problem, UnreadableFile
from otdel.interfaces.files.readers import Limits, Table

Read = Callable[..., Table]


def cells(table: Table) -> list[list[object]]:
    return [list(row) for _, row in table.rows()]


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx_types(read: Read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Имя", "Сумма", "Дата", "Время", "Да", "Целое"])
    sheet.append(["Анна", 1.5, datetime(2026, 2, 1, 10, 15), time(3, 25), True, 7])

    assert cells(read(saved(book))) == [["Анна", 1.5, datetime(2026, 2, 1, 10, 15), time(3, 25), True, 7]]


def test_xlsx_rows_keep_their_numbers_past_gaps(read: Read) -> None:
    book = openpyxl.Workbook()
    book.active["A3"], book.active["B3"] = "Имя", "Сумма"
    book.active["A7"], book.active["B9"] = "Анна", 5

    assert list(read(saved(book)).rows()) == [(7, ["Анна", None]), (9, [None, 5])]


def test_xlsx_merged_title_and_two_storey_header(read: Read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "Отчёт о продажах за 2026 год"
    sheet.merge_cells("A1:D1")
    sheet["A2"], sheet["B2"], sheet["D2"] = "Менеджер", "Январь", "Итого"
    sheet.merge_cells("B2:C2")
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("D2:D3")
    sheet["B3"], sheet["C3"] = "План", "Факт"
    sheet.append(["Анна", 10, 8, 8])

    table = read(saved(book))

    assert [h.name for h in table.headers] == ["Менеджер", "Январь: План", "Январь: Факт", "Итого"]
    assert table.header_rows == (2, 3)
    assert list(table.rows()) == [(4, ["Анна", 10, 8, 8])]


def test_xlsx_formulas_give_what_excel_remembered(read: Read) -> None:
    rows = header("Имя", "Сумма") + (
        "<row r='2'><c r='A2' t='str'><f>\"A\"&amp;1</f><v>A1</v></c><c r='B2'><f>1+1</f><v>2</v></c></row>"
        "<row r='3'><c r='A3'><f>NOW()</f></c><c r='B3' t='e'><f>1/0</f><v>#DIV/0!</v></c></row>"
    )

    assert cells(read(xlsx(rows))) == [
        ["A1", 2],
        [Problem("formula_not_calculated"), Problem("formula_error", "#DIV/0!")],
    ]


def test_xlsx_sheets(read: Read) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Пусто"
    book.create_sheet("Скрыто").append(["Имя", "Тайна"])
    book["Скрыто"].sheet_state = "hidden"
    book.create_sheet("Данные").append(["Имя", "Сумма"])
    content = saved(book)

    assert read(content).sheets == ("Пусто", "Скрыто", "Данные")
    assert read(content).sheet == "Данные"
    assert [h.name for h in read(content, sheet="Скрыто").headers] == ["Имя", "Тайна"]
    with pytest.raises(UnreadableFile, match="no_sheet"):
        read(content, sheet="Нет такого")


def test_xlsx_with_1904_dates_rich_text_and_no_cell_names(read: Read) -> None:
    strings = (
        "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><r><t>Ро</t></r><r><t>машка</t></r>"
        "<rPh><t>фонетика</t></rPh></si></sst>"
    )
    styles = (
        "<styleSheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><numFmts>"
        "<numFmt numFmtId='164' formatCode='[$-419]DD.MM.YYYY'/></numFmts>"
        "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs></styleSheet>"
    )
    workbook = XLSX["xl/workbook.xml"].replace("<sheets>", "<workbookPr date1904='1'/><sheets>")
    rows = header("Имя", "Дата") + "<row><c t='s'><v>0</v></c><c s='1'><v>44592</v></c></row>"

    table = read(xlsx(rows, **{"xl/sharedStrings.xml": strings, "xl/styles.xml": styles, "xl/workbook.xml": workbook}))

    assert cells(table) == [["Ромашка", datetime(2026, 2, 1)]]


def test_xlsx_of_strict_and_prefixed_writers(read: Read) -> None:
    sheet = (
        "<x:worksheet xmlns:x='http://purl.oclc.org/ooxml/spreadsheetml/main'><x:sheetData>"
        "<x:row r='1'><x:c r='A1' t='inlineStr'><x:is><x:t>Имя</x:t></x:is></x:c></x:row>"
        "<x:row r='2'><x:c r='A2' t='d'><x:v>2026-02-01</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )

    assert cells(read(xlsx("", **{"xl/worksheets/sheet1.xml": sheet}))) == [[datetime(2026, 2, 1)]]


def test_xlsx_with_more_strings_than_fit_in_memory(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otdel.interfaces.files.readers.spool.IN_MEMORY_CHARS", 500)
    book = openpyxl.Workbook()
    book.active.append(["Имя", "Город"])
    for number in range(200):
        book.active.append([f"Клиент {number}", f"Город {number % 7}"])

    rows = cells(read(saved(book)))

    assert rows == [[f"Клиент {number}", f"Город {number % 7}"] for number in range(200)]


def test_far_stray_cells_cost_no_memory(read: Read) -> None:
    rows = (
        header("Имя", "Сумма")
        + "<row r='2'><c r='A2'><v>1</v></c></row><row r='1048576'><c r='B1048576'><v>5</v></c></row>"
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert list(read(xlsx(rows)).rows()) == [(2, [1, None]), (1048576, [None, 5])]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_far_columns_are_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="too_many_columns"):
        read(xlsx(header("Имя") + "<row r='2'><c r='XFD2'><v>1</v></c></row>"))


def test_zip_bomb_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="bomb"):
        read(xlsx(header("Имя") + " " * 40_000_000))


def test_zip_that_lies_about_its_size_is_refused(read: Read) -> None:
    content = bytearray(xlsx(header("Имя", "Сумма") + "<row r='2'><c r='A2'><v>1</v></c></row>" * 1000))
    name = content.rindex(b"xl/worksheets/sheet1.xml")
    struct.pack_into("<L", content, name - 46 + 24, 300)

    with pytest.raises(UnreadableFile, match="broken_file"):
        list(read(bytes(content)).rows())


def test_entities_are_refused(read: Read) -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>" + SHEET.format(header("Имя &b;"))

    with pytest.raises(UnreadableFile, match="broken_file"):
        read(xlsx("", **{"xl/worksheets/sheet1.xml": bomb}))


@pytest.mark.parametrize(
    "part",
    [
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
    ],
)
@pytest.mark.parametrize("content", [b"", b"<", b"\0\0", b"<a>", b"not xml", b"<a/><b/>"])
def test_torn_parts_are_refused(read: Read, part: str, content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        list(read(xlsx(header("Имя", "Сумма"), **{part: content})).rows())


def test_cut_workbook_is_refused(read: Read) -> None:
    whole = xlsx(header("Имя") + "<row r='2'><c r='A2'><v>1</v></c></row>" * 5000)

    with pytest.raises(UnreadableFile, match="broken_file"):
        read(whole[: len(whole) // 2])


def test_broken_cells_are_problems_of_cells(read: Read) -> None:
    rows = header("Имя", "Сумма") + "<row r='2'><c r='A2' t='s'><v>99</v></c><c r='B2'><v>abc</v></c></row>"

    assert cells(read(xlsx(rows))) == [[Problem("broken_cell", "99"), Problem("broken_cell", "abc")]]


def test_zip_with_one_table_is_that_table(read: Read) -> None:
    assert cells(read(packed({"table.csv": "Имя;Сумма\nАнна;5\n"}))) == [["Анна", "5"]]
    with pytest.raises(UnreadableFile, match="several_files"):
        read(packed({"a.csv": "a", "b.csv": "b"}))
    with pytest.raises(UnreadableFile, match="packed_twice"):
        read(packed({"a.zip": packed({"b.csv": "b"})}))


def test_encrypted_workbook_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="password"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le"))


def old_excel(*cells: tuple[int, int]) -> bytes:
    """A compound file with a stream of cell records only: enough to see how far they reach."""
    numbers = b"".join(struct.pack("<HHHHHd", 0x203, 14, row, column, 0, 1.0) for row, column in cells)
    stream = (struct.pack("<HH", 0x809, 0) + numbers).ljust(4096, b"\0")
    entry = "Workbook".encode("utf-16-le").ljust(116, b"\0") + struct.pack("<LLL", 2, 4096, 0)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}L", *chain).ljust(512, b"\xff")
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + struct.pack("<H", 9)
    start = start.ljust(48, b"\0") + struct.pack("<LLL", 1, 0, 4096)
    start = start.ljust(68, b"\0") + struct.pack("<LL", 0xFFFFFFFE, 0) + struct.pack("<L", 0).ljust(436, b"\xff")
    return start + table + entry.ljust(512, b"\0") + stream


def test_far_cells_of_an_old_excel_are_refused_before_they_cost_a_gigabyte(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="too_sparse"):
        read(old_excel((0, 0), (65535, 255)))
    with pytest.raises(UnreadableFile, match="broken_file"):
        read(old_excel((0, 0), (9, 9)))  # reaches no far, but is no whole workbook


@pytest.mark.parametrize("tail", [b"", b"\0" * 600, b"\xff" * 4000, bytes(range(256)) * 20])
def test_malformed_old_excel_is_refused(read: Read, tail: bytes) -> None:
    with pytest.raises(UnreadableFile, match="broken_file"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + tail)


def test_ods(read: Read) -> None:
    rows = (
        ods_row(ods_text("Имя"), ods_text("Сумма"), ods_text("Дата"), ods_text("Да"), ods_text("Срок"))
        + empty_rows(3)
        + ods_row(
            ods_text("Анна <text:span>Иванова</text:span>"),
            "<table:table-cell office:value-type='currency' office:value='1200.5'/>",
            "<table:table-cell office:value-type='date' office:date-value='2026-02-01T10:00:00'/>",
            "<table:table-cell office:value-type='boolean' office:boolean-value='true'/>",
            "<table:table-cell office:value-type='time' office:time-value='PT30H05M00S'/>",
        )
        + empty_rows(1048570)
    )

    table = read(ods(rows, ods_row(ods_text("Другое"))))

    assert (table.kind, table.sheets) == ("ods", ("Лист1", "Лист2"))
    assert list(table.rows()) == [
        (5, ["Анна Иванова", 1200.5, datetime(2026, 2, 1, 10), True, timedelta(hours=30, minutes=5)])
    ]
    assert [h.name for h in read(ods(rows, ods_row(ods_text("Другое"))), sheet="Лист2").headers] == ["Другое"]


def test_ods_of_repeated_cells_is_refused_not_unrolled(read: Read) -> None:
    wide = ods_row(ods_text("x", "table:number-columns-repeated='16384'"))
    high = ods_row(ods_text("Имя")) + ods_row(ods_text("x")).replace(
        "<table:table-row", "<table:table-row table:number-rows-repeated='99999999'"
    )

    with pytest.raises(UnreadableFile, match="too_many_columns"):
        read(ods(wide))
    with pytest.raises(UnreadableFile, match="too_many_rows"):
        list(read(ods(high), limits=Limits(rows=1000)).rows())


def test_ods_torn(read: Read) -> None:
    with pytest.raises(UnreadableFile):
        read(packed({"mimetype": "x", "content.xml": ODS[:200]}))


def test_html_table_under_the_name_of_excel(read: Read) -> None:
    html = (
        "\ufeff<html><head><meta charset='utf-8'></head><body><p>Отчёт</p>"
        "<table><tr><th rowspan=2>Менеджер</th><th colspan=2>Январь</th></tr><tr><th>План</th><th>Факт</th></tr>"
        "<tr><td>Анна<br>Иванова</td><td>10</td><td> 8&nbsp;000 </td></tr><tr></tr></table></body></html>"
    )

    table = read(html)

    assert (table.kind, table.encoding) == ("html", "utf-8")
    assert [h.name for h in table.headers] == ["Менеджер", "Январь: План", "Январь: Факт"]
    assert list(table.rows()) == [(3, ["Анна\nИванова", "10", "8 000"])]


def test_html_in_windows_1251_with_two_tables(read: Read) -> None:
    first, second = "<table><tr><td>x</td></tr></table>", "<table><tr><td>Имя<td>Сумма<tr><td>Анна<td>5</table>"
    html = "<meta charset=windows-1251>" + first + second

    table = read(html.encode("cp1251"))

    assert (table.sheets, table.sheet) == (("1", "2"), "2")
    assert cells(table) == [["Анна", "5"]]


def test_html_with_a_table_inside_a_cell(read: Read) -> None:
    inner = "<table><tr><td>5</td></tr></table>"
    html = f"<table><tr><th>Имя</th><th>Сумма</th></tr><tr><td>Анна</td><td>{inner}</td></tr></table>"

    assert cells(read(html)) == [["Анна", "5"]]


def test_html_without_a_table_and_with_endless_spans(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="no_table"):
        read("<html><body><p>Вход</p></body></html>")
    with pytest.raises(UnreadableFile, match="too_many_columns"):
        read("<table><tr>" + "<td colspan=99999>x</td>" * 10 + "</tr></table>")


def test_excel_2003_xml(read: Read) -> None:
    xml = (
        "<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet' "
        "xmlns:ss='urn:schemas-microsoft-com:office:spreadsheet'><Worksheet ss:Name='Лист'><Table>"
        "<Row><Cell><Data ss:Type='String'>Имя</Data></Cell><Cell><Data ss:Type='String'>Сумма</Data></Cell></Row>"
        "<Row ss:Index='4'><Cell ss:Index='2'><Data ss:Type='Number'>5.5</Data></Cell></Row>"
        "</Table></Worksheet></Workbook>"
    )

    table = read(xml)

    assert (table.kind, table.sheets) == ("xml", ("Лист",))
    assert list(table.rows()) == [(4, [None, 5.5])]


@pytest.mark.slow
def test_memory_of_reading_does_not_grow_with_the_file(read: Read, tmp_path: Path) -> None:
    def grown(rows: int) -> int:
        path = tmp_path / f"{rows}.xlsx"
        with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["Имя", "Сумма", "Заметка"])
            for row in range(1, rows):
                sheet.write_row(row, 0, [f"Клиент {row}", row, "одно и то же"])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert sum(1 for _ in read(path).rows()) == rows - 1
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    grown(5_000)
    assert grown(80_000) < 60_000


def test_ods_with_single_quotes(read: Read) -> None:
    whole = ODS.format(
        "<table:table table:name='Лист'>" + ods_row(ods_text("Имя")) + ods_row(ods_text("Анна")) + "</table:table>"
    )
    table = read(packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": whole}))

    assert table.sheets == ("Лист",)
    assert cells(table) == [["Анна"]]
