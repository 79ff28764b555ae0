"""The price list."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.models import Product, ProductGroup
from otdel.billing.rules import ProductValues, check_size
from otdel.core import custom, journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.org.access import require
from otdel.org.models import Person
from otdel.org.rules import Right


class NameTaken(Conflict):
    """There already is one with this name."""


@action
def create_group(*, by: Person, name: str, now: datetime) -> ProductGroup:
    require(by, "product", Right.CREATE)
    group = ProductGroup.objects.create(name=_free_group_name(name))
    journal.record("product_group.created", group, by=by, at=now)
    return group


@action
def change_group(*, by: Person, group_id: int, name: str, is_active: bool = True, now: datetime) -> ProductGroup:
    group = access.group_for_change(by, group_id)
    group.name = _free_group_name(name, besides=group.pk)
    group.is_active = is_active
    group.save()
    journal.record("product_group.changed", group, by=by, at=now)
    return group


def _free_group_name(name: str, besides: int = 0) -> str:
    name = name.strip()[:160]
    if not name:
        raise Invalid(_("Give the group a name."), field="name")
    if ProductGroup.objects.filter(name__iexact=name).exclude(pk=besides).exists():
        raise NameTaken(_("There is already a product group with this name."), field="name")
    return name


@action
def create_product(*, by: Person, values: ProductValues, now: datetime) -> Product:
    require(by, "product", Right.CREATE)
    product = Product(created_at=now)
    _write(product, by, values, now)
    journal.record("product.created", product, by=by, at=now)
    return product


@action
def change_product(*, by: Person, product_id: int, values: ProductValues, now: datetime) -> Product:
    """Lines already sold keep their prices: a price list says what will be asked, not what was."""
    product = access.product_for(by, Right.CHANGE, product_id)
    _write(product, by, values, now)
    journal.record("product.changed", product, by=by, at=now)
    return product


def _write(product: Product, by: Person, values: ProductValues, now: datetime) -> None:
    _check(by, values)
    for name, value in asdict(replace(values, custom=None)).items():
        if name != "custom":
            setattr(product, name, value.strip() if isinstance(value, str) else value)
    if values.custom is not None:
        product.custom = custom.check("billing.product", values.custom, product.custom if product.pk else None)
    product.updated_at = now
    product.save()


def _check(by: Person, values: ProductValues) -> None:
    if not values.name.strip():
        raise Invalid(_("Give the product a name."), field="name")
    for name in ("price", "unit_cost"):
        amount = getattr(values, name)
        if amount is not None:
            check_size(amount, name)
            if amount < 0:
                raise Invalid(_("A price cannot be negative."), field=name)
    if values.group_id and not access.visible_groups(by).filter(pk=values.group_id).exists():
        raise NotFound(_("There is no such product group."), field="group")


@action
def bin_product(*, by: Person, product_id: int, now: datetime) -> None:
    product = access.product_for(by, Right.DELETE, product_id)
    product.deleted_at = product.updated_at = now
    product.save()
    journal.record("product.binned", product, by=by, at=now)


@action
def restore_product(*, by: Person, product_id: int, now: datetime) -> None:
    product = access.product_for(by, Right.DELETE, product_id, binned=True)
    product.deleted_at, product.updated_at = None, now
    product.save()
    journal.record("product.restored", product, by=by, at=now)
