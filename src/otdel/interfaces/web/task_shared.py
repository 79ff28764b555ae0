"""What every page of tasks shares: the tabs, the colours of states, the way back."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces.http import PersonRequest

TABS = (
    (lazy("Tasks"), "tasks"),
    (lazy("By deadline"), "task_board"),
    (lazy("By person"), "task_team"),
)
TONES = {"NEW": "accent", "REVIEW": "over", "RETURNED": "under", "DONE": "done", "DECLINED": "under"}


def local_address(request: PersonRequest, target: str) -> str:
    return target if target.startswith("/") and url_has_allowed_host_and_scheme(target, {request.get_host()}) else ""


def tabs(now: str) -> list[tuple[Any, str, bool]]:
    return [(words, reverse(name), name == now) for words, name in TABS]
