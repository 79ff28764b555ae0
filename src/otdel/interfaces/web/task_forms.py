"""The form of a task: few fields at first, the others behind one press."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, pgettext_lazy

from otdel.core.listing.values import read_id
from otdel.core.worktime import WorkTime
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats
from otdel.interfaces.web.money_forms import DayField
from otdel.interfaces.web.pick import PickField
from otdel.org import access
from otdel.org.queries import worktime
from otdel.org.rules import Right
from otdel.tasks import queries, rules
from otdel.tasks.rules import TaskValues, To

INDENT = "\u2003"
WHEN = (
    ("", lazy("no deadline")),
    ("hours", lazy("in 2 working hours")),
    ("today", lazy("today")),
    ("tomorrow", lazy("the next working day")),
    ("three", lazy("in 3 working days")),
    ("friday", lazy("by the end of the week")),
    ("week", lazy("in 5 working days")),
    ("day", lazy("on the day below")),
)
PROOFS = (
    ("", pgettext_lazy("result", "nothing in particular")),
    ("TEXT", pgettext_lazy("result", "a written result")),
    ("FILE", pgettext_lazy("result", "a file")),
    ("CALL", pgettext_lazy("result", "a recorded call")),
    ("MEETING", pgettext_lazy("result", "a recorded meeting")),
)
ANSWER = (
    ("", lazy("no matter when")),
    ("hours", lazy("in 2 working hours")),
    ("today", lazy("today")),
    ("tomorrow", lazy("the next working day")),
    ("three", lazy("in 3 working days")),
)
ACCEPT = (
    ("", lazy("no matter when")),
    ("2", lazy("in 2 working hours")),
    ("9", lazy("in a working day")),
    ("18", lazy("in 2 working days")),
    ("45", lazy("in 5 working days")),
)
EACH = (("1", lazy("one task each")), ("0", lazy("one task shared by all: whoever takes it answers")))


def many(label: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label, coerce=int, required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "check"})
    )


def moment_of(day: date, at: time | None) -> datetime:
    """Return the moment a deadline means: the hour given, or the end of the day."""
    zone: Any = timezone.get_current_timezone()
    return datetime.combine(day, at, zone) if at else rules.end_of(day, zone)


def dated(request: PersonRequest, work: WorkTime, choices: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Return the quick choices of a deadline, each with what it comes to in the person's working time."""
    return [(code, _dated(request, work, code, str(words))) for code, words in choices]


def _dated(request: PersonRequest, work: WorkTime, code: str, words: str) -> str:
    if code not in rules.QUICK:
        return words
    at, exact = rules.quick_moment(code, request.now, work)
    fmt = formats.current()
    day = fmt.moment(at, request.today) if exact else fmt.day(at.date(), request.today)
    return words if day == words else f"{words}: {day}"


