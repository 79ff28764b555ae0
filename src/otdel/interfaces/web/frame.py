"""The unchanging pieces of the frame as ready strings: made once per language and kept in the process."""

from __future__ import annotations

import json
from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from otdel.interfaces.web.nav import ADD, NAV, Entry, address

STYLES = ("tokens", "base", "frame", "parts", "tables", "forms", "records", "tasks")


@lru_cache(maxsize=1)
def sprite() -> str:
    return static("icons.svg")


@lru_cache(maxsize=512)
def icon(name: str, kind: str = "") -> SafeString:
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>', f" {kind}" if kind else "", sprite(), name
    )


HTMX = {
    "allowEval": False,
    "allowScriptTags": False,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    # what is swapped in hears at once: by itself htmx binds its listeners 20 ms later, and a change in between is lost
    "defaultSettleDelay": 0,
    "refreshOnHistoryMiss": True,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "422", "swap": True},
        {"code": "[45]..", "swap": False, "error": True},
    ],
}


@lru_cache(maxsize=16)
def head(lang: str) -> SafeString:
    """Return styles and scripts: the same bytes for everybody."""
    styles = "".join(f'<link rel="stylesheet" href="{static(f"css/{name}.css")}">' for name in STYLES)
    return format_html(
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="htmx-config" content="{}">{}'
        '<link rel="stylesheet" media="print" href="{}"><link rel="icon" type="image/svg+xml" href="{}">'
        '<link rel="manifest" href="{}"><link rel="apple-touch-icon" href="{}">'
        '<meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)">'
        '<meta name="theme-color" content="#191f27" media="(prefers-color-scheme: dark)">'
        '<script src="{}" defer></script><script type="module" src="{}"></script>',
        json.dumps(HTMX),
        mark_safe(styles),
        static("css/print.css"),
        static("favicon.svg"),
        address("manifest", lang),
        static("pwa/apple-180.png"),
        static("vendor/htmx.min.js"),
        static("js/otdel.js"),
    )


def words() -> dict[str, str]:
    """Return what our scripts say."""
    return {
        "undo": _("Undo"),
        "close": _("Close"),
        "mend": _("Please correct the following:"),
        "needed": _("This field is required."),
        "failed": _("That did not work. Check the connection and try again."),
        "asTable": _("Show as table"),
        "asChart": _("Show as chart"),
        "today": _("today"),
        "plan": _("plan"),
        "fact": _("fact"),
        "forecast": _("forecast"),
        "past": _("a year ago"),
        "files": _("Chosen: %s"),
        "bold": _("Bold"),
        "list": pgettext("editor", "List"),
        "link": pgettext("editor", "Link"),
        "leave": _("What you typed is not saved."),
    }


@lru_cache(maxsize=32)
def foot(lang: str) -> SafeString:
    """Return the sheet of keys, the place for toasts, and the words and addresses of our scripts."""
    data = {
        "words": words(),
        "locale": lang,
        "charts": static("js/charts.js"),
        "editor": static("js/editor.js"),
        "live": static("js/live.js"),
        "push": static("js/push.js"),
        "worker": f"{address('worker')}?lang={lang}",
        "pushed": address("device_push"),
        "echarts": static("vendor/echarts.common.min.js"),
        "sortable": static("vendor/sortable.min.js"),
        "icons": sprite(),
    }
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return mark_safe(
        f'<div id="busy"></div><div id="toasts" role="status" aria-live="polite"></div>{_keys_dialog()}'
        f'<script type="application/json" id="otdel-data">{text}</script>'
    )


def _keys_dialog() -> str:
    keys = [("?", _("show these keys")), ("/", _("search")), ("c", _("add")), ("t", _("new task"))]
    rows = [(f"g {entry.key}", entry.label) for entry in NAV if entry.key and address(entry.url)]
    rows += [
        ("r", _("remind me of what the card shows")),
        ("j k", _("next and previous row")),
        ("Enter", _("open the row")),
        ("Esc", _("close")),
    ]
    body = "".join(f"<dt>{_kbd(key)}</dt><dd>{escape(label)}</dd>" for key, label in [*keys, *rows])
    title, close = escape(_("Keys")), escape(_("Close"))
    return (
        f'<dialog id="keys" aria-labelledby="keys-title"><div class="head"><h2 id="keys-title">{title}</h2>'
        f'<form method="dialog"><button class="btn quiet icon-only" aria-label="{close}">{icon("x")}</button>'
        f'</form></div><div class="body"><dl class="keys">{body}</dl></div></dialog>'
    )


