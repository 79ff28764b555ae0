"""What a browser may do on our pages: Content-Security-Policy by Django 6's names, and Permissions-Policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from otdel.interfaces.web import live

# Everything from here and nothing inline; pictures may be data: for the QR code of a second factor.
SECURE_CSP: dict[str, list[str]] = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def csp_text(policy: dict[str, list[str]]) -> str:
    return "; ".join(" ".join([name, *sources]) for name, sources in policy.items())


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django 6 has `ContentSecurityPolicyMiddleware` reading the same setting; then this goes."""
    policy = getattr(settings, "SECURE_CSP", SECURE_CSP)

    @lru_cache(maxsize=64)
    def csp(beside: str) -> str:
        return csp_text({**policy, "connect-src": ["'self'", beside]} if beside else policy)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        beside = "" if request.is_secure() else live.origin(request.META.get("HTTP_HOST", ""))
        response.headers.setdefault("Content-Security-Policy", csp(beside))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return middleware
