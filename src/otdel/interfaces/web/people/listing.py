"""The list of people."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats, org_tabs
from otdel.org import access, queries
from otdel.org.rules import Right

STATUSES = {
    "working": (lazy("works"), ""),
    "invited": (lazy("invited"), "accent"),
    "not_invited": (lazy("not invited"), ""),
    "closed": (lazy("account closed"), "over"),
    "left": (lazy("left"), ""),
}


def status_choices() -> list[tuple[str, Any]]:
    return [
        ("working", _("Everyone who works here")),
        ("invited", _("Invited, not come yet")),
        ("closed", _("Account closed")),
        ("left", _("Left")),
        ("all", _("All, also who left")),
    ]


class FindForm(forms.Form):
    """The filters of the list; nonsense in the address is left out."""

    q = forms.CharField(required=False, max_length=80)
    unit = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    role = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    status = forms.ChoiceField(required=False, choices=status_choices)
    page = forms.IntegerField(required=False, min_value=1, max_value=1000)

    def wanted(self) -> queries.PeopleFilter:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return queries.PeopleFilter(**given)


@page
def people(request: PersonRequest) -> HttpResponseBase:
    wanted = FindForm(request.GET).wanted()
    found = queries.find_people(request.user, wanted, request.today)
    context = {
        "tabs": org_tabs.tabs(request.user, "people"),
        "wanted": wanted,
        "rows": [line(row) for row in found.rows],
        "total": found.total,
        "shown": _("%(first)s–%(last)s of %(total)s") % _span(found) if found.total > queries.PAGE else "",
        "back": _page_url(wanted, wanted.page - 1) if wanted.page > 1 else "",
        "forward": _page_url(wanted, wanted.page + 1) if found.has_next else "",
        "units": queries.unit_choices(access.tree_for(request.user)),
        "roles": queries.role_choices(),
        "statuses": status_choices(),
        "may_hire": bool(access.scope(request.user, "person", Right.CREATE)),
    }
    return render(request, "people/list.html", context)


def _span(found: queries.People) -> dict[str, int]:
    first = (found.page - 1) * queries.PAGE
    return {"first": first + 1, "last": first + len(found.rows), "total": found.total}


def _page_url(wanted: queries.PeopleFilter, number: int) -> str:
    given = {"q": wanted.q, "unit": wanted.unit, "role": wanted.role, "status": wanted.status, "page": number}
    return "?" + urlencode({name: value for name, value in given.items() if value})


def line(row: queries.PersonRow) -> dict[str, Any]:
    label, tone = STATUSES[row.status]
    return {
        "url": reverse("person", args=[row.id]),
        "name": row.name,
        "position": row.position,
        "unit": row.unit,
        "role": row.role,
        "email": row.email,
        "phone": formats.phone(row.phone) if row.phone else "",
        "status": "" if row.status == "working" else label,
        "tone": tone,
        "off": row.status in ("left", "closed"),
    }
