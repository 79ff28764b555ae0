from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from otdel.org.models import Person, Unit


class Notice(models.Model):
    """What one person is told about one thing. Its key makes it be told once, whoever asks how often."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    # word and number instead of a foreign key: this room knows nothing of tasks and deals
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=250, blank=True)
    url = models.CharField(max_length=250, blank=True, help_text="a path of ours, such as /tasks/7/")
    params = models.JSONField(default=dict)
    at = models.DateTimeField()
    key = models.CharField(max_length=200, unique=True)
    # told in the absent one's list only: their substitute was told aloud
    is_silent = models.BooleanField(default=False)
    instead_of = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_list"),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["subject_kind", "subject_id", "person"], name="notice_subject"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} to {self.person_id}"


class Delivery(models.Model):
    """One notice on its way through one channel.

    WAITING → SENDING → SENT → OPENED; what is refused for good is REFUSED and goes on through the person's next
    channel; where there is none it is DEAD, and an administrator is shown it.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", pgettext_lazy("delivery", "Waiting")
        SENDING = "SENDING", pgettext_lazy("delivery", "Being sent")
        SENT = "SENT", pgettext_lazy("delivery", "Sent")
        OPENED = "OPENED", pgettext_lazy("delivery", "Opened")
        REFUSED = "REFUSED", pgettext_lazy("delivery", "Refused")
        DEAD = "DEAD", pgettext_lazy("delivery", "Undeliverable")
        FORGOTTEN = "FORGOTTEN", pgettext_lazy("delivery", "Cancelled")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=20)
    # what goes into one letter: a kind, or "digest"
    bunch = models.CharField(max_length=60)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    # the first delivery of the letter this one went with: kept between attempts, so that a second copy is recognised
    letter = models.BigIntegerField(null=True)
    # who holds it while SENDING, and until when nobody else may take it
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    # addresses it reached already, when a person has several of one channel
    reached = ArrayField(models.BigIntegerField(), default=list)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True, help_text="when the other side said so; many never do")
    opened_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="what the other side said last")
    # the channel that could not bring it, where this one was taken for that
    instead_of = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once")]
        indexes = [
            # the sweep looks at these two only: its cost does not grow with what was sent long ago
            models.Index(fields=["next_try_at", "id"], name="delivery_waiting", condition=Q(state="WAITING")),
            models.Index(
                fields=["person", "channel", "claimed_until"], name="delivery_sending", condition=Q(state="SENDING")
            ),
            models.Index(fields=["person", "channel", "bunch"], name="delivery_bunch", condition=Q(state="WAITING")),
            models.Index(fields=["-id"], name="delivery_dead", condition=Q(state="DEAD")),
            models.Index(fields=["person", "-id"], name="delivery_log"),
            models.Index(fields=["made_at"], name="delivery_made"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.channel} {self.state}"


class Address(models.Model):
    """Where a channel finds a person: a browser's push subscription, a messenger, a webhook.

    E-mail has none: it goes to the person's own address.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=20)
    title = models.CharField(max_length=120, blank=True)
    data = models.JSONField(default=dict)
    # what makes it the same address when it is given again, such as a push endpoint
    mark = models.CharField(max_length=64, blank=True)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    last_ok_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "channel", "mark"], name="address_once", condition=~Q(mark="")),
        ]
        indexes = [models.Index(fields=["person", "channel"], name="address_of", condition=Q(is_on=True))]

    def __str__(self) -> str:
        return f"#{self.pk} {self.channel} {self.title}"


class ChannelChoice(models.Model):
    """By which channels one person wants to be told of one kind of thing. Without a row, as the kind itself says."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    channels = ArrayField(models.CharField(max_length=20), default=list)
    in_digest = models.BooleanField(default=False, help_text="once a day, together")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="channel_choice_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class Quiet(models.Model):
    """When one person is left in peace: nothing but the list in the app until it is over."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    in_working_time_only = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts=None, ends=None) | (Q(starts__isnull=False) & Q(ends__isnull=False)),
                name="quiet_has_both_ends",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts}–{self.ends}"


class ReminderRule(models.Model):
    """When people are reminded by themselves.

    A rule of the company has no `base`. A head changes it for a department, a person for themselves: a row with that
    `base` and their own offset, or switched off.
    """

    class Trigger(models.TextChoices):
        BEFORE = "BEFORE", pgettext_lazy("reminder", "Before the deadline")
        HALF = "HALF", pgettext_lazy("reminder", "Half the time has passed")
        AT = "AT", pgettext_lazy("reminder", "At the deadline")
        AFTER = "AFTER", pgettext_lazy("reminder", "After the deadline")
        UNREAD = "UNREAD", pgettext_lazy("reminder", "Not opened since it was given")
        MORNING = "MORNING", pgettext_lazy("reminder", "When the working day starts")
        EVENING = "EVENING", pgettext_lazy("reminder", "Before the working day ends")

    class Measure(models.TextChoices):
        DAYS = "DAYS", pgettext_lazy("offset", "working days")
        MINUTES = "MINUTES", pgettext_lazy("offset", "working minutes")
        CLOCK = "CLOCK", pgettext_lazy("offset", "minutes by the clock")

    class Whom(models.TextChoices):
        SELF = "SELF", pgettext_lazy("reminder", "whoever does it")
        GIVER = "GIVER", pgettext_lazy("reminder", "whoever gave it")
        HEAD = "HEAD", pgettext_lazy("reminder", "the head")
        HEAD2 = "HEAD2", pgettext_lazy("reminder", "the head of the head")

    # what the program brings along has a code, so that it is brought once
    code = models.CharField(max_length=60, blank=True)
    base = models.ForeignKey("self", models.CASCADE, null=True, related_name="overrides")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    subject_kind = models.CharField(max_length=40)
    kind = models.CharField(max_length=60, help_text="of the notice that is made")
    trigger = models.CharField(max_length=8, choices=Trigger)
    whom = models.CharField(max_length=6, choices=Whom, default=Whom.SELF)
    amount = models.PositiveIntegerField(default=0)
    measure = models.CharField(max_length=8, choices=Measure, default=Measure.MINUTES)
    is_on = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="rule_code_once", condition=~Q(code="")),
            models.UniqueConstraint(
                fields=["base", "unit", "person"],
                name="rule_override_once",
                condition=~Q(base=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(base=None, unit=None, person=None)
                | (Q(base__isnull=False) & (Q(unit=None) ^ Q(person=None))),
                name="rule_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject_kind} {self.trigger} {self.amount} {self.measure}"


class Reminder(models.Model):
    """Something a person is to be told at an exact minute. Replaced in the transaction that changes its reason."""

    class State(models.TextChoices):
        PENDING = "PENDING", pgettext_lazy("reminder", "Pending")
        FIRED = "FIRED", pgettext_lazy("reminder", "Told")
        VAIN = "VAIN", pgettext_lazy("reminder", "Nobody to tell")
        # a later one of the same thing was due as well, and is told instead
        OVERTAKEN = "OVERTAKEN", pgettext_lazy("reminder", "Overtaken by a later one")

    # None: set by hand
    rule = models.ForeignKey(ReminderRule, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=250, blank=True)
    url = models.CharField(max_length=250, blank=True)
    params = models.JSONField(default=dict)
    # whose it is; who is told is found when it fires: heads change
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    giver = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    whom = models.CharField(max_length=6, choices=ReminderRule.Whom, default=ReminderRule.Whom.SELF)
    # what the minute was counted from: counted anew when a rule, calendar or hours change
    anchor_at = models.DateTimeField(null=True)
    has_time = models.BooleanField(default=True)
    started_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    fired_at = models.DateTimeField(null=True)
    # the notice that told of it, where several are told in one
    told_with = models.ForeignKey(Notice, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [
            # the sweep reads its head: flat however many lie in the future
            models.Index(fields=["due_at", "id"], name="reminder_pending", condition=Q(state="PENDING")),
            models.Index(fields=["subject_kind", "subject_id"], name="reminder_subject", condition=Q(state="PENDING")),
            models.Index(fields=["person", "due_at"], name="reminder_person", condition=Q(state="PENDING")),
            models.Index(fields=["rule"], name="reminder_rule", condition=Q(state="PENDING")),
            models.Index(fields=["fired_at"], name="reminder_fired", condition=~Q(state="PENDING")),
            models.Index(fields=["told_with"], name="reminder_told_with", condition=~Q(told_with=None)),
            models.Index(
                fields=["subject_kind", "subject_id"], name="reminder_told_once", condition=~Q(told_with=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state="PENDING") | Q(fired_at__isnull=False), name="reminder_told_when"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.due_at:%Y-%m-%d %H:%M} {self.state}"


class IncomingLetter(models.Model):
    """A letter that came in: each once, and why it was refused."""

    class Outcome(models.TextChoices):
        COMMENT = "COMMENT", pgettext_lazy("letter", "Became a comment")
        TASK = "TASK", pgettext_lazy("letter", "Became a task")
        REFUSED = "REFUSED", pgettext_lazy("letter", "Refused")

    message_id = models.CharField(max_length=250, unique=True)
    at = models.DateTimeField()
    sender = models.CharField(max_length=254, blank=True)
    topic = models.CharField(max_length=250, blank=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=7, choices=Outcome)
    reason = models.TextField(blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(F("id").desc(), name="incoming_latest")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.outcome} {self.sender}"
