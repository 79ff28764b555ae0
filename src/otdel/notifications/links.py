"""Signed words: what can be done from a letter without signing in, and where an answer to it goes.

Each is good for one thing, one person and a limited time, and for the state its subject was in when it was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from otdel.core.errors import Refusal

LINKS_LAST = timedelta(days=7)
ANSWERS_LAST = timedelta(days=60)
LABELS: dict[str, Any] = {"complete": _("Done"), "postpone": _("Postpone by a working day")}
_SALT, _ANSWER, _STOP = "otdel.letter.link", "otdel.letter.answer", "otdel.letter.stop"


class DeadLink(Refusal):
    """The link is not ours, or too old."""


@dataclass(frozen=True)
class Deed:
    """What a link does: `what` to the subject, as the person, if its mark is still the same."""

    what: str
    person_id: int
    subject_kind: str
    subject_id: int
    mark: str


def site() -> str:
    return str(settings.ENVIRONMENT.address)


def absolute(path: str) -> str:
    return f"{site()}{path}" if path.startswith("/") else path


def link(deed: Deed) -> str:
    value = [deed.what, deed.person_id, deed.subject_kind, deed.subject_id, deed.mark]
    return absolute(reverse("letter_link", args=[signing.dumps(value, salt=_SALT, compress=True)]))


def stop_link(person_id: int, kind: str) -> str:
    """Return where a person says that no more letters of a kind are wanted. Good for as long as letters are kept."""
    return absolute(reverse("letter_stop", args=[signing.dumps([person_id, kind], salt=_STOP, compress=True)]))


def read_stop_link(token: str) -> tuple[int, str]:
    """Return the person and the kind. Raises DeadLink."""
    try:
        person, kind = signing.loads(token, salt=_STOP)
        return int(person), str(kind)
    except (signing.BadSignature, ValueError, TypeError):
        raise DeadLink(_("This link has expired or is incomplete. Open Otdel instead.")) from None


def read_link(token: str) -> Deed:
    """Raises DeadLink."""
    try:
        what, person, kind, subject, mark = signing.loads(token, salt=_SALT, max_age=LINKS_LAST)
        return Deed(str(what), int(person), str(kind), int(subject), str(mark))
    except (signing.BadSignature, ValueError, TypeError):
        raise DeadLink(_("This link has expired or is incomplete. Open Otdel instead.")) from None


def _seal(text: str) -> str:
    return salted_hmac(_ANSWER, text, algorithm="sha256").hexdigest()[:24]


def answer_tag(person_id: int, subject_kind: str, subject_id: int, day: int) -> str:
    """Return what stands after the + in the address answers go to: short, and safe in any mail program's hands."""
    text = f"{subject_kind}.{subject_id}.{person_id}.{day}"
    return f"re.{text}.{_seal(text)}"


@dataclass(frozen=True)
class Answer:
    subject_kind: str
    subject_id: int
    person_id: int


def read_answer_tag(tag: str, today: int) -> Answer | None:
    """Return whose answer to what it is; None when the tag is forged or too old. Mail programs may change its case."""
    head, _dot, seal = tag.lower().rpartition(".")
    parts = head.split(".")
    if len(parts) != 5 or parts[0] != "re" or not constant_time_compare(seal, _seal(".".join(parts[1:]))):
        return None
    _re, kind, subject, person, day = parts
    if not 0 <= today - int(day) <= ANSWERS_LAST.days:
        return None
    return Answer(kind, int(subject), int(person))


def task_tag(person_id: int) -> str:
    """Return what stands after the + in the address where a person's letters become tasks: theirs alone, and secret."""
    return f"to.{person_id}.{_seal(f'to.{person_id}')}"


def task_address(inbox: str, person_id: int) -> str:
    name, _at, host = inbox.partition("@")
    return f"{name}+{task_tag(person_id)}@{host}" if inbox else ""


def read_task_tag(tag: str) -> tuple[int, str] | None:
    """Return whose address it is, and for whom the task is by what stands after one more dot."""
    parts = tag.lower().split(".", 3)
    if len(parts) < 3 or parts[0] != "to" or not parts[1].isdigit():
        return None
    if not constant_time_compare(parts[2], _seal(f"to.{parts[1]}")):
        return None
    return int(parts[1]), parts[3] if len(parts) > 3 else ""