class TaskForm(forms.Form):
    title = forms.CharField(label=lazy("What is to be done"), max_length=250)
    to = forms.TypedChoiceField(label=lazy("Assignee"), coerce=int)
    when = forms.ChoiceField(label=lazy("Deadline"), choices=WHEN, required=False, initial="tomorrow")
    day = DayField(label=lazy("Day"), required=False)
    at = forms.TimeField(
        label=lazy("Hour"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    text = forms.CharField(
        label=pgettext_lazy("task", "Details"),
        max_length=rules.LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-rich": "/tasks/names/"}),
    )
    several = many(lazy("Several people instead of one"))
    unit = forms.ChoiceField(label=lazy("A whole department instead"), required=False)
    each = forms.ChoiceField(label=lazy("How to several"), choices=EACH, required=False, initial="1")
    needs_acceptance = forms.BooleanField(label=lazy("I accept the work"), required=False)
    proof = forms.ChoiceField(label=lazy("Result to hand in"), choices=PROOFS, required=False)
    answer = forms.ChoiceField(label=lazy("They say yes or no"), choices=ANSWER, required=False)
    accept_hours = forms.TypedChoiceField(
        label=lazy("I accept or return"), coerce=int, empty_value=None, choices=ACCEPT, required=False
    )
    priority = forms.TypedChoiceField(
        label=lazy("Priority"), coerce=int, choices=list(queries.PRIORITIES.items()), required=False, initial=2
    )
    customer = PickField("customer", label=lazy("Customer"), required=False)
    deal = PickField("deal", label=lazy("Deal"), required=False)
    invoice = PickField("invoice", label=lazy("Invoice"), required=False)
    checklist = forms.CharField(
        label=lazy("Checklist, one item per line; @Surname assigns it to somebody"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tags = forms.CharField(label=lazy("Tags, separated by commas"), max_length=400, required=False)
    participants = many(lazy("Participants"))
    observers = many(lazy("Observers"))
    most_moves = forms.IntegerField(
        label=lazy("The deadline may be moved, times"), min_value=0, max_value=100, required=False
    )
    most_days = forms.IntegerField(
        label=lazy("The deadline may be moved, days"), min_value=0, max_value=1000, required=False
    )
    reason_needed = forms.BooleanField(label=lazy("Moving it needs a reason"), required=False, initial=True)
    is_private = forms.BooleanField(label=lazy("Private: only those named see it"), required=False)
    lead = forms.CharField(required=False, widget=forms.HiddenInput)
    contact = forms.CharField(required=False, widget=forms.HiddenInput)
    parent = forms.CharField(required=False, widget=forms.HiddenInput)
    template = forms.CharField(required=False, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    MAIN: tuple[str, ...] = ("title", "to", "when", "day", "at", "text")
    GIVING: tuple[str, ...] = ("several", "unit", "each")
    MORE: tuple[str, ...] = (
        "needs_acceptance",
        "proof",
        "answer",
        "accept_hours",
        "priority",
        "customer",
        "deal",
        "invoice",
        "checklist",
        "tags",
        "participants",
        "observers",
        "most_moves",
        "most_days",
        "reason_needed",
        "is_private",
    )
    HIDDEN = ("lead", "contact", "parent", "template", "next")

    def __init__(self, request: PersonRequest, initial: dict[str, Any], kept: dict[str, int | None] | None = None):
        super().__init__(request.POST if request.method == "POST" else None, initial=initial)
        self.request = request
        for name in ("customer", "deal", "invoice"):
            field: Any = self.fields[name]
            field.person, field.kept = request.user, (kept or {}).get(name)
        people = queries.receivers(request.user)
        me = request.user.pk
        fields: dict[str, Any] = dict(self.fields)
        fields["to"].choices = [(pk, _("%(name)s (me)") % {"name": name} if pk == me else name) for pk, name in people]
        for name in ("several", "participants", "observers"):
            fields[name].choices = people
        self.work = worktime(request.user)
        for name in ("when", "answer"):
            fields[name].choices = dated(request, self.work, fields[name].choices)
        hours = self.initial.get("accept_hours")
        if hours and str(hours) not in dict(ACCEPT):
            words = ngettext("in %(count)s working hour", "in %(count)s working hours", hours) % {"count": hours}
            fields["accept_hours"].choices = [*ACCEPT, (str(hours), words)]
        rows = departments(request)
        fields["unit"].choices = [("", "—"), *rows]
        if not rows:
            del self.fields["unit"]
        self._to_unit(dict(rows))

    def _to_unit(self, units: dict[str, str]) -> None:
        """Given from a department's row it is for the department: the choice of one person steps aside."""
        asked = str(self.initial.get("unit", ""))
        if asked not in units:  # one with nothing under it has no "and everything under it"
            asked = asked.rstrip("+")
        self.initial["unit"] = asked if asked in units else ""
        chosen = self.data.get("unit", "") if self.is_bound else self.initial["unit"]
        self.for_unit = bool(chosen)
        if self.for_unit:
            self.fields["unit"].label = _("To whom")

    def bound(self, names: tuple[str, ...]) -> list[Any]:
        return [self[name] for name in names if name in self.fields]

    @property
    def main(self) -> list[Any]:
        names = {"to": "unit", "text": "each"} if self.for_unit else {}
        shown = self.bound(tuple(names.get(name, name) for name in self.MAIN))
        return [*shown, *self.bound(("text",))] if self.for_unit else shown

    @property
    def giving(self) -> list[Any]:
        return self.bound(("to", "several") if self.for_unit else self.GIVING)

    @property
    def more(self) -> list[Any]:
        return self.bound(self.MORE)

    @property
    def hidden(self) -> list[Any]:
        return self.bound(self.HIDDEN)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("when") == "day" and not data.get("day") and "day" not in self.errors:
            self.add_error("day", _("Choose the day."))
        return data

    def _deadline(self) -> tuple[datetime | None, bool]:
        data = self.cleaned_data
        when, day, at = data.get("when", ""), data.get("day"), data.get("at")
        if day is None and when and when != "day":
            moment, exact = rules.quick_moment(when, self.request.now, self.work)
            return (moment, True) if exact else (moment_of(moment.date(), at), at is not None)
        return (moment_of(day, at), at is not None) if day else (None, False)

    def _answer_by(self) -> datetime | None:
        code = self.cleaned_data.get("answer")
        return rules.quick_moment(code, self.request.now, self.work)[0] if code else None

    def values(self) -> TaskValues:
        data = self.cleaned_data
        deadline, has_time = self._deadline()
        return TaskValues(
            title=data["title"],
            text=data["text"],
            deadline=deadline,
            has_time=has_time,
            priority=data["priority"] or 2,
            participants=tuple(data["participants"]),
            observers=tuple(data["observers"]),
            is_private=data["is_private"],
            customer_id=data["customer"],
            deal_id=data["deal"],
            invoice_id=data["invoice"],
            lead_id=read_id(data["lead"]),
            contact_id=read_id(data["contact"]),
            parent_id=read_id(data["parent"]),
            needs_acceptance=data["needs_acceptance"],
            proof=data["proof"],
            answer_by=self._answer_by(),
            accept_hours=data["accept_hours"],
            template_id=read_id(data["template"]),
            most_moves=data["most_moves"],
            most_days=data["most_days"],
            reason_needed=data["reason_needed"],
            tags=tuple(data["tags"].split(",")),
            checklist=tuple(data.get("checklist", "").splitlines()),
        )

    def address(self) -> To:
        data = self.cleaned_data
        unit, each = data.get("unit", ""), data.get("each") != "0"
        if unit:
            return To(unit_id=read_id(unit.rstrip("+")), deep=unit.endswith("+"), each=each)
        return To(people=tuple(data["several"]) or (data["to"],), each=each)


class ChangeForm(TaskForm):
    """What is asked for; whose it is and until when are changed apart."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("to", "when", "day", "at", "several", "unit", "each", "checklist", "answer"):
            self.fields.pop(name, None)


def departments(request: PersonRequest) -> list[tuple[str, str]]:
    """Departments the person may give work to, each alone and with what is under it."""
    reached = access.unit_reach(request.user, "task", Right.CHANGE)
    tree = access.tree_for(request.user)
    found: list[tuple[str, str]] = []
    if not reached.everyone and not reached.unit_ids:
        return found
    heads = queries.headcount(request.user, request.today)
    for depth, node in tree.walk():
        if node.closed_on is None and reached.includes_unit(node.id):
            found.append((str(node.id), INDENT * depth + _of_so_many(node.name, heads.get(node.id, 0))))
            if tree.children.get(node.id):
                name = _("%(name)s and everything under it") % {"name": node.name}
                count = sum(heads.get(each, 0) for each in tree.under(node.id))
                found.append((f"{node.id}+", INDENT * depth + _of_so_many(name, count)))
    return found


def _of_so_many(name: str, count: int) -> str:
    words = ngettext("%(name)s: %(count)s person", "%(name)s: %(count)s people", count)
    return words % {"name": name, "count": count}
