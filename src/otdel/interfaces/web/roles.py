"""The roles: for each kind of record how far each right reaches."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces import http
from otdel.interfaces.http import PersonRequest, form_status, page, submission
from otdel.interfaces.web import org_tabs
from otdel.interfaces.web.refusals import attempt
from otdel.org import access, actions, queries
from otdel.org.rules import KIND_LABELS, RIGHT_LABELS, SCOPE_LABELS, Right, Rights, Scope, scope_of

# What has no owner is allowed or not: a department's width means nothing for it.
WHOLE = ("product", "settings", "audit")


@page
def roles(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "settings", Right.VIEW)
    rows = [
        {
            "name": row.name,
            "url": reverse("role", args=[row.id]),
            "people": row.people,
            "people_url": f"{reverse('people')}?role={row.id}&status=all",
            "preset": row.is_preset,
            "sees": SCOPE_LABELS[scope_of(row.rights, "deal", Right.VIEW)],
            "plans": SCOPE_LABELS[scope_of(row.rights, "plan", Right.CHANGE)],
        }
        for row in queries.role_rows()
    ]
    context = {
        "tabs": org_tabs.settings_tabs("roles"),
        "rows": rows,
        "choices": queries.role_choices(),
        "may_change": bool(access.scope(request.user, "settings", Right.CHANGE)),
    }
    return render(request, "people/roles.html", context)


class RoleForm(forms.Form):
    name = forms.CharField(label=lazy("Name"), max_length=120)

    def __init__(self, data: Any, role: queries.RoleRow) -> None:
        super().__init__(data, initial={"name": role.name})
        for kind in KIND_LABELS:
            for right in Right:
                width = scope_of(role.rights, kind, right)
                label = f"{KIND_LABELS[kind]}: {RIGHT_LABELS[right]}"
                self.fields[f"{kind}-{right}"] = forms.ChoiceField(
                    label=label, choices=_choices(kind), initial=width.name.lower(), required=False
                )
                self.fields[f"{kind}-{right}"].widget.attrs["aria-label"] = label

    def rows(self) -> list[tuple[Any, list[Any]]]:
        return [(label, [self[f"{kind}-{right}"] for right in Right]) for kind, label in KIND_LABELS.items()]

    def rights(self) -> Rights:
        return {
            kind: {right.value: self.cleaned_data[f"{kind}-{right}"] or "none" for right in Right}
            for kind in KIND_LABELS
        }


def _choices(kind: str) -> list[tuple[str, Any]]:
    if kind in WHOLE:
        return [("none", _("no")), ("all", _("yes"))]
    return [(width.name.lower(), SCOPE_LABELS[width]) for width in Scope]


@http.form
def role(request: PersonRequest, pk: int) -> HttpResponseBase:
    access.require(request.user, "settings", Right.VIEW)
    row = queries.role_row(pk)
    form = RoleForm(request.POST or None, row)
    if request.method == "POST" and form.is_valid():
        name, rights = form.cleaned_data["name"], form.rights()
        act = lambda: actions.change_role(by=request.user, role_id=pk, name=name, rights=rights, now=request.now)  # noqa: E731
        if attempt(form, act):
            messages.success(request, _("Saved. It applies from everybody's next click."))
            return redirect("roles")
    context = {
        "form": form,
        "row": row,
        "rights": list(RIGHT_LABELS.values()),
        "may_change": bool(access.scope(request.user, "settings", Right.CHANGE)),
    }
    return render(request, "people/role.html", context, status=form_status(form))


@submission
def create(request: PersonRequest) -> HttpResponseBase:
    copy_of = request.POST.get("copy_of", "")
    made = actions.create_role(
        by=request.user,
        name=request.POST.get("name", ""),
        copy_of=int(copy_of) if copy_of.isascii() and copy_of.isdigit() and len(copy_of) < 10 else None,
        now=request.now,
    )
    return redirect("role", made.pk)


@submission
def reset(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.reset_role(by=request.user, role_id=pk, now=request.now)
    messages.success(request, _("The role has its original rights again."))
    return redirect("role", pk)


@submission
def delete(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.delete_role(by=request.user, role_id=pk, now=request.now)
    messages.success(request, _("The role is deleted."))
    return redirect("roles")


urlpatterns = [
    path("settings/roles/", roles, name="roles"),
    path("settings/roles/new/", create, name="role_new"),
    path("settings/roles/<int:pk>/", role, name="role"),
    path("settings/roles/<int:pk>/reset/", reset, name="role_reset"),
    path("settings/roles/<int:pk>/delete/", delete, name="role_delete"),
]
