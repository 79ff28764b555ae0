from __future__ import annotations

from datetime import date, time
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from otdel.core.models import Fold, SortKey


class DateRange(Func):
    function = "daterange"


class Company(models.Model):
    """The one organisation of this installation and what it decided once for everybody."""

    class Purchase(models.TextChoices):
        """What makes somebody a client: new and active clients are counted by it."""

        PAYMENTS = "payments", _("A payment received")
        SHIPMENTS = "shipments", _("A shipment made")
        DEALS = "deals", _("A deal won")

    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3, default="RUB")
    country = models.CharField(max_length=2, default="RU", help_text="production calendar")
    time_zone = models.CharField(max_length=60, default="Europe/Moscow")
    language = models.CharField(max_length=8, default="ru")
    tolerance = models.DecimalField(max_digits=4, decimal_places=3, default="0.200")
    active_days = models.PositiveSmallIntegerField(default=90)
    new_client_days = models.PositiveSmallIntegerField(default=90)
    purchase = models.CharField(max_length=9, choices=Purchase, default=Purchase.PAYMENTS)
    work_starts = models.TimeField(default=time(9))
    work_ends = models.TimeField(default=time(18))
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_company"),
            models.CheckConstraint(condition=Q(tolerance__gt=0), name="tolerance_positive"),
            models.CheckConstraint(condition=Q(work_starts__lt=F("work_ends")), name="company_hours_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A day this company works, or does not, against the production calendar."""

    day = models.DateField(unique=True)
    is_working = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.day} {'+' if self.is_working else '-'}"


class Role(models.Model):
    """What a person may do, by kind of object: {"deal": {"view": "subtree", "change": "own", …}, …}."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    rights = models.JSONField(default=dict)
    is_preset = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Somebody who works, or worked, here. Never deleted: their clients and facts stay under their name."""

    email = models.EmailField(max_length=254, unique=True, null=True, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    first_name = models.CharField(max_length=80)
    middle_name = models.CharField(max_length=80, blank=True)
    position = models.CharField(max_length=160, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    role = models.ForeignKey(Role, models.PROTECT, related_name="people")
    language = models.CharField(max_length=8, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    # own hours of a working day; without them the company's
    work_starts = models.TimeField(null=True, blank=True)
    work_ends = models.TimeField(null=True, blank=True)
    employed_from = models.DateField(null=True, blank=True)
    # half-open: the first day they no longer work here
    employed_to = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True, help_text="may sign in")
    external_id = models.CharField(max_length=120, null=True, blank=True)
    created_at = models.DateTimeField()
    name = models.GeneratedField(
        expression=Func(
            F("last_name"),
            models.Value(" "),
            F("first_name"),
            template="trim(%(expressions)s)",
            arg_joiner=" || ",
        ),
        output_field=models.CharField(max_length=161),
        db_persist=True,
    )

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(employed_to=None) | Q(employed_from=None) | Q(employed_from__lt=F("employed_to")),
                name="employment_not_empty",
            ),
            models.CheckConstraint(condition=Q(email=None) | Q(email=Lower("email")), name="email_lower"),
            models.CheckConstraint(
                condition=Q(work_starts=None, work_ends=None) | Q(work_starts__lt=F("work_ends")),
                name="person_hours_not_empty",
            ),
            models.UniqueConstraint(fields=["external_id"], name="person_external", condition=~Q(external_id=None)),
        ]
        indexes = [
            models.Index(SortKey("name"), "id", name="person_by_name"),
            models.Index(Fold("name"), name="person_fold_name"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def short_name(self) -> str:
        """Соколова А. — the form lists use."""
        return f"{self.last_name} {self.first_name[:1]}." if self.last_name and self.first_name else str(self.name)

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper()

    def get_full_name(self) -> str:
        return str(self.name)

    def get_short_name(self) -> str:
        return self.first_name


class Unit(models.Model):
    """A department. The one without a parent is the company."""

    name = models.CharField(max_length=160)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    head = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="headed_units")
    position = models.PositiveSmallIntegerField(default=0)
    external_id = models.CharField(max_length=120, null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="unit_name_in_parent", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="unit_not_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Succession(models.Model):
    """Who heads a department from a day on: settled when its head was given a last day that is still to come."""

    unit = models.OneToOneField(Unit, models.CASCADE, related_name="succession")
    leaving = models.ForeignKey(Person, models.CASCADE, related_name="+")
    head = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    starts_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.unit_id} {self.starts_on} {self.head_id}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def on(self, day: date) -> MembershipQuerySet:
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


class Membership(models.Model):
    """Who belonged to which department from when until when, half-open. A move keeps the past where it was."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on__lt=F("ends_on")), name="membership_not_empty"
            ),
            ExclusionConstraint(
                name="one_department_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["unit", "starts_on"], name="membership_unit")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.unit_id} {self.starts_on}–{self.ends_on or ''}"


class Invitation(models.Model):
    """A letter that lets one person set their first password."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="invitations")
    # only the hash: whoever reads the table cannot use the link
    key_hash = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"#{self.pk} {self.person_id}"


class Absence(models.Model):
    """Days a person is away, half-open, and who answers meanwhile."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="the first day back")
    substitute = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="absence_not_empty"),
            models.CheckConstraint(
                condition=Q(substitute=None) | ~Q(substitute=F("person")), name="absence_other_substitute"
            ),
            ExclusionConstraint(
                name="one_absence_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], name="absence_until")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_on}–{self.ends_on}"


class ApiKey(models.Model):
    """What a program shows instead of its person's password. Only a digest of it is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    mark = models.CharField(max_length=8, help_text="its last characters, to tell one from another")
    may_write = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    ends_on = models.DateField(null=True, blank=True, help_text="the first day it does not open anything")
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="api_key_named"),
        ]
        indexes = [models.Index(fields=["person"], condition=Q(revoked_at=None), name="api_key_open")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.name}"
