"""A ready rule is taken: written down as any other, switched off until it has been tried."""

from __future__ import annotations

from datetime import datetime

from otdel.automation.actions.writing import save_rule
from otdel.automation.models import Rule
from otdel.automation.queries.recipes import recipe
from otdel.core.act import action
from otdel.org.models import Person


@action
def take_recipe(*, by: Person, code: str, now: datetime) -> Rule:
    """Make a rule of a recipe, for what the person heads."""
    made: Rule = save_rule(by=by, values=recipe(by, code), now=now)
    return made
