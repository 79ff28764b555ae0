"""What people can be told of. A room above declares its own kinds, reminders by rule and parts of the daily digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from otdel.notifications.actions.feeding import Watch
    from otdel.org.models import Person

OWN, MORNING, EVENING, TEST = "reminder.own", "digest.morning", "digest.evening", "notice.test"
DAY = "day"  # the subject of digests
LOUD = ("app", "push", "messenger", "email", "webhook")
QUIET = ("app",)


@dataclass(frozen=True)
class Kind:
    """`text` and `detail` are filled from the notice: its title and params; those ending in _at are said as moments."""

    code: str
    group: Any  # under which heading it is chosen
    label: Any  # how it is called where channels are chosen
    text: Any  # "Overdue: %(title)s"
    detail: Any = ""
    channels: tuple[str, ...] = LOUD
    # codes of what can be done from a letter without signing in; the door for letters knows them
    links: tuple[str, ...] = ()
    many: Any = ""  # title of several together: "Overdue tasks: %(count)s"


_kinds: dict[str, Kind] = {}


def declare(*kinds: Kind) -> None:
    _kinds.update({each.code: each for each in kinds})


def get(code: str) -> Kind:
    return _kinds.get(code) or Kind(code, "", code, "%(title)s")


def all_kinds() -> list[Kind]:
    """Return the kinds a person can choose channels for, in the order of declaration."""
    return [each for each in _kinds.values() if each.code != TEST]


@dataclass(frozen=True)
class DefaultRule:
    """A reminder the program brings along; the company changes it or switches it off."""

    code: str
    subject_kind: str
    kind: str
    trigger: str
    whom: str = "SELF"
    amount: int = 0
    measure: str = "MINUTES"
    is_on: bool = True


_defaults: dict[str, DefaultRule] = {}


def declare_rules(*rules: DefaultRule) -> None:
    _defaults.update({each.code: each for each in rules})


def default_rules() -> list[DefaultRule]:
    return list(_defaults.values())


# Goes over all that is to be reminded of: (number of the last one seen, how many, now) -> the next ones, their numbers.
Feeder = Callable[[int, int, datetime], "tuple[list[Watch], list[int]]"]
_feeders: dict[str, Feeder] = {}


def feeder(subject_kind: str) -> Callable[[Feeder], Feeder]:
    """Register what reads a room's subjects anew, when rules, calendars or hours changed, and every night."""

    def register(read: Feeder) -> Feeder:
        _feeders[subject_kind] = read
        return read

    return register


def feeders() -> dict[str, Feeder]:
    return dict(_feeders)


# Lines of a digest, in the language and time zone that are active: (person, now, evening) -> lines.
Section = Callable[["Person", datetime, bool], Iterable[str]]
_sections: dict[str, tuple[int, Section]] = {}


def section(name: str, place: int) -> Callable[[Section], Section]:
    """Register a part of the daily digest."""

    def register(read: Section) -> Section:
        _sections[name] = (place, read)
        return read

    return register


def sections() -> list[Section]:
    return [read for _place, read in sorted(_sections.values(), key=lambda each: each[0])]


GENERAL = _("General")
declare(
    Kind(
        OWN,
        GENERAL,
        _("Reminders set by hand"),
        pgettext_lazy("notice", "Reminder: %(title)s"),
        "%(text)s",
        many=_("Reminders: %(count)s"),
    ),
    Kind(MORNING, GENERAL, _("Morning digest"), _("Your day, %(day_at)s"), channels=("app", "email")),
    Kind(
        EVENING,
        GENERAL,
        _("Evening digest of a head"),
        _("The day of your people, %(day_at)s"),
        channels=("app", "email"),
    ),
    Kind(TEST, GENERAL, _("Test"), _("Test of reminders: it works."), channels=("app",)),
)
declare_rules(
    DefaultRule("day.morning", DAY, MORNING, "MORNING"),
    DefaultRule("day.evening", DAY, EVENING, "EVENING", whom="HEAD", amount=30),
)
