"""Tasks, their parts, and what they are made from."""

from otdel.tasks.models.parts import (
    ChecklistItem,
    DeadlineMove,
    Delegation,
    Dependency,
    TaskComment,
    TaskFile,
    TimeSpent,
)
from otdel.tasks.models.tally import Idle, StepMark, Tally
from otdel.tasks.models.task import KEPT, OPEN, STEP, Doers, Named, Task
from otdel.tasks.models.template import Occurrence, Repeat, Template

__all__ = [
    "KEPT",
    "OPEN",
    "STEP",
    "ChecklistItem",
    "DeadlineMove",
    "Delegation",
    "Dependency",
    "Doers",
    "Idle",
    "Named",
    "Occurrence",
    "Repeat",
    "StepMark",
    "Tally",
    "Task",
    "TaskComment",
    "TaskFile",
    "Template",
    "TimeSpent",
]
