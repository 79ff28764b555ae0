"""The tree of departments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.errors import NotFound
from otdel.interfaces import http
from otdel.interfaces.http import PersonRequest, form_status, page, submission
from otdel.interfaces.web import formats, org_tabs
from otdel.interfaces.web.form_fields import offer
from otdel.interfaces.web.refusals import attempt
from otdel.org import access, actions, queries
from otdel.org.rules import Right


@page
def units(request: PersonRequest) -> HttpResponseBase:
    closed = request.GET.get("closed") == "yes"
    rows = queries.unit_rows(request.user, request.today, closed=closed)
    reach = access.reach(request.user, "unit", Right.CHANGE)
    context = {
        "tabs": org_tabs.tabs(request.user, "units"),
        "rows": [_line(row, may_change=reach.includes_unit(row.id)) for row in rows],
        "closed": closed,
        "may_create": bool(access.scope(request.user, "unit", Right.CREATE)),
    }
    return render(request, "people/units.html", context)


def _line(row: queries.UnitRow, *, may_change: bool) -> dict[str, Any]:
    return {
        "name": row.name,
        "depth": min(row.depth, 6),
        "head": row.head,
        "head_url": reverse("person", args=[row.head_id]) if row.head_id else "",
        "next": _next(row.next) if row.next else "",
        "own": row.own_people,
        "all": row.all_people,
        "people_url": f"{reverse('people')}?unit={row.id}",
        "url": reverse("unit", args=[row.id]) if may_change else "",
        "add_url": f"{reverse('unit_new')}?under={row.id}" if may_change else "",
        "closed": row.closed_on is not None,
    }


def _next(found: queries.Next) -> dict[str, str]:
    words = {"day": formats.current().day(found.starts_on), "name": found.head}
    text = _("from %(day)s: %(name)s") if found.head else _("leaves; nobody is chosen from %(day)s")
    return {
        "text": text % words,
        "tone": "" if found.head else "under",
        "url": reverse("person_leave", args=[found.leaving_id]),
    }


class UnitForm(forms.Form):
    name = forms.CharField(label=lazy("Name"), max_length=160)
    parent = forms.TypedChoiceField(label=lazy("Under"), coerce=int, required=False, empty_value=None)
    head = forms.TypedChoiceField(label=lazy("Head"), coerce=int, required=False, empty_value=None)

    def __init__(self, request: PersonRequest, unit_id: int | None, initial: dict[str, Any], *, root: bool) -> None:
        super().__init__(request.POST or None, initial=initial)
        people = queries.person_choices(request.user, request.today)
        offer(self, "head", [("", _("nobody")), *people])
        if root:
            del self.fields["parent"]
        else:
            tree = access.tree_for(request.user)
            offer(self, "parent", queries.unit_choices(tree, without=unit_id))
            self.fields["parent"].required = True


@http.form
def create(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "unit", Right.CREATE)
    form = UnitForm(request, None, {"parent": request.GET.get("under")}, root=False)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.create_unit(
                by=request.user,
                name=given["name"],
                parent_id=given["parent"],
                head_id=given["head"],
                now=request.now,
            ),
        )
        if made:
            messages.success(request, _("The department is created."))
            return redirect("units")
    return render(request, "people/unit.html", {"form": form}, status=form_status(form))


@http.form
def unit(request: PersonRequest, pk: int) -> HttpResponseBase:
    access.require(request.user, "unit", Right.CHANGE)
    node = access.tree_for(request.user).nodes.get(pk)
    if node is None:
        raise NotFound()
    initial = {"name": node.name, "parent": node.parent_id, "head": node.head_id}
    form = UnitForm(request, pk, initial, root=node.parent_id is None)
    if request.method == "POST" and form.is_valid() and _change(request, form, pk):
        messages.success(request, _("Saved."))
        return redirect("units")
    found = queries.next_heads().get(pk)
    context = {"form": form, "node": node, "next": _next(found) if found else ""}
    return render(request, "people/unit.html", context, status=form_status(form))


def _change(request: PersonRequest, form: UnitForm, pk: int) -> Any:
    given = form.cleaned_data
    return attempt(
        form,
        lambda: actions.change_unit(
            by=request.user,
            unit_id=pk,
            name=given["name"],
            parent_id=given.get("parent"),
            head_id=given["head"],
            now=request.now,
        ),
    )


@submission
def close(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.close_unit(by=request.user, unit_id=pk, today=request.today, now=request.now)
    messages.success(request, _("The department is closed; its past stays in reports."))
    return redirect("units")


@submission
def reopen(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.open_unit(by=request.user, unit_id=pk, now=request.now)
    messages.success(request, _("The department is open again."))
    return redirect("units")


urlpatterns = [
    path("people/departments/", units, name="units"),
    path("people/departments/new/", create, name="unit_new"),
    path("people/departments/<int:pk>/", unit, name="unit"),
    path("people/departments/<int:pk>/close/", close, name="unit_close"),
    path("people/departments/<int:pk>/open/", reopen, name="unit_open"),
]
