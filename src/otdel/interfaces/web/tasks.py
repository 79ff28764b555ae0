"""Pages of tasks: the list, the form, the card and what is done on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.billing.queries import pick as invoices
from otdel.core.errors import Invalid, NotFound
from otdel.core.listing import Asking
from otdel.core.listing.values import read_day, read_id
from otdel.customers.queries import pick as customers
from otdel.deals.queries import pick as deals
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats, lists, marks, task_says
from otdel.interfaces.web.pick import written
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.task_forms import ChangeForm, TaskForm, moment_of
from otdel.org import access
from otdel.org.queries import calendar
from otdel.org.rules import Right
from otdel.tasks import actions, queries, rules

TABS = (
    (lazy("Tasks"), "tasks"),
    (lazy("By deadline"), "task_board"),
    (lazy("By person"), "task_team"),
)
TONES = {"NEW": "accent", "REVIEW": "over", "RETURNED": "under", "DONE": "done", "DECLINED": "under"}


# the list


def _give(request: PersonRequest, ids: list[int], value: str) -> tuple[str, str]:
    event = actions.reassign_many(by=request.user, ids=ids, to=read_id(value) or 0, now=request.now)
    count = event.data["count"]
    return ngettext("%(count)s task is handed over.", "%(count)s tasks are handed over.", count) % {"count": count}, ""


def _move_many(request: PersonRequest, ids: list[int], value: str) -> tuple[str, str]:
    day = rules.quick_day(value, request.today, calendar(request.company.country))
    event = actions.move_many(
        by=request.user,
        ids=ids,
        deadline=moment_of(day, None),
        has_time=False,
        reason=_("Moved in the list"),
        now=request.now,
    )
    count = event.data["count"]
    words = ngettext("The deadline of %(count)s task is moved.", "The deadline of %(count)s tasks is moved.", count)
    return words % {"count": count}, ""


def _bin_many(request: PersonRequest, ids: list[int], value: str) -> tuple[str, str]:
    event = actions.bin_many(by=request.user, ids=ids, now=request.now)
    count = event.data["count"]
    words = ngettext("%(count)s task is in the bin.", "%(count)s tasks are in the bin.", count)
    return words % {"count": count}, reverse("task_undo", args=[event.pk])


def _people(asking: Asking) -> Iterator[tuple[str, str]]:
    return ((str(pk), name) for pk, name in queries.receivers(asking.person))


def _days(asking: Asking) -> Iterator[tuple[str, str]]:
    return ((code, str(words)) for code, words in task_says.QUICK_DAYS)


LIST = lists.ListPage(
    listing=queries.TASKS,
    name="tasks",
    path="tasks/",
    title=lazy("Tasks"),
    empty_title=lazy("No tasks yet"),
    empty_text=lazy("Work given in writing will be here: by whom, to whom, until when, and how it ended."),
    icon="tasks",
    card="task",
    create="task_new",
    create_label=lazy("New task"),
    links={"customer": "customer", "deal": "deal", "lead": "lead"},
    tones={"state": TONES},
    quick=(
        (lazy("Not finished"), {"stage": "open"}),
        (lazy("For me to do"), {"role": "mine"}),
        (lazy("Given by me"), {"role": "given"}),
        (lazy("I observe"), {"role": "watching"}),
        (lazy("Overdue"), {"stage": "late"}),
        (lazy("Waiting for my acceptance"), {"waits": "accept"}),
    ),
    tabs=TABS,
    bulk=(
        lists.BulkAction(
            "assign", lazy("Hand over…"), Right.VIEW, _give, asks=lazy("To whom"), options=_people, icon="user"
        ),
        lists.BulkAction(
            "move",
            lazy("Move the deadline…"),
            Right.VIEW,
            _move_many,
            asks=lazy("New deadline"),
            options=_days,
            icon="calendar",
        ),
        lists.BulkAction("bin", lazy("Put in the bin"), Right.VIEW, _bin_many, icon="trash", danger=True),
    ),
    file_name="tasks",
)


# giving work


@form
def new(request: PersonRequest) -> HttpResponseBase:
    """The form as a page, or as the inside of the dialog that opens over any page."""
    access.require(request.user, "task", Right.CREATE)
    given = TaskForm(request, _beginning(request))
    if request.method == "POST" and given.is_valid():
        made = attempt(
            given,
            lambda: actions.create_tasks(by=request.user, values=given.values(), to=given.address(), now=request.now),
        )
        if made:
            return _given(request, made)
    context = {
        "form": given,
        "title": _("New task"),
        "action": reverse("task_new"),
        "back": local_address(request, request.GET.get("next", "")) or reverse("tasks"),
        "button": _("Give the task"),
        "in_dialog": bool(request.htmx),
    }
    part = "#form" if request.htmx else ""
    return TemplateResponse(request, f"tasks/form.html{part}", context, status=form_status(given))


def _given(request: PersonRequest, made: list[Any]) -> HttpResponseBase:
    words = ngettext("The task is given.", "%(count)s tasks are given.", len(made)) % {"count": len(made)}
    messages.success(request, words)
    target = local_address(request, request.POST.get("next", ""))
    target = target or (reverse("task", args=[made[0].pk]) if len(made) == 1 else reverse("tasks"))
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def local_address(request: PersonRequest, target: str) -> str:
    return target if target.startswith("/") and url_has_allowed_host_and_scheme(target, {request.get_host()}) else ""


PREFILLED = ("customer", "deal", "invoice")
NAMES: dict[str, Callable[[Any, int], str | None]] = {
    "customer": customers.name_of,
    "deal": deals.name_of,
    "invoice": invoices.invoice_name,
}


def _beginning(request: PersonRequest) -> dict[str, Any]:
    """What the place it is given from already knows: the record, the person or department, words."""
    asked = request.GET
    unit, several = asked.get("unit", ""), [read_id(each) for each in asked.getlist("several")]
    initial: dict[str, Any] = {
        "title": asked.get("title", "")[:250],
        "to": read_id(asked.get("to", "")) or request.user.pk,
        "unit": unit if read_id(unit.rstrip("+")) else "",
        "several": [each for each in several if each],
        "when": "tomorrow",
        "needs_acceptance": asked.get("accept") == "1",
        "reason_needed": True,
        "next": _came_from(request),
    }
    for name, name_of in NAMES.items():
        pk = read_id(asked.get(name, ""))
        if pk and (text := name_of(request.user, pk)):
            initial[name] = written(pk, text)
    for name in ("lead", "contact", "parent"):
        initial[name] = read_id(asked.get(name, "")) or ""
    return initial


def _came_from(request: PersonRequest) -> str:
    if not request.htmx:
        return local_address(request, request.GET.get("next", ""))
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    return local_address(request, here.path + (f"?{here.query}" if here.query else ""))


@form
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = queries.task_card(request.user, pk)
    rules.must(found.stand.accepts and not found.in_bin)
    task = found.task
    kept = {name: getattr(task, f"{name}_id") for name in PREFILLED}
    given = ChangeForm(request, _as_it_is(task), kept)
    if request.method == "POST" and given.is_valid():
        made = attempt(
            given,
            lambda: actions.change_task(by=request.user, task_id=pk, values=given.values(), now=request.now),
        )
        if made:
            messages.success(request, _("Saved."))
            return redirect("task", pk)
    context = {
        "form": given,
        "title": task.title,
        "action": reverse("task_edit", args=[pk]),
        "back": reverse("task", args=[pk]),
        "button": _("Save"),
        "open": True,
    }
    return TemplateResponse(request, "tasks/form.html", context, status=form_status(given))


def _as_it_is(task: Any) -> dict[str, Any]:
    plain: tuple[str, ...] = ("title", "text", "needs_acceptance", "proof", "priority", "participants", "observers")
    plain += ("most_moves", "most_days", "reason_needed", "is_private")
    initial = {name: getattr(task, name) for name in plain}
    for name in PREFILLED:
        record = getattr(task, name)
        initial[name] = written(record.pk, str(record)) if record else ""
    for name in ("lead", "contact", "parent"):
        initial[name] = getattr(task, f"{name}_id") or ""
    return initial | {"tags": ", ".join(task.tags)}


# the card


@page
def card(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Whoever the work is waited from has seen it by opening this page."""
    found = queries.task_card(request.user, pk)
    task, stand = found.task, found.stand
    if stand.does and task.state == "NEW" and not found.in_bin:
        task.state = actions.see_task(by=request.user, task_id=pk, now=request.now).state
    live, fmt = task.state in rules.LIVE, formats.current()
    steers = not found.in_bin and stand.works and (live or task.state in ("DEFERRED", "DECLINED"))
    context = {
        "found": found,
        "task": task,
        "stand": stand,
        "here": request.user.pk,
        "path": [(_("Tasks"), reverse("tasks"))],
        "badge": marks.badge(found.state_name, TONES.get(task.state, "")),
        "priority": f"{_('Priority')}: {queries.PRIORITIES[task.priority]}" if task.priority != 2 else "",
        "urgent": "under" if task.priority == 3 else "",
        "due": task_says.due(task.deadline, task.has_time, request.now, live),
        "proof": task_says.proof(task.proof),
        "text": task_says.rich(task.text),
        "result": task_says.rich(task.result),
        "comments": [(each, task_says.rich(each.text)) for each in found.comments],
        "files": [(each, task_says.size(each.size)) for each in found.files],
        "limits": task_says.limits(task),
        "minutes": task_says.minutes(found.minutes),
        "subtasks": [
            (each, marks.badge(str(queries.STATES[each.state]), TONES.get(each.state, ""))) for each in found.subtasks
        ],
        "grade": str(task.get_grade_display()) if task.grade else "",
        "can": {
            "start": stand.does and task.state in ("NEW", "SEEN", "RETURNED"),
            "submit": stand.does and live,
            "decline": stand.does and live and not stand.creates,
            "accept": stand.accepts and task.state == "REVIEW",
            "grade": stand.accepts and not stand.does and task.state == "DONE",
            "send_back": stand.accepts and task.state in ("REVIEW", "DONE"),
            "defer": stand.accepts and live,
            "resume": stand.works and task.state == "DEFERRED",
            "move": steers and task.state != "DECLINED",
            "reassign": steers,
            "edit": stand.accepts,
            "bin": stand.deletes,
            "list": stand.works or request.user.pk in task.participants,
            "time": stand.does or request.user.pk in task.participants,
        },
        "people": queries.receivers(request.user) if steers else [],
        "named": [(task.assignee_id, str(task.assignee)), *found.participants],
        "group_url": f"{reverse('tasks')}?{urlencode({'q': task.title})}" if found.siblings > 1 else "",
        "day": task.deadline and timezone.localtime(task.deadline).date().isoformat(),
        "today": request.today,
        "fmt": fmt,
    }
    return TemplateResponse(request, "tasks/card.html", context)


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


