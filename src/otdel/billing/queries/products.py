"""The price list, and choosing from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.models import Product, ProductGroup
from otdel.core.errors import NotFound
from otdel.core.listing import Asking
from otdel.core.listing.filters import Option, fold
from otdel.core.models import SortKey
from otdel.org.access import scope
from otdel.org.models import Person
from otdel.org.rules import Right, Scope


def groups(asking: Asking) -> Iterator[Option]:
    rows = access.visible_groups(asking.person).order_by("-is_active", "position", SortKey("name"), "id")
    for pk, name in rows.values_list("id", "name"):
        yield str(pk), name


@dataclass(frozen=True)
class GroupRow:
    id: int
    name: str
    is_active: bool
    products: int


def product_groups(person: Person) -> list[GroupRow]:
    """Return the groups with how many products each holds. One query."""
    rows = access.visible_groups(person).order_by("-is_active", "position", SortKey("name"), "id")
    counted = rows.annotate(count=Count("products", filter=Q(products__deleted_at=None)))
    return [GroupRow(*row) for row in counted.values_list("id", "name", "is_active", "count")]


@dataclass(frozen=True)
class ProductCard:
    id: int
    name: str
    code: str
    group_id: int | None
    group: str
    unit_name: str
    price: Decimal | None
    unit_cost: Decimal | None
    is_active: bool
    external_id: str
    in_bin: bool
    can_change: bool
    can_delete: bool
    custom: Mapping[str, Any]

    @property
    def margin(self) -> Decimal | None:
        """Share of the price that is not cost."""
        if not self.price or self.unit_cost is None:
            return None
        return (self.price - self.unit_cost) / self.price


def product_card(person: Person, product_id: int, binned: bool = False) -> ProductCard:
    rows = access.visible_products(person, binned=binned).select_related("group")
    product: Product | None = rows.filter(pk=product_id).first()
    if product is None:
        raise NotFound(_("There is no such product, or you may not see it."))
    return ProductCard(
        id=product.pk,
        name=product.name,
        code=product.code,
        group_id=product.group_id,
        group=product.group.name if product.group else "",
        unit_name=product.unit_name,
        price=product.price,
        unit_cost=product.unit_cost,
        is_active=product.is_active,
        external_id=product.external_id or "",
        in_bin=product.deleted_at is not None,
        can_change=scope(person, "product", Right.CHANGE) > Scope.NONE,
        can_delete=scope(person, "product", Right.DELETE) > Scope.NONE,
        custom=product.custom,
    )


def find_products(person: Person, text: str, most: int = 20) -> list[tuple[int, str, str, Decimal | None]]:
    """Return products on sale by words of their name or code: (number, name, code, price). One query."""
    rows = access.visible_products(person).filter(is_active=True)
    for word in fold(text).split()[:6]:
        rows = rows.filter(search__contains=word)
    found = rows.order_by(SortKey("name"), "id").values_list("id", "name", "code", "price")
    return list(found[:most])


def product_choices(person: Person, most: int = 300) -> list[tuple[int, str, Decimal | None]]:
    """Return what a line can be chosen from: (number, name, price), in the order of names. One query."""
    rows = access.visible_products(person).filter(is_active=True).order_by(SortKey("name"), "id")
    return list(rows.values_list("id", "name", "price")[:most])


__all__ = [
    "GroupRow",
    "ProductCard",
    "ProductGroup",
    "find_products",
    "groups",
    "product_card",
    "product_choices",
    "product_groups",
]
