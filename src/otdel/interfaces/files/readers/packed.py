"""What a file really is, by its first bytes, and its content out of gz and zip, with guards against bombs."""

from __future__ import annotations

import gzip
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from otdel.interfaces.files.problems import UnreadableFile
from otdel.interfaces.files.readers.base import Limits

PIECE = 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOT_TABLES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"MOXCEL": "MXL (1C)",
    b"SQLite format 3": "SQLite",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x7fELF": "ELF",
    b"{\\rtf": "RTF",
}
HTML_START = re.compile(rb"\s*<(!doctype\s+html|html|meta|table|head|body|style|title|div|\?xml[^>]*\?>\s*<html)", re.I)
XML_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"


class Unpacked:
    """The plain file behind what was uploaded; removes its temporary copy when closed."""

    def __init__(self, path: Path, kind: str, folder: Path | None) -> None:
        self.path, self.kind, self._folder = path, kind, folder

    def close(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def unpack(path: Path, limits: Limits, keep: Path | None = None) -> Unpacked:
    """Opens one layer of gz or zip; a second layer is refused.

    Half a gigabyte takes a while: what was unpacked is kept at `keep`, and found there the next time.
    """
    check_size(path, limits)
    if keep is not None and keep.exists():
        return Unpacked(keep, kind_of(keep), None)
    kind = kind_of(path)
    if kind not in ("gz", "zip"):
        return Unpacked(path, kind, None)
    folder = Path(tempfile.mkdtemp(prefix="otdel-import-"))
    try:
        plain = folder / "plain"
        (_gunzip if kind == "gz" else _unzip)(path, plain, limits)
        inner = kind_of(plain)
        if inner in ("gz", "zip"):
            raise UnreadableFile("packed_twice")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if keep is not None and _moved(plain, keep):
        shutil.rmtree(folder, ignore_errors=True)
        return Unpacked(keep, inner, None)
    return Unpacked(plain, inner, folder)


def _moved(plain: Path, keep: Path) -> bool:
    """On another disk it would have to be copied, and half a copy would look like a file."""
    try:
        plain.replace(keep)
    except OSError:
        return False
    return True


def check_size(path: Path, limits: Limits) -> None:
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("empty_file")
    if size > limits.file_bytes:
        raise UnreadableFile("too_big", megabytes=limits.file_bytes // 1024**2)


def kind_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path)
    if head.startswith(OLE):
        return _kind_of_ole(path)
    for start, name in NOT_TABLES.items():
        if head.startswith(start):
            raise UnreadableFile("not_a_table", format=name)
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> str:
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if plain.startswith((b"\xff\xfe", b"\xfe\xff")):
        plain = plain[2:].replace(b"\0", b"")
    if XML_SPREADSHEET in plain[:4096] and b"<" in plain[:64]:
        return "xml"
    if HTML_START.match(plain) and re.search(rb"<(table|tr|html|meta)", plain, re.I):
        return "html"
    return "csv"


def _kind_of_ole(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4 * PIECE)
    if "EncryptedPackage".encode("utf-16-le") in start:
        raise UnreadableFile("password")
    if "WordDocument".encode("utf-16-le") in start:
        raise UnreadableFile("not_a_table", format="Word")
    return "xls"


def _kind_of_zip(path: Path) -> str:
    with open_zip(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.bin" in names:
            raise UnreadableFile("not_a_table", format="XLSB")
        if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
            return "xlsx"
        if "content.xml" in names:
            return "ods"
        if "word/document.xml" in names:
            raise UnreadableFile("not_a_table", format="Word")
    return "zip"


def open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as broken:
        raise UnreadableFile("broken_file") from broken


def check_zip(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuses by what the archive says of itself; `pieces` then holds it to its word."""
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise UnreadableFile("bomb")
    _check_ratio(sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries), limits)
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile("password")


def pieces(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """Reads a packed stream piece by piece; a lying or torn one is refused with a sentence."""
    try:
        while piece := file.read(PIECE):
            yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as broken:
        raise UnreadableFile("broken_file") from broken


def _check_ratio(unpacked: int, packed: int, limits: Limits) -> None:
    if unpacked > limits.unpacked_bytes:
        raise UnreadableFile("too_big_unpacked", megabytes=limits.unpacked_bytes // 1024**2)
    if unpacked > limits.ratio_after and unpacked > packed * limits.ratio:
        raise UnreadableFile("bomb")


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, packed: int, limits: Limits) -> None:
    total = 0
    with target.open("wb") as out:
        for piece in pieces(source):
            total += len(piece)
            _check_ratio(total, packed, limits)
            out.write(piece)
    if total == 0:
        raise UnreadableFile("empty_file")


def _gunzip(path: Path, target: Path, limits: Limits) -> None:
    with gzip.open(path) as source:
        _copy(source, target, path.stat().st_size, limits)


def _unzip(path: Path, target: Path, limits: Limits) -> None:
    """A plain zip with one table inside is as good as the table."""
    with open_zip(path) as archive:
        check_zip(archive, limits)
        inside = [e for e in archive.infolist() if not e.is_dir() and not e.filename.startswith("__MACOSX/")]
        if len(inside) != 1:
            raise UnreadableFile("several_files", count=len(inside))
        with open_entry(archive, inside[0].filename) as source:
            _copy(source, target, inside[0].compress_size, limits)


def open_entry(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as broken:
        raise UnreadableFile("broken_file") from broken
