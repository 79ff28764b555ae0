"""What a company that has just begun does not have yet."""

from __future__ import annotations

from otdel.billing.models import Product
from otdel.core.few import few


def missing() -> set[str]:
    return {"products"} if few(Product.objects.all()) else set()
