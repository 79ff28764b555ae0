"""What happened to a record, as a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otdel.activities import queries as activities
from otdel.automation import queries as automation
from otdel.core import custom, timeline
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats
from otdel.interfaces.web.cards.record import Record
from otdel.interfaces.web.cards.sentences import HIDDEN, Names, sentence
from otdel.org.access import scope
from otdel.org.rules import Right


@dataclass(frozen=True)
class Line:
    icon: str
    text: SafeString
    who: str
    when: str
    at: str


def timeline_view(record: Record) -> Callable[..., HttpResponseBase]:
    @page
    def history(request: PersonRequest, pk: int) -> HttpResponseBase:
        """What happened to the record: a page of its own, or the inside of the card's."""
        card = record.card(request.user, pk)
        found = record.timeline(pk, timeline.Place.read(request.GET.get("after", "")), _passed(request, record, pk))
        context = {
            "title": card.title,
            "back": reverse(record.name, args=[pk]),
            "lines": lines(request, record, found.moments),
            "more": f"{request.path}?after={found.next.write()}" if found.next else "",
            "first": "after" not in request.GET,
            "created": formats.current().moment(timezone.localtime(card.created_at), request.today),
        }
        return TemplateResponse(request, f"records/history.html{'#lines' if request.htmx else ''}", context)

    return history


def _passed(request: PersonRequest, record: Record, pk: int) -> timeline.Above | None:
    """Return the calls, meetings, letters and notes about the record, for whoever may see any."""
    return activities.moments(request.user, record.name, pk) if scope(request.user, "activity", Right.VIEW) else None


def lines(request: PersonRequest, record: Record, moments: list[timeline.Moment]) -> list[Line]:
    """Return moments as sentences. One query for all the names in them."""
    rules = automation.names_of({moment.rule_id for moment in moments if moment.rule_id})
    names = Names(record.naming(_wanted(moments)), _own_labels(record, moments), rules)
    made = [_line(request, record, moment, names) for moment in moments]
    return [each for each in made if each is not None]


def _wanted(moments: list[timeline.Moment]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {"owner_id": {moment.by_id for moment in moments if moment.by_id}}
    for moment in moments:
        if moment.kind == "fields":
            for name, pair in moment.data.items():
                if name.endswith("_id") and name not in HIDDEN and isinstance(pair, list):
                    found.setdefault(name, set()).update(value for value in pair if isinstance(value, int))
    return found


def _line(request: PersonRequest, record: Record, moment: timeline.Moment, names: Names) -> Line | None:
    icon, text = sentence(request, record, moment, names)
    if not text:
        return None
    at = timezone.localtime(moment.at)
    who = names.of.get(("owner_id", moment.by_id), "") if moment.by_id else _("Otdel")
    if moment.rule_id:
        who = by_rule(who, names.rules.get(moment.rule_id, "?"))
    return Line(icon, text, who, formats.current().moment(at, request.today), at.isoformat())


def by_rule(who: str, name: str) -> str:
    """Whose rights, and the rule that used them."""
    return _("%(who)s, by rule “%(rule)s”") % {"who": who, "rule": name}


def _own_labels(record: Record, moments: list[timeline.Moment]) -> dict[str, str]:
    """Return names of the company's fields, out of use too. No query where none changed."""
    if not any("custom" in moment.data for moment in moments if moment.kind == "fields"):
        return {}
    return {each.key: each.label for each in custom.definitions(record.form.record, inactive=True)}
