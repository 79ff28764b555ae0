"""The price list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.billing import actions, queries
from otdel.core.listing.values import clean_text, read_id
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats, lists, own_fields
from otdel.interfaces.web.money_forms import GroupForm, ProductForm, sent
from otdel.interfaces.web.money_tabs import TABS
from otdel.interfaces.web.refusals import attempt, must
from otdel.org import access
from otdel.org.rules import Right

LIST = lists.ListPage(
    listing=queries.PRODUCTS,
    name="products",
    path="money/products/",
    title=lazy("Products"),
    empty_title=lazy("No products yet"),
    empty_text=lazy("What you sell will appear here, by groups: plans and facts are broken down by them."),
    icon="package",
    card="product",
    create="product_new",
    create_label=lazy("New product"),
    tabs=TABS,
    more="money/groups_link.html",
    file_name="products",
    custom="billing.product",
)


@page
def card(request: PersonRequest, product_id: int) -> HttpResponse:
    found = queries.product_card(request.user, product_id, binned=request.GET.get("bin") == "1")
    currency = request.company.currency
    context = {
        "product": found,
        "own": own_fields.facts("billing.product", found.custom),
        "currency": formats.SYMBOLS.get(currency, currency),
    }
    return render(request, "money/product.html", context)


@form
def new(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "product", Right.CREATE)
    given = ProductForm(request, _groups(request), {"group": read_id(request.GET.get("group", ""))})
    if request.method == "POST" and given.is_valid():
        made = attempt(given, lambda: actions.create_product(by=request.user, values=given.values(), now=request.now))
        if made:
            messages.success(request, _("The product is added."))
            return redirect("product", made.pk)
    return _draw(request, given, _("New product"), "products")


@form
def edit(request: PersonRequest, product_id: int) -> HttpResponseBase:
    found = queries.product_card(request.user, product_id)
    must(found.can_change)
    given = ProductForm(request, _groups(request), _as_it_is(found))
    if request.method == "POST" and given.is_valid():
        made = attempt(
            given,
            lambda: actions.change_product(
                by=request.user, product_id=product_id, values=given.values(), now=request.now
            ),
        )
        if made:
            messages.success(request, _("Saved."))
            return redirect("product", product_id)
    return _draw(request, given, found.name, "product", product_id)


def _groups(request: PersonRequest) -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in queries.product_groups(request.user)]


def _as_it_is(found: queries.ProductCard) -> dict[str, Any]:
    names = ("name", "code", "unit_name", "price", "unit_cost", "is_active")
    return {name: getattr(found, name) for name in names} | {"group": found.group_id, "custom": found.custom}


def _draw(request: PersonRequest, given: ProductForm, title: str, back: str, *args: int) -> HttpResponse:
    context = {"form": given, "title": title, "back_url": reverse(back, args=args)}
    return render(request, "money/product_form.html", context, status=form_status(given))


@submission
def to_bin(request: PersonRequest, product_id: int) -> HttpResponseBase:
    actions.bin_product(by=request.user, product_id=product_id, now=request.now)
    messages.success(request, _("The product is in the bin."))
    return redirect("products")


@submission
def restore(request: PersonRequest, product_id: int) -> HttpResponseBase:
    actions.restore_product(by=request.user, product_id=product_id, now=request.now)
    messages.success(request, _("The product is restored."))
    return redirect("product", product_id)


@form
def groups(request: PersonRequest) -> HttpResponseBase:
    """The groups of products: plans are cut by them."""
    access.require(request.user, "product", Right.CREATE if request.method == "POST" else Right.VIEW)
    given = GroupForm(sent(request))
    if request.method == "POST" and given.is_valid():
        name = given.cleaned_data["name"]
        if attempt(given, lambda: actions.create_group(by=request.user, name=name, now=request.now)):
            messages.success(request, _("The group is added."))
            return redirect("product_groups")
    context = {
        "form": given,
        "groups": queries.product_groups(request.user),
        "may_change": access.scope(request.user, "product", Right.CHANGE),
        "may_create": access.scope(request.user, "product", Right.CREATE),
    }
    return render(request, "money/groups.html", context, status=form_status(given))


@submission
def change_group(request: PersonRequest, group_id: int) -> HttpResponseBase:
    actions.change_group(
        by=request.user,
        group_id=group_id,
        name=clean_text(request.POST.get("name", "")),
        is_active=request.POST.get("active") == "1",
        now=request.now,
    )
    messages.success(request, _("Saved."))
    return redirect("product_groups")


urlpatterns = [
    *lists.urls(LIST),
    path("money/products/new/", new, name="product_new"),
    path("money/products/groups/", groups, name="product_groups"),
    path("money/products/groups/<int:group_id>/", change_group, name="product_group_change"),
    path("money/products/<int:product_id>/", card, name="product"),
    path("money/products/<int:product_id>/edit/", edit, name="product_edit"),
    path("money/products/<int:product_id>/delete/", to_bin, name="product_bin"),
    path("money/products/<int:product_id>/restore/", restore, name="product_restore"),
]
