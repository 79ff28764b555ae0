"""The encoding of a text file, from its bytes."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from math import log
from pathlib import Path

from charset_normalizer import from_bytes

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CYRILLIC = ("cp1251", "cp866", "koi8-r", "mac-cyrillic")
"""Where two read equally well, the first is taken."""
PER_MILLE = {
    "о": 110, "е": 85, "а": 80, "и": 74, "н": 67, "т": 63, "с": 55, "р": 47, "в": 45, "л": 44, "к": 35, "м": 32,
    "д": 30, "п": 28, "у": 26, "я": 20, "ы": 19, "ь": 17, "г": 17, "з": 16, "б": 16, "ч": 14, "й": 12, "х": 10,
    "ж": 9, "ш": 7, "ю": 6, "ц": 5, "щ": 4, "э": 3, "ф": 3, "ъ": 0.4, "ё": 0.4,
}  # fmt: skip
LETTER = {letter: log(share) for letter, share in PER_MILLE.items()}
UNNATURAL, UPPER, SIGN, STRANGE = -3.0, -0.1, log(3.0), log(0.1)
"""What a letter in a word like «рОМА» costs, and one in «РОМА»; a sign like № or «; a letter no Russian word has."""
SIGNS = frozenset("№«»—–…„“”’\u00a0§°")
PIECE = 1024 * 1024
SAMPLE = 64 * 1024
WORD = re.compile("[A-Za-zА-Яа-яЁё]+")
RUSSIAN = re.compile("[А-Яа-яЁё]+")
HIGH_BYTES = frozenset({0x00, 0x04, 0x20, 0x21})
"""Of the two bytes of a character in UTF-16, what the other one is: ASCII, Cyrillic, dashes and №."""


def guess_encoding(path: Path) -> str:
    """By mark, by every other byte, by being mostly UTF-8, by how Russian it looks; the last word is a library's."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    return _without_mark(head) or _eight_bit(path)


def _without_mark(head: bytes) -> str | None:
    """UTF-16 without a mark: nearly every other byte is the same few."""
    if not (0 in head or 4 in head):
        return None
    even, odd = (sum(byte in HIGH_BYTES for byte in half) / max(len(half), 1) for half in (head[0::2], head[1::2]))
    if odd > 0.9 and even < 0.6:
        return "utf-16-le"
    if even > 0.9 and odd < 0.6:
        return "utf-16-be"
    return None


def _eight_bit(path: Path) -> str:
    sample = b"".join(_telling_pieces(path))
    if not sample or _is_utf8(sample):
        return "utf-8"
    sample = b"\n".join(line for line in sample.split(b"\n") if not _reads_as_utf8(line))[:SAMPLE]
    best = max(CYRILLIC, key=lambda name: _likelihood(sample, name))
    if _is_russian(sample, best):
        return best
    found = from_bytes(sample).best()
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
    """By the majority: cuts between pieces split letters, and other cells may have been pasted in another encoding."""
    text = sample.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return sum(1 for char in text if char > "\x7f") - wrong > wrong


def _reads_as_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _likelihood(sample: bytes, name: str) -> float:
    """How likely an average byte past ASCII is as Russian: by how frequent letters are, and by their case."""
    total = 0.0
    text = sample.decode(name, "replace")
    for word in RUSSIAN.findall(text):
        cost = 0.0 if _is_natural(word) else UNNATURAL
        low = word.lower()
        total += sum(LETTER[letter] for letter in low) + len(word) * cost
        total += UPPER * sum(letter != same for letter, same in zip(word, low, strict=True))
    rest = Counter(char for char in RUSSIAN.sub("", text) if char > "\x7f")
    total += sum(count * (SIGN if char in SIGNS else STRANGE) for char, count in rest.items())
    return total / max(sum(byte > 127 for byte in sample), 1)


def _is_natural(word: str) -> bool:
    return word[1:].islower() or word.isupper() or len(word) == 1


def _is_russian(sample: bytes, name: str) -> bool:
    """Russian words are without Latin letters inside, in natural case, and most of what is past ASCII."""
    words = [word for word in WORD.findall(sample.decode(name, "replace")) if not word.isascii()]
    whole = sum(len(word) for word in words if RUSSIAN.fullmatch(word) and _is_natural(word))
    past_ascii = sum(byte > 127 for byte in sample)
    return whole > 0.5 * past_ascii


STRANGER = re.compile("(?:[РС][" + bytes(range(0x80, 0xC0)).decode("cp1251", "ignore") + "]){2}")


def said_in_utf8(cell: str) -> str:
    """What a cell read as windows-1251 says in UTF-8; "" for one that is no UTF-8. «РЎРѕС‡Рё» is «Сочи»."""
    if not STRANGER.search(cell):
        return ""
    try:
        return cell.encode("cp1251").decode("utf-8")
    except UnicodeError:
        return ""
