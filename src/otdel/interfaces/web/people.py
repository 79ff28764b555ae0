"""The people: list, card, hiring, moving, leaving, inviting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.customers import access as customers
from otdel.deals import access as deals
from otdel.interfaces import http
from otdel.interfaces.http import PersonRequest, form_status, page, submission
from otdel.interfaces.web import formats, invitations, org_tabs
from otdel.interfaces.web.nav import address
from otdel.interfaces.web.refusals import attempt
from otdel.measures import queries as measures
from otdel.org import access, actions, queries
from otdel.org.rules import Right

STATUSES = {
    "working": (lazy("works"), ""),
    "invited": (lazy("invited"), "accent"),
    "not_invited": (lazy("not invited"), ""),
    "closed": (lazy("account closed"), "over"),
    "left": (lazy("left"), ""),
}
DAY = {"type": "date"}


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
        "rows": [_line(row) for row in found.rows],
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


def _line(row: queries.PersonRow) -> dict[str, Any]:
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


@page
def person(request: PersonRequest, pk: int) -> HttpResponseBase:
    card = queries.person_card(request.user, pk, request.today)
    may_change = access.reach(request.user, "person", Right.CHANGE).includes(pk)
    context = {
        "card": card,
        "row": _line(card.row),
        "facts": _facts(card),
        "stays": [_stay(stay) for stay in card.stays],
        "records": _records(request, pk),
        "may_change": may_change,
        "hands_over": _hands_over(request, pk),
        "control": _control(request, card),
        "invitation": _invitation(request, card),
        "can_undo": len(card.stays) > 1 and card.row.status != "left",
        "status": card.row.status,
    }
    return render(request, "people/card.html", context)


def _control(request: PersonRequest, card: queries.PersonCard) -> str:
    """Return where this person's manual control is, or is declared; "" for whoever does neither."""
    if not measures.may_declare(request.user, card.row.id) or card.row.status == "left":
        return ""
    found = measures.of_person(request.user, card.row.id)
    return reverse("control", args=[found]) if found else f"{reverse('control_new')}?person={card.row.id}"


def _facts(card: queries.PersonCard) -> list[tuple[str, str]]:
    fmt = formats.current()
    first, last = card.row.employed_from, card.row.employed_to
    works = _("since %(day)s") % {"day": fmt.day(first)} if first else ""
    if last:
        works = f"{works} {_('until %(day)s') % {'day': fmt.day(last - timedelta(days=1))}}".strip()
    return [
        (_("Department"), card.row.unit or formats.DASH),
        (_("Position"), card.row.position or formats.DASH),
        (_("Role"), card.row.role),
        (_("Head of"), ", ".join(card.heads) or formats.DASH),
        (_("E-mail"), card.row.email or formats.DASH),
        (_("Phone"), formats.phone(card.row.phone) if card.row.phone else formats.DASH),
        (_("Works here"), works or formats.DASH),
    ]


def _stay(stay: queries.Stay) -> dict[str, str]:
    fmt = formats.current()
    return {"unit": stay.unit, "since": fmt.day(stay.starts_on), "till": fmt.day(stay.ends_on) if stay.ends_on else ""}


def _invitation(request: PersonRequest, card: queries.PersonCard) -> str:
    if card.invitation_sent is None or card.invitation_expires is None:
        return ""
    if card.invitation_expires <= request.now:
        return _("The invitation ran out. Send a new one.")
    until = formats.current().day(card.invitation_expires.astimezone(queries.zone_of(request.user)).date())
    return _("An invitation is on its way; it lives until %(day)s.") % {"day": until}


def _hands_over(request: PersonRequest, pk: int) -> bool:
    """Tell whether who looks may give what this person has to others."""
    kinds = ("customer", "contact", "lead", "deal")
    return pk != request.user.pk and any(access.reach(request.user, kind, Right.CHANGE).includes(pk) for kind in kinds)


