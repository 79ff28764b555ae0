"""A person's full name into its parts, as Russian and English files write them."""

from __future__ import annotations

import re

PATRONYMIC = re.compile(r".+(вич|ьич|вна|чна|инична|оглы|кызы)$", re.IGNORECASE)
SURNAME = re.compile(
    r".+(ов|ова|ев|ева|ёв|ёва|ин|ина|ын|ына|ский|ская|цкий|цкая|енко|чук|щук|юк|ян|дзе|швили|ых|их)$", re.IGNORECASE
)
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
# given names that look like surnames
GIVEN = frozenset(
    ["марина", "ирина", "галина", "екатерина", "полина", "валентина", "карина", "кристина", "нина", "арина", "алина",
     "константин", "ян", "регина", "ангелина", "сабрина"]
)  # fmt: skip


def split_name(text: str) -> tuple[str, str, str]:
    """Return last, first and middle name. One word is a first name.

    «Петров Пётр Сергеевич», «Пётр Сергеевич Петров», «Пётр Петров», «Петров Пётр», "Moses Frase".
    """
    words = text.replace(",", " ").split()
    if len(words) < 2:
        return "", text.strip(), ""
    if not CYRILLIC.search(text):
        return words[-1], " ".join(words[:-1]), ""
    at = next((place for place, word in enumerate(words) if place and PATRONYMIC.match(word)), None)
    if at is not None:
        rest = words[:at] + words[at + 1 :]
        if len(rest) == 1:
            return "", rest[0], words[at]
        last, first = (rest[0], rest[1:]) if at == len(words) - 1 else (rest[-1], rest[:-1])
        return last, " ".join(first), words[at]
    if len(words) == 2 and _is_surname(words[1]) and not _is_surname(words[0]):
        return words[1], words[0], ""
    return words[0], " ".join(words[1:]), ""


def _is_surname(word: str) -> bool:
    return bool(SURNAME.match(word)) and word.lower() not in GIVEN
