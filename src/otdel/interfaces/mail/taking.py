"""What becomes of a letter. Its writer must be whom the address was made for, and may do no more than in the app."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from otdel.core.errors import Refusal
from otdel.interfaces.mail import letters
from otdel.interfaces.mail.letters import Letter
from otdel.notifications import actions, links, texts
from otdel.notifications.actions.incoming import Noted
from otdel.notifications.queries import incoming
from otdel.org import queries as org
from otdel.tasks import actions as tasks
from otdel.tasks import queries as task_queries
from otdel.tasks import rules
from otdel.tasks.rules import TaskValues, To

if TYPE_CHECKING:
    from otdel.org.models import Person

log = logging.getLogger("otdel.mail")


def take(raw: bytes, inbox: str, now: datetime) -> str:
    """Do what the letter asks, once. Returns the outcome; "" for one that was taken before."""
    letter = letters.read(raw, inbox)
    number = letter.message_id or f"sha256:{hashlib.sha256(raw).hexdigest()}"
    with transaction.atomic():
        if not actions.first_time(message_id=number):
            return ""
        try:
            with transaction.atomic():
                noted = _done(letter, now)
        except Refusal as refusal:
            log.warning("The letter %s of %s was refused: %s", number, letter.sender, refusal)
            noted = _refused(letter, number, str(refusal), now)
        actions.note_letter(message_id=number, sender=letter.sender, topic=letter.topic, noted=noted, now=now)
    return noted.outcome


def _refused(letter: Letter, number: str, reason: str, now: datetime) -> Noted:
    """Say why to whoever wrote, if they work here. Strangers and machines get no answer: addresses are forged."""
    person = org.by_email(letter.sender, now) if letter.sender and reason != incoming.MACHINE else None
    if person is None:
        return Noted("REFUSED", reason=reason)
    with translation.override(org.language_of(person)):
        # what a forger wrote is not passed on: the words of the letter only where it is proven whose it is
        topic = "" if reason in incoming.WHY else letter.topic
        topic = topic or texts.moment(now.isoformat(), org.zone_of(person))
        text = " ".join(filter(None, (incoming.why(reason), str(incoming.ADVICE.get(reason, "")))))
    actions.answer_sender(message_id=number, topic=topic, person_id=person.pk, text=text, now=now)
    return Noted("REFUSED", person.pk, reason=reason)


def _done(letter: Letter, now: datetime) -> Noted:
    if letter.is_automatic:
        raise Refusal(incoming.MACHINE)
    for tag in letter.tags:
        answer = links.read_answer_tag(tag, now.date().toordinal())
        if answer is not None:
            return _comment(letter, answer, now)
        asked = links.read_task_tag(tag)
        if asked is not None:
            return _task(letter, *asked, now)
    raise Refusal(incoming.NO_ADDRESS)


def _person(letter: Letter, person_id: int, now: datetime) -> Person:
    person = org.signed_in(person_id, now)
    if person is None or not person.email or person.email.lower() != letter.sender:
        raise Refusal(incoming.NOT_THEIRS)
    return person


def _comment(letter: Letter, answer: links.Answer, now: datetime) -> Noted:
    person = _person(letter, answer.person_id, now)
    with translation.override(org.language_of(person)):
        if letter.text or not letter.files:
            tasks.comment_task(by=person, task_id=answer.subject_id, text=letter.text, now=now)
        _attach(letter, person, answer.subject_id, now)
    actions.answer_letters(by=person, subject_kind=answer.subject_kind, subject_id=answer.subject_id, now=now)
    return Noted("COMMENT", person.pk, answer.subject_kind, answer.subject_id)


def _task(letter: Letter, person_id: int, whom: str, now: datetime) -> Noted:
    person = _person(letter, person_id, now)
    with translation.override(org.language_of(person)):
        to = _receiver(person, whom) if whom else person.pk
        title = letter.topic or letter.text.partition("\n")[0] or _("A letter without words")
        due, _exact = rules.quick_moment("tomorrow", now, org.worktime(person))
        values = TaskValues(title=title[:250], text=letter.text, deadline=due)
        made = tasks.create_tasks(by=person, values=values, to=To(people=(to,)), now=now)
        _attach(letter, person, made[0].pk, now)
    return Noted("TASK", person.pk, "task", made[0].pk)


def _attach(letter: Letter, person: Person, task_id: int, now: datetime) -> None:
    for name, content in letter.files:
        tasks.attach_file(
            by=person, task_id=task_id, name=name, size=len(content), content=ContentFile(content), now=now
        )


def _receiver(person: Person, whom: str) -> int:
    """The colleague whose address or surname it is; more than one is nobody."""
    found = [pk for pk, name in task_queries.receivers(person) if name.lower().split(" ")[0] == whom]
    found = found or org.by_mail_name(person, whom)
    if len(found) != 1:
        raise Refusal(incoming.NOBODY)
    return found[0]
