"""Names of records where a template's words say {customer}; where there is none, the words close over the gap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.translation import override, pgettext

GAP = "\0"
_BRACED = re.compile(r"\{([^{}\n]{1,20})\}")
# what leads to a name, and says nothing without it
_LEADS = "on|of|to|with|for|about|at|from|by|in|and|в|во|с|со|о|об|обо|для|к|ко|от|по|из|у|на|за|про|при|и"
_LED = re.compile(rf"(?<!\w)(?:(?:{_LEADS})[ \t]+|[№#][ \t]*)\0", re.IGNORECASE)
_EMPTY = re.compile(r"\s*(?:[-*•]|\d{1,3}[.)])?\s*")
_QUOTED = re.compile(r"«\0»|“\0”|\"\0\"|\(\0\)|\[\0\]")
_MARKS = ",;–—·|/:"
_SAYS_MORE = " ,;-–—·|/:"  # of two that meet, the later stays
_ROW_OF_GAPS = re.compile(rf"\0(?:[ \t{_MARKS}-]*\0)+")
_AROUND = re.compile(rf"[ \t]*([{_MARKS}]|(?<=[ \t])-(?=[ \t\0]))?[ \t]*\0[ \t]*([{_MARKS}]|-(?=[ \t]))?[ \t]*")


@cache
def _kinds() -> Mapping[str, str]:
    """What may stand in braces, in every language: whoever gives may have another than whoever wrote."""
    said = dict[str, str]()
    for code, _language in settings.LANGUAGES:
        with override(code):
            said |= {
                _folded(pgettext("in braces", "customer")): "customer",
                _folded(pgettext("in braces", "deal")): "deal",
                _folded(pgettext("in braces", "lead")): "lead",
                _folded(pgettext("in braces", "contact")): "contact",
                _folded(pgettext("in braces", "invoice")): "invoice",
            }
    return said | {kind: kind for kind in set(said.values())}


def _folded(word: str) -> str:
    return word.strip().lower().replace("ё", "е")


def asks_names(*texts: str) -> bool:
    return any(_folded(found[1]) in _kinds() for text in texts for found in _BRACED.finditer(text))


def put_names(text: str, names: Mapping[str, str], *, close: bool) -> str:
    """Put names by kind of record; where one is missing, leave what stands there or close over it."""

    def put(found: re.Match[str]) -> str:
        kind = _kinds().get(_folded(found[1]))
        return found[0] if kind is None else names.get(kind) or (GAP if close else found[0])

    lines = _BRACED.sub(put, text.replace(GAP, "")).split("\n")
    closed = ((GAP in line, _closed(line) if GAP in line else line) for line in lines)
    return "\n".join(line for had_gap, line in closed if not (had_gap and _EMPTY.fullmatch(line)))


def _closed(line: str) -> str:
    """“Call: \\0, it is late” says “Call: it is late”, and “Call: \\0” says “Call”."""
    line = _ROW_OF_GAPS.sub(GAP, _LED.sub(GAP, _QUOTED.sub(GAP, line)))
    line = _LED.sub(GAP, _QUOTED.sub(GAP, line))
    begins = line.lstrip().startswith(GAP)
    line = _AROUND.sub(_joint, line).rstrip()
    return line[:1].upper() + line[1:] if begins else line


def _joint(found: re.Match[str]) -> str:
    before, after = found.string[: found.start()], found.string[found.end() :]
    if not before.strip() or not after.strip() or before[-1] in "([«“" or after[0] in ".!?…)]»”":
        return ""
    mark = max((found[1] or "").strip(","), found[2] or "", key=_SAYS_MORE.find)
    return f" {mark} " if mark and mark in "–—·|/-" else f"{mark} "
