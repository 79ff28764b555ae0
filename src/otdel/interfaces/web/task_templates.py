"""Templates of tasks, and what is given from them by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.errors import NotFound
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.task_shared import tabs
from otdel.interfaces.web.task_template_forms import RHYTHMS, WEEKDAYS, RepeatForm, TemplateForm
from otdel.org import access
from otdel.org.rules import Right
from otdel.tasks import actions, queries
from otdel.tasks.rules import Rhythm


@page
def index(request: PersonRequest) -> HttpResponseBase:
    """What one may give from, and what of it comes again by itself."""
    access.require(request.user, "task", Right.VIEW)
    rows = [_row(request, each) for each in queries.templates(request.user)]
    context = {
        "tabs": tabs("task_templates"),
        "rows": rows,
        "may_create": access.scope(request.user, "task", Right.CREATE),
    }
    return TemplateResponse(request, "tasks/templates.html", context)


def _row(request: PersonRequest, row: queries.TemplateRow) -> dict[str, Any]:
    template = row.template
    to = template.assignee or template.to_unit or queries.ASSIGN[template.assign]
    scope = template.unit if template.scope == "UNIT" else queries.SCOPES[template.scope]
    return {
        "id": template.pk,
        "name": template.name,
        "title": template.title,
        "to": to,
        "scope": scope,
        "owner": template.owner.short_name,
        "due": due_after(template),
        "changes": row.changes,
        "give": f"{reverse('task_new')}?template={template.pk}",
        "repeats": [_repeat(request, each) for each in row.repeats],
    }


def due_after(template: Any) -> str:
    count = template.due_after
    if count is None:
        return _("no deadline")
    if template.due_in == "HOURS":
        return ngettext("in %(count)s working hour", "in %(count)s working hours", count) % {"count": count}
    if count == 0:
        return _("the same day")
    return ngettext("in %(count)s working day", "in %(count)s working days", count) % {"count": count}


def _repeat(request: PersonRequest, repeat: Any) -> dict[str, Any]:
    fmt = formats.current()
    soon = fmt.moment(timezone.localtime(repeat.next_at), request.today) if repeat.next_at and repeat.is_on else ""
    return {
        "id": repeat.pk,
        "words": says(repeat),
        "by": repeat.by.short_name if repeat.by_id != request.user.pk else "",
        "next": soon,
        "on": repeat.is_on,
        "given": repeat.given,
        "failed": repeat.failed,
        "url": reverse("task_repeat", args=[repeat.pk]),
        "badge": "" if repeat.is_on else marks.badge(pgettext("repeat", "stopped")),
    }


def says(repeat: Any) -> str:
    """Return in words when it comes."""
    days = abs(repeat.after_days)
    after = ngettext("%(count)s working day", "%(count)s working days", days) % {"count": days} if days else ""
    if repeat.on == "STAGE":
        words = _("after a deal enters «%(stage)s»") % {"stage": repeat.stage}
    elif repeat.on == "PAYMENT":
        words = _("after a payment")
    elif repeat.on == "BIRTHDAY":
        words = _("before a contact's birthday") if repeat.after_days < 0 else _("on a contact's birthday")
    else:
        return _calendar_words(repeat)
    return f"{after} {words}" if after else words


def _calendar_words(repeat: Any) -> str:
    rhythm = Rhythm.read(repeat.rule)
    if rhythm.frequency == "DAILY" and repeat.off_days == "SKIP" and rhythm.interval == 1:
        words = str(dict(RHYTHMS)["WORKING"])
    else:
        words = _frequency(rhythm)
    if repeat.at:
        words += f", {formats.current().time(repeat.at)}"
    if rhythm.count:
        words += ", " + ngettext("%(count)s time", "%(count)s times", rhythm.count) % {"count": rhythm.count}
    if rhythm.until:
        words += ", " + _("until %(day)s") % {"day": formats.current().date(rhythm.until)}
    return words


ONE = {
    "DAILY": lazy("every day"),
    "WEEKLY": lazy("every week"),
    "MONTHLY": lazy("every month"),
    "YEARLY": lazy("every year"),
}


def _every(frequency: str, count: int) -> str:
    if count == 1:
        return str(ONE[frequency])
    match frequency:
        case "DAILY":
            words = ngettext("every %(count)s day", "every %(count)s days", count)
        case "WEEKLY":
            words = ngettext("every %(count)s week", "every %(count)s weeks", count)
        case "MONTHLY":
            words = ngettext("every %(count)s month", "every %(count)s months", count)
        case _:
            words = ngettext("every %(count)s year", "every %(count)s years", count)
    return words % {"count": count}


def _frequency(rhythm: Rhythm) -> str:
    words = _every(rhythm.frequency, rhythm.interval)
    names = dict(WEEKDAYS)
    if rhythm.weekdays:
        days = ", ".join(str(names[day]) for day in rhythm.weekdays)
        words += f": {days if get_language() == 'en' else days.lower()}"  # only English writes them with a capital
    if rhythm.month_day:
        day = _("the last day") if rhythm.month_day == -1 else _("day %(number)s") % {"number": rhythm.month_day}
        words += f": {day}"
    return words


@form
def new(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "task", Right.CREATE)
    return _edited(request, None, TemplateForm(request, {}), _("New template"))


@form
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    template = queries.template_of(request.user, pk, change=True)
    return _edited(request, pk, TemplateForm(request, _as_it_is(template)), template.name)


def _as_it_is(template: Any) -> dict[str, Any]:
    plain: tuple[str, ...] = ("name", "title", "assign", "due_after", "due_in", "text", "proof", "needs_acceptance")
    plain += ("priority", "watch", "observers", "most_moves", "most_days", "scope")
    initial = {name: getattr(template, name) for name in plain}
    to_unit = f"{template.to_unit_id}{'+' if template.to_deep else ''}" if template.to_unit_id else ""
    lines = "\n".join(template.checklist)
    return initial | {
        "assignee": template.assignee_id,
        "unit": template.unit_id,
        "to_unit": to_unit,
        "checklist": lines,
        "tags": ", ".join(template.tags),
    }


def _edited(request: PersonRequest, pk: int | None, given: TemplateForm, title: str) -> HttpResponseBase:
    if request.method == "POST" and given.is_valid():
        made = attempt(
            given,
            lambda: actions.save_template(by=request.user, template_id=pk, values=given.values(), now=request.now),
        )
        if made:
            messages.success(request, _("Saved."))
            return redirect("task_templates")
    context = {"form": given, "title": title, "full": ("name", "title", "text", "checklist", "watch", "observers")}
    return TemplateResponse(request, "tasks/template_form.html", context, status=form_status(given))


@form
def repeat_new(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Let a template's work be given by itself, in one's own name."""
    access.require(request.user, "task", Right.CREATE)
    template = queries.template_of(request.user, pk)
    given = RepeatForm(request)
    if request.method == "POST" and given.is_valid():
        made = attempt(
            given, lambda: actions.add_repeat(by=request.user, values=given.values(template.pk), now=request.now)
        )
        if made:
            messages.success(request, _("From now on it is given automatically."))
            return redirect("task_repeat", made.pk)
    title = _("Repeat «%(name)s»") % {"name": template.name}
    context = {"form": given, "title": title, "full": ("weekdays",), "hint": True}
    return TemplateResponse(request, "tasks/template_form.html", context, status=form_status(given))


