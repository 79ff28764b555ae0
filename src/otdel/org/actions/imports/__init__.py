"""People and departments from a file."""

from __future__ import annotations

from otdel.org.actions.imports.hiring import PersonRow
from otdel.org.actions.imports.people import import_people
from otdel.org.actions.imports.wanted import Owners, ensure_people

__all__ = ["Owners", "PersonRow", "ensure_people", "import_people"]
