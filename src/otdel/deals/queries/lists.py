"""The lists of deals and leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otdel.core.listing import (
    Amount,
    Asking,
    Bin,
    Choice,
    Column,
    Days,
    Flag,
    Kind,
    Listing,
    Search,
    Sort,
    Tags,
)
from otdel.core.listing.filters import Option
from otdel.customers import queries as customers
from otdel.customers.listing import customer_column, customer_filter, of_customer
from otdel.deals import access
from otdel.deals.models import Lead, LossReason, Pipeline, Stage
from otdel.org.listing import owner_column, owner_filter, unit_filter


def stages(asking: Asking) -> Iterator[Option]:
    rows = Stage.objects.order_by("pipeline__position", "pipeline_id", "position", "id")
    several = Pipeline.objects.count() > 1
    for pk, name, pipeline in rows.values_list("id", "name", "pipeline__name"):
        yield str(pk), f"{pipeline} · {name}" if several else name


def pipelines(asking: Asking) -> Iterator[Option]:
    for pk, name in Pipeline.objects.order_by("position", "id").values_list("id", "name"):
        yield str(pk), name


def loss_reasons(asking: Asking) -> Iterator[Option]:
    for pk, name in LossReason.objects.order_by("position", "name", "id").values_list("id", "name"):
        yield str(pk), name


DEALS = Listing(
    key="deal",
    visible=access.deals,
    order="-created",
    columns=(
        Column("title", _("Deal"), Kind.LINK, also=("id",), sort=Sort.text("title"), phone="m1"),
        customer_column(phone="m3"),
        Column("stage", _("Stage"), Kind.CHOICE, "stage__name", also=("stage__outcome",), phone="m4"),
        Column(
            "amount",
            _("Amount"),
            Kind.MONEY,
            sort=Sort("amount", Decimal, nullable=True, descending=True, falling_nulls_last=True),
            phone="m2",
        ),
        owner_column(phone="mw"),
        Column("expected", _("Expected on"), Kind.DATE, "expected_on", sort=Sort("expected_on", date, nullable=True)),
        Column(
            "closed",
            _("Closed on"),
            Kind.DATE,
            "closed_on",
            sort=Sort("closed_on", date, nullable=True, descending=True),
            shown=False,
        ),
        Column("created", _("Created"), Kind.MOMENT, "created_at", sort=Sort("created_at", datetime, descending=True)),
        Column("opened", _("Opened on"), Kind.DATE, "opened_on", shown=False),
        Column("pipeline", _("Pipeline"), Kind.TEXT, "stage__pipeline__name", shown=False),
        Column("contact", _("Contact"), Kind.LINK, "contact__name", also=("contact_id",), shown=False),
        Column("loss_reason", _("Loss reason"), Kind.TEXT, "loss_reason__name", shown=False),
        Column("source", _("Source"), Kind.TEXT, "source__name", shown=False),
        Column("channel", _("Channel"), Kind.TEXT, "channel__name", shown=False),
        Column("region", _("Region"), Kind.TEXT, "region__name", shown=False),
        Column("tags", _("Tags"), Kind.TAGS, shown=False),
        Column("external", _("External number"), Kind.TEXT, "external_id", shown=False),
    ),
    filters=(
        Search("q", _("Search"), others=of_customer),
        Flag(
            "state",
            _("State"),
            conditions={
                "open": (_("Open"), lambda asking: Q(closed_on=None)),
                "won": (_("Won"), lambda asking: Q(closed_on__isnull=False, stage__outcome=Stage.Outcome.WON)),
                "lost": (_("Lost"), lambda asking: Q(closed_on__isnull=False, stage__outcome=Stage.Outcome.LOST)),
                "late": (
                    _("Open, date has passed"),
                    lambda asking: Q(closed_on=None, expected_on__lt=asking.today),
                ),
            },
        ),
        owner_filter(),
        unit_filter(kept="unit_id"),
        Choice("pipeline", _("Pipeline"), path="stage__pipeline_id", options=pipelines),
        Choice("stage", _("Stage"), path="stage_id", options=stages),
        Amount("amount", _("Amount"), path="amount"),
        Days("expected", _("Expected on"), path="expected_on", nullable=True),
        Days("closed", _("Closed on"), path="closed_on"),
        Days("created", _("Created"), path="created_at", moment=True),
        Choice("source", _("Source"), path="source_id", options=customers.sources),
        Choice("channel", _("Channel"), path="channel_id", options=customers.channels),
        Choice("region", _("Region"), path="region_id", options=customers.regions),
        Choice("reason", _("Loss reason"), path="loss_reason_id", options=loss_reasons),
        customer_filter(),
        Tags("tag", _("Tag")),
        Bin(),
    ),
)

LEADS = Listing(
    key="lead",
    visible=access.leads,
    order="-created",
    columns=(
        Column("title", _("Lead"), Kind.LINK, also=("id",), phone="m1"),
        Column("company", _("Company"), Kind.TEXT, "company_name", phone="m3"),
        Column("person", _("Person"), Kind.TEXT, "person_name"),
        Column("phone", _("Phone"), Kind.PHONE, phone="mw"),
        Column("email", _("E-mail"), Kind.TEXT, shown=False),
        Column("status", _("Status"), Kind.CHOICE, choices=dict(Lead.Status.choices), phone="m2"),
        Column("amount", _("Amount"), Kind.MONEY, phone="m4"),
        owner_column(),
        Column("source", _("Source"), Kind.TEXT, "source__name"),
        Column("created", _("Created"), Kind.MOMENT, "created_at", sort=Sort("created_at", datetime, descending=True)),
        Column("closed", _("Closed"), Kind.MOMENT, "closed_at", shown=False),
        Column("channel", _("Channel"), Kind.TEXT, "channel__name", shown=False),
        Column("region", _("Region"), Kind.TEXT, "region__name", shown=False),
        Column("reject_reason", _("Reason for rejection"), Kind.TEXT, shown=False),
        customer_column(shown=False),
        Column("tags", _("Tags"), Kind.TAGS, shown=False),
        Column("external", _("External number"), Kind.TEXT, "external_id", shown=False),
    ),
    filters=(
        Search("q", _("Search")),
        Choice("status", _("Status"), path="status", options=dict(Lead.Status.choices), number=False),
        owner_filter(),
        unit_filter(),
        Days("created", _("Created"), path="created_at", moment=True),
        Choice("source", _("Source"), path="source_id", options=customers.sources),
        Choice("channel", _("Channel"), path="channel_id", options=customers.channels),
        Choice("region", _("Region"), path="region_id", options=customers.regions),
        Amount("amount", _("Amount"), path="amount"),
        customer_filter(),
        Tags("tag", _("Tag")),
        Bin(),
    ),
)
