"""Forms of templates and of what repeats."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web.money_forms import DayField
from otdel.interfaces.web.task_forms import PROOFS, departments, many
from otdel.tasks import queries, rules
from otdel.tasks.actions import RepeatValues, TemplateValues
from otdel.tasks.rules import Rhythm

WATCH = ("HEAD", "OWNER", "OWNER_HEAD")


class TemplateForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("template", "Name of the template"), max_length=120)
    title = forms.CharField(
        label=lazy("What is to be done"),
        max_length=250,
        help_text=lazy(
            "{customer}, {deal}, {lead}, {contact}, {invoice} become the name of what it is about, or are left out."
        ),
    )
    assign = forms.ChoiceField(label=lazy("Assignee"), choices=list(queries.ASSIGN.items()), initial="GIVER")
    assignee = forms.TypedChoiceField(
        label=pgettext_lazy("template", "Which person"), coerce=int, empty_value=None, required=False
    )
    to_unit = forms.ChoiceField(label=pgettext_lazy("template", "Which department"), required=False)
    due_after = forms.IntegerField(
        label=lazy("Deadline after it is given"), min_value=0, max_value=1000, required=False
    )
    due_in = forms.ChoiceField(
        label=pgettext_lazy("template", "counted in"), choices=list(queries.AFTER.items()), initial="DAYS"
    )
    text = forms.CharField(
        label=pgettext_lazy("task", "Details"),
        max_length=rules.LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-rich": "/tasks/names/"}),
    )
    checklist = forms.CharField(
        label=lazy("Checklist, one item per line"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    proof = forms.ChoiceField(label=lazy("Result to hand in"), choices=PROOFS, required=False)
    needs_acceptance = forms.BooleanField(label=lazy("I accept the work"), required=False)
    priority = forms.TypedChoiceField(
        label=lazy("Priority"), coerce=int, choices=list(queries.PRIORITIES.items()), required=False, initial=2
    )
    tags = forms.CharField(label=lazy("Tags, separated by commas"), max_length=400, required=False)
    watch = forms.MultipleChoiceField(
        label=pgettext_lazy("template", "Who watches"),
        choices=[(code, queries.ASSIGN[code]) for code in WATCH],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check"}),
    )
    observers = many(lazy("Observers"))
    most_moves = forms.IntegerField(
        label=lazy("The deadline may be moved, times"), min_value=0, max_value=100, required=False
    )
    most_days = forms.IntegerField(
        label=lazy("The deadline may be moved, days"), min_value=0, max_value=1000, required=False
    )
    scope = forms.ChoiceField(
        label=pgettext_lazy("template", "Who may give from it"), choices=list(queries.SCOPES.items()), initial="OWN"
    )
    unit = forms.TypedChoiceField(
        label=pgettext_lazy("template", "Of which department"), coerce=int, empty_value=None, required=False
    )

    def __init__(self, request: PersonRequest, initial: dict[str, Any]) -> None:
        super().__init__(request.POST if request.method == "POST" else None, initial=initial)
        fields: dict[str, Any] = dict(self.fields)
        people = queries.receivers(request.user)
        fields["assignee"].choices = [("", "—"), *people]
        fields["observers"].choices = people
        units = departments(request)
        fields["to_unit"].choices = [("", "—"), *units]
        fields["unit"].choices = [("", "—"), *((code, name) for code, name in units if not code.endswith("+"))]

    def values(self) -> TemplateValues:
        data = dict(self.cleaned_data)
        to_unit = data.pop("to_unit")
        data |= {
            "assignee_id": data.pop("assignee"),
            "unit_id": data.pop("unit"),
            "to_unit_id": int(to_unit.rstrip("+")) if to_unit else None,
            "to_deep": to_unit.endswith("+"),
            "priority": data["priority"] or 2,
            "tags": tuple(data["tags"].split(",")),
            "checklist": tuple(data["checklist"].splitlines()),
            "watch": tuple(data["watch"]),
            "observers": tuple(data["observers"]),
        }
        return TemplateValues(**data)


RHYTHMS = (
    ("WORKING", lazy("every working day")),
    ("DAILY", pgettext_lazy("rhythm", "by days")),
    ("WEEKLY", pgettext_lazy("rhythm", "by weeks")),
    ("MONTHLY", pgettext_lazy("rhythm", "by months")),
    ("YEARLY", pgettext_lazy("rhythm", "by years")),
)
WEEKDAYS = tuple(
    zip(
        rules.WEEKDAYS,
        (
            lazy("Monday"),
            lazy("Tuesday"),
            lazy("Wednesday"),
            lazy("Thursday"),
            lazy("Friday"),
            lazy("Saturday"),
            lazy("Sunday"),
        ),
        strict=True,
    )
)
MONTH_DAYS = (("", lazy("the same day")), *((day, str(day)) for day in range(1, 32)), (-1, lazy("the last day")))


class RepeatForm(forms.Form):
    on = forms.ChoiceField(label=pgettext_lazy("repeat", "When"), choices=list(queries.ON.items()), initial="TIME")
    frequency = forms.ChoiceField(label=pgettext_lazy("repeat", "How often"), choices=RHYTHMS, initial="WEEKLY")
    interval = forms.IntegerField(
        label=lazy("Step: 2 is every second"), min_value=1, max_value=366, initial=1, required=False
    )
    weekdays = forms.MultipleChoiceField(
        label=lazy("On which days of a week"),
        choices=WEEKDAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check"}),
    )
    month_day = forms.TypedChoiceField(
        label=lazy("On which day of a month"), coerce=int, empty_value=None, choices=MONTH_DAYS, required=False
    )
    off_days = forms.ChoiceField(
        label=lazy("If it is a day off"), choices=list(queries.OFF_DAYS.items()), initial="SHIFT"
    )
    starts_on = DayField(label=lazy("From the day"), required=False)
    until = DayField(label=lazy("Until the day"), required=False)
    count = forms.IntegerField(label=lazy("So many times"), min_value=1, max_value=1000, required=False)
    at = forms.TimeField(
        label=lazy("Hour"),
        required=False,
        initial=time(9),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    stage = forms.TypedChoiceField(label=pgettext_lazy("repeat", "Stage"), coerce=int, empty_value=None, required=False)
    after_days = forms.IntegerField(
        label=lazy("Working days after it"),
        initial=0,
        required=False,
        help_text=lazy("A negative number means before the birthday."),
    )

    def __init__(self, request: PersonRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None, initial={"starts_on": request.today})
        stage: Any = self.fields["stage"]
        stage.choices = [("", "—"), *queries.stages()]

    def values(self, template_id: int) -> RepeatValues:
        data = self.cleaned_data
        working = data["frequency"] == "WORKING"
        rhythm = Rhythm(
            frequency="DAILY" if working else data["frequency"],
            interval=1 if working else data["interval"] or 1,
            weekdays=tuple(data["weekdays"]),
            month_day=data["month_day"],
            until=None if data["count"] else data["until"],
            count=data["count"],
        )
        return RepeatValues(
            template_id=template_id,
            on=data["on"],
            rhythm=rhythm,
            starts_on=data["starts_on"],
            at=data["at"] or time(9),
            off_days="SKIP" if working else data["off_days"],
            stage_id=data["stage"],
            after_days=data["after_days"] or 0,
        )
