"""Otdel as an installed app: its manifest, its service worker, and the page for when there is no connection."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext
from django.views.decorators.http import require_safe

from otdel.interfaces.web.nav import address

WORKER = Path(__file__).parent / "static/js/worker.js"
GROUND, BAR = "#f6f7f9", "#ffffff"  # --ground and --paper of tokens.css
ICONS = (
    ("icon-192", 192, "any"),
    ("icon-512", 512, "any"),
    ("maskable-192", 192, "maskable"),
    ("maskable-512", 512, "maskable"),
)


def _icon(name: str) -> str:
    return static(f"pwa/{name}.png")


def _styles() -> list[str]:
    """What the page without a connection is drawn with."""
    return [static(f"css/{name}.css") for name in ("tokens", "base", "frame", "parts")]


@login_not_required
@require_safe
def manifest(request: HttpRequest, lang: str) -> HttpResponse:
    """What a phone asks before it installs: the same for everybody who reads this language."""
    if lang not in dict(settings.LANGUAGES):
        raise Http404
    return _fixed(_manifest(lang), "application/manifest+json")


@lru_cache(maxsize=8)
def _manifest(lang: str) -> str:
    with override(lang):
        said: dict[str, Any] = {
            "id": "/",
            "name": _("Otdel: sales department"),
            "short_name": pgettext("on the home screen", "Otdel"),
            "description": _("Plan, deals, customers and tasks of a sales department."),
            "lang": lang,
            "dir": "ltr",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": GROUND,
            "theme_color": BAR,
            "categories": ["business", "productivity"],
            "icons": [
                {"src": _icon(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
                for name, size, purpose in ICONS
            ],
            "shortcuts": [
                {"name": str(label), "url": address(name), "icons": [{"src": _icon("icon-192"), "sizes": "192x192"}]}
                for name, label in (("today", _("My day")), ("task_new", _("New task")))
                if address(name)
            ],
        }
    return json.dumps(said, ensure_ascii=False)


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root because its reach begins where it lies."""
    return _fixed(_worker(), "text/javascript; charset=utf-8")


@lru_cache(maxsize=1)
def _worker() -> str:
    said = {
        "offline": {lang: f"{reverse('offline')}?lang={lang}" for lang, _name in settings.LANGUAGES},
        "assets": _styles(),
        "icon": _icon("icon-192"),
        "badge": _icon("badge-96"),
    }
    code = WORKER.read_text(encoding="utf-8")
    text = json.dumps(said)
    version = hashlib.sha256((text + code).encode()).hexdigest()[:12]
    return f"const OTDEL = {text};\nconst VERSION = {json.dumps(version)};\n{code}"


def _fixed(text: str, kind: str) -> HttpResponse:
    """The same bytes for everybody, asked again each time: a new release must not wait."""
    return HttpResponse(text, content_type=kind, headers={"Cache-Control": "no-cache"})


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The one page that is kept in the browser: it says nothing of anybody."""
    lang = request.GET.get("lang", "")
    if lang not in dict(settings.LANGUAGES):
        lang = settings.LANGUAGE_CODE
    with override(lang):
        return render(request, "offline.html", {"lang": lang, "styles": _styles()})


urlpatterns = [
    path("app.<str:lang>.webmanifest", manifest, name="manifest"),
    path("worker.js", worker, name="worker"),
    path("offline/", offline, name="offline"),
]
