"""What a company that has just begun does not have yet."""

from __future__ import annotations

from otdel.core.few import few
from otdel.org.models import Person, Unit

# Whoever began the company has invited some by hand before the file with the others comes.
FIRST_PEOPLE = 6


def missing() -> set[str]:
    found = {"people": few(Person.objects.all(), most=FIRST_PEOPLE), "units": few(Unit.objects.all())}
    return {what for what, is_few in found.items() if is_few}
