"""Texts of tasks: tidied lines, who is called in by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

AROUND = "@.,;:!?()«»\"'"
BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
LINK = re.compile(r"\[([^\]\n]{1,200})\]\((https?://[^\s()<>\"]{1,1000})\)")
ITEM = re.compile(r"^\s{0,3}(?:([-*•])|(\d{1,3})[.)])\s+(.*)$", re.MULTILINE)


def tidy(texts: Iterable[str], longest: int, most: int) -> list[str]:
    """Return the texts trimmed, once each, without empty ones."""
    clean = (" ".join(text.split())[:longest] for text in texts)
    return list(dict.fromkeys(text for text in clean if text))[:most]


def plain(text: str) -> str:
    """Return what a text says, without what makes it **bold**, a list or a [link](address): for a line, a letter."""
    words = BOLD.sub(r"\1", LINK.sub(r"\1", text.replace("\r\n", "\n")))
    return ITEM.sub(lambda found: f"{f'{found[2]}.' if found[2] else '•'} {found[3]}", words)


def find_mentions(text: str, people: Sequence[tuple[int, str]]) -> list[int]:
    """Return who is named as @Surname or @Surname Name; a surname two people have needs the name too."""
    lower = text.lower().replace("ё", "е")
    surnames: dict[str, list[int]] = {}
    found: list[int] = []
    for pk, name in people:
        full = name.lower().replace("ё", "е")
        if full and f"@{full}" in lower:
            found.append(pk)
        surnames.setdefault(full.split(" ")[0], []).append(pk)
    words = words_called(lower)
    found += [pks[0] for word in words if len(pks := surnames.get(word, [])) == 1]
    return list(dict.fromkeys(found))


def words_called(text: str) -> list[str]:
    """Return the words after @, to tell whether somebody new is called in."""
    return [word.strip(AROUND) for word in text.lower().split() if word.startswith("@")]