# what is done on the card


def _deadline(request: PersonRequest) -> tuple[datetime | None, bool]:
    """The day and hour of a form; an empty day is no deadline."""
    text, hour = request.POST.get("day", ""), request.POST.get("at", "")
    day = read_day(text)
    if text and day is None:
        raise Invalid(_("The day could not be read."), field="day")
    at = None
    if hour:
        try:
            at = datetime.strptime(hour, "%H:%M").time()  # noqa: DTZ007 - the zone is put on in moment_of
        except ValueError as error:
            raise Invalid(_("The hour could not be read."), field="at") from error
    return (moment_of(day, at), at is not None) if day else (None, False)


def _until(request: PersonRequest) -> datetime:
    day = read_day(request.POST.get("day", ""))
    if day is None:
        raise Invalid(_("Choose the day."), field="day")
    zone: Any = timezone.get_current_timezone()
    return datetime.combine(day, datetime.min.time(), zone)


def _return(request: PersonRequest, pk: int) -> str:
    deadline, has_time = _deadline(request)
    actions.return_task(
        by=request.user,
        task_id=pk,
        reason=request.POST.get("reason", ""),
        deadline=deadline,
        has_time=has_time,
        now=request.now,
    )
    return _("The task is returned.")


def _move(request: PersonRequest, pk: int) -> str:
    deadline, has_time = _deadline(request)
    actions.move_deadline(
        by=request.user,
        task_id=pk,
        deadline=deadline,
        has_time=has_time,
        reason=request.POST.get("reason", ""),
        now=request.now,
    )
    return _("The deadline is moved.")


