from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from otdel.billing.models import Invoice
from otdel.core.models import Fold, Record, RecordQuerySet
from otdel.customers.models import Contact, Customer
from otdel.deals.models import Deal, Lead
from otdel.org.models import Person
from otdel.tasks.models.template import Template

OPEN = ("NEW", "SEEN", "WORK", "RETURNED")
KEPT = Q(deleted_at=None)
DOING = Q(state__in=(*OPEN, "DEFERRED"))
# a task that is still to bring something: a next step of what it is about
STEP = Q(state__in=(*OPEN, "DEFERRED", "REVIEW"))


def people_array() -> Any:
    return ArrayField(models.BigIntegerField(), default=list, blank=True)


class Named(models.Func):
    """Everyone named in a task."""

    output_field = ArrayField(models.BigIntegerField())

    def __init__(self) -> None:
        super().__init__(F("creator"), F("assignee"), F("participants"), F("observers"))

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        creator, assignee, participants, observers = (compiler.compile(each)[0] for each in self.source_expressions)
        return f"ARRAY[{creator}, {assignee}] || {participants} || {observers}", []


class Doers(models.Func):
    """Those the work is waited from: the assignee, and of a shared task every participant."""

    output_field = ArrayField(models.BigIntegerField())

    def __init__(self) -> None:
        super().__init__(F("assignee"), F("participants"), F("is_shared"))

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        assignee, participants, shared = (compiler.compile(each)[0] for each in self.source_expressions)
        return f"CASE WHEN {shared} THEN {assignee} || {participants} ELSE ARRAY[{assignee}] END", []


