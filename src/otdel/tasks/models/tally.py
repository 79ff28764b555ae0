"""What waits for whom, kept ready: the counters cost the same at ten thousand open tasks and at a million.

Written by triggers (migrations/0004_tally.py) and by actions/tally.py, read by `otdel_waiting`; docs/adr/0009.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest

DEAL, CUSTOMER = 1, 2


class Tally(models.Model):
    """So many more, or fewer, wait for a person: sums are what counts, single rows mean nothing.

    Rows are only added beside a change, so that nobody waits for anybody; a job adds them up. No references: people
    are never deleted, and checking them would cost more than the rows.
    """

    person_id = models.BigIntegerField()
    # of private tasks: who among those named it is counted for; 0 for everybody whom the person is within reach of
    seen_by = models.BigIntegerField(db_default=0)
    # the deadline, and when a deferred task comes back; -infinity for what does not depend on the clock
    due = models.DateTimeField()
    since = models.DateTimeField()
    # sums of what no longer depends on the clock: nothing is left to add up
    is_settled = models.BooleanField(db_default=False)
    # overdue once `due` has passed, before that of its day
    dated = models.IntegerField(db_default=0)
    # wants attention once `due` has passed; what wants it anyway is in `hot`
    heats = models.IntegerField(db_default=0)
    hot = models.IntegerField(db_default=0)
    unopened = models.IntegerField(db_default=0)
    returned = models.IntegerField(db_default=0)
    accept = models.IntegerField(db_default=0)
    declined = models.IntegerField(db_default=0)
    ungraded = models.IntegerField(db_default=0)
    mentions = models.IntegerField(db_default=0)
    # without a next step
    deals = models.IntegerField(db_default=0)
    customers = models.IntegerField(db_default=0)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "seen_by", "due"], name="tally_person"),
            models.Index(fields=["seen_by", "due"], name="tally_day"),
            models.Index(Greatest("due", "since"), name="tally_ripe", condition=Q(is_settled=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.person_id}"


class Idle(models.Model):
    """A deal or customer without a next step, as it was counted last."""

    kind = models.SmallIntegerField()
    record_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["record_id", "kind"], name="idle_record")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class StepMark(models.Model):
    """A deal or customer whose next step may have come or gone: until the job comes by it is looked at afresh."""

    kind = models.SmallIntegerField()
    record_id = models.BigIntegerField()
    # whose number it concerns; 0 when that is not certain
    owner_id = models.BigIntegerField(db_default=0)

    class Meta:
        indexes = [models.Index(fields=["owner_id"], name="stepmark_owner")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
