"""Where a board is: its address is its whole state."""

from __future__ import annotations

from functools import cache

from django.urls import reverse

from otdel.plans.queries.board import BoardQuery


def board_url(query: BoardQuery, **changes: object) -> str:
    return f"{path_of('plan')}?{query.address(**changes)}"


@cache
def path_of(name: str) -> str:
    return reverse(name)
