"""Who works here, in which department and role; what the company decided for everybody."""

from __future__ import annotations

from otdel.org.queries.company import (
    CompanySettings,
    OwnDay,
    administrator_exists,
    calendar,
    company,
    company_of,
    language_of,
    own_days,
    signed_in,
    worktime,
    zone_of,
)
from otdel.org.queries.people import (
    PAGE,
    People,
    PeopleFilter,
    PersonCard,
    PersonRow,
    Stay,
    find_people,
    hash_key,
    invited,
    person_card,
    sent_lately,
)
from otdel.org.queries.roles import RoleRow, role_choices, role_name, role_row, role_rows
from otdel.org.queries.stays import Differs, misplaced, unit_on, unit_then, units_on
from otdel.org.queries.units import UnitRow, people_by_unit, person_choices, unit_choices, unit_rows

__all__ = [
    "Differs",
    "misplaced",
    "unit_on",
    "unit_then",
    "units_on",
    "CompanySettings",
    "OwnDay",
    "PAGE",
    "People",
    "PeopleFilter",
    "PersonCard",
    "PersonRow",
    "RoleRow",
    "Stay",
    "UnitRow",
    "administrator_exists",
    "calendar",
    "company",
    "company_of",
    "find_people",
    "hash_key",
    "invited",
    "language_of",
    "own_days",
    "people_by_unit",
    "person_card",
    "person_choices",
    "role_choices",
    "role_name",
    "role_row",
    "role_rows",
    "sent_lately",
    "signed_in",
    "unit_choices",
    "unit_rows",
    "worktime",
    "zone_of",
]
