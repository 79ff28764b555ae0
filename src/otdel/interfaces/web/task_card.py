"""The card of a task, its history and files."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats, marks, remind, task_says
from otdel.interfaces.web.pick import suggestions
from otdel.interfaces.web.task_forms import WHEN
from otdel.interfaces.web.task_shared import TONES
from otdel.interfaces.web.task_text import rich
from otdel.org import access
from otdel.org.access import stands_in_for
from otdel.org.rules import Right
from otdel.tasks import actions, queries, rules


@page
def card(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Whoever the work is waited from has seen it by opening this page."""
    found = queries.task_card(request.user, pk)
    task, stand = found.task, found.stand
    unseen = (stand.does and task.state == "NEW") or request.user.pk in task.mentioned
    if unseen and not found.in_bin:
        task.state = actions.see_task(by=request.user, task_id=pk, now=request.now).state
    live = task.state in rules.LIVE
    steers = not found.in_bin and stand.works and (live or task.state in ("DEFERRED", "DECLINED"))
    context = {
        "found": found,
        "task": task,
        "stand": stand,
        "here": request.user.pk,
        "path": [(_("Tasks"), reverse("tasks"))],
        "badge": marks.badge(found.state_name, TONES.get(task.state, "")),
        "limits": task_says.limits(task),
        "log": _log(request, task) if stand.acts and live and not found.in_bin else None,
        "finder": suggestions("task", "need-found"),
        "grade": str(task.get_grade_display()) if task.grade else "",
        "can": _can(found, request.user.pk, live, steers),
        "people": queries.receivers(request.user) if steers else [],
        "named": [(task.assignee_id, str(task.assignee)), *found.participants],
        "group_url": f"{reverse('tasks')}?{urlencode({'q': task.title})}" if found.siblings > 1 else "",
        "quick": _quick() if steers else [],
        "fmt": formats.current(),
        "reminders": remind.listed(request, "task", pk),
        "instead": _instead(request, stand),
    }
    context |= _said(found) | _tied(found, live) | _timed(request, task, live)
    return TemplateResponse(request, "tasks/card.html", context)


def _said(found: queries.TaskCard) -> dict[str, Any]:
    """What people wrote and attached."""
    task = found.task
    return {
        "priority": ": ".join((_("Priority"), str(queries.PRIORITIES[task.priority]))) if task.priority != 2 else "",
        "urgent": "under" if task.priority == 3 else "",
        "proof": task_says.proof(task.proof),
        "text": rich(task.text),
        "result": rich(task.result),
        "comments": [(each, rich(each.text)) for each in found.comments],
        "files": [(each, task_says.size(each.size)) for each in found.files],
        "minutes": task_says.minutes(found.minutes),
    }


def _tied(found: queries.TaskCard, live: bool) -> dict[str, Any]:
    """The tasks it consists of, waits for and holds up."""
    return {
        "subtasks": [_link(each) for each in found.subtasks],
        "needs": [_link(each) for each in found.needs],
        "holds": [_link(each) for each in found.holds],
        "blocked": live and any(each.state != "DONE" for each in found.needs),
        "progress": _progress(found),
    }


def _timed(request: PersonRequest, task: Any, live: bool) -> dict[str, Any]:
    return {
        "due": task_says.due(task.deadline, task.has_time, request.now, live),
        "answer_by": task.answer_by if task.state in ("NEW", "SEEN") else None,
        "answer_late": bool(task.answer_by and task.answer_by < request.now),
        "accept_late": bool(task.accept_by and task.accept_by < request.now),
        "day": task.deadline and timezone.localtime(task.deadline).date().isoformat(),
        "today": request.today,
    }


def _can(found: queries.TaskCard, me: int, live: bool, steers: bool) -> dict[str, bool]:
    """Which buttons of the card whoever looks may press."""
    task, stand = found.task, found.stand
    return {
        "start": stand.acts and task.state in ("NEW", "SEEN", "RETURNED"),
        "submit": stand.acts and live,
        "decline": stand.acts and live and not stand.creates,
        "accept": stand.judges and task.state == "REVIEW",
        "grade": stand.accepts and not stand.does and task.state == "DONE",
        "send_back": (stand.accepts and task.state == "DONE") or (stand.judges and task.state == "REVIEW"),
        "defer": stand.accepts and live,
        "withdraw": stand.acts and task.state == "REVIEW" and not found.in_bin,
        "resume": stand.works and task.state == "DEFERRED",
        "move": steers and task.state != "DECLINED",
        "reassign": steers,
        "bind": not found.in_bin and stand.works and (live or task.state == "DEFERRED"),
        "edit": stand.accepts,
        "bin": stand.deletes,
        "list": stand.works or me in task.participants,
        "time": stand.acts or me in task.participants,
    }


def _log(request: PersonRequest, task: Any) -> tuple[str, str] | None:
    """Where the call or the meeting that proves the work is logged, about the record it is looked for by."""
    words = {"CALL": _("Log the call"), "MEETING": _("Log the meeting")}.get(task.proof)
    if not words or not access.scope(request.user, "activity", Right.CREATE):
        return None
    about = {name: pk for name in ("deal", "lead", "customer") if (pk := getattr(task, f"{name}_id"))}
    asked = {"kind": task.proof, "subject": task.title, **about, "next": reverse("task", args=[task.pk])}
    return f"{reverse('activity_new')}?{urlencode(asked)}", words


def _quick() -> list[tuple[str, str]]:
    """Where a deadline is moved by one choice; the day of one's own stands first."""
    choices = [(code, str(words)) for code, words in WHEN if code in rules.QUICK]
    return [("day", _("on the day below")), *choices, ("none", _("no deadline"))]


def _instead(request: PersonRequest, stand: rules.Stand) -> str:
    """In whose place the person sees and does this, and until when."""
    found = stands_in_for(request.user).get(stand.does_for or stand.gives_for)
    if found is None:
        return ""
    last = formats.current().day(found.last_on, request.today)
    return _("You stand in for %(name)s until %(day)s.") % {"name": found.name, "day": last}


def _link(each: Any) -> tuple[Any, Any]:
    return each, marks.badge(str(queries.STATES[each.state]), TONES.get(each.state, ""))


def _progress(found: queries.TaskCard) -> tuple[int, int]:
    """How many subtasks are over, of how many."""
    over = sum(each.state in ("DONE", "DECLINED") for each in found.subtasks)
    return over, len(found.subtasks)


@page
def history(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = queries.history(request.user, pk)
    context = {
        "rows": task_says.happenings(found, request.today),
        "title": queries.find(request.user, pk).title,
        "pk": pk,
    }
    part = "#rows" if request.htmx else ""
    return TemplateResponse(request, f"tasks/history.html{part}", context)


@page
def download(request: PersonRequest, pk: int, file_id: int) -> HttpResponseBase:
    """Always a download, never shown in place: what people attach is not ours to trust."""
    found = queries.file_of(request.user, pk, file_id)
    if not default_storage.exists(found.path):
        raise NotFound(_("There is no such file."))
    answer = FileResponse(default_storage.open(found.path), as_attachment=True, filename=found.name)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


urlpatterns = [
    path("tasks/<int:pk>/", card, name="task"),
    path("tasks/<int:pk>/history/", history, name="task_history"),
    path("tasks/<int:pk>/files/<int:file_id>/", download, name="task_file"),
]
