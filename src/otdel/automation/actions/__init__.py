"""Writing rules, and what they do."""

from otdel.automation.actions.firing import fire, happened, sweep
from otdel.automation.actions.recipes import take_recipe
from otdel.automation.actions.webhook import begin_call, call, call_again, end_call
from otdel.automation.actions.writing import drop_rule, save_rule, switch_rule

__all__ = [
    "begin_call",
    "call",
    "call_again",
    "drop_rule",
    "end_call",
    "fire",
    "happened",
    "save_rule",
    "sweep",
    "switch_rule",
    "take_recipe",
]
