"""Refused rows come back as the same file with a column that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from otdel.interfaces.files.readers import Table, open_table
from otdel.interfaces.files.refused import guarded, suffix, write_refused

Read = Callable[..., Table]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_csv_comes_back_in_its_own_encoding_and_delimiter(read: Read, tmp_path: Path, encoding: str) -> None:
    table = read('Имя;Сумма;Заметка\nАнна;5;\nБорис;"х;у";"=cmd|""x"""\nВера;-7;+79271002030\n'.encode(encoding))
    out = tmp_path / ("refused" + suffix(table))

    count = write_refused(table, iter([(3, "«х;у» — не число"), (4, "→")]), out, "Что не так")

    assert count == 2
    with open_table(out) as again:
        assert (again.kind, again.delimiter, again.encoding) == ("csv", ";", table.encoding)
        assert [h.name for h in again.headers] == ["Имя", "Сумма", "Заметка", "Что не так"]
        rows = [cells for _, cells in again.rows()]
        assert rows[0] == ["Борис", "х;у", '\'=cmd|"x"', "«х;у» — не число"]
        assert rows[1][:3] == ["Вера", "-7", "+79271002030"]


def test_workbook_comes_back_as_a_workbook(read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Имя", "Сумма", "Дата"])
    book.active.append(["Анна", 1, None])
    book.active.append(["'=1+1", -2.5, datetime(2026, 2, 1)])
    book.save(tmp_path / "in.xlsx")
    table = read(tmp_path / "in.xlsx")
    out = tmp_path / ("refused" + suffix(table))

    write_refused(table, [(3, "=плохо")], out, "Что не так")

    sheet = openpyxl.load_workbook(out).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["Имя", "Сумма", "Дата", "Что не так"],
        ["'=1+1", -2.5, datetime(2026, 2, 1), "=плохо"],
    ]
    assert sheet["D2"].data_type == "s"


def test_html_comes_back_as_a_workbook(read: Read) -> None:
    assert suffix(read("<table><tr><th>Имя</th></tr><tr><td>Анна</td></tr></table>")) == ".xlsx"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3=x", "@SUM(A1)", "\t=1", "\r=1"])
def test_formula_is_guarded(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["-5", "+7 (927) 100-20-30", "-1 200,50", "обычный текст", ""])
def test_numbers_and_texts_are_not_touched(text: str) -> None:
    assert guarded(text) == text


def test_a_cell_of_another_encoding_comes_back_as_what_it_seems_to_say(read: Read, tmp_path: Path) -> None:
    table = read("Фирма;Город\nРомашка;Москва\nЛютик;".encode("cp1251") + "Сочи\n".encode())
    out = tmp_path / "refused.csv"

    write_refused(table, [(3, "в другой кодировке")], out, "Что не так")

    assert out.read_text("cp1251").splitlines()[1] == "Лютик;Сочи;в другой кодировке"