@page
def repeat(request: PersonRequest, pk: int) -> HttpResponseBase:
    """When it came, and what became of it."""
    found, rows = queries.times(request.user, pk)
    fmt, today = formats.current(), request.today

    def moment(at: Any) -> str:
        return fmt.moment(timezone.localtime(at), today) if at else ""

    context = {
        "repeat": found,
        "title": found.template.name,
        "path": [(_("Tasks"), reverse("tasks")), (_("Templates"), reverse("task_templates"))],
        "words": says(found),
        "next": moment(found.next_at) if found.is_on else "",
        "changes": access.reach(request.user, "task", Right.CHANGE).includes(found.by_id),
        "rows": [(moment(row.due_at), moment(row.made_at), row.tasks, row.problem) for row in rows],
    }
    return TemplateResponse(request, "tasks/repeat.html", context)


@submission
def drop(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.drop_template(by=request.user, template_id=pk, now=request.now)
    messages.success(request, _("The template is removed; what was given from it stays."))
    return redirect("task_templates")


@submission
def repeat_do(request: PersonRequest, pk: int, name: str) -> HttpResponseBase:
    if name == "drop":
        actions.drop_repeat(by=request.user, repeat_id=pk, now=request.now)
        messages.success(request, _("It is no longer given automatically."))
        return redirect("task_templates")
    if name not in ("stop", "go"):
        raise NotFound(_("There is no such action."))
    actions.switch_repeat(by=request.user, repeat_id=pk, on=name == "go", now=request.now)
    return redirect("task_repeat", pk)


urlpatterns = [
    path("tasks/templates/", index, name="task_templates"),
    path("tasks/templates/new/", new, name="task_template_new"),
    path("tasks/templates/<int:pk>/", edit, name="task_template"),
    path("tasks/templates/<int:pk>/drop/", drop, name="task_template_drop"),
    path("tasks/templates/<int:pk>/repeat/", repeat_new, name="task_repeat_new"),
    path("tasks/repeats/<int:pk>/", repeat, name="task_repeat"),
    path("tasks/repeats/<int:pk>/<str:name>/", repeat_do, name="task_repeat_do"),
]
