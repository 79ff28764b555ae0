"""Who works here, worked here, or is invited."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from otdel.core.errors import NotFound
from otdel.org import access, rules
from otdel.org.models import Invitation, Membership, Person
from otdel.org.queries.roles import role_name
from otdel.org.rules import Tree


@dataclass(frozen=True)
class PersonRow:
    id: int
    name: str
    email: str
    phone: str
    position: str
    role: str
    unit_id: int | None
    unit: str
    status: str
    employed_from: date | None
    employed_to: date | None


def _with_unit(people: QuerySet[Person], today: date) -> QuerySet[Any]:
    """Add the department of the day, else the latest one, and whether an invitation waits."""
    own = Membership.objects.filter(person=OuterRef("pk"), starts_on__lte=today).order_by("-starts_on")
    waiting = Invitation.objects.filter(person=OuterRef("pk"), accepted_at=None)
    return people.select_related("role").annotate(unit_now=Subquery(own.values("unit_id")[:1]), waits=Exists(waiting))


def _status(person: Any, today: date) -> str:
    if person.employed_to and person.employed_to <= today:
        return "left"
    if not person.is_active:
        return "closed"
    if person.has_usable_password() and person.password:
        return "working"
    return "invited" if person.waits else "not_invited"


def _row(person: Any, tree: Tree, today: date) -> PersonRow:
    node = tree.nodes.get(person.unit_now or 0)
    return PersonRow(
        id=person.pk,
        name=person.name,
        email=person.email or "",
        phone=person.phone,
        position=person.position,
        role=role_name(person.role),
        unit_id=node.id if node else None,
        unit=node.name if node else "",
        status=_status(person, today),
        employed_from=person.employed_from,
        employed_to=person.employed_to,
    )


@dataclass(frozen=True)
class Stay:
    """One stretch of belonging to a department, half-open."""

    unit_id: int
    unit: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class PersonCard:
    row: PersonRow
    last_name: str
    first_name: str
    middle_name: str
    role_id: int
    stays: list[Stay]
    heads: list[str]  # departments the person is head of
    invitation_sent: datetime | None
    invitation_expires: datetime | None
    is_active: bool
    external_id: str
    last_login: datetime | None
    language: str


def person_card(person: Person, person_id: int, today: date) -> PersonCard:
    """Raises NotFound for who is not visible. At most five queries."""
    invited = Invitation.objects.filter(person=OuterRef("pk"), accepted_at=None).order_by("-sent_at")
    rows = _with_unit(access.visible_people(person), today).filter(pk=person_id)
    found = rows.annotate(sent=invited.values("sent_at")[:1], expires=invited.values("expires_at")[:1]).first()
    if found is None:
        raise NotFound()
    tree = access.tree_for(person)
    stays = [
        Stay(unit, tree.path_name(unit), start, end)
        for unit, start, end in Membership.objects.filter(person_id=person_id)
        .order_by("-starts_on")
        .values_list("unit_id", "starts_on", "ends_on")
    ]
    return PersonCard(
        row=_row(found, tree, today),
        last_name=found.last_name,
        first_name=found.first_name,
        middle_name=found.middle_name,
        role_id=found.role_id,
        stays=stays,
        heads=[tree.nodes[unit].name for unit in tree.headed_by(person_id)],
        invitation_sent=found.sent,
        invitation_expires=found.expires,
        is_active=found.is_active,
        external_id=found.external_id or "",
        last_login=found.last_login,
        language=found.language,
    )


def hash_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def invited(key: str, now: datetime) -> Person:
    """Return whom the key of a letter lets in. Raises InvitationDead."""
    found = Invitation.objects.select_related("person__role").filter(key_hash=hash_key(key)).first()
    if found is None or found.accepted_at or found.expires_at <= now:
        raise rules.InvitationDead()
    return found.person


def sent_lately(person_id: int, now: datetime) -> int:
    """Return how many invitations went to the person within the last hour."""
    return Invitation.objects.filter(person_id=person_id, sent_at__gt=now - timedelta(hours=1)).count()


def second_factors(person_id: int) -> list[str]:
    """Return what guards the account besides the password: totp, webauthn (once for each key). One query."""
    held = Authenticator.objects.filter(user_id=person_id).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return list(held.order_by("type").values_list("type", flat=True))


def by_mail_name(person: Person, name: str) -> list[int]:
    """Return the colleagues whose e-mail address begins so. One query."""
    rows = access.visible_people(person).filter(email__startswith=f"{name.lower()}@", is_active=True, employed_to=None)
    return list(rows.values_list("pk", flat=True)[:2])
