from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.org.models import Person, Unit


class Rule(models.Model):
    """One sentence: when, if, then. It acts with the rights of its owner, and only on what the owner may see."""

    class When(models.TextChoices):
        DEAL_STAGE = "DEAL_STAGE", _("a deal enters a stage")
        DEAL_CREATED = "DEAL_CREATED", _("a deal is created")
        LEAD_CREATED = "LEAD_CREATED", _("a lead is created")
        CUSTOMER_CREATED = "CUSTOMER_CREATED", _("a customer is created")
        INVOICE_CREATED = "INVOICE_CREATED", _("an invoice is created")
        TASK_RETURNED = "TASK_RETURNED", _("a task is returned")
        DEAL_STANDS = "DEAL_STANDS", _("a deal has stood in its stage for so many days")
        DEAL_NO_STEP = "DEAL_NO_STEP", _("an open deal has had no next step for so many days")
        INVOICE_OVERDUE = "INVOICE_OVERDUE", _("an invoice is overdue by so many days")
        NO_CONTACT = "NO_CONTACT", _("there was no contact with a customer for so many days")
        LINE_RED = "LINE_RED", _("a line of the month's plan is red")

    class Then(models.TextChoices):
        TASK = "TASK", _("give a task")
        TEMPLATE = "TEMPLATE", _("give a task from a template")
        NOTICE = "NOTICE", _("notify somebody")
        TAG = "TAG", _("put a tag on the record")
        FIELD = "FIELD", _("set a field")
        STAGE = "STAGE", _("move the deal to a stage")
        HANDOVER = "HANDOVER", _("hand the record over to another person")
        WEBHOOK = "WEBHOOK", _("call a webhook")

    class Stop(models.TextChoices):
        BY_HAND = "BY_HAND", pgettext_lazy("rule", "Switched off")
        LIMIT = "LIMIT", pgettext_lazy("rule", "Stopped: too many firings in an hour")
        OWNER = "OWNER", pgettext_lazy("rule", "Stopped: its owner no longer works here")
        GONE = "GONE", pgettext_lazy("rule", "Stopped: its webhook address no longer exists")

    class Lines(models.TextChoices):
        PEOPLE = "PEOPLE", pgettext_lazy("lines of the plan", "of people")
        UNITS = "UNITS", pgettext_lazy("lines of the plan", "of departments")
        BOTH = "BOTH", pgettext_lazy("lines of the plan", "of people and of departments")

    name = models.CharField(max_length=120)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # records of people of this department and under it; empty: all the owner may see
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    when = models.CharField(max_length=16, choices=When)
    days = models.PositiveSmallIntegerField(default=0)
    # a number and not a foreign key: a stage may go, the rule then says so
    stage_id = models.BigIntegerField(null=True, blank=True)
    metric = models.CharField(max_length=20, blank=True)
    # whose lines of the plan
    lines = models.CharField(max_length=6, choices=Lines, default=Lines.PEOPLE)
    # the address of a list narrowed by its own filters
    conditions = models.TextField(blank=True)
    then = models.CharField(max_length=8, choices=Then)
    # what is done, by `then`: title, text, due, to, person, template, tag, field, value, stage, owner, host and sealed
    # address
    does = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    most_per_hour = models.PositiveSmallIntegerField(default=50)
    is_on = models.BooleanField(default=False)
    # what became so earlier does not fire it
    on_since = models.DateTimeField(null=True)
    stop = models.CharField(max_length=7, choices=Stop, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["when"], name="rule_on", condition=Q(is_on=True, deleted_at=None))]

    def __str__(self) -> str:
        return self.name


class Firing(models.Model):
    """One time a rule fired, or would have but for a guard. Its key makes it happen once."""

    class Outcome(models.TextChoices):
        DONE = "DONE", pgettext_lazy("firing", "Done")
        REFUSED = "REFUSED", pgettext_lazy("firing", "Refused")
        LOOP = "LOOP", pgettext_lazy("firing", "Not done: rules call each other")
        LIMIT = "LIMIT", pgettext_lazy("firing", "Not done: hourly limit")
        WAITING = "WAITING", pgettext_lazy("firing", "On its way")

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="firings")
    kind = models.CharField(max_length=12)
    record_id = models.BigIntegerField()
    name = models.CharField(max_length=250, blank=True)
    # the event, or the episode of the condition
    key = models.CharField(max_length=80)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=7, choices=Outcome)
    text = models.TextField(blank=True)
    made = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # the rules whose doing led here
    chain = models.JSONField(default=list)
    # of a webhook on its way: when it is called next; while it is being called, when that counts as lost
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "kind", "record_id", "key"], name="firing_once")]
        indexes = [
            models.Index(fields=["rule", "-at"], name="firing_log"),
            models.Index(fields=["next_at", "id"], name="firing_due", condition=Q(outcome="WAITING")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.rule_id} {self.kind}:{self.record_id}"


class Call(models.Model):
    """One attempt to call the webhook of a firing. Without an end, whoever called did not live to tell."""

    firing = models.ForeignKey(Firing, models.CASCADE, related_name="calls")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    taken = models.BooleanField(default=False)
    # what the other side answered, or why it was not reached
    said = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firing", "number"], name="call_numbered")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.firing_id}.{self.number}"
