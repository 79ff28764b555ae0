"""What pages remember about how people look at them. Nothing of the business."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class ListView(models.Model):
    """A list as one person saved it under a name; the one without a name keeps the columns they chose."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    listing = models.CharField(max_length=40)
    name = models.CharField(max_length=80, blank=True)
    query = models.TextField(blank=True)
    columns = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "listing", "name"], name="list_view_once"),
            models.CheckConstraint(condition=~Q(listing=""), name="list_view_of_a_list"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.listing} {self.name}"
