"""What the conversation with programs remembers. Nothing of the business."""

from __future__ import annotations

from django.db import models


class SavedAnswer(models.Model):
    """What was answered to a request with an Idempotency-Key: asked again, it is answered again, and done once."""

    key = models.ForeignKey("org.ApiKey", models.CASCADE, related_name="+")
    mark = models.CharField(max_length=200)
    request = models.CharField(max_length=64, help_text="digest of the address and the body")
    answer = models.JSONField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "mark"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.mark}"
