"""The product's settings over a database and a data folder of this checkout's tests.

Everything that must be true before Django's settings are read is said here, so that a bare `pytest tests/x`
works in any checkout, and no test ever sees anybody's real data.
"""

from __future__ import annotations

import os

from otdel.host import testing

testing.prepare(os.environ)

from otdel.settings import *  # noqa: E402, F403
from otdel.settings import DATABASES, MEDIA_ROOT, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # people sign in often here
DATABASES["default"]["OPTIONS"].pop("pool", None)  # a pool's threads outlive the test that opened it
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True  # static files as they lie in the checkout
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# each process of the suite has a database of its own, and so its own numbers: they must not meet in one folder
MEDIA_ROOT = MEDIA_ROOT / os.environ.get("PYTEST_XDIST_WORKER", "alone")