def _kbd(keys: str) -> str:
    return " ".join(f"<kbd>{escape(key)}</kbd>" for key in keys.split())


@lru_cache(maxsize=16)
def search(lang: str) -> SafeString:
    url = address("search")
    if not url:
        return mark_safe("")
    label = _("Find a customer, deal, phone…")
    return format_html(
        '<form class="search" role="search" action="{}"><input type="search" name="q" id="search" placeholder="{}" '
        'aria-label="{}" autocomplete="off" hx-get="{}" hx-trigger="input changed delay:200ms" '
        'hx-target="#found" hx-swap="innerHTML" hx-sync="this:replace" data-quiet><kbd aria-hidden="true">/</kbd>'
        '<div id="found" class="found sheet" aria-live="polite"></div></form>'
        '<button type="button" class="btn quiet icon-only only-phone" data-opens="search" aria-label="{}">{}</button>',
        url,
        label,
        label,
        url,
        _("Search"),
        icon("search"),
    )


@lru_cache(maxsize=32)
def add_menu(lang: str, allowed: tuple[str, ...]) -> SafeString:
    links = [entry for entry in ADD if entry.url in allowed and address(entry.url)]
    if not links:
        return mark_safe("")
    rows = "".join(
        f'<li><a href="{escape(address(entry.url))}"{_opening(entry)}>{icon(entry.icon)}{escape(entry.label)}</a></li>'
        for entry in links
    )
    return format_html(
        '<details class="menu right" id="add"><summary class="btn" aria-label="{1}">{0}'
        '<span class="words">{1}</span></summary>'
        '<div class="menu-list"><ul>{2}</ul></div></details>',
        icon("plus"),
        _("Add"),
        mark_safe(rows),
    )


def _opening(entry: Entry) -> str:
    """What has a key of its own opens over the page one is on; without scripts it is a page."""
    if not entry.key:
        return ""
    return f' data-key="{entry.key}" {opens_task(address(entry.url))}'


def opens_task(url: str) -> str:
    """Return the attributes of a link that opens the form of a new task over the page."""
    return f'data-opens="task" hx-get="{escape(url)}" hx-target="#task-body" hx-swap="innerHTML"'


@lru_cache(maxsize=16)
def bell(lang: str) -> SafeString:
    """Return the way to what one was told; its number comes with the counters."""
    label = _("Notices")
    return format_html(
        '<a class="btn quiet icon-only bell" data-counted href="{}" aria-label="{}" title="{}">{}</a>',
        address("notices"), label, label, icon("bell"),
    )  # fmt: skip


def waits(lang: str, rows: tuple[tuple[str, str, str, bool], ...]) -> SafeString:
    """Return what waits for the person, each by its name: (code, words, address of its rows, is pressing).

    The pressing ones stand in the head while there is room; the numbers come with the counters.
    """
    label = _("Waits for me")
    now = "".join(
        f'<a data-waits="{code}" class="chip" href="{escape(url)}" hidden>{escape(words)}<b class="n"></b></a>'
        for code, words, url, hot in rows
        if hot
    )
    each = "".join(
        f'<li><a data-waits="{code}"{" data-hot" if hot else ""} href="{escape(url)}">{escape(words)}'
        '<span class="n"></span></a></li>'
        for code, words, url, hot in rows
    )
    return format_html(
        '<div class="waits-now" role="group" aria-label="{0}">{1}</div><details class="menu right waits">'
        '<summary class="btn quiet icon-only bell" data-waits="attention" data-hot title="{0}" aria-label="{0}">{2}'
        '<span class="n" hidden></span></summary><div class="menu-list"><div class="label">{0}</div>'
        '<ul class="counts">{3}</ul></div></details>',
        label, mark_safe(now), icon("tasks"), mark_safe(each),
    )  # fmt: skip