def _records(request: PersonRequest, pk: int) -> list[dict[str, Any]]:
    """Count what is this person's and visible to whoever looks, with the way to it."""
    user = request.user
    kinds = (
        ("customer", _("Customers"), customers.customers, "customers"),
        ("contact", _("Contacts"), customers.contacts, "contacts"),
        ("lead", _("Leads"), deals.leads, "leads"),
        ("deal", _("Deals"), deals.deals, "deals"),
    )
    return [
        {"label": label, "count": rows(user).filter(owner_id=pk).count(), "url": _list_of(name, pk)}
        for kind, label, rows, name in kinds
        if access.scope(user, kind, Right.VIEW)
    ]


def _list_of(name: str, pk: int) -> str:
    found = address(name)
    return f"{found}?owner={pk}" if found else ""


class PersonForm(forms.Form):
    last_name = forms.CharField(label=lazy("Last name"), max_length=80)
    first_name = forms.CharField(label=lazy("First name"), max_length=80)
    middle_name = forms.CharField(label=lazy("Middle name"), max_length=80, required=False)
    position = forms.CharField(label=lazy("Position"), max_length=160, required=False)
    email = forms.EmailField(label=lazy("E-mail"), required=False, help_text=lazy("They sign in with it."))
    phone = forms.CharField(label=lazy("Phone"), max_length=32, required=False)
    role = forms.TypedChoiceField(label=lazy("Role"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = queries.role_choices()  # type: ignore[attr-defined]

    def data_of(self) -> actions.PersonData:
        names = ("last_name", "first_name", "middle_name", "position", "email", "phone")
        return actions.PersonData(**{name: self.cleaned_data[name] for name in names})


class HireForm(PersonForm):
    unit = forms.TypedChoiceField(label=lazy("Department"), coerce=int)
    from_day = forms.DateField(label=lazy("Works from"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    invite = forms.BooleanField(label=lazy("Invite at once by e-mail"), required=False, initial=True)

    def __init__(self, request: PersonRequest) -> None:
        super().__init__(request.POST or None, initial={"from_day": request.today, "unit": request.GET.get("unit")})
        units = queries.unit_choices(access.tree_for(request.user))
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


@http.form
def hire(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "person", Right.CREATE)
    form = HireForm(request)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.hire(
                by=request.user,
                data=form.data_of(),
                role_id=given["role"],
                unit_id=given["unit"],
                from_day=given["from_day"],
                now=request.now,
            ),
        )
        if made:
            messages.success(request, _("%(name)s works here now.") % {"name": made})
            if given["invite"] and made.email:
                return invitations.send(request, made.pk)
            return redirect("person", made.pk)
    return render(request, "people/hire.html", {"form": form}, status=form_status(form))


class EditForm(PersonForm):
    is_active = forms.BooleanField(label=lazy("May sign in"), required=False)


@http.form
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    card = queries.person_card(request.user, pk, request.today)
    access.check(request.user, "person", Right.CHANGE, pk)
    initial = {
        "last_name": card.last_name,
        "first_name": card.first_name,
        "middle_name": card.middle_name,
        "position": card.row.position,
        "email": card.row.email,
        "phone": card.row.phone,
        "role": card.role_id,
        "is_active": card.is_active,
    }
    form = EditForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _change(request, form, pk):
        messages.success(request, _("Saved."))
        return redirect("person", pk)
    context = {"form": form, "card": card, "title": _("Change the card")}
    return render(request, "people/form.html", context, status=form_status(form))


def _change(request: PersonRequest, form: EditForm, pk: int) -> Any:
    return attempt(
        form,
        lambda: actions.change_person(
            by=request.user,
            person_id=pk,
            data=form.data_of(),
            role_id=form.cleaned_data["role"],
            is_active=form.cleaned_data["is_active"],
            now=request.now,
        ),
    )


class MoveForm(forms.Form):
    unit = forms.TypedChoiceField(label=lazy("Department"), coerce=int)
    from_day = forms.DateField(
        label=lazy("From the day"),
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text=lazy("What was before this day stays with the former department."),
    )

    def __init__(self, request: PersonRequest) -> None:
        super().__init__(request.POST or None, initial={"from_day": request.today})
        units = queries.unit_choices(access.tree_for(request.user))
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


@http.form
def move(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Move to another department, or take back who left."""
    card = queries.person_card(request.user, pk, request.today)
    access.check(request.user, "person", Right.CHANGE, pk)
    form = MoveForm(request)
    act: Any = actions.take_back if card.row.status == "left" else actions.move
    if request.method == "POST" and form.is_valid():
        unit, day = form.cleaned_data["unit"], form.cleaned_data["from_day"]
        if attempt(form, lambda: act(by=request.user, person_id=pk, unit_id=unit, from_day=day, now=request.now)):
            messages.success(request, _("Saved."))
            return redirect("person", pk)
    title = _("Take back") if card.row.status == "left" else _("Move to another department")
    context = {"form": form, "card": card, "title": title}
    return render(request, "people/form.html", context, status=form_status(form))


@submission
def undo_move(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.undo_move(by=request.user, person_id=pk, now=request.now)
    messages.success(request, _("The move is taken back."))
    return redirect("person", pk)


class LeaveForm(forms.Form):
    """The last day, and for every department the person heads who heads it from the day after."""

    last_day = forms.DateField(label=lazy("Last day of work"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))

    def __init__(self, request: PersonRequest, pk: int, last_day: date | None) -> None:
        super().__init__(request.POST or None, initial={"last_day": last_day or request.today})
        self.units = queries.headed(request.user, pk)
        others = [(id, name) for id, name in queries.person_choices(request.user, request.today) if id != pk]
        for unit, name, chosen in self.units:
            self.fields[f"head_{unit}"] = forms.TypedChoiceField(
                label=_("Head of “%(unit)s” from the day after") % {"unit": name},
                coerce=int,
                empty_value=None,
                required=False,
                choices=[("", _("nobody yet")), *others],
                initial=chosen,
            )

    def successors(self) -> dict[int, int | None]:
        return {unit: self.cleaned_data[f"head_{unit}"] for unit, _name, _chosen in self.units}


@http.form
def leave(request: PersonRequest, pk: int) -> HttpResponseBase:
    card = queries.person_card(request.user, pk, request.today)
    access.check(request.user, "person", Right.CHANGE, pk)
    until = card.row.employed_to
    form = LeaveForm(request, pk, until - timedelta(days=1) if until else None)
    if request.method == "POST" and form.is_valid() and _dismiss(request, form, pk):
        messages.success(request, _("Saved. What was theirs stays under their name."))
        if left := [name for unit, name, _chosen in form.units if not form.successors()[unit]]:
            words = _("Nobody heads “%(units)s” after that day yet: open “Leaves” again to choose.")
            messages.warning(request, words % {"units": ", ".join(left)})
        return redirect("person_handover" if _hands_over(request, pk) else "person", pk)
    context = {"form": form, "card": card, "records": _records(request, pk), "hands_over": _hands_over(request, pk)}
    return render(request, "people/leave.html", context, status=form_status(form))


def _dismiss(request: PersonRequest, form: LeaveForm, pk: int) -> Any:
    return attempt(
        form,
        lambda: actions.dismiss(
            by=request.user,
            person_id=pk,
            last_day=form.cleaned_data["last_day"],
            successors=form.successors(),
            now=request.now,
        ),
    )


@submission
def invite(request: PersonRequest, pk: int) -> HttpResponse:
    return invitations.send(request, pk)


@submission
def call_back(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.call_back_invitation(by=request.user, person_id=pk, now=request.now)
    messages.success(request, _("The link does not work any more."))
    return redirect("person", pk)


urlpatterns = [
    path("people/", people, name="people"),
    path("people/new/", hire, name="person_new"),
    path("people/<int:pk>/", person, name="person"),
    path("people/<int:pk>/edit/", edit, name="person_edit"),
    path("people/<int:pk>/move/", move, name="person_move"),
    path("people/<int:pk>/move/undo/", undo_move, name="person_undo_move"),
    path("people/<int:pk>/leave/", leave, name="person_leave"),
    path("people/<int:pk>/invite/", invite, name="person_invite"),
    path("people/<int:pk>/invite/back/", call_back, name="person_call_back"),
]
