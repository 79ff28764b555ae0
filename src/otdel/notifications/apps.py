from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "otdel.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Register the channels, each in a module of its own, and what the daily digest says of them."""
        from otdel.notifications import digest, hooks, letters, messengers, pushes  # noqa: F401
