"""The product's settings for processes that tests start beside themselves: static files as they lie, no manifest."""

from __future__ import annotations

from otdel.settings import *  # noqa: F403
from otdel.settings import STORAGES

WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
