"""The list of activities."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otdel.activities import access
from otdel.activities.models import Activity
from otdel.core.listing import Asking, Bin, Choice, Column, Days, Flag, Kind, Listing, Reference, Search, Sort
from otdel.customers.listing import customer_column, customer_filter, of_customer
from otdel.deals import access as deals
from otdel.org.listing import owner_column, owner_filter, unit_filter

KINDS = Activity.Kind.choices
DIRECTIONS = Activity.Direction.choices


def _deal_name(deal_id: int, asking: Asking) -> str | None:
    name: str | None = deals.deals(asking.person).filter(pk=deal_id).values_list("title", flat=True).first()
    return name


def _lead_name(lead_id: int, asking: Asking) -> str | None:
    name: str | None = deals.leads(asking.person).filter(pk=lead_id).values_list("title", flat=True).first()
    return name


ACTIVITIES = Listing(
    key="activity",
    visible=access.visible_activities,
    order="-at",
    columns=(
        Column("subject", _("Subject"), Kind.LINK, also=("id",), phone="m1"),
        Column("kind", _("Kind"), Kind.CHOICE, choices=dict(Activity.Kind.choices), phone="m2"),
        Column("at", _("When"), Kind.MOMENT, sort=Sort("at", datetime, descending=True), phone="m4"),
        Column("is_done", _("Done"), Kind.FLAG),
        customer_column(phone="m3"),
        Column("deal", _("Deal"), Kind.LINK, "deal__title", also=("deal_id",)),
        Column("result", _("Result")),
        owner_column(phone="mw"),
        Column("direction", _("Direction"), Kind.CHOICE, choices=dict(Activity.Direction.choices), shown=False),
        Column("contact", _("Contact"), Kind.LINK, "contact__name", also=("contact_id",), shown=False),
        Column("lead", _("Lead"), Kind.LINK, "lead__title", also=("lead_id",), shown=False),
        Column("duration", _("Duration, s"), Kind.NUMBER, shown=False),
        Column("unit", _("Department"), source="unit__name", shown=False),
        Column("external", _("External number"), source="external_id", shown=False),
    ),
    filters=(
        Search("q", _("Search"), others=of_customer),
        Choice("kind", _("Kind"), path="kind", options=dict(Activity.Kind.choices), number=False),
        Flag(
            "state",
            _("State"),
            conditions={
                "planned": (_("Planned"), lambda asking: Q(is_done=False)),
                "late": (_("Planned, time has passed"), lambda asking: Q(is_done=False, at__lt=asking.now)),
                "done": (_("Done"), lambda asking: Q(is_done=True)),
            },
        ),
        owner_filter(),
        unit_filter(kept="unit_id"),
        Days("at", _("When"), path="at", moment=True),
        Choice("direction", _("Direction"), path="direction", options=dict(Activity.Direction.choices), number=False),
        customer_filter(),
        Reference("deal", _("Deal"), path="deal_id", name_of=_deal_name),
        Reference("lead", _("Lead"), path="lead_id", name_of=_lead_name),
        Bin(),
    ),
)
