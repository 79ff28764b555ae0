"""The frame around every page: rail, top bar, head. Costs no query; what does not change between requests is made once
per language and kind of person and kept in the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otdel.interfaces.http import way_back
from otdel.interfaces.web import alarms, formats, frame, team_rows
from otdel.interfaces.web.nav import ADD, BESIDE, NAV, ON_PHONE, Entry, address, entrance
from otdel.org import access
from otdel.org.rules import Right

if TYPE_CHECKING:
    from otdel.interfaces.http import PersonRequest
    from otdel.org.models import Person

# whose lists count what has no next step
STEPS_OF = tuple(each for each in NAV if each.url in ("deals", "customers"))
THEMES = ("auto", "light", "dark")
NOTICE = (
    '<div hidden data-toast="{0}" data-tone="{1}" data-undo="{2}"></div>'
    '<noscript><div class="alert" role="status"><div>{0}</div></div></noscript>'
)


def layout(request: HttpRequest) -> dict[str, Any]:
    """Context processor. The token of forms is that of the frame: making one costs as much as ten lines of template."""
    made = Layout(request)
    return {"layout": made, "csrf_token": SimpleLazyObject(lambda: made.csrf)}


class Layout:
    """What base.html asks for. Everything is computed only when asked."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.lang = get_language() or settings.LANGUAGE_CODE

    @property
    def theme(self) -> str:
        theme = self.request.COOKIES.get("theme", "auto")
        return theme if theme in THEMES else "auto"

    @property
    def head(self) -> SafeString:
        return frame.head(self.lang)

    @property
    def tasks(self) -> SafeString:
        return frame.tasks(self.lang, bool(self._allowed(ADD[:1], Right.CREATE)))

    @property
    def foot(self) -> SafeString:
        return frame.foot(self.lang)

    @property
    def base(self) -> str:
        """The template for pages shown to whoever asks, such as refusals."""
        return "base.html" if self._signed_in else "base_door.html"

    @cached_property
    def _signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user is not None and user.is_authenticated)

    def _allowed(self, entries: tuple[Entry, ...], right: Right) -> tuple[str, ...]:
        """Return the entries of this person's role: the key their ready strings are kept by."""
        person = cast("Person", self.request.user)
        return tuple(each.url for each in entries if not each.kind or access.scope(person, each.kind, right))

    def rail(self, counters: Mapping[str, Any] | None) -> SafeString:
        entries = rail_entries(self.lang, self._allowed(NAV, Right.VIEW))
        return rail(entries, _active(entries, self.request.path), counters or {})

    @property
    def search(self) -> SafeString:
        return frame.search(self.lang)

    @property
    def add(self) -> SafeString:
        return frame.add_menu(self.lang, self._allowed(ADD, Right.CREATE))

    @property
    def bell(self) -> SafeString:
        return frame.bell(self.lang)

    @property
    def waits(self) -> SafeString:
        """What waits for the person, in the head of every page."""
        return _waits(self.lang, self._allowed(STEPS_OF, Right.VIEW))

    @property
    def alarm(self) -> SafeString:
        """What is dead behind the pages, said to everybody: a reminder must not fail in silence."""
        return alarms.banner(cast("PersonRequest", self.request)) if self._signed_in else SafeString()

    @property
    def person(self) -> SafeString:
        name = str(self.request.user)
        return self._filled(
            frame.person_menu(self.lang, self.theme)
            .replace("@name@", escape(name))
            .replace("@initials@", escape(formats.initials(name)))
        )

    @property
    def languages(self) -> SafeString:
        """The choice of language for those who are not signed in."""
        return self._filled(frame.languages(self.lang))

    @cached_property
    def csrf(self) -> str:
        """One token for the whole frame: each call of Django's makes a new mask of 64 random choices."""
        return get_token(self.request)

    @property
    def notices(self) -> SafeString:
        """What earlier requests had to say: toasts, and plain notices without scripts."""
        kept = get_messages(self.request)
        return (
            format_html_join("", NOTICE, ((each.message, each.level_tag, _undo(each)) for each in kept))
            if kept
            else SafeString()
        )

    def _filled(self, text: str) -> SafeString:
        here = escape(self.request.get_full_path())
        return mark_safe(text.replace("@next@", here).replace("@csrf@", self.csrf))


def _undo(message: Message) -> str:
    """An address given with a message is where what it tells of is undone."""
    return message.extra_tags if (message.extra_tags or "").startswith("/") else ""


@lru_cache(maxsize=32)
def _waits(lang: str, rooms: tuple[str, ...]) -> SafeString:
    with override(lang):
        return frame.waits(lang, team_rows.waiting_links(rooms))


@dataclass(frozen=True)
class Link:
    name: str
    url: str
    label: str
    open: str  # '<a href="…"'
    inside: str  # icon and label


@lru_cache(maxsize=256)
def rail_entries(lang: str, allowed: tuple[str, ...]) -> tuple[Link, ...]:
    with override(lang):
        return tuple(_link(entry) for entry in NAV if entry.url in allowed and address(entry.url))


def _link(entry: Entry) -> Link:
    url, label = address(entry.url), str(entry.label)
    inside = f"{frame.icon(entry.icon)}<span>{escape(label)}</span>"
    key = f' data-key="g {entry.key}"' if entry.key else ""
    return Link(entry.url, url, label, f'<a href="{escape(entrance(entry.url))}"{key}', inside)


def _active(entries: tuple[Link, ...], path: str) -> str:
    for beside, rooms in BESIDE.items():
        if path.startswith(beside):
            return next((link.name for name in rooms for link in entries if link.name == name), "")
    found = [link for link in entries if path == link.url or (link.url != "/" and path.startswith(link.url))]
    return max(found, key=lambda link: len(link.url)).name if found else ""


def rail(entries: tuple[Link, ...], active: str, counters: Mapping[str, Any]) -> SafeString:
    """Return the list of rooms. A counter is a number, or (number, True) when it waits for the person."""
    items = [_item(link, link.name == active, counters.get(link.name)) for link in entries]
    beyond = items[ON_PHONE:]
    first = "".join(f"<li>{item}</li>" for item in items[:ON_PHONE])
    rest = "".join(f'<li class="beyond">{item}</li>' for item in beyond)
    return mark_safe(f"<ul>{first}{rest}</ul>{_more(beyond)}")


def _item(link: Link, active: bool, counter: Any) -> str:
    current = ' aria-current="page"' if active else ""
    return f"{link.open}{current}>{link.inside}{_counter(counter)}</a>"


def _counter(counter: Any) -> str:
    count, hot = counter if isinstance(counter, tuple) else (counter, False)
    return f'<span class="n{" hot" if hot else ""}">{int(count)}</span>' if count else ""


def _more(items: list[str]) -> str:
    if not items:
        return ""
    rows = "".join(f"<li>{item}</li>" for item in items).replace("data-key", "data-second-key")
    label = escape(_("More"))
    return (
        f'<details class="menu rail-more"><summary>{frame.icon("dots")}<span>{label}</span></summary>'
        f'<div class="menu-list"><ul>{rows}</ul></div></details>'
    )


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme for a year; scripts do the same without a request."""
    theme = request.POST.get("theme", "")
    response = redirect(way_back(request))
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=31_536_000, samesite="Lax", secure=request.is_secure())
    return response
