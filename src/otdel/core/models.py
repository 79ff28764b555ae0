from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Fold(models.Func):
    """Text as search sees it: lower case, ё as е. Immutable, so it can be indexed."""

    function = "otdel_fold"
    output_field = models.TextField()


class SortKey(models.Func):
    """Text as a Russian dictionary orders it, on any server's collation. Immutable."""

    function = "otdel_sort"
    output_field = models.TextField()


class Event(models.Model):
    """One thing that happened. Append-only: history, audit and process mining read it."""

    kind = models.CharField(max_length=60)
    # Text and number instead of a generic foreign key: an event must outlive its subject.
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="event_subject"),
            models.Index(fields=["kind", "at"], name="event_kind_at"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.subject_type}:{self.subject_id}"


class FieldChange(models.Model):
    """One written row: what each field was and became. Filled by a database trigger, so bulk writes count too."""

    class Operation(models.TextChoices):
        INSERT = "I", _("Created")
        UPDATE = "U", _("Changed")
        DELETE = "D", _("Deleted")

    operation = models.CharField(max_length=1, choices=Operation)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()
    # A number, not a foreign key: the trigger must never fail, and history outlives people's rows.
    by_id = models.BigIntegerField(null=True)
    batch = models.BigIntegerField(null=True)
    # the rule of automation whose doing it was; `by_id` is whose rights it had
    rule_id = models.BigIntegerField(null=True)
    diff = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="fieldchange_subject"),
            models.Index(fields=["batch", "id"], name="fieldchange_batch", condition=~models.Q(batch=None)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.operation} {self.subject_type}:{self.subject_id}"


class CustomField(models.Model):
    """A field the company added to one kind of record; values live in the record's `custom`."""

    class Type(models.TextChoices):
        TEXT = "TEXT", _("Text")
        NUMBER = "NUMBER", _("Number")
        DATE = "DATE", _("Date")
        FLAG = "FLAG", _("Yes or no")
        CHOICE = "CHOICE", _("Choice")

    record = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    type = models.CharField(max_length=8, choices=Type, default=Type.TEXT)
    options = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    is_required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "key"], name="custom_field_key")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.record}.{self.key}"


class RequiredField(models.Model):
    """A field of our own that the company wants filled in on every card of a kind of record."""

    record = models.CharField(max_length=40)
    field = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "field"], name="required_field_once")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.record}.{self.field}"


class Heartbeat(models.Model):
    """When a background process was last alive."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    note = models.JSONField(default=dict, help_text="what is wrong since, or how the last round went")

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


class RecordQuerySet(models.QuerySet[Any]):
    def kept(self) -> RecordQuerySet:
        """Leave out what was put in the bin."""
        return self.filter(deleted_at=None)


class Record(models.Model):
    """What every business record has. Deleting is putting it in the bin; it can be restored."""

    external_id = models.CharField(max_length=120, null=True, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Named(models.Model):
    """An entry of a short list the company keeps: a segment, a region, a source."""

    name = models.CharField(max_length=160)
    external_id = models.CharField(max_length=120, null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
