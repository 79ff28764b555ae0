"""Texts of tasks as HTML: what people write by hand, with a little of Markdown, made safe.

Kept as it was typed, so that it is edited without scripts, comes by e-mail, and is searched as plain text.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import nh3
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe

from otdel.tasks import rules

TAGS = {"p", "br", "b", "ul", "ol", "li", "a"}


def rich(text: str) -> SafeString:
    """Return paragraphs, lists, **bold**, [words](address) and bare addresses; anything else is shown as typed."""
    if not text:
        return SafeString()
    html = "".join(_blocks(text.replace("\r\n", "\n").split("\n")))
    clean = nh3.clean(
        html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}, link_rel="nofollow"
    )
    return mark_safe(clean)  # noqa: S308 - escaped piece by piece, then cleaned as a whole


def _blocks(lines: list[str]) -> Iterator[str]:
    kind, held = "", list[str]()
    for line in [*lines, ""]:
        found = rules.ITEM.match(line)
        now = ("ul" if found[1] else "ol") if found else "p" if line.strip() else ""
        if now != kind and held:
            yield _block(kind, held)
            held = []
        kind = now
        if now:
            held.append(_words(found[3] if found else line))


def _block(kind: str, held: list[str]) -> str:
    if kind == "p":
        return f"<p>{'<br>'.join(held)}</p>"
    return f"<{kind}>{''.join(f'<li>{each}</li>' for each in held)}</{kind}>"


def _words(line: str) -> str:
    """Links apart from what is between them, so that an address inside of one is not linked twice."""
    made, at = [], 0
    for found in rules.LINK.finditer(line):
        made += [_plain(line[at : found.start()]), f'<a href="{escape(found[2])}">{escape(found[1])}</a>']
        at = found.end()
    return rules.BOLD.sub(r"<b>\1</b>", "".join([*made, _plain(line[at:])]))


def _plain(text: str) -> str:
    return str(urlize(escape(text), nofollow=True))
