"""Background jobs. The only module that knows which queue we use."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from otdel.core import actions

Job = Any  # a procrastinate task: call .defer(**arguments)

# `app` is looked up at each call: procrastinate swaps it for the real one when Django is ready.


def job(**options: Any) -> Callable[[Callable[..., None]], Job]:
    """Register a function as a job; retried three times with growing pauses unless told otherwise."""
    options.setdefault("retry", 3)
    registered: Callable[[Callable[..., None]], Job] = app.task(**options)
    return registered


def every(cron: str) -> Callable[[Job], Job]:
    """Run a job by the clock."""
    periodic: Callable[[Job], Job] = app.periodic(cron=cron)
    return periodic


def wake(name: str) -> None:
    """Have a job without arguments done soon, unless it waits to be done already. Call it outside transactions."""
    with contextlib.suppress(AlreadyEnqueued):
        app.configure_task(name, queueing_lock=name).defer()


@job(queueing_lock="beat", retry=False)
def beat(timestamp: int = 0) -> None:
    """Say once a minute that the worker is alive; /readyz and the banner read it."""
    actions.beat(now=timezone.now())
