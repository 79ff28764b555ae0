"""The addresses of files: what comes in and what goes out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from otdel.interfaces.files import plans, wizard

urlpatterns: list[URLPattern | URLResolver] = [
    *plans.urlpatterns,
    *wizard.urlpatterns,
]
