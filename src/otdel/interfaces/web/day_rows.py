"""The rows of one's day as finished HTML: a hundred of them in a template loop cost more than the page around them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import frame

_SOME = 987654321


@lru_cache(maxsize=16)
def around(name: str, *more: str) -> tuple[str, str]:
    """Return the address of a record's page before its number and after it."""
    before, _number, after = reverse(name, args=[_SOME, *more]).rpartition(str(_SOME))
    return before, after


def address(name: str, pk: int, *more: str) -> str:
    """Return what `reverse` would: in loops of a hundred rows that is dear."""
    before, after = around(name, *more)
    return f"{before}{pk}{after}"


class Drawing:
    """What the rows of one page have in common, asked once."""

    def __init__(self, request: PersonRequest, ticks: bool = False) -> None:
        self.hidden = (
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
            f'<input type="hidden" name="next" value="{escape(request.get_full_path())}">'
        )
        # the title is put in by hand: a translation per row is dear too
        self.done_before, self.done_after = _("Done: %(title)s").split("%(title)s")
        self.done, self.hand_in = escape(_("Done")), escape(_("Hand in"))
        self.hand_before, self.hand_after = _("Hand in: %(title)s").split("%(title)s")
        # the one by which many are chosen at once
        self.pick = (
            '<input type="checkbox" class="pick-one only-screen" name="ids" form="bulk" value="' if ticks else ""
        )
        self.choose = escape(_("Choose"))
        self.check, self.high = frame.icon("check"), frame.icon("alert-triangle", "is-under")

    def rows(self, rows: Iterable[dict[str, Any]]) -> SafeString:
        return SafeString("".join(map(self._row, rows)))

    def _row(self, row: dict[str, Any]) -> str:
        title = escape(row["title"])
        sign = f'<span class="tick">{frame.icon(row["icon"])}</span>' if row["icon"] else self._tick(row, title)
        high = f" {self.high}" if row.get("high") else ""
        said = "".join(f"<p>{escape(text)}</p>" for text in (row["note"], row.get("text")) if text)
        late = " late" if row["late"] else ""
        return (
            f'<div class="task">{sign}<div><a class="plain" href="{row["url"]}"><b>{title}</b></a>{high} '
            f'{row.get("badge", "")}{said}</div><div class="end"><span class="due{late}">{escape(row["due"])}</span>'
            f"{self._pick(row, title)}</div></div>"
        )

    def _pick(self, row: dict[str, Any], title: str) -> str:
        if not self.pick or "id" not in row:
            return ""
        return f'{self.pick}{row["id"]}" aria-label="{self.choose}: {title}">'

    def _tick(self, row: dict[str, Any], title: str) -> str:
        """What asks for a result is handed in on its own page, all else by one press."""
        if row["hand_in"]:
            label = f"{escape(self.hand_before)}{title}{escape(self.hand_after)}"
            return (
                f'<a class="tick box" id="t{row["id"]}" href="{row["hand_in"]}" aria-label="{label}" '
                f'title="{self.hand_in}">{self.check}</a>'
            )
        label = f"{escape(self.done_before)}{title}{escape(self.done_after)}"
        return (
            f'<form method="post" action="{row["done"]}">{self.hidden}<button class="tick box" id="t{row["id"]}" '
            f'aria-label="{label}" title="{self.done}">{self.check}</button></form>'
        )
