"""Questions about manual control."""

from otdel.measures.models import DayAction, DayPlan, Norm
from otdel.measures.queries.controls import ControlCard, ControlRow, control_card, controls, has_any, of_person
from otdel.measures.queries.days import FAMILIES, ActionLine, Day, DayCard, day_card
from otdel.measures.queries.declaring import Declared, declaration, may_declare, people, unit_of
from otdel.measures.queries.effect import Effect
from otdel.measures.queries.facts import COUNTED
from otdel.measures.queries.mine import my_day, my_day_and_waiting
from otdel.measures.queries.norms import NormView, norm_units, norms
from otdel.measures.queries.table import DaysTable, days_table

GRADES = DayPlan.Grade.choices
KINDS = Norm.Kind.choices
ACTION_KINDS = DayAction.Kind.choices

__all__ = [
    "ACTION_KINDS",
    "COUNTED",
    "FAMILIES",
    "GRADES",
    "KINDS",
    "ActionLine",
    "ControlCard",
    "ControlRow",
    "Day",
    "DayCard",
    "DaysTable",
    "Declared",
    "Effect",
    "NormView",
    "control_card",
    "controls",
    "day_card",
    "days_table",
    "declaration",
    "has_any",
    "may_declare",
    "my_day",
    "my_day_and_waiting",
    "norm_units",
    "norms",
    "of_person",
    "people",
    "unit_of",
]
