from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from otdel.core.models import Fold, Named, Record, RecordQuerySet, SortKey
from otdel.org.models import Person


class ClientSegment(Named):
    """A kind of client the company plans by: key accounts, dealers, retail."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="client_segment_name")]


class Region(Named):
    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="region_name")]


class Channel(Named):
    """How the sale is made: own sales force, dealers, online."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="channel_name")]


class Source(Named):
    """Where a client or lead came from: site, exhibition, recommendation."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="source_name")]


def _search_text(*fields: str) -> Fold:
    """One folded text of several fields, for one trigram index."""
    parts = [Coalesce(models.F(field), models.Value("")) for field in fields]
    joined = models.Func(*parts, template="%(expressions)s", arg_joiner=" || ' ' || ", output_field=models.TextField())
    return Fold(joined)


class Customer(Record):
    """A company or a person we sell to, assigned to one employee."""

    class Kind(models.TextChoices):
        COMPANY = "COMPANY", _("Company")
        PERSON = "PERSON", _("Person")

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.COMPANY)
    name = models.CharField(max_length=250)
    legal_name = models.CharField(max_length=250, blank=True)
    inn = models.CharField(max_length=12, blank=True)
    kpp = models.CharField(max_length=9, blank=True)
    ogrn = models.CharField(max_length=15, blank=True)
    bank_name = models.CharField(max_length=160, blank=True)
    bik = models.CharField(max_length=9, blank=True)
    account = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=400, blank=True)
    segment = models.ForeignKey(ClientSegment, models.PROTECT, null=True, blank=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="customers")
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    note = models.TextField(blank=True)
    search = models.GeneratedField(
        expression=_search_text("name", "legal_name", "inn", "external_id"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="customer_external", condition=~Q(external_id=None)),
        ]
        indexes = [
            models.Index(SortKey("name"), "id", name="customer_by_name", condition=Q(deleted_at=None)),
            models.Index(fields=["owner", "id"], name="customer_owner", condition=Q(deleted_at=None)),
            models.Index(fields=["-created_at", "-id"], name="customer_new", condition=Q(deleted_at=None)),
            models.Index(fields=["inn"], name="customer_inn", condition=~Q(inn="")),
            models.Index(Fold("name"), name="customer_fold_name"),
            GinIndex(OpClass(models.F("search"), name="gin_trgm_ops"), name="customer_search"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(Record):
    """A person at a customer."""

    last_name = models.CharField(max_length=80, blank=True)
    first_name = models.CharField(max_length=80, blank=True)
    middle_name = models.CharField(max_length=80, blank=True)
    position = models.CharField(max_length=160, blank=True)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True, related_name="contacts")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="contacts")
    birthday = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    name = models.GeneratedField(
        expression=models.Func(
            models.F("last_name"),
            models.Value(" "),
            models.F("first_name"),
            template="trim(%(expressions)s)",
            arg_joiner=" || ",
        ),
        output_field=models.CharField(max_length=161),
        db_persist=True,
    )
    search = models.GeneratedField(
        expression=_search_text("last_name", "first_name", "middle_name", "external_id"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(last_name="") | ~Q(first_name=""), name="contact_has_name"),
            models.UniqueConstraint(fields=["external_id"], name="contact_external", condition=~Q(external_id=None)),
        ]
        indexes = [
            models.Index(SortKey("name"), "id", name="contact_by_name", condition=Q(deleted_at=None)),
            models.Index(fields=["owner", "id"], name="contact_owner", condition=Q(deleted_at=None)),
            models.Index(Fold("name"), name="contact_fold_name"),
            GinIndex(OpClass(models.F("search"), name="gin_trgm_ops"), name="contact_search"),
        ]

    def __str__(self) -> str:
        return str(self.name)


class ContactPoint(models.Model):
    """A phone, an e-mail or a site of a customer or a contact."""

    class Kind(models.TextChoices):
        PHONE = "PHONE", _("Phone")
        EMAIL = "EMAIL", _("E-mail")
        SITE = "SITE", _("Site")

    kind = models.CharField(max_length=5, choices=Kind)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="points")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="points")
    # E.164 for phones, lower case for e-mails: the form duplicates are found by
    value = models.CharField(max_length=254)
    extension = models.CharField(max_length=12, blank=True)
    raw = models.CharField(max_length=254, blank=True)
    label = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(customer=None, contact__isnull=False) | Q(customer__isnull=False, contact=None),
                name="point_has_one_owner",
            ),
            models.UniqueConstraint(fields=["customer", "kind", "value", "extension"], name="point_once_customer"),
            models.UniqueConstraint(fields=["contact", "kind", "value", "extension"], name="point_once_contact"),
        ]
        indexes = [models.Index(fields=["value"], name="point_value")]

    def __str__(self) -> str:
        return self.value
