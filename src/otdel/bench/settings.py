"""The product's settings over a database of generated data, with the floor's addresses added."""

from __future__ import annotations

import os

from otdel.settings import *  # noqa: F403
from otdel.settings import DATABASES, MIDDLEWARE

ROOT_URLCONF = "otdel.bench.urls"
DATABASES["default"]["NAME"] = os.environ.get("OTDEL_BENCH_DATABASE", "otdel_bench")
MIDDLEWARE = ["otdel.bench.floor.count_queries", *MIDDLEWARE]
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
# pages are fetched over plain http from this machine
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SECURE_HSTS_SECONDS = 0
