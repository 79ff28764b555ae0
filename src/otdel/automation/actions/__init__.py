"""Writing rules, and what they do."""

from otdel.automation.actions.firing import fire, happened, sweep
from otdel.automation.actions.webhook import called
from otdel.automation.actions.writing import drop_rule, save_rule, switch_rule

__all__ = ["called", "drop_rule", "fire", "happened", "save_rule", "sweep", "switch_rule"]
