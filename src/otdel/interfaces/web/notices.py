"""What one was told: the list behind the bell, and what a link in a letter does without signing in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from otdel.core.errors import Invalid, Refusal
from otdel.interfaces.http import PersonRequest, page, status_of, submission
from otdel.interfaces.web import formats
from otdel.notifications import actions, channels, kinds, links, queries
from otdel.org import queries as org
from otdel.tasks import actions as tasks
from otdel.tasks import queries as task_queries
from otdel.tasks import rules


@page
def listed(request: PersonRequest) -> HttpResponseBase:
    before, only_new = _number(request.GET.get("before", "")), request.GET.get("new") == "1"
    zone, fmt = org.zone_of(request.user), formats.current()
    rows = queries.notices(request.user, zone, before=before, unread=only_new, limit=queries.PAGE + 1)
    shown, keep = rows[: queries.PAGE], "&new=1" if only_new else ""
    lines = [
        {
            "row": row,
            "url": reverse("notice_open", args=[row.id]),
            "day": timezone.localtime(row.at).date(),
            "at": fmt.time(timezone.localtime(row.at)),
            "lines": row.lines,
        }
        for row in shown
    ]
    context = {
        "days": [(_day(day, request), list(rows)) for day, rows in groupby(lines, lambda line: line["day"])],
        "older": f"?before={shown[-1].id}{keep}" if len(rows) > queries.PAGE else "",
        "newer": f"?{keep.lstrip('&')}" if before else "",
        "only_new": only_new,
        "has_new": any(row.is_new for row in shown),
    }
    return render(request, "notices/list.html", context)


def _day(day: Any, request: PersonRequest) -> str:
    if day == request.today:
        return pgettext("notices", "Today")
    return pgettext("notices", "Yesterday") if (request.today - day).days == 1 else formats.current().weekday(day)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@page
def opened(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Note that it was opened, and go where it leads."""
    via = request.GET.get("c", channels.APP)
    known = via if channels.get(via) else channels.APP
    return redirect(actions.open_notice(by=request.user, notice_id=pk, via=known, now=request.now))


@submission
def read(request: PersonRequest) -> HttpResponseBase:
    one = request.POST.get("id", "")
    if one and _number(one) is None:
        raise Invalid(_("There is no such notice, or it is not yours."))
    actions.read_notices(by=request.user, ids=[int(one)] if one else None, now=request.now)
    return redirect("notices")


# From a letter, without signing in: a page that asks, and a button that does it.


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def letter_link(request: HttpRequest, token: str) -> HttpResponse:
    """Mail programs and scanners open links by themselves, so opening one does nothing."""
    now = timezone.now()
    try:
        deed = links.read_link(token)
        with _reader(deed.person_id, now) as person:
            return _deed(request, deed, person, now)
    except Refusal as refusal:
        return render(request, "notices/dead_link.html", {"why": str(refusal)}, status=status_of(refusal))


@contextmanager
def _reader(person_id: int, now: datetime) -> Iterator[Any]:
    """Speak to whom the letter was sent, in their language and time zone, while they may still sign in."""
    person = org.signed_in(person_id, now)
    if person is None:
        raise links.DeadLink(_("This link has expired or is incomplete. Open Otdel instead."))
    with translation.override(org.language_of(person)), timezone.override(org.zone_of(person)):
        yield person


def _deed(request: HttpRequest, deed: links.Deed, person: Any, now: datetime) -> HttpResponse:
    task = task_queries.find(person, deed.subject_id)  # a stranger's by now is not found
    _check_mark(deed, task)
    after = _next_working_day(person, task, now) if deed.what == "postpone" else None
    context = {
        "task": task,
        "what": deed.what,
        "label": links.LABELS[deed.what],
        "person": person,
        "after": after and _said(after, task.has_time, now),
        "asks_why": after is not None and task.reason_needed and task.creator_id != person.pk,
        "done": False,
    }
    if request.method == "POST":
        _do(deed, person, after, request.POST, now)
        actions.answer_letters(by=person, subject_kind=deed.subject_kind, subject_id=deed.subject_id, now=now)
        context["done"] = True
    return render(request, "notices/letter_link.html", context)


def _said(at: datetime, has_time: bool, now: datetime) -> str:
    fmt = formats.current()
    return fmt.moment(at, now.date()) if has_time else fmt.day(at.date(), now.date())


def _check_mark(deed: links.Deed, task: Any) -> None:
    """A link is good for the state the letter spoke of: pressed twice, it does not postpone twice."""
    if deed.subject_kind != "task" or deed.what not in links.LABELS:
        raise links.DeadLink(_("This link has expired or is incomplete. Open Otdel instead."))
    if deed.what == "postpone" and (task.deadline is None or task.deadline != parse_datetime(deed.mark)):
        raise links.DeadLink(_("The deadline has been moved since this e-mail was sent: open the task."))


def _next_working_day(person: Any, task: Any, now: datetime) -> datetime:
    """A working day after the deadline, or after today when it has passed; at the same time of day."""
    work = org.worktime(person)
    base = max(task.deadline or now, now).astimezone(work.zone)
    day = work.calendar.add_working_days(base.date(), 1)
    return work.at_time(day, base.time()) if task.has_time else rules.end_of(day, work.zone)


def _do(deed: links.Deed, person: Any, after: datetime | None, said: Mapping[str, str], now: datetime) -> None:
    if deed.what == "complete":
        tasks.submit_task(by=person, task_id=deed.subject_id, result=said.get("result", ""), now=now)
    elif after is not None:
        task = task_queries.find(person, deed.subject_id)
        tasks.move_deadline(
            by=person,
            task_id=deed.subject_id,
            deadline=after,
            has_time=task.has_time,
            reason=said.get("reason", ""),
            now=now,
        )


# A mail program may press it by itself (RFC 8058) and has no token of ours: the signed word proves who asks.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def letter_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asked from a letter: no more letters of this kind."""
    now = timezone.now()
    try:
        person_id, code = links.read_stop_link(token)
        with _reader(person_id, now) as person:
            return _stop(request, person, code, now)
    except Refusal as refusal:
        return render(request, "notices/dead_link.html", {"why": str(refusal)}, status=status_of(refusal))


def _stop(request: HttpRequest, person: Any, code: str, now: datetime) -> HttpResponse:
    context: dict[str, Any] = {"kind": str(kinds.get(code).label), "person": person, "done": False}
    if request.method == "POST":
        names = actions.stop_letters(by=person, kind=code, now=now)
        others = [str(each.label) for each in channels.outer() if each.name in names]
        context |= {"done": True, "others": ", ".join(others)}
    return render(request, "notices/letter_stop.html", context)


urlpatterns = [
    path("notices/", listed, name="notices"),
    path("notices/<int:pk>/", opened, name="notice_open"),
    path("notices/read/", read, name="notices_read"),
    path("do/<str:token>/", letter_link, name="letter_link"),
    path("letters/stop/<str:token>/", letter_stop, name="letter_stop"),
]
