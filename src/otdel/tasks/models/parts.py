from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from otdel.org.models import Person
from otdel.tasks.models.task import Task, people_array


class ChecklistItem(models.Model):
    task = models.ForeignKey(Task, models.CASCADE, related_name="checklist")
    text = models.CharField(max_length=250)
    assignee = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.text


class TaskComment(models.Model):
    task = models.ForeignKey(Task, models.CASCADE, related_name="comments")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    mentions = people_array()

    def __str__(self) -> str:
        return f"#{self.pk} {self.task_id}"


class TaskFile(models.Model):
    task = models.ForeignKey(Task, models.CASCADE, related_name="files")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    # where it lies among the files; a name nobody can guess, and nobody is told
    path = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name


class DeadlineMove(models.Model):
    task = models.ForeignKey(Task, models.CASCADE, related_name="moves")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)
    after = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"#{self.pk} {self.task_id}"


class Delegation(models.Model):
    """One step of a task from hand to hand."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="delegations")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = models.ForeignKey(Person, models.PROTECT, related_name="+")
    after = models.ForeignKey(Person, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"#{self.pk} {self.before_id} -> {self.after_id}"


class TimeSpent(models.Model):
    task = models.ForeignKey(Task, models.CASCADE, related_name="time")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=250, blank=True)

    def __str__(self) -> str:
        return f"#{self.pk} {self.minutes}"


class Dependency(models.Model):
    """`task` is not begun before `needs` is done."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="needs")
    needs = models.ForeignKey(Task, models.CASCADE, related_name="needed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "needs"], name="dependency_once"),
            models.CheckConstraint(condition=~Q(task=F("needs")), name="dependency_not_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} after {self.needs_id}"
