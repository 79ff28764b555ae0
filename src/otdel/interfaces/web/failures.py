"""What is shown when the program itself failed, or its database is away: pages that need nothing to be drawn."""

from __future__ import annotations

import sys

import psycopg
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

RETRY_AFTER = "30"  # seconds


def failed(request: HttpRequest) -> HttpResponse:
    """Called by Django while the exception is being handled."""
    if is_away(sys.exc_info()[1]):
        page = loader.get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"})
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def is_away(error: BaseException | None) -> bool:
    """Tell a database that cannot be reached or is stopping from one that refused a statement."""
    if not isinstance(error, OperationalError) or not isinstance(error.__cause__, psycopg.OperationalError):
        return False
    code = error.__cause__.sqlstate
    return code is None or code.startswith(("08", "57P"))
