"""The parts of a rule's sentence, only those its beginning and its end ask for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from otdel.automation import queries
from otdel.automation.rules import ABOUT, AS_IT_SAYS, CAN, COUNTS_DAYS, RuleValues
from otdel.core.listing import Asking
from otdel.deals.queries import stages
from otdel.interfaces.http import PersonRequest
from otdel.org import access
from otdel.org.queries import role_choices
from otdel.org.rules import Right
from otdel.plans.queries.documents import METRICS
from otdel.tasks import queries as tasks

WHO = (
    ("OWNER", lazy("the person responsible for the record")),
    ("HEAD", lazy("their head")),
    ("CREATOR", lazy("me")),
    ("PERSON", lazy("somebody by name")),
    ("ROLE", lazy("somebody of a role")),
)
SPREAD = (
    ("ONE", lazy("the one with the fewest tasks")),
    ("ALL", lazy("each of them")),
)
# of a line of the plan
WHO_OF_LINE = (
    ("OWNER", lazy("the person; of a department, its head")),
    ("HEAD", lazy("their head; of a department, the head's head")),
    *WHO[2:],
)


def who(when: str) -> dict[str, Any]:
    """To whom a rule turns, in words."""
    return dict(WHO_OF_LINE if when == "LINE_RED" else WHO)


# asked for only where it goes to such a one
ONLY = {"person": "PERSON", "role": "ROLE", "spread": "ROLE"}
TO_WHOM = ("to", *ONLY)


class RuleForm(forms.Form):
    name = forms.CharField(label=lazy("Name of the rule"), max_length=120)
    days = forms.IntegerField(label=lazy("How many days"), min_value=1, max_value=3650, initial=3)
    entered = forms.TypedChoiceField(label=lazy("Which stage"), coerce=int, required=False, empty_value=None)
    metric = forms.ChoiceField(label=lazy("Metric"), choices=METRICS)
    lines = forms.ChoiceField(label=lazy("Whose lines"), choices=queries.LINES, initial="BOTH")
    unit = forms.TypedChoiceField(label=lazy("Whose records"), coerce=int, required=False, empty_value=None)
    title = forms.CharField(
        label=lazy("What is to be done"),
        max_length=250,
        help_text=lazy("{record} and {customer} are replaced by names."),
    )
    text = forms.CharField(
        label=pgettext_lazy("task", "Details"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    to = forms.ChoiceField(label=lazy("To whom"), choices=WHO)
    person = forms.TypedChoiceField(label=lazy("To whom by name"), coerce=int)
    role = forms.TypedChoiceField(
        label=lazy("Role"),
        coerce=int,
        help_text=lazy("The nearest: in the department of the person responsible for the record, or in one above."),
    )
    spread = forms.ChoiceField(label=lazy("If there are several"), choices=SPREAD, initial="ONE")
    due = forms.IntegerField(label=lazy("In how many working days"), min_value=0, max_value=365, initial=1)
    accept = forms.BooleanField(label=lazy("I accept the work"), required=False)
    template = forms.TypedChoiceField(label=lazy("Template"), coerce=int)
    tag = forms.CharField(label=lazy("Tag"), max_length=60)
    field = forms.ChoiceField(label=lazy("Which field"))
    value = forms.CharField(label=lazy("What to put there"), max_length=1000)
    stage = forms.TypedChoiceField(label=lazy("To which stage"), coerce=int)
    owner = forms.TypedChoiceField(label=lazy("To whom to hand over"), coerce=int)
    url = forms.CharField(
        label=lazy("Address"),
        max_length=500,
        help_text=lazy("Signed as standardwebhooks.com specifies; the administrator of the server allows the hosts."),
    )
    most_per_hour = forms.IntegerField(
        label=lazy("At most an hour, then stop"), min_value=1, max_value=1000, initial=50
    )

    DOES = {
        "TASK": ("title", "text", *TO_WHOM, "due", "accept"),
        "NOTICE": ("title", "text", *TO_WHOM),
        "TEMPLATE": ("template", *TO_WHOM),
        "TAG": ("tag",),
        "FIELD": ("field", "value"),
        "STAGE": ("stage",),
        "HANDOVER": ("owner",),
        "WEBHOOK": ("url",),
    }

    def __init__(self, request: PersonRequest, when: str, then: str, initial: dict[str, Any], sent: bool) -> None:
        super().__init__(request.POST if sent else None, initial=initial)
        self.when, self.then, self.chosen_field = when, then, ""
        kept = {"name", "unit", "most_per_hour", *self.asks, *self.does}
        for name in set(self.fields) - kept:
            del self.fields[name]
        self._fill(request)

    @property
    def asks(self) -> tuple[str, ...]:
        """What the beginning of the sentence asks for."""
        found: tuple[str, ...] = ("days",) if self.when in COUNTS_DAYS else ()
        if self.when in ("DEAL_STAGE", "DEAL_STANDS"):
            found += ("entered",)
        return ("metric", "lines", "days") if self.when == "LINE_RED" else found

    @property
    def does(self) -> tuple[str, ...]:
        """What its end asks for; for a name or a role only where it goes to such a one."""
        to = self.data.get("to") if self.is_bound else self.initial.get("to")
        return tuple(name for name in self.DOES[self.then] if ONLY.get(name, to) == to)

    def _fill(self, request: PersonRequest) -> None:
        """Read only the choices that are shown."""
        fields: dict[str, Any] = dict(self.fields)
        asking = Asking(request.user, request.now)
        fields["unit"].choices = _units(request)
        if self.when == "LINE_RED":
            fields["days"].label, fields["days"].max_value = _("How many working days in a row"), 20
            fields["days"].widget.attrs["max"] = 20
        for name in ("entered", "stage"):
            if name in fields:
                rows = list(stages(asking))
                fields[name].choices = rows if name == "stage" else [("", _("any")), *rows]
        if "to" in fields:
            own = [(AS_IT_SAYS, _("to whom the template says"))] if self.then == "TEMPLATE" else []
            fields["to"].choices = own + list(who(self.when).items())
        if "person" in fields:
            fields["person"].choices = tasks.receivers(request.user)
        if "role" in fields:
            fields["role"].choices = role_choices()
        if "field" in fields:
            self._offer_fields()
        if "owner" in fields:
            fields["owner"].choices = tasks.receivers(request.user)
        if "template" in fields:
            fields["template"].choices = tasks.template_choices(request.user)

    def _offer_fields(self) -> None:
        """The fields of such records; the value is asked for as its field wants it."""
        known = queries.settable(ABOUT[self.when])
        wanted = self.data.get("field") if self.is_bound else self.initial.get("field")
        chosen = next((each for each in known if each.name == wanted), known[0] if known else None)
        fields: dict[str, Any] = dict(self.fields)
        fields["field"].choices = [(each.name, each.label) for each in known]
        if chosen is None:
            return
        self.chosen_field = chosen.name
        if chosen.options or chosen.type == "ENTRY":
            self.fields["value"] = forms.ChoiceField(label=fields["value"].label, choices=chosen.options)
        elif chosen.type == "DAYS":
            self.fields["value"] = forms.IntegerField(
                label=_("In how many working days from the firing"), min_value=0, max_value=365, initial=5
            )
        if not self.is_bound and self.initial.get("of_field") not in (None, "", chosen.name):
            self.initial.pop("value", None)  # it was another field's

    def bound(self, names: tuple[str, ...]) -> list[Any]:
        return [self[name] for name in names if name in self.fields]

    @property
    def when_fields(self) -> list[Any]:
        return self.bound((*self.asks, "unit"))

    @property
    def then_fields(self) -> list[Any]:
        return self.bound(self.does)

    def values(self, conditions: str) -> RuleValues:
        data = self.cleaned_data
        return RuleValues(
            name=data["name"],
            when=self.when,
            then=self.then,
            days=data.get("days") or 0,
            stage_id=data.get("entered"),
            metric=data.get("metric", ""),
            lines=data.get("lines", "PEOPLE"),
            conditions=conditions,
            does={name: data[name] for name in self.does},
            unit_id=data["unit"],
            most_per_hour=data["most_per_hour"],
        )


def _units(request: PersonRequest) -> list[tuple[Any, str]]:
    reached = access.unit_reach(request.user, "plan", Right.CHANGE)
    keeper = access.scope(request.user, "settings", Right.CHANGE)
    rows: list[tuple[Any, str]] = [
        (node.id, "\u2003" * depth + node.name)
        for depth, node in access.tree_for(request.user).walk()
        if node.closed_on is None and (keeper or reached.includes_unit(node.id))
    ]
    whole = reached.everyone or keeper
    return [("", _("the whole company")), *rows] if whole else rows


def conditions_of(request: PersonRequest) -> str:
    """Return what was chosen among the filters, which are named if-… in the form."""
    pairs = [
        (name.removeprefix("if-"), value)
        for name, values in request.POST.lists()
        if name.startswith("if-")
        for value in values
        if value
    ]
    return urlencode(pairs)


def fits(when: str, then: str) -> bool:
    return when in ABOUT and ABOUT[when] in CAN.get(then, ())
