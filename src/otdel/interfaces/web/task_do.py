"""What is done on the card of a task."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.core.errors import Invalid, NotFound
from otdel.core.listing.values import read_day, read_id
from otdel.interfaces.http import PersonRequest, submission
from otdel.interfaces.web.pick import read_one
from otdel.interfaces.web.task_forms import moment_of
from otdel.interfaces.web.task_shared import local_address
from otdel.org.queries import worktime
from otdel.tasks import actions, rules


def _deadline(request: PersonRequest) -> tuple[datetime | None, bool]:
    """The quick choice of a form, or its day and hour; an empty day is no deadline."""
    quick = request.POST.get("when", "")
    if quick in rules.QUICK:
        return rules.quick_moment(quick, request.now, worktime(request.user))
    if quick == "none":
        return None, False
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
    return _("The time is logged.")


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


def _bind(request: PersonRequest, pk: int) -> str:
    needs = read_one("task", request.user, request.POST.get("needs", ""))
    actions.add_need(by=request.user, task_id=pk, needs_id=needs, now=request.now)
    return _("Now it waits for that task.")


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
    "bind": _bind,
    "unbind": _simple("remove_need", lazy("It no longer waits for that task."), needs_id="needs"),
    "time": _time,
    "bin": _bin,
    "restore": _restore,
    "withdraw": _simple("withdraw_task", lazy("Taken back into work.")),
    "take_back": _simple("take_back", lazy("Undone.")),
}
UNDONE_BY = {"submit": "withdraw", "bin": "restore"}


@submission
def do(request: PersonRequest, pk: int, name: str) -> HttpResponseBase:
    """One thing done on a card, or in a line of another page, which then is shown again."""
    act = DO.get(name)
    if act is None:
        raise NotFound(_("There is no such action."))
    words = act(request, pk)
    if words:
        back = UNDONE_BY.get(name)
        messages.success(request, words, extra_tags=reverse("task_do", args=[pk, back]) if back else "")
    target = local_address(request, request.POST.get("next", ""))
    away = name in ("bin", "take_back")
    return _lead(request, target or (reverse("tasks") if away else reverse("task", args=[pk])))


def _lead(request: PersonRequest, target: str) -> HttpResponseBase:
    """Go there; a form in a dialog is sent by htmx, so that what is refused is said in it."""
    return HttpResponse(status=204, headers={"HX-Redirect": target}) if request.htmx else redirect(target)


@submission
def undo(request: PersonRequest, event_id: int) -> HttpResponseBase:
    actions.undo_many(by=request.user, event_id=event_id, now=request.now)
    messages.success(request, _("Undone."))
    return redirect("tasks")


urlpatterns = [
    path("tasks/<int:pk>/do/<str:name>/", do, name="task_do"),
    path("tasks/undo/<int:event_id>/", undo, name="task_undo"),
]
