from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from otdel.core.models import Fold, Named, Record, RecordQuerySet, SortKey
from otdel.customers.models import Channel, Contact, Customer, Region, Source
from otdel.org.models import Person, Unit


class Pipeline(Named):
    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="pipeline_name")]


class Stage(models.Model):
    class Outcome(models.TextChoices):
        OPEN = "OPEN", _("Open")
        WON = "WON", _("Won")
        LOST = "LOST", _("Lost")

    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="stages")
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=4, choices=Outcome, default=Outcome.OPEN)
    # chance of winning as people judge it, per cent; the forecast learns its own
    probability = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="stage_name_in_pipeline"),
            models.CheckConstraint(
                condition=Q(probability=None) | Q(probability__lte=100), name="stage_probability_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LossReason(Named):
    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="loss_reason_name")]


class Lead(Record):
    """Someone who may become a client; converts to customer, contact and deal."""

    class Status(models.TextChoices):
        NEW = "NEW", _("New")
        WORK = "WORK", _("In work")
        CONVERTED = "CONVERTED", _("Converted")
        REJECTED = "REJECTED", _("Rejected")

    title = models.CharField(max_length=250)
    status = models.CharField(max_length=9, choices=Status, default=Status.NEW)
    company_name = models.CharField(max_length=250, blank=True)
    person_name = models.CharField(max_length=160, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    email = models.CharField(max_length=254, blank=True)
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="leads")
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True, related_name="leads")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="leads")
    reject_reason = models.CharField(max_length=250, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    note = models.TextField(blank=True)
    search = models.GeneratedField(
        expression=Fold(
            models.Func(
                F("title"),
                F("company_name"),
                F("person_name"),
                F("phone"),
                F("email"),
                template="%(expressions)s",
                arg_joiner=" || ' ' || ",
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="lead_external", condition=~Q(external_id=None)),
            models.CheckConstraint(
                condition=Q(closed_at=None, status__in=["NEW", "WORK"])
                | Q(closed_at__isnull=False, status__in=["CONVERTED", "REJECTED"]),
                name="lead_closed_when_done",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="lead_new", condition=Q(deleted_at=None)),
            models.Index(fields=["owner", "-created_at"], name="lead_owner", condition=Q(deleted_at=None)),
            GinIndex(OpClass(F("search"), name="gin_trgm_ops"), name="lead_search"),
        ]

    def __str__(self) -> str:
        return self.title


class DealQuerySet(RecordQuerySet):
    def open(self) -> DealQuerySet:
        return self.filter(closed_on=None)

    def won(self) -> DealQuerySet:
        return self.filter(stage__outcome=Stage.Outcome.WON)


class Deal(Record):
    """What we are trying to sell to whom, and where it stands."""

    title = models.CharField(max_length=250)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="deals")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="deals")
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, blank=True, related_name="deals")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="deals")
    # the owner's department on the day the deal was closed; kept, so that a later move changes nothing
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals")
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True, blank=True)
    opened_on = models.DateField()
    expected_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    stage_since = models.DateTimeField()
    loss_reason = models.ForeignKey(LossReason, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    note = models.TextField(blank=True)
    search = models.GeneratedField(
        expression=Fold(
            models.Func(
                F("title"),
                Coalesce(F("external_id"), models.Value("")),
                template="%(expressions)s",
                arg_joiner=" || ' ' || ",
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="deal_external", condition=~Q(external_id=None)),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="deal_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="deal_new", condition=Q(deleted_at=None)),
            models.Index(fields=["owner", "-created_at", "-id"], name="deal_owner", condition=Q(deleted_at=None)),
            models.Index(
                F("amount").desc(nulls_last=True),
                F("id").desc(),
                name="deal_amount",
                condition=Q(deleted_at=None),
            ),
            models.Index(SortKey("title"), "id", name="deal_by_title", condition=Q(deleted_at=None)),
            models.Index(
                fields=["owner", "stage"],
                name="deal_open_by_owner",
                condition=Q(deleted_at=None, closed_on=None),
            ),
            models.Index(fields=["expected_on", "id"], name="deal_by_expected", condition=Q(deleted_at=None)),
            # what has stood for so many days today
            models.Index(fields=["stage_since"], name="deal_stands", condition=Q(deleted_at=None, closed_on=None)),
            models.Index(fields=["closed_on", "id"], name="deal_by_closed", condition=Q(deleted_at=None)),
            models.Index(fields=["closed_on", "owner"], name="deal_closed", condition=~Q(closed_on=None)),
            GinIndex(OpClass(F("search"), name="gin_trgm_ops"), name="deal_search"),
        ]

    def __str__(self) -> str:
        return self.title


class StageChange(models.Model):
    """One row per move: funnel, cycle time and process mining are computed from these."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="stage_changes")
    before = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["deal", "at"], name="stage_change_deal")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.deal_id}: {self.before_id} → {self.after_id}"
