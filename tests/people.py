"""The people of every test: Anna owns, Boris is her head, Vera is a stranger from another department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from otdel.org.models import Company, Membership, Person, Role, Unit
from otdel.org.rules import PRESETS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def make_roles() -> dict[str, Role]:
    return {
        code: Role.objects.get_or_create(code=code, defaults={"name": name, "rights": rights, "is_preset": True})[0]
        for code, (name, rights) in PRESETS.items()
    }


def make_person(first: str, last: str, role: Role, unit: Unit | None = None, **fields: object) -> Person:
    person = Person(
        email=f"{first.lower()}@example.com",
        first_name=first,
        last_name=last,
        role=role,
        created_at=NOW,
        language="en",
        **fields,
    )
    person.set_password("correct horse battery")
    person.save()
    if unit is not None:
        Membership.objects.create(person=person, unit=unit, starts_on=date(2020, 1, 1))
    return person


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
    people = {
        "anna": make_person("Anna", "Abramova", roles["manager"], north),
        "boris": make_person("Boris", "Belov", roles["head"], north),
        "vera": make_person("Vera", "Volkova", roles["manager"], south),
        "gleb": make_person("Gleb", "Gusev", roles["head"], south),
        "olga": make_person("Olga", "Orlova", roles["director"], sales),
        "zoya": make_person("Zoya", "Zueva", roles["accountant"], root),
        "admin": make_person("Artyom", "Adminov", roles["administrator"], root),
    }
    for unit, head in ((north, "boris"), (south, "gleb"), (sales, "olga")):
        Unit.objects.filter(pk=unit.pk).update(head=people[head])
        unit.refresh_from_db()
    return Firm(company, root, sales, north, south, roles=roles, **people)
