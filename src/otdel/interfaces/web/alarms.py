"""The banner of everybody when what reminds people is dead, and its numbers for monitoring."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats, frame
from otdel.notifications import channels, queries
from otdel.notifications.access import is_keeper
from otdel.org.queries import beats_of

DEAD = {
    "process": lazy("Background work has stopped, and with it every reminder, since %(since)s."),
    "worker": lazy("The clock that starts background work has stopped, and with it every reminder, since %(since)s."),
    "sweep": lazy("Reminders have not been sent since %(since)s."),
}


def banner(request: PersonRequest) -> SafeString:
    """Return what is dead, or nothing. No query: the signs of life came with the person."""
    person = request.user
    found = queries.alarms(beats_of(person), request.now, person.created_at)
    if not found:
        return SafeString()
    keeps = is_keeper(person)
    lines = format_html_join("", "<p><b>{}</b></p>", ((_said(each, request, keeps),) for each in _told(found)))
    end = _("The administrator should look at once.") if not keeps else _("Look at the log and at /readyz at once.")
    tone = "under" if any(each.what in DEAD for each in found) else "over"
    sign = frame.icon("alert-triangle")
    return format_html(
        '<div class="alert {} alarm" role="alert">{}<div>{}<p>{}</p></div></div>', tone, sign, lines, end
    )


def _told(found: list[queries.Alarm]) -> list[queries.Alarm]:
    """A dead worker is the reason of everything else that stands still."""
    names = {each.what for each in found}
    hidden = {"worker", "sweep"} if "process" in names else {"sweep"} if "worker" in names else set()
    return [each for each in found if each.what not in hidden]


def _said(alarm: queries.Alarm, request: PersonRequest, keeps: bool) -> str:
    since = formats.current().moment(timezone.localtime(alarm.since), request.today)
    if alarm.what in DEAD:
        return str(DEAD[alarm.what]) % {"since": since}
    channel = channels.get(alarm.what)
    if alarm.what == "inbox":
        return _("E-mail replies have not been read since %(since)s.") % {"since": since}
    said = {"channel": str(channel.label) if channel else alarm.what, "since": since}
    text = _("%(channel)s has not been working since %(since)s: reminders go through other channels.") % said
    return f"{text} {alarm.reason}" if keeps and alarm.reason else text


# for monitoring


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: for this machine itself, or whoever knows the word. Answered like /healthz, before sign-in."""
    if not _may_ask(request):
        return HttpResponse("Give the word as Authorization: Bearer.\n", status=403, content_type="text/plain")
    return HttpResponse(_text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_ask(request: HttpRequest) -> bool:
    word = settings.ENVIRONMENT.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if word and given:
        return hmac.compare_digest(word.encode(), given.encode())
    # through a proxy on this machine every stranger would look local
    if request.META.get("otdel.forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


METRICS = {
    "beat": ("otdel_heartbeat_age_seconds", "name", "Seconds since a background process last showed that it lives."),
    "reminders_due": ("otdel_reminders_due", "", "Reminders whose minute has come and that were not told yet."),
    "reminders_oldest": ("otdel_reminders_due_oldest_seconds", "", "How late the oldest of them is."),
    "deliveries_due": ("otdel_deliveries_due", "channel", "Deliveries that should have been sent by now."),
    "deliveries_oldest": ("otdel_deliveries_due_oldest_seconds", "", "How late the oldest of them is."),
    "dead": ("otdel_deliveries_dead", "channel", "Deliveries no channel could bring; an administrator decides."),
    "sweep_seconds": ("otdel_sweep_seconds", "", "How long the last sweep took."),
    "jobs_late": ("otdel_jobs_late", "", "Jobs that should have begun a minute ago."),
}
DAY = ("otdel_deliveries_made_last_day", "Deliveries made during the last 24 hours, by how they stand.")


def _text() -> str:
    found: dict[str, list[str]] = {}
    for what, which, value in queries.figures(timezone.now()):
        name, labels = _named(what, which)
        found.setdefault(name, []).append(f"{name}{labels} {value:g}")
    helps = {name: words for name, _label, words in METRICS.values()} | {DAY[0]: DAY[1]}
    lines: list[str] = []
    for name, words in helps.items():
        lines += [f"# HELP {name} {words}", f"# TYPE {name} gauge", *found.get(name, [])]
    return "\n".join(lines) + "\n"


def _named(what: str, which: str) -> tuple[str, Any]:
    if what.startswith("day:"):
        return DAY[0], f'{{channel="{what[4:]}",state="{which.lower()}"}}'
    name, label, _help = METRICS[what]
    return name, f'{{{label}="{which}"}}' if label else ""
