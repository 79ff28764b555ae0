"""Giving work and changing what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.billing.queries import pick as invoices
from otdel.core.listing.filters import fold
from otdel.core.listing.values import read_id
from otdel.customers.queries import pick as customers
from otdel.deals.queries import pick as deals
from otdel.interfaces.http import PersonRequest, form, form_status, page
from otdel.interfaces.web.pick import written
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.task_forms import ChangeForm, TaskForm
from otdel.interfaces.web.task_shared import local_address
from otdel.org import access
from otdel.org.rules import Right
from otdel.tasks import actions, queries, rules


@form
def new(request: PersonRequest) -> HttpResponseBase:
    """The form as a page, or as the inside of the dialog that opens over any page."""
    access.require(request.user, "task", Right.CREATE)
    beginning = _beginning(request)
    given = TaskForm(request, beginning)
    if rules.asks_names(beginning["title"], beginning.get("text", "")):
        given.fields["title"].help_text = _("Choose below whom it is about: the name comes in the place of the braces.")
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
        "templates": _templates(request) if request.method == "GET" else [],
    }
    part = "#form" if request.htmx else ""
    return TemplateResponse(request, f"tasks/form.html{part}", context, status=form_status(given))


def _templates(request: PersonRequest) -> list[tuple[str, str, bool]]:
    """Templates to begin from: (name, address, is chosen)."""
    asked, now = request.GET.copy(), read_id(request.GET.get("template", ""))
    rows = []
    for pk, name in queries.template_names(request.user)[:20]:
        asked["template"] = str(pk)
        rows.append((name, f"{reverse('task_new')}?{asked.urlencode()}", pk == now))
    return rows


def _given(request: PersonRequest, made: list[Any]) -> HttpResponseBase:
    words = ngettext("The task is given.", "%(count)s tasks are given.", len(made)) % {"count": len(made)}
    messages.success(request, words, extra_tags=reverse("task_do", args=[made[0].pk, "take_back"]))
    target = local_address(request, request.POST.get("next", ""))
    target = target or (reverse("task", args=[made[0].pk]) if len(made) == 1 else reverse("tasks"))
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


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
    if template_id := read_id(asked.get("template", "")):
        initial |= _of_template(request, template_id)
    for name, name_of in NAMES.items():
        pk = read_id(asked.get(name, ""))
        if pk and (text := name_of(request.user, pk)):
            initial[name] = written(pk, text)
    for name in ("lead", "contact", "parent"):
        initial[name] = read_id(asked.get(name, "")) or ""
    return initial


def _of_template(request: PersonRequest, template_id: int) -> dict[str, Any]:
    """What the template fills in; whoever gives it may change anything before it is given."""
    about = {name: pk for name in actions.RECORDS if (pk := read_id(request.GET.get(name, "")))}
    values, to = actions.prepare(by=request.user, template_id=template_id, about=about, now=request.now)
    plain = ("title", "text", "needs_acceptance", "proof", "priority", "observers", "most_moves", "most_days")
    initial = {name: getattr(values, name) for name in plain}
    local = timezone.localtime(values.deadline) if values.deadline else None
    return initial | {
        "to": to.people[0] if to.people else request.user.pk,
        "unit": f"{to.unit_id}{'+' if to.deep else ''}" if to.unit_id else "",
        "when": "day" if local else "",
        "day": local and local.date(),
        "at": local and values.has_time and local.time(),
        "tags": ", ".join(values.tags),
        "checklist": "\n".join(values.checklist),
        "template": template_id,
    }


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
    plain += ("most_moves", "most_days", "reason_needed", "is_private", "accept_hours")
    initial = {name: getattr(task, name) for name in plain}
    for name in PREFILLED:
        record = getattr(task, name)
        initial[name] = written(record.pk, str(record)) if record else ""
    for name in ("lead", "contact", "parent"):
        initial[name] = getattr(task, f"{name}_id") or ""
    return initial | {"tags": ", ".join(task.tags)}


@page
def names(request: PersonRequest) -> HttpResponseBase:
    """People to call in by @name, whose name has a word that begins with what is typed."""
    typed = fold(request.GET.get("q", ""))[:80].split()
    people = [name for _pk, name in queries.receivers(request.user)] if typed else []
    found = [name for name in people if _fits(fold(name).split(), typed)]
    return JsonResponse({"names": found[:8]})


def _fits(words: list[str], typed: list[str]) -> bool:
    return all(any(word.startswith(each) for word in words) for each in typed)


urlpatterns = [
    path("tasks/names/", names, name="task_names"),
    path("tasks/new/", new, name="task_new"),
    path("tasks/<int:pk>/edit/", edit, name="task_edit"),
]
