"""The parts pages are built of; docs/design-system.md shows each with its output, /gallery/ shows how it looks.

Short parts are string work (500 of them cost a millisecond or two); parts with a body are simple_block_tag.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape as e
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.base import Parser, Token
from django.template.context import RenderContext
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.i18n import do_translate
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.interfaces.web import formats, frame, marks
from otdel.interfaces.web.layout import Layout

register = template.Library()

register.filter("number", lambda value, places=0: formats.current().number(value, places))
register.filter("plain", lambda value: formats.current().plain(value))
register.filter("money", lambda value, currency="RUB": formats.current().money(value, currency))
register.filter("compact", lambda value, currency="RUB": formats.current().compact(value, currency))
register.filter("percent", lambda value, places=0: formats.current().percent(value, places))
register.filter("signed", lambda value, places=0: formats.current().signed(value, places))
register.filter("day", lambda value, today=None: formats.current().day(value, today))
register.filter("date_short", lambda value: formats.current().date(value))
register.filter("moment", lambda value, today=None: formats.current().moment(value, today), expects_localtime=True)
register.filter("month", lambda value: formats.current().month(value))
register.filter("phone", lambda value: formats.phone(value))
register.filter("initials", lambda value: formats.initials(str(value)))

register.simple_tag(frame.icon, name="icon")
register.simple_tag(marks.badge, name="badge")
register.simple_tag(marks.deviation, name="deviation")
register.simple_tag(marks.bullet, name="bullet")
register.simple_tag(marks.heat, name="heat")
register.simple_tag(marks.kpi, name="kpi")


class Words(template.Node):
    """What {% translate %} says when nothing in it depends on the page: kept by language, for a page says dozens."""

    def __init__(self, whole: template.Node) -> None:
        self.whole = whole
        self.kept: dict[str | None, str] = {}

    def render(self, context: template.Context) -> SafeString:
        lang = get_language()
        if lang not in self.kept:
            self.kept[lang] = self.whole.render(context)
        return mark_safe(self.kept[lang])


@register.tag
def translate(parser: Parser, token: Token) -> template.Node:
    """Django's tag, which looks plain words up anew each time."""
    whole, (_name, words, *options) = do_translate(parser, token), token.split_contents()
    fixed = words[0] in "'\"" and words[-1] == words[0] and "as" not in options
    return Words(whole) if fixed else whole


@register.simple_tag(takes_context=True)
def page_title(context: template.Context) -> str:
    """Give <title> the words of the page's own `title` block, so that a page says them once."""
    render_context: RenderContext = context.render_context
    blocks = render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("title") if blocks else None
    text = strip_tags(block.nodelist.render(context)).strip() if block else ""
    return mark_safe(f"{text} · Otdel" if text else "Otdel")


@register.simple_tag(takes_context=True)
def rail(context: template.Context) -> SafeString:
    frame_of_page: Layout = context["layout"]
    return frame_of_page.rail(context.get("counters"))


@register.simple_block_tag
def panel(content: str, title: str = "", sub: str = "", kind: str = "", flush: bool = False) -> SafeString:
    """A sheet with a heading; `flush` for tables and lists, which bring their own padding."""
    head = format_html('<div class="head"><h2>{}</h2>{}</div>', title, _sub(sub)) if title else ""
    body = content if flush else format_html('<div class="body">{}</div>', content)
    return format_html('<section class="sheet{}">{}{}</section>', f" {kind}" if kind else "", head, body)


def _sub(sub: str) -> SafeString:
    return format_html('<span class="sub">{}</span>', sub) if sub else SafeString()


@register.simple_block_tag
def empty(content: str, title: str, text: str, icon: str = "circle-dashed") -> SafeString:
    """What will be here, and as content the first step."""
    actions = format_html('<div class="row">{}</div>', content) if content.strip() else ""
    return format_html(
        '<div class="empty">{}<h2>{}</h2><p>{}</p>{}</div>', frame.icon(icon, "big"), title, text, actions
    )


@register.simple_block_tag
def alert(content: str, tone: str = "") -> SafeString:
    sign = {"under": "alert-triangle", "over": "alert-triangle", "done": "circle-check"}.get(tone, "info-circle")
    role = "alert" if tone == "under" else "status"
    return format_html('<div class="alert {}" role="{}">{}<div>{}</div></div>', tone, role, frame.icon(sign), content)


