from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.deals.models import Stage
from otdel.org.models import Person, Unit


class Template(models.Model):
    """What is asked for again and again, and of whom."""

    class Scope(models.TextChoices):
        OWN = "OWN", pgettext_lazy("template", "For me only")
        UNIT = "UNIT", pgettext_lazy("template", "For a department")
        COMPANY = "COMPANY", pgettext_lazy("template", "For everybody")

    class Assign(models.TextChoices):
        """Whom the task goes to, seen from whoever gives it or from the record it is about."""

        GIVER = "GIVER", pgettext_lazy("assignee", "Whoever gives it")
        HEAD = "HEAD", pgettext_lazy("assignee", "The head of whoever gives it")
        OWNER = "OWNER", pgettext_lazy("assignee", "Whoever answers for the record")
        OWNER_HEAD = "OWNER_HEAD", pgettext_lazy("assignee", "The head of whoever answers for the record")
        PERSON = "PERSON", pgettext_lazy("assignee", "A certain person")
        UNIT = "UNIT", pgettext_lazy("assignee", "Everyone in a department")

    class After(models.TextChoices):
        HOURS = "HOURS", _("working hours")
        DAYS = "DAYS", _("working days")

    name = models.CharField(max_length=120)
    scope = models.CharField(max_length=7, choices=Scope, default=Scope.OWN)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    title = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    checklist = ArrayField(models.CharField(max_length=250), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    priority = models.PositiveSmallIntegerField(default=2)
    due_after = models.PositiveSmallIntegerField(null=True, blank=True, help_text="in `due_in`, after it is given")
    due_in = models.CharField(max_length=5, choices=After, default=After.DAYS)
    assign = models.CharField(max_length=10, choices=Assign, default=Assign.GIVER)
    assignee = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    to_deep = models.BooleanField(default=False)
    # roles out of `Assign` who watch it
    watch = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    observers = ArrayField(models.BigIntegerField(), default=list, blank=True)
    needs_acceptance = models.BooleanField(default=False)
    proof = models.CharField(max_length=8, blank=True)
    most_moves = models.PositiveSmallIntegerField(null=True, blank=True)
    most_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(assign="PERSON") | ~Q(assignee=None), name="template_person"),
            models.CheckConstraint(condition=~Q(assign="UNIT") | ~Q(to_unit=None), name="template_unit"),
            models.CheckConstraint(condition=~Q(scope="UNIT") | ~Q(unit=None), name="template_scope_unit"),
        ]

    def __str__(self) -> str:
        return self.name


class Repeat(models.Model):
    """When tasks are given from a template without anybody pressing: by the clock, or so long after something."""

    class On(models.TextChoices):
        TIME = "TIME", pgettext_lazy("repeat", "By the calendar")
        STAGE = "STAGE", pgettext_lazy("repeat", "After a deal enters a stage")
        PAYMENT = "PAYMENT", pgettext_lazy("repeat", "After a payment")
        BIRTHDAY = "BIRTHDAY", pgettext_lazy("repeat", "Before or after a contact's birthday")

    class OffDays(models.TextChoices):
        """What becomes of a copy that falls on a day off."""

        SHIFT = "SHIFT", _("On the next working day")
        SKIP = "SKIP", _("Not at all")
        KEEP = "KEEP", _("On the day off")

    template = models.ForeignKey(Template, models.PROTECT, related_name="repeats")
    # in whose name, and with whose rights
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    on = models.CharField(max_length=8, choices=On, default=On.TIME)
    is_on = models.BooleanField(default=True)
    # by the calendar: RRULE of RFC 5545 without DTSTART, which is `starts_on`
    rule = models.CharField(max_length=250, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    at = models.TimeField(null=True, blank=True)
    off_days = models.CharField(max_length=5, choices=OffDays, default=OffDays.SHIFT)
    next_on = models.DateField(null=True, blank=True, help_text="the day of the rule, before any shift")
    next_at = models.DateTimeField(null=True, blank=True)
    # after something
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="+")
    after_days = models.SmallIntegerField(default=0, help_text="working days; before a birthday if negative")
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(on="STAGE") | ~Q(stage=None), name="repeat_stage"),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="repeat_next", condition=Q(is_on=True, deleted_at=None)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.on}"


class Occurrence(models.Model):
    """One time a repeat comes due. The key makes it come once, whoever runs and however often."""

    repeat = models.ForeignKey(Repeat, models.CASCADE, related_name="occurrences")
    key = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    # what it is about, by kind: {"deal": 5}
    about = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    tasks = models.PositiveSmallIntegerField(default=0)
    # why nothing was given: missed while nothing ran, or refused
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repeat", "key"], name="occurrence_once")]
        indexes = [models.Index(fields=["due_at"], name="occurrence_waits", condition=Q(made_at=None))]

    def __str__(self) -> str:
        return f"{self.repeat_id} {self.key}"
