"""What people are told about the demo company."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from otdel.demo import firm
from otdel.org.models import Company, Person


@dataclass(frozen=True)
class SignIn:
    """One way to look at the demo: as whom, with which e-mail and password."""

    role: str
    name: str
    email: str
    password: str


def is_demo() -> bool:
    return Company.objects.filter(is_demo=True).exists()


def sign_ins() -> list[SignIn]:
    """Return whom to sign in as, nothing when the company is a real one. Two queries."""
    if not is_demo():
        return []
    roles = {
        firm.HEAD: _("Head of sales"),
        firm.MANAGER: _("Sales manager"),
        firm.DIRECTOR: _("Director"),
        firm.ACCOUNTANT: _("Accountant"),
        firm.ADMINISTRATOR: _("Administrator"),
    }
    emails = {firm.BY_KEY[key].email: role for key, role in roles.items()}
    people = {person.email: person for person in Person.objects.filter(email__in=emails, is_active=True)}
    return [
        SignIn(role=role, name=str(people[email].name), email=email, password=firm.PASSWORD)
        for email, role in emails.items()
        if email in people
    ]