@register.simple_block_tag
def dialog(content: str, id: str, title: str, wide: bool = False, opened: bool = False) -> SafeString:
    """Opened by any element with data-opens="<id>"; `opened` where a form in it is to be mended."""
    return format_html(
        '<dialog id="{0}" aria-labelledby="{0}-title"{1}><div class="head"><h2 id="{0}-title">{2}</h2>'
        '<form method="dialog"><button class="btn quiet icon-only" aria-label="{3}">{4}</button></form></div>'
        "{5}</dialog>",
        id,
        mark_safe((' class="wide"' if wide else "") + (" open" if opened else "")),
        title,
        _("Close"),
        frame.icon("x"),
        content,
    )


@register.simple_block_tag
def menu(content: str, label: str, icon: str = "", kind: str = "", side: str = "") -> SafeString:
    """A button that unfolds a list of links, buttons or check boxes; with `icon` the label is only read aloud."""
    inside = format_html('{}<span class="sr">{}</span>', frame.icon(icon), label) if icon else label
    return format_html(
        '<details class="menu {}"><summary class="btn {}{}">{}{}</summary><div class="menu-list">{}</div></details>',
        side,
        kind,
        " icon-only" if icon else "",
        inside,
        "" if icon else frame.icon("chevron-down"),
        content,
    )


@register.simple_tag
def pick(label: str, options: Iterable[tuple[str, str, bool]], name: str = "") -> SafeString:
    """A choice in the top bar: (label, address, is it the present one). More than twelve get a box to type in."""
    rows = list(options)
    items = mark_safe("".join([f'<li><a href="{e(url)}"{_current(now)}>{e(text)}</a></li>' for text, url, now in rows]))
    find = format_html('<input type="search" data-narrows aria-label="{0}" placeholder="{0}">', _("Find"))
    return format_html(
        '<details class="menu pick"><summary{}><span>{}</span>{}</summary>'
        '<div class="menu-list">{}<ul>{}</ul></div></details>',
        format_html(' aria-label="{}: {}"', name, label) if name else "",
        label,
        frame.icon("chevron-down"),
        find if len(rows) > 12 else "",
        items,
    )


def _current(now: bool, word: str = "page") -> SafeString:
    return mark_safe(f' aria-current="{word}"' if now else "")


@register.simple_tag
def crumbs(items: Sequence[tuple[str, str]]) -> SafeString:
    """From the root of the tree to the parent of this page: (label, address)."""
    rows = format_html_join("", '<li><a href="{}">{}</a></li>', ((url, text) for text, url in items))
    return format_html('<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>', _("Path"), rows)


@register.simple_tag
def tabs(items: Iterable[tuple[str, str, bool]], label: str = "") -> SafeString:
    """(label, address, is it the present one); each tab is a page of its own."""
    rows = format_html_join("", '<a href="{}"{}>{}</a>', ((url, _current(now), text) for text, url, now in items))
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label or _("Views"), rows)


@register.simple_tag
def steps(names: Sequence[str], now: int) -> SafeString:
    """A wizard's way; `now` counts from 0."""
    rows = format_html_join(
        "",
        "<li{}>{}</li>",
        (
            (mark_safe(' class="past"') if at < now else _current(at == now, "step"), name)
            for at, name in enumerate(names)
        ),
    )
    return format_html('<ol class="steps">{}</ol>', rows)


@register.simple_tag
def live(block: str, url: str, topics: str, beside: str = "") -> SafeString:
    """What asks for a block again when others change it; `beside` are the parts of the page that follow with it.

    It stands next to the block, not on it: what is itself replaced by its answer forgets what it heard meanwhile.
    """
    heard = ", ".join(f"{'task-changed' if each == 'mine' else f'live:{each}'} from:body" for each in topics.split())
    return format_html(
        '<div hidden data-live hx-get="{}" hx-trigger="{}, live:again from:body" hx-target="{}" hx-select="{}"{} '
        'hx-swap="outerHTML" hx-sync="this:queue last" {}></div>',
        url,
        heard,
        block,
        block,
        format_html(' hx-select-oob="{}"', beside) if beside else "",
        mark_safe(frame.SILENT),
    )


