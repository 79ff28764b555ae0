"""The pages of the room of deals, as tabs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TABS = (
    (_("Deals"), "deals"),
    (_("By stage"), "kanban"),
    (_("Leads"), "leads"),
    (_("Activities"), "activities"),
)
