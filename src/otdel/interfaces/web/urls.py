"""The addresses of the pages: each room's module lists its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from otdel.interfaces.web import (
    accounts,
    activities,
    board,
    board_files,
    board_pages,
    deals,
    first_run,
    home,
    invitations,
    invoices,
    money,
    payments,
    people,
    pick,
    plans,
    products,
    profile,
    roles,
    settings_pages,
    shipments,
    slots,
    units,
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
    *board.urlpatterns,
    *board_pages.urlpatterns,
    *board_files.urlpatterns,
]
