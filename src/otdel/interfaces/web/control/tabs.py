"""The tabs of manual control: what a head goes between."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces.http import PersonRequest
from otdel.org import access
from otdel.org.rules import Right

PAGES = (
    (lazy("The day"), "control_days"),
    (lazy("Manual control"), "controls"),
    (lazy("Norms"), "control_norms"),
    (lazy("Rules"), "rules"),
)


def tabs(request: PersonRequest, now: str) -> list[tuple[Any, str, bool]]:
    """Heads have all of them; a manager under manual control only what concerns them."""
    heads = bool(access.unit_reach(request.user, "plan", Right.CHANGE).unit_ids) or bool(
        access.unit_reach(request.user, "plan", Right.CHANGE).everyone
    )
    return [(words, reverse(name), name == now) for words, name in PAGES if heads or name == "controls"]
