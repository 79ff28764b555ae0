from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.core.models import Fold, Record, RecordQuerySet
from otdel.customers.models import Contact, Customer
from otdel.deals.models import Deal, Lead
from otdel.org.models import Person, Unit


class Activity(Record):
    """A call, meeting, e-mail, proposal or note; planned until done."""

    class Kind(models.TextChoices):
        CALL = "CALL", pgettext_lazy("activity", "Call")
        MEETING = "MEETING", _("Meeting")
        EMAIL = "EMAIL", pgettext_lazy("activity", "E-mail")
        PROPOSAL = "PROPOSAL", _("Proposal")
        NOTE = "NOTE", pgettext_lazy("activity", "Note")

    class Direction(models.TextChoices):
        OUT = "OUT", _("Outgoing")
        IN = "IN", _("Incoming")

    kind = models.CharField(max_length=8, choices=Kind)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.OUT)
    at = models.DateTimeField()
    # the company's local day of `at`: what facts and reports count by
    day = models.DateField()
    is_done = models.BooleanField(default=True)
    duration = models.PositiveIntegerField(null=True, blank=True, help_text="seconds")
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    result = models.CharField(max_length=250, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="activities")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="activities")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="activities")
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, blank=True, related_name="activities")
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, blank=True, related_name="activities")

    search = models.GeneratedField(
        expression=Fold(
            models.Func(
                models.F("subject"),
                models.F("result"),
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
            models.UniqueConstraint(fields=["external_id"], name="activity_external", condition=~Q(external_id=None)),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="activity_new", condition=Q(deleted_at=None)),
            models.Index(fields=["owner", "-at", "-id"], name="activity_owner", condition=Q(deleted_at=None)),
            models.Index(fields=["customer", "-at"], name="activity_customer", condition=~Q(customer=None)),
            models.Index(fields=["deal", "-at"], name="activity_deal", condition=~Q(deal=None)),
            models.Index(fields=["day", "kind"], name="activity_day", condition=Q(deleted_at=None, is_done=True)),
            models.Index(fields=["owner", "at"], name="activity_planned", condition=Q(deleted_at=None, is_done=False)),
            GinIndex(OpClass(models.F("search"), name="gin_trgm_ops"), name="activity_search"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"
