"""What a plan is of and what it is cut by, in words: the same on the board and in its documents."""

from __future__ import annotations

from django.utils.translation import gettext as _

from otdel.plans.queries import documents

COUNTS = {"deals_won", "new_clients", "active_clients", "calls", "meetings", "proposals"}
"""What is counted in pieces, not in money."""
LONGEST_MONTH = 45
"""Days of a longer stretch are too many to be named on an axis: its months are."""


def metric_label(metric: str) -> str:
    return str(dict(documents.METRICS)[metric])


def cuts() -> dict[str, str]:
    return {
        "": _("All segments"),
        "product_group": _("By product group"),
        "client_segment": _("By client segment"),
        "region": _("By region"),
        "channel": _("By channel"),
        "new": _("New and regular"),
    }
