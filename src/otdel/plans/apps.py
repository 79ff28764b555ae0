from __future__ import annotations

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "otdel.plans"
    label = "plans"

    def ready(self) -> None:
        """Add the plan to the daily digest, and its sums to what the doctor looks at."""
        from otdel.plans import checkup, digest  # noqa: F401
