"""Is it alive, and is it ready: for supervisors and load balancers. Answered before anything else is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone

from otdel.core import database
from otdel.core.queries import last_beat
from otdel.host import listening
from otdel.interfaces.web import alarms, live

# The worker beats every minute; three missed beats are a dead one.
LATE = timedelta(minutes=3)


def middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer before sessions, languages and host names: whoever asks comes by the machine's bare address."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return HttpResponse("alive\n", content_type="text/plain")
        if request.path == "/readyz":
            return ready()
        if request.path == live.PATH:
            return live.not_led_here()
        if request.path == "/metrics":
            return alarms.metrics(request)
        return get_response(request)

    return answer


def ready() -> JsonResponse:
    """Ready without live updates, too: pages then ask every minute. What is wrong with them is said all the same."""
    if database.unreachable(timeout=2):  # at once: who asks does not wait as long as a page would
        found = {"database": "does not answer", "migrations": "unknown", "worker": "unknown"}
        return JsonResponse({"ready": False, **found, "live": _live()}, status=503)
    try:
        found = {"database": "ok", "migrations": _migrations(), "worker": _worker()}
    except DatabaseError as error:
        found = {"database": type(error).__name__, "migrations": "unknown", "worker": "unknown"}
    status = 200 if set(found.values()) == {"ok"} else 503
    return JsonResponse({"ready": status == 200, **found, "live": _live()}, status=status)


def _live() -> str:
    return listening.live(settings.ENVIRONMENT.host, settings.LIVE_PORT, timeout=1.0)


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return f"{waiting} not applied" if waiting else "ok"


def _worker() -> str:
    beat = last_beat()
    if beat is None:
        return "not started"
    age = timezone.now() - beat
    return f"silent for {int(age.total_seconds())} s" if age > LATE else "ok"