@register.simple_tag
def progress(label: str, value: int, total: int) -> SafeString:
    """A bar that also says its number; poll the fragment around it with hx-trigger="every 1s"."""
    fmt = formats.current()
    share = fmt.percent(value / total if total else 0)
    return format_html(
        '<div class="progress"><div class="row"><span>{}</span><span>{} / {} · {}</span></div>'
        '<progress max="{}" value="{}" aria-label="{}">{}</progress></div>',
        label,
        fmt.number(value),
        fmt.number(total),
        share,
        total or 1,
        value,
        label,
        share,
    )


@register.simple_tag
def skeleton(lines: int = 3) -> SafeString:
    """Shown by itself only after 300 ms."""
    rows = "".join(f'<span class="skeleton {("", "half", "short")[line % 3]}"></span>' for line in range(lines))
    return mark_safe(f'<div class="late-show" aria-hidden="true">{rows}</div>')


@register.simple_tag
def sort_head(label: str, url: str, direction: str = "", numeric: bool = False) -> SafeString:
    """A column's heading that sorts; `direction` is "ascending", "descending" or "" for the column not sorted by."""
    sign = {"ascending": "arrow-up", "descending": "arrow-down"}.get(direction)
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}">{}{}</a></th>',
        mark_safe(' class="num"' if numeric else ""),
        mark_safe(f' aria-sort="{direction}"' if sign else ""),
        url,
        label,
        frame.icon(sign) if sign else "",
    )


@register.simple_tag
def pager(back: str = "", forward: str = "", shown: str = "") -> SafeString:
    """Earlier and later rows by key; addresses, empty where there is nothing. Nothing at all when there is one page."""
    if not (back or forward or shown):
        return SafeString()
    return format_html(
        '<nav class="pager" aria-label="{}"><span>{}</span><span class="spacer"></span>{}{}</nav>',
        _("Pages"),
        shown,
        format_html('<a class="btn" rel="prev" href="{}">{}{}</a>', back, frame.icon("chevron-left"), _("Back"))
        if back
        else "",
        format_html('<a class="btn" rel="next" href="{}">{}{}</a>', forward, _("Next"), frame.icon("chevron-right"))
        if forward
        else "",
    )


@register.simple_tag
def chips(items: Iterable[tuple[str, str]], clear: str = "") -> SafeString:
    """What the list is narrowed by: (words, address without it)."""
    rows = format_html_join(
        "",
        '<a class="chip" href="{}">{}<span class="sr">, {}</span>{}</a>',
        ((url, text, _("remove"), frame.icon("x")) for text, url in items),
    )
    all_off = format_html('<a class="btn quiet" href="{}">{}</a>', clear, _("Clear all")) if clear and rows else ""
    return format_html('<div class="chips">{}{}</div>', rows, all_off) if rows else SafeString()


@register.simple_tag
def columns(items: Iterable[tuple[str, str, bool]], keep: Mapping[str, str] | None = None) -> SafeString:
    """Which columns to show: (key, label, is it shown), sent as `cols`; `keep` are the address's other parameters."""
    boxes = format_html_join(
        "",
        '<label><input type="checkbox" name="cols" value="{}"{}>{}</label>',
        ((key, mark_safe(" checked" if on else ""), label) for key, label, on in items),
    )
    hidden = format_html_join("", '<input type="hidden" name="{}" value="{}">', (keep or {}).items())
    return format_html(
        '<details class="menu right"><summary class="btn">{}{}</summary><div class="menu-list"><form method="get">{}{}'
        '<div class="row"><button class="btn main block">{}</button></div></form></div></details>',
        frame.icon("columns-3"),
        _("Columns"),
        hidden,
        boxes,
        _("Show"),
    )


@register.simple_tag
def tree(nodes: Sequence[Mapping[str, Any]], label: str = "") -> SafeString:
    """Nested {label, url, end, current, open, children}."""
    return format_html('<ul class="tree" aria-label="{}">{}</ul>', label, _branches(nodes))


def _branches(nodes: Sequence[Mapping[str, Any]]) -> SafeString:
    return format_html_join("", "<li>{}</li>", ((_branch(node),) for node in nodes))


