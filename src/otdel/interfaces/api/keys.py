"""Who asks: a key in `Authorization: Bearer …`. Cookies open nothing here, so no page can make a browser ask."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from threading import Lock
from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from otdel.core.errors import NotAllowed
from otdel.interfaces import http
from otdel.interfaces.http import AnyRequest, PersonRequest
from otdel.org import actions, queries

READING = ("GET", "HEAD")


class ApiRequest(PersonRequest):
    """A request of a person's program."""

    auth: queries.Opened


def asked(request: HttpRequest) -> ApiRequest:
    return cast(ApiRequest, request)


def local_now(request: HttpRequest) -> datetime:
    return timezone.localtime(asked(request).now)


class Key(HttpBearer):
    openapi_description = "A key made in My profile, API keys."

    def authenticate(self, request: HttpRequest, token: str) -> queries.Opened | None:
        asked = cast(AnyRequest, request)
        opened = queries.opened_by(token, asked.now)
        if opened is None:
            return None
        asked.user = opened.person
        http.greet(cast(PersonRequest, asked))
        if not opened.may_write and request.method not in READING:
            raise NotAllowed(_("This key only reads. Make one that may change things."))
        actions.note_use(key_id=opened.key_id, before=opened.used_at, now=asked.now)
        return opened


class Pace(BaseThrottle):
    """So many requests a minute of one key, counted by each web process apart: nothing is written for it."""

    def __init__(self, a_minute: int) -> None:
        self.most, self.minute = a_minute, 0
        self.counts: Counter[int] = Counter()
        self.lock = Lock()

    def allow_request(self, request: HttpRequest) -> bool:
        opened = cast(ApiRequest, request).auth
        minute = int(time.monotonic() // 60)
        with self.lock:
            if minute != self.minute:
                self.minute, self.counts = minute, Counter()
            self.counts[opened.key_id] += 1
            return self.counts[opened.key_id] <= self.most

    def wait(self) -> float:
        return 60 - time.monotonic() % 60
