"""Every address of Otdel."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from otdel.interfaces.api import urls as api
from otdel.interfaces.files import urls as files
from otdel.interfaces.web import gallery, layout
from otdel.interfaces.web import urls as web

handler500 = "otdel.interfaces.web.failures.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("gallery/", gallery.gallery, name="gallery"),
    path("look/theme/", layout.set_theme, name="set_theme"),
    path("", include(web)),
    path("", include(files)),
    path("", include(api)),
]
