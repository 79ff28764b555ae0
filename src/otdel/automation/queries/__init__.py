"""Questions about rules and what they did."""

from otdel.automation.access import is_keeper, may_write, require
from otdel.automation.models import Firing, Rule
from otdel.automation.queries.fields import Settable, said, settable
from otdel.automation.queries.matching import seen, state_of
from otdel.automation.queries.recipes import Recipe, recipes
from otdel.automation.queries.rules import (
    BY_ITSELF,
    DryRun,
    RuleRow,
    Would,
    calls_of,
    dry_run,
    log,
    names_of,
    rule,
    rules,
    stopped,
    turns_to,
)

WHEN = Rule.When.choices
THEN = Rule.Then.choices
LINES = Rule.Lines.choices
OUTCOMES = dict(Firing.Outcome.choices)


def draft(**values: object) -> Rule:
    """Return a rule that is not kept: for trying out what is being written."""
    return Rule(**values)


__all__ = [
    "BY_ITSELF",
    "LINES",
    "OUTCOMES",
    "THEN",
    "WHEN",
    "DryRun",
    "Recipe",
    "RuleRow",
    "Settable",
    "Would",
    "calls_of",
    "draft",
    "dry_run",
    "is_keeper",
    "log",
    "may_write",
    "names_of",
    "recipes",
    "require",
    "rule",
    "rules",
    "said",
    "seen",
    "settable",
    "state_of",
    "stopped",
    "turns_to",
]
