"""Past and present imports: whose they are, where they stand, where their files lie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from otdel.billing.queries import beginning as billing
from otdel.core.errors import NotFound
from otdel.customers.queries import beginning as customers
from otdel.deals.queries import beginning as deals
from otdel.interfaces.files.models import ImportSession, RememberedMapping
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.targets import TARGETS, Target
from otdel.org import access
from otdel.org.queries import beginning as org
from otdel.org.rules import Right, Scope

Status = ImportSession.Status
BUSY = (Status.CHECKING, Status.RUNNING, Status.UNDOING)


def visible_to(person: Any) -> QuerySet[ImportSession]:
    """One's own; everybody's for whom the role says so."""
    return access.limit(ImportSession.objects.all(), access.reach(person, "import", Right.VIEW), "person_id")


def session_for(person: Any, session_id: int, right: Right = Right.VIEW) -> ImportSession:
    """Raises NotFound for another's import that is out of reach."""
    found = visible_to(person).select_related("person__role").filter(pk=session_id).first()
    if found is None:
        raise NotFound(_("There is no such import, or you may not see it."))
    if right != Right.VIEW:
        access.check(person, "import", right, found.person_id)
    return found


def locked(person: Any, session_id: int, right: Right = Right.CHANGE) -> ImportSession:
    return access.one_for(visible_to(person), person, "import", right, session_id, "person_id")


def recent(person: Any, before: int | None = None, limit: int = 30) -> list[ImportSession]:
    rows = visible_to(person).select_related("person").order_by("-pk")
    return list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])


def may_import(person: Any) -> bool:
    return access.scope(person, "import", Right.CREATE) > Scope.NONE


def allowed_targets(person: Any) -> list[Target]:
    """Kinds of things the person may bring in at all."""
    return [
        target
        for target in TARGETS
        if access.scope(person, ROADS[target.key].kind, Right(ROADS[target.key].right)) > Scope.NONE
    ]


MAKES = {
    "people": ("person", Right.CREATE),
    "units": ("unit", Right.CREATE),
    "customers": ("customer", Right.CREATE),
    "products": ("product", Right.CREATE),
    "stages": ("settings", Right.CHANGE),
    "lists": ("settings", Right.CHANGE),
}


def allowed_to_make(person: Any, target: str) -> list[str]:
    return [what for what in ROADS[target].makes if access.scope(person, *MAKES[what]) > Scope.NONE]


def proposed_to_make(person: Any, target: str) -> list[str]:
    """Of what may be made on the way: what the file itself brings in, and what the company has next to none of."""
    makes = allowed_to_make(person, target)
    missing = org.missing() | customers.missing() | billing.missing() | deals.missing()
    return [what for what in makes if what == target or what in missing]


def remembered(person: Any, fingerprint: str) -> RememberedMapping | None:
    """How such a file was understood last: by the person, else by anybody."""
    rows = RememberedMapping.objects.filter(fingerprint=fingerprint).order_by("-at")
    return rows.filter(person=person).first() or rows.first()


def folder(session: ImportSession) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / str(session.pk)


def folders() -> list[Path]:
    """Every folder with an uploaded file."""
    place = Path(settings.MEDIA_ROOT) / "imports"
    return [path for path in place.iterdir() if path.is_dir()] if place.exists() else []


def source(session: ImportSession) -> Path:
    return folder(session) / "source"


def unpacked(session: ImportSession) -> Path:
    """What the uploaded archive holds, while the import is at work on it."""
    return folder(session) / "plain"


def refused_file(session: ImportSession) -> Path:
    return folder(session) / "refused.jsonl"


def refused_rows(session: ImportSession) -> Iterator[tuple[int, str]]:
    """Refused rows in the order of the file."""
    path = refused_file(session)
    if not path.exists():
        return
    with path.open("rb") as lines:
        places, at = [], 0
        for line in lines:
            at += len(line)
            if at > session.refused_bytes:
                break
            places.append((json.loads(line)[0], at - len(line)))
        for number, place in sorted(places):
            lines.seek(place)
            yield number, json.loads(lines.readline())[1]


def is_stuck(session: ImportSession, now: datetime) -> bool:
    """Nothing moved for two minutes: its job was lost, and may be asked for again."""
    return session.status in BUSY and (now - session.moved_at).total_seconds() > 120


def source_is_kept(session: ImportSession) -> bool:
    return source(session).exists()
