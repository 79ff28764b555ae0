"""What people type about manual control."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import get_day_names
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.periods import Period
from otdel.deals.queries import pipelines_whole
from otdel.interfaces.web.money_forms import DayField
from otdel.interfaces.web.pick import PickField
from otdel.interfaces.web.plan_forms import AmountField
from otdel.measures import queries
from otdel.measures.actions.days import Verdict
from otdel.measures.rules import MOST_NORM, ActionValues, ControlValues
from otdel.org.queries import role_choices


class DeclareForm(forms.Form):
    until = DayField(label=lazy("At most until"))
    exit_share = forms.DecimalField(
        label=lazy("Ends when attainment to date is at least, %"),
        min_value=5,
        max_value=500,
        decimal_places=1,
        max_digits=4,
        initial=95,
    )
    exit_days = forms.IntegerField(label=lazy("for working days in a row"), min_value=1, max_value=60, initial=5)
    reviewer = forms.TypedChoiceField(label=lazy("Reviewer"), coerce=int)
    reason = forms.CharField(
        label=lazy("Why"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, offered: queries.Declared, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reviewer"]
        field.choices = offered.reviewers

    def values(self, offered: queries.Declared, metric: str, period: Period) -> ControlValues:
        data = self.cleaned_data
        return ControlValues(
            unit_id=offered.unit_id,
            person_id=offered.person_id,
            metric=metric,
            period=period,
            until=data["until"],
            exit_share=data["exit_share"] / Decimal(100),
            exit_days=data["exit_days"],
            reviewer_id=data["reviewer"],
            reason=data["reason"],
        )


class GoOnForm(forms.Form):
    until = DayField(label=lazy("Until"))
    reason = forms.CharField(label=lazy("Why"), max_length=400)


class EndForm(forms.Form):
    note = forms.CharField(
        label=lazy("What it gave, what stays"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DayForm(forms.Form):
    """Something done to a day; on its own only a button."""

    def asked(self) -> dict[str, Any]:
        """Return what the action is called with."""
        return dict(self.cleaned_data)


class ActionForm(DayForm):
    """One thing to do, added by hand."""

    kind = forms.ChoiceField(label=lazy("Kind"), choices=queries.ACTION_KINDS, initial="CALL")
    text = forms.CharField(label=lazy("What is to be done"), max_length=250, required=False)
    customer = PickField("customer", label=lazy("Customer"), required=False)
    deal = PickField("deal", label=lazy("Deal"), required=False)
    expected = AmountField(label=lazy("Expected money"), required=False)

    def with_eyes_of(self, person: Any) -> ActionForm:
        for name in ("customer", "deal"):
            field: Any = self.fields[name]
            field.person, field.kept = person, None
        return self

    def asked(self) -> dict[str, Any]:
        data = self.cleaned_data
        values = ActionValues(data["text"], data["kind"], data["customer"], data["deal"], data["expected"])
        return {"values": values}


class ChangeForm(DayForm):
    text = forms.CharField(label=lazy("What is to be done"), max_length=250, required=False)
    expected = AmountField(label=lazy("Expected money"), required=False)

    def asked(self) -> dict[str, Any]:
        return {"values": ActionValues(self.cleaned_data["text"], expected=self.cleaned_data["expected"])}


class NoteForm(DayForm):
    note = forms.CharField(label=lazy("How it went"), max_length=400, required=False)
    done = forms.BooleanField(required=False)


class DayNormForm(DayForm):
    amount = forms.IntegerField(
        min_value=0,
        max_value=MOST_NORM,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), lazy("Between 0 and 500 a day.")
        ),
    )


class ReportForm(DayForm):
    note = forms.CharField(
        label=lazy("What the records do not say"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=lazy("Calls, meetings, proposals, deals moved and payments are already there."),
    )


class VerdictForm(DayForm):
    """What the head says of a report; the same form gives it back."""

    grade = forms.ChoiceField(
        label=lazy("Grade"), choices=queries.GRADES, initial="NONE", required=False, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=lazy("Comment"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    next_title = forms.CharField(
        label=lazy("Next action"),
        max_length=250,
        required=False,
        help_text=lazy("Becomes a task for the next working day."),
    )
    customer = forms.TypedChoiceField(label=lazy("About whom"), coerce=int, required=False, empty_value=None)

    @classmethod
    def of(cls, day: queries.Day, data: Any = None) -> VerdictForm:
        """Each has its own names of fields: a table has one for every manager."""
        made = cls(data, auto_id=f"verdict-{day.id}-%s")
        about = dict(each.customer for each in day.actions if each.customer)
        field: Any = made.fields["customer"]
        field.choices = [("", "—"), *about.items()]
        if not about:
            del made.fields["customer"]
        return made

    def asked(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"verdict": Verdict(data["grade"], data["comment"], data["next_title"], data.get("customer"))}


class ReturnForm(VerdictForm):
    def asked(self) -> dict[str, Any]:
        return {"comment": self.cleaned_data["comment"]}


class NormForm(forms.Form):
    unit = forms.TypedChoiceField(label=lazy("Department"), coerce=int)
    kind = forms.ChoiceField(label=lazy("What"), choices=queries.KINDS)
    amount = forms.IntegerField(label=lazy("Per day"), min_value=0, max_value=500)
    role = forms.TypedChoiceField(label=lazy("Role"), coerce=int, required=False, empty_value=None)
    pipeline = forms.TypedChoiceField(label=lazy("Pipeline"), coerce=int, required=False, empty_value=None)
    weekday = forms.TypedChoiceField(label=lazy("Day of the week"), coerce=int, required=False, empty_value=None)
    starts_on = DayField(label=lazy("From"))

    def __init__(self, *args: Any, units: list[tuple[int, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        fields["starts_on"].initial = today
        fields["unit"].choices = units
        fields["role"].choices = [("", _("everybody")), *role_choices()]
        fields["pipeline"].choices = [("", _("all deals")), *pipelines()]
        fields["weekday"].choices = [("", _("every working day")), *weekdays()]


def pipelines() -> list[tuple[int, str]]:
    return [(each.id, each.name) for each in pipelines_whole() if each.is_active]


def weekdays() -> list[tuple[int, str]]:
    names = get_day_names("wide", "stand-alone", locale=get_language() or "en")
    return [(number, names[number]) for number in range(7)]
