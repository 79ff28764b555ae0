"""Where the door stands: /api/v1/. Who comes in is decided by the door, not by the sign-in page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path

from otdel.interfaces.api.door import door

_found, _app, _namespace = door.urls
for _each in _found:
    if isinstance(_each, URLPattern):
        _each.callback = login_not_required(_each.callback)

urlpatterns = [path("api/v1/", (_found, _app, _namespace))]
