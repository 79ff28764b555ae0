"""How a person wants to be told, and what the keeper of the settings does with what could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound
from otdel.notifications import access, channels, kinds
from otdel.notifications.actions.telling import wake
from otdel.notifications.models import ChannelChoice, Delivery, Quiet
from otdel.notifications.queries.ways import ways
from otdel.org.models import Person

State = Delivery.State


@action
def choose_channels(*, by: Person, choices: Mapping[str, tuple[Sequence[str], bool]], now: datetime) -> None:
    """Say by which channels to be told of each kind, and whether once a day. The list in the app has everything.

    What is as usual is no choice: it goes on following the devices and addresses the person has.
    """
    known_kinds = {each.code for each in kinds.all_kinds()}
    known = {each.name for each in channels.all_channels()} - {channels.APP}
    if not choices.keys() <= known_kinds:
        raise Invalid(_("There is no such kind of notice."))
    way = ways([by.pk])[by.pk]
    ChannelChoice.objects.filter(person=by, kind__in=list(choices)).delete()
    ChannelChoice.objects.bulk_create(
        ChannelChoice(
            person=by,
            kind=kind,
            channels=[channels.APP, *(name for name in names if name in known)],
            in_digest=daily,
        )
        for kind, (names, daily) in choices.items()
        if daily or known.intersection(names) != set(way.usual(kind))
    )
    journal.record("notices.chosen", by, by=by, at=now)


@action
def choose_usual(*, by: Person, now: datetime) -> None:
    """Choose nothing any more: one way for each notice, the first that works."""
    ChannelChoice.objects.filter(person=by).delete()
    journal.record("notices.chosen", by, by=by, at=now)


@action
def stop_letters(*, by: Person, kind: str, now: datetime) -> list[str]:
    """No more e-mail of this kind. Returns the other ways out of the app that stay; the list in the app has it all."""
    if kind not in {each.code for each in kinds.all_kinds()}:
        raise Invalid(_("There is no such kind of notice."))
    way = ways([by.pk])[by.pk]
    names = [name for name in way.names(kind) if name != channels.EMAIL]
    ChannelChoice.objects.update_or_create(
        person=by, kind=kind, defaults={"channels": [channels.APP, *names], "in_digest": way.in_digest(kind)}
    )
    waiting = Delivery.objects.filter(person=by, channel=channels.EMAIL, state=State.WAITING, notice__kind=kind)
    waiting.update(state=State.FORGOTTEN, answer=_("No more e-mails of this kind are wanted."))
    journal.record("notices.letters_stopped", by, by=by, at=now, notices=kind)
    return names


@action
def set_quiet(
    *,
    by: Person,
    starts: time | None,
    ends: time | None,
    in_working_time_only: bool = False,
    now: datetime,
) -> None:
    if (starts is None) != (ends is None):
        raise Invalid(_("Give both times, or neither."), field="ends")
    values = {"starts": starts, "ends": ends, "in_working_time_only": in_working_time_only}
    Quiet.objects.update_or_create(person=by, defaults=values)
    journal.record("notices.quiet_set", by, by=by, at=now, **values)


@action
def retry_deliveries(*, by: Person, ids: Sequence[int] | None, now: datetime) -> int:
    """Try what could not be delivered once more, from the beginning."""
    rows = _dead(by, ids)
    count = rows.update(state=State.WAITING, attempts=0, next_try_at=now, claim=None, claimed_until=None)
    _must_be_some(count)
    journal.record("deliveries.retried", None, by=by, at=now, count=count)
    wake()
    return count


@action
def forget_deliveries(*, by: Person, ids: Sequence[int] | None, now: datetime) -> int:
    """Take note that it did not arrive; it stays in the log."""
    count = _dead(by, ids).update(state=State.FORGOTTEN)
    _must_be_some(count)
    journal.record("deliveries.forgotten", None, by=by, at=now, count=count)
    return count


def _dead(by: Person, ids: Sequence[int] | None) -> QuerySet[Delivery]:
    rows = access.visible_deliveries(by, everybody=True).filter(state=State.DEAD)
    return rows if ids is None else rows.filter(pk__in=ids)


def _must_be_some(count: int) -> None:
    if not count:
        raise NotFound(_("Nothing is undeliverable any more."))
