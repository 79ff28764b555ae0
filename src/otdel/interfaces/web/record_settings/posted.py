"""What forms of settings post, read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.interfaces.http import PersonRequest


def ticked(request: PersonRequest, name: str) -> bool:
    return request.POST.get(name) == "1"


def ordered(ids: list[int], moved: int, up: bool) -> list[int]:
    """Return the numbers with one a place higher or lower."""
    if moved not in ids:
        raise NotFound(_("There is no such entry."))
    at = ids.index(moved)
    to = max(at - 1, 0) if up else min(at + 1, len(ids) - 1)
    ids.insert(to, ids.pop(at))
    return ids
