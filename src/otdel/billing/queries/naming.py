"""Finding products, deals and invoices as files name them: one query a kind of key for a whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.models import Product
from otdel.core.errors import Conflict, NotFound
from otdel.core.imports import Ref, fold
from otdel.core.models import Fold
from otdel.deals import access as deals
from otdel.deals.models import Deal
from otdel.org.models import Person


def squeezed(name: str) -> str:
    """`GTXPro` and `GTX Pro` are one product."""
    return fold(name).replace(" ", "")


class ProductsByName:
    """Products by external id, code and name: those asked for, and the whole catalogue once a name is not among them.

    A catalogue may be as long as the file that brings it.
    """

    def __init__(self, texts: Iterable[str | None]) -> None:
        self._external: dict[str, Product] = {}
        self._code: dict[str, Product] = {}
        self._name: dict[str, list[Product]] = defaultdict(list)
        self._is_whole = False
        asked = {text for text in texts if text}
        if asked:
            folded = {text.lower().replace("ё", "е") for text in asked}
            same = Product.objects.alias(folded=Fold("name")).filter(
                Q(external_id__in=asked) | Q(code__in=asked) | Q(folded__in=folded)
            )
            self._load(same)

    def _load(self, products: QuerySet[Product]) -> None:
        there = {product.pk for same in self._name.values() for product in same}
        for product in products.filter(deleted_at=None).only(
            "id", "name", "code", "external_id", "price", "unit_cost", "group_id", "unit_name", "is_active"
        ):
            if product.pk not in there:
                self.add(product)

    def add(self, product: Product) -> None:
        if product.external_id:
            self._external[product.external_id] = product
        if product.code:
            self._code.setdefault(product.code, product)
        self._name[squeezed(product.name)].append(product)

    def find(self, ref: Ref) -> Product | None:
        """Raises Conflict for namesakes; None for what is unknown."""
        name, external = ref
        sure = self._external.get(external or name) or self._code.get(external or name)
        if sure is not None:
            return sure
        found = self.by_name(name)
        exact = [product for product in found if fold(product.name) == fold(name)]
        if not exact and not self._is_whole:
            self._is_whole = True
            self._load(Product.objects.all())
            found = self.by_name(name)
        if len(exact or found) > 1:
            raise Conflict(_("Several products are called “%(name)s”: name them by code.") % {"name": name[:160]})
        return next(iter(exact or found), None)

    def by_external(self, text: str) -> Product | None:
        return self._external.get(text)

    def by_code(self, text: str) -> Product | None:
        return self._code.get(text)

    def by_name(self, name: str) -> list[Product]:
        return self._name.get(squeezed(name), [])


class DealsByName:
    """Deals the importer may see, by external id or title."""

    def __init__(self, by: Person, refs: Iterable[Ref | None]) -> None:
        texts = {text for ref in refs if ref for text in ref if text}
        self._found: dict[str, list[Deal]] = defaultdict(list)
        if not texts:
            return
        visible = deals.deals(by)
        for deal in visible.filter(external_id__in=texts):
            self._found[str(deal.external_id)].append(deal)
        for deal in visible.filter(title__in=texts).exclude(external_id__in=list(self._found)):
            self._found[deal.title].append(deal)

    def find(self, ref: Ref | None) -> Deal | None:
        if ref is None:
            return None
        found = self._found.get(ref[1] or ref[0]) or self._found.get(ref[0]) or []
        if not found:
            raise NotFound(_("There is no deal “%(name)s”.") % {"name": ref[0][:160]})
        if len(found) > 1:
            raise Conflict(_("Several deals are called “%(name)s”: name them by id.") % {"name": ref[0][:160]})
        return found[0]


class InvoicesByNumber:
    """Invoices the importer may see, by external id or number."""

    def __init__(self, by: Person, refs: Iterable[Ref | None]) -> None:
        texts = {text for ref in refs if ref for text in ref if text}
        self._found: dict[str, list[Any]] = defaultdict(list)
        if not texts:
            return
        visible = access.visible_invoices(by)
        for invoice in visible.filter(external_id__in=texts):
            self._found[invoice.external_id].append(invoice)
        folded = {text.lower().replace("ё", "е") for text in texts}
        for invoice in visible.filter(search__in=folded).exclude(external_id__in=list(self._found)):
            self._found[fold(invoice.number)].append(invoice)

    def find(self, ref: Ref | None, customer_id: int | None = None) -> Any:
        if ref is None:
            return None
        found = self._found.get(ref[1] or ref[0]) or self._found.get(fold(ref[0])) or []
        if len(found) > 1 and customer_id is not None:
            found = [invoice for invoice in found if invoice.customer_id == customer_id]
        if not found:
            raise NotFound(_("There is no invoice “%(name)s”.") % {"name": ref[0][:160]})
        if len(found) > 1:
            raise Conflict(_("Several invoices have the number “%(name)s”.") % {"name": ref[0][:160]})
        return found[0]
