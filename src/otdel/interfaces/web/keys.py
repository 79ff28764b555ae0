"""One's own API keys: made, shown once, taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces import http
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats, refusals
from otdel.interfaces.web.form_fields import DayField
from otdel.org import actions, queries


class KeyForm(forms.Form):
    name = forms.CharField(
        label=lazy("What will use it"), max_length=80, help_text=lazy("So that you know later which one to revoke.")
    )
    may_write = forms.BooleanField(label=lazy("It may change things, not only read"), required=False)
    last_day = DayField(label=lazy("Last day"), required=False, help_text=lazy("Without one it works until revoked."))


@http.form
def keys(request: PersonRequest) -> HttpResponseBase:
    """The list, and the form; the answer to the form is the only page that ever shows the key."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    made = None
    if form.is_valid():
        data = form.cleaned_data
        made = refusals.attempt(form, lambda: actions.create_key(by=request.user, now=request.now, **data))
    context = {
        "form": KeyForm() if made else form,
        "made": made,
        "rows": [_row(each, request) for each in queries.keys_of(request.user, request.today)],
        "address": request.build_absolute_uri(reverse("api:api-root")),
        "description": reverse("api:openapi-json"),
    }
    response = render(request, "people/keys.html", context, status=http.form_status(form))
    response.headers["Cache-Control"] = "no-store"
    return response


def _row(each: queries.KeyRow, request: PersonRequest) -> dict[str, Any]:
    fmt = formats.current()
    return {
        "id": each.id,
        "name": each.name,
        "mark": each.mark,
        "may_write": each.may_write,
        "is_over": each.is_over,
        "last_day": each.last_day and fmt.date(each.last_day),
        "since": fmt.date(timezone.localtime(each.created_at).date()),
        "used": formats.ago(each.used_at, request.now) if each.used_at else "",
    }


@http.submission
def revoke(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.revoke_key(by=request.user, key_id=pk, now=request.now)
    messages.success(request, _("The key is revoked: it opens nothing any more."))
    return redirect("keys")


urlpatterns = [
    path("me/keys/", keys, name="keys"),
    path("me/keys/<int:pk>/revoke/", revoke, name="key_revoke"),
]