def _branch(node: Mapping[str, Any]) -> SafeString:
    end = format_html('<span class="end sub">{}</span>', node["end"]) if node.get("end") else ""
    row = format_html(
        '<span class="node"><a href="{}"{}>{}</a>{}</span>',
        node.get("url", "#"),
        _current(bool(node.get("current"))),
        node["label"],
        end,
    )
    if not node.get("children"):
        return row
    return format_html(
        '{}<details{}><summary aria-label="{}"></summary><ul>{}</ul></details>',
        row,
        mark_safe(" open" if node.get("open", True) else ""),
        node["label"],
        _branches(node["children"]),
    )


@register.simple_tag
def drop_zone(name: str, label: str, accept: str = "", hint: str = "", multiple: bool = False) -> SafeString:
    """A file field one can also drop a file on. Without scripts it is a plain file field."""
    return format_html(
        '<div class="drop" data-drop>{0}<label for="id_{1}"><b>{2}</b></label><input type="file" id="id_{1}" name="{1}"'
        ' accept="{3}"{4} required aria-describedby="id_{1}_help"><p class="help" id="id_{1}_help">{5}</p>'
        '<p class="chosen" aria-live="polite"></p></div>',
        frame.icon("upload", "big"),
        name,
        label,
        accept,
        mark_safe(" multiple" if multiple else ""),
        hint,
    )


@register.simple_tag
def field(bound: BoundField, kind: str = "") -> SafeString:
    """A label, the control, its help and its errors; Django ties them by aria-describedby."""
    widget = bound.field.widget
    if isinstance(widget, CheckboxInput) and not isinstance(widget, CheckboxSelectMultiple):
        return _check(bound, kind)
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    tag, head = ("fieldset", "legend") if group else ("div", "label")
    required = mark_safe('<span class="req" aria-hidden="true">*</span>') if bound.field.required else ""
    return format_html(
        '<{0} class="field {1}"><{2}{3}>{4}{5}</{2}>{6}{7}</{0}>',
        tag,
        kind,
        head,
        "" if group else format_html(' for="{}"', bound.id_for_label),
        bound.label,
        required,
        bound,
        _below(bound),
    )


def _check(bound: BoundField, kind: str) -> SafeString:
    return format_html(
        '<div class="field {}"><label class="check">{}{}</label>{}</div>', kind, bound, bound.label, _below(bound)
    )


def _below(bound: BoundField) -> SafeString:
    name = bound.auto_id
    help_text = bound.help_text and format_html(
        '<p class="help" id="{}_helptext">{}</p>',
        name,
        mark_safe(bound.help_text),
    )
    errors = format_html_join("", '<p class="error">{}</p>', ((error,) for error in bound.errors))
    return format_html(
        "{}{}", help_text or "", format_html('<div id="{}_error">{}</div>', name, errors) if errors else ""
    )


@register.simple_tag
def form_errors(form: BaseForm) -> SafeString:
    """All that must be mended, above the form, each line leading to its field."""
    if not form.errors:
        return SafeString()
    rows = [
        format_html('<li><a href="#{}">{}</a>: {}</li>', bound.id_for_label, bound.label, bound.errors[0])
        for bound in form
        if bound.errors
    ]
    rows += [format_html("<li>{}</li>", error) for error in form.non_field_errors()]
    return format_html(
        '<div class="alert under" role="alert" tabindex="-1" data-focus>{}<div><b>{}</b><ul>{}</ul></div></div>',
        frame.icon("alert-triangle"),
        _("Please correct the following:"),
        mark_safe("".join(rows)),
    )


@register.simple_tag
def chart(kind: str, data: Mapping[str, Any], label: str, low: bool = False) -> SafeString:
    """A drawing with its numbers as a table beneath, for whoever cannot see it; `data` as in charts.js."""
    # an attribute, not a <script>: htmx drops those from fragments
    return format_html(
        '<figure class="chart{}" data-chart="{}" data-numbers="{}" aria-label="{}"><figcaption>{}</figcaption>'
        '<div class="canvas" role="img" aria-label="{}"></div>{}</figure>',
        " low" if low else "",
        kind,
        json.dumps(data, ensure_ascii=False, default=str, separators=(",", ":")),
        label,
        marks.chart_key(data),
        label,
        marks.chart_table(data, label),
    )
