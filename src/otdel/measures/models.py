from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.activities.models import Activity
from otdel.billing.models import Invoice
from otdel.customers.models import Customer
from otdel.deals.models import Deal, Pipeline
from otdel.org.models import Person, Role, Unit
from otdel.plans.models import Metric
from otdel.tasks.models import Task


class Norm(models.Model):
    """So many calls, meetings or proposals a working day, from a day on. The nearest department's norm holds."""

    class Kind(models.TextChoices):
        CALL = "CALL", _("Calls")
        MEETING = "MEETING", _("Meetings")
        PROPOSAL = "PROPOSAL", _("Proposals")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # empty: everybody in the department
    role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="+")
    # set: counted on deals of this pipeline only, for those who have open deals in it
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, null=True, blank=True, related_name="+")
    # 0 is Monday; empty: every working day
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "role", "pipeline", "weekday", "kind", "starts_on"],
                name="norm_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(weekday=None) | Q(weekday__lte=6), name="norm_weekday"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.amount}"


class ManualControl(models.Model):
    """The declared mode: for whom, because of which line, since when, until what, at most how long."""

    class Proposal(models.TextChoices):
        CRITERION = "CRITERION", _("The criterion holds")
        LIMIT = "LIMIT", _("The time has run out")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # empty: everybody in the department and under it
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    metric = models.CharField(max_length=20, choices=Metric)
    # the period of the line that failed, half-open; later ones of its kind follow it
    period = models.CharField(max_length=40)
    reason = models.CharField(max_length=400, blank=True)
    # where the line stood when the mode was declared
    plan = models.DecimalField(max_digits=17, decimal_places=2)
    expected = models.DecimalField(max_digits=17, decimal_places=2)
    fact = models.DecimalField(max_digits=17, decimal_places=2)
    since = models.DateField()
    # the last day
    until = models.DateField()
    exit_share = models.DecimalField(max_digits=4, decimal_places=3)
    exit_days = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    declared_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    proposal = models.CharField(max_length=9, choices=Proposal, blank=True)
    # days up to this one do not count towards the criterion: somebody decided to go on
    kept_on = models.DateField(null=True)
    # the first day without it
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    end_note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="control_not_empty"),
            models.CheckConstraint(condition=Q(exit_share__gt=0, exit_days__gte=1), name="control_has_criterion"),
            models.UniqueConstraint(
                fields=["unit", "person"], name="control_once", nulls_distinct=False, condition=Q(ended_on=None)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.unit_id}/{self.person_id or ''} {self.since}"


class ControlDay(models.Model):
    """Where the line stood at the end of a working day: what the criterion counts."""

    control = models.ForeignKey(ManualControl, models.CASCADE, related_name="days")
    day = models.DateField()
    fact = models.DecimalField(max_digits=17, decimal_places=2, null=True)
    expected = models.DecimalField(max_digits=17, decimal_places=2, null=True)
    # fact ÷ expected to date
    attainment = models.DecimalField(max_digits=9, decimal_places=4, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["control", "day"], name="control_day_once")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.day} {self.attainment}"


class DayPlan(models.Model):
    """One manager's day under manual control: a plan in the morning, a report in the evening."""

    class State(models.TextChoices):
        MADE = "MADE", pgettext_lazy("day plan", "Not confirmed")
        CONFIRMED = "CONFIRMED", pgettext_lazy("day plan", "Confirmed")
        REPORT = "REPORT", pgettext_lazy("day plan", "Report is ready")
        HANDED = "HANDED", pgettext_lazy("day plan", "Handed in")
        RETURNED = "RETURNED", pgettext_lazy("day plan", "Returned")
        ACCEPTED = "ACCEPTED", pgettext_lazy("day plan", "Accepted")

    class Grade(models.TextChoices):
        GOOD = "GOOD", pgettext_lazy("grade", "Good")
        BAD = "BAD", pgettext_lazy("grade", "Bad")
        NONE = "NONE", pgettext_lazy("grade", "Without a grade")

    control = models.ForeignKey(ManualControl, models.PROTECT, related_name="plans")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    day = models.DateField()
    state = models.CharField(max_length=9, choices=State, default=State.MADE)
    made_at = models.DateTimeField()
    # made for a day that had already ended: nobody was at work to make it in time
    is_late = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)
    grade = models.CharField(max_length=4, choices=Grade, blank=True)
    returned_times = models.PositiveSmallIntegerField(default=0)
    next_task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")
    # what the day brought, as it was when the report was accepted
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="day_plan_once")]
        indexes = [
            models.Index(fields=["day", "person"], name="day_plan_day"),
            models.Index(fields=["control", "day"], name="day_plan_control"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.person_id} {self.day}"


class DayNorm(models.Model):
    """How many calls, meetings or proposals the day asks for."""

    plan = models.ForeignKey(DayPlan, models.CASCADE, related_name="norms")
    kind = models.CharField(max_length=8, choices=Norm.Kind)
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, null=True, related_name="+")
    amount = models.PositiveSmallIntegerField()
    # as it was when the report was accepted
    done = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "kind", "pipeline"], name="day_norm_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.amount}"


class DayAction(models.Model):
    """One concrete thing of the day: with whom, why, for what money."""

    class Kind(models.TextChoices):
        MEETING = "MEETING", pgettext_lazy("day action", "Meeting")
        STEP = "STEP", pgettext_lazy("day action", "Next step")
        DEBT = "DEBT", pgettext_lazy("day action", "Debtor")
        DEAL = "DEAL", pgettext_lazy("day action", "Move the deal")
        CALL = "CALL", pgettext_lazy("day action", "Call")
        OTHER = "OTHER", pgettext_lazy("day action", "Other")

    plan = models.ForeignKey(DayPlan, models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=7, choices=Kind)
    position = models.PositiveSmallIntegerField(default=0)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, related_name="+")
    invoice = models.ForeignKey(Invoice, models.SET_NULL, null=True, related_name="+")
    activity = models.ForeignKey(Activity, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=250, blank=True)
    # numbers of the reason, said in each reader's language
    why = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    expected = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    # empty: put here by the morning itself
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    # the manager's word where the records say nothing
    claimed = models.BooleanField(default=False)
    note = models.CharField(max_length=400, blank=True)
    # by which record it was recognised as done, as it was when the report was accepted
    proof = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [models.Index(fields=["plan", "position"], name="day_action_plan")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"
