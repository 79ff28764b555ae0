"""XLSX read as a stream of rows: memory does not depend on the size of the sheet nor on stray far cells."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from otdel.interfaces.files.problems import Problem, UnreadableFile
from otdel.interfaces.files.readers import packed
from otdel.interfaces.files.readers.base import Cell, Limits, Merge, ReadOptions, Row
from otdel.interfaces.files.readers.serial import from_serial, is_date_format, iso_moment
from otdel.interfaces.files.readers.spool import Strings
from otdel.interfaces.files.readers.xml import events, local

MERGE = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
HEAD_ROWS = 30
DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
DIGITS = "0123456789"


@dataclass(frozen=True)
class _Sheet:
    name: str
    entry: str
    hidden: bool


class XlsxSource:
    kind = "xlsx"
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path, self.limits = path, options.limits
        with self._archive() as archive:
            self._from_1904, found = _workbook(archive)
            self.sheets = tuple(sheet.name for sheet in found)
            chosen = self._chosen(found, options.sheet, archive)
            self.sheet: str | None = chosen.name
            self._entry = chosen.entry
            self.merges: tuple[Merge, ...] = _merges(archive, chosen.entry)
            self._dates = _date_styles(archive)
            self._strings = _shared_strings(archive)

    @contextmanager
    def _archive(self) -> Iterator[zipfile.ZipFile]:
        with packed.open_zip(self.path) as archive:
            packed.check_zip(archive, self.limits)
            yield archive

    @staticmethod
    def _chosen(found: list[_Sheet], name: str | None, archive: zipfile.ZipFile) -> _Sheet:
        """The named one; else the first visible one that is not empty."""
        if not found:
            raise UnreadableFile("no_table")
        if name is not None:
            named = [sheet for sheet in found if sheet.name == name]
            if not named:
                raise UnreadableFile("no_sheet", sheet=name)
            return named[0]
        visible = [sheet for sheet in found if not sheet.hidden] or found
        return next((sheet for sheet in visible if _has_cells(archive, sheet.entry)), visible[0])

    def raw_rows(self) -> Iterator[Row]:
        with self._archive() as archive, packed.open_entry(archive, self._entry) as file:
            reader = RowReader(self._strings, self._dates, self._from_1904, self.limits)
            for element in events(file, "row"):
                number, cells = reader.row(element)
                if cells:
                    yield number, cells


class RowReader:
    """One `<row>` into cells."""

    def __init__(self, strings: Strings, dates: frozenset[str], from_1904: bool, limits: Limits) -> None:
        self._strings, self._dates, self._from_1904, self._limits = strings, dates, from_1904, limits
        self._columns: dict[str, int] = {}
        self._number = 0

    def row(self, element: etree._Element) -> Row:
        said = element.get("r")
        self._number = int(said) if said and said.isdigit() else self._number + 1
        if self._number > self._limits.rows:
            raise UnreadableFile("too_many_rows", rows=self._limits.rows)
        cells: list[Cell] = []
        filled = False
        position = 0
        for cell in element:
            name = cell.get("r")
            position = self._column(name) if name else position
            value = self._value(cell)
            if value is not None:
                filled = True
                self._place(cells, position, value)
            position += 1
        return self._number, cells if filled else []

    def _place(self, cells: list[Cell], position: int, value: Cell) -> None:
        gap = position - len(cells)
        if gap < 0:
            cells[position] = value
            return
        if position >= self._limits.columns:
            raise UnreadableFile("too_many_columns", columns=self._limits.columns)
        if gap:
            cells.extend([None] * gap)
        cells.append(value)

    def _column(self, name: str) -> int:
        letters = name.rstrip(DIGITS)
        known = self._columns.get(letters)
        if known is None:
            known = self._columns[letters] = column_number(letters) - 1
        return known

    def _value(self, cell: etree._Element) -> Cell:
        kind = cell.get("t")
        if kind == "inlineStr":
            return _rich_text(cell) or None
        text = None
        formula = False
        for part in cell:
            if part.tag.endswith("}v"):
                text = part.text
            else:
                formula = formula or part.tag.endswith("}f")
        if text is None:
            return Problem("formula_not_calculated") if formula else None
        return self._typed(kind, text, cell)

    def _typed(self, kind: str | None, text: str, cell: etree._Element) -> Cell:
        try:
            if kind == "s":
                return self._strings[int(text)] or None
            if kind is None or kind == "n":
                return self._number_or_date(text, cell.get("s"))
        except (ValueError, IndexError, OverflowError):
            return Problem("broken_cell", text[:100])
        return _other(kind, text)

    def _number_or_date(self, text: str, style: str | None) -> Cell:
        if style in self._dates:
            return from_serial(float(text), self._from_1904)
        if text.isdigit() and len(text) < 16:
            return int(text)
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _other(kind: str, text: str) -> Cell:
    if kind == "b":
        return text.strip() in ("1", "true")
    if kind == "e":
        return Problem("formula_error", text)
    if kind == "d":
        return iso_moment(text)
    return text or None


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number if 0 < number <= 1_000_000 else 1_000_000


def _rich_text(element: etree._Element) -> str:
    """Text of runs without the phonetic ones."""
    node = element
    while len(node) == 1:
        node = node[0]
    if str(node.tag).endswith("}t"):
        return _unescaped(node.text or "")
    parts = []
    for node in element.iter():
        if isinstance(node.tag, str) and node.tag.endswith("}t"):
            parent = node.getparent()
            if parent is None or not str(parent.tag).endswith("}rPh"):
                parts.append(node.text or "")
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    return text.replace("_x000D_", "").replace("\r\n", "\n") if "_x" in text or "\r" in text else text


def _shared_strings(archive: zipfile.ZipFile) -> Strings:
    strings = Strings()
    if "xl/sharedStrings.xml" in archive.namelist():
        with packed.open_entry(archive, "xl/sharedStrings.xml") as file:
            for element in events(file, "si"):
                strings.append(_rich_text(element))
    return strings.finish()


def _date_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """Numbers of cell styles (as the cells write them) that show a date."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    formats: dict[str, bool] = {}
    dates: set[str] = set()
    with packed.open_entry(archive, "xl/styles.xml") as file:
        for element in events(file, "numFmt", "cellXfs"):
            if local(element) == "numFmt":
                formats[element.get("numFmtId") or ""] = is_date_format(element.get("formatCode") or "")
                continue
            for index, style in enumerate(element):
                code = style.get("numFmtId") or "0"
                if formats.get(code, code.isdigit() and int(code) in DATE_FORMATS):
                    dates.add(str(index))
    return frozenset(dates)


