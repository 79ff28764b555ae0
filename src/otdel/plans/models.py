from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from otdel.billing.models import ProductGroup
from otdel.customers.models import Channel, ClientSegment, Region
from otdel.org.models import Person, Unit


class Metric(models.TextChoices):
    """What can be planned. How each is counted from the records is in metrics.py."""

    PAYMENTS = "payments", _("Payments received")
    SHIPMENTS = "shipments", _("Shipments")
    WON_AMOUNT = "won_amount", _("Won amount")
    MARGIN = "margin", _("Margin")
    DEALS_WON = "deals_won", _("Deals won")
    NEW_CLIENTS = "new_clients", _("New clients")
    ACTIVE_CLIENTS = "active_clients", _("Active clients")
    CALLS = "calls", _("Calls")
    MEETINGS = "meetings", _("Meetings")
    PROPOSALS = "proposals", _("Proposals")


class Plan(models.Model):
    """One version of a plan document: a metric, a department, a stretch of time."""

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        AGREED = "AGREED", _("Agreed")
        APPROVED = "APPROVED", _("Approved")
        REVISED = "REVISED", _("Replaced by a newer version")

    metric = models.CharField(max_length=20, choices=Metric)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="plans")
    # half-open
    starts_on = models.DateField()
    ends_on = models.DateField()
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    # the first version: what ties the versions of one plan together
    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="versions")
    reason = models.CharField(max_length=400, blank=True)
    # what the grid shows as the whole; every action that writes lines recounts it
    total = models.DecimalField(max_digits=17, decimal_places=2, default=0)
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    agreed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="plan_not_empty"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("author")),
                name="nobody_approves_their_own_plan",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="plan_approval_who_and_when",
            ),
            models.UniqueConstraint(fields=["root", "version"], name="plan_version_once"),
            # one living version of a plan at a time, and one being prepared
            models.UniqueConstraint(fields=["root"], name="plan_one_approved", condition=Q(status="APPROVED")),
            models.UniqueConstraint(
                fields=["root"], name="plan_one_prepared", condition=Q(status__in=["DRAFT", "AGREED"])
            ),
        ]
        indexes = [models.Index(fields=["unit", "metric", "starts_on"], name="plan_unit")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.metric} {self.starts_on} v{self.version}"


class PlanLine(models.Model):
    """The amount of a plan for one unit or person, segment and period."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="lines")
    metric = models.CharField(max_length=20, choices=Metric)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # empty: the department's own line
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    product_group = models.ForeignKey(ProductGroup, models.PROTECT, null=True, related_name="+")
    client_segment = models.ForeignKey(ClientSegment, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    is_new_client = models.BooleanField(null=True)
    # half-open
    starts_on = models.DateField()
    ends_on = models.DateField()
    amount = models.DecimalField(max_digits=17, decimal_places=2)
    # lines of the approved version: what the board reads
    is_effective = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="plan_line_not_empty"),
            models.UniqueConstraint(
                fields=[
                    "plan",
                    "unit",
                    "person",
                    "product_group",
                    "client_segment",
                    "region",
                    "channel",
                    "is_new_client",
                    "starts_on",
                    "ends_on",
                ],
                name="plan_line_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=[
                    "metric",
                    "unit",
                    "person",
                    "product_group",
                    "client_segment",
                    "region",
                    "channel",
                    "is_new_client",
                    "starts_on",
                    "ends_on",
                ],
                name="plan_line_effective_once",
                nulls_distinct=False,
                condition=Q(is_effective=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["metric", "starts_on", "ends_on", "unit"],
                name="plan_line_board",
                condition=Q(is_effective=True),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.starts_on}–{self.ends_on} {self.amount}"


class Source(models.TextChoices):
    """The records a day's facts are counted from; the metrics of one source are refilled together."""

    PAYMENTS = "payments", _("Payments")
    SHIPMENTS = "shipments", _("Shipments")
    DEALS = "deals", _("Deals")
    ACTIVITIES = "activities", _("Activities")
    CLIENTS = "clients", _("Clients")


class DailyFact(models.Model):
    """A finished day's fact, kept so that it need not be counted again. Thrown away and rewritten, never changed.

    Plain numbers instead of foreign keys, 0 for "none": a cache of what the records say needs no second check.
    """

    metric = models.CharField(max_length=20, choices=Metric)
    day = models.DateField()
    unit_id = models.BigIntegerField()
    amount = models.DecimalField(max_digits=17, decimal_places=2)

    class Meta:
        abstract = True


class FactUnitDay(DailyFact):
    """What a department's people brought in a day: curves and profiles read this."""

    class Meta:
        indexes = [
            models.Index(fields=["metric", "day", "unit_id"], include=["amount"], name="fact_unit_day"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.day} unit {self.unit_id} {self.amount}"


class FactDay(DailyFact):
    """What a person brought in a day: the rows of the board read this."""

    person_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["metric", "day", "unit_id"], include=["person_id", "amount"], name="fact_day"),
            models.Index(fields=["person_id", "metric", "day"], include=["unit_id", "amount"], name="fact_day_person"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.day} person {self.person_id} {self.amount}"


class FactCell(DailyFact):
    """The same cut by every segment at once: read only when a cut is asked for."""

    person_id = models.BigIntegerField()
    product_group_id = models.BigIntegerField()
    client_segment_id = models.BigIntegerField()
    region_id = models.BigIntegerField()
    channel_id = models.BigIntegerField()
    # 1 new, 0 regular, -1 nobody's: the record names no customer
    is_new = models.SmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["metric", "day", "unit_id"], name="fact_cell"),
            models.Index(fields=["person_id", "metric", "day"], name="fact_cell_person"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.day} person {self.person_id} {self.amount}"


class FactMonth(models.Model):
    """A month of finished days by one cut: a year of a thousand people is too many days to add up for every look.

    Not counted from the records but moved by what changes in the cells, in the statement that writes them.
    """

    # the number of the cut: 0 for the whole, then those of metrics.DIMENSIONS
    WHOLE = 0
    # in place of a person: the department's people together
    EVERYBODY = 0

    metric = models.CharField(max_length=20, choices=Metric)
    month = models.DateField()
    cut = models.SmallIntegerField()
    unit_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    segment_id = models.BigIntegerField()
    amount = models.DecimalField(max_digits=19, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "month", "cut", "unit_id", "person_id", "segment_id"],
                include=["amount"],
                name="fact_month",
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.month} person {self.person_id} {self.amount}"


class ChangedDay(models.Model):
    """A day whose kept facts are behind the records. Written by database triggers in the change's own transaction."""

    source = models.CharField(max_length=10, choices=Source)
    day = models.DateField()
    # the transaction that wrote it: one row per transaction and day is enough
    writer = models.BigIntegerField()
    # Transactions below this number may have missed the change; the day is refilled when they have ended.
    settles_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["source", "day", "writer"], name="changed_day")]

    def __str__(self) -> str:
        return f"{self.source} {self.day}"