def _attach(request: PersonRequest, pk: int) -> str:
    files = request.FILES.getlist("file")
    if not files:
        raise Invalid(_("Choose a file."), field="file")
    for each in files:
        actions.attach_file(
            by=request.user, task_id=pk, name=each.name or "", size=each.size or 0, content=each, now=request.now
        )
    return ngettext("The file is attached.", "%(count)s files are attached.", len(files)) % {"count": len(files)}


def _check(request: PersonRequest, pk: int) -> str:
    item = read_id(request.POST.get("item", "")) or 0
    actions.check_item(by=request.user, task_id=pk, item_id=item, done=request.POST.get("done") == "1", now=request.now)
    return ""


def _time(request: PersonRequest, pk: int) -> str:
    actions.log_time(
        by=request.user,
        task_id=pk,
        day=read_day(request.POST.get("day", "")) or request.today,
        minutes=read_id(request.POST.get("minutes", "")) or 0,
        note=request.POST.get("note", ""),
        now=request.now,
    )
    return _("The time is written down.")


def _simple(action: str, words: Any, *texts: str, **numbers: str) -> Callable[[PersonRequest, int], str]:
    """Return a submission that passes texts, and numbers under other names, to an action."""

    def act(request: PersonRequest, pk: int) -> str:
        given: dict[str, Any] = {name: request.POST.get(name, "") for name in texts}
        given |= {name: read_id(request.POST.get(sent, "")) or 0 for name, sent in numbers.items()}
        getattr(actions, action)(by=request.user, task_id=pk, now=request.now, **given)
        return str(words)

    return act


