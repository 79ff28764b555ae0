from __future__ import annotations

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "otdel.activities"
    label = "activities"

    def ready(self) -> None:
        """Say what people can be told of calls and meetings before anybody asks."""
        from otdel.activities import digest, kinds  # noqa: F401
        from otdel.activities.actions import reminding  # noqa: F401
