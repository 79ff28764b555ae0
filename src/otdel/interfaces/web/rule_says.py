"""A rule as a sentence: when, if, then."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.automation import queries
from otdel.automation.rules import ABOUT, AS_IT_SAYS, names_in
from otdel.core.listing import Asking
from otdel.deals.queries import stages
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats
from otdel.interfaces.web.plan_words import metric_label
from otdel.interfaces.web.rule_forms import who
from otdel.org.queries import role_choices
from otdel.tasks import queries as tasks

PAGES = {"deal": "deal", "lead": "lead", "customer": "customer", "invoice": "invoice", "task": "task"}
TONES = {"DONE": "done", "REFUSED": "under", "LOOP": "under", "LIMIT": "under", "WAITING": "accent"}


LASTING = {
    "DEAL_STANDS": lazy("a deal has stood in its stage for %(days)s"),
    "DEAL_NO_STEP": lazy("an open deal has had no next step for %(days)s"),
    "INVOICE_OVERDUE": lazy("an invoice is overdue by %(days)s"),
    "NO_CONTACT": lazy("there was no contact with a customer for %(days)s"),
}
# whose line is red, and has been for some days
RED = {
    "PEOPLE": (
        lazy("somebody's line of the month's plan is red"),
        lazy("somebody's line of the month's plan has been red for %(days)s"),
    ),
    "UNITS": (
        lazy("a department's line of the month's plan is red"),
        lazy("a department's line of the month's plan has been red for %(days)s"),
    ),
    "BOTH": (
        lazy("somebody's or a department's line of the month's plan is red"),
        lazy("somebody's or a department's line of the month's plan has been red for %(days)s"),
    ),
}


def quoted(text: str) -> str:
    return _("“%(text)s”") % {"text": text}


def _plain(title: str) -> str:
    """What becomes a name, as people write it in a form."""
    for word, shown in (("record", _("[record]")), ("customer", _("[customer]"))):
        for each in names_in()[word]:
            title = title.replace(f"{{{each}}}", shown)
    return title


def _red(rule: Any) -> str:
    now, lasting = RED[rule.lines]
    words = str(now)
    if rule.days > 1:
        days = ngettext("%(count)s working day in a row", "%(count)s working days in a row", rule.days)
        words = str(lasting) % {"days": days % {"count": rule.days}}
    return f"{words}: {metric_label(rule.metric or 'payments')}"


class Sayer:
    """Says the rules of one page; the names of stages and people are read once."""

    def __init__(self, request: PersonRequest) -> None:
        self.request = request
        self._stages: dict[str, str] | None = None
        self._people: dict[int, str] | None = None
        self._roles: dict[int, str] | None = None
        self._templates: dict[int, str] | None = None
        self._fields: dict[str, list[queries.Settable]] = {}

    def stage(self, pk: Any) -> str:
        if self._stages is None:
            self._stages = dict(stages(Asking(self.request.user, self.request.now)))
        return self._stages.get(str(pk), "?")

    def when(self, rule: Any) -> str:
        words = str(rule.get_when_display())
        if rule.when in LASTING and rule.days:
            days = ngettext("%(count)s day", "%(count)s days", rule.days) % {"count": rule.days}
            words = str(LASTING[rule.when]) % {"days": days}
        if rule.stage_id:
            words += " " + quoted(self.stage(rule.stage_id))
        return _red(rule) if rule.when == "LINE_RED" else words

    def conditions(self, rule: Any) -> list[str]:
        about = ABOUT[rule.when]
        found = [_("department “%(name)s”") % {"name": rule.unit.name}] if rule.unit_id else []
        if about == "person" or not rule.conditions:
            return found
        state = queries.state_of(about, rule.conditions, self.request.user, self.request.now)
        return found + [
            each.says(state.values[each.key], state.asking)
            for each in state.listing.filters
            if each.key in state.values
        ]

    def then(self, rule: Any) -> str:
        does, words = rule.does, str(rule.get_then_display())
        match rule.then:
            case "TASK" | "NOTICE":
                said = quoted(_plain(does.get("title", "")))
                return _("%(does)s %(title)s, to whom: %(who)s") % {"does": words, "title": said, "who": self.to(rule)}
            case "TEMPLATE":
                said = quoted(self.template(does.get("template")))
                if does.get("to", AS_IT_SAYS) == AS_IT_SAYS:
                    return f"{words} {said}"
                return _("%(does)s %(title)s, to whom: %(who)s") % {"does": words, "title": said, "who": self.to(rule)}
            case "TAG":
                return f"{words} #{does.get('tag', '')}"
            case "FIELD":
                field, value = self.field(rule)
                return f"{words}: {field} — {value}"
            case "HANDOVER":
                return f"{words}: {self.person(does.get('owner'))}"
            case "STAGE":
                return f"{words} {quoted(self.stage(does.get('stage')))}"
            case "WEBHOOK":
                return f"{words} {does.get('host', '')}"
        return words

    def to(self, rule: Any) -> str:
        does = rule.does
        match does.get("to"):
            case "PERSON":
                return self.person(does.get("person"))
            case "ROLE":
                role = quoted(self.role(does.get("role")))
                if does.get("spread") == "ALL":
                    return _("each of the nearest of the role %(role)s") % {"role": role}
                return _("the nearest of the role %(role)s, who has the fewest tasks") % {"role": role}
        return str(who(rule.when).get(does.get("to", ""), ""))

    def role(self, pk: Any) -> str:
        if self._roles is None:
            self._roles = dict(role_choices())
        return self._roles.get(pk, "?")

    def template(self, pk: Any) -> str:
        if self._templates is None:
            self._templates = dict(tasks.template_choices(self.request.user))
        return self._templates.get(pk, "?")

    def field(self, rule: Any) -> tuple[str, str]:
        kind = ABOUT[rule.when]
        if kind not in self._fields:
            self._fields[kind] = queries.settable(kind)
        return queries.said(self._fields[kind], rule.does.get("field", ""), rule.does.get("value"))

    def person(self, pk: Any) -> str:
        if self._people is None:
            self._people = dict(tasks.receivers(self.request.user))
        return self._people.get(pk, "?")

    def made(self, rule: Any, made: dict[str, Any]) -> str:
        """What a firing did, where that is not a task one can open."""
        if "field" in made:
            said = made["said"]
            if isinstance(made["value"], int):  # so many days on
                said = formats.current().day(date.fromisoformat(said), self.request.today)
            return f"{self.field(rule)[0]}: {said}"
        if "tag" in made:
            return f"#{made['tag']}"
        if "stage" in made:
            return quoted(self.stage(made["stage"]))
        if "to" in made:
            to = made["to"] if isinstance(made["to"], list) else [made["to"]]
            names = ", ".join(self.person(pk) for pk in to)
            return f"→ {names}" if "task" in made else _("told %(name)s") % {"name": names}
        return _("to %(name)s") % {"name": self.person(made["owner"])} if "owner" in made else ""


def record_url(kind: str, pk: int, metric: str = "", month: str = "") -> str:
    """The page of a record; of a department its board of the month and the metric a rule looked at."""
    if kind == "person":
        return reverse("person", args=[pk])
    if kind == "unit":
        asked = {"unit": pk} | ({"period": month} if month else {}) | {"metric": metric or "payments"}
        return f"{reverse('plan')}?{urlencode(asked)}"
    return reverse(PAGES[kind], args=[pk])


def record_name(kind: str, name: str) -> str:
    """What it is called among records of several kinds."""
    return _("department “%(name)s”") % {"name": name} if kind == "unit" and name else name
