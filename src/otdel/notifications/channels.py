"""The ways to a person, and how a new one is written.

A channel is one function beside the name it is registered under:

    @channel("webhook", label=_("Webhook"), place=33)
    def send(out: Outgoing, address: Address | None) -> Sent | Refused: ...

It is called outside any transaction, once for each address of the person, and may take its time, but not for ever:
give every connection a timeout. It writes nothing: what it returns is recorded by whoever called it. An exception that
escapes counts as `Refused(..., final=False)`.

* `Sent()`: the other side took it. `Sent(delivered=True)`: it said that the person has it.
* `Refused(reason)`: not now; it is tried again, after 1, 2, 5, 15, 60 and 180 minutes, or, once it has refused twice,
  by the next channel of a person who has another one.
* `Refused(reason, final=True)`: never; the next channel of the person is tried, or an administrator is told.
* `Refused(reason, down=True)`: nobody answers there at all: the rest of this channel is not tried now either.
* `Refused(reason, gone=True)`: this address is no more: it is switched off, and counts as final.

`out.key` is the same at every attempt: give it to the other side where it has a place for such a thing
(Message-ID, Topic, Idempotency-Key), so that a second copy is recognised. There can be one when a process is killed
between the other side's yes and our commit; see docs/adr/0007.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import pgettext_lazy

from otdel.notifications.kinds import Line

if TYPE_CHECKING:
    from otdel.notifications.models import Address

log = logging.getLogger("otdel.reminders")

APP = "app"
EMAIL = "email"


@dataclass(frozen=True)
class Item:
    """One notice as it is shown, in the language and the time zone of whoever is told."""

    id: int
    kind: str
    text: str  # one line, without markup: "Overdue: Call Romashka"
    detail: str  # "The deadline was Friday, March 6, 6:00 PM", or ""
    url: str  # absolute
    subject_kind: str
    subject_id: int | None
    at: datetime
    # (label, absolute address) of what can be done without signing in; for letters only, they are secrets
    links: tuple[tuple[str, str], ...] = ()
    title: str = ""  # the thing itself: "Call Romashka"
    label: str = ""  # what has happened to it: "Overdue"
    tone: str = ""  # as kinds.Kind has it
    rows: tuple[Line, ...] = ()  # of a digest: what `detail` says, with where each line leads


@dataclass(frozen=True)
class Outgoing:
    """What goes to one person through one channel at once: one notice, or several of a kind."""

    key: str  # the same at each attempt
    delivery_ids: tuple[int, ...]
    person_id: int
    name: str
    email: str
    language: str
    title: str  # short: a subject of a letter, the first line of a push
    items: tuple[Item, ...]
    url: str  # absolute; where a click leads
    unread: int  # for a badge
    attempt: int = 1
    is_test: bool = False
    reply_to: str = ""
    more: int = 0  # how many did not fit
    kind: str = ""  # when all of it is of one
    stop_url: str = ""  # letters only: where one says "no more of this kind"; a secret
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it as plain lines."""
        return "\n".join(" ".join(filter(None, (item.text, item.detail))) for item in self.items)


@dataclass(frozen=True)
class Sent:
    answer: str = ""  # what the other side said, for the log
    delivered: bool = False


@dataclass(frozen=True)
class Refused:
    reason: str
    final: bool = False
    gone: bool = False
    down: bool = False  # not this letter: the other side does not answer at all, so the rest waits too


class Sender(Protocol):
    def __call__(self, out: Outgoing, address: Address | None) -> Sent | Refused: ...


@dataclass(frozen=True)
class Channel:
    name: str
    label: Any
    # in this order they are shown, one is taken for whoever chose none, and the next when another failed: what one
    # set up with one's own hands before the e-mail everybody has
    place: int
    send: Sender
    needs_address: bool  # rows of Address; otherwise it is called with None
    works: Callable[[], bool]  # set up at all in this installation
    probe: Callable[[], str] | None  # "" when the other side answers; says what is wrong otherwise
    rest: Callable[[], None] | None  # called when there is nothing more to send: close connections kept open

    def deliver(self, out: Outgoing, address: Address | None) -> Sent | Refused:
        """Send; whatever a sender dies of is its answer, so that the parcel is kept and tried again."""
        try:
            return self.send(out, address)
        except Exception as error:  # senders stand on libraries of others, which raise what they like
            log.exception("The channel %s failed", self.name)
            return Refused(f"{type(error).__name__}: {error}"[:500])


_channels: dict[str, Channel] = {}


def channel(
    name: str,
    *,
    label: Any,
    place: int,
    needs_address: bool = True,
    works: Callable[[], bool] = lambda: True,
    probe: Callable[[], str] | None = None,
    rest: Callable[[], None] | None = None,
) -> Callable[[Sender], Sender]:
    """Register the function as the sender of a channel."""

    def register(send: Sender) -> Sender:
        _channels[name] = Channel(name, label, place, send, needs_address, works, probe, rest)
        return send

    return register


def get(name: str) -> Channel | None:
    return _channels.get(name)


def all_channels() -> list[Channel]:
    """Every channel of this program in its order, set up or not; the list in the app first."""
    return sorted(_channels.values(), key=lambda each: each.place)


def outer() -> list[Channel]:
    """The channels that lead out of the app and are set up here."""
    return [each for each in all_channels() if each.name != APP and each.works()]


@channel(APP, label=pgettext_lazy("channel", "In the app"), place=0, needs_address=False)
def _app(out: Outgoing, address: Address | None) -> Sent:
    """The row of the list is the delivery itself: it commits together with the notice."""
    return Sent(delivered=True)
