"""The door web servers enter by."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdel.settings")
application = get_wsgi_application()
