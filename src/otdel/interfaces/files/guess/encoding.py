"""The encoding of a text file, from its bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CYRILLIC = ("cp1251", "cp866", "koi8-r", "mac-cyrillic")
FREQUENT = frozenset("оеаинтсрвлкмдпуяы")
PIECE = 1024 * 1024
SAMPLE = 64 * 1024
WORD = re.compile("[А-Яа-яЁё]+")


def guess_encoding(path: Path) -> str:
    """By mark, by zero bytes, by being valid UTF-8, by how Russian it looks; the last word is a library's."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    return _without_mark(head) or _eight_bit(path)


def _without_mark(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of digits and delimiters is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    enough = len(head) // 8
    if odd > enough and odd > even * 4:
        return "utf-16-le"
    if even > enough and even > odd * 4:
        return "utf-16-be"
    return None


def _eight_bit(path: Path) -> str:
    sample = b"".join(_telling_pieces(path))
    if not sample:
        return "utf-8"
    if _is_utf8(sample):
        return "utf-8"
    best = max(CYRILLIC, key=lambda name: _russian(sample, name))
    if _russian(sample, best) > 0.5:
        return best
    found = from_bytes(sample[:SAMPLE]).best()
    return _known(found.encoding) if found else "cp1252"


def _known(name: str) -> str:
    """Pure ASCII and exotic guesses are no use; Windows' western page covers them."""
    return name if name.startswith(("cp125", "latin", "iso8859")) else "cp1252"


def _telling_pieces(path: Path) -> Iterator[bytes]:
    """The first lines with bytes past ASCII, wherever in the file they begin."""
    found = 0
    with path.open("rb") as file:
        while found < 4 and (piece := file.read(PIECE)):
            if not piece.isascii():
                found += 1
                yield b"\n".join(line for line in piece.split(b"\n") if not line.isascii())[:SAMPLE]


def _is_utf8(sample: bytes) -> bool:
    """Cuts between pieces may split a letter, so a few bad bytes among many good are forgiven."""
    wrong = sample.decode("utf-8", "replace").count("\ufffd")
    past_ascii = sum(1 for byte in sample[:SAMPLE] if byte > 127)
    return wrong <= min(8, past_ascii // 20)


def _russian(sample: bytes, name: str) -> float:
    """Share of bytes past ASCII that read as Russian words in natural case and frequent letters."""
    past_ascii = [byte for byte in sample if byte > 127]
    words = WORD.findall(sample.decode(name, "replace"))
    letters = sum(len(word) for word in words)
    if not letters:
        return 0.0
    natural = sum(len(word) for word in words if word[1:].islower() or word.isupper() or len(word) == 1)
    frequent = sum(sum(letter in FREQUENT for letter in word.lower()) for word in words)
    return (letters / max(len(past_ascii), 1)) * (natural / letters) * (0.4 + frequent / letters)
