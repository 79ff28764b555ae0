"""The addresses of the pages: each room's module lists its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from otdel.interfaces.web import (
    accounts,
    deals,
    first_run,
    home,
    invitations,
    people,
    plans,
    profile,
    roles,
    settings_pages,
    units,
    activities,
    deals,
    first_run,
    home,
    invoices,
    money,
    payments,
    pick,
    products,
    profile,
    shipments,
    slots,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *home.urlpatterns,
    *first_run.urlpatterns,
    *accounts.urlpatterns,
    *profile.urlpatterns,
    *invitations.urlpatterns,
    *people.urlpatterns,
    *units.urlpatterns,
    *roles.urlpatterns,
    *settings_pages.urlpatterns,
    *deals.urlpatterns,
    *plans.urlpatterns,
    *activities.urlpatterns,
    *money.urlpatterns,
    *invoices.urlpatterns,
    *payments.urlpatterns,
    *shipments.urlpatterns,
    *products.urlpatterns,
    *slots.urlpatterns,
    *pick.urlpatterns,
]
