"""Questions about rules and what they did."""

from otdel.automation.access import is_keeper, may_write, require
from otdel.automation.models import Firing, Rule
from otdel.automation.queries.matching import state_of
from otdel.automation.queries.rules import DryRun, RuleRow, Would, dry_run, log, rule, rules, stopped

WHEN = Rule.When.choices
THEN = Rule.Then.choices
OUTCOMES = dict(Firing.Outcome.choices)


def draft(**values: object) -> Rule:
    """Return a rule that is not kept: for trying out what is being written."""
    return Rule(**values)


__all__ = [
    "OUTCOMES",
    "THEN",
    "WHEN",
    "DryRun",
    "RuleRow",
    "Would",
    "draft",
    "dry_run",
    "is_keeper",
    "log",
    "may_write",
    "require",
    "rule",
    "rules",
    "state_of",
    "stopped",
]
