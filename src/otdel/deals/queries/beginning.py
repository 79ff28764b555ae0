"""What a company that has just begun does not have yet."""

from __future__ import annotations

from otdel.core.few import few
from otdel.deals.models import Deal


def missing() -> set[str]:
    """The stages a company begins with are nobody's until there are deals on them."""
    return {"stages"} if few(Deal.objects.all()) else set()
