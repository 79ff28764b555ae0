"""The catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from otdel.billing.models import Product, ProductGroup
from otdel.billing.queries.naming import ProductsByName
from otdel.billing.rules import MOST_PRICE, WrongSum, check_size
from otdel.core.act import action
from otdel.core.actions import Entries, Pen
from otdel.core.custom import Incoming
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.core.imports import Ref, Result, Settings, Status, cut, fold, given
from otdel.org.access import require
from otdel.org.models import Person
from otdel.org.rules import Right


@dataclass(slots=True)
class ProductRow:
    number: int
    external_id: str | None = None
    name: str | None = None
    code: str | None = None
    group: tuple[str, ...] | None = None
    price: Decimal | None = None
    unit_cost: Decimal | None = None
    unit: str | None = None
    custom: Mapping[str, Any] | None = None
    note: str | None = None
    """Not kept: products have no note."""


@action
def import_products(*, by: Person, rows: Sequence[ProductRow], settings: Settings, now: datetime) -> Result:
    require(by, "product", Right.CREATE)
    result = Result()
    known = ProductsByName(text for row in rows for text in (row.external_id, row.code, row.name))
    pen = Pen(Product, now)
    own = Incoming("billing.product")
    groups = Entries(ProductGroup, _("Product groups"), settings.may_create("products"), result)
    for row in rows:
        with result.guard(row.number):
            product = _known(known, row, settings.key)
            values = _values(row, groups) | given(custom=own.merged(row.custom, product))
            if product is None:
                values.setdefault("name", row.code)
                product = pen.add(Product(created_at=now, **values))
                known.add(product)
                result.note(row.number, Status.CREATED)
            else:
                require(by, "product", Right.CHANGE)
                result.note(row.number, Status.UPDATED if pen.change(product, values) else Status.UNCHANGED)
    pen.write()
    return result


def _known(known: ProductsByName, row: ProductRow, key: str) -> Product | None:
    """By external id, else by code, else by name; a namesake with another id or code is another product."""
    if not (row.name or row.code):
        raise Invalid(_("The product has neither name nor code."))
    if row.external_id and (found := known.by_external(row.external_id)):
        return found
    if row.code and key != "name" and (found := known.by_code(row.code)):
        return None if row.external_id and found.external_id else found
    same = [product for product in known.by_name(row.name or "") if fold(product.name) == fold(row.name or "")]
    same = [product for product in same if not (_differ(product.external_id, row.external_id))]
    same = [product for product in same if not (_differ(product.code, row.code))]
    if len(same) > 1:
        raise Conflict(_("Several products are called “%(name)s”: name them by code.") % {"name": str(row.name)[:160]})
    return same[0] if same else None


def _differ(ours: str | None, theirs: str | None) -> bool:
    return bool(ours and theirs and ours != theirs)


def _values(row: ProductRow, groups: Entries) -> dict[str, Any]:
    if row.unit_cost is not None and not abs(row.unit_cost) < MOST_PRICE:
        raise WrongSum(_("The quantity or the price is too large."))
    return given(
        name=row.name and cut(row.name, 250, _("Name")),
        code=row.code and cut(row.code, 60, _("Code")),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
        group_id=groups.id_of(" / ".join(row.group)) if row.group else None,
        price=None if row.price is None else check_size(row.price),
        unit_cost=None if row.unit_cost is None else row.unit_cost.quantize(Decimal("0.0001")),
        unit_name=row.unit and cut(row.unit, 20, _("Unit of measure")),
    )


def ensure_products(
    *, by: Person, refs: Iterable[Ref | None], settings: Settings, result: Result, now: datetime
) -> ProductsByName:
    """Return the catalogue, having added what was asked for and is not in it, where that was allowed."""
    asked = [ref for ref in refs if ref]
    known = ProductsByName(text for ref in set(asked) for text in ref)
    if not settings.may_create("products"):
        return known
    pen = Pen(Product, now)
    for name, external in dict.fromkeys(asked):
        if _is_unknown(known, (name, external)):
            require(by, "product", Right.CREATE)
            made = pen.add(Product(name=name[:250], external_id=external[:120] or None, created_at=now))
            known.add(made)
            result.made["products"].add(made.name)
    pen.write()
    return known


def _is_unknown(known: ProductsByName, ref: Ref) -> bool:
    try:
        return known.find(ref) is None
    except Conflict:
        return False


def product_of(known: ProductsByName, ref: Ref | None) -> Product | None:
    """Raises NotFound for a product that is not in the catalogue."""
    if ref is None:
        return None
    found = known.find(ref)
    if found is None:
        raise NotFound(_("There is no product “%(name)s”.") % {"name": ref[0][:160]})
    return found