def _add_item(request: PersonRequest, pk: int) -> str:
    actions.add_item(
        by=request.user,
        task_id=pk,
        text=request.POST.get("text", ""),
        assignee_id=read_id(request.POST.get("assignee", "")),
        now=request.now,
    )
    return ""


def _defer(request: PersonRequest, pk: int) -> str:
    reason = request.POST.get("reason", "")
    actions.defer_task(by=request.user, task_id=pk, until=_until(request), reason=reason, now=request.now)
    return _("The task is put off.")


def _bin(request: PersonRequest, pk: int) -> str:
    actions.bin_many(by=request.user, ids=[pk], now=request.now)
    return _("It is in the bin.")


def _restore(request: PersonRequest, pk: int) -> str:
    actions.restore_tasks(by=request.user, ids=[pk], now=request.now)
    return _("It is restored.")


DO: dict[str, Callable[[PersonRequest, int], str]] = {
    "start": _simple("start_task", lazy("Work has begun.")),
    "submit": _simple("submit_task", lazy("Handed in."), "result"),
    "accept": _simple("accept_task", lazy("Accepted."), "grade", "comment"),
    "grade": _simple("grade_task", lazy("Graded."), "grade", "comment"),
    "return": _return,
    "decline": _simple("decline_task", lazy("Declined."), "reason"),
    "defer": _defer,
    "resume": _simple("resume_task", lazy("The task is back in work.")),
    "move": _move,
    "reassign": _simple("reassign_task", lazy("Handed over."), to="to"),
    "comment": _simple("comment_task", "", "text"),
    "attach": _attach,
    "detach": _simple("remove_file", lazy("The file is removed."), file_id="file"),
    "item": _add_item,
    "check": _check,
    "unlist": _simple("remove_item", "", item_id="item"),
    "time": _time,
    "bin": _bin,
    "restore": _restore,
}


@submission
def do(request: PersonRequest, pk: int, name: str) -> HttpResponseBase:
    """One thing done on a card, or in a line of another page, which then is shown again."""
    act = DO.get(name)
    if act is None:
        raise NotFound(_("There is no such action."))
    words = act(request, pk)
    if words:
        messages.success(request, words)
    target = local_address(request, request.POST.get("next", ""))
    return redirect(target or (reverse("tasks") if name == "bin" else reverse("task", args=[pk])))


@submission
def undo(request: PersonRequest, event_id: int) -> HttpResponseBase:
    actions.undo_bin(by=request.user, event_id=event_id, now=request.now)
    messages.success(request, _("Undone."))
    return redirect("tasks")


urlpatterns = [
    path("tasks/new/", new, name="task_new"),
    *lists.urls(LIST),
    path("tasks/<int:pk>/", card, name="task"),
    path("tasks/<int:pk>/edit/", edit, name="task_edit"),
    path("tasks/<int:pk>/history/", history, name="task_history"),
    path("tasks/<int:pk>/files/<int:file_id>/", download, name="task_file"),
    path("tasks/<int:pk>/do/<str:name>/", do, name="task_do"),
    path("tasks/undo/<int:event_id>/", undo, name="task_undo"),
]
