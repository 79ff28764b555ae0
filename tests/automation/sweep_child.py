"""One sweep of the rules in a process of its own, to be killed in the middle of it."""

from __future__ import annotations

import django

django.setup()

from django.utils import timezone  # noqa: E402

from otdel.automation import actions  # noqa: E402

actions.sweep(now=timezone.now())