class Task(Record):
    """Something one person asked of another, or of themselves.

    Participants and observers are arrays of people's numbers: people are never deleted, every change lands in the
    history of fields, and one inverted index answers "whose is it" without a join.
    """

    class State(models.TextChoices):
        NEW = "NEW", pgettext_lazy("task", "New")
        SEEN = "SEEN", pgettext_lazy("task", "Seen")
        WORK = "WORK", pgettext_lazy("task", "In progress")
        REVIEW = "REVIEW", pgettext_lazy("task", "Waiting for acceptance")
        RETURNED = "RETURNED", pgettext_lazy("task", "Returned")
        DEFERRED = "DEFERRED", pgettext_lazy("task", "Deferred")
        DECLINED = "DECLINED", pgettext_lazy("task", "Declined")
        DONE = "DONE", pgettext_lazy("task", "Done")

    class Priority(models.IntegerChoices):
        LOW = 1, pgettext_lazy("priority", "Low")
        NORMAL = 2, pgettext_lazy("priority", "Normal")
        HIGH = 3, pgettext_lazy("priority", "High")

    class Grade(models.TextChoices):
        GOOD = "GOOD", pgettext_lazy("grade", "Good")
        BAD = "BAD", pgettext_lazy("grade", "Bad")
        NONE = "NONE", pgettext_lazy("grade", "Without a grade")

    class Proof(models.TextChoices):
        """What must be there before the task can be handed in."""

        NOTHING = "", pgettext_lazy("result", "Nothing in particular")
        TEXT = "TEXT", pgettext_lazy("result", "A written result")
        FILE = "FILE", pgettext_lazy("result", "A file")
        CALL = "CALL", pgettext_lazy("result", "A recorded call")
        MEETING = "MEETING", pgettext_lazy("result", "A recorded meeting")

    title = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    creator = models.ForeignKey(Person, models.PROTECT, related_name="+")
    assignee = models.ForeignKey(Person, models.PROTECT, related_name="+")
    participants = people_array()
    observers = people_array()
    # who was called in by @name and has not looked since
    mentioned = people_array()
    # one task over several people: whoever of them takes it becomes its assignee
    is_shared = models.BooleanField(default=False)
    is_private = models.BooleanField(default=False, help_text="only those named see it")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, blank=True, related_name="+")
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, blank=True, related_name="+")
    invoice = models.ForeignKey(Invoice, models.SET_NULL, null=True, blank=True, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="subtasks")
    # the first task of those given to several people in one action
    group = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    template = models.ForeignKey(Template, models.SET_NULL, null=True, blank=True, related_name="+")
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    deadline = models.DateTimeField(null=True, blank=True)
    has_time = models.BooleanField(default=False, help_text="otherwise the whole day counts")
    # what the work is judged by: a deadline moved after it had passed does not change it
    judged_by = models.DateTimeField(null=True, blank=True)
    first_deadline = models.DateTimeField(null=True, blank=True)
    most_moves = models.PositiveSmallIntegerField(null=True, blank=True)
    most_days = models.PositiveSmallIntegerField(null=True, blank=True)
    reason_needed = models.BooleanField(default=True)
    moved_times = models.PositiveSmallIntegerField(default=0)
    # between departments: until when whoever does it says yes or no, and in how many working hours after the work is
    # handed in whoever gave it says whether it will do
    answer_by = models.DateTimeField(null=True, blank=True)
    accept_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    accept_by = models.DateTimeField(null=True, blank=True)

    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    reason = models.TextField(blank=True, help_text="of being returned, deferred or declined")
    deferred_until = models.DateTimeField(null=True, blank=True)
    needs_acceptance = models.BooleanField(default=False)
    proof = models.CharField(max_length=8, choices=Proof, default=Proof.NOTHING, blank=True)
    result = models.TextField(blank=True)
    grade = models.CharField(max_length=4, choices=Grade, blank=True)
    grade_comment = models.TextField(blank=True)
    returned_times = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    named = models.GeneratedField(
        expression=Named(), output_field=ArrayField(models.BigIntegerField()), db_persist=True
    )
    doers = models.GeneratedField(
        expression=Doers(), output_field=ArrayField(models.BigIntegerField()), db_persist=True
    )
    search = models.GeneratedField(expression=Fold("title"), output_field=models.TextField(), db_persist=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="task_external", condition=~Q(external_id=None)),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="task_not_own_parent"),
        ]
        indexes = [
            # the counters: open work of a person, and what waits for whoever gave it
            GinIndex(fields=["doers"], name="task_doers", condition=KEPT & Q(state__in=(*OPEN, "DEFERRED"))),
            # a person's day in its order, and what others answer for that is shared with them
            models.Index(
                F("assignee"), F("deadline"), F("priority").desc(), F("id"), name="task_day", condition=KEPT & DOING
            ),
            GinIndex(fields=["participants"], name="task_shared", condition=KEPT & DOING & Q(is_shared=True)),
            models.Index(fields=["creator"], name="task_waits", condition=KEPT & Q(state__in=("REVIEW", "DECLINED"))),
            models.Index(fields=["creator", "id"], name="task_ungraded", condition=KEPT & Q(state="DONE", grade="")),
            GinIndex(fields=["named"], name="task_named", condition=KEPT),
            GinIndex(fields=["mentioned"], name="task_mentioned", condition=KEPT & ~Q(mentioned=[])),
            # answers between departments that are late
            models.Index(
                fields=["assignee", "answer_by"],
                name="task_answer",
                condition=KEPT & Q(state__in=("NEW", "SEEN")) & ~Q(answer_by=None),
            ),
            models.Index(
                fields=["creator", "accept_by"],
                name="task_word",
                condition=KEPT & Q(state="REVIEW") & ~Q(accept_by=None),
            ),
            # whether a deal or customer has a next step
            models.Index(fields=["deal"], name="task_step_deal", condition=KEPT & STEP & ~Q(deal=None)),
            models.Index(fields=["customer"], name="task_step_customer", condition=KEPT & STEP & ~Q(customer=None)),
            models.Index(fields=["deadline", "id"], name="task_deadline", condition=KEPT),
            models.Index(fields=["created_at", "id"], name="task_created", condition=KEPT),
            models.Index(fields=["assignee", "judged_by"], name="task_judged", condition=KEPT),
            models.Index(fields=["customer"], name="task_customer", condition=~Q(customer=None)),
            models.Index(fields=["deal"], name="task_deal", condition=~Q(deal=None)),
            models.Index(fields=["lead"], name="task_lead", condition=~Q(lead=None)),
            GinIndex(OpClass(F("search"), name="gin_trgm_ops"), name="task_search"),
        ]

    def __str__(self) -> str:
        return self.title
