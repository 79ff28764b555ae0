from __future__ import annotations

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "otdel.plans"
    label = "plans"

    def ready(self) -> None:
        """Add the plan to the daily digest."""
        from otdel.plans import digest  # noqa: F401
