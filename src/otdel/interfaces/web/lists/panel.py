"""The form of all filters of a list. Its choices are read only when it is opened: a list must not carry them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from otdel.core.listing import (
    Amount,
    Bin,
    Choice,
    Custom,
    Days,
    Filter,
    Flag,
    Reference,
    Search,
    State,
    Tags,
)
from otdel.core.listing.filters import PRESETS

FEW = 10


@dataclass(frozen=True)
class Control:
    """A field of the form: `options` are (value, words, is chosen)."""

    kind: str  # text, select, checks, days, amount, check, keep
    name: str
    label: str
    value: str = ""
    value_to: str = ""
    options: tuple[tuple[str, str, bool], ...] = ()


def controls(state: State) -> list[Control]:
    """Return the form's fields with what they are set to."""
    return [_control(each, state) for each in state.listing.filters]


def _control(each: Filter, state: State) -> Control:
    value, label = state.values.get(each.key), str(each.label)
    match each:
        case Days():
            return _days(each, value, label)
        case Amount():
            least, most = value or (None, None)
            return Control("amount", each.key, label, _text(least), _text(most))
        case Choice():
            return _choice(each, state, label)
        case Flag():
            return _select(each.key, label, each.choices(state.asking), {value})
        case Custom(options=options) if options:
            return _select(each.key, label, each.choices(state.asking), {value})
        case Bin():
            return Control("check", each.key, label, "1" if value else "")
        case Reference():
            return Control("keep", each.key, label, _text(value))
        case Search() | Tags() | Custom():
            return Control("text", each.key, label, _text(value))
    # a filter of a room's own is set by that room's links; the form keeps it as it stands
    written = dict(each.write(value)) if value is not None else {}
    return Control("keep", each.key, label, _text(written.get(each.key)))


def _text(value: Any) -> str:
    return "" if value is None else f"{value:f}" if hasattr(value, "as_tuple") else str(value)


def _select(name: str, label: str, options: list[tuple[str, str]], chosen: set[Any]) -> Control:
    rows = tuple((code, words, code in chosen) for code, words in options)
    return Control("select", name, label, options=(("", _("any"), not any(on for *_rest, on in rows)), *rows))


def _choice(each: Choice, state: State, label: str) -> Control:
    chosen = {str(value) for value in state.values.get(each.key, ())}
    options = each.choices(state.asking)
    if each.key == "owner":
        options = [("me", _("me")), *options]
    if len(options) <= FEW:
        return Control(
            "checks", each.key, label, options=tuple((code, words, code in chosen) for code, words in options)
        )
    return _select(each.key, label, options, chosen)


def _days(each: Days, value: Any, label: str) -> Control:
    preset = value.preset if value else ""
    options = [(code, str(words)) for code, (words, _kind, _step) in PRESETS.items()]
    if each.nullable:
        options.append(("none", _("not given")))
    if preset and preset not in dict(options):
        options.append((preset, preset))
    rows = tuple((code, words, code == preset) for code, words in options)
    exact = value is not None and not preset
    return Control(
        "days",
        each.key,
        label,
        str(value.first or "") if exact else "",
        str(value.last or "") if exact else "",
        (("", _("any day"), not preset), *rows),
    )
