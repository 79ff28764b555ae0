"""One's own devices and addresses: this browser, webhooks, messengers; each can be tried, switched off and removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound, Refusal
from otdel.interfaces import http
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import agents, formats, refusals
from otdel.notifications.actions import addresses
from otdel.notifications.actions import devices as actions
from otdel.notifications.queries import devices as queries

ICONS = {"push": "devices", "webhook": "external-link", "messenger": "message-circle"}


@http.page
def devices(request: PersonRequest) -> HttpResponseBase:
    return _show(request)


def _show(request: PersonRequest, status: int = 200, **more: Any) -> HttpResponseBase:
    rows = [_row(each, request) for each in queries.devices(request.user)]
    secure = request.is_secure() or request.get_host().partition(":")[0] in ("localhost", "127.0.0.1")
    context = {"rows": rows, "offer": queries.offer(), "secure": secure, "agent": _agent(request), **more}
    return render(request, "people/devices.html", context, status=status)


def _agent(request: PersonRequest) -> str:
    return agents.describe(request.headers.get("User-Agent", ""))


def _row(each: queries.Device, request: PersonRequest) -> dict[str, Any]:
    ok, bad = ("" if at is None else formats.ago(at, request.now) for at in (each.last_ok_at, each.last_error_at))
    failing = bool(each.last_error)
    return {
        "id": each.id,
        "icon": ICONS.get(each.channel, "bell"),
        "label": each.label,
        "title": each.title or each.label,
        "mark": each.mark,
        "is_on": each.is_on,
        "works": each.works,
        "failing": failing,
        "error": each.last_error,
        "when": bad if failing else ok,
        "since": formats.current().date(timezone.localtime(each.created_at).date()),
    }


@http.submission
def push(request: PersonRequest) -> HttpResponseBase:
    """What a browser gives when its person turns notifications on, and again when its address has changed."""
    given = {"endpoint": request.POST.get("endpoint", ""), "keys": {
        "p256dh": request.POST.get("p256dh", ""), "auth": request.POST.get("auth", "")}}  # fmt: skip
    title = request.POST.get("title", "")
    actions.keep_browser(by=request.user, given=given, title=title or _agent(request), now=request.now)
    messages.success(request, _("This browser will tell you. Try it."))
    return redirect("devices")


@http.submission
def webhook(request: PersonRequest) -> HttpResponseBase:
    """Add a webhook; the answer to this submission is the only page that ever shows its secret."""
    url, title = request.POST.get("url", ""), request.POST.get("title", "")
    try:
        made = actions.add_webhook(by=request.user, url=url, title=title, now=request.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return _refused(request, "webhook", refusal, url)
    shown = _show(request, secret=made.secret, secret_of=made.address.title)
    shown.headers["Cache-Control"] = "no-store"
    return shown


@http.submission
def messenger(request: PersonRequest) -> HttpResponseBase:
    url, title = request.POST.get("url", ""), request.POST.get("title", "")
    try:
        actions.add_messenger(by=request.user, url=url, title=title, now=request.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return _refused(request, "messenger", refusal, url)
    messages.success(request, _("Added. Try it."))
    return redirect("devices")


def _refused(request: PersonRequest, name: str, refusal: Refusal, url: str) -> HttpResponseBase:
    """Show the form again with what was typed and what is wrong with it."""
    return _show(
        request, http.status_of(refusal), problem={"form": name, "text": refusals.sentence(refusal), "url": url}
    )


@http.submission
def test(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Send a test and show what the other side said."""
    here = request.build_absolute_uri(reverse("devices"))
    tried = actions.try_address(by=request.user, address_id=pk, url=here, now=request.now)
    if tried.ok:
        messages.success(request, _("Accepted by the other side: %(answer)s") % {"answer": tried.answer or _("yes")})
    else:
        messages.error(request, _("Not sent: %(reason)s") % {"reason": tried.answer})
    return redirect("devices")


@http.submission
def switch(request: PersonRequest, pk: int) -> HttpResponseBase:
    on = request.POST.get("on") == "yes"
    addresses.switch_address(by=request.user, address_id=pk, on=on, now=request.now)
    messages.success(request, _("Switched on.") if on else _("Switched off."))
    return redirect("devices")


@http.submission
def rename(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.rename_address(by=request.user, address_id=pk, title=request.POST.get("title", ""), now=request.now)
    messages.success(request, _("Saved."))
    return redirect("devices")


@http.submission
def remove(request: PersonRequest, pk: int) -> HttpResponseBase:
    addresses.remove_address(by=request.user, address_id=pk, now=request.now)
    messages.success(request, _("Removed."))
    return redirect("devices")


def _of(name: str, view: Callable[..., HttpResponseBase]) -> Any:
    return path(f"me/devices/<int:pk>/{name}/", view, name=f"device_{name}")


urlpatterns = [
    path("me/devices/", devices, name="devices"),
    path("me/devices/push/", push, name="device_push"),
    path("me/devices/webhook/", webhook, name="device_webhook"),
    path("me/devices/messenger/", messenger, name="device_messenger"),
    _of("test", test),
    _of("switch", switch),
    _of("rename", rename),
    _of("remove", remove),
]
