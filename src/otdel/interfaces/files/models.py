"""What was said about uploaded files: the conversation, never the business."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportSession(models.Model):
    """One file on its way in. Its number marks every row it writes, so that all of it can be taken back."""

    class Status(models.TextChoices):
        UPLOADED = "UPLOADED", _("Being set up")
        CHECKING = "CHECKING", _("Being checked")
        CHECKED = "CHECKED", _("Checked")
        RUNNING = "RUNNING", _("Being imported")
        DONE = "DONE", _("Imported")
        STOPPED = "STOPPED", _("Stopped")
        FAILED = "FAILED", _("Failed")
        UNDOING = "UNDOING", _("Being undone")
        UNDONE = "UNDONE", _("Undone")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=250)
    size = models.BigIntegerField()
    status = models.CharField(max_length=8, choices=Status, default=Status.UPLOADED)
    target = models.CharField(max_length=20, blank=True)
    reading: Any = models.JSONField(default=dict)  # sheet, encoding, delimiter, header
    columns: Any = models.JSONField(default=list)  # [{position, field, argument, order, decimal}]
    options: Any = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True)
    # rows consumed: written in the transaction of the batch, so that a killed worker loses and doubles nothing
    position = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    # rows looked at before the first is taken: a long file is walked through once to count and group it
    looked = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # where the file of refused rows ended when the last batch was committed
    refused_bytes = models.BigIntegerField(default=0)
    made: Any = models.JSONField(default=dict)
    reasons: Any = models.JSONField(default=list)
    checked: Any = models.JSONField(null=True)
    undo: Any = models.JSONField(null=True)
    problem = models.CharField(max_length=400, blank=True)
    # the worker that has it now: one that finds another's mark lays the work down
    runner = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="import_person"),
            models.Index(fields=["fingerprint"], name="import_fingerprint", condition=~models.Q(fingerprint="")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.file_name}"


class RememberedMapping(models.Model):
    """How files with these headers were understood last time."""

    fingerprint = models.CharField(max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    target = models.CharField(max_length=20)
    columns: Any = models.JSONField(default=list)
    options: Any = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fingerprint", "person"], name="mapping_once")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.target}"
