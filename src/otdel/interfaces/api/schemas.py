"""What programs send, in the field's own words. Unknown names are refused: a misspelt one would be silently lost."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Field, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict

from otdel.tasks import rules


def _characters(text: str) -> str:
    """PostgreSQL keeps no NUL in a text, and no text needs one."""
    if "\x00" in text:
        raise ValueError("a character that cannot be kept")
    return text


Text = Annotated[str, Field(max_length=rules.LONGEST_TEXT), AfterValidator(_characters)]
Line = Annotated[str, Field(max_length=250), AfterValidator(_characters)]
Id = Annotated[int, Field(gt=0, lt=2**63)]
PRIORITIES = {"low": 1, "normal": 2, "high": 3}
Priority = Literal["low", "normal", "high"]


def _when(given: Any) -> Any:
    """Tell a day from a moment by how it is written: at midnight they would be taken for each other."""
    if not isinstance(given, str):
        raise ValueError("a day or a moment as ISO 8601 writes it")
    return date.fromisoformat(given) if len(given) <= 10 else datetime.fromisoformat(given)


# A day means its end in the person's zone; a moment with no zone is in the person's.
When = Annotated[date | datetime, BeforeValidator(_when)]


class Given(Schema):
    model_config = ConfigDict(extra="forbid")


class NewTask(Given):
    template: Id | None = Field(None, description="begin with what the template asks for; what is sent goes before it")
    title: Line = Field("", description="may be left out only with a template")
    text: Text = ""
    deadline: When | None = None
    priority: Priority = "normal"
    people: list[Id] = Field([], max_length=1000, description="for whom; oneself when neither they nor a unit is named")
    unit: Id | None = Field(None, description="a whole department instead")
    with_below: bool = Field(False, description="and everything under it")
    each: bool = Field(True, description="one task each, or one shared by all")
    participants: list[Id] = Field([], max_length=1000)
    observers: list[Id] = Field([], max_length=1000)
    customer: Id | None = None
    contact: Id | None = None
    lead: Id | None = None
    deal: Id | None = None
    invoice: Id | None = None
    parent: Id | None = Field(None, description="the task this is a part of")
    is_private: bool = False
    needs_acceptance: bool = False
    proof: Literal["", "TEXT", "FILE", "CALL", "MEETING"] = Field("", description="what the result must bring")
    answer_by: When | None = Field(None, description="until when to answer whether it will be done")
    accept_hours: int | None = Field(None, description="working hours acceptance may take")
    most_moves: int | None = Field(None, ge=0, le=99, description="how often the deadline may be moved")
    most_days: int | None = Field(None, ge=0, le=999, description="how far")
    reason_needed: bool = True
    tags: list[Line] = Field([], max_length=50)
    checklist: list[Line] = Field([], max_length=50, description="lines; @Surname gives one to somebody")


class ChangedTask(Given):
    """Only what is sent is changed."""

    title: Line | None = None
    text: Text | None = None
    priority: Priority | None = None
    needs_acceptance: bool | None = None
    tags: list[Line] | None = None


class Reason(Given):
    reason: Text = ""


class Result(Given):
    result: Text = ""


class Grade(Given):
    grade: Literal["GOOD", "BAD", "NONE"]
    comment: Text = ""


class Returned(Given):
    reason: Text
    deadline: When | None = None


class Deferred(Given):
    until: date
    reason: Text


class Moved(Given):
    deadline: When | None
    reason: Text = ""


class Assigned(Given):
    to: Id


class Comment(Given):
    text: Text


class Item(Given):
    text: Line
    assignee: Id | None = Field(None, description="who does it: somebody named in the task")


class Need(Given):
    task: Id = Field(description="the task to wait for")


class Checked(Given):
    done: bool


class Minutes(Given):
    minutes: int = Field(gt=0, le=24 * 60)
    day: date | None = None
    note: Line = ""


def moment(when: When | None) -> tuple[datetime | None, bool]:
    """Return the moment a deadline means, and whether its hour counts."""
    zone: Any = timezone.get_current_timezone()
    if when is None:
        return None, False
    if not isinstance(when, datetime):
        return rules.end_of(when, zone), False
    return (when if when.tzinfo else when.replace(tzinfo=zone)), True
