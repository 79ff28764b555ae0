"""Passwords, invitations, and letting in again who lost their second factor."""

from __future__ import annotations

import secrets
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict
from otdel.org import access, rules
from otdel.org.actions.people import check_not_above
from otdel.org.models import Invitation, Person
from otdel.org.queries import hash_key, sent_lately
from otdel.org.rules import INVITATION_LASTS, InvitationDead

PER_HOUR = 5


class Unguarded(Conflict):
    """There is no second factor to take off."""


@action
def invite(*, by: Person, person_id: int, now: datetime) -> str:
    """Make a link to set a first password with, calling back the earlier ones. Only its hash is kept."""
    person = access.person_for_change(by, person_id)
    if not person.email:
        raise Conflict(_("Without an e-mail address nobody can sign in. Write it on the card first."))
    if not rules.may_sign_in(person, now.date()):
        raise Conflict(_("This person may not sign in: they left, or their account is closed."))
    if person.last_login or (person.password and person.has_usable_password()):
        raise Conflict(_("This person has a password already. They can set a new one from the sign-in page."))
    if sent_lately(person_id, now) >= PER_HOUR:
        raise Conflict(_("Several invitations were sent within the last hour. Wait a little."))
    key = secrets.token_urlsafe(32)
    Invitation.objects.filter(person=person, accepted_at=None).update(expires_at=now)
    Invitation.objects.create(
        person=person, key_hash=hash_key(key), sent_at=now, sent_by=by, expires_at=now + INVITATION_LASTS
    )
    journal.record("person.invited", person, by=by, at=now)
    return key


@action
def call_back_invitation(*, by: Person, person_id: int, now: datetime) -> None:
    """Make the links already sent useless."""
    person = access.person_for_change(by, person_id)
    Invitation.objects.filter(person=person, accepted_at=None).delete()
    journal.record("person.invitation_called_back", person, by=by, at=now)


@action
def accept_invitation(*, by: None = None, key: str, password: str, now: datetime) -> Person:
    """Set the first password with the key of a letter. The key works once."""
    found = Invitation.objects.select_for_update().filter(key_hash=hash_key(key)).first()
    if found is None or found.accepted_at or found.expires_at <= now:
        raise InvitationDead(
            _("This link has already been used, was withdrawn, or is older than a week. Ask for a new one.")
        )
    person = Person.objects.select_for_update(of=("self",)).select_related("role").get(pk=found.person_id)
    if not rules.may_sign_in(person, now.date()):
        raise InvitationDead(_("This account is closed."))
    person.set_password(password)
    person.save()
    found.accepted_at = now
    found.save()
    Invitation.objects.filter(person=person, accepted_at=None).delete()
    journal.record("person.joined", person, by=person, at=now)
    return person


@action
def set_password(*, by: Person, password: str, now: datetime) -> None:
    """Change one's own password, having proved who one is."""
    by.set_password(password)
    Person.objects.filter(pk=by.pk).update(password=by.password)
    journal.record("person.password_set", by, by=by, at=now)


@action
def take_off_second_factors(*, by: Person | None, person_id: int, now: datetime) -> Person:
    """Let in by the password alone who lost phone and codes, and sign them out everywhere: the phone may be stolen.

    Without `by` it is whoever sits at the machine itself.
    """
    if by is None:
        person = Person.objects.select_for_update(of=("self",)).get(pk=person_id)
    else:
        person = access.person_for_change(by, person_id)
        check_not_above(by, person)
    held = Authenticator.objects.filter(user_id=person_id)
    kinds = sorted(set(held.values_list("type", flat=True)))
    if not kinds:
        raise Unguarded(_("Only a password guards this account: there is nothing to remove."))
    held.delete()
    for session in UserSession.objects.filter(user_id=person_id):
        session.end()
    journal.record("person.second_factor_taken_off", person, by=by, at=now, kinds=kinds)
    return person


@action
def note_sign_in(*, by: Person, address: str, now: datetime) -> None:
    """Write down who came in from where."""
    journal.record("person.signed_in", by, by=by, at=now, address=address)
