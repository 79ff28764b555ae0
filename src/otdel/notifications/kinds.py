"""What people can be told of. A room above declares its own kinds, reminders by rule and parts of the daily digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from otdel.org.models import Person

OWN, MORNING, EVENING, TEST = "reminder.own", "digest.morning", "digest.evening", "notice.test"
STANDS_IN, STANDS_DOWN = "absence.stands_in", "absence.stands_down"
HEADLESS, HEAD_AWAY, REFUSED = "unit.headless", "unit.head_away", "letter.refused"
DAY = "day"  # the subject of digests
LOUD = ("app", "push", "messenger", "email", "webhook")
QUIET = ("app",)


@dataclass(frozen=True)
class Kind:
    """`text` and `detail` are filled from the notice: its title and params; those ending in _at are said as moments.

    Of several details each is a line, left out where its words were not given.
    """

    code: str
    group: Any  # under which heading it is chosen
    label: Any  # how it is called where channels are chosen
    text: Any  # "Overdue: %(title)s"
    detail: Any = ""
    # it may take any of these; whoever chose none is told by the list in the app and the first that works for them
    channels: tuple[str, ...] = LOUD
    # codes of what can be done from a letter without signing in; the door for letters knows them
    links: tuple[str, ...] = ()
    many: Any = ""  # title of several together: "Overdue tasks: %(count)s"
    # several due at once are one notice with a line each, in the working time of whoever is told
    together: bool = False
    rows_url: str = ""  # where the lines of such a notice are
    # in the settings, where the usual words of a rule do not fit: from what is counted, and who is told
    when: Any = ""
    whom: Any = ""
    # codes of what is not worth saying any more where both are due at once: who is told that a deadline passed need not
    # hear that it comes
    overtakes: tuple[str, ...] = ()
    # what it is in a letter: "under" is outside of what was promised, "over" wants care, "done" is over
    tone: str = ""


_kinds: dict[str, Kind] = {}


def declare(*kinds: Kind) -> None:
    _kinds.update({each.code: each for each in kinds})


def get(code: str) -> Kind:
    return _kinds.get(code) or Kind(code, "", code, "%(title)s")


def overtaking() -> list[tuple[str, str]]:
    """Return which kind overtakes which."""
    return [(each.code, earlier) for each in _kinds.values() for earlier in each.overtakes]


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


@dataclass(frozen=True)
class Watch:
    """Somebody's thing with a time, that rules remind of.

    `triggers` are those that make sense now: a task that was opened has no UNREAD. `to_heads` is false for what is
    private: heads are not told of it.
    """

    subject_kind: str
    subject_id: int
    title: str
    url: str
    person_id: int
    anchor_at: datetime | None
    has_time: bool
    started_at: datetime
    triggers: frozenset[str]
    giver_id: int | None = None
    to_heads: bool = True
    # which rules hold for it, when not those of its kind: a task handed in waits for somebody else
    rules_of: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


# Goes over all that is to be reminded of: (number of the last one seen, how many, now) -> the next ones, their numbers.
Feeder = Callable[[int, int, datetime], tuple[list[Watch], list[int]]]
_feeders: dict[str, Feeder] = {}


def feeder(subject_kind: str) -> Callable[[Feeder], Feeder]:
    """Register what reads a room's subjects anew, when rules, calendars or hours changed, and every night."""

    def register(read: Feeder) -> Feeder:
        _feeders[subject_kind] = read
        return read

    return register


def feeders() -> dict[str, Feeder]:
    return dict(_feeders)


# What still is to be reminded of, of these subjects: (numbers, now) -> the watches as they would be fed this moment.
Still = Callable[[Sequence[int], datetime], list[Watch]]
_stills: dict[str, Still] = {}


def still(subject_kind: str) -> Callable[[Still], Still]:
    """Register what looks once more before telling, where a reason may vanish without anybody saying so down here."""

    def register(look: Still) -> Still:
        _stills[subject_kind] = look
        return look

    return register


def still_of(subject_kind: str) -> Still | None:
    return _stills.get(subject_kind)


@dataclass(frozen=True)
class Line:
    """One line of a digest: words, a figure at its end, the path of its rows; kept in the notice as it was said."""

    text: str
    value: str = ""
    url: str = ""
    tone: str = ""
    is_heading: bool = False
    # how much of the whole is there, and how much should be by now, from 0 to 1
    share: float | None = None
    expected: float | None = None

    def __str__(self) -> str:
        return f"{self.text}: {self.value}" if self.value else self.text

    def kept(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in ("", None, False)}

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Line:
        return cls(**{name: value for name, value in given.items() if name in cls.__dataclass_fields__})


# Lines of a digest, in the language and time zone that are active: (person, now, evening) -> lines.
Section = Callable[["Person", datetime, bool], Iterable[Line]]
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
    Kind(
        MORNING,
        GENERAL,
        _("Morning digest"),
        _("Your day, %(day_at)s"),
        channels=("app", "email"),
        whom=pgettext_lazy("reminder", "everybody"),
    ),
    Kind(
        EVENING,
        GENERAL,
        _("Evening digest of a head"),
        _("The day of your people, %(day_at)s"),
        channels=("app", "email"),
        whom=pgettext_lazy("reminder", "heads of departments"),
    ),
    Kind(TEST, GENERAL, _("Test"), _("Test of reminders: it works."), channels=("app",)),
)
ABSENCES = _("Absences")
TOLD = _("heads above and administrators")
declare(
    Kind(REFUSED, GENERAL, _("An e-mail I sent to Otdel was rejected"),
         pgettext_lazy("notice", "Your e-mail was not accepted: %(title)s"), "%(text)s", channels=("app", "email")),
    Kind(STANDS_IN, ABSENCES, _("I stand in for someone"),
         pgettext_lazy("notice", "You stand in for %(title)s"), _("From %(starts_at)s to %(last_at)s"),
         many=_("People you stand in for: %(count)s")),
    Kind(STANDS_DOWN, ABSENCES, _("I no longer need to stand in"),
         pgettext_lazy("notice", "You no longer need to stand in for %(title)s"),
         _("It was from %(starts_at)s to %(last_at)s"),
         many=_("People you no longer stand in for: %(count)s"), tone="done"),
    Kind(HEADLESS, ABSENCES, _("A department will be without a head"),
         pgettext_lazy("notice", "Nobody will head “%(title)s”"), _("%(person)s leaves; from %(day_at)s"),
         when=_("Before the first day without one"), whom=TOLD),
    Kind(HEAD_AWAY, ABSENCES, _("A head will be away with nobody standing in"),
         pgettext_lazy("notice", "Nobody stands in for the head of “%(title)s”"),
         _("%(person)s is away from %(day_at)s"), when=_("Before the first day away"), whom=TOLD),
)  # fmt: skip
# which department, and why: told by actions/heads.py, ahead of the day
LEFT, AWAY = "unit_left", "unit_away"
declare_rules(
    DefaultRule("day.morning", DAY, MORNING, "MORNING"),
    DefaultRule("day.evening", DAY, EVENING, "EVENING", whom="HEAD", amount=30),
    DefaultRule("unit.headless", LEFT, HEADLESS, "BEFORE", whom="HEAD", amount=10, measure="DAYS"),
    DefaultRule("unit.head_away", AWAY, HEAD_AWAY, "BEFORE", whom="HEAD", amount=5, measure="DAYS"),
)
