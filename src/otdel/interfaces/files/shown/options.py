"""The page of questions about the whole file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from otdel.core.imports import fold
from otdel.interfaces.files import queries, understand
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.rows import Mapper
from otdel.interfaces.files.shown.words import MAKES, STEPS, metrics
from otdel.interfaces.files.targets import BY_KEY
from otdel.interfaces.http import PersonRequest
from otdel.org.access import tree_for
from otdel.org.queries import company_of, person_choices, role_choices, unit_choices


def choices_of(request: PersonRequest, session: ImportSession) -> dict[str, list[tuple[int, str]]]:
    """Questions answered by choosing a person, a role, a department."""
    road = ROADS[session.target]
    found: dict[str, list[tuple[int, str]]] = {}
    if road.keeps_owner:
        found["owner"] = person_choices(request.user, request.today)
    if "people" in road.makes:
        found["role"] = role_choices()
        found["unit"] = unit_choices(tree_for(request.user))
    return found


def options_page(request: PersonRequest, session: ImportSession, mapper: Mapper) -> dict[str, Any]:
    said: Mapping[str, Any] = session.options
    target = BY_KEY[session.target]
    makes = queries.allowed_to_make(request.user, target.key)
    proposed = [] if "create" in said else queries.proposed_to_make(request.user, target.key)
    choices = choices_of(request, session)
    currency = company_of(request.user).currency
    return {
        "session": session,
        "steps": STEPS,
        "target": target,
        "keys": [
            (each.key, each.label, each.key == said.get("key"))
            for each in target.keys if understand.has_field(session, each.key)
        ],
        "makes": [(what, *MAKES[what], what in said.get("create", proposed)) for what in makes],
        "are_proposed": bool(proposed),
        "may_not_make": [MAKES[what][0] for what in ROADS[target.key].makes if what not in makes],
        "owners": choices.get("owner", ()),
        "owner": said.get("owner"),
        "has_owner": understand.has_field(session, "owner"),
        "roles": choices.get("role", ()) if "people" in makes else (),
        "role": said.get("role") or _manager_role(choices.get("role", [])),
        "units": choices.get("unit", ()) if "people" in makes else (),
        "unit": said.get("unit"),
        "since": said.get("since") or "",
        "stages": _stages(mapper, said.get("outcomes") or {}) if "stages" in makes else (),
        "outcomes": [("OPEN", _("open")), ("WON", _("won")), ("LOST", _("lost"))],
        "other_money": [code for code in understand.currencies_in(mapper) if code != currency],
        "currency": currency,
        "any_currency": bool(said.get("any_currency")),
        "plan_options": [_plan_option(option, said) for option in target.options],
        "dropped": [target.field(name).label for name in understand.dropped(session)],
        "rejoins": target.key == "sales" and not understand.has_field(session, "order"),
    }  # fmt: skip


def _stages(mapper: Mapper, outcomes: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, outcomes.get(fold(name), guess)) for name, guess in understand.stages_in(mapper)]


def _manager_role(roles: Sequence[tuple[int, str]]) -> int | None:
    return roles[0][0] if roles else None


def _plan_option(option: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    choices = list(option.choices) or (metrics() if option.key == "metric" else [])
    return {
        "key": option.key, "label": option.label, "help": option.help, "choices": choices,
        "value": said.get(option.key, choices[0][0] if option.choices else ""), "may_be_empty": not option.choices,
    }  # fmt: skip
