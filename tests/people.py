"""The people of every test: Anna owns, Boris is her head, Vera is a stranger from another department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.contrib.auth.hashers import make_password

from otdel.org.models import Company, Membership, Person, Role, Unit
from otdel.org.rules import PRESETS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
SINCE = date(2020, 1, 1)


PASSWORD = make_password("correct horse battery")  # counted once: every test has people


def make_roles() -> dict[str, Role]:
    known = Role.objects.in_bulk(PRESETS, field_name="code")
    missing = [
        Role(code=code, name=name, rights=rights, is_preset=True)
        for code, (name, rights) in PRESETS.items()
        if code not in known
    ]
    return known | {role.code: role for role in Role.objects.bulk_create(missing)}


def make_person(first: str, last: str, role: Role, unit: Unit | None = None, **fields: object) -> Person:
    person = _person(first, last, role, **fields)
    person.save()
    if unit is not None:
        Membership.objects.create(person=person, unit=unit, starts_on=SINCE)
    return person


def _person(first: str, last: str, role: Role, **fields: object) -> Person:
    return Person(
        email=f"{first.lower()}@example.com",
        first_name=first,
        last_name=last,
        role=role,
        created_at=NOW,
        language="en",
        password=PASSWORD,
        **fields,
    )


@dataclass
class Firm:
    """Company → sales (Olga) → north (Boris heads; Anna) and south (Gleb heads; Vera); an accountant apart."""

    company: Company
    root: Unit
    sales: Unit
    north: Unit
    south: Unit
    anna: Person
    boris: Person
    vera: Person
    gleb: Person
    olga: Person
    zoya: Person
    admin: Person
    roles: dict[str, Role]


def make_firm() -> Firm:
    roles = make_roles()
    company = Company.objects.create(id=1, name="Romashka", created_at=NOW)
    root = Unit.objects.create(name="Romashka")
    sales = Unit.objects.create(name="Sales", parent=root)
    north = Unit.objects.create(name="North", parent=sales, position=1)
    south = Unit.objects.create(name="South", parent=sales, position=2)
    placed = {
        "anna": (_person("Anna", "Abramova", roles["manager"]), north),
        "boris": (_person("Boris", "Belov", roles["head"]), north),
        "vera": (_person("Vera", "Volkova", roles["manager"]), south),
        "gleb": (_person("Gleb", "Gusev", roles["head"]), south),
        "olga": (_person("Olga", "Orlova", roles["director"]), sales),
        "zoya": (_person("Zoya", "Zueva", roles["accountant"]), root),
        "admin": (_person("Artyom", "Adminov", roles["administrator"]), root),
    }
    people = {name: person for name, (person, _unit) in placed.items()}
    Person.objects.bulk_create(people.values())
    Membership.objects.bulk_create(
        Membership(person=person, unit=unit, starts_on=SINCE) for person, unit in placed.values()
    )
    north.head, south.head, sales.head = people["boris"], people["gleb"], people["olga"]
    Unit.objects.bulk_update([north, south, sales], ["head"])
    return Firm(company, root, sales, north, south, roles=roles, **people)
