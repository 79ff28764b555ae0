"""Bars of tasks on a time line, drawn on the server: works without scripts, prints, and needs no style of its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from html import escape

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from otdel.interfaces.web import formats
from otdel.tasks.queries import Bar

ROW, HEAD, NAMES, WIDTH = 30, 28, 260, 1100
SHOWN = 34  # letters of a name


def draw(bars: list[Bar], now: datetime) -> SafeString:
    """Return the picture; everything in it is said by the table under it too."""
    scale = Scale(bars, now)
    height = HEAD + ROW * len(bars) + 6
    words = escape(_("Time line; the table below says the same"))
    parts = [
        f'<svg class="gantt" viewBox="0 0 {NAMES + WIDTH} {height}" width="{NAMES + WIDTH}" height="{height}" '
        f'role="group" aria-label="{words}">'
    ]
    parts += scale.grid(height)
    places = {bar.id: place for place, bar in enumerate(bars)}
    parts += [_row(bar, place, scale, now) for place, bar in enumerate(bars)]
    for bar in bars:
        parts += [_link(bars[places[needs]], places[needs], bar, places[bar.id], scale, now) for needs in bar.needs]
    return mark_safe("".join(parts) + "</svg>")  # noqa: S308 - every text in it is escaped


class Scale:
    """Days to pixels."""

    def __init__(self, bars: list[Bar], now: datetime) -> None:
        moments = [now, *(bar.starts for bar in bars), *(bar.ends for bar in bars if bar.ends)]
        self.first = timezone.localtime(min(moments)).date() - timedelta(days=1)
        self.last = timezone.localtime(max(moments)).date() + timedelta(days=2)
        self.now = now
        self.days = (self.last - self.first).days

    def x(self, at: datetime) -> float:
        local = timezone.localtime(at)
        passed = (local.date() - self.first).days + (local.hour * 60 + local.minute) / 1440
        return round(NAMES + passed / self.days * WIDTH, 1)

    def of_day(self, day: date) -> float:
        return round(NAMES + (day - self.first).days / self.days * WIDTH, 1)

    def grid(self, height: int) -> list[str]:
        """Lines of the days that have room for their name, and of now."""
        fmt, parts = formats.current(), []
        step = next(each for each in (1, 2, 7, 14, 28, 91, 364, 3640) if each / self.days * WIDTH > 78 or each == 3640)
        for number in range(0, self.days, step):
            day = self.first + timedelta(days=number)
            x = self.of_day(day)
            parts.append(f'<line class="rule" x1="{x}" x2="{x}" y1="{HEAD - 6}" y2="{height}"/>')
            parts.append(f'<text class="tick" x="{x + 3}" y="16">{escape(fmt.day(day, day))}</text>')
        x = self.x(self.now)
        return [*parts, f'<line class="now" x1="{x}" x2="{x}" y1="{HEAD - 8}" y2="{height}"/>']


def _ends(bar: Bar, now: datetime) -> datetime:
    return max(bar.ends or max(bar.starts, now), bar.starts)


def _row(bar: Bar, place: int, scale: Scale, now: datetime) -> str:
    y, indent = HEAD + place * ROW, 14 * bar.depth
    name = bar.title if len(bar.title) <= SHOWN - 2 * bar.depth else bar.title[: SHOWN - 1 - 2 * bar.depth] + "…"
    start, end = scale.x(bar.starts), scale.x(_ends(bar, now))
    kind = "done" if bar.done else "late" if bar.late else "plain"
    open_end = " open" if bar.ends is None else ""
    width = f"{max(end - start, 4):.1f}"
    words = escape(f"{bar.title}: {bar.assignee}")
    return (
        f'<a href="{reverse("task", args=[bar.id])}"><title>{words}</title>'
        f'<text class="name" x="{4 + indent}" y="{y + 19}">{escape(name)}</text>'
        f'<rect class="bar {kind}{open_end}" x="{start}" y="{y + 6}" width="{width}" height="18" rx="3"/>'
        f"</a>"
    )


def _link(needs: Bar, above: int, bar: Bar, place: int, scale: Scale, now: datetime) -> str:
    """An arrow from the end of what is waited for to the beginning of what waits."""
    x1, y1 = scale.x(_ends(needs, now)), HEAD + above * ROW + 15
    x2, y2 = scale.x(bar.starts), HEAD + place * ROW + 15
    bend = max(x1, x2 - 10) + 8 if x2 > x1 + 16 else x1 + 8
    return (
        f'<path class="link" d="M{x1} {y1}H{bend:.1f}V{(y1 + y2) / 2}H{x2 - 10:.1f}V{y2}H{x2}"/>'
        f'<path class="tip" d="M{x2} {y2}l-6 -4v8z"/>'
    )