def _workbook(archive: zipfile.ZipFile) -> tuple[bool, list[_Sheet]]:
    targets = _relations(archive)
    from_1904, sheets = False, []
    with packed.open_entry(archive, "xl/workbook.xml") as file:
        for element in events(file, "workbookPr", "sheet"):
            if local(element) == "workbookPr":
                from_1904 = element.get("date1904") in ("1", "true")
                continue
            relation = next((v for k, v in element.attrib.items() if str(k).endswith("}id")), "")
            entry = targets.get(str(relation), "")
            if entry in archive.namelist():
                sheets.append(
                    _Sheet(element.get("name") or "", entry, element.get("state") in ("hidden", "veryHidden"))
                )
    return from_1904, sheets


def _relations(archive: zipfile.ZipFile) -> dict[str, str]:
    with packed.open_entry(archive, "xl/_rels/workbook.xml.rels") as file:
        return {
            element.get("Id") or "": posixpath.normpath(posixpath.join("/xl", element.get("Target") or "")).lstrip("/")
            for element in events(file, "Relationship")
        }


def _has_cells(archive: zipfile.ZipFile, entry: str) -> bool:
    with packed.open_entry(archive, entry) as file:
        return any(b"<v>" in piece or b"<is>" in piece or b":v>" in piece for piece in packed.pieces(file))


def _merges(archive: zipfile.ZipFile, entry: str) -> tuple[Merge, ...]:
    """Merged cells of the top rows; they stand after the rows, so the whole sheet is looked through."""
    found: list[Merge] = []
    tail = b""
    with packed.open_entry(archive, entry) as file:
        for piece in packed.pieces(file):
            text = tail + piece
            if b"mergeCell" in text:
                for left, top, right, bottom in MERGE.findall(text):
                    merge = int(top), column_number(left.decode()), int(bottom), column_number(right.decode())
                    if merge[0] <= HEAD_ROWS and len(found) < 1000 and merge not in found:
                        found.append(merge)
            tail = piece[-200:]
    return tuple(found)