# our own change, another's, and a page that was away
ASKED_AGAIN = ("task-changed", "live:tasks", "live:notices", "live:again")
SILENT = "data-quiet data-silent"


@lru_cache(maxsize=8)
def tasks(lang: str, may_create: bool) -> SafeString:
    """Return what asks for the counters once the page is there, and the empty dialog of a new task."""
    url = address("task_counters")
    when = ("load", *(f"{each} from:body" for each in ASKED_AGAIN), "every 60s")
    asks = (
        f'<div hidden hx-get="{url}" hx-trigger="{", ".join(when)}" hx-sync="this:queue last" hx-swap="none" {SILENT}>'
    )
    return mark_safe(f"{asks}</div>{_task_dialog() if may_create else ''}")


def _task_dialog() -> str:
    title, close = escape(_("New task")), escape(_("Close"))
    return (
        f'<dialog id="task" class="wide" aria-labelledby="task-title"><div class="head"><h2 id="task-title">{title}'
        f'</h2><form method="dialog"><button class="btn quiet icon-only" aria-label="{close}">{icon("x")}</button>'
        f'</form></div><div id="task-body"></div></dialog>'
    )


@lru_cache(maxsize=64)
def person_menu(lang: str, theme: str) -> str:
    """Return the menu with @name@, @initials@, @next@ and @csrf@ left to fill in."""
    profile = address("profile")
    mine, me, keys = escape(_("My profile")), escape(_("me and settings")), escape(_("Keys"))
    rows = f'<a href="{escape(profile)}">{icon("user")}{mine}</a>' if profile else ""
    return (
        '<details class="menu right me">'
        f'<summary aria-label="@initials@: @name@, {me}">@initials@</summary>'
        f'<div class="menu-list"><div class="label">@name@</div>{rows}'
        f"{_theme_form(theme, HIDDEN)}{_language_form(lang, HIDDEN)}"
        f'<button type="button" data-opens="keys">{icon("help")}{keys}</button>'
        f"{_sign_out()}</div></details>"
    )


HIDDEN = (
    '<input type="hidden" name="csrfmiddlewaretoken" value="@csrf@"><input type="hidden" name="next" value="@next@">'
)


@lru_cache(maxsize=16)
def languages(lang: str) -> str:
    return _language_form(lang, HIDDEN)


def _theme_form(theme: str, hidden: str) -> str:
    names = {
        "auto": (_("System default"), "device-desktop"),
        "light": (_("Light"), "sun"),
        "dark": (_("Dark"), "moon"),
    }
    buttons = "".join(
        f'<button class="btn" name="theme" value="{value}" aria-pressed="{str(value == theme).lower()}" '
        f'aria-label="{escape(label)}" title="{escape(label)}">{icon(sign)}</button>'
        for value, (label, sign) in names.items()
    )
    return _switch(address("set_theme"), _("Theme"), hidden, buttons)


def _language_form(lang: str, hidden: str) -> str:
    buttons = "".join(
        f'<button class="btn" name="language" value="{code}" lang="{code}" aria-pressed="{str(code == lang).lower()}">'
        f"{escape(name)}</button>"
        for code, name in (("ru", "Русский"), ("en", "English"))
    )
    return _switch(address("set_language"), _("Language"), hidden, buttons)


def _switch(url: str, label: str, hidden: str, buttons: str) -> str:
    if not url:
        return ""
    return (
        f'<form method="post" action="{escape(url)}">{hidden}<div class="label">{escape(label)}</div>'
        f'<div class="btn-group" role="group" aria-label="{escape(label)}">{buttons}</div></form>'
    )


def _sign_out() -> str:
    url = address("account_logout")
    if not url:
        return ""
    leave = escape(_("Sign out"))
    button = f"<button>{icon('logout')}{leave}</button>"
    return f'<form method="post" action="{escape(url)}" data-signs-out>{HIDDEN}{button}</form>'
