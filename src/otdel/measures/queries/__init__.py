"""Questions about manual control."""

from otdel.measures.models import DayAction, DayPlan, Norm
from otdel.measures.queries.controls import (
    ControlCard,
    ControlRow,
    Declared,
    NormView,
    control_card,
    controls,
    declaration,
    has_any,
    may_declare,
    norm_units,
    norms,
    of_person,
    people,
    unit_of,
)
from otdel.measures.queries.days import (
    COUNTED,
    FAMILIES,
    ActionLine,
    Day,
    DayCard,
    DaysTable,
    day_card,
    days_table,
    my_day,
    my_day_and_waiting,
)
from otdel.measures.queries.effect import Effect

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
