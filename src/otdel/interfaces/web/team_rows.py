"""The table of counters by person as finished HTML: of a thousand people a template loop would cost the most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from otdel.interfaces.web import formats
from otdel.tasks import queries
from otdel.tasks.queries import steps

HOT = frozenset(("overdue", "unopened", "returned", "accept", "declined", "mentions", "answers"))
MOST_KEPT = 5000
NOTHING = '<td class="num"><span class="muted">0</span></td>'


def rows_url(code: str, person_id: object = None) -> str:
    """Return the list of exactly the rows a counter counts."""
    return f"{reverse('tasks')}?{urlencode({'waits': f'{code}:{person_id}' if person_id else code})}"


def steps_url(code: str, person_id: object) -> str:
    """Return the list of the deals, or customers, of a person that have no next step."""
    return f"{reverse(code)}?{urlencode(steps.ROWS | {'owner': str(person_id)})}"


STEP_LABELS = {"deals": _("Deals without a next step"), "customers": _("Customers without a next step")}
SHOWN = tuple(code for code in queries.NUMBERS if code not in (*queries.STEPS, "attention"))


def waiting_links(rooms: tuple[str, ...]) -> tuple[tuple[str, str, str, bool], ...]:
    """Return (counter, words, address of its rows, is pressing) of all that may wait for whoever looks."""
    found = [(code, str(queries.LABELS[code]), rows_url(code), code in HOT) for code in SHOWN]
    return (*found, *((room, str(STEP_LABELS[room]), steps_url(room, "me"), False) for room in rooms))


@lru_cache(maxsize=1)
def _cells() -> tuple[tuple[str, str], ...]:
    """Return the markup of each column's number, around the person's."""
    found = []
    for code in queries.NUMBERS:
        url = steps_url(code, "~") if code in queries.STEPS else rows_url(code, "~")
        kind = "figure is-under" if code in HOT else "figure"
        before, after = f'<td class="num"><a class="{kind}" href="{escape(url)}">'.split("~")
        found.append((before, after))
    return tuple(found)


@lru_cache(maxsize=4)
def _drawn(lang: str | None) -> dict[queries.TeamRow, str]:
    """Return the rows as they were drawn last: of a thousand a minute changes a few."""
    return {}


def drawn(rows: Iterable[queries.TeamRow]) -> SafeString:
    kept, made = _drawn(get_language()), []
    if len(kept) > MOST_KEPT:
        kept.clear()
    for row in rows:
        text = kept.get(row)
        if text is None:
            text = kept[row] = _row(row)
        made.append(text)
    return SafeString("".join(made))


def narrowed(rows: Iterable[queries.TeamRow], query: str) -> SafeString:
    """Return the rows of counters among filtered tasks: each number opens those; nothing is said of next steps."""
    fmt, made, board = formats.current(), [], reverse("task_board")
    for row in rows:
        cells = [
            f'<td class="num"><a class="figure{" is-under" if code in HOT else ""}" '
            f'href="{escape(f"{rows_url(code, row.id)}&{query}")}">{fmt.number(count)}</a></td>'
            if count
            else NOTHING
            for code, count in zip(queries.NUMBERS[: -len(queries.STEPS)], row.numbers, strict=False)
        ]
        name = f'<a class="plain" href="{escape(f"{board}?who={row.id}&{query}")}">{escape(row.name)}</a>'
        made.append(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>')
    return SafeString("".join(made))


def _row(row: queries.TeamRow) -> str:
    fmt, who = formats.current(), row.id
    cells = "".join(
        f"{before}{who}{after}{fmt.number(count)}</a></td>" if count else NOTHING
        for count, (before, after) in zip(row.numbers, _cells(), strict=True)
    )
    url = f"{reverse('task_board')}?who={who}"
    return f'<tr><th scope="row"><a class="plain" href="{url}">{escape(row.name)}</a></th>{cells}</tr>'


def total(numbers: Sequence[int]) -> list[str]:
    fmt = formats.current()
    return [fmt.number(count) for count in numbers]
